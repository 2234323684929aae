"""Meters of whole episodes, by name: what a benchmark reports beside its scores, each by itself. None is ever paid.

``mutants`` (``sml_env.meters``), and ``student:MODEL``, ``sampled:MODEL`` and ``channel`` (``sml_env.model_meters``;
the last asks the teacher's own model). Most are read against the answer, so their accounts are no part of ``info``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, Protocol, runtime_checkable

import numpy as np

from sml_env.core import TextEnv
from sml_env.errors import ConfigurationError
from sml_env.evaluation import Episode
from sml_env.information import FloatArray, divergence_bits, entropy_bits, target_belief
from sml_env.model_meters import ChannelMeter, SampledMeter, StudentMeter, Told, counterfactual_prompts
from sml_env.models.base import LanguageModel, ScoringModel
from sml_env.models.naming import make_model, model_arguments, names_a_model
from sml_env.problems import HypothesisSpace
from sml_env.rollouts import Witness
from sml_env.teachers.model import ModelTeacher

__all__ = ["METERS", "EpisodeMeter", "MutantsOfEpisodes", "make_meter", "metered"]

METERS: Final = ("mutants", "student:MODEL", "sampled:MODEL", "channel")
"""As the command line names them."""

MOST_CANDIDATES: Final = 64
"""With more of them a channel is not asked for: each reply is read once under every candidate."""


@runtime_checkable
class EpisodeMeter(Protocol):
    """What gives an account of episodes.

    Attributes:
        name: Of the account.
        unit: What its bits are counted by: ``"question"``, ``"turn"``, ``"reply"`` or ``"episode"``.
    """

    name: str
    unit: str

    def measure(self, episodes: Sequence[Witness]) -> Sequence[dict[str, Any]]:
        """An account of each, JSON-able: ``bits`` in all (``None`` where it cannot say), ``count`` of units, and more.

        Raises:
            ModelError: If a model fails.
        """
        ...


class MutantsOfEpisodes:
    """Bits that the questions of an open program told, by its mutants."""

    name = "mutants"
    unit = "question"

    def measure(self, episodes: Sequence[Witness]) -> list[dict[str, Any]]:
        """As ``MutantMeter.account``; without bits for other problems."""
        accounts = []
        for episode in episodes:
            said = episode.core.metered() or {}
            told = said.get("realised_bits")
            accounts.append({**_total(told), **{name: value for name, value in said.items() if name != "meter"}})
        return accounts


class StudentOfEpisodes:
    """How much likelier each turn made the answer to a reference model."""

    unit = "turn"

    def __init__(self, name: str, meter: StudentMeter) -> None:
        self.name = name
        self._meter = meter

    def measure(self, episodes: Sequence[Witness]) -> list[dict[str, Any]]:
        """As ``StudentMeter.measure``."""
        lessons = [(_told(each), str(each.core.privileged()["answer"])) for each in episodes]
        return [
            {**_total(said["gains"]), "log2_probability": said["log2_probability"], "gains": said["gains"]}
            for said in self._meter.measure(lessons)
        ]


class SampledOfEpisodes:
    """The entropy of a reference model's own answers at the end."""

    unit = "episode"

    def __init__(self, name: str, meter: SampledMeter) -> None:
        self.name = name
        self._meter = meter

    def measure(self, episodes: Sequence[Witness]) -> list[dict[str, Any]]:
        """As ``SampledMeter.measure``."""
        return [
            {"bits": said["entropy_bits"], "count": 1, "answers": said["answers"], "samples": said["samples"]}
            for said in self._meter.measure([_told(each) for each in episodes])
        ]


class ChannelOfEpisodes:
    """How far each reply of a model teacher moves a belief about the answer, by that model's own likelihoods.

    Args:
        token_budget: Of one call, as ``ChannelMeter`` has it.
    """

    name = "channel"
    unit = "reply"

    def __init__(self, token_budget: int | None = None) -> None:
        self._token_budget = token_budget

    def measure(self, episodes: Sequence[Witness]) -> list[dict[str, Any]]:
        """Movement in bits of each reply that was no refusal and no substitute, and the entropy before and after.

        The episodes must have one teacher. One that is no model, or tells no likelihoods, and a problem that is open or
        has more than ``MOST_CANDIDATES`` answers, cannot be said anything of.
        """
        teachers = [each.core.teacher for each in episodes]
        spaces = [_few_answers(each.core) for each in episodes]
        asked = [
            (counterfactual_prompts(teacher, request, _texts(space)), text)
            for episode, teacher, space in zip(episodes, teachers, spaces, strict=True)
            if isinstance(teacher, ModelTeacher) and isinstance(teacher.model, ScoringModel) and space is not None
            for request, text in episode.heard
        ]
        model = next((each.model for each in teachers if isinstance(each, ModelTeacher)), None)
        if not isinstance(model, ScoringModel):
            return [_silent() for _ in episodes]
        told = iter(ChannelMeter(model, token_budget=self._token_budget).measure(asked))
        return [
            _silent() if space is None else _moved(space, [next(told)["belief"] for _ in episode.heard])
            for episode, space in zip(episodes, spaces, strict=True)
        ]


def _silent() -> dict[str, Any]:
    return {"bits": None, "count": 0, "movement_bits": None, "entropy_bits": None}


def _moved(space: HypothesisSpace, heard: Sequence[FloatArray | None]) -> dict[str, Any]:
    """How a belief moves when replies are heard one after another.

    Args:
        space: Of the answers.
        heard: What each reply alone makes of a uniform belief about them.
    """
    belief = target_belief(space.prior, space.target)
    movement: list[float] = []
    entropy = [float(entropy_bits(belief))]
    for alone in heard:
        if alone is None or not (belief * alone).any():
            return _silent()
        after = belief * alone / (belief * alone).sum()
        movement.append(divergence_bits(after, belief))
        entropy.append(float(entropy_bits(after)))
        belief = after
    return {**_total(movement), "movement_bits": movement, "entropy_bits": entropy}


def _few_answers(core: TextEnv) -> HypothesisSpace | None:
    space = core.dialogue.problem.space
    return space if space is not None and len(space.representatives) <= MOST_CANDIDATES else None


def _texts(space: HypothesisSpace) -> list[str]:
    return [space.answers.text(int(row)) for row in space.representatives]


def _total(bits: Sequence[float] | None) -> dict[str, Any]:
    return {"bits": None if bits is None else float(np.sum(bits)), "count": 0 if bits is None else len(bits)}


def _told(episode: Witness) -> Told:
    dialogue = episode.core.dialogue
    return Told(dialogue.problem.statement, dialogue.transcript)


def make_meter(text: str) -> EpisodeMeter:
    """A meter by name, with its model where it has one: ``student:vllm:MODEL?token_budget=100000``.

    Raises:
        ConfigurationError: If there is none of that name, or its model or settings make no sense.
        MissingExtraError: If the package that runs the model is missing.
    """
    name, _, model = text.partition(":")
    if text == "mutants":
        return MutantsOfEpisodes()
    if text == "channel":
        return ChannelOfEpisodes()
    if name not in ("student", "sampled") or not names_a_model(model):
        raise ConfigurationError(f"meter: {text!r} is none of {', '.join(METERS)}, where MODEL is vllm:… or openai:…")
    reference, sampling, rest = make_model({"temperature": 1.0, "max_tokens": 16, **model_arguments(model)})
    budget, samples = rest.pop("token_budget", None), rest.pop("samples", 16) if name == "sampled" else 0
    if rest:
        raise ConfigurationError(f"meter: {text!r}: unknown settings: {', '.join(rest)}")
    shown = f"{name}:{reference.name}"
    if name == "student":
        return StudentOfEpisodes(shown, StudentMeter(_scoring(text, reference), token_budget=budget))
    return SampledOfEpisodes(shown, SampledMeter(reference, samples, sampling, token_budget=budget))


def _scoring(text: str, model: LanguageModel) -> ScoringModel:
    if isinstance(model, ScoringModel):
        return model
    raise ConfigurationError(f"meter: {text!r}: that model tells no log-probabilities; name vllm:MODEL")


def metered(episodes: Sequence[Episode], witnesses: Sequence[Witness], meters: Sequence[EpisodeMeter]) -> list[Episode]:
    """Episodes with the accounts of meters: one call of each for all.

    A meter that fails leaves its reason in the account, under ``failure``; the episodes stand.

    Args:
        episodes: As ``witnessed`` gives them.
        witnesses: Likewise, before the next reset.
        meters: Any objects that are like ``EpisodeMeter``.
    """
    accounts: list[dict[str, Any]] = [{} for _ in episodes]
    for meter in meters:
        try:
            said = list(meter.measure(witnesses))
            if len(said) != len(witnesses):
                raise TypeError("the meter must return one account per episode")
        except Exception as error:  # a model, or foreign code
            reason = (str(error).splitlines() or [""])[0][:200]
            said = [{"bits": None, "count": 0, "failure": f"{type(error).__name__}: {reason}"}] * len(witnesses)
        for account, one in zip(accounts, said, strict=True):
            account[meter.name] = {"unit": meter.unit, **one}
    return [replace(episode, meters=account) for episode, account in zip(episodes, accounts, strict=True)]
