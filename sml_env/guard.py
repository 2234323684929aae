r"""The leak guard: reads every free-text reply before the student does.

Threat model. The teacher may be careless or hostile and knows the answer; the student may tell it what to say. Two
things must not happen: the answer reaches the student, and the guard itself becomes an oracle that says yes by
stopping. Hence two stages. The first stops *any* assertion of a specific value as the answer, right or wrong, by its
form alone. The second compares what is left with the answer: every number, number word, arithmetic expression and tuple
by exact value, and numbers spread over several replies. A number of the statement or of the student's own words may be
repeated, not asserted.

The answer of an open domain is a program: the domain says whether a reply, or several together, hold a copy of it.

Covered: values equal in any exact form (42, 42.0, 84/2, 40 + 2, "forty-two", ``\boxed{42}``, digits over turns).
Not covered yet: encodings (base64, Roman, Morse, other scripts), bounds that pin the answer, code that computes it.
Fails closed: an error inside the guard, or a reply over its limits, counts as a leak.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Final

from sml_env.answers import KINDS, parse_answer
from sml_env.assertions import asserts_a_value
from sml_env.domains import open_domain
from sml_env.errors import ExpressionError
from sml_env.problems import Problem
from sml_env.stated import Stated, has_number, literals, squeezed, stated_values

__all__ = ["MAX_REPLY_CHARACTERS", "GuardReport", "LeakGuard"]

MAX_REPLY_CHARACTERS: Final = 4_000
"""A longer reply is stopped unread."""

_MAX_PIECES: Final = 8
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


class LeakGuard:
    """Inspects one dialogue's replies. Remembers those that it let pass.

    Args:
        problem: Whose answer is guarded and whose statement may be quoted.
    """

    _copies: Callable[[str], bool] | None

    def __init__(self, problem: Problem) -> None:
        solution = problem.secret.reveal()
        kind = None if solution.answers is None else solution.answers.kind
        kind = kind if kind in KINDS else None
        self._configure(solution.answer, problem.statement, kind)
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
        self._copies = None
        self._quoted: Stated | None = None
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
        if self._copies is not None:
            return self._inspect_program(self._copies, reply)
        if self._key is not None and reply.isascii() and not has_number(reply):
            return _CLEAN
        if asserts_a_value(reply):
            return GuardReport(True, "asserts a value as the answer")
        if self._key is None:
            return self._inspect_text(reply, student)
        if self._quoted is None:
            self._quoted = Stated(self._statement)
        said = Stated(student)
        fresh = set()
        for wording, value in stated_values(reply):
            known = value in self._quoted.singles or value in said.values
            verbatim = squeezed(wording) in self._quoted.wordings | said.wordings
            if verbatim or (known and not _COMPOSED.search(wording)):
                continue
            parts = set(literals(wording))
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

    def _inspect_program(self, copies: Callable[[str], bool], reply: str) -> GuardReport:
        """The reference program, renamed or reformatted, in this reply or over the last ones."""
        joined = [*self._pieces, reply][-_MAX_PIECES:]
        if copies(reply) or copies("\n".join(joined)):
            return GuardReport(True, "holds the reference program")
        self._pieces = joined
        return _CLEAN

    def _inspect_text(self, reply: str, student: str) -> GuardReport:
        """The answer's text; where it is a definition, ``f(x) = …``, what it defines f as is enough."""
        answer = squeezed(self._answer)
        defined = squeezed(self._answer.partition(" = ")[2])
        sought = defined if len(defined) > _SHORTEST else answer
        if sought and sought in squeezed(reply) and sought not in squeezed(f"{student} {self._statement}"):
            return GuardReport(True, "states the answer's text")
        return _CLEAN

    def _inspect_pieces(self, reply: str, quotable: frozenset[str]) -> GuardReport:
        """Digits of the answer over several replies, or several places of one."""
        pieces = [literal for literal in literals(reply) if literal not in quotable]
        joined = [*self._pieces, *pieces][-_MAX_PIECES:]
        for start in range(len(joined) - 1):
            for stop in range(max(start + 2, len(joined) - len(pieces) + 1), len(joined) + 1):
                text = "".join(joined[start:stop])
                if text.isdigit() and Fraction(int(text)) in {abs(number) for number in self._numbers}:
                    return GuardReport(True, "spells the answer out in pieces")
        self._pieces = joined
        return _CLEAN
