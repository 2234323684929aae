"""``sml-env plot``: what is read, what is drawn, and how it fails."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib
import pytest
from click.testing import Result

from sml_env.agents import AGENTS
from sml_env.bench.curves import KINDS, Curves, curves_of
from sml_env.bench.episodes import read_episodes
from sml_env.bench.looks import MAX_AGENTS, styles_of
from sml_env.bench.plots import MAX_CELLS, draw
from sml_env.bench.verify import MAX_BYTES
from sml_env.errors import ConfigurationError, DataError
from sml_env.evaluation import SCHEMA, Episode, TurnRecord, summarise

Command = Callable[..., Result]

Z = 1.959963984540054
MAGIC = {"png": b"\x89PNG\r\n", "svg": b"<?xml", "pdf": b"%PDF-"}


def turn(entropy: float | None) -> TurnRecord:
    return TurnRecord("x > 1", "No.", "predicate", 0.5, -0.25, 0.0, 1.0, entropy, 0.25, {"correct": 0.0, "cost": -0.1})


def episode(
    seed: int,
    entropies: tuple[float | None, ...],
    success: bool = False,
    agent: str = "greedy",
    asymmetry: str = "answer",
    teacher: str = "oracle",
    hedging: float | None = 0.5,
    failure: str = "",
) -> Episode:
    """An episode whose belief had this entropy before the first turn, and after each."""
    prior, *after = entropies
    return Episode(
        problem_id=f"p-{seed}", seed=seed, agent=agent, asymmetry=asymmetry, teacher=teacher, success=success,
        episode_return=0.5, turns=len(after), max_turns=8, max_attempts=8, prior_entropy_bits=prior, hedging=hedging,
        leaks_stopped=0, failure=failure, records=tuple(map(turn, after)),
    )  # fmt: skip


def row(**changes: Any) -> dict[str, Any]:
    return episode(1, (2.0, 1.0, 0.5)).as_dict() | changes


def wider(entry: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """A row whose second turn is changed."""
    first, second = entry["records"]
    return {**entry, "records": [first, {**second, **changes}]}


def write(path: Path, *episodes: Episode) -> Path:
    path.write_text("".join(json.dumps(played.as_dict()) + "\n" for played in episodes))
    return path


def few(agents: int = 2, cells: int = 1, turns: int = 3) -> Curves:
    return curves_of(
        [
            episode(seed, (3.0, *(2.0 / (at + seed) for at in range(1, turns + 1))), seed == 1, f"a{agent}", f"c{cell}")
            for agent in range(agents)
            for cell in range(cells)
            for seed in range(3)
        ]
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A benchmark's own output: two agents, two asymmetries, six episodes each."""
    from sml_env.bench.cli import cli

    path = tmp_path_factory.mktemp("plot") / "run.jsonl"
    arguments = ["bench", "--topics", "gcd_lcm", "--episodes", "6", "--agents", "greedy,random", "--out", str(path)]
    arguments.append("--no-brackets")
    cli(arguments, standalone_mode=False)
    return path


# Reading.


def test_what_a_benchmark_writes_is_read_back_whole(run: Path, tmp_path: Path) -> None:
    read = read_episodes([run])
    assert [played.as_dict() for played in read] == [json.loads(line) for line in run.read_text().splitlines()]
    assert len(read) == 24 and all(isinstance(played, Episode) for played in read)
    mine = (episode(1, (2.0, None)), episode(2, (2.0,), failure="agent x: it broke"), episode(3, (None, None)))
    assert read_episodes([write(tmp_path / "mine", *mine)]) == mine
    assert summarise(read).episodes == 24


def test_files_are_read_in_order_and_blank_lines_passed_over(tmp_path: Path) -> None:
    one, two = episode(1, (2.0, 1.0)), episode(2, (2.0, 0.0), True)
    (tmp_path / "b").write_bytes(b"\xef\xbb\xbf" + json.dumps(two.as_dict()).encode() + b"\r\n\n  \n")
    assert read_episodes([tmp_path / "b", write(tmp_path / "a", one)]) == (two, one)


BAD = [
    ("not json", "broken JSON at column 1"),
    ('{"schema": 1', "broken JSON"),
    ("[1, 2]", "not a JSON object"),
    ("12", "not a JSON object"),
    ('{"line": 1, "status": "correct"}', "no field 'schema'"),
    (b"\xff\xfe", "not UTF-8"),
    ("[" * 100_000, "nested too deeply"),
    ("9" * 5000, "digit"),
    ('{"schema": NaN}', "NaN is not JSON"),
    (json.dumps(row(schema=5)), "schema 5 is none of 1, 2, 3, 4, which this version of sml_env reads"),
    (json.dumps(row(schema="1")), 'schema "1" is none of 1, 2, 3'),
    (json.dumps(row(schema=True)), "schema true is none of 1, 2, 3"),
    (json.dumps(row(schema=[[]] * 999)), "schema [[], [], "),
    (json.dumps({"schema": 1}), "no field 'records'"),
    (json.dumps(row(records={})), "field 'records' is not a list"),
    (json.dumps(row(records=[1, 2])), "turn 1 is not a JSON object"),
    (json.dumps(row(turns=1)), "turns 1 with 2 records"),
    (json.dumps(row(max_turns=1)), "makes no sense"),
    (json.dumps(row(turns=0, records=[], success=True)), "success without a turn"),
    (json.dumps(row(turns=2.0)), "field 'turns': 2.0 is not a whole number"),
    (json.dumps(row(turns=-1)), "field 'turns': -1"),
    (json.dumps(row(seed=10**300)), "field 'seed': 1000"),
    (json.dumps(row(max_turns=10**30)), "field 'max_turns'"),
    (json.dumps(row(success=1)), "field 'success': 1 is neither true nor false"),
    (json.dumps(row(agent="")), "field 'agent'"),
    (json.dumps(row(agent=None)), "field 'agent': null is not a text"),
    (json.dumps(row(teacher="x" * 201)), "field 'teacher'"),
    (json.dumps(row(**{"return": "1"})), "field 'return': \"1\" is not a number"),
    (json.dumps(row(hedging=1.5)), "field 'hedging': 1.5 is not from 0 to 1"),
    (json.dumps(row(prior_entropy_bits=-1)), "field 'prior_entropy_bits': -1 is not from 0 to 1e+06"),
    (json.dumps(row(prior_entropy_bits=True)), "is not a number"),
    (json.dumps(row()).replace("-0.25", "1e400"), "field 'realised_bits': Infinity is not from"),
    (json.dumps(row()).replace("-0.25", "-1e308"), "turn 1: field 'realised_bits': -1e+308"),
    (json.dumps(row()).replace("-0.25", "NaN"), "NaN is not JSON"),
    (json.dumps(row()).replace("-0.25", "1" + "0" * 4000), "field 'realised_bits': 1000"),
    (json.dumps(wider(row(), belief_entropy_bits=1e308)), "turn 2: field 'belief_entropy_bits'"),
    (json.dumps(wider(row(), likeliest=2)), "turn 2: field 'likeliest': 2"),
    (json.dumps(wider(row(), utterance=3)), "turn 2: field 'utterance': 3 is not a text"),
    (json.dumps(wider(row(), reward_terms=[])), "turn 2: field 'reward_terms' is not a JSON object"),
    (json.dumps(wider(row(), reward_terms={"a": "b"})), "turn 2: field 'a': \"b\" is not a number"),
]


@pytest.mark.parametrize(("line", "words"), BAD, ids=[words for _, words in BAD])
def test_a_bad_line_is_named_with_its_file_number_and_remedy(
    command: Command, tmp_path: Path, line: str | bytes, words: str
) -> None:
    good = json.dumps(row()).encode() + b"\n"
    (tmp_path / "bad.jsonl").write_bytes(good + (line if isinstance(line, bytes) else line.encode()) + b"\n")
    result = command("plot", "bad.jsonl", "--out", "out.png")
    assert result.exit_code == 2 and isinstance(result.exception, SystemExit) and result.stdout == ""
    head, fault, remedy = result.stderr.splitlines()
    assert head == "sml-env: 'bad.jsonl': bad lines: 1, good ones: 1"
    assert fault.startswith("  line 2: ") and words in fault and len(fault) < 500
    assert "`sml-env bench --out FILE`" in remedy
    assert [path.name for path in tmp_path.iterdir()] == ["bad.jsonl"]


@pytest.mark.parametrize("name", [name for name in row() if name != "schema"])
def test_a_missing_field_is_named(tmp_path: Path, name: str) -> None:
    entry = row()
    del entry[name]
    (tmp_path / "bad").write_text(json.dumps(entry))
    with pytest.raises(DataError, match=f"line 1: no field '{name}'"):
        read_episodes([tmp_path / "bad"])


@pytest.mark.parametrize("name", list(row()["records"][0]))
def test_a_missing_field_of_a_turn_is_named(tmp_path: Path, name: str) -> None:
    entry = row()
    del entry["records"][1][name]
    (tmp_path / "bad").write_text(json.dumps(entry))
    with pytest.raises(DataError, match=f"line 1: turn 2: no field '{name}'"):
        read_episodes([tmp_path / "bad"])


def test_an_unknown_field_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "new").write_text(json.dumps(row(later={"x": 1})))
    assert read_episodes([tmp_path / "new"]) == (episode(1, (2.0, 1.0, 0.5)),)


@pytest.mark.parametrize("content", ["", "\n \n\n"])
def test_an_empty_file_has_no_episodes(command: Command, tmp_path: Path, content: str) -> None:
    (tmp_path / "empty").write_text(content)
    result = command("plot", "empty", "--out", "out.png")
    assert result.exit_code == 2 and result.stderr.startswith("sml-env: 'empty': no episodes; ")


def test_a_file_that_cannot_be_read_says_why(command: Command, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for name in ("missing", "folder"):
        result = command("plot", name, "--out", "out.png")
        (line,) = result.stderr.splitlines()
        assert result.exit_code == 2 and f"'{name}': cannot be read: " in line
    with pytest.raises(DataError, match="cannot be read"):
        read_episodes(["a\0b"])


def test_a_line_without_end_is_not_held_in_memory(tmp_path: Path) -> None:
    with (tmp_path / "long").open("wb") as file:
        file.seek(3 * MAX_BYTES)
        file.write(b"\n")
    with pytest.raises(DataError, match="line 1: longer than 8,388,608 bytes"):
        read_episodes([tmp_path / "long"])


def test_many_bad_lines_are_counted_and_nothing_in_them_steers_the_terminal(command: Command, tmp_path: Path) -> None:
    evil = json.dumps(row(success="\x1b[2J\u202e"), ensure_ascii=False)
    (tmp_path / "bad").write_text("no\n" * 500 + evil + "\n", encoding="utf-8")
    result = command("plot", "bad", "--out", "out.png")
    lines = result.stderr.splitlines()
    assert len(lines) == 13 and "bad lines: 501, good ones: 0" in lines[0] and "… and 491 more" in lines[-2]
    (tmp_path / "bad").write_text(evil, encoding="utf-8")
    assert not set(command("plot", "bad", "--out", "out.png").stderr) & {"\x1b", "\u202e"}


# What is plotted.


def test_mean_entropy_is_over_all_episodes_and_the_ended_keep_their_last() -> None:
    paths = {1: (4.0, 2.0, 1.0), 2: (4.0, 3.0, 3.0, 2.5), 3: (2.0, 1.5)}
    played = [episode(seed, path, seed == 1) for seed, path in paths.items()]
    (cell,) = curves_of(played).cells
    # The first is solved in turn 2: 0 from there on, whatever its line says. The third stays at 1.5.
    columns = [(4.0, 4.0, 2.0), (2.0, 3.0, 1.5), (0.0, 3.0, 1.5), (0.0, 2.5, 1.5)]
    (agent,) = cell.agents
    assert len(agent.entropy) == 4
    for point, column in zip(agent.entropy, columns, strict=True):
        mean = sum(column) / 3
        half = Z * math.sqrt(sum((value - mean) ** 2 for value in column) / 2 / 3)
        assert point.value == pytest.approx(mean)
        assert point.low == pytest.approx(max(0.0, mean - half))
        assert point.high == pytest.approx(mean + half)
    assert agent.entropy[2].low == 0.0


def test_success_within_t_turns_and_turns_taken_are_counted() -> None:
    ends = [(1, True), (2, False), (2, True), (3, True), (3, False), (0, False)]
    played = [episode(seed, (2.0,) * (turns + 1), won) for seed, (turns, won) in enumerate(ends)]
    (agent,) = curves_of(played).cells[0].agents
    assert agent.solved == Counter({1: 1, 2: 1, 3: 1}) and agent.unsolved == Counter({0: 1, 2: 1, 3: 1})
    assert [point.value for point in agent.success] == pytest.approx([1 / 6, 2 / 6, 3 / 6])
    share, n = 2 / 6, 6
    centre = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * math.sqrt(share * (1 - share) / n + Z**2 / (4 * n * n))
    low, high = agent.success[1].low, agent.success[1].high
    assert (low, high) == (pytest.approx(centre - half), pytest.approx(centre + half))


def test_a_real_run_agrees_with_its_table(run: Path) -> None:
    episodes = read_episodes([run])
    for cell in curves_of(episodes).cells:
        for agent in cell.agents:
            mine = [e for e in episodes if (e.agent, e.asymmetry) == (agent.agent, cell.cell.asymmetry)]
            summary = summarise(mine)
            assert agent.success == summary.success_at[: len(agent.success)]
            assert summary.success_at[-1] == agent.success[-1]
            assert cell.hedging == pytest.approx(summary.hedging)
            total = sum(turns * count for turns, count in (agent.solved + agent.unsolved).items())
            assert total / agent.episodes == pytest.approx(summary.turns.value)


def test_open_problems_are_left_out_of_entropy_only() -> None:
    played = [episode(1, (4.0, 2.0)), episode(2, (None, None), hedging=None), episode(3, (4.0, None))]
    (cell,) = curves_of(played).cells
    (agent,) = cell.agents
    assert agent.open_episodes == 2 and agent.episodes == 3 and agent.success[0].count == 3
    assert [(point.value, point.count, point.low) for point in agent.entropy] == [(4.0, 1, None), (2.0, 1, None)]
    assert cell.hedging is None
    (nothing,) = curves_of(played[1:2]).cells[0].agents
    assert nothing.entropy == ()


def test_cells_are_apart_and_names_choose_and_order() -> None:
    played = [
        episode(1, (2.0, 1.0), agent=agent, asymmetry=asymmetry, teacher=teacher)
        for agent in ("a", "b", "c")
        for asymmetry, teacher in (("answer", "oracle"), ("answer", "noisy"), ("none", "peer"))
    ]
    whole = curves_of(played)
    assert whole.agents == ("a", "b", "c") and whole.episodes == 9
    assert [(c.cell.asymmetry, c.cell.teacher) for c in whole.cells] == [
        ("answer", "oracle"), ("answer", "noisy"), ("none", "peer"),
    ]  # fmt: skip
    part = curves_of(played, ["c", "a"], ["none", "answer"])
    assert part.agents == ("c", "a") and [c.cell.asymmetry for c in part.cells] == ["none", "answer", "answer"]
    assert [agent.agent for agent in part.cells[0].agents] == ["c", "a"]


def test_an_episode_that_is_there_twice_is_refused() -> None:
    one = episode(1, (2.0, 1.0))
    with pytest.raises(ConfigurationError, match="has the episode with seed 1 twice; name each file once"):
        curves_of([one, replace(one, success=True)])
    assert curves_of([one, replace(one, success=True), episode(1, (2.0, 1.0), agent="b")], ["b"]).agents == ("b",)


def test_names_that_leave_nothing_are_refused() -> None:
    played = [episode(1, (2.0, 1.0), agent="a"), episode(1, (2.0, 1.0), agent="b", asymmetry="none")]
    with pytest.raises(ConfigurationError, match="no episode has one of these agents"):
        curves_of(played, ["a"], ["none"])


# How agents look.


def test_agents_look_apart_and_known_ones_always_the_same() -> None:
    library = list(AGENTS)
    ours = [library[start : start + MAX_AGENTS] for start in range(0, len(library), MAX_AGENTS)]
    for names in (*ours, library[-MAX_AGENTS:], [f"mine-{i}" for i in range(MAX_AGENTS)], ["x", "greedy", "y"]):
        styles = styles_of(names)
        assert list(styles) == names
        assert len({style.colour for style in styles.values()}) == len(names)
        assert len({style.marker for style in styles.values()}) == len(names)
    assert styles_of(["x", "greedy"])["greedy"] == styles_of(library[:5])["greedy"] != styles_of(["x"])["x"]


# Drawing.


@pytest.mark.parametrize("form", list(MAGIC))
@pytest.mark.parametrize("kind", [*KINDS, "all"])
def test_each_kind_is_drawn_in_each_form(command: Command, tmp_path: Path, run: Path, kind: str, form: str) -> None:
    result = command("plot", str(run), "--kind", kind, "--title", "Two agents", "--out", f"new/out.{form}")
    assert result.exit_code == 0, result.output
    assert result.stdout == f"24 episodes drawn in new/out.{form}\n" and result.stderr == ""
    picture = (tmp_path / "new" / f"out.{form}").read_bytes()
    assert picture.startswith(MAGIC[form]) and len(picture) > 5000
    assert [path.name for path in (tmp_path / "new").iterdir()] == [f"out.{form}"]


def test_a_drawing_holds_the_curves_and_the_numbers_of_its_axes(monkeypatch: pytest.MonkeyPatch) -> None:
    from sml_env.bench import plots

    sheets = []

    class Kept(plots._Sheet):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            sheets.append(self)

    monkeypatch.setattr(plots, "_Sheet", Kept)
    curves = curves_of(
        [episode(1, (3.0, 1.0, 0.0), True), episode(2, (3.0, 2.0, 2.0)), episode(1, (3.0, 3.0), agent="b")]
    )
    draw(curves, form="png")
    entropy, turns, success = sheets[0].figure.axes
    labels = [axes.get_ylabel() for axes in (entropy, turns, success)]
    assert labels == ["belief entropy (bits)", "share of episodes", "solved within t turns (%)"]
    assert [list(line.get_ydata()) for line in entropy.get_lines()] == [[3.0, 1.5, 1.0], [3.0, 3.0, 3.0]]
    floor, greedy, other = success.get_lines()
    assert list(floor.get_ydata()) == [50.0, 50.0] and floor.get_linestyle() == ":"
    assert list(greedy.get_ydata()) == [0.0, 50.0] and list(other.get_ydata()) == [0.0, 0.0]
    assert greedy.get_color() == entropy.get_lines()[0].get_color() == styles_of(["greedy"])["greedy"].colour
    legend = [text.get_text() for box in sheets[0].figure.legends for text in box.get_texts()]
    assert legend == ["greedy", "b", "solved", "unsolved", "hedging floor"]
    hatched = [bar for bar in turns.patches if bar.get_hatch()]
    assert [(bar.get_x() + bar.get_width() / 2) for bar in hatched] == [2.0, 1.0]
    solved = [bar for bar in turns.patches if not bar.get_hatch()]
    assert len(solved) == 1 and solved[0].get_height() == pytest.approx(hatched[1].get_height() / 2)
    (greedy_unsolved, _), (greedy_solved,) = hatched, solved
    assert greedy_solved.get_y() == 1.0 and hatched[1].get_y() == 0.0
    assert greedy_unsolved.get_y() == pytest.approx(1.0 + greedy_solved.get_height())


def test_a_caption_says_what_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from sml_env.bench import plots

    played = [
        episode(1, (4.0, 2.0)),
        episode(2, (None, None), hedging=None),
        episode(3, (None,), hedging=None, failure="it broke"),
    ]
    caption = plots._Sheet(curves_of(played), KINDS, "")._caption()
    assert "answer · oracle, 3 episodes an agent." in caption and "95% confidence" in caption
    assert "(open problems), left out of it: 2." in caption and "Open problems have no hedging floor." in caption
    assert "the agent or the teacher failed, counted as they ended: 1." in caption
    assert "open" not in plots._Sheet(few(), KINDS, "")._caption()
    draw(curves_of(played[1:]), form="png")


@pytest.mark.parametrize("kinds", [KINDS, *((kind,) for kind in KINDS)], ids="-".join)
@pytest.mark.parametrize(
    ("agents", "cells", "turns"), [(1, 1, 1), (1, 1, 200), (2, 3, 2), (8, 4, 8), (3, 7, 5), (MAX_AGENTS, 2, 3)]
)
def test_any_number_of_agents_and_panels_fits(agents: int, cells: int, turns: int, kinds: tuple[str, ...]) -> None:
    assert draw(few(agents, cells, turns), kinds, form="png", dpi=50).startswith(MAGIC["png"])


def test_too_many_are_refused_with_a_remedy() -> None:
    with pytest.raises(ConfigurationError, match="agents: 13 are too many"):
        draw(few(MAX_AGENTS + 1), form="png")
    with pytest.raises(ConfigurationError, match="asymmetry: 25 pairs"):
        draw(few(1, MAX_CELLS + 1), form="png")
    with pytest.raises(ConfigurationError, match="dpi: 600 makes"):
        draw(few(MAX_AGENTS, MAX_CELLS, 1), form="png", dpi=600)
    with pytest.raises(ConfigurationError, match="form: 'gif'"):
        draw(few(), form="gif")


@pytest.mark.parametrize("name", ["$x^{", "$x^{$", "_hidden", "名前🙂", "a\nb\x1b[2J", "long " * 39, r"\frac", "%s{0}"])
def test_any_name_is_drawn_as_it_is(name: str) -> None:
    curves = curves_of([episode(1, (2.0, 1.0), agent=name, teacher=name), episode(1, (2.0, 0.5), agent="greedy")])
    for form in MAGIC:
        assert draw(curves, form=form, title=name).startswith(MAGIC[form])


def test_extreme_numbers_are_drawn() -> None:
    curves = curves_of([episode(1, (1e6, 0.0, 1e-300)), episode(2, (0.0, 1e6, 0.0)), episode(3, (0.0, 0.0), True)])
    assert draw(curves, form="svg").startswith(MAGIC["svg"])
    assert draw(curves_of([episode(1, (0.0,))]), form="svg").startswith(MAGIC["svg"])


# The same bytes.


@pytest.mark.parametrize("form", list(MAGIC))
def test_the_same_episodes_give_the_same_bytes_in_another_process(run: Path, tmp_path: Path, form: str) -> None:
    pictures = []
    for salt in ("1", "2"):
        out = tmp_path / salt / f"out.{form}"
        code = f"from sml_env.bench.cli import main; main(['plot', {str(run)!r}, '--out', {str(out)!r}])"
        environment = {"PYTHONHASHSEED": salt, "PATH": "", "HOME": str(tmp_path), "SOURCE_DATE_EPOCH": salt * 9}
        subprocess.run([sys.executable, "-c", code], check=True, timeout=120, env=environment, capture_output=True)
        pictures.append(out.read_bytes())
    assert pictures[0] == pictures[1]


def test_settings_of_the_user_change_nothing_and_are_left_as_they_were() -> None:
    plain = draw(few(), form="svg")
    with matplotlib.rc_context({"font.size": 30.0, "axes.facecolor": "black", "text.usetex": True}):
        assert draw(few(), form="svg") == plain
        assert matplotlib.rcParams["font.size"] == 30.0
    assert b"<dc:date>" not in plain


# The command.


def test_names_filter_the_command(command: Command, run: Path) -> None:
    result = command("plot", str(run), "--agents", "greedy", "--asymmetry", "none", "--out", "o.png", "--dpi", "60")
    assert result.exit_code == 0 and result.stdout == "6 episodes drawn in o.png\n"
    again = command("plot", str(run), "--agents", "greedy", "--asymmetry", "none", "--out", "o.png")
    assert again.stdout == "6 episodes drawn in o.png (an earlier file was replaced)\n"


def test_several_files_are_one_picture(command: Command, tmp_path: Path) -> None:
    write(tmp_path / "a", episode(1, (2.0, 1.0)))
    write(tmp_path / "b", episode(2, (2.0, 1.0)))
    assert command("plot", "a", "b", "--out", "o.svg").stdout == "2 episodes drawn in o.svg\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--out", "o.gif"], "o.gif ends in none of .png, .svg, .pdf"),
        (["--out", "png"], "ends in none of"),
        (["--out", "."], "is a folder"),
        (["--out", "folder.png"], "is a folder"),
        (["--out", "/dev/null/o.png"], "cannot be written"),
        (["--out", "same.png", "same.png"], "same.png is read"),
        (["--out", "o.png", "--agents", "nobody"], "'nobody' is in no episode; there are greedy, random"),
        (["--out", "o.png", "--asymmetry", "all"], "'all' is in no episode; there are answer, none"),
        (["--out", "o.png", "RUN"], "twice; name each file once"),
    ],
)
def test_a_mistake_is_one_clear_line_and_exit_code_2(
    command: Command, tmp_path: Path, run: Path, arguments: list[str], words: str
) -> None:
    (tmp_path / "folder.png").mkdir()
    result = command("plot", str(run), *(str(run) if argument == "RUN" else argument for argument in arguments))
    assert result.exit_code == 2 and isinstance(result.exception, SystemExit) and result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("sml-env: ") and words in line
    assert [path.name for path in tmp_path.iterdir()] == ["folder.png"]


def test_misuse_is_told_by_the_command_line(command: Command, run: Path) -> None:
    for arguments in ((), ("--out", "o.png"), (str(run),), (str(run), "--out", "o.png", "--kind", "pie")):
        result = command("plot", *arguments)
        assert result.exit_code == 2 and "Usage: " in result.stderr


def test_without_the_extra_the_message_names_it(
    command: Command, run: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delitem(sys.modules, "sml_env.bench.plots")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = command("plot", str(run), "--out", "o.png")
    assert result.exit_code == 2 and 'pip install "sml_env[plot]"' in result.stderr
    assert len(result.stderr.splitlines()) == 1 and list(tmp_path.iterdir()) == []


def test_only_drawing_loads_matplotlib() -> None:
    code = "import sys, sml_env.bench.cli, sml_env.bench.episodes, sml_env.bench.curves, sml_env.bench.looks\n"
    code += "sys.exit('matplotlib' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_schema_of_the_reader_is_that_of_the_writer() -> None:
    assert row()["schema"] == SCHEMA == 4
