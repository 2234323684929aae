"""Attempts: "i think the answer is 42", "is it 42", "could 42 be right", "x = 1 and y = 2", or a bare value."""

from __future__ import annotations

import re

from sml_env.errors import ExpressionError
from sml_env.forms import Query
from sml_env.verifiers.expressions import free_symbols, parse_expression
from sml_env.verifiers.nodes import Relation
from sml_env.wording.building import attempt
from sml_env.wording.lexicon import any_of, is_prose, number, phrases, without_unit
from sml_env.wording.subjects import SUBJECT, unknown

__all__ = ["read_attempt"]

MAX_EXPRESSION = 120
"""Characters of a constant expression that is read as an attempt."""

_THEREFORE = rf"(?: {any_of('and', 'hence', 'so', 'then', 'therefore', 'thus')} \s+ )?"
_QUITE = r"(?: (?! not \b ) \w+ \s+ )?"
_SURE = any_of("certain", "confident", "sure")
_THINK = phrases("""
    believe, bet, claim, conclude, feel, figure, guess, reckon, say, suppose, suspect, think, would say
""")
_MINE = ("answer", "attempt", "final", "final answer", "guess", "result", "solution", "try")
_IT_IS = phrases("""
    could it be, final answer, giving, is it, it equals, it has to be, it is, it must be, it should be, it would be
    it's, maybe, perhaps, that gives, this gives, which gives, would it be
""")
_EQUAL = phrases("""
    :, =, be, can be, could be, equal, equal to, equals, equals to, has to be, is, may be, might be, must be
    should be, to be, turns out to be, was, would be
""")
_COMES_OUT = r"comes? \s+ out \s+ (?: as | at | to )"
_WORKS_OUT = r"(?: came | comes? | works ) \s+ out \s+ (?: as | at | to ) (?: \s+ be )?"
_WOULD = phrases("""
    can, could, couldn't, does, is, isn't, might, must, should, was, will, would, wouldn't
""")
_GOT = phrases("""
    answer, arrive at, arrived at, calculated, came up with, choose, come up with, computed, end up with
    ended up with, find, found, get, got, guess, have, make it, obtain, obtained, pick, say, submit, try
""")
_PROPOSAL = phrases("""
    final, going with, how about, i'll answer, i'll go with, i'll say, i'll submit, i'll try, it comes out as
    it comes out at, it comes out to, it comes to, let me answer with, let me go with, let me submit, let me try
    let's go with, let's say, let's try, submit, this gives, this makes, try, we get, what about
""")

# The first pattern whose value reads as one counts.
_PATTERNS = tuple(
    re.compile(pattern, re.VERBOSE)
    for pattern in (
        rf"""
        {_THEREFORE}
        (?: i \s+ {_QUITE} (?: {any_of(*_THINK)} | am \s+ {_QUITE} {_SURE} )
          | i'm \s+ {_QUITE} {_SURE}
          | {any_of("i'd go with", "i'd guess", "i'd say", "i'm going with")}
          | my \s+ (?: \w+ \s+ )? {any_of(*_MINE)}
          | let \s+ me \s+ {any_of("answer", "guess", "say", "try")}
          | {any_of(*_IT_IS)} )
        \s* (?: that \s+ )? (?: {SUBJECT} \s+ )?
        (?: (?: {any_of(*_EQUAL, "'s", "are")} | {_COMES_OUT} ) \s* )*
        (?: the \s+ (?: number | value ) \s+ )?
        (?P<value> .+ )
        """,
        rf"""
        {_THEREFORE}
        {any_of(*_WOULD)}? \s* (?P<subject> {SUBJECT} ) (?: 's )? \s*
        (?: (?: {any_of(*_EQUAL, "exactly", "just", "simply", "therefore", "will be")} | {_WORKS_OUT} ) \s* )*
        (?P<value> .+ )
        """,
        rf"""
        (?: i \s+ {any_of(*_GOT)} | {any_of(*_PROPOSAL)} )
        \s* :? \s* (?: {any_of("a", "an", "the")} \s+ )?
        (?: {any_of("answer", "final answer", "result", "value")} \s+ (?: of \s+ )? )?
        (?P<value> .+ )
        """,
        r"(?: is | would | does | could ) \s+ (?P<value> \S+ ) (?: \s+ be )?",
        rf"""
        (?: is | would | could ) \s+ (?P<value> \S+ ) \s+ (?: be \s+ )? (?: the | my | a )? \s*
        (?: {any_of("actual", "correct", "final", "right", "true")} \s+ )*
        {any_of("answer", "correct", "it", "number", "one", "result", "right", "solution", "value")}
        """,
        r"""
        (?P<value> \S+ ) \s+ is \s+ (?: the | my ) \s+ (?: (?: right | correct | final ) \s+ )*
        (?: answer | result | solution )
        """,
        r"(?P<value> \S+ ) (?: \s+ (?: is \s+ )? (?: my | the ) \s+ (?: final \s+ )? (?: answer | guess ) )?",
        r"(?P<value> [\[(] .* [\])] )",
    )
)
_AS_ANSWER = re.compile(
    rf"""
    \s+ {any_of("as", "be", "being", "for", "is", "to be")} \s+ (?: my | the | a ) \s+ (?: \w+ \s+ )?
    {any_of("answer", "attempt", "guess", "result", "solution")} $
    """,
    re.VERBOSE,
)
_ENTRIES = r"[\[(] [^\[\](),]* , [^\[\]()]* [\])]"
_TUPLES = re.compile(rf"{_ENTRIES} (?: \s* u \s* {_ENTRIES} )*", re.VERBOSE)

_BEFORE_PAIR = re.compile(
    rf"{any_of('i get', 'i got', 'i think', 'is', 'my answer is', 'so', 'the answer is', 'the solution is')}\s+"
)
_PAIR = re.compile(
    r"""
    (?P<first> [a-z] ) \s* (?: = | is ) \s* (?P<one> [^,;=]+? ) \s*
    (?: , | ; | \b and \b )+ \s*
    (?P<second> [a-z] ) \s* (?: = | is ) \s* (?P<other> [^,;=]+ )
    """,
    re.VERBOSE,
)


def read_attempt(clause: str) -> Query | None:
    """A stated value: "i think it is 42", "is 42 the answer", "i got (3, 5)", "x = 1 and y = 2"."""
    clause = _AS_ANSWER.sub("", clause)
    if pair := _pair(clause):
        return pair
    tried = set()
    for pattern in _PATTERNS:
        found = pattern.fullmatch(clause)
        if not found or found["value"] in tried:
            continue
        tried.add(found["value"])
        value = found["value"].strip().rstrip(".!?,").strip()
        numeral = without_unit(value)
        if numeral is not None and number(numeral) is not None:
            value = numeral
        if number(value) is not None or _TUPLES.fullmatch(value) or _is_constant(value):
            return attempt(value, unknown(found.groupdict().get("subject")))
    return None


def _pair(clause: str) -> Query | None:
    """Values of two unknowns, ordered by their names: "y = 2 and x = 1" states (1, 2)."""
    opening = _BEFORE_PAIR.match(clause)
    found = _PAIR.fullmatch(clause, opening.end() if opening else 0)
    if not found or found["first"] == found["second"]:
        return None
    one, other = number(found["one"]), number(found["other"])
    if one is None or other is None:
        return None
    return attempt(f"({one}, {other})" if found["first"] < found["second"] else f"({other}, {one})")


def _is_constant(text: str) -> bool:
    """Whether a text is a constant expression ("2*pi", "sqrt(2)/2") rather than prose."""
    if len(text) > MAX_EXPRESSION or is_prose(text):
        return False
    if not any(character.isdigit() or character == "π" for character in text) and "pi" not in text:
        return False
    try:
        node = parse_expression(text)
    except ExpressionError:
        return False
    return not isinstance(node, Relation) and not free_symbols(node)
