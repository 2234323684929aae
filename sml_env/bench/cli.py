"""The command ``sml-env``: bench measures agents, plot draws that, play and serve teach, verify and doctor check."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from sml_env.agents import AGENTS
from sml_env.bench.curves import KINDS, curves_of
from sml_env.bench.doctor import examine
from sml_env.bench.episodes import read_episodes
from sml_env.bench.files import LineFile
from sml_env.bench.pairs import Pairs, verify_file
from sml_env.bench.pictures import PictureFile
from sml_env.bench.play import play_lesson, printable
from sml_env.bench.runs import Cell, Lessons, Results, make_environment, plan, play_all
from sml_env.bench.table import report
from sml_env.bench.verify import policy_with, verify_one
from sml_env.errors import ConfigurationError, SmlError
from sml_env.metering import METERS
from sml_env.rewards import SHAPINGS
from sml_env.students import make_student
from sml_env.teachers import ASYMMETRIES, VOICES
from sml_env.verifiers.policy import PROFILES
from sml_env.verifiers.sandbox.limits import LEVELS

__all__ = ["cli", "main"]

_AGENTS = "random,constant,hedge,greedy,scripted"
_ASYMMETRY = f"What the teacher holds: {', '.join(ASYMMETRIES)}."
_TEACHER = f"Who speaks: {', '.join(VOICES)}; arguments as in noisy:p=0.2; or vllm:MODEL, openai:MODEL@URL."
_STUDENT = "A language model as the student: vllm:MODEL or openai:MODEL@URL; settings as in ?temperature=0.2."
_METER = f"Read on every episode, and reported by itself: {', '.join(METERS)}. [default: none]"
_LONG_OPTION = re.compile(r"--[a-z][a-z-]+(=.*)?")
_INTERRUPTED = 130
_FAILED = 2


def _names(text: str) -> tuple[str, ...]:
    """Names with commas between them, each once."""
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names:
        raise click.BadParameter(f"{text!r} names nothing")
    return names


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


def _lesson_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that choose problems and rules, in the order of ``--help``."""
    options = [
        click.option("--env", "env_id", default="sml_env/MathTutor-v0", show_default=True, help="Environment id."),
        click.option("--data", help="Problems of a file (JSON Lines), hf:NAME or reasoning_gym:TASK."),
        click.option("--topics", type=_names, metavar="A,B", help="Topics of generated problems. [default: all]"),
        click.option("--difficulty", type=_range, metavar="N|LOW-HIGH", help="From 1 to 5, or a range such as 1-3."),
        click.option("--config", help="Further settings of the problems, in JSON: '{\"candidates\": 8}'."),
        click.option("--max-turns", type=_range, metavar="N|LOW-HIGH", help="Turn budget, or a range to draw it from."),
        click.option("--max-attempts", type=click.IntRange(min=1), help="Attempts judged. [default: as many as turns]"),
        click.option("--shaping", type=click.Choice(SHAPINGS), help="Of the reward."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def _lessons(
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
def _clear_errors() -> Iterator[None]:
    """What the library raises on purpose becomes a message and an exit code, not a traceback."""
    try:
        yield
    except SmlError as error:
        click.echo(f"sml-env: {printable(str(error))}", err=True)
        sys.exit(_FAILED)


def _version() -> str:
    try:
        return version("sml_env")
    except PackageNotFoundError:
        return "(not installed)"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(_version(), prog_name="sml-env")
def cli() -> None:
    """Social meta-learning: a student asks a teacher that knows what the student does not."""


@cli.command()
@_lesson_options
@click.option("--agents", type=_names, metavar="A,B", help=f"Of: {', '.join(AGENTS)}. [default: {_AGENTS}]")
@click.option("--student", "students", type=_names, metavar="A,B", help=f"{_STUDENT} [default: none]")
@click.option(
    "--asymmetry", "asymmetries", type=_names, metavar="A,B", default="answer,none", show_default=True, help=_ASYMMETRY
)
@click.option("--teacher", "teachers", type=_names, metavar="A,B", default="oracle", show_default=True, help=_TEACHER)
@click.option(
    "--episodes", type=click.IntRange(min=1), default=100, show_default=True, help="For each row of the table."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Chooses the problems.")
@click.option(
    "--concurrency",
    type=click.IntRange(1, 1024),
    help="Lessons of an agent at a time. [default: 16 with a language model, else 1]",
)
@click.option("--meter", "meters", type=_names, metavar="A,B", help=_METER)
@click.option("--out", type=click.Path(path_type=Path), help="Write one JSON line an episode.")
def bench(
    agents: tuple[str, ...] | None,
    students: tuple[str, ...] | None,
    asymmetries: tuple[str, ...],
    teachers: tuple[str, ...],
    episodes: int,
    seed: int,
    concurrency: int | None,
    meters: tuple[str, ...] | None,
    out: Path | None,
    **options: Any,
) -> None:
    """Measure agents × asymmetry × teachers on the same problems, and print a table."""
    console, notes = Console(highlight=False), Console(stderr=True, highlight=False)
    with _clear_errors():
        lessons = _lessons(**options)
        named = (*(agents or (() if students else _names(_AGENTS))), *(students or ()))
        run = plan(lessons, asymmetries, teachers, named, episodes, seed, concurrency, meters or ())
        for cell, reason in run.skipped:
            notes.print(Text(f"skipped {cell.asymmetry}, {cell.teacher}: {reason}", style="yellow"))
        if len(run.problem_ids) < episodes:
            notes.print(Text(f"there are only {len(run.problem_ids)} problems: as many episodes an agent"))
        sink = None if out is None else LineFile(out, Path(options["data"]) if options["data"] else None)
        results = Results()
        interrupted = False
        with sink or nullcontext(), _progress("episodes", run.total, notes) as advance:
            try:
                play_all(run, results, sink, lambda cell, _: advance(1, f"{cell.asymmetry} · {cell.teacher}"))
            except KeyboardInterrupt:
                interrupted = True
        if interrupted:
            notes.print(Text(f"interrupted after {results.count} of {run.total} episodes", style="yellow"))
        if sink is not None and not interrupted:
            sink.finish()
        if results.count:
            report(console, run, results)
        if sink is not None:
            console.print(Text(sink.place(results.count, "episodes", interrupted)))
    if interrupted:
        sys.exit(_INTERRUPTED)


@cli.command()
@click.argument("sources", nargs=-1, required=True, metavar="RUN.jsonl...", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The picture: FILE.png, .svg or .pdf.")
@click.option("--kind", type=click.Choice([*KINDS, "all"]), default="all", show_default=True, help="Which panels.")
@click.option("--agents", type=_names, metavar="A,B", help="Only these, in this order. [default: all]")
@click.option("--asymmetry", "asymmetries", type=_names, metavar="A,B", help="Likewise. [default: all]")
@click.option("--title", default="", help="Above the panels.")
@click.option("--dpi", type=click.IntRange(50, 600), default=150, show_default=True, help="Pixels an inch, of a PNG.")
def plot(
    sources: tuple[Path, ...],
    out: Path,
    kind: str,
    agents: tuple[str, ...] | None,
    asymmetries: tuple[str, ...] | None,
    title: str,
    dpi: int,
) -> None:
    """Draw the episodes that `bench --out` has written: belief entropy, turns and success."""
    with _clear_errors():
        from sml_env.bench.plots import draw  # the only command that needs matplotlib

        file = PictureFile(out, sources)
        curves = curves_of(read_episodes(sources), agents, asymmetries)
        kinds = KINDS if kind == "all" else (kind,)
        click.echo(file.write(draw(curves, kinds, form=file.form, title=title, dpi=dpi), curves.episodes))


@contextmanager
def _progress(what: str, total: int | None, console: Console) -> Iterator[Callable[[int, str], None]]:
    """A bar with the rate and the time left; nothing where the output is not a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=total)

        def advance(count: int, description: str) -> None:
            progress.update(task, advance=count, description=description)

        yield advance


@cli.command()
@_lesson_options
@click.option("--asymmetry", default="answer", show_default=True, help=_ASYMMETRY)
@click.option("--teacher", default="oracle", show_default=True, help=_TEACHER)
@click.option("--student", help=f"{_STUDENT} [default: you]")
@click.option("--seed", type=click.IntRange(min=0), help="The same problem for the same seed. [default: random]")
@click.option("--bits", is_flag=True, help="Show after each turn what was told, in bits.")
def play(asymmetry: str, teacher: str, student: str | None, seed: int | None, bits: bool, **options: Any) -> None:
    """Be the student yourself, or watch a language model be it."""
    with _clear_errors():
        agent = None if student is None else make_student(student)
        env = make_environment(_lessons(**options), Cell(asymmetry, teacher))
        play_lesson(env, seed=seed, bits=bits, agent=agent)


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; any other wants a token.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8765, show_default=True, help="0 takes any free one.")
@click.option(
    "--model", "models", multiple=True, metavar="NAME", help="A language model that may take part: openai:MODEL@URL."
)
@click.option("--lessons", type=click.IntRange(1, 10_000), default=500, show_default=True, help="Most at once.")
@click.option(
    "--idle", type=click.IntRange(1, 1_440), default=60, show_default=True, help="Minutes until one is forgotten."
)
def serve(host: str, port: int, models: tuple[str, ...], lessons: int, idle: int) -> None:
    """Serve a web page on which people play lessons, as the student or as the teacher.

    On the loopback address (the default) it serves this machine alone. On any other --host a token is needed: that of
    the environment variable SML_ENV_SERVE_TOKEN, or one that is made and printed. Needs the extra sml_env[serve].
    """
    with _clear_errors():
        from sml_env.serve.server import Settings, run  # the only command that needs starlette and uvicorn

        run(Settings(host, port, models, lessons, 60.0 * idle))


# A negative answer is no option, and -h may stand in one, as in -x+h.
@cli.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.argument("answer", required=False)
@click.argument("reference", required=False)
@click.option("--file", "source", type=click.Path(path_type=Path), help="Verify the pairs of a JSON Lines file.")
@click.option("--out", type=click.Path(path_type=Path), help="With --file: write one JSON line a pair.")
@click.option("--answer-field", default="answer", show_default=True, help="With --file: where the answer is.")
@click.option("--reference-field", default="reference", show_default=True, help="With --file: where the reference is.")
@click.option(
    "--threads", type=click.IntRange(1, 64), default=4, show_default=True, help="With --file: pairs checked at a time."
)
@click.option("--profile", type=click.Choice(list(PROFILES)), default="strict", show_default=True, help="The rules.")
@click.option("--rule", "rules", multiple=True, metavar="NAME=VALUE", help="Change a rule, as in decimal_digits=3.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines, and anything else to standard error.")
def verify(
    answer: str | None,
    reference: str | None,
    source: Path | None,
    out: Path | None,
    answer_field: str,
    reference_field: str,
    threads: int,
    profile: str,
    rules: tuple[str, ...],
    as_json: bool,
) -> None:
    """Check whether ANSWER is mathematically equal to REFERENCE.

    ANSWER is a whole reply or a bare answer; - reads it from standard input. The exit code is 0 if it is correct, 1 if
    it is not, and 2 if that cannot be told: misuse, a broken reference. With --file it is 2 if a line is unreadable.
    """
    for text in (answer, reference):
        if text is not None and _LONG_OPTION.fullmatch(text):
            raise click.NoSuchOption(text.partition("=")[0])
    if answer == "-h" and reference is None:
        click.echo(click.get_current_context().get_help())
        return
    if (source is None) is (answer is None) or (source is None) is (reference is None):
        raise click.UsageError("Pass ANSWER and REFERENCE, or --file.")
    if out is not None and source is None:
        raise click.UsageError("--out goes with --file.")
    with _clear_errors():
        policy = policy_with(profile, rules)
        if source is None:
            code = verify_one(answer or "", reference or "", policy, as_json=as_json)
        else:
            pairs = Pairs(answer_field, reference_field)
            code = verify_file(source, pairs, policy, threads=threads, out=out, as_json=as_json, progress=_progress)
    sys.exit(code)


@cli.command()
@click.option("--level", type=click.Choice(LEVELS[1:]), help="Fail unless the sandbox reaches it. [default: filtered]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def doctor(level: str | None, as_json: bool) -> None:
    """Say how well this machine can confine programs: each layer of the sandbox, and why one does not hold.

    The exit code is 0 if the level is reached and a trial program was judged right, and 1 if not.
    """
    with _clear_errors():
        sys.exit(examine(level, as_json=as_json))


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the command."""
    cli(args=None if arguments is None else list(arguments), prog_name="sml-env")


if __name__ == "__main__":
    main()
