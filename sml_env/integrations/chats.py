"""A lesson as those want it who train or measure language models: completions in, texts out, and an account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import gymnasium as gym
from gymnasium.error import Error as GymnasiumError

from sml_env.core import TextEnv
from sml_env.errors import ConfigurationError, ResetNeeded
from sml_env.integrations.ids import TEXT_IDS
from sml_env.lesson import Lesson
from sml_env.models.base import MAX_COMPLETION_CHARACTERS, harmless, spoken
from sml_env.models.prompts import Prompts

__all__ = ["ChatLesson", "Heard"]

_DISCRETE: Final = "Discrete-v0"
_NO_QUESTIONS: Final = ("attempt", "malformed")


@dataclass(frozen=True, slots=True)
class Heard:
    """What an utterance came to; all of it is public and JSON-able.

    Attributes:
        text: What the student reads next.
        reward: Of this turn.
        ended: Whether the lesson is over.
        info: Bits, reward terms and the rest, as the environment gives them.
    """

    text: str
    reward: float
    ended: bool
    info: dict[str, Any]

    @property
    def failure(self) -> str:
        """Who failed and how, where the teacher or the verifier did; else empty."""
        return str(self.info.get("failure", ""))


class ChatLesson:
    """A text environment, one lesson at a time.

    A completion's private reasoning (``<think>…</think>``) is not said to the teacher. Signs of chat templates in what
    the student reads are broken up, so that nobody speaks in another's role.

    Args:
        env_id: A text id, as in ``gymnasium.make``.
        arguments: Of the environment.

    Raises:
        ConfigurationError: If the id is no text id, or an argument makes no sense.
    """

    def __init__(self, env_id: str, arguments: Mapping[str, Any] | None = None) -> None:
        self.env_id = env_id
        self._env, self._core = _made(env_id, arguments)
        self._opening_info: dict[str, Any] | None = None
        self._said: list[Heard] = []

    def begin(self, seed: int | None = None, problem_id: str | None = None) -> str:
        """Begin a lesson.

        Args:
            seed: Draws the problem and everything else.
            problem_id: Chooses the problem.

        Returns:
            The statement, and the line with the turns left.

        Raises:
            ConfigurationError: If the seed makes no sense, or there is no such problem.
        """
        if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int) or seed < 0):
            raise ConfigurationError(f"seed: {seed!r} is not an integer of at least 0")
        options = None if problem_id is None else {"problem_id": problem_id}
        text, self._opening_info = self._env.reset(seed=seed, options=options)
        self._said = []
        return harmless(text)

    def say(self, completion: object) -> Heard:
        """Say what a model wrote; anything at all gets a reply.

        Raises:
            ResetNeeded: Before the first lesson, and after the end of one.
        """
        if self._opening_info is None or self.ended:
            raise ResetNeeded("begin a lesson before the first step, and another after its end")
        words = spoken(completion[:MAX_COMPLETION_CHARACTERS]) if isinstance(completion, str) else ""
        text, reward, terminated, truncated, info = self._env.step(words)
        self._said.append(Heard(harmless(text), float(reward), terminated or truncated, info))
        return self._said[-1]

    @property
    def instructions(self) -> str:
        """What a student is told before the statement: that it may ask, and how an attempt is written."""
        return Prompts().text("student", function=Lesson(self._core.dialogue).function)

    @property
    def opening_info(self) -> dict[str, Any]:
        """Of the lesson's beginning: ``problem_id``, ``belief_entropy_bits``, ``turns_left``.

        Raises:
            ResetNeeded: Before the first lesson.
        """
        if self._opening_info is None:
            raise ResetNeeded("begin a lesson before the first step")
        return self._opening_info

    @property
    def problem_id(self) -> str:
        """Of the lesson's problem.

        Raises:
            ResetNeeded: Before the first lesson.
        """
        return str(self.opening_info["problem_id"])

    @property
    def turns(self) -> int:
        """Turns taken."""
        return len(self._said)

    @property
    def turns_left(self) -> int:
        """Turns that the student still has."""
        info = self._said[-1].info if self._said else self.opening_info
        return int(info["turns_left"])

    @property
    def ended(self) -> bool:
        """Whether the lesson is over."""
        return bool(self._said) and self._said[-1].ended

    @property
    def success(self) -> bool:
        """Whether the problem is solved."""
        return bool(self._said) and bool(self._said[-1].info["success"])

    @property
    def failure(self) -> str:
        """Who failed and how, where the teacher or the verifier did; else empty."""
        return self._said[-1].failure if self._said else ""

    def metrics(self) -> dict[str, float]:
        """Numbers of the lesson so far.

        Returns:
            ``failed``, ``success``, ``return``, ``turns``, ``questions`` (neither attempts nor malformed) and ``bits``
            (expected, over the turns where they can be said). A lesson in which the teacher or the verifier failed
            tells nothing of the student: of such a one there is ``failed`` alone.
        """
        if self.failure:
            return {"failed": 1.0}
        return {
            "failed": 0.0,
            "success": float(self.success),
            "return": sum(heard.reward for heard in self._said),
            "turns": float(self.turns),
            "questions": float(sum(heard.info["query_kind"] not in _NO_QUESTIONS for heard in self._said)),
            "bits": sum((heard.info["expected_bits"] or 0.0 for heard in self._said), 0.0),
        }

    def close(self) -> None:
        """Close the environment."""
        self._env.close()


def _made(env_id: str, arguments: Mapping[str, Any] | None) -> tuple[gym.Env[str, str], TextEnv]:
    """The environment of a text id, wrapped and bare."""
    known = ", ".join(TEXT_IDS)
    if not isinstance(env_id, str):
        raise ConfigurationError(f"env_id: {env_id!r} is not a text; choose one of {known}")
    if env_id.endswith(_DISCRETE):
        text = f"{env_id.removesuffix(_DISCRETE)}-v0"
        raise ConfigurationError(f"env_id: the actions of {env_id!r} are numbers; a language model needs {text!r}")
    try:
        env: gym.Env[str, str] = gym.make(env_id, disable_env_checker=True, **(arguments or {}))
    except (GymnasiumError, ModuleNotFoundError) as error:
        raise ConfigurationError(f"env_id: {env_id!r} cannot be made; choose one of {known}") from error
    except TypeError as error:
        raise ConfigurationError(f"arguments: {env_id} does not take these: {error}") from error
    core = env.unwrapped
    if not isinstance(core, TextEnv):
        raise ConfigurationError(f"env_id: {env_id!r} is not a text environment of sml_env; choose one of {known}")
    return env, core
