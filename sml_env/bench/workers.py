"""Workers that play units: processes of this machine, or a Ray cluster's.

What they play is what one process plays, and it comes in the same order.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from importlib.util import find_spec
from typing import Any, Final

from sml_env.bench.plans import Plan
from sml_env.bench.runs import Played, Player, Stage, Unit
from sml_env.errors import ConfigurationError, MissingExtraError, SmlError

__all__ = ["WORKERS_ON_RAY", "on_ray", "processes"]

WORKERS_ON_RAY: Final = 16
"""For how many workers the units are cut before it is known how many a cluster has."""

_AHEAD: Final = 6
_stage: Stage | None = None


def processes(count: int) -> Player:
    """A player with some processes. Each is started afresh, so it shares no state with this one.

    Raises:
        ConfigurationError: If a language model is to run inside of them: each would load its own.
    """

    def play(plans: Sequence[Plan], listed: Sequence[Unit]) -> Iterator[Played]:
        _refuse_engines(plans)
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(count, mp_context=context, initializer=_begin, initargs=(tuple(plans),))
        left = iter(listed)
        running: deque[Future[list[Played]]] = deque()
        try:
            while True:
                while len(running) < count * _AHEAD and (unit := next(left, None)) is not None:
                    running.append(pool.submit(_play, unit))
                if not running:
                    return
                yield from running.popleft().result()
        except BrokenProcessPool:
            raise SmlError(
                "workers: a worker was killed, or an agent ended its process; what was played is kept: free memory, or "
                "lower --workers, and pass --resume"
            ) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    return play


def on_ray(address: str | None = None) -> Player:
    """A player on a Ray cluster; without one that is named, or started, on this machine alone.

    Args:
        address: Of the cluster: ``"auto"``, ``"ray://HOST:PORT"``; ``None`` for what ``RAY_ADDRESS`` says.

    Raises:
        ConfigurationError: If the cluster cannot be reached, or a language model is to run inside of the workers.
        MissingExtraError: Without Ray.
    """
    if find_spec("ray") is None:
        raise MissingExtraError('ray: the package is missing; install it with pip install "sml_env[ray]"')

    def play(plans: Sequence[Plan], listed: Sequence[Unit]) -> Iterator[Played]:
        import ray

        _refuse_engines(plans)
        ours = not ray.is_initialized()
        if ours:
            try:
                ray.init(address=address, log_to_driver=False, configure_logging=False, include_dashboard=False)
            except Exception as error:  # Ray raises whatever stopped it
                reason = (str(error).splitlines() or [""])[0][:200]
                raise ConfigurationError(f"ray: cannot be reached: {type(error).__name__}: {reason}") from error
        try:
            yield from _played_on_ray(ray, plans, listed)
        finally:
            if ours:
                ray.shutdown()

    return play


def _played_on_ray(ray: Any, plans: Sequence[Plan], listed: Sequence[Unit]) -> Iterator[Played]:
    """Units as tasks; those of a machine that is lost are played again elsewhere."""
    count = max(1, int(ray.cluster_resources().get("CPU", 1)))
    shared = ray.put(tuple(plans))
    task = ray.remote(num_cpus=1, max_retries=3)(_play_with)
    left = iter(listed)
    running: deque[Any] = deque()
    while True:
        while len(running) < count * _AHEAD and (unit := next(left, None)) is not None:
            running.append(task.remote(shared, unit))
        if not running:
            return
        try:
            played = ray.get(running.popleft())
        except ray.exceptions.RayTaskError as error:
            cause = error.cause
            raise cause if isinstance(cause, SmlError) else SmlError(f"ray: a worker failed: {cause!r}") from None
        except ray.exceptions.RayError as error:
            raise SmlError(
                f"ray: a worker was lost: {type(error).__name__}; what was played is kept: pass --resume"
            ) from None
        yield from played


def _refuse_engines(plans: Sequence[Plan]) -> None:
    for plan in plans:
        named = [*(arm.agent for arm in plan.arms), *(arm.cell.teacher for arm in plan.arms)]
        named += [meter if isinstance(meter, str) else meter.name for meter in plan.meters]
        if any("vllm:" in name for name in named):
            raise ConfigurationError(
                "workers: vllm: runs inside each process, so that every worker would load the model; leave out "
                "--workers and --ray, or serve the model and name it openai:MODEL@URL"
            )


def _begin(plans: tuple[Plan, ...]) -> None:
    """In a worker: set the stage, and end when the parent has ended, however that was."""
    global _stage
    _stage = Stage(plans)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()


def _follow(parent: Any) -> None:
    parent.join()
    os._exit(1)


def _play(unit: Unit) -> list[Played]:
    if _stage is None:
        raise RuntimeError("the worker was not begun")
    return list(_stage.play(unit))


def _play_with(plans: tuple[Plan, ...], unit: Unit) -> list[Played]:
    """In a Ray worker: the stage is kept from one unit to the next of the same run."""
    global _stage
    if _stage is None or _stage.plans != plans:
        _stage = Stage(plans)
    return _play(unit)
