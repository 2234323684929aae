"""What the command of an experiment takes."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

__all__ = ["JOURNAL", "options"]

JOURNAL: Final = "runs.jsonl"
"""Name of the journal in the folder of the results; it is not kept with them."""


def options(
    name: str, claim: str, folder: Path, arguments: Sequence[str] | None, *, workers: bool = False
) -> argparse.Namespace:
    """The options of a command: ``seeds``, ``out``, ``quick``, ``redraw``, and where there are any ``workers``.

    Args:
        name: Of the module that is run.
        claim: In a sentence.
        folder: Where the experiment's results are kept.
        arguments: In place of those of the process.
        workers: Whether runs can be made side by side.
    """
    parser = argparse.ArgumentParser(
        prog=f"python -m {name}", description=claim, epilog="Stopped, it goes on where it was when it is run again."
    )
    parser.add_argument("--seeds", type=int, default=5, help="how many (5)")
    if workers:
        parser.add_argument("--workers", type=int, default=1, help="processes that train side by side (1)")
    parser.add_argument("--out", type=Path, default=folder, help="folder of the results (the experiment's)")
    parser.add_argument("--quick", action="store_true", help="a smoke test: two seeds, a few updates, no meaning")
    parser.add_argument("--redraw", action="store_true", help="table and figure again from the numbers in the folder")
    given = parser.parse_args(arguments)
    if given.quick and not given.redraw and given.out.resolve() == folder.resolve():
        parser.error("--quick needs --out: its numbers are not to take the place of the experiment's")
    if given.quick:
        given.seeds = 2
    return given
