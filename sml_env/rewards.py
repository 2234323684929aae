"""Reward terms as pure array functions: correctness, information shaping, and the cost of a turn.

Potential-based shaping (Ng, Harada, Russell 1999): F = γΦ(b') − Φ(b) with Φ(b) = −β·H(b)/H(prior), zero once the
episode has terminated (Grześ 2017) and kept when it is truncated. It leaves every optimal policy optimal. ``"bonus"``
pays bits outright and moves the optimum; ``"none"`` is the sparse reward of the paper.
"""

from __future__ import annotations

from math import inf
from typing import Final, TypeVar

import numpy as np

from sml_env.errors import ConfigurationError
from sml_env.information import FloatArray

__all__ = ["BETA", "REWARD_TERMS", "SHAPINGS", "check_shaping", "potential", "potential_scale", "reward_terms"]

Array = TypeVar("Array", float, FloatArray)

SHAPINGS: Final = ("potential", "bonus", "none")
REWARD_TERMS: Final = ("correct", "information", "cost")
BETA: Final = 0.5
"""Default weight of the information term."""


def check_shaping(shaping: str) -> str:
    """The shaping's name, or ConfigurationError."""
    if shaping not in SHAPINGS:
        raise ConfigurationError(f"shaping: {shaping!r} is none of {', '.join(SHAPINGS)}")
    return shaping


def potential_scale(prior_entropy: Array) -> Array:
    """What entropies are divided by: H(prior), or infinity where it is 0 (or unknown, given as 0)."""
    if isinstance(prior_entropy, float):
        return prior_entropy if prior_entropy > 0.0 else inf
    return np.where(prior_entropy > 0.0, prior_entropy, inf)


def potential(entropy: Array, scale: Array, beta: float = BETA) -> Array:
    """Φ(b) = −β·H(b)/H(prior), 0 where H(prior) is 0.

    Args:
        entropy: H of the belief about the target, in bits.
        scale: From ``potential_scale``.
        beta: Weight.
    """
    return -beta * entropy / scale


def reward_terms(
    *,
    correct: Array,
    terminated: Array,
    entropy_before: Array,
    entropy_after: Array,
    scale: Array,
    expected_bits: Array,
    shaping: str = "potential",
    gamma: float = 1.0,
    beta: float = BETA,
    turn_cost: float = 0.0,
) -> dict[str, Array]:
    """The named terms whose sum is the reward of one step; plain arithmetic, on floats or on arrays of one shape.

    Args:
        correct: 1 where this step's attempt was correct, else 0.
        terminated: 1 where the episode has terminated with this step, else 0.
        entropy_before: H of the belief about the target before the step, in bits; 0 for an open problem.
        entropy_after: After it.
        scale: From ``potential_scale`` of the prior's entropy.
        expected_bits: Expected information of the query, in bits; 0 where the reply has no channel.
        shaping: One of ``SHAPINGS``.
        gamma: The learner's discount.
        beta: Weight of the information term.
        turn_cost: Subtracted at every step.

    Returns:
        ``{"correct": …, "information": …, "cost": …}``.
    """
    if shaping == "potential":
        after = (1.0 - terminated) * potential(entropy_after, scale, beta)
        information = gamma * after - potential(entropy_before, scale, beta)
    else:
        information = (beta if shaping == "bonus" else 0.0) * expected_bits
    return {"correct": correct, "information": information, "cost": 0.0 * correct - turn_cost}
