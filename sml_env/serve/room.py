"""A room: one lesson in progress, with the people in it.

Its moves (``say``, ``reply``) run in a thread, one at a time; what its people are shown is made at the end of each
move, so that the event loop only hands out what is finished. The loop alone changes ``version``.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import numpy as np

from sml_env.agents.base import Agent
from sml_env.answering import answered
from sml_env.core import TextEnv
from sml_env.dialogue import Answer
from sml_env.errors import ModelError, TeacherError
from sml_env.lesson import Lesson
from sml_env.queries import MAX_CHARACTERS
from sml_env.serve.refusals import Refusal
from sml_env.serve.shown import Exchange, for_student, for_teacher
from sml_env.teachers.base import Request, View, view_for

__all__ = ["STUDENT", "TEACHER", "PersonTeacher", "Room"]

STUDENT: Final = "student"
TEACHER: Final = "teacher"
"""The roles of a person in a room."""

T = TypeVar("T")


class PersonTeacher:
    """A teacher whose replies are typed by a person: the room delivers them.

    They are free text, so that they pass the guard and their bits are ``None``.
    """

    name = "person"
    reads_free_text = True

    def reply(self, requests: Sequence[Request]) -> list[str]:
        """Never: a person is not asked by a call.

        Raises:
            TeacherError: Always.
        """
        raise TeacherError("a person's replies are delivered by the room, not asked for")


class Room:
    """One lesson in progress.

    Args:
        core: Its environment, reset by the room.
        seed: Of the reset.
        names: What the page shows of the choice: ``env``, ``asymmetry``, ``teacher``, ``student``.
        agent: The student, where it is no person.
        owner: The role of who opened it.
    """

    def __init__(
        self, core: TextEnv, seed: int, names: dict[str, str], agent: Agent | None = None, owner: str = STUDENT
    ) -> None:
        self.id = secrets.token_urlsafe(16)
        self.owner = owner
        self.names = names
        taught = isinstance(core.teacher, PersonTeacher)
        self.tokens = {TEACHER: secrets.token_urlsafe(32)} if taught else {}
        if agent is None:
            self.tokens[STUDENT] = secrets.token_urlsafe(32)
        self.version = 0
        self.touched = time.monotonic()
        self.busy = False
        self.joined = False
        self.bell = asyncio.Event()
        self.exchanges: list[Exchange] = []
        self.request: Request | None = None
        self.saying = ""
        self.failure = ""
        self._core = core
        self._taught = taught
        self._agent = agent
        observation, info = core.reset(seed=seed)
        self.opening = info
        self.dialogue = core.dialogue
        self.view: View = view_for(core.rules.asymmetry, self.dialogue.problem)
        if agent is not None:
            self._attempt_by(agent, lambda: agent.begin(Lesson(self.dialogue), np.random.default_rng(seed)))
            self._agent_speaks(observation, info)
        self.shown: dict[str, dict[str, Any]] = {}
        self._show()

    @property
    def over(self) -> bool:
        """Whether nothing more is to be said."""
        return self.dialogue.ended or bool(self.failure)

    @property
    def waiting(self) -> bool:
        """Whether a person owes a reply."""
        return self.request is not None

    def role(self, token: str) -> str | None:
        """The role that a token stands for; ``None`` for none."""
        given = token.encode("utf-8", "surrogatepass")
        found = None
        for role, known in self.tokens.items():
            if secrets.compare_digest(given, known.encode()):
                found = role
        return found

    # -- moves: in a thread, one at a time -----------------------------------------------------------------------------

    def say(self, utterance: str) -> None:
        """The student's turn.

        Raises:
            Refusal: After the end, or while the teacher owes a reply.
        """
        if self.over:
            raise Refusal(409, "this lesson is over; start a new one")
        if self.waiting:
            raise Refusal(409, "the teacher has not replied yet; wait for the reply")
        self._submit(utterance)
        self._show()

    def reply(self, text: str) -> None:
        """The teacher's reply to the request that waits; the guard reads it, and may ask for another.

        Raises:
            Refusal: When no request waits.
        """
        if self.request is None:
            raise Refusal(409, "the student has not asked anything that waits for you")
        observed = len(self.exchanges)
        self._take(self.dialogue.deliver(text))
        if self._agent is not None and len(self.exchanges) > observed:
            last = self.exchanges[-1]
            self._agent_speaks(last.text, last.info)
        self._show()

    def answer(self) -> str:
        """The answer, for a student who opened the lesson and has come to its end.

        Raises:
            Refusal: Otherwise.
        """
        if self.owner != STUDENT:
            raise Refusal(403, "only who opened the lesson is shown the answer; ask the teacher")
        if not self.over:
            raise Refusal(403, "the answer is shown when the lesson is over, and not before")
        return str(self._core.privileged()["answer"])

    def _submit(self, utterance: str) -> None:
        self.saying = utterance[:MAX_CHARACTERS]
        answer = self.dialogue.submit(utterance)
        if not self._taught:
            answer = answered(self._core.teacher, {0: self.dialogue}, {0: answer})[0]
        self._take(answer)

    def _take(self, answer: Answer) -> None:
        """Keep what the dialogue gave: a request for the person who teaches, or the end of the turn."""
        if isinstance(answer, Request):
            self.request, self.view = answer, answer.view
            return
        self.request = None
        self.exchanges.append(Exchange(self.saying, answer.text, answer.reward, answer.info))
        self.failure = str(answer.info.get("failure", ""))
        self.saying = ""

    def _agent_speaks(self, observation: str, info: dict[str, Any]) -> None:
        """Let the agent have its turns, up to one that waits for a person, or the end."""
        agent = self._agent
        while agent is not None and not self.over and not self.waiting:
            said = self._attempt_by(agent, lambda: agent.act(observation, info))  # noqa: B023 - called at once
            if self.failure:
                return
            self._submit(said if isinstance(said, str) else "")
            if self.exchanges:
                observation, info = self.exchanges[-1].text, self.exchanges[-1].info

    def _attempt_by(self, agent: Agent, act: Callable[[], T]) -> T | None:
        try:
            return act()
        except ModelError as error:
            self.failure = f"student: {error}"
        except Exception as error:  # an agent is foreign code: its failure ends the lesson, and its words stay here
            self.failure = f"student {agent.name}: {type(error).__name__}"
        return None

    def _show(self) -> None:
        shown = {}
        if STUDENT in self.tokens:
            shown[STUDENT] = for_student(self)
        if TEACHER in self.tokens:
            shown[TEACHER] = for_teacher(self)
        self.shown = shown
