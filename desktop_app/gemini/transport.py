"""Makes the HTTP client: the one place that says how Castor speaks to the network.

httpx's own defaults are unsafe here in five ways: it would follow redirects if asked and take the
key along, honour SSLKEYLOGFILE, unpack compressed bombs, stop after 5 s of silence, and send
loopback traffic to a proxy (reliability, section 1). To move to another HTTP library, change this
module, `route` and `client`.
"""

import logging
import re
import ssl
import sys
from pathlib import Path
from typing import Final

import httpx

from desktop_app import __version__
from desktop_app.gemini.errors import GeminiError, ProtocolError, StreamBroken, TimedOut
from desktop_app.gemini.route import Route
from desktop_app.gemini.unreached import Stage, Unreached, explain
from desktop_app.network import AS_SYSTEM, Network, Proxy
from desktop_app.origin import Origin

CONNECT_TIMEOUT: Final = 10.0
_WRITE_TIMEOUT: Final = 60.0
_KEEP_ALIVE: Final = 5.0


def make_http_client(
    origin: Origin,
    transport: httpx.AsyncBaseTransport | None = None,
    network: Network = AS_SYSTEM,
) -> httpx.AsyncClient:
    """Make a client for one origin; `transport` replaces the network in tests.

    Reading has no timeout of its own: the watchdog of `GeminiClient` counts events, not bytes.
    """
    return httpx.AsyncClient(
        trust_env=False,  # the route knows what the environment says
        follow_redirects=False,
        timeout=httpx.Timeout(
            connect=CONNECT_TIMEOUT, write=_WRITE_TIMEOUT, pool=CONNECT_TIMEOUT, read=None
        ),
        headers={"User-Agent": f"castor/{__version__}", "Accept-Encoding": "identity"},
        transport=transport or make_transport(origin, network),
    )


def make_transport(
    origin: Origin, network: Network, tls: ssl.SSLContext | None = None
) -> httpx.AsyncBaseTransport:
    """Make what carries the requests of a client to one origin.

    `tls` takes the place of the context for the server, never of that for a proxy.
    """

    def make(proxy: Proxy | None) -> httpx.AsyncBaseTransport:
        secure = origin.scheme == "https"
        context = tls or (tls_context(network.authorities) if secure else empty_tls_context())
        return httpx.AsyncHTTPTransport(
            verify=context,
            trust_env=False,
            limits=httpx.Limits(max_keepalive_connections=4, keepalive_expiry=_KEEP_ALIVE),
            proxy=_proxy_of_httpx(proxy, network) if proxy is not None else None,
        )

    return Route(origin, network, make)


def _proxy_of_httpx(proxy: Proxy, network: Network) -> httpx.Proxy:
    if proxy.scheme.startswith("socks"):
        # At DEBUG it would write the password into the log.
        logging.getLogger("httpcore.socks").setLevel(logging.INFO)
    password = "" if proxy.password is None else proxy.password.reveal()
    return httpx.Proxy(
        str(proxy),
        auth=(proxy.user, password) if proxy.user or password else None,
        ssl_context=tls_context(network.authorities) if proxy.scheme == "https" else None,
    )


def tls_context(authorities: str = "") -> ssl.SSLContext:
    """Trust what the operating system trusts, or certifi's list where that is empty.

    `authorities` are trusted too: certificates as PEM. A context made by hand has no
    `keylog_filename`, so SSLKEYLOGFILE does nothing.
    """
    import truststore

    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if sys.platform not in ("win32", "darwin") and not system_has_certificates():
        import certifi

        context.load_verify_locations(cafile=certifi.where())
    if authorities:
        context.load_verify_locations(cadata=authorities)
    return context


def empty_tls_context() -> ssl.SSLContext:
    """Trust nobody: for an origin without TLS, where building a real context costs 70 ms."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


# The files that truststore tries after OpenSSL's own paths.
_BUNDLES: Final = (
    "/etc/ssl/cert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/cert.pem",
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/ssl/ca-bundle.pem",
)
_HASHED_NAME: Final = re.compile(r"[0-9a-fA-F]{8}\.[0-9]")


def system_has_certificates() -> bool:
    """Whether OpenSSL finds certificates of authorities on this system (not Windows or macOS)."""
    paths = ssl.get_default_verify_paths()
    if paths.cafile or any(Path(bundle).is_file() for bundle in _BUNDLES):
        return True
    try:
        names = [path.name for path in Path(paths.capath).iterdir()] if paths.capath else []
    except OSError:
        return False
    return any(_HASHED_NAME.fullmatch(name) for name in names)


def translate(
    error: httpx.HTTPError | httpx.InvalidURL, host: str, *, answered: bool = True
) -> GeminiError:
    """Say in plain words what httpx says in its own; `answered`: an answer had begun.

    Only the exception's type is kept for the details: the text of a LocalProtocolError can hold
    the value of a header, which is the key (reliability, section 1.3).
    """
    details = type(error).__name__
    match error:
        case Unreached():
            return explain(error, host)
        case httpx.ConnectTimeout() | httpx.PoolTimeout():
            return TimedOut(
                f"{host} did not answer.",
                "Your message is kept. Check the network and try again.",
                code="connect_timeout",
                details=details,
            )
        case httpx.ProxyError() | httpx.ConnectError() | httpx.UnsupportedProtocol():
            return _without_a_route(error, host)
        case httpx.LocalProtocolError() | httpx.InvalidURL() | httpx.DecodingError():
            return ProtocolError(
                "The request could not be written.",
                "Your message is kept. Check the key and the base URL in settings.",
                code="local_protocol",
                details=details,
            )
        case httpx.RemoteProtocolError() if not answered and _is_nonsense(error):
            return ProtocolError(
                f"What {host} sent is no answer of a web server.",
                "Your message is kept. Check the base URL in settings.",
                code="no_http",
                details=details,
            )
        case _ if not answered:
            return StreamBroken(
                f"{host} closed the connection without an answer.",
                "Your message is kept. Try again.",
                code="no_answer",
                details=details,
            )
        case _:
            return StreamBroken(
                "The connection broke.",
                "What came is kept.",
                code="connection_broken",
                details=details,
            )


def _is_nonsense(error: BaseException) -> bool:
    """Whether what came broke the rules of HTTP, and was not just cut off."""
    cause: BaseException | None = error
    while cause is not None:
        if type(cause).__module__.startswith("h11"):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _without_a_route(error: httpx.HTTPError, host: str) -> GeminiError:
    unreached = Unreached(Stage.CONNECT, None)
    unreached.__cause__ = error
    return explain(unreached, host)
