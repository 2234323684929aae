"""Observations of closed episodes: the belief, the history, or features of each action."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from sml_env.boards import Board, StackedBoard
from sml_env.errors import ConfigurationError
from sml_env.game import NOTHING, Game, Played
from sml_env.information import FloatArray, IntArray, entropy_bits, target_belief, told_about_bits

__all__ = ["ACTION_FEATURES", "OBSERVATIONS", "Layout", "Observer", "observer_of"]

OBSERVATIONS: Final = ("belief", "history", "per_action")
ACTION_FEATURES: Final = ("legal", "attempt", "expected_bits", "likeliest_reply", "turns_left")
"""Columns of the observation ``"per_action"``."""

Observed = npt.NDArray[np.float32]
Which = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Layout:
    """What observations are made of.

    Attributes:
        board: Of the episodes.
        game: That they play.
        size: How many they are.
        turns: The largest turn budget.
        attempt_slots: Width of the attempts left one-hot; 0 where they are as many as turns.
        actions: How many there are.
        menu_actions: How many of them, the first, are questions of the menu.
        each: Whether the others attempt one candidate each.
        guesses: Whether the questions of the menu are attempts.
        silent: Whether the teacher tells nothing.
    """

    board: Board | StackedBoard
    game: Game
    size: int
    turns: int
    attempt_slots: int
    actions: int
    menu_actions: int
    each: bool
    guesses: bool
    silent: bool


class Observer(Protocol):
    """One way to see episodes."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one observation."""
        ...

    @property
    def bounds(self) -> tuple[float, float]:
        """Least and greatest value of an observation."""
        ...

    def begin(self, rows: IntArray) -> None:
        """Episodes begin."""
        ...

    def note(self, actions: IntArray, played: Played, turns: IntArray, active: Which | None) -> None:
        """A turn was played; ``turns`` were taken before it."""
        ...

    def observe(self, masks: npt.NDArray[np.int8]) -> Observed:
        """The observations of all episodes, shape ``(B, *shape)``; a new array."""
        ...


class _Belief:
    """The posterior, the turns left and the attempts left one-hot, and what questions mean where that varies."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    @property
    def shape(self) -> tuple[int, ...]:
        layout, board = self._layout, self._layout.board
        meanings = 0 if isinstance(board, Board) else board.first_attempt + (board.targets is not None)
        features = meanings * board.hypotheses
        return (board.hypotheses + layout.turns + 1 + layout.attempt_slots + features,)

    @property
    def bounds(self) -> tuple[float, float]:
        return (0.0, 1.0) if isinstance(self._layout.board, Board) else (-1.0, 1.0)

    def begin(self, rows: IntArray) -> None:
        """Nothing is kept."""

    def note(self, actions: IntArray, played: Played, turns: IntArray, active: Which | None) -> None:
        """Nothing is kept."""

    def observe(self, masks: npt.NDArray[np.int8]) -> Observed:
        layout, board, game = self._layout, self._layout.board, self._layout.game
        observed = np.zeros((layout.size, *self.shape), dtype=np.float32)
        game.beliefs.fill(observed)
        each = np.arange(0, observed.size, observed.shape[1])
        flat = observed.reshape(-1)
        flat[each + (board.hypotheses + game.turns_left)] = 1.0
        start = board.hypotheses + layout.turns + 1
        if layout.attempt_slots:
            flat[each + (start + np.maximum(layout.attempt_slots - 1 - game.attempts, 0))] = 1.0
            start += layout.attempt_slots
        if not isinstance(board, Board):
            observed[:, start:] = board.features().reshape(layout.size, -1)
        return observed


class _History:
    """For each turn so far the action + 1 and the code of the reply + 1."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._said = np.zeros((layout.size, *self.shape), dtype=np.float32)

    @property
    def shape(self) -> tuple[int, ...]:
        return (self._layout.turns, 2)

    @property
    def bounds(self) -> tuple[float, float]:
        return 0.0, float(max(self._layout.actions, self._layout.board.most_replies))

    def begin(self, rows: IntArray) -> None:
        """Forget their history."""
        self._said[rows] = 0.0

    def note(self, actions: IntArray, played: Played, turns: IntArray, active: Which | None) -> None:
        """Write the turn down."""
        rows = np.arange(self._layout.size) if active is None else np.flatnonzero(active)
        asked = np.where(played.status[rows] == NOTHING, 0, actions[rows] + 1)
        self._said[rows, turns[rows], 0], self._said[rows, turns[rows], 1] = asked, played.replies[rows] + 1

    def observe(self, masks: npt.NDArray[np.int8]) -> Observed:
        return self._said.copy()


class _Actions:
    """Features of each action, of one width whatever the number of hypotheses."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    @property
    def shape(self) -> tuple[int, ...]:
        return (self._layout.actions, len(ACTION_FEATURES))

    @property
    def bounds(self) -> tuple[float, float]:
        return 0.0, float(max(1.0, np.log2(self._layout.board.most_replies)))

    def begin(self, rows: IntArray) -> None:
        """Nothing is kept."""

    def note(self, actions: IntArray, played: Played, turns: IntArray, active: Which | None) -> None:
        """Nothing is kept."""

    def observe(self, masks: npt.NDArray[np.int8]) -> Observed:
        layout, menu = self._layout, self._layout.menu_actions
        features = np.zeros((layout.size, *self.shape), dtype=np.float32)
        features[:, :, 0] = masks
        features[:, menu:, 1] = 1.0
        features[:, :, 4] = (layout.game.turns_left / layout.turns)[:, None]
        dense = layout.game.beliefs.dense()
        questions = np.arange(menu) + (layout.board.first_attempt if layout.guesses else 0)
        for row in range(layout.size):
            live = np.flatnonzero(dense[row])
            bits, likeliest = self._told(row, questions, live, dense[row, live])
            features[row, :menu, 2], features[row, :menu, 3] = bits, likeliest
            if not layout.each:
                features[row, -1, 3] = target_belief(dense[row], layout.board.target_of(row)).max()
            elif not layout.guesses:
                target = layout.board.target_of(row)
                features[row, menu:, 3] = dense[row] if target is None else target_belief(dense[row], target)[target]
        if layout.guesses:
            features[:, :, 1] = 1.0
        return features

    def _told(
        self, row: int, questions: IntArray, live: IntArray, weights: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Noise-free expected bits of questions, and how likely their likeliest reply is."""
        board, replies = self._layout.board, self._layout.board.most_replies
        if isinstance(board, Board):
            codes = board.table.codes(questions[:, None], live)
        else:
            codes = board.row_codes(row)[questions][:, live]
        keys = codes + np.arange(len(questions))[:, None] * replies
        masses = np.bincount(
            keys.reshape(-1), np.broadcast_to(weights, keys.shape).reshape(-1), len(questions) * replies
        ).reshape(-1, replies)
        target = self._layout.board.target_of(row)
        if self._layout.silent:
            bits = np.zeros(len(questions))
        elif target is None:
            bits = entropy_bits(masses)
        else:
            bits = told_about_bits(codes, weights, target[live], replies)
        return bits, np.asarray(masses.max(axis=1), dtype=np.float64)


def observer_of(kind: str, layout: Layout) -> Observer:
    """The observer of that name.

    Raises:
        ConfigurationError: If there is none.
    """
    makers: dict[str, type[_Belief] | type[_History] | type[_Actions]] = {
        "belief": _Belief,
        "history": _History,
        "per_action": _Actions,
    }
    if kind not in makers:
        raise ConfigurationError(f"observation: {kind!r} is none of {', '.join(OBSERVATIONS)}")
    return makers[kind](layout)
