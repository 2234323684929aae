"""Lessons between a model and itself: sixteen at once against the same sixteen one after another, in one run.

`python benchmarks/models.py FOLDER` with the Python that has vLLM (`make test-vllm` sets one up, and a small model in
`.venv-vllm/smollm2`). Both sides take the same turns from the same seeds, in the precision that the model was trained
in; the first batch warms the engine up.
"""

from __future__ import annotations

import sys
import time
from importlib.util import find_spec

import sml_env  # noqa: F401
from sml_env.envs.math_tutor import MathTutorEnv
from sml_env.models.base import Sampling
from sml_env.models.naming import make_model, model_arguments
from sml_env.rollouts import rollouts
from sml_env.students import ModelAgent
from sml_env.teachers.model import ModelTeacher

LESSONS = 16
TURNS = 3


def main(folder: str) -> None:
    """Print the table for the model in a folder."""
    name = f"vllm:{folder}?engine.enforce_eager=true&engine.max_model_len=2048"
    model, _, _ = make_model(model_arguments(name))
    model.check()

    def rate(size: int, tokens: int, seed: int) -> float:
        sampling = Sampling(max_tokens=tokens)
        teacher = ModelTeacher(model, sampling=sampling)
        turns, began = 0, time.perf_counter()
        for start in range(seed, seed + LESSONS, size):
            envs = [MathTutorEnv(teacher=teacher, max_turns=TURNS) for _ in range(size)]
            agents = [ModelAgent(model, sampling=sampling) for _ in range(size)]
            turns += sum(episode.turns for episode in rollouts(envs, agents, seeds=range(start, start + size)))
        return turns / (time.perf_counter() - began)

    rate(LESSONS, 8, seed=1_000)
    print(f"{'tokens':>6} {'at once':>8} {'one by one':>11} {'ratio':>6}   (turns a second)")
    for tokens in (32, 64, 128):
        at_once, alone = rate(LESSONS, tokens, seed=tokens * 100), rate(1, tokens, seed=tokens * 100)
        print(f"{tokens:>6} {at_once:>8.2f} {alone:>11.2f} {at_once / alone:>6.1f}", flush=True)


if __name__ == "__main__":
    if find_spec("vllm") is None or len(sys.argv) < 2:
        print("models: needs vLLM and the folder of a model: .venv-vllm/bin/python benchmarks/models.py FOLDER")
    else:
        main(sys.argv[1])
