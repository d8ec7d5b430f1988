"""Small things with files and folders: private, whole or not there, and on the disk when said.

These calls block.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path


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
    """Have the names in a folder on the disk. Raises `OSError`."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(file: Path) -> None:
    """Have what is in a file on the disk. Raises `OSError`."""
    descriptor = os.open(file, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_small(file: Path, text: str) -> None:
    """Write a small file of ours, all of it or nothing. Raises `OSError`."""
    temporary = file.with_name(f"{file.name}-writing")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with os.fdopen(os.open(temporary, flags, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(file)
    sync_folder(file.parent)


def keep_under(source: Path, target: Path) -> None:
    """Give a file a second name, or make a copy where the disk has no such thing.

    Raises `OSError`.
    """
    try:
        os.link(source, target)
    except OSError:
        target.unlink(missing_ok=True)
        copying = target.with_name(f"{target.name}-copying")
        shutil.copyfile(source, copying)
        copying.chmod(0o600)
        sync_file(copying)
        copying.replace(target)
