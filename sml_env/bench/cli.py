"""The command ``sml-env``: each subcommand stands in ``sml_env.bench.commands``."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

import click

from sml_env.bench.commands.bench import bench
from sml_env.bench.commands.compare import compare
from sml_env.bench.commands.doctor import doctor
from sml_env.bench.commands.export import export
from sml_env.bench.commands.generate import generate_command
from sml_env.bench.commands.play import play
from sml_env.bench.commands.plot import plot
from sml_env.bench.commands.report import report_command
from sml_env.bench.commands.reverify import reverify
from sml_env.bench.commands.serve import serve
from sml_env.bench.commands.verify import verify

__all__ = ["cli", "main"]


def _version() -> str:
    try:
        return version("sml_env")
    except PackageNotFoundError:
        return "(not installed)"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(_version(), prog_name="sml-env")
def cli() -> None:
    """Social meta-learning: a student asks a teacher that knows what the student does not."""


for _command in (bench, compare, reverify, report_command, plot, export, generate_command, play, serve, verify, doctor):
    cli.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the command."""
    cli(args=None if arguments is None else list(arguments), prog_name="sml-env")


if __name__ == "__main__":
    main()
