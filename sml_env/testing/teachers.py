"""``check_teacher``: whether a teacher replies to anything, from its request alone, and as its channel states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

import numpy as np

from sml_env.answers import Answers
from sml_env.forms import ASKED_KINDS, Claim, Comparison, Negation, Property, Quantity, Query, Residue, Topic
from sml_env.information import Channel
from sml_env.listener import asks_outright
from sml_env.problems import HypothesisSpace, Problem, Secret, Solution, Step
from sml_env.queries import parse
from sml_env.semantics import Meaning, meaning
from sml_env.teachers import ChannelTeacher, Question, Reply, Request, Teacher, Turn, make_teacher, view_for
from sml_env.testing.conformance import HOSTILE, ConformanceError, require, shown, untouched_random_state
from sml_env.verifiers.base import Status, Verdict

__all__ = ["check_teacher"]

_TRIALS: Final = 600
_SIGMAS: Final = 5.0
_QUERIES: Final = tuple(
    parse(text)
    for text in (
        "x > 3", "x <= 0", "is it even?", "x mod 3", "sign of x", "how many digits?", "is it prime?",
        "between 2 and 9?", "is 2x = 10 right?", "is 2x > 7 right?", "Give me a hint.", "why was that wrong?",
        "why is 5 wrong?",
        "a > 2", "what do you know?", "what is the price?", "What is the answer?", "is 3 in the answer?",
    )
)  # fmt: skip
_ODD: Final = (
    Query("malformed", "", None, "nothing is understood"),
    Query("attempt", "x == 5", Claim("5")),
    Query("attempt", "", Claim(None)),
    Query("pegs", "1 2 3 4", None),
    Query("", "", None),
    Query("predicate", "?", None),
    Query("value", "zz", Quantity("zz", "sign")),
    Query("value", "x mod 2^90", Residue("x", 2**90)),
    Query("predicate", "x > 10^80", Comparison("x", ">", Fraction(10**80))),
    Query("predicate", "not prime(q)", Negation(Property("q", "prime"))),
    Query("diagnosis", "why not ((", Claim("((")),
    Query("fact", "fact \x00", Topic("\x00")),
)


@dataclass(frozen=True)
class _Case:
    """A question with the problem that it is about."""

    problem: Problem
    question: Question
    verdict: Verdict | None
    attempt: str | None

    def request(self, hypothesis: int | None, channel: Channel | None, seed: int = 0) -> Request:
        """As the dialogue would put it, were that hypothesis true."""
        problem = self.problem if hypothesis is None else self.problem.under(hypothesis)
        view = view_for(self.question.asymmetry, problem, self.verdict, self.attempt, self.attempt)
        return Request(self.question, view, channel, (seed, len(self.question.transcript)))


def check_teacher(teacher: str | Mapping[str, Any] | Teacher, asymmetry: str = "answer") -> None:
    """Check a teacher.

    One text per request, for any number of them; never an exception, whatever is asked; the same reply to the same
    request where the teacher states a channel or ``deterministic = True``; replies as the stated channel has them (by
    frequency where it has an error), and the same under every hypothesis where it is constant; a menu that agrees with
    the channel; untouched global random state.

    Args:
        teacher: A voice's name, a mapping with its arguments, or an object.
        asymmetry: Whose view it is handed.

    Raises:
        ConformanceError: Says what is wrong and what to do.
        ConfigurationError: If the voice makes no sense with the asymmetry.
    """
    made = make_teacher(teacher, asymmetry)
    require(isinstance(made.name, str) and made.name, f"the name of {type(made).__name__} is {made.name!r}")
    with untouched_random_state(f"the teacher {made.name!r}"):
        cases = list(_cases(asymmetry))
        _check_protocol(made, cases)
        if isinstance(made, ChannelTeacher):
            for case in cases:
                _check_channel(made, case)
            _check_menu(made, cases)
        elif getattr(made, "deterministic", False) is True:
            for case in cases:
                _check_repeats(made, [case.request(row, None) for row in _some(case.problem)])


# -- what is asked -----------------------------------------------------------------------------------------------------


def _problems() -> tuple[Problem, ...]:
    facts = tuple(parse(text) for text in ("x > 4", "is it even?"))
    steps = (Step("Subtract 1 from both sides.", "2*x = 10"), Step("Divide both sides by 2.", "x = 5"))
    rules = ("Do the same to both sides.", "A sign changes when a term moves.")
    values = [Fraction(value) for value in (-8, -3, 0, 2, 4, 5, 6, 9, 10, 25)] + [Fraction(51, 2), Fraction(81)]
    weights = np.arange(1.0, len(values) + 1.0)
    numbers = HypothesisSpace(Answers.of("number", ("x",), [(value,) for value in values]), weights / weights.sum())
    rows = [(Fraction(a), Fraction(b)) for a in range(3) for b in (-1, 4)]
    pairs = HypothesisSpace(Answers.of("pair", ("a", "b"), rows), np.full(len(rows), 1.0 / len(rows)))
    twins = replace(numbers, target=np.arange(len(values)) // 2)

    def problem(name: str, space: HypothesisSpace, index: int, told: tuple[Query, ...]) -> Problem:
        answers = space.answers
        solution = Solution(answers.text(index), index, answers.only(index), steps, {answers.text(0): "Lost a sign."})
        return Problem(name, "Solve 2*x + 1 = 11.", Secret(solution), space, told, rules, hints_from_statement=True)

    bare = Solution("5", None, Answers.parse("number", ("x",), ["5"]), steps)
    return (
        problem("numbers", numbers, 5, facts),
        problem("pairs", pairs, 3, (parse("a > 1"),)),
        problem("targets", twins, 5, facts),
        Problem("open", "Solve 2*x + 1 = 11.", Secret(bare)),
        Problem("prose", "Who is right?", Secret(Solution("both of them", None, None))),
    )


def _cases(asymmetry: str) -> Iterator[_Case]:
    wrong = Verdict(Status.INCORRECT, "exact", "different from the reference", "9")
    turns = tuple(Turn(text, "Yes.") for text in HOSTILE[:3])
    for problem in _problems():
        for query in (*_QUERIES, *_ODD):
            question = Question(
                query.canonical, query, problem.statement, problem.space, problem.facts, asymmetry,
                hints_from_statement=problem.hints_from_statement, meaning=_meaning(query, problem.space),
            )  # fmt: skip
            yield _Case(problem, question, None, None)
            first = "9" if problem.space is None else problem.space.answers.text(0)
            for given in (1, 9):
                later = replace(question, transcript=turns * given, hints_given=given, facts_told=given, asked_of=first)
                yield _Case(problem, later, wrong, first)


def _meaning(query: Query, space: HypothesisSpace | None) -> Meaning | None:
    """As the dialogue works it out before it asks."""
    if space is None or query.kind not in ASKED_KINDS or asks_outright(query):
        return None
    return meaning(query.form, space.answers) if isinstance(space.answers, Answers) else None


def _some(problem: Problem) -> list[int | None]:
    return [None] if problem.space is None else [0, len(problem.space) // 2, len(problem.space) - 1]


# -- the checks --------------------------------------------------------------------------------------------------------


def _replies(teacher: Teacher, requests: Sequence[Request]) -> list[str]:
    """Ask, and check that there is one text per request."""
    asked = shown(requests[0].question.query.canonical, 60) if requests else "nothing"
    try:
        replies = teacher.reply(requests)
    except Exception as error:
        raise ConformanceError(
            f"reply raises {type(error).__name__} ({shown(str(error), 80)}) on a query of kind "
            f"{requests[0].question.query.kind if requests else 'none'!r}, {asked}: reply to whatever is asked"
        ) from error
    require(
        isinstance(replies, Sequence) and not isinstance(replies, str | bytes),
        f"reply returns {shown(replies)}: return a sequence of texts, one per request",
    )
    require(len(replies) == len(requests), f"reply returns {len(replies)} texts for {len(requests)} requests: one each")
    texts = [reply.text if isinstance(reply, Reply) else reply for reply in replies]
    for text in texts:
        require(isinstance(text, str), f"a reply to {asked} is {shown(text)}: return texts only")
    return [str(text) for text in texts]


def _check_protocol(teacher: Teacher, cases: Sequence[_Case]) -> None:
    _replies(teacher, [])
    requests = []
    for case in cases:
        channel = _channel(teacher, case.question)
        requests += [case.request(row, channel) for row in _some(case.problem)]
    for request in requests:
        _replies(teacher, [request])
        _replies(teacher, [replace(request, refused=("The answer is 5.",))])
    for size in (2, 7, len(requests)):
        _replies(teacher, requests[:size])
    if isinstance(teacher, ChannelTeacher):
        _check_repeats(teacher, requests)


def _check_repeats(teacher: Teacher, requests: Sequence[Request]) -> None:
    """Alone or among others, first or last, a request gets the same reply."""
    together = _replies(teacher, requests)
    backwards = _replies(teacher, requests[::-1])[::-1]
    for request, batched, reversed_ in zip(requests, together, backwards, strict=True):
        (alone,) = _replies(teacher, [request])
        require(
            alone == batched == reversed_,
            f"the reply to {shown(request.question.query.canonical, 60)} is {shown(alone)} alone and {shown(batched)} "
            f"or {shown(reversed_)} among others: let it follow from the request alone, chance from request.seed",
        )


def _channel(teacher: Teacher, question: Question) -> Channel | None:
    if not isinstance(teacher, ChannelTeacher):
        return None
    try:
        channel = teacher.channel(question)
    except Exception as error:
        raise ConformanceError(
            f"channel raises {type(error).__name__} ({shown(str(error), 80)}) on a query of kind "
            f"{question.query.kind!r}: return None where it cannot be stated"
        ) from error
    require(channel is None or isinstance(channel, Channel), f"channel returns {shown(channel)}: a Channel or None")
    if channel is not None and channel.codes is not None:
        size = 0 if question.space is None else len(question.space)
        fits = np.shape(channel.codes) == (size,) and all(0 <= code < len(channel.replies) for code in channel.codes)
        require(fits, f"the channel of {question.query.canonical!r} needs {size} codes that are indices of its replies")
        require(
            len(set(channel.replies)) == len(channel.replies), f"the channel repeats a reply: {shown(channel.replies)}"
        )
        rates = np.asarray(channel.error, dtype=np.float64)
        fits = rates.shape in ((), (size,)) and bool(((rates >= 0.0) & (rates < 1.0)).all())
        require(fits, f"the channel's error is {channel.error!r}: a probability below 1, or one for each hypothesis")
    return channel


def _check_channel(teacher: ChannelTeacher, case: _Case) -> None:
    space = case.problem.space
    channel = _channel(teacher, case.question)
    if channel is None or space is None:
        return
    asked = f"{case.question.query.canonical!r} ({case.question.query.kind})"
    told = _replies(teacher, [case.request(row, channel) for row in range(len(space))])
    if channel.codes is None:
        require(
            len(set(told)) == 1,
            f"the channel of {asked} is stated as constant and its replies differ by hypothesis: {shown(set(told))}",
        )
    elif channel.exact:
        for row, text in enumerate(told):
            stated = channel.replies[int(channel.codes[row])]
            require(
                text == stated,
                f"the channel of {asked} states {shown(stated)} under hypothesis {row} and the reply is {shown(text)}",
            )
    elif not case.question.transcript:
        _check_frequency(teacher, case, channel, len(space) // 2, asked)


def _check_frequency(teacher: ChannelTeacher, case: _Case, channel: Channel, row: int, asked: str) -> None:
    """How often each reply comes, against the matrix, within five standard deviations."""
    told = _replies(teacher, [case.request(row, channel, seed) for seed in range(_TRIALS)])
    strange = set(told) - set(channel.replies)
    require(not strange, f"the replies to {asked} hold {shown(strange)}, which its channel does not state")
    for code, text in enumerate(channel.replies):
        stated = float(channel.matrix()[row, code])
        found = told.count(text) / _TRIALS
        slack = _SIGMAS * float(np.sqrt(stated * (1.0 - stated) / _TRIALS)) + 1.0 / _TRIALS
        require(
            abs(found - stated) <= slack,
            f"the channel of {asked} states {text!r} with probability {stated:.3f} under hypothesis {row}; it "
            f"came with {found:.3f} of {_TRIALS} seeds",
        )


def _check_menu(teacher: ChannelTeacher, cases: Sequence[_Case]) -> None:
    """The menu tells as much as the channels of its queries."""
    for case in {case.problem.problem_id: case for case in reversed(cases)}.values():
        space = case.problem.space
        menu = teacher.menu(case.question)
        if menu is None or space is None:
            continue
        stated = menu.table_bits(space.prior)
        for query, bits in zip(menu.queries, stated, strict=True):
            channel = _channel(teacher, replace(case.question, query=query, meaning=_meaning(query, space)))
            told = None if channel is None else channel.expected_bits(space.prior)
            require(
                told is not None and abs(told - float(bits)) < 1e-9,
                f"the menu says that {query.canonical!r} tells {float(bits):.6f} bits and its channel says {told}",
            )
