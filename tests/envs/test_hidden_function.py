"""HiddenFunction: values and properties recomputed by sympy and by sampling, judging, counterexamples, and brackets."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from operator import eq, ge, gt, le, lt, ne
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from sml_env.agents import AGENTS, make_agent
from sml_env.answers import Span
from sml_env.envs.functions.catalogue import KINDS, POINTS, catalogue
from sml_env.envs.functions.domain import FunctionDomain, Functions
from sml_env.envs.functions.polynomials import at, has_root, polynomial
from sml_env.envs.functions.questions import Sign, Signed, ValueAt, answered, query_of
from sml_env.envs.functions.reading import read, readable
from sml_env.envs.functions.values import Special, Value
from sml_env.envs.hidden_function import HiddenFunctionConfig, HiddenFunctionEnv, hidden_functions
from sml_env.errors import ConfigurationError
from sml_env.lesson import Lesson
from sml_env.teachers import VOICES
from sml_env.testing import check_env
from sml_env.testing.conformance import HOSTILE

FAMILY = hidden_functions(HiddenFunctionConfig())
SPACE = FAMILY.space
DOMAIN = FAMILY.domain
ENTRIES = catalogue(tuple(KINDS), 2)
FUNCTIONS = [entry.function for entry in ENTRIES]
TEXTS = [entry.text for entry in ENTRIES]
N = len(ENTRIES)
X = sympy.Symbol("x", real=True)
NAMES = {"x": X, "abs": sympy.Abs, "max": sympy.Max, "min": sympy.Min}
RNG = np.random.default_rng(20240607)


@cache
def expression(row: int) -> sympy.Expr:
    return sympy.sympify(TEXTS[row].replace("^", "**"), locals=NAMES)


@cache
def exact(row: int, point: Fraction) -> Value:
    """The value by sympy."""
    value = expression(row).subs(X, sympy.Rational(point.numerator, point.denominator))
    if value.is_infinite or value is sympy.nan:
        return Special.UNDEFINED
    return Fraction(int(value.p), int(value.q)) if value.is_Rational else Special.IRRATIONAL


def sampled(row: int, points: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Values in floating point, by another route than the library's; not finite at poles."""
    text = TEXTS[row].replace("^", "**").replace("max(", "np.maximum(").replace("min(", "np.minimum(")
    text = re.sub(r"\b(sin|cos|pi|abs)\b", r"np.\1", text)
    with np.errstate(all="ignore"):
        return np.asarray(eval(text, {"np": np, "x": points})) + 0.0 * points


# -- the functions -----------------------------------------------------------------------------------------------------


def test_values_are_those_of_sympy() -> None:
    points = [Fraction(point) for point in (0, 1, -1, 2, -2, 3, -3, 6, -5)]
    points += [Fraction(1, 2), Fraction(-1, 3), Fraction(5, 3), Fraction(7, 3), Fraction(-11, 3), Fraction(7, 100)]
    for row, function in enumerate(FUNCTIONS):
        for point in points:
            assert function.value(point) == exact(row, point), (TEXTS[row], point)


def test_no_value_of_the_family_at_an_integer_is_irrational() -> None:
    assert not any(value is Special.IRRATIONAL for entry in ENTRIES for value in entry.values)


@pytest.mark.parametrize("most", [1, 2, 3, 4])
def test_every_function_is_listed_once(most: int) -> None:
    listed = [text for make in KINDS.values() for text, _ in make(most)]
    entries = catalogue(tuple(KINDS), most)
    assert len({entry.values for entry in entries}) == len(entries) == len(listed) == len(set(listed))


def test_degrees_are_those_of_sympy() -> None:
    for row, function in enumerate(FUNCTIONS):
        poly = expression(row).is_polynomial(X)
        assert function.degree == (sympy.degree(expression(row), X) if poly else None), TEXTS[row]


def test_parities_are_those_of_sampled_values() -> None:
    points = np.linspace(0.013, 7.3, 211)
    for row, function in enumerate(FUNCTIONS):
        here, there = sampled(row, points), sampled(row, -points)
        even, odd = np.allclose(here, there), np.allclose(here, -there)
        assert function.parity == (1 if even else -1 if odd else 0), TEXTS[row]


def test_roots_are_those_of_sympy_or_of_a_dense_sample() -> None:
    grid = np.arange(-720, 721) / 60
    whole = np.arange(-60.0, 61.0)
    for row, function in enumerate(FUNCTIONS):
        if ENTRIES[row].kind in ("polynomial", "rational"):
            top, _ = sympy.fraction(sympy.together(expression(row)))
            real = top.has(X) and sympy.Poly(top, X).count_roots() > 0
        else:
            values = sampled(row, grid)
            real = bool((np.abs(values) < 1e-9).any() or (values[1:] * values[:-1] < 0).any())
        assert function.has_real_root == real, TEXTS[row]
        assert function.has_integer_root == bool((np.abs(sampled(row, whole)) < 1e-9).any()), TEXTS[row]


SPANS = [
    Span(Fraction(low), Fraction(high), *closed)
    for low, high, closed in (
        (-3, -1, (True, True)), (0, 1, (False, False)), (-1, 1, (False, True)), (1, 3, (True, False)),
        ("1/2", "5/2", (True, True)), ("-7/3", "-1/6", (False, True)), (-3, 3, (True, True)),
        ("1/3", "5/3", (True, True)),
    )
]  # fmt: skip


@pytest.mark.parametrize("span", SPANS, ids=str)
def test_signs_on_intervals_are_those_of_a_dense_sample(span: Span) -> None:
    assert span.low is not None and span.high is not None
    fine = {span.low + (span.high - span.low) * Fraction(k, 2400) for k in range(2401)}
    fine |= {Fraction(k, 12) for k in range(-40, 41)}
    grid = np.array(sorted(point for point in fine if point in span), dtype=np.float64)
    for row, function in enumerate(FUNCTIONS):
        values = sampled(row, grid)
        finite = bool(np.isfinite(values).all())
        sign = 1 if finite and (values > 1e-12).all() else -1 if finite and (values < -1e-12).all() else 0
        assert function.sign_on(span) == sign, (TEXTS[row], str(span))


def test_signs_everywhere_are_those_of_a_dense_sample() -> None:
    grid = np.arange(-6000, 6001) / 60
    for row, function in enumerate(FUNCTIONS):
        values = sampled(row, grid)
        if not np.isfinite(values).all():
            assert function.sign_on(Span(None, None, False, False)) == 0
            continue
        sign = 1 if (values > 1e-12).all() else -1 if (values < -1e-12).all() else 0
        assert function.sign_on(Span(None, None, False, False)) == sign, TEXTS[row]


@given(
    st.lists(st.integers(-4, 4), min_size=2, max_size=5).filter(lambda found: found[-1] != 0),
    st.integers(-5, 5),
    st.integers(1, 5),
    st.booleans(),
    st.booleans(),
)
def test_roots_in_an_interval_are_counted_as_sympy_does(
    coefficients: list[int], low: int, width: int, low_closed: bool, high_closed: bool
) -> None:
    poly = polynomial(coefficients)
    roots = sympy.Poly(list(reversed(coefficients)), X).real_roots()
    high = low + width
    inside = [root for root in roots if low < root < high]
    ends = [low] * low_closed + [high] * high_closed
    expected = bool(inside) or any(not at(poly, Fraction(end)) for end in ends)
    assert has_root(poly, Fraction(low), Fraction(high), low_closed, high_closed) == expected


@given(st.integers(0, N - 1), st.fractions(-100, 100, max_denominator=100), st.fractions(-5, 5, max_denominator=20))
def test_comparisons_are_those_of_values(row: int, point: Fraction, bound: Fraction) -> None:
    value, order = FUNCTIONS[row].value(point), FUNCTIONS[row].order(point, bound)
    if value is Special.UNDEFINED:
        assert order is None
    elif isinstance(value, Fraction):
        assert order == (value > bound) - (value < bound)
    else:
        near = float(sampled(row, np.array([float(point)]))[0])
        assert order == (1 if near > float(bound) else -1)


@pytest.mark.parametrize(("op", "holds"), [("<", lt), ("<=", le), (">", gt), (">=", ge), ("=", eq), ("!=", ne)])
def test_every_comparison_means_what_its_sign_says(op: str, holds: Callable[[Any, Any], bool]) -> None:
    meant = DOMAIN.meaning(read(f"f(1) {op} 2"), SPACE.answers)
    assert meant is not None and meant.binary
    for row in range(N):
        value = exact(row, Fraction(1))
        expected = "f is not defined at 1." if value is Special.UNDEFINED else "Yes." if holds(value, 2) else "No."
        assert meant.replies[meant.codes[row]] == expected


# -- judging -----------------------------------------------------------------------------------------------------------


def rewritten(row: int) -> Iterator[str]:
    """The function in other forms."""
    text, kind = TEXTS[row], ENTRIES[row].kind
    yield f"f(x) = 2*({text})/2"
    yield f"1 - (1 - ({text}))"
    if kind == "polynomial":
        yield str(sympy.factor(expression(row)))
    elif kind == "rational":
        yield str(sympy.together(expression(row)))
    elif kind == "trigonometric":
        text = text.replace("sin(pi*x/2)", "cos(pi*(x - 1)/2)").replace("cos(pi*x)", "(1 - 2*sin(pi*x/2)^2)")
        yield text.replace("cos(pi*x/2)", "sin(pi*(x + 1)/2)")
    else:
        text = re.sub(r"abs\(([^()]*)\)", r"max(\1, -(\1))", text)
        text = re.sub(r"^max\(([^,]*), ([^,]*)\)$", r"(\1 + \2 + |\1 - (\2)|)/2", text)
        yield re.sub(r"^min\(([^,]*), ([^,]*)\)$", r"(\1 + \2 - |\1 - (\2)|)/2", text)


def test_every_function_is_right_in_other_forms() -> None:
    for row, text in enumerate(TEXTS):
        assert DOMAIN.judge(text, text).correct
        for other in rewritten(row):
            assert DOMAIN.judge(other, text).correct, (text, other)
            assert SPACE.index_of(other) == row, (text, other)


def test_no_function_is_right_for_another() -> None:
    rows = [(row, (row + 1) % N) for row in range(N)] + [tuple(RNG.choice(N, 2, replace=False)) for _ in range(2_000)]
    for one, other in rows:
        verdict = DOMAIN.judge(TEXTS[one], TEXTS[other])
        assert verdict.status == "incorrect", (TEXTS[one], TEXTS[other], verdict)


@pytest.mark.parametrize(
    "hedge",
    [
        "x - 1 + 0*sqrt(x - 1)", "abs(x - 1) + 0*log(x - 1)", "2*x% ", "x^2 or x", "{x^2, 2*x}",
        "x^2 + 0*sqrt(-1 - x^2)", "0/0", "x/0", "x^2 ± x", "f(x)", "x + c", "[2*x, x^2]", "x^2, 2*x",
        "(abs(x - 1))*sqrt(x)/sqrt(x)", "oo*x", "1/0*x",
    ],
)  # fmt: skip
def test_a_hedge_is_right_for_no_function(hedge: str) -> None:
    assert SPACE.index_of(hedge) is None
    assert not any(DOMAIN.judge(hedge, text).correct for text in TEXTS)


def test_a_hole_makes_no_other_function() -> None:
    assert SPACE.index_of("(x^2 - 4)/(x - 2) - 2 + x") == TEXTS.index("2*x")


# -- counterexamples ---------------------------------------------------------------------------------------------------


def told(row: int, point: Fraction) -> str:
    value = exact(row, point)
    return f"f is not defined at {point}." if value is Special.UNDEFINED else f"f({point}) = {value}."


def test_a_counterexample_is_the_first_point_where_the_attempt_differs() -> None:
    table, replies = SPACE.responses.table.array, SPACE.responses.replies
    assert len(set(replies)) == len(replies)
    assert (np.diag(table) == 0).all() and np.count_nonzero(table == 0) == N
    for one, truth in [tuple(RNG.choice(N, 2, replace=False)) for _ in range(1_500)]:
        first = next(point for point in POINTS if exact(one, point) != exact(truth, point))
        assert replies[table[one, truth]] == told(truth, first)


def test_the_responses_of_the_domain_are_those_of_the_table() -> None:
    for row in range(0, N, 7):
        for text in (TEXTS[row], f"({TEXTS[row]})*2 - ({TEXTS[row]})"):
            meant = DOMAIN.response(text, SPACE.answers)
            assert meant is not None and meant.replies == SPACE.responses.replies
            assert (meant.codes == SPACE.responses.table.array[row]).all()


@pytest.mark.parametrize("text", ["x^4 + 7", "7", "x^2 + x*(x - 1)*(x + 1)", "sqrt(x)", "e^x", "1/(x - 5)"])
def test_attempts_outside_the_family_get_true_counterexamples(text: str) -> None:
    meant = DOMAIN.response(text, SPACE.answers)
    assert meant is not None and 0 not in meant.codes
    expr = sympy.sympify(text.replace("^", "**"), locals={**NAMES, "e": sympy.E})
    computed = [expr.subs(X, sympy.Integer(int(point))) for point in POINTS]
    values = [value if value.is_finite and value.is_real else None for value in computed]
    for row in range(0, N, 5):
        reply = meant.replies[meant.codes[row]]
        here = [None if exact(row, p) is Special.UNDEFINED else sympy.Rational(str(exact(row, p))) for p in POINTS]
        differs = [mine != theirs for mine, theirs in zip(here, values, strict=True)]
        assert reply == told(row, POINTS[differs.index(True)]), (text, TEXTS[row])


def test_an_attempt_that_agrees_at_all_points_is_told_so() -> None:
    product = "*".join(f"(x - ({point}))" for point in POINTS)
    meant = DOMAIN.response(f"x^2 + {product}", SPACE.answers)
    assert meant is not None
    row = TEXTS.index("x^2")
    assert meant.replies[meant.codes[row]] == "I find no point where they differ."
    assert not DOMAIN.judge(f"x^2 + {product}", "x^2").correct


def test_what_is_said_of_one_function_alone_is_what_is_said_among_all() -> None:
    asked = [*SPACE.menu.queries, *(read(text) for text in ("f(1/3)", "f(1) > 2", "sign on (-1/2, 5/2)", "f(2)"))]
    for query in asked:
        meant = DOMAIN.meaning(query, SPACE.answers)
        assert meant is not None and len(set(meant.replies)) == len(meant.replies)
        for row in range(0, N, 31):
            alone = DOMAIN.meaning(query, SPACE.answers.only(row))
            assert alone is not None
            assert alone.replies[alone.codes[0]] == meant.replies[meant.codes[row]]
    for attempt in ("x^2", "x^4"):
        meant = DOMAIN.response(attempt, SPACE.answers)
        for row in range(0, N, 31):
            alone = DOMAIN.response(attempt, SPACE.answers.only(row))
            assert meant is not None and alone is not None
            assert alone.replies[alone.codes[0]] == meant.replies[meant.codes[row]]


# -- the language ------------------------------------------------------------------------------------------------------

WORDINGS = {
    "f(2)": ("f(2)", "what is f(2)?", "Value at x = 2", "What does it equal when x = 2?", "f at 2", "evaluate f at 2"),
    "f(-1/2)": ("f(-1/2)", "f(-0.5)", "what is the value of f at -1/2?", "value at x = −1/2"),
    "f(2) > 3": ("is f(2) > 3?", "f(2) > 3", "is f(2) greater than 3?"),
    "f(0) < 0": ("is f(0) negative?", "f(0) < 0"),
    "f(2) == 7": ("f(2) = 7", "is f(2) = 7?", "is f(2) equal to 7?"),
    "degree(f)": ("what is the degree?", "degree(f)", "What degree does f have?", "the degree of the function"),
    "polynomial(f)": ("is it a polynomial?", "is f polynomial?"),
    "even(f)": ("is it even?", "Is f an even function?", "is f(x) even?", "even(f)"),
    "odd(f)": ("is f odd?", "odd(f)"),
    "parity(f)": ("is it even, odd or neither?", "what is its parity?", "is f even or odd?"),
    "real_root(f)": ("does it have a real root?", "are there any real zeros?", "has f a root?", "real_root(f)"),
    "integer_root(f)": ("has it an integer root?", "Does f have a whole root?"),
    "positive(f, (0, 1))": ("is it positive on (0, 1)?", "is f positive between 0 and 1?"),
    "negative(f, [-1, 1/2))": ("is it negative on [-1, 1/2)?",),
    "positive(f, (-oo, oo))": ("is it always positive?", "is f positive everywhere?", "is it positive on (-oo, oo)?"),
    "sign(f, [1, 2])": ("sign on [1, 2]", "what is its sign on [1,2]?", "is it positive or negative on [1, 2]?"),
    "f": ("what is the function?", "what is f(x)?", "What is the answer?", "tell me the function", "f(x)"),
    "f(x) == x**2 + 1": (
        "answer: x^2 + 1", "f(x) = x^2 + 1", "\\boxed{x^2+1}", "is it x^2 + 1?", "I think it is x^2+1.", "y = x² + 1",
        "maybe f(x) = x^2 + 1", "the function is x^2 + 1", "could f be x^2 + 1?",
        "answer: f(x) = x^2 + 1", "x^2+1", "is x^2 + 1 the answer?",
    ),
    "hint": ("give me a hint",),
    "fact": ("what do you know?",),
    "why not": ("why was that wrong?",),
    "why not x^2": ("why is x^2 wrong?",),
    "": (
        "x = 2", "7", "hm", "x > 3", "is it x^2 or x?", "it is not x^2", "I doubt it is x^2", "f()", "f(1/0)",
        "f(f(2))", "is it t^2?", "positive on (2, 1)", "is it positive on (1, 1)?", "x mod 3", "is it prime?",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("canonical", "wordings"), WORDINGS.items(), ids=[*[*WORDINGS][:-1], "malformed"])
def test_wordings_of_one_question_share_its_canonical_form(canonical: str, wordings: Sequence[str]) -> None:
    assert {wording: read(wording).canonical for wording in wordings} == dict.fromkeys(wordings, canonical)


def test_the_canonical_form_is_read_back() -> None:
    texts = [wording for canonical, wordings in WORDINGS.items() if canonical for wording in wordings]
    for query in [*SPACE.menu.queries, *map(read, texts)]:
        if query.kind in ("predicate", "value", "attempt"):
            again = read(query.canonical)
            assert (again.kind, again.canonical) == (query.kind, query.canonical)
            if query.kind != "attempt":
                assert again.form == query.form


def test_every_function_is_read_as_an_attempt_at_it() -> None:
    for row, text in enumerate(TEXTS):
        for wording in (f"answer: {text}", f"is it {text}?", f"f(x) = {text}", text):
            query = read(wording)
            assert query.kind == "attempt" and SPACE.index_of(str(query.form)) == row, wording


@pytest.mark.parametrize(
    "text", [*HOSTILE, None, 3, b"f(2)", "f(" * 4_000, "is it " * 1_300, "answer: " + "sin(" * 900]
)
def test_hostile_words_are_read_and_answered(text: Any) -> None:
    query = read(text)
    assert isinstance(query.canonical, str)
    meant = DOMAIN.meaning(query, SPACE.answers)
    assert meant is None or len(meant.codes) == N
    if query.kind == "attempt":
        assert not DOMAIN.judge(str(query.form), "2*x").correct
        DOMAIN.response(str(query.form), SPACE.answers)


@given(st.text(st.sampled_from("fx(),.[]^*/+-=<>0123 is?anetosvl\\{}|π²"), max_size=60))
def test_any_text_is_read(text: str) -> None:
    query = read(text)
    assert (query.kind == "malformed") == (query.canonical == "")
    assert readable(text) is None or isinstance(readable(readable(text) or ""), str)


# -- lessons -----------------------------------------------------------------------------------------------------------


def lesson(text: str, **kwargs: Any) -> HiddenFunctionEnv:
    """An environment whose function is known."""
    env = HiddenFunctionEnv(**kwargs)
    number = next(n for n in range(100_000) if int(FAMILY.truths(np.array([n]))[0]) == TEXTS.index(text))
    env.reset(seed=0, options={"problem_id": FAMILY.problem_id(number)})
    return env


def first_line(env: HiddenFunctionEnv, words: str) -> str:
    return env.step(words)[0].splitlines()[0]


def test_a_lesson_about_two_over_x_plus_one() -> None:
    env = lesson("2/x + 1", max_turns=20)
    assert first_line(env, "what is f(2)?") == "f(2) = 2."
    assert first_line(env, "f(0)") == "f is not defined at 0."
    assert first_line(env, "f(101)").startswith("I only answer for points from -100 to 100")
    assert first_line(env, "What is the function?").startswith("I will not tell you the function.")
    assert first_line(env, "f(x) = x^2 + 1") == "No, that is not the answer. f is not defined at 0."
    assert first_line(env, "answer: (x + 2)/x") == "Correct."


def test_an_irrational_value_is_said_to_be_one() -> None:
    env = lesson("-sin(pi*x/2) - 1", rules={"disguised_attempts": False})
    assert first_line(env, "f(1/2)") == "f(1/2) is irrational."
    assert first_line(env, "f(1/3)") == "f(1/3) = -3/2."
    assert first_line(env, "is f(1/2) > -1.7?") == "No."
    assert first_line(env, "is f(1/2) > -1.71?") == "Yes."


def test_only_a_teacher_that_holds_the_answer_gives_counterexamples() -> None:
    for asymmetry in ("verifier", "knowledge", "none"):
        assert first_line(lesson("2/x + 1", asymmetry=asymmetry), "answer: x^2") == "No, that is not the answer."


def test_facts_leave_two_functions_whichever_is_true() -> None:
    labels = np.zeros(N, dtype=np.int64)
    for query in FAMILY.facts:
        meant = DOMAIN.meaning(query, SPACE.answers)
        assert meant is not None and query.kind == "predicate"
        labels = labels * 3 + meant.codes
    assert len(FAMILY.facts) == 3 and np.unique(labels, return_counts=True)[1].min() > 1


def test_a_cap_refuses_values_that_tell_much() -> None:
    env = lesson("2/x + 1", rules={"cap_bits": 3.0})
    assert first_line(env, "f(3)").startswith("That asks for too much at once.")
    assert first_line(env, "is it even?") == "No."


def test_bits_of_replies_sum_to_the_entropy() -> None:
    env = HiddenFunctionEnv(max_turns=8)
    expected = []
    for row in range(0, N, 3):
        env.reset(seed=row)
        agent = make_agent("greedy")
        agent.begin(Lesson(env.dialogue), np.random.default_rng(0))
        told_bits, total, ended, info = 0.0, 0.0, False, {}
        while not ended:
            _, _, ended, _, info = env.step(agent.act("", info))
            told_bits += info["realised_bits"] + info["verdict_bits"]
            total += info["expected_bits"] + info["expected_verdict_bits"]
        assert info["success"] and told_bits == pytest.approx(SPACE.prior_entropy)
        expected.append(total)
    assert np.mean(expected) == pytest.approx(SPACE.prior_entropy, abs=0.25)


@pytest.mark.parametrize(
    "name", sorted(set(AGENTS) & {"random", "constant", "hedge", "greedy", "first", "middle", "nearest"})
)
def test_every_plain_agent_plays(name: str) -> None:
    env = HiddenFunctionEnv(asymmetry="none", shaping="none")
    agent = make_agent(name)
    wins = 0
    for seed in range(40):
        observation, info = env.reset(seed=seed)
        agent.begin(Lesson(env.dialogue), np.random.default_rng(seed))
        ended = False
        while not ended:
            observation, _, ended, _, info = env.step(agent.act(observation, info))
        wins += info["success"]
    assert wins <= 5


@pytest.mark.parametrize("asymmetry", ["answer", "knowledge"])
def test_it_conforms(asymmetry: str) -> None:
    check_env("sml_env/HiddenFunction-v0", asymmetry=asymmetry)


def test_the_table_of_voices_is_that_of_the_library() -> None:
    doc = HiddenFunctionEnv.__doc__ or ""
    rows = {
        row[1]: row[2:] for row in (re.split(r"\s*\|\s*", line.strip()) for line in doc.splitlines()) if len(row) == 7
    }
    for voice, (_, shapes) in VOICES.items():
        cells = next(cells for name, cells in rows.items() if name.startswith(f"``{voice}``"))
        said = {shape for shape, cell in zip(("answer", "verifier", "knowledge", "none"), cells, strict=False) if cell}
        assert said == set(shapes), voice


def test_a_copy_is_made_from_the_config() -> None:
    assert pickle.loads(pickle.dumps(FAMILY)) is FAMILY
    assert len(pickle.dumps(FAMILY)) < 1_000


def test_a_repr_of_the_problem_names_no_function() -> None:
    problem = FAMILY.problem("function-17")
    assert not any(text in repr(problem).replace(problem.statement, "") for text in TEXTS if len(text) > 4)


@pytest.mark.parametrize(
    ("config", "named"),
    [
        ({"kinds": []}, "kinds"), ({"kinds": ["polynomial", "elliptic"]}, "elliptic"),
        ({"kinds": "polynomial"}, "kinds"), ({"kinds": 3}, "kinds"), ({"coefficients": 0}, "coefficients: 0"),
        ({"coefficients": 5}, "coefficients: 5"), ({"coefficients": True}, "coefficients"),
        ({"degree": 3}, "degree"), ([], "config"),
    ],
)  # fmt: skip
def test_a_config_that_makes_no_sense_is_refused(config: Any, named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        HiddenFunctionEnv(config=config)


@pytest.mark.parametrize("kind", KINDS)
def test_one_kind_alone_is_a_family(kind: str) -> None:
    family = hidden_functions(HiddenFunctionConfig.of({"kinds": [kind], "coefficients": 1}))
    assert {entry.kind for entry in catalogue((kind,), 1)} == {kind}
    assert all((meant.codes != meant.codes[0]).any() for meant in family.space.menu.meanings)
    both = HiddenFunctionConfig.of({"kinds": ["piecewise", "polynomial", "piecewise"]})
    assert both.kinds == ("polynomial", "piecewise")


# -- brackets ----------------------------------------------------------------------------------------------------------


def found(table: np.ndarray[Any, Any], live: np.ndarray[Any, Any], turns: int) -> int:
    """How many functions greedy information finds; before the last attempt it asks what has most replies."""
    if turns <= 1 or len(live) <= 1:
        return min(1, len(live))
    rows = table[:, live]
    parts = [len(np.unique(row)) for row in rows]
    if turns == 2 or max(parts) == len(live):
        return max(parts)
    counts = [np.unique(row, return_counts=True)[1] for row in rows]
    best = rows[int(np.argmin([(count * np.log2(count)).sum() for count in counts]))]
    return sum(found(table, live[best == code], turns - 1) for code in np.unique(best))


def test_the_brackets_of_the_docstring_are_computed() -> None:
    doc = " ".join((HiddenFunctionEnv.__doc__ or "").split())
    everything = np.arange(N)
    menu = np.stack([meant.codes for meant in SPACE.menu.meanings]).astype(np.int64)
    reached = [found(menu, everything, turns) for turns in range(1, 7)]
    assert reached[4:] == [N, N]
    shares = ", ".join(f"{count / N:.4f}" for count in reached[:3]) + f" and {reached[3] / N:.4f}"
    assert f"With 1 to 4 turns greedy information on the menu earns {shares}." in doc
    values = [answered(ValueAt(Fraction(point)), FUNCTIONS) for point in range(-100, 101)]
    far = np.concatenate([menu, np.stack([meant.codes for meant in values if meant is not None])])
    better = [found(far, everything, turns) / N for turns in (2, 3)]
    assert f"{better[0]:.4f} and {better[1]:.4f} with 2 and 3 turns" in doc
    assert found(np.concatenate([menu, SPACE.responses.table.array]), everything, 4) == N
    assert f"({N} functions, 6 turns" in doc and f"earns 6/{N} = {6 / N:.4f}" in doc
    bits = max(SPACE.menu.__class__((query_of(ValueAt(POINTS[0])),), (meant,), None).table_bits(SPACE.prior)[0]
               for meant in values if meant is not None)  # fmt: skip
    assert f"{bits:.2f} of {SPACE.prior_entropy:.2f} bits" in doc


def test_attempts_that_listen_find_every_function_in_six_turns() -> None:
    table = SPACE.responses.table.array
    for truth in range(N):
        live = np.arange(N)
        for _ in range(6):
            attempt = live[0]
            if attempt == truth:
                break
            live = live[table[attempt, live] == table[attempt, truth]]
            live = live[live != attempt]
        assert attempt == truth


@pytest.mark.parametrize("seed", range(2))
def test_greedy_play_in_the_environment_always_succeeds(seed: int) -> None:
    env = gym.make("sml_env/HiddenFunction-v0", disable_env_checker=True)
    for episode in range(60):
        observation, info = env.reset(seed=1_000 * seed + episode)
        agent = make_agent("greedy")
        agent.begin(Lesson(env.unwrapped.dialogue), np.random.default_rng(0))  # type: ignore[attr-defined]
        ended = False
        while not ended:
            observation, _, ended, _, info = env.step(agent.act(observation, info))
        assert info["success"]


def test_a_domain_of_one_kind_judges_by_its_own_functions() -> None:
    waves = FunctionDomain(Functions(catalogue(("trigonometric",), 1)))
    assert waves.functions.index_of("x^2") is None
    meant = waves.response("x^2", waves.functions)
    assert meant is not None and 0 not in meant.codes
    assert waves.meaning(query_of(Sign(SPANS[0])), waves.functions) is not None
    assert waves.meaning(query_of(Signed(1, SPANS[0])), waves.functions) is not None
