"""Whether two equations have the same solutions; only a worker imports this.

An equation between rational functions is N = 0 without the points where a division in it is by zero. The solutions are
the same if the irreducible factors of N are, and nothing that is divided by vanishes together with N on one side alone.
They differ if, on a line parallel to an axis, a real root of one is no root of the other, which is defined there.

Threat model. Covered: nothing here is numerical evidence. Not covered: time and memory, which the worker limits.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import sympy

from sml_env.verifiers.arithmetic import substitute
from sml_env.verifiers.nodes import SCALARS, Node, Number, Relation, add, negate
from sml_env.verifiers.workers.inequalities import same_inequalities
from sml_env.verifiers.workers.quotients import Polynomial, Quotients, factors_of, may_vanish
from sml_env.verifiers.workers.sympy_trees import Unsolved

__all__ = ["same_equations"]

SLICES = 12
"""Lines parallel to each axis on which equations are searched for a difference."""

_SLICE_VALUES = tuple(map(Fraction, ["1", "2", "0", "-1", "3", "1/2", "-2", "5"]))


@dataclass(frozen=True, slots=True)
class _Solutions:
    """Where a polynomial vanishes and none of the forbidden factors does.

    Attributes:
        zeros: The irreducible factors, or None for the zero polynomial.
        forbidden: The irreducible factors of what is divided by.
    """

    zeros: frozenset[Polynomial] | None
    forbidden: frozenset[Polynomial]


def _solutions(relation: Relation, quotients: Quotients) -> _Solutions:
    quotients.forbidden = []
    top, _ = quotients.of(add([relation.left, negate(relation.right)]))
    forbidden = frozenset().union(*map(factors_of, quotients.forbidden))
    return _Solutions(factors_of(top) if top else None, forbidden)


def same_equations(a: Node, b: Node, variables: str) -> bool | None:
    """Decide whether two equations have the same solutions.

    Args:
        a: A Relation ``==``.
        b: Another.
        variables: ``real``, ``positive`` or ``complex``: what each variable ranges over.

    Returns:
        True or False where proven, else None. A point that solves one equation and lies outside the domain of the
        other counts in one real variable (an extraneous root makes a difference); in several it leaves the answer open.

    Raises:
        Unsolved: If one is no equation between scalar trees.
    """
    if not (isinstance(a, Relation) and isinstance(b, Relation) and _is_equation(a) and _is_equation(b)):
        raise Unsolved
    quotients = Quotients((a, b), variables)
    left, right = _solutions(a, quotients), _solutions(b, quotients)
    if quotients.guards(a) == quotients.guards(b) and _same(left, right, quotients):
        return True
    if _differ(a, b, quotients.names, variables):
        return False
    if len(quotients.names) == 1 and variables != "complex":
        return same_inequalities(a, b, variables)
    return None


def _is_equation(relation: Relation) -> bool:
    return relation.op == "==" and relation.left.__class__ in SCALARS and relation.right.__class__ in SCALARS


def _same(left: _Solutions, right: _Solutions, quotients: Quotients) -> bool:
    def relevant(factors: frozenset[Polynomial]) -> frozenset[Polynomial]:
        return frozenset(factor for factor in factors if may_vanish(factor, quotients))

    outside = relevant(left.forbidden) ^ relevant(right.forbidden)
    if left.zeros is None or right.zeros is None:
        return left.zeros is right.zeros and not outside
    zeros = relevant(left.zeros - left.forbidden), relevant(right.zeros - right.forbidden)
    return zeros[0] == zeros[1] and all(_disjoint(zero, hole) for zero in zeros[0] for hole in outside)


def _disjoint(p: Polynomial, q: Polynomial) -> bool:
    """Whether two polynomials have no common zero, even a complex one."""
    return bool(sympy.groebner([p.as_expr(), q.as_expr()], *p.ring.symbols).exprs == [1])


def _differ(a: Relation, b: Relation, names: list[str], variables: str) -> bool:
    """Whether on some line parallel to an axis one equation has a solution that the other, defined there, has not."""
    values = [value for value in _SLICE_VALUES if variables != "positive" or value > 0]
    for main in names:
        others = [name for name in names if name != main]
        for turn in range(SLICES if others else 1):
            line: dict[str, Node] = {
                name: Number(values[(turn * (index + 1) + index) % len(values)]) for index, name in enumerate(others)
            }
            trees = substitute(a, line), substitute(b, line)
            quotients = Quotients(trees, variables)
            if quotients.atoms or not quotients.names:
                continue
            try:
                left, right = (_solutions(tree, quotients) for tree in trees if isinstance(tree, Relation))
            except Unsolved:
                continue
            if _solves_only(left, right, quotients) or _solves_only(right, left, quotients):
                return True
    return False


def _solves_only(left: _Solutions, right: _Solutions, quotients: Quotients) -> bool:
    if right.zeros is None:
        return False
    if left.zeros is None:
        return True
    alone = left.zeros - left.forbidden - right.zeros - right.forbidden
    return any(may_vanish(factor, quotients) for factor in alone)
