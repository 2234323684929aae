"""Beliefs that are uniform over some of the hypotheses, one bit a hypothesis, for questions with two replies."""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from sml_env.boards import Board
from sml_env.information import FloatArray, IntArray
from sml_env.tables import log_table, surprisal_table

__all__ = ["BitBeliefs"]

Words: TypeAlias = npt.NDArray[np.uint64]
Which: TypeAlias = npt.NDArray[np.bool_]

_ONE: Final = np.uint64(1)


class BitBeliefs:
    """Live hypotheses as bits; needs a uniform prior, truthful replies, and two replies a question at most.

    Args:
        board: Shared by the episodes.
        size: How many episodes.
    """

    def __init__(self, board: Board, size: int) -> None:
        self._hypotheses = board.hypotheses
        self._yes = _packed(board.table.codes(np.arange(board.rows)[:, None], np.arange(board.hypotheses)) == 1)
        self._full = _packed(np.ones((1, board.hypotheses), dtype=np.bool_))[0]
        self._surprisal = surprisal_table(board.hypotheses)
        self._log = log_table(board.hypotheses)
        self._live = np.tile(self._full, (size, 1))
        self._count = np.full(size, board.hypotheses)
        self.entropy = self._log.take(self._count)

    def begin(self, rows: IntArray) -> None:
        """Give these episodes their prior."""
        self._live[rows] = self._full
        self._count[rows] = self._hypotheses
        self.entropy = self._log.take(self._count)

    def ask(self, questions: IntArray, told: Which | None = None) -> None:
        """Take the question of each episode."""
        self._both = self._yes.take(questions, axis=0)
        self._both &= self._live
        self._number = _ones(self._both)

    def ask_again(self, rows: IntArray, questions: IntArray) -> None:
        """Take other questions for some episodes."""
        both = self._yes.take(questions.take(rows), axis=0) & self._live.take(rows, axis=0)
        self._both[rows] = both
        self._number[rows] = _ones(both)

    def told_bits(self, rates: FloatArray | None = None, sure: Which | None = None) -> FloatArray:
        """From the counts alone: log2 n − Σ c log2 c / n."""
        parts = self._surprisal.take(self._number) + self._surprisal.take(self._count - self._number)
        parts /= self._count
        return np.asarray(self.entropy - parts)

    def yes_counts(self) -> IntArray:
        """Under how many live hypotheses code 1 is the true reply."""
        return self._number

    def first_yes(self, rows: IntArray) -> IntArray:
        """The lowest bit of those that are live and yes."""
        return np.asarray(self._unpacked(self._both.take(rows, axis=0)).argmax(axis=1))

    def masses(self) -> FloatArray:
        """Shares of the live hypotheses."""
        return np.asarray(np.stack([self._count - self._number, self._number], axis=1) / self._count[:, None])

    def hear(self, replies: IntArray) -> None:
        """Keep the bits that agree."""
        no = (replies.astype(np.uint64) - _ONE)[:, None]
        self._live = (self._live & no) ^ self._both
        self._count = np.where(replies == 1, self._number, self._count - self._number)
        self.entropy = self._log.take(self._count)

    def likeliest(self, rows: IntArray) -> IntArray:
        """The lowest live bit."""
        return np.asarray(self._unpacked(self._live.take(rows, axis=0)).argmax(axis=1))

    def live(self) -> IntArray:
        """How many bits are set."""
        return self._count

    def dense(self) -> FloatArray:
        """The bits, each 1/n."""
        return np.asarray(self._unpacked(self._live) * (1.0 / self._count)[:, None])

    def fill(self, rows: npt.NDArray[np.float32]) -> None:
        """Write each bit as 1/n."""
        share = (1.0 / self._count).astype(np.float32)[:, None]
        np.multiply(self._unpacked(self._live), share, out=rows[:, : self._hypotheses])

    def _unpacked(self, words: Words) -> npt.NDArray[np.uint8]:
        octets = words.astype("<u8", copy=False).view(np.uint8)
        return np.unpackbits(octets, axis=1, count=self._hypotheses, bitorder="little")


def _packed(bits: Which) -> Words:
    """Rows of bits as 64-bit words, the first bit lowest."""
    width = -(-bits.shape[1] // 64) * 64
    padded = np.zeros((bits.shape[0], width), dtype=np.bool_)
    padded[:, : bits.shape[1]] = bits
    return np.packbits(padded, axis=1, bitorder="little").view("<u8").astype(np.uint64)


def _ones(words: Words) -> IntArray:
    """How many bits are set in each row."""
    if hasattr(np, "bitwise_count"):
        counts = np.bitwise_count(words)
        total = counts[:, 0].astype(np.int64)
        for column in range(1, words.shape[1]):
            total += counts[:, column]
        return total
    return np.asarray(_ONES_OF_16.take(words.view(np.uint16)).sum(axis=1, dtype=np.int64))


_ONES_OF_16: Final = np.array([bin(number).count("1") for number in range(2**16)], dtype=np.uint8)
