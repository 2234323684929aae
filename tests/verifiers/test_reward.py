"""Rewards for trainers: called as TRL and verl call them."""

from __future__ import annotations

import math
import multiprocessing
import pickle
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sml_env.errors import ConfigurationError
from sml_env.verifiers import reward
from sml_env.verifiers.base import Status, Verdict
from sml_env.verifiers.policy import LENIENT, Policy
from sml_env.verifiers.reward import MathReward, compute_score, math_reward


def as_trl_calls(function: MathReward, completions: list[Any], **columns: Any) -> list[float | None]:
    """The keyword arguments of ``GRPOTrainer._calculate_rewards`` in TRL 1.16."""
    return function(
        prompts=["?"] * len(completions),
        completions=completions,
        completion_ids=[[1]] * len(completions),
        trainer_state=SimpleNamespace(global_step=0),
        log_extra=lambda name, values: None,
        log_metric=lambda name, value: None,
        **columns,
    )


def test_right_is_1_wrong_is_0_and_a_broken_reference_is_unscored() -> None:
    completions = [r"So \boxed{1/2}.", "0.25", "no idea at all", r"\boxed{5}", "5"]
    answer = ["0.5", "0.5", "0.5", r"\frac{", ""]
    assert as_trl_calls(MathReward(), completions, answer=answer) == [1.0, 0.0, 0.0, None, None]


def test_a_failed_machine_is_unscored(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = Verdict(Status.INFRASTRUCTURE_ERROR, "none", "the worker cannot be started")
    monkeypatch.setattr(reward, "verify_batch", lambda pairs, policy: [failed for _ in pairs])
    monkeypatch.setattr(reward, "verify", lambda *pair: failed)
    assert MathReward()(["5"], answer=["5"]) == [None]
    assert compute_score("d", "5", "5") == {"score": 0.0, "correct": False, "scored": False, "method": "none"}


@pytest.mark.parametrize("status", [Status.INCORRECT, Status.UNPARSABLE, Status.UNDECIDED, Status.TIMEOUT])
def test_whatever_is_scored_and_not_correct_earns_wrong(status: Status, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reward, "verify_batch", lambda pairs, policy: [Verdict(status, "m", "r") for _ in pairs])
    assert MathReward(right=2, wrong=-1)(["5"], answer=["5"]) == [-1.0]


@pytest.mark.parametrize(
    "completion",
    [
        r"\boxed{7}",
        [{"role": "assistant", "content": r"\boxed{7}"}],
        [{"content": r"\boxed{7}"}],
        [
            {"role": "assistant", "content": "8"},
            {"role": "tool", "content": "9"},
            {"role": "assistant", "content": "7"},
        ],
        [{"role": "assistant", "content": "7"}, {"role": "user", "content": "8"}],
        [
            {
                "role": "assistant",
                "content": [{"type": "text", "text": r"it is \boxed"}, {"type": "text", "text": "{7}"}],
            }
        ],
        [{"role": "assistant", "content": [{"type": "image"}, {"type": "text", "text": "7"}]}],
    ],
)
def test_the_text_of_the_last_assistant_message_counts(completion: object) -> None:
    assert MathReward()([completion], answer=["7"]) == [1.0]
    assert MathReward()([completion], answer=["8"]) == [0.0]


@pytest.mark.parametrize(
    "completion",
    [
        None,
        7,
        b"7",
        [],
        ["7"],
        [None],
        [[{"role": "assistant", "content": "7"}]],
        {"role": "assistant", "content": "7"},
        [{"role": "user", "content": "7"}],
        [{"role": "assistant"}],
        [{"role": "assistant", "content": None}],
        [{"role": "assistant", "content": 7}],
        [{"role": "assistant", "content": {"text": "7"}}],
        [{"role": "assistant", "content": [{"text": 7}, "7", None]}],
        [{"role": "assistant", "content": "7"}, {"role": "assistant", "content": None, "tool_calls": []}],
    ],
)
def test_a_completion_that_holds_no_text_is_wrong_and_raises_nothing(completion: object) -> None:
    assert MathReward()([completion, "7"], answer=["7", "7"]) == [0.0, 1.0]
    if not isinstance(completion, list):
        assert compute_score("d", completion, "7")["scored"]


@pytest.mark.parametrize("value", [7, 7.0, np.int64(7), np.float32(7)])
def test_a_number_may_be_the_reference(value: object) -> None:
    assert MathReward()(["7"], answer=[value]) == [1.0]
    assert compute_score("d", "7", value)["score"] == 1.0


@pytest.mark.parametrize(
    "value", [None, True, ["7"], b"7", math.nan, math.inf, np.float32("nan"), pytest.param(10**5000, id="long")]
)
def test_a_reference_that_is_no_text_is_unscored(value: object) -> None:
    assert MathReward()(["7", "nan", "inf", "None", "True"], answer=[value] * 5) == [None] * 5
    assert not compute_score("d", "7", value)["scored"]


def test_one_reference_may_stand_for_all() -> None:
    assert MathReward()(["12", "1", "2"], answer="12") == [1.0, 0.0, 0.0]


def test_no_completions_are_no_rewards() -> None:
    assert as_trl_calls(MathReward(), [], answer=[]) == []


def test_a_missing_column_names_those_there_are() -> None:
    with pytest.raises(ConfigurationError, match=r"no 'gold', but 'answer', 'level'; pass MathReward\(column=NAME\)"):
        as_trl_calls(MathReward("gold"), ["7"], answer=["7"], level=[1])
    with pytest.raises(ConfigurationError, match=r"no 'solution' or 'answer', but no column at all"):
        as_trl_calls(math_reward, ["7"])


@pytest.mark.parametrize("column", [["7"], ["7"] * 3, 7])
def test_a_column_of_another_length_is_refused(column: object) -> None:
    with pytest.raises(ConfigurationError, match="column: 'answer'"):
        MathReward()(["7", "7"], answer=column)


def test_the_ready_reward_prefers_solution_to_answer() -> None:
    assert as_trl_calls(math_reward, ["7"], solution=[r"So \boxed{7}."], answer=["8"]) == [1.0]
    assert as_trl_calls(math_reward, ["7"], answer=["2 + 5 = <<2+5=7>>7\n#### 7"]) == [1.0]
    assert as_trl_calls(math_reward, ["7"], solution=None, answer=["7"]) == [1.0]


def test_the_policy_decides() -> None:
    assert MathReward(policy="strict")(["0.333333"], answer=["1/3"]) == [0.0]
    assert MathReward(policy="lenient")(["0.333333"], answer=["1/3"]) == [1.0]
    assert MathReward(policy=LENIENT)(["0.333333"], answer=["1/3"]) == [1.0]
    assert compute_score("d", "0.333333", "1/3")["correct"] is False
    assert compute_score("d", "0.333333", "1/3", policy="lenient")["correct"] is True


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"column": ""}, "column=''"),
        ({"column": ()}, r"column=\(\)"),
        ({"column": ("a", 3)}, "column="),
        ({"policy": "kind"}, "policy='kind'"),
        ({"right": float("inf")}, "right=inf"),
        ({"right": "1"}, "right='1'"),
        ({"right": 0.0}, "right=0.0: use a finite number above wrong=0.0"),
        ({"wrong": float("nan")}, "wrong=nan"),
        ({"wrong": None}, "wrong=None"),
    ],
)
def test_an_argument_that_makes_no_sense_is_named(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        MathReward(**arguments)


def test_equal_pairs_are_verified_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, str]] = []

    def spy(answer: str, reference: str, policy: Policy) -> Verdict:
        seen.append((answer, reference))
        return Verdict(Status.CORRECT, "spy", "")

    monkeypatch.setattr("sml_env.verifiers.symbolic.verify", spy)
    assert MathReward()(["7", "8", "7", "7"], answer=["7", "7", "7", "8"]) == [1.0] * 4
    assert sorted(seen) == [("7", "7"), ("7", "8"), ("8", "7")]


def test_the_reward_has_a_name_that_can_be_changed() -> None:
    first, second = MathReward(), MathReward(policy="lenient")
    second.__name__ = "lenient"
    assert (first.__name__, second.__name__, math_reward.__name__) == ("math_reward", "lenient", "math_reward")
    assert pickle.loads(pickle.dumps(second)).__name__ == "lenient"


def test_a_pickled_reward_scores_in_a_spawned_process() -> None:
    chosen = MathReward("gold", Policy(decimal_digits=3), right=2.0, wrong=-2.0)
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        arguments = {"completions": ["3.14", "3.15"], "gold": [r"\pi", r"\pi"]}
        assert pool.apply(chosen, kwds=arguments) == [2.0, -2.0]
        assert pool.apply(compute_score, ("d", "7", "7"))["score"] == 1.0


def test_threads_share_a_reward() -> None:
    with ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(math_reward, [str(n), "x"], answer=[str(n), "y"]) for n in range(64)]
        assert all(call.result() == [1.0, 0.0] for call in calls)


def test_verl_gets_the_same_keys_with_plain_values_in_every_call() -> None:
    for answer, truth in (("7", "7"), ("8", "7"), ("?", "7"), ("7", r"\frac{"), (None, None)):
        score = compute_score(data_source="d", solution_str=answer, ground_truth=truth, extra_info={"num_turns": 1})
        assert {name: type(value) for name, value in score.items()} == {
            "score": float,
            "correct": bool,
            "scored": bool,
            "method": str,
        }
    assert compute_score("d", r"\boxed{1/2}", "0.5") == {
        "score": 1.0,
        "correct": True,
        "scored": True,
        "method": "exact",
    }
    assert compute_score("d", "8", "7")["scored"] and not compute_score("d", "7", r"\frac{")["scored"]
