"""Judges attacks in namespaces of its own, so that one that gets out reaches nothing: to be run under ``unshare``.

Reads a job in JSON from standard input and writes one line of JSON for each attack. Jobs: ``{"mode": "levels"}``;
``{"mode": "judge", "names": […], "level": …, "backend": …}``; ``{"mode": "flight", "names": […]}``, all at once among
honest programs; ``{"mode": "weak", "names": […]}``, by a grader that shares its process with the program.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import resource
import secrets
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from attacks import ATTACKS, Attack
from sml_env.verifiers import verify
from sml_env.verifiers.base import Status
from sml_env.verifiers.execution import CodeVerdict, ExecutionVerifier, Limits
from sml_env.verifiers.sandbox import LEVELS, Sandbox, survey

HONEST: Final = (
    "import threading\ndef f():\n    t = threading.Thread(target=print)\n    t.start()\n    t.join()\n    return True"
)
PASSING: Final = {"function": "f", "cases": [[[], True]]}
WRITABLE: Final = ("/var/tmp", "/dev/shm")
_REMOUNT, _BIND, _READ_ONLY, _STRICT_TIMES = 32, 4096, 1, 1 << 24
UNSEALED: Final = 77
"""Exit status where attacks cannot be kept apart from the machine: then none is run."""
SETTLE: Final = 3.0

WEAK: Final = """
import ast, sys, unittest
job = ast.literal_eval(sys.stdin.read())
shared = {}
def load(value):
    if isinstance(value, list):
        return shared.setdefault(repr(value), [load(part) for part in value])
    return value
cases = [[[load(part) for part in arguments], load(value)] for arguments, value in job["tests"].get("cases", [])]
space = {}
exec(job["program"], space)
exec(job["tests"].get("asserts", ""), space)
for arguments, expected in cases[: job["shown"]]:
    unittest.TestCase().assertEqual(space["f"](*arguments), expected)
"""
"""Equal lists of the tests are one list, as they are where a grader works out its tests once."""


libc = ctypes.CDLL(None, use_errno=True)


def _mounted(source: bytes, target: str, kind: bytes, flags: int, data: bytes) -> None:
    if libc.mount(source, target.encode(), kind, flags, data) != 0:
        raise OSError(ctypes.get_errno(), f"cannot mount {target}")


def seal() -> None:
    """Make all that is mounted read-only, but for small folders in memory: what gets out writes nothing that stays."""
    kept = {os.ST_NOSUID: 2, os.ST_NODEV: 4, os.ST_NOEXEC: 8, os.ST_NOATIME: 1 << 10, os.ST_NODIRATIME: 1 << 11,
            os.ST_RELATIME: 1 << 21}  # fmt: skip
    for target in _mounts():
        held = os.statvfs(target).f_flag
        flags = sum(bit for flag, bit in kept.items() if held & flag)
        flags |= 0 if held & (os.ST_NOATIME | os.ST_RELATIME) else _STRICT_TIMES
        _mounted(b"none", target, b"", _REMOUNT | _BIND | _READ_ONLY | flags, b"")
    if open_still := [target for target in _mounts() if not os.statvfs(target).f_flag & os.ST_RDONLY]:
        raise OSError(f"these could not be made read-only: {open_still}")
    for target in WRITABLE:
        _mounted(b"tmpfs", target, b"tmpfs", 0, b"size=256m")


def _mounts() -> list[str]:
    """Where file systems are mounted that can be reached, but for the one of processes."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    targets = [line.split()[4].encode().decode("unicode_escape") for line in lines]
    return [target for target in targets if os.path.exists(target) and not f"{target}/".startswith("/proc/")]


class Place:
    """Where attacks are judged: a folder with a secret, and an open port."""

    def __init__(self) -> None:
        self.token = "token" + secrets.token_hex(16)[:27]
        self.root = Path(tempfile.mkdtemp(dir="/var/tmp"))
        (self.root / "secret").write_text(self.token)
        (self.root / "spare").write_text("spare")
        (self.root / "empty").mkdir()
        self.cwd = self.root / "cwd"
        self.cwd.mkdir()
        os.chdir(self.cwd)
        os.environ["ATTACK_TOKEN"] = self.token
        self._sockets = list(_listening(self.token))
        self.port = self._sockets[0].getsockname()[1]

    def filled(self, text: str) -> str:
        """A text with this place's values for the placeholders."""
        values = {"ROOT": self.root, "TOKEN": self.token, "PORT": self.port, "GRADER": os.getpid()}
        for name, value in values.items():
            text = text.replace(f"@{name}@", str(value))
        return text

    def tests(self, attack: Attack) -> dict[str, Any]:
        """Its tests, the expected values filled in."""
        tests = {**attack.tests}
        if "cases" in tests:
            tests["cases"] = [
                [arguments, self.token if value == "@TOKEN@" else value] for arguments, value in tests["cases"]
            ]
        return tests

    def files(self) -> set[str]:
        """What an attack may have left; and what it may have taken away."""
        found = {str(path) for path in self.root.rglob("*")}
        for folder in WRITABLE:
            with contextlib.suppress(OSError):
                found |= {f"{folder}/{name}" for name in os.listdir(folder) if name.startswith("attack")}
        return found


def _listening(token: str) -> Iterator[socket.socket]:
    """A port on the loopback of this network namespace, which is brought up first, and an abstract socket."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        fcntl.ioctl(one, 0x8914, struct.pack("16sh14x", b"lo", 1 | 64))
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    yield listener
    abstract = socket.socket(socket.AF_UNIX)
    abstract.bind(f"\0attack-{token}"[:40])
    abstract.listen(64)
    yield abstract


def processes() -> set[int]:
    """All processes of this process namespace that have not ended, but for this one."""
    found = {int(name) for name in os.listdir("/proc") if name.isdigit()} - {os.getpid()}
    return {pid for pid in found if _state(pid) not in ("Z", "")}


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def settled(most: int) -> int:
    """How many processes there are more than there should be, after some time."""
    end = time.monotonic() + SETTLE
    while (extra := len(processes()) - most) > 0 and time.monotonic() < end:
        time.sleep(0.01)
    return max(extra, 0)


def judged(attack: Attack, place: Place, sandbox: Sandbox) -> tuple[Status, str, float]:
    """The verdict on an attack, and how long it took."""
    started = time.monotonic()
    if attack.family == 18:
        verdict: Any = verify(place.filled(attack.program), attack.tests["gold"])
    else:
        limits = Limits(seconds_per_call=attack.seconds, seconds=attack.seconds)
        verifier = ExecutionVerifier(limits, sandbox)
        if attack.before is not None:
            verifier.verify_code(place.filled(attack.before), place.tests(attack))
        verdict = verifier.verify_code(place.filled(attack.program), place.tests(attack))
    return verdict.status, verdict.reason, time.monotonic() - started


def judge(attacks: list[Attack], level: str | None, backend: str) -> Iterator[dict[str, Any]]:
    """Each attack on its own, an honest program after it, and what it left."""
    place = Place()
    sandbox = Sandbox(level, backend=backend, workers=1)
    honest = ExecutionVerifier(Limits(seconds_per_call=5.0, seconds=5.0), sandbox)
    assert honest.verify_code(HONEST, PASSING).correct
    time.sleep(0.2)
    most, files = len(processes()), place.files()
    for attack in attacks:
        status, reason, seconds = judged(attack, place, sandbox)
        after = honest.verify_code(HONEST, PASSING)
        now = place.files()
        yield {
            "name": attack.label, "status": status.value, "reason": reason, "seconds": seconds,
            "deadline": attack.seconds * (1 if attack.before is None else 2), "honest": after.correct,
            "honest_reason": after.reason, "survivors": settled(most), "left": sorted(now ^ files),
        }  # fmt: skip
        files = now
    sandbox.close()
    yield {"name": "at the end", "survivors": settled(0)}


def flight(attacks: list[Attack]) -> Iterator[dict[str, Any]]:
    """All attacks at once, with as many honest programs among them."""
    place = Place()
    sandbox = Sandbox()
    limits = Limits(seconds_per_call=1.0, seconds=2.0)
    verifier = ExecutionVerifier(limits, sandbox)
    verifier.verify_code(HONEST, PASSING)

    def one(attack: Attack | None) -> tuple[Attack | None, Status, float]:
        if attack is None:
            verdict: CodeVerdict = verifier.verify_code(HONEST, PASSING)
            return None, verdict.status, verdict.wall_seconds
        return attack, *judged(attack, place, sandbox)[::2]

    with ThreadPoolExecutor(64) as pool:
        results = list(pool.map(one, [item for attack in attacks for item in (attack, None)]))
    sandbox.close()
    for attack, status, seconds in results:
        yield {"name": "honest" if attack is None else attack.label, "status": status.value, "seconds": seconds}
    yield {"name": "at the end", "survivors": settled(0)}


# -- a grader that attacks fool ----------------------------------------------------------------------------------------


def weak(attacks: list[Attack]) -> Iterator[dict[str, Any]]:
    """Whether a grader scores each right that trusts the exit status of a process which it shares with the program."""
    place = Place()
    for attack in attacks:
        if attack.family == 18:
            yield {"name": attack.label, "right": _evaluated(place.filled(attack.program))}
            continue
        programs = [attack.program] if attack.before is None else [attack.before, attack.program]
        right = [_trusted(place.filled(program), place.tests(attack), attack.shown) for program in programs]
        yield {"name": attack.label, "right": right[-1]}


def _evaluated(answer: str) -> bool:
    try:
        return bool(eval(answer, {"place": Place}) == 42)
    except Exception:
        return False


def _bounded() -> None:
    """So that a bomb harms nothing even here."""
    os.setsid()
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 << 20, 64 << 20))


def _trusted(program: str, tests: dict[str, Any], shown: int | None) -> bool:
    before = processes()
    script = "stdin" in tests
    given = "" if script else repr({"program": program, "tests": tests, "shown": shown})
    command = [sys.executable, "-c", program if script else WEAK]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, preexec_fn=_bounded
    ) as process:  # fmt: skip
        try:
            output, _ = process.communicate(given.encode(), timeout=3.0)
        except subprocess.TimeoutExpired:
            process.kill()
            return False
        finally:
            for pid in processes() - before:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
    if script:
        return output[: 1 << 20].split() == tests["stdin"][0][1].encode().split()
    return process.returncode == 0


def main() -> None:
    """Read the job, and do it."""
    job = json.loads(sys.stdin.read())
    try:
        seal()
    except OSError as error:
        print(error, file=sys.stderr)
        sys.exit(UNSEALED)
    chosen = [attack for attack in ATTACKS if attack.label in job.get("names", ())]
    if job["mode"] == "levels":
        best = survey()["level"]
        lines: Any = [{"levels": [level for level in LEVELS[2:] if LEVELS.index(level) <= LEVELS.index(best)]}]
    elif job["mode"] == "judge":
        lines = judge(chosen, job.get("level"), job.get("backend", "helper"))
    elif job["mode"] == "flight":
        lines = flight(chosen)
    else:
        lines = weak(chosen)
    for line in lines:
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
