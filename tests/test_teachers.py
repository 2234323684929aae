"""Teachers: which voices make sense where, what each is handed, and what each says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from typing import Any

import numpy as np
import pytest

from sml_env import dialogue as engine
from sml_env.dialogue import Dialogue, Outcome
from sml_env.envs.math_family import MathTutorConfig, TopicFamily
from sml_env.envs.topics import TOPICS
from sml_env.errors import ConfigurationError
from sml_env.problems import HypothesisSpace, Problem
from sml_env.queries import parse
from sml_env.rules import Rules
from sml_env.semantics import meaning
from sml_env.stated import stated_values
from sml_env.teachers import ASYMMETRIES, VOICES, Request, Teacher, make_teacher, view_for
from sml_env.teachers.oracle import DONT_KNOW, NO_DIAGNOSIS, NOT_JUDGED
from sml_env.verifiers.symbolic import verify

FAMILY = TopicFamily(MathTutorConfig(difficulty=(1, 5)))
LINEAR = [f"linear_equations-2-train-{number}" for number in range(20)]
SENSIBLE = [(voice, asymmetry) for voice, (_, sensible) in VOICES.items() for asymmetry in sensible]
SENSELESS = [(voice, asymmetry) for voice in VOICES for asymmetry in ASYMMETRIES if (voice, asymmetry) not in SENSIBLE]
UTTERANCES = (
    "is it even?",
    "x > 3",
    "what is x mod 3?",
    "give me a hint",
    "why is 12 wrong?",
    "tell me a fact",
    "2x = 8",
)


@cache
def problem(problem_id: str = LINEAR[0]) -> Problem:
    return FAMILY.problem(problem_id)


def start(of: Problem, teacher: Teacher, asymmetry: str = "answer", seed: int = 0, turns: int = 400) -> Dialogue:
    return Dialogue(of, teacher, Rules(asymmetry=asymmetry, max_turns=turns), seed=seed)


def say(dialogue: Dialogue, teacher: Teacher, utterance: str) -> Outcome:
    answer = dialogue.submit(utterance)
    if isinstance(answer, Request):
        answer = dialogue.deliver(teacher.reply([answer])[0])
    assert isinstance(answer, Outcome)
    return answer


def said(outcome: Outcome) -> str:
    return outcome.text.rpartition("\n")[0]


def oracle_reply(space: HypothesisSpace, utterance: str, row: int) -> str | None:
    """What is true of a question under one hypothesis, worked out for that hypothesis alone."""
    meant = meaning(parse(utterance).form, space.answers.only(row))
    return None if meant is None else meant.replies[int(meant.codes[0])]


# -- names and pairs ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("voice", "asymmetry"), SENSIBLE)
def test_every_voice_that_makes_sense_replies_to_everything(voice: str, asymmetry: str) -> None:
    teacher = make_teacher(voice, asymmetry)
    dialogue = start(problem(), teacher, asymmetry)
    for utterance in UTTERANCES:
        assert said(say(dialogue, teacher, utterance))


@pytest.mark.parametrize(("voice", "asymmetry"), SENSELESS)
def test_a_pair_that_makes_no_sense_says_so(voice: str, asymmetry: str) -> None:
    with pytest.raises(ConfigurationError, match="makes no sense") as caught:
        make_teacher(voice, asymmetry)
    assert voice in str(caught.value)
    assert asymmetry in str(caught.value)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    "teacher",
    [
        "",
        "Oracle",
        "nobody",
        {},
        {"voice": None},
        {"voice": ["oracle"]},
        {"p": 0.1},
        None,
        5,
        object(),
        type("T", (), {}),
    ],
)
def test_an_unknown_teacher_is_refused(teacher: Any) -> None:
    with pytest.raises(ConfigurationError, match="teacher"):
        make_teacher(teacher, "answer")


@pytest.mark.parametrize("asymmetry", ["", "answers", None, 5, ["answer"]])
def test_an_unknown_asymmetry_is_refused(asymmetry: Any) -> None:
    with pytest.raises(ConfigurationError, match="asymmetry"):
        make_teacher("oracle", asymmetry)


@pytest.mark.parametrize("p", [-0.1, 0.5, 1, float("nan"), float("inf"), "0.1", None, [0.1]])
def test_a_noise_that_is_no_small_probability_is_refused(p: Any) -> None:
    with pytest.raises(ConfigurationError, match="p:"):
        make_teacher({"voice": "noisy", "p": p}, "answer")


@pytest.mark.parametrize("arguments", [{"q": 0.1}, {"p": 0.1, "k": 2}, {1: 2}])
def test_unknown_arguments_are_named(arguments: dict[Any, Any]) -> None:
    with pytest.raises(ConfigurationError, match="teacher"):
        make_teacher({"voice": "noisy", **arguments}, "answer")


# -- views -------------------------------------------------------------------------------------------------------------

HANDED = {
    "answer": {"answer", "answers", "steps", "diagnosis", "verdict", "details", "hypothesis"},
    "verifier": {"attempt", "verdict"},
    "knowledge": {"facts", "rules"},
    "none": set(),
}


@pytest.mark.parametrize("asymmetry", ASYMMETRIES)
def test_a_view_holds_what_its_asymmetry_says_and_no_more(asymmetry: str) -> None:
    given = problem()
    view = view_for(asymmetry, given, verify("12", given.secret.reveal().answer), "12", "12")
    assert {field.name for field in fields(view)} == HANDED[asymmetry]
    solution = given.secret.reveal()
    values = [getattr(view, name) for name in HANDED[asymmetry]]
    assert (solution.answer in values) == (asymmetry == "answer")
    assert not any(value is given or value is given.secret for value in values)


def test_facts_handed_over_are_true_and_are_those_of_the_problem() -> None:
    for problem_id in LINEAR:
        given = problem(problem_id)
        answers = given.secret.reveal().answers
        view = view_for("knowledge", given)
        assert [fact.query for fact in view.facts] == list(given.facts)  # type: ignore[union-attr]
        for fact in view.facts:  # type: ignore[union-attr]
            meant = meaning(fact.query.form, answers)  # type: ignore[arg-type]
            assert meant is not None
            assert fact.reply == meant.replies[int(meant.codes[0])]


def test_an_unknown_asymmetry_has_no_view() -> None:
    with pytest.raises(ConfigurationError, match="asymmetry"):
        view_for("all", problem())


@pytest.mark.parametrize("asymmetry", ASYMMETRIES)
def test_what_a_teacher_is_handed_shows_no_secret(asymmetry: str) -> None:
    given = next(problem(name) for name in LINEAR if len(problem(name).secret.reveal().answer) > 1)
    teacher = make_teacher("oracle", asymmetry)
    dialogue = start(given, teacher, asymmetry)
    say(dialogue, teacher, "answer: 987654")
    request = dialogue.submit("is it even?")
    assert isinstance(request, Request)
    solution = given.secret.reveal()
    for shown in (repr(request), str(request), repr(request.question), repr(request.view), f"{request.view}"):
        assert solution.answer not in shown
        assert not [step for step in solution.steps if step.operation in shown]


# -- knowledge ---------------------------------------------------------------------------------------------------------

ASKED = (
    "x > 0", "x > 3", "x < 10", "is it even?", "is it odd?", "is it prime?", "is it an integer?", "divisible by 3?",
    "divisible by 5?", "x mod 3", "x mod 4", "what is its sign?", "how many digits?", "between -5 and 5?", "x != 2",
    "is it a perfect square?", "2x = 8", "x + 1 > 5",
)  # fmt: skip


@pytest.mark.parametrize("problem_id", LINEAR)
def test_the_knowledge_teacher_answers_exactly_what_its_facts_decide(problem_id: str) -> None:
    given = problem(problem_id)
    space, truth = given.space, given.secret.reveal().index
    assert space is not None
    assert truth is not None

    def fact(query: Any, row: int) -> str:
        meant = meaning(query.form, space.answers.only(row))
        assert meant is not None
        return meant.replies[int(meant.codes[0])]

    alive = [row for row in range(len(space)) if all(fact(q, row) == fact(q, truth) for q in given.facts)]
    asked = [*ASKED, *(query.canonical for query in given.facts if query.canonical.startswith("x >"))]
    for utterance in asked:
        teacher = make_teacher("oracle", "knowledge")
        outcome = say(start(given, teacher, "knowledge"), teacher, utterance)
        if outcome.info["query_kind"] == "attempt":
            continue
        possible = {oracle_reply(space, utterance, row) for row in alive}
        expected = possible.pop() if len(possible) == 1 else DONT_KNOW
        assert said(outcome) == (expected or DONT_KNOW), utterance


def test_the_knowledge_teacher_tells_each_fact_once() -> None:
    given = problem()
    teacher = make_teacher("oracle", "knowledge")
    dialogue = start(given, teacher, "knowledge")
    told = [said(say(dialogue, teacher, "tell me a fact")) for _ in range(len(given.facts) + 2)]
    assert len(set(told)) == len(given.facts) + 1
    assert told[-1] == told[-2]


# -- gibberish, noisy --------------------------------------------------------------------------------------------------


def test_gibberish_is_the_oracle_of_one_hypothesis_throughout_an_episode() -> None:
    given = problem()
    assert given.space is not None
    asked = [utterance for utterance in ASKED if parse(utterance).kind in ("predicate", "value")]
    drawn = set()
    for seed in range(20):
        teacher = make_teacher("gibberish", "answer")
        dialogue = start(given, teacher, seed=seed)
        outcomes = [(utterance, say(dialogue, teacher, utterance)) for utterance in asked]
        heard = [
            (utterance, said(outcome)) for utterance, outcome in outcomes if outcome.info["query_kind"] != "attempt"
        ]
        assert all(outcome.info["expected_bits"] == 0.0 for _, outcome in outcomes)
        fitting = [
            row
            for row in range(len(given.space))
            if all(oracle_reply(given.space, utterance, row) == text for utterance, text in heard)
        ]
        assert fitting, heard
        drawn.add(fitting[0])
    assert len(drawn) > 3


def test_gibberish_does_not_depend_on_the_truth() -> None:
    given = problem()
    assert given.space is not None
    heard = set()
    for row in range(len(given.space)):
        teacher = make_teacher("gibberish", "answer")
        dialogue = start(given.under(row), teacher, seed=5)
        heard.add(
            tuple(said(say(dialogue, teacher, utterance)) for utterance in ("is it even?", "x mod 3", "x > 3", "hint"))
        )
    assert len(heard) == 1


@pytest.mark.parametrize("p", [0.0, 0.1, 0.3])
def test_the_noisy_teacher_is_wrong_as_often_as_it_says(p: float) -> None:
    given, count = problem(), 3_000
    noisy, oracle = make_teacher({"voice": "noisy", "p": p}, "answer"), make_teacher("oracle", "answer")
    truth = said(say(start(given, oracle), oracle, "x mod 3"))
    heard = Counter(said(say(start(given, noisy, seed=seed), noisy, "x mod 3")) for seed in range(count))
    wrong = 1 - heard[truth] / count
    assert abs(wrong - p) <= 4 * np.sqrt(max(p * (1 - p), 1e-9) / count)


def test_the_noisy_teacher_repeats_itself_for_the_same_seed_and_turn() -> None:
    given = problem()
    first, second = (
        [said(say(dialogue, teacher, "is it even?")) for _ in range(30)]
        for teacher in [make_teacher({"voice": "noisy", "p": 0.4}, "answer") for _ in range(1)]
        for dialogue in (start(given, teacher, seed=3), start(given, teacher, seed=3))
    )
    assert first == second
    assert len(set(first)) == 2


# -- lying -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("p", [-0.1, 1.0, 1, float("nan"), "0.1", None, True])
def test_a_lie_that_has_no_probability_is_refused(p: Any) -> None:
    with pytest.raises(ConfigurationError, match="p:"):
        make_teacher({"voice": "lying", "p": p}, "answer")


@pytest.mark.parametrize("lies", [-1, 21, 1.0, "1", True])
def test_a_number_of_lies_that_is_none_is_refused(lies: Any) -> None:
    with pytest.raises(ConfigurationError, match="lies:"):
        make_teacher({"voice": "lying", "lies": lies}, "answer")


@pytest.mark.parametrize("worst", [1, "yes", None])
def test_the_worst_case_is_a_truth_value(worst: Any) -> None:
    with pytest.raises(ConfigurationError, match="worst:"):
        make_teacher({"voice": "lying", "worst": worst}, "answer")


@pytest.mark.parametrize("arguments", [{"lies": 0}, {"p": 0.0}, {"lies": 0, "worst": True}])
def test_a_liar_that_never_lies_is_the_oracle(arguments: dict[str, Any]) -> None:
    liar, oracle = make_teacher({"voice": "lying", **arguments}, "answer"), make_teacher("oracle", "answer")
    for problem_id in LINEAR[:5]:
        first, second = start(problem(problem_id), liar), start(problem(problem_id), oracle)
        for utterance in (*UTTERANCES, *ASKED, "answer: 3"):
            if not first.ended:
                assert say(first, liar, utterance) == say(second, oracle, utterance)


@pytest.mark.parametrize("p", [0.1, 0.6])
def test_the_liar_lies_as_often_as_it_says_while_it_may(p: float) -> None:
    given, count = problem(), 2_000
    liar, oracle = make_teacher({"voice": "lying", "p": p, "lies": 1}, "answer"), make_teacher("oracle", "answer")
    truth = {words: said(say(start(given, oracle), oracle, words)) for words in ("x mod 3", "x mod 4")}
    lied = np.zeros((count, 2), dtype=bool)
    for seed in range(count):
        dialogue = start(given, liar, seed=seed)
        lied[seed] = [said(say(dialogue, liar, words)) != true for words, true in truth.items()]
    first, second = lied[:, 0], lied[:, 1]
    assert abs(first.mean() - p) <= 5 * np.sqrt(p * (1 - p) / count)
    assert not second[first].any()
    assert abs(second[~first].mean() - p) <= 5 * np.sqrt(p * (1 - p) / (~first).sum())


@pytest.mark.parametrize("how", [{"p": 0.95}, {"worst": True}], ids=["chance", "worst"])
def test_hints_diagnoses_and_verdicts_are_no_lies(how: dict[str, Any]) -> None:
    voice = {"voice": "lying", "lies": 20, **how}
    for problem_id in LINEAR[:6]:
        given = problem(problem_id)
        liar, oracle = make_teacher(voice, "answer"), make_teacher("oracle", "answer")
        first, second = start(given, liar), start(given, oracle)
        values = list(given.secret.reveal().diagnoses)[:2]
        asked = ["hint", "hint", *(f"answer: {value}" for value in values)]
        asked += [f"why is {value} wrong?" for value in values]
        for utterance in [*asked, "tell me a fact", f"answer: {given.secret.reveal().answer}"]:
            assert said(say(first, liar, utterance)) == said(say(second, oracle, utterance)), utterance
        assert first.ended


def test_the_liar_repeats_itself_for_the_same_seed() -> None:
    given = problem()
    teacher = make_teacher({"voice": "lying", "lies": 3, "p": 0.5}, "answer")
    heard = []
    for seed in (4, 4, 5, 6):
        dialogue = start(given, teacher, seed=seed)
        heard.append(tuple(said(say(dialogue, teacher, utterance)) for utterance in ASKED))
    assert heard[0] == heard[1]
    assert len(set(heard)) == 3


def test_a_user_can_lie_by_handing_a_mapping() -> None:
    teacher = make_teacher({"voice": "lying", "lies": 2, "p": 0.3}, "answer")
    assert (teacher.name, teacher.law.lies, teacher.law.error, teacher.law.worst) == ("lying", 2, 0.3, False)  # type: ignore[attr-defined]


# -- a user's own object -----------------------------------------------------------------------------------------------


class Telling:
    """A user's teacher: says whether the answer is above a bound that it chose itself."""

    name = "telling"

    def reply(self, requests: Sequence[Request]) -> list[str]:
        return [self._one(request) for request in requests]

    def _one(self, request: Request) -> str:
        answers = request.view.answers  # type: ignore[union-attr]
        assert answers is not None
        return "Rather large." if answers.columns[0][0] > 3 else "Rather small."


class DeterministicTelling(Telling):
    """The same, which says that its reply is a function of the request."""

    deterministic = True


def test_a_users_own_object_replies_and_its_bits_are_unknown() -> None:
    teacher = make_teacher(Telling(), "answer")
    outcome = say(start(problem(), teacher), teacher, "is it even?")
    assert said(outcome).startswith("Rather")
    assert outcome.info["expected_bits"] is None


def test_a_deterministic_object_of_the_users_gets_exact_bits() -> None:
    for problem_id in LINEAR:
        given = problem(problem_id)
        assert given.space is not None
        teacher = make_teacher(DeterministicTelling(), "answer")
        dialogue = start(given, teacher)
        outcome = say(dialogue, teacher, "x > -1000000")
        above = np.mean([given.space.answers.columns[0][row] > 3 for row in range(len(given.space))])
        expected = -sum(q * np.log2(q) for q in (above, 1 - above) if q > 0)
        assert outcome.info["expected_bits"] == pytest.approx(expected, abs=1e-12)
        assert dialogue.belief is not None
        assert dialogue.belief[given.secret.reveal().index] > 0.0


def test_a_deterministic_object_is_guarded_although_its_reply_is_in_its_own_table() -> None:
    """Its constant reply computes the truth: stopped under that one hypothesis, and the listener hears so."""
    given = next(
        problem(name)
        for name in LINEAR
        if re.fullmatch(r"-?\d{2,}", problem(name).secret.reveal().answer)
        and problem(name).secret.reveal().answer not in problem(name).statement
    )
    answer = int(given.secret.reveal().answer)

    class Constant:
        name = "constant"
        deterministic = True

        def reply(self, requests: Sequence[Request]) -> list[str]:
            return [f"Have you thought of ({answer - 2}) + 2 apples?"] * len(requests)

    teacher = Constant()
    dialogue = start(given, teacher)
    assert said(say(dialogue, teacher, "is it even?")) == engine.STOPPED
    assert dialogue.belief is not None
    assert dialogue.belief[given.secret.reveal().index] == 1.0


# -- leaky -------------------------------------------------------------------------------------------------------------


def test_whatever_the_leaky_teacher_says_over_all_topics_is_stopped() -> None:
    questions = ("is it positive?", "hint", "is it even?", "what is the sign?", "tell me a fact", "is it prime?")
    passed, count = [], 0
    for topic in TOPICS:
        family = TopicFamily(MathTutorConfig(topics=(topic,)))
        for number in range(6):
            given = family.problem(f"{topic}-{1 + number % 5}-train-{number}")
            teacher = make_teacher("leaky", "answer")
            dialogue = start(given, teacher, turns=9)
            while not dialogue.ended:
                request = dialogue.submit(questions[(count + number) % len(questions)])
                count += 1
                if isinstance(request, Request):
                    (text,) = teacher.reply([request])
                    outcome = dialogue.deliver(text)
                    assert isinstance(outcome, Outcome)
                    if said(outcome) != engine.STOPPED:
                        passed.append((given.problem_id, given.secret.reveal().answer, text))
    assert count >= 1_000
    assert not passed


# -- hints and diagnosis -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("topic", TOPICS)
def test_hints_and_diagnoses_are_the_same_under_every_hypothesis(topic: str) -> None:
    family = TopicFamily(MathTutorConfig(topics=(topic,)))
    for number in range(8):
        given = family.problem(f"{topic}-{1 + number % 5}-train-{number}")
        assert given.space is not None
        texts = [given.space.answers.text(row) for row in range(len(given.space))]
        wrong = [value for value in given.secret.reveal().diagnoses if value in texts][:2]
        asked = [f"answer: {value}" for value in wrong] + [f"why is {value} wrong?" for value in wrong] + ["hint"] * 5
        heard = set()
        for row, text in enumerate(texts):
            if text not in wrong:
                teacher = make_teacher("oracle", "answer")
                dialogue = start(given.under(row), teacher)
                heard.add(tuple(said(say(dialogue, teacher, utterance)) for utterance in asked))
        assert len(heard) == 1, given.problem_id


@pytest.mark.parametrize("topic", TOPICS)
def test_hints_never_reach_the_last_operation_and_state_no_computed_value(topic: str) -> None:
    family = TopicFamily(MathTutorConfig(topics=(topic,)))
    for number in range(8):
        given = family.problem(f"{topic}-{1 + number % 5}-train-{number}")
        steps = given.secret.reveal().steps
        teacher = make_teacher("oracle", "answer")
        dialogue = start(given, teacher)
        hints = [said(say(dialogue, teacher, "hint")) for _ in range(len(steps) + 2)]
        assert hints[: len(steps) - 1] == [step.operation for step in steps[:-1]]
        assert hints[-1] == hints[-2] == hints[-3]
        repeated = [step.operation for step in steps[:-1]]
        assert steps[-1].operation in repeated or steps[-1].operation not in hints
        quotable = {value for _, value in stated_values(given.statement)}
        answer = given.secret.reveal().answers
        assert answer is not None
        for hint in hints:
            values = {value for _, value in stated_values(hint)}
            assert not {column[0] for column in answer.columns} & values - quotable, hint


def test_only_an_attempt_that_was_judged_wrong_is_diagnosed() -> None:
    given = next(problem(name) for name in LINEAR if problem(name).secret.reveal().diagnoses)
    (value, diagnosis), *_ = given.secret.reveal().diagnoses.items()
    teacher = make_teacher("oracle", "answer")
    dialogue = start(given, teacher)
    assert said(say(dialogue, teacher, f"why is {value} wrong?")) == NOT_JUDGED
    assert said(say(dialogue, teacher, "why was that wrong?")) == NOT_JUDGED
    say(dialogue, teacher, f"answer: {value}")
    assert said(say(dialogue, teacher, f"why is {value} wrong?")) == diagnosis
    assert said(say(dialogue, teacher, "why was that wrong?")) == diagnosis
    say(dialogue, teacher, "answer: 987654")
    assert said(say(dialogue, teacher, "why was that wrong?")) == NO_DIAGNOSIS
    assert said(say(dialogue, teacher, f"why is {value} wrong?")) == diagnosis


def test_a_diagnosis_is_found_in_any_exact_form_of_the_attempt() -> None:
    given = next(problem(name) for name in LINEAR if any("/" not in v for v in problem(name).secret.reveal().diagnoses))
    value = next(value for value in given.secret.reveal().diagnoses if "/" not in value)
    teacher = make_teacher("oracle", "answer")
    dialogue = start(given, teacher)
    say(dialogue, teacher, f"answer: {value}.0")
    assert said(say(dialogue, teacher, f"why is {2 * int(value)}/2 wrong?")) == given.secret.reveal().diagnoses[value]
