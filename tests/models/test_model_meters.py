"""Meters on language models, against models whose probabilities are known."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from models.speaking import Speaking

from sml_env.envs.math_tutor import MathTutorEnv
from sml_env.errors import ConfigurationError, ModelError
from sml_env.information import expected_information_bits
from sml_env.model_meters import ChannelMeter, SampledMeter, StudentMeter, Told, counterfactual_prompts
from sml_env.models.base import Message, Prompt
from sml_env.teachers.base import Request, Turn
from sml_env.teachers.model import ModelTeacher

CHANNEL = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.25, 0.25, 0.5], [0.05, 0.05, 0.9]])
SAID = ("left", "right", "straight")


class Known(Speaking):
    """Says and scores by a stated table: rows by the number in the prompt, columns by what is said."""

    def __init__(self) -> None:
        super().__init__(lambda prompt: "left")
        self.scored = 0

    def score(self, asked: Sequence[tuple[Sequence[Message], str]]) -> list[tuple[float, ...] | None]:
        self.scored += len(asked)
        return [
            (math.log(CHANNEL[int(messages[0].content), SAID.index(text)]),) if text in SAID else None
            for messages, text in asked
        ]


def prompts(rows: int = 4) -> tuple[Prompt, ...]:
    return tuple(Prompt((Message("system", str(row)),)) for row in range(rows))


def test_on_policy_the_mean_of_the_channel_meter_is_the_mutual_information() -> None:
    rng = np.random.default_rng(0)
    truths = rng.integers(4, size=4_000)
    said = [SAID[rng.choice(3, p=CHANNEL[truth])] for truth in truths]
    accounts = ChannelMeter(Known(), floor=0.0).measure([(prompts(), text) for text in said])
    realised = np.array([account["realised_bits"] for account in accounts])
    pointwise = np.array(
        [math.log2(account["belief"][truth] / 0.25) for account, truth in zip(accounts, truths, strict=True)]
    )
    joint = CHANNEL / 4
    exact = float((joint * np.log2(joint / (joint.sum(0) * 0.25))).sum())
    for values in (realised, pointwise, np.array([account["movement_bits"] for account in accounts])):
        assert abs(values.mean() - exact) < 2.6 * values.std() / math.sqrt(len(values))
    assert callable(expected_information_bits)


def test_a_prompt_that_does_not_depend_on_the_answer_is_exactly_zero_without_a_call() -> None:
    model = Known()
    (account,) = ChannelMeter(model).measure([((prompts(1)[0],) * 4, "left")])
    assert account["movement_bits"] == 0.0 and account["realised_bits"] == 0.0 and model.scored == 0


def test_what_the_model_cannot_score_is_none_and_never_zero() -> None:
    (account,) = ChannelMeter(Known()).measure([(prompts(), "sideways")])
    assert account["movement_bits"] is None and account["belief"] is None


def test_the_floor_bounds_what_one_token_can_do() -> None:
    class Sure(Known):
        def score(self, asked: Sequence[tuple[Sequence[Message], str]]) -> list[tuple[float, ...] | None]:
            return [(0.0,) if messages[0].content == "0" else (-80.0,) for messages, _ in asked]

    (account,) = ChannelMeter(Sure(), floor=0.01).measure([(prompts(), "left")])
    assert account["belief"][0] == pytest.approx(1 / 1.03)
    with pytest.raises(ConfigurationError, match="floor"):
        ChannelMeter(Sure(), floor=1.0)


def test_the_student_meter_is_the_answers_own_tokens_in_bits() -> None:
    class Learning(Known):
        def score(self, asked: Sequence[tuple[Sequence[Message], str]]) -> list[tuple[float, ...] | None]:
            rows: list[tuple[float, ...] | None] = []
            for messages, text in asked:
                told = messages[0].content.count("Teacher:")
                rows.append((-1.0, -2.0) if text.endswith("is") else (-1.0, -2.0, math.log(2.0 ** -(8 - 3 * told))))
            return rows

    told = Told("What is x?", (Turn("a", "b"), Turn("c", "d")))
    (account,) = StudentMeter(Learning()).measure([(told, "42")])
    assert account["log2_probability"] == pytest.approx((-8.0, -5.0, -2.0))
    assert account["gains"] == pytest.approx((3.0, 3.0))


def test_sampled_answers_that_are_equal_are_counted_together() -> None:
    said = ["0.5", "1/2", "2", "I do not know", "x" * 500]
    model = Speaking(lambda prompt: said[prompt.seed % 5])
    (account,) = SampledMeter(model, samples=5).measure([Told("Compute.", ())])
    assert account["answers"]["0.5"] == pytest.approx(0.4) and account["samples"] == 5
    assert sum(account["answers"].values()) == pytest.approx(1.0)
    assert 0 < account["entropy_bits"] < math.log2(5)
    (none,) = SampledMeter(Speaking(lambda _: ModelError("away")), samples=2).measure([Told("Compute.", ())])
    assert none["answers"] is None and none["entropy_bits"] is None


@pytest.mark.parametrize("asymmetry", ["answer", "verifier", "knowledge", "none"])
def test_counterfactual_prompts_differ_where_the_view_holds_the_answer_and_nowhere_else(asymmetry: str) -> None:
    teacher = ModelTeacher(Speaking(lambda _: "Think again."))
    env = MathTutorEnv(asymmetry=asymmetry, teacher=teacher)
    env.reset(seed=3)
    request = env.dialogue.submit("What would you do first?")
    assert isinstance(request, Request)
    candidates = ["11", "12", "13"]
    made = counterfactual_prompts(teacher, request, candidates)
    assert len({prompt.messages for prompt in made}) == (3 if asymmetry == "answer" else 1)
    if asymmetry == "answer":
        worked = [step.result for step in env.dialogue.problem.secret.reveal().steps if len(step.result) > 3]
        assert not any(result in message.content for result in worked for prompt in made for message in prompt.messages)
