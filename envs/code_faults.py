"""Of what kind a program's fault is: fixed sentences, which tell nothing of the right value but a property of it."""

from __future__ import annotations

from typing import Any, Final

from sml_env.coding.literals import read_value, show
from sml_env.verifiers.base import Status
from sml_env.verifiers.execution import CodeVerdict

__all__ = ["fault"]

SLOW: Final = "The approach is too slow there, or does not end."
RAISED: Final = "Think about which step that input does not allow."
NO_VALUE: Final = "Return a plain value, not an object that computes it later."
NOTHING: Final = "Nothing is returned there: check that every path returns."
ORDER: Final = "The items are right there and their order is not."
CASE: Final = "The letters are right there, but for capitals."
SIGN: Final = "Only the sign is wrong there."
CLOSE: Final = "It is off by one there: check where counting begins and ends."
OPPOSITE: Final = "It is the other way round there."
SHORT: Final = "Something is missing there."
LONG: Final = "Something is there that should not be."
OTHER: Final = "The type is right and the value is not: go through the statement for that input by hand."
EMPTY: Final = "Nothing was handed over there: think of empty input."


def fault(verdict: CodeVerdict) -> str:
    """A sentence about why a program fails for the input that the verdict names.

    Args:
        verdict: With the expected value, where one is known.
    """
    if verdict.status is Status.TIMEOUT:
        return SLOW
    if verdict.reason.startswith("it returned no plain value"):
        return NO_VALUE
    empty = verdict.input is not None and any(mark in verdict.input for mark in ("[]", "''", "{}", "()"))
    if verdict.reason.startswith("it raised"):
        return EMPTY if empty else RAISED
    ours, right = _value(verdict.observed), _value(verdict.expected)
    if ours is None or right is None:
        return OTHER
    return _compared(ours[0], right[0]) or (EMPTY if empty else OTHER)


def _value(text: str | None) -> tuple[Any] | None:
    return None if text is None else read_value(text)


def _compared(ours: Any, right: Any) -> str | None:
    """How a value differs from the right one, where that has a name."""
    if ours is None:
        return NOTHING
    if type(ours) is not type(right):
        return f"A value of type {type(right).__name__} is asked for there, not of type {type(ours).__name__}."
    if isinstance(ours, bool):
        return OPPOSITE
    if isinstance(ours, int | float):
        return SIGN if ours == -right else CLOSE if abs(ours - right) == 1 else None
    if isinstance(ours, str) and ours.lower() == right.lower():
        return CASE
    if isinstance(ours, list | tuple | str) and sorted(map(show, ours)) == sorted(map(show, right)):
        return ORDER
    if isinstance(ours, list | tuple | str | set | frozenset | dict):
        return SHORT if len(ours) < len(right) else LONG if len(ours) > len(right) else None
    return None
