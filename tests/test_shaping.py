"""Potential shaping leaves optimal policies alone, and its tempting variants do not: exact, on small problems."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from sml_env.information import FloatArray, IntArray, entropy_bits, target_belief
from sml_env.rewards import BETA, potential
from sml_env.solvers.closed import ClosedGame, closed_game
from sml_env.solvers.pomdp import Experience, Extra, Solution, TabularPOMDP, solve
from sml_env.solvers.shaping import information_reward
from sml_env.solvers.tiger import LISTEN, TIGER_SIDE, tiger

NAMES = ("h > 2", "h odd", "h in {0, 1}", "h > 9")
HELD = ({3, 4, 5}, {1, 3, 5}, {0, 1}, set[int]())
SIX = np.array([[int(h in held) for h in range(6)] for held in HELD])
"""Queries over six hypotheses; the last is redundant from the start."""

COMPARISONS = np.array([[int(h > cut) for h in range(8)] for cut in range(7)])
REMAINDERS = np.array([[h % 3 for h in range(8)], [h % 2 for h in range(8)]])

UNIFORM = (1 / 6,) * 6
SKEWED = (0.7, 0.06, 0.06, 0.06, 0.06, 0.06)

ATTEMPTS = {f"attempt {h}" for h in range(6)}


@dataclass(frozen=True, eq=False)
class Case:
    """A problem with what its potential is about."""

    pomdp: TabularPOMDP
    target: IntArray | None
    horizon: int | None


def game_case(game: ClosedGame, horizon: int) -> Case:
    return Case(game.pomdp, game.target, horizon)


def tiger_case(episodic: bool, discount: float = 0.75) -> Case:
    return Case(tiger(episodic=episodic, discount=discount), TIGER_SIDE if episodic else None, None)


CASES: dict[str, Callable[[float], Case]] = {
    "six uniform": lambda gamma: game_case(closed_game(SIX, UNIFORM, discount=gamma), 4),
    "six skewed": lambda gamma: game_case(closed_game(SIX, SKEWED, discount=gamma), 4),
    "comparisons, one attempt": lambda gamma: game_case(closed_game(COMPARISONS, attempts=1, discount=gamma), 4),
    "remainders, two attempts": lambda gamma: game_case(
        closed_game(REMAINDERS, [8, 7, 6, 5, 4, 3, 2, 1], attempts=2, discount=gamma), 4
    ),
    "noisy": lambda gamma: game_case(closed_game(REMAINDERS[:, :4], [1, 1, 2, 3], error=0.2, discount=gamma), 4),
    "noisy, one attempt": lambda gamma: game_case(closed_game(SIX[:2, :4], attempts=1, error=0.1, discount=gamma), 5),
}


def solved(case: Case, extra: Extra | None = None) -> Solution:
    return solve(case.pomdp, case.horizon, extra=extra)


def library(
    case: Case, shaping: str = "potential", beta: float = BETA, cost: float = 0.0, gamma: float | None = None
) -> Extra:
    return information_reward(
        case.pomdp, target=case.target, shaping=shaping, beta=beta, gamma=gamma, turn_cost=cost, queries=len(SIX)
    )


def sparse(case: Case, cost: float = 0.0) -> Extra:
    return library(case, "none", 0.0, cost)


def clipped(case: Case, beta: float, cost: float = 0.0) -> Extra:
    """The shaping's gain, never below 0."""
    gain = library(case, "potential", beta)
    return lambda seen: max(0.0, gain(seen)) - cost


def terminal_kept(case: Case, beta: float) -> Extra:
    """The shaping with the potential of the last belief, as if the episode went on."""
    scale = float(entropy_bits(target_belief(case.pomdp.start, case.target)))

    def phi(belief: FloatArray) -> float:
        return potential(float(entropy_bits(target_belief(belief, case.target))), scale, beta)

    return lambda seen: case.pomdp.discount * phi(seen.after) - phi(seen.belief)


def both_mistakes(case: Case, beta: float) -> Extra:
    kept = terminal_kept(case, beta)
    return lambda seen: max(0.0, kept(seen))


def named(case: Case, solution: Solution, weights: Sequence[float], turns: int) -> set[str]:
    """Optimal actions of the game over six, by name."""
    states = np.zeros(len(case.pomdp.start))
    states[:6] = np.array(weights) / sum(weights)
    names = (*NAMES, *(f"attempt {h}" for h in range(6)))
    return {names[action] for action in solution.at(states, turns).optimal}


def by_live_set(solution: Solution) -> dict[tuple[frozenset[int], int | None], frozenset[int]]:
    """Optimal actions by what may still be true, for games without noise."""
    found = {}
    for decision in solution.decisions.values():
        found[frozenset(np.flatnonzero(decision.belief > 0.0).tolist()), decision.turns] = decision.optimal
    return found


def opens_at(case: Case, solution: Solution) -> int:
    """The least lead of one side, in roars, at which not listening is optimal."""
    leads = set()
    for decision in solution.decisions.values():
        left, right = target_belief(decision.belief, case.target)
        if decision.optimal != {LISTEN} and min(left, right) > 1e-6:
            leads.add(abs(round(float(np.log(left / right) / np.log(0.85 / 0.15)))))
    return min(leads)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("gamma", [1.0, 0.7])
@pytest.mark.parametrize(("beta", "cost"), [(0.5, 0.0), (3.0, 0.05)])
def test_potential_shaping_leaves_every_optimal_action_optimal(
    name: str, gamma: float, beta: float, cost: float
) -> None:
    case = CASES[name](gamma)
    plain, shaped = solved(case, sparse(case, cost)), solved(case, library(case, "potential", beta, cost))
    assert len(plain.decisions) > 20
    assert shaped.policy == plain.policy


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("gamma", [1.0, 0.7])
def test_potential_shaping_shifts_every_value_by_its_potential(name: str, gamma: float) -> None:
    case = CASES[name](gamma)
    plain, shaped = solved(case), solved(case, library(case, "potential", 2.0))
    scale = float(entropy_bits(target_belief(case.pomdp.start, case.target)))
    for situation, decision in plain.decisions.items():
        phi = potential(float(entropy_bits(target_belief(decision.belief, case.target))), scale, 2.0)
        assert shaped.decisions[situation].value == pytest.approx(decision.value - phi, abs=1e-9)


@pytest.mark.parametrize("name", CASES)
def test_keeping_the_terminal_potential_moves_the_optimum_of_every_game(name: str) -> None:
    case = CASES[name](1.0)
    assert solved(case, terminal_kept(case, 3.0)).policy != solved(case).policy


@pytest.mark.parametrize("episodic", [False, True])
@pytest.mark.parametrize("beta", [1.0, 100.0])
def test_potential_shaping_leaves_tiger_alone_and_shifts_its_value(episodic: bool, beta: float) -> None:
    case = tiger_case(episodic)
    plain, shaped = solved(case), solved(case, library(case, "potential", beta))
    assert shaped.policy == plain.policy
    assert shaped.value - plain.value == pytest.approx(beta, abs=1e-6)


def test_tigers_value_is_the_published_one() -> None:
    assert solved(tiger_case(episodic=False)).value == pytest.approx(1.933439, abs=5e-7)


def test_tiger_listens_longer_when_the_terminal_potential_is_kept_or_the_gain_clipped() -> None:
    """At β = 100: to a lead of 4 instead of 3, and with both mistakes to 5."""
    case = tiger_case(episodic=True, discount=0.95)
    assert opens_at(case, solved(case)) == 3
    assert opens_at(case, solved(case, library(case, "potential", 100.0))) == 3
    assert opens_at(case, solved(case, terminal_kept(case, 100.0))) == 4
    assert opens_at(case, solved(case, clipped(case, 100.0))) == 4
    assert opens_at(case, solved(case, both_mistakes(case, 100.0))) == 5


def test_a_tiger_that_never_ends_has_no_terminal_potential_to_keep() -> None:
    case = tiger_case(episodic=False)
    assert solved(case, terminal_kept(case, 100.0)).policy == solved(case).policy


def test_the_solver_tells_problems_apart() -> None:
    uniform, skewed = (CASES[name](1.0) for name in ("six uniform", "six skewed"))
    assert by_live_set(solved(uniform)).keys() == by_live_set(solved(skewed)).keys()
    assert by_live_set(solved(uniform)) != by_live_set(solved(skewed))
    only_four = [0, 0, 0, 0, 1, 0]
    assert named(uniform, solved(uniform), only_four, 2) >= {"attempt 4", "h odd"}
    discounted = CASES["six uniform"](0.7)
    assert named(discounted, solved(discounted), only_four, 2) == {"attempt 4"}


def test_optimal_play_differs_when_the_learners_discount_is_not_that_of_the_shaping() -> None:
    case = CASES["six uniform"](0.7)
    assert solved(case, library(case, "potential", 3.0, gamma=1.0)).policy != solved(case).policy


def test_clipping_the_shaping_at_zero_moves_the_optimum() -> None:
    """A surprising reply raises the entropy; unpunished, surprises become worth seeking."""
    case = CASES["six skewed"](1.0)
    assert solved(case, clipped(case, 3.0, 0.05)).policy != solved(case, sparse(case, 0.05)).policy


def test_clipping_moves_the_first_action_of_an_episode_at_the_default_weight() -> None:
    case = CASES["six skewed"](1.0)
    assert named(case, solved(case, sparse(case, 0.05)), SKEWED, 4) == {"h > 2", "h odd"}
    assert named(case, solved(case, clipped(case, BETA, 0.05)), SKEWED, 4) == {"attempt 0"}


def test_keeping_the_terminal_potential_moves_the_optimum() -> None:
    """At the last turn, knowing more is then worth more than a chance to be right."""
    case = CASES["six uniform"](1.0)
    assert named(case, solved(case), UNIFORM, 1) == ATTEMPTS
    assert not named(case, solved(case, terminal_kept(case, 3.0)), UNIFORM, 1) & ATTEMPTS


def test_the_bonus_moves_the_optimum() -> None:
    case = CASES["six uniform"](1.0)
    assert named(case, solved(case), UNIFORM, 1) == ATTEMPTS
    assert not named(case, solved(case, library(case, "bonus", 0.5)), UNIFORM, 1) & ATTEMPTS


def test_an_extra_reward_sees_the_end_of_the_turns_as_an_end() -> None:
    case = CASES["six uniform"](1.0)
    seen: list[Experience] = []

    def watch(step: Experience) -> float:
        seen.append(step)
        return 0.0

    solve(case.pomdp, 1, extra=watch)
    assert len(seen) > 10
    assert all(step.terminated for step in seen)
