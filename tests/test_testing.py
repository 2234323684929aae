"""The conformance kit: what is sound passes, and every check is shown to fail on something broken on purpose."""

from __future__ import annotations

import itertools
import random
import re
import subprocess
import sys
import warnings
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

import sml_env.testing as kit
from sml_env.dialogue import Dialogue
from sml_env.envs.math_tutor import MathTutorEnv
from sml_env.errors import ConfigurationError
from sml_env.information import Channel
from sml_env.menu import Menu
from sml_env.teachers import VOICES, AnswerView, Question, Request
from sml_env.teachers.oracle import OracleTeacher
from sml_env.testing import ConformanceError, check_env, check_teacher, check_verifier
from sml_env.testing.environments import SECTIONS, check_docstring
from sml_env.verifiers.base import Status, Verdict
from sml_env.verifiers.symbolic import SymbolicVerifier

ROOT = Path(__file__).resolve().parent.parent
Step = tuple[str, float, bool, bool, dict[str, Any]]


class Sound(MathTutorEnv):
    __doc__ = MathTutorEnv.__doc__

    @property
    def truth(self) -> str:
        return str(self.privileged()["answer"])


# -- environments broken on purpose ------------------------------------------------------------------------------------


class AnswerInInfo(Sound):
    __doc__ = Sound.__doc__

    def reset(self, **kwargs: Any) -> tuple[str, dict[str, Any]]:
        observation, info = super().reset(**kwargs)
        return observation, {**info, "answer": self.truth}


class DigestInInfo(Sound):
    """The answer under another name, scrambled."""

    __doc__ = Sound.__doc__

    def step(self, action: str) -> Step:
        observation, reward, terminated, truncated, info = super().step(action)
        return observation, reward, terminated, truncated, {**info, "digest": zlib.crc32(self.truth.encode())}


class HistoryKept(Sound):
    __doc__ = Sound.__doc__

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.history: list[str] = []

    def reset(self, **kwargs: Any) -> tuple[str, dict[str, Any]]:
        observation, info = super().reset(**kwargs)
        told = "".join(self.history)
        return told + observation, info

    def step(self, action: str) -> Step:
        returned = super().step(action)
        if action == "why is 3 wrong?":
            self.history.append(returned[0])
        return returned


class SilentHistoryKept(Sound):
    """Of the length that it had, but not the same."""

    __doc__ = Sound.__doc__

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.asked_why = False

    def reset(self, **kwargs: Any) -> tuple[str, dict[str, Any]]:
        observation, info = super().reset(**kwargs)
        return observation.swapcase() if self.asked_why else observation, info

    def step(self, action: str) -> Step:
        self.asked_why = self.asked_why or action == "why is 3 wrong?"
        return super().step(action)


class ReseedsNumpy(Sound):
    __doc__ = Sound.__doc__

    def reset(self, *, seed: int | None = None, **kwargs: Any) -> tuple[str, dict[str, Any]]:
        np.random.seed(seed)
        return super().reset(seed=seed, **kwargs)


class DrawsFromRandom(Sound):
    __doc__ = Sound.__doc__

    def step(self, action: str) -> Step:
        random.random()
        return super().step(action)


class SeedsWhenMade(Sound):
    __doc__ = Sound.__doc__

    def __init__(self, **kwargs: Any) -> None:
        random.seed(0)
        super().__init__(**kwargs)


class UnnamedReward(Sound):
    __doc__ = Sound.__doc__

    def step(self, action: str) -> Step:
        observation, reward, *rest = super().step(action)
        return observation, reward + 0.01, *rest  # type: ignore[return-value]


class TermsComeAndGo(Sound):
    __doc__ = Sound.__doc__

    def step(self, action: str) -> Step:
        observation, reward, terminated, truncated, info = super().step(action)
        terms = {name: term for name, term in info["reward_terms"].items() if term or name == "correct"}
        return observation, reward, terminated, truncated, {**info, "reward_terms": terms}


class KeysComeAndGo(Sound):
    __doc__ = Sound.__doc__

    def step(self, action: str) -> Step:
        returned = super().step(action)
        if returned[4]["turns_left"] == 4:
            returned[4]["note"] = "half way"
        return returned


class ObservationTells(Sound):
    __doc__ = Sound.__doc__

    def reset(self, **kwargs: Any) -> tuple[str, dict[str, Any]]:
        observation, info = super().reset(**kwargs)
        return f"({len(self.truth)} characters) {observation}", info


class ReplyTells(Sound):
    """A warmer tone when the answer is long."""

    __doc__ = Sound.__doc__

    def step(self, action: str) -> Step:
        observation, *rest = super().step(action)
        return (observation.replace("hint", "tip") if zlib.crc32(self.truth.encode()) % 2 else observation), *rest  # type: ignore[return-value]


class RewardTells(Sound):
    __doc__ = Sound.__doc__

    def step(self, action: str) -> Step:
        observation, reward, terminated, truncated, info = super().step(action)
        told = zlib.crc32(self.truth.encode()) / 2**40
        info["reward_terms"] = {**info["reward_terms"], "told": told}
        return observation, reward + told, terminated, truncated, info


class ReprTells(Sound):
    __doc__ = Sound.__doc__

    def __repr__(self) -> str:
        return f"ReprTells({'' if self._dialogue is None else self.truth})"


class RenderTells(Sound):
    __doc__ = Sound.__doc__

    def render(self) -> str | None:
        if self.render_mode is None:
            return None
        return f"{super().render()}\n{'' if self._dialogue is None else self.truth}"


class AttributeTells(Sound):
    __doc__ = Sound.__doc__

    def reset(self, **kwargs: Any) -> tuple[str, dict[str, Any]]:
        returned = super().reset(**kwargs)
        self.note = self.truth
        return returned


class Quiet:
    """Says nothing of what it holds, except to pickle."""

    def __init__(self, held: str) -> None:
        self.held = held

    def __repr__(self) -> str:
        return "Quiet()"


class PickleTells(Sound):
    __doc__ = Sound.__doc__

    def reset(self, **kwargs: Any) -> tuple[str, dict[str, Any]]:
        returned = super().reset(**kwargs)
        self.note = Quiet(self.truth)
        return returned


class ErrorTells(Sound):
    __doc__ = Sound.__doc__

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
        if options and "truth" in options:
            raise ConfigurationError(f"options: the truth is {self.truth}")
        return super().reset(seed=seed, options=options)


class KindTells(Sound):
    __doc__ = Sound.__doc__

    def step(self, action: str) -> Step:
        if zlib.crc32(self.truth.encode()) % 2 and action == "x mod 3":
            action = "hm"
        return super().step(action)


class AskedTells(Sound):
    __doc__ = Sound.__doc__

    def step(self, action: str) -> Step:
        if zlib.crc32(self.truth.encode()) % 2 and action == "x > 0":
            action = "x < 5"
        return super().step(action)


class RaisesOnOddText(Sound):
    __doc__ = Sound.__doc__

    def step(self, action: str) -> Step:
        action.encode("utf-8")
        return super().step(action)


class RepliesNothing(Sound):
    __doc__ = Sound.__doc__

    def step(self, action: str) -> Step:
        observation, *rest = super().step(action)
        return ("" if action == "\x00" else observation), *rest  # type: ignore[return-value]


class OutsideItsSpace(Sound):
    __doc__ = Sound.__doc__

    def reset(self, **kwargs: Any) -> tuple[str, dict[str, Any]]:
        observation, info = super().reset(**kwargs)
        return observation * 1_000, info


class BudgetTruncates(Sound):
    __doc__ = Sound.__doc__

    def step(self, action: str) -> Step:
        observation, reward, terminated, truncated, info = super().step(action)
        return observation, reward, terminated and info["success"], truncated or info["turns_left"] == 0, info


class FreeTurns(Sound):
    __doc__ = Sound.__doc__

    def step(self, action: str) -> Step:
        observation, reward, terminated, truncated, info = super().step(action)
        return observation, reward, terminated, truncated, {**info, "turns_left": info["turns_left"] + 1}


class GoesOn(Sound):
    __doc__ = Sound.__doc__

    def step(self, action: str) -> Step:
        if self.dialogue.ended:
            return self.last
        self.last = super().step(action)
        return self.last


class RaisesSomethingElse(Sound):
    __doc__ = Sound.__doc__

    def step(self, action: str) -> Step:
        if self._dialogue is None:
            raise KeyError("dialogue")
        return super().step(action)


class CountsItself(Sound):
    """Each one made is another."""

    __doc__ = Sound.__doc__
    made = itertools.count()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.number = next(self.made)

    def reset(self, **kwargs: Any) -> tuple[str, dict[str, Any]]:
        observation, info = super().reset(**kwargs)
        return f"{self.number % 97:02d} {observation}", info


class Unseeded(Sound):
    __doc__ = Sound.__doc__

    def reset(self, *, seed: int | None = None, **kwargs: Any) -> tuple[str, dict[str, Any]]:
        return super().reset(seed=None, **kwargs)


class HoldsALambda(Sound):
    __doc__ = Sound.__doc__

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.key = lambda: 0


class PicklesItsEpisode(Sound):
    __doc__ = Sound.__doc__

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._dialogue = Dialogue(self.family.problem("percent-1-train-1"), self._teacher, self._rules)


class ForgetsItsArguments(Sound):
    """Unpickled, it is another environment."""

    __doc__ = Sound.__doc__

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(max_turns=3)  # type: ignore[misc]


class NumpyBits(Sound):
    __doc__ = Sound.__doc__

    def step(self, action: str) -> Step:
        returned = super().step(action)
        returned[4]["best_bits"] = np.float64(returned[4]["best_bits"])
        return returned


class NumpyReward(Sound):
    __doc__ = Sound.__doc__

    def step(self, action: str) -> Step:
        observation, reward, *rest = super().step(action)
        return observation, np.float64(reward), *rest  # type: ignore[return-value]


class NoMeter(Sound):
    __doc__ = Sound.__doc__

    def step(self, action: str) -> Step:
        returned = super().step(action)
        del returned[4]["meter"]
        return returned


class NoProblemId(Sound):
    __doc__ = Sound.__doc__

    def reset(self, **kwargs: Any) -> tuple[str, dict[str, Any]]:
        observation, info = super().reset(**kwargs)
        del info["problem_id"]
        return observation, info


class InfoOfObjects(Sound):
    __doc__ = Sound.__doc__

    def step(self, action: str) -> Step:
        returned = super().step(action)
        returned[4]["extra"] = {1, 2}
        return returned


class NanInInfo(Sound):
    __doc__ = Sound.__doc__

    def step(self, action: str) -> Step:
        returned = super().step(action)
        if returned[4]["turns_left"] == 4:
            returned[4]["expected_bits"] = float("nan")
        return returned


class NoDocstring(Sound):
    pass


def documented(text: str) -> type[Sound]:
    return type("Documented", (Sound,), {"__doc__": text})


def sections(names: Sequence[str] = SECTIONS, body: str = "Termination or truncation.") -> str:
    return "A lesson.\n\n" + "\n\n".join(f"    ## {name}\n    {body}" for name in names)


class ArgumentOutsideJson(Sound):
    __doc__ = Sound.__doc__

    def __init__(self, marks: frozenset[int] = frozenset(), **kwargs: Any) -> None:
        super().__init__(**kwargs)


class RememberingTeacher(OracleTeacher):
    """Its channel knows what its view held."""

    name = "remembering"
    seen = ""

    def __getstate__(self) -> dict[str, Any]:
        return {"seen": ""}

    def channel(self, question: Question) -> Channel | None:
        exact = super().channel(question)
        if exact is None or exact.codes is None or not zlib.crc32(self.seen.encode()) % 2:
            return exact
        return Channel((*exact.replies, "Perhaps."), exact.codes)

    def reply(self, requests: Sequence[Request]) -> list[str]:
        for request in requests:
            if isinstance(request.view, AnswerView):
                self.seen = request.view.answer
        return super().reply(requests)


BROKEN: list[tuple[Callable[..., gym.Env[Any, Any]], str]] = [
    (AnswerInInfo, r"info at reset holds answer, which is private"),
    (DigestInInfo, r"info after .* depends on the truth"),
    (HistoryKept, r"first observation .* goes from \d+ to \d+ characters .* clear the history"),
    (SilentHistoryKept, r"does not repeat the episode: .* observation at reset"),
    (ReseedsNumpy, r"reset\(seed=…\) changes the global state of `numpy.random`"),
    (DrawsFromRandom, r"step\(.*\) changes the global state of `random`"),
    (SeedsWhenMade, r"making the environment changes the global state of `random`"),
    (UnnamedReward, r"reward_terms at step 1 sum to"),
    (TermsComeAndGo, r"name every term at every step"),
    (KeysComeAndGo, r"other keys than earlier \(\['note'\]\)"),
    (ObservationTells, r"observation at reset depends on the truth"),
    (ReplyTells, r"observation after .* depends on the truth"),
    (RewardTells, r"reward after .* depends on the truth"),
    (ReprTells, r"repr of the unwrapped environment|repr of the environment"),
    (RenderTells, r"render\(\) at reset depends on the truth"),
    (AttributeTells, r"public attributes at reset depends on the truth"),
    (PickleTells, r"the pickle at reset depends on the truth"),
    (ErrorTells, r"the error of reset with an unknown option depends on the truth"),
    (KindTells, r"the kind of query after 'x mod 3' depends on the truth"),
    (
        AskedTells,
        r"what the teacher is asked after 'x > 0' depends on the truth|the kind of query after 'x > 0' depends",
    ),
    (RaisesOnOddText, r"raises UnicodeEncodeError.*what a student says is data"),
    (RepliesNothing, r"the reply to '\\x00' is '', outside the observation space or empty"),
    (OutsideItsSpace, r"gymnasium's own check_env"),
    (BudgetTruncates, r"the turn budget truncates"),
    (FreeTurns, r"turns_left is \d+ after 1 of \d+ turns"),
    (GoesOn, r"a step after the end of an episode is accepted"),
    (RaisesSomethingElse, r"a step before the first reset raises KeyError"),
    (CountsItself, r"two environments differ on seed"),
    (Unseeded, r"gymnasium's own check_env fails"),
    (HoldsALambda, r"cannot be pickled"),
    (PicklesItsEpisode, r"of a copy by pickle, whose episode must stay behind, is accepted"),
    (ForgetsItsArguments, r"a copy by pickle differs"),
    (NumpyBits, r"info\['best_bits'\] at step 1 is .* of type float64"),
    (NumpyReward, r"the reward at step 1 is"),
    (NoMeter, r"info at step 1 lacks meter"),
    (NoProblemId, r"info at reset lacks problem_id"),
    (InfoOfObjects, r"info at step 1 is not JSON-able"),
    (NanInInfo, r"info at step 4 is not JSON-able"),
    (NoDocstring, r"has no section Description"),
    (documented(sections([*SECTIONS[1:], "Description"])), r"has its sections as Query Language"),
    (documented(sections([name for name in SECTIONS if name != "Rewards"])), r"has no section Rewards:"),
    (documented(sections(body="")), r"the section Description .* is empty"),
    (documented(sections(body="Some words.")), r"the section Episode End .* does not speak of termination"),
]


def test_a_sound_environment_passes() -> None:
    check_env(Sound)
    check_env(Sound, asymmetry="none")
    check_docstring(documented(sections()))


@pytest.mark.parametrize(
    ("broken", "message"), BROKEN, ids=[f"{kind.__name__}-{row}" for row, (kind, _) in enumerate(BROKEN)]
)  # type: ignore[attr-defined]
def test_check_env_catches(broken: Callable[..., gym.Env[Any, Any]], message: str) -> None:
    with pytest.raises(ConformanceError, match=re.compile(message, re.DOTALL)):
        check_env(broken)


def test_check_env_catches_a_channel_that_knows_the_truth() -> None:
    with pytest.raises(ConformanceError, match=r"the channel stated after .* depends on the truth"):
        check_env(lambda: Sound(teacher=RememberingTeacher()))


def test_check_env_accepts_a_users_own_teacher() -> None:
    check_env(Sound(teacher=Plain()))


def test_check_env_catches_a_teacher_that_fails() -> None:
    with pytest.raises(ConformanceError, match=r"truncates \(teacher: ValueError\)"):
        check_env(Sound(teacher=Impatient("hint")))


@pytest.fixture
def registered() -> Iterator[Callable[..., str]]:
    """Registers classes of this file for one test."""
    made: list[str] = []

    def register(kind: type[gym.Env[Any, Any]], **kwargs: Any) -> str:
        env_id = f"sml_env_tests/Broken{len(made)}-v0"
        gym.register(env_id, entry_point=kind, kwargs=kwargs)
        made.append(env_id)
        return env_id

    yield register
    for env_id in made:
        gym.registry.pop(env_id)


def test_check_env_catches_a_spec_that_is_not_json(registered: Callable[..., str]) -> None:
    with pytest.raises(ConformanceError, match="the spec does not survive to_json"):
        check_env(registered(ArgumentOutsideJson, marks=frozenset({1})))


class Unrecorded(gym.Wrapper[str, str, str, str]):
    """Records no constructor arguments."""


def test_check_env_catches_a_wrapper_that_no_spec_can_make(registered: Callable[..., str]) -> None:
    env_id = "sml_env/MathTutor-v0"
    with pytest.raises(ConformanceError, match="the wrapper cannot be recreated"):
        check_env(lambda: Unrecorded(gym.make(env_id)))


class Tells(gym.ObservationWrapper[str, str, str], gym.utils.RecordConstructorArgs):
    def __init__(self, env: gym.Env[str, str]) -> None:
        gym.utils.RecordConstructorArgs.__init__(self)
        super().__init__(env)

    def observation(self, observation: str) -> str:
        return f"{len(self.unwrapped.privileged()['answer'])} {observation}"  # type: ignore[attr-defined]


def test_check_env_looks_through_wrappers() -> None:
    with pytest.raises(ConformanceError, match="observation at reset depends on the truth"):
        check_env(lambda: Tells(Sound()))


def test_check_env_refuses_arguments_for_what_is_made() -> None:
    with pytest.raises(ConformanceError, match="takes no arguments"):
        check_env(Sound(), asymmetry="none")


def test_check_env_says_what_cannot_be_copied() -> None:
    env = Sound()
    env.stream = (number for number in range(3))  # type: ignore[attr-defined]
    with pytest.raises(ConformanceError, match="cannot be copied"):
        check_env(env)


def test_check_env_does_not_use_the_environment_it_is_handed() -> None:
    env = Sound()
    env.reset(seed=5)
    check_env(env)
    assert env.step("hm")[4]["turns_left"] == 7


def test_the_kit_prints_nothing_and_leaves_random_state(capsys: pytest.CaptureFixture[str]) -> None:
    before = random.getstate(), np.random.get_state()[1].tolist()  # type: ignore[union-attr]
    check_env(Sound)
    assert capsys.readouterr().out == ""
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before  # type: ignore[union-attr]


# -- teachers broken on purpose ----------------------------------------------------------------------------------------


class Plain:
    """Free text, the same for all."""

    name = "plain"

    def reply(self, requests: Sequence[Request]) -> Sequence[str]:
        return ["I see."] * len(requests)


class Nameless(Plain):
    name = ""


class OneText(Plain):
    def reply(self, requests: Sequence[Request]) -> Sequence[str]:
        return "I see."


class OneTooMany(Plain):
    def reply(self, requests: Sequence[Request]) -> Sequence[str]:
        return ["I see."] * max(1, len(requests))


class Numbers(Plain):
    def reply(self, requests: Sequence[Request]) -> Sequence[str]:
        return [1] * len(requests)  # type: ignore[list-item]


class Impatient(Plain):
    def __init__(self, kind: str = "malformed") -> None:
        self.kind = kind

    def reply(self, requests: Sequence[Request]) -> Sequence[str]:
        if any(request.question.query.kind == self.kind for request in requests):
            raise ValueError("what?")
        return super().reply(requests)


class FirstOfMany(Plain):
    """Cannot take an empty list."""

    def reply(self, requests: Sequence[Request]) -> Sequence[str]:
        return [f"{requests[0].question.query.kind}."] * len(requests)


class Reseeds(Plain):
    def reply(self, requests: Sequence[Request]) -> Sequence[str]:
        np.random.seed(0)
        return super().reply(requests)


class Fickle(Plain):
    deterministic = True

    def __init__(self) -> None:
        self.asked = 0

    def reply(self, requests: Sequence[Request]) -> Sequence[str]:
        self.asked += len(requests)
        return [f"I see {self.asked % 7}."] * len(requests)


class LyingChannel(OracleTeacher):
    def reply(self, requests: Sequence[Request]) -> list[str]:
        return ["No." if text == "Yes." else text for text in super().reply(requests)]


class NoisierThanStated(OracleTeacher):
    def channel(self, question: Question) -> Channel | None:
        exact = super().channel(question)
        if exact is None or exact.codes is None or len(exact.replies) < 2:
            return exact
        return Channel(exact.replies, exact.codes, 0.1)

    def menu(self, question: Question) -> None:
        return None

    def reply(self, requests: Sequence[Request]) -> list[str]:
        return [self.noised(request, text) for request, text in zip(requests, super().reply(requests), strict=True)]

    def noised(self, request: Request, text: str) -> str:
        if request.channel is None or not request.channel.error or np.random.default_rng(request.seed).random() >= 0.3:
            return text
        return next(reply for reply in request.channel.replies if reply != text)


class StrangeWords(NoisierThanStated):
    def noised(self, request: Request, text: str) -> str:
        return "Perhaps." if request.channel is not None and request.channel.error else text


class NotConstant(OracleTeacher):
    def channel(self, question: Question) -> Channel | None:
        return Channel((), None)

    def menu(self, question: Question) -> None:
        return None


class ShortCodes(OracleTeacher):
    def channel(self, question: Question) -> Channel | None:
        exact = super().channel(question)
        return exact if exact is None or exact.codes is None else Channel(exact.replies, exact.codes[:-1])


class TooFewRates(NoisierThanStated):
    def channel(self, question: Question) -> Channel | None:
        stated = super().channel(question)
        return stated if stated is None or stated.exact else replace(stated, error=np.array([0.1]))


class RateOfOne(NoisierThanStated):
    def channel(self, question: Question) -> Channel | None:
        stated = super().channel(question)
        if stated is None or stated.exact or stated.codes is None:
            return stated
        return replace(stated, error=np.linspace(0.0, 1.0, len(stated.codes)))


class TwiceTheSame(OracleTeacher):
    def channel(self, question: Question) -> Channel | None:
        exact = super().channel(question)
        return exact if exact is None or exact.codes is None else Channel((*exact.replies, "Yes.", "Yes."), exact.codes)


class ChannelRaises(OracleTeacher):
    def channel(self, question: Question) -> Channel | None:
        if question.space is None:
            raise AttributeError("space")
        return super().channel(question)


class ChannelOfText(OracleTeacher):
    def channel(self, question: Question) -> Channel | None:
        return "yes or no"  # type: ignore[return-value]


class Boasting(NotConstant):
    """A menu that promises bits which no reply tells."""

    def menu(self, question: Question) -> Menu | None:  # type: ignore[override]
        return None if question.space is None else question.space.menu

    def reply(self, requests: Sequence[Request]) -> list[str]:
        return ["I see."] * len(requests)


class DependsOnOthers(OracleTeacher):
    def reply(self, requests: Sequence[Request]) -> list[str]:
        told = super().reply(requests)
        return [f"{text} ({len(requests)})" if text.startswith("I ") else text for text in told]


BROKEN_TEACHERS: list[tuple[Callable[[], Any], str]] = [
    (Nameless, r"the name of Nameless is ''"),
    (OneText, r"return a sequence of texts"),
    (OneTooMany, r"returns 1 texts for 0 requests"),
    (Numbers, r"return texts only"),
    (Impatient, r"reply raises ValueError .*malformed.*reply to whatever is asked"),
    (FirstOfMany, r"reply raises IndexError"),
    (Reseeds, r"the teacher 'plain' changes the global state of `numpy.random`"),
    (Fickle, r"let it follow from the request alone"),
    (LyingChannel, r"states 'Yes.' under hypothesis \d+ and the reply is 'No.'"),
    (NoisierThanStated, r"with probability 0.\d+ under hypothesis \d+; it came with 0.\d+"),
    (StrangeWords, r"hold \{'Perhaps.'\}, which its channel does not state"),
    (NotConstant, r"is stated as constant and its replies differ by hypothesis"),
    (ShortCodes, r"needs \d+ codes that are indices of its replies"),
    (TwiceTheSame, r"the channel repeats a reply"),
    (TooFewRates, r"the channel's error is array"),
    (RateOfOne, r"the channel's error is array"),
    (ChannelRaises, r"channel raises AttributeError"),
    (ChannelOfText, r"channel returns 'yes or no'"),
    (Boasting, r"the menu says that .* tells .* bits and its channel says 0.0"),
    (DependsOnOthers, r"let it follow from the request alone"),
]


@pytest.mark.parametrize(
    ("voice", "asymmetry"), [(voice, shape) for voice, (_, shapes) in VOICES.items() for shape in shapes]
)
def test_every_voice_passes(voice: str, asymmetry: str) -> None:
    check_teacher(voice, asymmetry)


@pytest.mark.parametrize("asymmetry", ["answer", "verifier", "knowledge", "none"])
def test_a_users_own_teacher_passes(asymmetry: str) -> None:
    check_teacher(Plain(), asymmetry)


@pytest.mark.parametrize(
    ("broken", "message"), BROKEN_TEACHERS, ids=[str(kind.__name__) for kind, _ in BROKEN_TEACHERS]
)  # type: ignore[attr-defined]
def test_check_teacher_catches(broken: Callable[[], Any], message: str) -> None:
    with pytest.raises(ConformanceError, match=re.compile(message, re.DOTALL)):
        check_teacher(broken())


def test_check_teacher_refuses_a_voice_that_makes_no_sense() -> None:
    with pytest.raises(ConfigurationError, match="makes no sense"):
        check_teacher("noisy", "verifier")


# -- verifiers broken on purpose ---------------------------------------------------------------------------------------


class Exact:
    """Equal texts; sound."""

    def verify(self, answer: str, reference: str) -> Verdict:
        if not reference:
            return Verdict(Status.REFERENCE_ERROR, "exact", "the reference is empty")
        return Verdict(Status.CORRECT if answer == reference else Status.INCORRECT, "exact", "compared", answer)


class Raises(Exact):
    def verify(self, answer: str, reference: str) -> Verdict:
        float(answer)
        return super().verify(answer, reference)


class SaysBool(Exact):
    def verify(self, answer: str, reference: str) -> Verdict:
        return answer == reference  # type: ignore[return-value]


class Generous(Exact):
    def verify(self, answer: str, reference: str) -> Verdict:
        found = re.findall(r"-?\d+", answer)
        return super().verify(reference if reference and reference in found else answer, reference)


class BlamesUs(Exact):
    def verify(self, answer: str, reference: str) -> Verdict:
        if not answer.isprintable():
            return Verdict(Status.REFERENCE_ERROR, "exact", "not printable")
        return super().verify(answer, reference)


class BlamesTheStudent(Exact):
    def verify(self, answer: str, reference: str) -> Verdict:
        return Verdict(Status.CORRECT if answer == reference else Status.INCORRECT, "exact", "compared", answer)


class NothingIsRight(Exact):
    def verify(self, answer: str, reference: str) -> Verdict:
        return super().verify(f"{answer}!", reference)


class AllIsRight(Exact):
    def verify(self, answer: str, reference: str) -> Verdict:
        return super().verify(reference, reference)


class TalksTooMuch(Exact):
    def verify(self, answer: str, reference: str) -> Verdict:
        return Verdict(Status.INCORRECT, "exact", "one\ntwo")


class NoMethod(Exact):
    def verify(self, answer: str, reference: str) -> Verdict:
        return Verdict(Status.INCORRECT, "", "compared")


class PlainStatus(Exact):
    def verify(self, answer: str, reference: str) -> Verdict:
        return Verdict("wrong", "exact", "compared")  # type: ignore[arg-type]


class ExtractsANumber(Exact):
    def verify(self, answer: str, reference: str) -> Verdict:
        return Verdict(Status.INCORRECT, "exact", "compared", 42)  # type: ignore[arg-type]


class ChangesItsMind(Exact):
    def __init__(self) -> None:
        self.asked = 0

    def verify(self, answer: str, reference: str) -> Verdict:
        self.asked += 1
        return Verdict(Status.INCORRECT if self.asked % 2 else Status.UNPARSABLE, "exact", "compared")


class Draws(Exact):
    def verify(self, answer: str, reference: str) -> Verdict:
        random.random()
        return super().verify(answer, reference)


class NoVerify:
    pass


BROKEN_VERIFIERS: list[tuple[Callable[[], Any], str]] = [
    (Raises, r"raises ValueError: return a Verdict"),
    (SaysBool, r"returns (True|False), which is no Verdict"),
    (Generous, r"an answer that contains the right one is not right"),
    (BlamesUs, r"is reference_error: the reference is fine"),
    (BlamesTheStudent, r"say REFERENCE_ERROR"),
    (NothingIsRight, r"an answer equals itself"),
    (AllIsRight, r"is correct: they are different"),
    (TalksTooMuch, r"one line, for a person"),
    (NoMethod, r"does not name the method"),
    (PlainStatus, r"use a member of Status"),
    (ExtractsANumber, r"has extracted 42"),
    (ChangesItsMind, r"decide the same way"),
    (Draws, r"verify changes the global state of `random`"),
    (NoVerify, r"NoVerify has no verify\(answer, reference\)"),
]


def test_sound_verifiers_pass() -> None:
    check_verifier(Exact())
    check_verifier("symbolic")
    values = ("0", "42", "-7", "1/3", "(1, 2)", "[1, 2)", "x + 1", "sqrt(2)")
    check_verifier(SymbolicVerifier(), values=values, broken=("", "1/0", "\x00", "9" * 5_000))


@pytest.mark.parametrize(
    ("broken", "message"), BROKEN_VERIFIERS, ids=[str(kind.__name__) for kind, _ in BROKEN_VERIFIERS]
)  # type: ignore[attr-defined]
def test_check_verifier_catches(broken: Callable[[], Any], message: str) -> None:
    with pytest.raises(ConformanceError, match=re.compile(message, re.DOTALL)):
        check_verifier(broken())


# -- the kit itself ----------------------------------------------------------------------------------------------------


def test_the_kit_exports_what_it_documents() -> None:
    assert sorted(kit.__all__) == ["ConformanceError", "check_env", "check_teacher", "check_verifier"]
    assert issubclass(ConformanceError, AssertionError)


def test_the_kit_needs_no_test_framework() -> None:
    command = "import sys, sml_env.testing; print(sorted({'pytest', 'hypothesis', '_pytest'} & set(sys.modules)))"
    printed = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == "[]"


def test_gymnasiums_warnings_count() -> None:
    class Warns(Sound):
        __doc__ = Sound.__doc__

        def reset(self, **kwargs: Any) -> tuple[str, dict[str, Any]]:
            warnings.warn("this is not how it is done", UserWarning, stacklevel=2)
            return super().reset(**kwargs)

    with pytest.raises(ConformanceError, match=r"check_env warns: .*not how it is done"):
        check_env(Warns)
