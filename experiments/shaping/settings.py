"""The arms, by what they show: locks and what opens them, speed, a tight budget, and noise."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from experiments.arms import Arm, Game, Learner
from experiments.sums import SUM_OF_THREE, SUM_OF_TWO

__all__ = ["ARMS", "CHOICE", "LAMBDAS", "LOCKS", "NOISE", "SPEED", "SUM", "THREE", "TIGHT", "TRIED"]

_TWENTY: Final = "sml_env/TwentyQuestionsDiscrete-v0"
_PLAIN: Final = {"disguised_attempts": False}


def _twenty(name: str, size: int, turns: int) -> Game:
    """Comparisons alone; a question that is true of one number stays a question, so that one attempt is enough."""
    arguments = {"config": {"size": size, "moduli": []}, "max_turns": turns, "shaping": "none", "rules": _PLAIN}
    return Game(name, _TWENTY, arguments)


SUM: Final = Game("sum of two", SUM_OF_TWO, {"max_turns": 3, "shaping": "none"})
THREE: Final = Game("sum of three", SUM_OF_THREE, {"max_turns": 4, "shaping": "none"})
CHOICE: Final = _twenty("an action each, 4 numbers", 4, 3).but(attempts="each")
_WIDE_CHOICE: Final = _twenty("an action each", 8, 4).but(attempts="each")
SPEED: Final = _twenty("no lock", 4, 3).but(max_attempts=1)
TIGHT: Final = _twenty("tight budget", 8, 2)
NOISE: Final = _twenty("noise", 4, 5).but(teacher={"voice": "noisy", "p": 0.1}, rules={**_PLAIN, "beta": 2.0})

LAMBDAS: Final = (0.0, 0.95, 1.0)

_SUM_LONG: Final = Learner(steps=30_000)
_SUM_THIRD: Final = Learner(steps=10_000, stop_at=0.9)
_THREE_LONG: Final = Learner(steps=60_000)
_THREE_THIRD: Final = Learner(steps=20_000, stop_at=0.9)
_CHOICE_LONG: Final = Learner(steps=120_000, stop_at=0.9)
_CHOICE_THIRD: Final = Learner(steps=40_000, stop_at=0.9)
_SPEED: Final = Learner(steps=16_000, judge_every=1, stop_at=0.9)
_SHORT: Final = Learner(steps=4_000)
_NOISY: Final = Learner(steps=8_000, judge_every=8)

_GREEDY_SUM: Final = replace(SUM, name="sum of two, no entropy bonus")

LOCKS: Final = (THREE.name, SUM.name, _GREEDY_SUM.name, _WIDE_CHOICE.name)
"""Games in which sparse learning may lock into guessing; its budget is three times that of what opens the lock."""

_ARMS_OF_SUM: Final = (
    Arm("sparse", SUM, _SUM_LONG),
    Arm("bonus", SUM.but(shaping="bonus"), _SUM_THIRD),
    Arm("sparse, one attempt", SUM.but(max_attempts=1), _SUM_THIRD),
    Arm("potential", SUM.but(shaping="potential"), _SUM_THIRD),
)

_ARMS_OF_LOCKS: Final = (
    Arm("sparse", THREE, _THREE_LONG),
    Arm("bonus", THREE.but(shaping="bonus"), _THREE_THIRD),
    Arm("sparse, one attempt", THREE.but(max_attempts=1), _THREE_THIRD),
    *_ARMS_OF_SUM,
    *(
        replace(arm, game=replace(arm.game, name=_GREEDY_SUM.name), learner=replace(arm.learner, entropy=0.0))
        for arm in _ARMS_OF_SUM[:3]
    ),
    Arm("sparse", _WIDE_CHOICE, _CHOICE_LONG),
    Arm("bonus", _WIDE_CHOICE.but(shaping="bonus"), _CHOICE_THIRD),
    Arm("sparse, one attempt", _WIDE_CHOICE.but(max_attempts=1), _CHOICE_THIRD),
    Arm("sparse, map", _WIDE_CHOICE.but(attempts="map"), _CHOICE_THIRD),
)

_ARMS_OF_SPEED: Final = (
    *(
        Arm(f"{name}, λ = {trace:g}", SPEED.but(shaping=shaping), replace(_SPEED, gae_lambda=trace))
        for trace in LAMBDAS
        for name, shaping in (("sparse", "none"), ("potential", "potential"))
    ),
    Arm("bonus, λ = 0.95", SPEED.but(shaping="bonus"), _SPEED),
    # The learner's discount is 0 and the shaping's 1: each turn is credited with its own bits, and no longer with what
    # they lead to.
    Arm("potential, turn by turn", SPEED.but(shaping="potential"), replace(_SHORT, gamma=0.0)),
)

TRIED: Final = tuple(arm.name for arm in _ARMS_OF_SPEED)

_ARMS_OF_OPTIMA: Final = (
    Arm("sparse", TIGHT, _SHORT),
    Arm("bonus", TIGHT.but(shaping="bonus"), _SHORT),
    Arm("potential", NOISE.but(shaping="potential"), _NOISY),
    Arm("clipped", replace(NOISE.but(shaping="potential"), clipped=True), _NOISY),
    Arm("bonus", NOISE.but(shaping="bonus"), _NOISY),
)

ARMS: Final = (*_ARMS_OF_LOCKS, *_ARMS_OF_OPTIMA, *_ARMS_OF_SPEED)
