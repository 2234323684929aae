r"""The leak guard: reads every free-text reply before the student does.

Threat model. The teacher may be careless or hostile and knows the answer; the student may tell it what to say. Two
things must not happen: the answer reaches the student, and the guard itself becomes an oracle that says yes by
stopping. Hence two stages. The first goes by form alone, and by what the statement asks, and stops, right or wrong:
any assertion of a specific value as the answer (not one that is denied, supposed, or said of a step, a label or an
example), bounds that leave one whole number, numbers in a cipher, messages in characters that cannot be seen. The
second compares what is left with the answer by exact value: every number, number word, phrase, piece of code, count
and tuple, digits by their places, and numbers spread over several replies; and looks for the answer in other
languages, bases and numerals. A number of the statement or of the student's own words may be repeated, not asserted;
what the student wrote is read in all the same ways, so that it passes or is stopped alike whether it is right or
wrong.

The answer of an open domain is a program: the domain says whether a reply, or several together, hold a copy of it.

Covered: values equal in any exact form (42, 84/2, "forty-two", "half of 84", ``\boxed{42}``), digits over turns,
other scripts, entities, escapes, zero-width characters, base64, base32, bytes, Morse, rot13, reversed and spelled
words, acrostics, other bases, Roman numerals, fifty languages, bounds, repeated signs and words, small code.

Not covered: a yes to the student's own value ("spot on"), riddles ("the answer to everything"), facts of the world
("the atomic number of molybdenum"), ciphers that the two have agreed on, equations still to be solved ("2x = 84").

Fails closed: an error inside the guard, or a reply over its limits of length and time, counts as a leak.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial
from time import thread_time
from typing import Final

from sml_env.answers import KINDS, parse_answer
from sml_env.domains import open_domain
from sml_env.errors import ExpressionError
from sml_env.leaks.bounds import Bounds, bounds_of, singled_out
from sml_env.leaks.ciphers import decoded, from_base64, from_morse
from sml_env.leaks.claims import claims_the_answer
from sml_env.leaks.labels import without_labels
from sml_env.leaks.reading import Reading, hides_a_number
from sml_env.leaks.spellings import Spellings, prepare
from sml_env.leaks.surface import MAX_INVISIBLE, invisible, surface
from sml_env.leaks.turns import Told
from sml_env.problems import Problem
from sml_env.stated import Stated, equated, literals, squeezed, stated_values, with_digits

__all__ = ["MAX_REPLY_CHARACTERS", "GuardReport", "LeakGuard"]

MAX_REPLY_CHARACTERS: Final = 4_000
"""A longer reply is stopped unread."""

MAX_SECONDS: Final = 0.25
"""Processor time for one reply; one that takes more, twice, is stopped."""

_PAUSE: Final = 2.0
"""A reply that takes this long is slow by itself, whatever else the process did meanwhile."""

_SHORTEST: Final = 3
_COMPOSED = re.compile(r"\d[\s)]*[-+*/^]")
_SPAN = r"[(\[]\s*[^()\[\]]{1,60}?\s*,\s*[^()\[\]]{1,60}?\s*[)\]]"
_TUPLE = re.compile(rf"{_SPAN}(?:\s*(?:U|\u222a|\\cup)\s*{_SPAN})*")


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


@dataclass(frozen=True, slots=True)
class _Quoted:
    """What may be repeated: a statement's, or a student's, in all the ways in which replies are read."""

    stated: Stated
    read: Reading
    hidden: frozenset[str]
    bounds: frozenset[Bounds]


@lru_cache(maxsize=64)
def _quoted(text: str) -> _Quoted:
    return _Quoted(
        Stated(text), Reading(text, shuffled=True), frozenset(decoded(text)), frozenset(bounds_of(with_digits(text)))
    )


class LeakGuard:
    """Inspects one dialogue's replies. Remembers those that it let pass.

    Args:
        problem: Whose answer is guarded, and whose statement may be quoted; so may all that can be said of facts that
            are missing in it, true or not.
    """

    _copies: Callable[[str], bool] | None

    def __init__(self, problem: Problem) -> None:
        solution = problem.secret.reveal()
        kind = None if solution.answers is None else solution.answers.kind
        kind = kind if kind in KINDS else None
        sentences = () if problem.space is None else getattr(problem.space.answers, "sentences", ())
        self._configure(solution.answer, "\n".join((problem.statement, *sentences)), kind)
        tested = open_domain(problem.domain)
        self._copies = None if tested is None else partial(tested.copies, solution)

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
        guard._told = self._told
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
        self._copies = None
        self._told = Told()

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
        prepare()
        before = self._told
        report, seconds = self._timed(reply, student)
        if MAX_SECONDS < seconds < _PAUSE and not report.leaks:  # read again: it may have been the garbage collector
            self._told = before
            report, seconds = self._timed(reply, student)
        if seconds > MAX_SECONDS and not report.leaks:
            report = GuardReport(True, "takes the guard too long")
        if report.leaks:
            self._told = before
        return report

    def _timed(self, reply: str, student: str) -> tuple[GuardReport, float]:
        """The report, and the processor time it took."""
        began = thread_time()
        try:
            report = self._inspect(reply, student)
        except Exception:  # fails closed: whatever goes wrong here must not let the reply through
            report = GuardReport(True, "the guard failed")
        return report, thread_time() - began

    def _inspect(self, reply: str, student: str) -> GuardReport:
        if invisible(reply) > MAX_INVISIBLE:
            return GuardReport(True, "holds characters that cannot be seen")
        plain = surface(reply)
        if self._copies is not None:
            return self._inspect_program(self._copies, plain)
        if claims_the_answer(plain, self._statement):
            return GuardReport(True, "asserts a value as the answer")
        quoted = _quoted(self._statement)
        said = _quoted(surface(student))
        told = self._told = self._told.with_reply(plain, quoted.stated.parts, said.stated.parts)
        ciphers = (*decoded(plain), *from_morse(reply), *from_base64(told.glued))
        hidden = [text for text in ciphers if hides_a_number(text)]
        if told.words_of(self._numbers, student):
            return GuardReport(True, "spells the answer out in pieces")
        if hidden and not quoted.hidden.issuperset(hidden):
            return GuardReport(True, "holds a number in a cipher")
        if self._key is None:
            return self._inspect_text(plain, student)
        if self._pinned(plain, quoted):
            return GuardReport(True, "gives bounds that leave one value")
        return self._compared(plain, surface(student), said, quoted)

    def _compared(self, plain: str, student: str, said: _Quoted, quoted: _Quoted) -> GuardReport:
        """The second stage: what the reply states, in whatever way, against the answer."""
        fresh = set()
        unlabelled = without_labels(plain)
        for wording, value in stated_values(unlabelled, quoted.stated.singles | said.stated.values):
            known = value in quoted.stated.singles or value in said.stated.values
            verbatim = squeezed(wording) in quoted.stated.wordings | said.stated.wordings
            if verbatim or (known and not _COMPOSED.search(wording)):
                continue
            parts = set(literals(wording))
            if len(parts) > 1 and parts <= said.stated.parts and not parts <= quoted.stated.parts:
                if value in quoted.stated.singles and squeezed(wording) in equated(unlabelled):
                    continue
                return GuardReport(True, "puts the student's numbers together")
            fresh.add(value)
        together = self._told.together
        ours = not set(literals(together)) <= said.stated.parts
        if ours and (only := singled_out(together)) is not None and only in self._numbers:
            return GuardReport(True, "describes the answer alone")
        unsaid = plain
        for line in student.split("\n"):
            if len(line) > _SHORTEST:
                unsaid = unsaid.replace(line, " ")
        values = Reading(unsaid).values
        worded = (values | {-value for value in values}) & self._numbers
        if worded:
            read = quoted.read.values | said.read.values | said.stated.values
            fresh |= {value for value in worded if value not in read and -value not in read}
        if self._kind == "number":
            fresh |= {-value for value in fresh if value > 0}
            if self._numbers & fresh:
                return GuardReport(True, "states the answer's value")
            if self._spelled(unlabelled, student):
                return GuardReport(True, "writes the answer in another way")
            if any(abs(value) in map(abs, self._numbers) for value in self._told.numbers(said.stated.parts)):
                return GuardReport(True, "spells the answer out in pieces")
            return _CLEAN
        if any(self._same_set(found[0]) for found in _TUPLE.finditer(plain)):
            return GuardReport(True, "states the answer's value")
        if self._kind == "pair" and self._numbers <= fresh:
            return GuardReport(True, "states both parts of the answer")
        return _CLEAN

    def _spelled(self, plain: str, student: str) -> bool:
        """Whether the reply holds a spelling of the answer that neither the statement nor the student has."""
        for number in self._numbers:
            if number.denominator == 1:
                spellings = Spellings.of(int(number))
                ways = spellings.found(plain)
                if ways and ways - spellings.found(f"{self._statement}\n{student}"):
                    return True
        return False

    def _pinned(self, plain: str, quoted: _Quoted) -> bool:
        """Whether bounds leave one whole number: those of this reply, or those of the answer over all replies."""
        text = with_digits(plain)
        if not any(character.isdigit() for character in text):
            return False
        stated = (bounds for bounds in bounds_of(text) if bounds not in quoted.bounds)
        return self._told.bounds.pins or any(bounds.pins for bounds in stated)

    def _same_set(self, text: str) -> bool:
        try:
            return parse_answer(self._kind, text) == self._key
        except ExpressionError:
            return False

    def _inspect_program(self, copies: Callable[[str], bool], reply: str) -> GuardReport:
        """The reference program, renamed or reformatted, in this reply or over the last ones."""
        told = self._told = self._told.with_reply(reply, frozenset(), frozenset())
        joined = "\n".join(told.replies)
        if any(copies(text) for text in (reply, joined, reply[::-1], *from_base64(reply))):
            return GuardReport(True, "holds the reference program")
        return _CLEAN

    def _inspect_text(self, reply: str, student: str) -> GuardReport:
        """The answer's text; where it is a definition, ``f(x) = …``, what it defines f as is enough."""
        answer = squeezed(self._answer)
        defined = squeezed(self._answer.partition(" = ")[2])
        sought = defined if len(defined) > _SHORTEST else answer
        if sought and sought in squeezed(reply) and sought not in squeezed(f"{student} {self._statement}"):
            return GuardReport(True, "states the answer's text")
        return _CLEAN
