"""``sml-env bench``: agents × asymmetry × teachers on the same problems, or a suite of them."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from sml_env.bench.journal import Journal
from sml_env.bench.options import FAILED, INTERRUPTED, clear_errors, names, progress
from sml_env.bench.plans import Plan
from sml_env.bench.playing import Playing, playing_options
from sml_env.bench.runs import Played, Player, Results, play_all
from sml_env.bench.table import report
from sml_env.errors import ConfigurationError, SmlError
from sml_env.metering import METERS

__all__ = ["bench"]


@click.command()
@playing_options(agents="random,constant,hedge,greedy,scripted", asymmetry="answer,none", episodes=100)
@click.option(
    "--brackets/--no-brackets",
    default=True,
    show_default=True,
    help="Also play random, constant, hedging and full-information arms, and all agents with the null teacher.",
)
@click.option(
    "--meter", "meters", type=names, metavar="A,B",
    help=f"Read on every episode, and reported by itself: {', '.join(METERS)}. [default: none]",
)  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), help="Write one JSON line an episode.")
@click.option("--resume", is_flag=True, help="With --out: go on with what a killed or shorter run has left.")
@click.option("--restart", is_flag=True, help="With --out: throw that away.")
def bench(
    playing: Playing,
    brackets: bool,
    meters: tuple[str, ...] | None,
    out: Path | None,
    resume: bool,
    restart: bool,
) -> None:
    """Measure agents × asymmetry × teachers on the same problems, and print a table."""
    with clear_errors():
        if (resume or restart) and (out is None or (resume and restart)):
            raise ConfigurationError("resume: it goes with --out, and without --restart")
        player, workers = playing.player()
        plans = playing.plans(meters or (), brackets=brackets)
        data = playing.lessons["data"]
        source = Path(data) if data else None
        journal = None if out is None else Journal(out, plans, resume=resume, restart=restart, source=source)
        code = _run(plans, journal, player, workers)
    if code:
        sys.exit(code)


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
