from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import pytest

from sml_env.core import TextEnv
from sml_env.dialogue import Dialogue, Outcome
from sml_env.envs.math_tutor import MathTutorEnv
from sml_env.errors import ConfigurationError, ResetNeeded
from sml_env.teachers import Request
from sml_env.testing.playing import actions

PROBLEM = {"problem_id": "linear_equations-2-train-17"}


def lesson(**kwargs: Any) -> MathTutorEnv:
    env = MathTutorEnv(**kwargs)
    env.reset(seed=0, options=PROBLEM)
    return env


def truth(env: TextEnv) -> str:
    return str(env.privileged()["answer"])


class Scripted:
    """A user's own teacher that returns, or raises, what it is told to."""

    name = "scripted"

    def __init__(self, *replies: Any) -> None:
        self.replies = list(replies)
        self.asked: list[Request] = []

    def reply(self, requests: Sequence[Request]) -> Sequence[str]:
        self.asked += requests
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply  # type: ignore[no-any-return]


# -- observations and ends ---------------------------------------------------------------------------------------------


def test_the_first_observation_is_the_statement_and_the_turns_left() -> None:
    env = MathTutorEnv(max_turns=6)
    observation, info = env.reset(seed=0, options=PROBLEM)
    assert observation == f"{env.dialogue.problem.statement}\nTurns left: 6."
    assert info == {"problem_id": PROBLEM["problem_id"], "belief_entropy_bits": 4.0, "turns_left": 6}


def test_an_observation_is_the_latest_reply_and_the_turns_left() -> None:
    env = lesson(max_turns=3)
    assert env.step("What is the answer?")[0].endswith("\nTurns left: 2.")
    assert env.step("x > 10^9")[0] == "No.\nTurns left: 1."
    assert env.step("hm")[0].endswith("\nThe lesson is over.")


def test_attempts_left_are_shown_where_they_are_fewer_than_turns() -> None:
    env = lesson(max_turns=5, max_attempts=2)
    assert env.step("answer: 10^9")[0].endswith("\nTurns left: 4. Attempts left: 1.")


def test_a_correct_attempt_ends_as_terminated_with_success() -> None:
    env = lesson(shaping="none")
    observation, reward, terminated, truncated, info = env.step(f"answer: {truth(env)}")
    assert (reward, terminated, truncated, info["success"]) == (1.0, True, False, True)
    assert observation == "Correct.\nThe lesson is over."
    assert info["leaks_stopped"] == 0


def test_attempts_used_up_end_as_terminated_without_success() -> None:
    env = lesson(max_attempts=2)
    assert env.step("answer: 10^9")[2:4] == (False, False)
    _, _, terminated, truncated, info = env.step("answer: 10^9 + 1")
    assert (terminated, truncated, info["success"]) == (True, False, False)


def test_the_turn_budget_ends_as_terminated() -> None:
    env = lesson(max_turns=2)
    assert env.step("hm")[2:4] == (False, False)
    assert env.step("hm")[2:4] == (True, False)


def test_a_range_of_turns_is_drawn_per_episode_and_reaches_both_ends() -> None:
    env = MathTutorEnv(max_turns=(3, 5))
    drawn = [env.reset(seed=seed)[1]["turns_left"] for seed in range(60)]
    assert set(drawn) == {3, 4, 5}
    assert env.rules.max_turns == 5
    assert drawn == [env.reset(seed=seed)[1]["turns_left"] for seed in range(60)]


def test_a_step_without_a_reset_raises_reset_needed() -> None:
    env = MathTutorEnv(max_turns=1)
    with pytest.raises(ResetNeeded, match="reset"):
        env.step("hm")
    with pytest.raises(ResetNeeded, match="reset"):
        env.privileged()
    env.reset(seed=0)
    env.step("hm")
    with pytest.raises(ResetNeeded, match="reset"):
        env.step("hm")
    env.reset()
    env.step("hm")


def test_the_environment_is_the_dialogue() -> None:
    """Nothing is added by Gymnasium: the same utterances give the same outcomes."""
    env = lesson()
    twin = Dialogue(env.dialogue.problem, env._teacher, env.rules)
    for words, _ in zip(actions(env), range(8), strict=False):
        answer = twin.submit(words)
        if isinstance(answer, Request):
            answer = twin.deliver(env._teacher.reply([answer])[0])
        assert isinstance(answer, Outcome)
        assert env.step(words) == (answer.text, answer.reward, answer.terminated, answer.truncated, answer.info)


# -- teachers that fail ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("returned", "kind"),
    [
        (ValueError("the answer is 42"), "ValueError"),
        ([], "TypeError"),
        (["one", "two"], "TypeError"),
        ("text", "TypeError"),
        ([42], "TypeError"),
        (None, "TypeError"),
    ],
)
def test_a_teacher_that_fails_truncates_and_its_words_stay_private(returned: Any, kind: str) -> None:
    env = lesson(teacher=Scripted(returned))
    observation, reward, terminated, truncated, info = env.step("Give me a hint.")
    assert (terminated, truncated) == (False, True)
    assert info["failure"] == f"teacher: {kind}"
    assert "42" not in observation
    assert "42" not in repr(info)
    assert isinstance(env.privileged()["failure"], Exception)
    assert reward == pytest.approx(sum(info["reward_terms"].values()))
    with pytest.raises(ResetNeeded):
        env.step("hm")


def test_a_deterministic_teacher_that_fails_truncates_too() -> None:
    """It is asked under every hypothesis before it is asked in earnest."""
    teacher = Scripted(*[ValueError("the answer is 42")] * 3)
    teacher.deterministic = True  # type: ignore[attr-defined]
    _, _, terminated, truncated, info = lesson(teacher=teacher).step("Give me a hint.")
    assert (terminated, truncated) == (False, True)
    assert info["failure"] == "teacher: ValueError"


def test_a_failed_lesson_keeps_its_potential() -> None:
    """Truncation is no end of the game: what is left of the belief is not paid out."""
    env = lesson(teacher=Scripted(ValueError()))
    assert env.step("Give me a hint.")[1] == 0.0


def test_a_stopped_reply_is_asked_for_again_as_often_as_the_rules_say() -> None:
    teacher = Scripted(["The answer is 1."], ["It is 2."], ["Take the next step."])
    env = lesson(teacher=teacher, rules={"guard_retries": 2}, max_turns=1)
    observation, _, _, _, info = env.step("Give me a hint.")
    assert observation.startswith("Take the next step.")
    assert [len(request.refused) for request in teacher.asked] == [0, 1, 2]
    assert len({request.seed for request in teacher.asked}) == 3
    assert info["leaks_stopped"] == 2


def test_a_stopped_reply_is_replaced_when_no_retries_are_left() -> None:
    env = lesson(teacher=Scripted(["The answer is 1."], ["Never asked for."]), max_turns=1)
    observation, _, _, _, info = env.step("Give me a hint.")
    assert "1" not in observation
    assert info["leaks_stopped"] == 1
    assert env.privileged()["stopped"][0][0] == "The answer is 1."


# -- arguments ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kwargs", "named"),
    [
        ({"asymmetry": "all"}, "asymmetry: 'all'"),
        ({"teacher": "sage"}, "teacher: 'sage'"),
        ({"teacher": {"voice": "noisy", "q": 0.1}}, "teacher: 'noisy'"),
        ({"teacher": {"voice": "noisy", "p": 0.7}}, "p: 0.7"),
        ({"teacher": {}}, "teacher: None"),
        ({"teacher": 42}, "teacher: int"),
        ({"teacher": "noisy", "asymmetry": "verifier"}, "teacher: 'noisy' makes no sense"),
        ({"teacher": "peer"}, "teacher: 'peer' makes no sense"),
        ({"max_turns": 0}, "max_turns: 0"),
        ({"max_turns": True}, "max_turns: True"),
        ({"max_turns": 2.5}, "max_turns: 2.5"),
        ({"max_turns": (5, 3)}, r"max_turns: \(5, 3\)"),
        ({"max_turns": (1, 2, 3)}, r"max_turns: \(1, 2, 3\)"),
        ({"max_turns": "8"}, "max_turns: '8'"),
        ({"max_attempts": 0}, "max_attempts: 0"),
        ({"max_attempts": True}, "max_attempts: True"),
        ({"shaping": "much"}, "shaping: 'much'"),
        ({"gamma": 1.5}, "gamma: 1.5"),
        ({"gamma": "1"}, "gamma: '1'"),
        ({"gamma": float("nan")}, "gamma: nan"),
        ({"rules": {"gravity": 9.8}}, "rules: .*gravity"),
        ({"rules": {"max_turns": 3}}, "rules: .*max_turns"),
        ({"rules": {"cap_bits": -1}}, "cap_bits: -1"),
        ({"rules": {"turn_cost": float("inf")}}, "turn_cost: inf"),
        ({"rules": {"guard_retries": 99}}, "guard_retries: 99"),
        ({"render_mode": "rgb_array"}, "render_mode: 'rgb_array'"),
        ({"config": {"topic": "percent"}}, "topic"),
    ],
)
def test_an_argument_that_makes_no_sense_is_named(kwargs: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        MathTutorEnv(**kwargs)
    if "render_mode" not in kwargs:  # of which gymnasium warns first
        with pytest.raises(ValueError, match=named):
            gym.make("sml_env/MathTutor-v0", **kwargs)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"problem": 1}, r"\['problem'\] unknown"),
        ({"problem_id": "no such problem"}, "'no such problem'"),
        ({"problem_id": 17}, "problem_id 17"),
    ],
)
def test_an_option_that_makes_no_sense_is_named_and_the_episode_goes_on(options: dict[str, Any], named: str) -> None:
    env = lesson()
    with pytest.raises(ConfigurationError, match=named):
        env.reset(options=options)
    assert env.step("hm")[4]["turns_left"] == 7


def test_a_teacher_of_the_users_own_is_taken_as_it_is() -> None:
    teacher = Scripted(["I see."])
    assert lesson(teacher=teacher).step("Give me a hint.")[0].startswith("I see.")
    assert len(teacher.asked) == 1


def test_none_makes_a_peer_of_the_oracle() -> None:
    assert "not sure" in lesson(asymmetry="none").step("x > 3")[0]


# -- rendering, pickling, privacy --------------------------------------------------------------------------------------


def test_render_shows_the_transcript() -> None:
    env = lesson(render_mode="ansi")
    env.step("x > 10^9")
    assert env.render() == f"{env.dialogue.problem.statement}\nstudent: x > 10^9\nteacher: No."


def test_human_rendering_prints_and_returns_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    env = lesson(render_mode="human")
    env.step("x > 10^9")
    assert env.render() is None
    printed = capsys.readouterr().out
    assert "student: x > 10^9\nteacher: No." in printed


def test_no_render_mode_renders_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    env = lesson()
    env.step("hm")
    assert env.render() is None
    assert MathTutorEnv(render_mode="ansi").render() is None
    assert capsys.readouterr().out == ""


def test_a_pickled_environment_leaves_its_episode_behind() -> None:
    env = lesson()
    answer = truth(env)
    twin = pickle.loads(pickle.dumps(env))
    with pytest.raises(ResetNeeded):
        twin.step("hm")
    assert twin.reset(seed=5) == env.reset(seed=5)
    assert f"'{answer}'".encode() not in pickle.dumps(env)


def test_the_private_side_is_reached_through_privileged_alone() -> None:
    env = lesson()
    secret = env.dialogue.problem.secret
    assert repr(secret) == str(secret) == f"{secret}" == "Secret(<redacted>)"
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(secret)
    private = env.privileged()
    assert {"answer", "hypothesis", "solution", "pointwise_bits", "belief", "stopped", "failure"} <= set(private)


def test_what_a_caller_does_to_the_belief_stays_with_the_caller() -> None:
    env = lesson()
    belief = env.dialogue.belief
    assert belief is not None
    belief[:] = 0.0
    assert env.step("x > 0")[4]["best_bits"] > 0.0


def test_resetting_without_a_seed_goes_on_drawing() -> None:
    env = MathTutorEnv()
    env.reset(seed=0)
    assert len({env.reset()[1]["problem_id"] for _ in range(10)}) == 10


def test_an_utterance_of_any_length_costs_one_turn_and_is_not_kept_whole() -> None:
    """What is too long to read is too long to keep: a later turn must not pay for it."""
    env = lesson(teacher=Scripted(["I see."]))
    env.step("7 " * 1_000_000)
    assert sum(len(turn.student) for turn in env.dialogue.transcript) < 100_000
