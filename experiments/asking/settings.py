"""The arms: outcome-only training where it learns to ask and where it stops, and what keeps it asking."""

from __future__ import annotations

from typing import Final

from experiments.arms import Arm, Learner
from experiments.shaping.settings import CHOICE, SPEED, SUM

__all__ = ["ARMS"]

_LEARNER: Final = Learner(steps=6_000)

ARMS: Final = (
    Arm("outcome only", SPEED, _LEARNER),
    Arm("outcome only", CHOICE, _LEARNER),
    Arm("outcome only", SUM, _LEARNER),
    Arm("one attempt", SUM.but(max_attempts=1), _LEARNER),
    Arm("bonus in bits", SUM.but(shaping="bonus"), _LEARNER),
)
