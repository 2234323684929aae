"""``sml-env verify``: the symbolic verifier on one answer, or on a file of them."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final

import click

from sml_env.bench.options import clear_errors, progress
from sml_env.bench.pairs import Pairs, verify_file
from sml_env.bench.verify import policy_with, verify_one
from sml_env.verifiers.policy import PROFILES

__all__ = ["verify"]


_LONG_OPTION: Final = re.compile(r"--[a-z][a-z-]+(=.*)?")


# A negative answer is no option, and -h may stand in one, as in -x+h.
@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
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
    with clear_errors():
        policy = policy_with(profile, rules)
        if source is None:
            code = verify_one(answer or "", reference or "", policy, as_json=as_json)
        else:
            pairs = Pairs(answer_field, reference_field)
            code = verify_file(source, pairs, policy, threads=threads, out=out, as_json=as_json, progress=progress)
    sys.exit(code)
