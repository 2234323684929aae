"""Beliefs of many episodes at once, in the representation that their game allows.

Every store does the same: take a question for each episode, say what its reply tells, hear the reply. ``BitBeliefs``
keeps a uniform prior under truthful yes-or-no replies as one bit a hypothesis; ``ListBeliefs`` a uniform prior under
truthful replies as lists of the live hypotheses; ``WeightBeliefs`` any prior under any law as probabilities.
"""

from __future__ import annotations

from typing import Final, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from sml_env.bit_beliefs import BitBeliefs
from sml_env.boards import Board, Boards
from sml_env.information import ROUNDING_BITS, FloatArray, IntArray, entropy_bits, exchange_bits, told_masses
from sml_env.list_beliefs import ListBeliefs

__all__ = ["Beliefs", "WeightBeliefs", "beliefs_for"]

MAX_BIT_HYPOTHESES: Final = 512
"""Above this many hypotheses lists of the live ones are cheaper than bits of all."""

Rates: TypeAlias = FloatArray
Which: TypeAlias = npt.NDArray[np.bool_]


class Beliefs(Protocol):
    """Posteriors of B episodes."""

    entropy: FloatArray
    """H of each belief in bits, shape ``(B,)``; a new array after every change."""

    def begin(self, rows: IntArray) -> None:
        """Give these episodes their prior."""
        ...

    def ask(self, questions: IntArray, told: Which | None = None) -> None:
        """Take the question of each episode, shape ``(B,)``: a row of its board.

        For episodes that are ``told``, shape ``(B,)``, the replies are those that the teacher would give instead of the
        true ones.
        """
        ...

    def ask_again(self, rows: IntArray, questions: IntArray) -> None:
        """Take other questions for some episodes, given those of all, shape ``(B,)``."""
        ...

    def told_bits(self, rates: Rates | None = None, sure: Which | None = None) -> FloatArray:
        """What the replies to the questions tell in expectation, shape ``(B,)``.

        Args:
            rates: P(the reply is false | hypothesis), shape ``(B, N)``; ``None`` for never.
            sure: Shape ``(B,)``: whether code 0 of the question is a verdict, which is never exchanged.
        """
        ...

    def yes_counts(self) -> IntArray:
        """Under how many live hypotheses (answers, where they share some) code 1 is the true reply, shape ``(B,)``."""
        ...

    def first_yes(self, rows: IntArray) -> IntArray:
        """For some episodes the first live hypothesis under which code 1 is the true reply."""
        ...

    def masses(self) -> FloatArray:
        """P(delivered reply) of the questions, with the rates given last, shape ``(B, K)``."""
        ...

    def hear(self, replies: IntArray) -> None:
        """Update each belief on the code of the reply that was delivered, shape ``(B,)``."""
        ...

    def likeliest(self, rows: IntArray) -> IntArray:
        """For some episodes the hypothesis with the likeliest answer, the first of equal ones."""
        ...

    def live(self) -> IntArray:
        """How many hypotheses are possible, shape ``(B,)``."""
        ...

    def dense(self) -> FloatArray:
        """The beliefs as probabilities, shape ``(B, N)``."""
        ...

    def fill(self, rows: npt.NDArray[np.float32]) -> None:
        """Write the probabilities into the first N columns of an array of zeros, shape ``(B, N)`` or wider."""
        ...


def beliefs_for(board: Boards, size: int, exact: bool) -> Beliefs:
    """The fastest store that serves.

    Args:
        board: Of the episodes.
        size: How many episodes.
        exact: Whether every reply is the true one.
    """
    plain = isinstance(board, Board) and board.uniform and board.told is None and board.targets is None
    if not exact or not isinstance(board, Board) or not plain:
        return WeightBeliefs(board, size)
    if board.most_replies == 2 and board.hypotheses <= MAX_BIT_HYPOTHESES:
        return BitBeliefs(board, size)
    return ListBeliefs(board, size)


class WeightBeliefs:
    """Probabilities of all hypotheses; for any prior, any law, and boards that differ between episodes.

    Where hypotheses share answers, entropies and bits are of the answer.

    Args:
        board: Of the episodes.
        size: How many episodes.
    """

    def __init__(self, board: Boards, size: int) -> None:
        self._board = board
        self._belief = np.full((size, board.hypotheses), 1.0 / board.hypotheses)
        self.entropy = np.zeros(size)
        self._rates: Rates | None = None
        self._sure: Which | None = None

    def begin(self, rows: IntArray) -> None:
        """Give these episodes their prior."""
        self._belief[rows] = self._board.prior_of(rows)
        self.entropy = self.entropy.copy()
        self.entropy[rows] = entropy_bits(self._answers(rows))

    def ask(self, questions: IntArray, told: Which | None = None) -> None:
        """Take the question of each episode."""
        self._codes = self._board.codes(questions, told)
        self._sizes = self._board.sizes_of(questions, told)
        self._rates, self._sure = None, None

    def ask_again(self, rows: IntArray, questions: IntArray) -> None:
        """Take other questions for some episodes."""
        self.ask(questions)

    def told_bits(self, rates: Rates | None = None, sure: Which | None = None) -> FloatArray:
        """Entropy of the delivered reply less that of the exchange."""
        self._rates, self._sure = (None, None) if rates is None else self._exchanged(rates, sure)
        if self._board.targets is not None:
            return self._told_of_answers(self._board.targets)
        told = entropy_bits(self.masses())
        if self._rates is not None:
            told = told - (self._belief * exchange_bits(self._rates, self._spread()[:, None])).sum(axis=1)
        live, likeliest = self._belief > 0.0, self._belief.argmax(axis=1)[:, None]
        unlike = self._codes != np.take_along_axis(self._codes, likeliest, axis=1)
        if self._rates is not None:
            unlike |= self._rates != np.take_along_axis(self._rates, likeliest, axis=1)
        return np.where((live & unlike).any(axis=1), np.maximum(told, 0.0), 0.0)

    def _told_of_answers(self, targets: IntArray) -> FloatArray:
        """I(answer; reply) = H(answer) + H(reply) - H(answer, reply)."""
        replies, (size, hypotheses) = self._board.most_replies, self._belief.shape
        answers = np.arange(size)[:, None] * hypotheses + targets
        keys = (answers * replies + self._codes).reshape(-1)
        joint = self._delivered(keys, size * hypotheses).reshape(size, -1)
        bits = self.entropy + entropy_bits(self.masses()) - entropy_bits(joint)
        return np.where(bits < ROUNDING_BITS, 0.0, bits)

    def _answers(self, rows: IntArray) -> FloatArray:
        """The probabilities of the answers of some episodes, by label, shape ``(len(rows), N)``."""
        targets, belief = self._board.targets, self._belief[rows]
        if targets is None:
            return belief
        labels = np.broadcast_to(targets, self._belief.shape)[rows]
        return _summed((np.arange(len(rows))[:, None] * belief.shape[1] + labels).reshape(-1), belief, belief.shape[1])

    def _exchanged(self, rates: Rates, sure: Which | None) -> tuple[Rates, Which]:
        """The rates as they apply to these questions: where there is another reply, and never to a verdict."""
        spared = np.zeros(len(rates), dtype=np.bool_) if sure is None else sure
        self._sure = spared
        untouched = (spared[:, None] & (self._codes == 0)) | (self._spread() < 2)[:, None]
        return np.where(untouched, 0.0, rates), spared

    def _spread(self) -> IntArray:
        """How many replies of each question may be exchanged for one another."""
        return self._sizes if self._sure is None else self._sizes - self._sure

    def yes_counts(self) -> IntArray:
        """Under how many live hypotheses, or answers that they share, code 1 is the true reply."""
        yes = (self._codes == 1) & (self._belief > 0.0)
        targets = self._board.targets
        if targets is None:
            return np.asarray(yes.sum(axis=1))
        size, hypotheses = self._belief.shape
        keys = (np.arange(size)[:, None] * hypotheses + targets).reshape(-1)
        return np.asarray(np.count_nonzero(_summed(keys, yes.astype(np.float64), hypotheses), axis=1))

    def first_yes(self, rows: IntArray) -> IntArray:
        """The first of those with code 1 that is possible."""
        return np.asarray(((self._codes[rows] == 1) & (self._belief[rows] > 0.0)).argmax(axis=1))

    def masses(self) -> FloatArray:
        """P(delivered reply), with the rates given last."""
        keys = (np.arange(len(self._codes))[:, None] * self._board.most_replies + self._codes).reshape(-1)
        return self._delivered(keys, len(self._codes))

    def _delivered(self, keys: IntArray, rows: int) -> FloatArray:
        """P(delivered reply) summed by key, as so many rows of replies, which the episodes share out evenly."""
        replies = self._board.most_replies
        total = _summed(keys, self._belief, replies, rows)
        if self._rates is None or self._sure is None:
            return total
        crossed = _summed(keys, self._belief * self._rates, replies, rows)
        each = rows // len(self._codes)
        sizes, sure = np.repeat(self._sizes, each), np.repeat(self._sure, each)
        plain = told_masses(total - crossed, crossed, sizes)
        return np.where(sure[:, None], told_masses(total - crossed, crossed, sizes, 0), plain)

    def hear(self, replies: IntArray) -> None:
        """Bayes' rule."""
        hit = self._codes == replies[:, None]
        if self._rates is None or self._sure is None:
            joint = np.where(hit, self._belief, 0.0)
        else:
            others = np.maximum(self._spread() - 1, 1)[:, None]
            missed = np.where((self._sure & (replies == 0))[:, None], 0.0, self._rates / others)
            joint = self._belief * np.where(hit, 1.0 - self._rates, missed)
        total = joint.sum(axis=1, keepdims=True)
        told = (total > 0.0) & (joint != self._belief).any(axis=1, keepdims=True)
        self._belief = np.where(told, joint / np.where(told, total, 1.0), self._belief)
        self.entropy = entropy_bits(self._answers(np.arange(len(replies))))

    def likeliest(self, rows: IntArray) -> IntArray:
        """The first of the largest, or of those with the likeliest answer."""
        mass = self._answers(rows)
        if self._board.targets is not None:
            mass = np.take_along_axis(mass, np.broadcast_to(self._board.targets, self._belief.shape)[rows], axis=1)
        return np.asarray(mass.argmax(axis=1))

    def live(self) -> IntArray:
        """How many hypotheses are possible."""
        return np.asarray(np.count_nonzero(self._belief, axis=1))

    def dense(self) -> FloatArray:
        """The probabilities."""
        return self._belief.copy()

    def fill(self, rows: npt.NDArray[np.float32]) -> None:
        """Write the probabilities at the head of each row."""
        rows[:, : self._board.hypotheses] = self._belief


def _summed(keys: IntArray, weights: FloatArray, replies: int, rows: int | None = None) -> FloatArray:
    """The weights of each row by reply, shape ``(rows, replies)``, one row an episode by default."""
    sums = np.bincount(keys, weights.reshape(-1), (len(weights) if rows is None else rows) * replies)
    return sums.astype(np.float64, copy=False).reshape(-1, replies)
