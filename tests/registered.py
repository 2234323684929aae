"""The registered ids as the contract tests meet them: in small settings, with the voices that make sense."""

from __future__ import annotations

from typing import Any, Final

import gymnasium as gym
import numpy as np
import pytest

from sml_env.registration import ROWS
from sml_env.teachers import VOICES

IDS: Final = [row.id for row in ROWS]
TEXT: Final = [row.id for row in ROWS if not row.discrete]
DISCRETE: Final = [row.id for row in ROWS if row.discrete]
PAIRS: Final = [(voice, shape) for voice, (_, shapes) in VOICES.items() for shape in shapes]
FULL: Final = "sml_env/MathTutor-v0"
"""The id that is tried with every voice in the default suite; the others are in `make test-slow`."""

_SMALL: Final[dict[str, dict[str, Any]]] = {
    "Clarify": {"config": {"difficulty": 1}},
    "Mastermind": {"config": {"pegs": 2, "colours": 4}},
    "HiddenFunction": {"config": {"coefficients": 1}},
    "HiddenProgram": {"config": {"programs": 20}},
}


def small(env_id: str) -> dict[str, Any]:
    """Arguments of an id in a setting with few hypotheses."""
    return dict(_SMALL.get(env_id.partition("/")[2].partition("-")[0].removesuffix("Discrete"), {}))


def product(*some: tuple[str, str]) -> list[Any]:
    """Every id with every voice and asymmetry; but for one id, pairs that are not among these are slow."""
    return [
        pytest.param(
            env_id, *pair, id=f"{env_id.partition('/')[2]}-{'-'.join(pair)}",
            marks=() if env_id == FULL or pair in some else pytest.mark.slow,
        )
        for env_id in IDS
        for pair in PAIRS
    ]  # fmt: skip


def refusal(env_id: str, voice: str, asymmetry: str) -> str | None:
    """What the environment says against a voice with an asymmetry; ``None`` where it takes them."""
    try:
        gym.make(env_id, teacher=voice, asymmetry=asymmetry, **small(env_id))
    except ValueError as error:
        assert voice in str(error)
        assert asymmetry in str(error)
        return str(error)
    return None


def arguments(env_id: str, voice: str, asymmetry: str) -> dict[str, Any]:
    """Arguments of a small environment; skips the test where the environment says that they make no sense."""
    why = refusal(env_id, voice, asymmetry)
    if why is not None:
        pytest.skip(why)
    return {**small(env_id), "teacher": voice, "asymmetry": asymmetry}


def sensible(env_id: str) -> list[tuple[str, str]]:
    """The voices and asymmetries that an environment takes."""
    return [pair for pair in PAIRS if refusal(env_id, *pair) is None]


_WORDS: Final = (
    "x > 3", "Give me a hint.", "answer: 3", "why is 3 wrong?", "hm", "is it even?", "x mod 5", "answer: -1", "",
    "tell me a fact",
    "What is the answer?", "is 2x = 6 right?", "answer: 12", "sign of x", "guess 12", "f(2)",
)  # fmt: skip


def script(env_id: str) -> list[Any]:
    """Actions of all kinds, the first two sensible ones: words, or numbers with some that are none."""
    if env_id in TEXT:
        return list(_WORDS)
    size = int(gym.make(env_id, **small(env_id)).action_space.n)  # type: ignore[attr-defined]
    drawn = np.random.default_rng(5).integers(0, size, 12).tolist()
    return [0, *drawn, size - 1, -1, size - 1, size]
