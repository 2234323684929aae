"""How many turns the greedy agent needs on a file of word problems, with yes-or-no questions only.

Prints the entropy of the declared prior, and the mean, the 95th percentile and the most turns until solved.

    python benchmarks/questions.py [DATA.jsonl]

Without a file it runs on the integers from 1 to 128, each equally likely.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import gymnasium as gym
import numpy as np

import sml_env  # noqa: F401  registers the environments
from sml_env.agents import make_agent
from sml_env.core import TextEnv
from sml_env.rollouts import rollout


def report(config: dict[str, object]) -> None:
    """Play every problem of a file once and print what it took."""
    env = gym.make("sml_env/MathTutor-v0", max_turns=40, config=config)
    assert isinstance(env.unwrapped, TextEnv)
    names = env.unwrapped.family.problem_ids() or ()
    episodes = [rollout(env, make_agent("greedy-binary"), seed=0, problem_id=name) for name in names]
    entropies = [episode.prior_entropy_bits for episode in episodes if episode.prior_entropy_bits is not None]
    turns = np.array([episode.turns for episode in episodes])
    solved = sum(episode.success for episode in episodes)
    print(f"problems {len(episodes)}, closed {len(entropies)}, solved {solved}, H(prior) {np.mean(entropies):.2f} bits")
    print(f"turns: mean {turns.mean():.2f}, 95th percentile {np.percentile(turns, 95):.0f}, most {turns.max()}")


def main() -> None:
    """Run on the file given, or on the integers from 1 to 128."""
    if len(sys.argv) > 1:
        report({"data": sys.argv[1]})
        return
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "integers.jsonl"
        rows = [{"problem": f"Which number of the list is number {n}?", "answer": str(n)} for n in range(1, 129)]
        data.write_text("\n".join(map(json.dumps, rows)))
        report({"data": str(data), "integers": [1, 128]})


if __name__ == "__main__":
    main()
