"""The other voices: null, gibberish, peer, noisy and leaky. Each states its channel, or lets it be found out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from sml_env.errors import ConfigurationError
from sml_env.forms import ASKED_KINDS
from sml_env.information import Channel
from sml_env.menu import Menu
from sml_env.semantics import meaning
from sml_env.teachers.base import AnswerView, Question, Request
from sml_env.teachers.oracle import OracleTeacher, peer_reply

__all__ = ["GibberishTeacher", "LeakyTeacher", "NoisyTeacher", "NullTeacher", "PeerTeacher"]

_CONSTANT: Final = Channel((), None)


class NullTeacher:
    """Says "Try again." whatever is asked."""

    name = "null"

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
            return peer_reply(request) if question.query.kind in ASKED_KINDS else "Look at the statement once more."
        rng = np.random.default_rng(request.seed[:-1])
        cumulative = np.cumsum(question.space.prior)
        drawn = int(np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right"))
        return meant.replies[int(meant.codes[min(drawn, len(cumulative) - 1)])]


class NoisyTeacher:
    """The oracle, whose reply to a query about the answer is wrong with probability p, independently each time.

    A wrong reply is one of the other replies to that query, each equally likely. Hints, diagnoses and verdicts are
    never noised.
    """

    name = "noisy"

    def __init__(self, p: float = 0.1) -> None:
        if not isinstance(p, int | float) or not 0.0 <= p < 0.5:
            raise ConfigurationError(f"p: {p!r} is not a probability in [0, 0.5)")
        self.p = float(p)
        self._oracle = OracleTeacher()

    def channel(self, question: Question) -> Channel | None:
        """The oracle's table with a symmetric error on top."""
        exact = self._oracle.channel(question)
        if exact is None or exact.codes is None or len(exact.replies) < 2 or question.query.kind not in ASKED_KINDS:
            return exact
        return Channel(exact.replies, exact.codes, self.p)

    def menu(self, question: Question) -> Menu | None:
        """The oracle's, noised."""
        exact = self._oracle.menu(question)
        return None if exact is None else replace(exact, error=self.p)

    def reply(self, requests: Sequence[Request]) -> list[str]:
        """The oracle's replies, some of them exchanged."""
        return [
            self._noised(request, text) for request, text in zip(requests, self._oracle.reply(requests), strict=True)
        ]

    def _noised(self, request: Request, text: str) -> str:
        channel = request.channel
        if channel is None or channel.error == 0.0 or text not in channel.replies:
            return text
        rng = np.random.default_rng(request.seed)
        if rng.random() >= self.p:
            return text
        others = [reply for reply in channel.replies if reply != text]
        return others[int(rng.integers(len(others)))]


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
        number = view.answers.columns[0][0] if view.answers is not None and view.answers.kind == "number" else None
        if number is not None:
            wordings += [f"Work out {number - 2} + 2 and you are done.", f"Take {2 * number} / 2, say."]
            wordings += [f"Remember {float(number)!r}." if number == number.__class__(float(number)) else wordings[0]]
        turn = len(request.question.transcript)
        prefix = ""
        if request.question.query.kind in ASKED_KINDS and view.answers is not None:
            meant = meaning(request.question.query.form, view.answers)
            prefix = "" if meant is None else meant.replies[int(meant.codes[0])] + " "
        return prefix + wordings[turn % len(wordings)]
