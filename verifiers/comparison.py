"""Which of two constants is larger: exactly, by balls of rising precision, and by a separation bound for equality.

Equality of algebraic constants is proven by the BFMSS bound (Burnikel, Funke, Mehlhorn, Schirra and Schmitt, "A
separation bound for real algebraic expressions", ESA 2001): write the value as U/L with algebraic integers U and L of a
field of degree at most D whose conjugates are at most u and l; if it is not zero, its absolute value is at least
1 / (u^(D-1) l), since the norm of U is a non-zero integer. So the value is zero if a ball around it lies within that
bound of zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from sml_env.verifiers.arithmetic import rational_value
from sml_env.verifiers.nodes import Constant, Function, Node, Number, Power, Product, Sum, add, negate
from sml_env.verifiers.policy import Policy
from sml_env.verifiers.survey import survey

__all__ = [
    "MAX_PRECISION",
    "MAX_TREE",
    "PRECISIONS",
    "UNKNOWN",
    "Equality",
    "Judge",
    "all_of",
    "compare",
    "equal_constants",
    "infinite_sign",
    "weakest",
]

PRECISIONS = (64, 1_088)
"""Bits of the balls that are tried in turn; numerical evidence of equality is to the last of them."""
MAX_PRECISION = 8_000
"""Most bits that a proof of equality may need."""
MAX_EVIDENCE = 80_000
"""Most bits of the balls that numerical evidence of equality may need."""
MAX_TREE = 300
"""Most nodes of two trees that are evaluated in balls."""

_MINUS_ONE = Number(Fraction(-1))
_WEAKEST = ("literal", "exact", "kind", "modular", "balls", "algebraic", "symbolic", "decimal", "numeric", "none")


@dataclass(frozen=True, slots=True)
class Equality:
    """Whether two constants are equal.

    Attributes:
        equal: True or False where decided, else None.
        method: ``exact``, ``balls`` (proof of difference), ``algebraic`` (proof of either), ``numeric`` (evidence of
            equality to 1,000 bits, no proof) or ``none``.
    """

    equal: bool | None
    method: str


UNKNOWN = Equality(None, "none")


class Judge(Protocol):
    """What the parts of one comparison ask of the whole; see `equivalence.Comparison`."""

    policy: Policy

    def decide(self, answer: Node, reference: Node) -> Equality:
        """Decide whether an answer is the reference in another form."""
        ...

    def scalars(self, a: Node, b: Node) -> Equality:
        """Decide about numbers and functions."""
        ...

    def sets(self, a: Node, b: Node) -> Equality:
        """Decide about sets of reals in any notation."""
        ...

    def asked(self, question: str, a: Node, b: Node) -> Equality:
        """Ask a worker what the exact stages leave undecided."""
        ...


def all_of(decisions: list[Equality], certain: bool = True) -> Equality:
    """Join decisions that must all be equal; without `certain` a difference leaves the whole undecided."""
    different = [decision for decision in decisions if decision.equal is False]
    if different:
        return different[0] if certain else UNKNOWN
    if any(decision.equal is None for decision in decisions):
        return UNKNOWN
    return Equality(True, weakest(decisions))


def weakest(decisions: list[Equality]) -> str:
    """Return the method of several that gives the weakest guarantee."""
    return max((decision.method for decision in decisions), key=_rank, default="exact")


def _rank(method: str) -> int:
    return _WEAKEST.index(method) if method in _WEAKEST else 0


def infinite_sign(node: Node) -> int:
    """Return 1 for oo and its positive multiples, -1 for negative ones, 0 for anything else."""
    if isinstance(node, Constant):
        return int(node.name == "oo")
    if isinstance(node, Product) and len(node.factors) == 2 and node.factors[1] == Constant("oo"):
        factor = node.factors[0]
        if isinstance(factor, Number):
            return (factor.value > 0) - (factor.value < 0)
    return 0


def equal_constants(a: Node, b: Node) -> Equality:
    """Decide whether two constant scalar trees have one value (complex values included)."""
    infinite = infinite_sign(a), infinite_sign(b)
    if any(infinite):
        return Equality(infinite[0] == infinite[1], "exact")
    left, right = rational_value(a), rational_value(b)
    if left is not None and right is not None:
        return Equality(left == right, "exact")
    sign, _ = _ball_sign(a, b, PRECISIONS[:1])
    if sign is not None:
        return Equality(False, "balls")
    sign = _algebraic_sign(a, b)
    if sign is not None:
        return Equality(not sign, "algebraic")
    sign, evidence = _ball_sign(a, b, PRECISIONS[1:])
    if sign is None and evidence:
        sign, evidence = _past_small_parts(a, b)
    if sign is not None:
        return Equality(False, "balls")
    return Equality(True, "numeric") if evidence else UNKNOWN


def compare(a: Node, b: Node) -> int | None:
    """Return the sign of a - b for real constants.

    Args:
        a: A constant scalar tree; ``oo`` and ``-oo`` are allowed.
        b: Another.

    Returns:
        -1, 0 or 1 where proven; None if undecided, undefined, or not real.
    """
    infinite = infinite_sign(a), infinite_sign(b)
    if any(infinite):
        return (infinite[0] > infinite[1]) - (infinite[0] < infinite[1])
    left, right = rational_value(a), rational_value(b)
    if left is not None and right is not None:
        return (left > right) - (left < right)
    sign, _ = _ball_sign(a, b, PRECISIONS)
    if sign is not None:
        return sign or None
    sign = _algebraic_sign(a, b)
    if sign == 0:
        return 0 if _is_real(a) or _is_real(b) else None
    return sign if sign != 2 else None


def _ball_sign(a: Node, b: Node, precisions: tuple[int, ...]) -> tuple[int | None, bool]:
    """Return the proven sign of a - b (0: not zero but not real) or None, and whether there is evidence of equality."""
    from sml_env.verifiers.balls import Undefined, agree, ball, precision

    if survey(a, b).count > MAX_TREE:
        return None, False
    evidence = False
    for bits in precisions:
        with precision(bits):
            try:
                left, right = ball(a, {}), ball(b, {})
            except Undefined:
                continue
            if not left.overlaps(right):
                if left.imag.is_zero() and right.imag.is_zero():
                    return (1 if left.real > right.real else -1), False
                return 0, False
            evidence = agree(left, right, bits * 7 // 8)
    return None, evidence


def _past_small_parts(a: Node, b: Node) -> tuple[int | None, bool]:
    """Compare again, if a part of the trees is too small or too large to show at the usual precision."""
    from sml_env.verifiers.balls import Undefined, precision, spread

    try:
        with precision(PRECISIONS[0]):
            bits = max(spread(a, {}), spread(b, {}))
    except Undefined:
        return None, False
    if bits < PRECISIONS[-1] // 4:
        return None, True
    needed = PRECISIONS[-1] + 2 * bits
    return (None, False) if needed > MAX_EVIDENCE else _ball_sign(a, b, (needed,))


def _is_real(node: Node) -> bool:
    from sml_env.verifiers.balls import Undefined, ball, precision

    with precision(PRECISIONS[0]):
        try:
            return bool(ball(node, {}).imag.is_zero())
        except Undefined:
            return False


def _algebraic_sign(a: Node, b: Node) -> int | None:
    """Return the sign of a - b (2: not zero but not real) if both are algebraic and the bound is affordable."""
    from sml_env.verifiers.balls import Undefined, ball, precision, small

    difference = add([a, negate(b)])
    bound = _Bound()
    try:
        upper, lower = bound.of(difference)
    except _NotAlgebraic:
        return None
    bits = math.ceil((bound.degree - 1) * upper + lower) + 2
    if bits > MAX_PRECISION:
        return None
    with precision(bits + math.ceil(upper + lower) + 64):
        try:
            value = ball(difference, {})
        except Undefined:
            return None
        if small(value, bits):
            return 0
        if value.contains(0):
            return None
        if not value.imag.is_zero():
            return 2
        return 1 if value.real > 0 else -1


class _NotAlgebraic(Exception):
    """The tree holds something whose algebraic degree is not known, or is over a limit."""


class _Bound:
    """log2 of the bounds u and l of every subtree, and the degree of the field that holds them all."""

    __slots__ = ("degree", "seen")

    def __init__(self) -> None:
        self.degree = 1
        self.seen: set[object] = set()

    def extend(self, key: object, degree: int) -> None:
        """Count a field extension once for each distinct element that is adjoined."""
        if key not in self.seen:
            self.seen.add(key)
            self.degree *= degree
        if self.degree > MAX_PRECISION:
            raise _NotAlgebraic

    def of(self, node: Node) -> tuple[float, float]:
        exact = node.value if isinstance(node, Number) else None
        if exact is not None:
            return _log2(abs(exact.numerator)), _log2(exact.denominator)
        match node:
            case Constant("i"):
                self.extend("i", 2)
                return 0.0, 0.0
            case Sum(terms):
                upper, lower = self.of(terms[0])
                for term in terms[1:]:
                    u, v = self.of(term)
                    upper, lower = max(upper + v, u + lower) + 1, lower + v
                return upper, lower
            case Product(factors):
                parts = [self.of(factor) for factor in factors]
                return sum(part[0] for part in parts), sum(part[1] for part in parts)
            case Power(base, exponent):
                return self.power(node, base, exponent)
            case Function(name, args):
                return self.function(node, name, args)
            case _:
                raise _NotAlgebraic

    def power(self, node: Node, base: Node, exponent: Node) -> tuple[float, float]:
        if base == Constant("e"):
            return self.root_of_unity(exponent, with_i=True)
        exact = rational_value(exponent)
        if exact is None or abs(exact.numerator) > MAX_PRECISION:
            raise _NotAlgebraic
        upper, lower = self.of(base)
        if exact.numerator < 0:
            upper, lower = lower, upper
        times = abs(exact.numerator)
        return self.root(node, (upper * times, lower * times), exact.denominator)

    def root(self, key: object, bounds: tuple[float, float], degree: int) -> tuple[float, float]:
        if degree == 1:
            return bounds
        self.extend(key, degree)
        upper, lower = bounds
        if upper >= lower:
            return (upper + (degree - 1) * lower) / degree, lower
        return upper, ((degree - 1) * upper + lower) / degree

    def root_of_unity(self, angle: Node, with_i: bool) -> tuple[float, float]:
        """Bounds of exp(i pi r) and, times 2, of sin(pi r) and cos(pi r), for rational r."""
        if isinstance(angle, Function) and angle.name == "degrees" and not with_i:
            angle = Product((Number(Fraction(1, 180)), angle.args[0], Constant("pi")))
        factors = angle.factors if isinstance(angle, Product) else (angle,)
        needed = [Constant("pi"), Constant("i")] if with_i else [Constant("pi")]
        rest = list(factors)
        for constant in needed:
            if constant not in rest:
                raise _NotAlgebraic
            rest.remove(constant)
        ratio = Fraction(1)
        for factor in rest:
            value = rational_value(factor)
            if value is None:
                raise _NotAlgebraic
            ratio *= value
        self.extend(("unity", ratio.denominator), 2 * ratio.denominator)
        self.extend("i", 2)
        return 0.0, 0.0

    def function(self, node: Node, name: str, args: tuple[Node, ...]) -> tuple[float, float]:
        if name in ("sqrt", "cbrt"):
            return self.root(node, self.of(args[0]), 2 if name == "sqrt" else 3)
        if name == "cis":
            return self.root_of_unity(Product((Constant("i"), args[0])), with_i=True)
        if name in ("sin", "cos"):
            self.root_of_unity(args[0], with_i=False)
            return 1.0, 1.0
        exact = rational_value(args[0])
        if name == "root" and exact is not None and exact.denominator == 1 and 1 < exact <= 64:
            return self.root(node, self.of(args[1]), int(exact))
        value = rational_value(node)
        if value is None:
            raise _NotAlgebraic
        return self.of(Number(value))


def _log2(value: int) -> float:
    """Return log2 rounded up; 0 for 0, whose bound does not matter."""
    return math.log2(value) * (1 + 1e-12) if value > 1 else 0.0
