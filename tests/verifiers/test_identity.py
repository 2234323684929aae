"""Identity of functions, against sympy and against prepared near-misses."""

from __future__ import annotations

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from sml_env.verifiers.expressions import parse_expression as parse
from sml_env.verifiers.identity import identical, proportional

_X = sympy.Symbol("x")
_POLYNOMIALS = st.lists(st.integers(-3, 3), min_size=1, max_size=4)


def _text(coefficients: list[int]) -> str:
    return " + ".join(f"({c})*x^{k}" if k else f"({c})" for k, c in enumerate(coefficients))


@settings(deadline=None)
@given(_POLYNOMIALS, _POLYNOMIALS, _POLYNOMIALS)
def test_products_of_polynomials_agree_with_sympy(a: list[int], b: list[int], c: list[int]) -> None:
    polynomials = [sum(k * _X**n for n, k in enumerate(p)) for p in (a, b, c)]
    expected = sympy.expand(polynomials[0] * polynomials[1] - polynomials[2]) == 0
    assert identical(parse(f"({_text(a)})*({_text(b)})"), parse(_text(c))).equal is expected


@settings(deadline=None)
@given(_POLYNOMIALS, _POLYNOMIALS)
def test_expanded_products_are_identical(a: list[int], b: list[int]) -> None:
    product = sympy.Poly(sum(k * _X**n for n, k in enumerate(a)) * sum(k * _X**n for n, k in enumerate(b)), _X)
    expanded = _text([int(c) for c in reversed(product.all_coeffs())])
    assert identical(parse(f"({_text(a)})*({_text(b)})"), parse(expanded)).equal is True


@pytest.mark.parametrize("prime", [2**61 - 1, 2**61 - 31, (2**61 - 1) * (2**61 - 31)])
def test_a_coefficient_made_of_known_primes_hides_nothing(prime: int) -> None:
    assert identical(parse(f"x^2 + {prime}*x"), parse("x^2")).equal is False


@pytest.mark.parametrize(
    ("a", "b", "equal", "method"),
    [
        ("1/(x-1) - 1/(x+1)", "2/(x^2-1)", True, "modular"),
        ("x^2/x", "x", True, "modular"),
        ("(x+y)^3", "x^3+3x^2*y+3x*y^2+y^3", True, "modular"),
        ("x^65000 + 1", "x^65000", False, "modular"),
        ("sin(2x)", "2*sin(x)*cos(x)", True, "numeric"),
        ("sin(x)", "cos(x)", False, "balls"),
        ("sqrt(x^2)", "x", False, "balls"),
        ("2*ln(x)", "ln(x^2)", True, "numeric"),
        ("n!", "n*(n-1)!", True, "numeric"),
        ("sqrt(x)*10^-200", "sqrt(x)*10^-201", False, "balls"),
        ("x^(10^9)", "x^(10^9 + 1)", None, "none"),
    ],
)
def test_known_identities(a: str, b: str, equal: bool | None, method: str) -> None:
    decision = identical(parse(a), parse(b))
    assert (decision.equal, decision.method) == (equal, method)


def test_proportional_needs_a_constant_factor() -> None:
    assert proportional(parse("2x + 4y - 3"), parse("y + x/2 - 3/4")).equal is True
    assert proportional(parse("x^2"), parse("x")).equal is False
    assert proportional(parse("x - x"), parse("x")).equal is None
