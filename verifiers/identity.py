r"""Whether two trees with variables are one function: exactly modulo a prime, else by balls at dyadic points.

Rational functions are evaluated modulo a random 120-bit prime at a random point. A difference is a proof. Equality errs
with probability below 2^-100 for degrees up to `MAX_DEGREE` (Schwartz and Zippel: degree / 2^119 for the point; a
number of at most 32,768 bits has fewer than 2^9 prime factors of that size, of some 2^112 primes). The prime is drawn
from the system's entropy once a process: nobody can prepare a coefficient that it divides.

Other functions are enclosed in balls; a difference is a proof (where both are real, or where the trees hold i),
equality is numerical evidence to `NUMERIC_BITS` bits at 3 points, or at points of every cell where roots, absolute
values and the like may follow another formula elsewhere (see `cells`). The points depend on the trees alone: one pair
always gets the same verdict. x/x and 1 are one function here: points where one side is undefined do not count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from random import Random, SystemRandom
from typing import Any

from sml_env.verifiers.arithmetic import evaluate, rational_value
from sml_env.verifiers.cells import MAX_POINTS, cell_points, parted_by_polynomials
from sml_env.verifiers.comparison import MAX_TREE, UNKNOWN, Equality
from sml_env.verifiers.draws import Draw
from sml_env.verifiers.nodes import Function, Node, Number, Power, Product, Sum, Symbol, walk
from sml_env.verifiers.opaque import OPAQUE, abstracted
from sml_env.verifiers.survey import Survey, survey

__all__ = ["MAX_DEGREE", "NUMERIC_BITS", "identical", "proportional"]

MAX_DEGREE = 65_536
"""Largest degree of a rational function that is tested modulo a prime."""
NUMERIC_BITS = 320
"""Bits of the balls that give numerical evidence of equality."""
MAX_HIDDEN = 20_000
"""How far from 1 a part of a tree may be, in bits, for functions to be compared in balls."""
_ATTEMPTS = 6
_PRIME_BITS = 120
_SMOOTH_POINTS = 3
_SMOOTH_TRIES = 12
_WHOLE_POINTS = 24
_CIRCULAR = frozenset(("sin", "cos", "tan", "sec", "csc", "cot"))
_INVERSES = frozenset(("asin", "acos", "atan"))
_WHOLE_AGREED = 4
_APART = 2
_MODERATE = 100
_SIZES = (1, 1, 8, 0, 0, 8)
_random = Random(SystemRandom().getrandbits(256))


class _NotRational(Exception):
    """The tree is no rational function with rational coefficients, or its degree is over the limit."""


@lru_cache(maxsize=1)
def _prime() -> int:
    import flint

    while True:
        candidate = (1 << (_PRIME_BITS - 1)) | _random.getrandbits(_PRIME_BITS - 1) | 1
        if flint.fmpz(candidate).is_prime():
            return candidate


def identical(
    a: Node, b: Node, variables: str = "real", both: Survey | None = None, *, same_domain: bool = False
) -> Equality:
    """Decide whether two scalar trees are one function of their variables.

    Args:
        a: A scalar tree.
        b: Another.
        variables: What variables stand for: "real", "positive" or "complex" numbers.
        both: A survey of the two, if there is one already.
        same_domain: Whether a point where one of them alone is defined tells them apart, unless it is isolated.

    Returns:
        The decision, by method ``modular``, ``balls``, ``exact``, ``numeric`` or ``none``.
    """
    both = both or survey(a, b)
    if not OPAQUE.isdisjoint(both.functions):
        return _identical_calls(a, b, both, variables)
    try:
        _degree(a)
        _degree(b)
    except _NotRational:
        return _identical_numerically(a, b, both, variables, same_domain)
    values = _modular_values((a, b), both.names)
    if values is None:
        return UNKNOWN
    return Equality(values[0] == values[1], "modular")


def _identical_calls(a: Node, b: Node, both: Survey, variables: str) -> Equality:
    """Decide where there are opaque calls: equal as variables, or different at a point."""
    trees = abstracted((a, b), lambda x, y: x == y or identical(x, y, variables).equal is True)
    if trees is not None:
        decision = identical(*trees, variables)
        if decision.equal:
            return decision
    decision = _identical_numerically(a, b, both, variables, same_domain=False)
    return UNKNOWN if decision.equal else decision


def proportional(a: Node, b: Node) -> Equality:
    """Decide whether two rational functions differ by a constant non-zero factor only.

    Returns:
        True by method ``modular``; undecided where a tree is no rational function or the factor is not constant.
    """
    names = survey(a, b).names
    try:
        _degree(a)
        _degree(b)
    except _NotRational:
        return UNKNOWN
    first = _modular_values((a, b), names)
    for _ in range(2):
        second = _modular_values((a, b), names)
        if first is None or second is None or not all(first):
            return UNKNOWN
        if (first[0] * second[1] - first[1] * second[0]) % _prime():
            return Equality(False, "modular")
    return Equality(True, "modular")


def _degree(node: Node) -> int:
    """Return a bound on the degree of numerator and denominator."""
    if node.__class__ is Number:
        return 0
    if node.__class__ is Symbol:
        return 1
    if node.__class__ is Sum:
        degree = sum(map(_degree, node.terms))
    elif node.__class__ is Product:
        degree = sum(map(_degree, node.factors))
    elif node.__class__ is Power:
        times = node.exponent.value if node.exponent.__class__ is Number else rational_value(node.exponent)
        if times is None or times.denominator != 1 or abs(times) > MAX_DEGREE:
            return _constant_degree(node)
        degree = _degree(node.base) * abs(times.numerator)
    else:
        return _constant_degree(node)
    if degree > MAX_DEGREE:
        raise _NotRational
    return degree


def _constant_degree(node: Node) -> int:
    if rational_value(node) is None:
        raise _NotRational
    return 0


def _modular_values(trees: tuple[Node, Node], names: set[str]) -> tuple[int, int] | None:
    """Evaluate both trees at one random point; None if no point was found where both are defined."""
    for _ in range(_ATTEMPTS):
        point = {name: _random.getrandbits(_PRIME_BITS - 1) for name in names}
        try:
            return _modular(trees[0], point, _prime()), _modular(trees[1], point, _prime())
        except ZeroDivisionError:
            continue
    return None


def _modular(node: Node, point: Mapping[str, int], prime: int) -> int:
    if node.__class__ is Number:
        value = node.value
        if value.denominator == 1:
            return value.numerator % prime
        return value.numerator * _inverse(value.denominator, prime) % prime
    if node.__class__ is Symbol:
        return point[node.name]
    if node.__class__ is Sum:
        total = 0
        for term in node.terms:
            total += _modular(term, point, prime)
        return total % prime
    if node.__class__ is Product:
        result = 1
        for factor in node.factors:
            result = result * _modular(factor, point, prime) % prime
        return result
    if node.__class__ is Power:
        times = node.exponent.value if node.exponent.__class__ is Number else rational_value(node.exponent)
        if times is not None and times.denominator == 1 and abs(times) <= MAX_DEGREE:
            residue = _modular(node.base, point, prime)
            return pow(residue if times >= 0 else _inverse(residue, prime), abs(times.numerator), prime)
    constant = rational_value(node)
    if constant is None:
        raise _NotRational
    return constant.numerator * _inverse(constant.denominator, prime) % prime


def _inverse(value: int, prime: int) -> int:
    if value % prime == 0:
        raise ZeroDivisionError
    return 1 if value == 1 else pow(value, -1, prime)


def _points(trees: tuple[Node, Node], both: Survey, variables: str) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """Yield points, and whether values that are not real count there; whole numbers where a factorial needs them."""
    draw = Draw(both.key)
    names = sorted(both.names)
    complex_too = variables == "complex" or "i" in both.constants
    if both.whole:
        for _ in range(_WHOLE_POINTS):
            yield {name: Fraction(1 + draw.bits((4, 4, 6, 8)[draw.bits(2)])) for name in names}, True
        return
    if variables == "complex":
        import flint

        for _ in range(8):
            drawn = {name: (draw.dyadic(), draw.dyadic()) for name in names}
            yield {name: flint.acb(_ball(x), -_ball(y)) for name, (x, y) in drawn.items()}, True
    big = 1 << min(both.largest.bit_length() + 2, 40)
    if both.piecewise:
        for point in cell_points(trees, names, big, draw, variables == "positive"):
            yield point, complex_too
        return
    every = (1 << len(names)) - 1
    for index in range(_SMOOTH_TRIES):
        signs = (0, every)[index] if index < 2 else index
        point = {}
        for place, name in enumerate(names):
            value = draw.dyadic() * (_SIZES[index % 6] or big)
            negative = signs >> place & 1 if place < 4 else draw.bits(1)
            point[name] = -value if negative and variables != "positive" else value
        yield point, complex_too


def _ball(value: Fraction) -> Any:
    import flint

    return flint.arb(flint.fmpq(value.numerator, value.denominator))


def _identical_numerically(a: Node, b: Node, both: Survey, variables: str, same_domain: bool) -> Equality:
    if both.count > MAX_TREE:
        return UNKNOWN
    met: list[Mapping[str, Any]] = []
    decision = _agreement(a, b, both, variables, NUMERIC_BITS, same_domain, met)
    if decision.equal and both.piecewise and not parted_by_polynomials((a, b), sorted(both.names)):
        return UNKNOWN
    if decision.equal and not _INVERSES.isdisjoint(both.functions) and any(map(_wraps, (a, b))):
        return UNKNOWN
    if decision.equal:
        hidden = _hidden_bits((a, b), met)
        if hidden > MAX_HIDDEN:
            return UNKNOWN
        if hidden > NUMERIC_BITS // 4:
            return _agreement(a, b, both, variables, NUMERIC_BITS + 2 * hidden, same_domain)
    return decision


def _wraps(tree: Node) -> bool:
    """Whether an inverse function is taken of a circular one, ``atan(tan(x))``, which starts anew again and again."""
    return any(
        isinstance(part, Function)
        and part.name in _INVERSES
        and any(isinstance(inner, Function) and inner.name in _CIRCULAR for arg in part.args for inner in walk(arg))
        for part in walk(tree)
    )


def _agreement(
    a: Node,
    b: Node,
    both: Survey,
    variables: str,
    bits: int,
    same_domain: bool,
    met: list[Mapping[str, Any]] | None = None,
) -> Equality:
    """Compare in balls of that many bits at all points; `met` takes some where they agree."""
    from sml_env.verifiers.balls import agree, precision

    agreed = apart = vague = 0
    needed = _WHOLE_AGREED if both.whole else 2
    every = both.whole or both.piecewise
    enough = MAX_POINTS if every else _SMOOTH_TRIES if same_domain else _SMOOTH_POINTS
    with precision(bits):
        for index, (values, complex_too) in enumerate(_points((a, b), both, variables), start=1):
            left, right = _value(a, values, complex_too), _value(b, values, complex_too)
            if left is None or right is None:
                if _exactly_different(a, b, values):
                    return Equality(False, "exact")
                apart += (left is None) is not (right is None) and _moderate(values)
                if same_domain and apart >= _APART:
                    return Equality(False, "domain")
                continue
            if not left.overlaps(right):
                if complex_too or (left.imag.is_zero() and right.imag.is_zero()):
                    return Equality(False, "balls")
                continue
            if both.whole and left.is_zero() and right.is_zero():
                continue
            if agree(left, right, bits * 3 // 4):
                agreed += 1
                if met is not None and (both.whole or len(met) < _SMOOTH_POINTS):
                    met.append(values)
            else:
                vague += 1
            if index >= enough and agreed >= needed:
                break
    return Equality(True, "numeric") if agreed >= needed and 4 * vague <= agreed else UNKNOWN


def _value(tree: Node, values: Mapping[str, Any], complex_too: bool) -> Any:
    """Return the ball of a tree at a point, or None if it is undefined there."""
    from sml_env.verifiers.balls import Undefined, ball

    try:
        return ball(tree, values, not complex_too)
    except Undefined:
        return None


def _moderate(values: Mapping[str, Any]) -> bool:
    """Whether no value is so large that a function may be undefined for its limits alone."""
    return all(isinstance(value, Fraction) and abs(value) <= _MODERATE for value in values.values())


def _hidden_bits(trees: tuple[Node, Node], points: list[Mapping[str, Any]]) -> int:
    """Return by how many bits a part of the trees is too small or too large to show at some points, about."""
    from sml_env.verifiers.balls import Undefined, precision, spread

    most = 0
    with precision(64):
        for values in points:
            for tree in trees:
                try:
                    most = max(most, spread(tree, values))
                except Undefined:
                    return 0
    return most


def _exactly_different(a: Node, b: Node, values: Mapping[str, Any]) -> bool:
    if not all(isinstance(value, Fraction) for value in values.values()):
        return False
    try:
        left, right = evaluate(a, values), evaluate(b, values)
    except ZeroDivisionError:
        return False
    return left is not None and right is not None and left != right
