"""Questions without lies and with them: closed forms against constructions, tables against play to the end."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import product

import numpy as np
import pytest

from sml_env.errors import ConfigurationError
from sml_env.solvers.questions import (
    huffman_questions,
    liar_questions,
    liar_split,
    pelc_questions,
    twenty_questions_optimum,
)

State = tuple[int, ...]


@cache
def least_by_trying_every_tree(weights: tuple[Fraction, ...]) -> Fraction:
    """Expected questions, times the mass, over all ways to split a set in two."""
    if len(weights) == 1:
        return Fraction(0)
    ways = [mask for mask in range(1, 2 ** len(weights) - 1) if mask & 1]
    costs = []
    for mask in ways:
        sides = tuple(tuple(w for i, w in enumerate(weights) if (mask >> i & 1) == side) for side in (0, 1))
        costs.append(sum((least_by_trying_every_tree(side) for side in sides), Fraction(0)))
    return min(costs) + sum(weights, Fraction(0))


def replies(state: State, split: State) -> tuple[State, State]:
    """Written out candidate by candidate: each is at most k lies away from being excluded."""
    yes, no = [0] * len(state), [0] * len(state)
    for lies, (whole, asked) in enumerate(zip(state, split, strict=True)):
        for after, member in ((yes, True), (no, False)):
            for is_asked, number in ((True, asked), (False, whole - asked)):
                now = lies + (is_asked != member)
                if now < len(state):
                    after[now] += number
    return tuple(yes), tuple(no)


@cache
def least_by_trying_every_question(state: State) -> float:
    """By iterating deeper; infinite never happens, since repeating a question is possible."""
    return next(depth for depth in range(30) if solved(state, depth))


@cache
def solved(state: State, depth: int) -> bool:
    if sum(state) <= 1:
        return True
    if depth == 0:
        return False
    splits = product(*(range(whole + 1) for whole in state))
    return any(all(solved(after, depth - 1) for after in replies(state, split)) for split in splits)


@pytest.mark.parametrize(("n", "questions"), [(100, 6.72), (158, 7.3797), (1000, 9.976), (1, 0.0), (16, 4.0)])
def test_twenty_questions_take_what_is_published(n: int, questions: float) -> None:
    assert twenty_questions_optimum(n) == pytest.approx(questions, abs=5e-5)


def test_huffmans_tree_agrees_with_the_closed_form() -> None:
    for n in range(1, 200):
        assert huffman_questions(np.ones(n)) == pytest.approx(twenty_questions_optimum(n), abs=1e-12)


@pytest.mark.parametrize("weights", [(1, 1, 1), (1, 2, 4, 8), (5, 5, 6, 7, 1), (1, 1, 2, 3, 5, 8), (9, 1)])
def test_huffmans_tree_is_the_best_of_all_trees(weights: tuple[int, ...]) -> None:
    best = least_by_trying_every_tree(tuple(map(Fraction, weights))) / sum(weights)
    assert huffman_questions(np.array(weights) / 7.0) == pytest.approx(float(best), abs=1e-12)


def test_one_lie_takes_what_pelc_proved() -> None:
    assert pelc_questions(10**6) == 25
    assert [liar_questions(n, 0) for n in range(1, 65)] == [pelc_questions(n) for n in range(1, 65)]


def test_no_lie_takes_the_logarithm() -> None:
    assert [liar_questions(n) for n in range(1, 65)] == [(n - 1).bit_length() for n in range(1, 65)]


@pytest.mark.parametrize("lies", [1, 2])
def test_worst_cases_are_those_of_trying_every_question(lies: int) -> None:
    states = [state for state in product(range(5), repeat=lies + 1) if 0 < sum(state) <= 6]
    for state in states:
        assert liar_questions(*state) == least_by_trying_every_question(state), state


@pytest.mark.parametrize("lies", [1, 2])
def test_playing_the_split_identifies_the_answer_in_time_whatever_is_replied(lies: int) -> None:
    largest = 64 if lies == 1 else 8
    seen: set[State] = set()

    def play(state: State) -> None:
        if sum(state) > 1 and state not in seen:
            seen.add(state)
            split = liar_split(*state)
            assert all(0 <= asked <= whole for asked, whole in zip(split, state, strict=True))
            for after in replies(state, split):
                assert sum(after) == 0 or liar_questions(*after) < liar_questions(*state)
                play(after)

    for n in range(1, largest + 1):
        play((n,) + (0,) * lies)
    assert len(seen) > 30


@pytest.mark.parametrize("counts", [(), (0, 0), (-1, 3), (1.0, 0), (True, 0)])
def test_counts_that_make_no_state_are_refused(counts: State) -> None:
    with pytest.raises(ConfigurationError, match="counts"):
        liar_questions(*counts)


def test_arguments_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"counts: \(0, 1\) leave one candidate"):
        liar_split(0, 1)
    for n in (0, -3, 2.0, True):
        with pytest.raises(ConfigurationError, match="n: "):
            twenty_questions_optimum(n)  # type: ignore[arg-type]
        with pytest.raises(ConfigurationError, match="n: "):
            pelc_questions(n)  # type: ignore[arg-type]
    for weights in ([], [1.0, 0.0], [[1.0]]):
        with pytest.raises(ConfigurationError, match="weights"):
            huffman_questions(weights)
