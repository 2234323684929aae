"""Python literals in students' text: a total, bounded parser that never evaluates; and a value's canonical text."""

from __future__ import annotations

import ast
import hashlib
import math
from collections.abc import Iterable
from typing import Any, Final

from sml_env.coding.trees import parse_source

__all__ = ["MAX_CALL_CHARACTERS", "read_arguments", "read_call", "read_value", "show"]

MAX_CALL_CHARACTERS: Final = 1_000
MAX_DEPTH: Final = 20
MAX_NODES: Final = 500
MAX_INTEGER_DIGITS: Final = 300
_MAX_SHOWN_DEPTH: Final = 60
_ORDERED: Final = (bool, int, float, str, bytes)


class _Refused(Exception):
    """A node that is no literal, or is over a limit."""


def read_call(text: str) -> tuple[str, tuple[Any, ...]] | None:
    """Name and arguments of one call with literal arguments, such as ``f([1, 2], "a")``.

    Positional arguments only: a keyword, a starred argument, a name, an attribute, an operator (other than a sign, or
    the ``+`` of a complex number) or an f-string makes it no call.

    Args:
        text: Untrusted; at most ``MAX_CALL_CHARACTERS``.

    Returns:
        None for anything else.
    """
    tree = _expression(text)
    if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Name) or tree.keywords:
        return None
    values = _values(tree.args)
    return None if values is None else (tree.func.id, values)


def read_arguments(text: str) -> tuple[Any, ...] | None:
    """Values of positional arguments written between brackets or bare: ``[1, 2], 3`` or ``([1, 2], 3)``.

    One pair of outer brackets with a comma inside is the argument list; a single tuple is written ``((1, 2),)``.
    Empty text, and ``()``, are no arguments.

    Args:
        text: Untrusted; at most ``MAX_CALL_CHARACTERS``.

    Returns:
        None if it is not a list of literals within the limits.
    """
    if not isinstance(text, str) or len(text) > MAX_CALL_CHARACTERS:
        return None
    if not text.strip():
        return ()
    tree = _expression(text)
    if tree is None:
        return None
    return _values(tree.elts if isinstance(tree, ast.Tuple) else [tree])


def read_value(text: str) -> tuple[Any] | None:
    """The value of one literal, alone in a tuple, since the value may be None.

    Args:
        text: Untrusted; at most ``MAX_CALL_CHARACTERS``.
    """
    tree = _expression(text)
    values = None if tree is None else _values([tree])
    return None if values is None else (values[0],)


def _expression(text: str) -> ast.expr | None:
    if not isinstance(text, str) or len(text) > MAX_CALL_CHARACTERS:
        return None
    tree = parse_source(text.strip(), "eval")
    return None if tree is None else tree.body


def _values(nodes: Iterable[ast.expr]) -> tuple[Any, ...] | None:
    reader = _Reader()
    try:
        return tuple(reader.read(node, 0) for node in nodes)
    except (_Refused, TypeError, ValueError, OverflowError):
        return None


class _Reader:
    """Reads literal nodes; counts them."""

    def __init__(self) -> None:
        self._nodes = 0

    def read(self, node: ast.expr | None, depth: int) -> Any:
        """The value of a node; TypeError for an unhashable member of a set, or key."""
        self._nodes += 1
        if depth > MAX_DEPTH or self._nodes > MAX_NODES:
            raise _Refused
        match node:
            case ast.Constant(value=value):
                return _checked(value)
            case ast.UnaryOp(
                op=ast.USub() | ast.UAdd() as sign, operand=ast.Constant(value=int() | float() | complex()) as operand
            ):
                value = self.read(operand, depth + 1)
                if isinstance(value, bool):
                    raise _Refused
                return -value if isinstance(sign, ast.USub) else value
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as sign, right=ast.Constant(value=complex()) as right):
                real, imaginary = self.read(left, depth + 1), self.read(right, depth + 1)
                if type(real) not in (int, float) or abs(real) > 2**53:
                    raise _Refused
                return real + imaginary if isinstance(sign, ast.Add) else real - imaginary
            case ast.List(elts=elements):
                return [self.read(element, depth + 1) for element in elements]
            case ast.Tuple(elts=elements):
                return tuple(self.read(element, depth + 1) for element in elements)
            case ast.Set(elts=elements):
                return {self.read(element, depth + 1) for element in elements}
            case ast.Dict(keys=keys, values=values):
                return {
                    self.read(key, depth + 1): self.read(value, depth + 1)
                    for key, value in zip(keys, values, strict=True)
                }
            case ast.Call(func=ast.Name(id="set"), args=[], keywords=[]):
                return set()
            case ast.Call(func=ast.Name(id="frozenset"), args=[], keywords=[]):
                return frozenset()
            case ast.Call(func=ast.Name(id="frozenset"), args=[ast.Set() as members], keywords=[]):
                return frozenset(self.read(members, depth + 1))
        raise _Refused


def _checked(value: object) -> object:
    """A constant, if it is one of the kinds and sizes that cross the sandbox."""
    if isinstance(value, int) and value.bit_length() > MAX_INTEGER_DIGITS * math.log2(10):
        raise _Refused
    if isinstance(value, float) and not math.isfinite(value):
        raise _Refused
    if isinstance(value, complex) and not (math.isfinite(value.real) and math.isfinite(value.imag)):
        raise _Refused
    if isinstance(value, str):
        value.encode("utf-8")
    if value is None or isinstance(value, bool | int | float | complex | str | bytes):
        return value
    raise _Refused


def show(value: object, limit: int = 1_000) -> str:
    """The canonical text of a value: equal values of equal types have one text, whatever the order of their members.

    Args:
        value: Of the kinds that cross the sandbox.
        limit: Characters; a longer text is cut, and the cut names the whole length and a digest of it, so that texts
            that differ still differ.
    """
    text = _text(value, 0)
    if len(text) <= limit:
        return text
    return f"{text[: max(limit - 40, 0)]}… <{len(text):,} characters, {_digest(text)}>"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:8]


def _text(value: object, depth: int) -> str:
    if depth > _MAX_SHOWN_DEPTH:
        return "…"
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 4_000:
        return f"<integer of {value.bit_length():,} bits, {_digest(hex(value))}>"
    if isinstance(value, list):
        return f"[{', '.join(_text(item, depth + 1) for item in value)}]"
    if isinstance(value, tuple):
        inside = ", ".join(_text(item, depth + 1) for item in value)
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if isinstance(value, set | frozenset):
        inside = ", ".join(_text(item, depth + 1) for item in _ordered(value, depth))
        braces = f"{{{inside}}}" if value else ""
        return braces if braces and isinstance(value, set) else f"{type(value).__name__}({braces})"
    if isinstance(value, dict):
        keys = _ordered(value, depth)
        return f"{{{', '.join(f'{_text(key, depth + 1)}: {_text(value[key], depth + 1)}' for key in keys)}}}"
    if value is None or isinstance(value, bool | int | float | complex | str | bytes):
        return repr(value)
    return f"<{type(value).__name__}>"


def _ordered(members: Iterable[Any], depth: int) -> list[Any]:
    members = list(members)
    kinds = {type(member) for member in members}
    if len(kinds) == 1 and kinds <= set(_ORDERED) and all(member == member for member in members):
        return sorted(members)
    return sorted(members, key=lambda member: (type(member).__name__, _text(member, depth + 1)))
