"""Trees as quotients of polynomials over the rationals, and their irreducible factors; only a worker imports this.

Other functions and constants (``sqrt(x)``, ``pi``) stand as extra variables: what holds for all values of these holds
for the true ones.

Threat model. Covered: all algebra is exact. Not covered: time and memory, which are the worker's to limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import sympy
from sympy.polys.rings import ring

from sml_env.verifiers.arithmetic import rational_value
from sml_env.verifiers.balls import Undefined, ball, precision
from sml_env.verifiers.nodes import (
    Constant,
    Function,
    Node,
    Number,
    Power,
    Product,
    Sum,
    Symbol,
    children,
    free_symbols,
    walk,
)
from sml_env.verifiers.workers.sympy_trees import Unsolved, build

__all__ = ["Polynomial", "Quotients", "factors_of", "may_vanish"]

NONZERO_BITS = 256
"""Precision at which a constant is shown not to be zero, in bits."""
MAX_DEGREE = 200
"""Largest exponent of a power that is multiplied out."""

_TOTAL = frozenset(("abs", "atan", "cbrt", "cos", "cosh", "exp", "sin", "sinh", "tanh"))

Polynomial = Any
"""An element of sympy's sparse polynomial ring over the rationals."""


class Quotients:
    """Trees as quotients of polynomials over the rationals in their variables and, as opaque atoms, all else."""

    def __init__(self, trees: tuple[Node, ...], variables: str, signs: Mapping[Node, int] | None = None) -> None:
        self.variables = variables
        self.signs = signs or {}
        self.names = sorted(set().union(*map(free_symbols, trees)))
        self.atoms: dict[Any, Node] = {}
        for tree in trees:
            self.gather(tree)
        count = len(self.names) + len(self.atoms)
        self.ring, *generators = ring([f"v{index}" for index in range(max(count, 1))], sympy.QQ)
        self.generators = dict(zip([*self.names, *self.atoms], generators, strict=False))
        self.forbidden: list[Polynomial] = []

    def key(self, node: Node) -> tuple[Any, Any]:
        """Return a rational factor, and what stands for the rest of an atom's value."""
        try:
            built = build(node, self.variables)
        except Unsolved:
            return sympy.Integer(1), node
        if built.has(sympy.nan, sympy.zoo, sympy.oo, sympy.I):
            raise Unsolved
        return tuple(built.as_coeff_Mul())

    def gather(self, node: Node) -> None:
        """Number the atoms of a tree."""
        if self.is_atom(node):
            _, rest = self.key(node)
            if rest != 1:
                self.atoms.setdefault(rest, node)
            return
        for child in children(node):
            self.gather(child)

    def is_atom(self, node: Node) -> bool:
        """Whether a node is no quotient of polynomials in its children."""
        match node:
            case Power(_, exponent):
                times = rational_value(exponent)
                if times is None or times.denominator != 1 or abs(times) > MAX_DEGREE:
                    return rational_value(node) is None
                return False
            case Function("percent", _):
                return False
            case Function():
                return node not in self.signs and rational_value(node) is None
            case Constant():
                return True
            case _:
                return False

    def of(self, node: Node) -> tuple[Polynomial, Polynomial]:
        """Return numerator and denominator; what is divided by joins `forbidden`.

        Raises:
            Unsolved: If it divides by zero everywhere, or is no scalar tree.
        """
        one = self.ring.one
        if self.is_atom(node):
            factor, rest = self.key(node)
            return (one if rest == 1 else self.generators[rest]) * sympy.QQ.from_sympy(factor), one
        match node:
            case Number(value):
                return self.constant(value), one
            case Symbol(name):
                return self.generators[name], one
            case Sum(terms):
                top, bottom = self.of(terms[0])
                for term in terms[1:]:
                    x, y = self.of(term)
                    top, bottom = top * y + x * bottom, bottom * y
                return top, bottom
            case Product(factors):
                top, bottom = one, one
                for factor in factors:
                    x, y = self.of(factor)
                    top, bottom = top * x, bottom * y
                return top, bottom
            case Function("percent", (arg,)):
                top, bottom = self.of(arg)
                return top, bottom * 100
            case Function(_, args) if node in self.signs:
                top, bottom = self.of(args[0])
                return top * self.signs[node], bottom
            case Power(base, exponent) if (times := rational_value(exponent)) is not None and times.denominator == 1:
                top, bottom = self.of(base)
                if times <= 0:
                    if not top:
                        raise Unsolved
                    self.forbidden.append(top)
                    top, bottom = bottom, top
                return top ** abs(int(times)), bottom ** abs(int(times))
        exact = rational_value(node)
        if exact is None:
            raise Unsolved
        return self.constant(exact), one

    def constant(self, value: Fraction) -> Polynomial:
        """Return a number as a polynomial."""
        return self.ring.one * sympy.QQ(value.numerator, value.denominator)

    def guards(self, node: Node) -> frozenset[Any]:
        """Return what decides where the atoms of a tree are defined, and real."""
        if not self.is_atom(node):
            return frozenset().union(*map(self.guards, children(node)))
        return frozenset(
            (part.__class__, part.name if isinstance(part, Function) else "", *map(self.key, children(part)))
            for part in walk(node)
            if isinstance(part, Power) or (isinstance(part, Function) and part.name not in _TOTAL)
        )


def factors_of(polynomial: Polynomial) -> frozenset[Polynomial]:
    """Return the distinct irreducible factors, made monic."""
    return frozenset(factor.monic() for factor, _ in polynomial.factor_list()[1])


def may_vanish(factor: Polynomial, quotients: Quotients) -> bool:
    """Whether an irreducible factor may be zero; the contrary is proven only for a variable or a constant alone."""
    used = [index for index, degree in enumerate(factor.degrees()) if degree > 0]
    if len(used) != 1:
        return True
    if used[0] >= len(quotients.names):
        atom = list(quotients.atoms.values())[used[0] - len(quotients.names)]
        return len(factor) != 1 or _may_be_zero(atom)
    if quotients.variables == "complex":
        return True
    single = sympy.Poly(factor.as_expr(), factor.ring.symbols[used[0]])
    if quotients.variables == "positive":
        return bool(single.eval(0) and single.count_roots(0, None))
    return bool(single.count_roots())


def _may_be_zero(node: Node) -> bool:
    with precision(NONZERO_BITS):
        try:
            return bool(ball(node, {}).contains(0))
        except Undefined:
            return True
