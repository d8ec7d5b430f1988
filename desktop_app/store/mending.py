"""Opens the history of a profile whatever has happened to it, and says what was done.

A damaged history is kept byte for byte under another name, and what can be read of it goes on. A
backup that the person has chosen takes the place of the history. Both can be killed at any moment:
the next start goes on where they were.
"""

import shutil
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import apsw

from desktop_app import faultpoints
from desktop_app.store.backups import FOLDER, back_up, check_backup, list_backups
from desktop_app.store.database import open_connection, translate
from desktop_app.store.errors import (
    BackupRefused,
    DamagedCopy,
    DatabaseDamaged,
    DatabaseTooNew,
    DiskFull,
    StoreError,
)
from desktop_app.store.files import keep_under, sync_file, sync_folder, write_small
from desktop_app.store.pages import WAL
from desktop_app.store.soundness import damage_mark, mark_damaged

if TYPE_CHECKING:
    from desktop_app.store.salvage import Salvaged

ATTACHMENTS: Final = "attachments"
BEFORE_RESTORE: Final = "before-restore"
UPDATING: Final = "Castor brings your history up to date."
MENDING: Final = "The history is damaged. Castor saves what can be read."
RESTORING: Final = "Castor restores the backup."

_DAMAGED: Final = ".damaged.db"
_SALVAGED: Final = "-salvaged"
_RESTORED: Final = "-restored"
_REQUEST: Final = "restore-at-start"
_SHM: Final = "-shm"


class Opener:
    """Opens the history of one profile.

    `notices` are sentences for the person, `doing` says what takes long while it does, and
    `left_open` that the program did not end by itself the last time.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self.notices: list[str] = []
        self.doing = ""
        self.left_open = False

    def open(self) -> apsw.Connection:
        """Open it, after what was asked for and what is needed. Raises `StoreError`."""
        self.left_open = self.left_open or _beside(self._file, WAL).exists()
        self._restore_what_was_asked_for()
        if damage_mark(self._file).exists():
            self.mend()
        try:
            db = open_connection(self._file, self._say_updating)
        except DatabaseDamaged:
            self.mend()
            db = open_connection(self._file, self._say_updating)
        self.doing = ""
        return db

    def mend(self) -> None:
        """Keep a damaged history aside, and make a sound one of what can be read.

        Raises `StoreError`.
        """
        self.doing = MENDING
        kept, salvaged = mend(self._file)
        self.notices.append(words_of(kept, salvaged))

    def _say_updating(self) -> None:
        self.doing = UPDATING

    def _restore_what_was_asked_for(self) -> None:
        profile = self._file.parent
        request = profile / _REQUEST
        if not request.exists():
            return
        self.doing = RESTORING
        try:
            name = request.read_text("utf-8")
            restore(self._file, profile / FOLDER / Path(name).name)
        except StoreError as error:
            self.notices.append(f"The backup was not restored. {error}")
        except (OSError, UnicodeDecodeError):
            self.notices.append("The backup was not restored: what was asked for is unreadable.")
        else:
            self.notices.append(
                "The backup was restored. What was there before is kept as a backup too."
            )
        request.unlink(missing_ok=True)


# --- a damaged history ----------------------------------------------------------------------------


def mend(file: Path) -> "tuple[str, Salvaged]":
    """Keep a damaged history under another name, and put a sound one in its place.

    Nobody may have it open. Raises `StoreError`.
    """
    from desktop_app.store.salvage import salvage  # no start needs it, but one in thousands

    mark = damage_mark(file)
    new = _beside(file, _SALVAGED)
    try:
        begun = mark.read_text("utf-8") if mark.exists() else ""
        kept = file.with_name(begun) if begun.endswith(_DAMAGED) else _free_name(file)
        mark_damaged(file, kept.name)
        for ending in ("", WAL):
            source, target = _beside(file, ending), _beside(kept, ending)
            if _holds_anything(source, ending) and not target.exists():
                keep_under(source, target)
        sync_folder(file.parent)
        backups = [one.file for one in list_backups(file.parent)]
        name = kept.name if kept.exists() else _beside(kept, WAL).name
        words = partial(words_of, name)
        salvaged = salvage(kept, new, file.parent / ATTACHMENTS, backups, words)
        sync_file(new)
        _put_in_place(new, file)
        mark.unlink()
    except apsw.Error as error:
        raise translate(error, file) from error
    except OSError as error:
        raise DiskFull(
            f"The damaged history could not be kept aside: {error.strerror}.",
            "It was not changed. Make room and start Castor again.",
        ) from error
    return name, salvaged


def _holds_anything(file: Path, ending: str) -> bool:
    """Whether there is something to keep: an empty WAL is nothing."""
    return file.exists() and (not ending or file.stat().st_size > 0)


def _beside(file: Path, ending: str) -> Path:
    return file.with_name(file.name + ending)


def _put_in_place(new: Path, file: Path) -> None:
    for ending in (WAL, _SHM):  # they are of the other one
        _beside(file, ending).unlink(missing_ok=True)
    new.replace(file)
    sync_folder(file.parent)


def _free_name(file: Path) -> Path:
    stem = f"{file.stem}-{time.strftime('%Y-%m-%d')}"
    number = 1
    while True:
        kept = file.with_name(f"{stem}{f'-{number}' * (number > 1)}{_DAMAGED}")
        if not any(_beside(kept, ending).exists() for ending in ("", WAL)):
            return kept
        number += 1


def words_of(kept: str, salvaged: "Salvaged") -> str:
    """Say what was kept, how much was saved, and where the damaged file is."""
    file = f"The damaged file is kept as {kept}."
    if not salvaged.turns and not salvaged.conversations:
        return f"The history was damaged and nothing in it could be read. {file}"
    how_much = f"{_count(salvaged.conversations, 'conversation')} with " + _count(
        salvaged.turns, "message"
    )
    if salvaged.whole:
        return f"The history was damaged. All of it was saved: {how_much}. {file}"
    if salvaged.from_backup:
        more = f", {salvaged.from_backup:,} of them from a backup"
        return f"The history was damaged. Saved: {how_much}{more}. {file}"
    return f"The history was damaged. Saved: {how_much}. {file}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"


# --- a backup that is wanted ----------------------------------------------------------------------


def ask_for_restore(profile: Path, name: str) -> None:
    """Have a backup restored at the next start. Raises `OSError`."""
    write_small(profile / _REQUEST, name)


def restore(file: Path, backup: Path) -> int:
    """Put a backup in the place of the history, which is kept as a backup before.

    Nobody may have the history open. Returns how many conversations there are now. Raises
    `StoreError`, and then the history is as it was.
    """
    if not backup.is_file():
        raise BackupRefused(f"There is no backup {backup.name}.")
    count = check_backup(backup)
    new = _beside(file, _RESTORED)
    try:
        _keep_present(file)
        faultpoints.reach("restore.kept")
        new.unlink(missing_ok=True)
        shutil.copyfile(backup, new)
        new.chmod(0o600)
        sync_file(new)
        faultpoints.reach("restore.copied")
        if check_backup(new) != count:
            raise BackupRefused(f"{backup.name} was changed while it was restored.")
        _put_in_place(new, file)
        faultpoints.reach("restore.placed")
        damage_mark(file).unlink(missing_ok=True)
    except OSError as error:
        raise DiskFull(
            f"The backup could not be restored: {error.strerror}.", "The history is as it was."
        ) from error
    finally:
        new.unlink(missing_ok=True)
    return count


def _keep_present(file: Path) -> None:
    """Keep the history as a backup, or as it is where it cannot be read."""
    if not file.exists() and not _beside(file, WAL).exists():
        return
    try:
        sound = not damage_mark(file).exists() and _backed_up(file)
    except DatabaseTooNew as error:
        raise BackupRefused(str(error), error.advice) from error
    if not sound:
        kept = _free_name(file)
        for ending in ("", WAL):
            if _holds_anything(_beside(file, ending), ending):
                keep_under(_beside(file, ending), _beside(kept, ending))
        sync_folder(file.parent)


def _backed_up(file: Path) -> bool:
    try:
        db = open_connection(file)
        try:
            back_up(db, file.parent, BEFORE_RESTORE)
        finally:
            db.close()
    except (DatabaseDamaged, apsw.CorruptError, DamagedCopy):
        return False
    except apsw.Error as error:
        raise translate(error, file) from error
    return True
