"""How do I serve lessons to OpenEnv's clients? A server on this machine, two sessions at once, and their rewards."""

from __future__ import annotations

import asyncio
import socket
import threading

import uvicorn

from sml_env.integrations.openenv import LessonClient, Words, application

WORDS = ("Is the answer greater than 0?", "give me a hint", "answer: -16/3")


async def play(address: str, seed: int) -> list[str]:
    """One session: a lesson on the server, with a script in the model's place."""
    lines = []
    async with LessonClient(base_url=address) as session:
        step = await session.reset(seed=seed)
        lines.append(step.observation.text)
        for words in WORDS:
            step = await session.step(Words(text=words))
            lines.append(f"> {words}\n{step.observation.text}  [reward {step.reward:.2f}]")
            if step.done:
                break
        state = await session.state()
        lines.append(f"success: {state.success}, turns left: {state.turns_left}\n")
    return lines


async def both(address: str) -> list[list[str]]:
    """Two lessons at the same time."""
    return await asyncio.gather(play(address, 7), play(address, 8))


def main() -> None:
    """Serve, play, stop. A server of one's own is ``uvicorn module:app`` with ``app = application(…)``."""
    app = application("sml_env/MathTutor-v0", {"config": {"topics": ["linear_equations"]}})
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        for lines in asyncio.run(both(f"http://127.0.0.1:{listener.getsockname()[1]}")):
            print("\n".join(lines))
    finally:
        server.should_exit = True
        thread.join()


if __name__ == "__main__":
    main()
