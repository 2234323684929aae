"""Candidates of generated problems: complete, canonical, deterministic, in an order that hides the truth."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from sml_env.answers import Answers, Span
from sml_env.envs.math_family import MathTutorConfig, TopicFamily
from sml_env.envs.topics import TOPICS
from sml_env.envs.topics.candidates import MAX_CANDIDATES
from sml_env.errors import ConfigurationError
from sml_env.problems import Problem
from sml_env.semantics import meaning

FAMILY = TopicFamily(MathTutorConfig())
each_topic = pytest.mark.parametrize("topic", TOPICS)


def problems(topic: str, count: int, size: int = 16) -> list[Problem]:
    family = FAMILY if size == 16 else TopicFamily(MathTutorConfig(candidates=size))
    return [family.problem(f"{topic}-{1 + number % 3}-train-{number}") for number in range(count)]


def keys(answers: Answers) -> list[tuple[object, ...]]:
    return [answers.key(row) for row in range(len(answers))]


@each_topic
def test_the_truth_is_one_of_as_many_different_candidates_as_asked_for(topic: str) -> None:
    for size in (2, 5, 16):
        for problem in problems(topic, 6, size):
            space, solution = problem.space, problem.secret.reveal()
            assert space is not None and solution.index is not None
            assert len(space) == len(set(keys(space.answers))) == size
            assert space.answers.text(solution.index) == solution.answer
            assert space.index_of(solution.answer) == solution.index
            assert space.prior.tolist() == [1 / size] * size


@each_topic
def test_numbers_and_pairs_are_listed_in_ascending_order(topic: str) -> None:
    for problem in problems(topic, 6):
        assert problem.space is not None
        values = keys(problem.space.answers)
        if not isinstance(values[0][0], Span):
            assert values == sorted(values)  # type: ignore[type-var]


def test_sets_are_listed_in_an_order_that_their_members_fix() -> None:
    def end(value: object, infinite: float) -> float:
        return infinite if value is None else float(value)  # type: ignore[arg-type]

    for problem in problems("inequalities", 30):
        assert problem.space is not None
        order = [
            (len(row), *((end(s.low, -math.inf), not s.low_closed, end(s.high, math.inf), s.high_closed) for s in row))
            for row in problem.space.answers.sets
        ]
        assert order == sorted(order)
        for row in problem.space.answers.sets:
            assert all(s.low is None or s.high is None or s.low < s.high for s in row)
            assert all(left.high < right.low for left, right in pairwise(row))  # type: ignore[operator]


def ranks_are_uniform(ranks: Counter[int | None], limit: float) -> bool:
    """Chi-square with 15 degrees of freedom."""
    expected = ranks.total() / 16
    return sum((ranks[rank] - expected) ** 2 / expected for rank in range(16)) < limit


def test_the_rank_of_the_truth_is_uniform() -> None:
    ranks = Counter(problem.secret.reveal().index for topic in TOPICS for problem in problems(topic, 48))
    assert ranks_are_uniform(ranks, 37.7), f"{sorted(ranks.items(), key=str)}: beyond the 0.1% point"


@pytest.mark.slow
@each_topic
def test_the_rank_of_the_truth_is_uniform_in_each_topic(topic: str) -> None:
    ranks = Counter(problem.secret.reveal().index for problem in problems(topic, 960))
    assert ranks_are_uniform(ranks, 45.9), f"{sorted(ranks.items(), key=str)}: beyond the 0.1% point for twenty topics"


@each_topic
def test_an_id_gives_the_same_problem_in_another_family(topic: str) -> None:
    other = TopicFamily(MathTutorConfig(topics=(topic,)))
    for number in range(3):
        name = f"{topic}-3-test-{number}"
        first, second = FAMILY.problem(name), other.problem(name)
        assert first.statement == second.statement
        assert first.space is not None and second.space is not None
        assert keys(first.space.answers) == keys(second.space.answers)
        assert first.secret.reveal().answer == second.secret.reveal().answer


@each_topic
def test_diagnoses_are_of_wrong_values_and_name_no_number(topic: str) -> None:
    found = 0
    for problem in problems(topic, 10):
        solution = problem.secret.reveal()
        found += len(solution.diagnoses)
        assert solution.answer not in solution.diagnoses
        assert not any(character.isdigit() for text in solution.diagnoses.values() for character in text)
    assert found >= 10


@each_topic
def test_facts_are_the_same_and_do_not_decide_under_any_hypothesis(topic: str) -> None:
    for problem in problems(topic, 6):
        assert problem.space is not None
        signatures = np.zeros(len(problem.space), dtype=int)
        for query in problem.facts:
            meant = meaning(query.form, problem.space.answers)
            assert meant is not None
            signatures = signatures * len(meant.replies) + meant.codes
        assert len(problem.facts) >= 1
        assert len(set(signatures.tolist())) < len(problem.space)


@each_topic
def test_misconceptions_of_the_problem_are_among_its_candidates_more_often_than_by_chance(topic: str) -> None:
    """Wrong procedures give candidates; the truth is drawn after them, so that they tell nothing."""
    met = sum(
        problem.space is not None and problem.space.index_of(value) is not None
        for problem in problems(topic, 12)
        for value in problem.secret.reveal().diagnoses
    )
    assert met >= 1


@pytest.mark.parametrize("size", [1, 0, -3, MAX_CANDIDATES + 1])
def test_a_size_that_makes_no_space_is_refused(size: int) -> None:
    with pytest.raises(ConfigurationError, match="candidates"):
        MathTutorConfig(candidates=size)
