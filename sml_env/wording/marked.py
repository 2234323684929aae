r"""Answers marked as such, anywhere in an utterance: ``\boxed{42}``, ``#### 42``, "final answer: 42"."""

from __future__ import annotations

import re

from sml_env.forms import Query
from sml_env.wording.building import attempt

__all__ = ["read_marked"]

_BOX = re.compile(r"\\boxed\s*\{")
_BRACE = re.compile(r"[{}]")
_MARKED = re.compile(r"(?:####|\b(?:final\s+)?answer\s*[:=]+(?!=))\s*([^\n]+)", re.IGNORECASE)


def read_marked(text: str) -> Query | None:
    """The attempt in the last box that is closed, or else after the last "####" or "answer:"."""
    if "boxed" in text and (inner := _boxed(text)):
        return attempt(inner)
    if "####" not in text and "answer" not in text.lower():
        return None
    values = _MARKED.findall(text)
    if not values:
        return None
    value: str = values[-1].strip().rstrip("?!").strip().removesuffix(".").strip(" *")
    return attempt(value) if value else None


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
