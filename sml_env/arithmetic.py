"""Truth of a relation under many exact answers at once: integer arithmetic on whole columns, no rounding anywhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from sml_env.answers import SAFE_BITS, Answers, Whole, holds
from sml_env.errors import ExpressionError
from sml_env.verifiers.expressions import compare, free_symbols, substitute
from sml_env.verifiers.nodes import Chain, Function, Node, Number, Power, Product, Relation, Sum, Symbol

__all__ = [
    "FALSE",
    "MAX_BITS",
    "MAX_BITS_OF_MANY",
    "MAX_EXPONENT",
    "MAX_SLOW_ROWS",
    "TRUE",
    "UNDEFINED",
    "relation_codes",
]

FALSE: Final = 0
TRUE: Final = 1
UNDEFINED: Final = 2

MAX_EXPONENT: Final = 64
"""Largest integer exponent that is worked out."""

MAX_BITS: Final = 4_096
"""Largest bound on an intermediate numerator or denominator, in bits."""

MAX_BITS_OF_MANY: Final = 256
"""The same where there are more than ``MAX_SLOW_ROWS`` hypotheses."""

MAX_SLOW_ROWS: Final = 4_096
"""Relations with roots or logarithms of the answer are decided one hypothesis at a time, for at most this many."""


class _Unread(Exception):
    """The relation holds something that column arithmetic does not cover."""


@dataclass(frozen=True, slots=True)
class _Ratio:
    """``numerator / denominator`` per hypothesis (or one for all), with bounds on their sizes.

    Where ``undefined`` is set there was a division by zero, and the parts mean nothing.
    """

    numerator: Whole | int
    denominator: Whole | int
    top: int
    bottom: int
    undefined: npt.NDArray[np.bool_] | bool = False

    def exact(self, top: int, bottom: int) -> tuple[Whole | int, Whole | int]:
        """Parts that can be combined up to those bounds without overflow."""
        many = isinstance(self.numerator, np.ndarray) and len(self.numerator) > MAX_SLOW_ROWS
        if max(top, bottom).bit_length() > (MAX_BITS_OF_MANY if many else MAX_BITS):
            raise _Unread
        if max(top, bottom).bit_length() <= SAFE_BITS:
            return self.numerator, self.denominator
        return _big(self.numerator), _big(self.denominator)


def _big(part: Whole | int) -> Whole | int:
    return part if isinstance(part, int) else part.astype(object)


def _add(a: _Ratio, b: _Ratio) -> _Ratio:
    undefined = a.undefined | b.undefined
    if isinstance(a.denominator, int) and isinstance(b.denominator, int) and a.denominator == b.denominator == 1:
        top = a.top + b.top
        return _Ratio(a.exact(top, 1)[0] + b.exact(top, 1)[0], 1, top, 1, undefined)
    top, bottom = a.top * b.bottom + b.top * a.bottom, a.bottom * b.bottom
    (an, ad), (bn, bd) = a.exact(top, bottom), b.exact(top, bottom)
    return _Ratio(an * bd + bn * ad, ad * bd, top, bottom, undefined)


def _multiply(a: _Ratio, b: _Ratio) -> _Ratio:
    top, bottom = a.top * b.top, a.bottom * b.bottom
    (an, ad), (bn, bd) = a.exact(top, bottom), b.exact(top, bottom)
    return _Ratio(an * bn, ad * bd, top, bottom, a.undefined | b.undefined)


def _invert(a: _Ratio) -> _Ratio:
    """One over a, undefined where a is zero."""
    if isinstance(a.numerator, int):
        zero: npt.NDArray[np.bool_] | bool = a.numerator == 0
        denominator: Whole | int = a.numerator or 1
    else:
        zero = np.asarray(a.numerator == 0, dtype=np.bool_)
        denominator = np.where(zero, 1, a.numerator)
    return _Ratio(a.denominator, denominator, a.bottom, max(1, a.top), a.undefined | zero)


def _power(base: _Ratio, exponent: int) -> _Ratio:
    if abs(exponent) > MAX_EXPONENT:
        raise _Unread
    result = _Ratio(1, 1, 1, 1, base.undefined)
    for _ in range(abs(exponent)):
        result = _multiply(result, base)
    return result if exponent >= 0 else _invert(result)


def _ratio(node: Node, answers: Answers) -> _Ratio:
    if isinstance(node, Number):
        value = node.value
        return _Ratio(value.numerator, value.denominator, abs(value.numerator), value.denominator)
    if isinstance(node, Symbol):
        column = answers.column(node.name)
        if column is None:
            raise _Unread
        top, bottom = column.bound
        return _Ratio(column.numerator, 1 if column.all_integral else column.denominator, top, bottom)
    if isinstance(node, Sum):
        total = _ratio(node.terms[0], answers)
        for term in node.terms[1:]:
            total = _add(total, _ratio(term, answers))
        return total
    if isinstance(node, Product):
        product = _ratio(node.factors[0], answers)
        for factor in node.factors[1:]:
            product = _multiply(product, _ratio(factor, answers))
        return product
    if isinstance(node, Power) and isinstance(node.exponent, Number) and node.exponent.value.denominator == 1:
        return _power(_ratio(node.base, answers), int(node.exponent.value))
    if isinstance(node, Function) and node.name == "abs" and len(node.args) == 1:
        inner = _ratio(node.args[0], answers)
        return _Ratio(np.abs(inner.numerator), np.abs(inner.denominator), inner.top, inner.bottom, inner.undefined)
    raise _Unread


def _fast(relation: Relation, answers: Answers) -> npt.NDArray[np.int8]:
    left, right = _ratio(relation.left, answers), _ratio(relation.right, answers)
    difference = _add(left, replace(right, numerator=-right.numerator))
    sign = np.sign(difference.numerator) * np.sign(difference.denominator)
    truths = holds(relation.op, np.asarray(sign, dtype=np.int8))
    codes = np.where(difference.undefined, UNDEFINED, truths)
    return np.broadcast_to(codes.astype(np.int8), (len(answers),)).copy()


def _slow_one(relation: Relation, values: dict[str, Fraction]) -> int:
    try:
        nodes: dict[str, Node] = {name: Number(value) for name, value in values.items()}
        sides = [substitute(side, nodes) for side in (relation.left, relation.right)]
        sign = compare(sides[0], sides[1])
    except (ExpressionError, ZeroDivisionError):
        return UNDEFINED
    if sign is None:
        return UNDEFINED
    return int(holds(relation.op, np.array([sign], dtype=np.int8))[0])


def _slow(relation: Relation, answers: Answers) -> npt.NDArray[np.int8] | None:
    names = sorted(free_symbols(relation))
    columns = {name: answers.column(name) for name in names}
    if any(column is None for column in columns.values()):
        return None
    if not names:
        return np.full(len(answers), _slow_one(relation, {}), dtype=np.int8)
    if len(answers) > MAX_SLOW_ROWS:
        return None
    rows = [
        _slow_one(relation, {name: column[row] for name, column in columns.items() if column is not None})
        for row in range(len(answers))
    ]
    return np.array(rows, dtype=np.int8)


def relation_codes(relation: Relation | Chain, answers: Answers) -> npt.NDArray[np.int8] | None:
    """Whether a relation holds under each answer.

    Args:
        relation: One relation, or a chain of which all must hold.
        answers: N hypotheses whose names the relation may use.

    Returns:
        Shape ``(N,)``: ``TRUE``, ``FALSE`` or ``UNDEFINED`` (a division by zero, a root of a negative number, or a
        comparison that stays undecided); ``None`` if it uses a name that stands for nothing here, or is too large.
    """
    if isinstance(relation, Chain):
        codes: npt.NDArray[np.int8] | None = None
        for link in relation.links:
            part = relation_codes(link, answers)
            if part is None:
                return None
            codes = (
                part if codes is None else np.where((codes == UNDEFINED) | (part == UNDEFINED), UNDEFINED, codes & part)
            )
        return None if codes is None else codes.astype(np.int8)
    try:
        return _fast(relation, answers)
    except _Unread:
        return _slow(relation, answers)
