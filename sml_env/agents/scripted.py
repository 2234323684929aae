"""The student that asks as a person might who only reads the replies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from sml_env.agents.base import attempt_at
from sml_env.agents.lines import Lines, numbers_in, scripted_lines
from sml_env.lesson import Lesson

__all__ = ["ScriptedAgent"]


class ScriptedAgent:
    """Asks as a person might who only reads the replies: sign, size, a hint, a step, halving, attempts.

    Bounds on the answer are doubled from the largest number of the statement and then halved at integers; what it knows
    comes from the words "Yes." and "No." alone. After two replies that say neither it stops asking. It never solves the
    problem, and attempts integers only (a pair's second value is taken to be its first, an interval to start at one).
    Where a program is asked for: a call, a hint, a constant program, what failed, and again.
    """

    name = "scripted"
    _PATIENCE: Final = 2

    def begin(self, lesson: Lesson, rng: np.random.Generator) -> None:
        """Read the statement."""
        numbers = [abs(int(text)) for text in numbers_in(lesson.statement)]
        self._size = max([10, *numbers])
        self._low: int | None = None
        self._high: int | None = None
        self._turn = 0
        self._useless = 0
        self._asked: Callable[[bool], None] | None = None
        self._tried: set[int] = set()
        self._guessed: int | None = None
        self._lesson = lesson
        self._lines = None if lesson.function is None else Lines(scripted_lines(lesson.function))
        statement = lesson.statement.lower()
        self._form = "({0}, {0})" if "the pair" in statement else "[{0}, oo)" if "interval" in statement else "{0}"

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """The next line of the script."""
        if self._lines is not None:
            return self._lines.take() or ""
        self._guessed = None
        self._listen(observation)
        self._turn += 1
        width = None if self._low is None or self._high is None else self._high - self._low
        known = width is not None and width <= 1
        if known or self._useless >= self._PATIENCE or self._lesson.turns_left <= 2:
            return self._guess()
        if self._turn == 3:
            return "Give me a hint."
        if self._low is None and self._high is None:
            return self._ask("Is the answer greater than 0?", 0)
        bound = self._bound()
        if self._turn == 4:
            return self._ask(f"Is 2*x > {2 * bound} right?", bound)
        return self._ask(f"Is the answer greater than {bound}?", bound)

    def said_instead(self, words: str) -> None:
        """Forget the last line: what is heard next answers other words, and a guess counts as untried."""
        if self._lines is not None:
            self._lines.put_back()
        self._asked = None
        self._tried = {guess for guess in self._tried if guess != self._guessed}

    def _bound(self) -> int:
        """Where to cut: in the middle where both ends are known, else twice as far out as before."""
        if self._low is not None and self._high is not None:
            return (self._low + self._high) // 2
        if self._low is not None:
            return self._size if self._low <= 0 else 2 * self._low
        return -self._size if self._high is None or self._high >= 0 else 2 * self._high

    def _ask(self, utterance: str, bound: int) -> str:
        def learn(greater: bool) -> None:
            if greater:
                self._low = bound
            else:
                self._high = bound

        self._asked = learn
        return utterance

    def _listen(self, observation: str) -> None:
        learn, self._asked = self._asked, None
        if learn is None:
            return
        if observation.startswith(("Yes.", "No.")):
            learn(observation.startswith("Yes."))
        else:
            self._useless += 1

    def _guess(self) -> str:
        """The untried integer that is next to the middle of what is possible; the upper one first."""
        low = self._low if self._low is not None else (-self._size if self._high is not None else 0)
        high = self._high if self._high is not None else low + self._size
        guess, step = (low + high + 1) // 2, 0
        while guess in self._tried:
            step = -step if step > 0 else 1 - step
            guess = (low + high + 1) // 2 + step
        self._tried.add(guess)
        self._guessed = guess
        return attempt_at(self._form.format(guess))
