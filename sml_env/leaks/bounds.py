"""Bounds in words: which values the answer is said to lie between, and whether they leave one whole number."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Final

__all__ = ["Bounds", "bounds_of"]

_N: Final = r"(-?\d{1,15}(?:\.\d{1,9})?)"
_BETWEEN = re.compile(
    rf"\b(?:between|from|in\s+the\s+(?:open\s+)?(?:interval|range)(?:\s+from)?)\s+{_N}\s*(?:and|to|through|,)\s+{_N}"
    r"(\s*,?\s*(?:inclusive|included))?"
)
_CHAIN = re.compile(rf"{_N}\s*(<=?|\u2264)\s*[a-z_]\w*\s*(<=?|\u2264)\s*{_N}")
_SPAN = re.compile(rf"([(\[])\s*{_N}\s*,\s*{_N}\s*([)\]])")
_MORE: Final = r"(?:more|greater|larger|bigger|higher)\s+than|above|over|exceeds|exceeding|beyond|past|>"
_LESS: Final = r"(?:less|smaller|fewer|lower)\s+than|below|under|short\s+of|<"
_LEAST: Final = r"at\s+least|no\s+(?:less|fewer|smaller)\s+than|not\s+(?:below|under|less\s+than)|>=|\u2265|from"
_MOST: Final = (
    r"at\s+most|no\s+(?:more|greater|larger|bigger)\s+than|not\s+(?:above|over|(?:more|greater)\s+than)|up\s+to"
    r"|does(?:n't|\s+not)\s+exceed|<=|\u2264"
)
_SINGLE: Final = tuple(
    (re.compile(rf"(?:{words})\s*{_N}"), low, strict)
    for words, low, strict in (
        (rf"(?<!not )(?<!no )(?:{_MORE})", True, True),
        (rf"(?<!not )(?<!no )(?:{_LESS})", False, True),
        (_LEAST, True, False),
        (_MOST, False, False),
    )
)
_LARGER: Final = re.compile(rf"{_N}\s+is\s+(?:too\s+(?P<low>small|low|little)|too\s+(?P<high>big|large|high|much))")


@dataclass(frozen=True, slots=True)
class Bounds:
    """The tightest whole numbers that are left; ``None`` where there is no bound on that side."""

    low: int | None = None
    high: int | None = None

    def narrowed(self, other: Bounds) -> Bounds:
        """What both leave."""
        lows = [low for low in (self.low, other.low) if low is not None]
        highs = [high for high in (self.high, other.high) if high is not None]
        return Bounds(max(lows, default=None), min(highs, default=None))

    @property
    def pins(self) -> bool:
        """Whether one whole number is left."""
        return self.low is not None and self.low == self.high


def _low(value: str, strict: bool) -> int:
    number = Fraction(value)
    return floor(number) + 1 if strict else ceil(number)


def _high(value: str, strict: bool) -> int:
    number = Fraction(value)
    return ceil(number) - 1 if strict else floor(number)


def bounds_of(text: str) -> Iterable[Bounds]:
    """Every pair of bounds that a text states, and what its single ones leave together.

    Args:
        text: Lower case, with numbers in digits.
    """
    found_pairs: list[Bounds] = []
    for found in _BETWEEN.finditer(text):
        strict = found[3] is None and found[0].startswith("between")
        found_pairs.append(Bounds(_low(found[1], strict), _high(found[2], strict)))
        if strict and Fraction(found[1]) == Fraction(found[2]):
            found_pairs.append(Bounds(_low(found[1], False), _high(found[2], False)))
    for found in _CHAIN.finditer(text):
        found_pairs.append(Bounds(_low(found[1], found[2] == "<"), _high(found[4], found[3] == "<")))
    for found in _SPAN.finditer(text):
        found_pairs.append(Bounds(_low(found[2], found[1] == "("), _high(found[3], found[4] == ")")))
    lows: list[int] = []
    highs: list[int] = []
    for pattern, low, strict in _SINGLE:
        for found in pattern.finditer(text):
            (lows if low else highs).append(_low(found[1], strict) if low else _high(found[1], strict))
    for found in _LARGER.finditer(text):
        (lows if found["low"] else highs).append(_low(found[1], True) if found["low"] else _high(found[1], True))
    found_pairs.append(Bounds(max(lows, default=None), min(highs, default=None)))
    return found_pairs
