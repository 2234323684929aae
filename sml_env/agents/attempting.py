"""Students that only attempt: in an order that is fixed, always the same, or what is most likely now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from sml_env.agents.base import attempt_at
from sml_env.agents.lines import Lines, blind_attempts
from sml_env.information import FloatArray, IntArray, target_belief
from sml_env.lesson import Lesson

__all__ = [
    "ConstantAgent",
    "HedgeAgent",
    "OrderedAgent",
    "as_listed",
    "from_the_middle",
    "likeliest_first",
    "nearest_first",
]


class OrderedAgent:
    """Only attempts, each candidate once, in an order that is fixed at the start.

    Args:
        name: Of the agent.
        order: From the lesson to the rows of its candidates, best first.
        repeat: Attempt the first of them for ever.
    """

    def __init__(self, name: str, order: Callable[[Lesson], IntArray], repeat: bool = False) -> None:
        self.name = name
        self._order = order
        self._repeat = repeat

    def begin(self, lesson: Lesson, rng: np.random.Generator) -> None:
        """Fix the order."""
        self._attempts = Lines(self._listed(lesson))
        self._last = ""

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """The next candidate; the last again when there is no other."""
        if not (self._repeat and self._last):
            self._last = self._attempts.take() or self._last
        return self._last

    def said_instead(self, words: str) -> None:
        """Attempt the candidate that came last again."""
        self._attempts.put_back()

    def _listed(self, lesson: Lesson) -> Iterator[str]:
        """All attempts in their order."""
        if len(lesson.candidates):
            return (attempt_at(lesson.candidates[row]) for row in _once(self._order(lesson).tolist(), lesson.target))
        zero = self._repeat and lesson.function is None
        return iter([attempt_at("0")]) if zero else blind_attempts(lesson)


def _once(rows: list[int], target: IntArray | None) -> list[int]:
    """Those rows that are the first of their answer."""
    if target is None:
        return rows
    _, first = np.unique(target[rows], return_index=True)
    return [rows[place] for place in np.sort(first).tolist()]


def likeliest_first(lesson: Lesson) -> IntArray:
    """The most likely first, the lowest on ties; none where there are no candidates."""
    belief, target = lesson.belief, lesson.target
    if belief is None:
        return np.zeros(0, dtype=np.int64)
    return np.argsort(-(belief if target is None else target_belief(belief, target)[target]), kind="stable")


def as_listed(lesson: Lesson) -> IntArray:
    """In their own order."""
    return np.arange(len(lesson.candidates), dtype=np.int64)


def from_the_middle(lesson: Lesson) -> IntArray:
    """The middle one first, then outward."""
    size = len(lesson.candidates)
    return np.argsort(np.abs(np.arange(size) - (size - 1) / 2), kind="stable")


def nearest_first(lesson: Lesson) -> IntArray:
    """Those first whose values lie nearest to the others', by the sum of ranked distances."""
    total = np.zeros(len(lesson.candidates))
    for column in lesson.coordinates.T:
        order = np.argsort(column, kind="stable")
        ranked = column[order]
        below = np.concatenate([[0.0], np.cumsum(ranked)[:-1]])
        above = ranked.sum() - below - ranked
        rank = np.arange(len(ranked))
        total[order] += rank * ranked - below + above - (len(ranked) - 1 - rank) * ranked
    return np.argsort(total, kind="stable")


class ConstantAgent(OrderedAgent):
    """Always the same attempt: the prior's most likely candidate, lowest index on ties; "0" in an open problem.

    Where a program is asked for, one that returns 0.
    """

    def __init__(self) -> None:
        super().__init__("constant", likeliest_first, repeat=True)


class HedgeAgent:
    """Only attempts: the most likely untried candidate, lowest index on ties.

    In an open problem, the numbers of the statement and then the integers; programs that return a constant where a
    program is asked for.
    """

    name = "hedge"

    def begin(self, lesson: Lesson, rng: np.random.Generator) -> None:
        """Forget what was tried."""
        self._lesson = lesson
        self._tried = np.zeros(len(lesson.candidates), dtype=np.bool_)
        self._newly = self._tried.copy()
        self._blind = Lines(blind_attempts(lesson))

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """The next attempt."""
        belief = self._lesson.belief
        return self._blind.take() or "" if belief is None else self.attempt(belief)

    def said_instead(self, words: str) -> None:
        """Count the last attempt as untried."""
        self._blind.put_back()
        self._tried &= ~self._newly

    def attempt(self, belief: FloatArray) -> str:
        """The most likely candidate that was not tried, as an attempt."""
        target = self._lesson.target
        mass = belief if target is None else target_belief(belief, target)[target]
        row = int(np.argmax(np.where(self._tried, -1.0, mass)))
        same = np.arange(len(mass)) == row if target is None else target == target[row]
        self._newly = same & ~self._tried
        self._tried |= same
        return attempt_at(self._lesson.candidates[row])
