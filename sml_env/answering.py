"""Answering: the requests of many dialogues are put to one teacher, as often as its stopped replies ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from sml_env.dialogue import Answer, Dialogue, Outcome
from sml_env.teachers.base import Request, Teacher

__all__ = ["answered"]

K = TypeVar("K")


def answered(teacher: Teacher, dialogues: Mapping[K, Dialogue], answers: Mapping[K, Answer]) -> dict[K, Outcome]:
    """The outcome of every dialogue.

    One call of the teacher answers all that wait, and one more those whose reply the guard has stopped. What the
    teacher raises ends the episodes that wait as truncated.

    Args:
        teacher: Of all of them.
        dialogues: By key.
        answers: What ``submit`` gave, by the same keys.
    """
    outcomes = {key: answer for key, answer in answers.items() if not isinstance(answer, Request)}
    requests = {key: answer for key, answer in answers.items() if isinstance(answer, Request)}
    while requests:
        try:
            replies = teacher.reply(list(requests.values()))
            if isinstance(replies, str) or len(replies) != len(requests):
                raise TypeError("the teacher must return one reply per request")
        except Exception as error:  # a teacher is foreign code: its failure truncates, and is kept private
            return {**outcomes, **{key: dialogues[key].fail(error) for key in requests}}
        again: dict[K, Request] = {}
        for key, reply in zip(requests, replies, strict=True):
            answer = dialogues[key].deliver(reply)
            if isinstance(answer, Request):
                again[key] = answer
            else:
                outcomes[key] = answer
        requests = again
    return outcomes
