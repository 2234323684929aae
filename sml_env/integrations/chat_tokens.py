"""A lesson as the tokens of one chat: the template's own, the teacher's words, and exactly what the student sampled.

What the student sampled is never rendered or tokenised again. The template is asked only for what stands around it: the
chat up to the student's first word, and what stands between two of its turns. So a mask over the tokens is exact
whatever the template does to an assistant's message, and no word of the student can be taken for the template's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from jinja2 import TemplateError

from sml_env.errors import ConfigurationError
from sml_env.models.base import harmless, spoken
from sml_env.wrappers import ASSISTANT, USER, Message

__all__ = ["ChatTokens"]

_SAID: Final = "WhatTheStudentSays"
"""Stands for the student's words where the template is asked what follows them."""

_THOUGHT_TAG = re.compile(r"</?(?:think|thinking|reasoning|thought)>", re.IGNORECASE)
_BEGINS_A_THOUGHT = re.compile(r"<(?:think|thinking|reasoning|thought)>\s*\Z", re.IGNORECASE)


class ChatTokens:
    """What one chat template makes of lessons.

    A **mark** is a token of the vocabulary's added ones that the template itself writes around turns, as
    ``<|im_start|>``. A turn of the student ends with the first mark, or end of text, that it samples; so it cannot go
    on in the teacher's role. The teacher's words hold no mark: they are broken up.

    Args:
        tokenizer: Of transformers.
        template: Takes the place of the tokenizer's own chat template.
        arguments: Of the template, as ``{"enable_thinking": False}``.
        ends: Tokens that end a turn beside the marks.

    Raises:
        ConfigurationError: If there is no chat template, it does not show what an assistant says, or a student would
            have to sample marks within a turn (channels, as gpt-oss has them).
    """

    def __init__(
        self,
        tokenizer: Any,
        template: str | None = None,
        arguments: Mapping[str, Any] | None = None,
        ends: Sequence[int] = (),
    ) -> None:
        self._tokenizer = tokenizer
        self._template = template
        self._arguments = dict(arguments or {})
        if template is None and not getattr(tokenizer, "chat_template", None):
            raise ConfigurationError(
                "tokenizer: it has no chat template; set tokenizer.chat_template, or take an instruct model's"
            )
        added = {number: str(token) for number, token in tokenizer.added_tokens_decoder.items()}
        special = {number for number, token in tokenizer.added_tokens_decoder.items() if token.special}
        self._thoughts = {number for number, text in added.items() if _THOUGHT_TAG.fullmatch(text.strip())}
        blank = self._after("x")
        marks = [number for number in self._ids(blank) if added.get(number, "").strip()]
        marks = [number for number in marks if number not in self._thoughts]
        self._closing = marks[0] if marks else None
        self._ends = frozenset((*marks, *ends))
        self._special = frozenset((*special, *tokenizer.all_special_ids, *self._ends))
        texts = sorted((added[number] for number in self._special if number in added), key=len, reverse=True)
        self._signs = re.compile("|".join(map(re.escape, texts)) or r"(?!)")
        asked = self._rendered([{"role": USER, "content": "x"}])
        before = self._rendered(_chat("x")).partition(_SAID)[0]
        channels = self._ends.intersection(self._ids(before.removeprefix(asked))) if before.startswith(asked) else ()
        if channels:
            raise ConfigurationError("tokenizer: a turn of its chat template holds marks of its own; use another model")
        begun = _BEGINS_A_THOUGHT.search(blank)
        self._begun = "" if begun is None else begun[0]

    def opening(self, system: str, statement: str) -> list[int]:
        """The tokens up to the student's first word.

        Args:
            system: What the student is told first; where the template knows no system message it stands above the
                statement. May be empty.
            statement: The first observation.
        """
        asked: Message = {"role": USER, "content": self._harmless(statement)}
        if system:
            try:
                text = self._rendered([{"role": "system", "content": system}, asked])
            except TemplateError:
                text = ""
            if system.strip() in text:
                return self._ids(text)
            asked = {"role": USER, "content": f"{system}\n\n{asked['content']}"}
        return self._ids(self._rendered([asked]))

    def turn(self, sampled: Sequence[int]) -> list[int]:
        """What of a sample is the student's turn: up to the first token that ends one, that token included."""
        for place, number in enumerate(sampled):
            if number in self._ends:
                return list(sampled[: place + 1])
        return list(sampled)

    def words(self, turn: Sequence[int]) -> str:
        """The utterance that a turn stands for, without special tokens and private reasoning."""
        silent = self._special - self._thoughts
        kept = [number for number in turn if number not in silent]
        text = self._tokenizer.decode(kept, skip_special_tokens=False, clean_up_tokenization_spaces=False)
        return spoken(f"{self._begun}{text}")

    def between(self, turn: Sequence[int], reply: str) -> list[int]:
        """The tokens between a turn of the student and its next one: the end of the turn, and what the teacher said.

        Where the turn has ended with the template's own token that is not repeated.
        """
        tokens = self._ids(self._after(self._harmless(reply)))
        if self._closing is not None and turn and turn[-1] == self._closing:
            return tokens[tokens.index(self._closing) + 1 :]
        return tokens

    def _after(self, reply: str) -> str:
        """What the template writes from the end of the student's words to the beginning of its next ones."""
        _, said, after = self._rendered(_chat(reply)).partition(_SAID)
        if not said:
            raise ConfigurationError("tokenizer: its chat template does not show what the assistant says; use another")
        return after

    def _harmless(self, text: str) -> str:
        """A text that holds no special token, however it is spelled."""
        text = self._signs.sub(lambda found: f"{found[0][0]} {found[0][1:]}", harmless(text))
        # A tokenizer that normalises may take another spelling for a token's.
        found = self._special.intersection(self._ids(text)) - {self._tokenizer.unk_token_id}
        return " ".join(text) if found else text

    def _rendered(self, messages: Sequence[Message]) -> str:
        text: str = self._tokenizer.apply_chat_template(
            list(messages), chat_template=self._template, add_generation_prompt=True, tokenize=False, **self._arguments
        )
        return text

    def _ids(self, text: str) -> list[int]:
        return list(self._tokenizer(text, add_special_tokens=False)["input_ids"])


def _chat(reply: str) -> list[Message]:
    """A chat in which the student has spoken once and has been answered."""
    return [
        {"role": USER, "content": "x"},
        {"role": ASSISTANT, "content": _SAID},
        {"role": USER, "content": reply},
    ]
