"""``sml-env plot``: pictures of what a benchmark has written."""

from __future__ import annotations

from pathlib import Path

import click

from sml_env.bench.curves import KINDS, curves_of
from sml_env.bench.episodes import read_episodes
from sml_env.bench.options import clear_errors, names
from sml_env.bench.pictures import PictureFile

__all__ = ["plot"]


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="RUN.jsonl...", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The picture: FILE.png, .svg or .pdf.")
@click.option("--kind", type=click.Choice([*KINDS, "all"]), default="all", show_default=True, help="Which panels.")
@click.option("--agents", type=names, metavar="A,B", help="Only these, in this order. [default: all]")
@click.option("--asymmetry", "asymmetries", type=names, metavar="A,B", help="Likewise. [default: all]")
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
    with clear_errors():
        from sml_env.bench.plots import draw  # the only command that needs matplotlib

        file = PictureFile(out, sources)
        curves = curves_of(read_episodes(sources), agents, asymmetries)
        kinds = KINDS if kind == "all" else (kind,)
        click.echo(file.write(draw(curves, kinds, form=file.form, title=title, dpi=dpi), curves.episodes))
