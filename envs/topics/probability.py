"""Probability: single and repeated draws, at least one, dice, and tests for a rare property."""

from __future__ import annotations

from fractions import Fraction

from numpy.random import Generator

from sml_env.envs.topics.base import Draft, Topic, Wrong
from sml_env.envs.topics.draws import chance, distinct, integer, pick
from sml_env.envs.topics.notation import quotient, text

__all__ = ["TOPIC"]

_CLASSICAL = "With equally likely outcomes, the probability is the favourable ones over all."
_PRODUCT = "The probabilities of independent events that happen together multiply."
_BRANCH = "Along a branch of a tree the probabilities multiply; the branches of an event add up."
_COMPLEMENT = "The probability of at least one is one minus the probability of none."
_BAYES = "A conditional probability is the probability of both over the probability of the condition."
_COLOURS = ("red", "blue", "green", "white", "black")


def _colours(rng: Generator, count: int) -> list[str]:
    return [_COLOURS[i] for i in distinct(rng, 0, len(_COLOURS) - 1, count)]


def _single(rng: Generator) -> Draft | None:
    a, b, c = integer(rng, 2, 20), integer(rng, 2, 20), integer(rng, 2, 20)
    one, two, three = _colours(rng, 3)
    n = a + b + c
    negated = chance(rng)
    answer = Fraction(b + c if negated else a, n)
    event = f"not {one}" if negated else one
    question = (
        f"A bag holds {a} {one}, {b} {two} and {c} {three} balls. One is drawn at random. What is the probability "
        f"that it is {event}?"
    )
    wrong = (
        Wrong("gives_odds", quotient(answer, 1 - answer), "You gave the odds: favourable against unfavourable."),
        Wrong(
            "counts_colours", Fraction(2 if negated else 1, 3), "You counted colours as if they were equally likely."
        ),
        Wrong("takes_complement", 1 - answer, "You gave the probability of the opposite."),
        Wrong("ignores_number", Fraction(1, n), "You ignored how many balls are favourable."),
        Wrong("takes_second_colour", Fraction(b, n), "You counted another colour."),
        Wrong("takes_third_colour", Fraction(c, n), "You counted a colour that was not asked for."),
    )
    steps = (
        ("Count all the balls.", text(n)),
        ("Count the favourable balls and divide by the number of all.", text(answer)),
    )
    return Draft(question, answer, steps, (_CLASSICAL,), wrong)


def _two_draws(rng: Generator, replaced: bool) -> Draft | None:
    """Two draws from one bag, with the ball put back (level 2) or not (level 3)."""
    a, b, c = integer(rng, 2, 15), integer(rng, 2, 15), integer(rng, 2, 12)
    one, two, three = _colours(rng, 3)
    n = a + b + c
    rest = n if replaced else n - 1
    task = integer(rng, 0, 2)
    back = "put back, and then a second one is drawn" if replaced else "kept, and then a second one is drawn"
    opening = f"A bag holds {a} {one}, {b} {two} and {c} {three} balls. A ball is drawn at random and {back}."
    if task == 0:
        answer, other = (
            Fraction(a * (a if replaced else a - 1), n * rest),
            Fraction(a * (a - 1 if replaced else a), n * (n - 1 if replaced else n)),
        )
        question, second = (
            f"{opening} What is the probability that both are {one}?",
            Fraction(a if replaced else a - 1, rest),
        )
    elif task == 1:
        answer, other = Fraction(a * b, n * rest), Fraction(a * b, n * (n - 1 if replaced else n))
        question, second = (
            f"{opening} What is the probability that the first is {one} and the second {two}?",
            Fraction(b, rest),
        )
    else:
        answer, other = Fraction(2 * a * b, n * rest), Fraction(2 * a * b, n * (n - 1 if replaced else n))
        question, second = (
            f"{opening} What is the probability that one is {one} and the other {two}?",
            Fraction(b, rest),
        )
    note = "You did not put the ball back." if replaced else "You put the ball back."
    wrong = (
        Wrong("mixes_up_replacement", other, note),
        Wrong("adds_probabilities", Fraction(a, n) + second, "You added the probabilities of the two draws."),
        Wrong("one_draw_only", Fraction(a, n), "You considered only one draw."),
        Wrong("miscounts_orders", answer / 2 if task == 2 else 2 * answer, "You counted a wrong number of orders."),
        Wrong(
            "counts_colours", Fraction(2 if task == 2 else 1, 9), "You counted colours as if they were equally likely."
        ),
        Wrong(
            "changes_favourable_only",
            Fraction(a, n) * Fraction(a - 1 if task == 0 else b - 1, n),
            "You changed the favourable balls but not the number of all.",
        ),
        Wrong("averages_draws", (Fraction(a, n) + second) / 2, "You averaged the probabilities of the two draws."),
    )
    tail = ("Multiply along the branch, and add the branches if the order is open.", text(answer))
    steps = (
        ("Find the probability of the first draw.", text(Fraction(a, n))),
        (
            "Find the probability of the second draw, with the first ball "
            f"{'back in' if replaced else 'gone from'} the bag.",
            text(second),
        ),
        tail,
    )
    return Draft(question, answer, steps, (_CLASSICAL, _PRODUCT if replaced else _BRANCH), wrong)


def _at_least_one(rng: Generator) -> Draft | None:
    a, b, k = integer(rng, 2, 12), integer(rng, 3, 14), integer(rng, 2, 3)
    if b < k:
        return None
    one, two = _colours(rng, 2)
    n = a + b
    replaced = chance(rng)
    none, mixed = Fraction(1), Fraction(1)
    for i in range(k):
        none *= Fraction(b, n) if replaced else Fraction(b - i, n - i)
        mixed *= Fraction(b - i, n - i) if replaced else Fraction(b, n)
    answer, p = 1 - none, Fraction(a, n)
    how = "each is put back before the next" if replaced else "none is put back"
    question = (
        f"A bag holds {a} {one} and {b} {two} balls. {('Two', 'Three')[k - 2]} balls are drawn one after "
        "another at random; "
        f"{how}. What is the probability that at least one is {one}?"
    )
    wrong = (
        Wrong("adds_probabilities", k * p, "You added the probabilities, so that several hits count several times."),
        Wrong("gives_none", none, "You gave the probability of none."),
        Wrong("all_instead_of_one", p**k, "You gave the probability that all are."),
        Wrong("mixes_up_replacement", 1 - mixed, "You treated the balls that were drawn in the wrong way."),
        Wrong("one_draw_only", p, "You considered only one draw."),
        Wrong("complement_of_all", 1 - p**k, "You took the opposite of all instead of the opposite of none."),
        Wrong(
            "exactly_one",
            k * p * (1 - p) ** (k - 1),
            "You gave the probability of exactly one, with the balls put back.",
        ),
    )
    steps = (
        (f"Find the probability that the first ball is {two}.", text(Fraction(b, n))),
        (f"Multiply along the branch on which every ball is {two}.", text(none)),
        ("Subtract from one.", text(answer)),
    )
    return Draft(question, answer, steps, (_COMPLEMENT, _BRANCH), wrong)


def _dice(rng: Generator) -> Draft | None:
    m, n = integer(rng, 4, 14), integer(rng, 4, 14)
    low = integer(rng, 4, m + n - 1)
    at_least = chance(rng)
    sums = [i + j for i in range(1, m + 1) for j in range(1, n + 1)]
    hits = sum(s >= low if at_least else s == low for s in sums)
    answer = Fraction(hits, m * n)
    words = f"at least {low}" if at_least else f"exactly {low}"
    question = (
        f"A fair die with faces 1 to {m} and a fair die with faces 1 to {n} are rolled. "
        f"What is the probability that the sum is {words}?"
    )
    possible = m + n - 1
    wrong = (
        Wrong(
            "sums_equally_likely",
            Fraction(m + n - low + 1 if at_least else 1, possible),
            "You took the possible sums as equally likely.",
        ),
        Wrong("unordered_pairs", Fraction(hits + 1, 2 * m * n), "You did not tell the two dice apart."),
        Wrong("takes_complement", 1 - answer, "You gave the probability of the opposite."),
        Wrong(
            "shifts_bound",
            Fraction(sum(s > low if at_least else s == low + 1 for s in sums), m * n),
            "You shifted the sum by one.",
        ),
        Wrong(
            "confuses_exact_and_at_least",
            Fraction(sum(s == low if at_least else s >= low for s in sums), m * n),
            "You mixed up exactly and at least.",
        ),
        Wrong("adds_faces", Fraction(hits, m + n), "You added the numbers of faces instead of multiplying."),
    )
    steps = (
        (f"Count the equally likely pairs of faces of {m} and {n}.", text(m * n)),
        (f"Count the pairs whose sum is {words}.", text(hits)),
        ("Divide.", text(answer)),
    )
    return Draft(question, answer, steps, (_CLASSICAL, "The two dice are told apart."), wrong)


def _bayes(rng: Generator) -> Draft | None:
    base, hit, false = 2 * integer(rng, 1, 20), 5 * integer(rng, 11, 19), 5 * integer(rng, 1, 9)
    p, s, f = Fraction(base, 100), Fraction(hit, 100), Fraction(false, 100)
    flagged = p * s + (1 - p) * f
    positive = chance(rng)
    thing, property_ = pick(rng, (("parts", "faulty"), ("letters", "forged"), ("seeds", "infected")))
    opening = (
        f"Of all {thing}, {base}% are {property_}. A test marks {hit}% of the {property_} ones and {false}% of the "
        "others."
    )
    answer = p * s / flagged if positive else p * (1 - s) / (1 - flagged)
    question = (
        f"{opening} One that is {'marked' if positive else 'not marked'} is picked at random. What is the "
        f"probability that it is {property_}?"
    )
    right = s if positive else 1 - s
    wrong = (
        Wrong("swaps_condition", right, "You swapped the event and the condition, and so neglected the base rate."),
        Wrong("base_rate_only", p, "You ignored what the test said."),
        Wrong("gives_joint", p * right, "You gave the probability of both instead of the conditional one."),
        Wrong(
            "neglects_base_rate", right / (s + f if positive else 2 - s - f), "You took both groups as equally large."
        ),
        Wrong(
            "gives_condition", flagged if positive else 1 - flagged, "You gave the probability of what the test said."
        ),
        Wrong("takes_complement", 1 - answer, "You gave the probability of the opposite."),
        Wrong("trusts_specificity", 1 - f if positive else f, "You used how the test treats the other group."),
    )
    said = "marked" if positive else "not marked"
    steps = (
        (f"Multiply {base}% by the part of the {property_} ones that is {said}.", text(p * right)),
        (
            f"Do the same for the others, and add: the part of all that is {said}.",
            text(flagged if positive else 1 - flagged),
        ),
        ("Divide the first by the second.", text(answer)),
    )
    return Draft(question, answer, steps, (_BAYES, _BRANCH), wrong)


def _draw(rng: Generator, difficulty: int) -> Draft | None:
    if difficulty == 1:
        return _single(rng)
    if difficulty <= 3:
        return _two_draws(rng, replaced=difficulty == 2)
    if difficulty == 4:
        return _at_least_one(rng) if integer(rng, 0, 2) else _dice(rng)
    return _bayes(rng)


TOPIC = Topic(
    "probability",
    "Probability",
    "Tversky and Kahneman 1974, Judgment under uncertainty: heuristics and biases, Science 185 (base rates); Lecoutre "
    "1992, Cognitive models and problem spaces in purely random situations, Educational Studies in Mathematics 23 "
    "(equiprobability)",
    _draw,
)
