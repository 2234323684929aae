"""Spaces, secrets and counterfactual problems."""

from __future__ import annotations

import copy
import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sml_env.answers import Answers
from sml_env.envs.math_family import MathTutorConfig, TopicFamily
from sml_env.envs.topics import TOPICS
from sml_env.errors import ConfigurationError
from sml_env.priors import uniform_integers
from sml_env.problems import HypothesisSpace, Problem, Secret, Solution, Step

FAMILY = TopicFamily(MathTutorConfig())


def problem(topic: str, number: int = 5) -> Problem:
    return FAMILY.problem(f"{topic}-2-train-{number}")


def space_of(values: list[Fraction]) -> HypothesisSpace:
    answers = Answers.of("number", ("x",), [(value,) for value in values])
    return HypothesisSpace(answers, np.full(len(values), 1 / len(values)))


def test_a_secret_shows_itself_in_no_way_but_reveal() -> None:
    secret = Secret("forty-two")
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret!r}", repr([secret]), repr({"a": secret})):
        assert "forty" not in shown
    assert copy.copy(secret) is secret
    assert copy.deepcopy(secret) is secret
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(secret)
    assert secret.reveal() == "forty-two"


@pytest.mark.parametrize("topic", TOPICS)
def test_repr_of_a_problem_is_the_same_under_every_hypothesis(topic: str) -> None:
    """The object's address aside, nothing that prints a problem tells its truth."""
    original = problem(topic)
    assert original.space is not None
    shown = {repr(original.under(h).secret) for h in range(len(original.space))}
    assert shown == {"Secret(<redacted>)"}


@pytest.mark.parametrize("topic", TOPICS)
def test_under_a_hypothesis_only_the_secret_changes(topic: str) -> None:
    original = problem(topic)
    assert original.space is not None
    solution = original.secret.reveal()
    for h in range(len(original.space)):
        other = original.under(h)
        assert other.space is original.space
        public = ("problem_id", "statement", "facts", "rules", "hints_from_statement")
        assert all(getattr(other, name) == getattr(original, name) for name in public)
        hidden = other.secret.reveal()
        assert hidden.index == h
        assert hidden.answer == original.space.answers.text(h)
        assert hidden.answers is not None
        assert hidden.answers.key(0) == original.space.answers.key(h)
        assert [step.operation for step in hidden.steps] == [step.operation for step in solution.steps]
        assert all(step.result == "" for step in hidden.steps), "results belong to the real truth"


def test_under_withholds_steps_that_do_not_follow_from_the_statement() -> None:
    space = uniform_integers(1, 4)
    steps = (Step("Work out 1 + 2.", "3"),)
    original = Problem("p", "?", Secret(Solution("3", 2, space.answers.only(2), steps)), space)
    assert original.under(1).secret.reveal().steps == ()


@pytest.mark.parametrize("hypothesis", [-1, 4, 1000])
def test_under_an_unknown_hypothesis_is_refused(hypothesis: int) -> None:
    space = uniform_integers(1, 4)
    original = Problem("p", "?", Secret(Solution("3", 2, space.answers.only(2))), space)
    with pytest.raises(ConfigurationError, match="hypothesis"):
        original.under(hypothesis)
    with pytest.raises(ConfigurationError, match="hypothesis"):
        Problem("open", "?", Secret(Solution("3", None, None))).under(0)


@given(
    st.lists(st.builds(Fraction, st.integers(-9, 9), st.integers(1, 4)), min_size=1, max_size=8, unique=True).map(
        sorted
    ),
    st.builds(Fraction, st.integers(-9, 9), st.integers(1, 4)),
)
def test_index_of_finds_exactly_the_candidates(values: list[Fraction], wanted: Fraction) -> None:
    row = space_of(values).index_of(str(wanted))
    assert row == (values.index(wanted) if wanted in values else None)


@pytest.mark.parametrize("text", ["7.0", "14/2", "3+4", "07", "7"])
def test_index_of_reads_any_exact_form(text: str) -> None:
    assert uniform_integers(1, 9).index_of(text) == 6


@pytest.mark.parametrize("text", ["7.5", "22/3", "sqrt(2)", "(1, 2)", "", "seven", "10^(10^9)", "x", "0", "10", "oo"])
def test_index_of_anything_else_is_none(text: str) -> None:
    assert uniform_integers(1, 9).index_of(text) is None


def test_an_interval_with_an_irrational_end_is_no_candidate() -> None:
    answers = Answers.parse("interval", ("x",), ["(1, 2)", "(1, oo)"])
    space = HypothesisSpace(answers, np.full(2, 0.5))
    assert space.index_of("(1, oo)") == 1
    assert space.index_of("(1, sqrt(5))") is None


def test_prior_entropy_is_that_of_the_target() -> None:
    answers = Answers.of("number", ("x",), [(Fraction(k),) for k in range(4)])
    assert HypothesisSpace(answers, np.full(4, 0.25)).prior_entropy == pytest.approx(2.0)
    paired = HypothesisSpace(answers, np.full(4, 0.25), np.array([0, 0, 1, 1]))
    assert paired.prior_entropy == pytest.approx(1.0)


@pytest.mark.parametrize("prior", [[0.5, 0.6], [1.0, 0.0], [0.5, 0.25, 0.25], [1.5, -0.5], [np.nan, 1.0]])
def test_a_prior_that_is_none_is_refused(prior: list[float]) -> None:
    answers = Answers.of("number", ("x",), [(Fraction(1),), (Fraction(2),)])
    with pytest.raises(ConfigurationError, match="prior"):
        HypothesisSpace(answers, np.array(prior))
