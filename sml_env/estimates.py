"""Estimates with confidence intervals: proportions, and ratios of sums over independent episodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

__all__ = ["CONFIDENCE", "NOTHING", "Estimate", "ratio", "wilson"]

CONFIDENCE: Final = 0.95
_ZERO: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95% confidence interval.

    Attributes:
        value: ``None`` when nothing was counted.
        low: Lower end.
        high: Upper end.
        count: What it is out of: episodes, questions, attempts or turns.
    """

    value: float | None
    low: float | None
    high: float | None
    count: int


NOTHING: Final = Estimate(None, None, None, 0)


def wilson(successes: int, trials: int, confidence: float = CONFIDENCE) -> Estimate:
    """A proportion of independent trials with Wilson's score interval (Journal of the ASA 22, 1927)."""
    if trials <= 0:
        return NOTHING
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = successes / trials
    centre = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * np.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)) / (1 + z * z / trials)
    low = 0.0 if successes == 0 else float(centre - half)
    high = 1.0 if successes == trials else float(centre + half)
    return Estimate(share, low, high, trials)


def ratio(
    numerators: Sequence[float], denominators: Sequence[float], *, share: bool = False, confidence: float = CONFIDENCE
) -> Estimate:
    """A ratio of sums over episodes, which are independent where the turns of one episode are not.

    The interval is normal, with the ratio estimator's variance (Cochran, *Sampling Techniques*, section 6.3). A share
    that is 0 or 1 in every episode has no variance; it gets Wilson's interval over the episodes that count.

    Args:
        numerators: One for each episode.
        denominators: One for each episode, not negative.
        share: Whether it lies in [0, 1].
        confidence: Of the interval.
    """
    top, bottom = np.asarray(numerators, dtype=np.float64), np.asarray(denominators, dtype=np.float64)
    used = bottom > 0.0
    top, bottom = top[used], bottom[used]
    size, total = len(top), float(bottom.sum())
    if size == 0:
        return NOTHING
    value = float(top.sum()) / total
    count = round(total)
    if share and min(value, 1.0 - value) <= _ZERO:
        whole = wilson(round(value) * size, size, confidence)
        return Estimate(value, whole.low, whole.high, count)
    if size == 1:
        return Estimate(value, None, None, count)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    half = z * float(np.sqrt(size / (size - 1) * np.square(top - value * bottom).sum())) / total
    low, high = value - half, value + half
    return Estimate(value, max(0.0, low) if share else low, min(1.0, high) if share else high, count)
