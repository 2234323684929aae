"""The agent loop on the page about verl runs, against stand-ins for what it imports of verl."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from integrations.tiny_chat import CHATML, tiny_tokenizer

pytestmark = [pytest.mark.integrations, pytest.mark.filterwarnings("default")]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "verl.md"
SAID = ("Is the answer greater than 0?", "is it even?", "hm", "answer: 7")
LENGTH = 800


class Loop:
    """As ``AgentLoopBase`` leaves itself to a subclass."""

    def __init__(self, tokenizer: Any, length: int) -> None:
        self.tokenizer = tokenizer
        self.apply_chat_template_kwargs: dict[str, Any] = {}
        self.rollout_config = SimpleNamespace(response_length=length)
        self.server_manager = self
        self.calls: list[dict[str, Any]] = []

    async def generate(self, request_id: str, *, prompt_ids: list[int], sampling_params: dict[str, Any]) -> Any:
        ids = [*self.tokenizer(SAID[len(self.calls)])["input_ids"], self.tokenizer.eos_token_id]
        self.calls.append({"request_id": request_id, "prompt_ids": prompt_ids, **sampling_params})
        return SimpleNamespace(token_ids=ids, log_probs=[-0.5] * len(ids))


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The names that the page's code defines."""
    pytest.importorskip("transformers", reason="needs transformers: make test-integrations")
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    base = ModuleType("verl.experimental.agent_loop.agent_loop")
    base.AgentLoopBase = Loop  # type: ignore[attr-defined]
    base.AgentLoopMetrics = base.AgentLoopOutput = SimpleNamespace  # type: ignore[attr-defined]
    base.register = lambda name: lambda kind: kind  # type: ignore[attr-defined]
    for name in ("verl", "verl.experimental", "verl.experimental.agent_loop", base.__name__):
        monkeypatch.setitem(sys.modules, name, base if name == base.__name__ else ModuleType(name))
    defined: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), defined)
    return defined


@pytest.mark.parametrize(("length", "turns"), [(LENGTH, 4), (220, None)])
def test_the_agent_loop_plays_a_lesson(page: dict[str, Any], length: int, turns: int | None) -> None:
    tokenizer = tiny_tokenizer(SAID, CHATML, "<|im_end|>")
    loop = page["LessonLoop"](tokenizer, length)
    output = asyncio.run(loop.run({"temperature": 1.0}, raw_prompt=page["rows"][3]["prompt"], priority=0))
    assert len(output.response_ids) == len(output.response_mask) == len(output.response_logprobs) <= length
    assert output.response_logprobs == [-0.5 * mask for mask in output.response_mask]
    played = len(loop.calls)
    assert played == turns if turns else 1 <= played < 4
    assert output.reward_score == sum(output.extra_fields["turn_scores"]) and output.num_turns == 2 * played + 1
    kept = [token for token, mask in zip(output.response_ids, output.response_mask, strict=True) if mask]
    assert tokenizer.decode(kept) == "".join(f"{text}<|im_end|>" for text in SAID[:played])
    whole = output.prompt_ids + output.response_ids
    assert all(
        whole[: len(call["prompt_ids"])] == call["prompt_ids"] and call["max_tokens"] == 128 for call in loop.calls
    )
    assert len({call["request_id"] for call in loop.calls}) == 1
