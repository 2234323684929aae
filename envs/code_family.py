"""The problems of CodeTutor: those that it brings along, or those of a file of data."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from sml_env.coding.records import (
    CodeRecord,
    answered,
    cases_of,
    checked_records,
    load_code_records,
    plain_equality,
    tolerance_of,
)
from sml_env.coding.trees import defined_functions, parse_source
from sml_env.config import checked
from sml_env.envs.code_domain import CodeDomain, HiddenTests
from sml_env.envs.code_problems import PROBLEMS
from sml_env.errors import ConfigurationError, DataError
from sml_env.problems import Problem, Secret, Solution, Step

__all__ = ["CodeFamily", "CodeTutorConfig", "code_family"]

_MOST_FRESH: Final = 100
_TOLERANCE: Final = 1e-9
"""Of tests that are asserts, which compare as Python does: 2 and 2.0 are equal there."""


@dataclass(frozen=True, slots=True)
class CodeTutorConfig:
    """What is particular to CodeTutor.

    Attributes:
        data: A file of problems in JSON Lines (HumanEval's layout, MBPP's, or the plain one); ``None`` for its own.
        fresh: Inputs that are generated anew for each judgement, 0 to 100; 0 judges by the hidden inputs alone.
    """

    data: str | None = None
    fresh: int = 12

    def __post_init__(self) -> None:
        if self.data is not None and (not isinstance(self.data, str) or not self.data):
            raise ConfigurationError(f"data: {self.data!r} is not the path of a file")
        if isinstance(self.fresh, bool) or not isinstance(self.fresh, int) or not 0 <= self.fresh <= _MOST_FRESH:
            raise ConfigurationError(f"fresh: {self.fresh!r} is not a whole number from 0 to {_MOST_FRESH}")

    @classmethod
    def of(cls, config: Mapping[str, Any] | None) -> CodeTutorConfig:
        """From a JSON-able mapping.

        Raises:
            ConfigurationError: If a key is unknown or a value makes no sense.
        """
        return cls(**checked(cls, config))


@dataclass(frozen=True, slots=True, repr=False)
class _Entry:
    record: CodeRecord
    rules: tuple[str, ...]
    hints: tuple[str, ...]
    inputs: tuple[tuple[Any, ...], ...] | None = None


class CodeFamily:
    """Programming problems by name. Their tests are worked out when a problem is first asked for.

    Args:
        config: From which a copy or a pickle is made again.
        entries: The problems.
        dropped: Names of problems whose own reference fails their tests, with the reason.
    """

    default_turns = 10
    asymmetries = ("answer", "verifier", "knowledge", "none")

    def __init__(self, config: CodeTutorConfig, entries: Sequence[_Entry], dropped: Mapping[str, str]) -> None:
        self.config = config
        self.dropped = dict(dropped)
        self._entries = {entry.record.name: entry for entry in entries}
        self._ids = tuple(self._entries)
        self._tests: dict[str, HiddenTests] = {}

    def __repr__(self) -> str:
        return f"CodeFamily({len(self._ids)} problems)"

    def sample(self, rng: np.random.Generator) -> str:
        """The id of a problem drawn at random."""
        return self._ids[int(rng.integers(len(self._ids)))]

    def problem_ids(self) -> Sequence[str]:
        """All ids."""
        return self._ids

    def problem(self, problem_id: str) -> Problem:
        """The problem with an id.

        Raises:
            ConfigurationError: If there is no such problem.
        """
        entry = self._entries.get(problem_id)
        if entry is None:
            raise ConfigurationError(f"problem_id: {problem_id!r} is none of this family's {len(self._ids)}")
        record = entry.record
        steps = tuple(Step(hint, "") for hint in (*entry.hints, "Write it down."))
        solution = Solution(record.reference, None, None, steps, tests=self._tests_of(entry))
        return Problem(
            problem_id, record.statement, Secret(solution), rules=entry.rules, domain=CodeDomain(record.function)
        )

    def _tests_of(self, entry: _Entry) -> HiddenTests:
        record = entry.record
        if record.name in self._tests:
            return self._tests[record.name]
        cases = cases_of(record) if entry.inputs is None else answered(record, entry.inputs)
        asserts = "asserts" in record.tests
        tolerance = max(tolerance_of(record), _TOLERANCE if asserts else 0.0)
        tests = HiddenTests(record, cases, plain_equality(record), tolerance, self.config.fresh)
        if cases:
            self._tests[record.name] = tests
        return tests

    def __reduce__(self) -> tuple[Callable[[CodeTutorConfig], CodeFamily], tuple[CodeTutorConfig]]:
        """As a call with the config."""
        return code_family, (self.config,)


@lru_cache(maxsize=8)
def code_family(config: CodeTutorConfig) -> CodeFamily:
    """The family that a config describes.

    Raises:
        DataError: If the file has bad rows, or no problem is left.
    """
    if config.data is None:
        entries = [
            _Entry(
                CodeRecord(one.name, one.statement, one.function, one.reference, {}), one.rules, one.hints, one.inputs
            )
            for one in PROBLEMS
        ]
        return CodeFamily(config, entries, {})
    found = checked_records(load_code_records(config.data))
    functions = [record for record in found.kept if record.function]
    dropped = {
        **found.dropped,
        **{record.name: "it reads standard input" for record in found.kept if not record.function},
    }
    if not functions:
        raise DataError(f"{config.data!r}: no problem is left of {len(dropped)}: {_listed(dropped)}")
    if dropped:
        warnings.warn(f"{Path(config.data).name}: {len(dropped)} problems left out: {_listed(dropped)}", stacklevel=2)
    return CodeFamily(config, [_Entry(record, (), _hints(record.reference)) for record in functions], dropped)


def _listed(dropped: Mapping[str, str]) -> str:
    return "; ".join(f"{name} ({reason})" for name, reason in list(dropped.items())[:10])


_SHAPES: Final = (
    ((ast.For, ast.While, ast.comprehension), "Go through the input step by step."),
    ((ast.If, ast.IfExp), "Tell cases apart: not every input is treated alike."),
    ((ast.Dict, ast.DictComp, ast.Set, ast.SetComp), "Keep a record of what has been seen."),
    ((ast.Mod,), "Remainders matter here."),
    ((ast.Slice,), "Look at parts of the input, not only at single items."),
)
_CALLS: Final = {
    "sorted": "Order helps.", "sort": "Order helps.", "max": "Extremes matter here.", "min": "Extremes matter here.",
    "split": "Take the text apart into words.", "join": "Build the result from pieces.",
}  # fmt: skip


def _hints(reference: str) -> tuple[str, ...]:
    """Hints of strategy from the shape of a reference: fixed sentences, nothing quoted from it."""
    tree = parse_source(reference)
    if tree is None:
        return ()
    functions = defined_functions(tree)
    nodes = [node for function in functions.values() for node in ast.walk(function)]
    hints = [sentence for kinds, sentence in _SHAPES if any(isinstance(node, kinds) for node in nodes)]
    named = [node.func for node in nodes if isinstance(node, ast.Call)]
    names = {found.id if isinstance(found, ast.Name) else getattr(found, "attr", "") for found in named}
    hints += [sentence for name, sentence in _CALLS.items() if name in names]
    if any(re.fullmatch("|".join(map(re.escape, functions)), name) for name in names):
        hints.append("One part of the work can be given a function of its own.")
    return tuple(dict.fromkeys(hints))
