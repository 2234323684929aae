"""Students that play closed problems by the solvers: greedy strategies, small games' optimum, the game with lies."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sml_env.agents.asking import GreedyAgent
from sml_env.agents.base import attempt_at
from sml_env.boards import Board
from sml_env.errors import ConfigurationError
from sml_env.forms import OneOf
from sml_env.information import IntArray
from sml_env.lesson import Lesson
from sml_env.problems import HypothesisSpace
from sml_env.solvers.questions import liar_split
from sml_env.solvers.strategies import STRATEGIES, choose
from sml_env.solvers.success import SuccessSolver
from sml_env.tables import ReplyTable, tabulated

__all__ = ["LiarAgent", "OptimalAgent", "StrategyAgent"]

MAX_OPTIMAL: Final = 128
"""Hypotheses of the largest problem that the optimal agent solves."""

MAX_LISTED: Final = 1_000
"""Candidates of the largest problem that the liar's agent lists."""

MAX_CELLS: Final = 2**26
"""Questions times hypotheses of the largest problem that a strategy looks at."""

_MEMO: Final = 100_000

Subset = npt.NDArray[np.bool_]


class _Questions:
    """The questions of a space as a table, and their words."""

    def __init__(self, space: HypothesisSpace) -> None:
        self.space = space
        self.board = Board(space)
        self.guesses = self.board.guesses
        size = self.board.hypotheses if self.guesses else self.board.first_attempt
        self._first = self.board.first_attempt if self.guesses else 0
        self.table: ReplyTable = _Rows(self.board.table, self._first, size)

    def words(self, question: int) -> str:
        """A question of the table as an utterance."""
        return self.attempt(question) if self.guesses else self.board.query(question).canonical

    def attempt(self, hypothesis: int) -> str:
        """An attempt at a hypothesis as an utterance."""
        return attempt_at(self.space.answers.text(hypothesis))


class _Rows:
    """Some rows of a table."""

    def __init__(self, table: ReplyTable, first: int, size: int) -> None:
        self._table, self._first = table, first
        self.shape = (size, table.shape[1])

    def codes(self, queries: Any, hypotheses: Any) -> Any:
        return self._table.codes(queries + self._first, hypotheses)


class _SpaceAgent(ABC):
    """Keeps the questions of the space that it played last; plays as the greedy agent where it cannot solve."""

    name = ""

    def __init__(self) -> None:
        self._questions: _Questions | None = None
        self._greedy = GreedyAgent()
        self._solves = False

    def begin(self, lesson: Lesson, rng: np.random.Generator) -> None:
        """Look at the hypotheses."""
        space = lesson.space
        self._lesson = lesson
        self._greedy.begin(lesson, rng)
        self._solves = space is not None and self._fits(space)
        if space is not None and self._solves and (self._questions is None or self._questions.space is not space):
            self._questions = _Questions(space)
            self._prepare(self._questions)

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """The solver's move."""
        return self._move(observation) if self._solves else self._greedy.act(observation, info)

    def said_instead(self, words: str) -> None:
        """Other words took the place of the last: the solvers go by the belief alone and remember nothing."""
        if not self._solves:
            self._greedy.said_instead(words)

    def _fits(self, space: HypothesisSpace) -> bool:
        """Whether the solver can take a space."""
        board = Board(space)
        questions = board.hypotheses if board.guesses else board.first_attempt
        return 0 < questions * board.hypotheses <= MAX_CELLS

    @abstractmethod
    def _prepare(self, questions: _Questions) -> None:
        """A new space: forget what was worked out for the last one."""

    @abstractmethod
    def _move(self, observation: str) -> str:
        """What the solver says."""

    @property
    def _asked(self) -> _Questions:
        if self._questions is None:
            raise ConfigurationError(f"{self.name}: begin comes before act")
        return self._questions

    def _live(self) -> IntArray:
        belief = self._lesson.belief
        return np.zeros(0, dtype=np.int64) if belief is None else np.flatnonzero(belief)


class StrategyAgent(_SpaceAgent):
    """Plays a one-step strategy of the Mastermind literature, on guesses or on the questions of a menu.

    With one hypothesis left, or where no question tells them apart, it attempts the most likely. Its decisions are a
    function of the live hypotheses and are kept.

    Args:
        strategy: One of ``sml_env.solvers.strategies.STRATEGIES``; also the agent's name.
    """

    def __init__(self, strategy: str) -> None:
        if strategy not in STRATEGIES:
            raise ConfigurationError(f"strategy: {strategy!r} is none of {', '.join(STRATEGIES)}")
        super().__init__()
        self.name = strategy
        self._known: dict[bytes, str] = {}

    def _prepare(self, questions: _Questions) -> None:
        self._known.clear()

    def _move(self, observation: str) -> str:
        belief = self._lesson.belief
        key = b"" if belief is None else belief.tobytes()
        if key not in self._known:
            if len(self._known) >= _MEMO:
                self._known.clear()
            self._known[key] = self._decision()
        return self._known[key]

    def _decision(self) -> str:
        questions, live = self._asked, self._live()
        belief = self._lesson.belief
        if belief is None or len(live) == 0:
            return questions.attempt(0)
        weights = belief[live]
        uniform = bool(np.ptp(weights) <= 1e-12)
        if not questions.guesses and (self.name == "first-consistent" or len(live) == 1):
            return questions.attempt(int(live[0]))
        if questions.guesses:
            return questions.words(choose(self.name, questions.table, live, None if uniform else weights))
        question = choose(self.name, questions.table, live, None if uniform else weights, guesses=False)
        words = questions.words(question)
        told = self._lesson.expected_bits(words) or 0.0
        return words if told > 0.0 else questions.attempt(int(live[weights.argmax()]))


class OptimalAgent(_SpaceAgent):
    """Plays for the greatest probability of success within its turns; exact, for problems of up to ``MAX_OPTIMAL``.

    For truthful teachers. Where the replies may be false it plays as if what is impossible by them were all it learnt.
    """

    name = "optimal"

    def _fits(self, space: HypothesisSpace) -> bool:
        return super()._fits(space) and len(space) <= MAX_OPTIMAL

    def _prepare(self, questions: _Questions) -> None:
        size = questions.board.hypotheses
        dense = tabulated(questions.table)
        table = np.asarray(dense.codes(np.arange(dense.shape[0])[:, None], np.arange(size)))
        prior = questions.space.prior
        self._solver = SuccessSolver(
            table,
            prior,
            win_code=0 if questions.guesses else None,
            yes_no=None if questions.guesses else questions.board.binary[: len(table)],
        )

    def _move(self, observation: str) -> str:
        questions = self._asked
        move = self._solver.move(self._lesson.turns_left, self._lesson.attempts_left, self._live())
        return questions.words(move.index) if move.kind == "query" else questions.attempt(move.index)


class LiarAgent(_SpaceAgent):
    """Identifies a number against a teacher that may lie, by lists that keep the worst case least, then attempts it.

    It counts for each candidate how many replies so far would be lies, and asks "is it one of …?" for as many
    candidates of each count as the solver says. For ``TwentyQuestions-v0`` with ``subsets`` allowed and
    ``rules={"disguised_attempts": False}``.

    Args:
        lies: That the teacher may tell, at most.
    """

    name = "liar"

    def __init__(self, lies: int = 1) -> None:
        super().__init__()
        self._lies = lies

    def _prepare(self, questions: _Questions) -> None:
        pass

    def _fits(self, space: HypothesisSpace) -> bool:
        return 1 < len(space) <= MAX_LISTED and space.menu.cuts is not None

    def begin(self, lesson: Lesson, rng: np.random.Generator) -> None:
        """Nothing has been asked."""
        super().begin(lesson, rng)
        self._told = np.zeros(len(lesson.candidates), dtype=np.int64)
        self._subset: Subset | None = None

    def _move(self, observation: str) -> str:
        if self._subset is not None:
            self._told += self._subset != observation.startswith("Yes.")
            self._solves = observation.startswith(("Yes.", "No.")) and bool((self._told <= self._lies).any())
            if not self._solves:
                return self._greedy.act(observation, {})
        kinds = [np.flatnonzero(self._told == count) for count in range(self._lies + 1)]
        live = np.concatenate(kinds)
        if len(live) == 1 or self._lesson.turns_left == 1:
            self._subset = None
            return self._asked.attempt(int(live[0]))
        split = liar_split(*(len(kind) for kind in kinds))
        subset = np.zeros(len(self._told), dtype=np.bool_)
        for kind, asked in zip(kinds, split, strict=True):
            subset[kind[:asked]] = True
        return self._ask(subset)

    def said_instead(self, words: str) -> None:
        """What is heard next answers no question of the list's."""
        self._subset = None
        super().said_instead(words)

    def _ask(self, subset: Subset) -> str:
        """The question for a list; of a list of one, which would read as an attempt, the opposite is asked."""
        numbers = self._lesson.numbers
        if len(subset) == 2:
            self._subset = np.array([False, True])
            return f"x > {numbers[0]}"
        self._subset = subset if subset.sum() > 1 else ~subset
        return str(OneOf("x", tuple(numbers[row] for row in np.flatnonzero(self._subset).tolist())))
