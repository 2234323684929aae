"""What a report shows: episodes by who played what, their figures, their curves by turn, and some transcripts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final

from sml_env.bench.again import Again
from sml_env.errors import SmlError
from sml_env.estimates import Estimate, ratio
from sml_env.evaluation import Episode, Summary, summarise

__all__ = ["Gathered", "Group", "Key", "gather", "payload"]

_FIGURES: Final = (
    "success", "turns", "turns_to_solve", "episode_return", "bits_per_question", "efficiency", "zero_bit_share",
    "premature_share", "question_rate", "repeat_share", "first_attempt_turn",
)  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Who played what.

    Attributes:
        suite: Name and version; empty outside one.
        env: Id of the environment; empty where the file does not say.
        arguments: Of the environment, as JSON.
        asymmetry: What the teacher held.
        teacher: Who spoke, with arguments where the file has them.
        agent: The student.
        bracket: Whether it is there as a bracket of others.
    """

    suite: str
    env: str
    arguments: str
    asymmetry: str
    teacher: str
    agent: str
    bracket: bool

    @classmethod
    def of(cls, episode: Episode) -> Key:
        """That of an episode."""
        origin = episode.origin
        if origin is None:
            return cls("", "", "{}", episode.asymmetry, episode.teacher, episode.agent, False)
        arguments = json.dumps(origin.arguments, sort_keys=True)
        return cls(
            origin.suite, origin.env, arguments, episode.asymmetry, origin.teacher, origin.student, origin.bracket
        )


@dataclass(slots=True)
class Group:
    """The episodes of one key."""

    key: Key
    episodes: list[Episode] = field(default_factory=list)

    @property
    def summary(self) -> Summary:
        """Its figures."""
        return summarise(self.episodes)


@dataclass(slots=True)
class Gathered:
    """All groups, in the order in which they came."""

    groups: dict[Key, Group] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Episodes in all."""
        return sum(len(group.episodes) for group in self.groups.values())


def gather(episodes: Iterable[Episode]) -> Gathered:
    """Episodes by who played what."""
    found = Gathered()
    for episode in episodes:
        key = Key.of(episode)
        found.groups.setdefault(key, Group(key)).episodes.append(episode)
    return found


def payload(
    gathered: Gathered, *, title: str, transcripts: int, secrets: bool, data: Sequence[str] = ()
) -> dict[str, Any]:
    """What the page is made of, JSON-able.

    Args:
        gathered: The episodes.
        title: Of the page.
        transcripts: At most so many of each group; those in which a reply was stopped, or that failed, come first.
        secrets: Whether the answers are in the page, hidden until asked for.
        data: Sources of problems that may be read, as ``Again`` has it.
    """
    again = Again(data)
    groups, shown = [], []
    for number, group in enumerate(gathered.groups.values()):
        groups.append(_group(group))
        for episode in _chosen(group.episodes, transcripts):
            shown.append(_transcript(number, episode, again, secrets))
    return {"title": title, "episodes": gathered.count, "groups": groups, "transcripts": shown}


def _chosen(episodes: Sequence[Episode], most: int) -> list[Episode]:
    """The notable ones, then others spread evenly over the run, in its order."""
    if len(episodes) <= most:
        return list(episodes)
    notable = [place for place, each in enumerate(episodes) if each.leaks_stopped or each.failure][:most]
    left = [place for place in range(len(episodes)) if place not in set(notable)]
    room = most - len(notable)
    spread = [left[place * len(left) // room] for place in range(room)] if room else []
    return [episodes[place] for place in sorted([*notable, *spread])]


def _group(group: Group) -> dict[str, Any]:
    summary = group.summary
    scored = [episode for episode in group.episodes if episode.scored]
    return {
        **{each.name: getattr(group.key, each.name) for each in fields(Key)},
        "episodes": summary.episodes,
        "unscored": summary.unscored,
        "failures": dict(summary.failures),
        "leaks": summary.leaks_stopped,
        "hedging": summary.hedging,
        **{name: _estimate(getattr(summary, name)) for name in _FIGURES},
        "success_at": [_estimate(each) for each in summary.success_at],
        "entropy_at": [_estimate(each) for each in _entropy(scored)],
        "bits_at": [_estimate(each) for each in _bits(scored)],
        "first_attempts": _first_attempts(scored),
    }


def _estimate(estimate: Estimate) -> list[float | None]:
    return [estimate.value, estimate.low, estimate.high]


def _horizon(episodes: Sequence[Episode]) -> int:
    return max((episode.max_turns for episode in episodes), default=0)


def _entropy(episodes: Sequence[Episode]) -> list[Estimate]:
    """Mean belief entropy after t = 0, 1, … turns; an episode that has ended keeps its last."""
    closed = [episode for episode in episodes if episode.prior_entropy_bits is not None]
    curves = []
    for episode in closed:
        after = [record.belief_entropy_bits for record in episode.records]
        curves.append([episode.prior_entropy_bits or 0.0, *(0.0 if bits is None else bits for bits in after)])
    turns = range(_horizon(closed) + 1 if closed else 0)
    return [ratio([curve[min(turn, len(curve) - 1)] for curve in curves], [1.0] * len(curves)) for turn in turns]


def _bits(episodes: Sequence[Episode]) -> list[Estimate]:
    """Mean expected bits of the questions asked in turn t = 1, 2, …, where they can be said."""
    listed: list[list[float]] = [[] for _ in range(_horizon(episodes))]
    for episode in episodes:
        for turn, record in enumerate(episode.records):
            if record.query_kind not in ("attempt", "malformed") and record.expected_bits is not None:
                listed[turn].append(record.expected_bits)
    return [ratio(bits, [1.0] * len(bits)) for bits in listed]


def _first_attempts(episodes: Sequence[Episode]) -> list[int]:
    """Episodes by the turn of their first attempt, from the first turn on; those without one are left out."""
    counted: Counter[int] = Counter()
    for episode in episodes:
        turns = [turn for turn, record in enumerate(episode.records) if record.query_kind == "attempt"]
        if turns:
            counted[turns[0]] += 1
    return [counted[turn] for turn in range(_horizon(episodes))]


def _transcript(group: int, episode: Episode, again: Again, secrets: bool) -> dict[str, Any]:
    opening, secret = _private(episode, again)
    outcome = "failed" if episode.failure else "solved" if episode.success else "unsolved"
    return {
        "group": group,
        "problem": episode.problem_id,
        "seed": str(episode.seed),
        "outcome": outcome,
        "return": episode.episode_return,
        "turns": episode.turns,
        "budget": episode.max_turns,
        "leaks": episode.leaks_stopped,
        "failure": episode.failure,
        "prior": episode.prior_entropy_bits,
        "opening": opening,
        "secret": secret if secrets else None,
        "meters": _meters(episode.meters),
        "records": [
            {
                "student": record.utterance,
                "teacher": record.reply,
                "kind": record.query_kind,
                "expected": record.expected_bits,
                "realised": record.realised_bits,
                "verdict": record.verdict_bits,
                "best": record.best_bits,
                "entropy": record.belief_entropy_bits,
                "terms": dict(record.reward_terms),
            }
            for record in episode.records
        ],
    }


def _meters(meters: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {name: account.get("bits") for name, account in meters.items()}


def _private(episode: Episode, again: Again) -> tuple[str | None, dict[str, Any] | None]:
    """The first observation and what was hidden; nothing where the environment cannot be made again."""
    try:
        env = again.environment(episode)
    except SmlError:
        return None, None
    private = env.privileged()
    solution = [f"{operation} {result}" for operation, result in private["solution"]]
    secret = {"answer": private["answer"], "solution": solution, "details": list(private["details"])}
    return env.dialogue.opening, secret
