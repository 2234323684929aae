"""The experiments' own parts: exact optima against other solvers, exact judging, files that agree, and a smoke run."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("sb3_contrib", reason="needs sb3-contrib: make test-integrations")
pytest.importorskip("matplotlib", reason="needs matplotlib: make test-integrations")
pytest.importorskip("scipy", reason="needs scipy: make test-integrations")
from matplotlib.figure import Figure

from experiments.arms import Arm, Game
from experiments.asking import __main__ as asking
from experiments.asymmetry import __main__ as asymmetry
from experiments.asymmetry import settings as shapes
from experiments.command import Experiment, main
from experiments.games import every_truth, family_of, lessons_of
from experiments.intervals import interval
from experiments.learning import Judge, Trained, train
from experiments.optimum import Optimum
from experiments.results import read_results
from experiments.shaping import __main__ as shaping
from experiments.shaping.settings import NOISE, SUM, TIGHT
from sml_env.closed import SharedFamily
from sml_env.solvers.success import SuccessSolver

pytestmark = [pytest.mark.integrations, pytest.mark.filterwarnings("default")]

TWENTY = "sml_env/TwentyQuestionsDiscrete-v0"
FOLDER = Path(shaping.__file__).parent.parent


def twenty(size: int, turns: int, **arguments: Any) -> Game:
    config = {"size": size, "moduli": arguments.pop("moduli", [])}
    return Game("twenty", TWENTY, {"config": config, "max_turns": turns, "shaping": "none", **arguments})


def solver_of(family: SharedFamily, stated: bool) -> SuccessSolver:
    size = len(family.space)
    menu = family.space.menu
    cuts = np.array([np.arange(size) > cut for cut in range(size - 1)]).astype(np.int64)
    asked = [menu.table.codes(np.array([[row]]), np.arange(size)[None])[0] for row in range(len(menu.queries))]
    binary = np.concatenate([np.ones(len(cuts), dtype=bool), menu.binary])
    return SuccessSolver(np.concatenate([cuts, *(row[None] for row in asked)]), yes_no=binary, stated_attempts=stated)


@pytest.mark.parametrize("turns", [2, 3, 4])
@pytest.mark.parametrize("attempts", [1, 2, None])
@pytest.mark.parametrize("stated", [True, False])
def test_the_optimum_is_that_of_the_other_solver(turns: int, attempts: int | None, stated: bool) -> None:
    game = twenty(6, turns, attempts="each", moduli=[2, 3], max_attempts=attempts, rules={"disguised_attempts": stated})
    expected = solver_of(family_of(game), stated).success(turns, attempts)
    assert Optimum(game).value().success == pytest.approx(expected, abs=1e-9)


def test_the_optimum_of_mastermind_is_that_of_the_other_solver() -> None:
    game = next(arm.game for arm in shapes.ARMS if "Mastermind" in arm.game.name and arm.name == "answer")
    family = family_of(game)
    responses = family.space.responses
    assert responses is not None
    size = np.arange(len(family.space))
    solver = SuccessSolver(responses.table.codes(size[:, None], size[None]), win_code=0)
    for turns in (2, 3, 4):
        expected = solver.success(turns)
        assert Optimum(game.but(max_turns=turns)).value().success == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("game", [twenty(5, 3), SUM, TIGHT], ids=lambda game: game.name)
def test_a_potential_leaves_what_is_optimal_alone(game: Game) -> None:
    for kind in (True, False):
        sparse = Optimum(game.but(shaping="none"), kind=kind).value()
        shaped = Optimum(game.but(shaping="potential"), kind=kind).value()
        assert (shaped.success, shaped.questions) == pytest.approx((sparse.success, sparse.questions))
        assert shaped.reward == pytest.approx(sparse.reward + 0.5), "β·H(prior)/H(prior) is paid in every episode"


def test_what_moves_the_optimum_does_move_it() -> None:
    assert Optimum(TIGHT.but(shaping="bonus")).value().success == 0.0, "it never answers"
    potential = NOISE.but(shaping="potential")
    assert Optimum(potential).value().success == pytest.approx(1.0)
    clipped = Optimum(replace(potential, clipped=True)).value()
    assert clipped.success < 0.95 and clipped.questions > 2.5


def test_asking_at_random_is_worth_what_counting_gives() -> None:
    assert Optimum(SUM).asking_at_random() == pytest.approx(0.5 * 1.0 + 0.5 * 0.25)
    assert Optimum(twenty(4, 2)).asking_at_random() == pytest.approx(0.5), "two parts, one of them hit"


class Fixed:
    """A policy by hand."""

    def __init__(self, choose: Any) -> None:
        self._choose = choose

    def predict(self, observations: Any, action_masks: Any = None, deterministic: bool = False) -> tuple[Any, None]:
        return np.array([self._choose(row) for row in observations]), None


def halving(row: Any) -> int:
    live = np.flatnonzero(row[:8] > 0.0)
    return 7 if len(live) == 1 else int(live[(len(live) - 1) // 2])


def test_a_judge_plays_every_hypothesis_once() -> None:
    judge = Judge(twenty(8, 4, rules={"disguised_attempts": False}))
    told = judge.judge(Fixed(halving))
    assert told["success"] == 1.0 and told["questions"] == 3.0 and told["bits_per_question"] == pytest.approx(1.0)
    assert told["efficiency"] == pytest.approx(1.0) and told["zero_bit_share"] == 0.0
    guessing = judge.judge(Fixed(lambda row: 7))
    assert guessing["success"] == 0.5 and guessing["questions"] == 0.0 and math.isnan(guessing["bits_per_question"])


def test_every_truth_is_true_of_its_problem() -> None:
    family = family_of(twenty(8, 4))
    truths = [family.problem(identity).secret.reveal().index for identity in every_truth(family)]
    assert truths == list(range(8))


def test_clipped_shaping_takes_nothing_back() -> None:
    rng = np.random.default_rng(0)
    paid: dict[bool, list[float]] = {}
    for clipped in (True, False):
        lessons = lessons_of(replace(NOISE.but(shaping="potential"), clipped=clipped), 64)
        lessons.seed(5)
        lessons.reset()
        rewards = [lessons.step(rng.integers(3, size=64))[1] for _ in range(12)]
        paid[clipped] = np.concatenate(rewards).tolist()
    assert min(paid[True]) >= 0.0 and min(paid[False]) < -0.01


def test_attempts_only_masks_the_questions_alone() -> None:
    game = next(arm.game for arm in shapes.ARMS if arm.game.attempts_only)
    lessons = lessons_of(game, 2)
    lessons.reset()
    size = len(family_of(game).space)
    for _ in range(4):
        masks = np.stack(lessons.env_method("action_masks"))
        assert not masks[:, :-size].any() and masks[:, -size:].any(axis=1).all()
        lessons.step(masks.argmax(axis=1))


def test_an_interval_is_students() -> None:
    found = interval([1.0, 2.0, 3.0, 4.0, 5.0, float("nan")])
    assert found.mean == 3.0 and found.count == 5
    assert found.high - 3.0 == pytest.approx(2.776445 * math.sqrt(2.5 / 5), rel=1e-5)
    assert interval([1.0, 1.0]).text() == "1.00" and interval([]).text() == "–"
    assert interval([0.9, 1.0], share=True).high == 1.0


def test_steps_to_a_target_are_those_after_which_it_holds_twice() -> None:
    curve = {"steps": [0, 10, 20, 30, 40], "success": [0.9, 0.1, 0.9, 0.95, 0.2]}
    assert Trained(0, 40, 1.0, curve).reached(0.9) == 20
    assert Trained(0, 40, 1.0, curve).reached(0.95) is None


EXPERIMENTS = {module.__package__.split(".")[-1]: module for module in (asymmetry, shaping, asking)}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_table_says_what_the_numbers_say(name: str) -> None:
    results = read_results(FOLDER / name)
    assert not results.quick and all(len(cell.runs) >= 5 for cell in results.cells)
    assert (FOLDER / name / "table.md").read_text(encoding="utf-8") == EXPERIMENTS[name].table(results).rstrip() + "\n"
    rows = (FOLDER / name / "results.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 + sum(len(cell.runs) for cell in results.cells)
    arms = [json.loads(json.dumps(arm.as_dict())) for arm in EXPERIMENTS[name].ARMS]
    assert [cell.arm for cell in results.cells] == arms, "the settings have changed since: run it again"


def test_no_arm_without_information_exceeds_guessing() -> None:
    results = read_results(FOLDER / "asymmetry")
    for cell in results.cells:
        for run in cell.runs:
            assert run["final"]["success"] <= cell.exact["optimum"] + 1e-4
            if cell.name not in shapes.INFORMED:
                assert cell.exact["optimum"] == pytest.approx(cell.exact["hedging"], abs=1e-6)


def test_a_quick_run_writes_all_files_smoke(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arms = (asking.ARMS[0], asking.ARMS[2])
    experiment = Experiment("experiments.asking", "A claim.", FOLDER, arms, asking.exact, asking.table, asking.figure)
    with pytest.raises(SystemExit):
        main(experiment, ["--quick", "--out", str(FOLDER)])
    results = main(experiment, ["--quick", "--out", str(tmp_path)])
    assert results.quick and [len(cell.runs) for cell in results.cells] == [2, 2]
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {"results.json", "results.csv", "table.md", "figure.svg", "figure.png"}
    assert "1/4" in capsys.readouterr().out
    main(experiment, ["--redraw", "--out", str(tmp_path)])
    assert "1/4" not in capsys.readouterr().out


def test_a_command_that_was_stopped_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arms, exact = asking.ARMS[:1], asking.exact
    experiment = Experiment("experiments.asking", "A claim.", FOLDER, arms, exact, lambda _: "", lambda _: Figure())
    trained = []

    def train_once(arm: Arm, seed: int, optimum: float) -> Trained:
        if trained:
            raise KeyboardInterrupt
        trained.append(train(arm, seed, optimum))
        return trained[0]

    monkeypatch.setattr("experiments.command.train", train_once)
    with pytest.raises(KeyboardInterrupt):
        main(experiment, ["--quick", "--out", str(tmp_path)])
    monkeypatch.undo()
    results = main(experiment, ["--quick", "--out", str(tmp_path)])
    assert "1/1" in capsys.readouterr().out
    (cell,) = results.cells
    assert [run["seed"] for run in cell.runs] == [0, 1]
    assert cell.runs[0]["seconds"] == pytest.approx(trained[0].seconds, abs=0.01)
    assert not (tmp_path / "runs.jsonl").exists()
