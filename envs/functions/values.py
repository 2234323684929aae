"""Two kinds of functions whose values, signs, roots and parity are decided exactly.

``Pieces`` are rational functions between rational breaks (polynomials, ``2/(x - 1)``, ``abs(x - 1)``, ``max(x, 2)``),
``Wave`` is ``a*sin(pi*x/2) + b`` and the like. A sine of a rational multiple of pi is 0, ±1/2, ±1 or irrational
(Niven 1956), so which values are rational is decided too.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from math import ceil, pi, sin
from typing import Final, Protocol, TypeAlias

from sml_env.answers import Span
from sml_env.envs.functions.polynomials import Polynomial, at, has_root, integer_roots
from sml_env.verifiers.expressions import compare
from sml_env.verifiers.nodes import Constant, Function, Number, Product

__all__ = ["Exact", "Piece", "Pieces", "Special", "Value", "Wave"]


class Special(Enum):
    """What a function has at a point instead of a rational value."""

    UNDEFINED = "undefined"
    IRRATIONAL = "irrational"


Value: TypeAlias = Fraction | Special

_HALF: Final = Fraction(1, 2)
_SINES: Final = {
    0: Fraction(0),
    1: _HALF,
    3: Fraction(1),
    5: _HALF,
    6: Fraction(0),
    7: -_HALF,
    9: Fraction(-1),
    11: -_HALF,
}
"""Of k*pi/6, where rational."""

_CLEAR: Final = 1e-9
"""Floats that are further apart than this are in the right order."""


class Exact(Protocol):
    """A function of which everything that may be asked is decided exactly."""

    @property
    def degree(self) -> int | None:
        """Of a polynomial; ``None`` for other functions."""
        ...

    @property
    def parity(self) -> int:
        """1 for even, -1 for odd, 0 for neither."""
        ...

    @property
    def has_real_root(self) -> bool:
        """Whether it is zero somewhere."""
        ...

    @property
    def has_integer_root(self) -> bool:
        """Whether it is zero at an integer."""
        ...

    def value(self, point: Fraction) -> Value:
        """Its value at a point."""
        ...

    def order(self, point: Fraction, bound: Fraction) -> int | None:
        """The sign of its value at a point minus a bound; ``None`` where it is not defined."""
        ...

    def sign_on(self, span: Span) -> int:
        """1 if it is defined and positive throughout an interval, -1 if negative, otherwise 0."""
        ...


def _sign(value: Fraction) -> int:
    return (value > 0) - (value < 0)


@dataclass(frozen=True, slots=True)
class Piece:
    """A rational function in lowest terms from low to high, both included; the denominator's leading one is 1."""

    low: Fraction | None
    high: Fraction | None
    numerator: Polynomial
    denominator: Polynomial

    def clipped(self, span: Span) -> Span | None:
        """What of an interval the piece is about, if anything."""
        low, low_closed = span.low, span.low_closed
        if self.low is not None and (low is None or self.low > low):
            low, low_closed = self.low, True
        high, high_closed = span.high, span.high_closed
        if self.high is not None and (high is None or self.high < high):
            high, high_closed = self.high, True
        if low is not None and high is not None and (low > high or (low == high and not (low_closed and high_closed))):
            return None
        return Span(low, high, low_closed, high_closed)

    def sign_on(self, span: Span) -> int:
        """As of the whole, for an interval within the piece."""
        ends = (span.low, span.high, span.low_closed, span.high_closed)
        if has_root(self.numerator, *ends) or has_root(self.denominator, *ends):
            return 0
        if span.low is not None and span.high is not None:
            inside = (span.low + span.high) / 2
        elif span.low is not None:
            inside = span.low + 1
        else:
            inside = Fraction(0) if span.high is None else span.high - 1
        return _sign(at(self.numerator, inside) * at(self.denominator, inside))


@dataclass(frozen=True)
class Pieces:
    """A function that is rational between breaks, at which its pieces have the same value.

    Attributes:
        pieces: From left to right, no two neighbours with the same formula.
    """

    pieces: tuple[Piece, ...]

    @property
    def degree(self) -> int | None:
        """Of a polynomial."""
        only = self.pieces[0]
        return len(only.numerator) - 1 if len(self.pieces) == 1 and len(only.denominator) == 1 else None

    @property
    def parity(self) -> int:
        """By the formulas, which are unique."""
        mirrored = tuple(_mirrored(piece, 1) for piece in reversed(self.pieces))
        if mirrored == self.pieces:
            return 1
        return -1 if tuple(_mirrored(piece, -1) for piece in reversed(self.pieces)) == self.pieces else 0

    @property
    def has_real_root(self) -> bool:
        """By the numerators' roots; in lowest terms none of them is a pole."""
        return any(has_root(piece.numerator, piece.low, piece.high, True, True) for piece in self.pieces)

    @property
    def has_integer_root(self) -> bool:
        """By the numerators' roots."""
        return any(integer_roots(piece.numerator, piece.low, piece.high) for piece in self.pieces)

    def value(self, point: Fraction) -> Value:
        """The value of the piece that holds the point."""
        piece = next(piece for piece in self.pieces if piece.high is None or point <= piece.high)
        divisor = at(piece.denominator, point)
        return at(piece.numerator, point) / divisor if divisor else Special.UNDEFINED

    def order(self, point: Fraction, bound: Fraction) -> int | None:
        """By the value."""
        value = self.value(point)
        return None if isinstance(value, Special) else _sign(value - bound)

    def sign_on(self, span: Span) -> int:
        """The sign that all pieces have."""
        clipped = [(piece, part) for piece in self.pieces if (part := piece.clipped(span)) is not None]
        signs = {piece.sign_on(part) for piece, part in clipped}
        return signs.pop() if len(signs) == 1 else 0


def _mirrored(piece: Piece, sign: int) -> Piece:
    """The piece of sign*f(-x)."""
    numerator, denominator = (
        tuple(coefficient * (-1) ** power for power, coefficient in enumerate(poly))
        for poly in (piece.numerator, piece.denominator)
    )
    leading = denominator[-1] * sign
    return Piece(
        None if piece.high is None else -piece.high,
        None if piece.low is None else -piece.low,
        tuple(coefficient / leading for coefficient in numerator),
        tuple(coefficient / denominator[-1] for coefficient in denominator),
    )


@dataclass(frozen=True)
class Wave:
    """``amplitude * sin(pi*(rate*x + shift)) + offset``; a shift of 1/2 makes it a cosine.

    Attributes:
        amplitude: Not zero.
        rate: 1/2 or 1, so that values at integers are rational.
        shift: 0 or 1/2.
        offset: Added.
    """

    amplitude: Fraction
    rate: Fraction
    shift: Fraction
    offset: Fraction

    @property
    def degree(self) -> None:
        """It is no polynomial."""
        return None

    @property
    def parity(self) -> int:
        """Of the cosine, or of the sine where nothing is added."""
        return 1 if self.shift else (0 if self.offset else -1)

    @property
    def has_real_root(self) -> bool:
        """By the range."""
        return abs(self.offset) <= abs(self.amplitude)

    @property
    def has_integer_root(self) -> bool:
        """By the values of one period."""
        return any(self.value(Fraction(point)) == 0 for point in range(4))

    def _turn(self, point: Fraction) -> Fraction:
        return self.rate * point + self.shift

    def value(self, point: Fraction) -> Value:
        """Rational where the sine is."""
        sine = _sine(self._turn(point))
        return Special.IRRATIONAL if sine is None else self.amplitude * sine + self.offset

    def order(self, point: Fraction, bound: Fraction) -> int:
        """By the sine against a rational number, which an irrational one never is."""
        turn, level = self._turn(point), (bound - self.offset) / self.amplitude
        sine = _sine(turn)
        above = _above(turn, level) if sine is None else _sign(sine - level)
        return above * _sign(self.amplitude)

    def sign_on(self, span: Span) -> int:
        """By the values at the ends and at the extremes between them."""
        highest, lowest = self.offset + abs(self.amplitude), self.offset - abs(self.amplitude)
        if lowest > 0 or highest < 0:
            return 1 if lowest > 0 else -1
        if span.low is None or span.high is None or (span.high - span.low) * self.rate >= 2:
            return 0
        first, last = self._turn(span.low), self._turn(span.high)
        zero = Fraction(0)
        extremes = [zero + _HALF + count for count in range(ceil(first - _HALF), ceil(last - _HALF))]
        inside = [(turn - self.shift) / self.rate for turn in extremes if turn > first]
        signs = [self.order(point, zero) for point in inside]
        for point, closed in ((span.low, span.low_closed), (span.high, span.high_closed)):
            end = self.order(point, zero)
            if end or closed:
                signs.append(end)
        return signs[0] if signs and len(set(signs)) == 1 else 0


def _sine(turn: Fraction) -> Fraction | None:
    """sin(pi*turn), if it is rational."""
    sixths = turn * 6
    return _SINES.get(sixths.numerator % 12) if sixths.denominator == 1 else None


def _above(turn: Fraction, level: Fraction) -> int:
    """The sign of sin(pi*turn) minus a rational level, where the sine is irrational."""
    if abs(level) > 1:
        return -1 if level > 0 else 1
    gap = sin(pi * float(turn % 2)) - float(level)
    if abs(gap) > _CLEAR:
        return 1 if gap > 0 else -1
    sine = Function("sin", (Product((Number(turn % 2), Constant("pi"))),))
    return compare(sine, Number(level)) or (1 if gap > 0 else -1)
