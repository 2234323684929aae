"""HiddenProgram by number: the discrete view of the game."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sml_env.discrete import DiscreteEnv
from sml_env.envs.hidden_program import HiddenProgramConfig, hidden_programs
from sml_env.teachers import Teacher
from sml_env.vector import DiscreteVectorEnv

__all__ = ["HiddenProgramDiscreteEnv", "vector"]


class HiddenProgramDiscreteEnv(DiscreteEnv):
    r"""A hidden program of one argument, asked about by number.

    ## Description
    The game of ``HiddenProgram-v0`` for agents without language: an action is a question of the menu or an attempt,
    and a wrong attempt is answered by the value at the first declared input where the program has another one.

    ## Query Language
    None; ``utterance(action)`` gives an action's words in the text environment.

    ## Action Space
    ``Discrete``: the questions of the menu (the types, values at 16 inputs of each type), then the attempts: with
    ``attempts="map"`` one action that attempts the most likely program, the first on ties; with ``"each"`` one for each
    program, illegal once tried. Any other number costs the turn and is worth 0 bits.

    ## Observation Space
    ``Box`` of float32, by ``observation=``:

    - ``"belief"``: the ideal listener's posterior over the programs, then the turns left one-hot (from 0 to
      ``max_turns``), and the attempts left one-hot where they are fewer than turns.
    - ``"history"``, shape ``(max_turns, 2)``: for each turn so far the action + 1 and the code of the reply + 1 (0: no
      legal action, no reply).
    - ``"per_action"``, shape ``(A, 5)``: legal, an attempt, expected bits, probability of the likeliest reply (of an
      attempt: of being right), share of the turns left.

    ## Starting State
    A program drawn by ``np_random``, the same as in the text environment for a seed; or that of
    ``reset(options={"problem_id": …})``.

    ## Rewards
    As in the text environment: 1 for a correct attempt, plus γΦ(b') − Φ(b) with Φ(b) = −β·H(b)/H(prior), β = 0.5, zero
    once terminated. Replaying an episode's utterances in the text environment gives the same rewards and bits.

    Brackets of the default setting (2100 programs, 6 turns, as many attempts): the exact optimum is 1 with
    ``attempts="each"``, where attempts that listen to the counterexamples find every program; greedy information on the
    menu earns 0.8076; hedging without listening earns 6/2100 = 0.0029; uniformly random legal actions earn 0.019.

    ## Episode End
    ### Termination
    A correct attempt, the last judged attempt, or the last turn.

    ### Truncation
    Never: no teacher speaks freely here.

    ## Information
    As in the text environment, and ``action_mask`` at reset and at every step: shape ``(A,)``, 1 where an action is
    legal; ``action_masks()`` returns the same. In the vector ``privileged()`` gives hypotheses and beliefs.

    ## Arguments
    Those of ``HiddenProgram-v0`` and two more:

    | argument | default | meaning |
    |---|---|---|
    | ``attempts`` | ``"map"`` | or ``"each"`` |
    | ``observation`` | ``"belief"`` | or ``"history"``, ``"per_action"`` |
    | ``config`` | ``{}`` | as of ``HiddenProgram-v0`` |

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
    Exact: an attempt is a program of the family.

    ## References
    As of ``HiddenProgram-v0``.

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
            attempts=attempts,
            observation=observation,
            render_mode=render_mode,
        )


def vector(num_envs: int = 1, config: Mapping[str, Any] | None = None, **arguments: Any) -> DiscreteVectorEnv:
    """The native vector of this environment; further arguments as of ``DiscreteVectorEnv``."""
    return DiscreteVectorEnv(hidden_programs(HiddenProgramConfig.of(config)), num_envs, **arguments)
