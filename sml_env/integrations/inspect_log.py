"""Episodes as logs of inspect-ai, whose viewer shows them: a log for each agent in a cell, a sample an episode."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sml_env.bench.again import Again
from sml_env.errors import ConfigurationError, MissingExtraError, SmlError
from sml_env.evaluation import Episode, TurnRecord
from sml_env.report.gathering import Gathered, Group, Key

__all__ = ["logs_of", "write_logs"]


def logs_of(gathered: Gathered, *, secrets: bool = True, data: Sequence[str] = ()) -> list[Any]:
    """An ``EvalLog`` for each group of episodes.

    Args:
        gathered: The episodes.
        secrets: Whether the answers are the samples' targets; they are for evaluators.
        data: Sources of problems that may be read, as ``Again`` has it.

    Raises:
        MissingExtraError: Without inspect-ai.
    """
    if find_spec("inspect_ai") is None:
        raise MissingExtraError('inspect_ai: the package is missing; install it with pip install "sml_env[inspect]"')
    again = Again(data)
    return [_log(group, again, secrets) for group in gathered.groups.values()]


def write_logs(gathered: Gathered, folder: Path, *, secrets: bool = True, data: Sequence[str] = ()) -> list[Path]:
    """Write the logs into a folder, one file each, and say which.

    Raises:
        ConfigurationError: If the folder holds something, or cannot be written.
        MissingExtraError: Without inspect-ai.
    """
    logs = logs_of(gathered, secrets=secrets, data=data)
    from inspect_ai.log import write_eval_log

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigurationError(f"out: {folder} is there already; name a new folder")
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, log in enumerate(logs):
            path = folder / f"{number:03d}-{_file_name(log.eval.task)}.eval"
            write_eval_log(log, str(path))
            written.append(path)
    except OSError as error:
        raise ConfigurationError(f"out: {folder} cannot be written: {error.strerror or error}") from error
    return written


def _file_name(task: str) -> str:
    return "".join(sign if sign.isalnum() else "-" for sign in task)[:80].strip("-")


def _task(key: Key) -> str:
    return " ".join(text for text in (key.suite, key.env.removeprefix("sml_env/"), key.asymmetry, key.teacher) if text)


def _log(group: Group, again: Again, secrets: bool) -> Any:
    from inspect_ai.log import (
        EvalConfig,
        EvalDataset,
        EvalLog,
        EvalMetric,
        EvalResults,
        EvalScore,
        EvalSpec,
    )

    key, summary = group.key, group.summary
    scored = summary.episodes - summary.unscored
    metrics = {
        name: EvalMetric(name=name, value=value)
        for name, value in (
            ("success", summary.success.value),
            ("turns", summary.turns.value),
            ("return", summary.episode_return.value),
            ("bits_per_question", summary.bits_per_question.value),
            ("efficiency", summary.efficiency.value),
        )
        if value is not None
    }
    return EvalLog(
        status="success",
        eval=EvalSpec(
            created=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            task=_task(key),
            task_args={"env": key.env, "arguments": key.arguments, "asymmetry": key.asymmetry, "teacher": key.teacher},
            solver=key.agent,
            model=key.agent if "/" in key.agent else f"agent/{key.agent}",
            dataset=EvalDataset(name=key.env or None, samples=summary.episodes),
            config=EvalConfig(),
            metadata={"suite": key.suite, "bracket": key.bracket, "hedging": summary.hedging},
        ),
        results=EvalResults(
            total_samples=summary.episodes,
            completed_samples=scored,
            scores=[EvalScore(name="solved", scorer="solved", scored_samples=scored, metrics=metrics)],
        ),
        samples=_samples(group.episodes, again, secrets),
    )


def _samples(episodes: Sequence[Episode], again: Again, secrets: bool) -> list[Any]:
    from inspect_ai.log import EvalSample
    from inspect_ai.model import ChatMessageAssistant, ChatMessageUser, ModelOutput
    from inspect_ai.scorer import Score

    samples = []
    for number, episode in enumerate(episodes, 1):
        opening, answer = _private(episode, again)
        messages: list[Any] = [ChatMessageUser(content=opening)]
        for record in episode.records:
            messages.append(ChatMessageAssistant(content=record.utterance, metadata=_account(record)))
            messages.append(ChatMessageUser(content=record.reply))
        last = episode.records[-1].utterance if episode.records else ""
        score = {"solved": Score(value="C" if episode.success else "I", answer=last)} if episode.scored else None
        samples.append(
            EvalSample(
                id=number,
                epoch=1,
                input=opening,
                target=answer if secrets else "",
                messages=messages,
                output=ModelOutput.from_content(model=episode.agent, content=last),
                scores=score,
                turn_count=episode.turns,
                metadata={
                    "problem_id": episode.problem_id,
                    "seed": str(episode.seed),
                    "return": episode.episode_return,
                    "prior_entropy_bits": episode.prior_entropy_bits,
                    "leaks_stopped": episode.leaks_stopped,
                    "failure": episode.failure,
                },
            )
        )
    return samples


def _account(record: TurnRecord) -> dict[str, Any]:
    return {
        "query_kind": record.query_kind,
        "expected_bits": record.expected_bits,
        "realised_bits": record.realised_bits,
        "verdict_bits": record.verdict_bits,
        "best_bits": record.best_bits,
        "belief_entropy_bits": record.belief_entropy_bits,
        "reward_terms": dict(record.reward_terms),
    }


def _private(episode: Episode, again: Again) -> tuple[str, str]:
    """The first observation and the answer; a word in their place where the environment cannot be made again."""
    try:
        env = again.environment(episode)
    except SmlError:
        return "(the statement is not at hand)", ""
    return env.dialogue.opening, str(env.privileged()["answer"])
