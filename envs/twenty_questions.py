"""TwentyQuestions: a hidden integer in 1..N, found by yes-or-no questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import combinations
from typing import Any, Final

import numpy as np

from sml_env.answers import Answers, Column
from sml_env.closed import SharedFamily
from sml_env.config import checked, integer, integers
from sml_env.core import TextEnv
from sml_env.domains import Candidates, Mathematics
from sml_env.errors import ConfigurationError
from sml_env.facts import chosen_facts
from sml_env.forms import Form, Negation, OneOf, Query, Residue
from sml_env.menu import Menu, menu_of
from sml_env.problems import HypothesisSpace
from sml_env.teachers import Teacher
from sml_env.text_vector import TextVectorEnv

__all__ = ["TwentyQuestionsConfig", "TwentyQuestionsEnv", "twenty_questions", "vector"]

MAX_SIZE: Final = 1_000_000
MAX_ALL_SUBSETS: Final = 12
"""Up to this many numbers the menu can hold every subset."""

_ONLY_YES_OR_NO: Final = "I only answer yes-or-no questions. Ask one: x > 10, is it even?, is it divisible by 3?"
_NO_LISTS: Final = "I do not answer questions about lists of numbers. Ask whether it is greater than one of them."


@dataclass(frozen=True, slots=True)
class TwentyQuestionsConfig:
    """What is particular to TwentyQuestions.

    Attributes:
        size: N: the hidden integer is one of 1..N.
        moduli: Divisors that the menu asks about.
        subsets: Lists of numbers that the menu asks about ("is it one of 3, 5, 8?"); True for all of them, which in
            words may then be asked for any N, and which the menu holds up to N = 12.
        prior: N probabilities; uniform by default.
    """

    size: int = 16
    moduli: tuple[int, ...] = (2, 3, 5)
    subsets: bool | tuple[tuple[int, ...], ...] = False
    prior: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        integer("size", self.size, 1, MAX_SIZE)
        for modulus in self.moduli:
            integer("moduli", modulus, 2, MAX_SIZE)
        if not isinstance(self.subsets, bool):
            for subset in self.subsets:
                if not subset or not all(1 <= member <= self.size for member in subset):
                    raise ConfigurationError(f"subsets: {subset!r} is not a list of numbers from 1 to {self.size}")
        if self.prior is not None and len(self.prior) != self.size:
            raise ConfigurationError(f"prior: {len(self.prior)} probabilities for {self.size} numbers")

    @classmethod
    def of(cls, config: Mapping[str, Any] | None) -> TwentyQuestionsConfig:
        """From a JSON-able mapping.

        Raises:
            ConfigurationError: If a key is unknown or a value makes no sense.
        """
        given = checked(cls, config)
        if "moduli" in given:
            given["moduli"] = integers("moduli", given["moduli"])
        if not isinstance(given.get("subsets", False), bool):
            if not isinstance(given["subsets"], list | tuple):
                raise ConfigurationError(f"subsets: {given['subsets']!r} is neither true, false nor a list of lists")
            given["subsets"] = tuple(integers("subsets", subset) for subset in given["subsets"])
        if given.get("prior") is not None:
            given["prior"] = _probabilities(given["prior"])
        return cls(**given)


def _probabilities(value: object) -> tuple[float, ...]:
    known = isinstance(value, list | tuple) and all(
        isinstance(item, int | float) and not isinstance(item, bool) for item in value
    )
    if not known or not isinstance(value, Sequence):
        raise ConfigurationError(f"prior: {value!r} is not a list of probabilities")
    return tuple(float(item) for item in value)


class _YesOrNo(Mathematics):
    """The language of mathematics, without questions that are answered by a value."""

    def __init__(self, lists: bool) -> None:
        self._lists = lists

    def refusal(self, query: Query) -> str | None:
        """Valued questions; lists, where they are not allowed."""
        form = query.form.form if isinstance(query.form, Negation) else query.form
        if query.kind == "value":
            return _ONLY_YES_OR_NO
        return _NO_LISTS if isinstance(form, OneOf) and not self._lists else None

    def response(self, value: str, candidates: Candidates) -> None:
        """The bare verdict."""
        return None


def _subsets(config: TwentyQuestionsConfig) -> list[tuple[int, ...]]:
    """The lists that the menu asks about: of a list and its complement one says all."""
    if not isinstance(config.subsets, bool):
        return [tuple(sorted(set(subset))) for subset in config.subsets]
    if not config.subsets or config.size > MAX_ALL_SUBSETS:
        return []
    numbers = range(2, config.size + 1)
    return [(1, *others) for count in range(config.size - 1) for others in combinations(numbers, count)]


def twenty_questions(config: TwentyQuestionsConfig) -> SharedFamily:
    """The family that a config describes."""
    size = config.size
    answers = Answers("number", ("x",), (Column.of_integers(np.arange(1, size + 1, dtype=np.int64)),))
    prior = np.full(size, 1.0 / size) if config.prior is None else np.array(config.prior)
    forms: list[Form] = [Residue("x", modulus, 0) for modulus in dict.fromkeys(config.moduli)]
    forms += [OneOf("x", tuple(Fraction(member) for member in subset)) for subset in _subsets(config)]
    menu: Menu = menu_of(answers, [("predicate", form) for form in forms])
    space = HypothesisSpace(answers, prior, family_menu=menu)
    kinds = "yes-or-no questions" + (", also about lists of numbers" if config.subsets else "")
    statement = f"I am thinking of a whole number x from 1 to {size}. Find it by {kinds}."
    return SharedFamily(
        "number",
        statement,
        space,
        _YesOrNo(config.subsets is not False),
        default_turns=max(1, (size - 1).bit_length()) + 1,
        facts=chosen_facts(space, np.random.default_rng([size, len(forms)])),
        recipe=partial(twenty_questions, config),
    )


class TwentyQuestionsEnv(TextEnv):
    r"""A hidden integer in 1..N, found by yes-or-no questions.

    ## Description
    The teacher thinks of an integer from 1 to N, drawn uniformly; the student asks and then says which it is. The
    optimal play of this game is published, so that the library can be checked on it. With the ``lying`` teacher it is
    the game of Rényi and Ulam, with the ``noisy`` one a noisy search.

    ## Query Language
    English or symbols; one yes-or-no question a turn. The number is called ``x``, "it" or "the number".

    | ask | for example | reply |
    |---|---|---|
    | comparison | ``x > 10``, "is it at most 7?", "between 3 and 7?" | yes or no |
    | divisibility | "is it even?", "is it divisible by 3?", ``x mod 5 == 0`` | yes or no |
    | property | "is it prime?", "is it a square?" | yes or no |
    | list, where ``subsets`` allows it | "is it one of 3, 5, 8?" | yes or no |
    | attempt | ``answer: 12``, "is it 12?", ``\boxed{12}`` | right or wrong |

    A query that is true of exactly one live number is an attempt, however worded, unless
    ``rules={"disguised_attempts": False}``. Questions that are answered by a value (``x mod 7``) are refused.

    ## Action Space
    ``Utterance``: any text of at most 8,000 characters, the empty one included.

    ## Observation Space
    ``Utterance``: what the teacher said, then a line with the turns left (and the attempts left, where fewer than
    turns).

    ## Starting State
    The statement, which names N; the number is drawn by ``np_random``, or given by
    ``reset(options={"problem_id": …})``.

    ## Rewards
    1 for a correct attempt, plus information shaping: γΦ(b') − Φ(b) with Φ(b) = −β·H(b)/H(prior), β = 0.5, zero once
    terminated, which leaves optimal policies alone. ``info["reward_terms"]`` holds the terms; they sum to the reward.

    Brackets of the default setting (N = 16, 5 turns, as many attempts): the exact optimum is 1, and 0.0625, 0.125,
    0.25, 0.5, 1 with 1 to 5 turns; greedy information reaches it; hedging earns 5/16 = 0.3125.
    With any yes-or-no question allowed a number is identified in k + 1 − 2^k/N questions on average, k = ⌈log2 N⌉, and
    not sooner.

    ## Episode End
    ### Termination
    A correct attempt, the last judged attempt, or the last turn.

    ### Truncation
    Only when the teacher fails; ``info["failure"]`` names the kind of failure.

    ## Information
    As in ``MathTutor-v0``: at reset ``problem_id``, ``belief_entropy_bits`` and ``turns_left``; at every step
    ``query_kind``, ``expected_bits``, ``realised_bits``, ``verdict_bits``, ``expected_verdict_bits``, ``best_bits``,
    ``belief_entropy_bits``, ``meter``, ``reward_terms``, ``turns_left``, ``success``; at the end ``leaks_stopped``.

    ## Arguments
    | argument | default | meaning |
    |---|---|---|
    | ``asymmetry`` | ``"answer"`` | what the teacher holds: ``answer``, ``verifier``, ``knowledge``, ``none`` |
    | ``teacher`` | ``"oracle"`` | a voice, ``{"voice": "lying"}``, or an object with ``name`` and ``reply`` |
    | ``max_turns`` | ⌈log2 N⌉ + 1 | a number, or a pair from which each episode draws |
    | ``max_attempts`` | as many as turns | attempts that are judged; the last one ends the episode |
    | ``shaping`` | ``"potential"`` | or ``"bonus"``, ``"none"``; the last by default with a language model |
    | ``gamma`` | 1.0 | the learner's discount, for the shaping |
    | ``rules`` | ``{}`` | ``beta``, ``turn_cost``, ``cap_bits``, ``guard_retries``, ``disguised_attempts``, ``best`` |
    | ``config`` | ``{}`` | ``size`` 16, ``moduli`` [2, 3, 5], ``subsets`` false, ``prior`` uniform |

    Voices and the asymmetries that they make sense with; any other pair is a ``ValueError``:

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
    Exact: equality of integers, by ``sml_env.verifiers.verify``.

    ## References
    Rényi 1961 and Ulam 1976 on the game with lies; Pelc 1987 (*Solution of Ulam's problem on searching with a lie*);
    Berlekamp 1968; Huffman 1952.

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
        self.config = TwentyQuestionsConfig.of(config)
        super().__init__(
            twenty_questions(self.config),
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
    return TextVectorEnv(TwentyQuestionsEnv, num_envs, **arguments)
