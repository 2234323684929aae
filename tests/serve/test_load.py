"""Many players at once: no error, nobody's turn lost, and what a request takes, printed."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from serve.running import running
from serve.test_server import process

SCRIPT = Path(__file__).parent / "players.py"


def played(port: int, players: int, seconds: int) -> dict[str, Any]:
    """What the players found on a server whose environments are made, as they are when its page is open."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/api/environments")
    assert connection.getresponse().status == 200
    connection.close()
    command = [sys.executable, str(SCRIPT), str(port), str(players), str(seconds)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 120).stdout
    found: dict[str, Any] = json.loads(printed)
    print(json.dumps(found, indent=1))
    return found


def test_twenty_players_play_at_once() -> None:
    with running() as server:
        found = played(server.port, players=20, seconds=5)
        assert found["errors"] == [] and found["lessons"] >= 20
        assert len(server.rooms) == 0


@pytest.mark.slow
def test_two_hundred_players_play_for_five_minutes() -> None:
    with process() as (serving, lines):
        found = played(int(lines[0].strip().rstrip("/").rpartition(":")[2]), players=200, seconds=300)
        assert serving.poll() is None
    assert found["errors"] == [] and found["lessons"] > 1_000
