"""All small programs of the language, the smallest first, each once: no two agree on all declared inputs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice, product
from typing import Any, Final

from sml_env.envs.programs.language import TYPES, Expression, Undefined, expression

__all__ = ["MAX_PROGRAMS", "PROBES", "Program", "catalogue"]

MAX_PROGRAMS: Final = 1_200
"""Programs of a type at most."""

_MAX_LENGTH: Final = 60

_LISTS: Final[tuple[list[int], ...]] = (
    [3, 1], [], [2], [-1, 4, 2], [5, 5], [1, 2, 3, 4], [0], [-3], [4, -2, 7], [10, 3, 6, 3], [1], [-1, -2, -3],
    [2, 0, 2, 4], [6, 1], [9, 8, 7], [0, 0, 1], [-5, 5], [7, 2, 9, 4, 1], [3, 3, 3], [12, -7], [1, -1, 1, -1],
    [8, 6, 4, 2], [2, 3, 5, 7, 11], [-4], [100], [5, -6, 0], [1, 1, 2, 3, 5, 8], [-9, 9, -8, 8], [20, 15, 10],
    [0, -1], [4, 4, 1, 1], [13, 2], [-2, -2, 6], [6, 7, 8, 9], [3, 0, -3], [1, 10, 100], [-10, 20, -30], [2, 1, 2],
    [5], [7, 7, 0, 7], [1, 3, 5, 7, 9], [2, 4, 6], [-7, -5, -3, -1], [11, -11, 22, -22, 33], [4, 1, 3, 2],
    [50, 49], [6], [9, -1, 9],
)  # fmt: skip
_TEXTS: Final = (
    "abc", "", "a", "Hello", "banana", "XY", "a b", "Zoo", "level", "b2", "QUEEN", "aAbB", "mississippi", "e", "7",
    "Ok then", "noon", "zyx", "I", "under", "top 10", "eE", "AEIOU", "rhythm", "one two", "A", "aa", "Ba", "code42",
    "oooo", "sTrInG", "xylophone", "bob", "Python", "q", "yes NO", "area", "007", "cab", "Tea", "lull", "OX", "deed",
    "hi ho", "aBcDeF", "Ulm", "bee", "end.",
)  # fmt: skip
PROBES: Final[dict[str, tuple[Any, ...]]] = {
    "int": (
        2, 0, 1, -1, 5, 3, -2, 10, 4, -3, 7, 6, -5, 12, 8, 9, -4, 100, 11, -7, 15, -10, 20, 13, -6, 25, 14, -8, 33,
        17, -9, 50, 21, -12, 64, 99, -25, 16, 1000, -33, 18, 41, -100, 30, 77, -64, 123, -999,
    ),
    "list": _LISTS,
    "str": _TEXTS,
}  # fmt: skip
"""The declared inputs by type: programs that agree on all of them are one program. The order is public."""

_MAPS: Final = ("n * 2", "n + 1", "-n", "n * n", "abs(n)", "n % 2", "n - 1", "n % 3", "n // 2", "n * 3")
_KEEPS: Final = ("n > 0", "n % 2 == 0", "n % 2 == 1", "n < 0", "n > 2", "n != 0", "n < 5", "n % 3 == 0")
_MARKS: Final = (
    "c.isupper()", "c.islower()", "c in 'aeiou'", "c not in 'aeiou'", "c.isalpha()", "c.isdigit()", "c != 'a'",
    "c > 'm'", "c != ' '",
)  # fmt: skip

# The type of the values, the text, and the types of a and b in it.
_INTEGERS: Final = (
    *(("int", f"a {sign} {number}", "int", "") for sign, number in product(("+", "-", "*"), (1, 2, 3, 10))),
    *(("int", f"a {sign} {number}", "int", "") for sign, number in product(("//", "%"), (2, 3, 5, 10))),
    ("int", "-a", "int", ""), ("int", "abs(a)", "int", ""), ("int", "a * a", "int", ""),
    ("int", "a + b", "int", "int"), ("int", "a * b", "int", "int"), ("int", "a - b", "int", "int"),
    ("int", "max(a, 0)", "int", ""), ("int", "min(a, 5)", "int", ""), ("int", "max(a, b)", "int", "int"),
    ("bool", "a > 0", "int", ""), ("bool", "a % 2 == 0", "int", ""), ("bool", "a > 3", "int", ""),
    ("bool", "a % 3 == 0", "int", ""), ("bool", "a == b", "int", "int"), ("bool", "a < b", "int", "int"),
)  # fmt: skip
_RULES: Final[dict[str, tuple[tuple[str, str, str, str], ...]]] = {
    "int": (
        *_INTEGERS, ("str", "str(a)", "int", ""), ("int", "len(str(abs(a)))", "int", ""),
        ("int", "a if a > 0 else b", "int", "int"), ("int", "a if a % 2 == 0 else b", "int", "int"),
        ("list", "list(range(abs(a) % 10))", "int", ""), ("list", "[a, b]", "int", "int"),
        ("int", "sum(a)", "list", ""), ("str", "a[::-1]", "str", ""), ("str", "a + a", "str", ""),
    ),
    "list": (
        ("int", "sum(a)", "list", ""), ("int", "len(a)", "list", ""), ("int", "max(a, default=0)", "list", ""),
        ("int", "min(a, default=0)", "list", ""), ("int", "a[0] if a else 0", "list", ""),
        ("int", "a[-1] if a else 0", "list", ""), ("int", "len(set(a))", "list", ""),
        ("list", "sorted(a)", "list", ""), ("list", "a[::-1]", "list", ""), ("list", "a[1:]", "list", ""),
        ("list", "a[:-1]", "list", ""), ("list", "a[::2]", "list", ""), ("list", "a[:2]", "list", ""),
        ("list", "sorted(set(a))", "list", ""), ("list", "a + a", "list", ""), ("list", "a + b", "list", "list"),
        *(("list", f"[{made} for n in a]", "list", "") for made in _MAPS),
        *(("list", f"[n for n in a if {kept}]", "list", "") for kept in _KEEPS),
        *(("list", f"[{made} for n in a if {kept}]", "list", "") for made, kept in product(_MAPS, _KEEPS)),
        *(("bool", f"any({kept} for n in a)", "list", "") for kept in _KEEPS),
        *(("bool", f"all({kept} for n in a)", "list", "") for kept in _KEEPS),
        ("bool", "a == b", "list", "list"), *_INTEGERS,
    ),
    "str": (
        ("int", "len(a)", "str", ""), ("str", "a.upper()", "str", ""), ("str", "a.lower()", "str", ""),
        ("str", "a.swapcase()", "str", ""), ("str", "a.title()", "str", ""), ("str", "a[::-1]", "str", ""),
        ("str", "a[1:]", "str", ""), ("str", "a[:-1]", "str", ""), ("str", "a[::2]", "str", ""),
        ("str", "a[:2]", "str", ""), ("str", "a[:1]", "str", ""), ("str", "a[-1:]", "str", ""),
        ("str", "''.join(sorted(a))", "str", ""), ("str", "a + a", "str", ""), ("str", "a + b", "str", "str"),
        ("str", "a + '!'", "str", ""), ("str", "a.replace('a', 'o')", "str", ""), ("int", "len(set(a))", "str", ""),
        *(("str", f"''.join(c for c in a if {kept})", "str", "") for kept in _MARKS),
        *(("int", f"sum({kept} for c in a)", "str", "") for kept in _MARKS),
        *(("bool", f"{word}({kept} for c in a)", "str", "") for word, kept in product(("any", "all"), _MARKS)),
        *(("int", f"a.count('{sign}')", "str", "") for sign in "aeo"),
        *(("bool", f"a.{name}('{sign}')", "str", "") for name, sign in product(("startswith", "endswith"), "ab")),
        ("bool", "'a' in a", "str", ""), ("bool", "a == b", "str", "str"), *_INTEGERS,
    ),
}  # fmt: skip


@dataclass(frozen=True, eq=False, slots=True)
class Program:
    """A program of one argument.

    Attributes:
        takes: The type of the argument.
        returns: The type of the values.
        text: In Python, with the argument called x.
        expression: What is interpreted.
        values: At ``PROBES[takes]``.
    """

    takes: str
    returns: str
    text: str
    expression: Expression = field(repr=False)
    values: tuple[Any, ...] = field(repr=False)

    def value(self, argument: Any) -> Any:
        """The value at an argument of its type.

        Raises:
            Undefined: If it is over the bounds.
        """
        return self.expression.value(x=argument)


@dataclass(frozen=True, slots=True)
class _Made:
    """An expression on the way, and its values at the inputs."""

    tree: ast.expr
    values: tuple[Any, ...]


class _Filled(ast.NodeTransformer):
    """Puts expressions for a and b."""

    def __init__(self, first: ast.expr, second: ast.expr) -> None:
        self._names = {"a": first, "b": second}

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """The expression that a name stands for."""
        return self._names.get(node.id, node)


@dataclass(frozen=True, slots=True)
class _Rule:
    """A template over a and b, with their types and that of its values; ``second`` is empty where there is no b."""

    returns: str
    template: str
    first: str
    second: str
    expression: Expression

    def pairs(self, levels: list[dict[str, list[_Made]]]) -> Iterator[tuple[_Made, _Made]]:
        """What may stand for a and b so that the sizes of both add up to the next level."""
        last = len(levels) - 1
        if not self.second:
            return ((each, each) for each in levels[last].get(self.first, ()))
        return (
            pair
            for left in range(last + 1)
            for pair in product(levels[left].get(self.first, ()), levels[last - left].get(self.second, ()))
        )

    def made(self, first: _Made, second: _Made, values: tuple[Any, ...]) -> _Made:
        """The template with expressions for a and b."""
        return _Made(_Filled(first.tree, second.tree).visit(ast.parse(self.template, mode="eval").body), values)


def _rules(takes: str) -> Iterator[_Rule]:
    for returns, template, first, second in _RULES[takes]:
        meant = expression(template, {"a": first, "b": second or first})
        assert meant is not None and meant.returns == returns, template
        yield _Rule(returns, template, first, second, meant)


def _programs(takes: str) -> Iterator[tuple[str, _Made]]:
    """Type and expression by size, no two with the same values, none constant; x itself is left out."""
    probes, rules = PROBES[takes], tuple(_rules(takes))
    seen: set[tuple[str, str]] = {(takes, repr(probes))}
    levels: list[dict[str, list[_Made]]] = [{takes: [_Made(ast.Name("x"), probes)]}]
    while levels[-1]:
        new: dict[str, list[_Made]] = {}
        for rule in rules:
            for first, second in rule.pairs(levels):
                try:
                    values = tuple(
                        rule.expression.value(a=a, b=b) for a, b in zip(first.values, second.values, strict=True)
                    )
                except Undefined:
                    continue
                key = rule.returns, repr(values)
                if key in seen or len(set(map(repr, values))) == 1:
                    continue
                seen.add(key)
                made = rule.made(first, second, values)
                new.setdefault(rule.returns, []).append(made)
                yield rule.returns, made
        levels.append(new)


@lru_cache(maxsize=8)
def catalogue(takes: tuple[str, ...] = TYPES, most: int = 700) -> tuple[Program, ...]:
    """The smallest programs, in canonical order: by type of the argument, then by size.

    Args:
        takes: Types of arguments, of ``TYPES``.
        most: Programs of each type, at most ``MAX_PROGRAMS``.
    """
    return tuple(program for kind in takes for program in islice(_readable(kind), most))


def _readable(takes: str) -> Iterator[Program]:
    for returns, made in _programs(takes):
        text = _tidy(ast.unparse(made.tree))
        meant = expression(text, {"x": takes})
        if meant is not None and len(text) <= _MAX_LENGTH:
            yield Program(takes, returns, text, meant, made.values)


def _tidy(text: str) -> str:
    """A text without doubled brackets: ``any((c for c in x))`` is what ``ast`` writes."""
    opened: list[int] = []
    closing: dict[int, int] = {}
    for place, sign in enumerate(text):
        if sign == "(":
            opened.append(place)
        elif sign == ")":
            closing[opened.pop()] = place
    doubled = {outer + 1 for outer, end in closing.items() if closing.get(outer + 1) == end - 1}
    dropped = doubled | {closing[place] for place in doubled}
    return "".join(sign for place, sign in enumerate(text) if place not in dropped)
