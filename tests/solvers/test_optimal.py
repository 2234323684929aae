"""The fewest guesses: published optima, and brute force over every strategy of tiny and of random games."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import inf
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from sml_env.errors import ConfigurationError
from sml_env.solvers.optimal import _NEVER, _Search, code_symmetries, optimal_play
from sml_env.solvers.strategies import STRATEGIES, play_out

Table = npt.NDArray[np.int64]
Mastermind = Callable[[int, int], Table]
Live = frozenset[int]


def brute_force(table: Table, win_code: int, most: int, codes: Live | None = None) -> float:
    """The least total over all strategies, without any bound, for some codes or for all."""

    @cache
    def value(live: Live, left: int) -> float:
        if not live:
            return 0
        if not left:
            return inf
        best: float = inf
        for row in table:
            parts = {int(code): frozenset(h for h in live if row[h] == code) for code in row[list(live)]}
            parts.pop(win_code, None)
            if live not in parts.values():
                best = min(best, len(live) + sum(value(part, left - 1) for part in parts.values()))
        return best

    return value(frozenset(range(len(table))) if codes is None else codes, most)


def random_guess_game(seed: int, size: int, replies: int) -> Table:
    table = np.random.default_rng(seed).integers(0, replies, size=(size, size))
    np.fill_diagonal(table, 5)
    return table


@pytest.mark.parametrize(("pegs", "colours"), [(1, 4), (2, 2), (2, 3), (3, 2), (2, 4)])
def test_tiny_games_take_what_trying_every_strategy_finds(mastermind: Mastermind, pegs: int, colours: int) -> None:
    table, win = mastermind(pegs, colours), pegs * (pegs + 1)
    expected = brute_force(table, win, len(table))
    assert optimal_play(table, win).total == expected
    assert optimal_play(table, win, symmetries=code_symmetries(pegs, colours)).total == expected


@pytest.mark.parametrize("seed", range(40))
def test_random_games_take_what_trying_every_strategy_finds(seed: int) -> None:
    table = random_guess_game(seed, size=2 + seed % 7, replies=1 + seed % 5)
    for most in range(1, len(table) + 1):
        expected = brute_force(table, 5, most)
        if expected == inf:
            with pytest.raises(ConfigurationError, match=f"most: no strategy finds all codes within {most} guesses"):
                optimal_play(table, 5, most=most)
        else:
            play = optimal_play(table, 5, most=most)
            assert (play.total, play.guesses.sum()) == (expected, expected)
            assert 1 <= play.guesses.min() <= play.guesses.max() <= most


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("replies", [2, 3])
def test_larger_random_games_take_what_trying_every_strategy_finds(seed: int, replies: int) -> None:
    """Large enough that live sets are met again under other limits, where a bound must not pass for a value."""
    table = random_guess_game(seed, size=12, replies=replies)
    assert optimal_play(table, 5).total == brute_force(table, 5, 12)


@pytest.mark.parametrize("seed", range(24))
@pytest.mark.parametrize("left", [2, 3, 12])
def test_a_search_under_a_limit_tells_the_value_or_a_true_bound(mastermind: Mastermind, seed: int, left: int) -> None:
    """Asked again and again under rising limits, as it is within a larger search, and remembering what it told."""
    table, win = (mastermind(3, 4), 12) if seed % 2 else (mastermind(2, 6), 6)
    rng = np.random.default_rng(seed)
    live = np.sort(rng.choice(len(table), size=3 + seed // 2, replace=False)).astype(np.int32)
    truth = brute_force(table, win, left, frozenset(live.tolist()))
    search = _Search(table, win)
    for limit in range(1, 80):
        told = search.value(live, limit, left)
        assert told == truth if told < limit else limit <= told <= min(truth, _NEVER)


@pytest.mark.parametrize("opening", range(0, 25, 4))
def test_a_bound_is_not_above_the_value_where_hopes_were_disappointed(mastermind: Mastermind, opening: int) -> None:
    """The one guess to consider looks better than the limit, and is not."""
    table, live = mastermind(2, 5), np.arange(25, dtype=np.int32)
    parts = [frozenset(np.flatnonzero(table[opening] == code).tolist()) for code in set(table[opening]) - {6}]
    truth = int(25 + sum(brute_force(table, 6, len(part), part) for part in parts))
    assert _Search(table, 6).value(live, truth, 25, openings=np.array([opening])) == truth


@pytest.mark.parametrize("most", [3, 4, 9])
def test_a_limit_on_the_guesses_costs_what_trying_every_strategy_finds(mastermind: Mastermind, most: int) -> None:
    play = optimal_play(mastermind(2, 3), 6, most=most)
    assert play.total == brute_force(mastermind(2, 3), 6, most)
    assert play.guesses.max() <= most


@pytest.mark.parametrize(("pegs", "colours"), [(3, 3), (3, 4), (2, 6)])
def test_symmetries_save_time_and_nothing_else(mastermind: Mastermind, pegs: int, colours: int) -> None:
    table, win = mastermind(pegs, colours), pegs * (pegs + 1)
    assert optimal_play(table, win, symmetries=code_symmetries(pegs, colours)).total == optimal_play(table, win).total


@pytest.mark.parametrize(("pegs", "colours"), [(3, 4), (3, 5), (3, 6), (4, 4)])
def test_no_greedy_strategy_takes_fewer_guesses(mastermind: Mastermind, pegs: int, colours: int) -> None:
    table, win = mastermind(pegs, colours), pegs * (pegs + 1)
    best = optimal_play(table, win, symmetries=code_symmetries(pegs, colours))
    totals = [int(play_out(strategy, table, win).sum()) for strategy in STRATEGIES]
    assert min(totals) >= best.total
    assert max(totals) > best.total


@pytest.mark.parametrize("most", [None, 4])
def test_some_strategy_finds_every_code_with_exactly_the_guesses_told(mastermind: Mastermind, most: int | None) -> None:
    table = mastermind(3, 4)
    play = optimal_play(table, 12, symmetries=code_symmetries(3, 4), most=most)

    def attained(live: Live, turn: int, guesses: list[int]) -> bool:
        now = [h for h in live if play.guesses[h] == turn]
        if not live or len(now) > 1 or min(play.guesses[list(live)]) < turn or turn > 6:
            return not live
        for guess in now or guesses:
            rest = live - {guess}
            parts = [frozenset(h for h in rest if table[guess, h] == code) for code in set(table[guess, list(rest)])]
            if all(attained(part, turn + 1, list(range(64))) for part in parts):
                return True
        return False

    assert play.total == sum(play.guesses)
    assert attained(frozenset(range(64)), 1, [play.opening])


def test_openings_restrict_the_first_guess(mastermind: Mastermind) -> None:
    table = mastermind(2, 3)
    totals = [optimal_play(table, 6, openings=[opening]).total for opening in range(9)]
    assert min(totals) == optimal_play(table, 6).total
    assert totals[0] == totals[4] == totals[8] > totals[1]
    assert optimal_play(table, 6, openings=[0]).opening == 0


def test_code_symmetries_leave_the_table_as_it_is(mastermind: Mastermind) -> None:
    table = mastermind(3, 4)
    for permutation in code_symmetries(3, 4):
        assert not np.array_equal(permutation, np.arange(64))
        assert np.array_equal(table[np.ix_(permutation, permutation)], table)


@pytest.mark.slow
def test_mastermind_takes_5625_guesses_and_no_fewer(mastermind: Mastermind) -> None:
    """The optimum of Koyama and Lai (1993), whose first guess is 1123, and which needs six guesses for some code."""
    play = optimal_play(mastermind(4, 6), 20, symmetries=code_symmetries(4, 6))
    assert (play.total, play.guesses.sum(), play.guesses.max(), play.opening) == (5625, 5625, 6, 8)


@pytest.mark.slow
def test_mastermind_within_five_guesses_takes_5626(mastermind: Mastermind) -> None:
    play = optimal_play(mastermind(4, 6), 20, symmetries=code_symmetries(4, 6), most=5)
    assert (play.total, play.guesses.max()) == (5626, 5)


@pytest.mark.slow
def test_only_openings_like_1123_reach_the_optimum(mastermind: Mastermind) -> None:
    others = [0, 1, 7, 51]
    play = optimal_play(mastermind(4, 6), 20, symmetries=code_symmetries(4, 6), openings=others)
    assert play.total > 5625


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"win_code": 5}, "win_code: 5"),
        ({"table": np.ones((9, 8), dtype=int)}, "win_code"),
        ({"most": 0}, "most: 0"),
        ({"most": True}, "most: True"),
        ({"openings": []}, "openings"),
        ({"openings": [9]}, "openings"),
        ({"openings": [1.0]}, "openings"),
        ({"symmetries": np.zeros((1, 9), dtype=int)}, "symmetries: shape"),
        ({"symmetries": np.arange(9)}, "symmetries: shape"),
        ({"symmetries": np.arange(9.0)[None]}, "symmetries: shape"),
        ({"symmetries": np.array([[1, 0, *range(2, 9)]])}, "symmetries: number 0 changes the table"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(mastermind: Mastermind, given: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        optimal_play(**{"table": mastermind(2, 3), "win_code": 6, **given})
