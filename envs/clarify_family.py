"""The problems of Clarify: generated stories, or word problems of a data set with a quantity removed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

import numpy as np

from sml_env.config import checked, integer, names
from sml_env.envs.clarifications.domain import Clarification
from sml_env.envs.clarifications.facts import IRRELEVANT, OPTIONS, Fact, clarification_space, query_of
from sml_env.envs.clarifications.removal import VALUES, Removal, removals
from sml_env.envs.clarifications.stories import NAMES, STORIES, Story, distractions
from sml_env.envs.math_family import SPLITS, split_of
from sml_env.errors import ConfigurationError, DataError
from sml_env.problems import HypothesisSpace, Problem, Secret, Solution, details_of

__all__ = ["ClarifyConfig", "ClarifyFamily", "DataClarifyFamily", "clarify_family"]

DISTRACTIONS: Final = 2
"""Facts that are withheld and do not matter."""

_MOST: Final = 3
_NUMBER: Final = 2**31
_ID: Final = re.compile(r"([a-z]+)-([1-3])-(train|test)-(0|[1-9][0-9]{0,9})")
_WIDTH: Final = 100
"""The largest denominator of an answer."""


@dataclass(frozen=True, slots=True)
class ClarifyConfig:
    """What is particular to Clarify.

    Attributes:
        stories: Names of the stories to draw from; all by default.
        difficulty: How many facts that matter are withheld, 1 to 3.
        split: ``"train"`` or ``"test"``: no statement is in both.
        data: Word problems instead, a JSON Lines file in GSM8K's layout or ``hf:…``; one quantity of each is removed.
    """

    stories: tuple[str, ...] = tuple(STORIES)
    difficulty: int = 2
    split: str = "train"
    data: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "stories", names("stories", self.stories, tuple(STORIES)))
        integer("difficulty", self.difficulty, 1, _MOST)
        if self.split not in SPLITS:
            raise ConfigurationError(f"split: {self.split!r} is none of {', '.join(SPLITS)}")
        if self.data is not None and (not isinstance(self.data, str) or not self.data):
            raise ConfigurationError(f"data: {self.data!r} is not the path of a file")

    @classmethod
    def of(cls, config: Mapping[str, Any] | None) -> ClarifyConfig:
        """From a JSON-able mapping; a difficulty from k to k is k, but none from k to more: N must be one number.

        Raises:
            ConfigurationError: If a key is unknown or a value makes no sense.
        """
        given = checked(cls, config)
        level = given.get("difficulty")
        if isinstance(level, list | tuple) and len(level) == 2 and level[0] == level[1]:
            given["difficulty"] = level[0]
        if given.get("data") is not None:
            idle = sorted({"stories", "difficulty", "split"} & set(given))
            if idle:
                raise ConfigurationError(f"{idle[0]}: of the generated stories; word problems of data have none")
        return cls(**given)


def clarify_family(config: ClarifyConfig) -> ClarifyFamily | DataClarifyFamily:
    """The family that a config describes."""
    return ClarifyFamily(config) if config.data is None else DataClarifyFamily(config.data)


class _Sized:
    """What all problems of a family have in common.

    Args:
        relevant: How many facts that matter are withheld.
        options: In how many ways the first of them may be; the others may be in ``OPTIONS``.
    """

    comparisons = False
    shares_answers = True
    default_rules: Final = {"disguised_attempts": False}

    def __init__(self, relevant: int, options: int = OPTIONS) -> None:
        self.menu_slots = relevant + DISTRACTIONS
        self.candidates = options * OPTIONS ** (self.menu_slots - 1)
        self.most_replies = options + 1
        self.default_turns = relevant + 1


class ClarifyFamily(_Sized):
    """Generated stories, each a function of its id."""

    def __init__(self, config: ClarifyConfig) -> None:
        super().__init__(config.difficulty)
        self._config = config

    def sample(self, rng: np.random.Generator) -> str:
        """The id of a problem drawn at random."""
        story = self._config.stories[int(rng.integers(len(self._config.stories)))]
        return f"{story}-{self._config.difficulty}-{self._config.split}-{int(rng.integers(_NUMBER))}"

    def problem_ids(self) -> None:
        """Too many to list."""
        return None

    def problem(self, problem_id: str) -> Problem:
        """The problem with an id such as ``pens-2-train-17``.

        Raises:
            ConfigurationError: If the id is not of that form, names an unknown story, or has another difficulty, and so
                another number of hypotheses.
        """
        found = _ID.fullmatch(problem_id) if isinstance(problem_id, str) else None
        if found is None or found[1] not in STORIES or int(found[4]) >= _NUMBER:
            raise ConfigurationError(f"problem_id: {problem_id!r} is not STORY-DIFFICULTY-SPLIT-NUMBER")
        if int(found[2]) != self._config.difficulty:
            raise ConfigurationError(f"problem_id: {problem_id!r} is not of difficulty {self._config.difficulty}")
        return _told_story(problem_id, found[1], int(found[2]), found[3], int(found[4]))


@lru_cache(maxsize=256)
def _told_story(problem_id: str, name: str, difficulty: int, split: str, number: int) -> Problem:
    digest = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big")
    seed = np.random.SeedSequence([digest, difficulty, SPLITS.index(split), number])
    rng = np.random.default_rng(seed)
    while True:
        who = NAMES[int(rng.integers(len(NAMES)))]
        told = _arranged(STORIES[name](rng, who), distractions(rng, who, DISTRACTIONS), difficulty, rng)
        if told is not None and split_of(told[0]) == split:
            return _problem(problem_id, *told, rng)


def _arranged(
    story: Story, idle: tuple[Fact, ...], difficulty: int, rng: np.random.Generator
) -> tuple[str, tuple[Fact, ...], HypothesisSpace] | None:
    """The statement, the withheld facts in the order of the statement, and the hypotheses; ``None`` for bad numbers."""
    hidden = set(rng.choice(len(story.facts), difficulty, replace=False).tolist())
    given = {place: int(rng.integers(OPTIONS)) for place in range(len(story.facts)) if place not in hidden}
    sentences = [
        *(fact.vague if place in hidden else fact.options[given[place]] for place, fact in enumerate(story.facts)),
        *(fact.vague for fact in idle),
    ]
    order = rng.permutation(len(sentences)).tolist()
    statement = " ".join([story.opening, *(sentences[place] for place in order if sentences[place]), story.question])
    places = [place for place in order if place not in given]
    whole = (*story.facts, *idle)

    def answer(options: tuple[int, ...]) -> Fraction:
        known = given | dict(zip(places, options, strict=True))
        return Fraction(story.answer(*(known[place] for place in range(len(story.facts)))))

    facts = tuple(whole[place] for place in places)
    space = clarification_space(facts, answer)
    return None if space is None or not _writable(space) else (statement, facts, space)


def _writable(space: HypothesisSpace) -> bool:
    """Whether all answers are positive, and short to write."""
    answers = [Fraction(space.answers.text(row)) for row in space.representatives.tolist()]
    return min(answers) > 0 and max(answer.denominator for answer in answers) <= _WIDTH


def _problem(
    problem_id: str, statement: str, facts: tuple[Fact, ...], space: HypothesisSpace, rng: np.random.Generator
) -> Problem:
    """The truth is drawn last, so that nothing else depends on it.

    A teacher with "knowledge" knows all that is withheld but one fact that matters.
    """
    truth = int(rng.integers(len(space)))
    relevant = [place for place, fact in enumerate(facts) if fact.kind != IRRELEVANT]
    unknown = relevant[int(rng.integers(len(relevant)))]
    answers = space.answers
    solution = Solution(answers.text(truth), truth, answers.only(truth), details=details_of(answers, truth))
    return Problem(
        problem_id,
        statement,
        Secret(solution),
        space,
        tuple(query_of(place, fact) for place, fact in enumerate(facts) if place != unknown),
        hints_from_statement=True,
        domain=Clarification(facts),
    )


class DataClarifyFamily(_Sized):
    """Word problems of a data set, with one quantity removed and two idle facts added.

    The truth is drawn from eight values of the quantity, of which the data set's own is one: what the answer of the
    data set is tells nothing.

    Args:
        source: As of ``load_records``, in GSM8K's layout.

    Raises:
        DataError: If not one problem of the source can be converted.
    """

    def __init__(self, source: str) -> None:
        super().__init__(1, VALUES)
        self._source = source
        self._removals = {removal.name: removal for removal in removals(source)}
        if not self._removals:
            raise DataError(
                f"{source}: no problem has a quantity that can be removed; they need worked solutions with "
                "calculator annotations, as in <<16-3=13>>"
            )
        self._names = tuple(self._removals)
        self._built = lru_cache(maxsize=256)(self._build)

    def sample(self, rng: np.random.Generator) -> str:
        """The id of a problem drawn at random."""
        return self._names[int(rng.integers(len(self._names)))]

    def problem_ids(self) -> Sequence[str]:
        """The ids of the problems that could be converted, in the order of the file."""
        return self._names

    def problem(self, problem_id: str) -> Problem:
        """The problem of one row.

        Raises:
            ConfigurationError: If there is no such row, or it could not be converted.
        """
        if problem_id not in self._removals:
            raise ConfigurationError(f"problem_id: {problem_id!r} is not among the problems of {self._source}")
        return self._built(problem_id)

    def _build(self, problem_id: str) -> Problem:
        removal: Removal = self._removals[problem_id]
        digest = int.from_bytes(hashlib.blake2b(problem_id.encode(), digest_size=8).digest(), "big")
        rng = np.random.default_rng(np.random.SeedSequence([digest, 0x636C6172]))
        idle = distractions(rng, NAMES[int(rng.integers(len(NAMES)))], DISTRACTIONS)
        values = removal.chosen(rng)
        sentences = tuple(f"N is {value}." for value in values)
        fact = Fact("the number N", "quantity", ("n", *removal.keys), sentences)
        whole = (fact, *idle)
        facts = tuple(whole[place] for place in rng.permutation(len(whole)).tolist())
        place = facts.index(fact)
        space = clarification_space(facts, lambda options: removal.answer(values[options[place]]))
        if space is None:
            raise DataError(f"{problem_id}: its answer does not depend on the quantity that was removed")
        statement = " ".join([removal.statement, *(other.vague for other in idle)])
        return _problem(problem_id, statement, facts, space, rng)

    def __reduce__(self) -> tuple[type[DataClarifyFamily], tuple[str]]:
        """As its source, which is read again."""
        return DataClarifyFamily, (self._source,)
