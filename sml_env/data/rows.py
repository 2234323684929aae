"""Rows of conversation data: the student's side of an episode as a chat, and apart from it what the teacher knew."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sml_env.evaluation import Episode, TurnRecord

__all__ = ["Private", "Row", "bits_of", "digest", "row_of", "split_of"]

_RESOLUTION: Final = 2**64
_ASKED: Final = ("attempt", "malformed")


@dataclass(frozen=True, slots=True)
class Row:
    """What a student that is trained on it may see, in the chat layout of TRL and of Hugging Face's datasets.

    Attributes:
        id: Of the dialogue, unique in the data; tells nothing of the answer.
        messages: ``role`` and ``content``: the system's text if there is one, what the student saw as the user's, what
            it said as the assistant's.
        env: Id of the environment.
        problem_id: Of the problem.
        asymmetry: What the teacher held.
        teacher: Who spoke.
        agent: Whose words the assistant's are.
        success: Whether it was solved.
        turns: How many the student took.
        episode_return: Sum of the rewards.
        bits: Expected bits that the teacher's replies to questions told, in all; ``None`` where one cannot be said.
        query_kinds: One a turn.
        primed: Turns, counted from 1, in which a question took the place of a wrong attempt.
    """

    id: str
    messages: tuple[Mapping[str, str], ...]
    env: str
    problem_id: str
    asymmetry: str
    teacher: str
    agent: str
    success: bool
    turns: int
    episode_return: float
    bits: float | None
    query_kinds: tuple[str, ...]
    primed: tuple[int, ...]

    def as_dict(self) -> dict[str, Any]:
        """JSON-able; the return under ``"return"``."""
        row = {name: getattr(self, name) for name in self.__slots__ if name != "episode_return"}
        return {**row, "messages": list(self.messages), "return": self.episode_return}


@dataclass(frozen=True, slots=True)
class Private:
    """What only the teacher's side knew; it goes into a file of its own.

    Attributes:
        id: Of the dialogue.
        answer: In the verifier's notation.
        solution: Operation and result of each worked step.
        details: What the statement leaves out.
    """

    id: str
    answer: str
    solution: tuple[tuple[str, str], ...]
    details: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {name: getattr(self, name) for name in self.__slots__}


def bits_of(records: Sequence[TurnRecord]) -> float | None:
    """Expected bits of the replies to questions, in all; ``None`` if one of them cannot be said."""
    asked = [record.expected_bits for record in records if record.query_kind not in _ASKED]
    return None if any(bits is None for bits in asked) else float(sum(bits for bits in asked if bits is not None))


def row_of(episode: Episode, opening: str, system: str, primed: Sequence[int]) -> Row:
    """The row of an episode.

    Args:
        episode: With its origin.
        opening: The first observation.
        system: What the chat begins with; empty for nothing.
        primed: Turns that were primed.
    """
    origin = episode.origin
    if origin is None:
        raise ValueError("the episode has no origin")
    messages = [{"role": "system", "content": system}] if system else []
    messages.append({"role": "user", "content": opening})
    for record in episode.records:
        messages.append({"role": "assistant", "content": record.utterance})
        messages.append({"role": "user", "content": record.reply})
    named = [origin.env, origin.arguments, episode.asymmetry, origin.teacher, origin.student, episode.seed]
    return Row(
        id=digest(*map(_text, named)).hex()[:20],
        messages=tuple(messages),
        env=origin.env,
        problem_id=episode.problem_id,
        asymmetry=episode.asymmetry,
        teacher=episode.teacher,
        agent=episode.agent,
        success=episode.success,
        turns=episode.turns,
        episode_return=episode.episode_return,
        bits=bits_of(episode.records),
        query_kinds=tuple(record.query_kind for record in episode.records),
        primed=tuple(primed),
    )


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def digest(*texts: str) -> bytes:
    """128 bits that stand for some texts in order."""
    found = hashlib.blake2b(digest_size=16)
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        found.update(len(data).to_bytes(8, "big") + data)
    return found.digest()


def split_of(key: bytes, shares: Mapping[str, float], seed: int) -> str:
    """The split of all dialogues about one problem.

    Args:
        key: Of the problem: what two dialogues share if and only if they are about the same one.
        shares: Split to its share; they sum to 1.
        seed: Another seed is another split.
    """
    drawn = hashlib.blake2b(key, digest_size=8, salt=seed.to_bytes(8, "big")).digest()
    place, reached = int.from_bytes(drawn, "big") / _RESOLUTION, 0.0
    for name, share in shares.items():
        reached += share
        if place < reached:
            return name
    return list(shares)[-1]
