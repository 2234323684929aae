"""Polynomials with rational coefficients: evaluation, common divisors, and how many roots lie in an interval.

A polynomial is the tuple of its coefficients, from the constant one upwards, without a leading zero; the zero
polynomial is empty. Roots are counted by Sturm's theorem (Basu, Pollack and Roy, *Algorithms in Real Algebraic
Geometry*, section 2.2.2).
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import ceil, floor
from typing import TypeAlias

__all__ = ["ONE", "Polynomial", "at", "has_root", "integer_roots", "polynomial", "roots_between", "sum_of"]

Polynomial: TypeAlias = tuple[Fraction, ...]


def polynomial(coefficients: Iterable[Fraction | int]) -> Polynomial:
    """From coefficients, the constant one first."""
    listed = [Fraction(coefficient) for coefficient in coefficients]
    while listed and not listed[-1]:
        listed.pop()
    return tuple(listed)


ONE: Polynomial = polynomial([1])


def at(poly: Polynomial, point: Fraction) -> Fraction:
    """Its value at a point."""
    value = Fraction(0)
    for coefficient in reversed(poly):
        value = value * point + coefficient
    return value


def sum_of(first: Polynomial, second: Polynomial) -> Polynomial:
    """The sum of two."""
    size = max(len(first), len(second))
    padded = [(*poly, *[Fraction(0)] * (size - len(poly))) for poly in (first, second)]
    return polynomial(a + b for a, b in zip(*padded, strict=True))


def _remainder(dividend: Polynomial, divisor: Polynomial) -> Polynomial:
    rest = list(dividend)
    while len(rest) >= len(divisor):
        factor = rest[-1] / divisor[-1]
        shift = len(rest) - len(divisor)
        for place, coefficient in enumerate(divisor):
            rest[shift + place] -= factor * coefficient
        rest.pop()
    return polynomial(rest)


def _derivative(poly: Polynomial) -> Polynomial:
    return polynomial(power * coefficient for power, coefficient in enumerate(poly) if power)


@lru_cache(maxsize=4_096)
def _sturm(poly: Polynomial) -> tuple[Polynomial, ...]:
    """Sturm's sequence, divided by the common divisor of the polynomial and its derivative."""
    chain = [poly, _derivative(poly)]
    while chain[-1]:
        chain.append(polynomial(-coefficient for coefficient in _remainder(chain[-2], chain[-1])))
    chain.pop()
    common = chain[-1]
    return tuple(_quotient(member, common) for member in chain) if len(common) > 1 else tuple(chain)


def _quotient(dividend: Polynomial, divisor: Polynomial) -> Polynomial:
    rest, quotient = list(dividend), []
    while len(rest) >= len(divisor):
        factor = rest[-1] / divisor[-1]
        quotient.append(factor)
        shift = len(rest) - len(divisor)
        for place, coefficient in enumerate(divisor):
            rest[shift + place] -= factor * coefficient
        rest.pop()
    return polynomial(reversed(quotient))


def _changes(chain: tuple[Polynomial, ...], point: Fraction | None, side: int) -> int:
    """Sign changes along a sequence at a point; ``None`` is infinity on the given side."""
    if point is None:
        values = [poly[-1] * side ** (len(poly) - 1) for poly in chain]
    else:
        values = [at(poly, point) for poly in chain]
    signs = [value > 0 for value in values if value]
    return sum(one != other for one, other in pairwise(signs))


def roots_between(poly: Polynomial, low: Fraction | None, high: Fraction | None) -> int:
    """How many different real roots lie in ``(low, high]``; ``None`` is infinite; of a polynomial that is not zero."""
    if len(poly) < 2:
        return 0
    chain = _sturm(poly)
    return _changes(chain, low, -1) - _changes(chain, high, 1)


def has_root(
    poly: Polynomial, low: Fraction | None, high: Fraction | None, low_closed: bool, high_closed: bool
) -> bool:
    """Whether a root lies in an interval that is not empty."""
    if not poly:
        return True
    count = roots_between(poly, low, high)
    if high is not None and not high_closed and not at(poly, high):
        count -= 1
    return count > 0 or (low is not None and low_closed and not at(poly, low))


def integer_roots(poly: Polynomial, low: Fraction | None, high: Fraction | None) -> bool:
    """Whether an integer in ``[low, high]`` is a root.

    Roots are at most 1 + the largest ratio of a coefficient to the leading one (Cauchy).
    """
    if not poly:
        return low is None or high is None or floor(high) >= ceil(low)
    bound = 1 + max((abs(coefficient / poly[-1]) for coefficient in poly[:-1]), default=Fraction(0))
    first = ceil(-bound) if low is None else max(ceil(-bound), ceil(low))
    last = floor(bound) if high is None else min(floor(bound), floor(high))
    return any(not at(poly, Fraction(point)) for point in range(first, last + 1))
