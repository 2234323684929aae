"""How do I train with Prime Intellect's verifiers? This module is the taskset; a script stands in the model's place."""

from __future__ import annotations

import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import verifiers.v1 as vf

from sml_env.integrations.prime import ChatHarness, LessonEnv, LessonEnvConfig, Lessons

__all__ = ["ChatHarness", "LessonEnv", "Lessons"]

WORDS = ("Is the answer greater than 0?", "is it an integer?", "answer: 9")


class Script(BaseHTTPRequestHandler):
    """A server of chat completions whose every answer is the next line of a script."""

    def do_POST(self) -> None:
        """Answer one request."""
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        said = sum(message["role"] == "assistant" for message in request["messages"])
        message = {"role": "assistant", "content": WORDS[said % len(WORDS)]}
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
        """Say nothing of it."""


async def play(address: str) -> None:
    """Two lessons; a training run does the same with the model that it trains."""
    lessons = {"id": "verifiers_lessons", "arguments": {"config": {"topics": ["linear_equations"]}}}
    env = LessonEnv(LessonEnvConfig(taskset=lessons))
    model = vf.ModelContext(model="script", client=vf.EvalClientConfig(base_url=address, api_key_var="NO_KEY"))
    async with env.serving():
        for task in env.taskset.take(2):
            episode = await env.run_episode(task, model)
            (trace,) = episode.traces
            print(task.data.prompt)
            for message, turn in zip(trace.assistant_messages, trace.info["turns"], strict=True):
                print(f"> {message.content}\n{turn['reply']}  [reward {turn['reward']:.2f}]")
            print({name: reward.score for name, reward in trace.rewards.items()}, trace.metrics, sep="\n")


def main() -> None:
    """Serve the script on this machine, play, stop."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Script)
    threading.Thread(target=server.serve_forever).start()
    try:
        asyncio.run(play(f"http://127.0.0.1:{server.server_port}/v1"))
    finally:
        server.shutdown()


if __name__ == "__main__":
    main()
