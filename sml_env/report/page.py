"""The page of a report: one HTML file that needs no network, and asks for none."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from sml_env.bench.looks import MAX_AGENTS, styles_of

__all__ = ["page"]


def page(told: Mapping[str, Any]) -> str:
    """The file's text. Whatever episodes hold stands in it as data, and is shown as text.

    Args:
        told: As ``payload`` gives it.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    script = _part("page.js")
    templates = Environment(loader=PackageLoader("sml_env", "report"), undefined=StrictUndefined, autoescape=True)
    agents = list(dict.fromkeys(group["agent"] for group in told["groups"]))
    looks = {
        name: {"colour": style.colour, "dashes": list(style.dashes)}
        for name, style in styles_of(agents[:MAX_AGENTS]).items()
    }
    return templates.get_template("page.html.jinja").render(
        title=told["title"],
        style=_part("page.css"),
        script=script,
        digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        data=_as_data({**told, "looks": looks}),
    )


def _part(name: str) -> str:
    return files("sml_env.report").joinpath(name).read_text(encoding="utf-8")


def _as_data(value: Mapping[str, Any]) -> str:
    """JSON in which nothing can end a script element."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
