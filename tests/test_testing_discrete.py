"""The conformance kit on discrete environments: what is sound passes, every planted fault is found."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable
from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt
import pytest

from sml_env.envs.mastermind_discrete import MastermindDiscreteEnv
from sml_env.envs.math_tutor_discrete import MathTutorDiscreteEnv
from sml_env.envs.twenty_questions_discrete import TwentyQuestionsDiscreteEnv
from sml_env.episodes import Episodes
from sml_env.errors import ConfigurationError
from sml_env.game import Game
from sml_env.laws import Law
from sml_env.testing import ConformanceError, check_env
from sml_env.testing.counterfactual import discrete_env, hypothesis, text_env, under
from sml_env.testing.playing import idle

Step = tuple[npt.NDArray[Any], float, bool, bool, dict[str, Any]]
LAST = 18  # the attempt of the default setting: 15 comparisons, three divisors


class Sound(TwentyQuestionsDiscreteEnv):
    __doc__ = TwentyQuestionsDiscreteEnv.__doc__

    @property
    def truth(self) -> int:
        return int(self.privileged()["hypothesis"])


class TruthInObservation(Sound):
    __doc__ = Sound.__doc__

    def reset(self, **kwargs: Any) -> tuple[npt.NDArray[Any], dict[str, Any]]:
        observation, info = super().reset(**kwargs)
        observation[16] = self.truth / 1_000
        return observation, info


class TruthInLaterObservation(Sound):
    """From the second step on."""

    __doc__ = Sound.__doc__

    def step(self, action: Any) -> Step:
        observation, *rest = super().step(action)
        if rest[3]["turns_left"] == 3:  # type: ignore[index]
            observation[0] = np.float32((self.truth % 2) / 2)
        return observation, *rest  # type: ignore[return-value]


class HypothesisInInfo(Sound):
    __doc__ = Sound.__doc__

    def reset(self, **kwargs: Any) -> tuple[npt.NDArray[Any], dict[str, Any]]:
        observation, info = super().reset(**kwargs)
        return observation, {**info, "hypothesis": self.truth}


class DigestInInfo(Sound):
    """The truth under another name, scrambled."""

    __doc__ = Sound.__doc__

    def step(self, action: Any) -> Step:
        observation, reward, terminated, truncated, info = super().step(action)
        return observation, reward, terminated, truncated, {**info, "digest": self.truth * 7_919 % 101}


class MaskTells(Sound):
    """A comparison is illegal where the truth is high."""

    __doc__ = Sound.__doc__

    def step(self, action: Any) -> Step:
        return super().step(-1 if action == 5 and self.truth >= 8 else action)

    def action_masks(self) -> npt.NDArray[np.int8]:
        mask = super().action_masks()
        mask[5] = self.truth < 8
        return mask


class MaskTellsWhenAsked(Sound):
    """Not in info."""

    __doc__ = Sound.__doc__

    def reset(self, **kwargs: Any) -> tuple[npt.NDArray[Any], dict[str, Any]]:
        self.quiet = True
        returned = super().reset(**kwargs)
        self.quiet = False
        return returned

    def step(self, action: Any) -> Step:
        self.quiet = True
        returned = super().step(action)
        self.quiet = False
        return returned

    def action_masks(self) -> npt.NDArray[np.int8]:
        mask = super().action_masks()
        if not self.quiet:
            mask[5] = self.truth < 8
        return mask


class RewardTells(Sound):
    __doc__ = Sound.__doc__

    def step(self, action: Any) -> Step:
        observation, reward, terminated, truncated, info = super().step(action)
        info["reward_terms"] = {**info["reward_terms"], "told": self.truth / 1_000}
        return observation, reward + self.truth / 1_000, terminated, truncated, info


class ReprTells(Sound):
    __doc__ = Sound.__doc__

    def __repr__(self) -> str:
        return f"ReprTells({self.truth if str(self._episodes.ids[0]) else ''})"


class RenderTells(Sound):
    __doc__ = Sound.__doc__

    def render(self) -> str | None:
        return None if super().render() is None else f"{super().render()}\n{self.truth}"


class WordsTell(Sound):
    __doc__ = Sound.__doc__

    def utterance(self, action: int) -> str:
        return super().utterance(action) + " " * (self.truth % 3)


class AttributeTells(Sound):
    __doc__ = Sound.__doc__

    def reset(self, **kwargs: Any) -> tuple[npt.NDArray[Any], dict[str, Any]]:
        returned = super().reset(**kwargs)
        self.note = self.truth
        return returned


class Quiet:
    """Says nothing of what it holds, except to pickle."""

    def __init__(self, held: int) -> None:
        self.held = held

    def __repr__(self) -> str:
        return "Quiet()"


class PickleTells(Sound):
    __doc__ = Sound.__doc__

    def reset(self, **kwargs: Any) -> tuple[npt.NDArray[Any], dict[str, Any]]:
        returned = super().reset(**kwargs)
        self.note = Quiet(self.truth)
        return returned


class ErrorTells(Sound):
    __doc__ = Sound.__doc__

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[npt.NDArray[Any], dict[str, Any]]:
        if options and "truth" in options:
            raise ConfigurationError(f"options: the truth is {self.truth}")
        return super().reset(seed=seed, options=options)


class AnswersAnother(Sound):
    """What is asked depends on the truth."""

    __doc__ = Sound.__doc__

    def step(self, action: Any) -> Step:
        return super().step((action + 1) % LAST if self.truth % 2 and 0 <= action < LAST else action)


class PicklesItsEpisode(Sound):
    __doc__ = Sound.__doc__

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self.reset(seed=0)


class HistoryKept(Sound):
    __doc__ = Sound.__doc__
    steps = 0

    def reset(self, **kwargs: Any) -> tuple[npt.NDArray[Any], dict[str, Any]]:
        observation, info = super().reset(**kwargs)
        observation[0] = min(self.steps, 1)
        return observation, info

    def step(self, action: Any) -> Step:
        self.steps += isinstance(action, np.integer) and bool(action >= 10)
        return super().step(action)


class CountsItself(Sound):
    """Each one made is another."""

    __doc__ = Sound.__doc__
    made = itertools.count()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.number = next(self.made)

    def reset(self, **kwargs: Any) -> tuple[npt.NDArray[Any], dict[str, Any]]:
        observation, info = super().reset(**kwargs)
        observation[0] = 1 / (1 + self.number)
        return observation, info


class DrawsFromRandom(Sound):
    __doc__ = Sound.__doc__

    def step(self, action: Any) -> Step:
        random.random()
        return super().step(action)


class NoMask(Sound):
    __doc__ = Sound.__doc__

    def step(self, action: Any) -> Step:
        returned = super().step(action)
        del returned[4]["action_mask"]
        return returned


class MaskOfTruthValues(Sound):
    __doc__ = Sound.__doc__

    def action_masks(self) -> Any:
        return super().action_masks().astype(bool)


class MaskTooShort(Sound):
    __doc__ = Sound.__doc__

    def action_masks(self) -> npt.NDArray[np.int8]:
        return super().action_masks()[:-1]


class MaskOfTwos(Sound):
    __doc__ = Sound.__doc__

    def action_masks(self) -> npt.NDArray[np.int8]:
        return super().action_masks() * np.int8(2)


class RefusesOddNumbers(Sound):
    __doc__ = Sound.__doc__

    def step(self, action: Any) -> Step:
        if isinstance(action, int) and action > LAST:
            raise IndexError("action")
        return super().step(action)


class RefusesNoNumbers(Sound):
    __doc__ = Sound.__doc__

    def step(self, action: Any) -> Step:
        return super().step(int(action))


class IllegalIsFree(Sound):
    __doc__ = Sound.__doc__

    def step(self, action: Any) -> Step:
        if isinstance(action, int) and action > LAST:
            return self.last
        self.last = super().step(action)
        return self.last


class IllegalTells(Sound):
    """A number too large is taken modulo."""

    __doc__ = Sound.__doc__

    def step(self, action: Any) -> Step:
        return super().step(action % (LAST + 1) if isinstance(action, int) and action > LAST else action)


class BudgetTruncates(Sound):
    __doc__ = Sound.__doc__

    def step(self, action: Any) -> Step:
        observation, reward, terminated, _, info = super().step(action)
        return observation, reward, terminated and info["success"], info["turns_left"] == 0, info


class GoesOn(Sound):
    __doc__ = Sound.__doc__

    def step(self, action: Any) -> Step:
        if self._said is not None and not self._playing and str(self._episodes.ids[0]):
            return self.last
        self.last = super().step(action)
        return self.last


class NumpyReward(Sound):
    __doc__ = Sound.__doc__

    def step(self, action: Any) -> Step:
        observation, reward, *rest = super().step(action)
        return observation, np.float64(reward), *rest  # type: ignore[return-value]


class UnnamedReward(Sound):
    __doc__ = Sound.__doc__

    def step(self, action: Any) -> Step:
        observation, reward, *rest = super().step(action)
        return observation, reward + 0.01, *rest  # type: ignore[return-value]


class OutsideItsSpace(Sound):
    __doc__ = Sound.__doc__

    def step(self, action: Any) -> Step:
        observation, *rest = super().step(action)
        return (observation + 2 if action == -1 else observation), *rest  # type: ignore[return-value]


class NoDocstring(Sound):
    pass


BROKEN: list[tuple[Callable[..., gym.Env[Any, Any]], str]] = [
    (TruthInObservation, r"observation at reset depends on the truth"),
    (TruthInLaterObservation, r"observation after action -?\d+ depends on the truth"),
    (HypothesisInInfo, r"info at reset holds hypothesis, which is private"),
    (DigestInInfo, r"info after action -?\d+ depends on the truth"),
    (MaskTells, r"info at reset depends on the truth"),
    (MaskTellsWhenAsked, r"action_masks\(\) at reset depends on the truth"),
    (RewardTells, r"reward after action -?\d+ depends on the truth"),
    (ReprTells, r"repr of the (unwrapped )?environment at reset depends on the truth"),
    (RenderTells, r"render\(\) at reset depends on the truth"),
    (WordsTell, r"utterance\(\) at reset depends on the truth"),
    (AttributeTells, r"public attributes at reset depends on the truth"),
    (PickleTells, r"the pickle at reset depends on the truth"),
    (ErrorTells, r"the error of reset with an unknown option depends on the truth"),
    (AnswersAnother, r"what is asked after action \d+ depends on the truth|the kind of query after action \d+ depends"),
    (PicklesItsEpisode, r"of a copy by pickle, whose episode must stay behind, is accepted"),
    (HistoryKept, r"something is kept from before"),
    (CountsItself, r"two environments differ on seed|gymnasium's own check_env fails"),
    (DrawsFromRandom, r"step\(.*\) changes the global state of `random`"),
    (NoMask, r"info\['action_mask'\] at step 1 is None: make it an int8 array of shape \(19,\)"),
    (MaskOfTruthValues, r"info\['action_mask'\] at reset"),
    (MaskTooShort, r"info\['action_mask'\] at reset"),
    (MaskOfTwos, r"info\['action_mask'\] at reset"),
    (RefusesOddNumbers, r"step\(19\) raises IndexError: .* reply to any number"),
    (RefusesNoNumbers, r"step\(.*\) raises ValueError: .* reply to any number"),
    (IllegalIsFree, r"step\(\d+\) costs no turn|step\(\d+\) raises AttributeError"),
    (IllegalTells, r"which is no legal action, tells"),
    (BudgetTruncates, r"the turn budget truncates"),
    (GoesOn, r"a step after the end of an episode is accepted"),
    (NumpyReward, r"the reward at step 1 is"),
    (UnnamedReward, r"reward_terms at step 1 sum to"),
    (OutsideItsSpace, r"outside the observation space"),
    (NoDocstring, r"has no section Description"),
]


@pytest.mark.parametrize("observation", ["belief", "history", "per_action"])
def test_a_sound_environment_passes(observation: str) -> None:
    check_env(Sound, observation=observation, attempts="each", rules={"disguised_attempts": False})


@pytest.mark.parametrize(("broken", "message"), BROKEN, ids=[str(kind.__name__) for kind, _ in BROKEN])  # type: ignore[attr-defined]
def test_check_env_catches(broken: Callable[..., gym.Env[Any, Any]], message: str) -> None:
    with pytest.raises(ConformanceError, match=re.compile(message, re.DOTALL)):
        check_env(broken)


class Peeks(gym.ObservationWrapper[Any, Any, Any]):
    def observation(self, observation: Any) -> Any:
        observation[0] = self.unwrapped.privileged()["hypothesis"] / 100  # type: ignore[attr-defined]
        return observation


def test_check_env_looks_through_wrappers_of_numbers() -> None:
    with pytest.raises(ConformanceError, match="observation at reset depends on the truth"):
        check_env(lambda: Peeks(Sound()))


def test_a_belief_that_hears_the_truth_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of the game itself: after a question that tells nothing the listener knows a little more."""
    play = Game.play

    def leaking(game: Game, questions: Any, active: Any = None) -> Any:
        played = play(game, questions, active)
        played.entropy[:] += game.truth % 2 / 1_000
        return played

    monkeypatch.setattr(Game, "play", leaking)
    with pytest.raises(ConformanceError, match=r"info after action -?\d+ depends on the truth"):
        check_env("sml_env/TwentyQuestionsDiscrete-v0", asymmetry="verifier")


def test_a_liar_whose_ties_fall_to_the_truth_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one question ahead a reply is worth nothing to the listener, so it must not follow the truth."""
    delivered = Law.delivered

    def preferring(law: Law, true: Any, replies: Any, told: Any, rates: Any, seeds: Any, turns: Any, masses: Any,
                   sure: Any = None) -> Any:  # fmt: skip
        masses = masses.copy()
        masses[np.arange(len(true)), true] += 1e-6
        return delivered(law, true, replies, told, rates, seeds, turns, masses, sure)

    monkeypatch.setattr(Law, "delivered", preferring)
    with pytest.raises(ConformanceError, match="depends on the truth"):
        check_env("sml_env/TwentyQuestionsDiscrete-v0", teacher={"voice": "lying", "lies": 2, "worst": True})


# -- forging the truth -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [TwentyQuestionsDiscreteEnv, MastermindDiscreteEnv, MathTutorDiscreteEnv])
def test_a_forged_truth_is_the_one_that_is_played(kind: Any) -> None:
    for row in (0, 3, 15):
        env = under(kind(), hypothesis(row))
        env.reset(seed=1)
        privileged = discrete_env(env).privileged()
        problem = discrete_env(env).family.problem(str(discrete_env(env)._episodes.ids[0]))
        assert privileged["hypothesis"] == row
        assert problem.space is not None
        assert privileged["answer"] == problem.space.answers.text(row)
        pickled = env.__reduce_ex__(2)
        assert isinstance(discrete_env(env)._episodes, Episodes)
        assert pickled[2]["_episodes"] is None  # type: ignore[index]


def test_a_text_environment_is_no_discrete_one() -> None:
    with pytest.raises(ConformanceError, match="is not a DiscreteEnv"):
        discrete_env(gym.make("sml_env/TwentyQuestions-v0"))
    with pytest.raises(ConformanceError, match="is not a TextEnv"):
        text_env(Sound())


def test_an_idle_action_asks_nothing() -> None:
    for env_id in ("sml_env/TwentyQuestions-v0", "sml_env/TwentyQuestionsDiscrete-v0"):
        env = gym.make(env_id, disable_env_checker=True)
        env.reset(seed=0)
        assert env.step(idle(env))[4]["query_kind"] == "malformed"
