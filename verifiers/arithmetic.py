"""Exact rational evaluation of a tree, with the size of every power and factorial bounded before it is computed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

from sml_env.verifiers.nodes import Function, Node, Number, Power, Product, Sum, Symbol, rebuild

__all__ = ["MAX_FACTORIAL", "MAX_VALUE_BITS", "evaluate", "rational_value", "substitute"]

MAX_VALUE_BITS = 32_768
"""Largest numerator or denominator that is computed, in bits (2006! has 19,200)."""
MAX_FACTORIAL = 3_000
"""Largest argument of a factorial or binomial."""
MAX_WORK = 12_000
"""Most work in one evaluation; an operation on numbers of b bits costs 1 + (b / 1024)^2."""

_ZERO_AT_ZERO = frozenset(("sin", "tan", "asin", "atan", "sinh", "tanh", "asinh", "atanh", "degrees"))
_ONE_AT_ZERO = frozenset(("exp", "cos", "sec", "cosh", "cis"))
_ZERO_AT_ONE = frozenset(("ln", "acos", "acosh"))
_INTEGRAL = {"floor": math.floor, "ceil": math.ceil}
_ROOTS = {"sqrt": 2, "cbrt": 3}


class _Irrational(Exception):
    """The value is not rational, not defined, or over a limit."""


def rational_value(node: Node) -> Fraction | None:
    """Return the exact value of a constant tree.

    Returns:
        The value, or None if it is not a number, not rational by exact arithmetic, undefined (``1/0``) or over a limit.
    """
    if node.__class__ is Number:
        return node.value
    try:
        return evaluate(node, {})
    except ZeroDivisionError:
        return None


def evaluate(node: Node, values: Mapping[str, Fraction | int]) -> Fraction | None:
    """Return the exact value of a tree for given values of its variables.

    Args:
        node: A scalar tree.
        values: A value for each variable, by name.

    Returns:
        The value, or None if it is not rational by exact arithmetic, over a limit, or a variable has no value.

    Raises:
        ZeroDivisionError: If a division by zero is reached.
    """
    try:
        return _Evaluation(values).of(node)
    except _Irrational:
        return None


def substitute(node: Node, values: Mapping[str, Node]) -> Node:
    """Replace variables by scalar trees; nothing is computed, and nested sums and products stay nested."""
    if isinstance(node, Symbol):
        return values.get(node.name, node)
    return rebuild(node, lambda child: substitute(child, values))


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


class _Evaluation:
    """One evaluation with its budget of work."""

    __slots__ = ("values", "work")

    def __init__(self, values: Mapping[str, Fraction | int]) -> None:
        self.values = values
        self.work = 0

    def charge(self, bits: int) -> None:
        """Pay for an operation whose result has about that many bits, before it is done."""
        self.work += 1 + (bits >> 10) ** 2
        if bits > MAX_VALUE_BITS or self.work > MAX_WORK:
            raise _Irrational

    def of(self, node: Node) -> Fraction:
        if node.__class__ is Number:
            return node.value
        if node.__class__ is Product:
            return self.product(node.factors)
        if node.__class__ is Power:
            return self.power(self.of(node.base), self.of(node.exponent))
        if node.__class__ is Sum:
            total = self.of(node.terms[0])
            for term in node.terms[1:]:
                value = self.of(term)
                self.charge(_bits(total) + _bits(value))
                total += value
            return total
        if node.__class__ is Function:
            return self.function(node.name, [self.of(arg) for arg in node.args])
        if node.__class__ is Symbol and node.name in self.values:
            return Fraction(self.values[node.name])
        raise _Irrational

    def product(self, factors: tuple[Node, ...]) -> Fraction:
        result = self.of(factors[0])
        for factor in factors[1:]:
            value = self.of(factor)
            self.charge(_bits(result) + _bits(value))
            result *= value
        return result

    def power(self, base: Fraction, exponent: Fraction) -> Fraction:
        if not base:
            if exponent < 0:
                raise ZeroDivisionError("zero to a negative power")
            if not exponent:
                raise _Irrational
            return base
        if abs(base) == 1 and exponent.denominator == 1:
            return base if exponent.numerator % 2 else Fraction(1)
        if exponent.denominator != 1:
            if base < 0 or exponent.denominator > 64:
                raise _Irrational
            base = self.root(base, exponent.denominator)
        if exponent.numerator.bit_length() > 32:
            raise _Irrational
        self.charge(_bits(base) * abs(exponent.numerator))
        return base**exponent.numerator

    def root(self, value: Fraction, degree: int) -> Fraction:
        """Return the exact root of a number that is a perfect power; odd roots keep the sign."""
        if value < 0 and degree % 2 == 0:
            raise _Irrational
        self.charge(4 * _bits(value))
        top = _integer_root(abs(value.numerator), degree)
        bottom = _integer_root(value.denominator, degree)
        if top**degree != abs(value.numerator) or bottom**degree != value.denominator:
            raise _Irrational
        return Fraction(-top if value < 0 else top, bottom)

    def function(self, name: str, args: list[Fraction]) -> Fraction:
        x = args[-1]
        if name == "abs":
            return abs(x)
        if name == "percent":
            return x / 100
        if name in _ROOTS:
            return self.root(x, _ROOTS[name])
        if name == "root":
            if args[0].denominator != 1 or not 1 < args[0] <= 64:
                raise _Irrational
            return self.root(x, int(args[0]))
        if name == "factorial":
            if x.denominator != 1 or not 0 <= x <= MAX_FACTORIAL:
                raise _Irrational
            self.charge(int(x) * int(x).bit_length())
            return Fraction(math.factorial(int(x)))
        if name == "binomial":
            n, k = args
            if n.denominator != 1 or k.denominator != 1 or not 0 <= n <= MAX_FACTORIAL or not 0 <= k <= MAX_FACTORIAL:
                raise _Irrational
            self.charge(2 * int(n))
            return Fraction(math.comb(int(n), int(k)))
        if name in _INTEGRAL:
            return Fraction(_INTEGRAL[name](x))
        if name in ("min", "max"):
            return min(args) if name == "min" else max(args)
        if name in ("gcd", "lcm"):
            if any(arg.denominator != 1 for arg in args):
                raise _Irrational
            self.charge(sum(map(_bits, args)))
            return Fraction((math.gcd if name == "gcd" else math.lcm)(*(arg.numerator for arg in args)))
        if name in ("re", "conj", "im"):
            return Fraction(0) if name == "im" else x
        if name == "log":
            return self.log(args[0] if len(args) == 2 else Fraction(10), x)
        if x == 0 and name in _ZERO_AT_ZERO:
            return x
        if (x == 0 and name in _ONE_AT_ZERO) or (x == 1 and name in _ZERO_AT_ONE):
            return Fraction(int(x == 0))
        raise _Irrational

    def log(self, base: Fraction, x: Fraction) -> Fraction:
        """Return log_base(x) if it is a fraction of small denominator: base^p == x^q decides, floats only propose."""
        if base <= 0 or base == 1 or x <= 0 or _bits(x) > 4096 or _bits(base) > 256:
            raise _Irrational
        ratio = _log(x) / _log(base)
        for q in range(1, 7):
            p = round(q * ratio)
            if abs(p) * _bits(base) <= 3 * 4096 and self.power(base, Fraction(p)) == self.power(x, Fraction(q)):
                return Fraction(p, q)
        raise _Irrational


def _log(value: Fraction) -> float:
    return math.log(value.numerator) - math.log(value.denominator)


def _integer_root(value: int, degree: int) -> int:
    """Return the floor of the root of a non-negative integer (Newton's iteration from above)."""
    if value < 2:
        return value
    if degree == 2:
        return math.isqrt(value)
    guess = 1 << -(-value.bit_length() // degree)
    while True:
        better = ((degree - 1) * guess + value // guess ** (degree - 1)) // degree
        if better >= guess:
            return guess
        guess = better
