r"""The leak guard: reads every free-text reply before the student does.

Threat model. The teacher may be careless or hostile and knows the answer; the student may tell it what to say. Two
things must not happen: the answer reaches the student, and the guard itself becomes an oracle that says yes by
stopping. Hence two stages. The first stops *any* assertion of a specific value as the answer, right or wrong, by its
form alone. The second compares what is left with the answer: every number, number word, arithmetic expression and tuple
by exact value, and numbers spread over several replies. A number of the statement or of the student's own words may be
repeated, not asserted.

Covered: values equal in any exact form (42, 42.0, 84/2, 40 + 2, "forty-two", ``\\boxed{42}``, digits over turns).
Not covered yet: encodings (base64, Roman, Morse, other scripts), bounds that pin the answer, code that computes it.
Fails closed: an error inside the guard, or a reply over its limits, counts as a leak.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from sml_env.answers import KINDS, parse_answer
from sml_env.errors import ExpressionError
from sml_env.problems import Problem
from sml_env.verifiers.expressions import parse_expression, rational_value

__all__ = ["MAX_OPERANDS", "MAX_REPLY_CHARACTERS", "GuardReport", "LeakGuard", "asserts_a_value", "stated_values"]

MAX_REPLY_CHARACTERS: Final = 4_000
"""A longer reply is stopped unread."""

MAX_OPERANDS: Final = 8
"""Sub-expressions of at most this many operands are evaluated."""

_MAX_PIECES: Final = 8

_UNITS: Final = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS: Final = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES: Final = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}
_PARTS: Final = {"half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "fifths": 5}
_ANY_WORD = "|".join([*_UNITS, *_TENS, *_SCALES])
_NUMBER_WORDS = re.compile(rf"\b(?:minus\s+|negative\s+)?(?:{_ANY_WORD})(?:(?:\s+and\s+|[\s-]+)(?:{_ANY_WORD}))*\b")
_PART_WORDS = re.compile(rf"\b(\d+)\s+({'|'.join(_PARTS)})\b")

_NUMBER = r"[-+−]?\s*[$€£]?\s*(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?(?:\s*/\s*\d+(?:\.\d+)?)?%?"
_EXPRESSION = rf"(?:\\[dt]?frac\s*\{{[^{{}}]*\}}\s*\{{[^{{}}]*\}}|[(\[{{]\s*{_NUMBER}[^()\[\]{{}}]*[)\]}}]|{_NUMBER})"
_VALUE = rf"[*_$`'\"(\s]*(?:\\boxed\s*\{{|\\\(|\$)?\s*{_EXPRESSION}"
_BE = r"(?:is|are|was|equals?|be|being|=|:|→|->|must\s+be|should\s+be|would\s+be|has\s+to\s+be|comes?\s+(?:out\s+)?to|turns\s+out\s+to\s+be|works\s+out\s+to)"
_FILL = r"(?:\s+(?:exactly|just|simply|really|actually|indeed|definitely|equal\s+to|the\s+number|of\s+course|therefore|thus|about|around))*"
_ASSERTED: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:answer|result|solution|ans|total|outcome|value|secret|number)\b(?:\s+(?:you\s+want|of\s+x|here|you\s+seek|you\s+are\s+looking\s+for|to\s+(?:this|the)\s+\w+))?\s*(?:{_BE})+{_FILL}{_VALUE}",
        rf"(?<![\w)\]*/+^-])(?<![\w)\]*/+^-]\s)[a-zA-Z]\s*(?:==?|:=|\bis\b|\bequals\b){_FILL}{_VALUE}\s*(?:[.,;!?)*$`'\"]|\band\b|$)",
        rf"\b(?:it|that|this|he|she|they)(?:'s|\s+(?:{_BE})){_FILL}{_VALUE}\s*(?:[.,;!?)*$`'\"]|$)",
        rf"\\boxed\s*\{{|####\s*{_VALUE}",
        rf"^\W*(?:(?:yes|no|ok|okay|sure|well|fine|indeed|right|so|try|say|answer|submit|enter|write|choose|pick|namely|psst|between\s+us|remember|of\s+course|here)\b\W*)*{_VALUE}\W*$",
        rf"(?<![\w.]){_EXPRESSION}\s*(?:is|was|it's|would\s+be)\s+(?:indeed\s+|exactly\s+)?(?:the\s+|your\s+|my\s+)?(?:right|correct|answer|solution|result|final|true|it\b|what\s+you)",
        rf"\b(?:submit|enter|answer\s+with|go\s+with|choose|pick|write\s+down|respond\s+with|reply\s+with)\b\s*:?{_VALUE}\s*(?:[.,;!?)*$`'\"]|$)",
    )
)
_LITERAL = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?%?|(?<![\w.])\.\d+")
_OPERATORS: Final = (
    (re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}"), r"((\1)/(\2))"),
    (re.compile(r"\s+(?:plus|added\s+to)\s+"), " + "),
    (re.compile(r"\s+(?:minus|less)\s+(?=[\d(])"), " - "),
    (re.compile(r"\s+(?:times|multiplied\s+by)\s+|\\times|\\cdot|×|·|⋅"), " * "),
    (re.compile(r"\s+(?:divided\s+by|over)\s+|\\div|÷"), " / "),
    (re.compile(r"\b(?:twice|double)\s+(?:of\s+)?(?=[\d(])"), "2 * "),
    (re.compile(r"\bhalf\s+(?:of\s+)?(?=[\d(])"), "1/2 * "),
    (re.compile(r"−|–"), "-"),
    (re.compile(r"[{]"), "("),
    (re.compile(r"[}]"), ")"),
)
_RUN = re.compile(r"[-\d.(][-\d\s+*/^().,]*[\d)]%?|\d")
_DIGITS = re.compile(r"[0-9]+")
_OPERAND = re.compile(r"\(|\)|\d[\d,]*(?:\.\d+)?|\.\d+|\*\*|[-+*/^]")
_TUPLE = re.compile(
    r"[(\[]\s*[^()\[\]]{1,60}?\s*,\s*[^()\[\]]{1,60}?\s*[)\]](?:\s*(?:U|\u222a|\\cup)\s*[(\[][^()\[\]]{1,60}?,[^()\[\]]{1,60}?[)\]])*"
)


@dataclass(frozen=True, slots=True)
class GuardReport:
    """Whether a reply leaks, and by which rule. The reason never holds the answer.

    Attributes:
        leaks: Whether the reply must not reach the student.
        reason: The rule that stopped it; empty when it passes.
    """

    leaks: bool
    reason: str = ""


_CLEAN: Final = GuardReport(False)


def _word_value(words: str) -> int:
    total, current = 0, 0
    tokens = re.split(r"[\s-]+", words)
    sign = -1 if tokens[0] in ("minus", "negative") else 1
    for token in tokens:
        if token in _UNITS:
            current += _UNITS[token]
        elif token in _TENS:
            current += _TENS[token]
        elif token == "hundred":
            current = max(current, 1) * 100
        elif token in _SCALES:
            total += max(current, 1) * _SCALES[token]
            current = 0
    return sign * (total + current)


def _plain(text: str) -> str:
    """Lower case with number words as digits and operator words as operators."""
    text = text.lower()
    text = _NUMBER_WORDS.sub(lambda found: str(_word_value(found[0])), text)
    text = _PART_WORDS.sub(lambda found: f"{found[1]}/{_PARTS[found[2]]}", text)
    for pattern, sign in _OPERATORS:
        text = pattern.sub(sign, text)
    return text


def asserts_a_value(text: str) -> bool:
    """Whether a text asserts some specific value as the answer, judged by its form alone."""
    digits = _NUMBER_WORDS.sub(lambda found: str(_word_value(found[0])), text.lower()) if not _has_digit(text) else text
    mixed = _NUMBER_WORDS.sub(lambda found: str(_word_value(found[0])), text.lower())
    return any(pattern.search(digits) or pattern.search(mixed) for pattern in _ASSERTED)


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)


def _has_number(text: str) -> bool:
    return _has_digit(text) or _NUMBER_WORDS.search(text.lower()) is not None


def _rational(text: str) -> Fraction | None:
    try:
        return rational_value(parse_expression(text))
    except ExpressionError:
        return None


def _windows(run: str) -> Iterator[str]:
    """A run of arithmetic and its sub-expressions, operand by operand."""
    tokens = _OPERAND.findall(run)
    operands = [position for position, token in enumerate(tokens) if token[-1].isdigit()]
    if len(operands) > 4 * MAX_OPERANDS:
        operands = operands[: 4 * MAX_OPERANDS]
    for first, start in enumerate(operands):
        for stop in operands[first : first + MAX_OPERANDS]:
            window = tokens[start : stop + 1]
            opened, closed = window.count("("), window.count(")")
            signed = start > 0 and tokens[start - 1] == "-"
            text = "(" * max(0, closed - opened) + " ".join(window) + ")" * max(0, opened - closed)
            yield text
            if signed:
                yield f"-{text}"
    yield run


def stated_values(text: str) -> Iterator[tuple[str, Fraction]]:
    """Every exact value that a text states, with its wording: numbers, number words and arithmetic."""
    plain = _plain(text)
    for run in _RUN.finditer(plain):
        body = run[0].strip().strip(",").strip()
        for window in _windows(body):
            value = _rational(window)
            if value is not None:
                yield window, value
                if run[0].endswith("%"):
                    yield window, value / 100


class LeakGuard:
    """Inspects one dialogue's replies. Remembers those that it let pass.

    Args:
        problem: Whose answer is guarded and whose statement may be quoted.
    """

    def __init__(self, problem: Problem) -> None:
        solution = problem.secret.reveal()
        kind = None if solution.answers is None else solution.answers.kind
        self._configure(solution.answer, problem.statement, kind)

    @classmethod
    def for_answer(cls, answer: str, statement: str = "") -> LeakGuard:
        """A guard of a bare answer.

        Args:
            answer: In the verifier's notation, or any text.
            statement: What may be quoted.
        """
        guard = cls.__new__(cls)
        guard._configure(answer, statement, None)
        return guard

    def under(self, problem: Problem) -> LeakGuard:
        """A guard of another problem that remembers the same replies; for counterfactual views."""
        guard = LeakGuard(problem)
        guard._pieces = list(self._pieces)
        return guard

    def _configure(self, answer: str, statement: str, kind: str | None) -> None:
        self._answer = answer
        self._statement = statement
        self._key: tuple[object, ...] | None = None
        for guess in (kind,) if kind else KINDS:
            try:
                self._key = parse_answer(guess, answer)
            except ExpressionError:
                continue
            self._kind = guess
            break
        self._numbers = frozenset(part for part in self._key or () if isinstance(part, Fraction))
        self._quoted: _Quotable | None = None
        self._pieces: list[str] = []

    def __repr__(self) -> str:
        return "LeakGuard(<redacted>)"

    def inspect(self, reply: str, student: str = "") -> GuardReport:
        """Whether a reply may reach the student; remembers it when it may.

        Args:
            reply: The teacher's text.
            student: What the student has said so far: it may be repeated.
        """
        if not isinstance(reply, str):
            return GuardReport(True, "not text")
        if len(reply) > MAX_REPLY_CHARACTERS:
            return GuardReport(True, "longer than the guard reads")
        try:
            return self._inspect(reply, student)
        except Exception:  # fails closed: whatever goes wrong here must not let the reply through
            return GuardReport(True, "the guard failed")

    def _inspect(self, reply: str, student: str) -> GuardReport:
        if self._key is not None and reply.isascii() and not _has_number(reply):
            return _CLEAN
        if asserts_a_value(reply):
            return GuardReport(True, "asserts a value as the answer")
        if self._key is None:
            return self._inspect_text(reply, student)
        if self._quoted is None:
            self._quoted = _Quotable(self._statement)
        said = _Quotable(student)
        fresh = set()
        for wording, value in stated_values(reply):
            quoted = value in self._quoted.singles or _bare(wording) in self._quoted.wordings
            if quoted or value in said.values:
                continue
            parts = set(_literals(wording))
            if len(parts) > 1 and parts <= said.parts and not parts <= self._quoted.parts:
                return GuardReport(True, "puts the student's numbers together")
            fresh.add(value)
        if self._kind == "number":
            if self._numbers & fresh:
                return GuardReport(True, "states the answer's value")
            return self._inspect_pieces(reply, self._quoted.parts | said.parts)
        if any(self._same_set(found[0]) for found in _TUPLE.finditer(reply)):
            return GuardReport(True, "states the answer's value")
        if self._kind == "pair" and self._numbers <= fresh:
            return GuardReport(True, "states both parts of the answer")
        return _CLEAN

    def _same_set(self, text: str) -> bool:
        try:
            return parse_answer(self._kind, text) == self._key
        except ExpressionError:
            return False

    def _inspect_text(self, reply: str, student: str) -> GuardReport:
        answer, squeezed = _squeezed(self._answer), _squeezed(reply)
        if answer and answer in squeezed and answer not in _squeezed(f"{student} {self._statement}"):
            return GuardReport(True, "states the answer's text")
        return _CLEAN

    def _inspect_pieces(self, reply: str, quotable: frozenset[str]) -> GuardReport:
        """Digits of the answer over several replies, or several places of one."""
        pieces = [literal for literal in _literals(reply) if literal not in quotable]
        joined = [*self._pieces, *pieces][-_MAX_PIECES:]
        for start in range(len(joined) - 1):
            for stop in range(max(start + 2, len(joined) - len(pieces) + 1), len(joined) + 1):
                text = "".join(joined[start:stop])
                if text.isdigit() and Fraction(int(text)) in {abs(number) for number in self._numbers}:
                    return GuardReport(True, "spells the answer out in pieces")
        self._pieces = joined
        return _CLEAN


class _Quotable:
    """What a text is made of: its numbers, and the values that they make together.

    The values of the student's own words may be repeated. Of the statement the single numbers may be, and its
    arithmetic word for word; what its numbers make together may be the answer.
    """

    def __init__(self, text: str) -> None:
        named = {**_UNITS, **_TENS, **_SCALES}
        words = [Fraction(named[word]) for word in re.findall(r"[a-z]+", text.lower()) if word in named]
        self.parts = frozenset([*_literals(text), *(str(number) for number in words), *_DIGITS.findall(text)])
        singles = (_rational(part) for part in self.parts)
        self.singles = frozenset([*words, *(value for value in singles if value is not None)])
        stated = list(stated_values(text))
        self.values = self.singles | {value for _, value in stated}
        self.wordings = frozenset(_bare(wording) for wording, _ in stated)


def _bare(wording: str) -> str:
    return re.sub(r"\s+", "", wording)


def _squeezed(text: str) -> str:
    return re.sub(r"[\s$\\{}]+", "", text).casefold()


def _literals(text: str) -> list[str]:
    return [found[0].rstrip("%").replace(",", "") for found in _LITERAL.finditer(_plain(text))]
