"""``sml-env serve`` as a process: what it prints, how it ends, and where it listens."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from click.testing import CliRunner

from sml_env.bench.cli import cli
from sml_env.errors import ConfigurationError, ModelError
from sml_env.serve.server import Settings, listening, run

TOKEN = "a-token-of-the-tests_0123456789"


@contextmanager
def process(*arguments: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """The command, and the lines that it has printed when it is ready."""
    command = [sys.executable, "-m", "sml_env.bench.cli", "serve", "--port", "0", *arguments]
    given = {**{name: value for name, value in os.environ.items() if name != "SML_ENV_SERVE_TOKEN"}, **environment}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=given) as running:
        assert running.stdout is not None
        lines: list[str] = []
        while not lines or "Ctrl-C" not in lines[-1]:
            lines.append(running.stdout.readline())
            assert lines[-1], lines
        try:
            yield running, lines
        finally:
            running.kill()


def status(port: int, path: str, method: str = "GET", **headers: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


def test_the_terminal_shows_the_address_and_ctrl_c_ends_it_cleanly() -> None:
    with process() as (running, lines):
        (port,) = re.findall(r"http://127\.0\.0\.1:(\d+)/$", lines[0].strip())
        assert status(int(port), "/") == 200 and "token" not in "".join(lines)
        running.send_signal(signal.SIGINT)
        rest = running.communicate(timeout=30)[0]
        assert running.returncode == 0 and rest.strip().splitlines()[-1] == "Stopped."
        assert "Traceback" not in rest and "rror" not in rest


def test_ctrl_c_sends_home_who_waits_for_news() -> None:
    with process() as (running, lines):
        port = int(lines[0].strip().rstrip("/").rpartition(":")[2])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("POST", "/api/lessons", b'{"role": "teacher"}', {"Content-Type": "application/json"})
        body = connection.getresponse().read().decode()
        (token,), (lesson,) = re.findall(r'"token": "([^"]+)"', body), re.findall(r'"id": "([^"]+)"', body)
        connection.request("GET", f"/api/lessons/{lesson}/teaching?after=9", headers={"X-Lesson-Token": token})
        time.sleep(0.3)
        started = time.monotonic()
        running.send_signal(signal.SIGINT)
        assert connection.getresponse().status == 200
        connection.close()
        assert running.wait(30) == 0 and time.monotonic() - started < 4


def test_off_the_loopback_a_token_is_made_and_printed() -> None:
    with process("--host", "0.0.0.0") as (_, lines):
        port, token = re.findall(r":(\d+)/\?token=([\w-]{40,})$", lines[0].strip())[0]
        assert "no TLS" in lines[1]
        assert status(int(port), "/") == status(int(port), "/api/environments") == 401
        assert status(int(port), f"/?token={token}") == 303
        assert status(int(port), "/", Authorization=f"Bearer {token}") == 200


def test_a_token_of_the_environment_is_used_and_not_printed() -> None:
    for host in ("0.0.0.0", "127.0.0.1"):
        with process("--host", host, SML_ENV_SERVE_TOKEN=TOKEN) as (_, lines):
            assert TOKEN not in "".join(lines) and "SML_ENV_SERVE_TOKEN" in lines[0]
            (port,) = re.findall(r":(\d+)/\?token=…", lines[0])
            assert status(int(port), "/") == 401
            assert status(int(port), "/", Authorization=f"Bearer {TOKEN}") == 200


def test_by_default_it_listens_on_the_loopback_alone() -> None:
    assert Settings().host == "127.0.0.1"
    with listening("127.0.0.1", 0) as sock:
        assert sock.getsockname()[0] == "127.0.0.1"


def test_the_socket_is_one_on_which_replies_are_sent_at_once() -> None:
    with listening("127.0.0.1", 0) as sock:
        assert sock.proto == socket.IPPROTO_TCP


def test_a_port_that_is_taken_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(cli, ["serve", "--port", port])
    assert result.exit_code == 2 and len(result.stderr.splitlines()) == 1 and f"port {port}" in result.stderr


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="cannot listen"):
        listening("no such host", 0)


def test_a_short_token_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SML_ENV_SERVE_TOKEN", "1234")
    with pytest.raises(ConfigurationError, match="16 characters"):
        run(Settings(port=0))


def test_a_model_that_is_not_there_is_said_before_anything_is_served() -> None:
    pytest.importorskip("openai")
    with pytest.raises(ModelError, match="cannot be reached"):
        run(Settings(port=0, models=["openai:m@http://127.0.0.1:9/v1?retries=0"]))


def test_help_says_what_a_person_needs() -> None:
    text = CliRunner().invoke(cli, ["serve", "--help"]).output
    for word in ("--host", "--port", "8765", "loopback", "SML_ENV_SERVE_TOKEN", "sml_env[serve]", "openai:MODEL@URL"):
        assert word in text
