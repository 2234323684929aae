"""No table of an experiment is written by hand: it is what the numbers beside it give."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.integrations, pytest.mark.filterwarnings("default")]

ROOT = Path(__file__).resolve().parents[2]
OTHERS = {"across_domains", "rllib_ppo"}
"""They have no --redraw: tests of their own compare table and numbers."""

FOLDERS = sorted(path.parent for path in (ROOT / "experiments").glob("*/table.md") if path.parent.name not in OTHERS)


def redrawn(folder: Path, out: Path) -> subprocess.CompletedProcess[str]:
    """Make the table and the figure of a folder again, elsewhere, from its numbers alone."""
    shutil.copy(folder / "results.json", out / "results.json")
    command = [sys.executable, "-m", f"experiments.{folder.name}", "--redraw", "--out", str(out)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_table_is_what_the_numbers_give(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("sb3_contrib", reason="needs sb3-contrib: make test-integrations")
    pytest.importorskip("scipy", reason="needs scipy: make test-integrations")
    done = redrawn(folder, tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "table.md").read_bytes() == (folder / "table.md").read_bytes()
    assert (tmp_path / "results.json").read_bytes() == (folder / "results.json").read_bytes()
    assert (tmp_path / "figure.svg").stat().st_size > 0


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_is_kept_is_of_a_whole_run(folder: Path) -> None:
    assert '"quick": false' in (folder / "results.json").read_text(encoding="utf-8")
