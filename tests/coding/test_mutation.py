"""HumanEval's solutions with one small change that changes what they do on their tests: the verifier rejects them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sml_env.coding.mutants import mutants
from sml_env.coding.records import CodeRecord, cases_of, load_code_records, plain_equality, tolerance_of
from sml_env.verifiers.base import Status
from sml_env.verifiers.execution import Limits, run_function, same, verify_code

HUMAN_EVAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "HumanEval.jsonl.gz"
LIMITS = Limits(seconds_per_call=1.0, seconds=3.0)


def judged(record: CodeRecord, limit: int) -> tuple[int, list[str]]:
    """How many mutants do something else on the tests' inputs, and those among them that pass its tests."""
    cases, tolerance = cases_of(record), max(tolerance_of(record), 1e-9)
    inputs = [list(arguments) for arguments, _ in cases]
    changed, passed = 0, []
    for source in mutants(record.reference, limit=limit):
        run = run_function(source, record.function, inputs, limits=LIMITS)
        assert run.status != "infrastructure"
        as_before = [
            outcome.kind == "value" and same(outcome.value, expected, tolerance)
            for outcome, (_, expected) in zip(run.outcomes, cases, strict=True)
        ]
        if all(as_before):
            continue
        changed += 1
        status = verify_code(source, record.tests, limits=LIMITS).status
        assert status is not Status.INFRASTRUCTURE_ERROR
        if status is Status.CORRECT:
            passed.append(source)
            exact = {"function": record.function, "cases": cases, "tolerance": tolerance}
            assert verify_code(source, exact, limits=LIMITS).status is Status.INCORRECT
    return changed, passed


def all_judged(limit: int) -> tuple[int, dict[str, list[str]]]:
    if not HUMAN_EVAL.is_file():
        pytest.skip(f"{HUMAN_EVAL} is not there: the data sets are not part of the repository")
    records = [record for record in load_code_records(str(HUMAN_EVAL)) if plain_equality(record)]
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda record: judged(record, limit), records))
    kept = {record.name: passed for record, (_, passed) in zip(records, results, strict=True) if passed}
    return sum(changed for changed, _ in results), kept


def test_two_mutants_of_each_solution_are_rejected() -> None:
    changed, passed = all_judged(2)
    assert changed > 200 and not passed


@pytest.mark.slow
def test_every_mutant_that_changes_what_is_done_on_the_tests_is_rejected() -> None:
    changed, passed = all_judged(1_000)
    print(f"{changed} mutants changed what is done on the tests, {sum(map(len, passed.values()))} passed")
    assert changed > 5_000
    # Their asserts say "not f(…)", which None satisfies as False does; judged by the reference's values they fail.
    assert {name: len(sources) for name, sources in passed.items()} == {
        "HumanEval/52": 1, "HumanEval/56": 1, "HumanEval/61": 1,
    }  # fmt: skip
