"""Episodes, and what is measured over them.

Episodes are paired: ``episode_seed(seed, i)`` gives every agent, asymmetry and teacher the same i-th problem. Nothing
private is in an ``Episode``; timing is not either, so that a run repeats to the byte.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final

import numpy as np

from sml_env.estimates import Estimate, ratio, wilson
from sml_env.information import target_belief
from sml_env.problems import HypothesisSpace
from sml_env.queries import parse

__all__ = [
    "SCHEMA",
    "UNSCORED",
    "Episode",
    "Origin",
    "Summary",
    "TurnRecord",
    "episode_seed",
    "hedging_bracket",
    "summarise",
]

SCHEMA: Final = 4
"""Version of ``Episode.as_dict``. The first had no ``models``, the second no ``meters``, the third no ``origin``."""

UNSCORED: Final = ("teacher:", "verifier:", "student:")
"""What ``Episode.failure`` begins with where the machinery failed and nobody's skill was measured."""

PREMATURE_BELOW: Final = 0.5
"""An attempt at a less likely answer than this is premature while there is something to ask."""

_ZERO_BITS: Final = 1e-12
_SPARE_BITS: Final = 64 - 53


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """One turn, as the student saw it.

    Attributes:
        utterance: What the student said.
        reply: The observation it got.
        query_kind: As the parser has it.
        expected_bits: Of the teacher's reply; ``None`` where the reply has no channel.
        realised_bits: Likewise.
        verdict_bits: Of the verdict on an attempt; ``None`` in an open problem.
        best_bits: The most that a query could have told; ``None`` where that cannot be said.
        belief_entropy_bits: After the turn; ``None`` in an open problem.
        likeliest: P(the most likely answer) before the turn; ``None`` in an open problem.
        reward_terms: Name to value; they sum to the reward.
    """

    utterance: str
    reply: str
    query_kind: str
    expected_bits: float | None
    realised_bits: float | None
    verdict_bits: float | None
    best_bits: float | None
    belief_entropy_bits: float | None
    likeliest: float | None
    reward_terms: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an episode comes from: enough to make its environment again, and to tell which episodes are pairs.

    Attributes:
        env: Id, as in ``gymnasium.make``.
        arguments: JSON-able, of ``gymnasium.make``, without ``asymmetry`` and ``teacher``.
        teacher: As written on the command line: ``noisy:p=0.2``, ``openai:MODEL@URL``.
        student: Likewise: an agent's name, a model's, or ``module:callable``.
        index: Place of its problem in the run.
        suite: Name and version of the suite; empty outside one.
        bracket: Whether it was played only to put the scores of others into brackets.
    """

    env: str
    arguments: Mapping[str, Any]
    teacher: str
    student: str
    index: int
    suite: str = ""
    bracket: bool = False


@dataclass(frozen=True, slots=True)
class Episode:
    """One episode. The hidden answer is not in it, but meters may have been read against it.

    Attributes:
        problem_id: Of the problem.
        seed: Of the environment's reset.
        agent: Its name.
        asymmetry: What the teacher held.
        teacher: The voice's name.
        success: Whether an attempt was correct.
        episode_return: Undiscounted sum of the rewards.
        turns: Turns taken.
        max_turns: The budget.
        max_attempts: Attempts that would have been judged.
        prior_entropy_bits: H(prior) of what is asked; ``None`` in an open problem.
        hedging: What distinct attempts alone would earn on this problem; ``None`` in an open problem.
        leaks_stopped: Replies that the guard stopped.
        failure: Who failed and how, when the agent or the teacher did; else empty.
        records: One for each turn.
        models: Name and sampling of the language models that took part, by ``"teacher"`` and ``"student"``.
        meters: Accounts of the meters that were asked for (``sml_env.metering``), by name: for evaluators.
        origin: Where it comes from; ``None`` outside a benchmark.
    """

    problem_id: str
    seed: int
    agent: str
    asymmetry: str
    teacher: str
    success: bool
    episode_return: float
    turns: int
    max_turns: int
    max_attempts: int
    prior_entropy_bits: float | None
    hedging: float | None
    leaks_stopped: int
    failure: str = ""
    records: tuple[TurnRecord, ...] = ()
    models: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    meters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    origin: Origin | None = None

    @property
    def scored(self) -> bool:
        """Whether it says anything of the student: not where the teacher, the verifier or a model's server failed."""
        return not self.failure.startswith(UNSCORED)

    def as_dict(self) -> dict[str, Any]:
        """JSON-able, with the schema's version first and the return under ``"return"``."""
        row: dict[str, Any] = {"schema": SCHEMA}
        for entry in fields(self):
            row["return" if entry.name == "episode_return" else entry.name] = getattr(self, entry.name)
        row["records"] = [_plain(record) for record in self.records]
        row["origin"] = None if self.origin is None else _plain(self.origin)
        return row


def _plain(row: TurnRecord | Origin) -> dict[str, Any]:
    return {entry.name: getattr(row, entry.name) for entry in fields(row)}


def episode_seed(seed: int, index: int) -> int:
    """The seed of the i-th episode of a run: 53 bits, so that JSON keeps it exact."""
    return int(np.random.SeedSequence([seed, index]).generate_state(1, np.uint64)[0]) >> _SPARE_BITS


def hedging_bracket(space: HypothesisSpace, attempts: int) -> float:
    """What the best attempts without any question earn: the prior mass of the most likely answers.

    Args:
        space: The hypotheses.
        attempts: How many distinct attempts are judged.
    """
    mass = np.sort(target_belief(space.prior, space.target))[::-1]
    return float(min(1.0, mass[: max(0, attempts)].sum()))


@dataclass(frozen=True, slots=True)
class Summary:
    """What is measured over episodes. A **question** is a turn that is neither an attempt nor malformed.

    Attributes:
        episodes: How many, failed ones included.
        failures: Those in which the agent or the teacher failed, by what ``Episode.failure`` says.
        unscored: Those of the failed in which not the agent failed: nothing below counts them.
        success: Share solved.
        success_at: Share solved within t turns, for t = 1, 2, … up to the largest budget.
        turns: Turns taken.
        turns_to_solve: Of the solved episodes.
        episode_return: Undiscounted.
        bits_per_question: Expected bits of the teacher's reply, over the questions where they can be said.
        unmetered: Questions where they cannot.
        efficiency: Sum of expected over sum of best bits, over questions where both can be said.
        zero_bit_share: Questions with expected bits of exactly 0, among those where a better one was to be had (best
            bits above 0). With a deterministic teacher that is what the transcript implies already, a hint, or a
            question that was refused.
        premature_share: Attempts made when the most likely answer had less than ``PREMATURE_BELOW``, a question could
            still have told something (best bits above 0, or not known), and a turn was left to use it.
        question_rate: Share of the turns that were questions.
        repeat_share: Attempts worded as an earlier one of the same episode.
        first_attempt_turn: Turn of the first attempt, in episodes that have one.
        leaks_stopped: Replies that the guard stopped, in all.
        hedging: Mean of the episodes' hedging brackets; ``None`` if one of them is open.
    """

    episodes: int
    failures: Mapping[str, int]
    unscored: int
    success: Estimate
    success_at: tuple[Estimate, ...]
    turns: Estimate
    turns_to_solve: Estimate
    episode_return: Estimate
    bits_per_question: Estimate
    unmetered: int
    efficiency: Estimate
    zero_bit_share: Estimate
    premature_share: Estimate
    question_rate: Estimate
    repeat_share: Estimate
    first_attempt_turn: Estimate
    leaks_stopped: int
    hedging: float | None


@dataclass(slots=True)
class _Counts:
    """Sums over the turns of one episode."""

    questions: int = 0
    metered: int = 0
    bits: float = 0.0
    told: float = 0.0
    best: float = 0.0
    useful: int = 0
    wasted: int = 0
    attempts: int = 0
    closed_attempts: int = 0
    premature: int = 0
    repeats: int = 0
    first_attempt: int = 0
    said: set[str] = field(default_factory=set)


def _counted(episode: Episode) -> _Counts:
    counts = _Counts()
    for turn, record in enumerate(episode.records, 1):
        if record.query_kind == "attempt":
            canonical = parse(record.utterance).canonical
            counts.attempts += 1
            counts.repeats += canonical in counts.said
            counts.said.add(canonical)
            counts.first_attempt = counts.first_attempt or turn
            if record.likeliest is not None:
                counts.closed_attempts += 1
                open_question = record.best_bits is None or record.best_bits > _ZERO_BITS
                unsure = record.likeliest < PREMATURE_BELOW - _ZERO_BITS
                counts.premature += unsure and open_question and turn < episode.max_turns
        elif record.query_kind != "malformed":
            counts.questions += 1
            if record.expected_bits is None:
                continue
            counts.metered += 1
            counts.bits += record.expected_bits
            if record.best_bits is None:
                continue
            counts.told += record.expected_bits
            counts.best += record.best_bits
            if record.best_bits > _ZERO_BITS:
                counts.useful += 1
                counts.wasted += record.expected_bits <= _ZERO_BITS
    return counts


def summarise(episodes: Sequence[Episode]) -> Summary:
    """The metrics of a set of episodes, each with a 95% confidence interval."""
    failures: dict[str, int] = {}
    for episode in episodes:
        if episode.failure:
            failures[episode.failure] = failures.get(episode.failure, 0) + 1
    horizon = max((episode.max_turns for episode in episodes), default=0)
    played, episodes = len(episodes), [episode for episode in episodes if episode.scored]
    counts = [_counted(episode) for episode in episodes]
    size = len(episodes)
    solved = [episode.turns for episode in episodes if episode.success]
    brackets = [episode.hedging for episode in episodes]
    closed = [bracket for bracket in brackets if bracket is not None]
    begun = [count.first_attempt for count in counts if count.first_attempt]
    return Summary(
        episodes=played,
        failures=failures,
        unscored=played - size,
        success=wilson(len(solved), size),
        success_at=tuple(wilson(sum(turns <= t for turns in solved), size) for t in range(1, horizon + 1)),
        turns=ratio([episode.turns for episode in episodes], [1.0] * size),
        turns_to_solve=ratio(solved, [1.0] * len(solved)),
        episode_return=ratio([episode.episode_return for episode in episodes], [1.0] * size),
        bits_per_question=ratio([count.bits for count in counts], [count.metered for count in counts]),
        unmetered=sum(count.questions - count.metered for count in counts),
        efficiency=ratio([count.told for count in counts], [count.best for count in counts], share=True),
        zero_bit_share=ratio([count.wasted for count in counts], [count.useful for count in counts], share=True),
        premature_share=ratio(
            [count.premature for count in counts], [count.closed_attempts for count in counts], share=True
        ),
        question_rate=ratio([count.questions for count in counts], [episode.turns for episode in episodes], share=True),
        repeat_share=ratio([count.repeats for count in counts], [count.attempts for count in counts], share=True),
        first_attempt_turn=ratio(begun, [1.0] * len(begun)),
        leaks_stopped=sum(episode.leaks_stopped for episode in episodes),
        hedging=float(np.mean(closed)) if closed and len(closed) == size else None,
    )
