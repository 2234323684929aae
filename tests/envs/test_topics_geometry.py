"""Areas, volumes, derivatives and integrals: every answer recomputed from the statement by another route."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
import sympy
from sympy.parsing.sympy_parser import parse_expr

Recompute = Callable[[str, int, dict[str, Any]], None]
Section = Callable[[Fraction], Fraction]
each_difficulty = pytest.mark.parametrize("difficulty", range(1, 6))
X = sympy.Symbol("x")


def under(corners: list[tuple[Fraction, Fraction]]) -> Fraction:
    """Area of a polygon as the strips between its edges and the axis."""
    edges = zip(corners, corners[1:] + corners[:1], strict=True)
    return abs(sum(((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in edges), Fraction(0)))


def rectangle(a: Fraction, b: Fraction) -> Fraction:
    zero = Fraction(0)
    return under([(zero, zero), (a, zero), (a, b), (zero, b)])


def trapezium(a: Fraction, b: Fraction, h: Fraction) -> Fraction:
    zero = Fraction(0)
    return under([(zero, zero), (a, zero), (b + 1, h), (Fraction(1), h)])


def cornered(listed: str) -> Fraction:
    return under([(Fraction(x), Fraction(y)) for x, y in re.findall(r"\((-?\d+), (-?\d+)\)", listed)])


def disc(which: str, length: Fraction) -> Fraction:
    radius = {"radius": length, "diameter": length / 2}[which]
    return Fraction(str(sympy.integrate(2 * X, (X, 0, sympy.Rational(str(radius))))))


def path(a: Fraction, b: Fraction, w: Fraction) -> Fraction:
    return 2 * rectangle(a, w) + 2 * rectangle(b, w) + 4 * rectangle(w, w)


@each_difficulty
def test_areas(difficulty: int, recompute: Recompute) -> None:
    zero, one = Fraction(0), Fraction(1)
    square, disc_area = "What is its area in square centimetres?", "Its area is k*pi square centimetres. Find k."
    recompute(
        "areas",
        difficulty,
        {
            f"A rectangle has sides of # and # centimetres. {square}": rectangle,
            f"A triangle has a base of # centimetres and a height of # centimetres. {square}": lambda a, h: under(
                [(zero, zero), (a, zero), (one, h)]
            ),
            "A parallelogram has a base of # centimetres, a height of # centimetres and a slanted side of # "
            "centimetres. "
            f"{square}": lambda a, h, s: under([(zero, zero), (a, zero), (a + s, h), (s, h)]),
            "A trapezium has parallel sides of # and # centimetres, which are # centimetres "
            f"apart. {square}": trapezium,
            f"A circle has a @ of # centimetres. {disc_area}": disc,
            "A pond of # by # metres has a path of width # metres all around it, with square corners. What is "
            "the area of "
            "the path in square metres?": path,
            "A triangle has an area of # square centimetres and a base of # centimetres. What is its height in "
            "centimetres?": lambda area, a: area / trapezium(a, zero, one),
            "A trapezium has an area of # square centimetres and parallel sides of # and # centimetres. What "
            "is its height "
            "in centimetres?": lambda area, a, b: area / trapezium(a, b, one),
            "A ring lies between two circles with one centre and radii of # and # centimetres. "
            f"{disc_area}": lambda r, s: disc("radius", s) - disc("radius", r),
            "A sector of a circle has a radius of # centimetres and an angle of # degrees. "
            f"{disc_area}": lambda r, angle: disc("radius", r) / 360 * angle,
            "A triangle has the corners @, in this order around it. What is its area?": cornered,
            "A quadrilateral has the corners @, in this order around it. What is its area?": cornered,
            "Two similar figures have corresponding sides in the ratio # : #. The first has an area of # "
            "square metres. "
            "What is the area of the second in square metres?": lambda p, q, area: rectangle(q, area / p * q / p),
        },
    )


def stacked(section: Section, low: Fraction, high: Fraction) -> Fraction:
    """Volume from the areas of three cross-sections: exact where they change with a polynomial up to degree three."""
    return (high - low) * (section(low) + 4 * section((low + high) / 2) + section(high)) / 6


def tapered(base: Fraction, h: Fraction) -> Fraction:
    return stacked(lambda z: base * (z / h) ** 2, Fraction(0), h)


def ball(radius: Fraction) -> Fraction:
    return stacked(lambda z: radius**2 - z**2, -radius, radius)


def frustum(small: Fraction, large: Fraction, h: Fraction) -> Fraction:
    return stacked(lambda z: (small + (large - small) * z / h) ** 2, Fraction(0), h)


def prism(base: Fraction, h: Fraction) -> Fraction:
    return stacked(lambda z: base, Fraction(0), h)


@each_difficulty
def test_volumes(difficulty: int, recompute: Recompute) -> None:
    zero, ask = Fraction(0), "What is its volume in cubic centimetres?"
    pi = "Its volume is k*pi cubic centimetres. Find k."
    solid = "A solid consists of a cylinder of radius # centimetres and height # centimetres and, on top of it,"
    recompute(
        "volumes",
        difficulty,
        {
            f"A box has edges of #, # and # centimetres. {ask}": lambda a, b, c: prism(rectangle(a, b), c),
            "A prism has a triangle as its base, with a side of # centimetres and the height of # centimetres "
            "on it. The "
            f"prism is # centimetres long. {ask}": lambda a, b, c: prism(trapezium(a, zero, b), c),
            f"A cylinder has a base of @ # centimetres and a height of # centimetres. {pi}": lambda which, r, h: prism(
                disc(which, r), h
            ),
            f"A pyramid has a rectangle of # by # centimetres as its base and a height of # centimetres. {ask}": (
                lambda a, b, h: tapered(rectangle(a, b), h)
            ),
            f"A cone has a base of radius # centimetres and a height of # centimetres. {pi}": lambda r, h: tapered(
                r * r, h
            ),
            f"A ball has a @ of # centimetres. {pi}": lambda which, r: ball({"radius": r, "diameter": r / 2}[which]),
            f"{solid} half a ball of the same radius. {pi}": lambda r, h: prism(r * r, h) + ball(r) / 2,
            f"{solid} a cone of the same radius and of height # centimetres. {pi}": lambda r, h, tip: (
                prism(r * r, h) + tapered(r * r, tip)
            ),
            "A cone has a base of radius # centimetres and a volume of #*pi cubic centimetres. What is its height in "
            "centimetres?": lambda r, v: v / tapered(r * r, Fraction(1)),
            "A bucket is a cone with its tip cut off: its bottom has a radius of # centimetres, its top has a "
            "radius of # "
            f"centimetres, and it is # centimetres high. {pi}": frustum,
            "Two similar bottles have heights in the ratio # : #. The first holds # litres. How many litres does the "
            "second hold?": lambda p, q, v: v / p / p / p * q * q * q,
        },
    )


def expression(source: str) -> Any:
    return parse_expr(source.replace("^", "**"), local_dict={"x": X})


def slope(order: int) -> Callable[[str, Fraction], Any]:
    return lambda f, p: sympy.diff(expression(f), X, order).subs(X, sympy.Rational(str(p)))


@each_difficulty
def test_derivatives(difficulty: int, recompute: Recompute) -> None:
    recompute(
        "derivatives",
        difficulty,
        {
            "Let f(x) = @, and let d be the derivative of f at x = #. Find d.": slope(1),
            "Let f(x) = @, and let d be the second derivative of f at x = #. Find d.": slope(2),
        },
    )


def integral(source: str, low: Fraction, high: Fraction) -> Any:
    if "/x" in source:
        return sympy.integrate(expression(source), (X, int(low), int(high)))
    if not source.startswith("|"):
        primitive = sympy.Poly(expression(source), X).integrate()
        return primitive.eval(int(high)) - primitive.eval(int(low))
    inside = expression(source.strip("|"))
    (zero,) = sympy.solve(inside, X)
    return abs(sympy.integrate(inside, (X, int(low), zero))) + abs(sympy.integrate(inside, (X, zero, int(high))))


def enclosed(curve: str, line: str) -> Any:
    gap = expression(curve) - expression(line)
    low, high = sorted(sympy.roots(sympy.Poly(gap, X)))
    return abs(sympy.integrate(gap, (X, low, high)))


@each_difficulty
def test_definite_integrals(difficulty: int, recompute: Recompute) -> None:
    recompute(
        "definite_integrals",
        difficulty,
        {
            "Let s be the integral of @ from x = # to x = #. Find s.": integral,
            "Let s be the area enclosed by the curve y = @ and the line y = @. Find s.": enclosed,
        },
    )
