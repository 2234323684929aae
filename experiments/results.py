"""Results of an experiment: numbers of each seed and means with intervals, in files that stay."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from experiments.arms import Arm
from experiments.intervals import Interval, interval
from experiments.learning import METRICS, Trained

__all__ = ["PACKAGES", "Cell", "Results", "markdown", "read_results", "write_results"]

SCHEMA: Final = 1

PACKAGES: Final = ("sml_env", "gymnasium", "numpy", "torch", "stable_baselines3", "sb3_contrib")
"""Whose versions the numbers may depend on."""

SHARES: Final = frozenset(METRICS) - {"questions", "bits_per_question"}
"""The metrics that lie in [0, 1]."""

_POINTS: Final = 40
"""Points of a curve that are kept, at most."""

_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Cell:
    """An arm with all its seeds.

    Attributes:
        arm: Its settings, as ``Arm.as_dict``.
        exact: Numbers that need no training, by name: the optimum, hedging.
        runs: Of each seed: ``seed``, ``steps``, ``seconds``, ``curve``, ``explored`` and the ``final`` metrics.
    """

    arm: Mapping[str, Any]
    exact: Mapping[str, float]
    runs: Sequence[Mapping[str, Any]]

    @property
    def name(self) -> str:
        """Of what is varied."""
        return str(self.arm["name"])

    @property
    def game(self) -> str:
        """Name of the game."""
        return str(self.arm["game"]["name"])

    @classmethod
    def of(cls, arm: Arm, exact: Mapping[str, float], trained: Sequence[Trained]) -> Cell:
        """From what training gave; curves are thinned and rounded, ``reached`` is not."""
        target = exact.get("target")
        runs = [
            {
                "seed": run.seed,
                "steps": run.steps,
                "seconds": round(run.seconds, 2),
                "reached": None if target is None else run.reached(target),
                "final": {name: _rounded(run.final(name)) for name in METRICS},
                "curve": _thinned(run.curve),
                "explored": _thinned(run.explored),
            }
            for run in trained
        ]
        return cls(arm.as_dict(), {name: round(value, 6) for name, value in exact.items()}, runs)

    def final(self, metric: str) -> Interval:
        """A metric of the last policies."""
        return interval([_number(run["final"][metric]) for run in self.runs], share=metric in SHARES)

    @property
    def reached(self) -> list[int | None]:
        """Steps to the target, of each seed."""
        return [run["reached"] for run in self.runs]

    def steps_to_target(self) -> Interval:
        """Steps to the target over the seeds that reached it."""
        return interval([np.nan if steps is None else float(steps) for steps in self.reached])

    def points(self, metric: str, which: str = "curve") -> tuple[list[float], list[Interval]]:
        """A curve over the seeds: steps, and the metric's interval at each. Seeds that ended early keep their last."""
        longest = max((run[which]["steps"] for run in self.runs), key=len)
        at = [
            interval(
                [_number(run[which][metric][min(place, len(run[which]["steps"]) - 1)]) for run in self.runs],
                share=metric in SHARES,
            )
            for place in range(len(longest))
        ]
        return longest, at


def _rounded(value: float) -> float | None:
    return round(value, _DIGITS) if np.isfinite(value) else None


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)


def _thinned(curve: Mapping[str, list[float]]) -> dict[str, list[float | None]]:
    length = len(curve["steps"])
    places = np.unique(np.linspace(0, length - 1, min(length, _POINTS)).round().astype(int)).tolist()
    return {name: [_rounded(values[place]) for place in places] for name, values in curve.items()}


@dataclass(frozen=True, slots=True)
class Results:
    """All cells of an experiment.

    Attributes:
        claim: What it is about, in a sentence.
        cells: In the order of the arms.
        machine: As ``machine`` describes it.
        quick: Whether it was a smoke test, whose numbers mean nothing.
    """

    claim: str
    cells: Sequence[Cell]
    machine: Mapping[str, Any]
    quick: bool

    def cell(self, game: str, name: str) -> Cell:
        """The cell of a game and an arm.

        Raises:
            KeyError: If there is none.
        """
        for cell in self.cells:
            if (cell.game, cell.name) == (game, name):
                return cell
        raise KeyError((game, name))


def write_results(results: Results, folder: Path) -> None:
    """``results.json`` with everything, and ``results.csv`` with a row for each seed."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = {
        "schema": SCHEMA,
        "claim": results.claim,
        "quick": results.quick,
        "machine": results.machine,
        "cells": [
            {
                "arm": cell.arm,
                "exact": cell.exact,
                "means": {name: _as_list(cell.final(name)) for name in METRICS},
                "steps_to_target": _as_list(cell.steps_to_target()),
                "runs": cell.runs,
            }
            for cell in results.cells
        ],
    }
    (folder / "results.json").write_text(_compact(whole) + "\n", encoding="utf-8")
    with (folder / "results.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["game", "arm", "optimum", "seed", "steps", "seconds", "steps_to_target", *METRICS])
        for cell in results.cells:
            for run in cell.runs:
                told = [run["final"][name] for name in METRICS]
                counts = [run["seed"], run["steps"], run["seconds"], run["reached"]]
                rows.writerow([cell.game, cell.name, cell.exact.get("optimum"), *counts, *told])


def _as_list(value: Interval) -> list[float | None]:
    return [_rounded(value.mean), _rounded(value.low), _rounded(value.high)]


def _compact(whole: Any) -> str:
    """JSON with an indent, but lists of numbers on one line each."""
    lines = json.dumps(whole, indent=1, ensure_ascii=False, allow_nan=False).split("\n")
    text: list[str] = []
    open_list = False
    for line in lines:
        bare = line.strip()
        simple = not any(sign in bare for sign in "[]{}:")
        if open_list and (simple or bare in ("]", "],")):
            text[-1] += bare if not simple or text[-1].endswith("[") else f" {bare}"
            open_list = simple
        else:
            text.append(line)
            open_list = bare.endswith("[")
    return "\n".join(text)


def read_results(folder: Path) -> Results:
    """Results as ``write_results`` left them.

    Raises:
        ValueError: If the file has another schema.
    """
    whole = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    if whole.get("schema") != SCHEMA:
        raise ValueError(f"{folder.name}/results.json: schema {whole.get('schema')!r} is not {SCHEMA}; run it again")
    cells = [Cell(cell["arm"], cell["exact"], cell["runs"]) for cell in whole["cells"]]
    return Results(whole["claim"], cells, whole["machine"], whole["quick"])


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
