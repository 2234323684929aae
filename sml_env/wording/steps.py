"""Steps of a solution: a relation between expressions, "so 3x + 2 = 14, right", in words or in symbols."""

from __future__ import annotations

import re
from typing import Final

from sml_env.errors import ExpressionError
from sml_env.forms import Between, Comparison, Equation, Ordering, Query
from sml_env.verifiers.expressions import free_symbols, parse_expression, rational_value, to_text
from sml_env.verifiers.nodes import Chain, Relation, Symbol, TupleNode
from sml_env.wording.building import attempt, predicate
from sml_env.wording.lexicon import LESS, MORE, any_of, bounded, is_prose, phrases, without_ending

__all__ = ["read_step"]

_FOUND = phrases("""
    arrive at, arrived at, believe, calculate, calculated, claim, compute, computed, conclude, derive, derived
    end up with, ended up with, find, found, get, got, had, have, obtain, obtained, say, set up, think, use, used
    wrote
""")
_VALID = ("correct", "fine", "ok", "okay", "right", "true", "valid")
_BEFORE = phrases("""
    am i right that, and, are, becomes, correct that, do, does, does it follow that, equation, first, formula
    gives, having, hold, holds, i am at, i'm at, is, it, next, reduces to, right to say, should i get
    should i have, simplifies to, so, step, that, the, then, this, true that, using, was, with, would
""")
_ORDINAL = r"(?: (?: first | last | next | second ) \s+ )?"
_WRAPPER = re.compile(
    rf"""
    (?: (?: step (?: \s+ \d+ )? \s* [:.]
          | is \s+ it \s+ {any_of(*_VALID)} (?: \s+ {any_of("that", "to claim", "to conclude", "to say", "to write")} )?
          | i \s+ {any_of(*_FOUND)} (?: \s+ that )?
          | we \s+ {any_of("get", "have", "know", "obtain")} (?: \s+ that )?
          | my \s+ {_ORDINAL} {any_of("equation", "step", "work", "working")} (?: \s+ (?: is | says ) )?
          | the \s+ {_ORDINAL} {any_of("equation", "identity", "relation", "step")}
          | check (?: \s+ {any_of("if", "my step", "that", "this", "this step", "whether")} )?
          | verify (?: \s+ that )?
          | (?: this | that ) \s+ (?: step | equation )
          | can \s+ i \s+ {any_of("conclude", "say", "use", "write")} (?: \s+ that )?
          | {any_of(*_BEFORE)} ) \b
      | [:,] ) \s*
    """,
    re.VERBOSE,
)
_AFTER = phrases("""
    a, accurate, also, am i, are, be, check out, correct, do, does, equation, fine, good, here, hold, holds, is, it
    legit, look, looks, make sense, makes sense, no, ok, okay, on track, or false, or not, or wrong, please, right
    seem, seems, so far, sound, statement, step, still, that, the, this, true, valid, work, works, would be, wrong
    yes
""")
_TAIL = re.compile(rf"(?: \b {any_of(*_AFTER)} \b [\s,.;:!?-]* )+", re.VERBOSE)
_ANSWER = re.compile(
    rf"""
    \b (?: (?: the | my | your ) \s+ )? (?: (?: correct | final ) \s+ )?
    {any_of("ans", "answer", "result", "solution", "unknown")} \b (?! \s* \( )
    """,
    re.VERBOSE,
)
_IN_WORDS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = tuple(
    (f" {sign} ", re.compile(rf"\s (?: is \s+ )? {words} \s", re.VERBOSE))
    for sign, words in (
        (">=", rf"(?: {MORE} \s+ than \s+ or \s+ equal \s+ to | at \s+ least )"),
        ("<=", rf"(?: {LESS} \s+ than \s+ or \s+ equal \s+ to | at \s+ most )"),
        (">", rf"{MORE} \s+ than"),
        ("<", rf"{LESS} \s+ than"),
        ("=", any_of("equal", "equal to", "equals")),
    )
)
# "is it 5 more than 10" speaks of the answer and of 5 at once.
_PRONOUN = re.compile(r"\b(?:it|this|that)\b")
_SIGN = re.compile(r"[<=>]")

# How an ordering reads from right to left.
_FLIPPED: Final[dict[str, Ordering]] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_ORDERINGS: Final[dict[str, Ordering]] = {op: op for op in _FLIPPED.values()}


def read_step(clause: str) -> Query | None:
    """A relation: a step ("2x = 10"), an attempt ("x = 5") or a predicate ("x > 5", "3 < x <= 9")."""
    if not _SIGN.search(clause):
        if _PRONOUN.search(clause):
            return None
        clause = _with_sign(clause)
        if not clause:
            return None
    text = _unwrapped(_ANSWER.sub("x", clause))
    if is_prose(text):
        return None
    try:
        node = parse_expression(text)
        if isinstance(node, Chain):
            return _chain(node)
        return _relation(node) if isinstance(node, Relation) else None
    except ExpressionError:
        return None


def _with_sign(clause: str) -> str:
    """The clause with its relation as a sign ("2x equals 10": "2x = 10"); empty if it states none."""
    for sign, words in _IN_WORDS:
        signed, changed = words.subn(sign, clause)
        if changed:
            return signed
    return ""


def _unwrapped(clause: str) -> str:
    """The relation without the words around it: "so we get 2x = 10, is that right" states "2x = 10"."""
    start = 0
    while found := _WRAPPER.match(clause, start):
        start = found.end()
    return without_ending(clause[start:], _TAIL, " ,.;:!?-")


def _relation(node: Relation) -> Query:
    """An attempt or a predicate if one unknown stands alone against a constant, otherwise a step check."""
    left, right, op = node.left, node.right, node.op
    if op == "==" and isinstance(left, TupleNode) and all(isinstance(item, Symbol) for item in left.items):
        return attempt(to_text(right))
    if isinstance(right, Symbol) and not isinstance(left, Symbol):
        left, right, op = right, left, _FLIPPED[op]
    if isinstance(left, Symbol) and not free_symbols(right):
        bound = bounded(rational_value(right))
        if op == "==":
            return attempt(to_text(right), left.name)
        if bound is not None:
            return predicate(Comparison(left.name, _ORDERINGS[op], bound))
    return Query("step_check", to_text(node), Equation(node))


def _chain(node: Chain) -> Query:
    """``3 <= x < 7`` is a predicate of one unknown; any other chain is a step check."""
    first, last = node.links[0], node.links[-1]
    if len(node.links) == 2 and isinstance(first.right, Symbol):
        low, high, ops = bounded(rational_value(first.left)), bounded(rational_value(last.right)), (first.op, last.op)
        if low is not None and high is not None:
            if set(ops) <= {"<", "<="}:
                return predicate(Between(first.right.name, low, high, ops[0] == "<=", ops[1] == "<="))
            if set(ops) <= {">", ">="}:
                return predicate(Between(first.right.name, high, low, ops[1] == ">=", ops[0] == ">="))
    return Query("step_check", to_text(node), Equation(node))
