"""Suites: fixed lists of environments, seeds and sizes, named with a version, so that two people's numbers compare."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from sml_env.bench.plans import Lessons, Plan, plan
from sml_env.errors import ConfigurationError
from sml_env.metering import EpisodeMeter

__all__ = ["SUITES", "Part", "Suite", "plans_of", "suite_of"]

_MAX_BYTES: Final = 1_000_000
_MAX_EPISODES: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class Part:
    """Lessons of one environment.

    Attributes:
        env: Id, as in ``gymnasium.make``.
        asymmetries: What the teacher holds.
        teachers: Who speaks, as on the command line.
        arguments: JSON-able, of ``gymnasium.make``.
        episodes: For each agent in each cell.
    """

    env: str
    asymmetries: tuple[str, ...] = ("answer", "none")
    teachers: tuple[str, ...] = ("oracle",)
    arguments: Mapping[str, Any] = field(default_factory=dict)
    episodes: int = 200


@dataclass(frozen=True, slots=True)
class Suite:
    """A list of lessons that everybody plays alike.

    Attributes:
        name: With its version: ``core-v1``. A change of anything below is a new version.
        seed: Of the run.
        parts: In order.
        about: For a person.
    """

    name: str
    seed: int
    parts: tuple[Part, ...]
    about: str = ""


_CLOSED: Final = (
    Part("sml_env/TwentyQuestions-v0", ("answer", "knowledge", "verifier", "none")),
    Part("sml_env/Mastermind-v0", ("answer", "verifier", "none")),
    Part("sml_env/HiddenFunction-v0", ("answer", "knowledge", "none")),
    Part("sml_env/HiddenProgram-v0", ("answer", "knowledge", "none")),
    Part("sml_env/Clarify-v0", ("answer", "knowledge", "none")),
    Part("sml_env/MathTutor-v0", ("answer", "verifier", "knowledge", "none")),
)

SUITES: Final[Mapping[str, Suite]] = MappingProxyType(
    {
        suite.name: suite
        for suite in (
            Suite(
                "smoke-v1",
                0,
                tuple(
                    Part(f"sml_env/{name}-v0", ("answer", "none"), episodes=4)
                    for name in (
                        "MathTutor", "CodeTutor", "Clarify", "HiddenFunction", "HiddenProgram", "TwentyQuestions",
                        "Mastermind",
                    )
                ),
                "every text environment, four episodes an arm: that all works",
            ),
            Suite(
                "core-v1",
                20_260_216,
                (*_CLOSED, Part("sml_env/CodeTutor-v0", ("answer", "verifier", "none"), episodes=20)),
                "every text environment and asymmetry that makes sense, with the oracle",
            ),
            Suite(
                "voices-v1",
                20_260_216,
                (
                    Part(
                        "sml_env/TwentyQuestions-v0", ("answer",),
                        ("oracle", "noisy:p=0.1", "lying:lies=1", "gibberish"),
                    ),
                    Part("sml_env/MathTutor-v0", ("answer",), ("oracle", "noisy:p=0.1", "gibberish", "leaky")),
                ),
                "teachers that err, lie, or speak of something else",
            ),
            Suite(
                "paper-v1",
                20_260_216,
                (
                    Part(
                        "sml_env/MathTutor-v0", ("answer", "none"),
                        arguments={"max_turns": 10, "shaping": "none", "gamma": 0.7},
                    ),
                ),
                "the evaluation of arXiv 2602.16488: ten turns, sparse reward",
            ),
        )
    }
)  # fmt: skip
"""By name. ``sml-env bench --suite`` takes a file of the same fields, too."""


def suite_of(name: str) -> Suite:
    """A suite by its name, or from a JSON file with the fields of ``Suite``.

    Raises:
        ConfigurationError: If there is none of that name, or the file is no suite.
    """
    if name in SUITES:
        return SUITES[name]
    path = Path(name)
    if path.suffix != ".json":
        raise ConfigurationError(f"suite: {name!r} is none of {', '.join(SUITES)}, nor the name of a .json file")
    try:
        with path.open("rb") as source:
            text = source.read(_MAX_BYTES + 1)
        if len(text) > _MAX_BYTES:
            raise ValueError(f"longer than {_MAX_BYTES:,} bytes")
        row = json.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"suite: {name!r} cannot be read: {error}") from error
    try:
        parts = tuple(_part(each) for each in _list(row, "parts"))
        suite = Suite(row["name"], row.get("seed", 0), parts, row.get("about", ""))
        _check(suite, set(row))
    except (KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(f"suite: {name!r} is not a suite: {type(error).__name__}: {error}") from error
    return suite


def _list(row: Mapping[str, Any], name: str) -> list[Any]:
    value = row[name]
    if not isinstance(value, list) or not value:
        raise TypeError(f"{name} is not a list of something")
    return value


def _part(row: Mapping[str, Any]) -> Part:
    listed = {name: tuple(_list(row, name)) for name in ("asymmetries", "teachers") if name in row}
    return Part(**{**row, **listed})


def _check(suite: Suite, given: set[str]) -> None:
    unknown = given - {each.name for each in fields(Suite)}
    if unknown:
        raise TypeError(f"unknown fields: {', '.join(sorted(unknown))}")
    if not isinstance(suite.name, str) or not suite.name.strip() or suite.name in SUITES:
        raise TypeError(f"name {suite.name!r} is not a name of its own")
    if isinstance(suite.seed, bool) or not isinstance(suite.seed, int) or suite.seed < 0:
        raise TypeError(f"seed {suite.seed!r} is not a whole number from 0")
    for part in suite.parts:
        if (
            isinstance(part.episodes, bool)
            or not isinstance(part.episodes, int)
            or not 1 <= part.episodes <= _MAX_EPISODES
        ):
            raise TypeError(f"episodes {part.episodes!r} is not a whole number from 1 to {_MAX_EPISODES:,}")
        if not isinstance(part.arguments, dict) or {"asymmetry", "teacher"} & set(part.arguments):
            raise TypeError("arguments must be a JSON object without asymmetry and teacher")


def plans_of(
    suite: Suite, agents: Sequence[str], teachers: Sequence[str] | None = None, concurrency: int | None = None,
    meters: Sequence[str | EpisodeMeter] = (), *, brackets: bool = True,
) -> tuple[Plan, ...]:  # fmt: skip
    """The plans of a suite's parts.

    Args:
        suite: Which.
        agents: Who plays, as ``plan`` has it.
        teachers: In the place of the suite's own: the run then says that it is of the suite with other teachers.
        concurrency: As ``plan`` has it.
        meters: Likewise.
        brackets: Likewise.

    Raises:
        ConfigurationError: As ``plan`` does.
        ModelError: Likewise.
    """
    name = suite.name if teachers is None else f"{suite.name}+teachers"
    return tuple(
        plan(
            Lessons(part.env, part.arguments), part.asymmetries, teachers or part.teachers, agents, part.episodes,
            suite.seed, concurrency, meters, brackets=brackets, suite=name,
        )
        for part in suite.parts
    )  # fmt: skip
