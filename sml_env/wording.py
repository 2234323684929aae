"""English and symbols to query forms: the patterns behind ``sml_env.queries.parse``.

A *clause* is one normalised sentence in lower case without its polite opening. Each reader below takes a clause and
returns a query or ``None``; ``READERS`` is their order, the most specific first.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Final

from sml_env.errors import ExpressionError
from sml_env.forms import (
    Between,
    Claim,
    Comparison,
    Equation,
    Form,
    Member,
    Negation,
    Ordering,
    Property,
    Quantity,
    Query,
    Residue,
    Topic,
)
from sml_env.verifiers.expressions import free_symbols, parse_expression, rational_value, to_text
from sml_env.verifiers.nodes import Chain, Node, Relation, Symbol, TupleNode

__all__ = ["MAX_CLAUSE", "READERS", "TAIL", "TAIL_WORDS", "attempt", "read_fact", "number"]

MAX_CLAUSE: Final = 400
"""Characters of a clause that the English patterns read; a longer clause is not a question anyone asks."""

_UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_WORDS: Final[dict[str, int | Fraction]] = {word: value for value, word in enumerate(_UNITS.split())} | {
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100, "a hundred": 100, "one hundred": 100,
    "thousand": 1000, "a thousand": 1000, "one thousand": 1000, "a million": 10**6, "one million": 10**6,
    "half": Fraction(1, 2), "a half": Fraction(1, 2), "one half": Fraction(1, 2),
}  # fmt: skip

_UNIT_WORD = re.compile(
    r"(?P<number>\$?-?[\d.,/]+%?)\s+(?!or\b|and\b|to\b|if\b|when\b|more\b|less\b)[a-z]{1,20}(?:\s+(?:in total|total|each|altogether))?"
)
_INTEGER = re.compile(r"-?[0-9]{1,18}")
_DECIMAL = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18}|/[1-9][0-9]{0,17})")
TAIL: Final = re.compile(
    r"(?:[\s,]*\b(?:or (?:not|no|otherwise)|right|correct|please|pls|plz|thanks|thank you|then|yes or no|at all|exactly"
    r"|maybe|by any chance|though|in value|or something|you think|do you think|to me)\b)+[\s.!?]*$"
)
TAIL_WORDS: Final = frozenset(
    "not no otherwise right correct please pls plz thanks you then exactly maybe chance though value something think all me".split()
)
"""The last words of what ``TAIL`` removes."""

_SUBJECT = (
    r"(?:(?:(?:the|that|this|your|our|my)\s+)?(?:(?:final|correct|right|true|exact|actual|hidden|secret|unknown"
    r"|numerical|numeric|overall|whole)\s+)*(?:answer|result|solution|value|number|total|ans|figure|quantity|outcome)"
    r"(?:\s+(?:of|for)\s+x|\s+(?:to|for|of|in)\s+(?:the|this)\s+(?:problem|question|exercise)"
    r"|\s+(?:we're|we are|i'm|i am|you're|you are)\s+(?:looking\s+for|after|seeking|thinking of))?|it|this|that|[a-z])"
)
_IS = r"(?:is|was|be|are|'s|equals?)"
_OPENING = re.compile(
    rf"(?:(?:is|does|do|would|will|could|can|might|was|are|should|must|has|have|isn't|doesn't|wouldn't|couldn't|so)\s+)?"
    rf"(?P<subject>{_SUBJECT})(?:'s)?(?:\s+|$)(?:(?:is|be|was|does|has|have|would|will|must|can|could|should|might|to|a|an|the"
    r"|value|number|as|also|actually|still|going|possibly|even(?=\s+(?:less|more|great|small|big|larg))"
    r"|itself|some|something|somewhere|one|that's|that|which|lie|lies|fall|falls|sit|sits|happen|happens|come|comes"
    r"|out|turn|turns|any|anything|evenly|known)\s+)*"
)
_BARE_OPENING = re.compile(r"(?:(?:is|a|an|the|be|are|something)\s+)*")


def number(text: str) -> Fraction | None:
    """The exact rational value of a short constant ("42", "-2.5", "3/4", "2^10", "ten"), or ``None``."""
    text = text.strip().rstrip(".,!?").strip()
    if _INTEGER.fullmatch(text):
        return Fraction(int(text))
    if text in _WORDS:
        return Fraction(_WORDS[text])
    if _DECIMAL.fullmatch(text):
        return Fraction(text)
    if not text or len(text) > 64:
        return None
    for sign in ("minus ", "negative "):
        if text.startswith(sign):
            inner = number(text[len(sign) :])
            return None if inner is None else -inner
    tens, _, unit = text.replace("-", " ").partition(" ")
    if tens in _WORDS and unit in _WORDS and 20 <= _WORDS[tens] < 100 and 0 < _WORDS[unit] < 10:
        return Fraction(_WORDS[tens] + _WORDS[unit])
    if not any(character.isdigit() for character in text):
        return None
    try:
        return rational_value(parse_expression(text))
    except ExpressionError:
        return None


def attempt(value: str, name: str = "x") -> Query:
    """The attempt that states a value; equal numbers share one canonical form."""
    value = value.strip()
    unit = _UNIT_WORD.fullmatch(value.lower())
    exact = number(unit["number"] if unit else value.lower())
    if exact is not None:
        return Query("attempt", f"{name} == {exact}", Claim(value, name))
    try:
        shown = to_text(parse_expression(value))
    except ExpressionError:
        shown = re.sub(r"\s+", " ", value)
    return Query("attempt", f"{name} == {shown}", Claim(value, name))


def _name(subject: str | None) -> str:
    """The unknown that a subject stands for: a single letter stands for itself, words for ``x``."""
    return subject if subject and len(subject) == 1 and subject != "a" else "x"


def _predicate(form: Form) -> Query:
    return Query("predicate", str(form), form)


@lru_cache(maxsize=64)
def _split(clause: str) -> tuple[str, str]:
    """The unknown a clause is about and the rest of it after the verb."""
    opening = _OPENING.match(clause)
    if opening:
        return _name(opening["subject"]), clause[opening.end() :]
    bare = _BARE_OPENING.match(clause)
    return "x", clause[bare.end() :] if bare else clause


# -- comparisons -------------------------------------------------------------------------------------------------------

_MORE, _LESS = r"(?:greater|larger|bigger|higher|more|above|over)", r"(?:less|smaller|lower|fewer|below|under)"
_NEGATED = r"(?:not|never|no|n't|cannot be|can't be)"
_COMPARATORS: Final[tuple[tuple[str, Ordering], ...]] = (
    (rf"{_MORE}\s+than\s+or\s+(?:is\s+)?equal(?:s)?(?:\s+to)?", ">="),
    (rf"{_LESS}\s+than\s+or\s+(?:is\s+)?equal(?:s)?(?:\s+to)?", "<="),
    (rf"(?:equal\s+to\s+or|equals?\s+or)\s+(?:{_MORE})(?:\s+than)?", ">="),
    (rf"(?:equal\s+to\s+or|equals?\s+or)\s+(?:{_LESS})(?:\s+than)?", "<="),
    (rf"{_NEGATED}\s+(?:{_LESS}(?:\s+than)?)", ">="),
    (rf"{_NEGATED}\s+(?:{_MORE}(?:\s+than)?|exceed(?:ing|s)?|past|beyond)", "<="),
    (r"(?:at\s+least|at\s+minimum|a\s+minimum\s+of|no\s+less\s+than|>=|=>)", ">="),
    (r"(?:at\s+most|at\s+maximum|a\s+maximum\s+of|up\s+to|no\s+more\s+than|<=|=<)", "<="),
    (rf"(?:strictly\s+)?(?:{_MORE}\s+than|above|over|exceed(?:s|ing)?|in\s+excess\s+of|beyond|past|>)", ">"),
    (rf"(?:strictly\s+)?(?:{_LESS}\s+than|below|under|short\s+of|<)", "<"),
    (r"(?:not\s+equal\s+to|different\s+from|other\s+than|anything\s+but|!=|not)", "!="),
)
_COMPARATOR = re.compile(
    "(?:" + "|".join(f"(?P<c{row}>{pattern})" for row, (pattern, _) in enumerate(_COMPARATORS)) + r")\s+(?P<bound>.+)"
)
_SUFFIXED = re.compile(
    r"(?P<bound>.+?)\s+or\s+(?P<more>more|greater|higher|above|larger|bigger|over|less|fewer|lower|below|smaller|under)"
)


def _comparison(clause: str) -> Query | None:
    name, rest = _split(clause)
    found = _COMPARATOR.fullmatch(rest)
    if found and found.lastgroup is not None:
        op = next(op for row, (_, op) in enumerate(_COMPARATORS) if found[f"c{row}"] is not None)
        bound = number(found["bound"])
        return None if bound is None else _predicate(Comparison(name, op, bound))
    if " or " not in rest:
        return None
    suffixed = _SUFFIXED.fullmatch(rest)
    if suffixed and (bound := number(suffixed["bound"])) is not None:
        more = suffixed["more"] in ("more", "greater", "higher", "above", "larger", "bigger", "over")
        return _predicate(Comparison(name, ">=" if more else "<=", bound))
    return None


_BETWEEN = re.compile(
    r"(?P<strict>(?:strictly|exclusively)\s+)?(?:(?:in|within)\s+(?:the\s+)?(?:range|interval)\s+)?"
    r"(?:(?:of|from|between|within|in|anywhere|inclusively)\s+)*(?P<low>(?:[^,]|,(?=\d{3}))+?)\s*(?:\band\b|\bto\b|\bthrough\b|\.\.+|\s-\s|,(?!\d{3})|…)\s*"
    r"(?P<high>(?:[^,]|,(?=\d{3}))+?)(?P<after>[\s,(]+(?:strictly|exclusive(?:ly)?|not\s+inclusive|inclusive(?:ly)?|both\s+(?:included|"
    r"inclusive)|including\s+both(?:\s+ends)?|excluding\s+(?:both|the)(?:\s+(?:ends|endpoints))?|ends\s+included)\)?)?"
)
_RANGE_WORD = re.compile(r"between|\bin\b|\bfrom\b|within|inside|\[")
_RANGED = re.compile(r"strictly\s+(?:between|in|with)|exclusively|between|in\b|from\b|within\b|anywhere|inclusively")
_BRACKETED = re.compile(
    r"(?:(?:in|within|inside)\s+)?(?:the\s+)?(?:(?:range|interval)\s+)?([\[(])([^,\[\]()]+),([^,\[\]()]+)([\])])"
)


def _both(clause: str) -> Query | None:
    """Two comparisons of one unknown that bound it from both sides: "greater than 3 and less than 7"."""
    first, conjunction, second = clause.partition(" and ")
    if not conjunction:
        return None
    left, right = _comparison(first), _comparison(second) or _comparison(f"is {second}")
    if left is None or right is None:
        return None
    low, high = left.form, right.form
    if not isinstance(low, Comparison) or not isinstance(high, Comparison):
        return None
    if low.op in ("<", "<="):
        low, high = high, low
    if low.op not in (">", ">=") or high.op not in ("<", "<="):
        return None
    same = low.name == high.name or "x" in (low.name, high.name)
    name = low.name if high.name == "x" else high.name
    return _predicate(Between(name, low.bound, high.bound, low.op == ">=", high.op == "<=")) if same else None


def _between(clause: str) -> Query | None:
    if not _RANGE_WORD.search(clause):
        return None
    name, rest = _split(clause)
    bracketed = _BRACKETED.fullmatch(rest) if "," in rest else None
    if bracketed and (rest.startswith(("in", "within", "the")) or bracketed[1] == "["):
        low, high = number(bracketed[2]), number(bracketed[3])
        if low is not None and high is not None:
            return _predicate(Between(name, low, high, bracketed[1] == "[", bracketed[4] == "]"))
    if not _RANGED.match(rest):
        return None
    found = _BETWEEN.fullmatch(rest)
    if not found:
        return None
    low, high = number(found["low"]), number(found["high"])
    if low is None or high is None:
        return None
    after = found["after"] or ""
    strict = bool(found["strict"]) or "strict" in after or "exclu" in after or "not" in after
    return _predicate(Between(name, low, high, not strict, not strict))


# -- properties and residues -------------------------------------------------------------------------------------------

_PLAIN: Final[dict[str, Callable[[str], Form]]] = {
    "even": lambda name: Residue(name, 2, 0),
    "odd": lambda name: Residue(name, 2, 1),
    "prime": lambda name: Property(name, "prime"),
    "integer": lambda name: Property(name, "integer"),
    "whole": lambda name: Property(name, "integer"),
    "perfect square": lambda name: Property(name, "square"),
    "square": lambda name: Property(name, "square"),
    "positive": lambda name: Comparison(name, ">", Fraction(0)),
    "negative": lambda name: Comparison(name, "<", Fraction(0)),
    "nonnegative": lambda name: Comparison(name, ">=", Fraction(0)),
    "non-negative": lambda name: Comparison(name, ">=", Fraction(0)),
    "nonpositive": lambda name: Comparison(name, "<=", Fraction(0)),
    "non-positive": lambda name: Comparison(name, "<=", Fraction(0)),
    "nonzero": lambda name: Comparison(name, "!=", Fraction(0)),
    "non-zero": lambda name: Comparison(name, "!=", Fraction(0)),
}
_NEGATION = re.compile(r"(?:not|n't)\s+(?:(?:a|an)\s+)?")
_KIND_OF_NUMBER = re.compile(
    rf"(?P<plain>{'|'.join(sorted(map(re.escape, _PLAIN), key=len, reverse=True))})"
    r"(?:\s+(?:number|integer|value|answer|result|one|or odd|or even|in sign))?"
)
_DIVISIBLE = re.compile(
    r"(?:evenly\s+)?(?:divisible\s+(?:evenly\s+)?by|(?:a\s+)?multiple\s+of|divid(?:e|es|ed)\s+(?:evenly\s+|exactly\s+)?by"
    r"|(?:be\s+)?(?:evenly\s+)?divided\s+(?:evenly\s+|exactly\s+)?by)\s+(?P<k>\S+)"
    r"(?:\s+(?:evenly|exactly|without\s+(?:a\s+|any\s+)?(?:remainder|rest)|with\s+no\s+remainder))?"
)
_DIVIDES = re.compile(
    rf"(?:does|do|is|can|will)?\s*(?P<k>\S+)\s+(?:divide|divides|a\s+(?:factor|divisor)\s+of|go(?:es)?\s+(?:evenly\s+)?into)"
    rf"\s+(?:evenly\s+)?(?:into\s+)?(?P<subject>{_SUBJECT})(?:\s+(?:evenly|exactly))?"
)
_LEAVES = re.compile(
    r"(?:leaves?|gives?|has|have|with|leaving|equal\s+to|congruent\s+to|≡)?\s*(?:a\s+)?(?:remainder\s+(?:of\s+)?)?(?P<r>\S+)\s+"
    r"(?:as\s+(?:a\s+|the\s+)?remainder\s+)?(?:(?:when|if|after|on|upon)\s+(?:it\s+is\s+|it's\s+|you\s+|being\s+)?"
    r"(?:divided?|dividing|division)\s+(?:it\s+)?by|\(?mod(?:ulo)?)\s+(?P<m>[^\s)]+)\)?"
)
_REMAINDER_IS = re.compile(
    rf"(?:is\s+)?(?:the\s+)?remainder\s+(?:is\s+)?(?:(?:when|of|if|after|from)\s+)?(?:dividing\s+)?(?:{_SUBJECT}\s+)?(?:is\s+)?"
    r"(?:divided\s+)?by\s+(?P<m>\S+)\s+(?:is\s+|equal(?:s)?\s+(?:to\s+)?)?(?P<r>\S+)"
)
_REMAINDER_WHEN = re.compile(
    rf"(?:is\s+)?(?:the\s+)?remainder\s+(?:is\s+|equals?\s+)?(?P<r>\S+)\s+(?:when|if|after|on)\s+(?:{_SUBJECT}\s+)?(?:is\s+)?(?:divided|dividing|division)\s+by\s+(?P<m>\S+)"
)
_CONGRUENT = re.compile(
    rf"(?:is\s+)?(?P<subject>{_SUBJECT})\s*(?:==?|(?:is\s+)?congruent\s+to|(?:is\s+)?equal\s+to)\s*(?P<r>-?\d+)\s*,?\s*\(?\s*mod(?:ulo)?\s+(?P<m>\d+)\s*\)?"
)
_MOD = re.compile(
    rf"(?:is\s+)?(?P<subject>{_SUBJECT})\s*(?:mod(?:ulo)?|%)\s*(?P<m>\d+)\s*(?:(?:==?|is|equals?|equal\s+to)\s*(?P<r>\d+))?"
)


def _whole(text: str | None) -> int | None:
    value = number(text or "")
    return int(value) if value is not None and value.denominator == 1 and abs(value) < 10**18 else None


def _residue(name: str, modulus: int | None, remainder: int | None) -> Query | None:
    if modulus is None or remainder is None or modulus < 1:
        return None
    return _predicate(Residue(name, modulus, remainder % modulus))


def _property(clause: str) -> Query | None:
    name, rest = _split(clause)
    negation = _NEGATION.match(rest)
    if negation:
        rest = rest[negation.end() :]
    form: Form = None
    plain = _KIND_OF_NUMBER.fullmatch(rest)
    if plain:
        form = _PLAIN[plain["plain"]](name)
    elif divisible := _DIVISIBLE.fullmatch(rest):
        modulus = _whole(divisible["k"])
        form = Residue(name, modulus, 0) if modulus else None
    if isinstance(form, Comparison) and negation:
        flipped: dict[str, Ordering] = {">": "<=", "<": ">=", ">=": "<", "<=": ">"}
        return _predicate(Comparison(name, flipped[form.op], form.bound)) if form.op in flipped else None
    if negation and isinstance(form, Residue | Property):
        form = Negation(form)
    return None if form is None else _predicate(form)


_ABOUT_REMAINDER = re.compile(r"mod|%|divi|remainder|factor|goes? into|congruent")


def _remainder(clause: str) -> Query | None:
    if not _ABOUT_REMAINDER.search(clause):
        return None
    mod = _MOD.fullmatch(clause)
    if mod:
        return _valued_or_predicate(_name(mod["subject"]), _whole(mod["m"]), mod["r"])
    congruent = _CONGRUENT.fullmatch(clause)
    if congruent:
        return _residue(_name(congruent["subject"]), _whole(congruent["m"]), _whole(congruent["r"]))
    divides = _DIVIDES.fullmatch(clause)
    if divides and (k := _whole(divides["k"])):
        return _predicate(Residue(_name(divides["subject"]), k, 0))
    found = _REMAINDER_WHEN.fullmatch(clause) or _REMAINDER_IS.fullmatch(clause)
    if found and (m := _whole(found["m"])) and (r := _whole(found["r"])) is not None:
        return _residue("x", m, r)
    name, rest = _split(clause)
    leaves = _LEAVES.fullmatch(rest)
    if leaves:
        return _residue(name, _whole(leaves["m"]), _whole(leaves["r"]))
    return None


def _valued_or_predicate(name: str, modulus: int | None, remainder: str | None) -> Query | None:
    if modulus is None or modulus < 1:
        return None
    if remainder is not None:
        return _residue(name, modulus, _whole(remainder))
    form = Residue(name, modulus)
    return Query("value", str(form), form)


# -- valued questions --------------------------------------------------------------------------------------------------

_VALUED: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Form]], ...]] = (
    (
        re.compile(
            r"(?:(?:what|which|find|compute|give|tell)\b.*?\s)?(?:is\s+)?(?:the\s+)?(?:remainder|rest|residue)\s+"
            rf"(?:(?:of|when|if|after|on|is|do i get|do you get|from|left)\s+)*(?:dividing\s+|i\s+divide\s+|you\s+divide\s+)?(?:{_SUBJECT}\s+)?"
            r"(?:(?:is|gets|was|leaves|gives|has)\s+)?(?:(?:when|if|after|on|upon)\s+)?(?:divided\s+|dividing\s+|division\s+)?"
            r"(?:it\s+)?(?:by|mod(?:ulo)?)\s+(?P<m>\S+)"
        ),
        lambda found: Residue("x", _whole(found["m"]) or 0),
    ),
    (
        re.compile(
            rf"(?:what(?:'s|\s+is)?\s+|which\s+|and\s+)?(?:the\s+)?(?:remainder|rest)\s+(?:does|will|would|do)\s+{_SUBJECT}\s+"
            r"(?:leave|give|have|get)\s+(?:when|if|after|on|upon)\s+(?:divided|dividing|division)\s+by\s+(?P<m>\S+)"
        ),
        lambda found: Residue("x", _whole(found["m"]) or 0),
    ),
    (
        re.compile(
            rf"(?:if\s+(?:i|you|we)\s+divide\s+|when\s+(?:i|you|we)\s+divide\s+|dividing\s+)(?:{_SUBJECT})\s+by\s+(?P<m>\S+?),?\s+"
            r"(?:what(?:'s|\s+is)?|which)\s+(?:is\s+)?(?:the\s+)?(?:remainder|rest|left(?:\s+over)?)(?:\s+is\s+left|\s+do\s+\w+\s+get)?"
        ),
        lambda found: Residue("x", _whole(found["m"]) or 0),
    ),
    (
        re.compile(
            rf"(?:what(?:'s|\s+is|\s+does)?\s+|find\s+|compute\s+|give\s+me\s+|evaluate\s+|value\s+of\s+)+(?P<subject>{_SUBJECT})\s*"
            r"(?:equal\s+)?(?:,\s*)?(?:mod(?:ulo)?|%)\s*(?P<m>\S+)"
        ),
        lambda found: Residue(_name(found["subject"]), _whole(found["m"]) or 0),
    ),
    (
        re.compile(
            rf"how\s+many\s+digits\b.*|(?:what(?:'s|\s+is)\s+)?(?:the\s+)?(?:number|count)\s+of\s+(?:decimal\s+)?digits\b.*"
            rf"|how\s+(?:long|many\s+digits\s+long)\s+is\s+{_SUBJECT}\s+in\s+digits|{_SUBJECT}\s+has\s+how\s+many\s+digits"
            r"|digits\((?P<name>[a-z])\)|is\s+.*\bone,?\s+two,?\s+or\s+three\s+digits.*|digit\s+count\b.*"
        ),
        lambda found: Quantity(found["name"] or "x", "digits"),
    ),
    (
        re.compile(
            r"(?:what(?:'s|\s+is)\s+|tell\s+me\s+)?(?:its|the|the\s+answer's)?\s*sign(?:\s+(?:of|does)\s+.*)?|what\s+sign\b.*|which\s+sign\b.*"
            r"|(?:.*\s)?(?:positive|negative),?\s+(?:or\s+)?(?:positive|negative)(?:,?\s+or\s+(?:is\s+it\s+)?(?:zero|0|null))?"
            r"|(?:.*\s)?(?:positive|negative|zero),\s*(?:zero|positive|negative),?\s*(?:or\s+)(?:zero|positive|negative)"
            r"|(?:.*\s)?(?:positive,?\s+negative,?\s+or\s+(?:is\s+it\s+)?zero|(?:above|over),?\s+(?:below|under),?\s+or\s+(?:equal\s+to\s+)?(?:zero|0))"
            r"|sign\((?P<name>[a-z])\)"
        ),
        lambda found: Quantity(found["name"] or "x", "sign"),
    ),
)
_OUTRIGHT = re.compile(
    r"(?:(?:just\s+|simply\s+|please\s+)?(?:what|whats|what's|which)\s+(?:is|'s|was|exactly\s+is|would\s+be|does)?\s*|(?:just\s+|simply\s+)?"
    r"(?:tell|give|show|reveal|share|hand|send|say|provide|disclose|spill)\s+(?:me\s+|us\s+|over\s+)?(?:directly\s+)?|i\s+(?:just\s+)?(?:want|need)\s+(?:to\s+know\s+)?"
    r"|(?:can|could|may)\s+i\s+(?:just\s+)?(?:have|get|see|know)\s+|what\s+(?:do|should)\s+i\s+get\s+for\s+)?"
    rf"(?:what\s+)?(?!it\b|this\b|that\b)(?:{_SUBJECT}|(?:the\s+)?(?:full|complete|entire|whole)?\s*(?:answer|solution)\s+key)"
    r"(?:\s+(?:is|equals?|equal|be|outright|directly|already|now|here|to\s+this|straight\s+away|right\s+away|itself))*"
)


def _value(clause: str) -> Query | None:
    for pattern, build in _VALUED:
        found = pattern.fullmatch(clause)
        if found:
            form = build(found)
            if isinstance(form, Residue) and form.modulus < 1:
                continue
            return Query("value", str(form), form)
    if (
        len(clause) > 1
        and _OUTRIGHT.fullmatch(clause)
        and not re.fullmatch(r"(?:the|that|this)?\s*(?:number|value|total|figure|quantity)", clause)
    ):
        found = re.search(r"\b([b-hj-z])\b(?:\s+equal)?$", clause)
        form = Quantity(found[1] if found else "x", "value")
        return Query("value", str(form), form)
    return None


# -- membership --------------------------------------------------------------------------------------------------------

_MEMBER = re.compile(
    r"(?:is|does|would|will|can)?\s*(?:x\s*=\s*)?(?:the\s+(?:point|number|value)\s+)?(?P<point>\S+)\s+(?:(?:be|is|lie|lies|belong|belongs)\s+)?"
    r"(?:(?:part\s+of|in|inside|within|included\s+in|contained\s+in|an?\s+element\s+of|a\s+member\s+of|to)\s+(?:the\s+)?"
    r"(?:solution|solutions|answer|interval|set|solution\s+set|range|answer\s+set|x)|a\s+solution(?:\s+(?:of|to)\s+(?:the|this)\s+inequality)?"
    r"|(?:satisfy|satisfies|solve|solves|work\s+in|fulfil|fulfill)\s+(?:the|this)\s+(?:inequality|inequalities|condition|conditions))"
)
_CONTAINS = re.compile(
    r"(?:does|do)?\s*(?:the\s+)?(?:solution|solutions|answer|interval|set|solution\s+set)\s+(?:contain|contains|include|includes)\s+"
    r"(?:the\s+(?:point|number|value)\s+)?(?P<point>\S+)"
)


def _member(clause: str) -> Query | None:
    found = _MEMBER.fullmatch(clause) or _CONTAINS.fullmatch(clause)
    point = number(found["point"]) if found else None
    return None if point is None else _predicate(Member("x", point))


# -- steps, hints, diagnosis, facts ------------------------------------------------------------------------------------

_STEP_WRAPPER = re.compile(
    r"^(?:(?:so|then|next|and|first|step(?:\s+\d+)?\s*[:.]|(?:is|are|was|does|do|am i right that|is it (?:right|correct|true|ok|okay|valid|fine)"
    r"(?: that| to (?:say|write|claim|conclude))?|i (?:get|got|have|had|wrote|find|found|obtain(?:ed)?|derived?|end up with|ended up with|arrive(?:d)? at|calculate[d]?|compute[d]?|set up|think|believe|claim|say|conclude|used?)(?: that)?"
    r"|we (?:get|have|obtain|know)(?: that)?|my (?:first |next |second |last )?(?:step|equation|work(?:ing)?)(?: is| says)?|the (?:first |next |second |last )?(?:step|equation|relation|identity)"
    r"|check(?: (?:that|if|whether|this(?: step)?|my step))?|verify(?: that)?|(?:this|that) (?:step|equation)|would|equation|step|the|formula|it|that|this|gives|becomes|simplifies to|reduces to|right to say|correct that"
    r"|can i (?:write|say|use|conclude)(?: that)?|should i (?:get|have)|does it follow that|holds?|true that|using|with|having|i'm at|i am at))\b|[:,])\s*"
)
_STEP_TAIL = re.compile(
    r"[\s,.;:!?-]*(?:\b(?:is|are|does|do|that|this|it|right|correct|ok|okay|true|valid|holds?|a|the|good|fine|sound|legit|step|so far|equation|is that|accurate|wrong"
    r"|or (?:not|wrong|false)|yes|no|check out|works?|look|looks|seem|seems|make sense|makes sense|hold|true here|am i|on track|here|please|also|still|statement|would be|be)\b[\s,.;:!?-]*)+$"
)
_WORD = re.compile(r"[a-z]{2,}")
_FUNCTIONS = frozenset(
    "sqrt cbrt abs exp ln log sin cos tan asin acos atan factorial binomial pi oo frac cdot times".split()
)
_SUBJECT_WORDS = re.compile(
    r"\b(?:(?:the|my|your)\s+)?(?:final\s+|correct\s+)?(?:answer|result|solution|ans|unknown)\b(?!\s*\()"
)


_ORDERINGS: Final[dict[str, Ordering]] = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "==": "==", "!=": "!="}


def _flip(op: str) -> Ordering:
    flipped: dict[str, Ordering] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
    return flipped[op]


def _relation(node: Node) -> Query | None:
    """The query that a relation states: an attempt, a predicate of one unknown, or a step check."""
    if isinstance(node, Chain):
        return _chain(node)
    if not isinstance(node, Relation):
        return None
    left, right, op = node.left, node.right, node.op
    if op == "==" and isinstance(left, TupleNode) and all(isinstance(item, Symbol) for item in left.items):
        return attempt(to_text(right))
    if isinstance(right, Symbol) and not isinstance(left, Symbol):
        left, right, op = right, left, _flip(op)
    if isinstance(left, Symbol) and not _has_symbol(right):
        bound = rational_value(right)
        if op == "==":
            return attempt(to_text(right), left.name)
        if bound is not None:
            return _predicate(Comparison(left.name, _ORDERINGS[op], bound))
    return Query("step_check", to_text(node), Equation(node))


def _chain(node: Chain) -> Query:
    """``3 <= x < 7`` is a predicate of one unknown; any other chain is a step check."""
    first, last = node.links[0], node.links[-1]
    if len(node.links) == 2 and isinstance(first.right, Symbol):
        low, high, ops = rational_value(first.left), rational_value(last.right), (first.op, last.op)
        if low is not None and high is not None:
            if set(ops) <= {"<", "<="}:
                return _predicate(Between(first.right.name, low, high, ops[0] == "<=", ops[1] == "<="))
            if set(ops) <= {">", ">="}:
                return _predicate(Between(first.right.name, high, low, ops[1] == ">=", ops[0] == ">="))
    return Query("step_check", to_text(node), Equation(node))


def _has_symbol(node: Node) -> bool:
    return bool(free_symbols(node))


_SIGN_WORDS: Final = tuple(
    (re.compile(pattern), sign)
    for pattern, sign in (
        (rf"\s(?:is\s+)?{_MORE}\s+than\s+or\s+equal\s+to\s|\s(?:is\s+)?at\s+least\s", " >= "),
        (rf"\s(?:is\s+)?{_LESS}\s+than\s+or\s+equal\s+to\s|\s(?:is\s+)?at\s+most\s", " <= "),
        (rf"\s(?:is\s+)?{_MORE}\s+than\s", " > "),
        (rf"\s(?:is\s+)?{_LESS}\s+than\s", " < "),
        (r"\s(?:is\s+)?(?:equal\s+to|equals?)\s", " = "),
    )
)


def _step(clause: str) -> Query | None:
    if not any(sign in clause for sign in "=<>"):
        for pattern, sign in _SIGN_WORDS:
            clause, changed = pattern.subn(sign, clause)
            if changed:
                break
        else:
            return None
    text = _SUBJECT_WORDS.sub("x", clause)
    before = None
    while before != text:
        before = text
        text = _STEP_TAIL.sub("", _STEP_WRAPPER.sub("", text))
    if any(word not in _FUNCTIONS for word in _WORD.findall(text)):
        return None
    try:
        return _relation(parse_expression(text))
    except ExpressionError:
        return None


_HINT = re.compile(
    r".*\b(?:hints?|clues?|nudge|pointers?|tips?|stuck|lost|starting point|point me|get(?:ting)? started|where (?:do|should|can|would) (?:i|we|one) (?:even )?(?:start|begin)"
    r"|how (?:do|should|can|would|might|to) (?:i |we |one |you )?(?:even )?(?:start|begin|proceed|continue|approach|go on|solve|tackle|do this|go about|set (?:it|this) up)"
    r"|(?:what|which)(?:'s| is| would be| should be| comes)? (?:the |my )?(?:very )?(?:next|first)(?: (?:step|move|thing|operation)|$)|next step|first step|first move|what (?:do|should|can|would|must) (?:i|we|you) (?:try|do)"
    r"|what(?:'s| is| comes) next|help me(?: out)?(?: a (?:bit|little))?|some help|(?:a|any|little) help|guide me|guidance|next operation|what now|no idea (?:how|what|where)|show me (?:a|the) (?:next )?step"
    r"|push in the right direction|don't know (?:how|what|where) to)\b.*"
)


def _hint(clause: str) -> Query | None:
    if _HINT.fullmatch(clause) and not re.search(r"\bwrong\b", clause):
        return Query("hint", "hint")
    return None


_VALUE = r"(?P<value>(?:\(.*?\)|\S)+?)"
_WRONG = r"(?:wrong|incorrect|not right|not correct|mistaken|false|off|not the (?:right |correct )?(?:answer|result|solution)|not it|no good|bad)"
_WHY: Final = tuple(
    re.compile(pattern + r"(?:\s+(?:here|exactly|then|though|please|now|again|as an? (?:answer|result|solution)))*")
    for pattern in (
        rf"(?:but\s+)?(?:why|how come)\s+(?:is|was|isn't|wasn't|would|wouldn't|can't|couldn't)\s+(?:my\s+(?:answer|attempt|result|guess)\s+(?:of\s+)?)?{_VALUE}\s+(?:be\s+)?(?:{_WRONG}|right|correct|accepted|the (?:right |correct )?(?:answer|result|solution))",
        rf"(?:but\s+)?(?:why|how come)\s+(?:my\s+(?:answer|attempt|result|guess)\s+(?:of\s+)?)?{_VALUE}\s+(?:is|was|isn't|wasn't)\s+(?:{_WRONG}|right|correct)",
        rf"(?:explain|tell me|say|understand|see|know|show me)\s+why\s+(?:my\s+(?:answer|attempt|result|guess)\s+(?:of\s+)?)?{_VALUE}\s+(?:is|was|isn't|wasn't|doesn't|didn't)\s+(?:{_WRONG}|right|correct|work)",
        rf"(?:but\s+)?(?:why|how come)\s+(?:isn't|is|wasn't|was|can't|couldn't|aren't)\s+(?:it\s+|the\s+answer\s+)?(?:be\s+)?{_VALUE}(?:\s+not)?",
        rf"(?:but\s+)?(?:why|how come)\s+(?:not|doesn't|didn't|does|did)\s+{_VALUE}(?:\s+(?:not\s+)?(?:work|fail))?",
        rf"what(?:'s| is| was|s)\s+(?:wrong|the (?:mistake|error|problem|issue|matter)|incorrect|off)\s+(?:with|in|about)\s+(?:my\s+(?:answer|attempt|result|guess)\s+(?:of\s+)?|the\s+(?:answer|value)\s+)?{_VALUE}",
        rf"(?:where|how|what)\s+(?:did|have|do|am)\s+i\s+(?:go|went|gone|make|made|do|done|doing|going|get|got|mess(?:ed)?)\s*(?:wrong|a mistake|an error|the mistake|up|off)?\s*(?:by getting|getting|to get|when (?:i got|getting|i said)|with|if i (?:got|get)|and get|for|in getting|in)\s+{_VALUE}",
        rf"what\s+(?:mistake|error)\s+(?:gives|leads to|did i make (?:to get|with|for|in|getting)|produces|results in|yields)\s+{_VALUE}",
        rf"(?:diagnose|explain)\s+(?:my\s+(?:answer|attempt|result|guess)\s+(?:of\s+)?|the\s+(?:error|mistake)\s+in\s+)?{_VALUE}",
    )
)
_WHY_LATEST = re.compile(
    r"(?:but\s+)?(?:(?:why|how come)(?:\s+(?:not|is|was|isn't|wasn't|am i|did i|that|it|this|my|last|latest|previous|answer|attempt|guess|the|be|get|go|i))*\s*"
    rf"(?:{_WRONG}|right|correct|not)?|(?:where|how|what|which)\s+(?:exactly\s+)?(?:did|have|do|am|is|was|went|mistake|error)\b.*\b(?:wrong|mistake|error|slip|off|mess(?:ed)? up|do|incorrect).*"
    r"|what(?:'s| is| was)\s+(?:wrong|my (?:mistake|error)|the (?:mistake|error)|incorrect).*|(?:explain|diagnose|find|show me|point out)\s+(?:me\s+)?(?:my|the)\s+(?:mistake|error|slip).*"
    r"|explain\s+why.*wrong)"
)
_DIAGNOSTIC = re.compile(r"why|how come|wrong|mistake|error|diagnos|mess")
_PRONOUNS = frozenset({"it", "that", "this", "my", "mine", "i", "the", "answer", "attempt", "last", "not", "so"})


def _diagnosis(clause: str) -> Query | None:
    if not _DIAGNOSTIC.search(clause):
        return None
    for pattern in _WHY:
        found = pattern.fullmatch(clause)
        if found and found["value"] not in _PRONOUNS:
            value = found["value"].strip(",;:")
            exact = number(value)
            if exact is None and not value.startswith(("(", "[")):
                continue
            return Query("diagnosis", f"why not {value if exact is None else exact}", Claim(value))
    if _WHY_LATEST.fullmatch(clause):
        return Query("diagnosis", "why not", Claim(None))
    return None


_FACT = re.compile(
    r"(?:(?:what|whats|what's|which)\s*(?:is|are|'s|was|were)?|how\s+(?:much|many|big|large|long|high|far|fast)\s+(?:is|are|was|were)|tell\s+me(?:\s+about)?|give\s+me|i\s+need(?:\s+to\s+know)?"
    r"|do\s+(?:you|we)\s+(?:know|have)|i\s+don't\s+know|remind\s+me\s+(?:of|what(?:'s|\s+is)?)|say|state|share|any\s+information\s+(?:on|about)|what\s+about)\s+"
    r"(?P<article>the|a|an|each|every|one|that|its|their|his|her)\s+(?P<thing>[a-z][a-z' -]{1,78}?)(?:\s+(?:is|are|was|were))?"
)
_HOW_MANY = re.compile(
    r"how\s+(?:many|much)\s+(?P<thing>[a-z][a-z' -]{1,60}?)\s+(?:are|is|were|was|do|does|did|have|has)\b[a-z' -]*"
)
_KNOWN = re.compile(
    r"what\s+(?:do|can|else do)\s+you\s+(?:know|tell\s+me)(?:\s+about\s+.*)?|(?:tell|give)\s+me\s+(?:a|one|some|another)\s+(?:facts?|things?)(?:\s+(?:you\s+know|about\s+.*))?"
)
_CHATTER = re.compile(
    r".*\b(?:like|up|weather|your name|favou?rite|meaning of life|capital|joke|story|poem|song|movie|going on|deal|point of|news|president|recipe|problem|matter|time is it)\b.*"
)


def read_fact(clause: str) -> Query | None:
    """A question for a fact, by the thing it is about."""
    if _KNOWN.fullmatch(clause):
        return Query("fact", "fact", Topic(""))
    found = _FACT.fullmatch(clause) or _HOW_MANY.fullmatch(clause)
    if not found or _CHATTER.fullmatch(clause):
        return None
    thing = re.sub(r"\s+", " ", found["thing"]).strip()
    return Query("fact", f"fact {thing}", Topic(thing))


# -- attempts ----------------------------------------------------------------------------------------------------------

_ATTEMPT: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:(?:so|therefore|thus|hence|then|and)\s+)?(?:i\s+(?:\w+\s+)?(?:think|believe|guess|say|would say|reckon|bet|suspect|conclude|claim|suppose|figure|am (?:\w+\s+)?(?:sure|confident|certain)|feel)|i'm (?:\w+\s+)?(?:sure|confident|certain)"
        rf"|i'd (?:say|guess|go with)|i'm going with|my (?:\w+\s+)?(?:guess|answer|attempt|try|solution|result|final answer|final)|let me (?:try|guess|answer|say)|maybe|perhaps|could it be|is it|it's|it is|it must be|it equals|it has to be|would it be|it would be|it should be|final answer|this gives|which gives|that gives|giving)"
        rf"\s*(?:that\s+)?(?:{_SUBJECT}\s+)?(?:(?:is|was|are|'s|be|must be|should be|would be|has to be|equals?(?:\s+to)?|to be|comes? out (?:to|as|at)|turns out to be|=|:|could be|might be|may be|can be)\s*)*(?:the (?:number|value)\s+)?(?P<value>.+)",
        rf"(?:(?:so|therefore|thus|hence|then|and)\s+)?(?:is|does|would|could|can|might|was|isn't|will|should|must|wouldn't|couldn't)?\s*(?P<subject>{_SUBJECT})(?:'s)?\s*(?:(?:is|was|be|must be|should be|would be|has to be|will be|equals?(?:\s+to)?|exactly|just|simply|to be|comes? out (?:to|as|at)(?: be)?|turns out to be|=|:|could be|might be|may be|can be|works out (?:to|as|at)(?: be)?|came out (?:to|as|at)(?: be)?|therefore)\s*)*(?P<value>.+)",
        r"(?:i\s+(?:get|got|have|found|find|obtain(?:ed)?|calculated|computed|ended up with|end up with|arrive(?:d)? at|make it|say|choose|pick|try|submit|answer|guess|come up with|came up with)|let me (?:submit|answer with|go with|try)|let's (?:try|say|go with)|how about|what about|going with|try|submit|i'll (?:go with|say|try|submit|answer)|this (?:gives|makes)|it comes to|it comes out (?:to|as|at)|we get|final)\s*:?\s*(?:an?\s+|the\s+)?(?:answer\s+(?:of\s+)?|result\s+(?:of\s+)?|value\s+(?:of\s+)?|final answer\s+(?:of\s+)?)?(?P<value>.+)",
        r"(?:is|would|does|could)\s+(?P<value>\S+)(?:\s+be)?",
        r"(?:is|would|could)\s+(?P<value>\S+)\s+(?:be\s+)?(?:the|my|a)?\s*(?:(?:right|correct|final|true|actual)\s+)*(?:answer|result|solution|value|one|number|right|correct|it)",
        r"(?P<value>\S+)\s+is\s+(?:the|my)\s+(?:(?:right|correct|final)\s+)*(?:answer|result|solution)",
        r"(?P<value>\S+)(?:\s+(?:is\s+)?(?:my|the)\s+(?:final\s+)?(?:answer|guess))?",
        r"(?P<value>[\[(].*[\])])",
    )
)
_TUPLE = re.compile(r"[\[(][^\[\]()]*,[^\[\]()]*[\])](?:\s*(?:u|∪)\s*[\[(][^\[\]()]*,[^\[\]()]*[\])])*")
_ASSIGNMENTS = re.compile(r"([a-z])\s*(?:=|is)\s*([^,;=]+?)\s*(?:,|;|\band\b)+\s*([a-z])\s*(?:=|is)\s*([^,;=]+)")


_AS_ANSWER = re.compile(
    r"\s+(?:as|for|to be|being|is|be)\s+(?:my|the|a)\s+(?:\w+\s+)?(?:answer|result|attempt|guess|solution)$"
)


def _stated(clause: str) -> Query | None:
    clause = _AS_ANSWER.sub("", clause)
    assigned = _ASSIGNMENTS.fullmatch(
        re.sub(r"^(?:is|so|i (?:think|get|got)|my answer is|the (?:answer|solution) is)\s+", "", clause)
    )
    if assigned and assigned[1] != assigned[3]:
        values = number(assigned[2]), number(assigned[4])
        if None not in values:
            ordered = values if assigned[1] < assigned[3] else values[::-1]
            return attempt(f"({ordered[0]}, {ordered[1]})")
    for pattern in _ATTEMPT:
        found = pattern.fullmatch(clause)
        if not found:
            continue
        value = found["value"].strip().rstrip(".!?,").strip()
        name = _name(found.groupdict().get("subject"))
        unit = _UNIT_WORD.fullmatch(value)
        if unit and number(unit["number"]) is not None:
            value = unit["number"]
        if number(value) is not None or _TUPLE.fullmatch(value) or _closed_expression(value):
            return attempt(value, name)
    return None


def _closed_expression(text: str) -> bool:
    """Whether a text is a constant expression ("2*pi", "sqrt(2)/2") rather than prose."""
    if len(text) > 120 or any(word not in _FUNCTIONS for word in _WORD.findall(text)):
        return False
    if not any(character.isdigit() or character == "π" for character in text) and "pi" not in text:
        return False
    try:
        node = parse_expression(text)
    except ExpressionError:
        return False
    return not isinstance(node, Relation) and not _has_symbol(node)


READERS: Final[tuple[Callable[[str], Query | None], ...]] = (
    _diagnosis,
    _remainder,
    _both,
    _between,
    _comparison,
    _property,
    _value,
    _member,
    _step,
    _stated,
    _hint,
    read_fact,
)
