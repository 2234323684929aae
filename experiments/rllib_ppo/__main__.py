r"""Does RLlib's PPO reach the best success of four discrete games, and in how many minutes on two cores?

    python -m experiments.rllib_ppo             train the arms and seeds of settings.json that results.json lacks
    python -m experiments.rllib_ppo --arm Clarify --seed 0
    python -m experiments.rllib_ppo --show      table.md and curves.png from results.json alone

An arm trains until its policy, acting greedily on 500 fresh episodes, solves 97% of what the best policy does,
or its steps are used up; then it is evaluated on ``evaluation_episodes`` others. Its optimum is exact where the game is
small (``sml_env.solvers.success``), else what the named agent reaches. results.json keeps every iteration.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np

import sml_env  # noqa: F401  registers the environments
from experiments.machine import machine
from sml_env.agents import make_agent
from sml_env.estimates import wilson
from sml_env.rollouts import rollout
from sml_env.solvers.success import SuccessSolver

HERE = Path(__file__).resolve().parent
SETTINGS = HERE / "settings.json"
RESULTS = HERE / "results.json"
ENOUGH = 0.97
"""Share of the optimum at which training stops."""
PACKAGES = ("ray", "torch", "gymnasium", "numpy")
VIEW = ("attempts", "observation")
"""Arguments of the discrete view, which the game in words does not have."""
CHECKS = 500
"""Episodes of a check on whether it is enough."""
EVERY = 5
"""Iterations from check to check."""


def optimum(arm: dict[str, Any]) -> float:
    """The best success: exact by the solver, or an agent's."""
    how = arm["optimum"]
    if "agent" in how:
        game = {name: value for name, value in arm["arguments"].items() if name not in VIEW}
        env = gym.make(how["text_id"], rules={"best": False}, **game)
        agent = make_agent(how["agent"])
        return float(np.mean([rollout(env, agent, seed=seed).success for seed in range(how["episodes"])]))
    env = gym.make(arm["id"], **arm["arguments"]).unwrapped
    space = env.family.space
    size = len(space)
    if how["solver"] == "guesses":
        table = np.asarray(space.responses.table.codes(np.arange(size)[:, None], np.arange(size)))
        return SuccessSolver(table, win_code=0).success(env.rules.max_turns)
    from sml_env.boards import Board

    board = Board(space)
    table = np.asarray(board.table.codes(np.arange(board.first_attempt)[:, None], np.arange(size)))
    return SuccessSolver(table).success(env.rules.max_turns)


def algorithm(arm: dict[str, Any], settings: dict[str, Any], seed: int) -> Any:
    """PPO of an arm, with an evaluation runner of its own in the same process."""
    from ray.rllib.algorithms.ppo import PPOConfig

    from sml_env.integrations.rllib import lessons

    config = PPOConfig().training(**arm["training"])
    config = lessons(config, arm["id"], masked=arm.get("masked", False), **arm["arguments"])
    config.env_runners(num_env_runners=settings["runners"], num_envs_per_env_runner=settings["environments"])
    config.rl_module(model_config={"fcnet_hiddens": arm["hidden"], "fcnet_activation": "relu"})
    config.evaluation(
        evaluation_num_env_runners=0, evaluation_duration=CHECKS, evaluation_duration_unit="episodes",
        evaluation_config={"explore": False, "env_config": {**config.env_config, **arm.get("evaluated_with", {})}},
    )  # fmt: skip
    return config.debugging(seed=1_000 * seed, log_level="ERROR").build_algo()


def evaluated(algo: Any) -> dict[str, float]:
    """The metrics of whole episodes of the policy that acts greedily."""
    return dict(algo.evaluate()["env_runners"]["sml_env"])


def train(arm: dict[str, Any], settings: dict[str, Any], seed: int, best: float) -> dict[str, Any]:
    """One run: its curve, and what its last policy does on fresh episodes."""
    algo = algorithm(arm, settings, seed)
    began, cpu, curve, trained = time.perf_counter(), time.process_time(), [], 0.0
    while not curve or curve[-1]["steps"] < arm["most_steps"]:
        started = time.perf_counter()
        result = algo.train()
        trained += time.perf_counter() - started
        metrics = result["env_runners"]["sml_env"]
        row = {"steps": int(result["num_env_steps_sampled_lifetime"]), "seconds": round(trained, 1)}
        names = ("success", "bits_per_question", "efficiency", "zero_bit_share", "premature_attempts")
        curve.append(row | {name: round(float(metrics[name]), 4) for name in names})
        if len(curve) % EVERY == 0 and metrics["success"] >= 0.9 * best:
            curve[-1]["greedy_success"] = round(evaluated(algo)["success"], 4)
            if curve[-1]["greedy_success"] >= ENOUGH * best:
                break
        if len(curve) % EVERY == 0:
            print(f"{arm['name']}, seed {seed}: {row['steps']:,} steps, {metrics['success']:.3f} solved", flush=True)
    cpu = time.process_time() - cpu
    sums = [evaluated(algo) for _ in range(-(-settings["evaluation_episodes"] // CHECKS))]
    solved, episodes = (int(sum(one[name] for one in sums)) for name in ("solved", "episodes"))
    algo.stop()
    share = wilson(solved, episodes)
    return {
        "arm": arm["name"], "seed": seed, "optimum": best, "steps": curve[-1]["steps"],
        "training_seconds": round(trained, 1), "cpu_seconds": round(cpu, 1),
        "seconds": round(time.perf_counter() - began, 1), "load": round(os.getloadavg()[0], 1),
        "solved": solved, "episodes": episodes, "success": share.value, "interval": [share.low, share.high],
        "reached": share.value >= settings["share_of_optimum"] * best, "curve": curve,
    }  # fmt: skip


def table(results: dict[str, Any]) -> str:
    """The runs as Markdown."""
    lines = [
        "| game | optimum | seed | success, 95% interval | of the optimum | steps | CPU, s | training, s | load |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for run in results["runs"]:
        low, high = run["interval"]
        lines.append(
            f"| {run['arm']} | {run['optimum']:.3f} | {run['seed']} | {run['success']:.3f} ({low:.3f}–{high:.3f}) | "
            f"{run['success'] / run['optimum']:.1%} | {run['steps']:,} | {run['cpu_seconds']:.0f} | "
            f"{run['training_seconds']:.0f} | {run['load']:.0f} |"
        )
    ran_on = results["machine"]
    packages = ", ".join(f"{name} {version}" for name, version in ran_on["packages"].items())
    said = f"{ran_on['cores']} cores ({ran_on['architecture']}), {ran_on['threads_of_torch']} thread of PyTorch"
    return "\n".join([*lines, "", f"Machine: {said}, Python {ran_on['python']}, {packages}.", ""])


def draw(results: dict[str, Any], path: Path) -> None:
    """Success of the sampling policy over steps, a panel for each arm."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    arms = list(dict.fromkeys(run["arm"] for run in results["runs"]))
    figure, panels = pyplot.subplots(1, len(arms), figsize=(3.6 * len(arms), 3), sharey=True, squeeze=False)
    for panel, arm in zip(panels[0], arms, strict=True):
        for run in results["runs"]:
            if run["arm"] == arm:
                panel.plot(
                    [row["steps"] / 1_000 for row in run["curve"]], [row["success"] for row in run["curve"]],
                    label=f"seed {run['seed']}",
                )  # fmt: skip
                panel.axhline(run["optimum"], color="grey", linestyle=":", linewidth=1)
        panel.set_title(arm, fontsize=9)
        panel.set_xlabel("thousand steps")
    panels[0][0].set_ylabel("share solved while training")
    panels[0][0].legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def show(results: dict[str, Any]) -> None:
    """Write the table and the figure, and print the table."""
    (HERE / "table.md").write_text(table(results), encoding="utf-8")
    draw(results, HERE / "curves.png")
    print(table(results))


def main() -> None:
    """Train what is asked for; results.json is written after every run."""
    parser = argparse.ArgumentParser(
        prog="python -m experiments.rllib_ppo",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--arm", default="", help="only arms whose name begins so")
    parser.add_argument("--seed", type=int, help="only this seed")
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--show", action="store_true", help="only show what is there")
    chosen = parser.parse_args()
    if chosen.show:
        show(json.loads(chosen.out.read_text(encoding="utf-8")))
        return
    os.environ["OMP_NUM_THREADS"] = "1"
    import ray
    import torch

    torch.set_num_threads(1)
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    settings = json.loads(SETTINGS.read_text(encoding="utf-8"))
    results: dict[str, Any] = {"machine": machine(PACKAGES, threads_of_torch=1), "runs": []}
    if chosen.out.exists():
        results = json.loads(chosen.out.read_text(encoding="utf-8"))
    done = {(run["arm"], run["seed"]) for run in results["runs"]}
    place = {arm["name"]: number for number, arm in enumerate(settings["arms"])}
    arms = [arm for arm in settings["arms"] if arm["name"].startswith(chosen.arm)]
    optima = [optimum(arm) for arm in arms]
    for seed in settings["seeds"] if chosen.seed is None else [chosen.seed]:
        for arm, best in zip(arms, optima, strict=True):
            if (arm["name"], seed) in done:
                continue
            run = train(arm, settings, seed, best)
            results["runs"].append(run)
            results["runs"].sort(key=lambda each: (place.get(each["arm"], len(place)), each["seed"]))
            chosen.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
            said = f"{run['success']:.3f} of {best:.3f}, {run['steps']} steps, {run['training_seconds']} s"
            print(f"{arm['name']}, seed {seed}: {said}", flush=True)
    if chosen.out == RESULTS:
        show(results)


if __name__ == "__main__":
    main()
