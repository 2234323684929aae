"""The baseline agents: what they earn is known exactly on small spaces, and none learns what it should not."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sml_env  # noqa: F401
from sml_env.agents import AGENTS, GreedyAgent, make_agent, worded
from sml_env.agents.attempting import nearest_first
from sml_env.agents.lines import guesses
from sml_env.answers import Answers
from sml_env.dialogue import Dialogue, Rules
from sml_env.envs.math_family import MathTutorConfig, TopicFamily
from sml_env.errors import ConfigurationError
from sml_env.evaluation import Episode, episode_seed
from sml_env.lesson import Lesson
from sml_env.menu import Menu
from sml_env.problems import HypothesisSpace, Problem, Secret, Solution
from sml_env.queries import parse
from sml_env.rollouts import rollout
from sml_env.semantics import meaning
from sml_env.teachers import make_teacher

ATTEMPTING = ["hedge", "first", "middle", "nearest", "likeliest"]


@pytest.fixture
def integers(tmp_path: Path) -> Path:
    """One problem for each truth from 1 to 16, the same statement for all."""
    path = tmp_path / "sixteen.jsonl"
    rows = ({"problem": "Which integer is it?", "answer": str(value)} for value in range(1, 17))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def over_all_truths(path: Path, name: str, **arguments: Any) -> list[Episode]:
    config = {"data": str(path), "integers": [1, 16]}
    env = gym.make("sml_env/MathTutor-v0", disable_env_checker=True, config=config, **arguments)
    return [rollout(env, make_agent(name), seed=7, problem_id=f"sixteen-{row}") for row in range(1, 17)]


def make(**arguments: Any) -> gym.Env[str, str]:
    return gym.make("sml_env/MathTutor-v0", disable_env_checker=True, **arguments)


def space_of(*values: Fraction, prior: np.ndarray | None = None) -> HypothesisSpace:
    answers = Answers.of("number", ("x",), [(value,) for value in values])
    return HypothesisSpace(answers, np.full(len(values), 1 / len(values)) if prior is None else prior)


def dialogue_of(
    space: HypothesisSpace, truth: int = 0, asymmetry: str = "answer", teacher: Any = "oracle", **rules: Any
) -> Dialogue:
    solution = Solution(space.answers.text(truth), truth, space.answers.only(truth))
    problem = Problem("p", "Find x.", Secret(solution), space)
    return Dialogue(problem, make_teacher(teacher, asymmetry), Rules(asymmetry=asymmetry, **rules))


def lessons(topic: str, count: int = 6) -> Iterator[Dialogue]:
    family = TopicFamily(MathTutorConfig())
    for number in range(count):
        problem = family.problem(f"{topic}-2-train-{number}")
        yield Dialogue(problem, make_teacher("oracle", "answer"), Rules())


@pytest.mark.parametrize("name", ATTEMPTING)
@pytest.mark.parametrize("turns", [1, 5, 16])
def test_attempting_without_asking_earns_exactly_attempts_over_candidates(
    integers: Path, name: str, turns: int
) -> None:
    episodes = over_all_truths(integers, name, asymmetry="none", max_turns=turns)
    assert sum(episode.success for episode in episodes) == turns


@pytest.mark.parametrize("teacher", ["peer", "null"])
def test_greedy_hedges_when_the_teacher_tells_nothing(integers: Path, teacher: str) -> None:
    greedy = over_all_truths(integers, "greedy", asymmetry="none", teacher=teacher, max_turns=6)
    hedge = over_all_truths(integers, "hedge", asymmetry="none", teacher=teacher, max_turns=6)
    assert [episode.records for episode in greedy] == [episode.records for episode in hedge]


def test_constant_solves_only_the_problem_whose_answer_it_says(integers: Path) -> None:
    episodes = over_all_truths(integers, "constant", max_turns=4)
    assert [episode.success for episode in episodes] == [True] + [False] * 15


def test_yes_or_no_questions_halve_sixteen_candidates_in_three_turns_and_then_attempt(integers: Path) -> None:
    episodes = over_all_truths(integers, "greedy-binary", max_turns=8)
    assert all(episode.success for episode in episodes)
    kinds = {tuple(record.query_kind for record in episode.records[:3]) for episode in episodes}
    assert kinds == {("predicate",) * 3}
    assert sorted(episode.turns for episode in episodes) == [4] * 8 + [5] * 8


def test_valued_questions_are_never_slower_than_yes_or_no(integers: Path) -> None:
    valued = sum(episode.turns for episode in over_all_truths(integers, "greedy", max_turns=8))
    binary = sum(episode.turns for episode in over_all_truths(integers, "greedy-binary", max_turns=8))
    assert valued < binary


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 1000), min_size=2, max_size=40))
def test_greedy_asks_at_most_the_entropy_and_two_more_on_average(weights: list[int]) -> None:
    prior = np.array(weights) / sum(weights)
    space = space_of(*(Fraction(value) for value in range(len(weights))), prior=prior)
    asked = 0.0
    for truth, probability in enumerate(prior):
        dialogue = dialogue_of(space, truth, max_turns=64)
        agent = GreedyAgent(binary=True)
        agent.begin(Lesson(dialogue), np.random.default_rng(0))
        questions = 0
        while not dialogue.ended:
            answer = dialogue.submit(agent.act("", {}))
            if not hasattr(answer, "reward"):
                questions += 1
                meant = meaning(answer.question.query.form, space.answers.only(truth))
                assert meant is not None
                dialogue.deliver(meant.replies[int(meant.codes[0])])
        assert dialogue.privileged()["pointwise_bits"] == pytest.approx(-np.log2(probability), abs=1e-6)
        asked += probability * questions
    assert asked <= space.prior_entropy + 2


def test_greedy_never_words_a_question_that_counts_as_an_attempt() -> None:
    for topic in ("linear_equations", "systems_of_two", "inequalities"):
        env = make(config={"topics": [topic]})
        for index in range(10):
            episode = rollout(env, make_agent("greedy"), seed=episode_seed(1, index))
            attempts = [record for record in episode.records if record.query_kind == "attempt"]
            assert all(record.utterance.startswith("answer: ") for record in attempts)


def test_greedy_with_one_attempt_keeps_asking_until_it_is_sure_or_at_its_end(integers: Path) -> None:
    episodes = over_all_truths(integers, "greedy", max_turns=8, max_attempts=1)
    for episode in episodes:
        *questions, attempt = episode.records
        assert all(record.query_kind != "attempt" for record in questions)
        assert attempt.utterance.startswith("answer: ")
        assert attempt.likeliest is not None and attempt.likeliest >= 0.5 - 1e-9
    assert sum(episode.success for episode in episodes) >= 12


def test_greedy_beats_hedging_and_hedging_beats_a_constant_by_far() -> None:
    env = make()
    rates = {}
    for name in ("greedy", "hedge", "constant"):
        episodes = [rollout(env, make_agent(name), seed=episode_seed(3, index)) for index in range(60)]
        rates[name] = np.mean([episode.success for episode in episodes])
    assert rates["greedy"] >= 0.98
    assert rates["hedge"] <= 0.75 and rates["constant"] <= 0.25


@pytest.mark.parametrize("topic", ["gcd_lcm", "logarithms", "inequalities", "systems_of_two"])
def test_every_query_of_a_menu_is_worded_as_the_parser_reads_it_and_its_opposite_is_the_opposite(topic: str) -> None:
    for dialogue in lessons(topic):
        answers = dialogue.problem.space.answers  # type: ignore[union-attr]
        for query in Lesson(dialogue).questions:
            read = parse(worded(query))
            assert (read.kind, read.form) == (query.kind, query.form)
            other = worded(query, negated=True)
            if other != worded(query):
                meant, negated = meaning(query.form, answers), meaning(parse(other).form, answers)
                assert meant is not None and negated is not None
                assert (meant.codes + negated.codes == 1).all()


@pytest.mark.parametrize("name", list(AGENTS))
@pytest.mark.parametrize("asymmetry", ["answer", "verifier", "knowledge", "none"])
def test_every_agent_plays_every_kind_of_answer_without_failing(name: str, asymmetry: str) -> None:
    for topic in ("gcd_lcm", "systems_of_two", "inequalities"):
        episode = rollout(make(asymmetry=asymmetry, config={"topics": [topic]}), make_agent(name), seed=5)
        assert not episode.failure
        assert episode.success or episode.turns == 8
        assert all(record.query_kind != "malformed" for record in episode.records)


@pytest.mark.parametrize("name", list(AGENTS))
def test_every_agent_plays_open_problems_by_the_text_alone(integers: Path, name: str) -> None:
    config = {"data": str(integers), "hypotheses": "open"}
    episode = rollout(make(config=config, max_turns=6), make_agent(name), seed=2)
    assert not episode.failure and episode.turns >= 1


@pytest.mark.parametrize("name", list(AGENTS))
def test_an_agent_says_the_same_whatever_is_true_until_a_reply_differs(name: str) -> None:
    problem = TopicFamily(MathTutorConfig()).problem("percent-2-train-11")
    first = set()
    for truth in range(16):
        dialogue = Dialogue(problem.under(truth), make_teacher("oracle", "answer"), Rules())
        agent = make_agent(name)
        agent.begin(Lesson(dialogue), np.random.default_rng(1))
        first.add((agent.act(dialogue.opening, dialogue.opening_info), repr(Lesson(dialogue))))
    assert len(first) == 1


@pytest.mark.parametrize("name", list(AGENTS))
def test_an_agent_repeats_itself_from_the_same_seed_and_forgets_the_last_episode(name: str) -> None:
    env, agent = make(), make_agent(name)
    once = rollout(env, agent, seed=11)
    rollout(env, agent, seed=12)
    assert rollout(env, agent, seed=11) == once


def test_random_repeats_itself_neither_over_episodes_nor_always_asks(integers: Path) -> None:
    episodes = over_all_truths(integers, "random", asymmetry="none", max_turns=8)
    other = rollout(make(asymmetry="none"), make_agent("random"), seed=1)
    assert {record.query_kind for episode in [*episodes, other] for record in episode.records} >= {
        "attempt",
        "predicate",
    }


def test_the_scripted_agent_never_looks_at_the_belief(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(lesson: Lesson) -> None:
        raise AssertionError("the scripted agent looked")

    for name in ("belief", "likeliest", "menu", "questions", "coordinates", "target", "ordered"):
        monkeypatch.setattr(Lesson, name, property(refuse))
    env = make()
    observation, info = env.reset(seed=4)
    agent = make_agent("scripted")
    lesson = Lesson(env.unwrapped.dialogue)  # type: ignore[attr-defined]
    lesson.candidates = ()
    agent.begin(lesson, np.random.default_rng(0))
    ended = False
    while not ended:
        observation, _, terminated, truncated, info = env.step(agent.act(observation, info))
        ended = terminated or truncated


def test_the_scripted_agent_finds_any_integer_to_a_thousand_in_twenty_turns(tmp_path: Path) -> None:
    path = tmp_path / "far.jsonl"
    answers = [0, 1, 7, 42, 99, 500, 777, 1000, -1, -64, -900]
    path.write_text("".join(json.dumps({"problem": "How many?", "answer": str(value)}) + "\n" for value in answers))
    env = make(config={"data": str(path), "integers": [-1000, 1000]}, max_turns=20)
    episodes = [
        rollout(env, make_agent("scripted"), seed=0, problem_id=f"far-{row + 1}") for row in range(len(answers))
    ]
    assert [episode.success for episode in episodes] == [True] * len(answers)
    kinds = {record.query_kind for episode in episodes for record in episode.records}
    assert kinds == {"predicate", "hint", "step_check", "attempt"}


def test_the_scripted_agent_stops_asking_who_only_says_try_again() -> None:
    episode = rollout(make(asymmetry="none", teacher="null"), make_agent("scripted"), seed=2)
    assert [record.query_kind for record in episode.records] == ["predicate"] * 2 + ["attempt"] * 6


@settings(max_examples=50)
@given(st.lists(st.fractions(-50, 50, max_denominator=9), min_size=2, max_size=8, unique=True))
def test_nearest_orders_by_the_summed_distance_to_all_others(values: list[Fraction]) -> None:
    values = sorted(values)
    order = nearest_first(Lesson(dialogue_of(space_of(*values)))).tolist()
    sums = [sum(abs(value - other) for other in values) for value in values]
    assert sorted(order) == list(range(len(values)))
    for earlier, later in itertools.pairwise(order):
        assert sums[earlier] <= sums[later] + Fraction(1, 10**6)


def test_candidates_are_a_sequence_made_when_asked_for() -> None:
    candidates = Lesson(dialogue_of(space_of(Fraction(1, 2), Fraction(3), Fraction(4)))).candidates
    assert list(candidates) == ["1/2", "3", "4"]
    assert candidates[-1] == "4" and candidates[1:] == ["3", "4"] and "3" in candidates
    with pytest.raises(IndexError):
        candidates[3]


def test_a_change_to_the_lessons_belief_does_not_reach_the_dialogue() -> None:
    dialogue = dialogue_of(space_of(Fraction(1), Fraction(2)))
    belief = Lesson(dialogue).belief
    assert belief is not None
    belief[:] = 0.0
    assert dialogue.belief is not None and dialogue.belief.tolist() == [0.5, 0.5]


def test_guesses_never_repeat_and_begin_with_the_numbers_of_the_statement() -> None:
    listed = guesses("Tom has 12 apples, 3 pears and 12 plums.")
    drawn = [next(listed) for _ in range(40)]
    assert drawn[:2] == ["12", "3"] and len(set(drawn)) == 40


def test_an_unknown_agent_is_an_error_that_lists_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match="'nobody' is none of random, constant"):
        make_agent("nobody")


@pytest.mark.parametrize("env_id", ["sml_env/Clarify-v0", "sml_env/Mastermind-v0", "sml_env/HiddenFunction-v0"])
def test_of_questions_that_tell_the_same_greedy_asks_the_first_however_sums_are_rounded(
    env_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = gym.make(env_id, disable_env_checker=True)
    plain = [[record.utterance for record in rollout(env, GreedyAgent(), seed=seed).records] for seed in range(5)]
    bits = Menu.table_bits

    def rounded(self: Menu, *arguments: Any) -> Any:
        told = bits(self, *arguments)
        return told + 1e-13 * np.arange(len(told))

    monkeypatch.setattr(Menu, "table_bits", rounded)
    assert plain == [[each.utterance for each in rollout(env, GreedyAgent(), seed=seed).records] for seed in range(5)]
