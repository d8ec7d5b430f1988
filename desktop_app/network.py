"""How servers are reached: by which proxy, and on whose word; any level may import it.

It opens no connection: `gemini` does, and asks here on its way.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

from desktop_app.errors import AppError
from desktop_app.origin import Origin
from desktop_app.secret import Secret

_DEFAULT_PORTS: Final = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
_LABEL: Final = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_LONGEST: Final = 255
"""Bytes of a user name or password: SOCKS has one byte for their length."""


class BadProxy(AppError):
    """What was entered, or what the system names, cannot be used as a proxy."""


@dataclass(frozen=True)
class Proxy:
    """A proxy. Its text is scheme, host and port: never the user, never the password."""

    scheme: str
    host: str
    port: int
    user: str = field(default="", repr=False)
    password: Secret | None = None

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def account(self) -> Origin:
        """Its account in the keychain; the scheme keeps it apart from a server at its place."""
        return Origin(f"proxy+{self.scheme}", self.host, self.port)


def read_proxy(text: str, user: str = "", password: Secret | None = None) -> Proxy:
    """Read the address of a proxy that a person has entered. Raises `BadProxy`.

    Without a scheme it is http. User name and password have fields of their own: in the address
    they would be shown, and saved with it.
    """
    proxy = _read(text)
    if proxy.user or proxy.password is not None:
        raise BadProxy("User name and password of the proxy have fields of their own.")
    if not re.search(r":[0-9]+/?$", text.strip()):
        raise BadProxy("The proxy’s address needs a port.", "For example proxy.example.com:3128.")
    return Proxy(proxy.scheme, proxy.host, proxy.port, check_credential(user), password)


def check_credential(text: str) -> str:
    """Give back a user name or password that a proxy can be told. Raises `BadProxy`."""
    if len(text.encode("utf-8", "replace")) > _LONGEST:
        raise BadProxy("User name and password of a proxy have at most 255 bytes each.")
    if any(not c.isprintable() for c in text):
        raise BadProxy("User name and password of a proxy cannot have such characters.")
    return text


def _read(text: str) -> Proxy:
    text = text.strip()
    if not text:
        raise BadProxy("Enter the proxy’s address.", "For example proxy.example.com:3128.")
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise BadProxy("The proxy’s address is not one.", _EXAMPLE) from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise BadProxy("Castor knows no proxy of this kind.", _KINDS)
    if not _is_host(host) or port == 0 or parts.path not in ("", "/"):
        raise BadProxy("The proxy’s address is not one.", _EXAMPLE)
    if parts.query or parts.fragment:
        raise BadProxy("The proxy’s address ends after its port.")
    user = check_credential(unquote(parts.username or ""))
    given = parts.password
    password = None if given is None else Secret(check_credential(unquote(given)))
    return Proxy(parts.scheme, host, port or _DEFAULT_PORTS[parts.scheme], user, password)


_EXAMPLE: Final = "It is like http://proxy.example.com:3128."
_KINDS: Final = "It begins with http://, https://, socks5:// or socks5h://."


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return len(host) <= _LONGEST and _HOST.fullmatch(host) is not None
    return True


def system_proxy(origin: Origin) -> Proxy | None:
    """The proxy that the system names for a server; `None`: straight to it.

    On Linux the system is the environment (HTTPS_PROXY, ALL_PROXY, NO_PROXY), elsewhere its
    settings too; there the question may block. Raises `BadProxy`.
    """
    from urllib.request import getproxies, proxy_bypass

    return _choose(origin, getproxies(), proxy_bypass)


def _choose(
    origin: Origin, named: Mapping[str, str], bypass: Callable[[str], object]
) -> Proxy | None:
    text = named.get(origin.scheme) or named.get("all")
    if not text or bypass(f"{origin.host}:{origin.port}"):
        return None
    try:
        return _read(text)
    except BadProxy as error:
        raise BadProxy(
            "The system names a proxy that Castor cannot use.", error.advice or str(error)
        ) from None


@dataclass(frozen=True)
class Network:
    """How servers are reached: by the system's proxy, or by this one, or by none.

    `authorities` are certificates, as PEM, that are trusted beside the system's.
    """

    as_system: bool = True
    proxy: Proxy | None = None
    authorities: str = field(default="", repr=False)

    def proxy_for(self, origin: Origin) -> Proxy | None:
        """The proxy to a server: none to this computer, ever. Raises `BadProxy`; may block."""
        if origin.is_loopback:
            return None
        return system_proxy(origin) if self.as_system else self.proxy


AS_SYSTEM: Final = Network()
