"""The page on the math verifier is true: its verdicts, its rules with their values, its list of what falls short."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from sml_env.verifiers import LENIENT, STRICT, Policy, verify

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "math_verifier.md").read_text(encoding="utf-8")
KINDS = re.findall(r"^\| `(.*?)` \| `(.*?)` \| (correct|incorrect) \|$", PAGE, flags=re.MULTILINE)
RULES = re.findall(r"^\| `(\w+)` \| `(.*?)` \| `(.*?)` \| .+ \|$", PAGE, flags=re.MULTILINE)


@pytest.mark.parametrize(("answer", "reference", "expected"), KINDS, ids=[f"{a}~{b}" for a, b, _ in KINDS])
def test_each_kind_gets_the_verdict_of_the_page(answer: str, reference: str, expected: str) -> None:
    assert verify(answer, reference).status == expected


def test_page_shows_enough_kinds() -> None:
    assert len(KINDS) >= 40


def test_page_lists_every_rule_with_its_values() -> None:
    listed = {name: (strict, lenient) for name, strict, lenient in RULES}
    assert listed == {
        field.name: (str(getattr(STRICT, field.name)), str(getattr(LENIENT, field.name))) for field in fields(Policy)
    }


def test_page_lists_every_known_false_negative_with_its_reason() -> None:
    rows = json.loads((ROOT / "tests" / "cases" / "math_pairs.json").read_text(encoding="utf-8"))
    short = [row for row in rows if row["expected"] == "correct" and "verdict" in row]
    for row in short:
        cells = [row[name].replace("|", "\\|").replace("\n", " ") for name in ("answer", "reference", "note")]
        assert f"| `{cells[0]}` | `{cells[1]}` | {cells[2]} |" in PAGE
    section = PAGE.partition("## Known false negatives")[2].partition("\n## ")[0]
    assert len(re.findall(r"^\| `", section, flags=re.MULTILINE)) == len(short)
