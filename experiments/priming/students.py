"""Students of this experiment: a policy that imitates dialogues, and the same policy rewarded."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from sb3_contrib import MaskablePPO

from experiments.arms import Learner
from experiments.games import lessons_of
from experiments.learners import learner_of
from experiments.priming.dialogues import Dialogues
from experiments.priming.measures import Measured, played
from experiments.priming.settings import GAME, TESTED, Cloning

__all__ = ["imitate", "made", "tested"]

_TESTS: Final = 1_000_003


def made(learner: Learner, seed: int) -> MaskablePPO:
    """A learner that has learnt nothing; with a seed always the same."""
    return learner_of(learner, lessons_of(GAME, learner.environments), seed)


def imitate(model: MaskablePPO, dialogues: Dialogues, cloning: Cloning, seed: int) -> list[float]:
    """Make what was done in dialogues likely.

    Returns:
        Mean surprise of the turns in each epoch, in bits.
    """
    policy, rng = model.policy, np.random.default_rng(seed)
    adam = torch.optim.Adam(policy.parameters(), lr=cloning.learning_rate)
    observations, actions = torch.as_tensor(dialogues.observations), torch.as_tensor(dialogues.actions)
    surprise = []
    policy.set_training_mode(True)
    for _ in range(cloning.epochs):
        order = rng.permutation(len(actions))
        total = 0.0
        for first in range(0, len(order), cloning.minibatch):
            rows = order[first : first + cloning.minibatch]
            _, likely, _ = policy.evaluate_actions(
                observations[rows], actions[rows], action_masks=dialogues.masks[rows]
            )
            loss = -likely.mean()
            adam.zero_grad()
            loss.backward()
            adam.step()
            total += float(loss.detach()) * len(rows)
        surprise.append(total / len(order) / float(np.log(2.0)))
    return surprise


def tested(model: MaskablePPO, lessons: int) -> Measured:
    """What a student's lessons about problems that it has not seen come to; its actions are drawn from its policy."""
    torch.manual_seed(_TESTS)

    def act(observations: Any, masks: Any) -> npt.NDArray[np.int64]:
        return np.asarray(model.predict(observations, action_masks=masks)[0])

    return played(TESTED, act, lessons, _TESTS)
