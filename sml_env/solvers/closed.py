"""Closed games of this library, queries and attempts under a budget, as tabular POMDPs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sml_env.errors import ConfigurationError
from sml_env.information import FloatArray, IntArray, target_belief
from sml_env.solvers.pomdp import TabularPOMDP
from sml_env.solvers.strategies import reply_table

__all__ = ["ClosedGame", "closed_game"]


@dataclass(frozen=True, eq=False, slots=True)
class ClosedGame:
    """A game and how to read it.

    Attributes:
        pomdp: Actions ``0..Q-1`` are the queries, ``Q..Q+N-1`` the attempts. Observations are the reply codes, then
            "right", "wrong", and "wrong, and that was the last". The turn budget is the horizon given to ``solve``.
        queries: Q.
        hypotheses: N.
        target: The hypothesis of each state, shape ``(S,)``; states also count the attempts left and whether one was
            right, and keep the hypothesis after the end.
    """

    pomdp: TabularPOMDP
    queries: int
    hypotheses: int
    target: IntArray

    def attempt(self, hypothesis: int) -> int:
        """The action that attempts a hypothesis."""
        return self.queries + hypothesis

    def about_hypotheses(self, belief: FloatArray) -> FloatArray:
        """The belief about hypotheses, shape ``(..., N)``, from one about states."""
        return target_belief(belief, self.target)

    def belief(self, weights: npt.ArrayLike) -> FloatArray:
        """The belief about states with all attempts left, from weights of hypotheses, shape ``(N,)``."""
        array = np.asarray(weights, dtype=np.float64)
        whole = np.zeros(len(self.target))
        whole[: self.hypotheses] = array / array.sum()
        return whole


def closed_game(
    table: npt.NDArray[np.integer],
    prior: npt.ArrayLike | None = None,
    *,
    attempts: int | None = None,
    discount: float = 1.0,
    error: float = 0.0,
) -> ClosedGame:
    """A game in which a turn is a query or an attempt, and a right attempt, worth 1, ends it.

    That a query true of one live hypothesis is an attempt depends on the belief and is left out: here it tells the
    same, and neither wins nor uses up an attempt.

    Args:
        table: Reply codes, shape ``(Q, N)``.
        prior: Shape ``(N,)``; ``None`` for uniform.
        attempts: The last of so many ends the game, right or wrong; ``None`` for no limit but the turns.
        discount: In [0, 1].
        error: Probability that a reply is not the true one but one of the query's others, each equally likely.
            Verdicts on attempts are never noised.

    Raises:
        ConfigurationError: If an argument makes no sense.
    """
    reply_table(table)
    queries, size = table.shape
    weights = np.ones(size) if prior is None else np.asarray(prior, dtype=np.float64)
    if weights.shape != (size,) or not (weights >= 0.0).all() or not 0.0 < weights.sum() < np.inf:
        raise ConfigurationError(f"prior: {prior!r} is not one weight for each of {size} hypotheses")
    if attempts is not None and (isinstance(attempts, bool) or not isinstance(attempts, int) or attempts < 1):
        raise ConfigurationError(f"attempts: {attempts!r} is not a positive integer")
    if not 0.0 <= error < 1.0:
        raise ConfigurationError(f"error: {error!r} is not in [0, 1)")
    playing = size * (1 if attempts is None else attempts)
    states = playing + size + (0 if attempts is None else size)
    right, wrong, spent = range(int(table.max()) + 1, int(table.max()) + 4)
    rows = np.arange(states)
    target = rows % size

    transition = np.tile(np.eye(states), (queries + size, 1, 1))
    observation = np.zeros((queries + size, states, spent + 1))
    observation[:queries, :playing, :right] = np.tile(_channels(table, error), (1, playing // size, 1))
    observation[:queries, playing:, spent] = 1.0
    observation[queries:, :playing, wrong] = 1.0
    observation[queries:, playing:-size, spent] = 1.0
    observation[queries:, -size:, right] = 1.0
    reward = np.zeros((queries + size, states))
    for hypothesis in range(size):
        action, here = queries + hypothesis, rows[:playing]
        hit = target[here] == hypothesis
        leads = np.where(hit, states - size + hypothesis, here + (0 if attempts is None else size))
        transition[action, here] = np.eye(states)[leads]
        reward[action, here] = hit
    start = np.concatenate([weights / weights.sum(), np.zeros(states - size)])
    pomdp = TabularPOMDP(transition, observation, reward, discount, start, rows >= playing)
    return ClosedGame(pomdp, queries, size, target)


def _channels(table: npt.NDArray[np.integer], error: float) -> FloatArray:
    """P(reply | hypothesis) of every query, shape ``(Q, N, K)``; a query with one reply cannot err."""
    channels = np.zeros((*table.shape, int(table.max()) + 1))
    for channel, row in zip(channels, table, strict=True):
        possible = np.unique(row)
        channel[:, possible] = error / max(1, len(possible) - 1)
        channel[np.arange(len(row)), row] = 1.0 - error if len(possible) > 1 else 1.0
    return channels
