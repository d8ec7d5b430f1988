"""Writes without waiting, also while the disk is full: then what is written waits for room."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from PySide6.QtCore import QObject, Signal

from desktop_app.store import conversations as queries
from desktop_app.store.ballast import Ballast, write_and_erase
from desktop_app.store.database import Database, DatabaseConnection, Work
from desktop_app.store.errors import DiskFull
from desktop_app.store.rows import Draft

if TYPE_CHECKING:
    from desktop_app.chat.saving import TurnSaver

T = TypeVar("T")

PROBE_SECONDS: Final = 5.0
_LEAST_SECONDS: Final = 1.0
_PROBE_BYTES: Final = 1 << 16

FULL: Final = "The disk is full: nothing new can be saved."
ADVICE: Final = "Make room and try again; what you wrote is still here."


@dataclass(frozen=True)
class Unsaved:
    """Text of the person's that is in memory only: in which conversation, and the text."""

    conversation: str
    text: str
    is_draft: bool


@dataclass(frozen=True)
class _Write:
    """A write that was handed over. A later one of its name makes it superfluous."""

    work: Work
    name: str
    number: int
    draft: Draft | None = None


class Writer(QObject):
    """Writes without waiting. What is handed over survives the end of every task.

    On a full disk it gives up the ballast, for what makes room; everything else waits in memory,
    and is written in its order when there is room again. `report` is given every other failure of
    a write, on the loop; after the loop's end nobody is told.
    """

    full_changed = Signal(bool)
    """The disk is full, or is no longer."""

    def __init__(
        self,
        database: Database,
        report: Callable[[BaseException], None],
        ballast: Ballast | None = None,
    ) -> None:
        super().__init__()
        self.database = database
        self.report = report
        self._ballast = ballast
        self._full = False
        self._refuses = False  # as the database's thread knows it
        self._number = 0
        self._newest: dict[str, int] = {}
        self._parked: dict[str, _Write] = {}
        self._savers: dict[TurnSaver, None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._probes: list[asyncio.Future[bool]] = []
        self._probed = 0.0
        self._closed = False
        self._ending = False  # each write is tried for itself

    # --- writing ------------------------------------------------------------------------------

    def submit(
        self, work: Work, done: Callable[[BaseException | None], None], *, frees: bool = False
    ) -> None:
        """Run a function in a transaction, and `done` on the loop with what went wrong."""
        loop = asyncio.get_running_loop()

        def arrived(future: Future[object]) -> None:  # on the database's thread
            error = future.exception()
            if isinstance(error, DiskFull):
                self._refuses = not self._ending
            if not loop.is_closed():
                loop.call_soon_threadsafe(done, error)

        self.database.write_and_forget(work if frees else self._gated(work)).add_done_callback(
            arrived
        )

    def _gated(self, work: Callable[[DatabaseConnection], T]) -> Callable[[DatabaseConnection], T]:
        """Keep what was handed over before it was known that the disk is full, and is done after
        the ballast was given up, from taking that room.
        """

        def gated(db: DatabaseConnection) -> T:
            if self._refuses:
                raise DiskFull(FULL, ADVICE)
            return work(db)

        return gated

    def write(self, work: Work, name: str = "", *, frees: bool = False) -> None:
        """Hand a function over, to be run in a transaction.

        Of several of one `name` only the last one counts. One that frees room is tried on a full
        disk too.
        """
        self._hand_over(self._make(work, name), frees=frees)

    def save_draft(self, owner: str, draft: Draft) -> None:
        """Keep what stands in the composer of a conversation; the key of a new chat is empty."""

        def work(db: DatabaseConnection) -> None:
            queries.save_draft(db, owner, draft)

        self._hand_over(self._make(work, draft_name(owner), draft))

    def waiting_draft(self, owner: str) -> Draft | None:
        """The draft of a conversation that waits for room."""
        waiting = self._parked.get(draft_name(owner))
        return waiting.draft if waiting is not None else None

    def _make(self, work: Work, name: str, draft: Draft | None = None) -> _Write:
        self._number += 1
        write = _Write(work, name or f"number {self._number}", self._number, draft)
        self._newest[write.name] = write.number
        return write

    def _hand_over(self, write: _Write, *, frees: bool = False) -> None:
        if self._full:
            self._park(write)  # also where it is tried: it must come after what waits already
            if asyncio.get_running_loop().time() > self._probed + _LEAST_SECONDS:
                self.probe()
        if not self._full or frees:
            self._try(write, frees=frees, again=frees)

    def _try(self, write: _Write, *, frees: bool = False, again: bool = False) -> None:
        def done(error: BaseException | None) -> None:
            if isinstance(error, DiskFull):
                self.run_out()
                if again:
                    self._try(write, frees=True)
                elif self._newest.get(write.name) == write.number:
                    self._park(write)
            else:
                if self._newest.get(write.name) == write.number and write.name not in self._parked:
                    del self._newest[write.name]
                if error is not None:
                    self.report(error)

        self.submit(write.work, done, frees=frees)

    async def commit(self, work: Callable[[DatabaseConnection], T], *, frees: bool = False) -> T:
        """Run a function in a transaction and wait for it.

        Raises `StoreError`, and then nothing was written. On a full disk one that frees room has
        that of the ballast; any other waits until it is known whether there is room by now.
        """
        if not frees and not await self.has_room():
            raise DiskFull(FULL, ADVICE)
        try:
            return await self.database.write(work if frees else self._gated(work))
        except DiskFull:
            self._refuses = True
            self.run_out()
            if not frees:
                raise
        return await self.database.write(work)

    # --- a full disk --------------------------------------------------------------------------

    @property
    def is_full(self) -> bool:
        """Whether the disk is full, as far as is known."""
        return self._full

    def run_out(self) -> None:
        """A write has failed for want of room: give up the ballast, and look for room from now on.

        What waits has it when there is room for all of it; see `Ballast.take`.
        """
        if self._ballast is not None:
            self._ballast.release()
        if not self._full and not self._closed:
            self._full = True
            self._look_later()
            self.full_changed.emit(True)

    def wait_for_room(self, saver: "TurnSaver") -> None:
        """Have a turn written when there is room."""
        self._savers[saver] = None

    def keeps_waiting(self, saver: "TurnSaver") -> bool:
        """Whether a turn waits for room."""
        return saver in self._savers

    def waits_with(self, conversation: str) -> bool:
        """Whether a turn of a conversation waits for room."""
        return any(saver.conversation == conversation for saver in self._savers)

    def forget(self, name: str) -> None:
        """Do not write what waits under a name: what it is about is written, or gone."""
        self._newest.pop(name, None)
        self._parked.pop(name, None)

    def forget_conversations(self, keys: Iterable[str]) -> None:
        """Write nothing more of these: they are deleted, and would be there again."""
        gone = set(keys)
        for name in (name(key) for key in gone for name in (draft_name, row_name)):
            self.forget(name)
        self._savers = {one: None for one in self._savers if one.conversation not in gone}

    def _park(self, write: _Write) -> None:
        self._parked.pop(write.name, None)
        self._parked[write.name] = write

    def _look_later(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(PROBE_SECONDS, self._look)

    def _look(self) -> None:
        self._timer = None
        self.probe()

    def probe(self) -> None:
        """See whether there is room by now; a signal says so."""
        if self._full and not self._probes:
            self._begin_probe()

    async def has_room(self) -> bool:
        """Say whether there is room, as far as is known; where there was none, look again."""
        if not self._full:
            return True
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        if not self._probes:
            self._begin_probe()
        self._probes.append(answer)
        return await answer

    def _begin_probe(self) -> None:
        ballast, loop = self._ballast, asyncio.get_running_loop()
        self._probed = loop.time()
        self._probes.append(loop.create_future())

        def work(db: DatabaseConnection) -> None:
            if ballast is not None and not ballast.take():
                raise DiskFull(FULL, ADVICE)
            write_and_erase(db, _PROBE_BYTES)

        self.submit(work, self._end_probe, frees=True)

    def _end_probe(self, error: BaseException | None) -> None:
        if error is None:
            self._full = self._refuses = False
            self._write_all()
            self.full_changed.emit(False)
        else:
            if self._ballast is not None:
                self._ballast.release()
            self._look_later()
        probes, self._probes = self._probes, []
        for answer in probes:
            if not answer.done():
                answer.set_result(error is None)

    def _write_all(self) -> None:
        parked, self._parked = self._parked, {}
        savers, self._savers = self._savers, {}
        for write in parked.values():
            self._try(write)
        for saver in savers:
            saver.write()

    # --- the end ------------------------------------------------------------------------------

    def unsaved(self) -> list[Unsaved]:
        """What the person would lose if the program ended now."""
        found = [
            Unsaved(saver.conversation, saver.turn.output_text, is_draft=False)
            for saver in self._savers
        ]
        for write in self._parked.values():
            if write.draft is not None and write.draft.text.strip():
                owner = write.name.removeprefix(draft_name(""))
                found.append(Unsaved(owner, write.draft.text, is_draft=True))
        return found

    async def take_ballast(self) -> None:
        """Take the room that is kept for a full disk, where there is enough of it."""
        if self._ballast is not None and not self._full:
            await asyncio.to_thread(self._ballast.take)

    async def save_all(self) -> None:
        """Write all that waits with what is left of room: the program is to end."""
        self._refuses, self._ending = False, True
        self._write_all()
        await self.database.read(lambda _db: None)
        self._refuses, self._ending = self._full, False
        await asyncio.sleep(0)  # who waited for the last write is told by now

    def close(self) -> None:
        """Write all that waits: what is handed over now is still done."""
        self._closed = self._ending = True
        self._refuses = False
        if self._timer is not None:
            self._timer.cancel()
        self._write_all()


def draft_name(owner: str) -> str:
    """The name under which the draft of a conversation is written."""
    return f"draft of {owner}"


def row_name(key: str) -> str:
    """The name under which a conversation's own row is written."""
    return f"row of {key}"
