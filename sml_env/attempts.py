"""Attempts: what a student's claim states, how it is written, and whether it stands for one candidate alone."""

from __future__ import annotations

from collections.abc import Sequence

from sml_env.answers import Answers
from sml_env.counterfactual import MAX_ENUMERATED
from sml_env.domains import Candidates, open_domain
from sml_env.errors import ExpressionError
from sml_env.forms import Claim, Comparison, Query
from sml_env.problems import Problem
from sml_env.verifiers.base import Status, Verdict
from sml_env.wording import number

__all__ = ["claimed", "judged", "notation", "predicate_of_a_part", "states_a_value"]


def states_a_value(query: Query) -> bool:
    """Whether a query states a value to be judged."""
    return isinstance(query.form, Claim) and query.kind != "diagnosis"


def claimed(query: Query) -> str:
    """The value that a query states, as the student wrote it."""
    return (query.form.value or "") if isinstance(query.form, Claim) else ""


def predicate_of_a_part(query: Query, answers: Candidates | None) -> Query | None:
    """``y = 2`` states no answer where y is one part of a pair, or nothing: it is a predicate of y.

    Returns:
        The predicate; ``None`` where the value is claimed of the answer itself.
    """
    claim = query.form
    if not isinstance(answers, Answers) or not isinstance(claim, Claim):
        return None
    if claim.name == "x" and (answers.kind != "pair" or "x" not in answers.names):
        return None
    if answers.kind != "pair" and claim.name in answers.names:
        return None
    bound = number((claim.value or "").lower())
    if bound is None:
        return None
    form = Comparison(claim.name, "==", bound)
    return Query("predicate", str(form), form)


def notation(value: str, answers: Candidates | None) -> str:
    """A value as such answers are written, if it is one; equal values are written alike."""
    try:
        if isinstance(answers, Answers):
            return Answers.parse(answers.kind, answers.names, [value]).text(0)
    except ExpressionError:
        pass
    return value.strip()


def judged(
    value: str, row: int | None, problem: Problem, said: Sequence[tuple[str, str]] = (), seed: int = 0
) -> Verdict:
    """The verdict on an attempt.

    A value that is a candidate is judged as that candidate alone: "50%" must not stand for 50 and for 1/2 at once. A
    value that is written unlike any candidate and would be right for several of them is a hedge.

    Args:
        value: As the student wrote it.
        row: Which candidate it is, if any.
        problem: With the answer.
        said: What student and teacher have said, by turns; an open domain does not judge by what that gave away.
        seed: Of the lesson.
    """
    space, domain, solution = problem.space, problem.domain, problem.secret.reveal()
    tested = open_domain(domain)
    if tested is not None:
        return tested.examine(value, solution, said, seed)
    stated = value if row is None or space is None else space.answers.text(row)
    verdict = domain.judge(stated, solution.answer)
    if not verdict.correct or row is not None or space is None:
        return verdict
    if len(space) > MAX_ENUMERATED:
        alone = space.index_of(verdict.extracted or "") == space.index_of(solution.answer)
    else:
        texts = (space.answers.text(other) for other in space.representatives.tolist())
        alone = sum(domain.judge(value, text).correct for text in texts) == 1
    if alone:
        return verdict
    return Verdict(Status.INCORRECT, "hedge", "the value fits several candidates", verdict.extracted)
