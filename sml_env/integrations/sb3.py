"""Stable-Baselines3 and sb3-contrib: discrete lessons as their vector environment, and a callback that logs them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from time import perf_counter
from typing import Any, Final, TypeAlias

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode, VectorEnv

from sml_env.errors import ConfigurationError
from sml_env.integrations.accounts import ZERO_BITS, premature
from sml_env.integrations.ids import DISCRETE_IDS, refuse_words
from sml_env.integrations.requirements import Requirement
from sml_env.vector import DiscreteVectorEnv

with (
    Requirement("stable-baselines3", extra="sb3", low="2.5", high="3"),
    Requirement("sb3-contrib", extra="sb3", low="2.5", high="3"),
):
    import sb3_contrib  # noqa: F401  (the masks and the memory that an adapter is for)
    from stable_baselines3.common.callbacks import BaseCallback
    from stable_baselines3.common.monitor import Monitor
    from stable_baselines3.common.vec_env import VecEnv

__all__ = ["COUNTS", "LessonMetrics", "LessonVecEnv", "lesson_metrics", "make_lessons"]


Which: TypeAlias = npt.NDArray[np.bool_]
Indices: TypeAlias = "int | Iterable[int] | None"

COUNTS: Final = ("questions", "bits", "metered", "told", "best", "useful", "wasted", "attempts", "premature")
"""What is added up over an episode and told in ``info["episode"]``, beside SB3's own ``r``, ``l`` and ``t``.

``questions`` asked (turns that are neither attempts nor malformed); expected ``bits`` of their replies; of the
questions ``metered``, whose best bits are known, the expected bits ``told`` and the ``best`` that could have been; the
``useful`` ones, where something was to be had, and of these the ``wasted`` ones, that told 0 bits; ``attempts``; and of
these the ``premature`` ones (``sml_env.integrations.accounts``).
"""


class LessonVecEnv(VecEnv):  # type: ignore[misc]
    """Discrete lessons as a ``VecEnv`` over the native vector environment.

    All episodes are stepped at once; what is done for each of them singly is what SB3 demands, a dictionary a step, and
    the account of those that have ended: ``terminal_observation``, ``is_success`` and ``episode``, with ``COUNTS``.
    ``env_method("action_masks")`` is what ``MaskablePPO`` asks for.

    Args:
        envs: A native vector of a discrete id in the autoreset mode SAME_STEP, possibly in Gymnasium's vector wrappers;
            ``make_lessons`` makes one by id.
        step_info: Whether the infos of every step hold all that the single environment's do, at a cost.

    Raises:
        ConfigurationError: If it is no such vector.
    """

    def __init__(self, envs: VectorEnv[Any, Any, Any], *, step_info: bool = False) -> None:
        native = envs.unwrapped
        if not isinstance(native, DiscreteVectorEnv):
            raise ConfigurationError(
                f"envs: {native!r} is no native vector of discrete lessons; "
                "use make_lessons with an id such as 'sml_env/TwentyQuestionsDiscrete-v0'"
            )
        if native.autoreset_mode is not AutoresetMode.SAME_STEP:
            raise ConfigurationError(
                f"envs: autoreset_mode {native.autoreset_mode.value!r}; SB3 needs autoreset_mode='SameStep'"
            )
        self.envs = envs
        self._step_info = step_info
        self._actions: npt.NDArray[np.int64] = np.zeros(envs.num_envs, dtype=np.int64)
        self._masks: npt.NDArray[Any] = native.action_masks()
        self._began = perf_counter()
        size = envs.num_envs
        self._sums = np.zeros((size, len(COUNTS)))
        self._returns = np.zeros(size)
        self._lengths = np.zeros(size, dtype=np.int64)
        self._entropy = np.zeros(size)
        super().__init__(size, envs.single_observation_space, envs.single_action_space)

    def reset(self) -> npt.NDArray[np.float32]:
        """Begin an episode in every environment, by the seeds of ``seed`` and the options of ``set_options``.

        Raises:
            ConfigurationError: If the options are not ``{"problem_id": …}`` for each environment, or for none.
        """
        options = None
        if any(self._options):
            if not all(set(given) == {"problem_id"} for given in self._options):
                raise ConfigurationError(f"options: {self._options!r} do not name a problem_id for each environment")
            options = {"problem_id": [given["problem_id"] for given in self._options]}
        observations, info = self.envs.reset(seed=self._seeds, options=options)
        self._reset_seeds()
        self._reset_options()
        self._sums[:] = 0.0
        self._returns[:] = 0.0
        self._lengths[:] = 0
        self._entropy, self._masks = info["belief_entropy_bits"], info["action_mask"]
        self.reset_infos = [_row(info, row) for row in range(self.num_envs)]
        return np.asarray(observations)

    def step_async(self, actions: npt.NDArray[Any]) -> None:
        """Take the actions of the next step."""
        self._actions = np.asarray(actions)

    def step_wait(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], Which, list[dict[str, Any]]]:
        """Play a turn of every episode, and begin new ones where it was the last."""
        observations, rewards, terminated, truncated, info = self.envs.step(self._actions)
        ended = terminated | truncated
        rows = np.flatnonzero(ended).tolist()
        last = info["final_info"] if rows else info
        self._count(rewards, info, last, ended)
        if self._step_info:
            infos = [_row(last if over else info, row) for row, over in enumerate(ended.tolist())]
        else:
            infos = [{} for _ in range(self.num_envs)]
        for row in rows:
            infos[row] |= {
                "terminal_observation": info["final_obs"][row],
                "TimeLimit.truncated": bool(truncated[row] and not terminated[row]),
                "is_success": bool(last["success"][row]),
                "episode": self._account(row, last),
            }
        self._sums[ended] = 0.0
        self._returns[ended] = 0.0
        self._lengths[ended] = 0
        self._entropy, self._masks = info["belief_entropy_bits"], info["action_mask"]
        return np.asarray(observations), rewards.astype(np.float32), ended, infos

    def _count(self, rewards: npt.NDArray[Any], info: dict[str, Any], last: dict[str, Any], ended: Which) -> None:
        """Add a turn to the sums of its episode."""
        kinds, told, best = (
            np.where(ended, last[name], info[name]) for name in ("query_kind", "expected_bits", "best_bits")
        )
        turns_left = np.where(ended, last["turns_left"], info["turns_left"])
        attempt = kinds == "attempt"
        question = ~attempt & (kinds != "malformed")
        told = np.where(question, told, 0.0)
        known = ~np.isnan(best)
        metered = question & known
        useful = metered & (best > ZERO_BITS)
        early = attempt & premature(self._entropy, best, turns_left)
        wasted = useful & (told <= ZERO_BITS)
        self._sums += np.stack(
            [question, told, metered, told * metered, np.where(metered, best, 0.0), useful, wasted, attempt, early],
            axis=1,
        )
        self._returns += rewards
        self._lengths += 1

    def _account(self, row: int, last: dict[str, Any]) -> dict[str, float]:
        sums = dict(zip(COUNTS, self._sums[row].tolist(), strict=True))
        if "premature_attempts" in last:
            sums["premature"] = float(last["premature_attempts"][row])
        seconds = round(perf_counter() - self._began, 6)
        return {"r": float(self._returns[row]), "l": int(self._lengths[row]), "t": seconds, **sums}

    def close(self) -> None:
        """Close the vector."""
        self.envs.close()

    def env_method(
        self, method_name: str, *method_args: Any, indices: Indices = None, **method_kwargs: Any
    ) -> list[Any]:
        """``"action_masks"``: which actions are legal, a row for each environment.

        Raises:
            AttributeError: For any other name: episodes that are played together have no methods of their own.
        """
        if method_name != "action_masks":
            raise AttributeError(f"{method_name}: lessons that are played together have no method but action_masks")
        return [self._masks[row] for row in self._get_indices(indices)]

    def get_attr(self, attr_name: str, indices: Indices = None) -> list[Any]:
        """An attribute of the native vector, which all environments share, once for each.

        Raises:
            AttributeError: If there is none.
        """
        value = getattr(self.envs.unwrapped, attr_name)
        return [value for _ in self._get_indices(indices)]

    def set_attr(self, attr_name: str, value: Any, indices: Indices = None) -> None:
        """Nothing can be set.

        Raises:
            AttributeError: Always.
        """
        raise AttributeError(f"{attr_name}: nothing can be set on lessons; make others with make_lessons")

    def env_is_wrapped(self, wrapper_class: type[Any], indices: Indices = None) -> list[bool]:
        """Whether they do what a wrapper does: ``Monitor``, since every end has its ``episode``, and no other."""
        return [wrapper_class is Monitor for _ in self._get_indices(indices)]


def make_lessons(
    env_id: str, num_envs: int, *, seed: int | None = None, step_info: bool = False, **arguments: Any
) -> LessonVecEnv:
    """Lessons of a discrete id for SB3.

    Args:
        env_id: Such as ``"sml_env/TwentyQuestionsDiscrete-v0"``.
        num_envs: How many episodes are played together; 64 to 256 cost little more than one.
        seed: Of the first reset; the learner's own ``seed=`` sets it, too.
        step_info: As of ``LessonVecEnv``.
        **arguments: Of the environment: ``asymmetry``, ``max_turns``, ``shaping``, ``observation``, ``config``…

    Raises:
        ConfigurationError: If the id has words, or an argument makes no sense.
    """
    refuse_words(env_id, "which SB3's policies cannot read")
    try:
        envs = gym.make_vec(env_id, num_envs=num_envs, autoreset_mode=AutoresetMode.SAME_STEP, **arguments)
    except TypeError as error:
        known = ", ".join(DISCRETE_IDS)
        raise ConfigurationError(
            f"env_id: {env_id!r} makes no vector of lessons from these arguments ({error}); ids are {known}"
        ) from error
    lessons = LessonVecEnv(envs, step_info=step_info)
    lessons.seed(seed)
    return lessons


def _row(info: dict[str, Any], row: int) -> dict[str, Any]:
    """The info of one environment, as it would return it alone: ``None`` where a number cannot be said."""
    found: dict[str, Any] = {}
    for name, values in info.items():
        if name.startswith("_") or name in ("final_obs", "final_info"):
            continue
        if isinstance(values, dict):
            if info[f"_{name}"][row]:
                found[name] = _row(values, row)
        elif info[f"_{name}"][row]:
            value = values[row]
            found[name] = value.item() if isinstance(value, np.generic) else value
        elif name == "best_bits" and info["_query_kind"][row]:
            found[name] = None
    return found


def lesson_metrics(episodes: Sequence[dict[str, Any]]) -> dict[str, float]:
    """The metrics of ended episodes, given their ``info["episode"]``; what cannot be said is left out.

    Returns:
        ``questions``, ``bits`` and ``premature_attempts`` an episode; ``bits_per_question``; ``efficiency``, bits over
        the best that could have been had; ``zero_bit_share`` of the questions where some bits were to be had;
        ``premature_share`` of the attempts.
    """
    if not episodes:
        return {}
    sums = {name: sum(float(episode[name]) for episode in episodes) for name in COUNTS}
    found = {
        "questions": sums["questions"] / len(episodes),
        "bits": sums["bits"] / len(episodes),
        "premature_attempts": sums["premature"] / len(episodes),
    }
    for name, top, bottom in (
        ("bits_per_question", "bits", "questions"),
        ("efficiency", "told", "best"),
        ("zero_bit_share", "wasted", "useful"),
        ("premature_share", "premature", "attempts"),
    ):
        if sums[bottom] > 0.0:
            found[name] = sums[top] / sums[bottom]
    return found


class LessonMetrics(BaseCallback):  # type: ignore[misc]
    """Logs what the episodes of each rollout came to: ``lesson/success`` and those of ``lesson_metrics``.

    Args:
        verbose: As in SB3.

    Attributes:
        history: For each rollout the environment steps so far, and the metrics.
    """

    def __init__(self, verbose: int = 0) -> None:
        super().__init__(verbose)
        self.history: list[tuple[int, dict[str, float]]] = []
        self._episodes: list[dict[str, Any]] = []
        self._solved = 0

    def _on_step(self) -> bool:
        infos = self.locals["infos"]
        for row in np.flatnonzero(self.locals["dones"]).tolist():
            self._episodes.append(infos[row]["episode"])
            self._solved += infos[row]["is_success"]
        return True

    def _on_rollout_end(self) -> None:
        if not self._episodes:
            return
        metrics = {"success": self._solved / len(self._episodes), **lesson_metrics(self._episodes)}
        for name, value in metrics.items():
            self.logger.record(f"lesson/{name}", value)
        self.history.append((self.num_timesteps, metrics))
        self._episodes, self._solved = [], 0
