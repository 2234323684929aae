"""Running programs in the sandbox: calls of a function, asserts beside it, and whole scripts; without a verdict."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from sml_env.errors import ConfigurationError
from sml_env.verifiers.equalities import Equality, equalities
from sml_env.verifiers.sandbox import (
    DEFAULT_LIMITS,
    Cancel,
    Child,
    HelperFailed,
    Limits,
    Sandbox,
    Session,
    TooLate,
    sandbox_of,
)
from sml_env.verifiers.sandbox.codec import decode, encode

__all__ = ["AssertOutcome", "AssertRun", "CallOutcome", "Run", "ScriptRun", "run_asserts", "run_function", "run_script"]

MAX_ASSERTS: Final = 20_000
_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """What became of one call.

    Attributes:
        kind: ``value``, ``raised``, ``unshown`` (a value that is not made of plain builtin types), ``timeout``, or
            ``missing`` (the program ended before).
        value: Made of exact builtin types, if ``value``.
        error: The exception, or why there is no value, cut short.
    """

    kind: str
    value: Any = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a program.

    Attributes:
        status: ``done``; ``fault`` (the program could not be loaded); ``timeout``; ``failed`` (it ended early, or made
            no sense); ``infrastructure`` (the machinery failed: not the program's fault).
        reason: One line, empty if ``done``.
        outcomes: One for each input.
        cpu_seconds: Processor time.
        wall_seconds: From the start of the process to its end.
        memory_bytes: The most memory it held, with the interpreter's own.
    """

    status: str
    reason: str = ""
    outcomes: tuple[CallOutcome, ...] = ()
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    memory_bytes: int = 0


@dataclass(frozen=True, slots=True)
class AssertOutcome:
    """One assert that was run.

    Attributes:
        passed: Whether it held.
        inputs: The arguments of each call of the program since the assert before.
        error: What was raised, cut short.
        answers: What the program answered to these calls.
        broken: Whether the test itself is at fault: a name that it lacks.
    """

    passed: bool
    inputs: tuple[tuple[Any, ...], ...]
    error: str = ""
    answers: tuple[CallOutcome, ...] = ()
    broken: bool = False


@dataclass(frozen=True, slots=True)
class AssertRun:
    """Asserts run beside a program; as ``Run``, with ``tests`` as one more status: the tests cannot be loaded."""

    status: str
    reason: str = ""
    outcomes: tuple[AssertOutcome, ...] = ()
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    memory_bytes: int = 0


@dataclass(frozen=True, slots=True)
class ScriptRun:
    """A whole script; as ``Run``, with what it wrote to standard output."""

    status: str
    reason: str = ""
    output: str = ""
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    memory_bytes: int = 0


_Result = TypeVar("_Result", Run, AssertRun, ScriptRun)


def run_function(
    program: str,
    function: str,
    inputs: Sequence[Sequence[Any]],
    *,
    limits: Limits = DEFAULT_LIMITS,
    sandbox: Sandbox | None = None,
    cancel: Cancel | None = None,
) -> Run:
    """Load a program in the sandbox and call its function, all in one process; nothing about the program raises.

    Args:
        program: Untrusted source.
        function: Its name at the top level of the program.
        inputs: The arguments of each call: exact builtin values. Every call gets a copy of its own.
        limits: What it may use.
        sandbox: Where; by default this process's own at its best level.
        cancel: Ends the run from another thread.

    Raises:
        ConfigurationError: If the inputs are not plain values.
    """
    try:
        encoded = [encode(list(arguments)) for arguments in inputs]
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"inputs: {error}") from error
    refused = _refused(program, limits) or (None if isinstance(function, str) else "no name of a function")
    if refused:
        return Run("fault", refused, (CallOutcome("missing"),) * len(encoded))
    job = {"mode": "calls", "source": program, "function": function, "inputs": encoded}
    for last in (False, True):
        outcomes: list[CallOutcome] = []
        run = Run("infrastructure")
        try:
            with _opened(sandbox, limits, cancel) as session:
                run = _calls(session, job, outcomes)
            run = _accounted(run, session)
        except (HelperFailed, TooLate) as error:
            run = Run("infrastructure", str(error) or "no helper was free in time")
        if run.status != "infrastructure" or last or (cancel is not None and cancel.cancelled):
            break
    rest = CallOutcome("timeout" if run.status == "timeout" else "missing", None, run.reason)
    outcomes += [rest, *[CallOutcome("missing")] * len(encoded)][: len(encoded) - len(outcomes)]
    return replace(run, outcomes=tuple(outcomes))


def _calls(session: Session, job: dict[str, Any], outcomes: list[CallOutcome]) -> Run:
    try:
        child = session.launch(job)
        fault = _fault(child.receive(session.deadline))
        if fault:
            return Run("fault", fault)
        for _ in job["inputs"]:
            outcomes.append(_outcome(child.receive(session.call_deadline())))
        if child.receive(session.call_deadline()) != ["done"]:
            raise ValueError("it did not end where it should")
        return Run("done")
    except TooLate:
        return Run("timeout", _over(session))
    except EOFError:
        return Run("failed", "it ended before it had answered")
    except (ValueError, TypeError, IndexError, KeyError) as error:
        return Run("failed", f"its answers make no sense: {str(error)[:_SHOWN]}")


def run_asserts(
    program: str,
    function: str,
    asserts: str,
    preamble: str = "",
    *,
    limits: Limits = DEFAULT_LIMITS,
    sandbox: Sandbox | None = None,
    cancel: Cancel | None = None,
) -> AssertRun:
    """Run tests of the assert style beside a program: two processes, between which only plain values pass.

    Every assert is run and noted on its own. A function ``check`` of the tests is called with the program's function.
    Tests that are equalities with literals alone are compared here instead (``equalities``), as Python has it.

    Args:
        program: Untrusted source.
        function: Its name at the top level of the program.
        asserts: Source of the tests; not trusted either, it runs in the sandbox too.
        preamble: Source that the tests need, run before them.
        limits: What each of the two may use.
        sandbox: Where; by default this process's own at its best level.
        cancel: Ends the run from another thread.
    """
    refused = _refused(program, limits)
    if refused:
        return AssertRun("fault", refused)
    if not all(isinstance(text, str) and len(text) <= 10 * limits.source_characters for text in (asserts, preamble)):
        return AssertRun("tests", "the tests are no text, or too long")
    plain = equalities(asserts)
    if plain is not None:
        return _equal(plain, run_function(
            program, function, [one.arguments for one in plain if one.arguments is not None], limits=limits,
            sandbox=sandbox, cancel=cancel,
        ))  # fmt: skip
    tests = {"mode": "asserts", "asserts": asserts, "preamble": preamble, "function": function}
    job = {"mode": "serve", "source": program, "function": function}
    for last in (False, True):
        outcomes: list[AssertOutcome] = []
        run = AssertRun("infrastructure")
        try:
            with _opened(sandbox, limits, cancel) as session:
                run = _served(session, job, tests, outcomes)
            run = _accounted(run, session)
        except (HelperFailed, TooLate) as error:
            run = AssertRun("infrastructure", str(error) or "no helper was free in time")
        if run.status != "infrastructure" or last or (cancel is not None and cancel.cancelled):
            break
    return replace(run, outcomes=tuple(outcomes))


def _equal(plain: tuple[Equality, ...], run: Run) -> AssertRun:
    """The asserts' outcomes, from those of the calls that they make."""
    called = iter(run.outcomes)
    outcomes: list[AssertOutcome] = []
    for one in plain:
        if one.arguments is None:
            outcomes.append(AssertOutcome(True, ()))
            continue
        outcome = next(called)
        passed = outcome.kind == "value" and bool(outcome.value == one.expected)
        answers = () if outcome.kind in ("timeout", "missing") else (outcome,)
        error = "" if passed else outcome.error or ("AssertionError: " if answers else "no answer")
        outcomes.append(AssertOutcome(passed, (one.arguments,), error, answers))
        if not answers:
            break
    if run.status in ("fault", "infrastructure"):
        outcomes = []
    return AssertRun(run.status, run.reason, tuple(outcomes), run.cpu_seconds, run.wall_seconds, run.memory_bytes)


def _served(session: Session, job: Any, tests: Any, outcomes: list[AssertOutcome]) -> AssertRun:
    try:
        child = session.launch(job)
        fault = _fault(child.receive(session.deadline))
        if fault:
            return AssertRun("fault", fault)
    except TooLate:
        return AssertRun("timeout", _over(session))
    except (EOFError, ValueError, TypeError):
        return AssertRun("failed", "it ended before it was called")
    try:
        grader = session.launch(tests)
        return _relayed(session, child, grader, outcomes)
    except TooLate:
        return AssertRun("timeout", _over(session))
    except EOFError:
        return AssertRun("failed", "a process ended before the tests had")
    except (ValueError, TypeError, IndexError, KeyError) as error:
        return AssertRun("failed", f"its answers make no sense: {str(error)[:_SHOWN]}")


def _relayed(session: Session, child: Child, grader: Child, outcomes: list[AssertOutcome]) -> AssertRun:
    """Pass the tests' calls on to the program and its answers back, until the tests are done."""
    inputs: list[tuple[Any, ...]] = []
    answers: list[CallOutcome] = []
    while True:
        kind, *rest = grader.receive(session.deadline)
        if kind == "call":
            inputs.append(tuple(decode(rest[0])))
            child.send(rest[0], session.call_deadline())
            try:
                answer = child.receive(session.call_deadline())
            except (TooLate, EOFError):
                outcomes.append(AssertOutcome(False, tuple(inputs), "no answer", tuple(answers)))
                raise
            answers.append(_outcome(answer))
            grader.send(answer, session.deadline)
        elif kind in ("passed", "failed") and len(outcomes) < MAX_ASSERTS:
            broken = kind == "failed" and rest[2] in ("NameError", "UnboundLocalError", "ImportError", "SyntaxError")
            broken = broken and not (answers and answers[-1].kind == "raised")
            error = f"{rest[0]}: {rest[1]}" if kind == "failed" else ""
            outcomes.append(AssertOutcome(kind == "passed", tuple(inputs), error, tuple(answers), broken))
            inputs, answers = [], []
        elif kind == "done":
            return AssertRun("done")
        else:
            return AssertRun("tests", f"the tests cannot be run: {' '.join(map(str, rest[1:3]))}"[:_SHOWN])


def run_script(
    program: str,
    stdin: str,
    *,
    limits: Limits = DEFAULT_LIMITS,
    sandbox: Sandbox | None = None,
    cancel: Cancel | None = None,
) -> ScriptRun:
    """Run a program as a script.

    Args:
        program: Untrusted source.
        stdin: Its standard input.
        limits: What it may use.
        sandbox: Where; by default this process's own at its best level.
        cancel: Ends the run from another thread.
    """
    refused = _refused(program, limits)
    if refused:
        return ScriptRun("fault", refused)
    for last in (False, True):
        try:
            with _files(stdin) as (given, reading, writing), _opened(sandbox, limits, cancel) as session:
                run = _written(session, {"mode": "script", "source": program}, given, reading, writing)
            run = _accounted(run, session)
        except (HelperFailed, TooLate) as error:
            run = ScriptRun("infrastructure", str(error) or "no helper was free in time")
        if run.status != "infrastructure" or last or (cancel is not None and cancel.cancelled):
            break
    return run


@contextmanager
def _files(stdin: str) -> Iterator[tuple[int, int, list[int]]]:
    """Standard input as a file in memory, and a pipe; the writing end is a list, emptied when it is closed."""
    given = os.memfd_create("stdin", os.MFD_CLOEXEC)
    reading, writing = os.pipe()
    ends = [writing]
    try:
        with open(given, "wb", closefd=False) as file:
            file.write(stdin.encode("utf-8", "surrogateescape"))
        os.lseek(given, 0, os.SEEK_SET)
        yield given, reading, ends
    finally:
        for descriptor in (given, reading, *ends):
            os.close(descriptor)


def _written(session: Session, job: Any, given: int, reading: int, writing: list[int]) -> ScriptRun:
    try:
        child = session.launch(job, (given, writing[0]))
        os.close(writing.pop())
        output = child.wait(reading, session.deadline).decode("utf-8", "replace")
    except TooLate:
        return ScriptRun("timeout", _over(session))
    except EOFError:
        return ScriptRun("failed", "it ended before it began")
    except ValueError as error:
        return ScriptRun("failed", str(error))
    word = child.last_word()
    try:
        fault = _fault(word) if word is not None else None
    except (TypeError, ValueError, IndexError):
        fault = "its last word makes no sense"
    return ScriptRun("failed" if fault else "done", fault or "", output)


# -- shared ------------------------------------------------------------------------------------------------------------


def _opened(sandbox: Sandbox | None, limits: Limits, cancel: Cancel | None) -> Any:
    return (sandbox or sandbox_of()).session(limits, cancel)


def _refused(program: object, limits: Limits) -> str | None:
    if not isinstance(program, str):
        return f"the program is a {type(program).__name__}, not a str"
    if len(program) > limits.source_characters:
        return f"the program is longer than {limits.source_characters:,} characters"
    return None


def _over(session: Session) -> str:
    return "it did not answer in time" if time.monotonic() < session.deadline else "it used up its time"


def _fault(message: Any) -> str | None:
    """What is wrong with a program that could not be loaded.

    Raises:
        TypeError, ValueError: If the message makes no sense.
    """
    if message[0] != "fault":
        return None
    _, what, name, text, _ = message
    words = {"syntax": "it is not Python", "missing": f"there is no function {name!r}", "raised": "loading it raised"}
    return words["missing"] if what == "missing" else f"{words.get(what, what)}: {name}: {text}"[:_SHOWN]


def _outcome(message: Any) -> CallOutcome:
    """A call's outcome.

    Raises:
        IndexError, TypeError, ValueError: If the message makes no sense.
    """
    kind = message[0]
    if kind == "value":
        return CallOutcome("value", decode(message[1]))
    if kind in ("raised", "unshown") and all(isinstance(part, str) for part in message[1:4]):
        name, text, _ = message[1:4]
        return CallOutcome(kind, None, f"{name}: {text}"[:_SHOWN] if kind == "raised" else text[:_SHOWN])
    raise ValueError("no outcome of a call")


def _accounted(run: _Result, session: Session) -> _Result:
    """The same with what the program's own process used, and a better reason if a signal ended it."""
    usage = session.children[0].usage if session.children else None
    wall = time.monotonic() - session.started
    if usage is None:
        return replace(run, wall_seconds=wall)
    known = replace(run, cpu_seconds=usage.cpu_seconds, wall_seconds=wall, memory_bytes=usage.memory_bytes)
    if run.status == "done" and isinstance(run, ScriptRun):
        if os.WIFSIGNALED(usage.status) and os.WTERMSIG(usage.status) != signal.SIGKILL:
            return replace(
                known, status="failed", reason=f"it crashed: {signal.Signals(os.WTERMSIG(usage.status)).name}"
            )
        if os.WIFEXITED(usage.status) and os.WEXITSTATUS(usage.status) != 0:
            return replace(known, status="failed", reason=f"it ended with status {os.WEXITSTATUS(usage.status)}")
    if run.status == "failed" and os.WIFSIGNALED(usage.status):
        number = os.WTERMSIG(usage.status)
        if number == signal.SIGXCPU or (
            number == signal.SIGKILL and usage.cpu_seconds >= 1.0 and "ended" in run.reason
        ):
            return replace(known, status="timeout", reason="it used up its processor time")
        if number != signal.SIGKILL:
            return replace(known, reason=f"it crashed: {signal.Signals(number).name}")
    return known
