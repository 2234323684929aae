"""The command of an experiment that measures in a way of its own: numbers, table and figure, from one function each."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from matplotlib.figure import Figure

from experiments.figures import save
from experiments.journal import Journal
from experiments.machine import machine
from experiments.options import JOURNAL, options
from experiments.results import PACKAGES

__all__ = ["Numbers", "Study", "main", "read_numbers"]

Numbers = Mapping[str, Any]
"""What an experiment measured, JSON-able."""

SCHEMA: Final = 1


@dataclass(frozen=True, slots=True)
class Study:
    """A claim and how it is tested.

    Attributes:
        name: Of the module that is run.
        claim: In a sentence.
        folder: Where its results are kept.
        measure: The numbers, given how many seeds, whether it is a smoke test, and the journal of the runs.
        table: The page of results, in Markdown.
        figure: Drawn from the numbers.
    """

    name: str
    claim: str
    folder: Path
    measure: Callable[[int, bool, Journal], Numbers]
    table: Callable[[Numbers], str]
    figure: Callable[[Numbers], Figure]


def main(study: Study, arguments: Sequence[str] | None = None) -> Numbers:
    """Run an experiment from the command line; one process, on one core. Stopped, it goes on where it was.

    Args:
        study: What is run.
        arguments: In place of those of the process.
    """
    given = options(study.name, study.claim, study.folder, arguments)
    if given.redraw:
        numbers = read_numbers(given.out)
    else:
        given.out.mkdir(parents=True, exist_ok=True)
        ran_on, journal = machine(PACKAGES, workers=1), Journal(given.out / JOURNAL)
        measured = study.measure(given.seeds, given.quick, journal)
        numbers = {"schema": SCHEMA, "claim": study.claim, "quick": given.quick, "machine": ran_on, **measured}
        (given.out / "results.json").write_text(_in_lines(numbers), encoding="utf-8")
        journal.close()
    page = study.table(numbers).rstrip() + "\n"
    (given.out / "table.md").write_text(page, encoding="utf-8")
    save(study.figure(numbers), given.out)
    print(page)
    return numbers


def _in_lines(numbers: Numbers) -> str:
    """JSON with an entry of a list on each line."""
    entries = []
    for name, value in numbers.items():
        whole = json.dumps(value, ensure_ascii=False, allow_nan=False)
        if isinstance(value, list):
            each = (json.dumps(entry, ensure_ascii=False, allow_nan=False) for entry in value)
            whole = "[\n  " + ",\n  ".join(each) + "\n ]"
        entries.append(f" {json.dumps(name)}: {whole}")
    return "{\n" + ",\n".join(entries) + "\n}\n"


def read_numbers(folder: Path) -> Numbers:
    """Numbers as ``main`` left them.

    Raises:
        ValueError: If the file has another schema.
    """
    numbers: Numbers = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    if numbers.get("schema") != SCHEMA:
        raise ValueError(f"{folder.name}/results.json: schema {numbers.get('schema')!r} is not {SCHEMA}; run it again")
    return numbers
