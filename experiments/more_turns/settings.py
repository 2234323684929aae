"""The settings of this experiment, as data."""

from __future__ import annotations

from typing import Final

from experiments.arms import Arm, Game, Learner
from experiments.pool import ID as CLARIFY

__all__ = ["ARMS", "BUDGETS", "GAMES", "HORIZON", "SEEDS", "TESTED", "TRAINED"]

TRAINED: Final = 4
"""Turns of an episode in training, as in the paper; their mean where they are drawn."""

HORIZON: Final = 10
"""The largest budget that students are tested with."""

BUDGETS: Final = tuple(range(1, HORIZON + 1))

SEEDS: Final = 5

PROBLEMS: Final = 256
"""Of the game whose problems differ: so many are trained on, and so many others tested with."""

TESTED: Final = {"config": {"difficulty": 2, "split": "test"}, "problems": PROBLEMS}

GAMES: Final = (
    Game("TwentyQuestions", "sml_env/TwentyQuestionsDiscrete-v0", {"config": {"size": 64}}),
    Game("Mastermind", "sml_env/MastermindDiscrete-v0", {"config": {"pegs": 2, "colours": 8}}),
    Game("Clarify", CLARIFY, {**TESTED, "config": {"difficulty": 2}, "observation": "per_action"}),
)

_LEARNERS: Final = (Learner(steps=160_000), Learner(steps=160_000), Learner(steps=40_000))

_RANGE: Final = (1, 2 * TRAINED - 1)

ARMS: Final = tuple(
    Arm(f"{turns}, {shaping}", game.but(max_turns=budget, shaping=shaping, rules={"best": False}), learner)
    for game, learner in zip(GAMES, _LEARNERS, strict=True)
    for shaping in ("none", "potential")
    for turns, budget in ((f"{TRAINED}", TRAINED), ("{} to {}".format(*_RANGE), _RANGE))
)
