"""The greatest chance of success within a number of turns, exact for small closed games without noise.

Each turn the student asks a query, whose reply rules hypotheses out, or attempts a hypothesis: right is success, wrong
rules it out. The episode ends with the turns or the attempts. A yes-or-no query that is true of exactly one live
hypothesis is an attempt at it, by the rule of this library. In a guess game every query is also an attempt.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from sml_env.errors import ConfigurationError
from sml_env.information import FloatArray, IntArray
from sml_env.solvers.strategies import Replies, reply_table
from sml_env.tables import ReplyTable

__all__ = ["Move", "SuccessSolver", "success_upper_bound"]

_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Move:
    """What to do with a turn.

    Attributes:
        kind: ``"query"``, a row of the reply table (in a guess game it is the attempt too), or ``"attempt"``.
        index: Of the query or of the hypothesis.
    """

    kind: Literal["query", "attempt"]
    index: int


@dataclass(frozen=True, slots=True)
class _Query:
    """One query on bit sets of ranks: the parts by reply, what it states when true, and what wins at once."""

    index: int
    parts: tuple[int, ...]
    truths: int | None
    win: int


@dataclass(frozen=True, slots=True)
class _Option:
    """A move with what it can come to: success under at most ``bound``, the rest lying in its parts."""

    bound: float
    largest: int
    move: Move
    parts: tuple[int, ...]
    attempts: int


class SuccessSolver:
    """The best play of one game, from every live set; what is found is kept for later questions.

    Args:
        table: Reply codes, shape ``(Q, N)``; N up to about a hundred.
        prior: Weights of the hypotheses, shape ``(N,)``, positive; ``None`` for uniform.
        win_code: The reply to a guess at the hypothesis itself: a guess game, Q = N, in which each turn is an attempt
            and there are no others. ``None``: queries and attempts are apart.
        yes_no: Which queries ask yes or no (1 is yes), shape ``(Q,)``; ``None`` for those whose codes are all 0 or 1.
        stated_attempts: Whether a yes-or-no query that is true of exactly one live hypothesis is an attempt at it.

    Raises:
        ConfigurationError: If an argument makes no sense.
    """

    def __init__(
        self,
        table: npt.NDArray[np.integer],
        prior: npt.ArrayLike | None = None,
        *,
        win_code: int | None = None,
        yes_no: npt.ArrayLike | None = None,
        stated_attempts: bool = True,
    ) -> None:
        reply_table(table)
        _checked_win(table, win_code)
        self.table = table
        weights = _checked_weights(prior, self.table.shape[1])
        self.guess_game = win_code is not None
        # Bit r is the hypothesis of rank r by falling mass, so that the lowest bits of a set are its likeliest members.
        self._order: list[int] = np.argsort(-weights, kind="stable").tolist()
        self._rank = {h: r for r, h in enumerate(self._order)}
        self._mass: list[float] = weights[self._order].tolist()
        self._equal = bool(np.ptp(weights) == 0.0)
        self._tiny = _TINY * float(weights.sum())
        binary = _binary_rows(self.table, yes_no) & (stated_attempts and win_code is None)
        self._queries = tuple(self._query(q, bool(binary[q]), win_code) for q in range(len(self.table)))
        self._branching = max(len(query.parts) for query in self._queries)
        self._known: dict[tuple[int, int, int], tuple[float, Move]] = {}

    def success(self, turns: int, attempts: int | None = None, live: npt.ArrayLike | None = None) -> float:
        """The greatest probability of success.

        Args:
            turns: Turns left.
            attempts: Attempts left; ``None`` for as many as turns.
            live: Hypotheses that may still be true; ``None`` for all.

        Returns:
            The probability given that one of the live hypotheses is true.
        """
        members, turns, attempts = self._checked(turns, attempts, live)
        return self._value(members, turns, attempts)[0] / self._top(members, len(self._mass))

    def move(self, turns: int, attempts: int | None = None, live: npt.ArrayLike | None = None) -> Move:
        """A move that reaches ``success``, the arguments being the same; turns and attempts at least 1."""
        members, turns, attempts = self._checked(turns, attempts, live)
        if attempts == 0:
            raise ConfigurationError("turns, attempts: 0 are left, so there is no move")
        return self._value(members, turns, attempts)[1]

    def _query(self, index: int, binary: bool, win_code: int | None) -> _Query:
        row = self.table[index]
        parts = {int(code): self._bits(np.flatnonzero(row == code)) for code in np.unique(row)}
        win = 0 if win_code is None else parts.pop(win_code)
        return _Query(index, tuple(parts.values()), parts.get(1, 0) if binary else None, win)

    def _bits(self, hypotheses: IntArray) -> int:
        return sum(1 << self._rank[int(h)] for h in hypotheses)

    def _checked(self, turns: int, attempts: int | None, live: npt.ArrayLike | None) -> tuple[int, int, int]:
        turns = _checked_count("turns", turns)
        attempts = turns if attempts is None else min(turns, _checked_count("attempts", attempts))
        if live is None:
            return (1 << len(self._mass)) - 1, turns, attempts
        array = np.unique(np.asarray(live))
        if not len(array) or not np.issubdtype(array.dtype, np.integer) or not set(array.tolist()) <= set(self._rank):
            raise ConfigurationError(f"live: {live!r} are not hypotheses from 0 to {len(self._mass) - 1}")
        return self._bits(array), turns, attempts

    def _top(self, live: int, count: int) -> float:
        """Mass of the ``count`` likeliest members of a live set."""
        if self._equal:
            return self._mass[0] * min(count, live.bit_count())
        total = 0.0
        while live and count:
            total += self._mass[(live & -live).bit_length() - 1]
            live &= live - 1
            count -= 1
        return total

    def _reach(self, turns: int, attempts: int) -> int:
        return _most_hypotheses(self._branching, turns, attempts, self.guess_game)

    def _value(self, live: int, turns: int, attempts: int) -> tuple[float, Move]:
        """Mass of the hypotheses under which the best play succeeds, and its move; the move is moot at 0 turns."""
        attempts = min(attempts, turns)
        if self.guess_game:
            turns = attempts
        likeliest = Move("query" if self.guess_game else "attempt", self._order[(live & -live).bit_length() - 1])
        if attempts == 0:
            return 0.0, likeliest
        if turns == 1 or live & (live - 1) == 0:
            return self._top(live, 1), likeliest
        key = (live, turns, attempts)
        if key not in self._known:
            self._known[key] = self._search(live, turns, attempts)
        return self._known[key]

    def _search(self, live: int, turns: int, attempts: int) -> tuple[float, Move]:
        ceiling = self._top(live, self._reach(turns, attempts))
        best, move = -1.0, Move("query", 0)
        for option in sorted(self._options(live, turns, attempts), key=lambda option: (-option.bound, option.largest)):
            if option.bound <= best + self._tiny or best >= ceiling - self._tiny:
                break
            total = option.bound
            for part in option.parts:
                hoped = self._top(part, self._reach(turns - 1, option.attempts))
                total += self._value(part, turns - 1, option.attempts)[0] - hoped
                if total <= best + self._tiny:
                    break
            else:
                best, move = total, option.move
        return best, move

    def _options(self, live: int, turns: int, attempts: int) -> Iterator[_Option]:
        """Moves that may be best; a query that tells nothing never is."""
        if not self.guess_game:
            rest = live
            while rest:
                bit = rest & -rest
                rest ^= bit
                rank = bit.bit_length() - 1
                hypothesis = Move("attempt", self._order[rank])
                yield self._option(hypothesis, self._mass[rank], (live ^ bit,), turns, attempts - 1)
        left = attempts - 1 if self.guess_game else attempts
        seen = set()
        for query in self._queries:
            parts = tuple(sorted(part for members in query.parts if (part := live & members)))
            stated = query.truths is not None and (live & query.truths).bit_count() == 1
            if stated or parts in seen or parts == (live,):
                continue
            seen.add(parts)
            yield self._option(Move("query", query.index), self._top(live & query.win, 1), parts, turns, left)

    def _option(self, move: Move, sure: float, parts: tuple[int, ...], turns: int, attempts: int) -> _Option:
        reach = self._reach(turns - 1, attempts)
        bound = sure + sum(self._top(part, reach) for part in parts)
        return _Option(bound, max(part.bit_count() for part in parts), move, parts, attempts)


def success_upper_bound(
    table: Replies,
    turns: int,
    attempts: int | None = None,
    *,
    prior: npt.ArrayLike | None = None,
    win_code: int | None = None,
) -> float:
    """A bound that no student's success exceeds, for games of any size; exact where the first split decides.

    After the first query, t turns reach at most as many hypotheses of each part as a tree has leaves whose every
    query has the most replies that any query has at the start.

    Args:
        table: Replies, ``(Q, N)``.
        turns: Of the episode.
        attempts: As ``turns`` if ``None``.
        prior: Weights, shape ``(N,)``, positive; ``None`` for uniform.
        win_code: The reply to a right guess in a guess game; ``None`` where attempts are turns of their own.

    Returns:
        A probability, at least the greatest probability of success.

    Raises:
        ConfigurationError: If an argument makes no sense.
    """
    replies = reply_table(table)
    size = replies.shape[1]
    turns = _checked_count("turns", turns)
    attempts = turns if attempts is None else min(turns, _checked_count("attempts", attempts))
    masses = _checked_weights(prior, size)
    order = np.argsort(-masses, kind="stable")
    masses = masses[order]
    if attempts == 0:
        return 0.0
    guess_game = win_code is not None
    turns = attempts if guess_game else turns
    branching = 1
    for codes in _rows(replies, order):
        ranked = np.sort(codes, axis=1)
        distinct = 1 + np.count_nonzero(np.diff(ranked, axis=1), axis=1) - (codes == win_code).any(axis=1)
        branching = max(branching, int(distinct.max()))
    best = 0.0 if guess_game else float(masses[: 1 + _most_hypotheses(branching, turns - 1, attempts - 1, False)].sum())
    reach = _most_hypotheses(branching, turns - 1, attempts - guess_game, guess_game)
    for codes in _rows(replies, order):
        by_code = np.argsort(codes, axis=1, kind="stable")
        grouped = np.take_along_axis(codes, by_code, axis=1)
        places = np.arange(size)
        first = np.concatenate([np.ones((len(codes), 1), bool), np.diff(grouped, axis=1) != 0], axis=1)
        within = places - np.maximum.accumulate(np.where(first, places, 0), axis=1)
        reached = (within < reach) | (grouped == win_code)
        best = max(best, float((masses[by_code] * reached).sum(axis=1).max()))
    return min(1.0, best / float(masses.sum()))


@cache
def _most_hypotheses(branching: int, turns: int, attempts: int, guess_game: bool) -> int:
    """How many hypotheses any play can succeed under, when no query has more replies (but a win) than ``branching``."""
    if turns == 0 or attempts == 0:
        return 0
    if guess_game:
        return 1 + branching * _most_hypotheses(branching, turns - 1, attempts - 1, True)
    asked = branching * _most_hypotheses(branching, turns - 1, attempts, False)
    return max(asked, 1 + _most_hypotheses(branching, turns - 1, attempts - 1, False))


def _rows(replies: ReplyTable, hypotheses: IntArray) -> Iterator[npt.NDArray[np.integer]]:
    """The reply table in chunks of queries, the hypotheses in a given order."""
    rows = max(1, (1 << 20) // replies.shape[1])
    for first in range(0, replies.shape[0], rows):
        queries = np.arange(first, min(first + rows, replies.shape[0]))
        yield replies.codes(queries[:, None], hypotheses[None, :])


def _checked_count(name: str, value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ConfigurationError(f"{name}: {value!r} is not a whole number of at least 0")
    return value


def _checked_weights(prior: npt.ArrayLike | None, size: int) -> FloatArray:
    weights = np.ones(size) if prior is None else np.asarray(prior, dtype=np.float64)
    if weights.shape != (size,) or not (weights > 0.0).all() or not np.isfinite(weights).all():
        raise ConfigurationError(f"prior: {prior!r} is not one positive number for each of {size} hypotheses")
    return weights


def _checked_win(table: npt.NDArray[np.integer], win_code: int | None) -> None:
    if win_code is not None and not np.array_equal(table == win_code, np.eye(len(table), table.shape[1], dtype=bool)):
        raise ConfigurationError(f"win_code: {win_code!r} is not the reply to guesses at the code itself, and no other")


def _binary_rows(table: npt.NDArray[np.integer], yes_no: npt.ArrayLike | None) -> npt.NDArray[np.bool_]:
    binary = (table <= 1).all(axis=1)
    if yes_no is None:
        return np.asarray(binary)
    chosen = np.asarray(yes_no)
    if chosen.dtype != bool or chosen.shape != binary.shape or (chosen & ~binary).any():
        raise ConfigurationError(f"yes_no: {yes_no!r} does not mark queries whose codes are all 0 or 1")
    return chosen
