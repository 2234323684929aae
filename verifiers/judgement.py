"""One marked answer against one reference: choices, words, units, chains of equalities, then the trees."""

from __future__ import annotations

import re
from fractions import Fraction

from sml_env.verifiers.approximation import Decimals
from sml_env.verifiers.arithmetic import rational_value
from sml_env.verifiers.base import Status, Verdict
from sml_env.verifiers.comparison import compare
from sml_env.verifiers.equivalence import Comparison
from sml_env.verifiers.nodes import (
    SCALARS,
    Chain,
    Constant,
    Function,
    Node,
    Number,
    Relation,
    free_symbols,
    multiply,
    rebuild,
)
from sml_env.verifiers.policy import Policy
from sml_env.verifiers.reading import Reading, read
from sml_env.verifiers.references import Reference, reference_of
from sml_env.verifiers.relations import is_solved, named, states_constant

__all__ = ["MAX_CANDIDATES", "MAX_SIDES", "exactly", "judge", "judge_all"]

MAX_CANDIDATES = 8
"""Most marked answers that are read; more are a hedge."""
MAX_SIDES = 16
"""Most sides of a chain of equalities."""

_MATHS = re.compile(r"[\\^_{}=<>+*]|^[^A-Za-z]*$")
_RADIANS = frozenset(("rad", "rads", "radian", "radians"))
_WORD = re.compile(r"[A-Za-z]*[AEIOUaeiou][A-Za-z]*")


def exactly(equal: bool, text: str) -> Verdict:
    """Say of two rational numbers whether they are equal."""
    if equal:
        return Verdict(Status.CORRECT, "exact", "equal to the reference", text)
    return Verdict(Status.INCORRECT, "exact", "different from the reference", text)


def judge_all(candidates: tuple[str, ...], target: Reference, policy: Policy) -> Verdict:
    """Judge several marked answers: all must be right."""
    count = len(candidates)
    if count <= MAX_CANDIDATES:
        verdicts = [judge(text, target, policy) for text in candidates]
        if all(verdict.correct for verdict in verdicts):
            first = reference_of(candidates[0])
            if all(judge(text, first, policy).correct for text in candidates[1:]):
                return verdicts[-1]
    return Verdict(Status.INCORRECT, "hedge", f"{count} different answers are marked", candidates[-1])


def judge(text: str, target: Reference, policy: Policy) -> Verdict:
    """Judge one answer, bare."""
    reference = target.reading
    if text == reference.text:
        return Verdict(Status.CORRECT, "text", "the texts are equal", text)
    answer = read(text)
    if answer.letter is not None and reference.letter is not None and (answer.marked or reference.marked):
        if answer.letter != reference.letter:
            return Verdict(Status.INCORRECT, "choice", "another choice", text)
        if not _has_content(answer) or not _has_content(reference):
            return Verdict(Status.CORRECT, "choice", "the same choice", text)
    elif _only_letter(reference):
        return Verdict(Status.INCORRECT, "choice", "the reference is the letter of a choice", text)
    if answer.tree is None or reference.tree is None:
        return _judge_words(answer, reference)
    return _judge_trees(answer, answer.tree, reference, reference.tree, policy)


def _has_content(reading: Reading) -> bool:
    return reading.marked and (reading.tree is not None or bool(reading.fault))


def _only_letter(reading: Reading) -> bool:
    return reading.marked and not _has_content(reading)


def _judge_words(answer: Reading, reference: Reading) -> Verdict:
    text = answer.text
    if reference.tree is None and answer.words == reference.words:
        return Verdict(Status.CORRECT, "text", "the words are equal", text)
    if reference.tree is not None:
        return Verdict(Status.UNPARSABLE, "none", answer.fault or "a letter is no answer here", text)
    if _MATHS.search(reference.words) and not _only_letter(answer) and not _is_calendar(reference):
        return Verdict(Status.UNDECIDED, "text", "the reference is in a notation that is not read", text)
    return Verdict(Status.INCORRECT, "text", "the texts differ", text)


def _is_calendar(reading: Reading) -> bool:
    return reading.fault == "dates and times are compared as text"


def _judge_trees(answer: Reading, tree: Node, reference: Reading, expected: Node, policy: Policy) -> Verdict:
    text = answer.text
    if any(side.unit is not None and side.unit.text in _RADIANS for side in (answer, reference)):
        tree, expected = _in_radians(tree), _in_radians(expected)
    tree, expected, verdict = _united(answer, tree, reference, expected, policy)
    if verdict is not None:
        return verdict
    if tree.__class__ is Number and expected.__class__ is Number:
        equal = tree.value == expected.value
        if equal or ("." not in text and "." not in reference.text):
            return exactly(equal, text)
    comparison = Comparison(policy, (Decimals(text), Decimals(reference.text)))
    if isinstance(tree, (Chain, Relation)):
        concluded = _concluded(tree, comparison)
        if concluded is None:
            return Verdict(Status.INCORRECT, "hedge", "equalities that do not hold", text)
        tree = concluded
    constant = expected.__class__ in SCALARS and not free_symbols(expected)
    if constant and policy.solved and isinstance(tree, Relation) and states_constant(tree):
        tree = tree.right
    if policy.solved and not is_solved(tree) and is_solved(expected):
        return Verdict(Status.INCORRECT, "unsolved", "an equation or an inequality that is not solved", text)
    decision = comparison.decide(tree, expected)
    if answer.clock and reference.clock and answer.words != reference.words:
        if decision.equal:
            return Verdict(Status.UNDECIDED, "text", "two times of day, or two equal ratios", text)
        return Verdict(Status.INCORRECT, "text", "neither equal ratios nor equal times", text)
    if decision.equal and decision.method != "literal" and _is_word(text, reference.text):
        return Verdict(Status.UNDECIDED, "text", "two words with the same letters", text)
    if decision.equal is None:
        if comparison.killed:
            return Verdict(Status.UNDECIDED, "killed", "the worker ran out of time", text)
        return Verdict(Status.UNDECIDED, "none", "neither equality nor difference was established", text)
    status = Status.CORRECT if decision.equal else Status.INCORRECT
    reason = "equal to the reference" if decision.equal else "different from the reference"
    return Verdict(status, decision.method, reason, text)


def _united(
    answer: Reading, tree: Node, reference: Reading, expected: Node, policy: Policy
) -> tuple[Node, Node, Verdict | None]:
    """Convert units by the policy; a verdict if they decide already."""
    mine, theirs = answer.unit, reference.unit
    if (mine is None and theirs is None) or policy.units == "ignored":
        return tree, expected, None
    if mine is None or theirs is None:
        if policy.units == "required":
            return tree, expected, Verdict(Status.INCORRECT, "unit", "only one of the two has a unit", answer.text)
        return tree, expected, None
    if mine == theirs or mine.text == theirs.text:
        return tree, expected, None
    if mine.dimensions == theirs.dimensions:
        if mine.factor != theirs.factor and tree.__class__ in SCALARS and expected.__class__ in SCALARS:
            tree = multiply(Number(mine.factor / theirs.factor), tree)
        return tree, expected, None
    if mine.physical and theirs.physical:
        return tree, expected, Verdict(Status.INCORRECT, "unit", "a unit of another kind", answer.text)
    return tree, expected, Verdict(Status.UNDECIDED, "unit", "another unit, which cannot be converted", answer.text)


def _in_radians(tree: Node) -> Node:
    """Replace degrees by their values."""
    tree = rebuild(tree, _in_radians)
    if isinstance(tree, Function) and tree.name == "degrees":
        return multiply(multiply(Number(Fraction(1, 180)), tree.args[0]), Constant("pi"))
    return tree


def _is_word(text: str, reference: str) -> bool:
    """Whether both are single words, where products of letters would make anagrams equal."""
    words = text.strip(), reference.strip()
    return all(len(word) > 2 and _WORD.fullmatch(word) for word in words)


def _concluded(tree: Chain | Relation, comparison: Comparison) -> Node | None:
    """Return what equalities say in the end: ``x = 2*6 = 12`` says ``x = 12``, ``12 = 12`` says 12.

    Returns:
        None if they do not hold, as in ``x = 1 = 2``: a hedge.
    """
    links = tree.links if isinstance(tree, Chain) else (tree,)
    if any(link.op not in ("==", "~") for link in links):
        return tree
    sides = [links[0].left, *(link.right for link in links)]
    if len(sides) > MAX_SIDES or any(side.__class__ not in SCALARS for side in sides):
        return tree if len(sides) == 2 else None
    unknown = bool(free_symbols(sides[0]))
    if len(sides) == 2 and (unknown or free_symbols(sides[1])):
        return tree if links[0].op == "==" else Relation("==", *sides)
    values = sides[1:] if unknown else sides
    if comparison.policy.chains == "last":
        stated = [link.right for link in links if link.op == "=="]
        last = stated[-1] if stated else values[0]
        return Relation("==", sides[0], last) if named(sides[0]) is not None else last
    exact = values[0]
    for link, value in zip(links[-(len(values) - 1) :], values[1:], strict=True):
        if link.op == "==" and not comparison.decide(value, exact).equal:
            return None
        if link.op == "~" and not _near(value, exact):
            return None
    return Relation("==", sides[0], exact) if unknown else exact


def _near(a: Node, b: Node) -> bool:
    """Whether a number is within a fiftieth of another, as a stated approximation is."""
    value = rational_value(a)
    if value is None or free_symbols(b):
        return False
    spread = abs(value) / 50
    return compare(Number(value - spread), b) in (-1, 0) and compare(b, Number(value + spread)) in (-1, 0)
