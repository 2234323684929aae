"""Programming problems from data: JSON Lines in the layouts of HumanEval and MBPP, and a plain one.

A bad row is never skipped: the error names the file, the lines, the faults, and how many rows were good. A row that
reads well but whose reference fails its own tests is dropped by name, with the reason, by ``checked_records``.
"""

from __future__ import annotations

import ast
import gzip
import zlib
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sml_env.coding.literals import show
from sml_env.coding.trees import MAX_SOURCE_CHARACTERS, defined_functions, parse_source
from sml_env.datasets import parse_json
from sml_env.errors import ConfigurationError, DataError
from sml_env.verifiers.execution import Limits, run_asserts, run_function, verify_code

__all__ = [
    "Checked",
    "CodeRecord",
    "answered",
    "cases_of",
    "checked_records",
    "load_code_records",
    "plain_equality",
    "tolerance_of",
]

MAX_FILE_BYTES: Final = 64 << 20
"""Of a file after decompression."""

MAX_ROWS: Final = 100_000
MAX_CASES: Final = 1_000
MAX_RECORDED_CASES: Final = 200
"""Calls of the tests that ``cases_of`` keeps."""

_MAX_NAME: Final = 200
_MAX_RESTARTS: Final = 4
_SHOWN_FAULTS: Final = 20
_COMPARISONS: Final = ("tokens", "numbers", "exact")


@dataclass(frozen=True, slots=True)
class CodeRecord:
    """One programming problem. The reference and the tests are not in its repr.

    Attributes:
        name: Of the row, unique and stable within its source: ``HumanEval/17``.
        statement: What is asked.
        function: Name of the function to write; empty for a program that reads standard input.
        reference: A whole program that defines the function.
        tests: What ``verify_code`` takes.
        preamble: Source that the tests need beside the program.
    """

    name: str
    statement: str
    function: str
    reference: str = field(repr=False)
    tests: Mapping[str, Any] = field(repr=False, hash=False)
    preamble: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Checked:
    """Records whose reference passes its own tests, and the others.

    Attributes:
        kept: In their order.
        dropped: Reasons by name of the record.
    """

    kept: tuple[CodeRecord, ...]
    dropped: Mapping[str, str] = field(hash=False)


def load_code_records(source: str) -> tuple[CodeRecord, ...]:
    """All problems of a JSON Lines file, plain or compressed (``.gz``). Nothing of it is run.

    Rows are told apart by their fields:

    - HumanEval: ``task_id, prompt, canonical_solution, test, entry_point``.
    - MBPP: ``text`` or ``prompt``, ``code``, ``test_list`` (texts that each hold one assert), and optionally
      ``test_setup_code``, ``test_imports``, ``challenge_test_list``.
    - Plain: ``statement, reference``, and ``function`` with ``cases`` (pairs of arguments and expected value,
      optionally ``tolerance``), or ``stdin`` (pairs of input and output, optionally ``compare``); optionally ``name``.

    Args:
        source: Path of the file.

    Raises:
        DataError: If the file cannot be read, is over the limits, is empty, or has a bad row.
        ConfigurationError: If the source is not a text.
    """
    if not isinstance(source, str) or not source:
        raise ConfigurationError(f"data: {source!r} is not a path")
    file = Path(source)
    stem = file.name.partition(".")[0]
    records: list[CodeRecord] = []
    faults: list[str] = []
    lines: dict[str, int] = {}
    for number, line in enumerate(_contents(file).split(b"\n"), 1):
        if not line.strip():
            continue
        if number > MAX_ROWS:
            raise DataError(f"{source}: more than {MAX_ROWS:,} lines")
        try:
            record = _record(parse_json(line), f"{stem}-{number}", stem)
            if record.name in lines:
                raise ValueError(f"the name {record.name!r} is that of line {lines[record.name]}")
        except ValueError as error:
            faults.append(f"line {number}: {error}")
        else:
            lines[record.name] = number
            records.append(record)
    if faults:
        more = f"\n  … and {len(faults) - _SHOWN_FAULTS} more" if len(faults) > _SHOWN_FAULTS else ""
        listed = "\n  ".join(faults[:_SHOWN_FAULTS])
        raise DataError(f"{source}: {len(faults)} bad rows, {len(records)} good ones\n  {listed}{more}")
    if not records:
        raise DataError(f"{source}: no rows")
    return tuple(records)


def _contents(file: Path) -> bytes:
    """What a file holds, decompressed, at most ``MAX_FILE_BYTES``."""
    try:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as stream:
            contents = stream.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{str(file)!r}: cannot be read: {reason}") from error
    if len(contents) > MAX_FILE_BYTES:
        raise DataError(f"{str(file)!r}: more than {MAX_FILE_BYTES:,} bytes, decompressed")
    return contents


# -- rows --------------------------------------------------------------------------------------------------------------


def _record(row: object, name: str, stem: str) -> CodeRecord:
    """A record from a row in any of the layouts; ValueError names the fault."""
    if not isinstance(row, Mapping):
        raise ValueError("not a JSON object")
    if "canonical_solution" in row:
        return _human_eval(row, name)
    if "test_list" in row:
        return _mbpp(row, name, stem)
    if "reference" in row:
        return _plain(row, name)
    raise ValueError("no field 'canonical_solution' (HumanEval), 'test_list' (MBPP) or 'reference' (plain)")


def _human_eval(row: Mapping[str, Any], name: str) -> CodeRecord:
    prompt, test = _text(row, "prompt"), _text(row, "test")
    function = _text(row, "entry_point").strip()
    reference = prompt + _text(row, "canonical_solution")
    _defining(reference, function)
    _checker(test)
    tests = {"function": function, "asserts": test, "preamble": prompt}
    return CodeRecord(_name(row, "task_id", name), prompt, function, reference, tests, prompt)


def _mbpp(row: Mapping[str, Any], name: str, stem: str) -> CodeRecord:
    asked = _text(row, "text", "prompt").strip()
    reference = _text(row, "code").replace("\r\n", "\n")
    setup = row.get("test_setup_code", "")
    if not isinstance(setup, str):
        raise ValueError("field 'test_setup_code' is not a text")
    preamble = "\n".join([*_texts(row, "test_imports"), setup]).strip().replace("\r\n", "\n")
    if parse_source(preamble) is None:
        raise ValueError("the set-up of the tests is not a Python program")
    asserts = [*_texts(row, "test_list"), *_texts(row, "challenge_test_list")]
    if not asserts:
        raise ValueError("field 'test_list' is empty")
    statements: list[ast.stmt] = []
    for text in asserts:
        tree = parse_source(text.replace("\r\n", "\n"))
        if tree is None:
            raise ValueError(f"the test {text[:80]!r} is not Python")
        statements += tree.body
    functions = _functions(reference)
    called = [
        [node.func.id for node in ast.walk(statement) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
        for statement in statements
        if isinstance(statement, ast.Assert)
    ]
    counts = {name: sum(name in names for names in called) for name in functions}
    function = max(counts, key=lambda each: counts[each], default="")
    if not counts.get(function):
        raise ValueError("no test calls a function that 'code' defines")
    for statement in statements:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and node.id == function:
                node.id = "candidate"
    check = "def check(candidate):\n" + "\n".join(
        f"    {line}" for statement in statements for line in ast.unparse(statement).split("\n")
    )
    _checker(check)
    taken = ", ".join(argument.arg for argument in _positional(functions[function]))
    statement_text = f"{asked}\n\nWrite the function `{function}({taken})`."
    identity = row.get("task_id", row.get("name"))
    if isinstance(identity, int) and not isinstance(identity, bool):
        row = {**row, "task_id": f"{stem}-{identity}"}
    tests = {"function": function, "asserts": check, "preamble": preamble}
    return CodeRecord(_name(row, "task_id", name), statement_text, function, reference, tests, preamble)


def _plain(row: Mapping[str, Any], name: str) -> CodeRecord:
    statement, reference = _text(row, "statement"), _text(row, "reference")
    name = _name(row, "name", name)
    if "stdin" in row:
        pairs = _pairs(row, "stdin")
        if not all(isinstance(text, str) for pair in pairs for text in pair):
            raise ValueError("field 'stdin' is not a list of pairs of texts")
        compare = row.get("compare", "tokens")
        if compare not in _COMPARISONS:
            raise ValueError(f"field 'compare' is {str(compare)[:40]!r}, not one of {', '.join(_COMPARISONS)}")
        if parse_source(reference) is None:
            raise ValueError("the reference is not a Python program")
        return CodeRecord(name, statement, "", reference, {"stdin": pairs, "compare": compare})
    function = _text(row, "function").strip()
    _defining(reference, function)
    cases = _pairs(row, "cases")
    if not all(isinstance(arguments, list) for arguments, _ in cases):
        raise ValueError("field 'cases' has a pair whose first member is not a list of arguments")
    tolerance = row.get("tolerance", 0.0)
    if isinstance(tolerance, bool) or not isinstance(tolerance, int | float) or not 0 <= tolerance < 1:
        raise ValueError("field 'tolerance' is not a number in [0, 1)")
    tests = {"function": function, "cases": cases, "tolerance": float(tolerance)}
    return CodeRecord(name, statement, function, reference, tests)


def _text(row: Mapping[str, Any], *names: str) -> str:
    """A non-empty text, within the limit, of the first of the fields that is there."""
    for name in names:
        if name in row:
            value = row[name]
            if not isinstance(value, str) or not value.strip():
                raise ValueError(f"field {name!r} is not a non-empty text")
            if len(value) > MAX_SOURCE_CHARACTERS // 2:
                raise ValueError(f"field {name!r} is longer than {MAX_SOURCE_CHARACTERS // 2:,} characters")
            try:
                value.encode("utf-8")
            except UnicodeEncodeError as error:
                raise ValueError(f"field {name!r} holds half of a surrogate pair") from error
            return value
    raise ValueError(f"no field {' or '.join(repr(name) for name in names)}")


def _texts(row: Mapping[str, Any], name: str) -> list[str]:
    """A list of texts, empty where the field is absent."""
    value = row.get(name) or []
    if not isinstance(value, list) or len(value) > MAX_CASES or not all(isinstance(item, str) for item in value):
        raise ValueError(f"field {name!r} is not a list of at most {MAX_CASES:,} texts")
    if sum(map(len, value)) > MAX_SOURCE_CHARACTERS // 4:
        raise ValueError(f"field {name!r} is longer than {MAX_SOURCE_CHARACTERS // 4:,} characters")
    return value


def _pairs(row: Mapping[str, Any], name: str) -> list[list[Any]]:
    value = row.get(name)
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_CASES:
        raise ValueError(f"field {name!r} is not a list of 1 to {MAX_CASES:,} pairs")
    if not all(isinstance(pair, list) and len(pair) == 2 for pair in value):
        raise ValueError(f"field {name!r} has a member that is not a pair")
    return value


def _name(row: Mapping[str, Any], key: str, default: str) -> str:
    name = row.get(key, default)
    if not isinstance(name, str) or not name.isprintable() or not 1 <= len(name.strip()) <= _MAX_NAME:
        raise ValueError(f"field {key!r} is not one line of 1 to {_MAX_NAME} characters")
    return name.strip()


def _functions(reference: str) -> dict[str, ast.FunctionDef]:
    tree = parse_source(reference)
    if tree is None:
        raise ValueError("the reference is not a Python program")
    return defined_functions(tree)


def _defining(reference: str, function: str) -> None:
    if function not in _functions(reference):
        raise ValueError(f"the reference does not define the function {function[:80]!r}")


def _positional(definition: ast.FunctionDef) -> list[ast.arg]:
    return [*definition.args.posonlyargs, *definition.args.args]


def _checker(test: str) -> None:
    tree = parse_source(test)
    if tree is None:
        raise ValueError("the tests are not a Python program")
    check = defined_functions(tree).get("check")
    if check is None or len(_positional(check)) != 1:
        raise ValueError("the tests do not define check(candidate)")


# -- references and their tests ----------------------------------------------------------------------------------------


def checked_records(records: Iterable[CodeRecord], *, limits: Limits | None = None, workers: int = 2) -> Checked:
    """Runs each reference on its own tests, in the sandbox; what fails is dropped by name.

    Args:
        records: Their references are run.
        limits: Of each run; ``Limits()`` if None.
        workers: Runs at a time.
    """
    records = tuple(records)
    limits = limits or Limits()
    with ThreadPoolExecutor(max(1, workers)) as pool:
        verdicts = list(pool.map(lambda each: verify_code(each.reference, each.tests, limits=limits), records))
    kept: list[CodeRecord] = []
    dropped: dict[str, str] = {}
    for record, verdict in zip(records, verdicts, strict=True):
        if verdict.correct:
            kept.append(record)
        else:
            dropped[record.name] = f"its reference fails its own tests: {verdict.status}: {verdict.reason}"
    return Checked(tuple(kept), dropped)


def cases_of(record: CodeRecord, *, limits: Limits | None = None) -> tuple[tuple[tuple[Any, ...], Any], ...]:
    """Arguments and expected values of a record's tests, without repeats.

    Cases are returned as they are; for asserts, the calls that they make of the reference are recorded and the
    reference's values are the expected ones. Calls with values that cannot cross the sandbox, and calls that raise,
    are left out.

    Args:
        record: Its reference is run if its tests are asserts.
        limits: Of each run; ``Limits()`` if None.

    Returns:
        Pairs; for a program that reads standard input, the one argument is the input.
    """
    tests = record.tests
    if "stdin" in tests:
        return tuple(((given,), expected) for given, expected in tests["stdin"])
    if "cases" in tests:
        return tuple((tuple(arguments), expected) for arguments, expected in tests["cases"])
    limits = limits or Limits()
    run = run_asserts(record.reference, record.function, tests["asserts"], tests.get("preamble", ""), limits=limits)
    calls: dict[str, tuple[Any, ...]] = {}
    for outcome in run.outcomes:
        for arguments in outcome.inputs:
            calls.setdefault(show(arguments), tuple(arguments))
    return answered(record, list(calls.values())[:MAX_RECORDED_CASES], limits=limits)


def answered(
    record: CodeRecord, inputs: Sequence[Sequence[Any]], *, limits: Limits | None = None
) -> tuple[tuple[tuple[Any, ...], Any], ...]:
    """Inputs to which the reference of a function gives a plain value in time, with that value.

    Args:
        record: Its reference is run, again after each of the first few calls that end a run.
        inputs: Argument lists.
        limits: Of each run; ``Limits()`` if None.
    """
    left = [tuple(each) for each in inputs]
    found: list[tuple[tuple[Any, ...], Any]] = []
    for _ in range(_MAX_RESTARTS):
        if not left:
            break
        run = run_function(record.reference, record.function, [list(each) for each in left], limits=limits or Limits())
        found += [(given, each.value) for given, each in zip(left, run.outcomes, strict=True) if each.kind == "value"]
        ends = [place for place, each in enumerate(run.outcomes) if each.kind in ("timeout", "missing")]
        if run.status in ("fault", "infrastructure") or not ends:
            break
        left = left[ends[0] + 1 :]
    return tuple(found)


# -- the form of asserts -----------------------------------------------------------------------------------------------


def plain_equality(record: CodeRecord) -> bool:
    """Whether the tests ask for the reference's value, so that fresh inputs may be judged by comparing with it.

    True for cases, and for asserts that are all of the form ``candidate(…) == value``, ``candidate(…)`` or
    ``not candidate(…)``, ``abs(candidate(…) - value) < number``, or ``math.isclose(candidate(…), value)``. A property
    that several values may have, such as being a root, makes it False.
    """
    if "asserts" not in record.tests:
        return True
    asserts = _asserts(record)
    return bool(asserts) and all(_equality(each) is not None for each in asserts)


def tolerance_of(record: CodeRecord) -> float:
    """The largest absolute (for ``math.isclose``, relative) difference that the tests allow; 0 for equality."""
    if "asserts" not in record.tests:
        return float(record.tests.get("tolerance", 0.0))
    return max((_equality(each) or 0.0 for each in _asserts(record)), default=0.0)


def _asserts(record: CodeRecord) -> list[ast.expr]:
    """What the asserts of a record's tests claim, constants left out."""
    tree = parse_source(record.tests["asserts"])
    check = None if tree is None else defined_functions(tree).get("check")
    if check is None:
        return []
    claims = [node.test for node in ast.walk(check) if isinstance(node, ast.Assert)]
    return [claim for claim in claims if not isinstance(claim, ast.Constant)]


def _equality(claim: ast.expr) -> float | None:
    """The tolerance of a claim that fixes the candidate's value, or None if it does not fix it."""
    if isinstance(claim, ast.UnaryOp) and isinstance(claim.op, ast.Not):
        claim = claim.operand
    if _is_call(claim):
        return 0.0
    if isinstance(claim, ast.Call) and _is_named(claim.func, "isclose") and len(claim.args) == 2:
        allowed = [_number(each.value) for each in claim.keywords if each.arg in ("rel_tol", "abs_tol")]
        if len(allowed) == len(claim.keywords) and _fixes(*claim.args):
            return max([each for each in allowed if each is not None], default=1e-9)
        return None
    if not isinstance(claim, ast.Compare) or len(claim.ops) != 1:
        return None
    left, right = claim.left, claim.comparators[0]
    if isinstance(claim.ops[0], ast.Eq | ast.Is):
        return 0.0 if _fixes(left, right) else None
    if isinstance(claim.ops[0], ast.Gt | ast.GtE):
        left, right = right, left
    elif not isinstance(claim.ops[0], ast.Lt | ast.LtE):
        return None
    absolute = isinstance(left, ast.Call) and len(left.args) == 1 and not left.keywords
    if absolute and (_is_named(left.func, "abs") or _is_named(left.func, "fabs")):  # type: ignore[attr-defined]
        inside = left.args[0]  # type: ignore[attr-defined]
        if isinstance(inside, ast.BinOp) and isinstance(inside.op, ast.Sub) and _fixes(inside.left, inside.right):
            return _number(right)
    return None


def _fixes(left: ast.expr, right: ast.expr) -> bool:
    """Whether one side is the call and the other is free of it."""
    for call, value in ((left, right), (right, left)):
        if _is_call(call) and not any(
            isinstance(node, ast.Name) and node.id == "candidate" for node in ast.walk(value)
        ):
            return True
    return False


def _is_call(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "candidate"


def _is_named(node: ast.expr, name: str) -> bool:
    return (isinstance(node, ast.Name) and node.id == name) or (isinstance(node, ast.Attribute) and node.attr == name)


def _number(node: ast.expr) -> float | None:
    """The value of a number, of ``10 ** -6`` too."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return float(node.value) if 0 <= node.value <= 1e9 else None  # type: ignore[arg-type,operator]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        match node.left, node.right:
            case ast.Constant(value=int(base)), ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(power))):
                return float(base) ** -power if 1 < base <= 10 and 0 <= power <= 300 else None
    return None
