"""Functions as candidates, and their domain: what questions mean, how attempts are judged and answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sml_env.domains import Candidates
from sml_env.envs.functions.catalogue import POINTS, Entry
from sml_env.envs.functions.questions import MAX_POINT, Outright, admitted, answered, shown_value
from sml_env.envs.functions.reading import read, readable
from sml_env.envs.functions.values import Special, Value
from sml_env.forms import FamilyForm, Query
from sml_env.information import IntArray
from sml_env.problems import Responses
from sml_env.semantics import Meaning
from sml_env.tables import DenseTable
from sml_env.verifiers.base import Status, Verdict
from sml_env.verifiers.expressions import evaluate, parse_expression
from sml_env.verifiers.policy import EXACT
from sml_env.verifiers.survey import survey
from sml_env.verifiers.symbolic import verify

__all__ = ["JUDGED_BY", "FunctionDomain", "Functions"]

JUDGED_BY: Final = replace(EXACT, domain="same", percent="value")
"""The exact profile, but a percentage is its value, and functions must be defined at the same points, isolated ones
apart: otherwise ``x - 1 + 0*sqrt(x - 1)`` would answer both x - 1 and abs(x - 1)."""

AGREES: Final = "I find no point where they differ."
_RIGHT: Final = "They agree everywhere."
_REFUSED: Final = "I will not tell you the function. Ask for a value or a property of it."
_TOO_FAR: Final = f"I only answer for points from -{MAX_POINT} to {MAX_POINT} with denominators of at most {MAX_POINT}."
_HELP: Final = (
    "I did not understand. You can ask for a value (f(2), f(-1/2)), compare one (f(2) > 3), ask for the degree, "
    "whether f is even or odd, whether it has a real or an integer root, its sign on an interval (sign on [1, 2]), or "
    "attempt (f(x) = x^2 + 1)."
)
_MAX_FITTING: Final = 8
_BALL_BITS: Final = 64
_MAX_NODES: Final = 300


@dataclass(frozen=True, eq=False)
class Functions:
    """Functions as candidates: one, or all of a family.

    Attributes:
        entries: In canonical order.
    """

    entries: tuple[Entry, ...]
    kind: str = "function"

    def __len__(self) -> int:
        return len(self.entries)

    def __repr__(self) -> str:
        """How many: a problem's repr is public, and read often."""
        return f"Functions({len(self)})"

    def text(self, index: int) -> str:
        """One of them in the verifier's notation."""
        return self.entries[index].text

    def only(self, index: int) -> Functions:
        """One of them alone."""
        return Functions(self.entries[index : index + 1])

    def index_of(self, text: str) -> int | None:
        """Which of them a text is equal to, or ``None``; total.

        Values at ``POINTS`` leave one candidate, or a few where the text's values are not known exactly; the verifier
        confirms it.
        """
        known = self._rows.get(text)
        if known is not None:
            return known
        shown = readable(text)
        if shown is None:
            return None
        seen = _values_of(shown)
        fitting = [row for row, entry in enumerate(self.entries) if all(map(_may_equal, seen, entry.values))]
        if len(fitting) > _MAX_FITTING:
            return None
        equal = [row for row in fitting if verify(shown, self.text(row), JUDGED_BY).correct]
        return equal[0] if len(equal) == 1 else None

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {entry.text: row for row, entry in enumerate(self.entries)}


@dataclass(frozen=True, eq=False, slots=True)
class _Enclosed:
    """A value that is known to lie in a ball, or not at all (``None``)."""

    ball: Any

    def may_be(self, value: Value) -> bool:
        if self.ball is None:
            return True
        if isinstance(value, Special):
            return not self.ball.imag.is_zero()
        import flint  # heavy: not loaded with the package

        return bool(self.ball.contains(flint.acb(flint.fmpq(value.numerator, value.denominator))))


@lru_cache(maxsize=128)
def _values_of(shown: str) -> tuple[Value | _Enclosed, ...]:
    """The values of an expression in x at ``POINTS``; it is not defined where it is not real."""
    from sml_env.verifiers.balls import Undefined, ball, precision  # heavy: not loaded with the package

    node = parse_expression(shown)
    small = survey(node).count <= _MAX_NODES
    found: list[Value | _Enclosed] = []
    for point in POINTS:
        try:
            value = evaluate(node, {"x": point})
        except ZeroDivisionError:
            found.append(Special.UNDEFINED)
            continue
        if value is not None:
            found.append(value)
            continue
        enclosed = None
        if small:
            try:
                with precision(_BALL_BITS):
                    enclosed = ball(node, {"x": point})
            except Undefined:
                pass
        imaginary = enclosed is not None and not enclosed.imag.contains(0)
        found.append(Special.UNDEFINED if imaginary else _Enclosed(enclosed))
    return tuple(found)


def _may_equal(seen: Value | _Enclosed, value: Value) -> bool:
    """Whether a point leaves it open that two functions are equal; one where a function is not defined does."""
    if isinstance(seen, Special) or isinstance(value, Special):
        return True
    return seen.may_be(value) if isinstance(seen, _Enclosed) else seen == value


def _differs(seen: Value | _Enclosed, value: Value) -> bool:
    """Whether a point tells an attempt from a function for certain."""
    return not seen.may_be(value) if isinstance(seen, _Enclosed) else seen != value


class FunctionDomain:
    """How words about the functions of a family are read, judged and answered.

    A wrong attempt is answered with the true value at the first of ``POINTS`` at which the attempt has another one.

    Args:
        functions: All of the family.
    """

    help = _HELP

    def __init__(self, functions: Functions) -> None:
        self.functions = functions
        columns = [
            sorted(set(column), key=_rank) for column in zip(*(e.values for e in functions.entries), strict=True)
        ]
        told = [(place, value) for place, column in enumerate(columns) for value in column]
        codes = {one: code for code, one in enumerate(told, 1)}
        self._texts = (_RIGHT, *(shown_value(POINTS[place], value) for place, value in told), AGREES)
        self._told: IntArray = np.array(
            [[codes[place, value] for place, value in enumerate(entry.values)] for entry in functions.entries]
        )
        self._meaning: Callable[[FamilyForm], Meaning | None] = lru_cache(maxsize=256)(self._meant)
        self._response: Callable[[str], Meaning | None] = lru_cache(maxsize=64)(self._responded)

    @cached_property
    def responses(self) -> Responses:
        """What the attempt at each function is answered with under each; only replies that occur, in one order."""
        table = np.stack([self._against(row) for row in range(len(self.functions))])
        codes, replies = self._compact(table)
        return Responses(DenseTable(codes), replies)

    def _compact(self, codes: IntArray) -> tuple[npt.NDArray[np.integer], tuple[str, ...]]:
        """The same replies numbered without gaps; 0 stays."""
        occurs = np.bincount(codes.reshape(-1), minlength=len(self._texts)) > 0
        occurs[0] = True
        dense = (np.cumsum(occurs) - 1).astype(np.int16)
        return dense[codes], tuple(text for text, used in zip(self._texts, occurs, strict=True) if used)

    def parse(self, utterance: object) -> Query:
        """As ``sml_env.envs.functions.reading.read``."""
        return read(utterance)

    def refusal(self, query: Query) -> str | None:
        """Of the function itself, and of points that are out of bounds."""
        if isinstance(query.form, Outright):
            return _REFUSED
        return _TOO_FAR if isinstance(query.form, FamilyForm) and not admitted(query.form) else None

    def meaning(self, query: Query, candidates: Candidates) -> Meaning | None:
        """The true reply under each function."""
        if not isinstance(query.form, FamilyForm) or not isinstance(candidates, Functions):
            return None
        if candidates is self.functions:
            return self._meaning(query.form)
        return answered(query.form, [entry.function for entry in candidates.entries])

    def _meant(self, form: FamilyForm) -> Meaning | None:
        return answered(form, [entry.function for entry in self.functions.entries])

    def judge(self, value: str, answer: str) -> Verdict:
        """By the symbolic verifier, in the caller's process; what fits several functions is no answer."""
        shown = readable(value)
        if shown is None:
            return Verdict(Status.UNPARSABLE, "none", "not an expression in x")
        verdict = verify(shown, answer, JUDGED_BY)
        if not verdict.correct:
            return verdict
        row = self.functions.index_of(value)
        if row is None or self.functions.text(row) != answer:
            return Verdict(Status.INCORRECT, "hedge", "not one function of the family", verdict.extracted)
        return verdict

    def response(self, value: str, candidates: Candidates) -> Meaning | None:
        """The true value at the first point where the attempt has another one."""
        meant = self._response(value)
        if meant is None or not isinstance(candidates, Functions):
            return None
        if candidates is self.functions:
            return meant
        found = (self.functions.index_of(entry.text) for entry in candidates.entries)
        rows = [row for row in found if row is not None]
        return Meaning(meant.codes[rows], meant.replies, False)

    def _responded(self, value: str) -> Meaning | None:
        shown = readable(value)
        if shown is None:
            return None
        row = self.functions.index_of(value)
        if row is not None:
            table = self.responses.table
            return Meaning(table.codes(np.array(row), np.arange(len(self.functions))), self.responses.replies, False)
        seen = _values_of(shown)
        agrees = len(self._texts) - 1
        codes = np.full(len(self.functions), agrees)
        for index, entry in enumerate(self.functions.entries):
            place = next((place for place, value in enumerate(entry.values) if _differs(seen[place], value)), None)
            codes[index] = agrees if place is None else self._told[index, place]
        return Meaning(*self._compact(codes), False)

    def _against(self, row: int) -> IntArray:
        """The numbers of the replies to the attempt at one function."""
        different = self._told != self._told[row]
        first = different.argmax(axis=1)
        result: IntArray = np.where(different.any(axis=1), self._told[np.arange(len(first)), first], 0)
        return result


def _rank(value: Value) -> tuple[int, Fraction]:
    return (1, Fraction(0)) if isinstance(value, Special) else (0, value)
