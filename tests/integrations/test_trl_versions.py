"""Without TRL, or with one of another version, the import says what to install."""

from __future__ import annotations

import importlib
import importlib.metadata
import sys

import pytest

from sml_env.errors import MissingExtraError

MODULE = "sml_env.integrations.trl"


def imported(monkeypatch: pytest.MonkeyPatch, found: str | None) -> None:
    """Import the module where TRL is of a version, or absent."""

    def version(name: str) -> str:
        if found is None:
            raise importlib.metadata.PackageNotFoundError(name)
        return found

    monkeypatch.delitem(sys.modules, MODULE, raising=False)
    monkeypatch.setattr(importlib.metadata, "version", version)
    importlib.import_module(MODULE)


def test_without_the_package_the_message_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MissingExtraError, match=r'trl.*missing.*pip install "sml_env\[trl\]"'):
        imported(monkeypatch, None)


@pytest.mark.parametrize("found", ["0.29.1", "1.14.1", "1.17.0", "2.0.0", "1.9", "unknown", "1.17.0.dev0"])
def test_another_version_is_named_with_the_range_that_works(monkeypatch: pytest.MonkeyPatch, found: str) -> None:
    with pytest.raises(MissingExtraError, match=rf"version {found} is installed.*>=1.14.2,<1.17.*sml_env\[trl\]"):
        imported(monkeypatch, found)


@pytest.mark.parametrize("found", ["1.14.2", "1.16.0", "1.15.0.dev3"])
def test_a_version_in_the_range_is_taken(monkeypatch: pytest.MonkeyPatch, found: str) -> None:
    imported(monkeypatch, found)


def test_the_range_is_that_of_the_extra() -> None:
    import configparser
    from pathlib import Path

    parser = configparser.ConfigParser()
    parser.read(Path(__file__).resolve().parents[2] / "setup.cfg", encoding="utf-8")
    assert "trl>=1.14.2,<1.17" in parser["options.extras_require"]["trl"]
