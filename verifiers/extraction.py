r"""Finding the final answer in a whole reply, in one bounded linear scan.

In order: the balanced ``\boxed{...}``; what follows ``####``; what follows the last "answer is", "answer:" or "I think
it is"; else the whole text. Several boxes or several ``####`` are all returned: those that differ are a hedge for the
caller to reject.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sml_env.verifiers.tokens import MAX_CHARS

__all__ = ["MAX_MARKS", "MAX_REPLY", "MAX_TAIL", "Extraction", "extract"]

MAX_REPLY = 1_000_000
"""Longest reply that is scanned, in characters; a longer one has no answer."""
MAX_TAIL = 20_000
"""How much of the end of a reply is searched for words such as "the answer is"."""
MAX_MARKS = 32
"""Most answers that are collected; of more, the last ones count."""

_BOXED = "\\boxed{"
_MARKER = re.compile(
    r"\banswer(?: ?(?:is|was|would be|should be)\b:?| ?[:=])|\bi (?:think|believe|guess) (?:that )?it(?: is|'s)\b:?",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?;,]? *\n|[.!?](?= +[A-Z][a-z']| *$)|, (?=(?:but|because|since|so|as|which)\b)")


@dataclass(frozen=True, slots=True)
class Extraction:
    """What was found in a reply.

    Attributes:
        candidates: The distinct marked answers, in order; empty if there is none.
        marker: ``boxed``, ``hashes``, ``words`` or ``whole``.
    """

    candidates: tuple[str, ...]
    marker: str


def extract(reply: str) -> Extraction:
    """Find the final answer.

    Args:
        reply: A whole reply: untrusted text.

    Returns:
        The marked answers, or the whole text if nothing is marked and it is short enough to be an answer.
    """
    if len(reply) > MAX_REPLY:
        return Extraction((), "whole")
    for marker, found in (("boxed", _boxed(reply)), ("hashes", _hashes(reply)), ("words", _words(reply[-MAX_TAIL:]))):
        if found:
            return Extraction(tuple(dict.fromkeys(found)), marker)
    text = _tidy(reply)
    return Extraction((text,) if text and len(text) <= MAX_CHARS else (), "whole")


def _boxed(reply: str) -> list[str]:
    starts: list[int] = []
    end = len(reply)
    while len(starts) < MAX_MARKS and (start := reply.rfind(_BOXED, 0, end)) >= 0:
        starts.append(start)
        end = start
    found = [_balanced(reply, start + len(_BOXED)) for start in reversed(starts)]
    return [tidy for text in found if text is not None and (tidy := _tidy(text))]


def _balanced(reply: str, start: int) -> str | None:
    """Return the text up to the closing brace, or None if it is not closed within the longest answer."""
    depth = 1
    escaped = False
    for index in range(start, min(len(reply), start + MAX_CHARS + 1)):
        character = reply[index]
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == "{":
            depth += 1
        elif character == "}":
            depth -= 1
            if not depth:
                return reply[start:index]
    return None


def _hashes(reply: str) -> list[str]:
    found: list[str] = []
    end = len(reply)
    while len(found) < MAX_MARKS and (start := reply.rfind("####", 0, end)) >= 0:
        line = reply[start + 4 : start + 4 + MAX_CHARS].partition("\n")[0]
        if tidy := _tidy(line.lstrip("#")):
            found.append(tidy)
        end = start
    return found[::-1]


def _words(tail: str) -> list[str]:
    last = 0
    for match in _MARKER.finditer(tail):
        last = match.end()
    if not last:
        return []
    rest = tail[last : last + MAX_CHARS].lstrip(" \n*:")
    stop = _SENTENCE_END.search(rest)
    tidy = _tidy(rest[: stop.start()] if stop else rest)
    return [tidy] if tidy else []


def _tidy(text: str) -> str:
    """Strip space, Markdown emphasis and closing punctuation."""
    text = text.strip()
    if len(text) > 4 and text.startswith("**") and text.endswith(("**", "**.")):
        text = text.removesuffix(".")[2:-2].strip()
    if text.endswith(".") and not text.endswith(".."):
        text = text[:-1].rstrip()
    return text.rstrip(",;").rstrip()
