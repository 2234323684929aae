"""The agent that is told the answer: the upper end of the brackets that scores are put into."""

from __future__ import annotations

from typing import Any

import numpy as np

from sml_env.lesson import Lesson
from sml_env.problems import Problem

__all__ = ["InformedAgent"]


class InformedAgent:
    """Attempts the answer, which the rollout loop tells it. What it earns is what full information is worth."""

    name = "informed"
    withheld = True

    def begin(self, lesson: Lesson, rng: np.random.Generator) -> None:
        """Forget the last episode."""
        self._answer = ""
        self._program = lesson.function is not None

    def inform(self, problem: Problem) -> None:
        """Take the answer of the problem, in the verifier's notation."""
        self._answer = problem.secret.reveal().answer

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """The answer, as an attempt."""
        return f"```python\n{self._answer}\n```" if self._program else f"answer: {self._answer}"
