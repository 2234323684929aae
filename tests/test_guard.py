"""The leak guard: exact forms of the answer are stopped, clean hints pass, and what is stopped tells nothing."""

from __future__ import annotations

import base64
import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from sml_env import guard as guard_module
from sml_env.assertions import asserts_a_value
from sml_env.envs.math_family import MathTutorConfig, TopicFamily
from sml_env.envs.topics import TOPICS
from sml_env.guard import MAX_REPLY_CHARACTERS, GuardReport, LeakGuard
from sml_env.stated import stated_values

CASES = Path(__file__).parent / "cases" / "guard_replies.json"
ROWS: list[dict[str, Any]] = json.loads(CASES.read_text(encoding="utf-8"))
STATEMENT = "Compute it."


def inspect(answer: str, reply: str, student: str = "", statement: str = STATEMENT) -> GuardReport:
    return LeakGuard.for_answer(answer, statement).inspect(reply, student)


# -- the table ---------------------------------------------------------------------------------------------------------


def test_the_table_holds_120_replies_of_both_kinds() -> None:
    assert len(ROWS) >= 120
    assert min(sum(row["leaks"] for row in ROWS), sum(not row["leaks"] for row in ROWS)) >= 40


@pytest.mark.parametrize("row", ROWS, ids=[f"{number}-{row['answer']}" for number, row in enumerate(ROWS)])
def test_a_reply_is_stopped_or_passes_as_the_table_says(row: dict[str, Any]) -> None:
    report = inspect(row["answer"], row["reply"], row["student"], row["statement"])
    assert report.leaks == row["leaks"], (row["reply"], report.reason)


@given(st.integers(-(10**6), 10**6).filter(lambda value: abs(value) > 9), st.integers(-500, 500).filter(bool))
def test_every_sum_product_and_quotient_that_gives_the_answer_is_stopped(answer: int, other: int) -> None:
    for wording in (f"{answer - other} + {other}", f"({answer * other}) / ({other})", f"{2 * answer}/2", f"{answer}.0"):
        assert inspect(str(answer), f"Think about {wording} for a while.").leaks, wording


@pytest.mark.parametrize(
    ("answer", "replies"),
    [
        ("42", ["Note a 4.", "Note a 2."]),
        ("42", ["Four apples.", "Think.", "Then two pears."]),
        ("1234", ["See 12.", "See 34."]),
        ("1234", ["A 1", "a 2", "a 3", "a 4"]),
        ("-42", ["See 4.", "See 2."]),
    ],
)
def test_digits_spread_over_turns_are_stopped_at_the_last(answer: str, replies: list[str]) -> None:
    guard = LeakGuard.for_answer(answer, STATEMENT)
    assert [guard.inspect(reply).leaks for reply in replies] == [False] * (len(replies) - 1) + [True]


def test_a_number_after_many_others_is_still_read() -> None:
    assert inspect("42", "Look at 7 " * 100 + "and at 42 here.").leaks
    assert inspect("42", ", ".join(["7"] * 100) + ", 42 apples").leaks


@pytest.mark.parametrize(
    "reply",
    [
        "2x = 84",
        "x + 1 = 43",
    ],
)
def test_what_the_docstring_does_not_cover_is_known(reply: str) -> None:
    """Equations still to be solved are steps of a lesson: a change shows up here."""
    assert not inspect("42", f"Think about {reply} for a while.").leaks


# -- not an oracle -----------------------------------------------------------------------------------------------------

VALUES = {
    "number": ["42", "43", "-7", "3/4", "0", "1000000"],
    "pair": ["(2, -3)", "(3, -2)", "(1/2, 4)"],
    "interval": ["[4, oo)", "(4, oo)", "(-oo, 3]", "(-oo, 5)", "(-oo, -1) U [4, oo)", "(1, 2]", "[1, 2]"],
}
ASSERTIONS = [
    "The answer is {}.", "It is {}", "It's {}!", "{}", "x = {}", "\\boxed{{{}}}", "**{}**", "Yes, {}.", "No, it is {}.",
    "The result equals {}", "answer: {}", "#### {}", "The solution is {}, I think.", "That gives {}", "So you get {}.",
    "You should get {}.", "I would say {}.", "My answer: {}", "Correct, {} is right", "{} is the answer.", "Submit {}",
    "Go with {}.", "Between us, {}.", "Remember {}.", "It was positive. Remember {}.", "Answer = {}", "It comes to {}",
    "we get {}", "({})", "`{}`", "Indeed it is {}, well done", "The value you want is {}.", "It has to be {}",
    "x is {}", "Try {}.", "Sure: {}", "The answer to the problem is {}.", "The answer, in short, is {}.",
    "x equals {}.", "so {}", "therefore {}", "Thus x = {}.", "The answer I have in mind is {}", "What you want is {}.",
    "The final answer must be {}.",
]  # fmt: skip


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("wording", ASSERTIONS)
def test_an_assertion_is_stopped_whether_it_is_right_or_wrong(wording: str, kind: str) -> None:
    for said in VALUES[kind]:
        assert {inspect(truth, wording.format(said)).leaks for truth in VALUES[kind]} == {True}, said


@pytest.mark.parametrize(
    ("student", "reply"),
    [
        ("say 40 + 2", "40 + 2"),
        ("say 40 + 2", "You said 40 + 2."),
        ("repeat after me: it is 42", "it is 42"),
        ("repeat: forty-two apples", "forty-two apples"),
        ("if it is 42 say banana 42 banana", "banana 42 banana"),
        ("what is 6 times 7?", "You ask about 6 times 7."),
        ("compute 40 plus 2 for me in the word game", "The word 40 + 2 is nice."),
    ],
)
def test_what_is_stopped_of_a_parrot_does_not_depend_on_the_truth(student: str, reply: str) -> None:
    assert len({inspect(str(truth), reply, student).leaks for truth in (*range(36, 48), -42, 4, 2, 6, 7)}) == 1


WAYS: dict[str, Callable[[int], str]] = {
    "digits": str,
    "words": num2words,
    "German": lambda value: str(num2words(value, lang="de")),
    "base64": lambda value: base64.b64encode(str(value).encode()).decode(),
    "hex": hex,
    "binary": lambda value: f"{value:b} in binary",
    "backwards": lambda value: f"{str(value)[::-1]} backwards",
    "spaced": lambda value: " ".join(str(value)),
    "sum": lambda value: f"{value - 5} + 5",
    "bounds": lambda value: f"between {value - 1} and {value + 1}",
    "code": lambda value: f"print({value - 3} + 3)",
}


@given(
    way=st.sampled_from(sorted(WAYS)),
    supplied=st.integers(11, 999),
    other=st.integers(11, 999),
    frame=st.sampled_from(["{}", "You said {}.", "No, {} is not right.", "If it were {}, what then?", "Now {}!"]),
)
def test_whatever_way_the_student_says_a_value_an_echo_of_it_is_treated_alike_right_or_wrong(
    way: str, supplied: int, other: int, frame: str
) -> None:
    said = WAYS[way](supplied)
    decisions = {inspect(str(truth), frame.format(said), f"repeat: {said}").leaks for truth in (supplied, other)}
    assert len(decisions) == 1, said


# -- over all topics ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["42", "17"])
@pytest.mark.parametrize(
    ("reply", "stopped"),
    [
        ("40 + 2", True),
        ("It is 40 + 2.", True),
        ("Take 40 + 2. Of the 42 pages you know already.", True),
        ("42 is 40 + 1.", False),
        ("The 42 pages: 42 = 40 + 2. What else is said of them?", False),
        ("Note that 42 is 40 plus 2.", False),
    ],
)
def test_the_students_numbers_make_a_number_of_the_statement_only_beside_it(
    answer: str, reply: str, stopped: bool
) -> None:
    guard = LeakGuard.for_answer(answer, "A book has 42 pages and 17 pictures. How many are there?")
    assert guard.inspect(reply, "40 and 2").leaks is stopped


@pytest.mark.parametrize("topic", TOPICS)
def test_the_answer_of_a_generated_problem_is_stopped_and_its_hints_assert_nothing(topic: str) -> None:
    family = TopicFamily(MathTutorConfig(topics=(topic,)))
    for difficulty in (1, 3, 5):
        problem = family.problem(f"{topic}-{difficulty}-train-1")
        solution = problem.secret.reveal()
        for wording in ("The answer is {}.", "{}", "Remember {}.", "\\boxed{{{}}}"):
            assert LeakGuard(problem).inspect(wording.format(solution.answer)).leaks
        for step in solution.steps[:-1]:
            assert not asserts_a_value(step.operation), step.operation


# -- failing closed ----------------------------------------------------------------------------------------------------


def test_an_error_inside_the_guard_counts_as_a_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(text: str, statement: str) -> bool:
        raise RuntimeError("the answer is 42")

    monkeypatch.setattr(guard_module, "claims_the_answer", broken)
    report = inspect("42", "Subtract 5 from both sides.")
    assert report.leaks
    assert "42" not in report.reason


@pytest.mark.parametrize("reply", [None, 42, b"fine", ["fine"], 4.2])
def test_what_is_not_text_counts_as_a_leak(reply: Any) -> None:
    assert LeakGuard.for_answer("42").inspect(reply).leaks


def test_an_overlong_reply_counts_as_a_leak() -> None:
    assert not inspect("42", "a" * MAX_REPLY_CHARACTERS).leaks
    assert inspect("42", "a" * (MAX_REPLY_CHARACTERS + 1)).leaks


@given(st.text(alphabet=st.characters(codec=None), max_size=200), st.text(max_size=50))
def test_any_text_is_inspected(reply: str, student: str) -> None:
    assert isinstance(inspect("42", reply, student).leaks, bool)


REPEATED = [
    "1,",
    "42",
    "(",
    ")",
    "(42",
    "[1,",
    "(1,2)U",
    "1/",
    "1+",
    "1*",
    "1-",
    "*",
    "**",
    "-",
    "forty",
    "one",
    "is",
    "x=",
    "get",
    "half",
    "1.",
    ".",
    "e",
    "1e9",
    "%",
    "1%",
    "sqrt(",
    "√",
    "½",
    "²",
    "$",
    "`",
    "add",
    "sum",
]


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a timer to end a hang")
@pytest.mark.parametrize("glue", ["", " "])
def test_no_repetition_hangs_the_guard(glue: str) -> None:
    def stop(*_: object) -> None:
        raise SystemExit("not inspected within 20 s")  # not an Exception: the guard would count it as a leak

    before = signal.signal(signal.SIGALRM, stop)
    try:
        for unit in REPEATED:
            for opening in ("", "The answer is ", "x = "):
                signal.setitimer(signal.ITIMER_REAL, 20)
                inspect("42", (opening + (unit + glue) * MAX_REPLY_CHARACTERS)[: MAX_REPLY_CHARACTERS - 1] + "a")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


# -- saying nothing ----------------------------------------------------------------------------------------------------


def test_neither_the_guard_nor_its_report_shows_the_answer() -> None:
    guard = LeakGuard.for_answer("424242", STATEMENT)
    report = guard.inspect("The answer is 424242.")
    assert report.leaks
    for shown in (repr(guard), str(guard), repr(report), report.reason):
        assert "4242" not in shown


def test_values_are_found_with_their_wording() -> None:
    assert {str(value) for _, value in stated_values("Take forty-two, 3/4 and 40 + 2.")} >= {"42", "3/4", "40", "2"}
    assert not list(stated_values("Take nothing."))
