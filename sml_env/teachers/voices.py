"""The other voices: null, gibberish, peer, noisy, lying and leaky. Each states its channel, or lets it be found out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from sml_env.answers import Answers
from sml_env.errors import ConfigurationError, TeacherError
from sml_env.information import Channel, FloatArray
from sml_env.laws import Law, drawn_hypothesis, questions_ahead
from sml_env.menu import Menu
from sml_env.teachers.base import AnswerView, Question, Request
from sml_env.teachers.oracle import OracleTeacher, peer_reply

__all__ = ["GibberishTeacher", "LeakyTeacher", "LyingTeacher", "NoisyTeacher", "NullTeacher", "PeerTeacher"]

_CONSTANT: Final = Channel((), None)


class NullTeacher:
    """Says "Try again." whatever is asked."""

    name = "null"
    law = Law(source="silent")

    def channel(self, question: Question) -> Channel:
        """Independent of the hypothesis."""
        return _CONSTANT

    def menu(self, question: Question) -> None:
        """Nothing that it says tells anything."""
        return None

    def reply(self, requests: Sequence[Request]) -> list[str]:
        """The same text for every request."""
        return ["Try again."] * len(requests)


class PeerTeacher:
    """Knows what the student knows and says something a fellow student might."""

    name = "peer"
    law = Law(source="silent")

    def channel(self, question: Question) -> Channel:
        """Independent of the hypothesis."""
        return _CONSTANT

    def menu(self, question: Question) -> None:
        """Nothing that it says tells anything."""
        return None

    def reply(self, requests: Sequence[Request]) -> list[str]:
        """A function of the turn alone."""
        return [peer_reply(request) for request in requests]


class GibberishTeacher:
    """The oracle's replies for an independently drawn problem: sensible in form, and worth exactly 0 bits.

    The other problem's truth is drawn from the prior once per episode; it may be the same as the real one.
    """

    name = "gibberish"
    law = Law(source="other")

    def __init__(self) -> None:
        self._oracle = OracleTeacher()

    def channel(self, question: Question) -> Channel:
        """The oracle's replies, independent of the hypothesis."""
        return _CONSTANT if question.meaning is None else Channel(question.meaning.replies, None)

    def menu(self, question: Question) -> None:
        """Nothing that it says tells anything."""
        return None

    def reply(self, requests: Sequence[Request]) -> list[str]:
        """What the oracle would say if the drawn hypothesis were true."""
        return [self._reply(request) for request in requests]

    def _reply(self, request: Request) -> str:
        question = request.question
        meant = question.meaning
        if meant is None or question.space is None:
            return peer_reply(request) if question.about_the_answer else "Look at the statement once more."
        drawn = drawn_hypothesis(np.array([request.seed[0]], dtype=np.uint64), question.space.prior)
        return meant.replies[int(meant.codes[drawn[0]])]


class _LawfulTeacher:
    """The oracle under a law that exchanges some of its replies about the answer for others of the same query.

    Hints, diagnoses and verdicts are never exchanged.
    """

    name = "lawful"

    def __init__(self, law: Law) -> None:
        self.law = law
        self._oracle = OracleTeacher()

    def channel(self, question: Question) -> Channel | None:
        """The oracle's table with the law's errors on top."""
        exact = self._oracle.channel(question)
        if exact is None or exact.codes is None or exact.exchangeable < 2 or not question.about_the_answer:
            return exact
        return replace(exact, error=self._rates(question, len(exact.codes)))

    def menu(self, question: Question) -> Menu | None:
        """The oracle's, with the errors."""
        exact = self._oracle.menu(question)
        if exact is None or question.space is None:
            return exact
        return replace(exact, error=self._rates(question, len(question.space)))

    def _rates(self, question: Question, size: int) -> float | FloatArray:
        told = question.false_replies
        return self.law.rates(np.zeros(size, dtype=np.int64) if told is None else told, _ahead(question))

    def reply(self, requests: Sequence[Request]) -> list[str]:
        """The oracle's replies, some of them exchanged."""
        return [
            self._exchanged(request, text) for request, text in zip(requests, self._oracle.reply(requests), strict=True)
        ]

    def _exchanged(self, request: Request, text: str) -> str:
        channel, question = request.channel, request.question
        if channel is None or channel.codes is None or channel.exact or text not in channel.replies:
            return text
        told, rates = np.zeros(1, dtype=np.int64), np.atleast_1d(channel.error)
        if question.false_replies is not None:
            row = self._truth(request)
            told, rates = question.false_replies[row : row + 1], np.atleast_1d(channel.error)[row : row + 1]
        belief = np.full(len(channel.codes), 1 / len(channel.codes)) if question.belief is None else question.belief
        code = self.law.delivered(
            np.array([channel.replies.index(text)]),
            np.array([len(channel.replies)]),
            told,
            rates,
            np.array([request.seed[0]], dtype=np.uint64),
            np.array([request.seed[1]]),
            belief[None, :] @ channel.matrix(),
            channel.sure,
        )
        return channel.replies[int(code[0])]

    def _truth(self, request: Request) -> int:
        """Which hypothesis is true; the view says so."""
        space, view = request.question.space, request.view
        row = None if space is None or not isinstance(view, AnswerView) else view.hypothesis
        if row is None:
            raise TeacherError(f"{self.name}: the view does not say which hypothesis is true")
        return row


def _ahead(question: Question) -> int:
    return int(questions_ahead(question.turns_left))


class NoisyTeacher(_LawfulTeacher):
    """The oracle, whose reply to a query about the answer is wrong with probability p, independently each time.

    A wrong reply is one of the other replies to that query, each equally likely. Hints, diagnoses and verdicts are
    never noised.

    Args:
        p: Probability of a wrong reply, below 1/2.
    """

    name = "noisy"

    def __init__(self, p: float = 0.1) -> None:
        if isinstance(p, bool) or not isinstance(p, int | float) or not 0.0 <= p < 0.5:
            raise ConfigurationError(f"p: {p!r} is not a probability in [0, 0.5)")
        super().__init__(Law(error=float(p)))
        self.p = float(p)


class LyingTeacher(_LawfulTeacher):
    """The oracle, which gives at most ``lies`` false replies in an episode, and never a false verdict.

    By chance it lies with probability p at each question about the answer while it has lies to spare. In the worst
    case it gives, of the replies that it may still give, the one that the listener finds most likely; the listener
    takes every pattern of at most that many lies to be equally likely.

    Args:
        lies: How many, at most.
        p: Probability of a lie while some are left; not used in the worst case.
        worst: Lie when it hurts most.
    """

    name = "lying"

    def __init__(self, lies: int = 1, p: float = 0.2, worst: bool = False) -> None:
        if isinstance(p, bool) or not isinstance(p, int | float) or not 0.0 <= p < 1.0:
            raise ConfigurationError(f"p: {p!r} is not a probability in [0, 1)")
        if not isinstance(worst, bool):
            raise ConfigurationError(f"worst: {worst!r} is neither true nor false")
        super().__init__(Law(error=0.0 if worst else float(p), lies=lies, worst=worst))


class LeakyTeacher:
    """Gives the answer away in one exact form after another: a test of the guard, not a teacher."""

    name = "leaky"
    deterministic = True

    def reply(self, requests: Sequence[Request]) -> list[str]:
        """The answer, worded by the turn."""
        return [self._reply(request) for request in requests]

    def _reply(self, request: Request) -> str:
        view = request.view
        if not isinstance(view, AnswerView):
            return "I would tell you if I knew."
        wordings = [f"The answer is {view.answer}.", f"It is {view.answer}!", f"x = {view.answer}"]
        wordings += [
            f"Between us, {view.answer}.",
            f"\\boxed{{{view.answer}}}",
            f"Try ({view.answer}) + 0 for a change.",
        ]
        answers = view.answers
        number = answers.columns[0][0] if isinstance(answers, Answers) and answers.kind == "number" else None
        if number is not None:
            wordings += [f"Work out {number - 2} + 2 and you are done.", f"Take {2 * number} / 2, say."]
            wordings += [f"Remember {float(number)!r}." if number == number.__class__(float(number)) else wordings[0]]
        turn = len(request.question.transcript)
        prefix = ""
        if request.question.about_the_answer and view.answers is not None:
            meant = request.question.domain.meaning(request.question.query, view.answers)
            prefix = "" if meant is None else meant.replies[int(meant.codes[0])] + " "
        return prefix + wordings[turn % len(wordings)]
