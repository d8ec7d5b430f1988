"""Where a server is, as scheme, host and port; any level may import it.

A key belongs to one origin and goes nowhere else (architecture, "State that survives").
"""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from desktop_app.errors import AppError

GOOGLE_BASE_URL: Final = "https://generativelanguage.googleapis.com"

_HOST: Final = re.compile(r"[A-Za-z0-9._-]+")
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}


class BadBaseUrl(AppError):
    """The address is not one that a key may be sent to."""


@dataclass(frozen=True)
class Origin:
    """Scheme, host (lower case) and port of a server."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _DEFAULT_PORTS.get(self.scheme) else f":{self.port}"
        return f"{self.scheme}://{host}{port}"

    @property
    def is_loopback(self) -> bool:
        """Whether it is this computer."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def is_google(self) -> bool:
        """Whether it is Google's own API host, the only one that keys of the environment go to."""
        return self == GOOGLE_ORIGIN


def origin_of(url: str) -> Origin:
    """Read the origin of an address. Raises `BadBaseUrl` where it has none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if not host or parts.scheme not in _DEFAULT_PORTS:
        raise BadBaseUrl(
            "The base URL is not an address.", "It begins with https:// and names a host."
        )
    return Origin(parts.scheme, host.lower(), port or _DEFAULT_PORTS[parts.scheme])


def check_base_url(url: str) -> str:
    """Bring a base URL into one form, without a slash at its end.

    Raises `BadBaseUrl` for plain http to another computer (the key would travel in clear), for a
    user name or password in the address, and for a query or fragment.
    """
    url = url.strip().rstrip("/")
    origin = origin_of(url)
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None:
        raise BadBaseUrl("The base URL must not hold a user name or password.")
    if parts.query or parts.fragment:
        raise BadBaseUrl("The base URL must end after its path.")
    named = _HOST.fullmatch(origin.host) or ":" in origin.host
    if not url.isascii() or any(c.isspace() for c in url) or not named:
        raise BadBaseUrl("The base URL has characters that an address cannot have.")
    if origin.scheme == "http" and not origin.is_loopback:
        raise BadBaseUrl(
            "Without https the key would travel in clear.",
            "Plain http is for a server on this computer only.",
        )
    return f"{origin}{parts.path}"


GOOGLE_ORIGIN: Final = origin_of(GOOGLE_BASE_URL)
