"""inspect-ai plays our lessons with a model as the student; the environment's verdict is the score."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from adapted import ARGUMENTS, DISCRETE, EXAMPLES, FAILING, MATH, WORDS, hidden, played, run

from sml_env.errors import ConfigurationError
from sml_env.evaluation import episode_seed

pytest.importorskip("inspect_ai", reason="needs inspect-ai: make test-integrations")
import inspect_ai
from inspect_ai.log import read_eval_log
from inspect_ai.model import ModelOutput, ModelUsage, get_model

from sml_env.integrations.inspect_task import lesson, lessons

pytestmark = [pytest.mark.integrations, pytest.mark.filterwarnings("default")]


@pytest.fixture(autouse=True)
def _inspects_own_streams() -> Iterator[None]:
    """inspect-ai leaves streams open: they are to warn here, where that is let pass, and not when pytest ends."""
    yield
    gc.collect()


BY_NAME = """
from inspect_ai import eval
from inspect_ai.model import ModelOutput, ModelUsage, get_model
def student(*_):
    said = ModelOutput.from_content("mockllm/model", "hm")
    said.usage = ModelUsage()
    return said
model = get_model("mockllm/model", custom_outputs=student)
(log,) = eval("sml_env/lessons", model=model, task_args={"episodes": 1}, display="none")
print(log.status, log.eval.task, log.eval.task_args_passed)
"""
SEED = 9
SEEDS = [episode_seed(SEED, index) for index in range(3)]


def evaluated(task: Any, student: Callable[[Sequence[Any]], str], folder: Path, **more: Any) -> Any:
    """The log, as its reader has it from the file."""

    def output(messages: Sequence[Any], *_: object) -> Any:
        said = ModelOutput.from_content("mockllm/model", student(messages))
        said.usage = ModelUsage()
        return said

    model = get_model("mockllm/model", custom_outputs=output)
    (log,) = inspect_ai.eval(task, model=model, log_dir=str(folder), display="none", **more)
    return read_eval_log(log.location)


def scripted(*words: str) -> Callable[[Sequence[Any]], str]:
    return lambda messages: words[sum(message.role == "assistant" for message in messages) % len(words)]


def knowing(messages: Sequence[Any]) -> str:
    """Asks once; then solves the first problem, and no other."""
    if sum(message.role == "assistant" for message in messages) == 0:
        return WORDS[0]
    first = played((), seed=SEEDS[0])[0][0]
    return f"answer: {hidden(SEEDS[0])}" if messages[1].text == first else "I do not know"


def scores(log: Any) -> dict[str, Any]:
    return {score.name: score for score in log.results.scores}


def test_transcripts_rewards_and_bits_are_the_environments_own(tmp_path: Path) -> None:
    log = evaluated(lessons(MATH, 3, SEED, ARGUMENTS), scripted(*WORDS), tmp_path)
    assert log.status == "success" and len(log.samples) == 3
    for number, (sample, seed) in enumerate(zip(log.samples, SEEDS, strict=True), 1):
        (opening, _), *steps = played([*WORDS, WORDS[0]], seed=seed)
        system, first, *rest = sample.messages
        assert (system.role, first.text) == ("system", opening)
        assert [message.text for message in rest[::2]] == [*WORDS, WORDS[0]]
        assert [message.text for message in rest[1::2]] == [step[0] for step in steps]
        assert [message.metadata for message in rest[1::2]] == [{"reward": step[1], **step[4]} for step in steps]
        assert sample.metadata["seed"] == seed and sample.id == number


def test_the_score_is_the_environments_verdict(tmp_path: Path) -> None:
    log = evaluated(lessons(MATH, 3, SEED, ARGUMENTS), knowing, tmp_path)
    assert [sample.scores["solved"].value for sample in log.samples] == ["C", "I", "I"]
    assert scores(log)["solved"].metrics["accuracy"].value == pytest.approx(1 / 3)
    assert [sample.scores["measured"].value["turns"] for sample in log.samples] == [2, 6, 6]
    assert scores(log)["turns"].metrics["mean"].value == pytest.approx(14 / 3)


def test_a_lesson_whose_teacher_failed_is_not_scored(tmp_path: Path) -> None:
    log = evaluated(lessons(FAILING, 2, SEED, ARGUMENTS), scripted(WORDS[0]), tmp_path)
    assert log.status == "success"
    assert scores(log)["solved"].unscored_samples == 2 and scores(log)["solved"].scored_samples == 0
    for sample in log.samples:
        assert sample.scores["solved"].explanation == "teacher: the server does not answer"
        assert sample.scores["solved"].value != "I"


def test_failed_lessons_move_no_mean(tmp_path: Path) -> None:
    task = lessons(MATH, 2, SEED, ARGUMENTS)
    broken = lesson(FAILING, ARGUMENTS)
    working = lesson(MATH, ARGUMENTS)

    async def either(state: Any, generate: Any) -> Any:
        chosen = broken if state.metadata["seed"] == SEEDS[1] else working
        return await chosen(state, generate)

    task.solver = inspect_ai.solver.solver(lambda: either)()
    log = evaluated(task, knowing, tmp_path)
    assert scores(log)["solved"].metrics["accuracy"].value == 1.0
    assert scores(log)["turns"].metrics["mean"].value == 2.0
    assert scores(log)["solved"].unscored_samples == 1


def test_the_answer_is_nowhere_in_the_log(tmp_path: Path) -> None:
    log = evaluated(lessons(MATH, 2, SEED, ARGUMENTS), scripted(*WORDS), tmp_path)
    for sample, seed in zip(log.samples, SEEDS, strict=False):
        assert sample.target == "" and hidden(seed) not in sample.model_dump_json(exclude={"events", "timelines"})


def test_a_cap_from_outside_leaves_the_lesson_unsolved(tmp_path: Path) -> None:
    log = evaluated(lessons(MATH, 1, SEED, ARGUMENTS), scripted("hm"), tmp_path, message_limit=7)
    assert log.samples[0].scores["solved"].value == "I"
    assert log.samples[0].scores["measured"].value["turns"] < 6


def test_the_task_is_known_by_its_name_where_the_package_is_installed(tmp_path: Path) -> None:
    script = tmp_path / "by_name.py"
    script.write_text(BY_NAME, encoding="utf-8")
    assert run(script, tmp_path).splitlines()[-1] == "success sml_env/lessons {'episodes': 1}"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"env_id": DISCRETE}, "sml_env/MathTutor-v0"),
        ({"episodes": 0}, "episodes"),
        ({"seed": "x"}, "seed"),
        ({"arguments": ["x"]}, "arguments"),
        ({"arguments": {"max_turns": 0}}, "max_turns"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_word(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        lessons(**arguments)


def test_the_example_runs(tmp_path: Path) -> None:
    assert "solved {'accuracy': 0.5" in run(EXAMPLES / "inspect_lessons.py", tmp_path)
