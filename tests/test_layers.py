"""Imports go downward only: the layer table, a walker over every module, and proof that the walker can fail."""

from __future__ import annotations

import ast
import graphlib
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = {"sml_env": ROOT / "sml_env", "sml_env.envs": ROOT / "envs", "sml_env.verifiers": ROOT / "verifiers"}

# A name covers its submodules.
LAYERS = {
    "errors": 0,
    "answers": 1,
    "assertions": 1,
    "arithmetic": 1,
    "forms": 1,
    "information": 1,
    "queries": 1,
    "semantics": 1,
    "stated": 1,
    "streams": 1,
    "tables": 1,
    "coding": 2,
    "verifiers": 1,
    "wording": 1,
    "datasets": 2,
    "closed": 2,
    "config": 1,
    "facts": 2,
    "domains": 2,
    "laws": 1,
    "listener": 2,
    "menu": 2,
    "missing": 3,
    "outcomes": 1,
    "priors": 2,
    "problems": 2,
    "rewards": 2,
    "rules": 2,
    "leaks": 1,
    "models": 2,
    "attempts": 3,
    "counterfactual": 3,
    "guard": 3,
    "meters": 3,
    "model_meters": 4,
    "teachers": 3,
    "dialogue": 4,
    "answering": 4,
    "core": 5,
    "spaces": 5,
    "vector": 5,
    "boards": 4,
    "beliefs": 4,
    "bit_beliefs": 4,
    "list_beliefs": 4,
    "parts": 1,
    "game": 4,
    "episodes": 5,
    "observations": 5,
    "discrete": 5,
    "text_vector": 5,
    "wrappers": 5,
    "envs": 6,
    "registration": 6,
    "agents": 7,
    "estimates": 7,
    "evaluation": 7,
    "rollouts": 7,
    "metering": 7,
    "students": 7,
    "priming": 7,
    "lesson": 7,
    "solvers": 7,
    "testing": 7,
    "__main__": 8,
    "bench": 8,
    "integrations": 8,
    "data": 8,
    "report": 8,
    "serve": 8,
}

# Tighter than the layers: these may import nothing of the package but what is named (and themselves).
ONLY = {
    "sml_env": {"sml_env.errors", "sml_env.registration"},
    "sml_env.verifiers": {"sml_env.errors", "sml_env.verifiers"},
}
# Tighter in the other direction: these never import what is named.
NEVER = {"sml_env.registration": {"sml_env.envs"}}


@dataclass(frozen=True)
class Import:
    """One import of something of the package, or of a top-level folder of the checkout, at a line of a module."""

    importer: str
    imported: str
    line: int

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.imported}"


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def sources() -> dict[str, str]:
    """Source text of every module of the package by its installed name."""
    found = {}
    for package, folder in PACKAGES.items():
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            found[".".join((package, *parts)).removesuffix(".__init__")] = path.read_text(encoding="utf-8")
    return found


def imports(module: str, source: str, modules: set[str]) -> list[Import]:
    """Imports that concern the layers, wherever they stand: in functions and under TYPE_CHECKING too."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level:
            names = ["." * node.level + (node.module or "")]
        elif isinstance(node, ast.ImportFrom):
            submodules = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in modules else node.module or "" for name in submodules]
        else:
            continue
        for name in dict.fromkeys(names):
            if name.startswith(".") or any(within(name, top) for top in ("sml_env", "envs", "verifiers")):
                found.append(Import(module, name, node.lineno))
    return found


def layer(module: str) -> int | None:
    return LAYERS.get(module.removeprefix("sml_env.").split(".")[0])


def fault(edge: Import) -> str | None:
    """What is wrong with one import, or None."""
    importer, imported = edge.importer, edge.imported
    if imported.startswith("."):
        return f"{edge}: a relative import; write the whole name"
    if within(imported, "verifiers") and within(importer, "sml_env.integrations"):
        return None
    if not within(imported, "sml_env"):
        return f"{edge}: that is a second copy of the classes in sml_env.{imported}"
    if imported == "sml_env":
        return f"{edge}: import from the submodule that owns the name"
    for package, allowed in ONLY.items():
        applies = importer == package if package == "sml_env" else within(importer, package)
        if applies and not any(within(imported, name) for name in allowed):
            return f"{edge}: {package} may import only {sorted(allowed)}"
    for package, refused in NEVER.items():
        if within(importer, package) and any(within(imported, name) for name in refused):
            return f"{edge}: {package} names its classes as strings"
    if importer == "sml_env":
        return None
    upper, lower = layer(importer), layer(imported)
    if upper is None or lower is None:
        return f"{edge}: not both in LAYERS"
    if lower > upper:
        return f"{edge}: upward, from layer {upper} to layer {lower}"
    return None


def cycle(edges: list[Import]) -> list[str]:
    """Modules of one import cycle, or an empty list."""
    graph: dict[str, set[str]] = {}
    for edge in edges:
        graph.setdefault(edge.importer, set()).add(edge.imported)
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


@pytest.fixture(scope="module")
def package() -> dict[str, str]:
    return sources()


@pytest.fixture(scope="module")
def edges(package: dict[str, str]) -> list[Import]:
    return [edge for module, source in package.items() for edge in imports(module, source, set(package))]


def test_every_module_has_a_layer(package: dict[str, str]) -> None:
    missing = [module for module in package if module != "sml_env" and layer(module) is None]
    assert not missing, f"add {missing} to LAYERS in tests/test_layers.py, at the layer each belongs to"


def test_imports_go_downward_only(edges: list[Import]) -> None:
    assert edges, "the walker found no import at all"
    assert not [text for edge in edges if (text := fault(edge))]


def test_imports_form_no_cycle(edges: list[Import]) -> None:
    assert not cycle(edges)


MODULES = {
    "sml_env",
    "sml_env.core",
    "sml_env.envs",
    "sml_env.envs.mastermind",
    "sml_env.errors",
    "sml_env.guard",
    "sml_env.information",
    "sml_env.integrations.prime",
    "sml_env.registration",
    "sml_env.teachers",
    "sml_env.teachers.oracle",
    "sml_env.verifiers.base",
}


def faults(module: str, source: str) -> list[str]:
    return [text for edge in imports(module, source, MODULES) if (text := fault(edge))]


@pytest.mark.parametrize(
    ("module", "source", "words"),
    [
        ("sml_env.guard", "import sml_env.core", "upward, from layer 3 to layer 5"),
        ("sml_env.guard", "from sml_env.core import SmlEnv", "upward"),
        ("sml_env.guard", "from sml_env import core", "upward"),
        ("sml_env.guard", "def f():\n    from sml_env.core import SmlEnv", "sml_env.guard:2"),
        ("sml_env.guard", "if TYPE_CHECKING:\n    from sml_env.core import SmlEnv", "upward"),
        ("sml_env.teachers.oracle", "from sml_env.envs.mastermind import Mastermind", "upward"),
        ("sml_env.verifiers.base", "from sml_env.information import posterior", "may import only"),
        ("sml_env.registration", "from sml_env.envs import mastermind", "as strings"),
        ("sml_env", "from sml_env.core import SmlEnv", "may import only"),
        ("sml_env.core", "from sml_env import __version__", "submodule"),
        ("sml_env.core", "from . import guard", "relative"),
        ("sml_env.core", "from .guard import LeakGuard", "relative"),
        ("sml_env.core", "import verifiers", "second copy"),
        ("sml_env.core", "from envs.mastermind import Mastermind", "second copy"),
        ("sml_env.guard", "import sml_env.novelty", "not both in LAYERS"),
    ],
)
def test_the_walker_catches(module: str, source: str, words: str) -> None:
    (text,) = faults(module, source)
    assert words in text


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("sml_env", "from sml_env import registration\nfrom sml_env.errors import SmlError"),
        ("sml_env.core", "import math\nimport numpy as np\nfrom sml_env.guard import LeakGuard"),
        ("sml_env.guard", "from sml_env.teachers.oracle import Oracle"),
        ("sml_env.integrations.prime", "import verifiers"),
        ("sml_env.verifiers.base", "from sml_env.errors import SmlError"),
        ("sml_env.core", "TEXT = 'import sml_env.bench'"),
    ],
)
def test_the_walker_lets_pass(module: str, source: str) -> None:
    assert not faults(module, source)


def test_the_walker_catches_a_cycle_within_a_layer() -> None:
    there = imports("sml_env.guard", "from sml_env.teachers import oracle", MODULES)
    back = imports("sml_env.teachers.oracle", "from sml_env.guard import LeakGuard", MODULES)
    assert not faults("sml_env.guard", "from sml_env.teachers import oracle")
    assert set(cycle(there + back)) == {"sml_env.guard", "sml_env.teachers.oracle"}
    assert not cycle(there)
