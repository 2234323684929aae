r"""The grammar: tokens to an immutable tree, by recursive descent with bounded depth.

Loosest to tightest: list (``,`` ``;`` ``and``), alternatives (``or`` ``U`` ``union``), relations, sums, products
(explicit and implicit, left to right: ``1/2x`` is ``x/2``), signs, powers (right to left), ``!`` and ``%``.

Readings of what is ambiguous: ``=`` and ``==`` are equality; ``(2, 3)`` is a tuple unless an end is infinite or a union
encloses it; ``1 1/2`` is a mixed number; ``2e3`` is 2000 but ``2e`` is 2·e; ``5!=x`` is "not equal"; an unknown word of
two or three letters is a product of variables unless it is a common English word; ``A ± B`` lists both values;
``x ∈ S`` is S; ``sin 2x`` takes the whole product; ``log`` has base 10 and ``log(b, x)`` base b.
"""

from __future__ import annotations

from fractions import Fraction

from sml_env.errors import ExpressionError
from sml_env.verifiers.lexicon import INTEGERS, INVERSES, LETTERS, NAMED, SHORT_WORDS, read_number
from sml_env.verifiers.nodes import (
    Chain,
    Constant,
    Function,
    Interval,
    ListNode,
    Node,
    Number,
    Power,
    Product,
    Relation,
    SetNode,
    Symbol,
    TupleNode,
    Union,
    add,
    divide,
    multiply,
    negate,
    power,
    scalar,
)
from sml_env.verifiers.tokens import FUNCTION_ARITY, tokenize

__all__ = ["MAX_DEPTH", "parse_expression"]

MAX_DEPTH = 60
"""Deepest nesting of brackets, powers and function arguments."""
_END = ""
_RELATIONS = {"=": "==", "==": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_JOINTS = frozenset(("or", "union", "U"))
_STOPS = frozenset(("and", "or", "union"))
_LOGICAL = (Relation, Chain, Union, ListNode)


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
    tokens, latex = tokenize(text)
    if not tokens:
        raise ExpressionError("the expression is empty")
    try:
        if "±" not in tokens:
            return _Parser(tokens, latex).whole()
        plus = _Parser(["+" if token == "±" else token for token in tokens], latex).whole()
        minus = _Parser(["-" if token == "±" else token for token in tokens], latex).whole()
    except RecursionError:
        raise ExpressionError("nested too deeply for what is left of the caller's stack") from None
    return _both(plus, minus)


def _both(plus: Node, minus: Node) -> Node:
    """Join the two readings of ``±`` into one list without repetition."""
    if isinstance(plus, Relation) and isinstance(minus, Relation):
        return Union((plus, minus))
    items = [item for node in (plus, minus) for item in (node.items if isinstance(node, ListNode) else (node,))]
    distinct = tuple(dict.fromkeys(items))
    return ListNode(distinct) if len(distinct) > 1 else distinct[0]


class _Parser:
    """One parse of one list of tokens."""

    __slots__ = ("depth", "latex", "position", "token", "tokens")

    def __init__(self, tokens: list[str], latex: bool) -> None:
        self.tokens = [*tokens, _END]
        self.latex = latex
        self.position = 0
        self.token = tokens[0]
        self.depth = 0

    def advance(self) -> None:
        self.position += 1
        self.token = self.tokens[self.position]

    def expect(self, token: str) -> None:
        if self.token != token:
            raise ExpressionError(f"expected {token!r}, found {self.found()}")
        self.advance()

    def found(self) -> str:
        return repr(self.token[:40]) if self.token else "the end"

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(f"nested deeper than {MAX_DEPTH}")

    def whole(self) -> Node:
        items = self.items()
        if self.token:
            raise ExpressionError(f"unexpected {self.found()} after a complete expression")
        return items[0] if len(items) == 1 else ListNode(tuple(items))

    def items(self) -> list[Node]:
        items = [self.alternatives()]
        while self.token in (",", ";", "and"):
            comma = self.token != "and"
            self.advance()
            if comma and self.token == "and":
                self.advance()
            items.append(self.alternatives())
        return items

    def alternatives(self) -> Node:
        first = self.relation()
        if self.token not in _JOINTS:
            return first
        parts = [first]
        united = False
        while self.token in _JOINTS:
            united |= self.token != "or"
            self.advance()
            parts.append(self.relation())
        return Union(tuple(_united(parts) if united else parts))

    def relation(self) -> Node:
        left = self.sum()
        if self.token == "∈":
            self.advance()
            return self.alternatives()
        if self.token not in _RELATIONS:
            return left
        links: list[Relation] = []
        while self.token in _RELATIONS:
            op = _RELATIONS[self.token]
            self.advance()
            right = self.sum()
            if isinstance(left, _LOGICAL) or isinstance(right, _LOGICAL):
                raise ExpressionError("a relation between relations")
            links.append(Relation(op, left, right))
            left = right
        return links[0] if len(links) == 1 else Chain(tuple(links))

    def sum(self) -> Node:
        first = self.product()
        if self.token != "+" and self.token != "-":
            return first
        terms = [first]
        while self.token == "+" or self.token == "-":
            minus = self.token == "-"
            self.advance()
            term = self.product()
            terms.append(negate(term) if minus else term)
        return add(terms)

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
                result = multiply(result, self.factor())
            elif token == "/":
                self.advance()
                result = divide(result, self.factor())
            elif self.starts_factor():
                result = multiply(result, self.power())
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
        return (
            token == "("
            or (token.isalpha() and token not in _STOPS and token.isascii())
            or token in ("\\frac", "\\sqrt", "\\binom", "√")
            or (token == "{" and self.latex)
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
        while self.token == "!" or self.token == "%":
            if self.token == "%":
                node = Function("percent", (scalar(node),))
            elif isinstance(node, Function) and node.name == "factorial" and self.tokens[self.position - 1] == "!":
                raise ExpressionError("'!!' is ambiguous: write factorial(factorial(n)) for a factorial taken twice")
            else:
                node = Function("factorial", (scalar(node),))
            self.advance()
        return node

    def atom(self) -> Node:
        token = self.token
        node = INTEGERS.get(token)
        if node is not None:
            self.advance()
            return node
        named = NAMED.get(token)
        if named is not None:
            self.advance()
            return self.subscripted(token) if self.token == "_" else named
        if not token:
            raise ExpressionError("the expression ends too early")
        first = token[0]
        if "0" <= first <= "9" or (first == "." and len(token) > 1):
            self.advance()
            return read_number(token)
        if token in FUNCTION_ARITY:
            return self.call()
        if token == "(" or token == "[":
            return self.bracket()
        if token == "|":
            return self.enclosed_abs()
        if token == "\\{" or token == "{":
            return self.braces()
        if token in ("\\frac", "\\sqrt", "\\binom", "√"):
            return self.command()
        if token == "∅":
            self.advance()
            return SetNode(())
        if token.isalpha() and token.isascii():
            return self.letters()
        raise ExpressionError(f"unexpected {self.found()}")

    def subscripted(self, name: str) -> Node:
        self.advance()
        braced = self.token == "{"
        if braced:
            self.advance()
        index = self.token
        if not (index.isalnum() and index.isascii()) or len(index) > 20:
            raise ExpressionError(f"a subscript is letters or digits, found {self.found()}")
        self.advance()
        if braced:
            self.expect("}")
        return Symbol(f"{name}_{index}")

    def letters(self) -> Node:
        word = self.token
        if len(word) > 3 or word.lower() in SHORT_WORDS:
            raise ExpressionError(f"unknown word {word[:40]!r}")
        self.advance()
        if self.token == "_":
            raise ExpressionError(f"a subscript after {word!r}: one letter takes a subscript")
        return Product(tuple(LETTERS[letter] for letter in word))

    def call(self) -> Node:
        name = self.token
        self.advance()
        exponent: Node | None = None
        base: Node | None = None
        while self.token in ("^", "**", "_"):
            if self.token == "_":
                if name != "log" or base is not None:
                    raise ExpressionError(f"a subscript after {name!r}: only log takes a base")
                self.advance()
                base = self.argument()
            else:
                if exponent is not None:
                    raise ExpressionError(f"two exponents after {name!r}")
                self.advance()
                exponent = self.argument()
        args = self.arguments(name)
        if base is not None:
            args = (base, *args)
        if len(args) not in FUNCTION_ARITY[name]:
            raise ExpressionError(
                f"{name} takes {' or '.join(map(str, FUNCTION_ARITY[name]))} argument(s), not {len(args)}"
            )
        if exponent is None:
            return Function(name, args)
        if exponent == Number(Fraction(-1)):
            if name not in INVERSES:
                raise ExpressionError(f"{name}^-1 is ambiguous: write 1/{name}(x)")
            return Function(INVERSES[name], args)
        return Power(Function(name, args), exponent)

    def arguments(self, name: str) -> tuple[Node, ...]:
        self.deeper()
        if self.token == "(":
            self.advance()
            args = self.items()
            self.expect(")")
        elif self.token == "{":
            args = [self.argument()]
        else:
            minus = self.signs()
            node = self.power()
            while self.starts_factor() and self.token != "(" and self.token not in FUNCTION_ARITY:
                node = multiply(node, self.power())
            args = [negate(node) if minus else node]
        self.depth -= 1
        return tuple(scalar(arg) for arg in args)

    def bracket(self) -> Node:
        opening = self.token
        self.advance()
        self.deeper()
        items = self.items()
        closing = self.token
        if closing not in (")", "]"):
            raise ExpressionError(f"{opening!r} is not closed, found {self.found()}")
        self.advance()
        self.depth -= 1
        square = opening == "[" or closing == "]"
        if len(items) == 1:
            if (opening == "[") != (closing == "]"):
                raise ExpressionError(f"{opening!r} is closed by {closing!r}")
            return items[0]
        if len(items) == 2 and (square or any(_infinite(item) for item in items)):
            return Interval(scalar(items[0]), scalar(items[1]), opening == "[", closing == "]")
        if (opening == "[") != (closing == "]"):
            raise ExpressionError(f"{opening!r} is closed by {closing!r}")
        return TupleNode(tuple(items))

    def enclosed_abs(self) -> Node:
        self.advance()
        self.deeper()
        inside = self.sum()
        self.expect("|")
        self.depth -= 1
        return Function("abs", (scalar(inside),))

    def braces(self) -> Node:
        closing = "\\}" if self.token == "\\{" else "}"
        self.advance()
        self.deeper()
        if self.token == closing:
            items: list[Node] = []
        else:
            items = self.items()
        self.expect(closing)
        self.depth -= 1
        if closing == "}" and self.latex and len(items) == 1:
            return items[0]
        return SetNode(tuple(items))

    def argument(self) -> Node:
        """Read a LaTeX argument: a group in braces or brackets, or, as TeX does, one digit or one token."""
        self.deeper()
        if self.token == "{":
            self.advance()
            node = self.sum()
            self.expect("}")
        elif self.token.isdigit() and len(self.token) > 1:
            node = INTEGERS[self.token[0]]
            self.token = self.tokens[self.position] = self.token[1:]
        else:
            node = self.atom() if self.token not in ("-", "+") else self.factor()
        self.depth -= 1
        return scalar(node)

    def command(self) -> Node:
        token = self.token
        self.advance()
        if token == "√":
            self.deeper()
            inside = self.atom()
            self.depth -= 1
            return Function("sqrt", (scalar(inside),))
        if token == "\\frac":
            top = self.argument()
            return divide(top, self.argument())
        if token == "\\binom":
            upper = self.argument()
            return Function("binomial", (upper, self.argument()))
        index: Node | None = None
        if self.token == "[":
            self.advance()
            self.deeper()
            index = scalar(self.sum())
            self.depth -= 1
            self.expect("]")
        inside = self.argument()
        if index is None or index == INTEGERS["2"]:
            return Function("sqrt", (inside,))
        return Function("cbrt", (inside,)) if index == INTEGERS["3"] else Function("root", (index, inside))


def _united(parts: list[Node]) -> list[Node]:
    """Flatten the operands of a union of sets of reals, reading pairs in round brackets as open intervals."""
    flat: list[Node] = []
    for part in parts:
        if isinstance(part, Union):
            flat.extend(part.parts)
        elif isinstance(part, TupleNode) and len(part.items) == 2:
            flat.append(Interval(scalar(part.items[0]), scalar(part.items[1]), False, False))
        elif isinstance(part, (Interval, SetNode)):
            flat.append(part)
        else:
            raise ExpressionError("a union joins intervals and sets")
    return flat


def _infinite(node: Node) -> bool:
    if isinstance(node, Product) and len(node.factors) == 2 and isinstance(node.factors[0], Number):
        node = node.factors[1]
    return isinstance(node, Constant) and node.name == "oo"
