"""Declared priors over integers, which close a word problem that has no candidates of its own.

The prior of a word problem's answer was fixed before any data was looked at. The number d of decimal digits of |n| has
probability proportional to 1/d (the first factors, 1/n · 1/log n, of Rissanen's universal prior for integers, Annals of
Statistics 11, 1983), and numbers of equal length are equally likely:

    15/16 of the mass   non-negative, 1 to 7 digits
    1/16                negative, 1 to 3 digits

Up to four digits every non-negative integer is a candidate. Of longer ones the grid holds those with at most four
significant digits, and ``OFF_GRID_MASS`` of the whole prior belongs to the rest (up to ``MAX_DIGITS`` digits and either
sign), which is far too large to list: ``OFF_GRID`` of them are drawn from it for each problem, and an answer that is
off the grid takes the place of one of them. Given the set, each of those is then equally likely to be the truth: the
set is built the same way whichever of its members is true.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from sml_env.answers import Answers, Column
from sml_env.errors import ConfigurationError
from sml_env.information import FloatArray
from sml_env.problems import HypothesisSpace

__all__ = [
    "GRID_DIGITS",
    "MAX_DIGITS",
    "MAX_UNIFORM",
    "NEGATIVE_MASS",
    "OFF_GRID",
    "OFF_GRID_MASS",
    "SIGNIFICANT",
    "uniform_integers",
    "word_problem_space",
]

GRID_DIGITS: Final = 7
NEGATIVE_DIGITS: Final = 3
MAX_DIGITS: Final = 15
SIGNIFICANT: Final = 4
NEGATIVE_MASS: Final = 1 / 16
OFF_GRID: Final = 1_024
OFF_GRID_MASS: Final = 0.05
MAX_UNIFORM: Final = 1_000_000

Integers = npt.NDArray[np.int64]


def _of_length(digits: int) -> Integers:
    """The grid's positive integers of that many digits, 0 counted as one digit, ascending."""
    step = 10 ** max(0, digits - SIGNIFICANT)
    return np.arange(0 if digits == 1 else 10 ** (digits - 1), 10**digits, step, dtype=np.int64)


@cache
def _grid() -> tuple[Integers, FloatArray]:
    """The grid in ascending order, and its weights, which sum to one."""
    blocks: list[Integers] = []
    weights: list[FloatArray] = []
    for digits in range(NEGATIVE_DIGITS, 0, -1):
        block = -_of_length(digits)[::-1]
        block = block[block != 0]
        share = NEGATIVE_MASS / digits / sum(1 / d for d in range(1, NEGATIVE_DIGITS + 1))
        blocks.append(block)
        weights.append(np.full(len(block), share / len(block)))
    for digits in range(1, GRID_DIGITS + 1):
        block = _of_length(digits)
        share = (1 - NEGATIVE_MASS) / digits / sum(1 / d for d in range(1, GRID_DIGITS + 1))
        blocks.append(block)
        weights.append(np.full(len(block), share / len(block)))
    values, mass = np.concatenate(blocks), np.concatenate(weights)
    return values, mass / mass.sum()


def _on_grid(value: int) -> bool:
    values, _ = _grid()
    row = int(np.searchsorted(values, value)) if abs(value) < 10**MAX_DIGITS else len(values)
    return row < len(values) and int(values[row]) == value


def _draw_off_grid(rng: np.random.Generator) -> Integers:
    """``OFF_GRID`` different integers that are not on the grid, in the order drawn."""
    grid, _ = _grid()
    drawn = np.empty(0, dtype=np.int64)
    while len(drawn) < OFF_GRID:
        tens = 10 ** rng.integers(SIGNIFICANT, MAX_DIGITS + 1, size=OFF_GRID)
        sign = np.where(rng.random(OFF_GRID) < NEGATIVE_MASS, -1, 1)
        fresh = rng.integers(tens // 10, tens) * sign
        on_grid = grid[np.minimum(np.searchsorted(grid, fresh), len(grid) - 1)] == fresh
        joined = np.concatenate([drawn, fresh[~on_grid]])
        _, first = np.unique(joined, return_index=True)
        drawn = joined[np.sort(first)]
    return drawn[:OFF_GRID]


def word_problem_space(answer: int, rng: np.random.Generator) -> HypothesisSpace:
    """The declared prior over the integer answers of word problems.

    Args:
        answer: The truth; it changes the set only by its membership, as any other member would.
        rng: Of the problem; must not depend on the answer.

    Raises:
        ConfigurationError: If the answer has more than ``MAX_DIGITS`` digits.
    """
    if abs(answer) >= 10**MAX_DIGITS:
        raise ConfigurationError(f"answer: {answer} has more than {MAX_DIGITS} digits")
    grid, mass = _grid()
    others = _draw_off_grid(rng)
    if not _on_grid(answer) and not bool((others == answer).any()):
        others[0] = answer
    values = np.concatenate([grid, others])
    weights = np.concatenate([mass * (1 - OFF_GRID_MASS), np.full(OFF_GRID, OFF_GRID_MASS / OFF_GRID)])
    order = np.argsort(values)
    return HypothesisSpace(Answers("number", ("x",), (Column.of_integers(values[order]),)), weights[order])


@lru_cache(maxsize=16)
def uniform_integers(low: int, high: int) -> HypothesisSpace:
    """The integers from ``low`` to ``high``, both included, each equally likely.

    Raises:
        ConfigurationError: If the range is empty or holds more than ``MAX_UNIFORM`` integers.
    """
    size = high - low + 1
    if not 1 <= size <= MAX_UNIFORM:
        raise ConfigurationError(f"integers: [{low}, {high}] must hold from 1 to {MAX_UNIFORM:,} integers")
    values = np.arange(low, high + 1, dtype=np.int64)
    return HypothesisSpace(Answers("number", ("x",), (Column.of_integers(values),)), np.full(size, 1.0 / size))
