"""The parts into which each question of a board divides all hypotheses, one for each reply."""

from __future__ import annotations

from typing import Final, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from sml_env.information import FloatArray, IntArray
from sml_env.tables import ReplyTable

__all__ = ["HeldParts", "Parts", "ScannedParts", "parts_of"]

Members: TypeAlias = npt.NDArray[np.int32]

HELD_CELLS: Final = 2**22
"""The parts of a table of more cells are worked out when asked for."""

_CHUNK: Final = 2**20
_MEMO: Final = 2**12


class Parts(Protocol):
    """Parts of N hypotheses, asked about by arrays of F questions."""

    def bits(self, questions: IntArray) -> FloatArray:
        """Expected information of each question at a uniform prior, shape ``(F,)``."""
        ...

    def counts(self, questions: IntArray) -> IntArray:
        """Sizes of the parts, shape ``(F, K)``."""
        ...

    def count(self, questions: IntArray, replies: IntArray) -> IntArray:
        """Size of one part of each, shape ``(F,)``."""
        ...

    def members(self, questions: IntArray, replies: IntArray) -> Members:
        """One part of each in ascending order, end to end."""
        ...


def parts_of(table: ReplyTable, replies: int) -> Parts:
    """The parts of a table, held if it is small.

    Args:
        table: The replies.
        replies: K, the largest number of replies of a question.
    """
    held = table.shape[0] * table.shape[1] <= HELD_CELLS
    return HeldParts(table, replies) if held else ScannedParts(table, replies)


class HeldParts:
    """Parts of a small table: the hypotheses of each question in the order of their replies.

    Args:
        table: The replies.
        replies: K.
    """

    def __init__(self, table: ReplyTable, replies: int) -> None:
        questions, size = table.shape
        self._replies = replies
        self._order = np.empty((questions, size), dtype=np.uint16 if size <= 2**16 else np.int32)
        self._counts = np.empty((questions, replies), dtype=np.int64)
        hypotheses = np.arange(size)
        step = max(1, _CHUNK // size)
        for first in range(0, questions, step):
            rows = np.arange(first, min(first + step, questions))
            codes = table.codes(rows[:, None], hypotheses)
            self._order[rows] = codes.argsort(axis=1, kind="stable")
            keys = codes + np.arange(0, len(rows) * replies, replies)[:, None]
            self._counts[rows] = np.bincount(keys.reshape(-1), minlength=len(rows) * replies).reshape(-1, replies)
        starts = self._counts.cumsum(axis=1) - self._counts + np.arange(0, questions * size, size)[:, None]
        self._starts: IntArray = starts.reshape(-1)
        self._bits = _told(self._counts, size)

    def bits(self, questions: IntArray) -> FloatArray:
        """Looked up."""
        return self._bits.take(questions)

    def counts(self, questions: IntArray) -> IntArray:
        """Looked up."""
        return self._counts.take(questions, axis=0)

    def count(self, questions: IntArray, replies: IntArray) -> IntArray:
        """Looked up."""
        return self._counts.reshape(-1).take(questions * self._replies + replies)

    def members(self, questions: IntArray, replies: IntArray) -> Members:
        """Copied."""
        parts = questions * self._replies + replies
        lengths = self._counts.reshape(-1).take(parts)
        offsets: IntArray = self._starts.take(parts) - (np.cumsum(lengths) - lengths)
        places = np.repeat(offsets, lengths)
        places += np.arange(len(places))
        return self._order.reshape(-1).take(places).astype(np.int32)


class ScannedParts:
    """Parts of a large table, worked out question by question.

    Args:
        table: The replies.
        replies: K.
    """

    def __init__(self, table: ReplyTable, replies: int) -> None:
        self._table = table
        self._replies = replies
        self._all = np.arange(table.shape[1], dtype=np.int32)
        self._counted: dict[int, IntArray] = {}

    def _codes(self, question: int) -> npt.NDArray[np.integer]:
        return self._table.codes(np.array([question]), self._all)

    def _counts_of(self, question: int) -> IntArray:
        found = self._counted.get(question)
        if found is None:
            if len(self._counted) >= _MEMO:
                self._counted.clear()
            found = self._counted[question] = np.bincount(self._codes(question), minlength=self._replies)
        return found

    def bits(self, questions: IntArray) -> FloatArray:
        """From the counts."""
        return _told(self.counts(questions), len(self._all))

    def counts(self, questions: IntArray) -> IntArray:
        """Counted."""
        counts = np.empty((len(questions), self._replies), dtype=np.int64)
        for row, question in enumerate(questions.tolist()):
            counts[row] = self._counts_of(question)
        return counts

    def count(self, questions: IntArray, replies: IntArray) -> IntArray:
        """Counted."""
        return np.asarray(self.counts(questions)[np.arange(len(questions)), replies])

    def members(self, questions: IntArray, replies: IntArray) -> Members:
        """Found."""
        pairs = zip(questions.tolist(), replies.tolist(), strict=True)
        return np.concatenate(
            [self._all[:0], *(self._all[self._codes(question) == reply] for question, reply in pairs)]
        )


def _told(counts: IntArray, size: int) -> FloatArray:
    """log2 N − Σ c log2 c / N for the parts of N hypotheses."""
    return np.asarray(np.log2(size) - (counts * np.log2(np.maximum(counts, 1))).sum(axis=1) / size)
