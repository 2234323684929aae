"""Sets of reals as sorted, disjoint pieces: intervals, finite sets, what they combine to, and simple inequalities."""

from __future__ import annotations

from fractions import Fraction
from functools import cmp_to_key

from sml_env.verifiers.arithmetic import evaluate, rational_value
from sml_env.verifiers.comparison import compare
from sml_env.verifiers.nodes import (
    Chain,
    Constant,
    Function,
    Interval,
    Node,
    Number,
    Power,
    Product,
    Relation,
    SetNode,
    SetOperation,
    Sum,
    Symbol,
    System,
    Union,
    add,
    free_symbols,
    multiply,
    negate,
)
from sml_env.verifiers.survey import survey

__all__ = ["MAX_PIECES", "Unordered", "nonempty", "real_set"]

MAX_PIECES = 64
"""Most pieces of one set."""

_INFINITY: Node = Constant("oo")
_MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


class Unordered(Exception):
    """Two ends whose order is not decided, or something that is no set of reals."""


def real_set(node: Node) -> list[Interval]:
    """Return the set as sorted disjoint intervals, touching ones merged; a point is a closed interval.

    Args:
        node: An interval, a union, a finite set of constants, or inequalities that bound one variable by constants.

    Raises:
        Unordered: If it is none of these, or the order of two ends is not decided.
    """
    return _merge(_pieces(node))


def _order(a: Node, b: Node) -> int:
    sign = 0 if a == b else compare(a, b)
    if sign is None:
        raise Unordered
    return sign


def _pieces(node: Node) -> list[Interval]:
    match node:
        case Interval():
            if free_symbols(node):
                raise Unordered
            return [node] if nonempty(node) else []
        case SetNode(items):
            if len(items) > MAX_PIECES or free_symbols(node):
                raise Unordered
            return [_point(item) for item in items]
        case Union(parts):
            if len(parts) > MAX_PIECES or len(free_symbols(node)) > 1:
                raise Unordered
            return [piece for part in parts for piece in _pieces(part)]
        case Relation():
            return _solution(node)
        case Chain(parts) | System(parts):
            if len(free_symbols(node)) != 1 or not 1 < len(parts) <= MAX_PIECES:
                raise Unordered
            pieces = _pieces(parts[0])
            for part in parts[1:]:
                pieces = _intersection(pieces, _pieces(part))
            return pieces
        case SetOperation(op, left, right):
            other = real_set(right)
            return _intersection(real_set(left), other if op == "intersect" else _complement(other))
        case _:
            raise Unordered


def _point(node: Node) -> Interval:
    return Interval(node, node, True, True)


def nonempty(piece: Interval) -> bool:
    """Whether an interval holds a point.

    Raises:
        Unordered: If the order of its ends is not decided.
    """
    order = _order(piece.lo, piece.hi)
    return order < 0 or (order == 0 and piece.lo_closed and piece.hi_closed)


def _solution(relation: Relation) -> list[Interval]:
    op, left, right = relation.op, relation.left, relation.right
    if op not in _MIRROR:
        raise Unordered
    if not free_symbols(left):
        op, left, right = _MIRROR[op], right, left
    if not isinstance(left, Symbol) or free_symbols(right):
        return _solved(op, left, right)
    minus = negate(_INFINITY)
    above = Interval(right, _INFINITY, op == ">=", False)
    below = Interval(minus, right, False, op == "<=")
    if op == "==":
        return [_point(right)]
    if op == "!=":
        return [below, above]
    return [above] if op in (">", ">=") else [below]


def _solved(op: str, left: Node, right: Node) -> list[Interval]:
    """Solve a relation between a constant and a linear term, its absolute value or its square."""
    name = next(iter(free_symbols(left)), None)
    bound = rational_value(right)
    if name is None or free_symbols(right) or len(free_symbols(left)) != 1:
        raise Unordered
    inner, square = left, False
    if isinstance(left, Power) and left.exponent == Number(Fraction(2)):
        inner, square = left.base, True
    elif isinstance(left, Function) and left.name == "abs":
        inner = left.args[0]
    slope, offset = _line(inner, name)
    if inner is left:
        return _moved(Relation(op, Symbol(name), right), slope, offset)
    if bound is None or bound < 0 or (op in ("==", "!=") and not bound):
        raise Unordered
    top: Node = Function("sqrt", (right,)) if square else right
    outer = Relation(op, Symbol(name), top)
    mirrored = Relation(_MIRROR[op], Symbol(name), negate(top))
    upper, lower = _moved(outer, slope, offset), _moved(mirrored, slope, offset)
    return _intersection(upper, lower) if op in ("<", "<=", "!=") else [*upper, *lower]


def _line(node: Node, name: str) -> tuple[Fraction, Fraction]:
    """Return slope and offset of a linear function of one variable with rational coefficients."""
    if survey(node).functions:
        raise Unordered
    try:
        at = [evaluate(node, {name: x}) for x in (0, 1, 2, 5)]
    except ZeroDivisionError:
        raise Unordered from None
    offset, one, two, five = at
    if offset is None or one is None or one == offset:
        raise Unordered
    slope = one - offset
    if two != offset + 2 * slope or five != offset + 5 * slope or _degree(node) != 1:
        raise Unordered
    return slope, offset


def _degree(node: Node) -> int:
    """Return a bound on the degree of a polynomial; 2 for anything else."""
    if isinstance(node, Symbol):
        return 1
    if isinstance(node, Number):
        return 0
    if isinstance(node, Sum):
        return max(map(_degree, node.terms))
    if isinstance(node, Product):
        return sum(map(_degree, node.factors))
    return 2 if free_symbols(node) else 0


def _moved(relation: Relation, slope: Fraction, offset: Fraction) -> list[Interval]:
    """Solve slope * x + offset op bound for x."""
    op = relation.op if slope > 0 else _MIRROR[relation.op]
    bound = multiply(Number(1 / slope), add([relation.right, Number(-offset)]))
    exact = rational_value(bound)
    return _solution(Relation(op, relation.left, bound if exact is None else Number(exact)))


def _intersection(a: list[Interval], b: list[Interval]) -> list[Interval]:
    found: list[Interval] = []
    for x in a:
        for y in b:
            low = _order(x.lo, y.lo)
            high = _order(x.hi, y.hi)
            lo, lo_closed = (x.lo, x.lo_closed) if low > 0 else (y.lo, y.lo_closed and (low < 0 or x.lo_closed))
            hi, hi_closed = (x.hi, x.hi_closed) if high < 0 else (y.hi, y.hi_closed and (high > 0 or x.hi_closed))
            piece = Interval(lo, hi, lo_closed, hi_closed)
            if nonempty(piece):
                found.append(piece)
    return found


def _complement(pieces: list[Interval]) -> list[Interval]:
    """What the sorted, disjoint pieces leave of the real line."""
    found: list[Interval] = []
    lo, closed = negate(_INFINITY), False
    for piece in pieces:
        gap = Interval(lo, piece.lo, closed, not piece.lo_closed)
        if gap.lo != gap.hi or gap.lo_closed:
            found.append(gap)
        lo, closed = piece.hi, not piece.hi_closed
    return [*found, Interval(lo, _INFINITY, closed, False)] if lo != _INFINITY else found


def _starts(x: Interval, y: Interval) -> int:
    return _order(x.lo, y.lo) or int(y.lo_closed) - int(x.lo_closed)


def _merge(pieces: list[Interval]) -> list[Interval]:
    merged: list[Interval] = []
    for piece in sorted(pieces, key=cmp_to_key(_starts)):
        if not merged:
            merged.append(piece)
            continue
        last = merged[-1]
        gap = _order(last.hi, piece.lo)
        if gap < 0 or (gap == 0 and not (last.hi_closed or piece.lo_closed)):
            merged.append(piece)
            continue
        end = _order(last.hi, piece.hi)
        hi_closed = last.hi_closed if end > 0 else piece.hi_closed or (end == 0 and last.hi_closed)
        merged[-1] = Interval(last.lo, last.hi if end >= 0 else piece.hi, last.lo_closed, hi_closed)
    return merged
