r"""The leak test for code: whether a text holds a program's reference, renamed or reformatted.

The text is read several ways: whole, without comments, its fenced blocks, its inline code, its code-like lines, and
whatever of it parses, written anew. Each way is cut into tokens; shingles of five tokens, in which names are numbered
by first appearance, do not change under renaming, reformatting, comments, docstrings, annotations and the order of
statements. A text is a copy if it holds ``SHARE`` of the shingles of a function body, or a short body as a whole.
What the statement shows does not count.

Covered: other names, layouts, comments, prompts (``>>>``), line numbers, quote and diff marks, HTML entities and tags,
invisible and full-width characters, escaped line ends, semicolons, prose between the lines.
Not covered: encodings (base64, other scripts), other languages and programs of another form, copies spread over several
texts: join the texts first.
Fails closed: an error inside, or a text over the limit, counts as a copy.
"""

from __future__ import annotations

import ast
import builtins
import html
import keyword
import re
import textwrap
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from sml_env.coding.trees import parse_source

__all__ = ["MAX_TEXT_CHARACTERS", "SHARE", "Likeness"]

MAX_TEXT_CHARACTERS: Final = 20_000
"""A longer text counts as a copy, unread."""

SHARE: Final = 0.6
"""Of a body's shingles."""

_SHINGLE: Final = 5
_SHORT: Final = 12
"""Bodies of fewer tokens are looked for whole: they have too few shingles for a share to mean anything."""

_SHORTEST: Final = 3
_MAX_LINES: Final = 600
_MAX_HEAD: Final = 200
_MAX_PARSED: Final = 200

_BUILTINS: Final = frozenset(name for name in dir(builtins) if name.islower()) | {"math", "re"}
_KEPT: Final = frozenset(keyword.kwlist) | _BUILTINS
_TOKEN: Final = re.compile(
    r"(?P<name>[^\W\d]\w*)|(?P<number>\d[\w.]*|\.\d\w*)|(?P<mark>\*\*=?|//=?|<<|>>|[-+*/%@&|^<>=!:]=|->|[^\s\w;\\'\"`#$?])"
)
_PROSE: Final = re.compile(r"(?<=[A-Za-z]{2})[-/](?=[A-Za-z]{2})")
_FENCE: Final = re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE)
_INLINE: Final = re.compile(r"`([^`]{1,2000})`")
_TAG: Final = re.compile(
    r"</?(?:br|code|pre|p|div|span|li|ul|ol|td|tr|table|b|i|em|strong)\b[^<>]{0,200}>", re.IGNORECASE
)
_MARGIN: Final = re.compile(
    r"^[ \t]*(?:(?:>>>|\.\.\.)(?: |$)|(?:[>|+*•]|-(?=\s))[ \t]?|(?:L(?:ine )?)?\d{1,4}(?:[.:)|]|(?=\s))(?:\t| )?)"
)
_COMMENT: Final = re.compile(r"#[^\n]*")
_CODE_LIKE: Final = re.compile(
    r"(?:def |return\b|for .* in |if .*:|elif .*:|else\s*:|while .*:|import |from \w+ import|try\s*:|except\b.*:"
    r"|with .*:|lambda\b|yield\b|break\b|continue\b|pass\b|raise\b|assert\b"
    r"|[\w.\[\], ()]+\s*[-+*/%|&^]?=[^=]|[\w.]+\(.*\)\s*;?\s*$)"
)
_ENDS: Final = frozenset({"return", "=", ":", "lambda", ",", "else", "yield", ":=", "->", "."})

_Tokens = tuple[str, ...]


class Likeness:
    """Tells texts that hold a program from texts that do not.

    Args:
        reference: The program that must not be copied: its functions' bodies, or all of a program without functions.
        statement: What may be shown: functions and expressions in it do not count.
    """

    def __init__(self, reference: str, statement: str = "") -> None:
        shown = _views(statement[:MAX_TEXT_CHARACTERS])
        shingles = frozenset().union(*(view.shingles for view in shown)) if shown else frozenset()
        self._bodies: list[frozenset[_Tokens]] = []
        self._shorts: list[_Tokens] = []
        self._broken = False
        bodies = _bodies(reference, statement)
        if bodies is None:
            self._broken = True
            return
        for tokens in bodies:
            own = frozenset(_shingles(tokens)) - shingles
            if len(tokens) >= _SHORT and len(own) >= _SHORT // 2:
                self._bodies.append(own)
            elif len(tokens) >= _SHORTEST:
                core = _core(tokens)
                if len(core) >= _SHORTEST and not any(_holds(view.tokens, core) for view in shown):
                    self._shorts.append(core)

    def __repr__(self) -> str:
        return "Likeness(<redacted>)"

    def share(self, text: str) -> float:
        """The largest share of a body's shingles in a text; 1 if a short body is there whole."""
        views = _views(text)
        largest = 0.0
        for view in views:
            for body in self._bodies:
                largest = max(largest, len(body & view.shingles) / len(body))
            if any(_holds(view.tokens, core) for core in self._shorts):
                return 1.0
        return largest

    def copied_in(self, text: str) -> bool:
        """Whether a text holds the reference. True also if it cannot be told.

        Args:
            text: Untrusted.
        """
        if not isinstance(text, str) or len(text) > MAX_TEXT_CHARACTERS or self._broken:
            return True
        try:
            return self.share(text) >= SHARE
        except Exception:  # fails closed: whatever goes wrong here must not let the text through
            return True


# -- the reference -----------------------------------------------------------------------------------------------------


def _bodies(reference: str, statement: str) -> list[_Tokens] | None:
    """Tokens of each function body, and of the rest of the program; None if the reference does not parse."""
    tree = parse_source(reference)
    if tree is None:
        return None
    _stripped(tree)
    given = parse_source(statement)
    shown = set()
    if given is not None:
        _stripped(given)
        shown = {ast.dump(node) for node in given.body if isinstance(node, ast.FunctionDef)}
    bodies = []
    rest: list[ast.stmt] = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if ast.dump(node) not in shown:
                bodies.append(_written(node.body))
                inner = [each for each in ast.walk(node) if isinstance(each, ast.FunctionDef) and each is not node]
                nested = [_written(each.body) for each in inner]
                bodies += [tokens for tokens in nested if len(tokens) >= _SHORT]
        elif not isinstance(node, ast.Import | ast.ImportFrom | ast.Pass):
            rest.append(node)
    if rest:
        bodies.append(_written(rest))
    return bodies


def _written(statements: Sequence[ast.stmt]) -> _Tokens:
    return _tokens("\n".join(ast.unparse(statement) for statement in statements))


def _core(tokens: _Tokens) -> _Tokens:
    """A short body without the ``return`` before a single expression."""
    return _numbered(tokens[1:] if tokens[0] == "return" and "return" not in tokens[1:] else tokens)


def _stripped(tree: ast.AST) -> None:
    """Takes docstrings and annotations out of a tree."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and not isinstance(node, ast.Lambda):
            kept = [each for each in body if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))]
            node.body = [_bare(each) for each in kept] or [ast.Pass()]  # type: ignore[attr-defined]
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None


def _bare(statement: ast.stmt) -> ast.stmt:
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        return ast.copy_location(ast.Assign([statement.target], statement.value), statement)
    return statement


# -- tokens and shingles -----------------------------------------------------------------------------------------------


def _tokens(text: str) -> _Tokens:
    """Names, numbers and operators of a text; quotes, semicolons and line ends are not told apart from spaces."""
    return tuple(match[0] for match in _TOKEN.finditer(text))


def _numbered(tokens: Sequence[str]) -> _Tokens:
    """Names replaced by their number of first appearance; keywords, builtins and attributes are kept."""
    numbers: dict[str, str] = {}
    found = []
    before = ""
    for token in tokens:
        named = (token[0].isalpha() or token[0] == "_") and token not in _KEPT and before != "."
        found.append(numbers.setdefault(token, f"${len(numbers)}") if named else token)
        before = token
    return tuple(found)


def _shingles(tokens: _Tokens) -> Iterator[_Tokens]:
    for start in range(len(tokens) - _SHINGLE + 1):
        yield _numbered(tokens[start : start + _SHINGLE])


def _holds(tokens: _Tokens, core: _Tokens) -> bool:
    """Whether a short body stands in a text as a whole expression, not as a part of a longer one."""
    size = len(core)
    marks = [(place, token) for place, token in enumerate(core) if not token.startswith("$")]
    place, anchor = next(((place, token) for place, token in marks if token not in _BUILTINS), (0, ""))
    for start in range(len(tokens) - size + 1):
        if anchor and tokens[start + place] != anchor:
            continue
        if _numbered(tokens[start : start + size]) != core:
            continue
        left, right = start - 1, start + size
        while left >= 0 and right < len(tokens) and tokens[left] == "(" and tokens[right] == ")":
            left, right = left - 1, right + 1
        before = tokens[left] if left >= 0 else ""
        after = tokens[right] if right < len(tokens) else ""
        if (_is_word(before) or before in _ENDS) and (_is_word(after) or after in {".", ",", ":", "=", ")", "!"}):
            return True
    return False


def _is_word(token: str) -> bool:
    return not token or token[0].isalnum() or token[0] == "_"


# -- ways to read a text -----------------------------------------------------------------------------------------------


class _View:
    """One way to read a text."""

    def __init__(self, tokens: _Tokens) -> None:
        self.tokens = tokens
        self.shingles = frozenset(_shingles(tokens))


@lru_cache(maxsize=32)
def _views(text: str) -> tuple[_View, ...]:
    """All ways to read a text, without repeats."""
    seen: dict[_Tokens, None] = {}
    for reading in _readings(text):
        tokens = _tokens(reading)
        if tokens:
            seen.setdefault(tokens)
    return tuple(map(_View, seen))


def _readings(text: str) -> Iterator[str]:
    plain = _plain(text)
    yield _PROSE.sub(" ", plain)
    yield _PROSE.sub(" ", _COMMENT.sub("", plain))
    lines = plain.split("\n")[:_MAX_LINES]
    bare = [_MARGIN.sub("", line) for line in lines]
    yield _COMMENT.sub("", "\n".join(bare))
    code = [line for line in bare if _CODE_LIKE.match(line.strip()[:_MAX_HEAD])]
    yield _COMMENT.sub("", "\n".join(code))
    fences = _FENCE.split(plain)
    blocks = [block.partition("\n")[2] for block in fences[1::2]]
    yield "\n".join(blocks)
    inline = [span.strip() for span in _INLINE.findall(plain)]
    yield "\n".join(inline)
    parsed = _rewritten([*blocks, *inline, *_runs(lines), *_runs(bare), "\n".join(code)])
    yield from parsed
    yield "\n".join(parsed)


def _plain(text: str) -> str:
    """Without entities, tags, invisible and full-width characters."""
    for _ in range(2):
        text = html.unescape(text)
    text = unicodedata.normalize("NFKC", text).replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(mark for mark in text if unicodedata.category(mark) != "Cf")
    text = text.replace("\\n", "\n").replace("\\t", "    ").replace("\t", "    ")
    for typographic, ascii_mark in (
        ("−", "-"),
        ("–", "-"),
        ("×", "*"),
        ("÷", "/"),
        ("≤", "<="),
        ("≥", ">="),
        ("≠", "!="),
    ):
        text = text.replace(typographic, ascii_mark)
    return _TAG.sub("\n", text)


def _runs(lines: Sequence[str]) -> Iterator[str]:
    """The text, and its runs of lines that are indented or look like code."""
    yield "\n".join(lines)
    run: list[str] = []
    for line in [*lines, "."]:
        if line.startswith((" ", "\t")) or not line.strip() or _CODE_LIKE.match(line.strip()[:_MAX_HEAD]):
            run.append(line)
            continue
        if any(each.strip() for each in run):
            yield "\n".join(run)
        run = []


def _rewritten(spans: Sequence[str]) -> list[str]:
    """Spans that parse, written anew without docstrings and annotations; of those that do not, the lines that do."""
    found: list[str] = []
    tries = 0
    for span in dict.fromkeys(spans):
        block = textwrap.dedent(span).strip("\n")
        pieces = [block, *(line.strip() for line in block.split("\n"))]
        for number, piece in enumerate(pieces):
            if not piece or tries >= _MAX_PARSED:
                continue
            tries += 1
            tree = parse_source(piece) or parse_source(
                f"{piece} pass" if piece.endswith(":") else f"def f():\n  {piece}"
            )
            if tree is None:
                continue
            _stripped(tree)
            found.append(ast.unparse(tree))
            if number == 0:
                break
    return found
