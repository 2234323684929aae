"""The impatient student, whose dialogues are imitated: mostly it answers before it can know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sml_env.agents import Agent, GreedyAgent, HedgeAgent, worded
from sml_env.lesson import Lesson

__all__ = ["ImpatientAgent"]


class ImpatientAgent:
    """A student with a mood for each lesson.

    ``hedge``: it only attempts, the likeliest answer each time; ``random``: it attempts half the time, and otherwise
    asks anything; ``greedy``: it asks what tells most until one answer has probability 1/2, then attempts.

    Args:
        moods: Probability of each.
    """

    name = "impatient"

    def __init__(self, moods: Mapping[str, float]) -> None:
        self._names, self._shares = tuple(moods), np.array(list(moods.values()))

    def begin(self, lesson: Lesson, rng: np.random.Generator) -> None:
        """Fall into a mood."""
        self._lesson, self._rng = lesson, rng
        self._mood = self._names[int(rng.choice(len(self._names), p=self._shares))]

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """An attempt or a question, as the mood has it."""
        if self._mood == "greedy":
            return self._said_by(GreedyAgent(), observation, info)
        if self._mood == "hedge" or self._rng.random() < 0.5:
            return self._said_by(HedgeAgent(), observation, info)
        questions = self._lesson.questions
        return worded(questions[int(self._rng.integers(len(questions)))])

    def _said_by(self, agent: Agent, observation: str, info: dict[str, Any]) -> str:
        """What an agent says that begins now.

        So it remembers nothing, and what priming kept it from saying least of all.
        """
        agent.begin(self._lesson, self._rng)
        return agent.act(observation, info)
