"""Exact answers of many hypotheses at once, against Python fractions."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sml_env.answers import Answers, Column, Span, parse_answer
from sml_env.errors import ConfigurationError, ExpressionError

SMALL = st.integers(-30, 30)
EDGES = st.sampled_from(
    [2**61, 2**62 - 1, 2**62, 2**62 + 1, 2**63 - 1, 2**63, 2**64 + 3, 10**30, -(2**62), -(2**63) - 1]
)
NUMBERS = st.one_of(
    SMALL.map(Fraction),
    EDGES.map(Fraction),
    st.builds(Fraction, SMALL, st.integers(1, 12)),
    st.builds(Fraction, EDGES, st.integers(1, 2**40)),
)
COLUMNS = st.lists(NUMBERS, min_size=1, max_size=6)
INTEGERS = st.lists(st.one_of(SMALL, EDGES).map(Fraction), min_size=1, max_size=6)
COMPARISONS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne,
}  # fmt: skip


def sign(value: Fraction) -> int:
    return (value > 0) - (value < 0)


@given(st.one_of(COLUMNS, INTEGERS), NUMBERS)
def test_sign_against_a_bound_is_exact_beyond_machine_integers(values: list[Fraction], bound: Fraction) -> None:
    assert Column.of(values).sign_against(bound).tolist() == [sign(value - bound) for value in values]


@given(st.one_of(COLUMNS, INTEGERS), NUMBERS, st.sampled_from(sorted(COMPARISONS)))
def test_every_comparison_is_exact_beyond_machine_integers(values: list[Fraction], bound: Fraction, op: str) -> None:
    assert Column.of(values).compare(op, bound).tolist() == [COMPARISONS[op](value, bound) for value in values]


@given(COLUMNS, st.data())
def test_a_column_keeps_every_value(values: list[Fraction], data: st.DataObject) -> None:
    column = Column.of(values)
    assert [column[row] for row in range(len(column))] == values
    assert column.integral.tolist() == [value.denominator == 1 for value in values]
    assert column.bound == (max(abs(v.numerator) for v in values), max(v.denominator for v in values))
    rows = data.draw(st.lists(st.integers(0, len(values) - 1), min_size=1, max_size=4))
    taken = column.take(np.array(rows))
    assert [taken[row] for row in range(len(rows))] == [values[row] for row in rows]


def spans() -> st.SearchStrategy[Span]:
    ends = st.lists(st.builds(Fraction, SMALL, st.integers(1, 4)), min_size=2, max_size=2, unique=True).map(sorted)
    return st.builds(
        lambda pair, low, high, left, right: Span(
            None if left else pair[0], None if right else pair[1], low and not left, high and not right
        ),
        ends,
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.booleans(),
    )


@given(NUMBERS, NUMBERS, st.lists(spans(), min_size=1, max_size=3))
def test_text_of_an_answer_parses_back_to_it(a: Fraction, b: Fraction, parts: list[Span]) -> None:
    for kind, row in (("number", (a,)), ("pair", (a, b)), ("interval", tuple(parts))):
        answers = Answers.of(kind, ("x", "y")[: 2 if kind == "pair" else 1], [row])
        assert parse_answer(kind, answers.text(0)) == row
        assert answers.key(0) == row
        assert len(answers) == 1


@given(spans(), st.builds(Fraction, SMALL, st.integers(1, 4)))
def test_membership_of_an_interval_is_exact(span: Span, point: Fraction) -> None:
    low = span.low is None or (span.low <= point if span.low_closed else span.low < point)
    high = span.high is None or (point <= span.high if span.high_closed else point < span.high)
    assert (point in span) == (low and high)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("number", "-3/6", (Fraction(-1, 2),)),
        ("number", "2^70", (Fraction(2**70),)),
        ("number", "0.125", (Fraction(1, 8),)),
        ("pair", "(1/2, -3)", (Fraction(1, 2), Fraction(-3))),
        ("interval", "(-oo, 2]", (Span(None, Fraction(2), False, True),)),
        ("interval", "(1, 2)", (Span(Fraction(1), Fraction(2), False, False),)),
        (
            "interval",
            "(-oo, -1) U [4, oo)",
            (Span(None, Fraction(-1), False, False), Span(Fraction(4), None, True, False)),
        ),
    ],
)
def test_known_answers_have_their_exact_values(kind: str, text: str, value: tuple[object, ...]) -> None:
    assert parse_answer(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("number", "sqrt(2)"),
        ("number", "(1, 2)"),
        ("number", "x"),
        ("number", "1/0"),
        ("number", ""),
        ("number", "10^(10^9)"),
        ("pair", "3"),
        ("pair", "(1, 2, 3)"),
        ("pair", "(1, sqrt(2))"),
        ("interval", "3"),
        ("interval", "(1, sqrt(2))"),
        ("interval", "(x, 2)"),
    ],
)
def test_text_of_another_kind_is_refused(kind: str, text: str) -> None:
    with pytest.raises(ExpressionError):
        parse_answer(kind, text)


def test_unknown_kind_is_refused_by_name() -> None:
    with pytest.raises(ConfigurationError, match="kind: 'matrix'"):
        parse_answer("matrix", "3")


def test_names_stand_for_their_columns_alone() -> None:
    number = Answers.parse("number", ("n",), ["1", "2"])
    assert number.column("n") is number.column("x") is number.columns[0]
    assert number.column("y") is None
    pair = Answers.parse("pair", ("a", "b"), ["(1, 2)"])
    assert pair.column("b") is pair.columns[1]
    assert pair.column("x") is None
    interval = Answers.parse("interval", ("x",), ["(1, 2)"])
    assert interval.column("x") is None


def test_the_answer_of_one_hypothesis_is_a_space_of_one() -> None:
    for kind, texts in (("number", ["1", "5/2"]), ("pair", ["(1, 2)", "(3, 4)"]), ("interval", ["(1, 2)", "[3, oo)"])):
        answers = Answers.parse(kind, ("x", "y")[: 2 if kind == "pair" else 1], texts)
        assert (len(answers.only(1)), answers.only(1).text(0)) == (1, texts[1])
