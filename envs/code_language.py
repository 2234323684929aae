"""What a student says about a programming problem: calls of the function, what failed, and programs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sml_env.coding.literals import read_arguments, read_call, show
from sml_env.coding.spoken import closing, program_in
from sml_env.forms import Claim, FamilyForm, Quantity, Query
from sml_env.queries import MAX_CHARACTERS, parse

__all__ = ["OBSERVED", "CallOf", "call_of", "calls_in", "read", "shown_arguments"]

OBSERVED: Final = "there your program gave "
"""Before what a program returned. What follows is the student's own and names no input."""

_LONGEST_CALL: Final = 1_000
_MOST_CALLS: Final = 50
_FAILED: Final = re.compile(
    r"\b(?:what|which|where|why|how)\b.{0,60}\b(?:fail\w*|wrong|broken?|breaks?|incorrect|mistake|error)\b",
    re.IGNORECASE | re.DOTALL,
)
_OUTRIGHT: Final = re.compile(
    r"\b(?:show|give|tell|write|send|print|reveal|what(?:'s| is))\b.{0,40}"
    r"\b(?:solution|reference|code|program|implementation|source|answer)\b",
    re.IGNORECASE | re.DOTALL,
)
_GIVEN: Final = r"(?:for|on|with|of|when\s+given|given)\s+(?:the\s+)?(?:inputs?\s+|arguments?\s+)?(\S.*)"
_NO_QUESTION: Final = "that is no question about the function that a teacher can read"
_NO_LITERALS: Final = "the arguments of a call must be plain values, by position"


@dataclass(frozen=True, slots=True)
class CallOf(FamilyForm):
    """``f([1, 2], 3)``: what the function returns for arguments.

    Attributes:
        function: Its name.
        shown: The arguments in canonical text, with the parentheses.
    """

    function: str
    shown: str

    @property
    def arguments(self) -> tuple[Any, ...]:
        """The arguments as values of their own."""
        found = read_call(f"{self.function}{self.shown}")
        return () if found is None else found[1]

    def __str__(self) -> str:
        return f"{self.function}{self.shown}"


def read(utterance: object, function: str) -> Query:
    """Read one utterance. Total; nothing of it is evaluated.

    Args:
        utterance: Anything. The last fenced block of it is a program, and counts first.
        function: The name that programs must define and calls must have.

    Returns:
        An ``attempt``, ``value``, ``diagnosis``, ``hint`` or ``fact``; else ``malformed``, with the reason.
    """
    if not isinstance(utterance, str) or len(utterance) > MAX_CHARACTERS:
        return parse(utterance)
    program = program_in(utterance, function)
    if program is not None:
        return Query("attempt", "a program", Claim(program, "program"))
    calls = list(calls_in(utterance, function)) or _in_words(utterance, function)
    if calls:
        return Query("value", str(calls[-1]), calls[-1])
    if re.search(rf"(?<![\w.]){re.escape(function)}\s?\(", utterance):
        return Query("malformed", "", None, _NO_LITERALS)
    other = parse(utterance)
    if other.kind == "hint":
        return other
    if _FAILED.search(utterance) or other.kind == "diagnosis":
        return Query("diagnosis", "what failed", Claim(None, "program"))
    if _OUTRIGHT.search(utterance):
        return Query("value", "the program", Quantity("program", "value"))
    return other if other.kind == "fact" else Query("malformed", "", None, _NO_QUESTION)


def calls_in(text: str, function: str) -> Iterator[CallOf]:
    """Calls of a function with literal arguments that stand in a text, each once; bounded."""
    seen: set[str] = set()
    for place, found in enumerate(re.finditer(rf"(?<![\w.]){re.escape(function)}\s?\(", text)):
        if place == _MOST_CALLS:
            return
        end = closing(text, found.end() - 1, _LONGEST_CALL)
        call = None if end is None else call_of(function, text[found.end() - 1 : end + 1])
        if call is not None and call.shown not in seen:
            seen.add(call.shown)
            yield call


def call_of(function: str, written: str) -> CallOf | None:
    """A call from its arguments as they are written, with the parentheses; ``None`` if they are no literals."""
    found = read_call(f"{function}{written}")
    shown = None if found is None else shown_arguments(found[1])
    return None if shown is None or len(shown) > _LONGEST_CALL else CallOf(function, shown)


def shown_arguments(arguments: Sequence[Any]) -> str:
    """Arguments in canonical text, with the parentheses: equal arguments have one text."""
    return f"({', '.join(show(each, _LONGEST_CALL) for each in arguments)})"


def _in_words(text: str, function: str) -> list[CallOf]:
    """The call in "what does f return for [1, 2], 3?"."""
    named = rf"\b{re.escape(function)}\b`?\s+(?:returns?|gives?|outputs?|does|do|is|be)?\s*{_GIVEN}"
    for pattern in (named, rf"\b(?:output|result|value|returned|returns?)\s+{_GIVEN}"):
        found = re.search(pattern, text[:_LONGEST_CALL], re.IGNORECASE | re.DOTALL)
        if found is None:
            continue
        written = found.group(1).strip()
        for each in (written, written.rstrip(" ?.!"), written.rstrip(" ?.!").strip("`")):
            arguments = read_arguments(each)
            if arguments:
                shown = shown_arguments(arguments)
                return [CallOf(function, shown)] if len(shown) <= _LONGEST_CALL else []
    return []
