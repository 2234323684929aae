"""Teachers that are language models: a prompt made from the view alone, and replies in free text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from sml_env.errors import ConfigurationError, ModelError
from sml_env.models.base import Completion, LanguageModel, Message, Prompt, Sampling, harmless
from sml_env.models.naming import make_model
from sml_env.models.prompts import Prompts
from sml_env.teachers.base import Reply, Request

__all__ = ["ModelTeacher", "model_seed"]

REPLY_SCHEMA: Final[Mapping[str, Any]] = {
    "type": "object",
    "properties": {
        "text": {"type": "string", "maxLength": 1_000},
        "reveals": {"type": "array", "items": {"type": "string", "maxLength": 200}, "maxItems": 8},
    },
    "required": ["text", "reveals"],
    "additionalProperties": False,
}
"""Of a reply in the structured mode."""


class ModelTeacher:
    """A teacher whose words are a language model's. It reads utterances that no parser understands, too.

    Its prompt holds the statement, the view and the transcript, and nothing else. Its replies pass the guard; their
    bits are ``None``.

    Args:
        model: Asked for all requests at once.
        sampling: Of its replies. The seed of each comes from the request.
        prompts: Folder with texts that take the place of the package's own.
        structured: Ask for JSON with the text and what the model says that it reveals; the student gets the text, and
            ``privileged()["claims"]`` keeps the rest.

    Raises:
        ConfigurationError: If there is no such folder.
    """

    reads_free_text = True

    def __init__(
        self,
        model: LanguageModel,
        *,
        sampling: Sampling | None = None,
        prompts: str | None = None,
        structured: bool = False,
    ) -> None:
        if not isinstance(structured, bool):
            raise ConfigurationError(f"structured: {structured!r} is neither true nor false")
        self.model = model
        self.name = model.name
        self.sampling = sampling or Sampling()
        self.structured = structured
        self._prompts = Prompts(prompts)

    @classmethod
    def named(cls, voice: str, **arguments: Any) -> ModelTeacher:
        """From the arguments of ``make_model``, ``prompts`` and ``structured``.

        Raises:
            ConfigurationError: If one of them makes no sense.
            MissingExtraError: If the package that runs the model is missing.
        """
        model, sampling, rest = make_model({"voice": voice, **arguments})
        return cls(model, sampling=sampling, **rest)

    def __repr__(self) -> str:
        return f"ModelTeacher({self.name!r})"

    def settings(self) -> dict[str, Any]:
        """What a record must say of it: JSON-able."""
        return {"model": self.name, **self.sampling.as_dict(), "structured": self.structured}

    def reply(self, requests: Sequence[Request]) -> list[str | Reply | ModelError]:
        """A reply, or why there is none, for each request; all are asked at once."""
        completions = self.model.complete([self.prompt(request) for request in requests], self.sampling)
        return [self._read(completion) for completion in completions]

    def prompt(self, request: Request) -> Prompt:
        """What the model is given for a request."""
        question = request.question
        system = self._prompts.text(f"teacher_{question.asymmetry}", statement=question.statement, view=request.view)
        if self.structured:
            system = f"{system}\n\n{self._prompts.text('teacher_structured')}"
        words = question.utterance
        if question.attempted is not None:
            words = f"{words}\n(This attempt was judged wrong.)"
        if request.refused:
            words = self._prompts.text("teacher_refused", utterance=words, refused=request.refused)
        messages = [Message("system", system)]
        for turn in question.transcript:
            messages += [Message("user", harmless(turn.student)), Message("assistant", harmless(turn.teacher))]
        messages.append(Message("user", harmless(words)))
        schema = REPLY_SCHEMA if self.structured else None
        return Prompt(tuple(messages), model_seed(request.seed), schema)

    def _read(self, completion: Completion | ModelError) -> str | Reply | ModelError:
        if isinstance(completion, ModelError):
            return completion
        if not completion.text:
            return ModelError(f"{self.name} said nothing; if it reasons at length, raise max_tokens")
        if not self.structured:
            return completion.text
        try:
            row = json.loads(completion.text)
            text, reveals = row["text"], row["reveals"]
        except (json.JSONDecodeError, KeyError, TypeError, RecursionError):
            return ModelError(f"{self.name} did not keep to the form of the structured mode; raise max_tokens")
        if not isinstance(text, str) or not isinstance(reveals, list):
            return ModelError(f"{self.name} did not keep to the form of the structured mode")
        return Reply(text, tuple(str(each) for each in reveals))


def model_seed(words: Sequence[int]) -> int:
    """31 bits for a model's sampling, from the seed of a request."""
    return int(np.random.SeedSequence(list(words)).generate_state(1, np.uint64)[0] >> np.uint64(33))
