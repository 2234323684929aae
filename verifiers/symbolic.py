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
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from sml_env.errors import ConfigurationError, ExpressionError
from sml_env.verifiers.base import Status, Verdict
from sml_env.verifiers.extraction import extract, marks_exactly
from sml_env.verifiers.judgement import exactly, judge, judge_all
from sml_env.verifiers.policy import STRICT, Policy, policy_of
from sml_env.verifiers.references import MAX_GLANCE, plainly_sound, reference_of

__all__ = ["SymbolicVerifier", "verify", "verify_async", "verify_batch"]

MAX_WHOLE = 20
"""Digits from which a whole number is no longer compared at once."""


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
    if plain and marks_exactly(answer, reference) and plainly_sound(reference):
        return Verdict(Status.CORRECT, "text", "the texts are equal", reference)
    if not isinstance(reference, str):
        return Verdict(Status.REFERENCE_ERROR, "none", f"the reference is a {type(reference).__name__}, not a str")
    if not isinstance(answer, str):
        fault = reference_of(reference).fault
        if fault:
            return Verdict(Status.REFERENCE_ERROR, "none", fault)
        return Verdict(Status.UNPARSABLE, "none", f"the answer is a {type(answer).__name__}, not a str")
    found = extract(answer)
    candidates = found.candidates
    if plain and len(candidates) == 1:
        if candidates[0] == reference and plainly_sound(reference):
            return Verdict(Status.CORRECT, "text", "the texts are equal", reference)
        if _is_whole(candidates[0]) and _is_whole(reference):
            return exactly(int(candidates[0]) == int(reference), candidates[0])
    target = reference_of(reference)
    if target.fault:
        return Verdict(Status.REFERENCE_ERROR, "none", target.fault)
    if not candidates:
        return Verdict(Status.UNPARSABLE, "none", "the reply holds no answer of a readable length")
    if len(candidates) == 1:
        return judge(candidates[0], target, policy)
    if policy.hedges == "last":
        return judge(candidates[-1], target, policy)
    return judge_all(candidates, target, policy)


def _is_whole(text: str) -> bool:
    return text.isdigit() and len(text) < MAX_WHOLE and text.isascii()
