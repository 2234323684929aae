"""Domains: how the words of a family's lessons are read, what they mean, and how attempts are judged.

The dialogue knows no subject matter. A family of problems brings its domain; ``MATHEMATICS`` is the one of answers that
are numbers, pairs or intervals.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, Protocol, cast

from sml_env.answers import Answers
from sml_env.forms import ASKED_KINDS, Query
from sml_env.outcomes import MALFORMED
from sml_env.queries import parse
from sml_env.semantics import Meaning, meaning
from sml_env.verifiers.base import Verdict
from sml_env.verifiers.policy import EXACT
from sml_env.verifiers.symbolic import verify

__all__ = ["MATHEMATICS", "Candidates", "Domain", "Mathematics", "OpenDomain", "open_domain"]


class Candidates(Protocol):
    """What the hypotheses of a problem state, in canonical order."""

    @property
    def kind(self) -> str:
        """A short name of what they are: ``"number"``, ``"pair"``, ``"interval"``, or what a family adds."""
        ...

    def __len__(self) -> int: ...

    def text(self, index: int) -> str:
        """One of them in the verifier's notation."""
        ...

    def only(self, index: int) -> Candidates:
        """One of them alone, as N = 1."""
        ...

    def index_of(self, text: str) -> int | None:
        """Which of them a text states, or ``None``; total."""
        ...


class Domain(Protocol):
    """The subject matter of a family's lessons; total: hostile text gets a reply, never an exception."""

    @property
    def help(self) -> str:
        """What is said to an utterance that was not understood: what can be asked."""
        ...

    def parse(self, utterance: object) -> Query:
        """Read one utterance; ``malformed`` when nothing is understood."""
        ...

    def refusal(self, query: Query) -> str | None:
        """Why a query is refused, from its words alone, as a reply; ``None`` when it is not."""
        ...

    def meaning(self, query: Query, candidates: Candidates) -> Meaning | None:
        """The true reply under each hypothesis; ``None`` where the query is not about the answer."""
        ...

    def judge(self, value: str, answer: str) -> Verdict:
        """Whether a value that was attempted is the answer."""
        ...

    def response(self, value: str, candidates: Candidates) -> Meaning | None:
        """What an attempt is answered with under each hypothesis; ``None`` for the bare verdict.

        Code 0 is kept for the hypotheses under which the attempt is right.
        """
        ...


class OpenDomain(Protocol):
    """A domain whose problems have no hypotheses and whose answers are judged by tests: what else it must know to do.

    It is public like any domain, and is handed the private solution by those who may see it.

    Attributes:
        function: Name of the function that is to be written.
    """

    function: str

    def unclear(self, query: Query) -> str:
        """What is said to an utterance that is malformed."""
        ...

    def examine(self, value: str, solution: Any, said: Sequence[tuple[str, str]], seed: int) -> Verdict:
        """Judge an attempt.

        Args:
            value: As the student wrote it.
            solution: The problem's own.
            said: What student and teacher have said in this lesson, by turns.
            seed: Of the lesson.
        """
        ...

    def unread(self, verdict: Verdict) -> str:
        """What is said to an attempt that cannot be read."""
        ...

    def spoken(self, query: Query, answer: str) -> str:
        """The true reply to a question about the answer, by one who holds it."""
        ...

    def explained(self, verdict: Verdict, *, answer: bool) -> str:
        """What is said of the latest attempt, which was wrong.

        Args:
            verdict: On it.
            answer: Whether the one who speaks holds the answer.
        """
        ...

    def seen(self, verdict: Verdict) -> Verdict:
        """A verdict as one may see it who holds nothing else."""
        ...

    def copies(self, solution: Any, text: str) -> bool:
        """Whether a text gives the answer away, in whatever form."""
        ...

    def metered(self, solution: Any, queries: Sequence[Query]) -> dict[str, Any]:
        """What the questions told by the domain's meter; private, since it depends on the answer."""
        ...


def open_domain(domain: Domain) -> OpenDomain | None:
    """The domain as an open one, or ``None``."""
    return cast(OpenDomain, domain) if _is_open(type(domain)) else None


@lru_cache(maxsize=256)
def _is_open(kind: type) -> bool:
    return callable(getattr(kind, "examine", None))


class Mathematics:
    """Answers that are numbers, pairs or intervals, asked about in the language of ``sml_env.queries``."""

    help = MALFORMED

    def parse(self, utterance: object) -> Query:
        """As ``sml_env.queries.parse``."""
        return parse(utterance)

    def refusal(self, query: Query) -> str | None:
        """Nothing is refused for its words."""
        return None

    def meaning(self, query: Query, candidates: Candidates) -> Meaning | None:
        """What ``sml_env.semantics`` says of the query's form."""
        known = query.kind in ASKED_KINDS and isinstance(candidates, Answers)
        return meaning(query.form, candidates) if known and isinstance(candidates, Answers) else None

    def judge(self, value: str, answer: str) -> Verdict:
        """By the symbolic verifier, in the caller's process."""
        return verify(value, answer, EXACT)

    def response(self, value: str, candidates: Candidates) -> Meaning | None:
        """The bare verdict."""
        return None


MATHEMATICS: Final = Mathematics()
