"""The rules of one episode: what counts as an attempt, what is refused, what it is worth, and how it ends."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sml_env.agents import worded
from sml_env.answers import Answers
from sml_env.dialogue import CORRECT, INCORRECT, REFUSED_ANSWER, REFUSED_CAP, Dialogue, Outcome
from sml_env.envs.math_family import MathTutorConfig, TopicFamily
from sml_env.envs.math_tutor import MathTutorEnv
from sml_env.envs.topics import TOPICS
from sml_env.errors import ResetNeeded
from sml_env.priors import uniform_integers
from sml_env.problems import HypothesisSpace, Problem, Secret, Solution, Step
from sml_env.rules import Rules
from sml_env.teachers import AnswerView, Request, Teacher, make_teacher
from sml_env.teachers.oracle import NO_DIAGNOSIS, NOT_JUDGED

CLOSE = 1e-9
FAMILY = TopicFamily(MathTutorConfig())


def entropy(masses: Sequence[float]) -> float:
    return -sum(p * math.log2(p) for p in masses if p > 0)


def closed(space: HypothesisSpace, truth: int, **rest: Any) -> Problem:
    solution = Solution(space.answers.text(truth), truth, space.answers.only(truth), rest.pop("steps", ()))
    return Problem("p", "A problem without numbers.", Secret(solution), space, **rest)


def integers(truth: int, low: int = 1, high: int = 128) -> Problem:
    return closed(uniform_integers(low, high), truth - low)


def skewed(values: Sequence[int], weights: Sequence[int]) -> HypothesisSpace:
    answers = Answers.of("number", ("x",), [(Fraction(value),) for value in values])
    return HypothesisSpace(answers, np.array(weights) / sum(weights))


def say(dialogue: Dialogue, teacher: Teacher, utterance: object) -> Outcome:
    answer = dialogue.submit(utterance)
    while isinstance(answer, Request):
        (reply,) = teacher.reply([answer])
        answer = dialogue.deliver(reply)
    return answer


def start(problem: Problem, voice: Any = "oracle", seed: int = 0, **rules: Any) -> tuple[Dialogue, Teacher]:
    settled = Rules(**({"max_turns": 60} | rules))
    teacher = make_teacher(voice, settled.asymmetry)
    return Dialogue(problem, teacher, settled, seed), teacher


def play(
    problem: Problem, utterances: Sequence[str], voice: Any = "oracle", seed: int = 0, **rules: Any
) -> list[Outcome]:
    dialogue, teacher = start(problem, voice, seed, **rules)
    outcomes = []
    for utterance in utterances:
        if dialogue.ended:
            break
        outcomes.append(say(dialogue, teacher, utterance))
    return outcomes


def line(outcome: Outcome) -> str:
    return outcome.text.split("\n")[0]


def by_policy(problem: Problem, policy: Callable[[Dialogue], str], **rules: Any) -> list[Outcome]:
    dialogue, teacher = start(problem, **rules)
    outcomes = []
    while not dialogue.ended:
        outcomes.append(say(dialogue, teacher, policy(dialogue)))
    return outcomes


def bisect(dialogue: Dialogue) -> str:
    """Cuts, and attempts what is likelier than not, or cannot be cut."""
    belief, menu, space = dialogue.belief, dialogue.menu, dialogue.problem.space
    assert belief is not None and space is not None
    top = int(belief.argmax())
    found = None if menu is None or belief[top] >= 0.5 else menu.cut(belief)
    return f"answer: {space.answers.text(top)}" if found is None else found[0].canonical


def attempts_in_order(dialogue: Dialogue) -> str:
    belief, space = dialogue.belief, dialogue.problem.space
    assert belief is not None and space is not None
    return f"answer: {space.answers.text(int(belief.argmax()))}"


# -- bits over an episode ----------------------------------------------------------------------------------------------

UTTERANCES = (
    "x > 40", "x <= 12", "is it even?", "is it prime?", "x mod 3", "x mod 5", "how many digits?",
    "what is its sign?", "is it a perfect square?", "between 10 and 90?", "between 5 and 5?", "x != 7",
    "is 2x = 30 right?", "1/(x - 3) > 0", "give me a hint", "why is that wrong?", "what is the answer?",
    "what do you know?", "blah", "", "answer: 17", "answer: 1000", "answer: 2/3", "answer: -4", "x == 60",
    "answer: seven apples", "x mod 50", "is it an integer?",
)  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.sampled_from(UTTERANCES), min_size=1, max_size=12),
    st.integers(1, 128),
    st.sampled_from(["answer", "none"]),
    st.sampled_from([1.0, 0.9]),
)
def test_realised_and_verdict_bits_telescope_to_the_fall_of_entropy(
    utterances: list[str], truth: int, asymmetry: str, gamma: float
) -> None:
    problem = replace(integers(truth), hints_from_statement=True)
    outcomes = play(problem, utterances, asymmetry=asymmetry, gamma=gamma)
    total = sum(outcome.info["realised_bits"] + outcome.info["verdict_bits"] for outcome in outcomes)
    assert total == pytest.approx(7.0 - outcomes[-1].info["belief_entropy_bits"], abs=CLOSE)
    paid = 0.0
    for step, outcome in enumerate(outcomes):
        assert outcome.reward == pytest.approx(sum(outcome.info["reward_terms"].values()), abs=1e-12)
        assert outcome.info["expected_bits"] <= outcome.info["best_bits"] + CLOSE
        paid += gamma**step * outcome.info["reward_terms"]["information"]
    end = 0.0 if outcomes[-1].terminated else -0.5 * outcomes[-1].info["belief_entropy_bits"] / 7
    assert paid == pytest.approx(gamma ** len(outcomes) * end + 0.5, abs=CLOSE)


@pytest.mark.parametrize("topic", TOPICS)
def test_bits_telescope_on_generated_problems_of_every_kind(topic: str) -> None:
    rng = np.random.default_rng(3)
    for number in range(3):
        problem = FAMILY.problem(f"{topic}-2-train-{number}")
        space = problem.space
        assert space is not None
        dialogue, teacher = start(problem)
        queries = [worded(query) for query in space.menu.queries] + ["hint", "why is that wrong?"]
        total = 0.0
        while not dialogue.ended and len(dialogue.transcript) < 20:
            attempt = f"answer: {space.answers.text(int(rng.integers(len(space))))}"
            pick = queries[int(rng.integers(len(queries)))] if rng.random() < 0.7 else attempt
            outcome = say(dialogue, teacher, pick)
            total += outcome.info["realised_bits"] + outcome.info["verdict_bits"]
        assert dialogue.belief is not None
        assert total == pytest.approx(math.log2(len(space)) - entropy(dialogue.belief.tolist()), abs=CLOSE)


SPACES = {
    "uniform": uniform_integers(1, 24),
    "skewed": skewed([1, 2, 4, 7, 12, 20], [32, 16, 8, 4, 2, 2]),
    "heavy": skewed([3, 5, 6], [90, 5, 5]),
}


@pytest.mark.parametrize("name", SPACES)
@pytest.mark.parametrize("policy", [bisect, attempts_in_order])
def test_mean_over_hypotheses_of_expected_bits_is_the_prior_entropy_when_always_solved(
    name: str, policy: Callable[[Dialogue], str]
) -> None:
    space = SPACES[name]
    mean = 0.0
    for truth, mass in enumerate(space.prior):
        outcomes = by_policy(closed(space, truth), policy)
        assert outcomes[-1].info["success"]
        mean += mass * sum(o.info["expected_bits"] + o.info["expected_verdict_bits"] for o in outcomes)
    assert mean == pytest.approx(entropy(space.prior.tolist()), abs=CLOSE)


@pytest.mark.parametrize("name", SPACES)
@pytest.mark.parametrize("turns", [1, 2, 3])
def test_mean_over_hypotheses_of_expected_bits_is_at_most_the_prior_entropy(name: str, turns: int) -> None:
    space = SPACES[name]
    mean, fall = 0.0, 0.0
    for truth, mass in enumerate(space.prior):
        outcomes = by_policy(closed(space, truth), bisect, max_turns=turns)
        mean += mass * sum(o.info["expected_bits"] + o.info["expected_verdict_bits"] for o in outcomes)
        fall += mass * (entropy(space.prior.tolist()) - outcomes[-1].info["belief_entropy_bits"])
    assert mean <= entropy(space.prior.tolist()) + CLOSE
    assert mean == pytest.approx(fall, abs=CLOSE)


@pytest.mark.parametrize("topic", ["percent", "systems_of_two", "inequalities", "probability"])
def test_mean_over_hypotheses_equals_the_prior_entropy_on_generated_problems(topic: str) -> None:
    problem = FAMILY.problem(f"{topic}-3-train-1")
    assert problem.space is not None

    def table_then_attempts(dialogue: Dialogue) -> str:
        belief, menu = dialogue.belief, dialogue.menu
        assert belief is not None and menu is not None
        bits = menu.table_bits(belief)
        if bits.max(initial=0.0) <= 1e-9:
            return bisect(dialogue)
        return worded(menu.queries[int(bits.argmax())])

    mean = 0.0
    for truth in range(len(problem.space)):
        outcomes = by_policy(problem.under(truth), table_then_attempts)
        assert outcomes[-1].info["success"]
        mean += sum(o.info["expected_bits"] + o.info["expected_verdict_bits"] for o in outcomes) / len(problem.space)
    assert mean == pytest.approx(math.log2(len(problem.space)), abs=CLOSE)


def test_a_repeated_or_implied_question_is_worth_exactly_zero_bits() -> None:
    for first, again in (
        ("x > 64", "x > 64"),
        ("x > 64", "Is the answer at most 64?"),
        ("x > 64", "x > 10"),
        ("x mod 6", "even?"),
    ):
        outcomes = play(integers(99), [first, again])
        assert outcomes[0].info["expected_bits"] > 0
        assert outcomes[1].info["expected_bits"] == 0.0
        assert outcomes[1].info["realised_bits"] == 0.0


def test_expected_bits_asked_beforehand_are_those_of_the_step() -> None:
    dialogue, teacher = start(integers(99))
    for utterance in (
        "x > 64",
        "is it even?",
        "x mod 5",
        "x mod 100",
        "what is the answer?",
        "x == 5",
        "hint",
        "",
        "x > 64",
    ):
        told = dialogue.expected_bits(utterance)
        assert told == say(dialogue, teacher, utterance).info["expected_bits"], utterance


# -- hints, facts and diagnoses ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("topic", TOPICS)
def test_hints_on_generated_problems_are_worth_zero_bits_and_the_same_under_every_hypothesis(topic: str) -> None:
    problem = FAMILY.problem(f"{topic}-2-train-8")
    assert problem.space is not None
    outcomes = play(problem, ["hint"] * 6)
    assert all(o.info["expected_bits"] == o.info["realised_bits"] == 0.0 for o in outcomes)
    for truth in range(0, len(problem.space), 5):
        assert [o.text for o in play(problem.under(truth), ["hint"] * 6)] == [o.text for o in outcomes]


@pytest.mark.parametrize("shaping", ["potential", "bonus"])
def test_hints_on_data_sets_have_no_bits_and_earn_nothing(shaping: str) -> None:
    steps = (Step("Work out 1 + 2.", "3"), Step("Work out [?] + 2.", "5"))
    problem = closed(uniform_integers(1, 16), 4, steps=steps)
    (outcome,) = play(problem, ["give me a hint"], shaping=shaping)
    assert line(outcome) == "Work out 1 + 2."
    assert outcome.info["expected_bits"] is None
    assert outcome.info["realised_bits"] is None
    assert outcome.info["reward_terms"]["information"] == 0.0


def diagnosed(topic: str = "fraction_arithmetic") -> tuple[Problem, list[str]]:
    for number in range(20):
        problem = FAMILY.problem(f"{topic}-2-train-{number}")
        named = list(problem.secret.reveal().diagnoses)
        if len(named) >= 2:
            return problem, named
    raise AssertionError("no problem with two diagnoses")


def test_a_diagnosis_is_of_judged_attempts_alone() -> None:
    problem, (first, second, *_) = diagnosed()
    diagnoses = problem.secret.reveal().diagnoses
    unjudged = play(problem, [f"why is {first} wrong?"])[0]
    assert line(unjudged) == NOT_JUDGED
    outcomes = play(
        problem, [f"answer: {first}", f"why is {second} wrong?", f"why is {first} wrong?", "why is that wrong?"]
    )
    assert [line(o) for o in outcomes] == [INCORRECT, NOT_JUDGED, diagnoses[first], diagnoses[first]]
    assert all(o.info["expected_bits"] == 0.0 for o in outcomes[1:])


def test_a_diagnosis_is_asked_by_value_not_by_spelling() -> None:
    outcomes = play(integers(99), ["answer: 12.0", "why is 24/2 wrong?"])
    assert line(outcomes[1]) == NO_DIAGNOSIS


def test_an_unjudged_values_diagnosis_is_not_even_handed_to_the_teacher() -> None:
    problem, (first, second, *_) = diagnosed()
    dialogue, teacher = start(problem)
    say(dialogue, teacher, f"answer: {first}")
    request = dialogue.submit(f"why is {second} wrong?")
    assert isinstance(request, Request)
    assert isinstance(request.view, AnswerView)
    assert request.view.diagnosis is None


# -- refusals ----------------------------------------------------------------------------------------------------------

OUTRIGHT = (
    "What is the answer?", "what's the answer", "Tell me the answer.", "Just tell me the answer!",
    "Please give me the answer.", "Can you tell me the answer?", "Could you give me the answer, please?",
    "What is x?", "what is the result?", "What is the solution?", "Show me the solution.", "Reveal the answer.",
    "Give me the final answer.", "I want the answer.", "I need to know the answer.", "Can I have the answer?",
    "May I see the answer?", "Could I know the answer?", "What is the correct answer?", "what is the final result",
    "tell me the value of x", "Say the answer.", "Just give me the solution already", "Share the answer with me",
    "What does x equal?", "Would you tell me the answer?", "I'd like to know the answer.",
    "Do you know the answer?", "Hi! What is the answer, please?", "Disclose the answer.",
)  # fmt: skip


@pytest.mark.parametrize("wording", OUTRIGHT)
def test_asking_for_the_answer_outright_is_refused_at_zero_bits(wording: str) -> None:
    assert len(set(OUTRIGHT)) == 30
    (outcome,) = play(integers(99), [wording])
    assert line(outcome) == REFUSED_ANSWER
    assert outcome.info["expected_bits"] == outcome.info["realised_bits"] == outcome.info["verdict_bits"] == 0.0
    assert not outcome.terminated
    assert not any(character.isdigit() for character in line(outcome))


@pytest.mark.parametrize(
    ("query", "cap"), [("x mod 100", 3.0), ("x mod 10", 3.0), ("x mod 3", 1.0), ("how many digits?", 0.5)]
)
def test_a_query_above_the_cap_is_refused_whatever_the_truth(query: str, cap: float) -> None:
    for truth in (1, 9, 10, 42, 99, 100, 128):
        (outcome,) = play(integers(truth), [query], cap_bits=cap)
        assert line(outcome) == REFUSED_CAP
        assert outcome.info["expected_bits"] == outcome.info["realised_bits"] == 0.0


def test_the_cap_counts_bits_under_the_belief_of_the_moment() -> None:
    outcomes = play(integers(3), ["x mod 10", "x <= 5", "x mod 10"], cap_bits=3.0)
    assert line(outcomes[0]) == REFUSED_CAP
    assert line(outcomes[2]) == "The remainder is 3."
    assert outcomes[2].info["expected_bits"] == pytest.approx(math.log2(5))


def test_best_bits_respects_the_cap() -> None:
    (outcome,) = play(integers(11), ["x > 64"], cap_bits=1.5)
    assert outcome.info["best_bits"] <= 1.5
    (outcome,) = play(integers(11), ["x > 64"], cap_bits=3.0)
    assert 2 < outcome.info["best_bits"] <= 3.0


# -- attempts ----------------------------------------------------------------------------------------------------------

ISOLATING = (
    "answer: 42", "is it 42?", "x == 42", "x = 42", "between 42 and 42", "is it between 42 and 42?", "41 < x < 43",
    "is the answer 42?", "x mod 128 == 42", "is 2x = 84 right?", "x^2 = 1764", "84/2", "\\boxed{42}", "forty-two",
)  # fmt: skip


@pytest.mark.parametrize("utterance", ISOLATING)
def test_a_query_true_of_one_hypothesis_is_an_attempt_however_worded(utterance: str) -> None:
    (wrong,) = play(integers(99), [utterance], max_attempts=3)
    assert (wrong.info["query_kind"], line(wrong)) == ("attempt", INCORRECT)
    assert "Attempts left: 2." in wrong.text
    assert wrong.info["expected_bits"] == wrong.info["realised_bits"] == 0.0
    assert wrong.info["verdict_bits"] == pytest.approx(7 - math.log2(127))
    (right,) = play(integers(42), [utterance])
    assert line(right) == CORRECT
    assert right.terminated and right.info["success"]
    assert right.info["verdict_bits"] == pytest.approx(7.0)
    assert right.info["expected_verdict_bits"] == pytest.approx(entropy([1 / 128, 127 / 128]))


@pytest.mark.parametrize(
    ("utterance", "states"), [("x > 6", 7), ("x <= 6", 5), ("x < 7", 5), ("x != 5", 7), ("x mod 4 == 1", 5)]
)
def test_with_two_live_hypotheses_every_predicate_that_tells_is_an_attempt(utterance: str, states: int) -> None:
    for truth in (5, 7):
        space = skewed([2, 5, 7, 8], [1, 1, 1, 1])
        dialogue, teacher = start(closed(space, [2, 5, 7, 8].index(truth)))
        say(dialogue, teacher, "is it even?")
        outcome = say(dialogue, teacher, utterance)
        assert outcome.info["query_kind"] == "attempt"
        assert outcome.info["success"] == outcome.terminated == (truth == states)
        assert outcome.info["realised_bits"] == 0.0
        assert outcome.info["verdict_bits"] == pytest.approx(1.0)


def test_the_last_attempt_ends_the_episode_even_in_disguise() -> None:
    outcomes = play(integers(99), ["x > 64", "between 70 and 70", "x == 71"], max_attempts=2)
    assert [o.terminated for o in outcomes] == [False, False, True]
    assert not any(o.truncated for o in outcomes)
    assert not outcomes[-1].info["success"]


def test_wrong_attempts_eliminate_and_telling_them_again_tells_nothing() -> None:
    outcomes = play(integers(99, 97, 100), ["answer: 97", "answer: 97", "answer: 98", "answer: 100"])
    told = [o.info["verdict_bits"] for o in outcomes]
    assert told == pytest.approx([2 - math.log2(3), 0.0, math.log2(3) - 1, 1.0], abs=CLOSE)
    assert outcomes[-1].info["belief_entropy_bits"] == 0.0
    assert not outcomes[-1].info["success"]


@pytest.mark.parametrize("value", ["1000", "0", "-5", "7/2", "sqrt(2)", "(1, 2)", "10^30"])
def test_an_attempt_outside_the_space_is_counted_and_tells_nothing(value: str) -> None:
    (outcome,) = play(integers(99), [f"answer: {value}"], max_attempts=4)
    assert line(outcome) == INCORRECT
    assert "Attempts left: 3." in outcome.text
    assert outcome.info["verdict_bits"] == outcome.info["expected_verdict_bits"] == 0.0
    assert outcome.info["belief_entropy_bits"] == pytest.approx(7.0)


def test_an_attempt_at_an_interval_with_an_irrational_end_eliminates_no_candidate() -> None:
    answers = Answers.parse("interval", ("x",), ["(1, 2)", "(1, 3)", "(1, oo)"])
    problem = closed(HypothesisSpace(answers, np.full(3, 1 / 3)), 2)
    outcomes = play(problem, ["answer: (1, sqrt(5))", "answer: (1, 2)", "answer: (1, oo)"])
    assert outcomes[0].info["verdict_bits"] == 0.0
    assert [o.info["success"] for o in outcomes] == [False, False, True]


def test_the_turn_budget_terminates_and_nothing_follows() -> None:
    dialogue, teacher = start(integers(99), max_turns=2)
    assert not say(dialogue, teacher, "x > 3").terminated
    assert say(dialogue, teacher, "x > 5").terminated
    with pytest.raises(ResetNeeded, match="reset"):
        dialogue.submit("x > 6")


def test_a_request_must_be_answered_before_the_next_turn() -> None:
    dialogue, _ = start(integers(99))
    with pytest.raises(ResetNeeded):
        dialogue.deliver("Yes.")
    assert isinstance(dialogue.submit("x > 3"), Request)
    with pytest.raises(ResetNeeded):
        dialogue.submit("x > 3")


# -- teachers ----------------------------------------------------------------------------------------------------------


class Broken:
    """Fails in a way that holds a secret."""

    def __init__(self, how: Callable[[Sequence[Request]], Any], deterministic: bool) -> None:
        self.name = "broken"
        self.deterministic = deterministic
        self._how = how

    def reply(self, requests: Sequence[Request]) -> Any:
        return self._how(requests)


def _raises(requests: Sequence[Request]) -> Any:
    view = requests[0].view
    assert isinstance(view, AnswerView)
    raise RuntimeError(f"the answer is {view.answer}, secret-token")


FAILURES: dict[str, tuple[Callable[[Sequence[Request]], Any], str]] = {
    "raises": (_raises, "RuntimeError"),
    "returns None": (lambda requests: None, "TypeError"),
    "returns a list of None": (lambda requests: [None], "TypeError"),
    "returns numbers": (lambda requests: [42], "TypeError"),
    "returns too many": (lambda requests: ["a", "b"], "TypeError"),
    "returns too few": (lambda requests: [], "TypeError"),
    "returns one text": (lambda requests: "x", "TypeError"),
}


@pytest.mark.parametrize("deterministic", [False, True], ids=["free", "deterministic"])
@pytest.mark.parametrize("failure", FAILURES)
def test_a_failing_teacher_truncates_and_tells_only_the_kind_of_its_failure(failure: str, deterministic: bool) -> None:
    how, kind = FAILURES[failure]
    env = MathTutorEnv(teacher=Broken(how, deterministic), max_turns=5)
    _, opening = env.reset(seed=3)
    observation, _, terminated, truncated, info = env.step("is it even?")
    assert (terminated, truncated) == (False, True)
    assert info["failure"].startswith("teacher: ")
    if not deterministic:
        assert info["failure"] == f"teacher: {kind}"
    public = f"{observation} {info} {opening} {env.render()}"
    assert "secret-token" not in public
    assert info["reward_terms"]["information"] == pytest.approx(0.0), "the potential is kept when truncated"
    assert isinstance(env.privileged()["failure"], Exception)
    with pytest.raises(ResetNeeded):
        env.step("is it even?")
    env.reset(seed=4)


@pytest.mark.parametrize("p", [0.02, 0.1, 0.3])
def test_belief_after_a_noisy_teacher_is_that_of_bayes_rule(p: float) -> None:
    values = list(range(1, 25))
    predicates: dict[str, Callable[[int], int]] = {
        "x > 12": lambda v: v > 12,
        "is it even?": lambda v: v % 2 == 0,
        "x mod 3": lambda v: v % 3,
        "x <= 5": lambda v: v <= 5,
    }
    wrong = 0
    for seed in range(12):
        truth = values[seed * 7 % 24]
        dialogue, teacher = start(integers(truth, 1, 24), {"voice": "noisy", "p": p}, seed)
        masses = [1 / 24] * 24
        for utterance in [*predicates, *predicates]:
            outcome = say(dialogue, teacher, utterance)
            held, size = predicates[utterance], 3 if "mod" in utterance else 2
            said = int(line(outcome).rstrip(".").rsplit(" ", 1)[-1]) if "mod" in utterance else line(outcome) == "Yes."
            wrong += said != held(truth)

            def chance(value: int, reply: int, held: Callable[[int], int] = held, size: int = size) -> float:
                return 1 - p if held(value) == reply else p / (size - 1)

            before = entropy(masses)
            told = before
            for reply in range(size):
                joint = [m * chance(v, reply) for m, v in zip(masses, values, strict=True)]
                if sum(joint) > 0:
                    told -= sum(joint) * entropy([j / sum(joint) for j in joint])
            joint = [m * chance(v, said) for m, v in zip(masses, values, strict=True)]
            masses = [j / sum(joint) for j in joint]
            assert dialogue.belief == pytest.approx(masses, abs=CLOSE)
            assert outcome.info["expected_bits"] == pytest.approx(told, abs=CLOSE)
            assert outcome.info["realised_bits"] == pytest.approx(before - entropy(masses), abs=CLOSE)
    assert p < 0.1 or wrong > 0


def test_verdicts_are_never_noised() -> None:
    for seed in range(30):
        (outcome,) = play(integers(9, 1, 24), ["answer: 9"], {"voice": "noisy", "p": 0.45}, seed)
        assert outcome.info["success"]


class Deterministic:
    """A user's own teacher whose reply is a function of the request."""

    name = "own"
    deterministic = True

    def __init__(self, words: Callable[[str], str]) -> None:
        self._words = words

    def reply(self, requests: Sequence[Request]) -> list[str]:
        return [self._words(request.view.answer) for request in requests if isinstance(request.view, AnswerView)]


def test_a_deterministic_teachers_bits_are_found_by_asking_it_under_every_hypothesis() -> None:
    teacher = Deterministic(lambda answer: "Warm." if int(answer) % 4 == 0 else "Cold.")
    for truth in (8, 9):
        (outcome,) = play(integers(truth, 1, 32), ["give me a hint"], teacher)
        assert outcome.info["expected_bits"] == pytest.approx(entropy([1 / 4, 3 / 4]))
        assert outcome.info["realised_bits"] == pytest.approx(5 - math.log2(8 if truth == 8 else 24))


def test_a_deterministic_teacher_that_repeats_the_students_number_tells_nothing() -> None:
    """The guard lets a number of the student's own words be repeated, under every hypothesis alike."""
    teacher = Deterministic(lambda answer: "You speak of 17 there. Think about its size.")
    for truth in (17, 20):
        (outcome,) = play(integers(truth, 1, 32), ["is it more than 17?"], teacher)
        assert line(outcome) == "You speak of 17 there. Think about its size."
        assert outcome.info["expected_bits"] == 0.0
        assert outcome.info["realised_bits"] == 0.0


def test_a_free_teachers_bits_are_unknown_and_it_leaves_the_belief_alone() -> None:
    class Free:
        name = "free"

        def reply(self, requests: Sequence[Request]) -> list[str]:
            return ["Think about its size."] * len(requests)

    (outcome,) = play(integers(20, 1, 32), ["x > 16"], Free())
    assert outcome.info["expected_bits"] is None
    assert outcome.info["realised_bits"] is None
    assert outcome.info["best_bits"] is None
    assert outcome.info["belief_entropy_bits"] == pytest.approx(5.0)


def _beliefs(problem: Problem, asymmetry: str) -> Iterator[tuple[Outcome, np.ndarray]]:
    dialogue, teacher = start(problem, asymmetry=asymmetry)
    for utterance in (
        "what do you know?",
        "tell me a fact",
        "what else do you know?",
        "x > 0",
        "is it even?",
        "is it an integer?",
    ):
        outcome = say(dialogue, teacher, utterance)
        if outcome.info["query_kind"] == "attempt":
            return
        assert dialogue.belief is not None
        yield outcome, dialogue.belief


@pytest.mark.parametrize("topic", TOPICS)
def test_under_knowledge_the_belief_is_that_of_the_hypotheses_that_get_the_same_replies(topic: str) -> None:
    """By enumeration: what a perfect listener keeps is exactly what would have been told the same."""
    problem = FAMILY.problem(f"{topic}-2-train-4")
    assert problem.space is not None
    size = len(problem.space)
    runs = [list(_beliefs(problem.under(h), "knowledge")) for h in range(size)]
    for truth in range(size):
        for step in range(len(runs[truth])):
            said = [[line(outcome) for outcome, _ in run[: step + 1]] for run in runs]
            same = [float(said[h] == said[truth]) for h in range(size)]
            assert runs[truth][step][1] == pytest.approx(np.array(same) / sum(same), abs=CLOSE)


def test_a_percentage_stands_for_one_candidate_at_most() -> None:
    """Otherwise one attempt would test two candidates."""
    answers = Answers.parse("number", ("x",), ["1/2", "50", "51"])
    space = HypothesisSpace(answers, np.full(3, 1 / 3))
    solved = []
    for truth in range(3):
        secret = Secret(Solution(answers.text(truth), truth, answers.only(truth)))
        dialogue = Dialogue(
            Problem("percentages", "Which?", secret, space), make_teacher("peer", "none"), Rules("none")
        )
        outcome = dialogue.submit("answer: 50%")
        assert isinstance(outcome, Outcome)
        solved.append(outcome.info["success"])
    assert sum(solved) == 1


@pytest.mark.parametrize("value", ["(1,0) U (1,0)", "(2,1]", "[1,1)", "(9,1) U (8,2)"])
def test_an_empty_interval_stands_for_no_pair(value: str) -> None:
    """Every reversed pair would be the same empty set, and one attempt would fit half of the candidates."""
    answers = Answers.parse("pair", ("x", "y"), ["(3, 2)", "(5, -1)", "(9, 8)"])
    space = HypothesisSpace(answers, np.full(3, 1 / 3))
    for truth in range(3):
        secret = Secret(Solution(answers.text(truth), truth, answers.only(truth)))
        dialogue = Dialogue(Problem("pairs", "Which?", secret, space), make_teacher("peer", "none"), Rules("none"))
        outcome = dialogue.submit(f"answer: {value}")
        assert isinstance(outcome, Outcome)
        assert not outcome.info["success"]


@pytest.mark.parametrize(
    "utterance",
    [
        "x > 10^5000",
        "answer: 10^5000",
        "is it 10^5000?",
        "between 1 and 10^5000",
        "why is 10^5000 wrong?",
        "x > 1/10^5000",
    ],
)
def test_numbers_of_thousands_of_digits_get_a_reply(utterance: str) -> None:
    env = MathTutorEnv()
    env.reset(seed=0)
    observation, *_ = env.step(utterance)
    assert observation.endswith("Turns left: 7.")


def test_a_range_of_one_number_is_an_attempt_even_at_no_candidate() -> None:
    problem = Problem(
        "integers",
        "Which?",
        Secret(Solution("5", 4, uniform_integers(1, 9).answers.only(4))),
        uniform_integers(1, 9),
    )
    dialogue = Dialogue(problem, make_teacher("oracle", "answer"), Rules())
    outcome = dialogue.submit("is it between 77 and 77?")
    assert isinstance(outcome, Outcome)
    assert outcome.info["query_kind"] == "attempt"


@pytest.mark.parametrize("value", ["5 apples", "x = 5", "$5", "5.0", "10/2"])
def test_a_value_written_unlike_its_candidate_is_right_all_the_same(value: str) -> None:
    space = uniform_integers(1, 9)
    problem = Problem("integers", "Which?", Secret(Solution("5", 4, space.answers.only(4))), space)
    outcome = Dialogue(problem, make_teacher("oracle", "answer"), Rules()).submit(f"answer: {value}")
    assert isinstance(outcome, Outcome)
    assert outcome.info["success"]
