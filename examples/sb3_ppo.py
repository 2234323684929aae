"""How do I train with Stable-Baselines3? MaskablePPO learns to ask and then to answer, in seconds on one core."""

from __future__ import annotations

import numpy as np
from sb3_contrib import MaskablePPO

from sml_env.integrations.sb3 import LessonMetrics, make_lessons

GAME = {"max_turns": 4, "config": {"size": 8, "moduli": []}, "shaping": "none"}


def main() -> None:
    """Train, then play greedily and say what the episodes came to."""
    lessons = make_lessons("sml_env/TwentyQuestionsDiscrete-v0", num_envs=128, **GAME)
    metrics = LessonMetrics()
    model = MaskablePPO(
        "MlpPolicy",
        lessons,
        n_steps=8,
        batch_size=512,
        n_epochs=6,
        learning_rate=5e-3,
        gamma=1.0,
        ent_coef=0.01,
        seed=0,
        device="cpu",
    )
    model.learn(50_000, callback=metrics)
    for steps, told in metrics.history[:: max(1, len(metrics.history) // 6)]:
        print(f"{steps:7,} steps: success {told['success']:.2f}, {told['bits_per_question']:.2f} bits a question")

    solved: list[bool] = []
    lessons.seed(1)
    observations = lessons.reset()
    while len(solved) < 1_000:
        masks = np.stack(lessons.env_method("action_masks"))
        actions, _ = model.predict(observations, action_masks=masks, deterministic=True)
        observations, _, dones, infos = lessons.step(actions)
        solved += [infos[row]["is_success"] for row in np.flatnonzero(dones)]
    print(f"greedy: {np.mean(solved):.0%} of {len(solved)} lessons solved; guessing alone solves 50%")


if __name__ == "__main__":
    main()
