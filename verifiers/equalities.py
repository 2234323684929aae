"""Tests of the assert style that are no more than equalities with literals, read without running them.

Most published tests are: ``assert candidate([1, 2], 3) == [4, 5]``. Read as data they need no process of their own.
What is anything else is left to that process; nothing is guessed.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sml_env.verifiers.sandbox.codec import encode

__all__ = ["Equality", "equalities"]

_MAX_SOURCE: Final = 200_000
_MAX_DEPTH: Final = 40


@dataclass(frozen=True, slots=True)
class Equality:
    """One assert: the arguments of the call, and what it must be equal to, as Python's ``==`` has it.

    Attributes:
        arguments: Of the call; ``None`` for ``assert True``.
        expected: What is compared with.
    """

    arguments: tuple[Any, ...] | None
    expected: Any = True


@lru_cache(maxsize=4_096)
def equalities(asserts: str) -> tuple[Equality, ...] | None:
    """The asserts of a function ``check(candidate)``, in order; ``None`` if anything in the source is more."""
    if len(asserts) > _MAX_SOURCE:
        return None
    try:
        body = ast.parse(asserts).body
        checks = [node for node in body if isinstance(node, ast.FunctionDef)]
        if len(checks) != 1 or checks[0].name != "check" or checks[0].decorator_list:
            return None
        if not all(node is checks[0] or _idle(node) for node in body):
            return None
        given = checks[0].args
        if (
            len(given.args) != 1
            or given.posonlyargs
            or given.kwonlyargs
            or given.vararg
            or given.kwarg
            or given.defaults
        ):
            return None
        found = [_equality(node, given.args[0].arg) for node in checks[0].body if not _idle(node)]
        for equality in found:
            encode([list(equality.arguments or ()), equality.expected])
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None
    return tuple(found) or None


def _idle(node: ast.stmt) -> bool:
    """Whether a statement cannot matter: a docstring, ``pass``, or a name for a literal."""
    if isinstance(node, ast.Pass):
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Assign) and all(isinstance(target, ast.Name) for target in node.targets):
        names = {target.id for target in node.targets if isinstance(target, ast.Name)}
        _literal(node.value, _MAX_DEPTH)
        return names <= {"METADATA"}
    return False


def _equality(node: ast.stmt, name: str) -> Equality:
    """Raises: ValueError: If it is anything else."""
    if not isinstance(node, ast.Assert) or not (node.msg is None or isinstance(node.msg, ast.Constant)):
        raise ValueError("no assert")
    test = node.test
    if isinstance(test, ast.Constant) and test.value is True:
        return Equality(None)
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq):
        raise ValueError("no equality")
    call = test.left
    if not isinstance(call, ast.Call) or call.keywords or not isinstance(call.func, ast.Name) or call.func.id != name:
        raise ValueError("no call of the candidate")
    arguments = tuple(_literal(argument, _MAX_DEPTH) for argument in call.args)
    return Equality(arguments, _literal(test.comparators[0], _MAX_DEPTH))


def _literal(node: ast.expr, depth: int) -> Any:
    """Raises: ValueError: If it is no literal of plain values."""
    if depth == 0:
        raise ValueError("nested too deeply")
    if isinstance(node, ast.Constant) and type(node.value) in (int, float, str, bool, bytes, type(None)):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _literal(node.operand, depth - 1)
        if type(value) in (int, float):
            return -value
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        items = [_literal(item, depth - 1) for item in node.elts]
        return items if isinstance(node, ast.List) else tuple(items) if isinstance(node, ast.Tuple) else set(items)
    if isinstance(node, ast.Dict):
        keys = [_literal(key, depth - 1) if key is not None else _starred() for key in node.keys]
        return dict(zip(keys, [_literal(value, depth - 1) for value in node.values], strict=True))
    raise ValueError("no literal")


def _starred() -> Any:
    raise ValueError("a starred mapping")
