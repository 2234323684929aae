"""Clarify by number over a fixed list of problems: what a student is trained on, or tested with.

A problem of ``ClarifyDiscrete-v0`` is made afresh for every lesson, which takes longer than the lesson. Here the first
problems of a split are made once and drawn from, as a data set of a few hundred problems would be.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import gymnasium as gym
import numpy as np

from sml_env.discrete import DiscreteEnv
from sml_env.envs.clarify_family import ClarifyConfig, ClarifyFamily, DataClarifyFamily, clarify_family
from sml_env.problems import Problem
from sml_env.vector import DiscreteVectorEnv

__all__ = ["ID", "ClarifyPool", "ClarifyPoolEnv", "pool_of", "vector"]

ID: Final = "experiments/ClarifyPoolDiscrete-v0"

_DRAWN: Final = 0x706F6F6C
"""Seed of the list, so that a longer list begins with a shorter one."""


class ClarifyPool:
    """The first problems of a family, which draws from them alone.

    Args:
        family: Theirs.
        size: How many.
    """

    def __init__(self, family: ClarifyFamily | DataClarifyFamily, size: int) -> None:
        rng = np.random.default_rng(_DRAWN)
        self._problems: dict[str, Problem] = {}
        while len(self._problems) < size:
            problem = family.problem(family.sample(rng))
            self._problems[problem.problem_id] = problem
        self._ids = tuple(self._problems)
        self.candidates, self.menu_slots = family.candidates, family.menu_slots
        self.most_replies, self.comparisons = family.most_replies, family.comparisons
        self.shares_answers, self.default_turns = family.shares_answers, family.default_turns
        self.default_rules = family.default_rules

    def sample(self, rng: np.random.Generator) -> str:
        """The id of one of them, drawn at random."""
        return self._ids[int(rng.integers(len(self._ids)))]

    def problem(self, problem_id: str) -> Problem:
        """The problem with an id."""
        return self._problems[problem_id]

    def problem_ids(self) -> tuple[str, ...]:
        """All of them."""
        return self._ids


@lru_cache(maxsize=4)
def _pooled(config: ClarifyConfig, size: int) -> ClarifyPool:
    return ClarifyPool(clarify_family(config), size)


def pool_of(config: Mapping[str, Any], problems: int) -> ClarifyPool:
    """The list of a config, the same one at every call."""
    return _pooled(ClarifyConfig.of(config), problems)


class ClarifyPoolEnv(DiscreteEnv):
    """The list by number, one lesson at a time; further arguments as of ``ClarifyDiscrete-v0``."""

    def __init__(self, problems: int, config: Mapping[str, Any], **arguments: Any) -> None:
        super().__init__(pool_of(config, problems), **arguments)


def vector(num_envs: int, problems: int, config: Mapping[str, Any], **arguments: Any) -> DiscreteVectorEnv:
    """The native vector of the list."""
    return DiscreteVectorEnv(pool_of(config, problems), num_envs, **arguments)


if ID not in gym.registry:
    gym.register(ID, entry_point=f"{__name__}:ClarifyPoolEnv", vector_entry_point=f"{__name__}:vector")
