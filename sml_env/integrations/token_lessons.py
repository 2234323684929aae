"""Lessons that a trainer's model plays: the account of one with its tokens, and the steps that many take together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

import gymnasium as gym
from gymnasium.error import Error as GymnasiumError

from sml_env.answering import answered
from sml_env.core import TextEnv, stepped
from sml_env.dialogue import Outcome
from sml_env.errors import ConfigurationError
from sml_env.text_vector import TextVectorEnv

__all__ = ["Room", "TokenLesson", "taught", "vector_of"]


@dataclass(slots=True)
class TokenLesson:
    """One lesson as it is played, and its tokens.

    Attributes:
        core: Its environment.
        vector: Of which that is one; holds the teacher.
        problem_id: Of its problem.
        prompt: The tokens up to the student's first word.
        completion: Those after it: what the student sampled, and between its turns the template's and the teacher's.
        mask: 1 on what the student sampled, 0 on the rest of the completion.
        logprobs: Of the completion's tokens, 0 where the mask is; ``None`` where the model gives none.
        turn: The tokens of the student's last turn.
        utterances: What the environment was given, turn by turn.
        replies: What it returned.
        rewards: Likewise.
        bits: Expected bits of the replies; ``None`` where they cannot be said.
        success: Whether the last turn solved it.
        failure: Who failed, as an environment's info says it; else empty.
        over_long: Whether the next turn did not fit.
        ended: Whether the environment has ended it.
    """

    core: TextEnv
    vector: TextVectorEnv
    problem_id: str
    prompt: list[int]
    completion: list[int] = field(default_factory=list)
    mask: list[int] = field(default_factory=list)
    logprobs: list[float | None] | None = field(default_factory=list)
    turn: list[int] = field(default_factory=list)
    utterances: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    rewards: list[float] = field(default_factory=list)
    bits: list[float | None] = field(default_factory=list)
    success: bool = False
    failure: str = ""
    over_long: bool = False
    ended: bool = False

    @property
    def over(self) -> bool:
        """Whether nothing more is to be said."""
        return self.ended or self.over_long

    @property
    def tokens(self) -> list[int]:
        """All so far: what the student's next turn is sampled after."""
        return self.prompt + self.completion

    def say(self, turn: list[int], logprobs: Sequence[float | None] | None, words: str) -> None:
        """Take a turn of the student; without the log-probabilities of all turns there are none."""
        self.turn = turn
        self.completion += turn
        self.mask += [1] * len(turn)
        if logprobs is None:
            self.logprobs = None
        elif self.logprobs is not None:
            self.logprobs += logprobs[: len(turn)]
        self.utterances.append(words)

    def hear(self, outcome: Outcome) -> None:
        """Take what the environment returned."""
        reply, reward, terminated, truncated, info = stepped(outcome)
        self.replies.append(reply)
        self.rewards.append(float(reward))
        self.bits.append(info["expected_bits"])
        self.success = bool(info["success"])
        self.failure = str(info.get("failure", ""))
        self.ended = terminated or truncated

    def lead_on(self, tokens: list[int], room: float) -> None:
        """Take the tokens up to the student's next turn, where they leave room for it; else it is over."""
        self.over_long = len(tokens) > room
        if not self.over_long:
            self.completion += tokens
            self.mask += [0] * len(tokens)
            if self.logprobs is not None:
                self.logprobs += [0.0] * len(tokens)


@dataclass(frozen=True, slots=True)
class Room:
    """How many tokens a lesson may have: in all, and from the student's first word on; and one turn."""

    context: float
    completion: float
    turn: int

    @classmethod
    def of(cls, trainer: Any, turn_tokens: int) -> Room:
        """What a trainer leaves.

        Raises:
            ConfigurationError: If that is not even one turn.
        """
        completion = inf if trainer.max_completion_length is None else trainer.max_completion_length
        if turn_tokens > completion:
            raise ConfigurationError(
                f"turn_tokens: {turn_tokens} is more than max_completion_length={completion}, which bounds a whole "
                "lesson; set GRPOConfig(max_completion_length=...) to what its turns and replies take"
            )
        if trainer.use_vllm and trainer.vllm_mode == "colocate":
            context = trainer.vllm_generation.llm.llm_engine.model_config.max_model_len
        else:
            context = getattr(trainer.model.config.get_text_config(), "max_position_embeddings", None) or inf
        return cls(context, completion, turn_tokens)

    def left(self, play: TokenLesson) -> float:
        """How many tokens may stand before the next turn; below 0 if it does not fit."""
        used = len(play.completion)
        return min(self.context - len(play.prompt) - used, self.completion - used) - self.turn


def taught(plays: Sequence[TokenLesson]) -> None:
    """Put what the students have said to their environments: one call of the teacher for each id."""
    for vector in {id(play.vector): play.vector for play in plays}.values():
        asking = {row: play for row, play in enumerate(plays) if play.vector is vector}
        dialogues = {row: play.core.dialogue for row, play in asking.items()}
        submitted = {row: dialogue.submit(asking[row].utterances[-1]) for row, dialogue in dialogues.items()}
        for row, outcome in answered(vector.teacher, dialogues, submitted).items():
            asking[row].hear(outcome)


def vector_of(env_id: str, count: int, arguments: Mapping[str, Any]) -> TextVectorEnv:
    """Environments with one teacher between them.

    Raises:
        ConfigurationError: If the id is no text id, or an argument makes no sense.
    """
    if env_id.endswith("Discrete-v0"):
        raise ConfigurationError(f"env: {env_id!r} has no words; use {env_id.replace('Discrete-v0', '-v0')!r}")
    try:
        vector = gym.make_vec(env_id, num_envs=count, **arguments).unwrapped
    except (GymnasiumError, ModuleNotFoundError) as error:
        raise ConfigurationError(f"env: {env_id!r} cannot be made; choose a text id of sml_env") from error
    except TypeError as error:
        raise ConfigurationError(f"env: {env_id} does not take these arguments: {error}") from error
    if not isinstance(vector, TextVectorEnv):
        raise ConfigurationError(f"env: {env_id!r} is no text environment; choose a text id of sml_env")
    return vector
