"""The discrete environment: a closed problem asked about by number, for agents without language."""

from __future__ import annotations

from collections.abc import Mapping
from operator import index
from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from sml_env.core import chosen_problem
from sml_env.episodes import Episodes
from sml_env.errors import ConfigurationError, ResetNeeded
from sml_env.information import FloatArray
from sml_env.problems import Family
from sml_env.rewards import REWARD_TERMS
from sml_env.rules import Rules
from sml_env.teachers import Teacher

__all__ = ["METER", "DiscreteEnv", "observation_space"]

METER = "ideal_listener"

Observation = npt.NDArray[np.float32]


def observation_space(episodes: Episodes) -> spaces.Box:
    """The space of one episode's observations."""
    low, high = episodes.observer.bounds
    return spaces.Box(low, high, episodes.observer.shape, np.float32)


class DiscreteEnv(gym.Env[npt.NDArray[Any], np.int64]):
    """One episode after another, a batch of one; environments pass their family and common arguments here.

    Args:
        family: Source of closed problems.
        asymmetry: What the teacher holds.
        teacher: A voice with a law, by name or as a mapping with its arguments.
        max_turns: Turn budget: a number, a pair from which each episode draws, ``None`` for the family's.
        max_attempts: Attempts that are judged; ``None`` for as many as turns.
        shaping: ``"potential"``, ``"bonus"`` or ``"none"``.
        gamma: The learner's discount.
        rules: Further fields of ``Rules``.
        attempts: ``"map"``: one action attempts the most likely candidate; ``"each"``: one action a candidate.
        observation: ``"belief"``, ``"history"`` or ``"per_action"``.
        render_mode: ``"ansi"``, ``"human"`` or ``None``.

    Raises:
        ConfigurationError: If an argument, or a pair of them, makes no sense.
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi", "human"], "render_fps": 4}

    def __init__(
        self,
        family: Family,
        *,
        asymmetry: str = "answer",
        teacher: str | Mapping[str, Any] | Teacher = "oracle",
        max_turns: int | tuple[int, int] | None = None,
        max_attempts: int | None = None,
        shaping: str = "potential",
        gamma: float = 1.0,
        rules: Mapping[str, Any] | None = None,
        attempts: str = "map",
        observation: str = "belief",
        render_mode: str | None = None,
    ) -> None:
        if render_mode is not None and render_mode not in self.metadata["render_modes"]:
            raise ConfigurationError(f"render_mode: {render_mode!r} is none of {self.metadata['render_modes']}")
        self._arguments: dict[str, Any] = {
            "asymmetry": asymmetry, "teacher": teacher, "max_turns": max_turns, "max_attempts": max_attempts,
            "shaping": shaping, "gamma": gamma, "rules": rules, "attempts": attempts, "observation": observation,
        }  # fmt: skip
        self._family = family
        self._episodes = Episodes(family, 1, **self._arguments)
        self._playing = False
        self._said: list[str] = []
        self.render_mode = render_mode
        self.action_space = spaces.Discrete(self._episodes.actions)
        self.observation_space = observation_space(self._episodes)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin an episode on a problem drawn from the family; the same as the text environment's for a seed.

        Args:
            seed: Of ``np_random``, which draws everything.
            options: ``{"problem_id": …}`` chooses the problem.

        Raises:
            ConfigurationError: If an option is unknown or there is no such problem.
        """
        super().reset(seed=seed)
        chosen = chosen_problem(options)
        self._episodes.begin(np.zeros(1, dtype=np.int64), [self.np_random], chosen)
        self._playing = True
        self._said = []
        info = {
            "problem_id": str(self._episodes.ids[0]),
            "belief_entropy_bits": float(self._episodes.game.beliefs.entropy[0]),
            "turns_left": int(self._episodes.game.turns_left[0]),
            "action_mask": self.action_masks(),
        }
        self._rendered()
        return self._episodes.observe()[0], info

    def step(self, action: np.int64 | int) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Ask or attempt by number; a number that is not a legal action costs the turn and is worth 0 bits.

        Raises:
            ResetNeeded: Before the first reset or after the end.
        """
        if not self._playing:
            raise ResetNeeded("reset the environment before the first step, and after the end of an episode")
        number = _number(action)
        if self.render_mode is not None:
            self._said.append(self._episodes.words(0, number) or f"(no legal action: {number})")
        played = self._episodes.play(np.array([number]))
        terminated = bool(played.terminated[0])
        self._playing = not terminated
        best = self._episodes.best_before
        info: dict[str, Any] = {
            "query_kind": str(self._episodes.kinds(played)[0]),
            "expected_bits": float(played.expected[0]),
            "realised_bits": float(played.realised[0]),
            "verdict_bits": float(played.verdict[0]),
            "expected_verdict_bits": float(played.expected_verdict[0]),
            "best_bits": None if best is None else max(float(best[0]), float(played.expected[0])),
            "belief_entropy_bits": float(played.entropy[0]),
            "meter": METER,
            "reward_terms": {name: float(played.terms[name][0]) for name in REWARD_TERMS},
            "turns_left": int(self._episodes.game.turns_left[0]),
            "success": bool(played.correct[0]),
            "action_mask": self.action_masks(),
        }
        if terminated:
            info["leaks_stopped"] = 0
            info |= self._episodes.account(0) or {}
        self._rendered()
        return self._episodes.observe()[0], float(played.rewards[0]), terminated, False, info

    def action_masks(self) -> npt.NDArray[np.int8]:
        """Which actions are legal now, shape ``(A,)``: 1 or 0. An illegal one gets a reply at 0 bits."""
        return np.array(self._episodes.masks()[0])

    def utterance(self, action: int) -> str:
        """An action as a student would say it now in the text environment; empty for one that is not legal."""
        self._require_episode()
        return self._episodes.words(0, _number(action))

    @property
    def actions(self) -> int:
        """How many actions there are."""
        return self._episodes.actions

    @property
    def belief(self) -> FloatArray:
        """The ideal listener's posterior over the candidates, shape ``(N,)``, a copy."""
        return np.array(self._episodes.game.beliefs.dense()[0])

    @property
    def family(self) -> Family:
        """The source of problems."""
        return self._family

    @property
    def rules(self) -> Rules:
        """The rules, with the largest turn budget."""
        return self._episodes.rules

    def privileged(self) -> dict[str, Any]:
        """The private side of the current episode, for asymmetric critics and evaluators; never for the agent.

        Returns:
            ``answer`` (text), ``hypothesis`` (index) and ``belief``.
        """
        self._require_episode()
        solution = self._episodes.problem(0).secret.reveal()
        truth = int(self._episodes.game.truth[0])
        return {"answer": solution.answer, "hypothesis": truth, "belief": self.belief}

    def render(self) -> str | None:
        """What was asked so far, as text (``"ansi"``) or printed (``"human"``)."""
        if self.render_mode is None or not str(self._episodes.ids[0]):
            return None
        text = "\n".join([self._episodes.statement(0), *(f"student: {words}" for words in self._said)])
        if self.render_mode == "human":
            print(text)
            return None
        return text

    def _rendered(self) -> None:
        if self.render_mode == "human":
            self.render()

    def _require_episode(self) -> None:
        if not str(self._episodes.ids[0]):
            raise ResetNeeded("reset the environment first")

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the episode, which is private: an unpickled environment must be reset."""
        state = dict(self.__dict__)
        state["_episodes"], state["_playing"], state["_said"] = None, False, []
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._episodes = Episodes(self._family, 1, **self._arguments)


def _number(action: object) -> int:
    """An action as a number; -1 for what is none: truth values, fractions and texts, as in the vector."""
    if isinstance(action, bool):
        return -1
    try:
        number = index(action)  # type: ignore[arg-type]
    except TypeError:
        return -1
    return number if -(2**31) < number < 2**31 else -1
