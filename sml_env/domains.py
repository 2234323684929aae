"""Domains: how the words of a family's lessons are read, what they mean, and how attempts are judged.

The dialogue knows no subject matter. A family of problems brings its domain; ``MATHEMATICS`` is the one of answers that
are numbers, pairs or intervals.
"""

from __future__ import annotations

from typing import Final, Protocol

from sml_env.answers import Answers
from sml_env.forms import ASKED_KINDS, Query
from sml_env.outcomes import MALFORMED
from sml_env.queries import parse
from sml_env.semantics import Meaning, meaning
from sml_env.verifiers.base import Verdict
from sml_env.verifiers.policy import EXACT
from sml_env.verifiers.symbolic import verify

__all__ = ["MATHEMATICS", "Candidates", "Domain", "Mathematics"]


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
