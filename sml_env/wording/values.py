"""Valued questions: "what is the remainder mod 7", "how many digits", "what is its sign", "what is the answer"."""

from __future__ import annotations

import re

from sml_env.forms import Quantity, Query, Residue
from sml_env.wording.building import valued
from sml_env.wording.lexicon import any_of, phrases, whole_number
from sml_env.wording.subjects import SUBJECT, unknown

__all__ = ["read_value"]

_WHAT_IS = r"what (?: 's | \s+ is )"
_WHEN = any_of("after", "if", "on", "upon", "when")
_DIVIDED = any_of("divided", "dividing", "division")
_REST = any_of("remainder", "residue", "rest")
_REMAINDER_WORDS = ("after", "do i get", "do you get", "from", "if", "is", "left", "of", "on", "when")

_REMAINDERS = tuple(
    re.compile(pattern, re.VERBOSE)
    for pattern in (
        # "what is the remainder when it is divided by 7"
        rf"""
        (?: {any_of("compute", "find", "give", "tell", "what", "which")} \b .*? \s )?
        (?: is \s+ )? (?: the \s+ )? {_REST} \s+
        (?: {any_of(*_REMAINDER_WORDS)} \s+ )*
        (?: {any_of("dividing", "i divide", "you divide")} \s+ )?
        (?: {SUBJECT} \s+ )?
        (?: {any_of("gets", "gives", "has", "is", "leaves", "was")} \s+ )?
        (?: {_WHEN} \s+ )? (?: {_DIVIDED} \s+ )? (?: it \s+ )? (?: by | mod (?: ulo )? ) \s+ (?P<modulus> \S+ )
        """,
        # "what remainder does it leave when divided by 7"
        rf"""
        (?: what (?: 's | \s+ is )? \s+ | which \s+ | and \s+ )? (?: the \s+ )? (?: remainder | rest ) \s+
        {any_of("do", "does", "will", "would")} \s+ {SUBJECT} \s+ {any_of("get", "give", "have", "leave")} \s+
        {_WHEN} \s+ {_DIVIDED} \s+ by \s+ (?P<modulus> \S+ )
        """,
        # "if i divide it by 7, what is left over"
        rf"""
        (?: (?: if | when ) \s+ (?: i | we | you ) \s+ divide | dividing ) \s+ {SUBJECT} \s+ by \s+
        (?P<modulus> \S+? ) ,? \s+
        (?: what (?: 's | \s+ is )? | which ) \s+ (?: is \s+ )? (?: the \s+ )?
        {any_of("left", "left over", "remainder", "rest")} (?: \s+ is \s+ left | \s+ do \s+ \w+ \s+ get )?
        """,
        # "what is x mod 7"
        rf"""
        (?: (?: what (?: 's | \s+ is | \s+ does )?
              | {any_of("compute", "evaluate", "find", "give me", "value of")} ) \s+ )+
        (?P<subject> {SUBJECT} ) \s* (?: equal \s+ )? (?: , \s* )? (?: mod (?: ulo )? | % ) \s* (?P<modulus> \S+ )
        """,
    )
)
_DIGITS = re.compile(
    rf"""
    how \s+ many \s+ digits \b [^\d]*
    | (?: {_WHAT_IS} \s+ )? (?: the \s+ )? (?: number | count ) \s+ of \s+ (?: decimal \s+ )? digits \b [^\d]*
    | digit \s+ count \b [^\d]*
    | how \s+ long \s+ is \s+ {SUBJECT} \s+ in \s+ digits
    | {SUBJECT} \s+ has \s+ how \s+ many \s+ digits
    | is \s+ .* \b one,? \s+ two,? \s+ or \s+ three \s+ digits .*
    | digits \( (?P<name> [a-z] ) \)
    """,
    re.VERBOSE,
)
_ANY_SIGN = any_of("negative", "positive", "zero")
_SIGN = re.compile(
    rf"""
    (?: {_WHAT_IS} \s+ | tell \s+ me \s+ )? {any_of("its", "the", "the answer's")}? \s* sign
        (?: \s+ (?: of | does ) \s+ [^\d]* )?
    | (?: what | which ) \s+ sign \b .*
    | (?: .* \s )? (?:
        (?: positive | negative ) ,? \s+ (?: or \s+ )? (?: positive | negative )
            (?: ,? \s+ or \s+ (?: is \s+ it \s+ )? (?: zero | 0 | null ) )?
      | {_ANY_SIGN} , \s* {_ANY_SIGN} ,? \s* or \s+ {_ANY_SIGN}
      | positive ,? \s+ negative ,? \s+ or \s+ (?: is \s+ it \s+ )? zero
      | (?: above | over ) ,? \s+ (?: below | under ) ,? \s+ or \s+ (?: equal \s+ to \s+ )? (?: zero | 0 ) )
    | sign \( (?P<name> [a-z] ) \)
    """,
    re.VERBOSE,
)

_TELL = ("disclose", "give", "hand", "provide", "reveal", "say", "send", "share", "show", "spill", "tell")
_OUTRIGHT_ENDS = phrases("""
    already, be, directly, equal, equals, for me, here, is, itself, now, outright, right away, straight away, to me
    to this, with me
""")
_OUTRIGHT = re.compile(
    rf"""
    (?: (?: {any_of("just", "please", "simply")} \s+ )? {any_of("what", "what's", "whats", "which")} \s+
        {any_of("'s", "does", "exactly is", "is", "was", "would be")}? \s*
      | (?: {any_of("just", "simply")} \s+ )? {any_of(*_TELL)} \s+
        (?: {any_of("me", "over", "us")} \s+ )? (?: directly \s+ )?
      | i \s+ (?: just \s+ )? (?: need | want ) \s+ (?: to \s+ know \s+ )?
      | (?: can | could | may ) \s+ i \s+ (?: just \s+ )? {any_of("get", "have", "know", "see")} \s+
      | what \s+ (?: do | should ) \s+ i \s+ get \s+ for \s+ )?
    (?: what \s+ )? (?! (?: it | that | this ) \b )
    (?: {SUBJECT}
      | (?: the \s+ )? {any_of("complete", "entire", "full", "whole")}? \s* (?: answer | solution ) \s+ key )
    (?: \s+ {any_of(*_OUTRIGHT_ENDS)} )*
    """,
    re.VERBOSE,
)
_VAGUE = re.compile(
    rf"(?: the | that | this )? \s* {any_of('figure', 'number', 'quantity', 'total', 'value')}", re.VERBOSE
)
_LAST_LETTER = re.compile(r"\b([b-hj-z])\b(?:\s+equal)?$")


def read_value(clause: str) -> Query | None:
    """A question for a value: "what is x mod 7", "how many digits does it have", "just tell me the answer"."""
    for pattern in _REMAINDERS:
        found = pattern.fullmatch(clause)
        if found and (modulus := whole_number(found["modulus"]) or 0) > 0:
            return valued(Residue(unknown(found.groupdict().get("subject")), modulus))
    if found := _DIGITS.fullmatch(clause):
        return valued(Quantity(found["name"] or "x", "digits"))
    if found := _SIGN.fullmatch(clause):
        return valued(Quantity(found["name"] or "x", "sign"))
    if len(clause) > 1 and _OUTRIGHT.fullmatch(clause) and not _VAGUE.fullmatch(clause):
        letter = _LAST_LETTER.search(clause)
        return valued(Quantity(letter[1] if letter else "x", "value"))
    return None
