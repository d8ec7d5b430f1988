"""What a database is opened by, where more has to be done than opening it."""

from typing import Protocol

import apsw


class Opener(Protocol):
    """Opens a history, on the database's thread."""

    def open(self) -> apsw.Connection:
        """Open it, whatever has to be done before. Raises `StoreError`."""
        ...

    def mend(self) -> None:
        """Make a damaged one sound, which is closed. Raises `StoreError`."""
        ...
