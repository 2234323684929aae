"""The published totals of Mastermind come out exactly, and every score is what counting by hand gives."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from itertools import product

import numpy as np
import numpy.typing as npt
import pytest

from sml_env.errors import ConfigurationError
from sml_env.solvers import strategies
from sml_env.solvers.strategies import STRATEGIES, choose, play_out, scores

Mastermind = Callable[[int, int], npt.NDArray[np.int64]]

# strategy: total, greatest, codes at 6 and more, first guess; the sources are in the module's docstring.
PUBLISHED = {
    "first-consistent": (7471, 9, 853, "1111"),
    "worst-case": (5801, 5, 0, "1122"),
    "entropy": (5722, 6, 12, "1234"),
    "expected-size": (5696, 6, 3, "1123"),
    "most-parts": (5668, 6, 7, "1123"),
}
WORDS = ["".join(letters) for letters in product("123456", repeat=4)]


class Computed:
    """Replies of the 2-peg game, computed when asked for."""

    def __init__(self, table: npt.NDArray[np.int64]) -> None:
        self._table = table
        self.shape = table.shape

    def codes(self, queries: npt.NDArray[np.int64], hypotheses: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        rows, columns = np.broadcast_arrays(queries, hypotheses)
        return np.array([self._table[q, h] for q, h in zip(rows.flat, columns.flat, strict=True)]).reshape(rows.shape)


def by_hand(strategy: str, parts: dict[int, float], whole: float) -> float:
    """The score of a query whose replies have these masses."""
    if strategy == "worst-case":
        return -max(parts.values())
    if strategy == "expected-size":
        return -sum(mass**2 for mass in parts.values())
    if strategy == "most-parts":
        return len(parts)
    return -sum(mass / whole * math.log2(mass / whole) for mass in parts.values())


def random_game(seed: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    table = rng.integers(0, rng.integers(2, 6), size=(17, 12))
    live = np.sort(rng.choice(12, size=rng.integers(1, 12), replace=False))
    return table, live, rng.uniform(0.1, 1.0, size=len(live))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_mastermind_comes_out_as_published(mastermind: Mastermind, strategy: str) -> None:
    table = mastermind(4, 6)
    needed = play_out(strategy, table, win_code=20)
    opening = WORDS[choose(strategy, table, np.arange(1296))]
    assert (needed.sum(), needed.max(), (needed >= 6).sum(), opening) == PUBLISHED[strategy]


@pytest.mark.parametrize(
    ("word", "parts", "largest", "bits"),
    [
        ("1123", 14, 276, 3.0437),
        ("1234", 14, 312, 3.0567),
        ("1122", 13, 256, 2.8851),
        ("1112", 11, 317, 2.6934),
        ("1111", 5, 625, 1.4984),
    ],
)
def test_first_guesses_split_as_published(
    mastermind: Mastermind, word: str, parts: int, largest: int, bits: float
) -> None:
    table, live, guess = mastermind(4, 6), np.arange(1296), WORDS.index(word)
    assert scores("most-parts", table, live)[guess] == parts
    assert scores("worst-case", table, live)[guess] == -largest
    assert scores("entropy", table, live)[guess] == pytest.approx(bits, abs=5e-5)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("strategy", ["worst-case", "entropy", "expected-size", "most-parts"])
@pytest.mark.parametrize("weighted", [False, True])
def test_scores_are_those_of_counting_by_hand(strategy: str, seed: int, weighted: bool) -> None:
    table, live, weights = random_game(seed)
    expected = []
    for row in table:
        parts: dict[int, float] = defaultdict(float)
        for h, weight in zip(live, weights / weights.sum(), strict=True):
            parts[row[h]] += weight if weighted else 1
        expected.append(by_hand(strategy, parts, 1.0 if weighted else len(live)))
    found = scores(strategy, table, live, weights if weighted else None)
    assert found == pytest.approx(np.array(expected), abs=1e-12)
    exact = not weighted and strategy != "entropy"
    assert np.issubdtype(found.dtype, np.integer) == (exact or strategy == "most-parts")


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_chunks_and_computed_replies_change_nothing(
    mastermind: Mastermind, strategy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, live = mastermind(2, 4), np.array([0, 3, 5, 6, 9, 12, 15])
    whole = scores(strategy, table, live)
    assert np.array_equal(scores(strategy, Computed(table), live), whole)
    assert np.array_equal(play_out(strategy, Computed(table), 6), play_out(strategy, table, 6))
    monkeypatch.setattr(strategies, "_CHUNK", 20)
    assert np.array_equal(scores(strategy, table, live), whole)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_walk_over_the_tree_agrees_with_playing_every_code(mastermind: Mastermind, strategy: str) -> None:
    table = mastermind(3, 3)
    for code, needed in enumerate(play_out(strategy, table, win_code=12)):
        live, turns, reply = np.arange(27), 0, -1
        while reply != 12:
            guess = choose(strategy, table, live)
            reply, turns = int(table[guess, code]), turns + 1
            live = live[table[guess, live] == reply]
        assert turns == needed


def test_a_tie_goes_to_a_guess_that_may_win_then_to_the_smallest() -> None:
    table = np.array([[9, 1, 2, 3], [1, 9, 2, 2], [1, 2, 9, 2], [1, 2, 3, 9]])
    assert scores("most-parts", table, [1, 2, 3]).tolist() == [3, 2, 2, 3]
    assert choose("most-parts", table, [1, 2, 3]) == 3
    assert choose("most-parts", table, [1, 2, 3], guesses=False) == 0


def test_the_first_consistent_code_scores_best(mastermind: Mastermind) -> None:
    assert scores("first-consistent", mastermind(2, 2), [2, 3]).tolist() == [-1, -1, 0, -1]
    with pytest.raises(ConfigurationError, match="not square"):
        scores("first-consistent", np.zeros((2, 3), dtype=int), [1, 2])


def test_two_live_codes_are_guessed_directly_and_the_likelier_first(mastermind: Mastermind) -> None:
    table = mastermind(2, 4)
    for strategy in ("worst-case", "entropy", "expected-size", "most-parts"):
        assert choose(strategy, table, [7, 11]) == 7
        assert choose(strategy, table, [7, 11], weights=[1.0, 2.0]) == 11
        assert choose(strategy, table, [13]) == 13


def test_entropies_that_differ_by_rounding_alone_are_ties() -> None:
    """6 log 6 = 2 (3 log 3) + 3 (2 log 2): parts {6, 1 six times} and {3, 3, 2, 2, 2} tell the same."""
    pairs = [0] * 3 + [1] * 3 + [2, 2, 3, 3, 4, 4]
    six = [0] * 6 + [1, 2, 3, 4, 5, 6]
    for table in (np.array([pairs, six]), np.array([six, pairs])):
        assert choose("entropy", table, np.arange(12), guesses=False) == 0


def test_weights_change_the_choice() -> None:
    table = np.array([[0, 0, 1, 1], [0, 1, 1, 1]])
    assert choose("worst-case", table, np.arange(4), guesses=False) == 0
    assert choose("worst-case", table, np.arange(4), weights=[7, 1, 1, 1], guesses=False) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"strategy": "clever"}, "strategy: 'clever'"),
        ({"live": []}, "live"),
        ({"live": [3, 1]}, "ascending"),
        ({"live": [1, 16]}, "from 0 to 15"),
        ({"live": [0.0, 1.0]}, "live"),
        ({"weights": [1.0, 0.0, 1.0]}, "weights"),
        ({"weights": [1.0]}, "weights"),
        ({"table": np.zeros((3, 16), dtype=int)}, "not square"),
        ({"table": np.zeros((16, 16))}, "table of integers"),
        ({"table": np.full((16, 16), -1)}, "table: -1"),
        ({"strategy": "first-consistent", "guesses": False}, "guesses is False"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(
    mastermind: Mastermind, change: dict[str, object], words: str
) -> None:
    given: dict[str, object] = {"strategy": "entropy", "table": mastermind(2, 4), "live": [1, 2, 3], **change}
    with pytest.raises(ConfigurationError, match=words):
        choose(**given)  # type: ignore[arg-type]


def test_a_win_code_that_is_not_on_the_diagonal_or_that_others_share_is_refused(mastermind: Mastermind) -> None:
    with pytest.raises(ConfigurationError, match="win_code: 5"):
        play_out("entropy", mastermind(2, 4), win_code=5)
    with pytest.raises(ConfigurationError, match="win_code: 1 answers a guess at 0"):
        play_out("entropy", np.ones((3, 3), dtype=int), win_code=1)
