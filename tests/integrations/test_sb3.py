"""Stable-Baselines3: the vector environment says what the single one says, and its learners learn to ask."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

import sml_env  # noqa: F401  registers the environments
from sml_env.errors import ConfigurationError

pytest.importorskip("stable_baselines3", reason="needs stable-baselines3: make test-integrations")
pytest.importorskip("sb3_contrib", reason="needs sb3-contrib: make test-integrations")
from sb3_contrib import MaskablePPO, RecurrentPPO
from sb3_contrib.common.maskable.utils import get_action_masks, is_masking_supported
from stable_baselines3.common.evaluation import evaluate_policy

from sml_env.integrations.sb3 import (
    COUNTS,
    LessonMetrics,
    LessonVecEnv,
    lesson_metrics,
    make_lessons,
)

pytestmark = [pytest.mark.integrations, pytest.mark.filterwarnings("default")]

TWENTY = "sml_env/TwentyQuestionsDiscrete-v0"
GAMES = {
    "TwentyQuestions": (TWENTY, {"config": {"size": 12}}),
    "each candidate": (TWENTY, {"config": {"size": 6}, "attempts": "each", "max_turns": 3}),
    "noisy": (TWENTY, {"config": {"size": 8}, "teacher": {"voice": "noisy", "p": 0.2}}),
    "turns drawn": (TWENTY, {"config": {"size": 8}, "max_turns": (2, 6), "shaping": "bonus"}),
    "Clarify": ("sml_env/ClarifyDiscrete-v0", {"config": {"difficulty": 1}}),
    "MathTutor": ("sml_env/MathTutorDiscrete-v0", {"config": {"topics": ["percent"]}, "max_turns": 3}),
    "Mastermind": ("sml_env/MastermindDiscrete-v0", {"config": {"pegs": 2, "colours": 3}, "max_turns": 4}),
    "Mastermind without best bits": (
        "sml_env/MastermindDiscrete-v0",
        {"config": {"pegs": 2, "colours": 3}, "max_turns": 4, "rules": {"best": False}},
    ),
}


def plain(value: Any) -> Any:
    """Info that can be compared."""
    if isinstance(value, dict):
        return {name: plain(entry) for name, entry in value.items()}
    return value.tolist() if isinstance(value, np.ndarray) else value


@pytest.mark.parametrize("name", GAMES)
def test_each_environment_gives_what_the_single_one_gives(name: str) -> None:
    env_id, arguments = GAMES[name]
    size, rng = 5, np.random.default_rng(3)
    lessons = make_lessons(env_id, size, seed=20, step_info=True, **arguments)
    singles = [gym.make(env_id, **arguments) for _ in range(size)]
    first = [env.reset(seed=20 + row) for row, env in enumerate(singles)]
    observed = lessons.reset()
    np.testing.assert_array_equal(observed, [observation for observation, _ in first])
    assert [plain(info) for info in lessons.reset_infos] == [plain(info) for _, info in first]
    returns, ended = np.zeros(size), 0
    for _ in range(30):
        masks = np.stack(lessons.env_method("action_masks"))
        assert (masks == [env.unwrapped.action_masks() for env in singles]).all()
        actions = np.array([rng.choice(np.flatnonzero(mask)) for mask in masks])
        observed, rewards, dones, infos = lessons.step(actions)
        assert rewards.dtype == np.float32 and observed.dtype == np.float32
        for row, env in enumerate(singles):
            now, reward, terminated, truncated, info = env.step(actions[row])
            assert (rewards[row], dones[row]) == (np.float32(reward), terminated or truncated)
            returns[row] += reward
            told = {key: plain(infos[row][key]) for key in info}
            assert told == plain(info)
            if dones[row]:
                np.testing.assert_array_equal(infos[row]["terminal_observation"], now)
                assert infos[row]["is_success"] == info["success"] and not infos[row]["TimeLimit.truncated"]
                assert infos[row]["episode"]["r"] == pytest.approx(returns[row])
                if "premature_attempts" in info:
                    assert infos[row]["episode"]["premature"] == info["premature_attempts"]
                returns[row], ended = 0.0, ended + 1
                now, _ = env.reset()
            np.testing.assert_array_equal(observed[row], now)
    assert ended > 5


def test_an_episode_is_counted_turn_by_turn() -> None:
    lessons = make_lessons(TWENTY, 1, config={"size": 8, "moduli": []}, max_turns=6)
    lessons.set_options({"problem_id": every_truth(lessons)[7]})
    lessons.reset()
    attempt = lessons.action_space.n - 1
    for action in (attempt, 3, 3, 5, 0):  # premature; 1 bit; wasted; 2 live of 4 are left; told already
        _, _, _, infos = lessons.step(np.array([action]))
        assert infos == [{}]
    _, _, _, (info,) = lessons.step(np.array([attempt]))
    counts = {name: info["episode"][name] for name in COUNTS}
    assert counts["questions"] == 4 and counts["attempts"] == 2 and counts["premature"] == 1
    assert counts["useful"] == 3 and counts["wasted"] == 1, "with two left a question would be an attempt"
    assert counts["bits"] == pytest.approx(counts["told"])
    assert counts["told"] < counts["best"]
    assert info["episode"]["l"] == 6
    told = lesson_metrics([info["episode"]])
    assert told["zero_bit_share"] == pytest.approx(1 / 3) and told["premature_share"] == pytest.approx(0.5)
    assert lesson_metrics([]) == {}


def every_truth(lessons: LessonVecEnv) -> list[str]:
    family = lessons.envs.unwrapped._family
    truths = family.truths(np.arange(1_000)).tolist()
    return [family.problem_id(truths.index(truth)) for truth in range(len(family.space))]


def test_an_attempt_without_a_teacher_is_not_premature() -> None:
    lessons = make_lessons(TWENTY, 8, seed=0, config={"size": 8}, asymmetry="none")
    lessons.reset()
    episodes = []
    for _ in range(12):
        _, _, _, infos = lessons.step(np.full(8, lessons.action_space.n - 1))
        episodes += [info["episode"] for info in infos if "episode" in info]
    assert len(episodes) > 8 and all(episode["attempts"] and not episode["premature"] for episode in episodes)
    assert "efficiency" not in lesson_metrics(episodes), "there was nothing to be had"


def test_masks_are_found_by_sb3_contrib() -> None:
    lessons = make_lessons(TWENTY, 3, seed=0, config={"size": 4}, attempts="each")
    lessons.reset()
    assert is_masking_supported(lessons)
    lessons.step(np.array([lessons.action_space.n - 1] * 3))
    masks = get_action_masks(lessons)
    assert masks.shape == (3, lessons.action_space.n) and not masks[:, -1].all()
    assert len(lessons.env_method("action_masks", indices=[1])) == 1
    with pytest.raises(AttributeError, match="action_masks"):
        lessons.env_method("privileged")
    with pytest.raises(AttributeError, match="make_lessons"):
        lessons.set_attr("shaping", "none")
    with pytest.raises(AttributeError):
        lessons.get_attr("no_such_attribute")


def test_nothing_private_is_in_an_info() -> None:
    lessons = make_lessons(TWENTY, 4, seed=0, step_info=True, config={"size": 8})
    lessons.reset()
    names = set()
    for _ in range(12):
        _, _, _, infos = lessons.step(np.full(4, 3))
        names |= {name for info in infos for name in info}
    single = gym.make(TWENTY, config={"size": 8})
    single.reset(seed=0)
    while True:
        _, _, terminated, _, info = single.step(3)
        if terminated:
            break
    added = {"terminal_observation", "TimeLimit.truncated", "is_success", "episode"}
    assert names <= set(info) | added | {"problem_id"}


@pytest.mark.parametrize("env_id", ["sml_env/TwentyQuestions-v0", "sml_env/MathTutor-v0"])
def test_a_text_id_says_which_discrete_one_to_use(env_id: str) -> None:
    with pytest.raises(ConfigurationError, match=env_id.replace("-v0", "Discrete-v0")):
        make_lessons(env_id, 2)


def test_a_text_id_without_a_discrete_one_says_so() -> None:
    with pytest.raises(ConfigurationError, match=r"no discrete view.*TwentyQuestionsDiscrete-v0"):
        make_lessons("sml_env/CodeTutor-v0", 2)


def test_what_makes_no_lessons_is_named_with_the_ids_that_do() -> None:
    with pytest.raises(ConfigurationError, match=r"'FrozenLake-v1' makes no vector.*TwentyQuestionsDiscrete-v0"):
        make_lessons("FrozenLake-v1", 2)
    with pytest.raises(ConfigurationError, match=r"no_such_argument"):
        make_lessons(TWENTY, 2, no_such_argument=1)


def test_a_vector_that_is_not_ours_or_resets_late_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="make_lessons"):
        LessonVecEnv(gym.make_vec("CartPole-v1", num_envs=1, vectorization_mode="sync"))
    with pytest.raises(ConfigurationError, match="SameStep"):
        LessonVecEnv(gym.make_vec(TWENTY, num_envs=1, autoreset_mode=AutoresetMode.NEXT_STEP))


def test_options_that_are_not_for_all_are_refused() -> None:
    lessons = make_lessons(TWENTY, 2)
    lessons.set_options([{"problem_id": every_truth(lessons)[0]}, {}])
    with pytest.raises(ConfigurationError, match="problem_id for each"):
        lessons.reset()


def test_maskable_ppo_learns_to_ask_smoke() -> None:
    rules = {"disguised_attempts": False}
    game = {"config": {"size": 4, "moduli": []}, "max_turns": 3, "max_attempts": 1, "shaping": "none", "rules": rules}
    lessons, metrics = make_lessons(TWENTY, 128, **game), LessonMetrics()
    model = MaskablePPO(
        "MlpPolicy",
        lessons,
        n_steps=8,
        batch_size=512,
        n_epochs=6,
        learning_rate=5e-3,
        gamma=1.0,
        ent_coef=0.01,
        seed=0,
    )
    model.learn(24_000, callback=metrics)
    first, last = metrics.history[0][1], metrics.history[-1][1]
    assert first["success"] < 0.4 and first["bits_per_question"] < 0.75
    assert last["success"] > 0.85, "guessing earns 0.25"
    assert last["questions"] == pytest.approx(2.0, abs=0.2)
    assert last["efficiency"] > 0.9 and last["zero_bit_share"] < 0.1
    mean, spread = evaluate_policy(model, lessons, 64)
    assert 0.0 <= mean <= 1.0 and np.isfinite(spread)


def test_recurrent_ppo_reads_the_history() -> None:
    lessons = make_lessons(
        TWENTY, 32, config={"size": 4, "moduli": []}, max_turns=3, observation="history", shaping="none"
    )
    model = RecurrentPPO(
        "MlpLstmPolicy", lessons, n_steps=12, batch_size=96, learning_rate=3e-3, ent_coef=0.01, seed=0,
        policy_kwargs={"lstm_hidden_size": 16, "net_arch": [16]},
    )  # fmt: skip
    metrics = LessonMetrics()
    model.learn(5_000, callback=metrics)
    assert metrics.history[-1][1]["success"] > metrics.history[0][1]["success"] + 0.1
