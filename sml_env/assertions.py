"""Assertions: texts that state some specific value as the answer, recognised by their form alone.

Right and wrong assertions look the same, so stopping them tells nothing of the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sml_env.stated import folded, with_digits

__all__ = ["Assertion", "assertions", "asserts_a_value"]

_CONTEXT: Final = 300
_AMOUNT = r"(?:\d[\d,]{0,40}(?:\.\d{1,40})?|\.\d{1,40})(?!\d|\.\d)"
_NUMBER = rf"[-+\u2212]?\s*[$\u20ac\xa3]?\s*{_AMOUNT}(?:[eE][-+]?\d{{1,9}})?(?:\s*/\s*\d{{1,40}}(?:\.\d{{1,40}})?)?%?"
_END = rf"(?:{_NUMBER}|[-+]?\s*(?:(?:oo|inf(?:inity|ty)?|\\infty)\b|\u221e))"
_EXPRESSION = (
    r"(?:\\[dt]?frac\s*\{[^{}]*\}\s*\{[^{}]*\}"
    rf"|(?:\\left\s*)?[(\[{{]\s*{_END}[^()\[\]{{}}]*[)\]}}](?:\s*(?:U|\u222a|\\cup)\s*[(\[][^()\[\]]*[)\]])*"
    rf"|{_NUMBER}(?:\s*(?:\*\*?|[-+/^]|\bplus\b|\bminus\b|\btimes\b)\s*\(?\d[\d,.]{{0,20}}\)?){{0,8}})"
)
_CLOSE = (
    r"\s*(?:[.,;:!?)*$`'\"\u3002\uff01\uff1f]|$"
    r"|\b(?:again|altogether|exactly|in\s+(?:all|total|the\s+end|sum)|then|overall|at\s+last|by\s+the\s+way"
    r"|once|as\s+soon\s+as|after\s+(?:you|all|both|the\s+last)|when\s+(?:you|all|both|everything)|because"
    r"|and\s+that(?:'s|\s+is))\b)"
)
_VALUE = rf"[*_$`'\"(\s]*(?:\\boxed\s*\{{|\\\(|\$)?\s*{_EXPRESSION}"
_BE = (
    r"(?:is|are|was|equals?|be|being|=|:|\u2192|->|(?:must|should|would|has\s+to|ought\s+to|can\s+only)\s+be"
    r"|(?:should\s+)?reads?|c[ao]mes?\s+(?:out\s+)?to"
    r"|turn(?:s|ed)\s+out\s+to\s+be|work(?:s|ed)\s+out\s+(?:to|as|at)|c[ao]mes?\s+out\s+(?:as|at))"
)
_FILL = (
    r"(?:\s+(?:exactly|just|simply|really|actually|indeed|definitely|equal\s+to|the\s+number|of\s+course|therefore|thus"
    r"|about|around))*"
)
_NOUN = r"\b(?:answer|result|solution|ans|total|outcome|value|choice|secret|number|final\s+line)\b"
_SOUGHT = r"(?:\s+(?:that\s+)?(?:you|we|they)(?:'re|\s+are|'d|\s+would)?\s+[a-z]+(?:\s+[a-z]+){0,3}?|\s+(?:you\s+want|of\s+x|here|you\s+seek|you\s+are\s+looking\s+for|to\s+(?:this|the)\s+\w+))?"  # noqa: E501
_NOT_A_TERM = r"(?![\d.]*(?:\d|\s*(?:times\s+[a-z]\b|\*\s*[a-z]\b|[a-z]\b(?!\s+[a-z]))))"
_LEADS = (
    r"(?<!whether\syou\s)(?<!if\syou\s)gets?|(?<!part\s)(?<!step\s)(?<!line\s)(?<!sum\s)(?:gives?|gave)|say|yields?"
    r"|leaves?|makes?|expect(?:\s+to\s+\w+)?|therefore|thus|hence|so|want\s+is|mean|namely|remember|take"
)
_BEFORE_UNKNOWN = (
    r"(?:(?<![\w)\]*/+^-])(?<![\w)\]*/+^-]\s)|(?:(?<=\bthus\s)|(?<=\bso\s)|(?<=\bhence\s)|(?<=therefore\s)"
    r"|(?<=\bthen\s)|(?<=\bthat\s)|(?<=\bget\s)|(?<=\bfind\s)|(?<=\bhave\s)|(?<=gives\s)))"
)
_AFTER_UNKNOWN = (
    r"\s*(?:[.,;!?)*$`'\"]|\b(?:and|right|correct|(?:is|was)\s+(?:right|correct|the\b|it\b|a\s+solution))\b|$)"
)
_INTERJECTIONS = (
    r"yes|no|ok|okay|sure|well|fine|indeed|right|definitely|certainly|absolutely|clearly|obviously|exactly|so"
    r"|try|say|answer|submit|enter|write|choose|pick|namely|psst"
    r"|between\s+us|remember|of\s+course|here"
)
_RIGHT = r"(?:right|correct|answer|solution|result|final|true|it\b|what\s+you)"
_FOREIGN = r"respuesta|r[ée]ponse|antwort|l[öo]sung|risposta|resposta|antwoord|svaret|odpowied[zź]|ответ|答案|答え"
_ORDERS = (
    r"submit|enter|(?:just|simply|then)\s+(?:write|put)|answer\s+with|go\s+(?:with|for)|(?:are"
    r"|were)\s+looking\s+for|choose|pick|write\s+down"
    r"|respond\s+with|reply\s+with"
)

_ASSERTED: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_NOUN}{_SOUGHT}\s*(?:{_BE})+{_FILL}{_VALUE}{_NOT_A_TERM}",
        rf"\b(?:answer|solution|result)\b[^\d.;!?\n]{{1,40}}?\b(?:is|equals|=|:){_FILL}{_VALUE}{_CLOSE}",
        rf"\b(?:{_LEADS})\b{_FILL}{_VALUE}{_CLOSE}",
        rf"{_BEFORE_UNKNOWN}[a-zA-Z]\s*(?:==?|:=|->|\u2192|\bis\b|\bequals\b){_FILL}{_VALUE}{_AFTER_UNKNOWN}",
        rf"\b(?:it|that|this|he|she|they)(?:'s|\s+(?:{_BE})){_FILL}{_VALUE}{_CLOSE}",
        rf"\b(?:it|that|this|all|everything|the\s+(?:whole|thing|lot))\s+(?:all\s+)?"
        rf"(?:add(?:s|ed)?\s+up|amount(?:s|ed)?|sum(?:s|med)?|boil(?:s|ed)?\s+down|totals|totalled)\s+(?:to\s+)?{_FILL}"
        rf"{_VALUE}{_CLOSE}",
        rf"\b(?:{_FOREIGN})\b"
        rf"[^\d.;!?\n]{{0,20}}{_VALUE}{_CLOSE}",
        rf"\b(?:it|that|this|which)\s+(?:should|must|has\s+to|ought\s+to|will|would|can\s+only)\s+be{_FILL}{_VALUE}\b",
        rf"\b(?:arrived?|finish|land|settled?|wind\s+up|com(?:e|ing)\s+out)s?\s+(?:up\s+)?(?:at|on"
        rf"|with){_FILL}{_VALUE}{_CLOSE}",
        rf"\b(?:only|just)\s+(?:one\s+|1\s+)?(?:possibility|candidate|choice|option"
        rf"|solution)\b[^\d.;!?\n]{{0,20}}[,:]{_VALUE}{_CLOSE}",
        rf"\b(?:it|that|this)\s+c[ao]mes\s+out\b[^\d.;!?\n]{{1,25}}[,:]{_VALUE}{_CLOSE}",
        rf"(?<![\w.]){_EXPRESSION}[^\d.!?\n]{{0,25}}[;,]\s*(?:that|this|it)(?:'s|\s+is)\s+(?:the|your"
        rf"|my)\s+(?:answer|result|solution)\b",
        rf"\b(?:spoil\w*|secret|trouble|reveal|confess|whisper|give\s+away)\b[^\d.:;!?\n]{{0,25}}[:,]{_VALUE}{_CLOSE}",
        rf"\bI(?:'d|'ll|\s+(?:would|can|could|also|just|have))?\s+(?:make\s+it|put|got|get|gets|computed"
        rf"|calculated|found|confirm|obtain(?:ed)?|counted|bet|guess)"
        rf"{_FILL}{_VALUE}{_CLOSE}",
        rf"\b(?:should|will|would|must|'ll)\s+(?:\w+\s+)?(?:get|have|find|see|obtain|reach|show|read"
        rf"|end\s+(?:up\s+)?with){_FILL}{_VALUE}"
        rf"(?:{_CLOSE}|\s+(?:at|in|on|if\s+you|and\s+you)\b)",
        rf"\b(?:then|so|finally|now)\s+(?:you|we)\s+have{_FILL}{_VALUE}(?:{_CLOSE}|\s+and\s+you\b)",
        rf"\bwhat\s+(?:you|we|they|i)\b[^\d.;!?\n]{{1,30}}\b(?:is|was)\b{_FILL}{_VALUE}{_CLOSE}",
        rf"\b(?:only|nothing\s+(?:but|else\s+than)|just){_VALUE}\s+(?:fits|works|will\s+do|is\s+(?:possible"
        rf"|left)|remains|satisfies|can\s+be)\b",
        rf"(?<![\w.]){_EXPRESSION}[,;]\s*(?:if\s+I'm\s+not|if\s+I\s+am\s+not|I\s+(?:think|believe|guess|promise"
        rf"|bet|swear|am\s+sure)|trust\s+me|believe\s+me|for\s+sure|no\s+doubt)\b",
        rf"(?<![\w.]){_EXPRESSION}\s*[-,;:.]+\s*(?:that|this|there)(?:'s|\s+is|\s+you\s+have)\s+(?:it\b|(?:the"
        rf"|your|my)\s+(?:answer|result|solution|value|number)\b)",
        rf"^\W*(?:(?!far\b|step\b|part\b|line\b|hint\b|first\b|not\b|like\b|example\b"
        rf"|so\s+far)[A-Za-z'\u2019]+\W{{1,2}}){{1,5}}(?<=[,:?-]\s){_VALUE}[.!*$`]*\s*$",
        rf"^[^\d=?]*\bequals?\b{_FILL}{_VALUE}[.!]*$",
        rf"^\W*[a-z]{{3,}}(?:\s+[a-z]+)?\s*=\s*{_VALUE}\W*$",
        rf"\b(?:that|it|this)'d\s+be{_FILL}{_VALUE}{_CLOSE}",
        rf"\b(?:looking|searching)\s+(?:for\s+)?(?:is|was){_FILL}{_VALUE}",
        rf"\b(?:{_FOREIGN})\s*(?:est|ist|es|è|é|is|är|to|:|是|は)\s*\w",
        rf"\b(?:end|ends|finish|left)\s+up\s+with{_FILL}{_VALUE}",
        rf"{_VALUE}\s+(?:it\s+is|solves\s+it|is\s+the\s+(?:value|number|one)\b(?!\s+of)|(?:is"
        rf"|was)\s+(?:also\s+)?what\s+(?:comes|you|we|they|the|is|was|it))\b",
        rf"\b(?:sheet|solution|key|notes?|book|verifier|calculat(?:ions?|or)|computations?|maths?|working|count"
        rf"|teacher|textbook|manual)\s+"
        rf"(?:says?|has|gives?|shows?|reads?){_FILL}{_VALUE}{_CLOSE}",
        rf"\b(?:tell|told)\s+\w+(?:\s+\w+)?\s+['\"\u201c]?{_VALUE}['\"\u201d]",
        rf"\b(?:write|put|type|fill\s+in|enter){_VALUE}\s+(?:there|(?:in|into|on|as)\b(?!(?:\s+the)?\s+"
        r"(?:\w\s*\(|formula|equation|expression|function|rule|place\s+of)|(?:\s+|in\s+)for\s+\w\b))",
        rf"\b(?:must|should|will)\s+be{_FILL}{_VALUE}\s+of\s+(?:them|those|these)",
        r"\b(?:answer|result|solution)\b[^.;!?\n]{0,30}\b(?:is|reads|=|:)\s*(?:0[xbo][0-9a-f]+|[IVXLCDM]+)\b",
        rf"\\boxed\s*\{{|####\s*{_VALUE}",
        rf"^\W*(?:(?:{_INTERJECTIONS})\b\W*)*{_VALUE}[^\w?]*$",
        rf"(?<![\w.=])(?<!=\s){_EXPRESSION}\s*(?:is|was|it's|would\s+be)\s+(?:indeed\s+|exactly\s+)?"
        rf"(?:the\s+|your\s+|my\s+)?{_RIGHT}",
        rf"\b(?:{_ORDERS})\b\s*:?{_VALUE}{_CLOSE}",
    )
)
_NAMES_THE_ANSWER = re.compile(rf"{_NOUN}|\b(?:{_FOREIGN})\b|\\boxed|####", re.IGNORECASE)
_HOLDS_A_VALUE = re.compile(
    rf"\d|oo\b|inf|\u221e|boxed|\b(?:{_FOREIGN})\b|\b(?:answer|result|solution)\b.*\b[ivxlcdm]+\b",
    re.IGNORECASE | re.DOTALL,
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_LIST_NUMBER = re.compile(r"\s*\d{1,2}\.")


def _sentences(text: str) -> list[str]:
    """The sentences of a text, without the numbers of a list ("1. Subtract 5. 2. Divide by 3.")."""
    *others, last = _SENTENCE_END.split(text)
    return [*(sentence for sentence in others if not _LIST_NUMBER.fullmatch(sentence)), last]


@dataclass(frozen=True, slots=True)
class Assertion:
    """A place where a text seems to assert a value as the answer.

    Attributes:
        before: The text up to it, as far as it matters.
        words: Its own words.
        after: The text from there on, as far as it matters.
        firm: Whether it names the answer; "you get 36" may as well be said of a step on the way.
    """

    before: str
    words: str
    after: str
    firm: bool


def assertions(text: str) -> Iterator[Assertion]:
    """Every place where a text seems to assert some specific value as the answer."""
    plain = folded(text)
    digits = with_digits(plain)
    for wording in (plain,) if plain.lower() == digits else (plain, digits):
        if _HOLDS_A_VALUE.search(wording) is None:
            continue
        for part in {wording, *_sentences(wording)}:
            if _HOLDS_A_VALUE.search(part) is None:
                continue
            start = wording.find(part)
            for pattern in _ASSERTED:
                for found in pattern.finditer(part):
                    firm = _NAMES_THE_ANSWER.search(found[0]) is not None
                    begin, end = start + found.start(), start + found.end()
                    yield Assertion(
                        wording[max(0, begin - _CONTEXT) : begin], found[0], wording[end : end + _CONTEXT], firm
                    )


def asserts_a_value(text: str) -> bool:
    """Whether a text seems to assert some specific value as the answer; of a student's words, where doubt counts."""
    return next(assertions(text), None) is not None
