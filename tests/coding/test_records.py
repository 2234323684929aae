"""Programming problems from data: the three layouts, bad rows, hostile files, and references that fail their tests."""

from __future__ import annotations

import gzip
import json
import math
import pickle
from pathlib import Path
from typing import Any

import pytest

from sml_env.coding import records
from sml_env.coding.records import (
    CodeRecord,
    answered,
    cases_of,
    checked_records,
    load_code_records,
    plain_equality,
    tolerance_of,
)
from sml_env.errors import ConfigurationError, DataError
from sml_env.verifiers.execution import Limits, verify_code

HUMAN_EVAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "HumanEval.jsonl.gz"

ADD: dict[str, Any] = {
    "task_id": "T/1",
    "prompt": "def add(a, b):\n    '''Add.'''\n",
    "canonical_solution": "    return a + b\n",
    "test": "def check(candidate):\n    assert candidate(1, 2) == 3\n    assert candidate(4, 5) == 9\n",
    "entry_point": "add",
}
MBPP: dict[str, Any] = {
    "task_id": 11,
    "text": "Write a function to square a number.",
    "code": "import math\r\ndef help_it(n):\r\n  return n\r\ndef square(n):\r\n  return help_it(n) * n",
    "test_list": ["assert square(3) == 9", "assert math.isclose(square(0.5), 0.25, rel_tol=1e-6)"],
    "test_setup_code": "import math",
    "challenge_test_list": [],
}
PLAIN: dict[str, Any] = {
    "statement": "Double it.",
    "function": "double",
    "reference": "def double(n):\n    return 2 * n\n",
    "cases": [[[1], 2], [[5], 10]],
}
STDIN: dict[str, Any] = {
    "name": "sum", "statement": "Add two numbers.", "reference": "print(sum(map(int, input().split())))",
    "stdin": [["1 2\n", "3\n"]],
}  # fmt: skip


def written(path: Path, *rows: object) -> str:
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def human_eval() -> tuple[CodeRecord, ...]:
    if not HUMAN_EVAL.is_file():
        pytest.skip(f"{HUMAN_EVAL} is not there: the data sets are not part of the repository")
    return load_code_records(str(HUMAN_EVAL))


# -- HumanEval ---------------------------------------------------------------------------------------------------------


def test_every_problem_of_human_eval_loads(human_eval: tuple[CodeRecord, ...]) -> None:
    assert [record.name for record in human_eval] == [f"HumanEval/{number}" for number in range(164)]
    with gzip.open(HUMAN_EVAL) as stream:
        rows = [json.loads(line) for line in stream]
    for record, row in zip(human_eval, rows, strict=True):
        assert record.statement == row["prompt"]
        assert record.reference == row["prompt"] + row["canonical_solution"]
        assert record.function == row["entry_point"]


def test_every_reference_of_human_eval_passes_its_tests_and_has_cases(human_eval: tuple[CodeRecord, ...]) -> None:
    checked = checked_records(human_eval, limits=Limits(seconds=30, seconds_per_call=10))
    assert not checked.dropped
    assert checked.kept == human_eval
    assert all(cases_of(record) for record in human_eval[::8])


def test_properties_are_told_from_equalities(human_eval: tuple[CodeRecord, ...]) -> None:
    others = {record.function for record in human_eval if not plain_equality(record)}
    assert others == {"find_zero", "sort_third", "sort_even"}
    assert tolerance_of(human_eval[2]) == 1e-6
    assert tolerance_of(human_eval[0]) == 0


# -- layouts -----------------------------------------------------------------------------------------------------------


def test_the_three_layouts_load_pass_their_references_and_pickle(tmp_path: Path) -> None:
    loaded = load_code_records(written(tmp_path / "own.jsonl", ADD, MBPP, PLAIN, STDIN))
    assert [record.name for record in loaded] == ["T/1", "own-11", "own-3", "sum"]
    assert [record.function for record in loaded] == ["add", "square", "double", ""]
    assert "`square(n)`" in loaded[1].statement
    checked = checked_records(loaded)
    assert not checked.dropped
    assert checked.kept == loaded
    assert pickle.loads(pickle.dumps(loaded)) == loaded
    assert all("return" not in repr(record) and "assert" not in repr(record) for record in loaded)
    assert verify_code(loaded[1].reference.replace("* n", "* 2"), loaded[1].tests).status.value == "incorrect"
    assert [cases_of(record) for record in loaded] == [
        (((1, 2), 3), ((4, 5), 9)),
        (((3,), 9), ((0.5,), 0.25)),
        (((1,), 2), ((5,), 10)),
        ((("1 2\n",), "3\n"),),
    ]
    assert tolerance_of(loaded[1]) == 1e-6


def test_a_broken_reference_is_dropped_by_name(tmp_path: Path) -> None:
    wrong = {**ADD, "task_id": "T/2", "canonical_solution": "    return a - b\n"}
    looping = {**ADD, "task_id": "T/3", "canonical_solution": "    while True: pass\n"}
    loaded = load_code_records(written(tmp_path / "own.jsonl", ADD, wrong, looping))
    checked = checked_records(loaded, limits=Limits(seconds_per_call=0.5, seconds=1))
    assert [record.name for record in checked.kept] == ["T/1"]
    assert set(checked.dropped) == {"T/2", "T/3"}
    assert "incorrect" in checked.dropped["T/2"]
    assert "timeout" in checked.dropped["T/3"]


def test_an_input_that_takes_too_long_does_not_hide_the_others() -> None:
    source = "def f(n):\n    while n == 2:\n        pass\n    return 1 // n\n"
    record = CodeRecord("f", "f", "f", source, {"function": "f", "cases": []})
    found = answered(record, [(1,), (2,), (0,), (3,)], limits=Limits(seconds_per_call=0.3, seconds=2))
    assert found == (((1,), 1), ((3,), 0))


@pytest.mark.parametrize(
    ("claim", "plain", "tolerance"),
    [
        ("candidate(1) == 2", True, 0), ("2 == candidate(1)", True, 0), ("candidate(1)", True, 0),
        ("not candidate(1)", True, 0), ("candidate(1) is None", True, 0), ("abs(candidate(1) - 2) < 1e-3", True, 1e-3),
        ("1e-3 >= math.fabs(2 - candidate(1))", True, 1e-3), ("math.isclose(candidate(1), 2)", True, 1e-9),
        ("abs(candidate(1) - 2) < 10 ** -2", True, 1e-2), ("candidate(1) > 2", False, 0),
        ("candidate(1) in (1, 2)", False, 0), ("candidate(candidate(1)) == candidate(2)", False, 0),
        ("abs(candidate(1)) < 2", False, 0), ("len(candidate(1)) == 2", False, 0), ("candidate(1) != 2", False, 0),
        ("abs(f(candidate(1))) < 1e-3", False, 0), ("candidate(1) == 2 or candidate(1) == 3", False, 0),
    ],
)  # fmt: skip
def test_the_form_of_an_assert_decides(claim: str, plain: bool, tolerance: float) -> None:
    tests = {"function": "f", "asserts": f"def check(candidate):\n    assert {claim}, 'no'\n    assert True\n"}
    record = CodeRecord("f", "f", "f", "def f(x): return x", tests)
    assert plain_equality(record) is plain
    assert math.isclose(tolerance_of(record), tolerance)


# -- bad files ---------------------------------------------------------------------------------------------------------

BAD: dict[str, object] = {
    "not a JSON object": [1],
    "no field 'canonical_solution'": {"prompt": "x"},
    "not a Python program": {**ADD, "canonical_solution": "    return ((\n"},
    "does not define the function 'sub'": {**ADD, "entry_point": "sub"},
    "do not define check": {**ADD, "test": "x = 1"},
    "field 'prompt' is not a non-empty text": {**ADD, "prompt": 7},
    "longer than": {**ADD, "prompt": "#" * 200_000},
    "surrogate": {**ADD, "prompt": "#\ud800"},
    "field 'test_list' is empty": {**MBPP, "test_list": []},
    "no test calls a function": {**MBPP, "test_list": ["assert True"]},
    "is not a list of at most": {**MBPP, "test_list": "assert square(3) == 9"},
    "is not Python": {**MBPP, "test_list": ["assert ("]},
    "has a member that is not a pair": {**PLAIN, "cases": [[1, 2, 3]]},
    "is not a list of arguments": {**PLAIN, "cases": [[1, 2]]},
    "field 'cases' is not a list of 1": {**PLAIN, "cases": []},
    "field 'tolerance'": {**PLAIN, "tolerance": 10**400},
    "field 'compare'": {**STDIN, "compare": "anyhow"},
    "pairs of texts": {**STDIN, "stdin": [[1, 2]]},
    "field 'name'": {**STDIN, "name": "a\nb"},
    "the reference is not a Python program": {**PLAIN, "reference": "def double(n): return " + "-" * 40_000 + "n"},
}


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_row_is_named_with_its_line_and_fault(fault: str, tmp_path: Path) -> None:
    source = written(tmp_path / "own.jsonl", ADD, BAD[fault])
    with pytest.raises(DataError, match=f"own.jsonl: 1 bad rows, 1 good ones\n  line 2: .*({fault})"):
        load_code_records(source)


def test_two_rows_of_one_name_are_a_fault(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="line 2: the name 'T/1' is that of line 1"):
        load_code_records(written(tmp_path / "own.jsonl", ADD, ADD))


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe", b"{", b"[" * 100_000, b"1" * 10_000, b"NaN"])
def test_a_file_of_nonsense_is_a_data_error(content: bytes, tmp_path: Path) -> None:
    for name, held in (("own.jsonl", content), ("own.jsonl.gz", gzip.compress(content)), ("broken.gz", content)):
        (tmp_path / name).write_bytes(held)
        with pytest.raises(DataError):
            load_code_records(str(tmp_path / name))


def test_a_decompression_bomb_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MAX_FILE_BYTES", 1 << 20)
    bomb = tmp_path / "bomb.jsonl.gz"
    bomb.write_bytes(gzip.compress(b" " * (1 << 24)))
    assert bomb.stat().st_size < 1 << 20
    with pytest.raises(DataError, match="decompressed"):
        load_code_records(str(bomb))


def test_a_source_that_is_no_path_is_refused(tmp_path: Path) -> None:
    for source in ("", 7, None):
        with pytest.raises(ConfigurationError):
            load_code_records(source)  # type: ignore[arg-type]
    for path in (tmp_path, tmp_path / "absent.jsonl", tmp_path / "absent.gz"):
        with pytest.raises(DataError, match="cannot be read"):
            load_code_records(str(path))
    with pytest.raises(DataError, match="cannot be read"):
        load_code_records("a\0b")
