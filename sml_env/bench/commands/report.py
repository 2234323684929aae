"""``sml-env report``: files of episodes as one page, and as a summary in the terminal."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from sml_env.bench.episodes import read_episodes
from sml_env.bench.files import LineFile
from sml_env.bench.options import DATA, clear_errors, warn
from sml_env.report.gathering import gather, payload
from sml_env.report.page import page
from sml_env.report.terminal import summary

__all__ = ["report_command"]


@click.command("report")
@click.argument("sources", nargs=-1, required=True, metavar="RUN.jsonl...", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="The page: FILE.html. [default: only the summary]")
@click.option("--title", help="Of the page. [default: the names of the files]")
@click.option(
    "--transcripts",
    type=click.IntRange(min=0),
    default=40,
    show_default=True,
    help="At most so many of each agent in a cell.",
)
@click.option(
    "--secrets/--no-secrets", default=True, show_default=True, help="Put the answers in, hidden until asked for."
)
@click.option("--data", multiple=True, help=DATA)
def report_command(
    sources: tuple[Path, ...],
    out: Path | None,
    title: str | None,
    transcripts: int,
    secrets: bool,
    data: tuple[str, ...],
) -> None:
    """Show what is in files that `bench --out` has written.

    Prints a summary. With --out it writes one HTML file that needs no network: scores with their brackets, curves by
    turn, leaks and failures, and transcripts with the belief and the reward of each turn, to be filtered.
    """
    console = Console(highlight=False)
    with clear_errors():
        gathered = gather(read_episodes(sources, faulty=warn))
        console.print(summary(gathered, console.width))
        if out is None:
            return
        named = title or ", ".join(source.name for source in sources)
        with LineFile(out, *sources) as file:
            file.write(page(payload(gathered, title=named, transcripts=transcripts, secrets=secrets, data=data)))
            file.finish()
        note = " (an earlier file was replaced)" if file.replaced else ""
        console.print(Text(f"{gathered.count:,} episodes shown in {out}{note}"))
