"""Fresh inputs of a function from examples of its arguments: same types, shapes and relations, other values.

What is learnt from the examples, for each argument and member: types, ranges and signs of numbers, parity, decimals,
lengths, alphabets and vocabularies of texts, order and distinctness in lists; and between arguments: equal lengths,
order, and an integer that is a length or below one. A property of every example is kept. A property that the examples
do not show may be broken, so the caller drops inputs on which the reference fails.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, Final

from sml_env.coding.literals import show
from sml_env.coding.relations import linked, relations_of, repaired
from sml_env.coding.shapes import Shape

__all__ = ["fresh_inputs"]

MAX_EXAMPLES: Final = 200
_TRIES: Final = 60
_MAX_NODES: Final = 2_000


def fresh_inputs(examples: Sequence[Sequence[Any]], count: int, seed: int | str) -> tuple[tuple[Any, ...], ...]:
    """Argument lists like the examples, none equal to one of them or to each other.

    A pure function of its arguments.

    Args:
        examples: Argument lists of plain values; those with the commonest number of arguments are learnt from.
        count: How many are wanted.
        seed: Anything with a repr.

    Returns:
        At most ``count``; fewer where the shapes allow no more, or the examples are none.
    """
    learnt = [tuple(example) for example in examples[:MAX_EXAMPLES] if _nodes(example) <= _MAX_NODES]
    if not learnt or count < 1:
        return ()
    sizes = [len(example) for example in learnt]
    size = max(sizes, key=sizes.count)
    learnt = [example for example in learnt if len(example) == size]
    chance = random.Random(f"fresh inputs {seed!r}")
    columns = [list(column) for column in zip(*learnt, strict=True)]
    shapes = [Shape(column) for column in columns]
    relations = relations_of(learnt)
    seen = {show(example) for example in learnt}
    found: list[tuple[Any, ...]] = []
    for _ in range(count * _TRIES):
        if len(found) == count:
            break
        if chance.random() < 0.4:
            base = list(chance.choice(learnt))
            for _ in range(chance.choice((1, 1, 2))):
                place = chance.randrange(size) if size else 0
                base[place : place + 1] = [shapes[place].altered(base[place], chance)] if size else []
            candidate = tuple(base)
        else:
            candidate = tuple(
                chance.choice(column) if size > 1 and chance.random() < 0.3 else shape.drawn(chance)
                for shape, column in zip(shapes, columns, strict=True)
            )
        if size > 1 and chance.random() < 0.25:
            candidate = linked(candidate, chance)
        candidate = repaired(candidate, relations)
        fits = all(shape.admits(value) for shape, value in zip(shapes, candidate, strict=True))
        text = show(candidate)
        if fits and text not in seen and all(relation.holds(candidate) for relation in relations):
            seen.add(text)
            found.append(candidate)
    return tuple(found)


def _nodes(value: Any, budget: int = _MAX_NODES + 1) -> int:
    """How many values and characters a value is made of, counted up to a budget."""
    count, open_values = 0, [value]
    while open_values and count < budget:
        item = open_values.pop()
        count += 1
        if isinstance(item, dict):
            open_values += [*item.keys(), *item.values()]
        elif isinstance(item, list | tuple | set | frozenset):
            open_values += item
        elif isinstance(item, str | bytes):
            count += len(item)
        elif isinstance(item, int):
            count += item.bit_length() // 32
    return count
