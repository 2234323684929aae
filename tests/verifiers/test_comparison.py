"""Comparison of constants against independent evaluation."""

from __future__ import annotations

import math
import threading
from fractions import Fraction

import flint
import mpmath
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from sml_env.verifiers.balls import precision
from sml_env.verifiers.comparison import compare, equal_constants
from sml_env.verifiers.expressions import parse_expression as parse
from sml_env.verifiers.nodes import Function, Node, Number, add, divide, multiply, negate


def _number(value: int) -> Node:
    return Number(Fraction(value))


_FORMS = st.recursive(
    st.integers(1, 30).map(lambda n: (_number(n), sympy.Integer(n))),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: (add([p[0][0], p[1][0]]), p[0][1] + p[1][1])),
        st.tuples(inner, inner).map(lambda p: (add([p[0][0], negate(p[1][0])]), p[0][1] - p[1][1])),
        st.tuples(inner, inner).map(lambda p: (multiply(p[0][0], p[1][0]), p[0][1] * p[1][1])),
        inner.map(lambda p: (Function("sqrt", (Function("abs", (p[0],)),)), sympy.sqrt(sympy.Abs(p[1])))),
        inner.map(lambda p: (divide(p[0], _number(7)), p[1] / 7)),
        inner.map(lambda p: (Function("sin", (p[0],)), sympy.sin(p[1]))),
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(_FORMS, _FORMS)
def test_comparison_agrees_with_sympy_and_mpmath(a: tuple[Node, sympy.Expr], b: tuple[Node, sympy.Expr]) -> None:
    sign = compare(a[0], b[0])
    with mpmath.workdps(60):
        difference = sympy.N(a[1] - b[1], 50, maxn=200)
    if sign is not None and sign != 0:
        assert (difference > 0) == (sign > 0)
    elif sign == 0:
        assert abs(difference) < 1e-40
    else:
        assert abs(difference) < 1e-40


def test_the_root_of_an_absolute_value_that_may_be_zero_is_real() -> None:
    nothing = parse("sqrt(abs(sqrt(2) - sqrt(2)))")
    assert compare(parse("1"), nothing) == 1
    assert compare(nothing, parse("1")) == -1


@given(st.fractions(), st.fractions())
def test_comparison_of_rationals_is_that_of_fractions(a: Fraction, b: Fraction) -> None:
    assert compare(Number(a), Number(b)) == (a > b) - (a < b)


@pytest.mark.parametrize(
    ("a", "b", "sign"),
    [
        ("sqrt(2)", "1.41421356237", 1),
        ("pi", "22/7", -1),
        ("sqrt(2)*sqrt(2)", "2", 0),
        ("sqrt(5 + 2sqrt(6))", "sqrt(2) + sqrt(3)", 0),
        ("cbrt(2 + sqrt(5)) + cbrt(2 - sqrt(5))", "1", 0),
        ("sin(pi/6)", "1/2", 0),
        ("e^{i\\pi}", "-1", 0),
        ("10^-300*pi", "10^-300*e", 1),
        ("oo", "10^300", 1),
        ("-oo", "oo", -1),
        ("oo", "oo", 0),
        ("i", "2", None),
        ("x", "2", None),
        ("1/0", "2", None),
        ("1/(sqrt(2) - sqrt(2))", "3", None),
        ("9^9^9", "9^9^9 + 1", None),
        ("sqrt(10^40 + 1)", "10^20", 1),
    ],
)
def test_known_comparisons(a: str, b: str, sign: int | None) -> None:
    assert compare(parse(a), parse(b)) == sign


def test_sums_of_square_roots_that_agree_to_30_digits_are_told_apart() -> None:
    left, right = "sqrt(10^20 - 1) + sqrt(10^20 + 1)", "2*sqrt(10^20)"
    assert math.sqrt(10**20 - 1) + math.sqrt(10**20 + 1) == 2 * math.sqrt(10**20)
    assert compare(parse(left), parse(right)) == -1


def test_algebraic_numbers_closer_than_any_fixed_precision_are_told_apart() -> None:
    left, right = parse("sqrt(10^1000 + 1)"), parse("10^500")
    assert compare(left, right) == 1
    assert equal_constants(left, right).equal is False


def test_transcendental_equality_is_evidence_not_proof() -> None:
    assert equal_constants(parse("ln(6)"), parse("ln(2) + ln(3)")).method == "numeric"
    assert compare(parse("ln(6)"), parse("ln(2) + ln(3)")) is None


def test_precision_is_restored_even_after_an_error() -> None:
    before = flint.ctx.prec
    with pytest.raises(RuntimeError), precision(999):
        assert flint.ctx.prec == 999
        raise RuntimeError
    assert flint.ctx.prec == before


def test_precision_is_restored_after_use_by_many_threads() -> None:
    before = flint.ctx.prec
    threads = [threading.Thread(target=compare, args=(parse("pi"), parse("e + 1/3"))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert flint.ctx.prec == before
