"""MathTutor: a student asks a teacher about one mathematics problem."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sml_env.core import TextEnv
from sml_env.envs.math_family import MathTutorConfig, math_family
from sml_env.teachers import Teacher
from sml_env.text_vector import TextVectorEnv

__all__ = ["MathTutorEnv", "vector"]


class MathTutorEnv(TextEnv):
    r"""A student asks a teacher about one mathematics problem, and solves it in conversation.

    ## Description
    Each episode is one problem with a hidden exact answer: a generated exercise (20 topics, difficulty 1 to 5) or a
    word problem from data. The teacher knows something that the student does not; how much a reply tells is in bits
    of an ideal listener's belief and shapes the reward. A generated exercise has 16 candidates:
    answers of its topic, chosen so that wrong procedures lead from one to another, of which the truth is one drawn
    uniformly; so whoever does not work out the statement is right with probability 1/16, exactly. A word problem with
    an integer answer is closed by a prior over integers that was declared without looking at any data
    (``sml_env.priors``); other answers stay open, and their bits are ``None``.

    ## Query Language
    English or symbols; one question a turn. The answer is called ``x`` (or the problem's own letters, or "it").

    | ask | for example | reply |
    |---|---|---|
    | predicate | ``x > 10``, "is it even?", "between 3 and 7?", "is it prime?", "is 3 a solution?" | yes or no |
    | value | ``x mod 7``, "how many digits?", "what is its sign?" | the value |
    | step check | "is 3x = 12 right?", ``16 - 3 - 4 = 9`` | yes, no, or not defined |
    | hint | "give me a hint" | the next operation, without computed values; never the last |
    | diagnosis | "why is 12 wrong?" | what a wrong attempt came from |
    | fact | "what do you know?" | under "knowledge" the next fact, otherwise a reference to the statement |
    | attempt | ``answer: 42``, ``\boxed{42}``, "I think it is 42", "is it 42?" | right or wrong |

    A query that is true of exactly one live candidate is an attempt, however worded. "What is the answer?" and queries
    that would tell more than ``cap_bits`` are refused. What is not understood gets a reply that says what can be asked,
    costs the turn and is worth 0 bits.

    ## Action Space
    ``Utterance``: any text of at most 8,000 characters, the empty one included.

    ## Observation Space
    ``Utterance``: what the teacher said, then a line with the turns left (and the attempts left, where fewer than
    turns). ``sml_env.wrappers`` add the transcript.

    ## Starting State
    The statement of a problem drawn by ``np_random``, or of ``reset(options={"problem_id": …})``.

    ## Rewards
    1 for a correct attempt, plus information shaping: γΦ(b') − Φ(b) with Φ(b) = −β·H(b)/H(prior), β = 0.5, zero once
    terminated, which leaves optimal policies alone. ``shaping="bonus"`` pays β per expected bit and moves the optimum;
    ``shaping="none"`` is sparse. ``info["reward_terms"]`` holds the terms; they sum to the reward.

    Brackets of the default setting (16 candidates, 8 turns, as many attempts): hedging earns k/N = 8/16 = 0.5 and no
    policy earns more against a teacher that tells nothing; four yes-or-no questions and an attempt always solve it, so
    the optimum against the oracle is 1. With ``max_attempts=1`` hedging earns 1/16.

    ## Episode End
    ### Termination
    A correct attempt, the last judged attempt, or the last turn.

    ### Truncation
    Only when the teacher fails; ``info["failure"]`` names the kind of failure.

    ## Information
    At reset ``problem_id``, ``belief_entropy_bits`` and ``turns_left``. At every step also ``query_kind``,
    ``expected_bits``, ``realised_bits``, ``verdict_bits``, ``expected_verdict_bits``, ``best_bits``, ``meter``,
    ``reward_terms``, ``success``; at the end ``leaks_stopped``. Bits are ``None`` where they cannot be said, never 0:
    open problems, hints from a data set's worked solution, and teachers that state no channel.

    ## Arguments
    | argument | default | meaning |
    |---|---|---|
    | ``asymmetry`` | ``"answer"`` | what the teacher holds: ``answer``, ``verifier``, ``knowledge``, ``none`` |
    | ``teacher`` | ``"oracle"`` | a voice, ``{"voice": "noisy", "p": 0.2}``, or an object with ``name`` and ``reply`` |
    | ``max_turns`` | 8, for data 20 | a number, or a pair from which each episode draws |
    | ``max_attempts`` | as many as turns | attempts that are judged; the last one ends the episode |
    | ``shaping`` | ``"potential"`` | or ``"bonus"``, ``"none"``; the last by default with a language model |
    | ``gamma`` | 1.0 | the learner's discount, for the shaping |
    | ``rules`` | ``{}`` | ``beta`` 0.5, ``turn_cost`` 0, ``cap_bits`` 3, ``guard_retries`` 0, ``best`` true, … |
    | ``config`` | ``{}`` | ``topics``, ``difficulty``, ``split``, ``candidates``, ``data``, … (``MathTutorConfig``) |

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
    ``sml_env.verifiers.verify``, the symbolic verifier: exact on rationals, sets, pairs and intervals.

    ## References
    Cook et al. 2026, social meta-learning (arXiv 2602.16488); Ng, Harada, Russell 1999 and Grześ 2017 on shaping; Brown
    and Burton 1978 (BUGGY) and Brown and VanLehn 1980 (repair theory) on wrong procedures; Cobbe et al. 2021 (GSM8K).

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
        self.config = MathTutorConfig.of(config)
        super().__init__(
            math_family(self.config),
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
    return TextVectorEnv(MathTutorEnv, num_envs, **arguments)
