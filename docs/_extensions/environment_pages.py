"""A page for each registered environment, made from its docstring, and their index, written before the build."""

from __future__ import annotations

import re
from collections.abc import Iterator
from inspect import getdoc
from pathlib import Path
from typing import Any, Final

import gymnasium as gym
from sphinx.application import Sphinx

import sml_env  # noqa: F401  registers the environments
from sml_env.registration import ROWS, Row
from sml_env.teachers import ASYMMETRIES

_PLACE: Final = "environments"
_WIDTH_OF_ID: Final = len("sml_env/")
_VOICE: Final = re.compile(r"^\| (``\w+``)[^|]*" + r"\|([^|\n]*)" * len(ASYMMETRIES) + r"\|$", re.MULTILINE)
"""A row of a docstring's table of voices."""


def setup(app: Sphinx) -> dict[str, Any]:
    """Write the pages once the builder is known."""
    app.connect("builder-inited", lambda app: write_pages(Path(app.srcdir) / _PLACE))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def write_pages(folder: Path) -> None:
    """Write a page a row and ``index.md``; pages that have not changed are left alone, stale ones removed."""
    pages = {f"{_name(row)}.md": _page(row) for row in ROWS}
    pages["index.md"] = _index()
    folder.mkdir(exist_ok=True)
    for stale in folder.glob("*.md"):
        if stale.name not in pages:
            stale.unlink()
    for name, text in pages.items():
        page = folder / name
        if not page.is_file() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")


def _name(row: Row) -> str:
    return row.id[_WIDTH_OF_ID:]


def _docstring(row: Row) -> str:
    described = getdoc(gym.envs.registration.load_env_creator(row.entry_point))
    if not described:
        raise ValueError(f"{row.entry_point} has no docstring")
    return described


def _summary(row: Row) -> str:
    return " ".join(_docstring(row).split("\n\n")[0].split())


def _page(row: Row) -> str:
    module, _, name = row.entry_point.partition(":")
    other = row.id.replace("Discrete-v0", "-v0") if row.discrete else row.id.replace("-v0", "Discrete-v0")
    facts = [f"| id | `{row.id}` |", f"| class | `{module}.{name}` |"]
    if any(other == known.id for known in ROWS):
        facts.append(f"| the same game {'in words' if row.discrete else 'by number'} | {_link(other)} |")
    if row.kwargs:
        facts.append(f"| defaults of the id | `{row.kwargs}` |")
    make = f'```python\nenv = gym.make("{row.id}")\n```'
    return "\n".join((f"# {_name(row)}", "", "| | |", "|---|---|", *facts, "", make, "", _docstring(row), ""))


def _link(id_: str) -> str:
    return f"[`{id_[_WIDTH_OF_ID:]}`]({id_[_WIDTH_OF_ID:]}.md)"


def _index() -> str:
    rows = [f"| {_link(row.id)} | {'by number' if row.discrete else 'in words'} | {_summary(row)} |" for row in ROWS]
    return "\n".join((
        "# Environments",
        "",
        "Made from the registry and the docstrings of the classes; `sml_env.testing.check_env` checks each of them.",
        "",
        "| id, after `sml_env/` | actions | |",
        "|---|---|---|",
        *rows,
        "",
        "## Who speaks, and what the teacher holds",
        "",
        "The values of `asymmetry` that make sense with each voice; a teacher of your own goes with all of them.",
        "",
        *_voices(),
        "",
        "```{toctree}",
        ":hidden:",
        "",
        *map(_name, ROWS),
        "```",
        "",
    ))  # fmt: skip


def _voices() -> Iterator[str]:
    """A table of what each environment's docstring says of its voices."""
    yield from ("| environment | voice: asymmetries |", "|---|---|")
    for row in ROWS:
        pairs = []
        for voice, *cells in _VOICE.findall(_docstring(row)):
            held = [name for name, cell in zip(ASYMMETRIES, cells, strict=True) if cell.strip() == "yes"]
            if held:
                pairs.append(f"{voice}: {', '.join(held)}")
        yield f"| {_link(row.id)} | {'; '.join(pairs)} |"
