"""From text to tokens: limits, Unicode and LaTeX normalisation, thousands separators.

Only ASCII digits are digits. Text with other characters is first put in Unicode's NFKC form, which makes full-width
digits and letters plain ones; digits of other scripts are refused.
"""

from __future__ import annotations

import re
import unicodedata

from sml_env.errors import ExpressionError

__all__ = ["FUNCTION_ARITY", "MAX_CHARS", "MAX_TOKENS", "tokenize"]

MAX_CHARS = 2_000
"""Longest text that is parsed, in characters."""
MAX_TOKENS = 1_500
"""Most tokens that are parsed."""

FUNCTION_ARITY: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(
        ("sqrt", "cbrt", "abs", "exp", "ln", "sin", "cos", "tan", "asin", "acos", "atan", "factorial"), (1,)
    ),
    "log": (1, 2),
    "root": (2,),
    "binomial": (2,),
}

_GREEK_LETTERS = """alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau phi chi psi
omega Gamma Delta Theta Lambda Xi Sigma Phi Psi Omega"""
GREEK = frozenset(_GREEK_LETTERS.split())

_NOT_PLAIN = re.compile(r"[^ -#%-\[\]-~]")
_TOKEN = re.compile(
    r"[0-9]+ +[0-9]+ ?/ ?[0-9]+(?![0-9.])"
    r"|(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
    r"|[A-Za-z]+|\\(?:[A-Za-z]+|.)|\*\*|<=|>=|==|!=|\S"
)
_THOUSANDS = re.compile(r"(?<![0-9.])(?<![0-9],)[1-9][0-9]{0,2}(?:,[0-9]{3})+(?![0-9])(?!,[0-9])")
_BRACKETED = re.compile(r"[(\[]|\\\{|[)\]]|\\\}|[0-9,]+|[{}]|[^()\[\]{}\\0-9,]+|.", re.DOTALL)

_CHARACTERS = str.maketrans(
    {
        "\N{MINUS SIGN}": "-",
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
        "\N{HYPHEN}": "-",
        "\N{NON-BREAKING HYPHEN}": "-",
        "\N{MULTIPLICATION SIGN}": "*",
        "\N{MIDDLE DOT}": "*",
        "\N{DOT OPERATOR}": "*",
        "\N{BULLET OPERATOR}": "*",
        "\N{ASTERISK OPERATOR}": "*",
        "÷": "/",
        "\N{FRACTION SLASH}": "/",
        "\N{DIVISION SLASH}": "/",
        "≤": "<=",
        "⩽": "<=",
        "≥": ">=",
        "⩾": ">=",
        "≠": "!=",
        "√": " √ ",
        "∛": " cbrt ",
        "π": " pi ",
        "∞": " oo ",
        "\N{UNION}": " union ",
        "∅": " ∅ ",
        "∈": " ∈ ",
        "½": " 1/2 ",
        "⅓": " 1/3 ",
        "⅔": " 2/3 ",
        "¼": " 1/4 ",
        "¾": " 3/4 ",
        "⅕": " 1/5 ",
        "⅛": " 1/8 ",
        "⁰": "^0",
        "¹": "^1",
        "²": "^2",
        "³": "^3",
        "⁴": "^4",
        "⁵": "^5",
        "⁶": "^6",
        "⁷": "^7",
        "⁸": "^8",
        "⁹": "^9",
        "€": "",
        "£": "",
        "\u00a0": " ",
        "\u200b": "",
        "°": "",
        **{
            chr(code): f" {unicodedata.name(chr(code)).split()[-1].lower()} "
            for code in range(0x3B1, 0x3CA)
            if code != 0x3C0
        },
    }
)

_COMMANDS: dict[str, str | None] = {
    **dict.fromkeys(("\\cdot", "\\times", "\\ast"), "*"),
    "\\div": "/",
    **dict.fromkeys(("\\le", "\\leq", "\\leqslant"), "<="),
    **dict.fromkeys(("\\ge", "\\geq", "\\geqslant"), ">="),
    **dict.fromkeys(("\\ne", "\\neq"), "!="),
    "\\lt": "<",
    "\\gt": ">",
    "\\infty": "oo",
    "\\pi": "pi",
    "\\cup": "union",
    "\\in": "∈",
    "\\pm": "±",
    "\\%": "%",
    **dict.fromkeys(("\\emptyset", "\\varnothing"), "∅"),
    **dict.fromkeys(("\\lvert", "\\rvert", "\\vert", "\\|"), "|"),
    **dict.fromkeys(("\\dfrac", "\\tfrac", "\\cfrac", "\\frac"), "\\frac"),
    **dict.fromkeys(("\\dbinom", "\\tbinom", "\\binom"), "\\binom"),
    "\\arcsin": "asin",
    "\\arccos": "acos",
    "\\arctan": "atan",
    **{f"\\{name}": name for name in ("sin", "cos", "tan", "ln", "log", "exp")},
    **{f"\\{name}": name for name in GREEK},
    "\\varphi": "phi",
    "\\varepsilon": "epsilon",
    "\\lbrace": "\\{",
    "\\rbrace": "\\}",
    **dict.fromkeys(("\\sqrt", "\\{", "\\}"), None),
    **dict.fromkeys(("\\left", "\\right", "\\big", "\\Big", "\\bigl", "\\bigr", "\\displaystyle", "\\limits"), ""),
    **dict.fromkeys(("\\,", "\\;", "\\:", "\\!", "\\ ", "\\quad", "\\qquad", "\\$"), ""),
}
_WORDS = {
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "percent": "%",
    "infinity": "oo",
    "inf": "oo",
}
_TEXT = re.compile(r"\\(?:text|textbf|textit|textrm|mathrm|mathbf|mbox|rm)\s*\{([^{}]*)\}")
_DEGREES = re.compile(r"\s*\^\s*(?:\\circ|\{\s*\\circ\s*\})\s*$")
_DIGIT_GAP = re.compile(r"(?<=[0-9])(?:\{,\}|\\!,|,\\!|\\,|\\!)(?=[0-9]{3}(?![0-9]))")
_MIXED_LATEX = re.compile(
    r"(?<![0-9.^_}\w])([0-9]+)\s*\\[dt]?frac(?:\{([0-9]+)\}\{([0-9]+)\}|([0-9])\s*([0-9]))(?![0-9{])"
)


def _text_command(match: re.Match[str]) -> str:
    content = match[1].strip()
    rest = match.string
    if content in ("and", "or", "percent"):
        return f" {content} "
    if not rest[: match.start()].strip() or not rest[match.end() :].strip(" .$"):
        return " "
    if len(content) == 1:
        return f" {content} "
    raise ExpressionError(f"words inside an expression: {content[:40]!r}")


def _plain(text: str) -> str:
    """Rewrite Unicode and the LaTeX that is not structure as plain characters."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_CHARACTERS)).translate(_CHARACTERS)
    text = text.strip()
    for opening, closing in (("$$", "$$"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]")):
        if text.startswith(opening) and text.endswith(closing) and len(text) >= len(opening) + len(closing) + 1:
            text = text[len(opening) : -len(closing)].strip()
            break
    if text.startswith("\\boxed{") and text.endswith("}"):
        text = text[7:-1].strip()
    text = text.removeprefix("\\$").removeprefix("$").replace("-\\$", "-").replace("-$", "-")
    if "\\" in text:
        text = _TEXT.sub(_text_command, text)
        text = _DEGREES.sub("", _DIGIT_GAP.sub("", text))
        text = text.replace("\\mathbb{R}", "(-oo, oo)")
        text = _MIXED_LATEX.sub(lambda m: f"{m[1]} {m[2] or m[4]}/{m[3] or m[5]}", text)
    return " ".join(text.split())


def _join_thousands(text: str) -> str:
    """Drop the commas of ``1,000`` where no bracket encloses them; inside brackets a comma separates."""
    pieces: list[str] = []
    depth = 0
    for piece in _BRACKETED.findall(text):
        if piece in ("(", "[", "\\{"):
            depth += 1
        elif piece in (")", "]", "\\}"):
            depth -= 1
        elif piece in ("{", "}") and "\\" not in text:
            depth += 1 if piece == "{" else -1
        elif (
            depth == 0
            and "," in piece
            and not (pieces and pieces[-1].endswith("."))
            and _THOUSANDS.fullmatch(piece.rstrip(","))
        ):
            piece = piece.rstrip(",").replace(",", "") + piece[len(piece.rstrip(",")) :]
        pieces.append(piece)
    return "".join(pieces)


def tokenize(text: str) -> tuple[list[str], bool]:
    """Split text into tokens.

    Args:
        text: Plain notation, Unicode or basic LaTeX.

    Returns:
        The tokens, and whether the text was LaTeX (where unescaped curly brackets only group).

    Raises:
        ExpressionError: If the text is over a limit or holds an unknown command.
    """
    if len(text) > MAX_CHARS:
        raise ExpressionError(f"the text has {len(text)} characters; the limit is {MAX_CHARS}")
    plain = text if _NOT_PLAIN.search(text) is None else _plain(text)
    if "," in plain:
        plain = _join_thousands(_DIGIT_GAP.sub("", plain))
    tokens: list[str] = _TOKEN.findall(plain)
    if len(tokens) > MAX_TOKENS:
        raise ExpressionError(f"the text has {len(tokens)} tokens; the limit is {MAX_TOKENS}")
    latex = "\\" in plain
    if latex:
        tokens = [mapped for token in tokens for mapped in (_command(token),) if mapped]
    if tokens and tokens[-1] == ".":
        tokens.pop()
    return [_WORDS.get(token, token) for token in tokens], latex


def _command(token: str) -> str:
    if token[0] != "\\":
        return token
    try:
        mapped = _COMMANDS[token]
    except KeyError:
        raise ExpressionError(f"unknown LaTeX command {token[:40]!r}") from None
    return token if mapped is None else mapped
