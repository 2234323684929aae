"""``python -m experiments.asymmetry``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from experiments.arms import Arm
from experiments.asymmetry.settings import ARMS, GAMES, INFORMED
from experiments.command import Experiment, main
from experiments.figures import COLOURS, panels
from experiments.games import family_of
from experiments.optimum import Optimum
from experiments.results import Results, markdown
from sml_env.evaluation import hedging_bracket

CLAIM = (
    "A student learns from its teacher only where the teacher holds something that it lacks; without that, all arms "
    "earn what guessing earns."
)


def exact(arm: Arm) -> dict[str, float]:
    """The optimum of the arm's own game, and what hedging earns in it."""
    arguments = arm.game.arguments
    attempts = arguments.get("max_attempts") or arguments["max_turns"]
    best = Optimum(arm.game).value().success
    return {"optimum": best, "hedging": hedging_bracket(family_of(arm.game).space, attempts), "target": 0.9 * best}


def table(results: Results) -> str:
    """Success of each arm beside its optimum, and whether the arms without information are equal."""
    rows = []
    for cell in results.cells:
        bits = cell.final("bits_per_question").text() if cell.name in INFORMED else "0"
        learnt = [run["explored"]["success"][-1] for run in cell.runs]
        rows.append(
            [
                cell.game,
                cell.name,
                f"{cell.exact['optimum']:.3f}",
                f"{cell.exact['hedging']:.3f}",
                cell.final("success").text(3),
                f"{min(learnt):.2f}–{max(learnt):.2f}",
                cell.final("questions").text(1),
                bits,
            ]
        )
    header = ["game", "arm", "optimum", "hedging", "success", "success in training", "questions", "bits a question"]
    said = []
    for game in GAMES:
        blind = [cell for cell in results.cells if cell.game == game.name and cell.name not in INFORMED]
        told = results.cell(game.name, "answer")
        each = sorted({run["final"]["success"] for cell in blind for run in cell.runs})
        least = min(run["final"]["success"] for run in told.runs)
        said.append(
            f"* {game.name}: without information {each[0]:.3f} to {each[-1]:.3f} over all arms and seeds, "
            f"with it at least {least:.3f}."
        )
    return "\n".join(
        [
            "# Asymmetry is necessary",
            "",
            results.claim,
            "",
            markdown(header, rows),
            "",
            "Success is exact for each policy (its most likely actions under every hypothesis); means over seeds with "
            "95% intervals of Student's t, one number where all seeds agree. Success in training is the range over "
            "seeds, of the last rollout, whose actions are drawn. Each training ends when its policy is optimal, twice "
            "in a row, or after 30,000 steps.",
            "",
            "The asymmetry `verifier` is the bare verdict in every environment, so it cannot tell more than no. The "
            "verdicts that do are those of a teacher that holds the answer: in the last two games a turn can only be "
            "an attempt, and what answers a wrong one (Mastermind's pegs, a counterexample) is all that `answer` adds.",
            "",
            *said,
        ]
    )


def figure(results: Results) -> Figure:
    """Success of each arm against its optimum and hedging, a panel for each game."""
    drawn, grid = panels(1, len(GAMES), width=3.1, height=3.0)
    for axes, game in zip(grid[0], GAMES, strict=True):
        cells = [cell for cell in results.cells if cell.game == game.name]
        _bars(axes, cells)
        axes.set_title(game.name.replace(" with ", "\nwith ").replace(", ", ",\n"))
    grid[0, 0].set_ylabel("success")
    return drawn


def _bars(axes: Any, cells: list[Any]) -> None:
    for place, cell in enumerate(cells):
        told = cell.final("success")
        colour = COLOURS[0] if cell.name in INFORMED else COLOURS[6]
        axes.bar(place, told.mean, color=colour, width=0.7)
        axes.errorbar(place, told.mean, [[told.mean - told.low], [told.high - told.mean]], color="black", capsize=3)
        axes.hlines(cell.exact["optimum"], place - 0.45, place + 0.45, color=COLOURS[1], linewidth=2)
    axes.text(0.55, cells[0].exact["optimum"], "optimum", color=COLOURS[1], va="center", fontsize=8)
    axes.axhline(cells[0].exact["hedging"], color="black", linestyle=":", linewidth=1)
    axes.text(len(cells) - 0.5, cells[0].exact["hedging"] + 0.02, "hedging", ha="right", fontsize=8)
    axes.set_xticks(range(len(cells)), [cell.name for cell in cells], rotation=40, ha="right")
    axes.set_ylim(0, 1.08)


if __name__ == "__main__":
    main(Experiment("experiments.asymmetry", CLAIM, Path(__file__).parent, ARMS, exact, table, figure))
