"""Finding the final answer in a reply."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sml_env.verifiers.conclusions import tidy
from sml_env.verifiers.extraction import MAX_MARKS, MAX_REPLY, MAX_TAIL, extract
from sml_env.verifiers.tokens import MAX_CHARS

Expected = tuple[str, tuple[str, ...]]

REASONING: dict[str, Expected] = {
    "<think>\\boxed{5}</think>\\boxed{6}": ("boxed", ("6",)),
    "<think>it is 5</think>\n\nThe answer is 6.": ("words", ("6",)),
    "<thinking>5</thinking>\n**42**": ("whole", ("42",)),
    "<reasoning>5</reasoning>42": ("whole", ("42",)),
    "The answer is 5</think>42": ("whole", ("42",)),
    "<think>a</think><think>b</think>42": ("whole", ("42",)),
    "<think>The answer is 5": ("none", ()),
    "<think>a</think> so \\boxed{5} <think> no": ("none", ()),
    "<think>\\boxed{5}</think>": ("none", ()),
    "I think x < 5": ("whole", ("I think x < 5",)),
}
MARKS: dict[str, Expected] = {
    "so \\boxed{\\frac{1}{2}} it is": ("boxed", ("\\frac{1}{2}",)),
    "\\boxed{7} \\boxed{7}": ("boxed", ("7",)),
    "\\boxed{7} or \\boxed{7.}": ("boxed", ("7",)),
    "\\boxed{7} or \\boxed{8}": ("boxed", ("7", "8")),
    "\\boxed{\\{1,2\\}}": ("boxed", ("\\{1,2\\}",)),
    "\\boxed{\\left\\{1\\right.}": ("boxed", ("\\left\\{1\\right.",)),
    "$$\\boxed{7}$$": ("boxed", ("7",)),
    "\\boxed{$\\frac12$}": ("boxed", ("\\frac12",)),
    "\\boxed{\\boxed{7}}": ("boxed", ("7",)),
    "\\boxed{x = \\fbox{7}}": ("boxed", ("x = 7",)),
    "\\fbox{7}": ("boxed", ("7",)),
    "\\boxed {7}": ("boxed", ("7",)),
    "It is $\\boxed 7$.": ("boxed", ("7",)),
    "It is \\boxed x.": ("boxed", ("x",)),
    "Use \\boxed for it. The answer is 5": ("words", ("5",)),
    "Put it in \\boxed{}. The answer is 5": ("words", ("5",)),
    "\\boxed{unclosed. The answer is 5": ("words", ("5",)),
    f"\\boxed{{{'1' * (MAX_CHARS + 1)}}} The answer is 5": ("words", ("5",)),
    "\\boxed{5}. The answer is 6.": ("boxed", ("5",)),
    "<answer>7</answer>": ("tag", ("7",)),
    "<answer>\n  $7$\n</answer>": ("tag", ("7",)),
    "<answer>\\boxed{7}</answer>": ("boxed", ("7",)),
    "<answer>The answer is 7.</answer>": ("tag", ("7",)),
    "<answer>5</answer> or <answer>6</answer>": ("tag", ("5", "6")),
    "<answer>42": ("tag", ("42",)),
    "The <answer> comes now: <answer>42</answer>": ("tag", ("42",)),
    "<answer>5</answer>\n#### 6": ("hashes", ("5", "6")),
    f"<answer>{'a b ' * MAX_CHARS}. The answer is 5</answer>": ("words", ("5",)),
    "#### 6\n<answer>5</answer>": ("tag", ("6", "5")),
    "\\boxed{5}\n#### 6": ("boxed", ("5", "6")),
    "work 9*2\n#### 18\n": ("hashes", ("18",)),
    "#### 1,000": ("hashes", ("1,000",)),
    "#### x = 5": ("hashes", ("x = 5",)),
    "  #### **18**": ("hashes", ("18",)),
    "#### 18\n#### 19": ("hashes", ("18", "19")),
    "#### \\boxed{18}": ("boxed", ("18",)),
    "#### 42 apples\nWell done!": ("hashes", ("42 apples",)),
    "She has 9*2=18 dollars. #### 18": ("hashes", ("18",)),
    "She wins.\n#### Evelyn": ("hashes", ("Evelyn",)),
    "#### Final answer: 42": ("hashes", ("42",)),
    "#### Final answer\n42": ("words", ("42",)),
    "#### Step 2: Add 5\nThe answer is 7": ("words", ("7",)),
    "#### Step 2": ("whole", ("#### Step 2",)),
    "#### 1. Compute the cost\nThe cost is 5": ("sentence", ("5",)),
    "##### 18\nThe answer is 7": ("words", ("7",)),
}
WORDS: dict[str, Expected] = {
    "The final answer is 12.": ("words", ("12",)),
    "The answer is 3.5.": ("words", ("3.5",)),
    "Answer: x = 4": ("words", ("x = 4",)),
    "ANSWER: 12": ("words", ("12",)),
    "answer = 12": ("words", ("12",)),
    "Answer:\n 12": ("words", ("12",)),
    "**Answer:** 12": ("words", ("12",)),
    "**Answer**: 12": ("words", ("12",)),
    "**Answer: 12**": ("words", ("12",)),
    "**Final Answer**\n\n\\(12\\)": ("words", ("12",)),
    "**Final Answer:** The final answer is $12$. I hope it is correct.": ("words", ("12",)),
    "The answers are 3 and 4.": ("words", ("3 and 4",)),
    "The answer to the question is 6.": ("words", ("6",)),
    "The answer is therefore 6.": ("words", ("6",)),
    "I think it is 6, because 2*3 = 6": ("words", ("6",)),
    "I believe that it's 6!": ("words", ("6",)),
    "The answer is 6 because 2*3 = 6.": ("words", ("6",)),
    "The answer is 6 (since 2*3 = 6).": ("words", ("6",)),
    "The answer would be 1/2, so we are done.": ("words", ("1/2",)),
    "The answer is 42 apples.": ("words", ("42 apples",)),
    "The correct answer is (B) 12 cm": ("words", ("(B) 12 cm",)),
    "The answer is $x = 5$ meters": ("words", ("x = 5 meters",)),
    "The answer is: $\\frac{1}{2}$.": ("words", ("\\frac{1}{2}",)),
    "The answer is $5!$.": ("words", ("5!",)),
    "The answer is **42**.": ("words", ("42",)),
    "The answer is `42`.": ("words", ("42",)),
    "The answer is 2**3.": ("words", ("2**3",)),
    "The answer is $18. He has $20 left.": ("words", ("$18",)),
    "The answer is 5 p.m. The train left.": ("words", ("5 p.m.",)),
    "The answer is 1,234.": ("words", ("1,234",)),
    "The answer is\n\\[\n5\n\\]\nas required.": ("words", ("5",)),
    "The answer is $$\n5\n$$.": ("words", ("5",)),
    "The answer is that there are 12 ways.": ("words", ("12 ways",)),
    "The answer is not 5. The answer is 6.": ("words", ("6",)),
    "The answer is 5. I am sure the answer is correct.": ("words", ("5",)),
    "The answer is 5. The answer is 5.": ("words", ("5",)),
    "The answer is 5. The answer is 6.": ("words", ("5", "6")),
    "The answer is 5. Or the answer is 6.": ("words", ("5", "6")),
    "The answer is 5 or the answer is 6.": ("words", ("5", "6")),
    "The answer is 5 or maybe 6": ("words", ("5", "6")),
    "The answer is 5. Wait, I made a mistake. The answer is 6.": ("words", ("6",)),
    "The answer is 5, no wait, the answer is 6": ("words", ("6",)),
    "Answer: 5. Let me recheck. Answer: 6": ("words", ("6",)),
    "The answer is 4. Actually, the answer is 5. Or the answer is 6.": ("words", ("5", "6")),
    "Answer: She has 3 eggs.\nShe gets 5 more, so she has 8 eggs.": ("sentence", ("8 eggs",)),
    "The answer is 5." + " " * MAX_TAIL + "So x = 6.": ("sentence", ("x = 6",)),
}
BARE: dict[str, Expected] = {
    text: ("whole", (text,))
    for text in (
        "18",
        "$18",
        "5!",
        "5 p.m.",
        "42 apples",
        "x = 5",
        "Evelyn",
        "two and a half",
        "all real numbers",
        "all real numbers except 0 and 1",
        "1, 2, and 3",
        "\\text{even}",
        "x > 3 and x < 5",
        "the ellipse",
        "2**3**2",
        "(-\\infty, 3]",
        "\\begin{pmatrix}\n1 \\\\ 2\n\\end{pmatrix}",
    )
} | {
    "**42**": ("whole", ("42",)),
    " 3/4. ": ("whole", ("3/4",)),
    "\\(x\\)": ("whole", ("x",)),
    "": ("none", ()),
    " \n ": ("none", ()),
    "**": ("none", ()),
    "x" * (MAX_CHARS + 1): ("none", ()),
    "x" * (MAX_REPLY + 1): ("none", ()),
}
CONCLUSIONS: dict[str, Expected] = {
    "We add.\n\nShe has **18** apples in the end.": ("bold", ("18",)),
    "We add.\n\n**Therefore x = 5**": ("bold", ("x = 5",)),
    "It depends.\n**Evelyn**": ("bold", ("Evelyn",)),
    "**5**, or maybe **6**": ("bold", ("5", "6")),
    "**Step 1:** add\n**Step 2:** multiply": ("none", ()),
    "**Step 2:** So x = 5": ("sentence", ("x = 5",)),
    "We add them.\n5 + 13 = 18": ("line", ("18",)),
    "We add them.\n\\[ 5 + 13 = 18 \\]": ("line", ("5 + 13 = 18",)),
    "We add them.\n$$\n18\n$$": ("line", ("18",)),
    "It fits.\np - q": ("line", ("p - q",)),
    "Therefore, x = −4": ("sentence", ("x = −4",)),
    "so the total is 18 apples.": ("sentence", ("18 apples",)),
    "He makes 9 * 2 = $18 every day at the market.": ("sentence", ("$18",)),
    "Thus there are 12 ways": ("sentence", ("12 ways",)),
    "which gives $y = 3$.": ("sentence", ("y = 3",)),
    "It follows that \\(y = 3\\).": ("sentence", ("y = 3",)),
    "Hence, the area equals 25π.": ("sentence", ("25π",)),
    "So 5x - 7y + 4 = 0.": ("sentence", ("5x - 7y + 4 = 0",)),
    "So x = 4 or x = 5.": ("sentence", ("x = 4 or x = 5",)),
    "So we get $x = 4$ or $x = 5$.": ("sentence", ("x = 4 or x = 5",)),
    "Therefore, the roots are 3 and 4.": ("sentence", ("3 and 4",)),
    "Thus the ratio is 5 to 3.": ("sentence", ("5 to 3",)),
    "Therefore the function is even.": ("sentence", ("even",)),
    "So he runs 540 meters a week.": ("sentence", ("540 meters",)),
    "He needs 18 dollars. I hope this helps!": ("sentence", ("18 dollars",)),
    "If x = 3, then y = 4.": ("sentence", ("y = 4",)),
    "so it is 5, or maybe it is 6": ("sentence", ("5", "6")),
    "So it is 5. Or maybe it is 6.": ("sentence", ("5", "6")),
    "It could be 5 or it could be 6.": ("sentence", ("5", "6")),
    "3 is wrong": ("none", ()),
    "So x is not 5.": ("none", ()),
    "Suppose that x is 3.": ("none", ()),
    "So there is a 12 - 2 = 10 pound weight.": ("sentence", ("10 pound weight",)),
    "Here is how to find the answer\n2 + 3 = 5\nSo x = 6.": ("sentence", ("x = 6",)),
    "So it is " + "1" * (MAX_CHARS + 1): ("none", ()),
    "**5** " + "so a b " * 600: ("none", ()),
    "What is 5?": ("none", ()),
    "I don't know.": ("none", ()),
    "Let me know if you have questions!": ("none", ()),
    "So x = 5. It is so. It was so. It has to be so.": ("none", ()),
}
CASES = REASONING | MARKS | WORDS | BARE | CONCLUSIONS

HOSTILE = (
    *(
        "\\boxed{",
        "\\boxed",
        "\\boxed{\\{\\}",
        "\\fbox{\\boxed{",
        "\\boxed{" * 40 + "{" * 1900,
        "\\boxed{" + "{}" * 1000,
    ),
    *("answer is ", "Answer: ", "answer\n", "answer is " + ". " * 300, "answer: " + " because" * 100, "answer is \\("),
    *("<think>", "</think>", "<answer>", "<", "####", "#", "\n####", "\n#### a", "**", "** ", "**a**", "$", "$ ", "$$"),
    *(
        ". ",
        "A. ",
        "A\n\n",
        "\n",
        " ",
        "=",
        "x = ",
        "or maybe ",
        "1 is ",
        "1 to ",
        " to",
        "\\(",
        "\\[",
        "{",
        "}",
        "no, ",
    ),
)


@pytest.mark.parametrize(("reply", "expected"), CASES.items(), ids=[repr(case[:24]) for case in CASES])
def test_answer_is_found_by_the_strongest_rule(reply: str, expected: Expected) -> None:
    found = extract(reply)
    assert (found.marker, found.candidates) == expected


@pytest.mark.parametrize("unit", HOSTILE, ids=[repr(unit[:24]) for unit in HOSTILE])
def test_hostile_megabyte_is_read_in_linear_time(unit: str) -> None:
    text = unit * (MAX_REPLY // len(unit))
    for reply in (text, text[: MAX_REPLY - 9] + "\\boxed{18", text[: MAX_REPLY - 12] + "answer is 18"):
        start = time.process_time()
        extract(reply)
        assert time.process_time() - start < 0.5


def test_only_the_last_marks_count() -> None:
    reply = " ".join(f"\\boxed{{{number}}}" for number in range(100))
    assert extract(reply).candidates == tuple(str(number) for number in range(100 - MAX_MARKS, 100))


def _plain(text: str) -> str:
    """Text without the marks that tidying may take out of the middle of an answer."""
    return "".join(character for character in text if character not in "*$")


@given(st.text(max_size=300))
def test_extraction_is_total_and_invents_nothing(reply: str) -> None:
    for candidate in extract(reply).candidates:
        assert candidate
        assert _plain(candidate) in _plain(reply)


_BROKEN = """\\boxed{|\\fbox{|#### |answer is |Answer:|<answer>|</answer>|<think>|</think>|**|$$|\\(|\\)| is | or maybe
|wait|I think it is |So |. |\n#### """
_PIECES = st.sampled_from([*"\\{}#$*<>=.,!?:;()[]_`~\n 45xA", *_BROKEN.split("|")])


@given(st.lists(_PIECES, max_size=40).map("".join))
def test_extraction_is_total_on_broken_marks(reply: str) -> None:
    found = extract(reply)
    assert all(0 < len(candidate) <= MAX_CHARS for candidate in found.candidates)
    assert bool(found.candidates) == (found.marker != "none")
    assert len(set(found.candidates)) == len(found.candidates)


@given(st.lists(st.sampled_from([*"0123456789xyn+-/^(), ", "\\frac{1}{2}", "\\sqrt{2}"]), min_size=1).map("".join))
def test_bare_answer_is_found_alike_in_every_mark(text: str) -> None:
    answer = tidy(text)
    if not answer:
        return
    assert extract(answer) == ((answer,), "whole")
    for reply in (
        f"\\boxed{{{answer}}}",
        f"Work.\n#### {answer}",
        f"<answer>{answer}</answer>",
        f"<think>5</think>{answer}",
    ):
        assert extract(reply).candidates == (answer,)
    assert extract(f"The answer is ${answer}$.").candidates == (answer,)
