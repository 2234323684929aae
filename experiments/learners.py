"""The learner that all experiments share, made from its settings."""

from __future__ import annotations

import torch
from sb3_contrib import MaskablePPO

from experiments.arms import Learner
from sml_env.integrations.sb3 import LessonVecEnv

__all__ = ["learner_of"]


def learner_of(learner: Learner, lessons: LessonVecEnv, seed: int) -> MaskablePPO:
    """MaskablePPO on some lessons, on one thread."""
    torch.set_num_threads(1)
    torch.distributions.Distribution.set_default_validate_args(False)
    layers = list(learner.hidden)
    return MaskablePPO(
        "MlpPolicy",
        lessons,
        n_steps=learner.rollout,
        batch_size=learner.minibatch,
        n_epochs=learner.epochs,
        learning_rate=learner.learning_rate,
        gamma=learner.gamma,
        gae_lambda=learner.gae_lambda,
        ent_coef=learner.entropy,
        policy_kwargs={"net_arch": {"pi": layers, "vf": layers}},
        seed=seed,
        device="cpu",
    )
