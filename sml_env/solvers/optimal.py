"""The fewest guesses in expectation for guess games, with proof: branch and bound over the sets of live codes.

4 pegs and 6 colours take 5625 guesses over all 1296 codes (Koyama and Lai, "An optimal Mastermind strategy", 1993);
that none take fewer is proved here afresh, in seconds. What makes it quick is the bound: of n codes that R replies
tell apart, one is guessed first, R - 1 second, (R - 1)^2 third, and so on at best.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from sml_env.errors import ConfigurationError
from sml_env.information import IntArray
from sml_env.solvers.strategies import reply_table

__all__ = ["OptimalPlay", "code_symmetries", "optimal_play"]

Codes: TypeAlias = npt.NDArray[np.int32]
Group: TypeAlias = npt.NDArray[np.int32]

_NEVER: Final = 1 << 40
"""More than any total: the value of a set that the guesses left cannot tell apart."""

_GROUP_CELLS: Final = 1 << 25
"""Symmetries beyond this memory are left out, which costs time and not correctness."""

_REMEMBERED_SPLITS: Final = 256


@dataclass(frozen=True, eq=False, slots=True)
class OptimalPlay:
    """What the best strategy comes to.

    Attributes:
        total: Guesses over all codes.
        guesses: Of each code, shape ``(N,)``, under one of the best strategies.
        opening: Its first guess.
    """

    total: int
    guesses: IntArray
    opening: int


def optimal_play(
    table: npt.NDArray[np.integer],
    win_code: int,
    *,
    symmetries: npt.NDArray[np.integer] | None = None,
    openings: npt.ArrayLike | None = None,
    most: int | None = None,
) -> OptimalPlay:
    """The least total number of guesses over all codes, and a strategy that attains it.

    Args:
        table: Replies, shape ``(N, N)``: of guess and code.
        win_code: The reply to a guess at the code itself, and to no other.
        symmetries: Permutations of the codes that leave the table as it is, shape ``(G, N)``; generators are enough.
            They change nothing but the time, and that a thousandfold: a guess that one of them maps to a smaller one
            is left out while they hold. 4 pegs and 6 colours take seconds with them.
        openings: The only first guesses to consider; ``None`` for all.
        most: No code may take more guesses; ``None`` for any number.

    Raises:
        ConfigurationError: If an argument makes no sense, or no strategy stays within ``most``.
    """
    reply_table(table)
    size = len(table)
    if table.shape != (size, size) or not np.array_equal(table == win_code, np.eye(size, dtype=bool)):
        raise ConfigurationError(f"win_code: {win_code!r} is not the reply to guesses at the code itself, and no other")
    if most is not None and (isinstance(most, bool) or not isinstance(most, int) or most < 1):
        raise ConfigurationError(f"most: {most!r} is not a positive integer")
    first = None if openings is None else np.unique(np.asarray(openings))
    if first is not None and (first.dtype.kind != "i" or not set(first.tolist()) <= set(range(size))):
        raise ConfigurationError(f"openings: {openings!r} are not guesses from 0 to {size - 1}")
    search = _Search(table, win_code)
    group = _generated(_checked_symmetries(symmetries, table))
    everything = np.arange(size, dtype=np.int32)
    total = search.value(everything, _NEVER, size if most is None else most, group, first)
    if total >= _NEVER:
        raise ConfigurationError(f"most: no strategy finds all codes within {most!r} guesses")
    needed, opening = search.played(everything, size if most is None else most)
    return OptimalPlay(total, needed, opening)


def code_symmetries(pegs: int, colours: int) -> IntArray:
    """Generators of Mastermind's symmetries: two exchanges and two rotations, of pegs and of colours.

    Returns:
        Shape ``(4, colours ** pegs)``, the codes being numbered in lexicographic order.
    """
    powers = colours ** np.arange(pegs - 1, -1, -1)
    digits = np.arange(colours**pegs)[:, None] // powers % colours
    swap_pegs, swap_colours = np.arange(pegs), np.arange(colours)
    swap_pegs[:2], swap_colours[:2] = swap_pegs[:2][::-1], swap_colours[:2][::-1]
    by_peg = [digits[:, swap_pegs] @ powers, np.roll(digits, 1, axis=1) @ powers]
    by_colour = [swap_colours[digits] @ powers, (digits + 1) % colours @ powers]
    return np.stack(by_peg + by_colour)


@dataclass(slots=True)
class _Known:
    """What is known of a live set: its exact value with a best guess, or only that the value is not below ``value``."""

    value: int
    guess: int
    exact: bool


class _Search:
    """The memory of one search; live sets are ascending arrays, and values totals of guesses over their codes."""

    def __init__(self, table: npt.NDArray[np.integer], win_code: int) -> None:
        replies = np.unique(table)
        order = np.argsort(np.append(replies[replies != win_code], win_code))
        self._codes = np.asarray(order[np.searchsorted(replies, table)], dtype=np.int32)
        self._rows: list[list[int]] = self._codes.tolist()
        self._replies = len(replies)
        self._offsets = np.arange(len(table), dtype=np.int32)[:, None] * self._replies
        self._least = _least_totals(len(table), self._replies)
        self._deepest = len(self._least) - 1
        self._known: dict[tuple[bytes, int], _Known] = {}

    def value(
        self, live: Codes, limit: int, left: int, group: Group | None = None, openings: IntArray | None = None
    ) -> int:
        """The exact value of a live set if it is below the limit, otherwise a bound of at least the limit.

        Args:
            live: Codes.
            limit: What the caller could use.
            left: Guesses left.
            group: Symmetries that keep the live set.
            openings: The only guesses to consider first.
        """
        left = min(left, len(live))
        key = (live.tobytes(), left)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._at_sight(live, left)
        if not known.exact and known.value < limit:
            self._branch(known, live, limit, left, group, openings)
        return known.value

    def _bound(self, size: int, left: int) -> int:
        return int(self._least[min(left, self._deepest), size])

    def _at_sight(self, live: Codes, left: int) -> _Known:
        """What needs no search: one or two codes, a guess that tells all apart, too few guesses, or the bound."""
        size = len(live)
        least = self._bound(size, left)
        if least >= _NEVER:
            return _Known(_NEVER, -1, True)
        members: list[int] = live.tolist()
        if size <= 2:
            return _Known(2 * size - 1, members[0], True)
        if size > self._replies:
            return _Known(least, -1, False)
        for guess in members:
            row = self._rows[guess]
            if len({row[code] for code in members}) == size:
                return _Known(2 * size - 1, guess, True)
        return _Known(2 * size, -1, False)

    def _branch(
        self, known: _Known, live: Codes, limit: int, left: int, group: Group | None, openings: IntArray | None
    ) -> None:
        """Weigh every guess whose bound is below the limit, the most hopeful first."""
        guesses = np.arange(len(self._codes)) if openings is None else openings
        if group is not None and openings is None:
            guesses = guesses[group.min(axis=0) == guesses]
        counts = self._part_sizes(guesses, live)
        bounds = len(live) + self._least[min(left - 1, self._deepest)][counts].sum(axis=1)
        bounds[counts.max(axis=1) == len(live)] = _NEVER
        best, guess = limit, -1
        floor = int(bounds[bounds >= limit].min(initial=_NEVER))
        seen: set[tuple[bytes, ...]] = set()
        hopeful = np.flatnonzero(bounds < limit)
        for place in hopeful[np.argsort(bounds[hopeful], kind="stable")].tolist():
            total = int(bounds[place])
            if total >= best:
                break
            parts = self._parts(int(guesses[place]), live)
            split = tuple(sorted(part.tobytes() for part in parts))
            if split in seen:
                continue
            if len(seen) < _REMEMBERED_SPLITS:
                seen.add(split)
            kept = None if group is None else group[group[:, guesses[place]] == guesses[place]]
            for part in sorted(parts, key=len, reverse=True):
                hoped = self._bound(len(part), left - 1)
                total += self.value(part, best - total + hoped, left - 1, kept) - hoped
                if total >= best:
                    break
            floor = min(floor, total)
            if total < best:
                best, guess = total, int(guesses[place])
                if best <= known.value:
                    break
        if guess >= 0:
            known.value, known.guess, known.exact = best, guess, True
        else:
            known.value = max(known.value, floor)

    def _part_sizes(self, guesses: IntArray, live: Codes) -> IntArray:
        """Sizes of the parts that each guess leaves, but for the win, shape ``(guesses, replies - 1)``."""
        cells = self._codes[guesses[:, None], live] + self._offsets[: len(guesses)]
        counts = np.bincount(cells.ravel(), minlength=len(guesses) * self._replies)
        return np.asarray(counts.reshape(len(guesses), self._replies)[:, :-1])

    def _parts(self, guess: int, live: Codes) -> list[Codes]:
        row = self._codes[guess, live]
        return [live[row == reply] for reply in np.unique(row) if reply < self._replies - 1]

    def played(self, live: Codes, left: int) -> tuple[IntArray, int]:
        """Guesses that each code takes under the strategy found for a set of exact value, and its first guess."""
        needed = np.zeros(len(self._codes), dtype=np.int64)
        waiting = [(live, left, 1)]
        while waiting:
            members, remaining, turn = waiting.pop()
            guess = self._guess(members, remaining)
            needed[members[members == guess]] = turn
            waiting += [(part, remaining - 1, turn + 1) for part in self._parts(guess, members)]
        return needed, self._guess(live, left)

    def _guess(self, live: Codes, left: int) -> int:
        left = min(left, len(live))
        known = self._known.get((live.tobytes(), left))
        return (self._at_sight(live, left) if known is None else known).guess


def _least_totals(size: int, replies: int) -> IntArray:
    """The least total of 0, 1, ... ``size`` codes when a guess has so many replies, the win among them.

    Returns:
        Shape ``(depth + 1, size + 1)``, a row for 0, 1, ... guesses left; the last row holds for all greater numbers.
    """
    rows = [np.array([0] + [_NEVER] * size)]
    levels: list[int] = []
    while len(levels) < size:
        width = (replies - 1) ** len(rows[1:])
        levels += [len(rows)] * min(width, size - len(levels))
        rows.append(np.array([0, *np.cumsum(levels), *[_NEVER] * (size - len(levels))]))
    return np.stack(rows)


def _checked_symmetries(
    symmetries: npt.NDArray[np.integer] | None, table: npt.NDArray[np.integer]
) -> npt.NDArray[np.integer] | None:
    if symmetries is None:
        return None
    everything = np.tile(np.arange(len(table)), (len(symmetries), 1))
    if symmetries.dtype.kind != "i" or not np.array_equal(np.sort(symmetries, axis=-1), everything):
        raise ConfigurationError(f"symmetries: shape {symmetries.shape} are not permutations of {len(table)} codes")
    for index, permutation in enumerate(symmetries):
        if not np.array_equal(table[np.ix_(permutation, permutation)], table):
            raise ConfigurationError(f"symmetries: number {index} changes the table")
    return symmetries


def _generated(generators: npt.NDArray[np.integer] | None) -> Group | None:
    """All products of the generators, as long as they fit in memory."""
    if generators is None:
        return None
    size = generators.shape[1]
    found = [np.arange(size, dtype=np.int32)]
    seen = {found[0].tobytes()}
    for permutation in found:
        for generator in generators:
            product = permutation[generator]
            if product.tobytes() not in seen and len(found) * size < _GROUP_CELLS:
                seen.add(product.tobytes())
                found.append(product)
    return np.stack(found)
