"""What a student is: an agent says one utterance a turn, and hears the teacher's reply.

At the start of an episode it is handed a ``Lesson``: what is public of the dialogue, with the belief of the ideal
listener for those who listen ideally. Nothing private is in its interface.
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import numpy as np

from sml_env.forms import Comparison, Property, Query, Residue
from sml_env.lesson import Lesson

__all__ = ["Agent", "Corrected", "attempt_at", "worded"]


@runtime_checkable
class Agent(Protocol):
    """A student. A user's own object needs no more than this.

    One that remembers what it said should have ``said_instead(words)``, too (``Corrected``).

    Attributes:
        name: Short and stable; names the rows of reports.
    """

    name: str

    def begin(self, lesson: Lesson, rng: np.random.Generator) -> None:
        """An episode starts: forget the last one.

        Args:
            lesson: What is public of it; always as of now.
            rng: The only source of randomness.
        """
        ...

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """The next utterance, from what the environment returned last."""
        ...


@runtime_checkable
class Corrected(Agent, Protocol):
    """An agent that can be told that other words took the place of its last utterance, as Q-priming does.

    What it does next must not depend on what it did not get to say: the transcript does not show that.
    """

    def said_instead(self, words: str) -> None:
        """Forget the last utterance.

        Args:
            words: What was said in its place.
        """
        ...


def worded(query: Query, negated: bool = False) -> str:
    """A query of a menu as an utterance that the parser reads as that query, or as its opposite."""
    form = query.form
    if isinstance(form, Comparison) and negated:
        opposite = {">": "<=", "<=": ">", "<": ">=", ">=": "<"}
        return f"{form.name} {opposite.get(form.op, form.op)} {form.bound}"
    if isinstance(form, Property | Residue) and negated and query.kind == "predicate":
        return f"not {form}"
    return query.canonical


def attempt_at(text: str) -> str:
    """An attempt at an answer as an utterance."""
    return f"answer: {text}"
