"""Games in which no first question tells anything: the sum of some hidden numbers, asked for one by one.

Clarify problems like an exclusive or: of numbers modulo m, any but all of them leave all m answers equally likely, and
all of them leave one. Asking for some of them costs turns that attempts would have used, so it earns less than asking
for none.
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

__all__ = ["SUM_OF_THREE", "SUM_OF_TWO", "SumEnv", "sum_of", "vector"]

SUM_OF_TWO: Final = "experiments/SumOfTwoDiscrete-v0"
"""16 hypotheses, 4 answers, 3 turns: hedging earns 3/4."""

SUM_OF_THREE: Final = "experiments/SumOfThreeDiscrete-v0"
"""125 hypotheses, 5 answers, 4 turns: hedging earns 4/5, after one question 3/5, after two 2/5."""

_SIZES: Final = {SUM_OF_TWO: {"numbers": 2, "modulus": 4}, SUM_OF_THREE: {"numbers": 3, "modulus": 5}}
_NAMES: Final = ("first", "second", "third")


@lru_cache(maxsize=len(_SIZES))
def sum_of(numbers: int, modulus: int) -> SharedFamily:
    """The family: as many turns as ask for every number and leave one for the answer.

    Args:
        numbers: How many are hidden, 2 or 3.
        modulus: They are from 0 to one less.
    """
    facts = tuple(
        Fact(f"the {which} number", "quantity", (which,), tuple(f"The {which} number is {n}." for n in range(modulus)))
        for which in _NAMES[:numbers]
    )
    space = clarification_space(facts, lambda options: Fraction(sum(options) % modulus))
    if space is None:
        raise ValueError("facts: each of them must matter")
    count = ("Two", "Three")[numbers - 2]
    statement = f"{count} numbers from 0 to {modulus - 1} are hidden. What is their sum, modulo {modulus}?"
    rules = {"disguised_attempts": False}
    return SharedFamily("sum", statement, space, Clarification(facts), default_turns=numbers + 1, default_rules=rules)


class SumEnv(DiscreteEnv):
    """The game by number; arguments as of ``ClarifyDiscrete-v0``, and those of ``sum_of``."""

    def __init__(self, numbers: int, modulus: int, **arguments: Any) -> None:
        super().__init__(sum_of(numbers, modulus), **arguments)


def vector(num_envs: int = 1, *, numbers: int, modulus: int, **arguments: Any) -> DiscreteVectorEnv:
    """The native vector of the game."""
    return DiscreteVectorEnv(sum_of(numbers, modulus), num_envs, **arguments)


for _id, _size in _SIZES.items():
    if _id not in gym.registry:
        gym.register(_id, entry_point=f"{__name__}:SumEnv", vector_entry_point=f"{__name__}:vector", kwargs=dict(_size))
