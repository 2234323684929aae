"""What a benchmark run plays: environments, cells, agents, brackets and problems, checked before anything starts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import gymnasium as gym
import numpy as np
from gymnasium.error import Error as GymnasiumError

from sml_env.agents.base import Agent
from sml_env.bench.students import student
from sml_env.core import TextEnv
from sml_env.errors import ConfigurationError
from sml_env.evaluation import Origin, episode_seed
from sml_env.metering import EpisodeMeter, make_meter
from sml_env.models.naming import ENGINES
from sml_env.registration import ROWS
from sml_env.students import ModelAgent
from sml_env.teachers import ASYMMETRIES, VOICES, Teacher, make_teacher
from sml_env.teachers.model import ModelTeacher

__all__ = ["BRACKETS", "NULL", "Arm", "Cell", "Lessons", "Plan", "make_environment", "plan", "voice"]

BRACKETS: Final = ("random", "constant", "hedge", "informed")
"""Agents that every score is put beside: floors, what guessing earns, and what the answer itself earns."""

NULL: Final = "null"
"""The teacher that says nothing: what an agent earns with it, it earns without being taught."""

_PROBLEM_STREAM: Final = 0x70726F62
_CONCURRENCY: Final = 16


@dataclass(frozen=True, slots=True)
class Lessons:
    """What a run's environments have in common.

    Attributes:
        env_id: As in ``gymnasium.make``.
        arguments: Of ``gymnasium.make``, without ``asymmetry`` and ``teacher``.
    """

    env_id: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cell:
    """One asymmetry with one teacher.

    Attributes:
        asymmetry: What the teacher holds.
        teacher: As written on the command line: ``noisy:p=0.2``, ``openai:MODEL@URL``.
    """

    asymmetry: str
    teacher: str


@dataclass(frozen=True, slots=True)
class Arm:
    """One agent in one cell.

    Attributes:
        cell: Where.
        agent: As written on the command line.
        bracket: Whether it is there only to put the scores of others into brackets.
    """

    cell: Cell
    agent: str
    bracket: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A run on the lessons of one environment; a suite is several of them.

    Attributes:
        lessons: Its environments.
        arms: Who plays where; those of one cell one after another.
        problem_ids: One for each episode; ``None`` where the episode's seed draws the problem.
        seed: Of the run.
        skipped: Pairs that make no sense, with the reason.
        concurrency: Lessons of an agent at a time.
        meters: Read on every episode, at its end: names, or objects.
        suite: Name and version of the suite; empty outside one.
        priming: Base of the students' Q-priming (``sml_env.priming``); 0 for none.
    """

    lessons: Lessons
    arms: tuple[Arm, ...]
    problem_ids: tuple[str | None, ...]
    seed: int
    skipped: tuple[tuple[Cell, str], ...] = ()
    concurrency: int = 1
    meters: tuple[str | EpisodeMeter, ...] = ()
    suite: str = ""
    priming: float = 0.0

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells that are compared, in order; those of brackets left out."""
        return tuple(dict.fromkeys(arm.cell for arm in self.arms if not arm.bracket))

    @property
    def agents(self) -> tuple[str, ...]:
        """The agents that are compared, in order."""
        return tuple(dict.fromkeys(arm.agent for arm in self.arms if not arm.bracket))

    @property
    def total(self) -> int:
        """Episodes in all."""
        return len(self.arms) * len(self.problem_ids)

    def arms_of(self, cell: Cell) -> tuple[Arm, ...]:
        """Who plays in a cell."""
        return tuple(arm for arm in self.arms if arm.cell == cell)

    def seed_of(self, index: int) -> int:
        """The seed of the episodes on the problem at a place."""
        return episode_seed(self.seed, index)

    def origin(self, arm: Arm, index: int) -> Origin:
        """Where the episode of an arm on the problem at a place comes from."""
        lessons = self.lessons
        return Origin(
            lessons.env_id, lessons.arguments, arm.cell.teacher, arm.agent, index, suite=self.suite, bracket=arm.bracket
        )


def voice(text: str) -> str | dict[str, Any]:
    """A teacher as the command line writes it: ``oracle``, ``noisy:p=0.2`` for a voice with arguments, or a model's.

    Raises:
        ConfigurationError: If it is not of that form.
    """
    name, colon, rest = text.partition(":")
    if not colon or name in ENGINES:
        return text
    arguments: dict[str, Any] = {"voice": name}
    for part in rest.split(":"):
        key, equals, value = part.partition("=")
        if not equals or not key.isidentifier() or key == "voice":
            raise ConfigurationError(f"teacher: {text!r} is not VOICE or VOICE:NAME=VALUE")
        try:
            arguments[key] = json.loads(value)
        except json.JSONDecodeError:
            arguments[key] = value
    return arguments


def make_environment(lessons: Lessons, cell: Cell, teacher: Teacher | None = None) -> gym.Env[str, str]:
    """The environment of one cell, with a teacher that is there already or a new one.

    Raises:
        ConfigurationError: If there is no such environment, or an argument makes no sense.
    """
    try:
        env: gym.Env[str, str] = gym.make(
            lessons.env_id,
            disable_env_checker=True,
            asymmetry=cell.asymmetry,
            teacher=voice(cell.teacher) if teacher is None else teacher,
            **lessons.arguments,
        )
    except (GymnasiumError, ModuleNotFoundError) as error:
        known = ", ".join(row.id for row in ROWS)
        raise ConfigurationError(f"env: {lessons.env_id!r} cannot be made; this library has {known}") from error
    except TypeError as error:
        raise ConfigurationError(f"env: {lessons.env_id} does not take these arguments: {error}") from error
    if not isinstance(env.unwrapped, TextEnv):
        raise ConfigurationError(f"env: {lessons.env_id!r} is not a text environment of sml_env")
    return env


def plan(
    lessons: Lessons,
    asymmetries: Sequence[str],
    teachers: Sequence[str],
    agents: Sequence[str],
    episodes: int,
    seed: int,
    concurrency: int | None = None,
    meters: Sequence[str | EpisodeMeter] = (),
    *,
    brackets: bool = True,
    suite: str = "",
) -> Plan:
    """What a run consists of. Names and arguments are checked before anything is played.

    Args:
        lessons: What the environments have in common.
        asymmetries: Names.
        teachers: As ``voice`` reads them.
        agents: Names; those of language models and ``module:callable`` among them.
        episodes: For each agent in each cell; fewer where the problems can be listed and are fewer.
        seed: Of the run.
        concurrency: Lessons of an agent at a time; ``None`` for 16 where a language model takes part, else 1.
        meters: As ``make_meter`` reads them, or objects.
        brackets: Whether the agents of ``BRACKETS`` play in every cell, and all agents with the null teacher.
        suite: Name and version of the suite that it is of.

    Raises:
        ConfigurationError: If a name is unknown, or no pair makes sense.
        ModelError: If a language model cannot be asked.
    """
    parties: list[Agent | Teacher] = [student(agent) for agent in agents]
    for meter in meters:
        if isinstance(meter, str):
            make_meter(meter)
    cells, skipped = [], []
    for asymmetry in asymmetries:
        if asymmetry not in ASYMMETRIES:
            raise ConfigurationError(f"asymmetry: {asymmetry!r} is none of {', '.join(ASYMMETRIES)}")
        for teacher in teachers:
            cell = Cell(asymmetry, teacher)
            name = teacher.partition(":")[0]
            if name not in VOICES and name not in ENGINES:
                raise ConfigurationError(f"teacher: {name!r} is none of {', '.join((*VOICES, *ENGINES))}")
            try:
                parties.append(make_teacher(voice(teacher), asymmetry))
            except ConfigurationError as error:
                if name in ENGINES or asymmetry in VOICES[name][1]:
                    raise
                skipped.append((cell, str(error)))
            else:
                cells.append(cell)
    if not cells:
        raise ConfigurationError("; ".join(reason for _, reason in skipped) or "nothing to run")
    models = [party for party in parties if isinstance(party, ModelTeacher | ModelAgent)]
    for party in {party.name: party for party in models}.values():
        party.model.check()
    arms = tuple(_arms(lessons, cells, agents, brackets))
    env = make_environment(lessons, cells[0])
    problem_ids = _problems(env, episodes, seed)
    env.close()
    by_name = any(isinstance(meter, str) for meter in meters)
    at_once = concurrency or (_CONCURRENCY if models or by_name else 1)
    return Plan(lessons, arms, problem_ids, seed, tuple(skipped), at_once, tuple(meters), suite)


def _arms(lessons: Lessons, cells: Sequence[Cell], agents: Sequence[str], brackets: bool) -> Iterator[Arm]:
    """Who plays where: the agents and the brackets of each cell, then the agents with the null teacher."""
    for cell in cells:
        yield from (Arm(cell, agent) for agent in agents)
        if brackets:
            yield from (Arm(cell, agent, bracket=True) for agent in BRACKETS if agent not in agents)
    if not brackets:
        return
    for asymmetry in dict.fromkeys(cell.asymmetry for cell in cells):
        cell = Cell(asymmetry, NULL)
        if cell not in cells and _makes_sense(lessons, cell):
            yield from (Arm(cell, agent, bracket=True) for agent in agents)


def _makes_sense(lessons: Lessons, cell: Cell) -> bool:
    try:
        make_environment(lessons, cell).close()
    except ConfigurationError:
        return False
    return True


def _problems(env: gym.Env[str, str], episodes: int, seed: int) -> tuple[str | None, ...]:
    """Problems without replacement where they can be listed, at most all of them; else drawn by each episode's seed."""
    core = env.unwrapped
    listed = core.family.problem_ids() if isinstance(core, TextEnv) else None
    if listed is None:
        return (None,) * episodes
    order = np.random.default_rng(np.random.SeedSequence([seed, _PROBLEM_STREAM])).permutation(len(listed))
    return tuple(listed[int(row)] for row in order[:episodes])
