"""When a create is sent again by itself: only where it surely did nothing the first time.

That is after 429, after 503, and where no connection was made (specification, section 10); never
after an event. There is no idempotency key, so everything else could be billed twice.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from desktop_app.gemini.errors import ConnectionFailed, GeminiError, Overloaded, RateLimited

MAX_TRIES: Final = 4
LONGEST_WAIT: Final = 60.0
_CONNECT_WAITS: Final = (0.3, 1.0)


@dataclass(frozen=True)
class RetryScheduled:
    """Says that a create goes out again in `seconds`; `attempt` counts the tries so far."""

    error: GeminiError
    seconds: float
    attempt: int
    _hurried: asyncio.Event = field(default_factory=asyncio.Event, repr=False, compare=False)

    def hurry(self) -> None:
        """Let it go out at once."""
        self._hurried.set()

    async def pause(self) -> None:
        """Wait until it is time."""
        try:
            async with asyncio.timeout(self.seconds):
                await self._hurried.wait()
        except TimeoutError:
            pass


def wait_before_retry(
    error: GeminiError, attempt: int, jitter: Callable[[], float] = random.random
) -> float | None:
    """Say how long to wait before try `attempt` + 1, in seconds; `None`: do not try again.

    A server that asks for more than 60 s is not asked again without the person.
    """
    if isinstance(error, ConnectionFailed):
        # Castor raises exactly this class where nothing was sent.
        waits = _CONNECT_WAITS if type(error) is ConnectionFailed else ()
        return waits[attempt - 1] if attempt <= len(waits) else None
    if attempt >= MAX_TRIES:
        return None
    busy = isinstance(error, Overloaded) and error.http_status == 503
    if not busy and not (isinstance(error, RateLimited) and not error.daily):
        return None
    asked = error.retry_after if isinstance(error, RateLimited | Overloaded) else None
    wait = float(2 ** (attempt - 1)) if asked is None else asked
    if wait > LONGEST_WAIT:
        return None
    return wait + 0.25 * jitter() * min(wait, 4.0)
