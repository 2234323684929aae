r"""Answers marked as such, anywhere in an utterance: ``\boxed{42}``, ``#### 42``, "final answer: 42"."""

from __future__ import annotations

import re

from sml_env.forms import Query
from sml_env.wording.building import attempt
from sml_env.wording.lexicon import any_of, phrases

__all__ = ["read_marked"]

_BOX = re.compile(r"\\boxed\s*\{")
_BRACE = re.compile(r"[{}]")
_MARKED = re.compile(r"(?:####|\b(?:final\s+)?answer\s*[:=]+(?!=))\s*([^\n]+)", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_ASKING = phrases("""
    above, at least, at most, below, between, bigger, divisible, does, even, greater, higher, is, larger, less, lower
    more, odd, over, prime, smaller, under
""")
# "the answer: is it greater than 10" asks; what stands behind the mark is left to the readers.
_QUESTION = re.compile(rf"{any_of(*_ASKING)}\b")


def read_marked(text: str) -> Query | None:
    """The attempt in the last box that is closed, or else after the last "####" or "answer:"."""
    if "boxed" in text and (inner := _boxed(text)):
        return attempt(inner)
    if "####" not in text and "answer" not in text.lower():
        return None
    values = _MARKED.findall(text)
    if not values:
        return None
    first: str = _SENTENCE_END.split(values[-1].strip(), maxsplit=1)[0]
    value = first.strip().rstrip("?!").strip().removesuffix(".").strip(" *")
    return attempt(value) if value and not _QUESTION.match(value.lower()) else None


def _boxed(text: str) -> str:
    r"""What the last balanced ``\boxed{…}`` holds, without the white space around it."""
    unclosed: list[int] = []
    closed_by: dict[int, int] = {}
    for brace in _BRACE.finditer(text):
        if brace[0] == "{":
            unclosed.append(brace.end())
        elif unclosed:
            closed_by[unclosed.pop()] = brace.start()
    starts = [box.end() for box in _BOX.finditer(text) if box.end() in closed_by]
    return text[starts[-1] : closed_by[starts[-1]]].strip() if starts else ""
