"""Train at 4 turns, test with 1 to 10: python -m experiments.more_turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

import numpy as np

from experiments.arms import Arm, Game
from experiments.journal import Journal
from experiments.more_turns.optimum import optimal_success, success_with_facts
from experiments.more_turns.report import figure, table
from experiments.more_turns.settings import ARMS, BUDGETS, GAMES
from experiments.more_turns.students import WAYS, family_tested, train
from experiments.study import Numbers, Study, main
from sml_env.closed import SharedFamily

CLAIM: Final = "What is learnt at 4 turns is worth more with up to 10, and with a budget drawn in training more still."


def best(game: Game) -> list[float]:
    """The greatest success with each budget, of the problems that students are tested with."""
    family = family_tested(game)
    if isinstance(family, SharedFamily):
        disguised = game.arguments["rules"].get("disguised_attempts", True)
        return optimal_success(family, BUDGETS, disguised_attempts=disguised)
    spaces = [family.problem(name).space for name in family.problem_ids() or ()]
    return np.mean([success_with_facts(space, BUDGETS) for space in spaces if space is not None], axis=0).tolist()


def _short(arm: Arm) -> Arm:
    return replace(arm, learner=replace(arm.learner, steps=512, environments=32, rollout=8, minibatch=128))


def measure(seeds: int, quick: bool, journal: Journal) -> Numbers:
    """Train every arm with every seed, and test each with every budget."""
    arms: Sequence[Arm] = [_short(arm) for arm in ARMS] if quick else ARMS
    runs: list[list[Numbers]] = [[] for _ in arms]
    for seed in range(seeds):
        for arm, done in zip(arms, runs, strict=True):
            run = journal.run([arm.as_dict(), seed], lambda arm=arm, seed=seed: asdict(train(arm, seed)))
            told = " ".join(f"{value:.2f}" for value in run["success"][WAYS[0]])
            print(f"{arm.game.name}, {arm.name} turns, seed {seed}: {told}  {run['seconds']:.0f} s", flush=True)
            done.append(run)
    optimum = {game.name: [round(value, 6) for value in best(game)] for game in GAMES}
    return {"optimum": optimum, "arms": [arm.as_dict() for arm in arms], "runs": runs}


STUDY: Final = Study("experiments.more_turns", CLAIM, Path(__file__).parent, measure, table, figure)

if __name__ == "__main__":
    main(STUDY)
