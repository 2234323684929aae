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

__all__ = ["MAX_EXPONENT", "Undefined", "agree", "ball", "precision", "small", "spread"]

MAX_EXPONENT = 1_000_000
"""Largest absolute value of an exponent, or of the argument of exp."""

_ANALYTIC = frozenset(
    (
        "sin",
        "cos",
        "tan",
        "sec",
        "csc",
        "cot",
        "asin",
        "acos",
        "atan",
        "sinh",
        "cosh",
        "tanh",
        "asinh",
        "acosh",
        "atanh",
    )
)
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


def ball(node: Node, values: Mapping[str, Any], real: bool = False) -> Ball:
    """Enclose the value of a scalar tree; call inside `precision`.

    Args:
        node: A scalar tree.
        values: A Fraction or an acb ball for each variable, by name.

        real: Whether even roots, logarithms and powers that are no whole number are undefined below zero.

    Returns:
        A finite acb ball that holds the value.

    Raises:
        Undefined: If there is none.
    """
    result = _Enclosure(values, real).of(node)
    if not result.is_finite():
        raise Undefined
    return result


def spread(node: Node, values: Mapping[str, Any]) -> int:
    """Return by how many bits the largest and smallest values in a tree are away from 1; call inside `precision`.

    Two values that agree to fewer bits may differ by a part of the tree that is too small to show.

    Raises:
        Undefined: If a part of the tree has no enclosure.
    """
    measured = _Measured(values, False)
    measured.of(node)
    return measured.most


def small(value: Ball, bits: int) -> bool:
    """Whether the whole ball lies within 2^-bits of zero."""
    return bool(value.abs_upper() < flint.arb(2) ** -bits)


def agree(a: Ball, b: Ball, bits: int) -> bool:
    """Whether all values of two balls agree to that many bits: of the first value, or absolutely if it may be zero."""
    scale = flint.arb(1) if a.contains(0) else a.abs_lower()
    return bool((a - b).abs_upper() < scale * flint.arb(2) ** -bits)


def _from_fraction(value: Fraction) -> Ball:
    if value.denominator == 1:
        return flint.acb(value.numerator)
    return flint.acb(flint.fmpq(value.numerator, value.denominator))


class _Enclosure:
    """One evaluation in balls."""

    __slots__ = ("real", "values")

    def __init__(self, values: Mapping[str, Any], real: bool) -> None:
        self.values = values
        self.real = real

    def of(self, node: Node) -> Ball:
        if node.__class__ is Number:
            return _from_fraction(node.value)
        if node.__class__ is Symbol:
            if node.name not in self.values:
                raise Undefined
            value = self.values[node.name]
            return _from_fraction(value) if value.__class__ is Fraction else value
        if node.__class__ is Product:
            result = self.of(node.factors[0])
            for factor in node.factors[1:]:
                result = result * self.of(factor)
            return result
        if node.__class__ is Sum:
            total = self.of(node.terms[0])
            for term in node.terms[1:]:
                total = total + self.of(term)
            return total
        if node.__class__ is Power:
            return self.power(node.base, node.exponent)
        if node.__class__ is Function:
            return self.function(node.name, node.args)
        if node.__class__ is Constant:
            return _constant(node.name)
        raise Undefined

    def exact(self, node: Node) -> Fraction | None:
        if node.__class__ is Number:
            return node.value
        try:
            return evaluate(node, {name: value for name, value in self.values.items() if value.__class__ is Fraction})
        except ZeroDivisionError:
            raise Undefined from None

    def power(self, base: Node, exponent: Node) -> Ball:
        y = self.of(exponent)
        if not y.abs_upper() <= MAX_EXPONENT:
            raise Undefined
        if isinstance(base, Constant) and base.name == "e":
            return _exp(y)
        x = self.of(base)
        exact = self.exact(exponent)
        if x.is_zero():
            if exact is not None and exact > 0:
                return x
            raise Undefined
        if exact is None:
            return _exp(y * self.log(x))
        if exact.denominator == 1:
            return _integer_power(x, exact.numerator)
        if exact.denominator == 2:
            return _integer_power(self.square_root(x), exact.numerator)
        return _exp(y * self.log(x))

    def log(self, x: Ball) -> Ball:
        if x.contains(0) or (self.real and not x.real > 0):
            raise Undefined
        return x.log()

    def square_root(self, x: Ball) -> Ball:
        if self.real and not x.real >= 0:
            raise Undefined
        return x.sqrt()

    def root(self, degree: int, x: Ball) -> Ball:
        if x.is_zero():
            return x
        if not x.imag.is_zero() or degree % 2 == 0:
            return self.square_root(x) if degree == 2 else (self.log(x) / degree).exp()
        if x.real > 0:
            return flint.acb(x.real.root(degree))
        if x.real < 0:
            return -flint.acb((-x.real).root(degree))
        reach = x.real.abs_upper().root(degree)
        return flint.acb(reach.union(-reach))

    def function(self, name: str, args: tuple[Node, ...]) -> Ball:
        if name in ("factorial", "binomial"):
            return self.combinatorial(Function(name, args))
        if name in ("min", "max", "gcd", "lcm"):
            return self.extreme(name, args)
        x = self.of(args[-1])
        match name:
            case "degrees":
                return x * flint.acb.pi() / 180
            case "floor" | "ceil":
                return _rounded(name, x)
            case "re":
                return flint.acb(x.real)
            case "im":
                return flint.acb(x.imag)
            case "conj":
                return flint.acb(x.real, -x.imag)
            case "cis":
                return _exp(flint.acb(0, 1) * x)
            case "sqrt":
                if x.imag.is_zero() and x.real.contains(0) and _never_negative(args[-1]):
                    return flint.acb(flint.arb(0).union(x.real.abs_upper().sqrt()))
                return self.square_root(x)
            case "cbrt":
                return self.root(3, x)
            case "root":
                degree = rational_value(args[0])
                if degree is None or degree.denominator != 1 or not 1 < degree <= 1000:
                    raise Undefined
                return self.root(int(degree), x)
            case "abs":
                return flint.acb(abs(x.real)) if x.imag.is_zero() else flint.acb(abs(x))
            case "percent":
                return x / 100
            case "exp":
                return _exp(x)
            case "ln":
                return self.log(x)
            case "log":
                base = self.of(args[0]) if len(args) == 2 else flint.acb(10)
                below = self.log(base)
                if below.contains(0):
                    raise Undefined
                return self.log(x) / below
            case _ if name in _ANALYTIC:
                if not x.abs_upper() <= MAX_EXPONENT:
                    raise Undefined
                return getattr(x, name)()
            case _:
                raise Undefined

    def extreme(self, name: str, args: tuple[Node, ...]) -> Ball:
        """The least or greatest of real values that balls can tell apart; gcd and lcm exactly."""
        if name in ("gcd", "lcm"):
            return self.combinatorial(Function(name, args))
        best, *others = (self.of(arg) for arg in args)
        for x in others:
            if not (best.imag.is_zero() and x.imag.is_zero()) or best.real.overlaps(x.real):
                raise Undefined
            if (x.real < best.real) is (name == "min"):
                best = x
        return best

    def combinatorial(self, node: Function) -> Ball:
        """Functions of integers only, computed exactly."""
        value = self.exact(node)
        if value is None:
            raise Undefined
        return _from_fraction(value)


class _Measured(_Enclosure):
    """An evaluation that notes how far the values on its way are from 1, in bits."""

    __slots__ = ("most",)

    def __init__(self, values: Mapping[str, Any], real: bool) -> None:
        super().__init__(values, real)
        self.most = 0

    def of(self, node: Node) -> Ball:
        value = super().of(node)
        size = value.abs_upper()
        if size > 0:
            self.most = max(self.most, abs(int(float(size.log().mid()) * 1.4427)))
        return value


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


def _integer_power(x: Ball, exponent: int) -> Ball:
    if exponent < 0 and x.contains(0):
        raise Undefined
    return x**exponent


def _never_negative(node: Node) -> bool:
    """Whether a node is an absolute value, whose ball may reach below zero by rounding alone."""
    return isinstance(node, Function) and node.name == "abs"


def _rounded(name: str, x: Ball) -> Ball:
    whole = x.real.floor() if name == "floor" else x.real.ceil()
    if not x.imag.is_zero() or not whole.is_exact():
        raise Undefined
    return flint.acb(whole)
