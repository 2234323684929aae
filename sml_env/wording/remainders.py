"""Remainders and divisors: "x mod 7 = 3", "does it leave remainder 2 when divided by 5", "does 4 divide it"."""

from __future__ import annotations

import re

from sml_env.forms import Negation, Query, Residue
from sml_env.wording.building import predicate, residue, valued
from sml_env.wording.lexicon import any_of, whole_number
from sml_env.wording.subjects import SUBJECT, split_subject, unknown

__all__ = ["read_remainder"]

_DIVIDES = re.compile(
    rf"""
    (?: does | do | is | can | will )? \s* (?P<modulus> \S+ ) \s+
    (?: divides? | a \s+ (?: factor | divisor ) \s+ of | go (?: es )? \s+ (?: evenly \s+ )? into ) \s+
    (?: evenly \s+ )? (?: into \s+ )? (?P<subject> {SUBJECT} ) (?: \s+ (?: evenly | exactly ) )?
    """,
    re.VERBOSE,
)

_DIVIDED = r"(?: divided | dividing | division )"
_LEAVES = re.compile(
    rf"""
    {any_of("congruent to", "equal to", "give", "gives", "has", "have", "leave", "leaves", "leaving", "with")}? \s*
    (?: a \s+ )? (?: remainder \s+ (?: of \s+ )? )? (?P<remainder> \S+ ) \s+
    (?: as \s+ (?: (?: a | the ) \s+ )? remainder \s+ )?
    (?: (?: when | if | after | on | upon ) \s+ (?: {any_of("it is", "it's", "you", "being")} \s+ )?
        (?: divide | {_DIVIDED} ) \s+ (?: it \s+ )? by
      | \(? mod (?: ulo )? )
    \s+ (?P<modulus> [^\s)]+ ) \)?
    """,
    re.VERBOSE,
)
_REMAINDER_IS = re.compile(
    rf"""
    (?: is \s+ )? (?: the \s+ )? remainder \s+ (?: is \s+ )? (?: (?: when | of | if | after | from ) \s+ )?
    (?: dividing \s+ )? (?: {SUBJECT} \s+ )? (?: is \s+ )? (?: divided \s+ )? by \s+ (?P<modulus> \S+ ) \s+
    (?: is \s+ | equals? \s+ (?: to \s+ )? )? (?P<remainder> \S+ )
    """,
    re.VERBOSE,
)
_REMAINDER_WHEN = re.compile(
    rf"""
    (?: is \s+ )? (?: the \s+ )? remainder \s+ (?: is \s+ | equals? \s+ )? (?P<remainder> \S+ ) \s+
    (?: when | if | after | on ) \s+ (?: {SUBJECT} \s+ )? (?: is \s+ )? {_DIVIDED} \s+ by \s+ (?P<modulus> \S+ )
    """,
    re.VERBOSE,
)
_CONGRUENT = re.compile(
    rf"""
    (?: is \s+ )? (?P<subject> {SUBJECT} ) \s* (?: ==? | (?: is \s+ )? (?: congruent | equal ) \s+ to ) \s*
    (?P<remainder> -?\d+ ) \s* ,? \s* \(? \s* mod (?: ulo )? \s+ (?P<modulus> \d+ ) \s* \)?
    """,
    re.VERBOSE,
)
_MOD = re.compile(
    rf"""
    (?: is \s+ )? (?P<subject> {SUBJECT} ) \s* (?: mod (?: ulo )? | % ) \s* (?P<modulus> \d+ ) \s*
    (?: (?: ==? | is | equals? | equal \s+ to ) \s* (?P<remainder> \d+ ) )?
    """,
    re.VERBOSE,
)
_NEGATED = re.compile(r"not ([a-z] mod .+)")
_MAY_DIVIDE = re.compile(r"mod|%|divi|remainder|factor|goes? into|congruent")


def read_remainder(clause: str) -> Query | None:
    """A remainder or a divisor: "x mod 7 = 3", "does 4 divide it", "does it leave remainder 2 when divided by 5"."""
    if not _MAY_DIVIDE.search(clause):
        return None
    if negated := _NEGATED.fullmatch(clause):
        inner = read_remainder(negated[1])
        return (
            predicate(Negation(inner.form))
            if inner and isinstance(inner.form, Residue) and inner.kind == "predicate"
            else None
        )
    if mod := _MOD.fullmatch(clause):
        name, modulus = unknown(mod["subject"]), whole_number(mod["modulus"])
        if modulus and mod["remainder"] is None:
            return valued(Residue(name, modulus))
        return residue(name, modulus, whole_number(mod["remainder"]))
    if congruent := _CONGRUENT.fullmatch(clause):
        name = unknown(congruent["subject"])
        return residue(name, whole_number(congruent["modulus"]), whole_number(congruent["remainder"]))
    divides = _DIVIDES.fullmatch(clause)
    if divides and (modulus := whole_number(divides["modulus"])):
        return predicate(Residue(unknown(divides["subject"]), abs(modulus), 0))
    found = _REMAINDER_WHEN.fullmatch(clause) or _REMAINDER_IS.fullmatch(clause)
    if found and (modulus := whole_number(found["modulus"])):
        remainder = whole_number(found["remainder"])
        if remainder is not None:
            return residue("x", modulus, remainder)
    name, rest = split_subject(clause)
    leaves = _LEAVES.fullmatch(rest)
    return residue(name, whole_number(leaves["modulus"]), whole_number(leaves["remainder"])) if leaves else None
