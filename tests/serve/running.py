"""Running a server in a thread, and speaking to it."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sml_env.serve.access import Access
from sml_env.serve.room import Room
from sml_env.serve.rooms import Rooms
from sml_env.serve.server import Settings, listening, server_on


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        assert self.headers["content-type"] == "application/json"
        value = json.loads(self.body)
        assert isinstance(value, dict)
        return value

    @property
    def error(self) -> str:
        return str(self.json["error"])


@dataclass
class Server:
    port: int
    rooms: Rooms

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Exactly these bytes: no path is tidied up."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def call(self, method: str, path: str, body: object = None, token: str | None = None, **headers: str) -> Answer:
        """JSON, as the page sends it."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            sent["X-Lesson-Token"] = token
        data = None
        if body is not None:
            sent["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        return self.send(method, path, data, sent)

    def open(self, **body: Any) -> Lesson:
        answer = self.call("POST", "/api/lessons", body)
        assert answer.status == 201, answer.body
        return Lesson(self, answer.json["lesson"]["id"], answer.json["token"], answer)

    def room(self, lesson: Lesson) -> Room:
        return self.rooms.find(lesson.id)


@dataclass
class Lesson:
    """A lesson as one of its people holds it; keeps all that was answered."""

    server: Server
    id: str
    token: str
    opening: Answer

    def get(self, rest: str = "") -> Answer:
        return self.server.call("GET", f"/api/lessons/{self.id}{rest}", token=self.token)

    def post(self, rest: str, body: object) -> Answer:
        return self.server.call("POST", f"/api/lessons/{self.id}{rest}", body, token=self.token)

    def say(self, utterance: str) -> Answer:
        return self.post("/turns", {"utterance": utterance})

    def reply(self, text: str) -> Answer:
        return self.post("/teaching", {"reply": text})

    def end(self) -> Answer:
        return self.server.call("DELETE", f"/api/lessons/{self.id}", token=self.token)


def joined(lesson: Lesson) -> Lesson:
    """The student's side of a lesson that its teacher opened, by the link."""
    link = lesson.opening.json["lesson"]["join"]
    room_id, _, token = link.removeprefix("/join#").partition(".")
    return Lesson(lesson.server, room_id, token, lesson.opening)


@contextmanager
def running(access: Access | None = None, settings: Settings | None = None) -> Iterator[Server]:
    settings = settings or Settings(port=0)
    server, rooms = server_on(access or Access(), settings)
    with listening("127.0.0.1", 0) as sock:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        try:
            yield Server(sock.getsockname()[1], rooms)
        finally:
            server.should_exit = True
            thread.join(30)
            assert not thread.is_alive()
