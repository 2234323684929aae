r"""The symbolic verifier: is an answer mathematically the reference?

Stages, cheapest first; `Verdict.method` names the one that decided: ``text`` (equal texts), ``literal`` (equal trees),
``exact`` (rational arithmetic), ``modular`` (rational functions, see `identity`), ``balls`` (disjoint enclosures),
``algebraic`` (separation bound, see `comparison`), ``symbolic`` (a proof by sympy in a worker that can be killed),
``numeric`` (evidence to `comparison.PRECISIONS` or `identity.NUMERIC_BITS` bits: transcendental equality has no general
proof), ``decimal`` (a rounding rule of the policy), ``choice``, ``kind``, ``unit``, ``unsolved``, ``hedge``; ``killed``
for a worker that ran out of time. A difference is always proven; so is equality, but for ``modular`` (error below
2^-100) and ``numeric``. What the rules are is written at `policy.Policy`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from functools import lru_cache

from sml_env.errors import ConfigurationError, ExpressionError
from sml_env.verifiers.approximation import Decimals
from sml_env.verifiers.arithmetic import rational_value
from sml_env.verifiers.base import Status, Verdict
from sml_env.verifiers.comparison import compare
from sml_env.verifiers.equivalence import Comparison
from sml_env.verifiers.extraction import Extraction, extract, marks_exactly
from sml_env.verifiers.nodes import (
    SCALARS,
    Chain,
    Constant,
    Function,
    Node,
    Number,
    Power,
    Relation,
    free_symbols,
    multiply,
    rebuild,
    walk,
)
from sml_env.verifiers.policy import STRICT, Policy, policy_of
from sml_env.verifiers.reading import Reading, read
from sml_env.verifiers.relations import is_solved, named, states_constant
from sml_env.verifiers.tokens import MAX_CHARS

__all__ = ["SymbolicVerifier", "verify", "verify_async", "verify_batch"]

MAX_CANDIDATES = 8
"""Most marked answers that are read; more are a hedge."""
MAX_GLANCE = 200
"""Longest reference that a glance may find sound, in characters."""
MAX_WHOLE = 20
"""Digits from which a whole number is no longer compared at once."""
MAX_SIDES = 16
"""Most sides of a chain of equalities."""

_BROKEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MATHS = re.compile(r"[\\^_{}=<>+*]|^[^A-Za-z]*$")
_RADIANS = frozenset(("rad", "rads", "radian", "radians"))
_WORD = re.compile(r"[A-Za-z]*[AEIOUaeiou][A-Za-z]*")
_RISKY = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f{}÷]|/(?! ?[1-9])|\^ ?-|(?<!\\)!|(?:frac|ln|log|cot|csc|tan|sec|div|mod|boxed|###)"
)
_GROUP = re.compile(r"\\(?:sqrt|text|mathrm)\{(?!0)[^{}]{0,60}\}|[\^_]\{[^{}-]{1,20}\}")
_FRACTION = re.compile(
    r"\\[dt]?frac(?:\{[^{}]{1,40}\}\{(?:[1-9][0-9]*|(?:[1-9][0-9]*)?(?:[a-zA-Z]|\\pi))\}|[0-9][1-9])"
)


class SymbolicVerifier:
    """Verifies mathematical answers; stateless, usable from any thread.

    Args:
        policy: The rules, or the name of a profile.
    """

    def __init__(self, policy: Policy | str = "strict") -> None:
        self.policy = policy_of(policy)

    def verify(self, answer: str, reference: str) -> Verdict:
        """Compare an answer with the reference; see `verify`."""
        return verify(answer, reference, self.policy)


def verify(answer: str, reference: str, policy: Policy | str = STRICT) -> Verdict:
    """Decide whether an answer is mathematically equal to the reference.

    Args:
        answer: A whole reply or a bare answer. Untrusted: never evaluated, bounded, anything at all gets a verdict.
        reference: The right answer, bare or marked as final at the end of a solution.
        policy: The rules, or the name of a profile: "strict" or "lenient".

    Returns:
        The verdict. Nothing about the answer or the reference raises.

    Raises:
        ConfigurationError: If the policy is none.
    """
    rules = policy if policy.__class__ is Policy else policy_of(policy)
    try:
        return _verify(answer, reference, rules)
    except ExpressionError:
        return Verdict(Status.UNDECIDED, "none", "the two cannot be compared")
    except Exception as error:  # the promise to callers is a verdict, and a bug here must not end a training run
        return Verdict(Status.INFRASTRUCTURE_ERROR, "none", f"the verifier failed: {type(error).__name__}")


def verify_batch(pairs: Iterable[tuple[str, str]], policy: Policy | str = STRICT, *, threads: int = 4) -> list[Verdict]:
    """Verify many pairs, each distinct pair once.

    Args:
        pairs: Answers and references.
        policy: The rules, or the name of a profile.
        threads: How many pairs may wait for workers at a time.

    Returns:
        A verdict for each pair, in order.

    Raises:
        ConfigurationError: If the policy or the number of threads is none.
    """
    rules = policy_of(policy)
    if not isinstance(threads, int) or threads < 1:
        raise ConfigurationError(f"threads={threads!r}: use a whole number from 1")
    rows = [tuple(pair) for pair in pairs]
    distinct = list({(_key(answer), _key(reference)): (answer, reference) for answer, reference in rows}.items())
    with ThreadPoolExecutor(threads) as pool:
        verdicts = pool.map(lambda pair: verify(pair[1][0], pair[1][1], rules), distinct)
        found = {key: verdict for (key, _), verdict in zip(distinct, verdicts, strict=True)}
    return [found[_key(answer), _key(reference)] for answer, reference in rows]


def _key(value: object) -> object:
    return value if isinstance(value, str) else (type(value), id(value))


async def verify_async(answer: str, reference: str, policy: Policy | str = STRICT) -> Verdict:
    """Verify without blocking the event loop; see `verify`."""
    return await asyncio.to_thread(verify, answer, reference, policy)


def _verify(answer: str, reference: str, policy: Policy) -> Verdict:
    plain = isinstance(answer, str) and isinstance(reference, str) and len(reference) <= MAX_GLANCE
    if plain and marks_exactly(answer, reference) and _plainly_sound(reference):
        return Verdict(Status.CORRECT, "text", "the texts are equal", reference)
    if not isinstance(reference, str):
        return Verdict(Status.REFERENCE_ERROR, "none", f"the reference is a {type(reference).__name__}, not a str")
    if not isinstance(answer, str):
        fault = _fault(reference) or _reference(reference).fault
        if fault:
            return Verdict(Status.REFERENCE_ERROR, "none", fault)
        return Verdict(Status.UNPARSABLE, "none", f"the answer is a {type(answer).__name__}, not a str")
    found = extract(answer)
    candidates = found.candidates
    if plain and len(candidates) == 1:
        if candidates[0] == reference and _plainly_sound(reference):
            return Verdict(Status.CORRECT, "text", "the texts are equal", reference)
        if _is_whole(candidates[0]) and _is_whole(reference):
            return _exactly(int(candidates[0]) == int(reference), candidates[0])
    target = _Target(reference) if len(reference) > MAX_CHARS else _reference(reference)
    if target.fault:
        return Verdict(Status.REFERENCE_ERROR, "none", target.fault)
    if not candidates:
        return Verdict(Status.UNPARSABLE, "none", "the reply holds no answer of a readable length")
    if len(candidates) == 1:
        return _judge(candidates[0], target, policy)
    if policy.hedges == "last":
        return _judge(candidates[-1], target, policy)
    return _judge_all(found, target, policy)


def _is_whole(text: str) -> bool:
    return text.isdigit() and len(text) < MAX_WHOLE and text.isascii()


def _exactly(equal: bool, text: str) -> Verdict:
    """Say of two rational numbers whether they are equal."""
    if equal:
        return Verdict(Status.CORRECT, "exact", "equal to the reference", text)
    return Verdict(Status.INCORRECT, "exact", "different from the reference", text)


def _plainly_sound(reference: str) -> bool:
    """Whether a glance shows that a reference is not broken: balanced, and without a division by zero."""
    if reference.isdigit():
        return reference.isascii()
    if not reference.strip():
        return False
    if "\\" in reference:
        if "{" in reference:
            reference = _GROUP.sub("s", reference)
        if "frac" in reference:
            reference = _FRACTION.sub("", reference)
    return _RISKY.search(reference) is None


def _judge_all(found: Extraction, target: _Target, policy: Policy) -> Verdict:
    """Judge several marked answers: all must be right."""
    count = len(found.candidates)
    if count <= MAX_CANDIDATES:
        verdicts = [_judge(text, target, policy) for text in found.candidates]
        if all(verdict.correct for verdict in verdicts):
            first = _reference(found.candidates[0])
            if all(_judge(text, first, policy).correct for text in found.candidates[1:]):
                return verdicts[-1]
    return Verdict(Status.INCORRECT, "hedge", f"{count} different answers are marked", found.candidates[-1])


class _Target:
    """A reference, read; or what is wrong with it."""

    __slots__ = ("fault", "reading")

    def __init__(self, text: str) -> None:
        self.reading = Reading(text)
        self.fault = _fault(text)
        if self.fault:
            return
        bare = text.strip()
        if "\\boxed" in bare or "####" in bare:
            candidates = extract(bare).candidates
            if len(candidates) > 1:
                self.fault = f"the reference marks {len(candidates)} different answers"
                return
            bare = candidates[0] if candidates else bare
        if bare[-1:] == "." and bare[-2:] != "..":
            bare = bare[:-1]
        self.reading = read(bare)
        tree = self.reading.tree
        if isinstance(tree, Relation) and tree.op == "~":
            unknown = free_symbols(tree.left)
            tree = self.reading.tree = Relation("==", tree.left, tree.right) if unknown else tree.left
        if tree is not None and tree.__class__ is not Number and _divides_by_zero(tree):
            self.fault = "the reference divides by zero"


def _divides_by_zero(tree: Node) -> bool:
    """Whether a constant in the tree is raised to a negative power and is zero."""
    return any(
        part.__class__ is Power
        and part.exponent.__class__ is Number
        and part.exponent.value < 0
        and rational_value(part.base) == 0
        for part in walk(tree)
    )


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


_reference = lru_cache(maxsize=4096)(_Target)


def _judge(text: str, target: _Target, policy: Policy) -> Verdict:
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
            return _exactly(equal, text)
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
