from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest

import sml_env  # noqa: F401  (registers the environments)
from experiments.pool import pool_of
from experiments.priming.dialogues import Dialogues, dialogues
from experiments.priming.impatient import ImpatientAgent
from experiments.priming.measures import played
from experiments.priming.settings import GAME, MOODS, STARTS, TESTED, TEXT, Start
from sml_env.priming import PrimedAgent
from sml_env.rollouts import rollout

LESSONS = 120
PLAIN, PRIMED, FROM_ZERO = STARTS[:3]


def held(start: Start, moods: Any = MOODS) -> Dialogues:
    return dialogues(start, moods, LESSONS, seed=0)


def test_priming_makes_the_dialogues_that_are_imitated_more_patient() -> None:
    plain, primed, from_zero = (held(start).measured for start in (PLAIN, PRIMED, FROM_ZERO))
    assert plain.premature_attempts > 1.5 * primed.premature_attempts
    assert primed.premature_attempts > 1.3 * from_zero.premature_attempts
    assert plain.first_attempt < primed.first_attempt < from_zero.first_attempt


def test_a_wrong_attempt_in_turn_0_never_stands() -> None:
    """Whoever only hedges attempts in the first turn, and is right there about one time in seven."""
    first = held(FROM_ZERO, {"hedge": 1.0})
    shown = held(PLAIN, {"hedge": 1.0})
    assert shown.measured.first_attempt == 1.0
    right_at_once = np.mean(shown.actions == 4) * len(shown.actions) / LESSONS
    assert right_at_once > 1.0
    assert first.measured.premature_attempts < shown.measured.premature_attempts / 2
    assert first.measured.first_attempt > 1.5


def test_an_illegal_action_is_never_imitated() -> None:
    shown = held(PRIMED)
    assert shown.masks[np.arange(len(shown.actions)), shown.actions].all()
    assert len(shown.observations) == len(shown.actions) > LESSONS


def test_without_priming_the_dialogues_are_the_students_own() -> None:
    env = gym.make(TEXT[0], **TEXT[1])
    ids = pool_of(GAME.arguments["config"], GAME.arguments["problems"]).problem_ids()
    for seed in range(5):
        plain = rollout(env, PrimedAgent(ImpatientAgent(MOODS), 0.0), seed=seed, problem_id=ids[seed])
        primed = rollout(env, PrimedAgent(ImpatientAgent(MOODS), 0.75), seed=seed, problem_id=ids[seed])
        replaced = primed.models["student"]["primed"]
        same = min((turn - 1 for turn in replaced), default=len(plain.records))
        assert [r.utterance for r in plain.records[:same]] == [r.utterance for r in primed.records[:same]]


def test_the_measures_are_the_account_of_the_environment() -> None:
    """A student that always attempts: what is measured is what the ended lessons say of themselves."""
    attempt = gym.make(GAME.env, **GAME.arguments).action_space.n - 1
    told = played(TESTED, lambda observations, masks: np.full(len(masks), attempt), 50, seed=3)
    envs = gym.make_vec(TESTED.env, num_envs=50, **TESTED.arguments)
    envs.reset(seed=3)
    premature, solved, over = np.zeros(50), np.zeros(50, dtype=bool), np.zeros(50, dtype=bool)
    for _ in range(4):
        _, _, ended, _, info = envs.step(np.full(50, attempt))
        now = ended & ~over
        if now.any():
            premature[now] = info["premature_attempts"][now]
        solved |= now & info["success"]
        over |= ended
    assert told.premature_attempts == pytest.approx(premature.mean())
    assert told.success == pytest.approx(solved.mean())
    assert told.first_attempt == 1.0 and told.questions == 0.0


def test_trained_and_tested_problems_are_apart() -> None:
    trained, tested = (pool_of(game.arguments["config"], game.arguments["problems"]) for game in (GAME, TESTED))
    statements = [{pool.problem(name).statement for name in pool.problem_ids()} for pool in (trained, tested)]
    assert not statements[0] & statements[1]
