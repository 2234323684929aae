"""The greatest chance of success within a number of turns, exactly: what the students' curves are held against."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sml_env.boards import Board
from sml_env.closed import SharedFamily
from sml_env.errors import ConfigurationError
from sml_env.information import FloatArray, IntArray
from sml_env.problems import HypothesisSpace
from sml_env.solvers.success import SuccessSolver
from sml_env.tables import tabulated

__all__ = ["optimal_success", "success_with_facts"]


def optimal_success(family: SharedFamily, budgets: Sequence[int], *, disguised_attempts: bool = True) -> list[float]:
    """What the best play of a game reaches with each turn budget, all of its attempts judged.

    Args:
        family: The game.
        budgets: Turns of a lesson.
        disguised_attempts: Whether a yes-or-no question that is true of one candidate is an attempt.
    """
    board = Board(family.space)
    first, size = (board.first_attempt, board.hypotheses) if board.guesses else (0, board.first_attempt)
    rows = np.arange(first, first + size)
    table = np.asarray(tabulated(board.table).codes(rows[:, None], np.arange(board.hypotheses)))
    solver = SuccessSolver(
        table,
        family.space.prior,
        win_code=0 if board.guesses else None,
        yes_no=None if board.guesses else board.binary[:size],
        stated_attempts=disguised_attempts,
    )
    return [solver.success(turns) for turns in budgets]


def success_with_facts(space: HypothesisSpace, budgets: Sequence[int]) -> list[float]:
    """The same for one problem with at most two missing facts that matter.

    With one turn the likeliest answer is attempted. With two the better of the two likeliest, and one question followed
    by the answer that is then likeliest: a question after a wrong attempt has no turn left to use it. With three turns
    both facts are asked for.

    Raises:
        ConfigurationError: If more than two facts matter, or the space is about something else.
    """
    if space.sufficient is None or len(space.sufficient) > 2 or space.target is None:
        raise ConfigurationError("space: not of a problem with one or two missing facts that matter")
    alone = np.sort(_masses(space, np.zeros(len(space), dtype=np.int64))[0])[::-1]
    asked = [_masses(space, codes).max(axis=1).sum() for codes in _codes(space)]
    least = {1: alone[0], 2: max(alone[:2].sum(), *asked)}
    return [1.0 if turns > len(space.sufficient) else float(least[turns]) for turns in budgets]


def _codes(space: HypothesisSpace) -> list[IntArray]:
    board = Board(space)
    hypotheses = np.arange(len(space))
    return [board.table.codes(np.full(len(space), row), hypotheses) for row in range(board.cuts, board.first_attempt)]


def _masses(space: HypothesisSpace, codes: IntArray) -> FloatArray:
    """Prior mass of each answer together with each reply, shape ``(replies, answers)``."""
    masses = np.zeros((int(codes.max()) + 1, int(space.target.max()) + 1))
    np.add.at(masses, (codes, space.target), space.prior)
    return masses
