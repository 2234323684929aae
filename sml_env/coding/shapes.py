"""What examples of one argument have in common, lists, tuples, sets and mappings included."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from sml_env.coding.forms import Form, Numbers, Sized, Texts
from sml_env.coding.literals import show
from sml_env.coding.relations import relations_of, repaired

__all__ = ["Shape"]


class Shape:
    """What examples of one argument, or member, have in common, by their types."""

    def __init__(self, values: Sequence[Any], depth: int = 0) -> None:
        by_kind: dict[type, list[Any]] = {}
        for value in values:
            by_kind.setdefault(type(value), []).append(value)
        self._kinds = list(by_kind)
        self._weights = [len(group) for group in by_kind.values()]
        self._forms: dict[type, Form] = {kind: _form(kind, group, depth) for kind, group in by_kind.items()}

    def drawn(self, chance: random.Random) -> Any:
        """A new value."""
        if not self._kinds:
            return None
        return self._forms[chance.choices(self._kinds, self._weights)[0]].drawn(chance)

    def altered(self, value: Any, chance: random.Random) -> Any:
        """A value that is near one."""
        form = self._forms.get(type(value))
        return self.drawn(chance) if form is None else form.altered(value, chance)

    def admits(self, value: Any) -> bool:
        """Whether a value is like the examples."""
        form = self._forms.get(type(value))
        return form is not None and form.admits(value)


def _form(kind: type, values: Sequence[Any], depth: int) -> Form:
    if depth > 6:
        return Form(values)
    if kind is bool:
        return Form([False, True])
    if kind in (int, float):
        return Numbers(values)
    if kind is str:
        return Texts(values)
    if kind is list:
        return _Lists(values, depth)
    if kind is tuple:
        same_size = len({len(value) for value in values}) == 1
        return _Rows(values, depth) if same_size and values[0] else _Lists(values, depth)
    if kind in (set, frozenset):
        return _Sets(values, depth)
    if kind is dict:
        return _Mappings(values, depth)
    return Form(values)


class _Lists(Sized):
    """Lists, and tuples of several lengths: their members share one shape; order and distinctness are kept."""

    def __init__(self, values: Sequence[Any], depth: int) -> None:
        super().__init__(values)
        self.kind = type(values[0])
        self.members = Shape([member for value in values for member in value], depth + 1)
        sizable = [value for value in values if len(value) > 1]
        self.rising = len(sizable) > 1 and all(_rises(value) for value in sizable)
        self.falling = len(sizable) > 1 and not self.rising and all(_rises(value[::-1]) for value in sizable)
        self.distinct = len(sizable) > 2 and all(_is_distinct(value) for value in sizable)
        inner = [value for value in values if value]
        nested = all(isinstance(member, list | tuple) for value in inner for member in value)
        self.even_rows = (
            nested and len(inner) > 1 and all(len({len(member) for member in value}) == 1 for value in inner)
        )
        self.square = self.even_rows and all(len(value) == len(value[0]) for value in inner)

    def drawn(self, chance: random.Random) -> Any:
        """A new value."""
        members = [self.members.drawn(chance) for _ in range(self.length(chance))]
        if len(members) > 1 and not self.distinct and chance.random() < 0.3:
            members[chance.randrange(len(members))] = chance.choice(members)
        return self._made(members)

    def altered(self, value: Any, chance: random.Random) -> Any:
        """A value that is near one."""
        members = list(value)
        way = chance.randrange(5)
        if not members or way == 0:
            members.insert(chance.randint(0, len(members)), self.members.drawn(chance))
        elif way == 1:
            members.pop(chance.randrange(len(members)))
        elif way == 2:
            place = chance.randrange(len(members))
            members[place] = self.members.altered(members[place], chance)
        elif way == 3:
            chance.shuffle(members)
        else:
            members.append(chance.choice(members))
        return self._made(members)

    def _made(self, members: list[Any]) -> Any:
        if self.distinct:
            members = list({show(member): member for member in members}.values())
        if self.rising or self.falling:
            try:
                members.sort(reverse=self.falling)
            except TypeError:
                members = list(members)
        if self.even_rows and members:
            width = len(members) if self.square else min(map(len, members))
            if all(len(member) >= width for member in members):
                members = [member[:width] for member in members]
        return self.kind(members)

    def admits(self, value: Any) -> bool:
        """Whether a value is like the examples."""
        if not self.sized(value) or not all(map(self.members.admits, value)):
            return False
        if self.even_rows and len({len(member) for member in value}) > 1:
            return False
        if self.square and value and len(value) != len(value[0]):
            return False
        if (self.rising and not _rises(value)) or (self.falling and not _rises(value[::-1])):
            return False
        return not self.distinct or _is_distinct(value)


def _rises(value: Sequence[Any]) -> bool:
    try:
        return all(a <= b for a, b in pairwise(value))
    except TypeError:
        return False


def _is_distinct(value: Iterable[Any]) -> bool:
    texts = [show(member) for member in value]
    return len(set(texts)) == len(texts)


class _Rows(Form):
    """Tuples of one length: each place has its own shape, with the relations between places."""

    def __init__(self, values: Sequence[Any], depth: int) -> None:
        super().__init__(values)
        self.places = [Shape(list(column), depth + 1) for column in zip(*values, strict=True)]
        self.relations = relations_of(values)

    def drawn(self, chance: random.Random) -> Any:
        """A new value."""
        return repaired(tuple(place.drawn(chance) for place in self.places), self.relations)

    def altered(self, value: Any, chance: random.Random) -> Any:
        """A value that is near one."""
        members = list(value)
        place = chance.randrange(len(members))
        members[place] = self.places[place].altered(members[place], chance)
        return repaired(tuple(members), self.relations)

    def admits(self, value: Any) -> bool:
        """Whether a value is like the examples."""
        fits = len(value) == len(self.places) and all(
            place.admits(member) for place, member in zip(self.places, value, strict=True)
        )
        return fits and all(relation.holds(value) for relation in self.relations)


class _Sets(Sized):
    """Sets: their members share one shape."""

    def __init__(self, values: Sequence[Any], depth: int) -> None:
        super().__init__(values)
        self.kind = type(values[0])
        self.members = Shape([member for value in values for member in sorted(value, key=show)], depth + 1)

    def drawn(self, chance: random.Random) -> Any:
        """A new value."""
        return self.kind(self.members.drawn(chance) for _ in range(self.length(chance)))

    def admits(self, value: Any) -> bool:
        """Whether a value is like the examples."""
        return self.sized(value)


class _Mappings(Sized):
    """Dictionaries: keys share one shape, values another."""

    def __init__(self, values: Sequence[Any], depth: int) -> None:
        super().__init__(values)
        self.keys = Shape([key for value in values for key in value], depth + 1)
        self.items = Shape([item for value in values for item in value.values()], depth + 1)

    def drawn(self, chance: random.Random) -> Any:
        """A new value."""
        return {self.keys.drawn(chance): self.items.drawn(chance) for _ in range(self.length(chance))}

    def admits(self, value: Any) -> bool:
        """Whether a value is like the examples."""
        return self.sized(value)
