"""Whether two trees with variables are one function: exactly modulo primes, else by balls at dyadic points.

Rational functions are evaluated modulo two 61-bit primes at two points each. A difference is a proof. Equality errs
with probability below 2^-100 for degrees up to `MAX_DEGREE` (Schwartz and Zippel: at most degree / 2^60 for each of the
four evaluations). Primes and points are drawn from a hash of both trees: one pair always gets the same verdict, and
nobody can prepare a coefficient that is divisible by known primes.

Other functions are enclosed in balls; a difference is a proof (at a positive point, or where both are real), equality
is numerical evidence to `NUMERIC_BITS` bits at `NUMERIC_POINTS` points. x/x and 1 are one function here: isolated
points where one side is undefined do not count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from hashlib import blake2b

from sml_env.verifiers.arithmetic import evaluate, rational_value
from sml_env.verifiers.comparison import MAX_TREE, Equality
from sml_env.verifiers.nodes import (
    Function,
    Node,
    Number,
    Power,
    Product,
    Sum,
    Symbol,
    free_symbols,
    walk,
)
from sml_env.verifiers.rendering import to_text

__all__ = ["MAX_DEGREE", "NUMERIC_BITS", "NUMERIC_POINTS", "identical", "proportional"]

MAX_DEGREE = 65_536
"""Largest degree of a rational function that is tested modulo primes."""
NUMERIC_BITS = 320
"""Bits of the balls that give numerical evidence of equality."""
NUMERIC_POINTS = 8
"""Points at which functions are compared in balls: half of them positive."""
_ATTEMPTS = 6


class _NotRational(Exception):
    """The tree is no rational function with rational coefficients, or its degree is over the limit."""


def identical(a: Node, b: Node) -> Equality:
    """Decide whether two scalar trees are one function of their variables.

    Returns:
        The decision, by method ``modular``, ``balls``, ``numeric`` or ``none``.
    """
    draw = _Draw(to_text(a) + "\0" + to_text(b))
    names = sorted(free_symbols(a) | free_symbols(b))
    try:
        _degree(a)
        _degree(b)
    except _NotRational:
        return _identical_numerically(a, b, names, draw)
    equal: bool | None = None
    for _ in range(2):
        prime = draw.prime()
        for _ in range(2):
            values = _modular_values((a, b), names, prime, draw)
            if values is None:
                return Equality(None, "none")
            if values[0] != values[1]:
                return Equality(False, "modular")
            equal = True
    return Equality(equal, "modular")


def proportional(a: Node, b: Node) -> Equality:
    """Decide whether two rational functions differ by a constant non-zero factor only.

    Returns:
        True by method ``modular``; undecided where a tree is no rational function or the factor is not constant.
    """
    draw = _Draw(to_text(a) + "\1" + to_text(b))
    names = sorted(free_symbols(a) | free_symbols(b))
    try:
        _degree(a)
        _degree(b)
    except _NotRational:
        return Equality(None, "none")
    for _ in range(2):
        prime = draw.prime()
        first = _modular_values((a, b), names, prime, draw)
        for _ in range(2):
            second = _modular_values((a, b), names, prime, draw)
            if first is None or second is None or not all(first):
                return Equality(None, "none")
            if (first[0] * second[1] - first[1] * second[0]) % prime:
                return Equality(False, "modular")
    return Equality(True, "modular")


class _Draw:
    """A stream of numbers that depends on the trees alone."""

    __slots__ = ("count", "key")

    def __init__(self, text: str) -> None:
        self.key = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=32).digest()
        self.count = 0

    def bits(self, size: int) -> int:
        self.count += 1
        digest = blake2b(self.count.to_bytes(8, "big"), key=self.key, digest_size=16).digest()
        return int.from_bytes(digest, "big") >> (128 - size)

    def prime(self) -> int:
        """Return a prime between 2^60 and 2^61."""
        import flint

        while True:
            candidate = (1 << 60) | self.bits(60) | 1
            if flint.fmpz(candidate).is_prime():
                return candidate

    def dyadic(self, signed: bool) -> Fraction:
        """Return an exactly dyadic number of size 1/4 to 4."""
        value = Fraction(256 + self.bits(12) * 15 // 16, 1024)
        return -value if signed and self.bits(1) else value


def _degree(node: Node) -> int:
    """Return a bound on the degree of numerator and denominator."""
    match node:
        case Number():
            return 0
        case Symbol():
            return 1
        case Sum(items) | Product(items):
            degree = sum(_degree(item) for item in items)
        case Power(base, exponent):
            times = rational_value(exponent)
            if times is None or times.denominator != 1 or abs(times) > MAX_DEGREE:
                return _constant_degree(node)
            degree = _degree(base) * abs(int(times))
        case _:
            return _constant_degree(node)
    if degree > MAX_DEGREE:
        raise _NotRational
    return degree


def _constant_degree(node: Node) -> int:
    if rational_value(node) is None:
        raise _NotRational
    return 0


def _modular_values(trees: tuple[Node, Node], names: list[str], prime: int, draw: _Draw) -> tuple[int, int] | None:
    """Evaluate both trees at one random point; None if no point was found where both are defined."""
    for _ in range(_ATTEMPTS):
        point = {name: draw.bits(60) for name in names}
        try:
            return _modular(trees[0], point, prime), _modular(trees[1], point, prime)
        except ZeroDivisionError:
            continue
    return None


def _modular(node: Node, point: Mapping[str, int], prime: int) -> int:
    match node:
        case Number(value):
            return value.numerator * _inverse(value.denominator, prime) % prime
        case Symbol(name):
            return point[name]
        case Sum(terms):
            return sum(_modular(term, point, prime) for term in terms) % prime
        case Product(factors):
            result = 1
            for factor in factors:
                result = result * _modular(factor, point, prime) % prime
            return result
        case Power(base, exponent):
            times = rational_value(exponent)
            if times is not None and times.denominator == 1 and abs(times) <= MAX_DEGREE:
                residue = _modular(base, point, prime)
                return pow(residue if times >= 0 else _inverse(residue, prime), abs(times.numerator), prime)
    constant = rational_value(node)
    if constant is None:
        raise _NotRational
    return constant.numerator * _inverse(constant.denominator, prime) % prime


def _inverse(value: int, prime: int) -> int:
    if value % prime == 0:
        raise ZeroDivisionError
    return 1 if value == 1 else pow(value, -1, prime)


def _points(trees: tuple[Node, Node], names: list[str], draw: _Draw) -> Iterator[tuple[dict[str, Fraction], bool]]:
    """Yield points, and whether each is positive; integers where a factorial or binomial of a variable needs them."""
    discrete = any(
        isinstance(part, Function) and part.name in ("factorial", "binomial") and free_symbols(part)
        for tree in trees
        for part in walk(tree)
    )
    for index in range(NUMERIC_POINTS):
        signed = index % 2 == 1
        if discrete:
            yield {name: Fraction(1 + draw.bits(4)) for name in names}, True
        else:
            yield {name: draw.dyadic(signed) for name in names}, not signed


def _identical_numerically(a: Node, b: Node, names: list[str], draw: _Draw) -> Equality:
    from sml_env.verifiers.balls import Undefined, agree, ball, precision

    if sum(1 for tree in (a, b) for _ in walk(tree)) > MAX_TREE:
        return Equality(None, "none")
    agreed = 0
    for values, positive in _points((a, b), names, draw):
        with precision(NUMERIC_BITS):
            try:
                left, right = ball(a, values), ball(b, values)
            except Undefined:
                if _exactly_different(a, b, values):
                    return Equality(False, "exact")
                continue
            if not left.overlaps(right):
                if positive or (left.imag.is_zero() and right.imag.is_zero()):
                    return Equality(False, "balls")
                continue
            agreed += agree(left, right, NUMERIC_BITS * 3 // 4)
    return Equality(True, "numeric") if agreed >= 2 else Equality(None, "none")


def _exactly_different(a: Node, b: Node, values: Mapping[str, Fraction]) -> bool:
    try:
        left, right = evaluate(a, values), evaluate(b, values)
    except ZeroDivisionError:
        return False
    return left is not None and right is not None and left != right
