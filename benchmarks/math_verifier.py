r"""Checks a second of our verifier and of Math-Verify on the same pairs in one run, and how often each is right.

    python benchmarks/math_verifier.py [--peer PYTHON] [--data FOLDER] [--seconds 10] [--sets varied,answers,near,bombs]

PYTHON is an interpreter that has ``math-verify`` installed; without one only our side runs. FOLDER holds
``gsm8k_test.jsonl`` and ``math_test500.jsonl``; a set whose file is absent is skipped.

Each side is a process of its own with one thread, told over a pipe what to do; only one of them works at a time. A set
is shuffled and cut into `SLICES` slices, and the sides take turns slice by slice, so that noise of the machine meets
both. A first pass over the whole set warms up and collects the verdicts. Our side clears every memo of texts before
each check; its workers are started beforehand and waiting for them counts. The peer runs as its README says,
``verify(parse(gold), parse(answer))``, with golds in dollars and bare answers in a box, without which it would not read
them. The ratio is of total times, with a 95% interval from a bootstrap over slices. "Right" is agreement with the
table, whose rules are this library's where the two libraries' rules differ.
"""

from __future__ import annotations

import argparse
import inspect
import json
import logging
import math
import os
import random
import re
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from rich.console import Console

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "tests" / "cases"
SETS = ("varied", "answers", "near", "bombs")
SLICES = 20
BOMB_REFERENCES = ("7", "\\frac{x^2-1}{\\sqrt{2}}", "[1,2)\\cup(3,\\infty)")
BOMB_TIMEOUT = 0.05
"""Seconds that a worker gets for a bomb: they lengthen the run, not the caller's processor time."""
BOMB_LIMIT_MS = 20.0
KILLED = 10
"""On how many of the bombs that outlast `BOMB_TIMEOUT` the default deadline is tried."""

Check = Callable[[str, str], Any]


class Pair(NamedTuple):
    """An answer and its reference as ours and as the peer gets them, and whether the answer is right."""

    answer: str
    reference: str
    peer_answer: str
    peer_reference: str
    right: bool


# What runs in the process of a side.


def ours() -> tuple[Check, Callable[[Any], str], dict[str, Any]]:
    """Return our check, how to name what it returns, and what a cold start takes."""
    start = time.perf_counter()
    from sml_env.verifiers import verify

    verify("\\boxed{\\frac{\\sqrt{8}}{2}}", "$\\sqrt{2}$")
    cold = time.perf_counter() - start
    start = time.perf_counter()
    from sml_env.verifiers import workers

    workers.start()
    started = time.perf_counter() - start
    memos = {}
    for module in [module for name, module in sys.modules.items() if name.startswith("sml_env.verifiers")]:
        for memo in [value for value in vars(module).values() if hasattr(value, "cache_clear")]:
            if any(kind.annotation in (str, "str") for kind in inspect.signature(memo).parameters.values()):
                memos[f"{memo.__module__}.{memo.__qualname__}"] = memo
    clears = [memo.cache_clear for memo in memos.values()]

    def check(answer: str, reference: str, *policy: Any) -> Any:
        for clear in clears:
            clear()
        return verify(answer, reference, *policy)

    return check, lambda verdict: str(verdict.status), {"cold": cold, "workers": started, "memos": sorted(memos)}


def peer() -> tuple[Check, Callable[[Any], str], dict[str, Any]]:
    """Return the peer's check, likewise."""
    start = time.perf_counter()
    from math_verify import parse, verify

    logging.disable(logging.CRITICAL)

    def check(answer: str, reference: str) -> Any:
        try:
            return verify(parse(reference), parse(answer))
        except Exception as error:
            return error

    check("\\boxed{\\frac{\\sqrt{8}}{2}}", "$\\sqrt{2}$")
    return check, lambda found: "correct" if found is True else "incorrect", {"cold": time.perf_counter() - start}


def serve(role: str) -> None:
    """Answer requests, one a line of JSON, until there are no more."""
    out, sys.stdout = sys.stdout, sys.stderr
    check, name, started = (ours if role == "ours" else peer)()
    pairs: list[tuple[str, str]] = []
    for line in sys.stdin:
        request = json.loads(line)
        reply: Any = started
        if request["do"] == "load":
            pairs = [tuple(pair) for pair in request["pairs"]]
            start = time.perf_counter()
            verdicts = [check(answer, reference) for answer, reference in pairs]
            reply = {"seconds": time.perf_counter() - start, "verdicts": [name(verdict) for verdict in verdicts]}
        elif request["do"] == "run":
            reply = timed(check, pairs[request["slice"] :: SLICES], request["repeats"])
        elif request["do"] == "latency":
            reply = [latency(check, *pair) for pair in pairs]
        elif request["do"] == "bombs":
            reply = bombs(check, request["texts"])
        elif request["do"] == "golds":
            reply = [is_read(gold) for gold in request["golds"]]
        print(json.dumps(reply), file=out, flush=True)


def timed(check: Check, pairs: list[tuple[str, str]], repeats: int) -> float:
    """Seconds that the pairs take, the mean of so many repetitions."""
    start = time.perf_counter()
    for _ in range(repeats):
        for answer, reference in pairs:
            check(answer, reference)
    return (time.perf_counter() - start) / repeats


def latency(check: Check, *arguments: Any) -> tuple[float, float]:
    """Seconds of a check and of processor time in the caller, each the median of five."""
    walls, busy = [], []
    for _ in range(5):
        start, spent = time.perf_counter(), time.process_time()
        check(*arguments)
        busy.append(time.process_time() - spent)
        walls.append(time.perf_counter() - start)
    return statistics.median(walls), statistics.median(busy)


def bombs(check: Check, texts: list[str]) -> dict[str, Any]:
    """Processor time in the caller for each bomb as an answer and as the reference; the deadline tried on some."""
    from sml_env.verifiers.policy import Policy

    brief = Policy(timeout=BOMB_TIMEOUT)
    times, killed = [], []
    for text in texts:
        pairs = [*((text, reference) for reference in BOMB_REFERENCES), ("7", text)]
        times.append([latency(check, *pair, brief)[1] for pair in pairs])
        killed += [pair for pair in pairs if check(*pair, brief).method == "killed"]
    walls = [timed(check, [pair], 1) for pair in killed[:KILLED]]
    return {"times": times, "killed": len(killed), "longest": max(walls, default=0.0), "limit": Policy().timeout}


def is_read(gold: str) -> bool:
    """Whether a gold has a tree, is the letter of a choice, or is nothing but words."""
    from sml_env.verifiers.references import reference_of

    target = reference_of(gold)
    reading = target.reading
    worded = re.fullmatch(r"[^\W\d_]+(?:[ ,.'-]+[^\W\d_]+)*", reading.words) is not None
    return not target.fault and (reading.tree is not None or reading.letter is not None or worded)


# What runs in the process that was started by hand.


class Side:
    """A side's process.

    Args:
        python: Its interpreter.
        role: "ours" or "peer".
    """

    def __init__(self, python: str, role: str) -> None:
        command = [python, str(Path(__file__).resolve()), "--role", role]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.started = self.ask(do="start")

    def ask(self, **request: Any) -> Any:
        """Send a request and wait for its reply."""
        assert self._process.stdin and self._process.stdout
        print(json.dumps(request), file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline())

    def end(self) -> None:
        """Let the process end."""
        self._process.communicate()


class Timing(NamedTuple):
    """Seconds of each slice, pass by pass, on our side and on the peer's, and the verdicts of both."""

    ours: list[float]
    peers: list[float]
    verdicts: list[str]
    peer_verdicts: list[str]


def measure(pairs: list[Pair], side: Side, other: Side | None, seconds: float) -> Timing:
    """Let both sides take turns until each has worked so many seconds; our side stays loaded."""
    mine = side.ask(do="load", pairs=[pair[:2] for pair in pairs])
    theirs = (
        other.ask(do="load", pairs=[pair[2:4] for pair in pairs]) if other else {"seconds": seconds, "verdicts": []}
    )
    passes = max(1, math.ceil(seconds / theirs["seconds"]))
    repeats = max(1, math.ceil(seconds / passes / mine["seconds"]))
    found: tuple[list[float], list[float]] = [], []
    for index in range(passes * SLICES):
        found[0].append(side.ask(do="run", slice=index % SLICES, repeats=repeats))
        if other:
            found[1].append(other.ask(do="run", slice=index % SLICES, repeats=1))
    return Timing(*found, mine["verdicts"], theirs["verdicts"])


def ratio(timings: list[Timing]) -> tuple[float, float, float]:
    """How many times longer the peer takes for all of these, with the ends of a 95% interval."""
    draw = random.Random(0)
    drawn = []
    for sample in range(2001):
        sums = [0.0, 0.0]
        for timing in timings:
            size = len(timing.ours)
            indices = draw.choices(range(size), k=size) if sample else range(size)
            for index in indices:
                sums[0] += timing.ours[index] / size
                sums[1] += timing.peers[index] / size
        drawn.append(sums[1] / sums[0])
    ordered = sorted(drawn[1:])
    return drawn[0], ordered[49], ordered[1950]


def varied() -> Iterator[tuple[str, list[Pair]]]:
    """Yield the table of pairs."""
    from sml_env.verifiers import extract

    pairs = []
    for row in json.loads((CASES / "math_pairs.json").read_text(encoding="utf-8")):
        if row["expected"] in ("correct", "incorrect"):
            found = extract(row["answer"])
            bare = found.marker == "whole"
            boxed = f"\\boxed{{{found.candidates[0]}}}" if bare else row["answer"]
            marked = "$" in row["reference"] or "\\boxed" in row["reference"] or "####" in row["reference"]
            gold = row["reference"] if marked else f"${row['reference']}$"
            pairs.append(Pair(row["answer"], row["reference"], boxed, gold, row["expected"] == "correct"))
    yield "varied", pairs


def data(folder: Path, name: str, console: Console) -> list[dict[str, str]]:
    """Return the rows of a file, none if it is absent."""
    path = folder / name
    if not path.is_file():
        console.print(f"skipped: {path} is absent")
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def boxed_sentence(answer: str) -> str:
    """Return the last sentence of a reply."""
    return f"Therefore, the final answer is $\\boxed{{{answer}}}$."


def replied(reply: str, gold: str, right: bool) -> Pair:
    """Pair a reply with a gold, the same for both sides but for the dollars."""
    return Pair(reply, gold, reply, f"${gold}$", right)


def answers(solutions: list[tuple[str, str]], golds: list[str]) -> Iterator[tuple[str, list[Pair]]]:
    """Yield right answers: GSM8K's solutions as they are and boxed, MATH's answers boxed in a sentence."""
    whole = [replied(f"{work}\n#### {gold}", gold, True) for work, gold in solutions]
    boxed = [replied(f"{work}\nThe answer is $\\boxed{{{gold}}}$.", gold, True) for work, gold in solutions]
    yield "answers: GSM8K", whole + boxed
    yield (
        "answers: MATH",
        [replied(f"Therefore, the final answer is $\\boxed{{{gold}}}$.", gold, True) for gold in golds],
    )


def near(solutions: list[tuple[str, str]], golds: list[str]) -> Iterator[tuple[str, list[Pair]]]:
    """Yield golds with one digit changed, as boxed replies."""
    draw = random.Random(0)
    for name, texts in (("near: GSM8K", [gold for _, gold in solutions]), ("near: MATH", golds)):
        pairs = []
        for gold in texts:
            places = [index for index, sign in enumerate(gold) if sign in "0123456789"]
            if places:
                at = draw.choice(places)
                changed = gold[:at] + draw.choice([d for d in "123456789" if d != gold[at]]) + gold[at + 1 :]
                pairs.append(replied(boxed_sentence(changed), gold, False))
        yield name, pairs


def bomb_texts() -> list[tuple[str, str]]:
    """Return the family and the text of each bomb."""
    rows = json.loads((CASES / "resource_bombs.json").read_text(encoding="utf-8"))
    return [(row["family"], row["text"] if "text" in row else built(row)) for row in rows]


def built(row: dict[str, Any]) -> str:
    """Build a text that is given by what it repeats."""
    times = row["times"]
    middle = row["repeat"] * times + row.get("then", "") + row.get("close", "") * times
    return f"{row.get('before', '')}{middle}{row.get('after', '')}"


def quantile(values: list[float], share: float) -> float:
    """Return the value that this share of them does not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def run(options: argparse.Namespace, console: Console) -> None:
    """Measure what was asked for and print it."""
    from rich.table import Table

    chosen = options.sets.split(",")
    side = Side(sys.executable, "ours")
    other = Side(options.peer, "peer") if options.peer else None
    console.print(f"cold start: ours {side.started['cold']:.2f} s to the first verdict, workers ", end="")
    console.print(f"{side.started['workers']:.2f} s" + (f"; peer {other.started['cold']:.2f} s" if other else ""))
    console.print(f"cleared before each check: {', '.join(side.started['memos'])}")
    groups: list[list[tuple[str, list[Pair]]]] = [list(varied())] if "varied" in chosen else []
    if "answers" in chosen or "near" in chosen:
        rows = [row["answer"].rpartition("####") for row in data(options.data, "gsm8k_test.jsonl", console)]
        solutions = [(work.rstrip(), gold.strip()) for work, _, gold in rows]
        golds = [row["answer"] for row in data(options.data, "math_test500.jsonl", console)]
        for name, texts in (("GSM8K", [gold for _, gold in solutions]), ("MATH", golds)):
            unread = [gold for gold, read in zip(texts, side.ask(do="golds", golds=texts), strict=True) if not read]
            share = f"{1 - len(unread) / len(texts):.2%}" if texts else "none"
            console.print(f"golds read, {name}: {share} of {len(texts)} {unread or ''}", markup=False)
        for name, make in (("answers", answers), ("near", near)):
            if name in chosen:
                groups.append([(label, pairs) for label, pairs in make(solutions, golds) if pairs])
    speed = Table("set", "pairs", "ours/s", "peer/s", "ratio", "95%", "ours right", "peer right", "ours undecided")
    delays = Table("set (ours)", "p50", "p99", "most", "p50 in caller", "p99 in caller", "most in caller", title="ms")
    slowest: list[tuple[float, Pair]] = []
    for group in groups:
        timings = []
        for label, pairs in group:
            random.Random(0).shuffle(pairs)
            timings.append(measure(pairs, side, other, options.seconds))
            speed.add_row(label, *summary([pairs], timings[-1:]))
            spent = [tuple(1e3 * value for value in row) for row in side.ask(do="latency")]
            columns = [[row[0] for row in spent], [row[1] for row in spent]]
            shown = [f"{quantile(column, share):.2f}" for column in columns for share in (0.5, 0.99, 1)]
            delays.add_row(label, *shown)
            slowest += [(wall, pair) for (wall, _), pair in zip(spent, pairs, strict=True)]
            wrong = Counter(
                (pair.right, verdict)
                for pair, verdict in zip(pairs, timings[-1].verdicts, strict=True)
                if pair.right != (verdict == "correct")
            )
            console.print(f"{label}: ours wrong on {sum(wrong.values())} (right, verdict): {dict(wrong)}", markup=False)
        if len(group) > 1:
            speed.add_row(f"{group[0][0].partition(':')[0]}, pooled", *summary([pairs for _, pairs in group], timings))
    if groups:
        console.print(speed, delays)
    if options.slow:
        for wall, pair in sorted(slowest, reverse=True)[:20]:
            console.print(f"{wall:8.2f} ms  {pair.answer[-70:]!r}  |  {pair.reference[:60]!r}", markup=False)
    if "bombs" in chosen:
        print_bombs(side, console)
    for process in (side, other):
        if process:
            process.end()


def summary(parts: list[list[Pair]], timings: list[Timing]) -> list[str]:
    """Return the columns of a row: parts of a set, each measured by itself, as one."""
    pairs = [pair for part in parts for pair in part]
    mine = [verdict for timing in timings for verdict in timing.verdicts]
    theirs = [verdict for timing in timings for verdict in timing.peer_verdicts]
    rates, rights = [], []
    for verdicts, which in ((mine, 0), (theirs, 1)):
        seconds = sum(statistics.mean(timing[which]) * SLICES for timing in timings if timing[which])
        rates.append(f"{len(pairs) / seconds:,.0f}" if seconds else "")
        right = sum(pair.right == (verdict == "correct") for pair, verdict in zip(pairs, verdicts, strict=False))
        rights.append(f"{right / len(pairs):.2%}" if verdicts else "")
    times, low, high = ratio(timings) if theirs else (0, 0, 0)
    compared = [f"{times:,.0f}x", f"{low:,.0f}-{high:,.0f}"] if theirs else ["", ""]
    return [str(len(pairs)), *rates, *compared, *rights, f"{mine.count('undecided') / len(mine):.2%}"]


def print_bombs(side: Side, console: Console) -> None:
    """Print what the bombs cost the caller, and those that cost too much."""
    texts = bomb_texts()
    found = side.ask(do="bombs", texts=[text for _, text in texts])
    times = [[1e3 * value for value in row] for row in found["times"]]
    every = [value for row in times for value in row]
    console.print(
        f"bombs: {len(texts)}, each against {len(BOMB_REFERENCES)} references and as the reference; processor time in "
        f"the caller, median of five: p50 {quantile(every, 0.5):.2f} ms, p99 {quantile(every, 0.99):.2f} ms, most "
        f"{max(every):.2f} ms; over {BOMB_LIMIT_MS:.0f} ms: {sum(max(row) > BOMB_LIMIT_MS for row in times)} bombs"
    )
    for (family, text), row in zip(texts, times, strict=True):
        if max(row) > BOMB_LIMIT_MS:
            console.print(f"  {max(row):7.1f} ms  {family}: {text[:90]!r} ({len(text)})", markup=False, highlight=False)
    tried = min(found["killed"], KILLED)
    console.print(
        f"workers: {found['killed']} checks outlasted {BOMB_TIMEOUT} s; with the default {found['limit']} s the "
        f"longest of {tried} took {found['longest']:.2f} s"
    )


def main() -> None:
    """Run a side, or both and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--peer", metavar="PYTHON")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--slow", action="store_true", help="list the 20 pairs that take ours longest")
    parser.add_argument("--cpu", type=int, help="the one core that everything runs on (default: any)")
    parser.add_argument("--role", choices=("ours", "peer"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.role:
        serve(options.role)
        return
    if options.cpu is not None:
        os.sched_setaffinity(0, {options.cpu})
    unknown = set(options.sets.split(",")) - set(SETS)
    if unknown:
        parser.error(f"--sets: use some of {', '.join(SETS)}")
    from rich.console import Console

    run(options, Console(width=max(120, Console().width)))


if __name__ == "__main__":
    main()
