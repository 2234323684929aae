"""The command line as a user calls it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sml_env.bench.cli import cli

Command = Callable[..., Result]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs ``sml-env`` in an empty folder, 80 columns wide."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, columns: int = 80, said: str = "") -> Result:
        return CliRunner(env={"COLUMNS": str(columns), "TERM": "dumb"}).invoke(cli, list(arguments), input=said)

    return run


@pytest.fixture
def problems(tmp_path: Path) -> Path:
    """A file of twelve problems."""
    path = tmp_path / "twelve.jsonl"
    rows = ({"problem": f"What is {value} + 1?", "answer": str(value + 1)} for value in range(12))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path
