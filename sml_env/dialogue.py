"""The dialogue: the rules of the game and its state machine, without I/O and without Gymnasium.

``submit(utterance)`` returns a step, or a request for the teacher; ``deliver(reply)`` returns the step, or the request
again when the guard has stopped the reply. Whoever runs the dialogue passes requests to the teacher, many at once if it
runs many dialogues.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import log2
from typing import Any, Final, TypeAlias

import numpy as np

from sml_env.errors import ConfigurationError, ResetNeeded
from sml_env.forms import Claim, Comparison, Quantity, Query, Residue
from sml_env.guard import LeakGuard
from sml_env.information import Channel, FloatArray, entropy_bits, posterior, target_belief
from sml_env.menu import Menu
from sml_env.problems import Problem
from sml_env.queries import parse
from sml_env.rewards import BETA, check_shaping, potential_scale, reward_terms
from sml_env.semantics import Meaning, meaning
from sml_env.teachers.base import ChannelTeacher, Question, Request, Teacher, Turn, stated_channel, view_for
from sml_env.teachers.oracle import ASKED_KINDS
from sml_env.verifiers.base import Status, Verdict
from sml_env.verifiers.symbolic import verify
from sml_env.wording import number

__all__ = ["MAX_ENUMERATED", "Dialogue", "Outcome", "Rules"]

MAX_ENUMERATED: Final = 512
"""A deterministic teacher's channel is found by asking it under every hypothesis, up to this many."""

CORRECT: Final = "Correct."
INCORRECT: Final = "No, that is not the answer."
UNPARSED: Final = "I cannot read that as an answer. Write it as in: answer: 42"
REFUSED_ANSWER: Final = "I will not tell you the answer. Ask something smaller about it."
REFUSED_CAP: Final = "That asks for too much at once. Ask something smaller."
STOPPED: Final = "I cannot say that. Ask me something else about it."
MALFORMED: Final = (
    "I did not understand. You can ask about the answer (x > 10, is it even?, between 3 and 7?, x mod 3), check a step "
    "(is 3x = 12 right?), ask for a hint, ask why an attempt was wrong, or attempt (answer: 42)."
)


@dataclass(frozen=True, slots=True)
class Rules:
    """What is the same for every episode of an environment.

    Attributes:
        asymmetry: What the teacher holds.
        max_turns: Turn budget, seen by the student.
        max_attempts: Attempts that are judged; ``None`` for as many as turns.
        shaping: ``"potential"``, ``"bonus"`` or ``"none"``.
        gamma: The learner's discount.
        beta: Weight of the information term.
        turn_cost: Subtracted from the reward of every turn.
        cap_bits: The most that one query about the answer may tell, in expected bits.
        guard_retries: How often a teacher is asked again after the guard has stopped its reply.
    """

    asymmetry: str = "answer"
    max_turns: int = 8
    max_attempts: int | None = None
    shaping: str = "potential"
    gamma: float = 1.0
    beta: float = BETA
    turn_cost: float = 0.0
    cap_bits: float = 3.0
    guard_retries: int = 0

    def __post_init__(self) -> None:
        check_shaping(self.shaping)
        for name in ("max_turns", "max_attempts"):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
                raise ConfigurationError(f"{name}: {value!r} is not a positive integer")
        if not 0.0 <= self.gamma <= 1.0:
            raise ConfigurationError(f"gamma: {self.gamma!r} is not in [0, 1]")
        for name in ("beta", "turn_cost", "cap_bits"):
            value = getattr(self, name)
            if not isinstance(value, int | float) or not 0.0 <= value < np.inf:
                raise ConfigurationError(f"{name}: {value!r} is not a finite number of at least 0")
        if not isinstance(self.guard_retries, int) or not 0 <= self.guard_retries <= 10:
            raise ConfigurationError(f"guard_retries: {self.guard_retries!r} is not an integer from 0 to 10")

    @property
    def attempts(self) -> int:
        """How many attempts are judged."""
        return self.max_turns if self.max_attempts is None else self.max_attempts


@dataclass(frozen=True, slots=True)
class Outcome:
    """One step of a dialogue; all of it is public.

    Attributes:
        text: What the teacher said, and the turns left.
        reward: Sum of the terms.
        terminated: Whether the episode has ended by its own rules.
        truncated: Whether it was cut off because the teacher failed.
        info: The public account of the step (README lists the keys).
    """

    text: str
    reward: float
    terminated: bool
    truncated: bool
    info: dict[str, Any]


@dataclass(slots=True)
class _Pending:
    """A query that waits for the teacher."""

    utterance: str
    query: Query
    request: Request
    channel: Channel | None
    expected: float | None
    refused: list[str] = field(default_factory=list)


Answer: TypeAlias = Outcome | Request


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
        self._teacher = teacher
        self._stated: ChannelTeacher | None = stated_channel(teacher)
        self._seed = seed
        self._space = problem.space
        self._guard = LeakGuard(problem)
        self._belief: FloatArray | None = None if problem.space is None else problem.space.prior
        self._entropy: float | None = None if problem.space is None else problem.space.prior_entropy
        self._scale = potential_scale(0.0 if self._entropy is None else self._entropy)
        self._transcript: list[Turn] = []
        self._student_words: list[str] = []
        self._judged: list[str] = []
        self._attempt: tuple[str, Verdict] | None = None
        self._attempts = 0
        self._turns = 0
        self._hints = 0
        self._facts = 0
        self._stopped: list[tuple[str, str]] = []
        self._pointwise = 0.0
        self._failure: BaseException | None = None
        self._ended = False
        self._success = False
        self._pending: _Pending | None = None
        self._menu, self._menu_known = self._teacher_menu()
        self._best: tuple[FloatArray | None, float | None] = (None, None)
        self._before: tuple[float | None, float | None] = (self._entropy, None)

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
        return self.rules.max_turns - self._turns

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
        return None if self._belief is None else self._belief.copy()

    @property
    def menu(self) -> Menu | None:
        """The queries among which ``best_bits`` is the best, as this teacher answers them; ``None`` if none tells."""
        return self._menu

    def expected_bits(self, utterance: str) -> float | None:
        """What a query would tell in expectation, were it asked now; 0 for one that would be refused."""
        query = parse(utterance)
        if query.kind not in ASKED_KINDS:
            return 0.0
        meant = self._meaning(query)
        if self._refusal(query, meant) is not None or self._isolated(meant) is not None:
            return 0.0
        channel = self._channel(self._question(query, meant))
        return None if channel is None or self._belief is None else self._expected(channel)

    def privileged(self) -> dict[str, Any]:
        """The private side, for asymmetric critics and evaluators; never for the student.

        Returns:
            ``answer``, ``hypothesis`` (index or ``None``), ``solution`` (operation and result of each step),
            ``pointwise_bits`` (log2 b(h*) gained since the start), ``belief``, ``stopped`` (replies that the guard
            stopped, with the rule) and ``failure`` (what the teacher raised, or ``None``).
        """
        solution = self.problem.secret.reveal()
        return {
            "answer": solution.answer,
            "hypothesis": solution.index,
            "solution": tuple((step.operation, step.result) for step in solution.steps),
            "pointwise_bits": self._pointwise if self._space is not None else None,
            "belief": self.belief,
            "stopped": tuple(self._stopped),
            "failure": self._failure,
        }

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
        words = utterance if isinstance(utterance, str) else ""
        self._before = (self._entropy, self._best_now())
        query = parse(utterance)
        if query.kind == "malformed":
            return self._reply(words, query, MALFORMED, expected=0.0)
        if query.kind == "attempt":
            claim = query.form if isinstance(query.form, Claim) else Claim("")
            part = self._part(claim)
            if part is None:
                return self._judge(words, query, claim.value or "")
            query = part
        meant = self._meaning(query)
        isolated = self._isolated(meant)
        if isolated is not None and self._space is not None:
            stated = Query("attempt", query.canonical, query.form)
            return self._judge(words, stated, self._space.answers.text(isolated))
        refusal = self._refusal(query, meant)
        if refusal is not None:
            return self._reply(words, query, refusal, expected=0.0)
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
        if not isinstance(reply, str):
            return self.fail(TypeError(f"the teacher's reply is a {type(reply).__name__}, not a str"))
        channel = pending.channel
        if channel is not None and reply in channel.replies:
            self._pending = None
            return self._told(pending, reply, channel.replies.index(reply))
        report = self._guard.inspect(reply, "\n".join([*self._student_words, pending.utterance]))
        if not report.leaks:
            self._pending = None
            return self._told(pending, reply, None)
        self._stopped.append((reply, report.reason))
        pending.refused.append(reply)
        if len(pending.refused) <= self.rules.guard_retries:
            request = pending.request
            pending.request = Request(
                request.question,
                request.view,
                request.channel,
                (*request.seed, len(pending.refused)),
                tuple(pending.refused),
            )
            return pending.request
        self._pending = None
        return self._told(pending, STOPPED, None)

    def fail(self, error: BaseException) -> Outcome:
        """End the episode as truncated because the teacher failed; the reason stays private but for its kind."""
        pending, self._pending = self._pending, None
        if pending is None:
            raise ResetNeeded("no request waits for a reply")
        self._failure = error
        outcome = self._reply(
            pending.utterance, pending.query, "The teacher is not available.", expected=None, truncated=True
        )
        outcome.info["failure"] = f"teacher: {type(error).__name__}"
        return outcome

    def _teacher_menu(self) -> tuple[Menu | None, bool]:
        """The menu as the teacher answers it, and whether that is known."""
        if self._space is None or self._stated is None:
            return None, False
        return self._stated.menu(self._question(Query("hint", "hint"))), True

    # -- rules ---------------------------------------------------------------------------------------------------------

    def _meaning(self, query: Query) -> Meaning | None:
        if self._space is None or query.kind not in ASKED_KINDS:
            return None
        if isinstance(query.form, Quantity) and query.form.quantity == "value":
            return None
        return meaning(query.form, self._space.answers)

    def _part(self, claim: Claim) -> Query | None:
        """``y = 2`` where y is one part of a pair states no answer: it is a predicate of that part."""
        if self._space is None or self._space.answers.kind != "pair" or claim.name not in self._space.answers.names:
            return None
        bound = number(claim.value or "")
        if bound is None:
            return None
        form = Comparison(claim.name, "==", bound)
        return Query("predicate", str(form), form)

    def _isolated(self, meant: Meaning | None) -> int | None:
        """The hypothesis that a yes-or-no query states in disguise: the only live target for which it is true."""
        if meant is None or not meant.binary or self._belief is None or self._space is None:
            return None
        true_of = np.flatnonzero((meant.codes == 1) & (self._belief > 0.0))
        if len(true_of) == 0:
            return None
        if self._space.target is None:
            return int(true_of[0]) if len(true_of) == 1 else None
        labels = self._space.target[true_of]
        return int(true_of[0]) if bool((labels == labels[0]).all()) else None

    def _refusal(self, query: Query, meant: Meaning | None) -> str | None:
        """Why a query is refused, from the query and the belief alone."""
        form = query.form
        if isinstance(form, Quantity) and form.quantity == "value":
            return REFUSED_ANSWER
        if self._space is None:
            if isinstance(form, Residue) and form.remainder is None and np.log2(form.modulus) > self.rules.cap_bits:
                return REFUSED_CAP
            return None
        if meant is None or meant.binary or self._belief is None:
            return None
        bits = Channel(meant.replies, meant.codes).expected_bits(self._belief, self._space.target)
        return REFUSED_CAP if bits > self.rules.cap_bits + 1e-9 else None

    def _question(self, query: Query, meant: Meaning | None = None) -> Question:
        return Question(
            query,
            self.problem.statement,
            self._space,
            self.problem.facts,
            self.rules.asymmetry,
            tuple(self._transcript),
            self._hints,
            self._facts,
            tuple(self._judged),
            self.problem.hints_from_statement,
            meant,
        )

    def _channel(self, question: Question) -> Channel | None:
        if self._stated is not None:
            return self._stated.channel(question)
        if getattr(self._teacher, "deterministic", False) is True:
            return self._enumerated(question)
        return None

    def _enumerated(self, question: Question) -> Channel | None:
        """The channel of a deterministic teacher: what it says under every hypothesis, after the guard."""
        if self._space is None or len(self._space) > MAX_ENUMERATED:
            return None
        texts = []
        words = "\n".join(self._student_words)
        for hypothesis in range(len(self._space)):
            problem = self.problem.under(hypothesis)
            view = view_for(self.rules.asymmetry, problem, *self._seen())
            (text,) = self._teacher.reply([Request(question, view, None, self._turn_seed())])
            stopped = not isinstance(text, str) or LeakGuard(problem).inspect(text, words).leaks
            texts.append(STOPPED if stopped else text)
        replies, codes = np.unique(np.array(texts, dtype=object).astype(str), return_inverse=True)
        if len(replies) < 2:
            return Channel((), None)
        return Channel(tuple(str(text) for text in replies), codes.reshape(-1))

    def _expected(self, channel: Channel) -> float:
        if self._belief is None or self._space is None:
            return 0.0
        return channel.expected_bits(self._belief, self._space.target)

    def _seen(self) -> tuple[Verdict | None, str | None]:
        return (None, None) if self._attempt is None else (self._attempt[1], self._attempt[0])

    def _turn_seed(self) -> tuple[int, ...]:
        return (self._seed, self._turns)

    def _ask(self, words: str, query: Query, meant: Meaning | None) -> Request:
        question = self._question(query, meant)
        channel = self._channel(question)
        expected = None if channel is None or self._belief is None else self._expected(channel)
        if channel is not None and channel.constant:
            expected = 0.0
        asked = None
        if query.kind == "diagnosis" and self._judged:
            claim = query.form
            value = claim.value if isinstance(claim, Claim) else None
            asked = self._canonical_value(value) if value else self._judged[-1]
        verdict, attempt = self._seen()
        view = view_for(self.rules.asymmetry, self.problem, verdict, attempt, asked)
        request = Request(question, view, channel, self._turn_seed())
        self._pending = _Pending(words, query, request, channel, expected)
        return request

    def _canonical_value(self, value: str) -> str:
        row = None if self._space is None else self._space.index_of(value)
        return value if row is None or self._space is None else self._space.answers.text(row)

    def _told(self, pending: _Pending, text: str, code: int | None) -> Outcome:
        kind = pending.query.kind
        if kind == "hint":
            self._hints += 1
        elif kind == "fact":
            self._facts += 1
        before = self._before[0]
        if code is not None and pending.channel is not None:
            likelihood = pending.channel.likelihood(code)
            if likelihood is not None:
                self._update(likelihood)
        realised = None
        if pending.expected is not None and before is not None and self._entropy is not None:
            realised = before - self._entropy
        elif pending.expected == 0.0:
            realised = 0.0
        return self._reply(pending.utterance, pending.query, text, expected=pending.expected, realised=realised)

    def _update(self, likelihood: FloatArray) -> None:
        if self._belief is None or self._space is None:
            return
        index = self.problem.secret.reveal().index
        if not bool((self._belief * likelihood > 0.0).any()):
            return
        updated = posterior(self._belief, likelihood)
        if index is not None and self._belief[index] > 0.0 and updated[index] > 0.0:
            self._pointwise += log2(updated[index]) - log2(self._belief[index])
        self._belief = updated
        self._entropy = float(entropy_bits(target_belief(updated, self._space.target)))

    def _judge(self, words: str, query: Query, value: str) -> Outcome:
        verdict = verify(value, self.problem.secret.reveal().answer)
        if verdict.status is Status.UNPARSABLE:
            return self._reply(words, query, UNPARSED, expected=0.0)
        self._attempts += 1
        before = self._before[0]
        row = None if self._space is None else self._space.index_of(value)
        if verdict.correct and row is None:
            row = self.problem.secret.reveal().index
        expected_verdict = 0.0
        if self._space is not None and self._belief is not None and row is not None:
            label = self._space.target_of(row)
            same = np.arange(len(self._space)) == row if self._space.target is None else self._space.target == label
            mass = float(self._belief[same].sum())
            expected_verdict = float(entropy_bits(np.array([mass, max(0.0, 1.0 - mass)])))
            self._update(same.astype(np.float64) if verdict.correct else (~same).astype(np.float64))
        shown = value if row is None or self._space is None else self._space.answers.text(row)
        self._attempt = (shown, verdict)
        if not verdict.correct:
            self._judged.append(shown)
        return self._reply(
            words,
            query,
            CORRECT if verdict.correct else INCORRECT,
            expected=0.0,
            realised=0.0,
            verdict_bits=0.0 if before is None or self._entropy is None else before - self._entropy,
            expected_verdict=expected_verdict,
            correct=verdict.correct,
        )

    def _reply(
        self,
        words: str,
        query: Query,
        text: str,
        *,
        expected: float | None,
        realised: float | None = 0.0,
        verdict_bits: float = 0.0,
        expected_verdict: float = 0.0,
        correct: bool = False,
        truncated: bool = False,
    ) -> Outcome:
        """Close the turn: count it, decide the end, meter and reward it."""
        before = self._before[0]
        best = None if self._before[1] is None else max(self._before[1], expected or 0.0)
        self._turns += 1
        self._success = self._success or correct
        spent = self.turns_left == 0 or self._attempts >= self.rules.attempts
        terminated = (correct or spent) and not truncated
        self._ended = terminated or truncated
        self._transcript.append(Turn(words, text))
        self._student_words.append(words)
        terms = self._terms(correct, terminated, before, expected)
        open_problem = self._space is None
        info: dict[str, Any] = {
            "query_kind": query.kind,
            "expected_bits": expected,
            "realised_bits": realised if expected is not None else None,
            "verdict_bits": None if open_problem else verdict_bits,
            "expected_verdict_bits": None if open_problem else expected_verdict,
            "best_bits": best,
            "belief_entropy_bits": self._entropy,
            "meter": "none" if open_problem else "ideal_listener",
            "reward_terms": terms,
            "turns_left": self.turns_left,
            "success": self._success,
        }
        if self._ended:
            info["leaks_stopped"] = len(self._stopped)
        return Outcome(f"{text}\n{self._turns_line()}", sum(terms.values()), terminated, truncated, info)

    def _terms(self, correct: bool, terminated: bool, before: float | None, expected: float | None) -> dict[str, float]:
        known = before is not None and self._entropy is not None
        return reward_terms(
            correct=float(correct),
            terminated=float(terminated),
            entropy_before=before if known and before is not None else 0.0,
            entropy_after=self._entropy if known and self._entropy is not None else 0.0,
            scale=self._scale,
            expected_bits=0.0 if expected is None else expected,
            shaping=self.rules.shaping,
            gamma=self.rules.gamma,
            beta=self.rules.beta,
            turn_cost=self.rules.turn_cost,
        )

    def _best_now(self) -> float | None:
        """The most that any query of the menu tells under the current belief; ``None`` where it cannot be said."""
        if self._belief is None:
            return None
        if self._belief is self._best[0]:
            return self._best[1]
        if self._menu is None:
            bits = 0.0 if self._menu_known else None
        else:
            bits = self._menu.best_bits(
                self._belief, self.rules.cap_bits, None if self._space is None else self._space.target
            )
        self._best = (self._belief, bits)
        return bits

    def _turns_line(self) -> str:
        if self._ended:
            return "The lesson is over."
        left = self.turns_left
        return (
            f"Turns left: {left}."
            if self.rules.attempts >= self.rules.max_turns
            else (f"Turns left: {left}. Attempts left: {self.attempts_left}.")
        )
