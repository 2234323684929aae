"""Playing stored episodes again: environments are made anew, and the student's words said over, without the agent.

A file of episodes may be a stranger's. What it names is made only if it is one of this library's environments and
voices, and of files of problems only those are read that the user names again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from sml_env.agents import Agent, make_agent
from sml_env.bench.plans import Cell, Lessons, make_environment
from sml_env.core import TextEnv
from sml_env.errors import ConfigurationError, SmlError
from sml_env.evaluation import Episode, Origin
from sml_env.lesson import Lesson
from sml_env.models.naming import names_a_model
from sml_env.registration import ROWS
from sml_env.rollouts import WITHHELD, rollout
from sml_env.teachers.base import Request

__all__ = ["Again", "Replayed", "replayed"]

_MAX_ENVIRONMENTS: Final = 8
_ROUNDING: Final = 1e-9
_IDS: Final = frozenset(row.id for row in ROWS)
_ARGUMENTS: Final = frozenset({"config", "gamma", "max_attempts", "max_turns", "rules", "shaping"})


class _Recorded:
    """A teacher that says what a language model has said in an episode."""

    reads_free_text = True

    def __init__(self, name: str, replies: Sequence[str]) -> None:
        self.name = name
        self.replies = replies

    def reply(self, requests: Sequence[Request]) -> list[str]:
        """What was said in the turns that the requests are of."""
        return [self.replies[len(request.question.transcript)] for request in requests]


class _WordsOver(Exception):
    """An episode that goes on after its last recorded turn."""


class _Repeating:
    """A student that says what another has said."""

    def __init__(self, episode: Episode) -> None:
        self.name = episode.agent
        self._words = [record.utterance for record in episode.records]

    def begin(self, lesson: Lesson, rng: np.random.Generator) -> None:
        """Begin from the first word."""
        self._left = iter(self._words)

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """What was said next."""
        words = next(self._left, None)
        if words is None:
            raise _WordsOver
        return words


class Again:
    """Makes the environments of stored episodes again, and keeps the last of them.

    A language model is not asked: its recorded words are said in its place.

    Args:
        data: Sources of problems, as ``--data`` has them, that may be read if an episode names them.
    """

    def __init__(self, data: Sequence[str] = ()) -> None:
        self._data = frozenset(data)
        self._envs: dict[str, TextEnv] = {}

    def environment(self, episode: Episode) -> TextEnv:
        """The environment of an episode, reset to its problem.

        Raises:
            ConfigurationError: If the episode does not say where it comes from, or that cannot be made any more.
        """
        env = self._environment(episode)
        env.reset(seed=episode.seed, options={"problem_id": episode.problem_id})
        return env

    def play(self, episode: Episode) -> Episode:
        """The episode as it is judged today. One whose words end before it does says so in ``failure``.

        Raises:
            ConfigurationError: As ``environment`` does.
        """
        told = [record.utterance for record in episode.records if record.utterance == WITHHELD]
        agent: Agent = make_agent("informed") if told else _Repeating(episode)
        played = rollout(self._environment(episode), agent, seed=episode.seed, problem_id=episode.problem_id)
        failure = played.failure
        if _WordsOver.__name__ in failure:
            failure = episode.failure or "replay: the recorded words end before the episode does"
        return replace(
            played, agent=episode.agent, teacher=episode.teacher, failure=failure, models=episode.models,
            meters=episode.meters, origin=episode.origin,
        )  # fmt: skip

    def _environment(self, episode: Episode) -> TextEnv:
        origin = episode.origin
        if origin is None:
            raise ConfigurationError("the episode does not say where it comes from: it was written before schema 4")
        key = json.dumps([origin.env, origin.arguments, episode.asymmetry, origin.teacher], sort_keys=True)
        env = self._envs.pop(key, None) or _made(origin, episode.asymmetry, self._data)
        self._envs[key] = env
        while len(self._envs) > _MAX_ENVIRONMENTS:
            self._envs.pop(next(iter(self._envs))).close()
        if isinstance(env.teacher, _Recorded):
            env.teacher.replies = [record.reply.rpartition("\n")[0] for record in episode.records]
        return env


def _made(origin: Origin, asymmetry: str, data: frozenset[str]) -> TextEnv:
    _refuse_what_is_not_ours(origin.env, origin.arguments, data)
    teacher = _Recorded(origin.teacher, ()) if names_a_model(origin.teacher) else None
    env = make_environment(Lessons(origin.env, origin.arguments), Cell(asymmetry, origin.teacher), teacher).unwrapped
    if not isinstance(env, TextEnv):
        raise ConfigurationError(f"env: {origin.env!r} is not a text environment of sml_env")
    return env


def _refuse_what_is_not_ours(env: str, arguments: Mapping[str, Any], data: frozenset[str]) -> None:
    if env not in _IDS:
        raise ConfigurationError(f"env: {env!r} is none of this library's; episodes of others are not made again")
    if unknown := sorted(set(arguments) - _ARGUMENTS):
        raise ConfigurationError(f"arguments: {unknown} are none of {', '.join(sorted(_ARGUMENTS))}")
    config = arguments.get("config")
    source = config.get("data") if isinstance(config, dict) else None
    if source is not None and source not in data:
        raise ConfigurationError(
            f"data: the episode is of problems from {source!r}; if you trust it, pass it as --data"
        )


@dataclass(frozen=True, slots=True)
class Replayed:
    """A stored episode and what it is today.

    Attributes:
        before: As stored.
        after: As judged today; the stored one where it could not be played again.
        changes: What differs, for a person; empty if nothing does.
        fault: Why it could not be played again; empty if it could.
    """

    before: Episode
    after: Episode
    changes: tuple[str, ...] = ()
    fault: str = ""


def replayed(episodes: Iterable[Episode], data: Sequence[str] = ()) -> Iterator[Replayed]:
    """Episodes judged again, one at a time. Those that were not scored stay as they were.

    Args:
        episodes: As stored.
        data: As ``Again`` has it.
    """
    again = Again(data)
    for episode in episodes:
        if not episode.scored:
            yield Replayed(episode, episode, fault=f"not scored: {episode.failure}")
            continue
        try:
            after = again.play(episode)
        except SmlError as error:
            yield Replayed(episode, episode, fault=str(error))
        else:
            yield Replayed(episode, after, tuple(_changes(episode, after)))


def _changes(before: Episode, after: Episode) -> Iterator[str]:
    if before.success != after.success:
        yield "is solved now" if after.success else "is not solved any more"
    if before.turns != after.turns:
        yield f"ends after {after.turns} turns, not {before.turns}"
    if abs(before.episode_return - after.episode_return) > _ROUNDING:
        yield f"returns {after.episode_return:.6g}, not {before.episode_return:.6g}"
    for turn, (one, two) in enumerate(zip(before.records, after.records, strict=False), 1):
        if one.query_kind != two.query_kind:
            yield f"turn {turn} is read as {two.query_kind}, not {one.query_kind}"
        if one.reply != two.reply:
            yield f"turn {turn} gets another reply"
        for name in ("expected_bits", "realised_bits", "verdict_bits"):
            old, new = getattr(one, name), getattr(two, name)
            if (old is None) != (new is None) or (old is not None and abs(old - new) > _ROUNDING):
                yield f"turn {turn} has other {name.replace('_', ' ')}"
    if before.failure != after.failure:
        yield f"failure: {after.failure or 'none'}"
