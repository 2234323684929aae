"""What an episode about missing facts came to: attempts that were too early, questions that were beside the point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sml_env.problems import HypothesisSpace

__all__ = ["ACCOUNTS", "UNDECIDED_BITS", "account"]

ACCOUNTS: Final = ("premature_attempts", "irrelevant_questions", "sufficient_asked", "sufficient_set")
"""The entries, in order; all are numbers but the last."""

UNDECIDED_BITS: Final = 1e-9
"""An attempt is premature while the entropy of the answer is above this."""


def account(space: HypothesisSpace, premature: int, asked: Sequence[str]) -> dict[str, Any] | None:
    """The account of an episode, to be told when it has ended: it says which facts matter.

    Args:
        space: Of the problem.
        premature: Attempts that were judged while what had been said left more than one answer.
        asked: The subjects that were asked about, one for each question.

    Returns:
        ``premature_attempts``; ``irrelevant_questions``, about facts that the answer does not depend on;
        ``sufficient_asked``, how many of the facts that it depends on were asked about; ``sufficient_set``, the names
        of these, joined by semicolons. ``None`` for a problem in which no facts are missing.
    """
    if space.sufficient is None:
        return None
    needed = [space.menu.queries[row].canonical for row in space.sufficient]
    irrelevant = sum(subject not in needed for subject in asked)
    return dict(zip(ACCOUNTS, (premature, irrelevant, len(set(asked) & set(needed)), "; ".join(needed)), strict=True))
