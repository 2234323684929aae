"""A benchmark run: which episodes to play, playing them, and writing them down one JSON line each."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.error import Error as GymnasiumError

from sml_env.agents import Agent, make_agent
from sml_env.bench.files import LineFile
from sml_env.core import TextEnv
from sml_env.errors import ConfigurationError
from sml_env.evaluation import Episode, episode_seed
from sml_env.metering import EpisodeMeter, make_meter, metered
from sml_env.models.naming import ENGINES, names_a_model
from sml_env.registration import ROWS
from sml_env.rollouts import witnessed
from sml_env.students import ModelAgent, make_student
from sml_env.teachers import ASYMMETRIES, VOICES, Teacher, make_teacher
from sml_env.teachers.model import ModelTeacher

__all__ = ["Cell", "Lessons", "Plan", "Results", "make_environment", "plan", "play_all", "voice"]

_PROBLEM_STREAM = 0x70726F62
_CONCURRENCY = 16


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
class Plan:
    """A run.

    Attributes:
        lessons: Its environments.
        cells: The pairs that make sense, in order.
        agents: Names; those of language models among them.
        problem_ids: One for each episode; ``None`` where the episode's seed draws the problem.
        seed: Of the run.
        skipped: Pairs that make no sense, with the reason.
        concurrency: Lessons of an agent at a time.
        meters: Read on every episode, at its end.
    """

    lessons: Lessons
    cells: tuple[Cell, ...]
    agents: tuple[str, ...]
    problem_ids: tuple[str | None, ...]
    seed: int
    skipped: tuple[tuple[Cell, str], ...] = ()
    concurrency: int = 1
    meters: tuple[EpisodeMeter, ...] = ()

    @property
    def total(self) -> int:
        """Episodes in all."""
        return len(self.cells) * len(self.agents) * len(self.problem_ids)


def voice(text: str) -> str | dict[str, Any]:
    """A teacher as the command line writes it: ``oracle``, ``noisy:p=0.2`` for a voice with arguments, or a model's.

    Raises:
        ConfigurationError: If it is not of that form.
    """
    name, colon, rest = text.partition(":")
    if not colon or names_a_model(text):
        return text
    arguments: dict[str, Any] = {"voice": name}
    for part in rest.split(":"):
        key, equals, value = part.partition("=")
        if not equals or not key.isidentifier():
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
    meters: Sequence[str] = (),
) -> Plan:
    """All combinations that make sense; names and arguments are checked before anything is played.

    Args:
        lessons: What the environments have in common.
        asymmetries: Names.
        teachers: As ``voice`` reads them.
        agents: Names; those of language models among them.
        episodes: For each agent in each cell; fewer where the problems can be listed and are fewer.
        seed: Of the run.
        concurrency: Lessons of an agent at a time; ``None`` for 16 where a language model takes part, else 1.
        meters: As ``make_meter`` reads them.

    Raises:
        ConfigurationError: If a name is unknown, or no pair makes sense.
        ModelError: If a language model cannot be asked.
    """
    parties: list[Agent | Teacher] = [_agent(agent) for agent in agents]
    read = tuple(make_meter(meter) for meter in meters)
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
    env = make_environment(lessons, cells[0])
    problem_ids = _problems(env, episodes, seed)
    env.close()
    at_once = concurrency or (_CONCURRENCY if models or read else 1)
    return Plan(lessons, tuple(cells), tuple(agents), problem_ids, seed, tuple(skipped), at_once, read)


def _agent(name: str) -> Agent:
    return make_student(name) if names_a_model(name) else make_agent(name)


def _agents(name: str, count: int) -> list[Agent]:
    """Some agents of one name; those on a language model share it."""
    first = _agent(name)
    return [first, *(copy(first) if isinstance(first, ModelAgent) else _agent(name) for _ in range(count - 1))]


@dataclass(slots=True)
class Results:
    """What a run has produced so far.

    Attributes:
        episodes: By cell and agent, in the order of the plan.
        seconds: Wall-clock time spent in them.
    """

    episodes: dict[tuple[Cell, str], list[Episode]] = field(default_factory=dict)
    seconds: dict[tuple[Cell, str], float] = field(default_factory=dict)

    def add(self, cell: Cell, agent: str, episode: Episode, seconds: float) -> None:
        """Take one more episode."""
        self.episodes.setdefault((cell, agent), []).append(episode)
        self.seconds[cell, agent] = self.seconds.get((cell, agent), 0.0) + seconds

    @property
    def count(self) -> int:
        """Episodes in all."""
        return sum(len(episodes) for episodes in self.episodes.values())


def _problems(env: gym.Env[str, str], episodes: int, seed: int) -> tuple[str | None, ...]:
    """Problems without replacement where they can be listed, at most all of them; else drawn by each episode's seed."""
    core = env.unwrapped
    listed = core.family.problem_ids() if isinstance(core, TextEnv) else None
    if listed is None:
        return (None,) * episodes
    order = np.random.default_rng(np.random.SeedSequence([seed, _PROBLEM_STREAM])).permutation(len(listed))
    return tuple(listed[int(row)] for row in order[:episodes])


def _episodes(run: Plan, cell: Cell) -> Iterator[tuple[str, Episode, float]]:
    size = min(run.concurrency, len(run.problem_ids))
    teacher = make_teacher(voice(cell.teacher), cell.asymmetry)
    envs = [_core(make_environment(run.lessons, cell, teacher)) for _ in range(size)]
    agents = [(name, _agents(name, size)) for name in run.agents]
    seeds = [episode_seed(run.seed, index) for index in range(len(run.problem_ids))]
    for start in range(0, len(seeds), size):
        chosen, drawn = run.problem_ids[start : start + size], seeds[start : start + size]
        for env, seed, problem_id in zip(envs, drawn, chosen, strict=False):
            env.reset(seed=seed, options=None if problem_id is None else {"problem_id": problem_id})
            _warm(env)
        for name, students in agents:
            count, started = len(drawn), time.perf_counter()
            episodes, ended = witnessed(envs[:count], students[:count], seeds=drawn, problem_ids=chosen)
            seconds = (time.perf_counter() - started) / count
            for episode in metered(episodes, ended, run.meters):
                yield name, episode, seconds
    for env in envs:
        env.close()


def _core(env: gym.Env[str, str]) -> TextEnv:
    core = env.unwrapped
    if not isinstance(core, TextEnv):
        raise ConfigurationError(f"env: {core!r} is not a text environment of sml_env")
    return core


def _warm(env: TextEnv) -> None:
    """Build what a problem's first episode would pay for, so that all agents are timed alike."""
    env.dialogue.expected_bits("x > 0")
    belief, menu = env.dialogue.belief, env.dialogue.menu
    if belief is not None and menu is not None:
        menu.best_bits(belief)


def play_all(run: Plan, results: Results, sink: LineFile | None, tick: Callable[[Cell, str], None]) -> None:
    """Play the plan. Agents take turns on each problem, so that an interrupted run is as fair as a complete one.

    Args:
        run: The plan.
        results: Takes the episodes as they finish.
        sink: Where they are written, if anywhere.
        tick: Called after each.
    """
    for cell in run.cells:
        for name, episode, seconds in _episodes(run, cell):
            results.add(cell, name, episode, seconds)
            if sink is not None:
                sink.write(json.dumps(episode.as_dict(), allow_nan=False) + "\n")
            tick(cell, name)
