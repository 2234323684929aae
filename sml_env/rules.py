"""The rules of the game: what is fixed for an environment, and who has attempted what, as array functions.

The functions are written for a batch: beliefs have shape ``(..., N)`` and results shape ``(...)``; a single dialogue
is a batch of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sml_env.errors import ConfigurationError
from sml_env.information import FloatArray, IntArray, binary_entropy_bits
from sml_env.rewards import BETA, check_shaping

__all__ = ["Rules", "attempt_likelihood", "same_target", "stated_hypothesis", "verdict_bits"]

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rules:
    """What is the same for every episode of an environment.

    Attributes:
        asymmetry: What the teacher holds.
        max_turns: Turn budget, seen by the student.
        max_attempts: Attempts that are judged; ``None`` for as many as turns.
        shaping: ``"potential"``, ``"bonus"`` or ``"none"``.
        gamma: The learner's discount.
        beta: Weight of the information term.
        turn_cost: Subtracted from the reward of every turn.
        cap_bits: The most that one query about the answer may tell, in expected bits.
        guard_retries: How often a teacher is asked again after the guard has stopped its reply.
        disguised_attempts: Whether a query that is true of exactly one live hypothesis is an attempt. Without it such a
            query is answered like any other, as in the classical games with lies; then asking can stand for guessing.
        best: Whether ``best_bits`` is worked out; where the menu is large it is what a step costs most.
    """

    asymmetry: str = "answer"
    max_turns: int = 8
    max_attempts: int | None = None
    shaping: str = "potential"
    gamma: float = 1.0
    beta: float = BETA
    turn_cost: float = 0.0
    cap_bits: float = 3.0
    guard_retries: int = 0
    disguised_attempts: bool = True
    best: bool = True

    def __post_init__(self) -> None:
        check_shaping(self.shaping)
        for name in ("max_turns", "max_attempts"):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
                raise ConfigurationError(f"{name}: {value!r} is not a positive integer")
        for name, high in (("gamma", 1.0), ("beta", np.inf), ("turn_cost", np.inf), ("cap_bits", np.inf)):
            value = getattr(self, name)
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not 0.0 <= value <= high or value == np.inf:
                bounds = "in [0, 1]" if high == 1.0 else "a finite number of at least 0"
                raise ConfigurationError(f"{name}: {value!r} is not {bounds}")
        for name in ("disguised_attempts", "best"):
            if not isinstance(getattr(self, name), bool):
                raise ConfigurationError(f"{name}: {getattr(self, name)!r} is neither true nor false")
        if not isinstance(self.guard_retries, int) or not 0 <= self.guard_retries <= 10:
            raise ConfigurationError(f"guard_retries: {self.guard_retries!r} is not an integer from 0 to 10")

    @classmethod
    def of(cls, family: object, rules: Mapping[str, Any] | None, **common: Any) -> Rules:
        """The rules of an environment: the common arguments, the family's defaults, and ``rules=`` over them.

        Raises:
            ConfigurationError: If a field is unknown or a value makes no sense.
        """
        if rules is not None and not isinstance(rules, Mapping):
            raise ConfigurationError(f"rules: {rules!r} is not a mapping")
        try:
            return cls(**common, **{**getattr(family, "default_rules", {}), **dict(rules or {})})
        except TypeError as error:
            raise ConfigurationError(f"rules: {error}") from error

    @property
    def attempts(self) -> int:
        """How many attempts are judged."""
        return self.max_turns if self.max_attempts is None else self.max_attempts


def stated_hypothesis(truths: BoolArray, belief: FloatArray, target: IntArray | None = None) -> IntArray:
    """The hypothesis that a yes-or-no query states in disguise.

    Args:
        truths: Under which hypotheses the query is true, shape ``(..., N)``.
        belief: Shape ``(..., N)``.
        target: Shape ``(N,)``; ``None`` for the hypothesis itself.

    Returns:
        Shape ``(...)``: the first live hypothesis for which it is true if all such have one target, otherwise -1.
    """
    live = truths & (belief > 0.0)
    first = live.argmax(axis=-1)
    if target is None:
        single = live.sum(axis=-1) == 1
    else:
        single = live.any(axis=-1) & (~live | (target == target[first][..., None])).all(axis=-1)
    return np.where(single, first, -1)


def same_target(hypothesis: int, size: int, target: IntArray | None = None) -> BoolArray:
    """Under which of ``size`` hypotheses an attempt at one of them is right, shape ``(N,)``."""
    labels = np.arange(size) if target is None else target
    return np.asarray(labels == labels[hypothesis])


def attempt_likelihood(right: BoolArray, correct: bool) -> FloatArray:
    """P(verdict | hypothesis) of an attempt, shape ``(..., N)``; verdicts are never noised."""
    return np.asarray(right if correct else ~right, dtype=np.float64)


def verdict_bits(right: BoolArray, belief: FloatArray) -> FloatArray:
    """What the verdict on an attempt tells in expectation, in bits, shape ``(...)``."""
    return binary_entropy_bits((right * belief).sum(axis=-1))
