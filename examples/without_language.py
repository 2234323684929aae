"""How do I train without language? A vector of discrete lessons, and a policy that reads the belief alone."""

import gymnasium as gym
import numpy as np

import sml_env  # noqa: F401  (registers the environments)

SIZE = 64
envs = gym.make_vec("sml_env/TwentyQuestionsDiscrete-v0", num_envs=256, config={"size": SIZE})
observations, info = envs.reset(seed=0)
attempt = envs.single_action_space.n - 1
solved = ended = 0
asked = bits = 0.0
for _ in range(40):
    belief = observations[:, :SIZE]
    below = np.cumsum(belief, axis=1)[:, :-1]
    halving = np.abs(below - 0.5).argmin(axis=1)
    sure = belief.max(axis=1) >= 0.5
    observations, rewards, terminated, truncated, info = envs.step(np.where(sure, attempt, halving))
    questions = info["_expected_bits"] & ~sure
    asked += questions.sum()
    bits += info["expected_bits"][questions].sum()
    solved += int((terminated & info["success"]).sum())
    ended += int(terminated.sum())
print(f"{ended} episodes, {solved / ended:.0%} solved, {bits / asked:.3f} bits a question")
