"""The vector of a text environment: one call of the teacher for all episodes that wait for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from sml_env.answering import answered
from sml_env.core import TextEnv, stepped
from sml_env.errors import ConfigurationError, ResetNeeded
from sml_env.teachers import Teacher, make_teacher
from sml_env.vector import autoreset_mode_of, reset_rows, seeds_of

__all__ = ["TextVectorEnv"]

Texts: TypeAlias = tuple[str, ...]
Which = npt.NDArray[np.bool_]


class TextVectorEnv(VectorEnv[Texts, Texts, npt.NDArray[Any]]):
    """B text environments of one kind with one teacher between them.

    Every step puts the requests of all episodes that wait to the teacher in one call, and again those whose reply the
    guard has stopped; environments that are being reset are not among them. Otherwise it returns what
    ``SyncVectorEnv`` over the same environments returns, in all three autoreset modes.

    Args:
        kind: The class of the environments.
        num_envs: B.
        teacher: A voice's name, a mapping with its arguments, or an object.
        asymmetry: What the teacher holds.
        autoreset_mode: ``"NextStep"``, ``"SameStep"`` or ``"Disabled"``.
        **arguments: Further arguments of the environments.

    Raises:
        ConfigurationError: If an argument, or a pair of them, makes no sense.
    """

    def __init__(
        self,
        kind: Callable[..., TextEnv],
        num_envs: int,
        *,
        teacher: str | Mapping[str, Any] | Teacher = "oracle",
        asymmetry: str = "answer",
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        **arguments: Any,
    ) -> None:
        if isinstance(num_envs, bool) or not isinstance(num_envs, int) or num_envs < 1:
            raise ConfigurationError(f"num_envs: {num_envs!r} is not a positive integer")
        super().__init__()
        kind(teacher=teacher, asymmetry=asymmetry, **arguments)
        self.teacher = make_teacher(teacher, asymmetry)
        self.envs = [kind(teacher=self.teacher, asymmetry=asymmetry, **arguments) for _ in range(num_envs)]
        self.num_envs = num_envs
        self.render_mode = self.envs[0].render_mode
        self.autoreset_mode = autoreset_mode_of(autoreset_mode)
        self.metadata = {**self.envs[0].metadata, "autoreset_mode": self.autoreset_mode}
        self.single_action_space = self.envs[0].action_space
        self.single_observation_space = self.envs[0].observation_space
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self._said = [""] * num_envs
        self._over = np.zeros(num_envs, dtype=np.bool_)

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Texts, dict[str, Any]]:
        """Begin lessons.

        Args:
            seed: Of the first environment, the others counting upwards; or one each.
            options: ``{"problem_id": …}`` chooses the problem of all; ``{"reset_mask": …}`` resets some.

        Raises:
            ConfigurationError: If a seed or an option makes no sense.
        """
        rows, rest = reset_rows(options, self.num_envs)
        seeds = seeds_of(seed, self.num_envs)
        infos: dict[str, Any] = {}
        for row in rows.tolist():
            self._said[row], info = self.envs[row].reset(seed=seeds[row], options=rest)
            infos = self._add_info(infos, info, row)
        self._over[rows] = False
        return tuple(self._said), infos

    def step(
        self, actions: Sequence[str]
    ) -> tuple[Texts, npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any], dict[str, Any]]:
        """Every student says something; one call of the teacher answers them.

        Raises:
            ResetNeeded: Before the first reset, or, without autoreset, after the end of an episode.
        """
        if len(actions) != self.num_envs:
            raise ConfigurationError(f"actions: {len(actions)} utterances for {self.num_envs} environments")
        if self._over.any() and self.autoreset_mode is not AutoresetMode.NEXT_STEP:
            raise ResetNeeded(
                f"{int(self._over.sum())} lessons have ended: reset them with options={{'reset_mask': …}} before the "
                "next step"
            )
        rewards = np.zeros(self.num_envs)
        terminated, truncated = np.zeros(self.num_envs, dtype=np.bool_), np.zeros(self.num_envs, dtype=np.bool_)
        waiting = np.flatnonzero(~self._over).tolist()
        dialogues = {row: self.envs[row].dialogue for row in waiting}
        submitted = {row: dialogue.submit(actions[row]) for row, dialogue in dialogues.items()}
        outcomes = answered(self.teacher, dialogues, submitted)
        infos: dict[str, Any] = {}
        for row, env in enumerate(self.envs):
            if row not in outcomes:
                self._said[row], info = env.reset()
            else:
                self._said[row], rewards[row], terminated[row], truncated[row], info = stepped(outcomes[row])
                if self.autoreset_mode is AutoresetMode.SAME_STEP and (terminated[row] or truncated[row]):
                    final = {"final_obs": self._said[row], "final_info": info}
                    infos = self._add_info(infos, final, row)
                    self._said[row], info = env.reset()
            infos = self._add_info(infos, info, row)
        ended: Which = terminated | truncated
        self._over = np.zeros_like(ended) if self.autoreset_mode is AutoresetMode.SAME_STEP else ended
        return tuple(self._said), rewards, terminated, truncated, deepcopy(infos)

    def privileged(self) -> tuple[dict[str, Any], ...]:
        """The private side of every lesson, for asymmetric critics and evaluators; never for the students."""
        return tuple(env.privileged() for env in self.envs)
