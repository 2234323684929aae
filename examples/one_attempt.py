"""What does information buy? Greedy questions against hedging, with one judged attempt."""

from __future__ import annotations

import gymnasium as gym

import sml_env  # noqa: F401  registers the environments
from sml_env.agents import AGENTS
from sml_env.evaluation import summarise
from sml_env.rollouts import rollout


def main() -> None:
    """Compare two agents against the oracle and against a teacher that knows nothing."""
    for asymmetry in ("answer", "none"):
        env = gym.make("sml_env/MathTutor-v0", asymmetry=asymmetry, max_attempts=1)
        for name in ("hedge", "greedy"):
            episodes = [rollout(env, AGENTS[name](), seed=seed) for seed in range(50)]
            solved = summarise(episodes).success
            interval = f"95% interval {solved.low:.0%} to {solved.high:.0%}"
            print(f"{asymmetry:8s} {name:8s} solves {solved.value:.0%} ({interval})")


if __name__ == "__main__":
    main()
