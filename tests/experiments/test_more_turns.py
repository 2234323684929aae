from __future__ import annotations

from functools import cache
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

import experiments.pool  # noqa: F401  (registers its id)
import sml_env  # noqa: F401  (registers the environments)
from experiments.more_turns.counting import CountedTurns
from experiments.more_turns.optimum import optimal_success, success_with_facts
from experiments.more_turns.settings import BUDGETS, GAMES, HORIZON
from experiments.pool import pool_of
from sml_env.boards import Board
from sml_env.envs.mastermind import MastermindConfig, mastermind
from sml_env.envs.twenty_questions import TwentyQuestionsConfig, twenty_questions
from sml_env.problems import HypothesisSpace


def counted(game: Any, turns: Any, told: int = HORIZON, size: int = 3) -> CountedTurns:
    envs = gym.make_vec(game.env, num_envs=size, **game.but(max_turns=turns).arguments)
    return CountedTurns(envs, np.max(turns), told)


@pytest.mark.parametrize("game", GAMES, ids=lambda game: game.name)
def test_observations_are_of_one_width_whatever_the_budget(game: Any) -> None:
    shapes = {counted(game, turns).single_observation_space.shape for turns in (1, 4, 10, (1, 7))}
    assert len(shapes) == 1


@pytest.mark.parametrize("game", GAMES, ids=lambda game: game.name)
def test_a_student_sees_the_same_with_the_same_turns_left_whatever_it_began_with(game: Any) -> None:
    """After a question asked with 5 turns left everything is as after the same one with 5 of 10."""
    few, many = counted(game, 5), counted(game, 10)
    ids = None
    seen = []
    for envs, skipped in ((few, 0), (many, 5)):
        options = None if ids is None else {"problem_id": ids}
        observation, info = envs.reset(seed=0, options=options)
        ids = info["problem_id"].tolist()
        for _ in range(skipped):
            observation, *_ = envs.step(np.full(3, -1))
        seen.append(observation)
        seen.append(envs.step(np.full(3, 2))[0])
    np.testing.assert_allclose(seen[0], seen[2])
    np.testing.assert_allclose(seen[1], seen[3])
    assert not np.allclose(seen[0], seen[1])


@pytest.mark.parametrize("game", GAMES, ids=lambda game: game.name)
def test_a_student_is_told_of_no_more_turns_than_it_is_to_be_told_of(game: Any) -> None:
    told, four = counted(game, 10, told=4).reset(seed=0), counted(game, 4).reset(seed=0)
    same = told[1]["problem_id"] == four[1]["problem_id"]
    assert same.all()
    np.testing.assert_allclose(told[0], four[0])


@pytest.mark.parametrize("game", GAMES, ids=lambda game: game.name)
def test_observations_lie_in_their_space(game: Any) -> None:
    envs = counted(game, (1, 7))
    observations, _ = envs.reset(seed=0)
    for action in (0, 2, 1):
        assert envs.observation_space.contains(observations)
        observations, *_ = envs.step(np.full(3, action))


def test_the_optimum_of_twenty_questions_doubles_with_each_turn() -> None:
    family = twenty_questions(TwentyQuestionsConfig(size=16, moduli=()))
    expected = [min(1.0, 2 ** (turns - 1) / 16) for turns in BUDGETS]
    assert optimal_success(family, BUDGETS, disguised_attempts=False) == expected


def test_the_optimum_of_a_guess_game_counts_each_guess_as_an_attempt() -> None:
    """Two pegs, two colours: four codes, of which 11 or 12 tells two apart from one, or all."""
    family = mastermind(MastermindConfig(pegs=2, colours=2))
    assert optimal_success(family, (1, 2, 3)) == [0.25, 0.75, 1.0]


@pytest.mark.parametrize("number", range(6))
def test_the_optimum_with_missing_facts_is_that_of_a_search_through_all_play(number: int) -> None:
    family = pool_of({"difficulty": 1 + number % 2}, 6)
    space = family.problem(family.problem_ids()[number]).space
    assert space is not None
    assert success_with_facts(space, (1, 2, 3)) == pytest.approx([searched(space, turns) for turns in (1, 2, 3)])


def searched(space: HypothesisSpace, turns: int) -> float:
    """The greatest success by trying every question and every answer at every turn."""
    board, target = Board(space), np.asarray(space.target)
    hypotheses = np.arange(len(space))
    rows = [board.table.codes(np.full(len(space), row), hypotheses) for row in range(board.cuts, board.first_attempt)]

    @cache
    def value(live: frozenset[int], left: int) -> float:
        if not left or not live:
            return 0.0
        found = 0.0
        for answer in {int(target[h]) for h in live}:
            right = frozenset(h for h in live if target[h] == answer)
            won = float(sum(space.prior[h] for h in right))
            found = max(found, won + value(live - right, left - 1))
        for codes in rows if left > 1 else ():
            parts = [frozenset(h for h in live if codes[h] == code) for code in {int(codes[h]) for h in live}]
            if len(parts) > 1:
                found = max(found, sum(value(part, left - 1) for part in parts))
        return found

    return value(frozenset(range(len(space))), turns)
