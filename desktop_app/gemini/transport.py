"""Makes the HTTP client: the one place that says how Castor speaks to the network.

httpx's own defaults are unsafe here in five ways: it would follow redirects if asked and take the
key along, honour SSLKEYLOGFILE, unpack compressed bombs, stop after 5 s of silence, and send
loopback traffic to a proxy (reliability, section 1). To move to another HTTP library, change this
module and `client`.
"""

import re
import ssl
import sys
from pathlib import Path
from typing import Final

import httpx

from desktop_app import __version__
from desktop_app.gemini.errors import (
    CertificateNotTrusted,
    ConnectionFailed,
    GeminiError,
    ProtocolError,
    StreamBroken,
    TimedOut,
)
from desktop_app.origin import Origin

CONNECT_TIMEOUT: Final = 10.0
_WRITE_TIMEOUT: Final = 60.0
_KEEP_ALIVE: Final = 5.0


def make_http_client(
    origin: Origin, transport: httpx.AsyncBaseTransport | None = None
) -> httpx.AsyncClient:
    """Make a client for one origin; `transport` replaces the network in tests.

    Reading has no timeout of its own: the watchdog of `GeminiClient` counts events, not bytes.
    """
    return httpx.AsyncClient(
        verify=tls_context() if origin.scheme == "https" else empty_tls_context(),
        trust_env=not origin.is_loopback,  # proxies of the environment; never for this computer
        follow_redirects=False,
        timeout=httpx.Timeout(
            connect=CONNECT_TIMEOUT, write=_WRITE_TIMEOUT, pool=CONNECT_TIMEOUT, read=None
        ),
        limits=httpx.Limits(max_keepalive_connections=4, keepalive_expiry=_KEEP_ALIVE),
        headers={"User-Agent": f"castor/{__version__}", "Accept-Encoding": "identity"},
        transport=transport,
    )


def tls_context() -> ssl.SSLContext:
    """Trust what the operating system trusts, or certifi's list where that is empty.

    A context made by hand has no `keylog_filename`, so SSLKEYLOGFILE does nothing.
    """
    import truststore

    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if sys.platform not in ("win32", "darwin") and not system_has_certificates():
        import certifi

        context.load_verify_locations(cafile=certifi.where())
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


def translate(error: httpx.HTTPError | httpx.InvalidURL, host: str) -> GeminiError:
    """Say in plain words what httpx says in its own.

    Only the exception's type is kept for the details: the text of a LocalProtocolError can hold
    the value of a header, which is the key (reliability, section 1.3).
    """
    details = type(error).__name__
    match error:
        case httpx.ConnectTimeout() | httpx.PoolTimeout():
            return TimedOut(
                f"{host} did not answer.",
                "Your message is kept. Check the network and try again.",
                code="connect_timeout",
                details=details,
            )
        case httpx.ProxyError():
            return ConnectionFailed(
                "The proxy refused the connection.",
                "Your message is kept. Check the proxy of this network.",
                code="proxy",
                details=details,
            )
        case httpx.ConnectError() | httpx.UnsupportedProtocol():
            return _connect_error(error, host)
        case httpx.LocalProtocolError() | httpx.InvalidURL() | httpx.DecodingError():
            return ProtocolError(
                "The request could not be written.",
                "Your message is kept. Check the key and the base URL in settings.",
                code="local_protocol",
                details=details,
            )
        case _:
            return StreamBroken(
                "The connection broke.",
                "What came is kept.",
                code="connection_broken",
                details=details,
            )


def _connect_error(error: Exception, host: str) -> GeminiError:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return CertificateNotTrusted(
                f"The certificate of {host} is not trusted.",
                "Your message is kept. Something on this network may be reading along, or the "
                "computer's clock is wrong.",
                code="certificate",
                details=cause.verify_message,
            )
        if isinstance(cause, ssl.SSLError):
            return ConnectionFailed(
                f"No secure connection to {host} could be made.",
                "Your message is kept. Check the base URL and the proxy of this network.",
                code="tls",
                details=type(cause).__name__,
            )
        cause = cause.__cause__ or cause.__context__
    name_unknown = "Name or service" in str(error) or "getaddrinfo" in str(error)
    return ConnectionFailed(
        f"{host} could not be found." if name_unknown else f"{host} could not be reached.",
        "Your message is kept. Check the network and try again.",
        code="dns" if name_unknown else "connect",
        details=type(error).__name__,
    )
