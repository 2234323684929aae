"""The lesson that the tests of adapters play, as Gymnasium alone plays it; and ids whose teacher or verifier fails."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import gymnasium as gym

import sml_env  # noqa: F401  registers the environments
from sml_env.core import TextEnv
from sml_env.envs.math_tutor import MathTutorEnv
from sml_env.errors import ModelError
from sml_env.teachers import Request

MATH: Final = "sml_env/MathTutor-v0"
DISCRETE: Final = "sml_env/MathTutorDiscrete-v0"
FAILING: Final = "sml_env_tests/Failing-v0"
"""Its teacher cannot be asked."""

ARGUMENTS: Final[dict[str, Any]] = {
    "asymmetry": "answer", "max_turns": 6, "config": {"topics": ["linear_equations"]},
}  # fmt: skip
WORDS: Final = ("Is the answer greater than 0?", "give me a hint", "hm", "What is the answer?", "is it even?")
SEED: Final = 7
ANSWER: Final = "-16/3"
"""Of the problem that the seed draws."""


EXAMPLES: Final = Path(__file__).resolve().parent.parent / "examples"


class Failing:
    """A teacher whose server is down."""

    name = "failing"

    def reply(self, requests: Sequence[Request]) -> list[ModelError]:
        """No reply to anything."""
        return [ModelError("the server does not answer") for _ in requests]


def _failing(**arguments: Any) -> MathTutorEnv:
    return MathTutorEnv(teacher=Failing(), **arguments)


if FAILING not in gym.registry:
    gym.register(FAILING, entry_point=_failing, disable_env_checker=True, order_enforce=True)


def played(words: Sequence[str], env_id: str = MATH, seed: int = SEED, **arguments: Any) -> list[Any]:
    """The opening and its info, then each step, of a lesson that Gymnasium alone plays."""
    env = gym.make(env_id, **(arguments or ARGUMENTS))
    found: list[Any] = [env.reset(seed=seed)]
    for word in words:
        found.append(env.step(word))
        if found[-1][2] or found[-1][3]:
            break
    return found


def hidden(seed: int = SEED) -> str:
    """The answer, so that a test knows what must be nowhere."""
    env = gym.make(MATH, **ARGUMENTS)
    env.reset(seed=seed)
    core = env.unwrapped
    assert isinstance(core, TextEnv)
    return str(core.privileged()["answer"])


def run(script: Path, folder: Path, given: str = "") -> str:
    """What a script prints that is run from an empty folder, where no path leads to the checkout but the package's."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, str(script)]
    done = subprocess.run(
        command, input=given, capture_output=True, text=True, timeout=300, cwd=folder, env=environment
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout
