"""Properties: kinds of numbers ("prime", "a multiple of 3", "not negative") and points of a set of answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Final

from sml_env.forms import Comparison, Form, Member, Negation, Ordering, Property, Query, Residue
from sml_env.wording.building import predicate
from sml_env.wording.lexicon import any_of, number, phrases, whole_number
from sml_env.wording.subjects import split_subject

__all__ = ["read_member", "read_property"]


def _against_zero(op: Ordering) -> Callable[[str], Form]:
    return lambda name: Comparison(name, op, Fraction(0))


_KINDS: Final[dict[str, Callable[[str], Form]]] = {
    "even": lambda name: Residue(name, 2, 0),
    "odd": lambda name: Residue(name, 2, 1),
    "prime": lambda name: Property(name, "prime"),
    "integer": lambda name: Property(name, "integer"),
    "whole": lambda name: Property(name, "integer"),
    "perfect square": lambda name: Property(name, "square"),
    "square": lambda name: Property(name, "square"),
    "positive": _against_zero(">"),
    "negative": _against_zero("<"),
    "nonnegative": _against_zero(">="),
    "non-negative": _against_zero(">="),
    "nonpositive": _against_zero("<="),
    "non-positive": _against_zero("<="),
    "nonzero": _against_zero("!="),
    "non-zero": _against_zero("!="),
}
_OPPOSITE: Final[dict[Ordering, Ordering]] = {">": "<=", "<": ">=", ">=": "<", "<=": ">"}
_AFTER_KIND = ("answer", "in sign", "integer", "number", "one", "result", "value")
_KIND = re.compile(
    rf"""
    (?P<kind> {any_of(*_KINDS)} )
    (?: \s+ {any_of(*_AFTER_KIND)} | (?<= even ) \s+ or \s+ odd | (?<= odd ) \s+ or \s+ even )?
    """,
    re.VERBOSE,
)
_WRITTEN = re.compile(r"(not )?(prime|integer|square)\(([a-z])\)")
_NEGATION = re.compile(r"(?: not | n't ) \s+ (?: an? \s+ )?", re.VERBOSE)

_EVENLY = r"(?: (?: evenly | exactly ) \s+ )?"
_WITHOUT_REST = any_of("without", "without a", "without any") + r" \s+ (?: remainder | rest )"
_DIVISIBLE = re.compile(
    rf"""
    (?: evenly \s+ )?
    (?: divisible \s+ (?: evenly \s+ )? by
      | (?: a \s+ )? multiple \s+ of
      | (?: be \s+ )? (?: evenly \s+ )? divide[ds]? \s+ {_EVENLY} by )
    \s+ (?P<modulus> \S+ )
    (?: \s+ (?: evenly | exactly | {_WITHOUT_REST} | with \s+ no \s+ remainder ) )?
    """,
    re.VERBOSE,
)
_PLACES = ("answer", "answer set", "interval", "range", "set", "solution", "solution set", "solutions", "x")
_IN = phrases("""
    a element of, a member of, an element of, contained in, in, included in, inside, part of, to, within
""")
_SATISFIES = ("fulfil", "fulfill", "satisfies", "satisfy", "solve", "solves", "work in")
_POINT = r"(?: the \s+ (?: point | number | value ) \s+ )?"
_MEMBER = re.compile(
    rf"""
    {any_of("can", "does", "is", "will", "would")}? \s* (?: x \s* = \s* )? {_POINT} (?P<point> \S+ ) \s+
    (?: {any_of("be", "belong", "belongs", "is", "lie", "lies")} \s+ )?
    (?: {any_of(*_IN)} \s+ (?: the \s+ )? {any_of(*_PLACES)}
      | a \s+ solution (?: \s+ (?: of | to ) \s+ (?: the | this ) \s+ inequality )?
      | {any_of(*_SATISFIES)} \s+ (?: the | this ) \s+
        {any_of("condition", "conditions", "inequalities", "inequality")} )
    """,
    re.VERBOSE,
)
_CONTAINS = re.compile(
    rf"""
    (?: does | do )? \s* (?: the \s+ )? {any_of("answer", "interval", "set", "solution", "solution set", "solutions")}
    \s+ (?: contains? | includes? ) \s+ {_POINT} (?P<point> \S+ )
    """,
    re.VERBOSE,
)


def read_property(clause: str) -> Query | None:
    """A kind of number or divisibility, perhaps negated: "is it prime", "is it not a multiple of 3"."""
    if written := _WRITTEN.fullmatch(clause):
        held = _KINDS[written[2]](written[3])
        return predicate(Negation(held) if written[1] and isinstance(held, Property) else held)
    name, rest = split_subject(clause)
    negation = _NEGATION.match(rest)
    if negation:
        rest = rest[negation.end() :]
    form: Form = None
    if kind := _KIND.fullmatch(rest):
        form = _KINDS[kind["kind"]](name)
    elif divisible := _DIVISIBLE.fullmatch(rest):
        modulus = whole_number(divisible["modulus"])
        form = Residue(name, abs(modulus), 0) if modulus else None
    if form is None or not negation:
        return None if form is None else predicate(form)
    if isinstance(form, Comparison):
        return predicate(Comparison(name, _OPPOSITE[form.op], form.bound)) if form.op in _OPPOSITE else None
    return predicate(Negation(form)) if isinstance(form, Residue | Property) else None


def read_member(clause: str) -> Query | None:
    """Whether a point is in an answer that is a set: "is 3 in the solution set", "does 3 satisfy the inequality"."""
    found = _MEMBER.fullmatch(clause) or _CONTAINS.fullmatch(clause)
    point = number(found["point"]) if found else None
    return None if point is None else predicate(Member("x", point))
