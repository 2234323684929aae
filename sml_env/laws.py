"""Laws of voices: how the true reply to a question becomes the delivered one, as array functions.

A law is public; the ideal listener knows it. Under a law with lies the number of false replies so far is known for each
hypothesis, because under each hypothesis it is known which reply was true: so the exact belief over hypotheses and
lie counts needs one count for each hypothesis.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import comb
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from sml_env.errors import ConfigurationError
from sml_env.information import FloatArray, IntArray
from sml_env.streams import Seeds, below, uniform

__all__ = ["TRUTHFUL", "Law", "Source", "drawn_hypothesis", "questions_ahead"]

Source: TypeAlias = Literal["truth", "other", "silent"]

_WHETHER: Final = 0
_WHICH: Final = 1
_OTHER: Final = 2
_MOST_LIES: Final = 20
_DIGITS: Final = 10
"""Masses that agree to so many digits are equal: the order of summation must not choose the lie."""


@dataclass(frozen=True, slots=True)
class Law:
    """How a voice turns the true reply to a question about the answer into the delivered one.

    Attributes:
        source: ``"truth"``; ``"other"`` replies for an independently drawn hypothesis; ``"silent"`` does not depend on
            any.
        error: Probability of a false reply, each of the others being equally likely.
        lies: False replies in an episode, at most; ``None`` for any number.
        worst: The teacher lies when it hurts most: of the replies that it may still give it gives the most likely one,
            which rules out least, and of equally likely ones the first, so that the choice says nothing of the truth. A
            listener takes every pattern of at most ``lies`` lies over the questions ahead to be equally likely, which
            makes the belief Berlekamp's weights (*Block coding for the binary symmetric channel with noiseless,
            delayless feedback*, 1968).
    """

    source: Source = "truth"
    error: float = 0.0
    lies: int | None = None
    worst: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.error, bool) or not isinstance(self.error, int | float) or not 0.0 <= self.error < 1.0:
            raise ConfigurationError(f"p: {self.error!r} is not a probability in [0, 1)")
        counted = isinstance(self.lies, int) and not isinstance(self.lies, bool)
        if self.lies is not None and not (counted and 0 <= self.lies <= _MOST_LIES):
            raise ConfigurationError(f"lies: {self.lies!r} is not an integer from 0 to {_MOST_LIES}")

    @property
    def exact(self) -> bool:
        """Whether every reply is the true one, or tells nothing."""
        return self.source != "truth" or self.lies == 0 or (self.error == 0.0 and not self.worst)

    @property
    def counts_lies(self) -> bool:
        """Whether what may be said depends on how many lies were told."""
        return bool(self.lies) and not self.exact

    def rates(self, told: npt.NDArray[np.integer], ahead: int | IntArray) -> float | FloatArray:
        """P(the next reply is false | hypothesis).

        Args:
            told: Shape ``(...)``: false replies so far under each hypothesis.
            ahead: Questions that can still be asked, this one included, a number or of ``told``'s shape.

        Returns:
            Shape ``(...)``; a number where it is the same under all.
        """
        if self.exact:
            return 0.0
        if not self.lies:
            return float(self.error)
        if not self.worst:
            return np.where(told < self.lies, self.error, 0.0)
        spare = np.clip(self.lies - told, 0, self.lies)
        horizon = np.maximum(np.asarray(ahead), 1)
        return np.asarray(_pattern_rates(self.lies, int(horizon.max()))[horizon, spare])

    def delivered(
        self,
        true: IntArray,
        replies: IntArray,
        told: IntArray,
        rates: FloatArray,
        seeds: Seeds,
        turns: IntArray,
        masses: FloatArray,
        sure: int | None = None,
    ) -> IntArray:
        """The codes of the replies that are given to a batch of questions.

        Args:
            true: Shape ``(B,)``: the true replies' codes; not ``sure``.
            replies: Shape ``(B,)``: how many replies each question has.
            told: Shape ``(B,)``: false replies so far.
            rates: Shape ``(B,)``: from ``rates``, for the truth.
            seeds: Shape ``(B,)``: of the episodes.
            turns: Shape ``(B,)``: how many turns were taken before.
            masses: Shape ``(B, K)``: P(delivered reply) to the listener; read by the worst case alone.
            sure: Code 0, if it is a verdict that is never exchanged.

        Returns:
            Shape ``(B,)``.
        """
        first = 0 if sure is None else 1
        if self.exact:
            return true
        if self.worst:
            allowed = np.round(masses, _DIGITS)
            allowed[:, :first] = -1.0
            allowed[told >= (self.lies or 0)] = -1.0
            each = np.arange(len(true))
            allowed[each, true] = np.round(masses[each, true], _DIGITS)
            return np.asarray(allowed.argmax(axis=1))
        others = np.maximum(replies - first - 1, 0)
        other = first + below(np.maximum(others, 1), seeds, turns, _WHICH)
        other = other + (other >= true)
        false = (uniform(seeds, turns, _WHETHER) < rates) & (others > 0)
        return np.where(false, other, true)


TRUTHFUL: Final = Law()


def drawn_hypothesis(seeds: Seeds, prior: FloatArray) -> IntArray:
    """The hypothesis that a voice of source ``"other"`` replies for, drawn from the prior, shape ``(B,)``.

    Args:
        seeds: Shape ``(B,)``: of the episodes.
        prior: Shape ``(N,)``.
    """
    cumulative = np.cumsum(prior)
    rows = np.searchsorted(cumulative, uniform(seeds, 0, _OTHER) * cumulative[-1], side="right")
    return np.asarray(np.minimum(rows, len(cumulative) - 1))


def questions_ahead(turns_left: int | IntArray) -> int | IntArray:
    """How many questions can still be asked: the last turn is for the attempt."""
    return np.maximum(turns_left - 1, 1)


@lru_cache(maxsize=64)
def _pattern_rates(lies: int, horizon: int) -> FloatArray:
    """P(the next reply is a lie), all patterns being equally likely, by questions ahead and lies to spare."""
    rates = np.zeros((horizon + 1, lies + 1))
    for ahead in range(1, horizon + 1):
        after = _volumes(ahead - 1, lies)
        for spare in range(1, lies + 1):
            rates[ahead, spare] = after[spare - 1] / (after[spare - 1] + after[spare])
    return rates


def _volumes(questions: int, lies: int) -> list[int]:
    """How many patterns of at most 0, 1, … lies there are over that many questions."""
    total, volumes = 0, []
    for count in range(lies + 1):
        total += comb(questions, count)
        volumes.append(total)
    return volumes
