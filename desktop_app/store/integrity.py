"""Looks whether a history is whole, beside whoever writes to it. It blocks; run it in a thread."""

import threading
from pathlib import Path
from typing import Final

import apsw

from desktop_app.store.database import open_read_only, translate
from desktop_app.store.errors import DatabaseDamaged

_STEPS: Final = 10_000


def is_whole(
    file: Path, *, thorough: bool = False, stop: threading.Event | None = None
) -> bool | None:
    """Look at every page, and if `thorough` at every index too; `None` where it was stopped.

    Raises `StoreError` where it cannot look.
    """
    try:
        db = open_read_only(file)
    except DatabaseDamaged:
        return False
    if stop is not None:
        db.set_progress_handler(stop.is_set, _STEPS)
    try:
        found = db.execute(f"PRAGMA {'integrity_check' if thorough else 'quick_check'}(1)")
        said = found.fetchall()
        lost = db.execute("PRAGMA foreign_key_check").fetchone() if thorough else None
        return said == [("ok",)] and lost is None
    except apsw.InterruptError:
        return None
    except UnicodeDecodeError:
        return False
    except apsw.Error as error:
        told = translate(error, file)
        if isinstance(told, DatabaseDamaged):
            return False
        raise told from error
    finally:
        db.close()
