"""HiddenFunction: a hidden function of x, found by asking for values and properties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any, Final

import numpy as np

from sml_env.answers import Span
from sml_env.closed import SharedFamily
from sml_env.config import checked, integer, names
from sml_env.core import TextEnv
from sml_env.envs.functions.catalogue import KINDS, MAX_COEFFICIENT, catalogue
from sml_env.envs.functions.domain import FunctionDomain, Functions
from sml_env.envs.functions.questions import Degree, Has, Parity, Sign, ValueAt, query_of
from sml_env.facts import chosen_facts
from sml_env.forms import FamilyForm
from sml_env.menu import Menu, telling
from sml_env.problems import HypothesisSpace
from sml_env.teachers import Teacher
from sml_env.text_vector import TextVectorEnv

__all__ = ["HiddenFunctionConfig", "HiddenFunctionEnv", "hidden_functions", "vector"]

_FORMULAS: Final = {
    "polynomial": "a*x + b, a*x^2 + b*x + c or a*x^3 + b",
    "rational": "a/(x - c) + b, a/(x^2 + 1) + b or a*x/(x^2 + 1) + b",
    "trigonometric": "a*sin(pi*x/2) + b, a*cos(pi*x/2) + b or a*cos(pi*x) + b",
    "piecewise": "a*abs(x - c) + b, max(a*x, c) or min(a*x, c)",
}
_INTERVALS: Final = ((-3, -1), (-1, 0), (0, 1), (1, 3), (-3, 3))


@dataclass(frozen=True, slots=True)
class HiddenFunctionConfig:
    """What is particular to HiddenFunction.

    Attributes:
        kinds: Of functions: ``polynomial``, ``rational``, ``trigonometric``, ``piecewise``.
        coefficients: The largest size of a coefficient.
    """

    kinds: tuple[str, ...] = tuple(KINDS)
    coefficients: int = 2

    def __post_init__(self) -> None:
        object.__setattr__(self, "kinds", names("kinds", self.kinds, tuple(KINDS)))
        integer("coefficients", self.coefficients, 1, MAX_COEFFICIENT)

    @classmethod
    def of(cls, config: Mapping[str, Any] | None) -> HiddenFunctionConfig:
        """From a JSON-able mapping.

        Raises:
            ConfigurationError: If a key is unknown or a value makes no sense.
        """
        return cls(**checked(cls, config))


def _menu(domain: FunctionDomain) -> Menu:
    """Values at small integers, degree, parity, roots and signs, as far as they tell something."""
    forms: list[FamilyForm] = [ValueAt(Fraction(point)) for point in range(-3, 4)]
    forms += [Degree(), Parity(), Has("polynomial"), Has("even"), Has("odd"), Has("real_root"), Has("integer_root")]
    forms += [Sign(Span(Fraction(low), Fraction(high), True, True)) for low, high in _INTERVALS]
    asked = [query_of(form) for form in forms]
    return telling(asked, [domain.meaning(query, domain.functions) for query in asked])


@lru_cache(maxsize=8)
def hidden_functions(config: HiddenFunctionConfig) -> SharedFamily:
    """The family that a config describes."""
    functions = Functions(catalogue(config.kinds, config.coefficients))
    domain = FunctionDomain(functions)
    size = len(functions)
    space = HypothesisSpace(functions, np.full(size, 1.0 / size), family_menu=_menu(domain), responses=domain.responses)
    formulas = "; ".join(_FORMULAS[kind] for kind in config.kinds)
    statement = (
        f"I am thinking of a function f of x, one of: {formulas}. a, b and c are whole numbers from "
        f"-{config.coefficients} to {config.coefficients}, and a is not 0; f is neither x nor -x. Find f by asking for "
        "values and properties."
    )
    return SharedFamily(
        "function",
        statement,
        space,
        domain,
        default_turns=6,
        default_rules={"cap_bits": 64.0},
        facts=chosen_facts(space, np.random.default_rng([size, config.coefficients])),
        recipe=partial(hidden_functions, config),
    )


class HiddenFunctionEnv(TextEnv):
    r"""A hidden function of x, found by asking for values and properties.

    ## Description
    The teacher thinks of a function from a declared family, drawn uniformly; the student asks for values and
    properties and attempts the function in any equivalent form. The family is finite: 478 functions by default (138
    polynomial, 140 rational, 60 trigonometric, 140 piecewise), no two of them equal, which their exact values at
    integers prove. Everything that may be asked is decided exactly, in rational arithmetic. A wrong attempt is answered
    with the value of f at the first of 0, 1, -1, 2, -2, …, 6, -6 at which the attempt has another one.

    ## Query Language
    English or symbols; one question a turn. The function is called ``f``, "it" or "the function".

    | ask | for example | reply |
    |---|---|---|
    | value | ``f(2)``, "what is f(-1/2)?", "value at x = 3" | the value, "is not defined", or "is irrational" |
    | comparison | ``f(2) > 3``, "is f(0) negative?" | yes, no, or not defined |
    | degree | "what is the degree?", "is it a polynomial?" | the degree, or that it is no polynomial |
    | parity | "is it even?", "is it even, odd or neither?" | yes or no, or which |
    | roots | "does it have a real root?", "an integer root?" | yes or no |
    | sign | "is it positive on (0, 1)?", "sign on [1, 2]", "is it always positive?" | throughout, or not |
    | attempt | ``f(x) = x^2 + 1``, "is it 2x?", ``answer: abs(x - 1)``, ``\boxed{1/x}`` | right, or a counterexample |
    | fact | "what do you know?" | under "knowledge" the next fact |

    Points and ends of intervals may be any rational numbers of size and denominator up to 100. A query that is true of
    exactly one live function is an attempt, however worded. "What is the function?" and queries that would tell more
    than ``cap_bits`` are refused. What is not understood gets a reply that says what can be asked, costs the turn and
    is worth 0 bits.

    ## Action Space
    ``Utterance``: any text of at most 8,000 characters, the empty one included.

    ## Observation Space
    ``Utterance``: what the teacher said, then a line with the turns left (and the attempts left, where fewer than
    turns).

    ## Starting State
    The statement, which names the family; the function is drawn by ``np_random``, or given by
    ``reset(options={"problem_id": …})``.

    ## Rewards
    1 for a correct attempt, plus information shaping: γΦ(b') − Φ(b) with Φ(b) = −β·H(b)/H(prior), β = 0.5, zero once
    terminated, which leaves optimal policies alone. ``info["reward_terms"]`` holds the terms; they sum to the reward.

    Brackets of the default setting (478 functions, 6 turns, as many attempts): the optimum is 1, since greedy
    information on the menu finds every function within 5 turns, and so do attempts alone that listen to the
    counterexamples, within 6. Hedging, which does not listen, earns 6/478 = 0.0126, and no policy earns more against a
    teacher that tells nothing. With 1 to 4 turns greedy information on the menu earns 0.0021, 0.2908, 0.8389 and
    0.9874. Better is known: 0.6548 and 0.9498 with 2 and 3 turns, where values at all integers from -100 to 100 may be
    asked, and 1 with 4, where attempts may. Only 1/478 with 1 turn, and 1 from 4 on, are proven optimal. One value far
    out tells most of a function, up to 7.74 of 8.90 bits: ``rules={"cap_bits": 3}`` refuses such questions, but does
    not apply to attempts.

    ## Episode End
    ### Termination
    A correct attempt, the last judged attempt, or the last turn.

    ### Truncation
    Only when the teacher fails; ``info["failure"]`` names the kind of failure.

    ## Information
    As in ``MathTutor-v0``: at reset ``problem_id``, ``belief_entropy_bits`` and ``turns_left``; at every step
    ``query_kind``, ``expected_bits``, ``realised_bits``, ``verdict_bits``, ``expected_verdict_bits``, ``best_bits``,
    ``belief_entropy_bits``, ``meter``, ``reward_terms``, ``turns_left``, ``success``; at the end ``leaks_stopped``. A
    wrong attempt that is answered is one reply, verdict and counterexample together: its bits are ``expected_bits`` and
    ``realised_bits``, and its ``verdict_bits`` are 0. ``best_bits`` is the best of the menu: values at -3 to 3, degree,
    parity, roots, and signs on five intervals.

    ## Arguments
    | argument | default | meaning |
    |---|---|---|
    | ``asymmetry`` | ``"answer"`` | what the teacher holds: ``answer``, ``verifier``, ``knowledge``, ``none`` |
    | ``teacher`` | ``"oracle"`` | a voice, ``{"voice": "noisy", "p": 0.2}``, or an object with ``name`` and ``reply`` |
    | ``max_turns`` | 6 | a number, or a pair from which each episode draws |
    | ``max_attempts`` | as many as turns | attempts that are judged; the last one ends the episode |
    | ``shaping`` | ``"potential"`` | or ``"bonus"``, ``"none"``; the last by default with a language model |
    | ``gamma`` | 1.0 | the learner's discount, for the shaping |
    | ``rules`` | ``{}`` | ``cap_bits`` 64, ``beta``, ``turn_cost``, ``guard_retries``, ``disguised_attempts``… |
    | ``config`` | ``{}`` | ``kinds``, a list (all four), and ``coefficients``, their largest size (2, at most 4) |

    Voices and the asymmetries that they make sense with; any other pair is a ``ValueError``. Counterexamples may be
    noised or a lie, the verdict never is; only a teacher that holds the answer gives any:

    | voice | answer | verifier | knowledge | none |
    |---|---|---|---|---|
    | ``oracle`` | yes | yes | yes | is the peer |
    | ``null`` ("Try again.") | yes | yes | yes | yes |
    | ``gibberish`` | yes | | yes | |
    | ``peer`` | | | | yes |
    | ``noisy`` | yes | | yes | |
    | ``lying`` | yes | | | |
    | ``leaky`` | yes | | | |
    | your own object | yes | yes | yes | yes |

    ## Verifier
    ``sml_env.verifiers.verify`` under the exact profile, with the domains compared: functions that agree wherever both
    are defined, but are not defined at the same points (isolated ones apart), are different.

    ## References
    Sturm 1829 on roots in an interval; Niven 1956, *Irrational Numbers*, on rational values of the sine; Angluin 1988,
    *Queries and Concept Learning*, on counterexamples.

    ## Version History
    * v0: first version.
    """

    def __init__(
        self,
        asymmetry: str = "answer",
        teacher: str | Mapping[str, Any] | Teacher = "oracle",
        max_turns: int | tuple[int, int] | None = None,
        max_attempts: int | None = None,
        shaping: str | None = None,
        gamma: float = 1.0,
        rules: Mapping[str, Any] | None = None,
        config: Mapping[str, Any] | None = None,
        render_mode: str | None = None,
    ) -> None:
        self.config = HiddenFunctionConfig.of(config)
        super().__init__(
            hidden_functions(self.config),
            asymmetry=asymmetry,
            teacher=teacher,
            max_turns=max_turns,
            max_attempts=max_attempts,
            shaping=shaping,
            gamma=gamma,
            rules=rules,
            render_mode=render_mode,
        )


def vector(num_envs: int = 1, **arguments: Any) -> TextVectorEnv:
    """The vector of this environment, with one call of the teacher a step; arguments as of ``TextVectorEnv``."""
    return TextVectorEnv(HiddenFunctionEnv, num_envs, **arguments)
