"""``sml-env bench``: agents × asymmetry × teachers on the same problems, or a suite of them."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.text import Text

from sml_env.agents import AGENTS
from sml_env.bench.journal import Journal
from sml_env.bench.options import (
    ASYMMETRY,
    FAILED,
    INTERRUPTED,
    STUDENT,
    TEACHER,
    clear_errors,
    lesson_options,
    lessons_of,
    names,
    progress,
    warn,
)
from sml_env.bench.plans import Plan, plan
from sml_env.bench.runs import Played, Player, Results, play_all
from sml_env.bench.suites import SUITES, plans_of, suite_of
from sml_env.bench.table import report
from sml_env.bench.workers import WORKERS_ON_RAY, on_ray, processes
from sml_env.errors import ConfigurationError, SmlError
from sml_env.metering import METERS

__all__ = ["bench"]

_AGENTS: Final = "random,constant,hedge,greedy,scripted"


@click.command()
@lesson_options
@click.option("--suite", metavar="NAME", help=f"A fixed list of lessons: {', '.join(SUITES)}, or a .json file.")
@click.option(
    "--agents",
    type=names,
    metavar="A,B",
    help=f"Of: {', '.join(AGENTS)}; or module:callable for your own. [default: {_AGENTS}]",
)
@click.option("--student", "students", type=names, metavar="A,B", help=f"{STUDENT} [default: none]")
@click.option(
    "--asymmetry", "asymmetries", type=names, metavar="A,B", default="answer,none", show_default=True, help=ASYMMETRY
)
@click.option("--teacher", "teachers", type=names, metavar="A,B", help=f"{TEACHER} [default: oracle, or the suite's]")
@click.option(
    "--episodes", type=click.IntRange(min=1), default=100, show_default=True, help="For each row of the table."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Chooses the problems.")
@click.option(
    "--brackets/--no-brackets",
    default=True,
    show_default=True,
    help="Also play random, constant, hedging and full-information arms, and all agents with the null teacher.",
)
@click.option(
    "--concurrency",
    type=click.IntRange(1, 1024),
    help="Lessons of an agent at a time. [default: 16 with a language model, else 1]",
)
@click.option("--workers", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes that share them.")
@click.option("--ray", "on_cluster", is_flag=True, help="Share them on the Ray cluster of RAY_ADDRESS, or here.")
@click.option(
    "--meter", "meters", type=names, metavar="A,B",
    help=f"Read on every episode, and reported by itself: {', '.join(METERS)}. [default: none]",
)  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), help="Write one JSON line an episode.")
@click.option("--resume", is_flag=True, help="With --out: go on with what a killed or shorter run has left.")
@click.option("--restart", is_flag=True, help="With --out: throw that away.")
@click.pass_context
def bench(
    context: click.Context,
    /,
    suite: str | None,
    agents: tuple[str, ...] | None,
    students: tuple[str, ...] | None,
    asymmetries: tuple[str, ...],
    teachers: tuple[str, ...] | None,
    episodes: int,
    seed: int,
    brackets: bool,
    concurrency: int | None,
    workers: int,
    on_cluster: bool,
    meters: tuple[str, ...] | None,
    out: Path | None,
    resume: bool,
    restart: bool,
    **options: Any,
) -> None:
    """Measure agents × asymmetry × teachers on the same problems, and print a table."""
    with clear_errors():
        if (resume or restart) and (out is None or (resume and restart)):
            raise ConfigurationError("resume: it goes with --out, and without --restart")
        if on_cluster and workers > 1:
            raise ConfigurationError("ray: it has workers of its own; leave out --workers")
        named = (*(agents or (() if students else names(_AGENTS))), *(students or ()))
        if suite is None:
            lessons = lessons_of(**options)
            plans: Sequence[Plan] = [
                plan(
                    lessons, asymmetries, teachers or ("oracle",), named, episodes, seed, concurrency, meters or (),
                    brackets=brackets,
                )
            ]  # fmt: skip
        else:
            _refuse_what_the_suite_chooses(context, options)
            plans = plans_of(suite_of(suite), named, teachers, concurrency, meters or (), brackets=brackets)
        for each in plans:
            for cell, reason in each.skipped:
                warn(f"skipped {cell.asymmetry}, {cell.teacher}: {reason}")
            if suite is None and len(each.problem_ids) < episodes:
                warn(f"there are only {len(each.problem_ids)} problems: as many episodes an agent")
        player = on_ray() if on_cluster else processes(workers) if workers > 1 else None
        source = Path(options["data"]) if options["data"] else None
        journal = None if out is None else Journal(out, plans, resume=resume, restart=restart, source=source)
        code = _run(plans, journal, player, WORKERS_ON_RAY if on_cluster else workers)
    if code:
        sys.exit(code)


def _refuse_what_the_suite_chooses(context: click.Context, options: dict[str, Any]) -> None:
    given = {**options, **{name: context.params.get(name) for name in ("asymmetries", "episodes", "seed")}}
    chosen = [name for name in given if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE]
    if chosen:
        flags = ", ".join(f"--{'env' if name == 'env_id' else name.replace('_', '-')}" for name in chosen)
        raise ConfigurationError(f"suite: it says what is played: leave out {flags}, or leave out --suite")


def _run(plans: Sequence[Plan], journal: Journal | None, player: Player | None, workers: int) -> int:
    """Play, print the table, and say where the episodes are; the exit code."""
    console, notes = Console(highlight=False), Console(stderr=True, highlight=False)
    results = [Results() for _ in plans]
    total = sum(each.total for each in plans)
    interrupted, failure = False, ""
    began, fresh = time.perf_counter(), 0
    with journal or nullcontext():
        done = [] if journal is None else journal.done
        if journal is not None:
            for number, arm, episode in journal.episodes():
                results[number].add(arm, episode, 0.0)
        with progress("episodes", total, notes) as advance:
            advance(len(done), "taken up")

            def take(played: Played) -> None:
                nonlocal fresh
                fresh += 1
                results[played.plan].add(played.arm, played.episode, played.seconds)
                if journal is not None:
                    journal.write(played.plan, played.arm, played.episode)
                advance(1, f"{played.arm.cell.asymmetry} · {played.arm.cell.teacher}")

            try:
                play_all(plans, take, player, done=done, workers=workers)
            except KeyboardInterrupt:
                interrupted = True
            except ConfigurationError:
                raise
            except SmlError as error:
                failure = str(error)
        seconds = time.perf_counter() - began
        count = sum(each.count for each in results)
        if interrupted:
            notes.print(Text(f"interrupted after {count} of {total} episodes", style="yellow"))
        if failure:
            notes.print(Text(f"sml-env: {failure}", style="red"))
        complete = journal is not None and count == total and journal.finish()
        for each, result in zip(plans, results, strict=True):
            if result.count:
                report(console, each, result, last=each is plans[-1])
        if fresh:
            console.print(Text(f"{fresh:,} episodes in {seconds:.1f} s: {fresh / seconds:,.1f} a second", style="dim"))
        if journal is not None:
            console.print(Text(journal.account(complete)))
    if interrupted:
        return INTERRUPTED
    return FAILED if failure or (journal is not None and not complete) else 0
