"""Problems: what is asked, what is hidden, and which hypotheses a listener may hold about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Generic, NoReturn, Protocol, TypeVar

import numpy as np

from sml_env.answers import Answers
from sml_env.domains import MATHEMATICS, Candidates, Domain
from sml_env.errors import ConfigurationError
from sml_env.forms import Query
from sml_env.information import FloatArray, IntArray, entropy_bits, target_belief
from sml_env.menu import Menu, menu_for
from sml_env.tables import ReplyTable

__all__ = [
    "Family",
    "HypothesisSpace",
    "Misconception",
    "Problem",
    "Responses",
    "Secret",
    "Solution",
    "Step",
    "details_of",
]

T = TypeVar("T")


class Secret(Generic[T]):
    """A private value: its repr and str are redacted, it is never pickled, and only ``reveal`` gives it back."""

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        self._value = value

    def reveal(self) -> T:
        """The value itself; called by views, verifiers, meters and ``privileged()``, and by nothing else."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(<redacted>)"

    def __copy__(self) -> Secret[T]:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Secret[T]:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not pickled; pickle the environment, which leaves its episode behind")


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of a worked solution.

    Attributes:
        operation: What is done, with numbers of the statement only, no computed value ("Subtract 5 from both sides.").
        result: What it gives ("3*x = 12"). Private.
    """

    operation: str
    result: str


@dataclass(frozen=True, slots=True)
class Misconception:
    """A named wrong procedure and what it gives for one exercise.

    Attributes:
        name: Short stable name in snake case ("adds_denominators").
        answer: What it gives, in the verifier's notation ("2/5").
        diagnosis: One sentence to the student that names the error without the right value.
    """

    name: str
    answer: str
    diagnosis: str


@dataclass(frozen=True, eq=False)
class Responses:
    """What the attempt at each hypothesis is answered with under each.

    Attributes:
        table: Shape ``(N, N)``, by attempt and truth; code 0 where the attempt is right.
        replies: The K texts; the first is never said, the verdict standing for it.
        guesses: Whether the menu's queries are these attempts, so that asking is guessing.
    """

    table: ReplyTable
    replies: tuple[str, ...]
    guesses: bool = False


@dataclass(frozen=True, eq=False)
class HypothesisSpace:
    """The answers a listener holds possible before the first word, with their prior and what is asked of them.

    The order is canonical (ascending by value) and the set is built the same way whichever member is true, so that
    neither tells anything of the truth.

    Attributes:
        answers: N of them, all different, in ascending order (or the canonical one of what they are).
        prior: Shape ``(N,)``, positive, summing to one.
        target: Shape ``(N,)``: which hypotheses share an answer to what is asked; ``None`` when none do.
        family_menu: The queries of a family that brings its own; otherwise they are made from the answers.
        responses: What attempts are answered with, where wrong ones are.
        sufficient: Where facts are missing, the queries of the menu that together tell the answer, whichever hypothesis
            is true, and of which none may be left out.
    """

    answers: Candidates
    prior: FloatArray
    target: IntArray | None = None
    family_menu: Menu | None = None
    responses: Responses | None = None
    sufficient: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        size = len(self.answers)
        if size < 1:
            raise ConfigurationError("answers: a hypothesis space needs at least one candidate")
        if self.prior.shape != (size,):
            raise ConfigurationError(f"prior: shape {self.prior.shape} for {size} candidates")
        if not (self.prior > 0).all() or abs(float(self.prior.sum()) - 1.0) > 1e-9:
            raise ConfigurationError(f"prior: must be positive and sum to one, sums to {float(self.prior.sum())!r}")
        labels = None if self.target is None else np.unique(self.target)
        if labels is not None and not (self.target is not None and self.target.shape == (size,)
                                       and (labels == np.arange(len(labels))).all()):  # fmt: skip
            raise ConfigurationError(f"target: not a label from 0 on, none left out, for each of {size} candidates")

    def __len__(self) -> int:
        return len(self.answers)

    @cached_property
    def prior_entropy(self) -> float:
        """H(prior) of the target, in bits."""
        return float(entropy_bits(target_belief(self.prior, self.target)))

    @cached_property
    def menu(self) -> Menu:
        """The queries that ``best_bits`` and the agents choose from."""
        if self.family_menu is not None:
            return self.family_menu
        return menu_for(self.answers) if isinstance(self.answers, Answers) else Menu((), (), None)

    @cached_property
    def representatives(self) -> IntArray:
        """The first hypothesis of each answer, shape ``(T,)``; all of them where each has its own."""
        size = len(self.answers)
        return np.arange(size) if self.target is None else np.unique(self.target, return_index=True)[1]

    def index_of(self, value: str) -> int | None:
        """Which candidate a text states, or ``None``; the first of those that share an answer."""
        return self.answers.index_of(value)


@dataclass(frozen=True, eq=False)
class Solution:
    """What is hidden of a problem. Lives inside a ``Secret``.

    Attributes:
        answer: In the verifier's notation.
        index: Which candidate it is; ``None`` for an open problem.
        answers: The same answer as a single row; ``None`` where it is of no kind that can be asked about.
        steps: The worked solution.
        diagnoses: What to say of a wrong candidate, by its text.
        tests: What an open domain judges attempts by.
        details: What the statement leaves out, in sentences.
    """

    answer: str
    index: int | None
    answers: Candidates | None
    steps: tuple[Step, ...] = ()
    diagnoses: Mapping[str, str] = field(default_factory=dict)
    tests: object = None
    details: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Problem:
    """One problem: public statement, private solution, and the hypotheses of a listener.

    Attributes:
        problem_id: Stable, and tells nothing of the answer.
        statement: What the student reads.
        secret: The solution.
        space: The hypotheses; ``None`` for an open problem.
        facts: Which predicates a teacher with "knowledge" knows the truth of; chosen without looking at the answer.
        rules: General rules that apply, with no value of this problem.
        domain: How the words about it are read and judged.
        hints_from_statement: Whether the operations of the worked solution follow from the statement alone, so that a
            hint is the same under every hypothesis. False for a data set's worked solutions.
    """

    problem_id: str
    statement: str
    secret: Secret[Solution]
    space: HypothesisSpace | None = None
    facts: tuple[Query, ...] = ()
    rules: tuple[str, ...] = ()
    hints_from_statement: bool = False
    domain: Domain = MATHEMATICS

    def under(self, hypothesis: int) -> Problem:
        """The same statement and candidates with another candidate as the truth.

        Worked results are withheld, since they belong to the real truth; operations that follow from the statement
        stay.

        Raises:
            ConfigurationError: If the problem is open or the hypothesis is out of range.
        """
        if self.space is None or not 0 <= hypothesis < len(self.space):
            raise ConfigurationError(f"hypothesis: {hypothesis!r} is not one of this problem's candidates")
        solution = self.secret.reveal()
        steps = tuple(Step(step.operation, "") for step in solution.steps) if self.hints_from_statement else ()
        answers = self.space.answers
        counterfactual = Solution(
            answers.text(hypothesis),
            hypothesis,
            answers.only(hypothesis),
            steps,
            solution.diagnoses,
            details=details_of(answers, hypothesis),
        )
        return replace(self, secret=Secret(counterfactual))


def details_of(answers: Candidates, hypothesis: int) -> tuple[str, ...]:
    """What a hypothesis says beyond its answer, in sentences; nothing for most families."""
    described = getattr(answers, "details", None)
    return tuple(described(hypothesis)) if callable(described) else ()


class Family(Protocol):
    """A source of problems, indexed by stable ids."""

    @property
    def default_turns(self) -> int:
        """Turns of an episode unless ``max_turns`` says otherwise."""
        ...

    def sample(self, rng: np.random.Generator) -> str:
        """The id of a problem drawn at random."""
        ...

    def problem(self, problem_id: str) -> Problem:
        """The problem with an id; the same one at every call.

        Raises:
            ConfigurationError: If there is no such problem.
        """
        ...

    def problem_ids(self) -> Sequence[str] | None:
        """All ids, where they can be listed."""
        ...
