"""A pool of helper processes that ask sympy what the exact stages leave undecided; the caller never imports sympy.

Each helper is one process (see `serving`) that forks a child for every question and kills it at the deadline.
Helpers are started when they are first needed, or by `start`; `close` ends them, and so does the end of this process.

Threat model. Covered: hostile expressions, which may use up their own deadline and a bounded amount of memory but
neither the caller's processor time (below a millisecond a question) nor the next question; a helper that dies or
hangs; callers that fork, use threads, ignore SIGCHLD, reap children themselves or have closed their standard streams.
Not covered: a caller that forks in C without Python's hooks and then asks from both sides at once before the check of
the process id; platforms without `os.fork`, where every outcome is ``failed``.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
import time
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from sml_env.verifiers.nodes import Node, walk
from sml_env.verifiers.rendering import to_text
from sml_env.verifiers.workers.frames import write_frame
from sml_env.verifiers.workers.pool import CLOSE_SECONDS, START_SECONDS, Pool, WorkerStatistics
from sml_env.verifiers.workers.process import Helper, HelperFailed, TooLate, sympy_helper

__all__ = [
    "GRACE_SECONDS",
    "MAX_NODES",
    "MAX_TEXT",
    "QUESTIONS",
    "START_SECONDS",
    "Answer",
    "WorkerStatistics",
    "ask",
    "close",
    "start",
    "statistics",
]

QUESTIONS = ("equal", "equations", "inequalities")
"""What can be asked: one value or function, one solution set of equations, one of inequalities in a real variable."""
MAX_TEXT = 2_000
"""Longest text of a tree that is asked about, in characters."""
MAX_NODES = 256
"""Most nodes of a tree that is asked about, which bounds the caller's work."""
GRACE_SECONDS = 1.0
"""How long after the deadline a helper may answer before it is killed, in seconds."""
MAX_SECONDS = 3_600.0
"""Longest deadline of a question, in seconds."""

Variables = Literal["real", "positive", "complex"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a question.

    Attributes:
        equal: True or False where proven, else None.
        outcome: ``decided``, ``undecided``, ``killed`` (over its time or memory) or ``failed`` (no helper).
        reason: For people: why there is no decision.
    """

    equal: bool | None
    outcome: str
    reason: str = ""


_pool = Pool(min(4, os.cpu_count() or 1), sympy_helper)


def _own() -> Pool:
    """Return this process's pool: a fresh one after a fork."""
    global _pool
    if _pool.pid != os.getpid():
        inherited, _pool = _pool, Pool(_pool.limit, sympy_helper)
        for helper in inherited.helpers:
            helper.forget()
    return _pool


def _finish() -> None:
    pool = _own()
    pool.finished = True
    pool.close()


atexit.register(_finish)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_own)


def ask(question: str, a: Node, b: Node, timeout: float = 2.0, variables: Variables = "real") -> Answer:
    """Ask a helper whether two trees are equal in the sense of the question; never raises.

    The wall time is at most `timeout` + `GRACE_SECONDS`, plus `START_SECONDS` where a helper must be started first.

    Args:
        question: One of `QUESTIONS`.
        a: A tree: a scalar, an equation, or inequalities.
        b: Another.
        timeout: Seconds until the answer; waiting for a free helper counts, starting one does not.
        variables: What the variables range over.

    Returns:
        The answer; a decision is a proof.
    """
    pool = _own()
    begun = time.monotonic()
    answer, waited = _asked(pool, begun, question, a, b, timeout, variables)
    pool.count(answer.outcome, waited - begun)
    return answer


def _asked(
    pool: Pool, begun: float, question: str, a: Node, b: Node, timeout: float, variables: str
) -> tuple[Answer, float]:
    """Return the answer, and when the wait for a helper ended."""
    if question not in QUESTIONS or not 0 < timeout <= MAX_SECONDS:
        return Answer(None, "failed", f"no such question or timeout: {question!r}, {timeout!r}"), begun
    texts = _text(a), _text(b)
    if texts[0] is None or texts[1] is None:
        return Answer(
            None, "undecided", f"a tree over {MAX_NODES} nodes, or without a text of {MAX_TEXT} characters"
        ), begun
    try:
        helper, deadline = pool.take(timeout)
    except HelperFailed as error:
        return Answer(None, "failed", str(error)), time.monotonic()
    except TooLate:
        return Answer(None, "killed", "no helper was free before the deadline"), time.monotonic()
    taken = time.monotonic()
    reply: dict[str, Any] | None = None
    patience = CLOSE_SECONDS
    message = {"question": question, "a": texts[0], "b": texts[1], "variables": variables}
    try:
        write_frame(helper.connection, {**message, "seconds": deadline - taken})
        reply = helper.reply(deadline + GRACE_SECONDS)
    except TooLate:
        patience = 0.0
        return Answer(None, "killed", "the helper did not answer and was killed"), taken
    except (EOFError, OSError, ValueError) as error:
        return Answer(None, "failed", f"the helper ended: {type(error).__name__}"), taken
    finally:
        if reply is None:
            pool.discard(helper, patience)
        else:
            pool.give(helper)
    if reply.get("status") != "done":
        return Answer(None, "killed", "over its time or memory"), taken
    equal = reply.get("equal")
    if equal is None:
        return Answer(None, "undecided", "no proof either way"), taken
    return Answer(bool(equal), "decided"), taken


def _text(node: Node) -> str | None:
    """Write a tree, unless it is too long or holds something without a notation."""
    try:
        if sum(1 for _ in islice(walk(node), MAX_NODES + 1)) > MAX_NODES:
            return None
        text = to_text(node)
        return text if len(text) <= MAX_TEXT else None
    except (AttributeError, RecursionError, TypeError, ValueError):
        return None


def start(workers: int | None = None) -> int:
    """Start helpers beforehand and wait until they are ready.

    Args:
        workers: The most helpers from now on; by default as many as before, at first the processors but at most 4.

    Returns:
        How many are ready; 0 where none can be started.

    Raises:
        ValueError: If `workers` is below 1.
    """
    pool = _own()
    if workers is not None:
        if workers < 1:
            raise ValueError(f"workers is {workers}; at least 1 is needed")
        pool.limit = workers
    taken: list[Helper] = []

    def take() -> None:
        with contextlib.suppress(HelperFailed, TooLate):
            taken.append(pool.take(START_SECONDS)[0])

    threads = [threading.Thread(target=take) for _ in range(pool.limit)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for helper in taken:
        pool.give(helper)
    return len(taken)


def statistics() -> WorkerStatistics:
    """Return the counts of this process so far."""
    return _own().counts


def close() -> None:
    """End all helpers and wait until they are gone; a later question starts new ones."""
    _own().close()
