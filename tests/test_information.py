"""Information against brute-force enumeration: entropies, Bayes' rule and channels recomputed with plain Python."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sml_env.information import (
    Channel,
    binary_entropy_bits,
    entropy_bits,
    expected_information_bits,
    posterior,
    reply_entropy_bits,
    target_belief,
    threshold_information_bits,
)

Row = list[float]
CLOSE = 1e-9


def entropy_by_hand(masses: Sequence[float]) -> float:
    return -sum(p * math.log2(p) for p in masses if p > 0)


def information_by_hand(belief: Row, channel: Sequence[Row], target: Sequence[int]) -> float:
    """I(target; reply) as the sum over all pairs of p log2 p / (p p)."""
    joint: dict[tuple[int, int], float] = defaultdict(float)
    for h, mass in enumerate(belief):
        for reply, chance in enumerate(channel[h]):
            joint[target[h], reply] += mass * chance
    of_target: dict[int, float] = defaultdict(float)
    of_reply: dict[int, float] = defaultdict(float)
    for (label, reply), mass in joint.items():
        of_target[label] += mass
        of_reply[reply] += mass
    return sum(m * math.log2(m / (of_target[t] * of_reply[r])) for (t, r), m in joint.items() if m > 0)


def normalised(weights: Sequence[int]) -> Row:
    return [weight / sum(weights) for weight in weights]


@st.composite
def spaces(draw: st.DrawFn) -> tuple[Row, list[Row], list[int]]:
    """A belief with zeros in it, a channel with zeros in it, and target labels without gaps."""
    size, replies = draw(st.integers(1, 7)), draw(st.integers(1, 4))
    weights = draw(st.lists(st.integers(0, 9), min_size=size, max_size=size).filter(any))
    rows = st.lists(st.integers(0, 5), min_size=replies, max_size=replies).filter(any)
    channel = [normalised(draw(rows)) for _ in range(size)]
    labels = draw(st.lists(st.integers(0, 3), min_size=size, max_size=size))
    dense = {label: position for position, label in enumerate(sorted(set(labels)))}
    return normalised(weights), channel, [dense[label] for label in labels]


@st.composite
def deterministic(draw: st.DrawFn) -> tuple[Row, Channel, list[int]]:
    size, replies = draw(st.integers(1, 7)), draw(st.integers(1, 4))
    weights = draw(st.lists(st.integers(0, 9), min_size=size, max_size=size).filter(any))
    codes = draw(st.lists(st.integers(0, replies - 1), min_size=size, max_size=size))
    error = draw(st.sampled_from([0.0, 0.0, 0.05, 0.2, 0.45]))
    labels = draw(st.lists(st.integers(0, 2), min_size=size, max_size=size))
    dense = {label: position for position, label in enumerate(sorted(set(labels)))}
    channel = Channel(tuple(f"reply {k}" for k in range(replies)), np.array(codes), error)
    return normalised(weights), channel, [dense[label] for label in labels]


def matrix_by_hand(channel: Channel) -> list[Row]:
    assert channel.codes is not None
    size = len(channel.replies)
    if size == 1:
        return [[1.0] for _ in channel.codes]
    wrong = channel.error / (size - 1)
    return [[1 - channel.error if k == code else wrong for k in range(size)] for code in channel.codes.tolist()]


@given(spaces())
def test_entropy_equals_enumeration(space: tuple[Row, list[Row], list[int]]) -> None:
    belief, _, target = space
    assert float(entropy_bits(belief)) == pytest.approx(entropy_by_hand(belief), abs=CLOSE)
    grouped: dict[int, float] = defaultdict(float)
    for label, mass in zip(target, belief, strict=True):
        grouped[label] += mass
    expected = [grouped[label] for label in range(max(target) + 1)]
    assert target_belief(belief, np.array(target)) == pytest.approx(expected, abs=CLOSE)


@given(st.floats(0, 1))
def test_entropy_of_a_coin_equals_enumeration(p: float) -> None:
    assert float(binary_entropy_bits(p)) == pytest.approx(entropy_by_hand([p, 1 - p]), abs=CLOSE)


@given(spaces())
def test_expected_information_equals_enumeration_for_noisy_channels_and_shared_targets(
    space: tuple[Row, list[Row], list[int]],
) -> None:
    belief, channel, target = space
    told = float(expected_information_bits(belief, channel, np.array(target)))
    assert told == pytest.approx(information_by_hand(belief, channel, target), abs=CLOSE)
    told = float(expected_information_bits(belief, channel))
    assert told == pytest.approx(information_by_hand(belief, channel, range(len(belief))), abs=CLOSE)


@given(spaces())
def test_expected_information_is_the_mean_drop_of_entropy(space: tuple[Row, list[Row], list[int]]) -> None:
    belief, channel, _ = space
    left = 0.0
    for reply in range(len(channel[0])):
        seen = [channel[h][reply] for h in range(len(belief))]
        mass = sum(b * s for b, s in zip(belief, seen, strict=True))
        if mass > 0:
            left += mass * float(entropy_bits(posterior(belief, seen)))
    told = float(expected_information_bits(belief, channel))
    assert told == pytest.approx(float(entropy_bits(belief)) - left, abs=CLOSE)


@given(spaces(), st.integers(0, 3))
def test_posterior_equals_bayes_rule(space: tuple[Row, list[Row], list[int]], reply: int) -> None:
    belief, channel, _ = space
    likelihood = [row[reply % len(row)] for row in channel]
    joint = [b * p for b, p in zip(belief, likelihood, strict=True)]
    if sum(joint) == 0:
        with pytest.raises(ValueError, match="likelihood"):
            posterior(belief, likelihood)
    else:
        assert posterior(belief, likelihood) == pytest.approx([j / sum(joint) for j in joint], abs=CLOSE)


@given(deterministic())
def test_a_channels_bits_matrix_and_likelihood_equal_enumeration(space: tuple[Row, Channel, list[int]]) -> None:
    belief, channel, target = space
    by_hand = matrix_by_hand(channel)
    assert channel.matrix() == pytest.approx(np.array(by_hand))
    identity = range(len(belief))
    assert channel.expected_bits(np.array(belief)) == pytest.approx(
        information_by_hand(belief, by_hand, identity), abs=CLOSE
    )
    assert channel.expected_bits(np.array(belief), np.array(target)) == pytest.approx(
        information_by_hand(belief, by_hand, target), abs=CLOSE
    )
    for code in range(len(channel.replies)):
        likelihood = channel.likelihood(code)
        column = [row[code] for row in by_hand]
        if likelihood is None:
            assert len(set(column)) == 1
        else:
            assert likelihood == pytest.approx(column)


@given(deterministic())
def test_repeated_question_is_worth_exactly_zero_bits(space: tuple[Row, Channel, list[int]]) -> None:
    belief, channel, target = space
    assert channel.codes is not None
    exact = Channel(channel.replies, channel.codes)
    for code in {int(c) for c, mass in zip(channel.codes, belief, strict=True) if mass > 0}:
        likelihood = exact.likelihood(code)
        after = np.array(belief) if likelihood is None else posterior(belief, likelihood)
        assert exact.expected_bits(after) == 0.0
        assert exact.expected_bits(after, np.array(target)) == pytest.approx(0.0, abs=1e-12)


def test_repeated_question_to_a_noisy_teacher_still_tells() -> None:
    channel = Channel(("no", "yes"), np.array([0, 1]), 0.2)
    likelihood = channel.likelihood(1)
    assert likelihood is not None
    assert channel.expected_bits(posterior([0.5, 0.5], likelihood)) > 0.1


def test_first_of_two_facts_whose_parity_is_asked_tells_nothing_yet_and_the_second_tells_a_bit() -> None:
    """Hypotheses are (a, b) in {0, 1}²; asked is (a + b) mod 2: zero bits, and yet not redundant."""
    target = np.array([0, 1, 1, 0])
    first, second = Channel(("0", "1"), np.array([0, 0, 1, 1])), Channel(("0", "1"), np.array([0, 1, 0, 1]))
    prior = np.full(4, 0.25)
    assert first.expected_bits(prior, target) == pytest.approx(0.0, abs=CLOSE)
    assert second.expected_bits(prior, target) == pytest.approx(0.0, abs=CLOSE)
    likelihood = first.likelihood(1)
    assert likelihood is not None
    after = posterior(prior, likelihood)
    assert second.expected_bits(after, target) == pytest.approx(1.0)
    assert first.expected_bits(after, target) == pytest.approx(0.0, abs=CLOSE)


def test_a_constant_channel_tells_exactly_nothing_and_has_no_matrix() -> None:
    channel = Channel(("Try again.",), None)
    assert channel.constant
    assert channel.expected_bits(np.full(8, 1 / 8)) == 0.0
    assert channel.expected_bits(np.full(8, 1 / 8), np.arange(8) % 2) == 0.0
    assert channel.likelihood(0) is None
    with pytest.raises(ValueError, match="constant"):
        channel.matrix()


@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=9).filter(any),
    st.sampled_from([0.0, 0.1, 0.3, 0.49]),
)
def test_threshold_information_is_that_of_the_best_cut(weights: list[int], error: float) -> None:
    belief = normalised(weights)
    best = 0.0
    for cut in range(1, len(belief)):
        channel = [[1 - error, error] if h < cut else [error, 1 - error] for h in range(len(belief))]
        best = max(best, information_by_hand(belief, channel, range(len(belief))))
    assert float(threshold_information_bits(belief, error)) == pytest.approx(best, abs=CLOSE)


@given(st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=4).filter(any), min_size=1, max_size=5))
def test_reply_entropies_equal_those_of_each_query(queries: list[list[int]]) -> None:
    masses = [normalised(query) for query in queries]
    starts = np.cumsum([0, *map(len, masses)])[:-1]
    told = reply_entropy_bits(np.concatenate([np.array(m) for m in masses]), starts)
    assert told == pytest.approx([entropy_by_hand(m) for m in masses], abs=CLOSE)


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.integers(1, 4), st.integers(1, 3))
def test_a_batch_equals_its_rows_one_by_one(seed: int, rows: int, columns: int) -> None:
    rng = np.random.default_rng(seed)
    size, replies = int(rng.integers(1, 6)), int(rng.integers(1, 5))
    beliefs = rng.dirichlet(np.ones(size), (rows, columns))
    channels = rng.dirichlet(np.ones(replies), (rows, columns, size))
    target = np.minimum(np.arange(size) // 2, size - 1)
    likelihood = channels[..., 0]
    batched = (
        entropy_bits(beliefs),
        expected_information_bits(beliefs, channels),
        expected_information_bits(beliefs, channels, target),
        expected_information_bits(beliefs, channels[0, 0]),
        posterior(beliefs, likelihood),
        threshold_information_bits(beliefs, 0.1),
        target_belief(beliefs, target),
    )
    for at in np.ndindex(rows, columns):
        alone = (
            entropy_bits(beliefs[at]),
            expected_information_bits(beliefs[at], channels[at]),
            expected_information_bits(beliefs[at], channels[at], target),
            expected_information_bits(beliefs[at], channels[0, 0]),
            posterior(beliefs[at], likelihood[at]),
            threshold_information_bits(beliefs[at], 0.1),
            target_belief(beliefs[at], target),
        )
        for together, one in zip(batched, alone, strict=True):
            assert together[at] == pytest.approx(one, abs=CLOSE)
