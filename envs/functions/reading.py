"""The parser of what a student says about a hidden function: total, bounded, evaluates nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Final, get_args

from sml_env.answers import Span
from sml_env.envs.functions.questions import (
    Compared,
    Degree,
    Has,
    Outright,
    Parity,
    Property,
    Sign,
    Signed,
    ValueAt,
    query_of,
)
from sml_env.errors import ExpressionError
from sml_env.forms import Claim, FamilyForm, Ordering, Quantity, Query
from sml_env.queries import MAX_CHARACTERS, MAX_SENTENCES, parse
from sml_env.verifiers.expressions import free_symbols, parse_expression, to_text
from sml_env.verifiers.nodes import SCALARS
from sml_env.verifiers.opaque import has_opaque
from sml_env.wording.lexicon import number
from sml_env.wording.marked import read_marked
from sml_env.wording.notation import normalised
from sml_env.wording.openings import clause_of, last_part

__all__ = ["MAX_CLAUSE", "read", "readable"]

MAX_CLAUSE: Final = 400
"""Characters of a sentence that is read."""

_PASSED_ON: Final = frozenset({"hint", "diagnosis", "fact"})
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+|\n+")

_F: Final = r"(?:f(?:\s?\(\s?x\s?\))?|it|(?:the|this|your)\s(?:hidden\s|secret\s)?function|its\sgraph)"
_ASK: Final = (
    r"(?:what\s(?:is|are|would)|what(?:\svalue)?\sdoes|give\sme|tell\sme|show\sme|find|compute|calculate|evaluate)"
)
_NUMBER: Final = r"[^()\[\],<>=?]{1,24}?"
_CALL: Final = rf"f\s?\(\s?\(?(?P<point>{_NUMBER})\)?\s?\)"
_SPAN: Final = (
    rf"(?:the\s)?(?:interval\s)?(?:(?P<left>[\[(])\s?(?P<low>{_NUMBER})\s?,\s?(?P<high>{_NUMBER})\s?(?P<right>[\])])"
    rf"|(?P<between>between|from)\s(?P<start>{_NUMBER})\s(?:and|to)\s(?P<end>{_NUMBER}))"
)
_ON: Final = r"(?:(?:on|in|over|for\sx\sin|throughout|across)\s)?"
_WORDS: Final[dict[str, Ordering]] = {
    "<": "<", "<=": "<=", ">": ">", ">=": ">=", "=": "==", "==": "==", "!=": "!=", "greater than": ">",
    "more than": ">", "above": ">", "bigger than": ">", "larger than": ">", "less than": "<", "smaller than": "<",
    "below": "<", "under": "<", "over": ">", "at least": ">=", "at most": "<=", "equal to": "==", "equal": "==",
    "exactly": "==",
}  # fmt: skip
_OPS: Final = "|".join(re.escape(word).replace(r"\ ", r"\s") for word in sorted(_WORDS, key=len, reverse=True))
_PROPERTIES: Final[dict[str, Property]] = {name: name for name in get_args(Property)}
_ROOT_KINDS: Final[dict[str, Property]] = {"real": "real_root", "integer": "integer_root", "whole": "integer_root"}

_OUTRIGHT: Final = re.compile(
    rf"f(?:\s?\(\s?x\s?\))?|(?:{_ASK}|reveal|name|say|which\sfunction\sis)\s(?:{_F}|the\s(?:formula|expression|rule|answer|equation|solution)"
    rf"(?:\s(?:of|for)\s{_F})?)(?:\sin\sfull|\sexactly|\sequal(?:\sto)?)?|which\sfunction\sis\s{_F}|what\sfunction\sis\s{_F}"
)
_VALUE: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:{_ASK}\s)?(?:the\s)?(?:value\s)?(?:of\s)?{_CALL}(?:\s(?:equal|equals|be|give))?(?:\sto)?",
        rf"(?:{_ASK}\s)?(?:the\s|its\s)?(?:value\s)?(?:of\s)?(?:{_F}\s)?(?:(?:take|have|equal|give|be|equals|worth)\s)?"
        rf"(?:at|when|if|for)\s(?:the\spoint\s)?(?:x\s?(?:==?|is)\s?)?(?P<point>{_NUMBER})",
    )
)
_COMPARED: Final = re.compile(rf"(?:(?:is|does)\s)?{_CALL}\s?(?:(?:is|be)\s)?(?P<op>{_OPS})\s?(?P<bound>{_NUMBER})")
_SIGN_AT: Final = re.compile(rf"(?:is\s)?{_CALL}\s(?:is\s)?(?P<sign>positive|negative|zero)")
_DEGREE: Final = re.compile(
    rf"(?:{_ASK}\s)?(?:the\s|its\s)?degree(?:\s?\(\s?f\s?\)|\sof\s(?:{_F}|the\spolynomial))?"
    rf"|(?:what|which)\sdegree\s(?:does\s{_F}\shave|is\s{_F})|of\s(?:what|which)\sdegree\sis\s{_F}"
)
_PARITY: Final = re.compile(
    rf"(?:is\s)?{_F}\s(?:an?\s)?(?:even|odd)(?:\sfunction)?,?\s(?:or\s)?(?:an?\s)?(?:odd|even)(?:\sfunction)?"
    rf"(?:,?\sor\sneither)?|(?:{_ASK}\s)?(?:the\s|its\s)?parity(?:\s?\(\s?f\s?\)|\sof\s{_F})?"
)
_IS: Final = re.compile(
    rf"(?:is\s)?{_F}\s(?:is\s)?(?:an?\s)?(?P<word>even|odd|polynomial)(?:\sfunction)?|(?P<name>even|odd|polynomial|real_root"
    r"|integer_root)\s?\(\s?f\s?\)"
)
_ROOT: Final = re.compile(
    rf"(?:(?:does|has|do)\s)?(?:{_F}\s)?(?:(?:have|has)\s)?(?:(?:is|are)\sthere\s)?(?:an?\s|any\s|some\s|at\sleast\sone\s)?"
    rf"(?P<kind>real|integer|whole)?\s?(?:number\s)?(?:roots?|zeros?|zeroes)(?:\sof\s{_F})?"
)
_SIGNED: Final = re.compile(
    rf"(?:is\s)?{_F}\s(?:is\s)?(?:always\s|strictly\s|everywhere\s)?(?P<word>positive|negative)\s(?:throughout\s)?"
    rf"{_ON}{_SPAN}|(?P<name>positive|negative)\s?\(\s?f\s?,\s?{_SPAN.replace('?P<', '?P<n_')}\s?\)"
)
_EVERYWHERE: Final = re.compile(
    rf"(?:is\s)?{_F}\s(?:is\s)?(?:(?:always|everywhere)\s(?P<word>positive|negative)|(?P<other>positive|negative)\s"
    r"(?:everywhere|throughout|for\s(?:all|every|any)\s(?:real\s)?x))"
)
_SIGN: Final = re.compile(
    rf"(?:{_ASK}\s)?(?:the\s|its\s)?sign\s(?:of\s{_F}\s)?{_ON}{_SPAN}|sign\s?\(\s?f\s?,\s?"
    rf"{_SPAN.replace('?P<', '?P<n_')}\s?\)|(?:is\s)?{_F}\spositive\sor\snegative\s{_ON}{_SPAN.replace('?P<', '?P<o_')}"
)
_WHY: Final = re.compile(
    r"why\s(?:is|was|is\snot|was\snot)\s(?P<value>.+?)\s(?:wrong|incorrect|not\sright|not\scorrect)"
)

_NAMED: Final = re.compile(r"\s*[fghy]\s*(?:\(\s*x\s*\))?\s*(?:={1,2}|\bis\b|\bequals\b)\s*", re.IGNORECASE)
_OPENING: Final = re.compile(
    r"(?:i(?:'d|\swould)?\s(?:think|guess|believe|bet|suspect|say|conclude|submit|try)"
    r"|i(?:'m|\sam)\s(?:sure|certain|confident)|(?:the|my)\s(?:final\s)?(?:answer|guess|attempt|result|solution)"
    r"|(?:maybe|perhaps|probably|hence|therefore|thus|that|try|could|would|must|might|be|equals?|equal\sto|given\sby)"
    rf"|how\sabout|what\sabout|is|:|(?:{_F})(?=\s(?:is|be|must|equals?|could|might|would)\b)|it(?=\s)|(?:the|this)\sfunction"
    r"|f(?:\s?\(\s?x\s?\))?\s?={1,2}|[ghy](?:\s?\(\s?x\s?\))?\s?={1,2})(?:\s|(?<=[:=]))\s*"
)
_ENDING: Final = re.compile(
    r"\s(?:is\s)?(?:the|my|a)\s(?:(?:right|correct|final|hidden)\s)?(?:answer|function|formula|one|guess)"
)


def read(utterance: object) -> Query:
    r"""Read one utterance. Total: any object at all gives a query, nothing raises.

    Attempts that are marked (``answer: x^2``, ``\boxed{x^2}``) count first; otherwise, of several sentences, the last
    one that is understood. What is no question about the function is left to ``sml_env.queries.parse``.
    """
    if not isinstance(utterance, str) or len(utterance) > MAX_CHARACTERS:
        return parse(utterance)
    try:
        query = _read(utterance)
    except (ValueError, OverflowError, RecursionError):
        query = None
    return query or Query("malformed", "", None, "that is not a question about the function that a teacher can read")


def _read(utterance: str) -> Query | None:
    plain = normalised(utterance)
    marked = read_marked(plain)
    if marked is not None and isinstance(marked.form, Claim):
        return _attempt(marked.form.value or "")
    sentences = [sentence for sentence in _SENTENCE_END.split(plain.strip()) if sentence.strip()]
    for sentence in reversed(sentences[-MAX_SENTENCES:]):
        if len(sentence) > MAX_CLAUSE:
            continue
        clause = clause_of(sentence).text
        query = _read_clause(clause) or _read_clause(clause_of(last_part(clause)).text)
        if query is not None:
            return query
    other = parse(utterance)
    if isinstance(other.form, Quantity) and other.form.quantity == "value":
        return query_of(Outright())
    return other if other.kind in _PASSED_ON else None


def _read_clause(clause: str) -> Query | None:
    if not clause:
        return None
    for reader in _READERS:
        form = reader(clause)
        if form is not None:
            return query_of(form)
    why = _WHY.fullmatch(clause)
    if why is not None and readable(why["value"]) is not None:
        return Query("diagnosis", f"why not {why['value']}", Claim(why["value"]))
    return _read_attempt(clause)


# -- questions ---------------------------------------------------------------------------------------------------------


def _outright(clause: str) -> FamilyForm | None:
    return Outright() if _OUTRIGHT.fullmatch(clause) else None


def _value(clause: str) -> FamilyForm | None:
    for pattern in _VALUE:
        found = pattern.fullmatch(clause)
        point = None if found is None else number(found["point"])
        if point is not None:
            return ValueAt(point)
    return None


def _compared(clause: str) -> FamilyForm | None:
    found = _COMPARED.fullmatch(clause)
    if found is not None:
        point, bound = number(found["point"]), number(found["bound"])
        return None if point is None or bound is None else Compared(point, _WORDS[found["op"]], bound)
    found = _SIGN_AT.fullmatch(clause)
    point = None if found is None else number(found["point"])
    if found is None or point is None:
        return None
    ops: dict[str, Ordering] = {"positive": ">", "negative": "<", "zero": "=="}
    return Compared(point, ops[found["sign"]], Fraction(0))


def _degree(clause: str) -> FamilyForm | None:
    return Degree() if _DEGREE.fullmatch(clause) else None


def _parity(clause: str) -> FamilyForm | None:
    return Parity() if _PARITY.fullmatch(clause) else None


def _has(clause: str) -> FamilyForm | None:
    found = _IS.fullmatch(clause)
    if found is not None:
        return Has(_PROPERTIES[found["word"] or found["name"]])
    found = _ROOT.fullmatch(clause)
    return None if found is None else Has(_ROOT_KINDS.get(found["kind"] or "real", "real_root"))


def _signed(clause: str) -> FamilyForm | None:
    found = _EVERYWHERE.fullmatch(clause)
    if found is not None:
        span: Span | None = Span(None, None, False, False)
        word = found["word"] or found["other"]
    else:
        found = _SIGNED.fullmatch(clause)
        if found is None:
            return None
        span, word = _span(found, "" if found["word"] else "n_"), found["word"] or found["name"]
    return None if span is None else Signed(1 if word == "positive" else -1, span)


def _sign(clause: str) -> FamilyForm | None:
    found = _SIGN.fullmatch(clause)
    if found is None:
        return None
    spans = (_span(found, prefix) for prefix in ("", "n_", "o_"))
    span = next((span for span in spans if span is not None), None)
    return None if span is None else Sign(span)


def _span(found: re.Match[str], prefix: str) -> Span | None:
    """The interval that a pattern found, if it is one with more than one point."""
    part = found.groupdict().get
    low, high = part(f"{prefix}low") or part(f"{prefix}start"), part(f"{prefix}high") or part(f"{prefix}end")
    if low is None or high is None:
        return None
    closed = part(f"{prefix}left") == "[", part(f"{prefix}right") == "]"
    if part(f"{prefix}between") == "from":
        closed = True, True
    infinite = low in ("-oo", "-infinity", "-inf"), high in ("oo", "infinity", "inf", "+oo")
    ends = None if infinite[0] else number(low), None if infinite[1] else number(high)
    if any(end is None and not known for end, known in zip(ends, infinite, strict=True)):
        return None
    if ends[0] is not None and ends[1] is not None and ends[0] >= ends[1]:
        return None
    return Span(ends[0], ends[1], closed[0] and not infinite[0], closed[1] and not infinite[1])


_READERS: Final[tuple[Callable[[str], FamilyForm | None], ...]] = (
    _outright, _compared, _value, _degree, _parity, _has, _signed, _sign,
)  # fmt: skip


# -- attempts ----------------------------------------------------------------------------------------------------------


def readable(value: str) -> str | None:
    """A stated function in the verifier's notation, or ``None`` if it is no expression in x; total."""
    named = _NAMED.match(value)
    try:
        node = parse_expression(value[named.end() :] if named else value)
    except ExpressionError:
        return None
    if node.__class__ not in SCALARS or not free_symbols(node) <= {"x"} or has_opaque(node):
        return None
    return to_text(node)


def _attempt(value: str) -> Query:
    shown = readable(value)
    return Query("attempt", f"f(x) == {value.strip() if shown is None else shown}", Claim(value.strip(), "f"))


def _read_attempt(clause: str) -> Query | None:
    """A stated function: with words before it any expression, without them one that holds x."""
    rest, opened = clause, False
    while (found := _OPENING.match(rest)) is not None:
        rest, opened = rest[found.end() :], True
    ending = _ENDING.search(rest)
    if ending is not None and ending.end() == len(rest):
        rest, opened = rest[: ending.start()], True
    shown = readable(rest)
    if shown is None or not (opened or "x" in free_symbols(parse_expression(shown))):
        return None
    return _attempt(rest)
