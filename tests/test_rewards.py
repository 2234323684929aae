"""Reward terms against the formulas of the design, written out again."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sml_env.errors import ConfigurationError
from sml_env.rewards import BETA, REWARD_TERMS, SHAPINGS, check_shaping, potential, potential_scale, reward_terms

ENTROPIES = st.floats(0, 20)


def terms(**changed: Any) -> dict[str, float]:
    plain: dict[str, Any] = dict(
        correct=0.0, terminated=0.0, entropy_before=3.0, entropy_after=2.0, scale=4.0, expected_bits=1.0
    )
    return {name: float(value) for name, value in reward_terms(**(plain | changed)).items()}


@given(
    st.lists(ENTROPIES, min_size=2, max_size=9),
    st.floats(0.01, 20),
    st.floats(0, 1),
    st.floats(0, 3),
    st.booleans(),
    st.booleans(),
)
def test_discounted_potential_terms_telescope(
    path: list[float], prior: float, gamma: float, beta: float, solved: bool, ended: bool
) -> None:
    """Σ γ^t F_t = γ^T Φ(b_T) − Φ(b_0), the first part 0 when terminated, whatever happened between."""
    total = 0.0
    last = len(path) - 2
    for t, (before, after) in enumerate(pairwise(path)):
        step = terms(
            correct=float(solved and t == last),
            terminated=float(ended and t == last),
            entropy_before=before,
            entropy_after=after,
            scale=potential_scale(prior),
            gamma=gamma,
            beta=beta,
        )
        total += gamma**t * step["information"]
    end = 0.0 if ended else -beta * path[-1] / prior
    assert total == pytest.approx(gamma ** (last + 1) * end + beta * path[0] / prior, rel=1e-9, abs=1e-9)


def test_potential_is_zero_when_terminated_and_kept_when_truncated() -> None:
    """A truncated step is one that is not terminated: the learner bootstraps from its potential."""
    assert terms(terminated=1.0)["information"] == pytest.approx(BETA * 3 / 4)
    assert terms(terminated=0.0)["information"] == pytest.approx(-BETA * 2 / 4 + BETA * 3 / 4)


@given(ENTROPIES, ENTROPIES, st.floats(0, 2))
def test_potential_is_minus_beta_times_the_share_of_entropy_left(entropy: float, prior: float, beta: float) -> None:
    expected = -beta * entropy / prior if prior > 0 else 0.0
    assert potential(entropy, potential_scale(prior), beta) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("shaping", SHAPINGS)
@pytest.mark.parametrize("open_problem", [False, True])
def test_every_shaping_has_the_same_finite_terms(shaping: str, open_problem: bool) -> None:
    unknown: dict[str, float] = {}
    if open_problem:
        unknown = dict(entropy_before=0.0, entropy_after=0.0, scale=potential_scale(0.0), expected_bits=0.0)
    step = terms(shaping=shaping, correct=1.0, **unknown)
    assert tuple(step) == REWARD_TERMS
    assert all(math.isfinite(value) for value in step.values())
    assert step["correct"] == 1.0
    assert step["information"] == 0.0 or not open_problem


def test_sparse_reward_is_one_for_a_correct_attempt_and_nothing_else() -> None:
    assert terms(shaping="none") == {"correct": 0.0, "information": 0.0, "cost": 0.0}
    assert terms(shaping="none", correct=1.0) == {"correct": 1.0, "information": 0.0, "cost": 0.0}


def test_bonus_pays_expected_bits_outright() -> None:
    assert terms(shaping="bonus", expected_bits=1.5)["information"] == pytest.approx(BETA * 1.5)


def test_cost_is_charged_at_every_step() -> None:
    assert terms(turn_cost=0.25)["cost"] == -0.25
    assert terms()["cost"] == 0.0


@given(st.integers(0, 2**32), st.sampled_from(SHAPINGS))
def test_a_batch_equals_its_rows_one_by_one(seed: int, shaping: str) -> None:
    rng = np.random.default_rng(seed)
    columns = dict(
        correct=rng.integers(0, 2, 5).astype(float),
        terminated=rng.integers(0, 2, 5).astype(float),
        entropy_before=rng.random(5),
        entropy_after=rng.random(5),
        scale=potential_scale(np.where(rng.random(5) < 0.2, 0.0, 1 + rng.random(5))),
        expected_bits=rng.random(5),
    )
    batch = reward_terms(**columns, shaping=shaping, gamma=0.9, turn_cost=0.1)
    for row in range(5):
        alone = {name: column[row] for name, column in columns.items()}
        one = terms(**alone, shaping=shaping, gamma=0.9, turn_cost=0.1)
        assert {name: float(value[row]) for name, value in batch.items()} == pytest.approx(one)


def test_unknown_shaping_is_refused_by_name() -> None:
    with pytest.raises(ConfigurationError, match=r"shaping.*'clipped'"):
        check_shaping("clipped")
