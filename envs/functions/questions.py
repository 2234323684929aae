"""The forms of questions about a function, and what each means for given functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, TypeAlias

import numpy as np

from sml_env.answers import Span
from sml_env.envs.functions.values import Exact, Special
from sml_env.forms import FamilyForm, Ordering, Query
from sml_env.semantics import NO, YES, Meaning

__all__ = [
    "MAX_POINT", "Compared", "Degree", "Has", "Outright", "Parity", "Property", "Sign", "Signed", "ValueAt", "admitted",
    "answered", "query_of", "shown_value",
]  # fmt: skip

MAX_POINT: Final = 100
"""Largest size of a point that may be asked about, and of its denominator."""

Property: TypeAlias = Literal["even", "odd", "polynomial", "real_root", "integer_root"]
_PARITIES: Final = {1: "f is even.", -1: "f is odd.", 0: "f is neither even nor odd."}
_SIGNS: Final = {1: "positive", -1: "negative", 0: "neither positive nor negative"}


@dataclass(frozen=True, slots=True)
class ValueAt(FamilyForm):
    """``f(2)``."""

    point: Fraction

    def __str__(self) -> str:
        return f"f({self.point})"


@dataclass(frozen=True, slots=True)
class Compared(FamilyForm):
    """``f(2) > 3``."""

    point: Fraction
    op: Ordering
    bound: Fraction

    def __str__(self) -> str:
        return f"f({self.point}) {self.op} {self.bound}"


@dataclass(frozen=True, slots=True)
class Degree(FamilyForm):
    """``degree(f)``."""

    def __str__(self) -> str:
        return "degree(f)"


@dataclass(frozen=True, slots=True)
class Parity(FamilyForm):
    """``parity(f)``: even, odd or neither."""

    def __str__(self) -> str:
        return "parity(f)"


@dataclass(frozen=True, slots=True)
class Has(FamilyForm):
    """``even(f)``, ``odd(f)``, ``polynomial(f)``, ``real_root(f)``, ``integer_root(f)``."""

    property: Property

    def __str__(self) -> str:
        return f"{self.property}(f)"


@dataclass(frozen=True, slots=True)
class Sign(FamilyForm):
    """``sign(f, [1, 2])``: positive throughout, negative throughout, or neither."""

    span: Span

    def __str__(self) -> str:
        return f"sign(f, {_shown_span(self.span)})"


@dataclass(frozen=True, slots=True)
class Signed(FamilyForm):
    """``positive(f, (0, 1))``, ``negative(f, (0, 1))``: throughout."""

    sign: Literal[1, -1]
    span: Span

    def __str__(self) -> str:
        return f"{_SIGNS[self.sign]}(f, {_shown_span(self.span)})"


@dataclass(frozen=True, slots=True)
class Outright(FamilyForm):
    """``f``: the function itself, which is never told."""

    def __str__(self) -> str:
        return "f"


_VALUED: Final = (ValueAt, Degree, Parity, Sign, Outright)


def query_of(form: FamilyForm) -> Query:
    """A form as a query."""
    return Query("value" if isinstance(form, _VALUED) else "predicate", str(form), form)


def _shown_span(span: Span) -> str:
    low = "-oo" if span.low is None else str(span.low)
    high = "oo" if span.high is None else str(span.high)
    return f"{'[' if span.low_closed else '('}{low}, {high}{']' if span.high_closed else ')'}"


def _in_bounds(point: Fraction | None) -> bool:
    return point is None or (abs(point) <= MAX_POINT and point.denominator <= MAX_POINT)


def admitted(form: FamilyForm) -> bool:
    """Whether all points and bounds of a form are small enough."""
    if isinstance(form, ValueAt):
        return _in_bounds(form.point)
    if isinstance(form, Compared):
        return _in_bounds(form.point) and max(abs(form.bound.numerator), form.bound.denominator) <= 10**9
    if isinstance(form, Sign | Signed):
        return _in_bounds(form.span.low) and _in_bounds(form.span.high)
    return True


def shown_value(point: Fraction, value: Fraction | Special) -> str:
    """What is said of the value at a point."""
    if value is Special.UNDEFINED:
        return f"f is not defined at {point}."
    return f"f({point}) is irrational." if value is Special.IRRATIONAL else f"f({point}) = {value}."


def _told(form: FamilyForm, function: Exact) -> tuple[tuple[int, Fraction], str]:
    """What is said of one function, and where it stands among what may be said."""
    if isinstance(form, ValueAt):
        value = function.value(form.point)
        rank = (list(Special).index(value) + 1, Fraction(0)) if isinstance(value, Special) else (0, value)
        return rank, shown_value(form.point, value)
    if isinstance(form, Degree):
        degree = function.degree
        if degree is None:
            return (1, Fraction(0)), "It is not a polynomial."
        return (0, Fraction(degree)), f"The degree is {degree}."
    if isinstance(form, Parity):
        return (0, Fraction(function.parity)), _PARITIES[function.parity]
    if isinstance(form, Sign):
        sign = function.sign_on(form.span)
        return (0, Fraction(sign)), f"f is {_SIGNS[sign]} throughout {_shown_span(form.span)}."
    return (0, Fraction(_truth(form, function))), ""


def _truth(form: FamilyForm, function: Exact) -> int:
    """0 for no, 1 for yes, 2 for what is not defined."""
    if isinstance(form, Compared):
        order = function.order(form.point, form.bound)
        return 2 if order is None else int(_holds(form.op, order))
    if isinstance(form, Signed):
        return int(function.sign_on(form.span) == form.sign)
    if isinstance(form, Has):
        match form.property:
            case "even":
                return int(function.parity == 1)
            case "odd":
                return int(function.parity == -1)
            case "polynomial":
                return int(function.degree is not None)
            case "real_root":
                return int(function.has_real_root)
            case "integer_root":
                return int(function.has_integer_root)
    return 0


def _holds(op: Ordering, sign: int) -> bool:
    match op:
        case "<":
            return sign < 0
        case "<=":
            return sign <= 0
        case ">":
            return sign > 0
        case ">=":
            return sign >= 0
        case "==":
            return sign == 0
        case "!=":
            return sign != 0


def answered(form: FamilyForm, functions: Sequence[Exact]) -> Meaning | None:
    """What a form means for each of some functions; ``None`` for the function itself and for points out of bounds."""
    if isinstance(form, Outright) or not admitted(form):
        return None
    if isinstance(form, Compared | Has | Signed):
        truths = np.array([_truth(form, function) for function in functions], dtype=np.int8)
        replies: tuple[str, ...] = (NO, YES)
        if isinstance(form, Compared) and bool((truths == 2).any()):
            replies = (NO, YES, shown_value(form.point, Special.UNDEFINED))
        return Meaning(truths, replies, True)
    told = [_told(form, function) for function in functions]
    occurring = sorted(set(told))
    ranks = {one: rank for rank, one in enumerate(occurring)}
    codes = np.array([ranks[one] for one in told], dtype=np.int16)
    return Meaning(codes, tuple(text for _, text in occurring), False)
