"""Programs as candidates, and attempts: what a student's program does at the declared inputs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final

from sml_env.coding.trees import parse_source
from sml_env.envs.programs.catalogue import PROBES, Program
from sml_env.envs.programs.language import Expression, Undefined, expression, in_bounds
from sml_env.verifiers.execution import Limits
from sml_env.verifiers.runs import run_function

__all__ = ["LIMITS", "MISSING", "Attempt", "NotRun", "Programs", "attempt_of", "value_key"]

LIMITS: Final = Limits(seconds_per_call=0.5, seconds=3.0)
"""Of the run of an attempt that is a program of Python."""

_NAMED: Final = re.compile(r"f\(x: (int|list|str)\) = ", re.ASCII)
_TYPED: Final = re.compile(r"f\(x: (int|list|str)\):\n", re.ASCII)


class NotRun(Exception):
    """The machinery failed, which is not the program's fault."""


@dataclass(frozen=True, slots=True)
class _Missing:
    """Stands where a program has no value."""


MISSING: Final = _Missing()


def value_key(value: Any) -> str:
    """Equal for equal values of equal types alone."""
    return repr(value)


@dataclass(frozen=True, eq=False)
class Programs:
    """Programs as candidates: one, or all of a family.

    Attributes:
        entries: In canonical order.
    """

    entries: tuple[Program, ...]
    kind: str = "program"

    def __len__(self) -> int:
        return len(self.entries)

    def __repr__(self) -> str:
        """How many: a problem's repr is public, and read often."""
        return f"Programs({len(self)})"

    def text(self, index: int) -> str:
        """One of them as a student writes it: ``f(x: list) = sorted(x)``."""
        entry = self.entries[index]
        return f"f(x: {entry.takes}) = {entry.text}"

    def only(self, index: int) -> Programs:
        """One of them alone."""
        return Programs(self.entries[index : index + 1])

    def index_of(self, text: str) -> int | None:
        """Which of them has the values of an attempt at all declared inputs of its type, or ``None``; total."""
        found = attempt_of(text)
        if found is None:
            return None
        try:
            return self._rows.get((found.takes, tuple(map(value_key, found.values))))
        except NotRun:
            return None

    @cached_property
    def _rows(self) -> dict[tuple[str, tuple[str, ...]], int]:
        return {(each.takes, tuple(map(value_key, each.values))): row for row, each in enumerate(self.entries)}


@dataclass(frozen=True, slots=True)
class Attempt:
    """A program that a student states.

    Attributes:
        takes: The type of its argument.
        expression: What is interpreted; ``None`` for a program that is run.
        source: What is run.
    """

    takes: str
    expression: Expression | None
    source: str

    @property
    def values(self) -> tuple[Any, ...]:
        """At ``PROBES[takes]``; ``MISSING`` where it has none.

        Raises:
            NotRun: If it must be run and could not be.
        """
        if self.expression is None:
            return _run(self.source, self.takes)
        return tuple(_value(self.expression, probe) for probe in PROBES[self.takes])


def _value(meant: Expression, probe: Any) -> Any:
    try:
        return meant.value(x=probe)
    except Undefined:
        return MISSING


@lru_cache(maxsize=256)
def _run(source: str, takes: str) -> tuple[Any, ...]:
    """What Python gives, where a program of the language could give it; failures of the machinery are not kept."""
    inputs: Sequence[list[Any]] = [[probe] for probe in PROBES[takes]]
    run = run_function(source, "f", inputs, limits=LIMITS)
    if run.status == "infrastructure":
        raise NotRun(run.reason)
    return tuple(each.value if each.kind == "value" and in_bounds(each.value) else MISSING for each in run.outcomes)


@lru_cache(maxsize=256)
def attempt_of(text: str) -> Attempt | None:
    """An attempt from the text that ``sml_env.envs.programs.reading`` makes of it; ``None`` for any other text.

    Either ``f(x: list) = EXPRESSION`` or ``f(x: list):``, a new line, and the source of a program that defines ``f``.
    """
    named = _NAMED.match(text)
    if named is not None:
        takes, written = named[1], text[named.end() :]
        meant = expression(written, {"x": takes})
        if meant is None and parse_source(written, "eval") is None:
            return None
        return Attempt(takes, meant, f"def f(x):\n    return ({written}\n)")
    typed = _TYPED.match(text)
    return None if typed is None else Attempt(typed[1], None, text[typed.end() :])
