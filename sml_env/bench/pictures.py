"""Where a picture is written: checked before the work is done, and put there whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sml_env.errors import ConfigurationError

__all__ = ["FORMS", "PictureFile"]

FORMS: Final = ("png", "svg", "pdf")
"""Kinds of files, by how their names end."""


class PictureFile:
    """A file for a picture; an earlier one is replaced only by a complete one.

    Args:
        path: Where it will be. Folders are made when it is written.
        sources: Files that are read, and must not be overwritten.

    Raises:
        ConfigurationError: If its name says no form, it is a folder, or it is one of ``sources``.
    """

    def __init__(self, path: Path, sources: Sequence[Path]) -> None:
        self.path = path
        self.form = path.suffix[1:].lower()
        if path.is_dir():
            raise ConfigurationError(f"out: {path} is a folder; name a file in it")
        if self.form not in FORMS:
            raise ConfigurationError(f"out: {path} ends in none of .{', .'.join(FORMS)}; choose one of them")
        if path.resolve() in {source.resolve() for source in sources}:
            raise ConfigurationError(f"out: {path} is read; choose another name")

    def write(self, picture: bytes, episodes: int) -> str:
        """Put the picture there, and say so for a person.

        Raises:
            ConfigurationError: If it cannot be written.
        """
        partial = self.path.parent / f"{self.path.name}.partial"
        replaced = self.path.exists()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(picture)
            partial.replace(self.path)
        except OSError as error:
            raise ConfigurationError(f"out: {self.path} cannot be written: {error.strerror or error}") from error
        note = " (an earlier file was replaced)" if replaced else ""
        return f"{episodes:,} episode{'s' * (episodes != 1)} drawn in {self.path}{note}"
