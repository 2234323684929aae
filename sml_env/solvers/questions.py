"""Twenty questions without lies, and with a bounded number of them: closed forms, and exact play.

Without lies any yes-or-no question may be asked. With them (Rényi 1961, Ulam 1976) a question is whether the answer
lies in any subset; play is counted to the identification of the answer in the worst case. The state is how many
candidates there are with 0, 1, ... k lies so far, should they be the answer. One lie: Pelc, "Solution of Ulam's
problem on searching with a lie", 1987.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from functools import cache
from itertools import count, product
from math import comb

import numpy as np
import numpy.typing as npt

from sml_env.errors import ConfigurationError
from sml_env.information import IntArray

__all__ = ["huffman_questions", "liar_questions", "liar_split", "pelc_questions", "twenty_questions_optimum"]

Counts = tuple[int, ...]


def _check_positive(name: str, value: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigurationError(f"{name}: {value!r} is not a positive integer")


def twenty_questions_optimum(n: int) -> float:
    """Least expected number of questions to identify one of n equally likely answers: k + 1 - 2^k / n.

    Any yes-or-no question may be asked, k = ceil(log2 n).

    Raises:
        ConfigurationError: If n is no positive integer.
    """
    _check_positive("n", n)
    k = (n - 1).bit_length()
    return k + 1 - (1 << k) / n


def huffman_questions(weights: npt.ArrayLike) -> float:
    """Least expected number of questions to identify an answer: the mean depth of Huffman's tree (1952).

    Args:
        weights: Of the answers, shape ``(N,)``, positive, of any sum.

    Raises:
        ConfigurationError: If the weights are not positive numbers.
    """
    array = np.asarray(weights, dtype=np.float64)
    if array.ndim != 1 or not len(array) or not (array > 0.0).all() or not np.isfinite(array).all():
        raise ConfigurationError(f"weights: {weights!r} are not positive numbers")
    heap: list[float] = array.tolist()
    heapq.heapify(heap)
    total = 0.0
    while len(heap) > 1:
        merged = heapq.heappop(heap) + heapq.heappop(heap)
        heapq.heappush(heap, merged)
        total += merged
    return total / float(array.sum())


def pelc_questions(n: int) -> int:
    """Questions that identify one of n answers when the teacher may lie once, in the worst case (Pelc 1987).

    Even n: the least q with n (q + 1) <= 2^q. Odd n: the least q with n (q + 1) + (q - 1) <= 2^q.

    Raises:
        ConfigurationError: If n is no positive integer.
    """
    _check_positive("n", n)
    return next(q for q in count() if n * (q + 1) + (n % 2) * (q - 1) <= 2**q)


def _checked_counts(counts: Counts) -> Counts:
    integers = all(isinstance(value, int) and not isinstance(value, bool) and value >= 0 for value in counts)
    if not integers or not sum(counts):
        raise ConfigurationError(f"counts: {counts!r} are not numbers of candidates, at least one of them positive")
    return counts


def liar_questions(*counts: int) -> int:
    """Questions that identify the answer in the worst case, from any state of the game with a lying teacher.

    Args:
        *counts: How many candidates there are with 0, 1, ... k lies so far. ``liar_questions(64, 0)`` is the start
            with 64 candidates and at most one lie, ``liar_questions(64)`` the game without lies.

    Returns:
        The least number, exact: by a table for one lie (thousands of candidates), by search for more lies (dozens).

    Raises:
        ConfigurationError: If the counts make no state.
    """
    state = _checked_counts(counts)
    return next(q for q in count() if _winnable(state, q))


def liar_split(*counts: int) -> Counts:
    """How many candidates of each kind to ask about, so that the worst case stays the least possible.

    Args:
        *counts: As for ``liar_questions``, with at least two candidates.

    Returns:
        One number for each kind, at most its count: ask "is it one of these?". After yes, the candidates that were
        not asked about have one lie more; after no, those that were.

    Raises:
        ConfigurationError: If the counts make no state, or the answer is known.
    """
    state = _checked_counts(counts)
    if sum(state) == 1:
        raise ConfigurationError(f"counts: {counts!r} leave one candidate, so there is nothing to ask")
    left = liar_questions(*state) - 1
    return next(split for split in _splits(state) if all(_winnable(after, left) for after in _after(state, split)))


def _after(state: Counts, split: Counts) -> tuple[Counts, Counts]:
    """States after yes and after no; candidates that would have lied too often are gone."""
    rest = tuple(whole - asked for whole, asked in zip(state, split, strict=True))
    yes = tuple(kept + liar for kept, liar in zip(split, (0, *rest), strict=False))
    no = tuple(kept + liar for kept, liar in zip(rest, (0, *split), strict=False))
    return yes, no


def _from_the_middle(whole: int) -> list[int]:
    return sorted(range(whole + 1), key=lambda asked: abs(2 * asked - whole))


def _splits(state: Counts) -> Iterator[Counts]:
    """All splits, those first that are even in the candidates with the fewest lies."""
    return product(*(_from_the_middle(whole) for whole in state))


def _volume(state: Counts, questions: int) -> int:
    """Berlekamp's weight: how many strings of replies the candidates could give; at most 2^q in a game that is won."""
    lies = len(state) - 1
    return sum(n * sum(comb(questions, j) for j in range(lies - i + 1)) for i, n in enumerate(state))


@cache
def _winnable(state: Counts, questions: int) -> bool:
    """Whether so many questions identify the answer, whatever the replies."""
    if sum(state) <= 1:
        return True
    if _volume(state, questions) > 2**questions:
        return False
    if len(state) == 1:
        return True
    if len(state) == 2:
        return state[1] <= int(_room(questions, max(64, 1 << state[0].bit_length()))[state[0]])
    splits = (split for split in _splits(state) if 2 * split[0] >= state[0])
    return any(all(_winnable(after, questions - 1) for after in _after(state, split)) for split in splits)


@cache
def _room(questions: int, size: int) -> IntArray:
    """With one lie: the most candidates that may have lied, for each number from 0 below ``size`` that have not.

    -1 where the clean ones alone are too many. Asking about i of a clean ones (and j of b others) leads to the states
    (i, a - i + j) and (a - i, i + b - j). Fewer candidates are never harder, so both can be won for some j exactly if
    a - i and i are within the room of the two and a + b is at most its sum.
    """
    room = np.full(size, -1, dtype=np.int64)
    if questions == 0:
        room[:2] = (1, 0)
        return room
    before = _room(questions - 1, size)
    for a in range(min(size, 2**questions + 1)):
        asked = before[: a + 1]
        rest = asked[::-1]
        i = np.arange(a + 1)
        fits = (asked >= a - i) & (rest >= i)
        if fits.any():
            room[a] = (asked + rest)[fits].max() - a
    return room
