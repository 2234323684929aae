"""What trees hold, in one walk: how many nodes, which variables and functions, how large the numbers."""

from __future__ import annotations

from fractions import Fraction

from sml_env.verifiers.nodes import Constant, Function, Node, Number, Power, Product, Sum, Symbol, children

__all__ = ["Survey", "survey"]

_PIECEWISE = frozenset(("abs", "sqrt", "cbrt", "root", "floor", "ceil", "min", "max", "gcd", "lcm", "re", "im", "conj"))
_WHOLE = frozenset(("factorial", "binomial"))


class Survey:
    """What some trees hold together.

    Attributes:
        count: Nodes.
        names: Variables.
        functions: Names of functions.
        constants: Names of constants.
        largest: The largest absolute value of a number in them, at least 1, rounded up.
        piecewise: Whether something in them may follow different formulas on different sides of a point.
    """

    __slots__ = ("_pieces", "constants", "count", "functions", "largest", "names", "piecewise")

    def __init__(self, trees: tuple[Node, ...]) -> None:
        self.count = 0
        self.names: set[str] = set()
        self.functions: set[str] = set()
        self.constants: set[str] = set()
        self.largest = 1
        self.piecewise = False
        pieces: list[object] = []
        stack = list(trees)
        while stack:
            node = stack.pop()
            self.count += 1
            if node.__class__ is Number:
                value = node.value
                pieces.append(value)
                size = abs(value.numerator) // value.denominator
                if size >= self.largest:
                    self.largest = size + 1
            elif node.__class__ is Symbol:
                self.names.add(node.name)
                pieces.append(node.name)
            elif node.__class__ is Sum:
                stack += node.terms
            elif node.__class__ is Product:
                stack += node.factors
            elif node.__class__ is Power:
                stack += (node.base, node.exponent)
                if node.exponent.__class__ is not Number or node.exponent.value.denominator != 1:
                    self.piecewise = True
            elif node.__class__ is Function:
                self.functions.add(node.name)
                pieces.append(node.name)
                stack += node.args
            elif node.__class__ is Constant:
                self.constants.add(node.name)
            else:
                stack += children(node)
        self.piecewise = self.piecewise or not _PIECEWISE.isdisjoint(self.functions)
        self._pieces = pieces

    @property
    def key(self) -> str:
        """A text that depends on the names and numbers, not on the order of the trees, for seeding."""
        texts = (f"{x.numerator:x}/{x.denominator:x}" if isinstance(x, Fraction) else str(x) for x in self._pieces)
        return " ".join(sorted(texts))

    @property
    def whole(self) -> bool:
        """Whether a factorial or a binomial is there, which only whole numbers have."""
        return not _WHOLE.isdisjoint(self.functions)


def survey(*trees: Node) -> Survey:
    """Walk some trees once."""
    return Survey(trees)
