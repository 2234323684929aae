"""The words of the grammar: numbers, letters, constants, and English words that are no products of letters."""

from __future__ import annotations

from fractions import Fraction

from sml_env.errors import ExpressionError
from sml_env.verifiers.nodes import Constant, Node, Number, Symbol, bounded
from sml_env.verifiers.tokens import GREEK

__all__ = ["INTEGERS", "INVERSES", "LETTERS", "MAX_DIGITS", "MAX_SCALE", "NAMED", "SHORT_WORDS", "read_number"]

MAX_DIGITS = 400
"""Longest number, in characters."""
MAX_SCALE = 398
"""Largest exponent of ten in scientific notation."""

_CONSTANTS = {name: Constant(name) for name in ("pi", "e", "i", "oo")}
INTEGERS = {str(value): Number(Fraction(value)) for value in range(1001)}
LETTERS: dict[str, Node] = {
    **{letter: Symbol(letter) for letter in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"},
    **_CONSTANTS,
}
NAMED: dict[str, Node] = {**LETTERS, **{name: Symbol(name) for name in GREEK}}
INVERSES = {"sin": "asin", "cos": "acos", "tan": "atan"}
_SHORT_LIST = """all am an and any are as at be but by can day did do for get go had has he her him his how if in is it
its let me my no nor not now of off old on one or our out red sad say see set she six so ten the to too two up us was
way we who why yes yet you mod cm mm km kg mg lb ft hr min sec mph deg rad odd bad big top max mid non may lie"""
SHORT_WORDS = frozenset(_SHORT_LIST.split())


def read_number(token: str) -> Node:
    """Read a number token: integer, decimal, scientific or mixed."""
    if len(token) > MAX_DIGITS:
        raise ExpressionError(f"a number of {len(token)} characters; the limit is {MAX_DIGITS}")
    if " " in token:
        whole, part = token.split(maxsplit=1)
        numerator, denominator = part.split("/")
        top, bottom = int(numerator), int(denominator)
        if top >= bottom:
            raise ExpressionError(f"{token!r} is neither a mixed number nor a product: write the operator")
        return bounded(int(whole) + Fraction(top, bottom))
    mantissa, mark, exponent = token.replace("E", "e").partition("e")
    if mark and (len(exponent) > 5 or abs(int(exponent)) > MAX_SCALE):
        raise ExpressionError(f"an exponent of ten beyond {MAX_SCALE} in {token!r}")
    return bounded(Fraction(f"{mantissa.rstrip('.')}e{exponent}" if mark else mantissa.rstrip(".")))
