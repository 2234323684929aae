"""Numbers that a text shows by repeating something so many times, or by the length of what it quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

__all__ = ["counted"]

_FEWEST: Final = 3
_SIGNS = re.compile(r"(?:([^\w\s])[\s,]*)(?:\1[\s,]*){2,}")
_LETTERS = re.compile(r"([a-z])\1{3,}|\b([a-z\d])(?:[\s,-]+\2\b){3,}", re.IGNORECASE)
_WORDS = re.compile(r"\b([^\W\d_]{2,20})(?:[\s,.;!-]+\1\b){3,}", re.IGNORECASE)
_PATTERN = re.compile(r"((?:[^\w\s]{2,6}[ ,]?))\1{2,}")
_LINES = re.compile(r"(?:^[ \t]*[-*+\u2022][ \t]*.*\n?){5,}", re.MULTILINE)
_QUOTED = re.compile(r"[\"'\u201c\u2018`]([^\"'\u201d\u2019`]{2,400})[\"'\u201d\u2019`]")
_COUNTING = re.compile(
    r"\b(?:count|letters?|characters?|words?|length|long|how\s+many|number\s+of|tally)\b", re.IGNORECASE
)

_WORD_LENGTHS = re.compile(
    r"\b(?:letters?|lengths?)\b.{0,20}\bwords?\b|\bwords?\b.{0,12}\b(?:lengths?|letters?)\b", re.IGNORECASE
)
_COUNTING_WORDS = re.compile(
    r"\b(?:count|how\s+many|number\s+of)\b.{0,40}\bwords?\b|\bwords?\b.{0,40}\bcount\b", re.IGNORECASE
)


_TALLIES = re.compile(r"(?:(?:\|{4}[/\\]|\|{5}|\u534c)[\s,]*){1,40}\|{0,4}(?![/\\])")
_BRACKETS = re.compile(r"(?:\(\)){3,}|(?:\[\]){3,}|(?:<>){3,}|(?:\{\}){3,}")


def counted(text: str) -> Iterator[int]:
    """How often something is repeated: signs, letters, words, lines; what is quoted, where counting is spoken of."""
    for found in _TALLIES.finditer(text):
        fives = len(re.findall(r"\|{4}[/\\]|\|{5}|\u534c", found[0]))
        yield 5 * fives + len(re.sub(r"\|{4}[/\\]|\|{5}|[^|]", "", found[0]))
    for found in _BRACKETS.finditer(text):
        yield len(found[0]) // 2
    totals: dict[str, int] = {}
    for found in _SIGNS.finditer(text):
        number = found[0].count(found[1])
        totals[found[1]] = totals.get(found[1], 0) + number
        yield number
    yield from (total for total in totals.values() if total >= _FEWEST)
    for found in _LETTERS.finditer(text):
        yield found[0].lower().count((found[1] or found[2]).lower())
    for found in _WORDS.finditer(text):
        yield len(re.findall(rf"\b{re.escape(found[1])}\b", found[0], re.IGNORECASE))
    for found in _PATTERN.finditer(text):
        yield (
            len(found[0].rstrip()) // max(1, len(found[1].strip()))
            if " " not in found[1]
            else found[0].count(found[1].strip())
        )
    for found in _LINES.finditer(text):
        yield len(found[0].strip().split("\n"))
    if _COUNTING.search(text):
        for found in _QUOTED.finditer(text):
            yield len(found[1])
            yield sum(character.isalpha() for character in found[1])
            yield len(found[1].split())
    if _WORD_LENGTHS.search(text):
        for part in text.split(":")[1:]:
            lengths = "".join(str(len(word)) for word in re.findall(r"[^\W\d_]+", part))
            if 1 < len(lengths) < 10:
                yield int(lengths)
    if _COUNTING_WORDS.search(text):
        for sentence in re.split(r"(?<=[.:!?])\s+|\n+", text):
            yield len(sentence.split())
