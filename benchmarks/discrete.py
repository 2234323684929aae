r"""Steps a second of the native discrete vectors, beside GEM and Gymnasium's vector over our single environments.

    python benchmarks/discrete.py [--peer PYTHON] [--seconds 5]
    python benchmarks/discrete.py --growth [--plot FILE.png] [--seconds 1]

PYTHON is an interpreter that has ``gem-llm`` installed; without one only our side runs. GEM plays its game that is most
like ours (GuessTheNumber-v0-hard, Mastermind-v0-hard) in a vector of 64, its default; the synchronous vector, or the
asynchronous one if that is faster in a first trial.

Each side is a process of its own with one thread, told over a pipe what to do; only one of them works at a time. The
time of each is cut into `SLICES` slices and all take turns slice by slice, so that noise of the machine meets every
one. Actions are uniformly random and drawn beforehand; each returns its default observations and everything in info,
resets included. Ratios are of mean speeds, with a 95% interval from a bootstrap over slices.

``--growth`` measures speed and peak memory of native vectors, a process for each cell, as hypotheses and environments
grow. Memory is that of the whole process, interpreter and libraries included.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

SLICES = 20
DRAWN = 64
"""Steps whose actions are drawn before the clock starts, and then repeated."""
PEER_SIZE = 64
SYNC_SIZE = 256
SIZES = (64, 256, 4_096)
GROWTH_HYPOTHESES = (100, 1_000, 10_000, 100_000, 1_000_000)
GROWTH_SIZES = (1, 4, 16, 64, 256, 1_024, 4_096, 16_384)
GROWTH_CELLS = 2**25
"""Hypotheses times environments, at most: the observations and the lists of live hypotheses grow with both."""


class Game(NamedTuple):
    """One of our games and the peer's that is most like it."""

    id: str
    arguments: dict[str, Any]
    peer: str


GAMES = {
    "TwentyQuestions, N = 128": Game(
        "sml_env/TwentyQuestionsDiscrete-v0", {"config": {"size": 128}}, "game:GuessTheNumber-v0-hard"
    ),
    "Mastermind 4 x 6": Game(
        "sml_env/MastermindDiscrete-v0", {"rules": {"best": False}}, "game:Mastermind-v0-hard"
    ),
    "Mastermind, best_bits on": Game("sml_env/MastermindDiscrete-v0", {}, "game:Mastermind-v0-hard"),
}  # fmt: skip

Step = Callable[[int], object]


# What runs in the process of a side.


def ours(game: Game, kind: str, size: int) -> Step:
    """Return what plays the steps of a native vector, of Gymnasium's synchronous one, or of a single environment."""
    import gymnasium as gym
    import numpy as np
    from gymnasium.vector import SyncVectorEnv

    import sml_env  # noqa: F401  registers the environments

    def make() -> gym.Env[Any, Any]:
        return gym.make(game.id, disable_env_checker=True, **game.arguments)

    if kind == "single":
        env = make()
        env.reset(seed=0)
        choices = [np.int64(action) for action in np.random.default_rng(0).integers(0, _count(env.action_space), DRAWN)]

        def play(step: int) -> None:
            if env.step(choices[step % DRAWN])[2]:
                env.reset()

        return play
    vector = (
        gym.make_vec(game.id, num_envs=size, **game.arguments) if kind == "native" else SyncVectorEnv([make] * size)
    )
    vector.reset(seed=0)
    actions = np.random.default_rng(0).integers(0, _count(vector.single_action_space), (DRAWN, size))
    return lambda step: vector.step(actions[step % DRAWN])


def _count(space: Any) -> int:
    return int(space.n)


def peers(game: Game, kind: str, size: int) -> Step:
    """Return what plays the steps of the peer's vector."""
    import gem

    vector = gem.make_vec([game.peer] * size, **({"async_mode": True} if kind == "async" else {}))
    vector.reset(seed=0)
    draw = random.Random(0)

    def action() -> str:
        if "Guess" in game.peer:
            return f"\\boxed{{{draw.randint(1, 50)}}}"
        return f"\\boxed{{{''.join(draw.sample('12345678', 4))}}}"

    actions = [[action() for _ in range(size)] for _ in range(DRAWN)]
    return lambda step: vector.step(actions[step % DRAWN])


def timed(play: Step, size: int, seconds: float) -> float:
    """Steps a second over about so many seconds."""
    start = time.perf_counter()
    done = 0
    while True:
        play(done)
        done += 1
        spent = time.perf_counter() - start
        if spent >= seconds:
            return done * size / spent


def serve(role: str) -> None:
    """Answer requests, one a line of JSON, until there are no more."""
    out, sys.stdout = sys.stdout, sys.stderr
    plays: dict[str, Step] = {}
    for line in sys.stdin:
        name, kind, size, seconds = json.loads(line)
        key = f"{name} {kind} {size}"
        if key not in plays:
            plays[key] = (ours if role == "ours" else peers)(GAMES[name], kind, size)
            timed(plays[key], size, seconds)
        print(json.dumps(timed(plays[key], size, seconds)), file=out, flush=True)


def measure(hypotheses: int, size: int, seconds: float) -> None:
    """Print steps a second of TwentyQuestions and the peak memory of this process in MB."""
    play = ours(GAMES["TwentyQuestions, N = 128"]._replace(arguments={"config": {"size": hypotheses}}), "native", size)
    timed(play, size, seconds / 4)
    speed = timed(play, size, seconds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    print(json.dumps([speed, peak]))


# What runs in the process that was started by hand.


class Side:
    """A side's process.

    Args:
        python: Its interpreter.
        role: "ours" or "peer".
    """

    def __init__(self, python: str, role: str) -> None:
        command = [python, str(Path(__file__).resolve()), "--role", role]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def speed(self, game: str, kind: str, size: int, seconds: float) -> float:
        """Steps a second of a slice; the first one of a kind is preceded by a warm-up."""
        assert self._process.stdin and self._process.stdout
        print(json.dumps([game, kind, size, seconds]), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            sys.exit(f"the process for {game!r} ({kind}) has ended: run the peer's interpreter by hand to see why")
        return float(json.loads(answer))

    def end(self) -> None:
        """Let the process end."""
        self._process.communicate()


def ratio(mine: list[float], theirs: list[float]) -> str:
    """Mean speed over mean speed, with the ends of a 95% interval."""
    draw = random.Random(0)
    drawn = []
    for _ in range(2_000):
        chosen = draw.choices(range(len(mine)), k=len(mine))
        drawn.append(sum(mine[index] for index in chosen) / sum(theirs[index] for index in chosen))
    drawn.sort()
    whole, low, high = (f"{value:,.0f}" if value > 100 else f"{value:.2g}" if value < 1 else f"{value:.1f}"
                        for value in (sum(mine) / sum(theirs), drawn[49], drawn[1949]))  # fmt: skip
    return f"{whole}x ({low}-{high})"


def compare(python: str | None, seconds: float) -> None:
    """Print the table of speeds and ratios."""
    from rich.console import Console
    from rich.table import Table

    console = Console(width=max(120, Console().width))
    side, other = Side(sys.executable, "ours"), Side(python, "peer") if python else None
    if other is None:
        console.print("without --peer only our side runs")
    table = Table("game", "side", "environments", "steps/s", "over the peer (95%)", "over SyncVectorEnv (95%)")
    for name in GAMES:
        cells = [("native", size) for size in SIZES] + [("sync", SYNC_SIZE), ("single", 1)]
        peer_kind = ""
        if other is not None:
            trials = {kind: other.speed(name, kind, PEER_SIZE, 0.5) for kind in ("sync", "async")}
            peer_kind = max(trials, key=lambda kind: trials[kind])
            console.print(f"{GAMES[name].peer}: {', '.join(f'{kind} {rate:,.0f}/s' for kind, rate in trials.items())}")
        found: dict[tuple[str, int], list[float]] = {key: [] for key in cells}
        peer: list[float] = []
        for _ in range(SLICES):
            for kind, size in cells:
                found[kind, size].append(side.speed(name, kind, size, seconds / SLICES))
                if other is not None and (kind, size) != ("single", 1):
                    peer.append(other.speed(name, peer_kind, PEER_SIZE, seconds / SLICES / (len(cells) - 1)))
        turns = len(cells) - 1
        by_slice = [statistics.mean(peer[at : at + turns]) for at in range(0, len(peer), turns)]
        if by_slice:
            table.add_row(name, f"GEM ({peer_kind})", str(PEER_SIZE), f"{statistics.mean(by_slice):,.0f}", "", "")
        sync = found["sync", SYNC_SIZE]
        for (kind, size), speeds in found.items():
            against = ratio(speeds, sync) if kind == "native" else ""
            beside = ratio(speeds, by_slice) if by_slice else ""
            table.add_row(name, kind, f"{size:,}", f"{statistics.mean(speeds):,.0f}", beside, against)
        table.add_section()
    console.print(table)
    for process in (side, other):
        if process is not None:
            process.end()


def grow(seconds: float, plot: Path | None) -> None:
    """Print how speed and memory grow, and draw it if a file is named."""
    from rich.console import Console
    from rich.table import Table

    widths = [min(256, 2 ** ((GROWTH_CELLS // hypotheses).bit_length() - 1)) for hypotheses in GROWTH_HYPOTHESES]
    series = {
        "hypotheses": list(zip(GROWTH_HYPOTHESES, widths, strict=True)),
        "environments": [(128, size) for size in GROWTH_SIZES],
    }
    table = Table("grows", "hypotheses", "environments", "steps/s", "peak memory, MB")
    found: dict[str, list[tuple[int, int, float, float]]] = {}
    for grown, cells in series.items():
        found[grown] = []
        for hypotheses, size in cells:
            command = [sys.executable, __file__, "--role", "cell", "--cell", str(hypotheses), str(size)]
            printed = subprocess.run([*command, "--seconds", str(seconds)], check=True, capture_output=True, text=True)
            speed, peak = json.loads(printed.stdout)
            found[grown].append((hypotheses, size, speed, peak))
            table.add_row(grown, f"{hypotheses:,}", f"{size:,}", f"{speed:,.0f}", f"{peak:,.0f}")
        table.add_section()
    Console().print(table)
    if plot is not None:
        draw(found, plot)


def draw(found: dict[str, list[tuple[int, int, float, float]]], path: Path) -> None:
    """Draw speed over memory, a column for each series."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(2, 2, figsize=(9, 6), sharex="col", sharey="row", layout="constrained")
    fewest = min(row[1] for row in found["hypotheses"])
    titles = {
        "hypotheses": f"TwentyQuestions, 256 environments (hollow: {fewest})",
        "environments": "TwentyQuestions, 128 hypotheses",
    }
    for column, (grown, rows) in enumerate(found.items()):
        along = [row[0] if grown == "hypotheses" else row[1] for row in rows]
        for row, (place, label) in enumerate(((2, "steps/s"), (3, "peak memory, MB"))):
            axis = axes[row, column]
            axis.loglog(along, [values[place] for values in rows], marker="o", color="C0")
            axis.grid(alpha=0.3)
            if column == 0:
                axis.set_ylabel(label)
            few = [(at, values[place]) for at, values in zip(along, rows, strict=True) if values[1] < 256]
            if grown == "hypotheses" and few:
                axis.plot(*zip(*few, strict=True), "o", markerfacecolor="white", markeredgecolor="C0", zorder=3)
        axes[0, column].set_title(titles[grown])
        axes[1, column].set_xlabel(grown)
    for axis in axes[1]:
        axis.set_ylim(10, max(1_000, 2 * max(row[3] for rows in found.values() for row in rows)))
    figure.savefig(path, dpi=150)


def main() -> None:
    """Run a side, a cell, or everything that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", metavar="PYTHON")
    parser.add_argument("--seconds", type=float, help="for each row of a table (default: 5; with --growth 1)")
    parser.add_argument("--growth", action="store_true", help="measure growth instead")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="with --growth: where to draw it, .png or .svg")
    parser.add_argument("--role", choices=("ours", "peer", "cell"), help=argparse.SUPPRESS)
    parser.add_argument("--cell", type=int, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.plot is not None and options.plot.suffix not in (".png", ".svg"):
        parser.error(f"--plot: {options.plot} ends in neither .png nor .svg")
    if options.plot is not None and find_spec("matplotlib") is None:
        parser.error("--plot needs matplotlib: pip install 'sml_env[plot]'")
    if options.role == "cell":
        measure(options.cell[0], options.cell[1], options.seconds)
    elif options.role:
        serve(options.role)
    elif options.growth:
        grow(options.seconds or 1.0, options.plot)
    else:
        compare(options.peer, options.seconds or 5.0)


if __name__ == "__main__":
    main()
