"""Programs as answers: how they are judged, what the oracle says of them, and what must not be told."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from sml_env.coding.inputs import fresh_inputs
from sml_env.coding.likeness import Likeness
from sml_env.coding.literals import read_call, show
from sml_env.coding.records import CodeRecord, answered
from sml_env.domains import Candidates
from sml_env.envs.code_faults import fault
from sml_env.envs.code_language import OBSERVED, CallOf, call_of, calls_in, read, shown_arguments
from sml_env.errors import TeacherError
from sml_env.forms import Query
from sml_env.meters import MutantMeter
from sml_env.semantics import Meaning
from sml_env.verifiers.base import Status, Verdict
from sml_env.verifiers.execution import (
    AssertOutcome,
    AssertRun,
    CodeVerdict,
    Limits,
    run_asserts,
    run_function,
    verify_code,
)

__all__ = ["CodeDomain", "HiddenTests"]

LIMITS: Final = Limits(seconds_per_call=2.0, seconds=6.0)
"""Of each run of a submission, and of the reference where a student asks."""

FRESH_LIMITS: Final = Limits(seconds_per_call=0.25, seconds=1.0)
"""Of the reference on fresh inputs; those that it does not answer in time are left out."""

_MOST_SHOWN: Final = 300


@dataclass(frozen=True, slots=True, repr=False)
class HiddenTests:
    """What submissions are judged by. Private.

    Attributes:
        record: The problem with its reference and tests.
        cases: Arguments and expected values, hidden.
        plain: Whether fresh inputs may be judged by comparing with the reference.
        tolerance: Of that comparison.
        fresh: How many fresh inputs are generated for each judgement.
    """

    record: CodeRecord
    cases: tuple[tuple[tuple[Any, ...], Any], ...]
    plain: bool
    tolerance: float
    fresh: int


class CodeDomain:
    """Programs: one function, asked about by calls, judged by hidden and by fresh inputs.

    Args:
        function: Its name, which is public.
    """

    def __init__(self, function: str) -> None:
        self.function = function
        self.help = (
            f"I did not understand. You can ask for a value (call {function}(...)), ask what failed, ask for a hint, "
            f"or submit a program that defines {function} in a block that begins with ```python and ends with ```."
        )

    def __repr__(self) -> str:
        return f"CodeDomain({self.function!r})"

    # -- the language --------------------------------------------------------------------------------------------------

    def parse(self, utterance: object) -> Query:
        """Read one utterance; see ``sml_env.envs.code_language.read``."""
        return read(utterance, self.function)

    def unclear(self, query: Query) -> str:
        """What can be said, and why this was not understood where the reason helps."""
        helpful = query.reason and not query.reason.startswith("that is no question")
        return f"I did not understand: {query.reason}.{self.help.partition('.')[2]}" if helpful else self.help

    def refusal(self, query: Query) -> str | None:
        """Nothing is refused for its words."""
        return None

    def meaning(self, query: Query, candidates: Candidates) -> Meaning | None:
        """Nothing: there are no hypotheses."""
        return None

    def judge(self, value: str, answer: str) -> Verdict:
        """Nothing is judged by the answer's text alone."""
        return Verdict(Status.REFERENCE_ERROR, "none", "a program is judged by tests")

    def response(self, value: str, candidates: Candidates) -> Meaning | None:
        """The bare verdict."""
        return None

    # -- what needs the private side -----------------------------------------------------------------------------------

    def examine(self, value: str, solution: Any, said: Sequence[tuple[str, str]], seed: int) -> Verdict:
        """Judge a program by the hidden inputs that were neither asked nor shown in this lesson, and by fresh ones.

        Fresh inputs are a function of the lesson's seed, of what was said, and of the program; the reference decides
        them.
        """
        tests = solution.tests
        if not isinstance(tests, HiddenTests):
            return CodeVerdict(Status.REFERENCE_ERROR, "none", "the problem has no tests")
        named = {call.shown for turn in said for call in self._named(*turn)}
        if "asserts" in tests.record.tests and not (tests.plain and tests.cases):
            return self._asserted(value, tests, named)
        if not tests.cases:
            return CodeVerdict(Status.INFRASTRUCTURE_ERROR, "none", "the reference could not be run")
        cases = [case for case in tests.cases if shown_arguments(case[0]) not in named]
        if tests.fresh:
            drawn = fresh_inputs([arguments for arguments, _ in tests.cases], tests.fresh, repr((seed, said, value)))
            inputs = [arguments for arguments in drawn if shown_arguments(arguments) not in named]
            cases += answered(tests.record, inputs, limits=FRESH_LIMITS)
        chosen = [[list(arguments), expected] for arguments, expected in cases or tests.cases]
        random.Random(seed).shuffle(chosen)
        asked = {"function": self.function, "cases": chosen, "tolerance": tests.tolerance}
        return verify_code(value, asked, limits=LIMITS)

    def _named(self, student: str, teacher: str) -> list[CallOf]:
        """The inputs that one turn asked or showed.

        Of the student's words only the question that was asked counts, and of the teacher's not what a program gave:
        otherwise a student could name many inputs at once and be judged by none of them.
        """
        asked = self.parse(student).form
        shown = list(calls_in(teacher.partition(OBSERVED)[0], self.function))
        return [*shown, asked] if isinstance(asked, CallOf) else shown

    def _asserted(self, value: str, tests: HiddenTests, named: set[str]) -> Verdict:
        """By the asserts alone, those on named inputs left out unless no other is left."""
        source = tests.record.tests
        run = run_asserts(value, self.function, source["asserts"], source.get("preamble", ""), limits=LIMITS)
        if run.status != "done":
            return verify_code(value, source, limits=LIMITS)
        spent = [bool(one.inputs) and named.issuperset(map(shown_arguments, one.inputs)) for one in run.outcomes]
        counted = [one for one, known in zip(run.outcomes, spent, strict=True) if not known]
        return _verdict_of(run, counted or run.outcomes)

    def unread(self, verdict: Verdict) -> str:
        """Why a program cannot be judged, and how one is written."""
        return (
            f"I cannot run that: {verdict.reason}. Define {self.function} in a block that begins with ```python and "
            "ends with ```."
        )

    def spoken(self, query: Query, answer: str) -> str:
        """What the reference returns.

        Raises:
            TeacherError: If it could not be run.
        """
        if not isinstance(query.form, CallOf):
            return f"I answer calls of {self.function} with plain values."
        kind, text = _returned(answer, self.function, query.form.shown)
        if kind in ("value", "raised"):
            return f"{query.form} {'returns' if kind == 'value' else 'raises'} {text}."
        return f"I cannot say what {query.form} returns."

    def seen(self, verdict: Verdict) -> Verdict:
        """A verdict without the expected value, which one who holds the verdict alone must not know."""
        return replace(verdict, expected=None) if isinstance(verdict, CodeVerdict) else verdict

    def explained(self, verdict: Verdict, *, answer: bool) -> str:
        """An input on which the latest program fails, and what it did there; the right value is not told.

        Who holds the answer also says of what kind the fault is.
        """
        if verdict.correct or not isinstance(verdict, CodeVerdict):
            return "There is nothing to explain."
        if verdict.input is None:
            return f"Your program fails before it returns anything: {verdict.reason}."
        call = call_of(self.function, f"({verdict.input})")
        short = call is not None and len(call.shown) <= _MOST_SHOWN
        place = str(call) if short else "an input that is too long to write out"
        if verdict.observed is None:
            said = "there it gave no answer in time" if verdict.status is Status.TIMEOUT else f"there {verdict.reason}"
        else:
            said = f"{OBSERVED}{verdict.observed[:_MOST_SHOWN]}"
        return f"It fails for {place}: {said}.{f' {fault(verdict)}' if answer else ''}"

    def copies(self, solution: Any, text: str) -> bool:
        """Whether a text holds the reference, renamed or reformatted too."""
        tests = solution.tests
        statement = tests.record.statement if isinstance(tests, HiddenTests) else ""
        return _likeness(solution.answer, statement).copied_in(text)

    def metered(self, solution: Any, queries: Sequence[Query]) -> dict[str, Any]:
        """What the calls told by mutants of the reference; see ``sml_env.meters``."""
        tests = solution.tests
        if not isinstance(tests, HiddenTests):
            return {"meter": "none"}
        calls = [query.form.arguments for query in queries if isinstance(query.form, CallOf)]
        return _meter(solution.answer, self.function, tests).account(calls)


def _verdict_of(run: AssertRun, counted: Sequence[AssertOutcome]) -> CodeVerdict:
    held = [one.passed for one in counted]
    usage: dict[str, Any] = {
        "passed": sum(held), "total": len(held), "cpu_seconds": run.cpu_seconds, "wall_seconds": run.wall_seconds,
        "memory_bytes": run.memory_bytes,
    }  # fmt: skip
    if not counted:
        return CodeVerdict(Status.REFERENCE_ERROR, "asserts", "the tests assert nothing")
    if all(held):
        return CodeVerdict(Status.CORRECT, "asserts", "every test passed", **usage)
    one = counted[held.index(False)]
    given = shown_arguments(one.inputs[-1])[1:-1] if one.inputs else None
    last = one.answers[-1] if one.answers else None
    observed = None if last is None else show(last.value, _MOST_SHOWN) if last.kind == "value" else last.error
    return CodeVerdict(
        Status.INCORRECT,
        "asserts",
        "an assert failed",
        failed=held.index(False),
        input=given,
        observed=observed,
        **usage,
    )


@lru_cache(maxsize=4_096)
def _returned(program: str, function: str, shown: str) -> tuple[str, str]:
    """The kind of outcome of one call of the reference, and its text. What the machine failed at is not kept."""
    found = read_call(f"{function}{shown}")
    run = run_function(program, function, [list(found[1]) if found else []], limits=LIMITS)
    if run.status == "infrastructure":
        raise TeacherError(f"the reference could not be run: {run.reason}")
    (outcome,) = run.outcomes
    if outcome.kind == "value":
        return "value", show(outcome.value)
    return outcome.kind, outcome.error.partition(":")[0]


@lru_cache(maxsize=512)
def _likeness(reference: str, statement: str) -> Likeness:
    return Likeness(reference, statement)


def _meter(reference: str, function: str, tests: HiddenTests) -> MutantMeter:
    key = (reference, function)
    if key not in _meters:
        if len(_meters) >= _MOST_METERS:
            _meters.pop(next(iter(_meters)))
        _meters[key] = MutantMeter(reference, function, [arguments for arguments, _ in tests.cases[:16]])
    return _meters[key]


_MOST_METERS: Final = 64
_meters: dict[tuple[str, str], MutantMeter] = {}
