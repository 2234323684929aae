"""Whether two trees are the same answer, whatever their kinds: numbers, functions, tuples, lists, sets, relations."""

from __future__ import annotations

from sml_env.verifiers.comparison import Equality, equal_constants
from sml_env.verifiers.identity import identical, proportional
from sml_env.verifiers.nodes import (
    SCALARS,
    Chain,
    Function,
    Interval,
    ListNode,
    Node,
    Product,
    Relation,
    SetNode,
    Symbol,
    TupleNode,
    Union,
    add,
    free_symbols,
    negate,
)
from sml_env.verifiers.realsets import Unordered, nonempty, real_set, same_real_set

__all__ = ["MAX_ITEMS", "equivalent"]

MAX_ITEMS = 64
"""Most items of a tuple, a list or a set that are matched."""
MAX_PAIRS = 256
"""Most pairs of items that are compared while matching without order."""

_UNKNOWN = Equality(None, "none")
_KIND = Equality(False, "kind")
_WEAKEST = ("literal", "exact", "kind", "modular", "balls", "algebraic", "numeric", "none")
_SETS = (Interval, Union, SetNode, Relation, Chain)


def equivalent(answer: Node, reference: Node) -> Equality:
    """Decide whether an answer is the reference in another form.

    Args:
        answer: The tree of the answer.
        reference: The tree of the reference; its kind settles what ``(2, 3)`` means.

    Returns:
        The decision and the stage that made it; of several stages, the one that gives the weakest guarantee.
    """
    if answer == reference:
        return Equality(True, "literal")
    answer, reference = _solved(answer), _solved(reference)
    if answer.__class__ in SCALARS and reference.__class__ in SCALARS:
        return _scalars(answer, reference)
    answer, reference = _single(answer, reference), _single(reference, answer)
    if answer.__class__ in SCALARS and reference.__class__ in SCALARS:
        return _scalars(answer, reference)
    if isinstance(answer, Relation) and isinstance(reference, Relation):
        return _relations(answer, reference)
    if isinstance(answer, (TupleNode, ListNode, SetNode)) and isinstance(reference, (TupleNode, ListNode, SetNode)):
        return _collections(answer, reference)
    if isinstance(answer, TupleNode) and _is_range(reference):
        answer = _opened(answer)
    if isinstance(reference, TupleNode) and _is_range(answer):
        reference = _opened(reference)
    if isinstance(answer, _SETS) and isinstance(reference, _SETS):
        return _real_sets(answer, reference)
    return _KIND


def _scalars(a: Node, b: Node) -> Equality:
    if a == b:
        return Equality(True, "literal")
    if not free_symbols(a) and not free_symbols(b):
        return equal_constants(a, b)
    return identical(a, b)


def _named(node: Node) -> str | None:
    """Return what is defined by the left side of an equation: ``y``, or ``f(x)``."""
    if isinstance(node, Symbol):
        return node.name
    if isinstance(node, Product) and len(node.factors) == 2 and all(isinstance(part, Symbol) for part in node.factors):
        head = node.factors[0]
        if isinstance(head, Symbol) and head.name in ("f", "g", "h", "p", "P"):
            return head.name
    return None


def _value(node: Node) -> Node | None:
    """Return the right side of ``x == value``, if x is a lone variable that the value does not hold."""
    if isinstance(node, Relation) and node.op == "==":
        for left, right in ((node.left, node.right), (node.right, node.left)):
            name = _named(left)
            if name is not None and name not in free_symbols(right):
                return right
    return None


def _solved(node: Node) -> Node:
    """Turn ``x = 2 or x = 3`` and ``x = 2, x = 3`` into the list of values."""
    parts = node.parts if isinstance(node, Union) else node.items if isinstance(node, ListNode) else ()
    if not parts or len(parts) > MAX_ITEMS:
        return node
    if isinstance(node, Union) and all(part.__class__ in SCALARS or isinstance(part, TupleNode) for part in parts):
        return ListNode(parts)
    values = [_value(part) for part in parts]
    names = {_named(part.left) for part in parts if isinstance(part, Relation)}
    if len(names) == 1 and all(value is not None for value in values):
        return ListNode(tuple(value for value in values if value is not None))
    return node


def _single(node: Node, other: Node) -> Node:
    """Take the value out of ``x == 5`` and ``{5}`` where the other side is a bare value, tuple, list or set."""
    bare = other.__class__ in SCALARS or isinstance(other, (TupleNode, ListNode, SetNode))
    value = _value(node) if bare else None
    if value is not None:
        return value
    if isinstance(node, (SetNode, ListNode)) and len(node.items) == 1 and other.__class__ in SCALARS:
        return node.items[0]
    return node


def _relations(a: Relation, b: Relation) -> Equality:
    if a.op == "==" == b.op:
        left, right = _value(a), _value(b)
        if left is not None and right is not None and _named(a.left) == _named(b.left) is not None:
            return equivalent(left, right)
        if left is not None and right is not None and not free_symbols(left) and not free_symbols(right):
            return _KIND
        if {a.left, a.right} == {b.left, b.right}:
            return Equality(True, "literal")
        if any(side.__class__ not in SCALARS for side in (a.left, a.right, b.left, b.right)):
            return _all([equivalent(a.left, b.left), equivalent(a.right, b.right)], certain=False)
        scaled = proportional(add([a.left, negate(a.right)]), add([b.left, negate(b.right)]))
        return scaled if scaled.equal else _UNKNOWN
    return _real_sets(a, b)


def _is_range(node: Node) -> bool:
    if isinstance(node, (Interval, Chain)):
        return True
    if isinstance(node, Relation):
        return node.op != "=="
    return isinstance(node, Union) and any(_is_range(part) for part in node.parts)


def _opened(node: TupleNode) -> Node:
    """The open interval that a pair may mean; a pair that would be an empty one is only a pair."""
    if len(node.items) != 2 or any(item.__class__ not in SCALARS for item in node.items):
        return node
    interval = Interval(node.items[0], node.items[1], False, False)
    try:
        return interval if free_symbols(interval) or nonempty(interval) else node
    except Unordered:
        return node


def _real_sets(a: Node, b: Node) -> Equality:
    names = free_symbols(a), free_symbols(b)
    if all(names) and names[0] != names[1]:
        return _UNKNOWN
    if isinstance(a, Interval) and isinstance(b, Interval) and (names[0] or names[1]):
        if (a.lo_closed, a.hi_closed) != (b.lo_closed, b.hi_closed):
            return _UNKNOWN
        return _all([_scalars(a.lo, b.lo), _scalars(a.hi, b.hi)], certain=False)
    try:
        return Equality(same_real_set(real_set(a), real_set(b)), "exact")
    except Unordered:
        return _UNKNOWN


def _collections(a: TupleNode | ListNode | SetNode, b: TupleNode | ListNode | SetNode) -> Equality:
    if {type(a), type(b)} == {TupleNode, SetNode}:
        return _KIND
    if max(len(a.items), len(b.items)) > MAX_ITEMS:
        return _UNKNOWN
    if isinstance(a, SetNode) or isinstance(b, SetNode):
        return _all([_covered(a.items, b.items), _covered(b.items, a.items)])
    if len(a.items) != len(b.items):
        return _KIND
    if isinstance(a, TupleNode) or isinstance(b, TupleNode):
        return _all([equivalent(x, y) for x, y in zip(map(_bare, a.items), map(_bare, b.items), strict=True)])
    return _matched(a.items, b.items)


def _bare(node: Node) -> Node:
    value = _value(node)
    return node if value is None else value


def _covered(items: tuple[Node, ...], others: tuple[Node, ...]) -> Equality:
    """Whether each item is equal to one of the others."""
    if len(items) * len(others) > MAX_PAIRS:
        return _UNKNOWN
    return _all([_any(x, others) for x in items])


def _matched(items: tuple[Node, ...], others: tuple[Node, ...]) -> Equality:
    """Whether the items pair off with the others; equality is transitive, so the first fit will do.

    The first open question ends the search, which bounds its time.
    """
    if len(items) ** 2 > MAX_PAIRS:
        return _UNKNOWN
    left = list(others)
    decisions: list[Equality] = []
    for item in items:
        for index, other in enumerate(left):
            decision = equivalent(item, other)
            if decision.equal:
                decisions.append(decision)
                del left[index]
                break
            if decision.equal is None:
                return _UNKNOWN
        else:
            return Equality(False, "exact")
    return _all(decisions)


def _any(item: Node, others: tuple[Node, ...]) -> Equality:
    """Whether one of the others is equal; the first open question ends the search, which bounds its time."""
    decisions: list[Equality] = []
    for other in others:
        decision = equivalent(item, other)
        if decision.equal or decision.equal is None:
            return decision
        decisions.append(decision)
    return Equality(False, _weakest(decisions))


def _all(decisions: list[Equality], certain: bool = True) -> Equality:
    """Join decisions that must all be equal; without `certain` a difference leaves the whole undecided."""
    different = [decision for decision in decisions if decision.equal is False]
    if different:
        return different[0] if certain else _UNKNOWN
    if any(decision.equal is None for decision in decisions):
        return _UNKNOWN
    return Equality(True, _weakest(decisions))


def _weakest(decisions: list[Equality]) -> str:
    return max((decision.method for decision in decisions), key=_WEAKEST.index, default="exact")


def percent_value(node: Node) -> Node | None:
    """Return x for a tree that is ``x%``."""
    return node.args[0] if isinstance(node, Function) and node.name == "percent" else None
