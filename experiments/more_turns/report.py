"""The numbers of this experiment in files, as a table and as a figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from matplotlib.figure import Figure

from experiments.contrasts import difference
from experiments.figures import COLOURS, panels
from experiments.more_turns.settings import BUDGETS, TRAINED
from experiments.more_turns.students import WAYS
from experiments.results import Interval, interval, markdown
from experiments.study import Numbers

__all__ = ["figure", "table"]

_LABELS: Final = {"none": "sparse", "potential": "shaped"}


def _arms_of(numbers: Numbers, game: str) -> dict[str, Sequence[Numbers]]:
    """The runs of a game's arms by the arms' names."""
    pairs = zip(numbers["arms"], numbers["runs"], strict=True)
    return {str(arm["name"]): runs for arm, runs in pairs if arm["game"]["name"] == game}


def _at(runs: Sequence[Numbers], turns: int, way: str = WAYS[0]) -> list[float]:
    return [run["success"][way][BUDGETS.index(turns)] for run in runs]


def table(numbers: Numbers) -> str:
    """The page of results, in Markdown."""
    seeds = max(len(runs) for runs in numbers["runs"])
    parts = ["Success with each number of turns, the mean over seeds of the students' most likely actions."]
    rows = []
    for game, optimum in numbers["optimum"].items():
        rows.append([game, "optimum", *(f"{value:.2f}" for value in optimum)])
        for arm, runs in _arms_of(numbers, game).items():
            rows.append(["", arm, *(f"{np.mean(_at(runs, turns)):.2f}" for turns in BUDGETS)])
    parts.append(markdown(["game", "trained with", *map(str, BUDGETS)], rows))
    parts.append(f"The same with 95% intervals over {seeds} seeds, at {TRAINED} turns and beyond, and in other ways.")
    rows = []
    shown = (TRAINED, 7, 10)
    for game in numbers["optimum"]:
        for arm, runs in _arms_of(numbers, game).items():
            told = [interval(_at(runs, turns)).text() for turns in shown]
            other = [interval(_at(runs, 10, way)).text() for way in WAYS[1:]]
            rows.append([game, arm, *told, *other])
    header = ["game", "trained with", *(f"{turns} turns" for turns in shown), *(f"10, {way}" for way in WAYS[1:])]
    parts.append(markdown(header, rows))
    parts.append("Success at 10 turns less success at 4, and what a drawn budget adds to success (95%, Welch).")
    rows = []
    for game in numbers["optimum"]:
        arms = _arms_of(numbers, game)
        for shaping, label in _LABELS.items():
            fixed, drawn = (runs for arm, runs in arms.items() if arm.endswith(f", {shaping}"))
            gains = [difference(_at(drawn, turns), _at(fixed, turns)).text() for turns in (TRAINED, 7, 10)]
            rows.append([game, label, _gain(fixed).text(), _gain(drawn).text(), *gains])
    header = ["game", "reward", "10 − 4, fixed", "10 − 4, drawn", *(f"drawn − fixed at {turns}" for turns in shown)]
    parts.append(markdown(header, rows))
    return "\n\n".join(parts)


def _gain(runs: Sequence[Numbers]) -> Interval:
    late, early = np.array(_at(runs, BUDGETS[-1])), np.array(_at(runs, TRAINED))
    return interval((late - early).tolist())


def figure(numbers: Numbers) -> Figure:
    """Success against turns, a panel for each game and reward, with the optimum."""
    picture, axes = panels(len(_LABELS), len(numbers["optimum"]))
    for column, (game, optimum) in enumerate(numbers["optimum"].items()):
        for row, (shaping, label) in enumerate(_LABELS.items()):
            panel = axes[row, column]
            panel.plot(BUDGETS, optimum, color="#444444", linestyle=":", label="optimum")
            panel.axvline(TRAINED, color="#bbbbbb", linewidth=0.8)
            arms = {arm: runs for arm, runs in _arms_of(numbers, game).items() if arm.endswith(f", {shaping}")}
            for colour, (arm, runs) in zip(COLOURS, arms.items(), strict=False):
                budget = arm.removesuffix(f", {shaping}")
                _drawn(panel, runs, WAYS[0], f"trained at {budget} turns", colour, "-")
                if budget == f"{TRAINED}":
                    _drawn(panel, runs, WAYS[2], "the same, told of at most 4", colour, "--")
            panel.set(title=f"{game}, {label}", ylim=(-0.02, 1.02), xticks=BUDGETS)
    for panel in axes[-1]:
        panel.set_xlabel("turns of a lesson")
    for panel in axes[:, 0]:
        panel.set_ylabel("success")
    axes[0, 0].legend(frameon=False, fontsize=7)
    return picture


def _drawn(panel: Any, runs: Sequence[Numbers], way: str, label: str, colour: str, style: str) -> None:
    points = [interval(_at(runs, turns, way)) for turns in BUDGETS]
    panel.plot(BUDGETS, [point.mean for point in points], style, color=colour, label=label, linewidth=1.6)
    ends = ([point.low for point in points], [point.high for point in points])
    panel.fill_between(BUDGETS, *ends, color=colour, alpha=0.15, linewidth=0)
