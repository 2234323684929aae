"""Clarify: a problem with missing facts, which the teacher holds and tells when it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sml_env.core import TextEnv
from sml_env.envs.clarify_family import ClarifyConfig, clarify_family
from sml_env.teachers import Teacher
from sml_env.text_vector import TextVectorEnv

__all__ = ["ClarifyEnv", "vector"]


class ClarifyEnv(TextEnv):
    r"""A problem with missing facts, which the teacher holds and tells when it is asked.

    ## Description
    A story ends in a question that it does not say enough to answer. From one to three facts that matter are withheld,
    of three kinds: a quantity ("All boxes hold the same number of pens": how many?), a rule ("The shop has its own rule
    for discounts"), and what is meant by a word ("The price is $3": for how many pens?). Two more facts are withheld
    that do not matter (the weather, somebody's age), and the budget has a turn for each fact that matters and one for
    the attempt. Each withheld fact may be one of three things; a hypothesis is an assignment of all of them, and the
    truth one drawn uniformly: 27, 81 or 243 hypotheses. Several lead to the same answer, and bits are about the answer.
    Each fact that matters does so under every assignment of the others, so the smallest set of facts that tells the
    answer is the same whichever is true.

    With ``config={"data": "gsm8k.jsonl"}`` the problems are word problems of a file: a quantity of the statement is
    removed (the letter N stands in its place) and two idle facts are added. Only problems in which the worked solution
    says how the quantity enters are taken: the chain of its calculator annotations, gone through again with the
    quantity's own value, gives the answer of the data set, and other values give other answers. 649 of the 1,319
    problems of GSM8K's test split can be converted. The truth is drawn anew from eight values, so that what a model
    remembers of the data set tells nothing.

    ## Query Language
    English; one question a turn.

    | ask | for example | reply |
    |---|---|---|
    | for a fact | "How many pens are in a box?", "What is the discount?", "what does the price mean" | what it is |
    | attempt | ``answer: 36``, "is it 36?", ``\boxed{36}`` | right or wrong |
    | hint | "Give me a hint." | that there is none |
    | fact | "what do you know?" | under "knowledge" the next fact |

    A question is read by the words that name a fact; one that names two facts alike, or none, is not understood. "What
    is the answer?" is refused, and questions about the answer ("is it more than 10?") are not understood: the teacher
    speaks of the story. What is not understood costs the turn and is worth 0 bits.

    ## Action Space
    ``Utterance``: any text of at most 8,000 characters, the empty one included.

    ## Observation Space
    ``Utterance``: what the teacher said, then a line with the turns left (and the attempts left, where fewer than
    turns).

    ## Starting State
    The statement of a problem drawn by ``np_random``, or given by ``reset(options={"problem_id": …})``
    (``pens-2-train-17``: story, difficulty, split, number; or the row of the file).

    ## Rewards
    1 for a correct attempt, plus information shaping: γΦ(b') − Φ(b) with Φ(b) = −β·H(b)/H(prior), β = 0.5, H being the
    entropy of the answer, zero once terminated, which leaves optimal policies alone. ``info["reward_terms"]`` holds the
    terms; they sum to the reward.

    Brackets of the default setting (difficulty 2, 3 turns, as many attempts): the optimum is 1: ask for the two facts
    that matter, then attempt. Hedging, which asks nothing, earns the mass of the three likeliest answers, 0.37 on
    average; asking for everything in the order of the menu leaves no turn for an attempt and earns 0.

    ## Episode End
    ### Termination
    A correct attempt, the last judged attempt, or the last turn.

    ### Truncation
    Only when the teacher fails; ``info["failure"]`` names the kind of failure.

    ## Information
    As in ``MathTutor-v0``: at reset ``problem_id``, ``belief_entropy_bits`` and ``turns_left``; at every step
    ``query_kind`` (``clarification`` for a fact), ``expected_bits``, ``realised_bits``, ``verdict_bits``,
    ``expected_verdict_bits``, ``best_bits``, ``belief_entropy_bits``, ``meter``, ``reward_terms``, ``turns_left``,
    ``success``; at the end ``leaks_stopped``, and, since it tells which facts matter, only then:
    ``premature_attempts`` (judged while more than one answer was possible to an ideal listener),
    ``irrelevant_questions``, ``sufficient_asked`` (how many facts that matter were asked for) and ``sufficient_set``
    (their names, joined by semicolons). A fact that matters may tell 0 bits by itself where its effect is hidden by
    another; that it is irrelevant is said of the fact, not of the bits.

    ## Arguments
    | argument | default | meaning |
    |---|---|---|
    | ``asymmetry`` | ``"answer"`` | what the teacher holds: ``answer``, ``verifier``, ``knowledge``, ``none`` |
    | ``teacher`` | ``"oracle"`` | a voice, ``{"voice": "noisy", "p": 0.2}``, or an object with ``name`` and ``reply`` |
    | ``max_turns`` | difficulty + 1 | a number, or a pair from which each episode draws; 2 for data |
    | ``max_attempts`` | as many as turns | attempts that are judged; the last one ends the episode |
    | ``shaping`` | ``"potential"`` | or ``"bonus"``, ``"none"``; the last by default with a language model |
    | ``gamma`` | 1.0 | the learner's discount, for the shaping |
    | ``rules`` | ``{}`` | ``cap_bits``, ``beta``, ``turn_cost``, ``guard_retries``, ``disguised_attempts`` (false)… |
    | ``config`` | ``{}`` | ``stories``, a list of names (all 15); ``difficulty``, 1 to 3 (2); ``split``; or ``data`` |

    With "answer" the teacher holds all the facts; with "knowledge" all but one of those that matter. Voices and the
    asymmetries that they make sense with; any other pair is a ``ValueError``:

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
    ``sml_env.verifiers.verify`` under the exact profile.

    ## References
    Cobbe et al. 2021, *Training Verifiers to Solve Math Word Problems*, for GSM8K.

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
        self.config = ClarifyConfig.of(config)
        super().__init__(
            clarify_family(self.config),
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
    return TextVectorEnv(ClarifyEnv, num_envs, **arguments)
