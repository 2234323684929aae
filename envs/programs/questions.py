"""The forms of questions about a hidden program, and what each means for given programs."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from sml_env.coding.literals import read_value, show
from sml_env.envs.programs.catalogue import Program
from sml_env.envs.programs.language import Undefined, type_of
from sml_env.forms import FamilyForm, Ordering, Query
from sml_env.semantics import NO, YES, Meaning

__all__ = [
    "MAX_INTEGER", "MAX_ITEMS", "MAX_TEXT", "TYPE_NAMES", "Called", "Compared", "Of", "Outright", "TypeIs", "Untyped",
    "answered", "called", "in_bounds", "query_of", "shown_value",
]  # fmt: skip

MAX_INTEGER: Final = 10**6
MAX_ITEMS: Final = 30
MAX_TEXT: Final = 60
"""Bounds of inputs: the size of whole numbers, the length of lists, and that of texts."""

WRONG_TYPE: Final = "f does not take that."
TYPE_NAMES: Final = {
    "int": "a whole number",
    "bool": "True or False",
    "list": "a list of whole numbers",
    "str": "a text",
}

_ORDERS: Final = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip

Side = Literal["takes", "returns"]


@dataclass(frozen=True, slots=True)
class Called(FamilyForm):
    """``f([1, 2])``, the input as a canonical text."""

    shown: str

    @property
    def argument(self) -> Any:
        """The input as a value of its own."""
        return _value_of(self.shown)

    def __str__(self) -> str:
        return f"f({self.shown})"


@dataclass(frozen=True, slots=True)
class Compared(FamilyForm):
    """``f([1, 2]) > 3``."""

    shown: str
    op: Ordering
    bound: str

    @property
    def argument(self) -> Any:
        """The input as a value of its own."""
        return _value_of(self.shown)

    def __str__(self) -> str:
        return f"f({self.shown}) {self.op} {self.bound}"


@dataclass(frozen=True, slots=True)
class Of(FamilyForm):
    """``takes(f)``, ``returns(f)``: which type."""

    side: Side

    def __str__(self) -> str:
        return f"{self.side}(f)"


@dataclass(frozen=True, slots=True)
class TypeIs(FamilyForm):
    """``takes(f) == list``."""

    side: Side
    type: str

    def __str__(self) -> str:
        return f"{self.side}(f) == {self.type}"


@dataclass(frozen=True, slots=True)
class Outright(FamilyForm):
    """``f``: the program itself, which is never told."""

    def __str__(self) -> str:
        return "f"


@dataclass(frozen=True, slots=True)
class Untyped(FamilyForm):
    """An attempt that does not say what x is, and makes sense for several types."""

    types: tuple[str, ...]

    def __str__(self) -> str:
        return f"f(x: {' or '.join(self.types)})"


def query_of(form: FamilyForm) -> Query:
    """A form as a query."""
    return Query("predicate" if isinstance(form, Compared | TypeIs) else "value", str(form), form)


def called(argument: Any) -> Called:
    """The question for the value at an input."""
    return Called(show(argument))


def _value_of(shown: str) -> Any:
    (value,) = read_value(shown) or (None,)
    return value


def in_bounds(value: Any) -> bool:
    """Whether an input is small enough to be asked about; texts are of printable ASCII."""
    if type(value) is int:
        return abs(value) <= MAX_INTEGER
    if type(value) is list:
        return len(value) <= MAX_ITEMS and all(type(item) is not int or abs(item) <= MAX_INTEGER for item in value)
    return type(value) is not str or (len(value) <= MAX_TEXT and value.isascii() and (value.isprintable() or not value))


def shown_value(shown: str, value: Any) -> str:
    """What is said of the value at an input."""
    return f"f({shown}) = {value!r}."


def _truth(form: Compared, value: Any) -> bool:
    bound = _value_of(form.bound)
    if form.op in ("==", "!="):
        equal = type(value) is type(bound) and value == bound
        return equal is (form.op == "==")
    return type(value) is type(bound) and type(value) in (int, str) and bool(_ORDERS[form.op](value, bound))


def answered(form: FamilyForm, programs: Sequence[Program]) -> Meaning | None:
    """What a form means for each of some programs; ``None`` for the program itself and what is no question."""
    if isinstance(form, Of):
        types = [getattr(program, form.side) for program in programs]
        return _meaning([f"f {form.side} {TYPE_NAMES[each]}." for each in types])
    if isinstance(form, TypeIs):
        holds = [getattr(program, form.side) == form.type for program in programs]
        return Meaning(np.array(holds, dtype=np.int8), (NO, YES), True)
    if not isinstance(form, Called | Compared):
        return None
    argument = form.argument
    if not in_bounds(argument):
        return None
    kind, told = type_of(argument), []
    for program in programs:
        if program.takes != kind:
            told.append(WRONG_TYPE)
            continue
        try:
            value = program.value(argument)
        except Undefined:
            told.append(f"f has no value at {form.shown}.")
            continue
        if isinstance(form, Called):
            told.append(shown_value(form.shown, value))
        else:
            told.append(YES if _truth(form, value) else NO)
    return _meaning(told, (NO, YES) if isinstance(form, Compared) else ())


def _meaning(told: Sequence[str], first: tuple[str, ...] = ()) -> Meaning:
    replies = (*first, *sorted(set(told) - set(first)))
    ranks = {text: rank for rank, text in enumerate(replies)}
    return Meaning(np.array([ranks[text] for text in told], dtype=np.int16), replies, bool(first))
