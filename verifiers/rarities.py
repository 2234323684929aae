"""Ratios, numbers in a base and residue classes."""

from __future__ import annotations

from fractions import Fraction

from sml_env.verifiers.arithmetic import rational_value
from sml_env.verifiers.comparison import UNKNOWN, Equality, Judge, all_of
from sml_env.verifiers.nodes import SCALARS, Based, Congruence, Node, Number, Ratio, multiply

__all__ = ["rarities"]

_KIND = Equality(False, "kind")


def rarities(a: Node, b: Node, judge: Judge) -> Equality:
    """Decide about ratios, numbers in a base and residue classes."""
    if isinstance(a, Based) or isinstance(b, Based):
        if judge.policy.bases == "same":
            return Equality(a == b, "exact") if isinstance(a, Based) and isinstance(b, Based) else _KIND
        return judge.decide(*(Number(Fraction(int(x.digits, x.base))) if isinstance(x, Based) else x for x in (a, b)))
    if isinstance(a, Congruence) or isinstance(b, Congruence):
        return _congruent(a, b)
    if isinstance(a, Ratio) and isinstance(b, Ratio):
        return _ratios(a.terms, b.terms, judge)
    ratio, other = (a, b) if isinstance(a, Ratio) else (b, a)
    if isinstance(ratio, Ratio) and len(ratio.terms) == 2 and other.__class__ in SCALARS:
        return _ratios(ratio.terms, (other, Number(Fraction(1))), judge)
    return _KIND


def _ratios(a: tuple[Node, ...], b: tuple[Node, ...], judge: Judge) -> Equality:
    """Decide whether two ratios are one up to a factor."""
    if len(a) != len(b) or len(a) > 8:
        return _KIND
    if any(rational_value(term) == 0 for term in (*a, *b)):
        return UNKNOWN
    return all_of([judge.scalars(multiply(a[0], y), multiply(b[0], x)) for x, y in zip(a[1:], b[1:], strict=True)])


def _valued(node: Node) -> Node:
    return Number(Fraction(int(node.digits, node.base))) if isinstance(node, Based) else node


def _congruent(a: Node, b: Node) -> Equality:
    if not isinstance(a, Congruence):
        a, b = b, a
    assert isinstance(a, Congruence)
    value, modulus = rational_value(a.value), rational_value(a.modulus)
    other = rational_value(b.value if isinstance(b, Congruence) else b)
    if value is None or not modulus or other is None:
        return UNKNOWN
    if isinstance(b, Congruence):
        same = rational_value(b.modulus)
        return Equality(same is not None and abs(same) == abs(modulus) and (value - other) % modulus == 0, "exact")
    return Equality(other == value % abs(modulus), "exact")
