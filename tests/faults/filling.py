"""Four ways in which there is no room for the history any more, and how each ends."""

import ctypes
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

from desktop_app.store.database import DatabaseConnection
from tests.world import World

_MEGABYTE: Final = 1 << 20
_MOST_PAGES: Final = 0x7FFFFFFF


class Disk(Protocol):
    """A disk that can be full."""

    async def fill(self, w: World) -> None:
        """Leave no room."""
        ...

    async def free(self, w: World) -> None:
        """Make room again."""
        ...


class FewPages:
    """SQLite itself takes no more pages (SQLITE_FULL); files have room."""

    async def fill(self, w: World) -> None:
        await w.database.read(lambda db: _most_pages(db, 1))

    async def free(self, w: World) -> None:
        await w.database.read(lambda db: _most_pages(db, _MOST_PAGES))


def _most_pages(db: DatabaseConnection, count: int) -> None:
    db.execute(f"PRAGMA max_page_count = {count}").fetchall()  # at least what there is


class SmallDisk:
    """A file system that another program fills to the last byte (ENOSPC)."""

    def __init__(self, folder: Path) -> None:
        self._filler = folder / "filler"

    async def fill(self, w: World) -> None:
        leave_no_room(self._filler)

    async def free(self, w: World) -> None:
        self._filler.unlink()


def leave_no_room(filler: Path) -> None:
    """Fill a disk to the last byte."""
    with filler.open("ab", buffering=0) as file:
        piece = _MEGABYTE
        while piece:
            try:
                file.write(bytes(piece))
            except OSError:
                piece //= 2


class SmallFiles:
    """The process may not make files larger than they are (RLIMIT_FSIZE, EFBIG), or than so many
    bytes.
    """

    def __init__(self, size: int = 0) -> None:
        self._size = size

    @property
    def is_tiny(self) -> bool:
        """Whether not even a small file can be written."""
        return bool(self._size)

    async def fill(self, w: World) -> None:
        import resource

        await w.database.read(lambda db: db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
        size = self._size or w.database.file.stat().st_size
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))

    async def free(self, w: World) -> None:
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


# --- a small file system --------------------------------------------------------------------------


def can_mount() -> bool:
    """Whether this process may have a file system of its own."""
    return sys.platform == "linux" and os.geteuid() == 0 and _mounts()


def _mounts() -> bool:
    tried = subprocess.run(
        ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
        capture_output=True,
        check=False,
    )
    return tried.returncode == 0


@contextmanager
def small_file_system(folder: Path, megabytes: int) -> Generator[None]:
    """Mount memory of so many megabytes on a folder; it goes with the context."""
    libc = ctypes.CDLL(None, use_errno=True)
    where = os.fsencode(folder)
    if libc.mount(b"tmpfs", where, b"tmpfs", 0, f"size={megabytes}m,mode=700".encode()):
        raise OSError(ctypes.get_errno(), "a small file system cannot be mounted")
    try:
        yield
    finally:
        libc.umount2(where, 2)  # MNT_DETACH: what is still open goes when it is closed
