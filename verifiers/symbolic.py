r"""The symbolic verifier: is an answer mathematically the reference?

Stages, cheapest first; `Verdict.method` names the one that decided: ``literal`` (equal trees), ``text``, ``exact``
(rational arithmetic), ``modular`` (rational functions, see `identity`), ``balls`` (disjoint enclosures), ``algebraic``
(separation bound, see `comparison`), ``symbolic`` (a proof by sympy on a tree of at most 40 nodes), ``numeric``
(evidence to `comparison.PRECISIONS` or `identity.NUMERIC_BITS` bits: transcendental equality has no general proof),
``decimal``, ``kind``, ``hedge``, ``unit``. A difference is always proven; so is equality, but for ``modular`` (error
below 2^-100) and ``numeric``.

Rules:
- A decimal equals a rational only exactly (0.333 is not 1/3). It may stand for an irrational reference if it has at
  least `MIN_DECIMAL_DIGITS` significant digits and is within half a unit of its last digit.
- A unit is dropped if only one side has one; two different units leave the verdict undecided. ``25%`` is 25 and 1/4
  where the reference has no percent sign, and the reverse.
- ``x = 5`` answers 5. ``x = 1 = 2`` and several marked answers that differ are hedges: incorrect.
- ``(2, 3)`` is an open interval where the reference is a range.
- A list without brackets has no order; equations agree up to a constant factor.
- e, i and pi are constants.

Not covered yet, and so never ``correct`` except by equal text: ranges with dots, numbers in a base, repeating decimals,
matrices, floor and ceiling, modular classes, units that convert, integrals and sums, systems of inequalities, words for
numbers, equations that are equal only up to a non-constant factor.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

from sml_env.errors import ExpressionError
from sml_env.verifiers.arithmetic import evaluate, rational_value
from sml_env.verifiers.base import Status, Verdict
from sml_env.verifiers.comparison import Equality, compare, equal_constants
from sml_env.verifiers.equivalence import equivalent, percent_value
from sml_env.verifiers.extraction import extract
from sml_env.verifiers.grammar import parse_expression
from sml_env.verifiers.nodes import SCALARS, Chain, Node, Number, Relation, add, free_symbols
from sml_env.verifiers.tokens import MAX_CHARS
from sml_env.verifiers.units import split_unit

__all__ = ["MIN_DECIMAL_DIGITS", "SymbolicVerifier", "verify"]

MIN_DECIMAL_DIGITS = 4
"""Fewest significant digits of a decimal that may stand for an irrational reference."""

MAX_CANDIDATES = 8
"""Most marked answers that are read; more are a hedge."""

_DECIMAL = re.compile(r"[-\u2212]?([0-9]*)\.([0-9]+)")
_BROKEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MATHS = re.compile(r"[0-9\\^_{}=<>+*/]")
_TEXT_COMMAND = re.compile(r"\\(?:text|textbf|textrm|mathrm|mbox)\s*\{([^{}]*)\}")
_WORD = re.compile(r"[A-Za-z]*[AEIOUaeiou][A-Za-z]*")


class SymbolicVerifier:
    """Verifies mathematical answers; stateless, usable from any thread."""

    def verify(self, answer: str, reference: str) -> Verdict:
        """Compare an answer with the reference; see `verify`."""
        return verify(answer, reference)


def verify(answer: str, reference: str) -> Verdict:
    """Decide whether an answer is mathematically equal to the reference.

    Args:
        answer: A whole reply or a bare answer. Untrusted: never evaluated, bounded, anything at all gets a verdict.
        reference: The right answer, bare.

    Returns:
        The verdict; never raises.
    """
    try:
        return _verify(answer, reference)
    except ExpressionError:
        return Verdict(Status.UNDECIDED, "none", "the two cannot be compared")
    except Exception as error:  # the promise to callers is a verdict, and a bug here must not end a training run
        return Verdict(Status.INFRASTRUCTURE_ERROR, "none", f"the verifier failed: {type(error).__name__}")


class _Reference:
    """A reference as read once: its tree or, where it has none, only its text."""

    __slots__ = ("fault", "text", "tree", "unit")

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree: Node | None = None
        self.unit: str | None = None
        self.fault = _fault(text)
        if self.fault:
            return
        marked = extract(text)
        bare = marked.candidates[-1] if marked.marker == "boxed" else text
        number, self.unit = split_unit(bare.strip())
        try:
            self.tree = parse_expression(number)
        except ExpressionError:
            self.unit = None
            return
        if self.tree.__class__ in SCALARS:
            try:
                evaluate(self.tree, {})
            except ZeroDivisionError:
                self.fault = "the reference divides by zero"


def _fault(text: str) -> str:
    if not text.strip():
        return "the reference is empty"
    if len(text) > MAX_CHARS:
        return f"the reference has {len(text)} characters; the limit is {MAX_CHARS}"
    if _BROKEN.search(text):
        return "the reference holds control characters"
    if text.count("{") != text.count("}"):
        return "the reference has unbalanced curly brackets"
    return ""


@lru_cache(maxsize=1024)
def _reference(text: str) -> _Reference:
    return _Reference(text)


def _verify(answer: str, reference: str) -> Verdict:
    if not isinstance(reference, str):
        return Verdict(Status.REFERENCE_ERROR, "none", f"the reference is a {type(reference).__name__}, not a str")
    if len(reference) > MAX_CHARS:
        return Verdict(Status.REFERENCE_ERROR, "none", _fault(reference))
    target = _reference(reference)
    if target.fault:
        return Verdict(Status.REFERENCE_ERROR, "none", target.fault)
    if not isinstance(answer, str):
        return Verdict(Status.UNPARSABLE, "none", f"the answer is a {type(answer).__name__}, not a str")
    found = extract(answer)
    if not found.candidates:
        return Verdict(Status.UNPARSABLE, "none", "the reply holds no answer of a readable length")
    if len(found.candidates) == 1:
        return _judge(found.candidates[0], target)
    verdicts = [_judge(text, target) for text in found.candidates[:MAX_CANDIDATES]]
    if len(found.candidates) <= MAX_CANDIDATES and all(verdict.correct for verdict in verdicts):
        return verdicts[-1]
    return Verdict(
        Status.INCORRECT, "hedge", f"{len(found.candidates)} different answers are marked", found.candidates[-1]
    )


def _judge(text: str, target: _Reference) -> Verdict:
    if text == target.text.strip():
        return Verdict(Status.CORRECT, "text", "the texts are equal", text)
    if target.tree is None:
        if _words(text) == _words(target.text):
            return Verdict(Status.CORRECT, "text", "the words are equal", text)
        if _MATHS.search(target.text):
            return Verdict(Status.UNDECIDED, "text", "the reference is in a notation that is not read yet", text)
        return Verdict(Status.INCORRECT, "text", "the texts differ", text)
    number, unit = split_unit(text) if target.unit or not free_symbols(target.tree) else (text, None)
    try:
        tree = parse_expression(number)
    except ExpressionError as error:
        return Verdict(Status.UNPARSABLE, "none", str(error), text)
    if unit is not None and target.unit is not None and unit != target.unit:
        return Verdict(Status.UNDECIDED, "unit", f"the units differ: {unit} and {target.unit}", text)
    hedge = _hedged(tree)
    if hedge is not None:
        tree = hedge
    if isinstance(tree, Chain) and all(link.op == "==" for link in tree.links):
        return Verdict(Status.INCORRECT, "hedge", "a chain of equalities that do not hold", text)
    decision = _decide(tree, number, target.tree)
    if decision.equal and decision.method != "literal" and _is_word(text, target.text):
        return Verdict(Status.UNDECIDED, "text", "two words with the same letters", text)
    if decision.equal is None:
        return Verdict(Status.UNDECIDED, "none", "neither equality nor difference was established", text)
    status = Status.CORRECT if decision.equal else Status.INCORRECT
    reason = "equal to the reference" if decision.equal else "different from the reference"
    return Verdict(status, decision.method, reason, text)


def _words(text: str) -> str:
    """Return text without LaTeX's text commands, in lower case, with single spaces."""
    return " ".join(_TEXT_COMMAND.sub(r"\1", text).casefold().split()).rstrip(".")


def _is_word(text: str, reference: str) -> bool:
    """Whether both are single words, where products of letters would make anagrams equal."""
    words = text.strip(), reference.strip()
    return all(len(word) > 2 and _WORD.fullmatch(word) for word in words)


def _hedged(tree: Node) -> Node | None:
    """Return the value of a chain of equalities that all hold, such as ``x = 2*6 = 12``, else None."""
    if not isinstance(tree, Chain) or any(link.op != "==" for link in tree.links) or len(tree.links) > 16:
        return None
    sides = [tree.links[0].left, *(link.right for link in tree.links)]
    if any(side.__class__ not in SCALARS for side in sides):
        return None
    values = sides[1:] if free_symbols(sides[0]) else sides
    if all(equivalent(values[-1], value).equal for value in values[:-1]):
        return Relation("==", sides[0], values[-1]) if free_symbols(sides[0]) else values[-1]
    return None


def _decide(tree: Node, text: str, reference: Node) -> Equality:
    if tree == reference:
        return Equality(True, "literal")
    answered, expected = percent_value(tree), percent_value(reference)
    if answered is not None and expected is None and reference.__class__ in SCALARS:
        return _either(equivalent(answered, reference), equivalent(tree, reference))
    if expected is not None and answered is None and tree.__class__ in SCALARS:
        return _either(equivalent(tree, expected), equivalent(tree, reference))
    if isinstance(tree, Relation) and tree.op == "==" and not free_symbols(tree):
        if equivalent(tree.left, tree.right).equal:
            return _decide(tree.right, text, reference)
        return Equality(False, "hedge")
    decision = equivalent(tree, reference)
    if decision.equal is False and decision.method == "balls" and _rounds(text, reference):
        return Equality(True, "decimal")
    if decision.equal and decision.method == "numeric":
        from sml_env.verifiers.proof import proves_zero

        if tree.__class__ in SCALARS and reference.__class__ in SCALARS and proves_zero(tree, reference):
            return Equality(True, "symbolic")
    return decision


def _either(a: Equality, b: Equality) -> Equality:
    if a.equal or (b.equal is not True and a.equal is None):
        return a
    return b


def _rounds(text: str, reference: Node) -> bool:
    """Whether the text is a decimal that the irrational reference rounds to."""
    written = text.rpartition("=")[2].strip().strip("$ ")
    match = _DECIMAL.fullmatch(written)
    if match is None or free_symbols(reference) or reference.__class__ not in SCALARS:
        return False
    if len((match[1] + match[2]).lstrip("0")) < MIN_DECIMAL_DIGITS or rational_value(reference) is not None:
        return False
    value = parse_expression(written)
    half = Fraction(1, 2 * 10 ** len(match[2]))
    low, high = add([value, Number(-half)]), add([value, Number(half)])
    if equal_constants(low, reference).equal or equal_constants(high, reference).equal:
        return False
    return compare(low, reference) == -1 and compare(reference, high) == -1
