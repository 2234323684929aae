"""The sandbox: its levels, its helpers, and what becomes of them."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sml_env.errors import ConfigurationError
from sml_env.verifiers.base import Status
from sml_env.verifiers.execution import ExecutionVerifier, Limits, run_function, verify_code
from sml_env.verifiers.sandbox import LEVELS, HelperFailed, Sandbox, survey
from sml_env.verifiers.sandbox.filters import ARCHITECTURES, SYSCALLS, child_program, helper_program

ADD = {"function": "add", "cases": [[[1, 2], 3]]}
GOOD = "def add(a, b):\n    return a + b\n"
LONG = Limits(seconds_per_call=20.0, seconds=20.0)


def reached() -> list[str]:
    """The levels that this machine offers, of those that confine."""
    best = survey()["level"]
    return [level for level in LEVELS[2:] if LEVELS.index(level) <= LEVELS.index(best)]


@pytest.fixture()
def sandbox() -> Iterator[Sandbox]:
    place = Sandbox(workers=1)
    yield place
    place.close()


def tried(program: str, level: str) -> object:
    (outcome,) = run_function(program, "f", [[]], sandbox=_of(level)).outcomes
    return outcome.value if outcome.kind == "value" else outcome.error


def _of(level: str) -> Sandbox:
    from sml_env.verifiers.sandbox import sandbox_of

    return sandbox_of(level)


FORBIDDEN = {
    "read a file": "def f():\n    return open('/etc/passwd').read()",
    "read this test": f"def f():\n    return open({__file__!r}).read()",
    "write a file": "def f():\n    open('/tmp/sml_attack_written', 'w').write('x')",
    "list processes": "import os\ndef f():\n    return os.listdir('/proc')",
    "fork": "import os\ndef f():\n    pid = os.fork()\n    if not pid: os._exit(0)\n    return pid",
    "exec": "import os\ndef f():\n    os.execv('/bin/true', ['true'])",
    "open a socket": "import socket\ndef f():\n    return socket.socket().fileno()",
    "kill its parent": "import os\ndef f():\n    os.kill(os.getppid() or 1, 0)\n    return 'sent'",
    "raise a limit": "def f():\n    import resource as r\n    r.setrlimit(r.RLIMIT_CPU, (-1, -1))",
    "share memory": "def f():\n    from multiprocessing.shared_memory import SharedMemory\n    SharedMemory(create=True, size=9)",  # noqa: E501
    "make memory a file": "import os\ndef f():\n    return os.memfd_create('x')",
    "wait for others": "import os\ndef f():\n    return os.wait()",
    "receive descriptors": "import socket\ndef f():\n    a, b = socket.socketpair()\n    a.send(b'x'), b.recvmsg(1)",
}  # fmt: skip


@pytest.mark.parametrize("act", FORBIDDEN)
@pytest.mark.parametrize("level", LEVELS[2:])
def test_a_program_cannot(act: str, level: str) -> None:
    if level not in reached():
        pytest.skip(f"this machine does not reach {level}: {survey()}")
    (outcome,) = run_function(FORBIDDEN[act], "f", [[]], sandbox=_of(level)).outcomes
    assert outcome.kind == "raised", outcome


def test_a_program_can_do_what_is_allowed() -> None:
    program = (
        "import asyncio, decimal, json, math, random, re, threading, time, zlib\n"
        "async def later():\n    await asyncio.sleep(0.001)\n    return 1\n"
        "def f():\n"
        "    done = []\n    thread = threading.Thread(target=lambda: done.append(1))\n    thread.start()\n"
        "    thread.join()\n"
        "    return [done, asyncio.run(later()), len(zlib.compress(b'x' * 100)) < 50, time.time() > 0]\n"
    )
    assert tried(program, survey()["level"] if "confined" in reached() else "filtered") == [[1], 1, True, True]


def test_packages_are_named_or_absent() -> None:
    program = "import numpy\ndef add(a, b):\n    return int(numpy.add(a, b))"
    assert not verify_code(program, ADD).correct
    place = Sandbox(packages=("numpy",), workers=1)
    assert ExecutionVerifier(sandbox=place).verify_code(program, ADD).correct
    place.close()
    lacking = Sandbox(packages=("no_such_package",), workers=1)
    verdict = ExecutionVerifier(sandbox=lacking).verify_code(GOOD, ADD)
    assert verdict.status is Status.INFRASTRUCTURE_ERROR and "no_such_package" in verdict.reason


def test_a_level_that_is_not_reached_runs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from sml_env.verifiers import sandbox as module

    place = Sandbox("isolated", workers=1)
    monkeypatch.setattr(place, "layers", ("seccomp",))
    verdict = ExecutionVerifier(sandbox=place).verify_code(GOOD, ADD)
    assert verdict.status is Status.INFRASTRUCTURE_ERROR and "not 'isolated'" in verdict.reason
    place.close()
    with pytest.raises(ConfigurationError, match="level"):
        verify_code(GOOD, ADD, level="perfect")
    assert module.MINIMUM == "filtered"


@pytest.mark.parametrize("arguments", [{"backend": "none"}, {"workers": 0}, {"packages": "numpy"}, {"level": "unsafe"}])
def test_arguments_that_make_no_sense_are_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError):
        Sandbox(**arguments)  # type: ignore[arg-type]


def test_the_unsafe_backend_says_so() -> None:
    place = Sandbox(backend="subprocess")
    assert place.report() == {"level": "unsafe"}
    assert ExecutionVerifier(sandbox=place).verify_code(GOOD, ADD).correct


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed")
def test_bubblewrap_is_behind_the_same_interface() -> None:
    verifier = ExecutionVerifier(sandbox=Sandbox(backend="bubblewrap"))
    assert verifier.verify_code(GOOD, ADD).correct
    assert not verifier.verify_code("def add(a, b):\n    return len(open('/etc/passwd').read())", ADD).correct


def test_a_helper_killed_mid_run_costs_a_retry_alone(sandbox: Sandbox) -> None:
    verifier = ExecutionVerifier(limits=LONG, sandbox=sandbox)
    assert verifier.verify_code(GOOD, ADD).correct
    (first,) = sandbox.processes()
    threading.Timer(0.3, os.kill, (first, signal.SIGKILL)).start()
    slow = "import time\ndef add(a, b):\n    time.sleep(1)\n    return a + b"
    assert verifier.verify_code(slow, ADD).correct
    assert sandbox.processes() != [first]


def test_helpers_that_keep_dying_are_an_infrastructure_failure(sandbox: Sandbox) -> None:
    verifier = ExecutionVerifier(limits=LONG, sandbox=sandbox)
    stop = threading.Event()

    def killing() -> None:
        while not stop.wait(0.05):
            for pid in sandbox.processes():
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue

    killer = threading.Thread(target=killing)
    killer.start()
    verdict = verifier.verify_code("import time\ndef add(a, b):\n    time.sleep(5)\n    return a + b", ADD)
    stop.set()
    killer.join()
    assert verdict.status is Status.INFRASTRUCTURE_ERROR
    sandbox.close()
    assert verifier.verify_code(GOOD, ADD).correct


def _descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def _resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


def _many(count: int) -> None:
    place = Sandbox(workers=1)
    verifier = ExecutionVerifier(sandbox=place)
    for _ in range(100):
        verifier.verify_code(GOOD, ADD)
    (helper,) = place.processes()
    before = _descriptors(), _resident(os.getpid()), _resident(helper)
    for index in range(count):
        program = GOOD if index % 10 else "def add(a, b):\n    return [0] * 100_000"
        assert verifier.verify_code(program, ADD).correct is bool(index % 10)
    assert place.processes() == [helper]
    after = _descriptors(), _resident(os.getpid()), _resident(helper)
    place.close()
    assert after[0] == before[0]
    assert after[1] - before[1] < 8 << 20 and after[2] - before[2] < 4 << 20
    assert not Path(f"/proc/{helper}").exists()


def test_five_hundred_runs_leave_nothing_behind() -> None:
    _many(500)


@pytest.mark.slow
def test_ten_thousand_runs_leave_nothing_behind() -> None:
    _many(10_000)


def test_runs_wait_in_a_queue_that_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sml_env.verifiers.sandbox.MAX_WAITING", 0)
    with pytest.raises(HelperFailed, match="wait already"), Sandbox(workers=1).session():
        pass


def test_a_fork_of_the_caller_gets_helpers_of_its_own(sandbox: Sandbox) -> None:
    verifier = ExecutionVerifier(sandbox=sandbox)
    assert verifier.verify_code(GOOD, ADD).correct
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(writing, str(verifier.verify_code(GOOD, ADD).correct).encode())
            sandbox.close()
        finally:
            os._exit(0)
    os.close(writing)
    assert os.read(reading, 10) == b"True"
    os.waitpid(pid, 0)
    os.close(reading)
    assert verifier.verify_code(GOOD, ADD).correct


def test_helpers_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        place = Sandbox(workers=1)
        ExecutionVerifier(sandbox=place).verify_code(GOOD, ADD)
        os.write(writing, str(place.processes()[0]).encode())
        time.sleep(60)
        os._exit(0)
    os.close(writing)
    helper = int(os.read(reading, 20))
    os.close(reading)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    deadline = time.monotonic() + 10
    while Path(f"/proc/{helper}").exists() and "Z" not in Path(f"/proc/{helper}/stat").read_text().split(")")[1][:3]:
        assert time.monotonic() < deadline, "the helper outlives its caller"
        time.sleep(0.1)


@pytest.mark.parametrize("machine", ARCHITECTURES)
@pytest.mark.parametrize("files", [True, False])
def test_filters_are_well_formed(machine: str, files: bool) -> None:
    """Walk every path of the filters: jumps stay inside, and every path ends in a return."""
    for code in (helper_program(machine, files=files), child_program(machine, 4242)):
        instructions = [
            (int.from_bytes(code[i : i + 2], "little"), code[i + 2], code[i + 3]) for i in range(0, len(code), 8)
        ]
        assert len(instructions) < 4096
        for place, (kind, yes, no) in enumerate(instructions):
            assert kind in (0x20, 0x15, 0x45, 0x06)
            if kind != 0x06:
                assert place + 1 + max(yes, no) < len(instructions)


def test_no_call_starts_processes_or_reaches_out() -> None:
    for name in ("execve", "fork", "vfork", "socket", "connect", "ptrace", "mount", "unshare", "setns", "bpf",
                 "io_uring_setup", "process_vm_readv", "memfd_create", "userfaultfd", "keyctl", "prctl", "wait4",
                 "recvmsg", "sendmsg", "shmget", "pidfd_open", "setrlimit", "seccomp"):  # fmt: skip
        assert name not in SYSCALLS
