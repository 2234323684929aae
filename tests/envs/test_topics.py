"""The contract of every topic: well-formed, deterministic, varied exercises whose hints give nothing away."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
import pytest

from sml_env.envs.topics import TOPICS, Exercise
from sml_env.envs.topics.base import MAX_DIFFICULTY, MIN_MISCONCEPTIONS, Draft, Topic, Wrong, build_exercise
from sml_env.envs.topics.notation import Pair, Region, Span, polynomial, text

Samples = Callable[[str, int, int], Sequence[Exercise]]

COUNT = 300
NUMBER = r"-?\d+(?:/[1-9]\d*)?"
SPAN = rf"(?:\(-oo|[(\[]{NUMBER}), (?:oo\)|{NUMBER}[)\]])"
KINDS = {
    "number": re.compile(NUMBER),
    "pair": re.compile(rf"\({NUMBER}, {NUMBER}\)"),
    "interval": re.compile(rf"{SPAN}(?: U {SPAN})*"),
}
EXPECTED_KIND = {"systems_of_two": "pair", "inequalities": "interval"}
each_topic = pytest.mark.parametrize("topic", TOPICS)
each_difficulty = pytest.mark.parametrize("difficulty", range(1, MAX_DIFFICULTY + 1))


def digits(line: str) -> set[str]:
    return set(re.findall(r"\d+", line))


def numbers(line: str) -> list[Fraction]:
    return [Fraction(found) for found in re.findall(NUMBER, line)]


def test_there_are_twenty_topics_keyed_by_their_names() -> None:
    assert len(TOPICS) == 20
    assert all(topic.name == name and topic.title and topic.source for name, topic in TOPICS.items())


@each_topic
@each_difficulty
def test_answer_and_misconceptions_are_reduced_values_of_the_topics_kind(
    topic: str, difficulty: int, samples: Samples
) -> None:
    for exercise in samples(topic, difficulty, COUNT):
        assert (exercise.topic, exercise.difficulty) == (topic, difficulty)
        assert exercise.kind == EXPECTED_KIND.get(topic, "number")
        for answer in (exercise.answer, *(m.answer for m in exercise.misconceptions)):
            assert KINDS[exercise.kind].fullmatch(answer), answer
            assert all(str(Fraction(part)) == part for part in re.findall(NUMBER, answer)), answer


@each_topic
@each_difficulty
def test_at_least_four_misconceptions_differ_from_the_answer_and_one_another(
    topic: str, difficulty: int, samples: Samples
) -> None:
    for exercise in samples(topic, difficulty, COUNT):
        wrong = exercise.misconceptions
        assert len(wrong) >= MIN_MISCONCEPTIONS
        assert len({m.answer for m in wrong} | {exercise.answer}) == len(wrong) + 1
        assert len({m.name for m in wrong}) == len(wrong)
        assert all(re.fullmatch(r"[a-z_]+", m.name) for m in wrong)
        assert not any(digits(m.diagnosis) for m in wrong)


@each_topic
@each_difficulty
def test_operations_hold_no_number_that_the_statement_lacks(topic: str, difficulty: int, samples: Samples) -> None:
    for exercise in samples(topic, difficulty, COUNT):
        assert len(exercise.steps) >= 2
        for step in exercise.steps:
            assert digits(step.operation) <= digits(exercise.statement), (exercise.statement, step)
            assert step.operation.endswith(".")
            assert step.result


@each_topic
@each_difficulty
def test_the_last_result_ends_with_the_answer(topic: str, difficulty: int, samples: Samples) -> None:
    for exercise in samples(topic, difficulty, COUNT):
        assert exercise.steps[-1].result.rstrip(".").endswith(exercise.answer)


@each_topic
@each_difficulty
def test_rules_are_general(topic: str, difficulty: int, samples: Samples) -> None:
    for exercise in samples(topic, difficulty, COUNT):
        assert 1 <= len(exercise.rules) <= 3
        assert not any(digits(rule) for rule in exercise.rules)


@each_topic
@each_difficulty
def test_unknowns_name_the_answer_and_nothing_else_in_the_statement(
    topic: str, difficulty: int, samples: Samples
) -> None:
    for exercise in samples(topic, difficulty, COUNT):
        assert len(exercise.unknowns) == (2 if exercise.kind == "pair" else 1)
        letters = set(re.findall(r"(?<![A-Za-z])[a-z](?![A-Za-z])", exercise.statement)) - {"a"}
        assert exercise.unknowns[0] in letters | {"x", "a"}
        if exercise.unknowns == ("x",):
            asked = re.search(r"\b(?:for x|Find x|which x|integer x)\b", exercise.statement)
            assert asked or "x" not in letters, exercise.statement


@each_topic
@each_difficulty
def test_the_same_seed_gives_the_same_exercise(topic: str, difficulty: int) -> None:
    first, second = (
        [TOPICS[topic].sample(rng, difficulty) for _ in range(5)] for rng in map(np.random.default_rng, (7, 7))
    )
    assert first == second


@each_topic
@each_difficulty
def test_statements_vary(topic: str, difficulty: int, samples: Samples) -> None:
    distinct = len({exercise.statement for exercise in samples(topic, difficulty, COUNT)})
    assert distinct >= (0.75 if difficulty == 1 else 0.85) * COUNT


@each_topic
@each_difficulty
def test_no_answer_is_common(topic: str, difficulty: int, samples: Samples) -> None:
    answers = [exercise.answer for exercise in samples(topic, difficulty, COUNT)]
    assert max(map(answers.count, set(answers))) <= 0.2 * COUNT


@each_topic
def test_each_topic_has_at_least_two_templates(topic: str, samples: Samples) -> None:
    drawn = [exercise for difficulty in range(1, 6) for exercise in samples(topic, difficulty, COUNT)]
    assert len({tuple(step.operation.split()[0] for step in e.steps) for e in drawn}) >= 2
    assert len({" ".join(re.findall(r"[A-Za-z]{2,}", e.statement)) for e in drawn}) >= 2


@pytest.mark.parametrize("difficulty", [0, 6, -1, True, 1.5, "1"])
def test_a_difficulty_out_of_range_is_refused(difficulty: int) -> None:
    with pytest.raises(ValueError, match="difficulty="):
        TOPICS["percent"].sample(np.random.default_rng(0), difficulty)


def draft(*wrong: Wrong, answer: Fraction | int = 2, last: str = "x = 2") -> Draft:
    return Draft("Find x.", answer, (("Look.", "x"), ("Say it.", last)), ("Look first.",), wrong)


def test_misconceptions_with_equal_values_are_dropped_by_value_not_by_text() -> None:
    wrong = (
        Wrong("right", Fraction(4, 2), "Right by chance."),
        Wrong("first", 3, "Wrong."),
        Wrong("second", Fraction(3), "Wrong again."),
        Wrong("none", None, "Gives nothing."),
        Wrong("third", Fraction(1, 3), "Wrong, too."),
    )
    assert [m.name for m in build_exercise("t", 1, draft(*wrong)).misconceptions] == ["first", "third"]


def test_a_draft_that_breaks_the_contract_is_refused() -> None:
    with pytest.raises(ValueError, match="steps="):
        build_exercise("t", 1, draft(last="x"))
    with pytest.raises(ValueError, match="no number"):
        build_exercise("t", 1, draft(Wrong("pair", Pair(1, 2), "A pair.")))


def test_a_topic_that_draws_nothing_usable_gives_up() -> None:
    with pytest.raises(RuntimeError, match="'empty'"):
        Topic("empty", "Empty", "None", lambda rng, difficulty: None).sample(np.random.default_rng(0), 1)


def test_values_are_written_exactly() -> None:
    assert text(Fraction(-6, 4)) == "-3/2"
    assert text(Pair(Fraction(1, 2), -3)) == "(1/2, -3)"
    assert text(Region((Span(None, -1), Span(4, None, True)))) == "(-oo, -1) U [4, oo)"
    assert polynomial((-1, 0, Fraction(1, 2), -3)) == "-x^3 + (1/2)*x - 3"
