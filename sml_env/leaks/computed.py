"""Values that code in a text computes: small Python expressions, worked out by a reader of our own, never evaluated."""

from __future__ import annotations

import ast
import math
import operator
import re
import warnings
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, Final

__all__ = ["computed"]

_LONGEST: Final = 400
_MOST: Final = 12
_LARGEST: Final = 10**12
_LONGEST_LIST: Final = 2_000
_ALONE: Final = 120
_EXPRESSION = re.compile(r"[\])]|<<|>>|//|\*\*")
_SHEET = re.compile(r"\bSUM\(([\d;,. ]{3,80})\)")
_STEPS: Final = 4_000
_CALLS: Final[dict[str, Callable[..., Any]]] = {
    "abs": abs, "bin": bin, "bool": bool, "chr": chr, "float": float, "hex": hex, "int": int, "len": len, "list": list,
    "max": max, "min": min, "oct": oct, "ord": ord, "round": round, "set": set, "sorted": sorted, "str": str,
    "sum": sum, "tuple": tuple, "divmod": divmod,
}  # fmt: skip
_MATHS: Final[dict[str, Callable[..., Any]]] = {
    "sqrt": math.sqrt, "isqrt": math.isqrt, "gcd": math.gcd, "lcm": math.lcm, "floor": math.floor, "ceil": math.ceil,
    "prod": math.prod,
}  # fmt: skip
_METHODS: Final = {"upper", "lower", "count", "split", "strip", "index", "find", "join"}
_CALL = re.compile(
    r"\b(?:print|sum|len|int|range|ord|chr|abs|min|max|round|pow|hex|bin|oct|str|divmod|math\.\w+|sqrt|isqrt|gcd|lcm"
    r"|factorial|prod|floor|ceil)\s*\("
)
_CODE = re.compile(r"`{1,3}(?:\w+\n)?([^`]+)`{1,3}|(?:^|\n)([^\n]*[=(][^\n]*)")
_TAIL = re.compile(r"(?:\s*(?:\*\*|//|[-+*/%])\s*\(?\s*\d+(?:\.\d+)?\)?)*")
_HEAD = re.compile(r"(?:\d+\s*(?:\*\*|//|[-+*/%])\s*)*$")


_WHOLE = re.compile(r"\s*-?\d{1,15}\s*")
_OPERATORS: Final[dict[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow, ast.BitXor: operator.xor,
    ast.BitOr: operator.or_, ast.BitAnd: operator.and_, ast.LShift: operator.lshift, ast.RShift: operator.rshift,
}  # fmt: skip
_COMPARISONS: Final[dict[type[ast.cmpop], Callable[[Any, Any], Any]]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}  # fmt: skip


class _Unclear(Exception):
    """An expression that is not read."""


_REFUSALS: Final = (
    _Unclear, ArithmeticError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError,
)  # fmt: skip


def computed(text: str) -> Iterator[Fraction]:
    """What the code of a text comes to: calls wherever they stand, and the lines of code blocks in their order."""
    reader = _Reader()
    text = text.replace("parseInt(", "int(").replace("Math.", "math.").replace("reduce(add,", "sum(")
    text = _SHEET.sub(lambda found: f"sum([{found[1].replace(';', ',')}])", text)
    if len(text) <= _ALONE and _EXPRESSION.search(text):
        yield from reader.lines(text.strip().strip(".").lstrip("="))
    if "(" in text and _CALL.search(text):
        for found in list(_CALL.finditer(text))[:_MOST]:
            source = _balanced(text[found.start() : found.start() + _LONGEST])
            if source is not None:
                tail = _TAIL.match(text, found.start() + len(source))
                head = _HEAD.search(text[: found.start()])
                yield from reader.lines(f"{head[0] if head else ''}{source}{tail[0] if tail else ''}")
    if "`" in text or "=" in text:
        for found in list(_CODE.finditer(text))[:_MOST]:
            yield from reader.lines((found[1] or found[2]).strip())


def _balanced(text: str) -> str | None:
    """The text up to where its first bracket closes."""
    depth = 0
    for position, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0 and character == ")":
            return text[: position + 1]
    return None


def _parsed(source: str) -> ast.Module | None:
    if len(source) > _LONGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _numbers(value: Any) -> Iterator[Fraction]:
    """A value as the numbers that it shows."""
    if isinstance(value, bool):
        return
    if isinstance(value, int | float) and math.isfinite(value):
        yield Fraction(value).limit_denominator(10**9) if isinstance(value, float) else Fraction(value)
    elif isinstance(value, str) and _WHOLE.fullmatch(value):
        yield Fraction(int(value))
    elif isinstance(value, list | tuple | set) and len(value) == 1:
        yield from _numbers(next(iter(value)))


def _sized(value: Any) -> Any:
    """A value that is small enough to go on with."""
    if isinstance(value, int | float) and abs(value) > _LARGEST:
        raise _Unclear
    if isinstance(value, str | list | tuple | set | range) and len(value) > _LONGEST_LIST:
        raise _Unclear
    return value


class _Reader:
    """Works out statements one by one, with the names that they bind and a bound on its steps."""

    def __init__(self) -> None:
        self._names: dict[str, Any] = {}
        self._left = _STEPS

    def lines(self, source: str) -> Iterator[Fraction]:
        """The values of a block's lines; loops are followed as far as they are small."""
        tree = _parsed(source)
        if tree is not None:
            yield from self._block(tree.body)

    def _block(self, body: list[ast.stmt]) -> Iterator[Fraction]:
        for statement in body:
            try:
                for value in self._done(statement):
                    yield from _numbers(value)
            except _REFUSALS:
                continue

    def _done(self, statement: ast.stmt) -> list[Any]:
        """What one statement shows or binds."""
        if isinstance(statement, ast.Expr):
            return [self._value(statement.value)]
        if isinstance(statement, ast.For) and isinstance(statement.target, ast.Name):
            for value in _sized(self._value(statement.iter)):
                self._names[statement.target.id] = value
                list(self._block(statement.body))
            return list(self._names.values())
        if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
            name = statement.target.id
            after = ast.BinOp(ast.Name(name, ast.Load()), statement.op, statement.value)
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name, after = statement.targets[0].id, statement.value  # type: ignore[assignment]
        else:
            raise _Unclear
        self._names[name] = self._value(after)
        return [self._names[name]]

    def _value(self, node: ast.expr) -> Any:
        self._left -= 1
        if self._left < 0:
            raise _Unclear
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float | str):
            return _sized(node.value)
        if isinstance(node, ast.Name) and node.id in self._names:
            return self._names[node.id]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            operand = self._value(node.operand)
            return -operand if isinstance(node.op, ast.USub) else operand
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
            return ~self._value(node.operand)
        if isinstance(node, ast.BinOp):
            return _operated(node.op, self._value(node.left), self._value(node.right))
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            return _sized([self._value(item) for item in node.elts])
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant | ast.UnaryOp):
            return self._value(node.value)[self._value(node.slice)]
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            ends = (node.slice.lower, node.slice.upper, node.slice.step)
            return self._value(node.value)[slice(*(None if end is None else self._value(end) for end in ends))]
        if isinstance(node, ast.Lambda):
            return self._value(node.body)
        if isinstance(node, ast.ListComp | ast.GeneratorExp) and len(node.generators) == 1:
            return self._comprehended(node)
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARISONS:
            return _COMPARISONS[type(node.ops[0])](self._value(node.left), self._value(node.comparators[0]))
        if isinstance(node, ast.Call) and not node.keywords:
            return self._called(node)
        raise _Unclear

    def _comprehended(self, node: ast.ListComp | ast.GeneratorExp) -> list[Any]:
        (generator,) = node.generators
        if not isinstance(generator.target, ast.Name):
            raise _Unclear
        values = []
        for item in _sized(self._value(generator.iter)):
            self._names[generator.target.id] = item
            if all(self._value(test) for test in generator.ifs):
                values.append(self._value(node.elt))
        return values

    def _mapped(self, function: ast.expr, over: ast.expr) -> list[Any]:
        """A call of one of the known functions for each item."""
        items = list(_sized(self._value(over)))
        if not isinstance(function, ast.Name):
            raise _Unclear
        return [self._called(ast.Call(function, [ast.Constant(item)], [])) for item in items]

    def _called(self, node: ast.Call) -> Any:
        if isinstance(node.func, ast.Name) and node.func.id == "map" and len(node.args) == 2:
            return self._mapped(*node.args)
        given = [self._value(argument) for argument in node.args]
        if isinstance(node.func, ast.Attribute):
            name = node.func.attr
            if isinstance(node.func.value, ast.Name) and node.func.value.id == "math":
                return _sized(_calculated(name, given))
            if name not in _METHODS:
                raise _Unclear
            return _sized(getattr(self._value(node.func.value), name)(*given))
        if not isinstance(node.func, ast.Name):
            raise _Unclear
        name = node.func.id
        if name == "print":
            return given[0] if len(given) == 1 else given
        if name == "range":
            return _sized(range(*given))
        if name == "pow" and len(given) == 2:
            return _operated(ast.Pow(), *given)
        if name in _CALLS:
            return _sized(_CALLS[name](*given))
        return _sized(_calculated(name, given))


def _operated(sign: ast.operator, left: Any, right: Any) -> Any:
    kind = type(sign)
    if isinstance(left, str) is not isinstance(right, str) and kind is not ast.Mult:
        raise _Unclear
    if kind in (ast.LShift, ast.RShift) and not 0 <= right <= 40:
        raise _Unclear
    if kind is ast.Pow and (abs(right) > 40 or abs(left) > 10_000):
        raise _Unclear
    if kind is ast.Mult and not (isinstance(left, int | float) and isinstance(right, int | float)):
        size = len(left) * right if isinstance(right, int) else len(right) * left
        if size > _LONGEST_LIST:
            raise _Unclear
    if kind not in _OPERATORS:
        raise _Unclear
    return _sized(_OPERATORS[kind](left, right))


def _calculated(name: str, given: list[Any]) -> Any:
    if name == "factorial" and len(given) == 1 and isinstance(given[0], int) and given[0] <= 15:
        return math.factorial(given[0])
    if name == "comb" and max(given) <= 60:
        return math.comb(*given)
    if name in _MATHS:
        return _MATHS[name](*given)
    raise _Unclear
