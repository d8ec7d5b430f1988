"""What SQLite says, in words a person may read."""

from pathlib import Path

import apsw

from desktop_app.store.errors import DatabaseLocked, DiskFull, ProfileUnwritable, StoreError
from desktop_app.store.soundness import damaged


def translate(error: apsw.Error, file: Path) -> StoreError:
    """Say in plain words what SQLite says in its own."""
    match error:
        case apsw.FullError() | apsw.IOError():
            return DiskFull(
                "The disk is full or cannot be written: nothing new can be saved.",
                "Make room and try again; what you wrote is still here.",
            )
        case apsw.BusyError() | apsw.LockedError():
            return DatabaseLocked(
                "Another program holds the history.", "Close it and start Castor again."
            )
        case apsw.CorruptError() | apsw.NotADBError() | apsw.SQLError() | apsw.FormatError():
            # Our statements are sound: where a table or a column is missing, its name is lost.
            return damaged(file)
        case apsw.CantOpenError() | apsw.ReadOnlyError() | apsw.PermissionsError():
            return ProfileUnwritable(
                f"The history {file} cannot be written.", "Choose another folder with --profile."
            )
        case _:
            return StoreError(f"The history could not be used: {error}.")
