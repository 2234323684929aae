"""The tables of pairs: what the verifier says of each row, and that the tables say the same both ways round.

A row is an answer, a reference and what a careful person expects. Where the verifier falls short the row has a field
``verdict``, what it does say, and a note with the reason; the day it is mended that row turns red and loses the field.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from fuzz.properties import is_one_way

from sml_env.verifiers import Status, extract, verify
from sml_env.verifiers.policy import LENIENT, STRICT, Policy
from sml_env.verifiers.reading import read

Row = dict[str, str]

CASES = Path(__file__).resolve().parents[1] / "cases"
ROWS: list[Row] = json.loads((CASES / "math_pairs.json").read_text(encoding="utf-8"))
LENIENT_ROWS: list[Row] = json.loads((CASES / "lenient_pairs.json").read_text(encoding="utf-8"))
EXACT = Policy(decimal_digits=None, solved=False, timeout=0)
"""No approximation, and no rule that asks more of the answer than of the reference."""
AS_GOOD = {
    "correct": {"correct"},
    "incorrect": {"incorrect", "unparsable"},
    "unparsable": {"incorrect", "unparsable"},
    "reference_error": {"reference_error"},
}
"""The statuses that do for what is expected: an answer that cannot be read is wrong."""


def _allowed(row: Row) -> set[str]:
    return {row["verdict"]} if "verdict" in row else AS_GOOD[row["expected"]]


def _name(row: Row) -> str:
    return f"{row.get('kind', 'lenient')}: {row['answer'][-50:]} | {row['reference'][:40]}"


@pytest.mark.parametrize("row", ROWS, ids=_name)
def test_strict_row_gets_its_verdict(row: Row) -> None:
    verdict = verify(row["answer"], row["reference"], STRICT)
    assert verdict.status.value in _allowed(row), verdict


@pytest.mark.parametrize("row", LENIENT_ROWS, ids=_name)
def test_lenient_row_gets_its_verdict(row: Row) -> None:
    verdict = verify(row["answer"], row["reference"], LENIENT)
    assert verdict.status.value in _allowed(row), verdict


@pytest.mark.parametrize("row", [row for row in ROWS + LENIENT_ROWS if "verdict" in row], ids=_name)
def test_shortfall_has_a_reason_and_is_never_a_false_positive(row: Row) -> None:
    assert row["verdict"] not in AS_GOOD[row["expected"]], "mended: remove its verdict"
    assert row["verdict"] in {status.value for status in Status} - {"correct", "infrastructure_error"}
    assert row.get("note")


def test_table_is_big_enough_and_holds_no_row_twice() -> None:
    verdicts = Counter(row["expected"] for row in ROWS)
    assert verdicts["correct"] + verdicts["incorrect"] >= 400
    assert min(verdicts["correct"], verdicts["incorrect"]) >= 200
    assert len({row["kind"] for row in ROWS}) >= 30
    assert all(row["source"] for row in ROWS + LENIENT_ROWS)
    for rows in (ROWS, LENIENT_ROWS):
        assert len({(row["answer"], row["reference"]) for row in rows}) == len(rows)


def _extracted() -> list[tuple[str, str]]:
    """What both sides of each row say, where both have a tree and neither means something else in an answer."""
    pairs = []
    for row in ROWS:
        found = extract(row["answer"]).candidates
        if row["expected"] in ("correct", "incorrect") and len(found) == 1:
            trees = read(found[0]).tree, read(row["reference"]).tree
            if trees[0] is None or trees[1] is None:
                continue
            if not is_one_way(trees[0], trees[1]) and not is_one_way(trees[1], trees[0]):
                pairs.append((found[0], row["reference"]))
    return pairs


@pytest.mark.parametrize("pair", _extracted(), ids=" | ".join)
def test_extracted_pair_gets_the_same_verdict_both_ways_round(pair: tuple[str, str]) -> None:
    answer, reference = pair
    there, back = verify(_boxed(answer), reference, EXACT), verify(_boxed(reference), answer, EXACT)
    assert there.status == back.status, (there, back)


def test_each_side_of_a_pair_is_equal_to_itself() -> None:
    texts = {text for pair in _extracted() for text in pair}
    assert len(texts) > 500
    for text in texts:
        verdict = verify(_boxed(text), text, STRICT)
        assert verdict.correct or verdict.status is Status.REFERENCE_ERROR, (text, verdict)


def _boxed(text: str) -> str:
    return f"\\boxed{{{text}}}"
