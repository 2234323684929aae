"""The helper process: imports sympy once, then forks one limited, killable child for each question.

Started by `workers` as its own session, with a socket as standard input and nothing else of the caller's. Expressions
arrive as text and are read by our own parser; no text is ever evaluated and nothing is pickled.

Threat model. Covered: an expression that takes too long, or more memory than `MEMORY_BYTES`, costs its own child and
nothing else; a child writes no file and no core dump; the helper and its child end when the caller does, even by
SIGKILL. Not covered: a fault of the interpreter or of sympy's C dependencies that lets an expression run code.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import math
import os
import resource
import select
import signal
import socket
import sys
import time
from typing import Any

from sml_env.verifiers.grammar import parse_expression
from sml_env.verifiers.workers.frames import read_frame, write_frame
from sml_env.verifiers.workers.proof import answer, warm

__all__ = ["MEMORY_BYTES", "serve"]

MEMORY_BYTES = 512 * 1024 * 1024
"""Address space that a child may take beyond what the helper holds, in bytes."""
MAX_SECONDS = 3_600.0
"""Longest deadline, in seconds."""
ORPHAN_SECONDS = 1.0
"""How often an idle helper checks that its caller lives; the end of the socket usually tells at once."""
_PR_SET_PDEATHSIG = 1


def serve() -> None:
    """Answer questions from standard input until it ends; never returns."""
    # An ignored SIGCHLD is inherited, and then children cannot be waited for.
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    caller = os.getppid()
    connection = socket.socket(fileno=0)
    warm()
    gc.collect()
    gc.freeze()
    with contextlib.suppress(OSError, ValueError, EOFError):
        write_frame(connection, {"status": "ready"})
        while _next(connection, caller):
            write_frame(connection, _answered(connection, read_frame(connection.recv)))
    os._exit(0)


def _next(connection: socket.socket, caller: int) -> bool:
    """Wait for a request; False if the caller is gone."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    while not poll.poll(ORPHAN_SECONDS * 1000):
        if os.getppid() != caller:
            return False
    return True


def _answered(connection: socket.socket, request: dict[str, Any]) -> dict[str, Any]:
    """Let a child answer; its death for whatever reason is the status ``killed``."""
    seconds = min(float(request["seconds"]), MAX_SECONDS)
    deadline = time.monotonic() + seconds
    reading, writing = os.pipe()
    helper = os.getpid()
    pid = os.fork()
    if pid == 0:
        _child(request, helper, seconds, connection, writing)
    os.close(writing)
    try:
        data = _collect(connection, reading, deadline)
    finally:
        os.close(reading)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    try:
        reply = json.loads(data)
    except ValueError:
        return {"status": "killed"}
    return {"status": "done", "equal": reply["equal"]}


def _collect(connection: socket.socket, reading: int, deadline: float) -> bytes:
    """Read what the child writes until it ends or the deadline passes.

    Raises:
        EOFError: If the caller is gone, or speaks out of turn.
    """
    poll = select.poll()
    poll.register(reading, select.POLLIN)
    poll.register(connection, select.POLLIN)
    data = b""
    while (left := deadline - time.monotonic()) > 0:
        for ready, _ in poll.poll(math.ceil(left * 1000)):
            if ready != reading:
                raise EOFError
            piece = os.read(reading, 4096)
            if not piece:
                return data
            data += piece
    return b""


def _child(request: dict[str, Any], helper: int, seconds: float, connection: socket.socket, writing: int) -> None:
    """Compute under limits, write the reply and end the process, whatever happens."""
    try:
        os.close(connection.fileno())
        _limit(seconds)
        if os.getppid() != helper:
            return
        equal = _compute(request)
        os.write(writing, json.dumps({"equal": equal}).encode())
    except BaseException:  # whatever it was, no reply is the status "killed"
        return
    finally:
        os._exit(0)


def _compute(request: dict[str, Any]) -> bool | None:
    try:
        trees = parse_expression(request["a"]), parse_expression(request["b"])
        return answer(request["question"], *trees, request["variables"])
    except MemoryError:
        raise
    except Exception:  # sympy raises what it likes; an open question is the only thing that follows
        return None


def _limit(seconds: float) -> None:
    """Bound what the process may use; a limit that the platform refuses leaves the deadline."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
            file.write("1000")  # if the whole machine runs out of memory, this process goes first
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds + 1)
    sys.dont_write_bytecode = True
    processor = math.ceil(seconds) + 1
    for kind, limit in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CPU, processor),
        (resource.RLIMIT_AS, _address_space() + MEMORY_BYTES),
    ):
        hard = resource.getrlimit(kind)[1]
        allowed = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (allowed, allowed))


def _address_space() -> int:
    """Return the address space in use, in bytes; 1 GiB where the system does not tell."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return 1 << 30
