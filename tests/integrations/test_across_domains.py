"""Learning across domains: the student is equivariant and is told nothing but replies; the command runs; the claim."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs torch: make test-integrations")
pytest.importorskip("matplotlib", reason="needs matplotlib: make test-integrations")
pytest.importorskip("scipy", reason="needs scipy: make test-integrations")

import torch

from experiments.across_domains import __main__ as command
from experiments.across_domains.learning import learn, play
from experiments.across_domains.lessons import SILENCE, Lessons
from experiments.across_domains.measuring import measure
from experiments.across_domains.results import ARMS, Results, Run
from experiments.across_domains.settings import SETTINGS, Game, Settings, read_settings
from experiments.across_domains.student import Student
from experiments.across_domains.table import table_of
from experiments.intervals import interval

pytestmark = [pytest.mark.integrations, pytest.mark.filterwarnings("default")]

SETTINGS_READ = read_settings()
TEACHERS = SETTINGS_READ.teachers
GAMES = SETTINGS_READ.games
FOUR = Game("four numbers", "math", "sml_env/TwentyQuestionsDiscrete-v0", {"size": 4})


def lessons(game: Game, teacher: str = "informed", size: int = 8, turns: tuple[int, int] = (5, 5)) -> Lessons:
    return Lessons(game, TEACHERS[teacher], size, turns, SETTINGS_READ.student.symbols, 5)


def student() -> Student:
    return Student(SETTINGS_READ.student, SETTINGS_READ.turns[1], 0)


def heard_of(pupil: Student, symbols: torch.Tensor, reply: torch.Tensor, asked: int) -> torch.Tensor:
    """The states after one question, with some replies, and then silence."""
    state = pupil.begin(len(symbols), symbols.shape[2])
    state = pupil.listen(state, symbols[:, asked], reply)
    return pupil.listen(state, symbols[:, 0], torch.full_like(reply, SILENCE))


def decided(
    pupil: Student, symbols: torch.Tensor, questions: torch.Tensor, state: torch.Tensor
) -> tuple[torch.Tensor, ...]:
    decision = pupil.decide(state, pupil.read(symbols), questions, torch.full((len(symbols),), 3))
    return (*decision.logits.split([symbols.shape[1], symbols.shape[2]], dim=1), decision.value)


@pytest.fixture
def drawn() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    symbols = torch.randint(0, 6, (3, 7, 11), generator=generator)
    questions = torch.rand((3, 7), generator=generator) < 0.8
    return symbols, questions, symbols[torch.arange(3), 2, torch.tensor([4, 0, 9])]


@torch.no_grad()
def test_permuting_the_candidates_permutes_the_attempts_and_nothing_else(drawn: tuple[torch.Tensor, ...]) -> None:
    symbols, questions, reply = drawn
    pupil, order = student(), torch.randperm(11, generator=torch.Generator().manual_seed(2))
    asks, attempts, value = decided(pupil, symbols, questions, heard_of(pupil, symbols, reply, 2))
    moved = symbols[:, :, order]
    asks_moved, attempts_moved, value_moved = decided(pupil, moved, questions, heard_of(pupil, moved, reply, 2))
    assert attempts.std(dim=1).min() > 1e-4
    torch.testing.assert_close(attempts_moved, attempts[:, order], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(asks_moved, asks, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(value_moved, value, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_permuting_the_questions_permutes_what_is_asked(drawn: tuple[torch.Tensor, ...]) -> None:
    symbols, questions, reply = drawn
    pupil, order = student(), torch.randperm(7, generator=torch.Generator().manual_seed(3))
    state = heard_of(pupil, symbols, reply, 2)
    asks, attempts, _ = decided(pupil, symbols, questions, state)
    asks_moved, attempts_moved, _ = decided(pupil, symbols[:, order], questions[:, order], state)
    torch.testing.assert_close(asks_moved, asks[:, order], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(attempts_moved, attempts, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_before_anything_was_said_all_candidates_are_alike(drawn: tuple[torch.Tensor, ...]) -> None:
    symbols, questions, _ = drawn
    pupil = student()
    attempts = decided(pupil, symbols, questions, pupil.begin(3, 11))[1]
    torch.testing.assert_close(attempts, attempts[:, :1].expand_as(attempts))


@pytest.mark.parametrize("game", GAMES.values(), ids=GAMES.keys())
def test_an_informed_teacher_says_what_the_table_has_for_the_truth_and_an_attempt_at_it_succeeds(game: Game) -> None:
    some = lessons(game)
    table = some.begin()
    truth = some.answers()
    each, width = np.arange(len(truth)), table.symbols.shape[1]
    for question in np.flatnonzero(table.questions.all(axis=0))[:4]:
        heard = some.step(np.full(len(truth), question))
        assert not heard.over.any()
        np.testing.assert_array_equal(heard.said, table.symbols[:, question])
        told = heard.reply != SILENCE
        assert told.any()
        np.testing.assert_array_equal(heard.reply[told], heard.said[each, truth][told])
    heard = some.step(width + truth)
    assert heard.success.all() and heard.over.all()


def test_a_null_teacher_is_silent_and_a_gibberish_one_is_not() -> None:
    for teacher, silent in (("null", True), ("gibberish", False)):
        some = lessons(FOUR, teacher, size=64)
        table = some.begin()
        truth = some.answers()
        heard = some.step(np.zeros(64, dtype=np.int64))
        assert (heard.reply == SILENCE).all() == silent
        if not silent:
            agrees = heard.reply == table.symbols[np.arange(64), 0, truth]
            assert 0 < agrees.sum() < 64


def test_symbols_are_drawn_anew_and_only_say_which_candidates_share_a_reply() -> None:
    some = lessons(GAMES["HiddenProgram, 24 on list"], size=2)
    first, second = some.begin().symbols, some.begin().symbols
    assert (first != second).mean() > 0.9 and (first[0] != first[1]).mean() > 0.9
    for one, other in ((first[0], second[0]), (first[0], first[1])):
        same = one[:, :, None] == one[:, None, :]
        np.testing.assert_array_equal(same, other[:, :, None] == other[:, None, :])


def test_too_few_symbols_are_refused() -> None:
    few = Lessons(GAMES["HiddenProgram, 24 on list"], TEACHERS["informed"], 2, (3, 3), 5, 0)
    with pytest.raises(ValueError, match="symbols: 5 are fewer than"):
        few.begin()


def test_what_happens_after_the_end_of_a_lesson_does_not_count() -> None:
    played = play(student(), lessons(FOUR, size=64, turns=(2, 5)), torch.Generator().manual_seed(0))
    assert set(played.success.tolist()) == {0.0, 1.0}
    assert (played.live[1:] <= played.live[:-1]).all() and played.live[0].all()
    assert ((played.turns >= 2) & (played.turns <= 5)).all()
    assert (played.live.sum(dim=0) <= played.turns).all()


def small(updates: int) -> Settings:
    whole = read_settings()
    learning = dataclasses.replace(whole.learning, updates=updates, lessons=48)
    measured = {FOUR.name: dataclasses.replace(FOUR, measured=256)}
    return dataclasses.replace(whole, learning=learning, games=measured, turns=(3, 3))


def test_a_student_learns_to_ask_an_informed_teacher_and_earns_a_guess_without_one() -> None:
    settings = small(40)
    game = settings.games[FOUR.name]
    earned = {}
    for teacher in ("informed", "null"):
        pupil, curve = learn(settings, [game], TEACHERS[teacher], 0)
        assert len(curve) == 40
        earned[teacher] = measure(pupil, settings, game, teacher, 0)
    assert earned["informed"].success > 0.45 and earned["informed"].asked > 0.5
    assert abs(earned["null"].success - 0.25) < 0.12


def test_the_command_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command.main(["--quick", "--out", str(tmp_path)])
    assert "## Learned from code, measured on math" in capsys.readouterr().out
    assert {path.name for path in tmp_path.iterdir()} == {"results.json", "table.md", "figure.svg"}
    results = Results.read(tmp_path / "results.json")
    quick = read_settings(quick=True)
    assert len(results.runs) == len(quick.seeds) * len(quick.teachers) * len(quick.directions)
    figure = (tmp_path / "figure.svg").read_bytes()
    (tmp_path / "figure.svg").unlink()
    command.main(["--quick", "--redraw", "--out", str(tmp_path)])
    assert Results.read(tmp_path / "results.json").runs == results.runs
    assert (tmp_path / "figure.svg").read_bytes() == figure


def test_a_command_that_was_stopped_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trained: list[tuple[Any, ...]] = []

    def train(settings: Any, *arm: Any) -> Run:
        if len(trained) == 3:
            raise KeyboardInterrupt
        trained.append(arm)
        return run_of(settings, *arm)

    run_of = command.run_of
    monkeypatch.setattr(command, "run_of", train)
    with pytest.raises(KeyboardInterrupt):
        command.main(["--quick", "--out", str(tmp_path)])
    first, trained[:] = list(trained), []
    monkeypatch.setattr(command, "run_of", lambda settings, *arm: trained.append(arm) or run_of(settings, *arm))
    command.main(["--quick", "--out", str(tmp_path)])
    runs = Results.read(tmp_path / "results.json").runs
    assert [(run.learned, run.unseen, run.teacher, run.seed) for run in runs] == [*first, *trained]
    assert {path.name for path in tmp_path.iterdir()} == {"results.json", "table.md", "figure.svg"}


def test_quick_results_do_not_replace_those_of_the_experiment() -> None:
    with pytest.raises(SystemExit):
        command.main(["--quick"])


def test_the_committed_numbers_hold_the_claim_and_the_table_is_theirs() -> None:
    folder = SETTINGS.parent
    results, settings = Results.read(folder / "results.json"), read_settings()
    assert (folder / "table.md").read_text(encoding="utf-8") == table_of(results, settings)
    for learned, unseen in settings.directions:
        games = settings.games_of(unseen)
        informed, *others = (results.success(learned, arm, games) for arm in ARMS)
        for other in others:
            assert set(informed) == set(other) == set(settings.seeds)
            assert interval(informed[seed] - other[seed] for seed in informed).low > 0.0


def test_an_interval_is_students() -> None:
    about = interval([1.0, 2.0, 3.0, 4.0, 5.0])
    assert (about.mean, round(about.high - about.mean, 4)) == (3.0, 1.9632)
