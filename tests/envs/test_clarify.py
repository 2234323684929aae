"""Clarify: what is withheld, how it is asked for, what an episode came to; stories, and word problems of a data set."""

from __future__ import annotations

import json
import pickle
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from sml_env.datasets import Record
from sml_env.envs.clarifications.facts import IRRELEVANT, Assignments, Fact, clarification_space, stems
from sml_env.envs.clarifications.removal import VALUES, removal, removals
from sml_env.envs.clarifications.stories import STORIES
from sml_env.envs.clarify_family import ClarifyConfig, ClarifyFamily, DataClarifyFamily
from sml_env.errors import ConfigurationError, DataError
from sml_env.guard import LeakGuard
from sml_env.information import expected_information_bits
from sml_env.problems import Problem

GSM8K = Path(__file__).resolve().parents[3] / "shared" / "data" / "gsm8k_test.jsonl"
ENV = "sml_env/Clarify-v0"
DISCRETE = "sml_env/ClarifyDiscrete-v0"


def problem(name: str, difficulty: int = 2, number: int = 5, split: str = "train") -> Problem:
    return ClarifyFamily(ClarifyConfig(difficulty=difficulty)).problem(f"{name}-{difficulty}-{split}-{number}")


def assignments(of: Problem) -> Assignments:
    assert of.space is not None
    assert isinstance(of.space.answers, Assignments)
    return of.space.answers


# -- the problems ------------------------------------------------------------------------------------------------------


def test_there_are_twelve_stories_of_three_kinds_of_facts_and_more() -> None:
    assert len(STORIES) >= 12
    for make in STORIES.values():
        story = make(np.random.default_rng(1), "Ada")
        assert [fact.kind for fact in story.facts] == ["quantity", "rule", "meaning"]


@pytest.mark.parametrize("name", STORIES)
@pytest.mark.parametrize("difficulty", [1, 2, 3])
def test_a_problem_is_what_it_says(name: str, difficulty: int) -> None:
    for number in range(6):
        made = problem(name, difficulty, number)
        space, facts = made.space, assignments(made).facts
        assert space is not None
        assert space.sufficient is not None
        assert len(space) == 3 ** (difficulty + 2)
        assert len(space.sufficient) == difficulty
        answers = [Fraction(space.answers.text(row)) for row in range(len(space))]
        assert answers == sorted(answers)
        assert min(answers) > 0
        assert space.target is not None
        assert all((one == two) == (a == b) for (one, two), (a, b) in zip(
            pairwise(space.target.tolist()), pairwise(answers), strict=True))  # fmt: skip
        for fact in facts:
            assert not any(option in made.statement for option in fact.options), "what is withheld is not told"


@pytest.mark.parametrize("name", STORIES)
def test_facts_are_asked_for_by_their_names_and_keys(name: str) -> None:
    for number in range(12):
        made = problem(name, 3, number)
        for place, fact in enumerate(assignments(made).facts):
            for words in (fact.name, f"What is {fact.name}?", f"Please tell me: {fact.name.upper()}"):
                query = made.domain.parse(words)
                assert getattr(query.form, "place", None) == place, (words, query)


@pytest.mark.parametrize("name", STORIES)
def test_the_sufficient_set_tells_the_answer_and_no_less_does(name: str) -> None:
    made = problem(name, 3)
    space, rows = made.space, assignments(made).rows
    assert space is not None
    assert space.target is not None
    assert space.sufficient is not None

    def told(places: list[int]) -> bool:
        _, groups = np.unique(rows[:, places], axis=0, return_inverse=True)
        flat = groups.reshape(-1)
        return all(len(set(space.target[flat == group].tolist())) == 1 for group in set(flat.tolist()))  # type: ignore[union-attr, index]

    whole = list(space.sufficient)
    assert told(whole)
    others = [place for place in range(rows.shape[1]) if place not in whole]
    for left_out in whole:
        assert not told([place for place in whole if place != left_out] + others)


def test_the_splits_share_no_statement() -> None:
    train = {problem(name, 1, number).statement for name in STORIES for number in range(20)}
    test = {problem(name, 1, number, "test").statement for name in STORIES for number in range(20)}
    assert not train & test


def test_the_truth_is_uniform() -> None:
    drawn = [problem("pens", 1, number).secret.reveal().index for number in range(2_000)]
    counts = np.bincount(np.array(drawn, dtype=np.int64), minlength=27)
    expected = 2_000 / 27
    assert float(((counts - expected) ** 2 / expected).sum()) < 54.1, "chi-squared with 26 degrees, 1 in 1,000"


def test_facts_that_do_not_matter_as_said_make_no_problem() -> None:
    matters = Fact("a", "quantity", ("a",), ("A1.", "A2.", "A3."))
    idle = Fact("b", IRRELEVANT, ("b",), ("B1.", "B2.", "B3."))
    assert clarification_space((matters, idle), lambda row: Fraction(row[0])) is not None
    assert clarification_space((matters, idle), lambda row: Fraction(row[1])) is None
    assert clarification_space((matters, idle), lambda row: Fraction(row[0] * row[1])) is None
    assert clarification_space((matters,), lambda row: Fraction(7)) is None


# -- lessons -----------------------------------------------------------------------------------------------------------


def play(words: list[str], problem_id: str = "pens-2-train-5", **arguments: Any) -> tuple[Any, list[dict[str, Any]]]:
    env = gym.make(ENV, **arguments)
    env.reset(seed=3, options={"problem_id": problem_id})
    infos = [env.step(word)[4] for word in words]
    return env.unwrapped, infos


def test_asking_what_matters_and_then_attempting_solves() -> None:
    made = problem("pens")
    assert made.space is not None
    assert made.space.sufficient is not None
    asked = [made.space.menu.queries[row].canonical for row in made.space.sufficient]
    env, infos = play([*asked, f"answer: {made.secret.reveal().answer}"])
    assert infos[-1]["success"]
    assert sum(info["realised_bits"] for info in infos) == pytest.approx(made.space.prior_entropy)
    assert [infos[-1][name] for name in ("premature_attempts", "irrelevant_questions", "sufficient_asked")] == [0, 0, 2]
    assert infos[-1]["sufficient_set"] == "; ".join(asked)
    assert "sufficient_set" not in infos[0], "which facts matter is told at the end alone"
    assert env.dialogue.privileged()["details"] == made.secret.reveal().details


def test_idle_questions_and_early_attempts_are_counted() -> None:
    made = problem("pens")
    assert made.space is not None
    idle = [query.canonical for row, query in enumerate(made.space.menu.queries) if row not in made.space.sufficient]  # type: ignore[operator]
    _, infos = play([idle[0], "answer: 1", idle[0]])
    assert [info["query_kind"] for info in infos] == ["clarification", "attempt", "clarification"]
    assert infos[0]["expected_bits"] == 0.0
    assert [infos[-1][name] for name in ("premature_attempts", "irrelevant_questions", "sufficient_asked")] == [1, 2, 0]


def test_bits_are_those_of_the_answer() -> None:
    env, _ = play([])
    dialogue = env.dialogue
    space = dialogue.problem.space
    for query, meant in zip(space.menu.queries, space.menu.meanings, strict=True):
        channel = np.eye(len(meant.replies))[meant.codes]
        exact = float(expected_information_bits(space.prior, channel, space.target))
        assert dialogue.expected_bits(query.canonical) == pytest.approx(exact, abs=1e-12)


@pytest.mark.parametrize(
    "words", ["What is the answer?", "is it more than 10?", "x mod 5", "hm", "", "discount price?", "is it even?"]
)
def test_what_is_no_question_for_one_fact_tells_nothing(words: str) -> None:
    env, infos = play([words])
    assert infos[0]["expected_bits"] == infos[0]["realised_bits"] == 0.0
    told = env.dialogue.transcript[-1].teacher
    assert not any(detail in told for detail in env.dialogue.privileged()["details"])


def test_a_teacher_with_knowledge_lacks_one_fact_that_matters() -> None:
    made = problem("pens")
    assert made.space is not None
    replies = {}
    for query in made.space.menu.queries:
        env, _ = play([query.canonical], asymmetry="knowledge")
        replies[query.canonical] = env.dialogue.transcript[-1].teacher
    unknown = [name for name, reply in replies.items() if reply == "I do not know that."]
    assert len(unknown) == 1
    assert unknown[0] in [made.space.menu.queries[row].canonical for row in made.space.sufficient or ()]


@pytest.mark.parametrize("difficulty", [1, 2, 3])
def test_greedy_information_on_the_answer_solves_every_problem(difficulty: int) -> None:
    env = gym.make(DISCRETE, config={"difficulty": difficulty}, observation="per_action")
    for seed in range(60):
        observed, info = env.reset(seed=seed)
        ended = False
        while not ended:
            told = observed[:-1, 2]
            action = int(told.argmax()) if told.max() > 1e-6 else len(observed) - 1
            observed, _, ended, _, info = env.step(action)
        assert info["success"], seed
        assert info["premature_attempts"] == info["irrelevant_questions"] == 0
        assert info["sufficient_asked"] == difficulty


def test_attempts_are_one_for_each_answer() -> None:
    env: Any = gym.make(DISCRETE, config={"difficulty": 1}, attempts="each").unwrapped
    env.reset(seed=4)
    legal = np.flatnonzero(env.action_masks()[3:])
    space = env._episodes.problem(0).space
    assert legal.tolist() == space.representatives.tolist()
    truth = int(space.target[env.privileged()["hypothesis"]])
    assert env.step(3 + int(legal[truth]))[4]["success"]


def test_the_vector_tells_what_ended_episodes_came_to() -> None:
    envs = gym.make_vec(DISCRETE, num_envs=3)
    envs.reset(seed=2)
    for _ in range(3):
        info = envs.step(np.array([0, 1, 4]))[4]
    assert info["_sufficient_set"].tolist() == [True] * 3
    for row in range(3):
        single = gym.make(DISCRETE)
        single.reset(seed=2 + row)
        for _ in range(3):
            alone = single.step((0, 1, 4)[row])[4]
        for name in ("premature_attempts", "irrelevant_questions", "sufficient_asked", "sufficient_set"):
            assert info[name][row] == alone[name], name


def test_nothing_of_the_truth_is_in_what_is_public() -> None:
    env = gym.make(ENV)
    _, info = env.reset(seed=1)
    made = env.unwrapped.dialogue.problem  # type: ignore[attr-defined]
    details = made.secret.reveal().details
    for text in (repr(made), repr(made.space), repr(made.domain), json.dumps(info), repr(vars(env.unwrapped)),
                 pickle.dumps(env.unwrapped).decode("latin1")):  # fmt: skip
        assert not any(detail in text for detail in details)


@pytest.mark.parametrize("name", STORIES)
def test_facts_pass_the_guard_whichever_answer_they_lead_to(name: str) -> None:
    """A number that is a fact's and the answer's at once must not be stopped: that would tell the answer."""
    made = problem(name, 1)
    for sentence in assignments(made).sentences:
        assert not any(LeakGuard(made.under(row)).inspect(sentence).leaks for row in range(27)), sentence


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"difficulty": 4}, "difficulty"),
        ({"difficulty": [1, 2]}, "difficulty"),
        ({"stories": ["nonsense"]}, "stories"),
        ({"split": "both"}, "split"),
        ({"data": 3}, "data"),
        ({"data": "x.jsonl", "difficulty": 2}, "difficulty"),
        ({"topics": []}, "topics"),
    ],
)
def test_a_config_that_makes_no_sense_is_refused(config: dict[str, Any], message: str) -> None:
    for env_id in (ENV, DISCRETE):
        with pytest.raises(ConfigurationError, match=message):
            gym.make(env_id, config=config)


@pytest.mark.parametrize(
    "wrong", ["pens-1-train-5", "nonsense-2-train-5", "pens-2-train-05", "pens-2-train-2147483648"]
)
def test_a_problem_that_is_not_there_is_refused(wrong: str) -> None:
    with pytest.raises(ConfigurationError, match="problem_id"):
        gym.make(ENV).reset(options={"problem_id": wrong})


def test_words_are_read_without_the_s_of_a_plural() -> None:
    assert stems("Ben's PENS, per glass; a bus") == {"ben", "pen", "per", "glass", "a", "bus"}


# -- word problems -----------------------------------------------------------------------------------------------------


def record(statement: str, *chain: tuple[str, str], answer: str) -> Record:
    return Record("made-1", statement, answer, (), chain)


def test_a_quantity_is_removed_where_the_solution_says_how_it_enters() -> None:
    made = removal(record("Tom has 15 boxes of 3 pens and loses 9 pens. How many pens are left?",
                          ("15*3", "45"), ("45-9", "36"), answer="36"))  # fmt: skip
    assert made is not None
    assert made.statement == "Tom has N boxes of 3 pens and loses 9 pens. How many pens are left?"
    assert made.keys == ("boxe",)
    assert made.answer(15) == 36
    assert all(made.answer(value) == value * 3 - 9 for value in made.values)


@pytest.mark.parametrize(
    ("statement", "chain", "answer", "why"),
    [
        ("Tom has 15 boxes of 4 pens.", (("15*4", "61"),), "61", "a step is wrong"),
        ("Tom has 15 boxes of 4 pens.", (("15*4", "60"),), "61", "the chain does not end in the answer"),
        ("Tom has 15 pens and 15 cups of 15.", (("15*15", "225"),), "225", "which of them it is cannot be told"),
        ("Tom has 15 and fifteen.", (("15*15", "225"),), "225", "a word says it again"),
        ("Tom has 15 boxes.", (("30*4", "120"),), "120", "it was doubled in the head"),
        ("Tom has 15 boxes.", (), "15", "there is no chain"),
        ("Tom takes 15% of 100.", (("100*.15", "15"),), "15", "a percentage"),
        ("Tom has 15 pens.", (("15*(2**9)", "7680"),), "7680", "not plain arithmetic"),
        ("Tom has 15 pens.", (("__import__('os')", "15"),), "15", "not arithmetic"),
        ("Tom shares 15 pens with 4.", (("4/(15-15)", "0"),), "0", "undefined"),
    ],
)
def test_what_cannot_be_removed_is_left(statement: str, chain: Any, answer: str, why: str) -> None:
    assert removal(record(statement, *chain, answer=answer)) is None, why


def test_a_file_without_worked_solutions_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bare.jsonl"
    path.write_text(json.dumps({"question": "What is 15 + 4?", "answer": "19"}) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="calculator annotations"):
        gym.make(ENV, config={"data": str(path)})


@pytest.fixture(scope="module")
def gsm8k() -> DataClarifyFamily:
    if not GSM8K.exists():
        pytest.skip(f"{GSM8K.name} is not beside the project")
    return DataClarifyFamily(str(GSM8K))


def test_many_problems_of_gsm8k_can_be_converted(gsm8k: DataClarifyFamily) -> None:
    assert len(gsm8k.problem_ids()) == 649


def test_converted_problems_are_unsolvable_without_the_quantity_and_solvable_with_it(gsm8k: DataClarifyFamily) -> None:
    own = {each.name: each for each in removals(str(GSM8K))}
    for name in gsm8k.problem_ids():
        made, space = gsm8k.problem(name), gsm8k.problem(name).space
        assert space is not None
        assert space.target is not None
        assert len(space) == VALUES * 9
        assert int(space.target.max()) + 1 == VALUES, "each value leads to another answer"
        assert space.prior_entropy == pytest.approx(3.0)
        query = made.domain.parse("What is N?")
        meant = made.domain.meaning(query, space.answers)
        assert meant is not None
        assert len(set(zip(meant.codes.tolist(), space.target.tolist(), strict=True))) == VALUES, "N tells the answer"
        assert own[name].own in own[name].values


def test_a_lesson_on_gsm8k(gsm8k: DataClarifyFamily) -> None:
    env: Any = gym.make(ENV, config={"data": str(GSM8K)})
    for number in (0, 100, 500):
        name = gsm8k.problem_ids()[number]
        env.reset(options={"problem_id": name})
        answer = env.unwrapped.privileged()["answer"]
        assert env.step("What is N?")[4]["realised_bits"] == pytest.approx(3.0)
        assert env.step(f"answer: {answer}")[4]["success"]
    discrete = gym.make(DISCRETE, config={"data": str(GSM8K)})
    discrete.reset(seed=1)
