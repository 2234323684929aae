"""What students earn, and what they are to be measured by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gymnasium as gym
import numpy as np
import torch

from experiments.across_domains.learning import play
from experiments.across_domains.lessons import Lessons, arguments_of
from experiments.across_domains.settings import Game, Settings
from experiments.across_domains.student import Student

__all__ = ["Bracket", "Measured", "bracket", "measure"]

_SIDE_BY_SIDE = 128
_SEED = 77_000
"""Students of one seed are measured on the same lessons, whoever taught them, and on none that they learned from."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a student earned on one game with one teacher.

    Attributes:
        game: Its name.
        teacher: Who taught when it was measured.
        success: Share of the lessons solved.
        asked: Questions a lesson.
    """

    game: str
    teacher: str
    success: float
    asked: float


@dataclass(frozen=True, slots=True)
class Bracket:
    """What policies that learn nothing earn on one game with the informed teacher.

    Attributes:
        game: Its name.
        hedging: One attempt at one of N candidates, exactly: the most that any policy earns without information.
        random: Uniformly random legal actions.
        greedy: What the ideal listener finds most informative, then its most likely candidate.
    """

    game: str
    hedging: float
    random: float
    greedy: float


def measure(student: Student, settings: Settings, game: Game, teacher: str, seed: int) -> Measured:
    """Play lessons with the likeliest actions."""
    size = min(_SIDE_BY_SIDE, game.measured)
    arguments = settings.teachers[teacher]
    lessons = Lessons(game, arguments, size, settings.turns, settings.student.symbols, _SEED + 1000 * seed)
    generator = torch.Generator().manual_seed(seed)
    batches = [play(student, lessons, generator, sharp=True) for _ in range(game.measured // size)]
    success = np.mean([float(batch.success.mean()) for batch in batches])
    return Measured(game.name, teacher, float(success), float(np.mean([batch.asked for batch in batches])))


def bracket(settings: Settings, game: Game, teacher: str = "informed") -> Bracket:
    """The brackets of a game."""
    arguments = arguments_of(game, settings.teachers[teacher], settings.turns)
    family: Any = gym.make(game.id, config=dict(game.config)).unwrapped.family  # type: ignore[attr-defined]
    candidates = len(family.space) if hasattr(family, "space") else int(family.candidates)
    return Bracket(
        game.name,
        1.0 / candidates,
        _played(game, {**arguments, "attempts": "each"}, game.measured, greedy=False),
        _played(game, {**arguments, "attempts": "map"}, game.measured, greedy=True),
    )


def _played(game: Game, arguments: Mapping[str, Any], lessons: int, *, greedy: bool) -> float:
    """Share of lessons solved by random actions, or by those that the ideal listener finds best."""
    size = min(_SIDE_BY_SIDE, lessons)
    envs: Any = gym.make_vec(game.id, num_envs=size, observation="per_action", **arguments)
    rng = np.random.default_rng(_SEED)
    solved = played = 0
    for _ in range(lessons // size):
        observed, info = envs.reset(seed=_SEED if played == 0 else None)
        live = np.ones(size, dtype=np.bool_)
        while live.any():
            if greedy:
                told = observed[:, :-1, 2].argmax(axis=1)
                ask = (observed[:, :-1, 2].max(axis=1) > 0.0) & (info["turns_left"] > 1)
                actions = np.where(ask, told, observed.shape[1] - 1)
            else:
                actions = (rng.random(observed.shape[:2]) * (info["action_mask"] == 1)).argmax(axis=1)
            observed, _, over, _, info = envs.step(actions)
            solved += int((info["success"] & over & live).sum())
            live &= ~over
        played += size
    return solved / played
