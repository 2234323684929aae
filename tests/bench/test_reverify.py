"""``sml-env reverify``: what was stored is judged again, and what changed is said."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from models.speaking import Speaking

from sml_env.bench import plans
from sml_env.bench.again import Again, replayed
from sml_env.bench.episodes import read_episodes
from sml_env.evaluation import Origin
from sml_env.teachers.model import ModelTeacher

Command = Callable[..., Result]


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def write(path: Path, listed: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in listed))


def test_episodes_of_every_environment_are_judged_as_they_were(command: Command, tmp_path: Path) -> None:
    assert command("bench", "--suite", "smoke-v1", "--out", "run").exit_code == 0
    result = command("reverify", "run", "--out", "again")
    assert result.exit_code == 0, result.output
    assert "616 of 616 episodes judged again: 0 changed" in result.stdout
    assert (tmp_path / "again").read_bytes() == (tmp_path / "run").read_bytes()


@pytest.mark.parametrize("teacher", ["noisy:p=0.3", "lying:lies=2", "gibberish", "leaky"])
def test_what_chance_decided_is_decided_again_in_the_same_way(command: Command, teacher: str) -> None:
    arguments = ("--agents", "greedy,scripted,random", "--episodes", "8", "--asymmetry", "answer", "--no-brackets")
    assert command("bench", *arguments, "--teacher", teacher, "--out", "run").exit_code == 0
    result = command("reverify", "run")
    assert result.exit_code == 0 and "24 of 24 episodes judged again: 0 changed" in result.stdout


def test_a_false_verdict_is_found(command: Command, tmp_path: Path) -> None:
    command("bench", "--agents", "greedy", "--episodes", "3", "--asymmetry", "answer", "--no-brackets", "--out", "run")
    listed = rows(tmp_path / "run")
    listed[1]["success"] = False
    listed[1]["return"] -= 1.0
    write(tmp_path / "run", listed)
    result = command("reverify", "run", "--out", "again")
    assert result.exit_code == 1
    assert "3 of 3 episodes judged again: 1 changed; solved 2 → 3" in result.stdout
    assert "problem 1: is solved now" in result.stderr
    assert [row["success"] for row in rows(tmp_path / "again")] == [True] * 3


def test_an_attempt_that_is_wrong_today_ends_nothing(command: Command, tmp_path: Path) -> None:
    command("bench", "--agents", "greedy", "--episodes", "2", "--asymmetry", "answer", "--no-brackets", "--out", "run")
    listed = rows(tmp_path / "run")
    listed[0]["records"][-1]["utterance"] = "answer: 123456789"
    write(tmp_path / "run", listed)
    result = command("reverify", "run", "--out", "again")
    assert result.exit_code == 1 and "is not solved any more" in result.stderr
    first = rows(tmp_path / "again")[0]
    assert not first["success"] and first["failure"] == "replay: the recorded words end before the episode does"


def test_what_cannot_be_made_again_is_counted_and_kept(command: Command, tmp_path: Path, problems: Path) -> None:
    arguments = ("--agents", "hedge", "--asymmetry", "none", "--no-brackets", "--episodes", "3")
    command("bench", "--data", str(problems), *arguments, "--out", "run")
    problems.unlink()
    listed = rows(tmp_path / "run")
    listed[0]["failure"] = "teacher: gone"
    write(tmp_path / "run", listed)
    result = command("reverify", "run", "--out", "again")
    assert result.exit_code == 0 and "0 of 3 episodes judged again" in result.stdout
    assert "1 left as they were: not scored" in result.stderr and "2 left as they were: " in result.stderr
    assert rows(tmp_path / "again") == listed


def test_the_recorded_words_of_a_model_take_its_place(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    teacher = ModelTeacher(Speaking(lambda prompt: f"Look at step {len(prompt.messages)} once more."))
    monkeypatch.setattr(plans, "voice", lambda text: teacher if text.startswith("openai:") else text)
    monkeypatch.setattr("sml_env.bench.runs.voice", plans.voice)
    arguments = ("--agents", "scripted", "--asymmetry", "answer", "--no-brackets", "--episodes", "4")
    result = command("bench", *arguments, "--teacher", "openai:m@http://127.0.0.1:9/v1", "--out", "run")
    assert result.exit_code == 0, result.output
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    found = list(replayed(read_episodes([tmp_path / "run"])))
    assert [each.changes for each in found] == [()] * 4 and not any(each.fault for each in found)
    assert any("Look at step" in record.reply for each in found for record in each.after.records)


def test_the_environment_of_an_episode_is_reset_to_its_problem(command: Command, tmp_path: Path) -> None:
    command(
        "bench", "--agents", "informed", "--episodes", "3", "--asymmetry", "answer", "--no-brackets", "--out", "run"
    )
    again = Again()
    for episode in read_episodes([tmp_path / "run"]):
        assert isinstance(episode.origin, Origin)
        env = again.environment(episode)
        assert env.dialogue.problem.problem_id == episode.problem_id
        _, reward, terminated, _, _ = env.step(f"answer: {env.privileged()['answer']}")
        assert terminated and reward >= 1.0


@pytest.mark.parametrize(
    ("origin", "said"),
    [
        ({"env": "planted:Env-v0"}, "is none of this library's"),
        ({"env": "CartPole-v1"}, "is none of this library's"),
        ({"arguments": {"config": {"data": "planted.jsonl"}}}, "pass it as --data"),
        ({"arguments": {"render_mode": "human"}}, "['render_mode'] are none of"),
        ({"teacher": "noisy:voice=openai:model=m"}, "is not VOICE or VOICE:NAME=VALUE"),
        ({"teacher": "noisy:voice=vllm:model=m"}, "is not VOICE or VOICE:NAME=VALUE"),
    ],
)
@pytest.mark.parametrize("asked", [("reverify",), ("report", "--out", "page.html")], ids=["reverify", "report"])
def test_what_a_strangers_file_names_is_neither_imported_nor_read_nor_asked(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: tuple[str, ...],
    origin: dict[str, Any], said: str,
) -> None:  # fmt: skip
    command("bench", "--agents", "greedy", "--episodes", "1", "--asymmetry", "answer", "--no-brackets", "--out", "run")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "planted", raising=False)
    (tmp_path / "planted.py").write_text("from pathlib import Path\nPath('imported').touch()\n")
    (tmp_path / "planted.jsonl").write_text('{"problem": "What is 1 + 1?", "answer": "2"}\n')
    monkeypatch.setattr("sml_env.models.naming.make_model", lambda *_: pytest.fail("a model was made"))
    listed = rows(tmp_path / "run")
    listed[0]["origin"] |= origin
    write(tmp_path / "run", listed)
    result = command(asked[0], "run", *asked[1:])
    assert result.exit_code == 0, result.output
    assert not (tmp_path / "imported").exists()
    if asked == ("reverify",):
        assert "1 left as they were" in result.stderr and said in " ".join(result.stderr.split())


def test_problems_of_a_file_are_read_again_where_the_user_names_it(
    command: Command, tmp_path: Path, problems: Path
) -> None:
    arguments = ("--agents", "hedge", "--asymmetry", "none", "--no-brackets", "--episodes", "3")
    command("bench", "--data", str(problems), *arguments, "--out", "run")
    assert "0 of 3 episodes judged again" in command("reverify", "run").stdout
    assert "3 of 3 episodes judged again: 0 changed" in command("reverify", "run", "--data", str(problems)).stdout


@pytest.mark.parametrize("asked", [("reverify", "run"), ("report", "run"), ("compare", "run", "run")])
@pytest.mark.parametrize("columns", [80, 140])
def test_names_in_a_file_neither_steer_the_terminal_nor_are_markup(
    command: Command, tmp_path: Path, asked: tuple[str, ...], columns: int
) -> None:
    command("bench", "--agents", "greedy", "--episodes", "2", "--asymmetry", "answer", "--no-brackets", "--out", "run")
    hostile = "\x1b]0;title\x07\x9b\u202e[bold]x[/nope]"
    listed = rows(tmp_path / "run")
    for row in listed:
        row["agent"] += hostile
        row["origin"] |= {"student": row["agent"], "suite": hostile}
        row["return"] += 1.0
    listed[1]["failure"] = f"teacher: {hostile}"
    write(tmp_path / "run", listed)
    result = command(*asked, columns=columns)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(result.output)
    assert "[/nope" in "".join(result.output.split()) or columns == 80
