"""The only parser of what a student says: ``parse`` turns any utterance at all into a query.

It is total: it never raises, never evaluates and is bounded before it reads. English and symbols that ask the same
question share one canonical form ("Is the answer greater than 10?" and ``x > 10``), and what is not understood is a
query of kind ``malformed`` that says why. The patterns are in ``sml_env.wording``, the forms in ``sml_env.forms``.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from sml_env.forms import Comparison, Ordering, Query
from sml_env.wording import MAX_CLAUSE, READERS, attempt, read_fact
from sml_env.wording.marked import read_marked
from sml_env.wording.notation import normalised
from sml_env.wording.openings import clause_of, last_part
from sml_env.wording.subsets import read_subset

__all__ = ["MAX_CHARACTERS", "MAX_SENTENCES", "Query", "parse"]

MAX_CHARACTERS: Final = 8_000
"""A longer utterance is malformed; nothing of it is read."""

MAX_SENTENCES: Final = 6
"""How many of the last sentences are tried, from the last backwards."""

MAX_SYMBOLIC: Final = 63
"""Characters of an utterance that is read as one comparison in symbols, without further ado."""

_SYMBOLIC = re.compile(r"\s*(?:is\s+)?([a-z])\s*(<=|>=|==|!=|<|>|=)\s*(-?\d{1,18})\s*\??\s*", re.IGNORECASE)
_ORDERINGS: Final[dict[str, Ordering]] = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "!=": "!="}
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")


def parse(text: object) -> Query:
    r"""Read one utterance. Total: any object at all gives a query, nothing raises.

    Args:
        text: The utterance. A boxed or marked answer (``\boxed{42}``, "answer: 42") anywhere in it counts first;
            otherwise, of several sentences, the last one that is understood.

    Returns:
        The query, of kind ``malformed`` when nothing is understood.
    """
    if not isinstance(text, str):
        return _malformed("the utterance is not text")
    if len(text) > MAX_CHARACTERS:
        return _malformed(f"the utterance is longer than {MAX_CHARACTERS:,} characters")
    try:
        query = _read(text)
    except (ValueError, OverflowError, RecursionError):
        return _malformed("the utterance holds something too large to read")
    return query or _malformed("that is not a question about the answer that a teacher can read")


def _malformed(reason: str) -> Query:
    return Query("malformed", "", None, reason)


def _read(text: str) -> Query | None:
    symbolic = _read_symbolic(text)
    if symbolic is not None:
        return symbolic
    listed = read_subset(text)
    if listed is not None:
        return listed
    plain = normalised(text)
    marked = read_marked(plain)
    if marked is not None:
        return marked
    sentences = [sentence for sentence in _SENTENCE_END.split(plain.strip()) if sentence.strip()]
    for sentence in reversed(sentences[-MAX_SENTENCES:]):
        query = _read_sentence(sentence)
        if query is not None:
            return query
    return None


def _read_symbolic(text: str) -> Query | None:
    """One comparison with an integer, in symbols: the way programs ask, so it skips all the rest."""
    found = _SYMBOLIC.fullmatch(text) if len(text) <= MAX_SYMBOLIC else None
    if found is None:
        return None
    name, op, bound = found[1].lower(), found[2], found[3]
    if op in ("=", "=="):
        return attempt(bound, name)
    comparison = Comparison(name, _ORDERINGS[op], Fraction(int(bound)))
    return Query("predicate", str(comparison), comparison)


def _read_sentence(sentence: str) -> Query | None:
    """The query of a sentence or, if none is read, of what stands after its last comma or colon."""
    if len(sentence) > MAX_CLAUSE:
        return None
    clause, requested = clause_of(sentence)
    query = _read_clause(clause)
    if query is None and requested:
        query = read_fact(f"tell me {clause}")
    if query is not None:
        return query
    query = _read_clause(clause_of(last_part(clause)).text)
    return None if query is not None and query.kind == "fact" else query


def _read_clause(clause: str) -> Query | None:
    if not clause:
        return None
    for reader in READERS:
        query = reader(clause)
        if query is not None:
            return query
    return None
