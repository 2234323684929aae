"""The settings of the experiment, read from ``settings.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["SETTINGS", "Game", "Learning", "Settings", "Shape", "read_settings"]

SETTINGS = Path(__file__).with_name("settings.json")


@dataclass(frozen=True, slots=True)
class Game:
    """One setting of a closed family.

    Attributes:
        name: In tables.
        domain: ``"math"`` or ``"code"``.
        id: Of the discrete environment.
        config: Its ``config=``.
        learned: Whether students learn from it; where making a problem takes long they are only measured on it.
        measured: Lessons on which a student is measured.
    """

    name: str
    domain: str
    id: str
    config: Mapping[str, Any]
    learned: bool = True
    measured: int = 128


@dataclass(frozen=True, slots=True)
class Shape:
    """Of the student's network.

    Attributes:
        width: Of its layers.
        symbol: Numbers that a symbol is.
        symbols: How many there are: a prime, at least the replies of any question.
        heads: Ways to attend to the candidates.
    """

    width: int
    symbol: int
    symbols: int
    heads: int


@dataclass(frozen=True, slots=True)
class Learning:
    """Of proximal policy optimisation, undiscounted, the advantage being the return less the value; see ``learning``.

    Attributes:
        updates: How often lessons are played and learned from.
        lessons: Played side by side, of each game.
        games: Drawn for each update.
        epochs: How often an update's lessons are learned from.
        rate: Of Adam at first; it falls to zero in a straight line.
        clip: Of the ratio of probabilities.
        entropy: Weight of the policy's entropy.
        answer: Weight of the attempts' cross-entropy with the answer, which is told after a lesson.
        value: Weight of the value's squared error.
        norm: The largest norm of a gradient.
    """

    updates: int
    lessons: int
    games: int
    epochs: int
    rate: float
    clip: float
    entropy: float
    answer: float
    value: float
    norm: float


@dataclass(frozen=True, slots=True)
class Settings:
    """Of the whole experiment.

    Attributes:
        seeds: One student for each, in every arm.
        turns: Least and most of a lesson, which draws its own budget; one attempt is judged, so that guessing earns
            1/N.
        games: By name.
        teachers: Arguments of the environment by the teacher's name.
        directions: Domain that is learned from, domain that is never seen.
        student: Its shape.
        learning: How it learns.
    """

    seeds: tuple[int, ...]
    turns: tuple[int, int]
    games: Mapping[str, Game]
    teachers: Mapping[str, Mapping[str, Any]]
    directions: tuple[tuple[str, str], ...]
    student: Shape
    learning: Learning

    def games_of(self, domain: str) -> list[Game]:
        """Those of one domain, as listed."""
        return [game for game in self.games.values() if game.domain == domain]

    def learned_of(self, domain: str) -> list[Game]:
        """Those of one domain that students learn from."""
        return [game for game in self.games_of(domain) if game.learned]


def read_settings(path: Path = SETTINGS, *, quick: bool = False) -> Settings:
    """The settings of a file; with ``quick`` those that only show that everything runs."""
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    changes = data.pop("quick")
    changed = changes.pop("games") if quick else {}
    for name, value in changes.items() if quick else ():
        data[name] = {**data[name], **value} if isinstance(value, dict) else value
    return Settings(
        seeds=tuple(data["seeds"]),
        turns=(data["turns"][0], data["turns"][1]),
        games={name: Game(name, **{**game, **changed}) for name, game in data["games"].items()},
        teachers=data["teachers"],
        directions=tuple((learned, unseen) for learned, unseen in data["directions"]),
        student=Shape(**data["student"]),
        learning=Learning(**data["learning"]),
    )
