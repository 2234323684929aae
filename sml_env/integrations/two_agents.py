"""The game with two agents, in which the teacher can be trained too: a PettingZoo environment over a dialogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from math import isfinite
from typing import Any, Final

import gymnasium as gym
from gymnasium.envs.registration import load_env_creator

from sml_env.core import TextEnv
from sml_env.dialogue import Answer
from sml_env.errors import ConfigurationError, ResetNeeded, TeacherError
from sml_env.guard import MAX_REPLY_CHARACTERS
from sml_env.integrations.requirements import Requirement
from sml_env.models.prompts import Prompts
from sml_env.queries import MAX_CHARACTERS
from sml_env.spaces import Utterance
from sml_env.teachers.base import Request, Turn

with Requirement("pettingzoo", extra="pettingzoo", low="1.25", high="2"):
    from pettingzoo import AECEnv

__all__ = ["STUDENT", "TEACHER", "TEACHER_REWARDS", "TwoAgents", "Words", "two_agents"]

STUDENT: Final = "student"
TEACHER: Final = "teacher"
TEACHER_REWARDS: Final = ("shared", "sparse", "none")
_SHOWN_OF_REFUSED: Final = 200
_BEYOND_THE_TURNS: Final = 64_000
"""Characters of an observation of the teacher for the view and the statement."""


class Words(str):
    """A text that says its dtype, as the space does: PettingZoo's ``api_test`` asks it of every observation."""

    __slots__ = ()
    dtype: Final = str


class _Seat:
    """Stands for the teacher in the text environment's arguments; the agent's replies come from outside.

    Args:
        reads_free_text: Whether the agent is asked about utterances that no parser understands.
    """

    name = "agent"

    def __init__(self, reads_free_text: bool) -> None:
        self.reads_free_text = reads_free_text

    def reply(self, requests: Sequence[Request]) -> Sequence[str]:
        raise TeacherError("the teacher is an agent: its replies are the actions of the game")


class TwoAgents(AECEnv):  # type: ignore[misc]
    """A lesson between two agents, ``"student"`` and ``"teacher"``.

    The student speaks; where the dialogue asks the teacher, it is the teacher's turn, and again after a reply that the
    guard stopped while retries are left. Where the environment itself answers (attempts, refusals, what it cannot read)
    the teacher is skipped. It is an AEC environment and no parallel one because nobody speaks at the same time: the
    teacher acts on what the student has just said, and only sometimes.

    What belongs to the student holds nothing private. What belongs to the teacher (``observe("teacher")`` and
    ``infos["teacher"]``) does while it is asked, so hand each policy its own side alone.

    Args:
        env: The text environment whose problems and rules are played.
        teacher_reward: ``"shared"`` for the student's reward, ``"sparse"`` for 1 when the episode ends solved,
            ``"none"`` for 0.
        stop_cost: What a reply that the guard stops costs the teacher.
        render_mode: ``"ansi"``, ``"human"`` or ``None``.

    Raises:
        ConfigurationError: If an argument makes no sense.
    """

    metadata: dict[str, Any] = {"name": "sml_env_two_agents_v0", "render_modes": ["ansi", "human"], "render_fps": 4}

    def __init__(
        self,
        env: TextEnv,
        *,
        teacher_reward: str = "shared",
        stop_cost: float = 0.0,
        render_mode: str | None = None,
    ) -> None:
        if teacher_reward not in TEACHER_REWARDS:
            raise ConfigurationError(f"teacher_reward: {teacher_reward!r} is none of {', '.join(TEACHER_REWARDS)}")
        number = isinstance(stop_cost, int | float) and not isinstance(stop_cost, bool)
        if not number or not isfinite(stop_cost) or stop_cost < 0:
            raise ConfigurationError(f"stop_cost: {stop_cost!r} is not a finite number of at least 0")
        if render_mode not in (None, *self.metadata["render_modes"]):
            raise ConfigurationError(f"render_mode: {render_mode!r} is none of {self.metadata['render_modes']}")
        self._env = env
        self._teacher_reward = teacher_reward
        self._stop_cost = float(stop_cost)
        self._prompts = Prompts()
        self.render_mode = render_mode
        self._env.render_mode = None if render_mode is None else "ansi"
        self.possible_agents = [STUDENT, TEACHER]
        turns = env.rules.max_turns * 2 * (MAX_CHARACTERS + MAX_REPLY_CHARACTERS)
        self.observation_spaces = {STUDENT: env.observation_space, TEACHER: Utterance(_BEYOND_THE_TURNS + turns)}
        self.action_spaces = {STUDENT: env.action_space, TEACHER: Utterance(MAX_REPLY_CHARACTERS)}
        self._forget()

    def _forget(self) -> None:
        self.agents: list[str] = []
        self.agent_selection = STUDENT
        self._skip_agent_selection: str | None = None
        self.rewards: dict[str, float] = {}
        self._cumulative_rewards: dict[str, float] = {}
        self.terminations: dict[str, bool] = {}
        self.truncations: dict[str, bool] = {}
        self.infos: dict[str, dict[str, Any]] = {}
        self._heard = ""
        self._request: Request | None = None

    def observation_space(self, agent: str) -> gym.Space[str]:
        """What an agent reads: text."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> gym.Space[str]:
        """What an agent says: text."""
        return self.action_spaces[agent]

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> None:
        """Begin a lesson; the student speaks first.

        Args:
            seed: Draws everything, as in the text environment.
            options: ``{"problem_id": …}`` chooses the problem; others are left to wrappers, as PettingZoo's check asks.

        Raises:
            ConfigurationError: If there is no such problem.
        """
        self._forget()
        chosen = {name: value for name, value in (options or {}).items() if name == "problem_id"}
        self._heard, info = self._env.reset(seed=seed, options=chosen)
        self.agents = list(self.possible_agents)
        self.rewards = dict.fromkeys(self.agents, 0.0)
        self._cumulative_rewards = dict.fromkeys(self.agents, 0.0)
        self.terminations = dict.fromkeys(self.agents, False)
        self.truncations = dict.fromkeys(self.agents, False)
        self.infos = {STUDENT: info, TEACHER: {}}

    def observe(self, agent: str) -> Words:
        """What an agent may read now.

        The student: the reply that it heard last. The teacher, while it is asked: the problem, its view, the exchanges
        so far and what the student says; at other times the public exchanges alone.
        """
        if agent == STUDENT:
            return Words(self._heard)
        if self._request is None:
            dialogue = self._env.dialogue
            return Words("\n".join([dialogue.problem.statement, *_lines(dialogue.transcript)]))
        return Words(self._asked(self._request))

    def step(self, action: str | None) -> None:
        """The agent whose turn it is says something; ``None`` from one whose episode is over.

        Raises:
            ResetNeeded: Before the first reset, and when both agents are gone.
        """
        if not self.agents:
            raise ResetNeeded("reset the game before the first step and after its end")
        agent = self.agent_selection
        if self.terminations[agent] or self.truncations[agent]:
            self._was_dead_step(action)
            return
        self._cumulative_rewards[agent] = 0.0
        self._clear_rewards()
        dialogue = self._env.dialogue
        stopped = dialogue.leaks_stopped
        self._take(dialogue.submit(action) if agent == STUDENT else dialogue.deliver(action))
        self.rewards[TEACHER] -= self._stop_cost * (dialogue.leaks_stopped - stopped)
        self._accumulate_rewards()
        if self.render_mode == "human":
            self.render()

    def _take(self, answer: Answer) -> None:
        """Hand the turn on, and whatever belongs to the agents."""
        if isinstance(answer, Request):
            self._request = answer
            self.agent_selection = TEACHER
            view = {field.name: getattr(answer.view, field.name) for field in fields(answer.view)}
            self.infos[TEACHER] = {"view": view, "stopped": len(answer.refused)}
            return
        self._request = None
        self.agent_selection = STUDENT
        self._heard = answer.text
        self.infos = {STUDENT: answer.info, TEACHER: {}}
        self.rewards[STUDENT] = float(answer.reward)
        if self._teacher_reward == "shared":
            self.rewards[TEACHER] = float(answer.reward)
        elif self._teacher_reward == "sparse":
            self.rewards[TEACHER] = float(answer.info["success"])
        self.terminations = dict.fromkeys(self.agents, bool(answer.terminated))
        self.truncations = dict.fromkeys(self.agents, bool(answer.truncated))

    def _asked(self, request: Request) -> str:
        question = request.question
        text = self._prompts.text(f"teacher_{question.asymmetry}", statement=question.statement, view=request.view)
        lines = [
            text[: _BEYOND_THE_TURNS // 2],
            "",
            *_lines(question.transcript),
            f"student: {_line(question.utterance)}",
        ]
        if question.attempted is not None:
            lines.append("(This attempt was judged wrong.)")
        lines += [f"(Stopped by the guard: {_line(reply[:_SHOWN_OF_REFUSED])})" for reply in request.refused]
        return "\n".join(lines)

    def render(self) -> str | None:
        """The public transcript so far, as text (``"ansi"``) or printed (``"human"``)."""
        text = self._env.render()
        if self.render_mode == "human" and text is not None:
            print(text)
            return None
        return text

    def close(self) -> None:
        """Close the text environment."""
        self._env.close()

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the episode, which is private: an unpickled game must be reset."""
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__)
        copy._forget()
        return dict(copy.__dict__)


def two_agents(
    env_id: str,
    *,
    teacher_reward: str = "shared",
    stop_cost: float = 0.0,
    reads_free_text: bool = False,
    render_mode: str | None = None,
    **arguments: Any,
) -> TwoAgents:
    """The game with two agents of a text id.

    Args:
        env_id: As in ``gymnasium.make``.
        teacher_reward: ``"shared"``, ``"sparse"`` or ``"none"``.
        stop_cost: What a reply that the guard stops costs the teacher.
        reads_free_text: Whether the teacher is asked about what no parser understands; then nothing is shaped unless
            ``shaping`` says so.
        render_mode: ``"ansi"``, ``"human"`` or ``None``.
        **arguments: Of the environment: ``asymmetry``, ``max_turns``, ``config``, ``rules`` and others.

    Raises:
        ConfigurationError: If the id is no text id, or an argument makes no sense.
    """
    if "teacher" in arguments:
        raise ConfigurationError("teacher: the teacher is an agent of the game; leave the argument out")
    if not isinstance(reads_free_text, bool):
        raise ConfigurationError(f"reads_free_text: {reads_free_text!r} is neither true nor false")
    if env_id.endswith("Discrete-v0"):
        raise ConfigurationError(f"env_id: {env_id!r} has no words; use {env_id.replace('Discrete-v0', '-v0')!r}")
    spec = gym.spec(env_id)
    entry = spec.entry_point
    create = load_env_creator(entry) if isinstance(entry, str) else entry
    if not isinstance(create, type) or not issubclass(create, TextEnv):
        raise ConfigurationError(f"env_id: {env_id!r} is no text environment; choose a text id of sml_env")
    env = create(**{**spec.kwargs, **arguments, "teacher": _Seat(reads_free_text)})
    return TwoAgents(env, teacher_reward=teacher_reward, stop_cost=stop_cost, render_mode=render_mode)


def _line(text: str) -> str:
    """A text on one line, so that nobody speaks in another's role."""
    return " ".join(text.split())


def _lines(transcript: Sequence[Turn]) -> list[str]:
    both = [((STUDENT, turn.student), (TEACHER, turn.teacher)) for turn in transcript]
    return [f"{who}: {_line(said)}" for pair in both for who, said in pair]
