"""Closed games in batches: the rules of ``sml_env.dialogue`` for questions that are rows of a board, on arrays.

One game holds B episodes side by side; a single one is a batch of one. There are no words in it: whoever runs a game
chooses rows, and gets arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sml_env.beliefs import Beliefs, beliefs_for
from sml_env.boards import Board, StackedBoard
from sml_env.information import FloatArray, IntArray
from sml_env.laws import Law, drawn_hypothesis, questions_ahead
from sml_env.rewards import potential_scale, reward_terms
from sml_env.rules import Rules
from sml_env.streams import Seeds

__all__ = ["ASKED", "ATTEMPTED", "NOTHING", "NO_REPLY", "REFUSED", "Game", "Played"]

Which = npt.NDArray[np.bool_]

NOTHING: Final = 0
ASKED: Final = 1
REFUSED: Final = 2
ATTEMPTED: Final = 3
NO_REPLY: Final = -1
"""The reply of a voice that tells nothing, and to what was not asked."""

_ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Played:
    """What one turn of every episode gives, arrays of shape ``(B,)``.

    Attributes:
        status: ``NOTHING``, ``ASKED``, ``REFUSED`` or ``ATTEMPTED``.
        replies: Codes as the student hears them; ``NO_REPLY`` where there is none.
        rewards: Sums of the terms.
        terms: The terms by name.
        terminated: Whether the episode has ended.
        correct: Whether the attempt was right.
        expected: Expected bits of the teacher's reply.
        realised: Bits by which it moved the belief.
        verdict: Bits by which a bare verdict did.
        expected_verdict: Expected bits of a bare verdict.
        entropy: Of the beliefs after the turn.
    """

    status: IntArray
    replies: IntArray
    rewards: FloatArray
    terms: dict[str, FloatArray]
    terminated: Which
    correct: Which
    expected: FloatArray
    realised: FloatArray
    verdict: FloatArray
    expected_verdict: FloatArray
    entropy: FloatArray


class Game:
    """B episodes on boards.

    Args:
        board: The questions of the episodes.
        size: B.
        rules: Of the environment; ``max_turns`` is the largest budget.
        law: Of the teacher's voice.
        told: Whether the teacher tells something: ``"all"`` that is asked, ``"some"`` as the board has it, or
            ``"nothing"``.
        answered: Whether wrong attempts are answered.
    """

    def __init__(
        self, board: Board | StackedBoard, size: int, rules: Rules, law: Law, told: str, answered: bool
    ) -> None:
        self.board = board
        self.rules = rules
        self.law = law
        self._all, self._some = told == "all", told == "some"
        self._answered = answered
        self._noisy = told != "nothing" and not law.exact
        self.beliefs: Beliefs = beliefs_for(board, size, not self._noisy)
        self._each = np.arange(size)
        self.truth = np.zeros(size, dtype=np.int64)
        self.turns = np.zeros(size, dtype=np.int64)
        self.budget = np.full(size, rules.max_turns)
        self.attempts = np.zeros(size, dtype=np.int64)
        self._seeds: Seeds = np.zeros(size, dtype=np.uint64)
        self._other = np.zeros(size, dtype=np.int64)
        self._scale = np.full(size, np.inf)
        self._lies = np.zeros((size, board.hypotheses if self._noisy else 0), dtype=np.int64)
        self.asked = np.zeros(size, dtype=np.int64)
        self._limit = np.inf if rules.max_attempts is None else rules.max_attempts
        self._disguises = rules.disguised_attempts and board.some_binary

    def begin(self, rows: IntArray, truths: IntArray, budgets: IntArray, seeds: Seeds) -> None:
        """Begin episodes.

        Args:
            rows: Which of the B, shape ``(R,)``.
            truths: The true hypotheses, shape ``(R,)``.
            budgets: Turns of each, shape ``(R,)``.
            seeds: Of the teacher's chance, shape ``(R,)``.
        """
        self.truth[rows] = truths
        self.budget[rows] = budgets
        self.turns[rows] = 0
        self.attempts[rows] = 0
        self._seeds[rows] = seeds
        self.beliefs.begin(rows)
        self._scale[rows] = potential_scale(self.beliefs.entropy[rows])
        if self._noisy:
            self._lies[rows] = 0
        if self.law.source == "other":
            priors = np.broadcast_to(self.board.prior_of(rows), (len(rows), self.board.hypotheses))
            drawn = [drawn_hypothesis(seeds[at : at + 1], prior)[0] for at, prior in enumerate(priors)]
            self._other[rows] = drawn

    @property
    def turns_left(self) -> IntArray:
        """Turns that each student has."""
        return self.budget - self.turns

    def rates(self) -> FloatArray | None:
        """P(the next reply is false | hypothesis), shape ``(B, N)``; ``None`` for never."""
        if not self._noisy:
            return None
        ahead = np.asarray(questions_ahead(self.turns_left))[:, None]
        return np.broadcast_to(self.law.rates(self._lies, ahead), (len(self._each), self.board.hypotheses))

    def play(self, questions: IntArray, active: Which | None = None) -> Played:
        """One turn of every episode.

        Args:
            questions: Shape ``(B,)``: rows of the boards; ``board.nothing`` where nothing is asked.
            active: Which episodes play, shape ``(B,)``; the others neither change nor lose a turn.
        """
        board, beliefs, rules = self.board, self.beliefs, self.rules
        before = beliefs.entropy
        beliefs.ask(questions)
        if self._disguises:
            stated = np.flatnonzero(board.binary_of(questions) & (beliefs.yes_counts() == 1))
            if len(stated):
                questions = questions.copy()
                questions[stated] = board.first_attempt + beliefs.first_yes(stated)
                beliefs.ask_again(stated, questions)
        self.asked = questions
        noiseless = beliefs.told_bits()
        asks = questions < board.first_attempt
        attempt = asks ^ (questions < board.nothing)
        refused = self._refused(questions, asks, noiseless)
        asked = asks if refused is None else asks & ~refused
        true = board.codes_at(questions, self.truth)
        expected, replies, heard = self._ask(questions, asked, attempt, refused is not None, noiseless, true)
        beliefs.hear(heard)
        after = beliefs.entropy
        correct = attempt & (true == 0)
        told = asked | attempt if self._answered else asked
        fallen = before - after
        if active is None:
            self.turns += 1
        else:
            self.turns += active
        self.attempts += attempt
        terminated = correct | (self.turns >= self.budget)
        if self._limit < rules.max_turns:
            terminated |= self.attempts >= self._limit
        expected = np.where(told, expected, 0.0)
        nothing = np.zeros(len(before))
        terms = reward_terms(
            correct=correct.astype(np.float64),
            terminated=terminated.astype(np.float64),
            entropy_before=before,
            entropy_after=after,
            scale=self._scale,
            expected_bits=expected,
            shaping=rules.shaping,
            gamma=rules.gamma,
            beta=rules.beta,
            turn_cost=rules.turn_cost,
        )
        status = asks * ASKED + attempt * ATTEMPTED
        if refused is not None:
            status = np.where(refused, REFUSED, status)
        return Played(
            status=status,
            replies=replies,
            rewards=terms["correct"] + terms["information"] + terms["cost"],
            terms=terms,
            terminated=terminated,
            correct=correct,
            expected=expected,
            realised=np.where(told, fallen, 0.0),
            verdict=nothing if self._answered else np.where(attempt, fallen, 0.0),
            expected_verdict=nothing.copy() if self._answered else np.where(attempt, noiseless, 0.0),
            entropy=after,
        )

    def _refused(self, questions: IntArray, asks: Which, noiseless: FloatArray) -> Which | None:
        """Which queries would tell more than the cap; ``None`` where none can."""
        cap = self.rules.cap_bits
        if cap >= 1.0 and self.board.most_replies <= 2:
            return None
        over = asks & (noiseless > cap + _ROUNDING)
        if cap >= 1.0:
            over &= ~self.board.binary_of(questions)
        return over if over.any() else None

    def _ask(
        self, questions: IntArray, asked: Which, attempt: Which, refused: bool, noiseless: FloatArray, true: IntArray
    ) -> tuple[FloatArray, IntArray, IntArray]:
        """What the delivered replies tell in expectation, and their codes: as the student hears, as it counts."""
        board, beliefs = self.board, self.beliefs
        live = asked | attempt
        if self._all and not self._noisy:
            replies = np.where(live, true, NO_REPLY)
            if not refused:
                return noiseless, replies, true
            beliefs.ask(np.where(live, questions, board.nothing))
            return noiseless, replies, np.where(live, true, 0)
        informed = live if self._all or self._some else attempt
        heard = np.where(informed, questions, board.nothing)
        told = asked if self._some else None
        beliefs.ask(heard, told)
        true = board.codes_at(heard, self.truth, told)
        if self._noisy:
            return self._exchange(heard, asked, attempt & self._answered, live, true, told)
        shown = np.where(informed, true, NO_REPLY)
        if self.law.source == "other":
            shown = np.where(asked, board.codes_at(questions, self._other), shown)
        return beliefs.told_bits(), shown, true

    def _exchange(
        self, questions: IntArray, asked: Which, answered: Which, live: Which, true: IntArray, told: Which | None
    ) -> tuple[FloatArray, IntArray, IntArray]:
        """The same under a law that exchanges replies, other than the verdicts that come with them."""
        board, beliefs = self.board, self.beliefs
        exchanged = asked | answered
        ruled = self.rates()
        rates = np.where(exchanged[:, None], 0.0 if ruled is None else ruled, 0.0)
        expected = beliefs.told_bits(rates, answered)
        sizes, masses = board.sizes_of(questions, told), beliefs.masses()
        replies = np.array(true)
        for sure, group in ((None, asked), (0, answered & (true != 0))):
            chosen = np.flatnonzero(group)
            truth = self.truth[chosen]
            replies[chosen] = self.law.delivered(
                true[chosen],
                sizes[chosen],
                self._lies[chosen, truth],
                rates[chosen, truth],
                self._seeds[chosen],
                self.turns[chosen],
                masses[chosen],
                sure,
            )
        if self.law.counts_lies:
            codes = board.codes(questions, told)
            self._lies += exchanged[:, None] & (codes != replies[:, None])
        return expected, np.where(live, replies, NO_REPLY), replies
