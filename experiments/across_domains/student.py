"""The student: a recurrent network that reads a dialogue against what each candidate would have answered.

It holds one state for each candidate and updates all of them with the same weights after every reply, so that permuting
the candidates permutes its attempts, and permuting the questions its questions. No belief is given to it: that a
candidate which would have answered otherwise is out, and that a question on which those that are left agree tells
nothing, is what it has to learn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from experiments.across_domains.lessons import SILENCE
from experiments.across_domains.settings import Shape

__all__ = ["Decision", "Student"]

_ILLEGAL = -1e9


@dataclass(frozen=True, slots=True)
class Decision:
    """What a student thinks of B lessons.

    Attributes:
        logits: Of the actions, shape ``(B, Q + N)``: the questions, then the attempts.
        value: The success that it expects, shape ``(B,)``.
    """

    logits: Tensor
    value: Tensor


class Student(nn.Module):
    """A network of one size for any number of questions, candidates and replies.

    Args:
        shape: Of the network.
        max_turns: The most turns of a lesson.
        seed: Of the weights.
    """

    symbols: Tensor

    def __init__(self, shape: Shape, max_turns: int, seed: int) -> None:
        super().__init__()
        width, heads = shape.width, shape.heads
        self._width, self._max_turns = width, max_turns
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            vectors = torch.randn(shape.symbols, shape.symbol)
            self.register_buffer("symbols", vectors)
            self._word = nn.Linear(shape.symbol, width, bias=False)
            self._silence = nn.Parameter(torch.zeros(width))
            self._compare = nn.Linear(2 * width, width)
            self._listen = nn.GRUCell(width, width)
            self._attend = nn.Linear(width, heads)
            self._context = nn.Linear(heads * (width + 1) + 1 + max_turns, width)
            self._value = nn.Linear(width, 1)
            self._question = nn.Sequential(nn.Linear(heads * width, width), nn.ReLU())
            self._candidate = nn.Sequential(nn.Linear(width, width), nn.ReLU())
            self._ask = nn.Sequential(nn.Linear(2 * width, width), nn.ReLU(), nn.Linear(width, 1))
            self._attempt = nn.Sequential(nn.Linear(2 * width, width), nn.ReLU(), nn.Linear(width, 1))

    def begin(self, lessons: int, candidates: int) -> Tensor:
        """The states before anything was said, shape ``(B, N, width)``."""
        return torch.zeros(lessons, candidates, self._width)

    def listen(self, state: Tensor, said: Tensor, reply: Tensor) -> Tensor:
        """The states after a reply.

        Args:
            state: Shape ``(B, N, width)``.
            said: What the question would be answered under each candidate, shape ``(B, N)``.
            reply: What the teacher replied, shape ``(B,)``.
        """
        silent = (reply == SILENCE)[:, None]
        heard = torch.where(silent, self._silence, self._word(self.symbols[reply.clamp(min=0)]))[:, None]
        would = self._word(self.symbols[said])
        news = torch.relu(self._compare(torch.cat([(would - heard).abs(), would * heard], dim=-1)))
        return self._listen(news.flatten(0, 1), state.flatten(0, 1)).view_as(state)

    def decide(self, state: Tensor, table: Tensor, questions: Tensor, turns_left: Tensor) -> Decision:
        """What to do next.

        Args:
            state: Shape ``(B, N, width)``.
            table: The vectors of the symbols of each question under each candidate, shape ``(B, N, Q * symbol)``; see
                ``read``.
            questions: Which questions exist, shape ``(B, Q)``.
            turns_left: Shape ``(B,)``, at least 1.
        """
        lessons, candidates, _ = state.shape
        scores = self._attend(state)
        weights = scores.softmax(dim=1).transpose(1, 2)
        left = nn.functional.one_hot(turns_left - 1, self._max_turns).float()
        many = torch.full((lessons, 1), math.log(candidates))
        seen = [(weights @ state).flatten(1), scores.logsumexp(dim=1) - math.log(candidates), many, left]
        context = torch.relu(self._context(torch.cat(seen, dim=1)))
        mixed = (weights @ table).unflatten(2, (questions.shape[1], -1)).transpose(1, 2)
        told = self._question(self._word(mixed).square().flatten(2))
        asks = self._ask(_beside(told, context)).squeeze(-1)
        attempts = self._attempt(_beside(self._candidate(state), context)).squeeze(-1)
        logits = torch.cat([asks.masked_fill(~questions, _ILLEGAL), attempts], dim=1)
        return Decision(logits, self._value(context).squeeze(-1))

    def read(self, symbols: Tensor) -> Tensor:
        """The table of symbols, shape ``(B, Q, N)``, as vectors for ``decide``."""
        return self.symbols[symbols.transpose(1, 2)].flatten(2)


def _beside(each: Tensor, context: Tensor) -> Tensor:
    return torch.cat([each, context[:, None].expand(-1, each.shape[1], -1)], dim=-1)
