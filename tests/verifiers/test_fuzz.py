r"""Properties of the verifier on any input: total, reflexive, symmetric; for soundness see `test_soundness`."""

from __future__ import annotations

import json
from pathlib import Path
from unittest import mock

import pytest
from fuzz.properties import ALONE, check_pair, check_reflexive, check_symmetric, check_total
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sml_env.verifiers import symbolic, verify

TESTS = Path(__file__).resolve().parents[1]
TABLE = json.loads((TESTS / "cases" / "math_pairs.json").read_text(encoding="utf-8"))
_DICTIONARY = (TESTS / "fuzz" / "latex.dict").read_text(encoding="ascii")
TOKENS = [
    json.loads(f'"{line[1:-1]}"'.replace("\\x", "\\u00")).encode("latin-1").decode()
    for line in _DICTIONARY.splitlines()
    if line.startswith('"')
]
_texts = st.one_of(
    st.text(max_size=80),
    st.lists(st.sampled_from([*TOKENS, " ", "\n"]), max_size=25).map("".join),
    st.lists(st.sampled_from(TOKENS), max_size=12).map(" ".join),
)


def _written(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(children, children)
    return st.one_of(
        two.map(lambda p: f"{p[0]}+{p[1]}"),
        two.map(lambda p: f"({p[0]})-({p[1]})"),
        two.map(lambda p: f"\\frac{{{p[0]}}}{{{p[1]}}}"),
        two.map(lambda p: f"({p[0]}) \\cdot ({p[1]})"),
        two.map(lambda p: f"\\left({p[0]}, {p[1]}\\right)"),
        two.map(lambda p: f"\\{{{p[0]}, {p[1]}\\}}"),
        two.map(lambda p: f"[{p[0]}, {p[1]})"),
        two.map(lambda p: f"{p[0]} = {p[1]}"),
        two.map(lambda p: f"{p[0]} \\le {p[1]}"),
        two.map(lambda p: f"{p[0]}, {p[1]}"),
        two.map(lambda p: f"({p[0]})^{{{p[1]}}}"),
        two.map(lambda p: f"\\begin{{pmatrix}} {p[0]} & {p[1]} \\end{{pmatrix}}"),
        two.map(lambda p: f"{p[0]} \\cup {p[1]}"),
        two.map(lambda p: f"{p[0]} : {p[1]}"),
        two.map(lambda p: f"\\binom{{{p[0]}}}{{{p[1]}}}"),
        two.map(lambda p: f"\\log_{{{p[0]}}} ({p[1]})"),
        children.map(lambda x: f"\\sqrt{{{x}}}"),
        children.map(lambda x: f"\\sqrt[3]{{{x}}}"),
        children.map(lambda x: f"\\left|{x}\\right|"),
        children.map(lambda x: f"-({x})"),
        children.map(lambda x: f"\\pm ({x})"),
        children.map(lambda x: f"({x})!"),
        children.map(lambda x: f"\\sin({x})"),
        children.map(lambda x: f"\\ln({x})"),
        children.map(lambda x: f"{x}\\%"),
        children.map(lambda x: f"{x}^\\circ"),
        children.map(lambda x: f"{x} \\text{{ cm}}"),
        children.map(lambda x: f"x = {x}"),
        children.map(lambda x: f"x > {x}"),
    )


_grammatical = st.recursive(
    st.one_of(
        st.integers(0, 20).map(str),
        st.sampled_from(
            ["x", "y", "n", "\\pi", "e", "i", "0.5", "3.142", "\\infty", "1\\frac{1}{2}", "1,000", "2^{10}"]
        ),
    ),
    _written,
    max_leaves=8,
)


@st.composite
def _mutated(draw: st.DrawFn) -> str:
    """A text of the table with pieces cut out, doubled or put in."""
    row = draw(st.sampled_from(TABLE))
    text = row[draw(st.sampled_from(["answer", "reference"]))]
    for _ in range(draw(st.integers(1, 3))):
        at, to = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        middle = draw(st.sampled_from([text[at:to] * 2, "", draw(st.sampled_from(TOKENS)), text[at:to]]))
        text = text[:at] + middle + text[to:]
    return str(text)


_any = st.one_of(_texts, _grammatical, _mutated())
_readable = st.one_of(_grammatical, st.sampled_from([row["reference"] for row in TABLE]))


@settings(max_examples=400, deadline=None)
@given(answer=_any, reference=_any)
def test_any_pair_gets_a_verdict(answer: str, reference: str) -> None:
    check_total(answer, reference)


@settings(max_examples=400, deadline=None)
@given(text=_any)
def test_what_parses_is_equal_to_itself(text: str) -> None:
    check_reflexive(text)


@settings(max_examples=400, deadline=None)
@given(first=_readable, second=_readable)
@example(first="(2,3)", second="2<x<3")
@example(first="x=5", second="5")
@example(first="5\\%", second="0.05")
@example(first="x^2=4", second="\\pm 2")
def test_verdict_is_the_same_both_ways_round(first: str, second: str) -> None:
    check_symmetric(first, second)


_PIECES = [
    "\\boxed{!}",
    "$\\boxed{!}$.",
    "\\boxed{!1}",
    "\\boxed{9}",
    "\\fbox{9}",
    "!",
    "9",
    "####",
    "\n#### ",
    "\n",
    "\n#### !",
    "\n#### 9",
    "\n##### !",
    "<answer>!</answer>",
    "<answer>9</answer>",
    "<think>",
    "</think>",
    "<thinking>",
    "</reasoning>",
    "{",
    "}",
    "\\{",
    "wait ",
    "answer is !",
]
"""Pieces of replies; the exclamation mark stands for the reference."""


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(["18", "7", "\\frac{1}{2}", "1,080", "x", "\\frac{1}{0}", "}{", "2018", "-3", "(1, 2)"]),
    st.lists(st.one_of(st.sampled_from(_PIECES[:8]), st.sampled_from(_PIECES)), max_size=4),
    st.sampled_from(["\\boxed{!}", "$\\boxed{!}$.", "\n#### !", "\\boxed{!} "]),
)
def test_shortcut_for_a_reply_that_holds_the_reference_changes_no_verdict(
    reference: str, pieces: list[str], last: str
) -> None:
    reply = "".join([*pieces, last]).replace("!", reference)
    short = verify(reply, reference, ALONE)
    with mock.patch.object(symbolic, "MAX_GLANCE", -1):
        assert verify(reply, reference, ALONE).status == short.status, (reply, short)


@settings(max_examples=200, deadline=None)
@given(
    _readable,
    st.sampled_from(["{0}+0", "1\\cdot({0})", "({0})", "{0},{0}", "\\{{{0}\\}}", "x={0}", "-({0})", "({0})^1"]),
)
def test_verdict_on_a_related_text_is_the_same_both_ways_round(text: str, form: str) -> None:
    check_symmetric(text, form.format(text))


def test_most_drawn_texts_are_readable() -> None:
    """A property of what parses says little if nothing does."""
    outcomes = []

    @settings(max_examples=200, deadline=None, database=None)
    @given(_readable, _readable)
    def collect(first: str, second: str) -> None:
        outcomes.append((check_reflexive(first), check_symmetric(first, second)))

    collect()
    assert sum(reflexive for reflexive, _ in outcomes) > 120
    assert sum(symmetric for _, symmetric in outcomes) > 70


CORPUS = [json.loads(line) for line in (TESTS / "fuzz" / "corpus.jsonl").read_text(encoding="ascii").splitlines()]


@pytest.mark.parametrize("part", range(8))
def test_corpus_of_the_coverage_guided_fuzzer_holds(part: int) -> None:
    assert len(CORPUS) > 500
    for answer, reference in CORPUS[part::8]:
        check_pair(answer, reference)
