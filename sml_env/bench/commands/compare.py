"""``sml-env compare``: the paired difference between two files of episodes, or two agents of them."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from sml_env.bench.episodes import read_episodes
from sml_env.bench.options import clear_errors, warn
from sml_env.bench.paired import compared, comparison_table

__all__ = ["compare"]


@click.command()
@click.argument("first", type=click.Path(path_type=Path), metavar="A.jsonl")
@click.argument("second", type=click.Path(path_type=Path), metavar="B.jsonl")
@click.option("--agent", "agent", help="The agent of A. [default: the agents of the same names, or the only one]")
@click.option("--with", "other", metavar="AGENT", help="The agent of B. [default: likewise]")
def compare(first: Path, second: Path, agent: str | None, other: str | None) -> None:
    """The difference B − A on the same problems with the same seeds, with its 95% interval.

    A and B are files that `bench --out` has written; the same file twice, with --agent and --with, compares two of its
    agents. Only episodes that both have are compared.
    """
    with clear_errors():
        read = [read_episodes([path], faulty=warn) for path in (first, second)]
        found = compared(read[0], read[1], agent, other)
        for note in found.notes:
            warn(note)
        Console(highlight=False).print(comparison_table(found))
