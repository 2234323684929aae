"""A model behind a server that speaks OpenAI's chat protocol: vLLM's, llama.cpp's, or a hosted one.

The openai library does the transport, with its retries: backoff, ``Retry-After``, time-outs. What it does not look at
is checked here: whether what came is a chat completion at all.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from importlib.util import find_spec
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from sml_env.config import integer
from sml_env.errors import ConfigurationError, MissingExtraError, ModelError
from sml_env.models.base import MAX_COMPLETION_CHARACTERS, Completion, Prompt, Sampling, spoken

__all__ = ["KEY_VARIABLE", "ServedModel"]

KEY_VARIABLE: Final = "SML_ENV_API_KEY"
"""Environment variable that holds the key of a server, unless another one is named."""

_OPENAI_URL: Final = "https://api.openai.com/v1"
_OPENAI_KEY: Final = "OPENAI_API_KEY"
_NO_KEY: Final = "none"
_SHOWN_MODELS: Final = 8


class ServedModel:
    """A chat model behind an OpenAI-compatible server.

    Args:
        model: Its name there.
        url: Base address (``http://127.0.0.1:8000/v1``); ``None`` for OpenAI's own.
        key: Environment variable that holds the key. By default ``SML_ENV_API_KEY``, and at OpenAI's own address
            ``OPENAI_API_KEY``; a server that wants none needs none.
        concurrency: Most requests in flight.
        timeout: Seconds that one try may take.
        retries: Further tries, with growing pauses or those that the server asks for.

    Raises:
        ConfigurationError: If an argument makes no sense, or a key is named that the environment lacks.
        MissingExtraError: Without the openai package.
    """

    def __init__(
        self,
        model: str,
        url: str | None = None,
        *,
        key: str | None = None,
        concurrency: int = 16,
        timeout: float = 60.0,
        retries: int = 5,
    ) -> None:
        if find_spec("openai") is None:
            raise MissingExtraError('openai: the package is missing; install it with pip install "sml_env[openai]"')
        if not isinstance(model, str) or not model.strip():
            raise ConfigurationError(f"model: {model!r} is not a name; write openai:MODEL@URL")
        if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not 0 < timeout <= 86_400:
            raise ConfigurationError(f"timeout: {timeout!r} is not a number of seconds from 0 to 86,400")
        self.model = model
        self._url = _checked_url(url)
        self._key = _key_variable(key, url)
        self._concurrency = integer("concurrency", concurrency, 1, 1_024)
        self._timeout = float(timeout)
        self._retries = integer("retries", retries, 0, 100)
        self.name = f"openai:{model}" if url is None else f"openai:{model}@{_shown(self._url)}"

    def __repr__(self) -> str:
        return f"ServedModel({self.name!r})"

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in ("_client", "_pool")}

    @cached_property
    def _client(self) -> Any:
        from openai import OpenAI

        key = os.environ.get(self._key) or _NO_KEY
        return OpenAI(api_key=key, base_url=self._url, timeout=self._timeout, max_retries=self._retries)

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._concurrency, thread_name_prefix="served-model")

    def check(self) -> None:
        """Ask the server which models it has.

        Raises:
            ModelError: If it cannot be reached, refuses, or does not have the model.
        """
        from openai import APIStatusError, OpenAIError

        try:
            listed = self._client.with_options(max_retries=min(self._retries, 1)).models.list()
            served = [str(each.id) for each in listed.data]
        except APIStatusError as error:
            if error.status_code in (404, 405, 501):
                return
            raise ModelError(self._refused(error.status_code)) from None
        except OpenAIError as error:
            raise ModelError(f"{self._reason(error)}; start it, or correct the address after @") from None
        except Exception:  # a server that is none: whatever it sent is not a list of models
            raise ModelError(f"{self.name} is no server of OpenAI's protocol; correct the address after @") from None
        if served and self.model not in served:
            some = ", ".join(served[:_SHOWN_MODELS]) + (", …" if len(served) > _SHOWN_MODELS else "")
            raise ModelError(f"{self.name} does not have the model {self.model!r}; it has {some}")

    def complete(self, prompts: Sequence[Prompt], sampling: Sampling) -> list[Completion | ModelError]:
        """One request for each prompt, as many at once as ``concurrency`` lets."""
        if len(prompts) == 1:
            return [self._completion(prompts[0], sampling)]
        return list(self._pool.map(lambda prompt: self._completion(prompt, sampling), prompts))

    def _completion(self, prompt: Prompt, sampling: Sampling) -> Completion | ModelError:
        from openai import OpenAIError

        failure = ModelError(f"{self.name} sent what is no chat completion")
        for _ in range(1 + self._retries):
            try:
                return self._read(self._client.chat.completions.create(**self._arguments(prompt, sampling)))
            except OpenAIError as error:
                return ModelError(self._reason(error))
            except ModelError as error:
                return error
            except Exception:  # malformed JSON, or JSON of another kind, in any of the ways the library meets it
                continue
        return failure

    def _arguments(self, prompt: Prompt, sampling: Sampling) -> dict[str, Any]:
        arguments: dict[str, Any] = {
            "model": self.model,
            "messages": [message.as_dict() for message in prompt.messages],
            "seed": prompt.seed,
            **sampling.as_dict(),
        }
        if prompt.schema is not None:
            schema = {"name": "reply", "schema": dict(prompt.schema), "strict": True}
            arguments["response_format"] = {"type": "json_schema", "json_schema": schema}
        return arguments

    def _read(self, response: Any) -> Completion:
        text = response.choices[0].message.content
        if text is None:
            text = ""
        if not isinstance(text, str):
            raise TypeError("content is not a text")
        if len(text) > MAX_COMPLETION_CHARACTERS:
            raise ModelError(f"{self.name} sent more than {MAX_COMPLETION_CHARACTERS:,} characters")
        usage = getattr(response, "usage", None)
        return Completion(
            spoken(text),
            _count(getattr(usage, "prompt_tokens", 0)),
            _count(getattr(usage, "completion_tokens", 0)),
        )

    def _reason(self, error: Exception) -> str:
        """Why a request failed; never what the server said, which may quote the prompt."""
        from openai import APIConnectionError, APIStatusError, APITimeoutError

        tries = f"{1 + self._retries} tries"
        if isinstance(error, APITimeoutError):
            return f"{self.name} did not answer within {self._timeout:g} s, {tries}"
        if isinstance(error, APIConnectionError):
            return f"{self.name} cannot be reached, {tries}"
        if isinstance(error, APIStatusError):
            return self._refused(error.status_code)
        return f"{self.name} failed: {type(error).__name__}"

    def _refused(self, status: int) -> str:
        if status == 404:
            return f"{self.name} does not have that model or address (404)"
        if status in (401, 403):
            return f"{self.name} wants a key ({status}); set the environment variable {self._key}"
        if status == 429:
            return f"{self.name} is too busy (429), {1 + self._retries} tries"
        if status >= 500:
            return f"{self.name} has an error of its own ({status}), {1 + self._retries} tries"
        return f"{self.name} refused the request ({status})"


def _checked_url(url: str | None) -> str:
    if url is None:
        return _OPENAI_URL
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except (ValueError, AttributeError, TypeError):
        sound = False
    if not sound:
        raise ConfigurationError(f"url: {url!r} is not an address such as http://127.0.0.1:8000/v1")
    return url


def _shown(url: str) -> str:
    """An address without the name and the password that may stand in it."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment=""))


def _key_variable(key: str | None, url: str | None) -> str:
    """Which environment variable holds the key; OpenAI's is sent to OpenAI alone unless it is named."""
    if key is None:
        return KEY_VARIABLE if url is not None or os.environ.get(KEY_VARIABLE) else _OPENAI_KEY
    if not isinstance(key, str) or not key.isidentifier():
        raise ConfigurationError("key: is the name of an environment variable, never the key itself")
    if not os.environ.get(key):
        raise ConfigurationError(f"key: the environment variable {key} is not set")
    return key


def _count(value: object) -> int:
    return value if isinstance(value, int) and value >= 0 else 0
