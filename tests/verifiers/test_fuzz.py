r"""Properties of the verifier on any input: total, reflexive, symmetric, and sound against independent evaluation.

What is true of two constants is computed here by mpmath from a tree of our own, never from what the verifier parsed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from unittest import mock

import mpmath
import pytest
import sympy
from fuzz.properties import ALONE, EXACT, boxed, check_pair, check_reflexive, check_symmetric, check_total
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from sml_env.verifiers import Status, symbolic, verify

TESTS = Path(__file__).resolve().parents[1]
TABLE = json.loads((TESTS / "cases" / "math_pairs.json").read_text(encoding="utf-8"))
DIGITS = 200
SAME = 60
"""Numbers that agree to so many digits are equal; `DIGITS` leaves room for what cancels on the way."""

_DICTIONARY = (TESTS / "fuzz" / "latex.dict").read_text(encoding="ascii")
TOKENS = [
    json.loads(f'"{line[1:-1]}"'.replace("\\x", "\\u00")).encode("latin-1").decode()
    for line in _DICTIONARY.splitlines()
    if line.startswith('"')
]
_texts = st.one_of(
    st.text(max_size=80),
    st.lists(st.sampled_from([*TOKENS, " ", "\n"]), max_size=25).map("".join),
    st.lists(st.sampled_from(TOKENS), max_size=12).map(" ".join),
)


def _written(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(children, children)
    return st.one_of(
        two.map(lambda p: f"{p[0]}+{p[1]}"),
        two.map(lambda p: f"({p[0]})-({p[1]})"),
        two.map(lambda p: f"\\frac{{{p[0]}}}{{{p[1]}}}"),
        two.map(lambda p: f"({p[0]}) \\cdot ({p[1]})"),
        two.map(lambda p: f"\\left({p[0]}, {p[1]}\\right)"),
        two.map(lambda p: f"\\{{{p[0]}, {p[1]}\\}}"),
        two.map(lambda p: f"[{p[0]}, {p[1]})"),
        two.map(lambda p: f"{p[0]} = {p[1]}"),
        two.map(lambda p: f"{p[0]} \\le {p[1]}"),
        two.map(lambda p: f"{p[0]}, {p[1]}"),
        two.map(lambda p: f"({p[0]})^{{{p[1]}}}"),
        two.map(lambda p: f"\\begin{{pmatrix}} {p[0]} & {p[1]} \\end{{pmatrix}}"),
        two.map(lambda p: f"{p[0]} \\cup {p[1]}"),
        two.map(lambda p: f"{p[0]} : {p[1]}"),
        two.map(lambda p: f"\\binom{{{p[0]}}}{{{p[1]}}}"),
        two.map(lambda p: f"\\log_{{{p[0]}}} ({p[1]})"),
        children.map(lambda x: f"\\sqrt{{{x}}}"),
        children.map(lambda x: f"\\sqrt[3]{{{x}}}"),
        children.map(lambda x: f"\\left|{x}\\right|"),
        children.map(lambda x: f"-({x})"),
        children.map(lambda x: f"\\pm ({x})"),
        children.map(lambda x: f"({x})!"),
        children.map(lambda x: f"\\sin({x})"),
        children.map(lambda x: f"\\ln({x})"),
        children.map(lambda x: f"{x}\\%"),
        children.map(lambda x: f"{x}^\\circ"),
        children.map(lambda x: f"{x} \\text{{ cm}}"),
        children.map(lambda x: f"x = {x}"),
        children.map(lambda x: f"x > {x}"),
    )


_grammatical = st.recursive(
    st.one_of(
        st.integers(0, 20).map(str),
        st.sampled_from(
            ["x", "y", "n", "\\pi", "e", "i", "0.5", "3.142", "\\infty", "1\\frac{1}{2}", "1,000", "2^{10}"]
        ),
    ),
    _written,
    max_leaves=8,
)


@st.composite
def _mutated(draw: st.DrawFn) -> str:
    """A text of the table with pieces cut out, doubled or put in."""
    row = draw(st.sampled_from(TABLE))
    text = row[draw(st.sampled_from(["answer", "reference"]))]
    for _ in range(draw(st.integers(1, 3))):
        at, to = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        middle = draw(st.sampled_from([text[at:to] * 2, "", draw(st.sampled_from(TOKENS)), text[at:to]]))
        text = text[:at] + middle + text[to:]
    return str(text)


_any = st.one_of(_texts, _grammatical, _mutated())
_readable = st.one_of(_grammatical, st.sampled_from([row["reference"] for row in TABLE]))


@settings(max_examples=400, deadline=None)
@given(answer=_any, reference=_any)
def test_any_pair_gets_a_verdict(answer: str, reference: str) -> None:
    check_total(answer, reference)


@settings(max_examples=400, deadline=None)
@given(text=_any)
def test_what_parses_is_equal_to_itself(text: str) -> None:
    check_reflexive(text)


@settings(max_examples=400, deadline=None)
@given(first=_readable, second=_readable)
@example(first="(2,3)", second="2<x<3")
@example(first="x=5", second="5")
@example(first="5\\%", second="0.05")
@example(first="x^2=4", second="\\pm 2")
def test_verdict_is_the_same_both_ways_round(first: str, second: str) -> None:
    check_symmetric(first, second)


_PIECES = [
    "\\boxed{!}",
    "$\\boxed{!}$.",
    "\\boxed{!1}",
    "\\boxed{9}",
    "\\fbox{9}",
    "!",
    "9",
    "####",
    "\n#### ",
    "\n",
    "\n#### !",
    "\n#### 9",
    "\n##### !",
    "<answer>!</answer>",
    "<answer>9</answer>",
    "<think>",
    "</think>",
    "<thinking>",
    "</reasoning>",
    "{",
    "}",
    "\\{",
    "wait ",
    "answer is !",
]
"""Pieces of replies; the exclamation mark stands for the reference."""


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(["18", "7", "\\frac{1}{2}", "1,080", "x", "\\frac{1}{0}", "}{", "2018", "-3", "(1, 2)"]),
    st.lists(st.sampled_from(_PIECES), max_size=7),
)
def test_shortcut_for_a_reply_that_holds_the_reference_changes_no_verdict(reference: str, pieces: list[str]) -> None:
    reply = "".join(pieces).replace("!", reference)
    short = verify(reply, reference, ALONE)
    with mock.patch.object(symbolic, "MAX_GLANCE", -1):
        assert verify(reply, reference, ALONE).status == short.status, (reply, short)


@settings(max_examples=200, deadline=None)
@given(
    _readable,
    st.sampled_from(["{0}+0", "1\\cdot({0})", "({0})", "{0},{0}", "\\{{{0}\\}}", "x={0}", "-({0})", "({0})^1"]),
)
def test_verdict_on_a_related_text_is_the_same_both_ways_round(text: str, form: str) -> None:
    check_symmetric(text, form.format(text))


def test_most_drawn_texts_are_readable() -> None:
    """A property of what parses says little if nothing does."""
    outcomes = []

    @settings(max_examples=200, deadline=None, database=None)
    @given(_readable, _readable)
    def collect(first: str, second: str) -> None:
        outcomes.append((check_reflexive(first), check_symmetric(first, second)))

    collect()
    assert sum(reflexive for reflexive, _ in outcomes) > 120
    assert sum(symmetric for _, symmetric in outcomes) > 70


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


CORPUS = [json.loads(line) for line in (TESTS / "fuzz" / "corpus.jsonl").read_text(encoding="ascii").splitlines()]


@pytest.mark.parametrize("part", range(8))
def test_corpus_of_the_coverage_guided_fuzzer_holds(part: int) -> None:
    assert len(CORPUS) > 500
    for answer, reference in CORPUS[part::8]:
        check_pair(answer, reference)
