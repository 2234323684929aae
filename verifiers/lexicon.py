"""The words of the grammar: numbers, letters, constants, and English words that are no products of letters."""

from __future__ import annotations

from fractions import Fraction

from sml_env.errors import ExpressionError
from sml_env.verifiers.nodes import Based, Constant, Node, Number, Symbol, bounded, multiply, power
from sml_env.verifiers.tokens import GREEK

__all__ = [
    "INTEGERS",
    "INVERSES",
    "LETTERS",
    "MAX_DIGITS",
    "MAX_SCALE",
    "NAMED",
    "SHORT_WORDS",
    "read_based",
    "read_number",
]

MAX_DIGITS = 400
"""Longest number, in characters."""
MAX_SCALE = 398
"""Largest exponent of ten of a number that is one token; of a larger one the power stays a power."""

_CONSTANTS = {name: Constant(name) for name in ("pi", "e", "i", "oo")}
INTEGERS = {str(value): Number(Fraction(value)) for value in range(1001)}
LETTERS: dict[str, Node] = {
    **{letter: Symbol(letter) for letter in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"},
    **_CONSTANTS,
}
_SCALES = {"dozen": 12, "hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
NAMED: dict[str, Node] = {
    **LETTERS,
    **{name: Symbol(name) for name in GREEK},
    **{name: Number(Fraction(value)) for name, value in _SCALES.items()},
}
INVERSES = {"sin": "asin", "cos": "acos", "tan": "atan"}
_SHORT_LIST = """all am an and any are as at be but by can day did do for get go had has he her him his how if in is it
its let me my no nor not now of off old on one or our out red sad say see set she six so ten the to too two up us was
way we who why yes yet you am pm jan feb mar apr jun jul aug sep oct nov dec mon tue
wed thu fri sun mod cm mm km kg mg lb ft hr min sec mph deg rad odd bad big top max mid non may lie"""
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
        if len(exponent.lstrip("+-")) > 4:
            raise ExpressionError(f"an exponent of ten beyond 9999 in {token!r}")
        scale = power(Number(Fraction(10)), Number(Fraction(int(exponent))))
        return multiply(bounded(Fraction(mantissa.rstrip("."))), scale)
    return bounded(Fraction(f"{mantissa.rstrip('.')}e{exponent}" if mark else mantissa.rstrip(".")))


def read_based(token: str) -> Node:
    """Read digits with a base: ``204_5`` or ``2AF_{16}``."""
    digits, _, subscript = token.partition("_")
    if len(digits) > MAX_DIGITS or len(subscript) > 6:
        raise ExpressionError("a number in a base that is too long")
    base = int(subscript.strip("{} "))
    digits = digits.upper()
    if not 2 <= base <= 36 or any(int(digit, 36) >= base for digit in digits):
        raise ExpressionError(f"{token[:40]!r} is no number in base {base}")
    return Based(digits.lstrip("0") or "0", base)
