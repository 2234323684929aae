"""The symbolic verifier: its rules, its ways of being called, and its promises on broken input."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sml_env.errors import ConfigurationError
from sml_env.verifiers import LENIENT, STRICT, Policy, Status, Verifier, get, verify, verify_async, verify_batch

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("rule", "answer", "reference", "with_rule", "without"),
    [
        ({"decimal_digits": 3}, "3.14", "\\pi", "correct", "incorrect"),
        ({"decimal_digits": None}, "3.14159", "\\pi", "incorrect", "correct"),
        ({"round_rationals": True}, "0.3333", "1/3", "correct", "incorrect"),
        ({"decimal_places": 2}, "0.333", "1/3", "correct", "incorrect"),
        ({"decimal_places": 2}, "33", "100/3", "incorrect", "incorrect"),
        ({"tolerance": 0.01}, "0.334", "1/3", "correct", "incorrect"),
        ({"tolerance": 0.01}, "100", "100.5", "incorrect", "incorrect"),
        ({"variables": "positive"}, "x", "sqrt(x^2)", "correct", "incorrect"),
        ({"variables": "complex"}, "conj(x)", "x", "incorrect", "correct"),
        ({"domain": "same"}, "2\\ln x", "\\ln(x^2)", "incorrect", "correct"),
        ({"domain": "same"}, "\\frac{x^2}{x}", "x", "correct", "correct"),
        ({"roots": "principal"}, "-2", "\\sqrt[3]{-8}", "incorrect", "correct"),
        ({"units": "required"}, "12", "12 cm", "incorrect", "correct"),
        ({"units": "ignored"}, "12 m", "12 cm", "correct", "incorrect"),
        ({"percent": "value"}, "28", "28\\%", "incorrect", "correct"),
        ({"percent": "number"}, "0.28", "28\\%", "incorrect", "correct"),
        ({"assignment": False}, "x = 5", "5", "incorrect", "correct"),
        ({"order": "always"}, "3, 2", "2, 3", "incorrect", "correct"),
        ({"order": "never"}, "{1, 2}", "(2, 1)", "correct", "incorrect"),
        ({"interval_pairs": False}, "(2, 3)", "2 < x < 3", "incorrect", "correct"),
        ({"solved": False}, "2x = 10", "x = 5", "correct", "incorrect"),
        ({"sets_as_relations": False}, "x > 2", "(2, \\infty)", "incorrect", "correct"),
        ({"vectors": False}, "(1, 2)", "\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}", "incorrect", "correct"),
        ({"bases": "value"}, "54", "204_5", "correct", "incorrect"),
        ({"hedges": "last"}, "\\boxed{4} \\boxed{5}", "5", "correct", "incorrect"),
    ],
)
def test_each_rule_decides_as_written(
    rule: dict[str, Any], answer: str, reference: str, with_rule: str, without: str
) -> None:
    assert verify(answer, reference, replace(STRICT, **rule)).status == with_rule
    assert verify(answer, reference).status == without


@pytest.mark.parametrize(
    "rule",
    [
        {"percent": "maybe"},
        {"decimal_digits": 0},
        {"decimal_places": 1.5},
        {"tolerance": 1},
        {"tolerance": float("nan")},
        {"timeout": -1},
        {"units": None},
        {"solved": "no"},
        {"tolerance": "0.1"},
        {"decimal_digits": True},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_by_name(rule: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(rule))):
        Policy(**rule)


def test_profiles_go_by_name_and_another_name_is_refused() -> None:
    assert verify("0.333333", "1/3", "lenient") == verify("0.333333", "1/3", LENIENT)
    assert verify("0.333333", "1/3", "lenient").correct and not verify("0.333333", "1/3", "strict").correct
    with pytest.raises(ConfigurationError, match="strict"):
        verify("1", "1", "sloppy")


@pytest.mark.parametrize("places", [6, 2])
@pytest.mark.parametrize(("answer", "reference"), [("3", "3.0000001"), ("7", "7.0001"), ("0", "0.0000001")])
def test_an_integer_never_approximates(answer: str, reference: str, places: int) -> None:
    assert not verify(answer, reference, Policy(decimal_places=places, tolerance=0.1)).correct


@pytest.mark.parametrize("answer", [None, 7, b"7", ["7"], object(), float("nan")])
def test_answer_that_is_no_str_is_unparsable(answer: object) -> None:
    assert verify(answer, "7").status is Status.UNPARSABLE  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "reference", [None, 7, b"7", "", " ", "\x00", "7" * 3000, "1/0", "{", "\\boxed{1} \\boxed{2}", "\\frac{1}{0}"]
)
@pytest.mark.parametrize("answer", ["7", "I do not know", None, "1/0"])
def test_broken_reference_is_not_the_students_fault(answer: object, reference: object) -> None:
    assert verify(answer, reference).status is Status.REFERENCE_ERROR  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "reference", ["1/0", "\\frac{1}{0}", "\\frac{1}{1-1}", "1/(1-1)", "\\tan 90^\\circ + 1/0", "0^{-1}", "1÷0"]
)
def test_repeating_a_broken_reference_earns_nothing(reference: str) -> None:
    assert verify(f"\\boxed{{{reference}}}", reference).status is Status.REFERENCE_ERROR


_NUMBERS = st.sampled_from(
    ["1/2", "0.5", "sqrt(2)", "2^(1/2)", "7", "14/2", "pi", "-3", "x+1", "1+x", "x", "{1,2}", "(1,2)"]
)


@given(_NUMBERS, _NUMBERS)
def test_verdict_is_symmetric(a: str, b: str) -> None:
    assert verify(a, b).status is verify(b, a).status


@given(st.fractions(max_denominator=999), st.fractions(max_denominator=999))
def test_rationals_are_equal_exactly_when_fractions_are(a: object, b: object) -> None:
    assert verify(str(a), str(b)).correct is (a == b)


PAIRS = [("1/2", "0.5"), ("x", "y"), ("1/2", "0.5"), ("(x+1)^2", "x^2+2x+1"), ("sin(x)^2+cos(x)^2", "1"), ("7", "1/0")]
STATUSES = ["correct", "incorrect", "correct", "correct", "correct", "reference_error"]


def test_batch_gives_each_pair_its_verdict_in_order_and_decides_each_distinct_pair_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from sml_env.verifiers import symbolic

    asked: list[str] = []

    def counted(answer: str, reference: str, policy: Policy) -> Any:
        asked.append(answer)
        return verify(answer, reference, policy)

    monkeypatch.setattr(symbolic, "verify", counted)
    assert [str(verdict.status) for verdict in verify_batch(PAIRS)] == STATUSES
    assert sorted(asked) == sorted({answer for answer, _ in PAIRS})


def test_batch_takes_answers_that_are_no_text() -> None:
    assert [verdict.status for verdict in verify_batch([(None, "7"), ([7], "7")])] == [Status.UNPARSABLE] * 2  # type: ignore[list-item]
    assert verify_batch([]) == []


def test_verifier_works_from_many_threads_and_in_an_event_loop() -> None:
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda pair: verify(*pair).status, PAIRS * 20))
    assert [str(status) for status in statuses] == STATUSES * 20

    async def all_at_once() -> list[str]:
        verdicts = await asyncio.gather(*(verify_async(*pair) for pair in PAIRS))
        return [str(verdict.status) for verdict in verdicts]

    assert asyncio.run(all_at_once()) == STATUSES


def test_symbolic_verifier_is_registered_and_keeps_the_protocol() -> None:
    verifier = get("symbolic")
    assert isinstance(verifier, Verifier)
    assert verifier.verify("\\boxed{14/2}", "7").correct


def test_importing_the_package_loads_nothing_heavy() -> None:
    script = (
        "import sys, sml_env.errors; before = set(sys.modules); import sml_env.verifiers; "
        "print(sorted({name.partition('.')[0] for name in set(sys.modules) - before} & {'sympy', 'flint', 'numpy'})); "
        "from sml_env.verifiers import verify; verify('1/2', '0.5'); verify('x > 2 and x^3 > 1', 'x^2 > y'); "
        "print('sympy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["[]", "False"]
