"""Ball arithmetic over a tree: rigorous enclosures of real and complex values (python-flint's acb).

Two disjoint balls prove that two values differ. Conventions: principal branches, except that ``cbrt`` and odd ``root``
of a negative real are the real root. flint's precision is one setting for the whole module, so it is set and restored
under a lock; should other code change it meanwhile, balls get wider or narrower but stay enclosures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from threading import RLock
from typing import Any

import flint

from sml_env.verifiers.arithmetic import evaluate, rational_value
from sml_env.verifiers.nodes import Constant, Function, Node, Number, Power, Product, Sum, Symbol

__all__ = ["MAX_EXPONENT", "Undefined", "agree", "ball", "precision", "small"]

MAX_EXPONENT = 1_000_000
"""Largest absolute value of an exponent, or of the argument of exp."""

Ball = Any
_lock = RLock()


class Undefined(Exception):
    """No finite enclosure: the value is undefined, over a limit, or the precision is too low to tell."""


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Compute balls with that many bits; one thread at a time."""
    with _lock:
        before = flint.ctx.prec
        flint.ctx.prec = bits
        try:
            yield
        finally:
            flint.ctx.prec = before


def ball(node: Node, values: Mapping[str, Fraction]) -> Ball:
    """Enclose the value of a scalar tree; call inside `precision`.

    Args:
        node: A scalar tree.
        values: A value for each variable, by name.

    Returns:
        A finite acb ball that holds the value.

    Raises:
        Undefined: If there is none.
    """
    result = _ball(node, values)
    if not result.is_finite():
        raise Undefined
    return result


def small(value: Ball, bits: int) -> bool:
    """Whether the whole ball lies within 2^-bits of zero."""
    return bool(value.abs_upper() < flint.arb(2) ** -bits)


def agree(a: Ball, b: Ball, bits: int) -> bool:
    """Whether all values of two balls agree to that many bits: of the first value, or absolutely if it may be zero."""
    scale = flint.arb(1) if a.contains(0) else a.abs_lower()
    return bool((a - b).abs_upper() < scale * flint.arb(2) ** -bits)


def _from_fraction(value: Fraction) -> Ball:
    return flint.acb(flint.fmpq(value.numerator, value.denominator))


def _ball(node: Node, values: Mapping[str, Fraction]) -> Ball:
    match node:
        case Number(value):
            return _from_fraction(value)
        case Symbol(name):
            if name not in values:
                raise Undefined
            return _from_fraction(values[name])
        case Constant(name):
            return _constant(name)
        case Sum(terms):
            total = _ball(terms[0], values)
            for term in terms[1:]:
                total = total + _ball(term, values)
            return total
        case Product(factors):
            result = _ball(factors[0], values)
            for factor in factors[1:]:
                result = result * _ball(factor, values)
            return result
        case Power(base, exponent):
            return _power(base, exponent, values)
        case Function(name, args):
            return _function(name, args, values)
        case _:
            raise Undefined


def _exact(node: Node, values: Mapping[str, Fraction]) -> Fraction | None:
    try:
        return evaluate(node, values)
    except ZeroDivisionError:
        raise Undefined from None


def _constant(name: str) -> Ball:
    if name == "pi":
        return flint.acb.pi()
    if name == "e":
        return flint.acb(1).exp()
    if name == "i":
        return flint.acb(0, 1)
    raise Undefined


def _exp(x: Ball) -> Ball:
    if not x.real.abs_upper() <= MAX_EXPONENT:
        raise Undefined
    return x.exp()


def _power(base: Node, exponent: Node, values: Mapping[str, Fraction]) -> Ball:
    y = _ball(exponent, values)
    if not y.abs_upper() <= MAX_EXPONENT:
        raise Undefined
    if isinstance(base, Constant) and base.name == "e":
        return _exp(y)
    x = _ball(base, values)
    exact = _exact(exponent, values)
    if x.is_zero():
        if exact is not None and exact > 0:
            return x
        raise Undefined
    if exact is None:
        return _exp(y * _log(x))
    if exact.denominator == 1:
        return _integer_power(x, exact.numerator)
    if exact.denominator == 2:
        return _integer_power(x.sqrt(), exact.numerator)
    return _exp(y * _log(x))


def _integer_power(x: Ball, exponent: int) -> Ball:
    if exponent < 0 and x.contains(0):
        raise Undefined
    return x**exponent


def _log(x: Ball) -> Ball:
    if x.contains(0):
        raise Undefined
    return x.log()


def _root(degree: int, x: Ball) -> Ball:
    if x.is_zero():
        return x
    if not x.imag.is_zero() or degree % 2 == 0:
        return x.sqrt() if degree == 2 else (_log(x) / degree).exp()
    if x.real > 0:
        return flint.acb(x.real.root(degree))
    if x.real < 0:
        return -flint.acb((-x.real).root(degree))
    raise Undefined


def _never_negative(node: Node) -> bool:
    """Whether a node is an absolute value, whose ball may reach below zero by rounding alone."""
    return isinstance(node, Function) and node.name == "abs"


def _function(name: str, args: tuple[Node, ...], values: Mapping[str, Fraction]) -> Ball:
    if name in ("factorial", "binomial"):
        return _combinatorial(Function(name, args), values)
    x = _ball(args[-1], values)
    match name:
        case "sqrt":
            if x.imag.is_zero() and x.real.contains(0) and _never_negative(args[-1]):
                return flint.acb(flint.arb(0).union(x.real.abs_upper().sqrt()))
            return x.sqrt()
        case "cbrt":
            return _root(3, x)
        case "root":
            degree = rational_value(args[0])
            if degree is None or degree.denominator != 1 or not 1 < degree <= 1000:
                raise Undefined
            return _root(int(degree), x)
        case "abs":
            return flint.acb(abs(x.real)) if x.imag.is_zero() else flint.acb(abs(x))
        case "percent":
            return x / 100
        case "exp":
            return _exp(x)
        case "ln":
            return _log(x)
        case "log":
            base = _ball(args[0], values) if len(args) == 2 else flint.acb(10)
            below = _log(base)
            if below.contains(0):
                raise Undefined
            return _log(x) / below
        case "sin" | "cos" | "tan" | "asin" | "acos" | "atan":
            if not x.abs_upper() <= MAX_EXPONENT:
                raise Undefined
            return getattr(x, name)()
        case _:
            raise Undefined


def _combinatorial(node: Function, values: Mapping[str, Fraction]) -> Ball:
    """Factorials and binomials of integers only, computed exactly."""
    value = _exact(node, values)
    if value is None:
        raise Undefined
    return _from_fraction(value)
