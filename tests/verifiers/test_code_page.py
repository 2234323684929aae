"""The page on the code verifier is true: its snippet, its limits, its statuses and levels."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from attacks import ATTACKS

from sml_env.verifiers.base import Status
from sml_env.verifiers.sandbox import DEFAULT_LIMITS, LEVELS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "code_verifier.md").read_text(encoding="utf-8")


def test_the_snippet_gives_what_it_says() -> None:
    (block,) = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    space: dict[str, Any] = {}
    exec(compile(block, "docs/code_verifier.md", "exec"), space)
    verdict = space["verdict"]
    assert (verdict.failed, verdict.input, verdict.observed, verdict.expected) == (1, "5, 5", "0", "10")
    assert (verdict.passed, verdict.total) == (1, 2) and "10" not in repr(
        replace(verdict, cpu_seconds=0.0, wall_seconds=0.0, memory_bytes=0)
    )
    assert [each.correct for each in space["verdicts"]] == [True, False]


def test_the_limits_are_those_of_the_library() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ([\d.]+) \|", PAGE, flags=re.MULTILINE))
    assert rows == {field.name: str(getattr(DEFAULT_LIMITS, field.name)) for field in fields(DEFAULT_LIMITS)}


def test_the_page_names_every_level_and_status_of_a_program() -> None:
    first = re.findall(r"^\| `(\w+)` \|", PAGE, flags=re.MULTILINE)
    assert set(LEVELS) <= set(first)
    named = {"correct", "incorrect", "timeout", "unparsable", "reference_error", "infrastructure_error"}
    assert named <= set(first) and named <= {status.value for status in Status}


def test_the_number_of_attacks_is_as_stated() -> None:
    assert len(ATTACKS) > 170 and sum(attack.fools for attack in ATTACKS) > 90
