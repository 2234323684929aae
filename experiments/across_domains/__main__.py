"""Run the experiment: ``python -m experiments.across_domains [--quick] [--out FOLDER]``.

It writes ``results.json`` after every student, and at the end ``table.md`` and ``figure.svg``. With ``--resume``
students that the results already hold are not trained again.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from experiments.across_domains.figure import draw
from experiments.across_domains.learning import Point, learn
from experiments.across_domains.measuring import Measured, bracket, measure
from experiments.across_domains.results import Results, Run
from experiments.across_domains.settings import SETTINGS, Settings, read_settings
from experiments.across_domains.student import Student
from experiments.across_domains.table import table_of
from experiments.machine import machine

_POINTS = 20


def main() -> None:
    """Train every student of every arm, measure it, and write what was found."""
    parser = argparse.ArgumentParser(prog="python -m experiments.across_domains", description=main.__doc__)
    parser.add_argument("--quick", action="store_true", help="seconds: shows only that everything runs")
    parser.add_argument("--out", type=Path, help="folder of the results; that of the experiment by default")
    parser.add_argument("--resume", action="store_true", help="keep the students that the results already hold")
    arguments = parser.parse_args()
    if arguments.quick and arguments.out is None:
        parser.error("--quick needs --out FOLDER: it must not replace the results of the experiment")
    torch.set_num_threads(1)
    folder = SETTINGS.parent if arguments.out is None else arguments.out
    folder.mkdir(parents=True, exist_ok=True)
    settings = read_settings(quick=arguments.quick)
    results = _begun(settings, folder / "results.json", arguments.resume)
    for seed in settings.seeds:
        for learned, unseen in settings.directions:
            for teacher in settings.teachers:
                if not any((run.learned, run.teacher, run.seed) == (learned, teacher, seed) for run in results.runs):
                    results.runs.append(run_of(settings, learned, unseen, teacher, seed))
                    results.write(folder / "results.json")
    (folder / "table.md").write_text(table_of(results, settings), encoding="utf-8")
    draw(results, settings, folder / "figure.svg")
    print(table_of(results, settings))


def _begun(settings: Settings, path: Path, resume: bool) -> Results:
    """Results without a run, or those of the file, whose settings must be the same."""
    stated = json.loads(json.dumps(asdict(settings)))
    if resume and path.exists():
        found = Results.read(path)
        if found.settings != stated:
            raise SystemExit(f"{path}: of other settings; leave out --resume to begin again")
        return found
    student = Student(settings.student, settings.turns[1], 0)
    parameters = sum(parameter.numel() for parameter in student.parameters())
    brackets = [bracket(settings, game) for game in settings.games.values()]
    return Results(stated, parameters, machine(("torch", "numpy", "gymnasium")), brackets)


def run_of(settings: Settings, learned: str, unseen: str, teacher: str, seed: int) -> Run:
    """Train a student and measure it with the teacher that it had; an informed one's also with the others."""
    begun = time.process_time()
    student, curve = learn(settings, settings.learned_of(learned), settings.teachers[teacher], seed)
    seconds = time.process_time() - begun
    measured = _measured(student, settings, learned, unseen, teacher, seed)
    earned = np.mean(
        [each.success for each in measured if settings.games[each.game].domain == unseen and each.teacher == teacher]
    )
    print(f"{learned} to {unseen}, {teacher}, seed {seed}: {earned:.3f} on {unseen}, {seconds:.0f} s", flush=True)
    return Run(learned, unseen, teacher, seed, round(seconds, 1), _thinned(curve), measured)


def _measured(
    student: Student, settings: Settings, learned: str, unseen: str, teacher: str, seed: int
) -> list[Measured]:
    others = [other for other in settings.teachers if other != teacher] if teacher == "informed" else []
    games = [*settings.games_of(unseen), *settings.learned_of(learned)]
    return [measure(student, settings, game, who, seed) for who in (teacher, *others) for game in games]


def _thinned(curve: list[Point]) -> list[list[float]]:
    """Success and questions a lesson, mean over equal parts of the updates."""
    points = np.array([[point.success, point.asked] for point in curve])
    parts = np.array_split(points, min(_POINTS, len(points)))
    return [[round(float(value), 4) for value in part.mean(axis=0)] for part in parts]


if __name__ == "__main__":
    main()
