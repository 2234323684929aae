"""How do I write a teacher? One class with a name and one method; its bits are exact if it says it is deterministic."""

from __future__ import annotations

from collections.abc import Sequence

import gymnasium as gym

import sml_env  # noqa: F401  registers the environments
from sml_env.teachers import AnswerView, Request


class Thermometer:
    """Says warm or cold: whether the answer is positive, whatever is asked."""

    name = "thermometer"
    deterministic = True

    def reply(self, requests: Sequence[Request]) -> list[str]:
        """One reply per request, from the request's view alone."""
        return [self._reply(request) for request in requests]

    def _reply(self, request: Request) -> str:
        if isinstance(request.view, AnswerView) and request.view.answer.startswith("-"):
            return "Cold, very cold."
        return "Warm."


def main() -> None:
    """Ask it twice: the second time it tells nothing new."""
    env = gym.make("sml_env/MathTutor-v0", teacher=Thermometer(), config={"topics": ["linear_equations"]})
    env.reset(seed=3)
    for _ in range(2):
        text, _, _, _, info = env.step("Is it even?")
        print(f"{text}  [{info['expected_bits']:.2f} bits expected, {info['realised_bits']:.2f} told]")


if __name__ == "__main__":
    main()
