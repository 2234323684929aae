"""The atoms of the grammar: numbers, names, calls, brackets, LaTeX commands, matrices."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from sml_env.errors import ExpressionError
from sml_env.verifiers.cursor import Cursor
from sml_env.verifiers.lexicon import INTEGERS, INVERSES, LETTERS, NAMED, SHORT_WORDS, read_based, read_number
from sml_env.verifiers.nodes import (
    Constant,
    Dotted,
    Function,
    Interval,
    Matrix,
    Node,
    Number,
    NumberSet,
    Power,
    Product,
    SetNode,
    Symbol,
    TupleNode,
    divide,
    multiply,
    negate,
    scalar,
)
from sml_env.verifiers.notation import NUMBER_SETS
from sml_env.verifiers.opaque import UNKNOWN_FUNCTIONS
from sml_env.verifiers.tokens import FUNCTION_ARITY

__all__ = ["COMMANDS", "MAX_ENTRIES", "Atoms", "matrix"]

MAX_ENTRIES = 256
"""Most entries of a matrix."""

_CLOSINGS = {"(": ")]", "[": ")]", "]": "[])"}
_MATRICES = frozenset(("matrix", "pmatrix", "bmatrix", "Bmatrix", "smallmatrix", "array"))
_ENCLOSED = {"\\lfloor": ("\\rfloor", "floor"), "\\lceil": ("\\rceil", "ceil")}
COMMANDS = frozenset(("\\frac", "\\sqrt", "\\binom", "√"))


class Atoms(Cursor):
    """The readers of everything that binds tighter than an operator."""

    __slots__ = ()

    def sum(self) -> Node:
        """Read a sum; the grammar above the atoms says how."""
        raise NotImplementedError

    def factor(self) -> Node:
        """Read a factor with its sign."""
        raise NotImplementedError

    def signs(self) -> bool:
        """Read plus and minus signs; whether they make a minus."""
        raise NotImplementedError

    def power(self) -> Node:
        """Read a power."""
        raise NotImplementedError

    def items(self) -> list[Node]:
        """Read items between commas."""
        raise NotImplementedError

    def starts_factor(self) -> bool:
        """Whether the token begins the next factor of an implicit product."""
        raise NotImplementedError

    def atom(self) -> Node:
        """Read a number, a name, a call, or something in brackets."""
        token = self.token
        node = INTEGERS.get(token)
        if node is not None:
            self.advance()
            return node
        named = NAMED.get(token)
        if named is not None:
            self.advance()
            if self.token == "(" and token in UNKNOWN_FUNCTIONS:
                return Function(token, self.arguments(token))
            return self.subscripted(token) if self.token == "_" else named
        if not token:
            raise ExpressionError("the expression ends too early")
        first = token[0]
        if "0" <= first <= "9" or (first == "." and token != "..." and len(token) > 1):
            self.advance()
            return read_based(token) if "_" in token else read_number(token)
        if "_" in token and len(token) > 1:
            self.advance()
            return read_based(token)
        if token in FUNCTION_ARITY:
            return self.call()
        if token == "(":
            return self.bracket()
        if token == "[":
            return self.rows() if self.tokens[self.position + 1] == "[" else self.bracket()
        if token in COMMANDS:
            return self.command()
        if token == "\\{" or token == "{":
            return self.braces()
        if token == "|":
            return self.enclosed_abs()
        return self.rarer(token)

    def rarer(self, token: str) -> Node:
        """Read an atom that few answers hold."""
        if token in NUMBER_SETS:
            self.advance()
            return NumberSet(NUMBER_SETS[token])
        if token == "]":
            return self.bracket()
        if token == "∅":
            self.advance()
            return SetNode(())
        if token == "\\langle":
            return self.enclosed("\\rangle", lambda items: TupleNode(tuple(items)))
        if token in _ENCLOSED:
            closing, name = _ENCLOSED[token]
            return self.enclosed(closing, lambda items: Function(name, (_only(items),)))
        if token == "\\begin":
            return self.environment()
        if token in ("Matrix", "matrix"):
            self.advance()
            self.expect("(")
            node = self.rows()
            self.expect(")")
            return node
        if token.isalpha() and token.isascii():
            return self.letters()
        raise ExpressionError(f"unexpected {self.found()}")

    def subscripted(self, name: str) -> Node:
        """Read the subscript of a name."""
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
        """Read an unknown short word as a product of letters: this one is the first, the others follow as tokens."""
        word = self.token
        segment = word.isupper() and len(self.tokens) > 2
        if len(word) > 3 or (word.lower() in SHORT_WORDS and not segment):
            raise ExpressionError(f"unknown word {word[:40]!r}")
        self.tokens[self.position : self.position + 1] = word
        self.token = word[0]
        self.advance()
        return LETTERS[word[0]]

    def call(self) -> Node:
        """Read a function with its power, its base and its arguments."""
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
        barred = name == "conj" and self.token == "{"
        args = self.arguments(name)
        if barred and isinstance(args[0], Symbol):
            return Symbol(f"{args[0].name}_bar")
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
        """Read arguments in brackets, or the product that follows."""
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
        """Read a group, a tuple or an interval."""
        opening = self.token
        self.advance()
        self.deeper()
        items = self.items()
        closing = self.token
        if closing not in _CLOSINGS[opening] and not (len(items) == 2 and closing == "["):
            raise ExpressionError(f"{opening!r} is not closed, found {self.found()}")
        self.advance()
        self.depth -= 1
        square = "[" in (opening, closing) or "]" in (opening, closing)
        if len(items) == 1:
            if (opening == "[") != (closing == "]"):
                raise ExpressionError(f"{opening!r} is closed by {closing!r}")
            return TupleNode((items[0],)) if items[0].__class__ is Dotted else items[0]
        if len(items) == 2 and (square or any(_infinite(item) for item in items)):
            return Interval(scalar(items[0]), scalar(items[1]), opening == "[", closing == "]")
        if (opening == "[") != (closing == "]"):
            raise ExpressionError(f"{opening!r} is closed by {closing!r}")
        return TupleNode(tuple(items))

    def enclosed(self, closing: str, build: Callable[[list[Node]], Node]) -> Node:
        """Read items up to a closing token."""
        self.advance()
        self.deeper()
        node = build(self.items())
        self.expect(closing)
        self.depth -= 1
        return node

    def rows(self) -> Node:
        """Read ``[[1, 2], [3, 4]]``."""
        self.expect("[")
        rows: list[list[Node]] = []
        while self.token == "[":
            self.advance()
            rows.append(self.items())
            self.expect("]")
            if self.token == ",":
                self.advance()
        self.expect("]")
        return matrix(rows)

    def environment(self) -> Node:
        """Read a LaTeX matrix environment."""
        name = self.environment_name()
        if name not in _MATRICES:
            raise ExpressionError(f"a LaTeX environment that is no matrix: {name[:40]!r}")
        if name == "array" and self.token == "{":
            while self.token != "}":
                if not self.token:
                    raise ExpressionError("the columns of an array are not closed")
                self.advance()
            self.advance()
        self.deeper()
        rows: list[list[Node]] = [[]]
        while self.token != "\\end":
            rows[-1].append(self.sum())
            if self.token == "&":
                self.advance()
            elif self.token == "\\\\":
                self.advance()
                if self.token != "\\end":
                    rows.append([])
            elif self.token != "\\end":
                raise ExpressionError(f"unexpected {self.found()} in a matrix")
        self.depth -= 1
        if self.environment_name() != name:
            raise ExpressionError(f"{name} is not closed")
        return matrix(rows)

    def environment_name(self) -> str:
        r"""Read ``{name}`` after ``\begin`` or ``\end``."""
        self.advance()
        self.expect("{")
        name = self.token
        self.advance()
        self.expect("}")
        return name

    def enclosed_abs(self) -> Node:
        """Read an absolute value between bars."""
        self.advance()
        self.deeper()
        self.bars += 1
        inside = self.sum()
        self.bars -= 1
        self.expect("|")
        self.depth -= 1
        return Function("abs", (scalar(inside),))

    def braces(self) -> Node:
        """Read a set, or a LaTeX group."""
        closing = "\\}" if self.token == "\\{" else "}"
        self.advance()
        self.deeper()
        if self.token in LETTERS and self.tokens[self.position + 1] in ("|", ":"):
            return self.set_builder(closing)
        items = [] if self.token == closing else self.items()
        if self.token == "choose" and len(items) == 1:
            self.advance()
            items = [Function("binomial", (scalar(items[0]), scalar(self.sum())))]
        self.expect(closing)
        self.depth -= 1
        if closing == "}" and self.latex and len(items) == 1:
            return items[0]
        return SetNode(tuple(items))

    def set_builder(self, closing: str) -> Node:
        """Read ``{x | x > 2}`` as what it says of x."""
        self.advance()
        self.advance()
        items = self.items()
        self.expect(closing)
        self.depth -= 1
        return items[0] if len(items) == 1 else SetNode(tuple(items))

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
        elif len(self.token) == 2 and self.token.isalpha() and self.token not in NAMED and self.token.isascii():
            node = LETTERS[self.token[0]]
            self.token = self.tokens[self.position] = self.token[1:]
        else:
            node = self.atom() if self.token not in ("-", "+") else self.factor()
        self.depth -= 1
        return scalar(node)

    def command(self) -> Node:
        """Read a fraction, a root or a binomial."""
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


def matrix(rows: list[list[Node]]) -> Node:
    """Build a matrix from rows of scalars of one length.

    Raises:
        ExpressionError: If the rows differ in length, or there are none, or too many entries.
    """
    if not rows or not rows[0] or any(len(row) != len(rows[0]) for row in rows):
        raise ExpressionError("the rows of a matrix have one length")
    if len(rows) * len(rows[0]) > MAX_ENTRIES:
        raise ExpressionError(f"a matrix of more than {MAX_ENTRIES} entries")
    return Matrix(tuple(tuple(map(scalar, row)) for row in rows))


def _only(items: list[Node]) -> Node:
    if len(items) != 1:
        raise ExpressionError("one argument is rounded")
    return scalar(items[0])


def _infinite(node: Node) -> bool:
    if isinstance(node, Product) and len(node.factors) == 2 and isinstance(node.factors[0], Number):
        node = node.factors[1]
    return isinstance(node, Constant) and node.name == "oo"
