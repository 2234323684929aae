"""What is installed: the list of packages, their data files and requirements, and what `import sml_env` loads."""

from __future__ import annotations

import ast
import configparser
import fnmatch
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = {"sml_env": "sml_env", "sml_env.envs": "envs", "sml_env.verifiers": "verifiers"}
# Where the name of a module is not that of its distribution.
DISTRIBUTIONS = {
    "flint": "python-flint", "inspect_ai": "inspect-ai", "reasoning_gym": "reasoning-gym", "sb3_contrib": "sb3-contrib",
    "skyrl_gym": "skyrl-gym", "stable_baselines3": "stable-baselines3",
}  # fmt: skip


@pytest.fixture(scope="module")
def config() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def lines(value: str) -> list[str]:
    return [line for line in value.splitlines() if line]


def package_folders() -> dict[str, Path]:
    """Folder of every package on disk, by its installed name: a folder that holds Python files, at any depth."""
    found = {}
    for package, folder in FOLDERS.items():
        for path in {path.parent for path in (ROOT / folder).rglob("*.py")}:
            found[".".join((package, *path.relative_to(ROOT / folder).parts))] = path
    return found


def third_party(statement: str) -> set[str]:
    """Top-level modules outside the standard library that a fresh interpreter holds after the statement."""
    listing = f"{statement}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    command = [sys.executable, "-c", listing]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120).stdout
    return set(printed.split()) - sys.stdlib_module_names


def heavier_than_gymnasium_and_numpy(statement: str) -> set[str]:
    return third_party(statement) - third_party("import gymnasium, numpy") - {"sml_env"}


def imported_modules(path: Path) -> set[str]:
    """Top-level names of all that a file imports, in functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.add(node.module.partition(".")[0])
    return found


def test_listed_packages_are_the_folders_on_disk(config: configparser.ConfigParser) -> None:
    listed = lines(config["options"]["packages"])
    assert sorted(set(listed)) == sorted(listed)
    assert sorted(listed) == sorted(package_folders())


def test_every_package_folder_has_an_init() -> None:
    assert [name for name, folder in package_folders().items() if not (folder / "__init__.py").is_file()] == []


def test_package_dir_points_at_the_folders(config: configparser.ConfigParser) -> None:
    mapping = dict(re.split(r"\s*=\s*", line) for line in lines(config["options"]["package_dir"]))
    for name, folder in package_folders().items():
        parent = name
        while parent not in mapping:
            parent = parent.rpartition(".")[0]
        rest = name.removeprefix(parent).strip(".").split(".") if name != parent else []
        assert ROOT.joinpath(mapping[parent], *rest) == folder, name


def test_every_data_file_is_installed(config: configparser.ConfigParser) -> None:
    patterns = {
        name: [word for word in re.split(r"[\s,]+", value) if word]
        for name, value in config["options.package_data"].items()
    }
    assert (ROOT / "sml_env" / "py.typed").is_file()
    left_out = []
    for name, folder in package_folders().items():
        for path in folder.iterdir():
            if path.is_file() and path.suffix not in {".py", ".pyc"} and not path.name.startswith("."):
                matched = any(fnmatch.fnmatch(path.name, pattern) for pattern in patterns.get(name, []))
                left_out += [] if matched else [f"{name}: {path.name}"]
    assert not left_out, "name these in [options.package_data] of setup.cfg"


def test_every_import_is_a_declared_requirement(config: configparser.ConfigParser) -> None:
    declared = lines(config["options"]["install_requires"])
    for extra, value in config["options.extras_require"].items():
        declared += [] if extra == "dev" else lines(value)
    names = {re.split(r"[<>=!~\[; ]", requirement)[0] for requirement in declared}
    for folder in FOLDERS.values():
        for path in (ROOT / folder).rglob("*.py"):
            outside = imported_modules(path) - sys.stdlib_module_names - {"sml_env"}
            undeclared = {module for module in outside if DISTRIBUTIONS.get(module, module) not in names}
            assert not undeclared, f"{path.relative_to(ROOT)} imports what setup.cfg does not require"


def test_console_scripts_exist(config: configparser.ConfigParser) -> None:
    for script in lines(config["options.entry_points"]["console_scripts"]):
        module, _, function = script.partition("=")[2].strip().partition(":")
        assert callable(getattr(importlib.import_module(module), function)), script


def test_pyproject_leaves_the_metadata_to_setup_cfg() -> None:
    tables = re.findall(r"^\[+([^\]]+)\]", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert {name.split(".")[0].strip() for name in tables} == {"build-system", "tool"}


def test_import_loads_nothing_heavier_than_gymnasium_and_numpy() -> None:
    assert heavier_than_gymnasium_and_numpy("import sml_env") == set()


@pytest.mark.parametrize("heavy", ["sympy", "flint", "click", "rich", "pytest"])
def test_the_import_check_reports_a_heavy_module(heavy: str) -> None:
    assert heavy in heavier_than_gymnasium_and_numpy(f"import sml_env, {heavy}")
