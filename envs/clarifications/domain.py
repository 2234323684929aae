"""How the words of a lesson about missing facts are read: attempts as everywhere, and questions for facts by name."""

from __future__ import annotations

from typing import Final

from sml_env.domains import MATHEMATICS, Candidates
from sml_env.envs.clarifications.facts import Assignments, Detail, Fact, query_of, stems
from sml_env.forms import Claim, Quantity, Query
from sml_env.queries import MAX_CHARACTERS
from sml_env.semantics import Meaning
from sml_env.verifiers.base import Verdict

__all__ = ["Clarification"]

_HELP: Final = (
    "I did not understand. Ask for one detail that the story leaves open (how many, how much, which rule, what is "
    "meant), or attempt the answer (answer: 12)."
)
_KEPT: Final = frozenset({"hint", "diagnosis", "fact"})
_MAX_ASKED: Final = 400


class Clarification:
    """The domain of one problem.

    Args:
        facts: What is withheld.
    """

    help = _HELP

    def __init__(self, facts: tuple[Fact, ...]) -> None:
        self._facts = facts

    def parse(self, utterance: object) -> Query:
        """An attempt, the question for the fact that the words name, a hint, a diagnosis; else malformed.

        Where the words name several facts equally well they name none.
        """
        query = MATHEMATICS.parse(utterance)
        if query.kind == "attempt" and isinstance(query.form, Claim) and query.form.name == "x":
            return query
        if not isinstance(utterance, str) or len(utterance) > MAX_CHARACTERS:
            return query
        found = self._named(utterance)
        if found is not None:
            return query_of(found, self._facts[found])
        outright = isinstance(query.form, Quantity) and query.form.quantity == "value"
        if outright or query.kind in _KEPT or query.kind == "malformed":
            return query
        return Query("malformed", "", None, "that is about the answer, not about a detail of the story")

    def _named(self, utterance: str) -> int | None:
        if len(utterance) > _MAX_ASKED:
            return None
        words = stems(utterance)
        fits = [fact.named_in(words) for fact in self._facts]
        most = max(fits, default=0)
        return fits.index(most) if most and fits.count(most) == 1 else None

    def refusal(self, query: Query) -> str | None:
        """Nothing is refused for its words."""
        return None

    def meaning(self, query: Query, candidates: Candidates) -> Meaning | None:
        """What is said of a fact under each assignment."""
        if not isinstance(query.form, Detail) or not isinstance(candidates, Assignments):
            return None
        return candidates.meaning(query.form)

    def judge(self, value: str, answer: str) -> Verdict:
        """By the symbolic verifier."""
        return MATHEMATICS.judge(value, answer)

    def response(self, value: str, candidates: Candidates) -> Meaning | None:
        """The bare verdict."""
        return None
