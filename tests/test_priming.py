"""Q-priming: what comes after a replaced attempt must not depend on the attempt, which the transcript does not show."""

from __future__ import annotations

import itertools
from typing import Any

import gymnasium as gym
import pytest

import sml_env  # noqa: F401  (registers the environments)
from sml_env.agents import AGENTS, Agent, Corrected, LiarAgent, make_agent
from sml_env.evaluation import Episode
from sml_env.lesson import Lesson
from sml_env.priming import PrimedAgent
from sml_env.rollouts import rollout

FIRST_ONLY = 1e-12
"""A base with which turn 0 is always primed and no other ever is."""

ATTEMPTING = ("hedge", "first", "middle", "nearest", "likeliest")
FORGETFUL = ("random", "informed")
"""They remember nothing of what they said."""


def blind(agent: Agent, env_id: str) -> Episode:
    """An episode with a teacher that tells nothing."""
    return rollout(gym.make(env_id, teacher="null", max_turns=6), agent, seed=0)


def test_a_primed_attempt_may_come_again_while_nothing_speaks_against_it() -> None:
    """The first candidate is attempted and never heard; what the question tells leaves it half of the time."""
    env = gym.make("sml_env/TwentyQuestions-v0")
    first = rollout(env, make_agent("hedge"), seed=0).records[0].utterance
    again = 0
    for seed in range(20):
        episode = rollout(env, PrimedAgent(make_agent("hedge"), FIRST_ONLY, first=0), seed=seed)
        primed = episode.models["student"]["primed"]
        assert primed in ([], [1])
        again += primed == [1] and episode.records[1].utterance == first
    assert again > 0


class Replaced:
    """An agent whose first attempt, or first question, is replaced by other words, right or wrong.

    Args:
        agent: Whose.
        attempt: Which of the two.

    Attributes:
        said: What it was to say.
        place: Turn of what was replaced, counted from 0; -1 before.
    """

    def __init__(self, agent: Agent, attempt: bool = True) -> None:
        self.name = agent.name
        self.said: list[str] = []
        self.place = -1
        self._agent = agent
        self._attempt = attempt

    def begin(self, lesson: Lesson, rng: Any) -> None:
        self._agent.begin(lesson, rng)

    def act(self, observation: str, info: dict[str, Any]) -> str:
        self.said.append(self._agent.act(observation, info))
        if self.place >= 0 or self.said[-1].startswith(("answer:", "```")) != self._attempt:
            return self.said[-1]
        self.place = len(self.said) - 1
        assert isinstance(self._agent, Corrected)
        self._agent.said_instead("is it even?")
        return "is it even?"

    @property
    def again(self) -> bool:
        """Whether what was replaced came next."""
        return self.said[self.place + 1] == self.said[self.place]


@pytest.mark.parametrize(
    ("name", "env_id"),
    [
        *itertools.product(ATTEMPTING, ("sml_env/TwentyQuestions-v0", "sml_env/Clarify-v0")),
        ("hedge", "sml_env/CodeTutor-v0"),
        ("scripted", "sml_env/CodeTutor-v0"),
        ("scripted", "sml_env/TwentyQuestions-v0"),
        ("greedy", "sml_env/TwentyQuestions-v0"),
        ("greedy", "sml_env/CodeTutor-v0"),
        ("entropy", "sml_env/CodeTutor-v0"),
    ],
)
def test_what_takes_the_place_of_an_attempt_changes_nothing_of_the_next(name: str, env_id: str) -> None:
    student = Replaced(make_agent(name))
    blind(student, env_id)
    assert 0 <= student.place < 5
    assert student.again


def test_the_script_takes_no_yes_for_one_to_a_question_that_nobody_heard() -> None:
    """It is even, or not: that says nothing of whether it is greater than 0."""
    for seed in range(6):
        student = Replaced(make_agent("scripted"), attempt=False)
        rollout(gym.make("sml_env/TwentyQuestions-v0"), student, seed=seed)
        assert student.place == 0
        assert student.again


def test_who_counts_lies_counts_none_in_a_reply_to_other_words() -> None:
    """Counted as a reply to its question it would make half of the candidates liars, and change what it asks."""
    env = gym.make(
        "sml_env/TwentyQuestions-v0", config={"size": 16, "subsets": True}, rules={"disguised_attempts": False}
    )
    for seed in range(6):
        student = Replaced(LiarAgent(), attempt=False)
        rollout(env, student, seed=seed)
        assert student.place == 0
        assert student.again


def test_every_agent_that_remembers_can_be_corrected() -> None:
    lacking = {name for name in AGENTS if not isinstance(make_agent(name), Corrected)}
    assert lacking == set(FORGETFUL)
