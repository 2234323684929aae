"""Candidates of an exercise: its answer, what wrong procedures give, and slips, with the truth's rank uniform.

The rank of the truth among the candidates in ascending order is drawn first; then as many wrong values are taken from
below and from above as that rank needs, those of named procedures first. Where they do not suffice, slips fill up: a
slip is attached to a value chosen uniformly among all so far, right and wrong alike, so that being close to others
tells nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np

from sml_env.answers import Answers, Span, parse_answer
from sml_env.envs.topics.base import Exercise
from sml_env.errors import ConfigurationError
from sml_env.problems import HypothesisSpace

__all__ = ["MAX_CANDIDATES", "candidate_space"]

MAX_CANDIDATES: Final = 512

Value: TypeAlias = tuple[Fraction, ...] | tuple[Span, ...]

_NUMBER_SLIPS: Final[tuple[Callable[[Fraction, int], Fraction], ...]] = (
    lambda value, k: value + Fraction(k, value.denominator),
    lambda value, k: value - Fraction(k, value.denominator),
    lambda value, k: value + k,
    lambda value, k: value - k,
    lambda value, k: -value,
    lambda value, k: value * (1 + k % 3),
    lambda value, k: value + 10 * k,
    lambda value, k: value - 10 * k,
)


def _order(value: Value) -> tuple[object, ...]:
    """Sort key: numbers and pairs by value, sets of intervals by their ends."""
    if isinstance(value[0], Fraction):
        return value
    spans = [part for part in value if isinstance(part, Span)]
    return (len(spans), *(key for span in spans for key in _span_order(span)))


def _span_order(span: Span) -> tuple[object, ...]:
    low = (0, Fraction(0)) if span.low is None else (1, span.low)
    high = (1, Fraction(0)) if span.high is None else (0, span.high)
    return (*low, not span.low_closed, *high, span.high_closed)


def _slipped_number(value: Fraction, rng: np.random.Generator) -> Fraction:
    slip = _NUMBER_SLIPS[int(rng.integers(len(_NUMBER_SLIPS)))]
    return slip(value, int(rng.integers(1, 4)))


def _slipped_spans(spans: Sequence[Span], rng: np.random.Generator) -> tuple[Span, ...] | None:
    """Ends moved, opened, closed or negated; None where no proper set is left."""
    which = int(rng.integers(4))
    if which == 0:
        moved = [
            Span(
                None if span.high is None else -span.high,
                None if span.low is None else -span.low,
                span.high_closed,
                span.low_closed,
            )
            for span in reversed(spans)
        ]
    else:
        row = int(rng.integers(len(spans)))
        span, low = spans[row], bool(rng.integers(2))
        end = span.low if low else span.high
        if end is None:
            return None
        if which == 1:
            changed = (
                replace(span, low_closed=not span.low_closed)
                if low
                else replace(span, high_closed=not span.high_closed)
            )
        else:
            shift = Fraction(int(rng.integers(1, 4)) * (1 if rng.random() < 0.5 else -1))
            changed = replace(span, low=end + shift) if low else replace(span, high=end + shift)
        moved = [*spans[:row], changed, *spans[row + 1 :]]
    for span in moved:
        if span.low is not None and span.high is not None and span.low >= span.high:
            return None
    for left, right in pairwise(moved):
        if left.high is None or right.low is None or left.high >= right.low:
            return None
    return tuple(moved)


def _slipped(value: Value, rng: np.random.Generator) -> Value | None:
    spans = [part for part in value if isinstance(part, Span)]
    if spans:
        return _slipped_spans(spans, rng)
    numbers = [part for part in value if isinstance(part, Fraction)]
    if len(numbers) == 2 and rng.random() < 0.2:
        return numbers[1], numbers[0]
    row = int(rng.integers(len(numbers)))
    numbers[row] = _slipped_number(numbers[row], rng)
    return tuple(numbers)


def candidate_space(
    exercise: Exercise, rng: np.random.Generator, size: int
) -> tuple[HypothesisSpace, dict[str, str], int]:
    """The hypotheses of one exercise, uniform prior.

    Args:
        exercise: With its misconceptions.
        rng: Of the problem.
        size: How many candidates, the answer included.

    Returns:
        The space; the diagnosis of each candidate that a named wrong procedure gives; the truth's index.

    Raises:
        ConfigurationError: If the size is not from 2 to ``MAX_CANDIDATES``.
    """
    if not 2 <= size <= MAX_CANDIDATES:
        raise ConfigurationError(f"candidates: {size!r} is not from 2 to {MAX_CANDIDATES}")
    truth = parse_answer(exercise.kind, exercise.answer)
    rank = int(rng.integers(size))
    room = {True: rank, False: size - 1 - rank}
    chosen: set[Value] = {truth}
    diagnoses: dict[Value, str] = {}
    for position in rng.permutation(len(exercise.misconceptions)):
        misconception = exercise.misconceptions[int(position)]
        value = parse_answer(exercise.kind, misconception.answer)
        below = _order(value) < _order(truth)
        if value not in chosen and room[below] > 0:
            room[below] -= 1
            chosen.add(value)
            diagnoses[value] = misconception.diagnosis
    pool: list[Value] = sorted(chosen, key=_order)
    while room[True] or room[False]:
        slipped = _slipped(pool[int(rng.integers(len(pool)))], rng)
        if slipped is None or slipped in chosen:
            continue
        below = _order(slipped) < _order(truth)
        if room[below] > 0:
            room[below] -= 1
            chosen.add(slipped)
            pool.append(slipped)
    ordered = sorted(chosen, key=_order)
    answers = Answers.of(exercise.kind, exercise.unknowns, ordered)
    space = HypothesisSpace(answers, np.full(size, 1.0 / size))
    texts = {answers.text(row): diagnoses[value] for row, value in enumerate(ordered) if value in diagnoses}
    return space, texts, ordered.index(truth)
