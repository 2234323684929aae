"""Games made ready for a learner: native vectors with what an experiment changes about them."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv, VectorWrapper

import experiments.sums  # noqa: F401  (registers its ids)
import sml_env  # noqa: F401  (registers the environments)
from experiments.arms import Game
from sml_env.closed import SharedFamily
from sml_env.discrete import DiscreteEnv
from sml_env.integrations.sb3 import LessonVecEnv

__all__ = ["AttemptsOnly", "ClippedShaping", "every_truth", "family_of", "lessons_of"]


def family_of(game: Game) -> SharedFamily:
    """The family of a game, whose problems share their hypotheses.

    Raises:
        TypeError: If they do not.
    """
    env = gym.make(game.env, **game.arguments).unwrapped
    if not isinstance(env, DiscreteEnv) or not isinstance(env.family, SharedFamily):
        raise TypeError(f"{game.env}: its problems share no hypothesis space")
    return env.family


class ClippedShaping(VectorWrapper):
    """The information term of the reward, clipped at 0, so that nothing is taken back; no longer potential-based."""

    def step(self, actions: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """One turn; ``reward_terms`` stay as they were."""
        observations, rewards, terminated, truncated, info = self.env.step(actions)
        paid = info["reward_terms"]["information"]
        if "final_info" in info:
            paid = np.where(terminated | truncated, info["final_info"]["reward_terms"]["information"], paid)
        return observations, rewards - np.minimum(paid, 0.0), terminated, truncated, info


class AttemptsOnly(VectorWrapper):
    """The questions of the menu are illegal: whoever asks nothing hears verdicts alone.

    Args:
        env: Whose last actions are the attempts.
        attempts: How many of them there are.
    """

    def __init__(self, env: VectorEnv, attempts: int) -> None:
        super().__init__(env)
        self._questions = int(env.single_action_space.n) - attempts

    def reset(self, **arguments: Any) -> tuple[Any, dict[str, Any]]:
        """As the environment does it."""
        observations, info = self.env.reset(**arguments)
        return observations, self._masked(info)

    def step(self, actions: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """As the environment does it."""
        *step, info = self.env.step(actions)
        return (*step, self._masked(info))

    def _masked(self, info: dict[str, Any]) -> dict[str, Any]:
        mask = np.array(info["action_mask"])
        mask[:, : self._questions] = 0
        return {**info, "action_mask": mask}


def lessons_of(game: Game, environments: int) -> LessonVecEnv:
    """The game as SB3 takes it."""
    envs: VectorEnv = gym.make_vec(
        game.env, num_envs=environments, autoreset_mode=AutoresetMode.SAME_STEP, **game.arguments
    )
    if game.clipped:
        envs = ClippedShaping(envs)
    if game.attempts_only:
        each = game.arguments.get("attempts") == "each"
        envs = AttemptsOnly(envs, len(family_of(game).space) if each else 1)
    return LessonVecEnv(envs)


def every_truth(family: SharedFamily) -> list[str]:
    """The id of a problem for each hypothesis, of which it is true."""
    found: dict[int, int] = {}
    first = 0
    while len(found) < len(family.space):
        numbers = np.arange(first, first + 1024)
        for number, truth in zip(numbers.tolist(), family.truths(numbers).tolist(), strict=True):
            found.setdefault(truth, number)
        first += 1024
    return [family.problem_id(found[truth]) for truth in range(len(family.space))]
