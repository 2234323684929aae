"""Questions whether the answer is one of several listed values ("is it one of 3, 5, 8?")."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from sml_env.forms import Negation, OneOf, Query
from sml_env.wording.building import attempt

__all__ = ["read_subset"]

MAX_LISTED: Final = 2_000
"""Values that one question lists, at most."""

_VALUE = r"-?\d{1,18}(?:/\d{1,18})?"
_BETWEEN = r"(?:[ ]?,[ ]?(?:or[ ]|and[ ])?|[ ]or[ ]|[ ]and[ ])"
# Of squeezed text: single spaces, so that no two optional spaces stand side by side for long.
_LISTED = re.compile(
    rf"""
    (?: is [ ] )? (?P<before> not [ ] )?
    (?: (?P<name> [a-z] ) | it | the [ ] answer )? [ ]?
    (?: is [ ] )? (?P<inside> not [ ] )?
    (?: (?: in | among ) [ ]? [{{(]? | (?: any [ ] | one [ ] )? of [ ]? [{{(]? | \u2208 [ ]? \{{ )
    [ ]? (?P<values> {_VALUE} (?: {_BETWEEN} {_VALUE} )* ) [ ]? [}})]? [ ]? [?.]?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_COMMA_OR_WORD = re.compile(r"[^\d/-]+")


def read_subset(text: str) -> Query | None:
    """The query of a whole utterance that asks for membership in a list; one value alone is an attempt."""
    if "," not in text and "{" not in text and " or " not in text:
        return None
    found = _LISTED.fullmatch(" ".join(text.split()))
    if found is None:
        return None
    wordings = _COMMA_OR_WORD.split(found["values"])
    if len(wordings) > MAX_LISTED or any(wording.endswith("/0") for wording in wordings):
        return None
    try:
        values = tuple(sorted({Fraction(wording) for wording in wordings}))
    except (ValueError, ZeroDivisionError):
        return None
    name = (found["name"] or "x").lower()
    negated = bool(found["before"]) != bool(found["inside"])
    if len(values) == 1 and not negated:
        return attempt(str(values[0]), name)
    form = OneOf(name, values)
    return Query("predicate", str(form), form) if not negated else Query("predicate", f"not {form}", Negation(form))
