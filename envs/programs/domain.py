"""The domain of hidden programs: what questions mean, how attempts are judged and answered."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sml_env.domains import Candidates
from sml_env.envs.programs.candidates import MISSING, NotRun, Programs, attempt_of, value_key
from sml_env.envs.programs.catalogue import PROBES
from sml_env.envs.programs.questions import (
    MAX_INTEGER,
    MAX_ITEMS,
    MAX_TEXT,
    TYPE_NAMES,
    Called,
    Compared,
    Outright,
    Untyped,
    answered,
    in_bounds,
    shown_value,
)
from sml_env.envs.programs.reading import read
from sml_env.forms import FamilyForm, Query
from sml_env.information import IntArray
from sml_env.problems import Responses
from sml_env.semantics import Meaning
from sml_env.tables import DenseTable
from sml_env.verifiers.base import Status, Verdict
from sml_env.verifiers.execution import same

__all__ = ["ProgramDomain"]

AGREES: Final = "I find no input where they differ."
_RIGHT: Final = "They agree everywhere."
_REFUSED: Final = "I will not tell you the program. Ask what it returns for some input."
_TOO_LARGE: Final = (
    f"I only answer for whole numbers up to {MAX_INTEGER}, lists of at most {MAX_ITEMS} of them, and texts of at most "
    f"{MAX_TEXT} plain characters."
)
_HELP: Final = (
    "I did not understand. You can ask for a value (f(3), f([1, 2]), f('ab')), compare one (f(3) > 5), ask what f "
    "takes or returns, or attempt (f(x: list) = x * 3, or a program that defines f in a block that begins with "
    "```python)."
)


class ProgramDomain:
    """How words about the programs of a family are read, judged and answered.

    A wrong attempt is answered with the true value at the first declared input at which the attempt has another one;
    one of another type has none anywhere.

    Args:
        programs: All of the family.
    """

    help = _HELP

    def __init__(self, programs: Programs) -> None:
        self.programs = programs
        kinds = [entry.takes for entry in programs.entries]
        told: dict[tuple[str, int, str], int] = {}
        texts = [_RIGHT]
        table = []
        for entry in programs.entries:
            row = []
            for place, value in enumerate(entry.values):
                key = entry.takes, place, value_key(value)
                if key not in told:
                    told[key] = len(texts)
                    texts.append(shown_value(value_key(PROBES[entry.takes][place]), value))
                row.append(told[key])
            table.append(row)
        self._texts = (*texts, AGREES)
        self._told: IntArray = np.array(table)
        self._kinds = np.array(kinds)
        self._meaning: Callable[[FamilyForm], Meaning | None] = lru_cache(maxsize=256)(self._meant)

    @cached_property
    def responses(self) -> Responses:
        """What the attempt at each program is answered with under each; only replies that occur, in one order."""
        table = np.stack([self._against(row) for row in range(len(self.programs))])
        codes, replies = self._compact(table)
        return Responses(DenseTable(codes), replies)

    def _against(self, row: int) -> IntArray:
        """The numbers of the replies to the attempt at one program."""
        differs = self._told != self._told[row]
        first = differs.argmax(axis=1)
        result: IntArray = np.where(differs.any(axis=1), self._told[np.arange(len(first)), first], 0)
        return result

    def _compact(self, codes: IntArray) -> tuple[npt.NDArray[np.integer], tuple[str, ...]]:
        """The same replies numbered without gaps; 0 stays."""
        occurs = np.bincount(codes.reshape(-1), minlength=len(self._texts)) > 0
        occurs[0] = True
        dense = np.cumsum(occurs) - 1
        small = dense.astype(np.int16) if len(dense) < 2**15 else dense
        return np.asarray(small[codes]), tuple(text for text, used in zip(self._texts, occurs, strict=True) if used)

    # -- questions -----------------------------------------------------------------------------------------------------

    def parse(self, utterance: object) -> Query:
        """As ``sml_env.envs.programs.reading.read``."""
        return read(utterance)

    def refusal(self, query: Query) -> str | None:
        """Of the program itself, of inputs that are out of bounds, and of attempts that do not say what x is."""
        form = query.form
        if isinstance(form, Outright):
            return _REFUSED
        if isinstance(form, Untyped):
            named = " or ".join(TYPE_NAMES[kind] for kind in form.types)
            return f"Say what x is: f(x: {form.types[-1]}) = … It could be {named}."
        return _TOO_LARGE if isinstance(form, Called | Compared) and not in_bounds(form.argument) else None

    def meaning(self, query: Query, candidates: Candidates) -> Meaning | None:
        """The true reply under each program."""
        if not isinstance(query.form, FamilyForm) or not isinstance(candidates, Programs):
            return None
        if candidates is self.programs:
            return self._meaning(query.form)
        return answered(query.form, candidates.entries)

    def _meant(self, form: FamilyForm) -> Meaning | None:
        return answered(form, self.programs.entries)

    # -- attempts ------------------------------------------------------------------------------------------------------

    def judge(self, value: str, answer: str) -> Verdict:
        """By the values at the declared inputs, types and all; a program that is no expression runs in the sandbox."""
        attempt, hidden = attempt_of(value), attempt_of(answer)
        if attempt is None or hidden is None:
            return Verdict(Status.UNPARSABLE, "none", "not a program of one argument")
        if attempt.takes != hidden.takes:
            return Verdict(Status.INCORRECT, "execution", "the program takes another type", value)
        try:
            values = attempt.values
        except NotRun as error:
            return Verdict(Status.INFRASTRUCTURE_ERROR, "execution", str(error))
        if all(map(same, values, hidden.values)):
            return Verdict(Status.CORRECT, "execution", "the same values at all declared inputs", value)
        return Verdict(Status.INCORRECT, "execution", "another value at a declared input", value)

    def response(self, value: str, candidates: Candidates) -> Meaning | None:
        """The true value at the first declared input where the attempt has another one."""
        if not isinstance(candidates, Programs):
            return None
        meant = self._responded(value)
        if meant is None or candidates is self.programs:
            return meant
        found = (self.programs.index_of(candidates.text(row)) for row in range(len(candidates)))
        return Meaning(meant.codes[[row for row in found if row is not None]], meant.replies, False)

    def _responded(self, value: str) -> Meaning | None:
        row = self.programs.index_of(value)
        if row is not None:
            table = self.responses.table
            return Meaning(table.codes(np.array(row), np.arange(len(self.programs))), self.responses.replies, False)
        attempt = attempt_of(value)
        try:
            seen: tuple[Any, ...] | None = None if attempt is None else attempt.values
        except NotRun:
            seen = None
        if attempt is None or seen is None:
            return None
        keys = [None if value is MISSING else value_key(value) for value in seen]
        agrees = len(self._texts) - 1
        codes = self._told[:, 0].copy()
        for index in np.flatnonzero(self._kinds == attempt.takes):
            pairs = enumerate(zip(keys, self.programs.entries[index].values, strict=True))
            place = next((place for place, (key, true) in pairs if key != value_key(true)), None)
            codes[index] = agrees if place is None else self._told[index, place]
        return Meaning(*self._compact(codes), False)
