"""The dialogue: the rules of the game and its state machine, without I/O and without Gymnasium.

``submit(utterance)`` returns a step, or a request for the teacher; ``deliver(reply)`` returns the step, or the request
again when the guard has stopped the reply. Whoever runs the dialogue passes requests to the teacher, many at once if it
runs many dialogues.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log2
from typing import Any, TypeAlias

import numpy as np

from sml_env.assertions import asserts_a_value
from sml_env.attempts import claimed, judged, notation, predicate_of_a_part, states_a_value
from sml_env.counterfactual import counterfactual_channel
from sml_env.domains import open_domain
from sml_env.errors import ModelError, ResetNeeded
from sml_env.forms import Between, Claim, FamilyForm, Query
from sml_env.guard import MAX_REPLY_CHARACTERS, LeakGuard
from sml_env.information import Channel, FloatArray, IntArray
from sml_env.laws import Law
from sml_env.listener import Listener, asks_outright, open_refusal
from sml_env.menu import Menu
from sml_env.missing import UNDECIDED_BITS, account
from sml_env.outcomes import (
    CORRECT,
    INCORRECT,
    REFUSED_ANSWER,
    REFUSED_CAP,
    STOPPED,
    UNAVAILABLE,
    UNPARSED,
    Outcome,
)
from sml_env.problems import Problem
from sml_env.queries import MAX_CHARACTERS
from sml_env.rewards import potential_scale, reward_terms
from sml_env.rules import Rules, attempt_likelihood
from sml_env.semantics import Meaning
from sml_env.teachers.base import ChannelTeacher, Question, Reply, Request, Teacher, Turn, stated_channel, view_for
from sml_env.verifiers.base import Status, Verdict

__all__ = ["Answer", "Dialogue", "Outcome"]


@dataclass(slots=True)
class _Pending:
    """A query, or a wrong attempt that is answered, which waits for the teacher.

    ``prefix`` is what the environment itself says first, ``verdict`` the realised and expected bits of that.
    """

    words: str
    kind: str
    request: Request
    expected: float | None
    prefix: str = ""
    verdict: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class _Before:
    """The listener before the turn: entropy of the target and best bits of the menu."""

    entropy: float | None
    best: float | None


@dataclass(slots=True)
class _Bits:
    """What one turn told, in bits: by the teacher, and by the verdict."""

    expected: float | None = 0.0
    realised: float | None = 0.0
    verdict: float = 0.0
    expected_verdict: float = 0.0


Answer: TypeAlias = Outcome | Request


def _vetted(problem: Problem) -> frozenset[str]:
    """Texts that are the same whichever candidate is true, and were checked against all of them when built."""
    solution = problem.secret.reveal()
    if problem.space is None or not problem.hints_from_statement:
        return frozenset()
    return frozenset((*(step.operation for step in solution.steps[:-1]), *solution.diagnoses.values()))


class Dialogue:
    """One episode.

    Args:
        problem: What is asked and hidden.
        teacher: Asked only through requests; consulted here for its channel.
        rules: Of the environment.
        seed: Of the teacher's randomness; must not depend on the truth.
    """

    def __init__(self, problem: Problem, teacher: Teacher, rules: Rules, seed: int = 0) -> None:
        self.problem = problem
        self.rules = rules
        self._domain = problem.domain
        self._tested = open_domain(problem.domain)
        self.listener = None if problem.space is None else Listener(problem.space, rules.cap_bits, problem.domain)
        self._teacher = teacher
        self._channels: ChannelTeacher | None = stated_channel(teacher)
        self._seed = seed
        self._guard = LeakGuard(problem)
        self._guarded = rules.asymmetry == "answer"
        self._vetted = _vetted(problem)
        self._scale = potential_scale(0.0 if self.listener is None else self.listener.entropy)
        self._transcript: list[Turn] = []
        self._judged: list[str] = []
        self._latest: tuple[str, Verdict] | None = None
        self._attempts = 0
        self._premature = 0
        self._asked_about: list[str] = []
        self._hints = 0
        self._facts = 0
        self._read_freely = getattr(teacher, "reads_free_text", False) is True
        self._stopped: list[tuple[str, str]] = []
        self._claims: list[tuple[int, tuple[str, ...]]] = []
        self._pointwise = 0.0
        self._failure: BaseException | None = None
        self._ended = False
        self._success = False
        self._pending: _Pending | None = None
        law = getattr(teacher, "law", None)
        self._false: IntArray | None = None
        if self.listener is not None and isinstance(law, Law) and law.counts_lies:
            self._false = np.zeros(len(self.listener.space), dtype=np.int64)
        self.menu = self._teacher_menu()
        self._before = _Before(None, None)

    # -- what is public ------------------------------------------------------------------------------------------------

    @property
    def opening(self) -> str:
        """The first observation."""
        return f"{self.problem.statement}\n{self._turns_line()}"

    @property
    def opening_info(self) -> dict[str, Any]:
        """Info at reset."""
        return {
            "problem_id": self.problem.problem_id,
            "belief_entropy_bits": self._entropy,
            "turns_left": self.turns_left,
        }

    @property
    def turns_left(self) -> int:
        """Turns that the student still has."""
        return self.rules.max_turns - len(self._transcript)

    @property
    def attempts_left(self) -> int:
        """Attempts that would still be judged."""
        return self.rules.attempts - self._attempts

    @property
    def ended(self) -> bool:
        """Whether the episode is over."""
        return self._ended

    @property
    def transcript(self) -> tuple[Turn, ...]:
        """The exchanges so far."""
        return tuple(self._transcript)

    @property
    def belief(self) -> FloatArray | None:
        """Posterior of the ideal listener over the hypotheses, shape ``(N,)``; ``None`` for an open problem."""
        return None if self.listener is None else self.listener.belief.copy()

    def expected_bits(self, utterance: str) -> float | None:
        """What an utterance would tell in expectation, were it said now.

        0 for bare attempts and for what would be refused; ``None`` where the reply has no channel.
        """
        query = self._domain.parse(utterance)
        if query.kind == "malformed":
            return 0.0
        if states_a_value(query):
            question = self._response(utterance, query, claimed(query))
            return 0.0 if question is None else self._expected(self._channel(question))
        meant = None if self.listener is None else self.listener.meaning(query)
        if self._stated(meant) is not None:
            return 0.0
        if self._refusal(query, meant) is not None:
            return 0.0
        return self._expected(self._channel(self._question(utterance, query, meant)))

    @property
    def leaks_stopped(self) -> int:
        """Replies that the guard has stopped so far; the student learns of it at the end."""
        return len(self._stopped)

    def privileged(self) -> dict[str, Any]:
        """The private side, for asymmetric critics and evaluators; never for the student.

        Returns:
            ``answer``, ``hypothesis`` (index or ``None``), ``solution`` (operation and result of each step),
            ``pointwise_bits`` (log2 b(h*) gained since the start; ``None`` for an open problem), ``belief``,
            ``stopped`` (replies that the guard stopped, with the rule), ``claims`` (turn, and what the teacher said
            that its reply revealed), ``details`` (what the statement leaves out)
            and ``failure`` (what the teacher raised).
        """
        solution = self.problem.secret.reveal()
        return {
            "answer": solution.answer,
            "hypothesis": solution.index,
            "solution": tuple((step.operation, step.result) for step in solution.steps),
            "pointwise_bits": None if self.listener is None else self._pointwise,
            "belief": self.belief,
            "stopped": tuple(self._stopped),
            "claims": tuple(self._claims),
            "details": solution.details,
            "failure": self._failure,
        }

    def metered(self) -> dict[str, Any] | None:
        """What an open domain's meter says of the questions so far; ``None`` for others. Private, and may be slow."""
        if self._tested is None:
            return None
        asked = self._transcript if self.rules.asymmetry == "answer" else []
        queries = [self._domain.parse(turn.student) for turn in asked]
        return self._tested.metered(self.problem.secret.reveal(), queries)

    # -- the state machine ---------------------------------------------------------------------------------------------

    def submit(self, utterance: object) -> Answer:
        """Take the student's turn.

        Args:
            utterance: Anything at all; what is not understood gets a reply that says what can be asked.

        Returns:
            The step, or a request that the teacher must answer first.

        Raises:
            ResetNeeded: After the end, or while a request waits for its reply.
        """
        if self._ended:
            raise ResetNeeded("this episode has ended: reset before the next step")
        if self._pending is not None:
            raise ResetNeeded("a request still waits for its reply: deliver it, or fail it")
        words = utterance[:MAX_CHARACTERS] if isinstance(utterance, str) else ""
        self._before = _Before(self._entropy, self._best_now())
        query, tested = self._domain.parse(utterance), self._tested
        if query.kind == "malformed":
            if self._read_freely and words.strip() and words == utterance:
                return self._freely(words)
            return self._close(words, query.kind, self._domain.help if tested is None else tested.unclear(query))
        if states_a_value(query):
            answers = None if self.listener is None else self.listener.space.answers
            part = predicate_of_a_part(query, answers)
            if part is None:
                return self._judge(words, claimed(query), query)
            query = part
        meant = None if self.listener is None else self.listener.meaning(query)
        stated = self._stated(meant)
        if stated is not None and self.listener is not None:
            return self._judge(words, self.listener.space.answers.text(stated), query)
        if isinstance(query.form, Between) and query.form.low == query.form.high and self.rules.disguised_attempts:
            return self._judge(words, str(query.form.low), query)
        refusal = self._refusal(query, meant)
        if refusal is not None:
            return self._close(words, query.kind, refusal)
        return self._ask(words, query, meant)

    def deliver(self, reply: object) -> Answer:
        """Take the teacher's reply to the request that waits.

        Returns:
            The step; or the request again, when the guard has stopped the reply and retries are left.

        Raises:
            ResetNeeded: If no request waits.
        """
        pending = self._pending
        if pending is None:
            raise ResetNeeded("no request waits for a reply")
        if isinstance(reply, Reply):
            self._claims.append((len(self._transcript), reply.reveals))
            reply = reply.text
        if isinstance(reply, Exception):
            return self.fail(reply)
        if not isinstance(reply, str):
            return self.fail(TypeError(f"the teacher's reply is a {type(reply).__name__}, not a str"))
        channel = pending.request.channel
        templated = self._channels is not None and channel is not None and reply in channel.replies
        bounded = len(reply) <= MAX_REPLY_CHARACTERS
        if templated or (bounded and not self._guarded) or reply in self._vetted:
            return self._told(pending, reply)
        report = self._guard.inspect(reply, self._student_words(pending.words))
        if not report.leaks:
            return self._told(pending, reply)
        self._stopped.append((reply, report.reason))
        refused = (*pending.request.refused, reply)
        if len(refused) > self.rules.guard_retries:
            return self._told(pending, STOPPED)
        seed = (*self._turn_seed(), len(refused))
        pending.request = replace(pending.request, seed=seed, refused=refused)
        return pending.request

    def fail(self, error: BaseException) -> Outcome:
        """End the episode as truncated because the teacher failed.

        The reason stays private but for its kind; that of a ``ModelError`` is public.

        Raises:
            ResetNeeded: If no request waits.
        """
        pending, self._pending = self._pending, None
        if pending is None:
            raise ResetNeeded("no request waits for a reply")
        self._failure = error
        bits = _Bits(expected=None, realised=None)
        outcome = self._close(pending.words, pending.kind, UNAVAILABLE, bits, truncated=True)
        reason = str(error) if isinstance(error, ModelError) else type(error).__name__
        outcome.info["failure"] = f"teacher: {reason}"
        return outcome

    # -- queries -------------------------------------------------------------------------------------------------------

    def _stated(self, meant: Meaning | None) -> int | None:
        """The hypothesis that a yes-or-no query states in disguise, where that counts."""
        if self.listener is None or not self.rules.disguised_attempts:
            return None
        return self.listener.stated(meant)

    def _refusal(self, query: Query, meant: Meaning | None) -> str | None:
        """Why a query is refused, from the query and the belief alone."""
        words = self._domain.refusal(query)
        if words is not None:
            return words
        if asks_outright(query):
            return REFUSED_ANSWER
        if self.listener is None:
            return REFUSED_CAP if open_refusal(query, self.rules.cap_bits) else None
        return REFUSED_CAP if self.listener.tells_too_much(meant) else None

    def _freely(self, words: str) -> Answer:
        """Put words to the teacher that only it can read.

        Words that assert a value as the answer are not among them: a yes to those would be a verdict that is not
        counted.
        """
        if self._tested is None and asserts_a_value(words):
            return self._close(words, "malformed", UNPARSED)
        return self._ask(words, Query("free", "free"), None)

    def _ask(self, words: str, query: Query, meant: Meaning | None) -> Request:
        question = self._question(words, query, meant)
        channel = self._channel(question)
        if isinstance(query.form, FamilyForm):
            self._asked_about.append(query.form.subject)
        return self._wait(_Pending(words, query.kind, self._request(question, channel), self._expected(channel)))

    def _request(self, question: Question, channel: Channel | None) -> Request:
        verdict, attempt = self._seen()
        view = view_for(self.rules.asymmetry, self.problem, verdict, attempt, question.asked_of)
        return Request(question, view, channel, self._turn_seed())

    def _wait(self, pending: _Pending) -> Request:
        self._pending = pending
        return pending.request

    def _response(self, words: str, query: Query, value: str) -> Question | None:
        """The question that an attempt puts to the teacher where wrong ones are answered; else ``None``."""
        if self.listener is None or self.rules.asymmetry != "answer":
            return None
        meant = self._domain.response(value, self.listener.space.answers)
        if meant is None:
            return None
        return replace(self._question(words, query, meant), attempted=value)

    def _question(self, words: str, query: Query, meant: Meaning | None) -> Question:
        return Question(
            words,
            query,
            self.problem.statement,
            self.problem.space,
            self.problem.facts,
            self.rules.asymmetry,
            tuple(self._transcript),
            self._hints,
            self._facts,
            self._asked_of(query),
            self.problem.hints_from_statement,
            meant,
            domain=self._domain,
            belief=None if self.listener is None else self.listener.belief,
            false_replies=self._false,
            turns_left=self.turns_left,
        )

    def _asked_of(self, query: Query) -> str | None:
        """The attempt judged wrong that a diagnosis is asked of, in the verifier's notation."""
        if query.kind != "diagnosis" or not self._judged or not isinstance(query.form, Claim):
            return None
        if query.form.value is None:
            return self._judged[-1]
        value = notation(query.form.value, self.problem.secret.reveal().answers)
        return value if value in self._judged else None

    def _seen(self) -> tuple[Verdict | None, str | None]:
        return (None, None) if self._latest is None else (self._latest[1], self._latest[0])

    def _turn_seed(self) -> tuple[int, ...]:
        return (self._seed, len(self._transcript))

    # -- channels ------------------------------------------------------------------------------------------------------

    def _teacher_menu(self) -> Menu | None:
        if self.listener is None or self._channels is None:
            return None
        return self._channels.menu(self._question("", Query("hint", "hint"), None))

    def _student_words(self, latest: str) -> str:
        """All that the student has said, which a teacher may repeat."""
        return "\n".join([*(turn.student for turn in self._transcript), latest])

    def _channel(self, question: Question) -> Channel | None:
        if self._channels is not None:
            return self._channels.channel(question)
        if getattr(self._teacher, "deterministic", False) is True:
            guard = self._guard if self._guarded else None
            said = self._student_words(question.utterance)
            return counterfactual_channel(
                self._teacher, question, self.problem, guard, said, self._seen(), self._turn_seed()
            )
        return None

    def _expected(self, channel: Channel | None) -> float | None:
        if channel is None:
            return None
        return 0.0 if channel.constant or self.listener is None else self.listener.expected_bits(channel)

    # -- closing a turn ------------------------------------------------------------------------------------------------

    @property
    def _entropy(self) -> float | None:
        return None if self.listener is None else self.listener.entropy

    def _best_now(self) -> float | None:
        """The most that any query of the menu tells now; ``None`` where it cannot be said."""
        if self.listener is None or self._channels is None or not self.rules.best:
            return None
        return self.listener.best_bits(self.menu, every=not self.rules.disguised_attempts)

    def _told(self, pending: _Pending, text: str) -> Outcome:
        """Deliver a reply that may reach the student, and update the listener on it."""
        self._pending = None
        self._hints += pending.kind == "hint"
        self._facts += pending.kind == "fact"
        channel, expected = pending.request.channel, pending.expected
        if channel is not None and text in channel.replies:
            self._hear_reply(channel, channel.replies.index(text))
        elif self._channels is None:
            expected = None
        realised = None if expected is None else self._fallen() - pending.verdict[0]
        bits = _Bits(expected, realised, *pending.verdict)
        return self._close(pending.words, pending.kind, f"{pending.prefix}{text}", bits)

    def _hear_reply(self, channel: Channel, code: int) -> None:
        """Update the listener on a reply, and count it under the hypotheses that it is false of."""
        self._hear(channel.likelihood(code))
        if self._false is not None and channel.codes is not None:
            self._false = self._false + (channel.codes != code)

    def _judge(self, words: str, value: str, query: Query) -> Answer:
        """Judge an attempt; the verdict is the environment's own and is never noised.

        Where wrong attempts are answered, the answer comes from the teacher, and with a stated channel verdict and
        answer are metered as the one reply that they are.
        """
        solution = self.problem.secret.reveal()
        row = None if self.listener is None else self.listener.space.index_of(value)
        stated = value if row is None or self.listener is None else self.listener.space.answers.text(row)
        verdict = judged(value, row, self.problem, self._said if self._tested else (), self._seed)
        if verdict.status in (Status.INFRASTRUCTURE_ERROR, Status.REFERENCE_ERROR):
            return self._unjudged(words, verdict)
        if verdict.status is Status.UNPARSABLE:
            return self._close(words, "attempt", UNPARSED if self._tested is None else self._tested.unread(verdict))
        self._attempts += 1
        self._premature += self.listener is not None and self.listener.entropy > UNDECIDED_BITS
        shown = notation(value, solution.answers)
        kind = query.kind if states_a_value(query) else "attempt"
        response = self._response(words, query, stated)
        channel = None if response is None else self._channel(response)
        self._latest = (shown, verdict)
        if not verdict.correct:
            self._judged.append(shown)
        if response is not None and channel is not None and not channel.constant:
            expected = self._expected(channel)
            if not verdict.correct:
                request = self._request(response, channel)
                return self._wait(_Pending(words, kind, request, expected, f"{INCORRECT} "))
            self._hear(channel.likelihood(0))
            return self._close(words, kind, CORRECT, _Bits(expected, self._fallen()), correct=True)
        bits = _Bits()
        if self.listener is not None:
            row = solution.index if verdict.correct else row
            if row is not None:
                right, bits.expected_verdict = self.listener.attempt(row)
                self._hear(attempt_likelihood(right, verdict.correct))
            bits.verdict = self._fallen()
        if response is not None and channel is None and not verdict.correct:
            told = (bits.verdict, bits.expected_verdict)
            return self._wait(_Pending(words, "attempt", self._request(response, None), None, f"{INCORRECT} ", told))
        return self._close(words, "attempt", CORRECT if verdict.correct else INCORRECT, bits, correct=verdict.correct)

    def _unjudged(self, words: str, verdict: Verdict) -> Outcome:
        """End the episode as truncated because the attempt could not be judged: not the student's fault."""
        bits = _Bits(expected=None, realised=None)
        outcome = self._close(words, "attempt", UNAVAILABLE, bits, truncated=True)
        outcome.info["failure"] = f"verifier: {verdict.status}"
        return outcome

    @property
    def _said(self) -> tuple[tuple[str, str], ...]:
        """What was said, by turns."""
        return tuple((turn.student, turn.teacher) for turn in self._transcript)

    def _hear(self, likelihood: FloatArray | None) -> None:
        """Update the listener, and account for the truth's own gain, which stays private."""
        if self.listener is None:
            return
        index = self.problem.secret.reveal().index
        before = 0.0 if index is None else self.listener.belief[index]
        self.listener.hear(likelihood)
        after = 0.0 if index is None else self.listener.belief[index]
        if before > 0.0 and after > 0.0:
            self._pointwise += log2(after) - log2(before)

    def _fallen(self) -> float:
        """How far the entropy has fallen within this turn, in bits."""
        before = self._before.entropy
        return 0.0 if before is None or self.listener is None else before - self.listener.entropy

    def _close(
        self,
        words: str,
        kind: str,
        text: str,
        bits: _Bits | None = None,
        *,
        correct: bool = False,
        truncated: bool = False,
    ) -> Outcome:
        """Count the turn, decide the end, reward and account."""
        bits = bits or _Bits()
        self._transcript.append(Turn(words, text))
        self._success = correct
        if self._false is not None:
            self.menu = self._teacher_menu()
        terminated = not truncated and (correct or self.turns_left == 0 or self.attempts_left == 0)
        self._ended = terminated or truncated
        terms = reward_terms(
            correct=float(correct),
            terminated=float(terminated),
            entropy_before=self._before.entropy or 0.0,
            entropy_after=self._entropy or 0.0,
            scale=self._scale,
            expected_bits=bits.expected or 0.0,
            shaping=self.rules.shaping,
            gamma=self.rules.gamma,
            beta=self.rules.beta,
            turn_cost=self.rules.turn_cost,
        )
        closed = self.listener is not None
        best = self._before.best
        info: dict[str, Any] = {
            "query_kind": kind,
            "expected_bits": bits.expected,
            "realised_bits": bits.realised,
            "verdict_bits": bits.verdict if closed else None,
            "expected_verdict_bits": bits.expected_verdict if closed else None,
            "best_bits": None if best is None else max(best, bits.expected or 0.0),
            "belief_entropy_bits": self._entropy,
            "meter": "ideal_listener" if closed else "none",
            "reward_terms": terms,
            "turns_left": self.turns_left,
            "success": self._success,
        }
        if self._ended:
            info["leaks_stopped"] = self.leaks_stopped
            info |= self._account() or {}
        return Outcome(f"{text}\n{self._turns_line()}", sum(terms.values()), terminated, truncated, info)

    def _account(self) -> dict[str, Any] | None:
        space = self.problem.space
        return None if space is None else account(space, self._premature, self._asked_about)

    def _turns_line(self) -> str:
        if self._ended:
            return "The lesson is over."
        turns = f"Turns left: {self.turns_left}."
        few = self.rules.attempts < self.rules.max_turns
        return f"{turns} Attempts left: {self.attempts_left}." if few else turns
