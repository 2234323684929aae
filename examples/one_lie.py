"""How many questions does one lie cost? The worst case of the game of Rényi and Ulam, played."""

import gymnasium as gym

import sml_env  # noqa: F401  (registers the environments)
from sml_env.agents import LiarAgent
from sml_env.evaluation import episode_seed
from sml_env.rollouts import rollout
from sml_env.solvers.questions import pelc_questions

for size in (8, 16, 32):
    questions = pelc_questions(size)
    env = gym.make(
        "sml_env/TwentyQuestions-v0",
        teacher={"voice": "lying", "lies": 1, "worst": True},
        config={"size": size, "subsets": True},
        rules={"disguised_attempts": False},
        max_turns=questions + 1,
    )
    episodes = [rollout(env, LiarAgent(), seed=episode_seed(0, index)) for index in range(20)]
    solved = sum(episode.success for episode in episodes)
    print(f"N = {size}: {solved} of 20 found with {questions} questions and an attempt, one of the replies a lie")
