"""Geometric sequences: terms, ratios, finite and infinite sums."""

from __future__ import annotations

from fractions import Fraction

from numpy.random import Generator

from sml_env.envs.topics.base import Draft, Topic, Wrong
from sml_env.envs.topics.draws import chance, integer, nonzero, pick, proper_fraction
from sml_env.envs.topics.notation import quotient, text

__all__ = ["TOPIC"]

_TERM = "A term is the first term times a power of the ratio; the exponent is one less than the number of the term."
_SUM = (
    "Terms from the first on sum to the first times (ratio to the power of their number, minus one) over (ratio "
    "minus one)."
)
_INFINITE = "If the ratio has size below one, the infinite sum is the first term over one minus the ratio."
_GAP = "Two terms differ by a power of the ratio; the exponent is the gap between their numbers."


def _term_wrong(a: Fraction, r: Fraction, n: int) -> tuple[Wrong, ...]:
    return (
        Wrong("one_factor_too_many", a * r**n, "You multiplied by the ratio once too often."),
        Wrong("one_factor_short", a * r ** (n - 2), "You multiplied by the ratio once too few."),
        Wrong("adds_ratio", a + (n - 1) * r, "You added the ratio as in an arithmetic sequence."),
        Wrong("multiplies_by_number", a * r * (n - 1), "You multiplied by the exponent instead of raising to it."),
        Wrong("loses_sign", -a * r ** (n - 1), "You got the sign of the power wrong."),
        Wrong("forgets_first_term", r ** (n - 1), "You forgot the first term."),
        Wrong(
            "powers_first_term",
            (a * r) ** (n - 1) if n < 5 else None,
            "You raised the first term to the power as well.",
        ),
    )


def _term(rng: Generator, difficulty: int) -> Draft | None:
    if difficulty == 1:
        a, r, n = Fraction(nonzero(rng, 12)), Fraction(nonzero(rng, 5)), integer(rng, 4, 7)
        if abs(r) == 1:
            return None
        question = f"A geometric sequence has the first term {a} and the ratio {r}. Find its term t with number {n}."
        steps: tuple[tuple[str, str], ...] = (
            (f"Raise {r} to the power one less than {n}.", text(r ** (n - 1))),
            (f"Multiply by {a}.", f"t = {text(a * r ** (n - 1))}"),
        )
    else:
        r, n = Fraction(nonzero(rng, 5), integer(rng, 2, 4)), integer(rng, 4, 6)
        a = Fraction(nonzero(rng, 30), pick(rng, (1, 1, 2, 3)))
        if abs(r) == 1 or abs(a.numerator * r.numerator**n) > 60_000:
            return None
        listed = ", ".join(text(a * r**i) for i in range(3))
        question = f"A geometric sequence begins {listed}. Find its term t with number {n}."
        steps = (
            ("Divide the second listed term by the first to find the ratio.", text(r)),
            (f"Raise the ratio to the power one less than {n}.", text(r ** (n - 1))),
            ("Multiply by the first term.", f"t = {text(a * r ** (n - 1))}"),
        )
    return Draft(question, a * r ** (n - 1), steps, (_TERM,), _term_wrong(a, r, n), ("t",))


def _sum(rng: Generator) -> Draft | None:
    r = Fraction(nonzero(rng, 4), pick(rng, (1, 1, 2, 3)))
    a, n = Fraction(nonzero(rng, 20)), integer(rng, 3, 7)
    if abs(r) == 1 or r.denominator**n > 3000:
        return None
    total = a * (r**n - 1) / (r - 1)
    question = pick(
        rng,
        (
            f"A geometric sequence has the first term {a} and the ratio {text(r)}. Find the sum s of its first "
            f"{n} terms.",
            f"The first term of a geometric sequence is {a} and its ratio is {text(r)}. Let s be the sum of "
            f"the terms with numbers up to {n}. Find s.",
        ),
    )
    wrong = (
        Wrong("one_term_short", total - a * r ** (n - 1), "You left out the last term."),
        Wrong("one_term_too_many", total + a * r**n, "You added one term too many."),
        Wrong("gives_last_term", a * r ** (n - 1), "You gave the last term instead of the sum."),
        Wrong("wrong_sign_below", quotient(a * (r**n - 1), r + 1), "You got a sign wrong in the denominator."),
        Wrong("forgets_denominator", a * (r**n - 1), "You forgot the denominator."),
        Wrong("arithmetic_sum", Fraction(n, 2) * (a + a * r ** (n - 1)), "You used the sum of an arithmetic sequence."),
        Wrong("forgets_first_term", total / a, "You forgot the first term."),
    )
    steps = (
        (f"Raise {text(r)} to the power {n}.", text(r**n)),
        ("Subtract one and divide by the ratio minus one.", text((r**n - 1) / (r - 1))),
        (f"Multiply by {a}.", f"s = {text(total)}"),
    )
    return Draft(question, total, steps, (_TERM, _SUM), wrong, ("s",))


def _infinite(rng: Generator) -> Draft | None:
    r = proper_fraction(rng, 9) * pick(rng, (1, -1))
    a = Fraction(nonzero(rng, 30), pick(rng, (1, 1, 2)))
    skipped = pick(rng, (0, 0, 2, 3))
    total = a * r**skipped / (1 - r)
    opening = f"An infinite geometric sequence has the first term {text(a)} and the ratio {text(r)}."
    question = f"{opening} Find the sum s of all its terms."
    if skipped:
        question = f"{opening} Find the sum s of all its terms from number {skipped + 1} on."
    wrong = (
        Wrong("wrong_sign_below", a * r**skipped / (1 + r), "You got a sign wrong in the denominator."),
        Wrong("turns_denominator", -total, "You subtracted one from the ratio instead of the ratio from one."),
        Wrong("multiplies", a * r**skipped * (1 - r), "You multiplied instead of dividing."),
        Wrong("one_factor_too_many", total * r, "You started one term too late."),
        Wrong("forgets_first_term", total / a, "You forgot the first term."),
        Wrong("stops_after_two_terms", a * r**skipped * (1 + r), "You added only two terms."),
        Wrong("divides_by_ratio", a * r**skipped / r, "You divided by the ratio."),
    )
    start = (
        f"Find the first term that counts, number {skipped + 1}."
        if skipped
        else "Check that the ratio has size below one."
    )
    steps = (
        (start, text(a * r**skipped) if skipped else f"|{text(r)}| < 1"),
        (f"Subtract {text(r)} from one.", text(1 - r)),
        ("Divide the first term that counts by the difference.", f"s = {text(total)}"),
    )
    return Draft(question, total, steps, (_INFINITE,), wrong, ("s",))


def _ratio_from_sum(rng: Generator) -> Draft | None:
    r = proper_fraction(rng, 12) * pick(rng, (1, -1))
    a = Fraction(nonzero(rng, 40))
    total = a / (1 - r)
    question = f"An infinite geometric sequence has the first term {a} and the sum {text(total)}. Find its ratio r."
    wrong = (
        Wrong("inverts_quotient", 1 - total / a, "You divided the wrong way round."),
        Wrong("forgets_one", a / total, "You forgot to subtract from one."),
        Wrong("turns_denominator", -r, "You subtracted one from the quotient instead of the quotient from one."),
        Wrong("adds_one", 1 + a / total, "You got the sign of the ratio in the formula wrong."),
        Wrong("subtracts_first_term", total - a, "You took the sum for the second term of an arithmetic sequence."),
        Wrong("two_terms_only", total / a, "You divided the sum by the first term."),
    )
    steps = (
        (f"Divide {a} by {text(total)}.", f"1 - r = {text(1 - r)}"),
        ("Subtract the quotient from one.", f"r = {text(r)}"),
    )
    return Draft(question, r, steps, (_INFINITE,), wrong, ("r",))


def _two_terms(rng: Generator) -> Draft | None:
    """Two terms whose numbers differ by three fix the ratio."""
    r = Fraction(nonzero(rng, 4), pick(rng, (1, 2, 3)))
    p, shift = integer(rng, 2, 6), pick(rng, (-1, 1, 2, 4, 5))
    u = Fraction(nonzero(rng, 27), pick(rng, (1, 1, 2, 4)))
    if abs(r) == 1:
        return None
    v, answer = u * r**3, u * r**shift
    if max(abs(answer.numerator), answer.denominator) > 20_000:
        return None
    question = (
        f"In a geometric sequence of rational numbers the term with number {p} is {text(u)} and the term with number "
        f"{p + 3} is {text(v)}. Find the term t with number {p + shift}."
    )
    wrong = (
        Wrong("arithmetic_step", u + shift * (v - u) / 3, "You used the steps of an arithmetic sequence."),
        Wrong("divides_by_gap", u * (v / u / 3) ** shift, "You divided by the gap instead of taking a root."),
        Wrong(
            "forgets_root",
            u * (v / u) ** shift if abs(shift) < 4 else None,
            "You took the quotient of the terms for the ratio.",
        ),
        Wrong("one_factor_too_many", answer * r, "You multiplied by the ratio once too often."),
        Wrong("one_factor_short", answer / r, "You multiplied by the ratio once too few."),
        Wrong("loses_sign", -answer, "You got the sign of the power wrong."),
        Wrong("inverts_ratio", u / r**shift, "You turned the ratio upside down."),
    )
    steps = (
        (f"Divide {text(v)} by {text(u)}: a power of the ratio.", f"r^3 = {text(v / u)}"),
        ("Take the root that the gap between the two numbers names.", f"r = {text(r)}"),
        (f"Go from number {p} to number {p + shift} by multiplying or dividing by the ratio.", f"t = {text(answer)}"),
    )
    return Draft(question, answer, steps, (_GAP, _TERM), wrong, ("t",))


def _draw(rng: Generator, difficulty: int) -> Draft | None:
    if difficulty <= 2:
        return _term(rng, difficulty)
    if difficulty == 3:
        return _sum(rng)
    if difficulty == 4:
        return _infinite(rng)
    return _ratio_from_sum(rng) if chance(rng) else _two_terms(rng)


TOPIC = Topic("geometric_sequences", "Geometric sequences", "Classic slips; no single study", _draw)
