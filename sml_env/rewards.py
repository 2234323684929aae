"""Reward terms as pure array functions: correctness, information shaping, and the cost of a turn.

Potential-based shaping (Ng, Harada, Russell 1999): F = γΦ(b') − Φ(b) with Φ(b) = −β·H(b)/H(prior), zero once the episode
has terminated (Grześ 2017) and kept when it is truncated. It leaves every optimal policy optimal. ``"bonus"`` pays bits
outright and moves the optimum; ``"none"`` is the sparse reward of the paper.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from sml_env.errors import ConfigurationError
from sml_env.information import FloatArray

__all__ = ["BETA", "REWARD_TERMS", "SHAPINGS", "check_shaping", "potential", "reward_terms"]

SHAPINGS: Final = ("potential", "bonus", "none")
REWARD_TERMS: Final = ("correct", "information", "cost")
BETA: Final = 0.5
"""Default weight of the information term."""


def check_shaping(shaping: str) -> str:
    """The shaping's name, or ConfigurationError."""
    if shaping not in SHAPINGS:
        raise ConfigurationError(f"shaping: {shaping!r} is none of {', '.join(SHAPINGS)}")
    return shaping


def potential(entropy: npt.ArrayLike, prior_entropy: npt.ArrayLike, beta: float = BETA) -> FloatArray:
    """Φ(b) = −β·H(b)/H(prior), 0 where H(prior) is 0.

    Args:
        entropy: H of the belief about the target, in bits, any shape.
        prior_entropy: H of the prior about the target, broadcast against it.
        beta: Weight.
    """
    scale = np.asarray(prior_entropy, dtype=np.float64)
    safe = np.where(scale > 0.0, scale, 1.0)
    return np.where(scale > 0.0, -beta * np.asarray(entropy, dtype=np.float64) / safe, 0.0)


def reward_terms(
    *,
    correct: npt.ArrayLike,
    terminated: npt.ArrayLike,
    entropy_before: npt.ArrayLike,
    entropy_after: npt.ArrayLike,
    prior_entropy: npt.ArrayLike,
    expected_bits: npt.ArrayLike,
    shaping: str = "potential",
    gamma: float = 1.0,
    beta: float = BETA,
    turn_cost: float = 0.0,
) -> dict[str, FloatArray]:
    """The named terms whose sum is the reward of one step.

    Args:
        correct: Whether this step's attempt was correct, shape ``(...)``.
        terminated: Whether the episode has terminated with this step.
        entropy_before: H of the belief about the target before the step, in bits; NaN for an open problem.
        entropy_after: After it.
        prior_entropy: H of the prior; NaN for an open problem.
        expected_bits: Expected information of the query, in bits; NaN where the reply has no channel.
        shaping: One of ``SHAPINGS``.
        gamma: The learner's discount.
        beta: Weight of the information term.
        turn_cost: Subtracted at every step.

    Returns:
        ``{"correct": …, "information": …, "cost": …}``, each of shape ``(...)``.
    """
    right = np.asarray(correct, dtype=np.float64)
    if shaping == "potential":
        after = np.where(terminated, 0.0, potential(entropy_after, prior_entropy, beta))
        information = gamma * after - potential(entropy_before, prior_entropy, beta)
    elif shaping == "bonus":
        information = beta * np.asarray(expected_bits, dtype=np.float64)
    else:
        information = np.zeros_like(right)
    return {
        "correct": right,
        "information": np.where(np.isnan(information), 0.0, information),
        "cost": np.full_like(right, -turn_cost) if turn_cost else np.zeros_like(right),
    }
