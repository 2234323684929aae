"""Mastermind: the feedback, the language of guesses, and the settings."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from sml_env.envs.codes import CodeDomain, CodeGame
from sml_env.envs.mastermind import MastermindConfig, mastermind

BULLS = {"pegs": 4, "colours": 10, "repeats": False, "feedback": "bulls-cows"}


def by_hand(guess: str, code: str) -> tuple[int, int]:
    black = sum(one == other for one, other in zip(guess, code, strict=True))
    return black, (Counter(guess) & Counter(code)).total() - black


@pytest.mark.parametrize(
    "config", [{}, {"pegs": 3, "colours": 4}, {"pegs": 3, "colours": 5, "repeats": False}, {"pegs": 1, "colours": 1}]
)
def test_the_table_holds_the_feedback_by_hand(config: dict[str, Any]) -> None:
    settings = MastermindConfig.of(config)
    space = mastermind(settings).space
    assert space.responses is not None
    game = CodeGame(settings.pegs, settings.colours, settings.repeats, settings.feedback)
    rng = np.random.default_rng(0)
    for guess, code in rng.integers(0, len(space), (400, 2)).tolist():
        score = game.scores[int(space.responses.table.codes(np.array(guess), np.array(code)))]
        assert score == by_hand(space.answers.text(guess), space.answers.text(code))
    diagonal = space.responses.table.codes(np.arange(len(space)), np.arange(len(space)))
    assert (diagonal == 0).all()


def test_codes_are_in_lexicographic_order() -> None:
    answers = mastermind(MastermindConfig()).space.answers
    texts = [answers.text(row) for row in range(len(answers))]
    assert texts == sorted(texts)
    assert len(set(texts)) == 1296
    assert [answers.index_of(text) for text in texts] == list(range(1296))


def test_bulls_and_cows_is_a_setting() -> None:
    env = gym.make("sml_env/Mastermind-v0", config=BULLS)
    statement, info = env.reset(seed=3)
    assert info["belief_entropy_bits"] == pytest.approx(np.log2(5040))
    assert "0123456789" in statement
    secret = env.unwrapped.privileged()["answer"]  # type: ignore[attr-defined]
    said, *_ = env.step("0123")
    bulls, cows = by_hand("0123", secret)
    assert f"{bulls} bulls, {cows} cows." in said
    assert env.step("0012")[4]["query_kind"] == "malformed"


def test_black_pegs_alone_are_a_setting() -> None:
    env = gym.make("sml_env/Mastermind-v0", config={"pegs": 2, "colours": 3, "feedback": "black"})
    env.reset(seed=0)
    secret = env.unwrapped.privileged()["answer"]  # type: ignore[attr-defined]
    other = next(code for code in ("11", "22", "33") if code != secret)
    assert f"{by_hand(other, secret)[0]} black." in env.step(other)[0]


@pytest.mark.parametrize(
    "words",
    [
        "1123", "guess 1123", "1 1 2 3", "1-1-2-3", "1,1,2,3", "is it 1123?", "answer: 1123", "\\boxed{1123}",
        "x = 1123", "My guess is 1123.", "I guess 1123!", "the code is 1123", "(1, 1, 2, 3)", " 1123\n", "GUESS: 1123",
    ],
)  # fmt: skip
def test_a_guess_is_read_in_many_wordings(words: str) -> None:
    query = CodeDomain(CodeGame(4, 6, True, "black-white")).parse(words)
    assert (query.kind, query.canonical) == ("guess", "guess 1123")


@pytest.mark.parametrize(
    "words", ["112", "11234", "7123", "0123", "guess", "", "abcd", "11 23 11", "x > 3", "\x00" * 40]
)
def test_what_is_no_code_is_malformed_and_worth_nothing(words: str) -> None:
    env = gym.make("sml_env/Mastermind-v0")
    env.reset(seed=0)
    said, reward, ended, truncated, info = env.step(words)
    assert (reward, ended, truncated, info["expected_bits"]) == (0.0, False, False, 0.0)
    assert "Guess a code of 4 symbols out of 123456" in said


@pytest.mark.parametrize(
    "piece", [" \n", " ", "{", "guess ", "is it ", "1 ", "\\boxed{", "= ", "?", "1,", " or ", "x in {"]
)
def test_long_utterances_are_read_in_no_time(piece: str) -> None:
    env = gym.make("sml_env/Mastermind-v0", rules={"best": False}, disable_env_checker=True)
    other = gym.make("sml_env/TwentyQuestions-v0", disable_env_checker=True)
    words = (piece * 8000)[:8000]
    for lesson in (env, other):
        lesson.reset(seed=0)
        began = time.perf_counter()
        lesson.step(words)
        assert time.perf_counter() - began < 1.0


def test_noise_never_touches_the_verdict() -> None:
    env = gym.make(
        "sml_env/Mastermind-v0", teacher={"voice": "noisy", "p": 0.4}, config={"pegs": 2, "colours": 3}, max_turns=30
    )
    wrong = told = 0
    for seed in range(40):
        env.reset(seed=seed)
        secret = env.unwrapped.privileged()["answer"]  # type: ignore[attr-defined]
        for code in ("11", "12", "13", "21", "22", "23", "31", "32", "33"):
            said, *_, ended, _, info = env.step(code)
            assert info["success"] == (code == secret)
            assert "2 black" not in said
            if ended:
                break
            told += 1
            black, white = by_hand(code, secret)
            wrong += f"{black} black, {white} white." not in said
    assert 0.3 < wrong / told < 0.5


def test_a_bare_verdict_is_metered_as_one() -> None:
    for asymmetry, teacher in (("verifier", "oracle"), ("none", "peer"), ("answer", "null")):
        env = gym.make("sml_env/Mastermind-v0", asymmetry=asymmetry, teacher=teacher)
        env.reset(seed=0)
        *_, info = env.step("1111")
        assert info["query_kind"] == "attempt"
        assert info["expected_bits"] == info["realised_bits"] == info["best_bits"] == 0.0
        assert info["expected_verdict_bits"] > 0.0
        assert info["verdict_bits"] == pytest.approx(np.log2(1296 / 1295))
