"""Points in every cell: where an absolute value or a root may follow another formula, both sides are sampled.

Along a line, what stands inside absolute values, roots and extremes changes sign at its zeros; between two of them the
tree is one formula. So functions of one variable are compared in each cell, functions of several along some lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import combinations, islice, pairwise
from typing import Any

from sml_env.verifiers.arithmetic import rational_value, substitute
from sml_env.verifiers.draws import Draw
from sml_env.verifiers.nodes import Function, Node, Number, Power, Product, Sum, Symbol, add, free_symbols, negate, walk
from sml_env.verifiers.opaque import has_opaque

__all__ = ["MAX_POINTS", "cell_points", "parted_by_polynomials"]

MAX_POINTS = 72
"""Most points at which two trees are compared."""
MAX_ZEROS = 24
"""Most cells that are sampled."""
MAX_DEGREE = 24
"""Largest degree of a polynomial whose zeros part the cells."""

_LINES = 4
_SIZES = (1, 8, 0, Fraction(1, 16), Fraction(1, 128), 64)
_INSIDE = frozenset(("abs", "sqrt", "cbrt", "root"))
_VARIABLE = "t"


def cell_points(
    trees: tuple[Node, Node], names: list[str], big: int, draw: Draw, positive: bool
) -> Iterator[dict[str, Fraction]]:
    """Yield points at which two functions with pieces are compared.

    Args:
        trees: The two.
        names: Their variables.
        big: A number larger than those in the trees.
        draw: Where what is random comes from.
        positive: Whether variables are positive.
    """
    for point in islice(_every(trees, names, big, draw), MAX_POINTS):
        yield {name: abs(value) for name, value in point.items()} if positive else point


def parted_by_polynomials(trees: tuple[Node, Node], names: list[str]) -> bool:
    """Whether every cell can be found: whatever stands inside absolute values, roots and extremes is a polynomial."""
    places: dict[str, Node] = {name: add([Number(Fraction(1)), _scaled(Fraction(1))]) for name in names}
    return _zeros([substitute(tree, places) for tree in trees]) is not None


def _every(trees: tuple[Node, Node], names: list[str], big: int, draw: Draw) -> Iterator[dict[str, Fraction]]:
    for index in range(_LINES if len(names) > 1 else 1):
        start, along = _line(names, draw, index)
        places = {name: add([Number(start[name]), _scaled(along[name])]) for name in names}
        zeros = _zeros([substitute(tree, places) for tree in trees])
        if zeros is None:
            break
        for t in _between(zeros, big, draw, 2 if len(names) == 1 else 1):
            yield {name: start[name] + t * along[name] for name in names}
    else:
        if len(names) == 1 and not any(map(has_opaque, trees)):
            return
    yield from _scattered(names, big, draw)
    if len(names) == 1:
        for step in range(1, 15):
            for denominator in (2, 3):
                yield {names[0]: Fraction(step, denominator)}
                yield {names[0]: -Fraction(step, denominator)}


def _scaled(slope: Fraction) -> Node:
    return Product((Number(slope), Symbol(_VARIABLE)))


def _line(names: list[str], draw: Draw, index: int) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
    """Return a point and a direction; the axis itself for one variable."""
    if len(names) == 1:
        return {names[0]: Fraction(0)}, {names[0]: Fraction(1)}
    size = (Fraction(1), Fraction(1, 16), Fraction(8), Fraction(1, 4))[index % 4]
    return {name: _signed(draw) * size for name in names}, {name: _signed(draw) for name in names}


def _signed(draw: Draw) -> Fraction:
    value = draw.dyadic()
    return -value if draw.bits(1) else value


def _scattered(names: list[str], big: int, draw: Draw) -> Iterator[dict[str, Fraction]]:
    """Yield points of all sizes and signs."""
    for index in range(8):
        point = {}
        for place, name in enumerate(names):
            size = _SIZES[draw.bits(8) % 6]
            negative = index >> place & 1
            value = draw.dyadic() * (size or big)
            point[name] = -value if negative else value
        yield point


def _between(zeros: list[Fraction], big: int, draw: Draw, each: int) -> Iterator[Fraction]:
    """Yield some points of every cell."""
    if not zeros:
        yield from (draw.dyadic(), -draw.dyadic(), draw.dyadic() * big, -draw.dyadic() * big)
        return
    yield zeros[0] - draw.dyadic()
    yield zeros[-1] + draw.dyadic()
    for low, high in pairwise(zeros):
        for part in range(each):
            yield low + (high - low) * (draw.dyadic() / 8 + Fraction(part, 2))
    yield zeros[0] - draw.dyadic() * big
    yield zeros[-1] + draw.dyadic() * big


def _zeros(trees: list[Node]) -> list[Fraction] | None:
    """Return about where what parts the cells is zero, sorted; None if something is no polynomial."""
    found: set[Fraction] = set()
    for tree in trees:
        for part in walk(tree):
            for inside in _parting(part):
                zeros = _roots(inside)
                if zeros is None:
                    return None
                found |= zeros
    return sorted(found) if len(found) <= MAX_ZEROS else None


def _parting(part: Node) -> list[Node]:
    """List the trees at whose zeros a part may change its formula."""
    if isinstance(part, Power):
        exponent = part.exponent
        whole = isinstance(exponent, Number) and exponent.value.denominator == 1
        return [] if whole or not free_symbols(part.base) else [part.base]
    if isinstance(part, Function) and free_symbols(part):
        if part.name in _INSIDE:
            return [part.args[-1]]
        if part.name in ("min", "max"):
            return [add([x, negate(y)]) for x, y in combinations(part.args, 2)]
    return []


def _roots(node: Node) -> set[Fraction] | None:
    """Return the real zeros of a polynomial with real coefficients, to the precision of a float."""
    if isinstance(node, Product):
        parts = [_roots(factor) for factor in node.factors]
        return None if any(part is None for part in parts) else {root for part in parts for root in part or ()}
    if isinstance(node, Power) and rational_value(node.exponent) is not None:
        return _roots(node.base)
    coefficients = _coefficients(node)
    if coefficients is None:
        return None
    degree = max((power for power, value in coefficients.items() if value), default=0)
    if not degree:
        return set()
    import flint

    scale = 1
    for value in coefficients.values():
        scale = scale * value.denominator
    polynomial = flint.fmpz_poly([int(coefficients.get(power, Fraction(0)) * scale) for power in range(degree + 1)])
    roots: list[Any] = polynomial.complex_roots()
    reals = [root.real.mid() for root, _ in roots if root.imag.contains(0)]
    return {Fraction(float(real)) for real in reals}


def _coefficients(node: Node) -> Mapping[int, Fraction] | None:
    """Return the coefficients of a polynomial by power, or None."""
    if not free_symbols(node):
        value = rational_value(node)
        if value is None:
            value = _approximate(node)
        return None if value is None or value.denominator.bit_length() > 256 else {0: value}
    if isinstance(node, Symbol):
        return {1: Fraction(1)}
    if isinstance(node, Sum):
        total: dict[int, Fraction] = {}
        for term in node.terms:
            found = _coefficients(term)
            if found is None:
                return None
            for power, value in found.items():
                total[power] = total.get(power, Fraction(0)) + value
        return total
    if isinstance(node, Product):
        return _multiplied([_coefficients(factor) for factor in node.factors])
    if isinstance(node, Power):
        times = rational_value(node.exponent)
        if times is not None and times.denominator == 1 and 0 < times <= MAX_DEGREE:
            return _multiplied([_coefficients(node.base)] * int(times))
    return None


def _approximate(node: Node) -> Fraction | None:
    """Return a constant to the precision of a float, which is enough to tell cells apart."""
    from sml_env.verifiers.balls import Undefined, ball, precision

    with precision(64):
        try:
            value = ball(node, {})
        except Undefined:
            return None
        return Fraction(float(value.real.mid())) if value.imag.is_zero() else None


def _multiplied(parts: list[Mapping[int, Fraction] | None]) -> Mapping[int, Fraction] | None:
    result: Mapping[int, Fraction] = {0: Fraction(1)}
    for part in parts:
        if part is None:
            return None
        product: dict[int, Fraction] = {}
        for p, x in result.items():
            for q, y in part.items():
                product[p + q] = product.get(p + q, Fraction(0)) + x * y
        if max(product, default=0) > MAX_DEGREE:
            return None
        result = product
    return result
