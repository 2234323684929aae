"""How far two arms lie apart, with 95% intervals over seeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy import stats

from experiments.intervals import CONFIDENCE, Interval, interval

__all__ = ["difference", "factor"]

_LEAST: Final = 1e-12


def difference(ours: Sequence[float], theirs: Sequence[float]) -> Interval:
    """Mean less mean of two arms with seeds of their own, with Welch's interval (Biometrika 34, 1947).

    Args:
        ours: One number for each seed, two seeds or more.
        theirs: The same.
    """
    first, second = np.asarray(ours, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
    mean = float(first.mean() - second.mean())
    spread = first.var(ddof=1) / len(first), second.var(ddof=1) / len(second)
    total = float(sum(spread))
    if total < _LEAST:
        return Interval(mean, mean, mean, min(len(first), len(second)))
    freedom = total**2 / (spread[0] ** 2 / (len(first) - 1) + spread[1] ** 2 / (len(second) - 1))
    half = float(stats.t.ppf(0.5 + CONFIDENCE / 2, freedom)) * total**0.5
    return Interval(mean, mean - half, mean + half, min(len(first), len(second)))


def factor(before: Sequence[float], after: Sequence[float]) -> Interval:
    """How many times less there is after than before: the geometric mean over seeds, with Student's interval.

    Args:
        before: One number for each seed.
        after: Of the same seeds; where one is 0 there is nothing to say.
    """
    first, second = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    if min(first.min(), second.min()) <= 0.0:
        return interval([])
    logs = interval(np.log(first / second).tolist())
    return Interval(*(float(np.exp(value)) for value in (logs.mean, logs.low, logs.high)), logs.count)
