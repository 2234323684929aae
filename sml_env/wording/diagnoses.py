"""Diagnoses: questions why an attempt is wrong, of a value the student names or of the latest attempt."""

from __future__ import annotations

import re

from sml_env.forms import Claim, Query
from sml_env.wording.lexicon import any_of, number, phrases

__all__ = ["read_diagnosis"]

# Up to the last bracket if there is one, then up to a space: exactly one way to end, so that no match takes long.
_VALUE = r"(?P<value> [^\s(]* \( .* \) [^\s)]*? | \[ [^\]\)]* [\])] | \S+? )"
_RIGHT_ANSWER = rf"the \s+ (?: (?: right | correct ) \s+ )? {any_of('answer', 'result', 'solution')}"
_FAULTY = ("bad", "false", "incorrect", "mistaken", "no good", "not correct", "not it", "not right", "off", "wrong")
_WRONG = rf"(?: {any_of(*_FAULTY)} | not \s+ {_RIGHT_ANSWER} )"
_WRONG_OR_RIGHT = rf"(?: {_WRONG} | right | correct )"
_WHY = r"(?: but \s+ )? (?: why | how \s+ come )"
_MY_ANSWER = rf"my \s+ {any_of('answer', 'attempt', 'guess', 'result')} \s+ (?: of \s+ )?"
_MINE = rf"(?: {_MY_ANSWER} )?"
_EXPLAIN = ("explain", "know", "say", "see", "show me", "tell me", "understand")
_MATTER = ("incorrect", "off", "the error", "the issue", "the matter", "the mistake", "the problem", "wrong")
_ASTRAY = ("a mistake", "an error", "off", "the mistake", "up", "wrong")
_IS = any_of("is", "isn't", "was", "wasn't")
_WENT = ("do", "doing", "done", "get", "go", "going", "gone", "got", "made", "make", "mess", "messed", "went")
_BY_GETTING = phrases("""
    and get, by getting, for, getting, if i get, if i got, in, in getting, to get, when getting, when i got
    when i said, with
""")
_LEADS_TO = phrases("""
    did i make for, did i make getting, did i make in, did i make to get, did i make with, gives, leads to
    produces, results in, yields
""")
_AFTERTHOUGHT = rf"""(?: {any_of("again", "exactly", "here", "now", "please", "then", "though")}
                      | as \s+ an? \s+ {any_of("answer", "result", "solution")} )"""
_OF_VALUE = tuple(
    re.compile(rf"{pattern} (?: \s+ {_AFTERTHOUGHT} )*", re.VERBOSE)
    for pattern in (
        # "why is 12 wrong"
        rf"""{_WHY} \s+ (?: {_IS} | {any_of("can't", "couldn't", "would", "wouldn't")} ) \s+ {_MINE} {_VALUE} \s+
        (?: be \s+ )? (?: {_WRONG_OR_RIGHT} | accepted | {_RIGHT_ANSWER} )""",
        # "why my answer of 12 is wrong"
        rf"{_WHY} \s+ {_MINE} {_VALUE} \s+ {_IS} \s+ {_WRONG_OR_RIGHT}",
        # "explain why 12 doesn't work"
        rf"""{any_of(*_EXPLAIN)} \s+ why \s+ {_MINE} {_VALUE} \s+
        (?: {_IS} | doesn't | didn't ) \s+ (?: {_WRONG_OR_RIGHT} | work )""",
        # "why isn't it 12"
        rf"""{_WHY} \s+ (?: {_IS} | {any_of("aren't", "can't", "couldn't")} ) \s+
        (?: (?: it | the \s+ answer ) \s+ )? (?: be \s+ )? {_VALUE} (?: \s+ not )?""",
        # "why not 12", "why does 12 fail"
        rf"""{_WHY} \s+ {any_of("did", "didn't", "does", "doesn't", "not")} \s+ {_VALUE}
        (?: \s+ (?: not \s+ )? (?: work | fail ) )?""",
        # "what's wrong with 12"
        rf"""what (?: 's | \s+ is | \s+ was | s ) \s+
        {any_of(*_MATTER)} \s+
        (?: with | in | about ) \s+ (?: {_MY_ANSWER} | the \s+ (?: answer | value ) \s+ )? {_VALUE}""",
        # "where did i go wrong to get 12"
        rf"""(?: where | how | what ) \s+ {any_of("am", "did", "do", "have")} \s+ i \s+ {any_of(*_WENT)} \s*
        {any_of(*_ASTRAY)}? \s* {any_of(*_BY_GETTING)} \s+ {_VALUE}""",
        # "what mistake gives 12"
        rf"what \s+ (?: mistake | error ) \s+ {any_of(*_LEADS_TO)} \s+ {_VALUE}",
        # "diagnose 12"
        rf"""(?: diagnose | explain ) \s+
        (?: {_MY_ANSWER} | the \s+ (?: error | mistake ) \s+ in \s+ )? {_VALUE}""",
    )
)
_PRONOUNS = frozenset({"answer", "attempt", "i", "it", "last", "mine", "my", "not", "so", "that", "the", "this"})

_ABOUT_LATEST = phrases("""
    am i, answer, attempt, be, did i, get, go, guess, i, is, isn't, it, last, latest, my, not, previous, that, the
    this, was, wasn't
""")
_OF_LATEST = re.compile(
    rf"""
    (?: but \s+ )?
    (?: (?: why | how \s+ come ) (?: \s+ {any_of(*_ABOUT_LATEST)} )* \s* (?: {_WRONG_OR_RIGHT} | not )?
      | (?: where | how | what | which ) \s+ (?: exactly \s+ )?
        {any_of("am", "did", "do", "error", "have", "is", "mistake", "was", "went")} \b .*
        \b {any_of("do", "error", "incorrect", "mess up", "messed up", "mistake", "off", "slip", "wrong")} .*
      | what (?: 's | \s+ is | \s+ was ) \s+
        {any_of("incorrect", "my error", "my mistake", "the error", "the mistake", "wrong")} .*
      | {any_of("diagnose", "explain", "find", "point out", "show me")} \s+ (?: me \s+ )? (?: my | the ) \s+
        (?: mistake | error | slip ) .*
      | explain \s+ why .* wrong )
    """,
    re.VERBOSE,
)
# A cheap look before all those patterns are tried.
_MAY_ASK_WHY = re.compile(r"why|how come|wrong|mistake|error|diagnos|mess")


def read_diagnosis(clause: str) -> Query | None:
    """A question what is wrong: "why is 12 wrong", "where did i go wrong", "explain my mistake"."""
    if not _MAY_ASK_WHY.search(clause):
        return None
    for pattern in _OF_VALUE:
        found = pattern.fullmatch(clause)
        if found and found["value"] not in _PRONOUNS:
            value = found["value"].strip(",;:")
            exact = number(value)
            if exact is not None or value.startswith(("(", "[")):
                return Query("diagnosis", f"why not {value if exact is None else exact}", Claim(value))
    return Query("diagnosis", "why not", Claim(None)) if _OF_LATEST.fullmatch(clause) else None
