"""Whether a history is sound, as far as that can be seen when it is opened."""

from pathlib import Path
from typing import Final

import apsw

from desktop_app.store.errors import DatabaseDamaged
from desktop_app.store.files import write_small
from desktop_app.store.migrations import (
    APPLICATION_ID,
    MIGRATIONS,
    NEWEST_THINKABLE,
    TABLES,
    too_new,
)
from desktop_app.store.pages import WAL, Pages, read_header

MENDED: Final = "mended"
"""The entry of `meta` with what was said of a history that was damaged."""


def check_header(file: Path) -> None:
    """Look at the first page without SQLite, which might write.

    Raises `DatabaseTooNew`, `DatabaseDamaged`, `OSError`.
    """
    header = read_header(file)
    if not header.sound or header.application_id != APPLICATION_ID or not header.user_version:
        raise damaged(file)
    if header.user_version > NEWEST_THINKABLE:
        raise damaged(file)
    if header.user_version > len(MIGRATIONS):
        raise too_new(file)


def check_tables(db: apsw.Connection, file: Path) -> None:
    """Raise `DatabaseDamaged` where a table is missing."""
    names = {str(name) for (name,) in db.execute("SELECT name FROM sqlite_schema")}
    if not names.issuperset(TABLES):
        raise damaged(file)


def check_log(db: apsw.Connection, file: Path) -> None:
    """Raise `DatabaseDamaged` where SQLite passes over a part of the WAL that was committed."""
    db.execute("SELECT count(*) FROM sqlite_schema").fetchall()  # now it has read the WAL
    valid, _ = db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_NOOP)
    with Pages(file) as pages:
        torn = not pages.log.sound and pages.has_all_of_the_log()  # as it was begun anew
        if pages.log.is_cut_short_at(max(valid, 0)) and not torn:
            raise damaged(file)


def leave_as_it_is(db: apsw.Connection, *, leave: bool = True) -> None:
    """Say whether closing a connection may write the WAL into the database."""
    db.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, int(leave))


def log_of(file: Path) -> Path:
    """Where the WAL of a history lies. It is there when the last run did not end by itself."""
    return file.with_name(file.name + WAL)


def mark_damaged(file: Path, kept: str = "") -> None:
    """Have a history mended at the next start. Raises `OSError`."""
    write_small(damage_mark(file), kept)


def damage_mark(file: Path) -> Path:
    """The file that says that a history is to be mended."""
    return file.with_name(f"{file.name}-damaged")


def damaged(file: Path) -> DatabaseDamaged:
    """The words for a history that is damaged."""
    return DatabaseDamaged(
        f"The history {file} is damaged and cannot be read.",
        "Start Castor again: it saves what can be read.",
    )
