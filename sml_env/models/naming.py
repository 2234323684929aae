"""How models are named: ``vllm:MODEL``, ``openai:MODEL@URL``, with settings after a question mark, or a mapping."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from sml_env.errors import ConfigurationError
from sml_env.models.base import LanguageModel, Sampling
from sml_env.models.engine import VllmModel
from sml_env.models.served import ServedModel

__all__ = ["ENGINES", "make_model", "model_arguments", "names_a_model"]

ENGINES: Final = ("vllm", "openai")
"""What may stand before the first colon of a model's name."""

_SAMPLING: Final = ("temperature", "top_p", "max_tokens")
_SERVER: Final = ("url", "key", "concurrency", "timeout", "retries")


def names_a_model(text: object) -> bool:
    """Whether a text names a language model."""
    return isinstance(text, str) and text.partition(":")[0] in ENGINES


def model_arguments(text: str) -> dict[str, Any]:
    """``openai:MODEL@URL?temperature=0.2`` as a mapping with ``voice``, ``model``, ``url`` and the settings.

    Values are JSON where they can be read as it, else text; ``engine.NAME=VALUE`` is an argument of ``vllm.LLM``.

    Raises:
        ConfigurationError: If it is not of that form.
    """
    engine, _, rest = text.partition(":")
    named, _, settings = rest.partition("?")
    model, at, url = named.rpartition("@") if engine == "openai" else (named, "", "")
    arguments: dict[str, Any] = {"voice": engine, "model": model if at else named}
    if at:
        arguments["url"] = url
    if not arguments["model"]:
        raise ConfigurationError(f"model: {text!r} names no model; write {engine}:MODEL{_example(engine)}")
    for key, value in parse_qsl(settings, keep_blank_values=True):
        if key.startswith("engine."):
            arguments.setdefault("engine", {})[key.removeprefix("engine.")] = _value(value)
        else:
            arguments[key] = _value(value)
    return arguments


def make_model(arguments: Mapping[str, Any]) -> tuple[LanguageModel, Sampling, dict[str, Any]]:
    """A model and its sampling from a mapping, and what is left of the mapping.

    Args:
        arguments: ``voice`` (one of ``ENGINES``) and ``model``; of a server ``url``, ``key``, ``concurrency``,
            ``timeout`` and ``retries``; of vLLM ``engine``; ``temperature``, ``top_p`` and ``max_tokens``.

    Raises:
        ConfigurationError: If one of them makes no sense.
        MissingExtraError: If the package that runs it is missing.
    """
    rest = dict(arguments)
    engine, model = rest.pop("voice", None), rest.pop("model", "")
    sampling = Sampling(**{name: rest.pop(name) for name in _SAMPLING if name in rest})
    if engine == "vllm":
        return VllmModel(model, rest.pop("engine", None)), sampling, rest
    if engine == "openai":
        return ServedModel(model, **{name: rest.pop(name) for name in _SERVER if name in rest}), sampling, rest
    raise ConfigurationError(f"model: {engine!r} is none of {', '.join(ENGINES)}")


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return text


def _example(engine: str) -> str:
    return "@http://127.0.0.1:8000/v1" if engine == "openai" else ""
