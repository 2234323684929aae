"""``sml-env serve``: a web page on which people play lessons."""

from __future__ import annotations

import click

from sml_env.bench.options import clear_errors

__all__ = ["serve"]


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; any other wants a token.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8765, show_default=True, help="0 takes any free one.")
@click.option(
    "--model", "models", multiple=True, metavar="NAME", help="A language model that may take part: openai:MODEL@URL."
)
@click.option("--lessons", type=click.IntRange(1, 10_000), default=500, show_default=True, help="Most at once.")
@click.option(
    "--idle", type=click.IntRange(1, 1_440), default=60, show_default=True, help="Minutes until one is forgotten."
)
def serve(host: str, port: int, models: tuple[str, ...], lessons: int, idle: int) -> None:
    """Serve a web page on which people play lessons, as the student or as the teacher.

    On the loopback address (the default) it serves this machine alone. On any other --host a token is needed: that of
    the environment variable SML_ENV_SERVE_TOKEN, or one that is made and printed. Needs the extra sml_env[serve].
    """
    with clear_errors():
        from sml_env.serve.server import Settings, run  # the only command that needs starlette and uvicorn

        run(Settings(host, port, models, lessons, 60.0 * idle))
