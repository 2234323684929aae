"""Tabular POMDPs: Tiger's published value, random problems against expectimax without memory, and closed games."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sml_env.errors import ConfigurationError
from sml_env.information import FloatArray, entropy_bits, target_belief
from sml_env.solvers.closed import closed_game
from sml_env.solvers.pomdp import Experience, Extra, TabularPOMDP, solve
from sml_env.solvers.shaping import information_reward
from sml_env.solvers.success import SuccessSolver
from sml_env.solvers.tiger import LISTEN, OPEN_LEFT, OPEN_RIGHT, TIGER_SIDE, tiger


def random_problem(seed: int, ends: bool = False) -> TabularPOMDP:
    """Three states, two actions, two observations; with ``ends``, a fourth state that ends it and is seen to."""
    rng = np.random.default_rng(seed)
    states, signals = (4, 3) if ends else (3, 2)
    transition = rng.dirichlet(np.ones(states), size=(2, states))
    observation = np.zeros((2, states, signals))
    observation[:, :3, :2] = rng.dirichlet(np.ones(2), size=(2, 3))
    terminal = None
    if ends:
        observation[:, 3] = (0.0, 0.0, 1.0)
        terminal = np.array([False, False, False, True])
    start = np.zeros(states)
    start[:3] = rng.dirichlet(np.ones(3))
    return TabularPOMDP(transition, observation, rng.normal(size=(2, states)), 0.9, start, terminal)


def surprise(seen: Experience) -> float:
    """A reward that depends on all that an extra reward may depend on."""
    moved = float(np.abs(seen.after - seen.belief).sum())
    return moved * (1 + seen.action) - 0.3 * seen.observation + 0.5 * seen.terminated


def expectimax(pomdp: TabularPOMDP, belief: FloatArray, turns: int, extra: Extra | None) -> float:
    """By trying every history, one state at a time."""
    actions, states = pomdp.reward.shape
    worth = []
    for action in range(actions):
        total = sum(belief[s] * pomdp.reward[action, s] for s in range(states))
        for z in range(pomdp.observation.shape[2]):
            joint = [
                sum(belief[s] * pomdp.transition[action, s, t] for s in range(states)) * pomdp.observation[action, t, z]
                for t in range(states)
            ]
            chance = sum(joint)
            if chance < 1e-12:
                continue
            after = np.array(joint) / chance
            over = turns == 1 or (pomdp.terminal is not None and bool(after[pomdp.terminal].sum() > 0.5))
            total += 0.0 if extra is None else chance * extra(Experience(belief, action, z, after, over))
            total += 0.0 if over else chance * pomdp.discount * expectimax(pomdp, after, turns - 1, extra)
        worth.append(total)
    return float(max(worth))


def test_tiger_is_worth_what_is_published() -> None:
    solution = solve(tiger())
    assert solution.value == pytest.approx(1.933439, abs=5e-7)
    assert solution.start.optimal == {LISTEN}


def test_tiger_with_a_longer_view_is_worth_what_is_published() -> None:
    """The value at discount 0.95 is 19.3714 (Kaelbling, Littman, Cassandra 1998)."""
    assert solve(tiger(discount=0.95)).value == pytest.approx(19.3714, abs=5e-5)


def test_tiger_listens_until_one_side_leads_by_two() -> None:
    solution = solve(tiger())
    odds = np.array([0.85, 0.15])
    assert solution.at(odds).optimal == {LISTEN}
    assert solution.at(odds**2 / (odds**2).sum()).optimal == {OPEN_RIGHT}
    assert solution.at(odds[::-1] ** 2 / (odds**2).sum()).optimal == {OPEN_LEFT}


@pytest.mark.parametrize("episodic", [False, True])
def test_tiger_agrees_with_dynamic_programming_on_the_lead_of_one_side(episodic: bool) -> None:
    """The belief is a function of how many more roars were heard left than right."""
    leads = np.arange(-60, 61)
    left = 0.85**leads / (0.85**leads + 0.15**leads)
    values = np.zeros(len(leads))
    for _ in range(200):
        hear_left = 0.85 * left + 0.15 * (1 - left)
        listen = -1 + 0.75 * (hear_left * np.append(values[1:], 0) + (1 - hear_left) * np.append(0, values[:-1]))
        opened = np.maximum(10 * left - 100 * (1 - left), 10 * (1 - left) - 100 * left)
        values = np.maximum(listen, opened + (0.0 if episodic else 0.75 * values[60]))
    assert solve(tiger(episodic=episodic)).value == pytest.approx(values[60], abs=1e-6)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("ends", [False, True])
@pytest.mark.parametrize("extra", [None, surprise])
def test_values_are_those_of_trying_every_history(seed: int, ends: bool, extra: Extra | None) -> None:
    pomdp = random_problem(seed, ends)
    for horizon in (1, 2, 4):
        expected = expectimax(pomdp, pomdp.start, horizon, extra)
        assert solve(pomdp, horizon, extra=extra).value == pytest.approx(expected, abs=1e-9)


def test_every_action_has_its_own_value_and_all_the_best_are_optimal() -> None:
    pomdp = random_problem(0)
    same = replace(
        pomdp,
        transition=np.stack([pomdp.transition[0]] * 2),
        observation=np.stack([pomdp.observation[0]] * 2),
        reward=np.stack([pomdp.reward[0]] * 2),
    )
    assert all(decision.optimal == {0, 1} for decision in solve(same, 3).decisions.values())
    better = replace(same, reward=same.reward + np.array([[0.0], [0.01]]))
    first = solve(better, 3).start
    assert first.optimal == {1}
    assert first.q_values[1] - first.q_values[0] == pytest.approx(0.01)


def test_beliefs_that_only_poor_play_reaches_are_decided_too() -> None:
    game = closed_game(np.array([[0, 0, 1, 1], [0, 1, 0, 1]]))
    after_a_wasted_turn = game.belief([0.0, 1.0, 1.0, 1.0])
    assert solve(game.pomdp, 3).at(after_a_wasted_turn, 2).value == pytest.approx(2 / 3)
    with pytest.raises(KeyError):
        solve(game.pomdp, 3).at(after_a_wasted_turn, 3)


def test_without_a_horizon_values_are_the_limit_of_long_ones() -> None:
    pomdp = tiger(episodic=True)
    assert solve(pomdp, 90).value == pytest.approx(solve(pomdp).value, abs=1e-8)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("attempts", [None, 1, 2])
def test_closed_games_succeed_as_often_as_the_solver_of_success_finds(seed: int, attempts: int | None) -> None:
    rng = np.random.default_rng(seed)
    table = rng.integers(0, 3, size=(3, 4))
    prior = rng.integers(1, 5, size=4)
    game = closed_game(table, prior, attempts=attempts)
    other = SuccessSolver(table, prior, stated_attempts=False)
    for turns in (1, 2, 3):
        assert solve(game.pomdp, turns).value == pytest.approx(other.success(turns, attempts), abs=1e-9)


def test_a_noisy_reply_is_worth_its_posterior() -> None:
    """Ask, then attempt the likelier: the sum over replies of the greatest joint probability."""
    table = np.array([[0, 1]])
    assert solve(closed_game(table, attempts=1, error=0.1).pomdp, 2).value == pytest.approx(0.9)
    assert solve(closed_game(table, attempts=1, error=0.5).pomdp, 2).value == pytest.approx(0.5)
    joint = [(2 / 3 * 0.9 ** (2 - k) * 0.1**k, 1 / 3 * 0.1 ** (2 - k) * 0.9**k) for k in (0, 1, 1, 2)]
    asked_twice = solve(closed_game(table, prior=[2, 1], attempts=1, error=0.1).pomdp, 3)
    assert asked_twice.value == pytest.approx(sum(max(pair) for pair in joint))


def test_noise_is_spread_over_the_other_replies_of_the_query() -> None:
    game = closed_game(np.array([[0, 2, 4], [1, 1, 1]]), error=0.3)
    replies = game.pomdp.observation[:2, :3]
    assert replies[0, 0, :5].tolist() == pytest.approx([0.7, 0.0, 0.15, 0.0, 0.15])
    assert replies[1, 0, :5].tolist() == [0.0, 1.0, 0.0, 0.0, 0.0]


def test_a_game_keeps_the_hypothesis_after_its_end() -> None:
    game = closed_game(np.array([[0, 0, 1]]), attempts=1)
    seen: list[Experience] = []
    solve(game.pomdp, 2, extra=lambda experience: seen.append(experience) or 0.0)  # type: ignore[func-returns-value]
    ends = {
        (experience.action, tuple(game.about_hypotheses(experience.after).tolist()))
        for experience in seen
        if experience.action >= game.queries and np.count_nonzero(experience.belief) == 3
    }
    assert ends == {(game.attempt(h), tuple(1.0 * (i == h) for i in range(3))) for h in range(3)} | {
        (game.attempt(h), tuple(0.5 * (i != h) for i in range(3))) for h in range(3)
    }
    assert {experience.terminated for experience in seen if experience.action >= game.queries} == {True}


def test_the_librarys_potential_is_that_of_its_rewards() -> None:
    pomdp = tiger(episodic=True)
    extra = information_reward(pomdp, target=TIGER_SIDE, beta=2.0, turn_cost=0.25)
    before, after = np.array([0.5, 0.5, 0.0, 0.0]), np.array([0.85, 0.15, 0.0, 0.0])
    entropy = float(entropy_bits(target_belief(after, TIGER_SIDE)))
    assert extra(Experience(before, LISTEN, 0, after, False)) == pytest.approx(-2 * 0.75 * entropy + 2 - 0.25)
    assert extra(Experience(before, LISTEN, 0, after, True)) == pytest.approx(2 - 0.25)


def test_the_potential_is_scaled_by_what_is_asked_and_not_by_the_state() -> None:
    game = closed_game(np.array([[0, 0, 1, 1]]))
    extra = information_reward(game.pomdp, target=game.target % 4 // 2, beta=3.0)
    told = Experience(game.pomdp.start, 0, 0, game.belief([1, 1, 0, 0]), False)
    assert extra(told) == pytest.approx(3.0)


def test_the_bonus_pays_expected_bits_for_queries_alone() -> None:
    game = closed_game(np.array([[0, 0, 1, 1]]))
    extra = information_reward(game.pomdp, target=game.target, shaping="bonus", beta=3.0, queries=game.queries)
    step = Experience(game.pomdp.start, 0, 0, game.belief([1, 1, 0, 0]), False)
    assert extra(step) == pytest.approx(3.0)
    assert extra(replace(step, action=game.attempt(0))) == 0.0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reward": np.zeros(2)}, "transition"),
        ({"start": np.array([0.5, 0.5])}, "start: shape"),
        ({"start": np.array([0.5, 0.5, 0.5])}, "start: its rows"),
        ({"observation": np.full((2, 3, 2), 0.4)}, "observation: its rows"),
        ({"transition": np.zeros((2, 3, 3))}, "transition: its rows"),
        ({"reward": np.full((2, 3), np.nan)}, "reward"),
        ({"discount": 1.5}, r"discount: 1\.5"),
        ({"terminal": np.array([True])}, "terminal"),
        ({"terminal": np.array([True, False, False])}, "terminal"),
        ({"terminal": np.array([False, False, True]), "start": np.array([1.0, 0, 0])}, "leaves open"),
    ],
)
def test_problems_that_make_no_sense_are_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        replace(random_problem(1), **change)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"horizon": 0}, "horizon: 0"),
        ({"horizon": True}, "horizon: True"),
        ({"tolerance": 0.0}, "tolerance"),
        ({"max_beliefs": 100}, "max_beliefs: more than 100"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        solve(random_problem(1), **given)


def test_no_horizon_needs_a_discount() -> None:
    with pytest.raises(ConfigurationError, match=r"horizon: None needs a discount below 1, not 1\.0"):
        solve(tiger(discount=1.0))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"prior": [1.0]}, "prior"),
        ({"prior": [-1.0, 1.0]}, "prior"),
        ({"attempts": 0}, "attempts: 0"),
        ({"error": 1.0}, r"error: 1\.0"),
        ({"table": np.zeros((1, 2))}, "table"),
    ],
)
def test_closed_games_that_make_no_sense_are_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        closed_game(**{"table": np.array([[0, 1]]), **given})


def test_shaping_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="shaping: 'more'"):
        information_reward(tiger(), shaping="more")
    with pytest.raises(ConfigurationError, match="target"):
        information_reward(tiger(), target=TIGER_SIDE)
