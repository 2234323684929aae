"""Without Stable-Baselines3, or with a version that does not work, its adapter says what to install."""

from __future__ import annotations

import importlib
import importlib.metadata
import sys
from collections.abc import Callable

import pytest

from sml_env.errors import MissingExtraError

MODULE = "sml_env.integrations.sb3"


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str | None], None]:
    """Makes the packages seem to be there in a version, or not at all."""

    def pretend(found: str | None) -> None:
        def version(name: str) -> str:
            if found is None:
                raise importlib.metadata.PackageNotFoundError(name)
            return found

        monkeypatch.delitem(sys.modules, MODULE, raising=False)
        monkeypatch.setattr(importlib.metadata, "version", version)

    return pretend


def test_the_extra_is_named_where_the_packages_are_missing(installed: Callable[[str | None], None]) -> None:
    installed(None)
    with pytest.raises(MissingExtraError, match=r'stable_baselines3 is missing.*pip install "sml_env\[sb3\]"'):
        importlib.import_module(MODULE)


@pytest.mark.parametrize("found", ["2.4.1", "1.8.0", "3.0.0a1"])
def test_a_version_that_does_not_work_is_named_with_the_range_that_does(
    installed: Callable[[str | None], None], found: str
) -> None:
    installed(found)
    with pytest.raises(MissingExtraError, match=rf"stable_baselines3 {found}.*>=2\.5,<3"):
        importlib.import_module(MODULE)
