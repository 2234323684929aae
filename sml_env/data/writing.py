"""A folder of conversation data: JSON Lines and Parquet, what is private apart from them, and the data card."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol

from sml_env.data.rows import Private, Row
from sml_env.errors import ConfigurationError, MissingExtraError

__all__ = ["FORMATS", "Writers"]

FORMATS: Final = ("jsonl", "parquet")
"""Kinds of files."""

PRIVATE: Final = "private"
"""The folder of what only the teacher's side knew."""

_BATCH: Final = 1_000


class _Sink(Protocol):
    def write(self, row: Mapping[str, Any]) -> None: ...
    def close(self) -> None: ...


class _Lines:
    """One JSON line a row."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8")

    def write(self, row: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(row, allow_nan=False) + "\n")

    def close(self) -> None:
        self._file.close()


class _Table:
    """Rows in batches, with a schema that does not depend on what they hold."""

    def __init__(self, path: Path, schema: Any) -> None:
        from pyarrow.parquet import ParquetWriter

        self._schema = schema
        self._rows: list[Mapping[str, Any]] = []
        self._writer = ParquetWriter(path, schema, compression="zstd")

    def write(self, row: Mapping[str, Any]) -> None:
        self._rows.append(row)
        if len(self._rows) == _BATCH:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        from pyarrow import RecordBatch

        if self._rows:
            self._writer.write_batch(RecordBatch.from_pylist(self._rows, schema=self._schema))
            self._rows = []


def _public_schema() -> Any:
    import pyarrow as pa

    message = pa.struct([("role", pa.string()), ("content", pa.string())])
    return pa.schema(
        [
            ("id", pa.string()),
            ("messages", pa.list_(message)),
            ("env", pa.string()),
            ("problem_id", pa.string()),
            ("asymmetry", pa.string()),
            ("teacher", pa.string()),
            ("agent", pa.string()),
            ("success", pa.bool_()),
            ("turns", pa.int32()),
            ("bits", pa.float64()),
            ("query_kinds", pa.list_(pa.string())),
            ("primed", pa.list_(pa.int32())),
            ("return", pa.float64()),
        ]
    )


def _private_schema() -> Any:
    import pyarrow as pa

    texts = pa.list_(pa.string())
    return pa.schema([("id", pa.string()), ("answer", pa.string()), ("solution", pa.list_(texts)), ("details", texts)])


class Writers:
    """Writes splits into a folder that takes its place only when it is complete.

    Args:
        folder: Where; it must not be there yet, or be empty. Until ``finish`` all lies in ``FOLDER.partial``.
        splits: Their names.
        formats: Of ``FORMATS``.

    Raises:
        ConfigurationError: If the folder holds something, or cannot be made.
        MissingExtraError: If a format needs a package that is missing.
    """

    def __init__(self, folder: Path, splits: Sequence[str], formats: Sequence[str] = FORMATS) -> None:
        if "parquet" in formats and find_spec("pyarrow") is None:
            raise MissingExtraError(
                'pyarrow: the package is missing; install it with pip install "sml_env[data]", or pass --format jsonl'
            )
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ConfigurationError(f"out: {folder} is there already; name a new folder")
        self.folder = folder
        self.formats = tuple(formats)
        self._partial = folder.parent / f"{folder.name}.partial"
        try:
            shutil.rmtree(self._partial, ignore_errors=True)
            (self._partial / PRIVATE).mkdir(parents=True)
            self._sinks = {
                (split, private): [self._sink(split, private, form) for form in formats]
                for split in splits
                for private in (False, True)
            }
        except OSError as error:
            raise ConfigurationError(f"out: {folder} cannot be written: {error.strerror or error}") from error

    def _sink(self, split: str, private: bool, form: str) -> _Sink:
        path = self._partial / (f"{PRIVATE}/" if private else "") / f"{split}.{form}"
        if form == "jsonl":
            return _Lines(path)
        return _Table(path, _private_schema() if private else _public_schema())

    def write(self, split: str, row: Row, private: Private) -> None:
        """Add a dialogue to a split.

        Raises:
            ConfigurationError: If the disk is full, or the folder has gone.
        """
        try:
            for apart, what in ((False, row.as_dict()), (True, private.as_dict())):
                for sink in self._sinks[split, apart]:
                    sink.write(what)
        except OSError as error:
            left = f"what is there lies in {self._partial}"
            raise ConfigurationError(
                f"out: {self.folder} cannot be written: {error.strerror or error}; {left}"
            ) from error

    def finish(self, card: str, empty: Sequence[str] = ()) -> None:
        """Write the data card, leave out the splits that have no rows, and put the folder into its place.

        Args:
            card: Its text.
            empty: Splits without rows.

        Raises:
            ConfigurationError: If that cannot be done.
        """
        try:
            self._close()
            for split in empty:
                for form in self.formats:
                    (self._partial / f"{split}.{form}").unlink()
                    (self._partial / PRIVATE / f"{split}.{form}").unlink()
            (self._partial / "README.md").write_text(card, encoding="utf-8")
            if self.folder.exists():
                self.folder.rmdir()
            self._partial.replace(self.folder)
        except OSError as error:
            raise ConfigurationError(f"out: {self.folder} cannot be written: {error.strerror or error}") from error

    def __enter__(self) -> Writers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        for sinks in self._sinks.values():
            for sink in sinks:
                sink.close()
        self._sinks = {}
