"""Lessons for Prime Intellect's ``verifiers``: a taskset, the environment that plays it, and a harness for chats.

``verifiers`` finds a taskset by the name of a module that exports one of each; a module of one's own holds

    from sml_env.integrations.prime import ChatHarness, LessonEnv, Lessons

    __all__ = ["ChatHarness", "LessonEnv", "Lessons"]

and its name is the taskset's id.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from typing import Any

from sml_env.errors import TeacherError
from sml_env.evaluation import episode_seed
from sml_env.integrations.chats import ChatLesson, Heard
from sml_env.integrations.requirements import Requirement

with Requirement("verifiers", extra="verifiers", low="0.4", high="0.5"):
    import verifiers.v1 as vf
    from openai import AsyncOpenAI
    from verifiers.v1.dialects.chat import message_to_wire

__all__ = ["ChatHarness", "LessonData", "LessonEnv", "LessonEnvConfig", "LessonTask", "Lessons", "LessonsConfig"]


class LessonsConfig(vf.TasksetConfig):  # type: ignore[misc]
    """Which lessons: ``--env.taskset.env_id`` and so on."""

    env_id: str = "sml_env/MathTutor-v0"
    """A text id, as in ``gymnasium.make``."""
    seed: int = 0
    """Of the whole taskset: its lessons are those that ``sml-env bench`` plays with that seed."""
    arguments: dict[str, Any] = {}
    """Of the environment: ``asymmetry``, ``teacher``, ``max_turns``, ``config`` and others."""


class LessonData(vf.TaskData):  # type: ignore[misc]
    """One lesson: what is public of it, and the seed that draws it again."""

    env_id: str
    seed: int
    problem_id: str
    arguments: dict[str, Any] = {}


class LessonTask(vf.Task[LessonData, vf.State, vf.TaskConfig]):  # type: ignore[misc]
    """A lesson; the environment judges it, so there is nothing to score here."""


class Lessons(vf.Taskset[LessonTask, LessonsConfig]):  # type: ignore[misc]
    """Lessons without end: take as many as are wanted.

    Raises:
        ConfigurationError: If the id is no text id, or an argument makes no sense.
    """

    INFINITE = True

    def __init__(self, config: LessonsConfig) -> None:
        super().__init__(config)
        with closing(ChatLesson(config.env_id, config.arguments)):
            pass

    def load(self) -> Iterator[LessonTask]:
        """The lessons, in order."""
        config = self.config
        with closing(ChatLesson(config.env_id, config.arguments)) as chat:
            for index in count():
                seed = episode_seed(config.seed, index)
                opening = chat.begin(seed)
                data = LessonData(
                    name=f"{config.env_id}#{index}",
                    prompt=opening,
                    system_prompt=chat.instructions,
                    env_id=config.env_id,
                    seed=seed,
                    problem_id=chat.problem_id,
                    arguments=config.arguments,
                )
                yield LessonTask(data, config.task)


class LessonEnvConfig(vf.EnvConfig):  # type: ignore[misc]
    """The one seat is the student's; its program runs on this machine unless ``player.runtime`` says otherwise."""

    player: vf.AgentConfig = vf.AgentConfig(runtime={"type": "subprocess"})


class LessonEnv(vf.Env[LessonEnvConfig]):  # type: ignore[misc]
    """The teacher's side of a lesson.

    The trace's rewards are the environment's terms, summed over the turns; its metrics are ``failed``, ``success``,
    ``return``, ``turns``, ``questions`` and ``bits``; ``info["turns"]`` has each turn's reply, reward, bits and terms.
    Where the teacher or the verifier failed the episode is an error, which ``verifiers`` retries or leaves out, and no
    wrong answer.
    """

    async def run(self, task: LessonTask, agents: vf.Agents) -> None:
        """One lesson.

        Raises:
            TeacherError: If the teacher or the verifier failed.
        """
        data = task.data
        chat = await asyncio.to_thread(ChatLesson, data.env_id, data.arguments)
        heard: list[Heard] = []
        with closing(chat):
            await asyncio.to_thread(chat.begin, data.seed)
            async with agents.player.interaction(task) as interaction:
                segment = await interaction.turn()
                while not segment.terminated:
                    heard.append(await asyncio.to_thread(chat.say, segment.last_reply))
                    if chat.failure:
                        raise TeacherError(chat.failure)
                    if chat.ended:
                        break
                    segment = await interaction.turn(heard[-1].text)
        if interaction.trace.ok:
            _account(interaction.trace, chat, heard)


def _account(trace: vf.Trace, chat: ChatLesson, heard: list[Heard]) -> None:
    """Write the rewards of a lesson into its trace."""
    terms: dict[str, float] = {}
    for turn in heard:
        for name, value in turn.info["reward_terms"].items():
            terms[name] = terms.get(name, 0.0) + value
    for name, value in terms.items():
        trace.record_reward(name, value)
    trace.record_metrics(chat.metrics())
    trace.info["turns"] = [{"reply": turn.text, "reward": turn.reward, **turn.info} for turn in heard]


class ChatHarness(vf.Harness[vf.HarnessConfig]):  # type: ignore[misc]
    """One completion of the chat so far for each turn, asked for from this process: no program is started."""

    APPENDS_SYSTEM_PROMPT = True
    SUPPORTS_RESUME = True
    EXECUTES_CODE = False
    NEEDS_CONTAINER = False

    async def launch(
        self,
        ctx: vf.ModelContext,
        trace: vf.Trace,
        runtime: vf.Runtime,
        endpoint: str,
        secret: str,
        mcp_urls: dict[str, str],
        data: vf.TaskData,
    ) -> vf.ProgramResult:
        """Ask the model for what the student says next."""
        system, prompt = self.resolve_prompt(data)
        messages: list[Any] = [] if system is None else [{"role": "system", "content": system}]
        if isinstance(prompt, str):
            messages.append({"role": "user", "content": prompt})
        else:
            messages += [message_to_wire(message) for message in prompt or ()]
        async with AsyncOpenAI(base_url=endpoint, api_key=secret) as client:
            await client.chat.completions.create(model=ctx.model, messages=messages)
        return vf.ProgramResult(exit_code=0, stdout="", stderr="")
