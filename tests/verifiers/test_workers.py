"""Sympy workers: answers, limits, and what is left behind when anything on either side dies."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sml_env.verifiers import workers
from sml_env.verifiers.expressions import parse_expression as parse
from sml_env.verifiers.nodes import add
from sml_env.verifiers.workers import Answer, ask
from sml_env.verifiers.workers.process import TooLate

ROOT = Path(__file__).resolve().parents[2]
BOMB = "((x+y+z+w)^2 + 2(x+y+z+w) + 1)^60", "(x+y+z+w+1)^120"
RIGHT = Answer(True, "decided")
PATIENCE = 20.0  # seconds that a loaded machine may take for an answer
SOON = 5.0  # seconds that it may take for what should be immediate; the bomb lasts longer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


@pytest.fixture(autouse=True, scope="module")
def ended() -> Iterator[None]:
    yield
    workers.close()


def identity(timeout: float = PATIENCE) -> Answer:
    return ask("equal", parse("sin(x)^2 + cos(x)^2"), parse("1"), timeout)


def bomb(timeout: float) -> Answer:
    return ask("equal", parse(BOMB[0]), parse(BOMB[1]), timeout)


def helper_pids() -> list[int]:
    return [helper.process.pid for helper in workers._own().helpers]


def child_pids(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and parent_of(int(entry.name)) == pid:
            found.append(int(entry.name))
    return found


def parent_of(pid: int) -> int | None:
    """The parent of a process that runs; None for one that is gone, or dead and not waited for."""
    try:
        state, parent = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[:2]
    except OSError:
        return None
    return None if state in "ZX" else int(parent)


def eventually(claim: object) -> bool:
    end = time.monotonic() + SOON
    while not claim():  # type: ignore[operator]
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def run(script: str, **options: object) -> str:
    """Run a script in an interpreter of its own, the library and the names of this file at hand; return what it prints.

    It runs from a file: under spawn a child loads its parent's main module.
    """
    done = launch(script, **options)
    printed, errors = done.communicate(timeout=60)
    assert (done.returncode, errors) == (0, ""), (done.returncode, errors)
    return str(printed)


PRELUDE = f"""
import os, signal, sys, threading, time
from sml_env.verifiers import workers
from sml_env.verifiers.expressions import parse_expression as parse
def identity():
    return workers.ask("equal", parse("sin(x)^2 + cos(x)^2"), parse("1"), {PATIENCE}).equal
def bomb(timeout):
    return workers.ask("equal", parse({BOMB[0]!r}), parse({BOMB[1]!r}), timeout).outcome
def pids():
    return [helper.process.pid for helper in workers._own().helpers]
"""


def launch(script: str, path: Path = ROOT, command: str = "{python} -c {script}", **options: object):  # type: ignore[no-untyped-def]
    arguments = [part.format(python=sys.executable, script=PRELUDE + script) for part in command.split()]
    environment = {**os.environ, "PYTHONPATH": str(path)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.Popen(arguments, cwd="/", env=environment, text=True, **pipes)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("question", "a", "b", "equal"),
    [
        ("equal", "sqrt(3+2sqrt(2))", "1+sqrt(2)", True),
        ("equal", "sin(x)", "cos(x)", False),
        ("equal", "ln(x^2)", "2ln(x)", None),
        ("equations", "x*y = 1", "y = 1/x", True),
        ("inequalities", "x^2 < 2", "-sqrt(2) < x < sqrt(2)", True),
        ("inequalities", "x^2 < 2", "-2 < x < 2", False),
        ("equations", "x", "y = 1/x", None),
    ],
)
def test_questions_are_answered(question: str, a: str, b: str, equal: bool | None) -> None:
    answer = ask(question, parse(a), parse(b), PATIENCE)
    assert (answer.equal, answer.outcome) == (equal, "undecided" if equal is None else "decided")


def test_what_variables_range_over_reaches_the_worker() -> None:
    a, b = parse("sqrt(x^2)"), parse("x")
    assert ask("equal", a, b, PATIENCE, "positive").equal is True
    assert ask("equal", a, b, PATIENCE, "real").equal is False


def test_an_expression_over_its_time_is_killed_and_the_next_is_unaffected() -> None:
    identity()
    helpers, used, begun = helper_pids(), time.process_time(), time.monotonic()
    assert bomb(0.2).outcome == "killed"
    assert time.process_time() - used < 0.05
    assert 0.2 <= time.monotonic() - begun <= 0.2 + workers.GRACE_SECONDS + 1
    assert helper_pids() == helpers
    assert not any(map(child_pids, helpers))
    assert identity() == RIGHT


def test_an_expression_over_its_memory_is_killed() -> None:
    script = """
from sml_env.verifiers.workers import serving
import resource, socket
def hungry(*_):
    bytearray(2 * serving.MEMORY_BYTES)
def modest(*_):
    return len(bytearray(serving.MEMORY_BYTES // 2)) > 0 == resource.getrlimit(resource.RLIMIT_CORE)[0]
ours, other = socket.socketpair()
request = {"question": "equal", "a": "x", "b": "x", "variables": "real", "seconds": 20}
for serving.answer in (hungry, modest):
    print(serving._answered(ours, request))
"""
    assert run(script).splitlines() == ["{'status': 'killed'}", "{'status': 'done', 'equal': True}"]


def test_too_long_or_unknown_is_not_asked() -> None:
    started = workers.statistics().started
    long = parse("+".join(["x*y"] * 130))
    assert ask("equal", long, parse("1")).outcome == "undecided"
    assert ask("equal", add([parse("7" * 390)] * 6), parse("1")).outcome == "undecided"
    assert ask("equal", object(), parse("1")).outcome == "undecided"  # type: ignore[arg-type]
    assert ask("guess", parse("1"), parse("1")).outcome == "failed"
    assert ask("equal", parse("1"), parse("1"), float("nan")).outcome == "failed"
    assert workers.statistics().started == started


def test_statistics_count_every_outcome() -> None:
    names = ("asked", "decided", "undecided", "killed", "failed")
    identity()
    before = workers.statistics()
    identity()
    bomb(0.1)
    ask("equal", parse("ln(x^2)"), parse("2ln(x)"), PATIENCE)
    ask("guess", parse("1"), parse("1"))
    after = workers.statistics()
    counted = [getattr(after, name) - getattr(before, name) for name in names]
    assert counted == [4, 1, 1, 1, 1]
    assert after.waited_seconds >= before.waited_seconds


def test_a_helper_killed_between_questions_is_replaced() -> None:
    identity()
    for pid in helper_pids():
        os.kill(pid, signal.SIGKILL)
        assert eventually(lambda pid=pid: parent_of(pid) is None)
    assert identity() == RIGHT


def test_a_helper_killed_during_a_question_fails_it_alone_and_leaves_no_child() -> None:
    identity()
    helper = helper_pids()[-1]
    with ThreadPoolExecutor(1) as executor:
        answer = executor.submit(bomb, PATIENCE)
        assert eventually(lambda: any(child_pids(pid) for pid in helper_pids()))
        helper = next(pid for pid in helper_pids() if child_pids(pid))
        children = child_pids(helper)
        os.kill(helper, signal.SIGKILL)
        assert answer.result().outcome == "failed"
    assert eventually(lambda: not any(map(parent_of, children)))
    assert identity() == RIGHT


def test_a_helper_that_hangs_is_killed_after_the_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "GRACE_SECONDS", 0.1)
    identity()
    stopped = helper_pids()
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    begun = time.monotonic()
    for _ in stopped:
        assert ask("equal", parse("x"), parse("x+0"), 0.1).outcome == "killed"
    assert time.monotonic() - begun < SOON
    assert not any(map(parent_of, stopped))
    assert identity() == RIGHT


def test_threads_and_tasks_share_the_helpers() -> None:
    with ThreadPoolExecutor(8) as executor:
        answers = list(executor.map(lambda index: bomb(0.1) if index % 8 == 7 else identity(), range(24)))
    assert [answer.outcome for answer in answers] == (["decided"] * 7 + ["killed"]) * 3

    async def together() -> list[Answer]:
        return await asyncio.gather(*(asyncio.to_thread(identity) for _ in range(4)))

    assert asyncio.run(together()) == [RIGHT] * 4
    assert len(helper_pids()) <= workers._own().limit


def test_waiting_for_a_helper_ends_at_the_deadline() -> None:
    workers.start(1)
    try:
        with ThreadPoolExecutor(1) as executor:
            busy = executor.submit(bomb, 0.5)
            assert eventually(lambda: any(child_pids(pid) for pid in helper_pids()))
            assert identity(0.05).outcome == "killed"
            assert not busy.done()
            assert busy.result().outcome == "killed"
        assert identity() == RIGHT
    finally:
        workers._own().limit = 2


def test_helpers_go_to_whoever_waited_longest() -> None:
    pool = workers._own()
    workers.start(1)
    try:
        helper, _ = pool.take(PATIENCE)
        with ThreadPoolExecutor(1) as executor:
            first = executor.submit(pool.take, PATIENCE)
            assert eventually(lambda: len(pool.queue) == 1)
            pool.give(helper)
            with pytest.raises(TooLate):
                pool.take(0.05)
            assert first.result()[0] is helper
        pool.give(helper)
    finally:
        pool.limit = 2


def test_close_leaves_no_process_and_the_next_question_starts_anew() -> None:
    with ThreadPoolExecutor(1) as executor:
        answer = executor.submit(bomb, PATIENCE)
        assert eventually(lambda: any(child_pids(pid) for pid in helper_pids()))
        pids = [*helper_pids(), *(child for pid in helper_pids() for child in child_pids(pid))]
        workers.close()
        assert answer.result().outcome == "failed"
    assert not any(map(parent_of, pids))
    assert identity() == RIGHT


def test_both_sides_of_a_fork_may_ask_even_while_another_thread_does() -> None:
    script = """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)  # from Python 3.12 on, of a fork beside threads
assert identity()
before = pids()
asking = threading.Thread(target=bomb, args=(0.3,))
asking.start()
child = os.fork()
after = identity(), pids()[:1] == before, workers.statistics().asked == 1
if child == 0:
    os._exit(0 if after == (True, False, True) else 1)
asking.join()
print(after, os.waitpid(child, 0)[1], identity(), pids()[:1] == before)
"""
    assert run(script) == "(True, True, False) 0 True True\n"


def test_spawned_processes_have_helpers_of_their_own(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        PRELUDE
        + """
def child(queue):
    queue.put((identity(), pids()))
if __name__ == "__main__":
    import multiprocessing
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    process = context.Process(target=child, args=(queue,))
    process.start()
    mine = identity(), pids()
    theirs = queue.get()
    process.join()
    print(mine[0], theirs[0], mine[1] != theirs[1], process.exitcode)
""",
        encoding="utf-8",
    )
    assert run("", command=f"{{python}} {script}").split() == ["True", "True", "True", "0"]


def test_no_process_outlives_a_caller_that_is_killed() -> None:
    script = """
assert identity()
threading.Thread(target=bomb, args=(60,)).start()
print(*pids(), flush=True)
time.sleep(60)
"""
    caller = launch(script)
    assert caller.stdout is not None
    (helper,) = map(int, caller.stdout.readline().split())
    assert eventually(lambda: child_pids(helper))
    children = child_pids(helper)
    caller.kill()
    caller.communicate()
    assert eventually(lambda: not any(map(parent_of, [helper, *children])))


def test_the_end_of_the_interpreter_is_quiet_and_leaves_no_process() -> None:
    script = """
threading.Thread(target=bomb, args=(60,), daemon=True).start()
assert identity()
print(*pids(), flush=True)
"""
    pids = [int(pid) for pid in run(script).split()]
    assert pids and not any(map(parent_of, pids))


@pytest.mark.parametrize(
    "circumstances",
    [
        "[signal.signal(signal.SIGCHLD, signal.SIG_IGN), signal.signal(signal.SIGPIPE, signal.SIG_DFL)]",
        "signal.signal(signal.SIGCHLD, lambda *_: os.waitpid(-1, os.WNOHANG)); closed = (0, 1, 2)",
    ],
)
def test_callers_may_ignore_signals_reap_children_or_close_their_streams(circumstances: str) -> None:
    script = f"""
out = os.dup(1)
closed = ()
{circumstances}
for number in closed:
    os.close(number)
first = identity()
for number in closed:
    try:
        os.write(number, b"stray")
    except OSError:
        pass
second = bomb(0.1)
os.kill(pids()[0], signal.SIGKILL)
time.sleep(0.1)
third = identity(), len(pids())
workers.close()
os.write(out, repr((first, second, *third)).encode())
os._exit(0)
"""
    assert run(script) == "(True, 'killed', True, 1)"


def test_a_broken_connection_is_an_error_and_no_signal() -> None:
    script = """
import socket
from sml_env.verifiers.workers.frames import write_frame
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
ours, other = socket.socketpair()
other.close()
try:
    write_frame(ours, {})
except BrokenPipeError:
    print("an error")
"""
    assert run(script) == "an error\n"


def test_an_interrupted_question_does_not_spoil_the_next() -> None:
    script = """
def interrupt(*_):
    raise KeyboardInterrupt
assert identity()
signal.signal(signal.SIGALRM, interrupt)
signal.setitimer(signal.ITIMER_REAL, 0.2)
try:
    bomb(30)
except KeyboardInterrupt:
    print(workers.ask("equal", parse("x"), parse("y"), 20))
"""
    assert run(script).strip() == str(Answer(False, "decided"))


def test_the_caller_never_imports_sympy_and_a_hostile_environment_is_not_passed_on(tmp_path: Path) -> None:
    installed = tmp_path / "site" / "sml_env"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "sml_env", installed, ignore=ignored)
    for name in ("envs", "verifiers"):
        shutil.copytree(ROOT / name, installed / name, ignore=ignored)
    script = """
os.environ.update(PYTHONHOME="/nowhere", PYTHONSTARTUP="/nowhere", PYTHONPATH="/nowhere", SYMPY_GROUND_TYPES="wrong")
print(identity(), "sympy" in sys.modules, workers.__file__)
"""
    printed = run(script, path=installed.parent).split()
    assert printed == ["True", "False", str(installed / "verifiers" / "workers" / "__init__.py")]


def test_without_a_helper_every_question_fails_with_a_reason(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho >> $0.tries\n", encoding="utf-8")
    broken.chmod(0o755)
    workers.close()
    with monkeypatch.context() as patched:
        patched.delattr(os, "fork")
        answer = identity()
        assert (answer.equal, answer.outcome) == (None, "failed")
        assert "os.fork" in answer.reason
        assert workers.start() == 0
    workers.close()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "executable", str(broken))
        assert [identity().outcome, identity().outcome] == ["failed", "failed"]
    assert Path(f"{broken}.tries").read_text(encoding="utf-8") == "\n"
    workers.close()
    assert identity() == RIGHT


def test_start_makes_the_helpers_ready() -> None:
    workers.close()
    assert workers.start(2) == 2
    assert len(helper_pids()) == 2
    with pytest.raises(ValueError, match="workers is 0"):
        workers.start(0)


def test_threads_do_not_start_more_helpers_than_allowed() -> None:
    workers.close()
    started = workers.statistics().started
    barrier = threading.Barrier(6)

    def at_once(_: int) -> Answer:
        barrier.wait()
        return ask("equal", parse("x"), parse("x+0"), 0.5)

    with ThreadPoolExecutor(6) as executor:
        assert [answer.outcome for answer in executor.map(at_once, range(6))] == ["decided"] * 6
    assert workers.statistics().started - started <= workers._own().limit
