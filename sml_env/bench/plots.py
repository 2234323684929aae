"""Pictures of a benchmark's curves. The one module that needs matplotlib; it draws without a display.

The same episodes give the same bytes with the same release of matplotlib: no dates, no random ids, no user's settings.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from io import BytesIO
from math import ceil
from textwrap import wrap
from typing import Any, Final

from sml_env.bench.curves import KINDS, AgentCurves, CellCurves, Curves
from sml_env.bench.looks import MAX_AGENTS, styles_of
from sml_env.bench.verify import one_line
from sml_env.errors import ConfigurationError, MissingExtraError
from sml_env.estimates import Estimate

try:
    import matplotlib
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch, Rectangle
    from matplotlib.ticker import MaxNLocator
except ImportError as error:
    raise MissingExtraError('plot: drawing needs the extra: pip install "sml_env[plot]"') from error

__all__ = ["MAX_CELLS", "draw"]

MAX_CELLS: Final = 24
"""More panels of one kind than these cannot be read."""

_TITLES: Final = {"entropy": "Belief entropy", "turns": "Turns taken", "success": "Success"}
_INK, _SOFT, _GRID = "#222222", "#666666", "#e4e4e4"
_MAX_COLUMNS: Final = 4
_MAX_BINS: Final = 40
_MARKED_TURNS: Final = 12
_CROWD: Final = 5
_WIDTH, _MARK = 1.6, 4.6
_MAX_PIXELS: Final = 2**16
_BAR: Final = 0.8
_TALLEST: Final = 0.66
"""What the tallest bar fills of its row; a number stands above it."""
_CAPTION_POINTS: Final = 7.5

# All inches.
_MARGIN: Final = 0.14
_TITLE_LINE: Final = 0.3
_LEGEND_LINE: Final = 0.19
_CAPTION_LINE: Final = 0.15
_CAPTION_CHARACTER: Final = 0.053

_SETTINGS: Final[dict[Any, Any]] = {
    "axes.edgecolor": "#999999",
    "axes.labelcolor": _INK,
    "axes.labelsize": 9.0,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 9.5,
    "font.size": 9.0,
    "hatch.linewidth": 0.6,
    "legend.fontsize": 8.5,
    "pdf.fonttype": 42,
    "svg.hashsalt": "sml_env",
    "text.color": _INK,
    "text.parse_math": False,
    "xtick.color": _INK,
    "xtick.labelsize": 8.0,
    "ytick.color": _INK,
    "ytick.labelsize": 8.0,
}
_METADATA: Final[dict[str, dict[str, str | None]]] = {
    "png": {"Software": None},
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
}


def draw(curves: Curves, kinds: Sequence[str] = KINDS, *, form: str, title: str = "", dpi: int = 150) -> bytes:
    """A picture, as the bytes of a file.

    A known agent looks the same in every picture, whoever else is in it.

    Args:
        curves: What is shown.
        kinds: Of `KINDS`: one of them, or all.
        form: ``"png"``, ``"svg"`` or ``"pdf"``.
        title: Above it, if anything.
        dpi: Pixels an inch.

    Raises:
        ConfigurationError: If there are more than `MAX_AGENTS` agents or `MAX_CELLS` cells, the picture would have more
            pixels than can be, or there is no such form.
    """
    if form not in _METADATA:
        raise ConfigurationError(f"form: {form!r} is none of {', '.join(_METADATA)}")
    if len(curves.agents) > MAX_AGENTS:
        raise ConfigurationError(f"agents: {len(curves.agents)} are too many to tell apart; name {MAX_AGENTS} or fewer")
    if len(curves.cells) > MAX_CELLS:
        raise ConfigurationError(
            f"asymmetry: {len(curves.cells)} pairs with a teacher are over {MAX_CELLS} panels; name fewer"
        )
    with warnings.catch_warnings(), matplotlib.rc_context():
        # A name in a script that the font lacks is drawn as boxes.
        warnings.filterwarnings("ignore", message=".*[Gg]lyph.*")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_SETTINGS)
        picture = BytesIO()
        figure = _Sheet(curves, tuple(kinds), title).figure
        if form == "png" and max(figure.get_size_inches()) * dpi >= _MAX_PIXELS:
            raise ConfigurationError(f"dpi: {dpi} makes a picture of over {_MAX_PIXELS:,} pixels; choose less")
        figure.savefig(picture, format=form, dpi=dpi, metadata=_METADATA[form])
    return picture.getvalue()


def _hollow(colour: str, box: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)) -> Rectangle:
    """A hatched bar from its left, bottom, width and height."""
    return Rectangle(box[:2], box[2], box[3], facecolor="white", edgecolor=colour, hatch="//////", lw=0.8)


def _label(text: str, most: int = 32) -> str:
    shown = one_line(text).strip()
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"


def _grid(kinds: Sequence[str], cells: Sequence[CellCurves]) -> list[list[tuple[str, CellCurves]]]:
    """Panels by row: a kind never changes both along its row and along its column."""
    if len(kinds) == 1:
        rows = ceil(len(cells) / _MAX_COLUMNS)
        width = ceil(len(cells) / rows)
        return [[(kinds[0], cell) for cell in cells[start : start + width]] for start in range(0, len(cells), width)]
    if 1 < len(cells) <= _MAX_COLUMNS:
        return [[(kind, cell) for cell in cells] for kind in kinds]
    return [[(kind, cell) for kind in kinds] for cell in cells]


class _Sheet:
    """One figure: a title, a legend, panels, and a caption.

    Args:
        curves: What is shown.
        kinds: Of panels.
        title: Above it, if anything.
    """

    def __init__(self, curves: Curves, kinds: tuple[str, ...], title: str) -> None:
        self.curves = curves
        self.kinds = kinds
        self.styles = styles_of(curves.agents)
        self.top = max(
            (point.high or point.value or 0.0 for agent in self._agents() for point in agent.entropy), default=0.0
        )
        self.tallest = max(max(map(sum, zip(*self._bars(agent), strict=True))) for agent in self._agents())
        self.grid = _grid(kinds, curves.cells)
        columns, rows = len(self.grid[0]), len(self.grid)
        single = rows == columns == 1
        width = max(6.4, columns * (3.5 if columns < _MAX_COLUMNS else 3.05) + 0.7)
        tall = 3.6 if single else 2.8 if rows == 1 else 2.25
        bars = max(tall, 0.42 * len(curves.agents) + 0.4)
        heights = [bars if any(kind == "turns" for kind, _ in row) else tall for row in self.grid]
        caption = wrap(self._caption(), int((width - 2 * _MARGIN) / _CAPTION_CHARACTER))
        titles = wrap(one_line(title), int(width * 9))
        header = _MARGIN + len(titles) * _TITLE_LINE
        footer = _MARGIN + len(caption) * _CAPTION_LINE
        # The legend's lines are known once it is laid out.
        probe = Figure(figsize=(width, 4.0))
        header += self._legend(probe, _MARGIN / width, 1.0) * _LEGEND_LINE
        height = header + sum(heights) + 0.3 * rows + footer
        self.figure = Figure(figsize=(width, height))
        self.figure.set_layout_engine(
            "constrained",
            rect=(0.0, footer / height, 1.0, 1.0 - (header + footer) / height),
            w_pad=_MARGIN / 2,
            h_pad=_MARGIN / 2,
        )
        self._text(titles, 1.0 - _MARGIN / height, 12.0, "top", _INK)
        self._legend(self.figure, _MARGIN / width, 1.0 - (_MARGIN * 0.6 + len(titles) * _TITLE_LINE) / height)
        self._text(caption, _MARGIN / height, _CAPTION_POINTS, "bottom", _SOFT)
        panels = self.figure.subplots(rows, columns, squeeze=False, gridspec_kw={"height_ratios": heights})
        for row in range(rows):
            for column in range(columns):
                if column < len(self.grid[row]):
                    self._panel(panels[row][column], row, column)
                else:
                    panels[row][column].remove()

    def _agents(self) -> list[AgentCurves]:
        return [agent for cell in self.curves.cells for agent in cell.agents]

    def _is_row_a_cell(self) -> bool:
        return len({id(cell) for _, cell in self.grid[0]}) == 1

    def _text(self, lines: Sequence[str], y: float, size: float, align: str, colour: str) -> None:
        x = _MARGIN / self.figure.get_figwidth()
        if lines:
            text = self.figure.text(x, y, "\n".join(lines), fontsize=size, va=align, color=colour, linespacing=1.25)
            text.set_in_layout(False)

    def _caption(self) -> str:
        sizes = {agent.episodes for agent in self._agents()}
        cells = self.curves.cells
        count = f"{min(sizes):,}" if len(sizes) == 1 else f"{min(sizes):,} to {max(sizes):,}"
        parts = [f"{count} episode{'s' * (count != '1')} an agent" + (" in each panel" * (len(cells) > 1)) + "."]
        if len(cells) == 1 and len(self.kinds) > 1:
            parts = [f"{_cell_name(cells[0])}, {parts[0]}"]
        if set(self.kinds) - {"turns"}:
            parts.append("Bands are 95% confidence intervals.")
        if "entropy" in self.kinds:
            parts.append("An episode that has ended keeps its last entropy: 0 if it was solved.")
            opened = sum(agent.open_episodes for agent in self._agents())
            if opened:
                parts.append(f"Episodes without a belief entropy (open problems), left out of it: {opened:,}.")
        if "success" in self.kinds and any(cell.hedging is None for cell in cells):
            parts.append("Open problems have no hedging floor.")
        failed = sum(agent.failed_episodes for agent in self._agents())
        if failed:
            parts.append(f"Episodes in which the agent or the teacher failed, counted as they ended: {failed:,}.")
        return " ".join(parts)

    def _legend(self, figure: Figure, x: float, y: float) -> int:
        """Put the legend there, in as few lines as its width allows; how many those are."""
        handles: list[Line2D | Patch] = []
        names: list[str] = []
        if self.kinds != ("turns",):  # whose rows are named
            names += [_label(name) for name in self.styles]
            handles += [
                Line2D([], [], color=style.colour, ls=style.line, marker=style.marker, lw=_WIDTH, ms=_MARK, mew=0.0)
                for style in self.styles.values()
            ]
        if "turns" in self.kinds:
            names += ["solved", "unsolved"]
            handles += [Patch(facecolor="#8a8a8a", edgecolor="#8a8a8a"), _hollow("#8a8a8a")]
        if "success" in self.kinds and any(cell.hedging is not None for cell in self.curves.cells):
            names.append("hedging floor")
            handles.append(Line2D([], [], color=_INK, ls=":", lw=1.1))
        room = figure.get_figwidth() * figure.dpi * (1.0 - 2 * x)
        for rows in range(1, len(handles) + 1):
            columns = ceil(len(handles) / rows)
            # Legends are filled by column, and read by row.
            order = [index for column in range(columns) for index in range(column, len(handles), columns)]
            legend = figure.legend(
                [handles[index] for index in order], ["x"] * len(order), loc="upper left", bbox_to_anchor=(x, y),
                ncols=columns, frameon=False, borderaxespad=0.0, borderpad=0.0, handlelength=2.6, columnspacing=1.4,
            )  # fmt: skip
            # Set afterwards, since a label that begins with an underscore would be left out.
            for text, index in zip(legend.get_texts(), order, strict=True):
                text.set_text(names[index])
            legend.set_in_layout(False)
            if columns == 1 or legend.get_window_extent().width <= room:
                break
            legend.remove()
        return ceil(len(handles) / columns)

    def _panel(self, axes: Axes, row: int, column: int) -> None:
        kind, cell = self.grid[row][column]
        below = row + 1 < len(self.grid) and column < len(self.grid[row + 1]) and self.grid[row + 1][column][0] == kind
        leftmost = column == 0 or self.grid[row][column - 1][0] != kind
        if len(self.kinds) > 1 and len(self.curves.cells) == 1:
            axes.set_title(_TITLES[kind], loc="left")
        elif len(self.kinds) == 1 or (column == 0 if self._is_row_a_cell() else row == 0):
            axes.set_title(_cell_name(cell), loc="left")
        axes.set_axisbelow(True)
        axes.tick_params(length=0.0)
        axes.set_xlim(-0.5, self._bin() * self._bins() - 0.5)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=9, integer=True, min_n_ticks=1))
        {"entropy": self._entropy, "turns": self._turns, "success": self._success}[kind](axes, cell)
        if not leftmost:
            axes.set_ylabel("")
            axes.tick_params(labelleft=False)
        if below:
            axes.set_xlabel("")
            axes.tick_params(labelbottom=False)

    def _entropy(self, axes: Axes, cell: CellCurves) -> None:
        axes.set_xlabel("turns")
        axes.set_ylabel("belief entropy (bits)")
        axes.set_ylim(0.0, 1.05 * self.top or 1.0)
        axes.grid(axis="y", color=_GRID, lw=0.7)
        self._lines(axes, {agent.agent: agent.entropy for agent in cell.agents}, 0, 1.0)
        if not any(agent.entropy for agent in cell.agents):
            axes.text(0.5, 0.5, "open problems:\nno belief entropy", transform=axes.transAxes, ha="center", va="center")

    def _success(self, axes: Axes, cell: CellCurves) -> None:
        axes.set_xlabel("turns")
        axes.set_ylabel("solved within t turns (%)")
        axes.set_ylim(-3.0, 103.0)
        axes.set_yticks([0, 25, 50, 75, 100])
        axes.grid(axis="y", color=_GRID, lw=0.7)
        if cell.hedging is not None:
            axes.axhline(100.0 * cell.hedging, color=_INK, ls=":", lw=1.1, zorder=1.5)
        self._lines(axes, {agent.agent: agent.success for agent in cell.agents}, 1, 100.0)

    def _lines(self, axes: Axes, curves: Mapping[str, tuple[Estimate, ...]], start: int, scale: float) -> None:
        """Curves with their bands, from a first turn on; agents with the same curve take turns in marking it."""
        twins: dict[tuple[Estimate, ...], list[str]] = {}
        for name, points in curves.items():
            if points:
                twins.setdefault(points, []).append(name)
        faint = 0.14 if len(curves) <= _CROWD else 0.08
        for points, names in twins.items():
            turns = list(range(start, start + len(points)))
            values = [scale * (point.value or 0.0) for point in points]
            lows = [v if point.low is None else scale * point.low for v, point in zip(values, points, strict=True)]
            highs = [v if point.high is None else scale * point.high for v, point in zip(values, points, strict=True)]
            colour = self.styles[names[0]].colour
            axes.fill_between(turns, lows, highs, color=colour, alpha=faint, lw=0)
            if len(turns) == 1:
                axes.vlines(turns, lows, highs, color=colour, alpha=0.5, lw=_WIDTH)
            stride = ceil(len(turns) / len(names) / _MARKED_TURNS)
            for order, name in enumerate(names):
                style = self.styles[name]
                (line,) = axes.plot(
                    turns, values, color=style.colour, ls=style.line, lw=_WIDTH, marker=style.marker, ms=_MARK, mew=0.0,
                    markevery=(order * stride, len(names) * stride), zorder=3.0 + sum(style.dashes[1::2]) / 10,
                )  # fmt: skip
                line.set_clip_on(False)
                line.set_in_layout(False)

    def _bars(self, agent: AgentCurves) -> tuple[list[float], list[float]]:
        """Shares of the episodes that were solved, and that were not, by turns taken, a bin each."""
        width = self._bin()
        solved, unsolved = [0] * self._bins(), [0] * self._bins()
        for bars, counts in ((solved, agent.solved), (unsolved, agent.unsolved)):
            for turns, count in counts.items():
                bars[turns // width] += count
        return [count / agent.episodes for count in solved], [count / agent.episodes for count in unsolved]

    def _bin(self) -> int:
        """How many numbers of turns a bar stands for."""
        return ceil((self.curves.horizon + 1) / _MAX_BINS)

    def _bins(self) -> int:
        return self.curves.horizon // self._bin() + 1

    def _turns(self, axes: Axes, cell: CellCurves) -> None:
        width = self._bin()
        names = self.curves.agents
        axes.set_xlabel("turns" if width == 1 else f"turns (bars of {width})")
        axes.set_ylabel("share of episodes")
        axes.set_ylim(-0.05, len(names))
        bottoms = {name: float(row) for row, name in enumerate(reversed(names))}
        axes.set_yticks([bottom + _TALLEST / 2 for bottom in bottoms.values()], [_label(name, 16) for name in bottoms])
        axes.spines["bottom"].set_visible(False)
        for bottom in bottoms.values():
            axes.axhline(bottom, color="#b5b5b5", lw=0.7, zorder=0.5)
        for agent in cell.agents:
            colour, base = self.styles[agent.agent].colour, bottoms[agent.agent]
            solved, unsolved = self._bars(agent)
            unit = _TALLEST / self.tallest
            centres = [width * index + (width - 1) / 2 for index in range(len(solved))]
            for centre, low, high in zip(centres, solved, unsolved, strict=True):
                if low:
                    axes.bar(centre, unit * low, _BAR * width, base, color=colour, edgecolor=colour, lw=0.8)
                if high:
                    left, bottom = centre - _BAR * width / 2, base + unit * low
                    axes.add_patch(_hollow(colour, (left, bottom, _BAR * width, unit * high)))
            heights = list(map(sum, zip(solved, unsolved, strict=True)))
            most = max(heights)
            axes.text(
                centres[heights.index(most)], base + unit * most + 0.04, f"{100 * most:.0f}%",
                ha="center", va="bottom", fontsize=7.0, color=_SOFT,
            )  # fmt: skip


def _cell_name(cell: CellCurves) -> str:
    return f"{_label(cell.cell.asymmetry, 20)} · {_label(cell.cell.teacher, 20)}"
