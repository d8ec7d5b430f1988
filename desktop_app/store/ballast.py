"""A file in the profile that only takes up room.

It is given up when the disk is full: what has to work then, such as deleting and exporting, has its
room. These calls block; run them in a thread, but for `release`.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

import apsw

SIZE: Final = 2 << 20
MARGIN: Final = 1 << 20
"""So much more must be free before the room is taken again: or giving it up would end the need."""

_CHUNK: Final = 1 << 18
_NAME: Final = "ballast"


class Ballast:
    """The ballast that lies beside a file."""

    def __init__(self, file: Path) -> None:
        self.path = file.with_name(_NAME)

    @property
    def is_taken(self) -> bool:
        """Whether the room is taken."""
        try:
            return self.path.stat().st_size == SIZE
        except OSError:
            return False

    def take(self) -> bool:
        """Take the room where there is enough of it; say whether it is taken."""
        if self.is_taken:
            return True
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
        try:
            with os.fdopen(os.open(self.path, flags, 0o600), "wb", buffering=0) as file:
                for _ in range(0, SIZE + MARGIN, _CHUNK):
                    _write(file.fileno(), os.urandom(_CHUNK))  # a disk may store zeros as nothing
                os.fsync(file.fileno())
                file.truncate(SIZE)
        except OSError:
            self.release()
            return False
        return True

    def release(self) -> None:
        """Give the room up."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)


def write_and_erase(db: apsw.Connection, size: int) -> None:
    """Write so many bytes and delete them: it fails where there is no room for as much."""
    db.execute("INSERT INTO meta (name, value) VALUES ('room', hex(zeroblob(?)))", (size // 2,))
    db.execute("DELETE FROM meta WHERE name = 'room'")


def _write(descriptor: int, data: bytes) -> None:
    """Write all of it: what is cut short by a full disk says so the next time."""
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]
