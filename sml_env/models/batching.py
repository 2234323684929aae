"""One engine for many callers: a thread steps ``vllm.LLM``, and whatever is asked meanwhile joins its running batch."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from itertools import count
from typing import Any

__all__ = ["SharedEngine"]


class SharedEngine:
    """Puts prompts to a ``vllm.LLM`` from any thread. Nobody waits for the replies to what others have asked.

    Args:
        llm: That nobody else uses.
    """

    def __init__(self, llm: Any) -> None:
        self.llm = llm
        self.most_tokens = int(llm.llm_engine.model_config.max_model_len)
        self._tokenizer = llm.get_tokenizer()
        self._reading = threading.Lock()
        self._changed = threading.Condition()
        self._waiting: list[tuple[str, Any, Any, Future[Any]]] = []
        self._numbers = count()
        self._thread: threading.Thread | None = None

    def chat_tokens(self, messages: Sequence[dict[str, str]]) -> list[int]:
        """A chat as the model's template has it, up to where the assistant speaks."""
        with self._reading:
            return list(
                self._tokenizer.apply_chat_template(
                    list(messages), add_generation_prompt=True, tokenize=True, return_dict=False
                )
            )

    def text_tokens(self, text: str) -> list[int]:
        """A text without signs of its beginning or end."""
        with self._reading:
            return list(self._tokenizer.encode(text, add_special_tokens=False))

    def ask(self, tokens: Sequence[int], settings: Any) -> Future[Any]:
        """The ``RequestOutput`` for a prompt, or what vLLM raised.

        Args:
            tokens: Of the prompt.
            settings: ``vllm.SamplingParams``, not used again.
        """
        from vllm.sampling_params import RequestOutputKind

        settings.output_kind = RequestOutputKind.FINAL_ONLY
        future: Future[Any] = Future()
        prompt = {"prompt_token_ids": list(tokens)}
        with self._changed:
            self._waiting.append((f"lesson-{next(self._numbers)}", prompt, settings, future))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="vllm-steps", daemon=True)
                self._thread.start()
            self._changed.notify()
        return future

    def _run(self) -> None:
        running: dict[str, Future[Any]] = {}
        while True:
            with self._changed:
                while not self._waiting and not running:
                    self._changed.wait()
                fresh, self._waiting = self._waiting, []
            for number, prompt, settings, future in fresh:
                try:
                    self.llm.llm_engine.add_request(number, prompt, settings)
                    running[number] = future
                except Exception as error:  # vLLM refuses a prompt in ways of its own, as one that is too long
                    future.set_exception(error)
            if not running:
                continue
            try:
                outputs = self.llm.llm_engine.step()
            except Exception as error:  # the engine is dead: so is every request
                for future in running.values():
                    future.set_exception(error)
                running = {}
                continue
            for output in outputs:
                if output.finished and output.request_id in running:
                    running.pop(output.request_id).set_result(output)
