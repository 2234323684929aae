"""Candidates of an exercise: a set of answers of its topic, of which the truth is one drawn uniformly.

Exercises of the topic are drawn until they give enough different answers. A set of those is chosen that prefers answers
which wrong procedures give for its other members. Only then is the truth drawn, uniformly from the set, and with it the
exercise whose answer it is. So nothing about the set can tell which member is true: whoever does not work out the
statement is right with probability 1/N, by construction and exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from sml_env.answers import Answers, Span, parse_answer
from sml_env.envs.topics.base import Exercise, Topic, build_exercise
from sml_env.envs.topics.notation import text
from sml_env.errors import ConfigurationError
from sml_env.problems import HypothesisSpace

__all__ = ["MAX_CANDIDATES", "Candidates", "draw_candidates"]

MAX_CANDIDATES: Final = 256
_POOL: Final = 3
"""Different answers that are drawn, for each candidate."""

_MAX_DRAWS: Final = 400
"""Exercises that are drawn at most, for each candidate."""


@dataclass(frozen=True, eq=False, slots=True)
class Candidates:
    """One exercise among the hypotheses of a listener.

    Attributes:
        exercise: Whose answer is the truth.
        space: The hypotheses, ascending, uniform prior.
        index: Which of them is true.
    """

    exercise: Exercise
    space: HypothesisSpace
    index: int


Value = tuple[Fraction, ...] | tuple[Span, ...]


def _order(value: Value) -> tuple[object, ...]:
    """Sort key: numbers and pairs by value, sets of intervals by their ends."""
    spans = [part for part in value if isinstance(part, Span)]
    return (len(spans), *(key for span in spans for key in _span_order(span))) if spans else value


def _span_order(span: Span) -> tuple[object, ...]:
    low = (0, Fraction(0)) if span.low is None else (1, span.low)
    high = (1, Fraction(0)) if span.high is None else (0, span.high)
    return (*low, not span.low_closed, *high, span.high_closed)


def _pool(
    topic: Topic, difficulty: int, rng: np.random.Generator, size: int, admits: Callable[[str], bool]
) -> dict[str, Exercise]:
    """Exercises with different answers, in the order drawn. Topics write equal answers alike."""
    pool: dict[str, Exercise] = {}
    for draws in range(_MAX_DRAWS * size):
        if len(pool) >= _POOL * size or (len(pool) >= size and draws >= 4 * _POOL * size):
            return pool
        draft = topic.sample_draft(rng, difficulty)
        if text(draft.answer) in pool:
            continue
        exercise = build_exercise(topic.name, difficulty, draft)
        if admits(exercise.statement):
            pool[exercise.answer] = exercise
    if len(pool) >= size:
        return pool
    raise ConfigurationError(
        f"candidates: {topic.name} of difficulty {difficulty} has too few different answers for {size} candidates"
    )


def _chosen(pool: dict[str, Exercise], rng: np.random.Generator, size: int) -> list[str]:
    """Members of the set, grown from a random start by whichever answer has the most links to those chosen.

    Two answers are linked when a wrong procedure gives one for the exercise of the other.
    """
    answers = list(pool)
    rows = {answer: row for row, answer in enumerate(answers)}
    links = np.zeros((len(answers), len(answers)))
    for row, exercise in enumerate(pool.values()):
        for misconception in exercise.misconceptions:
            wrong = rows.get(misconception.answer)
            if wrong is not None:
                links[row, wrong] += 1
                links[wrong, row] += 1
    score = rng.random(len(answers))
    chosen: list[int] = []
    for _ in range(size):
        row = int(score.argmax())
        chosen.append(row)
        score += links[row]
        score[row] = -np.inf
    kind = pool[answers[0]].kind
    return sorted((answers[row] for row in chosen), key=lambda answer: _order(parse_answer(kind, answer)))


def draw_candidates(
    topic: Topic, difficulty: int, rng: np.random.Generator, size: int, admits: Callable[[str], bool]
) -> Candidates:
    """An exercise of a topic and its candidates.

    Args:
        topic: What is drawn from.
        difficulty: From 1 to 5.
        rng: Of the problem.
        size: How many candidates.
        admits: Which statements may be used, for example those of one split.

    Raises:
        ConfigurationError: If the size is not from 2 to ``MAX_CANDIDATES``, or the topic has too few answers.
    """
    if not 2 <= size <= MAX_CANDIDATES:
        raise ConfigurationError(f"candidates: {size!r} is not from 2 to {MAX_CANDIDATES}")
    pool = _pool(topic, difficulty, rng, size, admits)
    chosen = _chosen(pool, rng, size)
    index = int(rng.integers(size))
    exercise = pool[chosen[index]]
    answers = Answers.parse(exercise.kind, exercise.unknowns, chosen)
    return Candidates(exercise, HypothesisSpace(answers, np.full(size, 1.0 / size)), index)
