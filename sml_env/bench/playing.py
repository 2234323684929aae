"""What ``bench`` and ``generate`` both ask: who plays which lessons, with which teachers, and on how many processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import wraps
from inspect import signature
from typing import Any, Final

import click
from click.core import ParameterSource

from sml_env.agents import AGENTS
from sml_env.bench.options import ASYMMETRY, STUDENT, TEACHER, lesson_options, lessons_of, names, warn
from sml_env.bench.plans import Plan, plan
from sml_env.bench.runs import Player
from sml_env.bench.suites import SUITES, plans_of, suite_of
from sml_env.bench.workers import WORKERS_ON_RAY, on_ray, processes
from sml_env.errors import ConfigurationError
from sml_env.metering import EpisodeMeter

__all__ = ["Playing", "playing_options"]

_SEEDS: Final = click.IntRange(min=0)
_FLAGS: Final = {"env_id": "env", "asymmetries": "asymmetry"}


@dataclass(frozen=True, slots=True)
class Playing:
    """What was chosen on the command line.

    Attributes:
        suite: A fixed list of lessons in the place of what follows.
        agents: Names; those of the command where none were given.
        students: Language models as students.
        asymmetries: What the teachers hold.
        teachers: Who speaks; ``None`` for the oracle, or the suite's.
        episodes: For each agent in a cell.
        seed: Chooses the problems.
        concurrency: Lessons of an agent at a time; ``None`` for what suits it.
        workers: Processes that share them.
        on_cluster: Whether they are shared on Ray.
        lessons: The options that choose problems and rules.
        given: Names of the options that are not left to their defaults.
    """

    suite: str | None
    agents: tuple[str, ...]
    students: tuple[str, ...] | None
    asymmetries: tuple[str, ...]
    teachers: tuple[str, ...] | None
    episodes: int
    seed: int
    concurrency: int | None
    workers: int
    on_cluster: bool
    lessons: Mapping[str, Any]
    given: frozenset[str]

    @property
    def named(self) -> tuple[str, ...]:
        """All who play; the command's own agents only where nobody was named."""
        agents = () if self.students and "agents" not in self.given else self.agents
        return (*agents, *(self.students or ()))

    def plans(
        self, meters: Sequence[str | EpisodeMeter] = (), *, brackets: bool = False, seeds_more: bool = False
    ) -> tuple[Plan, ...]:
        """What is played, checked; what makes no sense is warned of, and left out.

        Args:
            meters: Read on every episode.
            brackets: Whether floors and ceilings are played, too.
            seeds_more: Whether the seed is of more than the problems, and may stand beside a suite.

        Raises:
            ConfigurationError: If an argument makes no sense, or one was given that the suite chooses.
        """
        if self.suite is None:
            made: tuple[Plan, ...] = (
                plan(
                    lessons_of(**self.lessons), self.asymmetries, self.teachers or ("oracle",), self.named,
                    self.episodes, self.seed, self.concurrency, meters, brackets=brackets,
                ),
            )  # fmt: skip
        else:
            self._refuse_what_the_suite_chooses(("asymmetries", "episodes", *(() if seeds_more else ("seed",))))
            suite = suite_of(self.suite)
            made = plans_of(suite, self.named, self.teachers, self.concurrency, meters, brackets=brackets)
        for each in made:
            for cell, reason in each.skipped:
                warn(f"skipped {cell.asymmetry}, {cell.teacher}: {reason}")
            if self.suite is None and len(each.problem_ids) < self.episodes:
                warn(f"there are only {len(each.problem_ids)} problems: as many episodes an agent")
        return made

    def player(self) -> tuple[Player | None, int]:
        """Who shares the lessons out, ``None`` for this process; and among how many.

        Raises:
            ConfigurationError: If both workers and a cluster are asked for.
        """
        if self.on_cluster and self.workers > 1:
            raise ConfigurationError("ray: it has workers of its own; leave out --workers")
        if self.on_cluster:
            return on_ray(), WORKERS_ON_RAY
        return (processes(self.workers) if self.workers > 1 else None), self.workers

    def _refuse_what_the_suite_chooses(self, also: Sequence[str]) -> None:
        chosen = [name for name in (*self.lessons, *also) if name in self.given]
        if chosen:
            flags = ", ".join(f"--{_FLAGS.get(name, name.replace('_', '-'))}" for name in chosen)
            raise ConfigurationError(f"suite: it says what is played: leave out {flags}, or leave out --suite")


def playing_options(
    *,
    agents: str,
    asymmetry: str,
    episodes: int,
    offered: Sequence[str] = tuple(AGENTS),
    seed: str = "Chooses the problems.",
    seeds: click.IntRange = _SEEDS,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The options of ``Playing``, in the order of ``--help``; the command is given one of it, before all else.

    Args:
        agents: Who plays where nobody is named.
        asymmetry: The default.
        episodes: The default.
        offered: Who may be named.
        seed: What it is of.
        seeds: Which there are.
    """
    options = [
        click.option("--suite", metavar="NAME", help=f"In the place of --env: {', '.join(SUITES)}, or a .json file."),
        click.option(
            "--agents", type=names, metavar="A,B", default=agents,
            help=f"Of: {', '.join(offered)}; or module:callable for your own. [default: {agents}]",
        ),
        click.option("--student", "students", type=names, metavar="A,B", help=f"{STUDENT} [default: none]"),
        click.option(
            "--asymmetry", "asymmetries", type=names, metavar="A,B", default=asymmetry, show_default=True,
            help=ASYMMETRY,
        ),
        click.option(
            "--teacher", "teachers", type=names, metavar="A,B", help=f"{TEACHER} [default: oracle, or the suite's]"
        ),
        click.option(
            "--episodes", type=click.IntRange(min=1), default=episodes, show_default=True,
            help="For each agent in a cell.",
        ),
        click.option("--seed", type=seeds, default=0, show_default=True, help=seed),
        click.option(
            "--concurrency", type=click.IntRange(1, 1024),
            help="Lessons of an agent at a time. [default: 16 with a language model, else 1]",
        ),
        click.option(
            "--workers", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes that share them."
        ),
        click.option(
            "--ray", "on_cluster", is_flag=True, help="Share them on the Ray cluster of RAY_ADDRESS, or here."
        ),
    ]  # fmt: skip

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = {entry.name for entry in fields(Playing)}

        @wraps(command)
        @click.pass_context
        def played(context: click.Context, /, **values: Any) -> None:
            given = {name for name in values if context.get_parameter_source(name) is not ParameterSource.DEFAULT}
            lessons = {name: values.pop(name) for name in _LESSONS}
            chosen = {name: values.pop(name) for name in own & set(values)}
            command(Playing(**chosen, lessons=lessons, given=frozenset(given)), **values)

        decorated: Callable[..., None] = played
        for option in reversed(options):
            decorated = option(decorated)
        return lesson_options(decorated)

    return decorate


_LESSONS: Final = tuple(signature(lessons_of).parameters)
"""Names of the options of ``lesson_options``."""
