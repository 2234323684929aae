"""A game in which no first question tells anything: the sum of two hidden numbers modulo 4, asked for one by one.

A Clarify problem like an exclusive or: of two facts with four options each, either alone leaves all four answers
equally likely, and both together leave one.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

import gymnasium as gym

from sml_env.closed import SharedFamily
from sml_env.discrete import DiscreteEnv
from sml_env.envs.clarifications.domain import Clarification
from sml_env.envs.clarifications.facts import Fact, clarification_space
from sml_env.vector import DiscreteVectorEnv

__all__ = ["ID", "SumOfTwoEnv", "sum_of_two", "vector"]

ID: Final = "experiments/SumOfTwoDiscrete-v0"

_OPTIONS: Final = 4


@lru_cache(maxsize=1)
def sum_of_two() -> SharedFamily:
    """The family: 16 hypotheses, 4 answers, 3 turns."""
    facts = tuple(
        Fact(f"the {which} number", "quantity", (which,), tuple(f"The {which} number is {n}." for n in range(_OPTIONS)))
        for which in ("first", "second")
    )
    space = clarification_space(facts, lambda options: Fraction(sum(options) % _OPTIONS))
    if space is None:
        raise ValueError("facts: each of them must matter")
    statement = "Two numbers from 0 to 3 are hidden. What is their sum, modulo 4?"
    rules = {"disguised_attempts": False}
    return SharedFamily("sum", statement, space, Clarification(facts), default_turns=3, default_rules=rules)


class SumOfTwoEnv(DiscreteEnv):
    """The game by number; arguments as of ``ClarifyDiscrete-v0``."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(sum_of_two(), **arguments)


def vector(num_envs: int = 1, **arguments: Any) -> DiscreteVectorEnv:
    """The native vector of the game."""
    return DiscreteVectorEnv(sum_of_two(), num_envs, **arguments)


if ID not in gym.registry:
    gym.register(ID, entry_point=f"{__name__}:SumOfTwoEnv", vector_entry_point=f"{__name__}:vector")
