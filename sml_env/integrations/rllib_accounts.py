"""What episodes came to, counted from their infos alone: sums, and the rates that are reported of them.

It needs no trainer, so that what a callback logs can be counted again by hand. A **question** is a turn that is neither
an attempt nor malformed, as in ``sml_env.evaluation``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import nan
from typing import Any, Final

from sml_env.missing import UNDECIDED_BITS

__all__ = ["RATES", "SUMS", "episode_sums", "rates"]

SUMS: Final = (
    "episodes", "solved", "turns", "questions", "attempts", "premature", "metered", "bits", "told", "best", "useful",
    "wasted",
)  # fmt: skip
RATES: Final = (
    "success", "bits_per_question", "bits_per_episode", "efficiency", "zero_bit_share", "premature_attempts",
    "questions_per_episode", "attempts_per_episode", "turns_per_episode",
)  # fmt: skip

_ZERO_BITS: Final = 1e-12


def episode_sums(begun: Mapping[str, Any], turns: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """The sums of one episode, by the names of ``SUMS``.

    Args:
        begun: What ``reset`` said.
        turns: What each step said, in order, the last one at the end of the episode.

    Returns:
        ``bits`` over the ``metered`` questions; ``told`` and ``best`` over those of them whose best bits are known;
        ``wasted`` of the ``useful``, at which a better question was to be had; ``premature``, attempts while what had
        been said left more than one answer.
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
            sums["premature"] += undecided is not None and float(undecided) > UNDECIDED_BITS
        elif kind != "malformed":
            sums["questions"] += 1.0
            _add_bits(sums, info)
        undecided = info.get("belief_entropy_bits")
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
    if best > _ZERO_BITS:
        sums["useful"] += 1.0
        sums["wasted"] += float(expected <= _ZERO_BITS)


def rates(sums: Mapping[str, float]) -> dict[str, float]:
    """The rates of summed episodes, by the names of ``RATES``; NaN where there was nothing to count."""

    def over(above: str, below: str) -> float:
        return float(sums[above]) / float(sums[below]) if sums[below] else nan

    pairs = (
        ("solved", "episodes"), ("bits", "metered"), ("bits", "episodes"), ("told", "best"), ("wasted", "useful"),
        ("premature", "episodes"), ("questions", "episodes"), ("attempts", "episodes"), ("turns", "episodes"),
    )  # fmt: skip
    return {name: over(*pair) for name, pair in zip(RATES, pairs, strict=True)}
