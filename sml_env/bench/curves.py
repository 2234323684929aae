"""What is plotted over episodes: belief entropy and success by turn, and how many turns were taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from sml_env.bench.plans import Cell
from sml_env.errors import ConfigurationError
from sml_env.estimates import Estimate, ratio, wilson
from sml_env.evaluation import Episode

__all__ = ["KINDS", "AgentCurves", "CellCurves", "Curves", "curves_of"]

KINDS: Final = ("entropy", "turns", "success")
"""What can be plotted."""


@dataclass(frozen=True, slots=True)
class AgentCurves:
    """One agent in one cell.

    Attributes:
        agent: Its name.
        episodes: How many.
        open_episodes: Those without a belief entropy: open problems. They are not in ``entropy``.
        failed_episodes: Those in which the agent or the teacher failed.
        entropy: Mean belief entropy in bits after t turns, for t = 0, 1, …; empty if all episodes are open. An episode
            that has ended keeps its last entropy, which is 0 if it was solved.
        success: Share solved within t turns, for t = 1, 2, …
        solved: Solved episodes by turns taken.
        unsolved: The others by turns taken.
    """

    agent: str
    episodes: int
    open_episodes: int
    failed_episodes: int
    entropy: tuple[Estimate, ...]
    success: tuple[Estimate, ...]
    solved: Counter[int]
    unsolved: Counter[int]


@dataclass(frozen=True, slots=True)
class CellCurves:
    """One asymmetry with one teacher.

    Attributes:
        cell: Which.
        agents: Those with episodes in it.
        hedging: Mean of the episodes' hedging brackets; ``None`` if one of them is open.
    """

    cell: Cell
    agents: tuple[AgentCurves, ...]
    hedging: float | None


@dataclass(frozen=True, slots=True)
class Curves:
    """What is plotted.

    Attributes:
        cells: In order.
        agents: Names of all, in order.
        horizon: The most turns that an episode took, at least 1; curves go up to it.
    """

    cells: tuple[CellCurves, ...]
    agents: tuple[str, ...]
    horizon: int

    @property
    def episodes(self) -> int:
        """Episodes in all."""
        return sum(agent.episodes for cell in self.cells for agent in cell.agents)


def curves_of(
    episodes: Sequence[Episode], agents: Sequence[str] | None = None, asymmetries: Sequence[str] | None = None
) -> Curves:
    """Curves of some episodes.

    Args:
        episodes: At least one; those that are there as brackets of others are left out.
        agents: The only ones wanted, in this order; otherwise all, as they come.
        asymmetries: Likewise.

    Raises:
        ConfigurationError: If a name is in no episode, nothing is left, or an episode is there twice.
    """
    episodes = [episode for episode in episodes if episode.origin is None or not episode.origin.bracket]
    names = _chosen("agents", agents, [episode.agent for episode in episodes])
    wanted = _chosen("asymmetry", asymmetries, [episode.asymmetry for episode in episodes])
    kept = [episode for episode in episodes if episode.agent in names and episode.asymmetry in wanted]
    if not kept:
        raise ConfigurationError("agents: no episode has one of these agents under one of these asymmetries")
    _refuse_twins(kept)
    horizon = max(1, *(episode.turns for episode in kept))
    groups: dict[Cell, dict[str, list[Episode]]] = {}
    for episode in sorted(kept, key=lambda episode: wanted.index(episode.asymmetry)):
        group = groups.setdefault(Cell(episode.asymmetry, _teacher(episode)), {})
        group.setdefault(episode.agent, []).append(episode)
    cells = tuple(
        CellCurves(
            cell,
            tuple(_agent(name, group[name], horizon) for name in names if name in group),
            _hedging([episode for played in group.values() for episode in played]),
        )
        for cell, group in groups.items()
    )
    present = {curves.agent for cell in cells for curves in cell.agents}
    return Curves(cells, tuple(name for name in names if name in present), horizon)


def _chosen(option: str, wanted: Sequence[str] | None, found: Sequence[str]) -> list[str]:
    known = list(dict.fromkeys(found))
    for name in wanted or ():
        if name not in known:
            raise ConfigurationError(f"{option}: {name!r} is in no episode; there are {', '.join(known[:20])}")
    return known if wanted is None else list(wanted)


def _teacher(episode: Episode) -> str:
    """With its arguments, where the file has them."""
    return episode.teacher if episode.origin is None else episode.origin.teacher


def _refuse_twins(episodes: Sequence[Episode]) -> None:
    """Refuse what would count one episode twice, or mix teachers that differ only in their arguments."""
    seen = set()
    for episode in episodes:
        key = (episode.agent, episode.asymmetry, _teacher(episode), episode.seed, episode.problem_id)
        if key in seen:
            raise ConfigurationError(
                f"runs: {episode.agent} under {episode.asymmetry}, {episode.teacher} has the episode with seed "
                f"{episode.seed} twice; name each file once, and plot runs that differ in settings one by one"
            )
        seen.add(key)


def _agent(name: str, episodes: Sequence[Episode], horizon: int) -> AgentCurves:
    size = len(episodes)
    paths = [path for path in map(_entropies, episodes) if path]
    solved = Counter(episode.turns for episode in episodes if episode.success)
    entropy, success, within = [], [], 0
    for turn in range(horizon + 1):
        if paths:
            mean = ratio([path[min(turn, len(path) - 1)] for path in paths], [1.0] * len(paths))
            entropy.append(mean if mean.low is None else replace(mean, low=max(0.0, mean.low)))
        within += solved[turn]
        if turn:
            success.append(wilson(within, size))
    return AgentCurves(
        agent=name,
        episodes=size,
        open_episodes=size - len(paths),
        failed_episodes=sum(bool(episode.failure) for episode in episodes),
        entropy=tuple(entropy),
        success=tuple(success),
        solved=solved,
        unsolved=Counter(episode.turns for episode in episodes if not episode.success),
    )


def _entropies(episode: Episode) -> list[float]:
    """Belief entropy before the first turn and after each; empty if it is not known throughout."""
    path = [episode.prior_entropy_bits, *(record.belief_entropy_bits for record in episode.records)]
    known = [value for value in path if value is not None]
    if len(known) < len(path):
        return []
    if episode.success:
        known[-1] = 0.0
    return known


def _hedging(episodes: Sequence[Episode]) -> float | None:
    brackets = [episode.hedging for episode in episodes if episode.hedging is not None]
    return sum(brackets) / len(episodes) if len(brackets) == len(episodes) else None
