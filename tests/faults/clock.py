"""A loop with a clock of its own: it waits for nothing but for other threads' work."""

import asyncio
import selectors
from collections.abc import Callable


class ClockLoop(asyncio.SelectorEventLoop):
    """Time stands still while something is to be done, and leaps to the next timer else.

    `settle` is called before every leap, and returns when no other thread is at work.
    """

    def __init__(self, settle: Callable[[], None]) -> None:
        self.now = 0.0
        super().__init__(_Leaping(self, settle))

    def time(self) -> float:
        return self.now


class _Leaping(selectors.SelectSelector):
    def __init__(self, loop: ClockLoop, settle: Callable[[], None]) -> None:
        super().__init__()
        self._loop = loop
        self._settle = settle

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0:
            return super().select(0)
        self._settle()
        ready = super().select(0 if timeout is not None else 1)
        if not ready and timeout is not None:
            self._loop.now += timeout
        return ready
