r"""What a bare answer says: its tree, its unit, the letter of a choice, or only its words.

Answers and references are read the same way. What has no tree is compared as words: names, dates, clock times, and
notation that the grammar does not hold.
"""

from __future__ import annotations

import re
from fractions import Fraction

from sml_env.errors import ExpressionError
from sml_env.verifiers.grammar import parse_expression
from sml_env.verifiers.lexicon import INTEGERS
from sml_env.verifiers.nodes import Constant, Function, Interval, Node, Number, SetNode, negate
from sml_env.verifiers.notation import DENYING_WORDS, TEXT_COMMAND
from sml_env.verifiers.numerals import number_words
from sml_env.verifiers.units import Unit, split_currency, split_unit

__all__ = ["Reading", "read"]

_INFINITY: Node = Constant("oo")
_REALS = "all real numbers, all reals, all real x, real numbers, reals, any real number, every real number"
_NOTHING = "no solution, no solutions, no real solution, no real solutions, empty set, there are no solutions"
_PHRASES: dict[str, Node] = {
    **dict.fromkeys(_REALS.split(", "), Interval(negate(_INFINITY), _INFINITY, False, False)),
    **dict.fromkeys(_NOTHING.split(", "), SetNode(())),
}
_CHOICE = re.compile(
    r"(?:(?:option|choice|answer)\s+)?"
    r"(?:\(\s*([A-Ja-j])\s*\)(?:[.:]|(?![\w(^*/+=-]))|([A-J])\s*[).:](?!\s*\d+\s*[:)])|([A-J])$)\s*",
    re.IGNORECASE,
)
_CHOICE_START = frozenset("(ABCDEFGHIJabcdefghijOo\\")
_LEADS = frozenset("=⇒→∴\\")
_LEAD = re.compile(
    r"\s*(?:=>|⇒|→|∴|=(?!=)|\\(?:therefore|implies|Rightarrow|rightarrow|to)(?![A-Za-z])|ans(?:wer)?\s*[.:=])\s*",
    re.IGNORECASE,
)
_BULLET = re.compile(r"[-*•]\s+(?=[A-Za-z])")
_JOINS = re.compile(r"^(?:and|or|,|;|/|&|=|[-+*^<>])|\([A-Ja-j]\)")
_CALENDAR = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}"
    r"|[0-9]{1,2}(?::[0-9]{2}){0,2}\s*(?:[ap]\.?\s?m\b\.?|o'?clock|noon)",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"[0-9]{1,2}:[0-5][0-9]")
_LABEL = re.compile(r"(P\([^()]{1,60}\)|[A-Za-z][A-Za-z' ]{2,60}?)\s*(?:=|:|\bis\b|\bare\b|\bequals\b)\s*(?=\S)")
_ARTICLE = re.compile(r"(?:the|an|a) ")
_SPACING = re.compile(r"\\[,;:! ]|\\quad|~|\$")


class Reading:
    """What a text says.

    Attributes:
        text: The text.
        tree: What it says as mathematics, or None.
        unit: The unit at its end, or None.
        letter: The letter of a choice, upper case, or None; ``tree`` is then what stands after it.
        marked: Whether brackets or a word make the letter a choice, so that it is no variable.
        clock: Whether it may be a time of day as well as a ratio.
        fault: Why there is no tree; empty if there is one.
    """

    __slots__ = ("_words", "clock", "fault", "letter", "marked", "text", "tree", "unit")

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree: Node | None = None
        self.unit: Unit | None = None
        self.letter: str | None = None
        self.marked = False
        self.clock = False
        self.fault = ""
        self._words: str | None = None

    @property
    def words(self) -> str:
        """The text in a form that only words need: lower case, single spaces, without LaTeX's text commands."""
        if self._words is None:
            self._words = _as_words(self.text)
        return self._words


def read(text: str) -> Reading:
    """Read a bare answer or reference; never raises on a str."""
    reading = Reading(text)
    node = INTEGERS.get(text)
    if node is None and text.isdigit() and text.isascii() and len(text) < 16:
        node = Number(Fraction(int(text)))
    if node is not None:
        reading.tree = node
        return reading
    if not text:
        reading.fault = "it is empty"
        return reading
    if text[0] in _LEADS or text[:3].lower() == "ans":
        lead = _LEAD.match(text)
        text = text[lead.end() :] if lead else text
        if not text:
            reading.fault = "it is empty"
            return reading
    if text[0] in _CHOICE_START:
        rest = _choice(text, reading)
        if rest is not None:
            text = rest
            if not text:
                return reading
    try:
        reading.tree, reading.unit = _tree(text, reading)
    except ExpressionError as error:
        reading.fault = str(error)
    return reading


def _choice(text: str, reading: Reading) -> str | None:
    """Split off the letter of a choice; None if there is none."""
    opened = text
    if text[0] == "\\":
        command = TEXT_COMMAND.match(text)
        if command is None:
            return None
        opened = f"{command[1].strip()} {text[command.end() :].strip()}".strip()
    match = _CHOICE.match(opened)
    if match is None:
        return None
    letter = match[1] or match[2] or match[3]
    bare = match[3] is not None and opened == letter
    if not match[1] and not letter.isupper() and not bare:
        return None
    rest = opened[match.end() :].strip()
    if _JOINS.search(rest) or (rest and not bare and _CHOICE.match(rest)):
        return None
    if not DENYING_WORDS.isdisjoint(rest.lower().split()):
        return None
    reading.letter = letter.upper()
    reading.marked = not bare
    if bare:
        return opened
    return rest


def _tree(text: str, reading: Reading) -> tuple[Node, Unit | None]:
    """Return the tree and the unit of a text.

    Raises:
        ExpressionError: If it has no tree.
    """
    if ("-" in text or "/" in text or ":" in text or "m" in text) and _CALENDAR.fullmatch(text):
        raise ExpressionError("dates and times are compared as text")
    number, unit = split_unit(text)
    number, currency = split_currency(number)
    unit = unit or currency
    try:
        tree = parse_expression(number)
    except ExpressionError as error:
        return _worded(text, reading, error)
    if ":" in number:
        reading.clock = _CLOCK.fullmatch(number.strip("$ ")) is not None
    return tree, unit


def _worded(text: str, reading: Reading, error: ExpressionError) -> tuple[Node, Unit | None]:
    """Read what only words make unreadable: phrases, number words, and a name before the value.

    Raises:
        ExpressionError: If nothing helps; the error of the first attempt.
    """
    if not text[:1].isalpha() and text[:1] not in "\\-$*•":
        raise error
    bullet = _BULLET.match(text)
    text = text[bullet.end() :] if bullet else text
    words = reading.words
    phrase = _PHRASES.get(words)
    if phrase is not None:
        return phrase, None
    counted = number_words(words)
    if counted is not None:
        value, rest = counted
        if rest == "percent":
            return Function("percent", (Number(value),)), None
        unit = split_unit(f"0 {rest}")[1] if rest else None
        if unit is not None or not rest:
            return Number(value), unit
    label = _LABEL.match(text)
    if label is not None and not DENYING_WORDS.intersection(label[1].lower().split()):
        number, unit = split_unit(text[label.end() :])
        return parse_expression(number), unit
    raise error


def _as_words(text: str) -> str:
    text = _SPACING.sub(" ", TEXT_COMMAND.sub(r" \1 ", text)).casefold()
    text = " ".join(text.split()).strip(" .")
    return _ARTICLE.sub("", text, count=1) if text.startswith(("the ", "a ", "an ")) else text
