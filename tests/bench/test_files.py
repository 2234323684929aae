"""Files of results: what cannot be written is said in a line, and nothing but an earlier file is replaced."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from sml_env.bench.files import LineFile
from sml_env.errors import ConfigurationError

Command = Callable[..., Result]

_PLAYED = ("bench", "--agents", "greedy", "--episodes", "1", "--asymmetry", "answer", "--no-brackets", "--out")


@pytest.mark.parametrize("asked", [_PLAYED, ("report", "run", "--out"), ("reverify", "run", "--out")])
@pytest.mark.parametrize("place", ["pipe", "run2"])
def test_a_device_or_a_pipe_is_not_replaced_by_a_file(
    command: Command, tmp_path: Path, asked: tuple[str, ...], place: str
) -> None:
    command(*_PLAYED, "run")
    os.mkfifo(tmp_path / ("pipe" if place == "pipe" else "run2.partial"))
    result = command(*asked, place)
    assert result.exit_code == 2 and "is not a file" in result.stderr and result.stderr.count("\n") == 1
    assert (tmp_path / ("pipe" if place == "pipe" else "run2.partial")).is_fifo()


def test_a_report_overwrites_none_of_the_files_that_it_is_of(command: Command, tmp_path: Path) -> None:
    command(*_PLAYED, "one")
    command(*_PLAYED, "two")
    held = (tmp_path / "two").read_bytes()
    result = command("report", "one", "two", "--out", "two")
    assert result.exit_code == 2 and "would overwrite two" in result.stderr
    assert (tmp_path / "two").read_bytes() == held


class _Full:
    def write(self, lines: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def close(self) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_said_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="No space left"), LineFile(tmp_path / "run") as file:
        file._file.close()
        file._file = _Full()  # type: ignore[assignment]
        file.write("{}\n")


def test_rules_of_an_episode_that_are_no_mapping_are_said_not_raised(command: Command, tmp_path: Path) -> None:
    command(*_PLAYED, "run")
    path = tmp_path / "run"
    path.write_text(path.read_text().replace('"arguments": {}', '"arguments": {"rules": [[1]]}'))
    result = command("reverify", "run")
    assert result.exit_code == 0 and "is not a mapping" in result.stderr
