"""A loop whose clock stands still while anything happens, and leaps where nothing does.

With it 180 seconds of silence take no time, and a fault takes exactly as long as the timers say
that it met: what a machine is slow at is not counted. Sockets on this computer are real; what is
written to one can be read at its other end at once, so that an empty look means that nothing is on
its way. Threads are waited for.
"""

import asyncio
import selectors
import socket
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, Final

from desktop_app.overriding import override
from desktop_app.store.database import Database

_STUCK_SECONDS: Final = 60.0


class _Leaping(selectors.BaseSelector):
    """Looks, and where there is nothing to see, lets the clock leap instead of waiting."""

    def __init__(self) -> None:
        self._real = selectors.DefaultSelector()
        self.now = 1000.0
        self.threads = 0

    @override
    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    @override
    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    @override
    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    @override
    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()

    @override
    def close(self) -> None:
        self._real.close()

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = self._real.select(0)
        if found or timeout == 0:
            return found
        if timeout is not None and not self.threads:
            self.now += timeout
            return []
        found = self._real.select(_STUCK_SECONDS)
        if not found and timeout is None:
            raise RuntimeError("nothing is left that could ever happen")
        return found


class LapseLoop(asyncio.SelectorEventLoop):
    """asyncio's own loop on such a clock. It finds no name but addresses: there is no network."""

    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)

    @override
    def time(self) -> float:
        return self._leaping.now

    @override
    async def getaddrinfo(self, host: Any, port: Any, **_how: Any) -> Any:
        try:
            return socket.getaddrinfo(host, port, flags=socket.AI_NUMERICHOST, type=1)
        except socket.gaierror:
            raise socket.gaierror(socket.EAI_NONAME, "this name is unknown") from None

    @override
    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> Any:
        running = super().run_in_executor(executor, func, *args)
        self._leaping.threads += 1
        running.add_done_callback(lambda _done: self._a_thread_less())
        return running

    def _a_thread_less(self) -> None:
        self._leaping.threads -= 1

    def leap(self, seconds: float) -> None:
        """Have so many seconds pass at once, as a computer's clock does that counts its sleep."""
        self._leaping.now += seconds

    async def in_a_thread(self, work: Callable[..., Any], *args: Any, **_how: Any) -> Any:
        """What `anyio.to_thread.run_sync` does, in a thread that is waited for."""
        return await self.run_in_executor(None, work, *args)

    def wait_for(self, database: Database) -> None:
        """Let no clock leap while this database is at work."""
        submit = database._submit

        def counted(job: Any) -> Future[Any]:
            future: Future[Any] = submit(job)
            self._leaping.threads += 1
            self.call_soon(future.add_done_callback, done)  # after those who wait for it
            return future

        def done(_future: Future[Any]) -> None:
            if not self.is_closed():
                self.call_soon_threadsafe(self._a_thread_less)

        database._submit = counted  # type: ignore[method-assign]
