"""Fresh inputs: new, like the examples, bounded, and the same for the same seed."""

from __future__ import annotations

from typing import Any

import pytest

from sml_env.coding.inputs import fresh_inputs
from sml_env.coding.literals import show

EXAMPLES: dict[str, list[tuple[Any, ...]]] = {
    "numbers": [(3,), (17,), (250,), (4,)],
    "list and number": [([3, 1, 2], 2), ([5, 5, -1, 4], 1), ([9], 1)],
    "two lists": [([1, 2], [3, 4]), ([5], [6]), ([7, 8, 9], [1, 1, 2])],
    "sorted": [([1, 4, 9], 4), ([2, 2, 3, 8], 9), ([0, 5], 5)],
    "text": [("hello world",), ("a quick brown fox",), ("no more",)],
    "brackets": [("(())",), ("()()",), ("((()))()",)],
    "dictionary": [({"a": 1, "b": 2},), ({"c": 4},), ({},)],
    "mixed": [([1, "a", None, 2.5],), (["b", True],), ([],)],
    "nested": [([[1, 2], [3, 4]],), ([[5, 6]],), ([[0, 1], [2, 3], [4, 5]],)],
    "bytes": [(b"ab", {1, 2}, (1, "x")), (b"c", {3}, (2, "y")), (b"", {4, 5}, (3, "z"))],
    "empty": [(), ()],
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_inputs_are_new_distinct_and_a_function_of_the_seed(name: str) -> None:
    examples = EXAMPLES[name]
    found = fresh_inputs(examples, 10, 7)
    texts = [show(each) for each in found]
    assert len(set(texts)) == len(texts) <= 10
    assert not set(texts) & {show(each) for each in examples}
    assert texts == [show(each) for each in fresh_inputs(examples, 10, 7)]
    if name not in ("empty", "bytes"):
        assert len(found) == 10
        assert texts != [show(each) for each in fresh_inputs(examples, 10, 8)]


@pytest.mark.parametrize("name", EXAMPLES)
def test_inputs_have_the_types_of_the_examples(name: str) -> None:
    kinds = [{type(value) for value in column} for column in zip(*EXAMPLES[name], strict=True)]
    for each in fresh_inputs(EXAMPLES[name], 20, "types"):
        assert len(each) == len(kinds)
        assert all(type(value) in allowed for value, allowed in zip(each, kinds, strict=True))


def test_relations_of_all_examples_are_kept() -> None:
    assert all(len(a) == len(b) for a, b in fresh_inputs(EXAMPLES["two lists"], 30, 1))
    assert all(list(xs) == sorted(xs) for xs, _ in fresh_inputs(EXAMPLES["sorted"], 30, 1))
    assert all(1 <= k <= len(xs) for xs, k in fresh_inputs(EXAMPLES["list and number"], 30, 1))
    assert all(n > 0 for (n,) in fresh_inputs(EXAMPLES["numbers"], 30, 1))
    assert all(len(row) == 2 for (rows,) in fresh_inputs(EXAMPLES["nested"], 30, 1) for row in rows)
    for (text,) in fresh_inputs(EXAMPLES["brackets"], 30, 1):
        while "()" in text:
            text = text.replace("()", "")
        assert text == ""


def test_sizes_are_bounded_and_hostile_examples_are_left_out() -> None:
    deep: list[Any] = []
    for _ in range(10_000):
        deep = [deep]
    examples = [(deep,), ([1] * 10_000,), (10**100_000,), ([1, 2, 3],), ([4],)]
    for each in fresh_inputs(examples, 20, 0):
        assert len(show(each)) < 1_000
    assert fresh_inputs([(deep,)], 5, 0) == ()
    assert fresh_inputs([], 5, 0) == ()
    assert fresh_inputs([(float("nan"),), (float("inf"),)], 5, 0)


def test_lists_that_hold_values_and_lists_are_no_rows() -> None:
    examples = [([],), ([1],), ([[1], 2],), ([[[]]],), ([1, [2, [3]], [4]],), ([[], [[], []]],), ([[1, 2], [3, 4]],)]
    for seed in range(20):
        assert fresh_inputs(examples, 5, seed)
