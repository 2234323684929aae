"""Expressions in x: a typed part of Python, read without being run by Python, with an interpreter that is total.

Types are ``int``, ``bool``, ``list`` (of integers) and ``str``; what ``set``, ``range`` and generators give stands only
inside calls.
Values are Python's. Where Python would raise (an index out of range, ``max`` of nothing, division by zero), and where a
value grows over the bounds or takes too long, it is ``Undefined``.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sml_env.coding.trees import parse_source

__all__ = ["MAX_CHARACTERS", "TYPES", "Expression", "Undefined", "expression", "in_bounds", "type_of"]

TYPES: Final = ("int", "list", "str")
"""Of x, in the order in which a text that names no type is tried."""

MAX_CHARACTERS: Final = 400
_MAX_NODES: Final = 80
_MAX_BITS: Final = 256
_MAX_ITEMS: Final = 400
_MAX_TEXT: Final = 2_000
_FUEL: Final = 4_000
_MAX_CONSTANT: Final = 10**6

Scope = dict[str, Any]
Run = Callable[[Scope], Any]


class Undefined(Exception):
    """There is no value: Python would raise, or it is over the bounds."""


class _IllTyped(Exception):
    """No expression of the language."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A subexpression: its type, what it gives in a scope, and how many nodes it has."""

    type: str
    run: Run
    size: int = 1


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression of the language.

    Attributes:
        text: Its Python.
        returns: The type of its values.
        part: What is interpreted.
    """

    text: str
    returns: str
    part: _Part

    def value(self, **names: Any) -> Any:
        """Its value.

        Raises:
            Undefined: If Python would raise, or it is over the bounds.
        """
        names[""] = [_FUEL]
        try:
            return self.part.run(names)
        except (ArithmeticError, LookupError, TypeError, ValueError):
            raise Undefined from None


def type_of(value: object) -> str | None:
    """The type of a plain value, ``None`` for one that is of none: a list must hold integers alone."""
    if type(value) is list:
        return "list" if all(type(item) is int for item in value) else None
    return {int: "int", str: "str", bool: "bool"}.get(type(value))


def in_bounds(value: object) -> bool:
    """Whether an expression could have a value: it is of a type of the language, and within the bounds."""
    kind = type_of(value)
    members = value if isinstance(value, list) else [value]
    try:
        return kind is not None and all(_bounded(each) is each for each in (value, *members))
    except Undefined:
        return False


def expression(text: str, names: Mapping[str, str]) -> Expression | None:
    """Read an expression; total.

    Args:
        text: Untrusted.
        names: The types of the names that it may hold.

    Returns:
        None if it is not in the language, is not well typed, or is too long.
    """
    if not isinstance(text, str) or len(text) > MAX_CHARACTERS:
        return None
    tree = parse_source(text.strip(), "eval")
    if tree is None or sum(1 for _ in ast.walk(tree)) > 2 * _MAX_NODES:
        return None
    try:
        part = _read(tree.body, names)
    except (_IllTyped, RecursionError):
        return None
    if part.size > _MAX_NODES or part.type not in ("int", "bool", "list", "str"):
        return None
    return Expression(text.strip(), part.type, part)


# -- bounds ------------------------------------------------------------------------------------------------------------


def _bounded(value: Any) -> Any:
    kind = type(value)
    if kind is int:
        if value.bit_length() > _MAX_BITS:
            raise Undefined
    elif kind is str:
        if len(value) > _MAX_TEXT:
            raise Undefined
    elif kind is list and len(value) > _MAX_ITEMS:
        raise Undefined
    return value


def _repeated(value: Any, times: int) -> Any:
    if len(value) * max(times, 0) > _MAX_ITEMS:
        raise Undefined
    return value * times


def _range(low: int, high: int) -> list[int]:
    if high - low > _MAX_ITEMS:
        raise Undefined
    return list(range(low, high))


# -- reading -----------------------------------------------------------------------------------------------------------


def _read(node: ast.expr, names: Mapping[str, str]) -> _Part:
    reader = _READERS.get(node.__class__)
    if reader is None:
        raise _IllTyped
    return reader(node, names)


def _constant(node: Any, names: Mapping[str, str]) -> _Part:
    value = node.value
    kind = type_of(value)
    if kind not in ("int", "bool", "str") or (kind == "str" and len(value) > 40):
        raise _IllTyped
    if kind == "int" and abs(value) > _MAX_CONSTANT:
        raise _IllTyped
    return _Part(kind, lambda scope: value)


def _name(node: Any, names: Mapping[str, str]) -> _Part:
    name = node.id
    if name not in names:
        raise _IllTyped
    return _Part(names[name], operator.itemgetter(name))


def _list(node: Any, names: Mapping[str, str]) -> _Part:
    parts = [_read(each, names) for each in node.elts]
    if any(part.type != "int" for part in parts):
        raise _IllTyped
    runs = [part.run for part in parts]
    return _Part("list", lambda scope: [run(scope) for run in runs], 1 + sum(part.size for part in parts))


def _unary(node: Any, names: Mapping[str, str]) -> _Part:
    part = _read(node.operand, names)
    run = part.run
    if isinstance(node.op, ast.USub) and part.type == "int":
        return _Part("int", lambda scope: -run(scope), part.size + 1)
    if isinstance(node.op, ast.Not) and part.type in ("int", "bool", "list", "str"):
        return _Part("bool", lambda scope: not run(scope), part.size + 1)
    raise _IllTyped


_BINARY: Final[dict[tuple[type, str, str], tuple[str, Callable[[Any, Any], Any]]]] = {
    (ast.Add, "int", "int"): ("int", lambda a, b: _bounded(a + b)),
    (ast.Sub, "int", "int"): ("int", lambda a, b: _bounded(a - b)),
    (ast.Mult, "int", "int"): ("int", lambda a, b: _bounded(a * b)),
    (ast.FloorDiv, "int", "int"): ("int", operator.floordiv),
    (ast.Mod, "int", "int"): ("int", operator.mod),
    (ast.Add, "list", "list"): ("list", lambda a, b: _bounded(a + b)),
    (ast.Add, "str", "str"): ("str", lambda a, b: _bounded(a + b)),
    (ast.Mult, "list", "int"): ("list", _repeated),
    (ast.Mult, "str", "int"): ("str", _repeated),
}


def _binary(node: Any, names: Mapping[str, str]) -> _Part:
    left, right = _read(node.left, names), _read(node.right, names)
    size = left.size + right.size + 1
    first, second = left.run, right.run
    if isinstance(node.op, ast.Pow) and left.type == "int":
        power = node.right.value if isinstance(node.right, ast.Constant) else None
        if type(power) is not int or not 0 <= power <= 4:
            raise _IllTyped
        return _Part("int", lambda scope: _bounded(first(scope) ** power), size)
    found = _BINARY.get((node.op.__class__, left.type, right.type))
    if found is None:
        raise _IllTyped
    kind, apply = found
    return _Part(kind, lambda scope: apply(first(scope), second(scope)), size)


_ORDERS: Final[dict[type, Callable[[Any, Any], Any]]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}  # fmt: skip


def _compare(node: Any, names: Mapping[str, str]) -> _Part:
    if len(node.ops) != 1:
        raise _IllTyped
    left, right = _read(node.left, names), _read(node.comparators[0], names)
    op = node.ops[0].__class__
    first, second, size = left.run, right.run, left.size + right.size + 1
    if op in (ast.In, ast.NotIn):
        if (left.type, right.type) not in (("int", "list"), ("str", "str")):
            raise _IllTyped
        if op is ast.In:
            return _Part("bool", lambda scope: first(scope) in second(scope), size)
        return _Part("bool", lambda scope: first(scope) not in second(scope), size)
    apply = _ORDERS.get(op)
    if apply is None or left.type != right.type or left.type not in ("int", "bool", "list", "str"):
        raise _IllTyped
    return _Part("bool", lambda scope: apply(first(scope), second(scope)), size)


def _logical(node: Any, names: Mapping[str, str]) -> _Part:
    parts = [_read(each, names) for each in node.values]
    if any(part.type != "bool" for part in parts):
        raise _IllTyped
    runs, size = [part.run for part in parts], sum(part.size for part in parts) + 1
    if isinstance(node.op, ast.And):
        return _Part("bool", lambda scope: all(run(scope) for run in runs), size)
    return _Part("bool", lambda scope: any(run(scope) for run in runs), size)


def _choice(node: Any, names: Mapping[str, str]) -> _Part:
    test, yes, no = (_read(each, names) for each in (node.test, node.body, node.orelse))
    if yes.type != no.type or test.type not in ("int", "bool", "list", "str"):
        raise _IllTyped
    asked, first, second = test.run, yes.run, no.run
    size = test.size + yes.size + no.size + 1
    return _Part(yes.type, lambda scope: first(scope) if asked(scope) else second(scope), size)


def _integer_or_none(node: ast.expr | None, names: Mapping[str, str]) -> _Part | None:
    part = None if node is None else _read(node, names)
    if part is not None and part.type != "int":
        raise _IllTyped
    return part


def _subscript(node: Any, names: Mapping[str, str]) -> _Part:
    value = _read(node.value, names)
    if value.type not in ("list", "str"):
        raise _IllTyped
    run = value.run
    if not isinstance(node.slice, ast.Slice):
        place = _read(node.slice, names)
        if place.type != "int":
            raise _IllTyped
        at = place.run
        kind = "int" if value.type == "list" else "str"
        return _Part(kind, lambda scope: run(scope)[at(scope)], value.size + place.size + 1)
    parts = [_integer_or_none(each, names) for each in (node.slice.lower, node.slice.upper, node.slice.step)]
    runs = [None if part is None else part.run for part in parts]
    size = value.size + 1 + sum(part.size for part in parts if part is not None)

    def sliced(scope: Scope) -> Any:
        low, high, step = (None if each is None else each(scope) for each in runs)
        return run(scope)[low:high:step]

    return _Part(value.type, sliced, size)


_CALLS: Final[dict[tuple[str, ...], tuple[str, Callable[..., Any]]]] = {
    ("len", "list"): ("int", len),
    ("len", "str"): ("int", len),
    ("len", "set"): ("int", len),
    ("sum", "list"): ("int", sum),
    ("sum", "set"): ("int", sum),
    ("set", "list"): ("set", set),
    ("set", "str"): ("set of str", set),
    ("len", "set of str"): ("int", len),
    ("sorted", "list"): ("list", sorted),
    ("sorted", "set"): ("list", sorted),
    ("sorted", "str"): ("texts", sorted),
    ("sorted", "set of str"): ("texts", sorted),
    ("reversed", "list"): ("items", lambda a: a[::-1]),
    ("list", "list"): ("list", list),
    ("list", "items"): ("list", list),
    ("set", "items"): ("set", set),
    ("sum", "items"): ("int", sum),
    ("sorted", "items"): ("list", sorted),
    ("max", "items"): ("int", max),
    ("min", "items"): ("int", min),
    ("abs", "int"): ("int", abs),
    ("max", "list"): ("int", max),
    ("min", "list"): ("int", min),
    ("max", "str"): ("str", max),
    ("min", "str"): ("str", min),
    ("max", "int", "int"): ("int", max),
    ("min", "int", "int"): ("int", min),
    ("str", "int"): ("str", str),
    ("ord", "str"): ("int", ord),
    ("range", "int"): ("items", lambda a: _range(0, a)),
    ("range", "int", "int"): ("items", _range),
    ("any", "bools"): ("bool", any),
    ("all", "bools"): ("bool", all),
    ("sum", "bools"): ("int", sum),
    (".upper", "str"): ("str", str.upper),
    (".lower", "str"): ("str", str.lower),
    (".swapcase", "str"): ("str", str.swapcase),
    (".title", "str"): ("str", str.title),
    (".capitalize", "str"): ("str", str.capitalize),
    (".strip", "str"): ("str", str.strip),
    (".isupper", "str"): ("bool", str.isupper),
    (".islower", "str"): ("bool", str.islower),
    (".isalpha", "str"): ("bool", str.isalpha),
    (".isdigit", "str"): ("bool", str.isdigit),
    (".count", "str", "str"): ("int", str.count),
    (".count", "list", "int"): ("int", list.count),
    (".find", "str", "str"): ("int", str.find),
    (".startswith", "str", "str"): ("bool", str.startswith),
    (".endswith", "str", "str"): ("bool", str.endswith),
    (".replace", "str", "str", "str"): ("str", lambda a, b, c: _bounded(a.replace(b, c))),
    (".join", "str", "texts"): ("str", lambda a, b: _bounded(a.join(b))),
    (".join", "str", "str"): ("str", lambda a, b: _bounded(a.join(b))),
}
_DEFAULTS: Final = {
    (name, kind): "str" if kind == "str" else "int" for name in ("max", "min") for kind in ("list", "items", "str")
}


def _call(node: Any, names: Mapping[str, str]) -> _Part:
    parts = [_read(each, names) for each in node.args]
    if isinstance(node.func, ast.Attribute):
        name, parts = f".{node.func.attr}", [_read(node.func.value, names), *parts]
    elif isinstance(node.func, ast.Name) and node.func.id not in names:
        name = node.func.id
    else:
        raise _IllTyped
    found = _CALLS.get((name, *(part.type for part in parts)))
    if found is None:
        raise _IllTyped
    kind, apply = found
    size = 1 + sum(part.size for part in parts)
    run = parts[0].run
    if node.keywords:
        return _with_keyword(node, names, name, parts[0], kind)
    if len(parts) == 1:
        return _Part(kind, lambda scope: apply(run(scope)), size)
    runs = [part.run for part in parts]
    return _Part(kind, lambda scope: apply(*[each(scope) for each in runs]), size)


def _with_keyword(node: Any, names: Mapping[str, str], name: str, part: _Part, kind: str) -> _Part:
    """``sorted(x, reverse=True)``, and ``max(x, default=0)``."""
    if len(node.keywords) != 1 or len(node.args) != 1 or name[0] == ".":
        raise _IllTyped
    keyword, given, run = node.keywords[0].arg, _read(node.keywords[0].value, names), part.run
    other, size = given.run, part.size + given.size + 1
    if name == "sorted" and keyword == "reverse" and given.type == "bool":
        return _Part(kind, lambda scope: sorted(run(scope), reverse=other(scope)), size)
    if keyword == "default" and _DEFAULTS.get((name, part.type)) == given.type:
        apply: Any = max if name == "max" else min
        return _Part(kind, lambda scope: apply(run(scope), default=other(scope)), size)
    raise _IllTyped


def _comprehension(node: Any, names: Mapping[str, str]) -> _Part:
    if len(node.generators) != 1:
        raise _IllTyped
    over = node.generators[0]
    target, source = over.target, _read(over.iter, names)
    item = {"list": "int", "items": "int", "set": "int", "str": "str", "texts": "str"}.get(source.type)
    if not isinstance(target, ast.Name) or over.is_async or item is None:
        raise _IllTyped
    name = target.id
    inner = {**names, name: item}
    element, tests = _read(node.elt, inner), [_read(each, inner) for each in over.ifs]
    whole = "list" if isinstance(node, ast.ListComp) else "items"
    kind = {"int": whole, "str": "texts", "bool": "bools"}.get(element.type)
    if kind is None or any(test.type not in ("int", "bool", "list", "str") for test in tests):
        raise _IllTyped
    cost = element.size + sum(test.size for test in tests)
    items, make, asked = source.run, element.run, [test.run for test in tests]

    def made(scope: Scope) -> list[Any]:
        values, fuel = items(scope), scope[""]
        inside = dict(scope)
        result = []
        for value in values:
            fuel[0] -= cost
            if fuel[0] < 0:
                raise Undefined
            inside[name] = value
            if all(test(inside) for test in asked):
                result.append(make(inside))
        return result

    return _Part(kind, made, source.size + cost + 1)


_READERS: Final[dict[type, Callable[[Any, Mapping[str, str]], _Part]]] = {
    ast.Constant: _constant, ast.Name: _name, ast.List: _list, ast.UnaryOp: _unary, ast.BinOp: _binary,
    ast.Compare: _compare, ast.BoolOp: _logical, ast.IfExp: _choice, ast.Subscript: _subscript, ast.Call: _call,
    ast.ListComp: _comprehension, ast.GeneratorExp: _comprehension,
}  # fmt: skip
