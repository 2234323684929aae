"""Meters: how informative questions are where there is no finite hypothesis space. Reported privately, never paid.

A meter is what its name says and no more. ``mutants``: the reference and small changes of it are taken to be equally
likely; a question is worth the entropy of how its reply splits those that still fit. It depends on the reference, so a
student who could read it would learn of the reference: it is for evaluators.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

from sml_env.coding.literals import show
from sml_env.coding.mutants import mutants, outcome_text, question_bits
from sml_env.verifiers.execution import Limits, run_function

__all__ = ["MUTANT_LIMITS", "MutantMeter"]

MUTANT_LIMITS: Final = Limits(seconds_per_call=0.5, seconds=2.0)
"""Of each run of a mutant: they loop more often than programs that people write."""


class MutantMeter:
    """The programs that fit what was said: the reference, and its mutants that differ from it on the examples.

    Args:
        reference: The program.
        function: That is asked about.
        examples: Argument lists on which mutants must differ from the reference to count.
        limit: Most mutants that are tried.
    """

    def __init__(self, reference: str, function: str, examples: Sequence[Sequence[Any]], limit: int = 24) -> None:
        self._ask = lru_cache(maxsize=1_024)(self._asked)
        self._function = function
        self._arguments: dict[str, Sequence[Any]] = {}
        truth = _outcomes(reference, function, examples)
        self._programs = (reference, *(
            source for source in mutants(reference, limit=limit)
            if None not in (told := _outcomes(source, function, examples)) and told != truth
        ))  # fmt: skip

    def __repr__(self) -> str:
        return f"MutantMeter({len(self._programs) - 1} mutants, <redacted>)"

    def account(self, questions: Sequence[Sequence[Any]]) -> dict[str, Any]:
        """What a dialogue's questions told.

        Args:
            questions: Their argument lists, in order.

        Returns:
            ``meter`` (``"mutants"``), ``programs`` (how many there were), ``expected_bits`` and ``realised_bits`` of
            each question, ``entropy_bits`` after the last; ``None`` where no mutant was found.
        """
        live = list(range(len(self._programs)))
        expected: list[float] = []
        realised: list[float] = []
        for arguments in questions:
            self._arguments[show(list(arguments))] = arguments
            replies = self._ask(show(list(arguments)))
            expected.append(question_bits([replies[row] for row in live]))
            kept = [row for row in live if replies[row] == replies[0]]
            realised.append(math.log2(len(live) / len(kept)))
            live = kept
        known = len(self._programs) > 1
        return {
            "meter": "mutants",
            "programs": len(self._programs),
            "expected_bits": tuple(expected) if known else None,
            "realised_bits": tuple(realised) if known else None,
            "entropy_bits": math.log2(len(live)) if known else None,
        }

    _ask: Callable[[str], tuple[str, ...]]

    def _asked(self, shown: str) -> tuple[str, ...]:
        arguments = self._arguments[shown]
        return tuple(str(_outcomes(program, self._function, [arguments])[0]) for program in self._programs)


def _outcomes(program: str, function: str, inputs: Sequence[Sequence[Any]]) -> list[str | None]:
    """What a program replies to each input, as text; ``None`` where the machinery failed."""
    run = run_function(program, function, [list(each) for each in inputs], limits=MUTANT_LIMITS)
    if run.status == "infrastructure":
        return [None] * len(inputs)
    return [outcome_text(each.kind, each.value, each.error) for each in run.outcomes]
