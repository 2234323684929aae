r"""Splitting a unit off the end of an answer: ``42 apples``, ``12 cm``, ``5\text{ m}^2``."""

from __future__ import annotations

import re

from sml_env.verifiers.lexicon import SHORT_WORDS
from sml_env.verifiers.tokens import FUNCTION_ARITY, GREEK

__all__ = ["MAX_UNIT", "split_unit"]

MAX_UNIT = 48
"""Longest unit, in characters."""

_SHORT_LIST = "cm mm km kg mg lb ft in hr min sec mph deg m g s h L l days day"
_SHORT_UNITS = frozenset(_SHORT_LIST.split())
_OPERATORS = """times plus minus over squared cubed hundred thousand million billion trillion dozen score percent half
halves third thirds quarter quarters fourth fourths fifth fifths sixth sixths eighth eighths tenth tenths factorial
negative less more than about mod modulo divided power root pi oo infinity inf union base wrong incorrect false maybe
perhaps possibly impossible except unless without approximately roughly"""
_BLOCKED = (
    ((SHORT_WORDS | frozenset(_OPERATORS.split()) | frozenset(FUNCTION_ARITY) | GREEK) - _SHORT_UNITS)
    | frozenset("eixyz")
    | {"pi"}
)
_LATEX_UNIT = re.compile(
    r"(?:\s|\\[,;: ]|~)*\\(?:text|mathrm|mbox|textrm|rm)\s*\{([^{}]*)\}\s*(?:\^\s*\{?\s*([23])\s*\}?)?\s*$"
)
_PLAIN_UNIT = re.compile(r"(?<=[0-9)}%!.])\s*([A-Za-z]+(?:[ /][A-Za-z]+){0,3})\s*(?:\^?\s*([23])|([²³]))?\s*$")
_SUPERSCRIPTS = {"²": "2", "³": "3"}


def split_unit(text: str) -> tuple[str, str | None]:
    """Split a unit off the end.

    Args:
        text: An answer or a reference.

    Returns:
        The text without its unit, and the unit in a comparable form (lower case, singular), or None if it has none.
    """
    tail = text[-MAX_UNIT:]
    match = _LATEX_UNIT.search(tail) or _PLAIN_UNIT.search(tail)
    if match is None:
        return text, None
    words = match[1].replace("/", " / ").split()
    glued = match[0][:1].isalpha()
    if not words or any(not _is_unit_word(word, glued) for word in words):
        return text, None
    rest = text[: len(text) - len(tail) + match.start()].rstrip()
    if not rest or not any("0" <= character <= "9" for character in rest):
        return text, None
    exponent = next((group for group in match.groups()[1:] if group), "")
    return rest, " ".join(_singular(word.lower()) for word in words) + _SUPERSCRIPTS.get(exponent, exponent)


def _is_unit_word(word: str, glued: bool) -> bool:
    if word in _SHORT_UNITS or word == "/":
        return len(word) > 1 or not glued
    return len(word) >= (4 if glued else 3) and word.isalpha() and word.lower() not in _BLOCKED


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") else word
