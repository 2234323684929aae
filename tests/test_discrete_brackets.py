"""The brackets that the docstrings of the closed families state for their default settings, recomputed."""

from __future__ import annotations

import re
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from sml_env.agents import make_agent
from sml_env.boards import Board
from sml_env.envs.hidden_function import HiddenFunctionConfig, hidden_functions
from sml_env.envs.hidden_program import HiddenProgramConfig, hidden_programs
from sml_env.envs.mastermind import MastermindConfig, mastermind
from sml_env.envs.twenty_questions import TwentyQuestionsConfig, twenty_questions
from sml_env.evaluation import hedging_bracket
from sml_env.rollouts import rollout
from sml_env.solvers.success import SuccessSolver

# Uniformly random legal actions, as the docstrings have them.
RANDOM = {
    "TwentyQuestions": 0.16,
    "Mastermind": 0.012,
    "HiddenFunction": 0.17,
    "HiddenProgram": 0.019,
    "MathTutor": 0.40,
}


def docstring(env_id: str) -> str:
    return re.sub(r"\s+", " ", type(gym.make(env_id).unwrapped).__doc__ or "")


def success(env_id: str, agent: str, **arguments: Any) -> float:
    """Over every hypothesis of a shared family."""
    env = gym.make(env_id, disable_env_checker=True, rules={"best": False}, **arguments)
    family = env.unwrapped.family  # type: ignore[attr-defined]
    numbers = np.arange(40 * len(family.space))
    truths, first = np.unique(family.truths(numbers), return_index=True)
    assert len(truths) == len(family.space)
    player = make_agent(agent)
    return float(np.mean([rollout(env, player, seed=0, problem_id=family.problem_id(int(n))).success for n in first]))


def random_success(name: str, size: int, episodes: int) -> tuple[float, float]:
    """Share solved by uniformly random legal actions, and its standard error."""
    vector = gym.make_vec(f"sml_env/{name}Discrete-v0", num_envs=size, rules={"best": False})
    _, info = vector.reset(seed=5)
    rng = np.random.default_rng(0)
    solved = ended = 0
    while ended < episodes:
        actions = (rng.random(info["action_mask"].shape) * info["action_mask"]).argmax(axis=1)
        _, _, terminated, _, info = vector.step(actions)
        ended += int(terminated.sum())
        solved += int((terminated & info["success"]).sum())
    share = solved / ended
    return share, float(np.sqrt(share * (1 - share) / ended))


@pytest.mark.parametrize(("turns", "optimum"), [(1, 0.0625), (2, 0.125), (3, 0.25), (4, 0.5), (5, 1.0)])
def test_the_optimum_of_twenty_questions(turns: int, optimum: float) -> None:
    board = Board(twenty_questions(TwentyQuestionsConfig()).space)
    rows = np.arange(board.first_attempt)
    table = np.asarray(board.table.codes(rows[:, None], np.arange(16)))
    assert SuccessSolver(table).success(turns) == pytest.approx(optimum, abs=1e-12)
    assert success("sml_env/TwentyQuestions-v0", "optimal", max_turns=turns) == pytest.approx(optimum, abs=1e-12)


@pytest.mark.parametrize(("turns", "optimum"), [(1, 1 / 64), (2, 9 / 64), (3, 43 / 64)])
def test_the_optimum_of_a_small_mastermind(turns: int, optimum: float) -> None:
    config = {"pegs": 3, "colours": 4}
    space = mastermind(MastermindConfig(pegs=3, colours=4)).space
    assert space.responses is not None
    table = np.asarray(space.responses.table.codes(np.arange(64)[:, None], np.arange(64)))
    assert SuccessSolver(table, win_code=0).success(turns) == pytest.approx(optimum, abs=1e-12)
    played = success("sml_env/Mastermind-v0", "optimal", config=config, max_turns=turns)
    assert played == pytest.approx(optimum, abs=1e-12)


def test_the_docstrings_state_the_optima() -> None:
    for env_id in ("sml_env/TwentyQuestions-v0", "sml_env/TwentyQuestionsDiscrete-v0"):
        assert "0.0625, 0.125, 0.25, 0.5, 1 with 1 to 5 turns" in docstring(env_id)
        assert "hedging earns 5/16 = 0.3125" in docstring(env_id)
    assert "0.141 and 0.672 with 2 and 3 turns" in docstring("sml_env/Mastermind-v0")
    assert "10/1296 = 0.0077" in docstring("sml_env/MastermindDiscrete-v0")
    assert "hedging earns 8/16 = 0.5" in docstring("sml_env/MathTutorDiscrete-v0")


def test_greedy_information_reaches_the_optimum_of_the_default_settings() -> None:
    assert success("sml_env/TwentyQuestions-v0", "greedy") == 1.0
    assert success("sml_env/Mastermind-v0", "entropy") == 1.0
    assert success("sml_env/HiddenFunction-v0", "greedy") == 1.0
    env = gym.make("sml_env/MathTutor-v0", disable_env_checker=True, rules={"best": False})
    agent = make_agent("greedy")
    assert all(rollout(env, agent, seed=seed).success for seed in range(80))


def test_hedging_earns_what_is_stated() -> None:
    assert success("sml_env/TwentyQuestions-v0", "likeliest") == 5 / 16
    assert success("sml_env/Mastermind-v0", "likeliest") == 10 / 1296
    assert "hedging without listening earns 6/478 = 0.0126" in docstring("sml_env/HiddenFunctionDiscrete-v0")
    assert hedging_bracket(hidden_functions(HiddenFunctionConfig()).space, 6) == pytest.approx(6 / 478)
    assert "hedging without listening earns 6/2100 = 0.0029" in docstring("sml_env/HiddenProgramDiscrete-v0")
    assert hedging_bracket(hidden_programs(HiddenProgramConfig()).space, 6) == pytest.approx(6 / 2100)
    assert hedging_bracket(mastermind(MastermindConfig()).space, 10) == pytest.approx(10 / 1296)


@pytest.mark.parametrize(
    ("name", "size", "episodes"),
    [
        ("TwentyQuestions", 500, 20_000),
        ("Mastermind", 400, 12_000),
        ("HiddenFunction", 400, 12_000),
        ("HiddenProgram", 200, 20_000),
    ],
)
def test_random_actions_earn_what_is_stated(name: str, size: int, episodes: int) -> None:
    share, error = random_success(name, size, episodes)
    assert abs(share - RANDOM[name]) < 4 * error + 0.005
    assert f"random{'' if name == 'Mastermind' else ' legal'} actions earn {RANDOM[name]}" in docstring(
        f"sml_env/{name}Discrete-v0"
    )


def test_random_actions_in_exercises_earn_what_is_stated() -> None:
    share, error = random_success("MathTutor", 50, 1_200)
    assert abs(share - RANDOM["MathTutor"]) < 4 * error + 0.005
    assert "random legal actions earn 0.40" in docstring("sml_env/MathTutorDiscrete-v0")
