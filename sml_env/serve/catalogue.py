"""What can be chosen: environments with the asymmetries and voices that make sense there, and who may take part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, fields
from functools import lru_cache
from threading import Lock
from typing import Any, Final

from sml_env.agents import AGENTS, Agent, make_agent
from sml_env.bench.plans import Cell, Lessons, make_environment
from sml_env.core import TextEnv
from sml_env.errors import ConfigurationError
from sml_env.models.naming import ENGINES, names_a_model
from sml_env.registration import ROWS
from sml_env.students import ModelAgent, make_student
from sml_env.teachers import ASYMMETRIES, VOICES, Teacher, make_teacher
from sml_env.teachers.model import ModelTeacher

__all__ = ["FILES", "PERSON", "Models", "catalogue", "made", "models_of", "sensible_pairs", "text_ids"]

PERSON: Final = "person"
"""In a teacher's or a student's place: someone with a browser."""

FILES: Final = frozenset({"data"})
"""Settings that name a file or a data set: a browser may not have this machine read one."""

_HOLDS: Final[Mapping[str, str]] = {
    "answer": "the answer and the worked solution",
    "verifier": "the verdict on the latest attempt",
    "knowledge": "some facts, not the answer",
    "none": "nothing that the student lacks",
}

_SPEAKS: Final[Mapping[str, str]] = {
    "oracle": "true replies",
    "null": "“try again”, whatever is asked",
    "gibberish": "true replies about another problem",
    "peer": "knows no more than the student",
    "noisy": "now and then a wrong reply",
    "lying": "may lie a few times",
    "leaky": "tries to give the answer away",
}

_EXAMPLES: Final[Mapping[str, str]] = {
    "sml_env/MathTutor-v0": '{"topics": ["percent"], "difficulty": [1, 2]}',
    "sml_env/CodeTutor-v0": '{"fresh": 12}',
    "sml_env/Clarify-v0": '{"difficulty": 1}',
    "sml_env/TwentyQuestions-v0": '{"size": 100}',
    "sml_env/Mastermind-v0": '{"pegs": 3, "colours": 4}',
    "sml_env/HiddenFunction-v0": '{"kinds": ["polynomial"]}',
    "sml_env/HiddenProgram-v0": '{"types": ["list"]}',
}


@dataclass(frozen=True, slots=True)
class Models:
    """The language models that the server was started with, by the names that a browser uses for them.

    A browser chooses among these and names no other: a model's name holds an address that this machine would call, and
    the name of an environment variable that it would send there.

    Attributes:
        teachers: One object each, used by all lessons.
        students: One each, copied for a lesson.
    """

    teachers: Mapping[str, Teacher] = field(default_factory=dict)
    students: Mapping[str, ModelAgent] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """Their names."""
        return list(self.teachers)

    def student(self, name: str) -> Agent:
        """A new student of a name: an agent of the library's, or one of the models.

        Raises:
            ConfigurationError: If there is none.
        """
        if name in self.students:
            return copy(self.students[name])
        if names_a_model(name):
            raise _unknown("student", name)
        return make_agent(name)

    def teacher(self, name: str) -> Teacher:
        """The teacher of a model's name.

        Raises:
            ConfigurationError: If the server was not started with it.
        """
        if name not in self.teachers:
            raise _unknown("teacher", name)
        return self.teachers[name]


def _unknown(role: str, name: str) -> ConfigurationError:
    return ConfigurationError(f"{role}: this server was not started with the model {name!r}; --model adds one")


def models_of(texts: Sequence[str]) -> Models:
    """The models that the command line names, asked whether they are there.

    Raises:
        ConfigurationError: If a name is none, or of a model that runs in this process.
        MissingExtraError: If the package that asks it is missing.
        ModelError: If it cannot be asked.
    """
    teachers: dict[str, Teacher] = {}
    students = {}
    for text in texts:
        if text.partition(":")[0] == "vllm":
            raise ConfigurationError(
                f"model: {text!r} would run in this process, one lesson at a time; start it as a server of its own "
                "(vllm serve MODEL) and name that: openai:MODEL@http://127.0.0.1:8000/v1"
            )
        if not names_a_model(text):
            raise ConfigurationError(f"model: {text!r} is not of the form openai:MODEL@URL")
        teacher, student = make_teacher(text, ASYMMETRIES[0]), make_student(text)
        if isinstance(teacher, ModelTeacher):
            teacher.model.check()
        teachers[teacher.name], students[teacher.name] = teacher, student
    return Models(teachers, students)


def text_ids() -> tuple[str, ...]:
    """The ids that are played in words."""
    return tuple(row.id for row in ROWS if not row.discrete)


_MAKING: Final = {env_id: Lock() for env_id in text_ids()}
"""Held while an environment is made: a family that is slow to build is kept, and is to be built once."""


def made(lessons: Lessons, cell: Cell, teacher: Teacher | None = None) -> TextEnv:
    """An environment of a text id.

    Raises:
        ConfigurationError: If it refuses its arguments.
    """
    with _MAKING[lessons.env_id]:
        core = make_environment(lessons, cell, teacher).unwrapped
    if not isinstance(core, TextEnv):
        raise ConfigurationError(f"env: {lessons.env_id!r} is not a text environment")
    return core


@lru_cache(maxsize=64)
def sensible_pairs(env_id: str) -> tuple[tuple[str, str], ...]:
    """The (asymmetry, voice) pairs that an environment takes, found by trying: only it knows."""
    found = []
    for asymmetry in ASYMMETRIES:
        for voice, (_, sensible) in VOICES.items():
            if asymmetry not in sensible or (asymmetry == "none" and voice == "oracle"):
                continue
            try:
                made(Lessons(env_id), Cell(asymmetry, voice))
            except ConfigurationError:
                continue
            found.append((asymmetry, voice))
    return tuple(found)


@lru_cache(maxsize=64)
def _environment(env_id: str) -> dict[str, Any]:
    core = made(Lessons(env_id), Cell("answer", "oracle"))
    config = getattr(core, "config", None)
    pairs: dict[str, list[str]] = {}
    for asymmetry, voice in sensible_pairs(env_id):
        pairs.setdefault(asymmetry, []).append(voice)
    return {
        "id": env_id,
        "name": env_id.partition("/")[2],
        "summary": (type(core).__doc__ or "").strip().partition("\n")[0],
        "asymmetries": pairs,
        "settings": [each.name for each in fields(config) if each.name not in FILES] if config is not None else [],
        "example": _EXAMPLES.get(env_id, "{}"),
    }


def catalogue(models: Models) -> dict[str, Any]:
    """All that can be chosen; slow the first time (about 2 s), since every environment is made once."""
    return {
        "environments": [_environment(env_id) for env_id in text_ids()],
        "asymmetries": dict(_HOLDS),
        "voices": dict(_SPEAKS),
        "models": models.names,
        "students": list(AGENTS),
        "engines": list(ENGINES),
    }
