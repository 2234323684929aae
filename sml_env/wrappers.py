"""Wrappers that show the student the whole conversation: as one text, or as the messages of a chat.

Both keep what went through them since the last reset and nothing else; both work on any environment whose observations
and actions are texts, end in a turn budget, and whose observation ends in the line with the turns left.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias, cast

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.utils import RecordConstructorArgs

from sml_env.errors import ConfigurationError
from sml_env.spaces import Utterance

__all__ = ["ASSISTANT", "USER", "ChatMessages", "Message", "Messages", "TranscriptObservation"]

USER: Final = "user"
ASSISTANT: Final = "assistant"

Message: TypeAlias = dict[str, str]
"""``{"role": …, "content": …}``."""

_LABEL: Final = "student: "
_CONTINUED: Final = "\n    "


class TranscriptObservation(gym.Wrapper[str, str, str, str], RecordConstructorArgs):
    """Observe the transcript so far instead of the latest reply alone.

    The observation is the statement, then ``student: …`` and ``teacher: …`` lines in order, and last the turns left.
    Further lines of one utterance are indented, so that only the teacher's words stand after ``teacher:`` at the start
    of a line, whatever the student says. An utterance longer than the action space allows is cut there.

    Args:
        env: With text observations and actions.

    Raises:
        ConfigurationError: If its observations or actions are not texts, or it has no turn budget.
    """

    def __init__(self, env: gym.Env[str, str]) -> None:
        utterance, reply = _texts(env, type(self).__name__)
        turns = _turn_budget(env, type(self).__name__)
        RecordConstructorArgs.__init__(self)
        super().__init__(env)
        self._longest = utterance.max_length
        # Every line of an utterance may be empty and is indented, hence the factor.
        exchange = 2 * len(_LABEL) + len(_CONTINUED) * (utterance.max_length + reply.max_length)
        self.observation_space = Utterance(len(_CONTINUED) * reply.max_length + turns * exchange)
        self._lines: list[str] = []

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
        """Begin a lesson; forget the one before."""
        opening, info = self.env.reset(seed=seed, options=options)
        statement, turns_left = _split(opening)
        self._lines = [statement]
        return self._transcript(turns_left), info

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """The student says something; the observation is the transcript with it and the reply."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        reply, turns_left = _split(observation)
        words = action[: self._longest] if isinstance(action, str) else ""
        self._lines += [f"{_LABEL}{_indented(words)}", f"teacher: {_indented(reply)}"]
        return self._transcript(turns_left), float(reward), terminated, truncated, info

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the episode, as the environment itself is pickled."""
        return {**self.__dict__, "_lines": []}

    def _transcript(self, turns_left: str) -> str:
        return "\n".join([*self._lines, turns_left])


class Messages(spaces.Space[tuple[Message, ...]]):
    """Tuples of chat messages, user and assistant in turn, the user first and last.

    It is no sequence of a fixed shape: vectorise with ``shared_memory=False``.

    Args:
        content: Of each message.
        max_length: Most messages.
        seed: Of ``sample``.
    """

    def __init__(self, content: Utterance, max_length: int, *, seed: int | np.random.Generator | None = None) -> None:
        if not isinstance(content, Utterance):
            raise ConfigurationError(f"content: {content!r} is not an Utterance")
        if isinstance(max_length, bool) or not isinstance(max_length, int) or max_length < 1:
            raise ConfigurationError(f"max_length: {max_length!r} is not a positive integer")
        self.content = content
        self.max_length = max_length
        super().__init__(seed=seed)

    @property
    def is_np_flattenable(self) -> bool:
        """Never: messages are texts."""
        return False

    def contains(self, x: Any) -> bool:
        """Whether x is a tuple of messages whose roles take turns, from a user's to a user's."""
        if not isinstance(x, tuple) or not 1 <= len(x) <= self.max_length or len(x) % 2 == 0:
            return False
        return all(self._is_message(message, _role(row)) for row, message in enumerate(x))

    def _is_message(self, message: object, role: str) -> bool:
        if not isinstance(message, dict) or set(message) != {"role", "content"}:
            return False
        return message["role"] == role and self.content.contains(message["content"])

    def sample(self, mask: Any = None, probability: Any = None) -> tuple[Message, ...]:
        """A short conversation; masks are accepted for compatibility and ignored."""
        exchanges = int(self.np_random.integers(min(4, (self.max_length + 1) // 2)))
        self.content.seed(int(self.np_random.integers(2**31)))
        return tuple({"role": _role(row), "content": self.content.sample()} for row in range(2 * exchanges + 1))

    def __repr__(self) -> str:
        return f"Messages({self.content!r}, max_length={self.max_length})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Messages) and (other.content, other.max_length) == (self.content, self.max_length)

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.content, self.max_length))


class ChatMessages(gym.Wrapper[tuple[Message, ...], str, str, str], RecordConstructorArgs):
    """Observe the conversation as chat messages: ``({"role": "user", "content": …}, …)``.

    The trained party is the student, hence ``assistant``; the teacher is the ``user``, and the statement is its first
    message. A message never changes once it is there, so each observation begins with the one before.

    Args:
        env: With text observations and actions.

    Raises:
        ConfigurationError: If its observations or actions are not texts, or it has no turn budget.
    """

    env: gym.Env[Any, Any]

    def __init__(self, env: gym.Env[str, str]) -> None:
        utterance, reply = _texts(env, type(self).__name__)
        turns = _turn_budget(env, type(self).__name__)
        RecordConstructorArgs.__init__(self)
        super().__init__(cast(gym.Env[Any, Any], env))
        self._longest = utterance.max_length
        longest = max(utterance.max_length, reply.max_length)
        self.observation_space: spaces.Space[tuple[Message, ...]] = Messages(Utterance(longest), 2 * turns + 1)
        self._said: list[str] = []

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[tuple[Message, ...], dict[str, Any]]:
        """Begin a lesson; forget the one before."""
        opening, info = self.env.reset(seed=seed, options=options)
        self._said = [opening]
        return self._messages(), info

    def step(self, action: str) -> tuple[tuple[Message, ...], float, bool, bool, dict[str, Any]]:
        """The student says something; the observation is the chat with it and the reply."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        self._said += [action[: self._longest] if isinstance(action, str) else "", observation]
        return self._messages(), float(reward), terminated, truncated, info

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the episode, as the environment itself is pickled."""
        return {**self.__dict__, "_said": []}

    def _messages(self) -> tuple[Message, ...]:
        return tuple({"role": _role(row), "content": content} for row, content in enumerate(self._said))


def _role(row: int) -> str:
    return ASSISTANT if row % 2 else USER


def _split(observation: str) -> tuple[str, str]:
    """What was said, and the line with the turns left."""
    said, _, turns_left = observation.rpartition("\n")
    return said, turns_left


def _indented(text: str) -> str:
    return _CONTINUED.join(text.splitlines())


def _texts(env: gym.Env[str, str], wrapper: str) -> tuple[spaces.Text, spaces.Text]:
    """The action and observation space, when both are of texts."""
    action, observation = env.action_space, env.observation_space
    if not isinstance(action, spaces.Text) or not isinstance(observation, spaces.Text):
        raise ConfigurationError(f"env: {wrapper} needs text observations and actions, not {observation} and {action}")
    return action, observation


def _turn_budget(env: gym.Env[str, str], wrapper: str) -> int:
    """The most turns that an episode may have, which bounds the observation space."""
    turns = getattr(getattr(env.unwrapped, "rules", None), "max_turns", None)
    if not isinstance(turns, int):
        raise ConfigurationError(f"env: {wrapper} needs an environment whose rules.max_turns bounds an episode")
    return turns
