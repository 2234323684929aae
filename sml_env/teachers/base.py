"""What a teacher is handed and what it owes: views, requests, and the protocol.

A teacher sees a request and nothing else. What the request's view holds is decided by ``view_for`` from the asymmetry:
that function is the information gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Protocol, TypeAlias, cast, runtime_checkable

from sml_env.domains import MATHEMATICS, Candidates, Domain, open_domain
from sml_env.errors import ConfigurationError
from sml_env.forms import ASKED_KINDS, FamilyForm, Query
from sml_env.information import Channel, FloatArray, IntArray
from sml_env.menu import Menu
from sml_env.problems import HypothesisSpace, Problem, Step
from sml_env.semantics import Meaning
from sml_env.verifiers.base import Verdict

__all__ = [
    "ASYMMETRIES",
    "AnswerView",
    "ChannelTeacher",
    "EmptyView",
    "Fact",
    "KnowledgeView",
    "Question",
    "Reply",
    "Request",
    "Teacher",
    "Turn",
    "VerdictView",
    "View",
    "stated_channel",
    "view_for",
]

ASYMMETRIES: Final = ("answer", "verifier", "knowledge", "none")


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange of the public transcript."""

    student: str
    teacher: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A predicate of which a teacher knows the truth.

    Attributes:
        query: The predicate.
        reply: The true reply to it.
    """

    query: Query
    reply: str


@dataclass(frozen=True, slots=True, repr=False)
class AnswerView:
    """Asymmetry "answer": the answer and the worked solution.

    Attributes:
        answer: In the verifier's notation.
        answers: The same as a single row; ``None`` where it is of no kind that can be asked about.
        steps: The worked solution; results are empty where they are withheld.
        diagnosis: What is wrong with the attempt that the student asks about; ``None`` if nothing is known of it.
        verdict: On the student's latest attempt, in an open domain.
        details: What the statement leaves out, in sentences.
        hypothesis: Which hypothesis is true, where there are some: several may share the answer.
    """

    answer: str
    answers: Candidates | None
    steps: tuple[Step, ...]
    diagnosis: str | None = None
    verdict: Verdict | None = None
    details: tuple[str, ...] = ()
    hypothesis: int | None = None


@dataclass(frozen=True, slots=True, repr=False)
class VerdictView:
    """Asymmetry "verifier": the verdict on the student's latest attempt, with what the verifier saw.

    Attributes:
        attempt: What the student attempted; ``None`` before the first attempt.
        verdict: The verdict on it.
    """

    attempt: str | None
    verdict: Verdict | None


@dataclass(frozen=True, slots=True, repr=False)
class KnowledgeView:
    """Asymmetry "knowledge": some facts that are true of this problem, and general rules; not the answer.

    Attributes:
        facts: Predicates with their truth.
        rules: General rules of the topic.
    """

    facts: tuple[Fact, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EmptyView:
    """Asymmetry "none": nothing that the student lacks."""


View: TypeAlias = AnswerView | VerdictView | KnowledgeView | EmptyView


@dataclass(frozen=True, slots=True, repr=False)
class Question:
    """What is public when a query is put to the teacher: the same whichever hypothesis is true.

    Attributes:
        utterance: What the student said.
        query: What was understood of it.
        statement: Of the problem.
        space: The hypotheses; ``None`` for an open problem.
        fact_queries: Which predicates a teacher with "knowledge" knows.
        asymmetry: Which view the teacher holds.
        transcript: The exchanges so far.
        hints_given: How many hints were delivered before.
        facts_told: How many facts were delivered before.
        asked_of: The attempt judged wrong that a diagnosis is asked of, in the verifier's notation; else ``None``.
        hints_from_statement: Whether hints are the same under every hypothesis.
        meaning: The true reply under each hypothesis; ``None`` where the query is not about the answer.
        domain: What queries mean.
        belief: Of the ideal listener, shape ``(N,)``; ``None`` for an open problem.
        false_replies: How many of the replies so far were false under each hypothesis, shape ``(N,)``; ``None`` where
            the teacher's law does not ask for it.
        turns_left: Turns that the student has, this one included.
        attempted: The wrong attempt that is to be answered, where the environment's teachers answer those.
    """

    utterance: str
    query: Query
    statement: str
    space: HypothesisSpace | None
    fact_queries: tuple[Query, ...]
    asymmetry: str
    transcript: tuple[Turn, ...] = ()
    hints_given: int = 0
    facts_told: int = 0
    asked_of: str | None = None
    hints_from_statement: bool = False
    meaning: Meaning | None = None
    domain: Domain = MATHEMATICS
    belief: FloatArray | None = None
    false_replies: IntArray | None = None
    turns_left: int = 1
    attempted: str | None = None

    @property
    def about_the_answer(self) -> bool:
        """Whether the true reply is a function of the answer."""
        return self.attempted is not None or self.query.kind in ASKED_KINDS or isinstance(self.query.form, FamilyForm)


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """One utterance that waits for a teacher's reply.

    Attributes:
        question: What is public.
        view: What the teacher knows beyond that.
        channel: Of this question, when the teacher states one.
        seed: Of the teacher's own randomness: the same dialogue and turn give the same seed, whatever the truth is.
        refused: Replies to this same question that the guard has stopped, oldest first.
    """

    question: Question
    view: View
    channel: Channel | None = None
    seed: tuple[int, ...] = (0,)
    refused: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply with what the teacher says that it reveals.

    Attributes:
        text: What the student reads, after the guard.
        reveals: Private; for evaluators.
    """

    text: str
    reveals: tuple[str, ...] = ()


@runtime_checkable
class Teacher(Protocol):
    """Replies to students. A user's own object needs no more than this.

    Its replies are free text: they pass the guard, and their bits are ``None``. A teacher whose reply is a function of
    the request alone may say so with an attribute ``deterministic = True``; then its channel is found by asking it the
    same question under every hypothesis, and its bits are exact. One that understands any words says so with
    ``reads_free_text = True``: it is asked about utterances that the environment cannot read.
    """

    name: str

    def reply(self, requests: Sequence[Request]) -> Sequence[str | Reply | Exception]:
        """One reply per request, in order.

        An exception in a reply's place ends that episode as truncated, and no other; raising one ends them all.
        """
        ...


@runtime_checkable
class ChannelTeacher(Teacher, Protocol):
    """A teacher that states the distribution of its replies."""

    def channel(self, question: Question) -> Channel | None:
        """P(reply | hypothesis) for this question, or ``None`` where it cannot be stated."""
        ...

    def menu(self, question: Question) -> Menu | None:
        """The menu of the question's space as this teacher answers it; ``None`` when no query of it tells anything."""
        ...


def stated_channel(teacher: Teacher) -> ChannelTeacher | None:
    """The teacher as one that states its channel, or ``None``."""
    return cast(ChannelTeacher, teacher) if _states_channel(type(teacher)) else None


@lru_cache(maxsize=256)
def _states_channel(kind: type) -> bool:
    return callable(getattr(kind, "channel", None)) and callable(getattr(kind, "menu", None))


def view_for(
    asymmetry: str,
    problem: Problem,
    verdict: Verdict | None = None,
    attempt: str | None = None,
    asked: str | None = None,
) -> View:
    """All that a teacher is handed of a problem's private side.

    Args:
        asymmetry: One of ``ASYMMETRIES``.
        problem: The problem.
        verdict: On the student's latest attempt.
        attempt: That attempt.
        asked: The wrong attempt that a diagnosis is asked of.

    Raises:
        ConfigurationError: If the asymmetry is unknown.
    """
    if asymmetry == "answer":
        solution = problem.secret.reveal()
        diagnosis = solution.diagnoses.get(asked) if asked is not None else None
        seen = None if open_domain(problem.domain) is None else verdict
        return AnswerView(
            solution.answer, solution.answers, solution.steps, diagnosis, seen, solution.details, solution.index
        )
    if asymmetry == "verifier":
        tested = open_domain(problem.domain)
        return VerdictView(attempt, verdict if tested is None or verdict is None else tested.seen(verdict))
    if asymmetry == "knowledge":
        return KnowledgeView(_facts(problem), problem.rules)
    if asymmetry == "none":
        return EmptyView()
    raise ConfigurationError(f"asymmetry: {asymmetry!r} is none of {', '.join(ASYMMETRIES)}")


def _facts(problem: Problem) -> tuple[Fact, ...]:
    answers = problem.secret.reveal().answers
    if answers is None:
        return ()
    facts = []
    for query in problem.facts:
        meant = problem.domain.meaning(query, answers)
        if meant is not None:
            facts.append(Fact(query, meant.replies[int(meant.codes[0])]))
    return tuple(facts)
