"""The summary of files of episodes for a terminal: the tables that a benchmark prints, from what it has written."""

from __future__ import annotations

from rich.console import Group as Lines
from rich.console import RenderableType
from rich.text import Text

from sml_env.bench.plans import Arm, Cell
from sml_env.bench.play import printable
from sml_env.bench.runs import Results
from sml_env.bench.table import LEGEND, WIDE, cell_tables
from sml_env.report.gathering import Gathered

__all__ = ["summary"]


def summary(gathered: Gathered, width: int) -> RenderableType:
    """The tables, one a cell.

    Args:
        gathered: The episodes.
        width: Of the terminal, in columns.
    """
    parts: dict[tuple[str, str, str], tuple[Results, dict[Cell, None], dict[str, None]]] = {}
    for key, group in gathered.groups.items():
        results, cells, agents = parts.setdefault((key.suite, key.env, key.arguments), (Results(), {}, {}))
        cell = Cell(key.asymmetry, key.teacher)
        for episode in group.episodes:
            results.add(Arm(cell, key.agent, key.bracket), episode, 0.0)
        if not key.bracket:
            cells[cell] = None
            agents[key.agent] = None
    shown: list[RenderableType] = []
    for (suite, env, arguments), (results, cells, agents) in parts.items():
        title = " · ".join(text for text in (suite, env, "" if arguments == "{}" else arguments) if text)
        shown.append(Text(printable(f"\n{title or 'episodes'} · {results.count:,} episodes")))
        shown += cell_tables(list(cells), list(agents), results, wide=width >= WIDE)
    return Lines(*shown, Text(f"\n{LEGEND}", style="dim"))
