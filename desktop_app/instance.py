"""One running program for each profile: two would write over each other."""

from pathlib import Path

from PySide6.QtCore import QLockFile

from desktop_app.errors import AppError


class AlreadyRunning(AppError):
    """Another Castor uses this profile."""


class ProfileLock:
    """Held for as long as the program runs; a lock whose owner has died is taken over."""

    def __init__(self, profile: Path) -> None:
        self._profile = profile
        self._lock = QLockFile(str(profile / "castor.lock"))
        self._lock.setStaleLockTime(0)  # stale only when its process is gone

    def take(self) -> None:
        """Take the lock. Raises `AlreadyRunning`."""
        if not self._lock.tryLock(0):
            raise AlreadyRunning(
                f"Castor is already running with the profile {self._profile}.",
                "Use its window, or start with another --profile.",
            )

    def release(self) -> None:
        """Give the lock back."""
        self._lock.unlock()
