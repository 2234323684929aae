r"""Steps a second of RLlib's env runners, and which share of their sampling is the environment; needs the extra rllib.

    python benchmarks/rllib.py [--seconds 4] [--cells 1x1,1x16,1x64,1x256,2x64,4x64]

A cell is so many of RLlib's env runners, each in a process of its own, with so many environments each, sampling with
PPO's module of two layers of 64. Next to our native vector of TwentyQuestions runners in the same processes sample a
trivial vector: the same spaces, zeros to observe, no info, episodes of four steps. The two take turns, `ROUNDS` each.

The share is the time inside the runner's ``env.step`` over that inside its ``sample``; RLlib's turning of info into a
list of dicts, one for each environment, is inside ``env.step`` and counted as ours. "vector alone" is without it.
"per CPU s" is by a runner's own processor time, which says more where a machine does other work.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

os.environ["OMP_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

ROUNDS = 3
ENV_ID = "sml_env/TwentyQuestionsDiscrete-v0"
TRIVIAL = "trivial"
LENGTH = 4
WIDTH, ACTIONS = 22, 19
"""Of TwentyQuestions in its default setting."""


class Trivial(VectorEnv):
    """Zeros to observe, nothing in info, episodes of `LENGTH` steps."""

    def __init__(self, num_envs: int) -> None:
        self.num_envs = num_envs
        self.metadata = {"autoreset_mode": AutoresetMode.NEXT_STEP}
        self.single_observation_space = gym.spaces.Box(0.0, 1.0, (WIDTH,), np.float32)
        self.single_action_space = gym.spaces.Discrete(ACTIONS)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._turn = 0

    def reset(self, *, seed: Any = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        """Begin all episodes."""
        self._turn = 0
        return np.zeros((self.num_envs, WIDTH), np.float32), {}

    def step(self, actions: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """One turn of all episodes, or their resets."""
        self._turn = (self._turn + 1) % (LENGTH + 1)
        ended = np.full(self.num_envs, self._turn == LENGTH)
        zeros = np.zeros(self.num_envs)
        return np.zeros((self.num_envs, WIDTH), np.float32), zeros, ended, np.zeros_like(ended), {}


class Sampled(NamedTuple):
    """What a runner sampled: steps, seconds, those of the processor, and those inside two ``step``."""

    steps: int
    seconds: float
    processor: float
    runners_step: float
    vectors_step: float


def sampled(runner: Any, seconds: float) -> Sampled:
    """Sample for so many seconds."""
    inside = [0.0, 0.0]
    places = (runner.env, runner.env.unwrapped)
    steps = [place.step for place in places]

    def timed(which: int) -> Any:
        def step(actions: Any) -> Any:
            start = time.perf_counter()
            told = steps[which](actions)
            inside[which] += time.perf_counter() - start
            return told

        return step

    for which, place in enumerate(places):
        place.step = timed(which)
    block = max(64, runner.num_envs * 8)
    runner.sample(num_timesteps=block)
    inside[:] = [0.0, 0.0]
    taken, start, cpu = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - start < seconds:
        taken += sum(len(chunk) for chunk in runner.sample(num_timesteps=block))
    spent, cpu = time.perf_counter() - start, time.process_time() - cpu
    runner.get_metrics()
    for place in places:
        del place.step
    return Sampled(taken, spent, cpu, *inside)


class Sampler:
    """A process with env runners in it, of which one samples at a time; an actor of Ray."""

    def __init__(self, number: int) -> None:
        import torch
        from ray.tune.registry import register_env

        torch.set_num_threads(1)
        register_env(TRIVIAL, lambda context: Trivial(context["num_envs"]))
        self._number = number
        self._runners: dict[str, Any] = {}

    def build(self, name: str, size: int) -> None:
        """An env runner of PPO with so many environments, in place of the one of that name."""
        from ray.rllib.algorithms.ppo import PPOConfig
        from ray.rllib.env.single_agent_env_runner import SingleAgentEnvRunner

        from sml_env.integrations.rllib import lessons

        config = PPOConfig()
        if name == TRIVIAL:
            config.environment(TRIVIAL).env_runners(gym_env_vectorize_mode="vector_entry_point")
        else:
            config = lessons(config, name)
        config.env_runners(num_envs_per_env_runner=size).rl_module(model_config={"fcnet_hiddens": [64, 64]})
        self._runners[name] = SingleAgentEnvRunner(config=config.debugging(seed=0), worker_index=self._number)

    def sample(self, name: str, seconds: float) -> Sampled:
        """As ``sampled``."""
        return sampled(self._runners[name], seconds)


def measured(samplers: list[Any], size: int, seconds: float) -> list[list[float]]:
    """Of ours and the trivial: medians over rounds of steps a second, of those of a CPU second, and of two shares."""
    import ray

    names = (ENV_ID, TRIVIAL)
    ray.get([sampler.build.remote(name, size) for sampler in samplers for name in names])
    found: list[list[list[float]]] = [[] for _ in names]
    for _ in range(ROUNDS):
        for place, name in enumerate(names):
            told = ray.get([sampler.sample.remote(name, seconds) for sampler in samplers])
            speed = sum(one.steps / one.seconds for one in told)
            of_processor = sum(one.steps for one in told) / sum(one.processor for one in told)
            total = sum(one.seconds for one in told) / 100
            inside = sum(one.runners_step for one in told), sum(one.vectors_step for one in told)
            found[place].append([speed, of_processor, inside[0] / total, inside[1] / total])
    return [[median(column) for column in zip(*rounds, strict=True)] for rounds in found]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--cells", default="1x1,1x4,1x16,1x64,1x256,2x64,4x64")
    chosen = parser.parse_args()
    if find_spec("ray") is None or find_spec("torch") is None:
        print('needs the extra: pip install "sml_env[rllib]"')
        return
    import ray

    cells = [tuple(int(number) for number in cell.split("x")) for cell in chosen.cells.split(",")]
    ray.init(num_cpus=8, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    samplers = [ray.remote(Sampler).remote(number) for number in range(1, 1 + max(runners for runners, _ in cells))]
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start")
    print("| runners | environments each | steps/s | per CPU s | of it env.step | vector alone | trivial: per CPU s |")
    print("|---|---|---|---|---|---|---|")
    for runners, size in cells:
        (speed, ours, share, alone), (_, trivial, *_) = measured(samplers[:runners], size, chosen.seconds)
        print(
            f"| {runners} | {size} | {speed:,.0f} | {ours:,.0f} | {share:.1f}% | {alone:.1f}% | {trivial:,.0f} |",
            flush=True,
        )
    print(f"load {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
