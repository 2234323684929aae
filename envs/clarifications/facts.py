"""Facts that a statement leaves out, and assignments of them as hypotheses."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Final, TypeAlias

import numpy as np

from sml_env.answers import Answers, Column
from sml_env.forms import FamilyForm, Query
from sml_env.information import IntArray
from sml_env.menu import telling
from sml_env.problems import HypothesisSpace
from sml_env.semantics import Meaning

__all__ = [
    "ASKED",
    "IRRELEVANT",
    "OPTIONS",
    "Answer",
    "Assignments",
    "Detail",
    "Fact",
    "clarification_space",
    "query_of",
    "stems",
]

OPTIONS: Final = 3
"""Ways in which a withheld fact may be, all equally likely."""

ASKED: Final = "clarification"
"""The kind of a query for a fact."""

IRRELEVANT: Final = "irrelevant"

Answer: TypeAlias = Callable[[Sequence[int]], Fraction]
"""What the story's question comes to, given the option of each fact that matters."""

_TOKEN = re.compile(r"[^\W_]+")
_SHORTEST: Final = 4


def stems(text: str) -> frozenset[str]:
    """The words of a text in lower case, without the s of a plural."""
    words = _TOKEN.findall(text.lower().replace("\u2019s", "").replace("'s", ""))
    return frozenset(
        word[:-1] if len(word) >= _SHORTEST and word.endswith("s") and not word.endswith("ss") else word
        for word in words
    )


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that a statement may leave out.

    Attributes:
        name: How it is asked for, in canonical words ("the number of pens in a box").
        kind: ``"quantity"``, ``"rule"``, ``"meaning"`` or ``"irrelevant"``.
        keys: Words that a question about it holds, each a text of several; one of them is enough.
        options: A sentence for each way in which it may be.
        vague: What the statement says instead where it is withheld; may be empty.
    """

    name: str
    kind: str
    keys: tuple[str, ...]
    options: tuple[str, ...]
    vague: str = ""

    def named_in(self, words: frozenset[str]) -> int:
        """How many words of a question name this fact, by the key that fits best; 0 for none."""
        return max((len(key) for key in map(stems, (*self.keys, self.name)) if key <= words), default=0)


@dataclass(frozen=True, slots=True)
class Detail(FamilyForm):
    """A question for a withheld fact.

    Attributes:
        place: Of the fact among those withheld.
        name: Of the fact.
    """

    place: int
    name: str

    def __str__(self) -> str:
        return self.name


def query_of(place: int, fact: Fact) -> Query:
    """The question for a fact."""
    return Query(ASKED, fact.name, Detail(place, fact.name))


@dataclass(frozen=True, eq=False)
class Assignments:
    """Assignments of the withheld facts as candidates: what they state is the answer that they lead to.

    Attributes:
        facts: The withheld ones, n of them.
        rows: Shape ``(N, n)``: the option of each fact under each hypothesis.
        values: The answers, N of them, ascending.
    """

    facts: tuple[Fact, ...]
    rows: IntArray
    values: Answers = field(repr=False)
    kind: str = "number"

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        """How many: a problem's repr is public, and read often."""
        return f"Assignments({len(self)})"

    def text(self, index: int) -> str:
        """An answer in the verifier's notation."""
        return self.values.text(index)

    def only(self, index: int) -> Assignments:
        """One assignment alone."""
        return Assignments(self.facts, self.rows[index : index + 1], self.values.only(index))

    def index_of(self, text: str) -> int | None:
        """The first assignment that leads to the answer that a text states, or ``None``; total."""
        found = self._distinct.index_of(text)
        return None if found is None else int(self._first[found])

    def details(self, index: int) -> tuple[str, ...]:
        """What an assignment says of each fact, in sentences."""
        return tuple(fact.options[option] for fact, option in zip(self.facts, self.rows[index].tolist(), strict=True))

    @property
    def sentences(self) -> tuple[str, ...]:
        """All that a teacher may say of the facts, whichever hypothesis is true."""
        return tuple(option for fact in self.facts for option in fact.options)

    def meaning(self, detail: Detail) -> Meaning | None:
        """What is said to a question for a fact under each hypothesis."""
        if not 0 <= detail.place < len(self.facts):
            return None
        return Meaning(self.rows[:, detail.place].astype(np.int8), self.facts[detail.place].options, False)

    @cached_property
    def target(self) -> IntArray:
        """Labels of the answers, ascending, shape ``(N,)``."""
        (column,) = self.values.columns
        rises = (np.diff(column.numerator) != 0) | (np.diff(column.denominator) != 0)
        return np.concatenate([[0], np.cumsum(rises)])

    @cached_property
    def _first(self) -> IntArray:
        return np.unique(self.target, return_index=True)[1]

    @cached_property
    def _distinct(self) -> Answers:
        return Answers(
            self.values.kind, self.values.names, tuple(part.take(self._first) for part in self.values.columns)
        )


def clarification_space(facts: Sequence[Fact], answer: Callable[[tuple[int, ...]], Fraction]) -> HypothesisSpace | None:
    """The hypotheses about withheld facts, all assignments equally likely, in ascending order of their answers.

    Args:
        facts: Withheld, the irrelevant ones among them.
        answer: From the options of these facts to the answer.

    Returns:
        ``None`` where a fact that is said to matter does not do so under every assignment of the others, or one that is
        said not to matter does: then the sufficient set would depend on the truth.
    """
    shape = tuple(len(fact.options) for fact in facts)
    rows = list(product(*map(range, shape)))
    answers = [answer(row) for row in rows]
    distinct = sorted(set(answers))
    label = {value: place for place, value in enumerate(distinct)}
    labels = np.array([label[value] for value in answers])
    if not _as_said(facts, labels.reshape(shape)):
        return None
    order = np.argsort(labels, kind="stable")
    values = Answers("number", ("x",), (Column.of(distinct).take(labels[order]),))
    assignments = Assignments(tuple(facts), np.array(rows, dtype=np.int64)[order], values)
    queries = [query_of(place, fact) for place, fact in enumerate(facts)]
    menu = telling(queries, [assignments.meaning(Detail(place, fact.name)) for place, fact in enumerate(facts)])
    size = len(rows)
    return HypothesisSpace(
        assignments,
        np.full(size, 1.0 / size),
        target=assignments.target,
        family_menu=menu,
        sufficient=tuple(place for place, fact in enumerate(facts) if fact.kind != IRRELEVANT),
    )


def _as_said(facts: Sequence[Fact], answers: IntArray) -> bool:
    """Whether each fact matters, or does not, around every assignment as its kind says.

    Args:
        facts: n of them.
        answers: Labels of the answers, an axis for each fact.
    """
    for axis, fact in enumerate(facts):
        matters = answers.min(axis=axis) != answers.max(axis=axis)
        if (matters == (fact.kind == IRRELEVANT)).any():
            return False
    return True
