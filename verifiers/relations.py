"""Equations and inequalities: what they assign, whether they are solved, and when two of them say the same."""

from __future__ import annotations

from fractions import Fraction

from sml_env.verifiers.arithmetic import evaluate
from sml_env.verifiers.comparison import UNKNOWN, Equality, Judge
from sml_env.verifiers.curves import crosses_apart
from sml_env.verifiers.identity import proportional
from sml_env.verifiers.nodes import (
    SCALARS,
    Chain,
    Function,
    Node,
    Number,
    Power,
    Product,
    Ratio,
    Relation,
    Symbol,
    System,
    TupleNode,
    Union,
    add,
    free_symbols,
    negate,
    walk,
)
from sml_env.verifiers.opaque import UNKNOWN_FUNCTIONS
from sml_env.verifiers.rendering import to_text

__all__ = ["bare", "equal_relations", "is_solved", "named", "states_constant", "value_of"]

_MINUS_ONE = Number(Fraction(-1))
_MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_PLAIN = frozenset(("sqrt", "cbrt", "root", "abs", "percent", "floor", "ceil"))
_FUNCTION_NAMES = frozenset("fghpqFGHPQ")


def named(node: Node) -> str | None:
    """Return what is defined by the left side of an equation: ``y``, ``f(x)`` or ``f(2)``."""
    if isinstance(node, Symbol):
        return node.name
    if isinstance(node, Function) and node.name in UNKNOWN_FUNCTIONS:
        return node.name if isinstance(node.args[0], Symbol) else to_text(node)
    if isinstance(node, Product) and len(node.factors) == 2:
        head = node.factors[0]
        if isinstance(head, Symbol) and head.name in _FUNCTION_NAMES:
            return head.name if isinstance(node.factors[1], Symbol) else to_text(node)
    return _segments(node)


def _segments(node: Node) -> str | None:
    """Return a name for what geometry calls by capital letters: ``AB``, ``|AB|``, ``NO/BO``, ``S_1:S_2``."""
    if isinstance(node, Function) and node.name == "abs":
        node = node.args[0]
    if not isinstance(node, (Product, Ratio)):
        return None
    for part in walk(node):
        if isinstance(part, Symbol):
            if not part.name[0].isupper():
                return None
        elif not isinstance(part, (Product, Ratio, Power)) and part != _MINUS_ONE:
            return None
    return to_text(node)


def value_of(node: Node) -> Node | None:
    """Return the right side of ``x == value`` or ``(x, y) == (1, 2)``, if the value does not hold what it defines."""
    if not isinstance(node, Relation) or node.op != "==":
        return None
    for left, right in ((node.left, node.right), (node.right, node.left)):
        name = named(left)
        if name is not None and name not in free_symbols(right):
            return right
        if (
            isinstance(left, TupleNode)
            and isinstance(right, TupleNode)
            and all(isinstance(item, Symbol) for item in left.items)
            and len(left.items) == len(right.items)
            and not free_symbols(left) & free_symbols(right)
        ):
            pairs = sorted(zip(map(to_text, left.items), right.items, strict=True), key=lambda pair: pair[0])
            return TupleNode(tuple(value for _, value in pairs))
    return None


def bare(node: Node) -> Node:
    """Return the value that an equation assigns, or the node itself."""
    value = value_of(node)
    return node if value is None else value


def states_constant(node: Relation) -> bool:
    """Whether an equation gives a constant for several variables together: ``m + n = 9``, but not ``2x = 10``."""
    names = free_symbols(node.left)
    return (
        node.op == "=="
        and node.left.__class__ in SCALARS
        and node.right.__class__ in SCALARS
        and not free_symbols(node.right)
        and (len(names) > 1 or any(isinstance(part, Function) and part.name not in _PLAIN for part in walk(node.left)))
    )


def is_solved(node: Node) -> bool:
    """Whether each relation in one variable has that variable alone on one side."""
    if isinstance(node, Relation):
        names = free_symbols(node)
        if len(names) != 1:
            return True
        left, right = node.left, node.right
        if any(isinstance(side, Function) and side.name in UNKNOWN_FUNCTIONS for side in (left, right)):
            return True
        return (named(left) is not None and not free_symbols(right)) or (
            named(right) is not None and not free_symbols(left)
        )
    if isinstance(node, Chain):
        return all(is_solved(link) for link in node.links)
    if isinstance(node, (Union, System)):
        return all(is_solved(part) for part in node.parts)
    return True


def equal_relations(a: Relation, b: Relation, judge: Judge) -> Equality:
    """Decide whether two relations say the same."""
    sides = (a.left, a.right, b.left, b.right)
    if any(side.__class__ not in SCALARS for side in sides):
        if a.op != b.op:
            return UNKNOWN
        if a.left == b.left and named(a.left) is not None:
            return judge.decide(a.right, b.right)
        parts = judge.decide(a.left, b.left), judge.decide(a.right, b.right)
        return Equality(True, parts[1].method) if all(part.equal for part in parts) else UNKNOWN
    if a.op == "==" == b.op:
        return _equations(a, b, judge)
    if len(free_symbols(a) | free_symbols(b)) <= 1 and is_solved(a) and is_solved(b):
        return judge.sets(a, b)
    return _inequalities(a, b, judge)


def _equations(a: Relation, b: Relation, judge: Judge) -> Equality:
    left, right = value_of(a), value_of(b)
    if left is not None and right is not None:
        if named(a.left) == named(b.left) is not None:
            return judge.decide(left, right)
        if not free_symbols(left) and not free_symbols(right):
            return Equality(False, "kind")
    if {a.left, a.right} == {b.left, b.right}:
        return Equality(True, "literal")
    if left is not None and right is not None and {named(a.left), named(b.left)} & {"f", "y"} == {"f", "y"}:
        return judge.decide(left, right)
    if free_symbols(a) != free_symbols(b):
        return Equality(False, "unsolved")
    f, g = add([a.left, negate(a.right)]), add([b.left, negate(b.right)])
    scaled = proportional(f, g)
    if scaled.equal:
        return scaled
    if crosses_apart(f, g):
        return Equality(False, "balls")
    return judge.asked("equations", a, b)


def _inequalities(a: Relation, b: Relation, judge: Judge) -> Equality:
    """Decide by a factor whose sign turns the relation or leaves it."""
    f, g = add([a.left, negate(a.right)]), add([b.left, negate(b.right)])
    if free_symbols(a) != free_symbols(b):
        return Equality(False, "unsolved")
    if "==" not in (a.op, b.op) and proportional(f, g).equal:
        sign = _factor_sign(f, g)
        if sign:
            return Equality(a.op == (b.op if sign > 0 else _MIRROR.get(b.op)), "modular")
    return judge.asked("inequalities", a, b)


def _factor_sign(f: Node, g: Node) -> int:
    """Return the sign of f / g at a point where both are rational and not zero, else 0."""
    names = sorted(free_symbols(f) | free_symbols(g))
    for attempt in range(1, 9):
        point = {name: Fraction(attempt * 7 + 3 * index, attempt + 5) for index, name in enumerate(names)}
        try:
            x, y = evaluate(f, point), evaluate(g, point)
        except ZeroDivisionError:
            continue
        if x and y:
            return 1 if (x > 0) is (y > 0) else -1
    return 0
