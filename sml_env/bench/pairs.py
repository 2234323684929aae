"""Checking a file of answers from the command line: of millions, line by line in bounded memory."""

from __future__ import annotations

import codecs
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeAlias

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sml_env.bench.files import LineFile
from sml_env.bench.verify import MAX_BYTES, as_dict, one_line
from sml_env.datasets import parse_json
from sml_env.errors import DataError
from sml_env.verifiers.base import Status, Verdict
from sml_env.verifiers.policy import Policy
from sml_env.verifiers.symbolic import verify_batch

__all__ = ["UNREADABLE", "Pairs", "Tally", "verify_file"]

UNREADABLE: Final = "unreadable"
"""Status of a line that holds no pair to verify."""

_SHOWN_FAULTS: Final = 5
_MAX_CHUNK: Final = 1024
_MAX_CHUNK_BYTES: Final = 4 * MAX_BYTES
_QUICK: Final = 0.1
_BLOCK: Final = 1024 * 1024
_FAILED: Final = 2
_INTERRUPTED: Final = 130


Progress: TypeAlias = Callable[[str, int | None, Console], AbstractContextManager[Callable[[int, str], None]]]
"""Opens a progress bar: what is counted, how many there are, where it is shown; gives what moves it on."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Where a line has what is compared.

    Attributes:
        answer: Name of the answer's field.
        reference: Name of the reference's field.
    """

    answer: str = "answer"
    reference: str = "reference"


@dataclass(slots=True)
class Tally:
    """What became of the lines so far.

    Attributes:
        counts: Lines by status and method.
        faults: The first lines that could not be read, each with the reason.
        seconds: Wall-clock time spent.
    """

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def total(self) -> int:
        """Lines in all."""
        return self.counts.total()

    def of(self, status: str) -> int:
        """Lines of that status."""
        return sum(count for (found, _), count in self.counts.items() if found == status)


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    answer: str = ""
    reference: str = ""
    fault: str = ""
    id: str | int | None = None

    def line(self, verdict: Verdict | None) -> str:
        shown: dict[str, object] = {"line": self.number}
        if self.id is not None:
            shown["id"] = self.id
        if verdict is None:
            shown |= {"status": UNREADABLE, "method": "none", "reason": self.fault, "extracted": None}
        else:
            shown |= as_dict(verdict)
        return json.dumps(shown) + "\n"


def verify_file(
    path: Path, pairs: Pairs, policy: Policy, *, threads: int, out: Path | None, as_json: bool, progress: Progress
) -> int:
    """Verify a JSON Lines file and print what became of its lines.

    Each line that is not blank gives one line: ``line`` (its number), ``id`` if it has one that is a text or a whole
    number, ``status``, ``method``, ``reason`` and ``extracted``. One that holds no pair gets the status `UNREADABLE`
    and stops nothing.

    Args:
        path: The file.
        pairs: Its fields. JSON numbers count as their text.
        policy: The rules.
        threads: How many pairs may wait for workers at a time.
        out: Where the lines are written, if anywhere.
        as_json: Whether to print the lines, and all else to standard error.
        progress: Shows how far it is.

    Returns:
        The exit code. 0: all lines were read; 2: some were not; 130: interrupted.

    Raises:
        DataError: If the file cannot be read or has no rows.
        ConfigurationError: If ``out`` cannot be written.
    """
    notes = Console(stderr=True, highlight=False)
    console = notes if as_json else Console(highlight=False)
    tally = Tally()
    interrupted = False
    with _opened(path) as source:
        sink = None if out is None else LineFile(out, path)

        def write(lines: str) -> None:
            if sink is not None:
                sink.write(lines)
            if as_json:
                click.echo(lines, nl=False)

        with sink or nullcontext(), progress("lines", _count_lines(source), notes) as advance:
            started = time.perf_counter()
            try:
                _verify_lines(source, pairs, policy, threads, tally, write, lambda count: advance(count, "lines"))
            except KeyboardInterrupt:
                interrupted = True
            tally.seconds = time.perf_counter() - started
    if not (tally.total or interrupted):
        if sink is not None:
            sink.partial.unlink()
        raise DataError(f"{str(path)!r}: no rows")
    if interrupted:
        notes.print(Text(f"interrupted after {tally.total:,} lines", style="yellow"))
    elif sink is not None:
        sink.finish()
    if tally.total:
        _show_tally(console, tally)
    if sink is not None:
        console.print(Text(sink.place(tally.total, "verdicts", interrupted)))
    if interrupted:
        return _INTERRUPTED
    return _FAILED if tally.of(UNREADABLE) else 0


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise DataError(f"{str(path)!r}: cannot be read: {error.strerror or error}") from error


def _count_lines(source: BinaryIO) -> int | None:
    """Lines of a file that is then read from its start; None where that cannot be, as in a pipe."""
    if not source.seekable():
        return None
    count, last = 0, b"\n"
    while block := source.read(_BLOCK):
        count, last = count + block.count(b"\n"), block
    source.seek(0)
    return count + (not last.endswith(b"\n"))


def _verify_lines(
    source: BinaryIO,
    pairs: Pairs,
    policy: Policy,
    threads: int,
    tally: Tally,
    write: Callable[[str], None],
    tick: Callable[[int], None],
) -> None:
    """Verify, in chunks that grow while they are quick: progress is seen often, and equal pairs are verified once.

    Args:
        source: The file.
        pairs: Its fields.
        policy: The rules.
        threads: How many pairs may wait for workers at a time.
        tally: Takes the counts as they come.
        write: Takes whole lines, a chunk at a time.
        tick: Called after each chunk with how many lines of the file it has moved on.
    """
    chunk: list[_Row] = []
    size, weight, done = threads, 0, 0

    def settle() -> None:
        nonlocal size, weight, done
        started = time.perf_counter()
        sound = [row for row in chunk if not row.fault]
        verdicts = iter(verify_batch([(row.answer, row.reference) for row in sound], policy, threads=threads))
        judged = [(row, None if row.fault else next(verdicts)) for row in chunk]
        write("".join(row.line(verdict) for row, verdict in judged))
        for row, verdict in judged:
            tally.counts[(UNREADABLE, "none") if verdict is None else (verdict.status.value, verdict.method)] += 1
            if verdict is None and len(tally.faults) < _SHOWN_FAULTS:
                tally.faults.append(f"line {row.number}: {row.fault}")
        tick(chunk[-1].number - done)
        quick = time.perf_counter() - started < _QUICK
        size = min(2 * size, _MAX_CHUNK) if quick else max(size // 2, threads)
        done, weight = chunk[-1].number, 0
        chunk.clear()

    for number, line in _lines(source):
        if line is not None and not line.strip():
            continue
        chunk.append(_row(number, line, pairs))
        weight += len(line or b"")
        if len(chunk) >= size or weight >= _MAX_CHUNK_BYTES:
            settle()
    if chunk:
        settle()


def _lines(source: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Numbered lines; None stands for one that is too long."""
    number = 0
    while line := source.readline(MAX_BYTES + 1):
        number += 1
        if len(line) <= MAX_BYTES or line.endswith(b"\n"):
            yield number, line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
            continue
        while line and not line.endswith(b"\n"):
            line = source.readline(_BLOCK)
        yield number, None


def _row(number: int, line: bytes | None, pairs: Pairs) -> _Row:
    name: str | int | None = None
    try:
        row = _parsed(line)
        found = row.get("id")
        name = found if isinstance(found, str | int) else None
        return _Row(number, _text(row, pairs.answer), _text(row, pairs.reference), id=name)
    except ValueError as error:
        return _Row(number, fault=str(error), id=name)


def _parsed(line: bytes | None) -> Mapping[str, Any]:
    if line is None:
        raise ValueError(f"longer than {MAX_BYTES:,} bytes")
    row = parse_json(line)
    if not isinstance(row, dict):
        raise ValueError("not a JSON object")
    return row


def _text(row: Mapping[str, Any], name: str) -> str:
    if name not in row:
        raise ValueError(f"no field {name!r}")
    value = row[name]
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) != inf:
        return str(value)
    if not isinstance(value, str):
        raise ValueError(f"field {name!r} is not a text")
    return value


def _show_tally(console: Console, tally: Tally) -> None:
    """Print the counts by status and method, and the speed."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("status", no_wrap=True)
    table.add_column("lines", justify="right", no_wrap=True)
    table.add_column("share", justify="right", no_wrap=True)
    table.add_column("by method")
    for status in (*(status.value for status in Status), UNREADABLE):
        count = tally.of(status)
        if count:
            methods = [(method, n) for (kind, method), n in tally.counts.most_common() if kind == status]
            listed = "" if status == UNREADABLE else ", ".join(f"{method} {n:,}" for method, n in methods)
            table.add_row(Text(status), f"{count:,}", f"{100 * count / tally.total:.1f}%", Text(listed))
    console.print(table)
    rate = tally.total / tally.seconds if tally.seconds else 0.0
    shown = f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"
    console.print(Text(f"{tally.total:,} lines in {tally.seconds:,.1f} s · {shown} checks/s"))
    unreadable = tally.of(UNREADABLE)
    if unreadable:
        console.print(Text(f"{unreadable:,} unreadable line{'s' if unreadable > 1 else ''}:", style="red"))
        for fault in tally.faults:
            console.print(Text(f"  {one_line(fault)}"))
        if unreadable > len(tally.faults):
            console.print(Text(f"  … and {unreadable - len(tally.faults):,} more"))
