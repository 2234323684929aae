"""Paired differences: two agents, or one agent in two runs, on the same problems with the same seeds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import comb
from statistics import NormalDist
from typing import Final

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sml_env.bench.play import printable
from sml_env.errors import ConfigurationError
from sml_env.estimates import CONFIDENCE, NOTHING, Estimate
from sml_env.evaluation import Episode

__all__ = ["Compared", "Pairing", "compared", "comparison_table", "difference", "sign_test"]

_Group = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Pairing:
    """One cell in which both sides have played.

    Attributes:
        env: Id; empty where the file does not say.
        asymmetry: What the teacher held.
        teacher: Who spoke.
        agents: Of the first and of the second side.
        pairs: Episodes of both.
        differences: By metric, second minus first.
        only_first: Pairs that the first side alone has solved.
        only_second: That the second side alone has.
        p_value: Of those two counts, were both sides alike: the exact two-sided sign test (McNemar).
    """

    env: str
    asymmetry: str
    teacher: str
    agents: tuple[str, str]
    pairs: int
    differences: Mapping[str, tuple[float | None, float | None, Estimate]]
    only_first: int
    only_second: int
    p_value: float


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison.

    Attributes:
        pairings: Cell by cell.
        notes: What was left out, for a person.
    """

    pairings: tuple[Pairing, ...]
    notes: tuple[str, ...]


def sign_test(first: int, second: int) -> float:
    """The two-sided exact probability of a split at least as uneven as first : second, were it a fair coin's."""
    total = first + second
    tail = sum(comb(total, count) for count in range(min(first, second) + 1)) / 2**total
    return float(min(1.0, 2.0 * tail))


def difference(
    first: Sequence[tuple[float, float]], second: Sequence[tuple[float, float]], confidence: float = CONFIDENCE
) -> tuple[float | None, float | None, Estimate]:
    """Two ratios of sums over the same episodes, and the second minus the first with a normal interval.

    Args:
        first: Numerator and denominator, one pair an episode; shape ``(n, 2)``.
        second: Likewise, of the other side.
        confidence: Of the interval, from the variance of the paired residuals (Cochran, *Sampling Techniques*, 6.3).
    """
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    totals = [float(side[:, 1].sum()) if len(side) else 0.0 for side in (a, b)]
    ratios = [float(side[:, 0].sum()) / total if total else None for side, total in zip((a, b), totals, strict=True)]
    if ratios[0] is None or ratios[1] is None:
        return ratios[0], ratios[1], NOTHING
    size, value = len(a), ratios[1] - ratios[0]
    if size == 1:
        return ratios[0], ratios[1], Estimate(value, None, None, 1)
    residuals = (b[:, 0] - ratios[1] * b[:, 1]) * size / totals[1] - (a[:, 0] - ratios[0] * a[:, 1]) * size / totals[0]
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * float(np.sqrt(np.square(residuals).sum() / (size - 1) / size))
    return ratios[0], ratios[1], Estimate(value, value - half, value + half, size)


def _questions(episode: Episode) -> tuple[float, float]:
    bits = [
        record.expected_bits
        for record in episode.records
        if record.query_kind not in ("attempt", "malformed") and record.expected_bits is not None
    ]
    return float(sum(bits)), float(len(bits))


METRICS: Final[Mapping[str, Callable[[Episode], tuple[float, float]]]] = {
    "success": lambda episode: (float(episode.success), 1.0),
    "turns": lambda episode: (float(episode.turns), 1.0),
    "return": lambda episode: (episode.episode_return, 1.0),
    "bits a question": _questions,
}
"""What is compared: numerator and denominator of each episode."""


def _cell(episode: Episode) -> _Group:
    origin = episode.origin
    if origin is None:
        return "", "", episode.asymmetry, episode.teacher
    return origin.env, json.dumps(origin.arguments, sort_keys=True), episode.asymmetry, origin.teacher


def _agent(episode: Episode) -> str:
    return episode.agent if episode.origin is None else episode.origin.student


def _chosen(
    first: Sequence[Episode], second: Sequence[Episode], agent: str | None, other: str | None
) -> list[tuple[str, str]]:
    """Which agent of the one side goes with which of the other."""
    sides = []
    for name, episodes, wanted in (("A", first, agent), ("B", second, other)):
        present = list(dict.fromkeys(_agent(each) for each in episodes))
        if wanted is not None and wanted not in present:
            raise ConfigurationError(f"agent: {wanted!r} is none of {name}'s: {', '.join(present)}")
        compared = list(
            dict.fromkeys(_agent(each) for each in episodes if each.origin is None or not each.origin.bracket)
        )
        sides.append([wanted] if wanted is not None else compared)
    if agent is None and other is None:
        both = [name for name in sides[0] if name in sides[1]]
        if both:
            return [(name, name) for name in both]
    if len(sides[0]) == len(sides[1]) == 1:
        return [(sides[0][0], sides[1][0])]
    raise ConfigurationError(
        f"agent: A has {', '.join(sides[0])} and B has {', '.join(sides[1])}: name one of each with --agent and --with"
    )


def compared(
    first: Sequence[Episode], second: Sequence[Episode], agent: str | None = None, other: str | None = None
) -> Compared:
    """The paired differences of two sets of episodes, cell by cell.

    Args:
        first: One side.
        second: The other.
        agent: Of the first side; ``None`` for those that both have, or the only one.
        other: Of the second side, likewise.

    Raises:
        ConfigurationError: If it is not clear which agents to compare, or no episodes are pairs.
    """
    pairings, notes = [], []
    for names in _chosen(first, second, agent, other):
        sides: list[dict[tuple[_Group, int, str], Episode]] = []
        for label, name, episodes in zip("AB", names, (first, second), strict=True):
            found: dict[tuple[_Group, int, str], Episode] = {}
            unscored = repeated = 0
            for each in episodes:
                if _agent(each) != name:
                    continue
                key = (_cell(each), each.seed, each.problem_id)
                unscored += not each.scored
                repeated += key in found
                if each.scored:
                    found.setdefault(key, each)
            if unscored:
                notes.append(f"{label}: {unscored} episodes of {name} left out: not the student failed")
            if repeated:
                notes.append(f"{label}: {repeated} episodes of {name} left out: they are there twice")
            sides.append(found)
        common = [key for key in sides[0] if key in sides[1]]
        for label, side in zip("AB", sides, strict=True):
            if lonely := len(side) - len(common):
                notes.append(f"{label}: {lonely} episodes of {names[0 if label == 'A' else 1]} have no pair")
        for cell in dict.fromkeys(key[0] for key in common):
            keys = [key for key in common if key[0] == cell]
            pairings.append(_pairing(cell, names, [sides[0][key] for key in keys], [sides[1][key] for key in keys]))
    if not pairings:
        raise ConfigurationError(
            "pairs: A and B have no episodes on the same problems with the same seeds; run both with the same --suite, "
            "or the same --env, --seed and settings"
        )
    return Compared(tuple(pairings), tuple(notes))


def _pairing(cell: _Group, agents: tuple[str, str], first: Sequence[Episode], second: Sequence[Episode]) -> Pairing:
    env, _, asymmetry, teacher = cell
    solved = [(one.success, two.success) for one, two in zip(first, second, strict=True)]
    only_first, only_second = solved.count((True, False)), solved.count((False, True))
    return Pairing(
        env,
        asymmetry,
        teacher,
        agents,
        len(solved),
        {
            name: difference([measured(each) for each in first], [measured(each) for each in second])
            for name, measured in METRICS.items()
        },
        only_first,
        only_second,
        sign_test(only_first, only_second),
    )


def comparison_table(found: Compared) -> RenderableType:
    """A comparison for a terminal of 80 columns."""
    shown: list[RenderableType] = []
    for each in found.pairings:
        title = Text(printable(f"{each.env or 'episodes'} · {each.asymmetry} · {each.teacher}"), style="bold")
        names = each.agents[0] if each.agents[0] == each.agents[1] else " → ".join(each.agents)
        title.append(printable(f"\n{names}, {each.pairs:,} pairs"), style="not bold")
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
        table.add_column("metric")
        for head in ("A", "B", "B − A", "95% interval"):
            table.add_column(head, justify="right", no_wrap=True)
        for name, (one, two, estimate) in each.differences.items():
            table.add_row(name, *_figures(name, one, two, estimate))
        counts = f"solved by A alone {each.only_first}, by B alone {each.only_second}: sign test p = {each.p_value:.3g}"
        shown += [title, table, Text(f"{counts}\n", style="dim")]
    return Group(*shown)


def _figures(name: str, one: float | None, two: float | None, estimate: Estimate) -> tuple[str, str, str, str]:
    scale, form = (100.0, "{:.1f}%") if name == "success" else (1.0, "{:.3f}")
    signed = form.replace("{:", "{:+")

    def said(value: float | None, how: str) -> str:
        return "–" if value is None else how.format(scale * value)

    interval = "–" if estimate.low is None else f"{said(estimate.low, signed)} … {said(estimate.high, signed)}"
    return said(one, form), said(two, form), said(estimate.value, signed), interval
