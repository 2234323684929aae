"""Subjects: what a clause speaks of ("the final answer", "it", "x"), and the clause without it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from sml_env.wording.lexicon import LESS, MORE, any_of, phrases

__all__ = ["SUBJECT", "names_subject", "split_subject", "unknown"]

_DETERMINERS = ("my", "our", "that", "the", "this", "your")
_ADJECTIVES = phrases("""
    actual, correct, exact, final, hidden, numeric, numerical, overall, right, secret, true, unknown, whole
""")
_NOUNS = ("ans", "answer", "figure", "number", "outcome", "quantity", "result", "solution", "total", "value")
_SEEKERS = ("i am", "i'm", "we are", "we're", "you are", "you're")
_SOUGHT = ("after", "looking for", "seeking", "thinking of")

# What tells the unknown a from the article; i is the imaginary unit, or the student.
_AS_LETTER = rf"""
    \s* (?: [<>=!%]
      | (?: mod | divided | divisible | even | odd | between | is | at \s+ (?: least | most ) | {MORE} | {LESS} ) \b )
    """

# Patterns are split into lines and spaces for reading only: all that holds one is compiled with re.VERBOSE.
SUBJECT: Final = rf"""
    (?: (?: {any_of(*_DETERMINERS)} \s+ )? (?: {any_of(*_ADJECTIVES)} \s+ )* {any_of(*_NOUNS)}
        (?: \s+ (?: of | for ) \s+ [b-hj-z]
          | \s+ {any_of("for", "in", "of", "to")} \s+ (?: the | this ) \s+ {any_of("exercise", "problem", "question")}
          | \s+ {any_of(*_SEEKERS)} \s+ {any_of(*_SOUGHT)} )?
      | it | this | that | [b-hj-z] | a (?= {_AS_LETTER} ) )
    """
"""A verbose pattern for the answer as students call it."""

_AUXILIARIES = phrases("""
    are, can, could, couldn't, do, does, doesn't, has, have, is, isn't, might, must, should, so, was, will, would
    wouldn't
""")
_VERBS = phrases("""
    be, can, come, comes, could, does, fall, falls, happen, happens, has, have, is, lie, lies, might, must, should
    sit, sits, turn, turns, was, will, would
""")
_FILLERS = phrases("""
    a, actually, also, an, any, anything, as, evenly, going, itself, known, number, one, out, possibly, some
    something, somewhere, still, that, that's, the, to, value, which
""")
_OPENING = re.compile(
    rf"""
    (?: {any_of(*_AUXILIARIES)} \s+ )?
    (?P<subject> {SUBJECT} ) (?: 's )? (?: \s+ | $ )
    (?: (?: {any_of(*_VERBS, *_FILLERS)} | even (?= \s+ (?: big | great | larg | less | more | small ) ) ) \s+ )*
    """,
    re.VERBOSE,
)
_BARE_OPENING = re.compile(rf"(?: {any_of('a', 'an', 'are', 'be', 'is', 'something', 'the')} \s+ )*", re.VERBOSE)


def unknown(subject: str | None) -> str:
    """The unknown that a subject stands for: a single letter stands for itself, words for ``x``."""
    return subject if subject and len(subject) == 1 else "x"


def names_subject(clause: str) -> bool:
    """Whether a clause says what it is about."""
    return _OPENING.match(clause) is not None


@lru_cache(maxsize=64)
def split_subject(clause: str) -> tuple[str, str]:
    """The unknown that a clause is about, and what it says of it.

    Example: "is the answer a multiple of 3" is ``("x", "multiple of 3")``.
    """
    opening = _OPENING.match(clause)
    if opening:
        return unknown(opening["subject"]), clause[opening.end() :]
    bare = _BARE_OPENING.match(clause)
    return "x", clause[bare.end() :] if bare else clause
