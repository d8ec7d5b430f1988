"""Watches a stream while nothing comes: says so, and ends one that a sleep of the computer broke.

A connection that did not outlive a sleep is dead, and nobody says so: its other end is gone.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from desktop_app.gemini import errors

if TYPE_CHECKING:
    from desktop_app.gemini.client import Events, Stream

STILL_WAITING_SECONDS: Final = 20.0
SLEPT_SECONDS: Final = 30.0
WAKE_SECONDS: Final = 10.0
LAST_WAKE_SECONDS: Final = 30.0
"""How long a stream may be silent after a sleep; the second is for an answer that the server
cannot be asked for again.
"""

_WATCH_SECONDS: Final = 1.0


class Clocks:
    """Compares two clocks: while a computer sleeps the one on the wall goes on.

    Where the steady one goes on too, as on Windows, it is the pause between two looks that shows
    it. Somebody may also have set the clock: what is done about a sleep must do no harm then.
    """

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall = wall
        self._steady = steady
        self._last = wall(), steady()

    def slept(self) -> bool:
        """Whether the computer has slept since this was asked last; ask every second."""
        wall, steady = self._wall(), self._steady()
        pause, gap = steady - self._last[1], wall - self._last[0]
        self._last = wall, steady
        return max(pause, gap) > SLEPT_SECONDS


class Watch:
    """Watches over one answer.

    `quiet` is called where nothing has come for a while; `can_ask` says whether the server can be
    asked for the answer again.
    """

    def __init__(self, quiet: Callable[[], None], can_ask: Callable[[], bool]) -> None:
        self._quiet = quiet
        self._can_ask = can_ask
        self._last_event = asyncio.get_running_loop().time()
        self._patience: asyncio.Timeout | None = None
        self._clocks = Clocks()
        self._slept = False

    async def run(self) -> None:
        """Watch, until it is cancelled."""
        clock = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            self._look()
            if clock() - self._last_event >= STILL_WAITING_SECONDS:
                self._quiet()

    def note_life(self) -> None:
        """Something has come, or is asked for only now."""
        self._last_event = asyncio.get_running_loop().time()
        if self._patience is not None and self._patience.when() is not None:
            self._patience.reschedule(None)  # the connection has outlived the sleep

    @asynccontextmanager
    async def over(self, stream: "Stream") -> AsyncGenerator["Events", None]:
        """Open a stream. Raises `StreamBroken` where a sleep has broken it."""
        try:
            async with asyncio.timeout(None) as self._patience, stream as events:
                yield events
        except TimeoutError:
            raise errors.StreamBroken(
                "The connection was lost while the computer slept.", errors.CAME_KEPT, code="slept"
            ) from None
        finally:
            self._patience = None

    @property
    def slept(self) -> bool:
        """Whether the computer has slept meanwhile: then the network is back only after a while."""
        self._look()  # where a limit has run out in the sleep, this is asked first of all
        return self._slept

    def _look(self) -> None:
        if not self._clocks.slept():
            return
        self._slept = True
        if self._patience is not None and not self._patience.expired():
            seconds = WAKE_SECONDS if self._can_ask() else LAST_WAKE_SECONDS
            self._patience.reschedule(asyncio.get_running_loop().time() + seconds)
