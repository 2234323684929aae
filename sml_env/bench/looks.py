"""How agents look in a picture: told apart in colour, by the colour-blind, and in grey."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

__all__ = ["MAX_AGENTS", "Style", "styles_of"]


@dataclass(frozen=True, slots=True)
class Style:
    """How an agent looks, in colour and without.

    Attributes:
        colour: As a hexadecimal triple.
        dashes: Lengths of strokes and gaps in widths of the line; empty for a solid one.
        marker: As matplotlib names it.
    """

    colour: str
    dashes: tuple[float, ...]
    marker: str

    @property
    def line(self) -> str | tuple[float, tuple[float, ...]]:
        """The dashes as matplotlib takes them."""
        return (0.0, self.dashes) if self.dashes else "-"


_SOLID: Final = ()
_DASHED, _DOTTED = (5.0, 1.6), (1.4, 1.3)
_DASH_DOT, _LONG = (6.0, 1.5, 1.4, 1.5), (9.0, 2.0)

# Colours of Okabe and Ito, then of Tol's muted scheme, both safe for the colour-blind.
_KNOWN: Final = {
    "greedy": Style("#0072b2", _SOLID, "o"),
    "scripted": Style("#009e73", _DASHED, "s"),
    "hedge": Style("#d55e00", _DASH_DOT, "^"),
    "random": Style("#7a7a7a", _DOTTED, "D"),
    "constant": Style("#222222", _LONG, "v"),
    "greedy-binary": Style("#56b4e9", _DASHED, "P"),
    "first": Style("#cc79a7", _SOLID, "X"),
    "middle": Style("#e69f00", _LONG, "<"),
    "nearest": Style("#882255", _DASH_DOT, ">"),
    "likeliest": Style("#999933", _DASHED, "h"),
}
_SPARE: Final = (Style("#332288", _SOLID, "p"), Style("#44aa99", _LONG, "*"))
_FOR_OTHERS: Final = ("first", "middle", "nearest", "likeliest", "greedy-binary", "constant", "scripted", "hedge")

MAX_AGENTS: Final = len(_KNOWN) + len(_SPARE)
"""More agents than these cannot be told apart."""


def styles_of(agents: Iterable[str]) -> dict[str, Style]:
    """A look for each agent, no two alike; the baselines of this library always have theirs, solvers take spare ones.

    Args:
        agents: Names, at most `MAX_AGENTS`.
    """
    names = list(agents)
    found = {name: _KNOWN[name] for name in names if name in _KNOWN}
    spare = [*_SPARE, *(_KNOWN[name] for name in (*_FOR_OTHERS, *_KNOWN) if name not in names)]
    free = iter(dict.fromkeys(spare))
    return {name: found.get(name) or next(free) for name in names}
