"""Learning: lessons are played, what led to success is made likelier, and the answer is told afterwards.

What to ask and when to attempt is learned from success alone, by proximal policy optimisation. As in a classroom, a
student is told after a lesson what the answer was, and learns to find it likelier the next time that it hears the like:
the cross-entropy of its attempts at every turn. All students learn in this way, whoever taught them; where the teacher
told nothing there is nothing in what was heard from which the answer could be found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from experiments.across_domains.lessons import Lessons
from experiments.across_domains.settings import Game, Learning, Settings
from experiments.across_domains.student import Student

__all__ = ["Played", "Point", "learn", "play"]

_TIE = 1e-4
"""Actions whose log-probabilities differ by less are equally likely."""


@dataclass(frozen=True, slots=True)
class Played:
    """B lessons as they went, over T turns.

    Attributes:
        table: The symbols, shape ``(B, Q, N)``.
        questions: Which questions exist, shape ``(B, Q)``.
        turns: The budget of each lesson, shape ``(B,)``.
        actions: Shape ``(T, B)``.
        said: Shape ``(T, B, N)``.
        replies: Shape ``(T, B)``.
        live: Whether the lesson went on when the turn began, shape ``(T, B)``.
        chances: Log-probability of the action, shape ``(T, B)``.
        values: Shape ``(T, B)``.
        success: Shape ``(B,)``.
        answers: Which candidate was right, shape ``(B,)``.
    """

    table: Tensor
    questions: Tensor
    turns: Tensor
    actions: Tensor
    said: Tensor
    replies: Tensor
    live: Tensor
    chances: Tensor
    values: Tensor
    success: Tensor
    answers: Tensor

    @property
    def asked(self) -> float:
        """Questions a lesson."""
        asks = (self.actions < self.table.shape[1]) & self.live
        return float(asks.sum() / len(self.success))


@dataclass(frozen=True, slots=True)
class Point:
    """One update on the curve of learning: success and questions a lesson, over the lessons that it played."""

    success: float
    asked: float


@torch.no_grad()
def play(student: Student, lessons: Lessons, generator: torch.Generator, *, sharp: bool = False) -> Played:
    """Play lessons to their end.

    Args:
        student: Who asks.
        lessons: Played from their beginning.
        generator: Of the student's chance.
        sharp: Always the likeliest action, one of them at random where several are.
    """
    begun = lessons.begin()
    symbols, questions = torch.from_numpy(begun.symbols), torch.from_numpy(begun.questions)
    budget = torch.from_numpy(begun.turns)
    size, most = len(symbols), int(budget.max())
    table, state, rows = student.read(symbols), student.begin(size, symbols.shape[2]), torch.arange(size)
    live, success = torch.ones(size, dtype=torch.bool), torch.zeros(size)
    turns: list[tuple[Tensor, ...]] = []
    for turn in range(most):
        decision = student.decide(state, table, questions[rows], budget[rows] - turn)
        logs = decision.logits.log_softmax(dim=1)
        weights = logs >= logs.amax(dim=1, keepdim=True) - _TIE if sharp else logs.exp()
        chosen = torch.multinomial(weights.float(), 1, generator=generator)
        actions, chances, values = torch.zeros(size, dtype=torch.long), torch.zeros(size), torch.zeros(size)
        actions[rows], chances[rows], values[rows] = (
            chosen.squeeze(1),
            logs.gather(1, chosen).squeeze(1),
            decision.value,
        )
        heard = lessons.step(actions.numpy())
        said, reply = torch.from_numpy(heard.said), torch.from_numpy(heard.reply)
        turns.append((actions, said, reply, live, chances, values))
        success += torch.from_numpy(heard.success) & live
        live = live & ~torch.from_numpy(heard.over)
        if not live.any():
            break
        keep = live[rows]
        rows, table = rows[keep], table[keep]
        state = student.listen(state[keep], said[rows], reply[rows])
    columns = [torch.stack(column) for column in zip(*turns, strict=True)]
    return Played(symbols, questions, budget, *columns, success, torch.from_numpy(lessons.answers()))


def _loss(student: Student, played: Played, learning: Learning) -> Tensor:
    """What the optimiser makes small, over the turns of lessons that went on."""
    table, rows = student.read(played.table), torch.arange(len(played.table))
    state = student.begin(len(rows), played.table.shape[2])
    chances, values, entropies, surprises = [], [], [], []
    for turn, live in enumerate(played.live):
        keep = live[rows]
        rows, table, state = rows[keep], table[keep], state[keep]
        if turn > 0:
            state = student.listen(state, played.said[turn - 1, rows], played.replies[turn - 1, rows])
        decision = student.decide(state, table, played.questions[rows], played.turns[rows] - turn)
        logs = decision.logits.log_softmax(dim=1)
        chances.append(logs.gather(1, played.actions[turn, rows][:, None]).squeeze(1))
        entropies.append(-(logs.exp() * logs).sum(dim=1))
        values.append(decision.value)
        attempts = decision.logits[:, played.table.shape[1] :]
        surprises.append(nn.functional.cross_entropy(attempts, played.answers[rows], reduction="none"))
    live = played.live
    returns = played.success.expand_as(played.values)[live]
    advantage = returns - played.values[live]
    advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-6)
    ratio = (torch.cat(chances) - played.chances[live]).exp()
    clipped = ratio.clamp(1.0 - learning.clip, 1.0 + learning.clip)
    policy = torch.minimum(ratio * advantage, clipped * advantage).mean()
    error = (torch.cat(values) - returns).square().mean()
    entropy, surprise = torch.cat(entropies).mean(), torch.cat(surprises).mean()
    return -policy + learning.value * error - learning.entropy * entropy + learning.answer * surprise


def learn(settings: Settings, games: list[Game], teacher: Mapping[str, Any], seed: int) -> tuple[Student, list[Point]]:
    """A student that has learned from lessons of some games with one teacher, and how it went."""
    learning, turns = settings.learning, settings.turns
    student = Student(settings.student, turns[1], seed)
    lessons = [
        Lessons(game, teacher, learning.lessons, turns, settings.student.symbols, 1000 * seed + number)
        for number, game in enumerate(games)
    ]
    generator = torch.Generator().manual_seed(seed)
    rng = np.random.default_rng([seed, len(games)])
    optimiser = torch.optim.Adam(student.parameters(), learning.rate)
    falling = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.0, learning.updates)
    curve = []
    for _ in range(learning.updates):
        drawn = rng.choice(len(games), min(learning.games, len(games)), replace=False)
        played = [play(student, lessons[number], generator) for number in drawn.tolist()]
        for _ in range(learning.epochs):
            for some in played:
                optimiser.zero_grad()
                _loss(student, some, learning).backward()
                torch.nn.utils.clip_grad_norm_(student.parameters(), learning.norm)
                optimiser.step()
        falling.step()
        success = float(torch.cat([some.success for some in played]).mean())
        curve.append(Point(success, sum(some.asked for some in played) / len(played)))
    return student, curve
