"""Relations between arguments: what held in every example, and how values are made to keep it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any, Final

from sml_env.coding.literals import show

__all__ = ["Relation", "linked", "relations_of", "repaired"]


@dataclass(frozen=True, slots=True)
class Relation:
    """Something that held between two arguments of every example."""

    name: str
    first: int
    second: int

    def holds(self, values: Sequence[Any]) -> bool:
        """Whether it holds."""
        return _RELATIONS[self.name](values[self.first], values[self.second])


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


_RELATIONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "same length": lambda a, b: _has_length(a) and _has_length(b) and len(a) == len(b),
    "one shorter": lambda a, b: _has_length(a) and _has_length(b) and len(a) == len(b) - 1,
    "is length": lambda a, b: type(a) is int and _has_length(b) and a == len(b),
    "below length": lambda a, b: type(a) is int and _has_length(b) and 0 <= a < len(b),
    "up to length": lambda a, b: type(a) is int and _has_length(b) and 0 <= a <= len(b),
    "at most": lambda a, b: _is_number(a) and _is_number(b) and a <= b,
}


def _has_length(value: Any) -> bool:
    return isinstance(value, str | bytes | list | tuple | set | frozenset | dict)


def relations_of(examples: Sequence[Sequence[Any]]) -> tuple[Relation, ...]:
    """Relations of all examples; one that could be chance, over fewer than three different examples, is not kept."""
    if len({show(tuple(example)) for example in examples}) < 3:
        return ()
    found = []
    for first, second in permutations(range(min(len(examples[0]), 6)), 2):
        for name, test in _RELATIONS.items():
            symmetric = name == "same length" and first > second
            if not symmetric and all(test(example[first], example[second]) for example in examples):
                found.append(Relation(name, first, second))
                if name != "at most":
                    break
    return tuple(found)


def repaired(values: tuple[Any, ...], relations: Sequence[Relation]) -> tuple[Any, ...]:
    """The values, cut or swapped so that more of the relations hold."""
    members = list(values)
    for relation in relations:
        first, second = members[relation.first], members[relation.second]
        if relation.holds(members):
            continue
        if (
            relation.name == "same length"
            and isinstance(first, str | list | tuple)
            and isinstance(second, str | list | tuple)
        ):
            size = min(len(first), len(second))
            members[relation.first], members[relation.second] = first[:size], second[:size]
        elif relation.name == "one shorter" and isinstance(first, str | list | tuple) and len(first) >= len(second) > 0:
            members[relation.first] = first[: len(second) - 1]
        elif relation.name == "one shorter" and isinstance(second, str | list | tuple):
            members[relation.second] = second[: len(first) + 1]
        elif relation.name == "is length" and _has_length(second):
            members[relation.first] = len(second)
        elif relation.name in ("below length", "up to length") and _has_length(second) and type(first) is int:
            members[relation.first] = first % max(1, len(second) + (relation.name == "up to length"))
        elif relation.name == "at most" and _is_number(first) and _is_number(second) and type(first) is type(second):
            members[relation.first], members[relation.second] = second, first
    return tuple(members)


def linked(values: tuple[Any, ...], chance: random.Random) -> tuple[Any, ...]:
    """The values, one made from another of its type, or all numbers scaled: what chance alone would not bring about."""
    members = list(values)
    kinds = {type(member) for member in members}
    first, second = chance.sample(range(len(members)), 2)
    source = members[first]
    if kinds == {int} and chance.random() < 0.4:
        return tuple(member * 2 for member in members)
    if type(source) is not type(members[second]):
        return values
    if isinstance(source, str | list | tuple) and source:
        low, turn = chance.randrange(len(source)), chance.randrange(len(source))
        high = chance.randint(low + 1, len(source))
        order = [*range(turn, len(source)), *range(turn)]
        turned = [source[place] for place in order]
        rotated = "".join(map(str, turned)) if isinstance(source, str) else type(source)(turned)
        members[second] = chance.choice((source, source[::-1], source[low:high], rotated))
    elif type(source) is int:
        others = sum(member for place, member in enumerate(members) if place != second and type(member) is int)
        members[second] = chance.choice((source, others, source + 1, source - 1))
    else:
        members[second] = source
    return tuple(members)
