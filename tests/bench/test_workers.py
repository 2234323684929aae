"""Workers: who plays makes no difference to what is played."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import Result

from sml_env.bench import workers
from sml_env.bench.plans import Cell, Lessons, Plan, plan
from sml_env.bench.runs import units
from sml_env.errors import ConfigurationError

Command = Callable[..., Result]

ARGUMENTS = ("bench", "--topics", "gcd_lcm", "--agents", "greedy,random", "--episodes", "24")


def planned(episodes: int = 100, agents: tuple[str, ...] = ("greedy", "random")) -> Plan:
    return plan(Lessons("sml_env/TwentyQuestions-v0"), ["answer"], ["oracle"], agents, episodes, 0, brackets=False)


def test_processes_write_what_one_process_writes(command: Command, tmp_path: Path) -> None:
    assert command(*ARGUMENTS, "--out", "one").exit_code == 0
    result = command(*ARGUMENTS, "--workers", "2", "--out", "two")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.slow
@pytest.mark.skipif(find_spec("ray") is None, reason="needs Ray: pip install ray")
def test_a_ray_cluster_writes_what_one_process_writes(tmp_path: Path) -> None:
    for name, more in (("one", ()), ("ray", ("--ray",))):
        command = [sys.executable, "-m", "sml_env.bench.cli", *ARGUMENTS, "--out", str(tmp_path / name), *more]
        subprocess.run(command, check=True, cwd=Path(__file__).resolve().parents[2])
    assert (tmp_path / "one").read_bytes() == (tmp_path / "ray").read_bytes()


@pytest.mark.parametrize("count", [1, 2, 7])
def test_units_cover_what_is_left_exactly_once(count: int) -> None:
    told = planned()
    cell = Cell("answer", "oracle")
    done = [(0, cell, "greedy", index) for index in range(0, 100, 3)] + [(0, cell, "random", 5)]
    listed = units([told], done, count)
    left = [
        (agent, index)
        for unit in listed
        for index in unit.indices
        for agent in told.agents
        if (agent, index) not in unit.done
    ]
    everything = {(agent, index) for agent in told.agents for index in range(100)}
    assert sorted(left) == sorted(everything - {(agent, index) for _, _, agent, index in done})
    if count > 1:
        assert len(listed) >= count


def test_a_model_in_process_is_refused_with_workers() -> None:
    told = planned(agents=("greedy",))
    arms = tuple(replace(arm, agent="vllm:some/model") for arm in told.arms)
    with pytest.raises(ConfigurationError, match="openai:MODEL@URL"):
        list(workers.processes(2)([replace(told, arms=arms)], []))


def test_an_agent_that_ends_its_process_is_named_and_what_was_played_is_kept(command: Command, tmp_path: Path) -> None:
    (tmp_path / "leaving.py").write_text(
        "import os\nfrom sml_env.agents import HedgeAgent\n"
        "class Leaving(HedgeAgent):\n    met = 0\n    def begin(self, lesson, rng):\n"
        "        self.met += 1\n        if self.met == 3:\n            os._exit(3)\n"
        "        super().begin(lesson, rng)\n"
    )
    result = command(
        "bench", "--agents", "leaving:Leaving", "--episodes", "30", "--workers", "2", "--out", "o", "--no-brackets"
    )
    assert result.exit_code == 2
    assert "--resume" in result.stderr and "Traceback" not in result.output


def test_ray_names_its_extra(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "find_spec", lambda name: None)
    result = command(*ARGUMENTS, "--ray")
    assert result.exit_code == 2 and 'pip install "sml_env[ray]"' in result.stderr


def test_an_agent_of_ones_own_is_named_by_module_and_callable(command: Command, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from sml_env.agents import HedgeAgent\nclass Mine(HedgeAgent):\n    name = 'mine'\n"
    )
    result = command(*ARGUMENTS[:3], "--agents", "mine:Mine,hedge", "--episodes", "3", "--out", "out")
    assert result.exit_code == 0, result.output
    assert "mine" in result.stdout


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nowhere:Agent", "ModuleNotFoundError"),
        ("json:nothing", "AttributeError"),
        ("json:dumps", "TypeError"),
        ("collections:OrderedDict", "no name, begin and act"),
    ],
)
def test_what_is_no_agent_is_one_clear_line(command: Command, name: str, words: str) -> None:
    result = command(*ARGUMENTS[:3], "--agents", name)
    (line,) = result.stderr.splitlines()
    assert result.exit_code == 2 and line.startswith("sml-env: agents: ") and words in line
