"""Python source as a syntax tree, parsed without warnings, without exceptions and within bounds."""

from __future__ import annotations

import ast
import warnings
from threading import Lock
from typing import Final, Literal, overload

__all__ = ["MAX_SOURCE_CHARACTERS", "defined_functions", "parse_source"]

MAX_SOURCE_CHARACTERS: Final = 100_000
_MAX_RUN: Final = 400
_lock = Lock()


@overload
def parse_source(source: str, mode: Literal["exec"] = "exec") -> ast.Module | None: ...
@overload
def parse_source(source: str, mode: Literal["eval"]) -> ast.Expression | None: ...
def parse_source(source: str, mode: Literal["exec", "eval"] = "exec") -> ast.Module | ast.Expression | None:
    """The tree of a source text, or None if it is not Python, too long, or nested too deeply.

    Args:
        source: Untrusted text. It is parsed, never compiled or run.
        mode: A program, or one expression.
    """
    if not isinstance(source, str) or len(source) > MAX_SOURCE_CHARACTERS:
        return None
    # The parser's warnings would become errors, or output, under some filters: one text must have one tree.
    with _lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(source, mode=mode)
        except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
            return None
    return tree if _shallow(tree) else None  # type: ignore[return-value]


def _shallow(tree: ast.AST) -> bool:
    """Whether no path of the tree is longer than a recursive visitor can walk."""
    level: list[ast.AST] = [tree]
    for _ in range(_MAX_RUN):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return True
    return False


def defined_functions(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    """Functions at the top level of a program by name; the last definition of a name counts."""
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
