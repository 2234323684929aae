"""RLlib's callbacks for lessons: honest seeds for every env runner, and what lessons came to, beside the return."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from sml_env.errors import ConfigurationError
from sml_env.integrations.accounts import SUMS, episode_sums, rates
from sml_env.integrations.requirements import Requirement

with Requirement("ray[rllib]", extra="rllib", low="2.54", high="3"):
    from ray.rllib.callbacks.callbacks import RLlibCallback

__all__ = ["METRICS", "LessonCallbacks", "runner_seeds"]

METRICS: Final = "sml_env"
"""Key of the metrics in ``result["env_runners"]``."""

_STUDENT: Final = "student"
_SPARE_BITS: Final = np.uint64(64 - 53)


def runner_seeds(seed: int, *, evaluation: bool, runner: int, beginning: int, size: int) -> list[int]:
    """Seeds of an env runner's environments: 53 bits each, unrelated to those of any other runner, run or beginning.

    Args:
        seed: Of the run: ``config.debugging(seed=…)``.
        evaluation: Whether the runner evaluates.
        runner: Its number, 0 for the local one.
        beginning: How many times it has begun from a seed before.
        size: Environments.
    """
    words = np.random.SeedSequence([seed, int(evaluation), runner, beginning]).generate_state(size, np.uint64)
    return [int(word) for word in words >> _SPARE_BITS]


class LessonCallbacks(RLlibCallback):  # type: ignore[misc]
    """Seeds that are honest, and metrics of whole episodes.

    RLlib gives environment i of runner w the seed s + w + i: runner 1's second environment plays what runner 2's first
    one does. And whenever it samples whole episodes (``batch_mode="complete_episodes"``, evaluation by episodes) it
    resets with that same seed, so that every iteration plays the same few problems. Here both get ``runner_seeds``.

    The metrics stand in ``result["env_runners"]["sml_env"]``: sums over the episodes that ended in this iteration
    (``SUMS``) and their rates (``RATES``). An episode that RLlib cuts into chunks counts once, when it ends.
    """

    def __init__(self) -> None:
        super().__init__()
        self._beginnings = 0
        self._sums = dict.fromkeys(SUMS, 0.0)

    def on_environment_created(self, *, env_runner: Any, **_: Any) -> None:
        """Take over the seeds of a runner's environments.

        Raises:
            ConfigurationError: If the shaping's discount is not the learner's.
        """
        _check_discount(env_runner.config)
        env = env_runner.env
        begin = env.reset

        def reset(*, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
            return begin(seed=None if seed is None else self._seeds(env_runner), options=options)

        env.reset = reset

    def _seeds(self, env_runner: Any) -> list[int]:
        config = env_runner.config
        *seeds, drawing = runner_seeds(
            int(config.seed),
            evaluation=bool(config.in_evaluation),
            runner=int(env_runner.worker_index or 0),
            beginning=self._beginnings,
            size=int(env_runner.num_envs) + 1,
        )
        self._beginnings += 1
        if env_runner.env.action_space is not None:
            env_runner.env.action_space.seed(drawing)
        return seeds

    def on_episode_end(self, *, episode: Any, prev_episode_chunks: Sequence[Any] | None = None, **_: Any) -> None:
        """Add a whole episode to the sums."""
        chunks = [_students(chunk) for chunk in (*(prev_episode_chunks or ()), episode)]
        infos = [chunk.get_infos() for chunk in chunks if chunk is not None]
        for name, value in episode_sums(infos[0][0], [info for chunk in infos for info in chunk[1:]]).items():
            self._sums[name] += value

    def on_sample_end(self, *, metrics_logger: Any, **_: Any) -> None:
        """Log the sums: once a sample, since logging costs as much as a step."""
        for name, value in self._sums.items():
            metrics_logger.log_value((METRICS, name), value, reduce="sum")
        self._sums = dict.fromkeys(SUMS, 0.0)

    def on_train_result(self, *, result: dict[str, Any], **_: Any) -> None:
        """Add the rates to what training reports."""
        _add_rates(result)
        _add_rates(result.get("evaluation"))

    def on_evaluate_end(self, *, evaluation_metrics: dict[str, Any], **_: Any) -> None:
        """Add the rates to what an evaluation reports."""
        _add_rates(evaluation_metrics)


def _students(chunk: Any) -> Any:
    """A chunk of an episode; of a game of two agents, the student's part."""
    agents = getattr(chunk, "agent_episodes", None)
    return chunk if agents is None else agents.get(_STUDENT)


def _add_rates(result: Any) -> None:
    runners = result.get("env_runners") if isinstance(result, Mapping) else None
    sums = runners.get(METRICS) if isinstance(runners, Mapping) else None
    if isinstance(sums, dict) and all(name in sums for name in SUMS):
        sums.update(rates(sums))


def _check_discount(config: Any) -> None:
    """Potential shaping leaves the optimum alone under the learner's own discount only."""
    arguments = config.env_config
    gamma = arguments.get("gamma", 1.0)
    if arguments.get("shaping", "potential") == "potential" and gamma != config.gamma:
        raise ConfigurationError(
            f"gamma: lessons are shaped with {gamma} and the learner discounts by {config.gamma}; set "
            'training(gamma=…) before lessons(…), or the same in env_config={"gamma": …}'
        )
