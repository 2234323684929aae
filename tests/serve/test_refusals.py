"""What is refused: other sites, wrong tokens, bodies and paths that are no good, settings that reach too far."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from serve.running import Server, running

from sml_env.errors import ConfigurationError
from sml_env.serve.access import Access, is_loopback
from sml_env.serve.app import PAGE
from sml_env.serve.bodies import MAX_BODY
from sml_env.serve.catalogue import models_of
from sml_env.serve.refusals import Refusal
from sml_env.serve.room import Room
from sml_env.serve.server import Settings

TWENTY = "sml_env/TwentyQuestions-v0"
TOKEN = "a-token-of-the-tests_0123456789"
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def guarded() -> Iterator[Server]:
    """One with a token, as on any other address."""
    with running(Access(TOKEN, loopback=False)) as server:
        yield server


# -- the server's token ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", ["", "wrong", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "é" * 20, "Bearer " + TOKEN])
def test_a_wrong_token_is_refused(guarded: Server, given: str) -> None:
    headers = {"Authorization": f"Bearer {given}".encode().decode("latin-1"), **JSON}
    for method, path in (("GET", "/api/environments"), ("POST", "/api/lessons"), ("GET", "/")):
        assert guarded.send(method, path, b"{}" if method == "POST" else None, headers).status == 401
        assert guarded.send(method, f"{path}?token=wrong", None, {"Cookie": "sml-env-token=wrong"}).status in (401, 415)
    assert len(guarded.rooms) == 0


def test_the_token_is_taken_as_a_bearer_and_from_the_address_once(guarded: Server) -> None:
    assert guarded.call("GET", "/api/environments", Authorization=f"Bearer {TOKEN}").status == 200
    redirect = guarded.call("GET", f"/?token={TOKEN}")
    assert redirect.status == 303 and redirect.headers["location"] == "/"
    cookie = redirect.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie and "Path=/" in cookie
    kept = cookie.partition(";")[0]
    assert guarded.call("GET", "/", Cookie=kept).status == 200
    assert guarded.call("GET", "/api/environments", Cookie=kept).status == 200


def test_a_join_link_opens_its_lesson_and_nothing_else(guarded: Server) -> None:
    sent = guarded.call("POST", "/api/lessons", {"role": "teacher"}, Authorization=f"Bearer {TOKEN}").json
    room_id, _, token = sent["lesson"]["join"].removeprefix("/join#").partition(".")
    assert guarded.call("GET", "/join").status == 200
    assert guarded.call("GET", f"/api/lessons/{room_id}", token=token).status == 200
    assert guarded.call("POST", "/api/lessons", {}, token=token).status == 401
    assert guarded.call("GET", "/api/environments", token=token).status == 401


def test_a_token_is_needed_off_the_loopback_and_must_be_long() -> None:
    for token in (None, "short", "spaces are not plain text", "ü" * 20):
        with pytest.raises(ConfigurationError, match="SML_ENV_SERVE_TOKEN"):
            Access(token, loopback=False)


@pytest.mark.parametrize(
    ("host", "near"),
    [
        *((near, True) for near in ("127.0.0.1", "127.9.9.9", "::1", "localhost", "LOCALHOST")),
        *((far, False) for far in ("0.0.0.0", "::", "192.168.0.4", "localhost.example", "")),
    ],
)
def test_the_loopback_is_told_from_all_else(host: str, near: bool) -> None:
    assert is_loopback(host) is near


# -- other sites -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "10.0.0.1", "[", ""])
def test_a_name_that_was_pointed_at_the_loopback_is_refused(server: Server, host: str) -> None:
    for path in ("/", "/api/environments", "/page/lesson.js"):
        answer = server.call("GET", path, Host=host)
        assert answer.status == (400 if host == "[" and answer.status == 400 else 403)


@pytest.mark.parametrize("host", ["localhost:9", "127.0.0.1", "[::1]:8765"])
def test_the_loopbacks_own_names_are_answered(server: Server, host: str) -> None:
    assert server.call("GET", "/", Host=host).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_what_another_site_sends_is_refused(server: Server, headers: dict[str, str]) -> None:
    before = len(server.rooms)
    assert server.send("POST", "/api/lessons", b"{}", {**JSON, **headers}).status == 403
    assert server.send("GET", "/api/environments", None, headers).status == 403
    assert len(server.rooms) == before


def test_the_pages_own_requests_are_taken(server: Server) -> None:
    own = {"Origin": f"http://127.0.0.1:{server.port}", "Sec-Fetch-Site": "same-origin", **JSON}
    assert server.send("POST", "/api/lessons", json.dumps({"env": TWENTY}).encode(), own).status == 201


# -- bodies ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_only_json_is_taken(server: Server, kind: str) -> None:
    assert server.send("POST", "/api/lessons", b"{}", {"Content-Type": kind}).status == 415


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b'"x"', b"null", b"NaN", b'{"seed": NaN}', b"\xff\xfe", b"[" * 60_000, b'{"a":' * 12_000,
        b'{"seed": ' + b"9" * 5_000 + b"}",
    ],
)  # fmt: skip
def test_a_body_that_is_no_object_is_refused(server: Server, body: bytes) -> None:
    assert server.send("POST", "/api/lessons", body, JSON).status == 400


def test_a_huge_body_is_refused_and_the_server_goes_on(server: Server) -> None:
    for size in (MAX_BODY + 1, 1_000_000):
        assert server.send("POST", "/api/lessons", b" " * size, JSON).status == 413
    lesson = server.open(env=TWENTY)
    assert lesson.say("x" * MAX_BODY).status == 413
    assert lesson.say("x > 3").json["turns_left"] == 4
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        lines = ("POST /api/lessons HTTP/1.1", "Host: localhost", "Content-Type: application/json")
        connection.sendall("\r\n".join((*lines, f"Content-Length: {10**12}", "", "")).encode())
        with pytest.raises(OSError):  # the server hangs up
            for _ in range(1_000):
                connection.sendall(b"x" * 65_536)
    assert lesson.get().status == 200


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"env": "sml_env/Nothing-v0"}, "env"),
        ({"env": "sml_env/MathTutorDiscrete-v0"}, "env"),
        ({"env": "CartPole-v1"}, "env"),
        ({"env": "os:system"}, "env"),
        ({"env": 7}, "env"),
        ({"asymmetry": "all"}, "asymmetry"),
        ({"teacher": "peer"}, "makes no sense"),
        ({"teacher": "nobody"}, "teacher"),
        ({"teacher": "person"}, "teacher"),
        ({"student": "scripted"}, "student"),
        ({"role": "judge"}, "role"),
        ({"role": "teacher", "teacher": "oracle"}, "teacher"),
        ({"role": "teacher", "student": "nobody"}, "agents"),
        ({"seed": -1}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"seed": True}, "seed"),
        ({"max_turns": 0}, "max_turns"),
        ({"max_turns": 10**9}, "max_turns"),
        ({"config": []}, "config"),
        ({"config": {"topics": ["none"]}}, "topics"),
        ({"rules": {"cap_bits": 64}}, "rules"),
        ({"teacher": "noisy:p=7"}, "p"),
        ({"teacher": "x" * 10_000}, "teacher"),
    ],
)
def test_a_lesson_that_makes_no_sense_is_refused_with_the_reason(
    server: Server, body: dict[str, Any], word: str
) -> None:
    answer = server.call("POST", "/api/lessons", body)
    assert answer.status == 400 and word in answer.error


@pytest.mark.parametrize("data", ["/etc/passwd", "hf:gsm8k", "reasoning_gym:gcd:5", None])
def test_no_file_is_read_for_a_browser(server: Server, data: object) -> None:
    for env in ("sml_env/MathTutor-v0", "sml_env/CodeTutor-v0", "sml_env/Clarify-v0"):
        answer = server.call("POST", "/api/lessons", {"env": env, "config": {"data": data}})
        assert answer.status == 403 and "root:" not in answer.error


@pytest.mark.parametrize(
    "name", ["openai:m@http://127.0.0.1:1/v1?key=PATH", "vllm:m", "openai:m@http://127.0.0.1:1/v1?prompts=/etc"]
)
def test_a_browser_names_no_model_that_the_server_was_not_started_with(server: Server, name: str) -> None:
    taught = server.call("POST", "/api/lessons", {"teacher": name})
    asked = server.call("POST", "/api/lessons", {"role": "teacher", "student": name})
    assert taught.status == asked.status == 400 and "not started with" in taught.error and "not started" in asked.error


def test_a_model_in_this_process_is_refused_in_clear_words() -> None:
    with pytest.raises(ConfigurationError, match="start it as a server of its own"):
        models_of(["vllm:SmolLM2"])


@pytest.mark.parametrize("body", [{}, {"utterance": 7}, {"utterance": None}, {"utterance": "x", "more": 1}])
def test_a_turn_is_one_text(server: Server, body: dict[str, Any]) -> None:
    lesson = server.open(env=TWENTY)
    assert lesson.post("/turns", body).status == 400
    assert lesson.get().json["turns_left"] == 5


# -- paths -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/../etc/passwd", "/page/../app.py", "/page/%2e%2e/app.py", "/page/..%2fapp.py", "/page/lesson.js%00", "/%00",
        "//etc/passwd", "/page/", "/page", "/page/index.html", "/page/__init__.py", "/favicon.ico", "/api", "/api/",
        "/api/lessons/", "/api/lessons/x/y/z", "/api/lessons/../environments", "/" + "a" * 5_000, "/%f0%9f%92%a9",
    ],
)  # fmt: skip
def test_a_path_that_is_not_in_the_table_is_not_found(server: Server, path: str) -> None:
    answer = server.call("GET", path)
    assert answer.status in (404, 405) and set(answer.json) == {"error"}


def test_a_lesson_that_is_not_there_is_not_found(server: Server) -> None:
    for room_id in ("x", "%00", "..", "A" * 3_000, "%c3%28"):
        for method, rest in (("GET", ""), ("GET", "/teaching"), ("DELETE", "")):
            assert server.call(method, f"/api/lessons/{room_id}{rest}", token="x").status == 404


def test_a_method_that_a_path_does_not_take_is_refused(server: Server) -> None:
    for method, path in (("POST", "/"), ("PUT", "/api/lessons"), ("GET", "/api/lessons"), ("TRACE", "/")):
        assert server.call(method, path).status == 405


@pytest.mark.parametrize("after", ["-1", "x", "1e9", "９", "9" * 40, ""])
def test_a_version_that_is_no_number_is_refused(server: Server, after: str) -> None:
    lesson = server.open(env=TWENTY)
    assert lesson.get(f"?after={after.encode().hex() if not after.isascii() else after}").status == 400


# -- every response ----------------------------------------------------------------------------------------------------


def test_every_response_forbids_what_it_does_not_need(server: Server) -> None:
    for path in ("/", "/join", "/page/lesson.js", "/api/environments", "/nothing"):
        headers = server.call("GET", path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store" and "server" not in headers
        assert "access-control-allow-origin" not in headers


def test_the_table_of_files_is_the_folder() -> None:
    folder = files("sml_env.serve") / "page"
    assert {name for name, _ in PAGE.values()} == {each.name for each in folder.iterdir()}


def test_the_page_holds_no_script_of_its_own_and_names_no_other_place(server: Server) -> None:
    page = server.call("GET", "/").body.decode()
    assert page.count("<script") == 1 and '<script src="/page/lesson.js" defer></script>' in page
    assert "style=" not in page and " on" + "click" not in page and "http" not in page
    script = server.call("GET", "/page/lesson.js").body.decode()
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "https:"):
        assert word not in script


# -- failures and limits -----------------------------------------------------------------------------------------------


def test_a_failure_tells_its_place_and_nothing_else(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    lesson = server.open(env=TWENTY)

    def fail(room: Room, utterance: str) -> None:
        raise KeyError(room.dialogue.problem.secret.reveal().answer, utterance, "private")

    monkeypatch.setattr(Room, "say", fail)
    with caplog.at_level(logging.DEBUG):
        answer = lesson.say("my words")
    assert answer.status == 500 and set(answer.json) == {"error"}
    assert "internal error: KeyError at fail" in caplog.text
    for word in ("private", "my words", lesson.token, lesson.id):
        assert word not in caplog.text + answer.body.decode()


def test_nothing_is_logged_of_a_lesson(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        lesson = server.open(env=TWENTY)
        lesson.say("is it under nine?")
        lesson.get("/nothing")
    assert lesson.token not in caplog.text and lesson.id not in caplog.text and "nine" not in caplog.text


def test_no_more_lessons_are_opened_than_the_server_takes() -> None:
    with running(settings=Settings(port=0, lessons=2)) as server:
        first = server.open(env=TWENTY)
        server.open(env=TWENTY)
        full = server.call("POST", "/api/lessons", {"env": TWENTY})
        assert full.status == 503 and "try again" in full.error
        first.end()
        server.open(env=TWENTY)


def test_a_lesson_that_nobody_touches_is_forgotten() -> None:
    with running(settings=Settings(port=0, idle=60.0)) as server:
        old, fresh = server.open(env=TWENTY), server.open(env=TWENTY)
        server.room(old).touched -= 100.0
        server.open(env=TWENTY)
        assert old.get().status == 404 and fresh.get().status == 200


def test_a_refusal_has_a_status_that_is_documented() -> None:
    with pytest.raises(ValueError, match="299"):
        Refusal(299, "no")
