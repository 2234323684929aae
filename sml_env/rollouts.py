"""The rollout loop: one lesson at a time, or many at once with one call for all that wait for the same model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias, runtime_checkable

import gymnasium as gym
import numpy as np

from sml_env.agents.base import Agent
from sml_env.answering import answered
from sml_env.core import TextEnv, stepped
from sml_env.errors import ConfigurationError, ModelError
from sml_env.evaluation import Episode, TurnRecord, hedging_bracket
from sml_env.lesson import Lesson
from sml_env.models.base import Completion, LanguageModel, Prompt, Sampling
from sml_env.problems import Problem
from sml_env.teachers.base import Reply, Request, Teacher

__all__ = ["WITHHELD", "Informed", "ModelStudent", "Witness", "rollout", "rollouts", "withholds", "witnessed"]

Stepped: TypeAlias = tuple[str, float, bool, bool, dict[str, Any]]

WITHHELD: Final = "(the answer, withheld)"
"""Stands in the account for the words of an agent that was told the answer."""

_AGENT_STREAM: Final = 0x6167656E74


@runtime_checkable
class ModelStudent(Agent, Protocol):
    """An agent whose words are a model's: its prompts can be put to the model together with those of others."""

    model: LanguageModel
    sampling: Sampling

    def prompt(self, observation: str) -> Prompt:
        """What the model is given next."""
        ...

    def heard(self, completion: Completion) -> str:
        """The utterance that a completion stands for."""
        ...


@runtime_checkable
class Informed(Agent, Protocol):
    """An agent that is told the answer: for brackets, and for data in which it shapes what the student says.

    Attributes:
        withheld: Whether its words are kept out of the account of an episode, since they are the answer.
    """

    withheld: bool

    def inform(self, problem: Problem) -> None:
        """Take the problem of the episode that has begun, with its private side."""
        ...


def withholds(agent: Agent) -> bool:
    """Whether an agent's words are kept out of the account of an episode."""
    return getattr(agent, "withheld", False) is True


@dataclass(frozen=True, slots=True, repr=False)
class Witness:
    """An episode at its end with its private side: for evaluators.

    Attributes:
        core: Its environment; good until the next reset.
        heard: What the teacher was asked and said, where none of its replies to that was stopped.
        opening: The first observation.
        records: The turns, as the student saw them.
    """

    core: TextEnv
    heard: tuple[tuple[Request, str], ...] = ()
    opening: str = ""
    records: tuple[TurnRecord, ...] = ()


class _Overheard:
    """A teacher, and the last that it said to each question."""

    def __init__(self, teacher: Teacher) -> None:
        self.name = teacher.name
        self.last: dict[int, tuple[Request, str]] = {}
        self._teacher = teacher

    def reply(self, requests: Sequence[Request]) -> Sequence[str | Reply | Exception]:
        """As the teacher replies."""
        replies = self._teacher.reply(requests)
        if not isinstance(replies, str):
            for request, reply in zip(requests, replies, strict=False):
                text = reply.text if isinstance(reply, Reply) else reply
                if isinstance(text, str):
                    self.last[id(request.question)] = (request, text)
        return replies


class _Play:
    """One episode as it is played: what the agent says, and the account of it."""

    def __init__(self, core: TextEnv, agent: Agent, seed: int, observation: str, info: Mapping[str, Any]) -> None:
        self.core = core
        self.agent = agent
        self.seed = seed
        self.observation = observation
        self.info = dict(info)
        self.lesson = Lesson(core.dialogue)
        self.failure = ""
        self.ended = False
        self._opening = self.info
        self._first = observation
        self._attempts = min(self.info["turns_left"], self.lesson.attempts_left)
        self._records: list[TurnRecord] = []
        self._return = 0.0
        self._heard: list[tuple[Request, str]] = []
        self._stopped = 0
        try:
            agent.begin(self.lesson, np.random.default_rng(np.random.SeedSequence([seed, _AGENT_STREAM])))
            if isinstance(agent, Informed):
                agent.inform(core.dialogue.problem)
        except Exception as error:  # an agent is foreign code: its failure is this episode's result
            self.fail(error)

    @property
    def over(self) -> bool:
        """Whether nothing more is to be said."""
        return self.ended or bool(self.failure)

    def fail(self, error: Exception) -> None:
        """End it because of the agent."""
        if isinstance(error, ModelError):
            self.failure = f"student: {error}"
            return
        first = (str(error).splitlines() or [""])[0][:200]
        self.failure = f"agent {self.agent.name}: {type(error).__name__}: {first}"

    def utterance(self) -> str | None:
        """What the agent says next; ``None`` when it fails."""
        try:
            return self.checked(self.agent.act(self.observation, self.info))
        except Exception as error:  # likewise
            self.fail(error)
            return None

    def checked(self, utterance: object) -> str | None:
        """An agent's utterance, if it is a text; otherwise the agent has failed."""
        if isinstance(utterance, str):
            return utterance
        self.fail(TypeError(f"act returned a {type(utterance).__name__}, not a str"))
        return None

    def hear(
        self,
        utterance: str,
        likeliest: float | None,
        step: tuple[str, float, bool, bool, dict[str, Any]],
        said: tuple[Request, str] | None = None,
    ) -> None:
        """Take what the environment returned for an utterance, and what its teacher said to that, if anything."""
        self.observation, reward, terminated, truncated, self.info = step
        self._return += float(reward)
        self.ended = terminated or truncated
        self.failure = str(self.info.get("failure", ""))
        info = self.info
        stopped = self.core.dialogue.leaks_stopped
        if said is not None and not self.failure and stopped == self._stopped:
            self._heard.append(said)
        self._stopped = stopped
        self._records.append(
            TurnRecord(
                utterance=WITHHELD if withholds(self.agent) else utterance,
                reply=self.observation,
                query_kind=info["query_kind"],
                expected_bits=info["expected_bits"],
                realised_bits=info["realised_bits"],
                verdict_bits=info["verdict_bits"],
                best_bits=info["best_bits"],
                belief_entropy_bits=info["belief_entropy_bits"],
                likeliest=likeliest,
                reward_terms=dict(info["reward_terms"]),
            )
        )

    def witness(self) -> Witness:
        """Its private side."""
        return Witness(self.core, tuple(self._heard), self._first, tuple(self._records))

    def episode(self) -> Episode:
        """The account."""
        core, space = self.core, self.core.dialogue.problem.space
        return Episode(
            problem_id=self._opening["problem_id"],
            seed=self.seed,
            agent=self.agent.name,
            asymmetry=core.rules.asymmetry,
            teacher=core.teacher.name,
            success=bool(self._records and self.info["success"]),
            episode_return=self._return,
            turns=len(self._records),
            max_turns=self._opening["turns_left"],
            max_attempts=self._attempts,
            prior_entropy_bits=self._opening["belief_entropy_bits"],
            hedging=None if space is None else hedging_bracket(space, self._attempts),
            leaks_stopped=int(self.info.get("leaks_stopped", 0)),
            failure=self.failure,
            records=tuple(self._records),
            models={
                role: settings
                for role, each in (("teacher", core.teacher), ("student", self.agent))
                if (settings := _settings(each))
            },
        )


def _settings(party: object) -> Mapping[str, Any]:
    """What a party on a language model says of its sampling; empty for any other."""
    said = getattr(party, "settings", None)
    return dict(said()) if callable(said) else {}


def _begun(env: gym.Env[str, str], agent: Agent, seed: int, problem_id: str | None) -> _Play:
    core = env.unwrapped
    if not isinstance(core, TextEnv):
        raise ConfigurationError(f"env: {core!r} is not a text environment of sml_env")
    observation, info = env.reset(seed=seed, options=None if problem_id is None else {"problem_id": problem_id})
    return _Play(core, agent, seed, observation, info)


def rollout(env: gym.Env[str, str], agent: Agent, *, seed: int, problem_id: str | None = None) -> Episode:
    """Play one episode.

    An agent that raises, or says something that is not a text, has failed: the episode ends there, unsolved, and
    ``Episode.failure`` names it. Where a model cannot be asked the episode ends there, too, and is not scored.

    Args:
        env: A text environment of this library, wrapped or not.
        agent: The student.
        seed: Of the reset; the agent's own randomness is derived from it.
        problem_id: Chooses the problem; otherwise the seed does.

    Raises:
        ConfigurationError: If the environment is not one of this library's text environments.
    """
    play = _begun(env, agent, seed, problem_id)
    while not play.over:
        likeliest = play.lesson.likeliest
        utterance = play.utterance()
        if utterance is not None:
            play.hear(utterance, likeliest, env.step(utterance))  # type: ignore[arg-type]
    return play.episode()


def rollouts(
    envs: Sequence[TextEnv],
    agents: Sequence[Agent],
    *,
    seeds: Sequence[int],
    problem_ids: Sequence[str | None] | None = None,
) -> list[Episode]:
    """Play one episode in each of some environments, all at the same time.

    In every turn all prompts to one student model are one call of it, and all requests to the teacher are one call of
    that. Otherwise the episodes are those of ``rollout``, one by one.

    Args:
        envs: Text environments with the first one's teacher, unwrapped.
        agents: The students, one each.
        seeds: Of the resets, one each.
        problem_ids: Choose the problems; otherwise the seeds do.

    Raises:
        ConfigurationError: If the lengths differ, or an environment is not one of this library's text environments.
    """
    return witnessed(envs, agents, seeds=seeds, problem_ids=problem_ids)[0]


def witnessed(
    envs: Sequence[TextEnv],
    agents: Sequence[Agent],
    *,
    seeds: Sequence[int],
    problem_ids: Sequence[str | None] | None = None,
) -> tuple[list[Episode], list[Witness]]:
    """As ``rollouts``, with the private side of each episode."""
    chosen = [None] * len(envs) if problem_ids is None else list(problem_ids)
    if not len(envs) == len(agents) == len(seeds) == len(chosen):
        counts = f"{len(envs)} environments, {len(agents)} agents, {len(seeds)} seeds, {len(chosen)} problem_ids"
        raise ConfigurationError(f"envs: {counts}; there must be as many of each")
    plays = [_begun(*each) for each in zip(envs, agents, seeds, chosen, strict=True)]
    while live := {key: play for key, play in enumerate(plays) if not play.over}:
        likeliest = {key: play.lesson.likeliest for key, play in live.items()}
        said = _utterances(live)
        dialogues = {key: plays[key].core.dialogue for key in said}
        submitted = {key: dialogue.submit(said[key]) for key, dialogue in dialogues.items()}
        teacher = _Overheard(envs[0].teacher)
        outcomes = answered(teacher, dialogues, submitted)
        for key, outcome in outcomes.items():
            request = submitted[key]
            heard = teacher.last.get(id(request.question)) if isinstance(request, Request) else None
            plays[key].hear(said[key], likeliest[key], stepped(outcome), heard)
    return [play.episode() for play in plays], [play.witness() for play in plays]


def _utterances(plays: Mapping[int, _Play]) -> dict[int, str]:
    """What the agents say next; those that fail are left out."""
    said: dict[int, str | None] = {}
    waiting: dict[tuple[int, Sampling], list[int]] = {}
    for key, play in plays.items():
        if isinstance(play.agent, ModelStudent):
            waiting.setdefault((id(play.agent.model), play.agent.sampling), []).append(key)
        else:
            said[key] = play.utterance()
    for keys in waiting.values():
        said |= dict(zip(keys, _asked([plays[key] for key in keys]), strict=True))
    return {key: said[key] for key in sorted(said) if said[key] is not None}  # type: ignore[misc]


def _asked(plays: Sequence[_Play]) -> list[str | None]:
    """What one model says for its students."""
    students = [play.agent for play in plays if isinstance(play.agent, ModelStudent)]
    try:
        prompts = [student.prompt(play.observation) for student, play in zip(students, plays, strict=True)]
        completions = list(students[0].model.complete(prompts, students[0].sampling))
        if len(completions) != len(plays):
            raise TypeError("the model must return one completion per prompt")
    except Exception as error:  # a model is foreign code: its failure is theirs who asked it
        for play in plays:
            play.fail(error)
        return [None] * len(plays)
    said: list[str | None] = []
    for play, student, completion in zip(plays, students, completions, strict=True):
        if isinstance(completion, ModelError):
            play.fail(completion)
            said.append(None)
        else:
            said.append(play.checked(student.heard(completion)))
    return said
