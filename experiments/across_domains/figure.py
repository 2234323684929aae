"""The figure: what students earn on games never seen, by whom they learned with and who teaches."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from experiments.across_domains.results import ARMS, Results
from experiments.across_domains.settings import Settings
from experiments.intervals import interval
from sml_env.errors import MissingExtraError

try:
    import matplotlib
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
except ImportError as error:
    raise MissingExtraError('figure: drawing needs the extra: pip install "sml_env[plot]"') from error

__all__ = ["draw"]

_INK, _SOFT = "#222222", "#777777"
_COLOURS = ("#0b6e4f", "#7fb8a4", "#7fb8a4", "#8a8a8a", "#b0762f")


def draw(results: Results, settings: Settings, path: Path) -> None:
    """One panel for each direction; the same results give the same file."""
    with matplotlib.rc_context({"svg.hashsalt": "across_domains", "font.size": 9.0, "svg.fonttype": "path"}):
        figure = Figure(figsize=(9.0, 3.6), layout="constrained")
        panels = figure.subplots(1, len(settings.directions), sharey=True, squeeze=False)[0]
        for axes, (learned, unseen) in zip(panels, settings.directions, strict=True):
            _panel(axes, results, settings, learned, unseen)
        panels[0].set_ylabel("lessons solved, mean of the games")
        figure.savefig(path, format="svg", metadata={"Date": None})


def _panel(axes: Axes, results: Results, settings: Settings, learned: str, unseen: str) -> None:
    games = settings.games_of(unseen)
    for place, (arm, colour) in enumerate(zip(ARMS, _COLOURS, strict=True)):
        earned = list(results.success(learned, arm, games).values())
        if not earned:
            continue
        found = interval(earned)
        error = [[found.mean - found.low], [found.high - found.mean]]
        axes.bar(place, found.mean, 0.62, color=colour, alpha=0.55)
        axes.errorbar(place, found.mean, error, color=_INK, capsize=3.0, linewidth=1.2)
        spread = np.linspace(-0.18, 0.18, len(earned)) if len(earned) > 1 else np.zeros(1)
        axes.plot(place + spread, earned, "o", color=colour, markersize=3.2, markeredgecolor=_INK, markeredgewidth=0.4)
    for kind, words, place in (("greedy", "greedy information", 0.86), ("hedging", "hedging, 1/N", 0.3)):
        level = results.bracket(kind, games)
        axes.axhline(level, color=_SOFT, linewidth=0.9, linestyle="--")
        axes.annotate(
            words,
            (place, level),
            xycoords=("axes fraction", "data"),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            fontsize=7.5,
            color=_SOFT,
        )
    axes.set_xticks(range(len(ARMS)), [f"{arm[0]}\n{arm[1]}" for arm in ARMS], fontsize=8.0)
    axes.set_xlabel("learned with (above), measured with (below)", fontsize=8.0, color=_SOFT)
    axes.set_title(f"learned from {learned}, measured on {unseen}, never seen", fontsize=9.5)
    axes.set_ylim(0.0, 1.05)
    axes.spines[["top", "right"]].set_visible(False)
