"""Students of this experiment: how one is trained, and what it does with each number of turns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import process_time
from typing import Any, Final, cast

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode
from sb3_contrib import MaskablePPO

import experiments.pool  # noqa: F401  (registers its id)
import sml_env  # noqa: F401  (registers the environments)
from experiments.arms import Arm, Game
from experiments.games import every_truth
from experiments.learners import learner_of
from experiments.more_turns.counting import CountedTurns
from experiments.more_turns.settings import BUDGETS, HORIZON, TESTED
from sml_env.closed import SharedFamily
from sml_env.discrete import DiscreteEnv
from sml_env.integrations.sb3 import LessonVecEnv
from sml_env.problems import Family

__all__ = ["WAYS", "Curves", "counted", "family_tested", "success", "tested", "train"]

Actions = npt.NDArray[np.int64]
Act = Callable[[Any, Any], Actions]

WAYS: Final = ("most likely", "actions drawn", "told no more than it knows")
"""How a student is tested: its most likely actions; actions drawn from its policy; its most likely actions while it is
told of no more turns than it was trained with, however many it has."""


@dataclass(frozen=True, slots=True)
class Curves:
    """What became of an arm under one seed.

    Attributes:
        seed: Of the learner and its episodes.
        steps: Environment steps that it was trained for.
        seconds: Of processor time that training took.
        success: For each of ``WAYS`` the success with each of ``BUDGETS``.
    """

    seed: int
    steps: int
    seconds: float
    success: dict[str, list[float]]


def counted(game: Game, environments: int, told: int = HORIZON) -> CountedTurns:
    """The game as students of this experiment see it."""
    envs = gym.make_vec(game.env, num_envs=environments, autoreset_mode=AutoresetMode.SAME_STEP, **game.arguments)
    return CountedTurns(envs, np.max(game.arguments["max_turns"]), told)


def tested(game: Game) -> Game:
    """The game with the problems that it is tested with."""
    return game.but(**TESTED) if "problems" in game.arguments else game


def family_tested(game: Game) -> Family:
    """The source of these problems."""
    env = gym.make(game.env, **tested(game).arguments).unwrapped
    return cast(DiscreteEnv, env).family


def _ids_tested(game: Game) -> Sequence[str]:
    """Each truth once, or the list of problems to test with."""
    family = family_tested(game)
    return every_truth(family) if isinstance(family, SharedFamily) else family.problem_ids() or ()


def train(arm: Arm, seed: int) -> Curves:
    """Train one arm with one seed, and test it with every budget."""
    began = process_time()
    model = learner_of(arm.learner, LessonVecEnv(counted(arm.game, arm.learner.environments)), seed)
    model.learn(arm.learner.steps)
    seconds = process_time() - began
    ids, known = _ids_tested(arm.game), int(np.max(arm.game.arguments["max_turns"]))
    found: dict[str, list[float]] = {way: [] for way in WAYS}
    for turns in BUDGETS:
        played = tested(arm.game).but(max_turns=turns)
        for way, values in found.items():
            if way == WAYS[2] and turns <= known:
                values.append(found[WAYS[0]][-1])
                continue
            envs = counted(played, len(ids), known if way == WAYS[2] else HORIZON)
            values.append(success(envs, ids, turns, _acting(model, way != WAYS[1])))
    return Curves(seed, model.num_timesteps, seconds, found)


def _acting(model: MaskablePPO, likeliest: bool) -> Act:
    def act(observations: Any, masks: Any) -> Actions:
        actions, _ = model.predict(observations, action_masks=masks, deterministic=likeliest)
        return np.asarray(actions)

    return act


def success(envs: CountedTurns, ids: Sequence[str], turns: int, act: Act) -> float:
    """The share of some problems that a student solves, one lesson each.

    Args:
        envs: One for each problem, in the autoreset mode SAME_STEP.
        ids: Of the problems.
        turns: The budget, after which every lesson is over.
        act: From observations and masks to actions.
    """
    observations, _ = envs.reset(seed=0, options={"problem_id": list(ids)})
    solved, playing = np.zeros(len(ids), dtype=np.bool_), np.ones(len(ids), dtype=np.bool_)
    for _ in range(turns):
        observations, _, ended, _, info = envs.step(act(observations, envs.action_masks()))
        if ended.any():
            solved |= playing & ended & info["final_info"]["success"]
        playing &= ~ended
        if not playing.any():
            break
    return float(solved.mean())
