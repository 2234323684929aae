"""OpenEnv serves our lessons: over HTTP and in sessions, several at once; the secret is in none of it."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from adapted import ANSWER, ARGUMENTS, DISCRETE, EXAMPLES, FAILING, MATH, SEED, WORDS, played, run

from sml_env.errors import ConfigurationError, ResetNeeded

pytest.importorskip("openenv", reason="needs openenv: make test-integrations")
import httpx
import uvicorn

from sml_env.integrations.openenv import LessonClient, LessonEnvironment, Words, application

pytestmark = [pytest.mark.integrations, pytest.mark.filterwarnings("default")]


def serving(app: Any) -> Iterator[str]:
    """The address of a server on a free port of this machine alone, until the test is over."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started:
        assert thread.is_alive() and time.monotonic() < deadline
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(30)
    listener.close()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    yield from serving(application(MATH, ARGUMENTS, max_concurrent_envs=8))


@pytest.fixture(scope="module")
def failing() -> Iterator[str]:
    yield from serving(application(FAILING, ARGUMENTS))


def test_a_session_plays_the_environments_own_lesson(address: str) -> None:
    (opening, told), *steps = played([*WORDS, f"answer: {ANSWER}"])
    with LessonClient(base_url=address).sync() as session:
        begun = session.reset(seed=SEED, episode_id="first")
        assert (begun.observation.text, begun.observation.metadata, begun.done) == (opening, told, False)
        for word, (text, reward, terminated, truncated, info) in zip([*WORDS, f"answer: {ANSWER}"], steps, strict=True):
            step = session.step(Words(text=word))
            assert (step.observation.text, step.reward, step.done) == (text, reward, terminated or truncated)
            assert step.observation.metadata == info
        state = session.state()
    assert (state.env_id, state.episode_id, state.step_count, state.success) == (MATH, "first", 6, True)
    assert state.turns_left == 0 and state.failure == ""


def test_several_sessions_at_once_are_lessons_of_their_own(address: str) -> None:
    async def lesson(seed: int) -> list[Any]:
        async with LessonClient(base_url=address) as session:
            heard = [(await session.reset(seed=seed)).observation.text]
            for word in WORDS:
                step = await session.step(Words(text=word))
                heard.append((step.observation.text, step.reward))
            return heard

    async def together() -> list[list[Any]]:
        return await asyncio.gather(*(lesson(seed) for seed in range(6)))

    for seed, heard in enumerate(asyncio.run(together())):
        (opening, _), *steps = played(WORDS, seed=seed)
        assert heard == [opening, *((step[0], step[1]) for step in steps)]


def test_the_secret_is_in_no_state_no_schema_and_no_reply(address: str) -> None:
    with LessonClient(base_url=address).sync() as session:
        told = [session.reset(seed=SEED), session.state()]
        for word in WORDS:
            told += [session.step(Words(text=word)), session.state()]
    public = {"env_id", "problem_id", "turns_left", "success", "failure", "instructions", "episode_id", "step_count"}
    assert set(told[-1].model_dump()) == public
    served = [httpx.get(f"{address}/{page}").text for page in ("state", "schema", "metadata", "openapi.json", "health")]
    for text in (repr(told), *served):
        assert ANSWER not in text


def test_http_alone_begins_a_lesson_and_says_where_its_turns_are(address: str) -> None:
    begun = httpx.post(f"{address}/reset", json={"seed": SEED}).json()
    assert begun["observation"]["text"] == played(())[0][0] and begun["done"] is False
    refused = httpx.post(f"{address}/step", json={"action": {"text": "hm"}})
    assert refused.status_code == 409 and "/ws" in refused.json()["detail"]
    assert httpx.post(f"{address}/step", json={"action": {"words": "hm"}}).status_code == 422
    refused = httpx.post(f"{address}/reset", json={"problem_id": "no such"})
    assert refused.status_code == 409 and "problem_id" in refused.json()["detail"]


def test_a_failing_teacher_ends_the_lesson_and_says_so(failing: str) -> None:
    with LessonClient(base_url=failing).sync() as session:
        session.reset(seed=SEED)
        step = session.step(Words(text=WORDS[0]))
        assert step.done and step.observation.metadata["failure"].startswith("teacher:")
        assert session.state().failure.startswith("teacher:") and not session.state().success
        assert not session.reset(seed=SEED).done and session.state().failure == ""


def test_whatever_is_sent_a_session_goes_on(address: str) -> None:
    with LessonClient(base_url=address).sync() as session:
        with pytest.raises(RuntimeError, match="begin a lesson"):
            session.step(Words(text="hm"))
        with pytest.raises(RuntimeError, match="seed"):
            session.reset(seed="x")
        session.reset(seed=SEED)
        assert session.step(Words(text="x" * 1_000_000)).observation.text
        assert session.step(Words(text="")).observation.text


def test_an_environment_made_in_process_is_the_same() -> None:
    env = LessonEnvironment(MATH, ARGUMENTS)
    with pytest.raises(ResetNeeded):
        env.step(Words(text="hm"))
    assert env.reset(seed=SEED).text == played(())[0][0]
    assert env.step(Words(text=WORDS[0])).reward == played(WORDS[:1])[1][1]
    assert env.state.step_count == 1


@pytest.mark.parametrize(
    ("env_id", "arguments", "said"), [(DISCRETE, {}, "sml_env/MathTutor-v0"), (MATH, {"max_turns": 0}, "max_turns")]
)
def test_what_makes_no_sense_is_refused_before_anything_is_served(env_id: str, arguments: Any, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        application(env_id, arguments)


def test_the_example_runs(tmp_path: Path) -> None:
    assert "success: True" in run(EXAMPLES / "openenv_server.py", tmp_path)
