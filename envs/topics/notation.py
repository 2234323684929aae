"""How exact values are written: rationals, pairs, unions of intervals, polynomials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

__all__ = ["Number", "Pair", "Region", "Span", "Value", "group", "kind_of", "polynomial", "quotient", "text"]

Number: TypeAlias = int | Fraction


@dataclass(frozen=True, slots=True)
class Pair:
    """An ordered pair of rationals, such as the solution of a system of two equations."""

    first: Number
    second: Number


@dataclass(frozen=True, slots=True)
class Span:
    """One interval; an end that is None is infinite.

    Attributes:
        low: Lower end, or None for minus infinity.
        high: Upper end, or None for infinity.
        low_closed: Whether a finite lower end belongs to the interval.
        high_closed: Whether a finite upper end belongs to the interval.
    """

    low: Number | None
    high: Number | None
    low_closed: bool = False
    high_closed: bool = False


@dataclass(frozen=True, slots=True)
class Region:
    """A union of non-empty intervals, in ascending order and apart from one another, so that equal sets are equal."""

    spans: tuple[Span, ...]

    @classmethod
    def below(cls, end: Number, closed: bool) -> Region:
        """The numbers below an end."""
        return cls((Span(None, end, False, closed),))

    @classmethod
    def above(cls, end: Number, closed: bool) -> Region:
        """The numbers above an end."""
        return cls((Span(end, None, closed, False),))

    @classmethod
    def inside(cls, low: Number, high: Number, low_closed: bool, high_closed: bool) -> Region | None:
        """The numbers between two ends; None where the ends are not in ascending order."""
        return cls((Span(low, high, low_closed, high_closed),)) if low < high else None

    @classmethod
    def outside(cls, low: Number, high: Number, closed: bool) -> Region | None:
        """The numbers beyond either of two ends; None where the ends are not in ascending order."""
        return cls((Span(None, low, False, closed), Span(high, None, closed, False))) if low < high else None


Value: TypeAlias = int | Fraction | Pair | Region


def kind_of(value: Value) -> str:
    """The kind of an answer: "number", "pair" or "interval"."""
    if isinstance(value, Pair):
        return "pair"
    return "interval" if isinstance(value, Region) else "number"


def text(value: Value) -> str:
    """An exact value as text: ``-3``, ``2/5``, ``(2, -3)``, ``(-oo, -1) U [4, oo)``."""
    if isinstance(value, Pair):
        return f"({text(value.first)}, {text(value.second)})"
    if isinstance(value, Region):
        return " U ".join(map(_span_text, value.spans))
    return str(value) if type(value) in (int, Fraction) else str(Fraction(value))


def _span_text(span: Span) -> str:
    low = "-oo" if span.low is None else text(span.low)
    high = "oo" if span.high is None else text(span.high)
    return f"{'[' if span.low_closed else '('}{low}, {high}{']' if span.high_closed else ')'}"


def group(value: Number) -> str:
    """A rational as a factor: in brackets if it is negative or a fraction."""
    written = text(value)
    return f"({written})" if value < 0 or "/" in written else written


def quotient(dividend: Number, divisor: Number) -> Fraction | None:
    """An exact quotient, or None for a division by zero."""
    return None if divisor == 0 else Fraction(dividend) / Fraction(divisor)


def polynomial(coefficients: Sequence[Number], letter: str = "x") -> str:
    """A polynomial with its coefficients in descending order of degree: ``3*x^2 - x + (1/2)``.

    Args:
        coefficients: Of degree n, n - 1, ..., 0; terms with coefficient zero are left out.
        letter: Name of the variable.
    """
    out = ""
    for power, coefficient in zip(range(len(coefficients) - 1, -1, -1), coefficients, strict=True):
        if coefficient == 0:
            continue
        size = group(-coefficient if coefficient < 0 else coefficient)
        name = "" if power == 0 else letter if power == 1 else f"{letter}^{power}"
        term = size if not name else name if size == "1" else f"{size}*{name}"
        if out:
            out += f" - {term}" if coefficient < 0 else f" + {term}"
        else:
            out = f"-{term}" if coefficient < 0 else term
    return out or "0"
