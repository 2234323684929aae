"""Exact answers of many hypotheses at once: columns of rationals, pairs of them, or sets of intervals."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from sml_env.errors import ConfigurationError, ExpressionError
from sml_env.verifiers.expressions import parse_expression, rational_value, to_text
from sml_env.verifiers.nodes import Interval, Node, TupleNode, Union

__all__ = ["KINDS", "MAX_ANSWER_BITS", "SAFE_BITS", "Answers", "Column", "Span", "holds", "parse_answer"]

KINDS: Final = ("number", "pair", "interval")
SAFE_BITS: Final = 62
"""Products below two to this power stay in machine integers; above it Python's are used."""

MAX_ANSWER_BITS: Final = 4_096
"""Largest numerator or denominator of an answer, in bits."""

_SAFE: Final = 2**SAFE_BITS

Whole: TypeAlias = npt.NDArray[np.int64] | npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Span:
    """One interval; an end of ``None`` is infinite."""

    low: Fraction | None
    high: Fraction | None
    low_closed: bool
    high_closed: bool

    def __contains__(self, point: Fraction) -> bool:
        above = self.low is None or point > self.low or (self.low_closed and point == self.low)
        below = self.high is None or point < self.high or (self.high_closed and point == self.high)
        return above and below


def holds(op: str, sign: npt.NDArray[np.int8]) -> npt.NDArray[np.bool_]:
    """Whether a relation holds, given the signs of left minus right."""
    match op:
        case "==":
            return np.equal(sign, 0)
        case "!=":
            return np.not_equal(sign, 0)
        case "<":
            return np.less(sign, 0)
        case "<=":
            return np.less_equal(sign, 0)
        case ">":
            return np.greater(sign, 0)
        case _:
            return np.greater_equal(sign, 0)


@dataclass(frozen=True, eq=False)
class Column:
    """Rational numbers, exact: ``numerator / denominator``, denominators positive.

    Attributes:
        numerator: Shape ``(N,)``, int64, or Python integers where those do not fit.
        denominator: Likewise.
    """

    numerator: Whole
    denominator: Whole

    @classmethod
    def of(cls, values: Sequence[Fraction]) -> Column:
        """From exact values."""
        numerators = [value.numerator for value in values]
        denominators = [value.denominator for value in values]
        return cls(_whole(numerators), _whole(denominators))

    @classmethod
    def of_integers(cls, values: npt.NDArray[np.int64]) -> Column:
        """From integers."""
        return cls(values, np.ones(len(values), dtype=np.int64))

    @cached_property
    def integral(self) -> npt.NDArray[np.bool_]:
        """Which of the values are integers, shape ``(N,)``."""
        return np.asarray(self.denominator == 1, dtype=np.bool_)

    @cached_property
    def all_integral(self) -> bool:
        """Whether every value is an integer."""
        return bool(self.integral.all())

    @cached_property
    def bound(self) -> tuple[int, int]:
        """The largest absolute numerator and the largest denominator."""
        return max(abs(int(self.numerator.max())), abs(int(self.numerator.min()))), int(self.denominator.max())

    def compare(self, op: str, value: Fraction) -> npt.NDArray[np.bool_]:
        """Whether each value stands in that relation to another, exact, shape ``(N,)``."""
        if self.all_integral and self.numerator.dtype != object:
            floor = value.numerator // value.denominator
            if -_SAFE <= floor < _SAFE:
                exact = value.denominator == 1
                match op:
                    case ">":
                        return np.greater(self.numerator, floor)
                    case "<=":
                        return np.less_equal(self.numerator, floor)
                    case ">=":
                        return np.greater(self.numerator, floor - exact)
                    case "<":
                        return np.less_equal(self.numerator, floor - exact)
        return holds(op, self.sign_against(value))

    def sign_against(self, value: Fraction) -> npt.NDArray[np.int8]:
        """Sign of (column - value), exact, shape ``(N,)``."""
        top, bottom = self.bound
        if self.all_integral and top.bit_length() <= SAFE_BITS and value.denominator == 1:
            bound = value.numerator
            if bound.bit_length() > SAFE_BITS:
                return np.full(len(self.numerator), -1 if bound > 0 else 1, dtype=np.int8)
            return np.sign(self.numerator - bound).astype(np.int8)
        fits = max(top * value.denominator, abs(value.numerator) * bottom).bit_length() <= SAFE_BITS
        left = self.numerator if fits else self.numerator.astype(object)
        right = self.denominator if fits else self.denominator.astype(object)
        difference = left * value.denominator - right * value.numerator
        return np.asarray((difference > 0).astype(np.int8) - (difference < 0).astype(np.int8), dtype=np.int8)

    def __getitem__(self, index: int) -> Fraction:
        return Fraction(int(self.numerator[index]), int(self.denominator[index]))

    def __len__(self) -> int:
        return len(self.numerator)

    def take(self, rows: npt.NDArray[np.integer]) -> Column:
        """The values at some rows."""
        return Column(self.numerator[rows], self.denominator[rows])


def _whole(values: Sequence[int]) -> Whole:
    fits = all(value.bit_length() <= SAFE_BITS for value in values)
    if fits:
        return np.array(values, dtype=np.int64)
    return np.array(values, dtype=object)


@dataclass(frozen=True, eq=False)
class Answers:
    """The answers of N hypotheses to one problem.

    Attributes:
        kind: ``number``, ``pair`` or ``interval``.
        names: What the student may call the unknowns: several names of one number, or the two of a pair.
        columns: One for a number, two for a pair, none for intervals.
        sets: For intervals, the spans of each hypothesis.
    """

    kind: str
    names: tuple[str, ...]
    columns: tuple[Column, ...] = ()
    sets: tuple[tuple[Span, ...], ...] = ()

    @classmethod
    def parse(cls, kind: str, names: tuple[str, ...], texts: Iterable[str]) -> Answers:
        """From answers in the verifier's notation.

        Raises:
            ExpressionError: If one of them is not an answer of this kind.
        """
        return cls.of(kind, names, [parse_answer(kind, text) for text in texts])

    @classmethod
    def of(cls, kind: str, names: tuple[str, ...], rows: Sequence[tuple[Fraction, ...] | tuple[Span, ...]]) -> Answers:
        """From exact values as ``parse_answer`` returns them."""
        if kind == "interval":
            return cls(kind, names, sets=tuple(tuple(part for part in row if isinstance(part, Span)) for row in rows))
        numbers = [[part for part in row if isinstance(part, Fraction)] for row in rows]
        return cls(kind, names, columns=tuple(Column.of(list(column)) for column in zip(*numbers, strict=True)))

    def __len__(self) -> int:
        return len(self.sets) if self.kind == "interval" else len(self.columns[0])

    def column(self, name: str) -> Column | None:
        """The column that a name stands for, or ``None``. ``x`` always names a single number."""
        if self.kind == "number":
            return self.columns[0] if name in self.names or name == "x" else None
        if self.kind == "pair" and name in self.names:
            return self.columns[self.names.index(name)]
        return None

    def only(self, index: int) -> Answers:
        """The answer of one hypothesis, as N = 1."""
        rows = np.array([index])
        sets = (self.sets[index],) if self.sets else ()
        return Answers(self.kind, self.names, tuple(column.take(rows) for column in self.columns), sets)

    def text(self, index: int) -> str:
        """One answer in the verifier's notation."""
        if self.kind == "number":
            return str(self.columns[0][index])
        if self.kind == "pair":
            return f"({self.columns[0][index]}, {self.columns[1][index]})"
        return " U ".join(_span_text(span) for span in self.sets[index])

    def index_of(self, text: str) -> int | None:
        """Which hypothesis a text states in any exact form, or ``None``. Rows are taken to be ascending."""
        try:
            key = parse_answer(self.kind, text)
        except ExpressionError:
            return None
        if self._integers is not None:
            number = key[0]
            row = bisect_left(self._integers, number)  # type: ignore[type-var]
            return row if row < len(self) and self._integers[row] == number else None
        return self._index.get(key)

    @cached_property
    def _integers(self) -> list[int] | None:
        if self.kind == "number" and self.columns[0].all_integral:
            values: list[int] = self.columns[0].numerator.tolist()
            return values
        return None

    @cached_property
    def _index(self) -> Mapping[tuple[object, ...], int]:
        return {self.key(row): row for row in range(len(self))}

    def key(self, index: int) -> tuple[object, ...]:
        """An exact, hashable value of one answer."""
        if self.kind == "interval":
            return self.sets[index]
        return tuple(column[index] for column in self.columns)


def _span_text(span: Span) -> str:
    left = "(" if span.low is None or not span.low_closed else "["
    right = ")" if span.high is None or not span.high_closed else "]"
    low = "-oo" if span.low is None else str(span.low)
    high = "oo" if span.high is None else str(span.high)
    return f"{left}{low}, {high}{right}"


def parse_answer(kind: str, text: str) -> tuple[Fraction, ...] | tuple[Span, ...]:
    """The exact value of one answer.

    Args:
        kind: ``number``, ``pair`` or ``interval``.
        text: In the verifier's notation.

    Returns:
        One rational, two, or the spans of a set.

    Raises:
        ExpressionError: If the text is not an answer of this kind.
        ConfigurationError: If the kind is unknown.
    """
    node = parse_expression(text)
    if kind == "number":
        return (_rational(node, text),)
    if kind == "pair":
        if not isinstance(node, TupleNode) or len(node.items) != 2:
            raise ExpressionError(f"{text!r} is not a pair (a, b)")
        return tuple(_rational(item, text) for item in node.items)
    if kind == "interval":
        parts = node.parts if isinstance(node, Union) else (node,)
        return tuple(_span(part, text) for part in parts)
    raise ConfigurationError(f"kind: {kind!r} is none of {KINDS}")


def _rational(node: Node, text: str) -> Fraction:
    value = rational_value(node)
    if value is None or max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_ANSWER_BITS:
        raise ExpressionError(f"{text[:80]!r} is not a rational number of at most {MAX_ANSWER_BITS} bits")
    return value


def _span(node: Node, text: str) -> Span:
    if isinstance(node, TupleNode) and len(node.items) == 2:
        node = Interval(node.items[0], node.items[1], False, False)
    if not isinstance(node, Interval):
        raise ExpressionError(f"{text!r} is not an interval")
    return Span(_end(node.lo, text), _end(node.hi, text), node.lo_closed, node.hi_closed)


def _end(node: Node, text: str) -> Fraction | None:
    return None if to_text(node) in ("oo", "-oo") else _rational(node, text)
