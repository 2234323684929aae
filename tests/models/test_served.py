"""Served models against a server that misbehaves: every fault is retried and named, and is one dialogue's alone."""

from __future__ import annotations

import pickle
import threading
import time

import gymnasium as gym
import pytest
from models.stub import Stub, completion, served

import sml_env  # noqa: F401
from sml_env.errors import ConfigurationError, MissingExtraError, ModelError
from sml_env.models.base import Completion, Message, Prompt, Sampling, spoken
from sml_env.models.naming import make_model, model_arguments
from sml_env.models.served import ServedModel

HELLO = Prompt((Message("user", "hello"),), seed=3)
HINT = "Think of the last step first."


def model(url: str, **arguments: object) -> ServedModel:
    return ServedModel("stub", url, **{"timeout": 0.5, "retries": 3, **arguments})  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openai._base_client.INITIAL_RETRY_DELAY", 0.02)
    monkeypatch.setattr("openai._base_client.MAX_RETRY_DELAY", 0.1)


FAULTS = {
    "a time-out": [2.0],
    "too many requests": [(429, {"Retry_After": "1"})],
    "an internal error": [(500, {}), (503, {})],
    "a body that breaks off": ["cut"],
    "malformed JSON": [b'{"choices": [{"mess'],
    "JSON of another kind": [b"[]", b'"text"', b'{"choices": []}', b'{"choices": null}'][:3],
    "no JSON at all": [b"<html>it works!</html>"],
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_passes_costs_a_retry_and_nothing_else(fault: str) -> None:
    stub = Stub(lambda _: HINT, FAULTS[fault])
    with served(stub) as url:
        assert model(url).complete([HELLO], Sampling()) == [Completion(HINT, 7, 3)]
    assert len(stub.requests) == len(FAULTS[fault]) + 1


def test_a_server_that_asks_for_a_pause_gets_it() -> None:
    stub = Stub(lambda _: HINT, [(429, {"Retry_After": "1"})])
    with served(stub) as url:
        model(url).complete([HELLO], Sampling())
    assert stub.arrivals[1] - stub.arrivals[0] >= 1.0


LASTING = {
    "did not answer within 0.5 s": 2.0,
    "too busy": (429, {}),
    "an error of its own": (500, {}),
    "cannot be reached": "cut",
    "no chat completion": b"<html>",
    "more than": completion("a" * 1_000_000),
    "refused the request": (400, {}),
    "does not have that model": (404, {}),
    "wants a key": (401, {}),
}


@pytest.mark.parametrize("words", LASTING)
def test_a_fault_that_lasts_is_named_in_one_line_that_quotes_nothing_of_the_server(words: str) -> None:
    with served(Stub(lambda _: HINT, [LASTING[words]], for_ever=True)) as url:
        (failure,) = model(url, retries=1).complete([HELLO], Sampling())
    assert isinstance(failure, ModelError)
    assert words in str(failure) and "\n" not in str(failure) and "the answer" not in str(failure)


def test_nobody_there_is_named() -> None:
    with served(Stub(lambda _: HINT)) as url:
        pass
    (failure,) = model(url, retries=1).complete([HELLO], Sampling())
    assert "cannot be reached" in str(failure)
    with pytest.raises(ModelError, match="start it, or correct the address"):
        model(url, retries=0).check()


def test_a_server_killed_and_started_again_is_waited_for() -> None:
    with served(Stub(lambda _: HINT)) as url:
        asked = model(url, retries=30)
        assert asked.complete([HELLO], Sampling()) == [Completion(HINT, 7, 3)]
    port = int(url.rsplit(":", 1)[1].split("/")[0])
    said: list[object] = []
    waiting = threading.Thread(target=lambda: said.extend(asked.complete([HELLO] * 2, Sampling())))
    waiting.start()
    time.sleep(0.5)
    with served(Stub(lambda _: HINT), port):
        waiting.join(20)
    assert said == [Completion(HINT, 7, 3)] * 2


def test_requests_are_concurrent_under_the_limit() -> None:
    now, most, lock = [0], [0], threading.Lock()

    def say(_: object) -> str:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.1)
        with lock:
            now[0] -= 1
        return HINT

    with served(Stub(say)) as url:
        began = time.monotonic()
        completions = model(url, concurrency=4, timeout=5).complete([HELLO] * 12, Sampling())
    assert completions == [Completion(HINT, 7, 3)] * 12
    assert most[0] == 4
    assert time.monotonic() - began < 12 * 0.1


def test_one_failing_request_leaves_its_batch_alone() -> None:
    with served(Stub(lambda body: "x" * 70_000 if body["seed"] == 1 else HINT)) as url:
        completions = model(url).complete([Prompt(HELLO.messages, seed) for seed in range(3)], Sampling())
    assert [type(each) for each in completions] == [Completion, ModelError, Completion]


def test_seed_and_sampling_are_sent() -> None:
    stub = Stub(lambda _: HINT)
    with served(stub) as url:
        model(url).complete([HELLO], Sampling(0.2, 0.9, 17))
    assert {"seed": 3, "temperature": 0.2, "top_p": 0.9, "max_tokens": 17}.items() <= stub.requests[0].items()


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("<think>it is 42</think> Try halves.", "Try halves."),
        ("<think>it is 42", ""),
        ("it is 42</think>\n\nTry halves.", "Try halves."),
        ("<THINK>42</THINK>Try<thinking>42</thinking> halves.", "Try halves."),
        ("<think>a</think>b<think>c</think>", "b"),
        ("plain", "plain"),
    ],
)
def test_private_reasoning_is_cut(raw: str, text: str) -> None:
    assert spoken(raw) == text


def test_keys_come_from_the_environment_and_go_to_their_own_server_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-mine")
    stub = Stub(lambda _: HINT)
    with served(stub) as url:
        model(url).complete([HELLO], Sampling())
        monkeypatch.setenv("SML_ENV_API_KEY", "sk-local")
        model(url).complete([HELLO], Sampling())
        asked = model(url, key="OPENAI_API_KEY")
        asked.complete([HELLO], Sampling())
    assert [sent["authorization"] for sent in stub.headers] == ["Bearer none", "Bearer sk-local", "Bearer sk-mine"]
    assert b"sk-" not in pickle.dumps(asked)
    assert "sk-" not in repr(vars(asked))
    with pytest.raises(ConfigurationError, match="NOT_SET is not set"):
        model("http://127.0.0.1:1/v1", key="NOT_SET")


def test_names_and_passwords_of_an_address_are_not_shown() -> None:
    assert ServedModel("m", "http://me:secret@127.0.0.1:1/v1").name == "openai:m@http://127.0.0.1:1/v1"


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("vllm:a/b", {"voice": "vllm", "model": "a/b"}),
        ("openai:gpt", {"voice": "openai", "model": "gpt"}),
        (
            "openai:a@b@http://h:1/v1?temperature=0.5&prompts=folder",
            {"voice": "openai", "model": "a@b", "url": "http://h:1/v1", "temperature": 0.5, "prompts": "folder"},
        ),
        ("vllm:m?engine.enforce_eager=true", {"voice": "vllm", "model": "m", "engine": {"enforce_eager": True}}),
    ],
)
def test_names_of_models_are_read(text: str, arguments: dict[str, object]) -> None:
    assert model_arguments(text) == arguments


@pytest.mark.parametrize(
    "teacher",
    [
        "openai:",
        "openai:@http://127.0.0.1:1/v1",
        "openai:m@nowhere",
        "openai:m@ftp://h/v1",
        "openai:m@http://h:1/v1?temperature=9",
        "openai:m@http://h:1/v1?max_tokens=0",
        "openai:m@http://h:1/v1?concurrency=0",
        "openai:m@http://h:1/v1?timeout=-1",
        "openai:m@http://h:1/v1?retries=x",
        "openai:m@http://h:1/v1?colour=red",
        "openai:m@http://h:1/v1?structured=2",
        "openai:m@http://h:1/v1?prompts=/no/such/folder",
        {"voice": "openai"},
        {"voice": "openai", "model": "m", "url": 3},
    ],
)
def test_bad_settings_are_refused_in_one_line(teacher: object) -> None:
    with pytest.raises(ConfigurationError) as caught:
        gym.make("sml_env/MathTutor-v0", teacher=teacher)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("voice", "package"), [("vllm", "vllm"), ("openai", "openai")])
def test_a_missing_package_is_named_with_what_to_install(
    voice: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = {"vllm": "engine", "openai": "served"}[voice]
    monkeypatch.setattr(f"sml_env.models.{module}.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=rf'pip install "sml_env\[{package}\]"'):
        make_model({"voice": voice, "model": "m"})


def test_an_unknown_model_is_told_what_the_server_has() -> None:
    with served(Stub(lambda _: HINT)) as url, pytest.raises(ModelError, match="it has stub"):
        ServedModel("other", url).check()
