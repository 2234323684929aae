"""What values a text states: numbers, number words, arithmetic in signs and in words, each with its exact value."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from math import isqrt
from typing import Final

from sml_env.errors import ExpressionError
from sml_env.verifiers.expressions import parse_expression, rational_value
from sml_env.verifiers.numerals import PARTS, SCALES, TENS, UNITS

__all__ = [
    "MAX_OPERANDS", "Stated", "equated", "folded", "has_number", "literals", "squeezed", "stated_values", "with_digits",
]  # fmt: skip

MAX_OPERANDS: Final = 8
"""Sub-expressions of at most this many operands are evaluated."""

_FEW: Final = 3
_AMOUNTS: Final = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}
_FOLDED: Final = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d", "-"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff"),
        **dict.fromkeys("\u2217\u00d7\u00b7\u22c5", "*"),
        **dict.fromkeys("\u00f7\u2044", "/"),
    }
)
_VULGAR = re.compile("(?<=\\d)(?=[\u00bc-\u00be\u2150-\u215e])")
_ANY_WORD = "|".join([*UNITS, *TENS, *SCALES])
_PRONOUN = r"(?!one\s+(?:of|way|side|step|thing|another|at|on|in|with|that|which|who|before|after|whose|i|you|we|they|he|she|just|above|below|option|can|must|should|has|by|gets?)\b)"  # noqa: E501
_NUMBER_WORDS = re.compile(
    rf"\b(?:minus\s+|negative\s+)?{_PRONOUN}(?:{_ANY_WORD})"
    rf"(?:(?:(?:(?<=hundred)|(?<=thousand)|(?<=million)|(?<=ty))\s+and\s+|(?:(?<=thousand)|(?<=million)),\s+|[\s-]+)(?:{_ANY_WORD}))*\b"
)
_AFTER_DIGITS = re.compile(r"(?<=\d)\s+(hundred|thousand|million)\b")
_PART_WORDS = re.compile(rf"\b(\d+)\s+({'|'.join(PARTS)})\b")
_WORDED: Final = (*PARTS, "infinity", "oo", "dozen")

_LITERAL = re.compile(r"(?<![\w.])\d+(?:,\d{3}(?!\d))*(?:\.\d+)?(?:[eE][-+]?\d+)?%?|(?<![\w.])\.\d+")
_QUANTITY = r"(?<![\d.,])-?(?:\d{1,24}(?:,\d{3}(?!\d)){0,8}(?:\.\d{1,24})?|\.\d{1,24})(?:\s*/\s*\d{1,24})?"
_OPERATORS: Final[tuple[tuple[str, re.Pattern[str], str], ...]] = (
    ("e", re.compile(r"(?<=[\d.])e\+?(-?\d{1,3})\b"), r" * 10^(\1)"),
    ("cent", re.compile(r"(?<=\d)\s*(?:percent|per\s+cent)\b"), "%"),
    ("dozen", re.compile(r"(?<=\d)\s+dozen\b"), " * 12"),
    ("x", re.compile(r"(?<=\d)\s*x\s*(?=\d)"), " * "),
    ("of", re.compile(r"(?<=\d)\s+of\s+(?=\d)"), " * "),
    ("frac", re.compile(r"\\[dt]?frac\s*\{?\s*(-?\d{1,20})\s*\}?\s*\{\s*(\d{1,20})\s*\}"), r"((\1)/(\2))"),
    ("frac", re.compile(r"\\[dt]?frac\s*(\d)\s*\{?(\d)\}?"), r"((\1)/(\2))"),
    ("and", re.compile(r"(?<![\d./])(\d{1,12})\s+and\s+(\d{1,3}\s*/\s*\d{1,3})(?![\d/])"), r"\1 + \2"),
    ("sum", re.compile(rf"\bsum\s+of\s+({_QUANTITY})\s+and\s+({_QUANTITY})"), r"\1 + \2"),
    ("product", re.compile(rf"\bproduct\s+of\s+({_QUANTITY})\s+and\s+({_QUANTITY})"), r"\1 * \2"),
    ("quotient", re.compile(rf"\bquotient\s+of\s+({_QUANTITY})\s+and\s+({_QUANTITY})"), r"\1 / \2"),
    ("difference", re.compile(rf"\bdifference\s+(?:of|between)\s+({_QUANTITY})\s+and\s+({_QUANTITY})"), r"\1 - \2"),
    ("than", re.compile(rf"({_QUANTITY})\s+(?:more|greater|higher|larger|bigger)\s+than\s+({_QUANTITY})"), r"\2 + \1"),
    ("than", re.compile(rf"({_QUANTITY})\s+(?:less|fewer|lower|smaller)\s+than\s+({_QUANTITY})"), r"\2 - \1"),
    ("d", re.compile(r"(?<=\d)\s+(?:increased\s+by|and\s+add)\s+(?=\d)"), " + "),
    ("d", re.compile(r"(?<=\d)\s+(?:decreased|reduced|diminished)\s+by\s+(?=\d)"), " - "),
    ("add", re.compile(rf"\badd\s+({_QUANTITY})\s+(?:to|and)\s+({_QUANTITY})"), r"\2 + \1"),
    ("subtract", re.compile(rf"\bsubtract\s+({_QUANTITY})\s+from\s+({_QUANTITY})"), r"\2 - \1"),
    ("multiply", re.compile(rf"\bmultiply\s+({_QUANTITY})\s+(?:by|and|with)\s+({_QUANTITY})"), r"\1 * \2"),
    ("divide", re.compile(rf"\bdivide\s+({_QUANTITY})\s+by\s+({_QUANTITY})"), r"\1 / \2"),
    ("frac", re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}"), r"((\1)/(\2))"),
    ("and", re.compile(r"(?<=\d)\s*\*\s*(10{2,3})\s+and\s+(?=\d)"), r" * \1 + "),
    ("", re.compile(r",?\s+(?:plus|added\s+to)\s+"), " + "),
    ("", re.compile(r"\s+(?:minus|less|take\s+away)\s+(?=[\d(])"), " - "),
    ("", re.compile(r"(?<=\d),?\s+(?:taken|counted)\s+(\d{1,3}|twice|thrice)(?:\s+times)?"), r" * \1"),
    ("", re.compile(r"\s+(?:times|multiplied\s+by)\s+|\\times|\\cdot|×|·|⋅"), " * "),
    ("", re.compile(r"\s+(?:divided\s+by|over)\s+|\\div|÷"), " / "),
    ("", re.compile(r"\b(?:twice|double)\s+(?:of\s+)?(?=[\d(])"), "2 * "),
    ("half", re.compile(r"\bhalf\s+(?:of\s+)?(?=[\d(])"), "1/2 * "),
    ("", re.compile(r"−|–"), "-"),
    ("{", re.compile(r"[{]"), "("),
    ("}", re.compile(r"[}]"), ")"),
)
"""Operators in words and LaTeX: a part that each holds, its pattern, and what it becomes."""
_NAMES: Final = {
    "gross": 144, "score": 20, "baker's dozen": 13, "half a dozen": 6, "half a hundred": 50, "half a thousand": 500,
    "half a million": 500_000, "half a score": 10, "century": 100, "couple of dozen": 24,
}  # fmt: skip
_NAMED = re.compile(
    rf"\b(?:an?\s+)?(?:{'|'.join(sorted(_NAMES, key=len, reverse=True))})\b(?=\W*(?:plus|minus|and|less|more|taken|times|$|[-.,+!?*/)]))"  # noqa: E501
)
_NAMED_WORDS = re.compile("gross|score|dozen|half a|century")
_HALVES = re.compile(
    r"(?<![\d.])(\d{1,6})(?:\s+and\s+an?\s+half|\s*\+\s*1/2)\s+(dozen|hundred|thousand|million|100|1000|1000000)\b"
)
_SIZES: Final = {
    "dozen": 12,
    "hundred": 100,
    "thousand": 1_000,
    "million": 1_000_000,
    "100": 100,
    "1000": 1_000,
    "1000000": 1_000_000,
}
_ORDINALS: Final = {
    "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17,  # noqa: E501
    "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30, "fortieth": 40, "fiftieth": 50, "sixtieth": 60,  # noqa: E501
    "seventieth": 70, "eightieth": 80, "ninetieth": 90,
}  # fmt: skip
_UNIT_ORDINALS: Final = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
}  # fmt: skip
_ORDINAL = re.compile(rf"\b(?:(?:({'|'.join(TENS)})[\s-]({'|'.join(_UNIT_ORDINALS)}))|({'|'.join(_ORDINALS)}))\b(?!s)")
_ROOT = re.compile(r"(?:\\?sqrt\s*[({]?|\u221a\s*\(?|square\s+root\s+of\s+)(\d{1,18})[)}]?")
_RUN = re.compile(r"[-\d.(][-\d\s+*/^().,]*[\d)]%?|\d")
_DIGITS = re.compile(r"[0-9]+")
_SIDE = r"[\d.(](?:[\d\s+*/^().,-]*[\d)])?"
_EQUATION = re.compile(rf"(?=(?<![\w.])({_SIDE})\s*(?:=|\bis\b|\bequals\b|\bmakes\b)\s*({_SIDE}))")
_OPERAND = re.compile(r"\(|\)|\d+(?:,\d{3}(?!\d))*(?:\.\d+)?|\.\d+|\*\*|[-+*/^]")


def _word_value(words: str) -> int:
    total, current = 0, 0
    tokens = re.split(r"[\s,-]+", words)
    sign = -1 if tokens[0] in ("minus", "negative") else 1
    for before, token in zip(["", *tokens], tokens, strict=False):
        if token in UNITS:
            digits = UNITS.get(before, 10) < 10 and UNITS[token] < 10
            current = 10 * current + UNITS[token] if digits else current + UNITS[token]
        elif token in TENS:
            current += TENS[token]
        elif token == "hundred":
            current = max(current, 1) * 100
        elif token in SCALES:
            total += max(current, 1) * SCALES[token]
            current = 0
    return sign * (total + current)


def _root(found: re.Match[str]) -> str:
    """The square root of a perfect square as a number; any other root stays as it is."""
    root = isqrt(int(found[1]))
    return str(root) if root * root == int(found[1]) else found[0]


def _half_more(found: re.Match[str]) -> str:
    """Two and a half thousand."""
    return str((2 * int(found[1]) + 1) * _SIZES[found[2]] // 2)


def _ordinal(found: re.Match[str]) -> str:
    return f" {TENS[found[1]] + _UNIT_ORDINALS[found[2]] if found[1] else _ORDINALS[found[3]]} "


def folded(text: str) -> str:
    """One notation for dashes, signs and digits, and nothing invisible."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", _VULGAR.sub(" ", text.translate(_FOLDED))).translate(_FOLDED)


def with_digits(text: str) -> str:
    """A text in lower case with its number words as digits."""
    return _NUMBER_WORDS.sub(lambda found: str(_word_value(found[0])), text.lower())


@lru_cache(maxsize=64)
def _plain(text: str) -> str:
    """Lower case with number words as digits and operator words as operators."""
    text = _ORDINAL.sub(_ordinal, folded(text).lower())
    if _NAMED_WORDS.search(text):
        text = _NAMED.sub(lambda found: str(_NAMES[re.sub(r"^an?\s+", "", found[0])]), text)
    text = with_digits(_AFTER_DIGITS.sub(lambda found: f" * {_AMOUNTS[found[1]]}", text))
    text = _HALVES.sub(_half_more, text)
    text = _ROOT.sub(_root, text)
    text = re.sub(r"(?<=\d)\s+and\s+a\s+half\b", " + 1/2", text)
    text = re.sub(r"\ban?\s+(?=(?:half|third|quarter|fifth|dozen)\b)", "1 ", text)
    text = _PART_WORDS.sub(lambda found: f"{found[1]}/{PARTS[found[2]]}", text)
    if not any(character.isdigit() for character in text):
        return text
    for part, pattern, sign in _OPERATORS:
        if part in text:
            text = pattern.sub(sign, text)
    return text


def has_number(text: str) -> bool:
    """Whether a text holds anything that could be a number."""
    lowered = text.lower()
    if any(character.isdigit() for character in text) or any(word in lowered for word in _WORDED):
        return True
    return _NUMBER_WORDS.search(lowered) is not None


def literals(text: str) -> list[str]:
    """The single numbers of a text as written, number words as digits."""
    return [found[0].rstrip("%").replace(",", "") for found in _LITERAL.finditer(_plain(text))]


def squeezed(text: str) -> str:
    """A text without white space and without the signs of LaTeX."""
    return re.sub(r"[\s$\\{}]+", "", text).casefold()


def _rational(text: str) -> Fraction | None:
    try:
        return rational_value(parse_expression(text))
    except ExpressionError:
        return None


def _windows(run: str) -> Iterator[str]:
    """A run of arithmetic and its sub-expressions, operand by operand."""
    tokens = _OPERAND.findall(run)
    operands = [position for position, token in enumerate(tokens) if token[-1].isdigit()]
    if len(operands) > 4 * MAX_OPERANDS:
        yield from (tokens[position] for position in operands[4 * MAX_OPERANDS :])
        operands = operands[: 4 * MAX_OPERANDS]
    for first, start in enumerate(operands):
        for stop in operands[first : first + MAX_OPERANDS]:
            window = tokens[start : stop + 1]
            opened, closed = window.count("("), window.count(")")
            signed = start > 0 and tokens[start - 1] == "-"
            text = "(" * max(0, closed - opened) + " ".join(window) + ")" * max(0, opened - closed)
            yield text
            if signed:
                yield f"-{text}"
    yield run


def stated_values(text: str, known: frozenset[Fraction] = frozenset()) -> Iterator[tuple[str, Fraction]]:
    """Every exact value that a text states, with its wording: numbers, number words and arithmetic.

    Args:
        text: Any.
        known: Values that are given: of arithmetic that comes to one of them, no part is read as arithmetic of its own.
    """
    plain = _plain(text)
    for run in _RUN.finditer(plain):
        body = run[0].strip().strip(",").strip()
        settled = known and len(_OPERAND.findall(body)) > _FEW and _rational(body) in known
        for window in [*literals(body), body] if settled else _windows(body):
            value = _rational(window)
            if value is not None:
                yield window, value
                if run[0].endswith("%"):
                    yield window, value / 100


def equated(text: str) -> frozenset[str]:
    """The arithmetic that stands in an equation with its value as a single number, as in "126 is 2 * 63", squeezed."""
    found = set()
    for left, right in _EQUATION.findall(_plain(text)):
        for number, wording in ((left, right), (right, left)):
            value = _rational(wording.strip())
            if value is not None and literals(number) == [number.replace(",", "")] and _rational(number) == value:
                found.add(squeezed(wording))
    return frozenset(found)


class Stated:
    """What a text is made of.

    Attributes:
        parts: Its single numbers as written.
        singles: Their values.
        values: Those, and the values that they make together.
        wordings: The arithmetic, word for word.
    """

    def __init__(self, text: str) -> None:
        named = {**UNITS, **TENS, **SCALES}
        words = [Fraction(named[word]) for word in re.findall(r"[a-z]+", text.lower()) if word in named]
        self.parts = frozenset([*literals(text), *(str(number) for number in words), *_DIGITS.findall(text)])
        singles = (_rational(part) for part in self.parts)
        self.singles = frozenset([*words, *(value for value in singles if value is not None)])
        stated = list(stated_values(text))
        self.values = self.singles | {value for _, value in stated}
        self.wordings = frozenset(squeezed(wording) for wording, _ in stated)
