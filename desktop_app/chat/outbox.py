"""Sends what waits: when the network is back, and when fewer answers come in at once.

What waits is on the disk, turn by turn; this only knows in which conversations there is something,
and asks the server now and then whether it can be reached. The request itself is the last test:
where no connection is made it has done nothing, and the input waits on.
"""

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from desktop_app.chat.connection import Connection
from desktop_app.chat.pause import Pause
from desktop_app.chat.preferences import Preferences
from desktop_app.chat.queue import QUEUED
from desktop_app.chat.tasks import TaskScope
from desktop_app.chat.watching import Clocks
from desktop_app.errors import AppError
from desktop_app.gemini.errors import GeminiError, is_unreached

if TYPE_CHECKING:
    from desktop_app.chat.session import ChatSession

MOST_STREAMS: Final = 8
"""Answers that come in at once; what is asked beyond that waits."""

PROBE_SECONDS: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0)
"""The pauses between two looks at the network; the last one for ever."""

_SLICE_SECONDS: Final = 5.0

FULL: Final = Pause(f"Queued. {MOST_STREAMS} answers are coming in at once.", hurries=False)
NO_ROOM: Final = f"{MOST_STREAMS} answers are coming in. Continue this one when one has ended."
NO_KEY: Final = Pause("Waiting for the API key.", hurries=False)


class Outbox(QObject):
    """The conversations in which something waits, in the order in which it began to."""

    waiting_changed = Signal(str, bool)
    """In the conversation of this key an input waits, or none does."""

    def __init__(
        self,
        connection: Connection,
        preferences: Preferences,
        tasks: TaskScope,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._connection = connection
        self._preferences = preferences
        self._tasks = tasks
        self._sessions: dict[str, ChatSession] = {}
        self._waiting: dict[str, ChatSession] = {}
        self._turns: dict[str, int] = {}  # whose turn it is, also while it is tried in vain
        self._count = 0
        self._blocked: AppError | None = None
        self._failed = 0
        self._probing: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()
        self._freed = asyncio.Event()
        preferences.key_changed.connect(self.wake)
        preferences.networking.changed.connect(self.wake)

    def follow(self, session: "ChatSession") -> None:
        """Send what waits in a conversation from now on."""
        self._sessions[session.key] = session
        session.queue.changed.connect(partial(self._note, session))
        session.queue.came_back.connect(self._block)
        session.busy_changed.connect(partial(self._note_busy, session))

    def leave(self, session: "ChatSession") -> None:
        """Send nothing more of a conversation: it is in the trash, or nothing waits there."""
        self._sessions.pop(session.key, None)
        self._turns.pop(session.key, None)
        if self._waiting.pop(session.key, None) is not None:
            self.waiting_changed.emit(session.key, False)

    # --- what goes out ------------------------------------------------------------------------

    def is_open(self, session: "ChatSession") -> bool:
        """Whether an input of a conversation may go out at once."""
        return self._blocked is None and self.has_room(session)

    def has_room(self, session: "ChatSession | None" = None) -> bool:
        """Whether one more answer may come in, of a conversation that is not counted."""
        streams = sum(one.busy for one in self._sessions.values() if one is not session)
        return streams < MOST_STREAMS

    async def until_room(self) -> None:
        """Wait until one more answer may come in."""
        while not self.has_room():
            self._freed.clear()
            await self._freed.wait()

    def wake(self) -> None:
        """Look at the network at once: something has changed, or somebody looks."""
        self._failed = 0
        if self._probing is not None:
            self._woken.set()
        self._work()

    def _work(self) -> None:
        if self._blocked is None and self._preferences.has_key:
            for session in sorted(self._waiting.values(), key=lambda one: self._turns[one.key]):
                if not session.busy and self.has_room():
                    session.send_next()
        if self._waiting and self._blocked is not None and self._probing is None:
            self._probing = self._tasks.start(self._probe(), "probe")
        self._explain()

    def _note(self, session: "ChatSession") -> None:
        waits = bool(session.queue.keys)
        if session.key in self._sessions and waits != (session.key in self._waiting):
            if waits:
                self._count += 1
                self._turns.setdefault(session.key, self._count)
                self._waiting[session.key] = session
            else:
                del self._waiting[session.key]
            self.waiting_changed.emit(session.key, waits)
        if waits:
            self._work()

    def _note_busy(self, session: "ChatSession", busy: bool) -> None:
        if busy:
            return
        if session.running.has_news:
            self._failed = 0
            self._turns.pop(session.key, None)
            if session.key in self._waiting:
                self._count += 1
                self._turns[session.key] = self._count
        self._freed.set()
        self._work()

    def _explain(self) -> None:
        """Say of each conversation what its first input waits for."""
        for session in self._waiting.values():
            why = QUEUED
            if self._blocked is not None:
                network = "Waiting for the network. " if is_unreached(self._blocked) else "Queued. "
                why = Pause(f"{network}{self._blocked}")
            elif not self._preferences.has_key and self._preferences.key_known:
                why = NO_KEY
            elif not session.busy and not self.has_room():
                why = FULL
            session.queue.explain(why)

    # --- the network --------------------------------------------------------------------------

    def _block(self, error: AppError) -> None:
        """Nothing goes out for now."""
        self._blocked = error
        self._explain()

    async def _probe(self) -> None:
        while self._waiting and self._blocked is not None:
            await self._rest(PROBE_SECONDS[min(self._failed, len(PROBE_SECONDS) - 1)])
            self._failed += 1
            try:
                await self._connection.client.reach()
            except GeminiError as error:
                self._block(error)
            else:
                self._blocked = None
        self._blocked = None  # what is sent next finds out by itself
        self._probing = None
        self._work()

    async def _rest(self, seconds: float) -> None:
        """Let some time pass: less where something has changed, or the computer has slept."""
        until, clocks = time.monotonic() + seconds, Clocks()
        while (left := until - time.monotonic()) > 0 and not self._woken.is_set():
            try:
                async with asyncio.timeout(min(left, _SLICE_SECONDS)):
                    await self._woken.wait()
            except TimeoutError:
                if clocks.slept():
                    break
        self._woken.clear()
