"""The greatest chance of success: known values, and brute force over every play of random small games."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from sml_env.errors import ConfigurationError
from sml_env.solvers.strategies import STRATEGIES, play_out
from sml_env.solvers.success import Move, SuccessSolver, success_upper_bound

Table = npt.NDArray[np.int64]
Live = frozenset[int]
Mastermind = Callable[[int, int], Table]


def comparisons(n: int, divisors: Sequence[int] = ()) -> Table:
    """Replies to "is h > c?" for values 1 to n and every c that splits them, then to "does d divide h?"."""
    h = np.arange(1, n + 1)
    return np.array([*((h > c) for c in range(1, n)), *((h % d == 0) for d in divisors)]).astype(np.int64)


def brute_force(
    table: Table, weights: Sequence[int], turns: int, attempts: int, win_code: int | None, stated: bool
) -> Fraction:
    """Every move of every live set, those that tell nothing too, without any bound."""

    def split(live: Live, query: int) -> dict[int, Live]:
        return {c: frozenset(h for h in live if table[query, h] == c) for c in {int(table[query, h]) for h in live}}

    @cache
    def value(live: Live, turns: int, attempts: int) -> int:
        if not live or not turns or not attempts:
            return 0
        worth = [0]
        if win_code is None:
            worth += [weights[h] + value(live - {h}, turns - 1, attempts - 1) for h in live]
        for query in range(len(table)):
            parts = split(live, query)
            if win_code is not None:
                right = parts.pop(win_code, frozenset())
                won = sum(weights[h] for h in right)
                worth.append(won + sum(value(part, turns - 1, attempts - 1) for part in parts.values()))
            elif stated and set(table[query]) <= {0, 1} and len(parts.get(1, ())) == 1:
                (h,) = parts[1]
                worth.append(weights[h] + value(live - {h}, turns - 1, attempts - 1))
            else:
                worth.append(sum(value(part, turns - 1, attempts) for part in parts.values()))
        return max(worth)

    return Fraction(value(frozenset(range(table.shape[1])), turns, attempts), sum(weights))


def played(solver: SuccessSolver, table: Table, truth: int, turns: int, attempts: int, win_code: int | None) -> bool:
    """Whether the solver's own moves find one truth."""
    live = np.arange(table.shape[1])
    while turns and attempts:
        move = solver.move(turns, attempts, live)
        turns -= 1
        if move.kind == "attempt":
            attempts -= 1
            if move.index == truth:
                return True
            live = live[live != move.index]
        else:
            if win_code is not None:
                attempts -= 1
            if table[move.index, truth] == win_code:
                return True
            live = live[table[move.index, live] == table[move.index, truth]]
    return False


def test_twenty_questions_double_the_success_with_every_turn() -> None:
    solver = SuccessSolver(comparisons(16, divisors=(2, 3, 5)))
    assert [solver.success(turns) for turns in range(1, 6)] == [0.0625, 0.125, 0.25, 0.5, 1.0]


def test_a_hundred_hypotheses_take_eight_turns() -> None:
    solver = SuccessSolver(comparisons(100, divisors=(2, 3, 5)))
    assert [solver.success(turns) for turns in (6, 7, 8)] == [0.32, 0.64, 1.0]


def test_small_mastermind_takes_four_guesses(mastermind: Mastermind) -> None:
    solver = SuccessSolver(mastermind(3, 4), win_code=12)
    assert [solver.success(turns) for turns in range(1, 5)] == [1 / 64, 9 / 64, 43 / 64, 1.0]


def test_no_greedy_strategy_exceeds_the_best_play_and_none_reaches_it_at_every_horizon(mastermind: Mastermind) -> None:
    table = mastermind(3, 4)
    best = np.array([SuccessSolver(table, win_code=12).success(turns) for turns in range(1, 6)])
    for strategy in STRATEGIES:
        needed = play_out(strategy, table, win_code=12)
        greedy = np.array([np.mean(needed <= turns) for turns in range(1, 6)])
        assert (greedy <= best).all()
        assert (greedy < best).any()


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("stated", [True, False])
def test_success_is_that_of_trying_every_play(seed: int, stated: bool) -> None:
    rng = np.random.default_rng(seed)
    size = int(rng.integers(2, 8))
    table = rng.integers(0, rng.integers(2, 4, size=(5, 1)), size=(5, size))
    weights = [1] * size if seed % 2 else rng.integers(1, 9, size=size).tolist()
    solver = SuccessSolver(table, weights, stated_attempts=stated)
    for turns in range(5):
        for attempts in range(turns + 1):
            truth = brute_force(table, weights, turns, attempts, None, stated)
            assert solver.success(turns, attempts) == pytest.approx(float(truth), abs=1e-12)
            bound = success_upper_bound(table, turns, attempts, prior=weights)
            assert bound >= float(truth) - 1e-12
            won = sum(w for h, w in enumerate(weights) if played(solver, table, h, turns, attempts, None))
            assert Fraction(won, sum(weights)) == truth


@pytest.mark.parametrize("seed", range(20))
def test_success_in_a_guess_game_is_that_of_trying_every_play(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = int(rng.integers(2, 8))
    table = rng.integers(0, 3, size=(size, size))
    np.fill_diagonal(table, 7)
    weights = [1] * size if seed % 2 else rng.integers(1, 9, size=size).tolist()
    solver = SuccessSolver(table, weights, win_code=7)
    for turns in range(5):
        for attempts in range(turns + 1):
            truth = brute_force(table, weights, turns, attempts, 7, False)
            assert solver.success(turns, attempts) == pytest.approx(float(truth), abs=1e-12)
            assert success_upper_bound(table, turns, attempts, prior=weights, win_code=7) >= float(truth) - 1e-12
            won = sum(w for h, w in enumerate(weights) if played(solver, table, h, turns, attempts, 7))
            assert Fraction(won, sum(weights)) == truth


def test_a_disguised_attempt_uses_up_an_attempt() -> None:
    """ "Is it the first?" tells two hypotheses apart for nothing, unless it counts as an attempt at the first."""
    table = np.array([[1, 0]])
    assert SuccessSolver(table).success(turns=2, attempts=1) == 0.5
    assert SuccessSolver(table, stated_attempts=False).success(turns=2, attempts=1) == 1.0
    assert SuccessSolver(table, yes_no=[False]).success(turns=2, attempts=1) == 1.0
    assert SuccessSolver(table).success(turns=2, attempts=2) == 1.0


def test_attempts_bound_the_success() -> None:
    """Four questions tell 16 numbers apart, but their last ones name a single number: attempts in disguise."""
    solver = SuccessSolver(comparisons(16))
    assert [solver.success(5, attempts) for attempts in (0, 2)] == [0.0, 1.0]
    assert SuccessSolver(comparisons(16), stated_attempts=False).success(5, attempts=1) == 1.0
    assert solver.success(5, attempts=1) < 1.0
    exact = brute_force(comparisons(8), [1] * 8, 4, 1, None, True)
    assert SuccessSolver(comparisons(8)).success(4, attempts=1) == exact


def test_live_sets_are_answered_for_themselves() -> None:
    solver = SuccessSolver(comparisons(16), prior=np.arange(1, 17))
    assert solver.success(1, live=[2, 5]) == pytest.approx(6 / 9)
    assert solver.move(1, live=[2, 5]) == Move("attempt", 5)
    assert solver.success(3, live=[3, 4, 5]) == pytest.approx(1.0)


def test_the_upper_bound_holds_for_large_games(mastermind: Mastermind) -> None:
    table = mastermind(4, 6)
    assert [success_upper_bound(table, t, win_code=20) for t in (1, 2, 6)] == [1 / 1296, 14 / 1296, 1.0]
    assert success_upper_bound(comparisons(300), 8) == 128 / 300
    assert success_upper_bound(mastermind(3, 4), 3, win_code=12) >= 43 / 64
    assert success_upper_bound(mastermind(3, 4), 3, win_code=12) < 1.0
    assert success_upper_bound(table, 0) == 0.0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"table": np.zeros((2, 2))}, "table"),
        ({"prior": [1.0, 0.0]}, "prior"),
        ({"prior": [1.0]}, "prior"),
        ({"win_code": 3}, "win_code: 3"),
        ({"yes_no": [True]}, "yes_no"),
        ({"table": np.array([[0, 2], [0, 1]]), "yes_no": [True, True]}, "yes_no"),
    ],
)
def test_games_that_make_no_sense_are_refused(given: dict[str, object], words: str) -> None:
    arguments: dict[str, object] = {"table": np.array([[0, 1], [1, 1]]), **given}
    with pytest.raises(ConfigurationError, match=words):
        SuccessSolver(**arguments)  # type: ignore[arg-type]


def test_questions_that_make_no_sense_are_refused() -> None:
    solver = SuccessSolver(comparisons(4))
    for call in (solver.success, solver.move):
        with pytest.raises(ConfigurationError, match="turns: -1"):
            call(-1)
        with pytest.raises(ConfigurationError, match="attempts: True"):
            call(2, True)
        for live in ([], [4], [0.0]):
            with pytest.raises(ConfigurationError, match="live"):
                call(2, live=live)
    with pytest.raises(ConfigurationError, match="no move"):
        solver.move(0)
    with pytest.raises(ConfigurationError, match=r"turns: 1\.5"):
        success_upper_bound(comparisons(4), 1.5)  # type: ignore[arg-type]
