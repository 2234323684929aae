"""Results: a file of numbers, a run a line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from experiments.across_domains.measuring import Bracket, Measured
from experiments.across_domains.settings import Game

__all__ = ["ARMS", "Results", "Run"]

ARMS = (
    ("informed", "informed"), ("informed", "null"), ("informed", "gibberish"), ("null", "null"),
    ("gibberish", "gibberish"),
)  # fmt: skip
"""Whom a student learned with, and who teaches when it is measured."""


@dataclass(frozen=True, slots=True)
class Run:
    """One student.

    Attributes:
        learned: The domain that it learned from.
        unseen: The other one.
        teacher: Whom it learned with.
        seed: Its seed.
        seconds: Of one core, how long it learned.
        curve: Success and questions a lesson, mean over tenths of the updates.
        measured: What it earned on all games, and with whom.
    """

    learned: str
    unseen: str
    teacher: str
    seed: int
    seconds: float
    curve: Sequence[Sequence[float]]
    measured: Sequence[Measured]

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Run:
        """From JSON."""
        return cls(**{**row, "measured": [Measured(**each) for each in row["measured"]]})


@dataclass(slots=True)
class Results:
    """All that the experiment found."""

    settings: dict[str, Any]
    parameters: int
    machine: dict[str, Any]
    brackets: list[Bracket] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)

    def write(self, path: Path) -> None:
        """As JSON, a run a line."""
        head = {"settings": self.settings, "parameters": self.parameters, "machine": self.machine}
        lines = [f'"{name}": {json.dumps(value)}' for name, value in head.items()]
        for name, rows in (("brackets", self.brackets), ("runs", self.runs)):
            lines.append(f'"{name}": [\n' + ",\n".join(json.dumps(asdict(row)) for row in rows) + "\n]")
        path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Results:
        """From a file that ``write`` wrote."""
        data = json.loads(path.read_text(encoding="utf-8"))
        brackets = [Bracket(**row) for row in data["brackets"]]
        runs = [Run.of(row) for row in data["runs"]]
        return cls(data["settings"], data["parameters"], data["machine"], brackets, runs)

    def earned(self, learned: str, arm: tuple[str, str], games: Sequence[Game]) -> dict[int, list[Measured]]:
        """What the students of one arm that learned from a domain earned on some games, by seed."""
        found = {}
        for run in self.runs:
            if (run.learned, run.teacher) == (learned, arm[0]):
                each = {measured.game: measured for measured in run.measured if measured.teacher == arm[1]}
                if all(game.name in each for game in games):
                    found[run.seed] = [each[game.name] for game in games]
        return found

    def success(self, learned: str, arm: tuple[str, str], games: Sequence[Game]) -> dict[int, float]:
        """Their mean success over the games, by seed."""
        earned = self.earned(learned, arm, games)
        return {seed: float(np.mean([each.success for each in row])) for seed, row in earned.items()}

    def bracket(self, kind: str, games: Sequence[Game]) -> float:
        """Mean over some games of ``hedging``, ``random`` or ``greedy``."""
        named = {bracket.game: getattr(bracket, kind) for bracket in self.brackets}
        return float(np.mean([named[game.name] for game in games]))
