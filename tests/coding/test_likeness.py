"""The leak test for code: copies in many dresses are found, hints and other programs are not."""

from __future__ import annotations

import ast
import builtins
import html
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sml_env.coding import likeness
from sml_env.coding.likeness import MAX_TEXT_CHARACTERS, SHARE, Likeness
from sml_env.coding.records import CodeRecord, load_code_records

HUMAN_EVAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "HumanEval.jsonl.gz"

STATEMENT = 'def close(numbers, threshold):\n    """Are any two numbers closer than the threshold?"""\n'
BODY = """\
for idx, elem in enumerate(numbers):
    for idx2, elem2 in enumerate(numbers):
        if idx != idx2:
            distance = abs(elem - elem2)
            if distance < threshold:
                return True
return False
"""
REFERENCE = STATEMENT + textwrap.indent(BODY, "    ")
ONE_LINE = Likeness("def add(a, b):\n    return a + b\n", "def add(a, b):\n    '''Add two numbers.'''\n")

HINTS = [
    "Compare every pair of numbers, and stop as soon as one pair is close enough.",
    "Think about the distance between two elements: is its sign important?",
    "Use two nested loops, or sort first and look at neighbours only.",
    "For an empty list the answer is False. What should happen if an element is compared with itself?",
    "Have you tried `abs(x - y)`? It gives the distance of two numbers.",
    "Your loop `for i in range(len(numbers))` is fine, but the condition inside is not.",
    "The call close([1.0, 2.0], 0.5) returns False, since 1.0 is larger than 0.5.",
    "1. Read the list.\n2. Loop over the pairs.\n3. Compare the distance with the threshold.\n4. Return the result.",
    "",
]


@pytest.fixture(scope="module")
def human_eval() -> tuple[CodeRecord, ...]:
    if not HUMAN_EVAL.is_file():
        pytest.skip(f"{HUMAN_EVAL} is not there: the data sets are not part of the repository")
    return load_code_records(str(HUMAN_EVAL))


# -- dresses of a copy -------------------------------------------------------------------------------------------------


def renamed(source: str) -> str:
    """All names that are bound in the program replaced, the function's too."""
    tree = ast.parse(source)
    bound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    bound |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    names = {name: f"q{index}" for index, name in enumerate(sorted(bound - set(dir(builtins))))}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = names.get(node.id, node.id)
        elif isinstance(node, ast.arg):
            node.arg = names.get(node.arg, node.arg)
        elif isinstance(node, ast.FunctionDef):
            node.name = names.get(node.name, node.name)
    return ast.unparse(tree)


def commented(source: str) -> str:
    return "\n".join(f"{line}  # and then, of course, we go on (see above)" for line in source.split("\n"))


def numbered(source: str) -> str:
    return "\n".join(f"{number:3}: {line}" for number, line in enumerate(source.split("\n"), 1))


def told_in_pieces(source: str) -> str:
    lines = [line for line in source.split("\n") if line.strip()]
    return "\n".join(f"Next you should write this line, which is important:\n`{line.strip()}`" for line in lines)


def annotated(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = ast.Name("object")
        if isinstance(node, ast.FunctionDef):
            node.returns = ast.Name("object")
            node.body.insert(0, ast.Expr(ast.Constant("What it does.")))
    return ast.unparse(ast.fix_missing_locations(tree))


DRESSES: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "renamed": renamed,
    "reformatted": lambda source: ast.unparse(ast.parse(source)),
    "commented": commented,
    "commented out": lambda source: textwrap.indent(source, "# "),
    "annotated": annotated,
    "fenced": lambda source: f"Here you are:\n```python\n{source}\n```\nGood luck!",
    "fence left open": lambda source: f"Here you are:\n```\n{source}",
    "indented": lambda source: "As follows.\n\n" + textwrap.indent(source, "        "),
    "numbered lines": numbered,
    "prompts": lambda source: "\n".join(f"{'...' if line[:1] == ' ' else '>>>'} {line}" for line in source.split("\n")),
    "quoted": lambda source: textwrap.indent(source, "> "),
    "HTML": lambda source: f"<pre><code>{html.escape(source)}</code></pre>",
    "zero width": lambda source: "\u200b".join(source),
    "full width": lambda source: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in source),
    "one line": lambda source: "; ".join(line.strip() for line in source.split("\n") if line.strip()),
    "escaped line ends": lambda source: source.replace("\n", "\\n"),
    "told in pieces": told_in_pieces,
    "as a string": lambda source: f"The value of the variable is {source!r}, and that is all.",
    "renamed, commented and quoted": lambda source: textwrap.indent(commented(renamed(source)), "> "),
}


@pytest.mark.parametrize("dress", DRESSES)
def test_a_copy_is_found_in_every_dress(dress: str) -> None:
    assert Likeness(REFERENCE, STATEMENT).copied_in(DRESSES[dress](REFERENCE))


@pytest.mark.parametrize("dress", DRESSES)
def test_copies_of_human_eval_are_found_in_every_dress(dress: str, human_eval: tuple[CodeRecord, ...]) -> None:
    missed = [
        record.name
        for record in human_eval
        if not Likeness(record.reference, record.statement).copied_in(DRESSES[dress](solution(record)))
    ]
    assert len(missed) <= 2, missed


def solution(record: CodeRecord) -> str:
    """The function alone, without its docstring and what the statement shows beside it."""
    tree = ast.parse(record.reference)
    tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == record.function]
    likeness._stripped(tree)
    return ast.unparse(tree)


@pytest.mark.parametrize("piece", ["for a", "statements in another order"])
def test_the_body_without_its_definition_is_a_copy(piece: str) -> None:
    body = BODY if piece == "for a" else "return False\n" + BODY.removesuffix("return False\n")
    assert Likeness(REFERENCE, STATEMENT).copied_in(f"Put this in:\n\n{body}")


# -- short bodies ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "return a + b", "The answer is `a + b`.", "`x+y`", "just return x + y", "add = lambda x, y: x + y",
        "def f(first, second): return (first) + (second)", "def f(x, y):\n    result = x + y\n    return result",
        "Write (a + b) there.", "return (a+b)", "`return ((x) + y)`",
    ],
)  # fmt: skip
def test_a_body_of_one_expression_is_found_when_quoted(text: str) -> None:
    assert ONE_LINE.copied_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "Add them.", "Which operator adds two numbers?", "add(2, 3) gives 5", "C++ has it too",
        "It is a well-known sum.",
        "Return the sum of both arguments.", "`a * b` is wrong", "2 + 3 = 5", "total[i] + f(x) * 2", "one plus one",
    ],
)  # fmt: skip
def test_a_body_of_one_expression_is_not_found_in_prose(text: str) -> None:
    assert not ONE_LINE.copied_in(text)


def test_what_the_statement_shows_may_be_repeated() -> None:
    shown = "def add(a, b):\n    '''Return `a + b`.'''\n"
    assert not Likeness("def add(a, b):\n    return a + b\n", shown).copied_in("Return a + b, as it says.")
    given = "def helper(xs):\n    total = 0\n    for x in xs:\n        total = total * 2 + x\n    return total\n"
    both = f"{given}\ndef f(xs):\n    return helper([x % 7 for x in xs if x > 3]) - len(xs)\n"
    assert not Likeness(both, given).copied_in(given)
    assert Likeness(both, given).copied_in("[helper([y % 7 for y in ys if y > 3]) - len(ys)]")


# -- what passes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hint", HINTS)
def test_a_hint_passes(hint: str) -> None:
    assert not Likeness(REFERENCE, STATEMENT).copied_in(hint)


def test_fewer_than_one_pair_of_human_eval_solutions_in_two_hundred_is_taken_for_a_copy(
    human_eval: tuple[CodeRecord, ...],
) -> None:
    tests = [Likeness(record.reference, record.statement) for record in human_eval]
    found = 0
    for place, record in enumerate(human_eval):
        text = solution(record)
        found += sum(test.copied_in(text) for other, test in enumerate(tests) if other != place)
    assert found < 0.005 * len(tests) * (len(tests) - 1)


def test_statements_and_hints_are_no_copies_of_human_eval(human_eval: tuple[CodeRecord, ...]) -> None:
    tests = [Likeness(record.reference, record.statement) for record in human_eval]
    texts = [record.statement for record in human_eval] + HINTS[:4]
    assert sum(test.copied_in(text) for text in texts for test in tests) <= 0.001 * len(tests) * len(texts)
    assert not any(test.copied_in(record.statement) for test, record in zip(tests, human_eval, strict=True))


# -- bounds ------------------------------------------------------------------------------------------------------------


def test_it_fails_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    test = Likeness(REFERENCE, STATEMENT)
    assert test.copied_in("a" * (MAX_TEXT_CHARACTERS + 1))
    assert test.copied_in(7)  # type: ignore[arg-type]
    assert Likeness("def f(:").copied_in("anything")

    def broken(text: str) -> None:
        raise RuntimeError(text)

    monkeypatch.setattr(likeness, "_views", broken)
    assert test.copied_in("a hint")


@pytest.mark.parametrize(
    "piece",
    ["`", "```\n", "```a\n`b` c\n", '"""', "#", "(", "x = 1\n", "    ", "&amp;", "<b", "a-b/", "\\n", ">>> ",
     "f(" * 30 + "\n",
     "if x:\n", "\ufdfa", "x+" * 300 + "\n", "lambda:"],
)  # fmt: skip
def test_no_text_takes_long(piece: str) -> None:
    text = (piece * MAX_TEXT_CHARACTERS)[:MAX_TEXT_CHARACTERS]
    begun = time.process_time()
    Likeness(REFERENCE, STATEMENT).copied_in(text)
    assert time.process_time() - begun < 4


def test_neither_repr_shows_the_reference() -> None:
    assert "idx" not in repr(Likeness(REFERENCE, STATEMENT))
    assert 0 < SHARE < 1
