"""Word problems of a data set with one quantity removed, as far as their worked solutions say how it enters.

The worked solution is a chain of calculator annotations. A number of the statement can be removed when the chain, gone
through again with another number in its place, still says what the answer is: every number in it is of the statement,
an earlier result, or a constant of the world, and none of them could be two of these at once. That is a check of the
text, not a proof: what the solution multiplied in its head it does not show.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

import numpy as np

from sml_env.datasets import Record, load_records
from sml_env.envs.clarifications.facts import stems

__all__ = ["VALUES", "Removal", "removals"]

VALUES: Final = 8
"""What a quantity that was removed may be, its own value among them."""

_WORLD: Final = frozenset(map(Fraction, (1, 2, 7, 12, 24, 52, 60, 100, 365, 1000)))
"""Constants that a solution may use though the statement does not say them, and which are never removed."""

_WORDS: Final[Mapping[str, int]] = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "once": 1,
    "twice": 2, "double": 2, "thrice": 3, "triple": 3, "half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5,
    "dozen": 12, "pair": 2, "twin": 2, "twins": 2, "trio": 3, "triplet": 3, "triplets": 3, "quartet": 4,
    "couple": 2, "hundred": 100,
}  # fmt: skip
_NUMBER = re.compile(
    r"(?<![\w./:,-])\d{1,3}(?:,\d{3})+(?![\w/:%]|[.,-]\d)|(?<![\w./:,-])\d+(?:\.\d+)?(?![\w/:%]|[.,-]\d)"
)
_ANY_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?|\.\d+")
_IDLE: Final = stems(
    "a an the of in on at to for and or is was are were more less than each every per time other he she they it his her"
    " their as from by with total how many much what when who"
)
_MAX_CHAIN: Final = 30
_MAX_EXPRESSION: Final = 200
_MAX_REACH: Final = 60
"""How many other values of a quantity are looked at, next to its own."""

_ENOUGH: Final = 12
_LEAST: Final = 2
_VARIABLE: Final = "N"


@dataclass(frozen=True, slots=True)
class Removal:
    """One problem without one of its quantities.

    Attributes:
        name: Of the row.
        statement: With the letter N in the quantity's place.
        keys: Words that name the quantity.
        values: What it may be, its own value among them, ascending; each leads to another answer.
        answer: From its value to the answer; exact.
    """

    name: str
    statement: str
    keys: tuple[str, ...]
    values: tuple[int, ...]
    own: int = field(repr=False)
    answer: Callable[[int], Fraction] = field(repr=False)

    def chosen(self, rng: np.random.Generator) -> tuple[int, ...]:
        """Its own value and others, ascending; drawn without looking at any truth."""
        others = [value for value in self.values if value != self.own]
        drawn = rng.choice(len(others), VALUES - 1, replace=False).tolist()
        return tuple(sorted([self.own, *(others[place] for place in drawn)]))


def removals(source: str) -> tuple[Removal, ...]:
    """What can be removed from the problems of a source, one quantity of each; those where none can are left out."""
    found = (removal(record) for record in load_records(source))
    return tuple(each for each in found if each is not None)


def removal(record: Record) -> Removal | None:
    """The problem without the first quantity of its statement that can be removed; ``None`` where none can."""
    if not 0 < len(record.chain) <= _MAX_CHAIN:
        return None
    for found in _NUMBER.finditer(record.statement):
        made = _without(record, found)
        if made is not None:
            return made
    return None


def _without(record: Record, found: re.Match[str]) -> Removal | None:
    value = Fraction(found[0].replace(",", ""))
    rest = record.statement[: found.start()] + " " + record.statement[found.end() :]
    others = _stated(rest)
    if value.denominator != 1 or value in _WORLD or value < 2 or value in others:
        return None
    chain = _linked(record, value, others)
    if chain is None:
        return None
    own = _results(chain, value)
    if own is None or own[-1] != Fraction(record.answer):
        return None
    answers = {int(value): own[-1]}
    for other in _around(int(value)):
        results = None if Fraction(other) in others else _results(chain, Fraction(other))
        if results is not None and _alike(results, own) and results[-1] not in answers.values():
            answers[other] = results[-1]
    if len(answers) < VALUES:
        return None
    statement = record.statement[: found.start()] + _VARIABLE + record.statement[found.end() :]
    return Removal(
        record.name, statement, _keys(rest[found.start() :]), tuple(sorted(answers)), int(value), answers.__getitem__
    )


def _around(value: int) -> list[int]:
    """Other values from a quarter to four times a quantity, near ones first, as round as it is where they suffice."""
    step = 1
    while value % (10 * step) == 0:
        step *= 10
    found: list[int] = []
    while step and len(found) < _MAX_REACH:
        for distance in range(step, 3 * value + step, step)[:_MAX_REACH]:
            found += [other for other in (value - distance, value + distance) if value // 4 < other and other > _LEAST]
        if len(found) >= _ENOUGH:
            break
        step //= 10
    return [other for other in dict.fromkeys(found) if other <= 4 * value + _ENOUGH and other != value][:_MAX_REACH]


def _stated(text: str) -> frozenset[Fraction]:
    """The numbers of a text, in digits and in words, and what percentages of them may stand for."""
    numbers = {Fraction(found.replace(",", "").rstrip(".")) for found in _ANY_NUMBER.findall(text)}
    words = re.findall(r"[a-z]+", text.lower())
    return frozenset(numbers | {Fraction(_WORDS[word]) for word in words if word in _WORDS})


def _keys(after: str) -> tuple[str, ...]:
    """The first words after the number that say what it counts."""
    clause = re.split(r"[.?!,;:]", after, maxsplit=1)[0]
    words = [word for word in re.findall(r"[A-Za-z]+", clause) if not stems(word) <= _IDLE and len(word) > 2]
    return tuple(stems(words[0])) if words else ()


# -- the chain ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Step:
    """An expression whose leaves are numbers, earlier steps or the quantity itself."""

    tree: ast.expr
    leaves: Mapping[int, Fraction | int | None]


def _linked(record: Record, value: Fraction, others: frozenset[Fraction]) -> list[_Step] | None:
    """The chain with every number linked to where it comes from; ``None`` where one could come from two places."""
    steps: list[_Step] = []
    results: list[Fraction] = []
    moving: dict[Fraction, int] = {}
    fixed: set[Fraction] = set()
    for expression, shown in record.chain:
        tree = _parsed(expression)
        if tree is None:
            return None
        leaves: dict[int, Fraction | int | None] = {}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant):
                continue
            number = Fraction(str(node.value))
            if number == value and number not in moving:
                leaves[node.col_offset] = None
            elif number in moving:
                if number in others or number in _WORLD or number in fixed or number == value:
                    return None
                leaves[node.col_offset] = moving[number]
            elif number in fixed or _known(number, others):
                leaves[node.col_offset] = number
            else:
                return None
        step = _Step(tree, leaves)
        steps.append(step)
        result = _evaluated(step, results, value)
        if result is None or result != _shown(shown):
            return None
        results.append(result)
        if any(not isinstance(leaf, Fraction) for leaf in leaves.values()):
            if result in moving or result == value:
                return None
            moving[result] = len(steps) - 1
        else:
            fixed.add(result)
    last = steps[-1]
    return steps if any(not isinstance(leaf, Fraction) for leaf in last.leaves.values()) else None


def _known(number: Fraction, others: frozenset[Fraction]) -> bool:
    """Whether a number of a solution may come from the statement or the world."""
    shares = (number * 100, (1 - number) * 100, (number - 1) * 100)
    return number in others or number in _WORLD or any(share in others for share in shares if share > 0)


def _shown(text: str) -> Fraction | None:
    try:
        return Fraction(text.replace(",", "").replace("$", "").strip())
    except (ValueError, ZeroDivisionError):
        return None


def _parsed(expression: str) -> ast.expr | None:
    plain = expression.replace(",", "").replace("$", "").replace("x", "*").strip()
    if len(plain) > _MAX_EXPRESSION or not re.fullmatch(r"[\d.+\-*/() ]+", plain) or "**" in plain or "//" in plain:
        return None
    try:
        return ast.parse(plain, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _results(chain: list[_Step], value: Fraction) -> list[Fraction] | None:
    """The result of every step for a value of the quantity; ``None`` where one is not defined."""
    results: list[Fraction] = []
    for step in chain:
        result = _evaluated(step, results, value)
        if result is None:
            return None
        results.append(result)
    return results


def _evaluated(step: _Step, results: list[Fraction], value: Fraction) -> Fraction | None:
    def of(node: ast.expr) -> Fraction:
        if isinstance(node, ast.Constant):
            leaf = step.leaves[node.col_offset]
            if isinstance(leaf, Fraction):
                return leaf
            return value if leaf is None else results[leaf]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            return -of(node.operand) if isinstance(node.op, ast.USub) else of(node.operand)
        if isinstance(node, ast.BinOp):
            left, right = of(node.left), of(node.right)
            match node.op:
                case ast.Add():
                    return left + right
                case ast.Sub():
                    return left - right
                case ast.Mult():
                    return left * right
                case ast.Div():
                    return left / right
        raise ZeroDivisionError

    try:
        return of(step.tree)
    except (ZeroDivisionError, RecursionError):
        return None


def _alike(results: list[Fraction], own: list[Fraction]) -> bool:
    """Whether results make sense where the data set's own do: whole where those are, and of the same sign."""
    return all(
        (new > 0 or mine <= 0) and (new.denominator == 1 or mine.denominator > 1)
        for new, mine in zip(results, own, strict=True)
    )
