"""Verifiers: whether an answer is right, decided so that cheating does not pay.

Importing this package is cheap: what a name needs is loaded when the name is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sml_env.verifiers.base import Status, Verdict, Verifier, get, register, registered

if TYPE_CHECKING:
    from sml_env.verifiers.execution import (
        CodeVerdict,
        ExecutionVerifier,
        verify_code,
        verify_code_async,
        verify_code_batch,
    )
    from sml_env.verifiers.expressions import compare, parse_expression, rational_value, to_text
    from sml_env.verifiers.extraction import extract
    from sml_env.verifiers.policy import LENIENT, STRICT, Policy
    from sml_env.verifiers.reward import MathReward, math_reward
    from sml_env.verifiers.sandbox import Limits, Sandbox
    from sml_env.verifiers.symbolic import SymbolicVerifier, verify, verify_async, verify_batch

__all__ = [
    "LENIENT",
    "STRICT",
    "CodeVerdict",
    "ExecutionVerifier",
    "Limits",
    "MathReward",
    "Policy",
    "Sandbox",
    "Status",
    "SymbolicVerifier",
    "Verdict",
    "Verifier",
    "compare",
    "extract",
    "get",
    "math_reward",
    "parse_expression",
    "rational_value",
    "register",
    "registered",
    "to_text",
    "verify",
    "verify_async",
    "verify_batch",
    "verify_code",
    "verify_code_async",
    "verify_code_batch",
]

_HOMES = {
    "CodeVerdict": "execution",
    "ExecutionVerifier": "execution",
    "LENIENT": "policy",
    "Limits": "sandbox",
    "MathReward": "reward",
    "Policy": "policy",
    "STRICT": "policy",
    "Sandbox": "sandbox",
    "SymbolicVerifier": "symbolic",
    "compare": "expressions",
    "extract": "extraction",
    "math_reward": "reward",
    "parse_expression": "expressions",
    "rational_value": "expressions",
    "to_text": "expressions",
    "verify": "symbolic",
    "verify_async": "symbolic",
    "verify_batch": "symbolic",
    "verify_code": "execution",
    "verify_code_async": "execution",
    "verify_code_batch": "execution",
}


def __getattr__(name: str) -> Any:
    """Load a public name from its submodule when it is first used."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"sml_env.verifiers.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted(__all__)


def _symbolic() -> Verifier:
    from sml_env.verifiers.symbolic import SymbolicVerifier

    return SymbolicVerifier()


def _execution() -> Verifier:
    from sml_env.verifiers.execution import ExecutionVerifier

    return ExecutionVerifier()


register("symbolic", _symbolic)
register("execution", _execution)
