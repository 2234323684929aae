"""GRPO in TRL: a rollout function that plays lessons with the trainer's model, their data set, and their rewards.

A prompt is data that names a lesson: the id of an environment and the seed of its reset. So all completions of a group
are lessons on the same problem, with the same turn budget and the same chance on the teacher's side.

Read against TRL 1.14.2 and 1.16: ``GRPOTrainer`` calls ``rollout_func(prompts, trainer)``, trains on the tokens whose
``env_mask`` is 1, hands further keys to the reward functions, and leaves a completion out of its group's baseline and
of the gradient where every reward function says ``None``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from statistics import fmean
from typing import Any

from sml_env.config import integer
from sml_env.core import TextEnv
from sml_env.errors import ConfigurationError
from sml_env.evaluation import UNSCORED, episode_seed
from sml_env.integrations.chat_tokens import ChatTokens
from sml_env.integrations.lesson_prompts import LARGEST_SEED, LessonPrompt
from sml_env.integrations.requirements import Requirement
from sml_env.integrations.token_lessons import Room, TokenLesson, taught, vector_of
from sml_env.lesson import Lesson
from sml_env.models.prompts import Prompts

__all__ = ["EpisodeReturn", "LessonRollout", "episode_return", "lesson_dataset", "success"]

Requirement("trl", extra="trl", low="1.14.2", high="1.17", excluded=("1.15.0",)).check()


def lesson_dataset(env_id: str, count: int, *, seed: int = 0, problem_ids: Sequence[str] | None = None) -> Any:
    """A ``datasets.Dataset`` of prompts, for ``GRPOTrainer(train_dataset=...)``.

    Args:
        env_id: A text id.
        count: How many prompts.
        seed: Of the whole; each prompt's own comes from it.
        problem_ids: Problems to go round; otherwise the seeds draw them.

    Raises:
        ConfigurationError: If an argument makes no sense.
    """
    from datasets import Dataset

    if problem_ids is not None and (isinstance(problem_ids, str) or not problem_ids):
        raise ConfigurationError(f"problem_ids: {problem_ids!r} is not a list of problems")
    chosen = [None] if problem_ids is None else list(problem_ids)
    seed = integer("seed", seed, 0, LARGEST_SEED)
    return Dataset.from_list(
        [
            {"prompt": str(LessonPrompt(env_id, episode_seed(seed, index), chosen[index % len(chosen)]))}
            for index in range(integer("count", count, 1, 10_000_000))
        ]
    )


class LessonRollout:
    """Plays the lessons that prompts name, for ``GRPOTrainer(rollout_func=...)``.

    All lessons of a batch are played at once: each turn is one call of the model's generation and, for each id, one of
    the teacher. The trainer's ``max_completion_length`` and the model's context bound a whole lesson; one in which the
    next turn would not fit is over, and is scored as it stands.

    Args:
        env: A text id, or several with further arguments each: ``{"sml_env/Clarify-v0": {"max_turns": 6}}``.
        turn_tokens: Most tokens of one turn, private reasoning included.
        system: What the student is told first; ``None`` for the package's own text, ``""`` for nothing.
        **arguments: Of the environments: ``asymmetry``, ``teacher``, ``max_turns``, ``shaping``, ``config`` and others.

    Raises:
        ConfigurationError: If an id is no text id, or an argument makes no sense.
    """

    def __init__(
        self,
        env: str | Mapping[str, Mapping[str, Any]],
        *,
        turn_tokens: int = 128,
        system: str | None = None,
        **arguments: Any,
    ) -> None:
        each = {env: {}} if isinstance(env, str) else dict(env)
        if not each:
            raise ConfigurationError(f"env: {env!r} names no environment")
        if system is not None and not isinstance(system, str):
            raise ConfigurationError(f"system: {system!r} is not a text")
        self.turn_tokens = integer("turn_tokens", turn_tokens, 1, 1_000_000)
        self._system = system
        self._arguments = {env_id: {**arguments, **own} for env_id, own in each.items()}
        self._vectors = {env_id: vector_of(env_id, 1, own) for env_id, own in self._arguments.items()}

    def __repr__(self) -> str:
        return f"LessonRollout({', '.join(map(repr, self._arguments))})"

    def __call__(self, prompts: Sequence[str], trainer: Any) -> dict[str, Any]:
        """Play one lesson for each prompt.

        Args:
            prompts: Texts of ``LessonPrompt``.
            trainer: TRL's, which generates.

        Returns:
            What TRL trains on, a row for each prompt: ``prompt_ids``, ``completion_ids`` (from the student's first
            token to its last, the teacher's words between), ``env_mask`` (1 on what the student sampled) and
            ``logprobs`` (0 where the mask is; ``None`` where the trainer's generation gives none). For reward
            functions: ``turn_rewards`` and ``turn_bits`` (expected bits or ``None``), ``utterances`` and ``replies``
            by turns; ``success``, ``turns``, ``failure`` (empty, or who failed), ``over_long``, ``problem_id``.

        Raises:
            ConfigurationError: If a prompt names no lesson of these environments, or there is no room for one turn.
        """
        from accelerate.utils import gather_object

        room = Room.of(trainer, self.turn_tokens)
        tokenizer = getattr(trainer.processing_class, "tokenizer", trainer.processing_class)
        tokens = ChatTokens(tokenizer, trainer.chat_template, trainer.chat_template_kwargs, trainer.eos_token_ids)
        plays = self._begun([LessonPrompt.read(prompt, self._arguments) for prompt in prompts], tokens, room)
        while True:
            live = [play for play in plays if not play.over]
            # Generation may be a joint act of all processes, each with as many prompts as the others.
            most = max(gather_object([len(live)]))
            if not most:
                return _columns(plays)
            asked = [play.tokens for play in live] + [plays[0].prompt] * (most - len(live))
            with _at_most(trainer, self.turn_tokens):
                said, logprobs = trainer._generate_single_turn(asked, None, {}, num_generations=1)
            for row, play in enumerate(live):
                turn = tokens.turn(said[row])
                play.say(turn, None if logprobs is None else logprobs[row], tokens.words(turn))
            taught(live)
            for play in live:
                if not play.over:
                    play.lead_on(tokens.between(play.turn, play.replies[-1]), room.left(play))

    def _begun(self, named: Sequence[LessonPrompt], tokens: ChatTokens, room: Room) -> list[TokenLesson]:
        """The lessons, begun, each in an environment of its own."""
        idle: dict[str, list[TextEnv]] = {}
        for env_id, count in Counter(each.env_id for each in named).items():
            if self._vectors[env_id].num_envs < count:
                self._vectors[env_id] = vector_of(env_id, count, self._arguments[env_id])
            idle[env_id] = list(self._vectors[env_id].envs)
        plays: list[TokenLesson] = []
        for each in named:
            core = idle[each.env_id].pop()
            statement, info = core.reset(seed=each.seed, options=each.options)
            play = TokenLesson(
                core, self._vectors[each.env_id], info["problem_id"], tokens.opening(self._told(core), statement)
            )
            if room.left(play) < 0:
                raise ConfigurationError(
                    f"prompt: {each} opens with {len(play.prompt)} tokens, which leaves no room for a turn of "
                    f"{room.turn} in a context of {room.context}; leave it out, or take a model with a longer context"
                )
            plays.append(play)
        return plays

    def _told(self, core: TextEnv) -> str:
        """What a student is told first."""
        if self._system is not None:
            return self._system
        return Prompts().text("student", function=Lesson(core.dialogue).function)


class EpisodeReturn:
    """A reward function: the sum of a lesson's rewards by turns, discounted by turns.

    A lesson in which the teacher or the verifier failed says nothing of the student: its reward is ``None``, so TRL
    leaves it out of the group's baseline and of the gradient, as long as no other reward function scores it.

    Args:
        gamma: Of one turn: the reward of turn t = 0, 1, … counts γ to the t. It is the learner's discount, so the
            environment's own ``gamma=`` should be the same where it shapes.

    Attributes:
        __name__: What the reward is logged as; assign another to tell two instances apart.

    Raises:
        ConfigurationError: If gamma is not in [0, 1].
    """

    __name__ = "episode_return"

    def __init__(self, gamma: float = 1.0) -> None:
        if isinstance(gamma, bool) or not isinstance(gamma, int | float) or not 0.0 <= gamma <= 1.0:
            raise ConfigurationError(f"gamma: {gamma!r} is not in [0, 1]")
        self.gamma = float(gamma)

    def __call__(self, **columns: Any) -> list[float | None]:
        """A reward for each lesson.

        Args:
            **columns: What the rollout returned, and whatever else the trainer passes; where that has ``log_metric``,
                the share of solved lessons, their turns, bits a turn and the share of over-long ones are logged.

        Raises:
            ConfigurationError: If the completions are not those of a ``LessonRollout``.
        """
        scored = _scored(columns)
        returns = [
            sum(reward * self.gamma**turn for turn, reward in enumerate(rewards)) if known else None
            for rewards, known in zip(columns["turn_rewards"], scored, strict=True)
        ]
        if "log_metric" in columns:
            _log(columns, scored)
        return returns


episode_return = EpisodeReturn()
"""The undiscounted return."""


def success(**columns: Any) -> list[float | None]:
    """A reward function: 1 where the lesson was solved, else 0; ``None`` where nobody's skill was measured.

    Args:
        **columns: As in ``EpisodeReturn``.

    Raises:
        ConfigurationError: If the completions are not those of a ``LessonRollout``.
    """
    scored = _scored(columns)
    return [float(solved) if known else None for solved, known in zip(columns["success"], scored, strict=True)]


def _scored(columns: Mapping[str, Any]) -> list[bool]:
    """Of which lessons something can be said."""
    if any(columns.get(name) is None for name in ("turn_rewards", "success", "failure")):
        raise ConfigurationError("turn_rewards: there are none; pass GRPOTrainer(rollout_func=LessonRollout(...))")
    return [not failure.startswith(UNSCORED) for failure in columns["failure"]]


def _log(columns: Mapping[str, Any], scored: Sequence[bool]) -> None:
    """Metrics of a batch, beside the reward."""
    log = columns["log_metric"]
    rows = [row for row, known in enumerate(scored) if known]
    log("lessons/unscored", 1.0 - len(rows) / len(scored))
    if not rows:
        return
    for name in ("success", "turns", "over_long"):
        log(f"lessons/{name}", fmean(float(columns[name][row]) for row in rows))
    bits = [bits for row in rows for bits in columns["turn_bits"][row] if bits is not None]
    if bits:
        log("lessons/bits_per_turn", fmean(bits))


def _columns(plays: Sequence[TokenLesson]) -> dict[str, Any]:
    """What the rollout returns."""
    known = all(play.logprobs is not None for play in plays)
    return {
        "prompt_ids": [play.prompt for play in plays],
        "completion_ids": [play.completion for play in plays],
        "logprobs": [play.logprobs for play in plays] if known else None,
        "env_mask": [play.mask for play in plays],
        "turn_rewards": [play.rewards for play in plays],
        "turn_bits": [play.bits for play in plays],
        "utterances": [play.utterances for play in plays],
        "replies": [play.replies for play in plays],
        "success": [play.success for play in plays],
        "turns": [len(play.utterances) for play in plays],
        "failure": [play.failure for play in plays],
        "over_long": [play.over_long for play in plays],
        "problem_id": [play.problem_id for play in plays],
    }


@contextmanager
def _at_most(trainer: Any, tokens: int) -> Iterator[None]:
    """Bound one call of generation; the trainer's own bound is that of a whole completion."""
    if trainer.use_vllm:
        bounded, name = trainer.vllm_generation, "max_completion_length"
    else:
        bounded, name = trainer.generation_config, "max_new_tokens"
    before = getattr(bounded, name)
    setattr(bounded, name, tokens)
    try:
        yield
    finally:
        setattr(bounded, name, before)
