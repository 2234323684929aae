"""The execution verifier: does a program do what its tests ask, decided outside the process in which it runs.

Expected values never enter the program's process, and nothing but plain values leaves it; what is compared was rebuilt
here. A verdict of ``correct`` needs every test passed, in order, within the limits. How programs are confined, and what
is covered at which level, is written at ``sml_env.verifiers.sandbox``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any, Final

from sml_env.errors import ConfigurationError
from sml_env.verifiers.base import Status, Verdict
from sml_env.verifiers.runs import (
    AssertOutcome,
    AssertRun,
    CallOutcome,
    Run,
    ScriptRun,
    run_asserts,
    run_function,
    run_script,
)
from sml_env.verifiers.sandbox import DEFAULT_LIMITS, Cancel, Limits, Sandbox, sandbox_of
from sml_env.verifiers.sandbox.codec import encode

__all__ = [
    "AssertOutcome",
    "AssertRun",
    "CallOutcome",
    "CodeVerdict",
    "ExecutionVerifier",
    "Limits",
    "Run",
    "ScriptRun",
    "run_asserts",
    "run_function",
    "run_script",
    "same",
    "verify_code",
    "verify_code_async",
    "verify_code_batch",
]

MAX_TESTS: Final = 10_000
_SHOWN: Final = 200
_COMPARISONS: Final = ("tokens", "numbers", "exact")


@dataclass(frozen=True, slots=True)
class CodeVerdict(Verdict):
    """The result of running a program's tests.

    Attributes:
        failed: Index of the first test that failed; ``None`` if all passed or none was reached.
        input: Of that test, as text cut short.
        expected: What it expects, as text cut short: for the teacher alone, and in no repr.
        observed: What came, as text cut short.
        passed: How many tests passed.
        total: How many there are.
        cpu_seconds: Processor time.
        wall_seconds: From the start of the process to its end.
        memory_bytes: The most memory that the process held, with the interpreter's own.
    """

    failed: int | None = None
    input: str | None = None
    expected: str | None = field(default=None, repr=False)
    observed: str | None = None
    passed: int = 0
    total: int = field(default=0, repr=False)
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    memory_bytes: int = 0


class ExecutionVerifier:
    """Verifies programs; usable from any thread.

    Args:
        limits: What a run may use.
        sandbox: Where programs run; by default this process's own at its best level.
    """

    def __init__(self, limits: Limits = DEFAULT_LIMITS, sandbox: Sandbox | None = None) -> None:
        self.limits = limits
        self.sandbox = sandbox

    def verify(self, answer: str, reference: str) -> CodeVerdict:
        """Run a program on tests that are written as JSON; see ``verify_code``."""
        import json

        try:
            tests = json.loads(reference)
        except (TypeError, ValueError, RecursionError):
            return CodeVerdict(Status.REFERENCE_ERROR, "none", "the reference is no JSON of tests")
        return self.verify_code(answer, tests)

    def verify_code(self, program: str, tests: Mapping[str, Any], cancel: Cancel | None = None) -> CodeVerdict:
        """Run a program on its tests; see ``verify_code``."""
        try:
            return _verified(program, tests, self.limits, self.sandbox or sandbox_of(), cancel)
        except Exception as error:  # the promise to callers is a verdict, and a bug here must not end a training run
            return CodeVerdict(Status.INFRASTRUCTURE_ERROR, "none", f"the verifier failed: {type(error).__name__}")


def verify_code(
    program: str, tests: Mapping[str, Any], *, limits: Limits = DEFAULT_LIMITS, level: str | None = None
) -> CodeVerdict:
    """Decide whether a program passes its tests.

    Args:
        program: Untrusted source.
        tests: One of ``{"function": "add", "cases": [[[1, 2], 3], …]}`` (arguments and expected value; exact types
            unless ``"tolerance"`` is given, see ``same``); ``{"function": "add", "asserts": "def check(candidate): …",
            "preamble": "…"}``; ``{"stdin": [["1 2", "3"], …], "compare": "tokens"}`` (input and expected output; or
            ``"numbers"``, with ``"tolerance"``, or ``"exact"``).
        limits: What a run may use; each test on standard input is a run of its own.
        level: Of the sandbox; ``None`` for the best there is, at least ``filtered``.

    Returns:
        The verdict. Nothing about the program or the tests raises.

    Raises:
        ConfigurationError: If there is no such level.
    """
    return ExecutionVerifier(limits, sandbox_of(level)).verify_code(program, tests)


def verify_code_batch(
    pairs: Iterable[tuple[str, Mapping[str, Any]]],
    *,
    limits: Limits = DEFAULT_LIMITS,
    level: str | None = None,
    threads: int = 8,
) -> list[CodeVerdict]:
    """Verify many programs over the helpers of this process.

    Args:
        pairs: Programs and tests.
        limits: What a run may use.
        level: Of the sandbox.
        threads: How many may wait for a helper at a time.

    Returns:
        A verdict for each pair, in order.

    Raises:
        ConfigurationError: If there is no such level or number of threads.
    """
    if isinstance(threads, bool) or not isinstance(threads, int) or threads < 1:
        raise ConfigurationError(f"threads={threads!r}: use a whole number from 1")
    verifier = ExecutionVerifier(limits, sandbox_of(level))
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda pair: verifier.verify_code(pair[0], pair[1]), pairs))


async def verify_code_async(
    program: str, tests: Mapping[str, Any], *, limits: Limits = DEFAULT_LIMITS, level: str | None = None
) -> CodeVerdict:
    """Verify without blocking the event loop; cancelling the task kills the program. See ``verify_code``."""
    cancel = Cancel()
    verifier = ExecutionVerifier(limits, sandbox_of(level))
    try:
        return await asyncio.to_thread(verifier.verify_code, program, tests, cancel)
    except asyncio.CancelledError:
        cancel.cancel()
        raise


# -- comparison --------------------------------------------------------------------------------------------------------


def same(observed: Any, expected: Any, tolerance: float = 0.0) -> bool:
    """Whether two plain values are the same.

    Types must be the same all the way down: 1, 1.0 and True all differ. A nan is the same as a nan; 0.0 and -0.0 are
    the same. With a tolerance, two numbers that are not bools are the same if they differ by at most
    ``tolerance * max(1, |expected|)``, whichever types they have; sets and keys stay exact.
    """
    if type(observed) in (int, float) and type(expected) in (int, float) and tolerance > 0.0:
        if observed == expected:
            return True
        try:
            return bool(abs(observed - expected) <= tolerance * max(1.0, abs(expected))) and isfinite(expected)
        except OverflowError:
            return False
    if type(observed) is not type(expected):
        return False
    if type(expected) in (list, tuple):
        return len(observed) == len(expected) and all(
            same(a, b, tolerance) for a, b in zip(observed, expected, strict=True)
        )
    if type(expected) is dict:
        if len(observed) != len(expected):
            return False
        keyed = {_key(key): value for key, value in observed.items()}
        return all(_key(key) in keyed and same(keyed[_key(key)], value, tolerance) for key, value in expected.items())
    return bool(_key(observed) == _key(expected))


def _key(value: Any) -> Any:
    """Something that is equal for equal values of equal types alone."""
    kind = type(value)
    if kind is float:
        return ("f", "nan") if value != value else ("f", value)
    if kind is complex:
        return ("c", _key(value.real), _key(value.imag))
    if kind in (tuple, list):
        return (kind.__name__, *map(_key, value))
    if kind in (set, frozenset):
        return (kind.__name__, frozenset(map(_key, value)))
    if kind is dict:
        return ("d", frozenset((_key(key), _key(item)) for key, item in value.items()))
    return (kind.__name__, value)


def _numbers(observed: str, expected: str, tolerance: float) -> bool:
    """Whether two outputs are the same tokens, numbers being compared by value."""
    ours, theirs = observed.split(), expected.split()
    return len(ours) == len(theirs) and all(
        a == b or _close(a, b, tolerance) for a, b in zip(ours, theirs, strict=True)
    )


def _close(observed: str, expected: str, tolerance: float) -> bool:
    if max(len(observed), len(expected)) > 400 or not (observed.isascii() and expected.isascii()):
        return False
    try:
        a, b = Decimal(observed), Decimal(expected)
        if not (a.is_finite() and b.is_finite()) or max(abs(a.adjusted()), abs(b.adjusted())) > 400:
            return False
        return abs(a - b) <= Decimal(tolerance) * max(Decimal(1), abs(b))
    except (InvalidOperation, ValueError):
        return False


# -- verdicts ----------------------------------------------------------------------------------------------------------


def _shown(value: Any) -> str:
    """A value for a person, cut short."""
    try:
        text = repr(value)
    except ValueError:
        text = "a number of very many digits"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _broken(reason: str) -> CodeVerdict:
    return CodeVerdict(Status.REFERENCE_ERROR, "none", f"the tests are broken: {reason}")


def _verified(
    program: str, tests: Mapping[str, Any], limits: Limits, sandbox: Sandbox, cancel: Cancel | None
) -> CodeVerdict:
    if not isinstance(tests, Mapping):
        return _broken(f"a {type(tests).__name__} is no mapping")
    function, tolerance = tests.get("function"), tests.get("tolerance", 0.0)
    if isinstance(tolerance, bool) or not isinstance(tolerance, int | float) or not 0.0 <= tolerance < 1.0:
        return _broken(f"tolerance {tolerance!r} is not in [0, 1)")
    if "stdin" in tests:
        return _scripts(program, tests["stdin"], tests.get("compare", "tokens"), tolerance, limits, sandbox, cancel)
    if not isinstance(function, str) or not function.isidentifier():
        return _broken(f"function {function!r} is no name")
    if "asserts" in tests:
        preamble = tests.get("preamble", "")
        run = run_asserts(program, function, tests["asserts"], preamble, limits=limits, sandbox=sandbox, cancel=cancel)
        return _asserted(run)
    cases = tests.get("cases")
    if not isinstance(cases, Sequence) or isinstance(cases, str) or not 0 < len(cases) <= MAX_TESTS:
        return _broken(f"there must be 1 to {MAX_TESTS:,} cases")
    for case in cases:
        if not isinstance(case, list | tuple) or len(case) != 2 or not isinstance(case[0], list | tuple):
            return _broken("a case is a pair of the list of arguments and the expected value")
        try:
            encode(list(case[0])), encode(case[1])
        except ValueError as error:
            return _broken(str(error))
    ran = run_function(program, function, [case[0] for case in cases], limits=limits, sandbox=sandbox, cancel=cancel)
    return _called(ran, cases, tolerance)


_FAULTS: Final = {
    "fault": Status.UNPARSABLE,
    "timeout": Status.TIMEOUT,
    "failed": Status.INCORRECT,
    "infrastructure": Status.INFRASTRUCTURE_ERROR,
    "tests": Status.REFERENCE_ERROR,
}


def _usage(run: Run | AssertRun | ScriptRun) -> dict[str, Any]:
    return {"cpu_seconds": run.cpu_seconds, "wall_seconds": run.wall_seconds, "memory_bytes": run.memory_bytes}


def _called(run: Run, cases: Sequence[Any], tolerance: float) -> CodeVerdict:
    held = [
        outcome.kind == "value" and same(outcome.value, case[1], tolerance)
        for outcome, case in zip(run.outcomes, cases, strict=True)
    ]
    counts = {"passed": sum(held), "total": len(cases), **_usage(run)}
    if run.status in ("fault", "infrastructure"):
        return CodeVerdict(_FAULTS[run.status], "calls", run.reason, **{**counts, "passed": 0})
    if run.status == "done" and all(held):
        return CodeVerdict(Status.CORRECT, "calls", "every test passed", **counts)
    if all(held):
        return CodeVerdict(_FAULTS[run.status], "calls", run.reason, **counts)
    failed = held.index(False)
    outcome = run.outcomes[failed]
    late = outcome.kind in ("timeout", "missing")
    status = _FAULTS[run.status] if late and run.status != "done" else Status.INCORRECT
    reason, observed = _words(outcome)
    given = _shown(list(cases[failed][0]))[1:-1]
    return CodeVerdict(
        status, "calls", reason, failed=failed, input=given, expected=_shown(cases[failed][1]), observed=observed,
        **counts,
    )  # fmt: skip


def _words(outcome: CallOutcome) -> tuple[str, str | None]:
    """A reason, and what was observed."""
    if outcome.kind == "value":
        return "another value was expected", _shown(outcome.value)
    if outcome.kind == "raised":
        return f"it raised {outcome.error}", outcome.error
    if outcome.kind == "unshown":
        return f"it returned no plain value: {outcome.error}", outcome.error
    return outcome.error or "it ended before it had answered", None


def _asserted(run: AssertRun) -> CodeVerdict:
    held = [outcome.passed for outcome in run.outcomes]
    counts = {"passed": sum(held), "total": len(held), **_usage(run)}
    if run.status in ("fault", "infrastructure", "tests"):
        return CodeVerdict(_FAULTS[run.status], "asserts", run.reason, **counts)
    if run.status == "done" and not held:
        return _broken("they assert nothing")
    if any(outcome.broken for outcome in run.outcomes):
        return _broken(next(outcome.error for outcome in run.outcomes if outcome.broken))
    if run.status == "done" and all(held):
        return CodeVerdict(Status.CORRECT, "asserts", "every test passed", **counts)
    if all(held):
        return CodeVerdict(_FAULTS[run.status], "asserts", run.reason, **counts)
    failed = held.index(False)
    outcome = run.outcomes[failed]
    unfinished = run.status != "done" and failed == len(held) - 1
    status = _FAULTS[run.status] if unfinished else Status.INCORRECT
    shown = _shown(list(outcome.inputs[-1]))[1:-1] if outcome.inputs else None
    observed = _words(outcome.answers[-1])[1] if outcome.answers else None
    reason = run.reason if unfinished else "an assert failed"
    return CodeVerdict(status, "asserts", reason, failed=failed, input=shown, observed=observed, **counts)


def _scripts(
    program: str, tests: Any, compare: Any, tolerance: float, limits: Limits, sandbox: Sandbox, cancel: Cancel | None
) -> CodeVerdict:
    if compare not in _COMPARISONS:
        return _broken(f"compare {compare!r} is none of {', '.join(_COMPARISONS)}")
    if not isinstance(tests, Sequence) or isinstance(tests, str) or not 0 < len(tests) <= MAX_TESTS:
        return _broken(f"there must be 1 to {MAX_TESTS:,} inputs")
    if not all(isinstance(test, list | tuple) and len(test) == 2 for test in tests):
        return _broken("a test is a pair of input and output")
    if not all(isinstance(text, str) for test in tests for text in test):
        return _broken("input and output are texts")
    cpu = wall = 0.0
    memory = 0
    for index, (given, expected) in enumerate(tests):
        run = run_script(program, given, limits=limits, sandbox=sandbox, cancel=cancel)
        cpu, wall, memory = cpu + run.cpu_seconds, wall + run.wall_seconds, max(memory, run.memory_bytes)
        counts: dict[str, Any] = {
            "passed": index, "total": len(tests), "cpu_seconds": cpu, "wall_seconds": wall, "memory_bytes": memory,
        }  # fmt: skip
        if run.status == "infrastructure":
            return CodeVerdict(Status.INFRASTRUCTURE_ERROR, "stdin", run.reason, **counts)
        if run.status == "done" and _same_output(run.output, expected, compare, tolerance):
            continue
        status = _FAULTS.get(run.status, Status.INCORRECT)
        return CodeVerdict(
            status, "stdin", run.reason or "another output was expected", failed=index, input=_shown(given),
            expected=_shown(expected), observed=_shown(run.output), **counts,
        )  # fmt: skip
    return CodeVerdict(Status.CORRECT, "stdin", "every test passed", **{**counts, "passed": len(tests)})


def _same_output(observed: str, expected: str, compare: str, tolerance: float) -> bool:
    if compare == "exact":
        return observed == expected
    if compare == "tokens":
        return observed.split() == expected.split()
    return _numbers(observed, expected, tolerance)
