"""What messages and pages say of extras and adapters is so: the extras are in setup.cfg, the modules exist."""

from __future__ import annotations

import ast
import configparser
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = [path for folder in ("sml_env", "envs", "verifiers") for path in sorted((ROOT / folder).rglob("*.py"))]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
INSTALLED = re.compile(r"\bsml[-_]env\[([\w, -]+)\]")
ADAPTER = re.compile(r"\bsml_env\.integrations\.(\w+)")


def extras() -> set[str]:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return set(config["options.extras_require"])


def named(text: str) -> set[str]:
    """The extras that a text says to install."""
    return {extra.strip() for found in INSTALLED.findall(text) for extra in found.split(",")}


def messages(source: str) -> list[str]:
    """What each MissingExtraError of a module may say: its constant parts, joined."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "MissingExtraError":
            parts = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
            found.append("".join(str(part) for part in parts))
    return found


def required(source: str) -> set[str]:
    """The extras of the requirements that a module states."""
    return {
        ast.literal_eval(keyword.value)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Requirement"
        for keyword in node.keywords
        if keyword.arg == "extra"
    }


def test_extras_that_a_module_names_are_in_setup_cfg() -> None:
    known = extras()
    texts = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in SOURCES}
    unknown = {name: more for name, text in texts.items() if (more := (named(text) | required(text)) - known)}
    assert not unknown, "add these to [options.extras_require] of setup.cfg"


def test_every_message_of_a_missing_extra_names_one() -> None:
    silent = [
        f"{path.relative_to(ROOT)}: {message}"
        for path in SOURCES
        if path.name != "requirements.py"
        for message in messages(path.read_text(encoding="utf-8"))
        if not named(message)
    ]
    assert not silent


@pytest.mark.parametrize("path", [*PAGES, *EXAMPLES], ids=lambda path: path.name)
def test_extras_and_adapters_that_a_page_names_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert named(text) <= extras()
    modules = set(ADAPTER.findall(text))
    assert modules <= {module.stem for module in (ROOT / "sml_env" / "integrations").glob("*.py")}


def test_every_adapter_is_named_on_a_page() -> None:
    told = set(ADAPTER.findall("\n".join(page.read_text(encoding="utf-8") for page in PAGES)))
    adapters = {
        path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "sml_env" / "integrations").glob("*.py")
    }
    parts = {name for text in adapters.values() for name in ADAPTER.findall(text)}
    assert set(adapters) - parts - {"__init__", "inspect_log"} <= told, "inspect_log is behind `sml-env export`"


# -- that these tests can fail -----------------------------------------------------------------------------------------


def test_what_is_named_is_found() -> None:
    source = 'raise MissingExtraError(f"x: needs {what}: pip install \\"sml-env[no-such]\\"")'
    assert [named(message) for message in messages(source)] == [{"no-such"}]
    assert named('pip install "sml_env[skyrl, plot]"') == {"skyrl", "plot"}
    assert required('with Requirement("p", extra="none", low="1", high="2"): ...') == {"none"}
    assert ADAPTER.findall("`sml_env.integrations.no_such`") == ["no_such"]
