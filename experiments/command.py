"""The command of an experiment: train every arm with every seed, write the numbers, the table and the figure."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Final

from matplotlib.figure import Figure

from experiments.arms import Arm
from experiments.figures import save
from experiments.journal import Journal
from experiments.learning import Trained, train
from experiments.results import Cell, Results, machine, read_results, write_results

__all__ = ["Experiment", "main"]

JOURNAL: Final = "runs.jsonl"
"""Name of the file of finished runs; it is not kept with the results."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """A claim and how it is tested.

    Attributes:
        name: Of the module that is run.
        claim: In a sentence.
        folder: Where its results are kept.
        arms: What is trained.
        exact: Numbers of an arm that need no training: its ``optimum``, and as ``target`` the success that ``reached``
            waits for.
        table: The page of results, in Markdown.
        figure: Drawn from results.
    """

    name: str
    claim: str
    folder: Path
    arms: Sequence[Arm]
    exact: Callable[[Arm], Mapping[str, float]]
    table: Callable[[Results], str]
    figure: Callable[[Results], Figure]


def main(experiment: Experiment, arguments: Sequence[str] | None = None) -> Results:
    """Run an experiment from the command line.

    Args:
        experiment: What is run.
        arguments: In place of those of the process.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {experiment.name}", description=experiment.claim)
    parser.add_argument("--seeds", type=int, default=5, help="how many (5)")
    parser.add_argument("--workers", type=int, default=1, help="processes that train side by side (1)")
    parser.add_argument("--out", type=Path, default=experiment.folder, help="folder of the results (the experiment's)")
    parser.add_argument("--quick", action="store_true", help="a smoke test: two seeds, a few updates, no meaning")
    parser.add_argument("--resume", action="store_true", help=f"go on after a kill, from {JOURNAL} in the folder")
    parser.add_argument("--redraw", action="store_true", help="table and figure again from the numbers in the folder")
    options = parser.parse_args(arguments)
    if options.redraw:
        results = read_results(options.out)
    else:
        if options.quick and options.out == experiment.folder:
            parser.error("--quick needs --out: its numbers are not to take the place of the experiment's")
        arms = [_short(arm) for arm in experiment.arms] if options.quick else list(experiment.arms)
        seeds = 2 if options.quick else options.seeds
        before = machine(options.workers)
        journal = Journal(options.out / JOURNAL, resume=options.resume)
        cells = _cells(experiment, arms, seeds, options.workers, journal)
        results = Results(experiment.claim, cells, before, options.quick)
        write_results(results, options.out)
    (options.out / "table.md").write_text(experiment.table(results).rstrip() + "\n", encoding="utf-8")
    save(experiment.figure(results), options.out)
    print(experiment.table(results))
    return results


def _short(arm: Arm) -> Arm:
    return replace(arm, learner=replace(arm.learner, steps=512, environments=32, rollout=8, minibatch=128))


def _cells(experiment: Experiment, arms: Sequence[Arm], seeds: int, workers: int, journal: Journal) -> list[Cell]:
    exact = [experiment.exact(arm) for arm in arms]
    jobs = [(arm, seed, known["optimum"]) for arm, known in zip(arms, exact, strict=True) for seed in range(seeds)]
    missing = [job for job in jobs if journal.find(*job[:2]) is None]
    began = perf_counter()
    with ExitStack() as stack:
        mapped: Callable[..., Iterable[Trained]] = map
        if workers > 1:
            mapped = stack.enter_context(ProcessPoolExecutor(workers, mp_context=get_context("spawn"))).map
        for count, ((arm, seed, _), run) in enumerate(
            zip(missing, mapped(train, *zip(*missing, strict=True)) if missing else (), strict=True), 1
        ):
            journal.add(arm, run)
            done = f"{count}/{len(missing)}  {perf_counter() - began:6.0f} s"
            speed = f"{run.steps:,} steps, {run.steps / run.seconds:,.0f} a second"
            print(f"{done}  {arm.game.name}, {arm.name}, seed {seed}: {run.final('success'):.3f}  {speed}", flush=True)
    found = [[journal.find(arm, seed) for seed in range(seeds)] for arm in arms]
    return [
        Cell.of(arm, known, [run for run in runs if run is not None])
        for arm, known, runs in zip(arms, exact, found, strict=True)
    ]
