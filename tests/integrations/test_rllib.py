"""RLlib over our environments: seeds that no two runners share, legal actions, numbers that a hand count confirms."""

from __future__ import annotations

import os
import pickle
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from registered import DISCRETE, TEXT, small

pytest.importorskip("torch", reason="needs torch: make test-integrations")
pytest.importorskip("ray.rllib", reason="needs ray[rllib]: make test-integrations")

import ray
import torch
from ray.rllib.algorithms.dqn import DQNConfig
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.core.columns import Columns
from ray.rllib.core.rl_module.multi_rl_module import MultiRLModuleSpec
from ray.rllib.core.rl_module.rl_module import RLModule, RLModuleSpec
from ray.rllib.env.multi_agent_env_runner import MultiAgentEnvRunner
from ray.rllib.env.single_agent_env_runner import SingleAgentEnvRunner

from sml_env.errors import ConfigurationError
from sml_env.integrations.rllib import MASKED, lessons, runner_seeds, two_agent_lessons

pytestmark = [pytest.mark.integrations, pytest.mark.filterwarnings("default")]
torch.set_num_threads(1)
ROOT = Path(__file__).resolve().parents[2]
TWENTY = "sml_env/TwentyQuestionsDiscrete-v0"
CLARIFY = "sml_env/ClarifyDiscrete-v0"
MATH = "sml_env/MathTutorDiscrete-v0"
LARGE = {"config": {"size": 4096}, "max_turns": 3}
"""So many numbers that two draws seldom meet."""
SMALL_NET = {"fcnet_hiddens": [16]}


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    ray.init(num_cpus=4, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    yield
    ray.shutdown()


def ppo(env_id: str = TWENTY, *, size: int = 4, seed: int | None = 0, **arguments: Any) -> Any:
    config = lessons(PPOConfig(), env_id, **arguments)
    config.env_runners(num_env_runners=0, num_envs_per_env_runner=size)
    config.rl_module(model_config=SMALL_NET)
    return config.debugging(seed=seed)


def runner(config: Any, number: int = 0) -> Any:
    made = (MultiAgentEnvRunner if config.is_multi_agent else SingleAgentEnvRunner)(config=config, worker_index=number)
    return made


def played(config: Any, number: int = 0, steps: int = 120) -> dict[int, list[str]]:
    """The problems that each environment of a runner begins, in order."""
    begun: dict[int, list[str]] = defaultdict(list)
    config = config.copy(copy_frozen=False)
    config.callbacks(
        on_episode_start=lambda *, episode, env_index, **_: begun[env_index].append(
            episode.get_infos(0)["problem_id"] if not config.is_multi_agent else ""
        )
    )
    runner(config, number).sample(num_timesteps=steps, random_actions=True)
    return dict(begun)


# -- by name -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["sync", "vector_entry_point"])
@pytest.mark.parametrize("env_id", DISCRETE)
def test_a_discrete_id_by_name_needs_nothing_else(env_id: str, mode: str) -> None:
    config = PPOConfig().environment(f"sml_env:{env_id}", env_config=small(env_id))
    config.env_runners(num_env_runners=0, num_envs_per_env_runner=3, gym_env_vectorize_mode=mode)
    config.rl_module(model_config=SMALL_NET)
    episodes = runner(config).sample(num_episodes=4)
    assert len(episodes) >= 4 and all(episode.is_done for episode in episodes)


def test_a_name_needs_no_import_of_the_adapter() -> None:
    code = f"""
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.env.single_agent_env_runner import SingleAgentEnvRunner
config = PPOConfig().environment("sml_env:{TWENTY}").env_runners(
    num_env_runners=0, num_envs_per_env_runner=8, gym_env_vectorize_mode="vector_entry_point")
print(type(SingleAgentEnvRunner(config=config, worker_index=0).env.unwrapped).__name__)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert done.stdout.split()[-1] == "DiscreteVectorEnv", done.stderr


@pytest.mark.parametrize("observation", ["history", "per_action"])
def test_every_observation_has_an_encoder(observation: str) -> None:
    assert runner(ppo(observation=observation)).sample(num_timesteps=16)


def test_other_algorithms_learn_from_it_too() -> None:
    config = lessons(DQNConfig(), TWENTY)
    config.training(num_steps_sampled_before_learning_starts=64, train_batch_size_per_learner=16)
    config.env_runners(num_env_runners=0, num_envs_per_env_runner=4).rl_module(model_config=SMALL_NET)
    algorithm = config.debugging(seed=0).build_algo()
    assert algorithm.train()["num_env_steps_sampled_lifetime"] > 0
    algorithm.stop()


# -- seeds -------------------------------------------------------------------------------------------------------------


def test_no_two_environments_of_any_runner_play_the_same() -> None:
    sequences = [tuple(ids) for number in (0, 1, 2) for ids in played(ppo(**LARGE), number).values()]
    assert len(sequences) == 12
    ids = [problem for sequence in sequences for problem in sequence]
    assert len(ids) > 100 and len(set(ids)) == len(ids)


def test_rllibs_own_seeds_overlap_between_runners() -> None:
    config = PPOConfig().environment(TWENTY, env_config=LARGE).debugging(seed=0)
    config.env_runners(num_envs_per_env_runner=4, gym_env_vectorize_mode="vector_entry_point")
    config.rl_module(model_config=SMALL_NET)
    first, second = (played(config, number) for number in (1, 2))
    assert all(a[0] == b[0] for a, b in zip(list(first.values())[1:], second.values(), strict=False))


def test_a_seed_repeats_and_another_differs() -> None:
    assert played(ppo(**LARGE), 1) == played(ppo(**LARGE), 1)
    others = {problem for ids in played(ppo(seed=1, **LARGE), 1).values() for problem in ids}
    assert others.isdisjoint(problem for ids in played(ppo(**LARGE), 2).values() for problem in ids)


def test_what_is_sampled_repeats_with_the_seed() -> None:
    def actions() -> list[Any]:
        return [list(episode.get_actions()) for episode in runner(ppo(seed=3)).sample(num_timesteps=60)]

    assert actions() == actions()


def test_single_environments_have_the_seeds_of_the_vector() -> None:
    config = ppo(**LARGE)
    vector = played(config, 1)
    assert played(config.env_runners(gym_env_vectorize_mode="sync"), 1) == vector


def test_whole_episodes_are_of_new_problems_each_time() -> None:
    sampler = runner(ppo(**LARGE))
    ids = [[episode.get_infos(0)["problem_id"] for episode in sampler.sample(num_episodes=20)] for _ in range(3)]
    assert len({problem for some in ids for problem in some}) == sum(map(len, ids))


def test_evaluation_plays_other_problems() -> None:
    config = ppo(**LARGE)
    training = played(config)
    evaluation = config.copy(copy_frozen=False)
    evaluation.in_evaluation = True
    assert {ids[0] for ids in training.values()}.isdisjoint(ids[0] for ids in played(evaluation).values())


def test_without_a_seed_no_two_runs_are_the_same() -> None:
    assert played(ppo(seed=None, **LARGE)) != played(ppo(seed=None, **LARGE))


def test_seeds_are_distinct_over_runs_kinds_runners_and_beginnings() -> None:
    seen = [
        seed
        for run in range(3) for evaluation in (False, True) for number in range(3) for beginning in range(3)
        for seed in runner_seeds(run, evaluation=evaluation, runner=number, beginning=beginning, size=8)
    ]  # fmt: skip
    assert len(set(seen)) == len(seen) and max(seen) < 2**53


def test_runners_of_a_cluster_have_the_seeds_of_their_numbers() -> None:
    config = ppo(**LARGE).env_runners(num_env_runners=2)
    algorithm = config.build_algo()
    begun = algorithm.env_runner_group.foreach_env_runner(
        lambda one: {
            episode.get_infos(0)["problem_id"] for episode in one.sample(num_timesteps=8, random_actions=True)
        },
        local_env_runner=False,
    )
    algorithm.stop()
    assert begun == [{ids[0] for ids in played(ppo(**LARGE), number, 8).values()} for number in (1, 2)]


# -- masks -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["sync", "vector_entry_point"])
@pytest.mark.parametrize(
    ("env_id", "arguments"), [(MATH, {}), (TWENTY, {"attempts": "each"}), (CLARIFY, {"attempts": "each"})]
)
def test_a_masked_policy_takes_legal_actions_alone_through_every_reset(
    env_id: str, arguments: dict[str, Any], mode: str
) -> None:
    config = ppo(env_id, masked=True, **arguments).env_runners(gym_env_vectorize_mode=mode)
    checked = ended = 0
    for episode in runner(config).sample(num_timesteps=300):
        seen, actions, infos = episode.get_observations(), episode.get_actions(), episode.get_infos()
        ended += episode.is_done
        for turn, action in enumerate(actions):
            mask = seen["action_mask"][turn]
            np.testing.assert_array_equal(mask, infos[turn]["action_mask"])
            assert mask[action] == 1
            checked += 1
    assert checked >= 300 and ended > 20


def test_without_the_mask_illegal_actions_are_taken() -> None:
    episodes = runner(ppo(MATH)).sample(num_timesteps=300)
    assert any(
        not info["action_mask"][action]
        for episode in episodes
        for info, action in zip(episode.get_infos(), episode.get_actions(), strict=False)
    )


def test_a_masked_policy_trains() -> None:
    config = ppo(TWENTY, masked=True, attempts="each")
    config.training(train_batch_size_per_learner=256, minibatch_size=64, num_epochs=2)
    algorithm = config.build_algo()
    told = algorithm.train()["env_runners"]["sml_env"]
    algorithm.stop()
    assert told["episodes"] > 0 and 0.0 <= told["success"] <= 1.0


# -- metrics -----------------------------------------------------------------------------------------------------------


def by_hand(chunks: Sequence[Any]) -> dict[str, float]:
    """The sums of the whole episodes among chunks, from rows of (info before, info after)."""
    whole: dict[str, list[Any]] = defaultdict(list)
    for chunk in chunks:
        whole[chunk.id_].append(chunk)
    sums: dict[str, float] = defaultdict(float)
    for parts in whole.values():
        parts = sorted(parts, key=lambda part: part.t_started)
        if not parts[-1].is_done:
            continue
        assert parts[0].t_started == 0
        rows = [row for part in parts for row in zip(part.get_infos()[:-1], part.get_infos()[1:], strict=True)]
        asked = [after for _, after in rows if after["query_kind"] not in ("attempt", "malformed")]
        tried = [(before, after) for before, after in rows if after["query_kind"] == "attempt"]
        account = "premature_attempts" in rows[-1][1]
        better = [info for info in asked if info["best_bits"] > 1e-12]
        sums["episodes"] += 1
        sums["turns"] += len(rows)
        sums["solved"] += rows[-1][1]["success"]
        sums["questions"] += len(asked)
        sums["attempts"] += len(tried)
        sums["premature"] += sum(
            before["belief_entropy_bits"] > 1e-9
            if account
            else before["belief_entropy_bits"] > 1.001 and after["best_bits"] > 1e-9 and after["turns_left"] > 0
            for before, after in tried
        )
        sums["bits"] += sum(info["expected_bits"] for info in asked)
        sums["best"] += sum(info["best_bits"] for info in asked)
        sums["useful"] += len(better)
        sums["wasted"] += sum(info["expected_bits"] <= 1e-12 for info in better)
        if account:
            sums["told_premature"] += rows[-1][1]["premature_attempts"]
    return dict(sums)


@pytest.mark.parametrize("mode", ["sync", "vector_entry_point"])
@pytest.mark.parametrize("env_id", [TWENTY, CLARIFY])
def test_what_callbacks_log_is_what_a_hand_count_of_the_chunks_gives(env_id: str, mode: str) -> None:
    sampler = runner(ppo(env_id).env_runners(gym_env_vectorize_mode=mode))
    chunks = [chunk for _ in range(40) for chunk in sampler.sample(num_timesteps=7)]
    assert len({chunk.id_ for chunk in chunks}) < len(chunks)
    logged = sampler.get_metrics()["sml_env"]
    expected = by_hand(chunks)
    assert expected["episodes"] > 30 and expected["wasted"] > 0 and expected["premature"] > 0
    if env_id == CLARIFY:
        assert expected.pop("told_premature") == expected["premature"]
    for name, value in expected.items():
        assert value_of(logged[name]) == pytest.approx(value), name


def value_of(stats: Any) -> float:
    return float(stats.peek() if hasattr(stats, "peek") else stats)


def test_results_of_training_and_evaluation_hold_the_rates() -> None:
    config = ppo(CLARIFY).env_runners(num_env_runners=2)
    config.training(train_batch_size_per_learner=256, minibatch_size=64, num_epochs=1)
    config.evaluation(evaluation_interval=1, evaluation_duration=20, evaluation_config={"explore": False})
    algorithm = config.build_algo()
    result = algorithm.train()
    algorithm.stop()
    for told in (result["env_runners"]["sml_env"], result["evaluation"]["env_runners"]["sml_env"]):
        assert told["success"] == told["solved"] / told["episodes"]
        assert told["bits_per_question"] == told["bits"] / told["metered"]
        assert told["premature_attempts"] == told["premature"] / told["episodes"]
        assert 0 < told["efficiency"] <= 1
    assert result["evaluation"]["env_runners"]["sml_env"]["episodes"] >= 20


def test_a_users_own_callbacks_are_kept() -> None:
    from ray.rllib.callbacks.callbacks import RLlibCallback

    class Own(RLlibCallback):
        pass

    config = lessons(PPOConfig().callbacks(Own), TWENTY)
    assert [entry.__name__ for entry in config.callbacks_class] == ["Own", "LessonCallbacks"]
    assert lessons(config, TWENTY).callbacks_class == config.callbacks_class


# -- nothing private ---------------------------------------------------------------------------------------------------


def test_what_a_runner_samples_does_not_depend_on_the_truth() -> None:
    def told(shift: int) -> tuple[Any, Any]:
        sampler = runner(ppo(TWENTY, teacher="null", max_attempts=1, masked=True))
        reset = sampler.env.reset

        def with_another_truth(**arguments: Any) -> Any:
            given = reset(**arguments)
            truth = sampler.env.unwrapped._episodes.game.truth
            truth[:] = (truth + shift) % 16
            return given

        sampler.env.reset = with_another_truth
        ask = np.zeros(4, dtype=np.int64)
        sampler._module_to_env = lambda **_: {Columns.ACTIONS: ask}
        episodes = sampler.sample(num_timesteps=24)
        kept = [(pickle.dumps(one.get_infos()), pickle.dumps(one.get_observations())) for one in episodes]
        return kept, {name: value_of(stats) for name, stats in sampler.get_metrics().get("sml_env", {}).items()}

    assert told(0) == told(5)


def test_a_checkpoint_holds_no_episode(tmp_path: Path) -> None:
    config = ppo(MATH).training(train_batch_size_per_learner=64, minibatch_size=32, num_epochs=1)
    algorithm = config.build_algo()
    algorithm.train()
    algorithm.save_to_path(str(tmp_path / "checkpoint"))
    algorithm.stop()
    stored = [path.read_bytes() for path in (tmp_path / "checkpoint").rglob("*") if path.is_file()]
    assert stored
    for word in (
        b"sml_env.problems",
        b"sml_env.episodes",
        b"sml_env.game",
        b"sml_env.vector",
        b"problem_id",
        b"Secret",
    ):
        assert not any(word in text for text in stored), word


# -- what makes no sense -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("env_id", TEXT)
def test_a_text_id_says_which_discrete_id_to_use(env_id: str) -> None:
    discrete = env_id.replace("-v0", "Discrete-v0")
    says = discrete if discrete in DISCRETE else "no discrete view"
    with pytest.raises(ConfigurationError, match=says):
        lessons(PPOConfig(), env_id)
    with pytest.raises(ConfigurationError, match=says):
        runner(PPOConfig().environment(env_id).env_runners(num_env_runners=0))


def test_arguments_that_make_no_sense_are_refused_before_anything_is_built() -> None:
    for arguments, said in (
        ({"asymmetry": "all"}, "asymmetry"),
        ({"gamma": 0.5}, "gamma"),
        ({"observation": "all"}, "observation"),
    ):
        with pytest.raises(ConfigurationError, match=said):
            lessons(PPOConfig(), TWENTY, **arguments)
    with pytest.raises(ConfigurationError, match="masked"):
        lessons(DQNConfig(), TWENTY, masked=True)
    with pytest.raises(ConfigurationError, match="CartPole"):
        lessons(PPOConfig(), "CartPole-v1")


def test_a_discount_that_is_changed_later_is_found() -> None:
    with pytest.raises(ConfigurationError, match="gamma"):
        runner(ppo().training(gamma=0.5))
    runner(ppo(shaping="none").training(gamma=0.5))


def test_a_masked_id_is_a_name_too() -> None:
    config = PPOConfig().environment(TWENTY + MASKED).env_runners(num_env_runners=0)
    with pytest.raises(ValueError, match="No default encoder"):
        runner(config)
    assert ppo(masked=True).env == TWENTY + MASKED


# -- two agents --------------------------------------------------------------------------------------------------------

TUTOR = "sml_env/MathTutor-v0"
ASKED = ("Is the answer greater than 0?", "is it an integer?", "give me a hint", "answer: 0")
PHRASES = {"student": ASKED, "teacher": ("It is below zero.", "It is not below zero.", "Think again.")}


class Asks(RLModule):
    """A student that says its lines in turn, by the turns left."""

    framework = "torch"

    def _forward(self, batch: dict[str, Any], **_: Any) -> dict[str, Any]:
        texts = [str(text) for text in batch[Columns.OBS]]
        assert not any("The answer is" in text for text in texts)
        left = [int(found[1]) if (found := re.search(r"Turns left: (\d)", text)) else 1 for text in texts]
        return {Columns.ACTIONS: np.array([ASKED[-turns] for turns in left], dtype=object)}


class Tells(RLModule):
    """A teacher that reads its view in the text and tells the sign."""

    framework = "torch"

    def _forward(self, batch: dict[str, Any], **_: Any) -> dict[str, Any]:
        lines = ["It is below zero." if "The answer is -" in str(text) else "Not." for text in batch[Columns.OBS]]
        return {Columns.ACTIONS: np.array(lines, dtype=object)}


def two(**arguments: Any) -> Any:
    config = two_agent_lessons(PPOConfig(), TUTOR, **{"config": {"topics": ["linear_equations"]}, **arguments})
    return config.env_runners(num_env_runners=0, num_envs_per_env_runner=2).debugging(seed=0)


def scripted() -> Any:
    specs = {"student": RLModuleSpec(module_class=Asks), "teacher": RLModuleSpec(module_class=Tells)}
    return two(max_turns=4).rl_module(rl_module_spec=MultiRLModuleSpec(rl_module_specs=specs))


def test_two_scripted_modules_speak_text_to_one_another() -> None:
    sampler = runner(scripted())
    episodes = sampler.sample(num_episodes=6)
    heard = [text for episode in episodes for text in episode.agent_episodes["student"].get_observations()]
    assert any(text.startswith("It is below zero.") for text in heard)
    for episode in episodes:
        student, teacher = (episode.agent_episodes[agent] for agent in ("student", "teacher"))
        assert list(student.get_actions()) == list(ASKED)[: len(student)]
        assert episode.is_done and student.is_done
        assert student.get_return() == pytest.approx(teacher.get_return())
        assert "view" not in student.get_infos(-2) and "view" in teacher.get_infos(0)


def test_metrics_of_two_agents_are_the_students() -> None:
    sampler = runner(scripted())
    chunks = [chunk for _ in range(12) for chunk in sampler.sample(num_timesteps=5)]
    ended = {chunk.id_ for chunk in chunks if chunk.is_done}
    logged = {name: value_of(stats) for name, stats in sampler.get_metrics()["sml_env"].items()}
    assert logged["episodes"] == len(ended) > 3
    assert logged["turns"] == 4 * len(ended) or logged["solved"] > 0
    assert logged["attempts"] + logged["questions"] == logged["turns"]


def test_both_agents_are_trained_by_number() -> None:
    config = two(phrases=PHRASES, characters=64, max_turns=4, teacher_reward="sparse")
    config.training(train_batch_size_per_learner=128, minibatch_size=32, num_epochs=1)
    config.rl_module(model_config=SMALL_NET)
    algorithm = config.build_algo()
    result = algorithm.train()
    algorithm.stop()
    assert {"student", "teacher"} <= set(result["learners"])
    assert result["env_runners"]["sml_env"]["episodes"] > 0


def test_two_agents_have_honest_seeds() -> None:
    def openings(number: int) -> set[str]:
        episodes = runner(scripted(), number).sample(num_episodes=4)
        return {episode.agent_episodes["student"].get_infos(0)["problem_id"] for episode in episodes}

    assert openings(1).isdisjoint(openings(2)) and openings(1) == openings(1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"phrases": {"student": ["a"]}}, "phrases"),
        ({"phrases": {"student": ["a"], "teacher": []}}, "phrases"),
        ({"phrases": PHRASES, "characters": 0}, "characters"),
        ({"gamma": 0.5}, "gamma"),
        ({"teacher": "oracle"}, "teacher"),
    ],
)
def test_two_agents_are_refused_what_makes_no_sense(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        two(**arguments)


# -- learning ----------------------------------------------------------------------------------------------------------


def test_smoke_ppo_learns_to_ask_in_under_a_minute() -> None:
    config = lessons(PPOConfig().training(gamma=1.0), TWENTY, max_turns=4, config={"size": 8})
    config.training(lr=2e-3, train_batch_size_per_learner=2048, minibatch_size=256, num_epochs=8, entropy_coeff=0.01)
    config.env_runners(num_env_runners=0, num_envs_per_env_runner=64)
    config.rl_module(model_config={"fcnet_hiddens": [64, 64], "fcnet_activation": "relu"})
    algorithm = config.debugging(seed=0).build_algo()
    success = 0.0
    for _ in range(40):
        success = algorithm.train()["env_runners"]["sml_env"]["success"]
        if success >= 0.9:
            break
    algorithm.stop()
    assert success >= 0.9


def test_the_example_runs() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples" / "rllib_ppo.py")],
        capture_output=True, text=True, timeout=240, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "greedily" in done.stdout
