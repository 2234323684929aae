"""What each side of a lesson is sent, as JSON-able mappings.

``for_student`` reads the dialogue's public side alone. ``for_teacher`` adds the view, which the asymmetry has decided,
and the replies that the guard has stopped, which the teacher wrote.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from sml_env.dialogue import Dialogue
from sml_env.teachers.base import AnswerView, KnowledgeView, Request, VerdictView, View
from sml_env.verifiers.base import Verdict

__all__ = ["Exchange", "Showable", "for_student", "for_teacher", "shown_view"]

_APOLOGY = "I did not understand. "


@dataclass(frozen=True, slots=True)
class Exchange:
    """One finished turn: what was said, and what the environment returned for it.

    Attributes:
        utterance: The student's.
        text: The observation: what the teacher said, and the turns left.
        reward: Of the step.
        info: Of the step.
    """

    utterance: str
    text: str
    reward: float
    info: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """As it is sent; the line with the turns left is left out of the reply, since ``info`` has them."""
        reply = self.text.rpartition("\n")[0]
        return {"utterance": self.utterance, "reply": reply, "reward": self.reward, "info": self.info}


class Showable(Protocol):
    """What is read of a room."""

    id: str
    owner: str
    names: dict[str, str]
    opening: dict[str, Any]
    dialogue: Dialogue
    exchanges: list[Exchange]
    request: Request | None
    saying: str
    failure: str
    view: View
    tokens: dict[str, str]

    @property
    def over(self) -> bool:
        """Whether nothing more is to be said."""
        ...


def for_student(room: Showable) -> dict[str, Any]:
    """All that the student may see."""
    state = _common(room)
    state["role"] = "student"
    state["help"] = room.dialogue.problem.domain.help.removeprefix(_APOLOGY)
    state["saying"] = room.saying if room.request is not None else None
    state["may_ask_answer"] = room.over and room.owner == "student"
    return state


def for_teacher(room: Showable) -> dict[str, Any]:
    """All that the teacher may see."""
    state = _common(room)
    state["role"] = "teacher"
    state["view"] = shown_view(room.view)
    state["asked"] = None if room.request is None else _asked(room, room.request)
    if "student" in room.tokens:
        state["join"] = f"/join#{room.id}.{room.tokens['student']}"
    return state


def _common(room: Showable) -> dict[str, Any]:
    turns = [exchange.as_dict() for exchange in room.exchanges]
    success = bool(room.exchanges and room.exchanges[-1].info["success"])
    return {
        "id": room.id,
        **room.names,
        "statement": room.dialogue.problem.statement,
        "opening": room.opening,
        "turns": turns,
        "turns_left": room.dialogue.turns_left,
        "attempts_left": min(room.dialogue.attempts_left, room.dialogue.turns_left),
        "return": sum(exchange.reward for exchange in room.exchanges),
        "over": room.over,
        "success": success,
        "failure": room.failure,
    }


def _asked(room: Showable, request: Request) -> dict[str, Any]:
    stopped = dict(room.dialogue.privileged()["stopped"])
    return {
        "utterance": request.question.utterance,
        "kind": request.question.query.kind,
        "attempted": request.question.attempted is not None,
        "refused": [{"reply": reply, "reason": stopped.get(reply, "")} for reply in request.refused],
        "tries_left": room.dialogue.rules.guard_retries + 1 - len(request.refused),
    }


def shown_view(view: View) -> dict[str, Any]:
    """A teacher's view, entry by entry; an empty one has none."""
    if isinstance(view, AnswerView):
        return {
            "answer": view.answer,
            "steps": [{"operation": step.operation, "result": step.result} for step in view.steps],
            "diagnosis": view.diagnosis,
            "verdict": _verdict(view.verdict),
            "details": list(view.details),
        }
    if isinstance(view, VerdictView):
        return {"attempt": view.attempt, "verdict": _verdict(view.verdict)}
    if isinstance(view, KnowledgeView):
        facts = [{"fact": fact.query.canonical, "reply": fact.reply} for fact in view.facts]
        return {"facts": facts, "rules": list(view.rules)}
    return {}


def _verdict(verdict: Verdict | None) -> dict[str, str] | None:
    return None if verdict is None else {"status": verdict.status.value, "reason": verdict.reason}
