"""Beliefs of many episodes at once, in the representation that their game allows.

Every store does the same: take a question for each episode, say what its reply tells, and hear the reply. ``BitBeliefs``
keeps a uniform prior under truthful yes-or-no replies as one bit a hypothesis; ``ListBeliefs`` a uniform prior under
truthful replies as lists of the live hypotheses; ``WeightBeliefs`` any prior under any law as probabilities.
"""

from __future__ import annotations

from typing import Final, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from sml_env.boards import Board, Boards
from sml_env.information import (
    FloatArray,
    IntArray,
    entropy_bits,
    exchange_bits,
    told_masses,
)

__all__ = ["Beliefs", "BitBeliefs", "ListBeliefs", "WeightBeliefs", "beliefs_for"]

MAX_BIT_HYPOTHESES: Final = 512
"""Above this many hypotheses lists of the live ones are cheaper than bits of all."""


Rates: TypeAlias = FloatArray


class Beliefs(Protocol):
    """Posteriors of B episodes."""

    entropy: FloatArray
    """H of each belief in bits, shape ``(B,)``."""

    def begin(self, rows: IntArray) -> None:
        """Give these episodes their prior."""
        ...

    def ask(self, questions: IntArray, told: npt.NDArray[np.bool_] | None = None) -> None:
        """Take the question of each episode, shape ``(B,)``: a row of its board.

        For episodes that are ``told``, shape ``(B,)``, the replies are those that the teacher would give instead of the
        true ones.
        """
        ...

    def told_bits(self, rates: Rates | None = None, sure: npt.NDArray[np.bool_] | None = None) -> FloatArray:
        """What the replies to the questions tell in expectation, shape ``(B,)``.

        Args:
            rates: P(the reply is false | hypothesis), shape ``(B, N)``; ``None`` for never.
            sure: Shape ``(B,)``: whether code 0 of the question is a verdict, which is never exchanged.
        """
        ...

    def yes_counts(self) -> IntArray:
        """Under how many live hypotheses code 1 is the true reply, shape ``(B,)``."""
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

    def likeliest(self) -> IntArray:
        """The most likely hypothesis of each episode, the first of equal ones, shape ``(B,)``."""
        ...

    def dense(self) -> FloatArray:
        """The beliefs as probabilities, shape ``(B, N)``."""
        ...


def beliefs_for(board: Boards, size: int, exact: bool) -> Beliefs:
    """The fastest store that serves.

    Args:
        board: Of the episodes.
        size: How many episodes.
        exact: Whether every reply is the true one.
    """
    if not exact or not isinstance(board, Board) or not board.uniform or board.told is not None:
        return WeightBeliefs(board, size)
    if board.most_replies == 2 and board.hypotheses <= MAX_BIT_HYPOTHESES:
        return BitBeliefs(board, size)
    return ListBeliefs(board, size)


def _surprisal_table(size: int) -> FloatArray:
    """N log2 n for n from 0 to size."""
    numbers = np.arange(size + 1, dtype=np.float64)
    return numbers * np.log2(np.maximum(numbers, 1.0))


class BitBeliefs:
    """Live hypotheses as bits; needs a uniform prior, truthful replies, and two replies a question at most.

    Args:
        board: Shared by the episodes.
        size: How many episodes.
    """

    def __init__(self, board: Board, size: int) -> None:
        self._board = board
        self._yes = _packed(board.table.codes(np.arange(board.rows)[:, None], np.arange(board.hypotheses)) == 1)
        self._full = _packed(np.ones((1, board.hypotheses), dtype=np.bool_))[0]
        self._surprisal = _surprisal_table(board.hypotheses)
        self._log = np.log2(np.maximum(np.arange(board.hypotheses + 1), 1))
        self._live = np.tile(self._full, (size, 1))
        self._count = np.full(size, board.hypotheses)
        self.entropy = np.full(size, self._log[board.hypotheses])

    def begin(self, rows: IntArray) -> None:
        """Give these episodes their prior."""
        self._live[rows] = self._full
        self._count[rows] = self._board.hypotheses
        self.entropy[rows] = self._log[-1]

    def ask(self, questions: IntArray, told: npt.NDArray[np.bool_] | None = None) -> None:
        """Take the question of each episode."""
        self._asked = self._yes.take(questions, axis=0)
        self._number = _ones(self._live & self._asked)

    def told_bits(self, rates: Rates | None = None, sure: npt.NDArray[np.bool_] | None = None) -> FloatArray:
        """From the counts alone: log2 n − Σ c log2 c / n."""
        parts = self._surprisal.take(self._number) + self._surprisal.take(self._count - self._number)
        return np.asarray(self.entropy - parts / self._count)

    def yes_counts(self) -> IntArray:
        """Under how many live hypotheses code 1 is the true reply."""
        return self._number

    def first_yes(self, rows: IntArray) -> IntArray:
        """The lowest bit of those that are live and yes."""
        return _lowest(self._live[rows] & self._asked[rows])

    def masses(self) -> FloatArray:
        """Shares of the live hypotheses."""
        return np.stack([self._count - self._number, self._number], axis=1) / self._count[:, None]

    def hear(self, replies: IntArray) -> None:
        """Keep the bits that agree."""
        flip = (replies.astype(np.uint64) - np.uint64(1))[:, None]
        self._live &= self._asked ^ flip
        self._count = np.where(replies == 1, self._number, self._count - self._number)
        self.entropy = self._log.take(self._count)

    def likeliest(self) -> IntArray:
        """The lowest live bit."""
        return _lowest(self._live)

    def dense(self) -> FloatArray:
        """The bits, each 1/n."""
        octets = self._live.view(np.uint8)
        bits = np.unpackbits(octets, axis=1, count=self._board.hypotheses, bitorder="little")
        return bits * (1.0 / self._count)[:, None]


def _packed(bits: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint64]:
    """Rows of bits as 64-bit words, the first bit lowest."""
    width = -(-bits.shape[1] // 64) * 64
    padded = np.zeros((bits.shape[0], width), dtype=np.bool_)
    padded[:, : bits.shape[1]] = bits
    return np.packbits(padded, axis=1, bitorder="little").view("<u8").astype(np.uint64)


def _ones(words: npt.NDArray[np.uint64]) -> IntArray:
    """How many bits are set in each row."""
    if hasattr(np, "bitwise_count"):
        counts = np.bitwise_count(words)
        total = counts[:, 0].astype(np.int64)
        for column in range(1, words.shape[1]):
            total += counts[:, column]
        return total
    return np.asarray(_ONES_OF_16[words.view(np.uint16)].sum(axis=1, dtype=np.int64))


_ONES_OF_16: Final = np.array([bin(number).count("1") for number in range(2**16)], dtype=np.uint8)


def _lowest(words: npt.NDArray[np.uint64]) -> IntArray:
    """The place of the first bit that is set in each row."""
    word = (words != 0).argmax(axis=1)
    chosen = words[np.arange(len(words)), word]
    lowest = chosen & (~chosen + np.uint64(1))
    return np.asarray(word * 64 + np.log2(np.maximum(lowest, np.uint64(1)).astype(np.float64)).astype(np.int64))


class ListBeliefs:
    """Live hypotheses as lists end to end; needs a uniform prior and truthful replies.

    Args:
        board: Shared by the episodes.
        size: How many episodes.
    """

    def __init__(self, board: Board, size: int) -> None:
        self._board = board
        self._surprisal = _surprisal_table(board.hypotheses)
        self._log = np.log2(np.maximum(np.arange(board.hypotheses + 1), 1))
        self._all = np.arange(board.hypotheses)
        self._live = np.zeros(0, dtype=np.int64)
        self._count = np.zeros(size, dtype=np.int64)
        self.entropy = np.zeros(size)

    def begin(self, rows: IntArray) -> None:
        """Put a full list in the place of theirs."""
        size = len(self._count)
        fresh = np.zeros(size, dtype=np.bool_)
        fresh[rows] = True
        kept = ~np.repeat(fresh, self._count)
        before = np.where(fresh, 0, self._count)
        self._count = np.where(fresh, self._board.hypotheses, before)
        starts = np.cumsum(self._count) - self._count
        live = np.empty(int(self._count.sum()), dtype=np.int64)
        live[np.arange(int(before.sum())) + np.repeat(starts - (np.cumsum(before) - before), before)] = self._live[kept]
        places = np.flatnonzero(fresh)
        live[(starts[places][:, None] + self._all).reshape(-1)] = np.tile(self._all, len(places))
        self._live = live
        self.entropy = self._log.take(self._count)

    def ask(self, questions: IntArray, told: npt.NDArray[np.bool_] | None = None) -> None:
        """Take the question of each episode."""
        replies = self._board.most_replies
        self._codes = self._board.table.codes(np.repeat(questions, self._count), self._live)
        keys = np.repeat(np.arange(len(questions)) * replies, self._count) + self._codes
        self._parts = np.bincount(keys, minlength=len(questions) * replies).reshape(-1, replies)

    def told_bits(self, rates: Rates | None = None, sure: npt.NDArray[np.bool_] | None = None) -> FloatArray:
        """From the counts alone: log2 n − Σ c log2 c / n."""
        return np.asarray(self.entropy - self._surprisal.take(self._parts).sum(axis=1) / self._count)

    def yes_counts(self) -> IntArray:
        """Under how many live hypotheses code 1 is the true reply."""
        return self._parts[:, 1] if self._parts.shape[1] > 1 else np.zeros(len(self._parts), dtype=np.int64)

    def first_yes(self, rows: IntArray) -> IntArray:
        """The first of each list with code 1."""
        starts = np.cumsum(self._count) - self._count
        yes = np.flatnonzero(self._codes == 1)
        return self._live[yes[np.searchsorted(yes, starts[rows])]]

    def masses(self) -> FloatArray:
        """Shares of the live hypotheses."""
        return self._parts / self._count[:, None]

    def hear(self, replies: IntArray) -> None:
        """Keep those that agree."""
        self._live = self._live[self._codes == np.repeat(replies, self._count)]
        self._count = self._parts[np.arange(len(replies)), replies]
        self.entropy = self._log.take(self._count)

    def likeliest(self) -> IntArray:
        """The first of each list."""
        return self._live[np.cumsum(self._count) - self._count]

    def dense(self) -> FloatArray:
        """Each of a list 1/n."""
        size = len(self._count)
        dense = np.zeros((size, self._board.hypotheses))
        dense[np.repeat(np.arange(size), self._count), self._live] = np.repeat(1.0 / self._count, self._count)
        return dense


class WeightBeliefs:
    """Probabilities of all hypotheses; for any prior, any law, and boards that differ between episodes.

    Args:
        board: Of the episodes.
        size: How many episodes.
    """

    def __init__(self, board: Boards, size: int) -> None:
        self._board = board
        self._belief = np.full((size, board.hypotheses), 1.0 / board.hypotheses)
        self.entropy = np.zeros(size)
        self._rates: Rates | None = None
        self._sure: npt.NDArray[np.bool_] | None = None

    def begin(self, rows: IntArray) -> None:
        """Give these episodes their prior."""
        self._belief[rows] = self._board.prior_of(rows)
        self.entropy[rows] = entropy_bits(self._belief[rows])

    def ask(self, questions: IntArray, told: npt.NDArray[np.bool_] | None = None) -> None:
        """Take the question of each episode."""
        self._codes = self._board.codes(questions, told)
        self._sizes = self._board.sizes_of(questions, told)
        self._rates, self._sure = None, None

    def told_bits(self, rates: Rates | None = None, sure: npt.NDArray[np.bool_] | None = None) -> FloatArray:
        """Entropy of the delivered reply less that of the exchange."""
        self._rates, self._sure = (None, None) if rates is None else self._exchanged(rates, sure)
        told = entropy_bits(self.masses())
        if self._rates is not None:
            told = told - (self._belief * exchange_bits(self._rates, self._spread()[:, None])).sum(axis=1)
        live, likeliest = self._belief > 0.0, self._belief.argmax(axis=1)[:, None]
        unlike = self._codes != np.take_along_axis(self._codes, likeliest, axis=1)
        if self._rates is not None:
            unlike |= self._rates != np.take_along_axis(self._rates, likeliest, axis=1)
        return np.where((live & unlike).any(axis=1), np.maximum(told, 0.0), 0.0)

    def _exchanged(self, rates: Rates, sure: npt.NDArray[np.bool_] | None) -> tuple[Rates, npt.NDArray[np.bool_]]:
        """The rates as they apply to these questions: where there is another reply, and never to a verdict."""
        spared = np.zeros(len(rates), dtype=np.bool_) if sure is None else sure
        self._sure = spared
        untouched = (spared[:, None] & (self._codes == 0)) | (self._spread() < 2)[:, None]
        return np.where(untouched, 0.0, rates), spared

    def _spread(self) -> IntArray:
        """How many replies of each question may be exchanged for one another."""
        return self._sizes if self._sure is None else self._sizes - self._sure

    def yes_counts(self) -> IntArray:
        """Under how many live hypotheses code 1 is the true reply."""
        return ((self._codes == 1) & (self._belief > 0.0)).sum(axis=1)

    def first_yes(self, rows: IntArray) -> IntArray:
        """The first of those with code 1 that is possible."""
        return ((self._codes[rows] == 1) & (self._belief[rows] > 0.0)).argmax(axis=1)

    def masses(self) -> FloatArray:
        """P(delivered reply), with the rates given last."""
        replies = self._board.most_replies
        keys = (np.arange(len(self._codes))[:, None] * replies + self._codes).reshape(-1)
        shape = (len(self._codes), replies)
        total = np.bincount(keys, self._belief.reshape(-1), shape[0] * replies).reshape(shape)
        if self._rates is None or self._sure is None:
            return total
        crossed = np.bincount(keys, (self._belief * self._rates).reshape(-1), shape[0] * replies).reshape(shape)
        plain = told_masses(total - crossed, crossed, self._sizes)
        return np.where(self._sure[:, None], told_masses(total - crossed, crossed, self._sizes, 0), plain)

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
        self._belief = np.where(total > 0.0, joint / np.where(total > 0.0, total, 1.0), self._belief)
        self.entropy = entropy_bits(self._belief)

    def likeliest(self) -> IntArray:
        """The first of the largest."""
        return np.asarray(self._belief.argmax(axis=1))

    def dense(self) -> FloatArray:
        """The probabilities."""
        return self._belief.copy()
