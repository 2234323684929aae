"""Text vectors: what single environments return, with one call of the teacher a step."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from registered import TEXT, refusal, script, small

from sml_env.errors import ConfigurationError, ResetNeeded
from sml_env.outcomes import STOPPED, UNAVAILABLE
from sml_env.teachers import AnswerView, Request
from sml_env.text_vector import TextVectorEnv

QUESTIONS = "sml_env/TwentyQuestions-v0"
SIZE = 5
SETTINGS: list[dict[str, Any]] = [
    {"teacher": "oracle", "max_turns": [1, 4]},
    {"teacher": {"voice": "lying", "lies": 1, "p": 0.5}, "max_turns": 3, "max_attempts": 1, "shaping": "bonus"},
    {"teacher": "leaky", "max_turns": [2, 3], "rules": {"guard_retries": 1}},
    {"teacher": "null", "asymmetry": "verifier", "max_turns": 2, "rules": {"best": False}},
]


def vectors(env_id: str, mode: AutoresetMode, **arguments: Any) -> tuple[Any, Any]:
    """Gymnasium's vector over single environments, and the text vector, of the same."""
    makers = [partial(gym.make, env_id, disable_env_checker=True, **arguments)] * SIZE
    native: Any = gym.make_vec(env_id, num_envs=SIZE, autoreset_mode=mode, **arguments)
    assert isinstance(native, TextVectorEnv)
    return SyncVectorEnv(makers, autoreset_mode=mode), native


def same(one: Any, other: Any, where: str) -> None:
    """Equal in type, keys, masks and values, at every depth; NaN equals NaN."""
    assert type(one) is type(other), where
    if isinstance(one, dict):
        assert one.keys() == other.keys(), where
        for name in one:
            same(one[name], other[name], f"{where}.{name}")
    elif isinstance(one, np.ndarray) and one.dtype == object:
        assert one.shape == other.shape
        for row, (mine, theirs) in enumerate(zip(one, other, strict=True)):
            same(mine, theirs, f"{where}[{row}]")
    elif isinstance(one, np.ndarray):
        assert one.dtype == other.dtype, where
        assert np.array_equal(one, other, equal_nan=one.dtype.kind == "f"), where
    else:
        assert one == other, where


@pytest.mark.parametrize("mode", list(AutoresetMode))
@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: str(setting["teacher"])[:20])
@pytest.mark.parametrize("env_id", TEXT)
def test_single_sync_and_text_vectors_return_the_same(
    env_id: str, setting: dict[str, Any], mode: AutoresetMode
) -> None:
    teacher = setting["teacher"]
    voice = teacher["voice"] if isinstance(teacher, dict) else teacher
    if refusal(env_id, voice, setting.get("asymmetry", "answer")) is not None:
        pytest.skip("makes no sense here")
    sync, native = vectors(env_id, mode, **small(env_id), **setting)
    assert native.single_action_space == sync.single_action_space
    assert native.single_observation_space == sync.single_observation_space
    assert native.metadata["autoreset_mode"] == sync.metadata["autoreset_mode"] == mode
    words, ends = script(env_id), 0
    (told, info), (expected, known) = native.reset(seed=11), sync.reset(seed=11)
    same(told, expected, "reset")
    same(info, known, "reset info")
    for step in range(12):
        actions = tuple(words[(step + 3 * row) % len(words)] for row in range(SIZE))
        ours, theirs = native.step(actions), sync.step(actions)
        for name, mine, other in zip(("said", "reward", "terminated", "truncated", "info"), ours, theirs, strict=True):
            same(mine, other, f"step {step}: {name}")
        ended = ours[2] | ours[3]
        ends += int(ended.sum())
        if mode is AutoresetMode.SAME_STEP and ended.any():
            assert {"final_obs", "final_info", "_final_obs", "_final_info"} <= set(ours[4])
        if mode is AutoresetMode.DISABLED and ended.any():
            mask = {"reset_mask": ended}
            (told, info), (expected, known) = native.reset(options=mask), sync.reset(options=mask)
            same(told, expected, "masked reset")
            same(info, known, "masked reset info")
    assert ends >= SIZE


def test_the_comparison_of_vectors_can_fail() -> None:
    told = {"bits": np.array([0.5, np.nan]), "_bits": np.array([True, False])}
    same(told, {"bits": np.array([0.5, np.nan]), "_bits": np.array([True, False])}, "")
    for other in (
        {"bits": np.array([0.5, 0.0]), "_bits": np.array([True, False])},
        {"bits": np.array([0.5, np.nan]), "_bits": np.array([True, True])},
        {"bits": np.array([0.5, np.nan])},
    ):
        with pytest.raises(AssertionError):
            same(told, other, "")


# -- one call of the teacher -------------------------------------------------------------------------------------------


class Counting:
    """A user's own teacher, which keeps what it was asked."""

    name = "counting"

    def __init__(self, words: Callable[[Request], Any] = lambda request: "I see.") -> None:
        self.words = words
        self.calls: list[list[Request]] = []

    def reply(self, requests: Sequence[Request]) -> Any:
        self.calls.append(list(requests))
        return [self.words(request) for request in requests]


def vector_of(teacher: Any, size: int = 4, env_id: str = QUESTIONS, **arguments: Any) -> Any:
    return gym.make_vec(env_id, num_envs=size, teacher=teacher, **{**small(env_id), **arguments})


def test_the_teacher_is_called_once_a_step_with_all_that_wait() -> None:
    teacher = Counting()
    vector = vector_of(teacher)
    vector.reset(seed=0)
    assert teacher.calls == []
    vector.step(("x > 8", "answer: 3", "is it even?", "hm"))
    (call,) = teacher.calls
    assert [request.question.query.canonical for request in call] == ["x > 8", "x mod 2 == 0"]
    vector.step(("x > 8", "x > 3", "x > 2", "x > 12"))
    assert [len(call) for call in teacher.calls] == [2, 4]


def test_a_step_at_which_nobody_waits_does_not_call_the_teacher() -> None:
    teacher = Counting()
    vector = vector_of(teacher)
    vector.reset(seed=0)
    vector.step(("hm", "", "answer: x", "what is the answer?"))
    assert teacher.calls == []


def test_each_reply_goes_to_the_one_who_asked() -> None:
    teacher = Counting(lambda request: f"About {request.question.utterance.replace('?', '')}, I see.")
    vector = vector_of(teacher)
    vector.reset(seed=0)
    said, *_ = vector.step(("is it even?", "answer: 2", "is it prime?", "is it a square?"))
    assert [text.partition("\n")[0] for text in (said[0], *said[2:])] == [
        "About is it even, I see.", "About is it prime, I see.", "About is it a square, I see.",
    ]  # fmt: skip


def test_environments_that_are_being_reset_are_not_in_the_batch() -> None:
    teacher = Counting()
    vector = vector_of(teacher, 3, max_turns=[1, 3])
    _, info = vector.reset(seed=3)
    left = info["turns_left"].copy()
    assert len(set(left.tolist())) > 1
    reset = np.zeros(3, dtype=bool)
    for _ in range(8):
        teacher.calls.clear()
        _, rewards, terminated, _, info = vector.step(("is it even?",) * 3)
        assert [len(call) for call in teacher.calls] == ([int((~reset).sum())] if not reset.all() else [])
        assert (rewards[reset] == 0.0).all()
        assert not terminated[reset].any()
        reset = terminated


def test_all_environments_share_one_teacher_as_it_is() -> None:
    teacher = Counting()
    vector = vector_of(teacher)
    assert vector.teacher is teacher
    assert all(env.teacher is teacher for env in vector.envs)


# -- teachers that fail ------------------------------------------------------------------------------------------------


class Failing(Counting):
    def reply(self, requests: Sequence[Request]) -> Any:
        raise RuntimeError("the answer is 7")


class TooFew(Counting):
    def reply(self, requests: Sequence[Request]) -> Any:
        return super().reply(requests)[:-1]


class OneText(Counting):
    def reply(self, requests: Sequence[Request]) -> Any:
        super().reply(requests)
        return "ab"


class Nothing(Counting):
    def reply(self, requests: Sequence[Request]) -> Any:
        return None


@pytest.mark.parametrize(
    ("teacher", "kind"),
    [(Failing, "RuntimeError"), (TooFew, "TypeError"), (OneText, "TypeError"), (Nothing, "TypeError")],
)
@pytest.mark.parametrize("mode", list(AutoresetMode))
def test_a_teacher_that_fails_truncates_those_who_wait(teacher: Any, kind: str, mode: AutoresetMode) -> None:
    vector = vector_of(teacher(), 3, autoreset_mode=mode)
    vector.reset(seed=0)
    said, rewards, terminated, truncated, info = vector.step(("x > 8", "hm", "is it even?"))
    assert truncated.tolist() == [True, False, True]
    assert not terminated.any()
    final = info["final_info"] if mode is AutoresetMode.SAME_STEP else info
    assert [final["failure"][row] for row in (0, 2)] == [f"teacher: {kind}"] * 2
    assert final["_failure"].tolist() == [True, False, True]
    last = info["final_obs"] if mode is AutoresetMode.SAME_STEP else said
    assert UNAVAILABLE in last[0]
    assert "7" not in repr(final["failure"])
    assert (rewards == 0.0).all()


def test_a_reply_that_is_no_text_truncates_that_lesson_alone() -> None:
    teacher = Counting(lambda request: 42 if "even" in request.question.utterance else "I see.")
    vector = vector_of(teacher, 3)
    vector.reset(seed=0)
    said, _, _, truncated, info = vector.step(("x > 8", "is it even?", "is it prime?"))
    assert truncated.tolist() == [False, True, False]
    assert info["failure"][1] == "teacher: TypeError"
    assert info["_failure"].tolist() == [False, True, False]
    assert [text.startswith("I see.") for text in said] == [True, False, True]


def test_a_failing_teacher_in_a_vector_fails_as_it_does_alone() -> None:
    sync, native = vectors(QUESTIONS, AutoresetMode.NEXT_STEP, teacher=Failing())
    for vector in (sync, native):
        vector.reset(seed=2)
    for actions in (("x > 8", "hm", "x > 3", "answer: 5", "x > 1"), ("hm",) * SIZE, ("x > 2",) * SIZE):
        for mine, other in zip(native.step(actions), sync.step(actions), strict=True):
            same(mine, other, "step")


# -- replies that the guard stops --------------------------------------------------------------------------------------


def blurting(request: Request) -> str:
    """States the answer to what is asked about its parity, until it has been stopped."""
    assert isinstance(request.view, AnswerView)
    if "even" in request.question.utterance and not request.refused:
        return f"The answer is {request.view.answer}."
    return "Think again."


def test_stopped_replies_lead_to_a_second_call_with_those_alone() -> None:
    teacher = Counting(blurting)
    vector = vector_of(teacher, rules={"guard_retries": 1})
    vector.reset(seed=0)
    said, *_ = vector.step(("is it even?", "x > 8", "hm", "is it even?"))
    assert [[request.question.utterance for request in call] for call in teacher.calls] == [
        ["is it even?", "x > 8", "is it even?"], ["is it even?", "is it even?"],
    ]  # fmt: skip
    assert [len(request.refused) for call in teacher.calls for request in call] == [0, 0, 0, 1, 1]
    assert [text.startswith("Think again.") for text in said] == [True, True, False, True]


def test_without_retries_a_stopped_reply_is_not_asked_for_again() -> None:
    teacher = Counting(blurting)
    vector = vector_of(teacher)
    vector.reset(seed=0)
    said, *_ = vector.step(("is it even?", "x > 8", "hm", "is it even?"))
    assert len(teacher.calls) == 1
    assert [text.startswith(STOPPED) for text in said] == [True, False, False, True]


def test_a_teacher_that_is_always_stopped_is_asked_as_often_as_the_rules_say() -> None:
    teacher = Counting(lambda request: f"The answer is {request.view.answer}.")  # type: ignore[union-attr]
    vector = vector_of(teacher, 3, rules={"guard_retries": 4})
    vector.reset(seed=0)
    said, *_ = vector.step(("is it even?", "x > 8", "hm"))
    assert [len(call) for call in teacher.calls] == [2] * 5
    assert [text.startswith(STOPPED) for text in said] == [True, True, False]


def test_a_teacher_that_fails_when_asked_again_truncates_those_alone() -> None:
    def once(request: Request) -> str:
        if request.refused:
            raise KeyError("again")
        return blurting(request)

    vector = vector_of(Counting(once), 3, rules={"guard_retries": 1})
    vector.reset(seed=0)
    _, _, _, truncated, info = vector.step(("is it even?", "x > 8", "hm"))
    assert truncated.tolist() == [True, False, False]
    assert info["failure"][0] == "teacher: KeyError"


# -- what is refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, -1, True, 2.0, "2"])
def test_a_size_that_is_none_is_refused(size: Any) -> None:
    with pytest.raises(ConfigurationError, match="num_envs"):
        gym.make_vec(QUESTIONS, num_envs=size)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"teacher": "nobody"}, "nobody"), ({"autoreset_mode": "sometimes"}, "sometimes"),
        ({"max_turns": 0}, "max_turns"),
        ({"teacher": "noisy", "asymmetry": "verifier"}, "verifier"), ({"config": {"size": 0}}, "size"),
    ],
)  # fmt: skip
def test_an_impossible_vector_names_the_argument(arguments: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        gym.make_vec(QUESTIONS, num_envs=2, **arguments)


def test_as_many_actions_as_environments_are_needed() -> None:
    vector = vector_of("oracle", 2)
    vector.reset(seed=0)
    with pytest.raises(ConfigurationError, match="actions: 1 utterances for 2"):
        vector.step(("hm",))


@pytest.mark.parametrize("mode", ["Disabled", "SameStep", "NextStep"])
def test_a_step_needs_a_reset(mode: str) -> None:
    vector = vector_of("oracle", 2, autoreset_mode=mode, max_turns=1)
    with pytest.raises(ResetNeeded):
        vector.step(("hm", "hm"))
    vector.reset(seed=0)
    vector.step(("hm", "hm"))
    if mode == "Disabled":
        with pytest.raises(ResetNeeded, match="reset_mask"):
            vector.step(("hm", "hm"))


def test_info_that_was_returned_is_not_changed_by_later_steps() -> None:
    vector = vector_of("oracle", 2)
    vector.reset(seed=0)
    info = vector.step(("x > 8", "x > 4"))[4]
    before = pickle.dumps(info)
    vector.step(("x > 3", "hm"))
    assert pickle.dumps(info) == before
