"""``sml-env verify``: what it prints, what it writes, and how it fails."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from click.testing import Result

from sml_env.bench import pairs as pairs_module
from sml_env.bench import verify as module
from sml_env.bench.verify import MAX_BYTES
from sml_env.errors import ConfigurationError
from sml_env.verifiers.base import Status, Verdict
from sml_env.verifiers.policy import PROFILES, Policy

Command = Callable[..., Result]


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def shown(result: Result) -> dict[str, str]:
    """The lines below the status."""
    return dict(line.split(maxsplit=1) for line in result.stdout.splitlines()[1:])  # type: ignore[misc]


@pytest.mark.parametrize(
    ("answer", "reference", "status", "code"),
    [
        (r"So it is \boxed{1/2}.", "0.5", "correct", 0),
        ("0.25", "0.5", "incorrect", 1),
        ("no idea what that is", "0.5", "unparsable", 1),
        ("0.5", r"\frac{", "reference_error", 2),
        ("0.5", "", "reference_error", 2),
    ],
)
def test_the_exit_code_says_what_the_first_line_says(
    command: Command, answer: str, reference: str, status: str, code: int
) -> None:
    result = command("verify", answer, reference)
    assert (result.exit_code, result.stdout.splitlines()[0], result.stderr) == (code, status, "")
    assert set(shown(result)) == {"extracted", "method", "reason"}
    line = command("verify", answer, reference, "--json")
    assert line.exit_code == code and len(line.stdout.splitlines()) == 1
    assert json.loads(line.stdout)["status"] == status


def test_the_verdict_is_shown_in_full(command: Command) -> None:
    result = command("verify", r"So it is \boxed{1/2}.", "0.5")
    assert shown(result) == {"extracted": "1/2", "method": "exact", "reason": "equal to the reference"}
    line = json.loads(command("verify", r"So it is \boxed{1/2}.", "0.5", "--json").stdout)
    assert line == {"status": "correct", "method": "exact", "reason": "equal to the reference", "extracted": "1/2"}


@pytest.mark.parametrize(("status", "code"), [(Status.UNDECIDED, 1), (Status.TIMEOUT, 1)])
def test_what_is_not_established_is_not_correct(
    command: Command, monkeypatch: pytest.MonkeyPatch, status: Status, code: int
) -> None:
    monkeypatch.setattr(module, "verify", lambda *pair: Verdict(status, "none", "not told"))
    assert command("verify", "1", "1").exit_code == code


def test_a_failed_machine_is_exit_code_2(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "verify", lambda *pair: Verdict(Status.INFRASTRUCTURE_ERROR, "none", "no worker"))
    assert command("verify", "1", "1").exit_code == 2


@pytest.mark.parametrize(("answer", "reference"), [("-5", "-5"), ("-x+h", "h-x"), ("-.5", "-1/2"), ("-h", "-h")])
def test_a_negative_answer_is_no_option(command: Command, answer: str, reference: str) -> None:
    assert command("verify", answer, reference).exit_code == 0
    assert command("verify", "--json", answer, "99").exit_code == 1


def test_a_misspelt_option_is_no_answer(command: Command) -> None:
    for arguments in (("--jsn", "5"), ("5", "--jsn=1"), ("5", "5", "--jsn")):
        result = command("verify", *arguments)
        assert result.exit_code == 2 and result.stdout == ""


def test_help_is_shown_by_both_names(command: Command) -> None:
    assert "--reference-field" in command("verify", "--help").stdout
    assert command("verify", "-h").stdout == command("verify", "--help").stdout
    assert "verify" in command("--help").stdout


def test_a_dash_reads_the_whole_of_standard_input(command: Command) -> None:
    assert command("verify", "-", "12", said="Some words.\nThe answer is \\boxed{12}.\n").exit_code == 0
    assert command("verify", "-", "12", said="").exit_code == 1
    assert command("verify", "-", "12", said=" " * (MAX_BYTES - 2) + "12").exit_code in (0, 1)
    result = command("verify", "-", "12", said="1" * (MAX_BYTES + 1))
    assert result.exit_code == 2 and "more than 8,388,608 bytes" in result.stderr


def test_bytes_that_are_no_utf8_are_a_wrong_answer(command: Command) -> None:
    result = command("verify", "-", "12", said=io.BytesIO(b"\xff\xfe 12"))  # type: ignore[arg-type]
    assert result.exit_code == 1 and result.stdout.startswith("unparsable")


def test_nothing_steers_the_terminal_or_fakes_a_line(command: Command) -> None:
    said = "\\boxed{\x1b[2J\x9b1m\u202e5\nmethod     exact}"
    result = command("verify", "-", "5", said=said)
    assert not set(result.stdout) & {"\x1b", "\x9b", "\u202e", "\r"}
    assert [line.split()[0] for line in result.stdout.splitlines()] == [
        result.stdout.splitlines()[0],
        "extracted",
        "method",
        "reason",
    ]
    assert command("verify", "-", "5", "--json", said=said).stdout.isascii()


def test_a_long_answer_is_cut_for_people_and_whole_in_json(command: Command) -> None:
    answer = "+".join(["1"] * 900)
    assert "…" in command("verify", answer, "900").stdout
    assert json.loads(command("verify", answer, "900", "--json").stdout)["extracted"] == answer


def test_profile_and_rules_decide(command: Command) -> None:
    assert command("verify", "0.333333", "1/3").exit_code == 1
    assert command("verify", "0.333333", "1/3", "--profile", "lenient").exit_code == 0
    assert command("verify", "3.14", r"\pi").exit_code == 1
    assert command("verify", "3.14", r"\pi", "--rule", "decimal_digits=3").exit_code == 0
    changed = command("verify", "3.14", r"\pi", "--profile", "lenient", "--rule", "units=required", "--json")
    assert changed.exit_code == 1


def test_rules_are_json_scalars_or_bare_words() -> None:
    rules = ["decimal_digits=null", "tolerance=1e-3", "assignment=false", "units=required", 'order="never"']
    assert module.policy_with("strict", rules) == Policy(
        decimal_digits=None, tolerance=1e-3, assignment=False, units="required", order="never"
    )
    assert module.policy_with("lenient", ["decimal_places=None"]).decimal_places is None
    assert module.policy_with("lenient", []) == PROFILES["lenient"]
    assert module.policy_with("strict", ["units=required", "units=ignored"]).units == "ignored"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("colour=1", "decimal_digits, round_rationals"),
        ("units", "NAME=VALUE"),
        ("=1", "NAME=VALUE"),
        ("units=some", "use one of optional, required, ignored"),
        ("units=[1]", "use one of"),
        ("decimal_digits=0", "from 1 to 100"),
        ("decimal_digits=true", "makes no sense"),
        ("decimal_digits=" + "9" * 5000, "makes no sense"),
        ("assignment=no", "true or false"),
        ("assignment=null", "true or false"),
        ("tolerance=much", "use a number"),
        ("tolerance=NaN", "from 0 to below 1"),
        ("timeout=null", "use a number"),
        ("timeout=1e9", "from 0 to 60"),
        ("units=\x1b[31m", "makes no sense"),
    ],
)
def test_a_rule_that_makes_no_sense_is_one_clear_line(command: Command, rule: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        module.policy_with("strict", [rule])
    result = command("verify", "1", "1", "--rule", rule)
    (line,) = result.stderr.splitlines()
    assert result.exit_code == 2 and line.startswith("sml-env: rule: ") and "\x1b" not in line
    assert result.stdout == ""


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("5",),
        ("5", "5", "5"),
        ("5", "5", "--file", "pairs.jsonl"),
        ("5", "--file", "pairs.jsonl"),
        ("5", "5", "--out", "out.jsonl"),
        ("5", "5", "--profile", "kind"),
        ("--file", "missing.jsonl"),
        ("--file", "."),
        ("--file", "pairs.jsonl", "--threads", "0"),
        ("--file", "pairs.jsonl", "--out", "."),
        ("--file", "pairs.jsonl", "--out", "/dev/null/out"),
        ("--file", "pairs.jsonl", "--out", "pairs.jsonl"),
        ("--file", "empty.jsonl", "--out", "out.jsonl"),
    ],
)
def test_misuse_is_exit_code_2_and_changes_no_file(
    command: Command, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "pairs.jsonl").write_text('{"answer": "1", "reference": "1"}\n')
    (tmp_path / "empty.jsonl").write_text("\n\n")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    result = command("verify", *arguments)
    assert result.exit_code == 2 and isinstance(result.exception, SystemExit)
    assert result.stdout == "" and result.stderr
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("make", [os.link, os.symlink], ids=["hard", "symbolic"])
@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.partial"])
def test_the_input_is_never_overwritten_by_another_name(
    command: Command, tmp_path: Path, make: Callable[[Path, Path], None], name: str
) -> None:
    (tmp_path / "pairs.jsonl").write_text('{"answer": "1", "reference": "1"}\n')
    make(tmp_path / "pairs.jsonl", tmp_path / name)
    result = command("verify", "--file", "pairs.jsonl", "--out", "out.jsonl")
    assert result.exit_code == 2 and "overwrite" in result.stderr
    assert len(rows(tmp_path / "pairs.jsonl")) == 1


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """Three hundred pairs, every third of them wrong."""
    path = tmp_path / "pairs.jsonl"
    lines = ({"id": f"q{n}", "answer": f"\\boxed{{{n}/2}}", "reference": str(n / 2 + (n % 3 == 0))} for n in range(300))
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.mark.parametrize("threads", ["1", "7"])
def test_each_line_gets_its_verdict_in_order(command: Command, tmp_path: Path, pairs: Path, threads: str) -> None:
    result = command("verify", "--file", str(pairs), "--out", "new/out.jsonl", "--threads", threads)
    assert result.exit_code == 0, result.output
    written = rows(tmp_path / "new" / "out.jsonl")
    assert [row["line"] for row in written] == list(range(1, 301))
    assert [row["id"] for row in written] == [f"q{n}" for n in range(300)]
    assert [row["status"] == "correct" for row in written] == [n % 3 != 0 for n in range(300)]
    assert set(written[0]) == {"line", "id", "status", "method", "reason", "extracted"}
    assert not (tmp_path / "new" / "out.jsonl.partial").exists()


def test_the_table_counts_by_status_and_method_and_fits_80_columns(command: Command, pairs: Path) -> None:
    result = command("verify", "--file", str(pairs))
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["status", "lines", "share", "by", "method"]
    assert lines[1].split()[:3] == ["correct", "200", "66.7%"]
    assert lines[2].split()[:3] == ["incorrect", "100", "33.3%"]
    for line, count in ((lines[1], 200), (lines[2], 100)):
        assert sum(int(word.strip(",")) for word in line.split()[4::2]) == count
    assert lines[3].startswith("300 lines in ") and lines[3].endswith(" checks/s")
    assert max(map(len, lines)) <= 80


def test_json_without_a_file_puts_the_lines_on_stdout_and_the_rest_on_stderr(
    command: Command, tmp_path: Path, pairs: Path
) -> None:
    result = command("verify", "--file", str(pairs), "--json", "--out", "out.jsonl")
    assert result.stdout == (tmp_path / "out.jsonl").read_text()
    assert "checks/s" in result.stderr and "300 verdicts written to out.jsonl" in result.stderr


def test_fields_have_other_names_and_numbers_count_as_text(command: Command, tmp_path: Path) -> None:
    (tmp_path / "in").write_text('{"said": 7, "gold": "7.0", "answer": "8"}\n{"said": "1/8", "gold": 0.125, "id": 0}\n')
    result = command(
        "verify", "--file", "in", "--answer-field", "said", "--reference-field", "gold", "--out", "out", "--json"
    )
    assert result.exit_code == 0, result.output
    first, second = rows(tmp_path / "out")
    assert first["status"] == second["status"] == "correct"
    assert "id" not in first and second["id"] == 0


GOOD = b'{"answer": "7", "reference": "7"}'
BAD = [
    (b"seven", "broken JSON at column 1"),
    (b'{"answer": "7"', "broken JSON"),
    (b'["7", "7"]', "not a JSON object"),
    (b"null", "not a JSON object"),
    (b'{"reference": "7"}', "no field 'answer'"),
    (b'{"answer": "7"}', "no field 'reference'"),
    (b'{"answer": null, "reference": "7"}', "field 'answer' is not a text"),
    (b'{"answer": true, "reference": "7"}', "field 'answer' is not a text"),
    (b'{"answer": "7", "reference": ["7"]}', "field 'reference' is not a text"),
    (b'{"answer": NaN, "reference": "7"}', "NaN is not JSON"),
    (b'{"answer": 1e999, "reference": "7"}', "field 'answer' is not a text"),
    (b'{"answer": ' + b"9" * 5000 + b', "reference": "7"}', "limit"),
    (b'{"answer": "\xff", "reference": "7"}', "not UTF-8 at byte 12"),
    (b"[" * 200_000, "nested too deeply"),
    (b'{"answer": "' + b"7" * MAX_BYTES + b'", "reference": "7"}', "longer than 8,388,608 bytes"),
]


@pytest.mark.parametrize(("line", "words"), BAD, ids=[words for _, words in BAD])
@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n" + GOOD])
def test_a_bad_line_is_named_and_stops_nothing(
    command: Command, tmp_path: Path, line: bytes, words: str, end: bytes
) -> None:
    (tmp_path / "in").write_bytes(GOOD + b"\n\n" + line + end)
    result = command("verify", "--file", "in", "--out", "out")
    assert result.exit_code == 2 and isinstance(result.exception, SystemExit)
    written = rows(tmp_path / "out")
    assert [row["status"] for row in written] == ["correct", "unreadable", "correct"][: 3 if GOOD in end else 2]
    assert written[1]["line"] == 3 and words in written[1]["reason"]
    assert "1 unreadable line:" in result.stdout and "line 3: " in result.stdout


def test_of_many_bad_lines_the_first_few_are_named_and_all_are_counted(command: Command, tmp_path: Path) -> None:
    (tmp_path / "in").write_text('{"answer": "\x1b[31m"}\n' * 12)
    result = command("verify", "--file", "in", "--answer-field", "\x1b[31m")
    assert "12 unreadable lines:" in result.stdout and "… and 7 more" in result.stdout
    assert result.stdout.splitlines()[1].split() == ["unreadable", "12", "100.0%"]
    assert result.stdout.count("  line ") == 5 and "\x1b" not in result.output


def test_a_mark_of_byte_order_and_windows_line_ends_are_read(command: Command, tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b"\xef\xbb\xbf" + GOOD + b"\r\n" + GOOD + b"\r\n")
    assert command("verify", "--file", "in").exit_code == 0


def test_a_broken_reference_is_counted_and_is_no_fault_of_the_file(command: Command, tmp_path: Path) -> None:
    (tmp_path / "in").write_text('{"answer": "7", "reference": "\\\\frac{"}\n')
    result = command("verify", "--file", "in")
    assert result.exit_code == 0 and "reference_error" in result.stdout


def test_a_pipe_is_read_though_its_lines_cannot_be_counted(command: Command, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    Thread(target=pipe.write_bytes, args=(GOOD + b"\n",), daemon=True).start()
    result = command("verify", "--file", "pipe", "--json")
    assert result.exit_code == 0 and json.loads(result.stdout)["status"] == "correct"


def test_memory_holds_a_chunk_of_the_file_and_no_more(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sizes: list[int] = []
    real = pairs_module.verify_batch

    def spy(batch: list[tuple[str, str]], policy: Policy, *, threads: int) -> list[Verdict]:
        sizes.append(len(batch))
        return real(batch, policy, threads=threads)

    monkeypatch.setattr(pairs_module, "verify_batch", spy)
    (tmp_path / "in").write_bytes((GOOD + b"\n") * 5000)
    assert command("verify", "--file", "in").exit_code == 0
    assert sum(sizes) == 5000 and 1 < max(sizes) <= 1024
    sizes.clear()
    wide = b'{"answer": "7", "reference": "7", "more": "' + b"x" * (4 * 1024 * 1024) + b'"}\n'
    (tmp_path / "in").write_bytes(wide * 20)
    assert command("verify", "--file", "in", "--threads", "64").exit_code == 0
    assert sum(sizes) == 20 and max(sizes) <= 8


def test_chunks_shrink_when_pairs_are_slow(command: Command, monkeypatch: pytest.MonkeyPatch, pairs: Path) -> None:
    clock = iter(range(10_000))
    sizes: list[int] = []
    real = pairs_module.verify_batch

    def spy(batch: list[tuple[str, str]], policy: Policy, *, threads: int) -> list[Verdict]:
        sizes.append(len(batch))
        return real(batch, policy, threads=threads)

    monkeypatch.setattr(pairs_module, "verify_batch", spy)
    monkeypatch.setattr(pairs_module.time, "perf_counter", lambda: next(clock))
    command("verify", "--file", str(pairs), "--threads", "3")
    assert set(sizes) == {3}


def test_ctrl_c_keeps_what_is_done_and_spares_the_earlier_file(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, pairs: Path
) -> None:
    (tmp_path / "out").write_text("earlier\n")
    calls: list[int] = []
    real = pairs_module.verify_batch

    def interrupting(batch: list[tuple[str, str]], policy: Policy, *, threads: int) -> list[Verdict]:
        if calls:
            assert len(rows(tmp_path / "out.partial")) == sum(calls)
        calls.append(len(batch))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(batch, policy, threads=threads)

    monkeypatch.setattr(pairs_module, "verify_batch", interrupting)
    result = command("verify", "--file", str(pairs), "--out", "out")
    done = sum(calls[:2])
    assert result.exit_code == 130
    assert f"interrupted after {done} lines" in result.stderr
    assert f"{done} lines in " in result.stdout and "out.partial; the earlier out is as it was" in result.stdout
    assert (tmp_path / "out").read_text() == "earlier\n"
    assert [row["line"] for row in rows(tmp_path / "out.partial")] == list(range(1, done + 1))


def test_an_earlier_file_is_replaced_when_the_run_is_complete(command: Command, tmp_path: Path, pairs: Path) -> None:
    (tmp_path / "out").write_text("earlier\n")
    result = command("verify", "--file", str(pairs), "--out", "out")
    assert "300 verdicts written to out (an earlier file was replaced)" in result.stdout
    assert len(rows(tmp_path / "out")) == 300
