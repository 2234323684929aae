"""Literals in students' text: what is read, what is refused, and one text for each value."""

from __future__ import annotations

import ast
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sml_env.coding.literals import MAX_CALL_CHARACTERS, read_arguments, read_call, read_value, show

SCALARS = st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
KEYS = st.integers(-99, 99) | TEXTS | st.tuples(st.booleans(), st.integers(0, 9))
VALUES = st.recursive(
    SCALARS | TEXTS | st.binary(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.sets(KEYS, max_size=3)
        | st.dictionaries(KEYS, inner, max_size=3)
    ),
    max_leaves=8,
)


@given(VALUES)
def test_what_is_shown_reads_back_as_the_same_value(value: Any) -> None:
    text = show(value)
    if len(text) < 900:
        assert read_value(text) == (value,)
        assert read_call(f"f({text})") == ("f", (value,))


@given(st.text(max_size=40) | st.text("([{}]),'\"-+1eEjx_.:f#\\ \n", max_size=40))
def test_every_text_gets_an_answer_and_never_an_exception(text: str) -> None:
    read_call(text)
    value = read_value(text)
    arguments = read_arguments(text)
    if value is not None and not isinstance(value[0], set | frozenset | complex):
        assert ast.literal_eval(text.strip()) == value[0]
    assert arguments is None or isinstance(arguments, tuple)


@pytest.mark.parametrize(
    "text",
    [
        "f(x)", "f(k=1)", "f(*[1])", "f(**{})", "f(1 + 1)", "f(9 ** 9)", "f(g())", "f(a.b)", "f(f'a')",
        "f([x for x in y])",
        "f(1e999)", "f({[]})", "f({[]: 1})", "f({**{}})", "f(-True)", "f(not 1)", "f(...)", "f('\\ud800')",
        "f(lambda: 1)",
        "f.g(1)", "f(1)(2)", "f", "f(1", "", "f(1); g(2)", "f(-'a')", "f(- - 1)", "x = f(1)", "f(__import__('os'))",
        "f(set([1]))", "f(frozenset([1]))", "f(\x00)",
    ],
)  # fmt: skip
def test_anything_but_literals_is_no_call(text: str) -> None:
    assert read_call(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "f(" + "[" * 25 + "]" * 25 + ")", f"f({'9' * 400})", f"f({'1,' * 501})", f"f('{'a' * MAX_CALL_CHARACTERS}')",
        "f(" * 300, "-" * 900 + "1", "f(0x" + "f" * 900 + ")",
    ],
)  # fmt: skip
def test_over_a_limit_is_no_call_and_is_told_quickly(text: str) -> None:
    begun = time.process_time()
    assert read_call(text) is None
    assert time.process_time() - begun < 1


def test_arguments_may_stand_in_brackets() -> None:
    assert read_arguments("[1, 2], 3") == read_arguments("([1, 2], 3)") == ([1, 2], 3)
    assert read_arguments("") == read_arguments("()") == ()
    assert read_arguments("((1, 2),)") == ((1, 2),)
    assert read_arguments("[1]") == ([1],)


def test_equal_sets_and_dictionaries_show_alike() -> None:
    assert show({3: 1, 1: 2}) == show({1: 2, 3: 1}) == "{1: 2, 3: 1}"
    assert show({"b", "a"}) == "{'a', 'b'}"
    assert show({1, "a", None}) == show({None, "a", 1})
    assert show(1) != show(1.0) != show(True)


def test_long_values_are_cut_and_still_told_apart() -> None:
    long, other = list(range(10_000)), [*range(9_999), -1]
    assert len(show(long)) <= 1_000
    assert show(long) != show(other)
    assert show(10**9_000) != show(10**9_000 + 1)
    nested: list[Any] = []
    for _ in range(5_000):
        nested = [nested]
    assert len(show(nested)) < 1_000
