"""Mutants: wrong programs that compile, what they reply, and the bits of a question."""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from sml_env.coding.mutants import mutants, question_bits
from sml_env.coding.records import load_code_records
from sml_env.meters import MutantMeter

HUMAN_EVAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "HumanEval.jsonl.gz"
SOURCE = '''\
from math import floor

def f(xs: list[int], k: int = 3) -> int:
    """Says 3."""
    total = 0
    for i in range(len(xs)):
        if xs[i] > k and not xs[i] % 2:
            total += min(xs[i], 7) * 2
    xs = sorted(xs, key=abs)[1:]
    return total - floor(len(xs) / 2)
'''
INPUTS = [([1, 8, 4, 9, 6],), ([3, 4],), ([],), ([5, -2, 10], 4)]


def test_mutants_compile_differ_and_are_a_function_of_the_seed() -> None:
    found = mutants(SOURCE, limit=200, seed=1)
    assert len(set(found)) == len(found) > 40
    assert ast.unparse(ast.parse(SOURCE)) not in found
    for source in found:
        compile(source, "mutant", "exec")
    assert found == mutants(SOURCE, limit=200, seed=1)
    few = mutants(SOURCE, limit=10, seed=1)
    assert len(few) == 10
    assert few != mutants(SOURCE, limit=10, seed=2)


@pytest.mark.parametrize(
    "piece",
    [
        "xs[i] >= k", "xs[i] <= k", "or not", "total = 1", "range(len(xs) + 1)", "range(1, len(xs))", "max(xs[i], 7)",
        "min(xs[i], 8)", "xs[i] // 2", "total -= ", "reverse=True", "sorted(xs)[1:]", "[2:]", "ceil", "return None",
        "return 0", "not (xs[i] > k", "total + math.floor", "if False", "k: int=4",
    ],
)  # fmt: skip
def test_each_kind_of_change_is_made(piece: str) -> None:
    assert any(piece in source for source in mutants(SOURCE.replace("floor(", "math.floor("), limit=500, seed=0))


def test_docstrings_annotations_and_imports_are_left_alone() -> None:
    for source in mutants(SOURCE, limit=500):
        assert '"""Says 3."""' in source
        assert "from math import floor" in source
        assert "xs: list[int]" in source


@pytest.mark.parametrize(
    "source", ["def f(:", "", "x" * 200_000, "-" * 50_000 + "1", "f" + "(1)" * 20_000, "import os"]
)
def test_what_is_no_program_or_too_deep_has_no_mutants(source: str) -> None:
    assert mutants(source) == ()


def test_the_meter_drops_equivalent_mutants() -> None:
    meter = MutantMeter(SOURCE, "f", INPUTS)
    told = meter.account(INPUTS)
    assert told["programs"] > 10
    assert told["entropy_bits"] == 0, "each mutant differs from the reference on some input"
    assert math.isclose(sum(told["realised_bits"]), math.log2(told["programs"]), abs_tol=1e-9)
    assert "total" not in repr(meter)


def test_a_reference_that_does_not_finish_tells_nothing() -> None:
    told = MutantMeter("def f(x):\n    while True: pass", "f", [(1,)], limit=2).account([(1,)])
    assert told["entropy_bits"] in (None, 0)


@pytest.mark.parametrize(
    ("outcomes", "bits"), [("", 0), ("a", 0), ("aaaa", 0), ("ab", 1), ("abcd", 2), ("aaab", 2 - 0.75 * math.log2(3))]
)
def test_bits_are_the_entropy_of_the_split(outcomes: Sequence[str], bits: float) -> None:
    assert math.isclose(question_bits(list(outcomes)), bits, abs_tol=1e-12)


def test_human_eval_references_have_mutants() -> None:
    if not HUMAN_EVAL.is_file():
        pytest.skip(f"{HUMAN_EVAL} is not there: the data sets are not part of the repository")
    counts = [len(mutants(record.reference, limit=16)) for record in load_code_records(str(HUMAN_EVAL))]
    assert min(counts) >= 2
    assert sum(counts) > 12 * len(counts)
