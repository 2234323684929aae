"""What values a text states beyond its plain numbers: in phrases, code, counts, and digits by their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property
from itertools import permutations
from typing import Final

from sml_env.leaks.ciphers import digits_in_code
from sml_env.leaks.computed import computed
from sml_env.leaks.counts import counted
from sml_env.leaks.phrases import phrased
from sml_env.stated import with_digits
from sml_env.verifiers.numerals import SCALES, TENS, UNITS

__all__ = ["Reading", "hides_a_number"]

_SMALLEST_COUNT: Final = 5
_DIGIT_PLACES = re.compile(
    r"\bdigits?\b|\b(?:ones|units|tens|hundreds|thousands|unit's|ten's)(?:['\u2019]s?)?\s+(?:place|column"
    r"|position|digit)"
    r"|\b(?:ones|units|tens|hundreds)\s*:|\bside\s+by\s+side\b|\bnext\s+to\s+each\s+other\b|\bglued?\b|\bin\s+a\s+row\b"
    r"|\b(?:starts?|begins?|beginning|opens?|ends?|ending|finish\w*|closes?)\s+(?:with|in|on)\b"
    r"|\bfollowed\s+by\b|\bthen\s+(?:an?\s+)?\d|\bnext\s+to\b"
)
_HOW_MANY_DIGITS = re.compile(
    r"\b\d+[\s-]digit\b|\b(?:has|have|of|only|just|are)\s+\d+\s+digits\b|\bthe\s+\d+\s+digits\b"
)
_BETWEEN = re.compile(r"\b(?:middle|between|centre|center)\b")
_THAT_ONE = re.compile(r"\b(?:last|first|next|other|second|that|this|middle)\s+1\b")
_RUN = re.compile(
    r"(?<![\w.,])[1-9](?:(?:\s*[,;/|&*-]\s*|\s+|[\])}]\s*[\[({])(?:and\s+|then\s+)?\d){1,8}(?![\w.]*\d)"
    r"(?!\s*[,;/|&*-]?\s*\d|\s*,?\s*(?:or|and\s+(?:so|\d))\b)"
)
_LOOKALIKE = re.compile(r"(?<!\w)(?=[A-Za-z\d]*\d)(?=[A-Za-z\d]*[OolIBZS])[\dOolIBZS]{2,9}(?!\w)")
_ALIKE: Final = str.maketrans("OolIBZS", "0011825")
_DIGITS = re.compile(r"(?<![\d.])\d{1,3}(?!\d|\.\d)")
_WORDS: Final = "|".join(sorted([*UNITS, *TENS, *SCALES], key=len, reverse=True))
_RUN_TOGETHER = re.compile(rf"(?:(?:{_WORDS}|and|minus)\s*)+")
_BOUNDED = re.compile(rf"\b(?:{_WORDS})\b")


def hides_a_number(text: str) -> bool:
    """Whether a text that was decoded holds a number, in digits or in words, also run together."""
    lowered = text.lower()
    if any(character.isdigit() for character in text) or _BOUNDED.search(lowered):
        return True
    return len(lowered) > 2 and _RUN_TOGETHER.fullmatch(lowered) is not None


class Reading:
    """The values that a text states in other ways than as plain numbers and arithmetic.

    Args:
        text: As it is read: digits in ASCII.
        shuffled: Whether digits are read in either order wherever they stand, as a student's are.
    """

    def __init__(self, text: str, shuffled: bool = False) -> None:
        self._text = text
        self._shuffled = shuffled

    @cached_property
    def values(self) -> frozenset[Fraction]:
        """All of them."""
        return frozenset(self._values())

    def _values(self) -> Iterator[Fraction]:
        text = self._text
        yield from (Fraction(number) for number in counted(text) if number >= _SMALLEST_COUNT)
        lowered = with_digits(text)
        yield from phrased(lowered)
        if any(character.isdigit() for character in lowered):
            yield from _placed(lowered, self._shuffled)
            yield from _runs(lowered)
            yield from _lookalikes(text)
            yield from map(Fraction, digits_in_code(text))
            yield from computed(text)
        elif "(" in text:
            yield from computed(text)


def _placed(text: str, anyhow: bool) -> Iterator[Fraction]:
    """Digits that are named one by one, in either order."""
    if not anyhow and not _DIGIT_PLACES.search(text):
        return
    digits = _DIGITS.findall(text) if anyhow else _DIGITS.findall(_THAT_ONE.sub(" ", _HOW_MANY_DIGITS.sub(" ", text)))
    if len(digits) == 3 and _BETWEEN.search(text):
        yield from (Fraction(int("".join(order))) for order in permutations(digits))
    for size in range(2, min(len(digits), 6) + 1):
        for start in range(len(digits) - size + 1):
            window = digits[start : start + size]
            yield Fraction(int("".join(window)))
            yield Fraction(int("".join(window[::-1])))


def _runs(text: str) -> Iterator[Fraction]:
    """Single digits with nothing but separators between them, read as one number."""
    for found in _RUN.finditer(text):
        digits = re.sub(r"\D", "", found[0])
        yield Fraction(int(digits))


def _lookalikes(text: str) -> Iterator[Fraction]:
    """Numbers with letters in the place of digits that look like them."""
    for found in _LOOKALIKE.finditer(text):
        yield Fraction(int(found[0].translate(_ALIKE)))
