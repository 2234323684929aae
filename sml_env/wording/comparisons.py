"""Comparisons with a number ("at least 7") and ranges ("between 3 and 9")."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from sml_env.forms import Between, Comparison, Ordering, Query
from sml_env.wording.building import predicate
from sml_env.wording.lexicon import LESS, MORE, any_of, number, phrases
from sml_env.wording.subjects import names_subject, split_subject

__all__ = ["read_between", "read_both", "read_comparison"]

_NOT = any_of("can't be", "cannot be", "n't", "never", "no", "not")
_OR_EQUAL = r"than \s+ or \s+ (?: is \s+ )? equals? (?: \s+ to )?"
_EQUAL_OR = any_of("equal or", "equal to or", "equals or")
_AT_LEAST = any_of("=>", ">=", "a minimum of", "at least", "at minimum", "no less than")
_AT_MOST = any_of("<=", "=<", "a maximum of", "at maximum", "at most", "no more than", "up to")
_BEYOND = any_of(">", "above", "beyond", "exceed", "exceeding", "exceeds", "in excess of", "over", "past")
_SHORT_OF = any_of("<", "below", "short of", "under")
_OTHER_THAN = any_of("!=", "anything but", "different from", "not", "not equal to", "other than")

# The first row that fits counts: "not less than 5" before "not", "less than or equal to 5" before "less than".
_COMPARATORS: Final[tuple[tuple[Ordering, str], ...]] = (
    (">=", rf"{MORE} \s+ {_OR_EQUAL}"),
    ("<=", rf"{LESS} \s+ {_OR_EQUAL}"),
    (">=", rf"{_EQUAL_OR} \s+ {MORE} (?: \s+ than )?"),
    ("<=", rf"{_EQUAL_OR} \s+ {LESS} (?: \s+ than )?"),
    (">=", rf"{_NOT} \s+ {LESS} (?: \s+ than )?"),
    ("<=", rf"{_NOT} \s+ (?: {MORE} (?: \s+ than )? | {any_of('beyond', 'exceed', 'exceeding', 'exceeds', 'past')} )"),
    (">=", _AT_LEAST),
    ("<=", _AT_MOST),
    (">", rf"(?: strictly \s+ )? (?: {MORE} \s+ than | {_BEYOND} )"),
    ("<", rf"(?: strictly \s+ )? (?: {LESS} \s+ than | {_SHORT_OF} )"),
    ("!=", _OTHER_THAN),
)
_ORDERINGS: Final = {f"row{row}": op for row, (op, _) in enumerate(_COMPARATORS)}
_COMPARED = re.compile(
    "(?:"
    + "|".join(f"(?P<row{row}> {pattern} )" for row, (_, pattern) in enumerate(_COMPARATORS))
    + r") \s+ (?P<bound> .+ )",
    re.VERBOSE,
)
_SUFFIXED = re.compile(rf"(?P<bound> .+? ) \s+ or \s+ (?: (?P<more> {MORE} ) | {LESS} )", re.VERBOSE)

_RANGE_OPENINGS = ("anywhere", "between", "from", "in", "inclusively", "of", "within")
_ENDS = phrases("""
    both included, both inclusive, ends included, excluding both, excluding both endpoints, excluding both ends
    excluding the, excluding the endpoints, excluding the ends, exclusive, exclusively, including both
    including both ends, inclusive, inclusively, not inclusive, strictly
""")
_RANGE_OPENING = re.compile(
    rf"""
    (?P<strict> (?: strictly | exclusively ) \s+ )?
    (?: (?: in | within ) \s+ (?: the \s+ )? (?: range | interval ) \s+ )?
    (?: {any_of(*_RANGE_OPENINGS)} \s+ )*
    """,
    re.VERBOSE,
)
_CLOSING = re.compile(rf"(?<=[\s,(])(?:{any_of(*_ENDS)})\)?$")
_COMMA = re.compile(r",(?!\d{3})")
_TO = re.compile(r"\s*(?:\band\b|\bto\b|\bthrough\b|\.\.+|\s-\s)\s*")
_BRACKETS = re.compile(
    r"""
    (?: (?: in | within | inside ) \s+ )? (?: the \s+ )? (?: (?: range | interval ) \s+ )?
    (?P<left> [\[(] ) (?P<low> [^,\[\]()]+ ) , (?P<high> [^,\[\]()]+ ) (?P<right> [\])] )
    """,
    re.VERBOSE,
)
# Cheap looks at a clause, and at what it says of its subject, before the patterns above are tried.
_MAY_RANGE = re.compile(r"between|\bin\b|\bfrom\b|within|inside|\[")
_BEGINS_RANGE = re.compile(
    rf"strictly\s+(?:between|in|with)|exclusively|between|{any_of('anywhere', 'from', 'in', 'inclusively', 'within')}\b"
)


def read_comparison(clause: str) -> Query | None:
    """A comparison with one number: "is it greater than 10", "is x 5 or more"."""
    name, rest = split_subject(clause)
    found = _COMPARED.fullmatch(rest)
    if found:
        op = next(_ORDERINGS[group] for group, words in found.groupdict().items() if words is not None)
        bound = number(found["bound"])
        return None if bound is None else predicate(Comparison(name, op, bound))
    if " or " not in rest:
        return None
    suffixed = _SUFFIXED.fullmatch(rest)
    if suffixed and (bound := number(suffixed["bound"])) is not None:
        return predicate(Comparison(name, ">=" if suffixed["more"] else "<=", bound))
    return None


def read_both(clause: str) -> Query | None:
    """Two comparisons of one unknown that bound it from both sides: "is it greater than 3 and less than 7"."""
    first, conjunction, second = clause.partition(" and ")
    if not conjunction:
        return None
    left, right = read_comparison(first), read_comparison(second) or read_comparison(f"is {second}")
    if left is None or right is None:
        return None
    low, high = left.form, right.form
    if not isinstance(low, Comparison) or not isinstance(high, Comparison):
        return None
    if low.op in ("<", "<="):
        low, high = high, low
    if low.op not in (">", ">=") or high.op not in ("<", "<="):
        return None
    if low.name != high.name and names_subject(second):
        return None
    name = left.form.name if isinstance(left.form, Comparison) else "x"
    return predicate(Between(name, low.bound, high.bound, low.op == ">=", high.op == "<="))


def read_between(clause: str) -> Query | None:
    """A range: "is it between 3 and 9", "is the answer in [3, 9)", "is x from 3 to 9 inclusive"."""
    if not _MAY_RANGE.search(clause):
        return None
    name, rest = split_subject(clause)
    interval = _BRACKETS.fullmatch(rest) if "," in rest else None
    if interval and rest.startswith(("in", "within", "the")):
        low, high = number(interval["low"]), number(interval["high"])
        if low is not None and high is not None:
            return predicate(Between(name, low, high, interval["left"] == "[", interval["right"] == "]"))
    opening = _RANGE_OPENING.match(rest)
    if not opening or not _BEGINS_RANGE.match(rest):
        return None
    ends, closing = rest[opening.end() :], ""
    if found := _CLOSING.search(ends):
        ends, closing = ends[: found.start()].rstrip(" ,("), found[0]
    low, high = _endpoints(ends)
    if low is None or high is None:
        return None
    low, high = min(low, high), max(low, high)
    closed = not (opening["strict"] or "strict" in closing or "exclu" in closing or "not" in closing)
    return predicate(Between(name, low, high, closed, closed))


def _endpoints(text: str) -> tuple[Fraction | None, Fraction | None]:
    """The numbers on both sides of the one comma, or else of the first word that means "to"."""
    ends = _COMMA.split(text)
    if len(ends) == 1:
        ends = _TO.split(text, maxsplit=1)
    return (number(ends[0]), number(ends[1])) if len(ends) == 2 else (None, None)
