"""Dialogues to imitate: held in words by the library's own students and priming, read as actions by number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import gymnasium as gym
import numpy as np
import numpy.typing as npt

import experiments.pool  # noqa: F401  (registers its id)
import sml_env  # noqa: F401  (registers the environments)
from experiments.priming.impatient import ImpatientAgent
from experiments.priming.measures import Measured, Turns
from experiments.priming.settings import GAME, TEXT, Start
from sml_env.discrete import DiscreteEnv
from sml_env.evaluation import episode_seed
from sml_env.priming import PrimedAgent
from sml_env.rollouts import rollout

__all__ = ["Dialogues", "dialogues"]


@dataclass(frozen=True, eq=False)
class Dialogues:
    """The student's turns of some dialogues.

    Attributes:
        observations: What it saw before each, float32, shape ``(T, A, features)``.
        masks: Which actions were legal, shape ``(T, A)``.
        actions: What it did, shape ``(T,)``.
        measured: What the dialogues came to.
    """

    observations: npt.NDArray[np.float32]
    masks: npt.NDArray[np.int8]
    actions: npt.NDArray[np.int64]
    measured: Measured


def dialogues(start: Start, moods: Mapping[str, float], lessons: int, seed: int) -> Dialogues:
    """Hold dialogues, and read them as a student that plays by number sees them.

    Without priming (a base of 0) they are the same dialogues, turn by turn, until a primed one asks in place of a wrong
    attempt.

    Args:
        start: Whose ``base`` and ``first`` are those of the priming.
        moods: Of the impatient student.
        lessons: How many.
        seed: Of the problems, the moods and the priming.
    """
    words = gym.make(TEXT[0], **TEXT[1])
    numbers = cast(DiscreteEnv, gym.make(GAME.env, **GAME.arguments).unwrapped)
    ids = numbers.family.problem_ids() or ()
    agent = PrimedAgent(ImpatientAgent(moods), start.base, start.first)
    observations, masks, actions = [], [], []
    turns = Turns(lessons)
    for lesson in range(lessons):
        drawn = episode_seed(seed, lesson)
        chosen = ids[drawn % len(ids)]
        episode = rollout(words, agent, seed=drawn, problem_id=chosen)
        if episode.failure:
            raise RuntimeError(f"{chosen}: {episode.failure}")
        observation, info = numbers.reset(seed=drawn, options={"problem_id": chosen})
        for record in episode.records:
            mask, entropy = numbers.action_masks(), info["belief_entropy_bits"]
            action = _numbered(numbers, mask, record.utterance)
            observations.append(observation)
            masks.append(mask)
            actions.append(action)
            observation, _, _, _, info = numbers.step(action)
            turns.note(lesson, info["query_kind"], entropy, bool(info["success"]))
    return Dialogues(np.array(observations), np.array(masks), np.array(actions), turns.measured())


def _numbered(env: DiscreteEnv, mask: npt.NDArray[np.int8], utterance: str) -> int:
    """The number of the action that says what a student said."""
    for action in np.flatnonzero(mask).tolist():
        if env.utterance(action) == utterance:
            return int(action)
    raise ValueError(f"utterance: {utterance!r} is none of the legal actions")
