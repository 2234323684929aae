"""Clarify by number: the discrete view of its problems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sml_env.discrete import DiscreteEnv
from sml_env.envs.clarify_family import ClarifyConfig, clarify_family
from sml_env.teachers import Teacher
from sml_env.vector import DiscreteVectorEnv

__all__ = ["ClarifyDiscreteEnv", "vector"]


class ClarifyDiscreteEnv(DiscreteEnv):
    r"""A problem with missing facts, asked for by number.

    ## Description
    The problems of ``Clarify-v0`` for agents without language. What is left of a story is its hypotheses, what each
    question would be answered under each of them, and which of them share an answer: which facts matter is to be read
    from that.

    ## Query Language
    None; ``utterance(action)`` gives an action's words in the text environment.

    ## Action Space
    ``Discrete``: one question for each withheld fact, in the order of the statement (difficulty + 2 of them, 3 for
    data), then the attempts: with ``attempts="map"`` one action that attempts the most likely answer, the lowest on
    ties; with ``"each"`` one for each hypothesis, of which only the first of each answer is legal, and none once tried.
    An illegal action costs the turn and is worth 0 bits.

    ## Observation Space
    ``Box`` of float32, by ``observation=``:

    - ``"belief"``: the ideal listener's posterior over the hypotheses, then the turns left one-hot (from 0 to
      ``max_turns``), and the attempts left one-hot where they are fewer than turns, and what every question means: for
      each question and hypothesis the code of the reply as a share of the largest; and last for each hypothesis the
      number of its answer, in ascending order, as a share of the largest.
    - ``"history"``, shape ``(max_turns, 2)``: for each turn so far the action + 1 and the code of the reply + 1 (0: no
      legal action, no reply). It does not tell which facts matter.
    - ``"per_action"``, shape ``(A, 5)``: legal, an attempt, expected bits about the answer, probability of the
      likeliest reply (of an attempt: of being right), share of the turns left.

    ## Starting State
    A problem drawn by ``np_random``, the same as in the text environment for a seed; or that of
    ``reset(options={"problem_id": …})``.

    ## Rewards
    As in the text environment: 1 for a correct attempt, plus γΦ(b') − Φ(b) with Φ(b) = −β·H(b)/H(prior), β = 0.5, zero
    once terminated. Replaying an episode's utterances in the text environment gives the same rewards and bits.

    Brackets of the default setting (difficulty 2, 81 hypotheses, 3 turns, as many attempts): the exact optimum is 1,
    which greedy information reaches on every problem; hedging earns 0.37 on average, uniformly random legal actions
    0.13.

    ## Episode End
    ### Termination
    A correct attempt, the last judged attempt, or the last turn.

    ### Truncation
    Never: no teacher speaks freely here.

    ## Information
    As in the text environment, the account of an ended episode included, and ``action_mask`` at reset and at every
    step: shape ``(A,)``, 1 where an action is legal; ``action_masks()`` returns the same. In the vector
    ``privileged()`` gives hypotheses and beliefs.

    ## Arguments
    Those of ``Clarify-v0`` and two more:

    | argument | default | meaning |
    |---|---|---|
    | ``attempts`` | ``"map"`` | or ``"each"`` |
    | ``observation`` | ``"belief"`` | or ``"history"``, ``"per_action"`` |

    Voices and the asymmetries that they make sense with; any other pair is a ``ValueError``, and so is a teacher whose
    replies follow no law:

    | voice | answer | verifier | knowledge | none |
    |---|---|---|---|---|
    | ``oracle`` | yes | yes | yes | is the peer |
    | ``null`` | yes | yes | yes | yes |
    | ``gibberish`` | yes | | yes | |
    | ``peer`` | | | | yes |
    | ``noisy`` | yes | | yes | |
    | ``lying`` | yes | | | |
    | ``leaky`` | | | | |

    ## Verifier
    Exact: an attempt is an answer.

    ## References
    As of ``Clarify-v0``.

    ## Version History
    * v0: first version.
    """

    def __init__(
        self,
        asymmetry: str = "answer",
        teacher: str | Mapping[str, Any] | Teacher = "oracle",
        max_turns: int | tuple[int, int] | None = None,
        max_attempts: int | None = None,
        shaping: str = "potential",
        gamma: float = 1.0,
        rules: Mapping[str, Any] | None = None,
        config: Mapping[str, Any] | None = None,
        attempts: str = "map",
        observation: str = "belief",
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
            attempts=attempts,
            observation=observation,
            render_mode=render_mode,
        )


def vector(num_envs: int = 1, config: Mapping[str, Any] | None = None, **arguments: Any) -> DiscreteVectorEnv:
    """The native vector of this environment; further arguments as of ``DiscreteVectorEnv``."""
    return DiscreteVectorEnv(clarify_family(ClarifyConfig.of(config)), num_envs, **arguments)
