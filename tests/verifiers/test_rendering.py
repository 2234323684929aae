"""Canonical text reads back to the same tree."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from sml_env.verifiers.expressions import (
    Constant,
    Function,
    Interval,
    Node,
    Number,
    Relation,
    SetNode,
    Symbol,
    TupleNode,
    free_symbols,
    parse_expression,
    to_text,
)
from sml_env.verifiers.nodes import add, divide, multiply, negate, power


def _grow(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    pair = st.tuples(inner, inner)
    return st.one_of(
        st.lists(inner, min_size=2, max_size=4).map(add),
        pair.map(lambda p: multiply(*p)),
        pair.map(lambda p: divide(*p)),
        pair.map(lambda p: power(*p)),
        inner.map(negate),
        inner.map(lambda x: Function("sqrt", (x,))),
        inner.map(lambda x: Function("percent", (x,))),
        pair.map(lambda p: Function("log", p)),
    )


_LEAVES: st.SearchStrategy[Node] = st.one_of(
    st.fractions(min_value=-99, max_value=99, max_denominator=9).map(Number),
    st.sampled_from([Number(Fraction(p, q)) for p in (-2, -1, 0, 1, 2) for q in (1, 3)]),
    st.sampled_from(["x", "y", "n", "theta", "x_1"]).map(Symbol),
    st.sampled_from(["pi", "e", "i"]).map(Constant),
)
SCALARS = st.recursive(_LEAVES, _grow, max_leaves=12)


@given(SCALARS)
def test_scalar_text_round_trips(node: Node) -> None:
    assert parse_expression(to_text(node)) == node


@given(SCALARS, SCALARS, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), st.booleans())
def test_compound_text_round_trips(a: Node, b: Node, op: str, closed: bool) -> None:
    for node in (Relation(op, a, b), TupleNode((a, b, a)), SetNode((a, b)), Interval(a, b, True, closed)):
        assert parse_expression(to_text(node)) == node


def test_text_is_plain_and_exact() -> None:
    assert to_text(Number(Fraction(7, 12))) == "7/12"
    assert to_text(parse_expression("3x = 12")) == "3*x == 12"
    assert to_text(parse_expression("x^2")) == "x**2"
    assert to_text(parse_expression("[2, \\infty)")) == "[2, oo)"


def test_free_symbols_leave_constants_out() -> None:
    assert free_symbols(parse_expression("e^x + pi*y_2 > i")) == {"x", "y_2"}
