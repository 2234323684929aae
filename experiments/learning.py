"""One arm trained with one seed: MaskablePPO, judged as it learns by its policy's play under every hypothesis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Final

import numpy as np
from stable_baselines3.common.callbacks import BaseCallback

from experiments.arms import Arm, Game
from experiments.games import every_truth, family_of, lessons_of
from experiments.learners import learner_of
from sml_env.integrations.sb3 import LessonVecEnv, lesson_metrics

__all__ = ["METRICS", "Judge", "Trained", "train"]

METRICS: Final = ("success", "questions", "bits_per_question", "zero_bit_share", "premature_share", "efficiency")
"""What a judge says of a policy; what cannot be said (bits a question of who asks none) is NaN."""

_ROUNDING: Final = 1e-9
_SAMPLED: Final = 1_024
"""Episodes by which a policy is judged where replies are drawn by chance."""


@dataclass(frozen=True, slots=True)
class Trained:
    """What became of an arm under one seed.

    Attributes:
        seed: Of the learner and its episodes.
        steps: Environment steps taken.
        seconds: Of wall time, judging included.
        curve: ``steps`` and each metric of the most likely actions, before updates and after the last.
        explored: The same of the episodes trained on, whose actions are drawn.
    """

    seed: int
    steps: int
    seconds: float
    curve: Mapping[str, list[float]] = field(default_factory=dict)
    explored: Mapping[str, list[float]] = field(default_factory=dict)

    def reached(self, success: float) -> int | None:
        """Steps after which the policy's success was at least this, twice in a row; ``None`` for never."""
        good = [value >= success - _ROUNDING for value in self.curve["success"]]
        for place, now in enumerate(good):
            if now and (place + 1 == len(good) or good[place + 1]):
                return int(self.curve["steps"][place])
        return None

    def final(self, metric: str) -> float:
        """A metric of the last policy."""
        return self.curve[metric][-1]


class Judge:
    """Plays a policy's most likely actions under every hypothesis, once each, so that its success is exact.

    Where replies are drawn by chance it plays ``_SAMPLED`` episodes instead, the same ones each time.

    Args:
        game: That is judged; its hypotheses are equally likely.
    """

    def __init__(self, game: Game) -> None:
        family = family_of(game)
        self._ids = every_truth(family)
        self.sampled = isinstance(game.arguments.get("teacher"), Mapping)
        if np.ptp(family.space.prior) > 0.0:
            raise ValueError(f"{game.name}: its hypotheses are not equally likely")
        self._lessons = lessons_of(game, _SAMPLED if self.sampled else len(self._ids))

    def judge(self, policy: Any) -> dict[str, float]:
        """The metrics of a policy of sb3-contrib."""
        lessons: LessonVecEnv = self._lessons
        if self.sampled:
            lessons.seed(1_000_003)
        else:
            lessons.set_options([{"problem_id": identity} for identity in self._ids])
        observations = lessons.reset()
        ended: dict[int, dict[str, Any]] = {}
        while len(ended) < lessons.num_envs:
            masks = np.stack(lessons.env_method("action_masks"))
            actions, _ = policy.predict(observations, action_masks=masks, deterministic=True)
            observations, _, dones, infos = lessons.step(actions)
            for row in np.flatnonzero(dones).tolist():
                ended.setdefault(row, infos[row])
        success = float(np.mean([info["is_success"] for info in ended.values()]))
        told = lesson_metrics([info["episode"] for info in ended.values()])
        return {"success": success, **{name: told.get(name, float("nan")) for name in METRICS[1:]}}


class _Watch(BaseCallback):
    """Judges the policy before rollouts, notes what the last ones came to, and may end the training."""

    def __init__(self, judge: Judge, every: int, stop_at: float | None) -> None:
        super().__init__()
        self._judge = judge
        self._every = every
        self._rollouts = 0
        self._stop_at = np.inf if stop_at is None else stop_at - _ROUNDING
        self._good = 0
        self._solved: list[bool] = []
        self._episodes: list[dict[str, Any]] = []
        self.curve: dict[str, list[float]] = {name: [] for name in ("steps", *METRICS)}
        self.explored: dict[str, list[float]] = {name: [] for name in ("steps", *METRICS)}

    def _on_rollout_start(self) -> None:
        if self._rollouts % self._every == 0:
            self.look()
        self._rollouts += 1

    def look(self) -> None:
        """Judge the policy as it is."""
        found = self._judge.judge(self.model.policy)
        self._good = self._good + 1 if found["success"] >= self._stop_at else 0
        _append(self.curve, self.num_timesteps, found)

    def _on_step(self) -> bool:
        infos = self.locals["infos"]
        for row in np.flatnonzero(self.locals["dones"]).tolist():
            self._solved.append(infos[row]["is_success"])
            self._episodes.append(infos[row]["episode"])
        return self._good < 2

    def _on_rollout_end(self) -> None:
        if self._rollouts % self._every or not self._episodes:
            return
        told = lesson_metrics(self._episodes)
        found = {"success": float(np.mean(self._solved)), **{name: told.get(name, np.nan) for name in METRICS[1:]}}
        _append(self.explored, self.num_timesteps, found)
        self._solved, self._episodes = [], []


def _append(curve: dict[str, list[float]], steps: int, found: Mapping[str, float]) -> None:
    curve["steps"].append(steps)
    for name in METRICS:
        curve[name].append(float(found[name]))


def train(arm: Arm, seed: int, optimum: float = 1.0) -> Trained:
    """Train one arm with one seed, on one thread.

    Args:
        arm: The settings.
        seed: Of the learner and its episodes.
        optimum: The greatest success, of which ``stop_at`` is a share.
    """
    learner = arm.learner
    began = perf_counter()
    model = learner_of(learner, lessons_of(arm.game, learner.environments), seed)
    watch = _Watch(Judge(arm.game), learner.judge_every, None if learner.stop_at is None else learner.stop_at * optimum)
    model.learn(learner.steps, callback=watch)
    watch.look()
    return Trained(seed, model.num_timesteps, perf_counter() - began, watch.curve, watch.explored)
