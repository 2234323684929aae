"""Q-priming before rewards: python -m experiments.priming."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import process_time
from typing import Any, Final

from experiments.arms import Learner
from experiments.journal import Journal
from experiments.priming.dialogues import dialogues
from experiments.priming.report import figure, table
from experiments.priming.settings import (
    CHECKS,
    CLONING,
    LEARNERS,
    LESSONS,
    MOODS,
    STARTS,
    TEST_LESSONS,
    Cloning,
    Start,
)
from experiments.priming.students import imitate, made, tested
from experiments.study import Numbers, Study, main

CLAIM: Final = "Questions in the place of wrong attempts, in the dialogues that a student imitates, make it patient."


@dataclass(frozen=True, slots=True)
class _Scale:
    """How much of it is done."""

    lessons: int
    cloning: Cloning
    tests: int
    learners: Mapping[str, Learner]


_FULL: Final = _Scale(LESSONS, CLONING, TEST_LESSONS, LEARNERS)

_SHORT: Final = _Scale(
    lessons=20,
    cloning=replace(CLONING, epochs=2),
    tests=32,
    learners={
        name: replace(learner, steps=CHECKS * 256, environments=32, rollout=8, minibatch=128)
        for name, learner in LEARNERS.items()
    },
)


def _student(start: Start, seed: int, scale: _Scale) -> dict[str, Any]:
    """One student: what it imitated, what it then did, and what it did as it was rewarded."""
    began = process_time()
    run: dict[str, Any] = {"start": start.name, "seed": seed, "dialogues": None, "surprise_bits": None}
    model = made(next(iter(scale.learners.values())), seed)
    if start.imitates:
        shown = dialogues(start, MOODS, scale.lessons, seed)
        surprise = imitate(model, shown, scale.cloning, seed)
        run |= {"dialogues": asdict(shown.measured), "surprise_bits": round(surprise[-1], 4)}
    learnt = model.policy.state_dict()
    run["imitated"] = asdict(tested(model, scale.tests))
    run["rewarded"] = {}
    for name, learner in scale.learners.items():
        rewarded = made(learner, seed)
        rewarded.policy.load_state_dict(learnt)
        curve = [{"steps": 0, **run["imitated"]}]
        for _ in range(CHECKS):
            rewarded.learn(learner.steps // CHECKS, reset_num_timesteps=False)
            curve.append({"steps": rewarded.num_timesteps, **asdict(tested(rewarded, scale.tests))})
        run["rewarded"][name] = curve
    run["seconds"] = round(process_time() - began, 1)
    return run


def measure(seeds: int, quick: bool, journal: Journal) -> Numbers:
    """Every start with every seed."""
    scale = _SHORT if quick else _FULL
    settings = {
        "moods": dict(MOODS),
        "lessons": scale.lessons,
        "tests": scale.tests,
        "cloning": asdict(scale.cloning),
        "learners": {name: asdict(learner) for name, learner in scale.learners.items()},
    }
    runs = []
    for seed in range(seeds):
        for start in STARTS:
            key = [settings, asdict(start), seed]
            run = journal.run(key, lambda start=start, seed=seed: _student(start, seed, scale))
            after = {name: round(curve[-1]["premature_lessons"], 3) for name, curve in run["rewarded"].items()}
            hasty = run["imitated"]["premature_lessons"]
            print(f"{start.name}, seed {seed}: {hasty:.3f}, then {after}  {run['seconds']:.0f} s", flush=True)
            runs.append(run)
    return {"settings": {"starts": [asdict(start) for start in STARTS], **settings}, "runs": runs}


STUDY: Final = Study("experiments.priming", CLAIM, Path(__file__).parent, measure, table, figure)

if __name__ == "__main__":
    main(STUDY)
