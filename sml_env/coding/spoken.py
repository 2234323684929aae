"""Code inside what people say: programs in fenced blocks or bare, and where a bracket closes."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["closing", "program_in"]

_FENCE: Final = re.compile(r"```[ \t]*(?:python3?|py)?[ \t]*\r?\n(.*?)```", re.DOTALL | re.IGNORECASE)
_BARE: Final = re.compile(r"\s*(?:def |async def |from \w|import \w|class |@\w|#|\"\"\")")


def program_in(text: str, function: str) -> str | None:
    """The last fenced block; or the whole text, where it begins as a program and defines the function."""
    fences = _FENCE.findall(text) if "```" in text else []
    if fences:
        return str(fences[-1])
    bare = _BARE.match(text) and re.search(rf"\bdef\s+{re.escape(function)}\b", text)
    return text if bare else None


def closing(text: str, start: int, limit: int = 1_000) -> int | None:
    """Where the bracket closes that opens at a place; texts in quotes are passed over.

    Args:
        text: Untrusted.
        start: Of the bracket.
        limit: Characters that are looked at.
    """
    depth, quote, place = 0, "", start
    while place < min(len(text), start + limit):
        sign = text[place]
        if quote:
            place += sign == "\\"
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
            if depth == 0:
                return place
        place += 1
    return None
