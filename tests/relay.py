"""A relay on this computer between a client and a server, which breaks connections where told."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Relay:
    """Passes bytes on. `cuts` are how many bytes may go to the server before the client's
    connection is reset, one after the other; the byte before each cut is not lost.

    A `half` cut leaves the server's side open, as a broken network does.
    """

    port: int
    cuts: list[int] = field(default_factory=list[int])
    half: bool = False
    base_url: str = ""
    passed: int = 0
    made_cuts: int = 0
    _orphans: list[asyncio.StreamWriter] = field(default_factory=list[asyncio.StreamWriter])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.port)
        back = asyncio.create_task(self._back(up_reader, writer))
        cut = False
        try:
            while data := await reader.read(1 << 16):
                if self.cuts and self.passed + len(data) >= self.cuts[0]:
                    up_writer.write(data[: max(0, self.cuts.pop(0) - self.passed)])
                    self.passed = 0
                    await up_writer.drain()
                    self.made_cuts += 1
                    cut = True
                    writer.transport.abort()
                    break
                self.passed += len(data)
                up_writer.write(data)
                await up_writer.drain()
        except ConnectionError:
            pass
        finally:
            back.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await back
            writer.close()
            if cut and self.half:
                self._orphans.append(up_writer)
            else:
                up_writer.close()

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(1 << 16):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass

    def close(self) -> None:
        for writer in self._orphans:
            writer.close()


@asynccontextmanager
async def relay(url: str, *cuts: int, half: bool = False) -> AsyncGenerator[Relay, None]:
    """Relay to a server for as long as the context lasts."""
    state = Relay(int(url.rpartition(":")[2]), list(cuts), half)
    connections: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        task.add_done_callback(connections.discard)
        with contextlib.suppress(asyncio.CancelledError):
            await state.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    state.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield state
    finally:
        server.close()
        for task in list(connections):
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        state.close()
