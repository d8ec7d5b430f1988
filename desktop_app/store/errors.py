"""What can go wrong with the disk, in words a person may read.

AppError
└── StoreError
    ├── DatabaseLocked     another program holds the history
    ├── DatabaseTooNew     a newer Castor made it
    ├── DatabaseDamaged    it cannot be read
    ├── DiskFull           there is no room, or the disk refuses to write
    ├── ProfileUnwritable  the folder cannot be made or written
    ├── DamagedCopy        a backup that was made is not whole, as the history is not
    ├── BackupRefused      a backup cannot be restored
    └── FileRefused        a file cannot be attached
"""

from desktop_app.errors import AppError


class StoreError(AppError):
    """Base of all of these; none holds the text of a conversation."""


class DatabaseLocked(StoreError):
    """Another program holds the history."""


class DatabaseTooNew(StoreError):
    """The history was written by a newer Castor; it is left untouched."""


class DatabaseDamaged(StoreError):
    """The history cannot be read."""


class DiskFull(StoreError):
    """The disk is full, or refuses to write."""


class ProfileUnwritable(StoreError):
    """The profile folder cannot be made or written."""


class DamagedCopy(StoreError):
    """A backup that was made is not whole, as the history is not; nothing of it is left."""


class BackupRefused(StoreError):
    """A backup cannot be restored; the sentence says why."""


class FileRefused(StoreError):
    """A file cannot be attached; the sentence says why."""
