"""Information in bits: entropies, posteriors, expected information and channels, as pure functions on arrays.

Every function works on the last axes and broadcasts over the ones before, so a batch of dialogues is one call and
a single dialogue is a batch of one. Beliefs are probabilities over hypotheses; what is *asked* is the **target**, a
labelling of the hypotheses (``None``: every hypothesis is its own target).

Source of the formulas: Cover and Thomas, *Elements of Information Theory*, chapter 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log2
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = [
    "ROUNDING_BITS",
    "Channel",
    "FloatArray",
    "IntArray",
    "binary_entropy_bits",
    "cut_information_bits",
    "divergence_bits",
    "entropy_bits",
    "exchange_bits",
    "expected_information_bits",
    "posterior",
    "reply_entropy_bits",
    "target_belief",
    "threshold_information_bits",
    "told_about_bits",
    "told_masses",
]

ROUNDING_BITS: Final = 1e-12
"""Information that is a difference of entropies is 0 below this."""

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]


def _surprisal_mass(probability: FloatArray) -> FloatArray:
    """``-p log2 p`` elementwise, 0 at 0."""
    return -probability * np.log2(np.where(probability > 0.0, probability, 1.0))


def entropy_bits(belief: npt.ArrayLike) -> FloatArray:
    """Shannon entropy of each distribution along the last axis.

    Args:
        belief: Shape ``(..., N)``, non-negative, each row summing to one.

    Returns:
        Shape ``(...)``, in bits.
    """
    result: FloatArray = _surprisal_mass(np.asarray(belief, dtype=np.float64)).sum(axis=-1)
    return np.maximum(result, 0.0)


def divergence_bits(after: FloatArray, before: FloatArray) -> float:
    """Kullback-Leibler divergence of one belief from another, both of shape ``(N,)``, in bits.

    Args:
        after: Zero wherever ``before`` is.
        before: Of which it is measured.
    """
    seen = after > 0
    return max(0.0, float((after[seen] * np.log2(after[seen] / before[seen])).sum()))


def binary_entropy_bits(probability: npt.ArrayLike) -> FloatArray:
    """Entropy of a coin, elementwise: ``-p log2 p - (1-p) log2 (1-p)``, in bits; ``p`` is clipped to [0, 1]."""
    p = np.asarray(probability, dtype=np.float64)
    if p.ndim == 0:
        q = float(p)
        return np.asarray(-q * log2(q) - (1.0 - q) * log2(1.0 - q) if 0.0 < q < 1.0 else 0.0)
    p = np.clip(p, 0.0, 1.0)
    return _surprisal_mass(p) + _surprisal_mass(1.0 - p)


def target_belief(belief: npt.ArrayLike, target: npt.NDArray[np.integer] | None) -> FloatArray:
    """The belief about what is asked.

    Args:
        belief: Shape ``(..., N)``.
        target: Shape ``(N,)``, labels ``0..T-1``; ``None`` for the identity.

    Returns:
        Shape ``(..., T)``.
    """
    b = np.asarray(belief, dtype=np.float64)
    if target is None:
        return b
    flat = b.reshape(-1, b.shape[-1])
    labels = int(target.max()) + 1
    summed = np.stack([np.bincount(target, weights=row, minlength=labels) for row in flat]).astype(np.float64)
    return np.asarray(summed.reshape(*b.shape[:-1], labels))


def posterior(belief: npt.ArrayLike, likelihood: npt.ArrayLike) -> FloatArray:
    """Bayes' rule.

    Args:
        belief: Shape ``(..., N)``.
        likelihood: P(observed reply | hypothesis), shape ``(..., N)``, broadcast against the belief.

    Returns:
        Shape ``(..., N)``, each row summing to one.

    Raises:
        ValueError: If the observed reply is impossible under every live hypothesis.
    """
    joint = np.asarray(belief, dtype=np.float64) * np.asarray(likelihood, dtype=np.float64)
    total = joint.sum(axis=-1, keepdims=True)
    if not (total > 0.0).all():
        raise ValueError("likelihood: the reply is impossible under every live hypothesis")
    return np.asarray(joint / total)


def expected_information_bits(
    belief: npt.ArrayLike, channel: npt.ArrayLike, target: npt.NDArray[np.integer] | None = None
) -> FloatArray:
    """Mutual information I(target; reply) under a belief, before the reply is known.

    Args:
        belief: Shape ``(..., N)``.
        channel: P(reply | hypothesis), shape ``(..., N, K)``, rows summing to one; broadcast against the belief.
        target: Shape ``(N,)``, labels of what is asked; ``None`` for the hypothesis itself.

    Returns:
        Shape ``(...)``, in bits, never negative.
    """
    b = np.asarray(belief, dtype=np.float64)
    joint = b[..., :, None] * np.asarray(channel, dtype=np.float64)
    if target is not None:
        joint = np.moveaxis(target_belief(np.moveaxis(joint, -1, -2), target), -1, -2)
    given = joint.sum(axis=-1)
    replies = joint.sum(axis=-2)
    bits: FloatArray = (
        _surprisal_mass(replies).sum(axis=-1)
        + _surprisal_mass(given).sum(axis=-1)
        - _surprisal_mass(joint).sum(axis=(-1, -2))
    )
    return np.asarray(np.where(bits < ROUNDING_BITS, 0.0, bits))


def told_about_bits(
    codes: npt.NDArray[np.integer], weights: FloatArray, labels: npt.NDArray[np.integer], replies: int
) -> FloatArray:
    """I(label; reply) = H(label) + H(reply) − H(label, reply) of several queries whose replies are true.

    Args:
        codes: Shape ``(Q, N)``: the reply of each query under each hypothesis, below ``replies``.
        weights: Belief of the hypotheses, shape ``(N,)``.
        labels: What is asked of each, from 0, shape ``(N,)``.
        replies: The largest number of replies.

    Returns:
        Shape ``(Q,)``, in bits, never negative.
    """
    count = int(labels.max()) + 1
    keys = codes + np.arange(len(codes))[:, None] * replies
    whole = np.broadcast_to(weights, keys.shape).reshape(-1)
    told = np.bincount(keys.reshape(-1), whole, len(codes) * replies).reshape(-1, replies)
    joint = np.bincount((keys * count + labels).reshape(-1), whole, len(codes) * replies * count)
    bits = entropy_bits(np.bincount(labels, weights)) + entropy_bits(told)
    bits -= entropy_bits(joint.reshape(-1, replies * count))
    return np.where(bits < ROUNDING_BITS, 0.0, bits)


def reply_entropy_bits(masses: FloatArray, starts: npt.NDArray[np.integer]) -> FloatArray:
    """Entropies of several queries whose reply masses lie end to end.

    For a deterministic channel whose target is the hypothesis itself this is the expected information.

    Args:
        masses: Shape ``(..., R)``: the probability of each reply of each query.
        starts: Shape ``(Q,)``: where each query's replies begin, ascending from 0.

    Returns:
        Shape ``(..., Q)``, in bits.
    """
    result: FloatArray = np.add.reduceat(_surprisal_mass(masses), starts, axis=-1)
    return result


def threshold_information_bits(belief: npt.ArrayLike, error: float | FloatArray = 0.0) -> FloatArray:
    """The most that any comparison against the ordered hypotheses tells ("is it greater than the k-th?").

    Args:
        belief: Shape ``(..., N)``, hypotheses in ascending order, each its own target.
        error: Probability that the yes or no is flipped: a number, or shape ``(N,)`` by hypothesis.

    Returns:
        Shape ``(...)``, in bits: the maximum over the N - 1 cuts.
    """
    if not isinstance(error, float):
        return np.asarray(cut_information_bits(belief, error).max(axis=-1, initial=0.0))
    below = np.cumsum(np.asarray(belief, dtype=np.float64), axis=-1)[..., :-1]
    if below.shape[-1] == 0:
        return np.zeros(below.shape[:-1])
    told = 0.5 + np.minimum(np.abs(below - 0.5).min(axis=-1), 0.5) * (1.0 - 2.0 * error)
    bits = binary_entropy_bits(told)
    return np.maximum(bits - binary_entropy_bits(error), 0.0) if error else bits


def cut_information_bits(belief: npt.ArrayLike, error: float | FloatArray = 0.0) -> FloatArray:
    """What each comparison against the ordered hypotheses tells, in bits, shape ``(..., N - 1)``.

    Arguments as of ``threshold_information_bits``.
    """
    b = np.asarray(belief, dtype=np.float64)
    rates = np.broadcast_to(np.asarray(error, dtype=np.float64), b.shape)
    below, flipped = np.cumsum(b, axis=-1)[..., :-1], np.cumsum(b * rates, axis=-1)
    said_no = below - flipped[..., :-1] + (flipped[..., -1:] - flipped[..., :-1])
    noise = (b * binary_entropy_bits(rates)).sum(axis=-1, keepdims=True)
    return np.asarray(np.maximum(binary_entropy_bits(said_no) - noise, 0.0))


def told_masses(
    straight: FloatArray, crossed: FloatArray, replies: int | npt.NDArray[np.integer], sure: int | None = None
) -> FloatArray:
    """P(delivered reply) where some true replies are exchanged for another one of the same query.

    Args:
        straight: Shape ``(..., K)``: by true reply, the mass of the hypotheses under which it is delivered as it is.
        crossed: Shape ``(..., K)``: the mass under which it is exchanged; 0 for ``sure``.
        replies: How many of the K the query has, a number or shape ``(...)``; those after them get no mass.
        sure: A reply that is never exchanged, and for which none is.

    Returns:
        Shape ``(..., K)``.
    """
    size = np.asarray(replies)
    others = np.maximum(size - (1 if sure is None else 2), 1)[..., None]
    spread = (crossed.sum(axis=-1, keepdims=True) - crossed) / others
    spread = spread * (np.arange(straight.shape[-1]) < size[..., None])
    if sure is not None:
        spread[..., sure] = 0.0
    return np.asarray(straight + spread)


def exchange_bits(error: npt.ArrayLike, replies: int | npt.NDArray[np.integer]) -> FloatArray:
    """Entropy of the reply given its true one: right with 1 - error, else one of ``replies - 1`` others, in bits."""
    rate = np.asarray(error, dtype=np.float64)
    return np.asarray(binary_entropy_bits(rate) + rate * np.log2(np.maximum(np.asarray(replies) - 1, 1)))


@dataclass(frozen=True, eq=False, slots=True)
class Channel:
    """P(delivered reply | hypothesis) for one query, after the guard.

    Attributes:
        replies: The K texts that may be delivered.
        codes: Shape ``(N,)``: which of them is the true reply under each hypothesis; ``None`` when the reply does not
            depend on the hypothesis at all, so that it carries exactly 0 bits.
        error: Probability that the reply is not the true one but one of the others, each equally likely; a number, or
            shape ``(N,)`` where it depends on the hypothesis.
        sure: The code of a reply that is never exchanged, and for which none is: the verdict that comes with it.
    """

    replies: tuple[str, ...]
    codes: npt.NDArray[np.integer] | None
    error: float | FloatArray = 0.0
    sure: int | None = None

    @property
    def constant(self) -> bool:
        """Whether the reply is independent of the hypothesis."""
        return self.codes is None

    @property
    def exact(self) -> bool:
        """Whether the reply is always the true one."""
        return isinstance(self.error, float) and self.error == 0.0

    @property
    def exchangeable(self) -> int:
        """How many replies may be exchanged for one another."""
        return len(self.replies) - (self.sure is not None)

    def _errors(self, codes: npt.NDArray[np.integer]) -> FloatArray:
        """P(the reply is not the true one | hypothesis), shape ``(N,)``."""
        rates = np.broadcast_to(np.asarray(self.error, dtype=np.float64), codes.shape)
        if self.exchangeable < 2:
            return np.zeros(codes.shape)
        return rates if self.sure is None else np.where(codes == self.sure, 0.0, rates)

    def matrix(self) -> FloatArray:
        """P(reply | hypothesis), shape ``(N, K)``. Raises ValueError for a constant channel, whose N is unknown."""
        if self.codes is None:
            raise ValueError("codes: a constant channel has no matrix")
        rows, size = np.arange(len(self.codes)), len(self.replies)
        errors = self._errors(self.codes)
        dense = np.repeat((errors / max(self.exchangeable - 1, 1))[:, None], size, axis=1)
        if self.sure is not None:
            dense[:, self.sure] = 0.0
        dense[rows, self.codes] = 1.0 - errors
        return dense

    def likelihood(self, code: int) -> FloatArray | None:
        """P(the reply with this code | hypothesis), shape ``(N,)``; ``None`` when it is the same under all."""
        if self.codes is None or len(self.replies) < 2:
            return None
        hit = self.codes == code
        if self.exact or self.exchangeable < 2 or code == self.sure:
            return np.asarray(hit, dtype=np.float64)
        errors = self._errors(self.codes)
        return np.asarray(np.where(hit, 1.0 - errors, errors / (self.exchangeable - 1)))

    def expected_bits(self, belief: FloatArray, target: npt.NDArray[np.integer] | None = None) -> float:
        """I(target; reply) under a belief of shape ``(N,)``, in bits."""
        size = len(self.replies)
        if self.codes is None or size < 2:
            return 0.0
        if target is not None:
            return float(expected_information_bits(belief, self.matrix(), target))
        masses = np.bincount(self.codes, weights=belief, minlength=size).astype(np.float64)
        alike = np.count_nonzero(masses) < 2
        if self.exact or self.exchangeable < 2:
            return 0.0 if alike else max(0.0, float(_surprisal_mass(masses).sum()))
        errors = self._errors(self.codes)
        if alike and np.ptp(errors[belief > 0.0]) == 0.0:
            return 0.0
        crossed = np.bincount(self.codes, weights=belief * errors, minlength=size).astype(np.float64)
        mixed = told_masses(masses - crossed, crossed, size, self.sure)
        noise = float((belief * exchange_bits(errors, self.exchangeable)).sum())
        return max(0.0, float(_surprisal_mass(mixed).sum()) - noise)
