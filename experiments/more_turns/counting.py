"""Observations of one width whatever the turn budget: the turns left are one number, as in the text's own line.

The environment's belief observation holds the turns left one-hot, as wide as the largest budget: a student that was
trained at 4 turns has never seen the place for 7, and what it does there is chance. As a share of the most turns that
there are in the whole experiment, 7 is only more than 4.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from gymnasium.vector import VectorEnv, VectorWrapper

from experiments.more_turns.settings import HORIZON
from sml_env.observations import ACTION_FEATURES

__all__ = ["CountedTurns"]

Observations = npt.NDArray[np.float32]

_SHARE = ACTION_FEATURES.index("turns_left")


class CountedTurns(VectorWrapper):  # type: ignore[type-arg]
    """A native vector whose observations are flat, and say the turns left as a share of ``HORIZON``.

    A belief is divided by its largest entry, so that a live candidate of a uniform prior is 1 however many there are.

    Args:
        envs: With observation ``"belief"``, the candidates first, then the turns left one-hot; or ``"per_action"``.
        turns: The largest budget of ``envs``.
        told: The most turns that the student is told of; it has those that it has.
    """

    def __init__(self, envs: VectorEnv[Any, Any, Any], turns: int, told: int = HORIZON) -> None:
        super().__init__(envs)
        self._turns, self._told = turns, told
        shape = envs.single_observation_space.shape or ()
        width = int(np.prod(shape)) if len(shape) == 2 else shape[0] - turns
        low, high = float(envs.single_observation_space.low.min()), float(envs.single_observation_space.high.max())
        self.single_observation_space = spaces.Box(low, high, (width,), np.float32)
        self.observation_space = spaces.Box(low, high, (envs.num_envs, width), np.float32)

    def reset(self, **arguments: Any) -> tuple[Observations, dict[str, Any]]:
        """As the environment does it."""
        observations, info = self.env.reset(**arguments)
        return self._flat(observations), info

    def step(self, actions: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """As the environment does it; observations in ``info`` stay as they were."""
        observations, *rest = self.env.step(actions)
        return self._flat(observations), *rest

    def _flat(self, observations: Observations) -> Observations:
        """The same, counted: shape ``(B, width)``."""
        if observations.ndim == 3:
            counted = observations.copy()
            counted[:, :, _SHARE] = self._counted(observations[:, :, _SHARE] * self._turns)
            return counted.reshape(len(counted), -1)
        size = observations.shape[1] - self._turns - 1
        belief, left = observations[:, :size], observations[:, size:].argmax(axis=1)
        scaled = belief / belief.max(axis=1, keepdims=True)
        return np.concatenate([scaled, self._counted(left)[:, None]], axis=1, dtype=np.float32)

    def action_masks(self) -> npt.NDArray[np.int8]:
        """Which actions are legal now, shape ``(B, A)``."""
        return self.env.unwrapped.action_masks()

    def _counted(self, left: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.minimum(left, self._told) / HORIZON
