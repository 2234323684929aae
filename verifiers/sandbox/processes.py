"""How a sandboxed process comes to be and ends: forked by a warm helper, or started alone by another tool.

Both give the same thing: a child whose channel only this process holds, and what it used once it has ended.
"""

from __future__ import annotations

import contextlib
import glob
import json
import math
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from sml_env.verifiers.sandbox.limits import Limits
from sml_env.verifiers.sandbox.places import package_folders, readable_places
from sml_env.verifiers.workers.process import Helper, HelperFailed, TooLate

__all__ = ["BACKENDS", "Alone", "Forked", "Processes", "Usage", "sandbox_helper"]

BACKENDS: Final = ("helper", "bubblewrap", "subprocess")
"""``helper`` is this library's own; ``subprocess`` confines nothing."""

_FOLDER: Final = str(Path(__file__).resolve().parent)
_PACKAGE: Final = """import sys, types
sys.path[:] = [path for path in sys.path if path]
for name in ("sml_env", "sml_env.verifiers", "sml_env.verifiers.sandbox"):
    module = types.ModuleType(name)
    module.__path__ = [sys.argv[1]] if name.endswith("sandbox") else []
    sys.modules[name] = module
"""
_SERVE: Final = f"""{_PACKAGE}import json
from sml_env.verifiers.sandbox.zygote import serve
arguments = json.loads(sys.argv[2])
del sys.argv[1:], name, module
serve(**arguments)"""
_PERFORM: Final = f"""{_PACKAGE}
import os
from sml_env.verifiers.sandbox import kernel
from sml_env.verifiers.sandbox.child import perform
channel, ready, memory, processor, confined = map(int, sys.argv[2:7])
sys.path += sys.argv[7:]
del sys.argv[1:]
for name in [name for name in sys.modules if name.startswith("sml_env")]: del sys.modules[name]
kernel.limit_files_and_stack()
kernel.limit(kernel.address_space() + memory, processor)
if confined:
    kernel.forbid_new_privileges()
    kernel.drop_capabilities()
    kernel.restrict_syscalls(files=True)
    kernel.further_restriction()()
os.write(ready, b"1")
os.close(ready)
perform(channel)"""
_END_SECONDS: Final = 5.0
_READY_SECONDS: Final = 20.0


class Usage(NamedTuple):
    """What a process used: processor time in seconds, the most memory it held in bytes, and its wait status."""

    cpu_seconds: float
    memory_bytes: int
    status: int


class Processes(Protocol):
    """Where the children of one run come from."""

    def launch(self, channel: socket.socket, stdin: int | None, stdout: int | None, limits: Limits) -> int:
        """Start a child that reads its job from the other end of the channel; returns its number.

        Args:
            channel: The child's end.
            stdin: Its standard input; ``None`` for nothing.
            stdout: Its standard output.
            limits: What it may use.

        Raises:
            HelperFailed: If none can be started.
        """
        ...

    def end(self, number: int) -> Usage:
        """Kill a child, if it still runs, and account for it.

        Raises:
            HelperFailed: If the helper is gone, or does not answer.
        """
        ...


def _python() -> str:
    if not hasattr(os, "fork") or not sys.executable or getattr(sys, "frozen", False):
        raise HelperFailed("the sandbox needs os.fork and a Python interpreter that can be started")
    return sys.executable


def _environment() -> dict[str, str]:
    """Nothing of the caller's but where shared libraries lie; equal hashes make equal verdicts."""
    fixed = {
        "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "HOME": "/", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
    }  # fmt: skip
    libraries = os.environ.get("LD_LIBRARY_PATH")
    return {**fixed, "LD_LIBRARY_PATH": libraries} if libraries else fixed


def _folders(packages: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Where packages are imported from, and what of them is read."""
    folders: dict[str, None] = {}
    places: list[str] = []
    for name in packages:
        try:
            folder, readable = package_folders(name)
        except ModuleNotFoundError as error:
            raise HelperFailed(f"packages: {error}") from None
        folders[folder] = None
        places += readable
    return list(folders), places


def sandbox_helper(layers: tuple[str, ...], packages: tuple[str, ...]) -> Helper:
    """Start a warm helper that asks for these layers.

    Raises:
        HelperFailed: If this platform cannot run one, or a package is not there.
    """
    folders, places = _folders(packages)
    arguments = {"layers": list(layers), "folders": folders, "packages": list(packages), "places": places}
    command = [_python(), "-s", "-S", "-X", "utf8", "-c", _SERVE, _FOLDER, json.dumps(arguments)]
    return Helper(command, _environment())


class Forked:
    """Children of a warm helper.

    Args:
        helper: That nobody else uses meanwhile.
    """

    def __init__(self, helper: Helper) -> None:
        self._helper = helper
        self._count = 0

    def launch(self, channel: socket.socket, stdin: int | None, stdout: int | None, limits: Limits) -> int:
        """As of ``Processes``."""
        self._count += 1
        request = {
            "op": "run", "id": self._count, "memory": int(limits.memory_bytes),
            "processor": math.ceil(limits.seconds) + 1,
        }  # fmt: skip
        descriptors = [channel.fileno()]
        if stdin is not None and stdout is not None:
            descriptors += [stdin, stdout]
        try:
            socket.send_fds(self._helper.connection, [json.dumps(request).encode()], descriptors, socket.MSG_NOSIGNAL)
        except OSError as error:
            raise HelperFailed(f"the helper is gone: {type(error).__name__}") from error
        return self._count

    def end(self, number: int) -> Usage:
        """As of ``Processes``."""
        try:
            self._helper.connection.sendall(json.dumps({"op": "end", "id": number}).encode(), socket.MSG_NOSIGNAL)
            reply = self._helper.reply(time.monotonic() + _END_SECONDS)
            if reply["lost"]:
                raise HelperFailed("a process was lost before its run")
            return Usage(float(reply["cpu"]), int(reply["memory"]), int(reply["status"]))
        except (OSError, EOFError, ValueError, KeyError, TypeError, TooLate) as error:
            raise HelperFailed(f"the helper ended: {type(error).__name__}") from error


class Alone:
    """Children that are started one by one; much slower than forking.

    Args:
        backend: ``bubblewrap``, or ``subprocess``, which confines nothing.
        packages: That programs may use.
    """

    def __init__(self, backend: str, packages: tuple[str, ...] = ()) -> None:
        self._backend = backend
        self._folders, self._places = _folders(packages)
        self._running: list[subprocess.Popen[bytes]] = []

    def launch(self, channel: socket.socket, stdin: int | None, stdout: int | None, limits: Limits) -> int:
        """As of ``Processes``."""
        confined = self._backend == "bubblewrap"
        reading, writing = os.pipe()
        numbers = (channel.fileno(), writing, int(limits.memory_bytes), math.ceil(limits.seconds) + 1, confined)
        command = [os.path.realpath(_python()), "-s", "-S", "-X", "utf8", "-c", _PERFORM, _FOLDER]
        command += [*(str(int(number)) for number in numbers), *self._folders]
        if confined:
            command = [*self._wrapping(), *command]
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL if stdin is None else stdin,
                stdout=subprocess.DEVNULL if stdout is None else stdout,
                stderr=subprocess.DEVNULL,
                pass_fds=(channel.fileno(), writing),
                cwd="/",
                env=_environment(),
                start_new_session=True,
            )
        except OSError as error:
            os.close(reading)
            raise HelperFailed(f"{command[0]} cannot be started: {error}") from error
        finally:
            os.close(writing)
        self._running.append(process)
        if not _said(reading):
            self.end(len(self._running) - 1)
            raise HelperFailed(f"{self._backend} did not bring up a confined interpreter")
        return len(self._running) - 1

    def end(self, number: int) -> Usage:
        """As of ``Processes``."""
        process = self._running[number]
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        try:
            _, status, used = os.wait4(process.pid, 0)
        except ChildProcessError as error:
            raise HelperFailed("the process was waited for elsewhere") from error
        process.returncode = status
        return Usage(used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, status)

    def _wrapping(self) -> list[str]:
        tool = shutil.which("bwrap")
        if tool is None:
            raise HelperFailed('bubblewrap is not installed: there is no program "bwrap"')
        wrapping = [tool, "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--dev", "/dev"]
        interpreter = os.path.realpath(_python())
        loaders = [path for folder in ("/lib64", "/lib") for path in glob.glob(f"{folder}/ld-linux*.so*")]
        needed = [*readable_places(self._places), _FOLDER, interpreter, *loaders]
        for folder in ("/lib", "/lib64", "/usr/lib", "/usr/lib64"):
            if os.path.islink(folder):
                wrapping += ["--symlink", os.readlink(folder), folder]
        for path in dict.fromkeys(needed):
            if path != "/dev/null":
                place = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
                wrapping += ["--ro-bind-try", os.path.realpath(path), place]
        return [*wrapping, "--remount-ro", "/", "--chdir", "/"]


def _said(reading: int) -> bool:
    """Whether a process says that it is ready before it ends, in time."""
    poll = select.poll()
    poll.register(reading, select.POLLIN)
    try:
        return bool(poll.poll(_READY_SECONDS * 1000)) and os.read(reading, 1) == b"1"
    finally:
        os.close(reading)
