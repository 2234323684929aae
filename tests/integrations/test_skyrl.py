"""SkyRL-gym plays our lessons: made by its registry from a row of data, with the environment's own rewards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from adapted import ANSWER, ARGUMENTS, DISCRETE, EXAMPLES, FAILING, MATH, SEED, WORDS, played, run

from sml_env.errors import ConfigurationError

pytest.importorskip("skyrl_gym", reason="needs skyrl-gym: make test-integrations")
import skyrl_gym
from skyrl_gym.metrics import aggregate_for_environment

from sml_env.integrations.skyrl import ENTRY_POINT, SkyRLLesson, rows

pytestmark = [pytest.mark.integrations, pytest.mark.filterwarnings("default")]
NAME = "sml_env"


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    skyrl_gym.register(id=NAME, entry_point=ENTRY_POINT)
    yield
    skyrl_gym.registry.pop(NAME)


def made(row: dict[str, Any], **more: Any) -> tuple[Any, list[dict[str, str]], dict[str, Any]]:
    """As SkyRL's trainer makes an environment: the columns of the row but for the prompt and the class."""
    extras = {name: value for name, value in row.items() if name not in ("prompt", "env_class")}
    env = skyrl_gym.make(row["env_class"], env_config={}, extras={**extras, **more})
    return env, *env.init(row["prompt"])


def row(env_id: str = MATH, seed: int = SEED) -> dict[str, Any]:
    (found,) = rows(env_id, [seed], arguments=ARGUMENTS)
    return found


def test_a_row_survives_json_and_its_prompt_is_what_the_student_reads_first() -> None:
    kept = json.loads(json.dumps(row()))
    _, messages, info = made(kept)
    (opening, told), *_ = played(())
    assert messages == kept["prompt"]
    assert [message["role"] for message in messages] == ["system", "user"]
    assert messages[1]["content"] == opening and info == told


def test_rewards_and_metadata_are_the_environments_own_turn_by_turn() -> None:
    env, *_ = made(row())
    (_, _), *steps = played([*WORDS, f"answer: {ANSWER}"])
    for word, (text, reward, terminated, truncated, info) in zip([*WORDS, f"answer: {ANSWER}"], steps, strict=True):
        step = env.step(word)
        assert step["observations"] == [{"role": "user", "content": text}]
        assert (step["reward"], step["done"], step["metadata"]) == (reward, terminated or truncated, info)
    assert step["done"] and env.get_metrics()["success"] == 1.0
    assert env.get_metrics()["return"] == pytest.approx(sum(step[1] for step in steps))


def test_samples_of_one_row_are_the_same_lesson() -> None:
    one, other = row(), row()
    assert one == other
    assert [made(one)[0].step(word) for word in WORDS[:1]] == [made(other)[0].step(word) for word in WORDS[:1]]


def test_the_answer_is_nowhere() -> None:
    given = row()
    env, messages, info = made(given)
    told = [env.step(word) for word in WORDS]
    for text in (str(given), str(messages), str(info), str(told), str(env.get_metrics()), repr(env), str(env)):
        assert ANSWER not in text


def test_a_lesson_whose_teacher_failed_is_done_and_left_out_of_success() -> None:
    failed, *_ = made(row(FAILING))
    step = failed.step(WORDS[0])
    assert step["done"] and step["metadata"]["failure"].startswith("teacher:")
    solved, *_ = made(row())
    solved.step(f"answer: {ANSWER}")
    together = aggregate_for_environment(NAME, [failed.get_metrics(), solved.get_metrics()])
    assert together["success"] == 1.0 and together["failed"] == 0.5
    assert aggregate_for_environment(NAME, []) == {}


def test_the_trainers_cap_ends_a_lesson_that_its_own_turns_do_not() -> None:
    env, *_ = made(row(), max_turns=2)
    assert not env.step("hm")["done"]
    step = env.step("hm")
    assert step["done"] and step["metadata"]["turns_left"] == 4
    env, *_ = made(row(), max_turns=100)
    assert [env.step("hm")["done"] for _ in range(6)] == [False] * 5 + [True]


def test_a_configuration_of_omegaconf_is_read_as_it_stands() -> None:
    omegaconf = pytest.importorskip("omegaconf")
    config = omegaconf.OmegaConf.create({"env_id": MATH, "arguments": ARGUMENTS})
    env = skyrl_gym.make(NAME, env_config=config, extras={"seed": SEED})
    messages, _ = env.init([])
    assert [message["content"] for message in messages] == [played(())[0][0]]


@pytest.mark.parametrize(
    ("extras", "said"),
    [
        ({}, "env_id"),
        ({"env_id": DISCRETE}, "sml_env/MathTutor-v0"),
        ({"env_id": MATH, "arguments": "{"}, "not JSON"),
        ({"env_id": MATH, "arguments": "[1]"}, "not a mapping"),
        ({"env_id": MATH, "arguments": {"max_turns": 0}}, "max_turns"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_word(extras: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        SkyRLLesson(extras=extras)


def test_rows_refuse_what_no_file_holds() -> None:
    with pytest.raises(ConfigurationError, match="JSON"):
        rows(MATH, [1], arguments={"teacher": object()})


def test_the_example_runs(tmp_path: Path) -> None:
    assert "'success': 1.0" in run(EXAMPLES / "skyrl_lessons.py", tmp_path)
