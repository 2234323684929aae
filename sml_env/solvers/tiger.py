"""Tiger: behind one of two doors; listening tells which with 85 %, opening pays (Cassandra, Kaelbling, Littman 1994).

Listening costs 1, the door without the tiger pays 10, the other costs 100, and the discount is 0.75. The classic
problem goes on: after a door is opened the tiger is placed anew, and the value at the uniform belief is 1.933439. In
the episodic variant opening a door ends the episode. Only there is a potential at the end anything that shaping could
keep or zero: in the classic one every potential is of a belief that play goes on from.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from sml_env.information import IntArray
from sml_env.solvers.pomdp import TabularPOMDP

__all__ = ["LISTEN", "OPEN_LEFT", "OPEN_RIGHT", "TIGER_SIDE", "tiger"]

LISTEN: Final = 0
OPEN_LEFT: Final = 1
OPEN_RIGHT: Final = 2

TIGER_SIDE: Final[IntArray] = np.array([0, 1, 0, 1])
"""Where the tiger is in the states of the episodic variant: 0 left, 1 right; the latter two states are ends."""

_ACCURACY: Final = 0.85


def tiger(*, episodic: bool = False, discount: float = 0.75) -> TabularPOMDP:
    """The problem, at the uniform belief.

    Args:
        episodic: Whether opening a door ends the episode, keeping the tiger where it is; otherwise the tiger is placed
            anew and nothing is heard. Ends are seen as a third observation.
        discount: In [0, 1].

    Returns:
        States: tiger left, tiger right, and for the episodic variant the same two after the end. Actions ``LISTEN``,
        ``OPEN_LEFT``, ``OPEN_RIGHT``. Observations: left, right, end.
    """
    hears = np.array([[_ACCURACY, 1 - _ACCURACY], [1 - _ACCURACY, _ACCURACY]])
    reward = np.array([[-1.0, -1.0], [-100.0, 10.0], [10.0, -100.0]])
    if not episodic:
        transition = np.stack([np.eye(2), np.full((2, 2), 0.5), np.full((2, 2), 0.5)])
        observation = np.stack([hears, np.full((2, 2), 0.5), np.full((2, 2), 0.5)])
        return TabularPOMDP(transition, observation, reward, discount, np.full(2, 0.5))
    ends = np.array([False, False, True, True])
    transition = np.zeros((3, 4, 4))
    transition[:, ends, ends] = 1.0
    transition[LISTEN, ~ends, ~ends] = 1.0
    for door in (OPEN_LEFT, OPEN_RIGHT):
        transition[door, [0, 1], [2, 3]] = 1.0
    observation = np.zeros((3, 4, 3))
    observation[:, :2, :2] = hears
    observation[:, 2:, 2] = 1.0
    rewards = np.concatenate([reward, np.zeros((3, 2))], axis=1)
    return TabularPOMDP(transition, observation, rewards, discount, np.array([0.5, 0.5, 0.0, 0.0]), ends)
