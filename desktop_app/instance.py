"""One running program for each profile: two would write over each other."""

from pathlib import Path

from PySide6.QtCore import QLockFile

from desktop_app.errors import AppError


class AlreadyRunning(AppError):
    """Another Castor uses this profile."""


class NotLockable(AppError):
    """The lock cannot be made: the folder is not for writing, or the disk is full."""


class ProfileLock:
    """Held for as long as the program runs; a lock whose owner has died is taken over."""

    def __init__(self, profile: Path) -> None:
        self._profile = profile
        self._lock = QLockFile(str(profile / "castor.lock"))
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
