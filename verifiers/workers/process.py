"""One helper process, seen from its caller: how it is started, asked and ended.

Threat model. Covered: the helper gets no descriptor of the caller's but one socket, none of its Python settings, and
only the folders of this package and of sympy; its death shows as an exception here, never as a signal. Not covered: a
caller whose `sys.executable` is no Python interpreter.
"""

from __future__ import annotations

import contextlib
import math
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sml_env.verifiers.workers.frames import read_frame

__all__ = ["Helper", "HelperFailed", "TooLate", "sympy_helper"]

_BOOTSTRAP = """import sys
sys.path[:] = [path for path in sys.path if path] + sys.argv[2:]
import types
package = types.ModuleType("sml_env")
package.__path__ = sys.argv[1].split("\\n")
sys.modules["sml_env"] = package
from sml_env.verifiers.workers.serving import serve
serve()"""


class HelperFailed(Exception):
    """No helper can be had, or it is gone; the message says why."""


class TooLate(Exception):
    """The deadline passed."""


class Helper:
    """One helper process and this end of its socket; asked by one thread at a time.

    Args:
        command: What is executed, with a socket as standard input.
        environment: Of the process.
    """

    __slots__ = ("connection", "greeting", "process", "ready")

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.ready = False
        self.greeting: dict[str, Any] = {}
        self.connection, other = map(_above_standard, socket.socketpair())
        try:
            self.process = subprocess.Popen(
                command,
                stdin=other.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=dict(environment),
                start_new_session=True,
            )
        except BaseException:
            self.connection.close()
            raise
        finally:
            other.close()

    def reply(self, deadline: float) -> dict[str, Any]:
        """Wait for a message.

        Raises:
            EOFError, OSError, ValueError: If the helper is gone or talks nonsense.
            TooLate: If there is none by the deadline (of `time.monotonic`).
        """
        return read_frame(lambda size: self._receive(size, deadline))

    def _receive(self, size: int, deadline: float) -> bytes:
        left = deadline - time.monotonic()
        if left <= 0 or not self._readable(left):
            raise TooLate
        return self.connection.recv(size)

    def _readable(self, seconds: float) -> bool:
        poll = select.poll()
        poll.register(self.connection, select.POLLIN)
        return bool(poll.poll(math.ceil(seconds * 1000)))

    def alive(self) -> bool:
        """Whether an idle helper holds its end of the socket and is silent."""
        return not self._readable(0.0)

    def hang_up(self) -> None:
        """Tell the helper to end, and wake a thread that waits for its reply."""
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def end(self, deadline: float) -> None:
        """Wait until the process has ended, by force from the deadline on."""
        self.hang_up()
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            with contextlib.suppress(OSError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def forget(self) -> None:
        """Drop what a forked process inherited, without a word to the helper, which is not its own."""
        self.connection.close()
        self.process.returncode = 0


def sympy_helper() -> Helper:
    """Start a helper that knows sympy.

    Raises:
        HelperFailed: If this platform cannot run one.
    """
    return Helper(_command(), _environment())


def _command() -> list[str]:
    """Return the command line of a helper: an isolated interpreter, and the folders of our package and of sympy.

    Raises:
        HelperFailed: If this platform cannot run one.
    """
    if not hasattr(os, "fork") or not sys.executable or getattr(sys, "frozen", False):
        raise HelperFailed("sympy workers need os.fork and a Python interpreter that can be started")
    folders: dict[str, None] = {}
    for name in ("sympy", "mpmath", "flint"):
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            raise HelperFailed(f"{name} is not installed")
        folders[str(Path(spec.origin).absolute().parent.parent)] = None
    package = "\n".join(map(os.path.abspath, sys.modules["sml_env"].__path__))
    return [sys.executable, "-s", "-S", "-c", _BOOTSTRAP, package, *folders]


def _environment() -> dict[str, str]:
    """Return the caller's environment without settings of Python or sympy; equal hashes make equal decisions."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SYMPY", "MPMATH"))}
    return {**kept, "PYTHONHASHSEED": "0"}


def _above_standard(end: socket.socket) -> socket.socket:
    """Move a socket off the numbers of the standard streams, which the caller may have closed and still write to."""
    if end.fileno() > 2:
        return end
    import fcntl

    moved = socket.socket(fileno=fcntl.fcntl(end.fileno(), fcntl.F_DUPFD_CLOEXEC, 3))
    end.close()
    return moved
