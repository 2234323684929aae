"""CodeTutor: a student asks a teacher about one programming problem."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sml_env.core import TextEnv
from sml_env.envs.code_family import CodeTutorConfig, code_family
from sml_env.errors import ConfigurationError
from sml_env.teachers import Teacher
from sml_env.text_vector import TextVectorEnv

__all__ = ["CodeTutorEnv", "vector"]

_WITHOUT_HYPOTHESES: Final = ("noisy", "lying", "gibberish")


class CodeTutorEnv(TextEnv):
    r"""A student asks a teacher about one programming problem, and solves it in conversation.

    ## Description
    Each episode is one function to be written, with hidden tests and a reference program. The statement leaves open
    what a question must settle; the teacher can run the reference, say on which input a submission fails, and hint.
    Twenty problems come along; ``config={"data": "HumanEval.jsonl.gz"}`` reads HumanEval's layout, MBPP's, or a plain
    one, and leaves out by name what fails its own tests. Problems are open: there is no finite hypothesis space, so
    bits are ``None`` and nothing is paid for them.

    ## Query Language
    English; one question or one program a turn.

    | ask | for example | reply |
    |---|---|---|
    | value | ``call f([1, 2], 3)``, "what does f('ab') return?" | what the reference returns or raises |
    | diagnosis | "what failed?", "why was that wrong?" | an input on which the latest program fails, and its result |
    | hint | "give me a hint" | the next step of a strategy, never code; never the last |
    | fact | "what do you know?" | the next rule under "knowledge"; else a reference to the statement |
    | attempt | a program in a block fenced by ```` ``` ```` | right or wrong, or why it cannot be run |

    Of several calls, or blocks, the last one counts; text that begins as a program and defines the function is one
    without a fence. Arguments are literals of plain values, by position. "Show me the code" is refused. What is not
    understood gets a reply that says what can be asked, and costs the turn.

    ## Action Space
    ``Utterance``: any text of at most 8,000 characters, the empty one included.

    ## Observation Space
    ``Utterance``: what the teacher said, then a line with the turns left (and the attempts left, where fewer than
    turns).

    ## Starting State
    The statement of a problem drawn by ``np_random``, or of ``reset(options={"problem_id": …})``.

    ## Rewards
    1 for a correct attempt, less ``turn_cost``. Information is not paid: the problems are open, so that every shaping
    gives 0 for it.

    Brackets: who cannot write programs earns 0, whatever the teacher says; random, constant and hedging agents earn 0,
    since no program is right by chance; who submits the reference earns 1.

    ## Episode End
    ### Termination
    A correct attempt, the last judged attempt, or the last turn.

    ### Truncation
    When the teacher or the verifier fails; ``info["failure"]`` names which and how. Such an episode is not scored.

    ## Information
    At reset ``problem_id``, ``belief_entropy_bits`` and ``turns_left``. At every step also ``query_kind``,
    ``expected_bits``, ``realised_bits``, ``verdict_bits``, ``expected_verdict_bits``, ``best_bits``, ``meter``,
    ``reward_terms``, ``turns_left``, ``success``; at the end ``leaks_stopped``. The bits of the teacher's replies are
    ``None`` (0 for voices that tell nothing), and ``meter`` is ``"none"``: the ``mutants`` meter depends on the
    reference, so that a student who read it would learn of the reference. It is ``env.unwrapped.metered()``, private.

    ## Arguments
    | argument | default | meaning |
    |---|---|---|
    | ``asymmetry`` | ``"answer"`` | what the teacher holds: ``answer``, ``verifier``, ``knowledge``, ``none`` |
    | ``teacher`` | ``"oracle"`` | a voice, or an object with ``name`` and ``reply`` |
    | ``max_turns`` | 10 | a number, or a pair from which each episode draws |
    | ``max_attempts`` | as many as turns | attempts that are judged; the last one ends the episode |
    | ``shaping`` | ``"potential"`` | all are 0 here |
    | ``gamma`` | 1.0 | the learner's discount |
    | ``rules`` | ``{}`` | ``turn_cost`` 0, ``guard_retries`` 0, … |
    | ``config`` | ``{}`` | ``data``, ``fresh`` 12 (``CodeTutorConfig``) |

    Under "answer" the teacher holds the reference: it answers calls and says of what kind a fault is. Under "verifier"
    it sees the verdict on the latest submission alone, and can name the input and what came. Under "knowledge" it has
    definitions and rules of edge cases, one a question; problems of a file have none. Voices and the asymmetries that
    they make sense with; any other pair is a ``ValueError``:

    | voice | answer | verifier | knowledge | none |
    |---|---|---|---|---|
    | ``oracle`` | yes | yes | yes | is the peer |
    | ``null`` ("Try again.") | yes | yes | yes | yes |
    | ``gibberish`` | | | | |
    | ``peer`` | | | | yes |
    | ``noisy`` | | | | |
    | ``lying`` | | | | |
    | ``leaky`` | yes | | | |
    | your own object | yes | yes | yes | yes |

    ## Verifier
    ``sml_env.verifiers.verify_code``, the execution verifier. A submission is judged by the hidden inputs that were
    neither asked (answered or not) nor shown in the lesson, and by ``fresh`` ones that are generated for it; so neither
    a refusal nor a failure tells which inputs are hidden. Types are exact; where the tests are asserts a difference of
    1e-9 is allowed, and 2 is 2.0. Tests that ask for a property rather than a value are judged by their own asserts.

    ## References
    Cook et al. 2026, social meta-learning (arXiv 2602.16488); Chen et al. 2021 (HumanEval, arXiv 2107.03374); Austin
    et al. 2021 (MBPP, arXiv 2108.07732); DeMillo, Lipton, Sayward 1978 on mutants.

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
        self.config = CodeTutorConfig.of(config)
        voice = teacher.get("voice") if isinstance(teacher, Mapping) else teacher
        if isinstance(voice, str) and voice in _WITHOUT_HYPOTHESES:
            raise ConfigurationError(
                f"teacher: {voice!r} with asymmetry={asymmetry!r} makes no sense in CodeTutorEnv: its problems "
                "are open, and that voice draws from hypotheses"
            )
        super().__init__(
            code_family(self.config),
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
    return TextVectorEnv(CodeTutorEnv, num_envs, **arguments)
