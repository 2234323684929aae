"""Reading a request for a new lesson, and making its room."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sml_env.bench.plans import Cell, Lessons
from sml_env.config import integer
from sml_env.errors import ConfigurationError, SmlError
from sml_env.models.naming import names_a_model
from sml_env.serve.catalogue import FILES, PERSON, Models, made, text_ids
from sml_env.serve.refusals import Refusal
from sml_env.serve.room import STUDENT, TEACHER, PersonTeacher, Room

__all__ = ["MAX_TURNS", "Opening", "opened", "read_opening"]

MAX_TURNS: Final = 100
"""The largest turn budget that a browser may ask for."""

_MAX_SEED: Final = 2**63 - 1
_MAX_NAME: Final = 200
_GUARD_RETRIES: Final = 2
"""How often a person who teaches may say it another way after the guard has stopped a reply."""

_KEYS: Final = ("env", "asymmetry", "teacher", "student", "role", "seed", "max_turns", "max_attempts", "config")


@dataclass(frozen=True, slots=True)
class Opening:
    """A request for a new lesson.

    Attributes:
        env: A text id.
        asymmetry: What the teacher holds.
        teacher: A voice, a model that the server was started with, or ``person``.
        student: ``person``, an agent's name, or a model that the server was started with.
        role: Of who opens it: ``student`` or ``teacher``.
        seed: Of the reset.
        arguments: Of the environment.
    """

    env: str
    asymmetry: str
    teacher: str
    student: str
    role: str
    seed: int
    arguments: Mapping[str, Any] = field(default_factory=dict)


def read_opening(body: Mapping[str, Any]) -> Opening:
    """What a browser asks for.

    Raises:
        Refusal: If it makes no sense, or is not for a browser to ask.
    """
    if unknown := sorted(set(body) - set(_KEYS)):
        raise Refusal(400, f"{unknown[0][:_MAX_NAME]!r} is unknown; known are {', '.join(_KEYS)}")
    role = _name(body, "role", STUDENT)
    if role not in (STUDENT, TEACHER):
        raise Refusal(400, f"role: {role!r} is neither {STUDENT!r} nor {TEACHER!r}")
    taught = role == TEACHER
    env = _name(body, "env", text_ids()[0])
    teacher = _name(body, "teacher", PERSON if taught else "oracle")
    student = _name(body, "student", PERSON)
    if env not in text_ids():
        raise Refusal(400, f"env: {env!r} is none of {', '.join(text_ids())}")
    if taught and teacher != PERSON:
        raise Refusal(400, f"teacher: who opens a lesson as the teacher is the teacher; leave out {teacher!r}")
    if not taught and teacher == PERSON:
        raise Refusal(400, "teacher: a person opens the lesson as the teacher, and sends the student a link")
    if not taught and student != PERSON:
        raise Refusal(400, f"student: who opens a lesson as the student is the student; leave out {student!r}")
    try:
        arguments: dict[str, Any] = {
            name: integer(name, body[name], 1, MAX_TURNS)
            for name in ("max_turns", "max_attempts")
            if body.get(name) is not None
        }
        seed = body.get("seed")
        chosen = secrets.randbits(48) if seed is None else integer("seed", seed, 0, _MAX_SEED)
    except ConfigurationError as error:
        raise Refusal(400, str(error)) from None
    if config := _config(body.get("config")):
        arguments["config"] = config
    return Opening(env, _name(body, "asymmetry", "answer"), teacher, student, role, chosen, arguments)


def _name(body: Mapping[str, Any], key: str, default: str) -> str:
    value = body.get(key, default)
    if not isinstance(value, str) or len(value) > _MAX_NAME:
        raise Refusal(400, f"{key}: it must be a text of at most {_MAX_NAME} characters")
    return value


def _config(config: object) -> dict[str, Any]:
    if config is None:
        return {}
    if not isinstance(config, dict):
        raise Refusal(400, "config: it must be a JSON object")
    if FILES & config.keys():
        raise Refusal(403, "config: files and data sets are not read for a browser; use sml-env play --data")
    return config


def opened(opening: Opening, models: Models) -> Room:
    """The room that was asked for; slow, and so in a thread.

    Raises:
        Refusal: If the environment refuses its arguments, or a party is unknown.
    """
    names = {"env": opening.env, "asymmetry": opening.asymmetry, "teacher": opening.teacher, "student": opening.student}
    arguments = dict(opening.arguments)
    if opening.role == TEACHER:
        arguments["rules"] = {"guard_retries": _GUARD_RETRIES}
    try:
        agent = None if opening.student == PERSON else models.student(opening.student)
        teacher: Any = None
        if opening.role == TEACHER:
            teacher = PersonTeacher()
        elif names_a_model(opening.teacher):
            teacher = models.teacher(opening.teacher)
        core = made(Lessons(opening.env, arguments), Cell(opening.asymmetry, opening.teacher), teacher)
        return Room(core, opening.seed, names, agent, opening.role)
    except SmlError as error:
        raise Refusal(400, str(error)) from None
