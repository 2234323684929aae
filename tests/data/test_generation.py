"""``sml-env generate``: rows that trainers load, splits that share nothing, and no secret in what a student may see."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sml_env.bench.cli import cli
from sml_env.bench.plans import Lessons, plan
from sml_env.data.generation import Wanted, generate, prepared
from sml_env.data.rows import split_of
from sml_env.data.writing import Writers
from sml_env.errors import ConfigurationError

Command = Callable[..., Result]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner(env={"COLUMNS": "100", "TERM": "dumb"}).invoke(cli, list(arguments))


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def rows(folder: Path, private: bool = False) -> dict[str, list[dict[str, Any]]]:
    found = sorted((folder / "private" if private else folder).glob("*.jsonl"))
    return {path.stem: lines(path) for path in found}


def test_the_rows_are_chats_of_the_students_side(command: Command, tmp_path: Path) -> None:
    result = command("generate", "--suite", "smoke-v1", "--agents", "greedy,random", "--out", "data")
    assert result.exit_code == 0, result.output
    for listed in rows(tmp_path / "data").values():
        for row in listed:
            roles = [message["role"] for message in row["messages"]]
            assert roles == ["system", "user"] + ["assistant", "user"] * row["turns"]
            assert row["messages"][-1]["content"].endswith("The lesson is over.")
            assert len(row["query_kinds"]) == row["turns"]
    assert "0 findings" in result.stdout


@pytest.mark.parametrize("option", [("--env", "sml_env/Mastermind-v0"), ("--episodes", "5"), ("--asymmetry", "none")])
def test_what_a_suite_chooses_cannot_be_chosen_beside_it(command: Command, option: tuple[str, str]) -> None:
    result = command("generate", "--suite", "smoke-v1", *option, "--out", "data")
    assert result.exit_code == 2 and f"leave out {option[0]}" in result.stderr


def test_a_seed_may_stand_beside_a_suite_since_it_is_of_the_splits(command: Command, tmp_path: Path) -> None:
    for seed in ("0", "1"):
        assert command("generate", "--suite", "smoke-v1", "--seed", seed, "--out", seed).exit_code == 0
    first, second = (rows(tmp_path / seed) for seed in ("0", "1"))
    assert first != second
    assert sum(map(len, first.values())) == sum(map(len, second.values()))


def test_workers_and_a_cluster_exclude_each_other(command: Command) -> None:
    result = command("generate", "--ray", "--workers", "2", "--out", "data")
    assert result.exit_code == 2 and "leave out --workers" in result.stderr


def test_parquet_holds_what_the_lines_hold(command: Command, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    assert command("generate", "--env", "sml_env/Clarify-v0", "--episodes", "40", "--out", "data").exit_code == 0
    for name, listed in rows(tmp_path / "data").items():
        assert parquet.read_table(tmp_path / "data" / f"{name}.parquet").to_pylist() == listed
    for name, listed in rows(tmp_path / "data", private=True).items():
        assert parquet.read_table(tmp_path / "data" / "private" / f"{name}.parquet").to_pylist() == listed


def test_the_same_seed_makes_the_same_bytes_whoever_plays(command: Command, tmp_path: Path) -> None:
    arguments = ("generate", "--agents", "greedy,scripted", "--episodes", "30", "--q-priming", "0.75")
    for name, more in (("a", ()), ("b", ("--workers", "2")), ("c", ("--seed", "1"))):
        assert command(*arguments, *more, "--out", name).exit_code == 0
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*.*") if path.suffix != ".md")
    assert len(files) >= 8
    assert all((tmp_path / "a" / path).read_bytes() == (tmp_path / "b" / path).read_bytes() for path in files)
    assert (tmp_path / "a/train.jsonl").read_bytes() != (tmp_path / "c/train.jsonl").read_bytes()


def test_no_reply_that_is_not_metered_states_the_answer_and_no_other_field_does(
    command: Command, tmp_path: Path
) -> None:
    config = '{"integers": [70000001, 70000400]}'
    (tmp_path / "one.jsonl").write_text(
        "".join(
            json.dumps({"problem": f"Which? Case {each}.", "answer": str(70000100 + each)}) + "\n" for each in range(20)
        )
    )
    arguments = (
        "--data",
        "one.jsonl",
        "--config",
        config,
        "--teacher",
        "oracle,leaky",
        "--agents",
        "scripted,constant",
    )
    result = command("generate", *arguments, "--episodes", "20", "--out", "data")
    assert result.exit_code == 0, result.output
    answers = {row["id"]: row["answer"] for listed in rows(tmp_path / "data", True).values() for row in listed}
    seen = 0
    for listed in rows(tmp_path / "data").values():
        for row in listed:
            answer, said = answers[row["id"]], ""
            for message in row["messages"]:
                if message["role"] == "assistant":
                    said += message["content"]
                elif answer not in said:
                    assert answer not in message["content"]
            assert answer not in json.dumps({name: row[name] for name in row if name != "messages"})
            seen += 1
    assert seen


def test_a_leak_that_was_delivered_is_found_and_left_out(command: Command, tmp_path: Path) -> None:
    class Telling:
        """A teacher of somebody's own, with a guard that is asleep."""

        name = "telling"
        reads_free_text = True

        def reply(self, requests: Any) -> list[str]:
            return [f"The answer is {request.view.answer}." for request in requests]

    from dataclasses import replace

    from sml_env.bench import runs
    from sml_env.guard import GuardReport, LeakGuard

    told = plan(Lessons("sml_env/MathTutor-v0"), ["answer"], ["oracle"], ["scripted"], 6, 0, brackets=False)
    patch = pytest.MonkeyPatch()
    patch.setattr(runs, "make_teacher", lambda *_: Telling())
    patch.setattr("sml_env.dialogue.LeakGuard", lambda problem: Asleep())

    class Asleep:
        def inspect(self, reply: str, student: str = "") -> GuardReport:
            return GuardReport(False)

    try:
        with Writers(tmp_path / "data", ["train"], ["jsonl"]) as writers:
            made = generate([replace(each) for each in prepared([told])], Wanted(splits={"train": 1.0}), writers)
    finally:
        patch.undo()
    assert LeakGuard is not Asleep
    assert made.dropped["the audit found a leak"] == 6 and made.written == 0 and made.findings


def test_no_problem_is_in_two_splits(command: Command, tmp_path: Path) -> None:
    arguments = ("--env", "sml_env/TwentyQuestions-v0", "--agents", "greedy,random", "--episodes", "300")
    splits = "train=0.5,validation=0.25,test=0.25"
    assert command("generate", *arguments, "--splits", splits, "--out", "data").exit_code == 0
    public, private = rows(tmp_path / "data"), rows(tmp_path / "data", True)
    answers = {name: {row["answer"] for row in listed} for name, listed in private.items()}
    assert len(public) == 3
    for one in answers:
        for other in answers:
            assert one == other or not answers[one] & answers[other]
    texts = [json.dumps(row["messages"]) for listed in public.values() for row in listed]
    assert len(texts) == len(set(texts))
    assert [row["id"] for row in public["train"]] == [row["id"] for row in private["train"]]


def test_shares_of_problems_are_what_was_asked_for() -> None:
    shares = {"train": 0.8, "test": 0.2}
    drawn = [split_of(index.to_bytes(8, "big"), shares, 0) for index in range(20_000)]
    assert abs(drawn.count("train") / 20_000 - 0.8) < 0.01
    again = [split_of(index.to_bytes(8, "big"), shares, 1) for index in range(20_000)]
    assert drawn != again


def test_filters_keep_what_they_say(command: Command, tmp_path: Path) -> None:
    arguments = ("--agents", "random,greedy", "--episodes", "40", "--format", "jsonl")
    result = command("generate", *arguments, "--successful", "--min-bits", "2", "--no-zero-bits", "--out", "data")
    assert result.exit_code == 0
    kept = [row for listed in rows(tmp_path / "data").values() for row in listed]
    assert kept and all(row["success"] and row["bits"] >= 2.0 for row in kept)
    for reason in ("not solved", "too few bits"):
        assert f": {reason}" in result.stderr
    card = (tmp_path / "data/README.md").read_text()
    assert f"80 dialogues were played and {len(kept)} kept" in card and "| not solved |" in card


def test_priming_replaces_wrong_attempts_by_questions_more_often_early(command: Command, tmp_path: Path) -> None:
    arguments = ("--agents", "hedge", "--episodes", "400", "--format", "jsonl")
    assert command("generate", *arguments, "--q-priming", "0.75", "--out", "primed").exit_code == 0
    assert command("generate", *arguments, "--out", "plain").exit_code == 0
    primed = [row for listed in rows(tmp_path / "primed").values() for row in listed]
    plain = [row for listed in rows(tmp_path / "plain").values() for row in listed]
    assert all(kind == "attempt" for row in plain for kind in row["query_kinds"])
    assert all(row["query_kinds"][turn - 1] != "attempt" for row in primed for turn in row["primed"])
    wrong_first = [row for row in primed if not (row["turns"] == 1 and row["success"])]
    share = sum(1 in row["primed"] for row in wrong_first) / len(wrong_first)
    assert abs(share - 0.75) < 0.08
    fourth = [row for row in primed if row["turns"] >= 4]
    assert sum(4 in row["primed"] for row in fourth) / len(fourth) < 0.5
    assert not any(1 in row["primed"] for row in primed if row["turns"] == 1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--agents", "informed"], "are the answer"),
        (["--agents", "sml_env.agents:InformedAgent"], "are the answer"),
        (["--agents", "sml_env.agents:InformedAgent", "--q-priming", "0.75"], "are the answer"),
        (["--splits", "train=0.5,test=0.1"], "sum to 1"),
        (["--q-priming", "2"], "priming: 2.0"),
        (["--format", "csv"], "'csv' is none of jsonl, parquet"),
        (["--min-bits", "-1"], "min_bits: -1.0"),
        (["--min-bits", "99"], "none of"),
        (["--env", "sml_env/Nothing-v0"], "cannot be made"),
    ],
)
def test_a_mistake_is_one_clear_line_and_leaves_no_folder(
    command: Command, tmp_path: Path, arguments: list[str], words: str
) -> None:
    result = command("generate", "--episodes", "4", *arguments, "--out", "data")
    assert result.exit_code == 2 and words in result.stderr, result.output
    assert not (tmp_path / "data").exists()


def test_a_folder_that_holds_something_is_not_touched(command: Command, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mine").write_text("precious")
    result = command("generate", "--episodes", "2", "--out", "data")
    assert result.exit_code == 2 and "is there already" in result.stderr
    assert (tmp_path / "data" / "mine").read_text() == "precious"


def test_shares_must_be_shares() -> None:
    with pytest.raises(ConfigurationError, match="splits"):
        Wanted(splits={"train": 1.5, "test": -0.5})


@pytest.mark.slow
def test_a_hundred_thousand_dialogues_in_flat_memory(tmp_path: Path) -> None:
    """Prints the rate and the peak memory of the process that writes, for a tenth and for all."""
    peaks = {}
    for count in (10_000, 100_000):
        out = tmp_path / str(count)
        command = [sys.executable, "-m", "sml_env.bench.cli", "generate", "--agents", "greedy", "--workers", "2"]
        command += ["--episodes", str(count), "--out", str(out)]
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        with process.stdout:
            output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - began
        peaks[count] = usage.ru_maxrss / 1024
        print(f"{count:,}: {count / seconds:,.0f} a second, {peaks[count]:,.0f} MB; {output.splitlines()[-1]}")
        found = re.search(r"leak audit: .*, ([\d,]+) findings( \(left out\))?$", output, re.MULTILINE)
        assert process.returncode == 0 and found
        # The digits of an answer may stand in the number of a problem by chance: such rows are left out.
        assert int(found[1].replace(",", "")) <= count / 10_000
    assert peaks[100_000] < peaks[10_000] + 100
