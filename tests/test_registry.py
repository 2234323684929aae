"""Contracts over the whole registry: every id, with every teacher that makes sense."""

from __future__ import annotations

import ast
import copy
import importlib
import json
import pickle
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.envs.registration import EnvSpec
from gymnasium.utils.env_checker import data_equivalence
from gymnasium.vector import AsyncVectorEnv, AutoresetMode, SyncVectorEnv
from registered import DISCRETE, FULL, IDS, PAIRS, TEXT, arguments, product, refusal, script, sensible, small

from sml_env.core import TextEnv
from sml_env.discrete import DiscreteEnv
from sml_env.registration import ROWS, Row, register_all
from sml_env.teachers import ASYMMETRIES, VOICES
from sml_env.testing import check_env
from sml_env.testing.playing import idle
from sml_env.text_vector import TextVectorEnv
from sml_env.vector import DiscreteVectorEnv
from sml_env.wrappers import ChatMessages, TranscriptObservation

ROOT = Path(__file__).resolve().parent.parent


def python(command: str, **environment: str) -> str:
    """What a fresh interpreter prints."""
    env = {"PATH": "/usr/bin:/bin", **environment}
    done = subprocess.run(
        [sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, env=env, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


WITH_FEW_PROBLEMS = ("sml_env/CodeTutor-v0",)
"""Whose problems are written by hand, so that episodes meet the same ones again."""


# -- the kit, over everything ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("env_id", "voice", "asymmetry"),
    product(("oracle", "answer"), ("oracle", "verifier"), ("gibberish", "answer"), ("lying", "answer")),
)
def test_every_environment_conforms(env_id: str, voice: str, asymmetry: str) -> None:
    check_env(env_id, **arguments(env_id, voice, asymmetry))


@pytest.mark.parametrize("env_id", IDS)
def test_every_environment_conforms_with_the_worst_liar(env_id: str) -> None:
    chosen = arguments(env_id, "lying", "answer")
    check_env(env_id, **{**chosen, "teacher": {"voice": "lying", "lies": 2, "worst": True}})


@pytest.mark.slow
@pytest.mark.parametrize("env_id", IDS)
def test_every_environment_conforms_as_it_is_registered(env_id: str) -> None:
    check_env(env_id)


@pytest.mark.parametrize("shaping", ["bonus", "none"])
@pytest.mark.parametrize("env_id", IDS)
def test_every_environment_conforms_whatever_is_paid(env_id: str, shaping: str) -> None:
    rules = {"turn_cost": 0.01, "guard_retries": 2}
    paid = {"shaping": shaping, "gamma": 0.7, "max_turns": [2, 6], "max_attempts": 2, "rules": rules}
    check_env(env_id, **paid, **small(env_id))


@pytest.mark.parametrize("observation", ["history", "per_action"])
@pytest.mark.parametrize("env_id", DISCRETE)
def test_every_discrete_environment_conforms_however_it_is_seen(env_id: str, observation: str) -> None:
    check_env(env_id, observation=observation, attempts="each", **small(env_id))


@pytest.mark.parametrize("wrapper", [TranscriptObservation, ChatMessages])
@pytest.mark.parametrize("env_id", TEXT)
def test_every_environment_conforms_in_a_wrapper(env_id: str, wrapper: Any) -> None:
    check_env(lambda: wrapper(gym.make(env_id, disable_env_checker=True, **small(env_id))))


# -- vectors -----------------------------------------------------------------------------------------------------------


def single(env_id: str, number: int, seed: int, kwargs: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What one environment returns, reset when it ends, as vectors do it by default."""
    env = gym.make(env_id, disable_env_checker=True, **kwargs)
    returned: list[tuple[Any, ...]] = [env.reset(seed=seed)]
    ended = False
    said = script(env_id)
    for step in range(len(said)):
        if ended:
            returned.append((*env.reset(), 0.0, False, False))
            ended = False
        else:
            observation, reward, terminated, truncated, info = env.step(said[(step + number) % len(said)])
            returned.append((observation, info, float(reward), terminated, truncated))
            ended = terminated or truncated
    return returned


def unbatched(info: dict[str, Any], number: int) -> dict[str, Any]:
    """The info of one environment from a vector's, by its masks."""
    found = {}
    for name, value in info.items():
        if name.startswith("_") or not info[f"_{name}"][number]:
            continue
        found[name] = unbatched(value, number) if isinstance(value, dict) else value[number]
    return found


def same_info(alone: dict[str, Any], batched: dict[str, Any]) -> bool:
    """Equal where a value is known: a vector says nothing, 0 or NaN of what is None."""
    for name, value in alone.items():
        if isinstance(value, dict):
            if not same_info(value, batched[name]):
                return False
        elif value is not None and not (name in batched and np.array_equal(batched[name], value)):
            return False
    return True


@pytest.mark.parametrize("vectorised", ["sync", "async"])
@pytest.mark.parametrize("env_id", IDS)
def test_single_is_vector(env_id: str, vectorised: str) -> None:
    """One vector that holds every voice and asymmetry, on the same seeds and words as each alone."""
    pairs = sensible(env_id)[:: 1 if env_id == FULL or vectorised == "sync" else 3]
    given = [{**small(env_id), "teacher": voice, "asymmetry": shape, "max_turns": 5} for voice, shape in pairs]
    makers = [partial(gym.make, f"sml_env:{env_id}", disable_env_checker=True, **kwargs) for kwargs in given]
    size, said = len(makers), script(env_id)
    vector = (
        SyncVectorEnv(makers) if vectorised == "sync" else AsyncVectorEnv(makers, shared_memory=False, context="spawn")
    )
    try:
        assert vector.metadata["autoreset_mode"] == AutoresetMode.NEXT_STEP
        expected = [single(env_id, number, 100 + number, kwargs) for number, kwargs in enumerate(given)]
        observations, infos = vector.reset(seed=[100 + number for number in range(size)])
        assert isinstance(observations, tuple) == (env_id in TEXT)
        for number in range(size):
            assert np.array_equal(observations[number], expected[number][0][0])
            assert same_info(expected[number][0][1], unbatched(infos, number))
        for step in range(len(said)):
            actions: Any = tuple(said[(step + number) % len(said)] for number in range(size))
            actions = actions if env_id in TEXT else np.array(actions)
            observations, rewards, terminated, truncated, infos = vector.step(actions)
            for number in range(size):
                observation, info, *rest = expected[number][step + 1]
                assert np.array_equal(observations[number], observation)
                assert [rewards[number], terminated[number], truncated[number]] == rest
                assert same_info(info, unbatched(infos, number))
    finally:
        vector.close()


def test_the_comparison_with_vectors_can_fail() -> None:
    told = {"turns_left": 3, "best_bits": None, "reward_terms": {"correct": 0.0}}
    assert same_info(told, {"turns_left": 3, "reward_terms": {"correct": 0.0}})
    assert not same_info(told, {"turns_left": 4, "reward_terms": {"correct": 0.0}})
    assert not same_info(told, {"turns_left": 3, "reward_terms": {"correct": 1.0}})
    assert not same_info(told, {"reward_terms": {"correct": 0.0}})


@pytest.mark.parametrize("mode", ["sync", None])
@pytest.mark.parametrize("env_id", IDS)
def test_make_vec_makes_them_too(env_id: str, mode: str | None) -> None:
    vector: Any = gym.make_vec(env_id, num_envs=2, vectorization_mode=mode)
    native = TextVectorEnv if env_id in TEXT else DiscreteVectorEnv
    assert isinstance(vector, SyncVectorEnv if mode else native)
    observations, _ = vector.reset(seed=3)
    assert np.array_equal(observations[0], gym.make(env_id).reset(seed=3)[0])
    assert np.array_equal(observations[1], gym.make(env_id).reset(seed=4)[0])
    vector.close()


# -- specs and seeds ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("voice", "asymmetry"), PAIRS)
@pytest.mark.parametrize("env_id", IDS)
def test_the_spec_survives_json(env_id: str, voice: str, asymmetry: str) -> None:
    given = arguments(env_id, voice, asymmetry)
    given["teacher"] = {"noisy": {"voice": "noisy", "p": 0.3}, "lying": {"voice": "lying", "lies": 2}}.get(voice, voice)
    env = gym.make(env_id, max_turns=[3, 6], rules={"turn_cost": 0.5}, **given)
    assert env.spec is not None
    again = gym.make(EnvSpec.from_json(json.dumps(json.loads(env.spec.to_json()))))
    assert again.spec == env.spec
    for seed in range(3):
        assert data_equivalence(env.reset(seed=seed), again.reset(seed=seed), exact=True)
        for action in script(env_id)[:2]:
            assert data_equivalence(env.step(action), again.step(action), exact=True)


@pytest.mark.parametrize("env_id", IDS)
def test_episodes_are_the_same_whatever_the_hash_seed(env_id: str) -> None:
    command = (
        f"import sml_env, gymnasium; env = gymnasium.make({env_id!r}, disable_env_checker=True)\n"
        f"for seed in range(5):\n"
        f"    print(env.reset(seed=seed))\n"
        f"    for action in {script(env_id)[:3]!r}:\n"
        f"        step = env.step(action)\n"
        f"        print(step)\n"
        f"        if step[2]: break"
    )
    assert len({python(command, PYTHONHASHSEED=seed) for seed in ("0", "1", "random")}) == 1


@pytest.mark.parametrize("env_id", IDS)
def test_neighbouring_seeds_share_no_episode(env_id: str) -> None:
    env = gym.make(env_id)
    seen = {}
    for seed in range(20):
        env.reset(seed=seed)
        seen[seed] = [env.reset()[1]["problem_id"] for _ in range(8)]
    if env_id in WITH_FEW_PROBLEMS:
        assert len({tuple(problems) for problems in seen.values()}) == 20
    else:
        assert len({problem for problems in seen.values() for problem in problems}) == 160


@pytest.mark.parametrize("env_id", IDS)
def test_the_problem_id_chooses_the_problem(env_id: str) -> None:
    env = gym.make(env_id)
    observation, info = env.reset(seed=0)
    for seed in (1, 2):
        again = env.reset(seed=seed, options={"problem_id": info["problem_id"]})
        assert data_equivalence(again, (observation, info), exact=True)


@pytest.mark.parametrize("env_id", IDS)
def test_copies_go_their_own_ways(env_id: str) -> None:
    env = gym.make(env_id)
    env.reset(seed=0)
    for twin in (copy.deepcopy(env), pickle.loads(pickle.dumps(env))):
        twin.reset(seed=1)
        observation, _ = twin.reset(seed=0)
        assert env.step(idle(env))[4]["turns_left"] == twin.step(idle(twin))[4]["turns_left"]
        env.reset(seed=0)
        assert np.array_equal(observation, twin.reset(seed=0)[0])


# -- the table ---------------------------------------------------------------------------------------------------------


def environment_classes() -> Iterator[tuple[str, str]]:
    """Module and name of every public environment class on disk, found without importing."""
    for path in sorted((ROOT / "envs").glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and node.name.endswith("Env") and not node.name.startswith("_"):
                yield f"sml_env.envs.{path.stem}", node.name


def test_rows_match_the_classes_on_disk() -> None:
    assert sorted(row.entry_point for row in ROWS) == sorted(
        f"{module}:{name}" for module, name in environment_classes()
    )


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_a_row_names_its_class_and_takes_json(row: Row) -> None:
    module, _, name = row.entry_point.partition(":")
    kind = getattr(importlib.import_module(module), name)
    assert issubclass(kind, gym.Env)
    assert row.id == f"sml_env/{name.removesuffix('Env')}-v0"
    assert json.loads(json.dumps(row.kwargs)) == row.kwargs
    assert gym.spec(row.id).entry_point == row.entry_point


@pytest.mark.parametrize("env_id", IDS)
def test_class_and_id_make_the_same_environment(env_id: str) -> None:
    env = gym.make(env_id)
    assert isinstance(env.unwrapped, TextEnv if env_id in TEXT else DiscreteEnv)
    direct = type(env.unwrapped)()
    assert data_equivalence(direct.reset(seed=4), env.reset(seed=4), exact=True)


@pytest.mark.parametrize("env_id", DISCRETE)
def test_every_discrete_id_is_the_view_of_a_text_id(env_id: str) -> None:
    assert env_id.replace("Discrete-", "-") in TEXT


def test_registering_again_changes_nothing() -> None:
    before = {env_id: gym.spec(env_id) for env_id in IDS}
    register_all()
    assert {env_id: gym.spec(env_id) for env_id in IDS} == before
    assert all(gym.spec(env_id) is spec for env_id, spec in before.items())


@pytest.mark.parametrize("env_id", IDS)
def test_the_module_in_the_id_imports_the_package(env_id: str) -> None:
    command = f"import gymnasium; print(gymnasium.make('sml_env:{env_id}').reset(seed=0)[1]['turns_left'])"
    assert int(python(command)) >= 1
    vector = f"gymnasium.make_vec('sml_env:{env_id}', num_envs=2, vectorization_mode='sync')"
    assert int(python(f"import gymnasium; print(len({vector}.reset(seed=0)[0]))")) == 2


@pytest.mark.parametrize("asymmetry", ASYMMETRIES)
@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("env_id", IDS)
def test_the_docstring_says_which_voices_make_sense(env_id: str, voice: str, asymmetry: str) -> None:
    """The table in the class docstring agrees with what the constructor accepts."""
    doc = type(gym.make(env_id).unwrapped).__doc__ or ""
    lines = [line.strip() for line in doc.splitlines()]
    header = next(line for line in lines if line.startswith("| voice"))
    column = [cell.strip() for cell in header.split("|")].index(asymmetry)
    row = next(line for line in lines if line.startswith(f"| ``{voice}``"))
    documented = bool(row.split("|")[column].strip())
    assert documented == (refusal(env_id, voice, asymmetry) is None)
