"""Outcomes: what one turn gives back to whoever runs a dialogue, and the replies that are the environment's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

__all__ = [
    "CORRECT",
    "INCORRECT",
    "MALFORMED",
    "REFUSED_ANSWER",
    "REFUSED_CAP",
    "STOPPED",
    "UNAVAILABLE",
    "UNPARSED",
    "Outcome",
]

CORRECT: Final = "Correct."
INCORRECT: Final = "No, that is not the answer."
UNPARSED: Final = "I cannot read that as an answer. Write it as in: answer: 42"
REFUSED_ANSWER: Final = "I will not tell you the answer. Ask something smaller about it."
REFUSED_CAP: Final = "That asks for too much at once. Ask something smaller."
UNAVAILABLE: Final = "The teacher is not available."
STOPPED: Final = "I cannot say that. Ask me something else about it."
MALFORMED: Final = (
    "I did not understand. You can ask about the answer (x > 10, is it even?, between 3 and 7?, x mod 3), check a step "
    "(is 3x = 12 right?), ask for a hint, ask why an attempt was wrong, or attempt (answer: 42)."
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One step of a dialogue; all of it is public.

    Attributes:
        text: What the teacher said, and the turns left.
        reward: Sum of the terms.
        terminated: Whether the episode has ended by its own rules.
        truncated: Whether it was cut off because the teacher failed.
        info: The public account of the step; the docstring of each environment lists the keys.
    """

    text: str
    reward: float
    terminated: bool
    truncated: bool
    info: dict[str, Any]
