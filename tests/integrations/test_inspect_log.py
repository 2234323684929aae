"""Logs of inspect-ai: its own reader takes them, and they hold what the episodes hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from sml_env.bench.cli import cli
from sml_env.bench.episodes import read_episodes
from sml_env.report.gathering import gather


def test_without_the_package_the_message_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sml_env.integrations.inspect_log.find_spec", lambda name: None)
    run = str(tmp_path / "run")
    arguments = ["bench", "--topics", "gcd_lcm", "--agents", "greedy", "--episodes", "1", "--out", run]
    assert CliRunner().invoke(cli, arguments).exit_code == 0
    result = CliRunner().invoke(cli, ["export", run, "--out", str(tmp_path / "logs")])
    assert result.exit_code == 2 and 'pip install "sml_env[inspect]"' in result.stderr


@pytest.mark.integrations
@pytest.mark.filterwarnings("default")
def test_its_own_reader_takes_the_logs(tmp_path: Path) -> None:
    log = pytest.importorskip("inspect_ai.log", reason="needs inspect-ai: make test-integrations")
    run = str(tmp_path / "run")
    assert CliRunner().invoke(cli, ["bench", "--suite", "smoke-v1", "--agents", "greedy", "--out", run]).exit_code == 0
    result = CliRunner().invoke(cli, ["export", run, "--out", str(tmp_path / "logs")])
    assert result.exit_code == 0, result.output
    groups = list(gather(read_episodes([run])).groups.values())
    files = sorted((tmp_path / "logs").iterdir())
    assert len(files) == len(groups)
    for path, group in zip(files, groups, strict=True):
        read = log.read_eval_log(str(path))
        assert read.status == "success" and len(read.samples) == len(group.episodes)
        assert read.results.scores[0].metrics["success"].value == pytest.approx(group.summary.success.value)
        for sample, episode in zip(read.samples, group.episodes, strict=True):
            assert sample.scores["solved"].value == ("C" if episode.success else "I")
            assert len(sample.messages) == 1 + 2 * episode.turns
            assert sample.target and sample.metadata["problem_id"] == episode.problem_id
