"""The programming problems that CodeTutor brings along, so that it works without data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

__all__ = ["PROBLEMS", "WrittenProblem"]


@dataclass(frozen=True, slots=True)
class WrittenProblem:
    """One problem. What is expected is worked out from the reference when it is first needed.

    Attributes:
        name: Stable.
        statement: What is asked; it leaves open what a question must settle.
        function: To be written.
        reference: A program that defines it.
        inputs: Argument lists of the hidden cases.
        rules: Definitions and edge cases, for a teacher with "knowledge".
        hints: Steps, without code and without values; the last is never told.
    """

    name: str
    statement: str
    function: str
    reference: str
    inputs: tuple[tuple[Any, ...], ...]
    rules: tuple[str, ...]
    hints: tuple[str, ...]


PROBLEMS: Final = (
    WrittenProblem(
        "runs", "Write runs(items): how many runs of equal neighbours the list has.", "runs",
        "def runs(items):\n    count = 0\n    for place, item in enumerate(items):\n"
        "        if place == 0 or item != items[place - 1]:\n            count += 1\n    return count\n",
        (([],), ([1],), ([1, 1, 2, 2, 1],), ([3, 3, 3],), ([1, 2, 3],), ([0, 0, 1, 1, 1, 0],), ([5, 5, 6, 5, 5],)),
        ("A run is a longest stretch of equal items that stand next to each other.", "The empty list has no run.",
         "Equal items that are not neighbours belong to different runs."),
        ("Walk through the list once.", "Compare each item with the one before it.", "Count where a run begins."),
    ),
    WrittenProblem(
        "middle", "Write middle(text): the middle of the text.", "middle",
        "def middle(text):\n    size = len(text)\n    if size == 0:\n        return ''\n"
        "    return text[(size - 1) // 2 : size // 2 + 1]\n",
        (("",), ("a",), ("ab",), ("abc",), ("abcd",), ("hello",), ("planet",), ("  x  ",)),
        ("A text of odd length has one middle character.", "A text of even length has two, and both are returned.",
         "The middle of the empty text is the empty text."),
        ("Think about texts of odd and of even length apart.", "Work out where the middle begins.",
         "Take what is between."),
    ),
    WrittenProblem(
        "digit_gap", "Write digit_gap(n): the gap between the digits of the whole number n.", "digit_gap",
        "def digit_gap(n):\n    digits = [int(sign) for sign in str(abs(n))]\n    return max(digits) - min(digits)\n",
        ((0,), (7,), (19,), (-483,), (1000,), (55555,), (987654,), (-20,)),
        ("The gap is the largest digit less the smallest.", "The sign of the number does not matter.",
         "A number of one digit has the gap zero."),
        ("Take the number apart into its digits.", "Find two of them that matter.", "Take their difference."),
    ),
    WrittenProblem(
        "fold", "Write fold(numbers): the list folded in half.", "fold",
        "def fold(numbers):\n    half = len(numbers) // 2\n"
        "    folded = [numbers[k] + numbers[-1 - k] for k in range(half)]\n"
        "    if len(numbers) % 2:\n        folded.append(numbers[half])\n    return folded\n",
        (([],), ([4],), ([1, 2],), ([1, 2, 3],), ([5, 0, -5, 2],), ([1, 1, 1, 1, 1],), ([9, 8, 7, 6, 5, 4],)),
        ("Folding puts the last item on the first, the last but one on the second, and so on; what meets is added.",
         "The middle item of a list of odd length stays as it is, at the end."),
        ("Pair items from both ends.", "Decide what becomes of a pair.", "Decide what becomes of a middle item."),
    ),
    WrittenProblem(
        "steady", "Write steady(numbers): the length of the longest steady part of the list.", "steady",
        "def steady(numbers):\n    best = length = 0\n    for place, number in enumerate(numbers):\n"
        "        if place and number >= numbers[place - 1]:\n            length += 1\n        else:\n"
        "            length = 1\n"
        "        best = max(best, length)\n    return best\n",
        (([],), ([2],), ([1, 2, 3],), ([3, 2, 1],), ([1, 1, 1],), ([1, 3, 2, 2, 5],), ([5, 1, 2, 0, 1, 2, 3],)),
        ("A part is steady if no item is smaller than the one before it.", "Equal neighbours are steady.",
         "The empty list has length zero."),
        ("Keep the length of the part that ends here.", "Decide when a part breaks.", "Keep the best."),
    ),
    WrittenProblem(
        "initials", "Write initials(name): the initials of a name.", "initials",
        "def initials(name):\n    return ''.join(word[0].upper() + '.' for word in name.replace('-', ' ').split())\n",
        (("",), ("ada lovelace",), ("Jean-Paul Sartre",), ("  grace   hopper ",), ("plato",), ("a b c",), ("-x-",)),
        ("Every word gives its first letter as a capital, with a full stop.", "A hyphen parts words as a space does.",
         "Without words there are no initials."),
        ("Find the words.", "Decide what parts words.", "Decide how a letter is written."),
    ),
    WrittenProblem(
        "coins", "Write coins(amount): the fewest coins that make the amount.", "coins",
        "def coins(amount):\n    best = [0]\n    for value in range(1, max(amount, 0) + 1):\n"
        "        best.append(1 + min(best[value - coin] for coin in (1, 3, 4) if coin <= value))\n"
        "    return best[amount] if amount >= 0 else -1\n",
        ((0,), (1,), (2,), (6,), (7,), (10,), (14,), (-3,), (25,)),
        ("The coins are worth 1, 3 and 4, and there are enough of each.", "An amount below zero cannot be made: -1.",
         "Nothing needs no coin."),
        ("Find out which coins there are.", "Taking the largest coin first is not always best.",
         "Build amounts up from smaller ones."),
    ),
    WrittenProblem(
        "mirror", "Write mirror(grid): the grid in the mirror.", "mirror",
        "def mirror(grid):\n    return [list(reversed(row)) for row in grid]\n",
        (([],), ([[1]],), ([[1, 2], [3, 4]],), ([[1, 2, 3]],), ([[1], [2]],), ([[0, 1], [1, 0], [5, 6]],)),
        ("The mirror stands upright: left and right change places.", "The rows keep their order."),
        ("Decide how the mirror stands.", "Treat every row alike.", "Build new rows."),
    ),
    WrittenProblem(
        "caps", "Write caps(text): swap the case of the letters that should be swapped.", "caps",
        "def caps(text):\n    seen = 0\n    swapped = []\n    for sign in text:\n        if sign.isalpha():\n"
        "            seen += 1\n            sign = sign.swapcase() if seen % 2 == 0 else sign\n"
        "        swapped.append(sign)\n"
        "    return ''.join(swapped)\n",
        (("",), ("a",), ("ab",), ("a b c d",), ("HeLLo",), ("x1y2z3w",), ("ABCDEF",), ("no-one is",)),
        ("Letters are counted from one; every second letter is swapped.", "What is no letter is kept and not counted."),
        ("Tell letters from other signs.", "Count along the text.", "Swap by the count."),
    ),
    WrittenProblem(
        "rank", "Write rank(scores): the ranks of the scores, in their order.", "rank",
        "def rank(scores):\n    return [1 + sum(other > score for other in scores) for score in scores]\n",
        (([],), ([5],), ([1, 2, 3],), ([3, 1, 2],), ([2, 2, 1],), ([7, 7, 7],), ([4, 9, 4, 1, 9],)),
        ("The highest score has rank one.", "Equal scores share a rank, and the ranks after them are left out."),
        ("Decide which end ranks first.", "Decide what ties do.", "Compare each score with the others."),
    ),
    WrittenProblem(
        "gaps", "Write gaps(numbers): what is missing from the numbers.", "gaps",
        "def gaps(numbers):\n    if not numbers:\n        return []\n    present = set(numbers)\n"
        "    return [n for n in range(min(numbers), max(numbers)) if n not in present]\n",
        (([],), ([3],), ([1, 4],), ([4, 1],), ([1, 2, 3],), ([-2, 2],), ([5, 5, 8, 6],), ([10, 7, 7],)),
        ("Missing are the whole numbers between the smallest and the largest that do not occur.",
         "They are given in ascending order.", "Nothing is missing from the empty list."),
        ("Find the range that counts.", "Decide in which order to answer.", "Go through the range."),
    ),
    WrittenProblem(
        "weave", "Write weave(a, b): the two texts woven together.", "weave",
        "def weave(a, b):\n    woven = []\n    for place in range(max(len(a), len(b))):\n"
        "        woven.append(a[place : place + 1] + b[place : place + 1])\n    return ''.join(woven)\n",
        (("", ""), ("abc", ""), ("", "xyz"), ("abc", "xyz"), ("ab", "wxyz"), ("hello", "me"), ("a", "b")),
        ("Characters are taken in turn, the first text first.", "When one text ends the rest of the other follows."),
        ("Take turns.", "Decide who begins.", "Decide what happens when one text ends."),
    ),
    WrittenProblem(
        "score", "Write score(rolls): the score of the rolls.", "score",
        "def score(rolls):\n    total = 0\n    streak = 0\n    for roll in rolls:\n        if roll == 1:\n"
        "            total, streak = 0, 0\n            continue\n        streak = streak + 1 if roll == 6 else 0\n"
        "        total += roll * 2 if streak >= 2 else roll\n    return total\n",
        (([],), ([1],), ([6],), ([6, 6],), ([6, 6, 6],), ([2, 3, 1, 4],), ([5, 6, 2, 6, 6, 3],), ([6, 1, 6, 6, 2],)),
        ("A roll adds its own number.", "A one takes everything away that was there before it.",
         "A six right after a six counts double.", "After a one a row of sixes begins anew."),
        ("Go through the rolls in order.", "One number undoes things.", "One number is worth more in a row."),
    ),
    WrittenProblem(
        "squeeze", "Write squeeze(text): the text in short form.", "squeeze",
        "def squeeze(text):\n    pieces = []\n    place = 0\n    while place < len(text):\n        end = place\n"
        "        while end < len(text) and text[end] == text[place]:\n            end += 1\n"
        "        size = end - place\n"
        "        pieces.append(text[place] + str(size) if size > 2 else text[place] * size)\n        place = end\n"
        "    return ''.join(pieces)\n",
        (("",), ("a",), ("aa",), ("aaa",), ("aabbbc",), ("abab",), ("xxxxyyyyzz",), ("AAaaaa",), ("   ..",)),
        ("Three or more equal characters in a row are written once, with their number after them.",
         "One or two stay as they are.", "Capitals and small letters differ."),
        ("Find rows of equal characters.", "Decide from which length a row is shortened.", "Put the parts together."),
    ),
    WrittenProblem(
        "seats", "Write seats(row, party): where the party sits.", "seats",
        "def seats(row, party):\n    if party <= 0:\n        return -1\n    best = -1\n    slack = None\n"
        "    place = 0\n"
        "    while place < len(row):\n        end = place\n        while end < len(row) and row[end] == '.':\n"
        "            end += 1\n        free = end - place\n"
        "        if free >= party and (slack is None or free - party < slack):\n"
        "            best, slack = place, free - party\n        place = max(end, place) + 1\n    return best\n",
        (("", 1), ("...", 3), ("#...#..#", 2), ("..#..", 2), ("###", 1), ("#....#.#...", 1), ("....", 5), ("..", 0),
         ("#...##....#...", 3)),
        ("A dot is a free seat, anything else is taken.", "The party takes the tightest gap that is large enough.",
         "Of equal gaps the first is taken.", "The result is the place of the first seat, from zero; -1 if none fits."),
        ("Find the gaps.", "Decide which gaps are large enough.", "Decide which of them is best."),
    ),
    WrittenProblem(
        "shift", "Write shift(items, k): the items, shifted by k.", "shift",
        "def shift(items, k):\n    if not items:\n        return []\n    k %= len(items)\n"
        "    return items[-k:] + items[:-k] if k else list(items)\n",
        (([], 3), ([1], 5), ([1, 2, 3], 1), ([1, 2, 3], -1), ([1, 2, 3], 3), ([4, 5, 6, 7], 6), ([9, 8], 0)),
        ("A positive k moves every item to the right.", "What leaves at one end comes in at the other.",
         "A negative k moves to the left."),
        ("Decide in which direction items move.", "Decide what becomes of those that leave.", "Think of a large k."),
    ),
    WrittenProblem(
        "tally", "Write tally(words): a tally of the words.", "tally",
        "def tally(words):\n    counts = {}\n    for word in words:\n        key = word.lower()\n"
        "        counts[key] = counts.get(key, 0) + 1\n"
        "    return sorted(((word, n) for word, n in counts.items() if n > 1), key=lambda pair: (-pair[1], pair[0]))\n",
        (([],), (["a"],), (["a", "A"],), (["b", "a", "b", "a"],), (["x", "y", "X", "z", "x"],),
         (["one", "two", "One", "TWO", "two", "three"],)),
        ("Words that differ in capitals alone are the same word, written small.",
         "Only words that occur more than once are listed.",
         "The result is a list of pairs of word and number, the most frequent first, then by the alphabet."),
        ("Count.", "Decide which words are the same.", "Decide what is listed, and in which order."),
    ),
    WrittenProblem(
        "clock", "Write clock(minutes): the time on the clock.", "clock",
        "def clock(minutes):\n    minutes %= 1440\n    hour, rest = divmod(minutes, 60)\n"
        "    half = 'am' if hour < 12 else 'pm'\n    return f'{hour % 12 or 12}:{rest:02d}{half}'\n",
        ((0,), (59,), (60,), (719,), (720,), (725,), (780,), (1439,), (1440,), (-1,), (3000,)),
        ("Minutes are counted from midnight.", "The clock has twelve hours, with am and pm after the minutes.",
         "Midnight and noon are written with the hour twelve.", "A day later the clock shows the same."),
        ("Bring the minutes into one day.", "Part hours and minutes.", "Decide how each part is written."),
    ),
    WrittenProblem(
        "nest", "Write nest(items): how deep the list is.", "nest",
        "def nest(items):\n    if not isinstance(items, list):\n        return 0\n"
        "    return 1 + max((nest(item) for item in items), default=0)\n",
        (([],), ([1],), ([[1], 2],), ([[[]]],), ([1, [2, [3]], [4]],), ([[], [[], []]],), ([[1, 2], [3, 4]],)),
        ("A list without lists in it has depth one, the empty list too.", "The deepest part counts."),
        ("Think of a list within a list.", "Decide what the simplest list is worth.", "Use the function on the parts."),
    ),
    WrittenProblem(
        "merge", "Write merge(spans): the spans, merged.", "merge",
        "def merge(spans):\n    merged = []\n    for low, high in sorted((min(span), max(span)) for span in spans):\n"
        "        if merged and low <= merged[-1][1]:\n            merged[-1][1] = max(merged[-1][1], high)\n"
        "        else:\n            merged.append([low, high])\n    return merged\n",
        (([],), ([[1, 2]],), ([[1, 3], [2, 5]],), ([[1, 2], [2, 3]],), ([[1, 2], [3, 4]],), ([[5, 1], [7, 9]],),
         ([[1, 10], [2, 3], [11, 12]],), ([[4, 6], [0, 1], [1, 4]],)),
        ("Spans that overlap or touch become one; next to each other is not touching.",
         "The ends of a span may come in either order.", "The result is a list of pairs in ascending order."),
        ("Bring the spans into order.", "Decide when two become one.", "Keep the farther end."),
    ),
)  # fmt: skip
