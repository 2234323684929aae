"""Files of lines that replace an earlier file only when they are complete."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TextIO

from sml_env.errors import ConfigurationError

__all__ = ["LineFile", "refuse_devices"]


class LineFile:
    """A file of lines that replaces an earlier one only when it is complete.

    Args:
        path: Where it will be. Lines go to ``PATH.partial`` until ``finish``; folders are made.
        sources: Files that are read meanwhile, and must not be overwritten.

    Raises:
        ConfigurationError: If it cannot be written, or writing would destroy one of ``sources``.
    """

    def __init__(self, path: Path, *sources: Path) -> None:
        self.path = path
        self.partial = path.parent / f"{path.name}.partial"
        if path.is_dir():
            raise ConfigurationError(f"out: {path} is a folder; name a file in it")
        refuse_devices(path, self.partial)
        for target in (path, self.partial):
            for source in sources:
                if _same(target, source):
                    raise ConfigurationError(
                        f"out: writing {path} would overwrite {source}, which is read; choose another"
                    )
        self.replaced = path.exists()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: TextIO = self.partial.open("w", encoding="utf-8")
        except OSError as error:
            raise ConfigurationError(f"out: {path} cannot be written: {error.strerror or error}") from error

    def write(self, lines: str) -> None:
        """Whole lines, handed to the system at once, so that they outlive this process.

        Raises:
            ConfigurationError: If the disk is full, or the folder has gone.
        """
        try:
            self._file.write(lines)
            self._file.flush()
        except OSError as error:
            raise self._fault(error) from error

    def finish(self) -> None:
        """Put the complete file into its place.

        Raises:
            ConfigurationError: If that cannot be done.
        """
        try:
            self._file.close()
            self.partial.replace(self.path)
        except OSError as error:
            raise self._fault(error) from error

    def _fault(self, error: OSError) -> ConfigurationError:
        return ConfigurationError(f"out: {self.path} cannot be written: {error.strerror or error}")

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
        with suppress(OSError):  # on a full disk closing fails as writing did, and that has been said
            self._file.close()


def refuse_devices(*paths: Path) -> None:
    """Refuse what is there and is no file: putting a file into its place would do away with it.

    Raises:
        ConfigurationError: If one of the paths is a device, a pipe or a socket.
    """
    for path in paths:
        if path.exists() and not path.is_file():
            raise ConfigurationError(f"out: {path} is not a file; name one, or a new one")


def _same(target: Path, source: Path) -> bool:
    return target.resolve() == source.resolve() or (target.exists() and source.exists() and target.samefile(source))
