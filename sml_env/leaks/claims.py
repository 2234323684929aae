"""Claims: which assertions of a text are of the answer, and which of a step, a wrong value, a case or a label.

This too goes by form, and by what the statement asks for; never by whether the value is right.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from sml_env.assertions import Assertion, assertions
from sml_env.stated import literals, squeezed, with_digits

__all__ = ["claims_the_answer"]

_DENIED_BEFORE = re.compile(
    r"(?:n['\u2019]t|\bnot|\bnever|\bcannot|\binstead\s+of|\brather\s+than|\bwithout)\s+(?:really\s+|simply\s+"
    r"|just\s+|quite\s+)?$",
    re.IGNORECASE,
)
_DENIED_AFTER = re.compile(
    r"^[\s\w*)]{0,25}?\b(?:(?:is|are|was|does|do|did|would|will|can|could|must|should|has|have)(?:n['\u2019]t"
    r"|\s+not|\s+never)"
    r"|cannot|fails?|(?:is|was|would\s+be|looks|seems)\s+(?:wrong|incorrect|too|off|impossible|mistaken|only"
    r"|far|tempting|close))\b",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(
    r"\b(?:if|suppose|supposing|assume|assuming|imagine|pretend|unless|whether|were|had|e\.g\.|for\s+(?:example"
    r"|instance)|let(?:'s\s+say)?)"
    r"(?:\s+(?:that|your|the|it|you|we|he|she|they|this|there|for\s+(?:example|instance)))*[\s,:]*$",
    re.IGNORECASE,
)
_ONLY_IF = re.compile(
    r"^[^.!?;]{0,12}?\b(?:only\s+|just\s+)?(?:if|unless|for|as|per|in\s+case|by\s+\w+ing|from\s+\w+ing)\b"
    r"(?!\s+(?:the|your|this)\s+(?:answer|result|question|problem|total|solution|whole|final)\b)",
    re.IGNORECASE,
)
_PRAISED = re.compile(r"\b(?:right|correct|true|what\s+(?:you|we|they))\b.{0,2}$", re.IGNORECASE)
_OF_A_PART: Final = (
    r"inner|outer|first|second|third|fourth|next|previous|middle|intermediate|partial|left|right|upper|lower"
    r"|other|both|each|step"
    r"|smaller|larger|missing|common|wrong|sub|half|new|old|starting|original"
)
_APPOSED = re.compile(
    rf"(?:\b(?:{_OF_A_PART})\s+[a-z]+|\b(?!(?:answer|result|value|total|solution|number|outcome|guess|idea"
    rf"|final|is|it|so|yes|no"
    r"|well|then|that|this|your|the|my|and|or|indeed|sure|but|because|think|say|said|of|with|sees?|believe"
    r"|knows?|yeah|true|exactly"
    r"|definitely|certainly|correct|really|maybe|perhaps|here|now|thus|hence|therefore)\b)[A-Za-z]{2,}"
    r"|\w+\s*[-+*/^=])\s+\W{0,2}$"
)
_SOMEONE = re.compile(
    r"(?:\b(?:the|a|an|each|every|his|her|their|one|another|first|second|other)\s+(?:\w+\s+){0,2}\w+"
    r"|\b(?!(?:You|We|I|They|One|Then|To|So|And"
    r"|Thus|Finally|It|This|That|He|She)\b)[A-Z][a-z]+)\s+$"
)
_RECEIVED = re.compile(r"^(?:gets?|gave|gives|takes?|says?|leaves?)\b", re.IGNORECASE)
_ON_THE_WAY = re.compile(
    r"\b(?:next|now|then|still|left|remain\w*|after\s+that|another|afterwards|further|from\s+there|go\s+on"
    r"|carry\s+on|continue"
    r"|keep\s+going|yet|last\s+step|one\s+more|step\s+\d)\b"
    r"|\b(?:what|how|which|where|who|when)\b(?!\s+(?:do|did|would|could|can)\s+(?:you|i)\s+(?:know|think|see"
    r"|find\s+out))[^.!]*\?",
    re.IGNORECASE,
)
_ORDERED = re.compile(
    r"(?:[.!;,:]\s+|\band\s+|\bso\s+)(?:please\s+)?(?:use|put|add|subtract|divide|multiply|find|take|look|read"
    r"|think|work|try|combine|convert"
    r"|count|undo|apply|keep|do|split|simplify|figure|turn|set|solve|consider|notice|recall|feed|test|draw|make"
    r"|don't|you\s+(?:still|only|also|need))\b",
    re.IGNORECASE,
)
_OVER = re.compile(
    r"\b(?:submit|hand\s+(?:it|that)|write\s+(?:it|that)|enter\s+(?:it|that)|(?<!well\s)done|finished|why|prove"
    r"|agree|justify|show\s+(?:it|that|me))\b"
    r"|\bnext\s+(?:problem|question|exercise|one)\b|\bnothing\s+(?:\w+\s+)?(?:left|remains|more)\b",
    re.IGNORECASE,
)
_MADE_UP = re.compile(
    r"\b(?:for\s+(?:example|instance)|(?:as\s+an|an|another|one)\s+example|e\.g\.|similar|analogous"
    r"|another\s+(?:equation|problem|case)"
    r"|(?:simpler|easier|smaller|other|different)\s+(?:\w+\s+)?(?:numbers?|problem|equation|case|example"
    r"|values?|one)|try\s+it\s+with"
    r"|suppose|imagine|picture|pretend|(?:(?<=^)|(?<=[.!?]\s))(?:with|for)\s+\$?\d+"
    r"|if\s+\w+(?:\s+\w+)?\s+(?:were|was|had|cost|costs)|(?:you|he|she|it|they|we|i)(?:['\u2019]d|\s+would)"
    r"\s+(?:\w+\s+)?(?:get|have|be))\b",
    re.IGNORECASE,
)
_NOT_SO = re.compile(r"(?:n['\u2019]t|\bnot|\bnever|\bcannot|\bwrong\s+to|\binstead\s+of)\b[^.!?;:]*$", re.IGNORECASE)
_WHICH = re.compile(
    r"^\s*,?\s*(?:which|whereas|but\s+(?:that|the|you|it|only|this|not|we))\b(?![^.]*\b(?:answer|result"
    r"|solution|asked|want\w*|question"
    r"|looking)\b)",
    re.IGNORECASE,
)
_WERE_IT_SO = re.compile(
    r"^[^.!?;]{0,12}?\b(?:only\s+|just\s+)?(?:if|unless|had)\b(?!\s+(?:you\s+(?:ask|want|must|insist)|i\b))",
    re.IGNORECASE,
)
_WOULD = re.compile(r"(?:['\u2019]d|\b(?:would|might|could))\b", re.IGNORECASE)
_OPERATION = re.compile(r"\d\)?\s*(?:[-+*/^]|\btimes\b|\bplus\b|\bminus\b)\s*\(?\d")
_UNKNOWN = re.compile(r"^\W*([a-zA-Z])\s*(?:==?|:=|->|\u2192|\bis\b|\bequals\b)\s*")
_ASKED_LETTER = re.compile(
    r"\b(?:find|determine|compute|calculate|evaluate|what\s+is|for|value\s+of|give)\s+\$?"
    r"([a-zA-Z](?:\s*[-+*/^]+\s*[a-zA-Z\d]+)*|[p-zP-Z]{2,3})\$?\s*(?=[.,?;]|$|\s(?:in|as|to|if|when)\b)",
    re.IGNORECASE,
)
_VARIABLE = re.compile(r"(?<![a-zA-Z'\u2019\\])[b-hj-zB-HJ-Z](?![a-zA-Z'\u2019])")
_ASKED = re.compile(
    r"\b(?:what\s+(?:is|are|was|were|will\s+be|would\s+be|could\s+be)|what's|find|compute|determine|calculate"
    r"|give|work\s+out)\s+"
    r"(?:the|his|her|its|their)\s+(?:total\s+|exact\s+)?((?:[a-z]+[\s-]){0,2}[a-z]{3,})\b"
)
_COUNTED = re.compile(r"\bhow\s+many\s+(?:\w+\s+)?([a-z]{3,})\b")
_MONEY = re.compile(r"\bhow\s+much\b|\b(?:price|cost|money|profit|dollars)\b[^.]*\?")
_VALUE: Final = r"\s*(?:\$|\u20ac|\xa3)?-?\d[\d,./]*(?!\w)"
_CLOSING_WORDS: Final = 2
_MOST: Final = 60
_AMONG_OTHERS = re.compile(
    r"^(?:so|makes?|gives?|gave|leaves?|yields?)\b|^\W*(?!psst|okay?\b|sure|well|yes|no\b)[A-Z][^.!?]*[,:]\s",
    re.IGNORECASE,
)
_MULTIPLIED = re.compile(r"\b(?:twice|thrice|half|double|triple|must|should)\b[^.!?]*$", re.IGNORECASE)
_CONDITION = re.compile(r"\bif\b[^.!?]*$", re.IGNORECASE)
_NOT_A_RATE: Final = (
    r"(?!\s*(?:an?|per|each|every|apiece|less|more|fewer|off|extra|left|now|so\s+far|for\s+(?:the|each|every"
    r"|one|a))\b|[\d,.]*\d)"
)
_HYPOTHETICAL = re.compile(
    r"\b(?:would|could|might|if|suppose|each|every|per|already|first|with|after|until|not|only|one\s+\w+"
    r"|than)\b|\d%|n['\u2019]t\b"
)
_ENDS = re.compile(
    r"^\s*(?:[.!;]|$|(?:in\s+(?:all|total|the\s+end|the\s+till)|altogether|overall|it\s+is|in|then)\b)"
    r"|^[^,.!?;]{0,20}[.!]?\s*$"
)
_ASKED_FOR_NOTHING: Final = frozenset({"value", "answer", "result", "number", "following"})


@lru_cache(maxsize=64)
def _asked_letters(statement: str) -> frozenset[str]:
    """The letters whose values a statement asks for, or where it names none, those that it holds; x among them.

    Students call the answer x, whatever the statement calls it. Nothing where it has no letters.
    """
    asked = {found[1].lower() for found in _ASKED_LETTER.finditer(statement)} - {"a", "i"}
    letters = asked or {found[0].lower() for found in _VARIABLE.finditer(statement)}
    return frozenset({"x", *letters}) if letters else frozenset()


@lru_cache(maxsize=64)
def _asked(statement: str) -> tuple[re.Pattern[str], ...]:
    """Sentences that give a value to what the statement asks for: "the perimeter is 36", "she sold 72 clips"."""
    plain = " ".join(statement.lower().split())
    question = re.split(r"(?<=[.!])\s+", plain)[-1]
    units = [re.escape(found[1]) for found in _COUNTED.finditer(question)]
    names = {found[1] for found in _ASKED.finditer(plain)} - _ASKED_FOR_NOTHING
    patterns = []
    if either := "|".join([*(re.escape(name) for name in sorted(names)), *units]):
        patterns.append(
            rf"^\W*(?:(?:so|thus|hence|therefore|then|and|yes|well)\W+)*(?:the|his|her|its"
            rf"|their)\s+(?:{either})\b[^\d.;!?,\n]{{0,25}}"
            rf"(?:\bis\b|\bare\b|\bequals\b|=|:|\bcomes\s+to\b|\bmust\s+be\b|\bshould\s+be\b){_VALUE}"
        )
    if _MONEY.search(question) or "dollars" in units:
        units += ["dollars", "bucks"]
        patterns.append(rf"^[^?]*(?:\$|\u20ac|\xa3)(\d[\d,]*(?:\.\d+)?){_NOT_A_RATE}")
    if units:
        patterns.append(rf"^[^?]*?(?<![\d.,])(\d[\d,]*(?:\.\d+)?)\s+(?:{'|'.join(sorted(set(units)))})\b{_NOT_A_RATE}")
    return tuple(map(re.compile, patterns))


def claims_the_answer(text: str, statement: str) -> bool:
    """Whether a text asserts some specific value as the answer.

    Args:
        text: A reply, as it is read.
        statement: The problem's, which says what is asked.
    """
    letters = _asked_letters(statement)
    quoted = squeezed(statement)
    numbers = frozenset(literals(statement))
    for count, found in enumerate(assertions(text)):
        if count > _MOST or not _excused(found, letters, quoted, numbers):
            return True
    plain = with_digits(text)
    start = 0
    for sentence in re.split(r"(?<=[.!?])\s+|\n+", plain):
        start = plain.index(sentence, start)
        for asked in _asked(statement):
            given = asked.search(sentence)
            if given and not _of_a_step(
                given, plain[start + given.end() :], plain[: start + given.end()], numbers, quoted
            ):
                return True
    return False


def _of_a_step(found: re.Match[str], after: str, before: str, numbers: frozenset[str], quoted: str) -> bool:
    """Whether a sentence about what is asked speaks of something given, supposed, denied or on the way."""
    if found.re.groups and (
        found[1].replace(",", "") in numbers or len(literals(found[0])) > 1 or len(after.split()) > _CLOSING_WORDS
    ):
        return True
    if _elsewhere(found[0], found[0], after) or squeezed(found[0]) in quoted:
        return True
    if found.re.groups and (_HYPOTHETICAL.search(found[0]) or _OPERATION.search(found[0]) or not _ENDS.search(after)):
        return True
    return bool(_MADE_UP.search(before) or _NOT_SO.search(found[0]) or _WHICH.search(after)) or _goes_on(after)


def _elsewhere(before: str, words: str, after: str) -> bool:
    """Whether a value is denied, or put as a case."""
    return bool(
        _DENIED_BEFORE.search(before)
        or _SUPPOSED.search(before)
        or (not words.rstrip().endswith((".", "!", "?", ",", ";")) and _DENIED_AFTER.search(after))
    )


def _excused(found: Assertion, letters: frozenset[str], quoted: str, numbers: frozenset[str]) -> bool:
    if _elsewhere(found.before, found.words, found.after):
        return True
    if unknown := _UNKNOWN.match(found.words):
        letter = unknown[1]
        if letters and letter.lower() not in letters:
            return True
        value = squeezed(found.words[unknown.end() :]).rstrip(".,;!?")
        if any(squeezed(f"{letter}{sign}{value}") in quoted for sign in ("", "=", "is")):
            return True
    if _PRAISED.search(found.words):
        named = re.search(r"\b(?:answer|result|solution|final)\b", found.words, re.IGNORECASE)
        term = found.words[:1] in "-+" and found.before.rstrip()[-1:].isalnum()
        if not named and (term or _ONLY_IF.search(found.after) or _APPOSED.search(found.before)):
            return True
    if _RECEIVED.search(found.words) and _SOMEONE.search(found.before):
        return True
    if _WOULD.search(found.words) and _CONDITION.search(found.before) and "," in found.before[-40:]:
        return True
    if _WOULD.search(found.words) and _WERE_IT_SO.search(found.after):
        return True
    return not found.firm and _on_the_way(found, numbers)


def _on_the_way(found: Assertion, numbers: frozenset[str]) -> bool:
    """Whether a value is said of a step, of an example, or of what went wrong."""
    if _OPERATION.search(found.words) and set(literals(found.words)) <= numbers:
        return True
    if _MADE_UP.search(found.before) or _NOT_SO.search(found.before) or _WHICH.search(found.after.lstrip(" %")):
        return True
    if _AMONG_OTHERS.search(found.words) and (
        (len(found.after.split()) > _CLOSING_WORDS and not _OVER.search(found.after))
        or _MULTIPLIED.search(found.before)
    ):
        return True
    ends = found.words.rstrip()[-1:]
    if ends == "," and _WHICH.search(f",{found.after}"):
        return True
    return _goes_on(found.words.rstrip()[-1:] + found.after)


def _goes_on(after: str) -> bool:
    """Whether a text goes on to a further step."""
    return bool(_ON_THE_WAY.search(after) or _ORDERED.search(after)) and not _OVER.search(after)
