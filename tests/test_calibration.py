"""Calibration: published optimal play and closed forms, reached by playing the environments."""

from __future__ import annotations

from functools import cache
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from sml_env.agents import LiarAgent, make_agent
from sml_env.boards import Board
from sml_env.closed import SharedFamily
from sml_env.envs.mastermind import MastermindConfig, mastermind
from sml_env.envs.twenty_questions import TwentyQuestionsConfig, twenty_questions
from sml_env.evaluation import Episode
from sml_env.game import Game
from sml_env.laws import TRUTHFUL
from sml_env.rollouts import rollout
from sml_env.rules import Rules
from sml_env.solvers.questions import pelc_questions, twenty_questions_optimum
from sml_env.solvers.strategies import STRATEGIES

CODES = 1296
# Shapiro 1983, Knuth 1977, Neuwirth 1982, Irving 1979, Kooi 2005: total, most guesses, codes that take 6 or more.
PUBLISHED = {
    "first-consistent": (7471, 9, 853), "worst-case": (5801, 5, 0), "entropy": (5722, 6, 12),
    "expected-size": (5696, 6, 3), "most-parts": (5668, 6, 7),
}  # fmt: skip


def ids_of_every_hypothesis(family: SharedFamily) -> list[str]:
    """For each hypothesis the id of a problem of which it is true."""
    size = len(family.space)
    truths = family.truths(np.arange(40 * size))
    numbers = np.full(size, -1)
    numbers[truths[::-1]] = np.arange(40 * size)[::-1]
    assert (numbers >= 0).all()
    return [family.problem_id(int(number)) for number in numbers]


@cache
def played(strategy: str) -> tuple[Episode, ...]:
    """Every code of the default game, played in words."""
    env = gym.make("sml_env/Mastermind-v0", disable_env_checker=True, rules={"best": False})
    agent = make_agent(strategy)
    ids = ids_of_every_hypothesis(mastermind(MastermindConfig()))
    return tuple(rollout(env, agent, seed=0, problem_id=problem) for problem in ids)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_playing_every_code_takes_the_published_number_of_guesses(strategy: str) -> None:
    turns = np.array([episode.turns for episode in played(strategy)])
    assert all(episode.success for episode in played(strategy))
    assert (int(turns.sum()), int(turns.max()), int((turns >= 6).sum())) == PUBLISHED[strategy]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_expected_bits_average_to_those_of_the_prior_and_realised_bits_telescope(strategy: str) -> None:
    expected = 0.0
    for episode in played(strategy):
        assert len(episode.records) == episode.turns
        expected += sum(record.expected_bits or 0.0 for record in episode.records)
        told = sum((record.realised_bits or 0.0) + (record.verdict_bits or 0.0) for record in episode.records)
        assert told == pytest.approx(np.log2(CODES), abs=1e-9)
    assert expected / CODES == pytest.approx(np.log2(CODES), abs=1e-9)


@pytest.mark.parametrize(
    ("guess", "bits"), [("1123", 3.0437), ("1234", 3.0567), ("1122", 2.8851), ("1112", 2.6934), ("1111", 1.4984)]
)
def test_the_first_guess_tells_what_is_published(guess: str, bits: float) -> None:
    env = gym.make("sml_env/Mastermind-v0")
    env.reset(seed=0)
    *_, info = env.step(guess)
    assert info["expected_bits"] == pytest.approx(bits, abs=5e-5)


def questions_to_identify(size: int) -> float:
    """Halving by comparisons in a batch that holds every truth once: mean questions until one number is left."""
    family = twenty_questions(TwentyQuestionsConfig(size=size))
    rules = Rules(max_turns=64, disguised_attempts=False, best=False)
    game = Game(Board(family.space), size, rules, TRUTHFUL, "all", False)
    rows = np.arange(size)
    game.begin(rows, rows, np.full(size, 64), np.zeros(size, dtype=np.uint64))
    low, high, asked = np.zeros(size, dtype=np.int64), np.full(size, size), np.zeros(size, dtype=np.int64)
    while (game.beliefs.entropy > 0.0).any():
        unsure = game.beliefs.entropy > 0.0
        cut = (low + high) // 2 - 1
        play = game.play(np.where(unsure, cut, game.board.nothing))
        asked += unsure
        low, high = (
            np.where(unsure & (play.replies == 1), cut + 1, low),
            np.where(unsure & (play.replies == 0), cut + 1, high),
        )
        assert (play.expected[unsure] <= 1.0 + 1e-12).all()
    return float(asked.mean())


@pytest.mark.parametrize("sizes", [range(1, 701), range(701, 1001)])
def test_identifying_a_number_takes_the_closed_form_for_every_size_to_a_thousand(sizes: range) -> None:
    for size in sizes:
        assert questions_to_identify(size) == pytest.approx(twenty_questions_optimum(size), abs=1e-9), size


@pytest.mark.parametrize("size", [2, 5, 8, 11, 12])
def test_a_menu_of_lists_takes_the_closed_form_too(size: int) -> None:
    config = {"size": size, "subsets": True, "moduli": []}
    rules = {"disguised_attempts": False, "best": False}
    env = gym.make("sml_env/TwentyQuestions-v0", config=config, rules=rules, max_turns=12)
    agent = make_agent("entropy")
    ids = ids_of_every_hypothesis(env.unwrapped.family)  # type: ignore[attr-defined]
    turns = [rollout(env, agent, seed=0, problem_id=problem).turns - 1 for problem in ids]
    assert np.mean(turns) == pytest.approx(twenty_questions_optimum(size), abs=1e-9)


def identified(size: int, questions: int) -> bool:
    """Whether the liar's game ends with one candidate, whatever is true, after that many questions and an attempt."""
    env = gym.make(
        "sml_env/TwentyQuestions-v0",
        disable_env_checker=True,
        teacher={"voice": "lying", "lies": 1, "worst": True},
        config={"size": size, "subsets": True},
        rules={"disguised_attempts": False, "best": False},
        max_turns=questions + 1,
    )
    agent = LiarAgent(lies=1)
    ids = ids_of_every_hypothesis(env.unwrapped.family)  # type: ignore[attr-defined]
    for problem in ids:
        episode = rollout(env, agent, seed=0, problem_id=problem)
        last = episode.records[-2].belief_entropy_bits if len(episode.records) > 1 else None
        if not episode.success or last is None or last > 1e-12:
            return False
    return True


def least_questions(size: int) -> int:
    return next(questions for questions in range(1, 20) if identified(size, questions))


@pytest.mark.parametrize("sizes", [range(3, 45), range(45, 65)])
def test_one_lie_takes_the_number_of_questions_that_pelc_proved(sizes: range) -> None:
    for size in sizes:
        assert least_questions(size) == pelc_questions(size), size


@pytest.mark.parametrize("p", [0.1, 0.2])
@pytest.mark.parametrize("size", [2, 4, 10, 16, 17])
def test_a_noisy_question_tells_the_capacity_at_first_and_never_more(size: int, p: float) -> None:
    capacity = 1 + p * np.log2(p) + (1 - p) * np.log2(1 - p)
    env = gym.make(
        "sml_env/TwentyQuestions-v0",
        teacher={"voice": "noisy", "p": p},
        config={"size": size},
        max_turns=14,
        rules={"disguised_attempts": False},
    )
    for seed in range(12):
        env.reset(seed=seed)
        told, ended, first = [], False, f"x > {size // 2}"
        while not ended:
            dialogue: Any = env.unwrapped.dialogue  # type: ignore[attr-defined]
            cut = dialogue.menu.cut(dialogue.belief)
            *_, ended, _, info = env.step(first or cut[0].canonical)
            first = ""
            told.append(info["expected_bits"])
        assert max(told) <= capacity + 1e-12
        if size % 2 == 0:
            assert told[0] == pytest.approx(capacity, abs=1e-12)
        else:
            assert told[0] < capacity


def test_later_questions_of_a_noisy_search_tell_less() -> None:
    """REFERENCES: with p = .1 and N = 16 the twelfth question tells about 0.068 bits on average."""
    env = gym.make(
        "sml_env/TwentyQuestions-v0",
        teacher={"voice": "noisy", "p": 0.1},
        max_turns=13,
        rules={"disguised_attempts": False, "best": False},
    )
    twelfth = []
    for seed in range(300):
        env.reset(seed=seed)
        for turn in range(12):
            dialogue: Any = env.unwrapped.dialogue  # type: ignore[attr-defined]
            *_, info = env.step(dialogue.menu.cut(dialogue.belief)[0].canonical)
            if turn == 11:
                twelfth.append(info["expected_bits"])
    assert 0.02 < np.mean(twelfth) < 0.15
