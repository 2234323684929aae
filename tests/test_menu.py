"""The menu of a space against the information of each of its queries, one at a time."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sml_env.agents import worded
from sml_env.answers import Answers
from sml_env.envs.math_family import MathTutorConfig, TopicFamily
from sml_env.envs.topics import TOPICS
from sml_env.forms import Comparison
from sml_env.information import Channel
from sml_env.menu import DENSE_LIMIT, Menu, menu_for
from sml_env.priors import uniform_integers
from sml_env.queries import parse
from sml_env.semantics import meaning

VALUES = st.lists(
    st.one_of(
        st.integers(-40, 200).map(Fraction),
        st.builds(Fraction, st.integers(-30, 30), st.integers(1, 6)),
    ),
    min_size=2,
    max_size=9,
    unique=True,
).map(sorted)
ERRORS = st.sampled_from([0.0, 0.0, 0.1, 0.4])
CLOSE = 1e-9


def numbers(values: list[Fraction]) -> Answers:
    return Answers.of("number", ("x",), [(value,) for value in values])


def information(belief: np.ndarray, codes: list[int], replies: int, error: float) -> float:
    """H(reply) − H(reply | hypothesis), by enumeration."""
    masses: dict[int, float] = defaultdict(float)
    noise = 0.0
    for mass, code in zip(belief.tolist(), codes, strict=True):
        for reply in range(replies):
            chance = 1 - error if reply == code else error / (replies - 1)
            masses[reply] += mass * chance
            if mass * chance > 0:
                noise -= mass * chance * math.log2(chance)
    return -sum(p * math.log2(p) for p in masses.values() if p > 0) - noise


def beliefs(draw: st.DrawFn, size: int) -> np.ndarray:
    weights = np.array(draw(st.lists(st.integers(0, 6), min_size=size, max_size=size).filter(any)), dtype=float)
    return weights / weights.sum()


@settings(deadline=None)
@given(VALUES, ERRORS, st.data())
def test_table_bits_and_best_bits_equal_enumeration(values: list[Fraction], error: float, data: st.DataObject) -> None:
    answers = numbers(values)
    menu = replace(menu_for(answers), error=error)
    belief = data.draw(st.composite(beliefs)(len(values)))
    expected = []
    for query in menu.queries:
        meant = meaning(query.form, answers)
        assert meant is not None
        expected.append(information(belief, meant.codes.tolist(), len(meant.replies), error))
    assert menu.table_bits(belief).tolist() == pytest.approx(expected, abs=CLOSE)
    cuts = [information(belief, [int(v > c) for v in values], 2, error) for c in values[:-1]]
    assert menu.cut_bits(belief) == pytest.approx(max(cuts), abs=CLOSE)
    everything = [*expected, *cuts]
    assert menu.best_bits(belief) == pytest.approx(max(everything), abs=CLOSE)
    cap = data.draw(st.floats(0, 2))
    allowed = [bits for bits in expected if bits <= cap - CLOSE] + ([max(cuts)] if max(cuts) <= cap - CLOSE else [])
    near = any(abs(bits - cap) <= CLOSE for bits in everything)
    assert near or menu.best_bits(belief, cap) == pytest.approx(max(allowed, default=0.0), abs=CLOSE)


@settings(deadline=None, max_examples=50)
@given(VALUES, st.data())
def test_bits_about_a_shared_target_equal_those_of_the_channels(values: list[Fraction], data: st.DataObject) -> None:
    answers = numbers(values)
    menu = menu_for(answers)
    belief = data.draw(st.composite(beliefs)(len(values)))
    target = np.arange(len(values)) // 2
    channels = [Channel(meant.replies, meant.codes) for meant in menu.meanings]
    expected = [channel.expected_bits(belief, target) for channel in channels]
    assert menu.table_bits(belief, target).tolist() == pytest.approx(expected, abs=CLOSE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sml_env.menu._CHUNK", data.draw(st.integers(1, 60)))
        assert menu.table_bits(belief, target).tolist() == pytest.approx(expected, abs=CLOSE)
    rows = np.arange(len(values))
    cuts = [Channel(("n", "y"), (rows > cut).astype(int)).expected_bits(belief, target) for cut in rows[:-1]]
    assert menu.cut_bits(belief, target) == pytest.approx(max(cuts), abs=CLOSE)


@settings(deadline=None)
@given(VALUES, st.data())
def test_the_cut_tells_what_it_says_and_nothing_tells_more_among_comparisons(
    values: list[Fraction], data: st.DataObject
) -> None:
    answers = numbers(values)
    belief = data.draw(st.composite(beliefs)(len(values)))
    found = menu_for(answers).cut(belief)
    best = max(information(belief, [int(v > c) for v in values], 2, 0.0) for c in values[:-1])
    if found is None:
        assert best == pytest.approx(0.0, abs=CLOSE)
        return
    query, bits = found
    form = query.form
    assert isinstance(form, Comparison)
    assert query.canonical == str(form)
    meant = meaning(form, answers)
    assert meant is not None
    assert bits == pytest.approx(best, abs=CLOSE)
    assert information(belief, meant.codes.tolist(), 2, 0.0) == pytest.approx(best, abs=CLOSE)
    yes = np.count_nonzero((meant.codes == 1) & (belief > 0))
    if np.count_nonzero(belief > 0) > 2:
        assert yes > 1, "its yes names one hypothesis: it would be judged as an attempt"


@settings(deadline=None)
@given(VALUES)
def test_every_query_of_a_menu_distinguishes_something(values: list[Fraction]) -> None:
    for meant in menu_for(numbers(values)).meanings:
        assert len(set(meant.codes.tolist())) > 1


def test_a_known_answer_makes_the_whole_menu_redundant() -> None:
    space = uniform_integers(1, 64)
    belief = np.zeros(64)
    belief[17] = 1.0
    assert space.menu.best_bits(belief) == 0.0
    assert space.menu.cut(belief) is None


def test_what_the_transcript_implies_is_worth_nothing_in_the_menu() -> None:
    space = uniform_integers(1, 60)
    even = np.where(np.arange(1, 61) % 2 == 0, 1 / 30, 0.0)
    names = [query.canonical for query in space.menu.queries]
    assert space.menu.table_bits(even)[names.index("x mod 2 == 0")] == pytest.approx(0.0, abs=1e-12)
    assert space.menu.table_bits(even)[names.index("x mod 4")] == pytest.approx(1.0, abs=1e-2)


def test_wide_spaces_and_narrow_ones_are_metered_alike() -> None:
    """One hypothesis below and above the limit where the table stops being a matrix."""
    for size in (DENSE_LIMIT, DENSE_LIMIT + 1):
        space = uniform_integers(0, size - 1)
        belief = np.random.default_rng(size).dirichlet(np.ones(size))
        told = space.menu.table_bits(belief)
        for bits, meant in zip(told, space.menu.meanings, strict=True):
            masses: dict[int, float] = defaultdict(float)
            for mass, code in zip(belief.tolist(), meant.codes.tolist(), strict=True):
                masses[code] += mass
            assert bits == pytest.approx(-sum(p * math.log2(p) for p in masses.values() if p > 0), abs=1e-9)


@pytest.mark.parametrize("topic", TOPICS)
def test_every_query_of_a_menu_is_understood_when_it_is_said(topic: str) -> None:
    for number in range(12):
        problem = TopicFamily(MathTutorConfig()).problem(f"{topic}-{1 + number % 5}-train-{number}")
        assert problem.space is not None
        found = problem.space.menu.cut(problem.space.prior)
        for query in [*problem.space.menu.queries, *problem.facts, *([found[0]] if found else [])]:
            assert parse(worded(query)).form == query.form, (problem.space.answers.names, worded(query))


def test_an_empty_menu_tells_nothing() -> None:
    menu = Menu((), (), None)
    assert menu.table_bits(np.ones(1)).shape == (0,)
    assert menu.best_bits(np.full(3, 1 / 3)) == 0.0
    assert menu.cut(np.full(3, 1 / 3)) is None


def test_menus_of_pairs_and_intervals_ask_about_their_parts_and_points() -> None:
    pair = menu_for(Answers.parse("pair", ("a", "b"), ["(1, 2)", "(1, 3)", "(2, 2)"]))
    assert pair.cuts is None
    assert {"a > 1", "b > 2"} <= {query.canonical for query in pair.queries}
    interval = menu_for(Answers.parse("interval", ("x",), ["(1, 2)", "[1, 2)", "(1, oo)"]))
    names = {query.canonical for query in interval.queries}
    assert {"1 in x", "2 in x", "3 in x"} <= names
    assert "0 in x" not in names
