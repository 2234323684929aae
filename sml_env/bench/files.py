"""Files of lines that replace an earlier file only when they are complete."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TextIO

from sml_env.errors import ConfigurationError

__all__ = ["LineFile"]


class LineFile:
    """A file of lines that replaces an earlier one only when it is complete.

    Args:
        path: Where it will be. Lines go to ``PATH.partial`` until ``finish``; folders are made.
        source: A file that is read meanwhile, and must not be overwritten.

    Raises:
        ConfigurationError: If it cannot be written, or writing would destroy ``source``.
    """

    def __init__(self, path: Path, source: Path | None = None) -> None:
        self.path = path
        self.partial = path.parent / f"{path.name}.partial"
        if path.is_dir():
            raise ConfigurationError(f"out: {path} is a folder; name a file in it")
        for target in (path, self.partial):
            if source is not None and _same(target, source):
                raise ConfigurationError(f"out: writing {path} would overwrite {source}, which is read; choose another")
        self.replaced = path.exists()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: TextIO = self.partial.open("w", encoding="utf-8")
        except OSError as error:
            raise ConfigurationError(f"out: {path} cannot be written: {error.strerror or error}") from error

    def write(self, lines: str) -> None:
        """Whole lines, handed to the system at once, so that they outlive this process."""
        self._file.write(lines)
        self._file.flush()

    def finish(self) -> None:
        """Put the complete file into its place."""
        self._file.close()
        self.partial.replace(self.path)

    def place(self, count: int, what: str, interrupted: bool) -> str:
        """Where the lines are, for a person."""
        if interrupted:
            kept = f"; the earlier {self.path} is as it was" if self.replaced else ""
            return f"the {what} so far are in {self.partial}{kept}"
        return f"{count:,} {what} written to {self.path}{' (an earlier file was replaced)' if self.replaced else ''}"

    def __enter__(self) -> LineFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def _same(target: Path, source: Path) -> bool:
    return target.resolve() == source.resolve() or (target.exists() and source.exists() and target.samefile(source))
