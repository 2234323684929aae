"""HiddenProgram: programs recomputed by Python, questions, attempts, counterexamples, what is hidden, brackets."""

from __future__ import annotations

import pickle
import re
import tracemalloc
from collections.abc import Callable
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sml_env.envs.programs.candidates as candidates
from sml_env.agents import make_agent
from sml_env.envs.hidden_program import HiddenProgramConfig, HiddenProgramEnv, hidden_programs
from sml_env.envs.programs.candidates import Programs, attempt_of
from sml_env.envs.programs.catalogue import PROBES, catalogue
from sml_env.envs.programs.language import TYPES, Undefined, expression, type_of
from sml_env.envs.programs.questions import called, query_of
from sml_env.envs.programs.reading import read
from sml_env.errors import ConfigurationError
from sml_env.forms import Claim
from sml_env.guard import LeakGuard
from sml_env.outcomes import STOPPED
from sml_env.problems import Problem, Secret, Solution
from sml_env.rollouts import rollout
from sml_env.testing.conformance import HOSTILE
from sml_env.verifiers.base import Status
from sml_env.verifiers.runs import Run, run_function

FAMILY = hidden_programs(HiddenProgramConfig())
SPACE = FAMILY.space
DOMAIN = FAMILY.domain
ENTRIES = catalogue()
PROGRAMS = SPACE.answers
N = len(ENTRIES)
PYTHON: list[Callable[[Any], Any]] = [eval(f"lambda x: {entry.text}") for entry in ENTRIES]
OTHER_INPUTS: dict[str, list[Any]] = {
    "int": [*range(-40, 41), 999_983, -1_000_000],
    "list": [[k % 7 - 3 for k in range(size)] for size in range(12)] + [[10**6] * 30, [-(10**6), 10**6]],
    "str": ["", " ", "  x ", "aA" * 30, "Zebra crossing 42", "the end", "~!@#", "aeiou", "bcdfg", "A"],
}


def lesson(text: str, **arguments: Any) -> HiddenProgramEnv:
    """A lesson about one program of the family."""
    env = HiddenProgramEnv(**arguments)
    row = PROGRAMS.index_of(text)
    assert row is not None, text
    number = next(n for n in range(200_000) if int(FAMILY.truths(np.array([n]))[0]) == row)
    env.reset(seed=0, options={"problem_id": FAMILY.problem_id(number)})
    return env


def first_line(env: HiddenProgramEnv, words: str) -> str:
    return env.step(words)[0].splitlines()[0]


def stated(words: str) -> int | None:
    """Which program an attempt is."""
    form = read(words).form
    assert isinstance(form, Claim) and form.value is not None
    return PROGRAMS.index_of(form.value)


def fenced(source: str) -> str:
    return f"```python\n{source}\n```"


# -- the programs ------------------------------------------------------------------------------------------------------


def test_there_are_two_thousand_programs_and_no_two_agree_on_the_declared_inputs() -> None:
    values = {(entry.takes, repr([python(probe) for probe in PROBES[entry.takes]]))
              for entry, python in zip(ENTRIES, PYTHON, strict=True)}  # fmt: skip
    assert len(values) == N == 2_100
    assert len({PROGRAMS.text(row) for row in range(N)}) == N
    assert all(len(set(map(repr, entry.values))) > 1 for entry in ENTRIES), "one is constant"
    assert all(entry.values != PROBES[entry.takes] for entry in ENTRIES), "one is x"


def test_values_are_those_of_python() -> None:
    for entry, python in zip(ENTRIES, PYTHON, strict=True):
        for argument in [*PROBES[entry.takes], *OTHER_INPUTS[entry.takes]]:
            try:
                value = entry.value(argument)
            except Undefined:
                continue
            assert repr(value) == repr(python(argument)), (entry.text, argument)
            assert type_of(value) == entry.returns


def test_programs_have_values_at_small_inputs() -> None:
    undefined = 0
    for entry in ENTRIES:
        for argument in OTHER_INPUTS[entry.takes]:
            try:
                entry.value(argument)
            except Undefined:
                undefined += 1
    assert undefined == 0


@pytest.mark.slow
def test_the_sandbox_gives_the_same_values() -> None:
    for entry in ENTRIES:
        run = run_function(f"def f(x):\n    return {entry.text}", "f", [[probe] for probe in PROBES[entry.takes]])
        assert [repr(each.value) for each in run.outcomes] == [repr(value) for value in entry.values], entry.text


@pytest.mark.parametrize(
    "text",
    [
        "x[0]", "max(x)", "10 // len(x)", "x[5:1:0]", "sum(x) % (len(x) - 2)", "[n // (n - 1) for n in x]",
        "min(n for n in x if n > 2)",
    ],
)  # fmt: skip
def test_where_python_raises_there_is_no_value(text: str) -> None:
    meant, python = expression(text, {"x": "list"}), eval(f"lambda x: {text}")
    assert meant is not None
    for probe in PROBES["list"]:
        try:
            expected: Any = python(probe)
        except Exception:
            with pytest.raises(Undefined):
                meant.value(x=probe)
        else:
            assert meant.value(x=probe) == expected


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')", "x.__class__", "open('f')", "(lambda: x)()", "[n for n in x for m in x]", "x ** x",
        "x[0](1)", "eval('x')", "f(x)", "y", "x if y else x", "{1: 2}", "x and x", "print(x)", "(n for n in x)",
        "range(3)", "set(x)", "x := 3", "*x", "1.5", "'a' * 10**9 * x", "reversed(x)", "", "x" * 500,
        "(" * 300 + "x" + ")" * 300,
    ],
)  # fmt: skip
def test_what_is_not_of_the_language_is_not_read(text: str) -> None:
    assert expression(text, {"x": "list"}) is None


@pytest.mark.parametrize(
    ("text", "takes"),
    [("x * x ** 4 * x ** 4 * x ** 4", "int"), ("x * 1000000", "str"), ("x * 1000000", "list"),
     ("[sum([k * m for m in range(300)]) for k in range(300)]", "int"), ("list(range(1000000))", "int")],
)  # fmt: skip
def test_growth_is_bounded(text: str, takes: str) -> None:
    meant = expression(text, {"x": takes})
    assert meant is not None
    tracemalloc.start()
    with pytest.raises(Undefined):
        meant.value(x={"int": 10**6, "str": "a" * 60, "list": [1] * 30}[takes])
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()


# -- questions ---------------------------------------------------------------------------------------------------------

READ = [
    ("f(3)", "f(3)"), ("What is f([1,2])?", "f([1, 2])"), ('call f("Hello")', "f('Hello')"),
    ("So f('a b') = ?", "f('a b')"),
    ("what does f return for [1,2,3]?", "f([1, 2, 3])"), ("What is f of 'abc'?", "f('abc')"), ("f( -3 )", "f(-3)"),
    ("what is the output for x = 5?", "f(5)"), ("Hm. First f(1)? No: what about f(2)?", "f(2)"), ("f(3.5)", "f(3.5)"),
    ("f('ab c. d') == 'x'", "f('ab c. d') == 'x'"), ("Is f([3, 1]) greater than 2?", "f([3, 1]) > 2"),
    ("is f(-3) > 0?", "f(-3) > 0"), ("f([])==[]", "f([]) == []"), ("is f('ab') equal to 'ba'?", "f('ab') == 'ba'"),
    ("What does f return?", "returns(f)"), ("what type does the program take?", "takes(f)"),
    ("which type is x?", "takes(f)"),
    ("does f take a list?", "takes(f) == list"), ("Does it return a number?", "returns(f) == int"),
    ("does f return a boolean?", "returns(f) == bool"), ("Is the input a string?", "takes(f) == str"),
    ("f(x: list) = sorted(x)", "f(x: list) = sorted(x)"), ("answer: f(x: str) = x[::-1]", "f(x: str) = x[::-1]"),
    ("is it sorted(x)?", "f(x: list) = sorted(x)"), ("I think f(x) = x.upper().", "f(x: str) = x.upper()"),
    ("lambda x: x * 2 + 1", "f(x: int) = x * 2 + 1"), ("def f(x: int) -> int: return x+1", "f(x: int) = x + 1"),
    ("maybe it returns [n * 2 for n in x if n > 0]?", "f(x: list) = [n * 2 for n in x if n > 0]"),
    (fenced("def f(x: List[int]):\n    return sorted(x)"), "f(x: list) = sorted(x)"),
    (fenced("def f(x: str):\n    y = x\n    return y"), "f(x: str):"),
    ("f(x) = x[::-1]", "f(x: list or str)"), ("x * 2", "f(x: int or list or str)"),
    ("answer: sorted(x, key=abs)", "f(x: int or list or str)"),
    (fenced("def f(x):\n    y = x\n    return y"), "f(x: int or list or str)"),
    ("what is the program?", "f"), ("show me the code", "f"), ("reveal f", "f"), ("give me a hint", "hint"),
    ("why was that wrong?", "why not"), ("blah", ""), ("f(10**9)", ""), ("answer: 42", ""), ("x", ""),
    ("f(x) = f(x)", ""),
    (fenced("def g(x):\n    return x"), ""), (fenced("return 3"), ""), (fenced("def f(x:\n"), ""), ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("words", "canonical"), READ)
def test_words_are_read(words: str, canonical: str) -> None:
    assert read(words).canonical == canonical


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_get_a_query(words: object) -> None:
    query = DOMAIN.parse(words)
    DOMAIN.refusal(query)
    DOMAIN.meaning(query, PROGRAMS)


@given(st.text(max_size=80), st.sampled_from([words for words, _ in READ]), st.integers(0, 60))
def test_reading_is_total(noise: str, words: str, place: int) -> None:
    query = read(words[:place] + noise + words[place:])
    DOMAIN.refusal(query)
    DOMAIN.meaning(query, PROGRAMS)


@pytest.mark.parametrize("row", range(0, N, 7))
def test_attempts_and_menu_read_back(row: int) -> None:
    assert stated(f"answer: {PROGRAMS.text(row)}") == row


def test_the_menu_reads_back() -> None:
    for query in SPACE.menu.queries:
        assert read(query.canonical) == query


@pytest.mark.parametrize("takes", TYPES)
def test_replies_are_those_of_python_under_every_program(takes: str) -> None:
    for argument in [*PROBES[takes][:6], *OTHER_INPUTS[takes][:6]]:
        meant = DOMAIN.meaning(query_of(called(argument)), PROGRAMS)
        assert meant is not None
        for entry, python, code in zip(ENTRIES, PYTHON, meant.codes.tolist(), strict=True):
            told = f"f({argument!r}) = {python(argument)!r}." if entry.takes == takes else "f does not take that."
            assert meant.replies[code] == told


@pytest.mark.parametrize("words", ["f(3.5)", "f(None)", "f([1, 'a'])", "f(1, 2)", "f(True)", "f({})", "f([[1]])"])
def test_what_no_program_takes_is_said_to_be_so(words: str) -> None:
    env = lesson("f(x: list) = sum(x)")
    observation, _, _, _, info = env.step(words)
    assert observation.startswith("f does not take that.") and info["expected_bits"] == info["realised_bits"] == 0


@pytest.mark.parametrize("words", ["f(1000001)", f"f({[0] * 31})", f"f({'a' * 61!r})", "f('é')", "f('a\\n')"])
def test_inputs_are_bounded(words: str) -> None:
    assert first_line(lesson("f(x: list) = sum(x)"), words).startswith("I only answer for whole numbers up to")


# -- attempts ----------------------------------------------------------------------------------------------------------


def test_a_lesson_about_a_sum() -> None:
    env = lesson("f(x: list) = sum(x)", max_turns=20, rules={"disguised_attempts": False})
    assert first_line(env, "what does f take?") == "f takes a list of whole numbers."
    assert first_line(env, "f([1, 2, 3])") == "f([1, 2, 3]) = 6."
    assert first_line(env, "is f([]) > 0?") == "No."
    assert first_line(env, "f('abc')") == "f does not take that."
    assert first_line(env, "f(x) = x[::2]").startswith("Say what x is:")
    assert first_line(env, "f(x: list) = len(x)") == "No, that is not the answer. f([3, 1]) = 4."
    assert first_line(env, "What is the program?").startswith("I will not tell you the program.")
    assert first_line(env, "f(x: list) = x[0] + sum(x[1:])") == "No, that is not the answer. f([]) = 0."
    summed = "def f(x: list):\n    total = 0\n    for n in x:\n        total += n\n    return total"
    assert first_line(env, fenced(summed)) == "Correct."


def test_an_attempt_that_does_not_say_its_type_costs_no_attempt() -> None:
    env = lesson("f(x: str) = x[::-1]", max_attempts=1)
    assert first_line(env, "f(x) = x[::-1]").startswith("Say what x is:")
    assert first_line(env, "f(x: str) = x[::-1]") == "Correct."


def test_counterexamples_are_the_first_declared_input_that_differs() -> None:
    table, replies = SPACE.responses.table.array, SPACE.responses.replies
    rng = np.random.default_rng(0)
    assert (table[np.arange(N), np.arange(N)] == 0).all() and (table == 0).sum() == N
    for attempt, truth in rng.integers(0, N, (3_000, 2)).tolist():
        if attempt == truth:
            continue
        takes = ENTRIES[truth].takes
        agree = takes == ENTRIES[attempt].takes
        first = next(probe for probe in PROBES[takes]
                     if not agree or repr(PYTHON[attempt](probe)) != repr(PYTHON[truth](probe)))  # fmt: skip
        assert replies[table[attempt, truth]] == f"f({first!r}) = {PYTHON[truth](first)!r}."


@pytest.mark.parametrize(
    ("source", "reply"),
    [
        ("def f(x: list):\n    y = 1 / 0\n    return y", "f([3, 1]) = 4."),
        ("def f(x: list):\n    while True: pass", "f([3, 1]) = 4."),
        ("import os\ndef f(x: list):\n    os._exit(0)", "f([3, 1]) = 4."),
        ("class E(int):\n    __eq__ = lambda *_: True\n    __hash__ = int.__hash__\ndef f(x: list):\n    return E(0)",
         "f([3, 1]) = 4."),
        ("def f(x: list):\n    y = float(sum(x))\n    return y", "f([3, 1]) = 4."),
        ("def f(x: list):\n    y = len(x) == 2\n    return 4 if y else True", "f([]) = 0."),
        ("def f(x: list):\n    return 10 ** 9999 if len(x) == 1 else sum(x)", "f([2]) = 2."),
    ],
)  # fmt: skip
def test_programs_that_cheat_or_fail_get_a_counterexample(source: str, reply: str) -> None:
    env = lesson("f(x: list) = sum(x)", max_turns=3)
    assert first_line(env, fenced(source)) == f"No, that is not the answer. {reply}"


def test_a_program_that_serves_two_types_is_judged_as_one() -> None:
    source = "def f(x: {}):\n    if isinstance(x, str):\n        return x[::-1]\n    return sum(x)"
    rows = [stated(fenced(source.format(kind))) for kind in ("str", "list")]
    assert [PROGRAMS.text(row) for row in rows if row is not None] == ["f(x: str) = x[::-1]", "f(x: list) = sum(x)"]


def test_a_sandbox_that_fails_truncates_and_nothing_is_scored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "run_function", lambda *_, **__: Run("infrastructure", "no helper"))
    env = lesson("f(x: list) = sum(x)")
    _, _, terminated, truncated, info = env.step(fenced("def f(x: list):\n    y = sum(x)\n    return y  # once"))
    assert (
        truncated
        and not terminated
        and info["failure"] == "verifier: infrastructure_error"
        and info["success"] is False
    )
    monkeypatch.undo()
    verdict = DOMAIN.judge("f(x: list):\ndef f(x: list):\n    y = sum(x)\n    return y  # once", "f(x: list) = sum(x)")
    assert verdict.status is Status.CORRECT, "the failure was remembered"


@pytest.mark.parametrize("text", ["f(x: list) = ", "f(x: set) = x", "f(x) = x", "", "f(x: list) = import os", "sum(x)"])
def test_texts_that_reading_never_makes_are_no_attempts(text: str) -> None:
    assert attempt_of(text) is None and PROGRAMS.index_of(text) is None
    assert DOMAIN.judge(text, "f(x: list) = sum(x)").status is Status.UNPARSABLE


def test_only_a_teacher_that_holds_the_answer_gives_counterexamples() -> None:
    for asymmetry in ("verifier", "knowledge", "none"):
        env = lesson("f(x: list) = sum(x)", asymmetry=asymmetry)
        assert first_line(env, "f(x: list) = len(x)") == "No, that is not the answer."


# -- what is hidden ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reply",
    ["It is sorted(set(x)).", "Try  sorted( set(x) )", "f(x: list) = sorted(set(x))",
     "def f(x):\n  return sorted(set(x))", "Your program and SORTED(SET(X)) agree."],
)  # fmt: skip
def test_the_guard_stops_the_program(reply: str) -> None:
    guard = LeakGuard(_problem("f(x: list) = sorted(set(x))"))
    assert guard.inspect(reply).leaks
    assert not guard.inspect("Think about what happens to equal members.").leaks


def test_what_the_student_said_may_be_repeated_right_or_wrong() -> None:
    for text in ("f(x: list) = sorted(set(x))", "f(x: list) = sum(x)"):
        guard = LeakGuard(_problem(text))
        assert not guard.inspect("Why would sorted(set(x)) help?", "is it f(x: list) = sorted(set(x))?").leaks


def _problem(text: str) -> Problem:
    row = PROGRAMS.index_of(text)
    assert row is not None
    solution = Solution(PROGRAMS.text(row), row, PROGRAMS.only(row))
    return Problem("p", FAMILY.statement, Secret(solution), SPACE, domain=DOMAIN)


def test_a_leaky_teacher_is_stopped() -> None:
    env = lesson("f(x: list) = sorted(set(x))", teacher="leaky", max_turns=12)
    for _ in range(12):
        observation, *_, info = env.step("f([1, 2])")
        assert STOPPED in observation or "sorted(set(x))" not in observation
    assert info["leaks_stopped"] > 0


def test_reprs_name_no_program_and_copies_are_made_from_the_config() -> None:
    problem = FAMILY.problem("program-17")
    assert problem.secret.reveal().answer not in repr(problem)
    assert pickle.loads(pickle.dumps(FAMILY)) is FAMILY and len(pickle.dumps(FAMILY)) < 1_000


def test_facts_leave_two_programs_whichever_is_true() -> None:
    labels = np.zeros(N, dtype=np.int64)
    for query in FAMILY.facts:
        meant = DOMAIN.meaning(query, PROGRAMS)
        assert meant is not None and query.kind == "predicate"
        labels = labels * 3 + meant.codes
    assert len(FAMILY.facts) == 3 and np.unique(labels, return_counts=True)[1].min() > 1


@pytest.mark.parametrize(
    ("config", "named"),
    [({"types": []}, "types"), ({"types": ["int", "float"]}, "float"), ({"types": "int"}, "types"),
     ({"types": 3}, "types"), ({"programs": 19}, "programs: 19"), ({"programs": 1_201}, "programs: 1201"),
     ({"programs": True}, "programs"),
     ({"depth": 3}, "depth"), ([], "config")],
)  # fmt: skip
def test_a_config_that_makes_no_sense_is_refused(config: Any, named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        HiddenProgramEnv(config=config)


@pytest.mark.parametrize("kind", TYPES)
def test_one_type_alone_is_a_family(kind: str) -> None:
    family = hidden_programs(HiddenProgramConfig.of({"types": [kind], "programs": 1_200}))
    assert len(family.space) == 1_200 and {entry.takes for entry in catalogue((kind,), 1_200)} == {kind}
    assert all((meant.codes != meant.codes[0]).any() for meant in family.space.menu.meanings)
    assert HiddenProgramConfig.of({"types": ["str", "int", "str"]}).types == ("int", "str")
    assert isinstance(family.space.answers, Programs)


# -- brackets ----------------------------------------------------------------------------------------------------------


def entropies(rows: np.ndarray[Any, Any]) -> list[float]:
    counts = [np.unique(row, return_counts=True)[1] for row in rows]
    return [float((count * np.log2(count)).sum()) for count in counts]


def found(table: np.ndarray[Any, Any], live: np.ndarray[Any, Any], turns: int) -> int:
    """How many programs greedy information finds; before the last attempt it asks what has most replies."""
    if turns <= 1 or len(live) <= 1:
        return min(1, len(live))
    rows = table[:, live]
    parts = [len(np.unique(row)) for row in rows]
    if turns == 2 or max(parts) == len(live):
        return max(parts)
    best = rows[int(np.argmin(entropies(rows)))]
    return sum(found(table, live[best == code], turns - 1) for code in np.unique(best))


def hit(table: np.ndarray[Any, Any], live: np.ndarray[Any, Any], turns: int) -> int:
    """How many programs attempts find that listen, chosen by information among the first 200 still possible."""
    if turns <= 0 or not len(live):
        return 0
    rows = table[np.ix_(live[:200], live)]
    best = rows[int(np.argmin(entropies(rows)))]
    return sum(1 if code == 0 else hit(table, live[best == code], turns - 1) for code in np.unique(best))


def test_the_brackets_of_the_docstring_are_computed() -> None:
    doc = " ".join((HiddenProgramEnv.__doc__ or "").split())
    menu = np.stack([meant.codes for meant in SPACE.menu.meanings]).astype(np.int64)
    reached = [f"{found(menu, np.arange(N), turns) / N:.4f}" for turns in range(1, 7)]
    assert f"earns {', '.join(reached[:5])} and {reached[5]} with 1 to 6 turns" in doc
    listening = [hit(SPACE.responses.table.array, np.arange(N), turns) / N for turns in range(2, 7)]
    assert listening[-1] == 1.0
    shares = [f"{share:.4f}" for share in listening[:-1]]
    assert f"with 2 to 5 turns they earn {', '.join(shares[:3])} and {shares[3]}" in doc
    assert f"earns 6/{N} = {6 / N:.4f}" in doc and f"({N} programs, 6 turns" in doc


def test_greedy_play_in_the_environment_does_as_well() -> None:
    env = gym.make("sml_env/HiddenProgram-v0", disable_env_checker=True, rules={"best": False})
    agent = make_agent("greedy")
    solved = sum(rollout(env, agent, seed=seed).success for seed in range(100))
    assert 65 <= solved <= 95


def test_the_discrete_view_names_the_programs_as_they_are_attempted() -> None:
    env: Any = gym.make("sml_env/HiddenProgramDiscrete-v0", attempts="each", config={"programs": 30}).unwrapped
    env.reset(seed=1)
    words = [env.utterance(action) for action in range(env.action_space.n)]
    assert all(read(each).kind != "malformed" for each in words)
    assert sum(read(each).kind == "attempt" for each in words) == 90 and re.match(r"answer: f\(x: int\) = ", words[-90])
