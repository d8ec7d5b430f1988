"""Proxies on this computer that note every byte they see, and know where a name is.

Castor never sends loopback through a proxy. So a test names a server that is not on this
computer, `api.castor.test`, and the proxy, which alone resolves it, knows that it is.
"""

import asyncio
import base64
import ssl
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from desktop_app.network import Proxy, read_proxy
from desktop_app.secret import Secret

HOST = "api.castor.test"
BASE_URL = f"https://{HOST}"
USER = "ada"
PASSWORD = "correct horse: battery@staple/é"
Reader = asyncio.StreamReader
Writer = asyncio.StreamWriter


@dataclass
class TestProxy:
    """A proxy: what it knows, whom it lets through, and what it has seen."""

    __test__ = False

    places: dict[str, str]
    """Where a host with its port is: an address of this computer."""

    user: str = ""
    password: str = ""
    refusal: bytes = b""
    """What it says instead of letting anybody through."""

    scheme: str = "http"
    port: int = 0
    seen: bytearray = field(default_factory=bytearray)
    """Every byte that the client has sent."""

    asked: list[str] = field(default_factory=list[str])
    """The names that it was asked for."""

    def proxy(self, user: str = "", password: str | None = None) -> Proxy:
        """It, as Castor knows it."""
        secret = None if password is None else Secret(password)
        return read_proxy(f"{self.scheme}://127.0.0.1:{self.port}", user, secret)

    async def read(self, reader: Reader, count: int) -> bytes:
        data = await reader.readexactly(count)
        self.seen += data
        return data

    async def pass_on(self, name: str, reader: Reader, writer: Writer, first: bytes = b"") -> None:
        """Carry bytes both ways until one end closes."""
        host, _, port = self.places[name].rpartition(":")
        theirs, to_them = await asyncio.open_connection(host, int(port))
        to_them.write(first)
        both = {
            asyncio.create_task(self._carry(reader, to_them, self.seen)),
            asyncio.create_task(self._carry(theirs, writer, bytearray())),
        }
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            to_them.close()
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def _carry(self, source: Reader, target: Writer, noted: bytearray) -> None:
        while data := await source.read(65536):
            noted += data
            target.write(data)
            await target.drain()


Listening = AbstractAsyncContextManager[TestProxy]
Talk = Callable[[TestProxy, Reader, Writer], Coroutine[object, object, None]]


@asynccontextmanager
async def _listening(
    proxy: TestProxy, talk: Talk, tls: ssl.SSLContext | None = None
) -> AsyncGenerator[TestProxy, None]:
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: Reader, writer: Writer) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await talk(proxy, reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def http_proxy(
    places: dict[str, str],
    user: str = "",
    password: str = "",
    refusal: bytes = b"",
    tls: ssl.SSLContext | None = None,
) -> Listening:
    """A proxy that knows CONNECT, and forwards plain http."""
    scheme = "https" if tls else "http"
    made = TestProxy(places, user, password, refusal, scheme)
    return _listening(made, _talk_http, tls)


def socks_proxy(
    places: dict[str, str],
    user: str = "",
    password: str = "",
    refusal: bytes = b"",
    scheme: str = "socks5",
) -> Listening:
    """A proxy that speaks SOCKS5 (RFC 1928 and 1929); a refusal is the number of its reply."""
    return _listening(TestProxy(places, user, password, refusal, scheme), _talk_socks)


def odd_proxy(scheme: str, *replies: bytes, hold: bool = False) -> Listening:
    """Something that answers what it reads with these bytes; then it closes, or is silent."""

    async def talk(proxy: TestProxy, reader: Reader, writer: Writer) -> None:
        for reply in replies:
            proxy.seen += await reader.read(4096)
            writer.write(reply)
            await writer.drain()
        if hold:
            await reader.read(-1)

    return _listening(TestProxy({}, scheme=scheme), talk)


async def _talk_http(proxy: TestProxy, reader: Reader, writer: Writer) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    proxy.seen += head
    first, *lines = head.decode("latin-1").split("\r\n")[:-2]
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    if proxy.refusal:
        writer.write(proxy.refusal)
        return
    wanted = base64.b64encode(f"{proxy.user}:{proxy.password}".encode()).decode("ascii")
    if proxy.user and headers.get("proxy-authorization") != f"Basic {wanted}":
        writer.write(
            b"HTTP/1.1 407 Proxy Authentication Required\r\n"
            b'Proxy-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n'
        )
        return
    if method == "CONNECT":
        proxy.asked.append(target)
        if target not in proxy.places:
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await proxy.pass_on(target, reader, writer)
        return
    parts = urlsplit(target)
    name = f"{parts.hostname}:{parts.port or 80}"
    proxy.asked.append(name)
    kept = [line for line in lines if not line.lower().startswith("proxy-")]
    rest = "\r\n".join([f"{method} {parts.path} HTTP/1.1", *kept]) + "\r\n\r\n"
    await proxy.pass_on(name, reader, writer, rest.encode("latin-1"))


async def _talk_socks(proxy: TestProxy, reader: Reader, writer: Writer) -> None:
    _, count = await proxy.read(reader, 2)
    methods = await proxy.read(reader, count)
    wanted = 2 if proxy.user else 0
    if wanted not in methods:
        writer.write(b"\x05\xff")
        return
    writer.write(bytes([5, wanted]))
    if wanted == 2:
        await proxy.read(reader, 1)
        name = await proxy.read(reader, (await proxy.read(reader, 1))[0])
        password = await proxy.read(reader, (await proxy.read(reader, 1))[0])
        right = (name.decode(), password.decode()) == (proxy.user, proxy.password)
        writer.write(b"\x01\x00" if right else b"\x01\x01")
        if not right:
            return
    _, _, _, kind = await proxy.read(reader, 4)
    assert kind == 3, "the name is for the proxy to resolve"
    host = await proxy.read(reader, (await proxy.read(reader, 1))[0])
    port = int.from_bytes(await proxy.read(reader, 2), "big")
    target = f"{host.decode('ascii')}:{port}"
    proxy.asked.append(target)
    reply = proxy.refusal or (b"\x00" if target in proxy.places else b"\x04")
    writer.write(b"\x05" + reply + b"\x00\x01\x00\x00\x00\x00\x00\x00")
    if reply == b"\x00":
        await proxy.pass_on(target, reader, writer)
