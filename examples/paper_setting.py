"""How do I get the setting of the paper? Sparse reward, 4 turns to train and 10 to evaluate, discount 0.7.

Cook et al. 2026 (arXiv 2602.16488) train on 4 turns with a turn-level discount of 0.7 and a reward of 1 for a correct
answer, and evaluate up to 10 turns. Their teacher is a language model with the answer; any object with ``name`` and
``reply`` takes its place here.
"""

from __future__ import annotations

from collections.abc import Sequence

import gymnasium as gym

import sml_env  # noqa: F401  registers the environments
from sml_env.teachers import Request


class Encourager:
    """Stands where a model teacher would: free text, guarded, without a stated channel."""

    name = "encourager"

    def reply(self, requests: Sequence[Request]) -> list[str]:
        """One reply per request."""
        return [f"Look at this again: {request.question.query.canonical or 'your step'}." for request in requests]


def main() -> None:
    """Make both environments and play one short lesson."""
    common = {"asymmetry": "answer", "teacher": Encourager(), "shaping": "none", "gamma": 0.7}
    train = gym.make("sml_env/MathTutor-v0", max_turns=4, config={"split": "train"}, **common)
    evaluate = gym.make("sml_env/MathTutor-v0", max_turns=10, config={"split": "test"}, **common)
    for name, env in (("train", train), ("evaluate", evaluate)):
        _, info = env.reset(seed=0)
        discounted, discount, ended = 0.0, 1.0, False
        while not ended:
            _, reward, terminated, truncated, info = env.step("is it even?")
            discounted, discount, ended = discounted + discount * float(reward), discount * 0.7, terminated or truncated
        print(f"{name}: {info['query_kind']} bits {info['expected_bits']}, discounted return {discounted:.2f}")


if __name__ == "__main__":
    main()
