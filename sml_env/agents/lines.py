"""What students say line by line: attempts where no candidates are known, programs, and the script about programs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from sml_env.agents.base import attempt_at
from sml_env.lesson import Lesson

__all__ = ["Lines", "asked_at_random", "blind_attempts", "guesses", "numbers_in", "scripted_lines"]

_NUMBER: Final = re.compile(r"(?<![\w.])-?\d{1,9}(?![\w.]*\d)")

_CONSTANTS: Final = ("0", "None", "True", "False", "''", "[]", "1", "arguments[0]", "-1", "()", "{}")
_ARGUMENTS: Final = ("0", "7", "[]", "[1, 2, 2]", "''", "'ab c'", "[3, 1], 2", "5, 3", "'a', 'b'", "[[1, 2], [3]]")


class Lines:
    """What to say, line after line; the line taken last can be put back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._taken: str | None = None
        self._again = False

    def take(self) -> str | None:
        """The next line; ``None`` after the last."""
        if not self._again:
            self._taken = next(self._lines, None)
        self._again = False
        return self._taken

    def put_back(self) -> None:
        """Let the line taken last come again."""
        self._again = self._taken is not None


def numbers_in(statement: str) -> list[str]:
    """The integers of a statement as they stand there, of up to nine digits."""
    return _NUMBER.findall(statement)


def blind_attempts(lesson: Lesson) -> Iterator[str]:
    """Attempts where no candidates are known: constant programs; the statement's numbers, then the integers."""
    if lesson.function is not None:
        return constant_programs(lesson.function)
    return map(attempt_at, guesses(lesson.statement))


def guesses(statement: str) -> Iterator[str]:
    """Answers to try where no candidates are known: the statement's numbers, then the integers."""
    tried = set()
    for text in numbers_in(statement):
        if text not in tried:
            tried.add(text)
            yield text
    number = 0
    while True:
        for text in {str(number): None, str(-number): None}:
            if text not in tried:
                yield text
        number += 1


def program(function: str, value: str) -> str:
    """A program that returns an expression, whatever its arguments are, as an attempt."""
    return f"```python\ndef {function}(*arguments):\n    return {value}\n```"


def constant_programs(function: str) -> Iterator[str]:
    """Attempts that return one thing after another: a few kinds of value, then the integers."""
    for value in _CONSTANTS:
        yield program(function, value)
    number = 2
    while True:
        yield program(function, str(number))
        number += 1


def asked_at_random(function: str, rng: np.random.Generator) -> str:
    """A call, a constant program, or a question, each kind equally likely."""
    choice = int(rng.integers(4))
    if choice == 0:
        return f"call {function}({_ARGUMENTS[int(rng.integers(len(_ARGUMENTS)))]})"
    if choice == 1:
        return program(function, _CONSTANTS[int(rng.integers(len(_CONSTANTS)))])
    return "What failed?" if choice == 2 else "Give me a hint."


def scripted_lines(function: str) -> Iterator[str]:
    """Each kind of question in turn, with trivial programs between; for ever."""
    programs = constant_programs(function)
    place = 0
    while True:
        yield f"call {function}({_ARGUMENTS[place % len(_ARGUMENTS)]})"
        yield "Give me a hint."
        yield next(programs)
        yield "What failed?"
        place += 1
