"""The declared prior of word problems: its masses, its members, and that the set does not point at the truth."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from math import sqrt

import numpy as np
import pytest

from sml_env import priors
from sml_env.errors import ConfigurationError
from sml_env.priors import MAX_UNIFORM, OFF_GRID, OFF_GRID_MASS, uniform_integers, word_problem_space
from sml_env.problems import HypothesisSpace


def values_of(space: HypothesisSpace) -> np.ndarray:
    return np.asarray(space.answers.columns[0].numerator)


def seeded(answer: int, seed: int = 0) -> HypothesisSpace:
    return word_problem_space(answer, np.random.default_rng(seed))


def documented_mass(value: int) -> Fraction:
    """Of one grid value before the off-grid share is taken: 15/16 or 1/16, by length 1/d, even within a length."""
    digits, negative = len(str(abs(value))), value < 0
    longest = 3 if negative else 7
    share = (
        Fraction(1 if negative else 15, 16) * Fraction(1, digits) / sum(Fraction(1, d) for d in range(1, longest + 1))
    )
    count = 10 if digits == 1 else 9 * 10 ** (min(digits, 4) - 1)
    return share / (9 if negative and digits == 1 else count)


def test_the_grid_has_the_documented_members_and_masses() -> None:
    space = seeded(5)
    values = values_of(space)
    assert (np.diff(values) > 0).all()
    assert float(space.prior.sum()) == pytest.approx(1.0, abs=1e-12)
    by_value = dict(zip(values.tolist(), space.prior.tolist(), strict=True))
    grid = [*range(-999, 10_000), *(k * 10**e for e in (1, 2, 3) for k in range(1_000, 10_000))]
    assert set(grid) <= set(by_value)
    assert len(values) == len(grid) + OFF_GRID
    for value in (
        -999,
        -100,
        -99,
        -10,
        -9,
        -1,
        0,
        1,
        9,
        10,
        99,
        100,
        999,
        1_000,
        9_999,
        10_000,
        99_990,
        100_000,
        9_999_000,
    ):
        assert by_value[value] == pytest.approx(float(documented_mass(value)) * (1 - OFF_GRID_MASS), rel=1e-12)
    assert float(sum(documented_mass(value) for value in grid)) == pytest.approx(1.0, abs=1e-12)
    members = set(grid)
    off = [mass for value, mass in by_value.items() if value not in members]
    assert len(off) == OFF_GRID
    assert off == pytest.approx([OFF_GRID_MASS / OFF_GRID] * OFF_GRID)


@pytest.mark.parametrize("answer", [-999, -1, 0, 7, 9_999, 50_000, 2_880_000])
def test_the_set_does_not_depend_on_a_truth_on_the_grid(answer: int) -> None:
    first, second = seeded(1), seeded(answer)
    assert np.array_equal(values_of(first), values_of(second))
    assert np.array_equal(first.prior, second.prior)
    assert second.index_of(str(answer)) is not None


@pytest.mark.parametrize("answer", [12_345, -1_000, 10**15 - 1, -(10**15) + 1, 10_000_001])
def test_a_truth_off_the_grid_takes_the_place_of_one_other(answer: int) -> None:
    without, with_it = set(values_of(seeded(1)).tolist()), set(values_of(seeded(answer)).tolist())
    assert with_it - without == {answer}
    assert len(without - with_it) == 1
    space = seeded(answer)
    assert float(space.prior.sum()) == pytest.approx(1.0, abs=1e-12)
    row = space.index_of(str(answer))
    assert row is not None
    assert space.prior[row] == pytest.approx(OFF_GRID_MASS / OFF_GRID)


def test_same_truth_and_seed_give_the_same_set() -> None:
    assert np.array_equal(values_of(seeded(12_345, 3)), values_of(seeded(12_345, 3)))
    assert not np.array_equal(values_of(seeded(12_345, 3)), values_of(seeded(12_345, 4)))


@pytest.mark.parametrize("answer", [10**15, -(10**15), 10**30])
def test_an_answer_too_long_is_refused(answer: int) -> None:
    with pytest.raises(ConfigurationError, match="answer"):
        seeded(answer)


def test_the_rank_of_an_off_grid_truth_among_the_off_grid_is_uniform() -> None:
    """The truth is itself a draw from the off-grid distribution; given the set it must be any of its members."""
    trials, bins = 400, 8
    grid = priors._grid()[0]
    counts: Counter[int] = Counter()
    for seed in range(trials):
        truth = int(priors._draw_off_grid(np.random.default_rng([seed, 1]))[0])
        off = np.setdiff1d(values_of(seeded(truth, seed)), grid).tolist()
        counts[off.index(truth) * bins // OFF_GRID] += 1
    expected = trials / bins
    chi = sum((counts[k] - expected) ** 2 / expected for k in range(bins))
    assert chi < 24.3, f"{dict(counts)}: chi-square {chi:.1f} with 7 degrees of freedom, 0.1% point 24.3"


def test_given_the_set_every_member_is_equally_likely_to_be_the_truth(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small analogue: numbers of up to two digits, where some kinds are fifteen times as likely to be drawn."""
    monkeypatch.setattr(priors, "SIGNIFICANT", 1)
    monkeypatch.setattr(priors, "MAX_DIGITS", 2)
    monkeypatch.setattr(priors, "OFF_GRID", 3)
    monkeypatch.setattr(priors, "_grid", lambda: (np.arange(10), np.full(10, 0.1)))

    def kind(value: int) -> str:
        return "long" if value > 0 else "negative" if value > -10 else "long negative"

    seen, expected, variance = Counter[str](), Counter[str](), Counter[str]()
    for seed in range(8_000):
        truth = int(priors._draw_off_grid(np.random.default_rng([seed, 2]))[0])
        members = [value for value in values_of(seeded(truth, seed)).tolist() if not 0 <= value < 10]
        assert len(members) == 3
        seen[kind(truth)] += 1
        for name, count in Counter(map(kind, members)).items():
            expected[name] += count / 3  # type: ignore[assignment]
            variance[name] += count / 3 * (1 - count / 3)  # type: ignore[assignment]
    assert len(expected) == 3
    for name in expected:
        score = (seen[name] - expected[name]) / sqrt(variance[name])
        assert abs(score) < 3.9, f"a {name} member is the truth {seen[name]} times, expected {expected[name]:.0f}"


@pytest.mark.parametrize(("low", "high"), [(1, 128), (-5, 5), (0, 0), (1, MAX_UNIFORM)])
def test_uniform_integers_are_all_there_and_equally_likely(low: int, high: int) -> None:
    space = uniform_integers(low, high)
    assert values_of(space).tolist() == list(range(low, high + 1))
    assert space.prior.tolist() == [1 / (high - low + 1)] * (high - low + 1)


@pytest.mark.parametrize(("low", "high"), [(2, 1), (1, MAX_UNIFORM + 1)])
def test_an_empty_or_vast_range_is_refused(low: int, high: int) -> None:
    with pytest.raises(ConfigurationError, match="integers"):
        uniform_integers(low, high)
