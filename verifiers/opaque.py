"""Calls that are compared by their arguments alone: rounding, and functions of which only the name is known.

``floor(2x)`` may be anything that a value at some points does not show, and ``f(2)`` is not ``2f(1)``. Each such call
becomes a variable of its own, the same one where name and arguments are the same.
"""

from __future__ import annotations

from collections.abc import Callable

from sml_env.verifiers.nodes import Function, Node, Symbol, rebuild, walk

__all__ = ["OPAQUE", "UNKNOWN_FUNCTIONS", "abstracted", "has_opaque"]

UNKNOWN_FUNCTIONS = frozenset(("f", "g"))
"""Letters that name a function where a bracket follows."""
OPAQUE = frozenset(("floor", "ceil", "gcd", "lcm")) | UNKNOWN_FUNCTIONS
"""Functions that are compared by their arguments."""
_MAX_CALLS = 12


def has_opaque(node: Node) -> bool:
    """Whether a call in the tree is compared by its arguments alone."""
    return any(isinstance(part, Function) and part.name in OPAQUE for part in walk(node))


def abstracted(trees: tuple[Node, Node], same: Callable[[Node, Node], bool]) -> tuple[Node, Node] | None:
    """Replace opaque calls by variables.

    Args:
        trees: Two scalar trees.
        same: Whether two arguments are equal.

    Returns:
        The trees without such calls, or None if there are too many.
    """
    calls: list[tuple[Function, Symbol]] = []

    def change(node: Node) -> Node:
        node = rebuild(node, change)
        if not isinstance(node, Function) or node.name not in OPAQUE:
            return node
        for known, symbol in calls:
            if known.name == node.name and len(known.args) == len(node.args) and all(map(same, known.args, node.args)):
                return symbol
        symbol = Symbol(f"call_{len(calls)}")
        calls.append((node, symbol))
        return symbol

    first, second = change(trees[0]), change(trees[1])
    return (first, second) if len(calls) <= _MAX_CALLS else None
