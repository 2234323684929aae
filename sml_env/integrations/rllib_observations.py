"""Observations as RLlib's modules want them: flat, and where asked in a Dict with the mask of legal actions."""

from __future__ import annotations

from typing import Any, Final

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, VectorEnv, VectorWrapper
from gymnasium.vector.utils import batch_space

from sml_env.errors import ConfigurationError

__all__ = ["ACTION_MASK", "OBSERVATIONS", "ModuleObservation", "ModuleVectorObservation"]

ACTION_MASK: Final = "action_mask"
OBSERVATIONS: Final = "observations"
"""The keys that RLlib's action-masking module reads."""


class ModuleObservation(gym.Wrapper[Any, np.int64, npt.NDArray[Any], np.int64]):
    """A discrete environment, its observations flat and, with ``masked``, beside the mask.

    Args:
        env: With a Box to observe, a number of actions, and ``action_masks()``.
        masked: Whether to observe ``{"action_mask": …, "observations": …}``.
    """

    def __init__(self, env: gym.Env[npt.NDArray[Any], np.int64], *, masked: bool = False) -> None:
        super().__init__(env)
        self._masked = masked
        self.observation_space = _space(env.observation_space, env.action_space, masked)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Begin an episode."""
        observation, info = self.env.reset(seed=seed, options=options)
        return self._seen(observation), info

    def step(self, action: np.int64) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Take a turn."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        return self._seen(observation), float(reward), terminated, truncated, info

    def _seen(self, observation: npt.NDArray[Any]) -> Any:
        flat = observation.reshape(-1)
        if not self._masked:
            return flat
        masks = self.env.get_wrapper_attr("action_masks")()
        return {ACTION_MASK: masks.astype(np.float32), OBSERVATIONS: flat}


class ModuleVectorObservation(VectorWrapper):
    """The same of a native vector, still one call for all of its environments.

    An environment that has ended is seen at the next step as it begins again, with the mask of its new problem.

    Args:
        env: With a Box to observe, a number of actions, and ``action_masks()`` of shape ``(B, A)``.
        masked: Whether to observe ``{"action_mask": …, "observations": …}``.

    Raises:
        ConfigurationError: If it does not reset at the step after the end, as RLlib's env runners expect.
    """

    def __init__(self, env: VectorEnv[Any, Any, Any], *, masked: bool = False) -> None:
        mode = env.metadata.get("autoreset_mode")
        if mode != AutoresetMode.NEXT_STEP:
            raise ConfigurationError(f"autoreset_mode: {mode!r}; RLlib resets at the next step, leave the argument out")
        super().__init__(env)
        self._masked = masked
        self.single_observation_space = _space(env.single_observation_space, env.single_action_space, masked)
        self.observation_space = batch_space(self.single_observation_space, env.num_envs)

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Begin episodes."""
        observations, info = self.env.reset(seed=seed, options=options)  # type: ignore[arg-type]
        return self._seen(observations), info

    def step(self, actions: Any) -> tuple[Any, npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any], dict[str, Any]]:
        """Take a turn of every episode."""
        observations, rewards, terminated, truncated, info = self.env.step(actions)
        return self._seen(observations), rewards, terminated, truncated, info

    def _seen(self, observations: npt.NDArray[Any]) -> Any:
        flat = observations.reshape(self.num_envs, -1)
        if not self._masked:
            return flat
        masks = self.env.unwrapped.action_masks()  # type: ignore[attr-defined]
        return {ACTION_MASK: masks.astype(np.float32), OBSERVATIONS: flat}


def _space(observed: gym.Space[Any], actions: gym.Space[Any], masked: bool) -> gym.Space[Any]:
    """What modules are told to expect.

    Raises:
        ConfigurationError: If observations are no Box, or actions no numbers.
    """
    if not isinstance(observed, spaces.Box) or not isinstance(actions, spaces.Discrete):
        raise ConfigurationError(f"env: it observes {observed} and takes {actions}; a Box and a Discrete are needed")
    flat = spaces.Box(observed.low.reshape(-1), observed.high.reshape(-1), dtype=np.float32)
    if not masked:
        return flat
    mask = spaces.Box(0.0, 1.0, (int(actions.n),), np.float32)
    return spaces.Dict({ACTION_MASK: mask, OBSERVATIONS: flat})
