"""Proof that two equations differ: a real point where one holds and the other does not.

Where f is linear in a variable, its zeros are rational and tried exactly. Else, along a line, a sign change of f
between two points encloses a zero (f is continuous where its ball is finite); if g's ball over the enclosure excludes
zero, g does not hold there.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from sml_env.verifiers.arithmetic import evaluate
from sml_env.verifiers.comparison import MAX_TREE
from sml_env.verifiers.draws import Draw
from sml_env.verifiers.nodes import Node
from sml_env.verifiers.survey import survey

__all__ = ["crosses_apart"]

_LINES = 4
_STEPS = 16
_HALVINGS = 60
_CHANGES = 2
_BITS = 160


def crosses_apart(f: Node, g: Node) -> bool:
    """Whether a real zero of one of two scalar trees is proven to be no zero of the other; False proves nothing."""
    both = survey(f, g)
    if both.count > MAX_TREE:
        return False
    names = sorted(both.names)
    draw = Draw(both.key)
    if _meets_axis(f, g, names, draw) or _meets_axis(g, f, names, draw):
        return True
    for _ in range(_LINES):
        start = {name: _signed(draw) for name in names}
        along = {name: _signed(draw) for name in names}
        for zero_of, other in ((f, g), (g, f)):
            if _separated(zero_of, other, _Line(start, along)):
                return True
    return False


def _signed(draw: Draw) -> Fraction:
    value = draw.dyadic()
    return -value if draw.bits(1) else value


def _meets_axis(f: Node, g: Node, names: list[str], draw: Draw) -> bool:
    """Whether f, linear in one variable, has a rational zero where g is not zero: exact, and cheaper than a search."""
    for name in names:
        point = {other: Fraction(draw.bits(6) + 2) for other in names}
        try:
            at_zero, at_one = evaluate(f, point | {name: Fraction(0)}), evaluate(f, point | {name: Fraction(1)})
            if at_zero is None or at_one is None or at_zero == at_one:
                continue
            point[name] = at_zero / (at_zero - at_one)
            if evaluate(f, point) == 0 and evaluate(g, point):
                return True
        except ZeroDivisionError:
            continue
    return False


class _Line:
    """Points ``start + t * along``."""

    def __init__(self, start: Mapping[str, Fraction], along: Mapping[str, Fraction]) -> None:
        self.start, self.along = start, along

    def at(self, t: Fraction) -> dict[str, Fraction]:
        return {name: value + t * self.along[name] for name, value in self.start.items()}

    def between(self, lo: Fraction, hi: Fraction) -> dict[str, Any]:
        """Enclose all points from lo to hi."""
        import flint

        middle, radius = (lo + hi) / 2, (hi - lo) / 2
        t = flint.arb(flint.fmpq(middle.numerator, middle.denominator))
        t += flint.arb(0, float(radius) * 1.001)
        return {
            name: flint.acb(t * flint.fmpq(a.numerator, a.denominator) + flint.fmpq(s.numerator, s.denominator))
            for name, s in self.start.items()
            for a in (self.along[name],)
        }


def _separated(f: Node, g: Node, line: _Line) -> bool:
    from sml_env.verifiers.balls import Undefined, ball, precision

    with precision(_BITS):
        last: tuple[Fraction, int] | None = None
        changes = 0
        for index in range(_STEPS + 1):
            t = Fraction(index - _STEPS // 2, 2)
            sign = _sign(f, line.at(t))
            if sign and last is not None and sign != last[1] and changes < _CHANGES:
                changes += 1
                lo, hi = _halved(f, line, last[0], t, last[1])
                try:
                    points = line.between(lo, hi)
                    if ball(f, points).imag.is_zero() and not ball(g, points).contains(0):
                        return True
                except Undefined:
                    pass
            last = (t, sign) if sign else None
    return False


def _halved(f: Node, line: _Line, lo: Fraction, hi: Fraction, low_sign: int) -> tuple[Fraction, Fraction]:
    """Narrow an interval with a sign change; it stops where a sign cannot be told."""
    for _ in range(_HALVINGS):
        middle = (lo + hi) / 2
        sign = _sign(f, line.at(middle))
        if not sign:
            break
        if sign == low_sign:
            lo = middle
        else:
            hi = middle
    return lo, hi


def _sign(f: Node, values: Mapping[str, Fraction]) -> int:
    from sml_env.verifiers.balls import Undefined, ball

    try:
        value = ball(f, values)
    except Undefined:
        return 0
    if not value.imag.is_zero() or value.contains(0):
        return 0
    return 1 if value.real > 0 else -1
