"""The experiment with RLlib: its table is what its numbers give, and what it counts as reached was reached."""

from __future__ import annotations

import json
from pathlib import Path

from experiments.rllib_ppo.__main__ import table

FOLDER = Path(__file__).resolve().parents[2] / "experiments" / "rllib_ppo"
RESULTS = json.loads((FOLDER / "results.json").read_text(encoding="utf-8"))
SETTINGS = json.loads((FOLDER / "settings.json").read_text(encoding="utf-8"))


def test_the_table_is_what_the_numbers_give() -> None:
    assert table(RESULTS) == (FOLDER / "table.md").read_text(encoding="utf-8")


def test_each_run_is_of_the_settings_and_stands_once() -> None:
    runs = [(run["arm"], run["seed"]) for run in RESULTS["runs"]]
    assert len(runs) == len(set(runs))
    assert set(runs) <= {(arm["name"], seed) for arm in SETTINGS["arms"] for seed in SETTINGS["seeds"]}


def test_what_is_counted_as_reached_was() -> None:
    for run in RESULTS["runs"]:
        assert run["solved"] / run["episodes"] == run["success"]
        assert run["reached"] == (run["success"] >= SETTINGS["share_of_optimum"] * run["optimum"])
