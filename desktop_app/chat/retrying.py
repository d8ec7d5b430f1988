"""The pause before a request is sent again: told, counted down, and cut short if need be."""

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from desktop_app.chat.pause import Pause

if TYPE_CHECKING:
    from desktop_app.gemini.retry import RetryScheduled

SHORT_SECONDS: Final = 0.5
"""A pause that nobody could read of is not told."""


class Retrying:
    """One pause at a time. `tell` is given it, and `None` at its end; `ended` is called then."""

    def __init__(self, tell: Callable[[Pause | None], None], ended: Callable[[], None]) -> None:
        self._tell = tell
        self._ended = ended
        self._retry: RetryScheduled | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def goes_on(self) -> bool:
        """Whether there is a pause now."""
        return self._retry is not None

    def begin(self, retry: "RetryScheduled") -> None:
        """A request is sent again after a pause."""
        if retry.seconds >= SHORT_SECONDS:
            self._retry = retry
            self._timer = asyncio.get_running_loop().call_later(retry.seconds, self.end)
            self._tell(Pause(str(retry.error), time.monotonic() + retry.seconds))

    def hurry(self) -> None:
        """Let it be sent now."""
        if self._retry is not None:
            self._retry.hurry()
            self.end()

    def end(self) -> None:
        """The pause is over, or nothing is sent any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._retry is not None:
            self._retry = None
            self._ended()
            self._tell(None)
