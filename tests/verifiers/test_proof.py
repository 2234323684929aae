"""Proofs by sympy: what is proven, what is refuted, what must stay open; recomputed by brute force where possible."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sml_env.verifiers.expressions import parse_expression as parse
from sml_env.verifiers.workers.proof import answer

OPERATORS = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
ROOTS = st.lists(st.tuples(st.integers(-3, 3), st.integers(1, 3)), min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("sin(x)^2 + cos(x)^2", "1"),
        ("sin(2x)", "2sin(x)cos(x)"),
        ("e^(x+1)", "e*e^x"),
        ("(x+pi)^2", "x^2+2pi*x+pi^2"),
        ("tan(x)", "sin(x)/cos(x)"),
        ("1 + tan(x)^2", "sec(x)^2"),
        ("cot(x)tan(x)", "1"),
        ("cosh(x)^2 - sinh(x)^2", "1"),
        ("sin(x)/(1+cos(x))", "tan(x/2)"),
        ("sqrt(3+2sqrt(2))", "1+sqrt(2)"),
        ("cbrt(2+sqrt(5)) + cbrt(2-sqrt(5))", "1"),
        ("cbrt(-8)", "-2"),
        ("cbrt(x^3)", "x"),
        ("sqrt(x^2)", "abs(x)"),
        ("cos(pi/7) - cos(2pi/7) + cos(3pi/7)", "1/2"),
        ("atan(1/2) + atan(1/3)", "pi/4"),
        ("4atan(1/5) - atan(1/239)", "pi/4"),
        ("ln(2) + ln(3)", "ln(6)"),
        ("log(1000)", "3"),
        ("log(2, 8x)", "3 + log(2, x)"),
        ("2^(2x)", "4^x"),
        ("e^(i*pi)", "-1"),
        ("n!/(n-1)!", "n"),
        ("binomial(n, 2)", "n(n-1)/2"),
        ("50%", "1/2"),
        ("x/x", "1"),
    ],
)
def test_equal_values_and_functions_are_proven(a: str, b: str) -> None:
    assert answer("equal", parse(a), parse(b), "real") is True
    assert answer("equal", parse(b), parse(a), "real") is True


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("sin(x)", "cos(x)"),
        ("sqrt(x^2)", "x"),
        ("sqrt(2) + sqrt(3)", "sqrt(5)"),
        ("atan(x) + atan(1/x)", "pi/2"),
        ("(-8)^(1/3)", "-2"),
        ("n!", "n^2"),
        ("sin(x) + 1/10^60", "sin(x)"),
    ],
)
def test_different_values_and_functions_are_refuted(a: str, b: str) -> None:
    assert answer("equal", parse(a), parse(b), "real") is False


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("x/(x-x)", "1"),
        ("0/(sqrt(5+2sqrt(6)) - sqrt(2) - sqrt(3))", "0"),
        ("0^0", "1"),
        ("ln(0)", "ln(0)"),
        ("ln(x^2)", "2ln(x)"),
        ("factorial(factorial(3000))", "1"),
        ("exp(1000000*ln(9))", "1"),
        ("1", "x = 1"),
    ],
)
def test_what_is_undefined_or_holds_on_a_part_of_the_line_stays_open(a: str, b: str) -> None:
    assert answer("equal", parse(a), parse(b), "real") is None


def test_what_variables_range_over_decides() -> None:
    a, b = parse("sqrt(x^2)"), parse("x")
    assert [answer("equal", a, b, variables) for variables in ("positive", "real", "complex")] == [True, False, False]
    a, b = parse("x^2 = 1"), parse("x = 1")
    assert [answer("equations", a, b, variables) for variables in ("positive", "real", "complex")] == [
        True,
        False,
        False,
    ]
    a, b = parse("x^3 = 8"), parse("x = 2")
    assert [answer("equations", a, b, variables) for variables in ("positive", "real", "complex")] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("x*y = 1", "y = 1/x", True),
        ("x*y = x", "y = 1", False),
        ("x^2 = 0", "x = 0", True),
        ("x^2 + 1 = 0", "x^2 + 2 = 0", True),
        ("x^2 + y^2 = 25", "x^2 + y^2 = 24", False),
        ("(x-1)^2 + (y+2)^2 = 9", "x^2 - 2x + y^2 + 4y = 4", True),
        ("x^2/4 + y^2/9 = 1", "9x^2 + 4y^2 = 36", True),
        ("y = 2sqrt(x)", "y/2 = sqrt(x)", True),
        ("y = pi*x", "y/pi = x", True),
        ("y = x^2", "y = x^3", False),
        ("x^2 = 2", "x = sqrt(2)", False),
        ("x^2 = 2 ", "abs(x) = sqrt(2)", None),
        ("abs(x) = 2", "x^2 = 4", True),
        ("y/x = 1", "y = x", None),
        ("x/x = 1", "x = x", False),
        ("(x^2 - 1)/(x - 1) = 0", "x = -1", True),
        ("(x^2 - 1)/(x - 1) = 0", "x^2 = 1", False),
        ("sqrt(x)^2 = x", "x = x", None),
        ("y + sqrt(x) - sqrt(x) = 1", "y = 1", None),
        ("x^2 = x*y", "(x - y)/x = 0", None),
        ("(x^2 - x*y)/x = 0", "x = y", None),
        ("y = ln(x^2)", "y = 2ln(x)", None),
        ("x^2 + y^2 = 0", "x^2 + 2y^2 = 0", None),
        ("1/0 = x", "x = x", None),
        ("x = 1", "x > 1", None),
    ],
)
def test_equations(a: str, b: str, expected: bool | None) -> None:
    assert answer("equations", parse(a), parse(b), "real") is expected
    assert answer("equations", parse(b), parse(a), "real") is expected


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("x^2 < 2", "-sqrt(2) < x < sqrt(2)", True),
        ("x^2 <= 2", "-sqrt(2) < x < sqrt(2)", False),
        ("x^2 < 2", "-sqrt(2) < x < sqrt(3)", False),
        ("x^2 <= 2", "[-sqrt(2), sqrt(2)]", True),
        ("abs(x-1) < 3", "-2 < x < 4", True),
        ("abs(abs(x)-1) < 1", "0 < abs(x) < 2", True),
        ("1/x > 0", "x > 0", True),
        ("1/x >= 0", "x >= 0", False),
        ("(x-1)/(x+2) >= 0", "x < -2 or x >= 1", True),
        ("(x-1)/(x+2) >= 0", "x <= -2 or x >= 1", False),
        ("x/x > 0", "x != 0", True),
        ("x^2 + 1 > 0", "x^2 >= 0", True),
        ("x^2 >= 0", "x^2 > 0", False),
        ("x^3 - x - 1 > 0", "x^5 - x^4 - 1 > 0", True),
        ("x^2 < 0", "x > x", True),
        ("x > 0", "(0, oo)", True),
        ("x > ln(2)", "2x > 2ln(2)", None),
        ("x < y", "y > x", None),
        ("sqrt(x) > 1", "x > 1", None),
        ("floor(x) > 1", "x >= 2", None),
    ],
)
def test_inequalities(a: str, b: str, expected: bool | None) -> None:
    assert answer("inequalities", parse(a), parse(b), "real") is expected
    assert answer("inequalities", parse(b), parse(a), "real") is expected


def product_of(roots: list[tuple[int, int]]) -> str:
    return "*".join(f"(x - ({root}))^{times}" for root, times in roots)


@given(ROOTS, ROOTS)
def test_equations_with_known_roots_agree_with_the_sets_of_roots(a: list, b: list) -> None:  # type: ignore[type-arg]
    expected = {root for root, _ in a} == {root for root, _ in b}
    assert answer("equations", parse(f"{product_of(a)} = 0"), parse(f"0 = -3*{product_of(b)}"), "real") is expected


@given(ROOTS, ROOTS, OPERATORS, OPERATORS)
def test_inequalities_with_known_roots_agree_with_a_scan(a: list, b: list, f: str, g: str) -> None:  # type: ignore[type-arg]
    def holds(roots: list[tuple[int, int]], op: str, x: Fraction) -> bool:
        value = Fraction(1)
        for root, times in roots:
            value *= (x - root) ** times
        truth = {"<": value < 0, "<=": value <= 0, ">": value > 0, ">=": value >= 0, "==": value == 0}
        return truth.get(op, value != 0)

    expected = all(holds(a, f, x) == holds(b, g, x) for x in (Fraction(k, 2) for k in range(-9, 10)))
    assert answer("inequalities", parse(f"{product_of(a)} {f} 0"), parse(f"{product_of(b)} {g} 0"), "real") is expected
