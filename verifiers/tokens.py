"""From text to tokens: the limits, numbers with thousands separators, LaTeX commands and words as one-name tokens."""

from __future__ import annotations

import re

from sml_env.errors import ExpressionError
from sml_env.verifiers.notation import plain

__all__ = ["FUNCTION_ARITY", "GREEK", "MAX_CHARS", "MAX_TOKENS", "tokenize"]

MAX_CHARS = 2_000
"""Longest text that is parsed, in characters."""
MAX_TOKENS = 1_500
"""Most tokens that are parsed."""

_UNARY = """sqrt cbrt abs exp ln sin cos tan sec csc cot asin acos atan sinh cosh tanh asinh acosh atanh factorial floor
ceil re im conj cis degrees"""
FUNCTION_ARITY: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(_UNARY.split(), (1,)),
    "log": (1, 2),
    "root": (2,),
    "binomial": (2,),
    **dict.fromkeys(("min", "max", "gcd", "lcm"), tuple(range(2, 17))),
}
"""The functions, and how many arguments each takes."""

_GREEK_LETTERS = """alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau phi chi psi
omega Gamma Delta Theta Lambda Xi Sigma Phi Psi Omega"""
GREEK = frozenset(_GREEK_LETTERS.split())

_NOT_PLAIN = re.compile(r"[^ -#%-\[\]-~]|\.\(|\.\.\.|base|\)_|[xX] ?10")
_SPACED = re.compile(r"-?[1-9][0-9]{0,2}(?: [0-9]{3})+")
_TOKEN = re.compile(
    r"[0-9]+ +[0-9]+ ?/ ?[0-9]+(?![0-9.])"
    r"|[0-9]+_(?:\{ ?[0-9]+ ?\}|[0-9])|[0-9A-F]*(?:[0-9][A-F]|[A-F][0-9])[0-9A-F]*_\{ ?1[1-6] ?\}"
    r"|(?:[0-9]+(?:\.(?!\.)[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
    r"|[A-Za-z]+|\\(?:[A-Za-z]+|.)|\.\.\.|\*\*|<=|>=|==|!=|\S"
)
_THOUSANDS = re.compile(r"(?<![0-9.])(?<![0-9],)[1-9][0-9]{0,2}(?:,[0-9]{3})+(?![0-9])(?!,[0-9])")
_DIGIT_GAP = re.compile(r"(?<=[0-9])(?:\{,\}|\\!,|,\\!|\\,|\\!)\s*(?=[0-9]{3}(?![0-9]))")
_BRACKETED = re.compile(r"[(\[]|\\\{|[)\]]|\\\}|[0-9,]+|[{}]|[^()\[\]{}\\0-9,]+|.", re.DOTALL)

_COMMANDS: dict[str, str] = {
    **dict.fromkeys(("\\cdot", "\\times", "\\ast", "\\bullet"), "*"),
    "\\div": "/",
    "\\slash": "/",
    **dict.fromkeys(("\\le", "\\leq", "\\leqslant"), "<="),
    **dict.fromkeys(("\\ge", "\\geq", "\\geqslant"), ">="),
    **dict.fromkeys(("\\ne", "\\neq"), "!="),
    "\\lt": "<",
    "\\gt": ">",
    **dict.fromkeys(("\\approx", "\\simeq", "\\doteq"), "~"),
    "\\infty": "oo",
    "\\pi": "pi",
    "\\cup": "union",
    "\\cap": "∩",
    "\\choose": "choose",
    **dict.fromkeys(("\\setminus", "\\backslash", "\\smallsetminus"), "∖"),
    "\\in": "∈",
    "\\pm": "±",
    "\\mp": "∓",
    "\\equiv": "≡",
    **dict.fromkeys(("\\pmod", "\\bmod", "\\mod"), "mod"),
    "\\%": "%",
    **dict.fromkeys(("\\lor", "\\vee"), "or"),
    **dict.fromkeys(("\\land", "\\wedge"), "and"),
    **dict.fromkeys(("\\emptyset", "\\varnothing"), "∅"),
    **dict.fromkeys(("\\lvert", "\\rvert", "\\vert", "\\|", "\\mid"), "|"),
    **dict.fromkeys(("\\ldots", "\\dots", "\\cdots", "\\dotsc", "\\dotsb"), "..."),
    **dict.fromkeys(("\\dfrac", "\\tfrac", "\\cfrac", "\\frac"), "\\frac"),
    **dict.fromkeys(("\\dbinom", "\\tbinom", "\\binom"), "\\binom"),
    **{f"\\{name}": name for name in FUNCTION_ARITY if name not in ("sqrt", "root", "degrees", "re", "im", "conj")},
    "\\arcsin": "asin",
    "\\arccos": "acos",
    "\\arctan": "atan",
    "\\Re": "re",
    "\\Im": "im",
    **dict.fromkeys(("\\overline", "\\bar"), "conj"),
    **{f"\\{name}": name for name in GREEK},
    "\\varphi": "phi",
    "\\vartheta": "theta",
    "\\varepsilon": "epsilon",
    **dict.fromkeys(("\\colon",), ":"),
    "\\lbrace": "\\{",
    "\\rbrace": "\\}",
    "\\lbrack": "[",
    "\\rbrack": "]",
    **dict.fromkeys(("\\left", "\\right", "\\big", "\\Big", "\\bigl", "\\bigr", "\\Bigl", "\\Bigr", "\\bigg"), ""),
    **dict.fromkeys(("\\displaystyle", "\\textstyle", "\\limits", "\\nonumber", "\\boldsymbol"), ""),
    **dict.fromkeys(("\\,", "\\;", "\\:", "\\!", "\\ ", "\\quad", "\\qquad", "\\$"), ""),
    **{
        same: same
        for same in (
            "\\sqrt", "\\{", "\\}", "\\\\", "\\langle", "\\rangle", "\\lfloor", "\\rfloor", "\\lceil", "\\rceil",
            "\\begin", "\\end",
        )
    },
}  # fmt: skip
_WORDS = {
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "ceiling": "ceil",
    "percent": "%",
    "pct": "%",
    "infinity": "oo",
    "inf": "oo",
    "degree": "°",
    "degrees": "°",
    "deg": "°",
    "intersect": "∩",
    "Re": "re",
    "Im": "im",
    "Max": "max",
    "Min": "min",
    "Abs": "abs",
    "Sqrt": "sqrt",
}
_CALLED = frozenset(("degrees", "ceil", "re", "im"))


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
        text: Plain notation, Unicode or LaTeX.

    Returns:
        The tokens, and whether the text was LaTeX (where unescaped curly brackets only group).

    Raises:
        ExpressionError: If the text is over a limit or holds an unknown command.
    """
    if len(text) > MAX_CHARS:
        raise ExpressionError(f"the text has {len(text)} characters; the limit is {MAX_CHARS}")
    if _NOT_PLAIN.search(text) is not None:
        text = plain(text)
    if " " in text and _SPACED.fullmatch(text):
        text = text.replace(" ", "")
    if "," in text:
        text = _join_thousands(_DIGIT_GAP.sub("", text))
    tokens: list[str] = _TOKEN.findall(text)
    if len(tokens) > MAX_TOKENS:
        raise ExpressionError(f"the text has {len(tokens)} tokens; the limit is {MAX_TOKENS}")
    latex = "\\" in text or "^{" in text or "_{" in text
    if "\\" in text:
        try:
            tokens = [mapped for token in tokens if (mapped := _COMMANDS[token] if token[0] == "\\" else token)]
        except KeyError as error:
            raise ExpressionError(f"unknown LaTeX command {str(error.args[0])[:40]!r}") from None
    if tokens and tokens[-1] == ".":
        tokens.pop()
    return [_word(tokens, index, token) if token in _WORDS else token for index, token in enumerate(tokens)], latex


def _word(tokens: list[str], index: int, token: str) -> str:
    called = index + 1 < len(tokens) and tokens[index + 1] == "("
    return token if token in _CALLED and called else _WORDS[token]
