"""`sml-env bench` with two workers against one, in turn, on the same episodes: the ratio of their rates, run by run.

`python benchmarks/workers.py [--runs 5]`: whole processes are timed, start and table included. Episodes are those of
the suite `core-v1` without brackets; each side writes its file, and the two are compared byte for byte.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import click

COMMAND = [sys.executable, "-m", "sml_env.bench.cli", "bench", "--suite", "core-v1", "--no-brackets"]


def seconds(out: Path, workers: int) -> float:
    """What one run takes."""
    began = time.perf_counter()
    command = [*COMMAND, "--workers", str(workers), "--out", str(out), "--restart"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


@click.command()
@click.option("--runs", type=click.IntRange(min=1), default=5, show_default=True)
@click.option("--workers", type=click.IntRange(min=2), default=2, show_default=True)
def main(runs: int, workers: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        one, many = Path(folder) / "one.jsonl", Path(folder) / "many.jsonl"
        ratios = []
        for _ in range(runs):
            alone, shared = seconds(one, 1), seconds(many, workers)
            ratios.append(alone / shared)
            print(f"1 worker {alone:6.1f} s, {workers} workers {shared:6.1f} s: {ratios[-1]:.2f}x", flush=True)
        same = one.read_bytes() == many.read_bytes()
        count = len(one.read_bytes().splitlines())
    print(f"median {median(ratios):.2f}x over {runs} runs of {count:,} episodes; same files: {'yes' if same else 'NO'}")


if __name__ == "__main__":
    main()
