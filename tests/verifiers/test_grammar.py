"""The parser: what is read how, what is refused, and that nothing but ExpressionError is raised."""

from __future__ import annotations

import contextlib
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sml_env.errors import ExpressionError
from sml_env.verifiers.expressions import (
    MAX_CHARS,
    Chain,
    Interval,
    ListNode,
    Number,
    Relation,
    SetNode,
    Symbol,
    TupleNode,
    parse_expression,
    to_text,
)

READINGS = {
    "3*x = 12": "3*x == 12",
    "3x == 12": "3*x == 12",
    "2(x+1)^2 >= 5": "2*(x + 1)**2 >= 5",
    "4\\sqrt(2)": "4*sqrt(2)",
    "4\\sqrt{2}": "4*sqrt(2)",
    "\\sqrt2": "sqrt(2)",
    "√2": "sqrt(2)",
    "\\sqrt[3]{8}": "cbrt(8)",
    "\\sqrt[5]{x}": "root(5, x)",
    "\\frac12": "1/2",
    "\\dfrac{1-i}{2}": "(1 - i)/2",
    "3\\frac{1}{2}": "7/2",
    "1 1/2": "3/2",
    "-1 1/2": "-3/2",
    "1½": "3/2",
    "x²": "x**2",
    "3≤x": "3 <= x",
    "\N{MINUS SIGN}3\N{MULTIPLICATION SIGN}2÷5": "-3*2/5",
    "6/8": "3/4",
    "2*(1/3)": "2*(1/3)",
    "1/2x": "1/2*x",
    "1/(2x)": "1/(2*x)",
    "-2^2": "-2**2",
    "2^3^2": "2**(3**2)",
    "x**-2": "x**(-2)",
    "xy": "x*y",
    "x_1 + x_{12}": "x_1 + x_12",
    "2e3": "2000",
    "2e": "2*e",
    "0.25": "1/4",
    "1e-3": "1/1000",
    ".5": "1/2",
    "7.": "7",
    "1,000": "1000",
    "1,234,567.5": "2469135/2",
    "1{,}000": "1000",
    "1,2,345": "1, 2, 345",
    "1, 000": "1, 0",
    "(1,000)": "(1, 0)",
    "\N{FULLWIDTH DIGIT ONE}\N{FULLWIDTH DIGIT TWO}": "12",
    "$42": "42",
    "$x$": "x",
    "\\boxed{7}": "7",
    "28\\%": "28%",
    "28 percent": "28%",
    "5!": "factorial(5)",
    "|x-1|": "abs(x - 1)",
    "||x|-1|": "abs(abs(x) - 1)",
    "sin 2x + 1": "sin(2*x) + 1",
    "\\sin^2 x": "sin(x)**2",
    "\\sin^{-1} x": "asin(x)",
    "\\log_2 8": "log(2, 8)",
    "\\binom{5}{2}": "binomial(5, 2)",
    "\\pm 3": "3, -3",
    "0, ±1": "0, 1, -1",
    "19, 46, \\text{ and } 82": "19, 46, 82",
    "x = 2 or x = 3": "x == 2 or x == 3",
    "(-oo, 3) U (5, oo)": "(-oo, 3) U (5, oo)",
    "(1,2)\\cup[3,4)": "(1, 2) U [3, 4)",
    "\\left(\\frac12, 3\\right]": "(1/2, 3]",
    "x \\in [1, 2]": "[1, 2]",
    "\\emptyset": "{}",
    "{1, 2}": "{1, 2}",
    "\\{0\\}": "{0}",
    "θ": "theta",
}
REFUSED = [
    "", " ", "2 3", "x2", "1..5", "5!!", "(1", "1)", "(1]", "+", "2 +", "x = ", "= 3",
    "hello", "yes", "x > 3 > (y < 2)", "(1,2) + 3", "sin", "sin()", "log(1,2,3)", "binomial(3)", "٣", "x\x00", "\\foo",
    "\\frac{1}", "1 3/2", "a.b", "x; ; y", "'x'", "\"", "x@y", "__x__", "7 % 3", "1e99999",
    "5%%", "9" * 401, "1" * 3000,
    "(" * 61 + "1" + ")" * 61, "1+" * 800 + "1", "^" * 10, "{", "}", "\\{1", "x \\cup y", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize(("text", "reading"), READINGS.items())
def test_notation_is_read_as_documented(text: str, reading: str) -> None:
    node = parse_expression(text)
    assert to_text(node) == reading
    assert parse_expression(reading) == node


@pytest.mark.parametrize("text", REFUSED, ids=[text[:20] for text in REFUSED])
def test_what_is_no_expression_is_refused_with_a_short_message(text: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_expression(text)
    assert 0 < len(str(caught.value)) < 200


@pytest.mark.parametrize("value", [None, 3, b"x", ["x"]])
def test_only_a_str_is_parsed(value: object) -> None:
    with pytest.raises(ExpressionError, match="is a str"):
        parse_expression(value)  # type: ignore[arg-type]


def test_kinds_of_nodes() -> None:
    assert parse_expression("3/4") == Number(Fraction(3, 4))
    assert parse_expression("(2, 3)") == TupleNode((Number(Fraction(2)), Number(Fraction(3))))
    assert isinstance(parse_expression("2, 3"), ListNode)
    assert isinstance(parse_expression("{2}"), SetNode)
    assert parse_expression("(2, 3]") == Interval(Number(Fraction(2)), Number(Fraction(3)), False, True)
    assert parse_expression("x < 3") == Relation("<", Symbol("x"), Number(Fraction(3)))
    chain = parse_expression("3 <= x < 7")
    assert isinstance(chain, Chain)
    assert [link.op for link in chain.links] == ["<=", "<"]


@given(st.text(max_size=MAX_CHARS + 5))
def test_parser_raises_nothing_but_expression_error(text: str) -> None:
    with contextlib.suppress(ExpressionError):
        parse_expression(text)


_PIECES = st.sampled_from(
    [
        *"0123456789xyei+-*/^()=<>,.!%|{}[]_ U√²±",
        "sqrt",
        "\\frac",
        "{1}",
        "pi",
        "\\left(",
        " or ",
        " and ",
        "sin ",
        "oo",
    ]
)


@given(st.lists(_PIECES, max_size=16).map("".join))
def test_parser_is_total_and_text_round_trips_on_nearly_mathematical_text(text: str) -> None:
    try:
        node = parse_expression(text)
    except ExpressionError:
        return
    assert parse_expression(to_text(node)) == node


def test_deep_callers_get_expression_error_not_recursion_error() -> None:
    text = "(" * 59 + "1" + ")" * 59

    def deeper(levels: int) -> None:
        if levels:
            deeper(levels - 1)
            return
        with contextlib.suppress(ExpressionError):
            parse_expression(text)

    deeper(700)
