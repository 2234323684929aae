"""Sequences with dots: ``1, 2, ..., n`` as progressions, written out where they are numbers."""

from __future__ import annotations

from sml_env.verifiers.arithmetic import rational_value
from sml_env.verifiers.comparison import UNKNOWN, Equality, Judge, all_of
from sml_env.verifiers.identity import identical
from sml_env.verifiers.nodes import Dotted, ListNode, Node, Number, SetNode, TupleNode, add, negate

__all__ = ["MAX_EXPANDED", "dotted", "expanded"]

MAX_EXPANDED = 1_000
"""Most items that dots between numbers may stand for."""


def dotted(a: Node, b: Node, judge: Judge) -> Equality:
    """Decide about two sequences with dots: as arithmetic progressions, else item by item."""
    first, second = _run(a), _run(b)
    if first is None or second is None:
        return UNKNOWN if type(a) is type(b) else Equality(False, "kind")
    decisions = []
    if first.last is not None and second.last is not None:
        decisions.append(judge.scalars(first.last, second.last))
    elif first.last is not second.last:
        return Equality(False, "kind")
    step, other_step = _step(first), _step(second)
    if step is not None and other_step is not None:
        decisions += [judge.scalars(first.items[0], second.items[0]), judge.scalars(step, other_step)]
    else:
        decisions += [judge.scalars(x, y) for x, y in zip(first.items, second.items, strict=False)]
        if len(first.items) != len(second.items) and all(decision.equal for decision in decisions):
            return UNKNOWN
    return all_of(decisions)


def expanded(node: Node) -> Node:
    """Write out the dots between numbers of an arithmetic progression, in a list, a tuple or a set."""
    run = _run(node)
    if run is None or run.last is None:
        return node
    step = _step(run)
    first, last = rational_value(run.items[0]), rational_value(run.last)
    by = None if step is None else rational_value(step)
    if first is None or not by or last is None:
        return node
    count = (last - first) / by
    if count.denominator != 1 or not len(run.items) <= count + 1 <= MAX_EXPANDED:
        return node
    items = tuple(Number(first + index * by) for index in range(int(count) + 1))
    if isinstance(node, TupleNode):
        return TupleNode(items)
    return SetNode(items) if isinstance(node, SetNode) else ListNode(items)


def _run(node: Node) -> Dotted | None:
    """Return the dotted run that a node is or that its brackets hold."""
    if isinstance(node, (TupleNode, SetNode)) and len(node.items) == 1:
        node = node.items[0]
    return node if isinstance(node, Dotted) else None


def _step(run: Dotted) -> Node | None:
    """Return the common difference of the items of a run, if they show one."""
    if len(run.items) < 2:
        return None
    step = add([run.items[1], negate(run.items[0])])
    for left, right in zip(run.items[1:], run.items[2:], strict=False):
        if not identical(add([right, negate(left)]), step).equal:
            return None
    return step
