"""What a student's lessons come to: success, and whether it answers before it can know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt

import experiments.pool  # noqa: F401  (registers its id)
import sml_env  # noqa: F401  (registers the environments)
from experiments.arms import Game
from sml_env.missing import UNDECIDED_BITS

__all__ = ["Act", "Measured", "Turns", "played"]

Act = Callable[[Any, Any], npt.NDArray[np.int64]]
"""From observations and masks to actions."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What lessons came to. An attempt is premature while more than one answer is possible to an ideal listener.

    Attributes:
        success: Share solved.
        premature_attempts: A lesson.
        premature_lessons: Share of the lessons whose first attempt was premature, which are those with any.
        first_attempt: Turn of the first attempt, from 1; a lesson without one counts as the turn after its last.
        questions: A lesson.
    """

    success: float
    premature_attempts: float
    premature_lessons: float
    first_attempt: float
    questions: float


class Turns:
    """The account of some lessons, turn by turn.

    Args:
        lessons: How many.
    """

    def __init__(self, lessons: int) -> None:
        self._solved = np.zeros(lessons, dtype=np.bool_)
        self._premature, self._questions, self._turns, self._first = (
            np.zeros(lessons, dtype=np.int64) for _ in range(4)
        )

    def note(self, lesson: int, kind: str, entropy: float, success: bool) -> None:
        """A turn was played.

        Args:
            lesson: In which.
            kind: ``query_kind`` of the turn.
            entropy: Of the answer before it, in bits.
            success: Whether it solved the lesson.
        """
        self._turns[lesson] += 1
        self._solved[lesson] |= success
        if kind == "attempt":
            self._premature[lesson] += entropy > UNDECIDED_BITS
            self._first[lesson] = self._first[lesson] or self._turns[lesson]
        elif kind != "malformed":
            self._questions[lesson] += 1

    def measured(self) -> Measured:
        """What the lessons came to."""
        first = np.where(self._first > 0, self._first, self._turns + 1)
        return Measured(
            success=float(self._solved.mean()),
            premature_attempts=float(self._premature.mean()),
            premature_lessons=float((self._premature > 0).mean()),
            first_attempt=float(first.mean()),
            questions=float(self._questions.mean()),
        )


def played(game: Game, act: Act, lessons: int, seed: int) -> Measured:
    """Play lessons side by side, one in each of as many environments, and account for them.

    Args:
        game: Of a pool of problems.
        act: The student.
        lessons: How many.
        seed: Of the problems, which are the same for all students.
    """
    envs = gym.make_vec(game.env, num_envs=lessons, **game.arguments)
    observations, info = envs.reset(seed=seed)
    turns, playing = Turns(lessons), np.ones(lessons, dtype=np.bool_)
    while playing.any():
        entropy = info["belief_entropy_bits"]
        observations, _, ended, _, info = envs.step(act(observations, envs.unwrapped.action_masks()))
        for row in np.flatnonzero(playing).tolist():
            turns.note(row, info["query_kind"][row], entropy[row], bool(info["success"][row]))
        playing &= ~ended
    return turns.measured()
