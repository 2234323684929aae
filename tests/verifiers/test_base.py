"""Verdicts and the registry."""

from __future__ import annotations

import dataclasses

import pytest

import sml_env.verifiers as package
from sml_env.errors import ConfigurationError
from sml_env.verifiers.base import Status, Verdict, get, register, registered


@pytest.mark.parametrize("status", Status)
def test_only_the_status_correct_is_correct(status: Status) -> None:
    assert Verdict(status, "exact", "why").correct is (status.value == "correct")


def test_verdict_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Verdict(Status.CORRECT, "exact", "why").status = Status.INCORRECT  # type: ignore[misc]


def test_unknown_name_lists_the_registered_ones() -> None:
    with pytest.raises(ConfigurationError, match=r"'nonesuch'.*symbolic.*register"):
        get("nonesuch")


def test_a_name_cannot_be_taken_twice() -> None:
    with pytest.raises(ConfigurationError, match="already registered"):
        register("symbolic", lambda: get("symbolic"))
    assert "symbolic" in registered()


@pytest.mark.parametrize("name", ["", None, 3])
def test_a_name_is_a_non_empty_string(name: object) -> None:
    with pytest.raises(ConfigurationError, match="non-empty"):
        register(name, lambda: get("symbolic"))  # type: ignore[arg-type]


def test_every_public_name_exists() -> None:
    for name in package.__all__:
        assert getattr(package, name) is not None
    with pytest.raises(AttributeError):
        _ = package.nonesuch
