"""Runs that are killed, cut off or run out of disk: nothing is lost, and nothing is played twice."""

from __future__ import annotations

import errno
import json
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from sml_env.bench.journal import Journal
from sml_env.bench.plans import Lessons, Plan, plan
from sml_env.bench.runs import play_all
from sml_env.errors import ConfigurationError

Command = Callable[..., Result]

ARGUMENTS = ("bench", "--topics", "gcd_lcm,percent", "--agents", "greedy,random,scripted", "--asymmetry", "answer")


def planned(episodes: int = 6, seed: int = 0) -> Plan:
    lessons = Lessons("sml_env/TwentyQuestions-v0", {"config": {"size": 8}})
    return plan(lessons, ["answer", "none"], ["oracle"], ["greedy", "random"], episodes, seed)


def whole(path: Path, told: Plan) -> bytes:
    with Journal(path, [told]) as journal:
        play_all([told], lambda played: journal.write(played.plan, played.arm, played.episode))
        assert journal.finish()
    return path.read_bytes()


def killed_and_resumed(folder: Path, kills: int, episodes: int, workers: int, seed: int) -> tuple[bytes, bytes, int]:
    """What an unbroken run writes, what one that was killed so often writes, and how many kills came in its midst."""
    command = [sys.executable, "-m", "sml_env.bench.cli", *ARGUMENTS, "--episodes", str(episodes)]
    command += ["--workers", str(workers)]
    run = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    root = Path(__file__).resolve().parents[2]
    environment = {"PYTHONPATH": str(root), "PATH": "/usr/bin:/bin"}
    began = time.perf_counter()
    subprocess.run([*command, "--out", "whole.jsonl"], check=True, env=environment, **run)  # type: ignore[call-overload]
    took = time.perf_counter() - began
    chance, in_the_midst, partial = random.Random(seed), 0, folder / "out.jsonl.partial"
    for _ in range(kills):
        before = partial.stat().st_size if partial.exists() else 0
        process = subprocess.Popen([*command, "--out", "out.jsonl", "--resume"], env=environment, **run)  # type: ignore[call-overload]
        while process.poll() is None and not (partial.exists() and partial.stat().st_size > before):
            time.sleep(0.01)
        with suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0.0, 0.5) * took / kills)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            in_the_midst += 1
        process.wait()
    last = [*command, "--out", "out.jsonl", "--resume"]
    subprocess.run(last, check=True, env=environment, **run)  # type: ignore[call-overload]
    return (folder / "whole.jsonl").read_bytes(), (folder / "out.jsonl").read_bytes(), in_the_midst


def test_a_run_that_was_killed_goes_on_and_ends_as_an_unbroken_one(tmp_path: Path) -> None:
    unbroken, resumed, _ = killed_and_resumed(tmp_path, kills=2, episodes=60, workers=1, seed=1)
    assert resumed == unbroken and not (tmp_path / "out.jsonl.partial").exists()


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_killed_at_twenty_random_moments_the_file_is_that_of_an_unbroken_run(tmp_path: Path, workers: int) -> None:
    unbroken, resumed, in_the_midst = killed_and_resumed(tmp_path, 20, 800, workers, seed=workers)
    print(f"{in_the_midst} of 20 kills came in the midst of a run of {len(unbroken):,} bytes; {workers} workers")
    assert resumed == unbroken and in_the_midst >= 15


def test_a_line_that_was_cut_off_is_played_again(tmp_path: Path) -> None:
    told, path = planned(), tmp_path / "out"
    complete = whole(tmp_path / "whole", told)
    for cut in (1, len(complete) // 3, len(complete) - 1):
        (tmp_path / "out.partial").write_bytes(complete[:cut])
        with Journal(path, [told], resume=True) as journal:
            assert journal.count == complete[:cut].count(b"\n")
            play_all([told], lambda played: journal.write(played.plan, played.arm, played.episode), done=journal.done)
            assert journal.finish()
        assert path.read_bytes() == complete


def test_episodes_that_came_in_another_order_are_put_in_order(tmp_path: Path) -> None:
    told = planned()
    complete = whole(tmp_path / "whole", told)
    lines = complete.splitlines(keepends=True)
    random.Random(3).shuffle(lines)
    (tmp_path / "out.partial").write_bytes(b"".join(lines))
    with Journal(tmp_path / "out", [told], resume=True) as journal:
        assert journal.count == told.total and journal.finish()
    assert (tmp_path / "out").read_bytes() == complete
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "whole"]


def test_a_longer_run_takes_up_a_shorter_one(tmp_path: Path) -> None:
    short, long = planned(3), planned(6)
    whole(tmp_path / "out", short)
    with Journal(tmp_path / "out", [long], resume=True) as journal:
        assert journal.count == short.total
        play_all([long], lambda played: journal.write(played.plan, played.arm, played.episode), done=journal.done)
        assert journal.finish()
    assert (tmp_path / "out").read_bytes() == whole(tmp_path / "long", long)


def test_an_unfinished_run_is_neither_overwritten_nor_taken_up_unasked(command: Command, tmp_path: Path) -> None:
    (tmp_path / "out.partial").write_text("precious\n")
    result = command(*ARGUMENTS, "--episodes", "2", "--out", "out")
    assert result.exit_code == 2 and "--resume" in result.stderr and "--restart" in result.stderr
    assert (tmp_path / "out.partial").read_text() == "precious\n"
    result = command(*ARGUMENTS, "--episodes", "2", "--out", "out", "--resume")
    assert result.exit_code == 2 and "not of this run" in result.stderr
    assert (tmp_path / "out.partial").read_text() == "precious\n"
    assert command(*ARGUMENTS, "--episodes", "2", "--out", "out", "--restart").exit_code == 0
    assert not (tmp_path / "out.partial").exists()


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (lambda: planned(seed=1), "other seeds"),
        (lambda: planned(3), "other seeds or more episodes"),
        (lambda: plan(Lessons("sml_env/Mastermind-v0"), ["answer"], ["oracle"], ["greedy"], 6, 0), "does not play"),
    ],
)
def test_what_belongs_to_another_run_is_refused(tmp_path: Path, other: Callable[[], Plan], words: str) -> None:
    complete = whole(tmp_path / "whole", planned())
    (tmp_path / "out.partial").write_bytes(complete)
    with pytest.raises(ConfigurationError, match=words):
        Journal(tmp_path / "out", [other()], resume=True)
    assert (tmp_path / "out.partial").read_bytes() == complete


def test_an_episode_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    complete = whole(tmp_path / "whole", planned())
    (tmp_path / "out.partial").write_bytes(complete + complete.splitlines(keepends=True)[0])
    with pytest.raises(ConfigurationError, match="twice"):
        Journal(tmp_path / "out", [planned()], resume=True)


def test_a_full_disk_is_named_and_counted_and_the_table_is_printed(command: Command, tmp_path: Path) -> None:
    kept = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, kept[1]))
    try:
        result = command(*ARGUMENTS, "--episodes", "10", "--out", "out", "--no-brackets")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, kept)
        signal.signal(signal.SIGXFSZ, before)
    assert result.exit_code == 2
    assert "10 episodes an agent" in result.stdout and "could not be written: File too large" in result.stdout
    assert "--resume" in result.stdout
    written = [json.loads(line) for line in (tmp_path / "out.partial").read_text().splitlines()]
    assert 0 < len(written) < 30
    assert command(*ARGUMENTS, "--episodes", "10", "--out", "out", "--no-brackets", "--resume").exit_code == 0
    assert len((tmp_path / "out").read_text().splitlines()) == 30


def test_room_that_comes_back_takes_what_waited(tmp_path: Path) -> None:
    class Sometimes:
        """A file whose disk is full at first."""

        def __init__(self, file: Any) -> None:
            self.file, self.full = file, 3

        def write(self, line: bytes) -> int:
            self.full -= 1
            if self.full < 0:
                return int(self.file.write(line))
            self.file.write(line[: len(line) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")

        def __getattr__(self, name: str) -> Any:
            return getattr(self.file, name)

    told = planned()
    with Journal(tmp_path / "out", [told]) as journal:
        journal._file = Sometimes(journal._file)  # type: ignore[assignment]
        play_all([told], lambda played: journal.write(played.plan, played.arm, played.episode))
        assert journal.unwritten == 0 and journal.finish()
    assert (tmp_path / "out").read_bytes() == whole(tmp_path / "whole", told)
