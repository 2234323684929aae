"""``sml-env reverify``: stored episodes judged again by today's verifiers, without the agents."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.text import Text

from sml_env.bench.again import Replayed, replayed
from sml_env.bench.episodes import read_episodes
from sml_env.bench.files import LineFile
from sml_env.bench.options import DATA, clear_errors, progress, warn
from sml_env.bench.play import printable

__all__ = ["reverify"]

_SHOWN: Final = 20
_CHANGED: Final = 1


@click.command()
@click.argument("source", metavar="RUN.jsonl", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Write the episodes as they are judged today.")
@click.option("--data", multiple=True, help=DATA)
def reverify(source: Path, out: Path | None, data: tuple[str, ...]) -> None:
    """Judge the episodes of a file again, without the agents, and say what changed.

    Each environment is made anew and the recorded words are said over; what a language model said as the teacher is
    said in its place. The exit code is 0 if nothing changed, 1 if something did, and 2 if it cannot be told.
    """
    console, notes = Console(highlight=False), Console(stderr=True, highlight=False)
    with clear_errors():
        episodes = read_episodes([source], faulty=warn)
        sink = None if out is None else LineFile(out, source)
        changed, faults, solved = 0, dict[str, int](), [0, 0]
        with sink or nullcontext(), progress("episodes", len(episodes), notes) as advance:
            for each in replayed(episodes, data):
                if each.fault:
                    faults[each.fault] = faults.get(each.fault, 0) + 1
                elif each.changes:
                    changed += 1
                    if changed <= _SHOWN:
                        notes.print(Text(printable(_said(each))))
                solved[0] += each.before.success
                solved[1] += each.after.success
                if sink is not None:
                    sink.write(json.dumps(each.after.as_dict(), allow_nan=False) + "\n")
                advance(1, "episodes")
        if sink is not None:
            sink.finish()
            console.print(Text(sink.place(len(episodes), "episodes", interrupted=False)))
        if changed > _SHOWN:
            notes.print(Text(f"… and {changed - _SHOWN:,} more"))
        for fault, count in faults.items():
            notes.print(Text(printable(f"{count:,} left as they were: {fault}"), style="yellow"))
        judged = len(episodes) - sum(faults.values())
        account = f"{judged:,} of {len(episodes):,} episodes judged again: {changed:,} changed"
        console.print(Text(f"{account}; solved {solved[0]:,} → {solved[1]:,}"))
    if changed:
        sys.exit(_CHANGED)


def _said(each: Replayed) -> str:
    before = each.before
    index = "" if before.origin is None else f" {before.origin.index}"
    return f"{before.agent}, {before.asymmetry}, {before.teacher}, problem{index}: {'; '.join(each.changes)}"
