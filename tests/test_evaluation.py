"""The rollout loop and its metrics, against recomputation by hand and by brute force."""

from __future__ import annotations

import itertools
import json
import math
import statistics
from dataclasses import replace
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sml_env  # noqa: F401
from sml_env.agents import make_agent
from sml_env.answers import Answers
from sml_env.errors import ConfigurationError
from sml_env.estimates import ratio, wilson
from sml_env.evaluation import (
    SCHEMA,
    Episode,
    TurnRecord,
    episode_seed,
    hedging_bracket,
    summarise,
)
from sml_env.lesson import Lesson
from sml_env.problems import HypothesisSpace
from sml_env.rollouts import rollout

Z = statistics.NormalDist().inv_cdf(0.975)


def make(**arguments: Any) -> gym.Env[str, str]:
    return gym.make("sml_env/MathTutor-v0", disable_env_checker=True, **arguments)


class Saying:
    """Says what it was given, whatever it is, turn by turn; a raised exception if that is one."""

    name = "saying"

    def __init__(self, *said: Any) -> None:
        self.said = said

    def begin(self, lesson: Lesson, rng: np.random.Generator) -> None:
        self.left = iter(self.said)

    def act(self, observation: str, info: dict[str, Any]) -> Any:
        words = next(self.left, "hello")
        if isinstance(words, BaseException):
            raise words
        return words


def record(kind: str, utterance: str = "", **values: Any) -> TurnRecord:
    given = {"expected_bits": 0.0, "realised_bits": 0.0, "verdict_bits": 0.0, "best_bits": 0.0, "likeliest": 0.1}
    given |= {"belief_entropy_bits": 1.0} | values
    return TurnRecord(utterance=utterance, reply="", query_kind=kind, reward_terms={}, **given)


def episode(*records: TurnRecord, **values: Any) -> Episode:
    given: dict[str, Any] = dict(
        problem_id="p", seed=0, agent="a", asymmetry="answer", teacher="oracle", success=False, episode_return=0.0,
        turns=len(records), max_turns=4, max_attempts=4, prior_entropy_bits=4.0, hedging=0.25, leaks_stopped=0,
        records=records,
    )  # fmt: skip
    return Episode(**(given | values))


# -- rollout -----------------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_an_equal_episode_and_another_seed_another_problem() -> None:
    first, again, other = (rollout(make(), make_agent("random"), seed=seed) for seed in (3, 3, 4))
    assert first == again
    assert first.problem_id != other.problem_id


def test_agents_and_asymmetries_meet_the_same_problem_in_the_same_episode() -> None:
    met = {
        rollout(make(asymmetry=asymmetry), make_agent(name), seed=episode_seed(0, 5)).problem_id
        for asymmetry in ("answer", "verifier", "knowledge", "none")
        for name in ("random", "hedge", "greedy")
    }
    assert len(met) == 1


def test_an_episode_is_the_same_whatever_is_true_when_nothing_is_said_of_it(tmp_path: Path) -> None:
    path = tmp_path / "twins.jsonl"
    path.write_text("".join(json.dumps({"problem": "Which one?", "answer": answer}) + "\n" for answer in ("3", "8")))
    env = make(asymmetry="answer", teacher="null", config={"data": str(path), "integers": [1, 9]}, max_turns=3)
    agent = Saying("x > 4", "hello", "answer: 5")
    one, other = (rollout(env, agent, seed=0, problem_id=f"twins-{row}") for row in (1, 2))
    assert replace(one, problem_id="") == replace(other, problem_id="")


def test_the_return_is_the_sum_of_the_recorded_reward_terms() -> None:
    played = rollout(make(), make_agent("greedy"), seed=8)
    assert played.episode_return == pytest.approx(sum(sum(turn.reward_terms.values()) for turn in played.records))
    assert played.success and played.turns == len(played.records)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (ValueError("no idea\nat all"), "agent saying: ValueError: no idea"),
        (None, "agent saying: TypeError: act returned a NoneType, not a str"),
        (b"answer: 3", "not a str"),
        (KeyError(), "agent saying: KeyError"),
    ],
)
def test_an_agent_that_fails_is_named_and_its_episode_is_unsolved(said: Any, words: str) -> None:
    played = rollout(make(), Saying("hello", said), seed=1)
    assert words in played.failure and "\n" not in played.failure
    assert not played.success and played.turns == 1


def test_an_agent_that_fails_at_the_start_is_recorded_with_no_turn() -> None:
    class Late(Saying):
        def begin(self, lesson: Lesson, rng: np.random.Generator) -> None:
            raise RuntimeError("not ready")

    played = rollout(make(), Late(), seed=1)
    assert played.failure == "agent saying: RuntimeError: not ready" and played.records == ()


def test_ctrl_c_is_no_failure_of_the_agent() -> None:
    with pytest.raises(KeyboardInterrupt):
        rollout(make(), Saying(KeyboardInterrupt()), seed=1)


def test_a_teacher_that_fails_is_recorded_as_the_teacher() -> None:
    class Broken:
        name = "broken"

        def reply(self, requests: Any) -> list[str]:
            raise OSError("private reason")

    played = rollout(make(teacher=Broken()), Saying("x > 2"), seed=1)
    assert played.failure == "teacher: OSError" and played.teacher == "broken"


def test_a_foreign_environment_is_refused() -> None:
    class Foreign(gym.Env[str, str]):
        pass

    with pytest.raises(ConfigurationError, match="not a text environment"):
        rollout(Foreign(), make_agent("hedge"), seed=0)


def test_an_episode_survives_json_and_names_its_schema_first() -> None:
    row = rollout(make(), make_agent("random"), seed=2).as_dict()
    assert json.loads(json.dumps(row, allow_nan=False)) == row
    assert next(iter(row)) == "schema" and row["schema"] == SCHEMA
    assert "return" in row and not {"answer", "hypothesis", "solution"} & set(row)


def test_episode_seeds_do_not_meet_between_runs_and_stay_exact_in_json() -> None:
    seeds = [episode_seed(seed, index) for seed in range(40) for index in range(40)]
    assert len(set(seeds)) == 1600
    assert all(int(float(seed)) == seed for seed in seeds)


@pytest.mark.parametrize(("asymmetry", "teacher"), [("none", "peer"), ("answer", "null"), ("answer", "gibberish")])
def test_who_knows_nothing_tells_exactly_zero_bits_in_every_turn(asymmetry: str, teacher: str) -> None:
    env = make(asymmetry=asymmetry, teacher=teacher)
    for name, index in itertools.product(("random", "greedy", "scripted"), range(10)):
        played = rollout(env, make_agent(name), seed=episode_seed(4, index))
        assert {turn.expected_bits for turn in played.records} == {0.0}
        assert {turn.realised_bits for turn in played.records} == {0.0}


# -- the bracket -------------------------------------------------------------------------------------------------------


@given(
    st.lists(st.tuples(st.integers(1, 50), st.integers(0, 3)), min_size=1, max_size=8),
    st.integers(0, 9),
)
def test_the_hedging_bracket_is_the_best_of_all_sets_of_attempts(rows: list[tuple[int, int]], attempts: int) -> None:
    labels = np.unique([label for _, label in rows], return_inverse=True)[1].reshape(-1)
    weights = np.array([weight for weight, _ in rows])
    answers = Answers.parse("number", ("x",), [str(row) for row in range(len(rows))])
    space = HypothesisSpace(answers, weights / weights.sum(), labels)
    targets = range(int(labels.max()) + 1)
    sets = itertools.combinations(targets, min(attempts, len(targets)))
    best = max(sum(weights[labels == target].sum() for target in chosen) for chosen in sets) / weights.sum()
    assert hedging_bracket(space, attempts) == pytest.approx(best)


# -- statistics --------------------------------------------------------------------------------------------------------


@given(st.integers(1, 500), st.data())
def test_wilson_ends_are_where_the_score_test_stops_rejecting(trials: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, trials))
    estimate = wilson(successes, trials)
    assert estimate.low is not None and estimate.high is not None and estimate.value is not None
    assert 0.0 <= estimate.low <= estimate.value <= estimate.high <= 1.0
    for end in (estimate.low, estimate.high):
        if 0.0 < end < 1.0:
            assert abs(estimate.value - end) == pytest.approx(Z * math.sqrt(end * (1 - end) / trials))


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=40).filter(lambda values: statistics.stdev(values) > 1e-3))
def test_a_mean_has_the_textbook_interval(values: list[float]) -> None:
    estimate = ratio(values, [1.0] * len(values))
    half = Z * statistics.stdev(values) / math.sqrt(len(values))
    assert estimate.value == pytest.approx(statistics.fmean(values))
    assert (estimate.low, estimate.high) == pytest.approx(
        (statistics.fmean(values) - half, statistics.fmean(values) + half)
    )


def test_a_ratio_of_sums_has_the_interval_that_resampling_episodes_gives() -> None:
    rng = np.random.default_rng(0)
    bottom = rng.integers(1, 9, 400).astype(float)
    top = rng.binomial(bottom.astype(int), rng.beta(2, 3, 400)).astype(float)
    estimate = ratio(top.tolist(), bottom.tolist(), share=True)
    rows = rng.integers(400, size=(4000, 400))
    low, high = np.quantile(top[rows].sum(axis=1) / bottom[rows].sum(axis=1), [0.025, 0.975])
    assert estimate.value == pytest.approx(top.sum() / bottom.sum())
    assert (estimate.low, estimate.high) == pytest.approx((low, high), abs=0.006)


def test_a_share_that_is_always_zero_still_has_an_interval_and_nothing_counted_has_none() -> None:
    never = ratio([0.0] * 10, [3.0] * 10, share=True)
    assert never.value == 0.0 and never.count == 30
    assert never.high == wilson(0, 10).high
    assert ratio([0.0], [0.0]).value is None and wilson(0, 0).value is None
    assert summarise([]).success.value is None


# -- the summary -------------------------------------------------------------------------------------------------------


def test_the_metrics_of_two_episodes_are_those_counted_by_hand() -> None:
    first = episode(
        record("predicate", "x > 3", expected_bits=1.0, best_bits=2.0, likeliest=0.25),
        record("attempt", "answer: 3", best_bits=1.0, likeliest=0.25),
        record("attempt", "I think it is 3", best_bits=0.0, likeliest=0.25),
        record("attempt", "answer: 4", best_bits=1.0, likeliest=0.25),
        success=True,
        episode_return=1.5,
    )
    second = episode(
        record("hint", "hint", expected_bits=None, best_bits=2.0),
        record("malformed", "?", best_bits=2.0),
        record("predicate", "x > 3", expected_bits=0.0, best_bits=2.0),
        record("value", "x mod 7", expected_bits=2.0, best_bits=2.0),
        leaks_stopped=2,
        failure="agent a: ValueError: no",
    )
    summary = summarise([first, second])
    assert summary.episodes == 2 and summary.failures == {"agent a: ValueError: no": 1}
    assert summary.success.value == 0.5
    assert [at.value for at in summary.success_at] == [0.0, 0.0, 0.0, 0.5]
    assert summary.turns.value == 4.0 and summary.turns_to_solve.value == 4.0
    assert summary.episode_return.value == 0.75
    assert summary.bits_per_question.value == pytest.approx(3 / 3) and summary.unmetered == 1
    assert summary.efficiency.value == pytest.approx(3 / 6)
    assert summary.zero_bit_share.value == pytest.approx(1 / 3)
    assert summary.premature_share.value == pytest.approx(1 / 3)
    assert summary.question_rate.value == pytest.approx(4 / 8)
    assert summary.repeat_share.value == pytest.approx(1 / 3)
    assert summary.first_attempt_turn.value == 2.0
    assert summary.leaks_stopped == 2 and summary.hedging == 0.25


def test_an_attempt_is_premature_only_while_a_question_and_a_turn_for_it_are_left() -> None:
    def share(*turns: TurnRecord, **values: Any) -> float | None:
        return summarise([episode(*turns, **values)]).premature_share.value

    early = record("attempt", "answer: 1", likeliest=0.3, best_bits=1.0)
    assert share(early) == 1.0
    assert share(replace(early, best_bits=None)) == 1.0
    assert share(replace(early, likeliest=0.5)) == 0.0
    assert share(replace(early, best_bits=0.0)) == 0.0
    assert share(early, max_turns=1) == 0.0
    assert share(replace(early, likeliest=None)) is None


def test_a_question_is_not_wasted_when_none_could_have_told_anything() -> None:
    assert summarise([episode(record("predicate", "x > 3", best_bits=0.0))]).zero_bit_share.value is None


def test_success_by_turn_never_falls_and_ends_at_the_success_rate() -> None:
    env = make(max_turns=(4, 8))
    summary = summarise([rollout(env, make_agent("hedge"), seed=episode_seed(0, index)) for index in range(40)])
    curve = [at.value for at in summary.success_at]
    assert curve == sorted(curve) and curve[-1] == summary.success.value  # type: ignore[type-var]


def test_greedy_is_fully_efficient_and_a_repeated_question_is_not() -> None:
    env = make(config={"topics": ["gcd_lcm"]})
    greedy = summarise([rollout(env, make_agent("greedy"), seed=episode_seed(0, index)) for index in range(20)])
    assert greedy.efficiency.value == pytest.approx(1.0) and greedy.zero_bit_share.value == 0.0
    again = summarise([rollout(env, Saying(*["x mod 3"] * 8), seed=1)])
    assert again.zero_bit_share.value == pytest.approx(7 / 8)


def test_a_bracket_is_not_given_where_a_problem_is_open() -> None:
    assert summarise([episode(), episode(hedging=None)]).hedging is None
