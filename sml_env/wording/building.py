"""Queries built from what a reader understood: predicates, valued questions, attempts."""

from __future__ import annotations

import re

from sml_env.errors import ExpressionError
from sml_env.forms import Claim, Form, Query, Residue
from sml_env.verifiers.expressions import parse_expression, to_text
from sml_env.wording.lexicon import number, without_unit

__all__ = ["attempt", "predicate", "residue", "valued"]

_SPACES = re.compile(r"\s+")
_NAMED = re.compile(r"\s*([a-zA-Z])\s*==?\s*([^=<>]+)")


def predicate(form: Form) -> Query:
    """The question whether a form holds."""
    return Query("predicate", str(form), form)


def valued(form: Form) -> Query:
    """The question for the value of a form."""
    return Query("value", str(form), form)


def residue(name: str, modulus: int | None, remainder: int | None) -> Query | None:
    """The question whether a residue is that one, if both numbers were read and the modulus is positive."""
    if not modulus or remainder is None:
        return None
    return predicate(Residue(name, abs(modulus), remainder % abs(modulus)))


def attempt(value: str, name: str = "x") -> Query:
    """The attempt that states a value; equal numbers share one canonical form."""
    value = value.strip()
    if named := _NAMED.fullmatch(value):
        name, value = named[1].lower(), named[2].strip()
    lower = value.lower()
    exact = number(without_unit(lower) or lower)
    if exact is not None:
        in_words = not any(character.isdigit() for character in value)
        return Query("attempt", f"{name} == {exact}", Claim(str(exact) if in_words else value, name))
    try:
        shown = to_text(parse_expression(value))
    except ExpressionError:
        shown = _SPACES.sub(" ", value)
    return Query("attempt", f"{name} == {shown}", Claim(value, name))
