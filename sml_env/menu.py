"""The menu of a hypothesis space: the queries among which ``best_bits`` is the best and agents choose.

Comparisons against every candidate are kept implicit (their information is a cumulative sum of the belief); the other
queries are rows of a table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from sml_env.answers import Answers
from sml_env.forms import Comparison, Form, Member, Property, Quantity, Query, Residue
from sml_env.information import (
    Channel,
    FloatArray,
    IntArray,
    cut_information_bits,
    entropy_bits,
    exchange_bits,
    reply_entropy_bits,
    threshold_information_bits,
    told_about_bits,
    told_masses,
)
from sml_env.semantics import NO, YES, Meaning, meaning
from sml_env.tables import DenseTable, ReplyTable, partition_bits

__all__ = ["DENSE_LIMIT", "Menu", "between", "menu_for", "menu_of", "telling"]

DENSE_LIMIT: Final = 2_048
"""Up to this many hypotheses the table is one matrix product; above, one pass per query."""

_CHUNK: Final = 2**20
"""Cells of a family's table that are worked on at once."""

_MODULI: Final = (2, 3, 5, 7)


@dataclass(frozen=True, eq=False)
class Menu:
    """Queries with their meanings under every hypothesis.

    Attributes:
        queries: Those of the table.
        meanings: One for each.
        cuts: Candidates in ascending order, between which comparisons cut; ``None`` when they have no order.
        name: The unknown that the comparisons are about.
        error: Probability with which the teacher exchanges a reply for another of the same query; a number, or shape
            ``(N,)`` by hypothesis.
        family_table: The meanings as one table, where a family has it; they may then be made when asked for.
        sure: The code of the replies that are never exchanged, being verdicts.
    """

    queries: Sequence[Query]
    meanings: Sequence[Meaning] = field(repr=False)
    cuts: Sequence[Fraction] | None
    name: str = "x"
    error: float | FloatArray = 0.0
    family_table: ReplyTable | None = None
    sure: int | None = None

    @property
    def exact(self) -> bool:
        """Whether the replies are always the true ones."""
        return isinstance(self.error, float) and self.error == 0.0

    @cached_property
    def table(self) -> ReplyTable:
        """The codes of the true replies, shape ``(Q, N)``."""
        if self.family_table is not None:
            return self.family_table
        size = 0 if self.cuts is None else len(self.cuts)
        rows = [meaning.codes for meaning in self.meanings]
        return DenseTable(np.stack(rows) if rows else np.zeros((0, size), dtype=np.int8))

    @cached_property
    def sizes(self) -> IntArray:
        """How many replies each query of the table has, shape ``(Q,)``."""
        if self.family_table is not None and len(self.meanings):
            return np.full(len(self.queries), len(self.meanings[0].replies))
        return np.array([len(meaning.replies) for meaning in self.meanings], dtype=np.int64)

    @cached_property
    def binary(self) -> npt.NDArray[np.bool_]:
        """Which queries of the table are yes-or-no questions, shape ``(Q,)``."""
        if self.family_table is not None:
            return np.zeros(len(self.queries), dtype=np.bool_)
        return np.array([meaning.binary for meaning in self.meanings], dtype=np.bool_)

    @cached_property
    def _starts(self) -> IntArray:
        sizes = [len(meaning.replies) for meaning in self.meanings]
        return np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)

    @cached_property
    def _indicators(self) -> FloatArray:
        rows = [meaning.codes == code for meaning in self.meanings for code in range(len(meaning.replies))]
        return np.array(rows, dtype=np.float64)

    def table_bits(self, belief: FloatArray, target: IntArray | None = None) -> FloatArray:
        """Expected information of each query of the table about what is asked, in bits, shape ``(Q,)``.

        Args:
            belief: Shape ``(N,)``.
            target: Shape ``(N,)``, labels of what is asked; ``None`` for the hypothesis itself.
        """
        if not self.queries:
            return np.zeros(0)
        if self.family_table is not None and target is None and not self.exact:
            return self._exchanged_bits(self.family_table, belief)
        if self.exact and target is not None and self.family_table is None:
            return self._targeted_bits(belief, target)
        if not self.exact or target is not None:
            channels = (Channel(meaning.replies, meaning.codes, self.error, self.sure) for meaning in self.meanings)
            return np.array([channel.expected_bits(belief, target) for channel in channels])
        if self.family_table is not None:
            live = np.flatnonzero(belief)
            return partition_bits(self.family_table, live, belief[live], int(self.sizes.max(initial=1)))
        if len(belief) <= DENSE_LIMIT:
            return reply_entropy_bits(self._indicators @ belief, self._starts)
        live = np.flatnonzero(belief)
        weights = belief[live]
        masses = [np.bincount(meaning.codes[live], weights, len(meaning.replies)) for meaning in self.meanings]
        return reply_entropy_bits(np.concatenate(masses), self._starts)

    def _targeted_bits(self, belief: FloatArray, target: IntArray) -> FloatArray:
        """What true replies tell about a target, in chunks of queries."""
        live = np.flatnonzero(belief)
        weights, labels = belief[live], np.unique(target[live], return_inverse=True)[1]
        replies = int(self.sizes.max())
        step = max(1, _CHUNK // (replies * (int(labels.max()) + 1) + len(live)))
        parts = (self._codes[first : first + step, live] for first in range(0, len(self.queries), step))
        return np.concatenate([told_about_bits(codes, weights, labels, replies) for codes in parts])

    @cached_property
    def _codes(self) -> IntArray:
        return np.stack([meaning.codes for meaning in self.meanings]).astype(np.int64)

    def _exchanged_bits(self, table: ReplyTable, belief: FloatArray) -> FloatArray:
        """The same for a family's table under errors, in chunks of queries."""
        live = np.flatnonzero(belief)
        weights, replies = belief[live], int(self.sizes.max(initial=1))
        rates = np.broadcast_to(np.asarray(self.error, dtype=np.float64), belief.shape)[live]
        spread = replies - (self.sure is not None)
        if spread < 2:
            return partition_bits(table, live, weights, replies)
        uncertain = weights * exchange_bits(rates, spread)
        bits = np.empty(len(self.queries))
        step = max(1, _CHUNK // max(len(live), 1))
        for first in range(0, len(bits), step):
            rows = np.arange(first, min(first + step, len(bits)))
            keys = (table.codes(rows[:, None], live) + (rows - first)[:, None] * replies).reshape(-1)

            def masses(values: FloatArray, keys: IntArray = keys, count: int = len(rows)) -> FloatArray:
                summed = np.bincount(keys, np.tile(values, count), count * replies)
                return np.asarray(summed.reshape(count, replies), dtype=np.float64)

            straight, crossed, noise = masses(weights), masses(weights * rates), masses(uncertain)
            if self.sure is not None:
                crossed[:, self.sure] = noise[:, self.sure] = 0.0
            told = told_masses(straight - crossed, crossed, replies, self.sure)
            bits[rows] = entropy_bits(told) - noise.sum(axis=1)
        return np.maximum(bits, 0.0)

    def cut_bits(self, belief: FloatArray, target: IntArray | None = None) -> float:
        """The most that any comparison between two candidates tells, in bits."""
        if self.cuts is None or len(belief) < 2:
            return 0.0
        if target is None:
            return float(threshold_information_bits(belief, self.error))
        rows = np.arange(len(belief))
        channels = (Channel((NO, YES), (rows > cut).astype(np.int8), self.error) for cut in rows[:-1])
        return max(channel.expected_bits(belief, target) for channel in channels)

    def best_bits(
        self, belief: FloatArray, cap: float = np.inf, target: IntArray | None = None, *, binary: bool = True
    ) -> float:
        """The most that any query of the menu tells, among those that the cap allows, in bits.

        Args:
            belief: Shape ``(N,)``.
            cap: A query that tells more is refused.
            target: Labels of what is asked; ``None`` for the hypothesis itself.
            binary: Whether yes-or-no queries count. With two live targets each of them is an attempt.
        """
        table = self.table_bits(belief, target)
        admitted = table <= cap if binary else (table <= cap) & ~self.binary
        best = float((table * admitted).max(initial=0.0))
        cut = self.cut_bits(belief, target) if binary else 0.0
        return max(best, cut if cut <= cap else 0.0)

    def cut(self, belief: FloatArray) -> tuple[Query, float] | None:
        """The comparison that splits the belief most evenly, and its expected bits.

        It is worded so that, where possible, its "yes" is true of more than one live hypothesis: otherwise it would
        be an attempt.
        """
        if self.cuts is None or len(belief) < 2:
            return None
        if isinstance(self.error, float):
            row = int(np.argmin(np.abs(np.cumsum(belief)[:-1] - 0.5)))
        else:
            row = int(np.argmax(cut_information_bits(belief, self.error)))
        bits = float(threshold_information_bits(belief, self.error))
        if bits <= 0.0:
            return None
        bound = between(self.cuts[row], self.cuts[row + 1])
        above = int(np.count_nonzero(belief[row + 1 :] > 0.0))
        form = Comparison(self.name, ">" if above > 1 else "<=", bound)
        return Query("predicate", str(form), form), bits


def between(low: Fraction, high: Fraction) -> Fraction:
    """A short bound c with low <= c < high."""
    whole = Fraction(high.numerator // high.denominator)
    if low <= whole < high:
        return whole if whole - 1 < low else Fraction(-(-low.numerator // low.denominator))
    return low


class _Cuts(Sequence[Fraction]):
    """The candidates of one column, as exact values made when asked for."""

    def __init__(self, answers: Answers) -> None:
        self._column = answers.columns[0]

    def __len__(self) -> int:
        return len(self._column)

    def __getitem__(self, index: int) -> Fraction:  # type: ignore[override]
        return self._column[index]


def _forms(answers: Answers) -> list[tuple[str, Form]]:
    if answers.kind == "interval":
        ends = sorted(
            {end for spans in answers.sets for span in spans for end in (span.low, span.high) if end is not None}
        )
        points = sorted({point for end in ends for point in (end - 1, end, end + 1)} | {Fraction(0)})
        return [("predicate", Member("x", point)) for point in points]
    forms: list[tuple[str, Form]] = []
    names = answers.names[: len(answers.columns)] if answers.kind == "pair" else ("x",)
    for name in names:
        column = answers.column(name)
        if column is None:
            continue
        forms += [("predicate", Residue(name, modulus, 0)) for modulus in _MODULI]
        forms += [("predicate", Property(name, "prime")), ("predicate", Property(name, "square"))]
        forms += [("predicate", Property(name, "integer")), ("value", Quantity(name, "sign"))]
        forms += [("value", Quantity(name, "digits"))]
        forms += [("value", Residue(name, modulus)) for modulus in (3, 4, 5, 7)]
        if answers.kind == "pair":
            values = sorted({column[row] for row in range(len(column))})
            forms += [("predicate", Comparison(name, ">", value)) for value in values[:-1]]
    return forms


def telling(queries: Sequence[Query], meanings: Sequence[Meaning | None]) -> Menu:
    """A menu of those queries whose reply is not the same under all hypotheses."""
    kept = [
        (query, meant)
        for query, meant in zip(queries, meanings, strict=True)
        if meant is not None and (meant.codes != meant.codes[0]).any()
    ]
    return Menu(tuple(query for query, _ in kept), tuple(meant for _, meant in kept), None)


def menu_for(answers: Answers) -> Menu:
    """The menu of a space: comparisons, divisibility, properties and short valued questions that tell something."""
    return menu_of(answers, _forms(answers))


def menu_of(answers: Answers, forms: Sequence[tuple[str, Form]]) -> Menu:
    """The menu of some forms, those that tell something, and of all comparisons where the answers are numbers.

    Args:
        answers: Of the hypotheses.
        forms: Kind of query and form.
    """
    queries: list[Query] = []
    meanings: list[Meaning] = []
    for kind, form in forms:
        meant = meaning(form, answers)
        if meant is not None and bool((meant.codes != meant.codes[0]).any()):
            queries.append(Query(kind, str(form), form))
            meanings.append(meant)
    cuts = _Cuts(answers) if answers.kind == "number" else None
    return Menu(tuple(queries), tuple(meanings), cuts)
