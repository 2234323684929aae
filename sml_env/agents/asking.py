"""Students that ask: at random, or what tells most."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from sml_env.agents.attempting import HedgeAgent
from sml_env.agents.base import attempt_at, worded
from sml_env.agents.lines import asked_at_random
from sml_env.agents.scripted import ScriptedAgent
from sml_env.information import FloatArray, target_belief
from sml_env.lesson import Lesson

__all__ = ["GreedyAgent", "RandomAgent"]

_TINY: Final = 1e-9


class RandomAgent:
    """Asks at random: half its turns a query of the menu, a quarter a comparison, a quarter an attempt.

    Comparisons are against a random candidate, attempts are of one; either may repeat itself. In an open problem
    numbers below 100 stand for candidates; where a program is asked for it calls, submits constants, and asks.
    """

    name = "random"

    def begin(self, lesson: Lesson, rng: np.random.Generator) -> None:
        """Remember the lesson."""
        self._lesson, self._rng = lesson, rng

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """A random utterance."""
        lesson, rng = self._lesson, self._rng
        if lesson.function is not None:
            return asked_at_random(lesson.function, rng)
        choice = rng.random()
        size = len(lesson.candidates)
        value = lesson.candidates[int(rng.integers(size))] if size else str(int(rng.integers(100)))
        if choice < 0.25:
            return attempt_at(value)
        if choice < 0.5 and (lesson.ordered or not size):
            return f"x > {value}"
        questions = lesson.questions
        return worded(questions[int(rng.integers(len(questions)))]) if questions else "Give me a hint."


class GreedyAgent:
    """Asks what tells most, on ties the first of the menu's table, then attempts the most likely candidate.

    It attempts when the most likely one has probability 1/2 or more (a yes-or-no question that splits two candidates
    *is* an attempt), when no question tells anything, in the last turn, and in the last but one unless a question has
    more replies than two: a second attempt is worth as much as a yes or no. With a single attempt left it goes on
    asking while there is something to learn. In an open problem it does as the scripted agent does.

    Args:
        binary: Ask yes-or-no questions only.
    """

    def __init__(self, binary: bool = False) -> None:
        self.binary = binary
        self.name = "greedy-binary" if binary else "greedy"

    def begin(self, lesson: Lesson, rng: np.random.Generator) -> None:
        """Remember the lesson."""
        self._lesson = lesson
        self._hedge = HedgeAgent()
        self._hedge.begin(lesson, rng)
        self._script = ScriptedAgent()
        self._script.begin(lesson, rng)

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """The most informative question, or an attempt."""
        belief = self._lesson.belief
        if belief is None:
            return self._script.act(observation, info)
        return self._worth_asking(belief) or self._hedge.attempt(belief)

    def said_instead(self, words: str) -> None:
        """Forget the last attempt; one that was judged has no probability left."""
        self._script.said_instead(words)
        self._hedge.said_instead(words)

    def _worth_asking(self, belief: FloatArray) -> str:
        """The question to ask; empty where it is time to attempt."""
        lesson = self._lesson
        likeliest = float(target_belief(belief, lesson.target).max())
        enough = 0.5 if lesson.attempts_left > 1 else 0.999
        if lesson.turns_left == 1 or likeliest >= enough - _TINY:
            return ""
        question, bits = self._question(belief)
        last_but_one = lesson.turns_left == 2 and lesson.attempts_left > 1 and bits <= 1.0 + _TINY
        return "" if last_but_one else question

    def question(self, belief: FloatArray) -> str:
        """The question that tells most; empty when none tells anything."""
        return self._question(belief)[0]

    def _question(self, belief: FloatArray) -> tuple[str, float]:
        """The question within the cap that tells most, and its bits; empty when none tells anything."""
        lesson, menu = self._lesson, self._lesson.menu
        if menu is None:
            return "", 0.0
        best, most = "", _TINY
        splittable = lesson.target is None and np.count_nonzero(belief) > 2
        if splittable and (cut := menu.cut(belief)) is not None:
            best, most = cut[0].canonical, cut[1]
        table = menu.table_bits(belief, lesson.target)
        for row in np.argsort(-np.round(table / _TINY), kind="stable").tolist():
            query = menu.queries[row]
            if table[row] <= most + _TINY:
                break
            if table[row] > lesson.cap_bits + _TINY or (self.binary and query.kind != "predicate"):
                continue
            for utterance in (worded(query), worded(query, negated=True)):
                bits = lesson.expected_bits(utterance) or 0.0
                if bits > most + _TINY:
                    best, most = utterance, bits
        return best, most if best else 0.0
