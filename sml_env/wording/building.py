"""Queries built from what a reader understood: predicates, valued questions, attempts."""

from __future__ import annotations

import re

from sml_env.errors import ExpressionError
from sml_env.forms import Claim, Form, Query, Residue
from sml_env.verifiers.expressions import parse_expression, to_text
from sml_env.wording.lexicon import number, without_unit

__all__ = ["attempt", "predicate", "residue", "valued"]

_SPACES = re.compile(r"\s+")


def predicate(form: Form) -> Query:
    """The question whether a form holds."""
    return Query("predicate", str(form), form)


def valued(form: Form) -> Query:
    """The question for the value of a form."""
    return Query("value", str(form), form)


def residue(name: str, modulus: int | None, remainder: int | None) -> Query | None:
    """The question whether a residue is that one, if both numbers were read and the modulus is positive."""
    if modulus is None or remainder is None or modulus < 1:
        return None
    return predicate(Residue(name, modulus, remainder % modulus))


def attempt(value: str, name: str = "x") -> Query:
    """The attempt that states a value; equal numbers share one canonical form."""
    value = value.strip()
    lower = value.lower()
    exact = number(without_unit(lower) or lower)
    if exact is not None:
        return Query("attempt", f"{name} == {exact}", Claim(value, name))
    try:
        shown = to_text(parse_expression(value))
    except ExpressionError:
        shown = _SPACES.sub(" ", value)
    return Query("attempt", f"{name} == {shown}", Claim(value, name))
