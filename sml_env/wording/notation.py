"""Notation: the many signs, quotes and LaTeX commands that students write, as one plain spelling."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

__all__ = ["normalised"]

_SPELLINGS = {
    "-": "\N{MINUS SIGN}\N{EN DASH}\N{EM DASH}",
    "*": "×·⋅",
    "/": "÷",
    "<=": "≤⩽",
    ">=": "≥⩾",
    "!=": "≠",
    " == ": "≡",
    "'": "‘’",
    '"': "“”",
    "...": "…",
    "?": "\N{FULLWIDTH QUESTION MARK}",
    "^2": "²",
    "^3": "³",
    "^4": "⁴",
    "^5": "⁵",
    " 1/2": "½",
    " 1/3": "⅓",
    " 1/4": "¼",
    " 3/4": "¾",
    " 2/3": "⅔",
    " sqrt": "√",
    "pi": "π",
    "oo": "∞",
    " U ": "\N{UNION}",
    " in ": "∈",
    " ": "\N{NO-BREAK SPACE}",
    "": "\N{ZERO WIDTH SPACE}\N{WORD JOINER}\N{ZERO WIDTH NO-BREAK SPACE}",
}
_SIGNS: Final = str.maketrans({sign: plain for plain, signs in _SPELLINGS.items() for sign in signs})

_MARKUP: Final = tuple(
    (re.compile(pattern), plain)
    for pattern, plain in (
        (r"\\(?:leq?slant|leq?)\b", "<="),
        (r"\\(?:geq?slant|geq?)\b", ">="),
        (r"\\neq?\b", "!="),
        (r"\\lt\b", "<"),
        (r"\\gt\b", ">"),
        (r"\\(?:times|cdot)\b", "*"),
        (r"\\equiv\b", "=="),
        (r"\\in\b", " in "),
        (r"\\[bp]?mod\b", " mod "),
        (r"\\(?:text|mathrm|operatorname)\{([^{}]*)\}", r" \1 "),
        # Spacing and the marks of formulas, but not the dollar of "$5".
        (r"\\[,;:!]|\\quad\b|\\[()\[\]]|\$\$?(?!\d)|(?<=\d)\$|\$(?=-?\d[^$]*\$)", " "),
        # Bold type, but not a power of a product: "2**x**3".
        (r"\*\*([^*\s][^*]*?)\*\*(?!\s*\d)", r"\1"),
        (r"`", " "),
    )
)
_MARK = re.compile(r"[\\$*`]")


def normalised(text: str) -> str:
    r"""One notation for signs, quotes and simple LaTeX: "x ≤ 5" and "$x \le 5$" become "x <= 5"; case is kept."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_SIGNS))
    if _MARK.search(text):
        for pattern, plain in _MARKUP:
            text = pattern.sub(plain, text)
    return text
