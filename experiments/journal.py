"""A journal of the runs that are done, so that an experiment that was stopped goes on where it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

__all__ = ["Journal"]


class Journal:
    """Runs by their settings, a line each. A line that is no run, as a kill may leave it, is taken out.

    Args:
        path: Of the file, which need not exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        self._runs = dict(_entries(text))
        whole = "".join(_line(key, run) for key, run in self._runs.items())
        if whole != text:
            other = path.with_suffix(".new")
            other.write_text(whole, encoding="utf-8")
            other.replace(path)

    def find(self, settings: Any) -> Any:
        """What became of some settings; ``None`` if they were not run.

        Args:
            settings: JSON-able, all that the run depends on, its seed among them.
        """
        return self._runs.get(_key(settings))

    def add(self, settings: Any, run: Any) -> None:
        """Write a run down at once."""
        key = _key(settings)
        line = _line(key, run)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line)
        self._runs[key] = run

    def run(self, settings: Any, make: Callable[[], Any]) -> Any:
        """What became of some settings, which are run now if they were not."""
        if _key(settings) not in self._runs:
            self.add(settings, make())
        return self.find(settings)

    def close(self) -> None:
        """All is done."""
        self._path.unlink(missing_ok=True)


def _entries(text: str) -> Iterator[tuple[str, Any]]:
    for line in text.splitlines():
        try:
            entry = json.loads(line)
            yield str(entry["key"]), entry["run"]
        except (ValueError, KeyError, TypeError):
            continue


def _line(key: str, run: Any) -> str:
    return json.dumps({"key": key, "run": run}) + "\n"


def _key(settings: Any) -> str:
    return hashlib.blake2b(json.dumps(settings, sort_keys=True).encode(), digest_size=16).hexdigest()
