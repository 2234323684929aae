"""The file of a run while it is written: what a killed run has played is found again, and nothing is played twice."""

from __future__ import annotations

import json
import shutil
from collections import deque
from collections.abc import Iterator, Sequence
from io import FileIO
from pathlib import Path
from typing import Final

from sml_env.bench.episodes import episode_of
from sml_env.bench.files import refuse_devices
from sml_env.bench.plans import Arm, Cell, Plan
from sml_env.errors import ConfigurationError
from sml_env.evaluation import SCHEMA, Episode, Origin

__all__ = ["Journal"]

_MAX_LINE: Final = 8 * 1024 * 1024
_Key = tuple[int, Arm, int]


class Journal:
    """A run's episodes in ``PATH.partial``, one JSON line each, until all are there; then in order in ``PATH``.

    Lines are written as the episodes come, whole: one that was cut off by a kill, or by a full disk, is taken away.
    A disk that is full does not end the run: what could not be written waits, and is tried again with every episode.

    Args:
        path: Where the complete file will be.
        plans: Of the run.
        resume: Take up what an earlier run of these plans has left in ``PATH.partial``, or in ``PATH``.
        restart: Throw away what an earlier run has left.
        source: A file that is read meanwhile, and must not be overwritten.

    Raises:
        ConfigurationError: If it cannot be written, what is there belongs to another run, or there is something and
            neither ``resume`` nor ``restart`` says what to do with it.
    """

    def __init__(
        self, path: Path, plans: Sequence[Plan], *, resume: bool = False, restart: bool = False,
        source: Path | None = None,
    ) -> None:  # fmt: skip
        self.path = path
        self.partial = path.parent / f"{path.name}.partial"
        self.fault = ""
        self._plans = plans
        self._named = {key: arm for number, plan in enumerate(plans) for key, arm in _named(number, plan)}
        self._places: dict[_Key, tuple[int, int]] = {}
        self._end = 0
        self._waiting: deque[tuple[_Key, bytes]] = deque()
        if path.is_dir():
            raise ConfigurationError(f"out: {path} is a folder; name a file in it")
        refuse_devices(path, self.partial)
        for target in (path, self.partial):
            if source is not None and target.exists() and source.exists() and target.samefile(source):
                raise ConfigurationError(f"out: writing {path} would overwrite {source}, which is read; choose another")
        left = self.partial.exists() and self.partial.stat().st_size > 0
        if left and not resume and not restart:
            raise ConfigurationError(
                f"out: {self.partial} holds an unfinished run: --resume goes on with it, --restart begins anew"
            )
        self.replaced = path.exists()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if resume and not left and path.exists():
                shutil.copyfile(path, self.partial)
            kept = resume and self.partial.exists()
            self._file = FileIO(self.partial, "r+" if kept else "w+")
        except OSError as error:
            raise ConfigurationError(f"out: {path} cannot be written: {error.strerror or error}") from error
        if kept:
            try:
                self._take_up()
            except ConfigurationError:
                self._file.close()
                raise

    @property
    def done(self) -> list[tuple[int, Cell, str, int]]:
        """Plan, cell, agent and place of the problem of all that is written."""
        return [(number, arm.cell, arm.agent, index) for number, arm, index in self._places]

    @property
    def count(self) -> int:
        """Episodes that are written."""
        return len(self._places)

    @property
    def unwritten(self) -> int:
        """Episodes that could not be written yet."""
        return len(self._waiting)

    def episodes(self) -> Iterator[tuple[int, Arm, Episode]]:
        """What is written: plan, arm and episode."""
        for (number, arm, _), (start, size) in self._places.items():
            yield number, arm, episode_of(self._line(start, size))

    def write(self, number: int, arm: Arm, episode: Episode) -> None:
        """Add an episode of a plan, handed to the system at once, so that it outlives this process."""
        index = -1 if episode.origin is None else episode.origin.index
        line = json.dumps(episode.as_dict(), allow_nan=False) + "\n"
        self._waiting.append(((number, arm, index), line.encode()))
        self._write_waiting()

    def finish(self) -> bool:
        """Put the complete file into its place, in the order of the plans; whether that could be done."""
        self._write_waiting()
        if self._waiting:
            return False
        order = sorted(self._places, key=self._order)
        ordered = self.path.parent / f"{self.path.name}.ordered"
        try:
            if order != list(self._places):
                with ordered.open("wb") as target:
                    for key in order:
                        target.write(self._line(*self._places[key]))
                ordered.replace(self.partial)
            self.partial.replace(self.path)
        except OSError as error:
            self.fault = error.strerror or str(error)
            ordered.unlink(missing_ok=True)
            return False
        return True

    def account(self, complete: bool) -> str:
        """Where the episodes are, for a person."""
        if complete:
            note = " (an earlier file was replaced)" if self.replaced else ""
            return f"{self.count:,} episodes written to {self.path}{note}"
        lost = f"; {self.unwritten:,} could not be written: {self.fault}" if self.fault else ""
        kept = f"; the earlier {self.path} is as it was" if self.replaced else ""
        return f"{self.count:,} episodes are in {self.partial}{lost}{kept}; --resume goes on"

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def _write_waiting(self) -> None:
        while self._waiting:
            key, line = self._waiting[0]
            try:
                self._file.seek(self._end)
                rest = memoryview(line)
                while rest:
                    rest = rest[self._file.write(rest) :]
            except OSError as error:
                self.fault = error.strerror or str(error)
                self._file.truncate(self._end)
                return
            self._places[key] = (self._end, len(line))
            self._end += len(line)
            self._waiting.popleft()

    def _line(self, start: int, size: int) -> bytes:
        self._file.seek(start)
        return self._file.read(size)

    def _order(self, key: _Key) -> tuple[int, int, int, int]:
        number, arm, index = key
        arms = self._plans[number].arms
        cells = list(dict.fromkeys(each.cell for each in arms))
        return number, cells.index(arm.cell), index, arms.index(arm)

    def _take_up(self) -> None:
        """Read what is there; a last line that was cut off is taken away."""
        with self.partial.open("rb") as lines:
            while line := lines.readline(_MAX_LINE):
                if not line.endswith(b"\n"):
                    break
                key = self._key(line)
                if key in self._places:
                    raise self._foreign("holds an episode twice")
                self._places[key] = (self._end, len(line))
                self._end += len(line)
        self._file.truncate(self._end)

    def _key(self, line: bytes) -> _Key:
        try:
            episode = episode_of(line)
            schema = json.loads(line)["schema"]
        except ValueError as error:
            raise self._foreign(f"has a line that is no episode ({error})") from None
        origin = episode.origin
        if schema != SCHEMA or origin is None:
            raise self._foreign("was written by another version")
        found = self._named.get(_name(episode.asymmetry, origin))
        if found is None:
            raise self._foreign("holds episodes that this run does not play")
        number, arm = found
        plan = self._plans[number]
        if origin.index >= len(plan.problem_ids) or episode.seed != plan.seed_of(origin.index):
            raise self._foreign("has other seeds or more episodes")
        if plan.problem_ids[origin.index] not in (None, episode.problem_id):
            raise self._foreign("has other problems")
        return number, arm, origin.index

    def _foreign(self, fault: str) -> ConfigurationError:
        return ConfigurationError(
            f"out: {self.partial} {fault}: it is not of this run; pass the same options as before, or --restart"
        )


def _named(number: int, plan: Plan) -> Iterator[tuple[str, tuple[int, Arm]]]:
    for arm in plan.arms:
        yield _name(arm.cell.asymmetry, plan.origin(arm, 0)), (number, arm)


def _name(asymmetry: str, origin: Origin) -> str:
    """What tells arms apart, as text."""
    arguments = json.dumps(origin.arguments, sort_keys=True)
    return json.dumps([origin.suite, origin.env, arguments, asymmetry, origin.teacher, origin.student, origin.bracket])
