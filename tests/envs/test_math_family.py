"""The problems of MathTutor: stable ids, disjoint splits, candidates that tell nothing, and configuration errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sml_env.dialogue import Dialogue, Outcome
from sml_env.envs.math_family import SPLITS, DataFamily, MathTutorConfig, TopicFamily, math_family, split_of
from sml_env.envs.topics import TOPICS
from sml_env.errors import ConfigurationError, DataError
from sml_env.problems import Problem
from sml_env.rules import Rules
from sml_env.semantics import meaning
from sml_env.teachers import Request, make_teacher
from sml_env.verifiers.symbolic import verify

SAMPLED = 400


def drawn(config: MathTutorConfig, count: int, seed: int) -> list[Problem]:
    family, rng = TopicFamily(config), np.random.default_rng(seed)
    return [family.problem(family.sample(rng)) for _ in range(count)]


@pytest.fixture(scope="module")
def problems() -> list[Problem]:
    return drawn(MathTutorConfig(difficulty=(1, 5)), 300, 0)


# -- ids ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("topic", TOPICS)
def test_an_id_is_the_same_problem_in_another_family_and_after_others(topic: str) -> None:
    problem_id = f"{topic}-3-train-77"
    first = TopicFamily(MathTutorConfig()).problem(problem_id)
    for number in range(300, 320):
        TopicFamily(MathTutorConfig()).problem(f"{topic}-1-train-{number}")
    other = TopicFamily(MathTutorConfig(topics=("percent",), split="test", difficulty=(5, 5))).problem(problem_id)
    assert (first.problem_id, first.statement) == (problem_id, other.statement)
    assert first.secret.reveal().answer == other.secret.reveal().answer
    assert [query.canonical for query in first.facts] == [query.canonical for query in other.facts]


def test_ids_do_not_depend_on_the_order_of_draws() -> None:
    config = MathTutorConfig(difficulty=(1, 5))
    ids = [problem.problem_id for problem in drawn(config, 20, 3)]
    family = TopicFamily(config)
    backwards = {problem_id: family.problem(problem_id).statement for problem_id in reversed(ids)}
    assert [backwards[problem_id] for problem_id in ids] == [problem.statement for problem in drawn(config, 20, 3)]


def test_an_id_says_nothing_of_the_answer(problems: list[Problem]) -> None:
    for problem in problems:
        topic, difficulty, split, number = problem.problem_id.split("-")
        assert topic in TOPICS
        assert difficulty in "12345"
        assert split in SPLITS
        assert number.isdigit()
        assert problem.under(0).problem_id == problem.problem_id


@pytest.mark.parametrize(
    "problem_id",
    [
        "",
        "percent",
        "percent-2-train",
        "percent-6-train-1",
        "percent-0-train-1",
        "percent-2-dev-1",
        "nope-2-train-1",
        "percent-2-train-12345678901",
        "percent-2-train--1",
        " percent-2-train-1",
        "percent-2-train-1\n",
        "percent-2-train-\u0663",
        "Percent-2-train-1",
        "percent-2-train-1-1",
        5,
        None,
        b"percent-2-train-1",
    ],
)
def test_an_id_of_no_problem_is_refused_by_name(problem_id: Any) -> None:
    with pytest.raises(ConfigurationError, match="problem_id"):
        TopicFamily(MathTutorConfig()).problem(problem_id)


# -- splits and difficulty ---------------------------------------------------------------------------------------------


def test_train_and_test_share_no_statement() -> None:
    statements = {
        split: {problem.statement for problem in drawn(MathTutorConfig(split=split, difficulty=(1, 5)), SAMPLED, 5)}
        for split in SPLITS
    }
    assert not statements["train"] & statements["test"]
    assert all(split_of(statement) == split for split, group in statements.items() for statement in group)
    assert min(len(group) for group in statements.values()) > 0.9 * SAMPLED


def test_difficulty_and_topics_stay_in_what_was_asked_for() -> None:
    family, rng = (
        TopicFamily(MathTutorConfig(topics=("percent", "ratios"), difficulty=(2, 4))),
        np.random.default_rng(1),
    )
    ids = [family.sample(rng).split("-") for _ in range(400)]
    assert {topic for topic, *_ in ids} == {"percent", "ratios"}
    assert {difficulty for _, difficulty, *_ in ids} == {"2", "3", "4"}
    assert MathTutorConfig.of({"difficulty": 3}).difficulty == (3, 3)
    assert MathTutorConfig.of({"topics": "percent"}).topics == ("percent",)


# -- candidates and facts ----------------------------------------------------------------------------------------------


def test_candidates_are_sorted_distinct_and_hold_the_truth(problems: list[Problem]) -> None:
    for problem in problems:
        space, solution = problem.space, problem.secret.reveal()
        assert space is not None
        texts = [space.answers.text(row) for row in range(len(space))]
        assert len(set(texts)) == len(texts) == 16
        assert space.index_of(solution.answer) == solution.index
        assert verify(texts[solution.index or 0], solution.answer).correct
        assert np.allclose(space.prior, 1 / 16)
        if space.answers.columns:
            rows = [tuple(column[row] for column in space.answers.columns) for row in range(len(space))]
            assert rows == sorted(rows)


def test_every_other_candidate_is_judged_wrong(problems: list[Problem]) -> None:
    for problem in problems[:60]:
        assert problem.space is not None
        solution = problem.secret.reveal()
        right = [verify(problem.space.answers.text(row), solution.answer).correct for row in range(len(problem.space))]
        assert sum(right) == 1


@pytest.mark.parametrize("size", [2, 5, 12])
def test_as_many_candidates_as_were_asked_for(size: int) -> None:
    for problem in drawn(MathTutorConfig(candidates=size), 20, 8):
        assert problem.space is not None
        assert len(problem.space) == size


def test_as_many_problems_as_were_asked_for() -> None:
    family = math_family(MathTutorConfig(topics=("percent", "averages"), difficulty=(1, 2), problems=3))
    rng = np.random.default_rng(0)
    drawn_ids = {family.sample(rng) for _ in range(400)}
    assert len(drawn_ids) == 2 * 2 * 3
    assert {identity.rpartition("-")[2] for identity in drawn_ids} == {"0", "1", "2"}
    with pytest.raises(ConfigurationError, match="as many as it holds"):
        MathTutorConfig(problems=3, data="problems.jsonl")


def test_facts_never_decide_the_answer_alone(problems: list[Problem]) -> None:
    left = []
    for problem in problems:
        space, index = problem.space, problem.secret.reveal().index
        assert space is not None
        alive = np.ones(len(space), dtype=bool)
        for query in problem.facts:
            meant = meaning(query.form, space.answers)
            assert meant is not None
            alive &= meant.codes == meant.codes[index]
        left.append(np.log2(alive.sum()))
    assert np.mean(left) > 1.0
    assert min(left) > 0.0


# -- configuration -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argument", "value"),
    [("topics", ["no"]), ("topics", 5), ("topics", [5]), ("topics", [["percent"]]), ("topics", None)]
    + [("difficulty", value) for value in (0, 6, [3, 1], [1], [0, 3], "easy", True, 2.5, None, [1.0, 2])]
    + [("split", value) for value in ("dev", 3, None, ["train"])]
    + [("candidates", value) for value in (1, 10**9, "8", True, 2.0, None, -1)]
    + [("problems", value) for value in (0, -1, "8", True, 2.0, 2**40)]
    + [("hypotheses", value) for value in ("x", None, [])]
    + [("integers", value) for value in ([0, 5], [1], "05")]
    + [("nope", 1)],
)
def test_a_bad_value_names_the_argument_and_the_value(argument: str, value: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        MathTutorConfig.of({argument: value})
    assert argument in str(caught.value)
    if not isinstance(value, bool) and argument not in ("nope", "integers"):
        assert str(value).strip("[]'") in str(caught.value)


@pytest.mark.parametrize("config", [5, "topics", [1], True])
def test_a_config_that_is_no_mapping_is_refused(config: Any) -> None:
    with pytest.raises(ConfigurationError, match="config"):
        MathTutorConfig.of(config)


def test_no_config_is_the_default() -> None:
    assert MathTutorConfig.of(None) == MathTutorConfig.of({}) == MathTutorConfig()
    assert isinstance(math_family(MathTutorConfig()), TopicFamily)


# -- data --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def data(tmp_path: Path) -> str:
    rows = [
        {"question": "What is 40 + 2?", "answer": "40 + 2 = <<40+2=42>>42\n42 - 1 = <<42-1=41>>41\n#### 41"},
        {"problem": "Half of one?", "answer": "1/2"},
        {"problem": "Who is it?", "answer": "Evelyn"},
        {"problem": "Which pair?", "answer": "(2, -3)"},
        {"problem": "How far?", "answer": "-7"},
    ]
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return str(path)


def test_integer_answers_are_closed_and_others_stay_open(data: str) -> None:
    family = math_family(MathTutorConfig(data=data))
    ids = family.problem_ids()
    assert ids == tuple(f"rows-{number}" for number in range(1, 6))
    assert [family.problem(problem_id).space is None for problem_id in ids] == [False, True, True, True, False]
    opened = math_family(MathTutorConfig(data=data, hypotheses="open"))
    assert all(opened.problem(problem_id).space is None for problem_id in ids)


@pytest.mark.parametrize("utterance", ["is it greater than 10?", "is it even?", "2 * 20 = 40", "how many digits?"])
def test_an_open_problem_has_no_bits(data: str, utterance: str) -> None:
    family = math_family(MathTutorConfig(data=data, hypotheses="open"))
    teacher = make_teacher("oracle", "answer")
    dialogue = Dialogue(family.problem("rows-1"), teacher, Rules())
    assert dialogue.opening_info["belief_entropy_bits"] is None
    answer = dialogue.submit(utterance)
    assert isinstance(answer, Request)
    outcome = dialogue.deliver(teacher.reply([answer])[0])
    assert isinstance(outcome, Outcome)
    for key in ("expected_bits", "realised_bits", "best_bits", "belief_entropy_bits", "verdict_bits"):
        assert outcome.info[key] is None, key
    assert outcome.info["meter"] == "none"


def test_a_range_of_integers_closes_data_and_must_hold_the_answers(data: str) -> None:
    family = math_family(MathTutorConfig(data=data, integers=(-10, 100)))
    space = family.problem("rows-1").space
    assert space is not None
    assert len(space) == 111
    narrow = MathTutorConfig(data=data, integers=(0, 10))
    with pytest.raises((ConfigurationError, DataError), match="integers"):
        math_family(narrow).problem("rows-1")
    with pytest.raises(ConfigurationError, match="integers"):
        math_family(MathTutorConfig(data=data, integers=(5, 0))).problem("rows-1")


def test_a_row_that_is_not_there_is_refused(data: str) -> None:
    family = DataFamily(MathTutorConfig(data=data))
    for problem_id in ("rows-0", "rows-6", "", "percent-2-train-1"):
        with pytest.raises(ConfigurationError, match="problem_id"):
            family.problem(problem_id)


def test_the_same_row_is_the_same_problem_in_another_family(data: str) -> None:
    first, second = (math_family(MathTutorConfig(data=data)).problem("rows-1") for _ in range(2))
    assert first.space is not None
    assert second.space is not None
    assert np.array_equal(first.space.prior, second.space.prior)
    assert first.secret.reveal().index == second.secret.reveal().index


@pytest.mark.parametrize("source", [5, "", "/no/such/file.jsonl"])
def test_a_source_that_is_not_there_is_refused(source: Any) -> None:
    with pytest.raises((ConfigurationError, DataError)):
        math_family(MathTutorConfig(data=source))
