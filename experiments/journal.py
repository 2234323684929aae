"""A journal of finished runs, so that an experiment that was killed goes on where it stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from experiments.arms import Arm
from experiments.learning import Trained

__all__ = ["Journal"]


class Journal:
    """Runs by arm and seed, a line each; a line that is no run (cut off by a kill) is left out.

    Args:
        path: Of the file, which need not exist.
        resume: Whether what stands in it counts; otherwise it begins anew.
    """

    def __init__(self, path: Path, *, resume: bool) -> None:
        self._path = path
        self._runs: dict[tuple[str, int], Trained] = dict(self._read()) if resume and path.exists() else {}
        path.parent.mkdir(parents=True, exist_ok=True)
        if not resume:
            path.write_text("", encoding="utf-8")

    def _read(self) -> Iterator[tuple[tuple[str, int], Trained]]:
        for line in self._path.read_text(encoding="utf-8").splitlines():
            try:
                row = json.loads(line)
                run = Trained(**row["run"])
            except (ValueError, KeyError, TypeError):
                continue
            yield (_key(row["arm"]), run.seed), run

    def find(self, arm: Arm, seed: int) -> Trained | None:
        """What became of an arm with a seed, if it was trained."""
        return self._runs.get((_key(arm.as_dict()), seed))

    def add(self, arm: Arm, run: Trained) -> None:
        """Write a run down at once."""
        self._runs[_key(arm.as_dict()), run.seed] = run
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"arm": arm.as_dict(), "run": asdict(run)}) + "\n")


def _key(arm: object) -> str:
    return json.dumps(json.loads(json.dumps(arm)), sort_keys=True)
