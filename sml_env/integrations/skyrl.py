"""Lessons as an environment of SkyRL-gym, and the rows of data that its trainer draws them from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from typing import Any, Final

from sml_env.errors import ConfigurationError
from sml_env.integrations.chats import ChatLesson
from sml_env.integrations.requirements import Requirement

with Requirement("skyrl-gym", extra="skyrl", low="0.4", high="0.5"):
    from skyrl_gym.envs.base_text_env import BaseTextEnv, BaseTextEnvStepOutput

__all__ = ["ENTRY_POINT", "SkyRLLesson", "rows"]

ENTRY_POINT: Final = "sml_env.integrations.skyrl:SkyRLLesson"
"""For ``skyrl_gym.register(id="sml_env", entry_point=ENTRY_POINT)``."""


class SkyRLLesson(BaseTextEnv):  # type: ignore[misc]
    """A lesson; which one stands in the row of data, as ``rows`` writes it.

    The observations are the teacher's words, each step's reward is that turn's, and ``metadata`` is the environment's
    ``info``: reward terms, bits, turns left. Where the teacher or the verifier failed ``metadata["failure"]`` says so,
    and the lesson's metrics are ``failed`` alone.

    Args:
        env_config: What the trainer's configuration says of this environment: ``env_id`` and ``arguments``, for rows
            that do not say.
        extras: The columns of the row: ``env_id``, ``seed``, ``problem_id`` (or none) and ``arguments``, a mapping or
            its JSON; and the trainer's own ``max_turns``, a cap from outside, which the student does not see.

    Raises:
        ConfigurationError: If the id is no text id, or an argument makes no sense.
    """

    def __init__(self, env_config: Mapping[str, Any] | None = None, extras: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        given = {**_plain(env_config or {}), **_plain(extras or {})}
        if "env_id" not in given:
            raise ConfigurationError("env_id: neither the row nor the configuration names a text id")
        self._seed: int | None = given.get("seed")
        self._problem_id: str | None = given.get("problem_id")
        self._cap: int | None = given.get("max_turns")
        self._chat = ChatLesson(given["env_id"], _arguments(given.get("arguments")))

    def init(self, prompt: Sequence[Mapping[str, str]]) -> tuple[list[dict[str, str]], dict[str, Any]]:
        """Begin the lesson of the row: the prompt's system messages, then the statement."""
        opening = self._chat.begin(self._seed, self._problem_id)
        self.turns = 0
        self.max_turns = self._chat.turns_left if self._cap is None else min(self._cap, self._chat.turns_left)
        system = [dict(message) for message in prompt if message["role"] == "system"]
        return [*system, {"role": "user", "content": opening}], dict(self._chat.opening_info)

    def step(self, action: str) -> BaseTextEnvStepOutput:
        """Say what the model wrote."""
        heard = self._chat.say(action)
        self.turns += 1
        return BaseTextEnvStepOutput(
            observations=[{"role": "user", "content": heard.text}],
            reward=heard.reward,
            done=heard.ended or self.turns >= self.max_turns,
            metadata=heard.info,
        )

    def get_metrics(self) -> dict[str, Any]:
        """Of the lesson, for the trainer's log, which takes the mean of each over the lessons that have it."""
        return self._chat.metrics()

    def close(self) -> None:
        """Close the environment."""
        self._chat.close()


def rows(
    env_id: str, seeds: Iterable[int], *, arguments: Mapping[str, Any] | None = None, env_class: str = "sml_env"
) -> list[dict[str, Any]]:
    """Rows of data for SkyRL's trainer, one problem each; all samples of a row's prompt get the same lesson.

    Args:
        env_id: A text id, as in ``gymnasium.make``.
        seeds: Of the lessons.
        arguments: Of the environment; stored as JSON, which every file of rows can hold.
        env_class: The name under which the environment is registered with SkyRL-gym.

    Raises:
        ConfigurationError: If the id is no text id, or an argument makes no sense.
    """
    try:
        text = json.dumps(dict(arguments or {}))
    except TypeError as error:
        raise ConfigurationError(f"arguments: {error}; a row of data holds JSON alone") from error
    found = []
    with closing(ChatLesson(env_id, arguments)) as chat:
        for seed in seeds:
            opening = chat.begin(seed)
            prompt = [
                {"role": "system", "content": chat.instructions},
                {"role": "user", "content": opening},
            ]
            row = {"prompt": prompt, "env_class": env_class, "env_id": env_id, "seed": seed, "arguments": text}
            found.append({**row, "problem_id": chat.problem_id})
    return found


def _plain(given: Any) -> Any:
    """What a configuration or a row holds, in dictionaries and lists of Python's own."""
    if isinstance(given, Mapping):
        return {str(name): _plain(value) for name, value in given.items()}
    if isinstance(given, Sequence) and not isinstance(given, str | bytes):
        return [_plain(value) for value in given]
    return given


def _arguments(given: object) -> Mapping[str, Any]:
    """The arguments of a row, which are a mapping or its JSON."""
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError as error:
            raise ConfigurationError(f"arguments: {given!r} is not JSON: {error}") from error
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ConfigurationError(f"arguments: {given!r} is not a mapping")
    return given
