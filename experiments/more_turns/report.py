"""The numbers of this experiment in files, as a table and as a figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from matplotlib.figure import Figure

from experiments.contrasts import difference
from experiments.figures import COLOURS, panels
from experiments.intervals import Interval, interval
from experiments.more_turns.settings import BUDGETS, DRAWN, FIXED, TRAINED
from experiments.more_turns.students import WAYS
from experiments.results import markdown
from experiments.study import Numbers

__all__ = ["figure", "table"]

_SHOWN: Final = (TRAINED, 5, 6, 10)
"""Turns whose numbers are shown with intervals."""


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
            rows.append(["", f"{arm} turns", *(f"{np.mean(_at(runs, turns)):.2f}" for turns in BUDGETS)])
    parts.append(markdown(["game", "trained with", *map(str, BUDGETS)], rows))
    parts.append(f"The same with 95% intervals over {seeds} seeds; at 10 turns also with other ways of acting.")
    rows = []
    for game in numbers["optimum"]:
        for arm, runs in _arms_of(numbers, game).items():
            told = [interval(_at(runs, turns)).text() for turns in _SHOWN]
            other = [interval(_at(runs, _SHOWN[-1], way)).text() for way in WAYS[1:]]
            rows.append([game, f"{arm} turns", *told, *other])
    header = ["game", "trained with", *(f"{turns} turns" for turns in _SHOWN), *(f"10, {way}" for way in WAYS[1:])]
    parts.append(markdown(header, rows))
    parts.append("What ten turns add to the success with four, and what drawn budgets add to a fixed one (Welch).")
    rows = []
    for game in numbers["optimum"]:
        arms = _arms_of(numbers, game)
        more = [difference(_at(arms[DRAWN], turns), _at(arms[FIXED], turns)).text() for turns in _SHOWN]
        rows.append([game, *(_gain(arms[name]).text() for name in (FIXED, DRAWN)), *more])
    header = [
        "game",
        f"10 − 4, {FIXED} turns",
        f"10 − 4, {DRAWN} turns",
        *(f"drawn − fixed, {n} turns" for n in _SHOWN),
    ]
    parts.append(markdown(header, rows))
    return "\n\n".join(parts)


def _gain(runs: Sequence[Numbers]) -> Interval:
    late, early = np.array(_at(runs, BUDGETS[-1])), np.array(_at(runs, TRAINED))
    return interval((late - early).tolist())


def figure(numbers: Numbers) -> Figure:
    """Success against turns, a panel for each game, with the optimum."""
    picture, axes = panels(1, len(numbers["optimum"]), width=3.0)
    for panel, (game, optimum) in zip(axes[0], numbers["optimum"].items(), strict=True):
        panel.plot(BUDGETS, optimum, color="#444444", linestyle=":", label="optimum")
        panel.axvline(TRAINED, color="#bbbbbb", linewidth=0.8)
        for colour, (arm, runs) in zip(COLOURS, _arms_of(numbers, game).items(), strict=False):
            _drawn(panel, runs, f"trained with {arm} turns", colour)
        panel.set(title=game, ylim=(-0.02, 1.02), xticks=BUDGETS, xlabel="turns of a lesson")
    axes[0, 0].set_ylabel("success")
    axes[0, -1].legend(frameon=False, fontsize=7, loc="lower right")
    return picture


def _drawn(panel: Any, runs: Sequence[Numbers], label: str, colour: str) -> None:
    points = [interval(_at(runs, turns)) for turns in BUDGETS]
    panel.plot(BUDGETS, [point.mean for point in points], color=colour, label=label, linewidth=1.4)
    ends = ([point.low for point in points], [point.high for point in points])
    panel.fill_between(BUDGETS, *ends, color=colour, alpha=0.15, linewidth=0)
