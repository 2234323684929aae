"""Whether two trees are the same answer, whatever their kinds: numbers, functions, tuples, lists, sets, relations."""

from __future__ import annotations

from fractions import Fraction
from time import monotonic

from sml_env.verifiers.approximation import Decimals, approximates
from sml_env.verifiers.arithmetic import rational_value
from sml_env.verifiers.comparison import UNKNOWN, Equality, all_of, equal_constants, infinite_sign, weakest
from sml_env.verifiers.identity import identical
from sml_env.verifiers.nodes import (
    SCALARS,
    Based,
    Chain,
    Congruence,
    Constant,
    Dotted,
    Function,
    Interval,
    ListNode,
    Matrix,
    Node,
    Number,
    NumberSet,
    Power,
    Ratio,
    Relation,
    SetNode,
    SetOperation,
    Symbol,
    System,
    TupleNode,
    Union,
    free_symbols,
    multiply,
    rebuild,
)
from sml_env.verifiers.opaque import UNKNOWN_FUNCTIONS, has_opaque
from sml_env.verifiers.policy import STRICT, Policy
from sml_env.verifiers.rarities import rarities
from sml_env.verifiers.realsets import Unordered, nonempty, real_set
from sml_env.verifiers.relations import bare, equal_relations, value_of
from sml_env.verifiers.sequences import dotted, expanded
from sml_env.verifiers.survey import Survey, survey

__all__ = ["MAX_ITEMS", "Comparison"]

MAX_ITEMS = 64
"""Most items of a tuple, a list or a set that are matched."""
MAX_REPEATED = 4
"""Most forms of one value in a list."""
MAX_PAIRS = 256
"""Most pairs of items that are compared while matching without order."""

_KIND = Equality(False, "kind")
_LITERAL = Equality(True, "literal")
_SETS = (Interval, Union, SetNode, Relation, Chain, System, SetOperation)
_COLLECTIONS = (TupleNode, ListNode, SetNode)
_EMPTY = Decimals("")
_DEGREE = Fraction(1, 180)


class Comparison:
    """One comparison of an answer with a reference under a policy.

    Args:
        policy: The rules.
        decimals: The decimals that the answer's and the reference's texts hold.
    """

    __slots__ = ("_end", "decimals", "killed", "policy")

    def __init__(self, policy: Policy = STRICT, decimals: tuple[Decimals, Decimals] = (_EMPTY, _EMPTY)) -> None:
        self.policy = policy
        self.decimals = decimals
        self.killed = False
        self._end: float | None = None

    def decide(self, answer: Node, reference: Node) -> Equality:
        """Decide whether an answer is the reference in another form.

        Args:
            answer: The tree of the answer.
            reference: The tree of the reference; its kind settles what ``(2, 3)`` means.

        Returns:
            The decision and the stage that made it; of several stages, the one that gives the weakest guarantee.
        """
        if answer == reference:
            return _LITERAL
        if answer.__class__ in SCALARS and reference.__class__ in SCALARS:
            return self.scalars(answer, reference)
        if isinstance(answer, Matrix) or isinstance(reference, Matrix):
            return self.matrices(answer, reference)
        answer, reference = expanded(answer), expanded(reference)
        if isinstance(answer, (Ratio, Based, Congruence)) or isinstance(reference, (Ratio, Based, Congruence)):
            return rarities(bare(answer), bare(reference), self)
        if {type(answer), type(reference)} == {Interval, ListNode}:
            return _KIND
        if _is_choice(answer, reference) or _is_choice(reference, answer):
            return _KIND
        if self.policy.assignment:
            answer, reference = _solved(answer), _solved(reference)
            answer, reference = _single(answer, reference), _single(reference, answer)
        if answer.__class__ in SCALARS and reference.__class__ in SCALARS:
            return self.scalars(answer, reference)
        if isinstance(answer, Dotted) or isinstance(reference, Dotted):
            return dotted(answer, reference, self)
        if isinstance(answer, Relation) and isinstance(reference, Relation):
            return equal_relations(answer, reference, self)
        if isinstance(answer, _COLLECTIONS) and isinstance(reference, _COLLECTIONS):
            return self.collections(answer, reference)
        if isinstance(answer, ListNode) and reference.__class__ in SCALARS:
            return self.repeated(answer, reference)
        if isinstance(reference, ListNode) and answer.__class__ in SCALARS:
            return self.repeated(reference, answer)
        return self.sets(answer, reference)

    def scalars(self, a: Node, b: Node) -> Equality:
        """Decide about numbers and functions."""
        if a == b:
            return _LITERAL
        if a.__class__ is Number and b.__class__ is Number:
            decision = Equality(False, "exact")
        else:
            marked = _marked(a), _marked(b)
            if marked != (None, None):
                return self.marked(a, b, marked)
            if self.policy.roots == "principal":
                a, b = _principal(a), _principal(b)
            both = survey(a, b)
            unknown = both.names or not UNKNOWN_FUNCTIONS.isdisjoint(both.functions)
            decision = self.functions(a, b, both) if unknown else equal_constants(a, b)
        if decision.equal is False and approximates(a, b, self.decimals, self.policy):
            return Equality(True, "decimal")
        return self.asked("equal", a, b) if decision.equal is None else decision

    def functions(self, a: Node, b: Node, both: Survey) -> Equality:
        """Decide about functions of variables."""
        return identical(a, b, self.policy.variables, both, same_domain=self.policy.domain == "same")

    def asked(self, question: str, a: Node, b: Node) -> Equality:
        """Ask a worker what the exact stages leave undecided; all questions of one comparison share its time."""
        if not self.policy.timeout or self.killed or has_opaque(a) or has_opaque(b):
            return UNKNOWN
        if self._end is None:
            self._end = monotonic() + self.policy.timeout
        left = self._end - monotonic()
        if left <= 0:
            return UNKNOWN
        from sml_env.verifiers.workers import ask

        answer = ask(question, a, b, timeout=left, variables=self.policy.variables)
        self.killed = answer.outcome == "killed"
        return Equality(answer.equal, "none" if answer.equal is None else "symbolic")

    def marked(self, a: Node, b: Node, marks: tuple[str | None, str | None]) -> Equality:
        """Decide where one side or both are percentages or degrees."""
        if marks[0] == marks[1]:
            return self.scalars(_inner(a), _inner(b))
        if None not in marks:
            return _KIND
        if _marked(_inner(a)) or _marked(_inner(b)):
            return UNKNOWN
        bare = (_inner(a), b) if marks[0] else (a, _inner(b))
        if "percent" in marks:
            valued = tuple(multiply(_inner(x), Number(Fraction(1, 100))) if _marked(x) else x for x in (a, b))
            if self.policy.percent == "number":
                return self.scalars(*bare)
        else:
            pi = Constant("pi")
            valued = tuple(multiply(multiply(_inner(x), Number(_DEGREE)), pi) if _marked(x) else x for x in (a, b))
        first = self.scalars(valued[0], valued[1])
        if first.equal or ("percent" in marks and self.policy.percent == "value"):
            return first
        second = self.scalars(*bare)
        return second if second.equal or second.equal is None else first

    def repeated(self, items: ListNode, value: Node) -> Equality:
        """Decide whether a list says one value several times: ``3/4, or 75%``."""
        if len(items.items) > MAX_REPEATED:
            return _KIND
        first = items.items[0]
        pairs = [(item, value) for item in items.items] + [(item, first) for item in items.items[1:]]
        decision = all_of([self.decide(item, other) for item, other in pairs])
        return _KIND if decision.equal is False else decision

    def matrices(self, a: Node, b: Node) -> Equality:
        """Decide entry by entry; a single column may be a tuple."""
        a, b = bare(a), bare(b)
        left, right = self._rows(a), self._rows(b)
        if left is None or right is None or len(left) != len(right) or len(left[0]) != len(right[0]):
            return _KIND
        pairs = [pair for rows in zip(left, right, strict=True) for pair in zip(*rows, strict=True)]
        return all_of([self.decide(x, y) for x, y in pairs])

    def _rows(self, node: Node) -> tuple[tuple[Node, ...], ...] | None:
        if isinstance(node, Matrix):
            return node.rows
        if isinstance(node, TupleNode) and self.policy.vectors and node.items:
            return tuple((item,) for item in node.items)
        return None

    def sets(self, a: Node, b: Node) -> Equality:
        """Decide about sets of reals in any notation."""
        if isinstance(a, NumberSet) or isinstance(b, NumberSet):
            return UNKNOWN
        if self.policy.interval_pairs:
            if isinstance(a, TupleNode) and _is_range(b):
                a = _opened(a)
            if isinstance(b, TupleNode) and _is_range(a):
                b = _opened(b)
        if not isinstance(a, _SETS) or not isinstance(b, _SETS):
            return _KIND
        if not self.policy.sets_as_relations and _is_relation(a) and not _is_relation(b):
            return _KIND
        names = free_symbols(a), free_symbols(b)
        if all(names) and names[0] != names[1]:
            return UNKNOWN
        if isinstance(a, Interval) and isinstance(b, Interval) and (names[0] or names[1]):
            if (a.lo_closed, a.hi_closed) != (b.lo_closed, b.hi_closed):
                return UNKNOWN
            return all_of([self.scalars(a.lo, b.lo), self.scalars(a.hi, b.hi)], certain=False)
        try:
            first, second = real_set(a), real_set(b)
        except Unordered:
            return self._unordered(a, b)
        return self._pieces(first, second)

    def _pieces(self, first: list[Interval], second: list[Interval]) -> Equality:
        """Decide about sorted disjoint pieces: of one shape, end by end."""
        shapes = [[(piece.lo_closed, piece.hi_closed) for piece in pieces] for pieces in (first, second)]
        if shapes[0] != shapes[1]:
            return Equality(False, "exact")
        ends = [(x, y) for p, q in zip(first, second, strict=True) for x, y in ((p.lo, q.lo), (p.hi, q.hi))]
        decision = all_of([self.scalars(x, y) for x, y in ends])
        return Equality(True, "exact") if decision.method == "literal" else decision

    def _unordered(self, a: Node, b: Node) -> Equality:
        if isinstance(a, System) and isinstance(b, System) and len(a.parts) == len(b.parts):
            matched = self.matched(a.parts, b.parts)
            return matched if matched.equal else UNKNOWN
        if isinstance(a, Chain) and isinstance(b, Chain) and len(a.links) == len(b.links):
            straight = all_of([equal_relations(x, y, self) for x, y in zip(a.links, b.links, strict=True)], False)
            turned = all_of([equal_relations(x, y, self) for x, y in zip(a.links, b.links[::-1], strict=True)], False)
            return straight if straight.equal else turned if turned.equal else UNKNOWN
        if len(free_symbols(a) | free_symbols(b)) == 1:
            name = next(iter(free_symbols(a) | free_symbols(b)))
            return self.asked("inequalities", _as_relation(a, name), _as_relation(b, name))
        return UNKNOWN

    def collections(self, a: Node, b: Node) -> Equality:
        """Decide about tuples, lists and sets."""
        order = self.policy.order
        if order != "never" and {type(a), type(b)} == {TupleNode, SetNode}:
            return _KIND
        items, others = _items(a), _items(b)
        both_sets = isinstance(a, SetNode) and isinstance(b, SetNode)
        if both_sets and all(item.__class__ is Number for item in (*items, *others)):
            return Equality(set(items) == set(others), "exact")
        if max(len(items), len(others)) > MAX_ITEMS:
            return UNKNOWN
        if isinstance(a, SetNode) or isinstance(b, SetNode):
            return all_of([self.covered(items, others), self.covered(others, items)])
        if len(items) != len(others):
            return _KIND
        ordered = isinstance(a, TupleNode) or isinstance(b, TupleNode)
        if order == "always" or (ordered and order == "brackets"):
            return all_of([self.decide(bare(x), bare(y)) for x, y in zip(items, others, strict=True)])
        return self.matched(items, others)

    def covered(self, items: tuple[Node, ...], others: tuple[Node, ...]) -> Equality:
        """Decide whether each item is equal to one of the others."""
        if len(items) * len(others) > MAX_PAIRS:
            return UNKNOWN
        return all_of([self._any(item, others) for item in items])

    def matched(self, items: tuple[Node, ...], others: tuple[Node, ...]) -> Equality:
        """Decide whether the items pair off with the others; equality is transitive, so the first fit will do.

        The first open question ends the search, which bounds its time; then the others may show that one has no fit.
        """
        if len(items) ** 2 > MAX_PAIRS:
            return UNKNOWN
        decision = self._fitted(items, others)
        if decision.equal is None:
            reverse = self._fitted(others, items)
            return reverse if reverse.equal is False else decision
        return decision

    def _fitted(self, items: tuple[Node, ...], others: tuple[Node, ...]) -> Equality:
        left = list(others)
        decisions: list[Equality] = []
        for item in items:
            for index, other in enumerate(left):
                decision = self.decide(item, other)
                if decision.equal:
                    decisions.append(decision)
                    del left[index]
                    break
                if decision.equal is None:
                    return UNKNOWN
            else:
                return Equality(False, "exact")
        return all_of(decisions)

    def _any(self, item: Node, others: tuple[Node, ...]) -> Equality:
        """Whether one of the others is equal; the first open question ends the search, which bounds its time."""
        decisions: list[Equality] = []
        for other in others:
            decision = self.decide(item, other)
            if decision.equal or decision.equal is None:
                return decision
            decisions.append(decision)
        return Equality(False, weakest(decisions))


def _marked(node: Node) -> str | None:
    return node.name if isinstance(node, Function) and node.name in ("percent", "degrees") else None


def _inner(node: Node) -> Node:
    return node.args[0] if isinstance(node, Function) else node


def _principal(node: Node) -> Node:
    """Rewrite real roots as powers, which are principal."""
    node = rebuild(node, _principal)
    if isinstance(node, Function) and node.name in ("cbrt", "root"):
        degree = Fraction(3) if node.name == "cbrt" else rational_value(node.args[0])
        if degree:
            return Power(node.args[-1], Number(1 / degree))
    return node


def _items(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, (TupleNode, ListNode, SetNode)) else (node,)


def _is_choice(node: Node, other: Node) -> bool:
    """Whether one side names alternatives, ``1 or 2``, and the other a tuple, which holds all of its items."""
    return isinstance(node, Union) and isinstance(other, TupleNode) and not _is_range(node)


def _solved(node: Node) -> Node:
    """Turn ``x = 2 or x = 3`` and ``x = 2, x = 3`` into a list of values, and ``x = 1, y = 2`` into a tuple by name."""
    parts = node.parts if isinstance(node, Union) else node.items if isinstance(node, ListNode) else ()
    if not parts or len(parts) > MAX_ITEMS:
        return node
    if isinstance(node, ListNode) and any(isinstance(part, Union) for part in parts):
        parts = tuple(inner for part in parts for inner in (part.parts if isinstance(part, Union) else (part,)))
        node = ListNode(parts)
    if isinstance(node, Union) and all(part.__class__ in SCALARS or isinstance(part, TupleNode) for part in parts):
        return ListNode(parts)
    values = [value_of(part) for part in parts]
    if any(value is None for value in values):
        return node
    names = [part.left.name for part in parts if isinstance(part, Relation) and isinstance(part.left, Symbol)]
    found = tuple(value for value in values if value is not None)
    if len(names) == len(parts) and isinstance(node, ListNode) and len(set(names)) == len(names):
        return TupleNode(tuple(value for _, value in sorted(zip(names, found, strict=True), key=lambda pair: pair[0])))
    return ListNode(found) if len(set(names)) <= 1 else node


def _single(node: Node, other: Node) -> Node:
    """Take the value out of ``x == 5`` and ``{5}`` where the other side is a bare value, tuple, list or set."""
    value = value_of(node) if other.__class__ in SCALARS or isinstance(other, _COLLECTIONS) else None
    if value is not None:
        return value
    if isinstance(node, (SetNode, ListNode)) and len(node.items) == 1 and other.__class__ in SCALARS:
        return node.items[0]
    return node


def _as_relation(node: Node, name: str) -> Node:
    """Write an interval or a union of them as inequalities; anything else is left as it is."""
    if isinstance(node, Union):
        return Union(tuple(_as_relation(part, name) for part in node.parts))
    if not isinstance(node, Interval):
        return node
    x = Symbol(name)
    low = Relation("<=" if node.lo_closed else "<", node.lo, x)
    high = Relation("<=" if node.hi_closed else "<", x, node.hi)
    if infinite_sign(node.lo):
        return high
    return low if infinite_sign(node.hi) else Chain((low, high))


def _is_relation(node: Node) -> bool:
    if isinstance(node, Union):
        return any(_is_relation(part) for part in node.parts)
    return isinstance(node, (Relation, Chain, System))


def _is_range(node: Node) -> bool:
    if isinstance(node, (Interval, Chain, SetOperation, System)):
        return True
    if isinstance(node, Relation):
        return node.op != "=="
    return isinstance(node, Union) and any(_is_range(part) for part in node.parts)


def _opened(node: TupleNode) -> Node:
    """The open interval that a pair may mean; a pair that would be an empty one is only a pair."""
    if len(node.items) != 2 or any(item.__class__ not in SCALARS for item in node.items):
        return node
    interval = Interval(node.items[0], node.items[1], False, False)
    try:
        return interval if free_symbols(interval) or nonempty(interval) else node
    except Unordered:
        return node
