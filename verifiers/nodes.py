"""The immutable expression tree that everything in the math verifier works on.

Invariants that the builders keep (and `to_text` relies on): a Sum holds no Sum, a Product no Product, a negative
number is a Number, ``-x`` is ``Product((-1, x))``, division by a number is multiplication by its reciprocal and
division by anything else multiplies by ``Power(x, -1)``. Nothing else is simplified: ``2*3`` stays a product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from sml_env.errors import ExpressionError

__all__ = [
    "Based",
    "Chain",
    "Congruence",
    "Constant",
    "Dotted",
    "Function",
    "Interval",
    "ListNode",
    "Matrix",
    "Node",
    "Number",
    "NumberSet",
    "Power",
    "Product",
    "Ratio",
    "Relation",
    "SetNode",
    "SetOperation",
    "Sum",
    "Symbol",
    "System",
    "TupleNode",
    "Union",
    "add",
    "bounded",
    "children",
    "divide",
    "free_symbols",
    "multiply",
    "negate",
    "power",
    "rebuild",
    "scalar",
    "walk",
]


@dataclass(frozen=True, slots=True)
class Number:
    """An exact rational number."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Symbol:
    """A variable: one letter or a Greek letter's name, with an optional subscript (``x_1``)."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """One of ``pi``, ``e``, ``i`` and ``oo``."""

    name: str


@dataclass(frozen=True, slots=True)
class Sum:
    """Two or more terms."""

    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Product:
    """Two or more factors."""

    factors: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Power:
    """A base to an exponent."""

    base: Node
    exponent: Node


@dataclass(frozen=True, slots=True)
class Function:
    """A named function; ``log`` of one argument has base 10, ``log(b, x)`` base b, ``root(n, x)`` is the n-th root."""

    name: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class TupleNode:
    """Items in round brackets: order counts. Two items may also be meant as an open interval."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ListNode:
    """Items without brackets, such as all solutions of an equation: order does not count."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class SetNode:
    """Items in curly brackets: neither order nor repetition counts."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Interval:
    """The reals between two ends."""

    lo: Node
    hi: Node
    lo_closed: bool
    hi_closed: bool


@dataclass(frozen=True, slots=True)
class Union:
    """Intervals, sets or relations, any of which may hold."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class SetOperation:
    """What two sets have in common (``intersect``), or the first without the second (``minus``)."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class NumberSet:
    """The integers, naturals, rationals or complex numbers: ``ZZ``, ``NN``, ``QQ``, ``CC``. The reals are not here."""

    name: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of equal length."""

    rows: tuple[tuple[Node, ...], ...]


@dataclass(frozen=True, slots=True)
class Ratio:
    """Two or more terms with colons between them: equal up to a positive factor."""

    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Based:
    """Digits in a base that is written with them, such as ``204_5``."""

    digits: str
    base: int


@dataclass(frozen=True, slots=True)
class Dotted:
    """Items, dots, and the last item: ``1, 2, ..., n``; without a last item the dots have no end."""

    items: tuple[Node, ...]
    last: Node | None


@dataclass(frozen=True, slots=True)
class Congruence:
    """A residue class: ``3 (mod 7)``."""

    value: Node
    modulus: Node


@dataclass(frozen=True, slots=True)
class Relation:
    """Two sides and one of ``==  !=  <  <=  >  >=  ~`` (the last: approximately equal)."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Chain:
    """Relations that all hold, each starting where the last ended: ``3 <= x < 7``."""

    links: tuple[Relation, ...]


@dataclass(frozen=True, slots=True)
class System:
    """Relations joined by "and", all of which hold."""

    parts: tuple[Node, ...]


Node = (
    Number
    | Symbol
    | Constant
    | Sum
    | Product
    | Power
    | Function
    | TupleNode
    | ListNode
    | SetNode
    | Interval
    | Union
    | SetOperation
    | NumberSet
    | Matrix
    | Ratio
    | Based
    | Dotted
    | Congruence
    | Relation
    | Chain
    | System
)

MAX_NUMBER_BITS = 1_328
"""Largest numerator or denominator of a Number in a parsed tree, in bits: 399 digits and a little."""

SCALARS = frozenset({Number, Symbol, Constant, Sum, Product, Power, Function})
_ONE = Fraction(1)
_MINUS_ONE = Number(Fraction(-1))


def scalar(node: Node) -> Node:
    """Return the node if arithmetic applies to it.

    Raises:
        ExpressionError: If it is a tuple, a set, an interval or a relation.
    """
    if node.__class__ not in SCALARS:
        raise ExpressionError(f"a {type(node).__name__} cannot be part of a sum, a product or a function")
    return node


def bounded(value: Fraction) -> Number:
    """Return the number if it is small enough to be part of a tree.

    Raises:
        ExpressionError: If its numerator or denominator is over `MAX_NUMBER_BITS`.
    """
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_NUMBER_BITS:
        raise ExpressionError(f"a number of more than {MAX_NUMBER_BITS} bits")
    return Number(value)


def add(terms: list[Node]) -> Node:
    """Add one or more terms, flattening sums."""
    if len(terms) == 1:
        return terms[0]
    flat: list[Node] = []
    for term in terms:
        if term.__class__ is Sum:
            flat.extend(term.terms)
        else:
            flat.append(scalar(term))
    return Sum(tuple(flat))


def multiply(left: Node, right: Node) -> Node:
    """Multiply two nodes, flattening products."""
    first = left.factors if left.__class__ is Product else (scalar(left),)
    second = right.factors if right.__class__ is Product else (scalar(right),)
    return Product(first + second)


def negate(node: Node) -> Node:
    """Change the sign: of a number, of a leading number, or by a factor -1."""
    if node.__class__ is Number:
        return Number(-node.value)
    if node.__class__ is Product and node.factors[0].__class__ is Number:
        head = node.factors[0]
        rest = node.factors[1:]
        if head.value == -1 and rest[0].__class__ is not Number:
            return rest[0] if len(rest) == 1 else Product(rest)
        return Product((Number(-head.value), *rest))
    return multiply(_MINUS_ONE, node)


def divide(left: Node, right: Node) -> Node:
    """Divide: by a non-zero number at once, by anything else through a power of -1."""
    if right.__class__ is Number and right.value:
        if left.__class__ is Number:
            return bounded(left.value / right.value)
        return multiply(left, Number(1 / right.value))
    inverse = Power(scalar(right), _MINUS_ONE)
    if left.__class__ is Number and left.value == _ONE:
        return inverse
    return multiply(left, inverse)


def power(base: Node, exponent: Node) -> Node:
    """Raise a base to an exponent, both scalar; nothing is computed."""
    return Power(scalar(base), scalar(exponent))


def children(node: Node) -> tuple[Node, ...]:
    """Return the node's direct children, in order."""
    match node:
        case Number() | Symbol() | Constant() | NumberSet() | Based():
            return ()
        case Sum(items) | Product(items) | TupleNode(items) | ListNode(items) | SetNode(items) | Union(items):
            return items
        case Ratio(items) | System(items):
            return items
        case Power(base, exponent):
            return (base, exponent)
        case Function(_, args):
            return args
        case Interval(lo, hi) | Congruence(lo, hi):
            return (lo, hi)
        case Relation(_, left, right) | SetOperation(_, left, right):
            return (left, right)
        case Matrix(rows):
            return tuple(entry for row in rows for entry in row)
        case Dotted(items, last):
            return items if last is None else (*items, last)
        case Chain(links):
            return links


def rebuild(node: Node, change: Callable[[Node], Node]) -> Node:
    """Return the node with each direct child replaced; nothing is computed, and nested sums stay nested."""
    match node:
        case Number() | Symbol() | Constant() | NumberSet() | Based():
            return node
        case Sum() | Product() | TupleNode() | ListNode() | SetNode() | Union() | Ratio() | System():
            return type(node)(tuple(map(change, children(node))))
        case Power(base, exponent):
            return Power(change(base), change(exponent))
        case Function(name, args):
            return Function(name, tuple(map(change, args)))
        case Interval(lo, hi, lo_closed, hi_closed):
            return Interval(change(lo), change(hi), lo_closed, hi_closed)
        case Congruence(value, modulus):
            return Congruence(change(value), change(modulus))
        case SetOperation(op, left, right):
            return SetOperation(op, change(left), change(right))
        case Matrix(rows):
            return Matrix(tuple(tuple(map(change, row)) for row in rows))
        case Dotted(items, last):
            return Dotted(tuple(map(change, items)), None if last is None else change(last))
        case Relation(op, left, right):
            return Relation(op, change(left), change(right))
        case Chain(links):
            return Chain(tuple(Relation(link.op, change(link.left), change(link.right)) for link in links))


def walk(node: Node) -> Iterator[Node]:
    """Yield the node and all its descendants, in no promised order."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(children(current))


def free_symbols(node: Node) -> frozenset[str]:
    """Return the names of the variables in the tree; ``pi``, ``e``, ``i`` and ``oo`` are none."""
    return frozenset(found.name for found in walk(node) if found.__class__ is Symbol)
