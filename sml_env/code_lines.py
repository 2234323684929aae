"""What baseline students say about a programming problem: calls, constant programs, and questions; none solves any."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

__all__ = ["asked_at_random", "constant_programs", "program", "scripted_lines"]

_CONSTANTS: Final = ("0", "None", "True", "False", "''", "[]", "1", "arguments[0]", "-1", "()", "{}")
_ARGUMENTS: Final = ("0", "7", "[]", "[1, 2, 2]", "''", "'ab c'", "[3, 1], 2", "5, 3", "'a', 'b'", "[[1, 2], [3]]")


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
