"""Percentages: parts, changes, changes undone, and changes one after another."""

from __future__ import annotations

from fractions import Fraction

from numpy.random import Generator

from sml_env.envs.topics.base import Draft, Topic, Wrong
from sml_env.envs.topics.draws import chance, integer, pick
from sml_env.envs.topics.notation import text

__all__ = ["TOPIC"]

_PART = "A percentage is a fraction with denominator one hundred; a part is that fraction times the whole."
_CHANGE = "To change a quantity by a percentage, multiply it by one plus or minus the percentage over one hundred."
_CHAIN = "Changes one after another multiply their factors; the percentages refer to different wholes."
_UNDO = "To undo a change, divide by its factor."
_GOODS = ("bicycle", "coat", "lamp", "tent", "ticket")


def _percent(rng: Generator) -> int:
    return 5 * integer(rng, 1, 15)


def _factor(change: int) -> Fraction:
    return 1 + Fraction(change, 100)


def _verb(change: int, tense: str) -> str:
    """How a change is told, in the past or as an instruction."""
    words = {"past": ("is raised", "is reduced"), "noun": ("a rise", "a reduction")}[tense]
    return f"{words[change < 0]} {'by' if tense == 'past' else 'of'} {abs(change)}%"


def _signed(rng: Generator) -> int:
    return _percent(rng) * pick(rng, (1, -1))


def _part(rng: Generator) -> Draft | None:
    p, whole = _percent(rng), 4 * integer(rng, 3, 150)
    answer = Fraction(p * whole, 100)
    question = f"Compute {p}% of {whole}."
    if answer.denominator == 1 and chance(rng):
        noun = pick(rng, ("sheep on a farm", "books in a shop", "seats in a hall"))
        question = f"Of the {whole} {noun}, {p}% are counted. How many are counted?"
    wrong = (
        Wrong("forgets_hundred", p * whole, "You did not divide by a hundred."),
        Wrong("takes_complement", whole - answer, "You computed the rest instead of the part."),
        Wrong("divides_by_ten", answer * 10, "You divided by ten instead of a hundred."),
        Wrong("subtracts_percentage", whole - p, "You subtracted the percentage as if it were an amount."),
        Wrong("divides_by_percentage", Fraction(whole, p), "You divided by the percentage."),
        Wrong("treats_part_as_whole", Fraction(100 * whole, p), "You took the given number for the part."),
    )
    steps = (
        (f"Write {p}% as a fraction.", text(Fraction(p, 100))),
        (f"Multiply the fraction by {whole}.", text(answer)),
    )
    return Draft(question, answer, steps, (_PART,), wrong)


def _change(rng: Generator) -> Draft | None:
    change, start = _signed(rng), 4 * integer(rng, 3, 200)
    answer = start * _factor(change)
    question = (
        f"The price of a {pick(rng, _GOODS)} is {start} euros. It {_verb(change, 'past')}. What is the new price "
        "in euros?"
    )
    wrong = (
        Wrong("takes_change_only", abs(answer - start), "You gave the change instead of the new price."),
        Wrong("changes_wrong_way", start * _factor(-change), "You changed the price in the wrong direction."),
        Wrong("adds_percentage", start + change, "You used the percentage as if it were an amount."),
        Wrong("divides_by_factor", start / _factor(change), "You divided by the factor of the change."),
        Wrong(
            "divides_by_opposite_factor", start / _factor(-change), "You divided by the factor of the opposite change."
        ),
        Wrong("divides_by_ten", start + (answer - start) * 10, "You divided by ten instead of a hundred."),
    )
    steps = (
        (f"Write the factor of {_verb(change, 'noun')}.", text(_factor(change))),
        (f"Multiply {start} by the factor.", text(answer)),
    )
    return Draft(question, answer, steps, (_CHANGE,), wrong)


def _which_percent(rng: Generator) -> Draft | None:
    part, whole = integer(rng, 2, 120), integer(rng, 4, 160)
    if part == whole:
        return None
    answer = Fraction(100 * part, whole)
    question = f"{part} is p percent of {whole}. Find p, as a number without the percent sign."
    wrong = (
        Wrong("swaps_part_and_whole", Fraction(100 * whole, part), "You swapped the part and the whole."),
        Wrong("forgets_hundred", Fraction(part, whole), "You gave a fraction instead of a percentage."),
        Wrong("takes_complement", 100 - answer, "You gave what is missing from the whole."),
        Wrong("uses_sum_as_whole", Fraction(100 * part, part + whole), "You added the part to the whole."),
        Wrong("uses_rest_as_whole", Fraction(100 * part, whole - part), "You compared with the rest, not the whole."),
        Wrong("subtracts", abs(whole - part), "You took the difference for a percentage."),
    )
    steps = (
        (f"Divide {part} by {whole}.", text(Fraction(part, whole))),
        ("Multiply by a hundred.", f"p = {text(answer)}"),
    )
    return Draft(question, answer, steps, (_PART,), wrong, ("p",))


def _original(rng: Generator) -> Draft | None:
    change, after = _signed(rng), 4 * integer(rng, 3, 200)
    answer = after / _factor(change)
    if answer.denominator > 20:
        return None
    question = (
        f"The price of a {pick(rng, _GOODS)} {_verb(change, 'past')} and is then {after} euros. "
        "What was the price in euros before?"
    )
    wrong = (
        Wrong("takes_percentage_of_new", after * _factor(-change), "You took the percentage of the new price."),
        Wrong("applies_change_again", after * _factor(change), "You applied the change again instead of undoing it."),
        Wrong(
            "divides_by_opposite_factor", after / _factor(-change), "You divided by the factor of the opposite change."
        ),
        Wrong("subtracts_percentage", after - change, "You used the percentage as if it were an amount."),
        Wrong("takes_change_only", abs(after - answer), "You gave the change instead of the price before it."),
        Wrong("takes_part_of_new", after * Fraction(abs(change), 100), "You computed a part of the new price."),
    )
    steps = (
        (f"Write the factor of {_verb(change, 'noun')}.", text(_factor(change))),
        (f"Divide {after} by the factor.", text(answer)),
    )
    return Draft(question, answer, steps, (_CHANGE, _UNDO), wrong)


def _relative_change(rng: Generator) -> Draft | None:
    before, after = integer(rng, 4, 150), integer(rng, 4, 150)
    if before == after:
        return None
    answer = Fraction(100 * (after - before), before)
    thing = pick(rng, ("The number of members of a club", "The output of a mill", "The stock of a library"))
    question = (
        f"{thing} changes from {before} to {after}. By what percentage does it change? Give the percentage as "
        "a number, "
        "negative for a decrease."
    )
    wrong = (
        Wrong(
            "divides_by_new", Fraction(100 * (after - before), after), "You compared with the new value, not the old."
        ),
        Wrong("wrong_sign", -answer, "The direction of the change is wrong."),
        Wrong("gives_new_share", Fraction(100 * after, before), "You gave the new value as a percentage of the old."),
        Wrong("gives_difference", after - before, "You gave the difference."),
        Wrong("forgets_hundred", answer / 100, "You gave a fraction instead of a percentage."),
        Wrong("gives_old_share", Fraction(100 * before, after), "You gave the old value as a percentage of the new."),
    )
    steps = (
        (f"Subtract {before} from {after}.", text(after - before)),
        (f"Divide the change by {before}.", text(answer / 100)),
        ("Multiply by a hundred.", text(answer)),
    )
    return Draft(
        question, answer, steps, (_PART, "A relative change compares with the value before the change."), wrong
    )


def _two_changes(rng: Generator) -> Draft | None:
    first, second, start = _signed(rng), _signed(rng), 20 * integer(rng, 1, 60)
    total = _factor(first) * _factor(second)
    opening = (
        f"The price of a {pick(rng, _GOODS)} {_verb(first, 'past')} and then "
        f"{_verb(second, 'past').removeprefix('is ')}"
    )
    chain = (
        (f"Write the factor of {_verb(first, 'noun')}.", text(_factor(first))),
        (f"Multiply by the factor of {_verb(second, 'noun')}.", text(total)),
    )
    if chance(rng):
        answer = start * total
        question = f"{opening}. It was {start} euros at first. What is the final price in euros?"
        wrong = (
            Wrong(
                "adds_percentages",
                start * _factor(first + second),
                "You added percentages that refer to different wholes.",
            ),
            Wrong("ignores_first", start * _factor(second), "You ignored the first change."),
            Wrong("ignores_second", start * _factor(first), "You ignored the second change."),
            Wrong(
                "wrong_direction",
                start * _factor(first) * _factor(-second),
                "You made the second change in the wrong direction.",
            ),
            Wrong("takes_change_only", start * total - start, "You gave the change instead of the price."),
            Wrong("adds_as_amounts", start + first + second, "You used the percentages as if they were amounts."),
        )
        steps = (*chain, (f"Multiply {start} by the product of the factors.", text(answer)))
        return Draft(question, answer, steps, (_CHANGE, _CHAIN), wrong)
    answer = 100 * (total - 1)
    question = (
        f"{opening}. By what percentage has it changed in all? Give the percentage as a number, negative for a "
        "decrease."
    )
    wrong = (
        Wrong("adds_percentages", first + second, "You added percentages that refer to different wholes."),
        Wrong("multiplies_percentages", Fraction(first * second, 100), "You multiplied the percentages."),
        Wrong(
            "wrong_sign_of_product",
            first + second - Fraction(first * second, 100),
            "You got a sign wrong when you combined the changes.",
        ),
        Wrong("gives_new_share", 100 * total, "You gave the final price as a percentage of the first."),
        Wrong(
            "wrong_direction",
            100 * (_factor(first) * _factor(-second) - 1),
            "You made the second change in the wrong direction.",
        ),
        Wrong("wrong_sign", -answer, "The direction of the change is wrong."),
    )
    steps = (*chain, ("Subtract one from the product of the factors and multiply by a hundred.", text(answer)))
    return Draft(question, answer, steps, (_CHANGE, _CHAIN), wrong)


def _undo_two_changes(rng: Generator) -> Draft | None:
    first, second, after = _signed(rng), _signed(rng), 12 * integer(rng, 1, 90)
    total = _factor(first) * _factor(second)
    if total == 1:
        return None
    opening = (
        f"The price of a {pick(rng, _GOODS)} {_verb(first, 'past')} and then "
        f"{_verb(second, 'past').removeprefix('is ')}"
    )
    chain = (
        (f"Write the factor of {_verb(first, 'noun')}.", text(_factor(first))),
        (f"Multiply by the factor of {_verb(second, 'noun')}.", text(total)),
    )
    if chance(rng):
        answer = after / total
        if answer.denominator > 60:
            return None
        question = f"{opening}, and is then {after} euros. What was the price in euros at first?"
        wrong = (
            Wrong(
                "reverses_percentages",
                after * _factor(-first) * _factor(-second),
                "You undid the changes with the same percentages.",
            ),
            Wrong(
                "adds_percentages",
                after / _factor(first + second) if first + second > -100 else None,
                "You added percentages that refer to different wholes.",
            ),
            Wrong("applies_changes_again", after * total, "You applied the changes again instead of undoing them."),
            Wrong("undoes_second_only", after / _factor(second), "You undid only the second change."),
            Wrong("undoes_first_only", after / _factor(first), "You undid only the first change."),
            Wrong(
                "takes_off_sum",
                after * _factor(-first - second),
                "You took the sum of the percentages of the final price.",
            ),
        )
        steps = (*chain, (f"Divide {after} by the product of the factors.", text(answer)))
        return Draft(question, answer, steps, (_CHAIN, _UNDO), wrong)
    answer = 100 / total - 100
    question = (
        f"{opening}. By what percentage must it change now to be what it was at first? Give the percentage as "
        "a number, "
        "negative for a decrease."
    )
    wrong = (
        Wrong("reverses_sum", -first - second, "You added percentages that refer to different wholes."),
        Wrong("reverses_change", -100 * (total - 1), "You reversed the change as if it referred to the final price."),
        Wrong("gives_total_change", 100 * (total - 1), "You gave the change so far."),
        Wrong("gives_share", 100 / total, "You gave the first price as a percentage of the final one."),
        Wrong("wrong_sign", -answer, "The direction of the change is wrong."),
        Wrong("undoes_second_only", 100 / _factor(second) - 100, "You undid only the second change."),
    )
    steps = (*chain, ("Divide one by the product, subtract one and multiply by a hundred.", text(answer)))
    return Draft(question, answer, steps, (_CHAIN, _UNDO), wrong)


def _draw(rng: Generator, difficulty: int) -> Draft | None:
    if difficulty == 1:
        return _part(rng)
    if difficulty == 2:
        return _change(rng) if chance(rng) else _which_percent(rng)
    if difficulty == 3:
        return _original(rng) if chance(rng) else _relative_change(rng)
    return _two_changes(rng) if difficulty == 4 else _undo_two_changes(rng)


TOPIC = Topic(
    "percent",
    "Percentages",
    "Parker and Leinhardt 1995, Percent: a privileged proportion, Review of Educational Research 65",
    _draw,
)
