"""What several replies tell together: digits in pieces, parts of a number, letters with values, steps, bounds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Final

from sml_env.leaks.bounds import Bounds, bounds_of
from sml_env.leaks.labels import without_labels
from sml_env.stated import literals, stated_values, with_digits

__all__ = ["Told", "pieces_of"]

_MAX_REPLIES: Final = 8
_MAX_PIECES: Final = 8
_MAX_GLUED: Final = 200
_MAX_TOLD: Final = 2_000
_FEW_WORDS: Final = 6
_GLUE: Final = " .-\u2026\n"
_WORDS = re.compile(r"[^\W\d_]+")
_OF_THE_ANSWER = re.compile(r"\b(?:it|it's|its|answer|x|result|number|value|that|total|solution)\b")
_PLACES = re.compile(
    r"\b(?:digits?|ends?|ending|last|units?|ones|tens|hundreds|begins?|starts?|first|second|middle|front|back"
    r"|left|right|then|followed)\b"
)
_SURELY_PLACES = re.compile(
    r"\bdigits?\b|\b(?:ones|tens|hundreds|units)\b(?!\s+(?:with|that|who|which|of|in|you|we|not|are|have))"
    r"|\bside\s+by\s+side\b|\bfollowed\s+by\b|\bglued?\b|\bpieces?\b"
)
_NOT_A_PIECE = re.compile(
    r"\d+\s*/\s*\d+|\b(?:step|hint|part|line|row|day|week|question|sentence|number|message|term|case|side"
    r"|method|rule|fact)s?\s+(?:\d+|one|two|three)\b"
    r"|\b(?:which|those|these|that|first|last|next|other|missing|only|each|every|any)\s+one\b|\bone\s+is\s+missing\b"
    r"|\b(?:\d|one|two|three|four)[\s-]+(?:digits?|pieces?|parts?|halves)\b"
    r"|^\W*(?:one|two|three|four|five|six|[1-9])\s*[:.)]\s|\b\d+(?:st|nd|rd|th)\b|\b\d+\s*-\s*[a-z]+"
    r"|\b\d+\s+of\s+(?:\d+|them|these|those)\b"
)
_IT: Final = (
    r"(?:it|that|this|them|the\s+(?:first|earlier|previous|last|old|other)?\s*(?:number|one|value|hint|result))"
)
_N: Final = r"(\d{1,9}(?:\.\d{1,6})?)"
_STEPS: Final[tuple[tuple[re.Pattern[str], Callable[[Fraction, Fraction], Fraction]], ...]] = (
    (re.compile(rf"\badd\s+{_N}\s+(?:more\s+)?to\s+{_IT}|\b{_IT}\s+plus\s+{_N}|\b(?:go|count|move"
        rf"|jump)\s+up\s+(?:by\s+)?{_N}"
                rf"|\b(?:raise|increase)\s+{_IT}\s+by\s+{_N}|\badd\s+{_N}\s*[.!]"
                rf"|\b{_N}\s+more\s+than\s+{_IT}"), lambda a, b: a + b),
    (re.compile(rf"\b(?:subtract|take)\s+{_N}\s+(?:away\s+)?from\s+{_IT}|\b{_IT}\s+minus\s+{_N}|\b(?:go|count"
        rf"|move|jump)\s+down\s+(?:by\s+)?{_N}"
                rf"|\b(?:lower|reduce|decrease)\s+{_IT}\s+by\s+{_N}|\b{_N}\s+(?:less|fewer)\s+than\s+{_IT}"
                rf"|\btake\s+(?:away|off)\s+{_N}"), lambda a, b: a - b),
    (re.compile(rf"\b(?:multiply\s+{_IT}|{_IT}\s+times|{_IT}\s+multiplied)\s+(?:by\s+)?{_N}"
        rf"|\b{_N}\s+times\s+{_IT}"), lambda a, b: a * b),
    (re.compile(rf"\bdivide\s+{_IT}\s+by\s+{_N}|\b{_IT}\s+(?:over"
        rf"|divided\s+by)\s+{_N}"), lambda a, b: a / b if b else a),
)  # fmt: skip
_ALONE: Final = (
    (re.compile(rf"\b(?:double|twice)\s+{_IT}"), lambda a: 2 * a),
    (re.compile(rf"\b(?:halve|half\s+of)\s+{_IT}"), lambda a: a / 2),
    (re.compile(rf"\bsquare\s+{_IT}|\bmultiply\s+{_IT}[^.!?]{{0,30}}\bby\s+itself"), lambda a: a * a),
)
_NAMED = re.compile(r"\b([a-z])\s*(?:=|:=|is|equals|stands\s+for)\s*(-?\d{1,9}(?:\.\d{1,6})?)(?![\w.]*\d)")
_LETTERS = re.compile(r"(?<![\w.])(?:[a-z]|\d{1,6})(?:\s*(?:[-+*/]|plus|minus|times)\s*(?:[a-z]|\d{1,6})\b){1,4}(?!\w)")


def pieces_of(text: str, excused: frozenset[str]) -> tuple[str, ...]:
    """The whole numbers of a reply that may be pieces of another: no fractions, labels, ordinals, none excused."""
    return tuple(
        literal for literal in literals(_NOT_A_PIECE.sub(" ", without_labels(text).lower())) if literal not in excused
    )


@dataclass(frozen=True, slots=True)
class Told:
    """The replies that have passed, and what of them may be continued.

    Attributes:
        replies: As they were read.
        pieces: The numbers of each that neither the statement nor the student had.
        placed: Whether one of them spoke of the places of digits.
        bounds: What they leave of the answer.
    """

    replies: tuple[str, ...] = ()
    pieces: tuple[tuple[str, ...], ...] = ()
    placed: bool = False
    bounds: Bounds = field(default_factory=Bounds)

    def with_reply(self, plain: str, quotable: frozenset[str], said: frozenset[str]) -> Told:
        """After one more reply.

        Args:
            plain: The reply, as it is read.
            quotable: The numbers of the statement. They count where places of digits are spoken of.
            said: The student's own numbers.
        """
        placed = _PLACES.search(plain.lower()) is not None
        pieces = pieces_of(plain, said if placed else quotable | said)
        return Told(
            (*self.replies, plain)[-_MAX_REPLIES:],
            (*self.pieces, pieces)[-_MAX_REPLIES:],
            self.placed or placed,
            self._narrowed(with_digits(plain), said),
        )

    def _narrowed(self, text: str, said: frozenset[str]) -> Bounds:
        bounds = self.bounds
        if any(character.isdigit() for character in text):
            for sentence in re.split(r"(?<=[.!?;])\s+|\n+", text):
                if _OF_THE_ANSWER.search(sentence) and not set(literals(sentence)) <= said:
                    for found in bounds_of(sentence):
                        bounds = bounds.narrowed(found)
        return bounds

    @property
    def together(self) -> str:
        """The last replies as one text, in lower case with digits."""
        return " ".join(with_digits(reply) for reply in self.replies)[-_MAX_TOLD:]

    @property
    def glued(self) -> str:
        """The last two replies with nothing between them, where both are short."""
        if len(self.replies) < 2:
            return ""
        before, last = self.replies[-2:]
        whole = f"{before.rstrip(_GLUE)}{last.lstrip(_GLUE)}"
        return whole if len(whole) <= _MAX_GLUED else ""

    def words_of(self, numbers: frozenset[Fraction], student: str) -> bool:
        """Whether a number word that was cut in two over two replies, and not by the student, is one of the numbers."""
        glued = self.glued
        if not glued or any(character.isdigit() for character in glued):
            return False
        before, last = self.replies[-2:]
        if set(_WORDS.findall(f"{before} {last}")) <= set(_WORDS.findall(student)):
            return False
        whole = {value for text in (before, last) for _, value in stated_values(text)}
        return any(value in numbers and value not in whole for _, value in stated_values(glued))

    def numbers(self, said: frozenset[str]) -> Iterator[Fraction]:
        """What the last reply makes of the pieces, letters and numbers of the earlier ones.

        Args:
            said: The student's own numbers, which a step may not be made of.
        """
        yield from self._joined()
        if len(self.replies) > 1:
            yield from self._summed()
            yield from self._stepped(said)
        yield from self._lettered(said)

    def _joined(self) -> Iterator[Fraction]:
        *earlier, last = self.pieces
        if not last or len(last) > _MAX_PIECES:
            return
        if _SURELY_PLACES.search(self.replies[-1].lower()):
            windows = [last[start:stop] for start in range(len(last)) for stop in range(start + 2, len(last) + 1)]
        else:
            short = len(_WORDS.findall(self.replies[-1])) <= _FEW_WORDS
            windows = [last] if self.placed or short else []
        joined = last
        for pieces in reversed(earlier):
            if not pieces:
                continue
            joined = (*pieces, *joined)
            if len(joined) > _MAX_PIECES:
                break
            windows.append(joined)
        for window in windows:
            for order in (window, window[::-1]) if self.placed else (window,):
                text = "".join(order)
                if len(order) > 1 and text.isdigit():
                    yield Fraction(int(text))

    def _summed(self) -> Iterator[Fraction]:
        """Tens and ones that come one after the other: thirty, then four."""
        parts = [pieces[0] for pieces in self.pieces if len(pieces) == 1 and pieces[0].isdigit()]
        total = Fraction(0)
        for before, after in pairwise(parts):
            total = total or Fraction(int(before))
            if int(before) and int(before) % 10 ** len(after) == 0:
                total += int(after)
                yield total
            else:
                total = Fraction(0)

    def _stepped(self, said: frozenset[str]) -> Iterator[Fraction]:
        """A step that the last reply asks for, from a number of the two before it."""
        last = with_digits(self.replies[-1])
        starts = [
            Fraction(number)
            for pieces in self.pieces[-3:-1]
            for number in pieces
            if number.replace(".", "", 1).isdigit()
        ]
        if not starts:
            return
        for pattern, step in _STEPS:
            for found in pattern.finditer(last):
                (number,) = [group for group in found.groups() if group is not None][:1]
                if number not in said:
                    yield from (step(start, Fraction(number)) for start in starts)
        for pattern, alone in _ALONE:
            if pattern.search(last):
                yield from map(alone, starts)

    def _lettered(self, said: frozenset[str]) -> Iterator[Fraction]:
        """Letters to which the replies have given values, put together."""
        if not _LETTERS.search(last := with_digits(self.replies[-1])):
            return
        values = {found[1]: found[2] for found in _NAMED.finditer(self.together) if found[2] not in said}
        if len(values) < 2:
            return
        for found in _LETTERS.finditer(last):
            names = set(re.findall(r"\b[a-z]\b", found[0]))
            if len(names) > 1 and names <= set(values):
                text = re.sub(r"\b[a-z]\b", lambda letter: values[letter[0]], found[0])
                yield from (value for _, value in stated_values(text))
