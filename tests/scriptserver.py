"""A server on this computer that answers exactly the bytes a test gives it."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

STREAM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


@dataclass
class Request:
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


Writer = asyncio.StreamWriter
Script = Callable[[Request, Writer], Awaitable[None]]


@dataclass
class ScriptServer:
    """What the server has seen, and what it answers next."""

    script: Script
    requests: list[Request] = field(default_factory=list[Request])
    base_url: str = ""
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        try:
            while (request := await _read_request(reader)) is not None:
                self.requests.append(request)
                await self.script(request, writer)
                await writer.drain()
                if request.headers.get("connection") == "close":
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            self.closed.set()


async def _read_request(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.split("\r\n")[:-2]
    method, target, _ = first.split(" ")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    length = int(headers.get("content-length", "0"))
    return Request(method, target, headers, await reader.readexactly(length))


@asynccontextmanager
async def script_server(
    script: Script, tls: ssl.SSLContext | None = None, port: int = 0
) -> AsyncGenerator[ScriptServer, None]:
    """Serve `script` on a port, or on a free one, for as long as the context lasts."""
    state = ScriptServer(script)
    connections: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: Writer) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        task.add_done_callback(connections.discard)
        await state.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", port, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    state.base_url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    try:
        yield state
    finally:
        server.close()
        for task in list(connections):
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)


def answer(
    body: bytes = b"{}",
    status: str = "200 OK",
    media_type: str = "application/json",
    **headers: str,
) -> bytes:
    """One whole HTTP answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {media_type}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def answers(*bodies: bytes) -> Script:
    """Answer the requests one after the other; the last answer is given for ever."""
    left = list(bodies)

    async def script(request: Request, writer: Writer) -> None:
        writer.write(left.pop(0) if len(left) > 1 else left[0])

    return script


def stream(*pieces: bytes, pause: float = 0.0) -> Script:
    """Answer a stream, piece by piece, and close the connection."""

    async def script(request: Request, writer: Writer) -> None:
        writer.write(STREAM_HEAD)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            if pause:
                await asyncio.sleep(pause)
        writer.close()

    return script
