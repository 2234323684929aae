"""The kernel's confinement, asked for through ctypes: namespaces, Landlock, seccomp and the limits of one process.

Every function does one thing to the calling process and raises OSError where the machine does not permit it; none can
be undone.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
from collections.abc import Callable, Iterable
from typing import Final

from sml_env.verifiers.sandbox.filters import ARCHITECTURES, child_program, helper_program

__all__ = [
    "MACHINE",
    "NAMESPACES",
    "address_space",
    "die_with_parent",
    "drop_capabilities",
    "enter_namespaces",
    "forbid_new_privileges",
    "further_restriction",
    "landlock_version",
    "limit",
    "limit_files_and_stack",
    "restrict_files",
    "restrict_syscalls",
]

NAMESPACES: Final = {"user": 0x10000000, "pid": 0x20000000, "net": 0x40000000, "ipc": 0x08000000, "uts": 0x04000000,
                     "mount": 0x00020000}  # fmt: skip
"""The namespaces that a helper enters, with the kernel's flags."""

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_CAPSET: Final = {"x86_64": 126, "aarch64": 91}
_CAPABILITIES: Final = 0x20080522
_SIGKILL: Final = 9
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_FILE_ACCESS: Final = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
"""Kinds of access that Landlock decides about, by the version that added the last."""

MACHINE: Final = platform.machine()
"""Asked once: later it could need a process or a file."""

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def _prctl(option: int, what: str, *arguments: int) -> None:
    values = [ctypes.c_ulong(argument) for argument in (*arguments, 0, 0, 0, 0)[:4]]
    _checked(_libc.prctl(ctypes.c_int(option), *values), what)


def die_with_parent() -> None:
    """Be killed when the thread that forked this process ends."""
    _prctl(_PR_SET_PDEATHSIG, "parent-death signal", _SIGKILL)


def forbid_new_privileges() -> None:
    """No program started from here on gains privileges; seccomp and Landlock need it. Other processes cannot trace it.

    Raises:
        OSError: If the kernel refuses.
    """
    _prctl(_PR_SET_NO_NEW_PRIVS, "no-new-privileges", 1)
    _prctl(_PR_SET_DUMPABLE, "not dumpable", 0)


def drop_capabilities() -> None:
    """Give up root's powers, those within a user namespace too.

    Raises:
        OSError: If the kernel refuses, or the machine is of an unknown kind.
    """
    number = _CAPSET.get(MACHINE)
    if number is None:
        raise OSError(f"capabilities: no call number for {MACHINE}")
    header, data = ctypes.create_string_buffer(struct.pack("<Ii", _CAPABILITIES, 0)), ctypes.create_string_buffer(24)
    _checked(_libc.syscall(ctypes.c_long(number), header, data), "capset")


def enter_namespaces() -> None:
    """Enter fresh namespaces; the next process that is forked is the first of its own process namespace.

    Raises:
        OSError: If the machine does not permit it.
    """
    user, group = os.geteuid(), os.getegid()
    flags = 0
    for flag in NAMESPACES.values():
        flags |= flag
    _checked(_libc.unshare(ctypes.c_int(flags)), "unshare")
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def landlock_version() -> int:
    """The version of Landlock that the kernel offers, from 1.

    Raises:
        OSError: If there is none.
    """
    return _checked(
        _libc.syscall(ctypes.c_long(_CREATE_RULESET), None, ctypes.c_size_t(0), ctypes.c_uint(1)), "Landlock"
    )


def restrict_files(readable: Iterable[str]) -> None:
    """From here on only these files and folders can be opened, for reading; no signal and no socket leaves.

    Args:
        readable: Paths; one that is not there is left out.

    Raises:
        OSError: If the kernel has no Landlock or refuses.
    """
    version = landlock_version()
    access = _FILE_ACCESS[max(known for known in _FILE_ACCESS if known <= version)]
    network = 3 if version >= 4 else 0
    scopes = 3 if version >= 6 else 0
    attributes = struct.pack("<QQQ", access, network, scopes)[: 24 if version >= 6 else 16 if version >= 4 else 8]
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    ruleset = _checked(
        _libc.syscall(ctypes.c_long(_CREATE_RULESET), buffer, ctypes.c_size_t(len(attributes)), ctypes.c_uint(0)),
        "Landlock ruleset",
    )
    try:
        for path in readable:
            try:
                place = os.open(path, os.O_PATH | os.O_CLOEXEC)
            except OSError:
                continue
            allowed = _READ_FILE | (_READ_DIR if os.path.isdir(path) else 0)
            rule = ctypes.create_string_buffer(struct.pack("<Qi", allowed, place), 12)
            try:
                _checked(
                    _libc.syscall(
                        ctypes.c_long(_ADD_RULE), ctypes.c_int(ruleset), ctypes.c_int(1), rule, ctypes.c_uint(0)
                    ),
                    f"Landlock rule of {path}",
                )
            finally:
                os.close(place)
        _checked(_libc.syscall(ctypes.c_long(_RESTRICT_SELF), ctypes.c_int(ruleset), ctypes.c_uint(0)), "Landlock")
    finally:
        os.close(ruleset)


def restrict_syscalls(*, files: bool) -> None:
    """Filter the system calls of this process and all that it forks, for good; see ``filters.helper_program``.

    Args:
        files: Whether files may be opened for reading; only where something else decides which.

    Raises:
        OSError: If the kernel refuses, or there is no table for this machine.
    """
    if MACHINE not in ARCHITECTURES or struct.calcsize("P") != 8:
        raise OSError(f"seccomp: no table of system calls for {MACHINE}")
    _filter(helper_program(MACHINE, files=files))()


def further_restriction() -> Callable[[], None]:
    """Prepare to take from this process what only the helper may do, for good; see ``filters.child_program``.

    Returns:
        What does it, quickly; it raises OSError if the kernel refuses.
    """
    return _filter(child_program(MACHINE, os.getpid()))


def _filter(code: bytes) -> Callable[[], None]:
    instructions = ctypes.create_string_buffer(code, len(code))
    header = ctypes.create_string_buffer(struct.pack("<HxxxxxxQ", len(code) // 8, ctypes.addressof(instructions)))

    def install(held: object = instructions) -> None:
        _prctl(_PR_SET_SECCOMP, "seccomp", 2, ctypes.addressof(header))

    return install


def limit_files_and_stack() -> None:
    """Bound files, descriptors and the stack of this process and all that it forks, for good."""
    _limit(
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_STACK, 64 << 20),
    )


def limit(memory_bytes: int, processor_seconds: int) -> None:
    """Bound memory and processor time of this process, for good.

    Args:
        memory_bytes: Address space.
        processor_seconds: Of all threads together; then the process is killed.
    """
    _limit((resource.RLIMIT_CPU, processor_seconds), (resource.RLIMIT_AS, memory_bytes))


def _limit(*values: tuple[int, int]) -> None:
    for kind, value in values:
        hard = resource.getrlimit(kind)[1]
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (allowed, allowed))


def address_space() -> int:
    """The address space that this process holds, in bytes; 256 MiB where there is no /proc."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 256 << 20
