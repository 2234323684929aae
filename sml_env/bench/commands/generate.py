"""``sml-env generate``: conversation data in which the teacher has information that the student lacks."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.text import Text

from sml_env.agents import AGENTS, make_agent
from sml_env.bench.options import clear_errors, names, progress
from sml_env.bench.playing import Playing, playing_options
from sml_env.data.card import card_of
from sml_env.data.generation import SPLITS, Made, Wanted, generate, prepared
from sml_env.data.writing import FORMATS, Writers
from sml_env.errors import ConfigurationError
from sml_env.rollouts import withholds

__all__ = ["generate_command"]


_SPLITS: Final = ",".join(f"{name}={share:g}" for name, share in SPLITS.items())


def _splits(text: str) -> dict[str, float]:
    """Names with shares, as in train=0.9,test=0.1."""
    found: dict[str, float] = {}
    for part in text.split(","):
        name, equals, share = part.partition("=")
        name = name.strip()
        if not equals or not name.isidentifier() or name in found or len(name) > 40:
            raise click.BadParameter(f"{text!r} is not of the form train=0.9,test=0.1")
        try:
            found[name] = float(share)
        except ValueError:
            raise click.BadParameter(f"{share!r} is not a share") from None
    return found


@click.command("generate")
@playing_options(
    agents="greedy",
    asymmetry="answer",
    episodes=1000,
    offered=[name for name in AGENTS if not withholds(make_agent(name))],
    seed="Of problems and splits.",
    seeds=click.IntRange(0, 2**63),
)
@click.option("--successful", is_flag=True, help="Keep solved dialogues only.")
@click.option("--min-bits", type=float, default=0.0, help="Keep those whose questions told at least so much in all.")
@click.option("--no-zero-bits", is_flag=True, help="Keep those without a question that told exactly nothing.")
@click.option(
    "--q-priming", type=float, default=0.0, metavar="P",
    help="Replace wrong attempts, in turn t with probability P to the t, by questions; the paper has 0.75.",
)  # fmt: skip
@click.option(
    "--splits", type=_splits, metavar="NAME=SHARE,…", default=_SPLITS, show_default=True,
    help="Of the problems: no problem is in two.",
)  # fmt: skip
@click.option("--system/--no-system", default=True, show_default=True, help="Begin with the student's system prompt.")
@click.option(
    "--format", "formats", type=names, metavar="A,B", default=",".join(FORMATS), show_default=True, help="Files."
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A new folder.")
def generate_command(
    playing: Playing,
    successful: bool,
    min_bits: float,
    no_zero_bits: bool,
    q_priming: float,
    splits: dict[str, float],
    system: bool,
    formats: tuple[str, ...],
    out: Path,
) -> None:
    """Play lessons and write them as chats, for supervised finetuning and for reading.

    The folder holds a file a split, as JSON Lines and Parquet, with a data card; Hugging Face's `load_dataset` and TRL
    take it as it is. What only the teacher's side knew lies apart, in `private/`.
    """
    console, notes = Console(highlight=False), Console(stderr=True, highlight=False)
    with clear_errors():
        for form in formats:
            if form not in FORMATS:
                raise ConfigurationError(f"format: {form!r} is none of {', '.join(FORMATS)}")
        wanted = Wanted(successful, min_bits, no_zero_bits, splits, playing.seed)
        player, workers = playing.player()
        plans = prepared(playing.plans(seeds_more=True), system=system, priming=q_priming)
        total = sum(each.total for each in plans)
        with Writers(out, list(splits), formats) as writers, progress("dialogues", total, notes) as advance:

            def tick(made: Made) -> None:
                advance(1, f"{made.written:,} kept")

            made = generate(plans, wanted, writers, player, workers=workers, tick=tick)
            if not made.written:
                reasons = "; ".join(f"{reason}: {count:,}" for reason, count in made.dropped.most_common(5))
                raise ConfigurationError(f"wanted: none of {made.played:,} dialogues is left ({reasons}); filter less")
            kept = [split for split in splits if made.kept[split]]
            form = "parquet" if "parquet" in formats else "jsonl"
            command = shlex.join(["sml-env", *sys.argv[1:]])
            card = card_of(made, name=out.name, command=command, splits=kept, form=form)
            writers.finish(card, [split for split in splits if split not in kept])
    counts = ", ".join(f"{split} {made.kept[split]:,}" for split in kept)
    console.print(Text(f"{made.written:,} of {made.played:,} dialogues written to {out}: {counts}"))
    for reason, count in made.dropped.most_common():
        notes.print(Text(f"left out {count:,}: {reason}", style="yellow"))
    found = sum(made.findings.values())
    read = f"{made.metered:,} replies metered, {made.guarded:,} read by the guard"
    console.print(Text(f"leak audit: {read}, {found:,} findings{' (left out)' if found else ''}"))
