"""Whether a built site can be read without a network: no page asks for a script, style, font or image elsewhere."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

_LOADING: Final = ("src", "srcset", "data", "poster", "background")
_ELSEWHERE = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
_STYLE = re.compile(r"""(?:url\(\s*|@import\s+)["']?\s*((?:https?:)?//[^"')\s]+)""", re.IGNORECASE)
_SCRIPT = re.compile(
    r"""(?:\bfetch\(|\bimport\(|\bimportScripts\(|\.src\s*=)\s*["'`]((?:https?:)?//[^"'`]+)""", re.IGNORECASE
)


class _Loads(HTMLParser):
    """Collects what a page loads from elsewhere; what it merely links to does not count."""

    def __init__(self) -> None:
        super().__init__()
        self.remote: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at the attributes that make a browser fetch something."""
        self._inside = tag
        for name, value in attrs:
            loads = name in _LOADING or (tag in ("link", "image", "use") and name in ("href", "xlink:href"))
            canonical = ("rel", "canonical") in attrs
            if loads and not canonical and value and _ELSEWHERE.match(value):
                self.remote.append(value)
            if name == "style" and value:
                self.remote += _STYLE.findall(value)

    def handle_endtag(self, tag: str) -> None:
        """What comes next is inside no style or script."""
        self._inside = ""

    def handle_data(self, data: str) -> None:
        """Look into styles and scripts; code that a page shows is neither."""
        if self._inside == "style":
            self.remote += _STYLE.findall(data)
        elif self._inside == "script":
            self.remote += _SCRIPT.findall(data)


def remote_loads(site: Path) -> Iterator[tuple[Path, str]]:
    """Each file of a site with an address elsewhere that reading it would load."""
    for file in sorted(site.rglob("*")):
        if file.suffix not in (".html", ".css", ".js", ".svg"):
            continue
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".css":
            found = _STYLE.findall(text)
        elif file.suffix == ".js":
            found = _SCRIPT.findall(text)
        else:
            parser = _Loads()
            parser.feed(text)
            found = parser.remote
        yield from ((file, address) for address in found)


def main(site: Path) -> str | None:
    """Say what is loaded from elsewhere, or ``None`` if nothing is."""
    pages = len(list(site.rglob("*.html")))
    if not pages:
        return f"{site} has no pages: build it first with make docs"
    found = [f"{file.relative_to(site)} loads {address}" for file, address in remote_loads(site)]
    if found:
        return "\n".join(found)
    print(f"{site}: {pages} pages, nothing from elsewhere")
    return None


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
