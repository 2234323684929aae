"""When a written decimal may stand for another number: the policy's rules on rounding and tolerance."""

from __future__ import annotations

import re
from fractions import Fraction

from sml_env.verifiers.arithmetic import rational_value
from sml_env.verifiers.comparison import compare
from sml_env.verifiers.nodes import Node, Number, free_symbols
from sml_env.verifiers.policy import Policy

__all__ = ["Decimals", "approximates"]

_DECIMAL = re.compile(r"(?<![0-9.])([0-9]{1,3}(?:,[0-9]{3})+|[0-9]*)\.([0-9]+)(?![0-9.]*[eE0-9])")
_MAX_PLACES = 400


class Decimals:
    """The decimals that a text holds, found when first asked for."""

    __slots__ = ("_places", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._places: dict[Fraction, tuple[int, int]] | None = None

    def places(self, value: Fraction) -> tuple[int, int] | None:
        """Return the decimal places and significant digits with which a value or its negative was written, or None."""
        if self._places is None:
            self._places = {}
            for match in _DECIMAL.finditer(self.text.replace("{,}", "").replace("\\!", "")):
                if len(match[0]) <= _MAX_PLACES:
                    whole = match[1].replace(",", "")
                    self._places[Fraction(f"{whole}.{match[2]}")] = len(match[2]), len((whole + match[2]).lstrip("0"))
        return self._places.get(abs(value))


def approximates(answer: Node, reference: Node, decimals: tuple[Decimals, Decimals], policy: Policy) -> bool:
    """Whether the policy lets a decimal stand for a number that differs from it.

    Args:
        answer: A constant scalar tree.
        reference: Another, known to differ.
        decimals: The decimals that the two texts hold.
        policy: The rules.
    """
    if "." not in decimals[0].text and "." not in decimals[1].text:
        return False
    if free_symbols(answer) or free_symbols(reference):
        return False
    written = _written(answer, decimals[0])
    if written is not None and policy.decimal_digits is not None and written[2] >= policy.decimal_digits:
        value, places, _ = written
        if rational_value(reference) is None or (policy.round_rationals and not _integer(reference)):
            half = Fraction(1, 2 * 10**places)
            if _between(reference, value - half, value + half):
                return True
    other = _written(reference, decimals[1])
    if (written is None and other is None) or _integer_like(answer, decimals[0]):
        return False
    if policy.decimal_places is not None and _round_alike(answer, reference, policy.decimal_places):
        return True
    return bool(policy.tolerance) and _close(answer, reference, Fraction(policy.tolerance))


def _written(node: Node, decimals: Decimals) -> tuple[Fraction, int, int] | None:
    if not isinstance(node, Number):
        return None
    found = decimals.places(node.value)
    return None if found is None else (node.value, *found)


def _integer(node: Node) -> bool:
    value = rational_value(node)
    return value is not None and value.denominator == 1


def _integer_like(node: Node, decimals: Decimals) -> bool:
    return _integer(node) and _written(node, decimals) is None


def _between(node: Node, low: Fraction, high: Fraction) -> bool:
    """Whether low < node < high is proven."""
    return compare(Number(low), node) == -1 and compare(node, Number(high)) == -1


def _round_alike(a: Node, b: Node, places: int) -> bool:
    """Whether two real numbers are nearest to the same multiple of 10^-places."""
    step = Fraction(1, 10**places)
    for node, other in ((a, b), (b, a)):
        value = rational_value(node)
        if value is None:
            continue
        centre = round(value / step) * step
        exact = rational_value(other)
        if exact is not None:
            return round(exact / step) * step == centre
        return _between(other, centre - step / 2, centre + step / 2)
    return False


def _close(a: Node, b: Node, tolerance: Fraction) -> bool:
    """Whether |a - b| <= tolerance * |b|, for a number b whose value or whose ball allows the test."""
    value = rational_value(a)
    if value is None:
        return False
    exact = rational_value(b)
    if exact is not None:
        return abs(value - exact) <= tolerance * abs(exact)
    spread = abs(value) * tolerance
    return _between(b, value - spread, value + spread)
