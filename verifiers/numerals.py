"""Numbers in English words: ``forty-two``, ``three hundred and five apples``."""

from __future__ import annotations

import re
from fractions import Fraction

__all__ = ["MAX_WORDS", "PARTS", "SCALES", "TENS", "UNITS", "number_words"]

MAX_WORDS = 24
"""Most words that are read."""

_UNIT_LIST = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen"""
_PART_LIST = """half:2 halves:2 third:3 thirds:3 quarter:4 quarters:4 fourth:4 fourths:4 fifth:5 fifths:5 sixth:6
sixths:6 seventh:7 sevenths:7 eighth:8 eighths:8 ninth:9 ninths:9 tenth:10 tenths:10"""
_TEN_LIST = "twen thir for fif six seven eigh nine"
UNITS = {word: value for value, word in enumerate(_UNIT_LIST.split())}
"""Words for 0 to 19."""
TENS = {f"{ten}ty": 10 * value for value, ten in enumerate(_TEN_LIST.split(), 2)}
"""Words for 20 to 90."""
SCALES = {"hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9}
"""Words that multiply what stands before them."""
PARTS = {word: int(count) for word, _, count in (part.partition(":") for part in _PART_LIST.split())}
"""Words that divide what stands before them, singular and plural."""
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
    if not words or len(words) > MAX_WORDS or (words[0] not in UNITS and words[0] not in TENS):
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
        elif word in SCALES and group and (not total or SCALES[word] < total):
            total, group, last = total + group * SCALES[word], 0, 1000
        else:
            break
        used = index + 1
    if not used:
        return None
    parts = PARTS.get(words[used], 0) if used < len(words) else 0
    if parts:
        used += 1
    rest = " ".join(words[used:])
    if any(not word.isalpha() for word in words[used:]) or any(_value(word) is not None for word in words[used:]):
        return None
    count = Fraction(total + group, parts or 1)
    return -count if negative else count, rest


def _value(word: str) -> int | None:
    return UNITS.get(word, TENS.get(word))


def _fits(group: int, value: int, last: int) -> bool:
    """Whether a word may follow: tens after hundreds, units after tens, nothing after units."""
    if last == 1000:
        return group == 0
    if last == 100:
        return group % 100 == 0
    return last >= 20 and 0 < value < 10
