"""The catalogue: all functions of a declared family, each once, with their texts, in an order that tells nothing.

| kind | functions |
|---|---|
| polynomial | ``a*x + b``, ``a*x^2 + b*x + c``, ``a*x^3 + b`` |
| rational | ``a/(x - c) + b``, ``a/(x^2 + 1) + b``, ``a*x/(x^2 + 1) + b`` |
| trigonometric | ``a*sin(pi*x/2) + b``, ``a*cos(pi*x/2) + b``, ``a*cos(pi*x) + b`` |
| piecewise | ``a*abs(x - c) + b``, ``max(a*x, c)``, ``min(a*x, c)`` |

a, b and c are integers of at most the declared size, a not 0. The functions x and -x are left out: their texts are part
of too many sentences for a guard of texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Final, TypeAlias

from sml_env.envs.functions.polynomials import ONE, Polynomial, polynomial
from sml_env.envs.functions.values import Exact, Piece, Pieces, Value, Wave

__all__ = ["KINDS", "MAX_COEFFICIENT", "POINTS", "Entry", "catalogue"]

MAX_COEFFICIENT: Final = 4

POINTS: Final = tuple(Fraction(point) for size in range(7) for point in ((size, -size) if size else (0,)))
"""0, 1, -1, 2, -2, …: where functions are told apart, in this order. No value of the family at an integer is
irrational."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One function of the catalogue.

    Attributes:
        kind: One of ``KINDS``.
        text: In the verifier's notation.
        function: The same, exactly.
        values: At ``POINTS``.
    """

    kind: str
    text: str
    function: Exact
    values: tuple[Value, ...]


_Made: TypeAlias = tuple[str, Exact]


def _text(terms: Sequence[tuple[int, str]]) -> str:
    """A sum of integer multiples; a multiple of nothing is a number."""
    text = ""
    for coefficient, factor in terms:
        if not coefficient:
            continue
        size = abs(coefficient)
        shown = str(size) if not factor else factor if size == 1 else f"{size}*{factor}"
        sign = "-" if coefficient < 0 else "+"
        text += f" {sign} {shown}" if text else ("-" if coefficient < 0 else "") + shown
    return text


def _minus(number: int) -> str:
    return "x" if not number else f"x {'-' if number > 0 else '+'} {abs(number)}"


def _one(numerator: Polynomial, denominator: Polynomial = ONE) -> Pieces:
    return Pieces((Piece(None, None, numerator, denominator),))


def _two(left: Sequence[int], at: Fraction, right: Sequence[int]) -> Pieces:
    return Pieces((Piece(None, at, polynomial(left), ONE), Piece(at, None, polynomial(right), ONE)))


def _sizes(most: int) -> tuple[range, list[int]]:
    """All coefficients, and those that are not zero."""
    every = range(-most, most + 1)
    return every, [value for value in every if value]


def _polynomials(most: int) -> Iterator[_Made]:
    every, others = _sizes(most)
    for a in others:
        for b in every:
            if b or abs(a) > 1:
                yield _text([(a, "x"), (b, "")]), _one(polynomial([b, a]))
            yield _text([(a, "x^3"), (b, "")]), _one(polynomial([b, 0, 0, a]))
            for c in every:
                yield _text([(a, "x^2"), (b, "x"), (c, "")]), _one(polynomial([c, b, a]))


def _over(numerator: int, factor: str, denominator: str, added: int) -> str:
    top = _text([(numerator, factor)])
    tail = "" if not added else f" {'+' if added > 0 else '-'} {abs(added)}"
    return f"{top}/{denominator}{tail}"


def _rationals(most: int) -> Iterator[_Made]:
    every, others = _sizes(most)
    for a in others:
        for b in every:
            for c in every:
                below = f"({_minus(c)})" if c else "x"
                yield _over(a, "", below, b), _one(polynomial([a - b * c, b]), polynomial([-c, 1]))
            square = polynomial([1, 0, 1])
            yield _over(a, "", "(x^2 + 1)", b), _one(polynomial([a + b, 0, b]), square)
            yield _over(a, "x", "(x^2 + 1)", b), _one(polynomial([b, a, b]), square)


def _waves(most: int) -> Iterator[_Made]:
    every, others = _sizes(most)
    half = Fraction(1, 2)
    shapes = (("sin(pi*x/2)", half, Fraction(0)), ("cos(pi*x/2)", half, half), ("cos(pi*x)", Fraction(1), half))
    for text, rate, shift in shapes:
        for a in others:
            for b in every:
                yield _text([(a, text), (b, "")]), Wave(Fraction(a), rate, shift, Fraction(b))


def _pieces(most: int) -> Iterator[_Made]:
    every, others = _sizes(most)
    for a in others:
        for c in every:
            for b in every:
                left, right = [a * c + b, -a], [b - a * c, a]
                yield _text([(a, f"abs({_minus(c)})"), (b, "")]), _two(left, Fraction(c), right)
            line, flat, at = [0, a], [c], Fraction(c, a)
            lower = _two(flat, at, line) if a > 0 else _two(line, at, flat)
            upper = _two(line, at, flat) if a > 0 else _two(flat, at, line)
            yield f"max({_text([(a, 'x')])}, {c})", lower
            yield f"min({_text([(a, 'x')])}, {c})", upper


KINDS: Final[Mapping[str, Callable[[int], Iterator[_Made]]]] = MappingProxyType(
    {"polynomial": _polynomials, "rational": _rationals, "trigonometric": _waves, "piecewise": _pieces}
)


@lru_cache(maxsize=16)
def catalogue(kinds: tuple[str, ...], most: int) -> tuple[Entry, ...]:
    """All functions of some kinds, by kind and then by text.

    Any two differ at one of ``POINTS``, which proves that they are different; one that agrees with another at all of
    them is left out (tests prove that those that agree are equal, and that there are none).

    Args:
        kinds: Of ``KINDS``, in its order.
        most: Largest size of a coefficient.
    """
    entries: dict[tuple[Value, ...], Entry] = {}
    for kind in kinds:
        made = sorted(KINDS[kind](most), key=lambda pair: pair[0])
        for text, function in made:
            values = tuple(function.value(point) for point in POINTS)
            entries.setdefault(values, Entry(kind, text, function, values))
    return tuple(entries.values())
