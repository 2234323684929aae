"""The symbolic verifier: its case table, its promises on any input, and that it runs no code."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sml_env.errors import ExpressionError
from sml_env.verifiers import Status, Verdict, Verifier, get, parse_expression, to_text, verify

ROOT = Path(__file__).resolve().parents[2]
ROWS = json.loads((Path(__file__).parent / "cases" / "verify_pairs.json").read_text(encoding="utf-8"))
BOMBS = [
    "9**9**9**9",
    "9^9^9^9^9^9",
    "(" * 5000,
    "(" * 59 + "1" + ")" * 59,
    "1" * 1_000_000,
    "2^" * 500 + "2",
    "3000!/2999!",
    "((((3!)!)!)!)!",
    "-" * 1999 + "1",
    "1/3+" * 300 + "1",
    "(x+1)^65536",
    "(x+1)^(10^9)",
    "+".join(f"sqrt({k})" for k in range(2, 120)),
    "+".join(f"1/{k}!" for k in range(1000, 1150)),
    "+".join(["e^x*sin(x)"] * 80),
    "binomial(3000,1500)*" * 60 + "1",
    "\\frac{1}{2" * 200,
    "\\boxed{" * 5000,
    "\\boxed{1}" * 5000,
    "answer is " * 100_000,
    "answer is" + " " * 100_000 + "5",
    "{" + ", ".join(f"sqrt({k})" for k in range(60)) + "}",
    "1e99999999999",
    "1e-398/" * 250 + "7",
    "\x00" * 100,
    "\ud800",
    "\ufdfa" * 1999,
    "e^e^e^e^e^e",
    "((((9^4)^4)^4)^4)^4+ln(x)-ln(x)",
    "exp(1000000*ln(9))*x",
    "1/(sqrt(2)-sqrt(2))",
    "tan(pi/2)",
    "0^0",
    "|" * 1000,
    "\\text{a}" * 280,
]
INJECTIONS = [
    "__import__('os').system('touch /tmp/x')",
    "eval('1+1')",
    "exec('import os')",
    "open('/etc/passwd').read()",
    "().__class__.__bases__[0].__subclasses__()",
    "\\boxed{__import__('os').system('id')}",
    "{{7*7}}${7*7}#{7*7}",
    "x.__init__.__globals__",
    "lambda: os.system('id')",
    "f'{1+1}'",
    "sin(__import__('os'))",
    "Symbol('x')",
    "\\write18{id}",
    "\\input{/etc/passwd}",
]


def _name(row: dict[str, str]) -> str:
    return f"{row['answer']}~{row['reference']}"


@pytest.mark.parametrize("row", ROWS, ids=_name)
def test_table_row_gets_its_verdict(row: dict[str, str]) -> None:
    assert verify(row["answer"], row["reference"]).status == row["expected"]


@pytest.mark.parametrize("row", ROWS, ids=_name)
def test_correct_is_true_only_for_the_status_correct(row: dict[str, str]) -> None:
    verdict = verify(row["answer"], row["reference"])
    assert verdict.correct is (verdict.status is Status.CORRECT)
    assert verdict.reason and "\n" not in verdict.reason


@pytest.mark.parametrize("bomb", BOMBS, ids=range(len(BOMBS)))
def test_resource_bomb_returns_a_verdict(bomb: str) -> None:
    for reference in ("7", "x^2 + 1", "sqrt(2) + sqrt(3)", "(-oo, 3)", "sin(x)", "{1, 2}"):
        verdict = verify(bomb, reference)
        assert not verdict.correct
        assert verdict.status is not Status.INFRASTRUCTURE_ERROR
        assert verify(reference, bomb).status is not Status.INFRASTRUCTURE_ERROR


@pytest.mark.parametrize("answer", [None, 7, b"7", ["7"], object(), float("nan")])
def test_answer_that_is_no_str_is_unparsable(answer: object) -> None:
    assert verify(answer, "7").status is Status.UNPARSABLE  # type: ignore[arg-type]


@pytest.mark.parametrize("reference", [None, 7, b"7", "", " ", "\x00", "7" * 3000, "1/0", "{"])
def test_broken_reference_is_not_the_students_fault(reference: object) -> None:
    assert verify("7", reference).status is Status.REFERENCE_ERROR  # type: ignore[arg-type]


@given(st.text(max_size=60), st.text(max_size=60))
def test_verify_never_raises_nor_fails(answer: str, reference: str) -> None:
    verdict = verify(answer, reference)
    assert isinstance(verdict, Verdict)
    assert verdict.status is not Status.INFRASTRUCTURE_ERROR


_PIECES = st.sampled_from(
    [*"0123456789xyn+-*/^()=<>,.!%|{}[]_ ", "sqrt", "\\frac", "{1}{2}", "pi", "\\left(", " or ", "sin ", "oo", "±", "²"]
)


@given(st.lists(_PIECES, max_size=12).map("".join), st.lists(_PIECES, max_size=12).map("".join))
def test_verify_never_raises_nor_fails_on_nearly_mathematical_text(answer: str, reference: str) -> None:
    assert verify(answer, reference).status is not Status.INFRASTRUCTURE_ERROR


@given(st.lists(_PIECES, max_size=12).map("".join))
def test_an_answer_that_parses_is_equal_to_itself(text: str) -> None:
    try:
        rewritten = to_text(parse_expression(text))
    except ExpressionError:
        return
    verdict = verify(rewritten, text)
    assert verdict.correct or verdict.status in (Status.REFERENCE_ERROR, Status.INCORRECT, Status.UNDECIDED)
    if verdict.status is Status.INCORRECT:
        assert verdict.method == "hedge"


_NUMBERS = st.sampled_from(
    ["1/2", "0.5", "sqrt(2)", "2^(1/2)", "7", "14/2", "pi", "-3", "x+1", "1+x", "x", "{1,2}", "(1,2)"]
)


@given(_NUMBERS, _NUMBERS)
def test_verdict_is_symmetric(a: str, b: str) -> None:
    assert verify(a, b).status is verify(b, a).status


@given(st.fractions(max_denominator=999), st.fractions(max_denominator=999))
def test_rationals_are_equal_exactly_when_fractions_are(a: object, b: object) -> None:
    assert verify(str(a), str(b)).correct is (a == b)


def test_verifier_works_from_many_threads() -> None:
    rows = ROWS * 4
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda row: verify(row["answer"], row["reference"]).status, rows))
    assert [str(status) for status in statuses] == [row["expected"] for row in rows]


def test_symbolic_verifier_is_registered_and_keeps_the_protocol() -> None:
    verifier = get("symbolic")
    assert isinstance(verifier, Verifier)
    assert verifier.verify("\\boxed{14/2}", "7").correct


def test_nothing_runs_while_verifying_hostile_text() -> None:
    script = f"""
import sys
from sml_env.verifiers import verify
verify("sin(x)^2 + cos(x)^2", "1"); verify("sqrt(2)^2", "2"); verify("x", "y"); verify("x > 2", "(2, oo)")
events = []
watched = ("exec", "compile", "import", "open", "os.", "subprocess.", "socket.", "ctypes.", "pickle.")
armed = False
def hook(name, args):
    if armed and name.startswith(watched):
        events.append(name)
sys.addaudithook(hook)
armed = True
for text in {INJECTIONS!r}:
    for pair in ((text, "7"), ("7", text), (text, "x + 1"), (text, "sin(x)")):
        assert not verify(*pair).correct, pair
armed = False
print(len(events), events[:5])
armed = True
eval("1")
armed = False
print(len(events) > 0)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["0 []", "True"]


def test_importing_the_package_loads_nothing_heavy() -> None:
    script = (
        "import sys, sml_env.errors; before = set(sys.modules); import sml_env.verifiers; "
        "print(sorted({name.partition('.')[0] for name in set(sys.modules) - before} & {'sympy', 'flint', 'numpy'})); "
        "from sml_env.verifiers import verify; verify('1/2', '0.5'); print('sympy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["[]", "False"]
