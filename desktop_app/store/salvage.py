"""Makes a sound history of a damaged one: every row that can still be read, in a new database.

Rows are taken page by page, so that a lost table of contents or a lost index costs no row. What
the rows refer to and is lost is made up for: see `relinking`.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import apsw

from desktop_app.store.migrations import migrate
from desktop_app.store.pages import Pages
from desktop_app.store.relinking import dangles, relink
from desktop_app.store.shapes import fitted, shape_of
from desktop_app.store.soundness import MENDED

"""The name under which a history says what was saved into it, until the person has read it."""


@dataclass(frozen=True)
class Salvaged:
    """How much was saved: conversations and turns in all, and turns from a backup among them.

    `whole` says that nothing seems to be missing.
    """

    conversations: int
    turns: int
    from_backup: int = 0
    backup: Path | None = None
    whole: bool = False


def salvage(
    damaged: Path,
    target: Path,
    attachments: Path,
    backups: Sequence[Path],
    words: Callable[[Salvaged], str],
) -> Salvaged:
    """Write what a damaged history still holds into a new one, which is on the disk then.

    `backups` are those to be asked for what is lost, the best first: the first that can be read is
    taken, and only where something is lost. What the history still has is never taken from a
    backup, as that is older. `words` says what was saved, which is written there too, under
    `MENDED`: whoever opens it next tells the person. Raises `apsw.Error`, `OSError`.
    """
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    db = apsw.Connection(str(target))
    try:
        db.execute("PRAGMA journal_mode = MEMORY")
        db.execute("PRAGMA trusted_schema = OFF")
        migrate(db, target)
        db.execute("BEGIN IMMEDIATE")
        result = _fill(db, damaged, attachments, backups)
        db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (MENDED, words(result)))
        db.execute("COMMIT")
        db.execute("PRAGMA journal_mode = WAL")
    finally:
        db.close()
    return result


def _fill(
    db: apsw.Connection, damaged: Path, attachments: Path, backups: Sequence[Path]
) -> Salvaged:
    lost = _take(db, damaged) > 0 or dangles(db)
    before = _count(db, "interaction")
    used: Path | None = None
    if lost:
        used = next((one for one in backups if _take_backup(db, one)), None)
    relink(db, attachments)
    turns = _count(db, "interaction")
    gained = turns - before if used is not None else 0
    return Salvaged(_count(db, "conversation"), turns, gained, used, not lost)


def _take_backup(db: apsw.Connection, file: Path) -> bool:
    """Fill in what is missing from a backup; say whether that one could be read."""
    before = _count(db, "interaction")
    try:
        lost = _take(db, file)
    except OSError:
        return False
    return not lost or _count(db, "interaction") > before


def _take(db: apsw.Connection, file: Path) -> int:
    """Take over every row whose like is not there yet; say how much could not be made out."""
    with Pages(file) as pages:
        for row in pages.records():
            shape = shape_of(row)
            if shape is None:
                continue
            values = fitted(shape, row)
            names = ", ".join(column.name for column in shape.columns[: len(values)])
            marks = ", ".join("?" * len(values))
            db.execute(
                f"INSERT OR IGNORE INTO {shape.table} ({names}) VALUES ({marks})",  # noqa: S608 - names of our schema
                values,
            )
        return pages.unread


def _count(db: apsw.Connection, table: str) -> int:
    ((count,),) = db.execute(f"SELECT count(*) FROM {table}").fetchall()  # noqa: S608 - constants
    return int(count)
