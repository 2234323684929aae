"""Cheating programs in the sandbox: none is scored right, delays others, or leaves anything behind.

They are judged by ``attacks.runner``, in namespaces of its own with a file system that is read-only. That they can
succeed at all is shown by a grader that they fool.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from attacks import ATTACKS, FAMILIES, Attack
from attacks.runner import UNSEALED

ROOT = Path(__file__).parents[2]
APART = (
    "unshare",
    "--user",
    "--map-root-user",
    "--mount",
    "--pid",
    "--net",
    "--ipc",
    "--fork",
    "--mount-proc",
    "--kill-child",
)


@cache
def refusal() -> str | None:
    """Why attacks cannot be judged here; ``None`` where they can."""
    if shutil.which("unshare") is None:
        return "there is no unshare, which keeps attacks apart from the machine"
    done = subprocess.run([*APART, "true"], capture_output=True, text=True, timeout=60)
    return f"namespaces are refused: {done.stderr.strip()}" if done.returncode else None


def ran(mode: str, attacks: Iterable[Attack] = (), seconds: float = 300.0, **job: Any) -> list[dict[str, Any]]:
    """What the runner says of a job."""
    why = refusal()
    if why is not None:
        pytest.skip(why)
    given = json.dumps({"mode": mode, "names": [attack.label for attack in attacks], **job})
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests")))}
    done = subprocess.run(
        [*APART, sys.executable, "-m", "attacks.runner"], input=given, capture_output=True, text=True, timeout=seconds,
        env=environment,
    )  # fmt: skip
    if done.returncode == UNSEALED:
        pytest.skip(f"attacks cannot be kept apart from this machine: {done.stderr[-300:]}")
    assert done.returncode == 0, done.stderr[-2_000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def nothing_gets_through(lines: list[dict[str, Any]], count: int) -> None:
    *judged, end = lines
    assert len(judged) == count
    for line in judged:
        assert line["status"] not in ("correct", "infrastructure_error", "reference_error"), line
        assert line["seconds"] < line["deadline"] + 1.0, line
        assert line["honest"], line
        assert line["survivors"] == 0 and line["left"] == [], line
    assert end["survivors"] == 0


def test_every_family_has_three_attacks() -> None:
    counts = Counter(attack.family for attack in ATTACKS)
    assert set(counts) == set(FAMILIES) == set(range(1, 26)) and min(counts.values()) >= 3
    assert len({attack.label for attack in ATTACKS}) == len(ATTACKS)
    fooling = {attack.family for attack in ATTACKS if attack.fools}
    assert len(fooling) >= 19


def test_no_attack_gets_through_at_the_best_level() -> None:
    nothing_gets_through(ran("judge", ATTACKS), len(ATTACKS))


@pytest.mark.slow
@pytest.mark.parametrize("level", ["filtered", "confined", "isolated"])
def test_no_attack_gets_through_at_any_level(level: str) -> None:
    (offered,) = ran("levels")
    if level not in offered["levels"]:
        pytest.skip(f"this machine does not reach {level}")
    nothing_gets_through(ran("judge", ATTACKS, level=level), len(ATTACKS))


@pytest.mark.slow
def test_no_attack_gets_through_bubblewrap() -> None:
    if shutil.which("bwrap") is None:
        pytest.skip("bubblewrap is not installed")
    nothing_gets_through(ran("judge", ATTACKS, seconds=900.0, backend="bubblewrap"), len(ATTACKS))


def test_sixty_four_at_once_do_not_disturb_each_other() -> None:
    chosen = [attack for attack in ATTACKS if attack.family != 18 and attack.before is None][::4][:32]
    flies_unharmed(ran("flight", chosen), len(chosen))


@pytest.mark.slow
def test_all_at_once_do_not_disturb_each_other() -> None:
    chosen = [attack for attack in ATTACKS if attack.family != 18]
    flies_unharmed(ran("flight", chosen), len(chosen))


def flies_unharmed(lines: list[dict[str, Any]], count: int) -> None:
    *judged, end = lines
    honest = [line for line in judged if line["name"] == "honest"]
    attacks = [line for line in judged if line["name"] != "honest"]
    assert len(honest) == len(attacks) == count
    assert all(line["status"] == "correct" and line["seconds"] < 1.0 for line in honest), honest
    assert not [line for line in attacks if line["status"] in ("correct", "infrastructure_error")]
    assert end["survivors"] == 0


def test_a_weak_grader_is_fooled() -> None:
    chosen = [next(attack for attack in ATTACKS if attack.family == family and attack.fools)
              for family in sorted({attack.family for attack in ATTACKS if attack.fools})]  # fmt: skip
    assert all(line["right"] for line in ran("weak", chosen))


@pytest.mark.slow
def test_a_weak_grader_is_fooled_by_all_that_say_so() -> None:
    chosen = [attack for attack in ATTACKS if attack.fools]
    assert [line["name"] for line in ran("weak", chosen) if not line["right"]] == []
