r"""Units: splitting one off the end of an answer (``42 apples``, ``5\text{ m}^2``, ``60 km/h``), and converting it.

A unit is a product of dimensions with an exact factor to the unit of reference. Words that are no known unit are each a
dimension of their own: ``42 apples`` and ``42 oranges`` cannot be converted.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from sml_env.verifiers.lexicon import SHORT_WORDS
from sml_env.verifiers.notation import DENYING_WORDS
from sml_env.verifiers.tokens import FUNCTION_ARITY, GREEK

__all__ = ["MAX_UNIT", "Unit", "split_currency", "split_unit"]

MAX_UNIT = 60
"""Longest unit, in characters."""

_LENGTHS = {
    "mm millimeter millimetre": "1/1000", "cm centimeter centimetre": "1/100", "dm": "1/10", "m meter metre": "1",
    "km kilometer kilometre": "1000", "in inch inche": "254/10000", "ft foot feet": "3048/10000",
    "yd yard": "9144/10000", "mi mile": "1609344/1000", "nm": "1/1000000000",
}  # fmt: skip
_MASSES = {
    "mg milligram": "1/1000", "g gram": "1", "kg kilogram": "1000", "ton tonne": "1000000",
    "oz ounce": "28349523125/1000000000", "lb pound": "45359237/100000",
}  # fmt: skip
_TIMES = {
    "s sec second": "1", "min minute": "60", "h hr hour": "3600", "day": "86400", "week": "604800", "ms": "1/1000",
}  # fmt: skip
_VOLUMES = {"ml mL milliliter millilitre": "1/1000000", "L l liter litre": "1/1000", "cl": "1/100000"}
_MONEY = {"cent ¢ penny pennie": "1/100", "dollar buck usd": "1"}
_MONTHS = {"month": "1", "year yr": "12"}


def _table() -> dict[str, tuple[tuple[tuple[str, int], ...], Fraction]]:
    found: dict[str, tuple[tuple[tuple[str, int], ...], Fraction]] = {}
    for dimension, power, units in (
        ("length", 1, _LENGTHS),
        ("mass", 1, _MASSES),
        ("time", 1, _TIMES),
        ("length", 3, _VOLUMES),
        ("money", 1, _MONEY),
        ("months", 1, _MONTHS),
    ):
        for names, factor in units.items():
            found.update(dict.fromkeys(names.split(), (((dimension, power),), Fraction(factor))))
    found["mph"] = ((("length", 1), ("time", -1)), Fraction("1609344/3600000"))
    found["kph"] = found["kmh"] = ((("length", 1), ("time", -1)), Fraction("1000/3600"))
    return found


_UNITS = _table()
_PHYSICAL = frozenset(("length", "mass", "time", "money", "months"))
_SHORT_LIST = """cm mm km kg mg ml mL lb ft in hr min sec mph kmh kph m g s h L l day days oz yd mi nm dm cl ms yr"""
_SHORT_UNITS = frozenset(_SHORT_LIST.split())
_AMOUNTS = """squared cubed hundred thousand million billion trillion dozen score percent halves third thirds quarter
quarters fourth fourths fifth fifths sixth sixths seventh sevenths eighth eighths ninth ninths tenth tenths
factorial divided power root pi oo infinity inf union intersect base factors january february march april
june july august lakh lakhs crore crores gross fold couple reciprocal september october november december
monday tuesday wednesday thursday friday saturday sunday clock tens hundreds thousands millions billions
trillions dozens scores halved doubled tripled twos zeros zero mille permille ppm bps basis kilo mega giga
grand cubic square negated inverted choose raised modulus excluded short missing binary octal hex
hexadecimal decimal turns gradians arcminutes arcmin ish exactly precisely just"""
_BLOCKED = (
    ((SHORT_WORDS | frozenset(_AMOUNTS.split()) | DENYING_WORDS | frozenset(FUNCTION_ARITY) | GREEK) - _SHORT_UNITS)
    | frozenset("eixyz")
    | {"pi", "to", "degree", "degrees"}
)
_TEMPERATURE = re.compile(
    r"\s*(?:°|\^\s*\\circ\b|\^\s*\{\s*\\circ\s*\}|(?:\\text\s*\{)?\s*degrees?)\s*(?:\\(?:text|mathrm)\s*\{)?\s*"
    r"(C|F|Celsius|Fahrenheit)\s*\}?\s*$"
)
_THINGS = """ant bag bar bee bed box boy bus can car cat cow cup dog egg hat hen jar key kid man men pen pie pig toy ton
gal row"""
_SHORT_THINGS = frozenset(_THINGS.split())
_TH_LIST = (
    "month months depth depths width widths length lengths bath baths cloth cloths moth moths strength booth booths"
)
_PLAIN_TH = frozenset(_TH_LIST.split())
_POWERS = r"(?:\s*\^\s*\{?\s*(-?[1-4])\s*\}?)?"
_TEXT = r"\\(?:text|mathrm|mbox|textrm|textnormal|textbf|operatorname|rm)"
_LATEX_UNIT = re.compile(
    r"(?:\s|\\[,;: ]|~)*" + _TEXT + r"\s*\{\s*(?:of (?:the |all |an? )?)?([^{}]*)\}\s*" + _POWERS + r"\s*\$?\s*$"
)
_PLAIN_UNIT = re.compile(
    r"(?<=[0-9)}%!.$])\s*(?:of (?:the |all |an? )?)?"
    r"([A-Za-z]+(?:(?: |/| / | per )[A-Za-z]+|\^[1-4](?=/)){0,4})\s*" + _POWERS + r"([²³])?\s*$"
)
_CALL = re.compile(
    rf"(?:sin|cos|tan|sec|csc|cot|log|exp|ln|pi|{'|'.join(sorted(GREEK)).lower()})+[a-z]?|(?:arc|sqrt|root)[a-z]+|[a-z]*pir+"
    r"|(?:one|two|three|four|five|six|seven|eight|nine)s?"
)
_RATE = re.compile(r"(?<=[0-9)}%.])\s*(?:/\s*|(?:per|an?|each|every) )([a-z]{3,20}(?: [a-z]{3,20})?)\s*$")
_SUPERSCRIPTS = {"²": 2, "³": 3}
_LETTERS = re.compile(r"[A-Za-z¢]+")
_WORDS = re.compile(r"/|[A-Za-z¢]+(?:\^[1-4])?|.")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measurement, or the things that are counted.

    Attributes:
        text: What was written, in lower case with single spaces.
        dimensions: Dimensions and their powers, sorted.
        factor: How many of the unit of reference one of it is.
    """

    text: str
    dimensions: tuple[tuple[str, int], ...]
    factor: Fraction

    @property
    def physical(self) -> bool:
        """Whether every part is a known unit, so that another dimension is another quantity."""
        return all(name in _PHYSICAL or name in "€£¥" for name, _ in self.dimensions)


_CURRENCIES = {
    "$": Unit("$", (("money", 1),), Fraction(1)),
    **{sign: Unit(sign, ((sign, 1),), Fraction(1)) for sign in "€£¥"},
}


def split_unit(text: str) -> tuple[str, Unit | None]:
    """Split a unit off the end.

    Args:
        text: An answer or a reference.

    Returns:
        The text without its unit, and the unit, or None if it has none.
    """
    last = text[-1:]
    if not (last.isalpha() or last in "}.²³¢$ 1234") or not _LETTERS.search(text):
        return text, None
    tail = text[-MAX_UNIT:]
    if "C" in tail or "F" in tail:
        hot = _TEMPERATURE.search(tail)
        if hot is not None:
            scale = f"°{hot[1][0]}"
            return text[: len(text) - len(tail) + hot.start()], Unit(scale, ((scale, 1),), Fraction(1))
    rate = _RATE.search(tail)
    if rate is not None and all(_is_unit_word(word, False) for word in rate[1].split()):
        found = _unit(rate[1], -1, False)
        return (text, None) if found is None else (text[: len(text) - len(tail) + rate.start()], found)
    if tail.endswith(("years old", "year old", "months old")):
        text, tail = text[:-4], tail[:-4]
    match = _LATEX_UNIT.search(tail) or _PLAIN_UNIT.search(tail)
    if match is None:
        return text, None
    rest = text[: len(text) - len(tail) + match.start()].rstrip()
    if not rest or not (
        any("0" <= character <= "9" for character in rest) or (text[-1] in "}234²³" and "\\pi" in rest)
    ):
        return text, None
    groups = match.groups()
    power = int(groups[1] or 0) or _SUPERSCRIPTS.get(groups[2] if len(groups) > 2 else "", 1)
    unit = _unit(match[1], power, match[0][:1].isalpha() and power == 1)
    return (text, None) if unit is None else (rest, unit)


def split_currency(text: str) -> tuple[str, Unit | None]:
    """Split a currency sign off the start: ``£5``; a dollar sign counts if it opens no formula."""
    sign = "$" if text.startswith("\\$") else text[:1]
    if sign not in _CURRENCIES or (sign == "$" and text.count("$") != 1):
        return text, None
    return text.removeprefix("\\").removeprefix(sign), _CURRENCIES[sign]


@lru_cache(maxsize=4096)
def _unit(words: str, power: int, glued: bool) -> Unit | None:
    """Read the words of a unit, the power belonging to the last; None if they are no unit."""
    dimensions: Counter[str] = Counter()
    factor = Fraction(1)
    sign = 1
    phrase: list[str] = []
    parts = [
        part
        for part in _WORDS.findall(words.replace("\\", " ").replace("~", " ").replace(" per ", " / "))
        if part != " "
    ]
    if not parts or len(parts) > 10:
        return None
    for index, part in enumerate([*parts, "/"]):
        if part != "/":
            word, _, raised = part.partition("^")
            described = word in ("square", "sq", "cubic") and index + 1 < len(parts)
            raising = phrase and word in ("squared", "cubed")
            if not (described or raising or _is_unit_word(word, glued and index == 0)):
                return None
            phrase.append(f"{_singular(word)}^{raised}" if raised else _singular(word))
            continue
        if not phrase:
            return None
        times = power if index == len(parts) else 1
        found, scale = _phrase(phrase, times)
        for name, count in found:
            dimensions[name] += sign * count
        factor *= scale**sign
        sign, phrase = -1, []
    text = " ".join(words.lower().split()) + (f"^{power}" if power != 1 else "")
    return Unit(text, tuple(sorted((name, count) for name, count in dimensions.items() if count)), factor)


def _phrase(words: list[str], power: int) -> tuple[tuple[tuple[str, int], ...], Fraction]:
    """Return the dimensions and the factor of words such as ``square meter`` or ``red apple``."""
    if len(words) == 2 and words[1] in ("squared", "cubed"):
        power *= 3 if words[1] == "cubed" else 2
        words = words[:1]
    if len(words) == 2 and words[0] in ("square", "sq", "cubic"):
        power *= 3 if words[0] == "cubic" else 2
        words = words[1:]
    if len(words) == 1:
        name, _, raised = words[0].partition("^")
        power *= int(raised or 1)
        if name in _UNITS:
            dimensions, factor = _UNITS[name]
            return tuple((dimension, count * power) for dimension, count in dimensions), factor**power
    return ((" ".join(words), power),), Fraction(1)


def _is_unit_word(word: str, glued: bool) -> bool:
    if word in _SHORT_UNITS:
        return len(word) > 1 or not glued
    lower = word.lower()
    if glued or len(word) < 4:
        return word == "¢" or word in _UNITS or (not glued and lower in _SHORT_THINGS)
    if lower == "times":
        return True
    if _CALL.fullmatch(lower):
        return False
    if lower.endswith("ed") and len(lower) > 5 and lower not in _PLAIN_TH:
        return False
    if (lower.endswith(("th", "ths")) and lower not in _PLAIN_TH) or lower.endswith(("illion", "illions")):
        return False
    return word.isalpha() and lower not in _BLOCKED


def _singular(word: str) -> str:
    if word in _UNITS:
        return word
    word = word.lower()
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
