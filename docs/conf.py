"""How the site is built: `make docs`. Nothing is fetched, neither when it is built nor when it is read."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from sphinx.application import Sphinx

import sml_env

sys.path.insert(0, str(Path(__file__).resolve().parent / "_extensions"))

project = "sml_env"
author = "the authors of sml_env"
version = release = sml_env.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "environment_pages",
    "mathml",
    "other_pages",
]
highlight_language = "none"
exclude_patterns = ["_build", "_extensions"]
show_warning_types = True

# A formula is a ```math block, which the pages of a repository show too.
myst_fence_as_directive = ["math"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_default_options = {"members": True}
autodoc_type_aliases = {
    name: name.removeprefix("npt.") for name in ("npt.ArrayLike", "npt.NDArray", "FloatArray", "IntArray", "BoolArray")
}
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True

html_theme = "furo"
html_title = f"sml_env {version}"
html_math_renderer = "mathml"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
html_last_updated_fmt = None


def setup(app: Sphinx) -> None:
    """Show an alias in a union by its name; autodoc shows how it holds it."""
    app.connect("autodoc-process-signature", _named)


def _named(*event: object) -> tuple[str | None, str | None]:
    arguments, result = (
        None if part is None else re.sub(r"TypeAliasForwardRef\('([\w.]+)'\)", r"\1", str(part)) for part in event[-2:]
    )
    return arguments, result
