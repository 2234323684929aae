"""Random numbers as pure functions of a seed and counters, so that a batch draws what its members draw alone.

An episode has one seed; what happens by chance at a turn is a function of that seed and the turn. The function is the
finaliser of SplitMix64 (Steele, Lea, Flood, *Fast splittable pseudorandom number generators*, OOPSLA 2014), once for
each counter: as in a hash, neighbouring seeds and counters give unrelated numbers.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from sml_env.information import FloatArray, IntArray

__all__ = ["Seeds", "below", "uniform", "words"]

Seeds: TypeAlias = npt.NDArray[np.uint64]

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)
_SHIFTS: Final = (np.uint64(30), np.uint64(27), np.uint64(31))


def words(seeds: Seeds, *counters: int | npt.NDArray[np.integer]) -> Seeds:
    """64 random bits for each seed.

    Args:
        seeds: Shape ``(B,)``.
        *counters: Numbers of at least 0, or arrays of shape ``(B,)``: turn, purpose, and so on.

    Returns:
        Shape ``(B,)``.
    """
    state = np.atleast_1d(np.asarray(seeds, dtype=np.uint64))
    for counter in counters:
        state = state + _step(counter)
        state ^= state >> _SHIFTS[0]
        state *= _FIRST
        state ^= state >> _SHIFTS[1]
        state *= _SECOND
        state ^= state >> _SHIFTS[2]
    return state


def _step(counter: int | npt.NDArray[np.integer]) -> np.uint64 | Seeds:
    """What a counter adds to the state, modulo 2**64."""
    if isinstance(counter, int):
        return np.uint64(int(_GOLDEN) * (counter + 1) % 2**64)
    return _GOLDEN * (np.atleast_1d(counter).astype(np.uint64) + np.uint64(1))


def uniform(seeds: Seeds, *counters: int | npt.NDArray[np.integer]) -> FloatArray:
    """Numbers in [0, 1), shape ``(B,)``, for seeds and counters as in ``words``."""
    return (words(seeds, *counters) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def below(sizes: int | npt.NDArray[np.integer], seeds: Seeds, *counters: int | npt.NDArray[np.integer]) -> IntArray:
    """Integers from 0 to ``sizes - 1``, each equally likely up to ``sizes / 2**53``, shape ``(B,)``."""
    return (uniform(seeds, *counters) * sizes).astype(np.int64)
