"""What an adapter says where its package is absent, too old, too new or broken; its range is that of setup.cfg."""

from __future__ import annotations

import ast
import configparser
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from sml_env.errors import MissingExtraError
from sml_env.integrations.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent.parent
ADAPTERS = sorted((ROOT / "sml_env" / "integrations").glob("*.py"))
NUMPY = version("numpy")
BELOW = "0.0.1"
ABOVE = "99.0"


def stated() -> dict[tuple[str, str], Requirement]:
    """What the adapters state that they need, by the adapter's name and the package's."""
    found = {}
    for path in ADAPTERS:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Requirement"
            if named and isinstance(node, ast.Call):
                package = ast.literal_eval(node.args[0])
                found[path.stem, package] = Requirement(
                    package, **{k.arg: ast.literal_eval(k.value) for k in node.keywords}
                )
    return found


STATED = stated()


def test_adapters_state_what_they_need() -> None:
    assert {adapter for adapter, _ in STATED} >= {
        "inspect_task", "openenv", "prime", "rllib", "sb3", "skyrl", "trl", "two_agents",
    }  # fmt: skip


@pytest.mark.parametrize("adapter", STATED, ids="-".join)
def test_the_range_is_that_of_the_extra(adapter: tuple[str, str]) -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    extra = config["options.extras_require"][STATED[adapter].extra].split()
    assert STATED[adapter].range in extra


def test_a_version_that_is_excluded_is_named_with_the_range_that_works() -> None:
    requirement = Requirement("numpy", extra="none", low="1", high=ABOVE, excluded=("1.0", NUMPY))
    with pytest.raises(MissingExtraError, match=rf"{NUMPY} is installed, and numpy>=1,<{ABOVE},!=1.0,!={NUMPY} is"):
        requirement.check()
    Requirement("numpy", extra="none", low="1", high=ABOVE, excluded=("1.0",)).check()


@pytest.mark.parametrize(("low", "high"), [(NUMPY, ABOVE), ("1", ABOVE), (f"{NUMPY}.0", ABOVE)])
def test_a_version_within_the_range_is_let_in(low: str, high: str) -> None:
    with Requirement("numpy", extra="none", low=low, high=high):
        import numpy  # noqa: F401


@pytest.mark.parametrize(("low", "high"), [(BELOW, "1.0"), (BELOW, NUMPY), (ABOVE, "100")])
def test_a_version_beyond_the_range_is_named_with_the_range(low: str, high: str) -> None:
    wanted = rf"numpy: version {NUMPY} is installed, and numpy>={low},<{high} .*pip install \"sml_env\[some\]\""
    with pytest.raises(MissingExtraError, match=wanted), Requirement("numpy", extra="some", low=low, high=high):
        raise AssertionError("the block ran")


def test_an_absent_package_is_named_with_its_extra() -> None:
    with (
        pytest.raises(MissingExtraError, match=r'no-such: the package is missing; .*pip install "sml_env\[some\]"'),
        Requirement("no-such", extra="some", low="1", high="2"),
    ):
        import no_such  # type: ignore[import-not-found]  # noqa: F401


def test_a_package_is_looked_for_without_importing_it() -> None:
    Requirement("numpy", extra="some", low="1", high=ABOVE).check()
    with pytest.raises(MissingExtraError, match="the package is missing"):
        Requirement("no-such[more]", extra="some", low="1", high="2").check()
    with pytest.raises(MissingExtraError, match="is what works"):
        Requirement("numpy", extra="some", low=BELOW, high="1.0").check()


def test_a_package_that_cannot_be_imported_is_named_with_what_it_says() -> None:
    with (
        pytest.raises(MissingExtraError, match=r"numpy: version .* cannot be imported \(No module named 'no_such'\)"),
        Requirement("numpy", extra="some", low="1", high=ABOVE),
    ):
        import no_such  # noqa: F401


def test_other_failures_pass_through() -> None:
    with pytest.raises(ZeroDivisionError), Requirement("numpy", extra="some", low="1", high=ABOVE):
        print(1 / 0)


@pytest.mark.parametrize("adapter", STATED, ids="-".join)
@pytest.mark.parametrize("other", [BELOW, ABOVE])
def test_an_adapter_names_the_range_when_another_version_is_installed(
    adapter: tuple[str, str], other: str, tmp_path: Path
) -> None:
    needs = STATED[adapter]
    name = needs.package.partition("[")[0]
    record = tmp_path / f"{name.replace('-', '_')}-{other}.dist-info"
    record.mkdir()
    (record / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {other}\n")
    paths = [str(tmp_path), str(ROOT)]
    code = f"import sys; sys.path[:0] = {paths!r}; import sml_env.integrations.{adapter[0]}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, cwd=tmp_path)
    assert f"version {other} is installed, and {needs.range}" in done.stderr
    assert f'pip install "sml_env[{needs.extra}]"' in done.stderr
