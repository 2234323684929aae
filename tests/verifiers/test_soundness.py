r"""The verifier's verdicts against independent evaluation: mpmath to `DIGITS` digits, sympy's expansion of products.

What is true is computed here from trees of our own, never from what the verifier parsed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import mpmath
import pytest
import sympy
from fuzz.properties import ALONE, EXACT, boxed
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from sml_env.verifiers import Status, verify

DIGITS = 200
SAME = 60
"""Numbers that agree to so many digits are equal; `DIGITS` leaves room for what cancels on the way."""


@dataclass(frozen=True)
class Constant:
    """A constant as text, and how mpmath computes it."""

    latex: str
    value: mpmath.mpf


def _made(latex: str, value: mpmath.mpf) -> Constant:
    """A constant, exactly zero if it is as small as only an error is: no tree of so few leaves is."""
    return Constant(latex, mpmath.mpf(0) if abs(value) < mpmath.mpf(10) ** -SAME else value)


def _joined(sign: str, a: Constant, b: Constant) -> Constant:
    with mpmath.workdps(DIGITS):
        if sign == "+":
            return _made(f"{a.latex}+{b.latex}", a.value + b.value)
        if sign == "-":
            return _made(f"{a.latex}-\\left({b.latex}\\right)", a.value - b.value)
        if sign == "*":
            return _made(f"\\left({a.latex}\\right)\\cdot\\left({b.latex}\\right)", a.value * b.value)
        return _made(f"\\frac{{{a.latex}}}{{{b.latex}}}", a.value / b.value if b.value else mpmath.nan)


def _raised(form: str, a: Constant) -> Constant:
    with mpmath.workdps(DIGITS):
        if form == "square":
            return _made(f"\\left({a.latex}\\right)^2", a.value**2)
        if form == "square root":
            return _made(f"\\sqrt{{\\left|{a.latex}\\right|}}", mpmath.sqrt(abs(a.value)))
        return _made(f"\\sqrt[3]{{{a.latex}}}", mpmath.sign(a.value) * mpmath.cbrt(abs(a.value)))


def _combined(children: st.SearchStrategy[Constant]) -> st.SearchStrategy[Constant]:
    return st.one_of(
        st.builds(_joined, st.sampled_from("+-*/"), children, children),
        st.builds(_raised, st.sampled_from(["square", "square root", "cube root"]), children),
    )


def _number(p: int, q: int) -> Constant:
    with mpmath.workdps(DIGITS):
        return _made(str(p) if q == 1 else f"\\frac{{{p}}}{{{q}}}", mpmath.mpf(p) / q)


def _turn(name: str, k: int, n: int) -> Constant:
    with mpmath.workdps(DIGITS):
        angle = k * mpmath.pi / n
        value = mpmath.cos(angle) if name == "cos" else mpmath.sin(angle)
        return _made(f"\\{name}\\left(\\frac{{{k}\\pi}}{{{n}}}\\right)", value)


_constants = st.recursive(
    st.one_of(
        st.builds(_number, st.integers(1, 30), st.integers(1, 6)),
        st.builds(
            _turn, st.sampled_from(["cos", "sin"]), st.integers(0, 24), st.sampled_from([1, 2, 3, 4, 5, 6, 8, 12])
        ),
    ),
    _combined,
    max_leaves=7,
)


def _same(a: mpmath.mpf, b: mpmath.mpf) -> bool:
    with mpmath.workdps(DIGITS):
        return bool(abs(a - b) <= mpmath.mpf(10) ** -SAME * max(1, abs(a), abs(b)))


def _sound(a: Constant, b: Constant) -> None:
    assume(mpmath.isfinite(a.value) and mpmath.isfinite(b.value))
    verdict = verify(boxed(a.latex), b.latex, EXACT)
    if verdict.correct:
        assert _same(a.value, b.value), (a.latex, b.latex, verdict)
    elif verdict.status is Status.INCORRECT:
        assert not _same(a.value, b.value), (a.latex, b.latex, verdict)
    else:
        assert verdict.status in (Status.UNDECIDED, Status.REFERENCE_ERROR), verdict


@settings(max_examples=300, deadline=None)
@given(_constants, _constants)
def test_verdict_on_constants_is_sound(a: Constant, b: Constant) -> None:
    _sound(a, b)


@settings(max_examples=300, deadline=None)
@given(_constants, st.sampled_from(["square root", "difference", "conjugate", "near"]))
def test_verdict_on_constants_in_another_form_is_sound(a: Constant, form: str) -> None:
    with mpmath.workdps(DIGITS):
        if form == "square root":
            other = Constant(f"\\sqrt{{\\left({a.latex}\\right)^2}}", abs(a.value))
        elif form == "difference":
            other = Constant(f"\\left({a.latex}+\\sqrt{{7}}\\right)-\\sqrt{{7}}", a.value)
        elif form == "conjugate":
            bottom = f"\\sqrt{{3}}-\\left({a.latex}\\right)"
            top = f"3-\\left({a.latex}\\right)^2"
            value = mpmath.sqrt(3) + a.value
            a = Constant(f"{a.latex}+\\sqrt{{3}}", value)
            other = Constant(f"\\frac{{{top}}}{{{bottom}}}", value)
        else:
            other = Constant(f"{a.latex}+\\frac{{1}}{{10^{{40}}}}", a.value + mpmath.mpf(10) ** -40)
    _sound(a, other)


def test_constants_are_mostly_decided() -> None:
    """Soundness alone would hold of a verifier that never decides."""
    statuses = []

    @settings(max_examples=200, deadline=None, database=None)
    @given(_constants)
    def collect(a: Constant) -> None:
        assume(mpmath.isfinite(a.value))
        statuses.append(verify(boxed(f"\\left({a.latex}\\right)+1-1"), a.latex, EXACT).status)

    collect()
    decided = [status for status in statuses if status is not Status.REFERENCE_ERROR]
    assert decided.count(Status.CORRECT) >= 0.9 * len(decided)
    assert Status.INCORRECT not in decided


@dataclass(frozen=True)
class Real:
    """A real function of x as text, and how mpmath computes it."""

    latex: str
    at: Callable[[mpmath.mpf], mpmath.mpf]


_UNARY: dict[str, Callable[[mpmath.mpf], mpmath.mpf]] = {
    "\\sin\\left({}\\right)": mpmath.sin,
    "\\cos\\left({}\\right)": mpmath.cos,
    "e^{{{}}}": mpmath.exp,
    "\\arctan\\left({}\\right)": mpmath.atan,
    "\\left({}\\right)^3": lambda x: x**3,
    "\\sqrt{{2+\\sin\\left({}\\right)}}": lambda x: mpmath.sqrt(2 + mpmath.sin(x)),
    "\\ln\\left(1+\\left({}\\right)^2\\right)": lambda x: mpmath.log(1 + x * x),
    "\\frac{{1}}{{1+e^{{{}}}}}": lambda x: 1 / (1 + mpmath.exp(x)),
}
_BINARY: dict[str, Callable[[mpmath.mpf, mpmath.mpf], mpmath.mpf]] = {
    "{}+{}": lambda x, y: x + y,
    "{}-\\left({}\\right)": lambda x, y: x - y,
    "\\left({}\\right)\\left({}\\right)": lambda x, y: x * y,
}
_REWRITTEN: dict[str, Callable[[mpmath.mpf, mpmath.mpf], mpmath.mpf]] = {
    "\\ln\\left(e^{{{0}}}\\right)": lambda f, x: f,
    "\\left({0}\\right)\\left(\\sin^2 x+\\cos^2 x\\right)": lambda f, x: f,
    "\\frac{{\\left({0}\\right)e^{{2x}}}}{{\\left(e^x\\right)^2}}": lambda f, x: f,
    "{0}+\\sin(2x)-2\\sin(x)\\cos(x)": lambda f, x: f,
    "{0}+\\frac{{x}}{{10^{{15}}}}": lambda f, x: f + x / mpmath.mpf(10) ** 15,
    "{0}+\\frac{{1}}{{10^{{15}}}}\\sin(x)": lambda f, x: f + mpmath.sin(x) / mpmath.mpf(10) ** 15,
    "-\\left({0}\\right)": lambda f, x: -f,
}


def _functions(children: st.SearchStrategy[Real]) -> st.SearchStrategy[Real]:
    def one(form: str, f: Real) -> Real:
        return Real(form.format(f.latex), lambda x: _UNARY[form](f.at(x)))

    def two(form: str, f: Real, g: Real) -> Real:
        return Real(form.format(f.latex, g.latex), lambda x: _BINARY[form](f.at(x), g.at(x)))

    return st.one_of(
        st.builds(one, st.sampled_from(sorted(_UNARY)), children),
        st.builds(two, st.sampled_from(sorted(_BINARY)), children, children),
    )


_smooth = st.recursive(
    st.one_of(st.just(Real("x", lambda x: x)), st.integers(1, 9).map(lambda n: Real(str(n), lambda x: mpmath.mpf(n)))),
    _functions,
    max_leaves=4,
)


@settings(max_examples=300, deadline=None)
@given(_smooth, st.one_of(st.sampled_from(sorted(_REWRITTEN)), st.none()), _smooth)
def test_verdict_on_functions_is_sound(f: Real, form: str | None, g: Real) -> None:
    if form:
        g = Real(form.format(f.latex), lambda x: _REWRITTEN[form](f.at(x), x))
    verdict = verify(boxed(g.latex), f.latex, EXACT)
    with mpmath.workdps(DIGITS):
        points = [mpmath.mpf(k) / 7 for k in (-9, -4, -1, 2, 5, 11)]
        values = [(f.at(x), g.at(x)) for x in points]
        assume(all(max(abs(a), abs(b)) < mpmath.mpf(10) ** (DIGITS - SAME - 20) for a, b in values))
        same = [_same(a, b) for a, b in values]
    if verdict.correct:
        assert all(same), (f.latex, g.latex, verdict)
    elif verdict.status is Status.INCORRECT:
        assert not all(same), (f.latex, g.latex, verdict)


_factors = st.lists(
    st.tuples(st.integers(-9, 9), st.integers(-9, 9), st.integers(-9, 9)).filter(any), min_size=1, max_size=5
)


@settings(max_examples=150, deadline=None)
@given(_factors, st.integers(0, 10**6), st.sampled_from([-2, -1, 1, 3]))
def test_expansion_of_a_product_is_equal_until_a_coefficient_changes(
    factors: list[tuple[int, int, int]], which: int, change: int
) -> None:
    x, y = sympy.symbols("x y")
    product = sympy.Mul(*(a * x + b * y + c for a, b, c in factors))
    written = "".join(f"({a}x+{b}y+{c})".replace("+-", "-") for a, b, c in factors)
    polynomial = sympy.Poly(product, x, y)
    right = verify(boxed(sympy.latex(polynomial.as_expr())), written, ALONE)
    assert right.correct, (written, right)
    terms = dict(polynomial.terms())
    powers = sorted(terms)[which % len(terms)]
    terms[powers] += change
    wrong = sympy.Poly.from_dict(terms, x, y).as_expr()
    assert verify(boxed(sympy.latex(wrong)), written, ALONE).status is Status.INCORRECT
    assert verify(boxed(written), sympy.latex(wrong), ALONE).status is Status.INCORRECT


_roots = st.lists(st.fractions(-10, 10, max_denominator=6), min_size=1, max_size=3, unique=True)


@settings(max_examples=100, deadline=None)
@given(_roots, st.sampled_from(["|{}|", "\\sqrt{{({})^2}}", "\\sqrt[4]{{({})^4}}"]))
@example(roots=[Fraction(4), Fraction(5)], form="|{}|")
@example(roots=[Fraction(0), Fraction(1, 2)], form="\\sqrt{{({})^2}}")
def test_absolute_value_of_what_changes_sign_is_different(roots: list[Fraction], form: str) -> None:
    """However short the piece on which the two differ."""
    x = sympy.Symbol("x")
    polynomial = sympy.latex(sympy.expand(sympy.Mul(*(x - sympy.Rational(root) for root in roots))))
    verdict = verify(boxed(form.format(polynomial)), polynomial, ALONE)
    assert not verdict.correct, (polynomial, verdict)
    assert verify(boxed(form.format(f"({polynomial})^2")), f"\\left({polynomial}\\right)^2", ALONE).status in (
        Status.CORRECT,
        Status.UNDECIDED,
    )


@pytest.mark.parametrize("k", [2, 5, 17, 40, 100])
def test_term_that_is_zero_for_small_whole_numbers_makes_a_difference(k: int) -> None:
    """A factorial is compared at whole numbers, of which the first few say little."""
    for answer in (f"n!+\\lfloor n/{k} \\rfloor", f"n!+\\binom{{n}}{{{k}}}"):
        assert not verify(answer, "n!", ALONE).correct, answer
        assert not verify("n!", answer, ALONE).correct, answer
