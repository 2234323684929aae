"""What a query means: for each hypothesis, the reply that is true of it.

The oracle, the ideal listener and the rule for attempts in disguise all read the same ``Meaning``; nothing else in the
library decides whether "x > 10" is true.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import isqrt
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sml_env.answers import Answers, Column
from sml_env.arithmetic import FALSE, TRUE, UNDEFINED, relation_codes
from sml_env.forms import Between, Comparison, Equation, Form, Member, Negation, OneOf, Property, Quantity, Residue

__all__ = ["NO", "NOT_DEFINED", "YES", "Meaning", "meaning"]

NO: Final = "No."
YES: Final = "Yes."
NOT_DEFINED: Final = "That is not defined for the answer."

_TRUTH: Final = (NO, YES)
_TRUTH_OR_NOT: Final = (NO, YES, NOT_DEFINED)
_SIEVED: Final = 10_000_000
_MANY: Final = 4_096
"""From this many values on a sieve is cheaper than testing one by one."""

_FLIPPED: Final = np.array([TRUE, FALSE, UNDEFINED], dtype=np.int8)

Codes = npt.NDArray[np.integer]


@dataclass(frozen=True, eq=False, slots=True)
class Meaning:
    """The true reply under each hypothesis.

    Attributes:
        codes: Shape ``(N,)``, indices into ``replies``.
        replies: The texts, in an order that depends on the query and the hypotheses alone.
        binary: Whether it is a yes-or-no question, code 1 being yes.
    """

    codes: Codes
    replies: tuple[str, ...]
    binary: bool


def meaning(form: Form, answers: Answers) -> Meaning | None:
    """What a query's form means for each hypothesis.

    Args:
        form: Of a predicate, a valued question or a step check.
        answers: The hypotheses.

    Returns:
        ``None`` where the form is about something else than these answers: an unknown that stands for nothing, a
        property that such answers do not have, a relation too large to work out; and for the answer itself, which is
        never told.
    """
    if isinstance(form, Comparison):
        column = answers.column(form.name)
        return None if column is None else _truth(column.compare(form.op, form.bound))
    if isinstance(form, Equation):
        codes = relation_codes(form.relation, answers)
        return None if codes is None else _ternary(codes)
    if isinstance(form, Between):
        return _between(form, answers)
    if isinstance(form, Residue):
        column = answers.column(form.name)
        return None if column is None else _residue(column, form)
    if isinstance(form, Property):
        column = answers.column(form.name)
        return None if column is None else _truth(_PROPERTIES[form.property](column))
    if isinstance(form, Member):
        if not answers.sets:
            return None
        inside = [any(form.point in span for span in spans) for spans in answers.sets]
        return _truth(np.array(inside, dtype=np.bool_))
    if isinstance(form, OneOf):
        column = answers.column(form.name)
        return None if column is None else _truth(_one_of(column, form.values))
    if isinstance(form, Quantity):
        return _quantity(form, answers)
    if isinstance(form, Negation):
        positive = meaning(form.form, answers)
        return None if positive is None else Meaning(_FLIPPED[positive.codes], positive.replies, True)
    return None


def _truth(holds: npt.NDArray[np.bool_]) -> Meaning:
    return Meaning(holds.view(np.int8), _TRUTH, True)


def _ternary(codes: npt.NDArray[np.int8]) -> Meaning:
    return Meaning(codes, _TRUTH_OR_NOT if (codes == UNDEFINED).any() else _TRUTH, True)


def _between(form: Between, answers: Answers) -> Meaning | None:
    column = answers.column(form.name)
    if column is None:
        return None
    above = column.compare(">=" if form.low_closed else ">", form.low)
    return _truth(above & column.compare("<=" if form.high_closed else "<", form.high))


def _one_of(column: Column, values: tuple[Fraction, ...]) -> npt.NDArray[np.bool_]:
    listed = set(values)
    if column.all_integral and column.numerator.dtype != object:
        whole = [value.numerator for value in values if value.denominator == 1 and abs(value.numerator) < 2**62]
        return np.isin(column.numerator, np.array(whole, dtype=np.int64))
    return np.array([column[row] in listed for row in range(len(column))], dtype=np.bool_)


def _residue(column: Column, form: Residue) -> Meaning:
    integral = column.integral
    modulus = form.modulus
    whole = column.numerator
    if modulus.bit_length() > 62 and whole.dtype != object:
        whole = whole.astype(object)
    remainders = whole % modulus
    if form.remainder is not None:
        return _truth(np.asarray((remainders == form.remainder) & integral, dtype=np.bool_))
    return _valued(remainders, integral, "The remainder is {}.")


def _valued(values: npt.NDArray[Any], defined: npt.NDArray[np.bool_], wording: str) -> Meaning:
    """Replies in ascending order of the values that occur, then the one for hypotheses that have none."""
    if defined.all():
        occurring, codes = _ranked(values)
        return Meaning(_small(codes), tuple(wording.format(value) for value in occurring.tolist()), False)
    occurring, inner = _ranked(values[defined])
    codes = np.full(len(values), len(occurring), dtype=np.int64)
    codes[defined] = inner.reshape(-1)
    return Meaning(_small(codes), (*(wording.format(value) for value in occurring.tolist()), NOT_DEFINED), False)


def _ranked(values: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[np.integer]]:
    """The values that occur, ascending, and the rank of each value among them; values are not negative."""
    if values.dtype == object or len(values) == 0 or int(values.max()) >= _MANY:
        occurring, ranks = np.unique(values, return_inverse=True)
        return occurring, ranks.reshape(-1)
    present = np.bincount(values) > 0
    return np.flatnonzero(present), (np.cumsum(present) - 1)[values]


def _small(codes: npt.NDArray[np.integer]) -> Codes:
    """The same codes in as few bytes as they need: a menu keeps many of them."""
    flat = codes.reshape(-1)
    return flat.astype(np.int8) if len(flat) == 0 or int(flat.max()) < 128 else flat


def _quantity(form: Quantity, answers: Answers) -> Meaning | None:
    if form.quantity == "value":
        return None
    column = answers.column(form.name)
    if column is None:
        return None
    if form.quantity == "sign":
        signs = column.sign_against(Fraction(0))
        names = {-1: "It is negative.", 0: "It is zero.", 1: "It is positive."}
        occurring, codes = np.unique(signs, return_inverse=True)
        return Meaning(codes.reshape(-1), tuple(names[int(sign)] for sign in occurring), False)
    integral = column.integral
    return _valued(_digit_counts(column), integral, "It has {} digits.")


def _digit_counts(column: Column) -> npt.NDArray[np.int64]:
    top, _ = column.bound
    if top < 10**18:
        bounds = 10 ** np.arange(1, 19, dtype=np.int64)
        return np.searchsorted(bounds, np.abs(column.numerator), side="right") + 1
    return np.array([len(str(abs(int(value)))) for value in column.numerator], dtype=np.int64)


@cache
def _sieve() -> npt.NDArray[np.bool_]:
    """Which of the integers below ``_SIEVED`` are prime."""
    prime = np.ones(_SIEVED, dtype=np.bool_)
    prime[:2] = False
    for step in range(2, isqrt(_SIEVED) + 1):
        if prime[step]:
            prime[step * step :: step] = False
    return prime


def _is_prime(column: Column) -> npt.NDArray[np.bool_]:
    from flint import fmpz  # heavy: not loaded with the package

    values = column.numerator
    candidates = np.asarray(column.integral & (values > 1), dtype=np.bool_)
    result = np.zeros(len(values), dtype=np.bool_)
    if len(values) >= _MANY:
        small = candidates & np.asarray(values < _SIEVED, dtype=np.bool_)
        result[small] = _sieve()[values[small].astype(np.int64)]
        candidates &= ~small
    rows = np.flatnonzero(candidates)
    result[rows] = [fmpz(int(value)).is_prime() for value in values[rows]]
    return result


def _is_square(column: Column) -> npt.NDArray[np.bool_]:
    integral = column.integral
    if column.bound[0] < 2**52:
        values = column.numerator.astype(np.int64)
        roots = np.sqrt(np.maximum(values, 0)).astype(np.int64)
        return np.asarray((roots * roots == values) & integral, dtype=np.bool_)
    squares = [value >= 0 and isqrt(value) ** 2 == value for value in column.numerator.tolist()]
    return np.asarray(np.array(squares, dtype=np.bool_) & integral, dtype=np.bool_)


def _is_integer(column: Column) -> npt.NDArray[np.bool_]:
    return column.integral


_PROPERTIES: Final = {"prime": _is_prime, "square": _is_square, "integer": _is_integer}
