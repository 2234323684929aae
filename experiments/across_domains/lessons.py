"""Lessons side by side, as a student sees them who knows symbols only.

What is public in a discrete game is its candidates, its questions, and what each question would be answered under each
candidate. Here that is all that a student is given of it: a table of symbols. Which symbol stands for which reply is
drawn anew for every question of every lesson, so that a symbol means nothing but itself, and candidates have neither
names nor values. What the teacher knows is not in the table; the student hears it, as symbols, from the teacher alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import gymnasium as gym
import numpy as np
import numpy.typing as npt

import sml_env  # noqa: F401  (registers the environments)
from experiments.across_domains.settings import Game
from sml_env.boards import Board
from sml_env.problems import HypothesisSpace

__all__ = ["SILENCE", "Heard", "Lessons", "Table", "arguments_of"]

SILENCE: Final = -1
"""The symbol of a teacher that says nothing."""

Symbols = npt.NDArray[np.int64]
Which = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Table:
    """What B lessons begin with, of Q questions and N candidates each.

    Attributes:
        symbols: What a question would be answered under a candidate, shape ``(B, Q, N)``.
        questions: Which questions exist, shape ``(B, Q)``.
        turns: The budget of each lesson, shape ``(B,)``.
    """

    symbols: Symbols
    questions: Which
    turns: Symbols


@dataclass(frozen=True, slots=True)
class Heard:
    """What one turn of B lessons gives, arrays of shape ``(B, …)``.

    Attributes:
        said: What the question asked would be answered under each candidate, shape ``(B, N)``.
        reply: What the teacher replied.
        success: Whether the attempt was right.
        over: Whether the lesson has ended.
    """

    said: Symbols
    reply: Symbols
    success: Which
    over: Which


def arguments_of(game: Game, teacher: Mapping[str, Any], turns: tuple[int, int]) -> dict[str, Any]:
    """Arguments of the environment: one attempt, and no question is one in disguise."""
    rules = {"disguised_attempts": False, "best": False}
    shared = {"max_turns": turns, "max_attempts": 1, "shaping": "none", "rules": rules}
    return {**shared, **teacher, "config": dict(game.config)}


class Lessons:
    """B lessons of one game, played turn by turn.

    Actions are the questions 0..Q-1, then the attempts at each candidate.

    Args:
        game: Which.
        teacher: Arguments of the environment that say who teaches.
        size: B.
        turns: Least and most turns of a lesson, which draws its own budget.
        symbols: How many symbols there are, a prime.
        seed: Of the problems and the symbols.
    """

    def __init__(
        self, game: Game, teacher: Mapping[str, Any], size: int, turns: tuple[int, int], symbols: int, seed: int
    ) -> None:
        shared = arguments_of(game, teacher, turns)
        self._envs: Any = gym.make_vec(game.id, num_envs=size, attempts="each", observation="history", **shared)
        self._family: Any = gym.make(game.id, config=dict(game.config)).unwrapped.family  # type: ignore[attr-defined]
        self._seed: int | None = seed
        self._rng = np.random.default_rng([seed, size])
        self._symbols = symbols
        self._each = np.arange(size)
        self._codes: dict[int, Symbols] = {}

    def begin(self) -> Table:
        """Begin B lessons."""
        _, info = self._envs.reset(seed=self._seed)
        self._seed, self._turn = None, 0
        self._answers = self._envs.unwrapped.privileged()["hypothesis"]
        spaces = self._spaces(info["problem_id"])
        candidates = len(spaces[0])
        self._attempts = info["action_mask"].shape[1] - candidates
        legal = info["action_mask"][:, : self._attempts] == 1
        width = int(np.flatnonzero(legal.any(axis=0)).max()) + 1
        self._questions = legal[:, :width]
        codes = np.zeros((len(spaces), width, candidates), dtype=np.int64)
        for row, space in enumerate(spaces):
            codes[row, self._questions[row]] = self._replies(space)
        shape = (len(spaces), width)
        self._factor, self._offset = (
            self._rng.integers(1, self._symbols, shape),
            self._rng.integers(0, self._symbols, shape),
        )
        self._table = self._symbol(codes, self._each[:, None, None], np.arange(width)[:, None])
        return Table(self._table, self._questions, info["turns_left"].astype(np.int64))

    def step(self, actions: npt.NDArray[np.int64]) -> Heard:
        """One turn of all lessons; those that were over before begin anew, and are not to be looked at."""
        width = self._table.shape[1]
        asks = actions < width
        observed, _, over, _, info = self._envs.step(np.where(asks, actions, actions - width + self._attempts))
        codes = observed[:, self._turn, 1].astype(np.int64) - 1
        asked = np.minimum(actions, width - 1)
        told = asks & (codes >= 0)
        reply = np.where(told, self._symbol(np.maximum(codes, 0), self._each, asked), SILENCE)
        self._turn += 1
        return Heard(self._table[self._each, asked], reply, info["success"] & over, over)

    def answers(self) -> Symbols:
        """Which candidate was right, shape ``(B,)``: what a student is told once its lessons are over."""
        return self._answers

    def _symbol(self, codes: Symbols, rows: Symbols, questions: Symbols) -> Symbols:
        """The symbols of replies: for each question of each lesson another bijection modulo a prime."""
        return (self._factor[rows, questions] * codes + self._offset[rows, questions]) % self._symbols

    def _spaces(self, ids: npt.NDArray[np.object_]) -> list[HypothesisSpace]:
        shared = getattr(self._family, "space", None)
        return [self._family.problem(name).space if shared is None else shared for name in ids.tolist()]

    def _replies(self, space: HypothesisSpace) -> Symbols:
        """The codes of the replies to the questions of a space under its candidates."""
        if id(space) in self._codes:
            return self._codes[id(space)]
        board = Board(space, answered=False)
        if board.most_replies > self._symbols:
            raise ValueError(f"symbols: {self._symbols} are fewer than the {board.most_replies} replies of a question")
        codes = board.table.codes(np.arange(board.first_attempt)[:, None], np.arange(len(space))).astype(np.int64)
        if space is getattr(self._family, "space", None):
            self._codes[id(space)] = codes
        return codes
