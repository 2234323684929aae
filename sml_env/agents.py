"""Baseline students behind one protocol: random, constant, hedging, greedy, scripted, and control policies.

An agent says one utterance a turn. At the start of an episode it is handed a ``Lesson``: what is public of the
dialogue, with the belief of the ideal listener for those who listen ideally. Nothing private is in its interface.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final, Protocol, runtime_checkable

import numpy as np

from sml_env.code_lines import asked_at_random, constant_programs, scripted_lines
from sml_env.errors import ConfigurationError
from sml_env.forms import Comparison, Property, Query, Residue
from sml_env.information import FloatArray, IntArray, target_belief
from sml_env.informed import InformedAgent
from sml_env.lesson import Lesson
from sml_env.solvers.strategies import STRATEGIES

__all__ = [
    "AGENTS",
    "Agent",
    "ConstantAgent",
    "Corrected",
    "GreedyAgent",
    "HedgeAgent",
    "OrderedAgent",
    "RandomAgent",
    "ScriptedAgent",
    "make_agent",
    "worded",
]

_NUMBER: Final = re.compile(r"(?<![\w.])-?\d{1,9}(?![\w.]*\d)")
_SOLVING: Final = "sml_env.solver_agents"
"""Built on the agents here, hence named and not imported."""

_TINY: Final = 1e-9


@runtime_checkable
class Agent(Protocol):
    """A student. A user's own object needs no more than this.

    One that remembers what it said should have ``said_instead(words)``, too (``Corrected``).

    Attributes:
        name: Short and stable; names the rows of reports.
    """

    name: str

    def begin(self, lesson: Lesson, rng: np.random.Generator) -> None:
        """An episode starts: forget the last one.

        Args:
            lesson: What is public of it; always as of now.
            rng: The only source of randomness.
        """
        ...

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """The next utterance, from what the environment returned last."""
        ...


@runtime_checkable
class Corrected(Agent, Protocol):
    """An agent that can be told that other words took the place of its last utterance, as Q-priming does.

    What it does next must not depend on what it did not get to say: the transcript does not show that.
    """

    def said_instead(self, words: str) -> None:
        """Forget the last utterance.

        Args:
            words: What was said in its place.
        """
        ...


class _Lines:
    """What to say, line after line; the line taken last can be put back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._taken: str | None = None
        self._again = False

    def take(self) -> str | None:
        """The next line; ``None`` after the last."""
        if not self._again:
            self._taken = next(self._lines, None)
        self._again = False
        return self._taken

    def put_back(self) -> None:
        """Let the line taken last come again."""
        self._again = self._taken is not None


def worded(query: Query, negated: bool = False) -> str:
    """A query of a menu as an utterance that the parser reads as that query, or as its opposite."""
    form = query.form
    if isinstance(form, Comparison) and negated:
        opposite = {">": "<=", "<=": ">", "<": ">=", ">=": "<"}
        return f"{form.name} {opposite.get(form.op, form.op)} {form.bound}"
    if isinstance(form, Property | Residue) and negated and query.kind == "predicate":
        return f"not {form}"
    return query.canonical


def _attempt(text: str) -> str:
    return f"answer: {text}"


def _blind_attempts(lesson: Lesson) -> Iterator[str]:
    """Attempts where no candidates are known: constant programs; the statement's numbers, then the integers."""
    if lesson.function is not None:
        return constant_programs(lesson.function)
    return map(_attempt, _guesses(lesson.statement))


def _guesses(statement: str) -> Iterator[str]:
    """Answers to try where no candidates are known: the statement's numbers, then the integers."""
    tried = set()
    for text in _NUMBER.findall(statement):
        if text not in tried:
            tried.add(text)
            yield text
    number = 0
    while True:
        for text in {str(number): None, str(-number): None}:
            if text not in tried:
                yield text
        number += 1


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
            return _attempt(value)
        if choice < 0.5 and (lesson.ordered or not size):
            return f"x > {value}"
        questions = lesson.questions
        return worded(questions[int(rng.integers(len(questions)))]) if questions else "Give me a hint."


class OrderedAgent:
    """Only attempts, each candidate once, in an order that is fixed at the start.

    Args:
        name: Of the agent.
        order: From the lesson to the rows of its candidates, best first.
        repeat: Attempt the first of them for ever.
    """

    def __init__(self, name: str, order: Callable[[Lesson], IntArray], repeat: bool = False) -> None:
        self.name = name
        self._order = order
        self._repeat = repeat

    def begin(self, lesson: Lesson, rng: np.random.Generator) -> None:
        """Fix the order."""
        self._attempts = _Lines(self._listed(lesson))
        self._last = ""

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """The next candidate; the last again when there is no other."""
        if not (self._repeat and self._last):
            self._last = self._attempts.take() or self._last
        return self._last

    def said_instead(self, words: str) -> None:
        """Attempt the candidate that came last again."""
        self._attempts.put_back()

    def _listed(self, lesson: Lesson) -> Iterator[str]:
        """All attempts in their order."""
        if len(lesson.candidates):
            return (_attempt(lesson.candidates[row]) for row in _once(self._order(lesson).tolist(), lesson.target))
        zero = self._repeat and lesson.function is None
        return iter([_attempt("0")]) if zero else _blind_attempts(lesson)


def _once(rows: list[int], target: IntArray | None) -> list[int]:
    """Those rows that are the first of their answer."""
    if target is None:
        return rows
    _, first = np.unique(target[rows], return_index=True)
    return [rows[place] for place in np.sort(first).tolist()]


def _likeliest_first(lesson: Lesson) -> IntArray:
    belief, target = lesson.belief, lesson.target
    if belief is None:
        return np.zeros(0, dtype=np.int64)
    return np.argsort(-(belief if target is None else target_belief(belief, target)[target]), kind="stable")


def _as_listed(lesson: Lesson) -> IntArray:
    return np.arange(len(lesson.candidates), dtype=np.int64)


def _from_the_middle(lesson: Lesson) -> IntArray:
    size = len(lesson.candidates)
    return np.argsort(np.abs(np.arange(size) - (size - 1) / 2), kind="stable")


def _nearest_first(lesson: Lesson) -> IntArray:
    total = np.zeros(len(lesson.candidates))
    for column in lesson.coordinates.T:
        order = np.argsort(column, kind="stable")
        ranked = column[order]
        below = np.concatenate([[0.0], np.cumsum(ranked)[:-1]])
        above = ranked.sum() - below - ranked
        rank = np.arange(len(ranked))
        total[order] += rank * ranked - below + above - (len(ranked) - 1 - rank) * ranked
    return np.argsort(total, kind="stable")


class ConstantAgent(OrderedAgent):
    """Always the same attempt: the prior's most likely candidate, lowest index on ties; "0" in an open problem.

    Where a program is asked for, one that returns 0.
    """

    def __init__(self) -> None:
        super().__init__("constant", _likeliest_first, repeat=True)


class HedgeAgent:
    """Only attempts: the most likely untried candidate, lowest index on ties.

    In an open problem, the numbers of the statement and then the integers; programs that return a constant where a
    program is asked for.
    """

    name = "hedge"

    def begin(self, lesson: Lesson, rng: np.random.Generator) -> None:
        """Forget what was tried."""
        self._lesson = lesson
        self._tried = np.zeros(len(lesson.candidates), dtype=np.bool_)
        self._newly = self._tried.copy()
        self._blind = _Lines(_blind_attempts(lesson))

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """The next attempt."""
        belief = self._lesson.belief
        return self._blind.take() or "" if belief is None else self.attempt(belief)

    def said_instead(self, words: str) -> None:
        """Count the last attempt as untried."""
        self._blind.put_back()
        self._tried &= ~self._newly

    def attempt(self, belief: FloatArray) -> str:
        """The most likely candidate that was not tried, as an attempt."""
        target = self._lesson.target
        mass = belief if target is None else target_belief(belief, target)[target]
        row = int(np.argmax(np.where(self._tried, -1.0, mass)))
        same = np.arange(len(mass)) == row if target is None else target == target[row]
        self._newly = same & ~self._tried
        self._tried |= same
        return _attempt(self._lesson.candidates[row])


class GreedyAgent:
    """Asks what tells most, then attempts the most likely candidate.

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
        self._attempted = False

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """The most informative question, or an attempt."""
        belief = self._lesson.belief
        if belief is None:
            return self._script.act(observation, info)
        question = self._worth_asking(belief)
        self._attempted = not question
        return question or self._hedge.attempt(belief)

    def said_instead(self, words: str) -> None:
        """Forget the last attempt, if that is what is replaced."""
        if self._lesson.belief is None:
            self._script.said_instead(words)
        elif self._attempted:
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
        for row in np.argsort(-table, kind="stable").tolist():
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
        numbers = [abs(int(text)) for text in _NUMBER.findall(lesson.statement)]
        self._size = max([10, *numbers])
        self._low: int | None = None
        self._high: int | None = None
        self._turn = 0
        self._useless = 0
        self._asked: Callable[[bool], None] | None = None
        self._tried: set[int] = set()
        self._guessed: int | None = None
        self._lesson = lesson
        self._lines = None if lesson.function is None else _Lines(scripted_lines(lesson.function))
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
        return _attempt(self._form.format(guess))


def _solving(name: str) -> Agent:
    agent: Agent = import_module(_SOLVING).solver_agent(name)
    return agent


AGENTS: Final[Mapping[str, Callable[[], Agent]]] = MappingProxyType(
    {
        "random": RandomAgent,
        "constant": ConstantAgent,
        "hedge": HedgeAgent,
        "greedy": GreedyAgent,
        "greedy-binary": lambda: GreedyAgent(binary=True),
        "scripted": ScriptedAgent,
        "first": lambda: OrderedAgent("first", _as_listed),
        "middle": lambda: OrderedAgent("middle", _from_the_middle),
        "nearest": lambda: OrderedAgent("nearest", _nearest_first),
        "likeliest": lambda: OrderedAgent("likeliest", _likeliest_first),
        "informed": InformedAgent,
        **{name: partial(_solving, name) for name in (*STRATEGIES, "optimal", "liar")},
    }
)
"""Agents by name. ``first``, ``middle``, ``nearest`` and ``likeliest`` attempt in a fixed order, blind to what is said:
they test that the order of the candidates, their values and their prior tell nothing more than they should.
``informed`` is told the answer."""


def make_agent(name: str) -> Agent:
    """A new agent by its name.

    Raises:
        ConfigurationError: If there is none of that name.
    """
    if name not in AGENTS:
        raise ConfigurationError(f"agents: {name!r} is none of {', '.join(AGENTS)}")
    return AGENTS[name]()
