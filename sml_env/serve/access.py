"""Who is let in: the server's token, the names that it answers to, and requests from other sites.

Covered. Another site in the same browser: its requests carry another ``Origin`` or ``Sec-Fetch-Site``, and a name of
its own that it has pointed at the loopback address is not one that the server answers to there. On any other address:
whoever has no token. The cookie cannot be read by scripts and is not sent from other sites.

Not covered. Other users of the same machine, on the loopback address without a token: set one. Whoever reads the
network: there is no TLS here; put a server that has it in front. Whoever holds the token may keep the machine busy.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import Final
from urllib.parse import urlsplit

from sml_env.errors import ConfigurationError
from sml_env.serve.refusals import Refusal

__all__ = ["COOKIE", "MIN_TOKEN", "TOKEN_VARIABLE", "Access", "is_loopback"]

COOKIE: Final = "sml-env-token"
TOKEN_VARIABLE: Final = "SML_ENV_SERVE_TOKEN"
"""Environment variable with the server's token."""

MIN_TOKEN: Final = 16
"""Characters of a token."""

_OWN_SITE: Final = frozenset({"same-origin", "none"})
_BEARER: Final = "bearer "


def is_loopback(host: str) -> bool:
    """Whether a host's name or address reaches this machine alone."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _host_of(header: str) -> str:
    """The name in a ``Host`` header, without the port; empty if it is none."""
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""


@dataclass(frozen=True, slots=True, repr=False)
class Access:
    """The server's rules of entry.

    Attributes:
        token: That a request must carry; ``None`` for none, on the loopback address.
        loopback: Whether the server listens on a loopback address.

    Raises:
        ConfigurationError: If there is no token off the loopback address, or one that is too short or not plain.
    """

    token: str | None = None
    loopback: bool = True

    def __post_init__(self) -> None:
        if self.token is None:
            if not self.loopback:
                raise ConfigurationError(f"token: one is needed off the loopback address; set {TOKEN_VARIABLE}")
            return
        plain = self.token.isascii() and self.token.replace("-", "").replace("_", "").isalnum()
        if len(self.token) < MIN_TOKEN or not plain:
            raise ConfigurationError(
                f"token: {TOKEN_VARIABLE} must have {MIN_TOKEN} characters or more, of letters, digits, - and _"
            )

    def check_site(self, headers: Mapping[str, str], api: bool) -> None:
        """Refuse what another site sends.

        Args:
            headers: Of the request, names in lower case.
            api: Whether the path is one of the interface: a page may be linked to, that may not.

        Raises:
            Refusal: If it comes from elsewhere.
        """
        host = headers.get("host", "")
        if self.loopback and not is_loopback(_host_of(host)):
            raise Refusal(403, "this server answers to localhost and 127.0.0.1 alone; use the address that it printed")
        if not api:
            return
        origin = headers.get("origin")
        if origin is not None and origin not in (f"http://{host}", f"https://{host}"):
            raise Refusal(403, "this request comes from another site")
        if headers.get("sec-fetch-site", "none") not in _OWN_SITE:
            raise Refusal(403, "this request comes from another site")

    def check_token(self, headers: Mapping[str, str], cookies: Mapping[str, str]) -> None:
        """Refuse who does not hold the token.

        Raises:
            Refusal: If there is none, or a wrong one.
        """
        if self.token is None:
            return
        authorization = headers.get("authorization", "")
        bearer = authorization[len(_BEARER) :] if authorization.lower().startswith(_BEARER) else ""
        if not (self.matches(bearer) or self.matches(cookies.get(COOKIE, ""))):
            raise Refusal(401, "this server wants its token: open the address that it printed, with ?token=…")

    def matches(self, given: str) -> bool:
        """Whether a text is the token, in time that does not depend on it."""
        return self.token is not None and compare_digest(given.encode("utf-8", "surrogatepass"), self.token.encode())
