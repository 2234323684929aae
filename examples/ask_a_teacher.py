"""How does a lesson go? One problem, a few questions, the bits of each."""

from __future__ import annotations

import gymnasium as gym

import sml_env  # noqa: F401  registers the environments


def main() -> None:
    """Ask four questions about one linear equation."""
    env = gym.make("sml_env/MathTutor-v0", asymmetry="answer", config={"topics": ["linear_equations"]})
    text, _ = env.reset(seed=7)
    print(text)
    for question in ("Is the answer greater than 0?", "give me a hint", "is it an integer?", "answer: -16/3"):
        text, reward, terminated, truncated, info = env.step(question)
        told, left = info["expected_bits"], info["belief_entropy_bits"]
        print(f"> {question}\n{text}  [{told:.2f} bits expected, {left:.2f} left, reward {reward:.2f}]")
        if terminated or truncated:
            break


if __name__ == "__main__":
    main()
