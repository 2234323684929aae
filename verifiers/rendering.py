"""From a tree back to plain text that parses to the same tree."""

from __future__ import annotations

from fractions import Fraction

from sml_env.verifiers.nodes import (
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
    Product,
    Ratio,
    Relation,
    SetNode,
    SetOperation,
    Sum,
    Symbol,
    System,
    TupleNode,
    Union,
)

__all__ = ["to_text"]

_NUMBER_SETS = {"ZZ": "ℤ", "NN": "ℕ", "QQ": "ℚ", "CC": "ℂ"}
_MINUS_ONE = Number(Fraction(-1))


def to_text(node: Node) -> str:
    """Write a tree in canonical plain notation, such as ``3*x == 12``, ``x**2 + 1/2``, ``[2, oo)``.

    Args:
        node: A tree that `parse_expression` can return. A lone open interval with finite ends is written ``(2, 3)``,
            which reads back as a tuple.

    Returns:
        Text that parses to an equal tree.
    """
    match node:
        case Number(value):
            return str(value)
        case Symbol(name) | Constant(name):
            return name
        case Sum(terms):
            return _sum(terms)
        case Product(factors):
            return _product(factors)
        case Power(base, exponent):
            if _is_inverse(node):
                return f"1/{_atom(base)}"
            return f"{_atom(base)}**{_atom(exponent)}"
        case Function("percent" | "degrees" as name, (arg,)):
            return f"{_atom(arg)}{'%' if name == 'percent' else '°'}"
        case Function(name, args):
            return f"{name}({', '.join(map(to_text, args))})"
        case TupleNode(items):
            return f"({_items(items)})"
        case ListNode(items):
            return _items(items)
        case SetNode(items):
            return f"{{{_items(items)}}}"
        case Interval(lo, hi, lo_closed, hi_closed):
            return f"{'[' if lo_closed else '('}{to_text(lo)}, {to_text(hi)}{']' if hi_closed else ')'}"
        case Union(parts):
            joint = " U " if all(isinstance(part, (Interval, SetNode)) for part in parts) else " or "
            return joint.join(map(_item, parts))
        case SetOperation(op, left, right):
            return f"{_item(left)} {'∩' if op == 'intersect' else '∖'} {_item(right)}"
        case NumberSet(name):
            return _NUMBER_SETS[name]
        case Matrix(rows):
            return f"[{', '.join(f'[{_items(row)}]' for row in rows)}]"
        case Ratio(items):
            return ":".join(map(to_text, items))
        case Based(digits, base):
            return f"{digits}_{{{base}}}"
        case Dotted(items, last):
            return f"{_items(items)}, ..." + ("" if last is None else f", {to_text(last)}")
        case Congruence(value, modulus):
            return f"{to_text(value)} (mod {to_text(modulus)})"
        case System(parts):
            return " and ".join(map(_item, parts))
        case Relation(op, left, right):
            return f"{to_text(left)} {op} {to_text(right)}"
        case Chain(links):
            return to_text(links[0].left) + "".join(f" {link.op} {to_text(link.right)}" for link in links)


def _item(node: Node) -> str:
    return f"({to_text(node)})" if isinstance(node, (ListNode, Union)) else to_text(node)


def _items(items: tuple[Node, ...]) -> str:
    return ", ".join(f"({to_text(item)})" if isinstance(item, ListNode) else to_text(item) for item in items)


def _is_inverse(node: Node) -> bool:
    """Whether a power is written as a division; a number's inverse is not, or it would read back as a number."""
    return isinstance(node, Power) and node.exponent == _MINUS_ONE and not isinstance(node.base, Number)


def _atom(node: Node) -> str:
    """Write a node so that it can be a base, an exponent or a divisor."""
    text = to_text(node)
    if isinstance(node, (Symbol, Constant)) or (isinstance(node, Number) and text.isdigit()):
        return text
    if isinstance(node, Function) and node.name not in ("percent", "degrees"):
        return text
    return f"({text})"


def _factor(node: Node) -> str:
    text = to_text(node)
    percent = isinstance(node, Function) and node.name == "percent"
    if isinstance(node, Sum) or percent or text.startswith("-") or "/" in text:
        return f"({text})"
    return text


def _sum(terms: tuple[Node, ...]) -> str:
    pieces = [to_text(terms[0])]
    for term in terms[1:]:
        text = to_text(term)
        pieces.append(f" - {text[1:]}" if text.startswith("-") else f" + {text}")
    return "".join(pieces)


def _product(factors: tuple[Node, ...]) -> str:
    head = factors[0]
    sign = ""
    if isinstance(head, Number) and head.value < 0:
        sign = "-"
        head = Number(-head.value)
        factors = (head, *factors[1:])
        if head.value == 1 and not isinstance(factors[1], Number):
            factors = factors[1:]
            head = factors[0]
    text = to_text(head) if isinstance(head, Number) or _is_inverse(head) else _factor(head)
    for index, factor in enumerate(factors[1:], start=1):
        lone_number = index == 1 and isinstance(head, Number)
        if _is_inverse(factor) and isinstance(factor, Power) and not (lone_number and head == Number(Fraction(1))):
            text += f"/{_atom(factor.base)}"
        elif isinstance(factor, Number) and factor.value.numerator == 1 < factor.value.denominator and not lone_number:
            text += f"/{factor.value.denominator}"
        else:
            text += f"*{_factor(factor)}"
    return sign + text
