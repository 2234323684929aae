"""The public face of expressions: parse, print, inspect, evaluate and compare.

A tree comes from `parse_expression` alone or from the node classes; no text is ever evaluated. Everything here is
bounded, so that no input of at most `MAX_CHARS` characters takes long.
"""

from __future__ import annotations

from sml_env.errors import ExpressionError
from sml_env.verifiers.arithmetic import MAX_FACTORIAL, MAX_VALUE_BITS, evaluate, rational_value, substitute
from sml_env.verifiers.comparison import compare
from sml_env.verifiers.grammar import MAX_DEPTH, parse_expression
from sml_env.verifiers.lexicon import MAX_DIGITS, MAX_SCALE
from sml_env.verifiers.nodes import (
    Chain,
    Constant,
    Function,
    Interval,
    ListNode,
    Node,
    Number,
    Power,
    Product,
    Relation,
    SetNode,
    Sum,
    Symbol,
    TupleNode,
    Union,
    children,
    free_symbols,
    walk,
)
from sml_env.verifiers.rendering import to_text
from sml_env.verifiers.tokens import MAX_CHARS, MAX_TOKENS

__all__ = [
    "MAX_CHARS",
    "MAX_DEPTH",
    "MAX_DIGITS",
    "MAX_FACTORIAL",
    "MAX_SCALE",
    "MAX_TOKENS",
    "MAX_VALUE_BITS",
    "Chain",
    "Constant",
    "ExpressionError",
    "Function",
    "Interval",
    "ListNode",
    "Node",
    "Number",
    "Power",
    "Product",
    "Relation",
    "SetNode",
    "Sum",
    "Symbol",
    "TupleNode",
    "Union",
    "children",
    "compare",
    "evaluate",
    "free_symbols",
    "parse_expression",
    "rational_value",
    "substitute",
    "to_text",
    "walk",
]
