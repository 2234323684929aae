"""How the figures of experiments look: light, with a colour for each arm that colour-blind readers tell apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from experiments.results import Cell

__all__ = ["COLOURS", "band", "panels", "save"]

COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#444444", "#8C6D31")
"""Okabe and Ito's palette (2008), and two more."""

matplotlib.rcParams.update(
    {
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 10,
        "axes.titleweight": "bold",
        "figure.facecolor": "white",
        "svg.hashsalt": "sml_env",
        "svg.fonttype": "path",
    }
)


def panels(rows: int, columns: int, *, width: float = 3.6, height: float = 2.7) -> tuple[Figure, Any]:
    """A figure with a grid of axes, shape ``(rows, columns)``."""
    figure = Figure(figsize=(width * columns, height * rows), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False)


def band(
    axes: Any, cell: Cell, metric: str, *, label: str, colour: str, which: str = "curve", style: str = "-"
) -> None:
    """A metric over training: the mean over seeds, and its 95% interval as a band."""
    steps, points = cell.points(metric, which)
    thousands = np.array(steps) / 1000.0
    middle, low, high = (np.array([getattr(point, name) for point in points]) for name in ("mean", "low", "high"))
    axes.plot(thousands, middle, style, color=colour, label=label, linewidth=1.6)
    axes.fill_between(thousands, low, high, color=colour, alpha=0.18, linewidth=0)


def save(figure: Figure, folder: Path, formats: Sequence[str] = ("svg", "png")) -> None:
    """Write the figure into a folder, the same bytes for the same numbers."""
    metadata: dict[str, dict[str, Any]] = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}
    for kind in formats:
        figure.savefig(folder / f"figure.{kind}", dpi=150, metadata=metadata[kind])
