"""Bounds in words: which values the answer is said to lie between, and whether they leave one whole number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, isqrt
from typing import Final

__all__ = ["Bounds", "bounds_of", "singled_out"]

_N: Final = r"(-?\d{1,15}(?:\.\d{1,9})?)"
_BETWEEN = re.compile(
    rf"\b(?:between|from|in\s+the\s+(?:open\s+)?(?:interval|range)(?:\s+from)?)\s+{_N}\s*(?:and|to|through"
    rf"|,)\s+(?:an?\s+)?{_N}"
    r"(\s*,?\s*(?:inclusive|included))?"
)
_CHAIN = re.compile(rf"{_N}\s*(<=?|\u2264)\s*[a-z_]\w*\s*(<=?|\u2264)\s*{_N}")
_SPAN = re.compile(rf"([(\[])\s*{_N}\s*,\s*{_N}\s*([)\]])")
_MORE: Final = r"(?:more|greater|larger|bigger|higher)\s+than|above|over|exceeds|exceeding|exceed|beyond|past|>"
_LESS: Final = r"(?:less|smaller|fewer|lower)\s+than|below|under|short\s+of|does(?:n't|\s+not)\s+reach|not\s+reaching|<"
_LEAST: Final = (
    r"at\s+least|no\s+(?:less|fewer|smaller)\s+than|not\s+(?:below|under|(?:less|smaller|lower)\s+than)|>=|\u2265|from"
)
_MOST: Final = (
    r"at\s+most|no\s+(?:more|greater|larger|bigger)\s+than|not\s+(?:above|over|(?:more|greater|bigger|larger"
    r"|higher)\s+than)|up\s+to"
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


_WIDEST: Final = 1_000
_CLASSES: Final[tuple[tuple[re.Pattern[str], Callable[[int], bool]], ...]] = tuple(
    (re.compile(rf"\b(?:{words})\b"), holds)
    for words, holds in (
        (r"primes?", lambda n: n > 1 and all(n % d for d in range(2, isqrt(n) + 1))),
        (r"(?:perfect\s+)?squares?", lambda n: n >= 0 and isqrt(n) ** 2 == n),
        (r"cubes?", lambda n: round(abs(n) ** (1 / 3)) ** 3 == abs(n)),
        (r"even", lambda n: n % 2 == 0),
        (r"odd", lambda n: n % 2 == 1),
        (r"powers?\s+of\s+2", lambda n: n > 0 and n & (n - 1) == 0),
        (r"triangular", lambda n: n >= 0 and isqrt(8 * n + 1) ** 2 == 8 * n + 1),
    )
)
_MULTIPLE = re.compile(r"\b(?:multiple\s+of|divisible\s+by|divides\s+by)\s+(\d{1,6})\b")
_LENGTH = re.compile(r"\b(\d)[\s-]digits?\b|\b(?:with|has)\s+(\d)\s+digits\b")
_WHOLE = re.compile(r"\b(?:whole\s+number|integer|natural\s+number)\b")
_DECADE = re.compile(
    r"\bin\s+(?:the|its)\s+(?:(?:low|high|mid|upper|lower)\w*\s+)?(twenties|thirties|forties|fifties|sixties"
    r"|seventies|eighties|nineties)\b"
)
_DECADES: Final = {
    "twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60, "seventies": 70, "eighties": 80, "nineties": 90,  # noqa: E501
}  # fmt: skip
_EXCEPTED = re.compile(r"\b(?:other\s+than|except(?:\s+for)?|besides|apart\s+from|but\s+not|not)\s+(-?\d{1,9})\b")
_GREATEST = re.compile(r"\b(?:largest|greatest|biggest|highest)\b")
_LEAST_OF_ALL = re.compile(r"\b(?:smallest|least|lowest)\b")


def singled_out(text: str) -> int | None:
    """The one whole number that is of the kinds that a text names (prime, multiple of 7) and within its bounds.

    Args:
        text: Lower case, with numbers in digits.
    """
    kinds = [holds for pattern, holds in _CLASSES if pattern.search(text)]
    multiples = [int(found[1]) for found in _MULTIPLE.finditer(text) if int(found[1])]
    extreme = _GREATEST.search(text) is not None or _LEAST_OF_ALL.search(text) is not None
    if not kinds and not multiples and not (extreme and _WHOLE.search(text)):
        return None
    within = _within(text)
    if within.low is None or within.high is None:
        if extreme and not kinds and not multiples:
            return within.high if _GREATEST.search(text) else within.low
        within = within.narrowed(Bounds(1, within.high if within.high is not None else None))
    if within.low is None or within.high is None or within.high - within.low > _WIDEST:
        return None
    out = {int(found[1]) for found in _EXCEPTED.finditer(text)}
    numbers = [n for n in range(within.low, within.high + 1) if n not in out and all(n % m == 0 for m in multiples)]
    left = [n for n in numbers if all(holds(n) for holds in kinds)]
    if not left and len(kinds) > 1:  # "even, for the odd ones are out": one of the kinds is the neighbours'
        alone = [kept for holds in kinds if len(kept := [n for n in numbers if holds(n)]) == 1]
        left = alone[0] if alone else []
    if left and _GREATEST.search(text):
        return left[-1]
    if left and _LEAST_OF_ALL.search(text):
        return left[0]
    return left[0] if len(left) == 1 else None


def _within(text: str) -> Bounds:
    """All bounds of a text at once, those of lengths and decades among them."""
    within = Bounds()
    for bounds in bounds_of(text):
        within = within.narrowed(bounds)
    for found in _LENGTH.finditer(text):
        size = int(found[1] or found[2])
        within = within.narrowed(Bounds(10 ** (size - 1), 10**size - 1))
    for found in _DECADE.finditer(text):
        within = within.narrowed(Bounds(_DECADES[found[1]], _DECADES[found[1]] + 9))
    return within
