"""Players for load: many lessons at once over HTTP, in a process of their own, and what each request took.

Run as a script it prints one JSON object: ``players.py PORT PLAYERS SECONDS``.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from itertools import chain
from typing import Any, Final

PAUSE: Final = 1.0
"""Mean seconds that a player thinks between turns."""

_LESSONS: Final[tuple[tuple[dict[str, Any], tuple[str, ...]], ...]] = (
    (
        {"env": "sml_env/MathTutor-v0"},
        ("x > 3", "give me a hint", "is it even?", "<script>alert(1)</script>", "answer: 3", "answer: 7"),
    ),
    (
        {"env": "sml_env/TwentyQuestions-v0", "config": {"size": 100}},
        ("x > 50", "is it even?", "x mod 3", "answer: 12", "x < 20"),
    ),
    ({"env": "sml_env/Mastermind-v0", "teacher": "noisy"}, ("guess 1122", "guess 1345", "hm", "guess 6611")),
    ({"env": "sml_env/Clarify-v0"}, ("how many are there?", "answer: 12", "what is the rule?")),
    ({"env": "sml_env/HiddenFunction-v0"}, ("f(2)", "f(-1)", "degree?", "f(x) = x + 1")),
    ({"env": "sml_env/HiddenProgram-v0"}, ("f(3)", "f([1, 2])", "f('ab')")),
)
"""What is played, in turn; CodeTutor is left out, since its sandbox would be what is measured."""


class Player:
    """One person's browser: a connection that is kept, one request at a time."""

    def __init__(self, port: int, number: int) -> None:
        self._port = port
        self._lesson = _LESSONS[number % len(_LESSONS)]
        self._random = random.Random(number)
        self.took: dict[str, list[float]] = {"open": [], "turn": [], "reload": [], "end": []}
        self.errors: list[str] = []
        self.lessons = 0

    async def play(self, until: float) -> None:
        try:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
            try:
                while time.monotonic() < until:
                    await self._once(until)
            finally:
                self._writer.close()
        except (OSError, EOFError, ValueError, KeyError) as error:
            self.errors.append(f"{type(error).__name__}: {error}")

    async def _once(self, until: float) -> None:
        arguments, words = self._lesson
        opened = await self._call("open", "POST", "/api/lessons", arguments, expected=201)
        path, token = f"/api/lessons/{opened['lesson']['id']}", opened["token"]
        over = False
        for utterance in words:
            await asyncio.sleep(self._random.uniform(0, 2 * PAUSE))
            if over or time.monotonic() > until:
                break
            said = await self._call("turn", "POST", f"{path}/turns", {"utterance": utterance}, token)
            over = said["over"]
            if said["turns"][-1]["utterance"] != utterance or not said["turns"][-1]["reply"]:
                self.errors.append("a turn was lost")
        await self._call("reload", "GET", path, None, token)
        await self._call("end", "DELETE", path, None, token)
        self.lessons += 1

    async def _call(
        self, kind: str, method: str, path: str, body: object, token: str = "", expected: int = 200
    ) -> dict[str, Any]:
        data = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        head += f"Content-Length: {len(data)}\r\n" + (f"X-Lesson-Token: {token}\r\n" if token else "") + "\r\n"
        started = time.perf_counter()
        self._writer.write(head.encode() + data)
        async with asyncio.timeout(60) if sys.version_info >= (3, 11) else _Patience():
            lines = (await self._reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            lengths = [line for line in lines if line.lower().startswith("content-length:")]
            sent = await self._reader.readexactly(int(lengths[0].partition(":")[2]))
        self.took[kind].append(time.perf_counter() - started)
        if int(lines[0].split()[1]) != expected:
            self.errors.append(f"{method} gave {lines[0]}: {sent[:200]!r}")
        value: dict[str, Any] = json.loads(sent)
        return value


class _Patience:
    """No limit, on Python 3.10: the process that runs the script has one."""

    async def __aenter__(self) -> None:
        return

    async def __aexit__(self, *_: object) -> None:
        return


async def load(port: int, players: int, seconds: float) -> dict[str, Any]:
    """Let them play, each beginning at another moment of the first two seconds."""
    until = time.monotonic() + seconds
    all_of_them = [Player(port, number) for number in range(players)]

    async def late(player: Player, number: int) -> None:
        await asyncio.sleep(2.0 * number / players)
        await player.play(until)

    started = time.monotonic()
    await asyncio.gather(*(late(player, number) for number, player in enumerate(all_of_them)))
    took = time.monotonic() - started
    kinds = {kind: sorted(chain(*(player.took[kind] for player in all_of_them))) for kind in all_of_them[0].took}
    return {
        "players": players,
        "seconds": round(took, 1),
        "lessons": sum(player.lessons for player in all_of_them),
        "requests": sum(map(len, kinds.values())),
        "turns_per_second": round(len(kinds["turn"]) / took, 1),
        "milliseconds": {kind: percentiles(times) for kind, times in kinds.items()},
        "errors": [error for player in all_of_them for error in player.errors],
    }


def percentiles(times: list[float]) -> dict[str, float]:
    """p50, p95, p99 and the most, in milliseconds, of times in order."""
    if not times:
        return {}
    places = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return {name: round(1_000 * times[min(int(q * len(times)), len(times) - 1)], 1) for name, q in places.items()}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(load(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))))
