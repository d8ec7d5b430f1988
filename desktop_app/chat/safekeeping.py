"""Keeps the history safe while the program runs: looks whether it is whole, and makes backups.

All of it happens beside whoever reads and writes, on a connection of its own, in a thread.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from typing import Final, TypeVar

import apsw
from PySide6.QtCore import QObject, Signal

from desktop_app.chat.notices import Notice, NoticeBoard, NoticeKind
from desktop_app.chat.saving import Writer
from desktop_app.chat.tasks import TaskScope
from desktop_app.store import backups
from desktop_app.store import conversations as queries
from desktop_app.store.backups import Backup
from desktop_app.store.database import open_read_only, translate
from desktop_app.store.errors import DamagedCopy, DatabaseDamaged, DiskFull, StoreError
from desktop_app.store.integrity import is_whole
from desktop_app.store.mending import ask_for_restore

log = logging.getLogger(__name__)

T = TypeVar("T")

CHECKED: Final = "checked"
"""Under this name the time of the last full look is remembered."""

DAMAGE_TOPIC: Final = "damage"
WEEK: Final = 7 * 24 * 3600.0
DAY: Final = 24 * 3600.0
_LOOK_AGAIN: Final = 3600.0
_PATIENCE: Final = 1.0


class Safekeeping(QObject):
    """Does what is due, now and every hour.

    `left_open` says that the last run did not end by itself, `checked` when all was looked at
    (Unix time).
    """

    listed = Signal(list)
    """The `Backup`s there are, the latest first."""

    restart_wanted = Signal()
    """The program is to close and start again."""

    def __init__(
        self,
        writer: Writer,
        notices: NoticeBoard,
        tasks: TaskScope,
        parent: QObject | None = None,
        *,
        left_open: bool = False,
        checked: float = 0.0,
    ) -> None:
        super().__init__(parent)
        self._writer = writer
        self._file = writer.database.file
        self._notices = notices
        self._tasks = tasks
        self._left_open = left_open
        self._checked = checked
        self._stop = threading.Event()
        self._working: set[asyncio.Future[None]] = set()
        self.restarts = False

    def start(self) -> None:
        """Begin, when the window is there."""
        loop = asyncio.get_running_loop()

        def note() -> None:  # on any thread
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._tell_damage)

        database = self._writer.database
        database.on_damage = note
        if database.damaged:
            self._tell_damage()
        self._tasks.start(self._run(), "safekeeping")

    async def aclose(self) -> None:
        """Stop; what is being done in a thread is soon over."""
        self._stop.set()
        self._writer.database.on_damage = None
        if self._working:
            done, _ = await asyncio.wait(self._working, timeout=_PATIENCE)
            for one in done:
                one.exception()  # nobody waits for it any more

    def act(self, notice: Notice) -> None:
        """Do what a notice of ours has offered."""
        if notice.topic == DAMAGE_TOPIC:
            self.restart()

    def restart(self) -> None:
        """Have the program close and start again."""
        self.restarts = True
        self.restart_wanted.emit()

    # --- backups ------------------------------------------------------------------------------

    def list(self) -> None:
        """Have the backups listed; a signal brings them."""
        self._tasks.start(self._list(), "backups")

    async def _list(self) -> None:
        profile = self._file.parent
        found = await self._in_thread(lambda: backups.list_backups(profile, count=True))
        self.listed.emit(found)

    def restore(self, backup: Backup) -> None:
        """Start again with a backup in the place of the history."""
        self._tasks.start(self._restore(backup), "restore")

    async def _restore(self, backup: Backup) -> None:
        profile, name = self._file.parent, backup.file.name
        await self._in_thread(lambda: backups.check_backup(backup.file))
        try:
            await self._in_thread(lambda: ask_for_restore(profile, name))
        except OSError as error:
            raise DiskFull(f"The backup was not restored: {error.strerror}.") from error
        self.restart()

    # --- what is due --------------------------------------------------------------------------

    async def _run(self) -> None:
        if self._left_open:
            await self._look(thorough=False)
        while not self._writer.database.damaged:
            now = time.time()
            if not 0 <= now - self._checked < WEEK and await self._look(thorough=True):
                self._checked = now
                self._writer.write(lambda db, now=now: queries.save_meta(db, CHECKED, str(now)))
            if self._stop.is_set():  # nothing may be begun any more
                return
            await self._back_up()
            await asyncio.sleep(_LOOK_AGAIN)

    async def _look(self, *, thorough: bool) -> bool:
        database = self._writer.database
        try:
            whole = await self._in_thread(
                lambda: is_whole(self._file, thorough=thorough, stop=self._stop)
            )
        except StoreError as error:
            log.warning("the history could not be looked at: %s", type(error).__name__)
            return False
        if whole is False:
            log.error("the history is damaged")
            database.note_damage()
        elif whole and not thorough:
            # What a torn transaction has left in the WAL must not outlive this run.
            await database.read(lambda db: db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE))
        return whole is True

    async def _back_up(self) -> None:
        try:
            made = await self._in_thread(self._back_up_if_due)
        except (DamagedCopy, DatabaseDamaged):
            self._writer.database.note_damage()
        except StoreError as error:
            log.warning("no backup was made: %s", type(error).__name__)
        else:
            if made:
                log.info("a backup was made")

    def _back_up_if_due(self) -> bool:
        """Make the backup of a day, unless nothing has changed since the last one."""
        profile = self._file.parent
        latest = next((one for one in backups.list_backups(profile) if not one.label), None)
        if latest is not None and abs(time.time() - latest.made.timestamp()) < DAY:
            return False
        db = open_read_only(self._file)
        try:
            if latest is not None and backups.fingerprint_of(latest) == backups.fingerprint(db):
                return False
            backups.back_up(db, profile, stop=self._stop)
            backups.tidy(profile)
        except backups.Stopped:
            return False
        except apsw.Error as error:
            raise translate(error, self._file) from error
        finally:
            db.close()
        return True

    async def _in_thread(self, work: Callable[[], T]) -> T:
        """Wait for work that goes on when nobody waits any more."""
        loop = asyncio.get_running_loop()
        result: list[T] = []
        working = loop.run_in_executor(None, lambda: result.append(work()))
        self._working.add(working)
        try:
            await asyncio.shield(working)
        finally:
            if working.done():
                self._working.discard(working)
        return result[0]

    def _tell_damage(self) -> None:
        self._notices.post(
            Notice(
                "The history is damaged. Castor saves what can be read when it starts again.",
                NoticeKind.DANGER,
                topic=DAMAGE_TOPIC,
                action="Restart",
            )
        )
