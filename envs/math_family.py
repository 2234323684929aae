"""The problems of MathTutor: generated exercises, or word problems from data closed by a declared prior."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

import numpy as np

from sml_env.answers import KINDS, Answers
from sml_env.assertions import asserts_a_value
from sml_env.config import checked
from sml_env.datasets import Record, load_records
from sml_env.envs.topics import TOPICS
from sml_env.envs.topics.base import MAX_DIFFICULTY
from sml_env.envs.topics.candidates import MAX_CANDIDATES, Candidates, draw_candidates
from sml_env.errors import ConfigurationError, DataError, ExpressionError
from sml_env.facts import chosen_facts
from sml_env.priors import MAX_DIGITS, uniform_integers, word_problem_space
from sml_env.problems import Family, HypothesisSpace, Problem, Secret, Solution, Step
from sml_env.stated import stated_values

__all__ = ["HYPOTHESES", "SPLITS", "DataFamily", "MathTutorConfig", "TopicFamily", "closed_topics", "math_family"]

SPLITS: Final = ("train", "test")
HYPOTHESES: Final = ("prior", "open")
_TEST_SHARE: Final = 4
"""One statement in this many belongs to the test split, by a hash of its text."""

_MAX_NUMBER: Final = 2**31
_ID: Final = re.compile(r"([a-z_]+)-([1-5])-(train|test)-([0-9]{1,10})")
_MASKED: Final = "Take the next step of the method."


@dataclass(frozen=True, slots=True)
class MathTutorConfig:
    """What is particular to MathTutor.

    Attributes:
        topics: Names of the topics to draw from; empty for all.
        difficulty: From 1 to 5, or a pair (low, high) from which each problem draws.
        split: ``"train"`` or ``"test"``: no statement is in both.
        candidates: How many hypotheses a generated problem has.
        problems: How many generated problems each topic has at each difficulty, the same for all seeds; ``None`` for no
            end of them. Learners that meet a problem again spare its making, which takes longer than its lesson, but
            they may learn it by heart: measure them on the other split.
        data: A source of word problems instead of topics: a JSON Lines file, ``hf:…`` or ``reasoning_gym:…``.
        hypotheses: For data: ``"prior"`` closes integer answers by the declared prior, ``"open"`` leaves them open.
        integers: For data: (low, high), a uniform prior on those integers instead of the declared one.
    """

    topics: tuple[str, ...] = ()
    difficulty: tuple[int, int] = (1, 3)
    split: str = "train"
    candidates: int = 16
    problems: int | None = None
    data: str | None = None
    hypotheses: str = "prior"
    integers: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        unknown = [topic for topic in self.topics if topic not in TOPICS]
        if unknown:
            raise ConfigurationError(f"topics: {unknown} unknown; known are {', '.join(TOPICS)}")
        low, high = self.difficulty
        if not 1 <= low <= high <= MAX_DIFFICULTY:
            raise ConfigurationError(f"difficulty: {self.difficulty!r} is not from 1 to {MAX_DIFFICULTY}, in order")
        if self.split not in SPLITS:
            raise ConfigurationError(f"split: {self.split!r} is none of {', '.join(SPLITS)}")
        if not 2 <= self.candidates <= MAX_CANDIDATES:
            raise ConfigurationError(f"candidates: {self.candidates!r} is not from 2 to {MAX_CANDIDATES}")
        if self.problems is not None and not 1 <= self.problems <= _MAX_NUMBER:
            raise ConfigurationError(f"problems: {self.problems!r} is not from 1 to {_MAX_NUMBER}")
        if self.problems is not None and self.data is not None:
            raise ConfigurationError("problems: a file of data has as many as it holds")
        if self.hypotheses not in HYPOTHESES:
            raise ConfigurationError(f"hypotheses: {self.hypotheses!r} is none of {', '.join(HYPOTHESES)}")
        if self.data is None and self.integers is not None:
            raise ConfigurationError("integers: only for data; generated problems have candidates of their own")
        if self.integers is not None:
            uniform_integers(*self.integers)

    @classmethod
    def of(cls, config: Mapping[str, Any] | None) -> MathTutorConfig:
        """From a JSON-able mapping.

        Raises:
            ConfigurationError: If a key is unknown or a value makes no sense.
        """
        given = checked(cls, config)
        if isinstance(given.get("topics"), str):
            given["topics"] = (given["topics"],)
        if isinstance(given.get("difficulty"), int):
            given["difficulty"] = (given["difficulty"], given["difficulty"])
        for name, size in (("topics", None), ("difficulty", 2), ("integers", 2)):
            if name in given and (name != "integers" or given[name] is not None):
                given[name] = _sequence(name, given[name], size)
        for name, unset in (("candidates", ()), ("problems", (None,))):
            if name in given and given[name] not in unset and type(given[name]) is not int:
                raise ConfigurationError(f"{name}: {given[name]!r} is not an integer")
        return cls(**given)


def _sequence(name: str, value: object, size: int | None) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple) or (size is not None and len(value) != size):
        raise ConfigurationError(f"{name}: {value!r} is not a list" + ("" if size is None else f" of {size}"))
    kind = str if size is None else int
    if any(not isinstance(item, kind) or isinstance(item, bool) for item in value):
        raise ConfigurationError(f"{name}: {value!r} does not hold {kind.__name__} only")
    return tuple(value)


def math_family(config: MathTutorConfig) -> Family:
    """The family that a config describes."""
    return TopicFamily(config) if config.data is None else DataFamily(config)


def closed_topics(config: MathTutorConfig) -> TopicFamily:
    """The family of a config whose problems all have a hypothesis space of one size.

    Raises:
        ConfigurationError: If the problems are to come from data.
    """
    if config.data is not None:
        raise ConfigurationError(f"data: {config.data!r} has no discrete view; only generated exercises have one")
    return TopicFamily(config)


def _harmless(statement: str, answers: object) -> Callable[[str], bool]:
    """Whether a text states no candidate's value and asserts none; the same under every hypothesis."""
    columns = answers.columns if isinstance(answers, Answers) else ()
    numbers = {column[row] for column in columns for row in range(len(column))}
    quotable = {value for _, value in stated_values(statement)}

    def harmless(text: str) -> bool:
        if asserts_a_value(text):
            return False
        return all(value not in numbers or value in quotable for _, value in stated_values(text))

    return harmless


class TopicFamily:
    """Exercises of the procedural topics, each a function of its id."""

    default_turns = 8
    menu_slots = 96
    most_replies = 16
    comparisons = True
    shares_answers = False

    def __init__(self, config: MathTutorConfig) -> None:
        self._config = config
        self.candidates = config.candidates
        self._topics = config.topics or tuple(TOPICS)

    def sample(self, rng: np.random.Generator) -> str:
        """The id of a problem drawn at random."""
        low, high = self._config.difficulty
        topic = self._topics[int(rng.integers(len(self._topics)))]
        difficulty, number = int(rng.integers(low, high + 1)), int(rng.integers(self._config.problems or _MAX_NUMBER))
        return f"{topic}-{difficulty}-{self._config.split}-{number}"

    def problem_ids(self) -> None:
        """Too many to list."""
        return None

    def problem(self, problem_id: str) -> Problem:
        """The problem with an id such as ``percent-2-train-17``.

        Raises:
            ConfigurationError: If the id is not of that form or names an unknown topic.
        """
        found = _ID.fullmatch(problem_id) if isinstance(problem_id, str) else None
        if not found or found[1] not in TOPICS:
            raise ConfigurationError(f"problem_id: {problem_id!r} is not TOPIC-DIFFICULTY-SPLIT-NUMBER")
        return _topic_problem(problem_id, self._config.candidates)


@lru_cache(maxsize=512)
def _topic_problem(problem_id: str, candidates: int) -> Problem:
    found = _ID.fullmatch(problem_id)
    if found is None:
        raise ConfigurationError(f"problem_id: {problem_id!r} is not TOPIC-DIFFICULTY-SPLIT-NUMBER")
    topic, difficulty, split, number = found[1], int(found[2]), found[3], int(found[4])
    digest = hashlib.blake2b(topic.encode(), digest_size=8).digest()
    seed = np.random.SeedSequence([int.from_bytes(digest, "big"), difficulty, SPLITS.index(split), number])
    rng = np.random.default_rng(seed)
    drawn = draw_candidates(TOPICS[topic], difficulty, rng, candidates, lambda statement: split_of(statement) == split)
    return _problem_of(problem_id, drawn, rng)


def split_of(statement: str) -> str:
    """The split that a statement belongs to, by a hash of its text."""
    digest = hashlib.blake2b(statement.encode(), digest_size=8).digest()
    return "test" if int.from_bytes(digest, "big") % _TEST_SHARE == 0 else "train"


def _problem_of(problem_id: str, drawn: Candidates, rng: np.random.Generator) -> Problem:
    exercise, space = drawn.exercise, drawn.space
    harmless = _harmless(exercise.statement, space.answers)
    diagnoses = {
        Answers.parse(exercise.kind, exercise.unknowns, [wrong.answer]).text(0): wrong.diagnosis
        for wrong in exercise.misconceptions
        if harmless(wrong.diagnosis)
    }
    steps = tuple(step if harmless(step.operation) else Step(_MASKED, step.result) for step in exercise.steps)
    solution = Solution(space.answers.text(drawn.index), drawn.index, space.answers.only(drawn.index), steps, diagnoses)
    return Problem(
        problem_id,
        exercise.statement,
        Secret(solution),
        space,
        chosen_facts(space, rng),
        exercise.rules,
        hints_from_statement=True,
    )


class DataFamily:
    """Word problems of a data set."""

    default_turns = 20

    def __init__(self, config: MathTutorConfig) -> None:
        self._config = config
        self._records = load_records(config.data or "")
        self._rows = {record.name: row for row, record in enumerate(self._records)}
        if len(self._rows) != len(self._records):
            raise DataError(f"{config.data}: two rows share a name")
        closed_by_prior = self._config.hypotheses == "prior" and self._config.integers is None
        self._cached = lru_cache(maxsize=32 if closed_by_prior else 512)(self._build)

    def sample(self, rng: np.random.Generator) -> str:
        """The id of a row drawn at random."""
        return self._records[int(rng.integers(len(self._records)))].name

    def problem_ids(self) -> Sequence[str]:
        """The ids of all rows, in the order of the file."""
        return tuple(self._rows)

    def problem(self, problem_id: str) -> Problem:
        """The problem of one row.

        Raises:
            ConfigurationError: If there is no such row.
        """
        if problem_id not in self._rows:
            raise ConfigurationError(f"problem_id: {problem_id!r} is not in {self._config.data}")
        return self._cached(self._rows[problem_id])

    def __getstate__(self) -> dict[str, Any]:
        """The config and the records; problems are built again when asked for."""
        return {"_config": self._config}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Load the records again."""
        self.__init__(state["_config"])  # type: ignore[misc]

    def _build(self, row: int) -> Problem:
        record = self._records[row]
        rng = np.random.default_rng(np.random.SeedSequence([row, 0x6D617468]))
        space = self._space(record, rng)
        if space is None:
            solution = Solution(record.answer, None, _open_answers(record.answer), record.steps)
            return Problem(record.name, record.statement, Secret(solution))
        index = space.index_of(record.answer)
        if index is None:
            raise ConfigurationError(f"integers: the answer of {record.name} is outside {self._config.integers}")
        solution = Solution(space.answers.text(index), index, space.answers.only(index), record.steps)
        return Problem(record.name, record.statement, Secret(solution), space, chosen_facts(space, rng))

    def _space(self, record: Record, rng: np.random.Generator) -> HypothesisSpace | None:
        answers = _open_answers(record.answer)
        if self._config.hypotheses == "open" or answers is None or answers.kind != "number":
            return None
        value: Fraction = answers.columns[0][0]
        if value.denominator != 1 or abs(value) >= 10**MAX_DIGITS:
            return None
        if self._config.integers is not None:
            return uniform_integers(*self._config.integers)
        return word_problem_space(int(value), rng)


def _open_answers(answer: str) -> Answers | None:
    for kind in KINDS:
        try:
            return Answers.parse(kind, ("x",) if kind != "pair" else ("x", "y"), [answer])
        except ExpressionError:
            continue
    return None
