"""Meters of whole episodes: what they say of lessons whose amounts are known, and what a benchmark makes of them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from models.speaking import Speaking

from sml_env.agents import make_agent
from sml_env.bench.plans import Lessons, Plan, plan
from sml_env.bench.runs import Results, play_all
from sml_env.core import TextEnv
from sml_env.envs.clarify import ClarifyEnv
from sml_env.envs.code_tutor import CodeTutorEnv
from sml_env.envs.math_tutor import MathTutorEnv
from sml_env.errors import ConfigurationError, ModelError
from sml_env.evaluation import Episode
from sml_env.metering import (
    ChannelOfEpisodes,
    EpisodeMeter,
    MutantsOfEpisodes,
    SampledOfEpisodes,
    StudentOfEpisodes,
    make_meter,
    metered,
)
from sml_env.model_meters import SampledMeter, StudentMeter
from sml_env.models.base import Message, Prompt
from sml_env.rollouts import witnessed
from sml_env.teachers.model import ModelTeacher

HINT = "Look at the last step."


class Scoring(Speaking):
    """Scores a text as a function of the chat and the text."""

    def __init__(self, say: Callable[[Prompt], str | ModelError], score: Callable[[str, str], float]) -> None:
        super().__init__(say)
        self._score = score
        self.scored = 0

    def score(self, asked: Sequence[tuple[Sequence[Message], str]]) -> list[tuple[float, ...] | None]:
        self.scored += len(asked)
        return [(self._score("\n".join(each.content for each in messages), text),) for messages, text in asked]


class Asking:
    """Says its words one after another, and then gives up."""

    name = "asking"

    def __init__(self, *words: str) -> None:
        self.words = words

    def begin(self, lesson: Any, rng: Any) -> None:
        self._left = [*self.words, *["Give me a hint."] * 20]

    def act(self, observation: str, info: dict[str, Any]) -> str:
        return self._left.pop(0)


def played(envs: Sequence[TextEnv], agent: Any, *meters: EpisodeMeter) -> list[Episode]:
    episodes, witnesses = witnessed(envs, [agent for _ in envs], seeds=range(len(envs)))
    return metered(episodes, witnesses, meters)


def lessons(teacher: ModelTeacher, count: int = 1, **arguments: Any) -> list[TextEnv]:
    config = {"candidates": 8, "topics": ["gcd_lcm"]}
    return [MathTutorEnv(teacher=teacher, max_turns=3, config=config, **arguments) for _ in range(count)]


def test_the_student_meter_counts_bits_a_turn() -> None:
    def score(chat: str, text: str) -> float:
        return 0.0 if text == "The answer is" else -math.log(2) * (8 - chat.count("Teacher:"))

    model = Scoring(lambda prompt: HINT, score)
    meter = StudentOfEpisodes("student:scoring", StudentMeter(model))
    (episode,) = played(lessons(ModelTeacher(model)), Asking(), meter)
    account = episode.meters["student:scoring"]
    assert account["unit"] == "turn" and account["count"] == 3 and account["bits"] == pytest.approx(3.0)
    assert account["log2_probability"] == pytest.approx((-8.0, -7.0, -6.0, -5.0))


def test_the_sampled_meter_gives_the_entropy_of_the_end() -> None:
    model = Speaking(lambda prompt: str(prompt.seed % 4))
    meter = SampledOfEpisodes("sampled:speaking", SampledMeter(model, samples=8))
    (episode,) = played(lessons(ModelTeacher(Speaking(lambda prompt: HINT))), Asking(), meter)
    account = episode.meters["sampled:speaking"]
    assert account["bits"] == pytest.approx(2.0) and account["answers"] == {str(each): 0.25 for each in range(4)}


def test_the_channel_meter_follows_a_belief_through_the_lesson() -> None:
    model = Scoring(lambda prompt: HINT, lambda chat, text: 0.0)
    teacher = ModelTeacher(model)
    (silent,) = played(lessons(teacher), Asking(), ChannelOfEpisodes())
    account = silent.meters["channel"]
    assert account["bits"] == 0.0 and account["count"] == 3 and account["movement_bits"] == [0.0] * 3
    assert account["entropy_bits"] == pytest.approx([3.0] * 4) and model.scored == 3 * 8


def test_the_channel_meter_finds_a_telling_reply() -> None:
    chats: list[str] = []

    def score(chat: str, text: str) -> float:
        chats.append(chat)
        return 0.0 if chat == chats[0] else math.log(0.01)

    model = Scoring(lambda prompt: HINT, score)
    env = MathTutorEnv(teacher=ModelTeacher(model), max_turns=1, config={"candidates": 8, "topics": ["gcd_lcm"]})
    (episode,) = played([env], Asking(), ChannelOfEpisodes())
    account = episode.meters["channel"]
    told = 1 / (1 + 7 * 0.01)
    exact = told * math.log2(8 * told) + (1 - told) * math.log2(8 * (1 - told) / 7)
    assert account["movement_bits"] == pytest.approx([exact]) and account["bits"] == pytest.approx(exact)


def test_under_none_the_channel_is_exactly_silent_without_a_call() -> None:
    model = Scoring(lambda prompt: HINT, lambda chat, text: -len(chat))
    (episode,) = played(lessons(ModelTeacher(model), asymmetry="none"), Asking(), ChannelOfEpisodes())
    assert episode.meters["channel"]["bits"] == 0.0 and model.scored == 0


def test_a_reply_that_was_stopped_is_not_measured() -> None:
    env = lessons(ModelTeacher(Speaking(lambda prompt: "The answer is 5.")))[0]
    (_,), (witness,) = witnessed([env], [Asking()], seeds=[0])
    assert witness.heard == () and env.dialogue.transcript
    again = iter(["The answer is 5.", HINT, HINT, HINT])
    env = lessons(ModelTeacher(Speaking(lambda prompt: next(again))))[0]
    (_,), (witness,) = witnessed([env], [Asking()], seeds=[0])
    assert [text for _, text in witness.heard] == [HINT, HINT]


def test_several_lessons_are_one_call_and_each_gets_its_own() -> None:
    model = Scoring(lambda prompt: HINT, lambda chat, text: -float(len(chat)))
    teacher = ModelTeacher(model)
    together = played(lessons(teacher, 3), Asking(), ChannelOfEpisodes())
    alone = []
    for seed in range(3):
        episodes, witnesses = witnessed(lessons(teacher), [Asking()], seeds=[seed])
        alone += metered(episodes, witnesses, [ChannelOfEpisodes()])
    assert [each.meters for each in together] == [each.meters for each in alone]


def test_what_shares_an_answer_is_one_candidate() -> None:
    model = Scoring(lambda prompt: HINT, lambda chat, text: 0.0)
    envs: list[TextEnv] = [ClarifyEnv(teacher=ModelTeacher(model), config={"difficulty": 1})]
    (episode,) = played(envs, Asking(), ChannelOfEpisodes())
    account, space = episode.meters["channel"], envs[0].dialogue.problem.space
    assert space is not None and len(space.representatives) < len(space)
    assert account["entropy_bits"][0] == pytest.approx(space.prior_entropy)
    assert model.scored == account["count"] * len(space.representatives)


@pytest.mark.parametrize("teacher", ["oracle", "null"])
def test_a_channel_that_cannot_be_said_anything_of_is_none(teacher: str) -> None:
    (episode,) = played([MathTutorEnv(teacher=teacher)], Asking(), ChannelOfEpisodes())
    assert episode.meters["channel"]["bits"] is None
    speaking = ModelTeacher(Speaking(lambda prompt: HINT))
    (episode,) = played(lessons(speaking), Asking(), ChannelOfEpisodes())
    assert episode.meters["channel"]["bits"] is None


def test_mutants_count_the_questions_of_open_problems_alone() -> None:
    (open_one,) = played([CodeTutorEnv()], make_agent("greedy"), MutantsOfEpisodes())
    account = open_one.meters["mutants"]
    assert account["bits"] == pytest.approx(sum(account["realised_bits"])) and account["count"] > 0
    (closed,) = played([MathTutorEnv()], Asking(), MutantsOfEpisodes())
    assert closed.meters["mutants"]["bits"] is None


class Broken:
    name, unit = "broken", "turn"

    def __init__(self, error: Exception | None) -> None:
        self.error = error

    def measure(self, episodes: Sequence[Any]) -> list[dict[str, Any]]:
        if self.error is not None:
            raise self.error
        return []


@pytest.mark.parametrize("error", [ModelError("the server is gone"), ZeroDivisionError("x"), None])
def test_a_meter_that_fails_says_so_and_the_episodes_stand(error: Exception | None) -> None:
    episodes = played([MathTutorEnv(), MathTutorEnv()], Asking(), Broken(error), MutantsOfEpisodes())
    plain = played([MathTutorEnv(), MathTutorEnv()], Asking())
    assert [replace(each, meters={}) for each in episodes] == plain
    for each in episodes:
        assert each.meters["broken"]["bits"] is None and each.meters["broken"]["failure"]
        assert "failure" not in each.meters["mutants"]


def test_no_account_holds_the_answer() -> None:
    model = Scoring(lambda prompt: HINT, lambda chat, text: -float(len(chat) % 7))
    teacher, answer = ModelTeacher(model), "70000123"
    for env in lessons(teacher, 1):
        (episode,) = played([env], Asking(), ChannelOfEpisodes(), StudentOfEpisodes("s", StudentMeter(model)))
        answer = str(env.privileged()["answer"])
        keys = json.dumps({name: sorted(account) for name, account in episode.meters.items()})
        assert answer not in keys and "belief" not in keys and "answer" not in keys


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nothing", "none of mutants"),
        ("student", "none of mutants"),
        ("student:oracle", "none of mutants"),
        ("mutants:vllm:x", "none of mutants"),
        ("student:openai:m@http://127.0.0.1:1/v1", "no log-probabilities; name vllm:MODEL"),
        ("sampled:openai:m@http://127.0.0.1:1/v1?colour=3", "unknown settings: colour"),
        ("sampled:openai:m@http://127.0.0.1:1/v1?samples=0", "samples: 0 is not"),
        ("sampled:openai:m@http://127.0.0.1:1/v1?token_budget=-1", "token_budget: -1 is neither"),
    ],
)
def test_a_meter_that_does_not_exist_is_a_clear_error(name: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        make_meter(name)


def test_the_token_budget_leaves_out_what_it_does_not_cover() -> None:
    model = Scoring(lambda prompt: HINT, lambda chat, text: -float(len(text)))
    envs = lessons(ModelTeacher(model), 4)
    episodes, witnesses = witnessed(envs, [Asking() for _ in envs], seeds=range(4))
    whole = StudentOfEpisodes("s", StudentMeter(model))
    little = StudentOfEpisodes("s", StudentMeter(model, token_budget=4_000))
    first = [each.meters["s"]["bits"] for each in metered(episodes, witnesses, [whole])]
    kept = [each.meters["s"]["bits"] for each in metered(episodes, witnesses, [little])]
    assert None in kept and kept[0] == first[0] and None not in first
    assert all(after in (None, before) for before, after in zip(first, kept, strict=True))
    channel = ChannelOfEpisodes(token_budget=1)
    (account,) = [each.meters["channel"] for each in metered(episodes[:1], witnesses[:1], [channel])]
    assert account["bits"] is None


def run(*meters: str) -> tuple[Plan, Results]:
    told = plan(
        Lessons("sml_env/CodeTutor-v0"), ["answer"], ["oracle"], ["greedy"], 3, 0, meters=meters, brackets=False
    )
    results = Results()
    play_all([told], lambda played: results.add(played.arm, played.episode, played.seconds))
    return told, results


def test_a_benchmark_reads_the_meters_it_is_told_to() -> None:
    _, results = run("mutants")
    _, plain = run()
    ((_, episodes),) = results.episodes.items()
    ((_, without),) = plain.episodes.items()
    assert all(set(each.meters) == {"mutants"} for each in episodes)
    assert [replace(each, meters={}) for each in episodes] == without
