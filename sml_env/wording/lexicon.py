"""Words: alternations of phrases, numbers as students write them, and which texts are formulas rather than prose."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from sml_env.errors import ExpressionError
from sml_env.verifiers.expressions import parse_expression, rational_value
from sml_env.verifiers.numerals import TENS, UNITS

__all__ = [
    "LESS",
    "MORE",
    "any_of",
    "bounded",
    "is_prose",
    "number",
    "phrases",
    "whole_number",
    "without_ending",
    "without_unit",
]


def phrases(text: str) -> tuple[str, ...]:
    """Phrases that stand between commas and line ends: ``phrases("or, or not")`` is ``("or", "or not")``."""
    return tuple(phrase.strip() for line in text.strip().splitlines() for phrase in line.split(","))


def any_of(*choices: str) -> str:
    r"""A pattern for one of some phrases, longest first: no phrase hides another that it begins.

    A space stands for any white space, so that verbose patterns may hold it: ``any_of("or", "or not")`` is
    ``(?:or\s+not|or)``.
    """
    longest_first = sorted(choices, key=len, reverse=True)
    return "(?:" + "|".join(re.escape(phrase).replace("\\ ", r"\s+") for phrase in longest_first) + ")"


_COUNTED = {"half": Fraction(1, 2), "hundred": Fraction(100), "thousand": Fraction(1000)}
_NUMBERS: Final[dict[str, Fraction]] = {
    **{word: Fraction(value) for word, value in (UNITS | TENS).items()},
    **{count + word: value for word, value in _COUNTED.items() for count in ("", "a ", "one ")},
    **{count + "million": Fraction(10**6) for count in ("a ", "one ")},
}
_MINUS = ("minus ", "negative ")

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_RATIONAL = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18}|/[1-9][0-9]{0,17})")
MAX_CONSTANT: Final = 64
"""Characters of a constant that ``number`` works out."""

MAX_BITS: Final = 4_096
"""Largest numerator or denominator of a number in a question, in bits."""

_LETTERS = re.compile(r"[a-z]{2,}")
_FUNCTIONS = frozenset(
    phrases("""
        abs, acos, asin, atan, binomial, cbrt, cdot, cos, exp, factorial, frac, ln, log, oo, pi, sin, sqrt, tan, times
    """)
)

MORE: Final = any_of("above", "bigger", "greater", "higher", "larger", "more", "over")
LESS: Final = any_of("below", "fewer", "less", "lower", "smaller", "under")

_NO_UNITS = phrases("""
    and, billion, cubed, digit, digits, divided, dozen, eighths, factorial, fifths, fourths, halves, hundred, if
    incorrect, less, million, minus, more, or, over, plus, quarters, score, sixths, squared, tenths, thirds, thousand
    times, to, when, wrong
""")
_WITH_UNIT = re.compile(
    rf"""
    (?P<number> \$? -? [\d.,/]+ %? ) \s+
    (?! {any_of(*_NO_UNITS)} \b ) [a-z]{{1,20}}
    (?: \s+ {any_of("altogether", "each", "in total", "total")} )?
    """,
    re.VERBOSE,
)


def number(text: str) -> Fraction | None:
    """The exact rational value of a short constant ("42", "-2.5", "3/4", "2^10", "ten"), or ``None``."""
    text = text.strip().rstrip(".,!?").strip()
    if _INTEGER.fullmatch(text):
        return Fraction(int(text))
    if text in _NUMBERS:
        return _NUMBERS[text]
    if _RATIONAL.fullmatch(text):
        return Fraction(text)
    if not text or len(text) > MAX_CONSTANT:
        return None
    for sign in _MINUS:
        if text.startswith(sign):
            inner = number(text[len(sign) :])
            return None if inner is None else -inner
    tens, _, unit = text.replace("-", " ").partition(" ")
    if tens in _NUMBERS and unit in _NUMBERS and 20 <= _NUMBERS[tens] < 100 and 0 < _NUMBERS[unit] < 10:
        return _NUMBERS[tens] + _NUMBERS[unit]
    if not any(character.isdigit() for character in text):
        return None
    try:
        return bounded(rational_value(parse_expression(text)))
    except ExpressionError:
        return None


def bounded(value: Fraction | None) -> Fraction | None:
    """The value, unless it is larger than any question needs it to be."""
    if value is None or max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_BITS:
        return None
    return value


def whole_number(text: str | None) -> int | None:
    """The value of a constant if it is an integer of at most 18 digits."""
    value = number(text or "")
    return int(value) if value is not None and value.denominator == 1 and abs(value) < 10**18 else None


def without_unit(text: str) -> str | None:
    """The numeral of a number with its unit ("12" of "12 eggs in total"), or ``None`` if the text is not that."""
    found = _WITH_UNIT.fullmatch(text)
    return found["number"] if found else None


def without_ending(text: str, pattern: re.Pattern[str], separators: str) -> str:
    """A text without its last match of a pattern, if that reaches the end, and without the separators before it.

    ``re.sub`` of the pattern with a final ``$`` does the same, but takes a time quadratic in a text full of runs of
    words that stop short of its end.
    """
    last = None
    for found in pattern.finditer(text):
        last = found
    return text[: last.start()].rstrip(separators) if last and last.end() == len(text) else text


def is_prose(text: str) -> bool:
    """Whether a text in lower case holds a word that is no function or constant of the expression grammar."""
    return any(word not in _FUNCTIONS for word in _LETTERS.findall(text))
