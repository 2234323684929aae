"""This library's information shaping as an extra reward on the beliefs of a tabular POMDP."""

from __future__ import annotations

import numpy as np

from sml_env.errors import ConfigurationError
from sml_env.information import IntArray, entropy_bits, expected_information_bits, target_belief
from sml_env.rewards import BETA, check_shaping, potential_scale, reward_terms
from sml_env.solvers.pomdp import Experience, Extra, TabularPOMDP

__all__ = ["information_reward"]


def information_reward(
    pomdp: TabularPOMDP,
    *,
    target: IntArray | None = None,
    shaping: str = "potential",
    beta: float = BETA,
    gamma: float | None = None,
    turn_cost: float = 0.0,
    queries: int | None = None,
) -> Extra:
    """The terms of ``sml_env.rewards.reward_terms`` but for "correct", as a function of one step.

    Args:
        pomdp: The problem, whose start has the entropy that the potential is scaled by.
        target: What is asked of each state, labels of shape ``(S,)``; ``None`` for the state itself.
        shaping: As for ``reward_terms``.
        beta: Weight of the information term.
        gamma: The shaping's discount; ``None`` for the problem's own.
        turn_cost: Subtracted at every step.
        queries: Only the first so many actions earn a bonus; ``None`` for all. Of no effect on the potential.

    Returns:
        To be handed to ``solve``.

    Raises:
        ConfigurationError: If an argument makes no sense.
    """
    check_shaping(shaping)
    actions, states = pomdp.reward.shape
    if target is not None and target.shape != (states,):
        raise ConfigurationError(f"target: shape {target.shape} is not one label for each of {states} states")
    scale = potential_scale(float(entropy_bits(target_belief(pomdp.start, target))))
    discount = pomdp.discount if gamma is None else gamma
    paid = actions if queries is None else queries
    channels = np.einsum("ast,atz->asz", pomdp.transition, pomdp.observation) if shaping == "bonus" else None

    def extra(seen: Experience) -> float:
        told = 0.0
        if channels is not None and seen.action < paid:
            told = float(expected_information_bits(seen.belief, channels[seen.action], target))
        terms = reward_terms(
            correct=0.0,
            terminated=float(seen.terminated),
            entropy_before=float(entropy_bits(target_belief(seen.belief, target))),
            entropy_after=float(entropy_bits(target_belief(seen.after, target))),
            scale=scale,
            expected_bits=told,
            shaping=shaping,
            gamma=discount,
            beta=beta,
            turn_cost=turn_cost,
        )
        return float(terms["information"] + terms["cost"])

    return extra
