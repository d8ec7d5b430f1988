"""The way from here to a server: by which proxy, how far a request came, and for how long.

httpx takes the proxy from the environment and stumbles over a bad one, waits for ever for what a
proxy says, lets socksio's errors through and forgets the connection that they came on.
"""

import asyncio
import sys
from collections.abc import Callable, Mapping
from typing import Final, Protocol, cast

import httpx

from desktop_app.gemini.unreached import Stage, Unreached
from desktop_app.network import BadProxy, Network, Proxy
from desktop_app.origin import Origin
from desktop_app.overriding import override

ROUTE_TIMEOUT: Final = 30.0
"""Seconds until a request must be on its way, all in all."""

MakeTransport = Callable[[Proxy | None], httpx.AsyncBaseTransport]


class Route(httpx.AsyncBaseTransport):
    """Sends requests to one origin as a `Network` says, which is asked anew for each.

    `make` makes the transport over one proxy, or over none. Raises `Unreached` for all that goes
    wrong before a request is on its way, and httpx's own errors for what comes after.
    """

    def __init__(self, origin: Origin, network: Network, make: MakeTransport) -> None:
        self._origin = origin
        self._network = network
        self._make = make
        self._transports: dict[Proxy | None, httpx.AsyncBaseTransport] = {}

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request."""
        try:
            proxy = await self._choose()
        except BadProxy as error:
            raise Unreached(Stage.CONNECT, None) from error
        if proxy not in self._transports:
            self._transports[proxy] = self._make(proxy)
        progress = _Progress(proxy)
        request.extensions["trace"] = progress.note
        try:
            async with asyncio.timeout(ROUTE_TIMEOUT) as progress.limit:
                return await self._transports[proxy].handle_async_request(request)
        except (httpx.HTTPError, TimeoutError, *_errors_of_socks()) as error:
            if progress.stage is Stage.SENT:
                raise
            raise Unreached(progress.stage, proxy) from error
        finally:
            if progress.stage is not Stage.SENT:
                await progress.close()

    async def _choose(self) -> Proxy | None:
        if self._network.as_system and sys.platform in ("win32", "darwin"):
            return await asyncio.to_thread(self._network.proxy_for, self._origin)
        return self._network.proxy_for(self._origin)

    @override
    async def aclose(self) -> None:
        """Close all connections."""
        for transport in self._transports.values():
            await transport.aclose()


def _errors_of_socks() -> tuple[type[Exception], ...]:
    """What comes through where a SOCKS proxy talks nonsense, or a name cannot be written."""
    import socksio

    return socksio.SOCKSError, AssertionError, ValueError, IndexError


class _Stream(Protocol):
    async def aclose(self) -> None: ...


class _Progress:
    """Notes how far a request has come; httpcore's `trace` extension tells."""

    def __init__(self, proxy: Proxy | None) -> None:
        self.stage = Stage.CONNECT
        self.limit: asyncio.Timeout | None = None
        self._proxy = proxy
        self._stream: _Stream | None = None

    async def note(self, event: str, info: Mapping[str, object]) -> None:
        """Take note of an event, such as `connection.start_tls.started`."""
        match event.split("."):
            case [_, "connect_tcp", "complete"]:
                self._stream = cast("_Stream", info["return_value"])
            case ["connection", "start_tls", "started"] if self._proxy is not None:
                self.stage = Stage.PROXY_TLS
            case [_, "start_tls", "started"]:
                self.stage = Stage.TLS
            case [_, "setup_socks5_connection", "started"]:
                self.stage = Stage.PROXY
            case [_, "send_request_headers", "started"]:
                if getattr(info["request"], "method", b"") == b"CONNECT":
                    self.stage = Stage.PROXY
                else:
                    self._leave()
            case _:
                pass

    def _leave(self) -> None:
        self.stage = Stage.SENT
        if self.limit is not None and not self.limit.expired():
            self.limit.reschedule(None)

    async def close(self) -> None:
        """Close the connection that nothing was sent on."""
        if self._stream is not None:
            await self._stream.aclose()
