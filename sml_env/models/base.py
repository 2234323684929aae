"""What a language model is asked and gives back, and the protocol of those that are asked.

A model is asked for many completions at once and fails for each of them alone: a failure is a value in its place, so
that the other dialogues of a batch go on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, Protocol, runtime_checkable

from sml_env.errors import ConfigurationError, ModelError

__all__ = [
    "MAX_COMPLETION_CHARACTERS",
    "Completion",
    "LanguageModel",
    "Message",
    "Prompt",
    "Sampling",
    "ScoringModel",
    "harmless",
    "spoken",
]

MAX_COMPLETION_CHARACTERS: Final = 64_000
"""A longer completion is a failure of the model: none was asked for, and nothing reads it."""

_THOUGHT = re.compile(r"<(think|thinking|reasoning|thought)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_TEMPLATE_SIGNS = re.compile(
    r"<\||\|>|<</?SYS>>|\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS)\]|</?s>"
    r"|</?(?:start_of_turn|end_of_turn|bos|eos|think|thinking|system|user|assistant)>",
    re.IGNORECASE,
)
_REST_OF_A_THOUGHT = re.compile(r"\A.*</(?:think|thinking|reasoning|thought)>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat."""

    role: Literal["system", "user", "assistant"]
    content: str

    def as_dict(self) -> dict[str, str]:
        """As servers and chat templates want it."""
        return {"role": self.role, "content": self.content}


@dataclass(frozen=True, slots=True)
class Sampling:
    """How completions are drawn.

    Attributes:
        temperature: 0 is greedy.
        top_p: Nucleus.
        max_tokens: Of one completion, private reasoning included.
    """

    temperature: float = 0.7
    top_p: float = 1.0
    max_tokens: int = 256

    def __post_init__(self) -> None:
        for name, low, high in (("temperature", 0.0, 2.0), ("top_p", 0.0, 1.0)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
                raise ConfigurationError(f"{name}: {value!r} is not a number from {low:g} to {high:g}")
        if isinstance(self.max_tokens, bool) or not isinstance(self.max_tokens, int) or self.max_tokens < 1:
            raise ConfigurationError(f"max_tokens: {self.max_tokens!r} is not a positive integer")

    def as_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return asdict(self)


@dataclass(frozen=True, slots=True, repr=False)
class Prompt:
    """One completion that is asked for.

    Attributes:
        messages: The chat so far.
        seed: Of the sampling.
        schema: The JSON schema that the text must follow; ``None`` for free text.
    """

    messages: tuple[Message, ...]
    seed: int = 0
    schema: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """What a model said, without its private reasoning.

    Attributes:
        text: Stripped of white space at both ends; may be empty.
        prompt_tokens: Read; 0 where the model does not say.
        completion_tokens: Written, private reasoning included; likewise.
    """

    text: str
    prompt_tokens: int = 0
    completion_tokens: int = 0


def harmless(text: str) -> str:
    """A text whose signs of chat templates are broken up, so that nobody speaks in another's role."""
    return _TEMPLATE_SIGNS.sub(lambda found: f"{found[0][0]} {found[0][1:]}", text)


def spoken(text: str) -> str:
    """A completion's text without private reasoning, closed or cut off, and without white space at its ends."""
    return _REST_OF_A_THOUGHT.sub("", _THOUGHT.sub("", text)).strip()


@runtime_checkable
class LanguageModel(Protocol):
    """A model that completes chats. A user's own object needs no more than this.

    Attributes:
        name: As on the command line, without anything secret: ``vllm:MODEL``.
    """

    name: str

    def complete(self, prompts: Sequence[Prompt], sampling: Sampling) -> Sequence[Completion | ModelError]:
        """One completion, or why there is none, for each prompt, in order."""
        ...

    def check(self) -> None:
        """Make sure that the model can be asked.

        Raises:
            ModelError: If it cannot; says what to install or to set.
        """
        ...


@runtime_checkable
class ScoringModel(LanguageModel, Protocol):
    """A model that also tells how likely words are."""

    def score(self, asked: Sequence[tuple[Sequence[Message], str]]) -> Sequence[tuple[float, ...] | None]:
        """Natural-log probabilities, token by token, of texts as what the assistant says next after messages.

        ``None`` where the model cannot say.
        """
        ...
