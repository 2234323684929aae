"""Fixtures of the tests of topics: cached samples, and answers recomputed from the text of a statement."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest

from sml_env.envs.topics import TOPICS, Exercise

RECOMPUTED = 120
_FORM = re.compile(r" Answer (?:with|in) [^.]*\.$")
_SLOTS = {"#": r"(-?\d+(?:/\d+)?)", "@": r"(.+?)", "~": r"(?:.+?)"}

Solver = Callable[..., Any]
Templates = Mapping[str, Solver]


@cache
def _sampled(topic: str, difficulty: int, count: int) -> tuple[Exercise, ...]:
    rng = np.random.default_rng([difficulty, *topic.encode()])
    return tuple(TOPICS[topic].sample(rng, difficulty) for _ in range(count))


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """A template as a pattern: ``#`` is a number, ``@`` is text, ``~`` is text that does not matter."""
    return re.compile("".join(_SLOTS.get(char) or re.escape(char) for char in template))


def _groups(template: str, statement: str) -> list[Fraction | str] | None:
    found = _pattern(template).fullmatch(statement)
    if found is None:
        return None
    kinds = [char for char in template if char in "#@"]
    return [Fraction(part) if kind == "#" else part for kind, part in zip(kinds, found.groups(), strict=True)]


def _values(answer: str) -> tuple[Fraction, ...]:
    return tuple(Fraction(part) for part in answer.strip("()").split(", "))


@pytest.fixture
def samples() -> Callable[[str, int, int], Sequence[Exercise]]:
    """The first exercises of a topic at a difficulty, always the same ones."""
    return _sampled


@pytest.fixture
def recompute() -> Callable[[str, int, Templates], None]:
    """Compares every sampled answer with the one that the solver of the only fitting template finds."""

    def check(topic: str, difficulty: int, templates: Templates) -> None:
        for exercise in _sampled(topic, difficulty, RECOMPUTED):
            statement = _FORM.sub("", exercise.statement)
            fitting = [(solver, groups) for t, solver in templates.items() if (groups := _groups(t, statement))]
            assert len(fitting) == 1, f"{len(fitting)} templates fit {statement!r}"
            solver, groups = fitting[0]
            value = solver(*groups)
            expected = tuple(value) if isinstance(value, tuple) else (value,)
            assert _values(exercise.answer) == tuple(Fraction(str(v)) for v in expected), statement

    return check
