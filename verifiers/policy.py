"""The rules that decide what counts as the same answer, each with an argument; the strict and the lenient profile."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal, get_args

from sml_env.errors import ConfigurationError

__all__ = ["EXACT", "LENIENT", "PROFILES", "STRICT", "Policy", "policy_of"]

Percent = Literal["either", "value", "number"]
Units = Literal["optional", "required", "ignored"]
Order = Literal["brackets", "always", "never"]
Variables = Literal["real", "positive", "complex"]
Roots = Literal["real", "principal"]
Bases = Literal["same", "value"]
Hedges = Literal["reject", "last"]
Chains = Literal["check", "last"]
Domain = Literal["common", "same"]
_CHOICES = {
    "percent": get_args(Percent),
    "units": get_args(Units),
    "order": get_args(Order),
    "variables": get_args(Variables),
    "roots": get_args(Roots),
    "bases": get_args(Bases),
    "hedges": get_args(Hedges),
    "chains": get_args(Chains),
    "domain": get_args(Domain),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What counts as the same answer. The defaults are the strict profile.

    An answer that is written as an integer never approximates anything, whatever the rules on rounding say.

    Attributes:
        decimal_digits: A decimal may stand for an irrational reference if it has at least this many significant digits
            and lies within half a unit of its last digit; None: never.
        round_rationals: The same for rational references: 0.3333 for 1/3.
        decimal_places: Two real numbers, one of them written as a decimal, are equal if they round to the same value at
            this many decimal places; None: the rule is off.
        tolerance: Largest relative difference of two real numbers, one of them written as a decimal; 0: exact.
        variables: What variables stand for: "real" numbers, "positive" ones, or "complex" ones.
        domain: Functions are equal if they agree where both are defined ("common": ``e^(ln x)`` is ``x``), or must be
            defined at the "same" points, but for isolated ones.
        roots: "real": odd roots of a negative number are real; "principal": they are the principal complex root.
        units: "optional": one side may leave the unit out, two units must agree (100 cm is 1 m); "required": both sides
            have one or neither; "ignored": units are dropped unread.
        percent: What ``28%`` answers: "value": 28/100 alone; "number": 28 alone; "either".
        assignment: ``x = 5`` answers 5, and 5 answers ``x = 5``.
        order: "brackets": order counts in round brackets alone; "always": in lists without brackets and in matrices'
            columns too; "never": nowhere, and ``(1, 2)`` is ``{1, 2}``.
        interval_pairs: ``(2, 3)`` may be the open interval, where the other side is a set of reals.
        solved: An equation or an inequality in one variable answers a reference that is solved only if it is solved
            too: ``2x = 10`` does not answer ``x = 5``, and ``x + 1 > 3`` does not answer ``(2, oo)``. What an equation
            says of several variables together is its constant side: ``m + n = 9`` says 9.
        sets_as_relations: An inequality answers a reference that is an interval. The reverse always holds.
        vectors: A matrix of one column is the tuple of its entries.
        bases: ``204_5`` is equal to the "same" digits in that base only, or to any number of its "value".
        hedges: Several final answers that differ: "reject" them, or read the "last".
        chains: ``x = 2*6 = 12`` says 12: "check" that its equalities hold, or believe the "last".
        timeout: Seconds that a worker may spend on what the exact stages leave undecided; 0: no worker is asked.
    """

    decimal_digits: int | None = 4
    round_rationals: bool = False
    decimal_places: int | None = None
    tolerance: float = 0.0
    variables: Variables = "real"
    domain: Domain = "common"
    roots: Roots = "real"
    units: Units = "optional"
    percent: Percent = "either"
    assignment: bool = True
    order: Order = "brackets"
    interval_pairs: bool = True
    solved: bool = True
    sets_as_relations: bool = True
    vectors: bool = True
    bases: Bases = "same"
    hedges: Hedges = "reject"
    chains: Chains = "check"
    timeout: float = 2.0

    def __post_init__(self) -> None:
        for name, allowed in _CHOICES.items():
            if getattr(self, name) not in allowed:
                raise ConfigurationError(f"{name}={getattr(self, name)!r}: use one of {', '.join(allowed)}")
        for name, least, most in (("decimal_digits", 1, 100), ("decimal_places", 0, 100)):
            value = getattr(self, name)
            if value is not None and (
                isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most
            ):
                raise ConfigurationError(f"{name}={value!r}: use a whole number from {least} to {most}, or None")
        for rule in fields(self):
            if isinstance(rule.default, bool) and not isinstance(getattr(self, rule.name), bool):
                raise ConfigurationError(f"{rule.name}={getattr(self, rule.name)!r}: use True or False")
            if isinstance(rule.default, float) and not isinstance(getattr(self, rule.name), (int, float)):
                raise ConfigurationError(f"{rule.name}={getattr(self, rule.name)!r}: use a number")
        if not 0 <= self.tolerance < 1:
            raise ConfigurationError(f"tolerance={self.tolerance!r}: use a number from 0 to below 1")
        if not 0 <= self.timeout <= 60:
            raise ConfigurationError(f"timeout={self.timeout!r}: use seconds from 0 to 60")


STRICT = Policy()
"""Exact stays exact."""

EXACT = Policy(timeout=0.0)
"""The strict profile without workers: the same verdict every time, in microseconds. The environments judge by it."""

LENIENT = Policy(
    decimal_places=6,
    decimal_digits=None,
    units="ignored",
    sets_as_relations=False,
    bases="value",
    hedges="last",
    chains="last",
    solved=False,
)
"""Follows what Math-Verify documents: numbers agree when rounded to six places, units are dropped, the last one counts.

Its documentation: https://github.com/huggingface/Math-Verify (README, and the arguments of ``verify``, version 0.9).
"""

PROFILES = {"strict": STRICT, "exact": EXACT, "lenient": LENIENT}
"""The profiles by name."""


def policy_of(policy: Policy | str) -> Policy:
    """Return a policy as it is, or the profile of that name.

    Raises:
        ConfigurationError: If it is neither.
    """
    if isinstance(policy, Policy):
        return policy
    found = PROFILES.get(policy) if isinstance(policy, str) else None
    if found is None:
        raise ConfigurationError(f"policy={policy!r}: use a Policy, or one of {', '.join(map(repr, PROFILES))}")
    return found
