"""Meters on language models, for open problems: what a transcript is worth to a reader, and what a reply gives away.

Each is what its name says and no more; none is paid. ``student``: how likely a reference model finds the answer after
each turn. ``sampled``: how a reference model's own answers spread. ``channel``: how far a teacher's own likelihoods,
under counterfactual answers, move a belief on hearing what it said. The first depends on the answer and is for
evaluators; so is whatever is measured on a teacher that holds it.

Sources: for ``student`` the learning diagnostic of social meta-learning (Cook et al., arXiv 2602.16488) and STaR-GATE
(arXiv 2403.19154); for ``channel`` counterfactual likelihoods (arXiv 2605.19092).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final, TypeAlias

import numpy as np

from sml_env.errors import ConfigurationError, ModelError
from sml_env.information import FloatArray, divergence_bits, entropy_bits
from sml_env.models.base import LanguageModel, Message, Prompt, Sampling, ScoringModel, harmless
from sml_env.teachers.base import AnswerView, Request, Turn
from sml_env.teachers.model import ModelTeacher
from sml_env.verifiers.symbolic import verify

__all__ = ["FLOOR", "ChannelMeter", "SampledMeter", "StudentMeter", "Told", "counterfactual_prompts"]

FLOOR: Final = 0.01
"""Least probability of a token: a weak model is sure of little, and one odd token would outweigh all others."""

Asked: TypeAlias = tuple[tuple[Message, ...], str]
"""A chat, and what might be said next."""

_ASKED: Final = "What is the answer? Reply with the answer alone."
_LEAD: Final = "The answer is"
_LONGEST: Final = 200
_TURNS_READ: Final = 64


@dataclass(frozen=True, slots=True)
class Told:
    """A lesson that is to be measured.

    Attributes:
        statement: Of the problem.
        transcript: The exchanges so far.
    """

    statement: str
    transcript: tuple[Turn, ...]

    def messages(self, turns: int) -> tuple[Message, ...]:
        """The first turns as a reader is given them, with the question for the answer."""
        lines = [self.statement, ""]
        for turn in self.transcript[:turns][-_TURNS_READ:]:
            lines += [f"Student: {turn.student}", f"Teacher: {turn.teacher}"]
        return (Message("user", harmless("\n".join([*lines, "", _ASKED]))),)


def _budget(tokens: int | None) -> float:
    if tokens is None:
        return math.inf
    if isinstance(tokens, bool) or not isinstance(tokens, int) or tokens < 1:
        raise ConfigurationError(f"token_budget: {tokens!r} is neither None nor a positive integer")
    return tokens


def _cost(messages: Sequence[Message], text: str = "") -> int:
    """At most how many tokens a model reads: a tokenizer has no more of them than a text has bytes."""
    return sum(len(message.content.encode()) for message in messages) + len(text.encode())


def _covered(costs: Sequence[int], budget: float) -> list[bool]:
    """Which of some measurements the budget pays for: in order; one that is too dear is left out."""
    covered = []
    for cost in costs:
        covered.append(cost <= budget)
        budget -= cost if covered[-1] else 0
    return covered


def _scored(
    model: ScoringModel, groups: Sequence[Sequence[Asked]], budget: float
) -> list[list[tuple[float, ...] | None]]:
    """The scores of groups of texts, all in one call; ``None`` for each text of a group beyond the budget."""
    covered = _covered([sum(_cost(*asked) for asked in group) for group in groups], budget)
    asked = [each for group, kept in zip(groups, covered, strict=True) if kept for each in group]
    scores = iter(model.score(asked) if asked else ())
    return [[next(scores) if kept else None for _ in group] for group, kept in zip(groups, covered, strict=True)]


class StudentMeter:
    """log p(answer | transcript) under a reference model, after each turn.

    Args:
        model: The reference.
        token_budget: Most tokens that it reads in one call, counted by bytes; what is beyond is not measured.

    Raises:
        ConfigurationError: If the budget is no positive integer.
    """

    name = "student"

    def __init__(self, model: ScoringModel, *, token_budget: int | None = None) -> None:
        self._model = model
        self._budget = _budget(token_budget)

    def measure(self, lessons: Sequence[tuple[Told, str]]) -> list[dict[str, Any]]:
        """Lessons with their answers, all scored in one call.

        Returns:
            Of each ``log2_probability`` (before the first turn and after every turn, in bits; shape ``(T + 1,)``) and
            ``gains`` (its change by each turn); ``None`` where the model cannot say, or the budget is spent.

        Raises:
            ModelError: If the model fails.
        """
        groups = [
            [
                (told.messages(turns), text)
                for turns in range(len(told.transcript) + 1)
                for text in (f"{_LEAD} {answer}", _LEAD)
            ]
            for told, answer in lessons
        ]
        accounts = []
        for scores in _scored(self._model, groups, self._budget):
            values = [_difference(whole, lead) for whole, lead in zip(scores[::2], scores[1::2], strict=True)]
            known = [value for value in values if value is not None]
            whole = len(known) == len(values)
            gains = tuple(after - before for before, after in pairwise(known)) if whole else None
            accounts.append({"meter": self.name, "log2_probability": tuple(known) if whole else None, "gains": gains})
        return accounts


def _difference(whole: Sequence[float] | None, lead: Sequence[float] | None) -> float | None:
    """What the answer's own tokens add, in bits."""
    if whole is None or lead is None:
        return None
    return (math.fsum(whole) - math.fsum(lead)) / math.log(2)


class SampledMeter:
    """The distribution of a reference model's own answers.

    Args:
        model: The reference.
        samples: How many answers of each lesson.
        sampling: Of them.
        token_budget: Most tokens that are read, counted by bytes, and written in one call.

    Raises:
        ConfigurationError: If an argument makes no sense.
    """

    name = "sampled"

    def __init__(
        self,
        model: LanguageModel,
        samples: int = 16,
        sampling: Sampling | None = None,
        *,
        token_budget: int | None = None,
    ) -> None:
        if isinstance(samples, bool) or not isinstance(samples, int) or not 1 <= samples <= 1_024:
            raise ConfigurationError(f"samples: {samples!r} is not an integer from 1 to 1,024")
        self._model = model
        self._samples = samples
        self._sampling = sampling or Sampling(temperature=1.0, max_tokens=16)
        self._budget = _budget(token_budget)

    def measure(self, lessons: Sequence[Told], seed: int = 0) -> list[dict[str, Any]]:
        """All lessons in one call.

        Returns:
            Of each ``answers`` (text to share, most frequent first, equal ones together; unreadable ones as ``""``),
            ``entropy_bits`` of that and ``samples``, how many came; ``None`` where none came.
        """
        read = [told.messages(len(told.transcript)) for told in lessons]
        costs = [self._samples * (_cost(messages) + self._sampling.max_tokens) for messages in read]
        covered = _covered(costs, self._budget)
        prompts = [
            Prompt(messages, seed * self._samples + number)
            for messages, kept in zip(read, covered, strict=True)
            if kept
            for number in range(self._samples)
        ]
        completions = iter(self._model.complete(prompts, self._sampling) if prompts else ())
        accounts = []
        for kept in covered:
            drawn = [next(completions) for _ in range(self._samples if kept else 0)]
            said = [each for each in drawn if not isinstance(each, ModelError)]
            shares = _grouped([each.text[:_LONGEST] for each in said])
            entropy = float(entropy_bits(np.array(list(shares.values())))) if shares else None
            accounts.append(
                {"meter": self.name, "answers": shares or None, "entropy_bits": entropy, "samples": len(said)}
            )
        return accounts


def _grouped(texts: Sequence[str]) -> dict[str, float]:
    """Shares of answers that are equal by the symbolic verifier."""
    counts: Counter[str] = Counter()
    for text in texts:
        for known in counts:
            if text == known or (known and verify(text, known).correct):
                counts[known] += 1
                break
        else:
            readable = verify(text, text).correct
            counts[text if readable else ""] += 1
    return {text: count / len(texts) for text, count in counts.most_common()}


def counterfactual_prompts(teacher: ModelTeacher, request: Request, candidates: Sequence[str]) -> tuple[Prompt, ...]:
    """What a teacher would be given for a request if each candidate were the answer.

    The worked solution and the diagnosis are withheld, since they belong to the real answer. A view without an answer
    gives the same prompt for all.

    Args:
        teacher: Whose prompts they are.
        request: As the teacher got it.
        candidates: In the verifier's notation.
    """
    view = request.view
    if not isinstance(view, AnswerView):
        return (teacher.prompt(request),) * len(candidates)
    bare = replace(view, answers=None, steps=(), diagnosis=None, verdict=None, details=(), hypothesis=None)
    return tuple(
        teacher.prompt(replace(request, view=replace(bare, answer=candidate), refused=())) for candidate in candidates
    )


class ChannelMeter:
    """How far what a teacher said moves a belief, by the teacher's own likelihoods under counterfactual answers.

    It measures the *use of the private view*: a teacher that solves the problem by itself scores 0. Signed bits of a
    weak model are noise (it credits any number that is mentioned); the movement is an alarm.

    Args:
        model: The teacher's own; at the temperature at which it spoke.
        floor: Least probability of a token.
        token_budget: Most tokens that it reads in one call, counted by bytes; what is beyond is not measured.

    Raises:
        ConfigurationError: If an argument makes no sense.
    """

    name = "channel"

    def __init__(self, model: ScoringModel, floor: float = FLOOR, *, token_budget: int | None = None) -> None:
        if not 0.0 <= floor < 1.0:
            raise ConfigurationError(f"floor: {floor!r} is not from 0 up to 1")
        self._model = model
        self._floor = floor
        self._budget = _budget(token_budget)

    def measure(
        self, replies: Sequence[tuple[Sequence[Prompt], str]], prior: FloatArray | None = None
    ) -> list[dict[str, Any]]:
        """Replies, each with the prompt that the teacher would have had under every candidate; one call for all.

        Args:
            replies: Prompts in the order of the candidates, and what was said.
            prior: Of the candidates, shape ``(N,)``; uniform by default.

        Returns:
            Of each ``belief`` (shape ``(N,)``), ``movement_bits`` (KL of it from the prior) and ``realised_bits``
            (H(prior) − H(belief)). Exactly the prior and 0, without a call, where all prompts are the same; ``None``
            where the model cannot say, or the budget is spent.

        Raises:
            ModelError: If the model fails.
        """
        differing = [len({prompt.messages for prompt in prompts}) > 1 for prompts, _ in replies]
        groups = [
            [(prompt.messages, text) for prompt in prompts] if differs else []
            for (prompts, text), differs in zip(replies, differing, strict=True)
        ]
        accounts = []
        for (prompts, _), scores in zip(replies, _scored(self._model, groups, self._budget), strict=True):
            size = len(prompts)
            before = np.full(size, 1.0 / size) if prior is None else prior
            accounts.append(self._account(before, scores or [()] * size))
        return accounts

    def _account(self, prior: FloatArray, rows: Sequence[Sequence[float] | None]) -> dict[str, Any]:
        known = [row for row in rows if row is not None]
        if len(known) != len(rows):
            return {"meter": self.name, "belief": None, "movement_bits": None, "realised_bits": None}
        if not any(known):
            return {"meter": self.name, "belief": prior, "movement_bits": 0.0, "realised_bits": 0.0}
        least = math.log(self._floor) if self._floor else -math.inf
        likelihood = np.array([math.fsum(max(token, least) for token in row) for row in known])
        weights = prior * np.exp(likelihood - likelihood.max())
        belief = weights / weights.sum()
        realised = float(entropy_bits(prior) - entropy_bits(belief))
        movement = divergence_bits(belief, prior)
        return {"meter": self.name, "belief": belief, "movement_bits": movement, "realised_bits": realised}
