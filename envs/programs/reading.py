"""The parser of what a student says about a hidden program: total, bounded, runs nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from sml_env.coding.literals import read_value, show
from sml_env.coding.spoken import closing, program_in
from sml_env.coding.trees import defined_functions, parse_source
from sml_env.envs.programs.language import MAX_CHARACTERS as MAX_EXPRESSION
from sml_env.envs.programs.language import TYPES, expression
from sml_env.envs.programs.questions import Called, Compared, Of, Outright, Side, TypeIs, Untyped, query_of
from sml_env.forms import Claim, FamilyForm, Ordering, Quantity, Query
from sml_env.queries import MAX_CHARACTERS, MAX_SENTENCES, parse
from sml_env.wording.lexicon import phrases
from sml_env.wording.openings import clause_of

__all__ = ["read"]

_PASSED_ON: Final = frozenset({"hint", "diagnosis", "fact"})
_MAX_CALL: Final = 1_000
_MAX_CALLS: Final = 50
_NO_QUESTION: Final = "that is no question about the program that a teacher can read"

_MARKED: Final = re.compile(
    r"\b(?:final\s+)?(?:answer|guess|attempt|solution)(?:\s+is)?\s*:(?!=)\s*([^\n]+)|####\s*([^\n]+)", re.IGNORECASE
)
_TYPE_WORDS: Final[dict[str, str]] = {
    **dict.fromkeys(("int", "integer", "number", "whole number", "integers"), "int"),
    **dict.fromkeys(("list", "list[int]", "List[int]", "list of integers", "list of numbers", "array"), "list"),
    **dict.fromkeys(("list of ints", "list of whole numbers"), "list"),
    **dict.fromkeys(("str", "string", "text"), "str"),
    **dict.fromkeys(("bool", "boolean", "truth value", "true or false"), "bool"),
}
_TYPE: Final = "|".join(re.escape(word).replace(r"\ ", r"\s") for word in sorted(_TYPE_WORDS, key=len, reverse=True))
_ARGUMENT: Final = rf"\(\s*x\s*(?::\s*(?P<type>{_TYPE})\s*)?\)(?:\s*->\s*[\w\[\]]+)?"
_DEFINED: Final = re.compile(
    rf"\bf\s*(?:{_ARGUMENT})?\s*(?:==?|:=|(?:\bis|\breturns|\bgives|\bcomputes)\b|:\s*return\b)\s*(?P<body>\S.*)",
    re.DOTALL,
)
_LAMBDA: Final = re.compile(r"\blambda\s+x\s*:\s*(?P<body>\S.*)", re.DOTALL)
_OPENING: Final = re.compile(
    r"(?:i(?:'d|\s+would)?\s+(?:think|guess|believe|bet|suspect|say|conclude|submit|try)(?:\s+that)?"
    r"|i(?:'m|\s+am)\s+(?:sure|certain|confident)(?:\s+that)?"
    r"|(?:the|my|your)\s+(?:hidden\s+)?(?:final\s+)?(?:answer|guess|attempt|result|solution|program|function|code)"
    r"|(?:maybe|perhaps|probably|hence|therefore|thus|so|that|try|could|would|must|might|be|returns?|is|it|computes?)"
    r"|(?:how|what)\s+about|:)(?:\s+|(?<=:))",
    re.IGNORECASE,
)
_ENDING: Final = re.compile(
    r"[\s?!;,]*(?:\.\s*)?$|\s+(?:is\s+)?(?:the|my)\s+(?:answer|program|function|guess)[?.!\s]*$"
)
_CALL: Final = re.compile(r"(?<![\w.])f\s?\(")
_ORDER_WORDS: Final[dict[str, Ordering]] = {
    "<=": "<=", ">=": ">=", "==": "==", "!=": "!=", "<": "<", ">": ">", "=": "==", "equal to": "==", "equal": "==",
    "greater than": ">", "more than": ">", "above": ">", "larger than": ">", "bigger than": ">", "less than": "<",
    "smaller than": "<", "below": "<", "at least": ">=", "at most": "<=", "exactly": "==", "not equal to": "!=",
}  # fmt: skip
_ORDER: Final = re.compile(
    r"\s*(?:is\s+|be\s+)?(?P<op>"
    + "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in sorted(_ORDER_WORDS, key=len, reverse=True))
    + r")\s*(?P<bound>\S.*)",
    re.DOTALL | re.IGNORECASE,
)
_GIVEN: Final = re.compile(
    r"\b(?:(?:for|on|at|with|of|given)\s+(?:the\s+)?(?:inputs?\s+|argument\s+|list\s+|text\s+|string\s+|number\s+)?"
    r"(?:x\s*(?:==?|is)\s*)?|\bx\s*(?:==?|is)\s*)(?P<input>[\['\"\d-].*)",
    re.DOTALL | re.IGNORECASE,
)
_F: Final = r"(?:f|it|(?:the|your|this)\s(?:hidden\s|secret\s)?(?:program|function|argument|input|output|result|value))"
_ASKING: Final = frozenset({"what", "which", "takes", "returns"})
_TAKING: Final = frozenset(phrases("accept, accepts, argument, expect, expects, input, take, takes, x"))
_RETURNING: Final = frozenset(phrases("give, gives, output, outputs, produce, produces, result, return, returns"))
_BESIDE: Final = frozenset(
    phrases("""
    a, an, are, as, data, do, does, f, function, in, is, it, its, kind, of, program, s, sort, the, this, type, types
    what, which, your
""")
)
_HAS_TYPE: Final = re.compile(
    rf"(?:does\s{_F}\s(?P<verb>take|accept|expect|return|give|produce|output)s?"
    r"|is\s(?:the\s|its\s)?(?P<noun>argument|input|x|output|result)|(?P<call>takes|returns)\s?\(\s?f\s?\)\s==)"
    rf"\s(?:an?\s)?(?P<type>{_TYPE})s?",
    re.IGNORECASE,
)
_OUTRIGHT: Final = re.compile(
    r"f|(?:show|give|tell|write|send|print|reveal|what(?:'s| is))\b.{0,40}"
    r"\b(?:solution|code|program|implementation|source|answer|function|f|body)",
    re.IGNORECASE | re.DOTALL,
)


def read(utterance: object) -> Query:
    """Read one utterance. Total: any object at all gives a query, nothing raises.

    The last fenced block counts first; then the last attempt that is marked (``answer: f(x: list) = sorted(x)``); then,
    of several sentences, the last one that is understood.
    """
    if not isinstance(utterance, str) or len(utterance) > MAX_CHARACTERS:
        return parse(utterance)
    try:
        query = _read(utterance)
    except (ValueError, OverflowError, RecursionError):
        query = None
    return query or Query("malformed", "", None, _NO_QUESTION)


def _read(utterance: str) -> Query | None:
    program = program_in(utterance, "f")
    if program is not None:
        return _program(program)
    for found in reversed(list(_MARKED.finditer(utterance))):
        query = _attempt(found[1] or found[2], named=True)
        if query is not None:
            return query
    for sentence in reversed(_sentences(utterance)):
        query = _read_sentence(sentence)
        if query is not None:
            return query
    other = parse(utterance)
    if isinstance(other.form, Quantity) and other.form.quantity == "value":
        return query_of(Outright())
    return other if other.kind in _PASSED_ON else None


def _sentences(text: str) -> list[str]:
    """The last sentences; what stands in quotes or brackets is not cut."""
    parts, start, depth, quote = [], 0, 0, ""
    for place, sign in enumerate(text):
        following = text[place + 1 : place + 2]
        if quote:
            quote = "" if sign in (quote, "\n") else quote
        elif sign == '"' or (sign == "'" and not text[place - 1 : place].isalnum()):
            quote = sign
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth = max(depth - 1, 0)
        if sign == "\n" or (sign in ".!?" and depth == 0 and not quote and (not following or following.isspace())):
            parts.append(text[start : place + 1])
            start, depth, quote = place + 1, 0, ""
    parts.append(text[start:])
    return [part for part in parts if part.strip()][-MAX_SENTENCES:]


def _read_sentence(sentence: str) -> Query | None:
    stripped = sentence.strip().strip("`").strip()
    if len(stripped) > _MAX_CALL:
        return None
    attempt = _attempt(stripped, named=False)
    if attempt is not None:
        return attempt
    for form in _questions(stripped):
        return query_of(form)
    return None


# -- questions ---------------------------------------------------------------------------------------------------------


def _questions(sentence: str) -> Iterator[FamilyForm]:
    yield from reversed(list(_calls(sentence)))
    plain = clause_of(sentence.lower()).text
    found = _HAS_TYPE.fullmatch(plain)
    if found is not None:
        yield TypeIs(
            _side(found["verb"] or found["noun"] or found["call"]), _TYPE_WORDS[re.sub(r"\s", " ", found["type"])]
        )
    words = re.findall(r"[a-z]+", plain)
    if words and words[0] in _ASKING and set(words) <= _BESIDE | _TAKING | _RETURNING:
        asked = [word for word in words if word in _TAKING | _RETURNING]
        if asked:
            yield Of(_side(asked[-1]))
    found = _GIVEN.search(sentence)
    if found is not None:
        value = _literal(found["input"])
        if value is not None:
            yield Called(value)
    if _OUTRIGHT.fullmatch(plain):
        yield Outright()


def _side(word: str) -> Side:
    return "returns" if word in _RETURNING else "takes"


def _calls(sentence: str) -> Iterator[FamilyForm]:
    """Calls of f with one literal; compared with another one, where that follows."""
    for place, found in enumerate(_CALL.finditer(sentence)):
        if place == _MAX_CALLS:
            return
        end = closing(sentence, found.end() - 1)
        shown = None if end is None else _literal(sentence[found.end() : end])
        if shown is None or end is None:
            continue
        compared = _ORDER.match(sentence, end + 1)
        bound = None if compared is None else _literal(compared["bound"])
        if compared is None or bound is None:
            yield Called(shown)
        else:
            yield Compared(shown, _ORDER_WORDS[re.sub(r"\s+", " ", compared["op"].lower())], bound)


def _literal(written: str) -> str | None:
    """One literal, with or without punctuation behind it, as canonical text."""
    for each in (written.strip(), written.rstrip(" ?.!`\n")):
        found = read_value(each)
        if found is not None:
            shown = show(found[0])
            return shown if len(shown) <= _MAX_CALL else None
    return None


# -- attempts ----------------------------------------------------------------------------------------------------------


def _program(source: str) -> Query:
    """A whole program; one that only returns an expression is that expression."""
    tree = parse_source(source)
    defined = None if tree is None else defined_functions(tree).get("f")
    if tree is None or defined is None or len(defined.args.args) != 1:
        return Query("malformed", "", None, "a program is Python that defines f with one argument")
    argument = defined.args.args[0]
    noted = None if argument.annotation is None else _TYPE_WORDS.get(ast.unparse(argument.annotation))
    body = [part for part in defined.body if not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))]
    last = body[0] if len(tree.body) == len(body) == 1 else None
    if isinstance(last, ast.Return) and last.value is not None and argument.arg == "x":
        return _stated(ast.unparse(last.value), noted) or query_of(Untyped(TYPES))
    return query_of(Untyped(TYPES)) if noted not in TYPES else _claim(f"f(x: {noted}):\n{source}")


def _attempt(text: str, *, named: bool) -> Query | None:
    """A program that is stated: by its name, as a lambda, or as an expression in x behind some words or none."""
    for pattern in (_DEFINED, _LAMBDA):
        found = pattern.search(text)
        if found is not None:
            word = found.groupdict().get("type")
            query = _expression(found["body"], None if word is None else _TYPE_WORDS.get(re.sub(r"\s", " ", word)))
            if query is not None:
                return query
    rest = text.strip()
    while (opened := _OPENING.match(rest)) is not None:
        rest, named = rest[opened.end() :], True
    return _expression(rest, None) if named or _holds_x(rest) else None


def _expression(written: str, noted: str | None) -> Query | None:
    for each in (written.strip(), _ENDING.sub("", written).strip(" `")):
        query = _stated(each, noted)
        if query is not None:
            return query
    return None


def _holds_x(text: str) -> bool:
    return re.search(r"(?<![\w'\"])x(?![\w'\"])", text) is not None


def _stated(written: str, noted: str | None) -> Query | None:
    """An expression in x as an attempt at programs of a type, or of the only type for which it makes sense."""
    if len(written) > MAX_EXPRESSION or not _holds_x(written):
        return None
    tree = parse_source(written, "eval")
    if tree is None or isinstance(tree.body, ast.Name | ast.Constant):
        return None
    if _called_names(tree) & {"f"}:
        return None
    types = [kind for kind in TYPES if expression(written, {"x": kind}) is not None]
    if noted is not None and noted not in TYPES:
        return query_of(Untyped(TYPES))
    if noted is None and len(types) != 1:
        return query_of(Untyped(tuple(types) or TYPES))
    return _claim(f"f(x: {noted or types[0]}) = {' '.join(written.split())}")


def _called_names(tree: ast.Expression) -> set[str]:
    return {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}


def _claim(value: str) -> Query:
    return Query("attempt", value.partition("\n")[0], Claim(value, "f"))
