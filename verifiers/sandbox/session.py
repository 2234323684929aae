"""One run in the sandbox, seen from outside: children, their channels, and the deadlines of what they say.

The clock, the limits of size and the end are on this side: a child that is late, loud or makes no sense is killed.
"""

from __future__ import annotations

import contextlib
import math
import os
import select
import socket
import threading
import time
from types import TracebackType
from typing import Any, Final

from sml_env.verifiers.sandbox.codec import MAX_FRAME, frame, read_message
from sml_env.verifiers.sandbox.limits import Limits
from sml_env.verifiers.sandbox.processes import Processes, Usage
from sml_env.verifiers.workers.process import HelperFailed, TooLate

__all__ = ["Cancel", "Child", "Session"]

_PIECE: Final = 1 << 16


class Cancel:
    """Ends a run from another thread: its children's channels are shut, and they are killed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self.cancelled = False

    def watch(self, channel: socket.socket) -> None:
        """Shut this channel too when it is cancelled; at once if it was."""
        with self._lock:
            self._sockets.append(channel)
            if self.cancelled:
                _shut(channel)

    def cancel(self) -> None:
        """Cancel; a run that has ended is not affected."""
        with self._lock:
            self.cancelled = True
            for channel in self._sockets:
                _shut(channel)


def _shut(channel: socket.socket) -> None:
    with contextlib.suppress(OSError):
        channel.shutdown(socket.SHUT_RDWR)


class Child:
    """One program in the sandbox."""

    def __init__(
        self,
        processes: Processes,
        limits: Limits,
        cancel: Cancel | None,
        files: tuple[int, int] | None,
    ) -> None:
        self._processes = processes
        self._left = limits.output_bytes
        self._buffer = bytearray()
        self.usage: Usage | None = None
        self.channel, other = socket.socketpair()
        try:
            stdin, stdout = files or (None, None)
            self._number = processes.launch(other, stdin, stdout, limits)
        except BaseException:
            self.channel.close()
            raise
        finally:
            other.close()
        if cancel is not None:
            cancel.watch(self.channel)

    def send(self, message: Any, deadline: float) -> None:
        """Send a message.

        Raises:
            EOFError: If the child is gone.
            TooLate: If it does not read in time.
            ValueError: If the message is too large.
        """
        data = frame(message)
        try:
            self.channel.settimeout(max(0.001, deadline - time.monotonic()))
            self.channel.sendall(data, socket.MSG_NOSIGNAL)
        except TimeoutError as error:
            raise TooLate from error
        except OSError as error:
            raise EOFError from error

    def receive(self, deadline: float) -> Any:
        """The next message.

        Raises:
            EOFError: If the child is gone.
            TooLate: If the whole of it has not come in time.
            ValueError: If it is no message, or all of them together are too long.
        """
        buffer = self._buffer
        self._fill(4, deadline)
        size = int.from_bytes(buffer[:4], "big")
        if size > min(MAX_FRAME, self._left):
            raise ValueError("the results are too large")
        self._left -= size
        self._fill(4 + size, deadline)
        body = bytes(buffer[4 : 4 + size])
        del buffer[: 4 + size]
        return read_message(body)

    def _fill(self, size: int, deadline: float) -> None:
        while len(self._buffer) < size:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TooLate
            self.channel.settimeout(left)
            try:
                piece = self.channel.recv(_PIECE)
            except TimeoutError as error:
                raise TooLate from error
            except OSError as error:
                raise EOFError from error
            if not piece:
                raise EOFError
            self._buffer += piece

    def wait(self, output: int, deadline: float) -> bytes:
        """What a script writes to its standard output until it has ended.

        Args:
            output: The reading end of a pipe whose other end the child alone holds.
            deadline: Of ``time.monotonic``.

        Raises:
            TooLate: If it has not ended in time.
            ValueError: If it writes too much.
        """
        poll = select.poll()
        poll.register(output, select.POLLIN)
        poll.register(self.channel, select.POLLIN)
        written, open_ends = bytearray(), {output, self.channel.fileno()}
        while open_ends:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TooLate
            for number, _ in poll.poll(math.ceil(left * 1000)):
                if number == output:
                    piece = os.read(output, _PIECE)
                    written += piece
                else:
                    piece = self._piece()
                    self._buffer += piece
                if len(written) + len(self._buffer) > self._left:
                    raise ValueError("the output is too large")
                if not piece:
                    poll.unregister(number)
                    open_ends.discard(number)
        return bytes(written)

    def _piece(self) -> bytes:
        try:
            self.channel.settimeout(0.0)
            return self.channel.recv(_PIECE)
        except OSError:
            return b""

    def last_word(self) -> Any:
        """The message that a script left on its channel, or ``None``; total."""
        size = int.from_bytes(self._buffer[:4], "big")
        if len(self._buffer) != 4 + size:
            return None
        try:
            return read_message(self._buffer[4:])
        except ValueError:
            return None

    def end(self) -> Usage:
        """Kill it, if it still runs, and account for it.

        Raises:
            HelperFailed: If the helper is gone.
        """
        if self.usage is None:
            try:
                self.usage = self._processes.end(self._number)
            finally:
                self.channel.close()
        return self.usage


class Session:
    """The children of one run; leaving it ends them all."""

    def __init__(self, processes: Processes, limits: Limits, cancel: Cancel | None = None) -> None:
        self._processes = processes
        self._limits = limits
        self._cancel = cancel
        self.children: list[Child] = []
        self.started = time.monotonic()
        self.deadline = self.started + limits.seconds

    def launch(self, job: Any, files: tuple[int, int] | None = None) -> Child:
        """Start a child and hand it its job.

        Args:
            job: For ``child.perform``.
            files: Standard input and output.

        Raises:
            HelperFailed: If it cannot be started.
            EOFError, TooLate: If it does not take its job.
            ValueError: If the job is too large.
        """
        child = Child(self._processes, self._limits, self._cancel, files)
        self.children.append(child)
        child.send(job, self.deadline)
        return child

    def call_deadline(self) -> float:
        """When a call that begins now must have ended."""
        return min(time.monotonic() + self._limits.seconds_per_call, self.deadline)

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        failure: HelperFailed | None = None
        for child in self.children:
            try:
                child.end()
            except HelperFailed as gone:
                failure = gone
        if failure is not None:
            raise failure
