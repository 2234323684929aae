r"""Notation made plain: Unicode, LaTeX and words that are not structure are rewritten before text is split into tokens.

Only ASCII digits are digits. Text with other characters is put in Unicode's NFKC form, which makes full-width digits
and letters plain ones; digits of other scripts are refused later, as unknown tokens.
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

from sml_env.errors import ExpressionError

__all__ = ["DENYING_WORDS", "NUMBER_SETS", "TEXT_COMMAND", "plain"]

NUMBER_SETS = {"\ue000": "ZZ", "\ue001": "NN", "\ue002": "QQ", "\ue003": "CC"}
"""Names of the number sets by the private character that stands for each of them in plain text."""

_DENYING = """not no never nor neither none isn't aren't wrong incorrect false except unless without excluding but about
approximately roughly nearly almost around close less fewer lower under below more greater over above least
most minus negative plus times half twice double between maybe perhaps possibly impossible either or and if
only mod modulo rejected excluded discarded extraneous error upper bound squared cubed square root
reciprocal triple thrice opposite inverse other another besides cannot can't unlikely doubtful fails smaller
larger bigger beyond before after exceeds multiple"""
DENYING_WORDS = frozenset(_DENYING.split())
"""Words that change what a number beside them says: text that holds one is never dropped as prose."""

TEXT_COMMAND = re.compile(
    r"\\(?:text|textbf|textit|textrm|textsf|textnormal|mathrm|mathbf|mathit|mathsf|mbox|hbox|rm|bf|operatorname\*?)"
    r"\s*\{([^{}]*)\}"
)
_MATH_LIST = """pi hundred thousand million billion trillion dozen squared cubed
degree degrees and or percent sin cos tan sec csc cot ln log exp sinh cosh tanh
arcsin arccos arctan min max gcd lcm floor ceil Re Im cis abs mod base to"""
_INTRODUCING_LIST = """the answer answers is are was so thus therefore hence final value result solution solutions a an
number we get have"""
_INTRODUCING = frozenset(_INTRODUCING_LIST.split())
_MATH_WORDS = frozenset(_MATH_LIST.split())

_SIGNS: dict[str | int, str] = {
    **dict.fromkeys("\N{MINUS SIGN}\N{EN DASH}\N{EM DASH}\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{FIGURE DASH}", "-"),
    **dict.fromkeys("×·⋅∙∗•", "*"),
    **dict.fromkeys("÷⁄∕", "/"),
    **dict.fromkeys("≤⩽≦", "<="),
    **dict.fromkeys("≥⩾≧", ">="),
    **dict.fromkeys("≈≅≃", " ~ "),
    **dict.fromkeys("‖∣", "|"),
    **dict.fromkeys("€£¥", ""),
    **dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff\u00ad", ""),
    **dict.fromkeys(range(0x202A, 0x202F), ""),
    **dict.fromkeys(range(0x2066, 0x206A), ""),
    "≠": "!=",
    "√": " √ ",
    "∛": " cbrt ",
    "∜": " \\sqrt[4] ",
    "π": " pi ",
    "∞": " oo ",
    "∪": " union ",
    "∩": " ∩ ",
    "∖": " ∖ ",
    "∅": " ∅ ",
    "∈": " ∈ ",
    "ℝ": " (-oo, oo) ",
    "ℤ": " \ue000 ",
    "ℕ": " \ue001 ",
    "ℚ": " \ue002 ",
    "ℂ": " \ue003 ",
    "⟨": "\\langle ",
    "⟩": "\\rangle ",
    "⌊": "\\lfloor ",
    "⌋": "\\rfloor ",
    "⌈": "\\lceil ",
    "⌉": "\\rceil ",
    "…": "...",
    "½": " 1/2 ",
    "⅓": " 1/3 ",
    "⅔": " 2/3 ",
    "¼": " 1/4 ",
    "¾": " 3/4 ",
    "⅕": " 1/5 ",
    "⅖": " 2/5 ",
    "⅗": " 3/5 ",
    "⅘": " 4/5 ",
    "⅙": " 1/6 ",
    "⅚": " 5/6 ",
    "⅛": " 1/8 ",
    "⅜": " 3/8 ",
    "⅝": " 5/8 ",
    "⅞": " 7/8 ",
    "º": "°",
    "˚": "°",
    "\u00a0": " ",
    **{
        chr(code): f" {unicodedata.name(chr(code)).split()[-1].lower()} "
        for code in range(0x3B1, 0x3CA)
        if code != 0x3C0
    },
}
_CHARACTERS = str.maketrans(_SIGNS)
_RAISED = re.compile("[⁺⁻⁽]*[⁰¹²³⁴⁵⁶⁷⁸⁹ⁿ][⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ⁽⁾⸍]*")
_LOWERED = re.compile("[₀₁₂₃₄₅₆₇₈₉]+")
_NORMAL = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ₀₁₂₃₄₅₆₇₈₉", "0123456789+-()n0123456789")
_OVERLINED = re.compile("((?:[0-9]\u0305)+)")

_DELIMITERS = (("\\(", "\\)"), ("\\[", "\\]"))
_DIGIT_GAP = re.compile(r"(?<=[0-9])(?:\{,\}|\\!,|,\\!|\\[,!; ])\s*(?=[0-9]{3}(?![0-9]))")
_MIXED = re.compile(
    r"(?<![0-9.^_}\w])([0-9]+)\s*\\[dtc]?frac(?:\{\s*([0-9]+)\s*\}\s*\{\s*([0-9]+)\s*\}|\s*([0-9])\s*([0-9]))(?![0-9{])"
)
_DIGITS = re.compile(r"[0-9A-F]*[0-9][0-9A-F]*")
_DOTS = re.compile(r"\\(?:[lc]?dots|dots[bc])\b")
_TIMES_TEN = re.compile(r"(?<=[0-9]) ?[xX] ?(?=10 ?(?:\^|\*\*))")
_COLOUR = re.compile(r"\\(?:text)?color\s*\{\w{1,20}\}")
_DEGREE = re.compile(r"\^\s*(?:\\(?:circ|degree)\b|\{\s*\\circ\s*\})|\\(?:degree|textdegree)\b")
_REPEATING = re.compile(
    r"(?<![0-9.])([0-9]{0,40})\.([0-9]{0,40})\s*\\(?:overline|bar|dot|overbar)\s*(?:\{([0-9]{1,40})\}|([0-9]))"
    r"|(?<![0-9.])([0-9]{0,40})\.()\(([0-9]{1,40})\)"
)
_ENDLESS = re.compile(r"(?<![0-9.])([0-9]{0,40})\.([0-9]{0,20}?)([0-9]{1,10}?)\3{2,}\.\.\.\s*$")
_BOLD_SETS = {"R": " (-oo, oo) ", **{name[0]: f" {character} " for character, name in NUMBER_SETS.items()}}
_BLACKBOARD = re.compile(r"\\(?:mathbb|Bbb|mathbf)\s*(?:\{\s*([RZNQC])\s*\}|([RZNQC])(?![A-Za-z]))")

_BASE_WORDS = "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_BASES = {word: base for base, word in enumerate(_BASE_WORDS.split(), start=2)}
_BASES |= {"binary": 2, "octal": 8, "hexadecimal": 16, "hex": 16}
_BASE_WORD = "|".join(_BASES)
_BASE_SUBSCRIPT = re.compile(rf"_\s*\{{?\s*(?:\\text\s*\{{)?\s*({_BASE_WORD})\s*\}}?\s*\}}?")
_BRACKETED_DIGITS = re.compile(r"\(\s*([0-9][0-9A-F]{0,100})\s*\)_")
_BASE_ENDING = re.compile(
    rf"^\s*-?([0-9][0-9A-Za-z]{{0,200}})(_\{{?[0-9]{{1,2}}\}}?)?\s*,?\s*\(?\s*(?:in\s+)?"
    rf"base[\s-]*([0-9]{{1,2}}|{_BASE_WORD})\s*\)?\s*\.?\s*$"
)


def plain(text: str) -> str:
    """Rewrite text so that what is left is structure: operators, brackets, numbers, names and LaTeX commands.

    Args:
        text: At most `tokens.MAX_CHARS` characters.

    Raises:
        ExpressionError: If words stand inside the expression that are no part of it.
    """
    if not text.isascii():
        text = _ascii(text)
    if "$" in text:
        text = text.replace("\\$", "").replace("$", "")
    if "\\" in text:
        text = _latex(text.strip())
    if "base" in text or "_" in text:
        text = _based(_BRACKETED_DIGITS.sub(r"\1_", text) if ")_" in text else text)
    if "x 10" in text or "x10" in text or "X 10" in text:
        text = _TIMES_TEN.sub("*", text)
    if "..." in text:
        text = _ENDLESS.sub(lambda match: _repeated(match[1], match[2], match[3]), text)
    elif ".(" in text or ((".0" in text or ")" in text) and "(" in text):
        text = _REPEATING.sub(_repeating, text)
    return " ".join(text.split())


def _ascii(text: str) -> str:
    text = _RAISED.sub(lambda match: f"^({match[0].translate(_NORMAL)})", text)
    text = _LOWERED.sub(lambda match: f"_{{{match[0].translate(_NORMAL)}}}", text)
    if "\u0305" in text:
        text = _OVERLINED.sub(lambda match: f"\\overline{{{match[1].replace(chr(0x305), '')}}}", text)
    return unicodedata.normalize("NFKC", text.translate(_CHARACTERS)).translate(_CHARACTERS)


def _latex(text: str) -> str:
    for opening, closing in _DELIMITERS:
        if text.startswith(opening) and text.endswith(closing):
            text = text[2:-2].strip()
    while text.startswith("\\boxed{") and text.endswith("}"):
        text = text[7:-1].strip()
    if "\\," in text or "\\!" in text or "{,}" in text or "\\ " in text or "\\;" in text:
        text = _DIGIT_GAP.sub("", text)
    if "color" in text:
        text = _COLOUR.sub("", text)
    if "dots" in text:
        text = _DOTS.sub("...", text)
    if "mathb" in text or "Bbb" in text:
        text = _BLACKBOARD.sub(lambda match: _BOLD_SETS[match[1] or match[2]], text)
    if "_" in text and "text" in text:
        text = _BASE_SUBSCRIPT.sub(lambda match: f"_{{{_BASES[match[1]]}}}", text)
    if "\\text" in text or "\\m" in text or "\\operator" in text or "\\hbox" in text or "\\rm{" in text:
        text = TEXT_COMMAND.sub(_text, text)
    if "circ" in text or "degree" in text:
        text = _DEGREE.sub("°", text)
    if "\\overline" in text or "\\bar" in text or "\\dot" in text or "\\overbar" in text:
        text = _REPEATING.sub(_repeating, text)
    if ("frac" in text and "0" <= text[0] <= "9") or " " in text or "-" in text:
        text = _MIXED.sub(lambda match: f"{match[1]} {match[2] or match[4]}/{match[3] or match[5]}", text)
    return text


def _text(match: re.Match[str]) -> str:
    """Keep what is mathematics and drop what only introduces it; a unit at the end was split off before."""
    content = match[1].strip()
    if _DIGITS.fullmatch(content):
        return content if match.string.startswith("_", match.end()) else f" {content} "
    if len(content) <= 1 or content in _MATH_WORDS or content[:1].isdigit() or content[:1] in "-(":
        return f" {content} "
    letters = content.replace("\\ ", " ")
    if not match[0].startswith(("\\text", "\\mbox", "\\hbox")) and letters.isalpha() and len(letters) <= 3:
        return f" {letters} "
    words = {word.strip(",.;:") for word in letters.lower().split()}
    if not match.string[: match.start()].strip():
        if words <= _INTRODUCING:
            return " "
        if match.string[match.end() :].lstrip().startswith("=") and not words & DENYING_WORDS:
            return f" {letters[0].upper()} " if letters[0].isascii() and letters[0].isalpha() else " "
    raise ExpressionError(f"words inside an expression: {content[:40]!r}")


def _based(text: str) -> str:
    match = _BASE_ENDING.match(text)
    if match is None:
        return text
    base = match[3] if match[3].isdigit() else str(_BASES[match[3]])
    digits = text[: match.end(1)]
    if match[2] is not None and match[2].strip("_{}") != base:
        raise ExpressionError("two different bases")
    return f"{digits}_{{{base}}}"


def _repeating(match: re.Match[str]) -> str:
    if match[3] or match[4]:
        return _repeated(match[1], match[2], match[3] or match[4])
    return _repeated(match[5], match[6], match[7])


def _repeated(whole: str, fixed: str, repeating: str) -> str:
    """Return the fraction that a repeating decimal is."""
    shift = 10 ** len(fixed)
    value = Fraction(int(whole + fixed or "0"), shift) + Fraction(int(repeating), shift * (10 ** len(repeating) - 1))
    return f"({value})"
