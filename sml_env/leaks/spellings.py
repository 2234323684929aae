"""How a known whole number is written elsewhere: in other languages, bases and numerals, by place, backwards.

These are looked for, not read: from the number to its spellings, so that ordinary words are seldom taken for one.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from sml_env.leaks.surface import plain_letters

__all__ = ["Spellings", "prepare"]

_UMLAUTS: Final = str.maketrans({"\u00e4": "ae", "\u00f6": "oe", "\u00fc": "ue", "\u00df": "ss"})
_BUILDING: Final = (*range(2, 21), 30, 40, 50, 60, 70, 80, 90, 100, 200, 1_000, 2_000)
_STEM: Final = 5
_FUSED: Final = 9
_LARGEST: Final = 10**9
_ROMAN: Final = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
    (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip
_ENGLISH_WORDS: Final = """once cent due elf set sex see on so do to an un in tree mil ten tin dose sent treat
tile fire fir fem dos tri six five one two three four seven eight nine nul nil noll zero all van ya ban bay but sau hat
hoi haat lima ena tre sen sei sept tag era ilo pet dva otto nove via deg fo kum tio long sam sang sign mal men man pan
sad seis hundred million"""
_ENGLISH: Final = frozenset(_ENGLISH_WORDS.split())
_ORDINARY: Final = "I V X L C D M MIX CIVIL DID ILL MILD LID DIM MD CD DC CV MC XL ID VI MM CM LI LC MI"
_CAPITALS: Final = frozenset(_ORDINARY.split())
_ROMANS_NAMED = re.compile(r"\b(?:roman|numerals?|latin)\b", re.IGNORECASE)
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
_SMALL: Final = "mix civil did ill mild lid dim mid dill mill mimic vivid livid lil mil"
_SMALL_WORDS: Final = frozenset(_SMALL.split())
_LETTERS = re.compile(r"(?<![\w'])[A-Za-z]+(?![\w'])")
_SPACED_ROMANS = re.compile(r"\b[IVXLCDM](?:[\s.,-]+[IVXLCDM])+\b")
_DIGITS_OF_BASES = re.compile(r"(?<![\w.])(?:[01]{1,4}(?:[ _][01]{4})+|[0-9a-z]*\d[0-9a-z]*|[a-f]{2,8})(?![\w]|\.\d)")
_MARKED_HEX = re.compile(r"(?:&h|#|16#)([0-9a-f]{1,8})\b|\b(?=[0-9a-f]*\d)0*([0-9a-f]{1,8})h\b")
_GROUPED = re.compile(r"[ _]")
_BACKWARDS = re.compile(
    r"\b(?:backwards?|revers\w*|mirror\w*|flip\w*|swap\w*|right[\s-]to[\s-]left|upside|other\s+way|opposite\s+order|inverted"
    r"|turn(?:ed)?\s+(?:\w+\s+)?(?:around|round|about|over)|tail|from\s+the\s+(?:ones|end|back)|palindrom\w*)\b",
    re.IGNORECASE,
)
_ALPHABET = re.compile(r"\b(?:alphabet\w*|letters?|a\s*=\s*[01]|a1z26)\b", re.IGNORECASE)
_KEYPAD = re.compile(r"\b(?:keypad|phone|dial|t9|keyboard)\b", re.IGNORECASE)
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


def _in_base(number: int, base: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, base)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits or "0"


@lru_cache(maxsize=1)
def _vocabulary() -> tuple[frozenset[str], tuple[str, ...]]:
    """Words of numbers in other languages: whole ones, and stems that longer words are built of."""
    from num2words import CONVERTER_CLASSES, num2words

    words: set[str] = set()
    stems: set[str] = set()
    for language in CONVERTER_CLASSES:
        if language.partition("_")[0] == "en" or "_" in language:
            continue
        for number in _BUILDING:
            try:
                name = plain_letters(str(num2words(number, lang=language)))
            except Exception:  # some languages stop short, and each says so in its own way
                continue
            parts = [part for part in re.split(r"[\W_\d]+", name) if len(part) > 2 and part not in _ENGLISH]
            words.update(parts)
            stems.update(part for part in parts if len(part) >= _STEM)
    return frozenset(words), tuple(sorted(stems))


@lru_cache(maxsize=4_096)
def _names(number: int) -> tuple[frozenset[str], frozenset[str]]:
    """Its names in the languages that num2words knows: those of one word, and those that are long without spaces."""
    from num2words import CONVERTER_CLASSES, num2words

    words: set[str] = set()
    for language in CONVERTER_CLASSES:
        if language.startswith("en"):
            continue
        try:
            words.add(str(num2words(number, lang=language)))
        except Exception:  # some languages stop short, and each says so in its own way
            continue
    single: set[str] = set()
    long: set[str] = set()
    for word in words:
        bare = re.sub(r"[^\w]|_", "", plain_letters(word))
        if word != (spread := word.lower().translate(_UMLAUTS)):
            words_again = re.sub(r"[\W_]", "", plain_letters(spread))
            (long if len(words_again) >= 7 else single).add(words_again)
        if not bare or bare.isdigit() or bare.rstrip("aeo").isdigit() or any(mark.isdigit() for mark in bare):
            continue
        if len(bare) >= 7 or (not bare.isascii() and len(bare) >= 3):
            long.add(bare)
        elif (len(bare) >= 3 or not bare.isascii()) and bare not in _ENGLISH:
            single.add(bare)
    return frozenset(single), frozenset(long)


def _may_count(text: str) -> bool:
    """Whether a text in lower case and ASCII holds words that numbers in other languages are made of."""
    words, stems = _vocabulary()
    said = re.findall(r"[a-z]+", text)
    if not words.isdisjoint(said):
        return True
    return any(stem in word for word in said if len(word) >= _FUSED for stem in stems)


def prepare() -> None:
    """Build what the first search would build, which takes a while once in a process."""
    _vocabulary()
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
        if not text.isascii():
            if any(_chinese(found[0]) == self._number for found in _CHINESE.finditer(text)):
                return True
            text = plain_letters(text)
        else:
            text = text.lower()
        if text.isascii() and not _may_count(text):
            return False
        single, long = _names(self._number)
        bare = re.sub(r"[\W_]", "", text)
        if any(name in bare for name in long):
            return True
        words = re.findall(r"[^\W\d_]+", text)
        if not single.isdisjoint(words):
            return True
        pairs = {"".join(words[start : start + size]) for size in (2, 3) for start in range(len(words) - size + 1)}
        return any(name in pairs and len(name) > 4 for name in single)

    def _roman_numeral(self, text: str) -> bool:
        if not self._romans:
            return False
        words = _LETTERS.findall(text)
        if self._romans in words and self._romans not in _CAPITALS:
            return True
        small = self._romans.lower()
        if len(small) >= 3 and small in words and small not in _SMALL_WORDS:
            return True
        spaced = (re.sub(r"[^A-Z]", "", found[0]) for found in _SPACED_ROMANS.finditer(text))
        if len(self._romans) > 2 and self._romans in spaced:
            return True
        return _ROMANS_NAMED.search(text) is not None and self._romans in (word.upper() for word in words)

    def _other_base(self, text: str) -> bool:
        tokens = {_GROUPED.sub("", found[0]) for found in _DIGITS_OF_BASES.finditer(text.lower())}
        if not tokens:
            return False
        marked = {(found[1] or found[2]).lstrip("0") for found in _MARKED_HEX.finditer(text.lower())} | {
            token[2:].lstrip("0") for token in tokens if token[:2] in ("0b", "0x", "0o")
        }
        bare = {token.lstrip("0").removesuffix("h") for token in tokens} | marked
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
        return turned in runs or turned in literals or (turned[:1] == "0" and turned.lstrip("0") in literals and len(self._digits) > 2)

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
