"""``sml-env export``: episodes for the viewers that people already use."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from sml_env.bench.episodes import read_episodes
from sml_env.bench.options import DATA, clear_errors, warn
from sml_env.integrations.inspect_log import write_logs
from sml_env.report.gathering import gather

__all__ = ["export"]


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="RUN.jsonl...", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A new folder.")
@click.option("--secrets/--no-secrets", default=True, show_default=True, help="Answers as the samples' targets.")
@click.option("--data", multiple=True, help=DATA)
def export(sources: tuple[Path, ...], out: Path, secrets: bool, data: tuple[str, ...]) -> None:
    """Write episodes as logs of inspect-ai, a file for each agent in each cell: `inspect view --log-dir FOLDER`."""
    with clear_errors():
        gathered = gather(read_episodes(sources, faulty=warn))
        written = write_logs(gathered, out, secrets=secrets, data=data)
        note = f"{gathered.count:,} episodes in {len(written):,} logs written to {out}"
        Console(highlight=False).print(Text(note))
