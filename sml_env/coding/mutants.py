"""Wrong programs near a right one, and what a question about a program's behaviour tells them apart by.

A mutant is the reference with one small change of its tree (Jia and Harman, *An analysis and survey of the development
of mutation testing*, IEEE TSE 2011). The mutants that answer differently from the reference somewhere are the
hypotheses by which the meter counts the bits of a question: a student who cannot tell the reference from them has not
understood it.
"""

from __future__ import annotations

import ast
import copy
import math
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from sml_env.coding.literals import show
from sml_env.coding.trees import parse_source

__all__ = ["mutants", "outcome_text", "question_bits"]

MAX_CANDIDATES: Final = 4_000
"""Changes that are looked at before ``limit`` of them are drawn."""

_Change = Callable[[ast.AST], ast.AST | None]
"""What a node becomes, from a copy of it; None to delete it."""

_COMPARISONS: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq, ast.GtE, ast.LtE),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_OPERATORS: Final[dict[type[ast.operator], tuple[type[ast.operator], ...]]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.FloorDiv),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.Mod: (ast.FloorDiv, ast.Mult),
    ast.Pow: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.BitXor: (ast.BitOr,),
    ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,),
}
_CALLS: Final = {
    "min": "max", "max": "min", "any": "all", "all": "any", "upper": "lower", "lower": "upper", "sum": "max",
    "isupper": "islower", "islower": "isupper", "lstrip": "rstrip", "rstrip": "lstrip",
    "ceil": "floor", "floor": "ceil",
    "startswith": "endswith", "endswith": "startswith", "find": "rfind", "rfind": "find",
}  # fmt: skip
_SIMPLE: Final = (ast.Assign, ast.AugAssign, ast.Expr, ast.If, ast.Continue, ast.Break)


def mutants(source: str, *, limit: int = 32, seed: int | str = 0) -> tuple[str, ...]:
    """Programs that differ from a source by one small change each; a pure function of its arguments.

    Args:
        source: A program. It is parsed and compiled, never run.
        limit: How many at most; drawn evenly over the places of the program.
        seed: Anything with a repr.

    Returns:
        Distinct sources that compile, none with the tree of the given one; empty if it is no program.
    """
    tree = parse_source(source)
    if tree is None or limit < 1:
        return ()
    nodes = [node for node in ast.walk(tree) if not isinstance(node, ast.Load | ast.Store)]
    notes = _notes(tree)
    changes: list[tuple[int, int]] = []
    for place, node in enumerate(nodes):
        if id(node) in notes:
            continue
        changes += [(place, number) for number in range(len(list(_changes(node))))]
        if len(changes) > MAX_CANDIDATES:
            break
    chance = random.Random(f"mutants {seed!r}")
    chance.shuffle(changes)
    # One change a place first, so that a long expression does not crowd out the rest.
    turns: Counter[int] = Counter()
    ordered = []
    for place, number in changes:
        ordered.append((turns[place], place, number))
        turns[place] += 1
    ordered.sort(key=lambda each: each[0])
    original = ast.unparse(tree)
    found: dict[str, None] = {}
    for _, place, number in ordered:
        if len(found) == limit:
            break
        text = _changed(tree, place, number)
        if text is not None and text != original:
            found.setdefault(text)
    return tuple(found)


def _changed(tree: ast.Module, place: int, number: int) -> str | None:
    """The source with one change, if it compiles."""
    altered = copy.deepcopy(tree)
    nodes = [node for node in ast.walk(altered) if not isinstance(node, ast.Load | ast.Store)]
    target = nodes[place]
    change = list(_changes(target))[number]
    replacement = change(target)
    if replacement is not target:
        _Replace(target, replacement).visit(altered)
    ast.fix_missing_locations(altered)
    try:
        text = ast.unparse(altered)
    except (ValueError, RecursionError, AttributeError):
        return None
    again = parse_source(text)
    if again is None:
        return None
    try:
        compile(again, "<mutant>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return None
    return text


class _Replace(ast.NodeTransformer):
    """Puts another node, or ``pass``, in the place of one."""

    def __init__(self, target: ast.AST, replacement: ast.AST | None) -> None:
        self._target = target
        self._replacement = replacement

    def visit(self, node: ast.AST) -> Any:
        if node is self._target:
            return ast.Pass() if self._replacement is None else self._replacement
        return self.generic_visit(node)


def _notes(tree: ast.Module) -> set[int]:
    """Nodes that a change of would mean nothing: docstrings, annotations, imports and what is in them."""
    found: set[int] = set()
    for node in ast.walk(tree):
        parts: list[ast.AST | None] = []
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            parts.append(node)
        if isinstance(node, ast.Import | ast.ImportFrom):
            parts.append(node)
        if isinstance(node, ast.arg | ast.AnnAssign):
            parts.append(node.annotation)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            parts += [node.returns, *node.decorator_list]
        for part in parts:
            if part is not None:
                found.update(id(inner) for inner in ast.walk(part))
    return found


# -- changes -----------------------------------------------------------------------------------------------------------


def _changes(node: ast.AST) -> Iterator[_Change]:
    """Changes of one node, in an order that depends on its kind alone."""
    match node:
        case ast.Compare(ops=operators):
            for index, operator in enumerate(operators):
                for other in _COMPARISONS.get(type(operator), ()):
                    yield _setter_at("ops", index, other())
        case ast.BinOp(op=operation):
            for swapped in _OPERATORS.get(type(operation), ()):
                yield _setter("op", swapped())
            if isinstance(operation, ast.Sub | ast.Div | ast.FloorDiv | ast.Mod):
                yield lambda node: ast.BinOp(node.right, node.op, node.left)  # type: ignore[attr-defined]
        case ast.AugAssign(op=operation):
            for swapped in _OPERATORS.get(type(operation), ()):
                yield _setter("op", swapped())
            yield lambda node: None
        case ast.BoolOp(op=joint):
            yield _setter("op", ast.Or() if isinstance(joint, ast.And) else ast.And())
            yield lambda node: node.values[0]  # type: ignore[attr-defined]
            yield lambda node: node.values[-1]  # type: ignore[attr-defined]
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield lambda node: node.operand  # type: ignore[attr-defined]
        case ast.Constant(value=value):
            for other_value in _other_values(value):
                yield _setter("value", other_value)
        case ast.If() | ast.While() | ast.IfExp():
            yield _negated
            if isinstance(node, ast.If):
                yield _setter("test", ast.Constant(False))
                yield _setter("test", ast.Constant(True))
        case ast.comprehension(ifs=tests) if tests:
            yield _setter("ifs", [])
        case ast.Return(value=value) if value is not None:
            yield _setter("value", ast.Constant(None))
            if isinstance(value, ast.Constant | ast.Compare | ast.BoolOp):
                yield lambda node: ast.Return(ast.UnaryOp(ast.Not(), node.value))  # type: ignore[attr-defined]
            elif not isinstance(value, ast.Tuple):
                yield _setter("value", ast.Constant(0))
        case ast.Subscript(slice=ast.Slice() as part):
            yield from _slices(part)
        case ast.Subscript(slice=index) if not isinstance(index, ast.Constant | ast.Tuple):
            yield lambda node: _shifted(node, "slice", 1)
            yield lambda node: _shifted(node, "slice", -1)
        case ast.Call():
            yield from _calls(node)
    if isinstance(node, _SIMPLE) and not isinstance(node, ast.AugAssign):
        yield lambda node: None
    if isinstance(node, ast.Break):
        yield lambda node: ast.Continue()


def _setter(field: str, value: Any) -> _Change:
    def change(node: ast.AST) -> ast.AST:
        setattr(node, field, value)
        return node

    return change


def _setter_at(field: str, index: int, value: Any) -> _Change:
    def change(node: ast.AST) -> ast.AST:
        getattr(node, field)[index] = value
        return node

    return change


def _negated(node: ast.AST) -> ast.AST:
    node.test = ast.UnaryOp(ast.Not(), node.test)  # type: ignore[attr-defined]
    return node


def _other_values(value: object) -> list[Any]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1, *([0] if value > 1 else [])]
    if isinstance(value, float):
        return [value + 1.0, -value] if value else [1.0]
    if isinstance(value, str):
        return ["", value[1:]] if len(value) > 1 else [""] if value else [" "]
    return []


def _shifted(node: ast.AST, field: str, by: int) -> ast.AST:
    operation: ast.operator = ast.Add() if by > 0 else ast.Sub()
    setattr(node, field, ast.BinOp(getattr(node, field), operation, ast.Constant(abs(by))))
    return node


def _slices(part: ast.Slice) -> Iterator[_Change]:
    """Ends of a slice moved by one or left out, and its step turned."""
    for field in ("lower", "upper"):
        if getattr(part, field) is not None:
            for by in (1, -1):
                yield lambda node, field=field, by=by: _slice_shifted(node, field, by)  # type: ignore[misc]
            yield lambda node, field=field: _slice_without(node, field)  # type: ignore[misc]
    if part.lower is None and part.step is None:
        yield lambda node: _slice_from_one(node)
    if part.step is not None:
        yield lambda node: _slice_without(node, "step")


def _slice_shifted(node: ast.AST, field: str, by: int) -> ast.AST:
    _shifted(node.slice, field, by)  # type: ignore[attr-defined]
    return node


def _slice_without(node: ast.AST, field: str) -> ast.AST:
    setattr(node.slice, field, None)  # type: ignore[attr-defined]
    return node


def _slice_from_one(node: ast.AST) -> ast.AST:
    node.slice.lower = ast.Constant(1)  # type: ignore[attr-defined]
    return node


def _calls(call: ast.Call) -> Iterator[_Change]:
    """Another function of the same kind; ends of ranges moved; sorting turned or left out."""
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if name in _CALLS:
        field = "id" if isinstance(call.func, ast.Name) else "attr"

        def renamed(node: ast.AST) -> ast.AST:
            setattr(node.func, field, _CALLS[name])  # type: ignore[attr-defined]
            return node

        yield renamed
    if name == "range" and 1 <= len(call.args) <= 3:
        for index in range(min(len(call.args), 2)):
            for by in (1, -1):
                yield lambda node, index=index, by=by: _argument_shifted(node, index, by)  # type: ignore[misc]
        if len(call.args) == 1:
            yield lambda node: ast.Call(node.func, [ast.Constant(1), *node.args], [])  # type: ignore[attr-defined]
    if name in ("sorted", "sort"):
        turned = [keyword for keyword in call.keywords if keyword.arg == "reverse"]
        if turned:
            yield lambda node: _without_keyword(node, "reverse")
        else:
            yield _reversed
        if any(keyword.arg == "key" for keyword in call.keywords):
            yield lambda node: _without_keyword(node, "key")
    if name in ("sorted", "abs", "set", "reversed", "int", "round", "str", "list") and len(call.args) >= 1:
        yield lambda node: node.args[0]  # type: ignore[attr-defined]


def _argument_shifted(node: ast.AST, index: int, by: int) -> ast.AST:
    operation: ast.operator = ast.Add() if by > 0 else ast.Sub()
    node.args[index] = ast.BinOp(node.args[index], operation, ast.Constant(1))  # type: ignore[attr-defined]
    return node


def _without_keyword(node: ast.AST, name: str) -> ast.AST:
    node.keywords = [keyword for keyword in node.keywords if keyword.arg != name]  # type: ignore[attr-defined]
    return node


def _reversed(node: ast.AST) -> ast.AST:
    node.keywords.append(ast.keyword("reverse", ast.Constant(True)))  # type: ignore[attr-defined]
    return node


# -- behaviour ---------------------------------------------------------------------------------------------------------


def outcome_text(kind: str, value: object = None, error: str = "") -> str:
    """One text for what a call came to: the canonical text of its value, or the name of the exception."""
    if kind == "value":
        return show(value)
    if kind == "raised":
        return f"raises {error.partition(':')[0]}"
    return kind


def question_bits(outcomes: Sequence[str]) -> float:
    """Entropy in bits of a reply, the programs behind the outcomes being equally likely: 0 if all reply alike.

    Replies are functions of the program, so this is also the expected information of the question (Shannon 1948).
    """
    total = len(outcomes)
    return (
        -sum(count / total * math.log2(count / total) for count in Counter(outcomes).values()) + 0.0 if total else 0.0
    )
