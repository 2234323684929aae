"""The numbers of this experiment as a table and as a figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from matplotlib.figure import Figure

from experiments.contrasts import factor
from experiments.figures import COLOURS, panels
from experiments.intervals import Interval, interval
from experiments.results import markdown
from experiments.study import Numbers

__all__ = ["figure", "table"]

_SHOWN: Final = {
    "premature_lessons": "lessons with a premature attempt",
    "premature_attempts": "premature attempts a lesson",
    "first_attempt": "turn of the first attempt",
    "questions": "questions a lesson",
    "success": "success",
}

_CLAIMED: Final = "about 5"
"""Times fewer premature attempts, as Cook et al. 2026 have it for their model and their ambiguous tasks."""


def _runs_of(numbers: Numbers, start: str) -> list[Numbers]:
    return [run for run in numbers["runs"] if run["start"] == start]


def _stages(numbers: Numbers) -> dict[str, Any]:
    """What a run came to at each stage, by the stage's name; ``None`` where it had no such stage."""
    return {
        "the dialogues themselves": lambda run: run["dialogues"],
        "imitated": lambda run: run["imitated"],
        **{
            f"rewarded, {name}": lambda run, name=name: run["rewarded"][name][-1]
            for name in numbers["settings"]["learners"]
        },
    }


def _values(numbers: Numbers, start: str, stage: Any, metric: str) -> list[float]:
    told = [stage(run) for run in _runs_of(numbers, start)]
    return [each[metric] for each in told if each is not None]


def table(numbers: Numbers) -> str:
    """The page of results, in Markdown."""
    starts = [start["name"] for start in numbers["settings"]["starts"]]
    seeds = max(len(_runs_of(numbers, start)) for start in starts)
    parts = [f"Means over {seeds} seeds with 95% intervals; students are tested with problems that they have not seen."]
    rows = []
    for name, stage in _stages(numbers).items():
        for start in starts:
            if _values(numbers, start, stage, "success"):
                told = [interval(_values(numbers, start, stage, metric)).text() for metric in _SHOWN]
                rows.append([name, start, *told])
    parts.append(markdown(["stage", "start", *_SHOWN.values()], rows))
    parts.append(f"How many times fewer premature attempts than without priming (published: {_CLAIMED}).")
    rows = []
    for name, stage in _stages(numbers).items():
        for start in starts:
            if start.startswith("primed"):
                fewer = [_fewer(numbers, start, stage, metric).text(1) for metric in list(_SHOWN)[:2]]
                rows.append([name, start, *fewer])
    parts.append(markdown(["stage", "start", *list(_SHOWN.values())[:2]], rows))
    return "\n\n".join(parts)


def _fewer(numbers: Numbers, start: str, stage: Any, metric: str) -> Interval:
    return factor(_values(numbers, "impatient", stage, metric), _values(numbers, start, stage, metric))


def figure(numbers: Numbers) -> Figure:
    """Over training with rewards: success, and the share of lessons with a premature attempt."""
    learners: Sequence[str] = list(numbers["settings"]["learners"])
    shown = ("premature_lessons", "first_attempt", "success")
    picture, axes = panels(len(learners), len(shown))
    for row, learner in enumerate(learners):
        for column, metric in enumerate(shown):
            panel = axes[row, column]
            for colour, start in zip(COLOURS, numbers["settings"]["starts"], strict=False):
                curves = [run["rewarded"][learner] for run in _runs_of(numbers, start["name"])]
                steps = [point["steps"] / 1000 for point in curves[0]]
                points = [interval([curve[place][metric] for curve in curves]) for place in range(len(steps))]
                panel.plot(steps, [point.mean for point in points], color=colour, label=start["name"], linewidth=1.6)
                ends = ([point.low for point in points], [point.high for point in points])
                panel.fill_between(steps, *ends, color=colour, alpha=0.18, linewidth=0)
            panel.set_title(f"{_SHOWN[metric]}, {learner}")
    for panel in axes[-1]:
        panel.set_xlabel("steps with rewards, thousands")
    axes[0, -1].legend(frameon=False, fontsize=7, title="imitated before")
    return picture
