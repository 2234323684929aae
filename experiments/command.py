"""The command of an experiment: train every arm with every seed, write the numbers, the table and the figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

from matplotlib.figure import Figure

from experiments.arms import Arm
from experiments.figures import save
from experiments.journal import Journal
from experiments.learning import Trained, train
from experiments.machine import machine
from experiments.options import JOURNAL, options
from experiments.results import PACKAGES, Cell, Results, read_results, write_results

__all__ = ["Experiment", "main"]


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
    given = options(experiment.name, experiment.claim, experiment.folder, arguments, workers=True)
    if given.redraw:
        results = read_results(given.out)
    else:
        arms = [_short(arm) for arm in experiment.arms] if given.quick else list(experiment.arms)
        before, journal = machine(PACKAGES, workers=given.workers), Journal(given.out / JOURNAL)
        cells = _cells(experiment, arms, given.seeds, given.workers, journal)
        results = Results(experiment.claim, cells, before, given.quick)
        write_results(results, given.out)
        journal.close()
    (given.out / "table.md").write_text(experiment.table(results).rstrip() + "\n", encoding="utf-8")
    save(experiment.figure(results), given.out)
    print(experiment.table(results))
    return results


def _short(arm: Arm) -> Arm:
    return replace(arm, learner=replace(arm.learner, steps=512, environments=32, rollout=8, minibatch=128))


def _cells(experiment: Experiment, arms: Sequence[Arm], seeds: int, workers: int, journal: Journal) -> list[Cell]:
    exact = [experiment.exact(arm) for arm in arms]
    jobs = [(arm, seed, known["optimum"]) for arm, known in zip(arms, exact, strict=True) for seed in range(seeds)]
    missing = [job for job in jobs if journal.find(_settings(*job[:2])) is None]
    began = perf_counter()
    with ExitStack() as stack:
        mapped: Callable[..., Iterable[Trained]] = map
        if workers > 1:
            mapped = stack.enter_context(ProcessPoolExecutor(workers, mp_context=get_context("spawn"))).map
        for count, ((arm, seed, _), run) in enumerate(
            zip(missing, mapped(train, *zip(*missing, strict=True)) if missing else (), strict=True), 1
        ):
            journal.add(_settings(arm, seed), asdict(run))
            done = f"{count}/{len(missing)}  {perf_counter() - began:6.0f} s"
            speed = f"{run.steps:,} steps, {run.steps / run.seconds:,.0f} a second"
            print(f"{done}  {arm.game.name}, {arm.name}, seed {seed}: {run.final('success'):.3f}  {speed}", flush=True)
    return [
        Cell.of(arm, known, [Trained(**journal.find(_settings(arm, seed))) for seed in range(seeds)])
        for arm, known in zip(arms, exact, strict=True)
    ]


def _settings(arm: Arm, seed: int) -> dict[str, Any]:
    return {"arm": arm.as_dict(), "seed": seed}
