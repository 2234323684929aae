"""`verifiers` plays our lessons, in processes that do not find our own folder of that name."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pytest
from adapted import ARGUMENTS, DISCRETE, EXAMPLES, FAILING, MATH, WORDS, hidden, played, run

from sml_env.evaluation import episode_seed

pytestmark = [pytest.mark.integrations]
DRIVER = Path(__file__).with_name("prime_driver.py")
SEED = 9
SEEDS = [episode_seed(SEED, index) for index in range(2)]
LESSONS = {"env_id": MATH, "seed": SEED, "arguments": ARGUMENTS}

try:
    version("verifiers")
except PackageNotFoundError:
    pytest.skip("needs verifiers: make test-integrations", allow_module_level=True)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What came of each scenario, all of them played in one process."""
    scenarios: dict[str, dict[str, Any]] = {
        "solved": {"words": [*WORDS, f"answer: {hidden(SEEDS[0])}"], "episodes": 2},
        "asked": {},
        "failing teacher": {"lessons": {**LESSONS, "env_id": FAILING}},
        "no model": {"address": "http://127.0.0.1:1/v1"},
        "capped": {"player": {"max_turns": 2}},
        "discrete": {"lessons": {**LESSONS, "env_id": DISCRETE}},
        "no turns": {"lessons": {**LESSONS, "arguments": {"max_turns": 0}}},
    }
    given = {
        name: {"words": WORDS, "lessons": LESSONS, "episodes": 1, **scenario} for name, scenario in scenarios.items()
    }
    printed = run(DRIVER, tmp_path_factory.mktemp("elsewhere"), json.dumps(given))
    told: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return told


def test_rewards_and_bits_are_the_environments_own_turn_by_turn(found: dict[str, Any]) -> None:
    words = [*WORDS, f"answer: {hidden(SEEDS[0])}"]
    for told, seed in zip(found["solved"], SEEDS, strict=True):
        (opening, _), *steps = played(words, seed=seed)
        assert told["ok"] and (told["seed"], told["prompt"]) == (seed, opening)
        assert told["turns"] == [{"reply": step[0], "reward": step[1], **step[4]} for step in steps]
        assert told["reward"] == pytest.approx(sum(step[1] for step in steps))
        assert set(told["rewards"]) == {"correct", "information", "cost"}
        system, first, *rest = told["messages"]
        assert (system, first) == (["system", told["system"]], ["user", opening])
        assert rest[::2] == [["assistant", word] for word in words]
        assert rest[1::2] == [["user", step[0]] for step in steps[:-1]]


def test_success_is_the_environments_verdict(found: dict[str, Any]) -> None:
    solved, failed = found["solved"]
    assert solved["rewards"]["correct"] == solved["metrics"]["success"] == 1.0
    assert failed["rewards"]["correct"] == failed["metrics"]["success"] == 0.0
    assert solved["metrics"]["turns"] == failed["metrics"]["turns"] == 6.0


def test_the_answer_is_nowhere_in_the_record(found: dict[str, Any]) -> None:
    (told,) = found["asked"]
    assert told["turns"] and hidden(SEEDS[0]) not in json.dumps(told)


def test_a_lesson_whose_teacher_failed_is_an_error_and_has_no_reward(found: dict[str, Any]) -> None:
    (told,) = found["failing teacher"]
    assert not told["ok"] and not any(told["rewards"].values()) and "success" not in told["metrics"]
    assert "teacher: the server does not answer" in told["errors"][0]


def test_a_model_that_cannot_be_asked_is_no_wrong_answer(found: dict[str, Any]) -> None:
    (told,) = found["no model"]
    assert not told["ok"] and not any(told["rewards"].values()) and "success" not in told["metrics"]


def test_a_cap_from_outside_leaves_the_lesson_unsolved_and_scored(found: dict[str, Any]) -> None:
    (told,) = found["capped"]
    assert told["ok"] and told["metrics"]["success"] == 0.0
    assert told["metrics"]["turns"] == len(told["turns"]) == 2


@pytest.mark.parametrize(("scenario", "said"), [("discrete", "sml_env/MathTutor-v0"), ("no turns", "max_turns")])
def test_what_makes_no_sense_is_refused_with_a_word(scenario: str, said: str, found: dict[str, Any]) -> None:
    assert said in found[scenario]


def test_the_example_runs(tmp_path: Path) -> None:
    printed = run(EXAMPLES / "verifiers_lessons.py", tmp_path)
    assert "Correct." in printed and "'correct': 1.0" in printed
