"""The oracle: a deterministic teacher that needs no model and never gives the answer away.

Its replies come from closed sets of texts. What it says follows from its view alone; what it might have said under any
other hypothesis is its channel, and the two read the same ``Meaning``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from sml_env.domains import open_domain
from sml_env.information import Channel, IntArray
from sml_env.laws import TRUTHFUL
from sml_env.menu import Menu
from sml_env.problems import HypothesisSpace
from sml_env.semantics import Meaning
from sml_env.teachers.base import AnswerView, KnowledgeView, Question, Request, VerdictView

__all__ = ["DONT_KNOW", "OracleTeacher", "peer_reply"]

DONT_KNOW: Final = "I do not know that."
NO_MORE_HINTS: Final = "I have no further hint: the rest is yours to work out."
NO_HINT: Final = "I have no hint for this problem."
NOT_JUDGED: Final = "I only explain attempts that were judged wrong. Attempt it first."
NO_DIAGNOSIS: Final = "It does not come from a mistake that I know. Check each step again."
IN_STATEMENT: Final = "I add nothing to the statement of my own accord. Ask."
ONLY_VERDICTS: Final = "I only know whether your latest attempt was right."
NO_ATTEMPT: Final = "There is no attempt yet. I can only judge attempts."
WAS_WRONG: Final = "Your latest attempt was judged incorrect."
UNREADABLE: Final = "I cannot relate that to the answer."
NO_MORE_FACTS: Final = "That is all I know."

_PEER: Final = (
    "I am not sure either. What makes you think of that?",
    "I do not know more than you do. How would you check it?",
    "Good question. I would start from the statement again.",
)


def peer_reply(request: Request) -> str:
    """What someone says who knows no more than the student; a function of the turn alone."""
    return _PEER[len(request.question.transcript) % len(_PEER)]


class OracleTeacher:
    """Answers truthfully what its view decides, and says so when its view does not decide it."""

    name = "oracle"
    law = TRUTHFUL

    def channel(self, question: Question) -> Channel | None:
        """The table of true replies; under "knowledge", of what its facts decide."""
        kind = question.query.kind
        explains = kind == "diagnosis" and question.asymmetry in ("answer", "verifier")
        if explains and question.asked_of is not None and open_domain(question.domain) is not None:
            return None
        if question.asymmetry == "answer":
            if kind == "hint" and not question.hints_from_statement:
                return None
            if question.about_the_answer:
                if question.space is None:
                    return None
                meant = question.meaning
                sure = None if question.attempted is None else 0
                return _CONSTANT if meant is None else Channel(meant.replies, meant.codes, sure=sure)
            return _CONSTANT
        if question.asymmetry == "knowledge" and question.space is not None:
            if question.about_the_answer:
                return _decided_channel(question, question.space)
            if kind == "fact":
                return _fact_channel(question, question.space)
            return _CONSTANT
        return None if question.asymmetry == "knowledge" else _CONSTANT

    def menu(self, question: Question) -> Menu | None:
        """Every query of the space; under "knowledge", what the facts decide of each."""
        if question.space is None or question.asymmetry not in ("answer", "knowledge"):
            return None
        return question.space.menu if question.asymmetry == "answer" else _decided_menu(question, question.space)

    def reply(self, requests: Sequence[Request]) -> list[str]:
        """One reply per request."""
        return [self._reply(request) for request in requests]

    def _reply(self, request: Request) -> str:
        view = request.view
        if isinstance(view, AnswerView):
            return _from_answer(request, view)
        if isinstance(view, KnowledgeView):
            return _from_knowledge(request, view)
        if isinstance(view, VerdictView):
            return _from_verdict(request, view)
        return peer_reply(request)


_CONSTANT: Final = Channel((), None)


def _from_answer(request: Request, view: AnswerView) -> str:
    question = request.question
    kind = question.query.kind
    tested = open_domain(question.domain)
    if tested is not None and question.about_the_answer:
        return tested.spoken(question.query, view.answer)
    if tested is not None and kind == "diagnosis":
        return NOT_JUDGED if view.verdict is None else tested.explained(view.verdict, answer=True)
    if question.about_the_answer:
        meant = _true_of(question, view)
        return UNREADABLE if meant is None else meant.replies[int(meant.codes[0])]
    if kind == "hint":
        if len(view.steps) < 2:
            return NO_HINT
        given = question.hints_given
        return view.steps[given].operation if given < len(view.steps) - 1 else NO_MORE_HINTS
    if kind == "diagnosis":
        if question.asked_of is None:
            return NOT_JUDGED
        return NO_DIAGNOSIS if view.diagnosis is None else view.diagnosis
    return IN_STATEMENT


def _true_of(question: Question, view: AnswerView) -> Meaning | None:
    """The true reply, as a meaning over the one answer that the view holds."""
    if view.answers is None:
        return None
    if question.attempted is not None:
        return question.domain.response(question.attempted, view.answers)
    return question.domain.meaning(question.query, view.answers)


def _from_verdict(request: Request, view: VerdictView) -> str:
    question = request.question
    if question.query.kind == "diagnosis" and view.verdict is not None:
        tested = open_domain(question.domain)
        return WAS_WRONG if tested is None else tested.explained(view.verdict, answer=False)
    return NO_ATTEMPT if view.verdict is None else ONLY_VERDICTS


# -- what facts decide -------------------------------------------------------------------------------------------------


def _signatures(question: Question, space: HypothesisSpace) -> IntArray:
    """Which hypotheses share the truth of every fact: equal labels, shape ``(N,)``."""
    labels = np.zeros(len(space), dtype=np.int64)
    for query in question.fact_queries:
        meant = question.domain.meaning(query, space.answers)
        if meant is not None:
            labels = labels * len(meant.replies) + meant.codes
    _, dense = np.unique(labels, return_inverse=True)
    result: IntArray = dense.reshape(-1)
    return result


def _decided_codes(meant: Meaning, labels: IntArray) -> IntArray:
    """The code of the true reply where the facts decide it, else ``len(replies)``."""
    classes, size = int(labels.max()) + 1, len(meant.replies)
    occurs = np.bincount(labels * size + meant.codes, minlength=classes * size).reshape(classes, size) > 0
    decided = np.where(occurs.sum(axis=1) == 1, occurs.argmax(axis=1), size)
    result: IntArray = decided[labels]
    return result


def _decided_channel(question: Question, space: HypothesisSpace) -> Channel:
    meant = question.meaning
    if meant is None:
        return _CONSTANT
    codes = _decided_codes(meant, _signatures(question, space))
    return _compact((*meant.replies, DONT_KNOW), codes)


def _decided_menu(question: Question, space: HypothesisSpace) -> Menu:
    labels = _signatures(question, space)
    queries = (*question.fact_queries, *space.menu.queries)
    meanings = [question.domain.meaning(query, space.answers) for query in queries]
    kept, decided = [], []
    for query, meant in zip(queries, meanings, strict=True):
        if meant is None:
            continue
        channel = _compact((*meant.replies, DONT_KNOW), _decided_codes(meant, labels))
        if channel.codes is not None and len(channel.replies) > 1:
            kept.append(query)
            decided.append(Meaning(channel.codes, channel.replies, False))
    return Menu(tuple(kept), tuple(decided), None)


def _compact(replies: tuple[str, ...], codes: IntArray) -> Channel:
    present = np.bincount(codes, minlength=len(replies)) > 0
    dense = (np.cumsum(present) - 1)[codes]
    return Channel(tuple(reply for reply, occurs in zip(replies, present, strict=True) if occurs), dense)


def _told(query_text: str, reply: str) -> str:
    return f"I know this: {query_text}? {reply}"


def _fact_channel(question: Question, space: HypothesisSpace) -> Channel:
    if question.facts_told >= len(question.fact_queries):
        return _CONSTANT
    query = question.fact_queries[question.facts_told]
    meant = question.domain.meaning(query, space.answers)
    if meant is None:
        return _CONSTANT
    return _compact(tuple(_told(query.canonical, reply) for reply in meant.replies), meant.codes.astype(np.int64))


def _from_knowledge(request: Request, view: KnowledgeView) -> str:
    question = request.question
    kind = question.query.kind
    if kind == "fact":
        if question.facts_told < len(view.facts):
            fact = view.facts[question.facts_told]
            return _told(fact.query.canonical, fact.reply)
        if open_domain(question.domain) is None:
            return NO_MORE_FACTS
    if kind in ("hint", "fact"):
        told = question.hints_given + question.facts_told
        return view.rules[told] if told < len(view.rules) else DONT_KNOW if kind == "hint" else NO_MORE_FACTS
    meant = question.meaning
    if meant is None or question.space is None:
        return DONT_KNOW
    consistent = np.ones(len(question.space), dtype=np.bool_)
    for fact in view.facts:
        known = question.domain.meaning(fact.query, question.space.answers)
        if known is not None:
            consistent &= known.codes == known.replies.index(fact.reply)
    codes = meant.codes[consistent]
    if len(codes) == 0 or bool((codes != codes[0]).any()):
        return DONT_KNOW
    return meant.replies[int(codes[0])]
