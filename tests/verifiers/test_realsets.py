"""Sets of reals, against membership of sample points."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sml_env.verifiers.equivalence import Comparison
from sml_env.verifiers.expressions import parse_expression as parse
from sml_env.verifiers.expressions import rational_value
from sml_env.verifiers.nodes import Interval, Node, Number, SetOperation, Union
from sml_env.verifiers.realsets import Unordered, real_set


def _interval(ends: tuple[int, int], lo_closed: bool, hi_closed: bool) -> Interval:
    return Interval(Number(Fraction(min(ends))), Number(Fraction(max(ends))), lo_closed, hi_closed)


_UNIONS = st.lists(
    st.builds(_interval, st.tuples(st.integers(0, 6), st.integers(0, 6)), st.booleans(), st.booleans()), max_size=4
)


def _holds(pieces: list[Interval], x: Fraction) -> bool:
    def inside(piece: Interval) -> bool:
        lo, hi = rational_value(piece.lo), rational_value(piece.hi)
        assert lo is not None and hi is not None
        return (
            lo < x < hi
            or (x == lo == hi and piece.lo_closed and piece.hi_closed)
            or (lo < hi and ((x == lo and piece.lo_closed) or (x == hi and piece.hi_closed)))
        )

    return any(map(inside, pieces))


@given(_UNIONS, _UNIONS)
def test_sets_are_the_same_exactly_when_they_hold_the_same_points(a: list[Interval], b: list[Interval]) -> None:
    points = [Fraction(n, 2) for n in range(-1, 14)]
    same = all(_holds(a, x) == _holds(b, x) for x in points)
    assert Comparison().sets(Union(tuple(a)), Union(tuple(b))).equal is same


@given(_UNIONS, _UNIONS)
def test_intersections_and_differences_hold_the_points_they_should(a: list[Interval], b: list[Interval]) -> None:
    both = real_set(SetOperation("intersect", Union(tuple(a)), Union(tuple(b))))
    left = real_set(SetOperation("minus", Union(tuple(a)), Union(tuple(b))))
    for x in (Fraction(n, 2) for n in range(-1, 14)):
        assert _holds(both, x) is (_holds(a, x) and _holds(b, x))
        assert _holds(left, x) is (_holds(a, x) and not _holds(b, x))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("x > 3", "(3, oo)"),
        ("3 < x", "x > 3"),
        ("2 < x <= 5", "(2, 5]"),
        ("5 >= x > 2", "(2, 5]"),
        ("x != 0", "(-oo, 0) U (0, oo)"),
        ("x < 1 or x > 2", "(-oo, 1) U (2, oo)"),
        ("(1, 2) U [2, 3]", "(1, 3]"),
        ("[0, sqrt(2)]", "[0, 2^(1/2)]"),
        ("x > 2 and x < 5", "(2, 5)"),
        ("ℝ ∖ {0}", "x != 0"),
        ("(-oo, 2) ∩ [0, 5]", "[0, 2)"),
    ],
)
def test_known_equal_sets(a: str, b: str) -> None:
    assert Comparison().sets(parse(a), parse(b)).equal


@pytest.mark.parametrize("text", ["x > y", "x^3 > 8", "[a, b]", "x + 1", "x > 2 or y > 3", "[i, 2]"])
def test_what_is_no_set_of_reals_is_refused(text: str) -> None:
    node: Node = parse(text)
    with pytest.raises(Unordered):
        real_set(node)
