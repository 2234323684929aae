"""The settings of this experiment, as data."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from experiments.arms import Arm, Game, Learner
from experiments.pool import ID as CLARIFY

__all__ = ["ARMS", "BUDGETS", "DRAWN", "FIXED", "GAMES", "HORIZON", "TESTED", "TRAINED"]

TRAINED: Final = 4
"""Turns of an episode in training, as in the paper; their mean where they are drawn."""

HORIZON: Final = 10
"""The largest budget that students are tested with."""

BUDGETS: Final = tuple(range(1, HORIZON + 1))

PROBLEMS: Final = 256
"""Of the game whose problems differ: so many are trained on."""

TESTED: Final = {"config": {"difficulty": 2, "split": "test"}, "problems": 80}

_NUMBER: Final = Game(
    "TwentyQuestions",
    "sml_env/TwentyQuestionsDiscrete-v0",
    {
        "config": {"size": 16, "moduli": []},
        "shaping": "none",
        "rules": {"best": False, "disguised_attempts": False},
    },
)
_CODE: Final = Game(
    "Mastermind",
    "sml_env/MastermindDiscrete-v0",
    {"config": {"pegs": 2, "colours": 6}, "shaping": "none", "rules": {"best": False}},
)
_FACTS: Final = Game(
    "Clarify",
    CLARIFY,
    {
        "config": {"difficulty": 2},
        "problems": PROBLEMS,
        "observation": "per_action",
        "shaping": "none",
        "rules": {"best": False},
    },
)

_LEARNER: Final = Learner(steps=40_960)

GAMES: Final = (_NUMBER, _CODE, _FACTS)
"""Paid for a right answer alone, as in the paper."""

_LEARNERS: Final = (_LEARNER, _LEARNER, replace(_LEARNER, steps=10_240, learning_rate=2e-3))

_RANGE: Final = (1, 2 * TRAINED - 1)

FIXED: Final = f"{TRAINED}"
DRAWN: Final = "{} to {}".format(*_RANGE)
"""Names of the arms: the turns that a student is trained with."""

ARMS: Final = tuple(
    Arm(name, game.but(max_turns=budget), learner)
    for game, learner in zip(GAMES, _LEARNERS, strict=True)
    for name, budget in ((FIXED, TRAINED), (DRAWN, _RANGE))
)
