"""The settings of this experiment, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from experiments.arms import Game, Learner
from experiments.pool import ID as CLARIFY
from sml_env.priming import PRIMING

__all__ = [
    "CHECKS", "CLONING", "GAME", "LEARNERS", "LESSONS", "MOODS", "STARTS", "TESTED", "TEST_LESSONS", "TEXT",
    "Cloning", "Start",
]  # fmt: skip

TURNS: Final = 4
"""As the paper trains; two facts matter, so three are enough to ask for both and to answer."""

_CONFIG: Final[Mapping[str, Any]] = MappingProxyType({"difficulty": 2})

PROBLEMS: Final = 256
"""So many are imitated and trained on, and so many others tested with."""

GAME: Final = Game(
    "Clarify",
    CLARIFY,
    {
        "config": dict(_CONFIG),
        "problems": PROBLEMS,
        "observation": "per_action",
        "max_turns": TURNS,
        "shaping": "none",
        "rules": {"best": False},
    },
)
"""What students play: asked by number, and paid for a right answer alone, as in the paper."""

TESTED: Final = GAME.but(config={**_CONFIG, "split": "test"})

TEXT: Final = ("sml_env/Clarify-v0", {"config": dict(_CONFIG), "max_turns": TURNS})
"""The same lessons in words, in which the dialogues that are imitated are held."""

MOODS: Final[Mapping[str, float]] = MappingProxyType({"hedge": 0.5, "random": 0.25, "greedy": 0.25})
"""How often the impatient student is in which mood for a lesson."""

LESSONS: Final = 300
"""Dialogues that a student imitates."""

TEST_LESSONS: Final = 300

CHECKS: Final = 3
"""How often a student is tested while it is rewarded."""


@dataclass(frozen=True, slots=True)
class Start:
    """What a student learns from before it is rewarded.

    Attributes:
        name: Short.
        imitates: Whether it imitates dialogues at all.
        base: Of the priming of these; 0 for none.
        first: Number of the first turn.
    """

    name: str
    imitates: bool = True
    base: float = 0.0
    first: int = 1


STARTS: Final = (
    Start("impatient"),
    Start("primed", base=PRIMING),
    Start("primed, turns from 0", base=PRIMING, first=0),
    Start("nothing", imitates=False),
)


@dataclass(frozen=True, slots=True)
class Cloning:
    """Imitation: the log-likelihood of the student's turns, by Adam.

    Attributes:
        epochs: Passes over the dialogues.
        minibatch: Turns of an update.
        learning_rate: Of Adam.
    """

    epochs: int = 40
    minibatch: int = 256
    learning_rate: float = 1e-3


CLONING: Final = Cloning()

LEARNERS: Final[Mapping[str, Learner]] = MappingProxyType(
    {"γ = 0.7": Learner(steps=12_288, gamma=0.7, rollout=8, minibatch=256, epochs=4, learning_rate=2e-3)}
)
"""By discount: 0.7 a turn is the paper's."""
