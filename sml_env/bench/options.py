"""What the subcommands of ``sml-env`` share: options, the progress bar, and errors as one line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from sml_env.bench.plans import Lessons
from sml_env.bench.play import printable
from sml_env.errors import ConfigurationError, SmlError
from sml_env.rewards import SHAPINGS
from sml_env.teachers import ASYMMETRIES, VOICES

__all__ = [
    "ASYMMETRY",
    "DATA",
    "FAILED",
    "INTERRUPTED",
    "STUDENT",
    "TEACHER",
    "clear_errors",
    "lesson_options",
    "lessons_of",
    "names",
    "progress",
    "warn",
]

DATA: Final = "Problems that the episodes are of, if they come from a file: it is read only if named here."
ASYMMETRY: Final = f"What the teacher holds: {', '.join(ASYMMETRIES)}."
TEACHER: Final = f"Who speaks: {', '.join(VOICES)}; arguments as in noisy:p=0.2; or vllm:MODEL, openai:MODEL@URL."
STUDENT: Final = "A language model as the student: vllm:MODEL or openai:MODEL@URL; settings as in ?temperature=0.2."
INTERRUPTED: Final = 130
FAILED: Final = 2


def names(text: str) -> tuple[str, ...]:
    """Names with commas between them, each once."""
    found = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not found:
        raise click.BadParameter(f"{text!r} names nothing")
    return found


def _range(text: str) -> tuple[int, int]:
    """A number, or two of them as in 1-3."""
    low, dash, high = text.partition("-")
    if not (low.isdecimal() and (high.isdecimal() or not dash)) or len(text) > 12:
        raise click.BadParameter(f"{text!r} is neither a number nor a range such as 1-3")
    return int(low), int(high if dash else low)


class _Rate(ProgressColumn):
    """Episodes, or lines, a second."""

    def render(self, task: Task) -> Text:
        return Text("" if not task.finished and not task.speed else f"{task.speed or task.finished_speed or 0:,.0f}/s")


def lesson_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that choose problems and rules, in the order of ``--help``."""
    options = [
        click.option("--env", "env_id", default="sml_env/MathTutor-v0", show_default=True, help="Environment id."),
        click.option("--data", help="Problems of a file (JSON Lines), hf:NAME or reasoning_gym:TASK."),
        click.option("--topics", type=names, metavar="A,B", help="Topics of generated problems. [default: all]"),
        click.option("--difficulty", type=_range, metavar="N|LOW-HIGH", help="From 1 to 5, or a range such as 1-3."),
        click.option("--config", help="Further settings of the problems, in JSON: '{\"candidates\": 8}'."),
        click.option("--max-turns", type=_range, metavar="N|LOW-HIGH", help="Turn budget, or a range to draw it from."),
        click.option("--max-attempts", type=click.IntRange(min=1), help="Attempts judged. [default: as many as turns]"),
        click.option("--shaping", type=click.Choice(SHAPINGS), help="Of the reward."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def lessons_of(
    env_id: str,
    data: str | None,
    topics: tuple[str, ...] | None,
    difficulty: tuple[int, int] | None,
    config: str | None,
    max_turns: tuple[int, int] | None,
    max_attempts: int | None,
    shaping: str | None,
) -> Lessons:
    """The environments that the options describe; only what was given is passed on."""
    if data is not None and (topics or difficulty):
        raise ConfigurationError("data: a file has neither topics nor difficulty; leave out --topics and --difficulty")
    settings = _json_object(config) if config else {}
    chosen = {"data": data, "topics": list(topics or ()), "difficulty": list(difficulty or ())}
    settings |= {name: value for name, value in chosen.items() if value}
    turns = max_turns[0] if max_turns and max_turns[0] == max_turns[1] else max_turns
    given = {"max_turns": turns, "max_attempts": max_attempts, "shaping": shaping, "config": settings or None}
    return Lessons(env_id, {name: value for name, value in given.items() if value is not None})


def _json_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ConfigurationError(f"config: {text[:80]!r} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise ConfigurationError(f"config: {text[:80]!r} is not a JSON object")
    return value


@contextmanager
def clear_errors() -> Iterator[None]:
    """What the library raises on purpose becomes a message and an exit code, not a traceback."""
    try:
        yield
    except SmlError as error:
        click.echo(f"sml-env: {printable(str(error))}", err=True)
        sys.exit(FAILED)


@contextmanager
def progress(what: str, total: int | None, console: Console) -> Iterator[Callable[[int, str], None]]:
    """A bar with the rate and the time left; nothing where the output is not a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=total)

        def advance(count: int, description: str) -> None:
            bar.update(task, advance=count, description=description)

        yield advance


def warn(text: str) -> None:
    """A note for a person, on standard error."""
    Console(stderr=True, highlight=False).print(Text(printable(text)), style="yellow")
