"""The process: its socket, its signals, and uvicorn, which serves the application."""

import asyncio
import contextlib
import logging
import signal
import socket
import sys
from collections.abc import Generator
from typing import Final

import uvicorn

from desktop_app.demo.app import DemoApp
from desktop_app.demo.parent import watch_parent
from desktop_app.overriding import override

HOST: Final = "127.0.0.1"
_BACKLOG: Final = 128
_GRACE_SECONDS: Final = 2


def serve(port: int, seed: int | None, tokens_per_second: float) -> None:
    """Serve on 127.0.0.1 until a signal comes, or until the program that started us has gone.

    Writes one line, `READY http://127.0.0.1:PORT`, when requests are taken. Raises `OSError`
    where the port is not free.
    """
    # asyncio switches Nagle's algorithm off only where the protocol is named: without, every
    # answer waits 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        if sys.platform != "win32":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
        listening.listen(_BACKLOG)
        asyncio.run(_serve(listening, DemoApp(seed, tokens_per_second)))


async def _serve(listening: socket.socket, app: DemoApp) -> None:
    # uvicorn says as an error what `demo-cut` does on purpose.
    logging.getLogger("uvicorn.error").addFilter(_is_not_a_cut)
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level="error",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    server = _Server(config, app)
    loop = asyncio.get_running_loop()
    with _signals(server, loop):
        watch_parent(loop, server.stop)
        await server.serve(sockets=[listening])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, app: DemoApp) -> None:
        super().__init__(config)
        self._app = app

    def stop(self) -> None:
        """Take no more requests, and end."""
        self.should_exit = True

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        assert sockets
        with contextlib.suppress(OSError):  # nobody reads it: then the port was given
            sys.stdout.write(f"READY http://{HOST}:{sockets[0].getsockname()[1]}\n")
            sys.stdout.flush()

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._app.close()
        await super().shutdown(sockets)

    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        # uvicorn would end by the signal itself; being asked to end is no failure.
        yield


@contextlib.contextmanager
def _signals(server: _Server, loop: asyncio.AbstractEventLoop) -> Generator[None, None, None]:
    def stop(number: int, frame: object) -> None:
        del number, frame
        loop.call_soon_threadsafe(server.stop)

    numbers = [signal.SIGINT, signal.SIGTERM]
    if sys.platform == "win32":
        numbers.append(signal.SIGBREAK)
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handling in before.items():
            signal.signal(number, handling)


def _is_not_a_cut(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("ASGI callable returned without")
