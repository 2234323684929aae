"""Streams: pure functions of seed and counters, the same in a batch as alone, and uniform."""

from __future__ import annotations

import numpy as np
import pytest

from sml_env.streams import below, uniform, words

COUNT = 100_000
SEEDS = np.arange(COUNT, dtype=np.uint64)
TOP = np.uint64(2**64 - 1)


def chi_square(found: np.ndarray, cells: int) -> float:
    """The statistic, in standard deviations from its mean under equally likely cells."""
    counts = np.bincount(found, minlength=cells)
    assert len(counts) == cells
    expected = len(found) / cells
    statistic = float(((counts - expected) ** 2 / expected).sum())
    return (statistic - (cells - 1)) / np.sqrt(2 * (cells - 1))


def test_one_counter_gives_the_published_outputs_of_splitmix64() -> None:
    """Reference: the outputs of the authors' C code for the seed 1234567, as on Rosetta Code."""
    published = [
        6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821,
    ]  # fmt: skip
    seed = np.array([1234567], dtype=np.uint64)
    assert [int(words(seed, counter)[0]) for counter in range(5)] == published


@pytest.mark.parametrize("counters", [(), (0,), (3, 1), (7, 0, 2**31)])
def test_a_batch_draws_what_its_members_draw_alone(counters: tuple[int, ...]) -> None:
    seeds = np.array([0, 1, 2, 12345, 2**63, 2**64 - 1], dtype=np.uint64)
    together = words(seeds, *counters), uniform(seeds, *counters), below(7, seeds, *counters)
    for row in range(len(seeds)):
        alone = seeds[row : row + 1]
        for batch, one in zip(
            together, (words(alone, *counters), uniform(alone, *counters), below(7, alone, *counters)), strict=True
        ):
            assert batch[row] == one[0]
            assert one.shape == (1,)


def test_counters_and_sizes_may_differ_within_a_batch() -> None:
    seeds, turns = np.array([5, 5, 9], dtype=np.uint64), np.array([0, 4, 4])
    sizes = np.array([2, 3, 100])
    for row in range(3):
        assert words(seeds, turns, 1)[row] == words(seeds[row : row + 1], int(turns[row]), 1)[0]
        assert below(sizes, seeds, turns)[row] == below(int(sizes[row]), seeds[row : row + 1], int(turns[row]))[0]


def test_a_scalar_is_a_batch_of_one() -> None:
    assert words(np.array(5, dtype=np.uint64), 2).tolist() == words(np.array([5], dtype=np.uint64), 2).tolist()


@pytest.mark.filterwarnings("error")
def test_the_largest_seeds_and_counters_overflow_without_a_warning() -> None:
    for seeds in (np.array([TOP]), np.array(TOP), np.array([TOP, 0], dtype=np.uint64)):
        for counters in ((), (2**62,), (2**31, 2**31), (np.array([2**62]),)):
            assert (uniform(seeds, *counters) < 1.0).all()


@pytest.mark.parametrize("cells", [2, 10, 100, 997])
def test_neighbouring_seeds_are_uniform(cells: int) -> None:
    assert abs(chi_square((uniform(SEEDS, 3) * cells).astype(np.int64), cells)) < 5


@pytest.mark.parametrize("place", [0, 1, 2])
def test_neighbouring_counters_are_uniform(place: int) -> None:
    counters: list[object] = [0, 0, 0]
    counters[place] = np.arange(COUNT)
    drawn = uniform(np.full(COUNT, 77, dtype=np.uint64), *counters)  # type: ignore[arg-type]
    assert abs(chi_square((drawn * 100).astype(np.int64), 100)) < 5


@pytest.mark.parametrize("size", [1, 2, 3, 6, 13, 1_000])
def test_integers_below_a_size_are_equally_likely(size: int) -> None:
    drawn = below(size, SEEDS, 1, 0)
    assert drawn.min() == 0
    assert drawn.max() == size - 1
    assert size == 1 or abs(chi_square(drawn, size)) < 5


def test_what_is_drawn_for_one_purpose_says_nothing_of_another() -> None:
    """Pairs of draws for a seed and its neighbour, a turn and the next, two purposes: jointly uniform."""
    first = (uniform(SEEDS, 0, 0) * 16).astype(np.int64)
    for other in (uniform(SEEDS + np.uint64(1), 0, 0), uniform(SEEDS, 1, 0), uniform(SEEDS, 0, 1)):
        assert abs(chi_square(first * 16 + (other * 16).astype(np.int64), 256)) < 5


def test_each_bit_is_set_half_of_the_time() -> None:
    drawn = words(SEEDS, 0)
    for bit in range(64):
        share = float(((drawn >> np.uint64(bit)) & np.uint64(1)).mean())
        assert abs(share - 0.5) < 5 * 0.5 / np.sqrt(COUNT), bit


def test_no_two_of_many_counters_collide() -> None:
    seed = np.array([9], dtype=np.uint64)
    seen = {int(words(seed, turn, purpose)[0]) for turn in range(100) for purpose in range(4)}
    assert len(seen) == 400


def test_the_statistic_finds_what_is_not_uniform() -> None:
    assert abs(chi_square((uniform(SEEDS, 3) ** 1.05 * 100).astype(np.int64), 100)) > 5
    assert abs(chi_square((SEEDS % np.uint64(100)).astype(np.int64), 100)) > 5
