"""TwentyQuestions: its language, its settings, and large N."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from sml_env.errors import ConfigurationError


def lesson(**arguments: Any) -> gym.Env[str, str]:
    env: gym.Env[str, str] = gym.make("sml_env/TwentyQuestions-v0", disable_env_checker=True, **arguments)
    env.reset(seed=0)
    return env


@pytest.mark.parametrize("words", ["x mod 7", "how many digits?", "what is its sign?"])
def test_questions_for_a_value_are_refused(words: str) -> None:
    said, reward, *_, info = lesson().step(words)
    assert "yes-or-no" in said
    assert (reward, info["expected_bits"]) == (0.0, 0.0)


@pytest.mark.parametrize("words", ["is it one of 3, 5, 8?", "not x in {3, 5}", "x in {3, 5, 8}"])
def test_lists_are_asked_about_where_the_setting_allows_it(words: str) -> None:
    assert lesson().step(words)[4]["expected_bits"] == 0.0
    assert lesson(config={"subsets": True}).step(words)[4]["expected_bits"] > 0.5
    assert lesson(config={"subsets": [[1, 2]]}).step(words)[4]["expected_bits"] > 0.5


def test_a_list_of_one_live_number_is_an_attempt() -> None:
    env = lesson(config={"subsets": True})
    env.step("x > 8")
    low = env.unwrapped.dialogue.belief[0] > 0  # type: ignore[attr-defined]
    words = "is it one of 3, 9?"
    *_, info = env.step(words)
    assert info["query_kind"] == "attempt"
    assert low is not None


def test_without_the_rule_a_question_about_one_number_is_a_question() -> None:
    env = lesson(rules={"disguised_attempts": False})
    for words in ("x > 15", "x < 2"):
        *_, ended, _, info = env.step(words)
        assert info["query_kind"] == "predicate"
        assert info["expected_bits"] > 0.0 and not ended


def test_a_prior_is_a_setting() -> None:
    prior = [0.5, 0.25, 0.125, 0.125]
    env = gym.make("sml_env/TwentyQuestions-v0", config={"size": 4, "prior": prior})
    assert env.reset(seed=0)[1]["belief_entropy_bits"] == pytest.approx(1.75)
    drawn = [env.reset(seed=seed) and env.unwrapped.privileged()["hypothesis"] for seed in range(2_000)]  # type: ignore[attr-defined]
    assert np.bincount(drawn, minlength=4) / 2_000 == pytest.approx(prior, abs=0.04)


@pytest.mark.parametrize(
    "config", [{"size": 0}, {"size": -3}, {"size": "7"}, {"size": 10**9}, {"prior": [1.0]}, {"what": 1}]
)
def test_impossible_settings_are_refused(config: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(config))):
        gym.make("sml_env/TwentyQuestions-v0", config=config)


def test_one_number_is_known_from_the_start() -> None:
    env = lesson(config={"size": 1})
    *_, ended, _, info = env.step("answer: 1")
    assert ended and info["success"] and info["belief_entropy_bits"] == 0.0


def test_a_million_numbers_are_searched_in_words_and_by_number() -> None:
    config = {"size": 1_000_000}
    env = lesson(config=config, max_turns=30)
    low, high = 0, 1_000_000
    while high - low > 1:
        middle = (low + high) // 2
        said, *_, info = env.step(f"x > {middle}")
        assert info["expected_bits"] > 0.9 or info["query_kind"] == "attempt"
        low, high = (middle, high) if said.startswith(("Yes", "Correct")) else (low, middle)
        if info["success"]:
            return
    assert env.step(f"answer: {high}")[4]["success"]


def test_a_million_numbers_are_played_in_a_vector() -> None:
    vector = gym.make_vec("sml_env/TwentyQuestionsDiscrete-v0", num_envs=4, config={"size": 1_000_000})
    vector.reset(seed=0)
    *_, info = vector.step(np.full(4, 499_999))
    assert info["expected_bits"] == pytest.approx(np.ones(4))
    assert info["best_bits"] == pytest.approx(np.ones(4))
