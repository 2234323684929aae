"""How a known whole number is written elsewhere: in other languages, bases and numerals, by place, backwards.

These are looked for, not read: from the number to its spellings, so that ordinary words are seldom taken for one.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from sml_env.leaks.languages import names_in, prepare_names

__all__ = ["Spellings", "prepare"]

_LARGEST: Final = 10**9
_ROMAN: Final = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
    (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip
_ORDINARY: Final = "I V X L C D M MIX CIVIL DID ILL MILD LID DIM MD CD DC CV MC XL ID VI MM CM LI LC MI"
_CAPITALS: Final = frozenset(_ORDINARY.split())
_ROMANS_NAMED = re.compile(
    r"\b(?:roman\w*|numerals?|latin|clock\s*(?:face|tower)?|dial|monument|caesar)\b", re.IGNORECASE
)
_BASES: Final = {
    2: re.compile(r"\b(?:binary|base\s*(?:2|two)|bits?|0b)|_2\b|\u2082", re.IGNORECASE),
    8: re.compile(r"\b(?:octal|base\s*(?:8|eight)|0o)|_8\b", re.IGNORECASE),
    16: re.compile(r"\b(?:hex\w*|base\s*(?:16|sixteen)|0x)|_16\b", re.IGNORECASE),
    3: re.compile(r"\b(?:ternary|base\s*(?:3|three))\b", re.IGNORECASE),
    4: re.compile(r"\b(?:quaternary|base\s*(?:4|four))\b", re.IGNORECASE),
    5: re.compile(r"\b(?:quinary|base\s*(?:5|five))\b", re.IGNORECASE),
    6: re.compile(r"\b(?:senary|base\s*(?:6|six))\b", re.IGNORECASE),
    7: re.compile(r"\b(?:septenary|base\s*(?:7|seven))\b", re.IGNORECASE),
    9: re.compile(r"\b(?:nonary|base\s*(?:9|nine))\b", re.IGNORECASE),
    12: re.compile(r"\b(?:duodecimal|dozenal|base\s*(?:12|twelve))\b", re.IGNORECASE),
    20: re.compile(r"\b(?:vigesimal|base\s*(?:20|twenty))\b", re.IGNORECASE),
    36: re.compile(r"\bbase\s*(?:36|thirty-?\s?six)\b", re.IGNORECASE),
}
_ROMAN_LETTERS: Final = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1_000}
_SMALL: Final = "mix civil did ill mild lid dim mid dill mill mimic vivid livid lil mil"
_SMALL_WORDS: Final = frozenset(_SMALL.split())
_LETTERS = re.compile(r"(?<![\w'])[A-Za-z]+(?![\w'])")
_SPACED_ROMANS = re.compile(r"\b[IVXLCDM](?:[\s.,+-]+[IVXLCDM])+\b")
_DIGITS_OF_BASES = re.compile(r"(?<![\w.])(?:[01]{1,4}(?:[ _][01]{4})+|[0-9a-z]*\d[0-9a-z]*|[a-f]{2,8})(?![\w]|\.\d)")
_MARKED_HEX = re.compile(r"(?:&h|#|16#)([0-9a-f]{1,8})\b|\b(?=[0-9a-f]*\d)0*([0-9a-f]{1,8})h\b")
_SEPARATED = re.compile(r"(?<![\w.])[\da-f](?:\s*[,;-]\s*|\s)(?:[\da-f](?:\s*[,;-]\s*|\s))*[\da-f](?!\w)")
_GROUPED = re.compile(r"[ _]")
_BACKWARDS = re.compile(
    r"\b(?:backwards?|revers\w*|mirror\w*|flip\w*|swap\w*|right[\s-]to[\s-]left|upside|other\s+way|opposite\s+order|inverted"
    r"|turn(?:ed)?\s+(?:\w+\s+)?(?:around|round|about|over)|tail|from\s+the\s+(?:ones|end|back)|palindrom\w*)\b",
    re.IGNORECASE,
)
_ALPHABET = re.compile(r"\b(?:alphabet\w*|letters?|a\s*=\s*[01]|a1z26)\b", re.IGNORECASE)
_KEYPAD = re.compile(r"\b(?:keypad|phone|dial|t9|keyboard)\b", re.IGNORECASE)
_FINANCIAL: Final = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟貳參陸萬弐参", "一二三四五六七八九十百千二三六万二三")
_FOREIGN_DIGITS: Final = str.maketrans("〇零一二三四五六七八九两", "001234567892")
_CHINESE = re.compile(r"[〇零一二三四五六七八九十百千万两]+")
_NUMBERS = re.compile(r"\d+")
_SPREAD = re.compile(r"(?<!\d)\d(?:(?:[\s,;:/|.-]|and|then)+\d)+(?!\d)")
_SINGLE_LETTERS = re.compile(r"\b[A-Ja-j](?:[\s,.;-]+(?:and\s+|then\s+)?[A-Ja-j])+\b|\b[A-J]{2,9}\b")


def _roman(number: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        text += letters * count
    return text


def _roman_value(letters: str) -> int:
    """What Roman letters come to, also in the old way that only adds; 0 for other words."""
    values = [_ROMAN_LETTERS.get(letter, 0) for letter in letters]
    if not all(values):
        return 0
    return sum(-value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True))


def _in_base(number: int, base: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, base)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits or "0"


def prepare() -> None:
    """Build what the first search would build, which takes a while once in a process."""
    prepare_names()
    Spellings.of(0)


class Spellings:
    """The spellings of one whole number.

    Args:
        number: Whole; its sign is not looked at.
    """

    def __init__(self, number: int) -> None:
        self._number = abs(number)
        self._digits = str(self._number)
        self._romans = _roman(self._number) if 0 < self._number < 4_000 else ""
        self._bases = {base: _in_base(self._number, base) for base in _BASES}

    @classmethod
    @lru_cache(maxsize=1_024)
    def of(cls, number: int) -> Spellings:
        """Those of a number, kept for the next time."""
        return cls(number)

    def found(self, text: str) -> frozenset[str]:
        """In which ways a text spells it: other languages, Roman numerals, bases, backwards, letters.

        Args:
            text: As it is read: digits in ASCII.
        """
        if self._number >= _LARGEST:
            return frozenset()
        ways = {
            "language": self._foreign,
            "Roman": self._roman_numeral,
            "base": self._other_base,
            "backwards": self._moved,
            "letters": self._letters,
        }
        return frozenset(way for way, spelled in ways.items() if spelled(text))

    def _foreign(self, text: str) -> bool:
        if not text.isascii() and any(
            _chinese(found[0]) == self._number for found in _CHINESE.finditer(text.translate(_FINANCIAL))
        ):
            return True
        return names_in(text, self._number)

    def _roman_numeral(self, text: str) -> bool:
        if not self._romans:
            return False
        words = _LETTERS.findall(text)
        if self._romans in words and self._romans not in _CAPITALS:
            return True
        if any(len(word) > 2 and word not in _CAPITALS and _roman_value(word) == self._number for word in words):
            return True
        small = self._romans.lower()
        if len(small) >= 3 and small in words and small not in _SMALL_WORDS:
            return True
        for found in _SPACED_ROMANS.finditer(text):
            letters = re.sub(r"[^A-Z]", "", found[0])
            if len(letters) > 2 and _roman_value(letters) == self._number:
                return True
        named = _ROMANS_NAMED.search(text) is not None
        if (
            named
            and len(self._romans) > 1
            and self._romans in (re.sub(r"[^A-Z]", "", found[0]) for found in _SPACED_ROMANS.finditer(text))
        ):
            return True
        return named and self._romans in (word.upper() for word in words)

    def _other_base(self, text: str) -> bool:
        tokens = {_GROUPED.sub("", found[0]) for found in _DIGITS_OF_BASES.finditer(text.lower())}
        if not tokens:
            return False
        marked = {(found[1] or found[2]).lstrip("0") for found in _MARKED_HEX.finditer(text.lower())} | {
            token[2:].lstrip("0") for token in tokens if token[:2] in ("0b", "0x", "0o")
        }
        bare = {token.lstrip("0").removesuffix("h") for token in tokens} | marked
        bare |= {re.sub(r"\W", "", found[0]).lstrip("0") for found in _SEPARATED.finditer(text.lower())}
        for base, written in self._bases.items():
            if written == self._digits or (base != 2 and len(written) < 2):
                continue
            if written in bare:
                long = any(len(token) >= 5 and token.lstrip("0") == written for token in tokens)
                clear = (base == 2 and long) or written in marked
                if clear or _BASES[base].search(text):
                    return True
        return False

    def _moved(self, text: str) -> bool:
        """Backwards, where a text speaks of that."""
        if len(self._digits) < 2 or not _BACKWARDS.search(text):
            return False
        turned = self._digits[::-1]
        literals = _NUMBERS.findall(text)
        runs = {re.sub(r"\D", "", found[0]) for found in _SPREAD.finditer(text)}
        return (
            turned in runs
            or turned in literals
            or (turned[:1] == "0" and turned.lstrip("0") in literals and len(self._digits) > 2)
        )

    def _letters(self, text: str) -> bool:
        """By places in the alphabet or keys of a telephone, where a text speaks of that."""
        if _ALPHABET.search(text):
            for found in _SINGLE_LETTERS.finditer(text):
                letters = re.sub(r"\band\b|\bthen\b|[^A-Ja-j]", "", found[0]).lower()
                for shift in (1, 0):
                    places = "".join(str(ord(letter) - ord("a") + shift) for letter in letters)
                    if places == self._digits:
                        return True
            if 1 <= self._number <= 26:
                letter = chr(ord("a") + self._number - 1)
                if re.search(rf"\bletter\s+(?:is\s+)?['\"]?{letter}\b", text.lower()):
                    return True
        if _KEYPAD.search(text):
            keys = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")
            dialled = [word.translate(keys) for word in re.findall(r"[a-z]+", text.lower())]
            single = "".join(word for word in dialled if len(word) == 1)
            return self._digits in dialled or self._digits in single
        return False


def _chinese(text: str) -> int | None:
    """A number in Chinese signs."""
    if not any(sign in text for sign in "十百千万"):
        digits = unicodedata.normalize("NFKC", text).translate(_FOREIGN_DIGITS)
        return int(digits) if digits.isdigit() else None
    total = section = digit = 0
    for sign in text:
        unit = {"十": 10, "百": 100, "千": 1_000, "万": 10_000}.get(sign)
        if unit is None:
            digit = int(sign.translate(_FOREIGN_DIGITS))
        elif unit == 10_000:
            total, section, digit = (total + section + digit) * unit, 0, 0
        else:
            section, digit = section + (digit or 1) * unit, 0
    return total + section + digit
