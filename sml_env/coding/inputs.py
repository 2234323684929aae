"""Fresh inputs of a function from examples of its arguments: same types, shapes and relations, other values.

What is learnt from the examples, for each argument and member: types, ranges and signs of numbers, parity, decimals,
lengths, alphabets and vocabularies of texts, order and distinctness in lists; and between arguments: equal lengths,
order, and an integer that is a length or below one. A property of every example is kept. A property that the examples
do not show may be broken, so the caller drops inputs on which the reference fails.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations
from typing import Any, Final

from sml_env.coding.literals import show

__all__ = ["fresh_inputs"]

MAX_EXAMPLES: Final = 200
MAX_LENGTH: Final = 40
"""Of generated texts and lists, unless the examples are all longer."""

MAX_INTEGER: Final = 10**6
"""Of generated integers, unless the examples are larger."""

_TRIES: Final = 60
_MAX_NODES: Final = 2_000
_CLOSED: Final = 5
_BRACKETS: Final = {")": "(", "]": "[", "}": "{", ">": "<"}
_CLASSES: Final = ("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789")


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
    shapes = [_Shape(column) for column in columns]
    relations = _relations(learnt)
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
            candidate = _linked(candidate, chance)
        candidate = _repaired(candidate, relations)
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


# -- shapes of one value -----------------------------------------------------------------------------------------------


class _Shape:
    """What examples of one argument, or member, have in common, by their types."""

    def __init__(self, values: Sequence[Any], depth: int = 0) -> None:
        by_kind: dict[type, list[Any]] = {}
        for value in values:
            by_kind.setdefault(type(value), []).append(value)
        self._kinds = list(by_kind)
        self._weights = [len(group) for group in by_kind.values()]
        self._forms: dict[type, _Form] = {kind: _form(kind, group, depth) for kind, group in by_kind.items()}

    def drawn(self, chance: random.Random) -> Any:
        if not self._kinds:
            return None
        return self._forms[chance.choices(self._kinds, self._weights)[0]].drawn(chance)

    def altered(self, value: Any, chance: random.Random) -> Any:
        form = self._forms.get(type(value))
        return self.drawn(chance) if form is None else form.altered(value, chance)

    def admits(self, value: Any) -> bool:
        form = self._forms.get(type(value))
        return form is not None and form.admits(value)


class _Form:
    """What examples of one type have in common. As it stands: a closed list of values."""

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = list(values)

    def drawn(self, chance: random.Random) -> Any:
        return chance.choice(self.values)

    def altered(self, value: Any, chance: random.Random) -> Any:
        return self.drawn(chance)

    def admits(self, value: Any) -> bool:
        return True


def _form(kind: type, values: Sequence[Any], depth: int) -> _Form:
    if depth > 6:
        return _Form(values)
    if kind is bool:
        return _Form([False, True])
    if kind in (int, float):
        return _Numbers(values)
    if kind is str:
        return _Texts(values)
    if kind is list:
        return _Lists(values, depth)
    if kind is tuple:
        same_size = len({len(value) for value in values}) == 1
        return _Rows(values, depth) if same_size and values[0] else _Lists(values, depth)
    if kind in (set, frozenset):
        return _Sets(values, depth)
    if kind is dict:
        return _Mappings(values, depth)
    return _Form(values)


class _Numbers(_Form):
    """Integers or floats within a widened range; sign, parity and decimals are kept."""

    def __init__(self, values: Sequence[Any]) -> None:
        finite = [value for value in values if abs(value) < 1e300] or [type(values[0])(0)]
        super().__init__(finite)
        self.whole = type(finite[0]) is int
        low, high = min(finite), max(finite)
        spread = max(high - low, abs(high) // 2, 4 if len(finite) < 4 else 2)
        self.low = low - spread // 2
        self.high = high + (spread + 1) // 2
        for floor in (0, 1, 2):
            if low >= floor:
                self.low = max(self.low, floor if low < 50 else 1)
        if high <= 0:
            self.high = 0
        if self.whole and high <= MAX_INTEGER:
            self.high = min(self.high, MAX_INTEGER)
        self.step = 1
        if self.whole and len(set(finite)) >= 5 and len({value % 2 for value in finite}) == 1:
            self.step = 2
        self.decimals = 0
        if not self.whole:
            parts = [repr(value).partition(".")[2] for value in finite]
            self.decimals = min(max(len(part) if part.isdigit() and part != "0" else 0 for part in parts), 6)

    def drawn(self, chance: random.Random) -> Any:
        if not self.whole:
            near = chance.choice(self.values)
            value = chance.uniform(self.low, self.high) if chance.random() < 0.7 else near + chance.uniform(-1, 1)
            return round(min(max(float(value), float(self.low)), float(self.high)), self.decimals)
        way = chance.random()
        if way < 0.15:
            value = chance.choice((self.low, self.high, 0, 1, min(self.values), max(self.values)))
        elif way < 0.45:
            value = chance.choice(self.values) + chance.randint(-3, 3)
        elif way < 0.6 and self.high > 100:
            value = chance.randint(self.low, min(self.high, self.low + 60))
        else:
            value = chance.randint(self.low, self.high)
        value = min(max(value, self.low), self.high)
        if self.step == 2 and (value - self.values[0]) % 2:
            value += 1 if value < self.high else -1
        return value

    def altered(self, value: Any, chance: random.Random) -> Any:
        if not self.whole or chance.random() < 0.3:
            return self.drawn(chance)
        return min(max(value + self.step * chance.choice((-2, -1, 1, 2)), self.low), self.high)

    def admits(self, value: Any) -> bool:
        return bool(self.low <= value <= self.high and (self.step == 1 or (value - self.values[0]) % 2 == 0))


class _Sized(_Form):
    """Lengths: within a widened range, never empty unless an example is, of one parity if all examples are."""

    def __init__(self, values: Sequence[Any]) -> None:
        super().__init__(values)
        lengths = [len(value) for value in values]
        self.shortest, longest = min(lengths), max(lengths)
        if self.shortest > 1 and len(set(lengths)) > 1:
            self.shortest = max(1, self.shortest - 1)
        fixed = len(set(lengths)) == 1 and len(values) > 2
        self.longest = longest if fixed else max(longest, min(longest + max(2, longest // 2), MAX_LENGTH))
        self.parity = len({length % 2 for length in lengths}) == 1 and len(set(lengths)) >= 3
        self._odd = lengths[0] % 2

    def length(self, chance: random.Random) -> int:
        near = len(chance.choice(self.values)) + chance.randint(-1, 2)
        length = near if chance.random() < 0.6 else chance.randint(self.shortest, self.longest)
        length = min(max(length, self.shortest), self.longest)
        if self.parity and length % 2 != self._odd:
            length += 1 if length < self.longest else -1
        return max(length, 0)

    def sized(self, value: Any) -> bool:
        length = len(value)
        return self.shortest <= length <= self.longest and (not self.parity or length % 2 == self._odd)


class _Texts(_Sized):
    """Texts: of a closed list of values, of words, or of characters."""

    def __init__(self, values: Sequence[str]) -> None:
        super().__init__(values)
        distinct = sorted(set(values))
        self.closed = len(values) >= 2 * len(distinct) and len(distinct) <= 12 and len(values) >= 4
        self.separator = next(
            (mark for mark in (", ", " ", ",", "-", "/") if sum(mark in value for value in values) * 2 >= len(values)),
            "",
        )
        self.marks = [len(value.split(self.separator)) for value in values] if self.separator else []
        words = [word for value in values for word in value.split(self.separator or None)]
        self.words = list(dict.fromkeys(words)) or [""]
        self.closed_words = len(words) >= 6 and len(words) >= 1.6 * len(self.words)
        characters = "".join(words)
        seen = set(characters)
        self.alphabet = sorted(seen)
        for letters in _CLASSES:
            if len(seen & set(letters)) >= 8 or (letters is _CLASSES[2] and len(seen & set(letters)) >= 4):
                self.alphabet = sorted({*self.alphabet, *letters})
        self.word_lengths = [len(word) for word in words] or [0]
        self.first = values[0][:1] if len(distinct) > 2 and len({value[:1] for value in values}) == 1 else ""
        self.last = values[0][-1:] if len(distinct) > 2 and len({value[-1:] for value in values}) == 1 else ""
        self.checks: list[Callable[[str], bool]] = [
            check
            for check in (str.isdigit, _numeric, str.isalpha, str.islower, str.isupper, _balanced, _titled, _binary)
            if all(check(value) for value in values if value) and any(values)
        ]
        self.counts = {
            letter: counts.pop()
            for letter in set(characters + self.separator.strip())
            if not letter.isalnum()
            and len(counts := {value.count(letter) for value in values}) == 1
            and len(distinct) > 2
        }

    def drawn(self, chance: random.Random) -> str:
        if self.closed:
            return str(chance.choice(self.values))
        if chance.random() < 0.25:
            return self._spliced(chance)
        if self.separator:
            length = max(1, chance.choice(self.marks) + chance.choice((-1, 0, 0, 1, 2)))
            return self.separator.join(self._word(chance) for _ in range(length))[: MAX_LENGTH * 6].strip()
        if not self.alphabet:
            return ""
        length = self.length(chance)
        few = chance.sample(self.alphabet, min(len(self.alphabet), chance.choice((2, 3, 6, 60))))
        middle = "".join(chance.choice(few) for _ in range(max(0, length - len(self.first) - len(self.last))))
        text = (self.first + middle + self.last)[: max(length, 1)]
        return text + text[::-1] if chance.random() < 0.1 and 2 * len(text) <= self.longest else text

    def _word(self, chance: random.Random) -> str:
        if self.closed_words or chance.random() < 0.5:
            return chance.choice(self.words)
        return "".join(chance.choice(self.alphabet) for _ in range(chance.choice(self.word_lengths)))

    def _spliced(self, chance: random.Random) -> str:
        """Pieces of examples, cut at words if there are words."""
        one, two = str(chance.choice(self.values)), str(chance.choice(self.values))
        if not self.separator:
            return one[: chance.randint(0, len(one))] + two[chance.randint(0, len(two)) :]
        left, right = one.split(self.separator), two.split(self.separator)
        pieces = left[: chance.randint(0, len(left))] + right[chance.randint(0, len(right)) :]
        return self.separator.join(pieces)

    def altered(self, value: str, chance: random.Random) -> str:
        if self.closed or not value or not self.alphabet or (self.separator and self.closed_words):
            return self.drawn(chance)
        place = chance.randrange(len(value))
        letter = chance.choice(self.alphabet)
        way = chance.randrange(4)
        if way == 0:
            return value[:place] + letter + value[place + 1 :]
        if way == 1:
            return value[:place] + letter + value[place:]
        if way == 2:
            return value[:place] + value[place + 1 :]
        other = chance.randrange(len(value))
        low, high = min(place, other), max(place, other)
        return value[:low] + value[low:high][::-1] + value[high:]

    def admits(self, value: str) -> bool:
        if self.closed:
            return True
        if not self.separator and not self.sized(value):
            return False
        if not value:
            return self.shortest == 0
        if self.separator and self.closed_words and not set(value.split(self.separator)) <= set(self.words):
            return False
        if any(value.count(letter) != times for letter, times in self.counts.items()):
            return False
        ends = value.startswith(self.first) and value.endswith(self.last)
        return ends and all(check(value) for check in self.checks)


def _numeric(text: str) -> bool:
    """A decimal number as text."""
    return text.lstrip("-").replace(",", ".", 1).replace(".", "", 1).isdigit()


def _binary(text: str) -> bool:
    return set(text) <= {"0", "1"}


def _titled(text: str) -> bool:
    return text[:1].isupper()


def _balanced(text: str) -> bool:
    """Brackets that all match, some of them there."""
    open_marks: list[str] = []
    met = False
    for mark in text:
        if mark in _BRACKETS.values():
            open_marks.append(mark)
        elif mark in _BRACKETS:
            met = True
            if not open_marks or open_marks.pop() != _BRACKETS[mark]:
                return False
    return met and not open_marks


class _Lists(_Sized):
    """Lists, and tuples of several lengths: their members share one shape; order and distinctness are kept."""

    def __init__(self, values: Sequence[Any], depth: int) -> None:
        super().__init__(values)
        self.kind = type(values[0])
        self.members = _Shape([member for value in values for member in value], depth + 1)
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
        members = [self.members.drawn(chance) for _ in range(self.length(chance))]
        if len(members) > 1 and not self.distinct and chance.random() < 0.3:
            members[chance.randrange(len(members))] = chance.choice(members)
        return self._made(members)

    def altered(self, value: Any, chance: random.Random) -> Any:
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


class _Rows(_Form):
    """Tuples of one length: each place has its own shape, with the relations between places."""

    def __init__(self, values: Sequence[Any], depth: int) -> None:
        super().__init__(values)
        self.places = [_Shape(list(column), depth + 1) for column in zip(*values, strict=True)]
        self.relations = _relations(values)

    def drawn(self, chance: random.Random) -> Any:
        return _repaired(tuple(place.drawn(chance) for place in self.places), self.relations)

    def altered(self, value: Any, chance: random.Random) -> Any:
        members = list(value)
        place = chance.randrange(len(members))
        members[place] = self.places[place].altered(members[place], chance)
        return _repaired(tuple(members), self.relations)

    def admits(self, value: Any) -> bool:
        fits = len(value) == len(self.places) and all(
            place.admits(member) for place, member in zip(self.places, value, strict=True)
        )
        return fits and all(relation.holds(value) for relation in self.relations)


class _Sets(_Sized):
    """Sets: their members share one shape."""

    def __init__(self, values: Sequence[Any], depth: int) -> None:
        super().__init__(values)
        self.kind = type(values[0])
        self.members = _Shape([member for value in values for member in sorted(value, key=show)], depth + 1)

    def drawn(self, chance: random.Random) -> Any:
        return self.kind(self.members.drawn(chance) for _ in range(self.length(chance)))

    def admits(self, value: Any) -> bool:
        return self.sized(value)


class _Mappings(_Sized):
    """Dictionaries: keys share one shape, values another."""

    def __init__(self, values: Sequence[Any], depth: int) -> None:
        super().__init__(values)
        self.keys = _Shape([key for value in values for key in value], depth + 1)
        self.items = _Shape([item for value in values for item in value.values()], depth + 1)

    def drawn(self, chance: random.Random) -> Any:
        return {self.keys.drawn(chance): self.items.drawn(chance) for _ in range(self.length(chance))}

    def admits(self, value: Any) -> bool:
        return self.sized(value)


# -- relations between arguments ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Relation:
    """Something that held between two arguments of every example."""

    name: str
    first: int
    second: int

    def holds(self, values: Sequence[Any]) -> bool:
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


def _relations(examples: Sequence[Sequence[Any]]) -> tuple[_Relation, ...]:
    """Relations of all examples; one that could be chance, over fewer than three different examples, is not kept."""
    if len({show(tuple(example)) for example in examples}) < 3:
        return ()
    found = []
    for first, second in permutations(range(min(len(examples[0]), 6)), 2):
        for name, test in _RELATIONS.items():
            symmetric = name == "same length" and first > second
            if not symmetric and all(test(example[first], example[second]) for example in examples):
                found.append(_Relation(name, first, second))
                if name != "at most":
                    break
    return tuple(found)


def _repaired(values: tuple[Any, ...], relations: Sequence[_Relation]) -> tuple[Any, ...]:
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


def _linked(values: tuple[Any, ...], chance: random.Random) -> tuple[Any, ...]:
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
