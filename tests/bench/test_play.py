"""``sml-env play``: a person in a terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from sml_env.bench.play import printable

Command = Callable[..., Result]


@pytest.fixture
def lesson(command: Command, tmp_path: Path) -> Callable[..., Result]:
    """Play the one problem whose answer is 5, of 1 to 8."""
    (tmp_path / "five.jsonl").write_text('{"problem": "Which one\\u001b[2J is it?", "answer": "5"}\n')

    def run(*lines: str, options: tuple[str, ...] = ()) -> Result:
        said = "".join(f"{line}\n" for line in lines)
        config = '{"integers": [1, 8]}'
        return command("play", "--data", "five.jsonl", "--config", config, "--seed", "1", *options, said=said)

    return run


def test_a_person_asks_and_solves_and_is_told_so_without_being_offered_the_answer(
    lesson: Callable[..., Result],
) -> None:
    result = lesson("is it greater than 4?", "answer: 5", options=("--max-turns", "6"))
    assert result.exit_code == 0
    assert "Yes." in result.stdout and "Correct." in result.stdout
    assert "Solved, with 4 turns left." in result.stdout and "Show the answer?" not in result.stdout


@pytest.mark.parametrize(("said", "shown"), [("y", True), ("n", False), ("", False)])
def test_the_answer_is_shown_only_to_who_asks_for_it(lesson: Callable[..., Result], said: str, shown: bool) -> None:
    result = lesson("answer: 4", "answer: 6", said, options=("--max-turns", "2"))
    assert "Not solved." in result.stdout
    assert ("The answer is 5." in result.stdout) is shown


def test_quit_and_the_end_of_input_both_end_the_lesson_cleanly(lesson: Callable[..., Result]) -> None:
    for result in (lesson("x > 2", "quit", "n"), lesson("x > 2", " EXIT "), lesson("x > 2"), lesson()):
        assert result.exit_code == 0 and "You left; not solved." in result.stdout
        assert "The answer is" not in result.stdout


def test_an_empty_line_costs_no_turn(lesson: Callable[..., Result]) -> None:
    result = lesson("", "   ", "x > 4", "quit", options=("--max-turns", "6"))
    assert "Turns left: 5." in result.stdout and "Turns left: 4." not in result.stdout


def test_bits_are_shown_only_when_asked_for(lesson: Callable[..., Result]) -> None:
    shown = lesson("x > 4", "answer: 6", "quit", options=("--bits",)).stdout
    assert "[to learn: 3.00 bits]" in shown
    assert "[predicate: expected 1.00 of at best " in shown and "told 1.00, 2.00 left]" in shown
    assert "[attempt: the verdict told 0.42 bits, 1.58 left]" in shown
    assert "to learn" not in lesson("x > 4", "quit").stdout


def test_a_statement_cannot_steer_the_terminal(lesson: Callable[..., Result]) -> None:
    result = lesson("quit")
    assert "\x1b" not in result.stdout and "Which one�[2J is it?" in result.stdout
    assert printable("a\tb\nc\x00") == "a�b\nc�"


def test_the_problem_can_be_played_again_by_the_seed_that_is_shown(command: Command) -> None:
    first = command("play", "--topics", "gcd_lcm", said="quit\n").stdout
    seed = first.split("--seed ")[1].split(")")[0]
    assert command("play", "--topics", "gcd_lcm", "--seed", seed, said="quit\n").stdout == first


def test_a_mistake_is_one_clear_line(command: Command) -> None:
    result = command("play", "--teacher", "peer")
    assert result.exit_code == 2 and len(result.stderr.splitlines()) == 1 and "makes no sense" in result.stderr


def test_a_block_is_read_to_its_end(command: Command, tmp_path: Path) -> None:
    row = {"name": "t", "statement": "Write t(n).", "function": "t", "reference": "def t(n):\n    return n + n\n",
           "cases": [[[2], 4], [[3], 6]]}  # fmt: skip
    (tmp_path / "t.jsonl").write_text(json.dumps(row) + "\n")
    said = "```python\ndef t(n):\n    total = n\n\n    return total + n\n```\n"
    result = command("play", "--env", "sml_env/CodeTutor-v0", "--data", "t.jsonl", "--seed", "1", said=said)
    assert "Solved, with 9 turns left." in result.stdout and "call t(...)" in result.stdout
