"""The game of two agents as RLlib's MultiAgentEnv: an adapter over the PettingZoo environment, and no rules of its own.

RLlib has no encoder for text. So either both agents have modules that take and return arrays of ``str``, or each has a
list of phrases: it acts by number and observes the characters of what it reads, and RLlib's own modules can be trained.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from sml_env.errors import ConfigurationError
from sml_env.guard import MAX_REPLY_CHARACTERS
from sml_env.integrations.requirements import Requirement
from sml_env.integrations.two_agents import STUDENT, TEACHER, TwoAgents, two_agents
from sml_env.queries import MAX_CHARACTERS

with Requirement("ray[rllib]", extra="rllib", low="2.54", high="3"):
    from ray.rllib.env.multi_agent_env import MultiAgentEnv

__all__ = ["AGENTS", "TwoAgentLessons", "module_of", "rllib_two_agents"]

AGENTS: Final = (STUDENT, TEACHER)
_LONGEST: Final = {STUDENT: MAX_CHARACTERS, TEACHER: MAX_REPLY_CHARACTERS}
_MOST_PHRASES: Final = 10_000
_MOST_CHARACTERS: Final = 65_536
_HIGHEST: Final = 255.0

Side = dict[str, Any]


def module_of(agent_id: str, episode: Any, **_: Any) -> str:
    """Each agent has the module of its own name."""
    return agent_id


class TwoAgentLessons(MultiAgentEnv):  # type: ignore[misc]
    """A lesson between two agents, who speak in turn: who is to speak next is the one that is given an observation.

    The teacher has an observation only while it is asked, and at the end of a lesson in which it was. Its ``info``
    holds its view, and its observation quotes it: map the agents to modules of their own. Rewards are those of the game
    since the agent spoke last.

    Args:
        game: The PettingZoo environment.
        phrases: What each agent may say, by number; ``None`` for text.
        characters: With ``phrases``, how much of what an agent reads it observes, the end of it.

    Raises:
        ConfigurationError: If an argument makes no sense.
    """

    def __init__(
        self, game: TwoAgents, *, phrases: Mapping[str, Sequence[str]] | None = None, characters: int = 256
    ) -> None:
        super().__init__()
        self._game = game
        self._phrases = None if phrases is None else _checked(phrases)
        self._characters = characters
        self.possible_agents = list(AGENTS)
        self.agents = list(AGENTS)
        self.metadata = {"render_modes": list(game.metadata["render_modes"])}
        self.render_mode = game.render_mode
        self.observation_spaces: Side
        self.action_spaces: Side
        if self._phrases is None:
            self.observation_spaces = {agent: game.observation_space(agent) for agent in AGENTS}
            self.action_spaces = {agent: game.action_space(agent) for agent in AGENTS}
        else:
            if (
                isinstance(characters, bool)
                or not isinstance(characters, int)
                or not 1 <= characters <= _MOST_CHARACTERS
            ):
                raise ConfigurationError(f"characters: {characters!r} is no whole number from 1 to {_MOST_CHARACTERS}")
            box = spaces.Box(0.0, 1.0, (characters,), np.float32)
            self.observation_spaces = dict.fromkeys(AGENTS, box)
            self.action_spaces = {agent: spaces.Discrete(len(said)) for agent, said in self._phrases.items()}
        self.observation_space = spaces.Dict(self.observation_spaces)
        self.action_space = spaces.Dict(self.action_spaces)
        self._asked = False

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Side, Side]:
        """Begin a lesson; the student speaks first."""
        self._game.reset(seed=seed, options=options)
        self._asked = False
        return self._sides()

    def step(self, action_dict: Mapping[str, Any]) -> tuple[Side, Side, Side, Side, Side]:
        """The agent whose turn it is says something.

        Raises:
            ConfigurationError: If it is not the one who acts.
        """
        speaker = self._game.agent_selection
        if list(action_dict) != [speaker]:
            raise ConfigurationError(f"action_dict: it is the turn of {speaker!r}, not of {list(action_dict)!r}")
        self._game.step(self._said(speaker, action_dict[speaker]))
        observed, infos = self._sides()
        rewards = {agent: self._game._cumulative_rewards[agent] for agent in observed}
        terminated, truncated = self._game.terminations[STUDENT], self._game.truncations[STUDENT]
        ended = {agent: terminated for agent in observed} | {"__all__": terminated}
        stopped = {agent: truncated for agent in observed} | {"__all__": truncated}
        return observed, rewards, ended, stopped, infos

    def render(self) -> str | None:
        """The public transcript so far."""
        return self._game.render()

    def close(self) -> None:
        """Close the game."""
        self._game.close()

    def _sides(self) -> tuple[Side, Side]:
        """What those who are to be told something now read, and their infos."""
        game = self._game
        self._asked = self._asked or game.agent_selection == TEACHER
        over = game.terminations[STUDENT] or game.truncations[STUDENT]
        told = [agent for agent in AGENTS if agent == STUDENT or self._asked] if over else [game.agent_selection]
        return {agent: self._read(game.observe(agent)) for agent in told}, {agent: game.infos[agent] for agent in told}

    def _said(self, agent: str, action: Any) -> Any:
        if self._phrases is None:
            return str(action) if isinstance(action, str) else action
        return self._phrases[agent][int(action)]

    def _read(self, text: str) -> Any:
        return text if self._phrases is None else _characters(text, self._characters)


def rllib_two_agents(
    env_id: str, *, phrases: Mapping[str, Sequence[str]] | None = None, characters: int = 256, **arguments: Any
) -> TwoAgentLessons:
    """The game of two agents of a text id, for RLlib.

    Args:
        env_id: As in ``gymnasium.make``.
        phrases: What each agent may say, by number; ``None`` for text.
        characters: With ``phrases``, how much of what an agent reads it observes, the end of it.
        **arguments: As of ``two_agents``.

    Raises:
        ConfigurationError: If the id is no text id, or an argument makes no sense.
    """
    return TwoAgentLessons(two_agents(env_id, **arguments), phrases=phrases, characters=characters)


def _characters(text: str, count: int) -> npt.NDArray[np.float32]:
    """The last bytes of a text as shares of the largest, zeros before them."""
    given = text.encode("utf-8", "replace")[-count:]
    codes = np.zeros(count, dtype=np.float32)
    codes[count - len(given) :] = np.frombuffer(given, dtype=np.uint8) / np.float32(_HIGHEST)
    return codes


def _checked(phrases: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    if not isinstance(phrases, Mapping) or set(phrases) != set(AGENTS):
        raise ConfigurationError(f"phrases: a list for each of {', '.join(AGENTS)} is needed, and no other")
    for agent, said in phrases.items():
        bad = isinstance(said, str) or not 1 <= len(said) <= _MOST_PHRASES
        if bad or any(not isinstance(one, str) or len(one) > _LONGEST[agent] for one in said):
            raise ConfigurationError(
                f"phrases: {agent} needs from 1 to {_MOST_PHRASES} texts of up to {_LONGEST[agent]} characters"
            )
    return {agent: tuple(phrases[agent]) for agent in AGENTS}
