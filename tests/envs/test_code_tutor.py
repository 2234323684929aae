"""CodeTutor: what is asked, how programs are judged, what teachers may say, and what stays hidden."""

from __future__ import annotations

import gzip
import json
import math
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sml_env.envs.code_domain as judging
from sml_env.agents import make_agent
from sml_env.core import TextEnv
from sml_env.domains import open_domain
from sml_env.envs.code_domain import HiddenTests
from sml_env.envs.code_family import CodeTutorConfig, code_family
from sml_env.envs.code_faults import fault
from sml_env.envs.code_language import CallOf, read
from sml_env.envs.code_problems import PROBLEMS
from sml_env.errors import ConfigurationError, DataError
from sml_env.outcomes import CORRECT, INCORRECT, STOPPED, UNAVAILABLE
from sml_env.problems import Problem, Secret
from sml_env.rollouts import rollout
from sml_env.teachers import AnswerView, Request, VerdictView
from sml_env.testing.counterfactual import under
from sml_env.verifiers.base import Status
from sml_env.verifiers.execution import CodeVerdict, run_function

ID = "sml_env/CodeTutor-v0"
SQUARE = {
    "name": "square", "statement": "Write square(n).", "function": "square",
    "reference": "def square(n):\n    return n * n\n", "cases": [[[5], 25], [[6], 36]],
}  # fmt: skip


def fenced(source: str) -> str:
    return f"```python\n{textwrap.dedent(source)}\n```"


def core(env: gym.Env[Any, Any]) -> TextEnv:
    assert isinstance(env.unwrapped, TextEnv)
    return env.unwrapped


@pytest.fixture
def lesson(tmp_path: Path) -> Callable[..., gym.Env[str, str]]:
    """Environments on rows of data, or on one problem of the built-in ones, reset."""

    def make(row: Mapping[str, Any] | str = SQUARE, fresh: int = 0, **arguments: Any) -> gym.Env[str, str]:
        if isinstance(row, str):
            env = gym.make(ID, **arguments)
            env.reset(seed=0, options={"problem_id": row})
            return env
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.jsonl"
        path.write_text(json.dumps(row), encoding="utf-8")
        env = gym.make(ID, config={"data": str(path), "fresh": fresh}, **arguments)
        env.reset(seed=0)
        return env

    return make


def said(env: gym.Env[str, str], utterance: str) -> str:
    """What the teacher says to an utterance, without the line of turns."""
    return env.step(utterance)[0].rpartition("\n")[0]


# -- what is judged right ----------------------------------------------------------------------------------------------


def test_every_reference_is_right_and_every_constant_is_wrong() -> None:
    env = gym.make(ID)
    for one in PROBLEMS:
        _, info = env.reset(seed=1, options={"problem_id": one.name})
        assert info["belief_entropy_bits"] is None
        for value in ("None", "0", "arguments[0]"):
            _, reward, terminated, *_ = env.step(fenced(f"def {one.function}(*arguments): return {value}"))
            assert (reward, terminated) == (0.0, False), (one.name, value)
        _, reward, terminated, truncated, info = env.step(fenced(core(env).privileged()["answer"]))
        assert (reward, terminated, truncated, info["success"]) == (1.0, True, False, True), one.name


def test_every_problem_has_all_its_cases_rules_and_hints() -> None:
    family = code_family(CodeTutorConfig())
    assert len(PROBLEMS) == len(family.problem_ids()) == 20
    for one in PROBLEMS:
        problem = family.problem(one.name)
        tests = problem.secret.reveal().tests
        assert isinstance(tests, HiddenTests)
        assert [arguments for arguments, _ in tests.cases] == list(one.inputs)
        assert 2 <= len(one.rules) <= 4
        assert len(one.hints) >= 3
        domain = open_domain(problem.domain)
        assert domain is not None
        for text in (*one.hints, *one.rules):
            assert not domain.copies(problem.secret.reveal(), text)
            assert "(" not in text and "=" not in text


def test_an_input_that_was_asked_no_longer_counts(lesson: Callable[..., Any]) -> None:
    wrong_at_five = fenced("def square(n): return 0 if n == 5 else n * n")
    for asymmetry in ("answer", "verifier", "knowledge", "none"):
        env = lesson(asymmetry=asymmetry)
        assert said(env, wrong_at_five) == INCORRECT
        env.step("call square(5)")
        assert env.step(wrong_at_five)[1] == 1.0, asymmetry


@pytest.mark.parametrize("asymmetry", ["answer", "verifier"])
def test_an_input_that_was_shown_no_longer_counts(lesson: Callable[..., Any], asymmetry: str) -> None:
    env = lesson(asymmetry=asymmetry)
    wrong_at_five = fenced("def square(n): return 0 if n == 5 else n * n")
    assert said(env, wrong_at_five) == INCORRECT
    assert "square(5)" in said(env, "What failed?")
    assert env.step(wrong_at_five)[1] == 1.0


def test_inputs_that_are_merely_named_still_count(lesson: Callable[..., Any]) -> None:
    env = lesson()
    assert said(env, "call square(5), square(6), square(7)") == "square(7) returns 49."
    assert said(env, fenced("def square(n): return 49 if n == 7 else 0")) == INCORRECT
    lying = fenced("def square(n): return 'square(5) square(6)'")
    assert said(env, lying) == INCORRECT
    assert said(env, "what failed?").count("square(") == 3
    assert said(env, lying) == INCORRECT


def test_where_every_input_was_asked_they_count_again(lesson: Callable[..., Any]) -> None:
    env = lesson()
    env.step("call square(5)")
    env.step("call square(6)")
    assert said(env, fenced("def square(n): return {5: 25, 6: 35}[n]")) == INCORRECT
    assert env.step(fenced("def square(n): return {5: 25, 6: 36}[n]"))[1] == 1.0


def test_fresh_inputs_catch_a_table_of_the_hidden_ones(lesson: Callable[..., Any]) -> None:
    table = fenced("def square(n): return {5: 25, 6: 36}[n]")
    assert lesson(fresh=0).step(table)[1] == 1.0
    assert lesson(fresh=12).step(table)[1] == 0.0
    assert lesson(fresh=12).step(fenced("def square(n): return n ** 2"))[1] == 1.0


def test_fresh_inputs_differ_by_lesson_and_not_by_repetition(
    lesson: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[str] = []

    def kept(program: str, tests: Mapping[str, Any], **_: Any) -> CodeVerdict:
        judged.append(repr(tests["cases"]))
        return CodeVerdict(Status.INCORRECT, "calls", "kept")

    monkeypatch.setattr(judging, "verify_code", kept)
    env = lesson(fresh=8)
    for seed in (3, 3, 4):
        env.reset(seed=seed)
        env.step(fenced("def square(n): return 1"))
    assert judged[0] == judged[1] != judged[2]


def test_a_property_is_judged_by_its_own_asserts(lesson: Callable[..., Any]) -> None:
    row = {
        "task_id": "Made/1", "entry_point": "root", "prompt": "def root(n):\n    '''A number whose square is n.'''\n",
        "canonical_solution": "    return n ** 0.5\n",
        "test": "def check(candidate):\n    assert abs(candidate(4) ** 2 - 4) < 1e-6\n"
        "    assert abs(candidate(9) ** 2 - 9) < 1e-6\n",
    }  # fmt: skip
    wrong_at_four = fenced("def root(n): return -(n ** 0.5) if n == 9 else 5")
    assert lesson(row, fresh=12).step(fenced("def root(n): return -(n ** 0.5)"))[1] == 1.0
    env = lesson(row, fresh=12)
    assert said(env, wrong_at_four) == INCORRECT
    assert "root(4)" in said(env, "what failed?")
    assert env.step(wrong_at_four)[1] == 1.0


# -- bad programs ------------------------------------------------------------------------------------------------------

BAD = {
    "not Python": "def square(n) return n",
    "no such function": "def cube(n): return n",
    "a wrong signature": "def square(): return 1",
    "too many parameters": "def square(a, b): return 1",
    "binary": "def square(n): return 1\x00\x01",
    "half a surrogate": "def square(n): return '\ud800'",
    "deep recursion": "def square(n): return square(n + 1)",
    "deep nesting": "def square(n): return " + "(" * 900 + "n" + ")" * 900,
    "an exit": "import sys\ndef square(n): sys.exit(0)",
    "an exit at once": "raise SystemExit",
    "an object": "def square(n): return object()",
    "a generator": "def square(n): yield n",
    "a huge value": "def square(n): return 'x' * 10_000_000",
    "no program": "call square(5)",
    "nothing": "",
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_program_gets_a_verdict_and_a_reason(lesson: Callable[..., Any], name: str) -> None:
    env = lesson(asymmetry="verifier")
    observation, reward, terminated, truncated, info = env.step(f"```python\n{BAD[name]}\n```")
    assert (reward, terminated, truncated, info["success"]) == (0.0, False, False, False)
    reply = observation.rpartition("\n")[0]
    assert reply == INCORRECT or reply.startswith("I cannot run that: ")
    explained = said(env, "what failed?")
    assert explained != INCORRECT and len(explained) < 2_000


def test_a_program_that_cannot_be_run_is_no_attempt(lesson: Callable[..., Any]) -> None:
    env = lesson(max_attempts=1)
    assert "no function 'square'" in said(env, fenced("def cube(n): return n"))
    assert env.step(fenced("def square(n): return n * n"))[1] == 1.0


def test_a_program_that_prints_is_judged_by_what_it_returns(lesson: Callable[..., Any]) -> None:
    assert lesson().step(fenced("def square(n):\n    print('42' * 10_000)\n    return n * n"))[1] == 1.0


def test_megabytes_are_malformed_and_the_reply_says_why(lesson: Callable[..., Any]) -> None:
    env = lesson()
    assert "longer than 8,000 characters" in said(env, fenced("def square(n): return n * n\n" + "#" * 2_000_000))
    assert env.step(fenced("def square(n): return n * n"))[1] == 1.0


def test_a_program_that_does_not_end_is_too_slow(lesson: Callable[..., Any]) -> None:
    env = lesson()
    assert said(env, fenced("def square(n):\n    while True: pass")) == INCORRECT
    assert said(env, "what failed?").endswith("The approach is too slow there, or does not end.")


@pytest.mark.parametrize("status", [Status.INFRASTRUCTURE_ERROR, Status.REFERENCE_ERROR])
def test_a_failed_verifier_truncates_and_scores_nothing(
    lesson: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, status: Status
) -> None:
    monkeypatch.setattr(judging, "verify_code", lambda *_, **__: CodeVerdict(status, "none", "no helper"))
    observation, reward, terminated, truncated, info = lesson().step(fenced("def square(n): return n * n"))
    assert (terminated, truncated, reward) == (False, True, 0.0)
    assert info["failure"] == f"verifier: {status}"
    assert observation.startswith(UNAVAILABLE)


# -- the language ------------------------------------------------------------------------------------------------------

READ = {
    "call f([1, 2], 3)": ("value", "f([1, 2], 3)"),
    "f( [1,2],3 )?": ("value", "f([1, 2], 3)"),
    "What is f([1, 2], 3)?": ("value", "f([1, 2], 3)"),
    "what does f return for [1, 2], 3?": ("value", "f([1, 2], 3)"),
    "What does `f` give on 'a?b'": ("value", "f('a?b')"),
    "what is the output for [1, 2]?": ("value", "f([1, 2])"),
    "f((1, 2))": ("value", "f((1, 2))"),
    "f()": ("value", "f()"),
    "f(1) and then f(2)": ("value", "f(2)"),
    "f(')')": ("value", "f(')')"),
    "f({'b': 1, 'a': 2})": ("value", "f({'a': 2, 'b': 1})"),
    "f(x)": ("malformed", ""),
    "f(n=3)": ("malformed", ""),
    "f(__import__('os'))": ("malformed", ""),
    "f([1, 2": ("malformed", ""),
    "g(3)": ("malformed", ""),
    "self.f(3)": ("malformed", ""),
    "x > 3": ("malformed", ""),
    "answer: 3": ("malformed", ""),
    "": ("malformed", ""),
    "what failed?": ("diagnosis", "what failed"),
    "Which test failed?": ("diagnosis", "what failed"),
    "why is it wrong?": ("diagnosis", "what failed"),
    "Give me a hint.": ("hint", "hint"),
    "show me the code": ("value", "the program"),
    "What is the answer?": ("value", "the program"),
    "def f(x):\n    return f(1)": ("attempt", "a program"),
    "import math\ndef f(x): return 1": ("attempt", "a program"),
    "I think:\n```\ndef f(x): return 1\n```\nf(1)?": ("attempt", "a program"),
}


@pytest.mark.parametrize("utterance", READ)
def test_utterances_are_read(utterance: str) -> None:
    query = read(utterance, "f")
    assert query.kind == READ[utterance][0]
    assert query.canonical == READ[utterance][1] or query.kind == "hint"


@given(st.one_of(st.text(), st.text(alphabet="f(),[]'\"`\n {}:1aé", max_size=200), st.integers(), st.binary()))
def test_anything_at_all_is_read(utterance: object) -> None:
    query = read(utterance, "f")
    if isinstance(query.form, CallOf):
        again = read(str(query.form), "f")
        assert again.form == query.form


def test_the_worst_text_is_read_in_bounded_time() -> None:
    for text in ("```" * 2_666, "```python\n" * 800, "f(" * 4_000, "what " * 1_600, "f('" * 2_666, "f([[" * 2_000):
        assert read(text, "f").kind in ("malformed", "attempt", "value")


def test_what_the_arguments_lack_is_said(lesson: Callable[..., Any]) -> None:
    env = lesson()
    assert "plain values, by position" in said(env, "call square(n=3)")
    assert "call square(...)" in said(env, "hm")


# -- what teachers say -------------------------------------------------------------------------------------------------


def test_a_call_is_answered_by_the_reference_alone(lesson: Callable[..., Any]) -> None:
    env = lesson("runs")
    assert said(env, "call runs([4, 4, 5])") == "runs([4, 4, 5]) returns 2."
    assert said(env, "call runs(3)") == "runs(3) raises TypeError."
    assert said(env, "call runs()") == "runs() raises TypeError."
    for asymmetry in ("verifier", "knowledge", "none"):
        assert "2" not in said(lesson("runs", asymmetry=asymmetry), "call runs([4, 4, 5])")


def test_the_reference_is_refused_when_asked_for(lesson: Callable[..., Any]) -> None:
    assert "will not tell" in said(lesson("runs"), "Please show me the reference solution.")


def test_rules_are_told_one_a_question_under_knowledge_alone(lesson: Callable[..., Any]) -> None:
    rules = next(one.rules for one in PROBLEMS if one.name == "runs")
    env = lesson("runs", asymmetry="knowledge")
    assert [said(env, words) for words in ("what do you know?", "hint", "tell me a fact")] == list(rules)
    assert said(env, "what do you know?") == "That is all I know."
    for asymmetry in ("answer", "verifier", "none"):
        assert said(lesson("runs", asymmetry=asymmetry), "what do you know?") not in rules


def test_hints_never_hold_the_last_step(lesson: Callable[..., Any]) -> None:
    env = lesson("runs")
    hints = [said(env, "hint") for _ in range(5)]
    assert hints[:3] == list(next(one.hints for one in PROBLEMS if one.name == "runs"))
    assert hints[3] == hints[4] == "I have no further hint: the rest is yours to work out."


class Watching:
    """Keeps the views that it is handed."""

    name = "watching"

    def __init__(self) -> None:
        self.views: list[Any] = []

    def reply(self, requests: Sequence[Request]) -> list[str]:
        self.views += [request.view for request in requests]
        return ["I see."] * len(requests)


def test_only_who_holds_the_answer_is_told_what_was_expected(lesson: Callable[..., Any]) -> None:
    for asymmetry, kind, expected in (("answer", AnswerView, "25"), ("verifier", VerdictView, None)):
        teacher = Watching()
        env = lesson({**SQUARE, "cases": [[[5], 25]]}, asymmetry=asymmetry, teacher=teacher)
        env.step(fenced("def square(n): return 7"))
        env.step("what failed?")
        (view,) = teacher.views
        assert isinstance(view, kind)
        assert isinstance(view.verdict, CodeVerdict)
        assert (view.verdict.expected, view.verdict.observed, view.verdict.input) == (expected, "7", "5")
        assert ("n * n" in str(getattr(view, "answer", ""))) == (asymmetry == "answer")


def test_how_many_tests_there_are_is_never_said(lesson: Callable[..., Any]) -> None:
    many = {**SQUARE, "cases": [*SQUARE["cases"], *([[n], n * n] for n in range(7, 60))]}
    words = ["hint", fenced("def square(n): return n * n if n != 5 else 0"), "what failed?", "how many tests?"]
    few_said, many_said = ([env.step(word)[0] for word in words] for env in (lesson(SQUARE), lesson(many)))
    assert few_said == many_said


FAULTS = {
    ("[1, 2]", "[2, 1]"): "order",
    ("'ab'", "'AB'"): "capitals",
    ("3", "-3"): "sign",
    ("3", "4"): "off by one",
    ("True", "False"): "other way round",
    ("[1]", "[1, 2]"): "missing",
    ("[1, 2, 3]", "[1, 2]"): "should not be",
    ("'3'", "3"): "type int is asked for there, not of type str",
    ("None", "3"): "Nothing is returned",
    ("17", "3"): "by hand",
}


@pytest.mark.parametrize(("observed", "expected"), FAULTS)
def test_a_fault_is_named_without_the_value(observed: str, expected: str) -> None:
    verdict = CodeVerdict(
        Status.INCORRECT, "calls", "another value was expected", input="7", expected=expected, observed=observed
    )
    sentence = fault(verdict)
    assert FAULTS[observed, expected] in sentence
    assert expected not in sentence


# -- the guard ---------------------------------------------------------------------------------------------------------

REFERENCE = """
def steady(numbers):
    best = length = 0
    for place, number in enumerate(numbers):
        if place and number >= numbers[place - 1]:
            length += 1
        else:
            length = 1
        best = max(best, length)
    return best
"""
COPIES = {
    "as it is": REFERENCE,
    "fenced": f"Try this:\n```python\n{REFERENCE}```",
    "renamed": REFERENCE.replace("best", "top").replace("numbers", "xs").replace("length", "n").replace("place", "i"),
    "indented": textwrap.indent(REFERENCE.replace("    ", "  "), "      "),
    "with comments": REFERENCE.replace("\n", "  # so\n"),
    "quoted": textwrap.indent(REFERENCE, "> "),
}


class Saying:
    """Says given texts in turn."""

    name = "saying"

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)

    def reply(self, requests: Sequence[Request]) -> list[str]:
        return [self.texts.pop(0) for _ in requests]


@pytest.mark.parametrize("name", COPIES)
def test_no_reply_holds_the_reference(lesson: Callable[..., Any], name: str) -> None:
    env = lesson("steady", teacher=Saying(COPIES[name]))
    assert said(env, "hint") == STOPPED
    assert len(core(env).privileged()["stopped"]) == 1


def test_the_reference_cannot_be_split_over_replies(lesson: Callable[..., Any]) -> None:
    lines = REFERENCE.strip().split("\n")
    env = lesson("steady", teacher=Saying("\n".join(lines[:5]), "\n".join(lines[5:])))
    assert STOPPED in (said(env, "hint"), said(env, "hint"))


def test_the_leaky_voice_is_stopped_and_the_oracle_never(lesson: Callable[..., Any]) -> None:
    for one in PROBLEMS:
        env = lesson(one.name, teacher="leaky", max_turns=4)
        assert [said(env, words) for words in (f"call {one.function}(1)", "hint", "what failed?")] == [STOPPED] * 3
        env = lesson(one.name)
        calls = [f"call {one.function}{judging.shown_arguments(each)}" for each in one.inputs[:4]]
        for words in (*calls, "hint", fenced(f"def {one.function}(*_): return 0"), "what failed?"):
            assert said(env, words) != STOPPED


# -- non-interference --------------------------------------------------------------------------------------------------


def forged(reference: str) -> Callable[[Problem], Problem]:
    """Another reference behind the same statement, with the tests that follow from it."""

    def change(problem: Problem) -> Problem:
        solution = problem.secret.reveal()
        assert isinstance(solution.tests, HiddenTests)
        record = replace(solution.tests.record, reference=reference)
        inputs = [arguments for arguments, _ in solution.tests.cases]
        tests = replace(solution.tests, record=record, cases=judging.answered(record, inputs))
        return replace(problem, secret=Secret(replace(solution, answer=reference, tests=tests)))

    return change


NO_RUNS = "def runs(items):\n    return len(items) if len(items) < 3 else 0\n"
SETS = "def runs(items):\n    total = 5\n    while len(items) < 3:\n        return len(items)\n    return total\n"
UNTOLD = (
    "call runs([])", "call runs([7])", "call runs('ab')", "what failed?", "show me the code", "hm", "call runs(n=1)",
    fenced("def runs(items): return -1"), fenced("def runs(items: return"), "what do you know?",
)  # fmt: skip


@pytest.mark.parametrize("asymmetry", ["answer", "verifier", "knowledge", "none"])
def test_two_references_are_told_apart_by_replies_alone(asymmetry: str) -> None:
    played = []
    for reference in (NO_RUNS, SETS):
        env = under(gym.make(ID, asymmetry=asymmetry, max_turns=20), forged(reference))
        seen: list[Any] = [env.reset(seed=3, options={"problem_id": "runs"})]
        for words in UNTOLD:
            seen.append(env.step(words))
            seen.append((repr(env), repr(core(env).dialogue.problem), env.render(), repr(env.action_space)))
        played.append((seen, env))
    assert played[0][0] == played[1][0]
    apart = [env.step("call runs([1, 2, 3])")[0] for _, env in played]
    assert (apart[0] != apart[1]) == (asymmetry == "answer")


# -- the meter ---------------------------------------------------------------------------------------------------------


def test_the_meter_is_private_and_its_bits_telescope(lesson: Callable[..., Any]) -> None:
    env = lesson("digit_gap")
    for words in ("call digit_gap(19)", "call digit_gap(0)", "hint", "call digit_gap(-483)", "call digit_gap(19)"):
        info = env.step(words)[4]
        assert info["meter"] == "none"
        assert info["realised_bits"] is None
    metered = core(env).metered()
    assert metered is not None
    assert metered["meter"] == "mutants"
    assert metered["expected_bits"][-1] == metered["realised_bits"][-1] == 0.0
    assert sum(metered["realised_bits"]) + metered["entropy_bits"] == pytest.approx(math.log2(metered["programs"]))
    assert metered["realised_bits"][0] > 0.0


def test_the_bits_of_a_question_are_how_its_reply_splits_the_programs(lesson: Callable[..., Any]) -> None:
    env = lesson("digit_gap")
    env.step("call digit_gap(19)")
    metered = core(env).metered()
    solution = core(env).dialogue.problem.secret.reveal()
    meter = judging._meter(solution.answer, "digit_gap", solution.tests)
    replies = []
    for program in meter._programs:
        (outcome,) = run_function(program, "digit_gap", [[19]]).outcomes
        replies.append(repr(outcome.value) if outcome.kind == "value" else outcome.error.partition(":")[0])
    counts, size = Counter(replies), len(replies)
    assert metered is not None
    assert metered["programs"] == size > 5
    by_hand = -sum(count / size * math.log2(count / size) for count in counts.values())
    assert metered["expected_bits"] == pytest.approx((by_hand,))
    assert metered["realised_bits"] == pytest.approx((math.log2(size / counts["8"]),))


@pytest.mark.parametrize("asymmetry", ["verifier", "knowledge", "none"])
def test_questions_tell_nothing_by_the_meter_where_the_teacher_cannot_answer(
    lesson: Callable[..., Any], asymmetry: str
) -> None:
    env = lesson("digit_gap", asymmetry=asymmetry)
    env.step("call digit_gap(19)")
    metered = core(env).metered()
    assert metered is not None
    assert metered["expected_bits"] == ()


# -- arguments and data ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("voice", ["noisy", "lying", "gibberish"])
def test_voices_that_need_hypotheses_are_refused(voice: str) -> None:
    for teacher in (voice, {"voice": voice}):
        with pytest.raises(ConfigurationError, match=f"{voice}.*open"):
            gym.make(ID, teacher=teacher)


@pytest.mark.parametrize("config", [{"fresh": -1}, {"fresh": 1.5}, {"fresh": True}, {"data": ""}, {"size": 3}])
def test_configs_that_make_no_sense_are_refused(config: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(config))):
        gym.make(ID, config=config)


def test_problems_whose_reference_fails_are_left_out_by_name(tmp_path: Path) -> None:
    rows = [SQUARE, {**SQUARE, "name": "broken", "cases": [[[5], 26]]}, {"name": "talk", "statement": "Echo.",
            "reference": "print(input())", "stdin": [["a", "a"]]}]  # fmt: skip
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    config = CodeTutorConfig(str(path))
    with pytest.warns(UserWarning, match="2 problems left out: broken .*talk"):
        family = code_family(config)
    assert set(family.dropped) == {"broken", "talk"}
    assert list(family.problem_ids()) == ["square"]


def test_a_file_without_functions_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"statement": "Echo.", "reference": "print(input())", "stdin": [["a", "a"]]}))
    with pytest.raises(DataError, match="no problem is left"):
        code_family(CodeTutorConfig(str(path)))


def test_hints_of_data_are_fixed_sentences(lesson: Callable[..., Any]) -> None:
    env = lesson({**SQUARE, "reference": "def square(n):\n    return sum(n for secret_name in range(n))\n"})
    hint = said(env, "hint")
    assert hint == "Go through the input step by step."
    assert "secret_name" not in hint


# -- who cannot write programs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["random", "constant", "hedge", "greedy", "scripted"])
def test_agents_that_cannot_write_programs_earn_nothing(name: str) -> None:
    env = gym.make(ID, max_turns=6)
    kinds: Counter[str] = Counter()
    for seed in range(6):
        episode = rollout(env, make_agent(name), seed=seed)
        assert (episode.episode_return, episode.success, episode.failure) == (0.0, False, "")
        kinds.update(record.query_kind for record in episode.records)
    assert kinds["attempt"] > 0
    assert kinds["malformed"] == 0
    assert (kinds["value"] > 0) == (name in ("random", "greedy", "scripted"))


def test_correct_is_said_once(lesson: Callable[..., Any]) -> None:
    assert said(lesson(), fenced("def square(n): return n * n")) == CORRECT


def test_the_page_shows_what_is_really_said(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "code_tutor.md").read_text(encoding="utf-8")
    script, shown = re.findall(r"^```(?:python)?\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)[:2]
    exec(script, {})
    assert capsys.readouterr().out == shown


@pytest.mark.parametrize(("asymmetry", "bits"), [("answer", None), ("verifier", None), ("none", 0.0)])
def test_what_a_diagnosis_tells_is_not_said_to_be_nothing(
    lesson: Callable[..., Any], asymmetry: str, bits: float | None
) -> None:
    env = lesson(asymmetry=asymmetry)
    assert env.step("What failed?")[4]["expected_bits"] == 0.0, "nothing was judged yet"
    env.step(fenced("def square(n):\n    return n"))
    info = env.step("What failed?")[4]
    assert info["expected_bits"] is bits or info["expected_bits"] == bits
    assert info["realised_bits"] == info["expected_bits"]
