r"""What the end of an unmarked reply concludes, and how a phrase of it is tidied.

Rules of `conclude`, the first that finds something decides:

1. ``bold``: the last ``**...**`` of the last paragraph that holds mathematics or fills the last line; a heading such as
   ``**Step 2:**`` is none.
2. ``line``: the last line if it is a display formula or bare, with a number or a relation in it, or a single word.
3. ``sentence``: what the last sentence states, else the one before it, at most `MAX_SENTENCES` in all: the formula at
   its end; else its last equation (``x = 4 or x = 5`` stays whole; of ``the cost = 18 dollars`` the right side); else
   what follows its last "is", "gives", "costs", ...; else its only quantity.

Values with a word of doubt between them ("it is 5, or maybe it is 6") are all returned: a hedge for the caller.
"""

from __future__ import annotations

import re
from unicodedata import category

from sml_env.verifiers.tokens import MAX_CHARS

__all__ = ["MAX_END", "MAX_SENTENCES", "conclude", "is_bare", "stated", "tidy"]

MAX_END = 4_000
"""How much of the end of an unmarked reply is read, in characters."""
MAX_SENTENCES = 3
"""How many sentences, from the last one back, may hold the conclusion."""

_MAX_VERBS = 8
_PROSE_LIST = """is are was were be has have had give gives gave get gets got equals make makes made so therefore thus
hence because since then we he she they it you there let must will would should can need needs find using this maybe
perhaps wait cost costs don't do i'm it's"""
_PROSE_WORDS = frozenset(_PROSE_LIST.split())
_NEXT_SENTENCE = re.compile(r"[.!?]\s+[A-Z][a-z]|\n\s*\n")
_PUNCTUATION = ",.;:!?()*\"'"
_LONG_RUN = re.compile(
    r"(?<![\\A-Za-z])(?!all\b|any\b|every\b|no\b|none\b|the set\b|the interval\b)"
    r"[A-Za-z]{2,}(?:[ ,]{1,2}[A-Za-z]{2,}){4}",
    re.IGNORECASE,
)
_MATHS = re.compile(r"[0-9=<>\\$^π√∞≤≥]")
_BOLD = re.compile(r"(?<![\w)}*])\*\*([^*\n]+)\*\*(?![\w(*])")
_HEADING = re.compile(r"(?:step|case|part|note|method|question|problem|section|option)\b|.*:$", re.IGNORECASE)
_SENTENCE = re.compile(
    r"(?<=[.!?])(?<!\\!)(?<![ap]\.m\.)(?<!e\.g\.)(?<!i\.e\.)(?<!\bMr\.)(?<!\bMrs\.)(?<!\bMs\.)(?<!\bDr\.)(?<!\bSt\.)"
    r"[*_\"')]{0,4}\s+(?=[A-Z\"'(*$\\0-9])|\n+"
)
_DOUBT = re.compile(
    r"[,;]? ?\b(?:or (?=(?:maybe|perhaps|possibly|else|even|it|it's|is|the|they|he|she)\b)|maybe|perhaps|possibly"
    r"|alternatively|might be|could be)\b",
    re.IGNORECASE,
)
_DOLLAR = re.compile(r"(?<!\\)\$")
_FORMULA = r"\$(?:[^$\\]|\\.)*\$"
_JOINED = re.compile(rf"(?<!\\){_FORMULA}(?:(?:, ?|,? or |,? and ){_FORMULA})*")
_ROUND = re.compile(r"\\\((?:[^\\]|\\(?![()]))*\\\)$")
_VERB_LIST = """is are was were be equals? gets? got gives? gave giving makes? made making totals? left_with has have
had needs? costs? takes? took earns? earned spends? spent pays? paid saves? saved sells? sold buys? bought receives?
received uses? used eats? ate runs? ran leaves obtains? yields? becomes? contains? holds? collects? collected"""
_VERB = re.compile(
    rf"\b(?:{'|'.join(_VERB_LIST.split()).replace('_', ' ')})\b:?(?: (?:a total of|an average of|equal to|exactly|only"
    r"|just|simply|now|still|therefore|thus|then|of|to be|about|over|with|at|for)(?![a-z]))*",
    re.IGNORECASE,
)
_TRIM_LIST = """because since so which who that when if after before from for in on at to per every each by with than as
a an the left remaining more total altogether all but while during and until worth over there this now old tall long he
she they it is are was were will would can did have has (?<!out_)of out(?!_of)"""
_TRIM = re.compile(
    rf",? (?:{'|'.join(_TRIM_LIST.split()).replace('_', ' ')})\b(?! [a-z](?:\b|[_(]))(?P<number> [-−$\\(]*[0-9])?"
)
_NEGATED = re.compile(
    r"\b(?:is|are|was|were|be|equal|does|do|did|could|can|would|should) not\b[^=]*$|n['’]t\b[^=]*$|\bnot [-−$\\(]*[0-9]"
    r"|\bof (?:the|my|our) (?:final |correct )?answer\b"
    r"|\b(?:wrong|incorrect|false|doubt|(?:might|may|would|could) think)\b"
    r"|\b(?:impossible|unlikely|neither|nor|except|cannot be|never|not true|not the case)\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"\W*(?:if|suppose|assume|assuming|let(?! us\b| me\b|'s)|say)\b", re.IGNORECASE)
_CONSEQUENCE = re.compile(r", (?![0-9])|\bthen\b", re.IGNORECASE)
_QUANTITY = re.compile(r"[-−]?\$?[0-9][0-9,]*(?:\.[0-9]+)?(?:/[0-9]+)?%?")
_OPENING = re.compile(r"(?:so|thus|therefore|hence|then|finally|the|this means)\b", re.IGNORECASE)
_VARIABLE = re.compile(r"[A-Za-z]")
_TIMES = re.compile(r"(?:^|(?<=[0-9)% ]))[xX](?= ?[$(0-9])")
_STEP = re.compile(r"[*#\- ]*(?:step|case|part)\s{0,3}[0-9]+[.:)*]*\s*", re.IGNORECASE)
_CLOSING = frozenset(".,;:*_`$)]")
_LETTERS = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{2,}")


def tidy(text: str) -> str:
    """Strip space, Markdown emphasis, dollars around formulas and closing punctuation."""
    text = text.strip()
    while text and text[-1] > "\u2000" and category(text[-1]) in ("So", "Mn", "Cf"):
        text = text[:-1].rstrip()
    if not text or (text[-1] not in _CLOSING and text[0] not in "*_`$" and "$" not in text and "*" not in text):
        return text
    for _ in range(3):
        before = text
        if "*" in text:
            text = _BOLD.sub(r"\1", text)
            text = text.removesuffix("**").removeprefix("**").strip()
            if text[:1] == text[-1:] == "*":
                text = text[1:-1].strip()
        if "`" in text:
            text = text.strip("` ")
        if text.startswith("__") and text.endswith("__"):
            text = text[2:-2].strip()
        if text.endswith(".") and not text.endswith(("..", ".m.", "\\.", "\\right.")):
            text = text[:-1].rstrip()
        text = text.rstrip(",;:").rstrip()
        if text.startswith(("\\(", "\\[")) and text.endswith(("\\)", "\\]")) and text.count(text[:2]) == 1:
            text = text[2:-2].strip()
        if "$" in text and text.count("$") - text.count("\\$") in (2, 4):
            text = _DOLLAR.sub("", text).strip()
        if text == before:
            break
    return text


def is_bare(text: str) -> bool:
    """Whether a stripped text reads as an answer by itself: short, on one line, no sentence."""
    if len(text) > MAX_CHARS:
        return False
    if " " not in text and "\n" not in text:
        return True
    if "\n" in text and not text.startswith(("\\begin", "$$", "\\[")):
        return False
    words = text.lower().split()
    if not _PROSE_WORDS.isdisjoint([word.strip(_PUNCTUATION) for word in words]) or _NEXT_SENTENCE.search(text):
        return False
    return len(words) < 5 or not _LONG_RUN.search(text) or not _MATHS.search(text)


def conclude(text: str) -> tuple[tuple[str, ...], str]:
    """Find what an unmarked reply concludes.

    Args:
        text: The end of a reply that is no bare answer.

    Returns:
        The distinct values concluded and ``bold``, ``line`` or ``sentence``; nothing and ``none`` if there is none.
    """
    text = text.rstrip()[-MAX_END:]
    if "**" in text and (bold := _bold(text.rpartition("\n\n")[2])):
        return bold, "bold"
    if line := _line(text):
        return (line,), "line"
    found: list[str] = []
    for sentence in [part for part in _SENTENCE.split(text) if part][: -MAX_SENTENCES - 1 : -1]:
        found[:0] = stated(sentence)
        if found and not _DOUBT.match(sentence.lstrip()):
            break
    return tuple(dict.fromkeys(found)), "sentence" if found else "none"


def _bold(paragraph: str) -> tuple[str, ...]:
    found: list[list[str]] = []
    last_line = paragraph.rpartition("\n")[2]
    for match in _BOLD.finditer(paragraph):
        span = match[1].strip()
        if _HEADING.match(span) or paragraph.startswith(":", match.end()):
            continue
        if _MATHS.search(span) or last_line.strip(" -.") == match[0]:
            text = tidy(span)
            found.append([text] if is_bare(text) else stated(text))
    chosen = found if _DOUBT.search(last_line) else found[-1:]
    return tuple(dict.fromkeys(text for texts in chosen for text in texts if text))


def _line(text: str) -> str:
    ending = text.removesuffix(".").rstrip()
    for opening, closing in (("\\[", "\\]"), ("$$", "$$")):
        if ending.endswith(closing) and (start := ending.rfind(opening, 0, -2)) >= 0:
            return _short(tidy(ending[start + 2 : -2].strip().rstrip(".,")))
    line = text.rpartition("\n")[2].strip()
    if line[-1:] in "!?:" or _HEADING.match(line.lstrip("*#- ")) or not is_bare(line):
        return ""
    if len(_LETTERS.findall(line.partition("=")[0])) > 2:
        return ""
    if not _MATHS.search(line) and _LETTERS.search(line) and not line.rstrip(".").isalpha():
        return ""
    if "=" in line and line.rfind("=") > 0 and not line.startswith("$"):
        return _equation(line.rstrip("."))
    return _short(tidy(line))


def stated(sentence: str) -> list[str]:
    """List the values that one sentence states, those with a word of doubt between them apart."""
    if sentence.endswith("?"):
        return []
    sentence = _STEP.sub("", sentence, count=1) if _STEP.match(sentence) else sentence
    values = [_value(clause.strip().rstrip(".!,;:*_ ")) for clause in _DOUBT.split(sentence)]
    return list(dict.fromkeys(value.lstrip(",;: ") for value in values if value.strip(",;: ")))


def _value(clause: str) -> str:
    if _NEGATED.search(clause):
        return ""
    if _CONDITION.match(clause):
        clause = "".join(_CONSEQUENCE.split(clause, maxsplit=1)[1:])
    if clause.endswith("$"):
        for joined in _JOINED.finditer(clause):
            if joined.end() == len(clause):
                return _short(tidy(_DOLLAR.sub("", joined[0])))
    if clause.endswith("\\)") and (formula := _ROUND.search(clause)):
        return _short(tidy(formula[0]))
    if "=" in clause and (value := _equation(clause)):
        return value
    # few verbs, since a phrase runs to the end of its clause: all of them would take quadratic time
    phrases = [clause[match.end() :].strip() for match in list(_VERB.finditer(clause))[: -_MAX_VERBS - 1 : -1]]
    for phrase in phrases:
        if _MATHS.search(phrase):
            return _trimmed(phrase)
    quantities = list(_QUANTITY.finditer(clause))
    if len({match[0] for match in quantities}) == 1:
        return _trimmed(clause[quantities[-1].start() :])
    if phrases and not quantities and len(phrases[0].split()) <= 4 and _OPENING.match(clause):
        return _short(tidy(phrases[0]))
    return ""


def _equation(clause: str) -> str:
    """Return the last equation of a clause from a variable on, or else its right side."""
    last = clause.rfind("=")
    start = max(clause.rfind(mark, 0, last) for mark in (", ", "; ", ": ")) + 1
    segment = clause[start:].lstrip()
    left = segment.partition("=")[0]
    words = left.split()
    taken = len(words)
    while taken and not _LETTERS.search(words[taken - 1]):
        taken -= 1
    side = " ".join(words[taken:])
    if side.startswith("a ") and side[2] not in "+-−*/×÷<>":
        side = side[2:]
    if side and side[0] not in "+*/×÷=" and not _LETTERS.search(side) and _VARIABLE.search(_TIMES.sub("", side)):
        return _trimmed(segment[segment.rfind(side, 0, len(left)) :])
    return _trimmed(segment.rpartition("=")[2])


def _trimmed(phrase: str) -> str:
    """Cut what follows a quantity and its unit."""
    first = _MATHS.search(phrase)
    for word in _TRIM.finditer(phrase, first.end() if first else len(phrase)):
        cut = phrase[: word.start()]
        if word["number"] is None or _LETTERS.search(cut) or cut.startswith("$"):
            phrase = cut
            break
    return _short(tidy(phrase))


def _short(text: str) -> str:
    return text if len(text) <= MAX_CHARS else ""
