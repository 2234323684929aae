"""The only parser of what a student says: ``parse`` turns any utterance at all into a query.

It is total: it never raises, never evaluates and is bounded before it reads. English and symbols that ask the same
question share one canonical form ("Is the answer greater than 10?" and ``x > 10``), and what is not understood is a
query of kind ``malformed`` that says why. The patterns are in ``sml_env.wording``, the forms in ``sml_env.forms``.
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from typing import Final

from sml_env.forms import Comparison, Ordering, Query
from sml_env.wording import MAX_CLAUSE, READERS, TAIL, TAIL_WORDS, attempt, number, read_fact

__all__ = ["MAX_CHARACTERS", "MAX_SENTENCES", "Query", "parse"]

MAX_CHARACTERS: Final = 8_000
"""A longer utterance is malformed; nothing of it is read."""

MAX_SENTENCES: Final = 6
"""How many of the last sentences are tried, from the last backwards."""

_SYMBOLIC = re.compile(r"\s*(?:is\s+)?([a-z])\s*(<=|>=|==|!=|<|>|=)\s*(-?\d{1,18})\s*\??\s*", re.IGNORECASE)
_SIGNS: Final = str.maketrans(
    {
        "−": "-", "–": "-", "—": "-", "×": "*", "·": "*", "⋅": "*", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!=", "⩽": "<=",
        "⩾": ">=", "’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "²": "^2", "³": "^3", "⁴": "^4", "⁵": "^5",
        "½": " 1/2", "⅓": " 1/3", "¼": " 1/4", "¾": " 3/4", "⅔": " 2/3", "≡": " == ", "√": " sqrt", "π": "pi", "∞": "oo",
        "∪": " U ", "∈": " in ", "？": "?", "\u00a0": " ", "\u200b": "", "\u2060": "", "\ufeff": "",
    }
)  # fmt: skip
_LATEX: Final = (
    (re.compile(r"\\(?:leq?slant|leq?|le)\b"), "<="),
    (re.compile(r"\\(?:geq?slant|geq?|ge)\b"), ">="),
    (re.compile(r"\\(?:neq?|ne)\b"), "!="),
    (re.compile(r"\\(?:lt)\b"), "<"),
    (re.compile(r"\\(?:gt)\b"), ">"),
    (re.compile(r"\\(?:times|cdot)\b"), "*"),
    (re.compile(r"\\equiv\b"), "=="),
    (re.compile(r"\\in\b"), " in "),
    (re.compile(r"\\[bp]?mod\b"), " mod "),
    (re.compile(r"\\(?:text|mathrm|operatorname)\{([^{}]*)\}"), r" \1 "),
    (re.compile(r"\\[,;:!]|\\quad\b|\\[()\[\]]|\$\$?(?!\d)|(?<=\d)\$|\$(?=-?\d[^$]*\$)"), " "),
    (re.compile(r"\*\*([^*\s][^*]*?)\*\*(?!\s*\d)"), r"\1"),
    (re.compile(r"[`]"), " "),
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_MARKED = re.compile(r"(?:####|\b(?:final\s+)?answer\s*[:=]+(?!=))\s*(?P<value>[^\n]+)", re.IGNORECASE)
_BOXED = re.compile(r"\\boxed\s*\{")
_LEAD = re.compile(
    r"(?:(?:ok(?:ay)?|k|hmm+|hm|so|well|thanks(?:\s+(?:a lot|so much))?|thank you(?:\s+so much)?|please|pls|alright|all right|right|hi|hello|hey|there|teacher|sir|professor|prof|um+|uh+"
    r"|er+|and|but|then|now|next|got it|i see|great|cool|nice|sure|actually|also|wait|oh|ah|ahh|yes|yeah|no|sorry|first|finally|just|quick question|question|another question"
    r"|one more(?: thing)?|let me (?:see|think)|interesting|perfect|understood|good|awesome|i'd like to ask|excuse me|just to (?:be sure|check|confirm|clarify)|out of curiosity|tell me(?=[\s,:]+(?:is|does|if|whether)\b))\b[\s,:;.!-]*)+"
)
_REQUEST = re.compile(
    r"(?:(?:can|could|would|will) you (?:please |kindly |just |maybe )?(?:tell|say|let|confirm|check|verify|clarify|help me (?:figure out|see|check)|explain)(?: to)?(?: me)?(?: know)?(?:,? please,?)?(?: (?:whether or not|whether|if|that))?"
    r"|i(?:'d| would)? (?:like|love|want|need) to (?:know|ask|check|confirm|find out|see|verify)(?: about)?(?: whether or not| whether| if| that)?|i(?:'m| am|was) (?:just )?(?:wondering|curious|asking)(?: about)?(?: whether| if)?"
    r"|i wonder(?: whether| if)?|do you (?:know|think)(?: whether| if| that)?|would you say(?: that)?|tell me(?: please)?(?:,)? (?:whether|if)|is it (?:true|the case|correct|fair|right|accurate)(?: to (?:say|assume|claim)(?: that)?| that)"
    r"|would it be (?:true|correct|fair|right|accurate)(?: to (?:say|assume)(?: that)?| that)|let me know (?:whether|if)|may i (?:ask|know)(?: whether| if)?|can i (?:ask|know|assume)(?: whether| if| that)?|my question is|question|am i (?:right|correct)(?: in (?:thinking|saying|assuming))? that"
    r"|please (?:tell|confirm|let|check|say)(?: me)?(?: know)?(?: whether| if| that)?|check (?:whether|if)|whether(?: or not)?|if|can we say(?: that)?|can you|could you|would you|will you|does that mean|do we know (?:whether|if)|confirm(?: that| whether| if)?)\b[\s,:]*"
)


def _normalised(text: str) -> str:
    """One notation for signs, quotes and simple LaTeX; case is kept."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_SIGNS))
    if "\\" in text or "$" in text or "*" in text or "`" in text:
        for pattern, plain in _LATEX:
            text = pattern.sub(plain, text)
    return text


def _boxed(text: str) -> str | None:
    """What the last balanced ``\\boxed{…}`` holds."""
    starts = [found.end() for found in _BOXED.finditer(text)]
    for start in reversed(starts):
        depth = 1
        for position in range(start, len(text)):
            depth += {"{": 1, "}": -1}.get(text[position], 0)
            if depth == 0:
                return text[start:position]
    return None


def _marked(text: str) -> Query | None:
    """An attempt marked as such: ``\\boxed{42}``, ``#### 42``, ``answer: 42``."""
    if "boxed" in text and (inner := _boxed(text)) is not None and inner.strip():
        return attempt(inner)
    if "answer" not in text.lower() and "####" not in text:
        return None
    found = None
    for found in _MARKED.finditer(text):
        pass
    if found is None:
        return None
    value = found["value"].strip().rstrip("?!").strip().removesuffix(".").strip(" *")
    return attempt(value) if value else None


def _clause(sentence: str) -> tuple[str, bool]:
    """A sentence in lower case without polite opening and closing, and whether it opened with a request."""
    clause = " ".join(sentence.lower().split()).strip(" .!?,;:\"'")
    if "'" in clause or "its" in clause:
        clause = _CONTRACTED.sub(lambda found: f"{found[1] or found[2]} is", clause)
    requested, before = False, None
    while before != clause:
        before = clause
        lead = _LEAD.match(clause)
        if lead and lead.end() < len(clause):
            clause = clause[lead.end() :]
        request = _REQUEST.match(clause)
        if request and request.end() < len(clause):
            clause, requested = clause[request.end() :], True
    if "<" in clause or ">" in clause or "=" in clause:
        clause = _RELATION.sub(r" \1 ", clause).strip()
    if "n't" in clause:
        clause = _NEGATIVE_QUESTION.sub(r"\1", clause)
    if clause.rsplit(" ", 1)[-1] in TAIL_WORDS:
        clause = TAIL.sub("", clause).strip(" .!?,;:")
    return clause, requested


def _read(sentence: str) -> Query | None:
    if len(sentence) > MAX_CLAUSE:
        return None
    clause, requested = _clause(sentence)
    if not clause:
        return None
    query = _read_clause(clause)
    if query is None and requested:
        query = read_fact(f"tell me {clause}")
    return _read_last_part(clause) if query is None else query


def _read_last_part(clause: str) -> Query | None:
    """What stands after the last comma or colon, unless that is a bare number or words to be said by the teacher."""
    found = _LAST_PART.search(clause)
    if found is None or number(found[1]) is not None or _QUOTING.search(clause[: found.start()]):
        return None
    query = _read_clause(_clause(found[1])[0])
    return None if query is not None and query.kind == "fact" else query


def _read_clause(clause: str) -> Query | None:
    for reader in READERS:
        query = reader(clause)
        if query is not None:
            return query
    return None


def parse(text: object) -> Query:
    """Read one utterance. Total: any object at all gives a query, nothing raises.

    Args:
        text: The utterance. A boxed or marked answer (``\\boxed{42}``, "answer: 42") anywhere in it counts first;
            otherwise, of several sentences, the last one that is understood.

    Returns:
        The query, of kind ``malformed`` when nothing is understood.
    """
    if not isinstance(text, str):
        return Query("malformed", "", None, "the utterance is not text")
    if len(text) > MAX_CHARACTERS:
        return Query("malformed", "", None, f"the utterance is longer than {MAX_CHARACTERS:,} characters")
    short = _SYMBOLIC.fullmatch(text)
    if short and len(text) < 64:
        name, op, bound = short[1].lower(), short[2], int(short[3])
        if op in ("=", "=="):
            return attempt(short[3], name)
        comparison = Comparison(name, _ORDERINGS[op], Fraction(bound))
        return Query("predicate", str(comparison), comparison)
    plain = _normalised(text)
    marked = _marked(plain)
    if marked is not None:
        return marked
    sentences = [sentence for sentence in _SENTENCE_END.split(plain.strip()) if sentence.strip()]
    for sentence in reversed(sentences[-MAX_SENTENCES:]):
        query = _read(sentence)
        if query is not None:
            return query
    return Query("malformed", "", None, "that is not a question about the answer that a teacher can read")


_CONTRACTED = re.compile(r"\b(it|what|that)'s\b|\b(it)s(?=\s+-?\d)")
_RELATION = re.compile(r"\s*(<=|>=|!=|==|<|>|=)\s*")
_QUOTING = re.compile(
    r"\b(?:repeat|say|echo|print|write|spell|quote|pretend|if|suppose|assume|imagine|translate|tell)\b"
)
_NEGATIVE_QUESTION = re.compile(r"^(is|does|would|could|was|should)n't\b")
_LAST_PART = re.compile(r"[,:;]\s+([^,:;]+(?:,\d{3}[^,:;]*)*)$")
_ORDERINGS: Final[dict[str, Ordering]] = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "!=": "!="}
