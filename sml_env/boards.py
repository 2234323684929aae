"""Boards: the questions of a closed problem as rows of one reply table, attempts included.

The rows are, in order: comparisons between neighbouring hypotheses, the queries of the menu, the attempts at each
hypothesis, and the row that asks nothing. An attempt's code is 0 where it is right. Where guesses are queries and
attempts in one, the menu is the attempts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Protocol

import numpy as np
import numpy.typing as npt

from sml_env.errors import ConfigurationError
from sml_env.forms import Comparison, Query
from sml_env.information import FloatArray, IntArray
from sml_env.menu import between
from sml_env.parts import Parts, parts_of
from sml_env.problems import HypothesisSpace, Problem, Responses
from sml_env.tables import LazyTable, ReplyTable, tabulated
from sml_env.teachers.base import ChannelTeacher, Question

__all__ = ["Board", "Boards", "StackedBoard", "board_of", "told_by"]

Codes = npt.NDArray[np.integer]
Which = npt.NDArray[np.bool_]


class Boards(Protocol):
    """The questions of B episodes, the same or not."""

    @property
    def hypotheses(self) -> int:
        """N."""
        ...

    @property
    def most_replies(self) -> int:
        """The largest number of replies of a question."""
        ...

    def codes(self, questions: IntArray, told: Which | None = None) -> Codes:
        """The reply to each episode's question under each hypothesis, shape ``(B, N)``.

        The true one, or what the teacher would say instead for the episodes that are ``told``, shape ``(B,)``.
        """
        ...

    def codes_at(
        self, questions: IntArray, hypotheses: IntArray, told: npt.NDArray[np.bool_] | None = None
    ) -> IntArray:
        """The same under one hypothesis each, shape ``(B,)``."""
        ...

    def sizes_of(self, questions: IntArray, told: npt.NDArray[np.bool_] | None = None) -> IntArray:
        """How many replies each episode's question has, shape ``(B,)``."""
        ...

    def binary_of(self, questions: IntArray) -> npt.NDArray[np.bool_]:
        """Which of the episodes' questions are yes-or-no queries, shape ``(B,)``."""
        ...

    def prior_of(self, rows: IntArray) -> FloatArray:
        """The prior of some episodes, shape ``(N,)`` or one row each."""
        ...

    @property
    def targets(self) -> IntArray | None:
        """Which hypotheses share an answer, shape ``(N,)`` or ``(B, N)``; ``None`` where none ever do."""
        ...


@dataclass(frozen=True, eq=False)
class Board:
    """The questions of one hypothesis space.

    Attributes:
        space: The hypotheses.
        told: The replies that the teacher would give instead of the true ones, where they differ: by question, code of
            each hypothesis, and how many replies there are.
        answered: Whether wrong attempts are answered, where the space has answers to them.
    """

    space: HypothesisSpace
    told: tuple[Codes, IntArray] | None = None
    answered: bool = True

    @cached_property
    def _responses(self) -> Responses | None:
        return self.space.responses if self.answered else None

    @cached_property
    def guesses(self) -> bool:
        """Whether the queries of the menu are the attempts."""
        return self.space.responses is not None and self.space.responses.guesses

    @property
    def hypotheses(self) -> int:
        """N."""
        return len(self.space)

    @property
    def targets(self) -> IntArray | None:
        """Which hypotheses share an answer, shape ``(N,)``."""
        return self.space.target

    def target_of(self, row: int) -> IntArray | None:
        """The same for one episode."""
        return self.space.target

    @cached_property
    def _labels(self) -> IntArray:
        return np.arange(self.hypotheses) if self.space.target is None else self.space.target

    @cached_property
    def distinct(self) -> Which:
        """Which hypotheses are the first with their answer, shape ``(N,)``."""
        return np.isin(np.arange(self.hypotheses), self.space.representatives)

    @cached_property
    def cuts(self) -> int:
        """How many comparisons there are."""
        return self.hypotheses - 1 if self.space.menu.cuts is not None else 0

    @cached_property
    def queries(self) -> int:
        """How many queries of the menu have rows of their own."""
        return 0 if self.guesses else len(self.space.menu.queries)

    @cached_property
    def first_attempt(self) -> int:
        """The row of the attempt at hypothesis 0."""
        return self.cuts + self.queries

    @cached_property
    def nothing(self) -> int:
        """The row that asks nothing."""
        return self.first_attempt + self.hypotheses

    @cached_property
    def rows(self) -> int:
        """How many rows there are."""
        return self.nothing + 1

    @cached_property
    def table(self) -> ReplyTable:
        """The true replies."""
        return tabulated(LazyTable((self.rows, self.hypotheses), self._rule))

    @cached_property
    def parts(self) -> Parts:
        """The parts into which the true replies divide the hypotheses."""
        return parts_of(self.table, self.most_replies)

    def _rule(self, questions: Codes, hypotheses: Codes) -> Codes:
        shape = np.broadcast_shapes(questions.shape, hypotheses.shape)
        if questions.size == 1:
            return self._codes_of(int(questions.reshape(-1)[0]), hypotheses).reshape(shape)
        if self.cuts and questions.size and questions.max() < self.cuts:
            return np.asarray(hypotheses > questions)
        attempt = np.clip(questions - self.first_attempt, 0, self.hypotheses - 1)
        responses = self._responses
        judged = (
            self._labels[hypotheses] != self._labels[attempt]
            if responses is None
            else responses.table.codes(attempt, hypotheses)
        )
        codes = np.where(questions == self.nothing, 0, judged).astype(np.int16)
        if self.queries:
            query = np.clip(questions - self.cuts, 0, self.queries - 1)
            codes = np.where(questions < self.first_attempt, self.space.menu.table.codes(query, hypotheses), codes)
        return np.where(questions < self.cuts, hypotheses > questions, codes)

    def _codes_of(self, question: int, hypotheses: Codes) -> Codes:
        """The replies to one question."""
        if question < self.cuts:
            return np.asarray(hypotheses > question)
        if question < self.first_attempt:
            return self.space.menu.table.codes(np.array([question - self.cuts]), hypotheses)
        if question == self.nothing:
            return np.zeros(hypotheses.shape, dtype=np.int8)
        attempt, responses = question - self.first_attempt, self._responses
        if responses is None:
            return np.asarray(self._labels[hypotheses] != self._labels[attempt])
        return responses.table.codes(np.array([attempt]), hypotheses)

    @cached_property
    def sizes(self) -> IntArray:
        """How many replies each row has."""
        attempts = 2 if self._responses is None else len(self._responses.replies)
        menu = self.space.menu.sizes if self.queries else np.zeros(0, dtype=np.int64)
        return np.concatenate(
            [np.full(self.cuts, 2), menu, np.full(self.hypotheses, attempts), np.ones(1, dtype=np.int64)]
        ).astype(np.int64)

    @cached_property
    def binary(self) -> npt.NDArray[np.bool_]:
        """Which rows are yes-or-no queries."""
        menu = self.space.menu.binary if self.queries else np.zeros(0, dtype=np.bool_)
        rest = np.zeros(self.hypotheses + 1, dtype=np.bool_)
        return np.concatenate([np.ones(self.cuts, dtype=np.bool_), menu, rest])

    @cached_property
    def some_binary(self) -> bool:
        """Whether there is a yes-or-no query."""
        return bool(self.binary.any())

    @cached_property
    def most_replies(self) -> int:
        """The largest number of replies of a row, told or true."""
        told = 0 if self.told is None else int(self.told[1].max(initial=0))
        return max(2, int(self.sizes.max()), told)

    @cached_property
    def uniform(self) -> bool:
        """Whether all hypotheses are equally likely at first."""
        return bool((self.space.prior == self.space.prior[0]).all())

    def query(self, row: int) -> Query:
        """The query of a row of the menu or of the comparisons."""
        menu = self.space.menu
        if row < self.cuts and menu.cuts is not None:
            form = Comparison(menu.name, ">", between(menu.cuts[row], menu.cuts[row + 1]))
            return Query("predicate", str(form), form)
        return menu.queries[row - self.cuts]

    def codes(self, questions: IntArray, told: Which | None = None) -> Codes:
        """The reply to each episode's question under each hypothesis."""
        codes = self.table.codes(questions[:, None], np.arange(self.hypotheses))
        if told is None or self.told is None:
            return codes
        said = self.told[0][np.minimum(questions, len(self.told[0]) - 1)]
        return np.where(told[:, None], said, codes)

    def codes_at(self, questions: IntArray, hypotheses: IntArray, told: Which | None = None) -> IntArray:
        """The same under one hypothesis each."""
        codes = np.asarray(self.table.codes(questions, hypotheses), dtype=np.int64)
        if told is None or self.told is None:
            return codes
        return np.where(told, self.told[0][np.minimum(questions, len(self.told[0]) - 1), hypotheses], codes)

    def sizes_of(self, questions: IntArray, told: Which | None = None) -> IntArray:
        """How many replies each episode's question has."""
        sizes = self.sizes.take(questions)
        if told is None or self.told is None:
            return sizes
        return np.where(told, self.told[1][np.minimum(questions, len(self.told[1]) - 1)], sizes)

    def binary_of(self, questions: IntArray) -> Which:
        """Which of the questions are yes-or-no queries."""
        return self.binary.take(questions)

    def prior_of(self, rows: IntArray) -> FloatArray:
        """The prior, shape ``(N,)``."""
        return self.space.prior


@lru_cache(maxsize=4)
def board_of(space: HypothesisSpace, answered: bool) -> Board:
    """The board of a space without a teacher's knowledge, the same one for all environments that share the space."""
    return Board(space, answered=answered)


class StackedBoard:
    """A board for each of B episodes, laid out alike: comparisons, queries up to a number, attempts, nothing.

    Args:
        size: B.
        hypotheses: N of every episode.
        queries: The most queries of a menu.
        replies: The most replies of a question.
        comparisons: Whether hypotheses are compared with one another.
        shared: Whether several hypotheses may share an answer.
    """

    def __init__(
        self, size: int, hypotheses: int, queries: int, replies: int, comparisons: bool = True, shared: bool = False
    ) -> None:
        self.hypotheses = hypotheses
        self.most_replies = replies
        self.cuts = hypotheses - 1 if comparisons else 0
        self.queries = queries
        self.first_attempt = self.cuts + queries
        self.nothing = self.first_attempt + hypotheses
        self.some_binary = True
        rows = self.nothing + 1
        self._each = np.arange(size)
        self._codes = np.zeros((size, rows, hypotheses), dtype=np.int16)
        self._told = np.zeros((size, self.first_attempt, hypotheses), dtype=np.int16)
        self._sizes = np.ones((size, rows), dtype=np.int64)
        self._told_sizes = np.ones((size, self.first_attempt), dtype=np.int64)
        self._binary = np.zeros((size, rows), dtype=np.bool_)
        self._prior = np.full((size, hypotheses), 1.0 / hypotheses)
        self.legal = np.zeros((size, self.first_attempt), dtype=np.bool_)
        self.targets = np.tile(np.arange(hypotheses), (size, 1)) if shared else None
        self.distinct = np.ones((size, hypotheses), dtype=np.bool_)

    def put(self, row: int, board: Board) -> None:
        """Give an episode its board; queries that are too many are left out.

        Raises:
            ConfigurationError: If it has another number of hypotheses, or too many replies.
        """
        fits = board.cuts <= self.cuts and (board.targets is None or self.targets is not None)
        if not fits or board.hypotheses != self.hypotheses or board.most_replies > self.most_replies:
            raise ConfigurationError(
                f"problem: {board.hypotheses} candidates with {board.most_replies} replies do not fit a discrete view "
                f"of {self.hypotheses} with {self.most_replies}"
            )
        taken = np.arange(board.cuts + min(board.queries, self.queries))
        places = np.where(taken < board.cuts, taken, taken - board.cuts + self.cuts)
        whole = np.concatenate([places, np.arange(self.first_attempt, self.nothing + 1)])
        rows = np.concatenate([taken, np.arange(board.first_attempt, board.rows)])
        self._codes[row] = 0
        self._codes[row, whole] = board.table.codes(rows[:, None], np.arange(self.hypotheses))
        self._sizes[row], self._binary[row], self.legal[row] = 1, False, False
        self._sizes[row, whole], self._binary[row, whole] = board.sizes[rows], board.binary[rows]
        self.legal[row, places] = True
        self._prior[row] = board.space.prior
        self.distinct[row] = board.distinct
        if self.targets is not None:
            self.targets[row] = np.arange(self.hypotheses) if board.targets is None else board.targets
        if board.told is not None:
            self._told[row], self._told_sizes[row] = 0, 1
            self._told[row, places], self._told_sizes[row, places] = board.told[0][taken], board.told[1][taken]

    def codes(self, questions: IntArray, told: Which | None = None) -> Codes:
        """The reply to each episode's question under each hypothesis."""
        codes = self._codes[self._each, questions]
        if told is None:
            return codes
        return np.where(told[:, None], self._told[self._each, self._asked(questions)], codes)

    def codes_at(self, questions: IntArray, hypotheses: IntArray, told: Which | None = None) -> IntArray:
        """The same under one hypothesis each."""
        return np.asarray(self.codes(questions, told)[self._each, hypotheses], dtype=np.int64)

    def sizes_of(self, questions: IntArray, told: Which | None = None) -> IntArray:
        """How many replies each episode's question has."""
        sizes = self._sizes[self._each, questions]
        return sizes if told is None else np.where(told, self._told_sizes[self._each, self._asked(questions)], sizes)

    def binary_of(self, questions: IntArray) -> Which:
        """Which of the questions are yes-or-no queries."""
        return np.asarray(self._binary[self._each, questions])

    def prior_of(self, rows: IntArray) -> FloatArray:
        """The priors, shape ``(len(rows), N)``."""
        return np.asarray(self._prior[rows])

    def target_of(self, row: int) -> IntArray | None:
        """Which hypotheses of an episode share an answer, shape ``(N,)``; ``None`` where none do."""
        return None if self.targets is None else np.asarray(self.targets[row])

    def row_codes(self, row: int) -> Codes:
        """The true replies of one episode, by question and hypothesis."""
        return np.asarray(self._codes[row])

    def features(self) -> FloatArray:
        """What each query means: its codes as shares of the largest one, -1 where there is no query, ``(B, Q, N)``.

        Where hypotheses share answers a last row says which do: the answers by number, as shares of the largest.
        """
        scaled = self._codes[:, : self.first_attempt] / np.maximum(self._sizes[:, : self.first_attempt, None] - 1, 1)
        meant = np.where(self.legal[:, :, None], scaled, -1.0)
        if self.targets is None:
            return meant
        labels = self.targets / np.maximum(self.targets.max(axis=1, keepdims=True), 1)
        return np.concatenate([meant, labels[:, None, :]], axis=1)

    def _asked(self, questions: IntArray) -> IntArray:
        return np.minimum(questions, self.first_attempt - 1)


def told_by(teacher: ChannelTeacher, problem: Problem, asymmetry: str, board: Board) -> tuple[Codes, IntArray] | None:
    """What a teacher with some knowledge says to each query: codes by row, and how many replies there are.

    Returns:
        ``None`` where there is no query.
    """
    codes: list[Codes] = []
    sizes: list[int] = []
    for row in range(board.cuts + board.queries):
        query = board.query(row)
        meant = problem.domain.meaning(query, board.space.answers)
        question = Question(
            query.canonical, query, problem.statement, problem.space, problem.facts, asymmetry, meaning=meant,
            domain=problem.domain,
        )  # fmt: skip
        channel = teacher.channel(question)
        if channel is None or channel.codes is None:
            codes.append(np.zeros(board.hypotheses, dtype=np.int64))
            sizes.append(1)
        else:
            codes.append(channel.codes)
            sizes.append(len(channel.replies))
    return (np.stack(codes), np.array(sizes)) if codes else None
