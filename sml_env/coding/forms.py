"""What examples of one plain type have in common: numbers by range and sign, texts by length, alphabet and words."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, Final

__all__ = ["MAX_INTEGER", "MAX_LENGTH", "Form", "Numbers", "Sized", "Texts"]

MAX_LENGTH: Final = 40
"""Of generated texts and lists, unless the examples are all longer."""

MAX_INTEGER: Final = 10**6
"""Of generated integers, unless the examples are larger."""

_CLOSED: Final = 5
_BRACKETS: Final = {")": "(", "]": "[", "}": "{", ">": "<"}
_CLASSES: Final = ("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789")


class Form:
    """What examples of one type have in common. As it stands: a closed list of values."""

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = list(values)

    def drawn(self, chance: random.Random) -> Any:
        """A new value."""
        return chance.choice(self.values)

    def altered(self, value: Any, chance: random.Random) -> Any:
        """A value that is near one."""
        return self.drawn(chance)

    def admits(self, value: Any) -> bool:
        """Whether a value is like the examples."""
        return True


class Numbers(Form):
    """Integers or floats within a widened range; sign, parity and decimals are kept."""

    def __init__(self, values: Sequence[Any]) -> None:
        finite = [value for value in values if abs(value) < 1e300] or [type(values[0])(0)]
        super().__init__(finite)
        self.whole = type(finite[0]) is int
        low, high = min(finite), max(finite)
        spread = max(high - low, abs(high) // 2, 4 if len(finite) < 4 else 2)
        self.low = low - spread // 2
        self.high = high + (spread + 1) // 2
        for floor in (0, 1, 2):
            if low >= floor:
                self.low = max(self.low, floor if low < 50 else 1)
        if high <= 0:
            self.high = 0
        if self.whole and high <= MAX_INTEGER:
            self.high = min(self.high, MAX_INTEGER)
        self.step = 1
        if self.whole and len(set(finite)) >= 5 and len({value % 2 for value in finite}) == 1:
            self.step = 2
        self.decimals = 0
        if not self.whole:
            parts = [repr(value).partition(".")[2] for value in finite]
            self.decimals = min(max(len(part) if part.isdigit() and part != "0" else 0 for part in parts), 6)

    def drawn(self, chance: random.Random) -> Any:
        """A new value."""
        if not self.whole:
            near = chance.choice(self.values)
            value = chance.uniform(self.low, self.high) if chance.random() < 0.7 else near + chance.uniform(-1, 1)
            return round(min(max(float(value), float(self.low)), float(self.high)), self.decimals)
        way = chance.random()
        if way < 0.15:
            value = chance.choice((self.low, self.high, 0, 1, min(self.values), max(self.values)))
        elif way < 0.45:
            value = chance.choice(self.values) + chance.randint(-3, 3)
        elif way < 0.6 and self.high > 100:
            value = chance.randint(self.low, min(self.high, self.low + 60))
        else:
            value = chance.randint(self.low, self.high)
        value = min(max(value, self.low), self.high)
        if self.step == 2 and (value - self.values[0]) % 2:
            value += 1 if value < self.high else -1
        return value

    def altered(self, value: Any, chance: random.Random) -> Any:
        """A value that is near one."""
        if not self.whole or chance.random() < 0.3:
            return self.drawn(chance)
        return min(max(value + self.step * chance.choice((-2, -1, 1, 2)), self.low), self.high)

    def admits(self, value: Any) -> bool:
        """Whether a value is like the examples."""
        return bool(self.low <= value <= self.high and (self.step == 1 or (value - self.values[0]) % 2 == 0))


class Sized(Form):
    """Lengths: within a widened range, never empty unless an example is, of one parity if all examples are."""

    def __init__(self, values: Sequence[Any]) -> None:
        super().__init__(values)
        lengths = [len(value) for value in values]
        self.shortest, longest = min(lengths), max(lengths)
        if self.shortest > 1 and len(set(lengths)) > 1:
            self.shortest = max(1, self.shortest - 1)
        fixed = len(set(lengths)) == 1 and len(values) > 2
        self.longest = longest if fixed else max(longest, min(longest + max(2, longest // 2), MAX_LENGTH))
        self.parity = len({length % 2 for length in lengths}) == 1 and len(set(lengths)) >= 3
        self._odd = lengths[0] % 2

    def length(self, chance: random.Random) -> int:
        """The length of a new value."""
        near = len(chance.choice(self.values)) + chance.randint(-1, 2)
        length = near if chance.random() < 0.6 else chance.randint(self.shortest, self.longest)
        length = min(max(length, self.shortest), self.longest)
        if self.parity and length % 2 != self._odd:
            length += 1 if length < self.longest else -1
        return max(length, 0)

    def sized(self, value: Any) -> bool:
        """Whether a value is as long as the examples."""
        length = len(value)
        return self.shortest <= length <= self.longest and (not self.parity or length % 2 == self._odd)


class Texts(Sized):
    """Texts: of a closed list of values, of words, or of characters."""

    def __init__(self, values: Sequence[str]) -> None:
        super().__init__(values)
        distinct = sorted(set(values))
        self.closed = len(values) >= 2 * len(distinct) and len(distinct) <= 12 and len(values) >= 4
        self.separator = next(
            (mark for mark in (", ", " ", ",", "-", "/") if sum(mark in value for value in values) * 2 >= len(values)),
            "",
        )
        self.marks = [len(value.split(self.separator)) for value in values] if self.separator else []
        words = [word for value in values for word in value.split(self.separator or None)]
        self.words = list(dict.fromkeys(words)) or [""]
        self.closed_words = len(words) >= 6 and len(words) >= 1.6 * len(self.words)
        characters = "".join(words)
        seen = set(characters)
        self.alphabet = sorted(seen)
        for letters in _CLASSES:
            if len(seen & set(letters)) >= 8 or (letters is _CLASSES[2] and len(seen & set(letters)) >= 4):
                self.alphabet = sorted({*self.alphabet, *letters})
        self.word_lengths = [len(word) for word in words] or [0]
        self.first = values[0][:1] if len(distinct) > 2 and len({value[:1] for value in values}) == 1 else ""
        self.last = values[0][-1:] if len(distinct) > 2 and len({value[-1:] for value in values}) == 1 else ""
        self.checks: list[Callable[[str], bool]] = [
            check
            for check in (str.isdigit, _numeric, str.isalpha, str.islower, str.isupper, _balanced, _titled, _binary)
            if all(check(value) for value in values if value) and any(values)
        ]
        self.counts = {
            letter: counts.pop()
            for letter in set(characters + self.separator.strip())
            if not letter.isalnum()
            and len(counts := {value.count(letter) for value in values}) == 1
            and len(distinct) > 2
        }

    def drawn(self, chance: random.Random) -> str:
        """A new value."""
        if self.closed:
            return str(chance.choice(self.values))
        if chance.random() < 0.25:
            return self._spliced(chance)
        if self.separator:
            length = max(1, chance.choice(self.marks) + chance.choice((-1, 0, 0, 1, 2)))
            return self.separator.join(self._word(chance) for _ in range(length))[: MAX_LENGTH * 6].strip()
        if not self.alphabet:
            return ""
        length = self.length(chance)
        few = chance.sample(self.alphabet, min(len(self.alphabet), chance.choice((2, 3, 6, 60))))
        middle = "".join(chance.choice(few) for _ in range(max(0, length - len(self.first) - len(self.last))))
        text = (self.first + middle + self.last)[: max(length, 1)]
        return text + text[::-1] if chance.random() < 0.1 and 2 * len(text) <= self.longest else text

    def _word(self, chance: random.Random) -> str:
        if self.closed_words or chance.random() < 0.5:
            return chance.choice(self.words)
        return "".join(chance.choice(self.alphabet) for _ in range(chance.choice(self.word_lengths)))

    def _spliced(self, chance: random.Random) -> str:
        """Pieces of examples, cut at words if there are words."""
        one, two = str(chance.choice(self.values)), str(chance.choice(self.values))
        if not self.separator:
            return one[: chance.randint(0, len(one))] + two[chance.randint(0, len(two)) :]
        left, right = one.split(self.separator), two.split(self.separator)
        pieces = left[: chance.randint(0, len(left))] + right[chance.randint(0, len(right)) :]
        return self.separator.join(pieces)

    def altered(self, value: str, chance: random.Random) -> str:
        """A value that is near one."""
        if self.closed or not value or not self.alphabet or (self.separator and self.closed_words):
            return self.drawn(chance)
        place = chance.randrange(len(value))
        letter = chance.choice(self.alphabet)
        way = chance.randrange(4)
        if way == 0:
            return value[:place] + letter + value[place + 1 :]
        if way == 1:
            return value[:place] + letter + value[place:]
        if way == 2:
            return value[:place] + value[place + 1 :]
        other = chance.randrange(len(value))
        low, high = min(place, other), max(place, other)
        return value[:low] + value[low:high][::-1] + value[high:]

    def admits(self, value: str) -> bool:
        """Whether a value is like the examples."""
        if self.closed:
            return True
        if not self.separator and not self.sized(value):
            return False
        if not value:
            return self.shortest == 0
        if self.separator and self.closed_words and not set(value.split(self.separator)) <= set(self.words):
            return False
        if any(value.count(letter) != times for letter, times in self.counts.items()):
            return False
        ends = value.startswith(self.first) and value.endswith(self.last)
        return ends and all(check(value) for check in self.checks)


def _numeric(text: str) -> bool:
    """A decimal number as text."""
    return text.lstrip("-").replace(",", ".", 1).replace(".", "", 1).isdigit()


def _binary(text: str) -> bool:
    return set(text) <= {"0", "1"}


def _titled(text: str) -> bool:
    return text[:1].isupper()


def _balanced(text: str) -> bool:
    """Brackets that all match, some of them there."""
    open_marks: list[str] = []
    met = False
    for mark in text:
        if mark in _BRACKETS.values():
            open_marks.append(mark)
        elif mark in _BRACKETS:
            met = True
            if not open_marks or open_marks.pop() != _BRACKETS[mark]:
                return False
    return met and not open_marks
