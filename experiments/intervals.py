"""Means over seeds with their intervals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import stats

__all__ = ["CONFIDENCE", "Interval", "interval"]

CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its 95% interval over seeds.

    Attributes:
        mean: NaN where there is nothing to say.
        low: Lower end.
        high: Upper end.
        count: Of seeds that say something.
    """

    mean: float
    low: float
    high: float
    count: int

    def text(self, digits: int = 2) -> str:
        """``0.71 (0.68–0.74)``; one number where all seeds agree, a dash where none says anything."""
        if not self.count:
            return "–"
        if self.high - self.low < 10.0**-digits / 2:
            return f"{self.mean:.{digits}f}"
        return f"{self.mean:.{digits}f} ({self.low:.{digits}f}–{self.high:.{digits}f})"


def interval(values: Iterable[float], *, share: bool = False) -> Interval:
    """Student's t interval of a mean; what is NaN is left out, and that of a share ends at 0 and 1."""
    known = np.array([value for value in values if np.isfinite(value)], dtype=np.float64)
    if not len(known):
        return Interval(np.nan, np.nan, np.nan, 0)
    mean = float(known.mean())
    if len(known) == 1 or np.ptp(known) == 0.0:
        return Interval(mean, mean, mean, len(known))
    quantile = float(stats.t.ppf(0.5 + CONFIDENCE / 2, len(known) - 1))
    half = quantile * float(known.std(ddof=1)) / float(np.sqrt(len(known)))
    low, high = (max(0.0, mean - half), min(1.0, mean + half)) if share else (mean - half, mean + half)
    return Interval(mean, low, high, len(known))
