"""The data card: what a folder of conversation data holds, how it was made, and what the leak audit found."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from sml_env.data.generation import Made, rows_of
from sml_env.data.writing import PRIVATE

__all__ = ["card_of"]


def card_of(made: Made, *, name: str, command: str, splits: Sequence[str], form: str) -> str:
    """The text of ``README.md``, whose head tells Hugging Face's ``load_dataset`` which files are which split.

    Args:
        made: What was made; at least one dialogue.
        name: Of the folder.
        command: That makes it again.
        splits: Those that have rows.
        form: Of the files that are loaded: ``"parquet"`` or ``"jsonl"``.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    templates = Environment(
        loader=PackageLoader("sml_env", "data"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    try:
        ours = version("sml_env")
    except PackageNotFoundError:
        ours = "(not installed)"
    return templates.get_template("card.md.jinja").render(
        made=made, name=name, command=command, splits=splits, form=form, groups=list(rows_of(made)), version=ours,
        private=PRIVATE,
    )  # fmt: skip
