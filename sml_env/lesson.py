"""Lessons: what is public of a dialogue, as agents that listen ideally are handed it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import overload

import numpy as np

from sml_env.answers import Answers
from sml_env.dialogue import Dialogue
from sml_env.domains import Candidates, open_domain
from sml_env.forms import Query
from sml_env.information import FloatArray, IntArray, target_belief
from sml_env.menu import Menu
from sml_env.problems import HypothesisSpace

__all__ = ["Lesson"]


class _Texts(Sequence[str]):
    """The candidates' texts, made when asked for."""

    def __init__(self, answers: Candidates | None) -> None:
        self._answers = answers

    def __len__(self) -> int:
        return 0 if self._answers is None else len(self._answers)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return [self[row] for row in range(*index.indices(len(self)))]
        if self._answers is None or not -len(self) <= index < len(self):
            raise IndexError(f"candidate {index} of {len(self)}")
        return self._answers.text(index % len(self))


class Lesson:
    """What is public of one episode; always as of now.

    Args:
        dialogue: Of the episode: ``env.unwrapped.dialogue``.
    """

    __slots__ = ("_dialogue", "candidates")

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue
        space = dialogue.problem.space
        self.candidates: Sequence[str] = _Texts(None if space is None else space.answers)
        """The hypotheses' answers, in their canonical order; empty for an open problem."""

    @property
    def statement(self) -> str:
        """What is asked."""
        return self._dialogue.problem.statement

    @property
    def belief(self) -> FloatArray | None:
        """The ideal listener's posterior over the candidates, shape ``(N,)``, a copy; ``None`` for an open problem."""
        return self._dialogue.belief

    @property
    def target(self) -> IntArray | None:
        """Which candidates share an answer to what is asked, shape ``(N,)``; ``None`` when none do."""
        space = self._dialogue.problem.space
        return None if space is None else space.target

    @property
    def likeliest(self) -> float | None:
        """P(the most likely answer), now; ``None`` for an open problem."""
        belief = self.belief
        return None if belief is None else float(target_belief(belief, self.target).max())

    @property
    def menu(self) -> Menu | None:
        """The queries as this teacher answers them; ``None`` when none tells anything or the teacher states none."""
        return self._dialogue.menu

    @property
    def questions(self) -> Sequence[Query]:
        """The queries that make sense of these candidates, whoever the teacher is; comparisons left out."""
        space = self._dialogue.problem.space
        return () if space is None else space.menu.queries

    @property
    def ordered(self) -> bool:
        """Whether the candidates are numbers, so that they can be compared."""
        space = self._dialogue.problem.space
        return space is not None and space.answers.kind == "number"

    @property
    def space(self) -> HypothesisSpace | None:
        """The hypotheses with their prior and menu, which say nothing of the truth; ``None`` for an open problem."""
        return self._dialogue.problem.space

    @property
    def numbers(self) -> Sequence[Fraction]:
        """The candidates as numbers, ascending; empty where they are none."""
        space = self._dialogue.problem.space
        menu = None if space is None else space.menu
        return () if menu is None or menu.cuts is None else menu.cuts

    @property
    def coordinates(self) -> FloatArray:
        """The candidates as points, shape ``(N, d)``.

        Numbers, pairs, the outer ends and the count of intervals; of anything else the place in the list.
        """
        space = self._dialogue.problem.space
        return np.zeros((0, 1)) if space is None else _coordinates(space.answers)

    @property
    def function(self) -> str | None:
        """Name of the function that is to be written; ``None`` where the answer is no program."""
        tested = open_domain(self._dialogue.problem.domain)
        return None if tested is None else tested.function

    @property
    def cap_bits(self) -> float:
        """The most that one query with more than two replies may tell."""
        return self._dialogue.rules.cap_bits

    @property
    def turns_left(self) -> int:
        """Turns that are left."""
        return self._dialogue.turns_left

    @property
    def attempts_left(self) -> int:
        """Attempts that would still be judged."""
        return self._dialogue.attempts_left

    def expected_bits(self, utterance: str) -> float | None:
        """What a query would tell if it were asked now; 0 for one that would be refused or count as an attempt."""
        return self._dialogue.expected_bits(utterance)

    def __repr__(self) -> str:
        return f"Lesson({self._dialogue.problem.problem_id!r}, turns_left={self.turns_left})"


def _coordinates(answers: Candidates) -> FloatArray:
    if not isinstance(answers, Answers):
        return np.arange(len(answers), dtype=np.float64)[:, None]
    if not answers.sets:
        columns = [(column.numerator.astype(float), column.denominator.astype(float)) for column in answers.columns]
        return np.stack([numerator / denominator for numerator, denominator in columns], axis=1)
    rows = []
    for spans in answers.sets:
        ends = [end for span in spans for end in (span.low, span.high) if end is not None]
        rows.append([float(min(ends, default=0)), float(max(ends, default=0)), float(len(spans))])
    return np.array(rows)
