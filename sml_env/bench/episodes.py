"""Reading back the episodes that a benchmark has written: each line is checked whole, and nothing in it can crash."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

from sml_env.bench.verify import MAX_BYTES, one_line
from sml_env.datasets import parse_json
from sml_env.errors import DataError
from sml_env.evaluation import SCHEMA, Episode, Origin, TurnRecord

__all__ = ["MAX_BITS", "MAX_REWARD", "episode_of", "episodes_of", "read_episodes"]

MAX_BITS: Final = 1e6
"""No amount of information in a file is larger."""

MAX_REWARD: Final = 1e12
"""No reward in a file is larger, in either direction."""

_READ: Final = (1, 2, 3, SCHEMA)
_MAX_SEED: Final = 2**64
_MAX_COUNT: Final = 2**53
_MAX_NAME: Final = 200
_MAX_SPECIFICATION: Final = 2_000
_SHOWN_FAULTS: Final = 10
_SHOWN_VALUE: Final = 60
_ROUNDING: Final = 1e-9
_REMEDY: Final = "episodes are what `sml-env bench --out FILE` writes: name such a file, or delete the bad lines"


def read_episodes(paths: Sequence[str | Path], *, faulty: Callable[[str], None] | None = None) -> tuple[Episode, ...]:
    """All episodes of some files, in the order of the files and their lines. Blank lines are passed over.

    Args:
        paths: Files that ``sml-env bench --out`` has written, of this schema or an earlier one.
        faulty: Is told of a file's bad lines in one text, and the good ones are taken; without it they are an error.

    Raises:
        DataError: If a file cannot be read, has no episodes, or has a line that is none; names the file and the lines.
    """
    return tuple(episode for path in paths for episode in episodes_of(Path(path), faulty=faulty))


def episodes_of(path: Path, *, faulty: Callable[[str], None] | None = None) -> Iterator[Episode]:
    """The episodes of one file, one at a time; faults are told of at its end. Otherwise as ``read_episodes``."""
    faults: list[str] = []
    bad = good = 0
    try:
        with path.open("rb") as source:
            for number, line in _lines(source):
                try:
                    episode = episode_of(line)
                except ValueError as error:
                    bad += 1
                    if bad <= _SHOWN_FAULTS:
                        faults.append(f"line {number}: {one_line(str(error))}")
                else:
                    good += 1
                    yield episode
    except (OSError, ValueError) as error:  # a path with a null character is a ValueError
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{str(path)!r}: cannot be read: {reason}; name a file of episodes") from error
    if bad:
        if bad > len(faults):
            faults.append(f"… and {bad - len(faults):,} more")
        listed = "\n  ".join(faults)
        said = f"{str(path)!r}: bad lines: {bad:,}, good ones: {good:,}\n  {listed}"
        if faulty is None:
            raise DataError(f"{said}\n{_REMEDY}")
        faulty(said)
    if not good:
        raise DataError(f"{str(path)!r}: no episodes; {_REMEDY}")


def _lines(source: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Numbered lines that are not blank; None stands for one that is too long, and ends the file."""
    number = 0
    while line := source.readline(MAX_BYTES + 1):
        number += 1
        if len(line) > MAX_BYTES:
            yield number, None
            return
        if number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        if line.strip():
            yield number, line


def _row(line: bytes | None) -> Mapping[str, Any]:
    if line is None:
        raise ValueError(f"longer than {MAX_BYTES:,} bytes; nothing after it was read")
    row = parse_json(line)
    if not isinstance(row, dict):
        raise ValueError("not a JSON object")
    if "schema" not in row:
        raise ValueError("no field 'schema': not an episode")
    schema = row["schema"]
    if isinstance(schema, bool) or schema not in _READ:
        raise ValueError(
            f"schema {_shown(schema)} is none of {', '.join(map(str, _READ))}, which this version of sml_env reads"
        )
    return row


def episode_of(line: bytes | None) -> Episode:
    """The episode that a line holds; ``None`` stands for a line that is too long.

    Raises:
        ValueError: If it holds none; names the fault.
    """
    row = _row(line)
    listed = _value(row, "records")
    if not isinstance(listed, list):
        raise ValueError("field 'records' is not a list")
    records = tuple(_record(entry, turn) for turn, entry in enumerate(listed, 1))
    turns, budget, success = _count(row, "turns"), _count(row, "max_turns"), _flag(row, "success")
    if turns != len(records) or turns > budget:
        raise ValueError(f"turns {turns:,} with {len(records):,} records and max_turns {budget:,} makes no sense")
    if success and not turns:
        raise ValueError("success without a turn makes no sense")
    return Episode(
        problem_id=_text(row, "problem_id"),
        seed=_count(row, "seed", _MAX_SEED),
        agent=_name(row, "agent"),
        asymmetry=_name(row, "asymmetry"),
        teacher=_name(row, "teacher"),
        success=success,
        episode_return=_number(row, "return", -MAX_REWARD, MAX_REWARD),
        turns=turns,
        max_turns=budget,
        max_attempts=_count(row, "max_attempts"),
        prior_entropy_bits=_optional(row, "prior_entropy_bits", 0.0, MAX_BITS),
        hedging=_optional(row, "hedging", 0.0, 1.0),
        leaks_stopped=_count(row, "leaks_stopped"),
        failure=_text(row, "failure"),
        records=records,
        models=_named(row, "models", 2),
        meters=_named(row, "meters", 3),
        origin=_origin(_value(row, "origin")) if row["schema"] >= 4 else None,
    )


def _origin(row: object) -> Origin | None:
    if row is None:
        return None
    if not isinstance(row, dict):
        raise ValueError("field 'origin' is not a JSON object")
    try:
        arguments = _value(row, "arguments")
        if not isinstance(arguments, dict):
            raise ValueError("field 'arguments' is not a JSON object")
        return Origin(
            env=_name(row, "env"),
            arguments=arguments,
            teacher=_name(row, "teacher", _MAX_SPECIFICATION),
            student=_name(row, "student", _MAX_SPECIFICATION),
            index=_count(row, "index"),
            suite=_text(row, "suite"),
            bracket=_flag(row, "bracket"),
        )
    except ValueError as error:
        raise ValueError(f"origin: {error}") from error


def _named(row: Mapping[str, Any], name: str, since: int) -> Mapping[str, Mapping[str, Any]]:
    """What is said of models or meters, by name; rows of an older schema do not say."""
    named = {} if row["schema"] < since else _value(row, name)
    if not isinstance(named, dict) or not all(isinstance(said, dict) for said in named.values()):
        raise ValueError(f"field {name!r} is not a JSON object of JSON objects")
    return named


def _record(row: object, turn: int) -> TurnRecord:
    if not isinstance(row, dict):
        raise ValueError(f"turn {turn} is not a JSON object")
    try:
        terms = _value(row, "reward_terms")
        if not isinstance(terms, dict):
            raise ValueError("field 'reward_terms' is not a JSON object")
        return TurnRecord(
            utterance=_text(row, "utterance"),
            reply=_text(row, "reply"),
            query_kind=_name(row, "query_kind"),
            expected_bits=_optional(row, "expected_bits", -MAX_BITS, MAX_BITS),
            realised_bits=_optional(row, "realised_bits", -MAX_BITS, MAX_BITS),
            verdict_bits=_optional(row, "verdict_bits", -MAX_BITS, MAX_BITS),
            best_bits=_optional(row, "best_bits", -MAX_BITS, MAX_BITS),
            belief_entropy_bits=_optional(row, "belief_entropy_bits", 0.0, MAX_BITS),
            likeliest=_optional(row, "likeliest", 0.0, 1.0),
            reward_terms={name: _number(terms, name, -MAX_REWARD, MAX_REWARD) for name in terms},
        )
    except ValueError as error:
        raise ValueError(f"turn {turn}: {error}") from error


def _value(row: Mapping[str, Any], name: str) -> object:
    if name not in row:
        raise ValueError(f"no field {name!r}")
    value: object = row[name]
    return value


def _shown(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= _SHOWN_VALUE else f"{text[:_SHOWN_VALUE]}…"


def _text(row: Mapping[str, Any], name: str) -> str:
    value = _value(row, name)
    if not isinstance(value, str):
        raise ValueError(f"field {name!r}: {_shown(value)} is not a text")
    return value


def _name(row: Mapping[str, Any], name: str, most: int = _MAX_NAME) -> str:
    value = _text(row, name)
    if not value.strip() or len(value) > most:
        raise ValueError(f"field {name!r}: {_shown(value)} is not a name of 1 to {most} characters")
    return value


def _flag(row: Mapping[str, Any], name: str) -> bool:
    value = _value(row, name)
    if not isinstance(value, bool):
        raise ValueError(f"field {name!r}: {_shown(value)} is neither true nor false")
    return value


def _count(row: Mapping[str, Any], name: str, most: int = _MAX_COUNT) -> int:
    value = _value(row, name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise ValueError(f"field {name!r}: {_shown(value)} is not a whole number from 0 to {most:,}")
    return value


def _number(row: Mapping[str, Any], name: str, low: float, high: float) -> float:
    value = _value(row, name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError(f"field {name!r}: {_shown(value)} is not a number")
    if not low - _ROUNDING <= value <= high + _ROUNDING:
        raise ValueError(f"field {name!r}: {_shown(value)} is not from {low:,g} to {high:,g}")
    return float(value)


def _optional(row: Mapping[str, Any], name: str, low: float, high: float) -> float | None:
    return None if _value(row, name) is None else _number(row, name, low, high)
