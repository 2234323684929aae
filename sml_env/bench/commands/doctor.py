"""``sml-env doctor``: how well this machine can confine programs."""

from __future__ import annotations

import sys

import click

from sml_env.bench.doctor import examine
from sml_env.bench.options import clear_errors
from sml_env.verifiers.sandbox.limits import LEVELS

__all__ = ["doctor"]


@click.command()
@click.option("--level", type=click.Choice(LEVELS[1:]), help="Fail unless the sandbox reaches it. [default: filtered]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def doctor(level: str | None, as_json: bool) -> None:
    """Say how well this machine can confine programs: each layer of the sandbox, and why one does not hold.

    The exit code is 0 if the level is reached and a trial program was judged right, and 1 if not.
    """
    with clear_errors():
        sys.exit(examine(level, as_json=as_json))
