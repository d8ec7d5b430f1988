"""One connection to the history, owned by one thread.

Everybody else hands that thread functions and gets futures back. Writing is durable when the
future is done: WAL with synchronous=FULL loses nothing in a power cut, NORMAL does (reliability,
section 1.10).
"""

import asyncio
import os
import queue
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypeVar

import apsw

from desktop_app import faultpoints
from desktop_app.store.backups import back_up
from desktop_app.store.ballast import Ballast
from desktop_app.store.errors import (
    DatabaseDamaged,
    DiskFull,
    ProfileUnwritable,
    StoreError,
)
from desktop_app.store.failures import translate
from desktop_app.store.files import make_private_folder, sync_folder
from desktop_app.store.job import Job
from desktop_app.store.migrations import MIGRATIONS, migrate, version_of
from desktop_app.store.opener import Opener
from desktop_app.store.pages import WAL
from desktop_app.store.soundness import (
    check_header,
    check_log,
    check_tables,
    damaged,
    leave_as_it_is,
    log_of,
    mark_damaged,
)

T = TypeVar("T")

DatabaseConnection = apsw.Connection
"""What a function that is handed to the database is given."""

Work = Callable[[apsw.Connection], object]

FILE_NAME: Final = "history.db"
OLDEST_SQLITE: Final = 3_051_003
"""Older ones can lose commits when the WAL is reset (SQLite's changes of 3.51.3)."""

MADE: Final = "-new"
"""What is at the end of the name of a history that is being made."""

_BUSY_MS: Final = 5_000
_BUSY_HERE_MS: Final = 200


class PlainOpener:
    """Opens a history as it is, through a VFS of SQLite's; a damaged one stays closed."""

    def __init__(self, file: Path, vfs: str | None = None) -> None:
        self._file = file
        self._vfs = vfs

    def open(self) -> apsw.Connection:
        """Open it. Raises `StoreError`."""
        return open_connection(self._file, vfs=self._vfs)

    def mend(self) -> None:
        """Refuse. Raises `DatabaseDamaged`."""
        raise damaged(self._file)


class Database:
    """The history of one profile.

    `read` and `write` may be called from any thread and return futures; what is handed over is
    done in order, and `close` waits until all of it is done. `read_here` does not wait for that
    order: it is for the few rows that are wanted at once, by the thread that made the database.

    Without an `opener` it is opened as it is, and a damaged one stays closed. `on_damage` is called
    once, on any thread, when the history turns out to be damaged while it is
    in use.
    """

    def __init__(self, file: Path, opener: Opener | None = None) -> None:
        self.file = file
        self.opened: Future[None] = Future()
        self.on_damage: Callable[[], object] | None = None
        self.damaged = False
        self._unwritten: list[Work] = []
        self._opener = opener or PlainOpener(file)
        self._jobs: queue.SimpleQueue[Job[Any] | None] = queue.SimpleQueue()
        self._closed = False
        self._reader: apsw.Connection | None = None
        self._thread = threading.Thread(target=self._run, name="history", daemon=True)
        self._thread.start()

    def read(self, work: Callable[[apsw.Connection], T]) -> Awaitable[T]:
        """Run a function that only reads. The result raises `StoreError`."""
        return self._put(Job(work, write=False))

    def write(self, work: Callable[[apsw.Connection], T]) -> Awaitable[T]:
        """Run a function in a transaction; its result is there when it is on the disk.

        The result raises `StoreError`, and then nothing of it was written.
        """
        return self._put(Job(work, write=True))

    def begin(self, work: Callable[[apsw.Connection], T]) -> Awaitable[T]:
        """Run the first function of all in a transaction; a history that it cannot read is mended.

        The result raises `StoreError`.
        """
        return self._put(Job(work, write=True, first=True))

    def write_and_forget(self, work: Callable[[apsw.Connection], object]) -> Future[object]:
        """Run a function in a transaction; the future is not bound to a loop."""
        job = Job(work, write=True)
        job.forgotten = True
        return self._submit(job)

    def read_here(self, work: Callable[[apsw.Connection], T]) -> T:
        """Run a function on a connection of the caller's that only reads what is committed.

        Raises `StoreError`. Nothing that is read lazily may be left of it: it would keep the WAL.
        """
        if self._closed:
            raise StoreError("The history is closed.")
        try:
            if self._reader is None:
                self._reader = open_read_only(self.file)
                self._reader.set_busy_timeout(_BUSY_HERE_MS)
            return work(self._reader)
        except apsw.Error as error:
            told = translate(error, self.file)
            if isinstance(told, DatabaseDamaged):
                self.note_damage()
            raise told from error
        except DatabaseDamaged:
            self.note_damage()
            raise

    def note_damage(self) -> None:
        """Have the history mended at the next start."""
        if self.damaged:
            return
        self.damaged = True
        with suppress(OSError):  # then it is found again
            mark_damaged(self.file)
        if self.on_damage is not None:
            self.on_damage()

    def close(self) -> None:
        """Do what was handed over, close the connections, end the thread."""
        if not self._closed:
            self._closed = True
            if self._reader is not None:
                self._reader.close()  # first, as the last one to be closed empties the WAL
            self._jobs.put(None)
        self._thread.join()

    def _put(self, job: Job[T]) -> Awaitable[T]:
        return asyncio.wrap_future(self._submit(job))

    def _submit(self, job: Job[T]) -> Future[T]:
        if self._closed:
            job.future.set_exception(StoreError("The history is closed."))
        else:
            self._jobs.put(job)
        return job.future

    def _run(self) -> None:
        try:
            db = self._opener.open()
        except StoreError as error:
            self.opened.set_exception(error)
            self._refuse_all(error)
            return
        self.opened.set_result(None)
        while (job := self._jobs.get()) is not None:
            failure = self._do(db, job)
            if failure is None:
                continue
            if job.first:
                try:
                    db = self._mended(db)
                except StoreError as error:
                    job.future.set_exception(error)
                    self._refuse_all(error)
                    return
                job.first = False
                failure = self._do(db, job, again=True)
            if failure is not None:
                if job.forgotten:
                    self._unwritten.append(job.work)
                job.future.set_exception(failure)
                self.note_damage()
        db.close()
        if self._unwritten:
            self._write_what_was_refused()

    def _write_what_was_refused(self) -> None:
        """Mend the history now: what nobody waits for would be lost with this run."""
        try:
            self._opener.mend()
            db = self._opener.open()
        except StoreError:
            return  # the next start tries again
        for work in self._unwritten:
            with suppress(StoreError, apsw.Error, UnicodeDecodeError):
                _in_transaction(db, work)
        db.close()

    def _mended(self, db: apsw.Connection) -> apsw.Connection:
        leave_as_it_is(db)
        db.close()
        self._opener.mend()
        return self._opener.open()

    def _do(
        self, db: apsw.Connection, job: Job[Any], *, again: bool = False
    ) -> DatabaseDamaged | None:
        """Do a job; return the failure, which is nobody's yet, where the history is damaged."""
        if not again and not job.future.set_running_or_notify_cancel():
            return None
        try:
            result = _in_transaction(db, job.work) if job.write else job.work(db)
        except apsw.Error as error:
            told = translate(error, self.file)
            if isinstance(told, DatabaseDamaged):
                return told
            job.future.set_exception(told)
        except DatabaseDamaged as error:
            return error
        except UnicodeDecodeError as error:  # a text in it is none
            told = damaged(self.file)
            told.__cause__ = error
            return told
        except BaseException as error:  # noqa: BLE001 - it is raised where the future is awaited
            job.future.set_exception(error)
        else:
            job.future.set_result(result)
        return None

    def _refuse_all(self, error: StoreError) -> None:
        while (job := self._jobs.get()) is not None:
            job.future.set_exception(error)


def _in_transaction(db: apsw.Connection, work: Callable[[apsw.Connection], T]) -> T:
    db.execute("BEGIN IMMEDIATE")
    try:
        result = work(db)
        faultpoints.reach("database.commit")
        db.execute("COMMIT")
        faultpoints.reach("database.committed")
    except BaseException:
        if not db.get_autocommit():  # a full disk has rolled back by itself
            db.execute("ROLLBACK")
        raise
    return result


def open_connection(
    file: Path, on_change: Callable[[], object] | None = None, vfs: str | None = None
) -> apsw.Connection:
    """Open the history for writing, make it where it is missing, bring it up to date.

    The folder is made with mode 0700, the file with 0600. `on_change` is called before an older
    history is brought up to date, which may take a while; a backup of it is made before. One that
    is damaged or newer is left as it is, and all beside it. On a full disk the ballast is given up
    for it. Raises `StoreError`.
    """
    try:
        return _open(file, on_change, vfs)
    except DiskFull:
        Ballast(file).release()
    return _open(file, on_change, vfs)


def _open(file: Path, on_change: Callable[[], object] | None, vfs: str | None) -> apsw.Connection:
    try:
        make_private_folder(file.parent)
        if not file.exists() and not log_of(file).exists():
            _make(file, vfs)
        check_header(file)
        os.close(os.open(file, os.O_RDWR | os.O_CLOEXEC))
    except OSError as error:
        raise ProfileUnwritable(
            f"The folder {file.parent} cannot be written: {error.strerror}.",
            "Choose another one with --profile.",
        ) from error
    except apsw.Error as error:
        raise translate(error, file) from error
    try:
        left_open = log_of(file).exists()
        db = apsw.Connection(str(file), vfs=vfs)
        try:
            leave_as_it_is(db)
            _set_up(db)
            if left_open:
                check_log(db, file)
            _bring_up_to_date(db, file, on_change)
            leave_as_it_is(db, leave=False)
        except BaseException:
            db.close()
            raise
    except apsw.Error as error:
        raise translate(error, file) from error
    except OSError as error:
        raise DiskFull(f"The history could not be opened: {error.strerror}.") from error
    return db


def _make(file: Path, vfs: str | None) -> None:
    """Make an empty history. It is whole when it has its name, so that an empty file is damage."""
    new = file.with_name(file.name + MADE)
    for ending in ("", WAL, "-shm"):
        new.with_name(new.name + ending).unlink(missing_ok=True)
    os.close(os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    db = apsw.Connection(str(new), vfs=vfs)
    try:
        _set_up(db)
        migrate(db, file)
    finally:
        db.close()
    new.replace(file)
    sync_folder(file.parent)


def _bring_up_to_date(
    db: apsw.Connection, file: Path, on_change: Callable[[], object] | None
) -> None:
    version = version_of(db)
    if version < len(MIGRATIONS):
        if on_change is not None:
            on_change()
        back_up(db, file.parent, f"version-{version}")
        faultpoints.reach("migration.copied")
    try:
        migrate(db, file)
    except apsw.ConstraintError as error:  # what is in it is not as its own schema wants it
        raise damaged(file) from error
    check_tables(db, file)


def open_read_only(file: Path) -> apsw.Connection:
    """Open the history for reading, also while Castor runs. Raises `StoreError`."""
    if not file.is_file():
        raise StoreError(f"There is no history in {file.parent}.")
    try:
        try:
            db, version = _open_to_read(file)
        except (apsw.FullError, apsw.IOError):  # there is no room for the index of the WAL
            Ballast(file).release()
            db, version = _open_to_read(file)
    except apsw.Error as error:
        raise translate(error, file) from error
    if version < len(MIGRATIONS):
        db.close()
        raise StoreError(
            f"The history in {file.parent} was made by an older Castor.",
            "Start Castor once with this profile: that brings it up to date.",
        )
    return db


def _open_to_read(file: Path) -> tuple[apsw.Connection, int]:
    db = apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READONLY)
    db.set_busy_timeout(_BUSY_MS)
    for pragma in ("trusted_schema = OFF", "temp_store = MEMORY"):
        db.execute(f"PRAGMA {pragma}")
    return db, version_of(db)


def _set_up(db: apsw.Connection) -> None:
    db.set_busy_timeout(_BUSY_MS)
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "fullfsync = ON",
        "checkpoint_fullfsync = ON",
        "foreign_keys = ON",
        "trusted_schema = OFF",
        "secure_delete = ON",
        "temp_store = MEMORY",  # a large sort would fail on a full disk
        # The ballast has room for so much of the WAL to be written where it belongs.
        "wal_autocheckpoint = 256",
    ):
        db.execute(f"PRAGMA {pragma}")
