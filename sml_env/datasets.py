"""Problems from data: JSON Lines in two layouts, Hugging Face datasets, and reasoning-gym tasks.

A bad row is never skipped: the error names the file, the lines, the faults, and how many rows were good.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

from sml_env.errors import ConfigurationError, DataError, MissingExtraError
from sml_env.problems import Step
from sml_env.verifiers.policy import EXACT
from sml_env.verifiers.symbolic import verify

__all__ = ["MAX_FIELD_CHARACTERS", "Record", "load_records", "parse_json", "read_json_lines", "worked_steps"]

MAX_FIELD_CHARACTERS: Final = 20_000
_SHOWN_FAULTS: Final = 20
_ANNOTATION: Final = re.compile(r"<<([^<>=]{1,200})=([^<>]{1,60})>>")
_NUMBER: Final = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?|(?<![\w.])\.\d+")
_FINAL: Final = re.compile(r"####\s*(.+?)\s*$")
_WORDS: Final = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "ten": "10", "eleven": "11", "twelve": "12",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Record:
    """One problem of a data set.

    Attributes:
        name: Of the row, unique and stable within its source: ``gsm8k_test-17``.
        statement: What is asked.
        answer: The reference, as the source has it.
        steps: The worked solution, where the source has one.
        chain: Its calculator annotations in GSM8K's layout, expression and result as the source has them.
    """

    name: str
    statement: str
    answer: str
    steps: tuple[Step, ...] = ()
    chain: tuple[tuple[str, str], ...] = ()


def worked_steps(solution: str, statement: str) -> tuple[Step, ...]:
    """The steps of a worked solution in GSM8K's layout, every computed value masked in the operations.

    Args:
        solution: Lines with calculator annotations such as ``16 - 3 - 4 = <<16-3-4=9>>9``.
        statement: Its numbers may be shown; any other number is masked.
    """
    given = {found.replace(",", "") for found in _NUMBER.findall(statement)}
    lowered = statement.lower()
    given |= {digits for word, digits in _WORDS.items() if re.search(rf"\b{word}\b", lowered)}
    lines = [line.strip() for line in solution.split("\n") if line.strip()]
    steps = []
    for line in lines:
        for expression, result in _ANNOTATION.findall(line):
            shown = _NUMBER.sub(lambda found: found[0] if found[0].replace(",", "") in given else "[?]", expression)
            steps.append(Step(f"Work out {shown.strip()}.", result.strip()))
    if not steps:
        steps = [Step("Take the next step of the reasoning.", line) for line in lines]
    return tuple(steps)


def _text(row: Mapping[str, Any], *names: str) -> str:
    for name in names:
        if name in row:
            value = row[name]
            if isinstance(value, int | float) and not isinstance(value, bool):
                value = str(value)
            if not isinstance(value, str) or not value.strip():
                raise ValueError(f"field {name!r} is not a non-empty text")
            if len(value) > MAX_FIELD_CHARACTERS:
                raise ValueError(f"field {name!r} is longer than {MAX_FIELD_CHARACTERS:,} characters")
            return value.strip()
    raise ValueError(f"no field {' or '.join(repr(name) for name in names)}")


def _record(row: object, name: str) -> Record:
    """A record from a row in either layout; ValueError names the fault."""
    if not isinstance(row, Mapping):
        raise ValueError("not a JSON object")
    statement = _text(row, "question", "problem", "prompt")
    answer = _text(row, "answer")
    steps: tuple[Step, ...] = ()
    chain: tuple[tuple[str, str], ...] = ()
    final = _FINAL.search(answer) if "####" in answer else None
    if final:
        steps = worked_steps(answer[: final.start()], statement)
        chain = tuple((found[1].strip(), found[2].strip()) for found in _ANNOTATION.finditer(answer))
        answer = final[1].replace(",", "")
    elif "solution" in row:
        steps = worked_steps(_text(row, "solution"), statement)
    if not verify(answer, answer, EXACT).correct:
        raise ValueError(f"the answer {answer[:80]!r} does not parse")
    return Record(name, statement, answer, steps, chain)


def _collect(source: str, rows: Iterable[tuple[int, Callable[[], object]]], stem: str) -> tuple[Record, ...]:
    """Records of all rows, or one DataError about all the bad ones."""
    records: list[Record] = []
    faults: list[str] = []
    for number, read in rows:
        try:
            records.append(_record(read(), f"{stem}-{number}"))
        except ValueError as error:
            faults.append(f"line {number}: {error}")
    if faults:
        more = f"\n  … and {len(faults) - _SHOWN_FAULTS} more" if len(faults) > _SHOWN_FAULTS else ""
        listed = "\n  ".join(faults[:_SHOWN_FAULTS])
        raise DataError(f"{source}: {len(faults)} bad rows, {len(records)} good ones\n  {listed}{more}")
    if not records:
        raise DataError(f"{source}: no rows")
    return tuple(records)


def _refused(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def parse_json(line: bytes) -> object:
    """What one line holds; ValueError names the fault."""
    try:
        return json.loads(line.decode("utf-8"), parse_constant=_refused)
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"broken JSON at column {error.colno}: {error.msg}") from error
    except RecursionError as error:
        raise ValueError("JSON nested too deeply") from error


def read_json_lines(path: str | Path) -> tuple[Record, ...]:
    """All problems of a JSON Lines file.

    Each row has ``question`` and an ``answer`` that ends in ``#### 18`` (the GSM8K layout), or ``problem`` (or
    ``question``) and ``answer`` alone, with an optional ``solution``.

    Raises:
        DataError: If the file cannot be read, is empty, or has a bad row.
    """
    file = Path(path)
    try:
        lines = file.read_bytes().split(b"\n")
    except (OSError, ValueError) as error:
        raise DataError(f"{str(file)!r}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    rows = ((number, lambda line=line: parse_json(line)) for number, line in numbered)
    return _collect(str(file), rows, file.stem)


def _hugging_face(name: str) -> tuple[Record, ...]:
    try:
        import datasets
    except ImportError as error:
        raise MissingExtraError(f'data: "hf:{name}" needs the extra: pip install "sml-env[datasets]"') from error
    path, _, rest = name.partition(":")
    configuration, _, split = rest.partition(":")
    try:
        table = datasets.load_dataset(path, configuration or None, split=split or "test")
    except Exception as error:  # the library raises many kinds, all of them about this name
        raise DataError(f"hf:{name}: {type(error).__name__}: {error}") from error
    rows = ((number, lambda row=row: row) for number, row in enumerate(table, 1))
    return _collect(f"hf:{name}", rows, path.replace("/", "_"))


def _reasoning_gym(name: str) -> tuple[Record, ...]:
    try:
        import reasoning_gym
    except ImportError as error:
        raise MissingExtraError(
            f'data: "reasoning_gym:{name}" needs the extra: pip install "sml-env[reasoning-gym]"'
        ) from error
    task, _, count = name.partition(":")
    if count and not (count.isascii() and count.isdigit() and int(count) > 0):
        raise ConfigurationError(f"data: the size {count!r} of reasoning_gym:{name} is not a positive integer")
    size = int(count) if count else 200
    try:
        table = reasoning_gym.create_dataset(task, seed=0, size=size)
        items = [dict(item) for item in table]
    except Exception as error:  # the library raises many kinds, all of them about this name
        raise DataError(f"reasoning_gym:{name}: {type(error).__name__}: {error}") from error
    rows = ((number, lambda row=row: row) for number, row in enumerate(items, 1))
    return _collect(f"reasoning_gym:{name}", rows, task)


def load_records(source: str) -> tuple[Record, ...]:
    """Problems by the name of their source.

    Args:
        source: A path of a JSON Lines file; ``hf:NAME[:CONFIGURATION[:SPLIT]]``; or ``reasoning_gym:TASK[:SIZE]``.

    Raises:
        DataError: If the source has bad rows or cannot be read.
        MissingExtraError: If the source needs a package that is absent.
        ConfigurationError: If the source is not a text.
    """
    if not isinstance(source, str) or not source:
        raise ConfigurationError(f"data: {source!r} is not a path or a source's name")
    if source.startswith("hf:"):
        return _hugging_face(source[3:])
    if source.startswith("reasoning_gym:"):
        return _reasoning_gym(source[len("reasoning_gym:") :])
    return read_json_lines(source)
