"""What must hold of any answer and any reference, for the fuzzers and for their kept corpus."""

from __future__ import annotations

from sml_env.verifiers.base import Status
from sml_env.verifiers.extraction import extract
from sml_env.verifiers.nodes import Chain, Node, Relation, Symbol, free_symbols
from sml_env.verifiers.policy import LENIENT, Policy
from sml_env.verifiers.reading import read
from sml_env.verifiers.symbolic import verify

__all__ = ["ALONE", "EXACT", "boxed", "check_pair", "check_reflexive", "check_symmetric", "check_total", "is_one_way"]

ALONE = Policy(timeout=0)
"""The strict profile without workers."""
LOOSE = Policy(**{name: getattr(LENIENT, name) for name in Policy.__slots__ if name != "timeout"}, timeout=0)
"""The lenient profile without workers."""
EXACT = Policy(decimal_digits=None, solved=False, sets_as_relations=True, timeout=0)
"""No approximation, and no rule that asks more of the answer than of the reference."""


def boxed(text: str) -> str:
    """Return a reply whose answer is the text."""
    return f"\\boxed{{{text}}}"


def check_pair(answer: str, reference: str) -> None:
    """Check everything of a pair."""
    check_total(answer, reference)
    check_reflexive(answer)
    check_symmetric(answer, reference)


def check_total(answer: str, reference: str) -> None:
    """Check that every pair gets a verdict about the pair, not about the machinery."""
    for policy in (ALONE, EXACT, LOOSE):
        verdict = verify(answer, reference, policy)
        if verdict.status in (Status.INFRASTRUCTURE_ERROR, Status.TIMEOUT):
            raise AssertionError(f"{verdict} for {answer!r}, {reference!r}")


def check_reflexive(text: str) -> bool:
    """Check that what parses is equal to itself, also after the text shortcuts; False if it does not parse."""
    tree = _tree(text)
    if tree is None:
        return False
    for policy in (ALONE, EXACT):
        verdict = verify(boxed(text), text, policy)
        if not verdict.correct and verdict.status is not Status.REFERENCE_ERROR:
            raise AssertionError(f"{verdict} for {text!r} and itself")
    verdict = verify(boxed(f"{{{text}}}"), text, EXACT)
    same = read(f"{{{text}}}").tree == read(text).tree
    if same and not is_one_way(tree, tree) and verdict.status is Status.INCORRECT:
        raise AssertionError(f"{verdict} for {text!r} in curly brackets and itself")
    return True


def check_symmetric(first: str, second: str) -> bool:
    """Check that a verdict does not depend on which side is the reference; False if that is not promised here."""
    trees = _tree(first), _tree(second)
    if trees[0] is None or trees[1] is None or is_one_way(trees[0], trees[1]) or is_one_way(trees[1], trees[0]):
        return False
    there, back = verify(boxed(first), second, EXACT), verify(boxed(second), first, EXACT)
    if Status.REFERENCE_ERROR in (there.status, back.status):
        return False
    if there.status != back.status:
        raise AssertionError(f"{there} for {first!r}, {second!r}, but {back} the other way round")
    return True


def is_one_way(tree: Node, other: Node) -> bool:
    """Whether a tree says something else in an answer than in a reference.

    What an answer works out is read for its result: ``x = 5 + 6 = 11`` and ``x + y = 11`` for 11. A reference is not.
    """
    if not isinstance(tree, Relation):
        return isinstance(tree, Chain)
    if tree.op == "~" or not free_symbols(tree):
        return True
    stated = tree.op == "==" and not (free_symbols(tree.left) and free_symbols(tree.right))
    return stated and not isinstance(other, Relation) and not isinstance(tree.left, Symbol)


def _tree(text: str) -> Node | None:
    """Return the tree of a text that survives being boxed and extracted."""
    return read(text).tree if extract(boxed(text)).candidates == (text,) else None
