"""Rooms: the table of all lessons in progress, and the threads in which their moves are made."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final, TypeVar

from sml_env.serve.refusals import Refusal
from sml_env.serve.room import Room

__all__ = ["Rooms"]

_GLANCE: Final = 0.5
"""Seconds after which one who waits looks whether the server is stopping."""

T = TypeVar("T")


class Rooms:
    """All lessons in progress.

    Args:
        most: Lessons at once.
        idle: Seconds after which a lesson that nobody touches is forgotten.
        threads: Moves at once.
        stopping: Whether the server is about to stop: those who wait are then sent home.
    """

    def __init__(
        self, most: int = 500, idle: float = 3600.0, threads: int = 32, stopping: Callable[[], bool] = lambda: False
    ) -> None:
        self._most = most
        self._idle = idle
        self._stopping = stopping
        self._rooms: dict[str, Room] = {}
        self._opening = 0
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="lesson")

    def __len__(self) -> int:
        return len(self._rooms)

    async def run(self, work: Callable[[], T]) -> T:
        """Run something slow in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def open(self, make: Callable[[], Room]) -> Room:
        """A new room.

        Raises:
            Refusal: If as many lessons are open as may be.
        """
        self.sweep()
        with self._reserved():
            room = await self.run(make)
            self._rooms[room.id] = room
        return room

    @contextmanager
    def _reserved(self) -> Iterator[None]:
        if len(self._rooms) + self._opening >= self._most:
            raise Refusal(503, "as many lessons are open as this server takes; try again in a few minutes")
        self._opening += 1
        try:
            yield
        finally:
            self._opening -= 1

    def find(self, room_id: str) -> Room:
        """The room of an id.

        Raises:
            Refusal: If there is none, or no longer.
        """
        room = self._rooms.get(room_id)
        if room is None:
            raise Refusal(404, "there is no such lesson: it was ended, was idle for too long, or never was")
        room.touched = time.monotonic()
        return room

    async def move(self, room: Room, work: Callable[[], T]) -> T:
        """Make a move in a room, in a thread, and tell those who wait.

        Raises:
            Refusal: If another move is being made there.
        """
        if room.busy:
            raise Refusal(409, "the last turn of this lesson is not finished; wait for it")
        room.busy = True
        try:
            return await self.run(work)
        finally:
            room.busy = False
            self.ring(room)

    async def changed(self, room: Room, after: int, seconds: float) -> None:
        """Return when a room's version is above a number, or after some seconds."""
        end = time.monotonic() + seconds
        while room.version <= after and not self._stopping() and (left := end - time.monotonic()) > 0:
            try:
                await asyncio.wait_for(room.bell.wait(), min(left, _GLANCE))
            except asyncio.TimeoutError:
                continue

    def close(self, room: Room) -> None:
        """Forget a room."""
        self._rooms.pop(room.id, None)
        self.ring(room)

    def sweep(self) -> None:
        """Forget rooms that were idle for too long."""
        now = time.monotonic()
        for room in [room for room in self._rooms.values() if now - room.touched > self._idle and not room.busy]:
            self.close(room)

    def shut(self) -> None:
        """Let go of the threads; what runs in them is finished and thrown away."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def ring(self, room: Room) -> None:
        """Tell those who wait that there is news."""
        room.version += 1
        room.bell.set()
        room.bell = asyncio.Event()
