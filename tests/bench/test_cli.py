"""``sml-env bench``: what it prints, what it writes, and how it fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from sml_env.agents import HedgeAgent, make_agent
from sml_env.bench import students
from sml_env.evaluation import SCHEMA

Command = Callable[..., Result]

QUICK = ("--topics", "gcd_lcm", "--episodes", "4", "--no-brackets")


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_demos_command_works_and_makes_its_folder(command: Command, tmp_path: Path) -> None:
    line = "bench --env sml_env/MathTutor-v0 --agents random,constant,hedge,greedy,scripted"
    line += " --asymmetry answer,verifier,knowledge,none --episodes 3 --seed 0 --out runs/demo.jsonl"
    with_null, informed = 2 * 5, 1
    result = command(*line.split())
    assert result.exit_code == 0, result.output
    written = rows(tmp_path / "runs" / "demo.jsonl")
    assert len(written) == (with_null + informed) * 4 * 3
    assert {row["schema"] for row in written} == {SCHEMA}
    for name in ("random", "constant", "hedge", "greedy", "scripted", "answer", "verifier", "knowledge", "none"):
        assert name in result.stdout
    assert "hedging earns 50%" in result.stdout and "132 episodes written to runs/demo.jsonl" in result.stdout


@pytest.mark.parametrize("columns", [80, 120])
def test_the_table_fits_the_terminal(command: Command, columns: int) -> None:
    result = command("bench", *QUICK, "--agents", "greedy,greedy-binary,random", columns=columns)
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= columns
    (head,) = {line for line in lines if line.startswith("agent")}
    assert head.split() == ["agent", "@4", "@8", "turns", "bits", "effic.", "zero", "prem.", "leaks", "null"]
    assert "…" not in result.stdout


def test_each_problem_is_met_by_every_agent_under_every_asymmetry(command: Command, tmp_path: Path) -> None:
    command("bench", *QUICK, "--agents", "hedge,greedy", "--asymmetry", "answer,none", "--out", "out.jsonl")
    met: dict[tuple[str, str], list[str]] = {}
    for row in rows(tmp_path / "out.jsonl"):
        met.setdefault((row["agent"], row["asymmetry"]), []).append(row["problem_id"])
    assert len(met) == 4 and len(set(map(tuple, met.values()))) == 1


def test_the_same_seed_writes_the_same_bytes_and_another_seed_does_not(command: Command, tmp_path: Path) -> None:
    for name, seed in (("a", "5"), ("b", "5"), ("c", "6")):
        assert command("bench", *QUICK, "--seed", seed, "--out", name).exit_code == 0
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() != (tmp_path / "c").read_bytes()


def test_nothing_written_holds_an_unsolved_answer(command: Command, tmp_path: Path) -> None:
    config = '{"integers": [70000001, 70000400]}'
    (tmp_path / "one.jsonl").write_text('{"problem": "Which?", "answer": "70000123"}\n')
    arguments = ("--data", "one.jsonl", "--config", config, "--teacher", "oracle,leaky", "--agents", "constant")
    result = command("bench", *arguments, "--asymmetry", "answer", "--out", "out.jsonl")
    assert result.exit_code == 0, result.output
    assert "70000123" not in (tmp_path / "out.jsonl").read_text() + result.output


def test_a_pair_that_makes_no_sense_is_skipped_once_with_its_reason(command: Command) -> None:
    result = command(
        "bench", *QUICK, "--asymmetry", "answer,none", "--teacher", "oracle,leaky", "--agents", "hedge,greedy"
    )
    assert result.exit_code == 0
    assert result.output.count("skipped none, leaky") == 1 and "makes no sense" in result.output


def test_a_voice_takes_arguments(command: Command, tmp_path: Path) -> None:
    command("bench", *QUICK, "--teacher", "noisy:p=0.25", "--asymmetry", "answer", "--agents", "greedy", "--out", "o")
    first = rows(tmp_path / "o")[0]
    assert first["teacher"] == "noisy" and first["records"][0]["expected_bits"] < 1.5


def test_a_file_is_sampled_without_replacement_and_never_twice(
    command: Command, tmp_path: Path, problems: Path
) -> None:
    arguments = ("--data", str(problems), "--agents", "hedge", "--asymmetry", "none", "--max-turns", "2")
    arguments += ("--no-brackets",)
    assert command("bench", *arguments, "--episodes", "5", "--out", "five").exit_code == 0
    result = command("bench", *arguments, "--episodes", "50", "--out", "all")
    five, whole = ([row["problem_id"] for row in rows(tmp_path / name)] for name in ("five", "all"))
    assert len(set(five)) == 5 and five != sorted(five)
    assert len(whole) == len(set(whole)) == 12
    assert "there are only 12 problems" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--env", "sml_env/Nothing-v0"], "sml_env/MathTutor-v0"),
        (["--env", "CartPole-v1"], "CartPole-v1"),
        (["--agents", "nobody"], "'nobody' is none of random"),
        (["--asymmetry", "all"], "'all' is none of answer"),
        (["--teacher", "socrates"], "'socrates' is none of oracle"),
        (["--teacher", "noisy:p=0.9"], "p: 0.9"),
        (["--teacher", "noisy:0.9"], "VOICE:NAME=VALUE"),
        (["--teacher", "leaky", "--asymmetry", "none"], "makes no sense"),
        (["--topics", "alchemy"], "'alchemy'"),
        (["--difficulty", "4-9"], "difficulty"),
        (["--max-turns", "0"], "max_turns: 0"),
        (["--data", "missing.jsonl"], "missing.jsonl"),
        (["--data", "missing.jsonl", "--topics", "gcd_lcm"], "leave out"),
        (["--config", "{"], "not JSON"),
        (["--config", "[1]"], "not a JSON object"),
        (["--config", '{"colour": 1}'], "'colour'"),
        (["--out", "."], "is a folder"),
        (["--out", "/dev/null/out"], "cannot be written"),
    ],
)
def test_a_mistake_is_one_clear_line_and_exit_code_2(command: Command, arguments: list[str], words: str) -> None:
    result = command("bench", *arguments)
    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)
    (line,) = result.stderr.splitlines()
    assert line.startswith("sml-env: ") and words in line
    assert result.stdout == ""


def test_a_bad_data_file_names_the_line_and_leaves_no_output_behind(command: Command, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"problem": "1 + 1?", "answer": "2"}\n{"problem": "\x1b[31m"}\n')
    result = command("bench", "--data", "bad.jsonl", "--out", "out.jsonl")
    assert result.exit_code == 2 and "line 2" in result.stderr and "1 good" in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.jsonl"]


def test_the_data_file_is_never_overwritten(command: Command, problems: Path) -> None:
    before = problems.read_bytes()
    result = command("bench", "--data", str(problems), "--out", problems.name)
    assert result.exit_code == 2 and problems.read_bytes() == before


class Failing(HedgeAgent):
    """Raises in its second turn."""

    name = "greedy"

    def act(self, observation: str, info: dict[str, Any]) -> str:
        if "expected_bits" in info:
            raise ZeroDivisionError("[bold]no[/bold]")
        return super().act(observation, info)


def test_an_agent_that_raises_is_named_and_counted_and_the_rest_goes_on(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(students, "make_agent", lambda name: Failing() if name == "greedy" else make_agent(name))
    result = command("bench", *QUICK, "--agents", "greedy,hedge", "--asymmetry", "none", "--out", "out", columns=200)
    assert result.exit_code == 0
    failed = [row for row in rows(tmp_path / "out") if row["failure"]]
    assert 0 < len(failed) <= 4 and all(row["agent"] == "greedy" and not row["success"] for row in failed)
    assert f"{len(failed)} of 4 episodes failed (none, oracle, greedy)" in result.stdout
    assert "ZeroDivisionError: [bold]no[/bold]" in result.stdout
    assert len(rows(tmp_path / "out")) == 8


class Interrupting(HedgeAgent):
    """Presses Ctrl-C in its third episode."""

    episodes = 0

    def act(self, observation: str, info: dict[str, Any]) -> str:
        self.episodes += "problem_id" in info
        if self.episodes == 3:
            raise KeyboardInterrupt
        return super().act(observation, info)


def test_ctrl_c_prints_the_table_of_what_is_done_and_spares_the_earlier_file(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out").write_text("earlier\n")
    monkeypatch.setattr(students, "make_agent", lambda name: Interrupting())
    result = command("bench", *QUICK, "--agents", "hedge", "--asymmetry", "none", "--out", "out")
    assert result.exit_code == 130
    assert "interrupted after 2 of 4 episodes" in result.stderr
    assert "2 episodes an agent" in result.stdout and "hedge" in result.stdout
    assert (tmp_path / "out").read_text() == "earlier\n"
    assert len(rows(tmp_path / "out.partial")) == 2 and "out.partial" in result.stdout


def test_an_earlier_file_is_replaced_when_the_run_is_complete_and_the_user_is_told(
    command: Command, tmp_path: Path
) -> None:
    (tmp_path / "out").write_text("earlier\n")
    result = command("bench", *QUICK, "--agents", "hedge", "--asymmetry", "none", "--out", "out")
    assert "an earlier file was replaced" in result.stdout
    assert len(rows(tmp_path / "out")) == 4 and not (tmp_path / "out.partial").exists()


def test_open_problems_have_no_bracket_and_no_bits(command: Command, problems: Path) -> None:
    config = '{"hypotheses": "open"}'
    result = command("bench", "--data", str(problems), "--config", config, "--episodes", "2", "--asymmetry", "answer")
    assert result.exit_code == 0, result.output
    assert "open problems: no hedging bracket" in result.stdout and "hedging earns" not in result.stdout


def test_help_names_both_commands_and_the_version_needs_no_environment(command: Command) -> None:
    shown = command("--help").stdout
    assert "bench" in shown and "play" in shown
    assert command("--version").exit_code == 0
