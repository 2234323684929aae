"""A chat server on the loopback that misbehaves on purpose, one misbehaviour a request."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain, repeat
from typing import Any

MODEL = "stub"


def completion(text: str | None) -> bytes:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    body = {"id": "1", "object": "chat.completion", "created": 0, "model": MODEL, "choices": [choice], "usage": usage}
    return json.dumps(body).encode()


class Stub:
    """Requests in the order of arrival meet the faults in their order, and after the last an honest reply.

    A fault is a status (with headers), bytes that are sent in place of a completion, ``"cut"`` for a body that breaks
    off, or a number of seconds to wait.
    """

    def __init__(
        self, say: Callable[[dict[str, Any]], str], faults: Sequence[object] = (), for_ever: bool = False
    ) -> None:
        self.say = say
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.arrivals: list[float] = []
        self._faults: Iterator[object] = chain(faults, repeat(faults[-1] if for_ever else None))
        self._lock = threading.Lock()

    def fault(self, body: dict[str, Any], headers: dict[str, str]) -> object:
        with self._lock:
            self.requests.append(body)
            self.headers.append(headers)
            self.arrivals.append(time.monotonic())
            return next(self._faults)


def _handler(stub: Stub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            return

        def send(self, body: bytes, status: int = 200, length: int | None = None, **headers: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body) if length is None else length))
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self.send(json.dumps({"object": "list", "data": [{"id": MODEL, "object": "model"}]}).encode())

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            fault = stub.fault(body, {name.lower(): value for name, value in self.headers.items()})
            try:
                self.answer(body, fault)
            except OSError:
                self.close_connection = True

        def answer(self, body: dict[str, Any], fault: object) -> None:
            if isinstance(fault, bytes):
                self.send(fault)
            elif isinstance(fault, tuple):
                self.send(b'{"error": {"message": "the answer is 42"}}', fault[0], **fault[1])
            elif fault == "cut":
                self.send(completion("half of")[:40], length=400)
                self.close_connection = True
            else:
                if isinstance(fault, int | float):
                    time.sleep(fault)
                self.send(completion(stub.say(body)))

    return Handler


@contextmanager
def served(stub: Stub, port: int = 0) -> Iterator[str]:
    """The base address of a server that is up within the block."""

    class Server(ThreadingHTTPServer):
        allow_reuse_address = True
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            return

    server = Server(("127.0.0.1", port), _handler(stub))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
