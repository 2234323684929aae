"""Arithmetic in words that names no operator: successors, doubles, squares, averages, tens and ones, sequences."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise
from math import comb, factorial, gcd, isqrt, lcm, prod
from typing import Final

__all__ = ["phrased"]

_N: Final = r"(-?\d{1,12}(?:\.\d{1,9})?)"
_OF: Final = r"(?:\s+of)?(?:\s+an?)?\s+"
_MOST: Final = 4


def _root(number: Fraction, power: int) -> Fraction | None:
    if number.denominator != 1 or number < 0:
        return None
    root = isqrt(int(number)) if power == 2 else round(float(number) ** (1 / power))
    return Fraction(root) if root**power == number else None


def _prime(place: Fraction) -> Fraction | None:
    if place.denominator != 1 or not 1 <= place <= 500:
        return None
    primes: list[int] = []
    number = 2
    while len(primes) < place:
        if all(number % prime for prime in primes if prime * prime <= number):
            primes.append(number)
        number += 1
    return Fraction(primes[-1])


def _small(function: Callable[[int], int], most: int) -> Callable[[Fraction], Fraction | None]:
    return lambda value: Fraction(function(int(value))) if value.denominator == 1 and 0 <= value <= most else None


_ONE: Final[tuple[tuple[str, Callable[[Fraction], Fraction | None]], ...]] = (
    (rf"(?:number|integer|one|value|page|year|comes|right|just|directly|immediately|what\s+comes|follows?)\s+(?:right\s+)?(?:after|above|following|beyond)\s+{_N}", lambda a: a + 1),
    (rf"(?:next\s+(?:whole\s+)?(?:number|integer|one|up)\s+(?:after|from|above)|successor\s+(?:of|to)|follows|following|after|just\s+(?:above|over|past)|one\s+(?:past|above|over|up\s+from|beyond|after))\s+{_N}", lambda a: a + 1),
    (rf"{_N}(?:'s)?\s+(?:successor|next\s+neighbou?r|upper\s+neighbou?r)", lambda a: a + 1),
    (rf"(?:(?:number|integer|one|value|what\s+comes|comes|right|just|directly|immediately)\s+(?:right\s+)?before|predecessor\s+(?:of|to)|precedes|preceding|just\s+(?:below|under|shy\s+of|short\s+of)|(?:1|one)\s+(?:below|under|shy\s+of|short\s+of|before))\s+{_N}", lambda a: a - 1),
    (rf"{_N}(?:'s)?\s+(?:predecessor|lower\s+neighbou?r)", lambda a: a - 1),
    (rf"(?:twice|double|doubling|two\s+times|2\s+times|the\s+double){_OF}{_N}", lambda a: 2 * a),
    (rf"{_N},?\s+(?:doubled|twice\s+over|twice|two\s+times)", lambda a: 2 * a),
    (rf"(?:thrice|triple|tripling|the\s+triple){_OF}{_N}", lambda a: 3 * a),
    (rf"{_N},?\s+(?:tripled|thrice)", lambda a: 3 * a),
    (rf"(?:quadruple){_OF}{_N}|{_N},?\s+quadrupled", lambda a: 4 * a),
    (rf"(?:half|halve|halving|1/2|one\s+half){_OF}{_N}|{_N},?\s+(?:halved|cut\s+in\s+half|split\s+in\s+(?:two|half|2))", lambda a: a / 2),
    (rf"(?:a\s+third|1\s+third|third|1/3){_OF}{_N}", lambda a: a / 3),
    (rf"(?:a\s+quarter|1\s+quarter|a\s+fourth|quarter|1/4){_OF}{_N}", lambda a: a / 4),
    (rf"(?:a\s+fifth|1\s+fifth|1/5){_OF}{_N}", lambda a: a / 5),
    (rf"(?:a\s+tenth|1\s+tenth|1/10){_OF}{_N}", lambda a: a / 10),
    (rf"(?:two\s+thirds|2\s+thirds|2/3){_OF}{_N}", lambda a: a * 2 / 3),
    (rf"(?:three\s+quarters|3\s+quarters|3/4){_OF}{_N}", lambda a: a * 3 / 4),
    (rf"squares?{_OF}{_N}|{_N},?\s+squared|squaring\s+{_N}|{_N}\s*(?:\^|\*\*)\s*2", lambda a: a * a),
    (rf"cube{_OF}{_N}|{_N},?\s+cubed", lambda a: a**3),
    (rf"(?:square\s+root|root|sqrt){_OF}\(?{_N}", lambda a: _root(a, 2)),
    (rf"cube\s+root{_OF}{_N}", lambda a: _root(a, 3)),
    (rf"(?:factorial{_OF}{_N}|{_N}\s*!(?=\s*[-+*/=).]|\s+(?:is|ways|over|divided|times|equals|arrangements|permutations)\b)|(?:value\s+of|compute|calculate|evaluate|work\s+out)\s+{_N}\s*!|{_N}\s+factorial)", _small(factorial, 15)),
    (rf"(?:the\s+)?{_N}(?:st|nd|rd|th)\s+prime", _prime),
    (rf"(?:the\s+)?{_N}(?:st|nd|rd|th)\s+(?:even|multiple\s+of\s+2)\b", lambda a: 2 * a),
    (rf"(?:the\s+)?{_N}(?:st|nd|rd|th)\s+odd\b", lambda a: 2 * a - 1),
    (rf"(?:the\s+)?{_N}(?:st|nd|rd|th)\s+(?:perfect\s+)?square", lambda a: a * a),
    (rf"(?:the\s+)?{_N}(?:st|nd|rd|th)\s+triangular|(?:first|1\s+to|up\s+to)\s+{_N}\s+(?:natural|positive|whole|integers|numbers)", lambda a: a * (a + 1) / 2),
    (rf"(?:round(?:ed|ing)?\s+(?:up\s+)?{_N}\s+(?:up|upwards?)|round(?:ed|ing)?\s+up\s+{_N}|ceil\w*\s*(?:of\s+|\()?{_N}|next\s+(?:whole|integer)[\w\s]{{0,12}}(?:above|over|from|after)\s+{_N}|{_N},?\s+rounded\s+up)", lambda a: Fraction(a.__ceil__())),
    (rf"(?:round(?:ed|ing)?\s+{_N}\s+down|round(?:ed|ing)?\s+down\s+{_N}|(?:l?floor|integer\s+part|whole\s+part)\s*(?:of\s+|\()?{_N}|{_N},?\s+(?:rounded\s+down|without\s+(?:its|the)\s+decimals|truncated))", lambda a: Fraction(a.__floor__())),
    (rf"(?:round(?:ed|ing)?\s+(?:off\s+)?{_N}|{_N},?\s+rounded)(?:\s+(?:off|to\s+the\s+nearest))?", lambda a: Fraction((a + Fraction(1, 2)).__floor__()) if a.denominator > 1 else None),
    (rf"{_N}\s+dozens?\b", lambda a: 12 * a),
    (rf"{_N}\s+score\b", lambda a: 20 * a),
    (rf"{_N}\s+gross\b", lambda a: 144 * a),
    (rf"{_N}\s+pairs?\b", lambda a: 2 * a),
    (rf"{_N}\s+weeks?\b", lambda a: 7 * a),
    (rf"(?:negative|minus|opposite|negation|additive\s+inverse)(?:\s+of)?\s+{_N}", lambda a: -a),
    (rf"(?:double|doubling|twice)\s+(?:it|the\s+answer|that)\b\D{{1,25}}{_N}", lambda a: a / 2),
    (rf"(?:halve|half\s+of|halving)\s+(?:it|the\s+answer|that)\b\D{{1,25}}{_N}", lambda a: 2 * a),
    (rf"(?:triple|thrice)\s+(?:it|the\s+answer|that)\b\D{{1,25}}{_N}", lambda a: a / 3),
    (rf"(?:its\s+square|square\s+(?:it|of\s+it)|squared,?\s+it)\b\D{{1,25}}{_N}", lambda a: _root(a, 2)),
    (rf"(?:its\s+cube|cube\s+it)\b\D{{1,25}}{_N}", lambda a: _root(a, 3)),
    (rf"{_N},?\s+(?:and|plus)\s+(?:then\s+)?1\s+more\b", lambda a: a + 1),
    (rf"(?:largest|greatest|biggest)\s+(?:whole\s+number|integer)\D{{1,40}}(?:exceed|above|over|at\s+most|than)\s+{_N}", lambda a: Fraction(a.__floor__())),
    (rf"(?:smallest|least)\s+(?:whole\s+number|integer)\D{{1,40}}(?:below|under|at\s+least|less\s+than)\s+{_N}", lambda a: Fraction(a.__ceil__())),
    (rf"{_N}\s+tenths?\b", lambda a: a / 10),
    (rf"{_N}\s+(?:hundredths?|cents?|percent)\b", lambda a: a / 100),
    (rf"{_N}\s+thousandths?\b", lambda a: a / 1_000),
    (rf"{_N}\s?k\b", lambda a: a * 1_000),
    (rf"{_N}\s+(?:with\s+a\s+minus|to\s+the\s+left|below\s+zero|negative)", lambda a: -a),
    (rf"reciprocal\s+of\s+{_N}|inverse\s+of\s+{_N}", lambda a: 1 / a if a else None),
)  # fmt: skip
_TWO: Final[tuple[tuple[str, Callable[[Fraction, Fraction], Fraction | None]], ...]] = (
    (rf"(?:average|mean|midpoint|middle|halfway(?:\s+point)?|centre|center)\s+(?:of|between)\s+{_N}\s+and\s+{_N}", lambda a, b: (a + b) / 2),
    (rf"{_N}\s+tens?,?\s+(?:and|plus|with)?\s*{_N}\s+(?:ones?|units?)", lambda a, b: 10 * a + b),
    (rf"{_N}\s+(?:ones?|units?),?\s+(?:and|plus|with)?\s*{_N}\s+tens?", lambda a, b: 10 * b + a),
    (rf"{_N}\s+dozens?,?\s+(?:and|plus|with)\s+{_N}", lambda a, b: 12 * a + b),
    (rf"{_N}\s+score,?\s+(?:and|plus)\s+{_N}", lambda a, b: 20 * a + b),
    (rf"{_N}\s+hundreds?,?\s+(?:and|plus)?\s*{_N}\b", lambda a, b: 100 * a + b),
    (rf"(?:gcd|greatest\s+common\s+(?:divisor|factor))\s*(?:of|\()\s*{_N}\s*(?:and|,)\s*{_N}", lambda a, b: _whole(gcd, a, b)),
    (rf"(?:lcm|least\s+common\s+multiple)\s*(?:of|\()\s*{_N}\s*(?:and|,)\s*{_N}", lambda a, b: _whole(lcm, a, b)),
    (rf"{_N}\s+choose\s+{_N}", lambda a, b: _whole(comb, a, b) if 0 <= b <= a <= 60 else None),
    (rf"{_N}\s+(?:to\s+the\s+power(?:\s+of)?|raised\s+to(?:\s+the)?(?:\s+power)?(?:\s+of)?)\s+{_N}", lambda a, b: a**int(b) if b.denominator == 1 and 0 <= b <= 30 and abs(a) < 1_000 else None),
    (rf"remainder\s+(?:of|when)\s+{_N}\s+(?:is\s+)?(?:divided\s+)?by\s+{_N}|{_N}\s+mod(?:ulo)?\s+{_N}", lambda a, b: a % b if b else None),
    (rf"{_N}\s*(?:%|percent|per\s+cent)\s+of\s+{_N}", lambda a, b: a * b / 100),
    (rf"{_N}\s+(?:parts?\s+)?out\s+of\s+{_N}", lambda a, b: a / b if b else None),
    (rf"{_N}\s*:\s*{_N}", lambda a, b: a / b if b else None),
    (rf"numerator\D{{1,12}}{_N}\D{{1,25}}{_N}", lambda a, b: a / b if b else None),
    (rf"top\D{{1,12}}{_N}\D{{1,25}}bottom\D{{1,12}}{_N}", lambda a, b: a / b if b else None),
    (rf"frac\s*\{{?\s*{_N}\s*\}}?\s*\{{?\s*{_N}", lambda a, b: a / b if b else None),
    (rf"{_N}\s*,\s*{_N}\s*\)\s+as\s+numerator", lambda a, b: a / b if b else None),
    (rf"{_N}\s+(?:wholes?\s+)?and\s+(\d{{1,3}}/\d{{1,3}})", lambda a, b: a + b),
    (rf"exceeds?\s+{_N}\s+by\s+{_N}", lambda a, b: a + b),
    (rf"falls?\s+short\s+of\s+{_N}\s+by\s+{_N}", lambda a, b: a - b),
    (rf"(?:it|answer)\s+(?:and|plus)\s+{_N}\s+(?:make|makes|is|are|gives?|equals?)\s+{_N}", lambda a, b: b - a),
    (rf"(?:it|answer)\s+(?:minus|less)\s+{_N}\s+(?:makes|is|gives?|equals?)\s+{_N}", lambda a, b: b + a),
    (rf"half\s*way\s+between\s+{_N}\s+and\s+{_N}", lambda a, b: (a + b) / 2),
    (rf"quotient\s+of\s+{_N}\s+(?:by|and)\s+{_N}", lambda a, b: a / b if b else None),
    (rf"c\(\s*{_N}\s*,\s*{_N}\s*\)|binom\{{{_N}\}}\{{{_N}\}}", lambda a, b: _whole(comb, a, b) if 0 <= b <= a <= 60 else None),
    (rf"{_N}\s+(?:or|and)\s+{_N}\D{{1,30}}(?:in\s+the\s+middle|in\s+between)", lambda a, b: (a + b) / 2 if abs(a - b) == 2 else None),
    (rf"not\s+{_N}\D{{1,12}}{_N}\D{{1,30}}(?:in\s+the\s+middle|in\s+between|between\s+them)", lambda a, b: (a + b) / 2 if abs(a - b) == 2 else None),
    (r"([1-9])\s+and\s+([2-9]0)", lambda a, b: a + b),
    (rf"(?:integer|whole)\s+part\D{{1,8}}{_N}\D{{1,25}}{_N}", lambda a, b: Fraction(f"{a}.{b}") if a.denominator == b.denominator == 1 and b >= 0 else None),
    (rf"(?:were|was|is|be)\s+{_N}\s+(?:bigger|more|larger|greater|higher)\D{{1,25}}{_N}", lambda a, b: b - a),
    (rf"(?:were|was|is|be)\s+{_N}\s+(?:smaller|less|lower|fewer)\D{{1,25}}{_N}", lambda a, b: b + a),
    (rf"take\s+{_N}\s+(?:away\s+)?from\s+{_N}", lambda a, b: b - a),
    (rf"{_N}\s+(?:take\s+away|without|lowered\s+by|down)\s+{_N}", lambda a, b: a - b),
    (rf"{_N}\s+(?:and|together\s+with|combined\s+with|up|raised\s+by|on\s+top\s+of|in\s+addition\s+to)\s+{_N}\s+(?:more|extra|further|together|combined|added|on\s+top)", lambda a, b: a + b),
    (rf"{_N}\s+(?:on\s+top\s+of|in\s+addition\s+to|above|past|beyond|after|up\s+from|added\s+on\s+to)\s+{_N}", lambda a, b: a + b),
    (rf"{_N}\s+(?:below|under|before|short\s+of|shy\s+of|away\s+from|down\s+from|off)\s+{_N}", lambda a, b: b - a),
    (rf"(?:start|begin)\w*\s+(?:at|from|with)\s+{_N}\D{{1,25}}?(?:add|up|forward|count\s+on|increase|then)\D{{1,15}}?{_N}", lambda a, b: a + b),
    (rf"add\s+{_N}\s+(?:onto|on|into)\s+{_N}|combine\s+{_N}\s+(?:and|with)\s+{_N}|join\s+{_N}\s+(?:and|with|to)\s+{_N}", lambda a, b: a + b),
    (rf"{_N}\s+(?:groups?|lots?|sets?|bags?|rows?|copies|piles?|boxes|packs?)\s+of\s+{_N}", lambda a, b: a * b),
    (rf"{_N}\s+(?:shared|split|divided|distributed)\s+(?:equally\s+|evenly\s+)?(?:among|between|into|by)\s+{_N}", lambda a, b: a / b if b else None),
)  # fmt: skip


def _whole(function: Callable[[int, int], int], a: Fraction, b: Fraction) -> Fraction | None:
    return Fraction(function(int(a), int(b))) if a.denominator == b.denominator == 1 and a >= 0 and b >= 0 else None


_NAMED: Final = {
    "a gross": 144, "a score": 20, "a baker's dozen": 13, "half a dozen": 6, "half a hundred": 50, "half a thousand": 500,
    "half a score": 10, "a century": 100, "a fortnight": 14, "a couple of dozen": 24,
}  # fmt: skip
_NAMES = re.compile(rf"\b(?:{'|'.join(_NAMED)})\b")
_COMMA = re.compile(r"(?<![\d,.])(\d{1,9}),(\d{1,2})(?![\d,])")
_STOPS = re.compile(r"(?<![\d,.])\d{1,3}(?:\.\d{3})+(?![\d,])")
_POINT = re.compile(r"(?<![\d.])(\d{1,9})\s+(?:point|comma|dot)\s+(\d(?:\s*\d){0,5})")
_PLURALS: Final = {
    "twos": 2, "threes": 3, "fours": 4, "fives": 5, "sixes": 6, "sevens": 7, "eights": 8, "nines": 9, "tens": 10,
    "elevens": 11, "twelves": 12, "twenties": 20, "fifties": 50, "hundreds": 100,
}  # fmt: skip
_LIST = r"((?:-?\d{1,9}(?:\.\d{1,6})?\s*(?:,\s*(?:and\s+)?|\band\s+|;\s*)){1,8}-?\d{1,9}(?:\.\d{1,6})?)"
_SUMS = re.compile(
    rf"\b(?:add(?:\s+up)?|sum|total|plus|together)\b[^\d.!?]{{0,25}}{_LIST}|{_LIST}[^\d.!?]{{0,20}}\b(?:added|summed|together|in\s+total|combined)\b"
)
_PRODUCTS = re.compile(rf"\b(?:multiply|product|prod)\b[^\d.!?]{{0,25}}{_LIST}|{_LIST}[^\d.!?]{{0,20}}\bmultiplied\b")
_IN_PLACES = re.compile(r"(\d{1,6})\s+(?:in\s+)?(?:the\s+)?(?:thousands|hundreds|tens|ones|units)\b")
_MULTIPLES = re.compile(rf"\b{_N}\s+(?:times\s+)?({'|'.join(_PLURALS)})\b")
_ONES: Final = tuple((re.compile(rf"\b(?:{pattern})"), way) for pattern, way in _ONE)
_TWOS: Final = tuple((re.compile(rf"\b(?:{pattern})"), way) for pattern, way in _TWO)
_SEQUENCE = re.compile(
    r"(?<![\d.])-?\d{1,9}(?:\s*,\s*-?\d{1,9}){2,9}\s*,?\s*(?:and\s+)?(?:then\s+)?(?:\.\.\.|\u2026|_+|\?|what|next)"
)


def _listed(found: re.Match[str]) -> list[Fraction]:
    return [Fraction(number) for number in re.findall(r"-?\d+(?:\.\d+)?", found[1] or found[2])]


def phrased(text: str) -> Iterator[Fraction]:
    """What the phrases of a text come to.

    Args:
        text: Lower case, with number words in digits.
    """
    yield from (Fraction(_NAMED[found[0]]) for found in _NAMES.finditer(text))
    if not any(character.isdigit() for character in text):
        return
    for pattern, one in _ONES:
        for found in list(pattern.finditer(text))[:_MOST]:
            (value,) = [group for group in found.groups() if group is not None][:1]
            result = one(Fraction(value))
            if result is not None:
                yield result
    for pattern, two in _TWOS:
        for found in list(pattern.finditer(text))[:_MOST]:
            first, second = [group for group in found.groups() if group is not None][:2]
            result = two(Fraction(first), Fraction(second))
            if result is not None:
                yield result
    for found in list(_COMMA.finditer(text))[:_MOST]:
        yield Fraction(f"{found[1]}.{found[2]}")
    for found in list(_STOPS.finditer(text))[:_MOST]:
        yield Fraction(found[0].replace(".", ""))
    for found in list(_POINT.finditer(text))[:_MOST]:
        yield Fraction(f"{found[1]}.{re.sub(' +', '', found[2])}")
    for found in list(_MULTIPLES.finditer(text))[:_MOST]:
        yield Fraction(found[1]) * _PLURALS[found[2]]
    for found in list(_SUMS.finditer(text))[:_MOST]:
        yield sum(_listed(found), Fraction(0))
    for found in list(_PRODUCTS.finditer(text))[:_MOST]:
        yield prod(_listed(found), start=Fraction(1))
    if len(parts := _IN_PLACES.findall(text)) > 1 and any(int(part) > 9 for part in parts):
        yield sum(map(Fraction, parts), Fraction(0))
    for found in list(_SEQUENCE.finditer(text))[:_MOST]:
        terms = [int(term) for term in re.findall(r"-?\d+", found[0])]
        steps = {after - before for before, after in pairwise(terms)}
        if len(steps) == 1:
            yield Fraction(terms[-1] + steps.pop())
