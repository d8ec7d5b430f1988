"""`castor restore`: lists the backups of a profile, or restores one. No window."""

import sys
from pathlib import Path

from desktop_app.arguments import RestoreArguments, profile_folder
from desktop_app.errors import AppError
from desktop_app.instance import AlreadyRunning, ProfileLock
from desktop_app.store.backups import FOLDER, Backup, list_backups
from desktop_app.store.database import FILE_NAME
from desktop_app.store.mending import restore


class NoSuchBackup(AppError):
    """There is no backup of this number or name."""


def restore_or_list(arguments: RestoreArguments) -> None:
    """Do it, and say on standard output what was done. Raises `AppError`."""
    profile = profile_folder(arguments.profile)
    if not profile.is_dir():
        raise NoSuchBackup(f"There is no profile {profile}.")
    if arguments.backup is None:
        _list(profile)
        return
    lock = ProfileLock(profile)
    try:
        lock.take()
    except AlreadyRunning as error:
        raise AlreadyRunning(
            f"Castor is running with the profile {profile}.", "Close it first."
        ) from error
    try:
        backup = _find(profile, arguments.backup)
        count = restore(profile / FILE_NAME, backup)
    finally:
        lock.release()
    sys.stdout.write(
        f"{backup.name} is restored: {count:,} conversation{'s' * (count != 1)}. "
        "What was there before is kept as a backup too.\n"
    )


def _list(profile: Path) -> None:
    found = list_backups(profile, count=True)
    if not found:
        sys.stdout.write(f"There is no backup in {profile / FOLDER}.\n")
    for number, backup in enumerate(found, 1):
        sys.stdout.write(f"{number:3}  {_words_of(backup)}\n")


def _words_of(backup: Backup) -> str:
    count = "cannot be read" if backup.conversations is None else f"{backup.conversations:,}"
    size = f"{backup.size / 1_000_000:,.1f} MB"
    when = f"{backup.made.astimezone():%Y-%m-%d %H:%M}"
    return f"{when}  {size:>10}  conversations: {count:>8}  {backup.file.name}"


def _find(profile: Path, wanted: str) -> Path:
    found = list_backups(profile)
    if wanted.isdecimal():
        if 1 <= int(wanted) <= len(found):
            return found[int(wanted) - 1].file
        raise NoSuchBackup(f"There is no backup {wanted}; there are {len(found)}.")
    for backup in found:
        if backup.file.name == wanted:
            return backup.file
    path = Path(wanted).expanduser()
    if not path.is_file():
        raise NoSuchBackup(
            f"There is no backup {wanted}.", "`castor restore` without a name lists them."
        )
    return path.absolute()
