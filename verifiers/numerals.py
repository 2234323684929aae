"""Numbers in English words: ``forty-two``, ``three hundred and five apples``."""

from __future__ import annotations

import re
from fractions import Fraction

__all__ = ["MAX_WORDS", "number_words"]

MAX_WORDS = 24
"""Most words that are read."""

_SMALL = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen"""
_TEN_LIST = "twenty thirty forty fifty sixty seventy eighty ninety"
_UNITS = {word: value for value, word in enumerate(_SMALL.split())}
_TENS = {word: 10 * value for value, word in enumerate(_TEN_LIST.split(), 2)}
_PART_LIST = "half halves third thirds quarter quarters fifth fifths sixth sixths seventh sevenths eighth eighths"
_PARTS = {word: index // 2 + 2 for index, word in enumerate(_PART_LIST.split())}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
_WORD = re.compile(r"[a-z]+|\S")


def number_words(text: str) -> tuple[Fraction, str] | None:
    """Read a whole number in words at the start of a text.

    Args:
        text: Lower case, single spaces.

    Returns:
        The number and what follows it, or None if the text does not start with a number in words, or mixes notations.
    """
    negative = text.startswith(("minus ", "negative "))
    words = _WORD.findall(text.partition(" ")[2] if negative else text)
    if not words or len(words) > MAX_WORDS or (words[0] not in _UNITS and words[0] not in _TENS):
        return None
    total, group, used, last = 0, 0, 0, 1000
    for index, word in enumerate(words):
        if word in ("-", "and") and index + 1 < len(words) and _value(words[index + 1]) is not None:
            continue
        value = _value(word)
        if value is not None and value < last and _fits(group, value, last):
            group += value
            last = value if value >= 20 else 1
        elif word == "hundred" and 0 < group < 10:
            group, last = group * 100, 100
        elif word in _SCALES and group and (not total or _SCALES[word] < total):
            total, group, last = total + group * _SCALES[word], 0, 1000
        else:
            break
        used = index + 1
    if not used:
        return None
    parts = _PARTS.get(words[used], 0) if used < len(words) else 0
    if parts:
        used += 1
    rest = " ".join(words[used:])
    if any(not word.isalpha() for word in words[used:]) or any(_value(word) is not None for word in words[used:]):
        return None
    count = Fraction(total + group, parts or 1)
    return -count if negative else count, rest


def _value(word: str) -> int | None:
    return _UNITS.get(word, _TENS.get(word))


def _fits(group: int, value: int, last: int) -> bool:
    """Whether a word may follow: tens after hundreds, units after tens, nothing after units."""
    if last == 1000:
        return group == 0
    if last == 100:
        return group % 100 == 0
    return last >= 20 and 0 < value < 10
