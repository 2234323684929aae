"""The journal of an experiment: what is done is not done again, and a line that a kill cut off costs one run."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from experiments.journal import Journal


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "runs.jsonl"


def test_what_is_done_is_not_done_again(path: Path) -> None:
    made = []
    for settings in ({"a": 1, "b": [2.5]}, {"b": [2.5], "a": 1}, {"a": 2, "b": [2.5]}):
        Journal(path).run(settings, lambda settings=settings: made.append(settings) or {"seen": float("nan")})
    assert made == [{"a": 1, "b": [2.5]}, {"a": 2, "b": [2.5]}]
    assert math.isnan(Journal(path).find({"a": 1, "b": [2.5]})["seen"])


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_line_that_a_kill_cut_off_costs_its_run_alone(path: Path, cut: int) -> None:
    for number in (1, 2):
        Journal(path).add(number, {"number": number})
    text = path.read_text(encoding="utf-8")
    path.write_text(text[:-cut], encoding="utf-8")
    journal = Journal(path)
    assert journal.find(1) == {"number": 1}
    assert journal.find(2) is None or cut == 1, "without its end of line it is whole"
    journal.add(2, {"number": 2})
    journal.add(3, {"number": 3})
    assert [Journal(path).find(number) for number in (1, 2, 3)] == [{"number": number} for number in (1, 2, 3)]


@pytest.mark.parametrize("line", ["", "null", "[]", "3", '{"key": 1}', '{"run": 1}', "\x00\x00", '{"key": "a", "run"'])
def test_a_line_that_is_no_run_is_taken_out(path: Path, line: str) -> None:
    Journal(path).add(1, "run")
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
    Journal(path).add(2, "other")
    assert [json.loads(each)["run"] for each in path.read_text(encoding="utf-8").splitlines()] == ["run", "other"]


def test_nothing_is_left_when_all_is_done(path: Path) -> None:
    journal = Journal(path)
    journal.close()
    journal.add(1, "run")
    journal.close()
    assert not path.exists()
