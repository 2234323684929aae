"""What episodes came to, counted from their infos alone: sums, and the rates that are reported of them.

It needs no trainer, so that what a callback logs can be counted again by hand. As in ``sml_env.evaluation`` a
**question** is a turn that is neither an attempt nor malformed, and an attempt is **premature** where more than two of
equally likely answers are left, a question could still tell something, and a turn is left to use it. Where facts are
missing the environment's own ``premature_attempts`` count, since there a first question may tell nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import nan
from typing import Any, Final

import numpy as np
import numpy.typing as npt

__all__ = ["RATES", "SUMS", "ZERO_BITS", "episode_sums", "premature", "rates"]

SUMS: Final = (
    "episodes", "solved", "turns", "questions", "attempts", "premature", "metered", "bits", "told", "best", "useful",
    "wasted",
)  # fmt: skip
RATES: Final = (
    "success", "bits_per_question", "bits_per_episode", "efficiency", "zero_bit_share", "premature_attempts",
    "questions_per_episode", "attempts_per_episode", "turns_per_episode",
)  # fmt: skip

ZERO_BITS: Final = 1e-12
"""Bits up to this are none."""

_UNDECIDED_BITS: Final = 1.0 + 1e-9


def premature(undecided: npt.ArrayLike, best: npt.ArrayLike, turns_left: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Which attempts are premature.

    Args:
        undecided: Entropy of the belief before them, in bits.
        best: What the best question could have told, in bits; NaN where that cannot be said.
        turns_left: After them.
    """
    told = np.asarray(best, dtype=np.float64)
    open_question = np.isnan(told) | (told > ZERO_BITS)
    return (np.asarray(undecided) > _UNDECIDED_BITS) & open_question & (np.asarray(turns_left) > 0)


def episode_sums(begun: Mapping[str, Any], turns: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """The sums of one episode, by the names of ``SUMS``.

    Args:
        begun: What ``reset`` said.
        turns: What each step said, in order, the last one at the end of the episode.

    Returns:
        ``bits`` over the ``metered`` questions; ``told`` and ``best`` over those of them whose best bits are known;
        ``wasted`` of the ``useful``, at which a better question was to be had.
    """
    sums = dict.fromkeys(SUMS, 0.0)
    sums["episodes"] = 1.0
    sums["turns"] = float(len(turns))
    sums["solved"] = float(bool(turns[-1].get("success"))) if turns else 0.0
    undecided = begun.get("belief_entropy_bits")
    for info in turns:
        kind = info.get("query_kind")
        if kind == "attempt":
            sums["attempts"] += 1.0
            best = info.get("best_bits")
            sums["premature"] += undecided is not None and bool(
                premature(float(undecided), nan if best is None else float(best), info.get("turns_left", 0))
            )
        elif kind != "malformed":
            sums["questions"] += 1.0
            _add_bits(sums, info)
        undecided = info.get("belief_entropy_bits")
    if turns and "premature_attempts" in turns[-1]:
        sums["premature"] = float(turns[-1]["premature_attempts"])
    return sums


def _add_bits(sums: dict[str, float], info: Mapping[str, Any]) -> None:
    expected, best = info.get("expected_bits"), info.get("best_bits")
    if expected is None:
        return
    sums["metered"] += 1.0
    sums["bits"] += float(expected)
    if best is None:
        return
    sums["told"] += float(expected)
    sums["best"] += float(best)
    if best > ZERO_BITS:
        sums["useful"] += 1.0
        sums["wasted"] += float(expected <= ZERO_BITS)


def rates(sums: Mapping[str, float]) -> dict[str, float]:
    """The rates of summed episodes, by the names of ``RATES``; NaN where there was nothing to count."""

    def over(above: str, below: str) -> float:
        return float(sums[above]) / float(sums[below]) if sums[below] else nan

    pairs = (
        ("solved", "episodes"), ("bits", "metered"), ("bits", "episodes"), ("told", "best"), ("wasted", "useful"),
        ("premature", "episodes"), ("questions", "episodes"), ("attempts", "episodes"), ("turns", "episodes"),
    )  # fmt: skip
    return {name: over(*pair) for name, pair in zip(RATES, pairs, strict=True)}
