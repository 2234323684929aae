"""The channel of a deterministic teacher: what it says under every hypothesis, after the guard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from sml_env.guard import LeakGuard
from sml_env.information import Channel
from sml_env.outcomes import STOPPED
from sml_env.problems import Problem
from sml_env.teachers.base import Question, Reply, Request, Teacher, view_for
from sml_env.verifiers.base import Verdict

__all__ = ["MAX_ENUMERATED", "counterfactual_channel"]

MAX_ENUMERATED: Final = 512
"""Largest hypothesis space whose members are all put to the teacher."""


def counterfactual_channel(
    teacher: Teacher,
    question: Question,
    problem: Problem,
    guard: LeakGuard | None,
    said: str,
    seen: tuple[Verdict | None, str | None],
    seed: tuple[int, ...],
) -> Channel | None:
    """Ask a teacher the same question under every hypothesis, and group what it says.

    Args:
        teacher: Whose reply is a function of the request alone.
        question: What is public.
        problem: With a hypothesis space.
        guard: As it stands before this turn; ``None`` where replies are not guarded.
        said: All that the student has said.
        seen: The latest verdict, and the attempt that it is on.
        seed: Of the turn.

    Returns:
        ``None`` for an open problem, a space of more than ``MAX_ENUMERATED``, or a teacher that fails on a hypothesis.
    """
    space = problem.space
    if space is None or len(space) > MAX_ENUMERATED:
        return None
    problems = [problem.under(hypothesis) for hypothesis in range(len(space))]
    views = [view_for(question.asymmetry, other, *seen, question.asked_of) for other in problems]
    try:
        replies = teacher.reply([Request(question, view, None, seed) for view in views])
    except Exception:  # foreign code: its failure is met again, and accounted for, when it is asked in earnest
        return None
    if not isinstance(replies, Sequence) or isinstance(replies, str):
        return None
    heard = [reply.text if isinstance(reply, Reply) else reply for reply in replies]
    texts = [text for text in heard if isinstance(text, str)]
    if len(replies) != len(problems) or len(texts) != len(problems):
        return None
    if guard is not None:
        leaks = [guard.under(other).inspect(text, said).leaks for other, text in zip(problems, texts, strict=True)]
        texts = [STOPPED if leak else text for leak, text in zip(leaks, texts, strict=True)]
    kinds = sorted(set(texts))
    if len(kinds) < 2:
        return Channel(tuple(kinds), None)
    return Channel(tuple(kinds), np.array([kinds.index(text) for text in texts]))
