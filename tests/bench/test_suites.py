"""Suites and brackets: the same lists for everybody, and every score beside what it must be compared with."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from sml_env.bench.episodes import read_episodes
from sml_env.bench.plans import BRACKETS, Cell, Lessons, plan
from sml_env.bench.suites import SUITES, plans_of, suite_of
from sml_env.errors import ConfigurationError
from sml_env.registration import ROWS
from sml_env.rollouts import WITHHELD

Command = Callable[..., Result]


@pytest.mark.parametrize("name", SUITES)
def test_a_suites_parts_can_all_be_played(name: str) -> None:
    suite = SUITES[name]
    assert name == suite.name and name.rpartition("-v")[2].isdecimal()
    plans = plans_of(suite, ["greedy"])
    assert len(plans) == len(suite.parts) and not any(each.skipped for each in plans)
    assert all(each.suite == name for each in plans)


@pytest.mark.parametrize("name", ["smoke-v1", "core-v1"])
def test_the_general_suites_hold_every_text_environment(name: str) -> None:
    assert {part.env for part in SUITES[name].parts} == {row.id for row in ROWS if not row.discrete}


def test_a_suite_of_ones_own_is_a_file(command: Command, tmp_path: Path) -> None:
    part = {"env": "sml_env/TwentyQuestions-v0", "asymmetries": ["answer"], "episodes": 3}
    suite = {"name": "mine-v1", "seed": 5, "parts": [part, {**part, "arguments": {"config": {"size": 4}}}]}
    (tmp_path / "mine.json").write_text(json.dumps(suite))
    result = command("bench", "--suite", "mine.json", "--agents", "greedy", "--out", "out")
    assert result.exit_code == 0, result.output
    episodes = read_episodes([tmp_path / "out"])
    assert {each.origin.suite for each in episodes if each.origin} == {"mine-v1"}
    assert {json.dumps(each.origin.arguments) for each in episodes if each.origin} == {"{}", '{"config": {"size": 4}}'}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[]", "not a suite"),
        ('{"name": "x-v1"}', "parts"),
        ('{"name": "core-v1", "parts": [{"env": "e"}]}', "name of its own"),
        ('{"name": "x-v1", "parts": [{"env": "e", "episodes": 0}]}', "episodes 0"),
        ('{"name": "x-v1", "parts": [{"env": "e", "colour": 1}]}', "colour"),
        ('{"name": "x-v1", "parts": [{"env": "e", "arguments": {"teacher": "leaky"}}]}', "without asymmetry"),
        ('{"name": "x-v1", "seed": -1, "parts": [{"env": "e"}]}', "seed -1"),
        ("{", "cannot be read"),
    ],
)
def test_a_broken_suite_is_one_clear_line(command: Command, tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "bad.json").write_text(text)
    result = command("bench", "--suite", "bad.json")
    (line,) = result.stderr.splitlines()
    assert result.exit_code == 2 and line.startswith("sml-env: suite: ") and words in line


def test_an_unknown_suite_names_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match="core-v1"):
        suite_of("nothing-v1")


@pytest.mark.parametrize("option", [("--env", "sml_env/Mastermind-v0"), ("--seed", "3"), ("--episodes", "5")])
def test_what_a_suite_chooses_cannot_be_chosen_beside_it(command: Command, option: tuple[str, str]) -> None:
    result = command("bench", "--suite", "smoke-v1", *option)
    assert result.exit_code == 2 and f"leave out {option[0]}" in result.stderr


def test_every_cell_has_its_brackets_and_every_agent_its_null_teacher() -> None:
    told = plan(
        Lessons("sml_env/MathTutor-v0"), ["answer", "none"], ["oracle", "noisy:p=0.2"], ["greedy", "hedge"], 2, 0
    )
    for cell in told.cells:
        assert {arm.agent for arm in told.arms_of(cell)} == {"greedy", *BRACKETS}
    for asymmetry in ("answer", "none"):
        assert [arm.agent for arm in told.arms_of(Cell(asymmetry, "null"))] == ["greedy", "hedge"]
    assert told.agents == ("greedy", "hedge")
    assert len(set(told.arms)) == len(told.arms)


def test_the_brackets_stand_beside_the_scores(command: Command, tmp_path: Path) -> None:
    arguments = ("--env", "sml_env/TwentyQuestions-v0", "--agents", "greedy", "--episodes", "40", "--out", "out")
    result = command("bench", *arguments, "--asymmetry", "answer")
    assert result.exit_code == 0
    for word in ("random ", "constant ", "hedge ", "full 100%", "hedging earns 31%", "null"):
        assert word in result.stdout
    rates: dict[tuple[str, str], list[bool]] = {}
    for each in read_episodes([tmp_path / "out"]):
        assert each.origin is not None
        rates.setdefault((each.agent, each.origin.teacher), []).append(each.success)
    share = {key: sum(solved) / len(solved) for key, solved in rates.items()}
    assert share["informed", "oracle"] == 1.0 == share["greedy", "oracle"]
    assert share["greedy", "null"] < 0.6 and share["constant", "oracle"] < 0.4


def test_the_words_of_the_informed_agent_are_withheld(command: Command, tmp_path: Path) -> None:
    command("bench", "--suite", "smoke-v1", "--agents", "greedy", "--out", "out")
    told = [each for each in read_episodes([tmp_path / "out"]) if each.agent == "informed"]
    assert told and all(each.success for each in told)
    assert {record.utterance for each in told for record in each.records} == {WITHHELD}
