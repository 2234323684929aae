"""The leak audit of conversation data, and the private side of each dialogue: read at the end of its episode."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sml_env.data.rows import digest
from sml_env.domains import open_domain
from sml_env.guard import LeakGuard
from sml_env.models.prompts import Prompts
from sml_env.rollouts import Witness

__all__ = ["ACCOUNT", "Auditing"]

ACCOUNT: Final = "data"
"""Where ``Auditing`` leaves its account in ``Episode.meters``: private, and taken out before anything is written."""

_TELLING: Final = 4


class Auditing:
    """What a row needs of an episode beyond its public account. It measures no bits.

    Args:
        system: Whether the chat begins with the student's system prompt.
    """

    name = ACCOUNT
    unit = "episode"

    def __init__(self, system: bool = True) -> None:
        self._prompts = Prompts() if system else None

    def measure(self, episodes: Sequence[Witness]) -> list[dict[str, Any]]:
        """Of each episode: what the chat begins with, the private side, the key of its problem, and the audit."""
        return [self._account(each) for each in episodes]

    def _account(self, witness: Witness) -> dict[str, Any]:
        problem, private = witness.core.dialogue.problem, witness.core.privileged()
        tested = open_domain(problem.domain)
        function = None if tested is None else tested.function
        key = digest(type(witness.core).__name__, problem.statement, private["answer"], *private["details"])
        metered, guarded, found = _audit(witness)
        return {
            "bits": None,
            "count": 0,
            "opening": witness.opening,
            "system": "" if self._prompts is None else self._prompts.text("student", function=function),
            "answer": private["answer"],
            "solution": [list(step) for step in private["solution"]],
            "details": list(private["details"]),
            "key": key.hex(),
            "metered": metered,
            "guarded": guarded,
            "findings": found,
        }


def _audit(witness: Witness) -> tuple[int, int, list[str]]:
    """Replies that are metered, replies that a guard has read, and what a student could read that it must not.

    A reply whose bits are known is one of a channel's, and metered; a verdict is the environment's own. Any other is
    read by a fresh guard, with what the student had said before it.
    """
    problem = witness.core.dialogue.problem
    guard, answer = LeakGuard(problem), problem.secret.reveal().answer
    metered, guarded = 0, 0
    found, said = list[str](), list[str]()
    for turn, record in enumerate(witness.records, 1):
        said.append(record.utterance)
        if record.expected_bits is not None or record.query_kind == "attempt":
            metered += 1
            continue
        guarded += 1
        report = guard.inspect(record.reply.rpartition("\n")[0], "\n".join(said))
        if report.leaks:
            found.append(f"turn {turn}: {report.reason}")
    if len(answer) >= _TELLING and answer in problem.problem_id:
        found.append("the problem's id holds the answer")
    return metered, guarded, found
