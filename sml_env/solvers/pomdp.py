"""Small tabular POMDPs solved exactly on the beliefs that can be reached: values and every optimal action.

A reward may be added that depends on beliefs, so that potential shaping and its variants can be compared with the
problem that they shape. Beliefs that differ by rounding alone are one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from sml_env.errors import ConfigurationError
from sml_env.information import FloatArray

__all__ = ["Decision", "Experience", "Extra", "Situation", "Solution", "TabularPOMDP", "solve"]

BoolArray: TypeAlias = npt.NDArray[np.bool_]
Situation: TypeAlias = "tuple[bytes, int | None]"

_DIGITS = 9
"""Decimals of a probability by which beliefs are told apart."""

_POSSIBLE = 1e-12
_TIE = 1e-7
"""Actions whose values differ by less are both optimal."""


@dataclass(frozen=True, eq=False, slots=True)
class TabularPOMDP:
    """A problem with S states, A actions and Z observations.

    Attributes:
        transition: P(s' | a, s), shape ``(A, S, S)``.
        observation: P(z | a, s'), shape ``(A, S, Z)``, of the state that the action leads to.
        reward: Expected reward of an action in a state, shape ``(A, S)``.
        discount: In [0, 1].
        start: Belief at the start, shape ``(S,)``.
        terminal: States that end the episode, shape ``(S,)``; ``None`` for none. Whether the episode has ended must
            be seen: no action may have an observation that both a terminal and another state can give.

    Raises:
        ConfigurationError: If the arrays do not fit together or are no distributions, or ends are not seen.
    """

    transition: FloatArray
    observation: FloatArray
    reward: FloatArray
    discount: float
    start: FloatArray
    terminal: BoolArray | None = None

    def __post_init__(self) -> None:
        actions, states = self.reward.shape if self.reward.ndim == 2 else (0, 0)
        shapes = (("transition", (actions, states, states)), ("start", (states,)))
        for name, shape in (*shapes, ("observation", (actions, states, *self.observation.shape[2:3]))):
            array = getattr(self, name)
            if array.shape != shape or 0 in array.shape:
                raise ConfigurationError(f"{name}: shape {array.shape} does not fit a reward of {self.reward.shape}")
            if not (array >= 0.0).all() or not np.allclose(array.sum(axis=-1), 1.0, rtol=0.0, atol=1e-9):
                raise ConfigurationError(f"{name}: its rows are no distributions")
        if not np.isfinite(self.reward).all():
            raise ConfigurationError("reward: not finite")
        if not 0.0 <= self.discount <= 1.0:
            raise ConfigurationError(f"discount: {self.discount!r} is not in [0, 1]")
        if self.terminal is None:
            return
        if self.terminal.shape != (states,) or self.terminal.dtype != bool or (self.start[self.terminal] > 0.0).any():
            raise ConfigurationError(f"terminal: {self.terminal!r} marks no states, or the start")
        enters = self.transition[:, ~self.terminal].sum(axis=1) > 0.0
        seen = (self.observation > 0.0) & enters[:, :, None]
        if (seen[:, self.terminal].any(axis=1) & seen[:, ~self.terminal].any(axis=1)).any():
            raise ConfigurationError("terminal: an observation leaves open whether the episode has ended")


@dataclass(frozen=True, eq=False, slots=True)
class Experience:
    """What one step shows, for rewards on beliefs.

    Attributes:
        belief: Before the step, shape ``(S,)``.
        action: Taken.
        observation: Seen.
        after: Belief after it, shape ``(S,)``.
        terminated: Whether the episode has ended with the step.
    """

    belief: FloatArray
    action: int
    observation: int
    after: FloatArray
    terminated: bool


Extra: TypeAlias = Callable[[Experience], float]


@dataclass(frozen=True, eq=False, slots=True)
class Decision:
    """What to do at one belief.

    Attributes:
        belief: Shape ``(S,)``.
        turns: Turns left; ``None`` without a horizon.
        value: Of the best action, with any extra reward.
        q_values: Of every action.
        optimal: The actions whose value is the best, within 1e-7.
    """

    belief: FloatArray
    turns: int | None
    value: float
    q_values: tuple[float, ...]
    optimal: frozenset[int]


@dataclass(frozen=True, eq=False, slots=True)
class Solution:
    """Optimal play from the start, under every action and not only the best.

    Attributes:
        start: What to do first.
        decisions: By situation, for every belief (and number of turns) that any actions can lead to.
    """

    start: Decision
    decisions: Mapping[Situation, Decision]

    @property
    def value(self) -> float:
        """Of optimal play from the start."""
        return self.start.value

    @property
    def policy(self) -> dict[Situation, frozenset[int]]:
        """All optimal actions of every situation; equal for two solutions exactly if the same actions are optimal."""
        return {situation: decision.optimal for situation, decision in self.decisions.items()}

    def at(self, belief: npt.ArrayLike, turns: int | None = None) -> Decision:
        """What to do at a belief.

        Raises:
            KeyError: If no play leads there.
        """
        return self.decisions[_key(np.asarray(belief, dtype=np.float64)), turns]


@dataclass(frozen=True, eq=False, slots=True)
class _Branch:
    """One observation of one action: how likely, the step that it shows, and where it leads unless it ends."""

    chance: float
    seen: Experience
    key: bytes


@dataclass(frozen=True, eq=False, slots=True)
class _Node:
    """A belief, the expected reward of each action, and its branches."""

    belief: FloatArray
    reward: FloatArray
    branches: tuple[tuple[_Branch, ...], ...]


Graph: TypeAlias = "dict[bytes, _Node]"


def _key(belief: FloatArray) -> bytes:
    return (np.round(belief, _DIGITS) + 0.0).tobytes()


def solve(
    pomdp: TabularPOMDP,
    horizon: int | None = None,
    *,
    extra: Extra | None = None,
    tolerance: float = 1e-9,
    max_beliefs: int = 20_000,
) -> Solution:
    """Optimal values and actions on all reachable beliefs.

    Args:
        pomdp: The problem.
        horizon: Turns that the student has and sees: the last one terminates the episode. ``None`` for no end but in
            terminal states, which needs a discount below 1 and finitely many reachable beliefs (but for rounding).
        extra: Reward added at every step.
        tolerance: Of the values without a horizon.
        max_beliefs: Reachable beliefs that are allowed.

    Raises:
        ConfigurationError: If an argument makes no sense, or there are more beliefs.
    """
    if horizon is None and pomdp.discount >= 1.0:
        raise ConfigurationError(f"horizon: None needs a discount below 1, not {pomdp.discount!r}")
    if horizon is not None and (isinstance(horizon, bool) or not isinstance(horizon, int) or horizon < 1):
        raise ConfigurationError(f"horizon: {horizon!r} is not a positive integer")
    if not tolerance > 0.0:
        raise ConfigurationError(f"tolerance: {tolerance!r} is not positive")
    graph, layers = _reachable(pomdp, horizon, max_beliefs)
    decisions = (
        _discounted(pomdp, graph, extra, tolerance)
        if horizon is None
        else _backward(pomdp, graph, layers, extra, horizon)
    )
    return Solution(decisions[_key(pomdp.start), horizon], decisions)


def _reachable(pomdp: TabularPOMDP, horizon: int | None, max_beliefs: int) -> tuple[Graph, list[list[bytes]]]:
    """All beliefs but those of ended episodes, and the keys of those that each number of steps can lead to.

    The first belief found under a key stands for all of them, also as the ``after`` of an experience, so that sums of
    potentials telescope exactly.
    """
    standing = {_key(pomdp.start): pomdp.start}
    graph: Graph = {}
    layers = [list(standing)]
    while layers[-1] and (horizon is None or len(layers) <= horizon):
        following: dict[bytes, None] = {}
        for key in layers[-1]:
            if key not in graph:
                graph[key] = _expanded(pomdp, standing[key], standing)
                if len(standing) > max_beliefs:
                    raise ConfigurationError(f"max_beliefs: more than {max_beliefs} beliefs can be reached")
            elif horizon is None:
                continue
            ends = (branch for branches in graph[key].branches for branch in branches if not branch.seen.terminated)
            following.update(dict.fromkeys(branch.key for branch in ends))
        layers.append(list(following))
    return graph, layers


def _expanded(pomdp: TabularPOMDP, belief: FloatArray, standing: dict[bytes, FloatArray]) -> _Node:
    joint = np.einsum("s,ast,atz->azt", belief, pomdp.transition, pomdp.observation, optimize=True)
    chances = joint.sum(axis=-1)
    branches = []
    for action, row in enumerate(chances):
        found = []
        for observation in np.flatnonzero(row > _POSSIBLE):
            after = joint[action, observation] / row[observation]
            key = _key(after)
            ended = pomdp.terminal is not None and bool(after[pomdp.terminal].sum() > 0.5)
            if not ended:
                after = standing.setdefault(key, after)
            seen = Experience(belief, action, int(observation), after, ended)
            found.append(_Branch(float(row[observation]), seen, key))
        branches.append(tuple(found))
    return _Node(belief, np.asarray(pomdp.reward @ belief), tuple(branches))


def _decision(belief: FloatArray, turns: int | None, q_values: FloatArray) -> Decision:
    best = float(q_values.max())
    optimal = frozenset(np.flatnonzero(q_values >= best - _TIE).tolist())
    return Decision(belief, turns, best, tuple(q_values.tolist()), optimal)


def _backward(
    pomdp: TabularPOMDP, graph: Graph, layers: list[list[bytes]], extra: Extra | None, horizon: int
) -> dict[Situation, Decision]:
    decisions: dict[Situation, Decision] = {}
    for turns in range(1, horizon + 1):
        for key in layers[horizon - turns] if horizon - turns < len(layers) else ():
            node = graph[key]
            q_values = node.reward.copy()
            for action, branches in enumerate(node.branches):
                for branch in branches:
                    over = branch.seen.terminated or turns == 1
                    gain = 0.0 if extra is None else extra(replace(branch.seen, terminated=over))
                    later = 0.0 if over else pomdp.discount * decisions[branch.key, turns - 1].value
                    q_values[action] += branch.chance * (gain + later)
            decisions[key, turns] = _decision(node.belief, turns, q_values)
    return decisions


def _discounted(pomdp: TabularPOMDP, graph: Graph, extra: Extra | None, tolerance: float) -> dict[Situation, Decision]:
    row = {key: i for i, key in enumerate(graph)}
    actions, _, signals = pomdp.observation.shape
    rewards = np.stack([node.reward for node in graph.values()])
    chances = np.zeros((len(graph), actions, signals))
    following = np.zeros(chances.shape, dtype=np.int64)
    for i, node in enumerate(graph.values()):
        for branch in (branch for branches in node.branches for branch in branches):
            action, observation = branch.seen.action, branch.seen.observation
            rewards[i, action] += 0.0 if extra is None else branch.chance * extra(branch.seen)
            if not branch.seen.terminated:
                chances[i, action, observation] = branch.chance
                following[i, action, observation] = row[branch.key]
    values = np.zeros(len(graph))
    change = np.inf
    while change * pomdp.discount > tolerance * (1.0 - pomdp.discount):
        q_values = rewards + pomdp.discount * (chances * values[following]).sum(axis=-1)
        change = float(np.abs(q_values.max(axis=-1) - values).max())
        values = q_values.max(axis=-1)
    return {(key, None): _decision(node.belief, None, q_values[row[key]]) for key, node in graph.items()}
