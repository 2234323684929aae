"""The sandbox: runs hostile programs in a millisecond or two, and hands back plain values.

A warm helper, started by exec and kept small, forks one fresh process for each run; the process is confined before the
first byte of the program is read, is never used again, and is killed by the time its answers are judged. What comes
back is rebuilt from tagged JSON (``codec``) in the caller; the clock is the caller's. Threads are allowed, processes
are not. Programs read the standard library, its shared libraries, time zones and named packages, and nothing else.

Levels, from the strongest. The best that the machine offers is used, at least ``filtered`` unless another is named; a
level that is named is reached or nothing runs. ``sml-env doctor`` prints which layers hold, and why others do not.

=========  =========================================  ==================================================================
level      layers                                     what a program can still do
=========  =========================================  ==================================================================
isolated   all below, and namespaces of its own       use its processor time and memory; ask the kernel whether a path
           (user, process, net, ipc, uts, mount)      exists and how large a file is; read clocks
confined   all below, and Landlock: files             the same; see the number of its parent process
filtered   limits, no privileges, and a seccomp       the same, but it opens no file at all: of the standard library it
           list of allowed system calls               has what was imported beforehand
limited    a process of its own, with limits of       read and write the user's files, use the network, start processes,
           memory, processor time and descriptors     signal the user's other processes
unsafe     a plain subprocess (``subprocess``)        the same
=========  =========================================  ==================================================================

Threat model. Covered, from ``filtered`` up: writing or (but for the standard library) reading files, the network,
other processes (fork, exec, signals, tracing, shared memory), new privileges, raised limits, survivors, output floods,
hanging, memory and integer bombs, native crashes, state left for the next run, and answers that are objects rather
than values. Not covered: faults of the kernel or of the processor that break isolation; what timing within the run
tells a program; a program that knows it is being tested and behaves well; machine-wide exhaustion by more helpers than
the machine has memory for (each run may take ``Limits.memory_bytes``). Below ``filtered`` only accidents are covered.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
from collections.abc import Iterator

from sml_env.errors import ConfigurationError
from sml_env.verifiers.sandbox.limits import DEFAULT_LIMITS, LEVELS, MINIMUM, Limits, layers_of, level_of
from sml_env.verifiers.sandbox.processes import BACKENDS, Alone, Forked, sandbox_helper
from sml_env.verifiers.sandbox.session import Cancel, Child, Session
from sml_env.verifiers.workers.pool import START_SECONDS, Pool
from sml_env.verifiers.workers.process import Helper, HelperFailed, TooLate

__all__ = [
    "BACKENDS",
    "DEFAULT_LIMITS",
    "LEVELS",
    "MAX_WAITING",
    "MINIMUM",
    "Cancel",
    "Child",
    "HelperFailed",
    "Limits",
    "Sandbox",
    "Session",
    "TooLate",
    "close",
    "sandbox_of",
    "survey",
]

MAX_WAITING = 4_096
"""Runs that may wait for a helper; one more is refused as an infrastructure failure."""
QUEUE_SECONDS = 600.0
"""How long a run may wait for a helper, in seconds."""


class Sandbox:
    """A place where programs run; usable from any thread.

    Args:
        level: Reached, or nothing runs; ``None`` for the best that there is, at least ``filtered``.
        backend: ``helper``; ``bubblewrap``; or ``subprocess``, which is ``unsafe`` and must be named.
        workers: Most runs at a time; by default the processors.
        packages: That programs may import beside the standard library.

    Raises:
        ConfigurationError: If an argument makes no sense.
    """

    def __init__(
        self,
        level: str | None = None,
        *,
        backend: str = "helper",
        workers: int | None = None,
        packages: tuple[str, ...] = (),
    ) -> None:
        if backend not in BACKENDS:
            raise ConfigurationError(f"backend: {backend!r} is none of {', '.join(BACKENDS)}")
        if workers is not None and (isinstance(workers, bool) or not isinstance(workers, int) or workers < 1):
            raise ConfigurationError(f"workers: {workers!r} is not a positive integer")
        if isinstance(packages, str) or not all(isinstance(name, str) and name.isidentifier() for name in packages):
            raise ConfigurationError(f"packages: {packages!r} is not a tuple of names of packages")
        self.layers = layers_of(level)
        if backend == "helper" and level == "unsafe":
            raise ConfigurationError("level: 'unsafe' is that of backend='subprocess'; the helper's begin at 'limited'")
        self.level = level
        self.backend = backend
        self.packages = tuple(packages)
        self._slots = threading.BoundedSemaphore(workers or os.cpu_count() or 1)
        self._pool = self._fresh(workers or os.cpu_count() or 1)
        _sandboxes.append(self)

    def _fresh(self, limit: int) -> Pool:
        return Pool(limit, lambda: sandbox_helper(self.layers, self.packages))

    @contextlib.contextmanager
    def session(self, limits: Limits = DEFAULT_LIMITS, cancel: Cancel | None = None) -> Iterator[Session]:
        """A run: take a place in the queue, then start children; leaving it ends them.

        Raises:
            HelperFailed: If the level is not reached, no helper can be had, the queue is full, or the helper was lost.
            TooLate: If no place became free.
        """
        if self.backend != "helper":
            with self._slots, Session(Alone(self.backend, self.packages), limits, cancel) as alone:
                yield alone
            return
        if len(self._pool.queue) >= MAX_WAITING:
            raise HelperFailed(f"{MAX_WAITING} runs wait already: send fewer at a time")
        pool = self._pool
        helper, _ = pool.take(QUEUE_SECONDS)
        sound = False
        try:
            self._check(helper)
            with Session(Forked(helper), limits, cancel) as session:
                yield session
            sound = True
        except HelperFailed:
            raise
        except BaseException:
            sound = helper.alive()
            raise
        finally:
            if sound:
                pool.give(helper)
            else:
                pool.discard(helper, 0.0)

    def _check(self, helper: Helper) -> None:
        reached, faults = _reached(helper.greeting)
        required = self.level or MINIMUM
        if LEVELS.index(reached) < LEVELS.index(required):
            raise HelperFailed(f"the sandbox reaches level {reached!r} here, not {required!r}: {faults}")

    def report(self) -> dict[str, str]:
        """Every layer that was asked for with the reason why it does not hold, empty where it does; and ``level``.

        Raises:
            HelperFailed: If no helper can be started.
        """
        if self.backend == "subprocess":
            return {"level": "unsafe"}
        if self.backend == "bubblewrap":
            return {"level": "isolated"}
        helper, _ = self._pool.take(START_SECONDS)
        layers = {str(name): str(reason) for name, reason in dict(helper.greeting.get("layers", {})).items()}
        self._pool.give(helper)
        return {**layers, "level": _reached(helper.greeting)[0]}

    def processes(self) -> list[int]:
        """The process ids of the helpers, for tests and for people who look."""
        return [helper.process.pid for helper in self._pool.helpers]

    def close(self) -> None:
        """End all helpers; a later run starts new ones."""
        self._pool.close()

    def _after_fork(self) -> None:
        inherited = self._pool
        self._pool = self._fresh(inherited.limit)
        for helper in inherited.helpers:
            helper.forget()


def _reached(greeting: dict[str, object]) -> tuple[str, str]:
    layers = greeting.get("layers")
    reasons = {str(name): str(reason) for name, reason in layers.items()} if isinstance(layers, dict) else {}
    held = {name for name, reason in reasons.items() if not reason}
    faults = "; ".join(f"{name}: {reason}" for name, reason in reasons.items() if reason)
    level = level_of(held) if {"privileges", "capabilities"} <= held else "limited"
    return level, faults or "nothing failed"


_sandboxes: list[Sandbox] = []
_shared: dict[str | None, Sandbox] = {}
_lock = threading.Lock()


def sandbox_of(level: str | None = None) -> Sandbox:
    """The sandbox of this process with a level; ``unsafe`` is a plain subprocess.

    Raises:
        ConfigurationError: If there is no such level.
    """
    with _lock:
        if level not in _shared:
            layers_of(level)
            _shared[level] = Sandbox(level, backend="subprocess" if level == "unsafe" else "helper")
        return _shared[level]


def survey() -> dict[str, str]:
    """Every layer with the reason why it does not hold on this machine, empty where it does; and the ``level`` reached.

    Raises:
        HelperFailed: If no helper can be started.
    """
    return sandbox_of().report()


def close() -> None:
    """End all helpers of this process."""
    for sandbox in _sandboxes:
        sandbox.close()


def _forked() -> None:
    global _lock
    _lock = threading.Lock()
    for sandbox in _sandboxes:
        sandbox._after_fork()


atexit.register(close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
