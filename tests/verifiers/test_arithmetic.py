"""Exact evaluation: right values, bounded sizes."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sml_env.verifiers.expressions import evaluate, parse_expression, rational_value, substitute, to_text

VALUES = {
    "1/2 + 1/3": Fraction(5, 6),
    "2^10": Fraction(1024),
    "2^-2": Fraction(1, 4),
    "sqrt(9/4)": Fraction(3, 2),
    "8^(2/3)": Fraction(4),
    "cbrt(-8)": Fraction(-2),
    "root(5, 32)": Fraction(2),
    "5!/3!": Fraction(20),
    "binomial(5, 2)": Fraction(10),
    "log(1000)": Fraction(3),
    "log(4, 8)": Fraction(3, 2),
    "log(1/100)": Fraction(-2),
    "25%": Fraction(1, 4),
    "|-3|": Fraction(3),
    "(-1)^(10^30)": Fraction(1),
    "cos(0) + ln(1)": Fraction(1),
}
NO_VALUES = ["9^9^9^9", "1/0", "0^0", "0^(-1)", "pi", "sqrt(2)", "x", "(-8)^(1/3)", "3001!", "2^40000", "(1, 2)", "oo",
             "log(7)", "(-3)!", "1/(1-1)", "sqrt(-4)"]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), VALUES.items())
def test_rational_constants_have_exact_values(text: str, value: Fraction) -> None:
    assert rational_value(parse_expression(text)) == value


@pytest.mark.parametrize("text", NO_VALUES)
def test_what_is_not_rational_defined_or_small_has_no_value(text: str) -> None:
    assert rational_value(parse_expression(text)) is None


def test_division_by_zero_is_told_apart() -> None:
    node = parse_expression("1/(x - 2)")
    with pytest.raises(ZeroDivisionError):
        evaluate(node, {"x": 2})
    assert evaluate(node, {"x": 4}) == Fraction(1, 2)
    assert evaluate(node, {}) is None


@given(st.fractions(max_denominator=50), st.fractions(max_denominator=50), st.integers(0, 6))
def test_evaluation_agrees_with_fractions(x: Fraction, y: Fraction, n: int) -> None:
    node = parse_expression(f"(x + 2*y)*(x - y)^{n} - x/3")
    expected = (x + 2 * y) * ((x - y) ** n if n else 1) - x / 3
    if n == 0 and x == y:
        assert evaluate(node, {"x": x, "y": y}) is None
    else:
        assert evaluate(node, {"x": x, "y": y}) == expected


def test_substitution_replaces_only_the_named_variables() -> None:
    node = substitute(parse_expression("x^2 + y > x"), {"x": parse_expression("3")})
    assert to_text(node) == "3**2 + y > 3"
