"""The rest of the pages in the contents: one that is added to docs/ is found without being listed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from sphinx.application import Sphinx

_PLACE: Final = "(every other page)"
_NAMED = re.compile(r"^[\w/]+$", re.MULTILINE)


def setup(app: Sphinx) -> dict[str, Any]:
    """Fill the place in the index, which is read at every build for that."""
    app.connect("source-read", _fill)
    app.connect("env-get-outdated", lambda *_: [app.config.root_doc])
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _fill(app: Sphinx, name: str, source: list[str]) -> None:
    if name == app.config.root_doc:
        named = {name, *_NAMED.findall(source[0])}
        others = sorted(page.stem for page in Path(app.srcdir).glob("*.md") if page.stem not in named)
        source[0] = source[0].replace(_PLACE, "\n".join(others))
