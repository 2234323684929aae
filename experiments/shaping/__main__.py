"""``python -m experiments.shaping``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from matplotlib.figure import Figure

from experiments.arms import Arm
from experiments.command import Experiment, main
from experiments.figures import COLOURS, band, panels
from experiments.games import family_of
from experiments.optimum import Optimum
from experiments.results import Cell, Results, markdown
from experiments.shaping.settings import ARMS, LAMBDAS, LOCKS, NOISE, SPEED, TIGHT, TRIED
from sml_env.evaluation import hedging_bracket

CLAIM: Final = (
    "Bits in the reward can open the lock in which sparse learning guesses instead of asking; a potential leaves what "
    "is optimal alone, and neither a bonus nor a clipped potential does."
)


def exact(arm: Arm) -> dict[str, float]:
    """The optimum of success, what hedging earns, and what the policies do that are optimal under the arm's reward."""
    game, discount = arm.game, arm.learner.gamma
    turns = game.arguments["max_turns"]
    best = Optimum(replace(game, clipped=False).but(shaping="none")).value().success
    kind, unkind = (Optimum(game, kind=each, discount=discount).value() for each in (True, False))
    return {
        "optimum": best,
        "target": 0.9 * best,
        "hedging": hedging_bracket(family_of(game).space, min(turns, game.arguments.get("max_attempts") or turns)),
        "success_of_reward": unkind.success,
        "success_of_reward_at_best": kind.success,
        "least_questions": min(kind.questions, unkind.questions),
        "most_questions": max(kind.questions, unkind.questions),
    }


def _span(low: float, high: float, digits: int = 2) -> str:
    return f"{low:.{digits}f}" if high - low < 0.005 else f"{low:.{digits}f}–{high:.{digits}f}"


def _steps(cell: Cell) -> str:
    done = [steps for steps in cell.reached if steps is not None]
    count = f"{len(done)} of {len(cell.runs)}"
    return count if not done else f"{count}: {np.mean(done) / 1000:.1f}k"


def _row(cell: Cell) -> list[str]:
    known = cell.exact
    return [
        cell.game,
        cell.name,
        f"{cell.arm['learner']['steps'] / 1000:g}k",
        f"{known['optimum']:.3f}",
        _span(known["success_of_reward"], known["success_of_reward_at_best"], 3),
        _span(known["least_questions"], known["most_questions"]),
        cell.final("success").text(3),
        cell.final("questions").text(),
        _steps(cell),
    ]


def _opened(results: Results, name: str) -> list[str]:
    """What is said of a lock."""
    cells = [cell for cell in results.cells if cell.game == name]
    sparse = cells[0]
    budget, hedging = sparse.arm["learner"]["steps"], sparse.exact["hedging"]
    solved = sum(steps is not None for steps in sparse.reached)
    said = [
        f"* {name}: within {budget:,} steps sparse reward reaches 90% of the optimum in {solved} of {len(sparse.runs)} "
        f"seeds, success {sparse.final('success').text(3)} at the end (hedging earns {hedging:.3f})."
    ]
    for cell in cells[1:]:
        third = [steps for steps in cell.reached if steps is not None and steps <= budget / 3]
        worst = f", the slowest after {max(third):,} steps" if third else ""
        said.append(
            f"  * {cell.name}: {len(third)} of {len(cell.runs)} within a third of that ({budget // 3:,}){worst}."
        )
    return said


def _compared(results: Results) -> list[str]:
    """Potential against sparse, seed by seed, at each λ."""
    said = []
    for trace in LAMBDAS:
        pair = [results.cell(SPEED.name, f"{name}, λ = {trace:g}") for name in ("sparse", "potential")]
        budget = pair[0].arm["learner"]["steps"]
        told = [[budget if steps is None else steps for steps in cell.reached] for cell in pair]
        means = [float(np.mean(each)) for each in told]
        counts = [sum(steps is not None for steps in cell.reached) for cell in pair]
        texts = [
            f"{mean / 1000:.1f}k ({count} of {len(each)})"
            for mean, count, each in zip(means, counts, told, strict=True)
        ]
        ratio = means[0] / means[1] if means[1] else float("nan")
        said.append(f"* λ = {trace:g}: sparse {texts[0]}, potential {texts[1]}, ratio of means {ratio:.2f}.")
    return said


def table(results: Results) -> str:
    """What is optimal under each reward, exactly, beside what was learnt."""
    header = [
        "game",
        "reward",
        "budget",
        "optimum",
        "success of what the reward makes optimal",
        "its questions",
        "success learnt",
        "questions learnt",
        "reached 90%",
    ]
    return "\n".join(
        [
            "# What informativeness in the reward does",
            "",
            results.claim,
            "",
            markdown(header, [_row(cell) for cell in results.cells]),
            "",
            "*Optimum* is the greatest success that any policy has. *What the reward makes optimal*: success and "
            "questions over the policies whose return is the greatest, exact, least to greatest. *Learnt*: of the last "
            "policy's most likely actions, exact but under noise (1,024 episodes); means over seeds with 95% "
            "intervals. *Reached 90%*: in how many seeds the success came to 90% of the optimum, twice in a row, and "
            "their mean number of steps.",
            "",
            "## Locks and what opens them",
            "",
            *(line for name in LOCKS for line in _opened(results, name)),
            "",
            "## When a potential speeds learning up",
            "",
            "Steps to 90% of the optimum where nothing locks; a seed that does not get there counts with its budget.",
            "",
            *_compared(results),
        ]
    )


def figure(results: Results) -> Figure:
    """Locks, speed, and the optima that rewards move."""
    drawn, grid = panels(3, 3, width=4.0, height=3.1)
    places = list(grid.reshape(-1))
    for axes, name in zip(places, LOCKS, strict=False):
        cells = [cell for cell in results.cells if cell.game == name]
        for cell, colour in zip(cells, COLOURS, strict=False):
            band(axes, cell, "success", label=cell.name, colour=colour)
        axes.axhline(cells[0].exact["hedging"], color="black", linestyle=":", linewidth=1)
        axes.set_title(f"Lock? {name}")
        axes.set_ylabel("success")
        axes.set_xlabel("thousand steps")
        axes.set_ylim(0, 1.05)
        axes.legend(fontsize=7, loc="lower right", framealpha=0.9)
    _speeds(places[4], [results.cell(SPEED.name, name) for name in TRIED])
    for game, pair in ((TIGHT, places[5:7]), (NOISE, places[7:])):
        cells = [cell for cell in results.cells if cell.game == game.name]
        for axes, metric in zip(pair, ("success", "questions"), strict=True):
            _learnt(axes, cells, metric)
            axes.set_title(f"{game.name}: {metric}".capitalize())
    return drawn


def _speeds(axes: Any, cells: list[Cell]) -> None:
    """Steps to the target of each seed; a cross at the budget where it was not reached."""
    for place, cell in enumerate(cells):
        colour = COLOURS[0] if cell.name.startswith("sparse") else COLOURS[1]
        budget = cell.arm["learner"]["steps"] / 1000
        done = [steps / 1000 for steps in cell.reached if steps is not None]
        axes.plot(done, [place] * len(done), "o", color=colour, alpha=0.75)
        missed = len(cell.runs) - len(done)
        if missed:
            axes.plot([budget], [place], "x", color=colour)
            axes.annotate(f"{missed} not", (budget, place), xytext=(4, 3), textcoords="offset points", fontsize=7)
    axes.set_yticks(range(len(cells)), [cell.name for cell in cells])
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.set_xlabel("thousand steps to 90% of the optimum")
    axes.set_title("Speed where nothing locks")


def _learnt(axes: Any, cells: list[Cell], metric: str) -> None:
    """Bars of what was learnt, and the range of what the reward makes optimal."""
    ends = ("success_of_reward", "success_of_reward_at_best") if metric == "success" else ("least", "most")
    for place, cell in enumerate(cells):
        told = cell.final(metric)
        low, high = (cell.exact[end if metric == "success" else f"{end}_questions"] for end in ends)
        axes.bar(place, told.mean, color=COLOURS[5], width=0.6, label="learnt" if not place else None)
        axes.errorbar(place, told.mean, [[told.mean - told.low], [told.high - told.mean]], color="black", capsize=3)
        axes.vlines(place + 0.4, low, high, color=COLOURS[1], linewidth=3)
        axes.plot([place + 0.4], [high], "_", color=COLOURS[1], markersize=10, label="optimal" if not place else None)
        axes.plot([place + 0.4], [low], "_", color=COLOURS[1], markersize=10)
    axes.set_xticks(range(len(cells)), [cell.name for cell in cells], rotation=25, ha="right")
    axes.set_ylim(0, 1.3 * axes.get_ylim()[1])
    axes.legend(fontsize=7, frameon=False, loc="upper left", ncols=2)


if __name__ == "__main__":
    main(Experiment("experiments.shaping", CLAIM, Path(__file__).parent, ARMS, exact, table, figure))
