"""One-step strategies for games in which a query is a row of a reply table, and what they come to over all codes.

In a guess game every query is also a guess at the hypothesis of the same number. The published totals of Mastermind
hold under this tie-break: among the best-scoring guesses prefer one that may still be the code, then the smallest;
with at most two codes left, guess one directly. Knuth, "The computer as Master Mind", 1977; Irving, "Towards an
optimum Mastermind strategy", 1979; Neuwirth, "Some strategies for Mastermind", 1982; Kooi, "Yet another Mastermind
strategy", 2005; Shapiro, "Playing Mastermind logically", 1983.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from sml_env.errors import ConfigurationError
from sml_env.information import FloatArray, IntArray
from sml_env.tables import DenseTable, ReplyTable

__all__ = ["STRATEGIES", "Replies", "choose", "play_out", "reply_table", "scores"]

STRATEGIES: Final = ("first-consistent", "worst-case", "entropy", "expected-size", "most-parts")

_CHUNK: Final = 1 << 21
"""Cells of the reply table that are looked at together: bounds the memory at some tens of MiB."""

_TIE: Final = 1e-9


Replies: TypeAlias = "ReplyTable | npt.NDArray[np.integer]"
Numbers: TypeAlias = "IntArray | FloatArray"


def reply_table(table: Replies) -> ReplyTable:
    """Any accepted form of replies as a ``ReplyTable``; an array of shape ``(Q, N)`` is wrapped, and checked."""
    if not isinstance(table, np.ndarray):
        return table
    if table.ndim != 2 or not np.issubdtype(table.dtype, np.integer) or 0 in table.shape:
        raise ConfigurationError(f"table: {table.dtype} of shape {table.shape} is not a table of integers (Q, N)")
    if table.min() < 0:
        raise ConfigurationError(f"table: {int(table.min())} is not a reply code of at least 0")
    return DenseTable(table)


def _checked_live(live: npt.ArrayLike, size: int) -> IntArray:
    array = np.asarray(live)
    integers = np.issubdtype(array.dtype, np.integer)
    if array.ndim != 1 or not integers or not len(array) or array[0] < 0 or array[-1] >= size:
        raise ConfigurationError(f"live: {live!r} are not hypotheses from 0 to {size - 1}")
    if (np.diff(array) <= 0).any():
        raise ConfigurationError(f"live: {live!r} is not ascending")
    return array.astype(np.int64)


def _checked_weights(weights: npt.ArrayLike, live: IntArray) -> FloatArray:
    array = np.asarray(weights, dtype=np.float64)
    if array.shape != live.shape or not (array > 0.0).all() or not np.isfinite(array).all():
        raise ConfigurationError(f"weights: {weights!r} is not one positive number for each live hypothesis")
    return np.asarray(array / array.sum())


def _check_strategy(strategy: str) -> None:
    if strategy not in STRATEGIES:
        raise ConfigurationError(f"strategy: {strategy!r} is none of {', '.join(STRATEGIES)}")


def _part_masses(replies: ReplyTable, live: IntArray, weights: FloatArray | None) -> Iterator[Numbers]:
    """Masses of the parts of ``live`` under each query, in chunks of shape ``(queries, codes)``; counts if uniform."""
    rows = max(1, _CHUNK // len(live))
    for first in range(0, replies.shape[0], rows):
        queries = np.arange(first, min(first + rows, replies.shape[0]))
        codes = replies.codes(queries[:, None], live[None, :])
        width = int(codes.max()) + 1
        cells = (codes + np.arange(len(queries))[:, None] * width).ravel()
        spread = None if weights is None else np.broadcast_to(weights, codes.shape).ravel()
        yield np.bincount(cells, weights=spread, minlength=len(queries) * width).reshape(len(queries), width)


def scores(strategy: str, table: Replies, live: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Numbers:
    """How good each query is, the greatest being best.

    Args:
        strategy: One of ``STRATEGIES``.
        table: Replies, ``(Q, N)``.
        live: Ascending hypotheses that may still be true, shape ``(n,)``.
        weights: Of the live hypotheses, shape ``(n,)``, positive; ``None`` for uniform.

    Returns:
        Shape ``(Q,)``. "entropy": expected information in bits; "worst-case", "expected-size": minus the greatest
        part, minus the sum of squares (exact integers where uniform, of probabilities otherwise); "most-parts": how
        many replies are possible; "first-consistent": 0 for the first live hypothesis, -1 for all others.

    Raises:
        ConfigurationError: If an argument makes no sense.
    """
    _check_strategy(strategy)
    replies = reply_table(table)
    alive = _checked_live(live, replies.shape[1])
    mass = None if weights is None else _checked_weights(weights, alive)
    if strategy == "first-consistent":
        _check_square(replies)
        return np.where(np.arange(replies.shape[0]) == alive[0], 0, -1)
    return np.concatenate([_rated(strategy, masses, len(alive)) for masses in _part_masses(replies, alive, mass)])


def _rated(strategy: str, masses: Numbers, live: int) -> Numbers:
    """Scores of queries from their part masses, which are counts where they are integers."""
    if strategy == "most-parts":
        return np.asarray(np.count_nonzero(masses, axis=1))
    if strategy == "worst-case":
        return np.asarray(-masses.max(axis=1))
    if strategy == "expected-size":
        return np.asarray(-(masses**2).sum(axis=1))
    probabilities = masses / live if np.issubdtype(masses.dtype, np.integer) else masses
    return np.asarray(-(probabilities * np.log2(np.where(masses > 0, probabilities, 1.0))).sum(axis=1))


def choose(
    strategy: str,
    table: Replies,
    live: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    *,
    guesses: bool = True,
) -> int:
    """The query that a strategy asks next.

    Args:
        strategy: One of ``STRATEGIES``.
        table: Replies, ``(Q, N)``.
        live: Ascending hypotheses that may still be true, shape ``(n,)``.
        weights: Of the live hypotheses, shape ``(n,)``, positive; ``None`` for uniform.
        guesses: Whether query q is also a guess at hypothesis q; otherwise ties go to the smallest query.

    Returns:
        A query. Scores within 1e-9 are ties.

    Raises:
        ConfigurationError: If an argument makes no sense, or the strategy needs guesses and there are none.
    """
    _check_strategy(strategy)
    replies = reply_table(table)
    alive = _checked_live(live, replies.shape[1])
    if not guesses:
        if strategy == "first-consistent":
            raise ConfigurationError("strategy: 'first-consistent' guesses hypotheses, and guesses is False")
        return _best(scores(strategy, replies, alive, weights))[0]
    _check_square(replies)
    if strategy == "first-consistent":
        return int(alive[0])
    if len(alive) <= 2:
        likelier = 0 if weights is None else int(_checked_weights(weights, alive).argmax())
        return int(alive[likelier])
    ties = _best(scores(strategy, replies, alive, weights))
    may_win = np.intersect1d(ties, alive, assume_unique=True)
    return int(may_win[0]) if len(may_win) else ties[0]


def _best(rated: Numbers) -> list[int]:
    """Queries whose score is the greatest, but for rounding, in ascending order."""
    found: list[int] = np.flatnonzero(rated >= rated.max() - _TIE).tolist()
    return found


def _check_square(replies: ReplyTable) -> None:
    if replies.shape[0] != replies.shape[1]:
        raise ConfigurationError(f"table: {replies.shape} is not square, so its queries are no guesses at hypotheses")


def play_out(strategy: str, table: Replies, win_code: int) -> IntArray:
    """How many guesses a strategy needs for each code of a guess game, all codes being equally likely.

    The tree of live sets is walked once; no code is played on its own.

    Args:
        strategy: One of ``STRATEGIES``.
        table: Replies, ``(N, N)``.
        win_code: The reply to a guess at the code itself.

    Returns:
        Shape ``(N,)``.

    Raises:
        ConfigurationError: If an argument makes no sense, or the strategy comes to a guess that can tell nothing.
    """
    _check_strategy(strategy)
    replies = reply_table(table)
    _check_square(replies)
    everything = np.arange(replies.shape[1])
    if (replies.codes(everything, everything) != win_code).any():
        raise ConfigurationError(f"win_code: {win_code!r} is not the reply to every guess at the code itself")
    needed = np.zeros(len(everything), dtype=np.int64)
    waiting = [(everything, 1)]
    while waiting:
        live, turn = waiting.pop()
        guess = choose(strategy, replies, live)
        codes = replies.codes(np.asarray(guess), live)
        won = live[codes == win_code]
        if (won != guess).any():
            raise ConfigurationError(f"win_code: {win_code!r} answers a guess at {guess} for {won.tolist()}")
        needed[won] = turn
        parts = [live[codes == code] for code in np.unique(codes) if code != win_code]
        if parts and len(parts[0]) == len(live):
            raise ConfigurationError(f"table: no guess tells hypotheses {live[:8].tolist()} apart")
        waiting += [(part, turn + 1) for part in parts]
    return needed
