"""Forms of queries: what a student may ask, as data whose ``str`` is the canonical form."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from sml_env.verifiers.expressions import to_text
from sml_env.verifiers.nodes import Chain, Relation

__all__ = [
    "ASKED_KINDS",
    "Between",
    "Claim",
    "Comparison",
    "Equation",
    "FamilyForm",
    "Form",
    "Member",
    "Negation",
    "OneOf",
    "Ordering",
    "Property",
    "Quantity",
    "Query",
    "Residue",
    "Topic",
]

Ordering: TypeAlias = Literal["<", "<=", ">", ">=", "==", "!="]


@dataclass(frozen=True, slots=True)
class Comparison:
    """``x > 10``: an unknown against a rational bound."""

    name: str
    op: Ordering
    bound: Fraction

    def __str__(self) -> str:
        return f"{self.name} {self.op} {self.bound}"


@dataclass(frozen=True, slots=True)
class Between:
    """``3 <= x <= 7``; either end may be strict."""

    name: str
    low: Fraction
    high: Fraction
    low_closed: bool = True
    high_closed: bool = True

    def __str__(self) -> str:
        left, right = "<=" if self.low_closed else "<", "<=" if self.high_closed else "<"
        return f"{self.low} {left} {self.name} {right} {self.high}"


@dataclass(frozen=True, slots=True)
class Residue:
    """``x mod 7 == 3``, or, without a remainder, the valued question ``x mod 7``."""

    name: str
    modulus: int
    remainder: int | None = None

    def __str__(self) -> str:
        asked = f"{self.name} mod {self.modulus}"
        return asked if self.remainder is None else f"{asked} == {self.remainder}"


@dataclass(frozen=True, slots=True)
class Property:
    """``prime(x)``, ``integer(x)``, ``square(x)``."""

    name: str
    property: Literal["prime", "integer", "square"]

    def __str__(self) -> str:
        return f"{self.property}({self.name})"


@dataclass(frozen=True, slots=True)
class Member:
    """``3 in x``: whether a point belongs to an answer that is a set of numbers."""

    name: str
    point: Fraction

    def __str__(self) -> str:
        return f"{self.point} in {self.name}"


@dataclass(frozen=True, slots=True)
class OneOf:
    """``x in {3, 5, 8}``: whether the unknown is one of several values, ascending and all different."""

    name: str
    values: tuple[Fraction, ...]

    def __str__(self) -> str:
        return f"{self.name} in {{{', '.join(str(value) for value in self.values)}}}"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A valued question: ``digits(x)``, ``sign(x)``, or ``x`` itself, which asks for the answer outright."""

    name: str
    quantity: Literal["digits", "sign", "value"]

    def __str__(self) -> str:
        return self.name if self.quantity == "value" else f"{self.quantity}({self.name})"


@dataclass(frozen=True, slots=True)
class Equation:
    """A relation between expressions, as a step of a solution states it: ``3*x == 12``."""

    relation: Relation | Chain

    def __str__(self) -> str:
        return to_text(self.relation)


@dataclass(frozen=True, slots=True)
class Negation:
    """``not prime(x)``."""

    form: Residue | Property | Member | Between | OneOf

    def __str__(self) -> str:
        return f"not {self.form}"


@dataclass(frozen=True, slots=True)
class Claim:
    """A stated value: of the answer in an attempt, of an earlier attempt in a diagnosis (``None``: the latest).

    Attributes:
        value: As the student wrote it.
        name: Of the unknown it is claimed of.
    """

    value: str | None
    name: str = "x"

    def __str__(self) -> str:
        return self.value or ""


class FamilyForm:
    """Base of the forms that a family adds to the language; each is a frozen dataclass with its own ``str``."""

    __slots__ = ()

    @property
    def subject(self) -> str:
        """What it asks about, the same for all forms that ask about one thing."""
        return str(self)


@dataclass(frozen=True, slots=True)
class Topic:
    """What a question for a fact is about, in the student's words: "price per egg"."""

    words: str

    def __str__(self) -> str:
        return self.words


Form: TypeAlias = (
    Comparison
    | Between
    | Residue
    | Property
    | Member
    | OneOf
    | Quantity
    | Equation
    | Negation
    | Claim
    | Topic
    | FamilyForm
    | None
)


ASKED_KINDS: Final = frozenset({"predicate", "value", "step_check"})
"""Kinds of query whose reply is a function of the answer."""


@dataclass(frozen=True, slots=True)
class Query:
    """What the student asked.

    Attributes:
        kind: ``attempt``, ``predicate``, ``value``, ``step_check``, ``hint``, ``diagnosis``, ``fact``, ``malformed``,
            ``free`` (what only a teacher that reads free text can read),
            or what a family adds.
        canonical: The symbolic form that all wordings of one question share; empty when malformed.
        form: The same, structured; ``None`` for hints and malformed utterances.
        reason: Why the utterance is malformed, otherwise empty.
    """

    kind: str
    canonical: str
    form: Form = None
    reason: str = ""
