"""Arithmetic sequences: terms, differences and sums."""

from __future__ import annotations

from fractions import Fraction

from numpy.random import Generator

from sml_env.envs.topics.base import Draft, Topic, Wrong
from sml_env.envs.topics.draws import chance, distinct, integer, nonzero, pick
from sml_env.envs.topics.notation import text

__all__ = ["TOPIC"]

_TERM = "A term is the first term plus the difference times one less than the number of the term."
_SUM = "The sum of the first terms is the mean of the first and the last one, times their number."
_GAP = "Two terms differ by the difference times the gap between their numbers."


def _term_wrong(a: Fraction, d: Fraction, n: int) -> tuple[Wrong, ...]:
    return (
        Wrong("one_difference_too_many", a + n * d, "You added the difference once too often."),
        Wrong("one_difference_short", a + (n - 2) * d, "You added the difference once too few."),
        Wrong("multiplies_first_term", a * n + d, "You multiplied the first term instead of the difference."),
        Wrong("forgets_first_term", (n - 1) * d, "You forgot the first term."),
        Wrong("adds_before_multiplying", (a + d) * (n - 1), "You added before you multiplied."),
        Wrong("wrong_direction", a - (n - 1) * d, "You got the sign of the difference wrong."),
        Wrong("takes_sum", Fraction(n, 2) * (2 * a + (n - 1) * d), "You gave a sum of terms."),
    )


def _term(rng: Generator, difficulty: int) -> Draft | None:
    n = integer(rng, 6, 40)
    if difficulty == 1:
        a, d = Fraction(nonzero(rng, 30)), Fraction(nonzero(rng, 12))
        question = (
            f"An arithmetic sequence has the first term {a} and the common difference {d}. Find its term t with "
            f"number {n}."
        )
        first = f"Multiply {d} by one less than {n}."
    else:
        below = pick(rng, (1, 2, 3, 4))
        a, d = Fraction(nonzero(rng, 40), below), Fraction(nonzero(rng, 15), below)
        listed = ", ".join(text(a + i * d) for i in range(3))
        question = f"An arithmetic sequence begins {listed}. Find its term t with number {n}."
        first = f"Subtract the first listed term from the second, and multiply by one less than {n}."
    answer = a + (n - 1) * d
    steps = ((first, text((n - 1) * d)), ("Add the first term.", f"t = {text(answer)}"))
    return Draft(question, answer, steps, (_TERM,), _term_wrong(a, d, n), ("t",))


def _number(rng: Generator) -> Draft | None:
    a, d, n = nonzero(rng, 60), nonzero(rng, 15), integer(rng, 8, 90)
    last = a + (n - 1) * d
    question = f"An arithmetic sequence begins {a}, {a + d}, {a + 2 * d}. Its term with number n is {last}. Find n."
    wrong = (
        Wrong("forgets_first_position", n - 1, "You counted the steps instead of the terms."),
        Wrong("one_too_many", n + 1, "You counted one term too many."),
        Wrong("divides_without_first_term", Fraction(last, d), "You divided without subtracting the first term."),
        Wrong("adds_first_term", Fraction(last + a, d) + 1, "You added the first term instead of subtracting it."),
        Wrong("divides_by_first_term", Fraction(last, a), "You divided by the first term."),
        Wrong("forgets_to_divide", last - a, "You did not divide by the difference."),
    )
    steps = (
        (f"Subtract {a} from {last}.", text(last - a)),
        ("Divide by the difference of neighbouring terms.", text(n - 1)),
        ("Add one, for the first term.", f"n = {n}"),
    )
    return Draft(question, n, steps, (_TERM, _GAP), wrong, ("n",))


def _sum(rng: Generator) -> Draft | None:
    a, d, n = nonzero(rng, 30), nonzero(rng, 12), integer(rng, 6, 40)
    last = a + (n - 1) * d
    answer = Fraction(n * (a + last), 2)
    question = f"Find the sum s of the first {n} terms of the arithmetic sequence {a}, {a + d}, {a + 2 * d}, ..."
    wrong = (
        Wrong("forgets_to_halve", n * (a + last), "You did not halve."),
        Wrong("one_difference_too_many", Fraction(n * (a + last + d), 2), "You took the term after the last one."),
        Wrong("one_term_short", answer - last, "You left out the last term."),
        Wrong("gives_last_term", last, "You gave the last term instead of the sum."),
        Wrong("multiplies_last_term", n * last, "You multiplied the last term by the number of terms."),
        Wrong("adds_ends_only", a + last, "You added only the first and the last term."),
        Wrong("wrong_direction", n * a - Fraction(n * (n - 1) * d, 2), "You got the sign of the difference wrong."),
    )
    steps = (
        (f"Find the term with number {n}.", text(last)),
        ("Add the first term and halve.", text(Fraction(a + last, 2))),
        (f"Multiply by {n}.", f"s = {text(answer)}"),
    )
    return Draft(question, answer, steps, (_TERM, _SUM), wrong, ("s",))


def _two_terms(rng: Generator) -> Draft | None:
    p, q, r = distinct(rng, 2, 30, 3)
    p, q = sorted((p, q))
    u, v = nonzero(rng, 60), nonzero(rng, 60)
    if u == v:
        return None
    d = Fraction(v - u, q - p)
    answer = u + (r - p) * d
    question = (
        f"In an arithmetic sequence the term with number {p} is {u} and the term with number {q} is {v}. Find the "
        f"term t with number {r}."
    )
    wrong = (
        Wrong(
            "counts_terms_between",
            u + (r - p) * Fraction(v - u, q - p + 1),
            "You counted the terms instead of the steps between them.",
        ),
        Wrong(
            "takes_difference_of_terms",
            Fraction(u + (r - p) * (v - u)),
            "You took the difference of the two terms for the common difference.",
        ),
        Wrong("starts_at_first", u + (r - 1) * d, "You started from the given term as if it were the first."),
        Wrong("one_difference_too_many", answer + d, "You added the difference once too often."),
        Wrong(
            "divides_by_number",
            u + (r - p) * Fraction(v - u, q),
            "You divided by the number of a term instead of the gap.",
        ),
        Wrong("wrong_direction", u - (r - p) * d, "You got the sign of the difference wrong."),
        Wrong("treats_as_proportional", Fraction(u * r, p), "You took the terms as proportional to their numbers."),
    )
    steps = (
        (f"Subtract {u} from {v} and divide by the gap between {p} and {q}.", f"The difference is {text(d)}."),
        (f"Multiply the difference by the gap from {p} to {r}, with its sign.", text((r - p) * d)),
        (f"Add {u}.", f"t = {text(answer)}"),
    )
    return Draft(question, answer, steps, (_GAP, _TERM), wrong, ("t",))


def _difference_from_sum(rng: Generator) -> Draft | None:
    a, n, total = nonzero(rng, 20), integer(rng, 4, 25), nonzero(rng, 400)
    answer = Fraction(2 * (total - n * a), n * (n - 1))
    if answer == 0 or answer.denominator > 60:
        return None
    question = (
        f"An arithmetic sequence has the first term {a}, and its first {n} terms have the sum {total}. Find the "
        "common difference d."
    )
    wrong = (
        Wrong("forgets_half", answer / 2, "You forgot the factor that halves the sum."),
        Wrong("takes_sum_for_last_term", Fraction(total - a, n - 1), "You took the sum for the last term."),
        Wrong("one_difference_too_many", Fraction(2 * (total - n * a), n * n), "You counted one difference too many."),
        Wrong(
            "subtracts_first_term_once",
            Fraction(2 * (total - a), n * (n - 1)),
            "You subtracted the first term only once.",
        ),
        Wrong("gives_last_term", Fraction(2 * total, n) - a, "You gave the last term."),
        Wrong("loses_sign", -answer, "You lost a minus sign."),
        Wrong("stops_at_mean", Fraction(total, n), "You gave the mean of the terms."),
    )
    steps = (
        (f"Divide {total} by {n}: the mean of the terms.", text(Fraction(total, n))),
        (f"Subtract {a} from the mean and double: the last term minus the first.", text(answer * (n - 1))),
        (f"Divide by one less than {n}.", f"d = {text(answer)}"),
    )
    return Draft(question, answer, steps, (_SUM, _GAP), wrong, ("d",))


def _partial_sum(rng: Generator) -> Draft | None:
    below = pick(rng, (1, 2, 3))
    a, d = Fraction(nonzero(rng, 30), below), Fraction(nonzero(rng, 12), below)
    p, q = sorted(distinct(rng, 4, 40, 2))
    if q < p + 2:
        return None

    def first_terms(n: int) -> Fraction:
        return Fraction(n, 2) * (2 * a + (n - 1) * d)

    answer = first_terms(q) - first_terms(p - 1)
    question = (
        f"An arithmetic sequence has the first term {text(a)} and the common difference {text(d)}. "
        f"Find the sum s of its terms with numbers {p} to {q}, both included."
    )
    wrong = (
        Wrong("leaves_out_first", first_terms(q) - first_terms(p), "You left out the first of the terms."),
        Wrong("leaves_out_last", answer - (a + (q - 1) * d), "You left out the last of the terms."),
        Wrong("miscounts_terms", answer * Fraction(q - p, q - p + 1), "You miscounted the terms by one."),
        Wrong("forgets_to_halve", 2 * answer, "You did not halve."),
        Wrong("sums_from_start", first_terms(q), "You summed from the start of the sequence."),
        Wrong(
            "starts_at_first_term", first_terms(q - p + 1), "You summed as many terms from the start of the sequence."
        ),
    )
    steps = (
        (f"Find the terms with numbers {p} and {q}.", f"{text(a + (p - 1) * d)} and {text(a + (q - 1) * d)}"),
        (f"Count the terms from number {p} to number {q}.", text(q - p + 1)),
        ("Multiply the count by the mean of the two terms.", f"s = {text(answer)}"),
    )
    return Draft(question, answer, steps, (_TERM, _SUM), wrong, ("s",))


def _draw(rng: Generator, difficulty: int) -> Draft | None:
    if difficulty == 1:
        return _term(rng, difficulty)
    if difficulty == 2:
        return _term(rng, difficulty) if chance(rng) else _number(rng)
    if difficulty == 3:
        return _sum(rng)
    if difficulty == 4:
        return _two_terms(rng)
    return _difference_from_sum(rng) if chance(rng) else _partial_sum(rng)


TOPIC = Topic("arithmetic_sequences", "Arithmetic sequences", "Classic slips; no single study", _draw)
