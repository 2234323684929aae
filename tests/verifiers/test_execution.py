"""The execution verifier: what is right, what is wrong and why, and what never raises."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sml_env.errors import ConfigurationError
from sml_env.verifiers.base import Status, get
from sml_env.verifiers.equalities import Equality, equalities
from sml_env.verifiers.execution import (
    Limits,
    run_asserts,
    run_function,
    run_script,
    same,
    verify_code,
    verify_code_async,
    verify_code_batch,
)
from sml_env.verifiers.sandbox import Cancel
from sml_env.verifiers.sandbox.codec import decode, encode, frame, read_message

ADD = {"function": "add", "cases": [[[1, 2], 3], [[3, 4], 7]]}
GOOD = "def add(a, b):\n    return a + b\n"
QUICK = Limits(seconds_per_call=0.3, seconds=1.0)


def test_a_right_program_passes() -> None:
    verdict = verify_code(GOOD, ADD)
    assert verdict.correct and (verdict.passed, verdict.total) == (2, 2)
    assert verdict.memory_bytes > 1_000_000 and verdict.wall_seconds > 0


def test_a_verdict_says_which_test_failed_and_hides_what_was_expected() -> None:
    verdict = verify_code("def add(a, b):\n    return a + b if a < 3 else 8\n", ADD)
    assert verdict.status is Status.INCORRECT
    assert (verdict.failed, verdict.input, verdict.observed, verdict.expected) == (1, "3, 4", "8", "7")
    assert "expected=" not in repr(verdict) and "total" not in repr(verdict)


@pytest.mark.parametrize(
    ("program", "status", "words"),
    [
        ("def add(a, b: return", Status.UNPARSABLE, "not Python"),
        ("x = 1", Status.UNPARSABLE, "no function 'add'"),
        ("add = 5", Status.UNPARSABLE, "no function 'add'"),
        ("def add(a):\n    return a", Status.INCORRECT, "TypeError"),
        ("raise ValueError('no')", Status.UNPARSABLE, "ValueError: no"),
        ("import sys\nsys.exit(0)", Status.UNPARSABLE, "SystemExit"),
        ("import os\nos._exit(0)", Status.INCORRECT, "ended"),
        ("def add(a, b):\n    import os; os._exit(0)", Status.INCORRECT, "ended"),
        ("\x00\x01\x02", Status.UNPARSABLE, "not Python"),
        ("def add(a, b):\n    return '\\ud800'", Status.INCORRECT, "another value"),
        ("\ud800", Status.UNPARSABLE, "not Python"),
        ("x" * 200_000, Status.UNPARSABLE, "longer than"),
        ("def add(a, b):\n    return add(a, b)", Status.INCORRECT, "RecursionError"),
        ("def add(a, b):\n    return (n for n in [a + b])", Status.INCORRECT, "generator"),
        ("(" * 5000 + ")" * 5000, Status.UNPARSABLE, ""),
        ("def add(a, b):\n    return [0] * (1 << 34)", Status.INCORRECT, "MemoryError"),
        ("import ctypes\ndef add(a, b):\n    ctypes.string_at(0)", Status.INCORRECT, "crashed"),
    ],
)  # fmt: skip
def test_a_broken_program_gets_a_reason(program: str, status: Status, words: str) -> None:
    verdict = verify_code(program, ADD)
    assert verdict.status is status and words in verdict.reason


@pytest.mark.parametrize("program", [None, 3, b"def add(a, b): return a + b", ["x"]])
def test_what_is_no_text_gets_a_verdict(program: Any) -> None:
    assert verify_code(program, ADD).status is Status.UNPARSABLE


def test_a_program_that_prints_is_judged_by_what_it_returns() -> None:
    assert verify_code("def add(a, b):\n    print('x' * 100_000)\n    return a + b", ADD).correct


def test_deep_recursion_in_a_thread_is_honest() -> None:
    program = (
        "import sys, threading\nsys.setrecursionlimit(10**6)\nthreading.stack_size(256 << 20)\n"
        "def depth(n):\n    return 0 if n == 0 else 1 + depth(n - 1)\n"
        "def add(a, b):\n    out = []\n    worker = threading.Thread(target=lambda: out.append(depth(30_000)))\n"
        "    worker.start()\n    worker.join()\n    return out[0] - 30_000 + a + b\n"
    )
    assert verify_code(program, ADD).correct


def test_recursion_past_the_stack_fails_that_run_alone() -> None:
    program = "import sys\nsys.setrecursionlimit(10**9)\ndef add(a, b):\n    return add(a, b)"
    assert not verify_code(program, ADD, limits=Limits(memory_bytes=1 << 28)).correct
    assert verify_code(GOOD, ADD).correct


def test_a_call_that_hangs_is_late_and_those_before_it_count() -> None:
    verdict = verify_code("def add(a, b):\n    while a == 3: pass\n    return a + b", ADD, limits=QUICK)
    assert verdict.status is Status.TIMEOUT and (verdict.failed, verdict.passed) == (1, 1)


@pytest.mark.parametrize(
    "tests",
    [
        None, [], {}, {"function": "add"}, {"function": "add", "cases": []}, {"function": "1", "cases": [[[1], 2]]},
        {"function": "add", "cases": [[1, 2]]}, {"function": "add", "cases": [[[object()], 2]]},
        {"function": "add", "cases": [[[1, 2], 3]], "tolerance": -1}, {"stdin": [["a"]]}, {"stdin": "ab"},
        {"stdin": [["", ""]], "compare": "loosely"}, {"function": "add", "asserts": 5},
        {"function": "add", "asserts": "def check(candidate:"}, {"function": "add", "asserts": "def check(c): pass"},
        {"function": "add", "asserts": "def check(candidate):\n    assert candidate(1, 2) == missing"},
        {"function": "add", "asserts": "import no_such_module\ndef check(candidate): assert True"},
    ],
)  # fmt: skip
def test_broken_tests_are_the_reference_s_fault(tests: Any) -> None:
    assert verify_code(GOOD, tests).status is Status.REFERENCE_ERROR


@pytest.mark.parametrize(
    ("observed", "expected", "tolerance", "right"),
    [
        (1, 1.0, 0.0, False), (True, 1, 0.0, False), (1.0, 1.0, 0.0, True), (math.nan, math.nan, 0.0, True),
        (-0.0, 0.0, 0.0, True), (math.inf, -math.inf, 0.0, False), ([1, 2], (1, 2), 0.0, False),
        ({1}, {True}, 0.0, False), ({1: 2}, {1.0: 2}, 0.0, False), ({1: [2.0]}, {1: [2.0]}, 0.0, True),
        (0.1 + 0.2, 0.3, 0.0, False), (0.1 + 0.2, 0.3, 1e-9, True), (3, 3.0, 1e-9, True), (True, 1.0, 1e-9, False),
        (math.nan, 1.0, 1e-3, False), (math.inf, 1.0, 0.5, False), (1.0, math.inf, 0.5, False), ("1", 1, 0.5, False),
        (10**400, 1.0, 0.5, False), ([1.0, [2.0]], [1.0, [2.0 + 1e-12]], 1e-9, True), (b"a", "a", 0.0, False),
    ],
)  # fmt: skip
def test_values_are_the_same_by_type_and_value(observed: Any, expected: Any, tolerance: float, right: bool) -> None:
    assert same(observed, expected, tolerance) is right


_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.complex_numbers(),
    lambda inner: st.lists(inner, max_size=4) | st.tuples(inner, inner)
    | st.dictionaries(st.integers() | st.text(), inner, max_size=4) | st.frozensets(st.integers() | st.text())
    | st.sets(st.floats(allow_nan=False) | st.text()),
    max_leaves=20,
)  # fmt: skip


@given(_PLAIN)
def test_the_codec_gives_back_what_it_took(value: Any) -> None:
    back = decode(read_message(frame(encode(value))[4:]))
    assert type(back) is type(value) and same(back, value)


_HOSTILE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.lists(st.sampled_from(list("lticbfSFd")), max_size=2).flatmap(
        lambda head: st.lists(inner, max_size=3).map(lambda rest: head + rest)
    ),
    max_leaves=12,
)  # fmt: skip


@given(_HOSTILE)
def test_the_codec_refuses_nonsense_with_value_errors_alone(data: Any) -> None:
    try:
        value = decode(data)
    except ValueError:
        return
    assert same(decode(encode(value)), value)


@pytest.mark.parametrize(
    "body",
    [b"[" * 100_000, b"1" * 100_000, b"1.5", b"NaN", b"\xff\xfe", b'{"a":', b"", b'"' + b"\\u0041" * 10 + b"'"],
)
def test_hostile_bodies_are_value_errors(body: bytes) -> None:
    with pytest.raises(ValueError):
        read_message(body)


def test_great_numbers_as_keys_are_refused_before_they_are_hashed() -> None:
    modulus = (1 << 61) - 1
    colliding = ["S", *[["i", hex(modulus * n)] for n in range(1, 20_000)]]
    begun = time.perf_counter()
    with pytest.raises(ValueError, match="great numbers"):
        decode(colliding)
    assert time.perf_counter() - begun < 1.0


def test_subclasses_do_not_cross() -> None:
    class Always(int):
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = int.__hash__

    with pytest.raises(ValueError, match="Always"):
        encode([Always(1)])
    program = (
        "class Always(int):\n    def __eq__(self, other): return True\n    def __hash__(self): return 0\n"
        "def add(a, b):\n    return Always(0)\n"
    )
    verdict = verify_code(program, ADD)
    assert not verdict.correct and "Always" in verdict.reason


def test_every_call_gets_arguments_of_its_own() -> None:
    program = "seen = []\ndef f(items):\n    seen.append(items)\n    items.clear()\n    return len(seen[0])"
    run = run_function(program, "f", [[[1, 2]], [[1, 2]]])
    assert [outcome.value for outcome in run.outcomes] == [0, 0]
    shared = [1, 2]
    run = run_function("def f(items):\n    items.append(3)\n    return items", "f", [[shared], [shared]])
    assert [outcome.value for outcome in run.outcomes] == [[1, 2, 3]] * 2 and shared == [1, 2]


def test_a_run_accounts_for_every_input() -> None:
    run = run_function(
        "def f(n):\n    if n == 1: raise KeyError('k')\n    if n == 2: exit()\n    return n",
        "f",
        [[n] for n in range(4)],
    )
    assert [outcome.kind for outcome in run.outcomes] == ["value", "raised", "raised", "value"]
    run = run_function("import os\ndef f(n):\n    if n == 2: os._exit(0)\n    return n", "f", [[n] for n in range(4)])
    assert [outcome.kind for outcome in run.outcomes] == ["value", "value", "missing", "missing"]
    with pytest.raises(ConfigurationError, match="inputs"):
        run_function(GOOD, "add", [[object()]])


THREE = """
def check(candidate):
    assert candidate(1, 2) == 3
    assert candidate(5, 5) == 11
    assert candidate(0, 1) == 1
"""
SNOOP = """
import gc
def add(a, b):
    return len([one for one in gc.get_objects() if isinstance(one, dict) and "candidate" in one])
"""
RAISES = """
def check(candidate):
    try:
        candidate(1, 2)
    except ValueError as error:
        assert str(error) == 'bad'
    else:
        assert False
"""


def test_asserts_are_judged_outside_the_program_s_process() -> None:
    run = run_asserts(GOOD, "add", THREE)
    assert [outcome.passed for outcome in run.outcomes] == [True, False, True]
    assert [outcome.inputs for outcome in run.outcomes] == [((1, 2),), ((5, 5),), ((0, 1),)]
    assert [outcome.answers[0].value for outcome in run_asserts(SNOOP, "add", THREE).outcomes] == [0, 0, 0]


def test_exceptions_reach_the_asserts_as_builtin_ones() -> None:
    tests = {"function": "add", "asserts": RAISES}
    assert verify_code("def add(a, b):\n    raise ValueError('bad')", tests).correct
    assert not verify_code(GOOD, tests).correct


def test_helper_functions_of_the_preamble_serve_the_tests() -> None:
    tests = {
        "function": "f",
        "preamble": "def twice(n):\n    return 2 * n\n",
        "asserts": "def check(candidate):\n    assert candidate(4) == twice(4)",
    }
    assert verify_code("def f(n):\n    return n + n", tests).correct


LATE = "import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.1), print(3))).start()"


@pytest.mark.parametrize(
    ("program", "tests", "status"),
    [
        ("print(sum(map(int, input().split())))", {"stdin": [["1 2\n", "3"], ["4 5", " 9\n"]]}, Status.CORRECT),
        ("print(3)", {"stdin": [["", "3\n"]], "compare": "exact"}, Status.CORRECT),
        ("print(3, end='')", {"stdin": [["", "3\n"]], "compare": "exact"}, Status.INCORRECT),
        ("print(0.1 + 0.2)", {"stdin": [["", "0.3"]], "compare": "numbers"}, Status.INCORRECT),
        ("print(0.1 + 0.2)", {"stdin": [["", "0.3"]], "compare": "numbers", "tolerance": 1e-9}, Status.CORRECT),
        ("print('nan')", {"stdin": [["", "3"]], "compare": "numbers", "tolerance": 0.5}, Status.INCORRECT),
        ("import sys\nprint(3)\nsys.exit(0)", {"stdin": [["", "3"]]}, Status.CORRECT),
        ("print(3)\nraise SystemExit(1)", {"stdin": [["", "3"]]}, Status.INCORRECT),
        ("print(3)\n1/0", {"stdin": [["", "3"]]}, Status.INCORRECT),
        ("import os\nos.write(1, b'3')\nos._exit(0)", {"stdin": [["", "3"]]}, Status.CORRECT),
        ("if __name__ == '__main__':\n    print(open(0).read()[::-1])", {"stdin": [["abc", "cba"]]}, Status.CORRECT),
        ("while True: print('x' * 1000)", {"stdin": [["", "3"]]}, Status.INCORRECT),
        ("while True: pass", {"stdin": [["", "3"]]}, Status.TIMEOUT),
        ("pri", {"stdin": [["", "3"]]}, Status.INCORRECT),
        (LATE, {"stdin": [["", "3"]]}, Status.CORRECT),
    ],
)  # fmt: skip
def test_scripts_are_judged_by_their_output(program: str, tests: Any, status: Status) -> None:
    assert verify_code(program, tests, limits=Limits(seconds=2.0)).status is status


def test_a_script_with_much_input_and_output_is_fine() -> None:
    text = "\n".join(map(str, range(100_000)))
    run = run_script("import sys\nprint(sum(map(int, sys.stdin)))\nprint('y' * 1_000_000)", text)
    assert run.status == "done" and run.output.startswith("4999950000") and len(run.output) > 1_000_000


def test_batches_keep_their_order_and_async_is_the_same() -> None:
    pairs = [(GOOD if n % 2 else "def add(a, b): return 0", ADD) for n in range(12)]
    assert [verdict.correct for verdict in verify_code_batch(pairs)] == [bool(n % 2) for n in range(12)]

    async def several() -> list[bool]:
        verdicts = await asyncio.gather(*(verify_code_async(program, tests) for program, tests in pairs))
        return [verdict.correct for verdict in verdicts]

    assert asyncio.run(several()) == [bool(n % 2) for n in range(12)]


def test_cancelling_kills_the_program() -> None:
    cancel = Cancel()
    threading.Timer(0.2, cancel.cancel).start()
    begun = time.monotonic()
    run = run_function(
        "def f():\n    while True: pass", "f", [[]], limits=Limits(seconds_per_call=20, seconds=20), cancel=cancel
    )
    assert run.status == "failed" and time.monotonic() - begun < 5

    async def cancelled() -> float:
        task = asyncio.create_task(
            verify_code_async(
                "def add(a, b):\n    while True: pass", ADD, limits=Limits(seconds_per_call=20, seconds=20)
            )
        )
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return time.monotonic()

    begun = time.monotonic()
    asyncio.run(cancelled())
    assert time.monotonic() - begun < 5


def test_the_verifier_is_registered_and_reads_tests_as_json() -> None:
    verifier = get("execution")
    assert verifier.verify(GOOD, '{"function": "add", "cases": [[[1, 2], 3]]}').correct
    assert verifier.verify(GOOD, "no json").status is Status.REFERENCE_ERROR


LITERAL = """
METADATA = {'author': 'x'}
def check(candidate):
    assert candidate([1, 2], -3) == {'a': (1, 2.0)}, 'no'
    assert True
"""


@pytest.mark.parametrize(
    "asserts",
    [
        "def check(candidate):\n    assert candidate(f()) == 1",
        "def check(candidate):\n    assert candidate(1) == 1\n    print(1)",
        "def check(candidate):\n    assert candidate(1) != 1",
        "def check(candidate):\n    assert abs(candidate(1) - 1) < 2",
        "def check(candidate):\n    for n in [1]:\n        assert candidate(n) == 1",
        "import os\ndef check(candidate):\n    assert candidate(1) == 1",
        "def check(candidate, n=1):\n    assert candidate(1) == 1",
        "@trick\ndef check(candidate):\n    assert candidate(1) == 1",
        "def check(candidate):\n    assert candidate(n=1) == 1",
        "def check(candidate):\n    assert candidate(*[1]) == 1",
        "def check(candidate):\n    assert candidate({**{}}) == 1",
        "def check(candidate):\n    assert other(1) == 1",
        "def check(candidate):\n    assert candidate({[]: 1}) == 1",
        "candidate = 1\ndef check(candidate):\n    assert candidate(1) == 1",
        "def check(candidate):\n    assert candidate(" + "[" * 300 + "]" * 300 + ") == 1",
        "def check(candidate):\n    pass",
    ],
)
def test_what_is_more_than_equalities_is_left_to_a_process(asserts: str) -> None:
    assert equalities(asserts) is None


def test_equalities_with_literals_are_read_as_data() -> None:
    assert equalities(LITERAL) == (Equality(([1, 2], -3), {"a": (1, 2.0)}), Equality(None))
    program = "def f(items, n):\n    return {'a': (items[0], n + 5)}"
    verdict = verify_code(program, {"function": "f", "asserts": LITERAL})
    assert verdict.correct and (verdict.passed, verdict.total) == (2, 2)
    verdict = verify_code("def f(items, n):\n    return 1", {"function": "f", "asserts": LITERAL})
    assert (verdict.status, verdict.failed, verdict.observed, verdict.passed) == (Status.INCORRECT, 0, "1", 1)
