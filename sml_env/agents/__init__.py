"""Baseline students behind one protocol: random, constant, hedging, greedy, scripted, solvers, and controls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

from sml_env.agents.asking import GreedyAgent, RandomAgent
from sml_env.agents.attempting import (
    ConstantAgent,
    HedgeAgent,
    OrderedAgent,
    as_listed,
    from_the_middle,
    likeliest_first,
    nearest_first,
)
from sml_env.agents.base import Agent, Corrected, worded
from sml_env.agents.informed import InformedAgent
from sml_env.agents.scripted import ScriptedAgent
from sml_env.agents.solving import LiarAgent, OptimalAgent, StrategyAgent
from sml_env.errors import ConfigurationError
from sml_env.solvers.strategies import STRATEGIES

__all__ = [
    "AGENTS",
    "Agent",
    "ConstantAgent",
    "Corrected",
    "GreedyAgent",
    "HedgeAgent",
    "InformedAgent",
    "LiarAgent",
    "OptimalAgent",
    "OrderedAgent",
    "RandomAgent",
    "ScriptedAgent",
    "StrategyAgent",
    "make_agent",
    "worded",
]

AGENTS: Final[Mapping[str, Callable[[], Agent]]] = MappingProxyType(
    {
        "random": RandomAgent,
        "constant": ConstantAgent,
        "hedge": HedgeAgent,
        "greedy": GreedyAgent,
        "greedy-binary": lambda: GreedyAgent(binary=True),
        "scripted": ScriptedAgent,
        "first": lambda: OrderedAgent("first", as_listed),
        "middle": lambda: OrderedAgent("middle", from_the_middle),
        "nearest": lambda: OrderedAgent("nearest", nearest_first),
        "likeliest": lambda: OrderedAgent("likeliest", likeliest_first),
        "informed": InformedAgent,
        **{name: partial(StrategyAgent, name) for name in STRATEGIES},
        "optimal": OptimalAgent,
        "liar": LiarAgent,
    }
)
"""Agents by name. ``first``, ``middle``, ``nearest`` and ``likeliest`` attempt in a fixed order, blind to what is said:
they test that the order of the candidates, their values and their prior tell nothing more than they should.
``informed`` is told the answer.

:meta hide-value:
"""


def make_agent(name: str) -> Agent:
    """A new agent by its name.

    Raises:
        ConfigurationError: If there is none of that name.
    """
    if name not in AGENTS:
        raise ConfigurationError(f"agents: {name!r} is none of {', '.join(AGENTS)}")
    return AGENTS[name]()
