"""A proof of equality by sympy, on small trees only.

The sympy expression is built from our tree, node by node; sympy never sees text. Only rewriting in exponentials and
expansion are used, and the number of terms that expansion can make is bounded beforehand.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from sml_env.verifiers.arithmetic import rational_value
from sml_env.verifiers.nodes import Constant, Function, Node, Number, Power, Product, Sum, Symbol, add, negate, walk

__all__ = ["MAX_NODES", "MAX_TERMS", "proves_zero"]

MAX_NODES = 40
"""Most nodes of a tree that sympy sees."""
MAX_TERMS = 64
"""Most terms that expanding the tree may give."""
MAX_INTEGER = 10_000
"""Largest numerator or denominator that sympy sees."""
MAX_EXPONENT = 4
"""Largest integer exponent that sympy sees."""

MAX_BITS = 4_096
"""Most bits of an integer that sympy's automatic evaluation may meet."""

_NAMES = frozenset(("sqrt", "exp", "ln", "sin", "cos", "tan", "log"))


class _TooHard(Exception):
    """The tree is over a limit or holds a function outside the list."""


def _sympy() -> Any:
    return import_module("sympy")


def proves_zero(a: Node, b: Node) -> bool:
    """Whether a - b is shown to be zero; False proves nothing."""
    difference = add([a, negate(b)])
    if sum(1 for _ in walk(difference)) > MAX_NODES:
        return False
    try:
        if _terms(difference) > MAX_TERMS or _size(difference) > MAX_BITS:
            return False
        expression = _build(difference)
    except _TooHard:
        return False
    sympy = _sympy()

    expanded = sympy.expand(expression)
    return bool(expanded == 0 or sympy.expand(expanded.rewrite(sympy.exp)) == 0)


def _terms(node: Node) -> int:
    """Return a bound on the terms of the expanded tree, sine and cosine counting as two exponentials."""
    match node:
        case Sum(terms):
            return sum(_terms(term) for term in terms)
        case Product(factors):
            count = 1
            for factor in factors:
                count *= _terms(factor)
            return count
        case Power(base, exponent):
            times = rational_value(exponent)
            if times is not None and times.denominator == 1:
                if abs(times) > MAX_EXPONENT:
                    raise _TooHard
                return int(_terms(base) ** abs(int(times)))
            return _terms(base) * _terms(exponent)
        case Function(name, args):
            if name not in _NAMES:
                raise _TooHard
            return 2 * max(_terms(arg) for arg in args)
        case _:
            return 1


def _size(node: Node) -> int:
    """Return a bound on the bits of integers that automatic evaluation makes; ``exp(n ln b)`` becomes ``b^n``."""
    match node:
        case Number(value):
            return max(value.numerator.bit_length(), value.denominator.bit_length())
        case Sum(terms):
            return max(map(_size, terms)) + len(terms)
        case Product(factors):
            return sum(map(_size, factors))
        case Power(base, exponent):
            return _raised(_size(base), _size(exponent))
        case Function(name, args):
            size = max(map(_size, args))
            return _raised(size, size) if name == "exp" else size
        case _:
            return 1


def _raised(base: int, exponent: int) -> int:
    if exponent > 12 or base << exponent > MAX_BITS:
        raise _TooHard
    return base << exponent


def _build(node: Node) -> Any:
    sympy = _sympy()

    match node:
        case Number(value):
            if max(abs(value.numerator), value.denominator) > MAX_INTEGER:
                raise _TooHard
            return sympy.Rational(value.numerator, value.denominator)
        case Symbol(name):
            return sympy.Symbol(name)
        case Constant(name):
            constants = {"pi": sympy.pi, "e": sympy.E, "i": sympy.I}
            if name not in constants:
                raise _TooHard
            return constants[name]
        case Sum(terms):
            return sympy.Add(*map(_build, terms))
        case Product(factors):
            return sympy.Mul(*map(_build, factors))
        case Power(base, exponent):
            return sympy.Pow(_build(base), _build(exponent))
        case Function("log", args):
            base = _build(args[0]) if len(args) == 2 else sympy.Integer(10)
            return sympy.log(_build(args[-1])) / sympy.log(base)
        case Function("ln", (arg,)):
            return sympy.log(_build(arg))
        case Function(name, (arg,)) if name in _NAMES:
            return getattr(sympy, name)(_build(arg))
        case _:
            raise _TooHard
