"""One running program for each profile: two would write over each other.

Knows the lock that keeps the second one out, and the places where the two meet.
"""

import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from PySide6.QtCore import QLockFile

from desktop_app.errors import AppError

LOCK_FILE: Final = "castor.lock"
SOCKET_FILE: Final = "castor.socket"
_LONGEST_ADDRESS: Final = 95
"""Bytes. A socket's path may have 103 on macOS and 107 on Linux, and Qt needs some of them."""


class AlreadyRunning(AppError):
    """Another Castor uses this profile."""


class NotLockable(AppError):
    """The lock cannot be made: the folder is not for writing, or the disk is full."""


class ProfileLock:
    """Held for as long as the program runs; a lock whose owner has died is taken over."""

    def __init__(self, profile: Path) -> None:
        self._profile = profile
        self._lock = QLockFile(str(profile / LOCK_FILE))
        self._lock.setStaleLockTime(0)  # stale only when its process is gone

    def take(self) -> None:
        """Take the lock. Raises `AlreadyRunning`, `NotLockable`."""
        if self._lock.tryLock(0):
            return
        if self._lock.error() != QLockFile.LockError.LockFailedError:
            raise NotLockable(
                f"The folder {self._profile} cannot be written.",
                "Choose another one with --profile.",
            )
        raise AlreadyRunning(
            f"Castor is already running with the profile {self._profile}.",
            "Use its window, or start with another --profile.",
        )

    def release(self) -> None:
        """Give the lock back."""
        self._lock.unlock()


def is_held(profile: Path) -> bool:
    """Whether a running program holds the lock of a profile, which is left as it is."""
    if not (profile / LOCK_FILE).exists():
        return False
    lock = ProfileLock(profile)
    try:
        lock.take()
    except AlreadyRunning:
        return True
    except NotLockable:
        return False
    lock.release()
    return False


def socket_addresses(profile: Path, *, make: bool = False) -> Iterator[str]:
    """Give the addresses of the socket of a profile, the best first; all are the user's alone.

    It lies in the profile, where both find it by any path and in any environment. A path may be
    too long for a socket, and a disk may hold none; then it lies where such things belong.
    `make` is for the one that listens: the last folder is then made when it comes to that.
    """
    real = os.path.realpath(profile)
    name = f"castor-{hashlib.sha256(os.fsencode(real)).hexdigest()[:24]}"
    if sys.platform == "win32":
        yield name
        return
    yield from _short_enough(Path(real, SOCKET_FILE))
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if runtime and is_private(Path(runtime)):
        yield from _short_enough(Path(runtime, name))
    own = Path(tempfile.gettempdir(), f"castor-{os.geteuid()}")
    if make:
        with suppress(OSError):  # it is there, or cannot be: the next line finds out
            own.mkdir(0o700)
    if is_private(own):
        yield from _short_enough(own / name)


def _short_enough(place: Path) -> Iterator[str]:
    if len(os.fsencode(place)) <= _LONGEST_ADDRESS:
        yield str(place)


def is_private(folder: Path) -> bool:
    """Whether a folder is ours, and closed to all others."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    ours = found.st_uid == os.geteuid() and not stat.S_IMODE(found.st_mode) & 0o077
    return ours and stat.S_ISDIR(found.st_mode)
