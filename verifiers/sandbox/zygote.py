"""The helper process: small and warm, confined once, it forks a fresh child for every run and ends it.

Started by exec, with a socket as standard input and nothing else of the caller's. Requests come with descriptors; what
a program says goes through its own channel to the caller and never through here, so that nothing hostile is read in
this process.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
import time
from typing import Any, Final, NamedTuple, NoReturn

from sml_env.verifiers.sandbox import kernel
from sml_env.verifiers.sandbox.child import perform
from sml_env.verifiers.sandbox.places import readable_places

__all__ = ["serve"]

_WARM: Final = (
    "ast", "bisect", "builtins", "cmath", "collections", "collections.abc", "contextlib", "copy", "functools", "heapq",
    "io", "itertools", "json", "math", "operator", "re", "string", "time", "types", "typing",
)  # fmt: skip
"""Imported beforehand: what most programs use. Each module makes every fork dearer."""
_FILELESS: Final = (
    "abc", "array", "calendar", "codecs", "dataclasses", "datetime", "decimal", "enum", "fractions", "hashlib",
    "keyword", "numbers", "queue", "random", "statistics", "struct", "textwrap", "threading", "traceback",
    "unicodedata",
)  # fmt: skip
"""The rest of what programs use, where they cannot open files later."""
_ORPHAN_SECONDS: Final = 1.0


class _Confinement(NamedTuple):
    """What each child adds: bytes of address space held before, and whether calls are filtered."""

    held: int
    filtered: bool


_MOST_DESCRIPTORS: Final = 1024
"""The helper holds none beyond this number."""


def serve(layers: list[str], folders: list[str], packages: list[str], places: list[str]) -> NoReturn:
    """Confine this process, say which layers hold, and run programs until the caller hangs up.

    Args:
        layers: Which to ask for: ``seccomp``, ``landlock``, ``namespaces``.
        folders: Put on the path of imports, for the packages.
        packages: Imported beforehand.
        places: Read by programs beside the standard library.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    connection = socket.socket(fileno=0)
    sys.path[:] = [*sys.path, *folders]
    sys.dont_write_bytecode = True
    for name in (*_WARM, *(() if "landlock" in layers else _FILELESS), *packages):
        with contextlib.suppress(ImportError):
            __import__(name)
    for name in [name for name in sys.modules if name == "sml_env" or name.startswith("sml_env.")]:
        del sys.modules[name]
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("1000")
    held = kernel.address_space()
    report: dict[str, str] = {}
    if "namespaces" in layers:
        _attempt(report, "namespaces", kernel.enter_namespaces)
        if report["namespaces"] == "":
            _become_first()
    _attempt(report, "limits", kernel.limit_files_and_stack)
    _attempt(report, "privileges", kernel.forbid_new_privileges)
    if "landlock" in layers:
        _attempt(report, "landlock", lambda: kernel.restrict_files(readable_places(places)))
    _attempt(report, "capabilities", kernel.drop_capabilities)
    if "seccomp" in layers:
        _attempt(report, "seccomp", lambda: kernel.restrict_syscalls(files=report.get("landlock") == ""))
    _reply(connection, {"status": "ready", "layers": report})
    gc.collect()
    gc.freeze()
    confinement = _Confinement(held, report.get("seccomp") == "")
    with contextlib.suppress(OSError, ValueError, EOFError):
        _loop(connection, confinement)
    os._exit(0)


def _attempt(report: dict[str, str], name: str, action: Any) -> None:
    """Note an empty reason where a layer holds, else why it does not."""
    try:
        action()
        report[name] = ""
    except OSError as error:
        report[name] = str(error)


def _become_first() -> None:
    """Go on as the first process of the new process namespace; the outer one ends with it, or with the caller."""
    caller = os.getppid()
    pid = os.fork()
    if pid:
        os.close(0)
        while os.waitpid(pid, os.WNOHANG) == (0, 0) and os.getppid() == caller:
            time.sleep(_ORPHAN_SECONDS)
        os._exit(0)
    kernel.die_with_parent()


class _Spare(NamedTuple):
    """A child that was forked beforehand, and where it waits for its run."""

    pid: int
    waits_at: socket.socket


def _spare(confinement: _Confinement, connection: socket.socket) -> _Spare:
    ours, its = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        _child(its, (connection, ours), confinement)
    its.close()
    return _Spare(pid, ours)


def _loop(connection: socket.socket, confinement: _Confinement) -> None:
    children: dict[int, int] = {}
    lost: set[int] = set()
    caller = os.getppid()
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    spare = _spare(confinement, connection)
    while True:
        while not poll.poll(_ORPHAN_SECONDS * 1000):
            if os.getppid() != caller:
                return
        data, descriptors, _, _ = socket.recv_fds(connection, 4096, 3)
        if not data:
            return
        request = json.loads(data)
        if request["op"] == "run":
            try:
                socket.send_fds(spare.waits_at, [data], descriptors, socket.MSG_NOSIGNAL)
            except OSError:
                lost.add(spare.pid)
            spare.waits_at.close()
            children[request["id"]] = spare.pid
            for descriptor in descriptors:
                os.close(descriptor)
            spare = _spare(confinement, connection)
        else:
            pid = children.pop(request["id"])
            os.kill(pid, signal.SIGKILL)
            _, status, usage = os.wait4(pid, 0)
            cpu = usage.ru_utime + usage.ru_stime
            _reply(connection, {"cpu": cpu, "memory": usage.ru_maxrss * 1024, "status": status, "lost": pid in lost})
            lost.discard(pid)


def _reply(connection: socket.socket, message: dict[str, Any]) -> None:
    body = json.dumps(message).encode()
    connection.sendall(len(body).to_bytes(4, "big") + body, socket.MSG_NOSIGNAL)


def _child(waits_at: socket.socket, others: tuple[socket.socket, ...], confinement: _Confinement) -> NoReturn:
    """Wait for a run; take its descriptors as 0 (input), 1 (output) and 3 (channel), confine further and do the job."""
    try:
        kernel.die_with_parent()
        for other in others:
            other.close()
        restrict = kernel.further_restriction() if confinement.filtered else None
        data, descriptors, _, _ = socket.recv_fds(waits_at, 4096, 3)
        request = json.loads(data)
        channel = os.dup2(descriptors[0], 200, inheritable=False)
        for number in range(3):
            place = descriptors[1 + number] if number + 1 < len(descriptors) else _nothing
            os.dup2(place, number)
        os.dup2(channel, 3)
        os.closerange(4, _MOST_DESCRIPTORS)
        kernel.limit(confinement.held + request["memory"], request["processor"])
        if restrict is not None:
            restrict()
        perform(3)
    except BaseException:
        os._exit(70)
    os._exit(0)


_nothing = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)
