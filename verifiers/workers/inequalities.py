"""Whether two sets of reals, given by relations in one variable, are the same; only a worker imports this.

The real roots of all polynomials involved cut the line into points and open cells. Within a cell no relation changes
its truth, so one rational sample decides it, by exact arithmetic. At a root the truth follows from which polynomials
vanish there and from the sign in the cell to the left. Known are relations between rational functions and absolute
values of them, and comparisons of the variable with an algebraic constant.

Threat model. Covered: nothing here is numerical evidence; an open case raises. Not covered: time and memory, which are
the worker's to limit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

import flint
import sympy
from sympy.polys.rings import ring

from sml_env.verifiers.arithmetic import evaluate, rational_value
from sml_env.verifiers.balls import Undefined, ball, precision
from sml_env.verifiers.comparison import infinite_sign
from sml_env.verifiers.nodes import (
    SCALARS,
    Chain,
    Function,
    Interval,
    Node,
    Relation,
    SetNode,
    SetOperation,
    Symbol,
    System,
    Union,
    add,
    free_symbols,
    negate,
    walk,
)
from sml_env.verifiers.workers.quotients import Polynomial, Quotients, factors_of
from sml_env.verifiers.workers.sympy_trees import Unsolved, build

__all__ = ["same_inequalities"]

MAX_ABS = 5
"""Most absolute values in one relation."""
MAX_RELATIONS = 16
"""Most relations on one side."""
ROOT_BITS = 1_024
"""Precision at which an algebraic constant is told from the other roots of its polynomial, in bits."""

_MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_X = sympy.Symbol("v0")


@dataclass(frozen=True, slots=True)
class _Root:
    """One real root: of an irreducible polynomial, alone in a closed interval."""

    low: Fraction
    high: Fraction
    factor: Polynomial


@dataclass(slots=True)
class _Relation:
    """A relation between rational functions and absolute values of them.

    Attributes:
        moduli: The absolute values.
        zeros: For each choice of their signs, where the difference of the sides vanishes (None: everywhere).
        holes: For each choice, where something is divided by zero.
        cuts: All polynomials whose roots may end a cell.
    """

    relation: Relation
    name: str
    moduli: list[Function] = field(default_factory=list)
    zeros: dict[tuple[int, ...], frozenset[Polynomial] | None] = field(default_factory=dict)
    holes: dict[tuple[int, ...], frozenset[Polynomial]] = field(default_factory=dict)
    cuts: set[Polynomial] = field(default_factory=set)

    def __post_init__(self) -> None:
        difference = add([self.relation.left, negate(self.relation.right)])
        self.moduli = sorted(
            {part for part in walk(difference) if isinstance(part, Function) and part.name == "abs"}, key=repr
        )
        if len(self.moduli) > MAX_ABS:
            raise Unsolved
        for signs in product((1, -1), repeat=len(self.moduli)):
            quotients = Quotients((difference,), "real", dict(zip(self.moduli, signs, strict=True)))
            if quotients.atoms or quotients.names not in ([], [self.name]):
                raise Unsolved
            top, _ = quotients.of(difference)
            self.zeros[signs] = factors_of(top) if top else None
            for modulus in self.moduli:
                inside, _ = quotients.of(modulus.args[0])
                self.cuts |= factors_of(inside) if inside else frozenset()
            self.holes[signs] = frozenset().union(*map(factors_of, quotients.forbidden))
            self.cuts |= (self.zeros[signs] or frozenset()) | self.holes[signs]

    def place(self, roots: list[_Root]) -> None:
        """Nothing to prepare."""

    def sign(self, sample: Fraction) -> int | None:
        """Return the sign of the difference at a sample, or None where it is undefined."""
        value = _value(add([self.relation.left, negate(self.relation.right)]), self.name, sample)
        return None if value is None else (value > 0) - (value < 0)

    def in_cell(self, sample: Fraction, index: int) -> bool:
        """Decide in the cell before the root of that number."""
        return _holds(self.relation.op, self.sign(sample))

    def at_root(self, root: _Root, index: int, sample: Fraction) -> bool:
        """Decide at a root, from a sample of the cell to its left; `index` is the root's number."""
        signs = []
        for modulus in self.moduli:
            inside = _value(modulus.args[0], self.name, sample)
            signs.append(-1 if inside is not None and inside < 0 else 1)
        if root.factor in self.holes[tuple(signs)]:
            return False
        zeros = self.zeros[tuple(signs)]
        return _holds(self.relation.op, 0 if zeros is None or root.factor in zeros else self.sign(sample))


@dataclass(slots=True)
class _Comparison:
    """The variable compared with an algebraic constant, which is the root number `position`."""

    op: str
    constant: Node
    cuts: set[Polynomial] = field(default_factory=set)
    position: int = -1

    def __post_init__(self) -> None:
        built = build(self.constant, "real")
        if not built.is_algebraic:
            raise Unsolved
        minimal = sympy.minimal_polynomial(built, _X)
        self.cuts = set(factors_of(ring("v0", sympy.QQ)[0].from_expr(minimal)))

    def place(self, roots: list[_Root]) -> None:
        with precision(ROOT_BITS):
            try:
                value = ball(self.constant, {})
            except Undefined:
                raise Unsolved from None
            if not value.imag.is_zero():
                raise Unsolved
            near = [
                index
                for index, root in enumerate(roots)
                if root.factor in self.cuts and not (value.real < _arb(root.low) or value.real > _arb(root.high))
            ]
        if len(near) != 1:
            raise Unsolved
        self.position = near[0]

    def in_cell(self, sample: Fraction, index: int) -> bool:
        return _holds(self.op, 1 if index > self.position else -1)

    def at_root(self, root: _Root, index: int, sample: Fraction) -> bool:
        return _holds(self.op, (index > self.position) - (index < self.position))


@dataclass(frozen=True, slots=True)
class _Joined:
    """Conditions that all hold, or of which any holds."""

    every: bool
    parts: tuple[_Joined | _Relation | _Comparison, ...]

    def leaves(self) -> list[_Relation | _Comparison]:
        return [leaf for part in self.parts for leaf in (part.leaves() if isinstance(part, _Joined) else [part])]

    def in_cell(self, sample: Fraction, index: int) -> bool:
        return (all if self.every else any)(part.in_cell(sample, index) for part in self.parts)

    def at_root(self, root: _Root, index: int, sample: Fraction) -> bool:
        return (all if self.every else any)(part.at_root(root, index, sample) for part in self.parts)


def same_inequalities(a: Node, b: Node, variables: str) -> bool | None:
    """Decide whether two sets of reals are the same.

    Args:
        a: A relation, a chain, a union of these, an interval or a finite set, in at most one variable.
        b: Another, in the same variable.
        variables: ``real`` or ``positive``.

    Returns:
        True or False, both proven; None for complex variables.

    Raises:
        Unsolved: If there is another kind of function or constant in them, or more than one variable.
    """
    names = free_symbols(a) | free_symbols(b)
    if len(names) != 1 or variables == "complex":
        return None
    (name,) = names
    left, right = _condition(a, name), _condition(b, name)
    leaves = [*left.leaves(), *right.leaves()]
    if len(leaves) > 2 * MAX_RELATIONS:
        raise Unsolved
    zero = factors_of(ring("v0", sympy.QQ)[1])
    roots = _real_roots(set(zero).union(*(leaf.cuts for leaf in leaves)))
    for leaf in leaves:
        leaf.place(roots)
    samples = _samples(roots)
    origin = next(index for index, root in enumerate(roots) if root.factor in zero)
    first = origin + 1 if variables == "positive" else 0
    for index in range(first, len(samples)):
        if left.in_cell(samples[index], index) != right.in_cell(samples[index], index):
            return False
    for index in range(first, len(roots)):
        at = roots[index], index, samples[index]
        if left.at_root(*at) != right.at_root(*at):
            return False
    return True


def _condition(node: Node, name: str) -> _Joined:
    """Return the condition on the variable that a set or relation means."""
    x = Symbol(name)
    match node:
        case Relation(op, left, right) if op in _MIRROR and left.__class__ in SCALARS and right.__class__ in SCALARS:
            return _Joined(True, (_leaf(op, left, right, name),))
        case Chain(parts) | System(parts):
            return _Joined(True, tuple(_condition(part, name) for part in parts))
        case SetOperation("intersect", left, right):
            return _Joined(True, (_condition(left, name), _condition(right, name)))
        case Union(parts):
            return _Joined(False, tuple(_condition(part, name) for part in parts))
        case SetNode(items):
            return _Joined(False, tuple(_leaf("==", x, item, name) for item in items))
        case Interval(lo, hi, lo_closed, hi_closed):
            ends = (lo, ">=" if lo_closed else ">", -1), (hi, "<=" if hi_closed else "<", 1)
            return _Joined(True, tuple(_leaf(op, x, end, name) for end, op, way in ends if infinite_sign(end) != way))
        case _:
            raise Unsolved


def _leaf(op: str, left: Node, right: Node, name: str) -> _Relation | _Comparison:
    if right == Symbol(name):
        op, left, right = _MIRROR[op], right, left
    if left == Symbol(name) and not free_symbols(right) and rational_value(right) is None:
        return _Comparison(op, right)
    return _Relation(Relation(op, left, right), name)


def _holds(op: str, sign: int | None) -> bool:
    if sign is None:
        return False
    return {"<": sign < 0, "<=": sign <= 0, ">": sign > 0, ">=": sign >= 0, "==": sign == 0, "!=": sign != 0}[op]


def _value(node: Node, name: str, sample: Fraction) -> Fraction | None:
    """Return the exact value at a point, None where undefined."""
    try:
        value = evaluate(node, {name: sample})
    except ZeroDivisionError:
        return None
    if value is None:
        raise Unsolved
    return value


def _arb(value: Fraction) -> Any:
    return flint.arb(flint.fmpq(value.numerator, value.denominator))


def _real_roots(factors: set[Polynomial]) -> list[_Root]:
    """Return the real roots of distinct irreducible polynomials in order, in disjoint intervals."""
    singles = [(factor, sympy.Poly(factor.as_expr(), _X)) for factor in factors]
    width = Fraction(1, 16)
    while True:
        roots = sorted(
            (
                _Root(Fraction(str(low)), Fraction(str(high)), factor)
                for factor, single in singles
                for low, high in single.intervals(eps=sympy.Rational(width.numerator, width.denominator), sqf=True)
            ),
            key=lambda root: (root.low, root.high),
        )
        if all(before.high < after.low for before, after in pairwise(roots)):
            return roots
        width /= 1024


def _samples(roots: list[_Root]) -> list[Fraction]:
    """Return a rational point of every cell, from left to right."""
    if not roots:
        return [Fraction(0)]
    between = [(before.high + after.low) / 2 for before, after in pairwise(roots)]
    return [roots[0].low - 1, *between, roots[-1].high + 1]
