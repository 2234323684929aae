"""Potential shaping leaves optimal policies alone, and its tempting variants do not: exact dynamic programming."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
import pytest

from sml_env.information import Channel, entropy_bits
from sml_env.rewards import BETA, potential, reward_terms

Live = frozenset[int]
Policy = Mapping[tuple[Live, int], frozenset[str]]

PREDICATES: Mapping[str, frozenset[int]] = {
    "h > 2": frozenset({3, 4, 5}),
    "h odd": frozenset({1, 3, 5}),
    "h in {0, 1}": frozenset({0, 1}),
    "h > 9": frozenset(),
}
"""Over six hypotheses; the last is redundant from the start."""

UNIFORM = (1 / 6,) * 6
SKEWED = (0.7, 0.06, 0.06, 0.06, 0.06, 0.06)


@dataclass(frozen=True)
class Step:
    """What a step is paid by; all of it known once the reply is."""

    correct: bool
    terminated: bool
    before: float
    after: float
    prior: float
    told: float


Pay = Callable[[Step], float]


def library(shaping: str, gamma: float, beta: float, cost: float = 0.0) -> Pay:
    def pay(step: Step) -> float:
        terms = reward_terms(
            correct=float(step.correct),
            terminated=float(step.terminated),
            entropy_before=step.before,
            entropy_after=step.after,
            scale=step.prior,
            expected_bits=step.told,
            shaping=shaping,
            gamma=gamma,
            beta=beta,
            turn_cost=cost,
        )
        return float(sum(terms.values()))

    return pay


def clipped(gamma: float, beta: float, cost: float = 0.0) -> Pay:
    def pay(step: Step) -> float:
        end = 0.0 if step.terminated else potential(step.after, step.prior, beta)
        return step.correct - cost + max(0.0, gamma * end - potential(step.before, step.prior, beta))

    return pay


def terminal_kept(gamma: float, beta: float) -> Pay:
    def pay(step: Step) -> float:
        after, before = (potential(h, step.prior, beta) for h in (step.after, step.before))
        return step.correct + gamma * after - before

    return pay


def solve(prior: Sequence[float], horizon: int, gamma: float, pay: Pay) -> Policy:
    """Optimal actions of every belief that is the prior cut down to some live set, and every number of turns left."""
    size = len(prior)
    masses = np.array(prior)
    predicates = {name: held for name, held in PREDICATES.items() if not held or max(held) < size}

    @cache
    def belief(live: Live) -> np.ndarray:
        kept = np.where(np.isin(np.arange(size), list(live)), masses, 0.0)
        return np.asarray(kept / kept.sum())

    @cache
    def entropy(live: Live) -> float:
        return float(entropy_bits(belief(live)))

    def outcomes(live: Live, action: str) -> tuple[float, list[tuple[float, bool, Live]]]:
        """Expected bits of the query, and (probability, correct, live set after) of each reply."""
        if action.startswith("attempt"):
            named, told = frozenset({int(action.split()[1])}), 0.0
        else:
            named = predicates[action]
            codes = np.array([int(h in named) for h in range(size)])
            told = Channel(("no", "yes"), codes).expected_bits(belief(live))
        parts = [(live & named, action.startswith("attempt")), (live - named, False)]
        return told, [(float(belief(live)[list(part)].sum()), hit, part) for part, hit in parts if part]

    @cache
    def value(live: Live, turns: int) -> tuple[float, frozenset[str]]:
        if turns == 0:
            return 0.0, frozenset()
        worth = {}
        for action in [*predicates, *(f"attempt {h}" for h in range(size))]:
            told, replies = outcomes(live, action)
            total = 0.0
            for chance, hit, after in replies:
                over = hit or turns == 1
                step = Step(hit, over, entropy(live), entropy(after), entropy(frozenset(range(size))), told)
                total += chance * (pay(step) + (0.0 if over else gamma * value(after, turns - 1)[0]))
            worth[action] = total
        best = max(worth.values())
        return best, frozenset(action for action, q in worth.items() if q > best - 1e-9)

    sets = [frozenset(chosen) for k in range(1, size + 1) for chosen in combinations(range(size), k)]
    return {(live, turns): value(live, turns)[1] for live in sets for turns in range(1, horizon + 1)}


def sparse(prior: Sequence[float], horizon: int, gamma: float, cost: float = 0.0) -> Policy:
    return solve(prior, horizon, gamma, library("none", gamma, 0.0, cost))


@pytest.mark.parametrize("prior", [UNIFORM, SKEWED], ids=["uniform", "skewed"])
@pytest.mark.parametrize("gamma", [1.0, 0.7])
@pytest.mark.parametrize(("beta", "cost"), [(0.5, 0.0), (3.0, 0.05)])
def test_potential_shaping_leaves_every_optimal_action_optimal(
    prior: Sequence[float], gamma: float, beta: float, cost: float
) -> None:
    shaped = solve(prior, 4, gamma, library("potential", gamma, beta, cost))
    assert shaped == sparse(prior, 4, gamma, cost)


def test_the_solver_tells_problems_apart() -> None:
    assert sparse(UNIFORM, 3, 1.0) != sparse(SKEWED, 3, 1.0)
    assert sparse(UNIFORM, 3, 1.0)[frozenset({4}), 2] >= {"attempt 4", "h odd"}
    assert sparse(UNIFORM, 3, 0.7)[frozenset({4}), 2] == {"attempt 4"}


def test_optimal_play_differs_when_the_learners_discount_is_not_that_of_the_shaping() -> None:
    assert solve(UNIFORM, 4, 0.7, library("potential", 1.0, 3.0)) != sparse(UNIFORM, 4, 0.7)


def test_clipping_the_shaping_at_zero_moves_the_optimum() -> None:
    """A surprising reply raises the entropy; unpunished, surprises become worth seeking."""
    assert solve(SKEWED, 4, 1.0, clipped(1.0, 3.0, 0.05)) != sparse(SKEWED, 4, 1.0, 0.05)


def test_clipping_moves_the_first_action_of_an_episode_at_the_default_weight() -> None:
    everything = frozenset(range(6))
    assert sparse(SKEWED, 4, 1.0, 0.05)[everything, 4] == {"h > 2", "h odd"}
    assert solve(SKEWED, 4, 1.0, clipped(1.0, BETA, 0.05))[everything, 4] == {"attempt 0"}


def test_keeping_the_terminal_potential_moves_the_optimum() -> None:
    """At the last turn, knowing more is then worth more than a chance to be right."""
    everything = frozenset(range(6))
    assert sparse(UNIFORM, 4, 1.0)[everything, 1] == {f"attempt {h}" for h in range(6)}
    kept = solve(UNIFORM, 4, 1.0, terminal_kept(1.0, 3.0))
    assert not any(action.startswith("attempt") for action in kept[everything, 1])


def test_the_bonus_moves_the_optimum() -> None:
    everything = frozenset(range(6))
    bonus = solve(UNIFORM, 4, 1.0, library("bonus", 1.0, 0.5))
    assert not any(action.startswith("attempt") for action in bonus[everything, 1])
    assert sparse(UNIFORM, 4, 1.0)[everything, 1] == {f"attempt {h}" for h in range(6)}
