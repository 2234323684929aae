"""Mastermind: a hidden code, found by guesses that are queries and attempts in one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from math import perm
from typing import Any, Final

import numpy as np

from sml_env.closed import SharedFamily
from sml_env.config import checked, integer
from sml_env.core import TextEnv
from sml_env.envs.codes import ALPHABET, CodeDomain, CodeGame, Feedbacks, Guesses
from sml_env.errors import ConfigurationError
from sml_env.menu import Menu
from sml_env.problems import HypothesisSpace, Responses
from sml_env.teachers import Teacher
from sml_env.text_vector import TextVectorEnv

__all__ = ["FEEDBACK", "MastermindConfig", "MastermindEnv", "mastermind", "vector"]

FEEDBACK: Final = ("black-white", "bulls-cows", "black")
MAX_CODES: Final = 1_000_000
MAX_PEGS: Final = 12


@dataclass(frozen=True, slots=True)
class MastermindConfig:
    """What is particular to Mastermind. Bulls and Cows is pegs 4, colours 10, no repeats, feedback "bulls-cows".

    Attributes:
        pegs: Of a code.
        colours: That a peg may have.
        repeats: Whether a colour may occur more than once.
        feedback: ``"black-white"``, ``"bulls-cows"`` (the same in other words), or ``"black"`` alone.
    """

    pegs: int = 4
    colours: int = 6
    repeats: bool = True
    feedback: str = "black-white"

    def __post_init__(self) -> None:
        integer("pegs", self.pegs, 1, MAX_PEGS)
        integer("colours", self.colours, 1, len(ALPHABET))
        if not isinstance(self.repeats, bool):
            raise ConfigurationError(f"repeats: {self.repeats!r} is neither true nor false")
        if not self.repeats and self.pegs > self.colours:
            raise ConfigurationError(f"pegs: {self.pegs} different ones cannot be had of colours={self.colours}")
        if self.feedback not in FEEDBACK:
            raise ConfigurationError(f"feedback: {self.feedback!r} is none of {', '.join(FEEDBACK)}")
        size = self.colours**self.pegs if self.repeats else perm(self.colours, self.pegs)
        if size > MAX_CODES:
            raise ConfigurationError(
                f"pegs: {self.pegs} with colours={self.colours} give {size:,} codes, more than {MAX_CODES:,}"
            )

    @classmethod
    def of(cls, config: Mapping[str, Any] | None) -> MastermindConfig:
        """From a JSON-able mapping.

        Raises:
            ConfigurationError: If a key is unknown or a value makes no sense.
        """
        return cls(**checked(cls, config))


@lru_cache(maxsize=8)
def mastermind(config: MastermindConfig) -> SharedFamily:
    """The family that a config describes."""
    game = CodeGame(config.pegs, config.colours, config.repeats, config.feedback)
    codes = game.codes()
    table, replies = game.table(codes), game.replies
    menu = Menu(Guesses(codes), Feedbacks(table, replies), None, family_table=table, sure=0)
    size = len(codes)
    space = HypothesisSpace(
        codes, np.full(size, 1.0 / size), family_menu=menu, responses=Responses(table, replies, guesses=True)
    )
    told = {
        "black-white": "how many pegs are right in colour and place (black), and how many in colour alone (white)",
        "bulls-cows": "how many symbols stand at their place (bulls), and how many elsewhere (cows)",
        "black": "how many pegs are right in colour and place (black)",
    }[config.feedback]
    again = "may occur more than once" if config.repeats else "occur at most once"
    statement = (
        f"I have hidden a code of {config.pegs} symbols out of {game.symbols}; symbols {again}. Guess it; I will say "
        f"{told}."
    )
    return SharedFamily(
        "code",
        statement,
        space,
        CodeDomain(game),
        default_turns=10,
        default_rules={"cap_bits": 64.0},
        asymmetries=("answer", "verifier", "none"),
        recipe=partial(mastermind, config),
    )


class MastermindEnv(TextEnv):
    r"""A hidden code, found by guesses that are queries and attempts in one.

    ## Description
    The teacher hides a code of pegs, drawn uniformly. A guess is an attempt; the verdict is the environment's, and the
    teacher, who holds the code, answers a wrong guess with the number of pegs that are right in colour and place
    (black) and in colour alone (white). The optimal play of the default setting (4 pegs, 6 colours, 1296 codes) is
    published, so that the library can be checked on it. Bulls and Cows is
    ``config={"pegs": 4, "colours": 10, "repeats": False, "feedback": "bulls-cows"}``.

    ## Query Language
    One guess a turn: a symbol for each peg, with or without words and separators.

    | say | for example | reply |
    |---|---|---|
    | guess | ``1123``, ``guess 1 1 2 3``, "is it 1-1-2-3?", ``\boxed{1123}`` | right, or the feedback |

    Anything else gets a reply that says what can be guessed, costs the turn and is worth 0 bits.

    ## Action Space
    ``Utterance``: any text of at most 8,000 characters, the empty one included.

    ## Observation Space
    ``Utterance``: what was said, then a line with the turns left (and the attempts left, where fewer than turns).

    ## Starting State
    The statement, which names pegs and colours; the code is drawn by ``np_random``, or given by
    ``reset(options={"problem_id": …})``.

    ## Rewards
    1 for the right guess, plus information shaping: γΦ(b') − Φ(b) with Φ(b) = −β·H(b)/H(prior), β = 0.5, zero once
    terminated, which leaves optimal policies alone. ``info["reward_terms"]`` holds the terms; they sum to the reward.

    Brackets of the default setting (10 turns, as many attempts): the exact optimum is 1, since every code is found in
    at most 5 guesses (Knuth 1977); the optimal total is 5625 guesses over all codes (Koyama and Lai 1993), that of
    greedy information 5722; hedging, which does not listen, earns 10/1296 = 0.0077.
    With 3 pegs and 4 colours (64 codes) the optimum is 0.141 and 0.672 with 2 and 3 turns.

    ## Episode End
    ### Termination
    The right guess, the last judged guess, or the last turn.

    ### Truncation
    Only when the teacher fails; ``info["failure"]`` names the kind of failure.

    ## Information
    As in ``MathTutor-v0``. A guess that is answered is one reply, verdict and feedback together: its bits are
    ``expected_bits`` and ``realised_bits``, its ``query_kind`` is ``guess``, and its ``verdict_bits`` are 0. Where
    guesses get the bare verdict (asymmetry ``verifier`` or ``none``, or a voice that tells nothing) the
    ``query_kind`` is ``attempt`` and the bits are ``verdict_bits``. ``best_bits`` is the best guess's; it is what a
    step costs most, and ``rules={"best": False}`` leaves it out.

    ## Arguments
    | argument | default | meaning |
    |---|---|---|
    | ``asymmetry`` | ``"answer"`` | what the teacher holds: ``answer``, ``verifier``, ``none`` |
    | ``teacher`` | ``"oracle"`` | a voice, ``{"voice": "lying"}``, or an object with ``name`` and ``reply`` |
    | ``max_turns`` | 10 | a number, or a pair from which each episode draws |
    | ``max_attempts`` | as many as turns | guesses that are judged; the last one ends the episode |
    | ``shaping`` | ``"potential"`` | or ``"bonus"``, ``"none"``; the last by default with a language model |
    | ``gamma`` | 1.0 | the learner's discount, for the shaping |
    | ``rules`` | ``{}`` | ``beta``, ``turn_cost``, ``guard_retries``, ``best``; no cap applies to guesses |
    | ``config`` | ``{}`` | ``pegs`` 4, ``colours`` 6, ``repeats`` true, ``feedback`` "black-white" |

    Voices and the asymmetries that they make sense with; any other pair is a ``ValueError``. Feedback may be noised
    or a lie, the verdict never is:

    | voice | answer | verifier | knowledge | none |
    |---|---|---|---|---|
    | ``oracle`` | yes | yes | | is the peer |
    | ``null`` ("Try again.") | yes | yes | | yes |
    | ``gibberish`` | yes | | | |
    | ``peer`` | | | | yes |
    | ``noisy`` | yes | | | |
    | ``lying`` | yes | | | |
    | ``leaky`` | yes | | | |
    | your own object | yes | yes | | yes |

    ## Verifier
    Exact: equality of codes.

    ## References
    Knuth 1976–77, *The computer as Master Mind*; Koyama and Lai 1993, *An optimal Mastermind strategy*; Neuwirth 1982;
    Irving 1979; Kooi 2005, *Yet another Mastermind strategy*.

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
        self.config = MastermindConfig.of(config)
        super().__init__(
            mastermind(self.config),
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
    return TextVectorEnv(MastermindEnv, num_envs, **arguments)
