"""Episodes of closed problems side by side, seen as actions, observations and arrays of info.

The single discrete environment holds one, the native vector environment many; both only pass on what is here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Final, Protocol, cast

import numpy as np
import numpy.typing as npt

from sml_env.boards import Board, StackedBoard, board_of, told_by
from sml_env.closed import SharedFamily
from sml_env.core import turn_range, turns_of
from sml_env.errors import ConfigurationError
from sml_env.forms import Query
from sml_env.game import ASKED, ATTEMPTED, Game, Played
from sml_env.information import FloatArray, IntArray, binary_entropy_bits, target_belief
from sml_env.laws import Law
from sml_env.menu import Menu
from sml_env.missing import UNDECIDED_BITS, account
from sml_env.observations import OBSERVATIONS, Layout, Observer, observer_of
from sml_env.problems import Family, Problem
from sml_env.rules import Rules
from sml_env.teachers import ASYMMETRIES, Teacher, make_teacher
from sml_env.teachers.base import ChannelTeacher, Question, stated_channel

__all__ = ["ATTEMPTS", "Episodes", "StackedFamily"]

ATTEMPTS: Final = ("map", "each")
_MEMO: Final = 2**16

Words = npt.NDArray[np.uint64]


class StackedFamily(Protocol):
    """A family whose problems each have a space of their own, all of one size."""

    @property
    def candidates(self) -> int:
        """Hypotheses of every problem."""
        ...

    @property
    def menu_slots(self) -> int:
        """Queries of a menu that have an action, besides the comparisons."""
        ...

    @property
    def most_replies(self) -> int:
        """The largest number of replies of a question."""
        ...

    @property
    def comparisons(self) -> bool:
        """Whether candidates are compared with one another."""
        ...

    @property
    def shares_answers(self) -> bool:
        """Whether several hypotheses may share an answer."""
        ...


class Episodes:
    """B episodes of one family.

    Args:
        family: A ``SharedFamily``, or a family that says how large its problems are (``StackedFamily``).
        size: B.
        asymmetry: What the teacher holds.
        teacher: A voice with a law, by name or as a mapping with its arguments.
        max_turns: A number, a pair, or ``None`` for the family's.
        max_attempts: Attempts that are judged; ``None`` for as many as turns.
        shaping: Of the reward.
        gamma: The learner's discount.
        rules: Further fields of ``Rules``.
        attempts: ``"map"`` or ``"each"``.
        observation: ``"belief"``, ``"history"`` or ``"per_action"``.

    Raises:
        ConfigurationError: If an argument, or a pair of them, makes no sense.
    """

    def __init__(
        self,
        family: Family,
        size: int,
        *,
        asymmetry: str = "answer",
        teacher: str | Mapping[str, Any] | Teacher = "oracle",
        max_turns: int | tuple[int, int] | None = None,
        max_attempts: int | None = None,
        shaping: str = "potential",
        gamma: float = 1.0,
        rules: Mapping[str, Any] | None = None,
        attempts: str = "map",
        observation: str = "belief",
    ) -> None:
        for name, value, known in (
            ("attempts", attempts, ATTEMPTS),
            ("observation", observation, OBSERVATIONS),
            ("asymmetry", asymmetry, ASYMMETRIES),
        ):
            if value not in known:
                raise ConfigurationError(f"{name}: {value!r} is none of {', '.join(known)}")
        sensible = getattr(family, "asymmetries", ASYMMETRIES)
        if asymmetry not in sensible:
            raise ConfigurationError(
                f"asymmetry: {asymmetry!r} makes no sense here, with teacher={teacher!r} or any other; "
                f"choose one of {', '.join(sensible)}"
            )
        self.family = family
        self.size = size
        self.attempts = attempts
        self.teacher, self._law = _lawful(make_teacher(teacher, asymmetry), asymmetry)
        self.turn_range = turn_range(family.default_turns if max_turns is None else max_turns)
        self.rules = Rules.of(
            family, rules, asymmetry=asymmetry, max_turns=self.turn_range[1], max_attempts=max_attempts,
            shaping=shaping, gamma=gamma,
        )  # fmt: skip
        self._told = _told(asymmetry, self._law)
        self.board: Board | StackedBoard = self._empty_board()
        shared = isinstance(self.board, Board)
        self.guesses = isinstance(self.board, Board) and self.board.guesses
        answered = isinstance(self.board, Board) and self.board.space.responses is not None and self._told == "all"
        self.game = Game(self.board, size, self.rules, self._law, self._told, answered)
        self.menu_actions = self.board.hypotheses if self.guesses else self.board.first_attempt
        extra = {"map": 1, "each": 0 if self.guesses else self.board.hypotheses}[attempts]
        self.actions = self.menu_actions + extra
        self.ids: npt.NDArray[np.object_] = np.full(size, "", dtype=object)
        self._problems: list[Problem | None] = [None] * size
        self._menus: list[Menu | None] = [None] * size
        self._tried = np.zeros((size, self.board.hypotheses if attempts == "each" else 0), dtype=np.bool_)
        self.observer: Observer = observer_of(observation, self._layout())
        self._best_memo: dict[bytes, float] = {}
        self._kinds = self._kinds_of_rows()
        self._premature = np.zeros(size, dtype=np.int64)
        self._asked_about: list[list[str]] = [[] for _ in range(size)]
        if shared:
            self._fixed_masks = np.broadcast_to(np.ones(self.actions, dtype=np.int8), (size, self.actions))
            self._menus = [self._menu(self._shared_problem())] * size

    # -- what the family is like ---------------------------------------------------------------------------------------

    def _empty_board(self) -> Board | StackedBoard:
        family = self.family
        if isinstance(family, SharedFamily):
            board = board_of(family.space, self._told == "all")
            if self._told != "some":
                return board
            return replace(board, told=told_by(self.teacher, self._shared_problem(), "knowledge", board))
        for name in ("candidates", "menu_slots", "most_replies"):
            if not isinstance(getattr(family, name, None), int):
                raise ConfigurationError("family: its problems are open, or of different sizes: no discrete view of it")
        sized = cast(StackedFamily, family)
        return StackedBoard(
            self.size, sized.candidates, sized.menu_slots, sized.most_replies, sized.comparisons, sized.shares_answers
        )

    def _layout(self) -> Layout:
        turns, attempts = self.turn_range[1], self.rules.max_attempts
        return Layout(
            board=self.board,
            game=self.game,
            size=self.size,
            turns=turns,
            attempt_slots=attempts + 1 if attempts is not None and attempts < turns else 0,
            actions=self.actions,
            menu_actions=self.menu_actions,
            each=self.attempts == "each",
            guesses=self.guesses,
            silent=self._told == "nothing",
        )

    def _shared_problem(self) -> Problem:
        family = cast(SharedFamily, self.family)
        return family.problem(family.problem_id(0))

    def _menu(self, problem: Problem) -> Menu | None:
        """The menu as the teacher answers it."""
        query = Query("hint", "hint")
        asked = Question("", query, problem.statement, problem.space, problem.facts, self.rules.asymmetry,
                         domain=problem.domain, turns_left=self.rules.max_turns)  # fmt: skip
        return self.teacher.menu(asked)

    def _kinds_of_rows(self) -> npt.NDArray[np.object_]:
        board = self.board
        kinds = np.full(board.nothing + 1, "attempt", dtype=object)
        kinds[: board.first_attempt] = "predicate"
        if isinstance(board, Board):
            for row in range(board.queries):
                kinds[board.cuts + row] = board.space.menu.queries[row].kind
        if self.guesses and self._told == "all":
            kinds[board.first_attempt :] = "guess"
        kinds[board.nothing] = "malformed"
        return kinds

    # -- beginning -----------------------------------------------------------------------------------------------------

    @property
    def words_needed(self) -> int:
        """64-bit words of a generator that an episode of a shared family begins with."""
        return 2 if self.turn_range[0] == self.turn_range[1] else 3

    def begin(self, rows: IntArray, generators: Sequence[np.random.Generator], problem_id: str | None = None) -> None:
        """Begin episodes as a text environment with the same generators would.

        Args:
            rows: Which, shape ``(R,)``.
            generators: One for each of the rows.
            problem_id: Chooses the problem of all of them.
        """
        drawn = [self._drawn(generator) for generator in generators]
        ids = [number if problem_id is None else problem_id for number, _, _ in drawn]
        problems = [self.family.problem(identity) for identity in ids]
        self._place(rows, problems)
        truths = np.array([problem.secret.reveal().index for problem in problems], dtype=np.int64)
        budgets = np.array([turns for _, turns, _ in drawn], dtype=np.int64)
        seeds = np.array([seed for _, _, seed in drawn], dtype=np.uint64)
        self.ids[rows] = ids
        self._begin(rows, truths, budgets, seeds)

    def begin_by_words(self, rows: IntArray, words: Words, truths: IntArray) -> None:
        """The same for a shared family, given what would have been drawn.

        Args:
            rows: Which, shape ``(R,)``.
            words: Of the generators, shape ``(R, words_needed)``.
            truths: Of the problems that the first words choose, shape ``(R,)``.
        """
        family = self.family
        if not isinstance(family, SharedFamily):
            raise ConfigurationError("family: its problems do not share a hypothesis space")
        numbers = family.numbers(words[:, 0])
        low, high = self.turn_range
        budgets = np.full(len(rows), high)
        if low < high:
            budgets = np.array([turns_of(int(word), low, high) for word in words[:, 1]], dtype=np.int64)
        self.ids[rows] = [*map(f"{family.name}-".__add__, map(str, numbers.tolist()))]
        self._begin(rows, truths, budgets, words[:, -1])

    def _drawn(self, generator: np.random.Generator) -> tuple[str, int, int]:
        number = self.family.sample(generator)
        low, high = self.turn_range
        word = generator.bit_generator.random_raw
        turns = low if low == high else turns_of(int(word()), low, high)
        return number, turns, int(word())

    def _place(self, rows: IntArray, problems: Sequence[Problem]) -> None:
        if isinstance(self.board, Board):
            return
        for row, problem in zip(rows.tolist(), problems, strict=True):
            if problem.space is None:
                raise ConfigurationError(f"problem: {problem.problem_id} is open; there is no discrete view of it")
            board = Board(problem.space, answered=self._told == "all")
            if self._told == "some":
                board = replace(board, told=told_by(self.teacher, problem, "knowledge", board))
            self.board.put(row, board)
            self._problems[row] = problem
            self._menus[row] = self._menu(problem)

    def _begin(self, rows: IntArray, truths: IntArray, budgets: IntArray, seeds: Words) -> None:
        self.game.begin(rows, truths, budgets, seeds)
        if self.attempts == "each":
            self._tried[rows] = False
        self.observer.begin(rows)
        self._premature[rows] = 0
        for row in rows.tolist() if self.board.targets is not None else ():
            self._asked_about[row] = []

    # -- playing -------------------------------------------------------------------------------------------------------

    def play(self, actions: npt.NDArray[np.integer], active: npt.NDArray[np.bool_] | None = None) -> Played:
        """One turn of every episode; an action that is not legal asks nothing.

        Args:
            actions: Shape ``(B,)``.
            active: Which episodes play; all by default.
        """
        self.best_before = self._best()
        self.questions = self._questions(actions)
        if active is not None:
            self.questions = np.where(active, self.questions, self.board.nothing)
        turns, entropy = self.game.turns.copy(), self.game.beliefs.entropy
        played = self.game.play(self.questions, active)
        if self.attempts == "each":
            judged = np.flatnonzero(played.status == ATTEMPTED)
            self._tried[judged, self.game.asked[judged] - self.board.first_attempt] = True
        if self.board.targets is not None:
            self._premature += (entropy > UNDECIDED_BITS) & (played.status == ATTEMPTED)
            for row in np.flatnonzero(played.status == ASKED).tolist():
                self._asked_about[row].append(self.query(row, int(self.game.asked[row])).canonical)
        self.observer.note(np.asarray(actions, dtype=np.int64), played, turns, active)
        return played

    def _questions(self, actions: npt.NDArray[np.integer]) -> IntArray:
        """The rows that actions stand for."""
        board, menu = self.board, self.menu_actions
        chosen = np.asarray(actions, dtype=np.int64)
        rows = chosen + board.first_attempt if self.guesses else chosen
        if self.attempts == "map":
            at = np.flatnonzero(chosen == menu)
            if len(at):
                rows = rows.copy() if rows is chosen else rows
                rows[at] = board.first_attempt + self.game.beliefs.likeliest(at)
        if isinstance(board, Board) and self.attempts == "map" and chosen.view(np.uint64).max() < self.actions:
            return rows
        legal = (chosen >= 0) & (chosen < self.actions)
        if not isinstance(board, Board) or self.attempts == "each":
            legal &= self.masks()[np.arange(self.size), np.clip(chosen, 0, self.actions - 1)] == 1
        return rows if legal.all() else np.where(legal, rows, board.nothing)

    def account(self, row: int) -> dict[str, Any] | None:
        """What an episode about missing facts came to, once it has ended; ``None`` for others."""
        if self.board.targets is None:
            return None
        space = self.board.space if isinstance(self.board, Board) else self._problem(row).space
        return None if space is None else account(space, int(self._premature[row]), self._asked_about[row])

    def masks(self) -> npt.NDArray[np.int8]:
        """Which actions are legal, shape ``(B, A)``: queries that exist, candidates that were not tried."""
        if isinstance(self.board, Board) and self.attempts == "map":
            return self._fixed_masks
        masks = np.ones((self.size, self.actions), dtype=np.int8)
        if not isinstance(self.board, Board):
            masks[:, : self.menu_actions] = self.board.legal
        if self.attempts == "each":
            masks[:, self.actions - self.board.hypotheses :] = ~self._tried & self.board.distinct
        return masks

    def kinds(self, played: Played) -> npt.NDArray[np.object_]:
        """``query_kind`` of every episode's turn."""
        kinds = self._kinds.take(self.game.asked)
        if not isinstance(self.board, Board):
            for row in np.flatnonzero((played.status != ATTEMPTED) & (self.game.asked < self.board.first_attempt)):
                kinds[row] = self.query(int(row), int(self.game.asked[row])).kind
        return kinds

    # -- information ---------------------------------------------------------------------------------------------------

    def _best(self) -> FloatArray | None:
        """The most that any query of the menu tells now, shape ``(B,)``; ``None`` where it is not worked out."""
        rules, beliefs = self.rules, self.game.beliefs
        if not rules.best:
            return None
        if self._told == "nothing":
            return np.zeros(self.size)
        if self._halved is not None:
            return self._halved.take(beliefs.live())
        rates = self.game.rates()
        dense = beliefs.dense()
        best = np.zeros(self.size)
        for row in np.flatnonzero(beliefs.live() > 1).tolist():
            best[row] = self._best_of(dense[row], row, None if rates is None else rates[row])
        return best

    @cached_property
    def _halved(self) -> FloatArray | None:
        """``best_bits`` by the number of live hypotheses, where a comparison always splits them most evenly."""
        board = self.board
        if not isinstance(board, Board) or not self._halves(board):
            return None
        live = np.arange(board.hypotheses + 1)
        least = 1 if not self.rules.disguised_attempts else 2
        return np.where(live > least, binary_entropy_bits(live // 2 / np.maximum(live, 1)), 0.0)

    def _halves(self, board: Board) -> bool:
        """Whether some comparison always splits the live hypotheses, all equally likely, most evenly."""
        binary = board.most_replies == 2 and board.cuts > 0 and board.space.responses is None
        binary = binary and board.targets is None
        return binary and board.uniform and self._told == "all" and self._law.exact and self.rules.cap_bits >= 1.0

    def _best_of(self, belief: FloatArray, row: int, rates: FloatArray | None) -> float:
        menu = self._menus[row]
        if menu is None:
            return 0.0
        if rates is not None:
            menu = replace(menu, error=rates.copy())
        every, target = not self.rules.disguised_attempts, self.board.target_of(row)
        binary = every or int(np.count_nonzero(target_belief(belief, target))) > 2
        if rates is not None or not isinstance(self.board, Board):
            return menu.best_bits(belief, self.rules.cap_bits, target, binary=binary)
        key = np.packbits(belief > 0.0).tobytes() if self.board.uniform else belief.tobytes()
        if key not in self._best_memo:
            if len(self._best_memo) >= _MEMO:
                self._best_memo.clear()
            self._best_memo[key] = menu.best_bits(belief, self.rules.cap_bits, target, binary=binary)
        return self._best_memo[key]

    def observe(self) -> npt.NDArray[np.float32]:
        """The observations of all episodes, shape ``(B, *observer.shape)``; a new array."""
        return self.observer.observe(self.masks())

    # -- words ---------------------------------------------------------------------------------------------------------

    def query(self, row: int, question: int) -> Query:
        """The query of a row of an episode's board."""
        if isinstance(self.board, Board):
            return self.board.query(question)
        problem = self._problems[row]
        if problem is None or problem.space is None:
            raise ConfigurationError("row: this episode has not begun")
        board = Board(problem.space)
        return board.query(question if question < self.board.cuts else question - self.board.cuts + board.cuts)

    def words(self, row: int, action: int) -> str:
        """An action as a student would say it now; the empty text for one that is not legal."""
        question = int(self._questions(np.full(self.size, action))[row])
        board = self.board
        if question == board.nothing:
            return ""
        if question < board.first_attempt:
            return self.query(row, question).canonical
        space = board.space if isinstance(board, Board) else self._problem(row).space
        if space is None:
            return ""
        text = space.answers.text(question - board.first_attempt)
        return f"guess {text}" if self.guesses else f"answer: {text}"

    def _problem(self, row: int) -> Problem:
        problem = self._problems[row]
        return self.family.problem(str(self.ids[row])) if problem is None else problem

    def statement(self, row: int) -> str:
        """What an episode asks."""
        return self._problem(row).statement

    def problem(self, row: int) -> Problem:
        """The problem of an episode; its secret is private."""
        return self._problem(row)


def _lawful(teacher: Teacher, asymmetry: str) -> tuple[ChannelTeacher, Law]:
    law = getattr(teacher, "law", None)
    channels = stated_channel(teacher)
    if channels is None or not isinstance(law, Law):
        raise ConfigurationError(
            f"teacher: {teacher.name!r} with asymmetry={asymmetry!r} speaks freely; the discrete view needs a voice "
            "whose replies follow a law: use the text environment"
        )
    return channels, law


def _told(asymmetry: str, law: Law) -> str:
    if law.source != "truth" or asymmetry in ("verifier", "none"):
        return "nothing"
    return "all" if asymmetry == "answer" else "some"
