"""Looks at a certificate that was not trusted, over a connection on which nothing is sent."""

import asyncio
import ssl
from typing import Final

import httpx

from desktop_app.gemini.certificate import Certificate, read_certificate
from desktop_app.gemini.errors import KEPT, CertificateNotTrusted
from desktop_app.gemini.transport import make_transport
from desktop_app.gemini.unreached import Trust
from desktop_app.network import Network
from desktop_app.origin import Origin

_LOOK_LIMIT: Final = 10.0


async def take_a_look(error: CertificateNotTrusted, origin: Origin, network: Network) -> None:
    """Note in an error which certificate came, and name who issued it where nobody knows them."""
    if error.code.startswith("proxy_"):
        return
    seen = error.certificate = await _look(origin, network)
    if seen is not None and error.code == Trust.ISSUER:
        issued = f"It was issued by “{seen.issuer or 'nobody'}”."
        error.advice = f"{KEPT} {issued} {error.advice.removeprefix(KEPT).strip()}"


async def _look(origin: Origin, network: Network) -> Certificate | None:
    """Look at the certificate that a server shows; nothing is sent to it.

    This is the only context that accepts every certificate, and it ends each connection before
    the first byte of a request could be written.
    """
    seen: list[bytes] = []

    class Looking(ssl.SSLObject):
        def do_handshake(self) -> None:
            super().do_handshake()
            seen.append(self.getpeercert(binary_form=True) or b"")
            raise ssl.SSLError("seen")

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.sslobject_class = Looking
    request = httpx.Request("HEAD", str(origin), extensions={"timeout": {"connect": _LOOK_LIMIT}})
    transport = make_transport(origin, network, context)
    try:
        async with asyncio.timeout(_LOOK_LIMIT), transport:
            await transport.handle_async_request(request)
    except (httpx.TransportError, TimeoutError):
        pass
    try:
        return read_certificate(seen[0]) if seen else None
    except ValueError:
        return None
