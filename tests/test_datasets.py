"""Problems from data: real files, bad files, and sources that need packages which are not installed."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sml_env.datasets import MAX_FIELD_CHARACTERS, Record, load_records, read_json_lines, worked_steps
from sml_env.envs.math_family import DataFamily, MathTutorConfig
from sml_env.errors import ConfigurationError, DataError, MissingExtraError, SmlError
from sml_env.stated import stated_values

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
GSM8K, MATH500 = DATA / "gsm8k_test.jsonl", DATA / "math_test500.jsonl"
FINAL = re.compile(r"####\s*(-?[\d,]+)\s*\Z")
GOOD = json.dumps({"question": "What is 40 + 2?", "answer": "40 + 2 = <<40+2=42>>42\n#### 42"})


def present(path: Path) -> Path:
    if not path.is_file():
        pytest.skip(f"{path} is not there: the data sets are not part of the repository")
    return path


@pytest.fixture(scope="module")
def gsm8k() -> tuple[Record, ...]:
    return read_json_lines(present(GSM8K))


@pytest.fixture(scope="module")
def gsm8k_rows() -> list[dict[str, str]]:
    return [json.loads(line) for line in present(GSM8K).read_text(encoding="utf-8").splitlines()]


# -- real files --------------------------------------------------------------------------------------------------------


def test_every_problem_of_gsm8k_loads_with_its_answer_and_steps(
    gsm8k: tuple[Record, ...], gsm8k_rows: list[dict[str, str]]
) -> None:
    assert len(gsm8k) == len(gsm8k_rows) == 1_319
    for record, row in zip(gsm8k, gsm8k_rows, strict=True):
        found = FINAL.search(row["answer"])
        assert found
        assert int(record.answer) == int(found[1].replace(",", ""))
        assert record.statement == row["question"].strip()
        assert record.steps
    assert len({record.name for record in gsm8k}) == 1_319


def test_every_answer_of_gsm8k_is_closed_by_the_declared_prior(gsm8k: tuple[Record, ...]) -> None:
    family = DataFamily(MathTutorConfig(data=str(GSM8K)))
    for record in gsm8k:
        problem = family.problem(record.name)
        solution = problem.secret.reveal()
        assert problem.space is not None
        assert solution.index is not None
        assert problem.space.answers.text(solution.index) == record.answer
        assert problem.space.prior[solution.index] > 0.0


def test_operations_of_gsm8k_state_no_computed_value(gsm8k: tuple[Record, ...]) -> None:
    number = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?|(?<![\w.])\.\d+")
    for record in gsm8k:
        given = {value for _, value in stated_values(record.statement)}
        words = {found.replace(",", "") for found in number.findall(record.statement)}
        words |= {"1"} if re.search(r"\bone\b", record.statement.lower()) else set()
        for step in record.steps:
            for shown in number.findall(step.operation):
                assert shown.replace(",", "") in words or any(str(value) == shown for value in given), (
                    record.name,
                    step,
                )


def test_the_math_problems_load_and_stay_open_where_they_are_no_integers() -> None:
    records = read_json_lines(present(MATH500))
    assert len(records) == 500
    family = DataFamily(MathTutorConfig(data=str(MATH500)))
    spaces = [family.problem(name).space for name in family.problem_ids()]
    assert any(space is None for space in spaces)
    assert any(space is not None for space in spaces)


# -- layouts -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def of(*lines: str | bytes, name: str = "rows.jsonl") -> Path:
        path = tmp_path / name
        path.write_bytes(b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines))
        return path

    return of


@pytest.mark.parametrize(
    ("row", "answer", "steps"),
    [
        ({"question": "Q", "answer": "3 * 4 = <<3*4=12>>12\n#### 12"}, "12", 1),
        ({"question": "Q", "answer": "No annotation.\nTwo lines.\n#### 1,200"}, "1200", 2),
        ({"problem": "Q", "answer": "\\frac{1}{2}"}, "\\frac{1}{2}", 0),
        ({"problem": "Q", "answer": 42}, "42", 0),
        ({"problem": "Q", "answer": "7", "solution": "a\nb\nc"}, "7", 3),
        ({"prompt": "Q", "answer": "-10"}, "-10", 0),
    ],
)
def test_each_layout_is_read(write: Any, row: dict[str, Any], answer: str, steps: int) -> None:
    (record,) = read_json_lines(write(json.dumps(row)))
    assert (record.name, record.statement, record.answer, len(record.steps)) == ("rows-1", "Q", answer, steps)


def test_blank_lines_and_carriage_returns_are_no_rows(write: Any) -> None:
    records = read_json_lines(write("", GOOD + "\r", "   ", GOOD, ""))
    assert [record.name for record in records] == ["rows-2", "rows-4"]


def test_a_masked_operation_shows_only_numbers_of_the_statement() -> None:
    steps = worked_steps(
        "48/2 = <<48/2=24>>24 in May\n48+24 = <<48+24=72>>72", "She sold 48 in April, half in May: two."
    )
    assert [step.operation for step in steps] == ["Work out 48/2.", "Work out 48+[?]."]
    assert [step.result for step in steps] == ["24", "72"]


# -- bad files ---------------------------------------------------------------------------------------------------------

FAULTS: dict[str, tuple[str | bytes, str]] = {
    "no question": (json.dumps({"answer": "42"}), "no field 'question'"),
    "no answer": (json.dumps({"question": "Q"}), "no field 'answer'"),
    "empty answer": (json.dumps({"question": "Q", "answer": " "}), "'answer' is not a non-empty text"),
    "null answer": (json.dumps({"question": "Q", "answer": None}), "'answer'"),
    "a list as answer": (json.dumps({"question": "Q", "answer": ["42"]}), "'answer'"),
    "true as answer": (json.dumps({"question": "Q", "answer": True}), "'answer'"),
    "an answer that does not parse": (json.dumps({"question": "Q", "answer": "\\frac{1}{"}), "does not parse"),
    "an answer that divides by zero": (json.dumps({"question": "Q", "answer": "1/0"}), "does not parse"),
    "broken JSON": ('{"question": "Q", "answer": ', "broken JSON at column"),
    "a bare number": ("42", "not a JSON object"),
    "a list": ('["Q", "42"]', "not a JSON object"),
    "deep nesting": ("[" * 200_000, "nested too deeply"),
    "not UTF-8": (b'{"question": "\xff\xfe", "answer": "42"}', "not UTF-8"),
    "NUL": (b'{"question": "Q", "answer": "4\x002"}', "broken JSON"),
    "a NUL line": (b"\x00\x00\x00", "broken JSON"),
    "an overlong statement": (
        json.dumps({"question": "Q" * (MAX_FIELD_CHARACTERS + 1), "answer": "42"}),
        f"longer than {MAX_FIELD_CHARACTERS:,}",
    ),
    "a huge integer": ('{"question": "Q", "answer": ' + "9" * 5_000 + "}", "line 2"),
    "NaN": ('{"question": "Q", "answer": NaN}', "line 2"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_row_is_named_by_file_line_and_fault(write: Any, fault: str) -> None:
    bad, words = FAULTS[fault]
    path = write(GOOD, bad, GOOD, GOOD)
    with pytest.raises(DataError) as caught:
        load_records(str(path))
    message = str(caught.value)
    assert str(path) in message
    assert "line 2" in message
    assert words in message
    assert "1 bad rows, 3 good ones" in message
    assert len(message) < 2_000


def test_many_bad_rows_are_counted_and_the_first_ones_listed(write: Any) -> None:
    with pytest.raises(DataError, match=r"500 bad rows, 1 good ones(?s:.*)line 2: (?s:.*)and 480 more"):
        read_json_lines(write(GOOD, *["{}"] * 500))


@pytest.mark.parametrize("content", ["", "\n\n  \n"])
def test_an_empty_file_says_that_it_has_no_rows(write: Any, content: str) -> None:
    with pytest.raises(DataError, match="no rows"):
        read_json_lines(write(content))


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.jsonl", tmp_path / "missing" / "a.jsonl"):
        with pytest.raises(DataError, match="cannot be read") as caught:
            load_records(str(path))
        assert str(path) in str(caught.value)


@pytest.mark.parametrize("source", ["\x00", "a\x00b.jsonl", "x" * 5_000])
def test_a_path_that_no_file_can_have_is_a_data_error(source: str) -> None:
    with pytest.raises(DataError):
        load_records(source)


def test_a_binary_file_is_named(write: Any) -> None:
    with pytest.raises(DataError, match=r"rows\.jsonl: .*bad rows, 0 good ones"):
        read_json_lines(write(bytes(range(256)) * 40))


@pytest.mark.parametrize("source", ["", None, 5, b"a.jsonl", Path("a.jsonl")])
def test_a_source_that_is_no_text_is_a_configuration_error(source: Any) -> None:
    with pytest.raises(ConfigurationError, match="data:"):
        load_records(source)


# -- optional packages -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "module", "extra"),
    [("hf:openai/gsm8k:main", "datasets", "datasets"), ("reasoning_gym:gcd", "reasoning_gym", "reasoning-gym")],
)
def test_an_absent_package_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, source: str, module: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=re.escape(f"sml-env[{extra}]")) as caught:
        load_records(source)
    assert isinstance(caught.value, SmlError)
    assert isinstance(caught.value, ImportError)


class FakeDatasets(ModuleType):
    """``datasets`` as far as it is used here."""

    def __init__(self, rows: list[Any]) -> None:
        super().__init__("datasets")
        self.rows, self.asked = rows, []  # type: ignore[var-annotated]

    def load_dataset(self, path: str, configuration: str | None, *, split: str) -> list[Any]:
        self.asked.append((path, configuration, split))
        if path == "missing":
            raise FileNotFoundError("no such data set")
        return self.rows


class FakeReasoningGym(ModuleType):
    """``reasoning_gym`` as far as it is used here."""

    def __init__(self) -> None:
        super().__init__("reasoning_gym")

    def create_dataset(self, task: str, *, seed: int, size: int) -> Iterator[dict[str, Any]]:
        if task == "missing":
            raise ValueError("Dataset 'missing' not registered")
        answers = {"words": "1/0", "gcd": "12"}
        return ({"question": f"{task} {number}?", "answer": answers[task], "metadata": {}} for number in range(size))


def test_a_hugging_face_data_set_is_loaded_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeDatasets([json.loads(GOOD)] * 3)
    monkeypatch.setitem(sys.modules, "datasets", fake)
    assert [record.answer for record in load_records("hf:openai/gsm8k:main:train")] == ["42"] * 3
    assert load_records("hf:openai/gsm8k")[0].name == "openai_gsm8k-1"
    assert fake.asked == [("openai/gsm8k", "main", "train"), ("openai/gsm8k", None, "test")]
    with pytest.raises(DataError, match="hf:missing: FileNotFoundError"):
        load_records("hf:missing")
    fake.rows = [json.loads(GOOD), {"question": "Q"}]
    with pytest.raises(DataError, match=r"hf:bad: 1 bad rows, 1 good ones"):
        load_records("hf:bad")


def test_a_reasoning_gym_task_is_loaded_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "reasoning_gym", FakeReasoningGym())
    records = load_records("reasoning_gym:gcd:5")
    assert [record.name for record in records] == [f"gcd-{number}" for number in range(1, 6)]
    assert {record.answer for record in records} == {"12"}
    with pytest.raises(DataError, match="reasoning_gym:missing: ValueError"):
        load_records("reasoning_gym:missing")
    with pytest.raises(DataError, match="3 bad rows, 0 good ones"):
        load_records("reasoning_gym:words:3")


@pytest.mark.parametrize("size", ["x", "0", "-1", "2.5"])
def test_a_size_that_is_no_positive_integer_is_refused(monkeypatch: pytest.MonkeyPatch, size: str) -> None:
    monkeypatch.setitem(sys.modules, "reasoning_gym", FakeReasoningGym())
    with pytest.raises((ConfigurationError, DataError)):
        load_records(f"reasoning_gym:gcd:{size}")
