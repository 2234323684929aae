"""Proofs by sympy that two trees are equal or differ; only a worker process imports this.

True and False are both claims of proof. Equality needs a chain of sympy's rewritings that ends in zero and, because
sympy has defects, agreement of rigorous enclosures at sample points, which also shows that the two are defined
somewhere; a difference needs disjoint enclosures at a point, or exact algebra. All else is None.

As elsewhere, isolated points where one of two functions is undefined do not count: x/x and 1 are one function.

Threat model. Covered: trees that sympy gets wrong in a way that enclosures to `BITS` can tell. Not covered: time and
memory, which are the worker's to limit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import sympy

from sml_env.verifiers.balls import Undefined, agree, ball, precision, small
from sml_env.verifiers.nodes import SCALARS, Constant, Function, Node, add, free_symbols, negate, walk
from sml_env.verifiers.workers.equations import same_equations
from sml_env.verifiers.workers.inequalities import same_inequalities
from sml_env.verifiers.workers.sympy_trees import Unsolved, build, discrete_names

__all__ = ["BITS", "answer", "warm"]

BITS = (640, 2_560)
"""Precisions of the enclosures that are tried in turn at a point, in bits."""
_COMPLEX = frozenset(("re", "im", "conj", "cis"))
_VALUES = tuple(map(Fraction, ("1/3", "2", "5/7", "3/2", "7/3", "1/64", "11/10", "13/4", "100/7", "1/9", "41/5")))


def answer(question: str, a: Node, b: Node, variables: str) -> bool | None:
    """Decide one question.

    Args:
        question: ``equal``, ``equations`` or ``inequalities``.
        a: A tree.
        b: Another.
        variables: ``real``, ``positive`` or ``complex``.

    Returns:
        True or False where proven, else None. What sympy raises passes through.
    """
    try:
        if question == "equal":
            return _equal(a, b, variables)
        if question == "equations":
            return same_equations(a, b, variables)
        return same_inequalities(a, b, variables) if question == "inequalities" else None
    except Unsolved:
        return None


def warm() -> None:
    """Load what sympy loads late, so that it is not loaded again for every question."""
    from sml_env.verifiers.grammar import parse_expression as parse

    for question, a, b in (
        ("equal", "sin(x)^2 + cos(x)^2 + sqrt(3 + 2sqrt(2))", "2 + sqrt(2)"),
        ("equal", "atan(1/2) + atan(1/3)", "pi/4"),
        ("equal", "tan(x)ln(x)", "sin(x)ln(x)/cos(x) + x - x*n!/n!"),
        ("equations", "y = 1/x", "2x*y = 2"),
        ("inequalities", "x^2 < 2", "-sqrt(2) < x < sqrt(2)"),
    ):
        answer(question, parse(a), parse(b), "real")


def _equal(a: Node, b: Node, variables: str) -> bool | None:
    if a.__class__ not in SCALARS or b.__class__ not in SCALARS:
        return None
    discrete = discrete_names(a, b)
    seen = _sampled(a, b, variables, discrete)
    if not seen:
        return seen
    difference = build(a, variables, discrete) - build(b, variables, discrete)
    if difference.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo):
        return None
    if _vanishes(difference, _CHEAP) or _vanishes_near_zero(a, b, difference) or _vanishes(difference, _COSTLY):
        return True
    return None


def _points(names: list[str], variables: str, discrete: frozenset[str]) -> Iterator[dict[str, Fraction]]:
    """Yield positive points and, for real and complex variables, points with negative coordinates."""
    if not names:
        yield {}
        return
    for round_ in range(len(_VALUES)):
        for signed in (False, True) if variables != "positive" else (False,):
            point = {}
            for index, name in enumerate(names):
                value = _VALUES[(round_ * (index + 1) + 5 * index) % len(_VALUES)]
                point[name] = -value if signed and (round_ + index) % 3 != 1 else value
                if name in discrete:
                    point[name] = Fraction(1 + (round_ * (index + 2) + index) % 13)
            yield point


def _sampled(a: Node, b: Node, variables: str, discrete: frozenset[str]) -> bool | None:
    """Return False at a proof of difference, True if all that is defined agrees, None if there is nothing to go by."""
    names = sorted(free_symbols(a) | free_symbols(b))
    agreed = False
    for values in _points(names, variables, discrete):
        for bits in BITS:
            with precision(bits):
                try:
                    left, right = ball(a, values), ball(b, values)
                except Undefined:
                    continue
                if not left.overlaps(right):
                    return False if _counts(a, b, values, variables) else None
                if agree(left, right, bits * 3 // 4):
                    agreed = True
                    break
    return True if agreed else None


def _counts(a: Node, b: Node, values: Mapping[str, Fraction], variables: str) -> bool:
    """Whether a point lies in the domain of both functions: of real ones, if no part of them is complex there."""
    parts = [part for tree in (a, b) for part in walk(tree)]
    if not values or variables == "complex":
        return True
    if any(part == Constant("i") or (isinstance(part, Function) and part.name in _COMPLEX) for part in parts):
        return True
    try:
        return all(ball(part, values).imag.is_zero() for part in parts)
    except Undefined:
        return False


def _vanishes(difference: Any, steps: tuple[Callable[[Any], Any], ...]) -> bool:
    """Whether one of the rewritings ends in zero."""
    for step in steps:
        try:
            value = step(difference)
        except MemoryError:
            raise
        except Exception:  # a rewriting that fails proves nothing; the next may do better
            continue
        if value == 0:
            return True
        if value.is_Number:
            return False
    return False


def _minimal(difference: Any) -> Any:
    if difference.free_symbols or not difference.is_algebraic:
        return difference
    variable = sympy.Dummy()
    return 0 if sympy.minimal_polynomial(difference, variable) == variable else difference


def _discrete(difference: Any) -> Any:
    if not difference.has(sympy.factorial, sympy.binomial):
        return difference
    return sympy.simplify(sympy.combsimp(sympy.expand_func(difference)))


_CHEAP: tuple[Callable[[Any], Any], ...] = (
    sympy.expand,
    lambda d: sympy.expand(sympy.expand(d).rewrite(sympy.exp)),
    lambda d: sympy.cancel(sympy.together(d)),
    lambda d: sympy.expand(sympy.expand_log(d)),
    lambda d: sympy.expand(sympy.sqrtdenest(sympy.radsimp(d))),
    _discrete,
    lambda d: sympy.cancel(sympy.together(d.rewrite(sympy.exp))),
    lambda d: sympy.expand(sympy.powsimp(sympy.powdenest(sympy.expand_power_base(d)))),
)
_COSTLY: tuple[Callable[[Any], Any], ...] = (
    sympy.trigsimp,
    lambda d: sympy.trigsimp(sympy.expand_trig(d)),
    _minimal,
    sympy.simplify,
)


def _vanishes_near_zero(a: Node, b: Node, difference: Any) -> bool:
    """Whether a constant d is zero because |d| < 1/4 and exp(d) = 1, or exp(4 i d) = 1."""
    if difference.free_symbols:
        return False
    with precision(BITS[0]):
        try:
            if not small(ball(add([a, negate(b)]), {}), 2):
                return False
        except Undefined:
            return False
    logs = difference.rewrite(sympy.log)
    return any(
        _vanishes(sympy.exp(sympy.expand(multiple * logs)) - 1, (sympy.expand, sympy.radsimp))
        for multiple in (1, 4 * sympy.I)
    )
