"""The listening socket, the address that is printed, and a clean end."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import click

from sml_env.errors import ConfigurationError, MissingExtraError
from sml_env.serve.access import TOKEN_VARIABLE, Access, is_loopback
from sml_env.serve.app import application
from sml_env.serve.catalogue import models_of
from sml_env.serve.rooms import Rooms

try:
    import uvicorn
except ImportError as error:
    raise MissingExtraError('serve: the server needs the extra: pip install "sml_env[serve]"') from error

__all__ = ["Settings", "listening", "run", "server_on"]

_BACKLOG: Final = 1024
_PATIENCE: Final = 5
"""Seconds that requests are given to finish when the server stops."""

_ANYWHERE: Final = frozenset({"0.0.0.0", "::", ""})


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command line says.

    Attributes:
        host: To listen on.
        port: 0 for any that is free.
        models: Language models that may take part.
        lessons: Most at once.
        idle: Seconds after which a lesson that nobody touches is forgotten.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    models: Sequence[str] = ()
    lessons: int = 500
    idle: float = 3600.0


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens.

    It is made as one of TCP by name: asyncio sends at once (``TCP_NODELAY``) on no other, and a reply would take 40 ms
    longer.

    Raises:
        ConfigurationError: If the host is not this machine's, or the port is taken.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
        sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except (OSError, UnicodeError) as error:
        raise _unheard(host, port, error) from error
    try:
        if os.name == "posix":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(_BACKLOG)
    except OSError as error:
        sock.close()
        raise _unheard(host, port, error) from error
    return sock


def _unheard(host: str, port: int, error: Exception) -> ConfigurationError:
    reason = getattr(error, "strerror", None) or str(error)
    return ConfigurationError(
        f"port: cannot listen on {host!r}, port {port} ({reason}); choose another with --port, or 0 for any"
    )


def server_on(access: Access, settings: Settings) -> tuple[Any, Rooms]:
    """A uvicorn server that has not started, and the lessons that it will keep.

    Raises:
        ConfigurationError: If a model's name makes no sense.
        MissingExtraError: If the package that asks it is missing.
        ModelError: If it cannot be asked.
    """
    holder: list[Any] = []
    rooms = Rooms(settings.lessons, settings.idle, stopping=lambda: bool(holder) and bool(holder[0].should_exit))
    config = uvicorn.Config(
        application(access, rooms, models_of(settings.models)),
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_PATIENCE,
    )
    logging.getLogger("uvicorn.access").disabled = True  # whatever handlers a program has: paths name lessons
    server = uvicorn.Server(config)
    holder.append(server)
    return server, rooms


def run(settings: Settings) -> None:
    """Serve until the person presses Ctrl-C.

    Raises:
        ConfigurationError: If the address cannot be listened on, or a setting makes no sense.
    """
    loopback = is_loopback(settings.host)
    token = os.environ.get(TOKEN_VARIABLE) or None
    made = token is None and not loopback
    access = Access(secrets.token_urlsafe(32) if made else token, loopback)
    server, _ = server_on(access, settings)
    logging.getLogger("uvicorn").setLevel(logging.ERROR)
    with listening(settings.host, settings.port) as sock:
        click.echo(_greeting(settings.host, sock.getsockname()[1], access, made))
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):  # uvicorn has shut down by then, and passes the signal on
            server.run(sockets=[sock])
    click.echo("Stopped.")


def _greeting(host: str, port: int, access: Access, made: bool) -> str:
    name = socket.gethostname() if host in _ANYWHERE else host
    address = f"http://{f'[{name}]' if ':' in name else name}:{port}/"
    lines = [f"Lessons are at {address}" if access.token is None else f"Lessons are at {address}?token={access.token}"]
    if access.token is not None and not made:
        lines = [f"Lessons are at {address}?token=… (the token of {TOKEN_VARIABLE})"]
    if not access.loopback:
        lines.append("Others on the network reach this address. It has no TLS: use it on a network that you trust.")
    lines.append("Press Ctrl-C to stop.")
    return "\n".join(lines)
