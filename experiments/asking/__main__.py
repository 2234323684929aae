"""``python -m experiments.asking``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from matplotlib.figure import Figure

from experiments.arms import Arm
from experiments.asking.settings import ARMS
from experiments.command import Experiment, main
from experiments.figures import COLOURS, band, panels
from experiments.games import family_of
from experiments.optimum import Optimum
from experiments.results import Cell, Results, markdown
from sml_env.evaluation import hedging_bracket

CLAIM: Final = (
    "A learner that is paid for the outcome alone becomes an asker where asking at random and then answering earns "
    "more than guessing; where guessing earns more it stops asking while its reward rises."
)

_SHOWN: Final = (
    ("questions", "questions an episode", 2),
    ("bits_per_question", "bits a question", 2),
    ("zero_bit_share", "zero-bit share of questions", 2),
    ("premature_share", "premature share of attempts", 2),
    ("success", "success", 2),
)


def exact(arm: Arm) -> dict[str, float]:
    """The optimum, what hedging earns, and what questions at random and then the likeliest answer earn."""
    turns = arm.game.arguments["max_turns"]
    attempts = arm.game.arguments.get("max_attempts") or turns
    best = Optimum(arm.game)
    return {
        "optimum": best.value().success,
        "hedging": hedging_bracket(family_of(arm.game).space, attempts),
        "asking_at_random": best.asking_at_random(),
    }


def _change(cell: Cell, metric: str, digits: int) -> str:
    """A metric of the first and of the last rollout trained on."""
    _, points = cell.points(metric, "explored")
    return f"{points[0].text(digits)} → {points[-1].text(digits)}"


def table(results: Results) -> str:
    """What the episodes that were trained on were like, at first and at last."""
    rows = [
        [
            cell.game,
            cell.name,
            f"{cell.exact['hedging']:.3f}",
            f"{cell.exact['asking_at_random']:.3f}",
            *(_change(cell, metric, digits) for metric, _, digits in _SHOWN),
        ]
        for cell in results.cells
    ]
    header = ["game", "arm", "hedging", "asking at random", *(name for _, name, _ in _SHOWN)]
    return "\n".join(
        [
            "# Learners become askers",
            "",
            results.claim,
            "",
            markdown(header, rows),
            "",
            "Of the episodes of the first and of the last rollouts trained on, whose actions are drawn from the "
            "policy: means over seeds with 95% intervals of Student's t. *Hedging*: the exact success of guessing in "
            "every attempt. *Asking at random*: that of menu questions drawn uniformly in all turns but the last, and "
            "then the likeliest answer. A zero-bit question told nothing though a better one was to be had; an attempt "
            "is premature with more than one bit to go, something left to ask, and a turn to do so, or, in the sum of "
            "two, while more than one answer is left. A dash: there were no such questions or attempts.",
        ]
    )


def figure(results: Results) -> Figure:
    """Each metric over training."""
    drawn, grid = panels(2, 3, width=4.0, height=2.9)
    places = grid.reshape(-1)
    for axes, (metric, name, _) in zip(places, _SHOWN, strict=False):
        for cell, colour in zip(results.cells, COLOURS, strict=False):
            band(axes, cell, metric, label=f"{cell.game}: {cell.name}", colour=colour, which="explored")
        axes.set_title(name)
        axes.set_xlabel("thousand steps")
        axes.set_ylim(bottom=0)
    handles, labels = places[0].get_legend_handles_labels()
    places[5].axis("off")
    places[5].legend(handles, labels, loc="center", fontsize=9, frameon=False)
    return drawn


if __name__ == "__main__":
    main(Experiment("experiments.asking", CLAIM, Path(__file__).parent, ARMS, exact, table, figure))
