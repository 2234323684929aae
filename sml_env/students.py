"""Students that are language models: they see the observations, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np

from sml_env.errors import ConfigurationError, ModelError
from sml_env.lesson import Lesson
from sml_env.models.base import Completion, LanguageModel, Message, Prompt, Sampling, harmless
from sml_env.models.naming import make_model, model_arguments, names_a_model
from sml_env.models.prompts import Prompts

__all__ = ["ModelAgent", "make_student"]


class ModelAgent:
    """A student whose words are a language model's.

    Args:
        model: That speaks.
        sampling: Of what it says; each turn's seed comes from the episode's.
        prompts: Folder with texts that take the place of the package's own.

    Raises:
        ConfigurationError: If there is no such folder.
    """

    def __init__(self, model: LanguageModel, *, sampling: Sampling | None = None, prompts: str | None = None) -> None:
        self.model = model
        self.name = model.name
        self.sampling = sampling or Sampling(max_tokens=128)
        self._prompts = Prompts(prompts)

    def settings(self) -> dict[str, Any]:
        """What a record must say of it: JSON-able."""
        return {"model": self.name, **self.sampling.as_dict()}

    def begin(self, lesson: Lesson, rng: np.random.Generator) -> None:
        """Forget the last episode."""
        self._messages = [Message("system", self._prompts.text("student", function=lesson.function))]
        self._rng = rng

    def prompt(self, observation: str) -> Prompt:
        """All observations so far as the user's messages, what was said as the assistant's."""
        self._messages.append(Message("user", harmless(observation)))
        return Prompt(tuple(self._messages), int(self._rng.integers(2**31)))

    def heard(self, completion: Completion) -> str:
        """The completion's text, whatever it is."""
        self._messages.append(Message("assistant", harmless(completion.text)))
        return completion.text

    def said_instead(self, words: str) -> None:
        """Take other words for the last utterance, as what was said."""
        self._messages[-1] = Message("assistant", harmless(words))

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """The next utterance.

        Raises:
            ModelError: If the model cannot be asked.
        """
        (completion,) = self.model.complete([self.prompt(observation)], self.sampling)
        if isinstance(completion, ModelError):
            raise completion
        return self.heard(completion)


def make_student(text: str) -> ModelAgent:
    """A student from the name of a model: ``openai:MODEL@URL?temperature=0.2``.

    Raises:
        ConfigurationError: If it is no such name, or a setting makes no sense.
        MissingExtraError: If the package that runs the model is missing.
    """
    if not names_a_model(text):
        raise ConfigurationError(f"student: {text!r} is neither vllm:MODEL nor openai:MODEL@URL")
    model, sampling, rest = make_model({"max_tokens": 128, **model_arguments(text)})
    prompts = rest.pop("prompts", None)
    if rest:
        raise ConfigurationError(f"student: {text!r} does not take {', '.join(sorted(rest))}")
    return ModelAgent(model, sampling=sampling, prompts=prompts)
