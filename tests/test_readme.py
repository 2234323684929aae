"""The README is true: its ids exist, its verdicts are right, its examples run. Its blocks: test_documentation.py."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from sml_env.registration import ROWS

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
ADAPTERS = {
    "skyrl": "skyrl_gym", "openenv": "openenv", "prime": "verifiers", "inspect_task": "inspect_ai", "trl": "trl",
    "rllib": "ray", "sb3": "stable_baselines3",
}  # fmt: skip
"""What each adapter imports."""


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


def _absent(script: Path) -> set[str]:
    """What an example imports that no installed distribution provides; our own folders are no distribution's."""
    text = script.read_text(encoding="utf-8")
    imported = set(re.findall(r"^(?:import|from) (\w+)", text, flags=re.MULTILINE))
    adapters = set(re.findall(r"^from sml_env\.integrations\.(\w+)", text, flags=re.MULTILINE))
    imported |= {needed for adapter, needed in ADAPTERS.items() if adapter in adapters}
    return imported - sys.stdlib_module_names - {"sml_env"} - set(packages_distributions())


@pytest.mark.parametrize("script", EXAMPLES, ids=lambda path: path.stem)
def test_example_runs_and_prints_something(script: Path) -> None:
    if absent := _absent(script):
        pytest.skip(f"needs {', '.join(sorted(absent))}: its adapter's test runs it")
    assert _run(str(script)).strip()


@pytest.mark.parametrize("script", EXAMPLES, ids=lambda path: path.stem)
def test_example_is_short(script: Path) -> None:
    assert len(script.read_text(encoding="utf-8").splitlines()) < 120
