"""Beliefs that are uniform over some of the hypotheses, as lists of those; episodes at the prior have none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from sml_env.boards import Board
from sml_env.information import FloatArray, IntArray
from sml_env.tables import DenseTable, log_table, surprisal_table

__all__ = ["ListBeliefs"]

Which: TypeAlias = npt.NDArray[np.bool_]

_CHUNK: Final = 2**20
"""Members of lists that are worked on at once, unless one list is longer."""

_LAZY_CHUNK: Final = 2**15
"""The same where codes are worked out: those of a single question are found faster."""


class ListBeliefs:
    """Live hypotheses as lists end to end; needs a uniform prior and truthful replies.

    An episode at the prior is *fresh*: what its first question tells is known to the board, and the reply copies only
    the part that is left. The others are *held*: their lists lie in ``_members`` in the order of ``_held``.

    Args:
        board: Shared by the episodes.
        size: How many episodes.
    """

    def __init__(self, board: Board, size: int) -> None:
        self._board = board
        self._parts = board.parts
        self._chunk = _CHUNK if isinstance(board.table, DenseTable) else _LAZY_CHUNK
        self._replies = board.most_replies
        self._surprisal = surprisal_table(board.hypotheses)
        self._log = log_table(board.hypotheses)
        self._fresh = np.ones(size, dtype=np.bool_)
        self._held = np.zeros(0, dtype=np.int64)
        self._lengths = np.zeros(0, dtype=np.int64)
        self._members = np.zeros(0, dtype=np.int32)
        self._count = np.full(size, board.hypotheses)
        self.entropy = self._log.take(self._count)

    def begin(self, rows: IntArray) -> None:
        """Drop their lists."""
        self._fresh[rows] = True
        gone = self._fresh.take(self._held)
        if gone.any():
            stays = ~gone
            self._members = self._members.compress(np.repeat(stays, self._lengths))
            self._held, self._lengths = self._held.compress(stays), self._lengths.compress(stays)
        self._count[rows] = self._board.hypotheses
        self.entropy = self._log.take(self._count)

    def ask(self, questions: IntArray, told: Which | None = None) -> None:
        """Take the question of each episode."""
        self._first = np.flatnonzero(self._fresh)
        self._asked = questions
        self._codes = np.empty(len(self._members), dtype=np.int16)
        counts = [
            self._ask(questions.take(self._held[some]), self._lengths[some], members) for some, members in self._runs()
        ]
        self._shares = np.concatenate(counts) if len(counts) > 1 else counts[0]

    def ask_again(self, rows: IntArray, questions: IntArray) -> None:
        """Take other questions for some episodes."""
        self.ask(questions)

    def _runs(self) -> Iterator[tuple[slice, slice]]:
        """Held episodes to work on at once, and where their lists lie."""
        count = len(self._held)
        if len(self._members) <= self._chunk:
            yield slice(0, count), slice(0, len(self._members))
            return
        ends = self._lengths.cumsum()
        row, start = 0, 0
        while row < count:
            last = max(row + 1, int(ends.searchsorted(start + self._chunk, side="right")))
            yield slice(row, last), slice(start, int(ends[last - 1]))
            row, start = last, int(ends[last - 1])

    def _ask(self, questions: IntArray, lengths: IntArray, where: slice) -> IntArray:
        """Note the codes of some lists; how many members have each, by list."""
        members, table = self._members[where], self._board.table
        if len(questions) == 1:
            self._codes[where] = table.codes(questions, members)
            return np.bincount(self._codes[where], minlength=self._replies)[None]
        codes = table.codes(questions.repeat(lengths), members)
        self._codes[where] = codes
        keys = np.arange(0, len(questions) * self._replies, self._replies).repeat(lengths)
        keys += codes
        return np.bincount(keys, minlength=len(questions) * self._replies).reshape(-1, self._replies)

    def told_bits(self, rates: FloatArray | None = None, sure: Which | None = None) -> FloatArray:
        """From the counts alone: log2 n − Σ c log2 c / n."""
        bits = np.empty(len(self._count))
        bits[self._held] = self._told(self._shares, self._lengths)
        if len(self._first):
            bits[self._first] = self._parts.bits(self._asked.take(self._first))
        return bits

    def _told(self, shares: IntArray, lengths: IntArray | int) -> FloatArray:
        return np.asarray(self._log.take(lengths) - self._surprisal.take(shares).sum(axis=1) / lengths)

    def _shares_of_all(self) -> IntArray:
        shares = np.empty((len(self._count), self._replies), dtype=np.int64)
        shares[self._held] = self._shares
        shares[self._first] = self._parts.counts(self._asked.take(self._first))
        return shares

    def yes_counts(self) -> IntArray:
        """Under how many live hypotheses code 1 is the true reply."""
        return self._shares_of_all()[:, 1]

    def first_yes(self, rows: IntArray) -> IntArray:
        """The first of each list with code 1."""
        found = np.empty(len(rows), dtype=np.int64)
        fresh = self._fresh.take(rows)
        for place in np.flatnonzero(fresh):
            question = self._asked.take(rows[place : place + 1])
            found[place] = self._parts.members(question, np.ones_like(question))[0]
        yes = np.flatnonzero(self._codes == 1)
        starts = self._starts(rows[~fresh])
        found[~fresh] = self._members[yes[yes.searchsorted(starts)]]
        return found

    def _starts(self, rows: IntArray) -> IntArray:
        """Where the lists of held episodes begin."""
        starts = np.empty(len(self._count), dtype=np.int64)
        starts[self._held] = self._lengths.cumsum() - self._lengths
        return starts.take(rows)

    def masses(self) -> FloatArray:
        """Shares of the live hypotheses."""
        return np.asarray(self._shares_of_all() / self._count[:, None])

    def hear(self, replies: IntArray) -> None:
        """Keep those that agree."""
        heard = replies.take(self._held)
        kept = [self._members[:0]]
        for some, where in self._runs():
            same = self._codes[where] == heard[some].repeat(self._lengths[some])
            kept.append(self._members[where].compress(same))
        places = np.arange(0, len(heard) * self._replies, self._replies) + heard
        self._lengths = self._shares.reshape(-1).take(places)
        asked, said = self._asked.take(self._first), replies.take(self._first)
        counts = self._parts.count(asked, said)
        cut = counts < self._board.hypotheses
        rows, counts = self._first.compress(cut), counts.compress(cut)
        kept.append(self._parts.members(asked.compress(cut), said.compress(cut)))
        self._members = np.concatenate(kept)
        self._held, self._lengths = np.concatenate([self._held, rows]), np.concatenate([self._lengths, counts])
        self._fresh[rows] = False
        self._count = self._count.copy()
        self._count[self._held] = self._lengths
        self.entropy = self._log.take(self._count)

    def likeliest(self, rows: IntArray) -> IntArray:
        """The first of each list."""
        found = np.zeros(len(rows), dtype=np.int64)
        held = np.flatnonzero(~self._fresh.take(rows))
        found[held] = self._members[self._starts(rows.take(held))]
        return found

    def live(self) -> IntArray:
        """How long the lists are."""
        return self._count

    def dense(self) -> FloatArray:
        """Each of a list 1/n."""
        dense = np.zeros((len(self._count), self._board.hypotheses))
        self._write(dense)
        return dense

    def fill(self, rows: npt.NDArray[np.float32]) -> None:
        """Write 1/n for each of a list."""
        self._write(rows)

    def _write(self, rows: npt.NDArray[np.float32] | FloatArray) -> None:
        rows[self._fresh, : self._board.hypotheses] = 1.0 / self._board.hypotheses
        flat, width = rows.reshape(-1), rows.shape[1]
        shares = (1.0 / self._lengths).astype(rows.dtype)
        for some, where in self._runs():
            places = (self._held[some] * width).repeat(self._lengths[some])
            places += self._members[where]
            flat[places] = shares[some].repeat(self._lengths[some])
