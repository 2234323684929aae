"""Checking one answer from the command line, and the rules that the command line writes."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, Final

import click
from rich.console import Console
from rich.text import Text

from sml_env.bench.play import printable
from sml_env.errors import ConfigurationError
from sml_env.verifiers.base import Status, Verdict
from sml_env.verifiers.policy import PROFILES, Policy
from sml_env.verifiers.symbolic import verify

__all__ = ["MAX_BYTES", "as_dict", "one_line", "policy_with", "verify_one"]

MAX_BYTES: Final = 8 * 1024 * 1024
"""Longest answer on standard input, and longest line of a file."""

_SHOWN_CHARACTERS: Final = 400
_UNSCORED: Final = (Status.REFERENCE_ERROR, Status.INFRASTRUCTURE_ERROR)
_FAILED: Final = 2


def policy_with(profile: str, rules: Sequence[str]) -> Policy:
    """A profile with some rules changed.

    Args:
        profile: Its name.
        rules: As the command line writes them: ``decimal_digits=3``, ``units=required``, ``decimal_places=null``.

    Raises:
        ConfigurationError: If a rule is unknown or its value makes no sense.
    """
    known = {rule.name: rule.default for rule in fields(Policy)}
    changes: dict[str, Any] = {}
    for text in rules:
        name, equals, written = text.partition("=")
        if not equals or name not in known:
            raise ConfigurationError(f"rule: {text[:80]!r} is not NAME=VALUE with one of {', '.join(known)}")
        value = _scalar(written)
        if isinstance(value, bool) is not isinstance(known[name], bool):
            hint = "true or false" if isinstance(known[name], bool) else "another value"
            raise ConfigurationError(f"rule: {text[:80]!r} makes no sense: use {hint}")
        changes[name] = value
    try:
        return replace(PROFILES[profile], **changes)
    except ConfigurationError as error:
        raise ConfigurationError(f"rule: {', '.join(rules)[:200]!r} makes no sense: {error}") from error


def _scalar(text: str) -> Any:
    """A JSON scalar, or the text itself."""
    if text == "None":
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def verify_one(answer: str, reference: str, policy: Policy, *, as_json: bool) -> int:
    """Verify one answer and print the verdict.

    Args:
        answer: A reply or a bare answer; ``-`` is read from standard input.
        reference: The right answer.
        policy: The rules.
        as_json: Whether to print one JSON line.

    Returns:
        The exit code. 0: correct; 1: not established to be correct; 2: not the answer's fault.

    Raises:
        ConfigurationError: If standard input holds more than `MAX_BYTES`.
    """
    verdict = verify(_standard_input() if answer == "-" else answer, reference, policy)
    if as_json:
        click.echo(json.dumps(as_dict(verdict)))
    else:
        _show(Console(highlight=False), verdict)
    if verdict.status in _UNSCORED:
        return _FAILED
    return 0 if verdict.correct else 1


def _standard_input() -> str:
    """All of it, without the line end that closes it; bytes that are no UTF-8 are replaced."""
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ConfigurationError(f"answer: standard input holds more than {MAX_BYTES:,} bytes")
    return data.decode("utf-8", errors="replace").removesuffix("\n").removesuffix("\r")


def as_dict(verdict: Verdict) -> dict[str, str | None]:
    """The verdict as JSON shows it."""
    return {
        "status": verdict.status.value,
        "method": verdict.method,
        "reason": verdict.reason,
        "extracted": verdict.extracted,
    }


def one_line(text: str) -> str:
    """The start of a text, without what a terminal would obey."""
    shown = printable(text[:_SHOWN_CHARACTERS]).replace("\n", " ")
    return f"{shown}…" if len(text) > _SHOWN_CHARACTERS else shown


def _show(console: Console, verdict: Verdict) -> None:
    style = "green" if verdict.correct else "red" if verdict.status in _UNSCORED else "yellow"
    console.print(Text(verdict.status.value, style=f"bold {style}"))
    extracted = "(none found)" if verdict.extracted is None else one_line(verdict.extracted)
    for name, value in (("extracted", extracted), ("method", verdict.method), ("reason", one_line(verdict.reason))):
        console.print(Text.assemble((f"{name:<11}", "dim"), value))
