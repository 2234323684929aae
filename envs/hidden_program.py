"""HiddenProgram: a hidden program of one argument, found by asking what it returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Final

import numpy as np

from sml_env.closed import SharedFamily
from sml_env.config import checked, integer, names
from sml_env.core import TextEnv
from sml_env.envs.programs.candidates import Programs
from sml_env.envs.programs.catalogue import MAX_PROGRAMS, PROBES, catalogue
from sml_env.envs.programs.domain import ProgramDomain
from sml_env.envs.programs.language import TYPES
from sml_env.envs.programs.questions import TYPE_NAMES, Of, TypeIs, called, query_of
from sml_env.facts import chosen_facts
from sml_env.forms import FamilyForm
from sml_env.menu import Menu, telling
from sml_env.problems import HypothesisSpace
from sml_env.teachers import Teacher
from sml_env.text_vector import TextVectorEnv

__all__ = ["HiddenProgramConfig", "HiddenProgramEnv", "hidden_programs", "vector"]

_ASKED: Final = 16
"""Declared inputs of each type that the menu asks about."""


@dataclass(frozen=True, slots=True)
class HiddenProgramConfig:
    """What is particular to HiddenProgram.

    Attributes:
        types: Of the argument: ``int``, ``list``, ``str``.
        programs: How many of each type, the smallest ones; 20 to 1,200.
    """

    types: tuple[str, ...] = TYPES
    programs: int = 700

    def __post_init__(self) -> None:
        object.__setattr__(self, "types", names("types", self.types, tuple(TYPES)))
        integer("programs", self.programs, 20, MAX_PROGRAMS)

    @classmethod
    def of(cls, config: Mapping[str, Any] | None) -> HiddenProgramConfig:
        """From a JSON-able mapping.

        Raises:
            ConfigurationError: If a key is unknown or a value makes no sense.
        """
        return cls(**checked(cls, config))


def _menu(domain: ProgramDomain, types: tuple[str, ...]) -> Menu:
    """Values at the first declared inputs and the types, as far as they tell something."""
    forms: list[FamilyForm] = [Of("takes"), Of("returns")]
    forms += [called(probe) for kind in types for probe in PROBES[kind][:_ASKED]]
    forms += [TypeIs("takes", kind) for kind in TYPES] + [TypeIs("returns", kind) for kind in TYPE_NAMES]
    asked = [query_of(form) for form in forms]
    return telling(asked, [domain.meaning(query, domain.programs) for query in asked])


@lru_cache(maxsize=8)
def hidden_programs(config: HiddenProgramConfig) -> SharedFamily:
    """The family that a config describes."""
    programs = Programs(catalogue(config.types, config.programs))
    domain = ProgramDomain(programs)
    size = len(programs)
    space = HypothesisSpace(
        programs, np.full(size, 1.0 / size), family_menu=_menu(domain, config.types), responses=domain.responses
    )
    arguments = " or ".join(TYPE_NAMES[kind] for kind in config.types)
    statement = (
        f"I am thinking of a program f with one argument x, which is {arguments}. f returns one expression in Python "
        "of x, numbers, the usual operators, slices, comprehensions, and functions such as len, sum, sorted, max, abs "
        "and upper; it is neither constant nor x itself. Find f by asking for values, such as f(3), f([3, 1]) or "
        "f('abc'). To attempt, say what x is: f(x: list) = x * 3; or write a program that defines f in a block "
        "that begins with ```python."
    )
    return SharedFamily(
        "program",
        statement,
        space,
        domain,
        default_turns=6,
        default_rules={"cap_bits": 64.0},
        facts=chosen_facts(space, np.random.default_rng([size, len(config.types)])),
        recipe=partial(hidden_programs, config),
    )


class HiddenProgramEnv(TextEnv):
    r"""A hidden program of one argument, found by asking what it returns.

    ## Description
    The teacher thinks of a program ``f`` of one argument ``x``, drawn uniformly from a declared family; the student
    asks for values and attempts it in any equivalent form. The family is finite: 2,100 programs by default, the 700
    smallest of each type of ``x`` (whole numbers, lists of whole numbers, texts) in a typed part of Python. No two
    agree on all of the 48 declared inputs of their type (``sml_env.envs.programs.catalogue.PROBES``), and programs that
    do are one program by definition; none is constant or ``x`` itself. A wrong attempt is answered with the value of
    ``f`` at the first declared input at which the attempt has another one.

    ## Query Language
    English or Python; one question a turn. The program is called ``f``, "it" or "the program".

    | ask | for example | reply |
    |---|---|---|
    | value | ``f(3)``, ``f([3, 1])``, "what does f return for 'abc'?" | the value, or "f does not take that." |
    | comparison | ``f([3, 1]) > 2``, "is f('ab') equal to 'ba'?" | yes, no, or "f does not take that." |
    | types | "what does f take?", "what does f return?", "does f return a list?" | which, or yes or no |
    | attempt | ``f(x: list) = sorted(x)``, "is it x.upper()?", a fenced program | right, or a counterexample |
    | fact | "what do you know?" | under "knowledge" the next fact |

    Inputs are whole numbers of size up to a million, lists of at most 30 of them, and texts of at most 60 printable
    ASCII characters. An attempt says what ``x`` is, ``f(x: str) = x[::-1]``, unless it makes sense for one type alone;
    one that does not costs the turn, not an attempt. Expressions of the language are interpreted; any other Python runs
    in the sandbox. A query that is true of exactly one live program is an attempt, however worded. "What is the
    program?" and queries that would tell more than ``cap_bits`` are refused. What is not understood gets a reply that
    says what can be asked, costs the turn and is worth 0 bits.

    ## Action Space
    ``Utterance``: any text of at most 8,000 characters, the empty one included.

    ## Observation Space
    ``Utterance``: what the teacher said, then a line with the turns left (and the attempts left, where fewer than
    turns).

    ## Starting State
    The statement, which describes the family; the program is drawn by ``np_random``, or given by
    ``reset(options={"problem_id": …})``.

    ## Rewards
    1 for a correct attempt, plus information shaping: γΦ(b') − Φ(b) with Φ(b) = −β·H(b)/H(prior), β = 0.5, zero once
    terminated, which leaves optimal policies alone. ``info["reward_terms"]`` holds the terms; they sum to the reward.

    Brackets of the default setting (2100 programs, 6 turns, as many attempts): the optimum is 1, since attempts alone
    that listen to the counterexamples, chosen by information among the first 200 programs still possible, find every
    program within 6; with 2 to 5 turns they earn 0.1200, 0.5371, 0.8800 and 0.9838. Greedy information on the menu,
    which names fixed inputs, earns 0.0005, 0.0938, 0.2981, 0.5081, 0.7143 and 0.8076 with 1 to 6 turns. Hedging, which
    does not listen, earns 6/2100 = 0.0029, and no policy earns more against a teacher that tells nothing.

    ## Episode End
    ### Termination
    A correct attempt, the last judged attempt, or the last turn.

    ### Truncation
    When the teacher fails, or the sandbox does on an attempt that must run; ``info["failure"]`` says which.

    ## Information
    As in ``MathTutor-v0``: at reset ``problem_id``, ``belief_entropy_bits`` and ``turns_left``; at every step
    ``query_kind``, ``expected_bits``, ``realised_bits``, ``verdict_bits``, ``expected_verdict_bits``, ``best_bits``,
    ``belief_entropy_bits``, ``meter``, ``reward_terms``, ``turns_left``, ``success``; at the end ``leaks_stopped``. A
    wrong attempt that is answered is one reply, verdict and counterexample together: its bits are ``expected_bits`` and
    ``realised_bits``, and its ``verdict_bits`` are 0. ``best_bits`` is the best of the menu: values at the first 16
    declared inputs of each type, and the types.

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
    | ``config`` | ``{}`` | ``types``, a list (all three), and ``programs``, how many of each (700; 20 to 1,200) |

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
    Values at the declared inputs, compared by exact type; ``sml_env.verifiers.runs`` gives those of a program
    that is no expression of the language. A program that raises, or returns nothing in time, has no value there.

    ## References
    Angluin 1988, *Queries and Concept Learning*, on counterexamples; Gulwani 2011, *Automating string processing in
    spreadsheets using input-output examples*; Solar-Lezama 2008, *Program Synthesis by Sketching*, on synthesis guided
    by counterexamples.

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
        self.config = HiddenProgramConfig.of(config)
        super().__init__(
            hidden_programs(self.config),
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
    return TextVectorEnv(HiddenProgramEnv, num_envs, **arguments)
