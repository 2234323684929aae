"""Plays lessons with ``verifiers``, in a process of its own: our folder of that name must not be on its path.

Reads scenarios by name from the standard input and writes what came of each to the standard output, both as JSON: the
episodes, or what was refused. This file is the taskset package too.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parent.parent))

import adapted  # noqa: F401  registers the id that fails
import verifiers.v1 as vf

from sml_env.errors import ConfigurationError
from sml_env.integrations.prime import ChatHarness, LessonEnv, Lessons

__all__ = ["ChatHarness", "LessonEnv", "Lessons"]


def server_of(words: list[str]) -> ThreadingHTTPServer:
    """Chat completions whose every answer is the next word of a list."""

    class Script(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            said = sum(message["role"] == "assistant" for message in request["messages"])
            message = {"role": "assistant", "content": words[said % len(words)]}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
            answer = {"id": "0", "object": "chat.completion", "created": 0, "model": "script", "choices": [choice]}
            body = json.dumps({**answer, "usage": usage}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return ThreadingHTTPServer(("127.0.0.1", 0), Script)


def told(episode: Any) -> dict[str, Any]:
    """What the test is to know of an episode."""
    (trace,) = episode.traces
    return {
        "ok": episode.ok,
        "errors": [f"{error.type}: {error.message}" for error in episode.errors],
        "prompt": trace.task.data.prompt,
        "system": trace.task.data.system_prompt,
        "seed": trace.task.data.seed,
        "messages": [[message.role, message.content] for message in trace.messages],
        "rewards": {name: None if reward is None else reward.score for name, reward in trace.rewards.items()},
        "reward": trace.reward,
        "metrics": trace.metrics,
        "turns": trace.info.get("turns", []),
        "stop": trace.stop_condition,
        "record": trace.model_dump_json(),
    }


async def played(scenario: dict[str, Any]) -> list[dict[str, Any]]:
    """The episodes of one scenario."""
    server = server_of(scenario["words"])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    lessons = {"id": "prime_driver", **scenario["lessons"]}
    player = {"runtime": {"type": "subprocess"}, **scenario.get("player", {})}
    env = vf.load_environment(vf.resolve_env_config({"taskset": lessons, "player": player}))
    assert type(env).__name__ == "LessonEnv"
    address = scenario.get("address", f"http://127.0.0.1:{server.server_port}/v1")
    client = vf.EvalClientConfig(base_url=address, api_key_var="NO_KEY")
    model = vf.ModelContext(model="script", client=client)
    try:
        async with env.serving():
            tasks = list(env.taskset.take(scenario["episodes"]))
            return [told(await env.run_episode(task, model)) for task in tasks]
    finally:
        server.shutdown()


def main() -> None:
    """Play all scenarios."""
    found: dict[str, Any] = {}
    for name, scenario in json.load(sys.stdin).items():
        try:
            found[name] = asyncio.run(played(scenario))
        except ConfigurationError as error:
            found[name] = str(error)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
