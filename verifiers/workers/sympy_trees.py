"""From our tree to a sympy expression, node by node; only a worker process imports this, and sympy never sees text.

Threat model. Covered: text, names and attributes of the caller never reach sympy's parser or `eval`. Not covered: what
an expression costs, since sympy evaluates while it builds; that is for the limits of the worker.
"""

from __future__ import annotations

from typing import Any

import sympy

from sml_env.verifiers.arithmetic import MAX_FACTORIAL, rational_value
from sml_env.verifiers.nodes import Constant, Function, Node, Number, Power, Product, Sum, Symbol, free_symbols, walk

__all__ = ["MAX_EXPONENT", "Unsolved", "build", "discrete_names"]

MAX_EXPONENT = 10_000
"""Largest absolute value of a rational exponent."""

_CONSTANTS = {"pi": sympy.pi, "e": sympy.E, "i": sympy.I}
_ASSUMPTIONS: dict[str, dict[str, bool]] = {"real": {"real": True}, "positive": {"positive": True}, "complex": {}}
_UNARY: dict[str, Any] = {
    **{name: getattr(sympy, name) for name in ("sqrt", "exp", "floor")},
    **{name: getattr(sympy, name) for name in ("sin", "cos", "tan", "sec", "csc", "cot", "asin", "acos", "atan")},
    **{name: getattr(sympy, name) for name in ("sinh", "cosh", "tanh", "asinh", "acosh", "atanh")},
    "ln": sympy.log,
    "abs": sympy.Abs,
    "ceil": sympy.ceiling,
    "re": sympy.re,
    "im": sympy.im,
    "conj": sympy.conjugate,
}


class Unsolved(Exception):
    """Something that this stage does not know, or does not decide."""


def discrete_names(*trees: Node) -> frozenset[str]:
    """Return the variables under a factorial or a binomial, which range over the natural numbers."""
    return frozenset(
        name
        for tree in trees
        for part in walk(tree)
        if isinstance(part, Function) and part.name in ("factorial", "binomial")
        for name in free_symbols(part)
    )


def build(node: Node, variables: str, discrete: frozenset[str] = frozenset()) -> Any:
    """Return the sympy expression of a scalar tree.

    Args:
        node: The tree, with the conventions of `balls`.
        variables: ``real``, ``positive`` or ``complex``.
        discrete: Variables that are natural numbers.

    Raises:
        Unsolved: If it holds a node or a function that is not known here, or an exponent over the limit.
    """

    def of(part: Node) -> Any:
        return build(part, variables, discrete)

    match node:
        case Number(value):
            return sympy.Rational(value.numerator, value.denominator)
        case Symbol(name):
            if name in discrete:
                return sympy.Symbol(name, integer=True, nonnegative=True)
            return sympy.Symbol(name, **_ASSUMPTIONS[variables])
        case Constant(name) if name in _CONSTANTS:
            return _CONSTANTS[name]
        case Sum(terms):
            return sympy.Add(*map(of, terms))
        case Product(factors):
            return sympy.Mul(*map(of, factors))
        case Power(base, exponent):
            times = rational_value(exponent)
            if times is not None and abs(times) > MAX_EXPONENT:
                raise Unsolved
            return sympy.Pow(of(base), of(exponent))
        case Function(name, args):
            return _function(name, args, [of(arg) for arg in args])
        case _:
            raise Unsolved


def _function(name: str, args: tuple[Node, ...], built: list[Any]) -> Any:
    if name in _UNARY and len(built) == 1:
        return _UNARY[name](built[0])
    match name, built:
        case "percent", [x]:
            return x / 100
        case "degrees", [x]:
            return x * sympy.pi / 180
        case "cis", [x]:
            return sympy.exp(sympy.I * x)
        case "log", [x]:
            return sympy.log(x) / sympy.log(10)
        case "log", [base, x]:
            return sympy.log(x) / sympy.log(base)
        case "cbrt", [x]:
            return _root(3, x)
        case "root", [_, x]:
            degree = rational_value(args[0])
            if degree is not None and degree.denominator == 1 and 1 < degree <= 64:
                return _root(int(degree), x)
        case (("min" | "max"), [_, *_]):
            return (sympy.Min if name == "min" else sympy.Max)(*built)
        case (("factorial" | "binomial"), _):
            if not any(x.is_number and not abs(x) <= MAX_FACTORIAL for x in built):
                return getattr(sympy, name)(*built)
    raise Unsolved


def _root(degree: int, x: Any) -> Any:
    """Return the root that is real for real x where the degree is odd, else the principal one."""
    if degree % 2 == 0 or x.is_nonnegative:
        return sympy.Pow(x, sympy.Rational(1, degree))
    if x.is_real is None:
        raise Unsolved
    if x.is_real is False:
        return sympy.Pow(x, sympy.Rational(1, degree))
    if x.is_Pow and x.exp == degree and x.base.is_real:
        return x.base
    if x.is_negative:
        return -sympy.Pow(-x, sympy.Rational(1, degree))
    return sympy.sign(x) * sympy.Pow(sympy.Abs(x), sympy.Rational(1, degree))
