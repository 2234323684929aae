"""Making conversation data: episodes as they are played become rows, and those that are wanted are written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

from sml_env.bench.plans import Plan
from sml_env.bench.runs import Played, Player, here, units
from sml_env.bench.students import student
from sml_env.data.audit import ACCOUNT, Auditing
from sml_env.data.rows import Private, Row, digest, row_of, split_of
from sml_env.data.writing import Writers
from sml_env.errors import ConfigurationError
from sml_env.rollouts import withholds

__all__ = ["SPLITS", "Made", "Wanted", "generate", "prepared"]

SPLITS: Final[Mapping[str, float]] = MappingProxyType({"train": 0.9, "validation": 0.05, "test": 0.05})
"""Shares of the problems."""

_ZERO_BITS: Final = 1e-12
_ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which dialogues are kept, and how they are shared out.

    Attributes:
        successful: Only solved ones.
        min_bits: Only those whose questions told so much in all; where that cannot be said they are left out.
        no_zero_bits: Only those without a question that was worth exactly 0 bits.
        splits: Split to its share of the problems.
        seed: Of the splits.
    """

    successful: bool = False
    min_bits: float = 0.0
    no_zero_bits: bool = False
    splits: Mapping[str, float] = field(default_factory=lambda: SPLITS)
    seed: int = 0

    def __post_init__(self) -> None:
        shares = list(self.splits.values())
        if not shares or any(share <= 0 for share in shares) or abs(sum(shares) - 1.0) > _ROUNDING:
            raise ConfigurationError(f"splits: {dict(self.splits)} are not positive shares that sum to 1")
        if not self.min_bits >= 0.0:
            raise ConfigurationError(f"min_bits: {self.min_bits!r} is not a number from 0")

    def refusal(self, row: Row, played: Played) -> str:
        """Why a dialogue is not kept; empty if it is."""
        if self.successful and not row.success:
            return "not solved"
        if self.min_bits > 0.0 and (row.bits is None or row.bits < self.min_bits - _ROUNDING):
            return "too few bits"
        if self.no_zero_bits and any(
            record.query_kind not in ("attempt", "malformed")
            and record.expected_bits is not None
            and record.expected_bits <= _ZERO_BITS
            for record in played.episode.records
        ):
            return "a question of 0 bits"
        return ""


@dataclass(slots=True)
class Made:
    """What was made, in numbers.

    Attributes:
        played: Dialogues in all.
        kept: Of them, those that were written, by split.
        dropped: The others, by reason.
        groups: Those written by environment, asymmetry, teacher and agent.
        problems: Different problems, by split.
        metered: Replies in what was written whose bits are known.
        guarded: Replies in it that a fresh guard has read.
        findings: What the audit found, by what it was; dialogues with a finding are not written.
        bits: Sum over the dialogues written where it is known, and their number.
        turns: Sum over the dialogues written.
        solved: Of the dialogues written.
        primed: Turns of them that were primed.
    """

    played: int = 0
    kept: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    groups: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    metered: int = 0
    guarded: int = 0
    findings: Counter[str] = field(default_factory=Counter)
    bits: tuple[float, int] = (0.0, 0)
    turns: int = 0
    solved: int = 0
    primed: int = 0

    @property
    def written(self) -> int:
        """Dialogues written."""
        return sum(self.kept.values())

    def add(self, row: Row, split: str, account: Mapping[str, Any]) -> None:
        """Count a dialogue that is written."""
        self.kept[split] += 1
        self.groups[row.env, row.asymmetry, row.teacher, row.agent] += 1
        self.metered += account["metered"]
        self.guarded += account["guarded"]
        self.turns += row.turns
        self.solved += row.success
        self.primed += len(row.primed)
        if row.bits is not None:
            self.bits = self.bits[0] + row.bits, self.bits[1] + 1


def prepared(plans: Sequence[Plan], *, system: bool = True, priming: float = 0.0) -> tuple[Plan, ...]:
    """Plans whose episodes can become rows.

    Args:
        plans: Without brackets.
        system: Whether the chats begin with the student's system prompt.
        priming: Base of the Q-priming; 0 for none.

    Raises:
        ConfigurationError: If ``priming`` is no probability, or the words of an agent are withheld, being the answer.
    """
    if not 0.0 <= priming <= 1.0:
        raise ConfigurationError(f"priming: {priming!r} is not a probability")
    for name in dict.fromkeys(arm.agent for plan in plans for arm in plan.arms):
        if withholds(student(name)):
            raise ConfigurationError(f"agents: the words of {name!r} are the answer; name another")
    return tuple(replace(plan, meters=(Auditing(system),), priming=priming) for plan in plans)


def generate(
    plans: Sequence[Plan],
    wanted: Wanted,
    writers: Writers,
    player: Player | None = None,
    *,
    workers: int = 1,
    tick: Callable[[Made], None] | None = None,
) -> Made:
    """Play, and write what is wanted. The same plans, seeds and filters write the same bytes, whoever plays.

    Args:
        plans: As ``prepared`` gives them.
        wanted: Which are kept.
        writers: Where they go.
        player: As ``play_all`` has it.
        workers: How many share the units.
        tick: Called after each episode.
    """
    made = Made()
    seen, problems = set[bytes](), set[tuple[str, str]]()
    for played in (here if player is None else player)(plans, units(plans, (), workers)):
        made.played += 1
        account = dict(played.episode.meters.get(ACCOUNT, {}))
        reason = _broken(played, account) or _told(made, account)
        if not reason:
            row = _row(played, account)
            reason = wanted.refusal(row, played)
            mark = digest(*(f"{each['role']}\0{each['content']}" for each in row.messages))
            if not reason and mark in seen:
                reason = "the same as another"
            if not reason:
                seen.add(mark)
                split = split_of(bytes.fromhex(account["key"]), wanted.splits, wanted.seed)
                made.add(row, split, account)
                if (split, account["key"]) not in problems:
                    problems.add((split, account["key"]))
                    made.problems[split] += 1
                writers.write(split, row, _private(row, account))
        if reason:
            made.dropped[reason] += 1
        if tick is not None:
            tick(made)
    return made


def _broken(played: Played, account: Mapping[str, Any]) -> str:
    if played.episode.failure:
        return played.episode.failure
    return f"audit: {account.get('failure', 'missing')}" if "key" not in account else ""


def _told(made: Made, account: Mapping[str, Any]) -> str:
    """Count what the audit found, which keeps a dialogue from being written."""
    for finding in account["findings"]:
        made.findings[finding.partition(": ")[2] or finding] += 1
    return "the audit found a leak" if account["findings"] else ""


def _row(played: Played, account: Mapping[str, Any]) -> Row:
    settings = played.episode.models.get("student", {})
    return row_of(played.episode, account["opening"], account["system"], settings.get("primed", ()))


def _private(row: Row, account: Mapping[str, Any]) -> Private:
    solution = tuple((str(operation), str(result)) for operation, result in account["solution"])
    return Private(row.id, account["answer"], solution, tuple(account["details"]))


def rows_of(made: Made) -> Iterator[tuple[str, str, str, str, int]]:
    """Counts by environment, asymmetry, teacher and agent, for a table."""
    for (env, asymmetry, teacher, agent), count in sorted(made.groups.items()):
        yield env, asymmetry, teacher, agent, count
