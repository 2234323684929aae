"""Seeded choices: each takes the generator it draws from."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TypeVar

from numpy.random import Generator

__all__ = ["chance", "distinct", "integer", "nonzero", "pick", "proper_fraction"]

Item = TypeVar("Item")


def integer(rng: Generator, low: int, high: int) -> int:
    """An integer from low to high, both included."""
    return int(rng.integers(low, high + 1))


def nonzero(rng: Generator, bound: int) -> int:
    """An integer from -bound to bound other than zero."""
    size = integer(rng, 1, bound)
    return -size if chance(rng) else size


def chance(rng: Generator) -> bool:
    """The toss of a fair coin."""
    return bool(rng.integers(2))


def pick(rng: Generator, options: Sequence[Item]) -> Item:
    """One of the options."""
    return options[int(rng.integers(len(options)))]


def distinct(rng: Generator, low: int, high: int, count: int) -> list[int]:
    """Different integers from low to high, in random order."""
    return [low + int(i) for i in rng.permutation(high - low + 1)[:count]]


def proper_fraction(rng: Generator, largest: int) -> Fraction:
    """A fraction strictly between zero and one, its reduced denominator at most `largest`."""
    denominator = integer(rng, 2, largest)
    return Fraction(integer(rng, 1, denominator - 1), denominator)
