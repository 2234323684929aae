"""Playing what is planned, unit by unit, here or in workers: where a unit is played makes no difference to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Final, TypeAlias

from sml_env.agents.base import Agent
from sml_env.bench.plans import Arm, Cell, Plan, make_environment, voice
from sml_env.bench.students import students
from sml_env.core import TextEnv
from sml_env.errors import ConfigurationError
from sml_env.evaluation import Episode
from sml_env.metering import EpisodeMeter, make_meter, metered
from sml_env.priming import primed
from sml_env.rollouts import witnessed
from sml_env.teachers import make_teacher

__all__ = ["Played", "Player", "Results", "Stage", "Unit", "here", "play_all", "units"]

Player: TypeAlias = Callable[[Sequence["Plan"], Sequence["Unit"]], Iterator["Played"]]
"""Plays units, in any order."""

_UNITS_A_WORKER: Final = 8
_LARGEST_UNIT: Final = 32


@dataclass(frozen=True, slots=True)
class Unit:
    """Some problems of one cell, on which all of its agents play.

    Attributes:
        plan: Place of the plan in the run.
        cell: Whose arms play.
        indices: Places of the problems in the plan.
        done: Agents with the places of problems that they need not play again.
    """

    plan: int
    cell: Cell
    indices: tuple[int, ...]
    done: frozenset[tuple[str, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Played:
    """One episode that has been played.

    Attributes:
        plan: Place of its plan in the run.
        arm: Who played where.
        episode: The account.
        seconds: What it took.
    """

    plan: int
    arm: Arm
    episode: Episode
    seconds: float


@dataclass(slots=True)
class Results:
    """What a plan has produced so far.

    Attributes:
        episodes: By cell and agent, in the order in which they came.
        seconds: Time spent in them.
    """

    episodes: dict[tuple[Cell, str], list[Episode]] = field(default_factory=dict)
    seconds: dict[tuple[Cell, str], float] = field(default_factory=dict)

    def add(self, arm: Arm, episode: Episode, seconds: float) -> None:
        """Take one more episode."""
        key = (arm.cell, arm.agent)
        self.episodes.setdefault(key, []).append(episode)
        self.seconds[key] = self.seconds.get(key, 0.0) + seconds

    @property
    def count(self) -> int:
        """Episodes in all."""
        return sum(len(episodes) for episodes in self.episodes.values())


def units(plans: Sequence[Plan], done: Iterable[tuple[int, Cell, str, int]] = (), workers: int = 1) -> list[Unit]:
    """What is to be played: in order, and in pieces that keep all workers busy to the end.

    Args:
        plans: Of the run.
        done: Plan, cell, agent and place of the problem of what has been played.
        workers: How many there are.
    """
    played: dict[tuple[int, Cell], set[tuple[str, int]]] = {}
    for number, cell, agent, index in done:
        played.setdefault((number, cell), set()).add((agent, index))
    listed = []
    for number, plan in enumerate(plans):
        size = plan.concurrency
        if workers > 1:
            size = max(size, min(_LARGEST_UNIT, ceil(len(plan.problem_ids) / (workers * _UNITS_A_WORKER))))
        for cell in dict.fromkeys(arm.cell for arm in plan.arms):
            have = played.get((number, cell), set())
            names = [arm.agent for arm in plan.arms_of(cell)]
            for start in range(0, len(plan.problem_ids), size):
                indices = tuple(range(start, min(start + size, len(plan.problem_ids))))
                here = frozenset((name, index) for name in names for index in indices if (name, index) in have)
                if len(here) < len(names) * len(indices):
                    listed.append(Unit(number, cell, indices, here))
    return listed


class Stage:
    """Where units are played: it keeps the environments of the last cell.

    Args:
        plans: Of the run.
    """

    def __init__(self, plans: Sequence[Plan]) -> None:
        self.plans = tuple(plans)
        self._set: tuple[int, Cell] | None = None
        self._envs: list[TextEnv] = []
        self._students: dict[str, list[Agent]] = {}
        self._meters: dict[int, tuple[EpisodeMeter, ...]] = {}

    def play(self, unit: Unit) -> Iterator[Played]:
        """The episodes of a unit. Agents take turns on each problem: an interrupted run is as fair as a whole one."""
        plan = self.plans[unit.plan]
        self._prepare(unit, plan)
        size = plan.concurrency
        for start in range(0, len(unit.indices), size):
            yield from self._together(unit, plan, unit.indices[start : start + size])

    def close(self) -> None:
        """Let the environments go."""
        for env in self._envs:
            env.close()
        self._set, self._envs, self._students = None, [], {}

    def _prepare(self, unit: Unit, plan: Plan) -> None:
        if self._set == (unit.plan, unit.cell):
            return
        self.close()
        size = min(plan.concurrency, len(plan.problem_ids))
        teacher = make_teacher(voice(unit.cell.teacher), unit.cell.asymmetry)
        self._envs = [_core(plan, unit.cell, teacher) for _ in range(size)]
        self._students = {arm.agent: _students(plan, arm.agent, size) for arm in plan.arms_of(unit.cell)}
        self._set = (unit.plan, unit.cell)
        if unit.plan not in self._meters:
            self._meters[unit.plan] = tuple(
                make_meter(meter) if isinstance(meter, str) else meter for meter in plan.meters
            )

    def _together(self, unit: Unit, plan: Plan, indices: Sequence[int]) -> Iterator[Played]:
        for env, index in zip(self._envs, indices, strict=False):
            problem_id = plan.problem_ids[index]
            env.reset(seed=plan.seed_of(index), options=None if problem_id is None else {"problem_id": problem_id})
            _warm(env)
        for arm in plan.arms_of(unit.cell):
            left = [index for index in indices if (arm.agent, index) not in unit.done]
            if not left:
                continue
            began = time.perf_counter()
            episodes, ended = witnessed(
                self._envs[: len(left)],
                self._students[arm.agent][: len(left)],
                seeds=[plan.seed_of(index) for index in left],
                problem_ids=[plan.problem_ids[index] for index in left],
            )
            seconds = (time.perf_counter() - began) / len(left)
            for index, episode in zip(left, metered(episodes, ended, self._meters[unit.plan]), strict=True):
                yield Played(unit.plan, arm, replace(episode, origin=plan.origin(arm, index)), seconds)


def _students(plan: Plan, name: str, count: int) -> list[Agent]:
    made = students(name, count)
    return [primed(each, plan.priming) for each in made] if plan.priming else made


def _core(plan: Plan, cell: Cell, teacher: object) -> TextEnv:
    core = make_environment(plan.lessons, cell, teacher).unwrapped  # type: ignore[arg-type]
    if not isinstance(core, TextEnv):
        raise ConfigurationError(f"env: {core!r} is not a text environment of sml_env")
    return core


def _warm(env: TextEnv) -> None:
    """Build what a problem's first episode would pay for, so that all agents are timed alike."""
    env.dialogue.expected_bits("x > 0")
    belief, menu = env.dialogue.belief, env.dialogue.menu
    if belief is not None and menu is not None:
        menu.best_bits(belief)


def play_all(
    plans: Sequence[Plan],
    take: Callable[[Played], None],
    player: Player | None = None,
    *,
    done: Iterable[tuple[int, Cell, str, int]] = (),
    workers: int = 1,
) -> None:
    """Play all that is not done yet.

    Args:
        plans: Of the run.
        take: Is handed each episode as it comes.
        player: ``sml_env.bench.workers`` has some; ``None`` for this process, one unit after another.
        done: What need not be played again, as ``units`` has it.
        workers: How many share the units.
    """
    for one in (here if player is None else player)(plans, units(plans, done, workers)):
        take(one)


def here(plans: Sequence[Plan], listed: Sequence[Unit]) -> Iterator[Played]:
    """The episodes of units, played in this process."""
    stage = Stage(plans)
    try:
        for unit in listed:
            yield from stage.play(unit)
    finally:
        stage.close()
