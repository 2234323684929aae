"""``check_verifier``: whether a verifier never raises, credits what is right, and blames the right party."""

from __future__ import annotations

from collections.abc import Sequence

from sml_env.testing.conformance import HOSTILE, ConformanceError, require, shown, untouched_random_state
from sml_env.verifiers.base import Status, Verdict, Verifier, get

__all__ = ["check_verifier"]

_OUR_FAULT = (Status.REFERENCE_ERROR, Status.INFRASTRUCTURE_ERROR)


def check_verifier(
    verifier: str | Verifier,
    *,
    values: Sequence[str] = ("0", "42", "-7", "1000003"),
    broken: Sequence[str] = ("",),
) -> None:
    """Check a verifier of answers in text.

    It never raises on hostile answers and never blames the reference for them; its verdicts are ``Verdict``s with a
    reason of one line; it is reflexive and tells different values apart; it gives no credit for containing the answer;
    a broken reference is ``REFERENCE_ERROR``; the same question gets the same verdict.

    Args:
        verifier: The object, or a registered name.
        values: Simple answers in its notation, all different.
        broken: References that are not answers in its notation.

    Raises:
        ConformanceError: Says what is wrong and what to do.
    """
    judge = get(verifier) if isinstance(verifier, str) else verifier
    require(
        isinstance(judge, Verifier) and callable(judge.verify),
        f"{type(judge).__name__} has no verify(answer, reference)",
    )
    with untouched_random_state("verify"):
        for answer in HOSTILE:
            for reference in values[:2]:
                _check_hostile(judge, answer, reference)
        for value in values:
            verdict = _verdict(judge, value, value)
            require(verdict.correct, f"verify({value!r}, {value!r}) is {verdict.status}: an answer equals itself")
            for other in values:
                if other != value:
                    verdict = _verdict(judge, other, value)
                    require(not verdict.correct, f"verify({other!r}, {value!r}) is correct: they are different")
            mixed = ", ".join(values)
            require(
                not _verdict(judge, f"one of {mixed}", value).correct,
                f"verify('one of {mixed}', {value!r}) is correct: an answer that contains the right one is not right",
            )
        for reference in broken:
            for answer in ("42", ""):
                verdict = _verdict(judge, answer, reference)
                require(
                    verdict.status is Status.REFERENCE_ERROR,
                    f"verify({answer!r}, {shown(reference)}) is {verdict.status}: say REFERENCE_ERROR, "
                    "never the student's fault",
                )


def _check_hostile(judge: Verifier, answer: str, reference: str) -> None:
    verdict = _verdict(judge, answer, reference)
    require(
        verdict.status not in _OUR_FAULT,
        f"verify({shown(answer, 80)}, {reference!r}) is {verdict.status}: the reference is fine, the answer is not; "
        "say unparsable or incorrect",
    )
    again = _verdict(judge, answer, reference)
    require(
        again.status is verdict.status,
        f"verify({shown(answer, 80)}, {reference!r}) is {verdict.status} and then {again.status}: decide the same way",
    )


def _verdict(judge: Verifier, answer: str, reference: str) -> Verdict:
    try:
        verdict = judge.verify(answer, reference)
    except Exception as error:
        raise ConformanceError(
            f"verify({shown(answer, 80)}, {shown(reference, 80)}) raises {type(error).__name__}: return a Verdict"
        ) from error
    called = f"verify({shown(answer, 80)}, {shown(reference, 80)})"
    require(isinstance(verdict, Verdict), f"{called} returns {shown(verdict)}, which is no Verdict")
    require(isinstance(verdict.status, Status), f"{called} has the status {verdict.status!r}: use a member of Status")
    require(isinstance(verdict.method, str) and verdict.method, f"{called} does not name the method that decided")
    one_line = isinstance(verdict.reason, str) and len(verdict.reason.splitlines()) <= 1
    require(one_line, f"{called} has the reason {shown(verdict.reason)}: one line, for a person")
    extracted = verdict.extracted is None or isinstance(verdict.extracted, str)
    require(extracted, f"{called} has extracted {shown(verdict.extracted)}: a str, or None if no answer was found")
    return verdict
