"""Steps a second of the text environment: parser, guard, belief, best_bits and Gymnasium's wrappers included.

The problem has 128 integers as hypotheses and the oracle as teacher. Every utterance of a round is different from every
other one, so that nothing can be remembered from an earlier step. Prints the median of several rounds.

    python benchmarks/text_env.py [--seconds 2] [--rounds 5]
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import gymnasium as gym

import sml_env  # noqa: F401  registers the environments

SIZE = 128
TURNS = 12


def predicates() -> Iterator[str]:
    """Comparisons, ranges, residues and sizes, in symbols and in English, all different."""
    for k in itertools.count(1):
        bound = k % 997 * (-1) ** k
        yield f"x > {bound}.{k}"
        yield f"Is the answer less than {bound}.{k}?"
        yield f"is it between {bound}.{k} and {k}?"
        yield f"Is x divisible by {k}?"
        yield f"x < {k}"
        yield f"Could you tell me whether it is at least {bound}.{k}?"


def step_checks() -> Iterator[str]:
    """Equations and inequalities in x and in numbers alone, all different."""
    for k in itertools.count(1):
        yield f"is {k}x + {k % 7} > {k * 3} right?"
        yield f"2(x + {k}) >= {k % 90}"
        yield f"is {k} - 3 - 4 = {k - 7} correct?"
        yield f"I get x^2 - {k}x < {k % 50}, ok?"


def steps_a_second(env: gym.Env[str, str], utterances: Callable[[], Iterator[str]], seconds: float) -> float:
    """Steps of whole episodes, resets included in the clock."""
    source = utterances()
    env.reset(seed=0)
    steps, ended = 0, False
    start = time.perf_counter()
    while (elapsed := time.perf_counter() - start) < seconds:
        if ended:
            env.reset()
        _, _, terminated, truncated, _ = env.step(next(source))
        ended = terminated or truncated
        steps += 1
    return steps / elapsed


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "integers.jsonl"
        rows = [{"problem": f"Which number of the list is number {n}?", "answer": str(n)} for n in range(1, SIZE + 1)]
        data.write_text("\n".join(map(json.dumps, rows)))
        config = {"data": str(data), "integers": [1, SIZE]}
        env = gym.make("sml_env/MathTutor-v0", max_turns=TURNS, config=config)
        for name, utterances in (("predicates", predicates), ("step checks", step_checks)):
            rates = [steps_a_second(env, utterances, options.seconds) for _ in range(options.rounds)]
            print(f"{name:12s} {statistics.median(rates):9,.0f} steps/s (from {min(rates):,.0f} to {max(rates):,.0f})")


if __name__ == "__main__":
    main()
