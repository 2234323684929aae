"""Q-priming: an incorrect turn of the student is replaced by a question, more often early than late.

Cook et al. 2026 (arXiv 2602.16488) replace an incorrect turn t by a question with probability 0.75^t. Turns are counted
from 1 here, unless ``first`` says otherwise; an incorrect turn is an attempt that is judged wrong. Whoever makes the
data sees the private side; the student that is trained on it sees the public transcript alone.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from sml_env.agents.asking import GreedyAgent
from sml_env.agents.base import Agent, Corrected
from sml_env.attempts import claimed, states_a_value
from sml_env.domains import open_domain
from sml_env.lesson import Lesson
from sml_env.models.base import Completion, Prompt
from sml_env.problems import Problem
from sml_env.students import ModelAgent

__all__ = ["PRIMING", "PrimedAgent", "PrimedModelAgent", "primed"]

PRIMING: Final = 0.75
"""The base that the paper uses."""

_OPEN_QUESTIONS: Final = ("Give me a hint.", "What failed?")


class PrimedAgent:
    """An agent whose wrong attempts become questions, in turn t = first, first + 1, … with probability ``base ** t``.

    The question is the one that tells most; in an open problem a hint, then what failed. Where there is nothing to ask
    the attempt stands. The agent is told what was said instead, if it has ``said_instead``; one that remembers its
    attempts and has no such method would go on as if those that nobody heard had been judged.

    Args:
        agent: Whose turns they are.
        base: From 0 to 1.
        first: Number of the first turn: with 0 a wrong attempt in it never stands.
    """

    withheld = False

    def __init__(self, agent: Agent, base: float = PRIMING, first: int = 1) -> None:
        self.name = agent.name
        self.primed: list[int] = []
        self._agent = agent
        self._base, self._first = base, first
        self._problem: Problem | None = None

    def begin(self, lesson: Lesson, rng: np.random.Generator) -> None:
        """Begin the agent's own episode."""
        self._agent.begin(lesson, rng.spawn(1)[0])
        self._asking = GreedyAgent()
        self._asking.begin(lesson, rng)
        self._lesson, self._rng = lesson, rng
        self._turn = 0
        self.primed = []

    def inform(self, problem: Problem) -> None:
        """Take the problem, to tell right attempts from wrong ones."""
        self._problem = problem

    def settings(self) -> dict[str, Any]:
        """What a record must say of it: JSON-able."""
        return {"priming": self._base, "primed": list(self.primed)}

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """What the agent says, or a question in its place."""
        return self._said(self._agent.act(observation, info))

    def _said(self, utterance: str) -> str:
        """An utterance, or the question that takes its place, of which the agent is told."""
        question = self._instead_of(utterance)
        if question and isinstance(self._agent, Corrected):
            self._agent.said_instead(question)
        return question or utterance

    def _instead_of(self, utterance: str) -> str:
        """The question that takes the place of an utterance; empty where it stands."""
        self._turn += 1
        if not self._wrong(utterance) or self._rng.random() >= self._base ** (self._first + self._turn - 1):
            return ""
        question = self._question()
        if question:
            self.primed.append(self._turn)
        return question

    def _wrong(self, utterance: str) -> bool:
        """Whether it is an attempt that will be judged wrong; what an open problem's tests must judge counts as one."""
        if self._problem is None:
            return False
        domain = self._problem.domain
        query = domain.parse(utterance)
        if not states_a_value(query):
            return False
        if open_domain(domain) is not None:
            return True
        return not domain.judge(claimed(query), self._problem.secret.reveal().answer).correct

    def _question(self) -> str:
        belief = self._lesson.belief
        if belief is not None:
            return self._asking.question(belief)
        return _OPEN_QUESTIONS[min(len(self.primed), 1)] if len(self.primed) < len(_OPEN_QUESTIONS) else ""


class PrimedModelAgent(PrimedAgent):
    """The same for a student that is a language model: its prompts can be put to the model with those of others."""

    def __init__(self, agent: ModelAgent, base: float = PRIMING) -> None:
        super().__init__(agent, base)
        self.model, self.sampling = agent.model, agent.sampling
        self._speaker = agent

    def settings(self) -> dict[str, Any]:
        """What a record must say of it: JSON-able."""
        return {**self._speaker.settings(), **super().settings()}

    def prompt(self, observation: str) -> Prompt:
        """As the model's own agent has it."""
        return self._speaker.prompt(observation)

    def heard(self, completion: Completion) -> str:
        """What the model says, or a question in its place, which it then believes to have said."""
        return self._said(self._speaker.heard(completion))


def primed(agent: Agent, base: float) -> PrimedAgent:
    """An agent with Q-priming."""
    return PrimedModelAgent(agent, base) if isinstance(agent, ModelAgent) else PrimedAgent(agent, base)
