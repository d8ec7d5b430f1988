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
from typing import Any, Final, Generic, TypeVar

import apsw

from desktop_app.store.ballast import Ballast
from desktop_app.store.errors import (
    DatabaseDamaged,
    DatabaseLocked,
    DiskFull,
    ProfileUnwritable,
    StoreError,
)
from desktop_app.store.migrations import MIGRATIONS, migrate, version_of

T = TypeVar("T")

DatabaseConnection = apsw.Connection
"""What a function that is handed to the database is given."""

Work = Callable[[apsw.Connection], object]

FILE_NAME: Final = "history.db"
OLDEST_SQLITE: Final = 3_051_003
"""Older ones can lose commits when the WAL is reset (SQLite's changes of 3.51.3)."""

_BUSY_MS: Final = 5_000
_BUSY_HERE_MS: Final = 200


class _Job(Generic[T]):
    """A function to run on the connection, in a transaction or not, and where its result goes."""

    def __init__(self, work: Callable[[apsw.Connection], T], *, write: bool) -> None:
        self.work = work
        self.write = write
        self.future: Future[T] = Future()


class Database:
    """The history of one profile.

    `read` and `write` may be called from any thread and return futures; what is handed over is
    done in order, and `close` waits until all of it is done. `read_here` does not wait for that
    order: it is for the few rows that are wanted at once, by the thread that made the database.
    `vfs` is the name of what SQLite reaches the disk through; `None` is the system's own.
    """

    def __init__(self, file: Path, vfs: str | None = None) -> None:
        self.file = file
        self._vfs = vfs
        self.opened: Future[None] = Future()
        self._jobs: queue.SimpleQueue[_Job[Any] | None] = queue.SimpleQueue()
        self._closed = False
        self._reader: apsw.Connection | None = None
        self._thread = threading.Thread(target=self._run, name="history", daemon=True)
        self._thread.start()

    def read(self, work: Callable[[apsw.Connection], T]) -> Awaitable[T]:
        """Run a function that only reads. The result raises `StoreError`."""
        return self._put(_Job(work, write=False))

    def write(self, work: Callable[[apsw.Connection], T]) -> Awaitable[T]:
        """Run a function in a transaction; its result is there when it is on the disk.

        The result raises `StoreError`, and then nothing of it was written.
        """
        return self._put(_Job(work, write=True))

    def write_and_forget(self, work: Callable[[apsw.Connection], object]) -> Future[object]:
        """Run a function in a transaction; the future is not bound to a loop."""
        return self._submit(_Job(work, write=True))

    def read_here(self, work: Callable[[apsw.Connection], T]) -> T:
        """Run a function on a connection of the caller's that only reads what is committed.

        Raises `StoreError`. Nothing that is read lazily may be left of it: it would keep the WAL.
        """
        if self._closed:
            raise StoreError("The history is closed.")
        try:
            if self._reader is None:
                self._reader = open_read_only(self.file, self._vfs)
                self._reader.set_busy_timeout(_BUSY_HERE_MS)
            return work(self._reader)
        except apsw.Error as error:
            raise translate(error, self.file) from error

    def close(self) -> None:
        """Do what was handed over, close the connections, end the thread."""
        if not self._closed:
            self._closed = True
            if self._reader is not None:
                self._reader.close()  # first, as the last one to be closed empties the WAL
            self._jobs.put(None)
        self._thread.join()

    def _put(self, job: _Job[T]) -> Awaitable[T]:
        return asyncio.wrap_future(self._submit(job))

    def _submit(self, job: _Job[T]) -> Future[T]:
        if self._closed:
            job.future.set_exception(StoreError("The history is closed."))
        else:
            self._jobs.put(job)
        return job.future

    def _run(self) -> None:
        try:
            db = open_connection(self.file, self._vfs)
        except StoreError as error:
            self.opened.set_exception(error)
            self._refuse_all(error)
            return
        self.opened.set_result(None)
        while (job := self._jobs.get()) is not None:
            _do(db, job)
        db.close()

    def _refuse_all(self, error: StoreError) -> None:
        while (job := self._jobs.get()) is not None:
            job.future.set_exception(error)


def _do(db: apsw.Connection, job: _Job[Any]) -> None:
    if not job.future.set_running_or_notify_cancel():
        return
    try:
        result = _in_transaction(db, job.work) if job.write else job.work(db)
    except apsw.Error as error:
        job.future.set_exception(translate(error, Path(db.filename)))
    except BaseException as error:  # noqa: BLE001 - it is raised where the future is awaited
        job.future.set_exception(error)
    else:
        job.future.set_result(result)


def _in_transaction(db: apsw.Connection, work: Callable[[apsw.Connection], T]) -> T:
    db.execute("BEGIN IMMEDIATE")
    try:
        result = work(db)
        db.execute("COMMIT")
    except BaseException:
        if not db.get_autocommit():  # a full disk has rolled back by itself
            db.execute("ROLLBACK")
        raise
    return result


def open_connection(file: Path, vfs: str | None = None) -> apsw.Connection:
    """Open the history for writing, make it where it is missing, bring it up to date.

    The folder is made with mode 0700, the file with 0600. Raises `StoreError`.
    """
    try:
        make_private_folder(file.parent)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise ProfileUnwritable(
            f"The folder {file.parent} cannot be written: {error.strerror}.",
            "Choose another one with --profile.",
        ) from error
    try:
        return _with_room(file, lambda: _open(file, vfs))
    except apsw.Error as error:
        raise translate(error, file) from error


def _open(file: Path, vfs: str | None) -> apsw.Connection:
    db = apsw.Connection(str(file), vfs=vfs)
    try:
        _set_up(db)
        migrate(db, file)
    except BaseException:
        db.close()
        raise
    return db


def _with_room(file: Path, opening: Callable[[], apsw.Connection]) -> apsw.Connection:
    """Open the history; on a full disk, whose room the ballast has, give that up."""
    try:
        return opening()
    except (apsw.FullError, apsw.IOError):
        Ballast(file).release()
    return opening()


def open_read_only(file: Path, vfs: str | None = None) -> apsw.Connection:
    """Open the history for reading, also while Castor runs. Raises `StoreError`."""
    if not file.is_file():
        raise StoreError(f"There is no history in {file.parent}.")
    try:
        db = _with_room(file, lambda: _open_to_read(file, vfs))
        version = version_of(db)
    except apsw.Error as error:
        raise translate(error, file) from error
    if version < len(MIGRATIONS):
        db.close()
        raise StoreError(
            f"The history in {file.parent} was made by an older Castor.",
            "Start Castor once with this profile: that brings it up to date.",
        )
    return db


def _open_to_read(file: Path, vfs: str | None) -> apsw.Connection:
    db = apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READONLY, vfs=vfs)
    db.set_busy_timeout(_BUSY_MS)
    for pragma in ("trusted_schema = OFF", "temp_store = MEMORY"):
        db.execute(f"PRAGMA {pragma}")
    version_of(db)  # where a full disk has no room for the index of the WAL, it fails
    return db


def empty_wal(db: apsw.Connection) -> None:
    """Have what was committed written where it belongs, and the WAL begin anew."""
    db.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()


def make_private_folder(folder: Path) -> None:
    """Make a folder that only we can enter, and close one that others could. Raises `OSError`."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for one in missing:
        with suppress(PermissionError):  # it may be for writing and not for reading
            sync_folder(one.parent)
    if os.name == "posix" and folder.stat().st_mode & 0o077:
        folder.chmod(0o700)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder survive a power cut; without it a new file may be nowhere."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
    ):
        db.execute(f"PRAGMA {pragma}")


def translate(error: apsw.Error, file: Path) -> StoreError:
    """Say in plain words what SQLite says in its own."""
    match error:
        case apsw.FullError() | apsw.IOError():
            return DiskFull(
                "The disk is full or cannot be written: nothing new can be saved.",
                "Make room and try again; what you wrote is still here.",
            )
        case apsw.BusyError() | apsw.LockedError():
            return DatabaseLocked(
                "Another program holds the history.", "Close it and start Castor again."
            )
        case apsw.CorruptError() | apsw.NotADBError():
            return DatabaseDamaged(f"The history {file} is damaged and cannot be read.")
        case apsw.CantOpenError() | apsw.ReadOnlyError() | apsw.PermissionsError():
            return ProfileUnwritable(
                f"The history {file} cannot be written.", "Choose another folder with --profile."
            )
        case _:
            return StoreError(f"The history could not be used: {error}.")
