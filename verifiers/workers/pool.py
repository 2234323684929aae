"""Which helper processes there are, and which thread may use which.

Threat model. Covered: helpers that die, hang or do not come up, threads that wait, and `close` while others ask. Not
covered: a fork, after which the child needs a pool of its own (see `workers`).
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from sml_env.verifiers.workers.process import Helper, HelperFailed, TooLate

__all__ = ["CLOSE_SECONDS", "RETRY_SECONDS", "START_SECONDS", "Pool", "WorkerStatistics"]

START_SECONDS = 60.0
"""Longest start of a helper, in seconds; it is not part of a question's deadline."""
RETRY_SECONDS = 10.0
"""How long after a failed start none is tried again, in seconds."""
CLOSE_SECONDS = 1.0
"""How long helpers may take to end by themselves before they are killed, in seconds."""


@dataclass(frozen=True, slots=True)
class WorkerStatistics:
    """Counts since this process first asked.

    Attributes:
        asked: Questions.
        decided: Questions decided.
        undecided: Questions that sympy left open, or that were too long to ask.
        killed: Questions that ran over their time or memory.
        failed: Questions without a helper.
        waited_seconds: Time that questions waited for a free helper.
        started: Helpers started.
    """

    asked: int = 0
    decided: int = 0
    undecided: int = 0
    killed: int = 0
    failed: int = 0
    waited_seconds: float = 0.0
    started: int = 0


class Pool:
    """Helpers, and who may use them; one for each process.

    Args:
        limit: The most helpers.
        start: Starts one.
    """

    def __init__(self, limit: int, start: Callable[[], Helper]) -> None:
        self.start = start
        self.pid = os.getpid()
        self.changed = threading.Condition()
        self.limit = limit
        self.reserved = 0
        self.helpers: list[Helper] = []
        self.free: list[Helper] = []
        self.queue: deque[object] = deque()
        self.generation = 0
        self.failure: tuple[float, str] | None = None
        self.finished = False
        self.counts = WorkerStatistics()

    def count(self, outcome: str, waited: float) -> None:
        """Count a question with its outcome and its wait, in seconds."""
        with self.changed:
            before = self.counts
            changes = {outcome: getattr(before, outcome) + 1, "waited_seconds": before.waited_seconds + waited}
            self.counts = replace(before, asked=before.asked + 1, **changes)

    def take(self, timeout: float) -> tuple[Helper, float]:
        """Return a free helper, starting one if there may be more, and the deadline; first come, first served.

        The clock stands still while this thread starts a helper, or waits for the first ones.

        Raises:
            HelperFailed: If none can be started.
            TooLate: If none is free in time.
        """
        deadline = time.monotonic() + timeout
        ticket = object()
        with self.changed:
            self.queue.append(ticket)
            try:
                while True:
                    if self.finished:
                        raise HelperFailed("the interpreter is shutting down")
                    broken = self.failure is not None and time.monotonic() < self.failure[0]
                    if self.queue[0] is ticket:
                        while self.free:
                            helper = self.free.pop()
                            if helper.alive():
                                return helper, deadline
                            self.discard(helper)
                        if len(self.helpers) + self.reserved < self.limit and not broken:
                            break
                    if broken and self.failure and not self.helpers:
                        raise HelperFailed(self.failure[1])
                    if any(helper.ready for helper in self.helpers):
                        left = deadline - time.monotonic()
                        if left <= 0:
                            raise TooLate
                        self.changed.wait(left)
                    else:
                        self.changed.wait(START_SECONDS)
                        deadline = time.monotonic() + timeout
                self.reserved += 1
                generation = self.generation
            finally:
                self.queue.remove(ticket)
                self.changed.notify_all()
        return self.launch(generation), time.monotonic() + timeout

    def launch(self, generation: int) -> Helper:
        """Start a helper in the place that the caller reserved.

        Raises:
            HelperFailed: If it does not come up.
        """
        helper: Helper | None = None
        try:
            try:
                helper = self.start()
            finally:
                with self.changed:
                    self.reserved -= 1
                    if helper is not None and generation == self.generation:
                        self.helpers.append(helper)
            helper.greeting = helper.reply(time.monotonic() + START_SECONDS)
        except BaseException as error:
            if helper is not None:
                self.discard(helper)
            if not isinstance(error, Exception):
                raise
            reason = (
                str(error) if isinstance(error, HelperFailed) else f"a helper did not start: {type(error).__name__}"
            )
            with self.changed:
                if generation == self.generation:
                    self.failure = time.monotonic() + RETRY_SECONDS, reason
                self.changed.notify_all()
            raise HelperFailed(reason) from None
        with self.changed:
            helper.ready = True
            self.counts = replace(self.counts, started=self.counts.started + 1)
            self.changed.notify_all()
        return helper

    def give(self, helper: Helper) -> None:
        """Put a helper back for the next caller."""
        with self.changed:
            if helper in self.helpers and len(self.helpers) <= self.limit:
                self.free.append(helper)
                self.changed.notify_all()
                return
        self.discard(helper)

    def discard(self, helper: Helper, patience: float = CLOSE_SECONDS) -> None:
        """End a helper that nobody else uses, by force after so many seconds, and make its place free."""
        with self.changed:
            if helper in self.helpers:
                self.helpers.remove(helper)
                self.changed.notify_all()
        helper.end(time.monotonic() + patience)
        helper.connection.close()

    def close(self) -> None:
        """End all helpers; a thread that uses one closes its socket itself, or its number could be taken meanwhile."""
        with self.changed:
            self.generation += 1
            ending, self.helpers, idle, self.free, self.failure = self.helpers, [], self.free, [], None
            self.changed.notify_all()
        for helper in ending:
            helper.hang_up()
        deadline = time.monotonic() + CLOSE_SECONDS
        for helper in ending:
            helper.end(deadline)
        for helper in idle:
            helper.connection.close()
