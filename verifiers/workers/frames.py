"""Framed messages over a socket: four bytes of length (big-endian) and a JSON object."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from typing import Any

__all__ = ["MAX_FRAME", "read_frame", "write_frame"]

MAX_FRAME = 65_536
"""Largest frame, in bytes."""


def write_frame(connection: socket.socket, message: dict[str, Any]) -> None:
    """Send one message.

    Raises:
        OSError: If the connection is broken; never SIGPIPE where the platform allows.
    """
    body = json.dumps(message).encode()
    connection.sendall(len(body).to_bytes(4, "big") + body, getattr(socket, "MSG_NOSIGNAL", 0))


def read_frame(receive: Callable[[int], bytes]) -> dict[str, Any]:
    """Read one message.

    Args:
        receive: Returns at most that many bytes, and none at the end of the stream.

    Raises:
        EOFError: If the stream ends before the message does.
        ValueError: If it is no JSON object of at most `MAX_FRAME` bytes.
    """
    size = int.from_bytes(_exactly(receive, 4), "big")
    if size > MAX_FRAME:
        raise ValueError(f"a frame of {size} bytes; the limit is {MAX_FRAME}")
    message = json.loads(_exactly(receive, size))
    if not isinstance(message, dict):
        raise ValueError(f"a frame holds an object, not a {type(message).__name__}")
    return message


def _exactly(receive: Callable[[int], bytes], size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = receive(size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data
