"""Bodies: JSON from people, bounded before it is read, and JSON to them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, Final

from sml_env.serve.refusals import Refusal

__all__ = ["JSON", "MAX_BODY", "encoded", "read_object", "refusal_headers", "text_of"]

JSON: Final = "application/json"
MAX_BODY: Final = 65_536
"""Bytes of a request's body that are read as one."""

_DISCARDED: Final = 4 * 2**20
"""Bytes of a body that is too long which are read before the connection is given up: a client that is still sending
would not see the refusal."""

_SECONDS: Final = 15.0


async def read_object(content_type: str, chunks: AsyncIterator[bytes]) -> dict[str, Any]:
    """A request's body: a JSON object.

    Raises:
        Refusal: If it is another kind of thing, too long, or does not come.
    """
    if content_type.partition(";")[0].strip().lower() != JSON:
        raise Refusal(415, f"send JSON, with Content-Type: {JSON}")
    try:
        data = await asyncio.wait_for(_bounded(chunks), _SECONDS)
    except asyncio.TimeoutError:
        raise Refusal(408, "the body did not come in time") from None
    try:
        body = json.loads(data, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Refusal(400, "the body is not JSON") from None
    if not isinstance(body, dict):
        raise Refusal(400, "the body is not a JSON object")
    return body


async def _bounded(chunks: AsyncIterator[bytes]) -> bytes:
    data, total = bytearray(), 0
    async for chunk in chunks:
        total += len(chunk)
        if total <= MAX_BODY:
            data += chunk
        elif total > _DISCARDED:
            break
    if total > MAX_BODY:
        raise Refusal(413, f"the body has more than {MAX_BODY:,} bytes")
    return bytes(data)


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def text_of(body: dict[str, Any], key: str) -> str:
    """The one text of a body that holds nothing else.

    Raises:
        Refusal: If it is not so.
    """
    value = body.get(key)
    if not isinstance(value, str) or len(body) != 1:
        raise Refusal(400, f'send {{"{key}": "…"}}, a text, and nothing else')
    return value


def encoded(payload: dict[str, Any]) -> bytes:
    """JSON in ASCII, so that any text at all can be sent."""
    return json.dumps(payload, allow_nan=False, default=lambda value: value.item()).encode("ascii")


def refusal_headers(status: int) -> dict[str, str]:
    """Beyond those of every response: the connection ends where a body was not read to its end."""
    return {"connection": "close"} if status in (408, 413) else {}
