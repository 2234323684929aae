"""The table that a benchmark prints: a row for each agent, readable at 80 columns."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from sml_env.bench.plans import BRACKETS, NULL, Cell, Plan
from sml_env.bench.play import printable
from sml_env.bench.runs import Results
from sml_env.estimates import NOTHING, Estimate, ratio
from sml_env.evaluation import Summary, summarise
from sml_env.models.naming import names_a_model

__all__ = ["LEGEND", "WIDE", "cell_tables", "report"]

WIDE = 122
"""From this many columns an interval stands beside its number, below it otherwise."""

_NARROW = (7, 7, 9, 9, 7, 6, 6, 5, 7)
_BROAD = (11, 11, 14, 14, 11, 11, 11, 5, 11)

LEGEND = (
    "Mean or share, and its 95% interval. @t: solved within t turns. bits: expected, a question. effic.: expected over "
    "best bits. zero: questions of 0 bits when a better one was to be had. prem.: attempts at an answer of "
    "probability below 1/2 when a question could still have told something. leaks: replies that the guard stopped. "
    "null: solved with a teacher that says nothing. Brackets: what hedging earns (exactly), and agents that act "
    "at random, always attempt the same, only attempt, or are told the answer (full)."
)


def _percent(estimate: Estimate) -> tuple[str, str]:
    if estimate.value is None:
        return "–", ""
    if estimate.low is None or estimate.high is None:
        return f"{100 * estimate.value:.0f}%", ""
    return f"{100 * estimate.value:.0f}%", f"{100 * estimate.low:.0f}–{100 * estimate.high:.0f}"


def _number(estimate: Estimate, digits: int) -> tuple[str, str]:
    if estimate.value is None:
        return "–", ""
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.{digits}f}", ""
    low = max(0.0, estimate.low)
    return f"{estimate.value:.{digits}f}", f"{low:.{digits}f}–{estimate.high:.{digits}f}"


def _signed(estimate: Estimate) -> tuple[str, str]:
    if estimate.value is None:
        return "–", ""
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.2f}", ""
    return f"{estimate.value:.2f}", f"{estimate.low:.2f}…{estimate.high:.2f}"


def _cell(parts: tuple[str, str], wide: bool) -> Text:
    value, interval = parts
    text = Text(value)
    if interval:
        text.append((" " if wide else "\n") + interval, style="dim")
    return text


def _columns(summary: Summary, untaught: Estimate) -> list[tuple[str, str]]:
    horizon = len(summary.success_at)
    half = max(1, horizon // 2)
    return [
        _percent(summary.success_at[half - 1]),
        _percent(summary.success_at[-1]),
        _number(summary.turns, 1),
        _number(summary.bits_per_question, 2),
        _percent(summary.efficiency),
        _percent(summary.zero_bit_share),
        _percent(summary.premature_share),
        (str(summary.leaks_stopped), ""),
        _percent(untaught),
    ]


def _short(name: str) -> str:
    """A model's name without its settings and its address, which the first line of the report has in full."""
    name = printable(name)
    if not names_a_model(name):
        return name
    engine, _, rest = name.partition(":")
    model = rest.partition("?")[0]
    model = model.rpartition("@")[0] or model if engine == "openai" else model
    return f"{engine}:{model.rstrip('/').rpartition('/')[2]}"


def _brackets(cell: Cell, results: Results, agents: Sequence[str]) -> str:
    """What the brackets of a cell earn, for its title."""
    said = []
    for name in BRACKETS:
        episodes = results.episodes.get((cell, name))
        if episodes and name not in agents:
            value, interval = _percent(summarise(episodes).success)
            said.append(f"{'full' if name == 'informed' else name} {value}{f' ({interval})' if interval else ''}")
    return ", ".join(said)


def _group(cell: Cell, rows: Sequence[tuple[str, Summary, Estimate]], brackets: str, wide: bool) -> RenderableType:
    horizon = max(len(summary.success_at) for _, summary, _ in rows)
    title = Text(f"\n{printable(cell.asymmetry)}", style="bold")
    title.append(f" · {_short(cell.teacher)}", style="not bold")
    hedging = [summary.hedging for _, summary, _ in rows]
    if all(bracket is not None for bracket in hedging):
        title.append(f" · hedging earns {100 * (hedging[0] or 0.0):.0f}%", style="not bold")
    else:
        title.append(" · open problems: no hedging bracket", style="not bold")
    if brackets:
        title.append(f"\nbrackets: {brackets}", style="not bold dim")
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("agent", min_width=13 if wide else 8, no_wrap=True)
    heads = (f"@{max(1, horizon // 2)}", f"@{horizon}", "turns", "bits", "effic.", "zero", "prem.", "leaks", "null")
    for head, narrow, broad in zip(heads, _NARROW, _BROAD, strict=True):
        table.add_column(head, justify="right", no_wrap=True, min_width=broad if wide else narrow)
    for name, summary, untaught in rows:
        table.add_row(
            Text(_short(name) if wide else _short(name).replace("-", "-\n").replace(":", ":\n")),
            *(_cell(parts, wide) for parts in _columns(summary, untaught)),
        )
    return Group(title, table)


def _meters(console: Console, run: Plan, results: Results) -> None:
    """What each meter says: its mean a unit, and how often it could say nothing."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    for head in ("meter", "asymmetry", "teacher", "agent"):
        table.add_column(head, overflow="fold")
    for head in ("bits", "per", "of", "silent"):
        table.add_column(head, justify="left" if head == "per" else "right", no_wrap=True)
    failures: dict[str, int] = {}
    names_of = dict.fromkeys(name for all_of in results.episodes.values() for each in all_of for name in each.meters)
    for meter in names_of:
        for (cell, agent), episodes in results.episodes.items():
            accounts = [episode.meters[meter] for episode in episodes]
            known = [account for account in accounts if account["bits"] is not None]
            mean = ratio([account["bits"] for account in known], [account["count"] for account in known])
            names = (Text(name) for name in (meter, cell.asymmetry, _short(cell.teacher), _short(agent)))
            counts = (f"{sum(account['count'] for account in known):,}", f"{len(accounts) - len(known):,}")
            table.add_row(*names, _cell(_signed(mean), wide=True), accounts[0]["unit"], *counts)
            for account in accounts:
                if reason := account.get("failure"):
                    failures[f"{meter}: {reason}"] = failures.get(f"{meter}: {reason}", 0) + 1
    console.print(Group(Text("\nmeters", style="bold"), table))
    for reason, count in failures.items():
        console.print(Text(f"{count} episodes not measured by {printable(reason)}", style="red"))


def cell_tables(cells: Sequence[Cell], agents: Sequence[str], results: Results, wide: bool) -> list[RenderableType]:
    """A table for each cell in which somebody has played.

    Args:
        cells: Those that are compared.
        agents: Likewise.
        results: The episodes, brackets among them.
        wide: Whether an interval stands beside its number.
    """
    tables = []
    for cell in cells:
        rows = []
        for agent in agents:
            episodes = results.episodes.get((cell, agent))
            if episodes:
                untaught = results.episodes.get((Cell(cell.asymmetry, NULL), agent))
                rows.append((agent, summarise(episodes), summarise(untaught).success if untaught else NOTHING))
        if rows:
            tables.append(_group(cell, rows, _brackets(cell, results, agents), wide))
    return tables


def report(console: Console, run: Plan, results: Results, last: bool = True) -> None:
    """Print what a run has produced, whole or not.

    Args:
        console: Where to.
        run: The plan.
        results: The episodes so far.
        last: Whether the legend follows.
    """
    wide = console.width >= WIDE
    counts = {len(episodes) for episodes in results.episodes.values()}
    each = str(min(counts)) if len(counts) == 1 else f"{min(counts)} to {max(counts)}"
    suite = f"{run.suite} · " if run.suite else ""
    console.print(Text(f"\n{suite}{run.lessons.env_id} · {each} episodes an agent · seed {run.seed}".lstrip("\n")))
    named = dict.fromkeys([*(cell.teacher for cell in run.cells), *run.agents])
    for name in named:
        if _short(name) != name:
            console.print(Text(f"{_short(name)} is {name}", style="dim"))
    for table in cell_tables(run.cells, run.agents, results, wide):
        console.print(table)
    if run.meters:
        _meters(console, run, results)
    if last:
        console.print(Text(f"\n{LEGEND}", style="dim"))
    for (cell, agent), episodes in results.episodes.items():
        for failure, count in summarise(episodes).failures.items():
            console.print(
                Text(
                    f"{count} of {len(episodes)} episodes failed ({cell.asymmetry}, {cell.teacher}, {agent}): "
                    f"{printable(failure)}"
                ),
                style="red",
            )
        if unscored := summarise(episodes).unscored:
            console.print(
                Text(f"{unscored} of {len(episodes)} count nowhere above: not the student failed", style="red")
            )
