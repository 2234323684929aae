"""``python -m experiments.across_domains``."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Final

import numpy as np
import torch

from experiments.across_domains.figure import draw
from experiments.across_domains.learning import Point, learn
from experiments.across_domains.measuring import Measured, bracket, measure
from experiments.across_domains.results import Results, Run
from experiments.across_domains.settings import SETTINGS, Settings, read_settings
from experiments.across_domains.student import Student
from experiments.across_domains.table import table_of
from experiments.journal import Journal
from experiments.machine import machine
from experiments.options import JOURNAL, options

CLAIM: Final = (
    "Who learned to question a teacher in some families does so in families never seen, math to code and back."
)

_POINTS: Final = 20


def main(arguments: Sequence[str] | None = None) -> None:
    """Train every student of every arm, measure it, and write what was found.

    Args:
        arguments: In place of those of the process.
    """
    given = options("experiments.across_domains", CLAIM, SETTINGS.parent, arguments)
    torch.set_num_threads(1)
    settings = replace(read_settings(quick=given.quick), seeds=tuple(range(given.seeds)))
    if given.redraw:
        results = Results.read(given.out / "results.json")
    else:
        journal = Journal(given.out / JOURNAL)
        results = _trained(settings, journal)
        results.write(given.out / "results.json")
        journal.close()
    (given.out / "table.md").write_text(table_of(results, settings), encoding="utf-8")
    draw(results, settings, given.out / "figure.svg")
    print(table_of(results, settings))


def _trained(settings: Settings, journal: Journal) -> Results:
    """Every student, but those of the journal trained now."""
    stated = json.loads(json.dumps(asdict(settings)))
    ran_on = machine(("torch", "numpy", "gymnasium"))
    student = Student(settings.student, settings.turns[1], 0)
    parameters = sum(parameter.numel() for parameter in student.parameters())
    brackets = [bracket(settings, game) for game in settings.games.values()]
    results = Results(stated, parameters, ran_on, brackets)
    whole = {name: value for name, value in stated.items() if name != "seeds"}
    for seed in settings.seeds:
        for learned, unseen in settings.directions:
            for teacher in settings.teachers:
                arm = (learned, unseen, teacher, seed)
                row = journal.run([whole, *arm], lambda arm=arm: asdict(run_of(settings, *arm)))
                results.runs.append(Run.of(row))
    return results


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
