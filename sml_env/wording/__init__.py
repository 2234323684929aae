"""English and symbols to query forms: the patterns behind ``sml_env.queries.parse``.

A *clause* is one normalised sentence in lower case without its polite opening and closing (``openings``). A *reader*
takes a clause and returns a query or ``None``. Patterns are verbose ones, built from sorted tuples of phrases by
``lexicon.any_of``; what matches is unambiguous enough that no clause takes longer than some milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sml_env.forms import Query
from sml_env.wording.attempts import read_attempt
from sml_env.wording.building import attempt
from sml_env.wording.comparisons import read_between, read_both, read_comparison
from sml_env.wording.diagnoses import read_diagnosis
from sml_env.wording.lexicon import number
from sml_env.wording.properties import read_member, read_property
from sml_env.wording.remainders import read_remainder
from sml_env.wording.requests import read_fact, read_hint
from sml_env.wording.steps import read_step
from sml_env.wording.values import read_value

__all__ = ["MAX_CLAUSE", "READERS", "attempt", "number", "read_fact"]

MAX_CLAUSE: Final = 400
"""Characters of a clause that the readers are given; a longer clause is not a question anyone asks."""

READERS: Final[tuple[Callable[[str], Query | None], ...]] = (
    read_diagnosis,
    read_remainder,
    read_both,
    read_between,
    read_comparison,
    read_property,
    read_value,
    read_member,
    read_step,
    read_attempt,
    read_hint,
    read_fact,
)
"""The readers in order, the most specific first."""
