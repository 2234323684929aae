"""References: read once and remembered, and what is wrong with a broken one."""

from __future__ import annotations

import re
from functools import lru_cache

from sml_env.verifiers.arithmetic import rational_value
from sml_env.verifiers.extraction import extract
from sml_env.verifiers.nodes import Node, Number, Power, Relation, free_symbols, walk
from sml_env.verifiers.reading import Reading, read
from sml_env.verifiers.tokens import MAX_CHARS

__all__ = ["MAX_GLANCE", "Reference", "plainly_sound", "reference_of"]

MAX_GLANCE = 200
"""Longest reference that a glance may find sound, in characters."""

_BROKEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_RISKY = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f{}÷]|/(?! ?[1-9])|\^ ?-|(?<!\\)!|(?:frac|ln|log|cot|csc|tan|sec|div|mod|boxed|###)"
)
_GROUP = re.compile(r"\\(?:sqrt|text|mathrm)\{(?!0)[^{}]{0,60}\}|[\^_]\{[^{}-]{1,20}\}")
_FRACTION = re.compile(
    r"\\[dt]?frac(?:\{[^{}]{1,40}\}\{(?:[1-9][0-9]*|(?:[1-9][0-9]*)?(?:[a-zA-Z]|\\pi))\}|[0-9][1-9])"
)


class Reference:
    """A reference, read; or what is wrong with it."""

    __slots__ = ("fault", "reading")

    def __init__(self, text: str) -> None:
        self.reading = Reading(text)
        self.fault = _fault(text)
        if self.fault:
            return
        bare = text.strip()
        if "\\boxed" in bare or "####" in bare:
            candidates = extract(bare).candidates
            if len(candidates) > 1:
                self.fault = f"the reference marks {len(candidates)} different answers"
                return
            bare = candidates[0] if candidates else bare
        if bare[-1:] == "." and bare[-2:] != "..":
            bare = bare[:-1]
        self.reading = read(bare)
        tree = self.reading.tree
        if isinstance(tree, Relation) and tree.op == "~":
            unknown = free_symbols(tree.left)
            tree = self.reading.tree = Relation("==", tree.left, tree.right) if unknown else tree.left
        if tree is not None and tree.__class__ is not Number and _divides_by_zero(tree):
            self.fault = "the reference divides by zero"


def _divides_by_zero(tree: Node) -> bool:
    """Whether a constant in the tree is raised to a negative power and is zero."""
    return any(
        part.__class__ is Power
        and part.exponent.__class__ is Number
        and part.exponent.value < 0
        and rational_value(part.base) == 0
        for part in walk(tree)
    )


def _fault(text: str) -> str:
    if not text.strip():
        return "the reference is empty"
    if len(text) > MAX_CHARS:
        return f"the reference has {len(text)} characters; the limit is {MAX_CHARS}"
    if _BROKEN.search(text):
        return "the reference holds control characters"
    if text.count("{") != text.count("}"):
        return "the reference has unbalanced curly brackets"
    return ""


_remembered = lru_cache(maxsize=4096)(Reference)


def reference_of(text: str) -> Reference:
    """Read a reference, or recall it; one that is too long is not remembered."""
    return Reference(text) if len(text) > MAX_CHARS else _remembered(text)


def plainly_sound(reference: str) -> bool:
    """Whether a glance shows that a reference is not broken: balanced, and without a division by zero."""
    if reference.isdigit():
        return reference.isascii()
    if not reference.strip():
        return False
    if "\\" in reference:
        if "{" in reference:
            reference = _GROUP.sub("s", reference)
        if "frac" in reference:
            reference = _FRACTION.sub("", reference)
    return _RISKY.search(reference) is None
