"""The table: success with intervals over seeds, the differences that the claim is about, and each game by itself."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from experiments.across_domains.results import ARMS, Results
from experiments.across_domains.settings import Settings
from experiments.intervals import interval

__all__ = ["table_of"]


def table_of(results: Results, settings: Settings) -> str:
    """The table in Markdown; intervals are Student's over seeds, at 95%."""
    lines = ["# Learning to learn across domains", ""]
    for learned, unseen in settings.directions:
        lines += _direction(results, settings, learned, unseen)
    return "\n".join(lines)


def _direction(results: Results, settings: Settings, learned: str, unseen: str) -> list[str]:
    games, known = settings.games_of(unseen), settings.learned_of(learned)
    lines = [f"## Learned from {learned}, measured on {unseen}", ""]
    rows = []
    for arm in ARMS:
        each = [results.success(learned, arm, some).values() for some in (games, known)]
        rows.append([*arm, *(_words(values, share=True) for values in each)])
    rows.append(["hedging (exact)", "any", *(f"{results.bracket('hedging', some):.3f}" for some in (games, known))])
    for kind, name in (("random", "random actions"), ("greedy", "greedy information")):
        rows.append([name, "informed", *(f"{results.bracket(kind, some):.3f}" for some in (games, known))])
    lines += _rows(["learned with", "measured with", f"{unseen}, never seen", f"{learned}, new lessons"], rows)

    informed = results.success(learned, ARMS[0], games)
    rows = []
    for arm in ARMS[1:]:
        other = results.success(learned, arm, games)
        rows.append([f"{arm[0]}, {arm[1]}", _words(informed[seed] - other[seed] for seed in informed if seed in other)])
    lines += _rows(["informed with informed, less", f"difference on {unseen}, never seen"], rows)

    rows = []
    for game in games:
        arms = [results.earned(learned, arm, [game]).values() for arm in (ARMS[0], ARMS[3], ARMS[4])]
        success = [_mean(earned.success for row in arm for earned in row) for arm in arms]
        asked = _mean(earned.asked for row in arms[0] for earned in row)
        brackets = [f"{results.bracket(kind, [game]):.3f}" for kind in ("hedging", "greedy")]
        rows.append([game.name, *success, *brackets, asked])
    return lines + _rows(["game", "informed", "null", "gibberish", "hedging", "greedy", "questions, informed"], rows)


def _rows(head: list[str], rows: list[list[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [*(f"| {' | '.join(row)} |" for row in lines), ""]


def _mean(values: Iterable[float]) -> str:
    found = list(values)
    return f"{np.mean(found):.3f}" if found else ""


def _words(values: Iterable[float], *, share: bool = False) -> str:
    found = list(values)
    if not found:
        return ""
    about = interval(found, share=share)
    return f"{about.mean:.3f} [{about.low:.3f}, {about.high:.3f}]"
