"""What can go wrong before a request is on its way, and the words for it.

Only kinds and numbers are read from httpx's exceptions, never kept text: it may hold anything.
"""

import re
import socket
import ssl
from collections.abc import Iterator
from enum import StrEnum
from typing import Final, cast

import httpx

from desktop_app.gemini.errors import (
    KEPT,
    CertificateNotTrusted,
    ConnectionFailed,
    GeminiError,
    ProxyRefused,
    TimedOut,
)
from desktop_app.network import BadProxy, Proxy

_IN_SETTINGS: Final = "in settings, under Network."
_FILE: Final = f"file {_IN_SETTINGS}"


class Stage(StrEnum):
    """How far a request has come."""

    CONNECT = "connect"
    """To the proxy, or to the server where there is none."""

    PROXY_TLS = "proxy_tls"
    """A secure connection to the proxy is being made."""

    PROXY = "proxy"
    """The proxy is asked for a way to the server."""

    TLS = "tls"
    """A secure connection to the server is being made."""

    SENT = "sent"
    """The request is on its way."""


class Unreached(httpx.TransportError):
    """A request ended before it was on its way; the cause is `__cause__`."""

    def __init__(self, stage: Stage, proxy: Proxy | None) -> None:
        super().__init__(stage)
        self.stage = stage
        self.proxy = proxy


class Trust(StrEnum):
    """Why a certificate was not accepted."""

    EXPIRED = "certificate_expired"
    EARLY = "certificate_early"
    DATE = "certificate_date"
    HOST = "certificate_host"
    ISSUER = "certificate"


# By number: OpenSSL's, then those of Windows and macOS, which truststore hands on.
_TRUST: Final[dict[int, Trust]] = {
    10: Trust.EXPIRED,
    9: Trust.EARLY,
    62: Trust.HOST,
    64: Trust.HOST,
    0x800B0101: Trust.DATE,
    0x800B010F: Trust.HOST,
    -67818: Trust.EXPIRED,
    -67819: Trust.EARLY,
    -67602: Trust.HOST,
}

_TRUST_WORDS: Final[dict[Trust, tuple[str, str]]] = {
    Trust.EXPIRED: (
        "The certificate of {who} has expired.",
        "Check this computer’s clock. If it is right, only the server’s owner can help.",
    ),
    Trust.EARLY: ("The certificate of {who} is not valid yet.", "Check this computer’s clock."),
    Trust.DATE: (
        "The certificate of {who} has expired or is not valid yet.",
        "Check this computer’s clock.",
    ),
    Trust.HOST: (
        "The certificate that came is not one of {who}.",
        "This network may need a sign-in, or something on the way may be reading along.",
    ),
    Trust.ISSUER: (
        "The certificate of {who} is not trusted.",
        f"Something on the way may be reading along. If your company is, choose its CA {_FILE}",
    ),
}


def explain(error: Unreached, host: str) -> GeminiError:
    """Say why no request was sent."""
    causes = list(_causes(error))
    for cause in causes:
        match cause:
            case ssl.SSLCertVerificationError():
                return _not_trusted(cause, error, host)
            case BadProxy():
                advice = f"{KEPT} {cause.advice}".strip()
                return ConnectionFailed(str(cause), advice, code="proxy_unusable")
            case _:
                pass
    proxy = error.proxy
    if error.stage is Stage.PROXY and proxy is not None:
        return _proxy_refused(causes, proxy, host)
    if error.stage in (Stage.CONNECT, Stage.PROXY_TLS) and proxy is not None:
        who, advice, prefix = f"The proxy {proxy.host}", f"Check it {_IN_SETTINGS}", "proxy_"
    else:
        who, advice, prefix = host, "Check the network and try again.", ""
    if any(isinstance(cause, TimeoutError | httpx.TimeoutException) for cause in causes):
        return TimedOut(
            f"{who} did not answer.", f"{KEPT} {advice}", code=f"{prefix}connect_timeout"
        )
    if error.stage in (Stage.TLS, Stage.PROXY_TLS):
        return _no_tls(causes, error, host)
    return _unreachable(causes, who, f"{KEPT} {advice}", prefix)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """All that led to an error, in groups too.

    httpcore cuts causes off (`from None`) and leaves contexts. A context of ours is no cause: it
    is the failure before this one, which was being told when this one happened.
    """
    left = [error]
    while left:
        cause = left.pop()
        yield cause
        before = cause.__cause__ or cause.__context__
        if before is not None and not isinstance(before, GeminiError):
            left.append(before)
        if isinstance(cause, BaseExceptionGroup):
            left += cast("tuple[BaseException, ...]", cause.exceptions)


def _kinds(causes: list[BaseException]) -> str:
    return ", ".join(sorted({type(cause).__name__ for cause in causes} - {Unreached.__name__}))


def _unreachable(causes: list[BaseException], who: str, advice: str, prefix: str) -> GeminiError:
    unknown = any(isinstance(cause, socket.gaierror | UnicodeError) for cause in causes)
    return ConnectionFailed(
        f"{who} could not be {'found' if unknown else 'reached'}.",
        advice,
        code=f"{prefix}{'dns' if unknown else 'connect'}",
        details=_kinds(causes),
    )


def _not_trusted(
    cause: ssl.SSLCertVerificationError, error: Unreached, host: str
) -> CertificateNotTrusted:
    trust = _TRUST.get(getattr(cause, "verify_code", 0), Trust.ISSUER)
    sentence, advice = _TRUST_WORDS[trust]
    of_proxy = error.stage is Stage.PROXY_TLS and error.proxy is not None
    who = f"the proxy {error.proxy.host}" if of_proxy and error.proxy else host
    return CertificateNotTrusted(
        sentence.format(who=who),
        f"{KEPT} {advice}",
        code=f"proxy_{trust}" if of_proxy else str(trust),
        details=getattr(cause, "verify_message", ""),
    )


def _no_tls(causes: list[BaseException], error: Unreached, host: str) -> ConnectionFailed:
    if error.stage is Stage.PROXY_TLS and error.proxy is not None:
        return ConnectionFailed(
            f"No secure connection to the proxy {error.proxy.host} could be made.",
            f"{KEPT} If it takes plain connections, its address begins with http://.",
            code="proxy_tls",
            details=_kinds(causes),
        )
    return ConnectionFailed(
        f"No secure connection to {host} could be made.",
        f"{KEPT} Check the base URL and the proxy {_IN_SETTINGS}",
        code="tls",
        details=_kinds(causes),
    )


# --- what a proxy says ----------------------------------------------------------------------------

# What httpcore says of a SOCKS proxy; of an HTTP proxy it says status and reason.
_SOCKS_PASSWORD_WRONG: Final = "Invalid username/password"
_SOCKS_PASSWORD_WANTED: Final = "Requested NO AUTHENTICATION REQUIRED"
_SOCKS_PASSWORD_UNWANTED: Final = "Requested USERNAME/PASSWORD"
_SOCKS_UPSTREAM: Final = re.compile(
    r"could not connect: (?:Network unreachable|Host unreachable|Connection refused|TTL expired)"
)


def _proxy_refused(causes: list[BaseException], proxy: Proxy, host: str) -> GeminiError:
    said = next((str(cause) for cause in causes if isinstance(cause, httpx.ProxyError)), "")
    status = said[:3] if re.match(r"[0-9]{3}\b", said) else ""
    if status == "407" or said.startswith((_SOCKS_PASSWORD_WANTED, _SOCKS_PASSWORD_WRONG)):
        return _password_wanted(proxy)
    if said.startswith(_SOCKS_PASSWORD_UNWANTED):
        return ProxyRefused(
            "The proxy takes no user name and password.",
            f"{KEPT} Leave the user name empty {_IN_SETTINGS}",
            code="proxy_password",
        )
    number = f" ({status})" if status else ""
    if status in ("502", "503", "504") or _SOCKS_UPSTREAM.search(said):
        return ConnectionFailed(
            f"The proxy could not reach {host}{number}.",
            f"{KEPT} Check the base URL and the proxy {_IN_SETTINGS}",
            code="proxy_upstream",
        )
    if said:
        return ProxyRefused(
            f"The proxy does not let Castor through to {host}{number}.",
            f"{KEPT} Ask whoever runs it, or choose another one {_IN_SETTINGS}",
            code="proxy_refused",
        )
    if any(isinstance(cause, TimeoutError | httpx.TimeoutException) for cause in causes):
        return TimedOut(
            f"The proxy {proxy.host} did not answer.",
            f"{KEPT} Check it {_IN_SETTINGS}",
            code="proxy_connect_timeout",
        )
    return ConnectionFailed(
        f"What answers at {proxy} is no proxy of this kind.",
        f"{KEPT} Check its kind, host and port {_IN_SETTINGS}",
        code="proxy_protocol",
        details=_kinds(causes),
    )


def _password_wanted(proxy: Proxy) -> ProxyRefused:
    given = bool(proxy.user) or proxy.password is not None
    return ProxyRefused(
        "The proxy did not accept the user name or the password."
        if given
        else "The proxy needs a password.",
        f"{KEPT} Enter it {_IN_SETTINGS}",
        code="proxy_password",
    )
