"""Exercises, the topics that sample them, and the checks that every exercise passes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from numpy.random import Generator

from sml_env.envs.topics.notation import Value, kind_of, text
from sml_env.errors import ConfigurationError
from sml_env.problems import Misconception, Step

__all__ = ["MAX_DIFFICULTY", "MIN_MISCONCEPTIONS", "Draft", "Exercise", "Topic", "Wrong", "build_exercise"]

MAX_DIFFICULTY = 5
MIN_MISCONCEPTIONS = 4
_MAX_DRAWS = 400

_FORMS = {
    "number": "Answer with an integer or a reduced fraction.",
    "pair": "Answer with the pair ({names}), each an integer or a reduced fraction.",
    "interval": "Answer in interval notation, with oo for infinity and U for a union.",
}


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise with its exact answer, a worked solution, and what wrong procedures give.

    Attributes:
        topic: Name of the topic.
        difficulty: From 1 to 5.
        statement: What is asked and in what form to answer; self-contained.
        answer: Exact: "-3", "2/5", "(2, -3)", "(-oo, -1) U [4, oo)".
        kind: "number", "pair" or "interval".
        unknowns: Names that stand for the answer: one, or two for a pair.
        steps: The worked solution; the result of the last step holds the answer.
        rules: General rules of the topic, without a value of this exercise.
        misconceptions: At least four, of the answer's kind, different from it and from one another.
    """

    topic: str
    difficulty: int
    statement: str
    answer: str
    kind: str
    unknowns: tuple[str, ...]
    steps: tuple[Step, ...]
    rules: tuple[str, ...]
    misconceptions: tuple[Misconception, ...]


@dataclass(frozen=True, slots=True)
class Wrong:
    """A wrong procedure applied to one exercise; its value is None where the procedure gives nothing."""

    name: str
    value: Value | None
    diagnosis: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What a topic draws: an exercise whose misconceptions may still coincide.

    Attributes:
        question: The statement without the sentence on the form of the answer.
        answer: Exact value.
        steps: Pairs (operation, result).
        rules: One to three general rules.
        wrong: Wrong procedures, the likeliest first: of several with one value the first is kept.
        unknowns: Names that stand for the answer.
    """

    question: str
    answer: Value
    steps: Sequence[tuple[str, str]]
    rules: Sequence[str]
    wrong: Sequence[Wrong]
    unknowns: tuple[str, ...] = ("x",)


def build_exercise(topic: str, difficulty: int, draft: Draft) -> Exercise:
    """An exercise from a draft, without the misconceptions whose value is the answer's or an earlier one's.

    Values are compared exactly, not as text.

    Raises:
        ValueError: If the draft has fewer than two steps, not one to three rules, a last step without the answer,
            the wrong number of unknowns, or a misconception of another kind than the answer.
    """
    kind, answer = kind_of(draft.answer), text(draft.answer)
    if len(draft.steps) < 2 or answer not in draft.steps[-1][1]:
        raise ValueError(f"steps={draft.steps!r} of topic={topic!r}: at least two, the last one with {answer!r}")
    if not 1 <= len(draft.rules) <= 3:
        raise ValueError(f"rules={draft.rules!r} of topic={topic!r}: one to three")
    if len(draft.unknowns) != (2 if kind == "pair" else 1):
        raise ValueError(f"unknowns={draft.unknowns!r} of topic={topic!r}: one, or two for a pair")
    misconceptions = []
    for value, wrong in _different(draft).items():
        if kind_of(value) != kind:
            raise ValueError(f"misconception {wrong.name!r} of topic={topic!r} is no {kind}: {value!r}")
        misconceptions.append(Misconception(wrong.name, text(value), wrong.diagnosis))
    return Exercise(
        topic=topic,
        difficulty=difficulty,
        statement=f"{draft.question} {_FORMS[kind].format(names=', '.join(draft.unknowns))}",
        answer=answer,
        kind=kind,
        unknowns=draft.unknowns,
        steps=tuple(Step(operation, result) for operation, result in draft.steps),
        rules=tuple(draft.rules),
        misconceptions=tuple(misconceptions),
    )


def _different(draft: Draft) -> dict[Value, Wrong]:
    """The first wrong procedure for each value that is not the answer."""
    seen: set[Value] = {draft.answer}
    found = {}
    for wrong in draft.wrong:
        if wrong.value is not None and wrong.value not in seen:
            seen.add(wrong.value)
            found[wrong.value] = wrong
    return found


@dataclass(frozen=True, slots=True)
class Topic:
    """A family of exercises.

    Attributes:
        name: Key in the table of topics, in snake case.
        title: The same in plain English.
        source: Where the wrong procedures are described.
        draw: Draws one draft of a difficulty; None where the numbers drawn make no exercise.
    """

    name: str
    title: str
    source: str
    draw: Callable[[Generator, int], Draft | None]

    def sample(self, rng: Generator, difficulty: int) -> Exercise:
        """Draws an exercise with at least four misconceptions; arguments and errors as of ``sample_draft``."""
        return build_exercise(self.name, difficulty, self.sample_draft(rng, difficulty))

    def sample_draft(self, rng: Generator, difficulty: int) -> Draft:
        """Draws what becomes an exercise with at least four misconceptions.

        Args:
            rng: The only source of randomness: the same state gives the same draft.
            difficulty: From 1 (easiest) to 5.

        Raises:
            ConfigurationError: If the difficulty is not an integer from 1 to 5.
        """
        if isinstance(difficulty, bool) or difficulty not in range(1, MAX_DIFFICULTY + 1):
            raise ConfigurationError(f"difficulty={difficulty!r}: an integer from 1 to {MAX_DIFFICULTY}")
        for _ in range(_MAX_DRAWS):
            draft = self.draw(rng, difficulty)
            if draft is not None and len(_different(draft)) >= MIN_MISCONCEPTIONS:
                return draft
        raise RuntimeError(f"topic={self.name!r} drew no exercise of difficulty={difficulty} in {_MAX_DRAWS} tries")
