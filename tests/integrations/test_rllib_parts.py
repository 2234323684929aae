"""What RLlib's adapter counts and shows, without RLlib: infos alone are enough, and masks stand beside observations."""

from __future__ import annotations

import subprocess
import sys
from math import isnan
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import SyncVectorEnv
from registered import DISCRETE, small

from sml_env.errors import ConfigurationError, MissingExtraError
from sml_env.integrations.accounts import RATES, SUMS, episode_sums, rates
from sml_env.integrations.rllib_observations import ModuleObservation, ModuleVectorObservation

CLARIFY = "sml_env/ClarifyDiscrete-v0"


def legal(mask: Any, rng: np.random.Generator) -> np.int64:
    return np.int64(rng.choice(np.flatnonzero(mask)))


def test_sums_of_an_episode_written_by_hand() -> None:
    begun = {"belief_entropy_bits": 2.0}
    turns = [
        {"query_kind": "predicate", "expected_bits": 0.5, "best_bits": 1.0, "belief_entropy_bits": 1.5},
        {"query_kind": "predicate", "expected_bits": 0.0, "best_bits": 1.0, "belief_entropy_bits": 1.5},
        {"query_kind": "hint", "expected_bits": None, "best_bits": 1.0, "belief_entropy_bits": 1.5},
        {"query_kind": "value", "expected_bits": 0.0, "best_bits": 0.0, "belief_entropy_bits": 1.5},
        {"query_kind": "malformed", "expected_bits": 0.0, "best_bits": 1.0, "belief_entropy_bits": 1.5},
        {"query_kind": "attempt", "expected_bits": 0.0, "best_bits": 1.0, "belief_entropy_bits": 0.0, "turns_left": 1},
        {"query_kind": "attempt", "expected_bits": 0.0, "best_bits": 0.0, "belief_entropy_bits": 0.0, "success": True},
    ]
    sums = episode_sums(begun, turns)
    assert tuple(sums) == SUMS
    assert sums == {
        "episodes": 1, "solved": 1, "turns": 7, "questions": 4, "attempts": 2, "premature": 1, "metered": 3,
        "bits": 0.5, "told": 0.5, "best": 2.0, "useful": 2, "wasted": 1,
    }  # fmt: skip
    found = rates(sums)
    assert tuple(found) == RATES
    assert found["bits_per_question"] == pytest.approx(0.5 / 3)
    assert (found["efficiency"], found["zero_bit_share"], found["premature_attempts"]) == (0.25, 0.5, 1.0)


def test_rates_of_nothing_are_not_a_number() -> None:
    assert all(isnan(value) for value in rates(dict.fromkeys(SUMS, 0.0)).values())


def test_premature_attempts_are_those_that_clarify_counts() -> None:
    env = gym.make(CLARIFY, config={"difficulty": 1})
    rng = np.random.default_rng(0)
    counted = []
    for seed in range(40):
        _, begun = env.reset(seed=seed)
        turns, over = [], False
        while not over:
            over, info = env.step(legal(env.get_wrapper_attr("action_masks")(), rng))[2::2]
            turns.append(info)
        sums = episode_sums(begun, turns)
        assert sums["premature"] == turns[-1]["premature_attempts"]
        counted.append(sums["premature"])
    assert any(counted) and not all(counted)


@pytest.mark.parametrize("attempts", ["map", "each"])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("env_id", DISCRETE)
def test_the_native_vector_shows_what_single_environments_show(env_id: str, masked: bool, attempts: str) -> None:
    arguments = {**small(env_id), "attempts": attempts}
    native = ModuleVectorObservation(
        gym.make_vec(env_id, num_envs=3, vectorization_mode="vector_entry_point", **arguments), masked=masked
    )
    singles = SyncVectorEnv([lambda: ModuleObservation(gym.make(env_id, **arguments), masked=masked)] * 3)
    assert native.single_observation_space == singles.single_observation_space
    rng = np.random.default_rng(1)
    seen, info = native.reset(seed=4)
    expected, _ = singles.reset(seed=4)
    for _ in range(40):
        parts = seen.items() if masked else [("", seen)]
        for name, part in parts:
            np.testing.assert_array_equal(part, expected[name] if masked else expected)
        assert native.observation_space.contains(seen)
        if masked:
            np.testing.assert_array_equal(seen["action_mask"], info["action_mask"])
            assert seen["action_mask"].any(axis=1).all()
        actions = np.array([legal(mask, rng) for mask in info["action_mask"]])
        seen, rewards, ended, *_, info = native.step(actions)
        expected, *others = singles.step(actions)
        np.testing.assert_allclose(rewards, others[0])
        np.testing.assert_array_equal(ended, others[1])


def test_observations_of_two_dimensions_are_flat() -> None:
    env = ModuleObservation(gym.make(CLARIFY, observation="per_action"))
    assert len(env.observation_space.shape or ()) == 1
    assert env.observation_space.contains(env.reset(seed=0)[0])


def test_a_vector_that_does_not_reset_at_the_next_step_is_refused() -> None:
    vector = gym.make_vec(CLARIFY, num_envs=2, vectorization_mode="vector_entry_point", autoreset_mode="SameStep")
    with pytest.raises(ConfigurationError, match="autoreset_mode"):
        ModuleVectorObservation(vector)


def test_texts_have_no_box() -> None:
    with pytest.raises(ConfigurationError, match="Box"):
        ModuleObservation(gym.make("sml_env/MathTutor-v0"))


@pytest.mark.parametrize("module", ["rllib", "rllib_callbacks"])
def test_without_ray_the_extra_is_named(module: str) -> None:
    code = f"import sys; sys.modules['ray'] = None; import sml_env.integrations.{module}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert MissingExtraError.__name__ in done.stderr
    assert 'pip install "sml_env[rllib]"' in done.stderr
