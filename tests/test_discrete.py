"""Discrete environments: the same game as the text environments, alone and in vectors."""

from __future__ import annotations

import pickle
from functools import partial
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from sml_env.discrete import DiscreteEnv
from sml_env.errors import ConfigurationError, ResetNeeded
from sml_env.registration import ROWS
from sml_env.vector import DiscreteVectorEnv

CLOSE = 1e-9
DISCRETE = [row.id for row in ROWS if row.discrete]
SMALL: dict[str, dict[str, Any]] = {
    "sml_env/MathTutorDiscrete-v0": {},
    "sml_env/ClarifyDiscrete-v0": {"config": {"difficulty": 3}},
    "sml_env/TwentyQuestionsDiscrete-v0": {},
    "sml_env/MastermindDiscrete-v0": {"config": {"pegs": 3, "colours": 4}},
    "sml_env/HiddenFunctionDiscrete-v0": {},
    "sml_env/HiddenProgramDiscrete-v0": {"config": {"programs": 60}},
}
BITS = ("expected_bits", "realised_bits", "verdict_bits", "expected_verdict_bits", "best_bits", "belief_entropy_bits")
VOICES: list[tuple[Any, str]] = [
    ("oracle", "answer"), ("oracle", "verifier"), ("oracle", "knowledge"), ("oracle", "none"), ("null", "answer"),
    ("gibberish", "answer"), ({"voice": "noisy", "p": 0.3}, "answer"), ({"voice": "noisy", "p": 0.3}, "knowledge"),
    ({"voice": "lying", "lies": 2, "p": 0.4}, "answer"), ({"voice": "lying", "lies": 1, "worst": True}, "answer"),
]  # fmt: skip
SETTINGS: list[dict[str, Any]] = [
    {},
    {"shaping": "bonus", "gamma": 0.7, "rules": {"turn_cost": 0.1}, "max_attempts": 2, "max_turns": [3, 7]},
    {"attempts": "each", "rules": {"disguised_attempts": False}},
    {"rules": {"cap_bits": 0.9, "best": False}, "shaping": "none"},
]


def sensible(env_id: str, asymmetry: str) -> bool:
    return not (asymmetry == "knowledge" and "Mastermind" in env_id)


CASES = [
    pytest.param(env_id, voice, asymmetry, setting, id=f"{env_id[8:-12]}-{asymmetry}-{voice}-{number}")
    for env_id in DISCRETE
    for voice, asymmetry in VOICES
    if sensible(env_id, asymmetry)
    for number, setting in enumerate(SETTINGS)
]


def legal_action(rng: np.random.Generator, mask: Any) -> int:
    """Mostly legal, sometimes not, often the attempts."""
    legal = np.flatnonzero(mask)
    choice = rng.random()
    if choice < 0.1:
        return int(rng.integers(-2, len(mask) + 3))
    return int(legal[-1]) if choice < 0.3 else int(rng.choice(legal))


@pytest.mark.parametrize(("env_id", "voice", "asymmetry", "setting"), CASES)
def test_replaying_the_utterances_in_words_gives_the_same_rewards_and_bits(
    env_id: str, voice: Any, asymmetry: str, setting: dict[str, Any]
) -> None:
    common = {**SMALL[env_id], "teacher": voice, "asymmetry": asymmetry, **setting}
    discrete = gym.make(env_id, disable_env_checker=True, **common)
    words = {key: value for key, value in common.items() if key != "attempts"}
    text = gym.make(env_id.replace("Discrete", ""), disable_env_checker=True, **words)
    view: Any = discrete.unwrapped
    rng = np.random.default_rng(7)
    for seed in range(6):
        _, info = discrete.reset(seed=seed)
        _, opening = text.reset(seed=seed)
        assert info["belief_entropy_bits"] == pytest.approx(opening.pop("belief_entropy_bits"), abs=CLOSE)
        assert {name: info[name] for name in opening} == opening
        ended = False
        while not ended:
            action = legal_action(rng, info["action_mask"])
            utterance = view.utterance(action)
            _, reward, ended, _, info = discrete.step(action)
            _, told, over, truncated, said = text.step(utterance)
            assert (ended, False) == (over, truncated), utterance
            assert reward == pytest.approx(told, abs=CLOSE), utterance
            for name in BITS:
                assert info[name] == (None if said[name] is None else pytest.approx(said[name], abs=CLOSE)), (
                    name, utterance,
                )  # fmt: skip
            for name in ("query_kind", "turns_left", "success", "meter"):
                assert info[name] == said[name], (name, utterance)
            assert info["reward_terms"] == pytest.approx(said["reward_terms"], abs=CLOSE)


def same_vectors(ours: dict[str, Any], theirs: dict[str, Any], where: str) -> None:
    """Equal where gymnasium's own vector says something; NaN, without its mask, where a single one says None."""
    for name, value in theirs.items():
        if isinstance(value, dict):
            same_vectors(ours[name], value, f"{where}.{name}")
        elif name.startswith("_"):
            if name != "_best_bits":
                assert (ours[name] == value).all(), (where, name)
        elif name == "final_obs":
            for mine, other in zip(ours[name], value, strict=True):
                assert (mine is None) == (other is None)
                assert mine is None or np.allclose(mine, other)
        else:
            for row in np.flatnonzero(theirs[f"_{name}"]):
                if value[row] is None:
                    assert np.isnan(ours[name][row])
                elif isinstance(value[row], str):
                    assert ours[name][row] == value[row], (where, name)
                else:
                    assert np.allclose(ours[name][row], value[row], atol=CLOSE), (where, name, row)


@pytest.mark.parametrize("mode", list(AutoresetMode))
@pytest.mark.parametrize("observation", ["belief", "history", "per_action"])
@pytest.mark.parametrize("env_id", DISCRETE)
def test_single_sync_and_native_vectors_agree(env_id: str, observation: str, mode: AutoresetMode) -> None:
    size = 5
    for voice, asymmetry in VOICES:
        if not sensible(env_id, asymmetry):
            continue
        arguments = {
            **SMALL[env_id], "teacher": voice, "asymmetry": asymmetry, "observation": observation, "max_turns": [2, 4]
        }  # fmt: skip
        if observation == "history":
            arguments["attempts"] = "each"
        sync = SyncVectorEnv(
            [partial(gym.make, env_id, disable_env_checker=True, **arguments)] * size, autoreset_mode=mode
        )
        native = gym.make_vec(env_id, num_envs=size, autoreset_mode=mode, **arguments)
        assert isinstance(native, DiscreteVectorEnv)
        assert native.single_observation_space == sync.single_observation_space
        assert native.single_action_space == sync.single_action_space
        rng = np.random.default_rng(3)
        (mine, info), (theirs, expected) = native.reset(seed=11), sync.reset(seed=11)
        assert np.allclose(mine, theirs)
        same_vectors(info, expected, "reset")
        for step in range(12):
            actions = rng.integers(0, native.single_action_space.n, size)
            actions[rng.random(size) < 0.3] = native.single_action_space.n - 1
            mine, *ours = native.step(actions)
            theirs, *others = sync.step(actions)
            assert np.allclose(mine, theirs, atol=1e-6), step
            assert mine in native.observation_space
            assert np.allclose(ours[0], others[0], atol=CLOSE)
            assert (ours[1] == others[1]).all()
            assert (ours[2] == others[2]).all()
            same_vectors(ours[3], others[3], f"step {step}")
            if mode is AutoresetMode.DISABLED and ours[1].any():
                mask = np.array(ours[1])
                mine, info = native.reset(options={"reset_mask": mask})
                theirs, expected = sync.reset(options={"reset_mask": mask})
                assert np.allclose(mine, theirs)
                same_vectors(info, expected, "masked reset")


@pytest.mark.parametrize("env_id", DISCRETE)
def test_an_illegal_action_costs_a_turn_and_tells_nothing(env_id: str) -> None:
    vector = gym.make_vec(env_id, num_envs=3, **SMALL[env_id])
    vector.reset(seed=0)
    for actions in (np.array([10**9, -1, -(2**40)]), np.array([0.5, np.nan, 2.0]), [None, "x", {}]):
        _, rewards, _, _, info = vector.step(actions)
        assert (rewards == 0.0).all()
        assert (info["expected_bits"] == 0.0).all()
        assert (info["realised_bits"] == 0.0).all()
        assert set(info["query_kind"]) == {"malformed"}
    single = gym.make(env_id, disable_env_checker=True, **SMALL[env_id])
    single.reset(seed=0)
    for action in (10**30, -1, None, "0x", float("nan")):
        view: Any = single.unwrapped
        _, reward, ended, _, info = view.step(action)
        assert (info["query_kind"], info["expected_bits"], info["realised_bits"]) == ("malformed", 0.0, 0.0)
        assert ended or reward == 0.0
        if ended:
            single.reset(seed=0)


@pytest.mark.parametrize("env_id", DISCRETE)
def test_steps_need_a_reset_before_and_after(env_id: str) -> None:
    env: Any = gym.make(env_id, disable_env_checker=True, **SMALL[env_id]).unwrapped
    with pytest.raises(ResetNeeded):
        env.step(0)
    env.reset(seed=0)
    while not env.step(-1)[2]:
        pass
    with pytest.raises(ResetNeeded):
        env.step(0)
    vector = gym.make_vec(env_id, num_envs=2, autoreset_mode="Disabled", max_turns=1, **SMALL[env_id])
    with pytest.raises(ResetNeeded):
        vector.step(np.array([0, 0]))
    vector.reset(seed=0)
    vector.step(np.array([-1, -1]))
    with pytest.raises(ResetNeeded, match="reset_mask"):
        vector.step(np.array([0, 0]))


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"attempts": "some"}, "attempts"), ({"observation": "pixels"}, "observation"), ({"teacher": "leaky"}, "leaky"),
        ({"asymmetry": "secret"}, "asymmetry"), ({"rules": {"best": 3}}, "best"), ({"config": {"size": 0}}, "size"),
        ({"config": {"size": 3, "prior": [0.5, 0.5, 0.5]}}, "prior"),
        ({"config": {"size": 3, "prior": [1, 0, 0]}}, "prior"), ({"config": {"moduli": [1]}}, "moduli"),
        ({"config": {"subsets": [[0]]}}, "subsets"), ({"max_turns": 0}, "max_turns"),
        ({"teacher": {"voice": "lying", "lies": -1}}, "lies"), ({"teacher": {"voice": "lying", "p": 1.5}}, "p"),
    ],
)  # fmt: skip
def test_impossible_settings_name_the_argument(arguments: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        gym.make("sml_env/TwentyQuestionsDiscrete-v0", **arguments)
    with pytest.raises(ConfigurationError, match=named):
        gym.make_vec("sml_env/TwentyQuestionsDiscrete-v0", num_envs=2, **arguments)


@pytest.mark.parametrize(
    "config",
    [
        {"pegs": 5, "colours": 3, "repeats": False}, {"pegs": 0}, {"colours": 0}, {"feedback": "loud"},
        {"pegs": 9, "colours": 9},
    ],
)  # fmt: skip
def test_impossible_codes_name_the_argument(config: dict[str, Any]) -> None:
    for env_id in ("sml_env/MastermindDiscrete-v0", "sml_env/Mastermind-v0"):
        with pytest.raises(ConfigurationError, match=r"pegs|colours|feedback"):
            gym.make(env_id, config=config)


def test_data_have_no_discrete_view() -> None:
    with pytest.raises(ConfigurationError, match="data"):
        gym.make("sml_env/MathTutorDiscrete-v0", config={"data": "problems.jsonl"})


def test_the_discrete_environment_is_one_of_ours() -> None:
    for env_id in DISCRETE:
        assert isinstance(gym.make(env_id, **SMALL[env_id]).unwrapped, DiscreteEnv)


@pytest.mark.parametrize("env_id", DISCRETE)
def test_a_pickled_vector_leaves_its_episodes_behind(env_id: str) -> None:
    vector = gym.make_vec(env_id, num_envs=3, **SMALL[env_id])
    vector.reset(seed=0)
    before = pickle.dumps(vector)
    truths = vector._episodes.game.truth  # type: ignore[attr-defined]
    truths[:] = (truths + 1) % 4
    assert pickle.dumps(vector) == before
    twin = pickle.loads(before)
    with pytest.raises(ResetNeeded):
        twin.step(np.zeros(3, dtype=np.int64))
    assert np.array_equal(twin.reset(seed=5)[0], vector.reset(seed=5)[0])
