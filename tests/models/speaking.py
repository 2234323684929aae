"""A language model for tests: what it says is a function of the prompt."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sml_env.errors import ModelError
from sml_env.models.base import Completion, Prompt, Sampling, spoken


class Speaking:
    def __init__(self, say: Callable[[Prompt], str | ModelError], name: str = "speaking") -> None:
        self.name = name
        self.say = say
        self.calls: list[list[Prompt]] = []

    def complete(self, prompts: Sequence[Prompt], sampling: Sampling) -> list[Completion | ModelError]:
        self.calls.append(list(prompts))
        said = [self.say(prompt) for prompt in prompts]
        return [each if isinstance(each, ModelError) else Completion(spoken(each)) for each in said]

    def check(self) -> None:
        return
