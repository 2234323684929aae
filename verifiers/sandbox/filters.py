"""The seccomp filter: which system calls an untrusted program may make, on x86-64 and arm64.

A list of what is allowed: all else fails with EPERM, a call of another architecture kills the process, ``clone3`` says
ENOSYS so that the C library falls back to ``clone``, whose flags a filter can read: threads are allowed, processes and
namespaces are not.

Filters add up and can only take away. The long one is set once in the helper, and has a few calls more that the helper
needs; the short one is set in each child and takes those away again.
"""

from __future__ import annotations

import struct
from typing import Final

__all__ = ["ARCHITECTURES", "SYSCALLS", "child_program", "helper_program"]

ARCHITECTURES: Final = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
"""Machine to the kernel's name of it, and its column in the tables."""

# (x86-64, arm64); None where the architecture has no such call.
_ALWAYS: Final[dict[str, tuple[int | None, int | None]]] = {
    "read": (0, 63), "write": (1, 64), "close": (3, 57), "fstat": (5, 80), "lseek": (8, 62), "mmap": (9, 222),
    "mprotect": (10, 226), "munmap": (11, 215), "brk": (12, 214), "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139), "sigaltstack": (131, 132), "pread64": (17, 67),
    "readv": (19, 65), "writev": (20, 66), "sched_yield": (24, 124), "mremap": (25, 216), "madvise": (28, 233),
    "dup": (32, 23), "dup2": (33, None), "dup3": (292, 24), "nanosleep": (35, 101), "clock_nanosleep": (230, 115),
    "clock_gettime": (228, 113), "clock_getres": (229, 114), "gettimeofday": (96, 169), "time": (201, None),
    "getpid": (39, 172), "gettid": (186, 178), "getppid": (110, 173), "getuid": (102, 174), "geteuid": (107, 175),
    "getgid": (104, 176), "getegid": (108, 177), "exit": (60, 93), "exit_group": (231, 94), "futex": (202, 98),
    "futex_waitv": (449, 449), "set_robust_list": (273, 99), "set_tid_address": (218, 96), "rseq": (334, 293),
    "membarrier": (324, 283), "getrandom": (318, 278), "uname": (63, 160), "sysinfo": (99, 179),
    "getrusage": (98, 165), "times": (100, 153), "getcpu": (309, 168), "sched_getaffinity": (204, 123),
    "sched_getparam": (143, 121), "sched_getscheduler": (145, 120), "sched_get_priority_max": (146, 125),
    "sched_get_priority_min": (147, 126), "getrlimit": (97, 163), "restart_syscall": (219, 128),
    "pipe": (22, None), "pipe2": (293, 59), "eventfd2": (290, 19), "epoll_create": (213, None),
    "epoll_create1": (291, 20), "epoll_ctl": (233, 21), "epoll_wait": (232, None), "epoll_pwait": (281, 22),
    "poll": (7, None), "ppoll": (271, 73), "select": (23, None), "pselect6": (270, 72), "recvfrom": (45, 207),
    "shutdown": (48, 210), "getsockopt": (55, 209), "getsockname": (51, 204), "setitimer": (38, 103),
    "getitimer": (36, 102), "alarm": (37, None), "pause": (34, None), "rt_sigtimedwait": (128, 137),
    "arch_prctl": (158, None),
}  # fmt: skip
_PATHS: Final[dict[str, tuple[int | None, int | None]]] = {
    "getdents64": (217, 61), "readlink": (89, None), "readlinkat": (267, 78), "access": (21, None),
    "faccessat": (269, 48), "faccessat2": (439, 439), "stat": (4, None), "lstat": (6, None), "getcwd": (79, 17),
    "newfstatat": (262, 79), "statx": (332, 291),
}  # fmt: skip
_CONDITIONAL: Final[dict[str, tuple[int | None, int | None]]] = {
    "clone": (56, 220), "clone3": (435, 435), "kill": (62, 129), "tgkill": (234, 131), "fcntl": (72, 25),
    "ioctl": (16, 29), "prlimit64": (302, 261), "socketpair": (53, 199), "sendto": (44, 206), "open": (2, None),
    "openat": (257, 56),
}  # fmt: skip
_HELPER: Final[dict[str, tuple[int | None, int | None]]] = {
    "wait4": (61, 260), "recvmsg": (47, 212), "prctl": (157, 167), "close_range": (436, 436), "fork": (57, None),
    "setrlimit": (160, 164), "sendmsg": (46, 211),
}  # fmt: skip
SYSCALLS: Final = {**_ALWAYS, **_PATHS, **_CONDITIONAL}
"""Every call that a program may make, always or under a condition, with its numbers."""

_ALLOW: Final = 0x7FFF0000
_KILL: Final = 0x80000000
_ERRNO: Final = 0x00050000
_EPERM, _EACCES, _ENOTTY, _ENOSYS = 1, 13, 25, 38
_LOAD, _EQUAL, _SET, _RETURN = 0x20, 0x15, 0x45, 0x06
_CLONE_THREAD: Final = 0x00010000
_CLONE_NEW: Final = 0x7E020080
_WRITING: Final = 0x3 | 0x40 | 0x200 | 0x400000
"""Access mode, O_CREAT, O_TRUNC and O_TMPFILE of ``open``."""
_EMPTY_PATH: Final = 0x1000
_IOCTL: Final = (0x5421, 0x5450, 0x5451)
"""FIONBIO, FIONCLEX, FIOCLEX."""
_FCNTL: Final = (0, 1, 2, 3, 4, 1030)
"""F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC: none that sends signals or locks."""

_Instruction = tuple[int, int, int, int]


def helper_program(machine: str, *, files: bool) -> bytes:
    """The helper's filter, which every process that it forks inherits: the list of all that is ever allowed.

    Args:
        machine: Of ``ARCHITECTURES``.
        files: Whether files may be opened for reading, and paths looked at. Only where something else decides which.

    Returns:
        An array of ``struct sock_filter``.

    Raises:
        KeyError: If there is no table for this machine.
    """
    audit, column = ARCHITECTURES[machine]
    code: list[_Instruction] = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, audit), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, 0)]
    plain = {**_ALWAYS, **_HELPER, **(_PATHS if files else {})}
    for numbers in plain.values():
        number = numbers[column]
        if number is not None:
            code += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    code += _choices(_helper_blocks(files), column)
    code.append((_RETURN, 0, 0, _ERRNO | _EPERM))
    return _packed(code)


def child_program(machine: str, pid: int) -> bytes:
    """What is added for a program: it loses the helper's own calls, and what it starts and signals is itself alone.

    Small, since the kernel works through it for every run; it only takes away from ``helper_program``.

    Args:
        machine: Of ``ARCHITECTURES``.
        pid: Of the process that is filtered, in its own namespace.

    Returns:
        An array of ``struct sock_filter``.
    """
    _, column = ARCHITECTURES[machine]
    code: list[_Instruction] = [(_LOAD, 0, 0, 0)]
    for numbers in _HELPER.values():
        number = numbers[column]
        if number is not None:
            code += [(_EQUAL, 0, 1, number), _error(_EPERM)]
    code += _choices(_child_blocks(pid), column)
    code.append(_allow())
    return _packed(code)


def _packed(code: list[_Instruction]) -> bytes:
    return b"".join(struct.pack("<HBBI", *instruction) for instruction in code)


def _choices(blocks: dict[str, list[_Instruction]], column: int) -> list[_Instruction]:
    code: list[_Instruction] = []
    for name, block in blocks.items():
        number = SYSCALLS[name][column]
        if number is not None:
            code += [(_EQUAL, 0, len(block), number), *block]
    return code


def _child_blocks(pid: int) -> dict[str, list[_Instruction]]:
    """What decides about a program's call by its arguments; each block ends in a return."""
    return {
        "clone": [_low(0), (_SET, 1, 0, _CLONE_THREAD), _error(_EPERM), _allow()],
        "kill": [_low(0), (_EQUAL, 0, 1, pid), _allow(), _error(_EPERM)],
        "tgkill": [_low(0), (_EQUAL, 0, 1, pid), _allow(), _error(_EPERM)],
        "prlimit64": [
            _low(0), (_EQUAL, 2, 0, 0), (_EQUAL, 1, 0, pid), _error(_EPERM),
            _low(2), (_EQUAL, 1, 0, 0), _error(_EPERM), _high(2), (_EQUAL, 0, 1, 0), _allow(), _error(_EPERM),
        ],
    }  # fmt: skip


def _helper_blocks(files: bool) -> dict[str, list[_Instruction]]:
    """The same for calls on which helper and programs are bound alike."""
    opening = [(_SET, 0, 1, _WRITING), _error(_EACCES), _allow() if files else _error(_EACCES)]
    blocks = {
        "clone": [_low(0), (_SET, 0, 1, _CLONE_NEW), _error(_EPERM), _allow()],
        "clone3": [_error(_ENOSYS)],
        "kill": [_allow()],
        "tgkill": [_allow()],
        "prlimit64": [_allow()],
        "fcntl": [_low(1), *_any_of(_FCNTL), _error(_EPERM)],
        "ioctl": [_low(1), *_any_of(_IOCTL), _error(_ENOTTY)],
        "socketpair": [_low(0), (_EQUAL, 0, 1, 1), _allow(), _error(_EPERM)],
        "sendto": [
            _low(4), (_EQUAL, 1, 0, 0), _error(_EPERM), _high(4), (_EQUAL, 0, 1, 0), _allow(), _error(_EPERM),
        ],
        "open": [_low(1), *opening],
        "openat": [_low(2), *opening],
    }  # fmt: skip
    if not files:
        empty = [(_SET, 0, 1, _EMPTY_PATH), _allow(), _error(_EACCES)]
        blocks |= {"newfstatat": [_low(3), *empty], "statx": [_low(2), *empty]}
    return blocks


def _any_of(values: tuple[int, ...]) -> list[_Instruction]:
    return [line for value in values for line in ((_EQUAL, 0, 1, value), _allow())]


def _low(argument: int) -> _Instruction:
    return (_LOAD, 0, 0, 16 + 8 * argument)


def _high(argument: int) -> _Instruction:
    return (_LOAD, 0, 0, 20 + 8 * argument)


def _allow() -> _Instruction:
    return (_RETURN, 0, 0, _ALLOW)


def _error(number: int) -> _Instruction:
    return (_RETURN, 0, 0, _ERRNO | number)
