"""What optimal play of an arm's game earns, exactly: a recursion over beliefs under the rules of the library.

It is worked out apart from the engine that is trained on, for closed games small enough, with the shaped reward as the
objective, so that success and questions of the policies that are optimal *under a reward* can be read off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from experiments.arms import Game
from experiments.games import family_of
from sml_env.episodes import Episodes
from sml_env.information import entropy_bits, target_belief
from sml_env.rewards import potential_scale, reward_terms

__all__ = ["Optimum", "Value"]

_DIGITS: Final = 9
_POSSIBLE: Final = 1e-12
_MOST_STATES: Final = 200_000

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Value:
    """What a policy comes to in expectation.

    Attributes:
        reward: The return, shaped and discounted.
        success: Probability of a right attempt.
        questions: Turns that are neither attempts nor void.
    """

    reward: float
    success: float
    questions: float


@dataclass(frozen=True, slots=True)
class _Move:
    """A row of the board, with P(code | hypothesis) for each code; code 0 of an attempt is right."""

    attempt: bool
    asks: bool
    channel: Array
    told: bool


class Optimum:
    """The policies of a game that are optimal under its own reward.

    Args:
        game: Of a shared family, with a voice that is truthful, noisy, or tells nothing.
        kind: Of the optimal policies: those of greatest success that ask least; otherwise of least that ask most.
        discount: The learner's; the shaping's is an argument of the game.
    """

    def __init__(self, game: Game, *, kind: bool = True, discount: float = 1.0) -> None:
        arguments = {name: value for name, value in game.arguments.items() if name != "config"}
        self._episodes = Episodes(family_of(game), 1, **arguments)
        self._rules = self._episodes.rules
        self._game = game
        self._kind = kind
        self._discount = discount
        law = self._episodes.teacher.law  # type: ignore[attr-defined]
        silent = law.source != "truth" or self._rules.asymmetry in ("verifier", "none")
        self._silent, self._some = silent, not silent and self._rules.asymmetry == "knowledge"
        teacher = game.arguments.get("teacher")
        self._error = 0.0 if law.exact or silent else float(teacher["p"])  # type: ignore[index]
        self._board = self._episodes.board
        space = self._board.space
        size = len(space)
        self._prior, self._target = space.prior, space.target
        self._labels = np.arange(size) if space.target is None else space.target
        self._scale = potential_scale(float(entropy_bits(target_belief(space.prior, space.target))))
        self._codes = np.array(self._board.table.codes(np.arange(self._board.rows)[:, None], np.arange(size)))
        self._moves = [self._move(row) for row in range(self._board.nothing)]
        self._binary = self._board.binary & self._rules.disguised_attempts
        self._known: dict[tuple[bytes, int, int], Value] = {}

    def _move(self, row: int) -> _Move:
        """What playing a row tells under each hypothesis."""
        board, codes = self._board, self._codes[row]
        attempt = row >= board.first_attempt
        told = not self._silent and not attempt
        error = 0.0 if attempt else self._error
        if attempt:
            answered = board.space.responses is not None and not self._silent and not self._some
            codes = codes if answered else (self._labels != self._labels[row - board.first_attempt]).astype(int)
            told = answered
        elif self._silent:
            codes = np.zeros_like(codes)
        elif self._some and board.told is not None:
            codes = board.told[0][row]
        replies = int(codes.max()) + 1
        channel = np.zeros((replies, len(codes)))
        possible = np.unique(codes)
        channel[possible] = error / max(1, len(possible) - 1)
        channel[codes, np.arange(len(codes))] = 1.0 - error if len(possible) > 1 else 1.0
        asks = not attempt or (self._episodes.guesses and told)
        return _Move(attempt, asks, channel, told)

    def value(self) -> Value:
        """From the start."""
        rules = self._rules
        return self._value(self._prior.copy(), rules.max_turns, min(rules.attempts, rules.max_turns))

    def asking_at_random(self) -> float:
        """Success of menu questions drawn uniformly in all turns but the last, and the likeliest answer in that."""
        return self._at_random(self._prior.copy(), self._rules.max_turns - 1, {})

    def _at_random(self, belief: Array, turns: int, known: dict[tuple[bytes, int], float]) -> float:
        if turns == 0:
            return float(target_belief(belief, self._target).max())
        key = (np.round(belief, _DIGITS).tobytes(), turns)
        if key not in known:
            rows = range(self._board.first_attempt)
            known[key] = float(np.mean([self._drawn(belief, row, turns, known) for row in rows]))
        return known[key]

    def _drawn(self, belief: Array, row: int, turns: int, known: dict[tuple[bytes, int], float]) -> float:
        joint = self._moves[row].channel * belief
        chances = joint.sum(axis=1)
        heard = np.flatnonzero(chances > _POSSIBLE)
        after = (self._at_random(joint[code] / chances[code], turns - 1, known) for code in heard)
        return sum(float(chance) * value for chance, value in zip(chances[heard], after, strict=True))

    def _value(self, belief: Array, turns: int, attempts: int) -> Value:
        key = (self._key(belief), turns, attempts)
        if key not in self._known:
            if len(self._known) >= _MOST_STATES:
                raise ValueError(f"game: more than {_MOST_STATES:,} situations")
            options = [self._after(belief, row, turns, attempts) for row in self._legal(belief)]
            self._known[key] = max(options, key=self._rank)
        return self._known[key]

    def _rank(self, value: Value) -> tuple[float, float, float]:
        sign = 1.0 if self._kind else -1.0
        return round(value.reward, _DIGITS), sign * round(value.success, _DIGITS), -sign * value.questions

    def _key(self, belief: Array) -> bytes:
        """The belief; without noise all that can be told apart, so that games that are alike are one."""
        if self._error:
            return np.round(belief, _DIGITS).tobytes()
        live = np.flatnonzero(belief > 0.0)
        rows = np.array([self._columns(row, live) for row in self._legal(belief)])
        return np.unique(rows, axis=0).tobytes() + np.round(belief[live], _DIGITS).tobytes()

    def _columns(self, row: int, live: Array) -> Array:
        """A row as it concerns the live hypotheses: what is heard, and of which kind it is."""
        move = self._moves[row]
        codes = move.channel[:, live].argmax(axis=0)
        return np.concatenate([codes, self._codes[row, live], [move.attempt, self._binary[row]]])

    def _legal(self, belief: Array) -> list[int]:
        """The rows worth playing: questions, and attempts at what may be right."""
        board, episodes = self._board, self._episodes
        asked = [] if self._game.attempts_only or episodes.guesses else list(range(board.first_attempt))
        masses = target_belief(belief, self._target)
        if episodes.attempts == "map" and not episodes.guesses:
            likeliest = int(np.flatnonzero(self._labels == int(masses.argmax()))[0])
            return [*asked, board.first_attempt + likeliest]
        first = np.unique(self._labels, return_index=True)[1]
        return [*asked, *(board.first_attempt + int(h) for h in first if masses[self._labels[h]] > 0.0)]

    def _after(self, belief: Array, row: int, turns: int, attempts: int) -> Value:
        """The value of a move and of optimal play after it."""
        if self._binary[row]:
            yes = (self._codes[row] == 1) & (belief > 0.0)
            if len(np.unique(self._labels[yes])) == 1:
                row = self._board.first_attempt + int(np.flatnonzero(yes)[0])
        move, rules = self._moves[row], self._rules
        joint = move.channel * belief
        chances = joint.sum(axis=1)
        parts = [(code, joint[code] / chances[code], chances[code]) for code in np.flatnonzero(chances > _POSSIBLE)]
        before = self._entropy(belief)
        entropies = [self._entropy(after) for _, after, _ in parts]
        expected = before - sum(chance * entropy for (_, _, chance), entropy in zip(parts, entropies, strict=True))
        left = attempts - move.attempt
        reward, success, questions = 0.0, 0.0, float(move.asks)
        for (code, after, chance), entropy in zip(parts, entropies, strict=True):
            right = move.attempt and code == 0
            over = right or turns == 1 or left == 0
            terms = reward_terms(
                correct=float(right),
                terminated=float(over),
                entropy_before=before,
                entropy_after=entropy,
                scale=self._scale,
                expected_bits=expected if move.told else 0.0,
                shaping=rules.shaping,
                gamma=rules.gamma,
                beta=rules.beta,
                turn_cost=rules.turn_cost,
            )
            information = max(terms["information"], 0.0) if self._game.clipped else terms["information"]
            later = Value(0.0, 0.0, 0.0) if over else self._value(after, turns - 1, left)
            reward += chance * (terms["correct"] + information + terms["cost"] + self._discount * later.reward)
            success += chance * (float(right) + later.success)
            questions += chance * later.questions
        return Value(float(reward), float(success), float(questions))

    def _entropy(self, belief: Array) -> float:
        return float(entropy_bits(target_belief(belief, self._target)))
