"""The README is true: its ids exist, its verdicts are right, its examples run. Its blocks: test_documentation.py."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sml_env.registration import ROWS

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
NEEDS = {"sb3_ppo": "sb3_contrib"}
"""What an example imports beyond the extra `dev`; tests/integrations runs those."""


def _run(*arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=120, cwd=ROOT, env=environment
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_verify_calls_give_the_verdicts_in_their_comments() -> None:
    from sml_env.verifiers import verify

    calls = re.findall(r"verify\(\"([^\"]*)\", \"([^\"]*)\"\)\.correct  # (True|False)", README)
    assert len(calls) >= 2
    for answer, reference, expected in calls:
        assert str(verify(answer, reference).correct) == expected


def test_ids_of_the_readme_are_the_registered_ones() -> None:
    assert set(re.findall(r"sml_env/\w+-v\d+", README)) == {row.id for row in ROWS}


@pytest.mark.parametrize("script", EXAMPLES, ids=lambda path: path.stem)
def test_example_runs_and_prints_something(script: Path) -> None:
    if script.stem in NEEDS:
        pytest.importorskip(NEEDS[script.stem], reason=f"needs {NEEDS[script.stem]}: make test-integrations")
    assert _run(str(script)).strip()


@pytest.mark.parametrize("script", EXAMPLES, ids=lambda path: path.stem)
def test_example_is_short(script: Path) -> None:
    assert len(script.read_text(encoding="utf-8").splitlines()) < 120
