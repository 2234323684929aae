r"""The grammar: tokens to an immutable tree, by recursive descent with bounded depth.

Loosest to tightest: list (``,`` ``;`` ``and``), alternatives (``or`` ``U`` ``union``), relations, sums, products
(explicit and implicit, left to right: ``1/2x`` is ``x/2``), signs, powers (right to left), ``!`` and ``%``.

Readings of what is ambiguous: ``=`` and ``==`` are equality; ``(2, 3)`` is a tuple unless an end is infinite or a union
encloses it; ``1 1/2`` is a mixed number; ``2e3`` is 2000 but ``2e`` is 2·e; ``5!=x`` is "not equal"; an unknown word of
two or three letters is a product of variables unless it is a common English word; ``A ± B`` lists both values;
``x ∈ S`` is S; ``sin 2x`` takes the whole product; ``log`` has base 10 and ``log(b, x)`` base b.
"""

from __future__ import annotations

import re
from fractions import Fraction

from sml_env.errors import ExpressionError
from sml_env.verifiers.atoms import COMMANDS, Atoms
from sml_env.verifiers.cursor import MAX_DEPTH
from sml_env.verifiers.lexicon import INTEGERS
from sml_env.verifiers.nodes import (
    SCALARS,
    Chain,
    Congruence,
    Dotted,
    Function,
    Interval,
    ListNode,
    Matrix,
    Node,
    Number,
    NumberSet,
    Ratio,
    Relation,
    SetNode,
    SetOperation,
    Symbol,
    System,
    TupleNode,
    Union,
    add,
    divide,
    multiply,
    negate,
    power,
    rebuild,
    scalar,
)
from sml_env.verifiers.opaque import UNKNOWN_FUNCTIONS
from sml_env.verifiers.tokens import tokenize

__all__ = ["MAX_DEPTH", "parse_expression"]

_RELATIONS = {"=": "==", "==": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "~": "~"}
_JOINTS = frozenset(("or", "union", "U"))
_SET_OPERATORS = {"∩": "intersect", "∖": "minus"}
_STOPS = frozenset(("and", "or", "union", "mod", "to", "choose", "squared", "cubed"))
_LOGICAL = (Relation, Chain, Union, ListNode, System)
_MINUS_ONE = Number(Fraction(-1))
_CHOICES = Symbol("C")
_SIMPLE = re.compile(
    r"(-)?(?:\\[dt]?frac\{([0-9]{1,18})\}\{([0-9]{1,18})\}|([0-9]{1,18})(?:/([0-9]{1,18})|\.([0-9]{0,18}))?)"
)
_POSTFIXES = {"!": "factorial", "%": "percent", "°": "degrees", "squared": "squared", "cubed": "cubed"}
_MARKS = frozenset(("percent", "degrees"))
_WORD_POWERS = {"squared": Number(Fraction(2)), "cubed": Number(Fraction(3))}
_FACTORS = COMMANDS | {"(", "\\lfloor", "\\lceil", "\\begin"}


def parse_expression(text: str) -> Node:
    """Parse one expression, relation, tuple, list, set or interval.

    Args:
        text: Plain notation, Unicode or basic LaTeX.

    Returns:
        The tree.

    Raises:
        ExpressionError: If the text is no expression of the grammar, or is over a limit. Nothing else is raised.
    """
    if not isinstance(text, str):
        raise ExpressionError(f"an expression is a str, not {type(text).__name__}")
    simple = _SIMPLE.fullmatch(text)
    if simple is not None:
        return _simple_number(simple)
    tokens, latex = tokenize(text)
    if not tokens:
        raise ExpressionError("the expression is empty")
    try:
        if "±" not in tokens and "∓" not in tokens:
            return _Parser(tokens, latex).whole()
        upper, lower = {"±": "+", "∓": "-"}, {"±": "-", "∓": "+"}
        plus = _Parser([upper.get(token, token) for token in tokens], latex).whole()
        minus = _Parser([lower.get(token, token) for token in tokens], latex).whole()
    except RecursionError:
        raise ExpressionError("nested too deeply for what is left of the caller's stack") from None
    return _both(plus, minus)


def _simple_number(match: re.Match[str]) -> Node:
    """Build what most answers are: an integer, a decimal or a fraction of integers."""
    sign, top, bottom, whole, below, places = match.groups()
    if whole is None or below is not None:
        numerator, denominator = int(top or whole), int(bottom or below)
        if not denominator:
            return divide(Number(Fraction(-numerator if sign else numerator)), INTEGERS["0"])
    else:
        numerator, denominator = int(whole + (places or "")), 10 ** len(places or "")
    return Number(Fraction(-numerator if sign else numerator, denominator))


def _both(plus: Node, minus: Node) -> Node:
    """Join the two readings of ``±`` into one list without repetition."""
    if isinstance(plus, Relation) and isinstance(minus, Relation):
        return Union((plus, minus))
    if isinstance(plus, SetNode) and isinstance(minus, SetNode):
        return SetNode(tuple(dict.fromkeys(plus.items + minus.items)))
    items = [item for node in (plus, minus) for item in (node.items if isinstance(node, ListNode) else (node,))]
    distinct = tuple(dict.fromkeys(items))
    return ListNode(distinct) if len(distinct) > 1 else distinct[0]


class _Parser(Atoms):
    """One parse of one list of tokens."""

    __slots__ = ()

    def whole(self) -> Node:
        items, joint = self.joined()
        if self.token:
            raise ExpressionError(f"unexpected {self.found()} after a complete expression")
        if len(items) == 1:
            return items[0]
        if (
            joint == "and"
            and all(isinstance(item, (Relation, Chain)) for item in items)
            and not all(isinstance(item, Relation) and item.op == "==" for item in items)
        ):
            return System(tuple(items))
        return ListNode(tuple(items))

    def items(self) -> list[Node]:
        return self.joined()[0]

    def joined(self) -> tuple[list[Node], str]:
        """Read items, and say what joins them: ``and`` if nothing else does; dots make one item of all."""
        items = [self.alternatives()]
        joint = "and"
        while self.token in (",", ";", "and", "..."):
            if self.token not in ("and", "..."):
                joint = ","
                self.advance()
                if self.token == "and" or self.token == "or":
                    self.advance()
            elif self.token == "and":
                self.advance()
            if self.token == "...":
                return [self.dotted(items)], ","
            items.append(self.alternatives())
        return items, joint

    def dotted(self, items: list[Node]) -> Node:
        self.advance()
        last = None
        if self.token == "," or self.token == "and":
            self.advance()
            if self.token == "and":
                self.advance()
            last = scalar(self.sum())
        if len(items) == 1 and last is None and isinstance(items[0], Number):
            return items[0]
        return Dotted(tuple(map(scalar, items)), last)

    def alternatives(self) -> Node:
        first = self.set_operand()
        if self.token not in _JOINTS:
            return first
        parts = [first]
        united = False
        while self.token in _JOINTS:
            united |= self.token != "or"
            self.advance()
            parts.append(self.set_operand())
        return Union(tuple(_united(parts) if united else parts))

    def set_operand(self) -> Node:
        node = self.relation()
        while self.token in _SET_OPERATORS:
            op = _SET_OPERATORS[self.token]
            self.advance()
            left, right = _united([node, self.relation()])
            node = SetOperation(op, left, right)
        return node

    def relation(self) -> Node:
        left = self.ratio()
        if self.token == "∈":
            if not _is_unknown(left):
                raise ExpressionError("what belongs to a set is a variable")
            self.advance()
            node = self.alternatives()
            if isinstance(node, TupleNode) and len(node.items) == 2 and isinstance(left, Symbol):
                return Interval(scalar(node.items[0]), scalar(node.items[1]), False, False)
            return node
        if self.token not in _RELATIONS:
            return self.residue_class(left) if self.token in ("≡", "mod", "(") else left
        links: list[Relation] = []
        while self.token in _RELATIONS:
            op = _RELATIONS[self.token]
            self.advance()
            right = self.ratio()
            if isinstance(left, _LOGICAL) or isinstance(right, _LOGICAL):
                raise ExpressionError("a relation between relations")
            links.append(Relation(op, left, right))
            left = right
        return links[0] if len(links) == 1 else Chain(tuple(links))

    def residue_class(self, value: Node) -> Node:
        r"""Read ``x ≡ 3 (mod 7)``, ``3 \pmod 7`` or ``3 mod 7`` from after its first scalar."""
        if self.token == "≡":
            if not isinstance(value, Symbol):
                raise ExpressionError("a congruence names its unknown on the left")
            self.advance()
            value = self.sum()
        values = [value]
        while self.token == ",":
            self.advance()
            values.append(self.sum())
        bracketed = self.token == "("
        if bracketed:
            self.advance()
        self.expect("mod")
        modulus = self.argument() if self.token == "{" else scalar(self.sum())
        if bracketed:
            self.expect(")")
        classes = [Congruence(scalar(value), modulus) for value in values]
        return classes[0] if len(classes) == 1 else ListNode(tuple(classes))

    def ratio(self) -> Node:
        first = self.sum()
        if self.token != ":" and self.token != "to":
            return first
        terms = [first]
        while self.token == ":" or self.token == "to":
            self.advance()
            terms.append(self.sum())
        return Ratio(tuple(map(scalar, terms)))

    def sum(self) -> Node:
        first = self.product()
        if self.token != "+" and self.token != "-":
            return first
        terms = [first]
        while self.token == "+" or self.token == "-":
            minus = self.token == "-"
            self.advance()
            term = self.product()
            if minus:
                term = _times(_MINUS_ONE, term) if term.__class__ is Matrix else negate(term)
            terms.append(term)
        return _matrix_sum(terms) if first.__class__ is Matrix else add(terms)

    def product(self) -> Node:
        """Signs apply to the whole product, so that ``-x*y`` is ``-(x*y)``."""
        if self.token == "-" or self.token == "+":
            return negate(self.product_body()) if self.signs() else self.product_body()
        return self.product_body()

    def signs(self) -> bool:
        minus = False
        while self.token == "-" or self.token == "+":
            minus ^= self.token == "-"
            self.advance()
        return minus

    def product_body(self) -> Node:
        result = self.power()
        while True:
            token = self.token
            if token == "*":
                self.advance()
                result = _times(result, self.factor())
            elif token == "/":
                self.advance()
                result = divide(result, self.factor())
                if self.tokens[self.position - 1] == "%":
                    raise ExpressionError("'a/b%' is ambiguous: use brackets")
            elif self.starts_factor():
                result = _times(result, self.power())
            else:
                return result

    def factor(self) -> Node:
        if self.token == "-" or self.token == "+":
            return negate(self.power()) if self.signs() else self.power()
        return self.power()

    def starts_factor(self) -> bool:
        """Whether the token begins the next factor of an implicit product; a number never does."""
        token = self.token
        if not token:
            return False
        if token == "U":
            return not (self.tokens[self.position - 1] in ")]}" and self.tokens[self.position + 1] in ("(", "[", "{"))
        if token == "(":
            return self.tokens[self.position + 1] != "mod"
        return (
            token in _FACTORS
            or (token.isalpha() and token not in _STOPS and token.isascii())
            or (token == "{" and self.latex)
            or (token == "|" and not self.bars)
            or ("0" <= token[0] <= "9" and self.tokens[self.position - 1] == "!")
        )

    def power(self) -> Node:
        base = self.postfix()
        if self.token != "^" and self.token != "**":
            return base
        self.advance()
        self.deeper()
        exponent = self.argument() if self.token == "{" else self.factor()
        self.depth -= 1
        return power(base, exponent)

    def postfix(self) -> Node:
        node = self.atom()
        while self.token in _POSTFIXES:
            name = _POSTFIXES[self.token]
            if name in _WORD_POWERS:
                node = power(node, _WORD_POWERS[name])
                self.advance()
                continue
            if name == "factorial" and isinstance(node, Function) and self.tokens[self.position - 1] == "!":
                raise ExpressionError("'!!' is ambiguous: write factorial(factorial(n)) for a factorial taken twice")
            if name in _MARKS and self.tokens[self.position - 1] in ("%", "°"):
                raise ExpressionError("a percentage or an angle of another")
            node = Function(name, (scalar(node),))
            self.advance()
        return node


def _matrix_sum(terms: list[Node]) -> Node:
    rows = [term.rows for term in terms if isinstance(term, Matrix)]
    shapes = {(len(row), len(row[0])) for row in rows}
    if len(rows) != len(terms) or len(shapes) != 1:
        raise ExpressionError("a sum of matrices of different shapes")
    paired = zip(*rows, strict=True)
    return Matrix(tuple(tuple(add(list(entries)) for entries in zip(*row, strict=True)) for row in paired))


def _is_unknown(node: Node) -> bool:
    if isinstance(node, TupleNode):
        return all(isinstance(item, Symbol) for item in node.items)
    return isinstance(node, Symbol) or (isinstance(node, Function) and node.name in UNKNOWN_FUNCTIONS)


def _times(left: Node, right: Node) -> Node:
    """Multiply; a scalar beside a matrix multiplies each entry."""
    if left.__class__ is Matrix and right.__class__ in SCALARS:
        left, right = right, left
    if right.__class__ is Matrix and left.__class__ in SCALARS:
        return rebuild(right, lambda entry: multiply(left, entry))
    if right.__class__ is TupleNode and left == _CHOICES and len(right.items) == 2:
        return Function("binomial", tuple(map(scalar, right.items)))
    return multiply(left, right)


def _united(parts: list[Node]) -> list[Node]:
    """Flatten the operands of a union of sets of reals, reading pairs in round brackets as open intervals."""
    flat: list[Node] = []
    for part in parts:
        if isinstance(part, Union):
            flat.extend(part.parts)
        elif isinstance(part, TupleNode) and len(part.items) == 2:
            flat.append(Interval(scalar(part.items[0]), scalar(part.items[1]), False, False))
        elif isinstance(part, (Interval, SetNode, SetOperation, NumberSet)):
            flat.append(part)
        else:
            raise ExpressionError("a union, an intersection or a difference joins intervals and sets")
    return flat
