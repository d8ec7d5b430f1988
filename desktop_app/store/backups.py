"""Copies of the history in the folder `backups` of a profile, made by SQLite's own interface.

One a day: the last seven days and the last four weeks before them are kept. Beside these, those
that were made before something changed the whole history: they have a word in their name.
These calls block; run them in a thread.
"""

import datetime as dt
import os
import re
import shutil
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import apsw

from desktop_app import faultpoints
from desktop_app.store.errors import BackupRefused, DamagedCopy, DiskFull
from desktop_app.store.files import make_private_folder, sync_file, sync_folder
from desktop_app.store.migrations import (
    APPLICATION_ID,
    MIGRATIONS,
    empty_history,
    schema_of,
    version_of,
)
from desktop_app.store.pages import read_header

FOLDER: Final = "backups"
DAILY: Final = 7
WEEKLY: Final = 4
SPECIAL: Final = 3
"""How many are kept of those with a word in their name."""

_NAME: Final = re.compile(r"history-(\d{4}-\d\d-\d\d-\d{6})(?:-([a-z0-9-]+))?\.db")
_STAMP: Final = "%Y-%m-%d-%H%M%S"
_UNFINISHED: Final = ".unfinished"
_STEP_PAGES: Final = 500
_PAUSE: Final = 0.005
_ROOM: Final = 100_000_000
"""Bytes that a backup leaves free on the disk."""


_CONTENT: Final = (
    """SELECT key, sequence, title, model, head, updated, unread, trashed
    FROM conversation ORDER BY key""",
    "SELECT count(*), max(sequence), total(size), total(tokens), total(expired) FROM interaction",
    "SELECT conversation, text, attachments FROM draft ORDER BY conversation",
)


@dataclass(frozen=True)
class Backup:
    """A backup: `made` is in UTC, `label` says before what it was made, `size` is in bytes.

    `conversations` is `None` where it cannot be read.
    """

    file: Path
    made: dt.datetime
    label: str
    size: int
    conversations: int | None = None


class Stopped(Exception):
    """The program ends: a backup was not finished, and nothing is left of it."""


def back_up(
    db: apsw.Connection,
    profile: Path,
    label: str = "",
    stop: threading.Event | None = None,
    now: dt.datetime | None = None,
) -> Path:
    """Copy the history as it is now; the copy is whole and on the disk when it has its name.

    It is made in steps, of one state: whoever writes meanwhile waits for none of it. Raises
    `DiskFull`, `DamagedCopy`, `apsw.Error`, `Stopped`.
    """
    folder = profile / FOLDER
    made = _free_stamp(folder, label, now or dt.datetime.now(dt.UTC))
    target = folder / _name(made, label)
    unfinished = target.with_name(target.name + _UNFINISHED)
    try:
        make_private_folder(folder)
        if not has_room(db, folder):
            raise DiskFull("There is no room for a backup of the history.", "Make room for it.")
        try:
            os.close(os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            _copy(db, unfinished, stop)
            faultpoints.reach("backup.copied")
            _check_whole(unfinished)
            sync_file(unfinished)
            unfinished.replace(target)
            faultpoints.reach("backup.named")
            sync_folder(folder)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise DiskFull(
            f"A backup of the history could not be written: {error.strerror}."
        ) from error
    return target


def has_room(db: apsw.Connection, folder: Path) -> bool:
    """Whether a copy fits onto the disk and leaves some of it free. Raises `OSError`."""
    size = int(str(db.pragma("page_count"))) * int(str(db.pragma("page_size")))
    return shutil.disk_usage(folder).free > size + _ROOM


def _copy(db: apsw.Connection, target: Path, stop: threading.Event | None) -> None:
    copy = apsw.Connection(str(target))
    inside = not db.get_autocommit()
    try:
        copy.execute("PRAGMA synchronous = OFF")  # the whole file is synced at its end
        if not inside:
            db.execute("BEGIN")  # one state for all steps: else a writer makes it start again
        db.execute("SELECT count(*) FROM sqlite_schema").fetchall()
        with copy.backup("main", db, "main") as backup:
            while not backup.done:
                if stop is not None and stop.wait(_PAUSE):
                    raise Stopped
                backup.step(_STEP_PAGES)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, which is read without others
    finally:
        if not inside and not db.get_autocommit():
            db.execute("ROLLBACK")
        copy.close()


def _check_whole(file: Path) -> None:
    db = _open(file)
    try:
        if db.execute("PRAGMA quick_check(1)").fetchall() != [("ok",)]:
            raise DamagedCopy("A backup of the history is not whole and was not kept.")
    finally:
        db.close()


def _open(file: Path) -> apsw.Connection:
    """Open a backup so that nothing in it is run, and nothing beside it is made."""
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    db = apsw.Connection(f"{file.absolute().as_uri()}?immutable=1", flags=flags)
    db.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    db.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
    return db


def _name(made: dt.datetime, label: str) -> str:
    return f"history-{made.strftime(_STAMP)}{'-' * bool(label)}{label}.db"


def _free_stamp(folder: Path, label: str, made: dt.datetime) -> dt.datetime:
    while (folder / _name(made, label)).exists():
        made += dt.timedelta(seconds=1)
    return made


# --- which there are ------------------------------------------------------------------------------


def list_backups(profile: Path, *, count: bool = False) -> list[Backup]:
    """All backups of a profile, the latest first; `count` says how many conversations each has."""
    found: list[Backup] = []
    try:
        files = list((profile / FOLDER).iterdir())
    except OSError:
        return []
    for file in files:
        name = _NAME.fullmatch(file.name)
        if name is None or not file.is_file():
            continue
        try:
            made = dt.datetime.strptime(name[1], _STAMP).replace(tzinfo=dt.UTC)
            size = file.stat().st_size
        except (ValueError, OSError):
            continue
        found.append(Backup(file, made, name[2] or "", size, _count(file) if count else None))
    return sorted(found, key=lambda one: (one.made, one.label), reverse=True)


def _count(file: Path) -> int | None:
    try:
        db = _open(file)
        try:
            ((count,),) = db.execute(
                "SELECT count(*) FROM conversation WHERE trashed IS NULL"
            ).fetchall()
        finally:
            db.close()
    except apsw.Error:
        return None
    return int(count)


def superfluous(backups: Iterable[Backup]) -> list[Backup]:
    """Those that need not be kept: older ones of a day, and all that are too old."""
    latest_first = sorted(backups, key=lambda one: one.made, reverse=True)
    automatic = [one for one in latest_first if not one.label]
    days: set[dt.date] = set()
    weeks: set[tuple[int, int]] = set()
    drop = [one for one in latest_first if one.label][SPECIAL:]
    for one in automatic:
        day, week = one.made.date(), one.made.isocalendar()[:2]
        if day in days:
            drop.append(one)
        elif len(days) < DAILY:
            days.add(day)
        elif week not in weeks and len(weeks) < WEEKLY:
            weeks.add(week)
        else:
            drop.append(one)
    return drop


def tidy(profile: Path) -> None:
    """Delete the backups that need not be kept, and what an interrupted one has left behind."""
    for one in superfluous(list_backups(profile)):
        one.file.unlink(missing_ok=True)
    for leftover in (profile / FOLDER).glob(f"*{_UNFINISHED}*"):
        leftover.unlink(missing_ok=True)


def fingerprint(db: apsw.Connection) -> int:
    """What changes when something is said, named, drafted or put away: no backup is made of the
    same twice. Raises `apsw.Error`.
    """
    import zlib

    found = 0
    for query in _CONTENT:
        for row in db.execute(query):
            found = zlib.crc32(repr(row).encode("utf-8", "replace"), found)
    return found


def fingerprint_of(backup: Backup) -> int | None:
    """The same of a backup; `None` where it cannot be read, or is of an older schema."""
    try:
        db = _open(backup.file)
        try:
            return fingerprint(db)
        finally:
            db.close()
    except apsw.Error:
        return None


# --- whether one is sound -------------------------------------------------------------------------


def check_backup(file: Path) -> int:
    """See whether a file is a whole history of Castor's; say how many conversations it has.

    Nothing in it is trusted: its schema must be one that a Castor has made, to the letter. Raises
    `BackupRefused`.
    """
    try:
        header = read_header(file)
        if not header.sound or header.application_id != APPLICATION_ID:
            raise BackupRefused(f"{file.name} is no history of Castor’s.")
        if header.user_version > len(MIGRATIONS):
            raise BackupRefused(
                f"{file.name} was made by a newer Castor.", "Restore it with that one."
            )
        if header.log:
            raise BackupRefused(
                f"{file.name} is not whole by itself.", "Restore a file of the folder “backups”."
            )
        db = _open(file)
        try:
            return _check_content(db, file)
        finally:
            db.close()
    except (OSError, apsw.Error) as error:
        raise BackupRefused(f"{file.name} is damaged and cannot be restored.") from error


def _check_content(db: apsw.Connection, file: Path) -> int:
    version = version_of(db)
    sound = empty_history(version)
    try:
        if not version or schema_of(db) != schema_of(sound):
            raise BackupRefused(f"{file.name} is no history of Castor’s.")
    finally:
        sound.close()
    whole = db.execute("PRAGMA integrity_check(1)").fetchall() == [("ok",)]
    if not whole or db.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise BackupRefused(f"{file.name} is damaged and cannot be restored.")
    ((count,),) = db.execute("SELECT count(*) FROM conversation").fetchall()
    return int(count)
