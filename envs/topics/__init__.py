"""The table of topics, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sml_env.envs.topics import (
    areas,
    arithmetic_sequences,
    averages,
    counting,
    definite_integrals,
    derivatives,
    exponents,
    fraction_arithmetic,
    gcd_lcm,
    geometric_sequences,
    inequalities,
    linear_equations,
    logarithms,
    modular_arithmetic,
    percent,
    probability,
    quadratics,
    ratios,
    systems_of_two,
    volumes,
)
from sml_env.envs.topics.base import Exercise, Topic

__all__ = ["TOPICS", "Exercise", "Topic"]

_MODULES = (
    fraction_arithmetic,
    percent,
    ratios,
    areas,
    arithmetic_sequences,
    averages,
    counting,
    definite_integrals,
    derivatives,
    linear_equations,
    systems_of_two,
    quadratics,
    inequalities,
    exponents,
    logarithms,
    gcd_lcm,
    modular_arithmetic,
    geometric_sequences,
    probability,
    volumes,
)

TOPICS: Final[Mapping[str, Topic]] = MappingProxyType({module.TOPIC.name: module.TOPIC for module in _MODULES})
