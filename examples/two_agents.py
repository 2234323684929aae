"""How do I train the teacher, too? A game of two agents, each of which acts on its own side alone."""

from __future__ import annotations

from typing import Any

from sml_env.integrations.two_agents import two_agents


def teach(info: dict[str, Any]) -> str:
    """A policy of the teacher: whether the answer is negative, from its view."""
    return "It is below zero." if info["view"]["answer"].startswith("-") else "It is not below zero."


def main() -> None:
    """Play one lesson; the teacher shares the student's reward."""
    env = two_agents("sml_env/MathTutor-v0", config={"topics": ["linear_equations"]}, teacher_reward="shared")
    env.reset(seed=7)
    words = iter(("Is the answer greater than 0?", "is it an integer?", "answer: -16/3"))
    for agent in env.agent_iter():
        text, reward, terminated, truncated, info = env.last()
        if agent == "student":
            print(f"{text}  [reward {reward:.2f}]")
        action = None
        if not (terminated or truncated):
            action = next(words) if agent == "student" else teach(info)
            print(f"{agent}: {action}")
        env.step(action)


if __name__ == "__main__":
    main()
