"""How do I train with RLlib? PPO on twenty questions, with success and bits beside the return.

Needs the extra: pip install "sml_env[rllib]".
"""

from __future__ import annotations

from ray.rllib.algorithms.ppo import PPOConfig

from sml_env.integrations.rllib import lessons

ITERATIONS = 30


def main() -> None:
    """Train until the game is solved, then play greedily."""
    config = PPOConfig().training(
        gamma=1.0, lr=1e-3, train_batch_size_per_learner=4096, minibatch_size=512, num_epochs=8, entropy_coeff=0.01
    )
    config = lessons(config, "sml_env/TwentyQuestionsDiscrete-v0", masked=True, max_turns=5, config={"size": 16})
    config.env_runners(num_env_runners=0, num_envs_per_env_runner=64)
    config.rl_module(model_config={"fcnet_hiddens": [64, 64], "fcnet_activation": "relu"})
    config.evaluation(evaluation_duration=500, evaluation_config={"explore": False})
    algorithm = config.debugging(seed=0, log_level="ERROR").build_algo()
    for iteration in range(1, ITERATIONS + 1):
        told = algorithm.train()["env_runners"]
        lesson = told["sml_env"]
        print(
            f"{iteration:2}  return {told['episode_return_mean']:.2f}  success {lesson['success']:.2f}  "
            f"{lesson['bits_per_question']:.2f} bits a question, {lesson['zero_bit_share']:.0%} of them for nothing"
        )
        if lesson["success"] >= 0.95:
            break
    greedy = algorithm.evaluate()["env_runners"]["sml_env"]
    print(f"greedily: {greedy['success']:.2f} solved in {greedy['turns_per_episode']:.1f} turns")
    algorithm.stop()


if __name__ == "__main__":
    main()
