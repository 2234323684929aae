"""The command of an experiment that measures in a way of its own: numbers, table and figure, from one function each."""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from matplotlib.figure import Figure

from experiments.figures import save
from experiments.results import machine

__all__ = ["Kept", "Numbers", "Study", "main", "read_numbers"]

Numbers = Mapping[str, Any]
"""What an experiment measured, JSON-able."""

SCHEMA: Final = 1


class Kept:
    """Runs that are done, in a file, so that a command that was stopped goes on where it was.

    A last line that a kill cut off is left out, and its run made again.

    Args:
        path: Of the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        lines = text[: text.rfind("\n") + 1].splitlines()
        if text and not text.endswith("\n"):
            path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        self._done: dict[str, Any] = {entry["key"]: entry["run"] for entry in map(json.loads, lines)}

    def run(self, settings: Any, make: Callable[[], Numbers]) -> Numbers:
        """What was kept under the same settings; otherwise what is made now, which is kept.

        Args:
            settings: JSON-able, all that the run depends on, its seed among them.
            make: The run.
        """
        key = hashlib.blake2b(json.dumps(settings, sort_keys=True).encode(), digest_size=16).hexdigest()
        if key not in self._done:
            self._done[key] = make()
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"key": key, "run": self._done[key]}) + "\n")
        found: Numbers = self._done[key]
        return found

    def close(self) -> None:
        """All is done."""
        self._path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Study:
    """A claim and how it is tested.

    Attributes:
        name: Of the module that is run.
        claim: In a sentence.
        folder: Where its results are kept.
        measure: The numbers, given how many seeds, whether it is a smoke test, and what keeps the runs that are done.
        table: The page of results, in Markdown.
        figure: Drawn from the numbers.
    """

    name: str
    claim: str
    folder: Path
    measure: Callable[[int, bool, Kept], Numbers]
    table: Callable[[Numbers], str]
    figure: Callable[[Numbers], Figure]


def main(study: Study, arguments: Sequence[str] | None = None) -> Numbers:
    """Run an experiment from the command line; one process, on one core. Stopped, it goes on where it was.

    Args:
        study: What is run.
        arguments: In place of those of the process.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {study.name}", description=study.claim)
    parser.add_argument("--seeds", type=int, default=5, help="how many (5)")
    parser.add_argument("--out", type=Path, default=study.folder, help="folder of the results (the experiment's)")
    parser.add_argument("--quick", action="store_true", help="a smoke test: two seeds, a few updates, no meaning")
    parser.add_argument("--redraw", action="store_true", help="table and figure again from the numbers in the folder")
    options = parser.parse_args(arguments)
    if options.redraw:
        numbers = read_numbers(options.out)
    else:
        if options.quick and options.out == study.folder:
            parser.error("--quick needs --out: its numbers are not to take the place of the experiment's")
        options.out.mkdir(parents=True, exist_ok=True)
        ran_on, kept = machine(1), Kept(options.out / "runs.jsonl")
        measured = study.measure(2 if options.quick else options.seeds, options.quick, kept)
        numbers = {"schema": SCHEMA, "claim": study.claim, "quick": options.quick, "machine": ran_on, **measured}
        (options.out / "results.json").write_text(_in_lines(numbers), encoding="utf-8")
        kept.close()
    page = study.table(numbers).rstrip() + "\n"
    (options.out / "table.md").write_text(page, encoding="utf-8")
    save(study.figure(numbers), options.out)
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
